"""Learning rates: the largest that learns, and how soon each network gets to an accuracy."""

import numpy as np

from lecture_kit.maths.activations import SIGMOID
from lecture_kit.maths.checks import as_number, as_row, as_whole, require
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.sections.batch_normalization.experiments import (
    accuracy_on_the_way,
    build_network,
)


def largest_rates_that_learn(kind, activation, init_scale, rates, training, validation, *,
                             n_updates, accuracy, seeds, sizes=(64, 50, 50, 50, 10)):
    """Find for each seed the largest learning rate with which a network learns, by bisection.

    Bisection takes for granted that whatever learns with a rate learns with a smaller one, too.

    Parameters
    ----------
    kind, activation, init_scale, sizes
        As in :func:`~lecture_kit.sections.batch_normalization.experiments.build_network`.
    rates : array_like of shape (n_rates,)
        The rates to choose from, all positive, in rising order.
    training, validation : tuple of (features, labels)
        Rows.
    n_updates : int
        How many updates a network has, with batches of 60.
    accuracy : float
        What it must reach on the validation rows to have learned.
    seeds : sequence of int
        Seeds of the weights and of the shuffles.

    Returns
    -------
    ndarray of shape (n_seeds,)
        The rates; 0 where even the smallest does not learn, infinite where the largest does: then
        ``rates`` must be wider.

    Raises
    ------
    ValueError
        If ``rates`` do not rise or are not positive, or as in
        :func:`~lecture_kit.sections.batch_normalization.experiments.accuracy_on_the_way`.
    """
    rates = as_row("rates", rates, "Try [0.1, 1.0].", above=0)
    require(np.diff(rates) > 0, "rates must rise", rates, "Sort them.")
    low, high = np.full(len(seeds), -1), np.full(len(seeds), len(rates))
    while (high - low).max() > 1:
        middle = np.clip((low + high) // 2, 0, len(rates) - 1)
        networks = [build_network(kind, init_scale, sizes, activation, seed) for seed in seeds]
        *_, (_update, found) = accuracy_on_the_way(
            networks, GradientDescent(rates[middle][:, np.newaxis]), training, validation,
            batch_size=60, n_updates=n_updates, record_every=n_updates, seed=seeds)
        learned = found > accuracy
        low, high = np.where(learned, middle, low), np.where(learned, high, middle)
    return np.concatenate([rates, [np.inf, 0]])[np.where(high == len(rates), len(rates), low)]
