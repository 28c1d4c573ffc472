"""Exercises of section 02: answers in another style, and wrong ones that are recognised."""

import numpy as np
import pytest

from lecture_kit.live.exercise import NOT_YET, RIGHT
from lecture_kit.sections.preprocessing import exercises


def read(code):
    """What a reader's cell defines."""
    names = {"np": np}
    exec(code, names)
    return next(value for name, value in names.items() if name not in ("np", "__builtins__"))


SCALE = "def scale(training, test):\n    return "
ONE_HOT = "def one_hot(name, categories):\n    "
KAPPA = "def kappa(r):\n    return "


@pytest.mark.parametrize(("check", "code"), [
    (exercises.check_scale, "def scale(training, test):\n"
     "    m, s = np.mean(training, 0), np.sqrt(np.var(training, 0))\n    return (test - m) / s"),
    (exercises.check_one_hot, ONE_HOT + "return np.array([c == name for c in categories])"),
    (exercises.check_one_hot, ONE_HOT + "row = np.zeros(len(categories), int)\n"
     "    if name in categories:\n        row[categories.index(name)] = 1\n    return row"),
    (exercises.check_kappa, KAPPA + "max(1 + r, 1 - r) / min(1 + r, 1 - r)"),
    (exercises.check_kappa, KAPPA + "np.linalg.cond([[1, r], [r, 1]])"),
])
def test_another_style_is_right_too(check, code):
    assert check(read(code)).feedback.status == RIGHT


@pytest.mark.parametrize(
    ("check", "code", "words"),
    [
        (
            exercises.check_scale,
            "def scale(training, test):\n    both = np.vstack([training, test])\n"
            "    return (test - both.mean(axis=0)) / both.std(axis=0)",
            "Data leakage",
        ),
        (
            exercises.check_scale,
            SCALE + "(test - test.mean(0)) / test.std(0)",
            "measured the test rows",
        ),
        (
            exercises.check_scale,
            SCALE + "(training - training.mean(0)) / training.std(0)",
            "These are the training rows",
        ),
        (
            exercises.check_scale,
            SCALE + "(test - training.mean(0)) / training.var(0)",
            "the variance",
        ),
        (
            exercises.check_scale,
            SCALE + "(test - training.min(0)) / (training.max(0) - training.min(0))",
            "This is min-max",
        ),
        (exercises.check_scale, SCALE + "(test - training.mean()) / training.std()", "axis=0"),
        (
            exercises.check_scale,
            SCALE + "(test - training.mean(0)) / training.std(0, ddof=1)",
            "n − 1",
        ),
        (exercises.check_scale, SCALE + "test - training.mean(0) / training.std(0)", "brackets"),
        (
            exercises.check_one_hot,
            ONE_HOT + "return categories.index(name) if name in categories else -1",
            "integer code",
        ),
        (
            exercises.check_one_hot,
            ONE_HOT + "row = [0] * len(categories)\n"
            "    row[categories.index(name) if name in categories else -1] = 1\n    return row",
            "not the last category",
        ),
        (
            exercises.check_one_hot,
            ONE_HOT + "return [name == c for c in categories] + [name not in categories]",
            "further column",
        ),
        (exercises.check_kappa, KAPPA + "(1 + r) / (1 - r)", "For a negative one"),
        (exercises.check_kappa, KAPPA + "(1 - abs(r)) / (1 + abs(r))", "Upside down"),
        (exercises.check_kappa, KAPPA + "np.sqrt((1 + abs(r)) / (1 - abs(r)))", "κ is its square"),
    ],
)
def test_a_wrong_answer_is_recognised(check, code, words):
    feedback = check(read(code)).feedback
    assert feedback.status == NOT_YET
    assert words in feedback.text
