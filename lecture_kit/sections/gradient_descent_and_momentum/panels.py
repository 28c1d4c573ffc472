"""Panels and exercises of section 04, gradient descent and momentum."""

from functools import lru_cache

import numpy as np

from lecture_kit import gradient_descent_and_momentum as maths
from lecture_kit.exercises import Exercise, Mistake
from lecture_kit.figures import gradient_descent_and_momentum as figures
from lecture_kit.landscapes import double_well, quadratic
from lecture_kit.language import number
from lecture_kit.language import translate as _
from lecture_kit.optimizers import Momentum, Nesterov, diverged_at, trajectory
from lecture_kit.panels.controls import choice, log_slider, seed, slider, whole_slider
from lecture_kit.panels.exercise import ExercisePanel
from lecture_kit.panels.panel import Panel, View

_CURVATURES = (0.1, 2.0)


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
    x = np.linspace(-1.9, 1.9, 191)
    curvatures = landscape.hessian(landscape.minima)[..., 0]
    top = maths.hilltop(landscape)

    @lru_cache(maxsize=1)  # the step does not change the run
    def run(learning_rate, momentum, start):
        path = trajectory(
            landscape.gradient, Momentum(learning_rate, momentum), [start], n_steps, bound=10)
        end = int(diverged_at(path))
        path = path if end < 0 else path[:end]
        return end, path, maths.forces(landscape, path, learning_rate, momentum)

    def show(learning_rate, momentum, start, step):
        end, path, (push, carry) = run(learning_rate, momentum, start)
        gone = 0 <= end <= step
        path = path[: step + 1]
        heights = landscape.value(path)
        now, height = float(path[-1, 0]), float(heights[-1])
        critical = [
            float(maths.critical_learning_rate(curvature, momentum)) for curvature in curvatures]
        bounds = [
            (f"can rest here: η < {limit:.3g}", True) if learning_rate < limit
            else (f"cannot rest here: η ≥ {limit:.3g}", False) for limit in critical]
        rests = maths.settled(path[-10:, np.newaxis], landscape.minima) & (step >= 10)
        if gone:
            where = _("Diverged at step {n}.").format(n=end)
        else:
            place = (_("at rest in the global minimum") if rests[0]
                     else _("at rest in the local minimum") if rests[1] else _("moving"))
            where = _("Step {n}: x = {x}, height {f}, {place}.").format(
                n=step, x=number(now), f=number(height), place=place)
        readout = _("{where} Critical rates: global {first:.3g}, local {second:.3g}.").format(
            where=where, first=critical[0], second=critical[1])
        titles = (f"diverged at step {end}" if gone else f"step {step}: x = {number(now)}",
                  f"η = {learning_rate:.3g}, β = {momentum:.3g}: " + (
                      "out of the picture" if gone else f"f = {number(height)}"))
        drawing = {
            "path": path[:, 0], "heights": heights, "push": push[len(path) - 1, 0],
            "carry": carry[len(path) - 1, 0], "bounds": bounds, "look": _rule(momentum),
            "titles": titles}
        goal_met = abs(start - 1.2) < 0.005 and step == n_steps and rests[0]
        return View(drawing, readout, bool(goal_met))

    minima = np.column_stack([landscape.minima[:, 0], landscape.value(landscape.minima)])
    picture = figures.BallPicture(
        x, landscape.value(x[:, np.newaxis]), minima, float(landscape.value(np.array([top]))),
        n_steps)
    first = {"start": 1.5, "momentum": 0.0, "step": n_steps}
    return Panel(
        _("The ball"), picture,
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


def valley():
    """A long valley: path, loss, and the map of shrink factors.

    A run that leaves ±30 has diverged. Its path is drawn up to the first point outside the axes.

    Returns
    -------
    Panel
        Controls: learning rate, momentum, kind of momentum.
    """
    landscape, n_steps, bound, start = quadratic(_CURVATURES), 60, 30, (-7.0, 2.0)
    x, y = np.linspace(-9, 9, 181), np.linspace(-7.6, 7.6, 153)
    learning_rates, momenta = np.linspace(0, 2.2, 221), np.linspace(0, 0.995, 200)

    @lru_cache
    def factor_map(nesterov):
        return {
            "name": "Nesterov" if nesterov else "momentum",
            "factors": maths.convergence_rate(
                _CURVATURES, learning_rates, momenta[:, np.newaxis], nesterov),
            "critical": maths.critical_learning_rate(_CURVATURES, momenta, nesterov),
            "best": maths.best_momentum(_CURVATURES, nesterov),
        }

    def show(learning_rate, momentum, nesterov):
        rule = (Nesterov if nesterov else Momentum)(learning_rate, momentum)
        path = trajectory(landscape.gradient, rule, start, n_steps, bound)
        end = int(diverged_at(path))
        measured = maths.measured_rate(landscape, path, learning_rate)
        path = path if end < 0 else path[:end]
        losses = landscape.value(path)
        theory = float(maths.convergence_rate(_CURVATURES, learning_rate, momentum, nesterov))
        best = float(maths.convergence_rate(
            _CURVATURES, *maths.best_momentum(_CURVATURES, nesterov), nesterov))
        shrink = "—" if np.isnan(measured) else f"≈ {measured:.3g}"
        height = number(losses[-1], 2)
        if end >= 0:
            result = _("Left ±{bound} at step {n}.").format(bound=bound, n=end)
        else:
            result = _("After {n} steps f = {f}.").format(n=n_steps, f=height)
        readout = _("{result} Shrink factor ρ: measured {measured}, theory {theory:.3g}, "
                    "best possible {best:.3g}.").format(
            result=result, measured=shrink, theory=theory, best=best)
        titles = (f"left ±{bound} at step {end}" if end >= 0
                  else f"after {n_steps} steps f = {height}",
                  f"ρ {shrink}, theory {theory:.3g}",
                  f"factor here {theory:.3g}, best {best:.3g}")
        drawing = {
            "path": path, "diverged": end >= 0, "losses": losses, "look": _rule(momentum, nesterov),
            "theory": maths.falling_height(losses[0], theory, n_steps),
            "point": (learning_rate, momentum), "factor_map": factor_map(nesterov),
            "titles": titles}
        return View(drawing, readout, theory < 0.65)

    picture = figures.ValleyPicture(
        x, y, landscape.value(np.stack(np.meshgrid(x, y), axis=-1)), learning_rates, momenta,
        n_steps)
    plain = round(float(maths.best_learning_rate(_CURVATURES)), 3)
    best = round(float(maths.best_momentum(_CURVATURES)[0]), 3)
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
        goal=_("a theoretical factor below 0.65"),
        presets={
            _("best without momentum"): {"learning_rate": plain, "momentum": 0.0},
            _("the usual (0.1, 0.9)"): {"learning_rate": 0.1, "momentum": 0.9},
            _("too large"): {"learning_rate": beyond, "momentum": 0.0},
        },
    )


def starts():
    """A thousand random starts: the share that comes to rest in each minimum, against momentum.

    After 200 steps a run that does not rest counts as "neither", like one that left ±10.

    Returns
    -------
    Panel
        Controls: learning rate, momentum, seed.
    """
    landscape, low, high, n_steps, bound = double_well(), -2, 2, 200, 10
    x = np.linspace(low, high, 201)
    momenta = np.linspace(0, 0.98, 29)
    fates = figures.StartsPicture.fates

    @lru_cache
    def shares(learning_rate):  # momentum and seed do not change these curves
        ends = maths.shares_by_momentum(
            landscape, learning_rate, momenta, x[::2, np.newaxis], n_steps, bound)
        return dict(zip(fates, [*ends, 1 - ends.sum(axis=0)], strict=True))

    def show(learning_rate, momentum, seed):
        points = np.random.default_rng(seed).uniform(low, high, (1000, 1))
        last = maths.last_points(
            landscape.gradient, Momentum(learning_rate, momentum), points, n_steps, bound)
        ends = [maths.settled(last, minimum) for minimum in landscape.minima]
        groups = dict(zip(fates, [*ends, ~(ends[0] | ends[1])], strict=True))
        heights = landscape.value(points)
        counts = [int(group.sum()) for group in groups.values()]
        share = counts[0] / len(points)
        readout = _("Of 1,000 starts {first} rest in the global minimum, {second} in the local "
                    "one, {third} in neither. Share of the basin: {basin:.3g}.").format(
            first=counts[0], second=counts[1], third=counts[2], basin=basin)
        titles = (f"{counts[0]} global, {counts[1]} local, {counts[2]} neither",
                  f"share at rest in the global minimum: {share:.3g}")
        drawing = {
            "starts": {name: points[group, 0] for name, group in groups.items()},
            "heights": {name: heights[group] for name, group in groups.items()},
            "momenta": momenta, "shares": shares(learning_rate), "point": (momentum, share),
            "titles": titles}
        return View(drawing, readout, share > 0.7)

    basin = maths.basin_share(landscape, low, high)
    picture = figures.StartsPicture(
        x, landscape.value(x[:, np.newaxis]), maths.hilltop(landscape), basin)
    return Panel(
        _("A thousand starts"), picture,
        {
            "learning_rate": log_slider(_("learning rate η"), 0.005, 0.5, 0.01, also=(0.05, 0.35)),
            "momentum": slider(_("momentum β"), 0, 0.98, 0.0),
            "seed": seed(1),
        },
        show,
        goal=_("a share above 0.7"),
        presets={
            _("tiny steps"): {"learning_rate": 0.01, "momentum": 0.0},
            _("with momentum"): {"learning_rate": 0.01, "momentum": 0.9},
            _("large steps"): {"learning_rate": 0.35, "momentum": 0.0},
            _("both"): {"learning_rate": 0.2, "momentum": 0.9},
        },
    )


def check_critical_rate(attempt):
    """Exercise 1: a critical learning rate from the Hessian of (x² − 1)² + 0.9x.

    Parameters
    ----------
    attempt : callable
        Takes the place x of a minimum and returns the critical learning rate there.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    landscape = double_well()

    def critical_rate(x):
        return float(maths.critical_learning_rate(landscape.hessian([x])[0]))

    return ExercisePanel(Exercise(
        _("Exercise 1, critical learning rate"), critical_rate,
        solution="def critical_rate(x):\n    return 2 / (12 * x**2 - 4)",
        hints=(
            _("The Hessian of a function of one coordinate is its second derivative."),
            _("Differentiate (x² − 1)² + 0.9x once: 4x(x² − 1) + 0.9. Now once more."),
            _("f''(x) = 12x² − 4. The critical rate is 2 / f''(x). In Python a power is **."),
        ),
        cases=((-1.0977,), (0.8591,), (1.2,)),
        mistakes=(
            Mistake(lambda x: 1 / (12 * x**2 - 4),
                    _("This is 1 / f'': one step then lands at the bottom. The critical rate is "
                      "twice as large.")),
            Mistake(lambda x: 2 / (12 * x**2),
                    _("The −4 is missing: (x² − 1)² = x⁴ − 2x² + 1, and −2x² has the second "
                      "derivative −4.")),
            Mistake(lambda x: 2 / (4 * x * (x**2 - 1) + 0.9),
                    _("You divided by the gradient. At a minimum it is 0; the curvature counts.")),
            Mistake(lambda x: 12 * x**2 - 4, _("This is the curvature f'' itself.")),
            Mistake(lambda x: 2 / 12 * x**2 - 4,
                    _("Brackets: you need 2 / (…), with all of f'' under the line.")),
            Mistake(lambda x: 2 / (12 * x**2 - 4 + 0.9),
                    _("The slope 0.9 is constant, so its derivative is 0.")),
            Mistake(lambda x: 2 / (4 * x**2 - 4), _("The derivative of 4x³ is 12x², not 4x².")),
        ),
    ), attempt)


def check_best_pair(attempt):
    """Exercise 2: tune momentum by theory.

    Parameters
    ----------
    attempt : callable
        Takes the smallest and the largest curvature and returns the pair (η, β).

    Returns
    -------
    ExercisePanel
        The verdict.
    """

    def best_pair(low, high):
        return maths.best_momentum([low, high])

    return ExercisePanel(Exercise(
        _("Exercise 2, momentum by theory"), best_pair,
        solution=(
            "def best_pair(low, high):\n"
            "    low, high = np.sqrt(low), np.sqrt(high)\n"
            "    return (2 / (low + high)) ** 2, ((high - low) / (high + low)) ** 2"),
        hints=(
            _("Take the square roots of both curvatures first, with np.sqrt."),
            _("η = (2 / (√low + √high))². The same sum stands under the line in β."),
            _("β = ((√high − √low) / (√high + √low))²."),
        ),
        cases=((0.1, 2.0), (1.0, 100.0), (0.5, 0.5)),
        mistakes=(
            Mistake(lambda low, high: (2 / (low**0.5 + high**0.5),
                                       (high**0.5 - low**0.5) / (high**0.5 + low**0.5)),
                    _("Both squares are missing. What you call β is the factor √β.")),
            Mistake(lambda low, high: ((2 / (low**0.5 + high**0.5)) ** 2,
                                       (high**0.5 - low**0.5) / (high**0.5 + low**0.5)),
                    _("The square of β is missing. What you call β is the factor √β.")),
            Mistake(lambda low, high: (2 / (low**0.5 + high**0.5),
                                       ((high**0.5 - low**0.5) / (high**0.5 + low**0.5)) ** 2),
                    _("The square of η is missing.")),
            Mistake(lambda low, high: ((2 / (low + high)) ** 2,
                                       ((high - low) / (high + low)) ** 2),
                    _("The roots are missing: √low and √high belong into the formulas.")),
            Mistake(lambda low, high: (2 / (low + high), ((high - low) / (high + low)) ** 2),
                    _("The roots are missing: this η is the best one without momentum.")),
            Mistake(lambda low, high: (2 / (low + high), 0),
                    _("This is the best pair without momentum. With momentum you can do better.")),
            Mistake(lambda low, high: best_pair(low, high)[::-1],
                    _("Right numbers, wrong order: return η first, then β.")),
        ),
    ), attempt)


def check_nesterov_step(attempt):
    """Exercise 3: one step of Nesterov's momentum in its textbook form.

    Parameters
    ----------
    attempt : callable
        Takes ``w, v, gradient, learning_rate, momentum`` and returns the new pair (w, v).

    Returns
    -------
    ExercisePanel
        The verdict.
    """

    def gradient_of_w_squared(w):
        return 2 * w

    def gradient_of_double_well(w):
        return 4 * w * (w**2 - 1)

    def moved(v, w):
        return w + v, v

    return ExercisePanel(Exercise(
        _("Exercise 3, one step of Nesterov's momentum"), maths.nesterov_step,
        solution=(
            "def nesterov_step(w, v, gradient, learning_rate, momentum):\n"
            "    v = momentum * v - learning_rate * gradient(w + momentum * v)\n"
            "    return w + v, v"),
        hints=(
            _("Start from momentum: v ← βv − ηg(w), then w ← w + v. One thing changes."),
            _("The gradient is taken where the velocity alone would lead: at w + βv. It is a "
              "function, so call it: gradient(…)."),
            _("v = momentum * v - learning_rate * gradient(w + momentum * v)"),
        ),
        cases=((1.0, 0.5, gradient_of_w_squared, 0.1, 0.9),
               (0.5, -0.2, gradient_of_double_well, 0.05, 0.8)),
        mistakes=(
            Mistake(lambda w, v, gradient, eta, beta: moved(beta * v - eta * gradient(w), w),
                    _("This is plain momentum: you took the gradient at w. Look ahead first.")),
            Mistake(lambda w, v, gradient, eta, beta: moved(
                        beta * v - eta * gradient(w - beta * v), w),
                    _("You looked back: the gradient belongs at w + βv, not at w − βv.")),
            Mistake(lambda w, v, gradient, eta, beta: moved(
                        beta * v + eta * gradient(w + beta * v), w),
                    _("The sign: + η g climbs. The step goes against the gradient.")),
            Mistake(lambda w, v, gradient, eta, beta: moved(
                        beta * v - eta * gradient(w + v), w),
                    _("You looked a whole v ahead. The look-ahead is βv.")),
            Mistake(lambda w, v, gradient, eta, beta: maths.nesterov_step(
                        w, v, gradient, eta, beta)[::-1],
                    _("Right numbers, wrong order: return w first, then v.")),
            Mistake(lambda w, v, gradient, eta, beta: (
                        w + v, maths.nesterov_step(w, v, gradient, eta, beta)[1]),
                    _("You moved w by the old v. First the new v, then w + v.")),
            Mistake(lambda w, v, gradient, eta, beta: (
                        w - maths.nesterov_step(w, v, gradient, eta, beta)[1],
                        maths.nesterov_step(w, v, gradient, eta, beta)[1]),
                    _("The sign: v already points downhill, so w moves to w + v.")),
        ),
    ), attempt)
