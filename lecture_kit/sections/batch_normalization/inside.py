"""Inside a network: what goes into its activation functions, and how that moves in training."""

from copy import deepcopy
from dataclasses import dataclass

import numpy as np

from lecture_kit.maths.checks import (
    as_number,
    as_numbers,
    as_row,
    as_table,
    as_whole,
    require,
    require_fit,
)
from lecture_kit.maths.layers import ActivationLayer
from lecture_kit.maths.normalization import BatchNormalization
from lecture_kit.sections.batch_normalization.experiments import accuracy_on_the_way


def _forward(layers, rows):
    """Give the rows and what each layer makes of them in training mode."""
    outputs = [rows]
    for layer in layers:
        outputs.append(layer.forward(outputs[-1]))
    return outputs


def _training_outputs(network, rows):
    rows = as_table("rows", rows).astype(network.parameters.dtype)
    return _forward(deepcopy(network.layers), rows)


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
    outputs = _training_outputs(network, rows)
    return [rows for rows, layer in zip(outputs[:-1], network.layers, strict=True)
            if isinstance(layer, ActivationLayer)]


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
    return _training_outputs(network, rows)[-1]


def accuracy_in_batches(networks, rows, batch_size, is_sorted):
    """How often networks are right if they answer in training mode, batch by batch.

    Parameters
    ----------
    networks : sequence of Network
        With batch normalization.
    rows : tuple of (features, labels)
        What they are asked.
    batch_size : int
        How many rows they see at a time, at least 1. A rest that fills no batch is left out.
    is_sorted : bool
        Whether the rows come sorted by their labels, or else shuffled.

    Returns
    -------
    ndarray of shape (n_networks,)
        Shares of right answers.

    Raises
    ------
    ValueError
        If ``batch_size`` is less than 1 or larger than the number of rows, or the rows do not fit.
    """
    features, labels = networks[0].check(*rows)
    size = as_whole("batch_size", batch_size, "Try 60.", least=1, most=len(labels))
    order = (np.argsort(labels, kind="stable") if is_sorted
             else np.random.default_rng(0).permutation(len(labels)))
    batches = order[:len(order) // size * size].reshape(-1, size)
    shares = []
    for network in networks:
        layers = deepcopy(network.layers)
        shares.append(np.mean([_forward(layers, features[batch])[-1].argmax(axis=1)
                               == labels[batch] for batch in batches]))
    return np.array(shares)


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
    update : int
        How many updates were made.
    accuracy : float
        Share of right answers on validation rows; NaN if the training has diverged.
    shares : ndarray of shape (n_layers, n_bins)
        Per hidden layer the share of the inputs in each bin of :func:`shares_per_bin`.
    deviations : ndarray of shape (n_layers,)
        Standard deviation of the inputs of each layer, over all rows and units.
    expected : ndarray of shape (n_layers,), or None
        What γ and β say about it (:func:`pooled_deviation`); None without batch normalization.
    percentiles : ndarray of shape (3,)
        15th, 50th and 85th percentile of the inputs of one unit, the first of the last layer.
    """

    update: int
    accuracy: float
    shares: np.ndarray
    deviations: np.ndarray
    expected: np.ndarray | None
    percentiles: np.ndarray


def watch_training(network, optimizer, training, validation, probe, *, batch_size, n_updates,
                   record_every, seed, low=-8.0, high=8.0, n_bins=64):
    """Train a network and look at the inputs of its activation functions on the way.

    Parameters
    ----------
    network : Network
        Its parameters are changed in place.
    optimizer, training, validation, batch_size, n_updates, record_every, seed
        As in :func:`~lecture_kit.sections.batch_normalization.experiments.accuracy_on_the_way`.
    probe : ndarray of shape (n_samples, n_features)
        The rows to look at, as one batch in training mode.
    low, high, n_bins
        Bins, as in :func:`shares_per_bin`.

    Yields
    ------
    Snapshot
        One before any update and one after every ``record_every`` of them.

    Raises
    ------
    ValueError
        As in :func:`~lecture_kit.sections.batch_normalization.experiments.accuracy_on_the_way` and
        :func:`shares_per_bin`.

    References
    ----------
    Ioffe, S., & Szegedy, C. (2015). Batch normalization, figure 1.
    """
    normalizations = [
        layer for layer in network.layers if isinstance(layer, BatchNormalization)]
    for update, (accuracy,) in accuracy_on_the_way(
            [network], optimizer, training, validation, batch_size=batch_size,
            n_updates=n_updates, record_every=record_every, seed=seed):
        if update % record_every:
            continue
        inputs = activation_inputs(network, probe)
        expected = [pooled_deviation(layer.scale, layer.shift) for layer in normalizations]
        yield Snapshot(
            update, float(accuracy),
            np.stack([shares_per_bin(values, low, high, n_bins) for values in inputs]),
            np.array([values.std() for values in inputs]),
            np.array(expected) if expected else None,
            np.percentile(inputs[-1][:, 0], (15, 50, 85)))
