"""Exercises of the section: the right answer, hints, and mistakes that people really make."""

import numpy as np

from lecture_kit.live.exercise import Exercise, ExercisePanel, Mistake
from lecture_kit.live.language import translate as _


def check_scale_from_experiment(attempt):
    """Exercise 2: measure the init scale that keeps the signal of a ReLU layer.

    Parameters
    ----------
    attempt : callable
        Takes inputs x and standard normal weights w; returns σ.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    return ExercisePanel(Exercise(
        _("Exercise 2, He's factor by experiment"), _measured_scale,
        solution=(
            "def measured_scale(x, w):\n"
            "    out = np.maximum(x @ w, 0)\n"
            "    return np.sqrt(np.mean(x**2) / np.mean(out**2))"),
        hints=(
            _("Try σ = 1 first: compute np.maximum(x @ w, 0). By which factor has the mean square "
              "changed?"),
            _("σ times as large weights make the outputs σ times as large, and their mean square "
              "σ² times."),
            _("So σ² is the mean square of x divided by the mean square of the outputs."),
        ),
        cases=(
            (np.array([[1.0, 2.0], [-1.0, 1.0], [0.5, -2.0]]), np.array([[1.0, -1.0], [2.0, 0.5]])),
            (np.array([[0.5, -1.0], [2.0, 1.5]]),
             np.array([[-1.5, 1.0, 0.4, 2.0], [0.5, 2.0, -0.7, -0.1]])),
            (np.array([[0.5, -1.0, 2.0]]), np.array([[1.5, -0.5], [0.2, 1.0], [0.8, -1.2]])),
        ),
        mistakes=_mistakes_with_the_scale(),
    ), attempt)


def _mean_square(values):
    return np.mean(values**2)


def _relu(z):
    return np.maximum(z, 0)


def _measured_scale(x, w):
    return np.sqrt(_mean_square(x) / _mean_square(_relu(x @ w)))


def _mistakes_with_the_scale():
    return (
        Mistake(lambda x, w: _mean_square(x) / _mean_square(_relu(x @ w)),
                _("This is σ², the variance. Take the square root.")),
        Mistake(lambda x, w: np.sqrt(_mean_square(_relu(x @ w)) / _mean_square(x)),
                _("Upside down: outputs that are too large need a smaller σ.")),
        Mistake(lambda x, w: np.sqrt(_mean_square(x) / _mean_square(x @ w)),
                _("The ReLU is missing. Without it you measure Xavier's scale.")),
        Mistake(lambda x, w: np.std(x) / np.std(_relu(x @ w)),
                _("np.std subtracts the mean, and after a ReLU the mean is not 0. The next "
                  "layer gets the mean square.")),
        Mistake(lambda x, w: np.linalg.norm(x) / np.linalg.norm(_relu(x @ w)),
                _("A norm is a sum over all entries, and x and the output have not as many. Take "
                  "the mean of the squares.")),
        Mistake(lambda x, w: np.sqrt(2 / len(w)),
                _("This is He's formula. Here you shall measure: use x and w.")),
    )


def check_alive(attempt):
    """Exercise 3: the init scale that keeps layer 10 alive.

    Parameters
    ----------
    attempt : float
        The standard deviation σ.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    return ExercisePanel(Exercise(
        _("Exercise 3, keep layer 10 alive"), 0.2,
        solution="sigma = np.sqrt(2 / 50)",
        hints=(
            _("Each layer multiplies the mean square by nσ²/2. After 10 layers that is "
              "(nσ²/2)¹⁰."),
            _("It shall be 1. Put n = 50 into nσ²/2 = 1 and solve for σ."),
        ),
        mistakes=(
            Mistake(float(1 / np.sqrt(50)),
                    _("This is 1/√n, Xavier. It forgets that ReLU drops half of the mean square.")),
            Mistake(0.04, _("This is the variance σ². Take the square root.")),
            Mistake(0.1, _("This is right for 200 nodes. Here are only 50, so σ must be larger.")),
            Mistake(float(np.sqrt(1 / 100)) / 2,
                    _("Half of 0.1 goes the wrong way: fewer nodes need larger weights.")),
            Mistake(1.0, _("With σ = 1 each layer multiplies the mean square by 25.")),
        ),
        tolerance=0.005,
    ), attempt)


def check_break_symmetry(attempt):
    """Exercise 1: two units with equal weights, but for one number.

    Parameters
    ----------
    attempt : callable
        Takes the weights w into one unit and ε; returns the weights into both.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    return ExercisePanel(Exercise(
        _("Exercise 1, break symmetry with one number"), _split,
        solution=(
            "def split(w, epsilon):\n"
            "    both = np.column_stack([w, w])\n"
            "    both[0, 1] += epsilon\n"
            "    return both"),
        hints=(
            _("np.column_stack([w, w]) puts w into both columns: column 0 is unit 1, column 1 is "
              "unit 2."),
            _("Add epsilon to a single entry: row 0, column 1."),
        ),
        cases=((np.array([0.5, -0.2, 0.1]), 0.01), (np.array([1.0, 2.0]), -0.3)),
        mistakes=_mistakes_with_one_number(),
    ), attempt)


def _split(w, epsilon):
    return _change(w, epsilon, 0, 1)


def _change(w, epsilon, *place):
    both = np.column_stack([w, w])
    both[place] += epsilon
    return both


def _mistakes_with_one_number():
    return (
        Mistake(lambda w, epsilon: _change(w, epsilon, 0),
                _("You changed the first weight of both units, so they are still equal.")),
        Mistake(lambda w, epsilon: np.column_stack([w, w]) + epsilon,
                _("You changed all weights of both units, so they are still equal.")),
        Mistake(lambda w, epsilon: np.column_stack([w, w]),
                _("Both columns are equal. They stay so for ever.")),
        Mistake(lambda w, epsilon: _change(w, epsilon, slice(None), 1),
                _("This works, but you changed every weight of unit 2. One number is enough.")),
        Mistake(lambda w, epsilon: _change(w, epsilon, 1, 0),
                _("Row and column are exchanged: the row is the input, the column the unit.")),
        Mistake(lambda w, epsilon: _change(w, epsilon, 0, 0),
                _("You changed unit 1. This works too, but the task was unit 2, column 1.")),
        Mistake(lambda w, epsilon: _split(w, epsilon).T,
                _("Units belong into the columns. Yours are the rows.")),
    )
