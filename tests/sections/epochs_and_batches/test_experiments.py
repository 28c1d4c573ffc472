"""Section 06: counting by loops, bytes by numpy, trainings by hand."""

import time

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import frozen, says

from lecture_kit.maths.activations import TANH
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.training import mini_batches, train
from lecture_kit.sections.epochs_and_batches import experiments

ROWS = frozen(np.random.default_rng(1).normal(size=(12, 3)))
LABELS = frozen([0, 2, 1, 1, 3, 0, 2, 3, 1, 0, 2, 2], int)


def small_network(seed=0):
    return fully_connected((3, 5, 4), TANH, SOFTMAX_CROSS_ENTROPY, 1.0, seed)


# Counting


COUNTS = [(10, 4, 3), (8, 4, 3), (3, 32, 5), (1, 1, 1), (1437, 32, 10), (1000, 7, 2), (5, 2, 0)]


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize(("n_samples", "batch_size", "epochs"), COUNTS)
def test_iterations_are_the_mini_batches_that_come(n_samples, batch_size, epochs, drop_last):
    rng = np.random.default_rng(0)
    expected = sum(len(list(mini_batches(n_samples, batch_size, rng, drop_last)))
                   for _ in range(epochs))
    assert experiments.count_iterations(n_samples, batch_size, epochs, drop_last) == expected


@pytest.mark.parametrize(("drop_last", "iterations"), [(False, 450), (True, 440)])
def test_the_example_of_the_notebook(drop_last, iterations):
    assert experiments.count_iterations(1437, 32, 10, drop_last) == iterations
    sizes = np.array([32, 1437, 2000])
    assert_array_equal(experiments.count_iterations(1437, sizes, 10, drop_last),
                       [iterations, 10, 0 if drop_last else 10])


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize(("n_samples", "batch_size", "epochs"), COUNTS)
def test_each_place_belongs_to_the_iteration_that_takes_it(
        n_samples, batch_size, epochs, drop_last):
    expected, iteration = np.full((epochs, n_samples), -1), 0
    for epoch in range(epochs):
        place = 0
        for batch in mini_batches(n_samples, batch_size, np.random.default_rng(0), drop_last):
            expected[epoch, place : place + len(batch)] = iteration
            iteration, place = iteration + 1, place + len(batch)
    result = experiments.iteration_of_place(n_samples, batch_size, epochs, drop_last)
    assert_array_equal(result, expected)


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize(("n_samples", "batch_size", "epochs"), COUNTS)
def test_the_last_batch_holds_the_rows_that_are_left(n_samples, batch_size, epochs, drop_last):
    batches = list(mini_batches(n_samples, batch_size, np.random.default_rng(0), drop_last))
    expected = len(batches[-1]) if batches else 0, n_samples - sum(map(len, batches))
    assert experiments.rows_in_last_batch(n_samples, batch_size, drop_last) == expected


@pytest.mark.parametrize(("arguments", "pattern"), [
    ((0, 4, 1), says("n_samples must be at least 1", "0", "Pass some rows.")),
    ((4, 0, 1), says("batch_size must be at least 1", "0", "Try batch_size=32.")),
    ((4, 2, -1), says("epochs must be at least 0", "-1", "Try epochs=10.")),
])
def test_counting_refuses_what_cannot_be_counted(arguments, pattern):
    for function in (experiments.count_iterations, experiments.iteration_of_place):
        with pytest.raises(ValueError, match=pattern):
            function(*arguments)


# Cost


@pytest.mark.parametrize("sizes", [(3, 5, 4), (3, 4), (3, 6, 5, 4)])
@pytest.mark.parametrize("batch_size", [1, 7])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_batch_bytes_are_what_the_layers_keep(sizes, batch_size, dtype):
    network = fully_connected(sizes, TANH, SOFTMAX_CROSS_ENTROPY, 1.0, 0, dtype)
    network.compute_gradient(ROWS[:batch_size], LABELS[:batch_size])
    kept = sum(layer.x.nbytes for layer in network.layers)
    assert experiments.batch_bytes(sizes, batch_size, np.dtype(dtype).itemsize) == kept


@pytest.mark.parametrize(("sizes", "operations"), [
    ((3, 4), 2 * 12), ((3, 5, 4), 2 * 15 + 3 * 20), ((64, 32, 10), 5056)])
def test_step_operations_count_the_products(sizes, operations):
    assert experiments.step_operations(sizes, 1) == operations
    assert experiments.step_operations(sizes, 100) == 100 * operations


@pytest.mark.parametrize("function", [experiments.batch_bytes, experiments.step_operations])
def test_cost_refuses_no_batch_and_no_layer(function):
    with pytest.raises(ValueError, match="batch_size must be at least 1"):
        function((3, 4), 0)
    with pytest.raises(ValueError, match="sizes must name at least an input and an output layer"):
        function((3,), 1)


def test_seconds_per_update_is_the_quickest_update_and_changes_nothing(monkeypatch):
    network, shown = small_network(), []
    original = network.backpropagate
    network.backpropagate = lambda x, y: (shown.append(len(y)), original(x, y))[1]
    clock = iter([0, 5, 10, 12, 20, 29])
    monkeypatch.setattr(time, "perf_counter", lambda: next(clock))
    before = network.parameters.copy()
    assert experiments.seconds_per_update(network, ROWS, LABELS, 5, n_repeats=3) == 2
    assert shown == [5, 5, 5]
    assert_array_equal(network.parameters, before)
    with pytest.raises(ValueError, match="batch_size must lie between 1 and 12"):
        experiments.seconds_per_update(network, ROWS, LABELS, 13)


# Rows and networks of the section


@pytest.mark.parametrize(("data", "n_features"), [("digits", 64), ("spambase", 57)])
def test_the_rows_of_the_section_fit_its_network_and_do_not_overlap(data, n_features):
    training, validation = experiments.load_rows(data)
    assert training[0].shape == (1024, n_features)
    assert validation[0].shape == (512, n_features)
    network = experiments.build_network(data, 0)
    for rows in (training, validation):
        assert np.isfinite(network.evaluate(*rows)).all()
    if data == "digits":
        assert training[0].min() == 0
        assert training[0].max() == 1
        assert not set(map(bytes, training[0])) & set(map(bytes, validation[0]))
    else:  # scaled by the training rows alone
        assert_allclose(training[0].mean(axis=0), 0, atol=1e-12)
        assert np.abs(validation[0].mean(axis=0)).max() > 0.01


def test_the_network_has_the_width_and_the_seed_that_are_asked_for():
    assert experiments.build_network("spambase", 0, 7).parameters.size == 57 * 7 + 7 + 14 + 2
    first, second = (experiments.build_network("digits", seed).parameters for seed in (0, 1))
    assert np.abs(first - second).max() > 0.1
    weights = experiments.build_network("digits", 0, 256).layers[0].weights
    assert weights.std() == pytest.approx(np.sqrt(2 / 64), rel=0.03)


@pytest.mark.parametrize("call", [
    lambda: experiments.load_rows("mnist"), lambda: experiments.build_network("mnist", 0),
    lambda: experiments.train_small_network("mnist", 0.1, 64, 1, 0)])
def test_unknown_data_are_refused(call):
    with pytest.raises(ValueError, match=r"data must be one of .*; got 'mnist'"):
        call()


@pytest.mark.parametrize(("data", "batch_size", "per_epoch", "record_every"), [
    ("digits", 64, 4, 4), ("spambase", 100, 5, 2), ("digits", 512, 32, 1)])
def test_the_small_network_trains_as_by_hand(data, batch_size, per_epoch, record_every):
    records = experiments.train_small_network(data, 0.3, batch_size, 2, 5, per_epoch)
    expected = train(experiments.build_network(data, 5), GradientDescent(0.3),
                     *experiments.load_rows(data), batch_size=batch_size, epochs=2, seed=5,
                     record_every=record_every)
    assert list(records) == list(expected)


def test_there_are_no_fractions_of_records():
    with pytest.raises(ValueError, match="records_per_epoch must be at least 1"):
        experiments.train_small_network("digits", 0.1, 64, 1, 0, 0)


def test_all_arrays_of_the_notebook_are_left_alone():
    training, validation = experiments.load_rows("digits")
    copies = [array.copy() for array in (*training, *validation)]
    list(train(experiments.build_network("digits", 0), GradientDescent(0.1), training, validation,
               batch_size=64, epochs=1, seed=0))
    for array, copy in zip((*training, *validation), copies, strict=True):
        assert_array_equal(array, copy)


def test_final_losses_are_those_of_trainings_by_hand():
    losses = experiments.final_losses((0.1, 0.5), 256, 2, (4, 7))
    for row, rate in zip(losses, (0.1, 0.5), strict=True):
        for loss, seed in zip(row, (4, 7), strict=True):
            *_, last = train(experiments.build_network("digits", seed), GradientDescent(rate),
                             *experiments.load_rows("digits"), batch_size=256, epochs=2, seed=seed)
            assert loss == last.validation_loss
