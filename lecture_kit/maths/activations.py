"""Activation functions and their derivatives.

They take numbers of any shape and return an array of the same shape; float32 stays float32. NaN and
infinity are refused with a ValueError.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from lecture_kit.maths.checks import as_number
from lecture_kit.maths.normal import finite_input, normal_cdf, normal_density


@finite_input
def sigmoid(z):
    r"""Logistic sigmoid, σ(z) = 1 / (1 + e⁻ᶻ).

    Parameters
    ----------
    z : array_like of any shape
        Input of the neuron, ``z`` = wx + b. Any finite number; ±1000 is safe.

    Returns
    -------
    ndarray of the same shape
        Values from 0 to 1.

    References
    ----------
    Slides, section "Loss function".
    """
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))


@finite_input
def sigmoid_derivative(z):
    r"""Derivative of the sigmoid, σ′(z) = σ(z)(1 − σ(z)). Its largest value is 1/4, at z = 0.

    Parameters
    ----------
    z : array_like of any shape
        Input of the neuron.

    Returns
    -------
    ndarray of the same shape
        Values from 0 to 0.25.

    References
    ----------
    Slides, section "Loss function". The slide prints 0.3 for the largest value; it is 0.25.
    """
    small = np.exp(-np.abs(z))
    return small / (1 + small) ** 2


@finite_input
def tanh(z):
    """Hyperbolic tangent.

    Parameters
    ----------
    z : array_like of any shape
        Input of the neuron.

    Returns
    -------
    ndarray of the same shape
        Values from −1 to 1.

    References
    ----------
    Slides, section "(7) ReLU".
    """
    return np.tanh(z)


@finite_input
def tanh_derivative(z):
    """Derivative of the hyperbolic tangent, 1 − tanh²(z). Its largest value is 1, at z = 0.

    Parameters
    ----------
    z : array_like of any shape
        Input of the neuron.

    Returns
    -------
    ndarray of the same shape
        Values from 0 to 1.
    """
    small = np.exp(-2 * np.abs(z))
    return 4 * small / (1 + small) ** 2


@finite_input
def relu(z):
    """Rectified linear unit, max(0, z).

    Parameters
    ----------
    z : array_like of any shape
        Input of the neuron.

    Returns
    -------
    ndarray of the same shape
        Values from 0 on.

    References
    ----------
    Slides, section "(7) ReLU".
    """
    return np.maximum(z, 0)


@finite_input
def relu_derivative(z):
    """Derivative of the rectified linear unit: 1 for z > 0, else 0.

    At exactly 0 there is no derivative; 0 is the convention here, as on the slide.

    Parameters
    ----------
    z : array_like of any shape
        Input of the neuron.

    Returns
    -------
    ndarray of the same shape
        Zeros and ones.
    """
    return (z > 0).astype(z.dtype)


def _check_leak(leak):
    as_number("leak", leak, "Try leak=0.01; 0 is ReLU itself.", least=0, most=1)


@finite_input
def leaky_relu(z, leak=0.01):
    """Leaky rectified linear unit: z for z > 0, else αz.

    Parameters
    ----------
    z : array_like of any shape
        Input of the neuron.
    leak : float, default 0.01
        α, the slope below 0, from 0 to 1. With 0 this is ReLU. To be given by name.

    Returns
    -------
    ndarray of the same shape
        Any number.

    Raises
    ------
    ValueError
        If ``z`` holds NaN or infinity, or ``leak`` leaves [0, 1].

    References
    ----------
    Maas, A. L., Hannun, A. Y., & Ng, A. Y. (2013). Rectifier nonlinearities improve neural network
    acoustic models.
    """
    _check_leak(leak)
    return np.maximum(z, leak * z)


@finite_input
def leaky_relu_derivative(z, leak=0.01):
    """Derivative of the leaky rectified linear unit: 1 for z > 0, else α.

    At exactly 0 there is no derivative unless α = 1; α is the convention here.

    Parameters
    ----------
    z : array_like of any shape
        Input of the neuron.
    leak : float, default 0.01
        α, the slope below 0, from 0 to 1. To be given by name.

    Returns
    -------
    ndarray of the same shape
        Only the numbers α and 1.

    Raises
    ------
    ValueError
        If ``z`` holds NaN or infinity, or ``leak`` leaves [0, 1].
    """
    _check_leak(leak)
    return np.where(z > 0, 1, z.dtype.type(leak))


@finite_input
def elu(z):
    """Exponential linear unit with α = 1: z for z > 0, else eᶻ − 1.

    Parameters
    ----------
    z : array_like of any shape
        Input of the neuron.

    Returns
    -------
    ndarray of the same shape
        Values from −1 on.

    References
    ----------
    Clevert, D.-A., Unterthiner, T., & Hochreiter, S. (2016). Fast and accurate deep network
    learning by exponential linear units (ELUs).
    """
    return np.where(z > 0, z, np.expm1(np.minimum(z, 0)))


@finite_input
def elu_derivative(z):
    """Derivative of the exponential linear unit: 1 for z > 0, else eᶻ. It has no jump.

    Parameters
    ----------
    z : array_like of any shape
        Input of the neuron.

    Returns
    -------
    ndarray of the same shape
        Values from 0 to 1.
    """
    return np.exp(np.minimum(z, 0))


@finite_input
def gelu(z):
    """Gaussian error linear unit, zΦ(z), in its exact form.

    Parameters
    ----------
    z : array_like of any shape
        Input of the neuron.

    Returns
    -------
    ndarray of the same shape
        Values from −0.17 on.

    Notes
    -----
    Many programs use z/2 · (1 + tanh(√(2/π)(z + 0.044715z³))) in its place, which differs from it
    by at most 0.0005.

    References
    ----------
    Hendrycks, D., & Gimpel, K. (2016). Gaussian error linear units (GELUs).
    """
    return z * normal_cdf.__wrapped__(z)


@finite_input
def gelu_derivative(z):
    """Derivative of the Gaussian error linear unit, Φ(z) + zφ(z).

    Parameters
    ----------
    z : array_like of any shape
        Input of the neuron.

    Returns
    -------
    ndarray of the same shape
        Values from −0.13 to 1.13.
    """
    return normal_cdf.__wrapped__(z) + z * normal_density.__wrapped__(z)


@finite_input
def silu(z):
    """Sigmoid linear unit (also called swish), zσ(z).

    Parameters
    ----------
    z : array_like of any shape
        Input of the neuron.

    Returns
    -------
    ndarray of the same shape
        Values from −0.28 on.

    References
    ----------
    Elfwing, S., Uchibe, E., & Doya, K. (2018). Sigmoid-weighted linear units for neural network
    function approximation in reinforcement learning.
    """
    return z * sigmoid.__wrapped__(z)


@finite_input
def silu_derivative(z):
    """Derivative of the sigmoid linear unit, σ(z) + zσ′(z).

    Parameters
    ----------
    z : array_like of any shape
        Input of the neuron.

    Returns
    -------
    ndarray of the same shape
        Values from −0.1 to 1.1.
    """
    return sigmoid.__wrapped__(z) + z * sigmoid_derivative.__wrapped__(z)


@finite_input
def softplus(z):
    """Softplus, ln(1 + eᶻ): a ReLU without its kink. Its derivative is the sigmoid.

    Parameters
    ----------
    z : array_like of any shape
        Input of the neuron.

    Returns
    -------
    ndarray of the same shape
        Values from 0 on.

    References
    ----------
    Dugas, C., Bengio, Y., Bélisle, F., Nadeau, C., & Garcia, R. (2001). Incorporating second-order
    functional knowledge for better option pricing.
    """
    return np.logaddexp(0, z)


@dataclass(frozen=True)
class Activation:
    """An activation function together with its derivative, as networks use them.

    Parameters
    ----------
    name : str
        The name that pictures show.
    function, derivative : callable
        Both take and return a floating-point array of any shape. They do not look for NaN and
        infinity: a network calls them a thousand times a second, and its data are checked before.
    """

    name: str
    function: Callable
    derivative: Callable


SIGMOID = Activation("sigmoid", sigmoid.__wrapped__, sigmoid_derivative.__wrapped__)
TANH = Activation("tanh", tanh.__wrapped__, tanh_derivative.__wrapped__)
RELU = Activation("ReLU", relu.__wrapped__, relu_derivative.__wrapped__)
ACTIVATIONS = {activation.name: activation for activation in (SIGMOID, TANH, RELU)}  # the slides'
ELU = Activation("ELU", elu.__wrapped__, elu_derivative.__wrapped__)
GELU = Activation("GELU", gelu.__wrapped__, gelu_derivative.__wrapped__)
SILU = Activation("SiLU", silu.__wrapped__, silu_derivative.__wrapped__)
SOFTPLUS = Activation("softplus", softplus.__wrapped__, sigmoid.__wrapped__)


def leaky(leak):
    """Make a leaky ReLU with a given slope below 0.

    Parameters
    ----------
    leak : float
        α, from 0 to 1.

    Returns
    -------
    Activation
        For 0 it is ReLU.

    Raises
    ------
    ValueError
        If ``leak`` leaves [0, 1].
    """
    _check_leak(leak)
    if leak == 0:
        return RELU
    return Activation("leaky ReLU", partial(leaky_relu.__wrapped__, leak=leak),
                      partial(leaky_relu_derivative.__wrapped__, leak=leak))


LEAKY_RELU = leaky(0.01)
ALL_ACTIVATIONS = {**ACTIVATIONS, **{
    activation.name: activation for activation in (LEAKY_RELU, ELU, GELU, SILU, SOFTPLUS)}}
