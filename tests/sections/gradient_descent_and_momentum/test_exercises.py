"""Exercises of section 04: solutions and mistakes."""

import numpy as np
import pytest

from lecture_kit.live.exercise import NOT_YET, RIGHT
from lecture_kit.sections.gradient_descent_and_momentum import exercises


def read(code):
    """What a reader's cell defines."""
    names = {"np": np}
    exec(code, names)
    return next(value for name, value in names.items() if name not in ("np", "__builtins__"))


@pytest.mark.parametrize(
    "check",
    [exercises.check_critical_rate, exercises.check_best_pair, exercises.check_nesterov_step],
)
def test_the_solutions_are_right(check):
    assert check(read(check(...).exercise.solution)).feedback.status == RIGHT


STEP = "def step(w, v, gradient, learning_rate, momentum):\n    "


@pytest.mark.parametrize(
    ("check", "code", "words"),
    [
        (exercises.check_critical_rate, "def f(x): return 1 / (12 * x**2 - 4)", "twice as large"),
        (exercises.check_critical_rate, "def f(x): return 2 / (12 * x**2)", "The −4 is missing"),
        (
            exercises.check_critical_rate,
            "def f(x): return 2 / (4 * x**3 - 4 * x + 0.9)",
            "the gradient",
        ),
        (
            exercises.check_critical_rate,
            "def f(x): return 12 * x**2 - 4",
            "the curvature f'' itself",
        ),
        (
            exercises.check_best_pair,
            "def f(low, high):\n    a, b = low**0.5, high**0.5\n"
            "    return 2 / (a + b), (b - a) / (b + a)",
            "Both squares are missing",
        ),
        (
            exercises.check_best_pair,
            "def f(low, high):\n    a, b = low**0.5, high**0.5\n"
            "    return (2 / (a + b)) ** 2, (b - a) / (b + a)",
            "The square of β is missing",
        ),
        (
            exercises.check_best_pair,
            "def f(low, high):\n    k = high / low\n"
            "    return (2 / (low + high)) ** 2, ((k - 1) / (k + 1)) ** 2",
            "The roots are missing",
        ),
        (
            exercises.check_best_pair,
            "def f(low, high):\n    k = high / low\n"
            "    return 2 / (low + high), ((k - 1) / (k + 1)) ** 2",
            "without momentum",
        ),
        (
            exercises.check_nesterov_step,
            STEP + "v = momentum * v - learning_rate * gradient(w)\n    return w + v, v",
            "plain momentum",
        ),
        (
            exercises.check_nesterov_step,
            STEP + "v = momentum * v - learning_rate * "
            "gradient(w - momentum * v)\n    return w + v, v",
            "looked back",
        ),
        (
            exercises.check_nesterov_step,
            STEP + "v = momentum * v + learning_rate * "
            "gradient(w + momentum * v)\n    return w + v, v",
            "climbs",
        ),
        (
            exercises.check_nesterov_step,
            STEP + "v = momentum * v - learning_rate * gradient(w + v)\n    return w + v, v",
            "whole v ahead",
        ),
        (
            exercises.check_nesterov_step,
            STEP + "v = momentum * v - learning_rate * "
            "gradient(w + momentum * v)\n    return v, w + v",
            "wrong order",
        ),
    ],
)
def test_a_wrong_answer_is_recognised(check, code, words):
    feedback = check(read(code)).feedback
    assert feedback.status == NOT_YET
    assert words in feedback.text
