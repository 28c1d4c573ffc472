"""What this section says about the slides."""

import numpy as np

from lecture_kit.live.language import translate as _
from lecture_kit.maths.landscapes import double_well
from lecture_kit.maths.quadratics import critical_learning_rate
from lecture_kit.sections.gradient_descent_and_momentum import experiments

NOTEBOOK = "04_gradient_descent_and_momentum.ipynb"


def section():
    """Name the section of the slides."""
    return _("(3) Gradient descent & momentum")


def corrections():
    """List where the notebook differs from the slides, in their order.

    Returns
    -------
    list of tuple
        Kind ("wrong", "imprecise", "right" or "text"), the slide's words, what they say, what holds
        (every number is computed), id of the cell, "note" where only the note beside it says it.
    """
    rate = critical_learning_rate([2.0])
    well = double_well()
    share = experiments.basin_share(well, -2, 2)
    return [
        ("imprecise", "미분값(기울기)이 최소가 되는 지점",
         _("it finds where the slope is smallest"),
         _("at a minimum it is 0; at x = −1.5 it is −{size:.1f}").format(
             size=abs(well.gradient(np.array([-1.5]))[0])), "first-steps"),
        ("right", "최소값에서 멀어질 수 있음",
         _("too large a step may lead away"),
         _("yes: beyond η = 2/λ it diverges; for x², η = {rate:.0f}").format(rate=rate),
         "too-large"),
        ("right", "Movement = Negative of Gradient + Momentum",
         _("movement = −gradient + momentum"),
         _("v ← βv − ηg; other forms differ when η changes"), "conventions"),
        ("right", "지역 최소값에 수렴할 수 있음",
         _("a random start may end in a local minimum"),
         _("it may: with tiny steps {share:.2f} go to the global one").format(share=share),
         "starts-numbers"),
    ]
