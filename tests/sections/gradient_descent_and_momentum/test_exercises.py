"""Exercises of section 04: six answers in other styles, six wrong ones that look right."""

import cmath

import numpy as np
import pytest

from lecture_kit.live.exercise import NOT_YET, RIGHT
from lecture_kit.sections.gradient_descent_and_momentum.exercises import (
    check_critical_rate,
    check_mode_factor,
)


def step(curvature, rate, beta):
    """One step of (x, v) as a matrix."""
    return np.array([[1 - rate * curvature, beta], [-rate * curvature, beta]])


def largest(matrix):
    return np.abs(np.linalg.eigvals(matrix)).max()


def by_formula(curvature, rate, beta):
    half = (1 + beta - rate * curvature) / 2
    root = cmath.sqrt(half**2 - beta)
    return max(abs(half + root), abs(half - root))


def by_cases(curvature, rate, beta):
    trace = 1 + beta - rate * curvature
    gap = trace**2 - 4 * beta
    return beta**0.5 if gap < 0 else (abs(trace) + gap**0.5) / 2


@pytest.mark.parametrize("attempt", [
    lambda x: 2 / (12 * x**2 - 4),
    lambda x: 1 / (6 * x * x - 2),
    lambda x: 2.0 * (12 * x**2 - 4) ** -1,
    lambda x: 2 / np.polyval([12, 0, -4], x),
    lambda x: 2 / np.polyval(np.polyder([1, 0, -2, 0.9, 1], 2), x),
    lambda x: np.divide(0.5, 3 * np.square(x) - 1),
])
def test_a_critical_rate_in_another_style_is_right(attempt):
    assert check_critical_rate(attempt).feedback.status == RIGHT


@pytest.mark.parametrize(("attempt", "words"), [
    (lambda x: 1 / (12 * x**2 - 4), "twice as large"),
    (lambda x: 2 / (12 * x**2), "The −4 is missing"),
    (lambda x: 2 / (4 * x**3 - 4 * x + 0.9), "the gradient"),
    (lambda x: 12 * x**2 - 4, "the curvature f'' itself"),
    (lambda x: 2 / 12 * x**2 - 4, "Brackets"),
    (lambda x: 2 / (12 * x - 4), ""),
    (lambda x: round(2 / (12 * x**2 - 4), 3), ""),
    (lambda _x: 2 / (12 * 1.0977**2 - 4), ""),
    (lambda x: 2 / (12 * abs(x) - 4), ""),
])
def test_a_wrong_critical_rate_is_refused(attempt, words):
    feedback = check_critical_rate(attempt).feedback
    assert feedback.status == NOT_YET
    assert words in feedback.text


@pytest.mark.parametrize("attempt", [
    lambda *case: largest(step(*case)),
    lambda *case: largest(step(*case).T),
    lambda *case: largest(step(*case)[::-1, ::-1]),
    lambda curvature, rate, beta: max(abs(np.roots([1, rate * curvature - 1 - beta, beta]))),
    lambda curvature, rate, beta: largest([[1 + beta - rate * curvature, -beta], [1, 0]]),
    by_formula,
    by_cases,
])
def test_a_factor_in_another_style_is_right(attempt):
    assert check_mode_factor(attempt).feedback.status == RIGHT


@pytest.mark.parametrize(("attempt", "words"), [
    (lambda curvature, rate, _beta: abs(1 - rate * curvature), "without momentum"),
    (lambda _curvature, _rate, beta: beta**0.5, "complex pair"),
    (lambda *case: np.linalg.eigvals(step(*case)).real.max(), "np.abs"),
    (lambda *case: np.abs(np.linalg.eigvals(step(*case))).min(), "larger of the two"),
    (lambda *case: np.linalg.svd(step(*case))[1].max(), "stretch"),
    (lambda curvature, rate, beta: largest([[1, 1], [-rate * curvature, beta]]), "the old v"),
    (lambda curvature, rate, beta: largest([[1 + rate * curvature, beta],
                                            [rate * curvature, beta]]), "climbs"),
    (lambda *case: largest(step(*case)) ** 2, "the square"),
    (lambda *case: max(np.linalg.eigvals(step(*case)), key=lambda z: z.real).real, "np.abs"),
    (lambda *case: np.abs(np.linalg.eigvals(step(*case))).mean(), ""),
    (lambda *case: np.linalg.det(step(*case)), ""),
    (lambda *case: abs(np.trace(step(*case))), ""),
    (lambda curvature, rate, beta: largest([[1 - rate * curvature, beta], [-curvature, beta]]), ""),
    (lambda *case: min(1.0, largest(step(*case))), ""),
])
def test_a_wrong_factor_is_refused(attempt, words):
    feedback = check_mode_factor(attempt).feedback
    assert feedback.status == NOT_YET
    assert words in feedback.text
