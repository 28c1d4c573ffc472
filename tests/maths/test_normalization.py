"""Batch normalization against finite differences, SciPy and plain numpy."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import frozen, numerical_gradient, says
from scipy.stats import skew, zscore

from lecture_kit.maths.activations import RELU, TANH
from lecture_kit.maths.initializers import he
from lecture_kit.maths.layers import ActivationLayer, Dense
from lecture_kit.maths.network_losses import CROSS_ENTROPY, SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import Network, fully_connected
from lecture_kit.maths.normalization import (
    BatchNormalization,
    ShiftingNoise,
    batch_normalize,
    batch_normalized,
)

ROWS = frozen(np.random.default_rng(1).normal([3, -1, 0.2], [2, 0.5, 4], size=(6, 3)))


def attached(layer, scale=None, shift=None):
    layer.attach(np.zeros(layer.n_parameters), np.zeros(layer.n_parameters))
    if scale is not None:
        layer.scale[:], layer.shift[:] = scale, shift
    return layer


# The function


def test_normalization_is_a_z_score_with_the_biased_variance():
    expected = zscore(ROWS, axis=0, ddof=0)
    assert_allclose(batch_normalize(ROWS, epsilon=1e-12), expected, rtol=1e-9)
    scale, shift = np.array([2.0, 0.5, 1.0]), np.array([0.0, -1.0, 3.0])
    assert_allclose(batch_normalize(ROWS, scale, shift, 1e-12), scale * expected + shift,
                    rtol=1e-9)


def test_epsilon_stands_under_the_root():
    y = batch_normalize(ROWS, epsilon=0.5)
    variance = ROWS.var(axis=0)
    assert_allclose(y.std(axis=0), np.sqrt(variance / (variance + 0.5)), rtol=1e-12)


@pytest.mark.parametrize("n_rows", [2, 3, 60])
def test_the_output_has_mean_beta_and_deviation_gamma(n_rows):
    x = np.random.default_rng(n_rows).normal(5, 3, (n_rows, 4))
    scale, shift = np.array([1.0, 2, 0.1, 0]), np.array([0.0, -7, 2, 1])
    y = batch_normalize(x, scale, shift)
    assert_allclose(y.mean(axis=0), shift, atol=1e-12)
    assert_allclose(y.std(axis=0), scale, rtol=1e-3, atol=1e-12)
    assert_allclose(skew(y[:, :3]), skew(x[:, :3]), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("x", [[[5.0, -2.0]], [[5.0, -2.0]] * 4, [[0.1, 1e9]] * 3])
def test_a_batch_of_one_and_constant_features_come_out_as_beta(x):
    assert_allclose(batch_normalize(x, 3.0, [1.0, -2.0]), np.tile([1.0, -2.0], (len(x), 1)),
                    atol=1e-6)


def test_gamma_and_beta_can_undo_the_normalization():
    y = batch_normalize(ROWS, np.sqrt(ROWS.var(axis=0) + 0.1), ROWS.mean(axis=0), 0.1)
    assert_allclose(y, ROWS, rtol=1e-12)


def test_wrong_input_is_refused():
    with pytest.raises(ValueError, match=says("x must be a table with rows", "(3,)", "Pass an")):
        batch_normalize([1.0, 2, 3])
    with pytest.raises(ValueError, match=says("x must be a table with rows", "(0, 3)", "Pass an")):
        batch_normalize(np.empty((0, 3)))
    with pytest.raises(ValueError, match=says("x must be finite", "[[nan]]", "Remove NaN")):
        batch_normalize([[np.nan]])
    for epsilon in (0, -1e-5):
        pattern = says("epsilon must be positive", f"{epsilon}", "Try epsilon=1e-5.")
        with pytest.raises(ValueError, match=pattern):
            batch_normalize(ROWS, epsilon=epsilon)
        with pytest.raises(ValueError, match=pattern):
            BatchNormalization(3, epsilon=epsilon)
    with pytest.raises(ValueError, match=says("n_features must be at least 1", "0", "It counts")):
        BatchNormalization(0)
    for momentum in (0, 1.1, -0.1):
        with pytest.raises(ValueError, match=says(
                "momentum must be above 0 and at most 1", f"{momentum}", "weight of the newest")):
            BatchNormalization(3, momentum)


# The layer


def test_a_new_layer_leaves_rows_nearly_as_they_are_at_inference():
    layer = attached(BatchNormalization(3))
    assert_array_equal(layer.scale, np.ones(3))
    assert_array_equal(layer.shift, np.zeros(3))
    assert_allclose(layer.infer(ROWS), ROWS, rtol=1e-5)


def test_training_mode_is_the_function():
    scale, shift = np.array([2.0, 0.5, 1.0]), np.array([0.0, -1.0, 3.0])
    layer = attached(BatchNormalization(3, epsilon=0.01), scale, shift)
    assert_allclose(layer.forward(ROWS), batch_normalize(ROWS, scale, shift, 0.01), rtol=1e-12)


@pytest.mark.parametrize("momentum", [0.1, 0.01, 1.0])
def test_running_averages_follow_the_batches(momentum):
    layer = attached(BatchNormalization(3, momentum))
    mean, variance = np.zeros(3), np.ones(3)
    rng = np.random.default_rng(0)
    for n_rows in (6, 2, 5):
        batch = rng.normal(2, 3, (n_rows, 3))
        layer.forward(batch)
        mean = (1 - momentum) * mean + momentum * batch.mean(axis=0)
        variance = (1 - momentum) * variance + momentum * batch.var(axis=0, ddof=1)
    assert_allclose(layer.running_mean, mean, rtol=1e-12)
    assert_allclose(layer.running_variance, variance, rtol=1e-12)


def test_inference_uses_the_running_averages_and_no_other_row():
    layer = attached(BatchNormalization(3, epsilon=0.01), [2.0, 0.5, 1.0], [0.0, -1.0, 3.0])
    layer.running_mean[:], layer.running_variance[:] = [3.0, -1, 0], [4.0, 0.25, 9]
    expected = ((ROWS - [3, -1, 0]) / np.sqrt([4.01, 0.26, 9.01])) * [2, 0.5, 1] + [0, -1, 3]
    assert_allclose(layer.infer(ROWS), expected, rtol=1e-12)
    assert_allclose(layer.infer(ROWS[:1]), expected[:1], rtol=1e-12)
    assert_array_equal(layer.running_mean, [3.0, -1, 0])
    assert_array_equal(layer.running_variance, [4.0, 0.25, 9])


def test_many_batches_bring_inference_to_the_statistics_of_all_rows():
    rng = np.random.default_rng(0)
    layer = attached(BatchNormalization(1, 0.01))
    for _ in range(1500):
        layer.forward(rng.normal(4, 3, (10, 1)))
    assert layer.running_mean[0] == pytest.approx(4, abs=0.3)
    assert layer.running_variance[0] == pytest.approx(9, rel=0.1)  # unbiased; biased would be 8.1


def test_a_batch_of_one_gives_beta_no_gradient_and_leaves_the_averages():
    layer = attached(BatchNormalization(3), [2.0, 0.5, 1.0], [0.0, -1.0, 3.0])
    assert_allclose(layer.forward(ROWS[:1]), [[0, -1, 3]], atol=1e-12)
    assert_allclose(layer.input_gradient(np.ones((1, 3))), 0, atol=1e-12)
    layer.parameter_gradient(np.array([[1.0, 2, 3]]))
    assert_allclose(layer.scale_gradient, 0, atol=1e-12)
    assert_allclose(layer.shift_gradient, [1, 2, 3])
    assert_array_equal(layer.running_mean, np.zeros(3))
    assert_array_equal(layer.running_variance, np.ones(3))


def test_a_constant_feature_has_a_finite_gradient():
    layer = attached(BatchNormalization(1, epsilon=1e-4))
    layer.forward(np.full((3, 1), 7.0))
    gradient = layer.input_gradient(np.array([[3.0], [0], [0]]))
    assert_allclose(gradient, [[200], [-100], [-100]])  # (g − mean)/√ε


@pytest.mark.parametrize("n_rows", [1, 2, 6])
@pytest.mark.parametrize("epsilon", [1e-5, 0.3])
def test_the_derivatives_agree_with_finite_differences(n_rows, epsilon):
    rng = np.random.default_rng(4)
    weight = rng.normal(size=(n_rows, 3))
    parameters = rng.normal(size=6)
    layer = attached(BatchNormalization(3, epsilon=epsilon), parameters[:3], parameters[3:])
    layer.forward(ROWS[:n_rows])
    layer.parameter_gradient(weight)

    def loss(x, parameters):
        return (weight * batch_normalize(x, parameters[:3], parameters[3:], epsilon)).sum()

    by_rows = numerical_gradient(lambda x: loss(x, parameters), ROWS[:n_rows], step=1e-4)
    by_parameters = numerical_gradient(lambda p: loss(ROWS[:n_rows], p), parameters)
    assert_allclose(layer.input_gradient(weight), by_rows, rtol=1e-6, atol=1e-9)
    found = np.concatenate([layer.scale_gradient, layer.shift_gradient])
    assert_allclose(found, by_parameters, rtol=1e-6, atol=1e-9)


def test_a_column_of_the_input_gradient_sums_to_0():
    layer = attached(BatchNormalization(3))
    layer.forward(ROWS)
    gradient = layer.input_gradient(np.random.default_rng(0).normal(1, 1, (6, 3)))
    assert_allclose(gradient.sum(axis=0), 0, atol=1e-12)
    assert np.abs(gradient).max() > 0.01


def test_inference_does_not_disturb_what_the_derivatives_need():
    layer = attached(BatchNormalization(3))
    back = np.arange(18.0).reshape(6, 3) ** 2
    layer.forward(ROWS)
    expected = layer.input_gradient(back).copy()
    layer.infer(2 * ROWS)
    assert_array_equal(layer.input_gradient(back), expected)


def test_the_layer_stays_in_float32():
    layer = BatchNormalization(3)
    layer.attach(np.zeros(6, np.float32), np.zeros(6, np.float32))
    x = ROWS.astype(np.float32)
    assert layer.forward(x).dtype == layer.infer(x).dtype == np.float32
    assert layer.input_gradient(x).dtype == layer.running_variance.dtype == np.float32


# Noise


def test_the_noise_has_a_new_mean_and_factor_for_every_feature_and_step():
    layer = ShiftingNoise(40, 3)
    x = np.random.default_rng(0).normal(size=(4000, 40))
    first, second = layer.forward(x), layer.forward(x)
    means, deviations = first.mean(axis=0), first.std(axis=0)
    assert np.all(np.abs(means) < 0.58)
    assert means.std() == pytest.approx(1 / np.sqrt(12), rel=0.3)  # of U(−0.5, 0.5)
    assert np.all((deviations > 0.97) & (deviations < 1.31))
    assert abs(np.corrcoef(means, second.mean(axis=0))[0, 1]) < 0.5
    noise = ShiftingNoise(1, 0).forward(np.zeros((4000, 1)))
    assert np.ptp(noise) == pytest.approx(0.2, rel=0.01)  # of U(m − 0.1, m + 0.1)
    stretch = ShiftingNoise(1, 0).forward(np.full((4000, 1), 1e6)) / 1e6
    assert 1 < stretch.mean() < 1.25
    assert stretch.std() == pytest.approx(0.1, rel=0.1)


def test_the_noise_gives_the_derivatives_of_its_input_and_rests_at_inference():
    layer = ShiftingNoise(3, 5)
    layer.forward(ROWS)
    back = np.ones_like(ROWS)
    expected = ShiftingNoise(3, 5).forward(ROWS + 1) - ShiftingNoise(3, 5).forward(ROWS)
    assert_allclose(layer.input_gradient(back), expected, rtol=1e-9)
    assert_array_equal(layer.infer(ROWS), ROWS)
    assert not np.allclose(ShiftingNoise(3, 6).forward(ROWS),
                           ShiftingNoise(3, 5).forward(ROWS))


# Networks


@pytest.mark.parametrize("noisy", [False, True])
def test_a_normalized_network_starts_with_the_weights_of_the_plain_one(noisy):
    settings = (4, 5, 6, 3), TANH, SOFTMAX_CROSS_ENTROPY, he, 7
    plain, network = fully_connected(*settings), batch_normalized(*settings, noisy)
    kinds = [type(layer).__name__ for layer in network.layers]
    hidden = ["Dense", "BatchNormalization", *["ShiftingNoise"] * noisy, "ActivationLayer"]
    assert kinds == [*hidden * 2, "Dense"]
    dense = [layer for layer in network.layers if isinstance(layer, Dense)]
    for layer, start in zip(dense, plain.layers[::2], strict=True):
        assert_array_equal(layer.weights, start.weights)
        assert_array_equal(layer.bias, 0)
    scales = [layer.scale for layer in network.layers if isinstance(layer, BatchNormalization)]
    assert_array_equal(np.concatenate(scales), np.ones(11))


def test_the_gradient_of_a_normalized_network_agrees_with_finite_differences():
    labels = frozen([0, 2, 1, 1, 2, 0], int)
    network = batch_normalized((3, 4, 5, 3), TANH, SOFTMAX_CROSS_ENTROPY, 0.8, 0)
    point = np.random.default_rng(2).normal(size=network.parameters.size)

    def loss(parameters):
        network.parameters[:] = parameters
        logits = ROWS
        for layer in network.layers:
            logits = layer.forward(logits)
        return SOFTMAX_CROSS_ENTROPY.value(logits, labels).mean()

    expected = numerical_gradient(loss, point, step=1e-4)
    network.parameters[:] = point
    assert_allclose(network.compute_gradient(ROWS, labels), expected, rtol=1e-6, atol=1e-8)


def test_a_normalized_network_can_have_one_output():
    network = batch_normalized((3, 4, 1), RELU, CROSS_ENTROPY, 1.0, 0)
    assert network.compute_gradient(ROWS, [0, 1, 1, 0, 1, 0]).shape == (3 * 4 + 4 + 8 + 5,)


def test_a_layer_fits_into_any_network():
    layers = [Dense(3, 4), BatchNormalization(4), ActivationLayer(RELU), Dense(4, 1)]
    network = Network(layers, CROSS_ENTROPY, np.float32)
    assert network.logits(ROWS).dtype == np.float32
    assert network.parameters.size == 12 + 4 + 8 + 5
