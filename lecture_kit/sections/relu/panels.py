"""Panels of section 08, ReLU."""

from functools import cache, lru_cache
from itertools import product

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
from lecture_kit.maths.activations import ACTIVATIONS, ALL_ACTIVATIONS, RELU, leaky
from lecture_kit.maths.datasets import digit_rows
from lecture_kit.maths.inference import guessing
from lecture_kit.maths.initializers import he
from lecture_kit.maths.networks import deep_network
from lecture_kit.sections.relu import experiments, pictures
from lecture_kit.sections.relu.dying import (
    course,
    expected_activity,
    one_hidden_layer,
    train_and_count,
)
from lecture_kit.sections.relu.speed import (
    MOST_UPDATES,
    RATES,
    TARGET,
    best_rate,
    race,
    scaled_updates,
    updates_needed,
)

_ALSO = ("GELU", "ELU", "leaky ReLU")
_ROOT_2 = 1.41


def _xavier_and_he(**more):
    return {_("Xavier, g = 1"): {"init_scale": 1.0, **more},
            _("He, g = √2"): {"init_scale": _ROOT_2, **more}}


def slopes():
    """Each activation function with its derivative, by formula and measured.

    Returns
    -------
    Panel
        Controls: activation function, cursor, distance of the measurement.
    """
    curves = cache(experiments.curves)

    def show(activation, place, step):
        phi = ALL_ACTIVATIONS[activation]
        now = experiments.slope_at(phi, place, step)
        gap, ends = abs(now["measured"] - now["slope"]), np.array([place - step, place + step])
        readout = _("{name} at z = {z}: φ = {value}. Slope by formula {slope}, measured {measured} "
                    "(h = {step:.3g}), gap {gap:.3f}.").format(
            name=activation, step=step, gap=gap,
            **{key: number(value) for key, value in now.items()})
        drawing = {"name": activation, **curves(phi), "now": now,
                   "secant": (ends, phi.function(ends))}
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
    measure, expect, expect_at_all_gains = _gradient_meters()

    def show(init_scale, n_layers, also, seed):
        shown = {**{name: name for name in ACTIVATIONS}, "also": also}
        measured = {key: measure(name, init_scale, n_layers, seed) for key, name in shown.items()}
        theories = {key: experiments.expected_gradient(expect(name, init_scale)[:n_layers])
                    for key, name in shown.items()}
        at_all_gains = {key: experiments.expected_gradient(expect_at_all_gains(name)[:n_layers])
                        for key, name in shown.items()}
        per_layer, expected, curves = map(_mean_factors, (measured, theories, at_all_gains))
        left = {name: measured[name][0] for name in ACTIVATIONS}
        readout, titles = _gradient_words(shown, left, per_layer, expected)
        drawing = {"also": also, "gradients": measured, "theories": theories, "factors": per_layer,
                   "scales": experiments.GAINS, "factor_curves": curves, "init_scale": init_scale,
                   "titles": titles}
        return View(drawing, readout, bool(n_layers >= 30 and 0.1 <= left["sigmoid"] <= 10))

    return Panel(
        _("Deep gradients"), pictures.GradientPicture(),
        {
            "init_scale": log_slider(_("init scale, gain g"), 0.1, 30, 1.0, also=(_ROOT_2,)),
            "n_layers": whole_slider(_("layers L"), 2, 40, 22),
            "seed": seed(),
            "also": menu(_("fourth curve"), [(name, name) for name in _ALSO], "GELU"),
        },
        show,
        goal=_("30 layers or more: the first sigmoid layer gets 0.1 to 10 times the gradient"),
        presets=_xavier_and_he(),
    )


def _gradient_meters():
    """Make functions that remember: measured gradients, factors at one gain and at all gains."""
    rows = digit_rows(32)
    mean_square = float((rows[0] ** 2).mean())

    @lru_cache(maxsize=2)  # each takes up to 10 MB
    def network(n_layers, seed):  # the weights are the same for every activation function
        built = deep_network(RELU, 1.0, n_layers, seed, 100)
        return built, built.parameters.copy()

    @lru_cache(maxsize=32)
    def measure(name, gain, n_layers, seed):
        built, parameters = network(n_layers, seed)
        np.multiply(gain, parameters, out=built.parameters)  # the biases are 0
        for layer in built.layers[1::2]:
            layer.activation = ALL_ACTIVATIONS[name]
        return experiments.gradient_by_layer(built, *rows)

    @lru_cache(maxsize=32)
    def expect(name, gain):  # the first layers are the same for any number of them
        return experiments.layer_factors(ALL_ACTIVATIONS[name], gain, 40, mean_square)

    @cache
    def expect_at_all_gains(name):
        return experiments.layer_factors(ALL_ACTIVATIONS[name], experiments.GAINS, 40, mean_square)

    return measure, expect, expect_at_all_gains


def _mean_factors(gradients):
    return {key: experiments.mean_factor(gradient) for key, gradient in gradients.items()}


def _gradient_words(shown, left, per_layer, expected):
    words = ", ".join(f"{name} {_factor(per_layer[key])} ({_factor(expected[key])})"
                      for key, name in shown.items())
    first = ", ".join(f"{name} {number(left[name], 1)}" for name in left)
    titles = (f"gradient at layer 1: {first}",
              f"ReLU's factor per layer: {_factor(per_layer['ReLU'])}, "
              f"theory {_factor(expected['ReLU'])}")
    return _("Factor per layer (theory): {factors}.").format(factors=words), titles


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

    def show(learning_rate, bias, leak, seed):
        network, seen = one_hidden_layer(leak, bias, seed), []
        expected = expected_activity(bias, float(he(64)), rows[0])
        for now, activity in train_and_count(network, learning_rate, rows, seed):
            seen.append((now, activity))
            so_far = course(seen)
            readout, titles = _dying_words(now, so_far, expected, leak)
            drawing = {"look": leaky(leak).name, **so_far, "activity": activity,
                       "expected": expected, "constant": constant, "titles": titles}
            progress = 1.0 if now.diverged else now.update / 320
            goal_met = (progress == 1 and leak == bias == 0 and so_far["off"][-1] >= 50
                        and now.training_accuracy >= 0.9)
            yield View(drawing, readout, bool(goal_met), progress)

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


def _dying_words(now, so_far, expected, leak):
    off, asleep = so_far["off"], _("asleep") if leak else _("dead")
    if now.diverged:
        readout = _("Diverged at update {n}, with {off} of 100 units {asleep}; {first} at the "
                    "start.").format(n=now.update, off=off[-1], first=off[0], asleep=asleep)
        titles = f"training diverged at update {now.update}", "diverged"
    else:
        readout = _("Update {n}: {off} of 100 units {asleep}, {first} at the start. Accuracy "
                    "{accuracy:.3f}. Units on at the start {on:.3f}, theory {theory:.3f}."
                    ).format(n=now.update, off=off[-1], first=off[0], asleep=asleep,
                             accuracy=now.training_accuracy, on=so_far["shares_on"][0],
                             theory=expected)
        titles = (f"{leaky(leak).name}: {off[-1]} of 100 units {'asleep' if leak else 'dead'}",
                  f"accuracy {now.training_accuracy:.3f}")
    return readout, (titles[0], f"all 100 units at update {now.update}", titles[1])


def speed():
    """The same network under sigmoid, tanh and ReLU: at one rate, and each at its own best.

    Returns
    -------
    Panel
        Controls: learning rate, batch size, gain of the init scale, which rate counts, seed.
    """
    stream = _races_that_are_remembered()

    def show(learning_rate, batch_size, init_scale, own, seed):
        raced, heats = {name: {} for name in ACTIVATIONS}, [RATES]
        if not own and learning_rate not in RATES:
            heats = [(learning_rate,), RATES]
        races = list(product(heats, ACTIVATIONS))
        for place, (rates, name) in enumerate(races):
            for runs in stream(name, rates, batch_size, init_scale, seed):
                raced[name] |= {run.learning_rate: run for run in runs}
                share = max(run.updates[-1] for run in runs) / MOST_UPDATES
                progress = 0.95 * (place + share) / len(races)
                yield _speed_view(raced, learning_rate, own, progress)
        yield _speed_view(raced, learning_rate, own, 1.0)

    return Panel(
        _("Training speed"), pictures.SpeedPicture(TARGET, MOST_UPDATES),
        {
            "learning_rate": log_slider(_("learning rate η"), 0.01, 10, 0.1),
            "batch_size": stop_slider(_("batch size B"), [8, 16, 32, 64, 128], 32),
            "init_scale": log_slider(_("init scale, gain g"), 0.1, 10, _ROOT_2),
            "own": choice(_("rate"), [(_("same for all"), False), (_("own best"), True)], False),
            "seed": seed(),
        },
        show,
        goal=_("sigmoid reaches the loss 0.5 in fewer than 60 updates"),
        presets=_xavier_and_he(batch_size=32),
    )


def _races_that_are_remembered():
    """Make a function that streams a race; of one that is over, the second time only its end."""
    rows = digit_rows(320, z_score="these rows")
    end_of = lru_cache(maxsize=128)(lambda *_settings: [])

    def stream(name, rates, batch_size, init_scale, seed):
        end = end_of(name, rates, batch_size, init_scale, seed)
        if not end:
            for runs in race(ACTIVATIONS[name], rates, batch_size, init_scale, rows, seed):
                yield runs
            end[:] = runs
        yield end

    return stream


def _speed_view(raced, learning_rate, own, progress):
    needed = {name: updates_needed([runs[rate] for rate in RATES if rate in runs])
              for name, runs in raced.items()}
    best = {name: best_rate(needed[name]) for name in needed}
    shortest = {name: needed[name].get(rate) for name, rate in best.items()}
    chosen = best if own else dict.fromkeys(best, learning_rate)
    runs = {name: raced[name][rate] for name, rate in chosen.items() if rate in raced[name]}
    if own:
        readout = _("Updates to loss 0.5, each at its own best rate: {updates}.").format(
            updates=", ".join(_at_rate(name, shortest[name], best[name]) for name in best))
    else:
        readout = _("Updates to loss 0.5 at rate {rate:.3g}: {updates}. Own best rate: {best}."
                    ).format(rate=learning_rate,
                             updates=", ".join(_outcome(name, runs.get(name)) for name in best),
                             best=", ".join(map(_count, shortest.values())))
    drawing = {"curves": {name: (run.updates, run.losses) for name, run in runs.items()},
               "needed": needed, "best": best,
               "guides": {name: scaled_updates(needed[name]) for name in needed},
               "learning_rate": None if own else learning_rate,
               "titles": _speed_titles(runs, learning_rate, own, shortest)}
    sigmoid = runs["sigmoid"].updates_needed if "sigmoid" in runs else None
    return View(drawing, readout, sigmoid is not None and sigmoid < 60, progress)


def _speed_titles(runs, learning_rate, own, shortest):
    left = "each at its own best rate" if own else f"η = {learning_rate:.3g} for all"
    gone = ", ".join(f"{name} at {run.updates[-1]}" for name, run in runs.items() if run.diverged)
    best = ", ".join(f"{name} {_count(n)}" for name, n in shortest.items())
    return f"loss, {left}" + (f"; diverged: {gone}" if gone else ""), f"fewest updates: {best}"


def _count(n):
    return f">{MOST_UPDATES}" if n is None else str(n)


def _at_rate(name, n, rate):
    return f"{name} {_count(n)}" + ("" if n is None else f" (η = {rate:.3g})")


def _outcome(name, run):
    if run is None or not run.is_over:
        return f"{name} …"
    if run.diverged:
        return _("{name} diverged at {n}").format(name=name, n=run.updates[-1])
    return f"{name} {_count(run.updates_needed)}"
