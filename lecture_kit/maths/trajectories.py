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


@np.errstate(over="ignore", invalid="ignore")
def energies(landscape, path, learning_rate):
    """Energy of a run at each step, height plus motion: f(x) + |v|²/(2η), v the last movement.

    A slope only turns height into motion and back, if the steps are short. Friction, the momentum
    β < 1, takes energy away.

    Parameters
    ----------
    landscape : Landscape
        Where the run walks.
    path : ndarray of shape (n_steps + 1, ..., d)
        What :func:`trajectory` returned. The run begins at rest.
    learning_rate : float
        η of the run, larger than 0.

    Returns
    -------
    ndarray of shape (n_steps + 1, ...)
        Energies; NaN where the run has diverged, infinite where they are too large for a number.

    Raises
    ------
    ValueError
        If ``path`` does not hold one point per step or ``learning_rate`` is not positive.

    References
    ----------
    Polyak, B. T. (1964). Some methods of speeding up the convergence of iteration methods. (The
    heavy ball.)
    """
    path = as_measured("path", path, "Pass what trajectory has returned.", ndim=2)
    learning_rate = as_number("learning_rate", learning_rate, "Try 0.1.", above=0)
    gone = ~np.isfinite(path).all(axis=-1)
    heights = landscape.value(np.where(gone[..., np.newaxis], 0.0, path))
    movement = np.diff(path, axis=0, prepend=path[:1])
    return np.where(gone, np.nan, heights + (movement**2).sum(axis=-1) / (2 * learning_rate))
