"""The canyon with every knob tuned, from many starts."""

from dataclasses import dataclass

import numpy as np

from lecture_kit.maths.checks import as_number, as_rng, as_row, as_table, as_whole, require
from lecture_kit.maths.optimizers import Adagrad, Adam, GradientDescent, Momentum, RMSprop
from lecture_kit.maths.trajectories import walk

_RATES = np.geomspace(0.02, 10, 37)
_SHARES = (0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
KNOBS = {
    "gradient descent": (GradientDescent, {"learning_rate": _RATES}),
    "momentum": (Momentum, {"learning_rate": _RATES, "momentum": _SHARES}),
    "Adagrad": (Adagrad, {"learning_rate": _RATES}),
    "RMSprop": (RMSprop, {"learning_rate": _RATES, "decay": (*_SHARES, 0.99, 0.999, 0.9999)}),
    "Adam": (Adam, {"learning_rate": _RATES, "beta1": _SHARES[:-1],
                    "beta2": (0.9, 0.99, 0.999, 0.9999)})}
"""Methods, and the values that are tried for each of their knobs, in rising order."""


def draw_starts(n_starts, seed, angle=0.0):
    """Draw starts in the canyon: |x| from 2 to 4 along its floor, |y| from 0.5 to 2 up its wall.

    Parameters
    ----------
    n_starts : int
        How many, at least 1.
    seed : int
        Seed of the random numbers.
    angle : float, default 0
        By how many degrees the starts are turned about the minimum, as the canyon is.

    Returns
    -------
    ndarray of shape (n_starts, 2)
        The starts. Another angle turns the same starts.

    Raises
    ------
    ValueError
        If a number is out of its range.
    """
    n_starts = as_whole("n_starts", n_starts, "Try n_starts=20.", least=1)
    turn, rng = np.deg2rad(as_number("angle", angle, "Try angle=45.")), as_rng(seed)
    starts = rng.uniform((2, 0.5), (4, 2), (n_starts, 2)) * rng.choice((-1, 1), (n_starts, 2))
    return starts @ [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]


def arrivals(landscape, optimizer, starts, n_steps, radius=0.1):
    """Count the steps to arrive of many runs, without keeping their ways.

    Parameters
    ----------
    landscape : Landscape
        Where the runs walk; it has one minimum.
    optimizer : Optimizer
        The rule. Settings of shape (n_settings, 1, 1) give n_settings runs from each start.
    starts : array_like of shape (n_starts, 2)
        Where the runs begin.
    n_steps : int
        How many steps each takes.
    radius : float, default 0.1
        How near is near.

    Returns
    -------
    ndarray of shape (n_settings, n_starts)
        Steps as in :func:`~lecture_kit.sections.adaptive_methods.experiments.arrival`; infinite for
        a run that has not arrived.

    Raises
    ------
    ValueError
        As in :func:`~lecture_kit.maths.trajectories.walk`, if the landscape has not one minimum,
        or ``radius`` is negative.
    """
    require(len(landscape.minima) == 1, "landscape must have one minimum", len(landscape.minima),
            "Try canyon().")
    radius, starts = as_number("radius", radius, least=0), as_table("starts", starts, 2)
    n_settings = max(np.size(setting) for setting in vars(optimizer).values())
    starts = np.broadcast_to(starts, (n_settings, *starts.shape))
    arrived = np.zeros(starts.shape[:-1])
    with np.errstate(over="ignore"):
        for step, points in enumerate(walk(landscape.gradient, optimizer, starts, n_steps, 100.0)):
            near = ((points - landscape.minima[0]) ** 2).sum(axis=-1) < radius**2
            arrived = np.where(near, arrived, step + 1)
    return np.where(arrived <= n_steps, arrived, np.inf)


@dataclass(frozen=True)
class Settings:
    """The best settings of a method: those with the smallest mean number of steps.

    Parameters
    ----------
    values : dict of str to float
        By name of the knob.
    steps : ndarray of shape (n_starts,)
        Steps to arrive from each start.
    at_edge : tuple of str
        Knobs whose best value is the smallest or the largest that was tried. A share of 0 is no
        edge: there is nothing below it.
    """

    values: dict
    steps: np.ndarray
    at_edge: tuple


def tune_knobs(landscape, method, knobs, starts, n_steps):
    """Try all combinations of the knobs of a method. All starts share one.

    Parameters
    ----------
    landscape, starts, n_steps
        As in :func:`arrivals`.
    method : type
        A class of optimizers.
    knobs : dict of str to array_like of shape (n_values,)
        Values to try, in rising order, by name of the knob, as in :data:`KNOBS`.

    Returns
    -------
    Settings
        The best ones. From a start that does not arrive the steps are infinite.

    Raises
    ------
    ValueError
        As in :func:`arrivals`, or if the values of a knob are no list of numbers.
    """
    values = {name: as_row(name, tried) for name, tried in knobs.items()}
    grid = np.meshgrid(*values.values(), indexing="ij")
    optimizer = method(**{name: numbers.reshape(-1, 1, 1)
                           for name, numbers in zip(values, grid, strict=True)})
    steps = arrivals(landscape, optimizer, starts, n_steps)
    best = int(steps.mean(axis=1).argmin())
    places = dict(zip(values, np.unravel_index(best, grid[0].shape), strict=True))
    at_edge = tuple(name for name, place in places.items() if place == len(values[name]) - 1
                    or (place == 0 and values[name][0] > 0))
    return Settings({name: float(values[name][place]) for name, place in places.items()},
                    steps[best], at_edge)
