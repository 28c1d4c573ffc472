"""Activation functions against SciPy, hyperbolic identities and finite differences."""

import numpy as np
import pytest
from oracles import frozen, says, slope
from scipy.special import erf, expit, log1p, ndtr
from scipy.stats import norm

from lecture_kit.maths.activations import (
    ACTIVATIONS,
    ALL_ACTIVATIONS,
    ELU,
    GELU,
    LEAKY_RELU,
    RELU,
    SIGMOID,
    SILU,
    SOFTPLUS,
    TANH,
    elu,
    elu_derivative,
    gelu,
    gelu_derivative,
    leaky,
    leaky_relu,
    leaky_relu_derivative,
    relu,
    relu_derivative,
    sigmoid,
    sigmoid_derivative,
    silu,
    silu_derivative,
    softplus,
    tanh,
    tanh_derivative,
)
from lecture_kit.maths.normal import normal_cdf, normal_density

FUNCTIONS = [
    sigmoid, sigmoid_derivative, tanh, tanh_derivative, relu, relu_derivative, leaky_relu,
    leaky_relu_derivative, elu, elu_derivative, gelu, gelu_derivative, silu, silu_derivative,
    softplus, normal_cdf, normal_density]
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


def test_leaky_relu_is_two_straight_lines():
    np.testing.assert_allclose(leaky_relu([-2, -0.5, 0, 0.5, 3]), [-0.02, -0.005, 0, 0.5, 3])
    np.testing.assert_allclose(leaky_relu([-2, 3], leak=0.25), [-0.5, 3])


def test_leaky_relu_derivative_is_the_leak_at_0():
    np.testing.assert_array_equal(leaky_relu_derivative([-2, 0, 3]), [0.01, 0.01, 1])
    np.testing.assert_array_equal(leaky_relu_derivative([-2, 0, 3], leak=0.5), [0.5, 0.5, 1])


@pytest.mark.parametrize("leak", [0, 0.3, 1])
def test_leaky_makes_a_leaky_relu_with_its_leak(leak):
    activation = leaky(leak)
    assert activation.name == ("leaky ReLU" if leak else "ReLU")
    np.testing.assert_allclose(activation.function(Z), np.where(Z > 0, Z, leak * Z))
    np.testing.assert_allclose(activation.derivative(Z), np.where(Z > 0, 1, leak))


@pytest.mark.parametrize("call", [leaky, lambda leak: leaky_relu(1.0, leak=leak),
                                  lambda leak: leaky_relu_derivative(1.0, leak=leak)])
@pytest.mark.parametrize("leak", [-0.1, 1.1])
def test_a_leak_lies_between_0_and_1(call, leak):
    with pytest.raises(ValueError, match=says("leak must lie between 0 and 1", str(leak), "Try")):
        call(leak)


@pytest.mark.parametrize(("function", "expected"), [
    (elu, lambda z: np.where(z > 0, z, np.exp(z) - 1)),
    (gelu, lambda z: z / 2 * (1 + erf(z / np.sqrt(2)))),
    (silu, lambda z: z * expit(z)),
    (softplus, lambda z: log1p(np.exp(z))),
], ids=lambda function: getattr(function, "__name__", ""))
def test_smooth_relatives_of_relu_agree_with_scipy(function, expected):
    np.testing.assert_allclose(function(Z), expected(Z), rtol=1e-12, atol=1e-12)


def test_the_normal_distribution_agrees_with_scipy_far_into_the_tails():
    z = np.linspace(-37, 37, 99_973)
    np.testing.assert_allclose(normal_cdf(z), ndtr(z), rtol=0, atol=2e-14)
    np.testing.assert_allclose(normal_cdf(z), ndtr(z), rtol=1e-6)
    np.testing.assert_allclose(normal_density(z), norm.pdf(z), rtol=1e-11)


def test_the_normal_distribution_does_not_overflow():
    z = np.array([-1e300, -50, 50, 1e300])
    np.testing.assert_array_equal(normal_cdf(z), [0, 0, 1, 1])
    np.testing.assert_array_equal(normal_density(z), 0)


def test_the_normal_distribution_keeps_six_digits_in_float32():
    z = np.linspace(-5, 5, 4001).astype(np.float32)
    np.testing.assert_allclose(normal_cdf(z), ndtr(z.astype(float)), rtol=2e-6)


def test_the_usual_approximation_of_gelu_is_as_close_as_its_note_says():
    z = np.linspace(-8, 8, 3201)
    usual = z / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3)))
    assert 0.0003 < np.abs(usual - gelu(z)).max() < 0.0005


@pytest.mark.parametrize("activation", ALL_ACTIVATIONS.values(), ids=ALL_ACTIVATIONS)
def test_derivative_agrees_with_finite_differences(activation):
    z = np.array([-6, -2.5, -0.7, -0.01, 0.01, 0.3, 1.9, 5])
    expected = slope(activation.function, z)
    np.testing.assert_allclose(activation.derivative(z), expected, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("activation", [SIGMOID, TANH, GELU, SILU, SOFTPLUS], ids=lambda a: a.name)
def test_smooth_functions_have_their_derivative_at_0_too(activation):
    z = np.array(0.0)
    assert activation.derivative(z) == pytest.approx(slope(activation.function, z), rel=1e-8)


def test_elu_has_the_slope_1_from_both_sides_of_0():
    np.testing.assert_allclose(elu_derivative([-1e-12, 0, 1e-12]), 1, rtol=1e-11)


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
    (relu, 0, 1000), (relu_derivative, 0, 1), (leaky_relu, -10, 1000), (elu, -1, 1000),
    (elu_derivative, 0, 1), (gelu, 0, 1000), (gelu_derivative, 0, 1), (silu, 0, 1000),
    (silu_derivative, 0, 1), (softplus, 0, 1000), (normal_cdf, 0, 1), (normal_density, 0, 0),
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
    more = {"leaky ReLU": LEAKY_RELU, "ELU": ELU, "GELU": GELU, "SiLU": SILU, "softplus": SOFTPLUS}
    assert {**ACTIVATIONS, **more} == ALL_ACTIVATIONS
    assert list(ALL_ACTIVATIONS)[:3] == list(ACTIVATIONS)


@pytest.mark.parametrize(("activation", "function", "derivative"), [
    (SIGMOID, sigmoid, sigmoid_derivative), (TANH, tanh, tanh_derivative),
    (RELU, relu, relu_derivative), (ELU, elu, elu_derivative), (GELU, gelu, gelu_derivative),
    (SILU, silu, silu_derivative), (SOFTPLUS, softplus, sigmoid),
])
def test_activation_pairs_a_function_with_its_derivative(activation, function, derivative):
    pair = activation.function, activation.derivative
    assert pair == (function.__wrapped__, derivative.__wrapped__)
