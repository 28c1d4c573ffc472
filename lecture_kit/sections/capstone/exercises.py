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
from lecture_kit.live.language import translate as _
from lecture_kit.sections.capstone import experiments
from lecture_kit.sections.capstone.ablations import mean_and_deviation, verdict
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
               (np.array([[90, 5, 5], [3, 6, 1], [2, 1, 1]]),)),
        mistakes=_mistakes_with_recall(),
    ), attempt)


def _mistakes_with_recall():
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
    )


def check_send_home(attempt):
    """Exercise 2: which of two detectors has the larger mean recall.

    Parameters
    ----------
    attempt : callable
        Takes two confusion matrices, returns 0 if the first has the larger mean recall, and 1 if
        the second has.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    keep = _keep_by(lambda confusion: _recalls(confusion).mean())
    loud = np.array([[94, 3, 3], [1, 8, 1], [1, 1, 2]])
    quiet = np.array([[100, 0, 0], [4, 6, 0], [4, 0, 0]])
    steady = np.array([[85, 5, 10], [1, 9, 0], [0, 1, 3]])
    sharp = np.array([[99, 1, 0], [2, 8, 0], [3, 0, 1]])
    even = np.array([[60, 20, 20], [3, 6, 1], [1, 1, 2]])
    return ExercisePanel(Exercise(
        _("Exercise 2, the better of two"), keep,
        solution=("def keep(first, second):\n"
                  "    scores = [(np.diag(c) / c.sum(axis=1)).mean() for c in (first, second)]\n"
                  "    return int(scores[1] > scores[0])"),
        hints=(
            _("Compute one number for each detector: the mean of its recalls."),
            _("The recalls are np.diag(c) / c.sum(axis=1)."),
            _("Return 1 if the second has the larger mean recall, else 0."),
        ),
        cases=((quiet, loud), (steady, quiet), (even, sharp), (sharp, loud)),
        mistakes=_mistakes_with_send_home(keep),
    ), attempt)


def _keep_by(score):
    return lambda first, second: int(score(second) > score(first))


def _mistakes_with_send_home(keep):
    return (
        Mistake(_keep_by(_accuracy), _("You compared accuracies. They hardly see the rare "
                                       "classes.")),
        Mistake(lambda first, second: 1 - keep(first, second),
                _("The other way round: this is the one with the smaller mean recall.")),
        Mistake(_keep_by(lambda confusion: _recalls(confusion).min()),
                _("You compared the lowest recalls only. Take the mean of all.")),
    )


class _Challenge(Exercise):
    """The open challenge: any settings that beat the nearest row on the validation rows."""

    def check(self, attempt):
        if attempt is None or attempt is ...:
            return Feedback(NOT_ATTEMPTED, _("Write your settings in place of the three dots."))
        try:
            settings = settings_from(attempt)
        except ValueError as error:
            return Feedback(NOT_YET, str(error))
        scores, nearest, everything = (experiments.challenge_scores(choices) for choices in (
            attempt, experiments.NEAREST_ROW, ALL_ON))
        text = _("Validation: mean recall {ours}. The nearest row has {theirs:.3f}: {above} of "
                 "{n} runs lie above it, {below} below. By the rule of part 5: {verdict}. "
                 "(Everything on: {everything}, {other}.)").format(
            ours=mean_and_deviation(scores), theirs=nearest[0],
            above=(scores > nearest).sum(), below=(scores < nearest).sum(), n=len(scores),
            verdict=verdict(scores, nearest), everything=mean_and_deviation(everything),
            other=verdict(scores, everything))
        if verdict(scores, nearest) == "better":
            return Feedback(RIGHT, _("{text} Now open the test rows, once.").format(text=text))
        return Feedback(NOT_YET, f"{text} {self._name_it(settings, scores)}".strip())

    def _name_it(self, settings, scores):
        same, lost, raw = (mistake.text for mistake in self.mistakes)
        if settings == settings_from(ALL_ON):
            return same
        if (scores == 0).any():
            return lost
        return raw if settings.scaling == "raw" else ""


def check_challenge(attempt):
    """Exercise 3, the open challenge: settings with a better mean recall than the nearest row.

    Parameters
    ----------
    attempt : dict
        Settings, as in :func:`~lecture_kit.sections.capstone.settings.settings_from`.

    Returns
    -------
    ExercisePanel
        The verdict, on the validation rows; the test rows stay closed.
    """
    return ExercisePanel(_Challenge(
        _("Exercise 3, beat the nearest row"), 0.0,
        solution=("settings = {\n"
                  '    "loss": "cross entropy", "scaling": "min-max", "codes": "one-hot",\n'
                  '    "init_scale": "Xavier or He", "optimizer": "gradient descent",\n'
                  '    "batch_size": 32, "batch_norm": True, "activation": "ReLU",\n'
                  '    "learning_rate": 1.0, "epochs": 60,\n'
                  "}"),
        hints=(
            _("Start from everything on, change one thing at a time, and write down what you "
              "see."),
            _("The nearest row finds everything but the rootkits. So each of your five runs must "
              "find one of them, and lose nothing else."),
            _("Try gradient descent with learning_rate 1.0 instead of Adam, min-max instead of the "
              "z-score, and 60 epochs."),
        ),
        mistakes=_mistakes_with_challenge(),
    ), attempt)


def _mistakes_with_challenge():
    return (
        Mistake(ALL_ON, _("This is everything on, as it was. Change something.")),
        Mistake({**ALL_ON, "optimizer": "gradient descent", "batch_norm": False,
                 "learning_rate": 1e5},
                _("At least one training diverged, and counts 0. Try a smaller learning rate.")),
        Mistake({"learning_rate": 0.1},
                _("The columns are raw: they differ by nine orders of magnitude. See notebook "
                  "02.")),
    )
