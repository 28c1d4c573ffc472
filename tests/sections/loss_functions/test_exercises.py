"""Exercises of section 01: answers in another style, and wrong ones that are recognised."""

import math

import numpy as np
import pytest

from lecture_kit.live.exercise import NOT_YET, RIGHT
from lecture_kit.sections.loss_functions.exercises import (
    check_cross_entropy,
    check_finite_difference,
    check_one_bit,
)


@pytest.mark.parametrize(("check", "attempt"), [
    (check_cross_entropy, lambda o, y: -math.log(max(o if y else 1 - o, 1e-12))),
    (check_finite_difference, lambda f, w, h: f(w + h) / (2 * h) - f(w - h) / (2 * h)),
    (check_one_bit, 2**-1),
])
def test_another_style_is_right_too(check, attempt):
    assert check(attempt).feedback.status == RIGHT


@pytest.mark.parametrize(("check", "attempt", "words"), [
    (check_cross_entropy, lambda o, y: -y * np.log(o) - (1 - y) * np.log1p(-o), "Clip o first"),
    (check_cross_entropy, lambda o, y: -math.log2(max(o if y else 1 - o, 1e-12)), "in bits"),
    (check_cross_entropy, lambda o, y: math.log(max(o if y else 1 - o, 1e-12)), "minus sign"),
    (check_finite_difference, lambda f, w, h: f(w + h) / h - f(w) / h, "one-sided"),
    (check_finite_difference, lambda f, w, h: f(w) / h - f(w - h) / h, "one-sided"),
    (check_finite_difference, lambda f, w, h: f(w + h) / h - f(w - h) / h, "2h apart"),
    (check_one_bit, math.exp(-1), "one nat"),
    (check_one_bit, 0.25, "2 bits"),
])
def test_a_wrong_answer_is_recognised(check, attempt, words):
    feedback = check(attempt).feedback
    assert feedback.status == NOT_YET
    assert words in feedback.text
