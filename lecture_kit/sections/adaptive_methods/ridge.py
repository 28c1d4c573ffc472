"""The way off the ridge of the saddle f = x² − y²: runs, and how many steps theory says."""

import numpy as np

from lecture_kit.maths.checks import (
    as_measured,
    as_number,
    as_numbers,
    as_row,
    as_whole,
    require,
    require_fit,
)
from lecture_kit.maths.landscapes import saddle
from lecture_kit.maths.trajectories import walk


def leave_ridge(optimizer, distances, n_steps=1000, reach=1.0):
    """Run on f = x² − y² from beside the ridge until all runs have left it.

    Parameters
    ----------
    optimizer : Optimizer
        The rule.
    distances : array_like of shape (n_distances,)
        ε: the runs begin at (0, ε).
    n_steps : int, default 1000
        How many steps to try.
    reach : float, default 1
        A run with |y| ≥ ``reach`` has left.

    Returns
    -------
    ndarray of shape (n_taken + 1, n_distances)
        |y| after 0, 1, … steps. It ends at the step with which the last run leaves.

    Raises
    ------
    ValueError
        If ``distances`` is not a list of finite numbers, ``reach`` is not positive, or
        ``n_steps`` is negative or not whole.
    """
    distances = as_row("distances", distances)
    reach = as_number("reach", reach, "Try reach=1.", above=0, most=1e100)
    start = np.stack([np.zeros_like(distances), distances], axis=-1)
    rows, left = [], np.zeros(distances.shape, bool)
    for points in walk(saddle().gradient, optimizer, start, n_steps, bound=1e100):
        rows.append(np.abs(points[:, 1]))
        left |= rows[-1] >= reach
        if left.all():
            break
    return np.array(rows)


def escape_steps(ways, reach=1.0):
    """Count the steps until each run has left the ridge.

    Parameters
    ----------
    ways : ndarray of shape (n_steps + 1, n_distances)
        What :func:`leave_ridge` returned.
    reach : float, default 1
        How far is out.

    Returns
    -------
    ndarray of float, shape (n_distances,)
        Number of steps; NaN for a run that is still there.

    Raises
    ------
    ValueError
        If ``ways`` are no numbers or ``reach`` is not positive.
    """
    ways = as_measured("ways", ways, "Pass what leave_ridge has returned.", ndim=2)
    reach = as_number("reach", reach, "Try reach=1.", above=0)
    out = ways >= reach
    return np.where(out.any(axis=0), out.argmax(axis=0), np.nan)


def until_off(way, reach=1.0):
    """Cut a run at the step with which it leaves the ridge.

    Parameters
    ----------
    way : ndarray of shape (n_steps + 1,)
        One column of what :func:`leave_ridge` returned.
    reach : float, default 1
        How far is out.

    Returns
    -------
    ndarray of shape (n_taken + 1,)
        The run up to there, or the whole run if it is still on the ridge.

    Raises
    ------
    ValueError
        If ``way`` is no list of numbers or ``reach`` is not positive.
    """
    way = as_measured("way", way, "Pass one column of what leave_ridge has returned.")
    require(way.ndim == 1, "way must be a single run", way.shape, "Pass one column.")
    steps = escape_steps(way[:, np.newaxis], reach)[0]
    return way if np.isnan(steps) else way[: int(steps) + 1]


def escape_steps_of_gradient_descent(distance, learning_rate, reach=1.0):
    """Steps that gradient descent needs to leave the ridge of f = x² − y², by theory.

    Each step multiplies y by 1 + 2η, so y reaches the distance r after ln(r/ε)/ln(1 + 2η) steps. A
    run takes the next whole number.

    Parameters
    ----------
    distance : float or ndarray
        ε, positive: how far from the ridge the run begins.
    learning_rate : float or ndarray
        η, positive.
    reach : float, default 1
        r.

    Returns
    -------
    float or ndarray
        The steps, not rounded.

    Raises
    ------
    ValueError
        If ``distance``, ``learning_rate`` or ``reach`` is not positive, or the shapes do
        not fit.
    """
    distance = as_numbers("distance", distance, "Exactly on the ridge nothing moves. Try 1e-6.",
                          above=0)
    learning_rate = as_numbers("learning_rate", learning_rate, "Try 0.1.", above=0)
    reach = as_number("reach", reach, "Try reach=1.", above=0)
    require_fit(distance=distance, learning_rate=learning_rate)
    return np.log(reach / distance) / np.log1p(2 * learning_rate)


def escape_steps_of_adagrad(learning_rate, reach=1.0):
    """Steps that Adagrad needs to leave the ridge of f = x² − y², for small learning rates.

    Adagrad moves y by ηy/√(Σy²), which does not change if all y are multiplied by a number. So the
    distance ε at the start plays no part, and y grows like η√(8k) with the step k: it reaches r
    after r²/(8η²) steps.

    Parameters
    ----------
    learning_rate : float or ndarray
        η, positive.
    reach : float, default 1
        r.

    Returns
    -------
    float or ndarray
        The steps, not rounded; infinite where they are too large for a number. The smaller η, the
        better they agree with a run.

    Raises
    ------
    ValueError
        If ``learning_rate`` or ``reach`` is not positive.
    """
    learning_rate = as_numbers("learning_rate", learning_rate, "Try 0.01.", above=0)
    reach = as_number("reach", reach, "Try reach=1.", above=0)
    with np.errstate(over="ignore"):
        return reach**2 / (8 * np.square(learning_rate))


def growth_on_the_ridge(distance, learning_rate, n_steps):
    """Follow gradient descent on the ridge of f = x² − y², by theory: y = ε(1 + 2η)ᵏ.

    Parameters
    ----------
    distance : float
        ε.
    learning_rate : float
        η.
    n_steps : int
        How many steps.

    Returns
    -------
    ndarray of shape (n_steps + 1,)
        y after 0, 1, … steps; infinite where it is too large for a number.

    Raises
    ------
    ValueError
        If ``distance`` is not positive, ``learning_rate`` is negative, or ``n_steps`` is
        negative or not whole.
    """
    distance = as_number("distance", distance, "Try 1e-6.", above=0)
    learning_rate = as_number("learning_rate", learning_rate, "Try 0.1.", least=0)
    n_steps = as_whole("n_steps", n_steps, "Try n_steps=100.", least=0)
    with np.errstate(over="ignore"):
        return distance * (1 + 2 * learning_rate) ** np.arange(n_steps + 1.0)
