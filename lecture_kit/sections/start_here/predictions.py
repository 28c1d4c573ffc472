"""Predictions of the start page: what gradient descent on x² does."""

import numpy as np

from lecture_kit.live.language import translate as _
from lecture_kit.live.prediction import NumberPrediction, PredictionPanel
from lecture_kit.maths.landscapes import quadratic
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.quadratics import critical_learning_rate
from lecture_kit.maths.trajectories import trajectory

_CURVATURES = [2.0]


def predict_steps():
    """How many steps a small learning rate needs.

    Returns
    -------
    PredictionPanel
        A number.
    """
    def measured():
        path = trajectory(quadratic(_CURVATURES).gradient, GradientDescent(0.1), [4.0], 100)
        return np.argmax(np.abs(path[:, 0]) < 0.01)

    return PredictionPanel(NumberPrediction(
        _("Prediction 1, how many steps"),
        _("The ball starts at x = 4 on f(x) = x². How many steps with the learning rate η = 0.1 "
          "does it need until |x| is below 0.01?"),
        measured,
        _("The slope is 2x, so each step multiplies x by 1 − 2η = 0.8."),
        unit=_(" steps")))


def predict_limit():
    """From which learning rate on the ball never arrives.

    Returns
    -------
    PredictionPanel
        A number.
    """
    return PredictionPanel(NumberPrediction(
        _("Prediction 2, too large a step"),
        _("From which learning rate η on does the ball never arrive at x = 0?"),
        lambda: critical_learning_rate(_CURVATURES),
        _("At this η each step leads exactly to the other side, to −x; beyond it, farther out.")))
