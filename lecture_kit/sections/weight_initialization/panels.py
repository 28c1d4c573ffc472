"""Panels and exercises of section 03, weight initialization."""

from functools import lru_cache

import numpy as np

from lecture_kit import weight_initialization as maths
from lecture_kit.activations import ACTIVATIONS
from lecture_kit.exercises import Exercise, Mistake
from lecture_kit.figures import weight_initialization as figures
from lecture_kit.language import number
from lecture_kit.language import translate as _
from lecture_kit.panels.controls import choice, log_slider, seed, stop_slider, whole_slider
from lecture_kit.panels.exercise import ExercisePanel
from lecture_kit.panels.panel import Panel, View

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
        logits, outputs = maths.propagate(phi, weights, inputs)
        forward = _look_at_activations(phi, outputs)
        backward = _look_at_gradients(maths.backpropagate(phi, weights, logits, gradient))
        theory = maths.mean_field(phi, init_scale, width, n_layers)
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
        _("Signals"), figures.SignalsPicture(),
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
    return tuple(array.astype(np.float32) for array in maths.draw_normals(10, 200, seed))


def _look_at_activations(phi, outputs):
    low, high = figures.RANGES[phi.name]
    counts = np.array([maths.histogram(a, low, high) for a in outputs])
    deviations, signals = np.array([maths.spread(a) for a in outputs]).T
    saturated = np.array([maths.saturated_share(phi, a) for a in outputs])
    if phi.name == "ReLU":  # the table tells the zeros; in the histogram they would hide the rest
        counts[:, 0] -= np.round(saturated * outputs[0].size).astype(int)
    means = np.array([float(a.mean()) for a in outputs])
    signals[signals < 1e-6 * np.abs(means)] = np.nan  # float32 cannot tell it from rounding
    return {"counts": counts, "means": means, "deviations": deviations, "signals": signals,
            "saturated": saturated}


def _look_at_gradients(deltas):
    sizes = np.array([maths.root_mean_square(delta) for delta in deltas])
    counts = np.array([maths.magnitude_histogram(delta, *figures.EXPONENTS) for delta in deltas])
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
    rows = maths.digit_rows(200, range(4))

    @lru_cache(maxsize=4)  # the step does not change the run
    def run(epsilon, learning_rate, seed):
        return maths.train_pair(epsilon, learning_rate, seed, n_steps, rows)

    @lru_cache(maxsize=4)  # nor does ε change the growth
    def growth(learning_rate, seed):
        return maths.difference_growth(learning_rate, seed, n_steps, rows)

    def show(epsilon, learning_rate, step, seed):
        trained, (factor, one_unit) = run(epsilon, learning_rate, seed), growth(learning_rate, seed)
        distances, theory = trained.distances, epsilon * factor
        parted = maths.first_step_apart(distances, trained.lengths)
        expected = maths.first_step_apart(theory, one_unit.lengths)
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
        _("Two units"), figures.PairPicture(n_steps),
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
    features, labels = maths.digit_rows(1000)
    rows = features.astype(np.float32), labels
    some_rows = rows[0][:200], rows[1][:200]
    gains = np.geomspace(0.2, 10, 18)
    edges = np.geomspace(0.2, 10, 61)
    fine = np.sqrt(edges[:-1] * edges[1:])

    @lru_cache(maxsize=400)
    def run(activation, gain, n_hidden, learning_rate, batch_size, seed):
        network = maths.deep_network(ACTIVATIONS[activation], gain, n_hidden, seed,
                                     dtype=np.float32)
        sizes = maths.survival(network, some_rows)
        return maths.train_deep(network, learning_rate, batch_size, 3, rows, seed), *sizes

    @lru_cache(maxsize=3)
    def predict(activation):
        return maths.predict_survival(ACTIVATIONS[activation], fine, 10)

    def show(n_hidden, activation, learning_rate, batch_size, seed):
        results = []
        yield view(n_hidden, activation, results)
        for gain in gains:
            results.append(run(activation, gain, n_hidden, learning_rate, batch_size, seed))
            yield view(n_hidden, activation, results)

    def view(n_hidden, activation, results):
        signals, gradients = (sizes[n_hidden - 1] for sizes in predict(activation))
        inside = maths.inside_band(signals, gradients)
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
        _("The band"), figures.BandPicture(np.log(10), edges),
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


def check_scale_from_experiment(attempt):
    """Exercise 2: measure the init scale that keeps the signal of a ReLU layer.

    Parameters
    ----------
    attempt : callable
        Takes inputs x and standard normal weights w; returns σ.

    Returns
    -------
    ExercisePanel
        The verdict.
    """

    def mean_square(values):
        return np.mean(values**2)

    def relu(z):
        return np.maximum(z, 0)

    def measured_scale(x, w):
        return np.sqrt(mean_square(x) / mean_square(relu(x @ w)))

    return ExercisePanel(Exercise(
        _("Exercise 2, He's factor by experiment"), measured_scale,
        solution=(
            "def measured_scale(x, w):\n"
            "    out = np.maximum(x @ w, 0)\n"
            "    return np.sqrt(np.mean(x**2) / np.mean(out**2))"),
        hints=(
            _("Try σ = 1 first: compute np.maximum(x @ w, 0). By which factor has the mean square "
              "changed?"),
            _("σ times as large weights make the outputs σ times as large, and their mean square "
              "σ² times."),
            _("So σ² is the mean square of x divided by the mean square of the outputs."),
        ),
        cases=(
            (np.array([[1.0, 2.0], [-1.0, 1.0], [0.5, -2.0]]), np.array([[1.0, -1.0], [2.0, 0.5]])),
            (np.array([[0.5, -1.0], [2.0, 1.5]]), np.array([[-1.5, 1.0], [0.5, 2.0]])),
        ),
        mistakes=(
            Mistake(lambda x, w: mean_square(x) / mean_square(relu(x @ w)),
                    _("This is σ², the variance. Take the square root.")),
            Mistake(lambda x, w: np.sqrt(mean_square(relu(x @ w)) / mean_square(x)),
                    _("Upside down: outputs that are too large need a smaller σ.")),
            Mistake(lambda x, w: np.sqrt(mean_square(x) / mean_square(x @ w)),
                    _("The ReLU is missing. Without it you measure Xavier's scale.")),
            Mistake(lambda x, w: np.std(x) / np.std(relu(x @ w)),
                    _("np.std subtracts the mean, and after a ReLU the mean is not 0. The next "
                      "layer gets the mean square.")),
            Mistake(lambda x, w: np.sqrt(2 / len(w)),
                    _("This is He's formula. Here you shall measure: use x and w.")),
        ),
    ), attempt)


def check_alive(attempt):
    """Exercise 3: the init scale that keeps layer 10 alive.

    Parameters
    ----------
    attempt : float
        The standard deviation σ.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    return ExercisePanel(Exercise(
        _("Exercise 3, keep layer 10 alive"), 0.2,
        solution="sigma = np.sqrt(2 / 50)",
        hints=(
            _("Each layer multiplies the mean square by nσ²/2. After 10 layers that is "
              "(nσ²/2)¹⁰."),
            _("It shall be 1. Put n = 50 into nσ²/2 = 1 and solve for σ."),
        ),
        mistakes=(
            Mistake(float(1 / np.sqrt(50)),
                    _("This is 1/√n, Xavier. It forgets that ReLU drops half of the mean square.")),
            Mistake(0.04, _("This is the variance σ². Take the square root.")),
            Mistake(0.1, _("This is right for 200 nodes. Here are only 50, so σ must be larger.")),
            Mistake(float(np.sqrt(1 / 100)) / 2,
                    _("Half of 0.1 goes the wrong way: fewer nodes need larger weights.")),
            Mistake(1.0, _("With σ = 1 each layer multiplies the mean square by 25.")),
        ),
        tolerance=0.005,
    ), attempt)


def check_break_symmetry(attempt):
    """Exercise 1: two units with equal weights, but for one number.

    Parameters
    ----------
    attempt : callable
        Takes the weights w into one unit and ε; returns the weights into both.

    Returns
    -------
    ExercisePanel
        The verdict.
    """

    def split(w, epsilon):
        both = np.column_stack([w, w])
        both[0, 1] += epsilon
        return both

    def change(w, epsilon, *place):
        both = np.column_stack([w, w])
        both[place] += epsilon
        return both

    return ExercisePanel(Exercise(
        _("Exercise 1, break symmetry with one number"), split,
        solution=(
            "def split(w, epsilon):\n"
            "    both = np.column_stack([w, w])\n"
            "    both[0, 1] += epsilon\n"
            "    return both"),
        hints=(
            _("np.column_stack([w, w]) puts w into both columns: column 0 is unit 1, column 1 is "
              "unit 2."),
            _("Add epsilon to a single entry: row 0, column 1."),
        ),
        cases=((np.array([0.5, -0.2, 0.1]), 0.01), (np.array([1.0, 2.0]), -0.3)),
        mistakes=(
            Mistake(lambda w, epsilon: change(w, epsilon, 0),
                    _("You changed the first weight of both units, so they are still equal.")),
            Mistake(lambda w, epsilon: np.column_stack([w, w]) + epsilon,
                    _("You changed all weights of both units, so they are still equal.")),
            Mistake(lambda w, epsilon: np.column_stack([w, w]),
                    _("Both columns are equal. They stay so for ever.")),
            Mistake(lambda w, epsilon: change(w, epsilon, slice(None), 1),
                    _("This works, but you changed every weight of unit 2. One number is enough.")),
            Mistake(lambda w, epsilon: change(w, epsilon, 1, 0),
                    _("Row and column are exchanged: the row is the input, the column the unit.")),
            Mistake(lambda w, epsilon: change(w, epsilon, 0, 0),
                    _("You changed unit 1. This works too, but the task was unit 2, column 1.")),
            Mistake(lambda w, epsilon: split(w, epsilon).T,
                    _("Units belong into the columns. Yours are the rows.")),
        ),
    ), attempt)
