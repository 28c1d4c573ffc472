"""Layers by hand and against finite differences."""

import numpy as np
import pytest
from oracles import frozen, numerical_gradient, says

from lecture_kit.maths.activations import TANH
from lecture_kit.maths.layers import ActivationLayer, Dense

ROWS = frozen(np.random.default_rng(1).normal(size=(6, 3)))


def test_dense_layer_is_a_product_and_a_sum():
    layer = Dense(2, 3)
    layer.attach(np.array([1.0, 2, 3, 4, 5, 6, 10, 20, 30]), np.zeros(9))
    expected = [[1 + 8 + 10, 2 + 10 + 20, 3 + 12 + 30]]  # (1, 2) W + b
    np.testing.assert_array_equal(layer.infer(np.array([[1.0, 2.0]])), expected)
    np.testing.assert_array_equal(layer.forward(np.array([[1.0, 2.0]])), expected)


def test_dense_layer_counts_weights_and_biases():
    assert Dense(64, 100).n_parameters == 6500


@pytest.mark.parametrize("layer", [Dense(3, 2), ActivationLayer(TANH)], ids=["dense", "tanh"])
def test_layer_gives_the_derivatives_of_its_input(layer):
    rng = np.random.default_rng(3)
    layer.attach(rng.normal(size=layer.n_parameters), np.zeros(layer.n_parameters))
    weight = rng.normal(size=layer.forward(ROWS).shape)
    expected = numerical_gradient(lambda x: (weight * layer.infer(x)).sum(), ROWS)
    np.testing.assert_allclose(layer.input_gradient(weight), expected, rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("layer", [Dense(3, 2), ActivationLayer(TANH)], ids=["dense", "tanh"])
def test_infer_does_not_disturb_what_the_derivatives_need(layer):
    gradient = np.zeros(layer.n_parameters)
    layer.attach(np.ones(layer.n_parameters), gradient)
    back = np.ones_like(layer.forward(ROWS))
    layer.parameter_gradient(back)
    expected, expected_gradient = layer.input_gradient(back).copy(), gradient.copy()
    layer.infer(2 * ROWS)
    layer.parameter_gradient(back)
    np.testing.assert_array_equal(layer.input_gradient(back), expected)
    np.testing.assert_array_equal(gradient, expected_gradient)


def test_dense_layer_refuses_rows_with_other_columns():
    layer = Dense(2, 3)
    layer.attach(np.ones(9), np.zeros(9))
    pattern = says("rows must have 2 features", "(6, 3)", "as many inputs as the data have")
    with pytest.raises(ValueError, match=pattern):
        layer.infer(ROWS)
