"""Training against loops written out by hand, scikit-learn and counting."""

import numpy as np
import pytest
from oracles import frozen, says
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression

from lecture_kit.maths.activations import RELU, TANH
from lecture_kit.maths.datasets import load_digits
from lecture_kit.maths.initializers import he
from lecture_kit.maths.network_losses import CROSS_ENTROPY, SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.optimizers import GradientDescent, Momentum
from lecture_kit.maths.training import (
    Record,
    best_and_last,
    first_step_below,
    mini_batches,
    stop_early,
    train,
)

ROWS = frozen(np.random.default_rng(1).normal(size=(10, 3)))
LABELS = frozen([0, 2, 1, 1, 3, 0, 2, 3, 1, 0], int)
OTHER = (frozen(np.random.default_rng(2).normal(size=(5, 3))), frozen([3, 1, 0, 0, 2], int))
PLAIN = GradientDescent(0.1)


def small_network(seed=0):
    return fully_connected((3, 5, 4), TANH, SOFTMAX_CROSS_ENTROPY, he, seed)


def run(network, optimizer=PLAIN, validation=None, **settings):
    settings = {"batch_size": 4, "epochs": 2, "seed": 0, **settings}
    return list(train(network, optimizer, (ROWS, LABELS), validation, **settings))


class Spy:
    """A network that learns nothing and remembers which rows it was shown."""

    def __init__(self):
        self.parameters, self.batches = np.zeros(1), []

    def check(self, features, labels):
        return features, labels

    def measure(self, features, labels):
        return 0.0, 0.0

    def backpropagate(self, features, labels):
        np.testing.assert_array_equal(features[:, 0] % 3, labels)
        self.batches.append(features[:, 0].astype(int).tolist())
        return np.zeros(1)


def rows_shown(**settings):
    """Train a spy on the row numbers 0 to 9 and return its mini batches."""
    spy, numbers = Spy(), np.arange(10)
    settings = {"batch_size": 4, "epochs": 2, "seed": 0, **settings}
    list(train(spy, GradientDescent(0), (numbers[:, np.newaxis], numbers % 3), **settings))
    return spy.batches


# Mini batches


@pytest.mark.parametrize(("n_samples", "batch_size", "sizes"), [
    (10, 4, [4, 4, 2]), (8, 4, [4, 4]), (3, 32, [3]), (3, 1, [1, 1, 1]), (1, 1, [1]),
])
def test_mini_batches_hold_every_row_once(n_samples, batch_size, sizes):
    batches = list(mini_batches(n_samples, batch_size, np.random.default_rng(0)))
    assert [len(batch) for batch in batches] == sizes
    np.testing.assert_array_equal(np.sort(np.concatenate(batches)), np.arange(n_samples))


@pytest.mark.parametrize(("n_samples", "batch_size", "sizes"), [
    (10, 4, [4, 4]), (8, 4, [4, 4]), (3, 32, []), (3, 1, [1, 1, 1]), (1, 1, [1]),
])
def test_the_last_mini_batch_can_be_dropped(n_samples, batch_size, sizes):
    kept = list(mini_batches(n_samples, batch_size, np.random.default_rng(0)))
    batches = list(mini_batches(n_samples, batch_size, np.random.default_rng(0), drop_last=True))
    assert [len(batch) for batch in batches] == sizes
    for batch, same in zip(batches, kept, strict=False):
        np.testing.assert_array_equal(batch, same)


def test_mini_batches_are_shuffled_anew():
    rng = np.random.default_rng(0)
    first, second = (np.concatenate(list(mini_batches(50, 7, rng))).tolist() for _ in range(2))
    assert first != second != sorted(second)
    assert first != sorted(first)


@pytest.mark.parametrize(("n_samples", "batch_size", "pattern"), [
    (0, 4, says("n_samples must be at least 1", "0", "Pass some rows.")),
    (-1, 4, says("n_samples must be at least 1", "-1", "Pass some rows.")),
    (10, 0, says("batch_size must be at least 1", "0", "Try batch_size=32.")),
    (10, -4, says("batch_size must be at least 1", "-4", "Try batch_size=32.")),
])
def test_mini_batches_refuse_no_rows_and_no_batch(n_samples, batch_size, pattern):
    with pytest.raises(ValueError, match=pattern):
        mini_batches(n_samples, batch_size, np.random.default_rng(0))


# What the network is shown


def test_every_epoch_shows_every_row_once_in_a_new_order():
    batches = rows_shown(epochs=3)
    assert [len(batch) for batch in batches] == 3 * [4, 4, 2]
    epochs = np.concatenate(batches).reshape(3, 10)
    np.testing.assert_array_equal(np.sort(epochs), np.tile(np.arange(10), (3, 1)))
    assert len({tuple(epoch) for epoch in epochs}) == 3


def test_the_seed_decides_the_order():
    assert rows_shown(seed=1) == rows_shown(seed=1)
    assert rows_shown(seed=1) != rows_shown(seed=2)


# What the network learns


@pytest.mark.parametrize("beta", [0.0, 0.9])
def test_full_batch_training_equals_a_loop_written_by_hand(beta):
    network = fully_connected((3, 4), RELU, SOFTMAX_CROSS_ENTROPY, he, 0)
    weights, bias = network.layers[0].weights.copy(), network.layers[0].bias.copy()
    v_weights, v_bias = np.zeros((3, 4)), np.zeros(4)
    for _ in range(12):
        error = softmax(ROWS @ weights + bias, axis=1) - np.eye(4)[LABELS]
        v_weights = beta * v_weights - 0.5 * ROWS.T @ error / 10
        v_bias = beta * v_bias - 0.5 * error.mean(axis=0)
        weights, bias = weights + v_weights, bias + v_bias
    run(network, Momentum(0.5, beta), batch_size=10, epochs=12)
    np.testing.assert_allclose(network.layers[0].weights, weights, rtol=1e-10)
    np.testing.assert_allclose(network.layers[0].bias, bias, rtol=1e-10)


def test_small_steps_over_one_epoch_add_up_to_the_mean_gradient_per_batch():
    network, rate = small_network(), 1e-6
    start, gradient = network.parameters.copy(), network.compute_gradient(ROWS, LABELS).copy()
    run(network, GradientDescent(rate), batch_size=2, epochs=1)  # 5 batches of the same size
    np.testing.assert_allclose((start - network.parameters) / rate, 5 * gradient, rtol=1e-3,
                               atol=1e-6)


def test_a_trained_neuron_agrees_with_scikit_learns_logistic_regression():
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(60, 2))
    labels = (rows @ [1.0, -2.0] + rng.normal(size=60) > 0.3).astype(int)
    network = fully_connected((2, 1), RELU, CROSS_ENTROPY, 0.1, 0)
    list(train(network, Momentum(1.0, 0.9), (rows, labels), batch_size=60, epochs=400, seed=0,
               record_every=400))
    model = LogisticRegression(C=np.inf, tol=1e-10).fit(rows, labels)
    expected = [*model.coef_[0], *model.intercept_]
    np.testing.assert_allclose(network.parameters, expected, rtol=1e-5)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_digits_reach_about_91_percent(seed):
    training, validation = load_digits()[1].split(1437)
    network = fully_connected((64, 100, 10), RELU, SOFTMAX_CROSS_ENTROPY, he, seed)
    *_, last = train(network, Momentum(0.1, 0.9), (training.features / 16, training.labels),
                     (validation.features / 16, validation.labels), batch_size=32, epochs=10,
                     seed=seed)
    assert last.validation_accuracy == pytest.approx(0.91, abs=0.03)
    assert last.training_accuracy > 0.98


# Seeds


def test_same_seeds_same_records_and_parameters():
    first, second = small_network(), small_network()
    assert run(first, validation=OTHER) == run(second, validation=OTHER)
    np.testing.assert_array_equal(first.parameters, second.parameters)


@pytest.mark.parametrize(("weights_seed", "shuffle_seed"), [(0, 1), (1, 0)])
def test_another_seed_gives_another_result(weights_seed, shuffle_seed):
    first, second = small_network(), small_network(weights_seed)
    run(first)
    run(second, seed=shuffle_seed)
    assert np.abs(first.parameters - second.parameters).max() > 1e-4


def test_the_seed_of_the_shuffles_does_not_touch_the_weights():
    first, second = small_network(), small_network()
    run(first, seed=0, epochs=0)
    run(second, seed=1, epochs=0)
    np.testing.assert_array_equal(first.parameters, small_network().parameters)
    np.testing.assert_array_equal(second.parameters, first.parameters)


# Records


@pytest.mark.parametrize(("settings", "updates"), [
    ({}, [0, 3, 6]), ({"record_every": 1}, [0, 1, 2, 3, 4, 5, 6]),
    ({"record_every": 2}, [0, 2, 4, 6]), ({"record_every": 4}, [0, 4, 6]),
    ({"record_every": 6}, [0, 6]), ({"record_every": 100}, [0, 6]),
    ({"epochs": 0}, [0]), ({"epochs": 0, "record_every": 5}, [0]),
    ({"batch_size": 5}, [0, 2, 4]), ({"batch_size": 32}, [0, 1, 2]),
    ({"batch_size": 1, "record_every": 5}, [0, 5, 10, 15, 20]),
])
def test_records_come_at_the_right_updates(settings, updates):
    assert [record.update for record in run(small_network(), **settings)] == updates


@pytest.mark.parametrize(("settings", "epochs"), [
    ({}, [0, 1, 2]), ({"batch_size": 5, "record_every": 1}, [0, 0.5, 1, 1.5, 2]),
    ({"batch_size": 2, "record_every": 3}, [0, 0.6, 1.2, 1.8, 2]),
    ({"batch_size": 32}, [0, 1, 2]), ({"record_every": 3}, [0, 1, 2]),
])
def test_records_carry_the_epochs_passed(settings, epochs):
    result = [record.epoch for record in run(small_network(), **settings)]
    np.testing.assert_allclose(result, epochs, rtol=1e-14)


def test_epoch_counts_rows_where_the_last_batch_is_smaller():
    result = [record.epoch for record in run(small_network(), record_every=1)]  # 4, 4, 2 rows
    np.testing.assert_allclose(result, [0, 0.4, 0.8, 1, 1.4, 1.8, 2], rtol=1e-14)


def test_records_hold_what_the_network_evaluates_at_that_moment():
    network = small_network()
    settings = {"batch_size": 4, "epochs": 2, "seed": 0, "record_every": 1}
    losses = set()
    for record in train(network, GradientDescent(0.5), (ROWS, LABELS), OTHER, **settings):
        expected = network.evaluate(ROWS, LABELS), network.evaluate(*OTHER)
        assert (record.training_loss, record.training_accuracy) == expected[0]
        assert (record.validation_loss, record.validation_accuracy) == expected[1]
        losses.add(record.training_loss)
    assert len(losses) == 7


def test_without_validation_rows_the_records_say_none():
    for record in run(small_network()):
        assert record.validation_loss is record.validation_accuracy is None


def test_validation_and_records_do_not_change_the_training():
    plain, watched = small_network(), small_network()
    run(plain)
    run(watched, validation=OTHER, record_every=1)
    np.testing.assert_array_equal(plain.parameters, watched.parameters)


def test_training_goes_on_only_when_asked():
    network = small_network()
    records = train(network, GradientDescent(0.5), (ROWS, LABELS), batch_size=4, epochs=2, seed=0)
    first = next(records)
    assert isinstance(first, Record)
    with pytest.raises(AttributeError, match="cannot assign"):
        first.epoch = 3
    np.testing.assert_array_equal(network.parameters, small_network().parameters)
    next(records)
    assert np.abs(network.parameters - small_network().parameters).max() > 1e-3


def test_layers_see_the_new_parameters():
    network = small_network()
    run(network)
    assert np.shares_memory(network.layers[0].weights, network.parameters)


def test_a_single_row_is_enough():
    records = train(small_network(), GradientDescent(0.1), (ROWS[:1], LABELS[:1]), batch_size=4,
                    epochs=2, seed=0)
    assert [(record.update, record.epoch) for record in records] == [(0, 0), (1, 1), (2, 2)]


@pytest.mark.parametrize(("settings", "pattern"), [
    ({"epochs": -1}, says("epochs must be at least 0", "-1", "Try epochs=10.")),
    ({"batch_size": 0}, says("batch_size must be at least 1", "0", "Try batch_size=32.")),
    ({"batch_size": -4}, says("batch_size must be at least 1", "-4", "Try batch_size=32.")),
    ({"record_every": 0}, says("record_every must be at least 1", "0", "Leave it out.")),
    ({"record_every": -2}, says("record_every must be at least 1", "-2", "Leave it out.")),
])
def test_bad_settings_are_refused(settings, pattern):
    with pytest.raises(ValueError, match=pattern):
        run(small_network(), **settings)


@pytest.mark.parametrize("record_every", [None, 1])
def test_training_without_rows_is_refused(record_every):
    empty = np.zeros((0, 3)), np.zeros(0, int)
    pattern = says("features must hold at least 1 row", "(0, 3)", "Pass an array")
    with pytest.raises(ValueError, match=pattern):
        train(small_network(), GradientDescent(0.1), empty, batch_size=4, epochs=1, seed=0,
              record_every=record_every)


@pytest.mark.parametrize(("rows", "labels", "pattern"), [
    (ROWS, LABELS + 1, "labels must hold whole numbers from 0 to 3"),
    (ROWS, LABELS[:-1], "labels must hold one class number per row"),
    (ROWS * np.nan, LABELS, "features must be finite"),
    (ROWS[:, :2], LABELS, "rows must have 3 features"),
])
def test_rows_and_labels_that_do_not_fit_are_refused(rows, labels, pattern):
    for training, validation in (((rows, labels), None), ((ROWS, LABELS), (rows, labels))):
        with pytest.raises(ValueError, match=pattern):
            next(train(small_network(), PLAIN, training, validation, batch_size=4, epochs=1,
                       seed=0))


# Trainings that diverge


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("rate", [1e8, 1e30])
@pytest.mark.parametrize("validation", [None, OTHER])
def test_a_training_that_diverges_ends_with_a_record_of_nan(dtype, rate, validation):
    network = fully_connected((3, 5, 4), RELU, SOFTMAX_CROSS_ENTROPY, he, 0, dtype)
    *before, last = run(network, GradientDescent(rate), validation, epochs=5, record_every=1)
    assert last.diverged
    assert [record.diverged for record in before] == [False] * last.update
    numbers = [last.training_loss, last.training_accuracy]
    if validation:
        numbers += [last.validation_loss, last.validation_accuracy]
    else:
        assert last.validation_loss is last.validation_accuracy is None
    assert np.isnan(numbers).all()
    assert np.isfinite(network.parameters).all()


def test_a_diverging_step_is_not_taken():
    network = small_network()
    start, gradient = network.parameters.copy(), network.compute_gradient(ROWS, LABELS).copy()
    just_inside = 1e6 / np.linalg.norm(gradient)
    records = run(network, GradientDescent(1.001 * just_inside), batch_size=10, epochs=1)
    assert [record.diverged for record in records] == [False, True]
    np.testing.assert_array_equal(network.parameters, start)
    records = run(network, GradientDescent(0.999 * just_inside), batch_size=10, epochs=1)
    assert [record.diverged for record in records] == [False, False]
    np.testing.assert_allclose(
        network.parameters, start - 0.999 * just_inside * gradient, rtol=1e-12)


def test_a_loss_that_is_too_large_for_the_type_has_diverged_too():
    network = fully_connected((3, *5 * [20], 4), RELU, SOFTMAX_CROSS_ENTROPY, he, 0, np.float32)
    network.parameters *= 1e9
    (only,) = run(network, GradientDescent(0.1), epochs=5)
    assert only.diverged


# Early stopping


@pytest.mark.parametrize(("losses", "patience", "result"), [
    ([3, 2, 1], 1, (2, 2)), ([3, 2, 1], 5, (2, 2)), ([1], 1, (0, 0)), ([1, 2, 3], 1, (0, 1)),
    ([1, 2, 3], 2, (0, 2)), ([1, 2, 3], 3, (0, 2)), ([5, 3, 4, 3.5, 2, 3, 3, 3, 1], 3, (4, 7)),
    ([5, 3, 4, 3.5, 2, 3, 3, 3, 1], 4, (8, 8)), ([5, 3, 4, 3.5, 2], 2, (1, 3)),
    ([2, 2, 2], 2, (0, 2)), ([3, 2, np.nan], 1, (1, 2)), ([3, 2, np.nan], 2, (1, 2)),
])
def test_early_stopping_waits_as_long_as_patience_lasts(losses, patience, result):
    assert best_and_last(frozen(losses), patience) == result


@pytest.mark.parametrize(("losses", "patience", "pattern"), [
    ([1.0], 0, says("patience must be at least 1", "0", "Try patience=5.")),
    ([], 1, "losses must be a list that begins with a number"),
    ([np.nan, 1.0], 1, "losses must be a list that begins with a number"),
    (1.0, 1, "losses must be a list that begins with a number"),
])
def test_early_stopping_needs_patience_and_losses(losses, patience, pattern):
    with pytest.raises(ValueError, match=pattern):
        best_and_last(losses, patience)


@pytest.mark.parametrize("patience", [1, 2, 5, 100])
def test_an_early_stop_ends_the_training_and_brings_the_best_network_back(patience):
    settings = {"epochs": 40, "record_every": 1}
    all_records = run(small_network(), GradientDescent(3.0), OTHER, **settings)
    best, last = best_and_last([record.validation_loss for record in all_records], patience)
    assert best < last
    network = small_network()
    records = train(network, GradientDescent(3.0), (ROWS, LABELS), OTHER, batch_size=4, seed=0,
                    **settings)
    assert list(stop_early(network, records, patience)) == all_records[: last + 1]
    assert network.evaluate(*OTHER)[0] == all_records[best].validation_loss


def test_an_early_stop_needs_patience():
    with pytest.raises(ValueError, match=says("patience must be at least 1", "0", "Try")):
        stop_early(small_network(), iter(()), 0)


# The first step below a threshold


@pytest.mark.parametrize(("values", "threshold", "step"), [
    ([5, 4, 3, 2], 3.5, 2), ([5, 4, 3, 2], 3, 3), ([1, 5], 2, 0), ([5, 1, 5, 1], 2, 1),
    ([5, 4], 1, None), ([5, np.nan, np.nan], 2, None), ([], 1, None),
])
def test_first_step_below_finds_the_first(values, threshold, step):
    result = first_step_below(values, threshold)
    assert result == step
    assert result is None or type(result) is int
