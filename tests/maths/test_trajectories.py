"""Runs of an optimizer on a landscape."""

import itertools

import numpy as np
import pytest
from oracles import frozen, says

from lecture_kit.maths.landscapes import double_well, quadratic
from lecture_kit.maths.optimizers import GradientDescent, Momentum, Nesterov
from lecture_kit.maths.trajectories import diverged_at, trajectory, walk

LINEAR = [GradientDescent(0.1), Momentum(0.1, 0.9), Nesterov(0.1, 0.9)]
VALLEY = quadratic([0.1, 2])
START = (-7, 2)


@pytest.mark.parametrize("shape", [(2,), (4, 2), (3, 4, 2)])
@pytest.mark.parametrize("n_steps", [0, 1, 7])
def test_trajectory_holds_the_start_and_one_point_per_step(shape, n_steps):
    start = frozen(np.random.default_rng(0).normal(size=shape))
    path = trajectory(VALLEY.gradient, Momentum(0.1), start, n_steps)
    assert path.shape == (n_steps + 1, *shape)
    np.testing.assert_array_equal(path[0], start)


def test_walk_gives_the_points_of_the_trajectory_one_by_one():
    points = walk(VALLEY.gradient, Momentum(0.1), START, 1000)
    first = list(itertools.islice(points, 8))
    np.testing.assert_array_equal(first, trajectory(VALLEY.gradient, Momentum(0.1), START, 7))


def test_whole_numbers_are_a_start_too():
    assert trajectory(VALLEY.gradient, GradientDescent(0.3), [1, 2], 1).dtype == np.float64


def test_one_optimizer_serves_many_runs():
    optimizer = Momentum(0.1)
    first = trajectory(VALLEY.gradient, optimizer, START, 10)
    np.testing.assert_array_equal(trajectory(VALLEY.gradient, optimizer, START, 10), first)


@pytest.mark.parametrize(("bound", "last"), [(100, 6), (64, 6), (63, 5), (1e6, 19)])
def test_a_run_ends_at_the_step_that_leaves_the_bound(bound, last):
    path = trajectory(quadratic([1]).gradient, GradientDescent(3), [1], 25, bound=bound)
    np.testing.assert_array_equal(path[: last + 1, 0], (-2.0) ** np.arange(last + 1))
    assert np.isnan(path[last + 1 :]).all()
    assert diverged_at(path) == last + 1


@pytest.mark.parametrize(("start", "expected"), [(0.5e6, 2), (0.5001e6, 1)])
def test_default_bound_is_a_million(start, expected):
    path = trajectory(quadratic([1]).gradient, GradientDescent(3), [start], 5)  # x ← −2x
    assert diverged_at(path) == expected
    points = np.stack(list(walk(quadratic([1]).gradient, GradientDescent(3), [start], 5)))
    np.testing.assert_array_equal(points, path)


def test_one_coordinate_outside_the_bound_ends_the_run():
    path = trajectory(quadratic([1, 0.1]).gradient, GradientDescent(3), [1, 1], 5, bound=10)
    np.testing.assert_allclose(path[:4, 1], 0.7 ** np.arange(4), rtol=1e-14)
    assert np.isnan(path[4:]).all()


def test_a_run_that_diverged_leaves_the_others_alone():
    starts, rates = np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([[0.3], [50.0]])
    path = trajectory(VALLEY.gradient, Momentum(rates, 0.5), starts, 40)
    alone = trajectory(VALLEY.gradient, Momentum(0.3, 0.5), [1.0, 1.0], 40)
    np.testing.assert_array_equal(path[:, 0], alone)
    assert list(diverged_at(path)) == [-1, np.isnan(path[:, 1]).any(axis=-1).argmax()]
    assert np.isnan(path[-1, 1]).all()


def test_a_run_that_left_the_bound_does_not_come_back():
    path = trajectory(lambda w: np.where(np.abs(w) > 5, w, -9 * w), GradientDescent(1), [1], 6,
                      bound=50)
    assert list(path[:2, 0]) == [1, 10]
    path = trajectory(lambda w: np.where(np.abs(w) > 5, w, -9 * w), GradientDescent(1), [1], 6,
                      bound=9)
    assert np.isnan(path[1:]).all()


@pytest.mark.parametrize("optimizer", LINEAR, ids=lambda rule: type(rule).__name__)
def test_divergence_raises_no_warning(optimizer):
    path = trajectory(double_well(0.3).gradient, type(optimizer)(1e3), [[2.0], [-3.0]], 200)
    assert np.isnan(path[-1]).all()
    assert np.all(diverged_at(path) > 0)


def test_a_gradient_that_is_no_number_ends_the_run():
    path = trajectory(lambda w: np.full_like(w, np.nan), GradientDescent(0.1), [1.0], 3)
    assert diverged_at(path) == 1


@pytest.mark.parametrize(("gone", "expected"), [([], -1), ([4], 4), ([2, 3, 4], 2), ([0], 0)])
def test_diverged_at_finds_the_first_missing_point(gone, expected):
    path = np.ones((5, 2))
    path[gone, 1] = np.nan
    assert diverged_at(path) == expected


def test_diverged_at_answers_for_every_run():
    path = np.ones((5, 2, 3, 2))
    path[3:, 0, 1] = np.nan
    path[1:, 1, 2, 0] = np.nan
    np.testing.assert_array_equal(diverged_at(path), [[-1, 3, -1], [-1, -1, 1]])


@pytest.mark.parametrize("run", [trajectory, lambda *args: next(walk(*args))])
@pytest.mark.parametrize(("start", "n_steps", "pattern"), [
    ([np.nan, 1.0], 3, says("start must be finite", "[nan, 1.0]", "Remove NaN")),
    ([np.inf, 1.0], 3, says("start must be finite", "[inf, 1.0]", "Remove NaN")),
    (2.0, 3, says("start must have its coordinates on the last axis", "2.0", "Pass [x]")),
    ([1.0, 1.0], -1, says("n_steps must be at least 0", "-1", "Try n_steps=100.")),
])
def test_bad_starts_and_step_numbers_are_refused(run, start, n_steps, pattern):
    with pytest.raises(ValueError, match=pattern):
        run(VALLEY.gradient, GradientDescent(0.1), start, n_steps)


def test_a_run_that_begins_outside_the_bound_ends_at_once():
    def gradient(points):
        return points

    path = trajectory(gradient, GradientDescent(0.5), [[3.0], [5.0]], 2, bound=4.0)
    np.testing.assert_array_equal(path[..., 0], [[3, 5], [1.5, np.nan], [0.75, np.nan]])
    np.testing.assert_array_equal(diverged_at(path), [-1, 1])


def test_numbers_that_overflow_end_a_run_without_a_warning():
    path = trajectory(np.square, GradientDescent(1e100), [1e99], 3, bound=1e100)
    assert np.isnan(path[1:]).all()
