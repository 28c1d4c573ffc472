"""What this section says about the slides."""

import numpy as np

from lecture_kit.live.language import translate as _
from lecture_kit.maths import losses
from lecture_kit.maths.activations import sigmoid, sigmoid_derivative

NOTEBOOK = "01_loss_functions.ipynb"


def section():
    """Name the section of the slides."""
    return _("Loss function")


def corrections():
    """List where the notebook differs from the slides, in their order.

    Returns
    -------
    list of tuple
        Kind ("wrong", "imprecise", "right" or "text"), the slide's words, what they say, what holds
        (every number is computed), id of the cell, "note" where only the note beside it says it.
    """
    o = sigmoid(0.4 * 1.5 + 0.5)
    in_bits, in_nats = (losses.binary_cross_entropy_gradient(0.3, 1, base) for base in (2, np.e))
    bits, nats = (losses.log_likelihood([0.902, 0.098], 1, base) for base in (2, np.e))
    return [
        ("imprecise", "평균 제곱 오차 (Mean Square Error, MSE)",
         _("½‖y − o‖² is the mean squared error"),
         _("it is that of one row, so no mean yet"), "slide-numbers", "note"),
        ("imprecise", "(좌) e=0.2815",
         _("e = 0.2815 for the left neuron"),
         _("{error:.4f}; the slide rounds o to 0.7503 first").format(
             error=losses.squared_error(o, 0.0)), "slide-numbers"),
        ("right", "Loss Function = Cost function = …",
         _("loss = cost = objective = energy"),
         _("right, many books do so; here always loss"), "slide-numbers", "note"),
        ("wrong", "시그모이드 함수의 미분 최대치는 0.3",
         _("σ′ is at most 0.3"),
         _("at most {peak:.2f}, at z = 0").format(peak=sigmoid_derivative(0.0)),
         "rebuild-gradient"),
        ("wrong", "∂e/∂w = x(o−y)",
         _("the log₂ loss has the gradient x(o − y)"),
         _("that is for ln; with log₂ it is {factor:.2f} times as large").format(
             factor=in_bits / in_nats), "measure-log2"),
        ("wrong", "이때, e = σ(Z) 이고",
         _("e = σ(Z)"), _("o = σ(z); e is the loss"), "measure-log2", "note"),
        ("imprecise", "교차 엔트로피와는 달리, 정답에 … 노드만",
         _("log likelihood, unlike cross entropy"),
         _("with one-hot targets the two are equal"), "slide-softmax", "note"),
        ("text", "Σ_{i=1,c} e^{s_j}",
         _("in softmax, Σ over i of e to the s_j"), _("the sum over i needs e to the s_i"),
         "slide-softmax", "note"),
        ("imprecise", "e = −log₂ o_y, print(-np.log(0.098))",
         _("log₂ in the formula, np.log in the code"),
         _("for 0.098: {bits:.2f} bits, but {nats:.2f} nats").format(bits=bits, nats=nats),
         "slide-softmax"),
    ]
