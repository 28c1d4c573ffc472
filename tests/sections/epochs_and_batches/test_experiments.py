"""Section 06: counting by loops, spreads by enumeration, floors by long runs, bytes by numpy."""

import itertools
import time

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import frozen, says
from scipy.stats import entropy
from sklearn.decomposition import PCA

from lecture_kit.maths.activations import TANH
from lecture_kit.maths.inference import guessing
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.optimizers import GradientDescent, Momentum
from lecture_kit.maths.training import Record, mini_batches, train
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


@pytest.mark.parametrize(("arguments", "pattern"), [
    ((0, 4, 1), says("n_samples must be at least 1", "0", "Pass some rows.")),
    ((4, 0, 1), says("batch_size must be at least 1", "0", "Try batch_size=32.")),
    ((4, 2, -1), says("epochs must be at least 0", "-1", "Try epochs=10.")),
])
def test_counting_refuses_what_cannot_be_counted(arguments, pattern):
    for function in (experiments.count_iterations, experiments.iteration_of_place):
        with pytest.raises(ValueError, match=pattern):
            function(*arguments)


# The spread of a mini batch


@pytest.mark.parametrize("batch_size", [1, 2, 3, 5, 6])
def test_the_spread_without_replacement_is_that_of_all_possible_batches(batch_size):
    points = np.random.default_rng(0).normal(size=(6, 3))
    batches = itertools.combinations(points, batch_size)
    means = np.array([np.mean(batch, axis=0) for batch in batches])
    one_row = np.sqrt(((points - points.mean(axis=0)) ** 2).sum(axis=1).mean())
    expected = np.sqrt(((means - points.mean(axis=0)) ** 2).sum(axis=1).mean()) / one_row
    assert experiments.gradient_spread(6, batch_size) == pytest.approx(
        expected, rel=1e-12, abs=1e-15
    )
    assert experiments.spread(means, points.mean(axis=0)) == pytest.approx(expected * one_row)


@pytest.mark.parametrize("batch_size", [1, 2, 3, 4])
def test_the_spread_with_replacement_is_that_of_all_possible_batches(batch_size):
    points = np.random.default_rng(0).normal(size=4)
    means = [np.mean(batch) for batch in itertools.product(points, repeat=batch_size)]
    expected = np.std(means) / np.std(points)
    assert experiments.gradient_spread(4, batch_size, replace=True) == pytest.approx(
        expected, rel=1e-12
    )


def test_the_spread_takes_many_batch_sizes():
    assert_allclose(experiments.gradient_spread(512, np.array([1, 8, 32, 512])),
                    [1, 0.35112, 0.17133, 0], atol=1e-5)


@pytest.mark.parametrize(("n_samples", "batch_size", "pattern"), [
    (1, 1, says("n_samples must be at least 2", "1", "Pass more rows.")),
    (6, 0, says("batch_size must lie between 1 and 6", "0", "Try")),
    (6, 7, says("batch_size must lie between 1 and 6", "7", "Try")),
])
def test_the_spread_refuses_impossible_batches(n_samples, batch_size, pattern):
    with pytest.raises(ValueError, match=pattern):
        experiments.gradient_spread(n_samples, batch_size)


def test_row_gradients_are_those_of_single_rows_and_their_mean_is_the_full_gradient():
    network = small_network()
    before = network.parameters.copy()
    gradients = experiments.row_gradients(network, ROWS, LABELS)
    assert gradients.shape == (12, network.parameters.size)
    assert_allclose(gradients.mean(axis=0), network.compute_gradient(ROWS, LABELS), atol=1e-15)
    assert_array_equal(gradients[7], network.compute_gradient(ROWS[7:8], LABELS[7:8]))
    assert_array_equal(network.parameters, before)
    with pytest.raises(ValueError, match="labels must hold one class number per row"):
        experiments.row_gradients(network, ROWS, LABELS[:5])


def test_the_plane_holds_the_mean_and_the_widest_direction_beside_it():
    gradients = frozen(np.random.default_rng(0).normal(0.2, [1, 5, 2, 1, 1], size=(40, 5)))
    points = experiments.noise_plane(gradients)
    mean = gradients.mean(axis=0)
    along = mean / np.linalg.norm(mean)
    beside = gradients - np.outer(gradients @ along, along)
    widest = PCA(1).fit_transform(beside)[:, 0]
    plain = np.column_stack([gradients @ along, widest])
    unit = np.sqrt(plain.var(axis=0).sum())
    assert_allclose(points[:, 0], plain[:, 0] / unit, atol=1e-12)
    assert_allclose(np.abs(points[:, 1]), np.abs(widest) / unit, atol=1e-10)
    assert_allclose(points.mean(axis=0), [np.linalg.norm(mean) / unit, 0], atol=1e-12)
    assert points.var(axis=0).sum() == pytest.approx(1)
    assert points[np.abs(points[:, 1]).argmax(), 1] > 0


@pytest.mark.parametrize(("gradients", "pattern"), [
    (np.ones((1, 3)), "gradients must hold at least two rows"),
    (np.ones(3), "gradients must be a table with rows"),
    (np.array([[1.0, 0], [-1, 0]]), "the mean gradient must not be 0"),
])
def test_the_plane_needs_a_mean_and_a_spread(gradients, pattern):
    with pytest.raises(ValueError, match=pattern):
        experiments.noise_plane(gradients)


@pytest.mark.parametrize("replace", [False, True])
def test_batch_means_are_means_of_the_first_rows_drawn(replace):
    points = frozen(np.random.default_rng(0).normal(size=(9, 2)))
    order = experiments.draw_order(9, 50, np.random.default_rng(3), replace)
    means = experiments.batch_means(points, order)
    assert means.shape == (50, 9, 2)
    for batch, size in ((0, 1), (7, 4), (49, 9)):
        expected = points[order[batch, :size]].mean(axis=0)
        assert_allclose(means[batch, size - 1], expected, rtol=1e-12)
    is_permutation = [sorted(line) == list(range(9)) for line in order.tolist()]
    assert all(is_permutation) if not replace else not any(is_permutation[:5])
    assert len({tuple(line) for line in order.tolist()}) == 50


@pytest.mark.parametrize("replace", [False, True])
def test_measured_spreads_follow_theory(replace):
    rng = np.random.default_rng(0)
    points = rng.normal(size=(64, 2))
    means = experiments.batch_means(points, experiments.draw_order(64, 4000, rng, replace))
    measured = experiments.spread(means, points.mean(axis=0)) / experiments.spread(
        points, points.mean(axis=0)
    )
    theory = experiments.gradient_spread(64, np.arange(1, 65), replace)
    assert_allclose(measured, theory, rtol=0.05, atol=1e-12)


# Noise


def test_noise_scale_and_its_scaling_rule():
    assert experiments.noise_scale(0.1, 1024, 4) == pytest.approx(25.6)
    for factor in (2, 0.25, 16):
        rate = experiments.scaled_learning_rate(0.1, factor)
        assert rate == pytest.approx(0.1 * factor)
        assert experiments.noise_scale(rate, 1024, round(4 * factor)) == pytest.approx(25.6)


@pytest.mark.parametrize(
    ("function", "arguments", "pattern"),
    [
        (
            experiments.noise_scale,
            (-1, 10, 2),
            says("learning_rate must be at least 0", "-1", "Try"),
        ),
        (experiments.noise_scale, (1, 0, 2), says("n_samples must be at least 1", "0", "Pass")),
        (experiments.noise_scale, (1, 10, 0), says("batch_size must be at least 1", "0", "Try")),
        (
            experiments.scaled_learning_rate,
            (-1, 2),
            says("learning_rate must be at least 0", "-1", "Try"),
        ),
        (experiments.scaled_learning_rate, (1, 0), says("factor must be positive", "0", "Try")),
        (experiments.noise_floor, (0, 1, 10, 2), "learning_rate must be positive"),
        (experiments.noise_floor, (0.1, 1, 10, 11), "batch_size must lie between 1 and 10"),
    ],
)
def test_noise_refuses_impossible_settings(function, arguments, pattern):
    with pytest.raises(ValueError, match=pattern):
        function(*arguments)


@pytest.mark.parametrize("rate", [0.05, 0.5, 1.0, 1.7])
def test_the_noise_floor_solves_the_balance_of_shrinking_and_noise(rate):
    variance = 0.0  # of w, which a step multiplies by 1 − η before it adds η times the noise
    batch_variance = 3.0 * (10 - 4) / (4 * 9)
    for _ in range(2000):
        variance = (1 - rate) ** 2 * variance + rate**2 * batch_variance
    assert experiments.noise_floor(rate, 3.0, 10, 4) == pytest.approx(variance / 2, rel=1e-9)


def test_the_noise_floor_at_its_borders():
    floors = experiments.noise_floor([1.999, 2.0, 3.0], 1, 10, 4)
    assert_array_equal(floors == np.inf, [False, True, True])
    assert experiments.noise_floor(0.5, 1, 10, 10) == 0
    assert experiments.noise_floor(0.001, 1, 10**9, 4) == pytest.approx(0.001 / 16, rel=1e-3)


def test_a_noisy_descent_takes_the_steps_of_gradient_descent_on_the_means_it_draws():
    means = frozen(np.random.default_rng(0).normal(size=(7, 2, 3)))
    rates = np.array([0.3, 1.2])
    path = experiments.noisy_descent(rates, means, [1.0, 2, 3], 20, np.random.default_rng(5))
    choices = np.random.default_rng(5).integers(7, size=(20, 100))
    for walker, setting in ((0, 0), (41, 1), (99, 0)):
        w = np.array([1.0, 2, 3])
        for step in range(20):
            assert_allclose(path[step, walker, setting], w, rtol=1e-12)
            w = w - rates[setting] * (w - means[choices[step, walker], setting])
    assert path.shape == (21, 100, 2, 3)


def test_a_noisy_descent_that_diverges_is_nan_from_there_on_and_the_other_goes_on():
    means = np.zeros((3, 2, 1))
    path = experiments.noisy_descent([0.5, 3.0], means, [1.0], 12, np.random.default_rng(0))
    assert np.isfinite(path[:, :, 0]).all()
    assert_array_equal(path[:10, 0, 1, 0], (-2.0) ** np.arange(10))  # 2¹⁰ lies beyond 1000
    assert np.isnan(path[10:, :, 1]).all()


def test_walkers_stay_at_the_noise_floor():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(32, 2))
    points -= points.mean(axis=0)
    means = experiments.batch_means(points, experiments.draw_order(32, 4000, rng))[:, [1, 7]]
    path = experiments.noisy_descent([0.2, 0.8], means, [0, 0], 1500, rng)
    measured = experiments.mean_height(path[200:]).mean(axis=0)
    variance = (points**2).sum(axis=1).mean()
    expected = [
        experiments.noise_floor(0.2, variance, 32, 2),
        experiments.noise_floor(0.8, variance, 32, 8),
    ]
    assert_allclose(measured, expected, rtol=0.06)


def test_mean_height_is_the_mean_over_walkers():
    path = np.random.default_rng(0).normal(size=(4, 5, 2, 3))
    expected = [[np.mean([np.dot(w, w) / 2 for w in path[step, :, setting]])
                 for setting in range(2)] for step in range(4)]
    assert_allclose(experiments.mean_height(path), expected)


# Wrong labels


@pytest.mark.parametrize(("share", "wrong"), [(0, 0), (0.15, 30), (0.5, 100), (1, 200)])
def test_flipped_labels_are_wrong_and_as_many_as_wanted(share, wrong):
    labels = frozen(np.arange(200) % 10, int)
    flipped = experiments.flip_labels(labels, share, 10, 3)
    assert np.sum(flipped != labels) == wrong
    assert set(flipped.tolist()) <= set(range(10))


def test_more_wrong_labels_keep_those_that_are_wrong_already():
    labels = frozen(np.arange(200) % 10, int)
    few, many = (experiments.flip_labels(labels, share, 10, 3) for share in (0.1, 0.4))
    assert_array_equal(many[few != labels], few[few != labels])
    other = experiments.flip_labels(labels, 0.1, 10, 4)
    assert (other != few).any()
    assert len(set(((many - labels) % 10).tolist())) == 10


@pytest.mark.parametrize(("arguments", "pattern"), [
    (([0, 1], 1.1, 2, 0), says("share must lie between 0 and 1", "1.1", "Try share=0.15.")),
    (([0, 1], -0.1, 2, 0), says("share must lie between 0 and 1", "-0.1", "Try share=0.15.")),
    (([0, 0], 0.5, 1, 0), says("n_classes must be at least 2", "1", "Pass 10 for digits.")),
    (([0, 2], 0.5, 2, 0), "labels must hold whole numbers from 0 to 1"),
])
def test_flipping_refuses_bad_input(arguments, pattern):
    with pytest.raises(ValueError, match=pattern):
        experiments.flip_labels(*arguments)


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


def test_few_digits_have_wrong_labels_in_training_only():
    (rows, labels), (others, right) = experiments.load_few_digits(200, 0.15, 0)
    (same, clean), (same_others, same_right) = experiments.load_few_digits(200, 0, 0)
    assert np.sum(labels != clean) == 30
    for first, second in ((rows, same), (others, same_others), (right, same_right)):
        assert_array_equal(first, second)
    assert (len(rows), len(others)) == (200, 1000)
    assert not set(map(bytes, experiments.load_few_digits(2000, 0, 0)[0][0])) & set(
        map(bytes, others)
    )


def test_the_network_has_the_width_and_the_seed_that_are_asked_for():
    assert experiments.build_network("spambase", 0, 7).parameters.size == 57 * 7 + 7 + 14 + 2
    first, second = (experiments.build_network("digits", seed).parameters for seed in (0, 1))
    assert np.abs(first - second).max() > 0.1
    weights = experiments.build_network("digits", 0, 256).layers[0].weights
    assert weights.std() == pytest.approx(np.sqrt(2 / 64), rel=0.03)


@pytest.mark.parametrize(("call", "pattern"), [
    (lambda: experiments.load_rows("mnist"), "data must be one of .*; got 'mnist'"),
    (lambda: experiments.build_network("mnist", 0), "data must be one of .*; got 'mnist'"),
    (lambda: experiments.load_few_digits(0, 0, 0), "n_rows must lie between 1 and 2000 .*; got 0"),
    (lambda: experiments.load_few_digits(2001, 0, 0), "n_rows must lie between 1 and 2000"),
])
def test_unknown_data_are_refused(call, pattern):
    with pytest.raises(ValueError, match=pattern):
        call()


def test_200_digits_with_wrong_labels_are_learned_by_heart_and_validation_falls():
    training, validation = experiments.load_few_digits(200, 0.15, 5)
    records = list(train(experiments.build_network("digits", 5, 256), Momentum(0.1, 0.9), training,
                         validation, batch_size=32, epochs=60, seed=5))
    accuracy = np.array([record.validation_accuracy for record in records])
    assert records[-1].training_accuracy == 1
    assert accuracy.max() == pytest.approx(0.87, abs=0.02)
    assert 4 <= accuracy.argmax() <= 14
    assert accuracy[-1] == pytest.approx(0.80, abs=0.02)


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


def records_with(losses, per_epoch=4):
    return [Record(2 * i, 2 * i / per_epoch, 9.0, 0.0, loss, 0.0) for i, loss in enumerate(losses)]


def test_a_training_can_end_at_a_target():
    records = records_with([3, 2, 1, 0.5, 2])
    assert list(experiments.until_loss(records, 1.0)) == records[:3]
    assert list(experiments.until_loss(records, 0.1)) == records
    assert experiments.first_to_reach(records, 1.0) is records[2]
    assert experiments.first_to_reach(records, 0.1) is None
    assert experiments.first_to_reach(records_with([np.nan]), 0.1) is None


def test_until_loss_trains_no_further_than_it_must():
    network = small_network()
    records = train(network, GradientDescent(0.5), (ROWS, LABELS), (ROWS, LABELS), batch_size=4,
                    epochs=50, seed=0)
    *_, last = experiments.until_loss(records, 0.8)
    assert last.validation_loss <= 0.8
    assert network.evaluate(ROWS, LABELS)[0] == last.validation_loss


def test_costs_by_unit_and_the_cheapest():
    trainings = [records_with([3, 3, 3]), records_with([3, 3, 1], 8), records_with([3, 1], 1)]
    costs = experiments.costs_to_reach(trainings, 1.0)
    assert costs == {"updates": [None, 4, 2], "epochs": [None, 0.5, 2.0]}
    costs = experiments.costs_to_reach(trainings, 1.0, [1.0, 0.5, 3.0])
    assert costs["seconds"] == [None, 2.0, 6.0]
    assert [experiments.cheapest(values) for values in costs.values()] == [2, 1, 1]
    assert experiments.cheapest([None, None]) is None
    assert experiments.cheapest([None, 3, 3]) == 1


@pytest.mark.parametrize(("unit", "expected"), [
    ("updates", [np.nan, 80, 20, 5]), ("epochs", [np.nan, 0.4, 0.4, np.nan]),
    ("seconds", [np.nan, 80, 40, np.nan])])
def test_perfect_scaling_halves_the_updates_when_the_batch_doubles(unit, expected):
    costs = {"updates": [None, 80, 30, None], "epochs": [None, 0.4, 0.6, None],
             "seconds": [None, 80.0, 60.0, None]}
    assert_allclose(experiments.perfect_scaling([1, 4, 16, 64], costs, unit), expected)


def test_perfect_scaling_of_nobody_is_nothing():
    costs = {"updates": [None, None], "epochs": [None, None]}
    assert np.isnan(experiments.perfect_scaling([1, 4], costs, "epochs")).all()


def test_guessing_costs_the_entropy_of_the_classes():
    loss, accuracy = guessing(frozen([0, 0, 0, 2, 2, 5], int))
    assert loss == pytest.approx(entropy([3, 2, 1]))
    assert accuracy == 0.5
    assert guessing(np.arange(10))[0] == pytest.approx(np.log(10))
    with pytest.raises(ValueError, match="labels must be a list"):
        guessing(np.array([], int))
