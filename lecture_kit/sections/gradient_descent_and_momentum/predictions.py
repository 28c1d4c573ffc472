"""Predictions of section 04: what the reader expects before the panels and cells show it."""

import numpy as np

from lecture_kit.live.language import number
from lecture_kit.live.language import translate as _
from lecture_kit.live.prediction import (
    ChoicePrediction,
    NumberPrediction,
    OrderPrediction,
    PredictionPanel,
)
from lecture_kit.maths.landscapes import double_well, quadratic
from lecture_kit.maths.optimizers import GradientDescent, Momentum
from lecture_kit.maths.quadratics import (
    best_learning_rate,
    best_momentum,
    convergence_rate,
    critical_learning_rate,
)
from lecture_kit.maths.trajectories import trajectory
from lecture_kit.sections.gradient_descent_and_momentum import experiments

_WELL, _CURVATURES = double_well(), (0.1, 2.0)


def predict_critical_rate():
    """From which learning rate on the deep well cannot hold a ball.

    Returns
    -------
    PredictionPanel
        A number.
    """
    curvature = _WELL.hessian(_WELL.minima[0])[0]
    return PredictionPanel(NumberPrediction(
        _("Prediction 1, the largest learning rate"),
        _("A ball lies almost at the bottom of the deep well, at x = −1.1. From which learning "
          "rate η on does it not stay there?"),
        lambda: critical_learning_rate(curvature),
        _("At the bottom f'' = {curvature}: there the slope is f'' times the distance. A step with "
          "η > 2/f'' lands farther away on the other side.").format(
              curvature=number(curvature[0]))))


def predict_large_step():
    """Where a ball rests that starts on the wall of the deep well with a large step.

    Returns
    -------
    PredictionPanel
        A choice.
    """
    options = _("in the deep well (left)"), _("in the shallow well (right)"), _("nowhere")

    def measured():
        path = trajectory(_WELL.gradient, GradientDescent(0.35), [-1.5], 60)
        rests = experiments.settled(path[-10:, np.newaxis], _WELL.minima)
        option = options[int(np.argmax(rests))] if rests.any() else options[2]
        return option, _("After 60 steps it is at x = {x}.").format(x=number(path[-1, 0]))

    return PredictionPanel(ChoicePrediction(
        _("Prediction 2, a large step"),
        _("A ball starts at x = −1.5, on the wall of the deep well on the left, with the learning "
          "rate η = 0.35. Where does it come to rest?"),
        measured,
        _("The deep well is too curved for such steps: it throws the ball out. The flatter one "
          "can hold it."),
        options=options))


def predict_momenta():
    """Which momenta carry a ball from the shallow well into the deep one.

    Returns
    -------
    PredictionPanel
        A choice.
    """
    momenta = (0.5, 0.7, 0.9, 0.95)
    options = {(0, 0, 0, 0): _("none of them"), (0, 1, 1, 1): _("0.7, 0.9 and 0.95"),
               (0, 1, 1, 0): _("0.7 and 0.9"), (0, 0, 0, 1): _("only 0.95")}

    def measured():
        rests = [experiments.at_rest(_WELL, Momentum(0.05, momentum), [[1.5]], 200)[0, 0]
                 for momentum in momenta]
        return options[tuple(map(int, rests))], ""

    return PredictionPanel(ChoicePrediction(
        _("Prediction 3, momentum over the hill"),
        _("A ball starts at x = 1.5 on the right, with η = 0.05. With which of the momenta β = "
          "0.5, 0.7, 0.9 and 0.95 does it come to rest in the deep well on the left?"),
        measured,
        _("With 0.5 it loses its energy before the hill. With 0.95 it keeps so much that it also "
          "comes back."),
        options=tuple(options.values())))


def predict_steps():
    """How many steps the best momentum needs in the valley.

    Returns
    -------
    PredictionPanel
        A number.
    """
    def steps(*rule):
        return np.log(1e-3) / np.log(convergence_rate(_CURVATURES, *rule))

    return PredictionPanel(NumberPrediction(
        _("Prediction 4, what momentum saves"),
        _("In this valley the best gradient descent needs about {steps:.0f} steps to come 1,000 "
          "times nearer to the minimum. How many does the best momentum need?").format(
              steps=steps(best_learning_rate(_CURVATURES))),
        lambda: steps(*best_momentum(_CURVATURES)),
        _("Without momentum the best shrink factor is (κ − 1)/(κ + 1), with it the same with √κ: "
          "κ, the ratio of the curvatures, is 20 here."),
        unit=_(" steps")))


def predict_valley_order():
    """Which of three runs in the valley is lowest after 60 steps.

    Returns
    -------
    PredictionPanel
        An order.
    """
    valley = quadratic(_CURVATURES)
    pairs = {"η = 0.1, β = 0.9": (0.1, 0.9), "η = 0.95, β = 0": (0.95, 0.0),
             "η = 0.68, β = 0.4": (0.68, 0.4)}

    def measured():
        paths = {name: trajectory(valley.gradient, Momentum(*pair), [-7.0, 2.0], 60)
                 for name, pair in pairs.items()}
        return {name: float(valley.value(path[-1])) for name, path in paths.items()}

    return PredictionPanel(OrderPrediction(
        _("Prediction 5, three runs in the valley"),
        _("Three runs of 60 steps from (−7, 2). Which one ends lowest, which one highest? Press "
          "the lowest first."),
        measured,
        _("The usual pair (0.1, 0.9) is not made for this valley: both its modes swing slowly. "
          "Compare tuned with tuned."),
        options=tuple(pairs)))


def predict_share():
    """Which share of random starts rests in the global minimum.

    Returns
    -------
    PredictionPanel
        A percentage.
    """
    return PredictionPanel(NumberPrediction(
        _("Prediction 6, a thousand starts"),
        _("The starts lie at random between −2 and 2, the hilltop at x = 0.239. With tiny steps "
          "and no momentum, how many percent come to rest in the global minimum?"),
        lambda: 100 * experiments.basin_share(_WELL, -2, 2),
        _("Each ball rolls into the well on its side of the hill, so the share is that of the "
          "starts left of the hilltop."),
        points=True, unit=" %", name="share in the global minimum"))
