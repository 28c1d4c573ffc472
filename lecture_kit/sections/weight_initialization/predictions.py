"""Predictions of section 03: what the reader expects before the panels and cells show it."""

from functools import cache

import numpy as np

from lecture_kit.live.language import number
from lecture_kit.live.language import translate as _
from lecture_kit.live.prediction import (
    ChoicePrediction,
    NumberPrediction,
    OrderPrediction,
    PredictionPanel,
)
from lecture_kit.maths.activations import ACTIVATIONS, RELU, SIGMOID
from lecture_kit.maths.datasets import digit_rows
from lecture_kit.maths.initializers import lecun, normal, xavier
from lecture_kit.sections.weight_initialization import signals, slide_network, theory
from lecture_kit.sections.weight_initialization.pair import first_step_apart, train_pair

_WIDTH, _SEEDS = 100, range(10)


@cache
def _steps_until_apart(epsilon):
    run = train_pair(epsilon, 1.0, 0, 400, digit_rows(200, range(4), z_score="all digits"))
    return first_step_apart(run.distances, run.lengths)


def predict_parting():
    """After how many steps two units part that are equal but for a millionth.

    Returns
    -------
    PredictionPanel
        A number of steps.
    """
    large, small = 0.1, 1e-6
    return PredictionPanel(NumberPrediction(
        _("Prediction 1, a tiny difference"),
        _("Two hidden units have equal weights, but one weight differs by ε. With ε = {large} they "
          "part after {steps} steps of training: then their distance is half their length. After "
          "how many steps do they part with ε = {small:.6f}?").format(
              large=large, steps=_steps_until_apart(large), small=small),
        lambda: _steps_until_apart(small),
        _("In each step the difference is multiplied by a factor, like compound interest. So a "
          "difference that is {times:,.0f} times smaller costs only some steps more.").format(
              times=large / small),
        unit=_(" steps"), name="steps until the units part"))


def _last_layer(activation, init_scale, n_layers, seed):
    inputs, weights, _gradient = signals.draw_normals(n_layers, _WIDTH, seed)
    return signals.propagate(activation, init_scale * weights, inputs)[1][-1]


def predict_small_weights():
    """Where the outputs of layer 5 lie when all weights are tiny.

    Returns
    -------
    PredictionPanel
        A choice.
    """
    ends = {_("nearly all below 0.1"): (0, 0.1), _("nearly all between 0.4 and 0.6"): (0.4, 0.6),
            _("nearly all above 0.9"): (0.9, 1)}
    spread_out = _("spread from 0 to 1")

    def measured():
        values = _last_layer(SIGMOID, slide_network.SCALES["σ = 0.01"], 5, 0)
        inside = [option for option, (low, high) in ends.items()
                  if np.mean((values > low) & (values < high)) > 0.9]
        return (*inside, spread_out)[0], _("They lie between {low} and {high}.").format(
            low=number(values.min(), 2), high=number(values.max(), 2))

    return PredictionPanel(ChoicePrediction(
        _("Prediction 2, small weights"),
        _("Inputs from N(0, 1) go through five layers of 100 sigmoid nodes. All weights are random "
          "numbers from N(0, 1), times 0.01. Where do the outputs of layer 5 lie?"),
        measured,
        _("Small weights make every logit almost 0, and the sigmoid of 0 is one half."),
        options=(*ends, spread_out)))


def predict_signal():
    """Which share of the spread of layer 5 comes from the input.

    Returns
    -------
    PredictionPanel
        A percentage.
    """
    def measured():
        spreads = [signals.spread(_last_layer(SIGMOID, xavier(_WIDTH), 5, seed))
                   for seed in _SEEDS]
        return 100 * np.mean([signal / deviation for deviation, signal in spreads])

    return PredictionPanel(NumberPrediction(
        _("Prediction 3, what comes from the input"),
        _("With Xavier's scale the outputs of sigmoid layer 5 have the standard deviation "
          "{deviation:.2f}. A part of it has nothing to do with the input: some nodes always say "
          "more than others. How many percent of the standard deviation are left without this "
          "part?").format(deviation=theory.mean_field(
              SIGMOID, xavier(_WIDTH), _WIDTH, 5).standard_deviation[-1]),
        measured,
        _("At this scale each sigmoid layer keeps at most a quarter of what the input does, since "
          "its slope is at most ¼. The histogram does not show that."),
        points=True, unit=" %"))


def predict_lowest_loss():
    """Which of the slide's three networks learns best.

    Returns
    -------
    PredictionPanel
        A choice.
    """
    rate, n_epochs, names = 0.3, 4, tuple(slide_network.SCALES)

    def measured():
        rows = digit_rows(320, z_score="all digits")
        networks = [slide_network.slide_network(SIGMOID, scale, seed)
                    for scale in slide_network.SCALES.values() for seed in _SEEDS]
        *_others, last = slide_network.train_slide(networks, rate, n_epochs, rows, 0, 10**6)
        losses = last.losses[-1].reshape(len(names), -1)
        means, best = losses.mean(axis=1), int(losses.mean(axis=1).argmin())
        return names[best], _("Mean losses: {losses}. It is lowest in {n} of {all} draws.").format(
            losses=", ".join(f"{name} {number(mean)}"
                             for name, mean in zip(names, means, strict=True)),
            n=np.sum(losses.argmin(axis=0) == best), all=len(_SEEDS))

    return PredictionPanel(ChoicePrediction(
        _("Prediction 4, which one learns"),
        _("The slide's five layers of 100 sigmoids learn ten digits by gradient descent, η = "
          "{rate}, for {n} epochs, ten draws of each. With which first weights is the mean loss "
          "lowest at the end?").format(rate=rate, n=n_epochs),
        measured,
        _("Guessing has a loss of 2.3. Only with large weights does enough of the input come "
          "through five sigmoid layers, although half of the nodes are saturated."),
        options=names[::-1]))


def predict_deep_relu():
    """How much smaller 22 ReLU layers make a signal with Xavier's scale.

    Returns
    -------
    PredictionPanel
        A number.
    """
    n_layers = 22

    def measured():
        sizes = [signals.root_mean_square(_last_layer(RELU, xavier(_WIDTH), n_layers, seed))
                 for seed in _SEEDS]
        return 1 / np.exp(np.mean(np.log(sizes)))

    return PredictionPanel(NumberPrediction(
        _("Prediction 5, many ReLU layers"),
        _("With Xavier's scale each ReLU layer halves the mean square of the values. How many "
          "times smaller is their size, the root of the mean square, after {n} layers?").format(
              n=n_layers),
        measured,
        _("Theory says 2 to the power {n}/2, that is {times:,.0f}. (Measured is the geometric mean "
          "of {draws} draws.)").format(n=n_layers, times=2 ** (n_layers / 2), draws=len(_SEEDS)),
        unit=_(" times")))


def predict_way_back():
    """What the gradient meets in a layer whose scale suits the signal.

    Returns
    -------
    PredictionPanel
        A number.
    """
    n_in, n_out = 64, 256

    def measured():
        rng = np.random.default_rng(0)
        back = rng.standard_normal((1000, n_out))
        return signals.root_mean_square(back @ normal((n_in, n_out), lecun(n_in), rng).T)

    return PredictionPanel(NumberPrediction(
        _("Prediction 6, the way back"),
        _("A layer has {n_in} inputs and {n_out} outputs. Its weights have σ = 1/√{n_in}, so a "
          "signal keeps its size on the way forward. How many times as large does a gradient "
          "become on the way back?").format(n_in=n_in, n_out=n_out),
        measured,
        _("Back it is a sum over {n_out} nodes: the mean square is multiplied by {n_out}/{n_in}, "
          "the size by the root of that.").format(n_in=n_in, n_out=n_out),
        unit=_(" times")))


def predict_band_width():
    """Which activation function has the widest band of good gains at 10 layers.

    Returns
    -------
    PredictionPanel
        An order.
    """
    def measured():
        gains, ratios = np.geomspace(0.2, 30, 120), {}
        for name, activation in ACTIVATIONS.items():
            sizes = [values[-1] for values in theory.predict_survival(activation, gains, 10)]
            inside = gains[theory.inside_band(*sizes)]
            ratios[name] = inside[-1] / inside[0]
        return ratios

    return PredictionPanel(OrderPrediction(
        _("Prediction 7, the width of the band"),
        _("In a network of 10 hidden layers, signal and gradient survive only for gains g = σ√n in "
          "a band. It is as wide as the ratio of its ends. Which function has the narrowest band, "
          "which one the widest? Press the narrowest first."),
        measured,
        _("The mean square of a ReLU layer changes by g²/2, whatever its size: nothing holds it. "
          "Sigmoid and tanh bend, so a large signal does not grow on."),
        options=tuple(ACTIVATIONS)))
