"""What this section says about the slides."""

import numpy as np

from lecture_kit.live.language import translate as _
from lecture_kit.sections.adaptive_methods.inside import step_on_a_slope
from lecture_kit.sections.adaptive_methods.ridge import (
    escape_steps_of_adagrad,
    escape_steps_of_gradient_descent,
)

NOTEBOOK = "05_adaptive_methods.ipynb"


def section():
    """Name the section of the slides."""
    return _("(4) Adaptive methods")


def corrections():
    """List where the notebook differs from the slides, in their order.

    Returns
    -------
    list of tuple
        Kind ("wrong", "imprecise", "right" or "text"), the slide's words, what they say, what holds
        (every number is computed), id of the cell, "note" where only the note beside it says it.
    """
    first = step_on_a_slope("Adam, not corrected", 1, 0.999)
    descent = np.ceil(escape_steps_of_gradient_descent(1e-8, 0.01))
    adagrad = escape_steps_of_adagrad(0.01)
    return [
        ("imprecise", "RMSProp에 모멘텀을 적용하여",
         _("Adam is RMSprop with momentum"),
         _("and a bias correction; without it step 1 is {first:.2f} η").format(first=first),
         "bias-numbers"),
        ("imprecise", "SGD: … 상단에 고정",
         _("SGD stays at the top of the saddle"),
         _("only slow: {steps:.0f} steps from 10⁻⁸ at η = 0.01").format(steps=descent),
         "escape-numbers"),
        ("right", "RMSprop: … 효과적인 학습 속도가 증가",
         _("RMSprop gets a larger rate on the saddle"),
         _("yes; but Adagrad needs about {steps:,.0f} steps").format(steps=adagrad),
         "escape-numbers"),
    ]
