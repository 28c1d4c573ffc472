"""Convolution for small networks: many small windows over an image, one matrix product.

Rows are stacks of maps of shape (n_samples, n_channels, height, width). A window that would stick
out of a map is left out, so maps get a little smaller.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from lecture_kit.maths.activations import RELU
from lecture_kit.maths.checks import as_number, as_rng, as_whole, require
from lecture_kit.maths.layers import ActivationLayer, Dense, Layer
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import Network


def require_window(window, stride):
    """Refuse windows and strides that are not whole numbers from 1 on.

    Parameters
    ----------
    window, stride : int
        Height and width of the window, and how far it moves.

    Raises
    ------
    ValueError
        If one of them is less than 1 or not a whole number.
    """
    as_whole("window", window, "Try 2.", least=1)
    as_whole("stride", stride, "Try 2.", least=1)


def window_entries(maps, window, stride):
    """Cut maps into square windows. Windows overlap where ``stride`` is less than ``window``.

    Parameters
    ----------
    maps : ndarray of shape (..., height, width)
        Images or feature maps.
    window : int
        Height and width of the window.
    stride : int
        How far the window moves from one place to the next.

    Returns
    -------
    ndarray of shape (..., n_rows, n_columns, window²)
        The entries of each window in row order, as a copy. n_rows = ⌊(height − window)/stride⌋ + 1,
        n_columns likewise.

    Raises
    ------
    ValueError
        If the window is larger than the maps.

    Notes
    -----
    In memory the places of the window come first. NumPy then works through all windows at once,
    which for windows of 4 entries is several times as fast.
    """
    require(maps.ndim >= 2 and min(maps.shape[-2:]) >= window,
            f"maps must be at least as large as the window, {window} × {window}", maps.shape,
            "Use a smaller window or larger maps.")
    views = sliding_window_view(maps, (window, window), axis=(-2, -1))
    views = views[..., ::stride, ::stride, :, :]
    others = range(maps.ndim)
    places_first = views.transpose(maps.ndim, maps.ndim + 1, *others)
    entries = places_first.reshape(window**2, *views.shape[:-2])
    return entries.transpose(*(axis + 1 for axis in others), 0)


def add_windows(entries, shape, stride):
    """Add the entries of windows back to where they came from.

    It is the transpose of :func:`window_entries`: an entry that lies in several windows is the sum
    of its values there. So derivatives go back through windows.

    Parameters
    ----------
    entries : ndarray of shape (..., n_rows, n_columns, window²)
        One value per entry of each window.
    shape : tuple of int
        Shape (..., height, width) of the maps.
    stride : int
        How far the window moved.

    Returns
    -------
    ndarray of shape ``shape``
        The sums; 0 where no window was.
    """
    maps = np.zeros(shape, entries.dtype)
    n_rows, n_columns, n_places = entries.shape[-3:]
    window = round(n_places**0.5)
    for place in range(n_places):  # of the window: all windows go at once
        top, left = divmod(place, window)
        maps[..., top : top + stride * n_rows : stride,
             left : left + stride * n_columns : stride] += entries[..., place]
    return maps


class Convolution(Layer):
    """Filters that slide over the maps: a small dense layer, the same at every place.

    Output f at a place is Σ_{c,i} W_{ci,f} x_{c,i} + b_f over the channels c and the entries i of
    the window there. (It is a cross-correlation, as in every deep-learning library: the filter is
    not turned round.)

    Parameters
    ----------
    n_channels : int
        Maps per sample at the input.
    n_filters : int
        Maps per sample at the output.
    window : int, default 3
        Height and width of a filter. The output is ``window`` − 1 smaller than the input.

    Raises
    ------
    ValueError
        If a number is not a whole number from 1 on.

    References
    ----------
    LeCun, Y., Bottou, L., Bengio, Y., & Haffner, P. (1998). Gradient-based learning applied to
    document recognition.
    """

    def __init__(self, n_channels, n_filters, window=3):
        require_window(window, 1)
        as_whole("n_channels", n_channels, "It counts maps at the input.", least=1)
        as_whole("n_filters", n_filters, "Try n_filters=8.", least=1)
        self.n_channels, self.window = n_channels, window
        self.shape = (n_channels * window**2, n_filters)
        self.n_parameters = self.shape[0] * n_filters + n_filters

    def attach(self, parameters, gradient):
        """Use two flat arrays of ``n_parameters`` entries as filters, biases and derivatives."""
        n_weights = self.n_parameters - self.shape[1]
        shape = (*parameters.shape[:-1], *self.shape)
        self.weights = parameters[..., :n_weights].reshape(shape)
        self.bias = parameters[..., n_weights:]
        self.weights_gradient = gradient[..., :n_weights].reshape(shape)
        self.bias_gradient = gradient[..., n_weights:]

    def infer(self, x):
        """Turn maps of shape (n_samples, n_channels, height, width) into ``n_filters`` maps."""
        return self._convolve(self._columns(x), x)

    def forward(self, x):
        """Do the same in training and remember what the two derivatives need."""
        self.x, self.columns = x, self._columns(x)
        return self._convolve(self.columns, x)

    def _columns(self, x):
        """Write the window of every place as one column of a matrix."""
        require(x.ndim == self.weights.ndim + 2 and x.shape[-3] == self.n_channels,
                f"rows must have the shape (n_samples, {self.n_channels}, height, width)", x.shape,
                "Reshape the images first.")
        entries = window_entries(x, self.window, 1)
        return _by_channel_and_place(entries).reshape(*x.shape[:-4], self.shape[0], -1)

    def _convolve(self, columns, x):
        z = self.weights.swapaxes(-1, -2) @ columns
        z += self.bias[..., np.newaxis]
        height, width = (length - self.window + 1 for length in x.shape[-2:])
        return z.reshape(*z.shape[:-1], -1, height, width).swapaxes(-4, -3)

    def parameter_gradient(self, output_gradient):
        """Write the derivatives of filters and biases."""
        by_filter = self._by_filter(output_gradient)
        np.matmul(self.columns, by_filter.swapaxes(-1, -2), out=self.weights_gradient)
        by_filter.sum(axis=-1, out=self.bias_gradient)

    def input_gradient(self, output_gradient):
        """Return the derivatives of the maps."""
        *others, n_samples, _n_filters, height, width = output_gradient.shape
        entries = (self.weights @ self._by_filter(output_gradient)).reshape(
            *others, self.n_channels, self.window**2, n_samples, height, width)
        n = entries.ndim
        return add_windows(
            entries.transpose(*range(n - 5), n - 3, n - 5, n - 2, n - 1, n - 4), self.x.shape, 1)

    def _by_filter(self, output_gradient):
        maps = output_gradient.swapaxes(-4, -3)
        return maps.reshape(*maps.shape[:-3], -1)


def _by_channel_and_place(entries):
    """From (…, sample, channel, row, column, place) to (…, channel, place, sample, row, column)."""
    n = entries.ndim
    return entries.transpose(*range(n - 5), n - 4, n - 1, n - 5, n - 3, n - 2)


class Flatten(Layer):
    """Layer that writes the maps of a sample into one row, for a dense layer to follow."""

    def infer(self, x):
        """Turn maps of shape (n_samples, ...) into rows of shape (n_samples, n_features)."""
        return x.reshape(*x.shape[:-3], -1)

    def input_gradient(self, output_gradient):
        """Return the derivatives of the maps."""
        return output_gradient.reshape(self.x.shape)


def convolutional_network(map_size, n_filters, pooling, n_classes, init_scale, seed,
                          dtype=np.float64):
    """Build a small network: convolution of 3 × 3, ReLU, pooling, dense layer.

    Parameters
    ----------
    map_size : int
        Height and width of the images, which have one channel.
    n_filters : int
        Maps after the convolution, at least 1.
    pooling : Layer
        Has a ``window`` and a ``stride``. What comes out of the ReLU is never negative.
    n_classes : int
        Nodes of the dense layer. The loss is the softmax cross entropy.
    init_scale : callable
        Standard deviation of the weights of a layer from its fan-in, for example
        :func:`lecture_kit.maths.initializers.he`. Biases start at 0.
    seed : int
        Seed of the random weights.
    dtype : dtype, default float64
        Type of the parameters.

    Returns
    -------
    Network
        Takes images of shape (n_samples, 1, map_size, map_size).

    Raises
    ------
    ValueError
        If ``n_filters`` is less than 1, ``init_scale`` gives a negative number, or the window of
        the pooling is larger than the maps.
    """
    map_size = as_whole("map_size", map_size, "Try map_size=8.", least=1)
    convolution = Convolution(1, n_filters)
    size = map_size - convolution.window + 1
    require(size >= pooling.window, f"the pooling window must fit into maps of {size} × {size}",
            pooling.window, "Use a smaller window.")
    n_classes = as_whole("n_classes", n_classes, "Pass 10 for digits.", least=1)
    n_pooled = ((size - pooling.window) // pooling.stride + 1) ** 2
    dense = Dense(n_filters * n_pooled, n_classes)
    layers = [convolution, ActivationLayer(RELU), pooling, Flatten(), dense]
    network = Network(layers, SOFTMAX_CROSS_ENTROPY, dtype)
    rng = as_rng(seed)
    for layer in (convolution, dense):
        scale = init_scale(layer.shape[0])
        as_number("init_scale", scale, "Try init_scale=he.", least=0)
        layer.weights[:] = scale * rng.standard_normal(layer.shape)
    return network
