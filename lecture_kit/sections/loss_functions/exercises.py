"""Exercises of the section: the right answer, hints, and mistakes that people really make."""

import numpy as np

from lecture_kit.live.exercise import Exercise, ExercisePanel, Mistake
from lecture_kit.live.language import translate as _
from lecture_kit.maths import losses


def check_cross_entropy(attempt):
    """Exercise 1: cross entropy that survives an output of 0.

    Parameters
    ----------
    attempt : callable
        Takes output o and target y, returns the loss in nats.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    return ExercisePanel(
        Exercise(
            _("Exercise 1, cross entropy that survives o = 0"),
            _clipped,
            "def cross_entropy(o, y):\n"
            "    o = np.clip(o, 1e-12, 1 - 1e-12)\n"
            "    return -(y * np.log(o) + (1 - y) * np.log(1 - o))",
            (
                _("Begin with the formula of the slide, but with np.log, the natural logarithm."),
                _("At o = 0 the logarithm is −∞. Move o a little away from 0 and from 1 first."),
                _("np.clip(o, low, high) does that. Use low = 1e-12 and high = 1 − 1e-12."),
            ),
            cases=((0.98, 1.0), (0.3, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0), (1e-20, 1.0)),
            mistakes=_mistakes_with_cross_entropy(),
            tolerance=1e-5,
        ),
        attempt,
    )


def _clipped(o, y):
    return losses.binary_cross_entropy(np.clip(o, 1e-12, 1 - 1e-12), y)


def _mistakes_with_cross_entropy():
    return (
        Mistake(lambda o, y: -(y * np.log(o) + (1 - y) * np.log(1 - o)),
                _("The formula is right, but the logarithm of 0 is −∞. Clip o first.")),
        Mistake(lambda o, y: _clipped(o, y) / np.log(2),
                _("That is in bits. Use np.log for nats.")),
        Mistake(lambda o, y: -_clipped(o, y), _("The minus sign is missing.")),
        Mistake(lambda o, y: -y * np.log(np.clip(o, 1e-12, 1 - 1e-12)),
                _("The part for y = 0 is missing.")),
        Mistake(lambda o, y: -(y * np.log(np.maximum(o, 1e-12))
                               + (1 - y) * np.log(1 - np.maximum(o, 1e-12))),
                _("Clip o at both ends: at o = 1 the other logarithm is infinite.")),
    )


def check_finite_difference(attempt):
    """Exercise 2: the slope of a function, measured.

    Parameters
    ----------
    attempt : callable
        Takes a function f, a place w and a small number h, returns the central difference.

    Returns
    -------
    ExercisePanel
        The verdict.
    """

    def central(f, w, h):
        return (f(w + h) - f(w - h)) / (2 * h)

    def w_cubed(w):
        return w**3

    def bits_of_neuron(w):
        return losses.binary_cross_entropy_from_logits(1.5 * w + 0.5, 1, base=2)

    return ExercisePanel(
        Exercise(
            _("Exercise 2, a measured slope"),
            central,
            "def slope(f, w, h):\n    return (f(w + h) - f(w - h)) / (2 * h)",
            (
                _("The slope is height difference divided by distance."),
                _("Go the same small way h to both sides of w. How far apart are the two places?"),
            ),
            cases=((w_cubed, 2.0, 0.1), (bits_of_neuron, 0.4, 0.01), (bits_of_neuron, -1.0, 0.01)),
            mistakes=_mistakes_with_slopes(),
        ),
        attempt,
    )


def _mistakes_with_slopes():
    one_sided = _("That is the one-sided difference. Take both sides: its error is "
                  "of order h², not h.")
    return (
        Mistake(lambda f, w, h: (f(w + h) - f(w)) / h, one_sided),
        Mistake(lambda f, w, h: (f(w) - f(w - h)) / h, one_sided),
        Mistake(lambda f, w, h: (f(w + h) - f(w - h)) / h,
                _("Twice too much: w + h and w − h are 2h apart.")),
        Mistake(lambda f, w, h: f(w + h) - f(w - h),
                _("Divide by the distance 2h.")),
        Mistake(lambda f, w, h: (f(w + h) - f(w - h)) / 2 * h,
                _("Python reads / 2 * h as: divide by 2, then multiply by h. Write "
                  "/ (2 * h).")),
        Mistake(lambda f, w, h: f(w + h) - f(w - h) / (2 * h),
                _("Put the difference into brackets: it is divided as a whole.")),
        Mistake(lambda f, w, h: (f(w - h) - f(w + h)) / (2 * h),
                _("The sign is turned round: right minus left.")),
    )


def check_one_bit(attempt):
    """Exercise 3: the output that costs one bit when the target is 1.

    Parameters
    ----------
    attempt : float
        The output o.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    return ExercisePanel(
        Exercise(
            _("Exercise 3, one bit"),
            0.5,
            "o = 0.5    # −log2(0.5) = 1",
            (
                _("Solve −log2(o) = 1."),
                _("2 to which power is o? To the power −1."),
            ),
            mistakes=(
                Mistake(float(np.exp(-1)), _("That output costs one nat, not one bit.")),
                Mistake(0.25, _("That output costs 2 bits.")),
                Mistake(-1.0, _("A probability cannot be negative. Solve −log2(o) = 1 for o.")),
                Mistake(2.0, _("A probability cannot be larger than 1. Mind the minus sign.")),
                Mistake(0.0, _("An output of 0 costs infinitely many bits.")),
                Mistake(1.0, _("An output of 1 is quite sure and right: it costs nothing.")),
            ),
            tolerance=1e-3,
        ),
        attempt,
    )
