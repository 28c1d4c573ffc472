"""Exercises of the section: the right answer, hints, and mistakes that people really make."""

import numpy as np

from lecture_kit.live.exercise import (
    NOT_ATTEMPTED,
    NOT_YET,
    RIGHT,
    Exercise,
    ExercisePanel,
    Feedback,
    Mistake,
)
from lecture_kit.live.language import mean_and_error
from lecture_kit.live.language import translate as _
from lecture_kit.sections.capstone import pairs
from lecture_kit.sections.capstone.ablations import verdict
from lecture_kit.sections.capstone.settings import ALL_ON, settings_from


def _recalls(confusion):
    return np.diag(confusion) / confusion.sum(axis=1)


def _accuracy(confusion):
    return np.trace(confusion) / confusion.sum()


def check_recall(attempt):
    """Exercise 1: recall of each class out of a confusion matrix.

    Parameters
    ----------
    attempt : callable
        Takes a confusion matrix with one row per true class, returns the recalls.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    return ExercisePanel(Exercise(
        _("Exercise 1, recall of each class"), _recalls,
        solution="def recall(confusion):\n    return np.diag(confusion) / confusion.sum(axis=1)",
        hints=(
            _("The right answers are on the diagonal: np.diag(confusion)."),
            _("How many rows of the class are there? They are spread over one row of the table."),
            _("confusion.sum(axis=1) adds up every row."),
        ),
        cases=((np.array([[8, 2], [1, 4]]),),
               (np.array([[90, 5, 5], [3, 6, 1], [2, 1, 1]]),),
               (np.array([[0, 4, 0, 0], [0, 5, 0, 0], [1, 1, 0, 0], [0, 0, 0, 7]]),)),
        mistakes=_mistakes_with_recall(),
    ), attempt)


def _mistakes_with_recall():
    shape = _("The numbers are right. But return one list of them, of shape (n_classes,): there is "
              "an axis too many.")
    return (
        Mistake(lambda confusion: np.diag(confusion) / confusion.sum(axis=0),
                _("You divided by the answers (columns). That is the precision: how many of "
                  "the alarms are right.")),
        Mistake(lambda confusion: np.diag(confusion) / confusion.sum(),
                _("You divided by all rows of the data. Each class needs its own number of "
                  "rows.")),
        Mistake(_accuracy, _("This is the accuracy, one number. Return one recall per class.")),
        Mistake(lambda confusion: _recalls(confusion).mean(),
                _("This is the mean recall. Return the recalls themselves.")),
        Mistake(lambda confusion: _recalls(confusion)[:, np.newaxis], shape),
        Mistake(lambda confusion: _recalls(confusion)[np.newaxis], shape),
    )


def check_send_home(attempt):
    """Exercise 2: which of two detectors has the larger mean recall.

    Parameters
    ----------
    attempt : callable
        Takes two confusion matrices, returns 1 if the second has the larger mean recall, and else
        0.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    keep = _keep_by(lambda confusion: _recalls(confusion).mean())
    return ExercisePanel(Exercise(
        _("Exercise 2, the better of two"), keep,
        solution=("def keep(first, second):\n"
                  "    scores = [(np.diag(c) / c.sum(axis=1)).mean() for c in (first, second)]\n"
                  "    return int(scores[1] > scores[0])"),
        hints=(
            _("Compute one number for each detector: the mean of its recalls."),
            _("The recalls are np.diag(c) / c.sum(axis=1)."),
            _("Return 1 if the second has the larger mean recall, else 0, also for a tie."),
        ),
        cases=_PAIRS_OF_DETECTORS,
        mistakes=_mistakes_with_send_home(keep),
    ), attempt)


def _detector(n_found, n_rows):
    """Make a confusion matrix; a row that is not found gets the next class as its answer."""
    n_found, n_rows = np.array(n_found), np.array(n_rows)
    return np.diag(n_found) + np.roll(np.diag(n_rows - n_found), 1, axis=1)


_PAIRS_OF_DETECTORS = (
    (_detector([100, 6, 0], [100, 10, 4]), _detector([94, 8, 2], [100, 10, 4])),
    (_detector([85, 9, 3], [100, 10, 4]), _detector([100, 6, 0], [100, 10, 4])),
    (_detector([99, 8, 1], [100, 10, 4]), _detector([94, 8, 2], [100, 10, 4])),
    (_detector([65, 65, 13], [100, 100, 20]), _detector([100, 99, 2], [100, 100, 20])),
    (_detector([60, 60, 12], [100, 100, 20]), _detector([90, 50, 10], [100, 100, 20])),
    (_detector([60, 60, 12], [100, 100, 20]), _detector([100, 20, 6], [100, 100, 20])),
    (_detector([80, 16], [100, 20]), _detector([99, 11], [100, 20])),
    (_detector([50, 50, 10], [100, 100, 20]), _detector([45, 100, 20], [100, 100, 20])),
    (_detector([8, 4], [10, 5]), _detector([4, 8], [5, 10])),
)


def _keep_by(score):
    return lambda first, second: int(score(second) > score(first))


def _mistakes_with_send_home(keep):
    return (
        Mistake(_keep_by(_accuracy), _("You compared accuracies. They hardly see the rare "
                                       "classes.")),
        Mistake(lambda first, second: keep(second, first),
                _("The other way round: this is the one with the smaller mean recall.")),
        Mistake(lambda first, second: int(_recalls(second).mean() >= _recalls(first).mean()),
                _("Right but for a tie: then the first is kept.")),
        Mistake(_keep_by(lambda confusion: _recalls(confusion).min()),
                _("You compared the lowest recalls only. Take the mean of all.")),
        Mistake(_keep_by(lambda confusion: np.median(_recalls(confusion))),
                _("You compared medians. Take the mean of all recalls.")),
        Mistake(_keep_by(lambda confusion: _recalls(confusion).prod()),
                _("You compared products, or geometric means. One recall of 0 decides there. Take "
                  "the plain mean.")),
        Mistake(_keep_by(lambda confusion: 1 / (1 / _recalls(confusion)).sum()),
                _("You compared harmonic means. One small recall decides there. Take the plain "
                  "mean.")),
        Mistake(_keep_by(lambda confusion: (np.diag(confusion) / confusion.sum(axis=0)).mean()),
                _("You divided by the answers (columns): these are precisions.")),
        Mistake(lambda first, second: [keep(first, second)],
                _("The answer is right. But return one number, 0 or 1, not a list.")),
    )


class _Challenge(Exercise):
    """The open challenge: any settings that beat everything on, on the same splits."""

    def check(self, attempt):
        if attempt is None or attempt is ...:
            return Feedback(NOT_ATTEMPTED, _("Write your settings in place of the three dots."))
        try:
            settings = settings_from(attempt)
        except ValueError as error:
            return Feedback(NOT_YET, str(error))
        recalls, everything = (pairs.challenge_recalls(choices) for choices in (attempt, ALL_ON))
        nearest = pairs.nearest_row(pairs.CHALLENGE["validation"])[1]
        scores, *others = (own.mean(axis=1) for own in (recalls, everything, nearest))
        text = _("Validation: mean recall {ours}. Above everything on: {lead}, {verdict}. Above "
                 "the nearest row: {other_lead}, {other}.").format(
            ours=mean_and_error(scores), lead=mean_and_error(scores - others[0]),
            verdict=verdict(scores, others[0]), other_lead=mean_and_error(scores - others[1]),
            other=verdict(scores, others[1]))
        if verdict(scores, others[0]) == "better":
            return Feedback(RIGHT, _("{text} Now open the test rows, once.").format(text=text))
        return Feedback(NOT_YET, f"{text} {self._name_it(settings, recalls)}".strip())

    def _name_it(self, settings, recalls):
        same, lost, raw = (mistake.text for mistake in self.mistakes)
        if settings == settings_from(ALL_ON):
            return same
        if (recalls == 0).all(axis=1).any():
            return lost
        return raw if settings.scaling == "raw" else ""


def check_challenge(attempt):
    """Exercise 3, the open challenge: settings with a better mean recall than everything on.

    Parameters
    ----------
    attempt : dict
        Settings, as in :func:`~lecture_kit.sections.capstone.settings.settings_from`.

    Returns
    -------
    ExercisePanel
        The verdict, on the validation rows of 20 splits; the test rows stay closed.
    """
    return ExercisePanel(_Challenge(
        _("Exercise 3, beat everything on"), 0.0,
        solution=('settings = {\n'
                  '    "loss": "cross entropy", "scaling": "min-max", "codes": "one-hot",\n'
                  '    "init_scale": "Xavier or He", "optimizer": "Nesterov", "batch_size": 32,\n'
                  '    "activation": "ReLU", "learning_rate": 0.1, "epochs": 20,\n'
                  '}'),
        hints=(
            _("Start from everything on, change one thing at a time, and write down what you "
              "see."),
            _("In the table of part 5, which techniques can you leave out? A name is rare. What "
              "does the z-score do to a column that is nearly always 0?"),
            _("Try min-max instead of the z-score, no batch normalization, and Nesterov with "
              "learning_rate 0.1 and more epochs."),
        ),
        mistakes=_mistakes_with_challenge(),
    ), attempt)


def _mistakes_with_challenge():
    return (
        Mistake(ALL_ON, _("This is everything on, as it was. Change something.")),
        Mistake({**ALL_ON, "optimizer": "gradient descent", "batch_norm": False,
                 "learning_rate": 1e5, "epochs": 1},
                _("At least one training diverged, and counts 0. Try a smaller learning rate.")),
        Mistake({"learning_rate": 0.1, "epochs": 1},
                _("The columns are raw: they differ by nine orders of magnitude. See notebook "
                  "02.")),
    )
