"""Section 05: rare words against plain loops, all texts and theory."""

from itertools import product

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import says

from lecture_kit.maths.optimizers import Adagrad, GradientDescent
from lecture_kit.maths.trajectories import trajectory
from lecture_kit.sections.adaptive_methods.words import (
    adagrad_rate_by_frequency,
    adagrad_wins_below,
    learn_words,
    stack_words,
    sweep_words,
    write_words,
)


def test_texts_have_the_frequencies_and_targets_that_they_should():
    words = write_words(1.0, 0.0, 3, n_words=5, n_steps=4000, batch_size=3)
    assert_allclose(words.frequencies, [1 / 2, 1 / 4, 1 / 6, 1 / 8, 1 / 10])
    assert_allclose(words.texts.mean(axis=(0, 1)), words.frequencies, atol=0.02)
    assert set(np.unique(words.texts)) == {0, 1}
    assert set(np.unique(np.abs(words.weights))) == {1}
    assert_allclose(words.targets, (words.texts * words.weights).sum(axis=-1))
    noisy = write_words(1.0, 2.0, 3, n_words=5, n_steps=4000, batch_size=3)
    assert_array_equal(noisy.texts, words.texts)
    assert np.std(noisy.targets - words.targets) == pytest.approx(2, rel=0.02)
    assert write_words(2, 0.5, 0).texts.shape == (500, 4, 50)


def test_noise_and_exponent_leave_the_draw_alone():
    words = [write_words(s, noise, 7) for s, noise in [(0.5, 0.1), (0.5, 0.9), (1.5, 0.5)]]
    assert_array_equal(words[0].texts, words[1].texts)
    assert_array_equal(words[0].weights, words[2].weights)
    assert np.all(words[2].texts <= words[0].texts)


def test_the_error_is_the_mean_over_all_texts():
    words = write_words(0.5, 0.5, 0, n_words=6)
    guess = words.weights + np.array([0.5, -1, 0.2, 0, 0.3, -0.7])
    texts = np.array(list(product([False, True], repeat=6)))
    chances = np.where(texts, words.frequencies, 1 - words.frequencies).prod(axis=1)
    expected = chances @ (texts @ (guess - words.weights)) ** 2
    assert words.error(guess) == pytest.approx(expected, rel=1e-12)
    assert words.error(words.weights) == 0
    assert words.error(np.stack([guess, words.weights])).shape == (2,)


@pytest.mark.parametrize("method", [GradientDescent, Adagrad])
def test_learning_words_is_the_same_run_by_run_and_text_by_text(method):
    words, rates = (
        write_words(1.0, 0.5, 0, n_words=7, n_steps=30),
        np.array([0.05, 0.3]),
    )
    learned = learn_words(method, words, rates)
    for run, rate in enumerate(rates):
        w, r, total = np.zeros(7), np.zeros(7), 0.0
        for texts, targets in zip(words.texts, words.targets, strict=True):
            off = [text @ w - target for text, target in zip(texts, targets, strict=True)]
            g = sum(o * text for o, text in zip(off, texts, strict=True)) / 4
            total += np.mean(np.square(off))
            r += g * g
            own = np.full(7, rate) if method is GradientDescent else rate / (np.sqrt(r) + 1e-10)
            w -= own * g
        assert_allclose(learned.weights[run], w, rtol=1e-9)
        assert_allclose(learned.rates[run], own, rtol=1e-9)
        assert learned.residual[run] == pytest.approx(total, rel=1e-9)


def test_the_sweep_over_words_drops_what_diverged():
    words, rates = write_words(0.0, 0.5, 0), np.array([0.001, 0.03, 30.0])
    learned = learn_words(GradientDescent, words, rates)
    sweep = sweep_words(words, learned, rates)
    assert np.isnan(sweep.results[2])
    assert_allclose(sweep.results[:2], words.error(learned.weights[:2]))
    assert sweep.best_rate == 0.03


def test_adagrads_rate_falls_with_the_root_of_the_frequency():
    words = write_words(1.0, 0.5, 0, n_steps=4000)
    learned = learn_words(Adagrad, words, [0.3])
    theory = adagrad_rate_by_frequency(words.frequencies, 0.3, learned.residual[0], 4)
    assert_allclose(learned.rates[0], theory, rtol=0.35)
    assert np.median(learned.rates[0] / theory) == pytest.approx(1, abs=0.1)
    slope = np.polyfit(np.log(words.frequencies), np.log(learned.rates[0]), 1)[0]
    assert slope == pytest.approx(-0.5, abs=0.07)
    assert adagrad_rate_by_frequency(0.01, 2.0, 100.0, 4) == pytest.approx(4)


def test_adagrad_wins_on_rare_words_and_not_on_equal_ones():
    rates = np.geomspace(0.01, 5, 17)
    for exponent, share in [(0, (0.8, 3)), (1.5, (0, 0.6))]:
        draws = stack_words([write_words(exponent, 0.5, seed) for seed in range(5)])
        errors = [np.nanmin(draws.error(learn_words(method, draws, rates).weights).mean(axis=0))
                  for method in (Adagrad, GradientDescent)]
        assert share[0] < errors[0] / errors[1] < share[1]


def test_stacked_draws_take_weights_of_their_shape():
    draws = stack_words([write_words(1, 0.5, seed, 4, 5) for seed in (0, 1)])
    with pytest.raises(ValueError, match=says("weights must hold one number per word", "(3, 4)",
                                              "The true ones have the shape (2, 1, 4).")):
        draws.error(np.zeros((3, 4)))


@pytest.mark.parametrize("n_hits", [1, 2, 9, 400])
def test_below_the_border_adagrad_goes_farther(n_hits):
    border = adagrad_wins_below(n_hits)
    for g, ahead in [(0.99 * border, True), (1.01 * border, False)]:
        ways = [-trajectory(lambda w, g=g: np.full_like(w, g), rule, [0.0], n_hits)[-1, 0]
                for rule in (Adagrad(0.1), GradientDescent(0.1))]
        assert (ways[0] > ways[1]) == ahead
    assert border == pytest.approx(2 / n_hits**0.5, rel=1.5 / n_hits**0.5)


@pytest.mark.parametrize(("call", "pattern"), [
    (lambda: write_words(-1, 0, 0),
     says("exponent must be at least 0", "-1", "Try exponent=1.")),
    (lambda: write_words(1, -0.5, 0),
     says("noise must be at least 0", "-0.5", "Try noise")),
    (lambda: adagrad_wins_below(0),
     says("n_hits must be at least 1", "0", "Try n_hits=10.")),
])
def test_what_makes_no_sense_is_refused(call, pattern):
    with pytest.raises(ValueError, match=pattern):
        call()
