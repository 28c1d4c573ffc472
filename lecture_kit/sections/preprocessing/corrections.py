"""What this section says about the slides."""

import numpy as np

from lecture_kit.live.language import translate as _
from lecture_kit.sections.preprocessing import experiments

NOTEBOOK = "02_preprocessing.ipynb"


def section():
    """Name the section of the slides."""
    return _("(1) Data preprocessing")


def corrections():
    """List where the notebook differs from the slides, in their order.

    Returns
    -------
    list of tuple
        Kind ("wrong", "imprecise", "right" or "text"), the slide's words, what they say, what holds
        (every number is computed), id of the cell, "note" where only the note beside it says it.
    """
    height, weight = 1.885 - 1.525, 65.5 - 45.0
    people = np.array([[i * height / 2, j * weight / 2] for i in (-1, 1) for j in (-1, 1)])
    model = experiments.linear_model(people, people @ [2 / height, 2 / weight])
    best, gradient = model.minima[0], model.gradient(np.zeros(2))
    sample = np.arange(40.0)
    return [
        ("wrong", "1.885m와 1.525m는 차이는 33cm",
         _("1.885 m and 1.525 m are 33 cm apart"),
         _("{apart:.2f} m").format(apart=height), "slide-numbers"),
        ("wrong", "대략 62배의 규모 차이",
         _("the features differ in scale 62 times"),
         _("{ratio:.0f} times").format(ratio=weight / height), "slide-numbers"),
        ("imprecise", "대략 62 배 느리게 학습됨",
         _("so one weight learns 62 times slower"),
         _("gradient {gradient:.0f} times smaller, way {way:.0f} times longer").format(
             gradient=gradient[1] / gradient[0], way=best[0] / best[1]), "how-slow"),
        ("right", "data.std",
         _("data.std"),
         _("divided by n or by n − 1? Factor {factor:.3f} for n = 40").format(
             factor=sample.std(ddof=1) / sample.std()), "scalers-by-hand", "note"),
    ]
