"""What this section says about the slides."""

import numpy as np

from lecture_kit.live.language import translate as _
from lecture_kit.maths import pooling
from lecture_kit.sections.stochastic_pooling.chance import EXAMPLE

SECTION = _("(8) Stochastic pooling")
NOTEBOOK = "09_stochastic_pooling.ipynb"


def corrections():
    """List what the notebook corrects on the slides, in their order.

    Returns
    -------
    list of tuple
        What the slide says, what holds (every number is computed), the id of the cell, and "note"
        where only the note beside it says so.
    """
    return [
        (_("p: the sum divided by the activation"),
         _("the other way round: {p:.1f} for 1.6 in (1.6, 0, 0, 2.4)").format(
             p=pooling.probabilities(EXAMPLE)[0]), "example-numbers"),
        (_("p for any window"),
         _("no a below 0; if all are 0, the output is {output:.0f}").format(
             output=pooling.weighted_average(np.zeros(4))), "two-rules-numbers"),
        (_("nothing about inference"),
         _("Σ p a, {average:.2f} for (1.6, 0, 0, 2.4); nothing is drawn").format(
             average=pooling.weighted_average(EXAMPLE)), "show-source"),
        (_("max overfits, average learns badly"),
         _("max: not shown; average: at one rate, less at its own"), "rate-table"),
    ]
