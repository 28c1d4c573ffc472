"""Section 04: theory of a quadratic valley against eigenvalues and measured runs."""

import numpy as np
import pytest
from oracles import frozen, says
from scipy.optimize import minimize, minimize_scalar

from lecture_kit.maths.landscapes import double_well, quadratic
from lecture_kit.maths.optimizers import GradientDescent, Momentum, Nesterov
from lecture_kit.maths.quadratics import (
    best_learning_rate,
    best_momentum,
    convergence_rate,
    critical_learning_rate,
    falling_height,
    measured_rate,
)
from lecture_kit.maths.trajectories import trajectory
from lecture_kit.sections.gradient_descent_and_momentum.experiments import (
    basin_share,
    forces,
    hilltop,
    last_points,
    nesterov_step,
    settled,
    shares_by_momentum,
)

LECTURE = [0.1, 2]
VALLEYS = [[0.1, 2], [3.0], [1, 1], [0.05, 0.3, 7]]


def spectral_radius(curvatures, learning_rate, momentum=0.0, nesterov=False):
    """Find the largest eigenvalue of one step on (w, v), axis by axis, as numpy sees it."""
    radii = []
    for curvature in curvatures:
        pull = learning_rate * curvature
        on_velocity = np.array([-pull, momentum])  # v ← βv − ηλw
        if nesterov:
            on_parameter = np.array([1, 0]) + momentum * on_velocity - np.array([pull, 0])
        else:
            on_parameter = np.array([1, 0]) + on_velocity
        radii.append(np.abs(np.linalg.eigvals([on_parameter, on_velocity])).max())
    return max(radii)


# Rates


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize("momentum", [0.0, 0.25, 0.6, 0.9, 0.99])
@pytest.mark.parametrize("learning_rate", [0, 0.01, 0.1, 0.35, 0.7, 1.1, 1.6, 3.0])
@pytest.mark.parametrize("curvatures", VALLEYS, ids=str)
def test_convergence_rate_is_the_largest_eigenvalue(curvatures, learning_rate, momentum, nesterov):
    expected = spectral_radius(curvatures, learning_rate, momentum, nesterov)
    result = convergence_rate(curvatures, learning_rate, momentum, nesterov)
    assert result == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("learning_rate", "momentum", "rate"), [
    (1.0, 0, 1.0), (0.952, 0, 0.905), (1.336, 0.403, 0.635), (0.5, 0, 0.95),
    (0.1, 0.9, 0.949), (1.1, 0, 1.2),
])
def test_convergence_rate_has_the_numbers_of_the_lecture(learning_rate, momentum, rate):
    assert convergence_rate(LECTURE, learning_rate, momentum) == pytest.approx(rate, abs=1e-3)


@pytest.mark.parametrize("nesterov", [False, True])
def test_without_momentum_the_rate_is_that_of_gradient_descent(nesterov):
    rates = convergence_rate(LECTURE, [0.1, 0.9, 1.5], 0, nesterov)
    np.testing.assert_allclose(rates, [0.99, 0.91, 2.0], rtol=1e-13)  # max |1 − ηλ|


@pytest.mark.parametrize(("rates", "momenta", "result"), [
    ((), (), ()), ((3,), (), (3,)), ((), (4,), (4,)), ((2, 1), (5,), (2, 5)),
])
@pytest.mark.parametrize("nesterov", [False, True])
def test_convergence_rate_broadcasts(rates, momenta, result, nesterov):
    rng = np.random.default_rng(0)
    learning_rate, momentum = frozen(rng.uniform(0, 2, rates)), frozen(rng.uniform(0, 1, momenta))
    together = convergence_rate(LECTURE, learning_rate, momentum, nesterov)
    assert np.shape(together) == result
    for index in np.ndindex(result):
        eta, beta = (array[index] for array in np.broadcast_arrays(learning_rate, momentum))
        expected = convergence_rate(LECTURE, eta, beta, nesterov)
        assert np.asarray(together)[index] == expected


@pytest.mark.parametrize("curvatures", VALLEYS, ids=str)
@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("nesterov", [False, True])
def test_at_the_critical_learning_rate_the_largest_eigenvalue_is_1(curvatures, momentum, nesterov):
    critical = critical_learning_rate(curvatures, momentum, nesterov)
    assert spectral_radius(curvatures, critical, momentum, nesterov) == pytest.approx(1, rel=1e-12)
    assert spectral_radius(curvatures, 0.99 * critical, momentum, nesterov) < 1 - 1e-4
    assert spectral_radius(curvatures, 1.01 * critical, momentum, nesterov) > 1 + 1e-4


@pytest.mark.parametrize(("momentum", "nesterov", "rate"), [
    (0, False, 1.0), (0.5, False, 1.5), (0.9, False, 1.9), (0, True, 1.0), (0.5, True, 0.75),
    (0.9, True, 1.9 / 2.8),
])
def test_critical_learning_rate_of_the_lecture(momentum, nesterov, rate):
    assert critical_learning_rate(LECTURE, momentum, nesterov) == pytest.approx(rate, rel=1e-14)


def test_critical_learning_rate_takes_many_momenta():
    result = critical_learning_rate(LECTURE, np.array([0, 0.5]))
    np.testing.assert_allclose(result, [1, 1.5], rtol=1e-14)


def test_best_learning_rate_of_the_lecture():
    best = best_learning_rate(LECTURE)
    assert best == pytest.approx(2 / 2.1, rel=1e-14)
    assert round(best, 3) == 0.952
    assert round(float(convergence_rate(LECTURE, best)), 3) == 0.905


@pytest.mark.parametrize("curvatures", VALLEYS, ids=str)
def test_best_learning_rate_agrees_with_a_search(curvatures):
    found = minimize_scalar(lambda eta: spectral_radius(curvatures, eta),
                            bounds=(0, 2 / max(curvatures)), method="bounded",
                            options={"xatol": 1e-10})
    assert best_learning_rate(curvatures) == pytest.approx(found.x, rel=1e-6)


@pytest.mark.parametrize("curvatures", VALLEYS, ids=str)
def test_best_learning_rate_pulls_as_hard_on_the_flattest_as_on_the_steepest_axis(curvatures):
    best = best_learning_rate(curvatures)
    assert 1 - best * min(curvatures) == pytest.approx(best * max(curvatures) - 1, abs=1e-14)


def test_best_momentum_of_the_lecture():
    learning_rate, momentum = best_momentum(LECTURE)
    assert (round(learning_rate, 3), round(momentum, 3)) == (1.336, 0.403)
    rate = float(convergence_rate(LECTURE, learning_rate, momentum))
    assert round(rate, 4) == 0.6345


@pytest.mark.parametrize("curvatures", VALLEYS, ids=str)
def test_best_momentum_is_the_border_of_swinging_on_both_ends(curvatures):
    learning_rate, momentum = best_momentum(curvatures)
    for curvature, sign in ((min(curvatures), 1), (max(curvatures), -1)):
        trace = 1 + momentum - learning_rate * curvature
        assert trace == pytest.approx(sign * 2 * np.sqrt(momentum), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("nesterov", [False, True])
def test_best_momentum_agrees_with_a_search(nesterov):
    def radius(pair):
        return spectral_radius(LECTURE, pair[0], abs(pair[1]), nesterov)

    best = best_momentum(LECTURE, nesterov)
    found = minimize(radius, [0.9 * best[0], 1.1 * best[1]], method="Nelder-Mead",
                     options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 1000})
    np.testing.assert_allclose(best, found.x, rtol=1e-3)


@pytest.mark.parametrize(("curvatures", "nesterov", "pair"), [
    ([4], False, (0.25, 0)), ([1, 9], False, (0.25, 0.25)), ([4], True, (0.25, 0)),
    ([1, 5], True, (0.25, 1 / 3)), ([2, 3, 16], True, (0.08, 3 / 7)),
])
def test_best_momentum_has_the_numbers_worked_out_by_hand(curvatures, nesterov, pair):
    np.testing.assert_allclose(best_momentum(curvatures, nesterov), pair, rtol=1e-14)


@pytest.mark.parametrize("curvatures", [[1, 5], [1, 8]], ids=str)
def test_best_nesterov_shrinks_the_distance_as_promised(curvatures):
    r = np.sqrt(3 * curvatures[1] / curvatures[0] + 1)
    rate = spectral_radius(curvatures, *best_momentum(curvatures, nesterov=True), nesterov=True)
    assert rate == pytest.approx(1 - 2 / r, abs=1e-7)  # a double eigenvalue has half the digits


@pytest.mark.parametrize("function", [critical_learning_rate, best_learning_rate, best_momentum,
                                      lambda curvatures: convergence_rate(curvatures, 0.1)])
class TestCurvatures:
    @pytest.mark.parametrize("bad", [[1.0, 0.0], [-1.0], [], [[1.0, 2.0]], 2.0])
    def test_curvatures_must_be_positive(self, function, bad):
        pattern = says("curvatures must be", repr(bad),
                       "Pass the eigenvalues")
        with pytest.raises(ValueError, match=pattern):
            function(bad)

    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_curvatures_must_be_finite(self, function, bad):
        pattern = says("curvatures must be positive and finite", repr([bad]), "")
        with pytest.raises(ValueError, match=pattern):
            function([bad])

    def test_read_only_curvatures_are_enough(self, function):
        function(frozen(LECTURE))


@pytest.mark.parametrize("function", [lambda beta: critical_learning_rate(LECTURE, beta),
                                      lambda beta: convergence_rate(LECTURE, 0.1, beta)])
@pytest.mark.parametrize("bad", [-0.1, 1, 1.5])
def test_momentum_must_lie_between_0_and_1(function, bad):
    pattern = rf"momentum must be at least 0 and less than 1; got .*{bad}.*\. Try momentum=0\.9\."
    with pytest.raises(ValueError, match=pattern):
        function(bad)
    with pytest.raises(ValueError, match=pattern):
        function(np.array([0.5, bad]))


def test_learning_rate_must_not_be_negative():
    pattern = r"learning_rate must be at least 0 and finite; got .*-0\.1.*\. Try 0\.1\."
    with pytest.raises(ValueError, match=pattern):
        convergence_rate(LECTURE, -0.1)


@pytest.mark.parametrize("name", ["learning_rate", "momentum"])
def test_settings_must_be_finite(name):
    settings = {"learning_rate": 0.1, "momentum": 0.5, name: np.nan}
    with pytest.raises(ValueError, match=f"{name} must be .*; got .*nan"):
        convergence_rate(LECTURE, **settings)


# Measured runs


@pytest.mark.parametrize("momentum", [0.0, 0.2, 0.403, 0.7, 0.9])
@pytest.mark.parametrize("learning_rate", [0.05, 0.3, 0.7, 0.952, 1.05, 1.4, 1.85, 2.5])
@pytest.mark.parametrize("kind", [Momentum, Nesterov])
def test_measured_rate_agrees_with_theory(kind, learning_rate, momentum):
    landscape = quadratic(LECTURE)
    path = trajectory(landscape.gradient, kind(learning_rate, momentum), [-7, 2], 300)
    expected = convergence_rate(LECTURE, learning_rate, momentum, kind is Nesterov)
    assert measured_rate(landscape, path, learning_rate) == pytest.approx(expected, rel=0.02)


def test_measured_rate_of_a_diverging_run_is_above_1():
    landscape = quadratic(LECTURE)
    path = trajectory(landscape.gradient, GradientDescent(1.5), [-7, 2], 300)
    assert np.isnan(path[-1]).all()
    assert measured_rate(landscape, path, 1.5) == pytest.approx(2.0, rel=0.02)


@pytest.mark.parametrize("n_steps", [4, 5, 30])
@pytest.mark.parametrize("factor", [0.3, 0.9, 1.1])
def test_measured_rate_of_a_geometric_run_is_its_factor(n_steps, factor):
    path = factor ** np.arange(n_steps + 1)[:, np.newaxis] * [3.0]
    result = measured_rate(quadratic([2]), path, 0.1)
    assert result == pytest.approx(factor, rel=1e-12)


@pytest.mark.parametrize(("n_points", "rate"), [(4, 0.9), (3, np.nan), (2, np.nan)])
def test_measured_rate_needs_three_steps_before_a_divergence(n_points, rate):
    path = 0.9 ** np.arange(9)[:, np.newaxis] * [3.0]
    path[n_points:] = np.nan
    result = measured_rate(quadratic([2]), path, 0.1)
    np.testing.assert_allclose(result, rate, rtol=1e-12)


def test_measured_rate_looks_at_height_and_motion_of_the_second_half():
    path = np.array([[9.0, 0], [8, 0], [7, 1], [4, 5], [2, 1]])
    # Heights x² + y² of the points 3 and 4: 41 and 5. Motion (Δx² + Δy²)/(2 · 0.25): 50 and 40.
    result = measured_rate(quadratic([2, 2]), path, 0.25)
    assert result == pytest.approx(np.sqrt(45 / 91), rel=1e-13)


def test_measured_rate_leaves_out_a_point_that_lost_one_coordinate():
    path = 0.9 ** np.arange(9)[:, np.newaxis] * [3.0, 1.0]
    path[-1, 1] = np.nan
    assert measured_rate(quadratic(LECTURE), path, 0.1) == pytest.approx(0.9, rel=1e-12)


@pytest.mark.parametrize(("path", "why"), [
    (np.zeros((8, 2)), "arrived"), ([[2, 1], [1, 1], *[[0, 0]] * 6], "arrived on the way"),
    ([*[[2, 1]] * 6, [0, 0], [0, 0]], "arrived with the last step"),
    ([[1, 1], [1e3, 1e3], *[[np.nan, np.nan]] * 6], "diverged"),
    ([[1, 1], *[[np.nan, np.nan]] * 7], "diverged"),
])
def test_measured_rate_is_nan_where_there_is_nothing_to_measure(path, why):
    assert np.isnan(measured_rate(quadratic(LECTURE), np.array(path, float), 0.1)), why


@pytest.mark.parametrize(("n_points", "learning_rate", "pattern"), [
    (4, 0.1, says("path must have at least 4 steps", "3", "Take more steps.")),
    (1, 0.1, says("path must have at least 4 steps", "0", "Take more steps.")),
    (5, 0, says("learning_rate must be positive", "0", "Try 0.1.")),
    (5, -0.1, says("learning_rate must be positive", "-0.1", "Try 0.1.")),
])
def test_measured_rate_refuses_short_runs_and_no_learning_rate(n_points, learning_rate, pattern):
    with pytest.raises(ValueError, match=pattern):
        measured_rate(quadratic(LECTURE), np.ones((n_points, 2)), learning_rate)


def test_measured_rate_leaves_the_path_alone():
    path = frozen(np.ones((6, 2)))
    assert measured_rate(quadratic(LECTURE), path, 0.1) == pytest.approx(1)


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


# Heights and forces along a run


def test_falling_height_has_the_numbers_worked_out_by_hand():
    np.testing.assert_allclose(falling_height(8.0, 0.5, 3), [8, 2, 0.5, 0.125], rtol=1e-15)


def test_falling_height_is_that_of_gradient_descent_on_one_axis():
    landscape = quadratic([2])
    path = trajectory(landscape.gradient, GradientDescent(0.1), [3], 20)
    expected = falling_height(landscape.value([3]), convergence_rate([2], 0.1), 20)
    np.testing.assert_allclose(landscape.value(path), expected, rtol=1e-12)


def test_falling_height_takes_a_rate_that_is_a_whole_number():
    np.testing.assert_array_equal(falling_height(5, 1, 2), [5, 5, 5])


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


def test_nesterov_step_has_the_numbers_worked_out_by_hand():
    w, v = nesterov_step(1.0, -2.0, lambda w: 3 * w, 0.1, 0.5)  # looks ahead to 0: v = −1
    assert (w, v) == (0.0, -1.0)
    w, v = nesterov_step(w, v, lambda w: 3 * w, 0.1, 0.5)  # looks ahead to −0.5: v = −0.5 + 0.15
    assert (w, v) == pytest.approx((-0.35, -0.35), rel=1e-14)


def test_nesterov_steps_lead_to_the_points_of_the_optimizer():
    gradient, w, v, look_ahead = quadratic(LECTURE).gradient, np.array([-7.0, 2]), 0, []
    for _ in range(30):
        look_ahead.append(w + 0.8 * v)
        w, v = nesterov_step(w, v, gradient, 0.2, 0.8)
    path = trajectory(gradient, Nesterov(0.2, 0.8), [-7, 2], 29)
    np.testing.assert_allclose(look_ahead, path, rtol=1e-9, atol=1e-12)
