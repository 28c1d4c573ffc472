"""Section 08, ReLU: slopes of units, and gradients through many layers."""

import numpy as np

from lecture_kit.maths.checks import as_number, as_numbers, as_whole, require
from lecture_kit.maths.layers import Dense

GAINS = np.geomspace(0.1, 30, 41)  # of the curves that show the factor per layer
_Z = np.union1d(np.linspace(-5, 5, 401), [-1e-9, 1e-9])  # two places that show a jump
_T = (np.arange(400) - 199.5) * 0.035  # places of the integral over N(0, 1), none of them at 0
_P = np.exp(-(_T**2) / 2) / np.exp(-(_T**2) / 2).sum()


# One unit


def measured_slope(function, z, step):
    """Measure the slope of a function, (f(z + h) − f(z − h)) / 2h.

    Parameters
    ----------
    function : callable
        f, takes and returns arrays.
    z : float or ndarray
        Where to measure.
    step : float
        h, more than 0. Not smaller than 10⁻⁸, or rounding takes over.

    Returns
    -------
    float or ndarray
        The slope. At a kink it is the mean of the slopes on both sides.

    Raises
    ------
    ValueError
        If ``step`` is less than 10⁻⁸.
    """
    z = np.asarray(as_numbers("z", z))
    step = as_number("step", step, "Try step=1e-4.", least=1e-08)
    return (function(z + step) - function(z - step)) / (2 * step)


def mean_slope(activation, n_inputs, init_scale):
    """Expect the slope of a unit with many inputs, the mean of φ′(z) for z from N(0, nσ²).

    Parameters
    ----------
    activation : Activation
        φ.
    n_inputs : int
        n, how many inputs from N(0, 1) the unit has, at least 1.
    init_scale : float
        σ, standard deviation of its weights, at least 0.

    Returns
    -------
    float
        Mean over many units and inputs.

    Raises
    ------
    ValueError
        If ``n_inputs`` is less than 1 or ``init_scale`` is negative.

    References
    ----------
    Slides, section "(7) ReLU": with many dimensions z grows, and the gradient of tanh vanishes.
    """
    n_inputs = as_whole("n_inputs", n_inputs, "Try n_inputs=100.", least=1)
    init_scale = as_number("init_scale", init_scale, "Try init_scale=1.", least=0)
    return float(activation.derivative(np.sqrt(n_inputs) * init_scale * _T) @ _P)


def slope_at(activation, z, step):
    """Compare the slope of an activation function at one place, by formula and measured.

    Parameters
    ----------
    activation : Activation
        φ.
    z, step : float
        Where, and the h of :func:`measured_slope`.

    Returns
    -------
    dict of str to float
        ``z``, ``value`` φ(z), ``slope`` φ′(z) by formula, and ``measured``.

    Raises
    ------
    ValueError
        If ``z`` is no number, or as in :func:`measured_slope`.
    """
    here = np.array(as_number("z", z), float)
    measured = measured_slope(activation.function, here, step)
    return {"z": float(here), "value": float(activation.function(here)),
            "slope": float(activation.derivative(here)), "measured": float(measured)}


def curves(activation):
    """Compute an activation function and its derivative from −5 to 5.

    Parameters
    ----------
    activation : Activation
        φ.

    Returns
    -------
    dict of str to ndarray of shape (n_points,)
        ``z``, ``values`` φ(z) and ``slopes`` φ′(z), NaN at 0, which parts them at a jump.
    """
    slopes = np.where(_Z == 0, np.nan, activation.derivative(_Z))
    return {"z": _Z, "values": activation.function(_Z), "slopes": slopes}


# Many layers


def gradient_by_layer(network, features, labels):
    """Measure the gradient at the output of every hidden layer.

    Parameters
    ----------
    network : Network
        Fully connected.
    features, labels
        Rows that the network takes.

    Returns
    -------
    ndarray of shape (n_layers,)
        |∂e/∂a_l| for the layers l = 1 … L, divided by that of the last one.

    Raises
    ------
    ValueError
        If rows or labels do not fit the network.

    References
    ----------
    Slides, section "(7) ReLU": the gradient is still there in the first layer.
    """
    rows, labels = network.check(features, labels)
    for layer in network.layers:
        rows = layer.forward(rows)
    gradient, sizes = network.loss.gradient(rows, labels), []
    for layer in reversed(network.layers[1:]):
        gradient = layer.input_gradient(gradient)
        if isinstance(layer, Dense):
            sizes.append(np.linalg.norm(gradient))
    return np.array(sizes[::-1]) / sizes[0]


@np.errstate(over="ignore", invalid="ignore")
def layer_factors(activation, init_scale, n_layers, mean_square=1.0):
    """Expect the factor by which each layer multiplies the size of a gradient, g √E[φ′(z)²].

    In a wide layer z is normally distributed with variance q, which changes from layer to layer:
    q₁ = g² times the mean square of the inputs, then q ← g² E[φ(z)²]. For ReLU E[φ′²] = 1/2
    whatever q is, so the factor is g/√2.

    Parameters
    ----------
    activation : Activation
        φ.
    init_scale : float or ndarray of shape (n_scales,)
        g, as in :func:`deep_network`.
    n_layers : int
        L, how many layers, at least 1.
    mean_square : float, default 1
        Mean square of the inputs, at least 0.

    Returns
    -------
    ndarray of shape (n_layers,) or (n_layers, n_scales)
        Factor of each layer, the first layer first. It is at most g times the largest slope,
        and not finite where a number on the way is too large.

    Raises
    ------
    ValueError
        If ``init_scale`` or ``mean_square`` is negative, or ``n_layers`` is less than 1.

    References
    ----------
    He, K., Zhang, X., Ren, S., & Sun, J. (2015). Delving deep into rectifiers. Poole, B., Lahiri,
    S., Raghu, M., Sohl-Dickstein, J., & Ganguli, S. (2016). Exponential expressivity in deep neural
    networks through transient chaos.
    """
    g = np.asarray(as_numbers("init_scale", init_scale, "Try init_scale=1.", least=0))
    n_layers = as_whole("n_layers", n_layers, "Try n_layers=10.", least=1)
    mean_square = as_number("mean_square", mean_square, "Try mean_square=1.", least=0)
    require(g.ndim <= 1, "init_scale must be a number or a list", g.shape, "Try init_scale=1.")
    factors, size = [], g * np.sqrt(mean_square)
    for _ in range(n_layers):
        z = np.multiply.outer(size, _T)
        factors.append(g * np.sqrt(activation.derivative(z) ** 2 @ _P))
        size = g * np.sqrt(activation.function(z) ** 2 @ _P)
    return np.array(factors)


@np.errstate(over="ignore")
def expected_gradient(factors):
    """Expect what :func:`gradient_by_layer` measures.

    Parameters
    ----------
    factors : ndarray of shape (n_layers, ...)
        What :func:`layer_factors` returned.

    Returns
    -------
    ndarray of the same shape
        The gradient at layer l is the product of the factors of the layers l + 1 … L, infinite
        where it is too large for a number.

    Raises
    ------
    ValueError
        If a factor is negative or not finite.
    """
    factors = np.atleast_1d(as_numbers("factors", factors, "Use layer_factors.", least=0))
    return np.concatenate([np.cumprod(factors[:0:-1], axis=0)[::-1], np.ones_like(factors[:1])])


def mean_factor(gradients):
    """Find the mean factor per layer of a gradient that passes back through a network.

    Parameters
    ----------
    gradients : ndarray of shape (n_layers, ...)
        As from :func:`gradient_by_layer` or :func:`expected_gradient`, with at least 2 layers.

    Returns
    -------
    float or ndarray of shape (...)
        The geometric mean, (share at the first layer)^(1/(L − 1)).

    Raises
    ------
    ValueError
        If there are fewer than 2 layers, or a gradient is negative or not finite.
    """
    gradients = np.asarray(as_numbers("gradients", gradients, "Use gradient_by_layer.", least=0))
    require(gradients.ndim >= 1 and len(gradients) >= 2, "gradients must have 2 or more layers",
            gradients.shape, "Take a deeper network.")
    return gradients[0] ** (1 / (len(gradients) - 1))
