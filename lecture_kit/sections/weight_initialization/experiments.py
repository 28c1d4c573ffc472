"""Section 03, weight initialization: signals in deep networks, equal units, and what learns."""

from dataclasses import dataclass

import numpy as np

from lecture_kit.maths.activations import SIGMOID
from lecture_kit.maths.checks import (
    as_floats,
    as_measured,
    as_number,
    as_numbers,
    as_rng,
    as_row,
    as_table,
    as_whole,
    require,
    require_choice,
    require_fit,
)
from lecture_kit.maths.initializers import xavier
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.optimizers import GradientDescent, Momentum
from lecture_kit.maths.training import train

SATURATED = {"sigmoid": (0.01, 0.99), "tanh": (-0.98, 0.98), "ReLU": (0.0, np.inf)}
_TINY = 1e-6  # size of a difference between two units for which growth is linear


def _normal_places(n_places):
    """Places for an integral over N(0, 1), none at 0, where ReLU has its kink, and weights."""
    t = np.linspace(-6, 6, n_places)  # an even number
    density = np.exp(-(t**2) / 2)
    return t, density / density.sum()


_COMMON, _P_COMMON = _normal_places(60)
_OWN, _P_OWN = _normal_places(240)


# Signals


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


def _as_matrices(name, matrices, width=None):
    """Check a matrix per layer; each takes as many numbers as the one before gives."""
    require(isinstance(matrices, list | tuple | np.ndarray) and len(matrices) > 0,
            f"{name} must be a list with a matrix per layer", matrices, "Use draw_normals.")
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
    require(isinstance(logits, list | tuple | np.ndarray) and len(logits) == len(weights),
            "logits must hold a table per layer", logits, remedy)
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


@dataclass(frozen=True)
class MeanField:
    """What theory expects in every layer of a wide network before training.

    Parameters
    ----------
    mean, standard_deviation, signal : ndarray of shape (n_layers,)
        Of the activations; the signal as in :func:`spread`.
    gradient : ndarray of shape (n_layers,)
        Root mean square of δ when a gradient of size 1 comes in at the output of the last layer.
    """

    mean: np.ndarray
    standard_deviation: np.ndarray
    signal: np.ndarray
    gradient: np.ndarray


def mean_field(activation, init_scale, width, n_layers):
    """Predict the signals of a wide random network, layer by layer.

    A logit is a sum of many products, so it is nearly normally distributed. Its variance is nσ²
    times the mean square of the layer before. With ReLU the mean square changes by nσ²/2 per layer.
    In general it is an integral over N(0, 1). The variance has two parts: what all rows have in
    common, and what is each row's own.

    Parameters
    ----------
    activation : Activation
        Activation function φ of all layers.
    init_scale : float
        Standard deviation σ of the weights, at least 0.
    width : int
        n, nodes per layer, at least 1.
    n_layers : int
        L, how many layers, at least 1.

    Returns
    -------
    MeanField
        For inputs from N(0, 1).

    Raises
    ------
    ValueError
        If ``init_scale`` is negative or ``width`` or ``n_layers`` is less than 1.

    References
    ----------
    Poole, B., Lahiri, S., Raghu, M., Sohl-Dickstein, J., & Ganguli, S. (2016). Exponential
    expressivity in deep neural networks through transient chaos. Schoenholz, S. S., Gilmer, J.,
    Ganguli, S., & Sohl-Dickstein, J. (2017). Deep information propagation.
    """
    init_scale = as_number("init_scale", init_scale, "Try init_scale=0.1.", least=0)
    width = as_whole("width", width, "It counts the nodes of a layer.", least=1)
    n_layers = as_whole("n_layers", n_layers, "Try n_layers=5.", least=1)
    factor = float(width * init_scale**2)
    common, own, layers = 0.0, factor, []
    for _ in range(n_layers):
        z = np.sqrt(common) * _COMMON[:, np.newaxis] + np.sqrt(own) * _OWN
        a = activation.function(z)
        given_common = a @ _P_OWN
        mean, shared = _P_COMMON @ given_common, _P_COMMON @ given_common**2
        signal = _P_COMMON @ ((a - given_common[:, np.newaxis]) ** 2 @ _P_OWN)
        slope = _P_COMMON @ (activation.derivative(z) ** 2 @ _P_OWN)
        if own < 1e-12 * common:  # a − given_common is rounding; φ is straight on so small a scale
            signal = own * slope
        layers.append((mean, signal + _P_COMMON @ (given_common - mean) ** 2, signal, slope))
        common, own = factor * shared, factor * signal
    mean, variance, signal, slope = np.array(layers).T
    backward = np.cumprod(slope[::-1])[::-1] * factor ** np.arange(n_layers - 1, -1, -1)
    return MeanField(mean, np.sqrt(variance), np.sqrt(signal), np.sqrt(backward))


def two_units(epsilon, seed, classes=4):
    """Build a network with two hidden sigmoid units that differ in a single weight.

    Parameters
    ----------
    epsilon : float
        ε, by how much the weight of pixel 28, in the middle, is larger in the second unit.
    seed : int
        Seed of the weights that both have in common.
    classes : int, default 4
        How many outputs.

    Returns
    -------
    Network
        64 inputs, two hidden units with equal weights in and out but for ε, and the outputs.

    Raises
    ------
    ValueError
        If ``epsilon`` is not finite, or ``classes`` is less than 1 or not whole.

    References
    ----------
    Slides, section "(2) weight initialization": symmetric weights.
    """
    epsilon = as_number("epsilon", epsilon, "Try epsilon=1e-4.")
    network = fully_connected((64, 2, classes), SIGMOID, SOFTMAX_CROSS_ENTROPY, xavier, seed)
    into, out = network.layers[0].weights, network.layers[2].weights
    into[:, 1], out[1] = into[:, 0], out[0]
    into[28, 1] += epsilon
    return network


@dataclass(frozen=True)
class PairRun:
    """A training of two units.

    Parameters
    ----------
    weights : ndarray of shape (n_steps + 1, 64, 2)
        Incoming weights of both units before the first and after every step.
    losses : ndarray of shape (n_steps + 1,)
        Training loss.
    """

    weights: np.ndarray
    losses: np.ndarray

    @property
    def distances(self):
        """Distance of the two weight vectors, ndarray of shape (n_steps + 1,)."""
        return np.linalg.norm(self.weights[..., 0] - self.weights[..., 1], axis=1)

    @property
    def lengths(self):
        """Mean length of the two weight vectors, ndarray of shape (n_steps + 1,)."""
        return np.linalg.norm(self.weights, axis=1).mean(axis=1)


def train_pair(epsilon, learning_rate, seed, n_steps, rows):
    """Train :func:`two_units` by gradient descent on all rows at once.

    Parameters
    ----------
    epsilon : float
        ε, the difference at the start.
    learning_rate : float
        η, at least 0.
    seed : int
        Seed of the weights.
    n_steps : int
        How many steps.
    rows : tuple of (features, labels)
        Digits from 0 to 3, as :func:`digit_rows` gives them.

    Returns
    -------
    PairRun
        The course of the training.

    Raises
    ------
    ValueError
        As in :func:`~lecture_kit.maths.training.train` and :func:`two_units`.
    """
    network = two_units(epsilon, seed)
    weights, losses = [], []
    for record in _descend(network, learning_rate, n_steps, rows):
        weights.append(network.layers[0].weights.copy())
        losses.append(record.training_loss)
    return PairRun(np.array(weights), np.array(losses))


def difference_growth(learning_rate, seed, n_steps, rows):
    """Follow a difference between two units that is too small to act back on them.

    After every step the difference is brought back to one small size. The product of what was
    undone is its growth. For any small ε theory expects the distance ε times this growth.

    Parameters
    ----------
    learning_rate, seed, n_steps, rows
        As in :func:`train_pair`.

    Returns
    -------
    growth : ndarray of shape (n_steps + 1,)
        Distance of the weights into the two units, divided by that at the start.
    one_unit : PairRun
        The training of the equal pair, which works like a single unit.

    Raises
    ------
    ValueError
        As in :func:`~lecture_kit.maths.training.train` and :func:`two_units`.
    """
    network = two_units(_TINY, seed)
    units_swapped = _swap_units(network)
    shrunk, growth, weights, losses = 1.0, [], [], []
    for record in _descend(network, learning_rate, n_steps, rows):
        values = network.parameters
        equal, difference = (values + values[units_swapped]) / 2, values - values[units_swapped]
        into = network.layers[0].weights
        growth.append(np.linalg.norm(into[:, 0] - into[:, 1]) / (_TINY * shrunk))
        correction = np.sqrt(2) * _TINY / np.linalg.norm(difference)
        values[:] = equal + correction * difference / 2
        shrunk *= correction
        weights.append(into.copy())
        losses.append(record.training_loss)
    return np.array(growth), PairRun(np.array(weights), np.array(losses))


def _descend(network, learning_rate, n_steps, rows):
    return train(network, GradientDescent(learning_rate), rows, batch_size=len(rows[1]),
                 epochs=n_steps, seed=0)


def _swap_units(network):
    """Find the order of the parameters in which the two hidden units have changed places."""
    kept = network.parameters.copy()
    network.parameters[:] = np.arange(kept.size)
    hidden, output = network.layers[0], network.layers[2]
    for array in (hidden.weights.T, hidden.bias, output.weights):
        array[:] = array[::-1].copy()
    order = network.parameters.astype(np.intp)
    network.parameters[:] = kept
    return order


def first_step_apart(distances, lengths):
    """Find the step at which two units have parted: their distance is half their length.

    Parameters
    ----------
    distances, lengths : ndarray of shape (n_steps + 1,)
        Distance of the weight vectors and their mean length.

    Returns
    -------
    int or None
        The first such step, or None if they do not part.

    Raises
    ------
    ValueError
        If the arguments are no numbers, or the shapes do not fit.
    """
    distances = as_measured("distances", distances, "Pass one per step.")
    lengths = as_measured("lengths", lengths, "Pass one per step.")
    require_fit(distances=distances, lengths=lengths)
    apart = np.flatnonzero(distances > lengths / 2)
    return int(apart[0]) if apart.size else None


def train_deep(network, learning_rate, batch_size, epochs, rows, seed):
    """Train with momentum 0.9.

    Parameters
    ----------
    network : Network
        Is changed in place.
    learning_rate : float
        η, at least 0.
    batch_size, epochs : int
        Rows per mini batch, and passes through all rows.
    rows : tuple of (features, labels)
        Training rows.
    seed : int
        Seed of the shuffles.

    Returns
    -------
    float
        Training loss at the end; NaN if the training has diverged.

    Raises
    ------
    ValueError
        As in :func:`~lecture_kit.maths.training.train`, or if ``epochs`` is less than 1.
    """
    epochs = as_whole("epochs", epochs, "Try epochs=5.", least=1)
    learning_rate = as_number("learning_rate", learning_rate, "Try 0.1.", least=0)
    *_, last = train(network, Momentum(learning_rate, 0.9), rows, batch_size=batch_size,
                     epochs=epochs, seed=seed, record_every=epochs * len(rows[1]))
    return last.training_loss


def survival(network, rows):
    """Measure what the hidden layers leave of signal and gradient before training.

    Parameters
    ----------
    network : Network
        As :func:`deep_network` builds it.
    rows : tuple of (features, labels)
        Data.

    Returns
    -------
    signal : float
        Signal in the last hidden layer, see :func:`spread`.
    gradient : float
        Size of δ in the first hidden layer, divided by that in the last one.
    """
    *hidden, output = network.layers[::2]
    activation, weights = network.layers[1].activation, [layer.weights for layer in hidden]
    features, labels = network.check(*rows)
    logits, outputs = propagate(activation, weights, features)
    back = network.loss.gradient(output.infer(outputs[-1]), labels) @ output.weights.T
    deltas = backpropagate(activation, weights, logits, back / root_mean_square(back))
    sizes = [root_mean_square(delta) for delta in (deltas[0], deltas[-1])]
    return spread(outputs[-1])[1], sizes[0] / sizes[1] if sizes[1] else 0.0


def predict_survival(activation, gains, n_hidden):
    """Predict :func:`survival` for many init scales and for 1, 2, … hidden layers.

    Parameters
    ----------
    activation : Activation
        Activation function of the hidden layers.
    gains : sequence of float
        Values of g, see :func:`deep_network`.
    n_hidden : int
        How many hidden layers at most.

    Returns
    -------
    signals, gradients : ndarray of shape (n_hidden, n_gains)
        What theory expects for inputs from N(0, 1). Row L − 1 belongs to L hidden layers.

    Raises
    ------
    ValueError
        If ``gains`` is not a list of numbers, at least 0, or ``n_hidden`` is less than 1 or
        not whole.
    """
    gains = as_row("gains", gains).tolist()
    fields = [mean_field(activation, gain, 1, n_hidden) for gain in gains]
    gradients = np.array([field.gradient for field in fields]).T
    left = np.divide(gradients[0], gradients, out=np.zeros_like(gradients), where=gradients > 0)
    return np.array([field.signal for field in fields]).T, left


@np.errstate(divide="ignore", invalid="ignore")  # a signal of 0 has not survived
def inside_band(signals, gradients, factor=10):
    """Say where signal and gradient both survive within a factor.

    Parameters
    ----------
    signals, gradients : ndarray of any shape
        As from :func:`predict_survival`.
    factor : float, default 10
        How many times as large or small they may become.

    Returns
    -------
    ndarray of bool
        Where both lie from 1/``factor`` to ``factor``.

    Raises
    ------
    ValueError
        If the arguments are no numbers, the shapes differ, or ``factor`` is less than 1.
    """
    signals = as_measured("signals", signals, "Pass what predict_survival returned.")
    gradients = as_measured("gradients", gradients, "Pass what predict_survival returned.")
    factor = as_number("factor", factor, "Try factor=10.", least=1)
    require(signals.shape == gradients.shape, "signals and gradients must have the same shape",
            (signals.shape, gradients.shape), "Pass what predict_survival returned.")
    both = np.abs(np.log10([signals, gradients]))
    return (both <= np.log10(factor)).all(axis=0)
