"""Activation functions against SciPy, hyperbolic identities and finite differences."""

import numpy as np
import pytest
from oracles import frozen, slope
from scipy.special import expit

from lecture_kit.activations import (
    ACTIVATIONS,
    RELU,
    SIGMOID,
    TANH,
    relu,
    relu_derivative,
    sigmoid,
    sigmoid_derivative,
    tanh,
    tanh_derivative,
)

FUNCTIONS = [sigmoid, sigmoid_derivative, tanh, tanh_derivative, relu, relu_derivative]
Z = frozen(np.linspace(-30, 30, 121))


def test_sigmoid_agrees_with_scipy():
    np.testing.assert_allclose(sigmoid(Z), expit(Z), rtol=1e-14)


def test_sigmoid_derivative_agrees_with_the_hyperbolic_secant():
    np.testing.assert_allclose(sigmoid_derivative(Z), 0.25 / np.cosh(Z / 2) ** 2, rtol=1e-13)


def test_tanh_agrees_with_its_exponential_form():
    np.testing.assert_allclose(tanh(Z), np.expm1(2 * Z) / (np.expm1(2 * Z) + 2), rtol=1e-13)


def test_tanh_derivative_agrees_with_the_hyperbolic_secant():
    np.testing.assert_allclose(tanh_derivative(Z), 1 / np.cosh(Z) ** 2, rtol=1e-12, atol=1e-15)


def test_tanh_derivative_keeps_its_digits_where_tanh_saturates():
    z = np.array([-18.0, -9.0, 9.0, 18.0])
    np.testing.assert_allclose(tanh_derivative(z), 1 / np.cosh(z) ** 2, rtol=1e-12)


def test_relu_cuts_negative_numbers():
    np.testing.assert_array_equal(relu([-2, -0.5, 0, 0.5, 3]), [0, 0, 0, 0.5, 3])


def test_relu_derivative_is_a_step_that_is_0_at_0():
    np.testing.assert_array_equal(relu_derivative([-2, -0.5, 0, 0.5, 3]), [0, 0, 0, 1, 1])


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS)
def test_derivative_agrees_with_finite_differences(activation):
    z = np.array([-6, -2.5, -0.7, -0.01, 0.01, 0.3, 1.9, 5])
    expected = slope(activation.function, z)
    np.testing.assert_allclose(activation.derivative(z), expected, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize(("z", "expected"), [(0, 0.25), (4, 0.01766), (-4, 0.01766)])
def test_sigmoid_derivative_has_the_numbers_of_the_lecture(z, expected):
    assert round(float(sigmoid_derivative(z)), 5) == expected


@pytest.mark.parametrize(("derivative", "largest"), [(sigmoid_derivative, 0.25),
                                                     (tanh_derivative, 1.0)])
def test_derivative_is_largest_at_0(derivative, largest):
    assert derivative(0.0) == largest
    assert derivative(Z).max() == largest


@pytest.mark.parametrize(("function", "low", "high"), [
    (sigmoid, 0, 1), (sigmoid_derivative, 0, 0), (tanh, -1, 1), (tanh_derivative, 0, 0),
    (relu, 0, 1000), (relu_derivative, 0, 1),
])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_far_ends_are_exact_and_without_warning(function, low, high, dtype):
    np.testing.assert_array_equal(function(np.array([-1000, 1000], dtype)), [low, high])


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(("given", "kept"), [(np.float32, np.float32), (np.float64, np.float64),
                                             (np.int64, np.float64), (np.bool_, np.float64)])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 1, 4)])
def test_type_and_shape_are_kept(function, given, kept, shape):
    result = function(frozen(np.ones(shape), given))
    assert result.dtype == kept
    assert result.shape == shape


@pytest.mark.parametrize("function", FUNCTIONS)
def test_float32_gives_the_float64_answer_rounded(function):
    z = np.linspace(-3, 3, 61)  # multiples of 0.1: 0 itself is hit in both types
    z[30] = 0
    expected = function(z)
    np.testing.assert_allclose(function(z.astype(np.float32)), expected, rtol=2e-5, atol=1e-7)


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_refused(function, bad):
    with pytest.raises(ValueError, match=r"z must be finite; got \[0.5, .*\]. Remove NaN"):
        function([0.5, bad])


def test_an_activation_cannot_be_changed():
    with pytest.raises(AttributeError, match="cannot assign"):
        RELU.name = "leaky ReLU"


def test_activations_are_listed_by_name():
    assert ACTIVATIONS == {"sigmoid": SIGMOID, "tanh": TANH, "ReLU": RELU}


@pytest.mark.parametrize(("activation", "function", "derivative"), [
    (SIGMOID, sigmoid, sigmoid_derivative), (TANH, tanh, tanh_derivative),
    (RELU, relu, relu_derivative),
])
def test_activation_pairs_a_function_with_its_derivative(activation, function, derivative):
    pair = activation.function, activation.derivative
    assert pair == (function.__wrapped__, derivative.__wrapped__)
