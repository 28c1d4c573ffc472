"""What the exercises of section 11 answer."""

import numpy as np
import pytest

from lecture_kit.live.exercise import NOT_YET, RIGHT
from lecture_kit.sections.detection import exercises


def read(code):
    """What a reader's cell defines."""
    names = {"np": np}
    exec(code, names)
    return next(value for name, value in names.items() if name not in ("np", "__builtins__"))


WITHIN = "def f(scores, labels, most):\n    "
ELSEWHERE = "def f(counts, share):\n    "
HARMLESS = "h = np.sort(scores[labels == 0])[::-1]\n    "
BEYOND = "t = h[most] if most < len(h) else -np.inf\n    "
RATES = "f, r = counts[:, 1] / counts.sum(axis=1)\n    "
LEAKY = """def evaluate(rows, labels, groups, is_test):
    known = ~is_test
    z = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    means = [z[known & (labels == k)].mean(axis=0) for k in (0, 1)]
    scores = z @ (means[1] - means[0])
    threshold = scores[is_test & (labels == 0)].max()
    return np.mean(scores[is_test & (labels == 1)] > threshold)"""
NO_TWINS = ("known = ~is_test", "known = ~np.isin(groups, groups[is_test])")
SCALER = ("rows.mean(axis=0)) / rows.std(axis=0)",
          "rows[known].mean(axis=0)) / rows[known].std(axis=0)")
THRESHOLD = ("scores[is_test & (labels == 0)]", "scores[known & (labels == 0)]")


def mend(*repairs):
    code = LEAKY
    for old, new in repairs:
        assert old in code
        code = code.replace(old, new)
    return code


HONEST = mend(NO_TWINS, SCALER, THRESHOLD)


@pytest.mark.parametrize(("check", "code"), [
    ("recall_within", WITHIN + HARMLESS + BEYOND + "return np.mean(scores[labels == 1] > t)"),
    ("recall_within", WITHIN + "return max(np.mean(scores[labels == 1] >= t) for t in "
     "[*scores, np.inf] if np.sum(scores[labels == 0] >= t) <= most)"),
    ("recall_within", WITHIN + "h = sorted(s for s, y in zip(scores, labels) if y == 0)\n    "
     "t = h[-most - 1] if most < len(h) else -np.inf\n    "
     "a = [s for s, y in zip(scores, labels) if y]\n    return sum(s > t for s in a) / len(a)"),
    ("recall_within", WITHIN + "v = np.unique(scores)[::-1]\n    "
     "f = (scores[labels == 0] >= v[:, None]).sum(axis=1)\n    "
     "r = (scores[labels == 1] >= v[:, None]).mean(axis=1)\n    "
     "return np.where(f <= most, r, 0).max()"),
    ("recall_within", WITHIN + "spam = labels.astype(bool)\n    "
     "ok = (scores[~spam] >= scores[spam][:, None]).sum(axis=1) <= most\n    return ok.mean()"),
    ("recall_within", WITHIN + "h = np.append(np.sort(scores[labels == 0])[::-1], -np.inf)\n    "
     "return (scores > h[min(most, len(h) - 1)])[labels == 1].mean()"),
    ("precision_elsewhere", ELSEWHERE + RATES + "return r * share / (r * share + f * (1 - share))"),
    ("precision_elsewhere", ELSEWHERE + RATES + "return 1 / (1 + f / r * (1 - share) / share)"),
    ("precision_elsewhere", ELSEWHERE + "(a, b), (c, d) = counts.tolist()\n    "
     "return share * d / (c + d) / (share * d / (c + d) + (1 - share) * b / (a + b))"),
    ("precision_elsewhere", ELSEWHERE + RATES + "odds = r / np.maximum(f, 1e-300) * share / "
     "(1 - share)\n    return odds / (1 + odds)"),
    ("precision_elsewhere", ELSEWHERE + "n = counts / counts.sum(axis=1, keepdims=True)\n    "
     "n = n[:, 1:] * np.array([1 - np.atleast_1d(share), np.atleast_1d(share)])\n    "
     "p = n[1] / n.sum(axis=0)\n    return p if np.ndim(share) else p[0]"),
    ("precision_elsewhere", ELSEWHERE + "n = 1e6\n    s, h = n * share, n * (1 - share)\n    "
     "found = s * counts[1, 1] / counts[1].sum()\n    "
     "return found / (found + h * counts[0, 1] / counts[0].sum())"),
    ("evaluation", HONEST),
    ("evaluation", HONEST.replace("np.mean(", "float(np.average(").replace(
        "> threshold)", "> threshold))")),
    ("evaluation", HONEST.replace("~np.isin(groups, groups[is_test])", "np.array([g not in "
                                  "set(groups[is_test].tolist()) for g in groups.tolist()])")),
    ("evaluation", HONEST.replace("(rows - rows[known].mean(axis=0))", "rows")),  # a constant
    ("evaluation", HONEST.replace("return ", "assert known.any()\n    return ")),
    ("evaluation", HONEST.replace("known & (labels == 0)].max()",
                                  "known & (labels != 1)].max(initial=-np.inf)")),
])
def test_a_right_answer_in_another_style_is_right(check, code):
    feedback = getattr(exercises, f"check_{check}")(read(code)).feedback
    assert feedback.status == RIGHT, feedback.text


@pytest.mark.parametrize(("check", "code", "words"), [
    ("recall_within", WITHIN + HARMLESS + BEYOND + "return np.mean(scores[labels == 1] >= t)",
     "one harmless row too many"),
    ("recall_within", WITHIN + HARMLESS + BEYOND + "return np.mean(scores > t)", "all rows"),
    ("recall_within", WITHIN + HARMLESS + BEYOND + "return (scores[labels == 1] > t).sum()",
     "Divide by"),
    ("recall_within", WITHIN + HARMLESS + BEYOND + "return t", "This is a score"),
    ("recall_within", WITHIN + "o = np.argsort(-scores, kind='stable')\n    "
     "return labels[o][np.cumsum(labels[o] == 0) <= most].sum() / labels.sum()", "one by one"),
    ("recall_within", WITHIN + HARMLESS + "t = h[most]\n    return np.mean(scores[labels == 1] > "
     "t)", "IndexError"),
    ("recall_within", WITHIN + "h = np.unique(scores[labels == 0])[::-1]\n    " + BEYOND
     + "return np.mean(scores[labels == 1] > t)", "but"),
    ("recall_within", WITHIN + "h = np.sort(scores[labels == 0])\n    " + BEYOND
     + "return np.mean(scores[labels == 1] > t)", "but"),
    ("precision_elsewhere", ELSEWHERE + "return counts[1, 1] / counts[:, 1].sum()",
     "base rate of the test"),
    ("precision_elsewhere", ELSEWHERE + RATES + "return r * share / (r + f)", "below the line"),
    ("precision_elsewhere", ELSEWHERE + RATES + "return r / (r + f) + 0 * share", "one half"),
    ("precision_elsewhere", ELSEWHERE + RATES + "return r * (1 - share) / (r * (1 - share) "
     "+ f * share)", "of the spam"),
    ("precision_elsewhere", ELSEWHERE + "f, r = counts[1] / counts.sum(axis=0)\n    "
     "return r * share / (r * share + f * (1 - share))", "but"),
    ("precision_elsewhere", ELSEWHERE + "a, d = counts[0, 1] * (1 - share), counts[1, 1] * share"
     "\n    return d / (d + a)", "hold the base rate"),
    ("precision_elsewhere", ELSEWHERE + "return share", "but"),
    ("precision_elsewhere", ELSEWHERE + RATES + "return [r * share / (r * share + f * "
     "(1 - share))]", "but"),
    ("evaluation", LEAKY, "All three"),
    ("evaluation", mend(NO_TWINS, SCALER), "The threshold is still"),
    ("evaluation", mend(NO_TWINS, THRESHOLD), "The scaler still"),
    ("evaluation", mend(SCALER, THRESHOLD), "Twins of test rows are still"),
    ("evaluation", mend(THRESHOLD), "The threshold is clean"),
    ("evaluation", mend(NO_TWINS), "The twins are out"),
    ("evaluation", mend(SCALER), "The scaler is clean"),
    ("evaluation", HONEST.replace("is_test & (labels == 1)", "labels == 1"), "With 80 rows"),
    ("evaluation", HONEST.replace("> threshold", ">= np.median(scores)"), "came"),
])
def test_a_wrong_answer_is_refused_and_recognised(check, code, words):
    feedback = getattr(exercises, f"check_{check}")(read(code)).feedback
    assert feedback.status == NOT_YET
    assert words in feedback.text
