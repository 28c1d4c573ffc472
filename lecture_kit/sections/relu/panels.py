"""Panels and exercises of section 08, ReLU."""

from functools import cache, lru_cache

import numpy as np

from lecture_kit.live.controls import (
    choice,
    log_slider,
    menu,
    seed,
    slider,
    stop_slider,
    whole_slider,
)
from lecture_kit.live.language import number
from lecture_kit.live.language import translate as _
from lecture_kit.live.panel import Panel, View
from lecture_kit.maths.activations import ACTIVATIONS, ALL_ACTIVATIONS, leaky
from lecture_kit.maths.datasets import digit_rows
from lecture_kit.maths.inference import guessing
from lecture_kit.maths.initializers import he
from lecture_kit.maths.networks import deep_network
from lecture_kit.sections.relu import experiments, pictures

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
               "measured": float(experiments.measured_slope(function, here, step))}
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
        _("Slopes"), pictures.ActivationPicture(),
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
    rows = digit_rows(32)
    mean_square = float((rows[0] ** 2).mean())

    @lru_cache(maxsize=4)  # those that are shown; each takes up to 10 MB
    def network(name, n_layers, seed):
        built = deep_network(ALL_ACTIVATIONS[name], 1.0, n_layers, seed, width)
        return built, built.parameters.copy()

    @lru_cache(maxsize=32)
    def measure(name, init_scale, n_layers, seed):
        built, parameters = network(name, n_layers, seed)
        built.parameters[:] = init_scale * parameters  # the biases are 0
        return experiments.gradient_by_layer(built, *rows)

    @lru_cache(maxsize=32)
    def factors(name, init_scale):  # the first layers are the same for any number of them
        return experiments.layer_factors(ALL_ACTIVATIONS[name], init_scale, 40, mean_square)

    @cache
    def factor_maps(name):
        return experiments.layer_factors(ALL_ACTIVATIONS[name], scales, 40, mean_square)

    def show(init_scale, n_layers, also, seed):
        shown = {**{name: name for name in ACTIVATIONS}, "also": also}
        measured = {key: measure(name, init_scale, n_layers, seed) for key, name in shown.items()}
        theories = {key: experiments.expected_gradient(factors(name, init_scale)[:n_layers])
                    for key, name in shown.items()}
        per_layer = {key: experiments.mean_factor(share) for key, share in measured.items()}
        expected = {key: experiments.mean_factor(share) for key, share in theories.items()}
        maps = {
            key: experiments.mean_factor(
                experiments.expected_gradient(factor_maps(name)[:n_layers])
            )
            for key, name in shown.items()
        }
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
        _("Deep gradients"), pictures.GradientPicture(),
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
    rows = digit_rows(1024)
    constant = guessing(rows[1])[1]
    n_updates = 320

    def show(learning_rate, bias, leak, seed):
        network = experiments.one_hidden_layer(leak, bias, seed)
        expected = experiments.expected_activity(bias, float(he(64)), rows[0])
        records, activities = [], []
        for record, activity in experiments.train_and_count(network, learning_rate, rows, seed):
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
        _("Dying units"), pictures.DyingPicture(),
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
    return f">{experiments.MOST_UPDATES}" if n is None else str(n)


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
    rows = digit_rows(512, z_score="these rows")

    @lru_cache(maxsize=512)
    def race(name, learning_rate, batch_size, init_scale, seed):
        records = list(experiments.race_records(
            ACTIVATIONS[name], learning_rate, batch_size, init_scale, rows, seed))
        return (
            experiments.updates_needed(records),
            np.array([record.update for record in records]),
            np.array([record.training_loss for record in records]),
        )

    def show(learning_rate, batch_size, init_scale, own, seed):
        settings = batch_size, init_scale, seed
        same = {}
        if not own:
            for name in ACTIVATIONS:
                same[name] = race(name, learning_rate, *settings)
                yield view(same, {}, learning_rate, own, 0.1)
        sweeps = {}
        for done, rate in enumerate(experiments.RATES, 1):
            sweeps[rate] = {name: race(name, rate, *settings) for name in ACTIVATIONS}
            yield view(same, sweeps, learning_rate, own, done / len(experiments.RATES))

    def view(same, sweeps, learning_rate, own, progress):
        needed = {name: {rate: runs[name][0] for rate, runs in sweeps.items()}
                  for name in ACTIVATIONS}
        best = {name: experiments.best_rate(needed[name]) for name in ACTIVATIONS}
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
            "curves": {name: run[1:] for name, run in runs.items()},
            "needed": needed,
            "best": best,
            "guides": {name: experiments.scaled_updates(needed[name]) for name in needed},
            "learning_rate": None if own else learning_rate,
            "titles": titles,
        }
        sigmoid = runs["sigmoid"][0] if "sigmoid" in runs else None
        return View(drawing, readout, sigmoid is not None and sigmoid < 60, progress)

    return Panel(
        _("Training speed"), pictures.SpeedPicture(experiments.TARGET, experiments.MOST_UPDATES),
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
