"""Exercises of the section: the right answer, hints, and mistakes that people really make."""

import numpy as np

from lecture_kit.live.exercise import Exercise, ExercisePanel, Mistake
from lecture_kit.live.language import translate as _
from lecture_kit.maths import pooling
from lecture_kit.sections.stochastic_pooling import chance

_FAINT = np.array([0.0, 0.3, 0.1, 0.0, 0.1, 0.2, 0.0, 0.0, 0.1])  # 3 × 3, with a sum below 1


def check_probabilities(attempt):
    """Exercise 1: the probabilities of one window, the window of zeros too.

    Parameters
    ----------
    attempt : callable
        Takes the activations of one window as an array, returns the probabilities.

    Returns
    -------
    ExercisePanel
        The verdict.
    """

    def p(a):
        return pooling.probabilities(a)

    return ExercisePanel(Exercise(
        _("Exercise 1, the probabilities"), p,
        solution=(
            "def p(a):\n"
            "    total = a.sum()\n"
            "    return a / total if total > 0 else np.zeros_like(a)"),
        hints=(
            _("Each activation is divided by the sum of all. In NumPy: a / a.sum()."),
            _("A window of zeros has the sum 0. Ask for that before you divide."),
            _("Return np.zeros_like(a) if the sum is 0, and a / a.sum() otherwise."),
        ),
        cases=((np.array(chance.EXAMPLE),), (np.array([0.5, 1.5, 2.0, 1.0]),), (np.zeros(4),),
               (_FAINT,)),
        mistakes=_mistakes_with_probabilities(),
    ), attempt)


def _mistakes_with_probabilities():
    def softmax(a):
        return np.exp(a) / np.exp(a).sum()

    return (
        Mistake(lambda a: a / a.sum(),
                _("Right, but for one window: with only zeros it divides 0 by 0.")),
        Mistake(lambda a: a / a.sum() if a.any() else np.full_like(a, 1 / len(a)),
                _("Nearly. With only zeros nothing is chosen: our rule is p = 0 for all.")),
        Mistake(lambda a: a.sum() / a,
                _("Turned round: the activation is divided by the sum.")),
        Mistake(softmax, _("That is softmax. Here nothing is raised to a power, and a "
                           "zero must stay a zero.")),
        Mistake(lambda a: a / a.max() if a.any() else a,
                _("You divided by the maximum. Divide by the sum: then they add up to 1.")),
        Mistake(lambda a: a / len(a), _("You divided by the number of entries. Divide by "
                                        "their sum.")),
    )


def check_pooled(attempt):
    """Exercise 2: the output at inference, of many windows at once.

    Parameters
    ----------
    attempt : callable
        Takes an array of shape (n_windows, n_entries), returns one output per window.

    Returns
    -------
    ExercisePanel
        The verdict.
    """

    def pool(a):
        return pooling.weighted_average(a)

    one = np.array([chance.EXAMPLE])
    three = np.array([chance.EXAMPLE, [0.0, 0.0, 0.0, 0.0], [0.5, 1.5, 2.0, 1.0]])
    return ExercisePanel(Exercise(
        _("Exercise 2, the output at inference"), pool,
        solution=(
            "def pool(a):\n"
            "    total = a.sum(axis=1)\n"
            "    return (a**2).sum(axis=1) / np.where(total > 0, total, 1)"),
        hints=(
            _("With p = a / sum the output Σ p a is Σ a² / Σ a, for each row of the array."),
            _("Sum over the entries of one window only: a.sum(axis=1)."),
            _("Where the sum is 0, divide by 1 in its place: np.where(total > 0, total, 1)."),
        ),
        cases=((one,), (three,), (np.stack([_FAINT, np.zeros(9)]),)),
        mistakes=_mistakes_with_many_windows(),
    ), attempt)


def _mistakes_with_many_windows():
    def divided(a, total):
        return (a**2).sum(axis=1) / total

    return (
        Mistake(lambda a: divided(a, a.sum(axis=1)),
                _("Right but for the window of zeros: it must give 0, not “not a number”.")),
        Mistake(lambda a: (a**2).sum() / a.sum(),
                _("You summed over all windows together. Use axis=1.")),
        Mistake(lambda a: a.mean(axis=1), _("That is average pooling.")),
        Mistake(lambda a: a.max(axis=1), _("That is max pooling.")),
        Mistake(lambda a: divided(a, a.sum()),
                _("You divided by the sum over all windows. Use axis=1 there, too.")),
        Mistake(lambda a: divided(a, a.sum(axis=1) + 1),
                _("Adding 1 to every sum changes every output. Replace only the sums that "
                  "are 0.")),
        Mistake(lambda a: divided(a, np.maximum(a.sum(axis=1), 1)),
                _("This also replaces sums between 0 and 1. Replace only the sums that are 0.")),
    )


def check_variance(attempt):
    """Exercise 3: how uncertain one drawn output is.

    Parameters
    ----------
    attempt : callable
        Takes the activations of one window, not all zero, returns the variance of one draw.

    Returns
    -------
    ExercisePanel
        The verdict.
    """

    def variance(a):
        return float(chance.drawn_variance(a))

    return ExercisePanel(Exercise(
        _("Exercise 3, why not draw at inference"), variance,
        solution=(
            "def variance(a):\n"
            "    p = a / a.sum()\n"
            "    return (p * a**2).sum() - (p * a).sum() ** 2"),
        hints=(
            _("First p = a / a.sum(), then the expected value (p * a).sum()."),
            _("The variance is the expected squared distance from the expected value."),
            _("It is Σ p a² − (Σ p a)². Remember where the squares stand."),
        ),
        cases=((np.array(chance.EXAMPLE),), (np.array([2.0, 2.0, 0.0, 2.0]),),
               (np.array([0.5, 1.5, 2.0, 1.0]),), (_FAINT,)),
        mistakes=_mistakes_with_variance(),
    ), attempt)


def _mistakes_with_variance():
    def second_moment(a):
        return (a**3).sum() / a.sum()

    def expected(a):
        return (a**2).sum() / a.sum()

    return (
        Mistake(lambda a: np.sqrt(np.maximum(second_moment(a) - expected(a) ** 2, 0)),
                _("That is the standard deviation. The variance is its square.")),
        Mistake(second_moment, _("That is Σ p a². Subtract the square of Σ p a.")),
        Mistake(lambda a: np.var(a),
                _("np.var gives each entry the same weight. A draw takes it with "
                  "probability p.")),
        Mistake(lambda a: second_moment(a) - expected(a),
                _("The expected value must be squared before you subtract it.")),
        Mistake(lambda a: np.mean((a - expected(a)) ** 2),
                _("Right distances, but the mean gives each the same weight. Weight them "
                  "with p.")),
        Mistake(lambda a: second_moment(a) - a.mean() ** 2,
                _("You subtracted the square of the average. Take that of Σ p a.")),
        Mistake(expected, _("That is the expected value Σ p a itself.")),
    )
