"""What one outlier leaves to all other values under min-max and under z-score."""

import numpy as np

from lecture_kit.maths.checks import (
    as_number,
    as_numbers,
    as_rng,
    as_row,
    as_seeds,
    as_whole,
    require,
)
from lecture_kit.maths.preprocessing import MinMaxScaler, StandardScaler


def body_weights(n_people, seed=0):
    """Draw body weights from N(65 kg, 11 kg).

    Parameters
    ----------
    n_people : int
        How many people, 1 to 1000. More people keep the weights of those that were there.
    seed : int, default 0
        Seed of the random numbers.

    Returns
    -------
    ndarray of shape (n_people,)
        Weights in kg.

    Raises
    ------
    ValueError
        If ``n_people`` is out of its range.
    """
    n_people = as_whole("n_people", n_people, "Try n_people=30.", least=1, most=1000)
    return as_rng(seed).normal(65, 11, 1000)[:n_people]


def scale_with_outlier(others, outlier):
    """Put values and an outlier on three scales, and measure what the others keep of each.

    Parameters
    ----------
    others : array_like of shape (n_others,)
        The other values, not all equal.
    outlier : float
        x, the last value of each column.

    Returns
    -------
    columns : dict of str to ndarray of shape (n_others + 1,)
        By scaling: "raw", "min-max" and "z-score".
    kept : dict of str to float
        Length of the interval of the others after min-max, and their deviation after z-score.

    Raises
    ------
    ValueError
        If the others are all equal or a number is not finite.
    """
    column = np.append(_others(others), as_number("outlier", outlier))[:, np.newaxis]
    squeezed, scored = (Scaler().fit(column).transform(column)[:, 0]
                        for Scaler in (MinMaxScaler, StandardScaler))
    kept = {"min-max": float(np.ptp(squeezed[:-1])), "z-score": float(scored[:-1].std())}
    return {"raw": column[:, 0], "min-max": squeezed, "z-score": scored}, kept


def kept_by_min_max(others, outlier):
    """Share of the min-max scale that one outlier leaves to all others.

    It is (b − a)/(max(b, x) − min(a, x)), with a and b the smallest and largest of the others and
    x the outlier.

    Parameters
    ----------
    others : array_like of shape (n_others,)
        The other values, not all equal.
    outlier : float or ndarray
        x.

    Returns
    -------
    float or ndarray
        The share: 1 means that the outlier does no harm.

    Raises
    ------
    ValueError
        If the others are all equal or a number is not finite.
    """
    others, outlier = _others(others), as_numbers("outlier", outlier)
    low, high = others.min(), others.max()
    return (high - low) / (np.maximum(high, outlier) - np.minimum(low, outlier))


def kept_by_z_score(others, outlier):
    """Share of their z-score spread that one outlier leaves to all others.

    The n − 1 others have mean m and deviation s. Together with the outlier x the variance is
    s²(n − 1)/n + (x − m)²(n − 1)/n². The share is s divided by its root.

    Parameters
    ----------
    others : array_like of shape (n_others,)
        The other values, not all equal.
    outlier : float or ndarray
        x.

    Returns
    -------
    float or ndarray
        The share. Near the others' mean the new value makes all values less spread, and the share
        is a little above 1.

    Raises
    ------
    ValueError
        If the others are all equal or a number is not finite.
    """
    others, outlier = _others(others), as_numbers("outlier", outlier)
    n = len(others) + 1
    variance = others.var()
    together = variance * (n - 1) / n + (outlier - others.mean()) ** 2 * (n - 1) / n**2
    return np.sqrt(variance / together)


def _others(others):
    others = as_row("others", others)
    require(np.ptp(others) > 0,
            "others must be a list of values that are not all equal", others,
            "Pass at least two different values.")
    return others


def largest_z_score(n):
    """Largest z-score that any of n values can have, √(n − 1).

    Parameters
    ----------
    n : int
        How many values there are, at least 1.

    Returns
    -------
    float
        The bound. One outlier among equal values reaches it.

    Raises
    ------
    ValueError
        If ``n`` is less than 1.

    References
    ----------
    Samuelson, P. A. (1968). How deviant can you be? Journal of the American Statistical
    Association, 63(324), 1522-1525.
    """
    n = as_whole("n", n, "It counts values.", least=1)
    return float(np.sqrt(n - 1))


SHARES_KEPT = {"min-max": kept_by_min_max, "z-score": kept_by_z_score}  # by theory


def kept_over_draws(n_others, outlier, seeds):
    """Measure what the others keep in many draws of their weights, and work it out by theory.

    Parameters
    ----------
    n_others : int
        How many others, 2 to 1000.
    outlier : float
        The outlier, in kg.
    seeds : sequence of int, shape (n_draws,)
        Seed of each draw, as in :func:`body_weights`.

    Returns
    -------
    measured, theory : ndarray of shape (2, n_draws)
        Shares under min-max, then under z-score.

    Raises
    ------
    ValueError
        If a number is out of its range or ``seeds`` is not a list of seeds.
    """
    seeds = as_seeds(seeds)
    draws = [body_weights(n_others, seed) for seed in seeds]
    kept = [scale_with_outlier(others, outlier)[1] for others in draws]
    return (np.array([[own[name] for own in kept] for name in SHARES_KEPT]),
            np.array([[share(others, outlier) for others in draws]
                      for share in SHARES_KEPT.values()]))
