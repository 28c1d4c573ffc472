"""What this section says about the slides."""

import numpy as np

from lecture_kit.live.language import translate as _
from lecture_kit.sections.preprocessing import experiments

SECTION = _("(1) Data preprocessing")
NOTEBOOK = "02_preprocessing.ipynb"


def corrections():
    """List what the notebook corrects on the slides, in their order.

    Returns
    -------
    list of tuple
        What the slide says, what holds (every number is computed), the id of the cell, and "note"
        where only the note beside it says so.
    """
    height, weight = 1.885 - 1.525, 65.5 - 45.0
    people = np.array([[i * height / 2, j * weight / 2] for i in (-1, 1) for j in (-1, 1)])
    model = experiments.linear_model(people, people @ [2 / height, 2 / weight])
    best, gradient = model.minima[0], model.gradient(np.zeros(2))
    sample = np.arange(40.0)
    return [
        (_("1.885 m and 1.525 m are 33 cm apart"),
         _("{apart:.2f} m").format(apart=height), "slide-numbers"),
        (_("the features differ in scale 62 times"),
         _("{ratio:.0f} times").format(ratio=weight / height), "slide-numbers"),
        (_("so one weight learns 62 times slower"),
         _("gradient {gradient:.0f} times smaller, way {way:.0f} times longer").format(
             gradient=gradient[1] / gradient[0], way=best[0] / best[1]), "how-slow"),
        (_("data.std"),
         _("divided by n or by n − 1? Factor {factor:.3f} for n = 40").format(
             factor=sample.std(ddof=1) / sample.std()), "scalers-by-hand", "note"),
    ]
