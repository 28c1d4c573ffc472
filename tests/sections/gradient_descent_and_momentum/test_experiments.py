"""Section 04: forces, many runs and two wells against closed forms and runs in plain numbers."""

import numpy as np
import pytest
from oracles import frozen, says

from lecture_kit.maths.landscapes import double_well, quadratic
from lecture_kit.maths.optimizers import GradientDescent, Momentum, Nesterov
from lecture_kit.maths.trajectories import trajectory
from lecture_kit.sections.gradient_descent_and_momentum.experiments import (
    at_rest,
    basin_share,
    falling_modes,
    forces,
    hilltop,
    last_points,
    roll,
    settled,
    shares_by_momentum,
    until_divergence,
)

LECTURE = [0.1, 2]


# Many runs


@pytest.mark.parametrize(("points", "radius", "rests"), [
    ([1.2], 0.25, True), ([1.2], 0.15, False), ([1.1, 0.9, 1.0], 0.2, True),
    ([1.3, 1.1, 1.0], 0.2, False), ([1.0, 1.0, 1.3], 0.2, False), ([1.0, np.nan], 0.2, False),
])
def test_a_run_rests_if_all_its_last_points_are_near(points, radius, rests):
    assert settled(np.array(points)[:, np.newaxis], np.array([1.0]), radius) == rests


@pytest.mark.parametrize(("x", "near"), [(1.049, True), (0.951, True), (1.051, False)])
def test_default_radius_is_0_05(x, near):
    assert settled(np.array([[x]]), np.array([1.0])) == near


def test_settled_answers_for_every_run_and_measures_the_distance_in_the_plane():
    points = np.array([[[0, 0], [0.15, 0.15]], [[0.3, 0], [0.15, 0.15]]])  # 0.212 away
    assert settled(points, np.zeros(2), radius=0.22).tolist() == [False, True]
    assert settled(points, np.zeros(2), radius=0.2).tolist() == [False, False]


@pytest.mark.parametrize("n_steps", [200, 201])
def test_a_run_that_swings_across_a_minimum_does_not_rest(n_steps):
    landscape = double_well()
    for learning_rate in (0.2, 0.209):
        last = last_points(landscape.gradient, GradientDescent(learning_rate), [-1.5], n_steps)
        assert np.abs(last - landscape.minima[0]).min() < 0.2
        assert not any(settled(last, minimum) for minimum in landscape.minima)
    assert np.all(shares_by_momentum(landscape, 0.2, [0.0], [[-1.5], [-1.1]], n_steps) == 0)


@pytest.mark.parametrize("optimizer", [GradientDescent(0.3), Momentum(0.3, 0.5), Nesterov(3.0)])
@pytest.mark.parametrize("n_steps", [0, 1, 40])
def test_last_points_are_the_end_of_the_trajectory(optimizer, n_steps):
    start, gradient = frozen([[-7, 2], [1, 1], [0, 900]]), quadratic(LECTURE).gradient
    path = trajectory(gradient, optimizer, start, n_steps, bound=1000)
    last = last_points(gradient, optimizer, start, n_steps, bound=1000)
    np.testing.assert_array_equal(last, path[-10:])
    short = last_points(gradient, optimizer, start, n_steps, bound=1000, n_last=1)
    np.testing.assert_array_equal(short, path[-1:])


@pytest.mark.parametrize(("start", "diverged"), [(0.5e6, False), (0.5001e6, True)])
def test_the_default_bound_of_many_runs_is_a_million(start, diverged):
    gradient = quadratic([1]).gradient
    last = last_points(gradient, GradientDescent(3), [start], 1)  # x ← −2x
    assert np.isnan(last[-1, 0]) == diverged


def test_last_points_refuse_what_a_walk_refuses():
    with pytest.raises(ValueError, match=says("n_steps must be at least 0", "-1", "Try")):
        last_points(quadratic(LECTURE).gradient, GradientDescent(0.1), [1, 1], -1)


def test_shares_by_momentum_count_run_by_run():
    landscape, momenta = double_well(0.3), np.array([0, 0.5, 0.9, 0.99])
    starts = frozen(np.linspace(-2, 2, 9)[:, np.newaxis])
    expected = np.zeros((2, 4))
    for column, momentum in enumerate(momenta):
        for start in starts:
            last = trajectory(landscape.gradient, Momentum(0.02, momentum), start, 60)[-10:]
            for row, minimum in enumerate(landscape.minima):
                expected[row, column] += np.all(np.abs(last - minimum) < 0.05) / 9
    shares = shares_by_momentum(landscape, 0.02, frozen(momenta), starts, 60)
    np.testing.assert_allclose(shares, expected, rtol=1e-12)
    assert len({*expected[0], *expected[1]}) > 3  # the example tells the momenta apart


def test_shares_by_momentum_leave_out_the_runs_beyond_the_bound():
    arguments = quadratic([1]), 1.0, [0.0], [[5.0], [50.0]], 11  # x ← 0
    assert shares_by_momentum(*arguments, bound=50.0) == 1
    high = quadratic([1]), 1.5, [0.0], [[5.0], [50.0]], 30  # x ← −x/2
    assert shares_by_momentum(*high, bound=10) == 0.5


@pytest.mark.parametrize(("start", "share"), [(1e6, 1), (1.01e6, 0)])
def test_the_default_bound_of_the_shares_is_a_million(start, share):
    # x ← −x/2, from a million or beyond.
    assert shares_by_momentum(quadratic([1]), 1.5, [0.0], [[start]], 40)[0, 0] == share


@pytest.mark.parametrize(("settings", "pattern"), [
    ((-0.1, [0.5], [[1.0]]), says("learning_rate must be at least 0", "-0.1", "Try")),
    ((0.1, [0.5, 1.0], [[1.0]]), r"(?s)momentum must be at least 0 and less than 1; got .*1.*Try"),
    ((0.1, [0.5], [[np.nan]]), r"(?s)starts must be finite; got .*nan.*Remove"),
])
def test_shares_by_momentum_refuse_bad_settings(settings, pattern):
    with pytest.raises(ValueError, match=pattern):
        shares_by_momentum(double_well(0.3), *settings, 5)


@pytest.mark.parametrize("momentum", [0.0, 0.7])
def test_forces_add_up_to_the_movement(momentum):
    landscape = quadratic(LECTURE)
    path = trajectory(landscape.gradient, Momentum(0.3, momentum), [-7, 2], 25)
    push, carry = forces(landscape, frozen(path), 0.3, momentum)
    assert push.shape == carry.shape == path.shape
    np.testing.assert_allclose((push + carry)[:-1], path[1:] - path[:-1], rtol=1e-9, atol=1e-12)


def test_forces_have_the_numbers_worked_out_by_hand():
    push, carry = forces(quadratic([0.5, 2]), np.array([[4.0, 1], [3, 2], [3, -1]]), 0.1, 0.8)
    np.testing.assert_allclose(push, [[-0.2, -0.2], [-0.15, -0.4], [-0.15, 0.2]], rtol=1e-14)
    np.testing.assert_allclose(carry, [[0, 0], [-0.8, 0.8], [0, -2.4]], rtol=1e-14)


def test_without_momentum_nothing_is_carried():
    _, carry = forces(quadratic([1]), np.array([[4.0], [3], [1]]), 0.1)
    np.testing.assert_array_equal(carry, np.zeros((3, 1)))


# Two wells


@pytest.mark.parametrize("tilt", [0.001, 0.3, 0.9, 1.49])
def test_hilltop_is_the_middle_root_of_the_gradient(tilt):
    top = hilltop(double_well(tilt))
    assert type(top) is float
    assert top == pytest.approx(np.sort(np.roots([4, 0, -4, tilt]).real)[1], rel=1e-9)
    assert double_well(tilt).hessian([top])[0, 0] < 0


@pytest.mark.parametrize("landscape", [quadratic([1]), quadratic(LECTURE)], ids=["line", "plane"])
@pytest.mark.parametrize("function", [hilltop, lambda landscape: basin_share(landscape, -2, 2)])
def test_a_landscape_without_two_wells_has_no_hilltop(function, landscape):
    pattern = says("landscape must have one coordinate and two minima", "'valley'",
                   "Use double_well().")
    with pytest.raises(ValueError, match=pattern):
        function(landscape)


@pytest.mark.parametrize(("low", "high"), [(-2, 2), (-1.5, 3.0), (0, 1)])
def test_basin_share_is_the_part_left_of_the_hilltop(low, high):
    top = np.sort(np.roots([4, 0, -4, 0.3]).real)[1]
    expected = np.interp(top, [low, high], [0, 1])
    assert basin_share(double_well(0.3), low, high) == pytest.approx(expected, rel=1e-9)


def test_basin_share_agrees_with_many_short_steps():
    landscape, starts = double_well(0.9), np.linspace(-2, 2, 401)[:, np.newaxis]
    share = shares_by_momentum(landscape, 0.01, [0.0], starts, 1500)[0, 0]
    assert share == pytest.approx(basin_share(landscape, -2, 2), abs=1 / 401)


@pytest.mark.parametrize(("low", "high"), [(0.5, 2), (-2, -1), (2, -2)])
def test_basin_share_needs_the_hilltop_between_the_ends(low, high):
    pattern = rf"the hilltop 0\.0\d* must lie between low and high; got \({low}, {high}\)\. Use"
    with pytest.raises(ValueError, match=pattern):
        basin_share(double_well(0.3), low, high)


# Against runs in plain numbers

GLOBAL, _HILLTOP, LOCAL = np.sort(np.roots([4, 0, -4, 0.9]).real)


def slope(x):
    return 4 * x * (x**2 - 1) + 0.9


def rolled_by_hand(x, learning_rate, momentum, n_steps):
    """A ball in plain numbers: its places and its movements."""
    places, moves = [x], [0 * x]
    for _ in range(n_steps):
        moves.append(momentum * moves[-1] - learning_rate * slope(places[-1]))
        places.append(places[-1] + moves[-1])
    return np.array(places), np.array(moves)


def rest_by_hand(places, minimum):
    return np.all(np.abs(places[-10:] - minimum) < 0.05, axis=0)


def test_forces_add_up_to_the_movement_between_two_wells():
    well = double_well()
    path = trajectory(well.gradient, Momentum(0.03, 0.8), [1.4], 50)
    push, carry = forces(well, path, 0.03, 0.8)
    assert push.shape == carry.shape == path.shape
    np.testing.assert_allclose((push + carry)[:-1], np.diff(path, axis=0), atol=1e-14)
    assert carry[0] == 0


def test_last_points_are_those_of_the_trajectory():
    well = double_well()
    starting = np.linspace(-2, 2, 9)[:, np.newaxis]
    whole = trajectory(well.gradient, Momentum(0.2, 0.8), starting, 40, bound=10)
    last = last_points(well.gradient, Momentum(0.2, 0.8), starting, 40, bound=10)
    np.testing.assert_array_equal(last, whole[-10:])
    assert np.isnan(last).any()


def test_shares_by_momentum_agree_with_one_momentum_at_a_time():
    well, starting = double_well(), np.linspace(-2, 2, 41)[:, np.newaxis]
    shares = shares_by_momentum(well, 0.1, [0.0, 0.6, 0.9], starting, 100, bound=10)
    assert shares.shape == (2, 3)
    for k, beta in enumerate([0.0, 0.6, 0.9]):
        with np.errstate(all="ignore"):
            places = rolled_by_hand(starting[:, 0], 0.1, beta, 100)[0]
        for minimum, share in zip((GLOBAL, LOCAL), shares[:, k], strict=True):
            assert share == np.mean(rest_by_hand(places, minimum))


@pytest.mark.parametrize("tilt", [0.01, 0.9, 1.4])
def test_the_hilltop_divides_the_basins(tilt):
    expected = np.sort(np.roots([4, 0, -4, tilt]).real)[1]
    assert hilltop(double_well(tilt)) == pytest.approx(expected, abs=1e-9)
    share = basin_share(double_well(tilt), -2, 2)
    assert share == pytest.approx((expected + 2) / 4)


def test_hilltop_and_basin_refuse_what_makes_no_sense():
    with pytest.raises(ValueError, match="two minima"):
        hilltop(quadratic([1.0]))
    with pytest.raises(ValueError, match="must lie between low and high"):
        basin_share(double_well(), -2, 0)


def test_a_roll_holds_the_run_and_its_forces_up_to_the_divergence():
    path, moves = rolled_by_hand(1.5, 0.05, 0.8, 20)
    rolled = roll(double_well(), 0.05, 0.8, 1.5, 20)
    np.testing.assert_allclose(rolled.path[:, 0], path, rtol=1e-10)
    np.testing.assert_allclose((rolled.push + rolled.carry)[:-1, 0], moves[1:], atol=1e-12)
    mean = (moves[1:-1] + moves[2:]) / 2
    inside = path[1:-1]
    np.testing.assert_allclose(
        rolled.energy[1:-1], (inside**2 - 1) ** 2 + 0.9 * inside + 10 * mean**2)
    assert rolled.diverged_at == -1
    lost = roll(double_well(), 0.6, 0.0, 1.5, 20)
    assert len(lost.path) == lost.diverged_at == len(lost.push)
    assert np.isfinite(lost.path).all()


@pytest.mark.parametrize(("start", "step"), [(1.0, -1), (20.0, 3), (101.0, 1)])
def test_until_divergence_keeps_the_points_before_it(start, step):
    path = trajectory(quadratic([1]).gradient, GradientDescent(3), [start], 5, bound=100)  # x ← −2x
    kept, diverged = until_divergence(frozen(path))
    assert diverged == step
    np.testing.assert_array_equal(kept[:, 0], start * (-2.0) ** np.arange(len(path))[:len(kept)])
    assert len(kept) == (len(path) if step < 0 else step)


def test_at_rest_agrees_with_balls_rolled_by_hand():
    starts = frozen(np.linspace(-2, 2, 41)[:, np.newaxis])
    rests = at_rest(double_well(), Momentum(0.1, 0.6), starts, 100, bound=10)
    with np.errstate(all="ignore"):
        places = rolled_by_hand(starts[:, 0], 0.1, 0.6, 100)[0]
    assert rests.shape == (2, 41)
    for row, minimum in zip(rests, (GLOBAL, LOCAL), strict=True):
        np.testing.assert_array_equal(row, rest_by_hand(places, minimum))
    assert not rests.all(axis=0).any()
    assert rests.any(axis=1).all()


@pytest.mark.parametrize("learning_rate", [0, -0.1])
def test_a_ball_without_a_rate_has_no_energy(learning_rate):
    pattern = says("learning_rate must be positive", str(learning_rate), "Try 0.1.")
    with pytest.raises(ValueError, match=pattern):
        roll(double_well(), learning_rate, 0.5, 1.5, 3)


def test_modes_without_momentum_fall_as_theory_says():
    path = trajectory(quadratic(LECTURE).gradient, GradientDescent(0.95), [-7, 2], 20)
    np.testing.assert_allclose(falling_modes([-7, 2], [0.905, 0.9], 20), np.abs(path), rtol=1e-10)


def test_a_mode_that_starts_at_its_minimum_stays_there():
    distances = falling_modes([0, 3], [1e90, 0], 5)  # 0 · ∞ is no number
    np.testing.assert_array_equal(distances, [[0, 3], *[[0, 0]] * 5])
