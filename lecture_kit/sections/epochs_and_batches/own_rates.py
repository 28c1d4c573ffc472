"""The race of batch sizes, each with its own best learning rate, and the batch that is critical.

Symbols: B rows per mini batch, U updates to the target, η learning rate.
"""

import numpy as np

from lecture_kit.maths.checks import as_row, as_table, require, require_choice
from lecture_kit.sections.epochs_and_batches.race import TARGETS, as_batch_size, updates_to_arrive

_LARGEST = {1: -4, 4: -2, 16: 0, 64: 0, 256: 1, 1024: 1}  # powers of 2: where each search ends
_TRIAL_SEEDS = (100, 101)  # the race itself takes others
OWN_RATES = {  # what best_rate finds: the panel has no time to search
    "digits": {1: 2**-5, 4: 2**-3, 16: 2**-1, 64: 2**-1, 256: 1.0, 1024: 1.0},
    "spambase": {1: 2**-7, 4: 2**-5, 16: 2**-3, 64: 2**-1, 256: 1.0, 1024: 1.0},
}


def best_rate(data, batch_size):
    """Find the learning rate with which a batch size needs the fewest updates to the target.

    Five rates are tried, each half of the next, with two seeds each.

    Parameters
    ----------
    data : {"digits", "spambase"}
        What the network shall learn.
    batch_size : int
        B, one of ``race.BATCH_SIZES``.

    Returns
    -------
    rate : float
        Of the rates with which both arrive the one with the smallest mean.
    is_edge : bool
        Whether it is the smallest or the largest of those tried, so that a better one may lie
        beyond.

    Raises
    ------
    ValueError
        If ``data`` or ``batch_size`` is unknown, or with no rate both arrive.
    """
    require_choice("data", data, TARGETS)
    rates = 2.0 ** (_LARGEST[as_batch_size(batch_size)] + np.arange(-4, 1))
    means = updates_to_arrive(data, batch_size, rates, _TRIAL_SEEDS).mean(axis=1)
    require(np.isfinite(means).any(), "with one of the rates both must arrive", rates,
            "Take another target.")
    best = int(np.nanargmin(means))
    return float(rates[best]), best in (0, len(rates) - 1)


def critical_batch_size(batch_sizes, updates):
    """Fit the law U = U_min (1 + B_c/B) to the updates that batch sizes need.

    Far below the critical batch size B_c twice the batch needs half the updates; far above it a
    larger batch saves nothing. At B = B_c the updates are twice the fewest possible ones, and so
    are the rows. The fit is that of least squares of the relative errors.

    Parameters
    ----------
    batch_sizes : sequence of int, shape (n_sizes,)
        B, at least two, each at least 1.
    updates : array_like of shape (n_sizes, n_seeds)
        U, with each batch size at its own best learning rate.

    Returns
    -------
    fewest, critical : ndarray of shape (n_seeds,)
        U_min and B_c, from the updates of each seed.

    Raises
    ------
    ValueError
        If there is not one row of updates for each batch size, an update is less than 1, or there
        are fewer than two sizes.

    References
    ----------
    McCandlish, S., Kaplan, J., Amodei, D., & OpenAI Dota Team (2018). An empirical model of
    large-batch training.
    """
    sizes = as_row("batch_sizes", batch_sizes, "Try (1, 16, 256).", least=1)
    updates = as_table("updates", updates)
    require(len(sizes) == len(updates), "updates must hold one row per batch size", updates.shape,
            f"There are {len(sizes)} batch sizes.")
    require(len(sizes) >= 2, "a law with two unknowns needs two batch sizes", len(sizes),
            "Pass more.")
    require((updates >= 1).all(), "updates must be at least 1", updates, "Count from 1.")
    columns = np.stack([np.ones(len(sizes)), 1 / sizes], axis=1)
    fits = [np.linalg.lstsq(columns / own[:, np.newaxis], np.ones(len(sizes)))[0]
            for own in updates.T]
    fewest, slope = np.transpose(fits)
    return fewest, slope / fewest
