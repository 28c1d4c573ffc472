"""Exercises of section 05: right answers in another style, and mistakes."""

import numpy as np
import pytest

from lecture_kit.live.exercise import NOT_YET, RIGHT
from lecture_kit.maths.optimizers import Adagrad, Adam
from lecture_kit.sections.adaptive_methods import exercises


def read(code):
    """What a reader's cell defines."""
    names = {"np": np}
    exec(code, names)
    return next(value for name, value in names.items() if name not in ("np", "__builtins__"))


HAT = "def f(m, v, t, beta1, beta2):\n    "


@pytest.mark.parametrize(("check", "code"), [
    (exercises.check_bias_correction, HAT + "a = 1 - np.power(beta1, t)\n"
     "    return [m / a, v / (1 - np.power(beta2, t))]"),
    (exercises.check_first_step, "def f(length, decay): return (length**2 * (1 - decay)) ** 0.5"),
    (exercises.check_adagrad_wins, "def f(n): return sum(k**-0.5 for k in range(1, n + 1)) / n"),
])
def test_a_right_answer_in_another_style_is_accepted(check, code):
    assert check(read(code)).feedback.status == RIGHT


@pytest.mark.parametrize(
    ("check", "code", "hint"),
    [
        (
            exercises.check_bias_correction,
            HAT + "return m / (1 - beta1), v / (1 - beta2)",
            "t = 1 only",
        ),
        (
            exercises.check_bias_correction,
            HAT + "return m * (1 - beta1**t), v * (1 - beta2**t)",
            "divide",
        ),
        (
            exercises.check_bias_correction,
            HAT + "return v / (1 - beta2**t), m / (1 - beta1**t)",
            "wrong order",
        ),
        (
            exercises.check_bias_correction,
            HAT + "return m / (1 - beta1**t), v",
            "v needs its correction",
        ),
        (
            exercises.check_bias_correction,
            HAT + "return m / (1 - beta2**t), v / (1 - beta1**t)",
            "exchanged",
        ),
        (
            exercises.check_first_step,
            "def f(length, decay): return length / (1 - decay) ** 0.5",
            "Upside down",
        ),
        (exercises.check_first_step, "def f(length, decay): return length", "no bias correction"),
        (exercises.check_first_step, "def f(length, decay): return length * (1 - decay)", "root"),
        (
            exercises.check_adagrad_wins,
            "def f(n): return sum(k**-0.5 for k in range(1, n + 1))",
            "divide by n",
        ),
        (exercises.check_adagrad_wins, "def f(n): return n**-0.5", "last step only"),
        (exercises.check_adagrad_wins, "def f(n): return 2 * n**-0.5", "very large n"),
    ],
)
def test_a_wrong_answer_is_recognised(check, code, hint):
    feedback = check(read(code)).feedback
    assert feedback.status == NOT_YET
    assert hint in feedback.text


def test_the_answers_do_what_the_exercises_promise():
    hats = read(exercises.check_bias_correction(...).exercise.solution)
    m, v, w, rule = 0.0, 0.0, np.zeros(1), Adam(0.1)
    state = rule.initial_state(w)
    for t in range(1, 20):
        g = np.cos(t)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        before = w
        w, state = rule.step(w, np.array([g]), state)
        m_hat, v_hat = hats(m, v, t, 0.9, 0.999)
        assert before[0] - w[0] == pytest.approx(0.1 * m_hat / (v_hat**0.5 + 1e-8))
    w, rule = np.zeros(1), Adagrad(1.0)
    state = rule.initial_state(w)
    for _ in range(9):
        w, state = rule.step(w, np.ones(1), state)
    assert exercises.check_adagrad_wins(...).exercise.answer(9) == pytest.approx(-w[0] / 9)
