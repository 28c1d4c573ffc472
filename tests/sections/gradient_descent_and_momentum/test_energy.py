"""Energy and the hill: against a ball with friction that SciPy rolls in continuous time."""

import numpy as np
import pytest
from oracles import frozen, says
from scipy.integrate import solve_ivp

from lecture_kit.maths.landscapes import double_well, quadratic
from lecture_kit.maths.optimizers import Momentum
from lecture_kit.maths.trajectories import trajectory
from lecture_kit.sections.gradient_descent_and_momentum.energy import caught_on_side, crossings
from lecture_kit.sections.gradient_descent_and_momentum.experiments import energies

HILLTOP = np.sort(np.roots([4, 0, -4, 0.9]).real)[1]


def crossings_in_continuous_time(friction, start):
    """Count how often x'' = −f'(x) − c x' passes the hilltop."""

    def across(_time, state):
        return state[0] - HILLTOP

    solution = solve_ivp(lambda _t, s: [s[1], -4 * s[0] * (s[0] ** 2 - 1) - 0.9 - friction * s[1]],
                         (0, 45), [start, 0.0], rtol=1e-6, atol=1e-8, events=across)
    return len(solution.t_events[0])


@pytest.mark.parametrize(("start", "friction"), [
    (1.5, 1.45), (1.5, 1.3), (1.5, 0.23), (1.5, 0.19), (1.5, 0.15), (1.2, 0.33), (1.2, 0.28),
    (1.0, 0.05), (-1.7, 0.2)])
def test_with_short_steps_only_the_friction_counts(start, friction):
    momentum = np.array([1 - friction * 0.001**0.5])
    counted = crossings(double_well(), 0.001, momentum, start, 1500)[0]
    assert counted == crossings_in_continuous_time(friction, start)


def test_crossings_are_counted_run_by_run():
    well, momenta = double_well(), frozen([0.0, 0.5, 0.9, 0.95, 0.96])
    expected = []
    for momentum in momenta:
        path = trajectory(well.gradient, Momentum(0.05, momentum), [1.5], 300)[:, 0]
        expected.append(np.sum(np.diff(np.sign(path - HILLTOP)) != 0))
    np.testing.assert_array_equal(crossings(well, 0.05, momenta, 1.5, 300), expected)
    assert expected == [0, 0, 1, 2, 3]


def test_energy_of_a_ball_is_height_plus_motion():
    path = np.array([[3.0], [1.0], [2.0], [2.5]])  # movements 0, −2, 1 and 0.5
    result = energies(quadratic([2]), frozen(path), 0.25)
    np.testing.assert_allclose(result, [9, 1 + 2 * 0.5**2, 4 + 2 * 0.75**2, 6.25 + 2 * 0.5**2])
    np.testing.assert_allclose(energies(quadratic([2]), path[:1], 0.25), [9])
    path[3] = np.nan
    np.testing.assert_allclose(energies(quadratic([2]), path, 0.25), [9, 1.5, np.nan, np.nan])


@pytest.mark.parametrize("momentum", [0.0, 0.6, 0.97])
@pytest.mark.parametrize("start", [-1.6, 0.0, 1.5])
def test_with_short_steps_the_energy_falls_by_friction_only(momentum, start):
    """In each step by (1 − β)/η times the square of the movement."""
    well, rate = double_well(), 1e-4
    path = trajectory(well.gradient, Momentum(rate, momentum), [start], 3000)
    energy, movement = energies(well, path, rate), np.diff(path[:, 0])
    work = np.cumsum((1 - momentum) / rate * movement**2)
    if momentum:  # without it, the first movement is not small beside the others
        np.testing.assert_allclose(energy[0] - energy[1:], work, atol=0.02)
    assert np.diff(energy[1:]).max() < 1e-6


@pytest.mark.parametrize(("path", "side"), [
    ([1.5, 1.4, 1.35], 0), ([1.5, 1.0, 0.9, 0.9, 0.8], 1), ([0.9, 0.8, -1.0, -1.0], 1),
    ([1.5, -0.5, -1.0, -1.05], -1), ([1.5, np.nan, np.nan], 0)])
def test_a_ball_is_caught_where_its_energy_first_falls_below_the_hilltop(path, side):
    places = np.array(path)[:, np.newaxis]
    assert caught_on_side(double_well(), frozen(places), 0.05) == side
    both = np.stack([places, places], axis=1)
    np.testing.assert_array_equal(caught_on_side(double_well(), both, 0.05), [side, side])


def test_a_ball_that_is_caught_stays():
    well = double_well()
    starts = np.broadcast_to(np.linspace(-1.9, 1.9, 39)[:, np.newaxis], (3, 39, 1))
    momenta = np.array([0.0, 0.8, 0.95])[:, np.newaxis, np.newaxis]
    path = trajectory(well.gradient, Momentum(0.01, momenta), starts, 600)
    np.testing.assert_array_equal(caught_on_side(well, path, 0.01),
                                  np.sign(path[-1, ..., 0] - HILLTOP))


@pytest.mark.parametrize(("arguments", "pattern"), [
    ((double_well(), 0.1, [1.0], 1.5, 3), "momentum must be at least 0 and less than 1"),
    ((double_well(), -0.1, [0.5], 1.5, 3), says("learning_rate must be at least 0", "-0.1", "Try")),
    ((quadratic([1]), 0.1, [0.5], 1.5, 3), "two minima"),
])
def test_crossings_refuse_bad_settings(arguments, pattern):
    with pytest.raises(ValueError, match=pattern):
        crossings(*arguments)
