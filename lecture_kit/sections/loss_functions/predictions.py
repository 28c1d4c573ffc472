"""Predictions of section 01: what the reader expects before the panels and cells show it."""

from functools import lru_cache

import numpy as np

from lecture_kit.live.language import number
from lecture_kit.live.language import translate as _
from lecture_kit.live.prediction import (
    ChoicePrediction,
    NumberPrediction,
    OrderPrediction,
    PredictionPanel,
)
from lecture_kit.maths import losses
from lecture_kit.maths.activations import ACTIVATIONS, sigmoid, sigmoid_derivative
from lecture_kit.maths.datasets import load_spambase
from lecture_kit.maths.training import first_step_below
from lecture_kit.sections.loss_functions import experiments
from lecture_kit.sections.loss_functions.mail import wrong_by_rate

_X, _TARGET = 1.5, 0.0  # the slide's input and right answer
_WEIGHTS, _BIASES = (0.4, 1.9), (0.5, 3.0)  # of the slide's left and right neuron
_CORRECT = 0.1  # an output below this is correct
_OUTPUTS = sigmoid(np.array(_WEIGHTS) * _X + _BIASES)


def predict_larger_gradient():
    """Which of two wrong neurons gets the larger gradient from the squared error.

    Returns
    -------
    PredictionPanel
        A choice.
    """
    options = (_("left, more than 10 times"), _("left, 1 to 10 times"),
               _("right, 1 to 10 times"), _("right, more than 10 times"))

    def measured():
        left, right = np.abs(experiments.neuron_gradient(
            "squared error", _X, _WEIGHTS, _BIASES, _TARGET)[:, 0])
        which = int(np.searchsorted([0.1, 1, 10], left / right))
        return options[::-1][which], _("Left {left}, right {right}: {ratio} to 1.").format(
            left=number(left), right=number(right), ratio=number(left / right))

    return PredictionPanel(ChoicePrediction(
        _("Prediction 1, two wrong neurons"),
        _("Two sigmoid neurons get the input {x}. The right answer is {target:g}. The left neuron "
          "says {left:.3f}, the right one {right:.3f}. Which one gets the larger gradient |∂e/∂w| "
          "from the squared error, and how many times as large?").format(
              x=_X, target=_TARGET, left=_OUTPUTS[0], right=_OUTPUTS[1]),
        measured,
        _("The gradient contains the slope of the sigmoid, and near 0 and near 1 the sigmoid is "
          "flat."),
        options=options))


def _steps(loss, learning_rate):
    """Steps until the right neuron is correct."""
    logits = experiments.train_neuron(
        loss, _X, _WEIGHTS[1], _BIASES[1], _TARGET, learning_rate, 400)
    return first_step_below(sigmoid(logits), _CORRECT)


def predict_steps():
    """How many steps the squared error needs where the cross entropy needs few.

    Returns
    -------
    PredictionPanel
        A number.
    """
    learning_rate = 0.5
    return PredictionPanel(NumberPrediction(
        _("Prediction 2, the race"),
        _("The slide's right neuron says {output:.3f} where {target:g} is right. It counts as "
          "correct below {limit}. With the learning rate η = {rate} cross entropy needs {steps} "
          "steps. How many does the squared error need?").format(
              output=_OUTPUTS[1], target=_TARGET, limit=_CORRECT, rate=learning_rate,
              steps=_steps("cross entropy", learning_rate)),
        lambda: _steps("squared error", learning_rate),
        _("It begins where the sigmoid is flat, so its gradient is almost 0. It waits for most of "
          "the time."),
        unit=_(" steps"), name="steps of the squared error"))


@lru_cache
def _share_left(activation, n_layers, gain):
    """Share of the gradient that is left behind layers, the median of 10 networks."""
    return float(np.median([experiments.gradient_by_depth(
        ACTIVATIONS[activation], gain * experiments.random_rotations(n_layers, seed), seed)[-1]
        for seed in range(10)]))


def predict_activations():
    """Which activation function leaves the least of a gradient.

    Returns
    -------
    PredictionPanel
        An order.
    """
    n_layers, names = 8, ("ReLU", "tanh", "sigmoid")
    return PredictionPanel(OrderPrediction(
        _("Prediction 3, {n} layers").format(n=n_layers),
        _("A gradient passes back through {n} layers whose weights do not change its length. Which "
          "activation function leaves least of it, which one most? Press the one that leaves least "
          "first.").format(n=n_layers),
        lambda: {name: _share_left(name, n_layers, 1.0) for name in names},
        _("Most logits are near 0 here. There the slope of tanh is almost 1, for all nodes. That "
          "of ReLU is 0 for about half of them. That of the sigmoid is at most {peak}.").format(
              peak=number(sigmoid_derivative(0.0))),
        options=names))


def predict_large_gain():
    """What large weights do to the gradient of sigmoid layers.

    Returns
    -------
    PredictionPanel
        A choice.
    """
    n_layers, gain = 20, 5.0
    bound = experiments.sigmoid_gradient_bound(n_layers, gain)
    options = (_("it grows, to more than 10 times"), _("it stays between a tenth and 10 times"),
               _("it shrinks, to less than a tenth"))

    def measured():
        left = _share_left("sigmoid", n_layers, gain)
        return (options[::-1][int(np.searchsorted([0.1, 10], left))],
                _("The share that is left: {left}.").format(left=number(left, 1)))

    return PredictionPanel(ChoicePrediction(
        _("Prediction 4, large weights"),
        _("The weights of {n} sigmoid layers are {gain:g} times a rotation. The bound would allow "
          "the gradient to become {bound:.0f} times as long. What does it do?").format(
              n=n_layers, gain=gain, bound=bound),
        measured,
        _("Large weights make large logits, and there the sigmoid is flat."),
        options=options))


def predict_logits():
    """Which logits get a gradient if only the correct class stands in the loss.

    Returns
    -------
    PredictionPanel
        A choice.
    """
    outputs, correct = (0.001, 0.9, 0.001, 0.098), 3
    options = (_("only that of the correct class"), _("only those of the wrong classes"),
               _("all four"))

    def measured():
        gradient = losses.softmax_cross_entropy_gradient(np.log(outputs), correct)
        gets = gradient != 0
        option = options[2] if gets.all() else options[0] if gets[correct] else options[1]
        return option, _("The gradients: {gradients}.").format(
            gradients=", ".join(number(slope) for slope in gradient))

    return PredictionPanel(ChoicePrediction(
        _("Prediction 5, who learns"),
        _("The slide's softmax says {outputs}. The last class is the correct one, and the loss is "
          "e = −log o of this class alone. Which of the four logits get a gradient ∂e/∂s that is "
          "not 0?").format(outputs=", ".join(map(str, outputs))),
        measured,
        _("The outputs of a softmax have the sum 1. To raise one of them, the others must fall."),
        options=options))


def predict_saturated_mail():
    """How often the squared error is wrong on mail after a saturated start.

    Returns
    -------
    PredictionPanel
        A percentage.
    """
    rate, scale, epochs, n_splits = 0.1, 1.0, 15, 4

    def measured():
        _choosing, reporting = wrong_by_rate("squared error", [rate], [scale], n_splits, epochs)
        return 100 * reporting.mean()

    return PredictionPanel(NumberPrediction(
        _("Prediction 6, a saturated start"),
        _("One sigmoid neuron learns {epochs} epochs with η = {rate}, from first weights so large "
          "(standard deviation {scale:g}) that many outputs begin near 0 or 1. How many percent of "
          "its answers are wrong after the squared error? (Who always says “no spam” is wrong in "
          "{always:.0%}.)").format(
              epochs=epochs, rate=rate, scale=scale, always=load_spambase().labels.mean()),
        measured,
        _("Rows that are wrong and sure hardly move it. This is the mean of {n} random splits; at "
          "a larger rate the squared error comes back.").format(n=n_splits),
        points=True, unit=" %", name="wrong answers of the squared error"))
