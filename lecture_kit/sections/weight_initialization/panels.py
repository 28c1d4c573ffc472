"""Panels of section 03, weight initialization."""

from functools import cache, lru_cache

import numpy as np

from lecture_kit.live.controls import choice, log_slider, seed, stop_slider, whole_slider
from lecture_kit.live.kept import Kept
from lecture_kit.live.language import number
from lecture_kit.live.language import translate as _
from lecture_kit.live.panel import Panel, View
from lecture_kit.maths.activations import ACTIVATIONS
from lecture_kit.maths.datasets import digit_rows
from lecture_kit.sections.weight_initialization import pictures, slide_network
from lecture_kit.sections.weight_initialization.experiments import train_gains
from lecture_kit.sections.weight_initialization.pair import (
    difference_growth,
    first_step_apart,
    train_pair,
)
from lecture_kit.sections.weight_initialization.signals import (
    backpropagate,
    cut_normals,
    draw_normals,
    histogram,
    measure_activations,
    measure_gradients,
    propagate,
)
from lecture_kit.sections.weight_initialization.slide_pictures import SlidePicture
from lecture_kit.sections.weight_initialization.theory import (
    inside_band,
    mean_field,
    predict_survival,
)

_NAMES = [(name, name) for name in ACTIVATIONS]


def _two(value):
    """Write a size with two digits, or with one where it is far from 1."""
    if np.isnan(value):
        return "< 1e−6"
    return number(value, 2 if 1e-3 <= value < 1e4 else 1)


def _three(value):
    return number(value) if 1e-3 <= value < 1e4 else _two(value)


# Signals


def signals():
    """The slide's histograms, live: activations and gradients in every layer of a new network.

    Returns
    -------
    Panel
        Controls: init scale, activation, layers, width, seed.
    """
    draw = lru_cache(maxsize=1)(_float32_normals)  # only the seed changes it

    def show(init_scale, activation, n_layers, width, seed):
        phi = ACTIVATIONS[activation]
        inputs, weights, gradient = cut_normals(draw(seed), n_layers, width)
        weights = np.float32(init_scale) * weights
        logits, outputs = propagate(phi, weights, inputs)
        deltas = backpropagate(phi, weights, logits, gradient)
        forward = measure_activations(phi, outputs, *pictures.RANGES[activation])
        backward = measure_gradients(deltas, *pictures.EXPONENTS)
        field = mean_field(phi, init_scale, width, n_layers)
        readout, titles = _about_signals(activation, forward, backward, field)
        drawing = {"init_scale": init_scale, "activation": activation, "forward": forward,
                   "backward": backward, "theory": field, "titles": titles}
        aim = (activation, n_layers, width) == ("ReLU", 10, 200)
        return View(drawing, readout, aim and 0.5 < forward["deviations"][-1] < 1.2)

    slide = {"activation": "sigmoid", "n_layers": 5, "width": 100}
    return Panel(
        _("Signals"), pictures.SignalsPicture(),
        {
            "init_scale": log_slider(_("init scale σ"), 0.003, 3, 1.0, also=(0.01, 0.1, 0.141)),
            "activation": choice(_("activation"), _NAMES, "sigmoid"),
            "n_layers": whole_slider(_("layers"), 1, 10, 5),
            "width": stop_slider(_("width n"), [10, 25, 50, 100, 200], 100),
            "seed": seed(),
        },
        show,
        goal=_("10 ReLU layers of 200: std of layer 10 from 0.5 to 1.2"),
        presets={
            _("N(0, 1)"): {**slide, "init_scale": 1.0},
            _("σ = 0.01"): {**slide, "init_scale": 0.01},
            _("Xavier"): {**slide, "init_scale": 0.1},
            _("He"): {**slide, "activation": "ReLU", "init_scale": 0.141},
            _("σ² = 0.01"): {**slide, "init_scale": 0.1},
        },
    )


def _float32_normals(seed):
    return tuple(array.astype(np.float32) for array in draw_normals(10, 200, seed))


def _about_signals(activation, forward, backward, field):
    """Words for the readout, and the titles."""
    n_layers = len(field.signal)
    std, expected = _three(forward["deviations"][-1]), _three(field.standard_deviation[-1])
    first, first_expected = _two(backward["sizes"][0]), _two(field.gradient[0])
    signal = _two(forward["signals"][-1])
    words = _("{share:.0%} at 0") if activation == "ReLU" else _("{share:.0%} saturated")
    readout = _("Layer {n}: std {std} (theory {theory}), signal {signal}, {saturated}. "
                "Gradient in layer 1: {first} (theory {first_theory}).").format(
        n=n_layers, std=std, theory=expected, signal=signal,
        saturated=words.format(share=forward["saturated"][-1]), first=first,
        first_theory=first_expected)
    return readout, (f"activations: std of layer {n_layers}: {std}, theory {expected}",
                     f"gradients δ: size in layer 1: {first}, theory {first_expected}",
                     f"signal in layer {n_layers}:\n{signal}, theory {_two(field.signal[-1])}")


# The slide's network in training

_N_EPOCHS, _SCALES = 10, np.geomspace(0.003, 3, 61)


@cache
def _sizes_by_scale(activation):
    """Standard deviation and signal of the last layer that theory expects, by init scale."""
    fields = [mean_field(ACTIVATIONS[activation], scale, slide_network.WIDTH,
                         slide_network.N_LAYERS) for scale in _SCALES]
    return tuple(np.array([(field.standard_deviation[-1], field.signal[-1])
                           for field in fields]).T)


def training():
    """The slide's network trained from each of the slide's first weights, and from the reader's.

    Returns
    -------
    Panel
        Controls: activation, learning rate, init scale, seed.
    """
    rows = digit_rows(320, z_score="all digits")
    measure = _start_meter(rows)

    def show(activation, learning_rate, init_scale, seed):
        scales = (*slide_network.SCALES.values(), init_scale)
        losses, deviations, signals, counts = zip(
            *(measure(activation, scale, seed) for scale in scales), strict=True)
        before = {
            "activation": activation, "signals": signals, "counts": np.array(counts),
            "scales": [scale(slide_network.WIDTH) if callable(scale) else scale
                       for scale in scales],
            "words": [f"std {_two(deviation)}\nsignal {_two(signal)}"
                      for deviation, signal in zip(deviations, signals, strict=True)],
            "theory": (_SCALES, *_sizes_by_scale(activation))}
        start = slide_network.SlideRun(np.zeros(1), np.array([losses]), 0.0)
        yield _slide_view(activation, start, before, waits=True)
        networks = [slide_network.slide_network(ACTIVATIONS[activation], scale, seed)
                    for scale in scales]
        for run in slide_network.train_slide(networks, learning_rate, _N_EPOCHS, rows, seed):
            yield _slide_view(activation, run, before)

    return Panel(
        _("The slide's network"),
        SlidePicture((*slide_network.SCALES, "yours"), _N_EPOCHS, np.log(10)),
        {
            "activation": choice(_("activation"), _NAMES, "sigmoid"),
            "learning_rate": log_slider(_("learning rate η"), 0.01, 10, 0.2),
            "init_scale": log_slider(_("init scale σ"), 0.003, 3, 0.3, also=(0.141,)),
            "seed": seed(),
        },
        show,
        goal=_("sigmoid: a lower loss than all three of the slide"),
        presets={_("sigmoid"): {"activation": "sigmoid", "learning_rate": 0.2},
                 _("tanh"): {"activation": "tanh", "learning_rate": 0.2},
                 _("ReLU, He"): {"activation": "ReLU", "learning_rate": 0.1, "init_scale": 0.141}},
    )


def _start_meter(rows):
    """Make a function that remembers: loss, spread, signal and histogram before training."""
    @lru_cache(maxsize=16)  # three of the four scales are the slide's, which stay
    def measure(activation, scale, seed):
        network = slide_network.slide_network(ACTIVATIONS[activation], scale, seed)
        outputs, deviation, signal = slide_network.last_layer(network, rows)
        low, high = pictures.RANGES[activation]
        counts = histogram(np.minimum(outputs, high), low, high)
        return network.evaluate(*rows)[0], deviation, signal, counts

    return measure


def _slide_view(activation, run, before, waits=False):
    last = run.losses[-1]
    diverged = np.isnan(last)
    words = np.where(diverged, "diverged", [number(loss, 2) for loss in last])
    said = np.where(diverged, _("diverged"), words)
    readout = _("Epoch {epoch:.0f}, loss: N(0, 1) {}, σ = 0.01 {}, Xavier {}, yours {}. Signal of "
                "yours {signal}.").format(*said, epoch=run.epochs[-1],
                                  signal=_two(before["signals"][-1]))
    titles = (f"loss of Xavier {words[2]}, of yours {words[3]}",
              f"signal of Xavier in layer 5: {_two(before['signals'][2])}")
    best = np.min(last[:3], where=np.isfinite(last[:3]), initial=np.inf)
    goal_met = activation == "sigmoid" and run.progress == 1 and last[3] < best
    return View({**before, "epochs": run.epochs, "losses": run.losses, "titles": titles}, readout,
                goal_met, run.progress, waits)


# Two equal units

_N_STEPS = 400
_DIFFERENCES = [0.0, *(float(f"1e{exponent}") for exponent in range(-12, 1))]


def pair():
    """Two hidden units that start ε apart: when they part, and what that does to the loss.

    Returns
    -------
    Panel
        Controls: ε, learning rate, step, seed.
    """
    rows = digit_rows(200, range(4), z_score="all digits")

    growths = Kept(16)  # ε does not change them

    @lru_cache(maxsize=16)  # all ε; the step does not change the run
    def run(epsilon, learning_rate, seed):
        return train_pair(epsilon, learning_rate, seed, _N_STEPS, rows)

    def show(epsilon, learning_rate, step, seed):
        trained, settings = run(epsilon, learning_rate, seed), (learning_rate, seed)
        if settings not in growths:
            yield _pair_view(step, epsilon, trained)
            growths[settings] = difference_growth(learning_rate, seed, _N_STEPS, rows)
        yield _pair_view(step, epsilon, trained, growths[settings])

    return Panel(
        _("Two units"), pictures.PairPicture(_N_STEPS),
        {
            "epsilon": stop_slider(_("difference ε"), _DIFFERENCES, 0.0),
            "learning_rate": log_slider(_("learning rate η"), 0.1, 5, 1.0),
            "step": whole_slider(_("step"), 0, _N_STEPS, _N_STEPS),
            "seed": seed(),
        },
        show,
        goal=_("apart only after step 250, and still a loss below 0.4"),
        presets={
            _("equal"): {"epsilon": 0.0, "learning_rate": 1.0, "step": _N_STEPS},
            _("ε = 1e−6"): {"epsilon": 1e-6, "learning_rate": 1.0, "step": _N_STEPS},
            _("ε = 0.1"): {"epsilon": 0.1, "learning_rate": 1.0, "step": _N_STEPS},
        },
        play="step",
    )


def _pair_view(step, epsilon, trained, theory=None):
    """Show a run and what theory says, which waits until the hand rests."""
    parted = first_step_apart(trained.distances, trained.lengths)
    if theory:
        growth, one_unit = theory
        expected, one_loss = epsilon * growth, one_unit.losses
        parting = _about_parting(parted, first_step_apart(expected, one_unit.lengths))
        alone = number(one_loss[-1])
    else:
        expected = one_loss = np.full(_N_STEPS + 1, np.nan)
        parting = alone = "…"
    readout, titles = _about_pair(step, trained, parted, parting, alone)
    drawing = {"step": step, "weights": trained.weights[step], "distances": trained.distances,
               "lengths": trained.lengths, "theory": expected, "losses": trained.losses,
               "one_unit": one_loss, "titles": titles}
    late = parted is not None and parted >= 250
    return View(drawing, readout, late and trained.losses[-1] < 0.4, 1.0 if theory else 0.5,
                waits=not theory)


def _about_pair(step, trained, parted, parting, alone):
    """Words for the readout, and the titles."""
    distance, loss = trained.distances[step], number(trained.losses[-1])
    readout = _("Step {step}: distance {distance}. {parting} Loss at the end {loss}; one unit "
                "alone {alone}.").format(
        step=step, distance=_two(distance) if distance else "0",
        parting=parting, loss=loss, alone=alone)
    largest = np.ptp(trained.weights[step], axis=1).max()
    return readout, (f"differ by up to\n{_two(largest)}" if largest else "all weights\nare equal",
                     "the units do not part" if parted is None
                     else f"the units part at step {parted}",
                     f"loss at the end {loss}")


def _about_parting(parted, expected):
    in_theory = _("never") if expected is None else str(expected)
    if parted is None:
        return _("Never apart (theory: {theory}).").format(theory=in_theory)
    return _("Apart from step {n} (theory: {theory}).").format(n=parted, theory=in_theory)


# The band

_GAINS, _EDGES = np.geomspace(0.2, 30, 20), np.geomspace(0.2, 30, 76)
_FINE = np.sqrt(_EDGES[:-1] * _EDGES[1:])  # theory says for these whether they are in the band


def band():
    """Train a deep network with many gains: the band in which learning happens.

    Returns
    -------
    Panel
        Controls: hidden layers, activation, learning rate, batch size, seed.
    """
    rows, kept = digit_rows(1000, z_score="all digits"), Kept(24)

    def show(n_hidden, activation, learning_rate, batch_size, seed):
        key = activation, n_hidden, learning_rate, batch_size, seed
        runs = [kept[key]] if key in kept else train_gains(
            ACTIVATIONS[activation], _GAINS, n_hidden, learning_rate, batch_size, rows, seed)
        for run in runs:
            if run.progress == 1:
                kept[key] = run
            yield _band_view(activation, n_hidden, run)

    return Panel(
        _("The band"), pictures.BandPicture(np.log(10), _EDGES),
        {
            "n_hidden": whole_slider(_("hidden layers"), 2, 10, 5),
            "activation": choice(_("activation"), _NAMES, "ReLU"),
            "learning_rate": log_slider(_("learning rate η"), 0.001, 0.5, 0.02),
            "batch_size": stop_slider(_("batch size B"), [16, 32, 64, 128, 256], 32),
            "seed": seed(),
        },
        show,
        goal=_("10 hidden layers and a lowest loss below 0.08"),
        presets={_("2 layers"): {"n_hidden": 2}, _("10 layers"): {"n_hidden": 10}},
    )


@cache
def _predict(activation):
    return predict_survival(ACTIVATIONS[activation], _FINE, 10)


def _band_view(activation, n_hidden, run):
    signals, gradients = (sizes[n_hidden - 1] for sizes in _predict(activation))
    inside = inside_band(signals, gradients)
    readout, titles = _about_band(activation, n_hidden, run, inside)
    drawing = {
        "gains": _GAINS, "losses": run.losses, "inside": inside, "theory_gains": _FINE,
        "sizes": {"signal": run.signals, "gradient": run.gradients},
        "theory": {"signal": signals, "gradient": gradients}, "titles": titles}
    goal_met = run.progress == 1 and n_hidden == 10 and run.lowest_loss < 0.08
    return View(drawing, readout, goal_met, run.progress)


def _about_band(activation, n_hidden, run, inside):
    """Words for the readout, and the titles."""
    learned = _GAINS[run.losses < 1]
    expected = _EDGES[:-1][inside], _EDGES[1:][inside]
    lowest = number(run.lowest_loss) if np.isfinite(run.lowest_loss) else _("none")
    readout = _("{n} layers of {name}: loss below 1 for g {measured}; theory's band "
                "{theory}; lowest loss {loss}.").format(
        n=n_hidden, name=activation, measured=_ends(learned, learned), theory=_ends(*expected),
        loss=lowest)
    return readout, (f"loss below 1: {_span(learned, learned)}",
                     f"theory's band: {_span(*expected)}")


def _ends(low, high):
    if not low.size:
        return _("nowhere")
    return _("from {low:.2g} to {high:.2g}").format(low=low[0], high=high[-1])


def _span(low, high):
    return f"g = {low[0]:.2g} … {high[-1]:.2g}" if low.size else "nowhere"
