"""Panels and exercises of section 08, ReLU."""

from functools import cache, lru_cache

import numpy as np

from lecture_kit import relu as maths
from lecture_kit.activations import ACTIVATIONS, ALL_ACTIVATIONS, leaky, leaky_relu_derivative
from lecture_kit.exercises import Exercise, Mistake
from lecture_kit.figures import relu as figures
from lecture_kit.initializers import he
from lecture_kit.language import number
from lecture_kit.language import translate as _
from lecture_kit.panels.controls import (
    choice,
    log_slider,
    menu,
    seed,
    slider,
    stop_slider,
    whole_slider,
)
from lecture_kit.panels.exercise import ExercisePanel
from lecture_kit.panels.panel import Panel, View

_ALSO = ("GELU", "ELU", "leaky ReLU")
_ROOT_2 = 1.41


def slopes():
    """Each activation function with its derivative, by formula and measured.

    Returns
    -------
    Panel
        Controls: activation function, cursor, distance of the measurement.
    """
    z = np.union1d(np.linspace(-5, 5, 401), [-1e-9, 1e-9])  # two places that show a jump

    @cache
    def curves(name):
        activation = ALL_ACTIVATIONS[name]
        slopes = np.where(z == 0, np.nan, activation.derivative(z))
        return {"z": z, "values": activation.function(z), "slopes": slopes}

    def show(activation, place, step):
        function = ALL_ACTIVATIONS[activation].function
        here, ends = np.array(place), np.array([place - step, place + step])
        now = {"z": place, "value": float(function(here)),
               "slope": float(ALL_ACTIVATIONS[activation].derivative(here)),
               "measured": float(maths.measured_slope(function, here, step))}
        gap = abs(now["measured"] - now["slope"])
        readout = _("{name} at z = {z}: φ = {value}. Slope by formula {slope}, measured {measured} "
                    "(h = {step:.3g}), gap {gap:.3f}.").format(
            name=activation, z=number(place), value=number(now["value"]), step=step, gap=gap,
            slope=number(now["slope"]), measured=number(now["measured"]))
        drawing = {"name": activation, **curves(activation), "now": now,
                   "secant": (ends, function(ends))}
        return View(drawing, readout, gap > 0.4 and step <= 0.01)

    names = [(name, name) for name in ALL_ACTIVATIONS]
    return Panel(
        _("Slopes"), figures.ActivationPicture(),
        {
            "activation": menu(_("activation function φ"), names, "sigmoid"),
            "place": slider(_("cursor z"), -5, 5, 1.0),
            "step": log_slider(_("distance h"), 0.001, 1, 0.1),
        },
        show,
        goal=_("with h ≤ 0.01, formula and measurement differ by more than 0.4"),
        presets={name: {"activation": name} for name in ("sigmoid", "tanh", "ReLU")},
    )


def gradients():
    """The gradient at every layer of a deep network, measured on digits and expected.

    Returns
    -------
    Panel
        Controls: gain of the init scale, number of layers, a fourth activation function, seed.
    """
    width, scales = 100, np.geomspace(0.1, 30, 41)
    rows = maths.digit_rows(32)
    mean_square = float((rows[0] ** 2).mean())

    @lru_cache(maxsize=4)  # those that are shown; each takes up to 10 MB
    def network(name, n_layers, seed):
        built = maths.deep_network(ALL_ACTIVATIONS[name], 1.0, n_layers, width, seed)
        return built, built.parameters.copy()

    @lru_cache(maxsize=32)
    def measure(name, init_scale, n_layers, seed):
        built, parameters = network(name, n_layers, seed)
        built.parameters[:] = init_scale * parameters  # the biases are 0
        return maths.gradient_by_layer(built, *rows)

    @lru_cache(maxsize=32)
    def factors(name, init_scale):  # the first layers are the same for any number of them
        return maths.layer_factors(ALL_ACTIVATIONS[name], init_scale, 40, mean_square)

    @cache
    def factor_maps(name):
        return maths.layer_factors(ALL_ACTIVATIONS[name], scales, 40, mean_square)

    def show(init_scale, n_layers, also, seed):
        shown = {**{name: name for name in ACTIVATIONS}, "also": also}
        measured = {key: measure(name, init_scale, n_layers, seed) for key, name in shown.items()}
        theories = {key: maths.expected_gradient(factors(name, init_scale)[:n_layers])
                    for key, name in shown.items()}
        per_layer = {key: maths.mean_factor(share) for key, share in measured.items()}
        expected = {key: maths.mean_factor(share) for key, share in theories.items()}
        maps = {key: maths.mean_factor(maths.expected_gradient(factor_maps(name)[:n_layers]))
                for key, name in shown.items()}
        words = ", ".join(f"{shown[key]} {_factor(per_layer[key])} ({_factor(expected[key])})"
                          for key in shown)
        readout = _("Factor per layer (theory): {factors}.").format(factors=words)
        left = {name: measured[name][0] for name in ACTIVATIONS}
        titles = ("at layer 1: " + ", ".join(f"{name} {number(left[name], 1)}" for name in left),
                  f"factor of ReLU: {_factor(per_layer['ReLU'])}, "
                  f"theory {_factor(expected['ReLU'])}")
        drawing = {"also": also, "gradients": measured, "theories": theories, "factors": per_layer,
                   "scales": scales, "factor_curves": maps, "init_scale": init_scale,
                   "titles": titles}
        return View(drawing, readout, bool(n_layers >= 30 and 0.1 <= left["sigmoid"] <= 10))

    return Panel(
        _("Deep gradients"), figures.GradientPicture(),
        {
            "init_scale": log_slider(_("init scale, gain g"), 0.1, 30, 1.0, also=(_ROOT_2,)),
            "n_layers": whole_slider(_("layers L"), 2, 40, 22),
            "seed": seed(),
            "also": choice(_("fourth curve"), [(name, name) for name in _ALSO], "GELU"),
        },
        show,
        goal=_("30 layers or more: the first sigmoid layer gets 0.1 to 10 times the gradient"),
        presets={
            _("Xavier, g = 1"): {"init_scale": 1.0},
            _("He, g = √2"): {"init_scale": _ROOT_2},
        },
    )


def _factor(value):
    return f"{value:.3f}" if value < 1 else f"{value:.3g}"


def dying():
    """Units that die while a network learns digits, and the leak that wakes them.

    Returns
    -------
    Panel
        Controls: learning rate, bias at the start, leak, seed.
    """
    rows = maths.digit_rows(1024)
    constant = maths.same_answer_accuracy(rows[1])
    n_updates = 320

    def show(learning_rate, bias, leak, seed):
        network = maths.one_hidden_layer(leak, bias, seed)
        expected = maths.expected_activity(bias, float(he(64)), rows[0])
        records, activities = [], []
        for record, activity in maths.train_and_count(network, learning_rate, rows, seed):
            records.append(record)
            activities.append(activity)
            yield view(records, activities, expected, bias, leak)

    def view(records, activities, expected, bias, leak):
        now, off = records[-1], [int((activity == 0).sum()) for activity in activities]
        asleep = _("asleep") if leak else _("dead")
        if now.diverged:
            readout = _("Diverged at update {n}, with {off} of 100 units {asleep}; {first} at the "
                        "start.").format(n=now.update, off=off[-1], first=off[0], asleep=asleep)
            titles = (f"diverged at update {now.update}",)
        else:
            readout = _("Update {n}: {off} of 100 units {asleep}, {first} at the start. Accuracy "
                        "{accuracy:.3f}. Units on at the start {on:.3f}, theory {theory:.3f}."
                        ).format(n=now.update, off=off[-1], first=off[0], asleep=asleep,
                                 accuracy=now.training_accuracy, on=activities[0].mean(),
                                 theory=expected)
            titles = (f"{leaky(leak).name}: {off[-1]} of 100 {'asleep' if leak else 'dead'}",)
        on = np.array([activity.mean() for activity in activities])
        accuracies = np.array([record.training_accuracy for record in records])
        best = "diverged" if now.diverged else f"accuracy {now.training_accuracy:.3f}"
        drawing = {
            "look": leaky(leak).name, "updates": np.array([record.update for record in records]),
            "off": np.array(off), "activity": activities[-1], "accuracies": accuracies,
            "shares_on": on, "expected": expected, "constant": constant,
            "titles": (*titles, f"update {now.update}", best)}
        finished = now.diverged or now.update == n_updates
        goal_met = (finished and leak == bias == 0 and off[-1] >= 50
                    and now.training_accuracy >= 0.9)
        return View(drawing, readout, bool(goal_met), 1.0 if finished else now.update / n_updates)

    leaks = [("0 = ReLU", 0.0), ("0.01", 0.01), ("0.1", 0.1)]
    return Panel(
        _("Dying units"), figures.DyingPicture(),
        {
            "learning_rate": log_slider(_("learning rate η"), 0.01, 10, 0.1),
            "bias": slider(_("bias b at the start"), -4, 1, 0.0, 0.1),
            "seed": seed(),
            "leak": choice(_("leak α"), leaks, 0.0),
        },
        show,
        goal=_("α = 0, b = 0: end with ≥ 50 units dead and accuracy ≥ 0.9"),
        presets={
            _("η too large"): {"learning_rate": 3.02, "bias": 0.0, "leak": 0.0},
            _("b too low"): {"learning_rate": 1.0, "bias": -2.0, "leak": 0.0},
            _("same, leaky"): {"learning_rate": 1.0, "bias": -2.0, "leak": 0.1},
        },
    )


def _count(n):
    return f">{maths.MOST_UPDATES}" if n is None else str(n)


def _at_rate(name, n, rate):
    return f"{name} {_count(n)}" + ("" if n is None else f" (η = {rate:.3g})")


def _outcome(name, n, updates, losses):
    if np.isnan(losses[-1]):
        return _("{name} diverged at {n}").format(name=name, n=updates[-1])
    return f"{name} {_count(n)}"


def speed():
    """The same network under sigmoid, tanh and ReLU: at one rate, and each at its own best.

    Returns
    -------
    Panel
        Controls: learning rate, batch size, gain of the init scale, which rate counts, seed.
    """
    rows = maths.digit_rows(512, standardize=True)

    @lru_cache(maxsize=512)
    def race(name, learning_rate, batch_size, init_scale, seed):
        records = list(maths.race_records(
            ACTIVATIONS[name], learning_rate, batch_size, init_scale, rows, seed))
        return (maths.updates_needed(records), np.array([record.update for record in records]),
                np.array([record.training_loss for record in records]))

    def show(learning_rate, batch_size, init_scale, own, seed):
        settings = batch_size, init_scale, seed
        same = {}
        if not own:
            for name in ACTIVATIONS:
                same[name] = race(name, learning_rate, *settings)
                yield view(same, {}, learning_rate, own, 0.1)
        sweeps = {}
        for done, rate in enumerate(maths.RATES, 1):
            sweeps[rate] = {name: race(name, rate, *settings) for name in ACTIVATIONS}
            yield view(same, sweeps, learning_rate, own, done / len(maths.RATES))

    def view(same, sweeps, learning_rate, own, progress):
        needed = {name: {rate: runs[name][0] for rate, runs in sweeps.items()}
                  for name in ACTIVATIONS}
        best = {name: maths.best_rate(needed[name]) for name in ACTIVATIONS}
        runs = same
        if own:
            runs = {name: sweeps[rate][name] for name, rate in best.items() if rate is not None}
        shortest = {name: needed[name].get(rate) for name, rate in best.items()}
        if own:
            readout = _("Updates to loss 0.5, each at its own best rate: {updates}.").format(
                updates=", ".join(_at_rate(name, shortest[name], best[name]) for name in best))
        else:
            readout = _("Updates to loss 0.5 at rate {rate:.3g}: {updates}. Own best rate: {best}."
                        ).format(rate=learning_rate,
                                 updates=", ".join(_outcome(name, *run) for name, run in
                                                   same.items()),
                                 best=", ".join(map(_count, shortest.values())))
        gone = [f", {name} diverged at {run[1][-1]}" for name, run in runs.items()
                if np.isnan(run[2][-1])]
        titles = (("each at its own best rate" if own else f"η = {learning_rate:.3g} for all")
                  + "".join(gone),
                  "own best: " + ", ".join(f"{name} {_count(n)}" for name, n in shortest.items()))
        drawing = {
            "curves": {name: run[1:] for name, run in runs.items()}, "needed": needed,
            "best": best, "guides": {name: maths.scaled_updates(needed[name]) for name in needed},
            "learning_rate": None if own else learning_rate, "titles": titles}
        sigmoid = runs["sigmoid"][0] if "sigmoid" in runs else None
        return View(drawing, readout, sigmoid is not None and sigmoid < 60, progress)

    return Panel(
        _("Training speed"), figures.SpeedPicture(maths.TARGET, maths.MOST_UPDATES),
        {
            "learning_rate": log_slider(_("learning rate η"), 0.01, 10, 0.1),
            "batch_size": stop_slider(_("batch size B"), [8, 16, 32, 64, 128], 32),
            "init_scale": log_slider(_("init scale, gain g"), 0.1, 10, _ROOT_2),
            "own": choice(_("rate"), [(_("same for all"), False), (_("own best"), True)], False),
            "seed": seed(),
        },
        show,
        goal=_("sigmoid reaches the loss 0.5 in fewer than 60 updates"),
        presets={
            _("Xavier, g = 1"): {"init_scale": 1.0, "batch_size": 32},
            _("He, g = √2"): {"init_scale": _ROOT_2, "batch_size": 32},
        },
    )


def check_leaky_slope(attempt):
    """Exercise 1: the derivative of the leaky ReLU.

    Parameters
    ----------
    attempt : callable
        Takes an array z and the leak, returns the slopes.

    Returns
    -------
    ExercisePanel
        The verdict.
    """

    def leaky_slope(z, leak):
        return leaky_relu_derivative(z, leak=leak)

    return ExercisePanel(Exercise(
        _("Exercise 1, derivative of the leaky ReLU"), leaky_slope,
        solution="def leaky_slope(z, leak):\n    return np.where(z > 0, 1, leak)",
        hints=(
            _("The function is z on the right of 0 and leak · z on its left. What is the slope of "
              "each straight line?"),
            _("z is an array: np.where(condition, a, b) chooses a or b for each entry."),
            _("np.where(z > 0, …, …): the slope on the right first, then the one on the left."),
        ),
        cases=((np.array([-2.0, -0.5, 0.5, 3.0]), 0.01), (np.array([-1.0, 0.0, 1.0]), 0.1)),
        mistakes=(
            Mistake(lambda z, leak: np.where(z > 0, 1, 0),
                    _("This is ReLU. Left of 0 the leaky ReLU still has a slope.")),
            Mistake(lambda z, leak: np.maximum(z, leak * z),
                    _("This is the function itself, not its derivative.")),
            Mistake(lambda z, leak: np.where(z > 0, 1, leak * z),
                    _("The derivative of leak · z is a constant.")),
            Mistake(lambda z, leak: np.where(z >= 0, 1, leak),
                    _("Right but for z = 0. There is no derivative there, and we agreed on the "
                      "slope of the left side: use z > 0.")),
            Mistake(lambda z, leak: np.where(z > 0, leak, 1), _("The two sides are exchanged.")),
            Mistake(lambda z, leak: np.where(z > 0, 1, -leak),
                    _("The function rises on both sides of 0: no minus sign.")),
            Mistake(lambda z, leak: np.where(z > 0, z, leak),
                    _("On the right the function is z, so its slope is 1.")),
        ),
    ), attempt)


def check_killing_bias(attempt):
    """Exercise 2: the largest biases that kill every unit.

    Parameters
    ----------
    attempt : callable
        Takes all rows and the weights, returns one bias per unit.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    rows = np.array([[1.0, 0.5], [0.2, 2.0], [1.5, 1.0], [0.3, 0.1]])

    def mean_logit(features, weights):
        return -(features @ weights).mean(axis=0)

    return ExercisePanel(Exercise(
        _("Exercise 2, kill every unit"), maths.killing_bias,
        solution=("def killing_bias(features, weights):\n"
                  "    return -(features @ weights).max(axis=0)"),
        hints=(
            _("A unit is dead if wx + b ≤ 0 for every row x. Which row is the hardest to switch "
              "off?"),
            _("features @ weights holds wx for every row (down) and every unit (across)."),
            _("Take the largest wx of each unit with .max(axis=0). Which b brings it to 0?"),
        ),
        cases=((rows, np.array([[1.0, -0.5, 0.3], [-0.4, 0.8, 0.6]])),
               (rows, np.array([[-1.0, 2.0], [-0.5, 0.1]]))),
        mistakes=(
            Mistake(lambda features, weights: (features @ weights).max(axis=0),
                    _("The sign: b has to take away what wx gives.")),
            Mistake(lambda features, weights: -(features @ weights).min(axis=0),
                    _("The smallest wx switches off one row only. All have to be off.")),
            Mistake(lambda features, weights: -(features @ weights).max(axis=1),
                    _("axis=1 goes across the units. Look down the rows: axis=0.")),
            Mistake(lambda features, weights: -(features @ weights).max(),
                    _("This number kills all units, but one bias per unit was asked for, the "
                      "largest that kills it.")),
            Mistake(mean_logit, _("With the mean about half of the rows still switch the unit "
                                  "on.")),
            Mistake(lambda features, weights: -np.abs(features @ weights).max(axis=0),
                    _("Without np.abs: a wx below 0 is switched off already.")),
        ),
    ), attempt)


def check_steps_to_wake(attempt):
    """Exercise 3: how many steps a leaky unit needs to wake up.

    Parameters
    ----------
    attempt : callable
        Takes z before the first step, the row x, the learning rate and the leak.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    return ExercisePanel(Exercise(
        _("Exercise 3, bring it back"), maths.steps_to_wake,
        solution=("def steps_to_wake(z, x, learning_rate, leak):\n"
                  "    return -z / (learning_rate * leak * (np.sum(x**2) + 1))"),
        hints=(
            _("z = wx + b. By how much does one step change z, if it adds learning_rate · leak · x "
              "to w and learning_rate · leak to b?"),
            _("The change of w alone gives learning_rate · leak · |x|², with |x|² = np.sum(x**2). "
              "The bias gives learning_rate · leak more."),
            _("Divide the way, −z, by the change per step. Put the divisor into brackets."),
        ),
        cases=((-2.0, np.array([1.0, 2.0]), 0.1, 0.01), (-0.5, np.array([3.0]), 0.2, 0.1),
               (-1.0, np.array([0.5, 0.5, 0.5]), 1.0, 0.5)),
        mistakes=(
            Mistake(lambda z, x, learning_rate, leak: -z / (learning_rate * leak * (x @ x)),
                    _("You forgot that the bias learns, too: |x|² + 1.")),
            Mistake(lambda z, x, learning_rate, leak: -z / (learning_rate * (x @ x + 1)),
                    _("That is a unit that is on. Left of 0 the slope is only the leak.")),
            Mistake(lambda z, x, learning_rate, leak: z / (learning_rate * leak * (x @ x + 1)),
                    _("The sign: z is less than 0, a number of steps is not.")),
            Mistake(lambda z, x, learning_rate, leak:
                    -z / (learning_rate * leak * (np.sqrt(x @ x) + 1)),
                    _("The square of the length of x is needed: np.sum(x**2).")),
            Mistake(lambda z, x, learning_rate, leak: -z / learning_rate * leak * (x @ x + 1),
                    _("Brackets: Python divides by learning_rate only. Write / (…).")),
            Mistake(lambda z, x, learning_rate, leak:
                    -z / (learning_rate * leak * (x.sum() + 1)),
                    _("Each weight gets its own part of x: the sum of the squares, np.sum(x**2).")),
        ),
    ), attempt)
