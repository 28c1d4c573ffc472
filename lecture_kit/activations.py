"""Activation functions and their derivatives."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

import numpy as np

from lecture_kit.checks import as_floats


def finite_input(formula):
    """Let a formula refuse NaN and infinity. The bare formula stays as ``__wrapped__``.

    Parameters
    ----------
    formula : callable
        Takes and returns a floating-point array.

    Returns
    -------
    callable
        Takes anything that :func:`lecture_kit.checks.as_floats` takes.
    """

    @wraps(formula)
    def checked(z):
        return formula(as_floats("z", z))

    return checked


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

    Raises
    ------
    ValueError
        If ``z`` holds NaN or infinity.

    References
    ----------
    Slides, section "Loss function".
    """
    small = np.exp(-np.abs(z))  # at most 1, so nothing overflows
    return np.where(z >= 0, 1, small) / (1 + small)


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

    Raises
    ------
    ValueError
        If ``z`` holds NaN or infinity.

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

    Raises
    ------
    ValueError
        If ``z`` holds NaN or infinity.

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

    Raises
    ------
    ValueError
        If ``z`` holds NaN or infinity.

    References
    ----------
    Slides, section "(7) ReLU".
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

    Raises
    ------
    ValueError
        If ``z`` holds NaN or infinity.

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

    Raises
    ------
    ValueError
        If ``z`` holds NaN or infinity.

    References
    ----------
    Slides, section "(7) ReLU".
    """
    return (z > 0).astype(z.dtype)


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
ACTIVATIONS = {activation.name: activation for activation in (SIGMOID, TANH, RELU)}
