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


SCALE = "def scale(training, test):\n    "
ONE_HOT = "def one_hot(name, categories):\n    "
KAPPA = "def kappa(r):\n    return "
RIGHT_ANSWERS = {
    exercises.check_scale: (SCALE, [
        "m, s = np.mean(training, 0), np.sqrt(np.var(training, 0))\n    s[s == 0] = 1\n"
        "    return (test - m) / s",
        "s = training.std(0)\n    return (test - training.mean(0)) / (s + (s == 0))",
        "s = training.std(0)\n    d = test - training.mean(0)\n"
        "    return np.divide(d, s, out=d, where=s > 0)",
        "s = [c.std() or 1 for c in training.T]\n    return (test - training.mean(axis=0)) / s",
        "m, s = training.mean(0), training.std(0)\n"
        "    return [[(x - a) / (b if b > 0 else 1) for x, a, b in zip(row, m, s)] "
        "for row in test]",
        "return np.transpose([(y - x.mean()) / (x.std() if np.ptp(x) else 1) "
        "for x, y in zip(training.T, test.T)])",
        "n = len(training)\n    m = training.sum(0) / n\n"
        "    s = (((training - m)**2).sum(0) / n)**.5\n"
        "    return (test - m) / np.where(s > 0, s, 1.0)",
    ]),
    exercises.check_one_hot: (ONE_HOT, [
        "return np.array([c == name for c in categories])",
        "row = np.zeros(len(categories), int)\n    if name in categories:\n"
        "        row[categories.index(name)] = 1\n    return row",
        "return [1 if name == known else 0 for known in categories]",
        "return np.eye(len(categories))[categories.index(name)] if name in categories "
        "else np.zeros(len(categories))",
        "return (np.array(categories) == name).astype(float)",
        "return list(map(name.__eq__, categories))",
        "try:\n        i = categories.index(name)\n    except ValueError:\n        i = -1\n"
        "    return [float(i == j) for j in range(len(categories))]",
    ]),
    exercises.check_kappa: (KAPPA, [
        "max(1 + r, 1 - r) / min(1 + r, 1 - r)",
        "np.linalg.cond([[1, r], [r, 1]])",
        "np.divide(*np.linalg.eigvalsh([[1, r], [r, 1]])[::-1])",
        "(1 + r) / (1 - r) if r > 0 else (1 - r) / (1 + r)",
        "(1 + abs(r))**2 / (1 - r**2)",
        "np.exp(2 * np.arctanh(abs(r)))",
        "max((1 + r) / (1 - r), (1 - r) / (1 + r))",
    ]),
}


@pytest.mark.parametrize(("check", "code"), [
    (check, head + code) for check, (head, codes) in RIGHT_ANSWERS.items() for code in codes])
def test_another_style_is_right_too(check, code):
    assert check(read(code)).feedback.status == RIGHT


WRONG_ANSWERS = {
    exercises.check_scale: (SCALE, [
        ("return (test - training.mean(axis=0)) / training.std(axis=0)", "has the deviation 0"),
        ("return (test - training.mean(0)) / (training.std(0) + 1e-9)", "but [["),
        ("return np.nan_to_num((test - training.mean(0)) / training.std(0), posinf=0)",
         "may differ in a test row"),
        ("both = np.vstack([training, test])\n    return (test - both.mean(0)) / both.std(0)",
         "Data leakage"),
        ("return (test - test.mean(0)) / test.std(0)", "measured the test rows"),
        ("return (training - training.mean(0)) / training.std(0)", "These are the training rows"),
        ("return (test - training.mean(0)) / training.var(0)", "the variance"),
        ("return (test - training.min(0)) / (training.max(0) - training.min(0))",
         "This is min-max"),
        ("return (test - training.mean()) / training.std()", "axis=0"),
        ("return (test - training.mean(1)) / training.std(1)", "raised ValueError"),
        ("return (test - training.mean(0)) / training.std(0, ddof=1)", "n − 1"),
        ("s = training.std(0, ddof=1)\n    s[s == 0] = 1\n"
         "    return (test - training.mean(0)) / s", "n − 1"),
        ("return test - training.mean(0) / training.std(0)", "brackets"),
        ("s = training.std(0)\n    s[s == 0] = 1\n    return test / s", "Subtract the mean"),
        ("s = training.std(0)\n    s[s == 0] = 1\n    return (test - np.median(training, 0)) / s",
         "expected"),
        ("s = training.std(0)\n    s[s == 0] = 1\n    return [(test - training.mean(0)) / s]",
         "expected shape (1, 2), but shape (1, 1, 2) came"),
    ]),
    exercises.check_one_hot: (ONE_HOT, [
        ("return categories.index(name) if name in categories else -1", "integer code"),
        ("row = [0] * len(categories)\n"
         "    row[categories.index(name) if name in categories else -1] = 1\n    return row",
         "not the last category"),
        ("return [name == c for c in categories] + [name not in categories]", "further column"),
        ("return [name in known for known in categories]", "inside another one"),
        ("return [known in name for known in categories]", "inside another one"),
        ("return [known.startswith(name) for known in categories]", "inside another one"),
        ("return [name == known for known in sorted(categories)]", "Keep their order"),
        ("categories.sort()\n    return [name == known for known in categories]",
         "Keep their order"),
        ("return [len(name) == len(known) for known in categories]", "expected"),
        ("return [[name == known for known in categories]]",
         "expected shape (4,), but shape (1, 4) came"),
        ("return [str(int(name == known)) for known in categories]", "'1'"),
        ("return [name != known for known in categories]", "Turned round"),
    ]),
    exercises.check_kappa: (KAPPA, [
        ("(1 + r) / (1 - r)", "For a negative one"),
        ("abs((1 + r) / (1 - r))", "For a negative one"),
        ("(1 - abs(r)) / (1 + abs(r))", "Upside down"),
        ("np.sqrt((1 + abs(r)) / (1 - abs(r)))", "κ is its square"),
        ("np.linalg.cond([[1, r], [r, 1]], 'fro')", "another norm"),
        ("1 / (1 - r**2)", "expected"),
        ("1 + abs(r)", "Divide it by"),
        ("[(1 + abs(r)) / (1 - abs(r))]", "expected a single number, but shape (1,) came"),
    ]),
}


@pytest.mark.parametrize(("check", "code", "words"), [
    (check, head + code, words)
    for check, (head, answers) in WRONG_ANSWERS.items() for code, words in answers])
def test_a_wrong_answer_is_recognised(check, code, words):
    feedback = check(read(code)).feedback
    assert feedback.status == NOT_YET
    assert words in feedback.text
