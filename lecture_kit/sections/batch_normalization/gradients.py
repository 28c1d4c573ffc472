"""Gradients: how long they are at the start, and how far one can trust them."""

from dataclasses import dataclass

import numpy as np

from lecture_kit.maths.activations import SIGMOID
from lecture_kit.maths.checks import as_number, as_row, as_whole
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.initializers import xavier
from lecture_kit.maths.training import learn
from lecture_kit.sections.batch_normalization.experiments import build_network
from lecture_kit.sections.batch_normalization.inside import activation_inputs, mean_drift


def first_layer_gradients(kind, activation, init_scale, depth, rows, seeds, width=50):
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
    width : int, default 50
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


@dataclass(frozen=True)
class Foresight:
    """What the gradient of networks side by side says about the loss a step ahead.

    Parameters
    ----------
    losses : ndarray of shape (n_steps, n_networks)
        Training loss at the end of each step.
    agreement : ndarray of shape (n_steps, n_networks)
        Cosine of the angle between the gradient before the step and the one after it; 1 means
        that it still points the same way.
    change : ndarray of shape (n_steps, n_networks)
        How much the gradient has changed, |g′ − g|/|g|.
    """

    losses: np.ndarray
    agreement: np.ndarray
    change: np.ndarray


def _losses_and_gradients(build, parameters, rows):
    """Losses and gradients in training mode of new networks with given parameters."""
    ensemble = Ensemble(build())
    ensemble.parameters[:] = parameters
    with np.errstate(over="ignore", invalid="ignore"):
        gradient = ensemble.backpropagate(*rows).copy()
        labels = np.broadcast_to(rows[1], ensemble.batch_logits.shape[:-1])
        return ensemble.loss.value(ensemble.batch_logits, labels).mean(axis=-1), gradient


def look_ahead(build, parameters, steps, rows):
    """Go along the gradient and see how far it can be trusted.

    Parameters
    ----------
    build : callable
        Makes the networks anew, so that noise in them is the same at all places.
    parameters : ndarray of shape (n_networks, n_parameters)
        w, where they stand.
    steps : array_like of shape (n_steps,)
        η of the steps to w − ηg.
    rows : tuple of (features, labels)
        The batch, as :meth:`Ensemble.check` has returned it.

    Returns
    -------
    Foresight
    """
    _loss, before = _losses_and_gradients(build, parameters, rows)
    losses, agreement, change = [], [], []
    length = np.linalg.norm(before, axis=-1)
    for step in steps:
        loss, after = _losses_and_gradients(build, parameters - step * before, rows)
        losses.append(loss)
        agreement.append(np.vecdot(before, after) / (length * np.linalg.norm(after, axis=-1)))
        change.append(np.linalg.norm(after - before, axis=-1) / length)
    return Foresight(*map(np.array, (losses, agreement, change)))
