"""Section 04: theory of a quadratic valley against eigenvalues and measured runs."""

import numpy as np
import pytest
from oracles import frozen, says
from scipy.optimize import minimize, minimize_scalar

from lecture_kit.gradient_descent_and_momentum import (
    best_learning_rate,
    best_momentum,
    convergence_rate,
    critical_learning_rate,
    measured_rate,
    share_settled,
)
from lecture_kit.landscapes import quadratic
from lecture_kit.optimizers import GradientDescent, Momentum, Nesterov, trajectory

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
def test_at_the_critical_learning_rate_the_largest_eigenvalue_is_1(curvatures, momentum):
    critical = critical_learning_rate(curvatures, momentum)
    assert spectral_radius(curvatures, critical, momentum) == pytest.approx(1, rel=1e-12)
    assert spectral_radius(curvatures, 0.99 * critical, momentum) < 1 - 1e-4
    assert spectral_radius(curvatures, 1.01 * critical, momentum) > 1 + 1e-4


@pytest.mark.parametrize(("momentum", "rate"), [(0, 1.0), (0.5, 1.5), (0.9, 1.9)])
def test_critical_learning_rate_of_the_lecture(momentum, rate):
    assert critical_learning_rate(LECTURE, momentum) == pytest.approx(rate, rel=1e-14)


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


def test_best_momentum_agrees_with_a_search():
    found = minimize(lambda pair: spectral_radius(LECTURE, pair[0], abs(pair[1])), [1.2, 0.5],
                     method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-12})
    np.testing.assert_allclose(best_momentum(LECTURE), found.x, rtol=1e-3)


@pytest.mark.parametrize(("curvatures", "pair"), [([4], (0.25, 0)), ([1, 9], (0.25, 0.25))])
def test_best_momentum_has_the_numbers_worked_out_by_hand(curvatures, pair):
    np.testing.assert_allclose(best_momentum(curvatures), pair, rtol=1e-14)


@pytest.mark.parametrize("function", [critical_learning_rate, best_learning_rate, best_momentum,
                                      lambda curvatures: convergence_rate(curvatures, 0.1)])
class TestCurvatures:
    @pytest.mark.parametrize("bad", [[1.0, 0.0], [-1.0], [], [[1.0, 2.0]], 2.0])
    def test_curvatures_must_be_positive(self, function, bad):
        pattern = says("curvatures must be a list of positive numbers", repr(np.array(bad)),
                       "Pass the eigenvalues")
        with pytest.raises(ValueError, match=pattern):
            function(bad)

    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_curvatures_must_be_finite(self, function, bad):
        with pytest.raises(ValueError, match=says("curvatures must be finite", repr([bad]), "Rem")):
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
    pattern = r"learning_rate must be at least 0; got .*-0\.1.*\. Try 0\.1\."
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


def test_measured_rate_looks_at_height_and_motion_of_the_second_half():
    path = np.array([[9.0], [8.0], [7.0], [4.0], [2.0]])
    # Heights x² of the points 1 to 4 and motion Δx²/(2 · 0.5): energies 65, 50, 25, 8.
    assert measured_rate(quadratic([2]), path, 0.5) == pytest.approx(np.sqrt(8 / 25), rel=1e-13)


@pytest.mark.parametrize(("path", "why"), [
    (np.zeros((8, 2)), "arrived"), ([[1, 1], [1e3, 1e3], *[[np.nan, np.nan]] * 6], "diverged"),
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


@pytest.mark.parametrize(("points", "radius", "share"), [
    ([[1.0], [1.1], [-1.0], [np.nan]], 0.2, 0.5), ([[1.25]], 0.2, 0), ([[1.25]], 0.3, 1),
    ([[0.0], [2.0]], 1.0, 0), ([[0.0], [2.0]], 1.01, 1),
])
def test_share_settled_counts_the_runs_nearer_than_the_radius(points, radius, share):
    assert share_settled(np.array(points), np.array([1.0]), radius) == share


def test_share_settled_measures_the_distance_in_the_plane():
    points = np.array([[0.15, 0.15], [0.1, 0.1]])  # 0.212 and 0.141 away
    assert share_settled(points, np.zeros(2)) == 0.5


def test_share_settled_answers_for_every_step():
    path = np.array([[[5.0], [5.0], [0.1]], [[0.0], [5.0], [0.1]], [[0.0], [np.nan], [0.0]]])
    np.testing.assert_allclose(share_settled(path, np.array([0.0])), [1 / 3, 2 / 3, 2 / 3])
