"""The exercises of the capstone: right answers in any style, and wrong ones that look right."""

import numpy as np
import pytest

from lecture_kit.live.exercise import NOT_YET, RIGHT
from lecture_kit.sections.capstone import exercises, pairs
from lecture_kit.sections.capstone.settings import ALL_ON


def read(code, name):
    """What a reader's cell defines."""
    names = {"np": np}
    exec(code, names)
    return names[name]


RECALL = "def recall(confusion):\n    return "
RIGHT_RECALLS = (
    "np.diag(confusion) / confusion.sum(axis=1)",
    "np.diagonal(confusion) / np.sum(confusion, axis=-1)",
    "confusion.diagonal() / (confusion @ np.ones(len(confusion)))",
    "[row[i] / sum(row) for i, row in enumerate(confusion.tolist())]",
    "tuple(confusion[i, i] / confusion[i].sum() for i in range(len(confusion)))",
    "np.diag(confusion / confusion.sum(axis=1, keepdims=True))",
    "np.einsum('ii->i', confusion) / np.einsum('ij->i', confusion)",
    "1 - (confusion.sum(axis=1) - np.diag(confusion)) / confusion.sum(axis=1)",
)
WRONG_RECALLS = (
    ("np.diag(confusion) / confusion.sum(axis=0)", "That is the precision"),
    ("np.diag(confusion) / confusion.sum()", "divided by all rows"),
    ("np.trace(confusion) / confusion.sum()", "the accuracy, one number"),
    ("(np.diag(confusion) / confusion.sum(axis=1)).mean()", "This is the mean recall"),
    ("np.diag(confusion) / confusion.sum(axis=1, keepdims=True)", "expected"),
    ("(np.diag(confusion) / confusion.sum(axis=1))[:, np.newaxis]", "an axis too many"),
    ("(np.diag(confusion) / confusion.sum(axis=1))[np.newaxis]", "an axis too many"),
    ("confusion.max(axis=1) / confusion.sum(axis=1)", "expected"),
    ("np.diag(confusion) // confusion.sum(axis=1)", "expected"),
    ("np.round(np.diag(confusion) / confusion.sum(axis=1), 1)", "expected"),
    ("2 * np.diag(confusion) / (confusion.sum(axis=0) + confusion.sum(axis=1))", "expected"),
    ("np.sort(np.diag(confusion) / confusion.sum(axis=1))", "expected"),
    ("np.diag(confusion)", "expected"),
)


@pytest.mark.parametrize("code", RIGHT_RECALLS)
def test_recalls_in_any_style_are_right(code):
    assert exercises.check_recall(read(RECALL + code, "recall")).feedback.status == RIGHT


@pytest.mark.parametrize(("code", "words"), WRONG_RECALLS)
def test_what_looks_like_recalls_is_refused(code, words):
    feedback = exercises.check_recall(read(RECALL + code, "recall")).feedback
    assert feedback.status == NOT_YET
    assert words in feedback.text


KEEP = "def keep(first, second):\n    def score(c):\n        r = np.diag(c) / c.sum(axis=1)\n"
BY_SCORE = "    return int(score(second) > score(first))"
RIGHT_KEEPS = (
    "        return r.mean()\n" + BY_SCORE,
    "        return r.sum()\n" + BY_SCORE,
    "        return np.average(r)\n    return score(second) > score(first)",
    "        return r.mean()\n    return 0 if score(first) >= score(second) else 1",
    "        return r.mean()\n    return np.argmax([score(first), score(second)])",
    "        return sum(c[i, i] / sum(c[i]) for i in range(len(c))) / len(c)\n" + BY_SCORE,
    "        return -(1 - r).mean()\n    return float(score(first) < score(second))",
)
WRONG_KEEPS = (
    ("        return np.trace(c) / c.sum()\n" + BY_SCORE, "You compared accuracies"),
    ("        return np.average(r, weights=c.sum(axis=1))\n" + BY_SCORE, "accuracies"),
    ("        return r.mean()\n    return int(score(second) < score(first))", "other way round"),
    ("        return r.mean()\n    return int(score(second) >= score(first))", "but for a tie"),
    ("        return r.min()\n" + BY_SCORE, "the lowest recalls only"),
    ("        return r.max()\n" + BY_SCORE, "expected"),
    ("        return np.median(r)\n" + BY_SCORE, "medians"),
    ("        return np.prod(r) ** (1 / len(r))\n" + BY_SCORE, "geometric means"),
    ("        return len(r) / (1 / r).sum()\n" + BY_SCORE, "harmonic means"),
    ("        return (np.diag(c) / c.sum(axis=0)).mean()\n" + BY_SCORE, "precisions"),
    ("        return np.sqrt((r**2).mean())\n" + BY_SCORE, "expected"),
    ("        return np.sqrt(r).mean()\n" + BY_SCORE, "expected"),
    ("        return (2 * np.diag(c) / (c.sum(0) + c.sum(1))).mean()\n" + BY_SCORE, "expected"),
    ("        return r[-1]\n" + BY_SCORE, "expected"),
    ("        return (r > 0).sum()\n" + BY_SCORE, "expected"),
    ("        return np.trace(c)\n" + BY_SCORE, "accuracies"),
    ("        return r.mean()\n    return score(second)", "expected"),
    ("        return r.mean()\n    return [int(score(second) > score(first))]", "one number"),
)


@pytest.mark.parametrize("code", RIGHT_KEEPS)
def test_the_better_detector_in_any_style_is_right(code):
    assert exercises.check_send_home(read(KEEP + code, "keep")).feedback.status == RIGHT


@pytest.mark.parametrize(("code", "words"), WRONG_KEEPS)
def test_another_average_is_refused(code, words):
    feedback = exercises.check_send_home(read(KEEP + code, "keep")).feedback
    assert feedback.status == NOT_YET
    assert words in feedback.text


@pytest.fixture
def pretended(monkeypatch):
    """Recalls that differ from those of everything on as a test asks for; the nearest row: 0.5."""
    luck, asked = np.random.default_rng(0).random((20, 1)) / 10, {"shift": 0.0, "parts": []}
    noise = np.random.default_rng(1).standard_normal((20, 1)) / 100

    def challenge_recalls(choices, part="validation"):
        asked["parts"].append(part)
        scores = 0.7 + luck if choices is ALL_ON else 0.7 + luck + noise + asked["shift"]
        return np.repeat(scores, 8, axis=1)

    monkeypatch.setattr(pairs, "challenge_recalls", challenge_recalls)
    monkeypatch.setattr(pairs, "nearest_row", lambda numbers: (None, np.full((20, 8), 0.5)))
    return asked


@pytest.mark.parametrize(("shift", "status", "words"), [
    (0.02, RIGHT, "better. Above the nearest row:"), (0.1, RIGHT, "open the test rows, once"),
    (0.009, RIGHT, "better. Above"), (0.0, NOT_YET, "cannot tell. Above"),
    (0.003, NOT_YET, "cannot tell. Above"), (-0.003, NOT_YET, "cannot tell. Above"),
    (-0.02, NOT_YET, "worse. Above"), (-0.5, NOT_YET, "worse. Above"),
    (-0.15, NOT_YET, "better.")])
def test_the_challenge_compares_pairs_on_the_validation_rows_alone(
        pretended, shift, status, words):
    pretended["shift"] = shift
    feedback = exercises.check_challenge({"epochs": 3}).feedback
    assert feedback.status == status
    assert words in feedback.text
    assert set(pretended["parts"]) == {"validation"}


@pytest.mark.parametrize("attempt", [[1], "Adam", {"optimiser": "Adam"}, {"epochs": 0}, 0.9])
def test_what_is_no_setting_is_told_so(attempt):
    feedback = exercises.check_challenge(attempt).feedback
    assert feedback.status == NOT_YET
    assert "got" in feedback.text


def test_everything_on_beats_the_nearest_row_but_not_itself():
    feedback = exercises.check_challenge(ALL_ON).feedback
    assert feedback.status == NOT_YET
    assert "Above everything on: 0.000 ± 0.000, cannot tell" in feedback.text
    lead = pairs.challenge_recalls(ALL_ON).mean(axis=1)
    lead = lead - pairs.nearest_row(range(20))[1].mean(axis=1)
    assert f"Above the nearest row: {lead.mean():.4f} ± " in feedback.text
    assert ", better." in feedback.text
