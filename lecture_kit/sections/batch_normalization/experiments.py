"""Section 07, batch normalization: a function, a layer, and what happens inside a network."""

from copy import deepcopy
from dataclasses import dataclass

import numpy as np

from lecture_kit.maths.activations import RELU, SIGMOID
from lecture_kit.maths.checks import (
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
from lecture_kit.maths.layers import ActivationLayer, Dense
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.normalization import BatchNormalization, batch_normalized
from lecture_kit.maths.training import Record, mini_batches, train

_LONGEST = 1e6  # as in lecture_kit.maths.training: longer parameters mean that a training has diverged
KINDS = ("without BN", "with BN", "noisy BN")


def build_network(kind, init_scale, sizes=(64, 100, 100, 100, 10), activation=SIGMOID, seed=0):
    """Build one of the networks that this section compares. They start with the same weights.

    Parameters
    ----------
    kind : {"without BN", "with BN", "noisy BN"}
        Without batch normalization, with it, or with noise after it.
    init_scale : float
        Standard deviation of the weights.
    sizes : sequence of int
        Nodes per layer from input to output, for digits by default.
    activation : Activation
        Activation function of the hidden layers.
    seed : int, default 0
        Seed of the weights, and of the noise.

    Returns
    -------
    Network
        A classifier with softmax cross entropy.

    Raises
    ------
    ValueError
        If ``kind`` is unknown, or as in :func:`~lecture_kit.maths.networks.fully_connected`.
    """
    require_choice("kind", kind, KINDS)
    settings = sizes, activation, SOFTMAX_CROSS_ENTROPY, init_scale, seed
    if kind == "without BN":
        return fully_connected(*settings)
    return batch_normalized(*settings, noisy=kind == "noisy BN")


def activation_inputs(network, rows):
    """Look at what goes into the activation functions in training mode.

    The network is copied first: its running averages and its noise stay as they are.

    Parameters
    ----------
    network : Network
        With or without batch normalization.
    rows : ndarray of shape (n_samples, n_features)
        A batch.

    Returns
    -------
    list of ndarray of shape (n_samples, width)
        One array per activation layer.

    Raises
    ------
    ValueError
        If ``rows`` is not a table of finite numbers with as many columns as the network has
        inputs.
    """
    inputs, rows = [], as_table("rows", rows).astype(network.parameters.dtype)
    for layer in deepcopy(network.layers[:-1]):
        if isinstance(layer, ActivationLayer):
            inputs.append(rows)
        rows = layer.forward(rows)
    return inputs


def training_logits(network, rows):
    """Answer in training mode, where batch normalization uses the batch.

    The network is copied first: its running averages and its noise stay as they are.

    Parameters
    ----------
    network : Network
        With or without batch normalization.
    rows : ndarray of shape (n_samples, n_features)
        A batch.

    Returns
    -------
    ndarray of shape (n_samples, n_outputs)
        One row of logits per sample. ``network.logits`` answers at inference.

    Raises
    ------
    ValueError
        If ``rows`` is not a table of finite numbers with as many columns as the network has
        inputs.
    """
    rows = as_table("rows", rows).astype(network.parameters.dtype)
    for layer in deepcopy(network.layers):
        rows = layer.forward(rows)
    return rows


def shares_per_bin(values, low, high, n_bins):
    """Count which share of the values lies in each of many equal bins.

    Values outside are counted in the first and the last bin.

    Parameters
    ----------
    values : ndarray of any shape
        Numbers.
    low, high : float
        Ends of the bins.
    n_bins : int
        How many bins, at least 1.

    Returns
    -------
    ndarray of shape (n_bins,)
        Shares that add up to 1.

    Raises
    ------
    ValueError
        If there are no bins, ``high`` is not larger than ``low``, or a number is not
        finite.
    """
    n_bins = as_whole("n_bins", n_bins, "Try n_bins=40.", least=1)
    low, high = as_number("low", low), as_number("high", high)
    require(low < high, "high must be larger than low", (low, high), "Try low=-8, high=8.")
    values = np.asarray(as_numbers("values", values))
    places = (values.ravel() - low) * (n_bins / (high - low))
    bins = np.clip(places, 0, n_bins - 1).astype(np.intp)
    return np.bincount(bins, minlength=n_bins) / bins.size


def pooled_deviation(scale, shift):
    """Standard deviation of all outputs of a batch normalization together, √(mean γ² + var β).

    Parameters
    ----------
    scale, shift : ndarray of shape (n_features,)
        γ and β. Each feature has the mean β and the standard deviation γ, if ε is small beside the
        variance of the batch.

    Returns
    -------
    float
        The standard deviation over all rows and features.

    Raises
    ------
    ValueError
        If ``scale`` or ``shift`` is not a list of finite numbers.

    References
    ----------
    The law of total variance.
    """
    scale, shift = as_row("scale", scale), as_row("shift", shift)
    return float(np.sqrt(np.mean(np.square(scale)) + np.var(shift)))


def batch_mean_spread(deviation, batch_size):
    """Standard deviation of the mean of a random batch, σ/√B.

    Parameters
    ----------
    deviation : float
        σ, standard deviation of one row, at least 0.
    batch_size : int or ndarray of int
        B, rows per batch, at least 1, drawn independently.

    Returns
    -------
    float or ndarray
        The spread.

    Raises
    ------
    ValueError
        If ``deviation`` is negative or ``batch_size`` is less than 1.
    """
    deviation = as_number("deviation", deviation, "Pass a standard deviation.", least=0)
    batch_size = as_numbers("batch_size", batch_size, "Try batch_size=60.", least=1, whole=True)
    return deviation / np.sqrt(batch_size)


def random_batches(values, batch_size, n_batches, seed):
    """Draw many random batches of one feature, each row independently.

    Parameters
    ----------
    values : ndarray of shape (n_samples,)
        The feature in all rows.
    batch_size : int
        B, rows per batch.
    n_batches : int
        How many batches.
    seed : int
        Seed of the draw.

    Returns
    -------
    ndarray of shape (n_batches, batch_size)
        The batches.

    Raises
    ------
    ValueError
        If ``values`` is not a list of finite numbers, or ``batch_size`` or ``n_batches`` is
        less than 1 or not whole.
    """
    values = as_row("values", values)
    batch_size = as_whole("batch_size", batch_size, "Try batch_size=60.", least=1)
    n_batches = as_whole("n_batches", n_batches, "Try n_batches=100.", least=1)
    return as_rng(seed).choice(values, (n_batches, batch_size))


def mean_drift(before, after):
    """How far the means of a layer's units have moved, in standard deviations of before.

    Parameters
    ----------
    before, after : ndarray of shape (n_samples, width)
        Inputs of one activation layer at two moments, for the same rows.

    Returns
    -------
    float
        Mean over the units of |mean after − mean before| / (standard deviation before).

    Raises
    ------
    ValueError
        If a table does not hold finite numbers, the shapes do not fit, or a unit is
        constant before.
    """
    before, after = as_table("before", before), as_table("after", after)
    require_fit(before=before, after=after)
    deviation = before.std(axis=0)
    require(deviation > 0, "every unit must vary over the rows before", deviation,
            "Take more rows.")
    moved = np.abs(after.mean(axis=0) - before.mean(axis=0))
    return float(np.mean(moved / deviation))


@dataclass(frozen=True)
class Snapshot:
    """What goes into the activation functions of a network at one moment of its training.

    Parameters
    ----------
    record : Record
        How the training stands.
    shares : ndarray of shape (n_layers, n_bins)
        Per hidden layer the share of the inputs in each bin of :func:`shares_per_bin`.
    deviations : ndarray of shape (n_layers,)
        Standard deviation of the inputs of each layer, over all rows and units.
    expected : ndarray of shape (n_layers,), or None
        What γ and β say about it (:func:`pooled_deviation`); None without batch normalization.
    percentiles : ndarray of shape (3,)
        15th, 50th and 85th percentile of the inputs of one unit, the first of the last layer.
    """

    record: Record
    shares: np.ndarray
    deviations: np.ndarray
    expected: np.ndarray | None
    percentiles: np.ndarray


def watch_training(network, optimizer, training, validation, probe, *, batch_size, epochs, seed,
                   low=-8.0, high=8.0, n_bins=64):
    """Train a network and look at the inputs of its activation functions after every epoch.

    Parameters
    ----------
    network, optimizer, training, validation, batch_size, epochs, seed
        As in :func:`~lecture_kit.maths.training.train`.
    probe : ndarray of shape (n_samples, n_features)
        The rows to look at, as one batch in training mode.
    low, high, n_bins
        Bins, as in :func:`shares_per_bin`.

    Yields
    ------
    Snapshot
        One before any update and one after every epoch.

    Raises
    ------
    ValueError
        As in :func:`~lecture_kit.maths.training.train` and :func:`shares_per_bin`.

    References
    ----------
    Ioffe, S., & Szegedy, C. (2015). Batch normalization, figure 1.
    """
    normalizations = [
        layer for layer in network.layers if isinstance(layer, BatchNormalization)]
    for record in train(network, optimizer, training, validation, batch_size=batch_size,
                        epochs=epochs, seed=seed):
        inputs = activation_inputs(network, probe)
        expected = [pooled_deviation(layer.scale, layer.shift) for layer in normalizations]
        yield Snapshot(
            record,
            np.stack([shares_per_bin(values, low, high, n_bins) for values in inputs]),
            np.array([values.std() for values in inputs]),
            np.array(expected) if expected else None,
            np.percentile(inputs[-1][:, 0], (15, 50, 85)))


def gradient_keeping_scale(activation, width):
    """Init scale with which a layer keeps the gradient if its inputs are small, 1/√(n q).

    q is the mean of the squared slope φ′². For ReLU it is 1/2, since half of the nodes have the
    slope 1, and the scale is He's √(2/n), for any number of layers. For the sigmoid it is 1/16, as
    if all z were near 0, where σ′ = 1/4. In truth z spreads, most slopes are smaller, and each
    layer keeps about 0.63 of the gradient. That is enough for a few layers; many layers need a
    scale of about 10/√n (notebook 08).

    Parameters
    ----------
    activation : Activation
        The sigmoid or ReLU.
    width : int
        n, nodes per layer, at least 1.

    Returns
    -------
    float
        Standard deviation of the weights.

    Raises
    ------
    ValueError
        If the activation is another one or ``width`` is less than 1.

    References
    ----------
    Glorot, X., & Bengio, Y. (2010). Understanding the difficulty of training deep feedforward
    neural networks. He, K., Zhang, X., Ren, S., & Sun, J. (2015). Delving deep into rectifiers.
    """
    slopes = {SIGMOID: 1 / 16, RELU: 1 / 2}
    width = as_whole("width", width, "It counts nodes.", least=1)
    require(activation in slopes, "activation must be SIGMOID or RELU", activation.name,
            "Other slopes are not known here.")
    return 1 / np.sqrt(width * slopes[activation])


def same_effective_rate(learning_rate, init_scale, init_scales):
    """Learning rates that do the same work in front of a batch normalization, η′ = η(σ′/σ)².

    Weights W and aW give the same output after the normalization, and the gradient of aW is 1/a
    times that of W. So a step of W with the rate η and a step of aW with the rate a²η lead to the
    same output. Only η/σ² counts, the effective learning rate.

    Parameters
    ----------
    learning_rate, init_scale : float
        η and σ, the standard deviation of the weights, both positive.
    init_scales : array_like of shape (n_scales,)
        Other σ′, all positive.

    Returns
    -------
    learning_rates, init_scales : ndarray of shape (n_scales,)
        η′, infinite where it is too large for a number, and σ′.

    Raises
    ------
    ValueError
        If a number is not positive.

    References
    ----------
    Ioffe, S., & Szegedy, C. (2015). Batch normalization, section 3.3. van Laarhoven, T. (2017). L2
    regularization versus batch and weight normalization.
    """
    learning_rate = as_number("learning_rate", learning_rate, "Try 0.1.", above=0)
    init_scale = as_number("init_scale", init_scale, "Try 0.1.", above=0)
    init_scales = as_row("init_scales", init_scales, "Try 0.1.", above=0)
    with np.errstate(over="ignore"):
        return learning_rate * (init_scales / init_scale) ** 2, init_scales


class _ManyDense(Dense):
    """The dense layers of many networks, with weights of shape (n_runs, fan_in, fan_out)."""

    def attach(self, parameters, gradient):
        n_weights, shape = self.shape[0] * self.shape[1], (len(parameters), *self.shape)
        self.weights = parameters[:, :n_weights].reshape(shape)
        self.weights_gradient = gradient[:, :n_weights].reshape(shape)
        self.bias = parameters[:, np.newaxis, n_weights:]
        self.bias_gradient = gradient[:, np.newaxis, n_weights:]

    def infer(self, x):
        return x @ self.weights + self.bias

    def parameter_gradient(self, output_gradient):
        np.matmul(self.x.swapaxes(-1, -2), output_gradient, out=self.weights_gradient)
        output_gradient.sum(axis=-2, keepdims=True, out=self.bias_gradient)

    def input_gradient(self, output_gradient):
        return output_gradient @ self.weights.swapaxes(-1, -2)


class _ManyBatchNormalization(BatchNormalization):
    """The normalizations of many networks, with γ and β of shape (n_runs, 1, n_features)."""

    def attach(self, parameters, gradient):
        n = self.n_features
        parameters, gradient = parameters[:, np.newaxis], gradient[:, np.newaxis]
        self.scale, self.shift = parameters[..., :n], parameters[..., n:]
        self.scale_gradient, self.shift_gradient = gradient[..., :n], gradient[..., n:]
        self._start()


class _ManyNetworks:
    """Networks that see the same mini batches and differ in init scale and learning rate only."""

    def __init__(self, sizes, activation, init_scales, normalized, seed, dtype):
        one = fully_connected(sizes, activation, SOFTMAX_CROSS_ENTROPY, 1.0, seed)
        self.layers = []
        for layer in one.layers:
            if isinstance(layer, ActivationLayer) and normalized:
                self.layers.append(_ManyBatchNormalization(self.layers[-1].shape[1]))
            self.layers.append(_ManyDense(*layer.shape) if isinstance(layer, Dense) else layer)
        shape = len(init_scales), sum(layer.n_parameters for layer in self.layers)
        self.parameters, self.gradient = np.zeros(shape, dtype), np.zeros(shape, dtype)
        first = 0
        for layer in self.layers:
            own = slice(first, first + layer.n_parameters)
            layer.attach(self.parameters[:, own], self.gradient[:, own])
            first = own.stop
        dense = [layer for layer in self.layers if isinstance(layer, Dense)]
        for layer, start in zip(dense, one.layers[::2], strict=True):
            layer.weights[:] = np.multiply.outer(init_scales, start.weights)

    def step(self, rows, labels, learning_rates):
        with np.errstate(over="ignore", invalid="ignore"):
            for layer in self.layers:
                rows = layer.forward(rows)
            back = np.exp(rows - rows.max(axis=-1, keepdims=True))
            back /= back.sum(axis=-1, keepdims=True)
            back[:, np.arange(len(labels)), labels] -= 1
            back /= len(labels)
            for layer in reversed(self.layers[1:]):
                layer.parameter_gradient(back)
                back = layer.input_gradient(back)
            self.layers[0].parameter_gradient(back)
            self.parameters -= learning_rates * self.gradient

    def accuracies(self, rows, labels):
        n_right = np.zeros(len(self.parameters))
        with np.errstate(over="ignore", invalid="ignore"):
            for first in range(0, len(labels), 100):  # large products would go to several threads,
                part = rows[first : first + 100]  # which is slow for so many small networks
                for layer in self.layers:
                    part = layer.infer(part)
                n_right += (part.argmax(axis=-1) == labels[first : first + 100]).sum(axis=-1)
            lengths = np.einsum("rp,rp->r", self.parameters, self.parameters)
        return np.where(lengths <= _LONGEST**2, n_right / len(labels), np.nan)


def train_many(sizes, activation, normalized, learning_rates, init_scales, training, validation, *,
               batch_size, n_updates, record_every, seed, dtype=np.float64):
    """Train many networks side by side by gradient descent, and report their accuracies.

    Run k learns what a network of :func:`~lecture_kit.maths.networks.fully_connected` (or of
    :func:`batch_normalized`) learns under :func:`~lecture_kit.maths.training.train` with the same seed,
    but all runs together take a fraction of the time.

    Parameters
    ----------
    sizes : sequence of int
        Nodes per layer from input to output.
    activation : Activation
        Activation function of the hidden layers.
    normalized : bool
        Whether a batch normalization stands before each activation.
    learning_rates, init_scales : array_like of shape (n_runs,)
        η and standard deviation of the first weights of each run.
    training, validation : tuple of (features, labels)
        Features of shape (n_samples, n_features) and labels of shape (n_samples,).
    batch_size : int
        B, rows per mini batch.
    n_updates : int
        How many updates to make.
    record_every : int
        Updates from one report to the next.
    seed : int
        Seed of the first weights and of the shuffles.
    dtype : dtype, default float64
        Type of the computation.

    Yields
    ------
    update : int
        How many updates were made; the first report comes before any.
    accuracies : ndarray of shape (n_runs,)
        Share of right answers on the validation rows; NaN for a run that has diverged.

    Raises
    ------
    ValueError
        If rates and scales do not have the same length, one is negative, ``batch_size`` or
        ``record_every`` is less than 1, ``n_updates`` is negative, or one of them is not
        whole.
    """
    learning_rates = as_row("learning_rates", learning_rates, "Try 0.1.", least=0)
    init_scales = as_row("init_scales", init_scales, "Try 0.1.", least=0)
    n_updates = as_whole("n_updates", n_updates, "Try 100.", least=0)
    batch_size = as_whole("batch_size", batch_size, "Try 32.", least=1)
    require(len(learning_rates) == len(init_scales), "each run needs a rate and a scale",
            (len(learning_rates), len(init_scales)), "Pass two lists of the same length.")
    record_every = as_whole("record_every", record_every, "Try 10.", least=1)
    networks = _ManyNetworks(sizes, activation, init_scales, normalized, seed, dtype)
    rates = np.asarray(learning_rates, dtype)[:, np.newaxis]
    rows, labels = np.asarray(training[0], dtype), training[1]
    validation = np.asarray(validation[0], dtype), validation[1]
    batches = _endless_batches(len(labels), batch_size, as_rng(seed))
    yield 0, networks.accuracies(*validation)
    for update in range(1, n_updates + 1):
        batch = next(batches)
        networks.step(rows[batch], labels[batch], rates)
        if update % record_every == 0 or update == n_updates:
            yield update, networks.accuracies(*validation)


def _endless_batches(n_samples, batch_size, rng):
    while True:
        yield from mini_batches(n_samples, batch_size, rng)
