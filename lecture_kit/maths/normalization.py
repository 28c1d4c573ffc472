"""Batch normalization: a function, a layer, and networks with it."""

import numpy as np

from lecture_kit.maths.checks import as_number, as_numbers, as_rng, as_table, as_whole, require_fit
from lecture_kit.maths.layers import Dense, Layer
from lecture_kit.maths.networks import Network, fully_connected


def _normalize(x, epsilon):
    """Normalize each column; the rows are the second last axis."""
    n_rows = x.shape[-2]
    mean = np.einsum("...ij->...j", x)[..., np.newaxis, :] / n_rows
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
        if parameters.ndim > 1:  # of an ensemble: γ and β stand beside the rows of their network
            parameters, gradient = parameters[:, np.newaxis], gradient[:, np.newaxis]
        n = self.n_features
        self.scale, self.shift = parameters[..., :n], parameters[..., n:]
        self.scale_gradient, self.shift_gradient = gradient[..., :n], gradient[..., n:]
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
        by_shift = np.einsum("...ij->...j", output_gradient)
        self.shift_gradient[:] = by_shift.reshape(self.shift.shape)

    def input_gradient(self, output_gradient):
        """Return the derivatives of the rows, γ/√(σ² + ε) (gᵢ − mean(g) − x̂ᵢ mean(gx̂)).

        The two means are the ways through the batch mean and through the batch variance.
        """
        n_rows = output_gradient.shape[-2]
        by_mean = np.einsum("...ij->...j", output_gradient)[..., np.newaxis, :] / n_rows
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
        self.factors = (factor + 0.1 * self.rng.standard_normal(x.shape)).astype(x.dtype)
        return x * self.factors + (mean - 0.1 + 0.2 * self.rng.random(x.shape)).astype(x.dtype)

    def input_gradient(self, output_gradient):
        """Return the derivatives of the rows."""
        return output_gradient * self.factors


def batch_normalized(sizes, activation, loss, init_scale, seed, noisy=False, dtype=np.float64):
    """Build a network with batch normalization between each hidden layer and its activation.

    It starts with the same weights as :func:`~lecture_kit.maths.networks.fully_connected` does
    with the same seed.

    Parameters
    ----------
    sizes, activation, loss, init_scale, seed, dtype
        As in :func:`~lecture_kit.maths.networks.fully_connected`.
    noisy : bool, default False
        Whether :class:`ShiftingNoise` follows each normalization.

    Returns
    -------
    Network
        Ready to train. The biases before a normalization are there, but have no effect.

    Raises
    ------
    ValueError
        As in :func:`~lecture_kit.maths.networks.fully_connected`.
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
