"""Chance in one window, against numbers worked out by hand, plain loops and very many draws."""

import numpy as np
import pytest
from oracles import frozen

from lecture_kit.sections.stochastic_pooling import chance
from lecture_kit.sections.stochastic_pooling.chance import (
    drawn_variance,
    large_numbers_band,
    running_means,
    share_in_band,
    shares_drawn,
)

EXAMPLE = frozen([1.6, 0, 0, 2.4])


def test_the_example_is_that_of_the_notebook():
    assert chance.EXAMPLE == (1.6, 0, 0, 2.4)


def test_variance_of_the_example_worked_out_by_hand():
    assert drawn_variance(EXAMPLE) == pytest.approx(0.4 * 0.6 * 0.8**2, rel=1e-13)


@pytest.mark.parametrize(("window", "variance"), [
    ([2, 2, 0, 2], 0), ([0, 0, 0, 0], 0), ([5], 0), ([1, 3], 0.75), ([4, 0, 0, 0], 0)])
def test_variance_is_0_where_every_draw_gives_the_same(window, variance):
    assert drawn_variance(window) == pytest.approx(variance, abs=1e-15)


def test_variance_is_that_of_very_many_draws():
    a = np.array([0.3, 1.0, 2.2, 0.0, 3.1])
    places, _ = running_means(a, np.random.default_rng(0).random(400_000))
    assert np.var(a[places]) == pytest.approx(drawn_variance(a), rel=0.01)
    assert np.mean(a[places]) == pytest.approx((a**2).sum() / a.sum(), rel=0.01)


def test_variance_has_one_number_per_window():
    windows = np.array([[EXAMPLE, [1, 3, 0, 0]], [[0, 0, 0, 0], EXAMPLE]])
    np.testing.assert_allclose(drawn_variance(windows), [[0.1536, 0.75], [0, 0.1536]], rtol=1e-12)


def test_band_is_two_standard_deviations_of_the_mean():
    n = np.array([1, 4, 100])
    np.testing.assert_allclose(large_numbers_band(EXAMPLE, n), 2 * np.sqrt(0.1536 / n), rtol=1e-13)
    assert large_numbers_band(EXAMPLE, 64) == pytest.approx(2 * 0.3919183588 / 8, rel=1e-9)


def test_running_means_are_those_of_a_plain_loop():
    uniform = np.random.default_rng(1).random((3, 40))
    places, means = running_means(EXAMPLE, uniform)
    for row, chosen, run in zip(uniform, places, means, strict=True):
        taken = []
        for u, place, mean in zip(row, chosen, run, strict=True):
            assert place == (0 if u < 0.4 else 3)
            taken.append(1.6 if u < 0.4 else 2.4)
            assert mean == pytest.approx(sum(taken) / len(taken), rel=1e-13)


@pytest.mark.parametrize("window", [(1.6, 0, 0, 2.4), (4, 0.6, 0.6, 0.6), (1, 2, 3, 4)])
def test_the_band_keeps_what_theory_promises(window):
    _, means = running_means(window, np.random.default_rng(2).random((3000, 400)))
    for n in (1, 2, 5, 20):
        assert share_in_band(window, means[:, n - 1], n) >= 0.75  # Chebyshev
    assert share_in_band(window, means[:, 399], 400) == pytest.approx(0.954, abs=0.02)


def test_share_in_band_counts_both_sides():
    off = float(large_numbers_band(EXAMPLE, 4))
    means = 2.08 + off * np.array([-1.01, -0.99, 0, 0.99, 1.01])
    assert share_in_band(EXAMPLE, means, 4) == 0.6


@pytest.mark.parametrize("window", [(2, 2, 2, 2), (0, 0, 0, 0), (0.1, 0.1, 0.1, 0)])
def test_a_band_without_width_holds_all_in_spite_of_rounding(window):
    _, means = running_means(window, np.random.default_rng(3).random((5, 1000)))
    for n in (1, 7, 1000):
        assert share_in_band(window, means[:, n - 1], n) == 1


@pytest.mark.parametrize("bad", [0, -3])
def test_a_mean_needs_draws(bad):
    pattern = rf"n_draws must be at least 1 and a whole number; got {bad}\. Draw at least once\."
    with pytest.raises(ValueError, match=pattern):
        large_numbers_band(EXAMPLE, bad)
    with pytest.raises(ValueError, match=pattern):
        share_in_band(EXAMPLE, np.ones(3), bad)


def test_shares_drawn_are_counts():
    np.testing.assert_array_equal(shares_drawn(EXAMPLE, np.array([3, 0, 3, 3])), [0.25, 0, 0, 0.75])
    np.testing.assert_array_equal(shares_drawn([0, 0, 0], np.array([2, 2])), [0, 0, 0])
