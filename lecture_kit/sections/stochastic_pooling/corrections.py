"""What this section says about the slides."""

import numpy as np

from lecture_kit.live.language import translate as _
from lecture_kit.maths import pooling
from lecture_kit.sections.stochastic_pooling.chance import EXAMPLE

NOTEBOOK = "09_stochastic_pooling.ipynb"


def section():
    """Name the section of the slides."""
    return _("(8) Stochastic pooling")


def corrections():
    """List where the notebook differs from the slides, in their order.

    Returns
    -------
    list of tuple
        Kind ("wrong", "imprecise", "right" or "text"), the slide's words, what they say, what holds
        (every number is computed), id of the cell, "note" where only the note beside it says it.
    """
    return [
        ("imprecise", "activation의 합을 나누는 방식",
         _("p: the sum divided by the activation"),
         _("the other way round: {p:.1f} for 1.6 in (1.6, 0, 0, 2.4)").format(
             p=pooling.probabilities(EXAMPLE)[0]), "example-numbers"),
        ("right", "p_i = a_i / Σ a_k",
         _("p for any window"),
         _("no a below 0; if all are 0, the output is {output:.0f}").format(
             output=pooling.weighted_average(np.zeros(4))), "two-rules-numbers"),
        ("right", "model average 효과",
         _("nothing about inference"),
         _("Σ p a, {average:.2f} for (1.6, 0, 0, 2.4); nothing is drawn").format(
             average=pooling.weighted_average(EXAMPLE)), "show-source"),
        ("imprecise", "Overfitting 되는 단점 … 결과가 좋지 않음",
         _("max overfits, average learns badly"),
         _("at a common rate; at their own best it is not shown"), "rate-table"),
    ]
