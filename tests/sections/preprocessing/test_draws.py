"""Many draws of the people, against singular values and the closed form of the steps."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from oracles import says

from lecture_kit.sections.preprocessing import experiments
from lecture_kit.sections.preprocessing.draws import best_descents, condition_numbers


def rows_of(scaling, correlation, seed):
    features = experiments.people(50, correlation, seed)[0]
    if scaling == "min-max":
        return (features - features.min(axis=0)) / np.ptp(features, axis=0)
    return (features - features.mean(axis=0)) / features.std(axis=0)


@pytest.mark.parametrize("scaling", ["min-max", "z-score"])
@pytest.mark.parametrize("with_bias", [False, True])
def test_the_condition_number_is_the_squared_ratio_of_singular_values(scaling, with_bias):
    found = condition_numbers(scaling, -0.6, range(3, 6), with_bias)
    for seed, kappa in zip(range(3, 6), found, strict=True):
        rows = rows_of(scaling, -0.6, seed)
        if with_bias:
            rows = np.hstack([rows, np.ones((50, 1))])
        assert kappa == pytest.approx(np.linalg.cond(rows) ** 2)


def test_only_min_max_depends_on_the_draw():
    """The people of all draws have the same mean, deviation and correlation."""
    for scaling, expected in [("raw", 74_674), ("z-score", 4)]:
        assert_allclose(condition_numbers(scaling, 0.6, range(4)), expected, rtol=1e-5)
    found = condition_numbers("min-max", 0.6, range(30))
    assert found.argmin() == 0  # the draw of the panel is the kindest of all
    assert np.ptp(found) > 40


@pytest.mark.parametrize("scaling", ["min-max", "z-score"])
def test_at_the_best_rate_each_run_arrives_when_theory_says(scaling):
    """Both modes shrink by ρ = (κ − 1)/(κ + 1), so the limit ρ^(2k) is reached."""
    rates, runs = best_descents(scaling, range(10))
    for seed, rate, run in zip(range(10), rates, runs, strict=True):
        curvatures = np.linalg.svd(rows_of(scaling, 0.6, seed), compute_uv=False) ** 2 / 50
        assert rate == pytest.approx(2 / curvatures.sum())
        factor = np.ptp(curvatures) / curvatures.sum()
        assert run.factor == pytest.approx(factor)
        assert run.arrived_at == np.ceil(np.log(0.01) / (2 * np.log(factor)))


def test_draws_need_seeds_and_a_scaling():
    for function in (lambda *a: condition_numbers(a[0], 0.6, a[1]), best_descents):
        with pytest.raises(ValueError, match=says("seeds must be", "[-1]", "Try range(10)")):
            function("raw", [-1])
        with pytest.raises(ValueError, match="scaling must be one of"):
            function("minmax", [0])
