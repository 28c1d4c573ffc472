"""Section 08, ReLU: slopes, gradients through many layers, dying units, and training speed."""

import time

import numpy as np

from lecture_kit.maths.activations import leaky, normal_cdf
from lecture_kit.maths.checks import as_number, as_numbers, as_row, as_table, as_whole, require
from lecture_kit.maths.initializers import he
from lecture_kit.maths.layers import Dense
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import deep_network, fully_connected
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.training import first_step_below, train

N_UNITS = 100  # hidden units of the network that loses some of them
RATES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)  # among which every activation finds its own best
MOST_UPDATES, TARGET = 240, 0.5  # how long a race may last, and the training loss that ends it
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


def seconds_per_value(function, values, n_repeats=20):
    """Measure how long a function takes, the shortest time of several.

    Parameters
    ----------
    function : callable
        Takes an array.
    values : ndarray
        What to call it with.
    n_repeats : int, default 20
        How often to measure.

    Returns
    -------
    float
        Seconds for each entry of ``values`` on this machine.

    Raises
    ------
    ValueError
        If ``values`` are no finite numbers, or ``n_repeats`` is less than 1 or not whole.
    """
    values = np.asarray(as_numbers("values", values))
    n_repeats, seconds = as_whole("n_repeats", n_repeats, "Try n_repeats=20.", least=1), []
    for _ in range(n_repeats):
        start = time.perf_counter()
        function(values)
        seconds.append(time.perf_counter() - start)
    return min(seconds) / np.size(values)


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


# Units that die


def one_hidden_layer(leak, bias, seed):
    """Build a network for the digits with 100 hidden units that all start with the same bias.

    Parameters
    ----------
    leak : float
        α of the leaky ReLU, from 0 to 1. 0 is ReLU.
    bias : float
        First bias of every hidden unit.
    seed : int
        Seed of the weights, which have He's standard deviation.

    Returns
    -------
    Network
        64 inputs, 100 hidden units, 10 outputs.

    Raises
    ------
    ValueError
        If ``leak`` leaves [0, 1] or ``bias`` is not finite.
    """
    bias = as_number("bias", bias, "Try bias=0.")
    network = fully_connected((64, N_UNITS, 10), leaky(leak), SOFTMAX_CROSS_ENTROPY, he, seed)
    network.layers[0].bias[:] = bias
    return network


def activity(network, features, hidden_layer=1):
    """Count for each unit of a hidden layer on which rows it is active, z > 0.

    Parameters
    ----------
    network : Network
        Fully connected.
    features : ndarray of shape (n_samples, n_features)
        Rows.
    hidden_layer : int, default 1
        Which hidden layer; 1 is next to the input.

    Returns
    -------
    ndarray of shape (n_units,)
        Share of the rows. A unit with 0 is *dead*: it gives the same answer for every row.

    Raises
    ------
    ValueError
        If ``features`` do not fit the network, or there is no such hidden layer.
    """
    features = as_table("features", features).astype(network.parameters.dtype, copy=False)
    most = len(network.layers) // 2
    hidden_layer = as_whole("hidden_layer", hidden_layer, "1 is next to the input.", least=1,
                            most=most)
    for layer in network.layers[: 2 * hidden_layer - 1]:
        features = layer.infer(features)
    return (features > 0).mean(axis=0)


def expected_activity(bias, init_scale, features):
    """Expect the share of rows on which a new unit is active, the mean of Φ(b / (σ|x|)).

    For one row x the sum wx is normally distributed with standard deviation σ|x|.

    Parameters
    ----------
    bias : float
        b, the same for all units.
    init_scale : float
        σ, standard deviation of the weights, more than 0.
    features : ndarray of shape (n_samples, n_features)
        Rows, none of which is all 0.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError
        If ``init_scale`` is not more than 0 or a row is all 0.
    """
    init_scale = as_number("init_scale", init_scale, "Try init_scale=0.1.", above=0)
    bias = as_number("bias", bias, "Try bias=0.")
    lengths = np.linalg.norm(as_table("features", features), axis=1)
    require(lengths >= 1e-100, "no row of features may be all 0", lengths.min(), "Leave it out.")
    return float(normal_cdf(bias / (init_scale * lengths)).mean())


def train_and_count(network, learning_rate, rows, seed, batch_size=32, epochs=10, every=8):
    """Train by gradient descent and watch which hidden units are active.

    Parameters
    ----------
    network : Network
        As from :func:`one_hidden_layer`. It is changed in place.
    learning_rate : float
        η, at least 0.
    rows : tuple of (features, labels)
        All training rows.
    seed : int
        Seed of the shuffles.
    batch_size, epochs : int, default 32 and 10
        Rows per mini batch, and passes through all rows.
    every : int, default 8
        Updates from one record to the next.

    Returns
    -------
    iterator of (Record, ndarray of shape (n_units,))
        Records as from :func:`lecture_kit.maths.training.train`, with the :func:`activity` on all
        training rows. A training that diverged ends with the activity of before.

    Raises
    ------
    ValueError
        As in :func:`~lecture_kit.maths.training.train`.
    """
    for record in train(network, GradientDescent(learning_rate), rows, batch_size=batch_size,
                        epochs=epochs, seed=seed, record_every=every):
        yield record, activity(network, rows[0])


def killing_bias(features, weights):
    """Find the largest biases with which every unit is dead, b = −max wx over all rows.

    Parameters
    ----------
    features : ndarray of shape (n_samples, n_features)
        All training rows x.
    weights : ndarray of shape (n_features, n_units)
        Weights w of each unit.

    Returns
    -------
    ndarray of shape (n_units,)
        One bias per unit.

    Raises
    ------
    ValueError
        If a table does not hold finite numbers, or the shapes do not fit.
    """
    features = as_table("features", features)
    weights = as_table("weights", weights)
    require(len(weights) == features.shape[1], "weights must have one row per feature",
            weights.shape, f"There are {features.shape[1]} features.")
    return -(features @ weights).max(axis=0)


def steps_to_wake(z, x, learning_rate, leak):
    """Expect how many steps a sleeping leaky unit needs until z is 0, −z / (ηα(|x|² + 1)).

    The unit sees one row x again and again, and the loss falls by 1 when its output rises by 1.
    A step adds ηαx to the weights and ηα to the bias.

    Parameters
    ----------
    z : float
        z = wx + b before the first step, less than 0.
    x : array_like of shape (n_features,)
        The row.
    learning_rate : float
        η, more than 0.
    leak : float
        α, more than 0 and at most 1.

    Returns
    -------
    float
        The number of steps, not rounded.

    Raises
    ------
    ValueError
        If the unit is awake, or ``learning_rate`` or ``leak`` is not more than 0.
    """
    z = as_number("z", z, "A unit with z > 0 is awake.", below=0)
    learning_rate = as_number("learning_rate", learning_rate, "Try 0.1.", above=0)
    leak = as_number("leak", leak, "With leak=0, plain ReLU, the unit sleeps for ever.",
                     above=0, most=1)
    x = as_row("x", x)
    with np.errstate(over="ignore"):
        return float(np.divide(-z, learning_rate * leak * (x @ x + 1)))


# Training speed


def race_records(activation, learning_rate, batch_size, init_scale, rows, seed):
    """Train three hidden layers of 32 until the training loss is below 0.5, or for 240 updates.

    Parameters
    ----------
    activation : Activation
        Activation function of the hidden layers.
    learning_rate : float
        η, at least 0.
    batch_size : int
        Rows per mini batch, at least 1.
    init_scale : float
        g, as in :func:`deep_network`.
    rows : tuple of (features, labels)
        Training rows.
    seed : int
        Seed of weights and shuffles.

    Returns
    -------
    iterator of Record
        Every 4 updates. The last is below the target, has diverged, or is the 240th update.

    Raises
    ------
    ValueError
        If a number is out of its range.
    """
    batch_size = as_whole("batch_size", batch_size, "Try batch_size=32.", least=1)
    network = deep_network(activation, init_scale, 3, seed, 32)
    epochs = -(-MOST_UPDATES // -(-len(rows[1]) // batch_size))
    for record in train(network, GradientDescent(learning_rate), rows, batch_size=batch_size,
                        epochs=epochs, seed=seed, record_every=4):
        yield record
        if record.training_loss < TARGET or record.diverged or record.update >= MOST_UPDATES:
            return


def updates_needed(records):
    """Read off after how many updates a race reached its target.

    Parameters
    ----------
    records : sequence of Record
        As from :func:`race_records`.

    Returns
    -------
    int or None
        The number of updates, or None if the target was not reached.
    """
    first = first_step_below([record.training_loss for record in records], TARGET)
    return None if first is None else records[first].update


def needed_by_rate(activation, batch_size, init_scale, rows, seed):
    """Race at each of the seven rates.

    Parameters
    ----------
    activation, batch_size, init_scale, rows, seed
        As in :func:`race_records`.

    Returns
    -------
    dict of float to int or None
        Updates needed, by learning rate.

    Raises
    ------
    ValueError
        As in :func:`race_records`.
    """
    return {rate: updates_needed(list(race_records(
        activation, rate, batch_size, init_scale, rows, seed))) for rate in RATES}


def best_rate(needed):
    """Find the learning rate that reached the target first.

    Parameters
    ----------
    needed : dict of float to int or None
        Updates needed, by learning rate.

    Returns
    -------
    float or None
        The best rate, the smallest of equals; None if no rate reached the target.
    """
    reached = {rate: n for rate, n in sorted(needed.items()) if n is not None}
    return min(reached, key=reached.get) if reached else None


def scaled_updates(needed):
    """Expect the updates needed at larger learning rates from the smallest that arrived, n ∝ 1/η.

    Small steps all follow the same way downhill, and a step 3 times as long saves two of three.

    Parameters
    ----------
    needed : dict of float to int or None
        Updates needed, by learning rate.

    Returns
    -------
    rates, updates : ndarray of shape (n_rates,)
        All rates from the smallest that arrived on, and what is expected there; both are empty if
        none arrived.
    """
    arrived = sorted(rate for rate, n in needed.items() if n is not None)
    rates = np.array([rate for rate in sorted(needed) if arrived and rate >= arrived[0]])
    return rates, (needed[arrived[0]] * arrived[0] / rates if arrived else rates)
