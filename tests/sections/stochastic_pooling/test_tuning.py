"""Section 09: each pooling at its own best rate, against the training of single networks."""

import numpy as np
import pytest
from oracles import frozen, says

from lecture_kit.maths.datasets import load_digits
from lecture_kit.maths.optimizers import Momentum
from lecture_kit.maths.pooling import AveragePooling, MaxPooling, StochasticPooling
from lecture_kit.maths.training import train
from lecture_kit.sections.stochastic_pooling import tuning
from lecture_kit.sections.stochastic_pooling.experiments import digit_images, digit_network
from lecture_kit.sections.stochastic_pooling.tuning import (
    Tuned,
    drawn_digits,
    errors_by_rate,
    with_wrong_labels,
)


@pytest.mark.parametrize(("share", "n_wrong"), [(0, 0), (0.2, 40), (0.256, 51), (1, 200)])
def test_the_share_of_wrong_labels_is_exact(share, n_wrong):
    labels = frozen(np.arange(200) % 10, int)
    changed = with_wrong_labels(labels, share, 3)
    assert np.sum(changed != labels) == n_wrong
    assert set(changed) <= set(range(10))
    np.testing.assert_array_equal(changed, with_wrong_labels(labels, share, 3))


def test_every_other_digit_may_take_the_place():
    changed = with_wrong_labels(np.full(2000, 4), 1.0, 0)
    counts = np.bincount(changed, minlength=10)
    assert counts[4] == 0
    assert np.all(np.delete(counts, 4) > 150)


def test_wrong_labels_need_digits_and_a_share():
    with pytest.raises(ValueError, match=says("share must", "1.5", "Try 0.2.")):
        with_wrong_labels([1, 2], 1.5, 0)
    with pytest.raises(ValueError, match="labels"):
        with_wrong_labels([1, 10], 0.5, 0)


def test_drawn_digits_are_700_different_ones_of_the_thirty_writers():
    (images, labels), (others, other_labels) = drawn_digits(5)
    assert images.shape == (200, 1, 8, 8)
    assert others.shape == (500, 1, 8, 8)
    every, their_labels = digit_images(load_digits()[0])
    place = {image.tobytes(): label for image, label in zip(every, their_labels, strict=True)}
    for image, label in zip(np.concatenate([images, others]),
                            np.concatenate([labels, other_labels]), strict=True):
        assert place[image.tobytes()] == label
    assert len({image.tobytes() for image in np.concatenate([images, others])}) == 700
    (again, wrong), _validation = drawn_digits(5, 0.2)
    np.testing.assert_array_equal(again, images)
    assert np.sum(wrong != labels) == 40
    assert np.any(drawn_digits(6)[0][0] != images)


def test_errors_are_those_of_networks_trained_alone():
    seen = errors_by_rate(StochasticPooling, (0.03, 0.1), (2, 5), epochs=2, wrong_labels=0.1,
                          n_filters=3)
    test = digit_images(load_digits()[1])
    for column, seed in enumerate((2, 5)):
        training, validation = drawn_digits(seed, 0.1)
        for row, rate in enumerate((0.03, 0.1)):
            network = digit_network(StochasticPooling, seed, 3)
            *_, last = train(network, Momentum(rate, 0.9), training, validation, batch_size=20,
                             epochs=2, seed=seed)
            assert seen["training"][row, column] == 1 - last.training_accuracy
            assert seen["validation"][row, column] == 1 - last.validation_accuracy
            wrong = np.mean(network.logits(test[0]).argmax(axis=1) != test[1])
            assert seen["test"][row, column] == pytest.approx(wrong, abs=1e-12)


def test_a_run_that_has_diverged_counts_as_guessing():
    seen = errors_by_rate(MaxPooling, (0.05, 1e9), (0,), epochs=1)
    for errors in seen.values():
        assert errors[1, 0] == 0.9
        assert errors[0, 0] < 0.9


@pytest.mark.parametrize(("errors", "best", "on_edge"), [
    ([[0.3, 0.1], [0.1, 0.2], [0.4, 0.4]], 1, False), ([[0.1], [0.2], [0.3]], 0, True),
    ([[0.3], [0.2], [0.1]], 2, True), ([[0.3], [0.1], [0.1], [0.2]], 1, False)])
def test_the_best_rate_has_the_lowest_mean_and_knows_the_edge(errors, best, on_edge):
    errors = np.array(errors)
    one = Tuned(np.arange(len(errors)), {"validation": errors, "test": errors + 1})
    assert (one.best, one.on_edge) == (best, on_edge)
    np.testing.assert_array_equal(one.test, errors[best] + 1)


def test_only_average_pooling_is_tried_at_the_last_rate(monkeypatch):
    monkeypatch.setattr(tuning, "errors_by_rate", lambda kind, rates, seeds, wrong_labels: (
        kind, tuple(rates), seeds, wrong_labels))
    tuned = tuning.tune((0.1, 0.2, 0.4), (7,), 0.3)
    assert {name: one.errors for name, one in tuned.items()} == {
        "max": (MaxPooling, (0.1, 0.2), (7,), 0.3),
        "average": (AveragePooling, (0.1, 0.2, 0.4), (7,), 0.3),
        "stochastic": (StochasticPooling, (0.1, 0.2), (7,), 0.3)}


def test_the_lead_is_that_of_pairs_in_points():
    validation = np.array([[0.2, 0.2, 0.2], [0.1, 0.1, 0.1], [0.3, 0.3, 0.3]])
    test = {"max": np.array([[0.1, 0.2, 0.3], [0.2, 0.3, 0.4], [0, 0, 0]]),
            "average": np.array([[0.1, 0.1, 0.1], [0.1, 0.1, 0.25], [0, 0, 0]])}
    tuned = {name: tuning.Tuned(np.array([0.1, 0.2, 0.4]),
                                {"validation": validation, "test": errors})
             for name, errors in test.items()}
    own, common = tuning.lead(tuned, "average"), tuning.lead(tuned, "average", 0.1)
    assert own.mean == pytest.approx(-15)
    assert own.error == pytest.approx(np.std([-10, -20, -15], ddof=1) / np.sqrt(3))
    assert common.mean == pytest.approx(-10)
    assert not common.is_clear
    for name, rate in [("median", 0.1), ("max", 0.3)]:
        with pytest.raises(ValueError, match="must be one of"):
            tuning.lead(tuned, name, rate)
