"""Section 07: learning rates, against single trainings and rates known beforehand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import says

from lecture_kit.maths.activations import SIGMOID
from lecture_kit.maths.datasets import load_digits
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.training import train
from lecture_kit.sections.batch_normalization import experiments, rates

SIZES = (64, 12, 10)


@pytest.fixture(scope="module")
def digits():
    return [(part.features[:n] / 16, part.labels[:n])
            for part, n in zip(load_digits(), (300, 200), strict=True)]


def alone(rate, seed, digits, epochs, kind="with BN"):
    network = experiments.build_network(kind, 0.5, SIZES, seed=seed, dtype=np.float32)
    return list(train(network, GradientDescent(rate), *digits, batch_size=50, epochs=epochs,
                      seed=seed))


def test_each_rate_and_seed_learns_what_it_learns_alone(digits):
    losses, accuracies = rates.train_at_rates(
        "with BN", SIGMOID, 0.5, [0.1, 1.0], *digits, batch_size=50, epochs=2, seeds=(3, 4, 5),
        sizes=SIZES)
    assert losses.shape == accuracies.shape == (2, 3)
    last = alone(1.0, 4, digits, 2)[-1]
    assert (losses[1, 1], accuracies[1, 1]) == (last.training_loss, last.validation_accuracy)


def test_each_seed_may_have_rows_of_its_own(digits):
    sets = experiments.small_sets(digits[0], 100, 0, (3, 4))
    losses, none = rates.train_at_rates(
        "with BN", SIGMOID, 0.5, [0.1, 1.0], sets, None, batch_size=50, epochs=2, seeds=(3, 4),
        sizes=SIZES)
    own = sets[0][1], sets[1][1]
    assert losses[0, 1] == alone(0.1, 4, (own, None), 2)[-1].training_loss
    assert none is None


def test_the_best_rate_must_not_lie_on_the_edge():
    assert rates.best_rate([1, 2, 4], [[0.1, 0.2], [0.3, 0.4], [np.nan, 0.9]]) == 2
    assert rates.best_rate([1, 2, 4], [[-np.inf, 1.0], [-5, -6], [-7, -8]]) == 2
    for scores, edge in [([[3.0], [2], [1]], "1.0"), ([[1.0], [2], [3]], "4.0")]:
        with pytest.raises(ValueError, match=says(
                "the best rate must lie inside", edge, "Take wider rates.")):
            rates.best_rate([1, 2, 4], scores)
    with pytest.raises(ValueError, match="rates must rise"):
        rates.best_rate([2, 1, 4], [[1.0], [2], [3]])
    with pytest.raises(ValueError, match="one rate must have scores"):
        rates.best_rate([1, 2, 4], np.full((3, 2), np.nan))
    with pytest.raises(ValueError, match="scores must have a row for each rate"):
        rates.best_rate([1, 2, 4], [[1.0], [2]])


def test_the_own_rate_has_the_smallest_loss(digits):
    grid = (1e-3, 0.5, 1e3)
    assert rates.own_rate("without BN", grid, digits[0], 3, (0, 1), SIZES) == 0.5


@pytest.mark.parametrize("limit", [0.05, 0.7, 3.0, 40.0, 1e3])
def test_bisection_finds_the_largest_rate_that_learns(digits, monkeypatch, limit):
    def learns_below_the_limit(networks, optimizer, *_rows, **_settings):
        own = limit * np.arange(1, len(networks) + 1)
        yield 0, np.where(optimizer.learning_rate[:, 0] < own, 0.9, np.nan)

    monkeypatch.setattr(rates, "accuracy_on_the_way", learns_below_the_limit)
    grid = 0.1 * 2.0 ** np.arange(9)
    found = rates.largest_rates_that_learn(
        "with BN", SIGMOID, 0.5, grid, *digits, n_updates=5, accuracy=0.7, seeds=range(3))
    expected = [max([0, *grid[grid < limit * k]]) for k in (1, 2, 3)]
    assert_array_equal(found, np.where(np.array(expected) == grid[-1], np.inf, expected))


def test_a_small_rate_learns_and_a_huge_one_does_not(digits):
    found = rates.largest_rates_that_learn(
        "without BN", SIGMOID, 1.0, [1.0, 1e3, 1e4], *digits, n_updates=80, accuracy=0.5,
        seeds=(0, 1), sizes=SIZES)
    assert_array_equal(found, 1.0)


def test_the_race_ends_when_all_seeds_of_a_rate_are_there(digits):
    found = rates.updates_to_reach(
        0.6, "with BN", 0.5, [1e-4, 1.0], *digits, most=200, seeds=(0, 1), sizes=SIZES)
    assert np.isinf(found[0]).all()
    assert (found[1] % 50 == 0).all()
    assert found[1].max() < 200
    network = experiments.build_network("with BN", 0.5, SIZES, seed=1, dtype=np.float32)
    records = train(network, GradientDescent(1.0), *digits, batch_size=60, epochs=40, seed=1,
                    record_every=50)
    assert found[1, 1] == next(r.update for r in records if r.validation_accuracy > 0.6)


def test_small_sets_are_drawn_from_the_rows_and_some_labels_are_random(digits):
    features, labels = experiments.small_sets(digits[0], 200, 0, (0, 1))
    wrong = experiments.small_sets(digits[0], 200, 0.3, (0, 1))
    assert features.shape == (2, 200, 64)
    known = {row.tobytes(): label for row, label in zip(*digits[0], strict=True)}
    for rows, own in zip(features, labels, strict=True):
        assert [known[row.tobytes()] for row in rows] == own.tolist()
        assert len({row.tobytes() for row in rows}) > 190
    assert_array_equal(wrong[0], features)
    assert (wrong[1] != labels).mean() == pytest.approx(0.3 * 0.9, abs=0.06)
    assert not np.array_equal(features[0], features[1])


def test_networks_are_compared_when_they_first_reach_a_level():
    training = [[0.1, 0.2], [0.9, 0.5], [0.8, np.nan], [1.0, np.nan]]
    validation = [[0.2, 0.3], [0.7, 0.4], [0.6, np.nan], [0.5, np.nan]]
    assert_array_equal(experiments.at_training_accuracy(training, validation, 0.8), [0.7, np.nan])
    assert_array_equal(experiments.at_training_accuracy(training, validation, 0.5), [0.7, 0.4])
    with pytest.raises(ValueError, match="validation must be as long as training"):
        experiments.at_training_accuracy(training, validation[1:], 0.5)


def test_the_last_row_of_the_levels_is_the_end(digits):
    sets = experiments.small_sets(digits[0], 100, 0, (0, 1))
    found = rates.accuracies_at_levels("with BN", 1.0, sets, digits[1], (0.0, 0.5, 2.0), (0, 1),
                                       epochs=12, sizes=SIZES)
    assert found.shape == (4, 2)
    scale = experiments.gradient_keeping_scale(SIGMOID, 12)
    network = experiments.build_network("with BN", scale, SIZES, seed=1)
    records = list(train(network, GradientDescent(1.0), (sets[0][1], sets[1][1]), digits[1],
                         batch_size=60, epochs=12, seed=1, record_every=6))
    assert_allclose(found[[0, -1], 1], [records[0].validation_accuracy,
                                        records[-1].validation_accuracy])
    first = next(record for record in records if record.training_accuracy >= 0.5)
    assert found[1, 1] == first.validation_accuracy
    assert np.isnan(found[2]).all()
