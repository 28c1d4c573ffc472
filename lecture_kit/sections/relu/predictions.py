"""Predictions of section 08: what the reader expects before the panels and cells show it."""

import numpy as np

from lecture_kit.live.language import number
from lecture_kit.live.language import translate as _
from lecture_kit.live.prediction import (
    ChoicePrediction,
    NumberPrediction,
    OrderPrediction,
    PredictionPanel,
)
from lecture_kit.maths.activations import ACTIVATIONS, RELU
from lecture_kit.maths.datasets import digit_rows
from lecture_kit.maths.networks import deep_network
from lecture_kit.sections.relu import dying, experiments, speed


def predict_steepest():
    """Which of the three activation functions is steepest far from 0.

    Returns
    -------
    PredictionPanel
        An order.
    """
    z = 4.0
    return PredictionPanel(OrderPrediction(
        _("Prediction 1, far from 0"),
        _("How steep are sigmoid, tanh and ReLU at z = {z:.0f}? Press the one with the smallest "
          "slope first.").format(z=z),
        lambda: {name: float(activation.derivative(np.array(z)))
                 for name, activation in ACTIVATIONS.items()},
        _("tanh is the steeper one near 0 only. It comes to its end sooner, and there it is "
          "flatter."),
        options=("sigmoid", "tanh", "ReLU")))


def predict_gradient_left():
    """How much of the gradient reaches the first layer of a deep network of ReLU units.

    Returns
    -------
    PredictionPanel
        A number.
    """
    n_layers, n_nodes = 30, 100

    def measured():
        left = [experiments.gradient_by_layer(
            deep_network(RELU, 1.0, n_layers, seed, n_nodes), *digit_rows(32))[0]
            for seed in range(10)]
        return np.mean(left)

    factors = experiments.layer_factors(RELU, 1.0, n_layers)
    return PredictionPanel(NumberPrediction(
        _("Prediction 2, the gradient in the first layer"),
        _("A network has {n} hidden layers of ReLU units with {nodes} nodes each and Xavier's "
          "weights. Divide the size of the gradient in layer 1 by its size in layer {n}. What do "
          "you get?").format(n=n_layers, nodes=n_nodes),
        measured,
        _("Half of the units are off. So half of the squares are lost, and the size shrinks by "
          "1/√2 = {factor} at each of {n} steps: in theory to {left}.").format(
              factor=number(factors[0]), n=n_layers - 1,
              left=number(experiments.expected_gradient(factors)[0], 1)),
        name="gradient in layer 1"))


def predict_waking():
    """In which hidden layer a dead unit can wake up.

    Returns
    -------
    PredictionPanel
        A choice.
    """
    options = {(False, False): _("in neither"), (True, False): _("in the first only"),
               (False, True): _("in the second only"), (True, True): _("in both")}

    def measured():
        counts = [[int(part.sum()) for part in dying.died_and_woke(layer, digit_rows(1024),
                                                                   range(3))]
                  for layer in (1, 2)]
        words = _("In three draws {woke} of {died} dead units woke up in the first layer, "
                  "{woke_2} of {died_2} in the second.").format(
            died=counts[0][0], woke=counts[0][1], died_2=counts[1][0], woke_2=counts[1][1])
        return options[tuple(woke > 0 for _died, woke in counts)], words

    return PredictionPanel(ChoicePrediction(
        _("Prediction 3, back to life"),
        _("Plain gradient descent has killed some ReLU units: they are off for every training row. "
          "In which of the first two hidden layers can a dead unit be on again later?"),
        measured,
        _("The first layer always sees the same rows. The second one sees the outputs of a layer "
          "that learns."),
        options=tuple(options.values())))


def predict_fastest():
    """Which activation function learns fastest if each has its own best learning rate.

    Returns
    -------
    PredictionPanel
        An order.
    """
    def measured():
        rows = digit_rows(320, z_score="these rows")
        return {name: float(np.mean(speed.quickest(activation, speed.RATES, 32, 2**0.5, rows,
                                                   range(3))[0]))
                for name, activation in ACTIVATIONS.items()}

    return PredictionPanel(OrderPrediction(
        _("Prediction 4, each at its best"),
        _("The same network learns with sigmoid, tanh or ReLU, each at the best of {n} learning "
          "rates from {least} to {most}. With which one does the loss fall below {target} after "
          "the fewest updates? Press the fastest first.").format(
              n=len(speed.RATES), least=number(speed.RATES[0]), most=number(speed.RATES[-1]),
              target=number(speed.TARGET)),
        measured,
        _("tanh still works with a larger learning rate than ReLU. At one rate for all nobody sees "
          "that."),
        options=("ReLU", "sigmoid", "tanh"), unit=_(" updates")))
