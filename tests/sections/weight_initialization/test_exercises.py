"""What the exercises of section 03 take and refuse."""

import numpy as np
import pytest

from lecture_kit.live.exercise import NOT_YET, RIGHT
from lecture_kit.sections.weight_initialization import exercises

CHECKS = {"split(w, epsilon)": exercises.check_break_symmetry,
          "scale(x, w)": exercises.check_scale_from_experiment}
SPLIT, SCALE = CHECKS


def feedback(signature, code):
    """Judge what a reader's cell defines: one line, or more after a line break."""
    names = {"np": np}
    exec(f"def {signature}:\n    " + (code if "return" in code else f"return {code}"), names)
    return CHECKS[signature](names[signature.partition("(")[0]]).feedback


@pytest.mark.parametrize(("signature", "code"), [
    (SPLIT, "other = w.copy()\n    other[0] += epsilon\n    return np.stack([w, other], axis=1)"),
    (SPLIT, "b = np.array([w, w])\n    b[1, 0] += epsilon\n    return b.T"),
    (SPLIT, "b = np.tile(w[:, np.newaxis], 2)\n    b[0][1] = w[0] + epsilon\n    return b"),
    (SPLIT, "np.column_stack([w, w + epsilon * (np.arange(len(w)) == 0)])"),
    (SPLIT, "[[x, x + epsilon * (i == 0)] for i, x in enumerate(w)]"),
    (SPLIT, "np.outer(w, [1, 1]) + epsilon * np.outer(np.eye(len(w))[0], [0, 1])"),
    (SCALE, "np.sqrt(np.mean(x**2) / np.mean(np.maximum(x @ w, 0)**2))"),
    (SCALE, "out = np.maximum(x @ w, 0)\n"
            "    return np.linalg.norm(x) / np.linalg.norm(out) * np.sqrt(out.size / x.size)"),
    (SCALE, "(np.mean(np.where(x @ w > 0, x @ w, 0)**2) / np.mean(x**2))**-0.5"),
    (SCALE, "z = x @ w\n    return np.sqrt(np.mean(x**2) / np.mean(z**2 * (z > 0)))"),
    (SCALE, "out = np.clip(x @ w, 0, None)\n"
            "    return np.sqrt((x**2).mean(axis=1).mean() / (out**2).mean(axis=0).mean())"),
    (SCALE, "out = np.maximum(x @ w, 0)\n"
            "    return np.sqrt((x.var() + x.mean()**2) / (out.var() + out.mean()**2))"),
])
def test_right_answers_in_any_style_are_right(signature, code):
    assert feedback(signature, code).status == RIGHT


@pytest.mark.parametrize(("signature", "code", "words"), [
    (SPLIT, "np.column_stack([w, w])", "Both columns are equal"),
    (SPLIT, "np.column_stack([w, w + epsilon])", "One number is enough"),
    (SPLIT, "b = np.column_stack([w, w])\n    b[0] += epsilon\n    return b", "of both units"),
    (SPLIT, "b = np.column_stack([w, w])\n    b[0, 0] += epsilon\n    return b", "unit 1"),
    (SPLIT, "b = np.column_stack([w, w])\n    b[-1, 1] += epsilon\n    return b", ""),
    (SPLIT, "b = np.column_stack([w, w])\n    b[0, 1] -= epsilon\n    return b", ""),
    (SPLIT, "b = np.column_stack([w, w])\n    b[0, 1] *= 1 + epsilon\n    return b", ""),
    (SPLIT, "v = w\n    v[0] += epsilon\n    return np.column_stack([w, v])", "of both units"),
    (SPLIT, "b = np.array([w, w])\n    b[1, 0] += epsilon\n    return b", "into the columns"),
    (SPLIT, "b = np.column_stack([w, w])\n    b[0, 1] += epsilon\n    return b[np.newaxis]",
     "shape is not: expected"),
    (SCALE, "np.mean(x**2) / np.mean(np.maximum(x @ w, 0)**2)", "Take the square root"),
    (SCALE, "np.linalg.norm(x) / np.linalg.norm(np.maximum(x @ w, 0))", "A norm is a sum"),
    (SCALE, "np.sqrt((x**2).sum() / (np.maximum(x @ w, 0)**2).sum())", "A norm is a sum"),
    (SCALE, "np.sqrt(np.mean(x**2) / np.mean((x @ w)**2))", "The ReLU is missing"),
    (SCALE, "np.std(x) / np.std(np.maximum(x @ w, 0))", "np.std subtracts the mean"),
    (SCALE, "np.sqrt(2 / len(w))", "He's formula"),
    (SCALE, "np.sqrt(2 / w.shape[1])", ""),
    (SCALE, "np.abs(x).mean() / np.maximum(x @ w, 0).mean()", ""),
    (SCALE, "np.abs(x).max() / (x @ w).max()", ""),
    (SCALE, "z = x @ w\n    return np.sqrt(np.mean(x**2) / np.mean(z[z > 0]**2))", ""),
    (SCALE, "np.sqrt(np.mean(x**2) / np.mean(np.maximum(x @ w, 0)**2, axis=0))", ""),
    (SCALE, "np.sqrt(np.mean(x**2, keepdims=True) / np.mean(np.maximum(x @ w, 0)**2))",
     "expected a single number"),
])
def test_wrong_answers_are_refused_and_the_usual_ones_recognised(signature, code, words):
    judged = feedback(signature, code)
    assert judged.status == NOT_YET
    assert words in judged.text


@pytest.mark.parametrize("sigma", [
    0.2, 1 / 5, np.sqrt(2 / 50), (2 / 50) ** 0.5, np.float32(0.2), np.array(0.2),
    2 / 50**0.5 / 2**0.5])
def test_the_scale_of_fifty_nodes_in_any_style_is_right(sigma):
    assert exercises.check_alive(sigma).feedback.status == RIGHT


@pytest.mark.parametrize(("sigma", "words"), [
    (0.04, "Take the square root"), (50**-0.5, "Xavier"), (0.1, "right for 200 nodes"),
    (0.05, "wrong way"), (1.0, "by 25"), (0.21, ""), (-0.2, ""), (np.sqrt(2), ""),
    ([0.2], "expected a single number"), ("0.2 or so", "")])
def test_another_scale_is_refused(sigma, words):
    feedback = exercises.check_alive(sigma).feedback
    assert feedback.status == NOT_YET
    assert words in feedback.text
