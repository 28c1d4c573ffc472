"""Noisy descents: floors by long runs and by recursion, steps one by one."""


import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import frozen

from lecture_kit.sections.epochs_and_batches import noise, walkers


@pytest.mark.parametrize("rate", [0.05, 0.5, 1.0, 1.7])
def test_the_noise_floor_solves_the_balance_of_shrinking_and_noise(rate):
    variance = 0.0  # of w, which a step multiplies by 1 − η before it adds η times the noise
    batch_variance = 3.0 * (10 - 4) / (4 * 9)
    for _ in range(2000):
        variance = (1 - rate) ** 2 * variance + rate**2 * batch_variance
    assert walkers.noise_floor(rate, 3.0, 10, 4) == pytest.approx(variance / 2, rel=1e-9)


def test_the_noise_floor_at_its_borders():
    floors = walkers.noise_floor([1.999, 2.0, 3.0], 1, 10, 4)
    assert_array_equal(floors == np.inf, [False, True, True])
    assert walkers.noise_floor(0.5, 1, 10, 10) == 0
    assert walkers.noise_floor(0.001, 1, 10**9, 4) == pytest.approx(0.001 / 16, rel=1e-3)


@pytest.mark.parametrize(("arguments", "pattern"), [
    ((0, 1, 10, 2), "learning_rate must be positive"),
    ((0.1, 1, 10, 11), "batch_size must lie between 1 and 10")])
def test_the_noise_floor_refuses_impossible_settings(arguments, pattern):
    with pytest.raises(ValueError, match=pattern):
        walkers.noise_floor(*arguments)


def test_a_noisy_descent_takes_the_steps_of_gradient_descent_on_the_means_it_draws():
    means = frozen(np.random.default_rng(0).normal(size=(7, 2, 3)))
    rates = np.array([0.3, 1.2])
    path = walkers.noisy_descent(rates, means, [1.0, 2, 3], 20, np.random.default_rng(5))
    choices = np.random.default_rng(5).integers(7, size=(20, 100))
    for walker, setting in ((0, 0), (41, 1), (99, 0)):
        w = np.array([1.0, 2, 3])
        for step in range(20):
            assert_allclose(path[step, walker, setting], w, rtol=1e-12)
            w = w - rates[setting] * (w - means[choices[step, walker], setting])
    assert path.shape == (21, 100, 2, 3)


def test_a_noisy_descent_that_diverges_is_nan_from_there_on_and_the_other_goes_on():
    means = np.zeros((3, 2, 1))
    path = walkers.noisy_descent([0.5, 3.0], means, [1.0], 12, np.random.default_rng(0))
    assert np.isfinite(path[:, :, 0]).all()
    assert_array_equal(path[:10, 0, 1, 0], (-2.0) ** np.arange(10))  # 2¹⁰ lies beyond 1000
    assert np.isnan(path[10:, :, 1]).all()


def test_walkers_stay_at_the_noise_floor():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(32, 2))
    points -= points.mean(axis=0)
    means = noise.batch_means(points, noise.draw_order(32, 4000, rng))[:, [1, 7]]
    path = walkers.noisy_descent([0.2, 0.8], means, [0, 0], 1500, rng)
    measured = walkers.mean_height(path[200:]).mean(axis=0)
    variance = (points**2).sum(axis=1).mean()
    expected = [
        walkers.noise_floor(0.2, variance, 32, 2),
        walkers.noise_floor(0.8, variance, 32, 8),
    ]
    assert_allclose(measured, expected, rtol=0.06)


def test_mean_height_is_the_mean_over_walkers():
    path = np.random.default_rng(0).normal(size=(4, 5, 2, 3))
    expected = [[np.mean([np.dot(w, w) / 2 for w in path[step, :, setting]])
                 for setting in range(2)] for step in range(4)]
    assert_allclose(walkers.mean_height(path), expected)


@pytest.mark.parametrize("factor", [1, 8, np.array([1, 2, 64])])
def test_a_larger_batch_keeps_the_rate_or_the_noise_scale(factor):
    assert_array_equal(walkers.scaled_setting(0.1, 4, "keep η", factor)[0], 0.1 * factor / factor)
    rate, batch_size = walkers.scaled_setting(0.1, 4, "k · η", factor)
    assert_array_equal(batch_size, 4 * factor)
    assert_allclose(noise.noise_scale(rate, 512, batch_size), noise.noise_scale(0.1, 512, 4))
    with pytest.raises(ValueError, match="rule must be one of"):
        walkers.scaled_setting(0.1, 4, "η / k", factor)


def test_floors_of_theory_are_multiples_of_the_floor_before():
    theory, k = walkers.theory_floors(0.1, 4), walkers.FACTORS
    share = (512 - 4 * k) / k / 508  # what a batch that is k times as large leaves of the variance
    assert_allclose(theory["keep η"], share)
    assert_allclose(theory["k · η"][:5], (share * k * 1.9 / (2 - 0.1 * k))[:5])
    assert np.isinf(theory["k · η"][5:]).all()


@pytest.mark.parametrize(("rate", "batch_size"), [(0.1, 4), (0.02, 8)])
def test_measured_floors_follow_theory(rate, batch_size):
    theory = walkers.theory_floors(rate, batch_size)
    measured = walkers.measured_floors(rate, batch_size, 0)
    assert set(theory) == set(measured) == set(walkers.RULES)
    for rule, floors in measured.items():
        steady = theory[rule] < 10
        assert_allclose(floors[steady], theory[rule][steady], rtol=0.25, atol=1e-12)
    if rate == 0.1:
        assert np.isnan(measured["k · η"][5:]).all()


def test_another_seed_draws_other_batches():
    first, second = (walkers.measured_floors(0.1, 4, seed)["keep η"] for seed in (0, 1))
    assert (first != second).all()


def test_walkers_go_down_for_ten_epochs():
    run = walkers.descend(0.1, 32, 0)
    assert_allclose(run.epochs, np.arange(161) / 16)
    assert run.heights[0] == 2.5  # of the place (2, 1)
    assert run.places.shape == (100, 2)
    assert (run.places**2).sum(axis=1).mean() / 2 == pytest.approx(run.heights[-1])
    assert_allclose(run.heights[80:].mean(), walkers.noise_floor(0.1, 1, 512, 32), rtol=0.1)


def test_with_all_points_at_once_there_is_no_noise():
    run = walkers.descend(0.3, 512, 0)
    assert_allclose(run.heights, 2.5 * 0.7 ** (2 * np.arange(11)))
    assert_allclose(run.places, [[2 * 0.7**10, 0.7**10]] * 100)


@pytest.mark.parametrize("call", [
    lambda: walkers.descend(0.1, 3, 0), lambda: walkers.theory_floors(0.1, 3),
    lambda: walkers.measured_floors(0.1, 3, 0)])
def test_other_batch_sizes_are_refused(call):
    with pytest.raises(ValueError, match=r"batch_size must be one of .*; got 3\. Take one"):
        call()
