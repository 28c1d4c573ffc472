"""Exercises of the section: the right answer, hints, and mistakes that people really make."""

import numpy as np

from lecture_kit.live.exercise import Exercise, ExercisePanel, Mistake
from lecture_kit.live.language import translate as _
from lecture_kit.maths.activations import leaky_relu_derivative
from lecture_kit.sections.relu import dying


def check_leaky_slope(attempt):
    """Exercise 1: the derivative of the leaky ReLU.

    Parameters
    ----------
    attempt : callable
        Takes an array z and the leak, returns the slopes.

    Returns
    -------
    ExercisePanel
        The verdict.
    """

    def leaky_slope(z, leak):
        return leaky_relu_derivative(z, leak=leak)

    return ExercisePanel(Exercise(
        _("Exercise 1, derivative of the leaky ReLU"), leaky_slope,
        solution="def leaky_slope(z, leak):\n    return np.where(z > 0, 1, leak)",
        hints=(
            _("The function is z on the right of 0 and leak · z on its left. What is the slope of "
              "each straight line?"),
            _("z is an array: np.where(condition, a, b) chooses a or b for each entry."),
            _("np.where(z > 0, …, …): the slope on the right first, then the one on the left."),
        ),
        cases=((np.array([-2.0, -0.5, 0.5, 3.0]), 0.01), (np.array([-1.0, 0.0, 1.0]), 0.1)),
        mistakes=_mistakes_with_slopes(),
    ), attempt)


def _mistakes_with_slopes():
    return (
        Mistake(lambda z, leak: np.where(z > 0, 1, 0),
                _("This is ReLU. Left of 0 the leaky ReLU still has a slope.")),
        Mistake(lambda z, leak: np.maximum(z, leak * z),
                _("This is the function itself, not its derivative.")),
        Mistake(lambda z, leak: np.where(z > 0, 1, leak * z),
                _("The derivative of leak · z is a constant.")),
        Mistake(lambda z, leak: np.where(z >= 0, 1, leak),
                _("Right but for z = 0. There is no derivative there, and we agreed on the "
                  "slope of the left side: use z > 0.")),
        Mistake(lambda z, leak: np.where(z > 0, leak, 1), _("The two sides are exchanged.")),
        Mistake(lambda z, leak: np.where(z > 0, 1, -leak),
                _("The function rises on both sides of 0: no minus sign.")),
        Mistake(lambda z, leak: np.where(z > 0, z, leak),
                _("On the right the function is z, so its slope is 1.")),
    )


def check_killing_bias(attempt):
    """Exercise 2: the largest biases that kill every unit.

    Parameters
    ----------
    attempt : callable
        Takes all rows and the weights, returns one bias per unit.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    rows = np.array([[1.0, 0.5], [0.2, 2.0], [1.5, 1.0], [0.3, 0.1]])
    return ExercisePanel(Exercise(
        _("Exercise 2, kill every unit"), dying.killing_bias,
        solution=("def killing_bias(features, weights):\n"
                  "    return -(features @ weights).max(axis=0)"),
        hints=(
            _("A unit is dead if wx + b ≤ 0 for every row x. Which row is the hardest to switch "
              "off?"),
            _("features @ weights holds wx for every row (down) and every unit (across)."),
            _("Take the largest wx of each unit with .max(axis=0). Which b brings it to 0?"),
        ),
        cases=((rows, np.array([[1.0, -0.5, 0.3], [-0.4, 0.8, 0.6]])),
               (rows, np.array([[-1.0, 2.0], [-0.5, 0.1]])),
               (rows[:1], np.array([[0.3], [-0.2]]))),
        mistakes=_mistakes_with_biases(),
    ), attempt)


def _mistakes_with_biases():
    return (
        Mistake(lambda features, weights: (features @ weights).max(axis=0),
                _("The sign: b has to take away what wx gives.")),
        Mistake(lambda features, weights: -(features @ weights).min(axis=0),
                _("The smallest wx switches off one row only. All have to be off.")),
        Mistake(lambda features, weights: -(features @ weights).max(axis=1),
                _("axis=1 goes across the units. Look down the rows: axis=0.")),
        Mistake(lambda features, weights: -(features @ weights).max(),
                _("This number kills all units, but one bias per unit was asked for, the "
                  "largest that kills it.")),
        Mistake(lambda features, weights: -(features @ weights).mean(axis=0),
                _("With the mean about half of the rows still switch the unit on.")),
        Mistake(lambda features, weights: -np.abs(features @ weights).max(axis=0),
                _("Without np.abs: a wx below 0 is switched off already.")),
    )


def check_steps_to_wake(attempt):
    """Exercise 3: how many steps a leaky unit needs to wake up.

    Parameters
    ----------
    attempt : callable
        Takes z before the first step, the row x, the learning rate and the leak.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    return ExercisePanel(Exercise(
        _("Exercise 3, bring it back"), dying.steps_to_wake,
        solution=("def steps_to_wake(z, x, learning_rate, leak):\n"
                  "    return -z / (learning_rate * leak * (np.sum(x**2) + 1))"),
        hints=(
            _("z = wx + b. By how much does one step change z, if it adds learning_rate · leak · x "
              "to w and learning_rate · leak to b?"),
            _("The change of w alone gives learning_rate · leak · |x|², with |x|² = np.sum(x**2). "
              "The bias gives learning_rate · leak more."),
            _("Divide the way, −z, by the change per step. Put the divisor into brackets."),
        ),
        cases=((-2.0, np.array([1.0, 2.0]), 0.1, 0.01), (-0.5, np.array([3.0]), 0.2, 0.1),
               (-1.0, np.array([0.5, 0.5, 0.5]), 1.0, 0.5)),
        mistakes=_mistakes_with_steps(),
    ), attempt)


def _mistakes_with_steps():
    return (
        Mistake(lambda z, x, learning_rate, leak: -z / (learning_rate * leak * (x @ x)),
                _("You forgot that the bias learns, too: |x|² + 1.")),
        Mistake(lambda z, x, learning_rate, leak: -z / (learning_rate * (x @ x + 1)),
                _("That is a unit that is on. Left of 0 the slope is only the leak.")),
        Mistake(lambda z, x, learning_rate, leak: z / (learning_rate * leak * (x @ x + 1)),
                _("The sign: z is less than 0, a number of steps is not.")),
        Mistake(lambda z, x, learning_rate, leak:
                -z / (learning_rate * leak * (np.sqrt(x @ x) + 1)),
                _("The square of the length of x is needed: np.sum(x**2).")),
        Mistake(lambda z, x, learning_rate, leak: -z / learning_rate * leak * (x @ x + 1),
                _("Brackets: Python divides by learning_rate only. Write / (…).")),
        Mistake(lambda z, x, learning_rate, leak:
                -z / (learning_rate * leak * (x.sum() + 1)),
                _("Each weight gets its own part of x: the sum of the squares, np.sum(x**2).")),
        Mistake(lambda z, x, learning_rate, leak:
                np.ceil(-z / (learning_rate * leak * (x @ x + 1))), _("Right, but do not round.")),
    )
