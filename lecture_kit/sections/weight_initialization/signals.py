"""What goes forward and back through deep networks before training, layer by layer."""

import numpy as np

from lecture_kit.maths.checks import (
    as_floats,
    as_number,
    as_numbers,
    as_rng,
    as_table,
    as_whole,
    require,
    require_choice,
)

SATURATED = {"sigmoid": (0.01, 0.99), "tanh": (-0.98, 0.98), "ReLU": (0.0, np.inf)}


def draw_normals(n_layers, width, seed, n_samples=1000):
    """Draw all the chance of the slide's experiment: numbers from N(0, 1), not yet scaled.

    Parameters
    ----------
    n_layers, width : int
        How many layers and how many nodes per layer.
    seed : int
        Seed of the random numbers.
    n_samples : int, default 1000
        Rows of input.

    Returns
    -------
    inputs : ndarray of shape (n_samples, width)
        The data.
    weights : ndarray of shape (n_layers, width, width)
        One matrix per layer. Times σ they are the weights.
    gradient : ndarray of shape (n_samples, width)
        A gradient ∂e/∂a that comes in at the output of the last layer.

    Raises
    ------
    ValueError
        If a number is less than 1 or not whole.

    References
    ----------
    Slides, section "(2) weight initialization": 1,000 × 100 inputs, five layers of 100.
    """
    n_layers = as_whole("n_layers", n_layers, "Try n_layers=5.", least=1)
    width = as_whole("width", width, "Try width=100.", least=1)
    n_samples = as_whole("n_samples", n_samples, "Try n_samples=1000.", least=1)
    rng = as_rng(seed)
    inputs, gradient = rng.standard_normal((2, n_samples, width))
    return inputs, rng.standard_normal((n_layers, width, width)), gradient


def cut_normals(normals, n_layers, width, n_numbers=100_000):
    """Take the first layers and nodes of a larger draw, with so many rows as it has numbers for.

    Parameters
    ----------
    normals : tuple of ndarray
        Inputs, weights and gradient, as :func:`draw_normals` returned them.
    n_layers, width : int
        How many layers and how many nodes per layer, at most those of the draw.
    n_numbers : int, default 100,000
        How many numbers a layer gives at most for all rows together, at least ``width``.

    Returns
    -------
    inputs, weights, gradient : ndarray
        Views into ``normals``, with the shapes that :func:`draw_normals` names.

    Raises
    ------
    ValueError
        If a number is not whole or leaves its limits.
    """
    inputs, weights, gradient = normals
    n_layers = as_whole("n_layers", n_layers, "Draw more layers.", least=1, most=len(weights))
    width = as_whole("width", width, "Draw more nodes.", least=1, most=inputs.shape[1])
    n_numbers = as_whole("n_numbers", n_numbers, "Leave it out.", least=width)
    rows = slice(n_numbers // width)
    return inputs[rows, :width], weights[:n_layers, :width, :width], gradient[rows, :width]


def _is_list(tables):
    return isinstance(tables, list | tuple | np.ndarray) and len(tables) > 0


def _as_matrices(name, matrices, width=None):
    """Check a matrix per layer; each takes as many numbers as the one before gives."""
    require(_is_list(matrices), f"{name} must be a list with a matrix per layer", matrices,
            "Use draw_normals.")
    checked = []
    for matrix in matrices:
        checked.append(as_table(name, matrix))
        require(width in (None, len(checked[-1])), f"{name} must fit from layer to layer",
                checked[-1].shape, f"{width} numbers come in.")
        width = checked[-1].shape[1]
    return checked


def propagate(activation, weights, inputs):
    """Send rows forward through layers without biases, z = aW, a = φ(z).

    Parameters
    ----------
    activation : Activation
        Activation function φ of all layers.
    weights : sequence of ndarray of shape (fan_in, fan_out)
        Weights of each layer.
    inputs : ndarray of shape (n_samples, n_features)
        The data.

    Returns
    -------
    logits, outputs : list of ndarray of shape (n_samples, fan_out)
        z and a of each layer.

    Raises
    ------
    ValueError
        If ``inputs`` is not a table of finite numbers, or ``weights`` are not matrices that
        fit from layer to layer.

    References
    ----------
    Slides, section "(2) weight initialization", code.
    """
    logits, outputs = [], [as_table("inputs", inputs)]
    weights = _as_matrices("weights", weights, outputs[0].shape[1])
    for matrix in weights:
        logits.append(outputs[-1] @ matrix)
        outputs.append(activation.function(logits[-1]))
    return logits, outputs[1:]


def backpropagate(activation, weights, logits, gradient):
    """Send a gradient backward, δ = ∂e/∂z = ∂e/∂a φ′(z), then ∂e/∂a of the layer before = δWᵀ.

    Parameters
    ----------
    activation : Activation
        Activation function φ of all layers.
    weights, logits
        As :func:`propagate` took and returned them.
    gradient : ndarray of shape (n_samples, fan_out)
        ∂e/∂a of the last layer.

    Returns
    -------
    list of ndarray of shape (n_samples, fan_out)
        δ of each layer, the first layer first. The gradient of a weight is the mean of z_i δ_j over
        the rows, with the slide's z_i, the output of the node before.

    Raises
    ------
    ValueError
        If weights, logits and gradient are not tables of finite numbers that fit each
        other.

    References
    ----------
    Slides, section "(2) weight initialization".
    """
    gradient = as_table("gradient", gradient)
    weights, remedy = _as_matrices("weights", weights), "Pass what propagate has returned."
    require(_is_list(logits) and len(logits) == len(weights), "logits must hold a table per layer",
            logits, remedy)
    logits = [as_table("logits", z) for z in logits]
    found = [z.shape for z in (*logits, gradient)]
    right = [(len(gradient), matrix.shape[1]) for matrix in (*weights, weights[-1])]
    require(found == right, "the shapes of logits and gradient must fit the weights", found, remedy)
    deltas = []
    for matrix, z in zip(reversed(weights), reversed(logits), strict=True):
        deltas.append(gradient * activation.derivative(z))
        gradient = deltas[-1] @ matrix.T
    return deltas[::-1]


def spread(values):
    """Standard deviation of all values of a layer, and the part of it that the rows make.

    Two nodes can differ in their mean; this is part of the spread, but it is the same for every
    input. The *signal* is what is left without it.

    Parameters
    ----------
    values : ndarray of shape (n_samples, width)
        Activations of one layer.

    Returns
    -------
    standard_deviation : float
        Over all values.
    signal : float
        Root of the mean over the nodes of their variance over the rows.

    Raises
    ------
    ValueError
        If ``values`` is not a table of finite numbers.
    """
    values = as_table("values", values)
    moved = values - values[0]  # what all rows have in common would cost digits
    means, variances = moved.mean(axis=0), moved.var(axis=0)
    from_rows = variances.mean(dtype=np.float64)
    from_nodes = (values[0] + means).var(dtype=np.float64)
    return float(np.sqrt(from_rows + from_nodes)), float(np.sqrt(from_rows))


def root_mean_square(values):
    """Size of the values of a layer, √(mean of the squares).

    Parameters
    ----------
    values : ndarray of any shape
        Numbers; their squares may be too large or too small for their type.

    Returns
    -------
    float
        The size.

    Raises
    ------
    ValueError
        If ``values`` are no finite numbers, or there are none.
    """
    values = as_floats("values", values)
    require(values.size > 0, "values must not be empty", values, "Pass some numbers.")
    largest = max(values.max(), -values.min())
    if largest == 0:
        return 0.0
    scaled = values.reshape(-1) / largest
    return float(largest * np.sqrt(scaled @ scaled / scaled.size))


def saturated_share(activation, outputs):
    """Share of the nodes that work where the activation function is flat.

    A sigmoid counts as saturated below 0.01 and above 0.99, tanh outside ±0.98, ReLU at 0. At the
    first four borders the slope is 4 % of the largest slope.

    Parameters
    ----------
    activation : Activation
        Sigmoid, tanh or ReLU.
    outputs : ndarray of any shape
        Activations.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError
        If ``activation`` is another one, or ``outputs`` are no finite numbers.
    """
    outputs = np.asarray(as_numbers("outputs", outputs))
    require_choice("activation", activation.name, SATURATED)
    low, high = SATURATED[activation.name]
    return float((np.count_nonzero(outputs <= low) + np.count_nonzero(outputs >= high))
                 / outputs.size)


def histogram(values, low, high, n_bins=30):
    """Count values in bins of equal width, several times as quickly as numpy's function.

    Parameters
    ----------
    values : ndarray of any shape
        Finite numbers. Those outside the bins are left out.
    low, high : float
        Where the first bin begins and the last one ends; both ends count.
    n_bins : int, default 30
        How many bins; the slide has 30.

    Returns
    -------
    ndarray of int, shape (n_bins,)
        Counts.

    Raises
    ------
    ValueError
        If a number is not finite, ``high`` is not larger than ``low``, or ``n_bins`` is
        less than 1 or not whole.
    """
    values = np.asarray(as_numbers("values", values))
    low, high = as_number("low", low), as_number("high", high)
    require(low < high, "high must be larger than low", (low, high), "Try low=0, high=1.")
    n_bins = as_whole("n_bins", n_bins, "Try n_bins=30.", least=1)
    places = (values.reshape(-1) - low) * (n_bins / (high - low))
    places = np.floor(np.clip(places, -1, n_bins + 1)).astype(np.intp)
    counts = np.bincount(places + 1, minlength=n_bins + 3)
    counts[n_bins] += np.count_nonzero(values == high)
    return counts[1 : n_bins + 1]


def magnitude_histogram(values, low, high, n_bins=30):
    """Count the powers of ten of values, log₁₀|v|, in bins of equal width.

    Parameters
    ----------
    values : ndarray of any shape
        Finite numbers. Zeros are left out.
    low, high, n_bins
        As in :func:`histogram`, for the powers of ten.

    Returns
    -------
    ndarray of int, shape (n_bins,)
        Counts.

    Raises
    ------
    ValueError
        As in :func:`histogram`.
    """
    values = as_floats("values", values)
    smallest = np.finfo(values.dtype).tiny
    exponents = np.log(np.maximum(np.abs(values), smallest)) / values.dtype.type(np.log(10))
    return histogram(exponents, low, high, n_bins)


def measure_activations(activation, outputs, low, high):
    """Measure the activations of every layer: histogram, mean, spread, signal and saturation.

    Parameters
    ----------
    activation : Activation
        Sigmoid, tanh or ReLU. For ReLU the histograms leave out the zeros, which would hide the
        rest; ``saturated`` tells them.
    outputs : list of ndarray of shape (n_samples, width)
        Activations of each layer, as :func:`propagate` returns them.
    low, high : float
        Ends of the histograms, see :func:`histogram`.

    Returns
    -------
    dict of str to ndarray
        ``counts`` of shape (n_layers, 30); ``means``, ``deviations``, ``signals`` and
        ``saturated``, each of shape (n_layers,). A signal below 10⁻⁶ of the mean is NaN: in float32
        it cannot be told from rounding.

    Raises
    ------
    ValueError
        If ``outputs`` is not a list of tables, or as in :func:`spread`, :func:`saturated_share` and
        :func:`histogram`.
    """
    require(_is_list(outputs), "outputs must hold a table per layer", outputs, "Use propagate.")
    deviations, signals = np.array([spread(a) for a in outputs]).T
    saturated = np.array([saturated_share(activation, a) for a in outputs])
    counts = np.array([histogram(a, low, high) for a in outputs])
    if activation.name == "ReLU":
        n_zeros = np.round(saturated * [np.size(a) for a in outputs]).astype(int)
        counts -= np.outer(n_zeros, histogram(0.0, low, high))
    means = np.array([float(np.mean(a)) for a in outputs])
    signals[signals < 1e-6 * np.abs(means)] = np.nan
    return {"counts": counts, "means": means, "deviations": deviations, "signals": signals,
            "saturated": saturated}


def measure_gradients(deltas, low, high):
    """Measure the gradients of every layer: histogram of the powers of ten, and size.

    Parameters
    ----------
    deltas : list of ndarray of shape (n_samples, width)
        δ of each layer, as :func:`backpropagate` returns them.
    low, high : float
        Ends of the histograms, see :func:`magnitude_histogram`.

    Returns
    -------
    dict of str to ndarray
        ``counts`` of shape (n_layers, 30) and ``sizes`` of shape (n_layers,).

    Raises
    ------
    ValueError
        If ``deltas`` is not a list of tables, or as in :func:`magnitude_histogram`.
    """
    require(_is_list(deltas), "deltas must hold a table per layer", deltas, "Use backpropagate.")
    counts = np.array([magnitude_histogram(delta, low, high) for delta in deltas])
    return {"counts": counts, "sizes": np.array([root_mean_square(delta) for delta in deltas])}
