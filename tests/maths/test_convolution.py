"""Windows, convolution and its network, against plain loops, SciPy and finite differences."""

import numpy as np
import pytest
from oracles import frozen, looped_windows, numerical_gradient, says
from scipy.signal import correlate2d

from lecture_kit.maths.activations import RELU
from lecture_kit.maths.convolution import (
    Convolution,
    Flatten,
    add_windows,
    convolutional_network,
    window_entries,
)
from lecture_kit.maths.initializers import he
from lecture_kit.maths.layers import ActivationLayer, Dense
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.pooling import AveragePooling, MaxPooling

MAPS = frozen(np.random.default_rng(1).normal(size=(2, 3, 5, 6)))
shapes = pytest.mark.parametrize(("window", "stride"), [
    (1, 1), (2, 2), (3, 3), (2, 1), (3, 2), (3, 1), (2, 3), (5, 1), (4, 4)])


@shapes
def test_windows_are_those_of_a_plain_loop(window, stride):
    result = window_entries(MAPS, window, stride)
    np.testing.assert_array_equal(result, looped_windows(MAPS, window, stride))


def test_windows_are_a_copy():
    maps = MAPS.copy()
    window_entries(maps, 2, 2)[:] = 0
    np.testing.assert_array_equal(maps, MAPS)


def test_windows_of_a_single_map_need_no_further_axes():
    entries = window_entries(np.arange(12.0).reshape(3, 4), 2, 2)
    np.testing.assert_array_equal(entries, [[[0, 1, 4, 5], [2, 3, 6, 7]]])


@shapes
def test_add_windows_is_the_transpose_of_cutting(window, stride):
    entries = window_entries(MAPS, window, stride)
    back = np.random.default_rng(2).normal(size=entries.shape)
    forward = (entries * back).sum()
    assert (MAPS * add_windows(back, MAPS.shape, stride)).sum() == pytest.approx(forward, rel=1e-12)


def test_add_windows_counts_the_windows_over_a_place():
    result = add_windows(np.ones((2, 2, 4)), (3, 4), 1)
    np.testing.assert_array_equal(result, [[1, 2, 1, 0], [2, 4, 2, 0], [1, 2, 1, 0]])


@pytest.mark.parametrize("shape", [(2, 3, 3, 6), (2, 3, 6, 3), (3, 3), (6,)])
def test_a_window_larger_than_the_maps_is_refused(shape):
    pattern = says("maps must be at least as large as the window, 4 × 4", repr(shape),
                   "Use a smaller window")
    with pytest.raises(ValueError, match=pattern):
        window_entries(np.zeros(shape), 4, 1)


# The layer


def random_convolution(window=3):
    layer = Convolution(3, 4, window)
    parameters = np.random.default_rng(3).normal(size=layer.n_parameters)
    layer.attach(parameters, np.zeros(layer.n_parameters))
    return layer, parameters


@pytest.mark.parametrize("window", [1, 2, 3, 5])
def test_convolution_is_scipys_correlation(window):
    layer, parameters = random_convolution(window)
    filters = parameters[:-4].reshape(3, window, window, 4)
    expected = [[sum(correlate2d(sample[c], filters[c, :, :, f], "valid") for c in range(3))
                 + parameters[-4 + f] for f in range(4)] for sample in MAPS]
    np.testing.assert_allclose(layer.infer(MAPS), expected, rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(layer.forward(MAPS), expected, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("window", [1, 2, 3, 5])
def test_convolution_gives_both_derivatives(window):
    layer, parameters = random_convolution(window)
    gradient = np.zeros_like(parameters)
    layer.attach(parameters, gradient)
    back = np.random.default_rng(4).normal(size=layer.forward(MAPS).shape)
    layer.parameter_gradient(back)
    by_maps = layer.input_gradient(back)

    def weighted(values):
        layer.attach(values, np.zeros_like(values))
        return (back * layer.infer(MAPS)).sum()

    np.testing.assert_allclose(gradient, numerical_gradient(weighted, parameters.copy()),
                               rtol=1e-8, atol=1e-9)
    layer.attach(parameters, gradient)
    expected = numerical_gradient(lambda maps: (back * layer.infer(maps)).sum(), MAPS)
    np.testing.assert_allclose(by_maps, expected, rtol=1e-8, atol=1e-9)


def test_infer_does_not_disturb_what_the_derivatives_need():
    layer, _ = random_convolution()
    back = np.ones_like(layer.forward(MAPS))
    layer.parameter_gradient(back)
    expected = layer.weights_gradient.copy(), layer.input_gradient(back)
    layer.infer(2 * MAPS[:1])
    layer.parameter_gradient(back)
    np.testing.assert_array_equal(layer.weights_gradient, expected[0])
    np.testing.assert_array_equal(layer.input_gradient(back), expected[1])


@pytest.mark.parametrize("shape", [(2, 2, 5, 6), (3, 5, 6), (2, 75)])
def test_convolution_refuses_rows_with_other_channels(shape):
    pattern = says("rows must have the shape (n_samples, 3, height, width)", repr(shape), "Reshape")
    with pytest.raises(ValueError, match=pattern):
        random_convolution()[0].infer(np.zeros(shape))


@pytest.mark.parametrize("bad", [0, -1, 1.5])
def test_convolution_refuses_a_window_that_is_none(bad):
    pattern = says("window must be at least 1", repr(bad), "Try 2.")
    with pytest.raises(ValueError, match=pattern):
        Convolution(1, 2, bad)


def test_flatten_goes_there_and_back():
    layer = Flatten()
    rows = layer.forward(MAPS)
    np.testing.assert_array_equal(rows, [sample.ravel() for sample in MAPS])
    np.testing.assert_array_equal(layer.input_gradient(rows), MAPS)


# The network


def test_network_is_convolution_relu_pooling_and_dense():
    pooling = MaxPooling(2)
    network = convolutional_network(8, 5, pooling, 10, he, 0)
    convolution, activation, middle, _flatten, dense = network.layers
    assert [type(layer) for layer in network.layers] == [
        Convolution, ActivationLayer, MaxPooling, Flatten, Dense]
    assert activation.activation is RELU
    assert middle is pooling
    assert network.loss is SOFTMAX_CROSS_ENTROPY
    assert (convolution.shape, dense.shape) == ((9, 5), (5 * 9, 10))
    assert not convolution.bias.any()
    assert not dense.bias.any()
    assert network.logits(np.zeros((2, 1, 8, 8))).shape == (2, 10)


@pytest.mark.parametrize(("window", "stride", "n_pooled"), [(3, 1, 16), (3, 2, 4), (6, 1, 1)])
def test_dense_layer_fits_every_pooling(window, stride, n_pooled):
    network = convolutional_network(8, 2, AveragePooling(window, stride), 10, he, 0)
    assert network.layers[-1].shape == (2 * n_pooled, 10)
    assert network.logits(np.ones((1, 1, 8, 8))).shape == (1, 10)


def test_scale_of_a_layer_comes_from_its_fan_in():
    wide = convolutional_network(8, 200, AveragePooling(2), 50, he, 0)
    assert wide.layers[0].weights.std() == pytest.approx(np.sqrt(2 / 9), rel=0.05)
    assert wide.layers[-1].weights.std() == pytest.approx(np.sqrt(2 / 1800), rel=0.02)


def test_the_seed_alone_decides_the_weights():
    first, again, other = (
        convolutional_network(8, 2, MaxPooling(2), 10, he, seed).parameters for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.1


def test_network_stays_in_float32():
    network = convolutional_network(8, 2, MaxPooling(2), 10, he, 0, np.float32)
    images = np.random.default_rng(0).random((3, 1, 8, 8)).astype(np.float32)
    assert network.logits(images).dtype == np.float32
    assert network.compute_gradient(images, [1, 2, 3]).dtype == np.float32


@pytest.mark.parametrize(("arguments", "pattern"), [
    ((8, 0, MaxPooling(2), 10, he, 0), says("n_filters must be at least 1", "0", "Try")),
    ((8, 2, MaxPooling(7), 10, he, 0),
     says("the pooling window must fit into maps of 6 × 6", "7", "Use a smaller window.")),
    ((8, 2, MaxPooling(2), 10, lambda n: -0.1, 0),
     says("init_scale must be at least 0", "-0.1", "Try init_scale=he.")),
])
def test_network_refuses_bad_settings(arguments, pattern):
    with pytest.raises(ValueError, match=pattern):
        convolutional_network(*arguments)
