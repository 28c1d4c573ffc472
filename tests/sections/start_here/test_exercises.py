"""The exercise of the start page: right in any style, and the mistakes that people make."""

import numpy as np
import pytest

from lecture_kit.live.exercise import NOT_YET, RIGHT
from lecture_kit.sections.start_here import exercises


def read(code):
    """What a reader's cell defines."""
    names = {"np": np}
    exec(code, names)
    return next(value for name, value in names.items() if name not in ("np", "__builtins__"))


DEF = "def step(x, slope, learning_rate):\n    return "


@pytest.mark.parametrize("code", [
    "x - learning_rate * slope", "x + -slope * learning_rate", "np.array(x) - slope*learning_rate"])
def test_a_right_step_is_right_in_any_style(code):
    assert exercises.check_descent_step(read(DEF + code)).feedback.status == RIGHT


@pytest.mark.parametrize(("code", "words"), [
    ("x + learning_rate * slope", "goes uphill"), ("x - slope", "learning rate is missing"),
    ("-learning_rate * slope", "Where does it lead"), ("learning_rate * slope", "the length"),
    ("x - learning_rate * x", "took x for the slope"), ("(x - learning_rate) * slope", "Brackets")])
def test_a_wrong_step_is_recognised(code, words):
    feedback = exercises.check_descent_step(read(DEF + code)).feedback
    assert feedback.status == NOT_YET
    assert words in feedback.text
