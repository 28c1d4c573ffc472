"""What this section says about the slides."""

import numpy as np

from lecture_kit.live.language import translate as _
from lecture_kit.maths.activations import SIGMOID
from lecture_kit.maths.datasets import load_digits
from lecture_kit.maths.network_losses import CROSS_ENTROPY
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.normalization import batch_normalize

NOTEBOOK = "07_batch_normalization.ipynb"


def section():
    """Name the section of the slides."""
    return _("(6) Batch normalization")


def corrections():
    """List where the notebook differs from the slides, in their order.

    Returns
    -------
    list of tuple
        Kind ("wrong", "imprecise", "right" or "text"), the slide's words, what they say, what holds
        (every number is computed), id of the cell, "note" where only the note beside it says it.
    """
    digits, _test = load_digits()
    rows = digits.features[:1200] / 16
    z = fully_connected((64, 1), SIGMOID, CROSS_ENTROPY, 0.6, 12).logits(rows)
    before, after = (np.mean((x - x.mean()) ** 3) / x.std() ** 3 for x in (z, batch_normalize(z)))
    return [
        ("wrong", "표준정규분포를 따르는",
         _("a batch then follows the standard normal"),
         _("mean 0, variance 1; skewness {before:.2f} stays {after:.2f}").format(
             before=before, after=after).replace("-", "−"), "build-it"),
        ("imprecise", "(X − μ_batch)/σ_batch",
         _("(X − μ)/σ, without ε"), _("√(σ² + ε), as in the slide's later formula"), "build-it"),
        ("right", "각 배치별로 평균과 분산을 이용해",
         _("the slides end with training"),
         _("at inference BN uses running averages"), "running-averages"),
        ("imprecise", "Batch 단위로 학습을 하게 되면 발생",
         _("the shift comes from training in batches"),
         _("it comes without batches, too: the layers before change"), "ioffe-numbers", "note"),
        ("imprecise", "더 변화가 심함 → Batch Normalization을 이용",
         _("it helps against covariate shift"),
         _("in doubt: with noise put back in it learns as well"), "shift-numbers"),
        ("imprecise", "과적합 (Overfitting) 억제",
         _("it keeps from overfitting"),
         _("not in general: with random labels it is worse"), "overfitting"),
    ]
