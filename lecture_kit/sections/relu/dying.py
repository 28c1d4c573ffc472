"""Units that die while a network learns digits, and how many steps a leak needs to wake one."""

import numpy as np

from lecture_kit.maths.activations import RELU, leaky
from lecture_kit.maths.checks import as_number, as_row, as_seeds, as_table, as_whole, require
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.initializers import he
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import deep_network, fully_connected
from lecture_kit.maths.normal import normal_cdf
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.training import train

N_UNITS = 100  # hidden units of the network that loses some of them


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


def ends(networks, learning_rate, rows):
    """Train many networks side by side as in :func:`train_and_count`, and look at the end only.

    Parameters
    ----------
    networks : sequence of Network
        As from :func:`one_hidden_layer`. They are changed in place; the shuffles of network i have
        the seed i.
    learning_rate : float
        η, at least 0.
    rows : tuple of (features, labels)
        All training rows.

    Returns
    -------
    off : ndarray of int, shape (n_networks,)
        How many units of each no row switches on.
    accuracies : ndarray of shape (n_networks,)
        On the training rows, NaN where the training has diverged.

    Raises
    ------
    ValueError
        As in :func:`~lecture_kit.maths.training.train`.
    """
    *_, last = train(Ensemble(networks), GradientDescent(learning_rate), rows, batch_size=32,
                     epochs=10, seed=range(len(networks)), record_every=10**6)
    off = [np.sum(activity(network, rows[0]) == 0) for network in networks]
    return np.array(off), last.training_accuracy


def died_and_woke(hidden_layer, rows, seeds):
    """Count the units of the last hidden layer that die in training, and of these the woken ones.

    The layers have 60 units and He's weights; all biases of the last one start at −0.5. The
    training is that of :func:`train_and_count` at η = 0.1, with a look after every epoch.

    Parameters
    ----------
    hidden_layer : int
        How many hidden layers there are, at least 1.
    rows : tuple of (features, labels)
        All training rows.
    seeds : sequence of int
        One network for each.

    Returns
    -------
    died, woke : ndarray of int, shape (n_seeds,)
        How many units were dead at some time, and how many of these are not dead in the end.

    Raises
    ------
    ValueError
        If ``hidden_layer`` is less than 1, or the rows do not fit.
    """
    hidden_layer = as_whole("hidden_layer", hidden_layer, "1 is next to the input.", least=1)
    seeds = as_seeds(seeds)
    networks = [deep_network(RELU, 2**0.5, hidden_layer, seed, 60) for seed in seeds]
    for network in networks:
        network.layers[2 * hidden_layer - 2].bias[:] = -0.5
    steps = train(Ensemble(networks), GradientDescent(0.1), rows, batch_size=32, epochs=10,
                  seed=seeds)
    dead = np.array([[activity(network, rows[0], hidden_layer) == 0 for network in networks]
                     for _record in steps])
    died = dead.any(axis=0)
    return died.sum(axis=1), (died & ~dead[-1]).sum(axis=1)


def course(seen):
    """Line up how units died and how the network learned.

    Parameters
    ----------
    seen : sequence of (Record, ndarray of shape (n_units,))
        From :func:`train_and_count`, one or more.

    Returns
    -------
    dict of str to ndarray of shape (n_records,)
        ``updates``; ``off``, how many units no row switches on; ``accuracies`` on the training
        rows, NaN where the training has diverged; ``shares_on``, of all pairs of unit and row.
    """
    records, activities = zip(*seen, strict=True)
    return {"updates": np.array([record.update for record in records]),
            "off": np.array([np.sum(activity == 0) for activity in activities]),
            "accuracies": np.array([record.training_accuracy for record in records]),
            "shares_on": np.array([activity.mean() for activity in activities])}


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
