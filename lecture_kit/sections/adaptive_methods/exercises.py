"""Exercises of the section: the right answer, hints, and mistakes that people really make."""

import numpy as np

from lecture_kit.live.exercise import Exercise, ExercisePanel, Mistake
from lecture_kit.live.language import translate as _
from lecture_kit.sections.adaptive_methods.inside import rate_for_first_step
from lecture_kit.sections.adaptive_methods.words import adagrad_wins_below


def _adam(gradients, rate, correct=("m", "v"), overwrite="", power=True, sign=-1.0):
    """Adam's way, and what comes out if its lines are changed."""
    w, memory, betas = 0.0, {"m": 0.0, "v": 0.0}, {"m": 0.9, "v": 0.999}
    for t, g in enumerate(gradients, start=1):
        hats = {}
        for name, beta in betas.items():
            memory[name] = beta * memory[name] + (1 - beta) * (g if name == "m" else g**2)
            weight = 1 - beta ** (t if power else 1) if name in correct else 1
            hats[name] = memory[name] / weight
            memory[name] = hats[name] if name in overwrite else memory[name]
        w += sign * rate * hats["m"] / (np.sqrt(hats["v"]) + 1e-8)
    return w


def _mistakes_with_the_bug():
    return (
        Mistake(lambda g, rate: _adam(g, rate, overwrite="mv"),
                _("This is the code with the bug. What does the next step remember?")),
        Mistake(lambda g, rate: _adam(g, rate, overwrite="v"),
                _("m is repaired. v is still overwritten.")),
        Mistake(lambda g, rate: _adam(g, rate, overwrite="m"),
                _("v is repaired. m is still overwritten.")),
        Mistake(lambda g, rate: _adam(g, rate, correct=()),
                _("Now the correction is gone. Keep it, but do not store it in m and v.")),
        Mistake(lambda g, rate: _adam(g, rate, power=False),
                _("The correction must fade: it is 1 − βᵗ, with t in the power.")),
        Mistake(lambda g, rate: _adam(g, rate, correct=("m",)),
                _("v needs its correction, too.")),
        Mistake(lambda g, rate: _adam(g, rate, correct=("v",)),
                _("m needs its correction, too.")),
        Mistake(lambda g, rate: _adam(g, rate, sign=1.0),
                _("This walks uphill: subtract the step.")),
        Mistake(lambda g, rate: [_adam(g[: t + 1], rate) for t in range(len(g))],
                _("Right numbers, but return only the last w, not the whole way.")),
    )


def check_find_the_bug(attempt):
    """Exercise 1: find the bug in Adam.

    Parameters
    ----------
    attempt : callable
        Takes a list of gradients and the learning rate, and returns where w ends from 0.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    return ExercisePanel(Exercise(
        _("Exercise 1, find the bug"), lambda gradients, rate: _adam(gradients, rate),
        solution=(
            "def repaired(gradients, rate):\n"
            "    w, m, v = 0.0, 0.0, 0.0\n"
            "    for t, g in enumerate(gradients, start=1):\n"
            "        m = 0.9 * m + 0.1 * g\n"
            "        v = 0.999 * v + 0.001 * g**2\n"
            "        m_hat = m / (1 - 0.9**t)\n"
            "        v_hat = v / (1 - 0.999**t)\n"
            "        w = w - rate * m_hat / (np.sqrt(v_hat) + 1e-8)\n"
            "    return w"),
        hints=(
            _("Follow m by hand for the gradients 1 and 1. After two steps it should be "
              "0.9 · 0.1 + 0.1 = 0.19."),
            _("m and v are the memory. The hats are only used in this step: what must the next "
              "step start from?"),
            _("Give the corrected values names of their own, m_hat and v_hat."),
        ),
        cases=((np.array([2.0]), 0.1), (np.array([1.0, 1.0, 1.0, 1.0]), 0.1),
               (np.array([1.0, -2.0, 0.5, 3.0]), 0.3)),
        mistakes=_mistakes_with_the_bug(),
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
