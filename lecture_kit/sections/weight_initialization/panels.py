"""Panels and exercises of section 03, weight initialization."""

from functools import lru_cache

import numpy as np

from lecture_kit.live.controls import choice, log_slider, seed, stop_slider, whole_slider
from lecture_kit.live.language import number
from lecture_kit.live.language import translate as _
from lecture_kit.live.panel import Panel, View
from lecture_kit.maths.activations import ACTIVATIONS
from lecture_kit.maths.datasets import digit_rows
from lecture_kit.maths.networks import deep_network
from lecture_kit.sections.weight_initialization import experiments, pictures

_NAMES = [(name, name) for name in ACTIVATIONS]


def signals():
    """The slide's histograms, live: activations and gradients in every layer of a new network.

    Returns
    -------
    Panel
        Controls: init scale, activation, layers, width, seed.
    """
    draw = lru_cache(maxsize=1)(_float32_normals)  # only the seed changes it

    def show(init_scale, activation, n_layers, width, seed):
        inputs, weights, gradient = draw(seed)
        n_rows = min(1000, 100_000 // width)
        inputs, gradient = inputs[:n_rows, :width], gradient[:n_rows, :width]
        weights = np.float32(init_scale) * weights[:n_layers, :width, :width]
        phi = ACTIVATIONS[activation]
        logits, outputs = experiments.propagate(phi, weights, inputs)
        forward = _look_at_activations(phi, outputs)
        backward = _look_at_gradients(experiments.backpropagate(phi, weights, logits, gradient))
        theory = experiments.mean_field(phi, init_scale, width, n_layers)
        last, expected = forward["deviations"][-1], theory.standard_deviation[-1]
        first, first_expected = backward["sizes"][0], theory.gradient[0]
        signal = forward["signals"][-1]
        words = _("{share:.0%} at 0") if activation == "ReLU" else _("{share:.0%} saturated")
        readout = _("Layer {n}: std {std} (theory {theory}), signal {signal}, {saturated}. "
                    "Gradient in layer 1: {first} (theory {first_theory}).").format(
            n=n_layers, std=_three(last), theory=_three(expected), signal=_two(signal),
            saturated=words.format(share=forward["saturated"][-1]), first=_two(first),
            first_theory=_two(first_expected))
        titles = (f"activations: std of layer {n_layers}: {_three(last)}, "
                  f"theory {_three(expected)}",
                  f"gradients δ: size in layer 1: {_two(first)}, theory {_two(first_expected)}",
                  f"signal {_two(signal)}, theory {_two(theory.signal[-1])}")
        drawing = {"activation": activation, "forward": forward, "backward": backward,
                   "theory": theory, "titles": titles}
        goal_met = (activation, n_layers, width) == ("ReLU", 10, 200) and 0.5 < last < 1.2
        return View(drawing, readout, goal_met)

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
    return tuple(array.astype(np.float32) for array in experiments.draw_normals(10, 200, seed))


def _look_at_activations(phi, outputs):
    low, high = pictures.RANGES[phi.name]
    counts = np.array([experiments.histogram(a, low, high) for a in outputs])
    deviations, signals = np.array([experiments.spread(a) for a in outputs]).T
    saturated = np.array([experiments.saturated_share(phi, a) for a in outputs])
    if phi.name == "ReLU":  # the table tells the zeros; in the histogram they would hide the rest
        counts[:, 0] -= np.round(saturated * outputs[0].size).astype(int)
    means = np.array([float(a.mean()) for a in outputs])
    signals[signals < 1e-6 * np.abs(means)] = np.nan  # float32 cannot tell it from rounding
    return {"counts": counts, "means": means, "deviations": deviations, "signals": signals,
            "saturated": saturated}


def _look_at_gradients(deltas):
    sizes = np.array([experiments.root_mean_square(delta) for delta in deltas])
    counts = np.array(
        [experiments.magnitude_histogram(delta, *pictures.EXPONENTS) for delta in deltas]
    )
    return {"counts": counts, "sizes": sizes}


def _two(value):
    """Write a size with two digits, or with one where it is far from 1."""
    if np.isnan(value):
        return _("under 1e−6")
    return number(value, 2 if 1e-3 <= value < 1e4 else 1)


def _three(value):
    return number(value) if 1e-3 <= value < 1e4 else _two(value)


def pair():
    """Two hidden units that start ε apart: when they part, and what that does to the loss.

    Returns
    -------
    Panel
        Controls: ε, learning rate, step, seed.
    """
    n_steps = 400
    rows = digit_rows(200, range(4), z_score="all digits")

    @lru_cache(maxsize=4)  # the step does not change the run
    def run(epsilon, learning_rate, seed):
        return experiments.train_pair(epsilon, learning_rate, seed, n_steps, rows)

    @lru_cache(maxsize=4)  # nor does ε change the growth
    def growth(learning_rate, seed):
        return experiments.difference_growth(learning_rate, seed, n_steps, rows)

    def show(epsilon, learning_rate, step, seed):
        trained, (factor, one_unit) = run(epsilon, learning_rate, seed), growth(learning_rate, seed)
        distances, theory = trained.distances, epsilon * factor
        parted = experiments.first_step_apart(distances, trained.lengths)
        expected = experiments.first_step_apart(theory, one_unit.lengths)
        readout = _("Step {step}: distance {distance}. {parting} Loss at the end {loss}; one unit "
                    "alone {alone}.").format(
            step=step, distance=_two(distances[step]) if distances[step] else "0",
            parting=_in_words(parted, expected), loss=number(trained.losses[-1]),
            alone=number(one_unit.losses[-1]))
        largest = np.ptp(trained.weights[step], axis=1).max()
        titles = (f"up to {_two(largest)}" if largest else "0 everywhere",
                  "never apart" if parted is None else f"apart from step {parted}",
                  f"at the end {number(trained.losses[-1])}")
        drawing = {"step": step, "weights": trained.weights[step], "distances": distances,
                   "lengths": trained.lengths, "theory": theory, "losses": trained.losses,
                   "one_unit": one_unit.losses, "titles": titles}
        late = parted is not None and parted >= 250
        return View(drawing, readout, late and trained.losses[-1] < 0.4)

    stops = [0.0, *(float(f"1e{exponent}") for exponent in range(-12, 1))]
    return Panel(
        _("Two units"), pictures.PairPicture(n_steps),
        {
            "epsilon": stop_slider(_("difference ε"), stops, 0.0),
            "learning_rate": log_slider(_("learning rate η"), 0.1, 5, 1.0),
            "step": whole_slider(_("step"), 0, n_steps, n_steps),
            "seed": seed(),
        },
        show,
        goal=_("apart only after step 250, and still a loss below 0.4"),
        presets={
            _("equal"): {"epsilon": 0.0, "learning_rate": 1.0, "step": n_steps},
            _("ε = 1e−6"): {"epsilon": 1e-6, "learning_rate": 1.0, "step": n_steps},
            _("ε = 0.1"): {"epsilon": 0.1, "learning_rate": 1.0, "step": n_steps},
        },
        play="step",
    )


def _in_words(parted, expected):
    theory = _("never") if expected is None else str(expected)
    if parted is None:
        return _("Never apart (theory: {theory}).").format(theory=theory)
    return _("Apart from step {n} (theory: {theory}).").format(n=parted, theory=theory)


def band():
    """Train a deep network with many gains: the band in which learning happens.

    Returns
    -------
    Panel
        Controls: hidden layers, activation, learning rate, batch size, seed.
    """
    features, labels = digit_rows(1000, z_score="all digits")
    rows = features.astype(np.float32), labels
    some_rows = rows[0][:200], rows[1][:200]
    gains = np.geomspace(0.2, 10, 18)
    edges = np.geomspace(0.2, 10, 61)
    fine = np.sqrt(edges[:-1] * edges[1:])

    @lru_cache(maxsize=400)
    def run(activation, gain, n_hidden, learning_rate, batch_size, seed):
        network = deep_network(ACTIVATIONS[activation], gain, n_hidden, seed,
                                     dtype=np.float32)
        sizes = experiments.survival(network, some_rows)
        return experiments.train_deep(network, learning_rate, batch_size, 3, rows, seed), *sizes

    @lru_cache(maxsize=3)
    def predict(activation):
        return experiments.predict_survival(ACTIVATIONS[activation], fine, 10)

    def show(n_hidden, activation, learning_rate, batch_size, seed):
        results = []
        yield view(n_hidden, activation, results)
        for gain in gains:
            results.append(run(activation, gain, n_hidden, learning_rate, batch_size, seed))
            yield view(n_hidden, activation, results)

    def view(n_hidden, activation, results):
        signals, gradients = (sizes[n_hidden - 1] for sizes in predict(activation))
        inside = experiments.inside_band(signals, gradients)
        expected = _ends(edges[:-1][inside], edges[1:][inside])
        losses, *sizes = np.array(results).reshape(-1, 3).T
        so_far = gains[: len(losses)]
        learned = so_far[losses < 1]
        measured = _ends(learned, learned)
        readout = _("{n} layers of {name}: loss below 1 for g {measured}; theory's band "
                    "{theory}; lowest loss {loss}.").format(
            n=n_hidden, name=activation, measured=measured, theory=expected,
            loss=_lowest(losses))
        titles = (f"loss below 1: {_span(learned, learned)}",
                  f"theory's band: {_span(edges[:-1][inside], edges[1:][inside])}")
        drawing = {
            "gains": so_far, "losses": losses, "inside": inside, "theory_gains": fine,
            "sizes": dict(zip(("signal", "gradient"), sizes, strict=True)),
            "theory": {"signal": signals, "gradient": gradients}, "titles": titles}
        progress = len(losses) / len(gains)
        lowest = np.nanmin(losses) if np.isfinite(losses).any() else np.inf
        return View(drawing, readout, progress == 1 and n_hidden == 10 and lowest < 0.08, progress)

    return Panel(
        _("The band"), pictures.BandPicture(np.log(10), edges),
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


def _ends(low, high):
    if not low.size:
        return _("nowhere")
    return _("from {low:.2g} to {high:.2g}").format(low=low[0], high=high[-1])


def _span(low, high):
    return f"g = {low[0]:.2g} … {high[-1]:.2g}" if low.size else "nowhere"


def _lowest(losses):
    finite = losses[np.isfinite(losses)]
    return number(finite.min()) if finite.size else _("none")
