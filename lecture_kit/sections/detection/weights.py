"""Class weights in the loss, against a threshold alone: each at its best."""

from functools import cache
from itertools import product

import numpy as np

from lecture_kit.maths.checks import as_number, as_whole
from lecture_kit.maths.network_losses import CROSS_ENTROPY, NetworkLoss
from lecture_kit.sections.detection.experiments import PARTS, build_detectors, curves_of, fit

WEIGHTS, RATES = (1, 8, 64), (0.003, 0.01, 0.03)


def weighted(weight):
    """Make a cross entropy in which a spam counts as much as w harmless mails (class weight).

    Parameters
    ----------
    weight : float
        w, more than 0.

    Returns
    -------
    NetworkLoss
        Loss with gradient. The threshold of its ``predict`` is p = 0.5, as without weights.

    Raises
    ------
    ValueError
        If ``weight`` is not more than 0.
    """
    weight = as_number("weight", weight, "Try weight=1.", above=0)

    def factor(labels):
        return np.where(labels == 1, weight, 1.0)

    return NetworkLoss(
        "weighted cross entropy", True,
        lambda logits, labels: factor(labels) * CROSS_ENTROPY.value(logits, labels),
        lambda logits, labels: (factor(labels)[..., np.newaxis]
                                * CROSS_ENTROPY.gradient(logits, labels)),
        CROSS_ENTROPY.predict)


def compare_weights(share, cost_alarm, cost_miss, n_splits=16):
    """Measure the cost with each class weight in the loss, when the threshold is tuned, too.

    For each weight the learning rate (the same for all splits) and the threshold (one for each
    split) are those that cost least on the validation mails.

    Parameters
    ----------
    share, cost_alarm, cost_miss
        As in :meth:`~lecture_kit.maths.detection.Roc.costs`.
    n_splits : int, default 16
        How many splits, at least 2.

    Returns
    -------
    tuned : dict of int to (float, float, ndarray of shape (n_splits,))
        By weight: the best learning rate, the mean cost on the validation mails, and the costs on
        the test mails.
    plain : ndarray of shape (n_splits,)
        Costs on the test mails without weights, at the threshold p = 0.5.

    Raises
    ------
    ValueError
        If a number is out of its range.
    """
    n_splits = as_whole("n_splits", n_splits, "Try n_splits=16.", least=2)
    as_number("share", share, "It is a share.", least=0, most=1)
    for name, cost in (("cost_alarm", cost_alarm), ("cost_miss", cost_miss)):
        as_number(name, cost, "Try 1.", least=0)
    costs, tuned = (share, cost_alarm, cost_miss), {}
    for weight in WEIGHTS:
        pairs = {rate: [_at_the_cheapest(*curves, costs)
                        for curves in _weighted(n_splits)[weight, rate]] for rate in RATES}
        rate = min(RATES, key=lambda rate: np.mean([seen for seen, _new in pairs[rate]]))
        seen, new = np.transpose(pairs[rate])
        tuned[weight] = rate, float(seen.mean()), new
    plain = [test.costs(*costs)[test.at(0)] for _seen, test in _weighted(n_splits)[1, tuned[1][0]]]
    return tuned, np.array(plain)


def best_weight(tuned):
    """Find the weight that costs least on the validation mails.

    Parameters
    ----------
    tuned : dict of int to tuple
        What :func:`compare_weights` returned.

    Returns
    -------
    best : int
        The weight.
    edges : list of str
        What was best at the last place of its grid: a longer grid might hold something better.
    """
    best = min(tuned, key=lambda weight: tuned[weight][1])
    edges = [f"w = {best}"] if best == WEIGHTS[-1] else []
    return best, edges + [f"rate of w = {weight}" for weight in {1, best}
                          if tuned[weight][0] in (RATES[0], RATES[-1])]


def _at_the_cheapest(validation, test, costs):
    """Choose the threshold on validation mails; returns the cost there and on test mails."""
    seen = validation.costs(*costs)
    return seen.min(), test.costs(*costs)[test.at(validation.thresholds[seen.argmin()])]


@cache
def _weighted(n_splits):
    """Train every weight at every rate; validation and test curves of each split."""
    seeds, curves = range(n_splits), {}
    for weight, rate in product(WEIGHTS, RATES):
        detectors = fit(build_detectors(seeds, loss=weighted(weight)), seeds, rate)
        curves[weight, rate] = list(zip(*(curves_of(detectors, seeds, part)
                                          for part in PARTS[1:]), strict=True))
    return curves
