"""Panels of section 04, gradient descent and momentum."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from lecture_kit.live.controls import choice, log_slider, seed, slider, whole_slider
from lecture_kit.live.language import number
from lecture_kit.live.language import translate as _
from lecture_kit.live.panel import Panel, View
from lecture_kit.maths.landscapes import double_well, quadratic
from lecture_kit.maths.optimizers import Momentum, Nesterov
from lecture_kit.maths.quadratics import (
    best_learning_rate,
    best_momentum,
    convergence_rate,
    critical_learning_rate,
    measured_rate,
    mode_factors,
)
from lecture_kit.maths.trajectories import trajectory
from lecture_kit.sections.gradient_descent_and_momentum import experiments, pictures

_CURVATURES = (0.1, 2.0)  # of the valley
_MAP_GRID = np.linspace(0, 2.2, 221), np.linspace(0, 0.995, 200)  # learning rates and momenta


def _rule(momentum, nesterov=False):
    if momentum == 0:
        return "gradient descent"
    return "Nesterov" if nesterov else "momentum"


def ball():
    """A ball on a landscape with two wells: where it goes, and which forces move it.

    Returns
    -------
    Panel
        Controls: learning rate, momentum, start, step.
    """
    landscape, n_steps = double_well(), 60

    @lru_cache(maxsize=1)  # the step does not change the run
    def run(learning_rate, momentum, start):
        return experiments.roll(landscape, learning_rate, momentum, start, n_steps)

    def show(learning_rate, momentum, start, step):
        roll = run(learning_rate, momentum, start)
        in_global, view = _view_of_ball(landscape, roll, learning_rate, momentum, step)
        goal_met = abs(start - 1.2) < 0.005 and step == n_steps and in_global
        return replace(view, goal_met=bool(goal_met))

    first = {"start": 1.5, "momentum": 0.0, "step": n_steps}
    return Panel(
        _("The ball"), _picture_of_ball(landscape, n_steps),
        {
            "learning_rate": log_slider(_("learning rate η"), 0.002, 0.6, 0.05, also=(0.35, 0.45)),
            "momentum": slider(_("momentum β"), 0, 0.99, 0.0),
            "start": slider(_("start x"), -1.6, 1.6, 1.5),
            "step": whole_slider(_("step"), 0, n_steps, 0),
        },
        show,
        goal=_("from start 1.2, at rest in the global minimum at step 60"),
        presets={
            _("too small"): {**first, "learning_rate": 0.002},
            _("trapped"): {**first, "learning_rate": 0.05},
            _("escapes"): {**first, "learning_rate": 0.05, "momentum": 0.8},
            _("jumps across"): {**first, "learning_rate": 0.35, "start": -1.5},
            _("diverges"): {**first, "learning_rate": 0.45},
        },
        play="step",
    )


def _picture_of_ball(landscape, n_steps):
    x, top = np.linspace(-1.9, 1.9, 191), np.array([experiments.hilltop(landscape)])
    minima = np.column_stack([landscape.minima[:, 0], landscape.value(landscape.minima)])
    return pictures.BallPicture(
        x, landscape.value(x[:, np.newaxis]), minima, float(landscape.value(top)), n_steps)


def _view_of_ball(landscape, roll, learning_rate, momentum, step):
    """Show one step; tell, too, whether the ball rests in the global minimum."""
    gone, path = 0 <= roll.diverged_at <= step, roll.path[: step + 1]
    heights, last = landscape.value(path), len(path) - 1
    x, height = number(path[-1, 0]), number(heights[-1])
    critical = [float(critical_learning_rate(curvature, momentum))
                for curvature in landscape.hessian(landscape.minima)[..., 0]]
    near = experiments.settled(path[-10:, np.newaxis], landscape.minima) & (step >= 10)
    rests = near & (learning_rate < np.array(critical))
    if gone:
        where = _("Diverged at step {n}.").format(n=roll.diverged_at)
    else:
        place = (_("at rest in the global minimum") if rests[0]
                 else _("at rest in the local minimum") if rests[1]
                 else _("swings about a minimum") if near.any() else _("moving"))
        where = _("Step {n}: x = {x}, height {f}, {place}.").format(
            n=step, x=x, f=height, place=place)
    readout = _("{where} Critical rates: global {first:.3g}, local {second:.3g}.").format(
        where=where, first=critical[0], second=critical[1])
    titles = (f"diverged at step {roll.diverged_at}" if gone else f"step {step}: x = {x}",
              f"η = {learning_rate:.3g}, β = {momentum:.3g}: "
              + ("out of the picture" if gone else f"f = {height}"))
    bounds = [(f"can rest here: η < {limit:.3g}", True) if learning_rate < limit
              else (f"cannot rest here: η ≥ {limit:.3g}", False) for limit in critical]
    drawing = {
        "path": path[:, 0], "heights": heights, "energies": roll.energy[: step + 1],
        "push": roll.push[last, 0], "carry": roll.carry[last, 0], "bounds": bounds,
        "look": _rule(momentum), "titles": titles}
    return rests[0], View(drawing, readout)


def valley():
    """A long valley: path, the two modes of the run, and the map of shrink factors.

    A run that leaves ±30 has diverged. Its path is drawn up to the first point outside the axes.

    Returns
    -------
    Panel
        Controls: learning rate, momentum, kind of momentum.
    """
    landscape, n_steps = quadratic(_CURVATURES), 60

    def show(learning_rate, momentum, nesterov):
        return _view_of_valley(landscape, learning_rate, momentum, nesterov, n_steps, bound=30)

    x, y = np.linspace(-9, 9, 181), np.linspace(-7.6, 7.6, 153)
    picture = pictures.ValleyPicture(
        x, y, landscape.value(np.stack(np.meshgrid(x, y), axis=-1)), *_MAP_GRID, n_steps)
    plain = round(float(best_learning_rate(_CURVATURES)), 3)
    best = round(float(best_momentum(_CURVATURES)[0]), 3)
    beyond = 1.05
    return Panel(
        _("The valley"), picture,
        {
            "learning_rate": log_slider(
                _("learning rate η"), 0.01, 2.2, 0.1, also=(plain, best, beyond)),
            "momentum": slider(_("momentum β"), 0, 0.99, 0.0, 0.001),
            "nesterov": choice(_("method"), [(_("momentum"), False), ("Nesterov", True)], False),
        },
        show,
        goal=_("a theoretical factor below 0.73"),
        presets={
            _("best without momentum"): {"learning_rate": plain, "momentum": 0.0},
            _("the usual (0.1, 0.9)"): {"learning_rate": 0.1, "momentum": 0.9},
            _("too large"): {"learning_rate": beyond, "momentum": 0.0},
        },
    )


@lru_cache
def _factor_map(nesterov):
    learning_rates, momenta = _MAP_GRID
    return {
        "name": "Nesterov" if nesterov else "momentum",
        "factors": convergence_rate(_CURVATURES, learning_rates, momenta[:, np.newaxis], nesterov),
        "critical": critical_learning_rate(_CURVATURES, momenta, nesterov),
        "best": best_momentum(_CURVATURES, nesterov),
    }


def _view_of_valley(landscape, learning_rate, momentum, nesterov, n_steps, bound):
    rule = (Nesterov if nesterov else Momentum)(learning_rate, momentum)
    whole = trajectory(landscape.gradient, rule, (-7.0, 2.0), n_steps, bound)
    path, end = experiments.until_divergence(whole)
    factor_map, measured = _factor_map(nesterov), measured_rate(landscape, whole, learning_rate)
    factors = mode_factors(_CURVATURES, learning_rate, momentum, nesterov)
    theory = float(factors.max())
    best = float(convergence_rate(_CURVATURES, *factor_map["best"], nesterov))
    shrink = "—" if np.isnan(measured) else f"≈ {measured:.3g}"
    height = number(landscape.value(path[-1]), 2)
    if end < 0:
        result = _("After {n} steps f = {f}.").format(n=n_steps, f=height)
        title = f"after {n_steps} steps f = {height}"
    else:
        result = _("Beyond ±{bound} at step {n}.").format(bound=bound, n=end)
        title = f"beyond ±{bound} at step {end}"
    readout = _("{result} Shrink factor ρ: measured {measured}, theory {theory:.3g}, "
                "best possible {best:.3g}.").format(
        result=result, measured=shrink, theory=theory, best=best)
    drawing = {
        "path": path, "diverged": end >= 0, "look": _rule(momentum, nesterov),
        "theory": experiments.falling_modes(path[0], factors, len(path) - 1),
        "point": (learning_rate, momentum), "factor_map": factor_map,
        "titles": (title, "theory: flat {:.3g}, steep {:.3g}".format(*factors),
                   f"factor here {theory:.3g}, best {best:.3g}")}
    return View(drawing, readout, theory < 0.73)


def starts():
    """A thousand random starts: the share that comes to rest in each minimum, against momentum.

    After 200 steps a run that does not rest counts as "neither", like one that left ±10.

    Returns
    -------
    Panel
        Controls: learning rate, momentum, seed.
    """
    landscape, low, high, n_steps, bound = double_well(), -2, 2, 200, 10
    x, momenta = np.linspace(low, high, 201), np.linspace(0, 0.98, 29)
    fates, basin = pictures.StartsPicture.fates, experiments.basin_share(landscape, low, high)

    @lru_cache
    def shares(learning_rate):  # momentum and seed do not change these curves
        ends = experiments.shares_by_momentum(
            landscape, learning_rate, momenta, x[::2, np.newaxis], n_steps, bound)
        return dict(zip(fates, [*ends, 1 - ends.sum(axis=0)], strict=True))

    def show(learning_rate, momentum, seed):
        points = np.random.default_rng(seed).uniform(low, high, (1000, 1))
        rests = experiments.at_rest(
            landscape, Momentum(learning_rate, momentum), points, n_steps, bound)
        groups = dict(zip(fates, [*rests, ~rests.any(axis=0)], strict=True))
        curves = {"momenta": momenta, "shares": shares(learning_rate)}
        return _view_of_starts(points, landscape.value(points), groups, momentum, curves, basin)

    picture = pictures.StartsPicture(
        x, landscape.value(x[:, np.newaxis]), experiments.hilltop(landscape), basin)
    return Panel(
        _("A thousand starts"), picture,
        {
            "learning_rate": log_slider(_("learning rate η"), 0.005, 0.5, 0.01, also=(0.05, 0.35)),
            "momentum": slider(_("momentum β"), 0, 0.98, 0.0),
            "seed": seed(1),
        },
        show,
        goal=_("more than 70 % at rest in the global minimum"),
        presets={
            _("tiny steps"): {"learning_rate": 0.01, "momentum": 0.0},
            _("with momentum"): {"learning_rate": 0.01, "momentum": 0.9},
            _("large steps"): {"learning_rate": 0.35, "momentum": 0.0},
            _("both"): {"learning_rate": 0.2, "momentum": 0.9},
        },
    )


def _view_of_starts(points, heights, groups, momentum, curves, basin):
    counts = [int(group.sum()) for group in groups.values()]
    share = counts[0] / len(points)
    readout = _("Of 1,000 starts {first} rest in the global minimum, {second} in the local "
                "one, {third} in neither. Share of the basin: {basin:.3g}.").format(
        first=counts[0], second=counts[1], third=counts[2], basin=basin)
    drawing = {
        "starts": {name: points[group, 0] for name, group in groups.items()},
        "heights": {name: heights[group] for name, group in groups.items()},
        "point": (momentum, share), **curves,
        "titles": (f"{counts[0]} global, {counts[1]} local, {counts[2]} neither",
                   f"share at rest in the global minimum: {share:.3g}")}
    return View(drawing, readout, share > 0.7)
