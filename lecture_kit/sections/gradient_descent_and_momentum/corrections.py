"""What this section says about the slides."""

import numpy as np

from lecture_kit.live.language import translate as _
from lecture_kit.maths.landscapes import double_well
from lecture_kit.maths.quadratics import critical_learning_rate
from lecture_kit.sections.gradient_descent_and_momentum import experiments

SECTION = _("(3) Gradient descent & momentum")
NOTEBOOK = "04_gradient_descent_and_momentum.ipynb"


def corrections():
    """List what the notebook corrects on the slides, in their order.

    Returns
    -------
    list of tuple
        What the slide says, what holds (every number is computed), the id of the cell, and "note"
        where only the note beside it says so.
    """
    rate = critical_learning_rate([2.0])
    well = double_well()
    share = experiments.basin_share(well, -2, 2)
    return [
        (_("it finds where the slope is smallest"),
         _("at a minimum it is 0; at x = −1.5 it is −{size:.1f}").format(
             size=abs(well.gradient(np.array([-1.5]))[0])), "first-steps"),
        (_("too large a step misses the minimum"),
         _("beyond η = 2/λ it diverges; for x² that is η = {rate:.0f}").format(rate=rate),
         "too-large"),
        (_("movement = −gradient + momentum"),
         _("v ← βv − ηg; other forms differ when η changes"), "conventions"),
        (_("chance leads into the local minimum"),
         _("the basin decides: with tiny steps {share:.2f} go global").format(share=share),
         "starts-numbers"),
    ]
