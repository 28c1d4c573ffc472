"""The exercises of section 07: right answers in any style, and wrong ones that look right."""

import nbformat
import numpy as np
import pytest
from driving import ROOT
from scipy.stats import zscore
from sklearn.preprocessing import StandardScaler

from lecture_kit.live.exercise import NOT_YET, RIGHT
from lecture_kit.sections.batch_normalization import exercises


def column_by_column(x, scale, shift, epsilon):
    rows = []
    for column, gamma, beta in zip(x.T, scale, shift, strict=True):
        m = sum(column) / len(column)
        v = sum((column - m) ** 2) / len(column)
        rows.append(gamma * (column - m) / (v + epsilon) ** 0.5 + beta)
    return np.transpose(rows)


def by_the_mean_square(x, scale, shift, epsilon):
    return scale * (x - x.mean(0)) / np.sqrt((x**2).mean(0) - x.mean(0) ** 2 + epsilon) + shift


def by_scikit_learn(x, scale, shift, epsilon):
    fitted = StandardScaler().fit(x)
    return scale * (x - fitted.mean_) / np.sqrt(fitted.var_ + epsilon) + shift


def in_place(x, scale, shift, epsilon):
    x -= x.mean(axis=0)
    x /= np.sqrt(np.mean(np.square(x), axis=0) + epsilon)
    x *= scale
    x += shift
    return x


RIGHT_FORWARD = {
    "column by column": column_by_column,
    "mean square": by_the_mean_square,
    "scikit-learn": by_scikit_learn,
    "in place": in_place,
    "as a list": lambda *given: column_by_column(*given).tolist(),
    "transposed and back": lambda x, scale, shift, epsilon: (
        (scale * ((x.T - x.T.mean(1, keepdims=True))
                  / np.sqrt(x.T.var(1, keepdims=True) + epsilon)).T) + shift),
    "one factor": lambda x, scale, shift, epsilon: (
        x * (scale / np.sqrt(x.var(0) + epsilon))
        + (shift - x.mean(0) * scale / np.sqrt(x.var(0) + epsilon))),
}
WRONG_FORWARD = {
    "z-score without epsilon": lambda x, scale, shift, _epsilon: (
        scale * np.nan_to_num(zscore(x)) + shift),
    "sample variance": lambda x, scale, shift, epsilon: (
        scale * (x - x.mean(0)) / np.sqrt(x.var(0, ddof=1) + epsilon) + shift),
    "median": lambda x, scale, shift, epsilon: (
        scale * (x - np.median(x, axis=0)) / np.sqrt(x.var(0) + epsilon) + shift),
    "mean absolute deviation": lambda x, scale, shift, epsilon: (
        scale * (x - x.mean(0)) / (np.abs(x - x.mean(0)).mean(0) + epsilon) + shift),
    "norm in place of the deviation": lambda x, scale, shift, epsilon: (
        scale * (x - x.mean(0)) / np.sqrt(((x - x.mean(0)) ** 2).sum(0) + epsilon) + shift),
    "axis 1": lambda x, scale, shift, epsilon: (
        scale * (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + epsilon)
        + shift),
    "a row of one passes": lambda x, scale, shift, epsilon: (
        x if len(x) == 1 else column_by_column(x, scale, shift, epsilon)),
    "gamma of the first feature": lambda x, scale, shift, epsilon: column_by_column(
        x, [scale[0]] * 2, shift, epsilon),
    "an axis too many": lambda *given: column_by_column(*given)[np.newaxis],
}


@pytest.mark.parametrize("attempt", RIGHT_FORWARD.values(), ids=RIGHT_FORWARD)
def test_a_forward_pass_is_right_in_any_style(attempt):
    assert exercises.check_batch_normalize(attempt).feedback.status == RIGHT


@pytest.mark.parametrize("attempt", WRONG_FORWARD.values(), ids=WRONG_FORWARD)
def test_a_forward_pass_that_looks_right_is_refused(attempt):
    assert exercises.check_batch_normalize(attempt).feedback.status == NOT_YET


REPAIRS = {
    "x.mean()": "x.mean(axis=0)",
    "(len(x) - 1)": "len(x)",
    "np.sqrt(variance) + epsilon": "np.sqrt(variance + epsilon)",
    "(normalized + shift)": "normalized + shift",
}


def lines_of_the_notebook():
    cells = nbformat.read(ROOT / "notebooks" / "07_batch_normalization.ipynb", as_version=4).cells
    (text,) = [cell.source for cell in cells if cell.id == "four-bugs"]
    return text.split("```python\n")[1].split("```")[0]


def defined(code):
    names = {"np": np}
    exec(code, names)
    return names["batch_norm"]


def test_the_lines_of_the_notebook_have_four_bugs_and_each_repair_is_seen():
    code = lines_of_the_notebook()
    assert len(code.splitlines()) == 8
    feedback = exercises.check_batch_normalize(defined(code)).feedback
    assert feedback.text.endswith("All four bugs are still there.")
    for n, (bug, repair) in enumerate(REPAIRS.items(), start=1):
        assert code.count(bug) == 1
        code = code.replace(bug, repair)
        feedback = exercises.check_batch_normalize(defined(code)).feedback
        assert feedback.status == (RIGHT if n == 4 else NOT_YET)
        assert n == 4 or f"Bugs that are left: {4 - n}." in feedback.text


RIGHT_ONES = {
    "shift": lambda x, scale, shift: shift,
    "computed": lambda x, scale, shift: scale * (x - x) / np.sqrt(1e-5) + shift,
    "as a list": lambda x, scale, shift: shift.tolist(),
    "a copy": lambda x, scale, shift: np.array(shift),
    "zeros": lambda x, scale, shift: 0 * scale + shift,
    "through a table": lambda x, scale, shift: (
        scale * (x[np.newaxis] - x[np.newaxis].mean(axis=0)) + shift)[0],
}
WRONG_ONES = {
    "the row": lambda x, scale, shift: x,
    "scaled": lambda x, scale, shift: scale * x + shift,
    "gamma and beta": lambda x, scale, shift: scale + shift,
    "zeros": lambda x, scale, shift: 0 * x,
    "not a number": lambda x, scale, shift: (x - x) / (x - x),
    "over the row": lambda x, scale, shift: scale * (x - x.mean()) / x.std() + shift,
    "the mean of beta": lambda x, scale, shift: np.full(len(x), shift.mean()),
    "an axis too many": lambda x, scale, shift: shift[np.newaxis],
}


@pytest.mark.parametrize("attempt", RIGHT_ONES.values(), ids=RIGHT_ONES)
def test_a_batch_of_one_is_right_in_any_style(attempt):
    assert exercises.check_batch_of_one(attempt).feedback.status == RIGHT


@pytest.mark.parametrize("attempt", WRONG_ONES.values(), ids=WRONG_ONES)
def test_a_batch_of_one_that_looks_right_is_refused(attempt):
    assert exercises.check_batch_of_one(attempt).feedback.status == NOT_YET


def mates(pattern, deviation=1.0):
    """Mates with a given pattern around their mean, in a batch of a given deviation."""
    pattern = np.array(pattern) / np.sqrt(np.sum(np.square(pattern)))

    def choose(z, target):
        return z + deviation * (-4 / 3 * target + np.sqrt(4 - 4 / 3 * target**2) * pattern)

    return choose


def only_two_differ(z, target):
    """Two mates equal to each other: x, x, y solves the same two equations."""
    middle, apart = z - 4 / 3 * target, np.sqrt((4 - 4 / 3 * target**2) / 6)
    return [middle + apart, middle + apart, middle - 2 * apart]


RIGHT_MATES = {
    "around the middle": mates([-1.0, 0.0, 1.0]),
    "in another order": mates([1.0, -1.0, 0.0]),
    "far away": mates([-1.0, 0.0, 1.0], 500.0),
    "one is apart": mates([2.0, -1.0, -1.0]),
    "two are equal": only_two_differ,
    "a tuple": lambda z, target: tuple(mates([-3.0, 1.0, 2.0])(z, target)),
    "a little off": lambda z, target: mates([-1.0, 0.0, 1.0])(z, target) * (1 + 1e-6),
}
WRONG_MATES = {
    "the target itself": lambda z, target: [target] * 3,
    "twins": lambda z, target: [z, z, z],
    "equal": lambda z, target: [z - target] * 3,
    "as if the row did not count": lambda z, target: (
        z - target + np.sqrt(1.5) * np.array([-1, 0, 1])),
    "divided by B - 1": lambda z, target: (
        z - 4 / 3 * target + np.sqrt(max(0, 3 - 4 / 3 * target**2) / 2) * np.array([-1, 0, 1])),
    "the other side": lambda z, target: mates([-1.0, 0.0, 1.0])(z, -target),
    "as if z were 0": lambda z, target: mates([-1.0, 0.0, 1.0])(0, target),
    "not a number": lambda z, target: [np.nan, z, z],
    "two": lambda z, target: mates([-1.0, 0.0, 1.0])(z, target)[:2],
}


@pytest.mark.parametrize("attempt", RIGHT_MATES.values(), ids=RIGHT_MATES)
def test_mates_that_do_it_are_right_whatever_they_are(attempt):
    assert exercises.check_batch_mates(attempt).feedback.status == RIGHT


@pytest.mark.parametrize("attempt", WRONG_MATES.values(), ids=WRONG_MATES)
def test_mates_that_do_not_are_refused(attempt):
    assert exercises.check_batch_mates(attempt).feedback.status == NOT_YET


def test_an_axis_too_many_is_told_as_the_reason():
    for check, wrong in [
            (exercises.check_batch_normalize, WRONG_FORWARD["an axis too many"]),
            (exercises.check_batch_of_one, WRONG_ONES["an axis too many"])]:
        assert "shape" in check(wrong).feedback.text


def test_mates_in_another_shape_are_told_so():
    for wrong in (lambda z, target: mates([-1.0, 0.0, 1.0])(z, target)[:, np.newaxis],
                  lambda z, target: [z, *mates([-1.0, 0.0, 1.0])(z, target)]):
        assert "shape" in exercises.check_batch_mates(wrong).feedback.text


def test_no_mates_push_a_row_beyond_the_root_of_three():
    rng = np.random.default_rng(0)
    for batch in rng.standard_t(1, (1000, 4)):
        assert abs(zscore(batch)[0]) <= np.sqrt(3) + 1e-9
