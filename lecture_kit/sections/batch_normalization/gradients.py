"""Gradients: how long they are at the start, and how far one can trust them."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from lecture_kit.maths.activations import SIGMOID
from lecture_kit.maths.checks import as_number, as_row, as_whole
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.initializers import xavier
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.sections.batch_normalization.experiments import (
    SMALL,
    accuracy_on_the_way,
    build_network,
    gradient_keeping_scale,
)
from lecture_kit.sections.batch_normalization.inside import activation_inputs, mean_drift


def first_layer_gradients(kind, activation, init_scale, depth, rows, seeds, width=30):
    """Length of the gradient of the first layer's weights, before training.

    Only the hidden layers have the init scale. The output layer always has 1/√n: what is left
    of the gradient there does not depend on the scale of the others.

    Parameters
    ----------
    kind, activation
        As in :func:`~lecture_kit.sections.batch_normalization.experiments.build_network`.
    init_scale : float
        σ, standard deviation of the weights of the hidden layers, above 0.
    depth : int
        How many hidden layers, at least 1.
    rows : tuple of (features, labels)
        One batch, with labels from 0 to 9.
    seeds : sequence of int
        One network for each.
    width : int, default 30
        n, nodes per hidden layer.

    Returns
    -------
    ndarray of shape (n_seeds,)
        The lengths.

    Raises
    ------
    ValueError
        If a number is out of its range, or the rows do not fit.
    """
    init_scale = as_number("init_scale", init_scale, "Try 0.1.", above=0)
    depth = as_whole("depth", depth, "It counts layers.", least=1)
    sizes = (np.shape(rows[0])[-1], *[width] * depth, 10)
    networks = [build_network(kind, init_scale, sizes, activation, seed) for seed in seeds]
    for network in networks:
        network.layers[-1].weights *= xavier(width) / init_scale
    ensemble = Ensemble(networks)
    ensemble.compute_gradient(*rows)
    return np.linalg.norm(ensemble.layers[0].weights_gradient, axis=(-2, -1))


def _losses_and_gradients(build, parameters, rows):
    """Losses and gradients, in training mode, of networks made anew that get these parameters."""
    ensemble = Ensemble(build())
    ensemble.parameters[:] = parameters
    gradient = ensemble.compute_gradient(*rows)
    labels = np.broadcast_to(rows[1], ensemble.batch_logits.shape[:-1])
    return ensemble.loss.value(ensemble.batch_logits, labels).mean(axis=-1), gradient


def look_ahead(build, parameters, steps, rows):
    """Go along the gradient and see whether it still points the same way there.

    Parameters
    ----------
    build : callable
        Makes the networks anew, so that the noise in them is the same in all places.
    parameters : ndarray of shape (n_networks, n_parameters)
        w, where they stand.
    steps : array_like of shape (n_steps,)
        η of the steps from w to w − ηg, where g is the gradient at w.
    rows : tuple of (features, labels)
        One batch for all.

    Returns
    -------
    losses : ndarray of shape (n_networks,)
        Of the batch, at w.
    cosines : ndarray of shape (n_steps, n_networks)
        Cosine of the angle between g and the gradient at w − ηg. With 1 it points the same way,
        with −1 the opposite way.

    Raises
    ------
    ValueError
        If a step is not a finite number, or the rows do not fit.

    References
    ----------
    Santurkar, S., Tsipras, D., Ilyas, A., & Mądry, A. (2018). How does batch normalization help
    optimization?, section 3.
    """
    steps = as_row("steps", steps, "Try [1.0].")
    losses, before = _losses_and_gradients(build, parameters, rows)
    after = [_losses_and_gradients(build, parameters - step * before, rows)[1] for step in steps]
    length = np.linalg.norm(before, axis=-1) * np.linalg.norm(after, axis=-1)
    return losses, np.vecdot(before, after) / length


@dataclass(frozen=True)
class Watched:
    """What was seen of networks side by side while they were trained.

    Parameters
    ----------
    cosines : ndarray of shape (n_steps, n_networks)
        As from :func:`look_ahead`, averaged over the looks at which the loss is below 1; NaN for a
        network whose loss never is.
    shift : ndarray of shape (n_layers, n_networks)
        How far the mean of a node moves from one look to the next, on average, see
        :func:`~lecture_kit.sections.batch_normalization.inside.mean_drift`.
    accuracies : ndarray of shape (n_networks,)
        On the validation rows, at the end.
    """

    cosines: np.ndarray
    shift: np.ndarray
    accuracies: np.ndarray


def watch_gradients(kind, learning_rate, steps, training, validation, seeds, *, n_updates=120,
                    every=10, sizes=SMALL):
    """Train sigmoid networks, and look on the way how their inputs shift and how gradients turn.

    The init scale keeps the gradient of small inputs. Batches have 60 rows. What is looked at are
    the first 150 training rows.

    Parameters
    ----------
    kind, sizes
        As in :func:`~lecture_kit.sections.batch_normalization.experiments.build_network`.
    learning_rate : float
        η of the training, above 0.
    steps : array_like of shape (n_steps,)
        η of the steps that are tried, as in :func:`look_ahead`.
    training, validation : tuple of (features, labels)
        Rows.
    seeds : sequence of int
        One network for each.
    n_updates, every : int
        How many updates to make, and after how many to look at the inputs; at least two looks. At
        every third of them the gradients are looked at, too.

    Returns
    -------
    Watched
        What was seen.

    Raises
    ------
    ValueError
        If a number is out of its range, or as in :func:`~lecture_kit.maths.training.train`.
    """
    rate = as_number("learning_rate", learning_rate, "Try 1.0.", above=0)
    every = as_whole("every", every, "Try every=10.", least=1)
    n_updates = as_whole("n_updates", n_updates, "Let there be two looks.", least=every)
    scale, seeds = gradient_keeping_scale(SIGMOID, sizes[1]), list(seeds)

    def build():
        return [build_network(kind, scale, sizes, SIGMOID, seed) for seed in seeds]

    networks, looks, seen = build(), [], []
    probe = training[0][:150], training[1][:150]
    for update, found in accuracy_on_the_way(
            networks, GradientDescent(rate), training, validation, batch_size=60,
            n_updates=n_updates, record_every=n_updates, seed=seeds):
        accuracies = found
        if update % every == 0:
            seen.append([activation_inputs(network, probe[0]) for network in networks])
        if update % (3 * every) == 0:
            parameters = np.stack([network.parameters for network in networks])
            looks.append(look_ahead(build, parameters, steps, probe))
    losses, cosines = map(np.array, zip(*looks, strict=True))
    return Watched(_mean_where(losses[:, np.newaxis] < 1, cosines), _mean_shift(seen), accuracies)


def _mean_where(counts, values):
    """Average over the first axis what counts; NaN where nothing does."""
    n = np.broadcast_to(counts, values.shape).sum(axis=0)
    return np.where(n > 0, np.where(counts, values, 0).sum(axis=0) / np.maximum(n, 1), np.nan)


def _mean_shift(seen):
    """Average the drift between looks, each a list of the inputs of all layers per network."""
    return np.mean([[[mean_drift(*pair) for pair in zip(*two, strict=True)]
                     for two in zip(before, after, strict=True)]
                    for before, after in pairwise(seen)], axis=0).T
