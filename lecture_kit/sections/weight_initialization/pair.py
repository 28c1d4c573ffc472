"""Two hidden units that start equal but for one weight, and when they part."""

from dataclasses import dataclass

import numpy as np

from lecture_kit.maths.activations import SIGMOID
from lecture_kit.maths.checks import as_measured, as_number, as_row, require_fit
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.initializers import xavier
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.training import train

_TINY = 1e-6  # size of a difference between two units for which growth is linear


def two_units(epsilon, seed, classes=4):
    """Build a network with two hidden sigmoid units that differ in a single weight.

    Parameters
    ----------
    epsilon : float
        ε, by how much the weight of pixel 28, in the middle, is larger in the second unit.
    seed : int
        Seed of the weights that both have in common.
    classes : int, default 4
        How many outputs.

    Returns
    -------
    Network
        64 inputs, two hidden units with equal weights in and out but for ε, and the outputs.

    Raises
    ------
    ValueError
        If ``epsilon`` is not finite, or ``classes`` is less than 1 or not whole.

    References
    ----------
    Slides, section "(2) weight initialization": symmetric weights.
    """
    epsilon = as_number("epsilon", epsilon, "Try epsilon=1e-4.")
    network = fully_connected((64, 2, classes), SIGMOID, SOFTMAX_CROSS_ENTROPY, xavier, seed)
    into, out = network.layers[0].weights, network.layers[2].weights
    into[:, 1], out[1] = into[:, 0], out[0]
    into[28, 1] += epsilon
    return network


@dataclass(frozen=True)
class PairRun:
    """A training of two units.

    Parameters
    ----------
    weights : ndarray of shape (n_steps + 1, 64, 2)
        Incoming weights of both units before the first and after every step.
    losses : ndarray of shape (n_steps + 1,)
        Training loss.
    """

    weights: np.ndarray
    losses: np.ndarray

    @property
    def distances(self):
        """Distance of the two weight vectors, ndarray of shape (n_steps + 1,)."""
        return np.linalg.norm(self.weights[..., 0] - self.weights[..., 1], axis=1)

    @property
    def lengths(self):
        """Mean length of the two weight vectors, ndarray of shape (n_steps + 1,)."""
        return np.linalg.norm(self.weights, axis=1).mean(axis=1)


def train_pair(epsilon, learning_rate, seed, n_steps, rows):
    """Train :func:`two_units` by gradient descent on all rows at once.

    Parameters
    ----------
    epsilon : float
        ε, the difference at the start.
    learning_rate : float
        η, at least 0.
    seed : int
        Seed of the weights.
    n_steps : int
        How many steps.
    rows : tuple of (features, labels)
        Digits from 0 to 3, as :func:`lecture_kit.maths.datasets.digit_rows` gives them.

    Returns
    -------
    PairRun
        The course of the training.

    Raises
    ------
    ValueError
        As in :func:`~lecture_kit.maths.training.train` and :func:`two_units`.
    """
    (run,) = _follow([two_units(epsilon, seed)], learning_rate, n_steps, rows)
    return run


def train_pairs(epsilons, learning_rate, seed, n_steps, rows):
    """Train a pair for each of many differences at the start, side by side.

    Parameters
    ----------
    epsilons : sequence of float
        Values of ε.
    learning_rate, seed, n_steps, rows
        As in :func:`train_pair`.

    Returns
    -------
    list of PairRun
        One for each ε, as :func:`train_pair` gives it.

    Raises
    ------
    ValueError
        As in :func:`train_pair`, or if ``epsilons`` is not a list of numbers.
    """
    networks = [two_units(epsilon, seed) for epsilon in as_row("epsilons", epsilons).tolist()]
    return _follow(networks, learning_rate, n_steps, rows)


def _follow(networks, learning_rate, n_steps, rows):
    """Train pairs side by side and keep their weights and losses at every step."""
    pairs, weights, losses = Ensemble(networks), [], []
    for record in _descend(pairs, learning_rate, n_steps, rows):
        weights.append(pairs.layers[0].weights.copy())
        losses.append(record.training_loss)
    every = zip(np.stack(weights, axis=1), np.stack(losses, axis=1), strict=True)
    return [PairRun(*run) for run in every]


def difference_growth(learning_rate, seed, n_steps, rows):
    """Follow a difference between two units that is too small to act back on them.

    After every step the difference is brought back to one small size. The product of what was
    undone is its growth. For any small ε theory expects the distance ε times this growth.

    Parameters
    ----------
    learning_rate, seed, n_steps, rows
        As in :func:`train_pair`.

    Returns
    -------
    growth : ndarray of shape (n_steps + 1,)
        Distance of the weights into the two units, divided by that at the start.
    one_unit : PairRun
        The training of the equal pair, which works like a single unit.

    Raises
    ------
    ValueError
        As in :func:`~lecture_kit.maths.training.train` and :func:`two_units`.
    """
    network = two_units(_TINY, seed)
    units_swapped = _swap_units(network)
    shrunk, growth, weights, losses = 1.0, [], [], []
    for record in _descend(network, learning_rate, n_steps, rows):
        values = network.parameters
        equal, difference = (values + values[units_swapped]) / 2, values - values[units_swapped]
        into = network.layers[0].weights
        growth.append(np.linalg.norm(into[:, 0] - into[:, 1]) / (_TINY * shrunk))
        correction = np.sqrt(2) * _TINY / np.linalg.norm(difference)
        values[:] = equal + correction * difference / 2
        shrunk *= correction
        weights.append(into.copy())
        losses.append(record.training_loss)
    return np.array(growth), PairRun(np.array(weights), np.array(losses))


def _descend(network, learning_rate, n_steps, rows):
    return train(network, GradientDescent(learning_rate), rows, batch_size=len(rows[1]),
                 epochs=n_steps, seed=0)


def _swap_units(network):
    """Find the order of the parameters in which the two hidden units have changed places."""
    kept = network.parameters.copy()
    network.parameters[:] = np.arange(kept.size)
    hidden, output = network.layers[0], network.layers[2]
    for array in (hidden.weights.T, hidden.bias, output.weights):
        array[:] = array[::-1].copy()
    order = network.parameters.astype(np.intp)
    network.parameters[:] = kept
    return order


def first_step_apart(distances, lengths):
    """Find the step at which two units have parted: their distance is half their length.

    Parameters
    ----------
    distances, lengths : ndarray of shape (n_steps + 1,)
        Distance of the weight vectors and their mean length.

    Returns
    -------
    int or None
        The first such step, or None if they do not part.

    Raises
    ------
    ValueError
        If the arguments are no numbers, or the shapes do not fit.
    """
    distances = as_measured("distances", distances, "Pass one per step.")
    lengths = as_measured("lengths", lengths, "Pass one per step.")
    require_fit(distances=distances, lengths=lengths)
    apart = np.flatnonzero(distances > lengths / 2)
    return int(apart[0]) if apart.size else None
