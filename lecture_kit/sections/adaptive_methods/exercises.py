"""Exercises of the section: the right answer, hints, and mistakes that people really make."""

import numpy as np

from lecture_kit.live.exercise import Exercise, ExercisePanel, Mistake
from lecture_kit.live.language import translate as _
from lecture_kit.sections.adaptive_methods.inside import rate_for_first_step
from lecture_kit.sections.adaptive_methods.words import adagrad_wins_below


def _corrected(m, v, t, beta1, beta2):
    return m / (1 - beta1**t), v / (1 - beta2**t)


def _mistakes_with_bias_correction():
    return (
        Mistake(lambda m, v, t, a, b: (m / (1 - a), v / (1 - b)),
                _("Right for t = 1 only. The correction must fade: put t into the power.")),
        Mistake(lambda m, v, t, a, b: (m * (1 - a**t), v * (1 - b**t)),
                _("You made them smaller still. m and v are too small: divide.")),
        Mistake(lambda m, v, t, a, b: (m / (1 - b**t), v / (1 - a**t)),
                _("β₁ belongs to m and β₂ to v; you exchanged them.")),
        Mistake(lambda m, v, t, a, b: (m / a**t, v / b**t),
                _("βᵗ is the weight that the 0 at the start still has. Divide by 1 − βᵗ, the "
                  "weight of the gradients.")),
        Mistake(lambda m, v, t, a, b: (m / (1 - a**t), v),
                _("m is right. v needs its correction, too, or the steps become too long.")),
        Mistake(lambda m, v, t, a, b: (m, v / (1 - b**t)),
                _("v is right. m needs its correction, too, or the steps become too short.")),
        Mistake(lambda m, v, t, a, b: (m / (1 - a**t), v / np.sqrt(1 - b**t)),
                _("No root here: v is a mean of squares, and Adam takes the root later.")),
        Mistake(lambda m, v, t, a, b: (m / (1 - a * t), v / (1 - b * t)),
                _("β to the power t, not β times t: write beta1**t.")),
        Mistake(lambda m, v, t, a, b: _corrected(m, v, t, a, b)[::-1],
                _("Right numbers, wrong order: return m first, then v.")),
    )


def check_bias_correction(attempt):
    """Exercise 1: the bias correction of Adam.

    Parameters
    ----------
    attempt : callable
        Takes ``m, v, t, beta1, beta2`` and returns the corrected pair.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    return ExercisePanel(Exercise(
        _("Exercise 1, bias correction"), _corrected,
        solution=(
            "def corrected(m, v, t, beta1, beta2):\n"
            "    return m / (1 - beta1**t), v / (1 - beta2**t)"),
        hints=(
            _("At t = 1, m is (1 − β₁)g. By what must you divide to get g?"),
            _("At step t the weights of all gradients in m add up to 1 − β₁ᵗ. In Python a power "
              "is **."),
            _("The same for v, with β₂. Return both, m first."),
        ),
        cases=((np.array([0.1]), np.array([0.001]), 1, 0.9, 0.999),
               (np.array([0.5, -2.0]), np.array([0.3, 0.04]), 10, 0.8, 0.99)),
        mistakes=_mistakes_with_bias_correction(),
    ), attempt)


def _mistakes_with_first_step():
    return (
        Mistake(lambda length, decay: length / np.sqrt(1 - decay),
                _("Upside down. The first step is longer than η, so η must be smaller than "
                  "the step.")),
        Mistake(lambda length, decay: length,
                _("That would be right for Adagrad and for Adam. RMSprop has no bias "
                  "correction.")),
        Mistake(lambda length, decay: length * (1 - decay),
                _("The root is missing: RMSprop divides by √v.")),
        Mistake(lambda length, decay: length * np.sqrt(decay),
                _("After the first step v = (1 − ρ)g², not ρg².")),
        Mistake(lambda length, decay: 0.1 * length / np.sqrt(1 - decay),
                _("That is the first step of Adam without correction. RMSprop has no β₁.")),
        Mistake(lambda length, decay: np.sqrt(1 - decay),
                _("That is η for a first step of length 1. Multiply by the length.")),
        Mistake(lambda length, decay: np.sqrt(length * (1 - decay)),
                _("The length stands outside the root.")),
    )


def check_first_step(attempt):
    """Exercise 2: tune RMSprop so that its first step leaves the saddle.

    Parameters
    ----------
    attempt : callable
        Takes the length of the first step and ρ, and returns the learning rate.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    return ExercisePanel(Exercise(
        _("Exercise 2, RMSprop off the saddle in one step"), rate_for_first_step,
        solution=(
            "def rate_for_first_step(length, decay):\n"
            "    return length * np.sqrt(1 - decay)"),
        hints=(
            _("Before the first step v = 0. After it v = (1 − ρ)g². What is g/√v?"),
            _("The first step has the length η/√(1 − ρ). Solve for η."),
        ),
        cases=((1.0, 0.9), (1.0, 0.999), (0.3, 0.5)),
        mistakes=_mistakes_with_first_step(),
    ), attempt)


def _mistakes_with_adagrad():
    return (
        Mistake(lambda n: np.sum(1 / np.sqrt(np.arange(1, n + 1))),
                _("This is Adagrad's way in units of η. Gradient descent has n hits, too: "
                  "divide by n.")),
        Mistake(lambda n: 1 / np.sqrt(n),
                _("This is the last step only. Compare the whole way: all steps from 1 to n.")),
        Mistake(lambda n: 2 / np.sqrt(n),
                _("That is what the sum comes to for very large n. Add up the steps exactly.")),
        Mistake(lambda n: 1.0,
                _("Only at the first hit are both equal at g = 1. Adagrad's later steps are "
                  "shorter.")),
        Mistake(lambda n: np.mean(1 / np.arange(1, n + 1)),
                _("The root is missing: r is n g², and its root is √n g.")),
        Mistake(lambda n: np.sum(1 / np.sqrt(np.arange(1, n))) / n,
                _("np.arange(1, n) ends at n − 1. The last hit is missing.")),
        Mistake(lambda n: 1 / np.mean(1 / np.sqrt(np.arange(1, n + 1))),
                _("Upside down: solve η g n = η Σ 1/√k for g.")),
    )


def check_adagrad_wins(attempt):
    """Exercise 3: how small a rare gradient must be for Adagrad to go farther.

    Parameters
    ----------
    attempt : callable
        Takes the number of hits and returns the largest gradient with which Adagrad wins.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    return ExercisePanel(Exercise(
        _("Exercise 3, make Adagrad win"), adagrad_wins_below,
        solution=(
            "def largest_gradient(n_hits):\n"
            "    return np.mean(1 / np.sqrt(np.arange(1, n_hits + 1)))"),
        hints=(
            _("Gradient descent goes η · g · n. At its k-th hit Adagrad goes η / √k, whatever g."),
            _("Adagrad's whole way is η (1/√1 + 1/√2 + … + 1/√n). Set both ways equal."),
            _("np.arange(1, n_hits + 1) holds 1 … n. You need the sum of 1/√k, divided by n."),
        ),
        cases=((1,), (4,), (100,)),
        mistakes=_mistakes_with_adagrad(),
    ), attempt)
