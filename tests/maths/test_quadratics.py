"""Theory of quadratic valleys against eigenvalues and measured runs."""

import numpy as np
import pytest
from oracles import frozen, says
from scipy.optimize import minimize, minimize_scalar

from lecture_kit.maths.landscapes import quadratic
from lecture_kit.maths.optimizers import GradientDescent, Momentum, Nesterov
from lecture_kit.maths.quadratics import (
    best_learning_rate,
    best_momentum,
    convergence_rate,
    critical_learning_rate,
    falling_height,
    measured_rate,
    mode_factors,
)
from lecture_kit.maths.trajectories import trajectory

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


@pytest.mark.parametrize("nesterov", [False, True])
def test_every_mode_has_the_eigenvalue_of_its_own_curvature(nesterov):
    curvatures = [0.05, 0.3, 7]
    factors = mode_factors(curvatures, [[0.01], [0.2]], [0.0, 0.5, 0.9], nesterov)
    assert factors.shape == (2, 3, 3)
    for row, rate in enumerate([0.01, 0.2]):
        for column, momentum in enumerate([0.0, 0.5, 0.9]):
            expected = [spectral_radius([own], rate, momentum, nesterov) for own in curvatures]
            np.testing.assert_allclose(factors[row, column], expected, rtol=1e-9)


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


# Against the roots of the polynomial of one axis


def radius_of_one_axis(curvature, learning_rate, momentum, nesterov=False):
    pull = learning_rate * curvature
    roots = (np.roots([1, -(1 + momentum) * (1 - pull), momentum * (1 - pull)]) if nesterov
             else np.roots([1, -(1 + momentum - pull), momentum]))
    return np.abs(roots).max()


def test_critical_rate_of_nesterovs_momentum_is_where_the_rate_reaches_1():
    for beta in (0.0, 0.3, 0.9):
        critical = critical_learning_rate([0.1, 2.0], beta, nesterov=True)
        assert radius_of_one_axis(2.0, critical, beta, nesterov=True) == pytest.approx(1)
        assert radius_of_one_axis(2.0, 1.01 * critical, beta, nesterov=True) > 1
        assert radius_of_one_axis(2.0, 0.99 * critical, beta, nesterov=True) < 1


@pytest.mark.parametrize("curvatures", [(0.1, 2.0), (1.0, 25.0), (3.0, 3.0)])
@pytest.mark.parametrize("nesterov", [False, True])
def test_no_pair_nearby_beats_the_best_one(curvatures, nesterov):
    eta, beta = best_momentum(curvatures, nesterov)
    best = convergence_rate(curvatures, eta, beta, nesterov)
    etas = eta * np.linspace(0.8, 1.2, 81)
    betas = np.clip(beta + np.linspace(-0.1, 0.1, 81), 0, 0.99)[:, np.newaxis]
    assert np.all(convergence_rate(curvatures, etas, betas, nesterov) >= best - 1e-7)
    if nesterov:
        kappa = max(curvatures) / min(curvatures)
        assert best == pytest.approx(1 - 2 / np.sqrt(3 * kappa + 1), abs=1e-7)


def test_heights_fall_by_the_square_of_the_rate():
    np.testing.assert_allclose(falling_height(8.0, 0.5, 3), [8, 2, 0.5, 0.125])
