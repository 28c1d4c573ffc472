"""How sure a recall is that was measured on few rows: the same count, many times over."""

from dataclasses import dataclass

import numpy as np

from lecture_kit.maths.checks import as_number, as_numbers, as_rng, as_whole
from lecture_kit.maths.inference import wilson_interval

MOST_ROWS = 1000


@dataclass(frozen=True, eq=False)
class Counts:
    """One recall, measured many times, each time with Wilson's interval.

    Parameters
    ----------
    recall : float
        The true one.
    found : ndarray of shape (n_repetitions,)
        Share of the rows that was found.
    low, high : ndarray of shape (n_repetitions,)
        Ends of the interval.
    """

    recall: float
    found: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def n_hits(self):
        """How many intervals contain the true recall."""
        return int(((self.low <= self.recall) & (self.recall <= self.high)).sum())

    @property
    def mean_width(self):
        """Mean width of the intervals."""
        return (self.high - self.low).mean()


def count_again(n_rows, recall, confidence, n_repetitions, seed):
    """Count many times how many of n rows are found, when each is found with probability p.

    With the same seed, more rows are the same ones and some more: nothing jumps.

    Parameters
    ----------
    n_rows : int
        n, from 1 to 1,000.
    recall : float
        p, the true recall, from 0 to 1.
    confidence : float
        As in :func:`~lecture_kit.maths.inference.wilson_interval`.
    n_repetitions : int
        How many times, at least 1.
    seed : int
        Seed of the rows.

    Returns
    -------
    Counts
        What was found, and the intervals.

    Raises
    ------
    ValueError
        If a number is out of its range.
    """
    n_rows = as_whole("n_rows", n_rows, "Try n_rows=100.", least=1, most=MOST_ROWS)
    recall = as_number("recall", recall, "It is a share.", least=0, most=1)
    n_repetitions = as_whole("n_repetitions", n_repetitions, "Try 40.", least=1)
    luck = as_rng(seed).random((n_repetitions, MOST_ROWS))[:, :n_rows]
    n_found = (luck < recall).sum(axis=1)
    return Counts(recall, n_found / n_rows, *wilson_interval(n_found, n_rows, confidence))


def width_in_theory(n_rows, recall, confidence):
    """Width of Wilson's interval where just the expected number of rows is found, k = n p.

    Parameters
    ----------
    n_rows : array_like of int
        n, at least 1.
    recall : float
        p, from 0 to 1.
    confidence : float
        As in :func:`~lecture_kit.maths.inference.wilson_interval`.

    Returns
    -------
    ndarray of the shape of ``n_rows``
        Widths from 0 to 1.

    Raises
    ------
    ValueError
        If a number is out of its range.
    """
    n_rows = as_numbers("n_rows", n_rows, "Without rows there is no share.", least=1, whole=True)
    recall = as_number("recall", recall, "It is a share.", least=0, most=1)
    low, high = wilson_interval(n_rows * recall, n_rows, confidence)
    return high - low
