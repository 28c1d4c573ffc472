"""The energy of a ball and the hill between two wells: who gets across, and who comes back."""

from itertools import pairwise

import numpy as np

from lecture_kit.maths.checks import as_number, as_row
from lecture_kit.maths.optimizers import Momentum
from lecture_kit.maths.trajectories import walk
from lecture_kit.sections.gradient_descent_and_momentum.experiments import energies, hilltop


def caught_on_side(landscape, path, learning_rate):
    """Tell on which side of the hill a ball is when its energy first falls below the hilltop.

    Parameters
    ----------
    landscape : Landscape
        A function of one coordinate with two minima.
    path : ndarray of shape (n_steps + 1, ..., 1)
        Runs of :class:`~lecture_kit.maths.optimizers.Momentum`, with NaN after a divergence.
    learning_rate : float
        η of the runs, larger than 0.

    Returns
    -------
    ndarray of shape (...)
        −1 for the left well, 1 for the right one, 0 if the energy never falls so low. With short
        steps a ball that is caught stays.

    Raises
    ------
    ValueError
        If the landscape does not have two wells, ``path`` does not hold one point per step, or
        ``learning_rate`` is not positive.
    """
    top = hilltop(landscape)
    low = energies(landscape, path, learning_rate) < landscape.value(np.array([top]))
    place = np.take_along_axis(path[..., 0], low.argmax(axis=0)[np.newaxis], axis=0)[0]
    return np.where(low.any(axis=0), np.sign(place - top), 0)


def crossings(landscape, learning_rate, momentum, start, n_steps):
    """Count for many momenta how often a ball crosses the hill between two wells.

    Parameters
    ----------
    landscape : Landscape
        A function of one coordinate with two minima.
    learning_rate : float
        η, at least 0.
    momentum : ndarray of shape (n_momenta,)
        Values of β, each from 0 to 1 (not included).
    start : float
        Where the ball begins, at rest.
    n_steps : int
        How many steps to take.

    Returns
    -------
    ndarray of int, shape (n_momenta,)
        An odd number leads into the other well, an even one back into the first.

    Raises
    ------
    ValueError
        If an argument is out of its range or the landscape does not have two wells.
    """
    momentum = as_row("momentum", momentum)[:, np.newaxis]
    start, top = as_number("start", start, "Try start=1.5."), hilltop(landscape)
    optimizer = Momentum(as_number("learning_rate", learning_rate, "Try 0.1.", least=0), momentum)
    sides = (point > top for point in walk(
        landscape.gradient, optimizer, np.full(momentum.shape, start), n_steps))
    count = np.zeros(momentum.shape, np.intp)
    for before, after in pairwise(sides):
        count += before != after
    return count[:, 0]
