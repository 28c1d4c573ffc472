"""The races of section 05: methods from one start, at one learning rate or each at its best."""

from dataclasses import dataclass

import numpy as np

from lecture_kit.live.language import mean_and_error
from lecture_kit.maths.checks import (
    as_measured,
    as_number,
    as_numbers,
    as_row,
    as_whole,
    require,
    require_choice,
)
from lecture_kit.maths.comparisons import paired_difference
from lecture_kit.maths.landscapes import beale, canyon, rosenbrock, saddle
from lecture_kit.maths.optimizers import (
    Adadelta,
    Adagrad,
    Adam,
    GradientDescent,
    Momentum,
    Nesterov,
    RMSprop,
)
from lecture_kit.maths.trajectories import diverged_at, trajectory

METHODS = {
    "gradient descent": GradientDescent, "momentum": Momentum, "Nesterov": Nesterov,
    "Adagrad": Adagrad, "RMSprop": RMSprop, "Adadelta": Adadelta, "Adam": Adam}
"""The methods of the races. AdamW pulls weights to 0, which has no meaning on a landscape."""
LANDSCAPES = {land.name: land for land in (canyon(), saddle(), beale(), rosenbrock())}
"""Where the races are held."""


@np.errstate(over="ignore", invalid="ignore")  # runs that diverged
def arrival(landscape, path, radius=0.1, reach=1.0):
    """Count the steps until a run has arrived.

    A run arrives at the step from which on it stays near a minimum up to its end: one that swings
    through has not arrived. On a landscape without a minimum it arrives when it is as far as
    ``reach`` from the ridge y = 0.

    Parameters
    ----------
    landscape : Landscape
        Where the runs walk.
    path : ndarray of shape (n_steps + 1, ..., 2)
        The runs; NaN after a divergence.
    radius, reach : float, default 0.1 and 1
        How near is near, and how far is out.

    Returns
    -------
    ndarray of float, shape (...)
        Number of steps; NaN for a run that has not arrived.

    Raises
    ------
    ValueError
        If ``path`` does not hold points of the plane, or ``radius`` or ``reach`` is
        negative.
    """
    path = as_measured("path", path, "Pass what trajectory has returned.", ndim=2)
    require(path.shape[-1] == 2, "path must have 2 coordinates on the last axis", path.shape,
            "Pass a run in the plane.")
    radius, reach = as_number("radius", radius, least=0), as_number("reach", reach, least=0)
    steps = np.arange(len(path)).reshape(-1, *[1] * (path.ndim - 2))
    if len(landscape.minima):
        distance = np.linalg.norm(path[..., np.newaxis, :] - landscape.minima, axis=-1)
        outside = ~(distance < radius).any(axis=-1)
        arrived = np.where(outside, steps, -1).max(axis=0) + 1
    else:
        out = np.abs(path[..., 1]) >= reach
        arrived = np.where(out.any(axis=0), out.argmax(axis=0), len(path))
    return np.where(arrived < len(path), arrived, np.nan)


class _SideBySide(list):
    """Optimizers that step together, each on a row of its own: one gradient serves all."""

    def initial_state(self, points):
        return [rule.initial_state(row) for rule, row in zip(self, points, strict=True)]

    def step(self, points, gradients, states):
        rows = zip(self, points, gradients, states, strict=True)
        points, states = zip(*(rule.step(*row) for rule, *row in rows), strict=True)
        return np.array(points), states


def race(landscape, rates, start, n_steps, bound=100.0):
    """Let methods run from one start.

    Parameters
    ----------
    landscape : Landscape
        Where they run.
    rates : dict of str to (float or ndarray of shape (n_rates,))
        Learning rates by names of :data:`METHODS`, for each as many.
    start : array_like of shape (2,)
        Where all runs begin.
    n_steps : int
        How many steps each takes.
    bound : float, default 100
        A run with a coordinate outside ±``bound`` has diverged.

    Returns
    -------
    dict of str to ndarray of shape (n_steps + 1, ..., 2)
        The runs by name. An array of learning rates gives one run for each.

    Raises
    ------
    ValueError
        If a name or a number is out of range, or as in
        :func:`~lecture_kit.maths.trajectories.walk`.
    """
    require(len(rates) > 0, "rates must name a method", rates, "Try {'Adam': 0.1}.")
    start, methods, shape = as_row("start", start), _SideBySide(), ()
    for name, rate in rates.items():
        require_choice("name", name, METHODS)
        rate = np.asarray(as_numbers("learning_rate", rate, "Try 0.1.", least=0))
        require(rate.ndim <= 1 and rate.shape == (shape if methods else rate.shape),
                "learning_rate must be a number or a list, for each as long", rate, "Try 0.1.")
        shape = rate.shape
        methods.append(METHODS[name](rate[..., np.newaxis] if rate.ndim else rate[()]))
    starts = np.broadcast_to(start, (len(methods), *shape, len(start)))
    paths = trajectory(landscape.gradient, methods, starts, n_steps, bound)
    return dict(zip(rates, np.moveaxis(paths, 1, 0), strict=True))


def first_names(results):
    """Name who has the smallest result.

    Parameters
    ----------
    results : dict of str to float
        Results by name; NaN for none.

    Returns
    -------
    list of str
        One name, more after a tie, or none if there is no result.
    """
    smallest = min((value for value in results.values() if not np.isnan(value)), default=None)
    return [name for name, value in results.items() if value == smallest]


@dataclass(frozen=True)
class Outcome:
    """How the runs of a race end.

    Parameters
    ----------
    paths : dict of str to ndarray of shape (n_steps + 1, 2)
        The runs by name of the method.
    arrived : dict of str to float
        The step of each arrival (see :func:`arrival`), or NaN.
    diverged : dict of str to int
        The step with which each diverged, or −1.
    """

    paths: dict
    arrived: dict
    diverged: dict

    def arrived_by(self, step):
        """Look at the arrivals up to a step.

        Parameters
        ----------
        step : int
            The step, at least 0.

        Returns
        -------
        dict of str to float
            The step of each arrival, or NaN for a run that has not arrived yet.

        Raises
        ------
        ValueError
            If ``step`` is negative or not whole.
        """
        step = as_whole("step", step, "Steps are counted from 0.", least=0)
        return {name: k if k <= step else np.nan for name, k in self.arrived.items()}

    def lost_by(self, step):
        """Name the runs that have diverged up to a step and had not arrived.

        Parameters
        ----------
        step : int
            The step, at least 0.

        Returns
        -------
        list of str
            Names of methods.

        Raises
        ------
        ValueError
            If ``step`` is negative or not whole.
        """
        arrived = self.arrived_by(step)
        return [name for name, end in self.diverged.items()
                if 0 <= end <= step and np.isnan(arrived[name])]

    def seen_by(self, step, corner):
        """Cut the runs for a picture: at a step, and those that are lost where they leave it.

        Parameters
        ----------
        step : int
            The step, at least 0.
        corner : array_like of shape (2,)
            The picture shows ±``corner``.

        Returns
        -------
        dict of str to ndarray of shape (n_points, 2)
            The runs so far. One that is lost ends with its first point outside the picture.

        Raises
        ------
        ValueError
            If ``step`` is negative or not whole, or ``corner`` is not two numbers.
        """
        corner = as_row("corner", corner)
        require(corner.shape == (2,), "corner must be a point of the plane", corner, "Try (4, 2).")
        lost = self.lost_by(step)
        return {name: _until_outside(path[: self.diverged[name]], corner) if name in lost
                else path[: step + 1] for name, path in self.paths.items()}


def _until_outside(path, corner):
    outside = (np.abs(path) > corner).any(axis=1)
    return path[: outside.argmax() + 1] if outside.any() else path


def hold_race(landscape, rates, start, n_steps):
    """Let methods run from one start, and look who arrives and who diverges.

    Parameters
    ----------
    landscape, start, n_steps
        As in :func:`race`.
    rates : dict of str to float
        One learning rate for each name of :data:`METHODS`.

    Returns
    -------
    Outcome
        The runs and their ends.

    Raises
    ------
    ValueError
        As in :func:`race`.
    """
    rates = {name: as_number("learning_rate", rate, "Try 0.1.", least=0)
             for name, rate in rates.items()}
    paths = race(landscape, rates, start, n_steps)
    return Outcome(paths, {name: float(arrival(landscape, path)) for name, path in paths.items()},
                   {name: int(diverged_at(path)) for name, path in paths.items()})


@dataclass(frozen=True)
class Sweep:
    """How one method fares at many learning rates.

    Parameters
    ----------
    learning_rates, results : ndarray of shape (n_rates,)
        The rates, and what came out: the smaller the better, NaN for no result.
    best : int
        Number of the best rate.
    """

    learning_rates: np.ndarray
    results: np.ndarray
    best: int

    @property
    def best_rate(self):
        """The rate with the smallest result."""
        return float(self.learning_rates[self.best])

    @property
    def best_result(self):
        """The smallest result, or NaN."""
        return float(self.results[self.best])


def _smallest(values):
    return int(np.where(np.isnan(values), np.inf, values).argmin())


def make_sweep(learning_rates, results):
    """Find the smallest of some results.

    Parameters
    ----------
    learning_rates, results : ndarray of shape (n_rates,)
        The rates, and the results; NaN for none.

    Returns
    -------
    Sweep
        Both, and the best.

    Raises
    ------
    ValueError
        If rates or results are no numbers, or there are not as many of them.
    """
    learning_rates = as_row("learning_rates", learning_rates)
    results = as_measured("results", results, "Pass one result for each rate.")
    require(results.shape == learning_rates.shape, "results must hold one for each rate",
            results.shape, f"There are {len(learning_rates)} rates.")
    return Sweep(learning_rates, results, _smallest(results))


@dataclass(frozen=True)
class Tuned:
    """A rule at its best learning rate, which is one for all draws.

    Parameters
    ----------
    sweep : Sweep
        The rates that were tried, and the mean over the draws with each.
    results : ndarray of shape (n_draws, n_rates)
        What came out; NaN for none.
    """

    sweep: Sweep
    results: np.ndarray

    @property
    def at_best(self):
        """The results of all draws at the best rate, of shape (n_draws,)."""
        return self.results[:, self.sweep.best]

    @property
    def at_edge(self):
        """Whether the best rate is the smallest or the largest that was tried."""
        return self.sweep.best in (0, len(self.sweep.learning_rates) - 1)


def tune(learning_rates, results):
    """Find the learning rate with the smallest mean over draws.

    Parameters
    ----------
    learning_rates : array_like of shape (n_rates,)
        The rates.
    results : array_like of shape (n_draws, n_rates)
        The smaller the better; NaN for none. A rate is only the best if all draws have a result.

    Returns
    -------
    Tuned
        The best rate.

    Raises
    ------
    ValueError
        If rates or results are no numbers, or there are not as many of them.
    """
    results = as_measured("results", results, "Pass a row per draw.", ndim=2)
    require(results.ndim == 2, "results must have a row per draw", results.shape, "Pass a table.")
    return Tuned(make_sweep(learning_rates, results.mean(axis=0)), results)


def lead(results, others):
    """Compare two rules that met the same draws, in words.

    Parameters
    ----------
    results, others : array_like of shape (n_draws,)
        One result per draw for each rule, at least 2.

    Returns
    -------
    str
        Mean of ``results − others`` and its standard error, and whether its 95 % interval
        excludes 0: ``"−0.0185 ± 0.0015 (clear)"``. A dash for a rule beside itself.

    Raises
    ------
    ValueError
        As in :func:`lecture_kit.maths.comparisons.paired_difference`.
    """
    clear = paired_difference(results, others).is_clear
    if np.array_equal(results, others):
        return "–"
    difference = mean_and_error(np.subtract(results, others))
    return f"{difference} ({'clear' if clear else 'not clear'})"


def sweep_rates(landscape, learning_rates, start, n_steps, names=tuple(METHODS)):
    """Search each method's own best learning rate: the one with which it arrives first.

    Parameters
    ----------
    landscape : Landscape
        Where the runs walk.
    learning_rates : ndarray of shape (n_rates,)
        The rates to try.
    start : array_like of shape (2,)
        Where all runs begin.
    n_steps : int
        How many steps each run takes.
    names : sequence of str, optional
        Which methods; all of :data:`METHODS` if left out.

    Returns
    -------
    dict of str to Sweep
        By name of the method. The results are steps (see :func:`arrival`). If no rate arrives, the
        best rate is the one whose run ends lowest.

    Raises
    ------
    ValueError
        As in :func:`race`, or if ``learning_rates`` is not a list.
    """
    learning_rates, sweeps = as_row("learning_rates", learning_rates), {}
    rates = dict.fromkeys(names, learning_rates)
    for name, path in race(landscape, rates, start, n_steps).items():
        steps, ends = arrival(landscape, path), path[-1]
        finite = np.isfinite(ends).all(axis=-1, keepdims=True)
        heights = np.where(finite[:, 0], landscape.value(np.where(finite, ends, 0)), np.nan)
        best = _smallest(heights if np.isnan(steps).all() else steps)
        sweeps[name] = Sweep(learning_rates, steps, best)
    return sweeps
