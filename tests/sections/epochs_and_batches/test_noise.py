"""How noisy a mini batch is: spreads by enumeration and by many draws."""

import itertools

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import frozen, says
from sklearn.decomposition import PCA

from lecture_kit.maths.activations import TANH
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.training import train
from lecture_kit.sections.epochs_and_batches import experiments, noise

ROWS = frozen(np.random.default_rng(1).normal(size=(12, 3)))
LABELS = frozen([0, 2, 1, 1, 3, 0, 2, 3, 1, 0, 2, 2], int)


def small_network(seed=0):
    return fully_connected((3, 5, 4), TANH, SOFTMAX_CROSS_ENTROPY, 1.0, seed)


@pytest.mark.parametrize("batch_size", [1, 2, 3, 5, 6])
def test_the_spread_without_replacement_is_that_of_all_possible_batches(batch_size):
    points = np.random.default_rng(0).normal(size=(6, 3))
    batches = itertools.combinations(points, batch_size)
    means = np.array([np.mean(batch, axis=0) for batch in batches])
    one_row = np.sqrt(((points - points.mean(axis=0)) ** 2).sum(axis=1).mean())
    expected = np.sqrt(((means - points.mean(axis=0)) ** 2).sum(axis=1).mean()) / one_row
    assert noise.gradient_spread(6, batch_size) == pytest.approx(
        expected, rel=1e-12, abs=1e-15
    )
    assert noise.spread(means, points.mean(axis=0)) == pytest.approx(expected * one_row)


@pytest.mark.parametrize("batch_size", [1, 2, 3, 4])
def test_the_spread_with_replacement_is_that_of_all_possible_batches(batch_size):
    points = np.random.default_rng(0).normal(size=4)
    means = [np.mean(batch) for batch in itertools.product(points, repeat=batch_size)]
    expected = np.std(means) / np.std(points)
    assert noise.gradient_spread(4, batch_size, replace=True) == pytest.approx(
        expected, rel=1e-12
    )


def test_the_spread_takes_many_batch_sizes():
    assert_allclose(noise.gradient_spread(512, np.array([1, 8, 32, 512])),
                    [1, 0.35112, 0.17133, 0], atol=1e-5)


@pytest.mark.parametrize(("n_samples", "batch_size", "pattern"), [
    (1, 1, says("n_samples must be at least 2", "1", "Pass more rows.")),
    (6, 0, says("batch_size must lie between 1 and 6", "0", "Try")),
    (6, 7, says("batch_size must lie between 1 and 6", "7", "Try")),
])
def test_the_spread_refuses_impossible_batches(n_samples, batch_size, pattern):
    with pytest.raises(ValueError, match=pattern):
        noise.gradient_spread(n_samples, batch_size)


def test_row_gradients_are_those_of_single_rows_and_their_mean_is_the_full_gradient():
    network = small_network()
    before = network.parameters.copy()
    gradients = noise.row_gradients(network, ROWS, LABELS)
    assert gradients.shape == (12, network.parameters.size)
    assert_allclose(gradients.mean(axis=0), network.compute_gradient(ROWS, LABELS), atol=1e-15)
    assert_array_equal(gradients[7], network.compute_gradient(ROWS[7:8], LABELS[7:8]))
    assert_array_equal(network.parameters, before)
    with pytest.raises(ValueError, match="labels must hold one class number per row"):
        noise.row_gradients(network, ROWS, LABELS[:5])


@pytest.mark.parametrize("size", [0.2, 20])
def test_the_plane_holds_the_mean_and_the_widest_direction_beside_it(size):
    gradients = frozen(np.random.default_rng(0).normal(size, [1, 5, 2, 1, 1], size=(40, 5)))
    points = noise.noise_plane(gradients)
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
        noise.noise_plane(gradients)


@pytest.mark.parametrize("replace", [False, True])
def test_batch_means_are_means_of_the_first_rows_drawn(replace):
    points = frozen(np.random.default_rng(0).normal(size=(9, 2)))
    order = noise.draw_order(9, 50, np.random.default_rng(3), replace)
    means = noise.batch_means(points, order)
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
    means = noise.batch_means(points, noise.draw_order(64, 4000, rng, replace))
    measured = noise.spread(means, points.mean(axis=0)) / noise.spread(
        points, points.mean(axis=0)
    )
    theory = noise.gradient_spread(64, np.arange(1, 65), replace)
    assert_allclose(measured, theory, rtol=0.05, atol=1e-12)


@pytest.mark.parametrize("replace", [False, True])
def test_sample_means_are_means_of_batches_that_grow(replace):
    points = frozen(np.random.default_rng(0).normal(size=(9, 2)))
    means = noise.sample_means(points, [1, 4, 9], 50, 3, replace)
    order = noise.draw_order(9, 50, np.random.default_rng(3), replace)
    for place, size in enumerate((1, 4, 9)):
        expected = [points[rows[:size]].mean(axis=0) for rows in order]
        assert_allclose(means[:, place], expected, rtol=1e-12)


def test_sample_means_refuse_a_batch_of_more_than_all_points():
    with pytest.raises(ValueError, match=r"batch_sizes must lie between 1 and 4 .*; got"):
        noise.sample_means(np.eye(4), [2, 5], 10, 0)


@pytest.mark.parametrize("epochs", [0, 2])
def test_the_plane_of_a_trained_network_is_that_of_its_gradients(epochs):
    rows, labels = (part[:512] for part in experiments.load_rows("digits")[0])
    network = experiments.build_network("digits", 3, 16)
    list(train(network, GradientDescent(0.1), (rows, labels), batch_size=32, epochs=epochs, seed=3))
    gradients = np.stack([network.compute_gradient(rows[[i]], labels[[i]]).copy()
                          for i in range(512)])
    assert_array_equal(noise.trained_plane(epochs, 3), noise.noise_plane(gradients))


def test_uphill_is_left_of_zero():
    assert noise.uphill_share([[1.0, -1.0], [-0.1, 2.0], [0.0, 0.0], [3.0, 1.0]]) == 0.25
    with pytest.raises(ValueError, match=r"points must have 2 columns; got \(4, 3\)"):
        noise.uphill_share(np.zeros((4, 3)))


def test_noise_scale_and_its_scaling_rule():
    assert noise.noise_scale(0.1, 1024, 4) == pytest.approx(25.6)
    for factor in (2, 0.25, 16):
        rate = noise.scaled_learning_rate(0.1, factor)
        assert rate == pytest.approx(0.1 * factor)
        assert noise.noise_scale(rate, 1024, round(4 * factor)) == pytest.approx(25.6)


@pytest.mark.parametrize(("function", "arguments", "pattern"), [
    (noise.noise_scale, (-1, 10, 2), says("learning_rate must be at least 0", "-1", "Try")),
    (noise.noise_scale, (1, 0, 2), says("n_samples must be at least 1", "0", "Pass")),
    (noise.noise_scale, (1, 10, 0), says("batch_size must be at least 1", "0", "Try")),
    (noise.scaled_learning_rate, (-1, 2), says("learning_rate must be at least 0", "-1", "Try")),
    (noise.scaled_learning_rate, (1, 0), says("factor must be positive", "0", "Try")),
])
def test_noise_refuses_impossible_settings(function, arguments, pattern):
    with pytest.raises(ValueError, match=pattern):
        function(*arguments)


def test_signal_and_uphill_steps_by_gradients_one_by_one():
    signal, uphill = noise.signal_and_uphill(1, 8, 3)
    rows, labels = (part[:512] for part in experiments.load_rows("digits")[0])
    network = experiments.build_network("digits", 3, 16)
    list(train(network, GradientDescent(0.1), (rows, labels), batch_size=32, epochs=1, seed=3))
    full = network.compute_gradient(rows, labels).copy()
    single = [network.compute_gradient(rows[[i]], labels[[i]]).copy() for i in range(512)]
    distances = [np.sum((gradient - full) ** 2) for gradient in single]
    assert signal == pytest.approx(np.linalg.norm(full) / np.sqrt(np.mean(distances)))
    order = noise.draw_order(512, 300, np.random.default_rng(3))[:, :8]
    wrong = [network.compute_gradient(rows[batch], labels[batch]) @ full < 0 for batch in order]
    assert uphill == pytest.approx(np.mean(wrong))
