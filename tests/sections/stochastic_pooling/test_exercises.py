"""What the exercises of section 09 take and refuse."""

import numpy as np
import pytest

from lecture_kit.live.exercise import NOT_YET, RIGHT
from lecture_kit.sections.stochastic_pooling import exercises

CHECKS = {"p": exercises.check_probabilities, "pool": exercises.check_pooled,
          "variance": exercises.check_variance}


def feedback(name, code):
    """Judge what a reader's cell defines: one line, or more after a line break."""
    names = {"np": np}
    exec(f"def {name}(a):\n    " + (code if "return" in code else f"return {code}"), names)
    return CHECKS[name](names[name]).feedback


@pytest.mark.parametrize(("name", "code"), [
    ("p", "a / a.sum() if a.any() else a"),
    ("p", "a / (a.sum() or 1)"),
    ("p", "a / max(a.sum(), 1e-300)"),
    ("p", "np.nan_to_num(a / a.sum())"),
    ("p", "[x / sum(a) if sum(a) else 0 for x in a]"),
    ("p", "np.divide(a, a.sum(), out=np.zeros(a.size), where=a.sum() > 0)"),
    ("p", "0 * a if a.max() == 0 else a / np.dot(a, np.ones(len(a)))"),
    ("pool", "np.nan_to_num((a**2).sum(axis=1) / a.sum(axis=1))"),
    ("pool", "[(w @ w) / w.sum() if w.any() else 0.0 for w in a]"),
    ("pool", "np.sum(a * (a / np.maximum(a.sum(1, keepdims=True), 1e-300)), axis=1)"),
    ("pool", "s = a.sum(-1)\n    return (a * a).sum(-1) / np.where(s == 0, 1, s)"),
    ("pool", "np.einsum('ij,ij->i', a, a) / (a.sum(axis=1) + (a.sum(axis=1) == 0))"),
    ("pool", "m = a.mean(axis=1)\n    s = a.var(axis=1)\n"
             "    return m + np.divide(s, m, out=np.zeros(len(m)), where=m > 0)"),
    ("variance", "np.average((a - np.average(a, weights=a))**2, weights=a)"),
    ("variance", "p = a / a.sum()\n    return p @ (a - p @ a)**2"),
    ("variance", "p = a / a.sum()\n    return (p * a**2).sum() - (p @ a)**2"),
    ("variance", "np.cov(a, aweights=a, ddof=0)"),
    ("variance", "s = a.sum()\n    return (a**3).sum() / s - ((a**2).sum() / s)**2"),
    ("variance", "p = a / a.sum()\n"
                 "    return sum(p[i] * p[j] * (a[i] - a[j])**2 for i in range(a.size) "
                 "for j in range(i))"),
])
def test_right_answers_in_any_style_are_right(name, code):
    assert feedback(name, code).status == RIGHT


@pytest.mark.parametrize(("name", "code", "words"), [
    ("p", "a / a.sum()", "divides 0 by 0"),
    ("p", "np.exp(a) / np.exp(a).sum()", "softmax"),
    ("p", "a / len(a)", "by the number of entries"),
    ("p", "a / 4", ""),
    ("p", "a.sum() / np.where(a > 0, a, 1)", ""),
    ("p", "a / max(a.sum(), 1)", ""),
    ("p", "a / a.sum() if a[0] > 0 else np.zeros_like(a)", ""),
    ("p", "a / a.sum() if a.all() else np.zeros_like(a)", ""),
    ("p", "a**2 / (a**2).sum() if a.any() else a", ""),
    ("p", "a / np.linalg.norm(a) if a.any() else a", ""),
    ("p", "a / a.sum() if a.any() else 0.0", ""),
    ("p", "np.nan_to_num(a / a.sum())[:, np.newaxis]", "shape is not: expected"),
    ("pool", "(a**2).sum(axis=1) / a.sum(axis=1)", "it must give 0"),
    ("pool", "(a**2).sum() / a.sum()", "all windows together"),
    ("pool", "(a**2).sum(axis=0) / np.maximum(a.sum(axis=0), 1e-9)", ""),
    ("pool", "(a**2).sum(axis=1) / np.maximum(a.sum(axis=1), 1)", "between 0 and 1"),
    ("pool", "np.sqrt((a**2).mean(axis=1))", ""),
    ("pool", "a.mean(axis=1)", "average pooling"),
    ("pool", "a.max(axis=1)", "max pooling"),
    ("pool", "[(w @ w) / w.sum() for w in a if w.any()]", ""),
    ("pool", "np.nan_to_num((a**2).sum(1, keepdims=True) / a.sum(1, keepdims=True))",
     "expected shape (1,), but shape (1, 1) came"),
    ("variance", "np.var(a)", "same weight"),
    ("variance", "np.var(a[a > 0])", ""),
    ("variance", "np.var(a, ddof=1)", ""),
    ("variance", "np.sqrt(np.cov(a, aweights=a, ddof=0))", "standard deviation"),
    ("variance", "np.cov(a, aweights=a)", ""),
    ("variance", "p = a / a.sum()\n    return p * (a - p @ a)**2", ""),
    ("variance", "p = a / 4\n    return p @ a**2 - (p @ a)**2", ""),
    ("variance", "p = a / a.sum()\n    return p @ (a - a.mean())**2", ""),
    ("variance", "[np.cov(a, aweights=a, ddof=0)]", "expected a single number"),
])
def test_wrong_answers_are_refused_and_the_usual_ones_recognised(name, code, words):
    judged = feedback(name, code)
    assert judged.status == NOT_YET
    assert words in judged.text
