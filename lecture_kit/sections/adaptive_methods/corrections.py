"""What this section says about the slides."""

import numpy as np

from lecture_kit.live.language import translate as _
from lecture_kit.sections.adaptive_methods.inside import step_on_a_slope
from lecture_kit.sections.adaptive_methods.ridge import (
    escape_steps_of_adagrad,
    escape_steps_of_gradient_descent,
)

SECTION = _("(4) Adaptive methods")
NOTEBOOK = "05_adaptive_methods.ipynb"


def corrections():
    """List what the notebook corrects on the slides, in their order.

    Returns
    -------
    list of tuple
        What the slide says, what holds (every number is computed), the id of the cell, and "note"
        where only the note beside it says so.
    """
    first = step_on_a_slope("Adam, not corrected", 1, 0.999)
    descent = np.ceil(escape_steps_of_gradient_descent(1e-8, 0.01))
    adagrad = escape_steps_of_adagrad(0.01)
    return [
        (_("Adam is RMSprop with momentum"),
         _("and a bias correction; without it step 1 is {first:.2f} η").format(first=first),
         "bias-numbers"),
        (_("SGD stays at the top of the saddle"),
         _("only slow: {steps:.0f} steps from 10⁻⁸ at η = 0.01").format(steps=descent),
         "escape-numbers"),
        (_("adaptive methods leave it at once"),
         _("not Adagrad: about {steps:,.0f} steps, more than SGD").format(steps=adagrad),
         "escape-numbers"),
    ]
