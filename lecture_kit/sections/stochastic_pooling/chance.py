"""What chance does in one window: one draw, the mean of many, and the band that it keeps to."""

import numpy as np

from lecture_kit.maths.checks import as_labels, as_numbers, as_row, as_whole, require
from lecture_kit.maths.pooling import as_activations, draw, probabilities, weighted_average

EXAMPLE = (1.6, 0.0, 0.0, 2.4)  # the activations of the window that the notebook calculates with


def drawn_variance(activations):
    """Variance of a drawn activation, σ² = Σ_i p_i (a_i − Σ_k p_k a_k)².

    Parameters
    ----------
    activations : array_like of shape (..., n_entries)
        Activations a of each window, at least 0.

    Returns
    -------
    ndarray of shape (...)
        One variance per window. It is 0 where all activations that are not 0 are equal.

    Raises
    ------
    ValueError
        If an activation is negative or not finite.
    """
    activations = as_activations(as_numbers("activations", activations))
    p = probabilities(activations)
    center = (p * activations).sum(axis=-1, keepdims=True)
    return (p * (activations - center) ** 2).sum(axis=-1)


def large_numbers_band(activations, n_draws):
    """Half the width of the band around Σ p a that the mean of n draws keeps to, 2σ/√n.

    About 95 % of such means lie inside if n is large, and at least 75 % for every n (Chebyshev).

    Parameters
    ----------
    activations : array_like of shape (n_entries,)
        Activations a of the window, at least 0.
    n_draws : int or ndarray of int
        n, how many draws, at least 1.

    Returns
    -------
    float or ndarray
        2σ/√n.

    Raises
    ------
    ValueError
        If ``activations`` is not a list, an activation is negative or not finite, or
        ``n_draws`` is less than 1 or not whole.
    """
    n_draws = as_numbers("n_draws", n_draws, "Draw at least once.", least=1, whole=True)
    activations = as_row("activations", activations)
    return 2 * np.sqrt(drawn_variance(activations) / n_draws)


def share_in_band(activations, means, n_draws):
    """Share of measured means of n draws that lie in :func:`large_numbers_band`.

    Parameters
    ----------
    activations : array_like of shape (n_entries,)
        Activations a of the window, at least 0.
    means : ndarray of shape (n_runs,)
        A mean of n draws from each run.
    n_draws : int
        n, at least 1.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError
        If ``activations`` or ``means`` is not a list of finite numbers, an activation is
        negative, or ``n_draws`` is less than 1 or not whole.
    """
    n_draws = as_whole("n_draws", n_draws, "Draw at least once.", least=1)
    means, band = as_row("means", means), large_numbers_band(activations, n_draws)
    rounding = 1e-12 * np.max(activations)
    return float(np.mean(np.abs(means - weighted_average(activations)) <= band + rounding))


def running_means(activations, uniform):
    """Draw from one window again and again, and average after every draw.

    Parameters
    ----------
    activations : array_like of shape (n_entries,)
        Activations a of the window, at least 0.
    uniform : array_like of shape (..., n_draws)
        One random number per draw, from 0 to 1 (not included).

    Returns
    -------
    places : ndarray of int, shape (..., n_draws)
        Which entry each draw took.
    means : ndarray of shape (..., n_draws)
        Mean of the first 1, 2, … drawn activations.

    Raises
    ------
    ValueError
        If an activation is negative or not finite, or ``uniform`` leaves [0, 1).
    """
    activations = as_row("activations", activations)
    uniform = np.atleast_1d(as_numbers("uniform", uniform, "Use rng.random(shape)."))
    places = draw(activations, uniform)
    sums = activations[places].cumsum(axis=-1)
    return places, sums / np.arange(1, sums.shape[-1] + 1)


def shares_drawn(activations, places):
    """Share of the draws that took each entry of a window.

    Parameters
    ----------
    activations : array_like of shape (n_entries,)
        Activations a of the window.
    places : ndarray of int, shape (n_draws,)
        Which entry each draw took.

    Returns
    -------
    ndarray of shape (n_entries,)
        Shares, all 0 in a window of zeros: there nothing is drawn.

    Raises
    ------
    ValueError
        If ``activations`` is not a list, an activation is negative or not finite, or a
        place is no entry of the window.
    """
    activations = as_activations(as_row("activations", activations))
    places = as_labels("places", places, len(activations))
    require(places.ndim == 1 and places.size > 0, "places must be a list", places, "Draw first.")
    shares = np.bincount(places, minlength=len(activations)) / len(places)
    return shares * activations.any()
