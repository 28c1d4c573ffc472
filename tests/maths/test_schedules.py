"""Learning rate schedules against closed forms, recursions and rules written out by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import says

from lecture_kit.maths import schedules
from lecture_kit.maths.landscapes import canyon, quadratic
from lecture_kit.maths.optimizers import (
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    GradientDescent,
    Momentum,
    Nesterov,
    RMSprop,
)
from lecture_kit.maths.trajectories import trajectory

STEPS = np.arange(12)
RULES = [kind(0.1) for kind in (GradientDescent, Momentum, Nesterov, Adagrad, RMSprop, Adadelta,
                                Adam, AdamW)]
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: type(rule).__name__)
COSINE = schedules.cosine_decay_schedule(8, 0.2)


def test_constant():
    assert_array_equal(schedules.constant_schedule()(STEPS), np.ones(12))
    assert schedules.constant_schedule(0.3)(7) == 0.3


def test_step_falls_at_its_steps():
    factors = schedules.step_schedule(4)(STEPS)
    assert_allclose(factors, np.repeat([1, 0.1, 0.01], 4), rtol=1e-14)
    rate, recursive = 1.0, []  # PyTorch's way: multiply by gamma when t divides by step_size
    for step in STEPS:
        rate *= 0.5 if step and step % 3 == 0 else 1
        recursive.append(rate)
    assert_allclose(schedules.step_schedule(3, 0.5)(STEPS), recursive, rtol=1e-14)


def test_cosine_is_half_a_wave():
    factors = schedules.cosine_decay_schedule(8)(STEPS)
    assert_allclose(factors[[0, 2, 4, 6]], [1, 0.5 + 8**-0.5, 0.5, 0.5 - 8**-0.5], rtol=1e-14)
    assert_allclose(factors[8:], 0, atol=1e-15)
    assert_allclose(factors[:9] + factors[8::-1], 1)
    assert_allclose(COSINE(STEPS), 0.2 + 0.8 * factors)
    recursive = [1.0]  # PyTorch's recursion for CosineAnnealingLR
    for t in range(1, 9):
        ratio = (1 + np.cos(np.pi * t / 8)) / (1 + np.cos(np.pi * (t - 1) / 8))
        recursive.append(0.2 + (recursive[-1] - 0.2) * ratio)
    assert_allclose(COSINE(np.arange(9)), recursive, rtol=1e-12)


def test_warm_up_rises_in_a_line_and_meets_the_cosine():
    factors = schedules.warmup_cosine_decay_schedule(4, 12, 0.2)(STEPS)
    assert_allclose(factors[:5], [0, 0.25, 0.5, 0.75, 1])
    assert_allclose(factors[4:], COSINE(np.arange(8)))
    assert_allclose(schedules.warmup_cosine_decay_schedule(0, 8, 0.2)(STEPS), COSINE(STEPS))


@pytest.mark.parametrize("schedule", [
    schedules.constant_schedule(0.7), schedules.step_schedule(3), COSINE,
    schedules.warmup_cosine_decay_schedule(3, 9)])
def test_one_step_at_a_time_gives_what_all_give(schedule):
    assert_allclose([schedule(int(step)) for step in STEPS], schedule(STEPS), rtol=1e-14)
    assert schedule(STEPS).min() >= 0
    assert schedule(STEPS).max() <= 1


@every_rule
def test_with_a_constant_schedule_nothing_changes(rule):
    plain = trajectory(canyon().gradient, rule, [-3.5, 1.0], 20)
    same = schedules.Scheduled(rule, schedules.constant_schedule())
    assert_allclose(trajectory(canyon().gradient, same, [-3.5, 1.0], 20), plain, rtol=1e-12)


@every_rule
def test_a_factor_does_what_the_rate_does(rule):
    """At the first step, and for a rule whose velocity is one of gradients at every step."""
    half = schedules.Scheduled(rule, schedules.constant_schedule(0.5))
    path = trajectory(canyon().gradient, half, [-3.5, 1.0], 9)
    assert_allclose(path, trajectory(canyon().gradient, type(rule)(0.05), [-3.5, 1.0], 9),
                    rtol=1e-12)


def test_scheduled_gradient_descent_is_a_product():
    rule = schedules.Scheduled(GradientDescent(0.3), COSINE)
    path = trajectory(quadratic([2.0]).gradient, rule, [1.0], 11)[:, 0]
    assert_allclose(path[1:], np.cumprod(1 - 0.6 * COSINE(STEPS[:11])), rtol=1e-12)


def test_scheduled_momentum_is_pytorchs():
    rule = schedules.Scheduled(Momentum(0.3, 0.8), COSINE)
    path = trajectory(quadratic([2.0]).gradient, rule, [1.0], 11)[:, 0]
    w, b = 1.0, 0.0
    for step in range(11):
        b = 0.8 * b + 2 * w
        w -= 0.3 * COSINE(step) * b
        assert path[step + 1] == pytest.approx(w, rel=1e-12)


def test_scheduled_adamw_decays_with_the_rate():
    rule = schedules.Scheduled(AdamW(0.1, weight_decay=0.5), COSINE)
    path = trajectory(lambda w: 0 * w, rule, [1.0], 11)[:, 0]
    assert_allclose(path[1:], np.cumprod(1 - 0.05 * COSINE(STEPS[:11])), rtol=1e-12)


def test_the_effective_rate_is_that_of_the_last_step():
    rule, w = schedules.Scheduled(RMSprop(0.1, 0.5), COSINE), np.array([1.0, -2.0])
    state = rule.initial_state(w)
    for step in range(4):
        gradient = 3 * w
        moved, state = rule.step(w, gradient, state)
        assert_allclose(w - moved, rule.effective_rate(state) * gradient, rtol=1e-12)
        assert state["count"] == step + 1
        w = moved


@pytest.mark.parametrize(("call", "pattern"), [
    (lambda: schedules.step_schedule(0), says("step_size must be at least 1", "0", "Try")),
    (lambda: schedules.step_schedule(3, 1.5), says("gamma must lie between 0 and 1", "1.5", "Try")),
    (lambda: schedules.warmup_cosine_decay_schedule(5, 5),
     says("warmup_steps must be less than decay_steps", "5", "There are 5 steps in all.")),
])
def test_what_makes_no_sense_is_refused(call, pattern):
    with pytest.raises(ValueError, match=pattern):
        call()
