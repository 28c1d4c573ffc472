"""What this section says about the slides."""

from lecture_kit.live.language import translate as _
from lecture_kit.sections.epochs_and_batches import experiments, noise

NOTEBOOK = "06_epochs_and_batches.ipynb"


def section():
    """Name the section of the slides."""
    return _("(5) Epoch, batch size")


def corrections():
    """List where the notebook differs from the slides, in their order.

    Returns
    -------
    list of tuple
        Kind ("wrong", "imprecise", "right" or "text"), the slide's words, what they say, what holds
        (every number is computed), id of the cell, "note" where only the note beside it says it.
    """
    sizes, rows = (64, 32, 10), 1024
    whole, single = (experiments.step_operations(sizes, size) for size in (rows, 1))
    steps = experiments.count_iterations(rows, 1, 1)
    calm, wild = (noise.noise_scale(rate, rows, size)
                  for rate, size in ((0.01, 1), (2.0, 64)))
    return [
        ("wrong", "다양한 무작위 가중치로 학습하였다는 의미",
         _("more epochs are more random weights"),
         _("they are drawn once; the order of the rows changes"), "weights-once-numbers"),
        ("imprecise", "학습 속도가 느려지고",
         _("a large batch makes learning slow"),
         _("1,024 rows: {step:,.0f} times the work per update, {epoch:.0f} per epoch").format(
             step=whole / single, epoch=whole / (steps * single)), "step-and-epoch"),
        ("imprecise", "훈련이 불안정",
         _("a small batch is unstable"),
         _("ηN/B counts: it can be {calm:.0f} for B = 1, {wild:.0f} for B = 64").format(
             calm=calm, wild=wild), "unstable-numbers"),
        ("right", "과적합 발생",
         _("too many epochs overfit"),
         _("yes: the loss rises, also where the accuracy stays"), "overfit-numbers"),
    ]
