"""Section 04, gradient descent and momentum: one run, many runs, and where they come to rest."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from lecture_kit.maths.checks import (
    as_measured,
    as_number,
    as_numbers,
    as_row,
    as_table,
    as_whole,
    require,
    require_fit,
)
from lecture_kit.maths.optimizers import Momentum
from lecture_kit.maths.roots import bisect
from lecture_kit.maths.trajectories import diverged_at, trajectory, walk


@np.errstate(over="ignore", invalid="ignore")  # runs that diverged
def settled(points, minimum, radius=0.05):
    """Tell which of many runs rest at a minimum: all their last points are near it.

    One point would not do: a run that swings across a minimum for ever also comes near it.

    Parameters
    ----------
    points : ndarray of shape (n_last, ..., d)
        The last points of each run, as :func:`last_points` gives them.
    minimum : ndarray of shape (d,)
        The minimum.
    radius : float, default 0.05
        How near is near.

    Returns
    -------
    ndarray of bool, shape (...)
        True for a run with all points nearer than ``radius``; False for one that diverged.

    Raises
    ------
    ValueError
        If the shapes do not fit, or ``radius`` is negative or not finite.
    """
    points = as_measured("points", points, "Pass what last_points has returned.", ndim=2)
    minimum, radius = as_numbers("minimum", minimum), as_number("radius", radius, least=0)
    require_fit(points=points, minimum=minimum)
    return (np.linalg.norm(points - minimum, axis=-1) < radius).all(axis=0)


def forces(landscape, path, learning_rate, momentum=0.0):
    """Take the movement of a run with momentum apart: negative gradient plus momentum.

    The next movement is v = −ηg + βv_before, where v_before is the movement before.

    Parameters
    ----------
    landscape : Landscape
        Where the run walks.
    path : ndarray of shape (n_steps + 1, d)
        A run of :class:`~lecture_kit.maths.optimizers.Momentum` without NaN.
    learning_rate : float
        η of the run, at least 0.
    momentum : float, default 0
        β of the run, from 0 to 1 (not included).

    Returns
    -------
    push, carry : ndarray of shape (n_steps + 1, d)
        −ηg and βv_before at each point. Their sum leads to the next point.

    Raises
    ------
    ValueError
        If ``path`` is not a table of finite numbers, ``learning_rate`` is negative or
        ``momentum`` leaves [0, 1).

    References
    ----------
    Slides, section "(3) Gradient Descent & Momentum": movement = negative gradient + momentum.
    """
    path = as_table("path", path)
    learning_rate = as_number("learning_rate", learning_rate, "Try 0.1.", least=0)
    momentum = as_number("momentum", momentum, "Try momentum=0.9.", least=0, below=1)
    before = np.diff(path, axis=0, prepend=path[:1])
    return -learning_rate * landscape.gradient(path), momentum * before


@np.errstate(over="ignore", invalid="ignore")
def energies(landscape, path, learning_rate):
    """Energy of a run at each step, height plus motion: f(x) + |v|²/(2η).

    Here v is the mean of the last movement and the next. With short steps a slope only turns
    height into motion and back, and friction, a momentum β < 1, takes energy away.

    Parameters
    ----------
    landscape : Landscape
        Where the run walks.
    path : ndarray of shape (n_steps + 1, ..., d)
        Runs that begin at rest, with NaN after a divergence. After the last step the last movement
        stands for both.
    learning_rate : float
        η of the run, larger than 0.

    Returns
    -------
    ndarray of shape (n_steps + 1, ...)
        Energies; NaN from the last point before a divergence on, infinite where they are too large
        for a number.

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
    movement = np.diff(path, axis=0, prepend=path[:1])
    velocity = (movement + np.concatenate([movement[1:], movement[-1:]])) / 2
    velocity[0] = 0
    motion = (velocity**2).sum(axis=-1) / (2 * learning_rate)
    gone = ~np.isfinite(path).all(axis=-1)
    heights = landscape.value(np.where(gone[..., np.newaxis], 0.0, path))
    return np.where(gone, np.nan, heights + motion)


@np.errstate(over="ignore", invalid="ignore")
def falling_modes(start, factors, n_steps):
    """Distances of the modes of a run that fall as theory says, |s| ρᵏ for each mode.

    Parameters
    ----------
    start : ndarray of shape (d,)
        Where the run begins, one coordinate s per mode.
    factors : ndarray of shape (d,)
        ρ of each mode, see :func:`~lecture_kit.maths.quadratics.mode_factors`.
    n_steps : int
        Number of steps.

    Returns
    -------
    ndarray of shape (n_steps + 1, d)
        The distances, infinite where they are too large for a number.

    Raises
    ------
    ValueError
        If a number is not finite, a factor is negative, the shapes do not fit, or ``n_steps`` is
        negative or not whole.
    """
    start, factors = as_row("start", start), as_row("factors", factors, least=0)
    require_fit(start=start, factors=factors)
    n_steps = as_whole("n_steps", n_steps, "Try n_steps=100.", least=0)
    powers = factors ** np.arange(n_steps + 1)[:, np.newaxis]
    return np.where(start == 0, 0.0, np.abs(start) * powers)


def until_divergence(path):
    """Cut off what comes after a divergence.

    Parameters
    ----------
    path : ndarray of shape (n_points, d)
        One run, as :func:`~lecture_kit.maths.trajectories.trajectory` gives it.

    Returns
    -------
    path : ndarray of shape (n_points_before, d)
        The points before the divergence; all, if there is none.
    step : int
        First step without a point, or −1.

    Raises
    ------
    ValueError
        If ``path`` is not one run, or holds infinity.
    """
    remedy = "Pass what trajectory has returned for one start."
    path = as_measured("path", path, remedy, ndim=2)
    require(path.ndim == 2 and not np.isinf(path).any(),
            "path must be one run, without infinity", path, remedy)
    step = int(diverged_at(path))
    return (path if step < 0 else path[:step]), step


@dataclass(frozen=True)
class Roll:
    """A run with momentum on a landscape of one coordinate, and what moved it.

    Parameters
    ----------
    path : ndarray of shape (n_points, 1)
        The places, up to where the run diverges.
    energy : ndarray of shape (n_points,)
        Height plus motion, see :func:`energies`.
    push, carry : ndarray of shape (n_points, 1)
        Negative gradient and momentum at each place, see :func:`forces`.
    diverged_at : int
        First step without a place, or −1.
    """

    path: np.ndarray
    energy: np.ndarray
    push: np.ndarray
    carry: np.ndarray
    diverged_at: int


def roll(landscape, learning_rate, momentum, start, n_steps):
    """Let a ball roll with momentum. Beyond ±10 it has diverged.

    Parameters
    ----------
    landscape : Landscape
        A function of one coordinate.
    learning_rate, momentum : float
        η, larger than 0, and β, from 0 to 1 (not included).
    start : float
        Where the ball begins, from −10 to 10.
    n_steps : int
        How many steps, at least 0.

    Returns
    -------
    Roll
        The run.

    Raises
    ------
    ValueError
        If an argument is out of its range.
    """
    start = as_number("start", start, "Try start=1.5.", least=-10, most=10)
    learning_rate = as_number("learning_rate", learning_rate, "Try 0.1.", above=0)
    momentum = as_number("momentum", momentum, "Try momentum=0.9.", least=0, below=1)
    optimizer = Momentum(learning_rate, momentum)
    path, end = until_divergence(
        trajectory(landscape.gradient, optimizer, [start], n_steps, bound=10))
    return Roll(path, energies(landscape, path, learning_rate),
                *forces(landscape, path, learning_rate, momentum), end)


def last_points(gradient, optimizer, start, n_steps, bound=1e6, n_last=10):
    """Walk like :func:`~lecture_kit.maths.trajectories.trajectory`, but keep the last points only.

    Parameters
    ----------
    gradient, optimizer, start, n_steps, bound
        As in :func:`~lecture_kit.maths.trajectories.walk`.
    n_last : int, default 10
        How many points to keep.

    Returns
    -------
    ndarray of shape (n_last, ..., d)
        How the runs end, the last point last; NaN for a run that diverged. A walk of fewer points
        gives all it has.

    Raises
    ------
    ValueError
        As in :func:`~lecture_kit.maths.trajectories.walk`, or if ``n_last`` is less than 1 or not
        whole.
    """
    n_last = as_whole("n_last", n_last, "Try n_last=10.", least=1)
    return np.stack(deque(walk(gradient, optimizer, start, n_steps, bound), maxlen=n_last))


def at_rest(landscape, optimizer, starts, n_steps, bound=1e6):
    """Tell which of many runs come to rest at which minimum.

    Parameters
    ----------
    landscape : Landscape
        Where the runs walk.
    optimizer : Optimizer
        The rule. Settings with more axes give many runs for each start.
    starts : ndarray of shape (..., n_starts, d)
        Where the runs begin.
    n_steps : int
        How many steps to take.
    bound : float, default 1e6
        A run with a coordinate outside ±``bound`` has diverged.

    Returns
    -------
    ndarray of bool, shape (n_minima, ..., n_starts)
        True for a run that rests there (see :func:`settled`).

    Raises
    ------
    ValueError
        As in :func:`last_points`.
    """
    last = last_points(landscape.gradient, optimizer, starts, n_steps, bound)
    return np.stack([settled(last, minimum) for minimum in landscape.minima])


def shares_by_momentum(landscape, learning_rate, momentum, starts, n_steps, bound=1e6):
    """Count for many momenta at once which share of the starts comes to rest.

    Parameters
    ----------
    landscape : Landscape
        Where the runs walk.
    learning_rate : float
        η, at least 0.
    momentum : ndarray of shape (n_momenta,)
        Values of β, each from 0 to 1 (not included).
    starts : ndarray of shape (n_starts, d)
        Where the runs begin, the same for every β.
    n_steps : int
        How many steps to take.
    bound : float, default 1e6
        A run with a coordinate outside ±``bound`` has diverged.

    Returns
    -------
    ndarray of shape (n_minima, n_momenta)
        Shares that rest at each minimum (see :func:`settled`). What is missing to 1 still moves
        or has diverged.

    Raises
    ------
    ValueError
        If ``learning_rate``, ``momentum`` or ``starts`` is out of range.
    """
    momentum, starts = as_row("momentum", momentum)[:, np.newaxis, np.newaxis], as_table(
        "starts", starts, landscape.minima.shape[1])
    learning_rate = as_number("learning_rate", learning_rate, "Try 0.1.", least=0)
    start = np.broadcast_to(starts, (len(momentum), *starts.shape))
    rests = at_rest(landscape, Momentum(learning_rate, momentum), start, n_steps, bound)
    return rests.mean(axis=-1)


def hilltop(landscape):
    """Find the top between two wells: it divides the starts that roll left from the others.

    Parameters
    ----------
    landscape : Landscape
        A function of one coordinate with two minima.

    Returns
    -------
    float
        The place between the minima where the gradient is 0, by bisection.

    Raises
    ------
    ValueError
        If the landscape does not have one coordinate and two minima.
    """
    require(landscape.minima.shape == (2, 1), "landscape must have one coordinate and two minima",
            landscape.name, "Use double_well().")
    left, right = np.sort(landscape.minima[:, 0])
    # Uphill to the right: the top is there.
    return float(bisect(lambda x: landscape.gradient(np.array([x]))[0] > 0, left, right))


def basin_share(landscape, low, high):
    """Share of the global minimum's basin in all starts between two ends.

    A ball that moves in tiny steps without momentum rolls into the well on its side of the top.

    Parameters
    ----------
    landscape : Landscape
        A function of one coordinate with two minima, the global one on the left.
    low, high : float
        The ends. The hilltop lies between them.

    Returns
    -------
    float
        The share, from 0 to 1.

    Raises
    ------
    ValueError
        If the hilltop does not lie between ``low`` and ``high``, or the landscape does not have
        two wells.
    """
    low, high = as_number("low", low), as_number("high", high)
    top = hilltop(landscape)
    require(low < top < high, f"the hilltop {top:.3g} must lie between low and high", (low, high),
            "Use low=-2, high=2.")
    return (top - low) / (high - low)
