"""Exercises of section 01: six answers in other styles, six wrong ones that look right."""

import math

import numpy as np
import pytest
from scipy.special import xlog1py, xlogy

from lecture_kit.live.exercise import NOT_YET, RIGHT
from lecture_kit.sections.loss_functions.exercises import (
    check_cross_entropy,
    check_finite_difference,
    check_one_bit,
)

TINY = 1e-12


def clipped(o):
    return min(max(o, TINY), 1 - TINY)


def entropy_of_two_distributions(o, y):
    right, output = np.array([1 - y, y]), np.array([1 - clipped(o), clipped(o)])
    return -(right * np.log(output)).sum()


def from_the_logit(o, y):
    z = math.log(clipped(o) / (1 - clipped(o)))
    return np.logaddexp(0, -z if y else z)


def one_by_one(f, w, h):
    left, right = (f(place) for place in (w - h, w + h))
    return (right - left) / h / 2


@pytest.mark.parametrize(("check", "attempt"), [
    (check_cross_entropy, lambda o, y: -math.log(max(o if y else 1 - o, TINY))),
    (check_cross_entropy, lambda o, y: -np.log(np.clip(np.where(y == 1, o, 1 - o), TINY, 1))),
    (check_cross_entropy, entropy_of_two_distributions),
    (check_cross_entropy, from_the_logit),
    (check_cross_entropy, lambda o, y: -xlogy(y, clipped(o)) - xlog1py(1 - y, -clipped(o))),
    (check_cross_entropy, lambda o, y: math.log(2) * -math.log2(abs(1 - y - clipped(o)))),
    (check_finite_difference, lambda f, w, h: f(w + h) / (2 * h) - f(w - h) / (2 * h)),
    (check_finite_difference, lambda f, w, h: (f(w - h) - f(w + h)) / (-2 * h)),
    (check_finite_difference, lambda f, w, h: 0.5 * (f(w + h) - f(w - h)) / h),
    (check_finite_difference,
     lambda f, w, h: np.mean([(f(w + h) - f(w)) / h, (f(w) - f(w - h)) / h])),
    (check_finite_difference, lambda f, w, h: np.diff([f(w - h), f(w + h)])[0] / (2 * h)),
    (check_finite_difference, one_by_one),
    *((check_one_bit, o) for o in (0.5, 1 / 2, 2**-1, np.exp2(-1), np.float32(0.5),
                                   math.exp(-math.log(2)))),
])
def test_another_style_is_right_too(check, attempt):
    assert check(attempt).feedback.status == RIGHT


@pytest.mark.parametrize(("check", "attempt", "words"), [
    (check_cross_entropy, lambda o, y: -y * np.log(o) - (1 - y) * np.log1p(-o), "Clip o first"),
    (check_cross_entropy, lambda o, y: -math.log2(max(o if y else 1 - o, TINY)), "in bits"),
    (check_cross_entropy, lambda o, y: math.log(max(o if y else 1 - o, TINY)), "minus sign"),
    (check_cross_entropy, lambda o, y: -y * math.log(clipped(o)), "The part for y = 0"),
    (check_cross_entropy, lambda o, y: -math.log(o if 0 < o < 1 else clipped(o)) if y else
        -math.log(1 - clipped(o)), ""),
    (check_cross_entropy, lambda o, y: -math.log(max(o if y else 1 - o, 1e-7)), ""),
    (check_cross_entropy, lambda o, y: -math.log(max(1 - o if y else o, TINY)), ""),
    (check_cross_entropy, lambda o, y: -math.log10(max(o if y else 1 - o, TINY)), ""),
    (check_cross_entropy, lambda o, y: min(-xlogy(y, o) - xlog1py(1 - y, -o), 30), ""),
    (check_cross_entropy, lambda o, y: entropy_of_two_distributions(o, y) / 2, ""),
    (check_finite_difference, lambda f, w, h: f(w + h) / h - f(w) / h, "one-sided"),
    (check_finite_difference, lambda f, w, h: f(w) / h - f(w - h) / h, "one-sided"),
    (check_finite_difference, lambda f, w, h: f(w + h) / h - f(w - h) / h, "2h apart"),
    (check_finite_difference, lambda f, w, h: (f(w - h) - f(w + h)) / 2 / h, "right minus left"),
    (check_finite_difference, lambda f, w, h: (f(w + h / 2) - f(w - h / 2)) / h, ""),
    (check_finite_difference, lambda f, w, h: (f(w + 1e-6) - f(w - 1e-6)) / 2e-6, ""),
    (check_finite_difference, lambda f, w, h: (f(w + 2 * h) - f(w - 2 * h)) / (4 * h), ""),
    (check_finite_difference, lambda f, w, h: abs(f(w + h) - f(w - h)) / (2 * h), ""),
    (check_one_bit, math.exp(-1), "one nat"),
    (check_one_bit, 0.25, "2 bits"),
    (check_one_bit, 2.0, "larger than 1"),
    (check_one_bit, -1.0, "negative"),
    (check_one_bit, 0.0, "infinitely many"),
    (check_one_bit, 1.0, "costs nothing"),
    (check_one_bit, math.log(2), ""),
    (check_one_bit, 0.51, ""),
])
def test_a_wrong_answer_is_refused(check, attempt, words):
    feedback = check(attempt).feedback
    assert feedback.status == NOT_YET
    assert words in feedback.text
