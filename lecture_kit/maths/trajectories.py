"""Runs of an optimizer on a landscape, step by step."""

import numpy as np

from lecture_kit.maths.checks import (
    as_measured,
    as_number,
    as_numbers,
    as_whole,
    require,
    require_fit,
)


def walk(gradient, optimizer, start, n_steps, bound=1e6):
    """Follow an optimizer from one start or from many at once, step by step.

    Parameters
    ----------
    gradient : callable
        Points of shape (..., d) to gradients of the same shape.
    optimizer : Optimizer
        The rule. Settings of shape (..., 1) give every start its own.
    start : array_like of shape (..., d)
        Where the runs begin.
    n_steps : int
        How many steps to take, at least 0.
    bound : float, default 1e6
        A run with a coordinate outside ±``bound`` has diverged. It ends there; one that begins
        outside has no more than its start.

    Returns
    -------
    iterator of ndarray of shape (..., d)
        The start, then the points after each step. A run that has diverged is NaN, which
        a picture leaves blank.

    Raises
    ------
    ValueError
        If ``start`` is not finite, has no axis or does not fit the shapes of the settings,
        ``n_steps`` is negative or not whole, or ``bound`` is negative.
    """
    point = np.asarray(as_numbers("start", start)).astype(np.float64)
    require(point.ndim >= 1, "start must have its coordinates on the last axis", start,
            "Pass [x] for one coordinate.")
    n_steps = as_whole("n_steps", n_steps, "Try n_steps=100.", least=0)
    require_fit(start=point, **vars(optimizer))
    bound = as_number("bound", bound, "Try bound=1e6.", least=0)
    return _points(gradient, optimizer, point, n_steps, bound)


def _points(gradient, optimizer, point, n_steps, bound):
    state = optimizer.initial_state(point)
    inside = (np.abs(point) <= bound).all(axis=-1, keepdims=True)
    yield point
    for _ in range(n_steps):
        with np.errstate(over="ignore", invalid="ignore"):  # a run that diverges
            moved, state = optimizer.step(point, gradient(point), state)
        inside &= (np.abs(moved) <= bound).all(axis=-1, keepdims=True)
        point = np.where(inside, moved, point)
        yield np.where(inside, point, np.nan)


def trajectory(gradient, optimizer, start, n_steps, bound=1e6):
    """Collect the points of :func:`walk`.

    Parameters
    ----------
    gradient, optimizer, start, n_steps, bound
        As in :func:`walk`.

    Returns
    -------
    ndarray of shape (n_steps + 1, ..., d)
        All points, the start first. :func:`diverged_at` tells where a diverged run ends.

    Raises
    ------
    ValueError
        As in :func:`walk`.
    """
    return np.stack(list(walk(gradient, optimizer, start, n_steps, bound)))


def diverged_at(path):
    """Tell at which step a run diverged.

    Parameters
    ----------
    path : ndarray of shape (n_steps + 1, ..., d)
        What :func:`trajectory` returned.

    Returns
    -------
    ndarray of int, shape (...)
        Number of the first step without a point, or −1 for a run that did not diverge.

    Raises
    ------
    ValueError
        If ``path`` does not hold one point per step.
    """
    path = as_measured("path", path, "Pass what trajectory has returned.", ndim=2)
    gone = np.isnan(path).any(axis=-1)
    return np.where(gone.any(axis=0), gone.argmax(axis=0), -1)
