"""Pooling: one number per window of a map, by maximum, by average or by chance."""

import numpy as np

from lecture_kit.maths.checks import as_floats, as_numbers, as_rng, require, require_fit
from lecture_kit.maths.convolution import add_windows, require_window, window_entries
from lecture_kit.maths.layers import Layer

# One window


def _require_no_negative(activations):
    smallest = float(activations.min(initial=0))
    require(not smallest < 0, "activations must be at least 0", smallest,
            "Put a ReLU before the pooling.")  # NaN passes: training finds a divergence by itself


def as_activations(activations):
    """Turn the activations of windows into a floating-point array and refuse negative ones.

    Parameters
    ----------
    activations : array_like of shape (..., n_entries)
        Activations of each window.

    Returns
    -------
    ndarray of the same shape
        The activations.

    Raises
    ------
    ValueError
        If an activation is negative or not finite, or there is no axis of entries.
    """
    activations = as_floats("activations", activations)
    require(activations.ndim >= 1 and activations.shape[-1] >= 1,
            "activations must have the entries of a window on their last axis", activations,
            "Pass for example [1.6, 0, 0, 2.4].")
    _require_no_negative(activations)
    return activations


def _probabilities(activations):
    largest = activations.max(axis=-1, keepdims=True)
    shares = activations / np.where(largest > 0, largest, 1)  # no sum can overflow or vanish
    total = shares.sum(axis=-1, keepdims=True)
    shares /= np.where(total > 0, total, 1)
    return shares


def _draw(activations, uniform):
    ends = _probabilities(activations).cumsum(axis=-1)
    threshold = uniform * ends[..., -1]
    return (ends[..., :-1] <= threshold[..., np.newaxis]).sum(axis=-1)


def _at(activations, places):
    return np.take_along_axis(activations, places[..., np.newaxis], axis=-1)[..., 0]


def probabilities(activations):
    """Probability of each activation of a window, p_i = a_i / Σ_k a_k.

    In a window of zeros nothing can be chosen. All its p are 0, by definition.

    Parameters
    ----------
    activations : array_like of shape (..., n_entries)
        Activations a of each window, at least 0.

    Returns
    -------
    ndarray of the same shape
        Probabilities p. They sum to 1 over each window, or to 0 if it is all zero.

    Raises
    ------
    ValueError
        If an activation is negative or not finite.

    References
    ----------
    Slides, section "(8) Stochastic Pooling". The rule for a window of zeros is ours.
    """
    return _probabilities(as_activations(activations))


def draw(activations, uniform):
    """Draw one entry of each window with the probabilities p_i.

    The entry is the first one at which p_1 + … + p_i is larger than a random number from 0 to 1.
    An entry of 0 is never drawn, unless the whole window is 0: then it is the last one.

    Parameters
    ----------
    activations : array_like of shape (..., n_entries)
        Activations a of each window, at least 0.
    uniform : array_like of shape (...)
        One random number per window, from 0 to 1 (not included).

    Returns
    -------
    ndarray of int, shape (...)
        Which entry was drawn, from 0.

    Raises
    ------
    ValueError
        If an activation is negative or not finite, ``uniform`` leaves [0, 1), or the shapes do not
        fit.

    References
    ----------
    Slides, section "(8) Stochastic Pooling".
    """
    uniform = as_numbers("uniform", uniform, "Use rng.random(shape).", least=0, below=1)
    activations = as_activations(activations)
    require_fit(activations=activations[..., 0], uniform=uniform)
    return _draw(activations, np.asarray(uniform))


def weighted_average(activations):
    """Test-time form of stochastic pooling, Σ_i p_i a_i. It is the expected value of a draw.

    Parameters
    ----------
    activations : array_like of shape (..., n_entries)
        Activations a of each window, at least 0.

    Returns
    -------
    ndarray of shape (...)
        One number per window: at least the mean and at most the maximum. 0 if all are 0.

    Raises
    ------
    ValueError
        If an activation is negative or not finite.

    References
    ----------
    Zeiler, M. D., & Fergus, R. (2013). Stochastic pooling for regularization of deep convolutional
    neural networks. The slides leave it out.
    """
    activations = as_activations(activations)
    return (_probabilities(activations) * activations).sum(axis=-1)


# Layers


class Pooling(Layer):
    """What all poolings share: they turn each window of a map into one number.

    Parameters
    ----------
    window : int, default 2
        Height and width of the window.
    stride : int, optional
        How far the window moves; left out, it moves by ``window``. Smaller, windows overlap.
        Windows that would stick out are left out.

    Raises
    ------
    ValueError
        If ``window`` or ``stride`` is not a whole number from 1 on; in use, if the window is larger
        than the maps.

    References
    ----------
    Slides, section "(8) Stochastic Pooling".
    """

    def __init__(self, window=2, stride=None):
        self.window, self.stride = window, window if stride is None else stride
        require_window(self.window, self.stride)

    def infer(self, x):
        """Pool maps of shape (n_samples, n_channels, height, width)."""
        return self.pool(self.entries(x))

    def forward(self, x):
        """Do the same in training and remember what the derivatives need."""
        self.x_shape, entries = x.shape, self.entries(x)
        return self.pool_in_training(entries)

    def input_gradient(self, output_gradient):
        """Return the derivatives of the maps; overlapping windows add up."""
        entries = self.entries_gradient(output_gradient[..., np.newaxis])
        return add_windows(entries, self.x_shape, self.stride)

    def entries(self, x):
        """Cut the maps into windows of shape (..., n_rows, n_columns, window²)."""
        return window_entries(x, self.window, self.stride)

    def pool(self, entries):
        """Turn each window, on the last axis, into one number."""
        raise NotImplementedError

    def pool_in_training(self, entries):
        """Do the same in training and remember what the derivatives need."""
        raise NotImplementedError

    def entries_gradient(self, back):
        """Hand the derivative of each output, of shape (..., 1), to the entries of its window."""
        raise NotImplementedError


class ChoosingPooling(Pooling):
    """What maximum and draw share: one entry of each window is chosen, and gets all derivatives."""

    def choose(self, entries):
        """Say which entry of each window is chosen."""
        raise NotImplementedError

    def pool_in_training(self, entries):
        """Take the chosen entry of each window and remember which it was."""
        self.chosen = self.choose(entries)
        return _at(entries, self.chosen)

    def entries_gradient(self, back):
        """Hand each derivative to the chosen entry; the others get 0."""
        places = np.arange(self.window**2).reshape(-1, *[1] * self.chosen.ndim)  # first in memory,
        return np.moveaxis(np.where(self.chosen == places, back[..., 0], 0), 0, -1)  # as in entries


class MaxPooling(ChoosingPooling):
    """Max pooling: the largest entry of the window.

    If several entries tie for the maximum, the first in row order gets the derivative.

    Parameters
    ----------
    window, stride
        As in :class:`Pooling`.

    References
    ----------
    Slides, section "(8) Stochastic Pooling".
    """

    def pool(self, entries):
        """Take the largest entry of each window."""
        return entries.max(axis=-1)

    def choose(self, entries):
        """Find the largest entry of each window, the first one if several tie."""
        return entries.argmax(axis=-1)


class AveragePooling(Pooling):
    """Average pooling: the mean of the window. Each entry gets 1/window² of the derivative.

    Parameters
    ----------
    window, stride
        As in :class:`Pooling`.

    References
    ----------
    Slides, section "(8) Stochastic Pooling".
    """

    def pool(self, entries):
        """Take the mean of each window."""
        return entries.mean(axis=-1)

    pool_in_training = pool

    def entries_gradient(self, back):
        """Hand the same part of each derivative to every entry."""
        return np.repeat(back / self.window**2, self.window**2, axis=-1)


class WeightedPooling(Pooling):
    """Stochastic pooling without chance: Σ p_i a_i with p_i = a_i/Σ_k a_k, in training too.

    Its derivative by a_j is (2a_j − Σ p a)/Σ_k a_k. A window of zeros gives 0 and has the
    derivative 0.

    Parameters
    ----------
    window, stride
        As in :class:`Pooling`.

    Raises
    ------
    ValueError
        As in :class:`Pooling`; in use, if an activation is negative.

    References
    ----------
    Zeiler, M. D., & Fergus, R. (2013), who use it at inference.
    """

    def entries(self, x):
        """Cut the maps into windows and refuse negative activations."""
        _require_no_negative(x)
        return super().entries(x)

    def pool(self, entries):
        """Take the weighted average of each window."""
        return (_probabilities(entries) * entries).sum(axis=-1)

    def pool_in_training(self, entries):
        """Do the same and remember the windows."""
        self.remembered = entries
        return self.pool(entries)

    def entries_gradient(self, back):
        """Hand each derivative to the entries."""
        a = self.remembered
        total = a.sum(axis=-1, keepdims=True)
        above = 2 * a - self.pool(a)[..., np.newaxis]
        return back * above / np.where(total > 0, total, 1)


class StochasticPooling(ChoosingPooling, WeightedPooling):
    """Stochastic pooling: in training one entry is drawn with the probability p_i = a_i/Σ_k a_k.

    The drawn entry gets the whole derivative, as if it had been the maximum. At inference
    (``infer``) nothing is drawn: the output is the expected value Σ p_i a_i. A window of zeros
    gives 0 and has the derivative 0.

    Parameters
    ----------
    window, stride
        As in :class:`Pooling`.
    seed : int, default 0
        Seed of the draws.

    Raises
    ------
    ValueError
        As in :class:`WeightedPooling`.

    References
    ----------
    Slides, section "(8) Stochastic Pooling". Zeiler, M. D., & Fergus, R. (2013). Stochastic
    pooling for regularization of deep convolutional neural networks.
    """

    def __init__(self, window=2, stride=None, seed=0):
        super().__init__(window, stride)
        self.rng = as_rng(seed)

    def choose(self, entries):
        """Draw one entry of each window."""
        self.alive = entries.any(axis=-1, keepdims=True)
        return _draw(entries, self.rng.random(entries.shape[:-1]))

    def entries_gradient(self, back):
        """Hand each derivative to the drawn entry; a window of zeros has drawn none."""
        return super().entries_gradient(back * self.alive)


POOLINGS = {"max": MaxPooling, "average": AveragePooling, "stochastic": StochasticPooling}
