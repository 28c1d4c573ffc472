"""Exercises of section 05: right answers in another style, and mistakes."""

import numpy as np
import pytest

from lecture_kit.live.exercise import NOT_YET, RIGHT
from lecture_kit.maths.optimizers import Adagrad, Adam, RMSprop
from lecture_kit.maths.trajectories import trajectory
from lecture_kit.sections.adaptive_methods import exercises, inside


def read(code):
    """What a reader's cell defines."""
    names = {"np": np}
    exec(code, names)
    return next(value for name, value in names.items() if name not in ("np", "__builtins__"))


def by_the_kit(gradients, rate):
    stream = iter(gradients)
    path = trajectory(lambda w: np.full_like(w, next(stream)), Adam(rate), [0.0], len(gradients))
    return path[-1, 0]


def by_weights(gradients, rate):
    """Every mean as a weighted sum of all gradients so far."""
    g, w = np.asarray(gradients), 0.0
    for t in range(1, len(g) + 1):
        ages = np.arange(t)[::-1]
        m, v = (np.average(power, weights=beta**ages)
                for power, beta in ((g[:t], 0.9), (g[:t] ** 2, 0.999)))
        w -= rate * m / (np.sqrt(v) + 1e-8)
    return w


ADAM = """
def f(gradients, rate):
    w, m, v, path = 0.0, 0.0, 0.0, []
    for t, g in enumerate(gradients, start=1):
        m = 0.9 * m + 0.1 * g
        v = 0.999 * v + 0.001 * g**2
        {step}
        path.append(w)
    return {end}
"""
HATS = "m / (1 - 0.9**t)", "v / (1 - 0.999**t)"


def adam(step, end="w"):
    return read(ADAM.format(step=step, end=end))


def in_one_array(gradients, rate):
    w, m, v = np.zeros((3, 1))
    for t, g in enumerate(gradients):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        w = w - rate * (m / (1 - 0.9 ** (t + 1))) / (np.sqrt(v / (1 - 0.999 ** (t + 1))) + 1e-8)
    return float(w[0])


RIGHT_ADAMS = [
    by_the_kit, by_weights, in_one_array,
    adam(f"w = w - rate * ({HATS[0]}) / (np.sqrt({HATS[1]}) + 1e-8)"),
    adam(f"a, b = {HATS[0]}, {HATS[1]}; w -= rate * a / (b**0.5 + 1e-8)"),
    adam(f"w += -rate * ({HATS[0]}) / np.sqrt({HATS[1]})"),
    adam(f"w = w - rate * ({HATS[0]}) / (np.sqrt({HATS[1]}) + 1e-8)", "path[-1]"),
]
WRONG_ADAMS = [
    (f"m = {HATS[0]}; v = {HATS[1]}; w = w - rate * m / (np.sqrt(v) + 1e-8)", "the bug"),
    (f"m = {HATS[0]}; w = w - rate * m / (np.sqrt({HATS[1]}) + 1e-8)", "m is still overwritten"),
    (f"v = {HATS[1]}; w = w - rate * ({HATS[0]}) / (np.sqrt(v) + 1e-8)", "v is still overwritten"),
    ("w = w - rate * m / (np.sqrt(v) + 1e-8)", "correction is gone"),
    ("w = w - rate * (m / 0.1) / (np.sqrt(v / 0.001) + 1e-8)", "must fade"),
    (f"w = w - rate * ({HATS[0]}) / (np.sqrt(v) + 1e-8)", "v needs its correction"),
    (f"w = w - rate * m / (np.sqrt({HATS[1]}) + 1e-8)", "m needs its correction"),
    (f"w = w + rate * ({HATS[0]}) / (np.sqrt({HATS[1]}) + 1e-8)", "uphill"),
    (f"w = w - rate * ({HATS[0]}) / ({HATS[1]} + 1e-8)", ""),
    (f"w = w - rate * g / (np.sqrt({HATS[1]}) + 1e-8)", ""),
]


@pytest.mark.parametrize("attempt", RIGHT_ADAMS)
def test_a_repaired_adam_is_accepted(attempt):
    assert exercises.check_find_the_bug(attempt).feedback.status == RIGHT


@pytest.mark.parametrize(("step", "hint"), WRONG_ADAMS)
def test_an_adam_with_a_bug_is_refused(step, hint):
    feedback = exercises.check_find_the_bug(adam(step)).feedback
    assert feedback.status == NOT_YET
    assert hint in feedback.text


def test_the_whole_way_of_adam_is_no_answer():
    whole = adam(f"w = w - rate * ({HATS[0]}) / (np.sqrt({HATS[1]}) + 1e-8)", "path")
    feedback = exercises.check_find_the_bug(whole).feedback
    assert feedback.status == NOT_YET
    assert "not the whole way" in feedback.text


def test_the_code_of_the_exercise_has_the_bug_after_its_first_step():
    buggy = adam(WRONG_ADAMS[0][0])
    assert buggy([2.0], 0.1) == pytest.approx(by_the_kit([2.0], 0.1))
    assert abs(buggy(np.ones(4), 0.1) - by_the_kit(np.ones(4), 0.1)) > 0.01


@pytest.mark.parametrize("attempt", [
    lambda length, decay: (length**2 * (1 - decay)) ** 0.5,
    lambda length, decay: length * np.sqrt(1 - decay),
    lambda length, decay: np.multiply(np.power(1 - decay, 0.5), length),
    lambda length, decay: length / inside.step_on_a_slope("RMSprop", 1, decay),
    lambda length, decay: length * np.hypot(np.sqrt(1 - decay), 0),
    lambda length, decay: -length / trajectory(np.ones_like, RMSprop(1.0, decay), [0.0], 1)[1, 0],
    lambda length, decay: np.exp(np.log(length) + np.log1p(-decay) / 2),
])
def test_a_right_first_step_is_accepted(attempt):
    assert exercises.check_first_step(attempt).feedback.status == RIGHT


@pytest.mark.parametrize(("attempt", "hint"), [
    (lambda length, decay: length / (1 - decay) ** 0.5, "Upside down"),
    (lambda length, decay: length, "no bias correction"),
    (lambda length, decay: length * (1 - decay), "root"),
    (lambda length, decay: length * decay**0.5, "not ρg²"),
    (lambda length, decay: (1 - decay) ** 0.5, "Multiply by the length"),
    (lambda length, decay: (length * (1 - decay)) ** 0.5, "outside the root"),
    (lambda length, decay: 0.1 * length / (1 - decay) ** 0.5, "no β₁"),
    (lambda length, decay: length * (1 - decay**2) ** 0.5, ""),
    (lambda length, decay: [length * np.sqrt(1 - decay)], ""),
])
def test_a_wrong_first_step_is_refused(attempt, hint):
    feedback = exercises.check_first_step(attempt).feedback
    assert feedback.status == NOT_YET
    assert hint in feedback.text


@pytest.mark.parametrize("attempt", [
    lambda n: sum(k**-0.5 for k in range(1, n + 1)) / n,
    lambda n: np.mean(1 / np.sqrt(np.arange(1, n + 1))),
    lambda n: np.cumsum(np.arange(1.0, n + 1) ** -0.5)[-1] / n,
    lambda n: np.average([1 / np.sqrt(k + 1) for k in range(n)]),
    lambda n: np.dot(np.full(n, 1 / n), np.arange(1.0, n + 1) ** -0.5),
    lambda n: -trajectory(np.ones_like, Adagrad(1.0), [0.0], n)[-1, 0] / n,
    lambda n: float(np.sum(np.sqrt(1 / np.linspace(1, n, n))) / n),
])
def test_a_right_border_for_adagrad_is_accepted(attempt):
    assert exercises.check_adagrad_wins(attempt).feedback.status == RIGHT


@pytest.mark.parametrize(("attempt", "hint"), [
    (lambda n: sum(k**-0.5 for k in range(1, n + 1)), "divide by n"),
    (lambda n: n**-0.5, "last step only"),
    (lambda n: 2 * n**-0.5, "very large n"),
    (lambda n: 1.0, "Only at the first hit"),
    (lambda n: sum(1 / k for k in range(1, n + 1)) / n, "root is missing"),
    (lambda n: sum(k**-0.5 for k in range(1, n)) / n, "last hit"),
    (lambda n: n / sum(k**-0.5 for k in range(1, n + 1)), "Upside down"),
    (lambda n: np.exp(np.mean(np.log(np.arange(1.0, n + 1) ** -0.5))), ""),
    (lambda n: np.mean(np.arange(1.0, n + 1)) ** -0.5, ""),
    (lambda n: np.arange(1.0, n + 1) ** -0.5 / n, ""),
])
def test_a_wrong_border_for_adagrad_is_refused(attempt, hint):
    feedback = exercises.check_adagrad_wins(attempt).feedback
    assert feedback.status == NOT_YET
    assert hint in feedback.text
