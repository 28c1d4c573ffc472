"""Section 05: every knob tuned, against races and theory."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import says

from lecture_kit.maths.landscapes import canyon, saddle
from lecture_kit.maths.optimizers import Adam, GradientDescent, Momentum
from lecture_kit.maths.trajectories import trajectory
from lecture_kit.sections.adaptive_methods import experiments, knobs

FEW = {"learning_rate": (0.3, 0.9, 3.0), "momentum": (0.0, 0.5, 0.9)}


def test_starts_are_in_the_canyon_and_turn_with_it():
    starts = knobs.draw_starts(200, 3)
    assert np.abs(starts[:, 0]).min() >= 2
    assert np.abs(starts[:, 0]).max() <= 4
    assert np.abs(starts[:, 1]).min() >= 0.5
    assert np.abs(starts[:, 1]).max() <= 2
    assert len(np.unique(np.sign(starts), axis=0)) == 4
    turned = knobs.draw_starts(200, 3, 30)
    assert_allclose(canyon(30).value(turned), canyon().value(starts), rtol=1e-9)


def test_arrivals_are_those_of_a_race():
    starts, rates = knobs.draw_starts(3, 0), np.array([0.01, 0.3, 2.5])
    steps = knobs.arrivals(canyon(), Adam(rates.reshape(-1, 1, 1)), starts, 150)
    for number, rate in enumerate(rates):
        path = trajectory(canyon().gradient, Adam(rate), starts, 150, bound=100)
        expected = experiments.arrival(canyon(), path)
        assert_array_equal(np.where(np.isinf(steps[number]), np.nan, steps[number]), expected)
    assert np.isinf(steps[0]).all()
    assert np.isfinite(steps[1]).all()


def test_tuning_tries_every_combination():
    starts = knobs.draw_starts(4, 1)
    best = knobs.tune_knobs(canyon(), Momentum, FEW, starts, 100)
    means = {(rate, momentum): knobs.arrivals(
        canyon(), Momentum(np.full((1, 1, 1), rate), momentum), starts, 100)[0]
        for rate in FEW["learning_rate"] for momentum in FEW["momentum"]}
    winner = min(means, key=lambda pair: means[pair].mean())
    assert tuple(best.values.values()) == winner
    assert_array_equal(best.steps, means[winner])
    assert best.at_edge == ()


@pytest.mark.parametrize(("tried", "at_edge"), [
    ({"learning_rate": (0.9, 2.0), "momentum": (0.0,)}, ("learning_rate", "momentum")),
    ({"learning_rate": (0.3, 0.9), "momentum": (0.0, 0.999)}, ("learning_rate",)),
    ({"learning_rate": (0.3, 0.9, 2.0), "momentum": (0.0, 0.999)}, ())])
def test_a_best_value_on_the_edge_is_named_but_for_a_share_of_0(tried, at_edge):
    best = knobs.tune_knobs(canyon(), Momentum, tried, knobs.draw_starts(4, 1), 100)
    assert best.values == {"learning_rate": 0.9, "momentum": 0.0}
    assert best.at_edge == at_edge


def test_gradient_descent_and_momentum_do_not_feel_the_turn():
    for name in ("gradient descent", "momentum"):
        steps = [knobs.tune_knobs(canyon(angle), *knobs.KNOBS[name],
                                  knobs.draw_starts(6, 2, angle), 100).steps for angle in (0, 33)]
        assert_array_equal(*steps)


def test_momentum_needs_a_fraction_of_the_steps_of_gradient_descent():
    """Polyak: the factor per step is √β with the best pair, and 0.905 with the best rate."""
    starts = knobs.draw_starts(10, 7)
    plain, momentum = (knobs.tune_knobs(canyon(), *knobs.KNOBS[name], starts, 100)
                       for name in ("gradient descent", "momentum"))
    assert plain.steps.mean() > 3 * momentum.steps.mean()
    assert momentum.values["momentum"] == pytest.approx(0.403, abs=0.15)
    assert momentum.values["learning_rate"] == pytest.approx(1.336, rel=0.2)


def test_a_landscape_without_a_minimum_is_refused():
    with pytest.raises(ValueError, match=says("landscape must have one minimum", "0", "Try")):
        knobs.arrivals(saddle(), GradientDescent(np.full((1, 1, 1), 0.1)), [[1.0, 1.0]], 3)
