"""The same count, many times over, with Wilson's intervals."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import frozen
from scipy import stats

from lecture_kit.sections.capstone import intervals


@pytest.mark.parametrize(("n_rows", "recall", "confidence"), [
    (7, 0.4, 0.8), (242, 0.95, 0.99), (1, 0.0, 0.95), (1000, 1.0, 0.95)])
def test_counting_again_agrees_with_scipy(n_rows, recall, confidence):
    counts = intervals.count_again(n_rows, recall, confidence, 40, 5)
    n_found = (np.random.default_rng(5).random((40, 1000))[:, :n_rows] < recall).sum(axis=1)
    ends = [stats.binomtest(int(k), n_rows).proportion_ci(confidence, method="wilson")
            for k in n_found]
    assert_array_equal(counts.found, n_found / n_rows)
    assert_allclose(counts.low, [ci.low for ci in ends], atol=1e-12)
    assert_allclose(counts.high, [ci.high for ci in ends], atol=1e-12)
    assert counts.n_hits == sum(ci.low <= recall <= ci.high for ci in ends)
    assert counts.mean_width == pytest.approx(np.mean([ci.high - ci.low for ci in ends]))


def test_more_rows_are_the_same_ones_and_some_more():
    few, more = (intervals.count_again(n, 0.5, 0.95, 30, 0).found * n for n in (20, 21))
    assert set((more - few).round(9)) == {0, 1}


def test_the_width_in_theory_is_the_one_where_the_expected_number_is_found():
    n_rows = np.array([1, 10, 40])
    ends = [stats.binomtest(n // 2, n).proportion_ci(0.9, method="wilson") for n in (10, 40)]
    found = intervals.width_in_theory(frozen(n_rows, int), 0.5, 0.9)
    assert_allclose(found[1:], [ci.high - ci.low for ci in ends])
    z = stats.norm.ppf(0.95)
    assert found[0] == pytest.approx(2 * z * np.sqrt(0.25 + z**2 / 4) / (1 + z**2))


@pytest.mark.parametrize(("call", "words"), [
    (lambda: intervals.count_again(0, 0.5, 0.95, 40, 0), "n_rows must lie between 1 and 1000"),
    (lambda: intervals.count_again(1001, 0.5, 0.95, 40, 0), "n_rows must lie between 1 and 1000"),
    (lambda: intervals.count_again(5, 1.5, 0.95, 40, 0), "recall must lie between 0 and 1"),
    (lambda: intervals.count_again(5, 0.5, 0.95, 0, 0), "n_repetitions must be at least 1"),
    (lambda: intervals.width_in_theory([0], 0.5, 0.95), "n_rows must be at least 1"),
    (lambda: intervals.width_in_theory([5], -0.5, 0.95), "recall must lie between 0 and 1"),
])
def test_numbers_out_of_range_are_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
