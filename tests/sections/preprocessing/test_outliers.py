"""What one outlier leaves to the others, against SciPy and scaling by hand."""

import numpy as np
import pytest
import scipy.stats
from numpy.testing import assert_allclose, assert_array_equal
from oracles import says

from lecture_kit.maths.preprocessing import SCALERS
from lecture_kit.sections.preprocessing.outliers import (
    SHARES_KEPT,
    body_weights,
    kept_by_min_max,
    kept_by_z_score,
    kept_over_draws,
    largest_z_score,
    scale_with_outlier,
)


def test_body_weights_are_normal_and_more_people_keep_those_that_were_there():
    many = body_weights(1000, 3)
    assert scipy.stats.kstest(many, scipy.stats.norm(65, 11).cdf).pvalue > 0.01
    assert_array_equal(body_weights(10, 3), many[:10])
    assert_array_equal(body_weights(4), body_weights(4, 0))
    assert np.abs(body_weights(10, 4) - many[:10]).max() > 1


@pytest.mark.parametrize("n_people", [0, 1001])
def test_body_weights_refuse_too_few_and_too_many(n_people):
    pattern = says("n_people must lie between 1 and 1000", str(n_people), "Try n_people=30.")
    with pytest.raises(ValueError, match=pattern):
        body_weights(n_people)


@pytest.mark.parametrize("outlier", [-200.0, 65.0, 655.0])
def test_a_column_with_its_outlier_is_scaled_as_by_hand(outlier):
    others = body_weights(30, 1)
    columns, kept = scale_with_outlier(others, outlier)
    column = np.append(others, outlier)
    squeezed, scored = (column - column.min()) / np.ptp(column), scipy.stats.zscore(column)
    assert list(columns) == list(SCALERS)
    for name, expected in (("raw", column), ("min-max", squeezed), ("z-score", scored)):
        assert_allclose(columns[name], expected, atol=1e-12)
    assert kept == pytest.approx({"min-max": np.ptp(squeezed[:-1]), "z-score": scored[:-1].std()})
    assert kept == pytest.approx({name: share(others, outlier)
                                  for name, share in SHARES_KEPT.items()})


def test_a_column_needs_others_that_differ_and_a_number():
    with pytest.raises(ValueError, match="others must be a list of values that are not all equal"):
        scale_with_outlier([1.0, 1.0], 5.0)
    with pytest.raises(ValueError, match=says("outlier must be finite", "nan", "Remove NaN")):
        scale_with_outlier([1.0, 2.0], np.nan)


@pytest.mark.parametrize("outlier", [-200.0, 30.0, 65.0, 90.0, 655.0, 1e5])
@pytest.mark.parametrize("n", [2, 10, 300])
def test_what_the_others_keep_is_what_is_measured(outlier, n):
    others = np.random.default_rng(n).normal(65, 11, n)
    column = np.append(others, outlier)
    squeezed = (column - column.min()) / np.ptp(column)
    scored = scipy.stats.zscore(column)
    assert kept_by_min_max(others, outlier) == pytest.approx(np.ptp(squeezed[:-1]))
    assert kept_by_z_score(others, outlier) == pytest.approx(scored[:-1].std())


def test_what_the_others_keep_takes_many_outliers_at_once():
    others, outliers = [1.0, 2.0, 4.0], np.array([3.0, 7.0, 100.0])
    assert_allclose(kept_by_min_max(others, outliers), [1, 0.5, 3 / 99])
    one_by_one = [kept_by_z_score(others, outlier) for outlier in outliers]
    assert_allclose(kept_by_z_score(others, outliers), one_by_one)


@pytest.mark.parametrize("kept", [kept_by_min_max, kept_by_z_score])
def test_bad_others_are_refused(kept):
    for others in ([2.0, 2.0], [2.0], [[1.0, 2.0]], []):
        with pytest.raises(ValueError, match="others must be a list of"):
            kept(others, 5.0)
    with pytest.raises(ValueError, match="outlier must be finite"):
        kept([1.0, 2.0], np.nan)


@pytest.mark.parametrize("n", [2, 10, 1000])
def test_the_largest_z_score_is_reached_but_never_passed(n):
    bound = largest_z_score(n)
    alone = np.append(np.zeros(n - 1), 1.0)
    assert scipy.stats.zscore(alone).max() == pytest.approx(bound)
    for seed in range(5):
        assert scipy.stats.zscore(np.random.default_rng(seed).standard_cauchy(n)).max() <= bound


def test_the_largest_z_score_needs_a_value():
    assert largest_z_score(1) == 0
    with pytest.raises(ValueError, match=says("n must be at least 1", "0", "counts")):
        largest_z_score(0)


def test_many_draws_keep_what_each_keeps():
    measured, theory = kept_over_draws(20, 655.0, [4, 2])
    assert_allclose(measured, theory)
    for column, seed in zip(measured.T, (4, 2), strict=True):
        assert_allclose(column, list(scale_with_outlier(body_weights(20, seed), 655.0)[1].values()))
