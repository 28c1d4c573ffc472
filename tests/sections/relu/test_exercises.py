"""What the exercises of section 08 answer."""

import numpy as np
import pytest

from lecture_kit.live.exercise import NOT_YET, RIGHT
from lecture_kit.sections.relu import exercises


def read(code):
    """What a reader's cell defines."""
    names = {"np": np}
    exec(code, names)
    return next(value for name, value in names.items() if name not in ("np", "__builtins__"))


SLOPE = "def f(z, leak): return "
BIAS = "def f(features, weights): return "
STEPS = "def f(z, x, learning_rate, leak): return "


@pytest.mark.parametrize(("check", "code"), [
    (exercises.check_leaky_slope, SLOPE + "leak + (1 - leak) * (z > 0)"),
    (exercises.check_leaky_slope, SLOPE + "[1 if value > 0 else leak for value in z]"),
    (exercises.check_leaky_slope, SLOPE + "np.where(z <= 0, leak, 1.0)"),
    (exercises.check_leaky_slope, SLOPE + "np.clip(np.sign(z), leak, 1)"),
    (exercises.check_leaky_slope, SLOPE + "leak ** (z <= 0)"),
    (exercises.check_leaky_slope, SLOPE + "np.select([z > 0], [1.0], leak)"),
    (exercises.check_killing_bias, BIAS + "(-features @ weights).min(axis=0)"),
    (exercises.check_killing_bias, BIAS + "[-max(features @ column) for column in weights.T]"),
    (exercises.check_killing_bias, BIAS + "-np.sort(features @ weights, axis=0)[-1]"),
    (exercises.check_killing_bias, BIAS + "-(weights.T @ features.T).max(axis=1)"),
    (exercises.check_killing_bias, BIAS + "0 - np.amax(np.dot(features, weights), 0)"),
    (exercises.check_killing_bias, BIAS + "-np.einsum('ri,iu->ru', features, weights).max(0)"),
    (exercises.check_steps_to_wake, STEPS + "abs(z) / learning_rate / leak / (1 + x @ x)"),
    (exercises.check_steps_to_wake, STEPS + "-z / (learning_rate * leak * (np.sum(x**2) + 1))"),
    (exercises.check_steps_to_wake, STEPS + "z / (-learning_rate * leak * (1 + (x * x).sum()))"),
    (exercises.check_steps_to_wake, STEPS
     + "-z / (learning_rate * leak * (np.linalg.norm(x) ** 2 + 1))"),
    (exercises.check_steps_to_wake, STEPS
     + "-z / sum(learning_rate * leak * v * v for v in [*x, 1])"),
    (exercises.check_steps_to_wake, STEPS
     + "-z / (learning_rate * leak) / np.dot([*x, 1], [*x, 1])"),
])
def test_a_right_answer_in_another_style_is_right(check, code):
    assert check(read(code)).feedback.status == RIGHT


@pytest.mark.parametrize(("check", "code", "words"), [
    (exercises.check_leaky_slope, SLOPE + "(z > 0) * 1.0", "This is ReLU"),
    (exercises.check_leaky_slope, SLOPE + "np.where(z < 0, leak, 1)", "Right but for z = 0"),
    (exercises.check_leaky_slope, SLOPE + "np.where(z < 0, leak * z, z)", "the function itself"),
    (exercises.check_leaky_slope, SLOPE + "np.where(z > 0, z, leak)", "so its slope is 1"),
    (exercises.check_leaky_slope, SLOPE + "np.where(z > 0, 1, 0.01)", ""),
    (exercises.check_leaky_slope, SLOPE + "np.where(z > 0, 1, -leak)", "no minus sign"),
    (exercises.check_leaky_slope, SLOPE + "z.clip(leak, 1)", ""),
    (exercises.check_leaky_slope, SLOPE + "(z > 0) + leak * (z < 0)", ""),
    (exercises.check_leaky_slope, SLOPE + "np.where(z > 0, 1, leak)[np.newaxis]",
     "shape is not: expected"),
    (exercises.check_killing_bias, BIAS + "np.max(features @ weights, axis=0)", "The sign"),
    (exercises.check_killing_bias, BIAS + "-np.max(features @ weights)", "one bias per unit"),
    (exercises.check_killing_bias, BIAS + "-np.min(features @ weights, axis=0)", "one row only"),
    (exercises.check_killing_bias, BIAS + "-np.max(features @ weights, axis=1)", "axis=0"),
    (exercises.check_killing_bias, BIAS + "-np.mean(features @ weights, axis=0)", "With the mean"),
    (exercises.check_killing_bias, BIAS + "-features.max(axis=0) @ weights", ""),
    (exercises.check_killing_bias, BIAS + "np.minimum(-(features @ weights).max(axis=0), 0)", ""),
    (exercises.check_killing_bias, BIAS + "-np.linalg.norm(features @ weights, axis=0)", ""),
    (exercises.check_killing_bias, BIAS + "-(features @ weights).max(axis=0, keepdims=True)",
     "shape is not: expected"),
    (exercises.check_steps_to_wake, STEPS + "-z / (learning_rate * leak * np.sum(x**2))",
     "the bias learns, too"),
    (exercises.check_steps_to_wake, STEPS + "-z / (learning_rate * (np.sum(x**2) + 1))",
     "only the leak"),
    (exercises.check_steps_to_wake, STEPS + "z / (learning_rate * leak * (np.sum(x**2) + 1))",
     "The sign"),
    (exercises.check_steps_to_wake, STEPS + "-z / learning_rate * leak * (np.sum(x**2) + 1)",
     "Brackets"),
    (exercises.check_steps_to_wake, STEPS
     + "np.ceil(-z / (learning_rate * leak * (np.sum(x**2) + 1)))", "do not round"),
    (exercises.check_steps_to_wake, STEPS + "-z / (learning_rate * leak * (np.mean(x**2) + 1))",
     ""),
    (exercises.check_steps_to_wake, STEPS
     + "-z / (learning_rate * leak * (np.linalg.norm(x) + 1) ** 2)", ""),
    (exercises.check_steps_to_wake, STEPS + "-z / (learning_rate * leak * (x**2 + 1))", ""),
    (exercises.check_steps_to_wake, STEPS
     + "np.array([-z]) / (learning_rate * leak * (np.sum(x**2) + 1))", "expected a single number"),
])
def test_a_wrong_answer_is_recognised(check, code, words):
    feedback = check(read(code)).feedback
    assert feedback.status == NOT_YET
    assert words in feedback.text
