"""Section 07, batch normalization: a function, a layer, and what happens inside a network."""

from copy import deepcopy
from dataclasses import dataclass

import numpy as np

from lecture_kit.activations import RELU, SIGMOID
from lecture_kit.checks import (
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
from lecture_kit.networks import (
    SOFTMAX_CROSS_ENTROPY,
    ActivationLayer,
    Dense,
    Layer,
    Network,
    fully_connected,
)
from lecture_kit.training import Record, mini_batches, train

_LONGEST = 1e6  # as in lecture_kit.training: longer parameters mean that a training has diverged


def _normalize(x, epsilon):
    """Normalize each column; the rows are the second last axis."""
    n_rows = x.shape[-2]
    mean = x.sum(axis=-2, keepdims=True) / n_rows
    normalized = x - mean
    variance = np.einsum("...ij,...ij->...j", normalized, normalized)[..., np.newaxis, :] / n_rows
    inverse = 1 / np.sqrt(variance + epsilon)
    normalized *= inverse
    return normalized, mean, variance, inverse


def batch_normalize(x, scale=1.0, shift=0.0, epsilon=1e-5):
    """Normalize every feature over the rows of a batch, then scale and shift it.

    μ = Σxᵢ/B, σ² = Σ(xᵢ − μ)²/B, x̂ᵢ = (xᵢ − μ)/√(σ² + ε), yᵢ = γx̂ᵢ + β.

    A feature of y has the mean β and the standard deviation γσ/√(σ² + ε), which is γ where σ² is
    much larger than ε. A feature that is constant in the batch comes out as β. So does every
    feature of a batch of one row.

    Parameters
    ----------
    x : array_like of shape (batch_size, n_features)
        The batch, B rows.
    scale, shift : float or ndarray of shape (n_features,)
        γ and β.
    epsilon : float, default 1e-5
        ε, larger than 0. It keeps a constant feature from being divided by 0.

    Returns
    -------
    ndarray of shape (batch_size, n_features)
        y.

    Raises
    ------
    ValueError
        If ``x`` is not a table of finite numbers with at least one row, ``epsilon`` is not
        positive, or ``scale`` or ``shift`` does not fit.

    References
    ----------
    Slides, section "(6) Batch Normalization". Ioffe, S., & Szegedy, C. (2015). Batch normalization:
    accelerating deep network training by reducing internal covariate shift, algorithm 1.
    """
    x, scale, shift = as_table("x", x), as_numbers("scale", scale), as_numbers("shift", shift)
    require_fit(x=x[0], scale=scale, shift=shift)
    _require_epsilon(epsilon)
    return _normalize(x, epsilon)[0] * scale + shift


def _require_epsilon(epsilon):
    epsilon = as_number("epsilon", epsilon, "Try epsilon=1e-5.", above=0)


class BatchNormalization(Layer):
    """Layer that normalizes every feature, y = γx̂ + β, in two modes.

    In training, :meth:`forward` takes mean and variance from the batch, as in
    :func:`batch_normalize`, and moves the running averages towards them::

        running_mean     += momentum * (batch mean     - running_mean)
        running_variance += momentum * (batch variance - running_variance)

    At inference, :meth:`infer` takes the running averages instead. The answer for a row then does
    not depend on the other rows.

    The batch is normalized with the biased variance (divided by B). The running variance averages
    the unbiased one (divided by B − 1), as in Ioffe and Szegedy's algorithm 2. A batch of one row
    says nothing about a variance: its output is β, its gradient 0, and the running averages stay
    as they are. (PyTorch refuses such a batch.)

    Parameters
    ----------
    n_features : int
        Columns of the rows, at least 1.
    momentum : float, default 0.1
        Weight of the newest batch in the running averages, above 0 and at most 1.
    epsilon : float, default 1e-5
        ε, larger than 0.

    Raises
    ------
    ValueError
        If a number is out of its range.

    Attributes
    ----------
    scale, shift : ndarray of shape (n_features,)
        γ, which starts at 1, and β, which starts at 0.
    running_mean, running_variance : ndarray of shape (n_features,)
        The running averages, which start at 0 and 1.

    Notes
    -----
    Libraries mean different things by ``momentum``. Here and in PyTorch it is the weight of the
    new batch, 0.1. In TensorFlow and Keras it is the weight of the old average, 0.99 by default,
    which would be 0.01 here.

    References
    ----------
    Slides, section "(6) Batch Normalization". Ioffe, S., & Szegedy, C. (2015). Batch normalization:
    accelerating deep network training by reducing internal covariate shift.
    """

    def __init__(self, n_features, momentum=0.1, epsilon=1e-5):
        n_features = as_whole("n_features", n_features, "It counts columns.", least=1)
        momentum = as_number("momentum", momentum, "It is the weight of the newest batch.",
                             above=0, most=1)
        _require_epsilon(epsilon)
        self.n_features, self.momentum, self.epsilon = n_features, momentum, epsilon
        self.n_parameters = 2 * n_features

    def attach(self, parameters, gradient):
        """Use two flat arrays of ``n_parameters`` entries as γ, β and derivatives; set γ to 1."""
        n = self.n_features
        self.scale, self.shift = parameters[:n], parameters[n:]
        self.scale_gradient, self.shift_gradient = gradient[:n], gradient[n:]
        self._start()

    def _start(self):
        self.scale[:], self.shift[:] = 1, 0
        self.running_mean = np.zeros_like(self.shift)
        self.running_variance = np.ones_like(self.scale)

    def infer(self, x):
        """Normalize rows with the running averages."""
        factor = self.scale / np.sqrt(self.running_variance + self.epsilon)
        return x * factor + (self.shift - self.running_mean * factor)

    def forward(self, x):
        """Normalize rows with their own mean and variance, and update the running averages."""
        self.normalized, mean, variance, self.inverse = _normalize(x, self.epsilon)
        n_rows, shape = x.shape[-2], self.running_mean.shape
        if n_rows > 1:
            unbiased = variance * (n_rows / (n_rows - 1))
            self.running_mean += self.momentum * (mean.reshape(shape) - self.running_mean)
            self.running_variance += self.momentum * (
                unbiased.reshape(shape) - self.running_variance)
        return self.normalized * self.scale + self.shift

    def parameter_gradient(self, output_gradient):
        """Write the derivatives of γ, Σgᵢx̂ᵢ, and of β, Σgᵢ."""
        by_scale = np.einsum("...ij,...ij->...j", output_gradient, self.normalized)
        self.scale_gradient[:] = by_scale.reshape(self.scale.shape)
        self.shift_gradient[:] = output_gradient.sum(axis=-2).reshape(self.shift.shape)

    def input_gradient(self, output_gradient):
        """Return the derivatives of the rows, γ/√(σ² + ε) (gᵢ − mean(g) − x̂ᵢ mean(gx̂)).

        The two means are the ways through the batch mean and through the batch variance.
        """
        n_rows = output_gradient.shape[-2]
        by_mean = output_gradient.sum(axis=-2, keepdims=True) / n_rows
        by_variance = np.einsum("...ij,...ij->...j", output_gradient, self.normalized)
        back = output_gradient - by_mean
        back -= self.normalized * (by_variance[..., np.newaxis, :] / n_rows)
        back *= self.scale * self.inverse
        return back


class ShiftingNoise(Layer):
    """Layer that disturbs the distribution of every feature anew at each update.

    For each feature a mean m ~ U(−0.5, 0.5) and a factor s ~ U(1, 1.25) are drawn for this update.
    Each entry becomes s′x + m′ with its own s′ ~ N(s, 0.1²) and m′ ~ U(m − 0.1, m + 0.1). At
    inference there is no noise.

    The form follows the paper below: every value gets noise of its own, from a distribution that
    is new for each unit at each update. The numbers 0.5, 1.25, 0.1 and 0.1 are chosen here; they
    have not been compared with those of the paper.

    Parameters
    ----------
    n_features : int
        Columns of the rows.
    seed : int or sequence of int
        Seed of the noise.

    References
    ----------
    Santurkar, S., Tsipras, D., Ilyas, A., & Mądry, A. (2018). How does batch normalization help
    optimization?, appendix A.
    """

    def __init__(self, n_features, seed):
        as_whole("n_features", n_features, "It counts columns.", least=1)
        self.n_features, self.rng = n_features, as_rng(seed)

    def infer(self, x):
        """Leave the rows as they are."""
        return x

    def forward(self, x):
        """Disturb the rows."""
        mean = self.rng.uniform(-0.5, 0.5, self.n_features)
        factor = self.rng.uniform(1, 1.25, self.n_features)
        self.factors = self.rng.normal(factor, 0.1, x.shape).astype(x.dtype)
        return x * self.factors + self.rng.uniform(mean - 0.1, mean + 0.1, x.shape).astype(x.dtype)

    def input_gradient(self, output_gradient):
        """Return the derivatives of the rows."""
        return output_gradient * self.factors


def batch_normalized(sizes, activation, loss, init_scale, seed, noisy=False, dtype=np.float64):
    """Build a network with batch normalization between each hidden layer and its activation.

    It starts with the same weights as :func:`~lecture_kit.networks.fully_connected` does with the
    same seed.

    Parameters
    ----------
    sizes, activation, loss, init_scale, seed, dtype
        As in :func:`~lecture_kit.networks.fully_connected`.
    noisy : bool, default False
        Whether :class:`ShiftingNoise` follows each normalization.

    Returns
    -------
    Network
        Ready to train. The biases before a normalization are there, but have no effect.

    Raises
    ------
    ValueError
        As in :func:`~lecture_kit.networks.fully_connected`.
    """
    plain = fully_connected(sizes, activation, loss, init_scale, seed, dtype)
    layers = []
    for layer in plain.layers:
        if isinstance(layer, Dense):
            layers.append(Dense(*layer.shape))
            continue
        width = layers[-1].shape[1]
        layers.append(BatchNormalization(width))
        if noisy:
            layers.append(ShiftingNoise(width, [seed, len(layers)]))
        layers.append(layer)
    network = Network(layers, loss, dtype)
    dense = [layer for layer in layers if isinstance(layer, Dense)]
    for layer, start in zip(dense, plain.layers[::2], strict=True):
        layer.weights[:] = start.weights
    return network


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
        If ``kind`` is unknown, or as in :func:`~lecture_kit.networks.fully_connected`.
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
        As in :func:`~lecture_kit.training.train`.
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
        As in :func:`~lecture_kit.training.train` and :func:`shares_per_bin`.

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
    scale of about 10/√n (:func:`lecture_kit.relu.layer_factors`).

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

    Run k learns what a network of :func:`~lecture_kit.networks.fully_connected` (or of
    :func:`batch_normalized`) learns under :func:`~lecture_kit.training.train` with the same seed,
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
