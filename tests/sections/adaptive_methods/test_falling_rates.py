"""Section 05: words learned with schedules, against single runs and plain loops."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from lecture_kit.maths.comparisons import paired_difference
from lecture_kit.maths.optimizers import Adagrad, GradientDescent
from lecture_kit.maths.schedules import Scheduled
from lecture_kit.sections.adaptive_methods import falling_rates, words

RATES = np.geomspace(0.01, 5, 17)


@pytest.fixture(scope="module")
def equal_words():
    return falling_rates.draw_words(0.0, range(10))


@pytest.mark.parametrize(("name", "share", "factors"), [
    ("constant", 0.5, [1, 1, 1, 1, 1, 1, 1, 1]),
    ("step", 0.5, [1, 1, 1, 1, 0.1, 0.1, 0.1, 0.1]),
    ("cosine", 0.5, [1, 0.5 + 8**-0.5, 0.5, 0.5 - 8**-0.5, 0, 0, 0, 0]),
    ("warm-up", 0.375, [0, 0.5, 1, 0.9330127, 0.75, 0.5, 0.25, 0.0669873]),
    ("step", 0.01, 10.0 ** -np.arange(8))])
def test_a_share_of_the_steps_makes_the_schedule(name, share, factors):
    schedule = falling_rates.make_schedule(name, 8, share)
    assert_allclose(schedule(np.arange(8)), factors, rtol=1e-6, atol=1e-15)


def test_stacked_draws_learn_what_each_learns_alone():
    draws = [words.write_words(1.0, 0.5, seed, 7, 30, 3) for seed in (4, 5)]
    stacked, rates = words.stack_words(draws), np.array([0.05, 0.3])
    together = words.learn_words(Adagrad, stacked, rates)
    errors = stacked.error(together.weights)
    for number, draw in enumerate(draws):
        alone = words.learn_words(Adagrad, draw, rates)
        for name in ("weights", "rates", "residual"):
            assert_allclose(getattr(together, name)[number], getattr(alone, name), rtol=1e-9)
        assert_allclose(errors[number], draw.error(alone.weights), rtol=1e-9)


def test_drawn_words_are_those_of_the_seeds():
    drawn = falling_rates.draw_words(1.0, [3, 8])
    for number, seed in enumerate((3, 8)):
        alone = words.write_words(1.0, 0.5, seed)
        assert_array_equal(drawn.texts[:, number], alone.texts)
        assert_array_equal(drawn.targets[:, number], alone.targets)
        assert_array_equal(drawn.weights[number], alone.weights)


def test_the_course_is_a_plain_loop():
    draw = words.write_words(0.5, 0.5, 2, 6, 20, 3)
    cosine = (1 + np.cos(np.pi * np.arange(20) / 20)) / 2
    schedule = np.array([cosine, np.ones(20)])
    rule = Scheduled(GradientDescent(0.2), lambda step: schedule[:, step, np.newaxis])
    steps, errors = falling_rates.error_course(words.stack_words([draw]), rule, 2, every=4)
    weights, expected = np.zeros((2, 6)), []
    for factors, texts, targets in zip(schedule.T, draw.texts, draw.targets, strict=True):
        for run, factor in enumerate(factors):
            weights[run] -= 0.2 * factor * texts.T @ (texts @ weights[run] - targets) / 3
        expected.append(draw.error(weights))
    assert_array_equal(steps, [4, 8, 12, 16, 20])
    assert_allclose(errors, np.array(expected)[[3, 7, 11, 15, 19]], rtol=1e-9)


def test_tuning_finds_the_smallest_mean_over_the_draws(equal_words):
    schedule = falling_rates.make_schedule("cosine", 500)
    tuned = falling_rates.tune_on_words(equal_words, GradientDescent, RATES, schedule)
    errors = np.array([words.sweep_words(draw, words.learn_words(
        falling_rates.with_schedule(GradientDescent, schedule), draw, RATES), RATES).results
        for draw in (words.write_words(0.0, 0.5, seed) for seed in range(10))])
    assert_allclose(tuned.results, errors, rtol=1e-6)
    best = int(np.nanargmin(errors.mean(axis=0)))
    assert tuned.sweep.best_rate == RATES[best]
    assert_allclose(tuned.at_best, errors[:, best], rtol=1e-6)
    assert not tuned.at_edge


def test_a_falling_rate_brings_gradient_descent_below_adagrad(equal_words):
    """What the notebook says of equal words, on other draws than it uses in its cell."""
    draws = falling_rates.draw_words(0.0, range(100, 112))
    plain, falling, adagrad = (
        falling_rates.tune_share(draws, method, RATES, name)[1].at_best for method, name in (
            (GradientDescent, "constant"), (GradientDescent, "cosine"), (Adagrad, "constant")))
    assert paired_difference(falling, plain).high < 0
    assert paired_difference(falling, adagrad).high < 0
    assert falling.mean() < plain.mean() / 2


def test_the_share_of_the_step_schedule_is_tuned(equal_words):
    few = RATES[4:8]
    share, tuned = falling_rates.tune_share(equal_words, GradientDescent, few, "step")
    ends = {own: falling_rates.tune_on_words(
        equal_words, GradientDescent, few, falling_rates.make_schedule("step", 500, own)
    ).sweep.best_result for own in falling_rates.SHARES["step"]}
    assert share == min(ends, key=ends.get)
    assert tuned.sweep.best_result == ends[share]
