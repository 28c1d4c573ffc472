"""What this section says about the slides."""

import numpy as np

from lecture_kit.live.language import translate as _
from lecture_kit.maths.activations import RELU, TANH
from lecture_kit.sections.relu import experiments

NOTEBOOK = "08_relu.ipynb"


def section():
    """Name the section of the slides."""
    return _("(7) ReLU")


def corrections():
    """List where the notebook differs from the slides, in their order.

    Returns
    -------
    list of tuple
        Kind ("wrong", "imprecise", "right" or "text"), the slide's words, what they say, what holds
        (every number is computed), id of the cell, "note" where only the note beside it says it.
    """
    at_zero = experiments.measured_slope(RELU.function, np.array(0.0), 1e-4)
    raw, scaled = (experiments.mean_slope(TANH, 1000, sigma) for sigma in (1.0, 1000**-0.5))
    left, kept = (experiments.expected_gradient(experiments.layer_factors(RELU, g, 22))[0]
                  for g in (1.0, 2**0.5))
    return [
        ("imprecise", "시그모이드 함수와 모양이 비슷하고 경사가 소실되지 않는",
         _("ReLU is shaped like the sigmoid"),
         _("tanh is; ReLU has a kink and no upper bound"), "kink-numbers", "note"),
        ("right", "0, x ≤ 0",
         _("the slope at 0 is 0"),
         _("a convention; the kink has none, measured {slope:.1f}").format(slope=at_zero),
         "kink-numbers"),
        ("imprecise", "고차원 데이터를 … 다시 경사가 소실",
         _("in many dimensions tanh fades again"),
         _("by the scale: slope {raw:.2f}, with σ = 1/√n {scaled:.2f}").format(
             raw=raw, scaled=scaled), "dimension-numbers"),
        ("imprecise", "맨 처음 층까지 사라지지 않고 남아있음",
         _("slope 1, so the gradient stays"),
         _("22 layers: Xavier leaves {left:.4f}, He {kept:.0f}").format(left=left, kept=kept),
         "depth-numbers"),
        ("imprecise", "학습 동안 활성화가 되지 않는 문제",
         _("a unit that is off is never on again"),
         _("only one that is off for all rows, in layer 1"), "second-layer"),
        ("imprecise", "시그모이드 … 쌍곡탄젠트 … 학습 속도가 빠름",
         _("learns faster than sigmoid and tanh"),
         _("than sigmoid, yes; not than tanh at its own best rate"), "speed-table"),
    ]
