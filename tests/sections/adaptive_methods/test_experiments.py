"""Section 05: races against plain loops."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from lecture_kit.maths.landscapes import beale, canyon, quadratic, rosenbrock, saddle
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.trajectories import trajectory
from lecture_kit.sections.adaptive_methods import experiments

nan = np.nan


@pytest.mark.parametrize(("x", "steps"), [
    ([1.0, 0.05, 0.02], 1), ([0.05, 1.0, 0.02], 2), ([0.09, 0.0, -0.09], 0), ([1.0, 0.5, 0.1], nan),
    ([1.0, 0.0, nan], nan), ([1.0, 0.5, 0.099], 2)])
def test_a_run_arrives_when_it_stays_near_a_minimum(x, steps):
    path = np.column_stack([x, np.zeros(3)])
    assert_array_equal(experiments.arrival(canyon(), path), steps)


def test_on_the_saddle_a_run_arrives_when_it_is_off_the_ridge():
    y = np.array([[0.1, 0.1, -0.2], [0.5, -1.0, 0.3], [1.2, nan, 0.999]])
    path = np.stack([np.full_like(y, 9.0), y], axis=-1)
    assert_array_equal(experiments.arrival(saddle(), path), [2, 1, nan])
    assert_array_equal(experiments.arrival(saddle(), path, reach=0.25), [1, 1, 1])


def test_arrival_knows_every_minimum():
    land = quadratic([1.0, 1.0])
    two = type(land)("two", land.value, land.gradient, land.hessian, np.array([[0, 0], [5.0, 5.0]]))
    path = np.array([[[2.0, 2.0], [2.0, 2.0]], [[5.0, 5.05], [0.0, 0.05]]])
    assert_array_equal(experiments.arrival(two, path), [1, 1])
    assert_array_equal(experiments.arrival(land, path), [nan, 1])


@pytest.mark.parametrize("land", [canyon(), beale(), saddle()], ids=lambda land: land.name)
def test_a_race_holds_the_runs_of_all_methods(land):
    rates = dict.fromkeys(experiments.METHODS, 0.02)
    paths = experiments.race(land, rates, (1.0, 0.5), 40)
    many = experiments.race(
        land, dict.fromkeys(experiments.METHODS, np.array([0.5, 0.02])), (1.0, 0.5), 40
    )
    assert list(paths) == list(experiments.METHODS)
    for name, method in experiments.METHODS.items():
        alone = trajectory(land.gradient, method(0.02), [1.0, 0.5], 40, bound=100)
        assert_array_equal(paths[name], alone)
        assert_array_equal(many[name][:, 1], alone)


@pytest.mark.parametrize("rates", [{}, {"Adam": 0.1, "momentum": [0.1, 0.2]}])
def test_a_race_needs_methods_with_as_many_rates(rates):
    with pytest.raises(ValueError, match=r"must name a method|as long"):
        experiments.race(canyon(), rates, (1.0, 0.5), 3)


def steps_by_hand(land, optimizer, start, n_steps):
    """The step from which on a run stays within 0.1 of the minimum, walked in a plain loop."""
    point, state = np.array(start), optimizer.initial_state(np.array(start))
    since = 0 if np.linalg.norm(point - land.minima[0]) < 0.1 else None
    for step in range(1, n_steps + 1):
        point, state = optimizer.step(point, land.gradient(point), state)
        near = np.linalg.norm(point - land.minima[0]) < 0.1
        since = (step if since is None else since) if near else None
    return nan if since is None else since


def test_the_sweep_finds_the_rate_that_arrives_first():
    rates = np.geomspace(1e-2, 3, 12)
    sweeps = experiments.sweep_rates(canyon(), rates, (-3.5, 1.0), 150)
    for name, sweep in sweeps.items():
        with np.errstate(all="ignore"):
            expected = [steps_by_hand(canyon(), experiments.METHODS[name](rate), [-3.5, 1.0], 150)
                        for rate in rates]
        assert_array_equal(sweep.results, expected, err_msg=name)
        if not np.isnan(expected).all():
            assert sweep.best_result == np.nanmin(expected)
            assert sweep.best_rate == rates[int(np.nanargmin(expected))]


def test_without_arrival_the_best_rate_ends_lowest():
    rates = np.geomspace(1e-4, 1, 9)
    sweep = experiments.sweep_rates(rosenbrock(), rates, (-1.2, 1.0), 40)["gradient descent"]
    ends = [trajectory(rosenbrock().gradient, GradientDescent(rate), [-1.2, 1.0], 40, 100)[-1]
            for rate in rates]
    heights = [rosenbrock().value(end) if np.isfinite(end).all() else np.inf for end in ends]
    assert np.isnan(sweep.results).all()
    assert np.isnan(sweep.best_result)
    assert sweep.best_rate == rates[np.argmin(heights)]


def test_make_sweep_takes_the_smallest_result():
    sweep = experiments.make_sweep(np.array([0.1, 0.2, 0.3]), np.array([nan, 2.0, 5.0]))
    assert (sweep.best, sweep.best_rate, sweep.best_result) == (1, 0.2, 2.0)
    assert np.isnan(experiments.make_sweep(np.array([0.1]), np.array([nan])).best_result)


@pytest.mark.parametrize(("results", "names"), [
    ({"a": 3.0, "b": 2.0}, ["b"]), ({"a": 2.0, "b": nan, "c": 2.0}, ["a", "c"]), ({"a": nan}, []),
    ({}, [])])
def test_the_first_have_the_smallest_result(results, names):
    assert experiments.first_names(results) == names


def test_the_landscapes_are_those_of_the_lecture():
    assert list(experiments.LANDSCAPES) == ["canyon", "saddle", "Beale", "Rosenbrock"]


def test_the_outcome_of_a_race_knows_who_arrives_and_who_diverges():
    rates = dict.fromkeys(experiments.METHODS, 0.692)
    outcome = experiments.hold_race(canyon(), rates, (-3.5, 1.0), 300)
    for name, method in experiments.METHODS.items():
        path = trajectory(canyon().gradient, method(0.692), [-3.5, 1.0], 300, bound=100)
        assert_array_equal(outcome.paths[name], path)
        gone = np.isnan(path).any(axis=1)
        assert outcome.diverged[name] == (int(np.argmax(gone)) if gone.any() else -1)
        if not gone.any():
            expected = steps_by_hand(canyon(), method(0.692), [-3.5, 1.0], 300)
            assert_array_equal(outcome.arrived[name], expected)
    assert [name for name, end in outcome.diverged.items() if end >= 0] == ["Nesterov"]


def test_a_race_seen_at_a_step():
    y = np.array([0.5, 1.5, 4.0, 50.0, nan])
    lost, home = np.column_stack([np.zeros(5), y]), np.zeros((5, 2))
    outcome = experiments.Outcome({"lost": lost, "home": home}, {"lost": nan, "home": 2.0},
                                  {"lost": 4, "home": -1})
    assert outcome.arrived_by(2)["home"] == 2
    assert np.isnan([outcome.arrived_by(1)["home"], outcome.arrived_by(4)["lost"]]).all()
    assert (outcome.lost_by(3), outcome.lost_by(4)) == ([], ["lost"])
    assert_array_equal(outcome.seen_by(3, (4, 2.5))["lost"], lost[:4])
    assert_array_equal(outcome.seen_by(4, (4, 2.5))["lost"], lost[:3])
    assert_array_equal(outcome.seen_by(4, (4, 99))["lost"], lost[:4])
    assert_array_equal(outcome.seen_by(1, (4, 2.5))["home"], home[:2])


def test_a_run_that_arrived_before_it_diverged_is_not_lost():
    path = np.array([[0.0, 0.5], [0.0, 2.0], [nan, nan]])
    outcome = experiments.Outcome({"out": path}, {"out": 1.0}, {"out": 2})
    assert outcome.lost_by(2) == []
    assert_array_equal(outcome.seen_by(2, (4, 1))["out"], path)


def test_tuning_takes_one_rate_for_all_draws():
    results = np.array([[1.0, 5.0, nan, 2.0], [9.0, 5.0, 0.0, 4.0]])
    tuned = experiments.tune([0.1, 0.2, 0.4, 0.8], results)
    assert tuned.sweep.best_rate == 0.8
    assert_array_equal(tuned.at_best, [2, 4])
    assert tuned.at_edge
    assert not experiments.tune([0.1, 0.2, 0.4], results[:, [0, 3, 1]]).at_edge


@pytest.mark.parametrize(("results", "words"), [
    ([1.0, 2.0, 3.0], "–"), ([0.0, 1.0, 2.1], "−0.967 ± 0.033 (clear)"),
    ([2.0, 0.0, 3.2], "−0.27 ± 0.90 (not clear)")])
def test_a_lead_is_put_into_words(results, words):
    assert experiments.lead(results, [1.0, 2.0, 3.0]) == words
