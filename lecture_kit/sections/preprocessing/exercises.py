"""Exercises of the section: the right answer, hints, and mistakes that people really make."""

from functools import partial

import numpy as np

from lecture_kit.live.exercise import Exercise, ExercisePanel, Mistake
from lecture_kit.live.language import translate as _
from lecture_kit.maths.preprocessing import StandardScaler
from lecture_kit.sections.preprocessing import experiments


def check_scale(attempt):
    """Exercise 1: scale test rows without looking at them.

    Parameters
    ----------
    attempt : callable
        Takes training rows and test rows, returns the z-scored test rows.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    first = (np.array([[1.6, 50.0], [1.8, 70.0], [1.7, 96.0]]), np.array([[1.9, 60.0]]))
    second = (np.array([[0.0, 4.0, 5.0], [2.0, 9.0, 5.0], [7.0, 0.0, 5.0]]),
              np.array([[1.0, 6.0, 5.0], [9.0, 5.0, 7.0], [3.0, 3.0, 5.0]]))
    return ExercisePanel(Exercise(
        _("Exercise 1, scaling without leakage"),
        lambda training, test: StandardScaler().fit(training).transform(test),
        solution=(
            "def scale(training, test):\n"
            "    std = training.std(axis=0)\n"
            "    return (test - training.mean(axis=0)) / np.where(std == 0, 1, std)"),
        hints=(
            _("Mean and standard deviation must come from one table, and the result from the "
              "other. Which is which?"),
            _("training.mean(axis=0) is the mean of every column."),
            _("np.where(std == 0, 1, std) keeps the deviations, with a 1 in place of each 0."),
        ),
        cases=(first, second),
        mistakes=_mistakes_with_scaling(),
    ), attempt)


def _unless_0(spread):
    return np.where(spread == 0, 1, spread)


def _z_score(measured, rows, safe=_unless_0):
    return (rows - measured.mean(axis=0)) / safe(measured.std(axis=0))


def _mistakes_with_scaling():
    """Each mistake as it looks with and without care for constant columns."""
    rules = [
        (lambda training, test, safe: _z_score(np.vstack([training, test]), test, safe),
         _("Data leakage: you measured training and test rows together. The test rows must stay "
           "unseen.")),
        (lambda training, test, safe: _z_score(test, test, safe),
         _("You measured the test rows. They would be moved by another rule than the training "
           "rows.")),
        (lambda training, test, safe: _z_score(training, training, safe),
         _("These are the training rows. Return the test rows.")),
        (lambda training, test, safe: (test - training.mean(axis=0)) / safe(training.var(axis=0)),
         _("You divided by the variance. Take its root: std in place of var.")),
        (lambda training, test, safe: (test - training.mean(axis=0)) / safe(
            training.std(axis=0, ddof=1)),
         _("This deviation divides by n − 1. It is in use, too, but here divide by n, as np.std "
           "does by itself.")),
        (lambda training, test, safe: (test - training.min(axis=0)) / safe(
            np.ptp(training, axis=0)),
         _("This is min-max. The z-score subtracts the mean and divides by the standard "
           "deviation.")),
        (lambda training, test, safe: (test - training.mean()) / safe(training.std()),
         _("Each column needs a mean and a deviation of its own: axis=0.")),
        (lambda training, test, safe: test - training.mean(axis=0) / safe(training.std(axis=0)),
         _("Put the difference into brackets: it is divided as a whole.")),
        (lambda training, test, safe: test / safe(training.std(axis=0)),
         _("Subtract the mean of the training rows first.")),
    ]
    return (*_mistakes_with_constants(), *(
        Mistake(partial(rule, safe=safe), text)
        for rule, text in rules for safe in (np.asarray, _unless_0)))


def _mistakes_with_constants():
    constant = _("A column that is constant in training has the deviation 0. Divide it by 1.")
    return (
        Mistake(partial(_z_score, safe=np.asarray), constant),
        Mistake(partial(_z_score, safe=lambda spread: spread + 1e-8), constant),
        Mistake(lambda training, test: np.where(
            training.std(axis=0) == 0, 0, _z_score(training, test)),
                _("A column that is constant in training may differ in a test row. Only shift "
                  "it, so that one can see this.")),
    )


def check_kappa(attempt):
    """Exercise 2: the condition number of two z-scored features.

    Parameters
    ----------
    attempt : callable
        Takes the correlation r and returns κ.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    return ExercisePanel(Exercise(
        _("Exercise 2, κ after z-scoring"), experiments.condition_number_after_z_score,
        solution="def kappa(r):\n    return (1 + abs(r)) / (1 - abs(r))",
        hints=(
            _("After z-scoring the Hessian is [[1, r], [r, 1]]. What are its two eigenvalues?"),
            _("They are 1 + r and 1 − r, in the directions (1, 1) and (1, −1)."),
            _("κ is the larger one divided by the smaller one. Which is larger if r is negative?"),
        ),
        cases=((0.6,), (-0.6,), (0.0,), (0.95,)),
        mistakes=_mistakes_with_kappa(),
    ), attempt)


def _mistakes_with_kappa():
    return (
        Mistake(lambda r: (1 + r) / (1 - r),
                _("Right for positive r. For a negative one the other eigenvalue is the "
                  "larger one.")),
        Mistake(lambda r: (1 - abs(r)) / (1 + abs(r)),
                _("Upside down: κ is the larger eigenvalue divided by the smaller, at least "
                  "1.")),
        Mistake(lambda r: ((1 + abs(r)) / (1 - abs(r))) ** 0.5,
                _("This root is how much longer than wide the valley is. κ is its square.")),
        Mistake(lambda r: 1 + abs(r), _("This is the largest eigenvalue. Divide it by the "
                                        "smallest one.")),
        Mistake(lambda r: (2 + 2 * r**2) / (1 - r**2),
                _("This is κ by another norm (Frobenius). Here it is the largest eigenvalue "
                  "divided by the smallest.")),
        Mistake(lambda r: 1 / (1 - abs(r)),
                _("The largest eigenvalue is not 1, but 1 + |r|.")),
        Mistake(lambda r: (1 + r**2) / (1 - r**2),
                _("The eigenvalues are 1 ± r, without squares.")),
        Mistake(lambda r: 1.0, _("κ is 1 for r = 0 only. Scaling does not remove a "
                                 "correlation.")),
    )


def check_one_hot(attempt):
    """Exercise 3: one-hot of a category that may be unseen.

    Parameters
    ----------
    attempt : callable
        Takes a name and the list of known categories, returns a list of 0 and 1.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    services = ["http", "ftp_data", "smtp", "ftp"]
    return ExercisePanel(Exercise(
        _("Exercise 3, one-hot of an unseen name"), _one_hot,
        solution=(
            "def one_hot(name, categories):\n"
            "    return [float(name == known) for known in categories]"),
        hints=(
            _("The result has one number for each known category."),
            _("Compare the name with each of them: 1 where they are equal, 0 elsewhere."),
            _("An unseen name is equal to none of them. So it needs no special case."),
        ),
        cases=(*((name, services) for name in ("ftp", "ftp_data", "http", "http_443", "tp")),
               ("smtp", ["smtp"])),
        mistakes=_mistakes_with_one_hot(),
    ), attempt)


def _one_hot(name, categories):
    return [float(name == known) for known in categories]


def _mistakes_with_one_hot():
    def code(name, categories):
        return categories.index(name) if name in categories else -1

    inside = _("A name may stand inside another one, as ftp does in ftp_data. Only equal names "
               "are the same: ==.")

    def unseen_as(replacement):
        return lambda name, categories: (
            _one_hot(name, categories) if name in categories else replacement(categories))

    return (
        Mistake(unseen_as(lambda categories: [0.0] * (len(categories) - 1) + [1.0]),
                _("An unseen name is not the last category. The rule here: all zeros.")),
        Mistake(unseen_as(lambda categories: [1.0] + [0.0] * (len(categories) - 1)),
                _("An unseen name is not the first category. The rule here: all zeros.")),
        Mistake(unseen_as(lambda categories: [1.0] * len(categories)),
                _("An unseen name is not all categories at once. The rule here: all zeros.")),
        Mistake(unseen_as(lambda categories: [0.0] * len(categories) + [1.0]),
                _("The row of an unseen name got longer. A network has as many inputs as it "
                  "was built with.")),
        Mistake(unseen_as(lambda categories: []),
                _("A row must be as long as all others, also for an unseen name.")),
        Mistake(lambda name, categories: [*_one_hot(name, categories),
                                          float(name not in categories)],
                _("A further column for unseen names is in use, too. But it is always 0 in "
                  "training, so nothing is learned for it. The rule here: all zeros.")),
        Mistake(lambda name, categories: [float(name in known) for known in categories], inside),
        Mistake(lambda name, categories: [float(known in name) for known in categories], inside),
        Mistake(lambda name, categories: [float(known.startswith(name)) for known in categories],
                inside),
        Mistake(lambda name, categories: _one_hot(name, sorted(categories)),
                _("You sorted the categories. Keep their order: the network has learned its "
                  "columns in it.")),
        Mistake(code, _("This is an integer code. Give each category a place of its own.")),
        Mistake(lambda name, categories: [1 - bit for bit in _one_hot(name, categories)],
                _("Turned round: the 1 belongs where the name is.")),
    )
