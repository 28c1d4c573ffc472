"""What this section says about the slides."""

import numpy as np

from lecture_kit.live.language import translate as _
from lecture_kit.maths import losses
from lecture_kit.maths.activations import sigmoid, sigmoid_derivative

SECTION = _("Loss function")
NOTEBOOK = "01_loss_functions.ipynb"


def corrections():
    """List what the notebook corrects on the slides, in their order.

    Returns
    -------
    list of tuple
        What the slide says, what holds (every number is computed), the id of the cell, and "note"
        where only the note beside it says so.
    """
    o = sigmoid(0.4 * 1.5 + 0.5)
    in_bits, in_nats = (losses.binary_cross_entropy_gradient(0.3, 1, base) for base in (2, np.e))
    bits, nats = (losses.log_likelihood([0.902, 0.098], 1, base) for base in (2, np.e))
    return [
        (_("½‖y − o‖² is the mean squared error"),
         _("it is that of one row, so no mean yet"), "slide-numbers", "note"),
        (_("e = 0.2815 for the left neuron"),
         _("{error:.4f}; the slide rounds o to 0.7503 first").format(
             error=losses.squared_error(o, 0.0)), "slide-numbers"),
        (_("loss = cost = objective = energy"),
         _("right, many books do so; here always loss"), "slide-numbers", "note"),
        (_("σ′ is at most 0.3"),
         _("at most {peak:.2f}, at z = 0").format(peak=sigmoid_derivative(0.0)),
         "rebuild-gradient"),
        (_("the log₂ loss has the gradient x(o − y)"),
         _("that is for ln; with log₂ it is {factor:.2f} times as large").format(
             factor=in_bits / in_nats), "measure-log2"),
        (_("e = σ(Z)"), _("o = σ(z); e is the loss"), "measure-log2", "note"),
        (_("log likelihood, unlike cross entropy"),
         _("with one-hot targets the two are equal"), "slide-softmax", "note"),
        (_("in softmax, Σ over i of e to the s_j"), _("the sum over i needs e to the s_i"),
         "slide-softmax", "note"),
        (_("log₂ in the formula, np.log in the code"),
         _("for 0.098: {bits:.2f} bits, but {nats:.2f} nats").format(bits=bits, nats=nats),
         "slide-softmax"),
    ]
