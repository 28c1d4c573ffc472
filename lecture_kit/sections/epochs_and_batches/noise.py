"""How noisy the gradient of a mini batch is, and which learning rate keeps the noise.

Symbols: N rows, B rows per mini batch, η learning rate.
"""

import numpy as np

from lecture_kit.maths.checks import (
    as_labels,
    as_numbers,
    as_rng,
    as_row,
    as_table,
    as_whole,
    require,
    require_fit,
)
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.training import learn
from lecture_kit.sections.epochs_and_batches.experiments import build_network, load_rows


def gradient_spread(n_samples, batch_size, replace=False):
    """Spread of a mini batch's gradient, as a share of the spread of single rows' gradients.

    Without replacement √((N − B)/(B(N − 1))), with replacement 1/√B. It holds for the mean of
    anything over B of N rows, in every direction.

    Parameters
    ----------
    n_samples : int
        N, at least 2.
    batch_size : int or ndarray of int
        B, from 1 to N.
    replace : bool, default False
        Whether a row may come twice in one batch.

    Returns
    -------
    float or ndarray
        1 for B = 1. Without replacement 0 for B = N.

    Raises
    ------
    ValueError
        If ``n_samples`` is less than 2 or ``batch_size`` leaves 1 … N.

    References
    ----------
    Cochran, W. G. (1977). Sampling Techniques, theorem 2.2.
    """
    n_samples = as_whole("n_samples", n_samples, "Pass more rows.", least=2)
    batch_size = as_numbers("batch_size", batch_size, "Try batch_size=32.", least=1,
                            most=n_samples, whole=True)
    left = 1.0 if replace else (n_samples - batch_size) / (n_samples - 1)
    return np.sqrt(left / batch_size)


def row_gradients(network, features, labels):
    """Gradient of the loss of every single row.

    Parameters
    ----------
    network : Network
        The network; its parameters stay as they are.
    features, labels
        Rows, as in :meth:`lecture_kit.maths.networks.Network.check`.

    Returns
    -------
    ndarray of shape (n_samples, n_parameters)
        One gradient per row. Their mean is the gradient of all rows, the full gradient.

    Raises
    ------
    ValueError
        If the data do not fit the network.
    """
    features, labels = network.check(features, labels)
    return np.stack([network.backpropagate(features[[row]], labels[[row]]).copy()
                     for row in range(len(labels))])


def noise_plane(gradients):
    """Look at gradients in a plane: along their mean, and where they differ most beside it.

    Parameters
    ----------
    gradients : ndarray of shape (n_samples, n_parameters)
        One gradient per row, not all the same.

    Returns
    -------
    ndarray of shape (n_samples, 2)
        Coordinates in the plane. The mean lies on the first axis, to the right of 0. The unit is
        the spread of the points: their root-mean-square distance from the mean.

    Raises
    ------
    ValueError
        If there are fewer than two gradients or their mean is 0.
    """
    gradients = as_table("gradients", gradients)
    require(len(gradients) >= 2, "gradients must hold at least two rows", gradients.shape,
            "Pass one row per sample.")
    mean = gradients.mean(axis=0)
    length = np.linalg.norm(mean)
    require(length > 0, "the mean gradient must not be 0", length, "Train less.")
    along = mean / length
    first = gradients @ along
    rest = gradients - mean - np.outer(first - length, along)
    values, vectors = np.linalg.eigh(rest @ rest.T)  # as many rows as samples: small
    widest = vectors[:, -1] * np.sqrt(max(values[-1], 0.0))
    widest *= np.sign(widest[np.abs(widest).argmax()])  # which side is up is convention
    points = np.column_stack([first, widest])
    return points / spread(points, points.mean(axis=0))


def trained_plane(epochs, seed):
    """Look at the gradients of single digits after some epochs of training, in their plane.

    Parameters
    ----------
    epochs : int
        How long a network of 16 hidden nodes trains before, at least 0.
    seed : int
        Seed of the weights and of the shuffles.

    Returns
    -------
    ndarray of shape (512, 2)
        One gradient per digit, as :func:`noise_plane` gives them.

    Raises
    ------
    ValueError
        If ``epochs`` is negative or not whole, or ``seed`` is none.
    """
    return noise_plane(_trained_gradients(epochs, seed))


def _trained_gradients(epochs, seed):
    digits = [part[:512] for part in load_rows("digits")[0]]
    network = build_network("digits", seed, 16)
    for _update in learn(network, GradientDescent(0.1), digits, batch_size=32, epochs=epochs,
                         seed=seed):
        pass
    return row_gradients(network, *digits)


def signal_and_uphill(epochs, batch_size, seed):
    """Compare the full gradient with the noise of single digits after some epochs of training.

    Parameters
    ----------
    epochs, seed
        As in :func:`trained_plane`.
    batch_size : int
        B, from 1 to 512.

    Returns
    -------
    signal : float
        Length of the full gradient through the spread of the gradients of single rows, in all
        directions.
    uphill : float
        Share of 300 mini batches whose gradient has the wrong direction, see
        :func:`uphill_share`.

    Raises
    ------
    ValueError
        As in :func:`trained_plane`, or if ``batch_size`` leaves 1 … 512.
    """
    batch_size = as_whole("batch_size", batch_size, "Try 8.", least=1, most=512)
    gradients = _trained_gradients(epochs, seed)
    full = gradients.mean(axis=0)
    order = draw_order(len(gradients), 300, np.random.default_rng(seed))[:, :batch_size]
    along = (gradients @ full)[order].mean(axis=1)
    signal = np.linalg.norm(full) / spread(gradients, full)
    return float(signal), float((along < 0).mean())


def draw_order(n_samples, n_batches, rng, replace=False):
    """Draw row numbers for many mini batches; the first B of each are a batch of size B.

    Parameters
    ----------
    n_samples : int
        N, at least 1.
    n_batches : int
        How many batches.
    rng : numpy.random.Generator
        Source of the draw.
    replace : bool, default False
        Whether a row may come twice in one batch.

    Returns
    -------
    ndarray of int, shape (n_batches, n_samples)
        Row numbers. Without replacement every line is a permutation.

    Raises
    ------
    ValueError
        If ``n_samples`` or ``n_batches`` is less than 1 or not whole.
    """
    n_batches = as_whole("n_batches", n_batches, "Try n_batches=100.", least=1)
    n_samples = as_whole("n_samples", n_samples, "Pass some rows.", least=1)
    if replace:
        return rng.integers(n_samples, size=(n_batches, n_samples))
    return rng.permuted(np.tile(np.arange(n_samples), (n_batches, 1)), axis=1)


def batch_means(points, order):
    """Means of many mini batches, for all batch sizes at once.

    Parameters
    ----------
    points : ndarray of shape (n_samples, d)
        What is averaged, for example gradients.
    order : ndarray of int, shape (n_batches, n_samples)
        What :func:`draw_order` returned.

    Returns
    -------
    ndarray of shape (n_batches, n_samples, d)
        Entry [i, B − 1] is the mean of batch i of size B.

    Raises
    ------
    ValueError
        If ``points`` is not a table of finite numbers, or ``order`` not one of its row
        numbers.
    """
    points, order = as_table("points", points), as_labels("order", order, len(points))
    require(order.ndim == 2 and order.size > 0, "order must be a table of row numbers", order.shape,
            "Pass what draw_order has returned.")
    sizes = np.arange(1, order.shape[1] + 1)[:, np.newaxis]
    return points[order].cumsum(axis=1) / sizes


def sample_means(points, batch_sizes, n_batches, seed, replace=False):
    """Draw many mini batches of several sizes and average the points of each.

    Parameters
    ----------
    points : ndarray of shape (n_samples, d)
        What is averaged, for example gradients.
    batch_sizes : sequence of int, shape (n_sizes,)
        B, each from 1 to ``n_samples``.
    n_batches : int
        How many batches of each size, at least 1. A smaller one is the beginning of a larger one.
    seed : int
        Seed of the draw.
    replace : bool, default False
        Whether a row may come twice in one batch.

    Returns
    -------
    ndarray of shape (n_batches, n_sizes, d)
        The means.

    Raises
    ------
    ValueError
        If ``points`` is not a table of finite numbers, a batch size leaves 1 … N, or ``n_batches``
        or ``seed`` is none.
    """
    points = as_table("points", points)
    sizes = as_row("batch_sizes", batch_sizes, "Try (1, 2, 4).", least=1, most=len(points),
                   whole=True)
    order = draw_order(len(points), n_batches, as_rng(seed), replace)
    return batch_means(points, order)[:, sizes.astype(int) - 1]


def spread(points, centre):
    """Root-mean-square distance of points from a centre, √(mean |p − c|²).

    Parameters
    ----------
    points : ndarray of shape (n_points, ..., d)
        The points; the spread is over the first axis.
    centre : ndarray of shape (..., d)
        The centre.

    Returns
    -------
    float or ndarray of shape (...)
        The spread.

    Raises
    ------
    ValueError
        If a number is not finite, or the shapes do not fit.
    """
    points, centre = np.asarray(as_numbers("points", points)), np.asarray(
        as_numbers("centre", centre))
    require(points.ndim >= 2, "points must have 2 or more axes", points.shape, "Pass one per row.")
    require_fit(points=points, centre=centre)
    return np.sqrt(((points - centre) ** 2).sum(axis=-1).mean(axis=0))


def uphill_share(points):
    """Tell how many gradients have the wrong direction: a small step against them goes uphill.

    Parameters
    ----------
    points : ndarray of shape (n_points, 2)
        Gradients in a plane, the full gradient to the right of 0, as from :func:`noise_plane`.

    Returns
    -------
    float
        Share of the points left of 0, from 0 to 1.

    Raises
    ------
    ValueError
        If ``points`` is not a table of two columns.
    """
    return float((as_table("points", points, 2)[:, 0] < 0).mean())


def noise_scale(learning_rate, n_samples, batch_size):
    """Noise scale of stochastic gradient descent, ηN/B.

    Two runs with the same noise scale on the same rows take nearly the same way per epoch, while
    η is small and B much smaller than N.

    Parameters
    ----------
    learning_rate : float or ndarray
        η, at least 0.
    n_samples : int
        N, at least 1.
    batch_size : int or ndarray of int
        B, at least 1.

    Returns
    -------
    float or ndarray
        The noise scale.

    Raises
    ------
    ValueError
        If ``learning_rate`` is negative or ``n_samples`` or ``batch_size`` is less than 1.

    References
    ----------
    Smith, S. L., & Le, Q. V. (2018). A Bayesian perspective on generalization and stochastic
    gradient descent.
    """
    learning_rate = as_numbers("learning_rate", learning_rate, "Try learning_rate=0.1.", least=0)
    n_samples = as_numbers("n_samples", n_samples, "Pass some rows.", least=1, whole=True)
    batch_size = as_numbers("batch_size", batch_size, "Try batch_size=32.", least=1, whole=True)
    require_fit(learning_rate=learning_rate, n_samples=n_samples, batch_size=batch_size)
    return learning_rate * n_samples / batch_size


def scaled_learning_rate(learning_rate, factor):
    """Linear scaling rule: a batch that is k times as large gets the learning rate kη.

    It keeps the noise scale ηN/B as it was. It fails where kη comes near the critical learning
    rate, and where kB is not small beside N.

    Parameters
    ----------
    learning_rate : float
        η, at least 0.
    factor : float or ndarray
        k, how many times as large the batch is, larger than 0.

    Returns
    -------
    float or ndarray
        kη.

    Raises
    ------
    ValueError
        If ``learning_rate`` is negative or ``factor`` is not positive.

    References
    ----------
    Goyal, P., et al. (2017). Accurate, large minibatch SGD: training ImageNet in 1 hour.
    """
    learning_rate = as_numbers("learning_rate", learning_rate, "Try learning_rate=0.1.", least=0)
    factor = as_numbers("factor", factor, "Try factor=2.", above=0)
    require_fit(learning_rate=learning_rate, factor=factor)
    return learning_rate * factor
