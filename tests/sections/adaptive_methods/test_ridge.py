"""Section 05: the way off the ridge against theory and against trajectories."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import says

from lecture_kit.maths.landscapes import saddle
from lecture_kit.maths.optimizers import Adagrad, Adam, GradientDescent, Momentum, RMSprop
from lecture_kit.maths.trajectories import trajectory
from lecture_kit.sections.adaptive_methods import ridge

nan = np.nan


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.45, 0.9])
def test_gradient_descent_leaves_the_ridge_as_theory_says(rate):
    distances = np.geomspace(1e-8, 1e-2, 13)
    steps = ridge.escape_steps(ridge.leave_ridge(GradientDescent(rate), distances))
    theory = ridge.escape_steps_of_gradient_descent(distances, rate)
    assert_array_equal(steps, np.ceil(theory))
    assert_allclose(distances * (1 + 2 * rate) ** theory, 1, rtol=1e-9)


def test_theory_of_the_ridge_has_the_known_numbers():
    assert ridge.escape_steps_of_gradient_descent(1e-6, 0.01) == pytest.approx(
        697.67, abs=0.01
    )
    assert ridge.escape_steps_of_gradient_descent(0.1, 0.5, 10) == pytest.approx(
        6.644, abs=1e-3
    )
    assert ridge.escape_steps_of_adagrad(0.01) == pytest.approx(1250)
    assert ridge.escape_steps_of_adagrad(0.01, 2) == pytest.approx(5000)


@pytest.mark.parametrize(("rate", "room"), [(0.01, 0.02), (0.005, 0.005)])
def test_adagrad_leaves_the_ridge_as_theory_says_from_every_distance(rate, room):
    steps = ridge.escape_steps(
        ridge.leave_ridge(Adagrad(rate), [1e-8, 1e-5, 1e-2], 6000)
    )
    assert_allclose(steps, ridge.escape_steps_of_adagrad(rate), rtol=room)
    assert np.ptp(steps) <= 3


def test_adagrad_is_slower_off_the_ridge_than_gradient_descent_and_rmsprop_is_faster():
    distances = np.geomspace(1e-8, 1e-2, 7)
    adagrad, plain, rmsprop, adam = (
        ridge.escape_steps(ridge.leave_ridge(method(0.01), distances, 2000))
        for method in (Adagrad, GradientDescent, RMSprop, Adam))
    assert np.all(adagrad > plain)
    assert np.all(rmsprop < plain / 3)
    assert np.ptp(rmsprop) <= 1 >= np.ptp(adam)


def test_ways_are_the_distances_of_the_trajectory():
    ways = ridge.leave_ridge(Momentum(0.1), [1e-3, 1e-2], 200, reach=2.0)
    for column, distance in enumerate([1e-3, 1e-2]):
        path = trajectory(saddle().gradient, Momentum(0.1), [0.0, -distance], 200, bound=1e100)
        assert_array_equal(ways[:, column], np.abs(path[: len(ways), 1]))
    assert ways[-1].min() >= 2.0 > ways[-2].min()


def test_a_run_that_stays_on_the_ridge_has_no_steps():
    ways = ridge.leave_ridge(GradientDescent(0.01), [0.0, 1e-3], 50)
    assert ways.shape == (51, 2)
    assert_array_equal(ridge.escape_steps(ways), [nan, nan])
    assert_array_equal(
        ridge.escape_steps(ways, reach=2e-3), [nan, 36]
    )  # ln 2 / ln 1.02 = 35.003


@pytest.mark.parametrize(("way", "length"), [
    ([0.1, 0.5, 1.0, 3.0], 3), ([0.1, 0.2], 2), ([2.0, 9.0], 1), ([0.5, 1.5, nan, nan], 2)])
def test_a_way_ends_with_the_step_that_leaves(way, length):
    assert_array_equal(ridge.until_off(way), way[:length])
    assert_array_equal(ridge.until_off(way, reach=100), way)


def test_growth_on_the_ridge_is_a_power():
    assert_allclose(ridge.growth_on_the_ridge(1e-3, 0.5, 3), [1e-3, 2e-3, 4e-3, 8e-3])
    assert ridge.growth_on_the_ridge(1.0, 0.9, 2000)[-1] == np.inf


@pytest.mark.parametrize(("call", "pattern"), [
    (lambda: ridge.escape_steps_of_gradient_descent(0.0, 0.1),
     says("distance must be positive", "0.0", "Try 1e-6.")),
    (lambda: ridge.escape_steps_of_gradient_descent(0.1, 0.0),
     says("learning_rate must be positive", "0.0", "Try 0.1.")),
    (lambda: ridge.escape_steps_of_adagrad(0.0),
     says("learning_rate must be positive", "0.0", "Try 0.01.")),
])
def test_what_makes_no_sense_is_refused(call, pattern):
    with pytest.raises(ValueError, match=pattern):
        call()
