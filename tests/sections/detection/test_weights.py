"""Class weights: the loss, and the comparison in which both sides are tuned."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import numerical_gradient

from lecture_kit.maths.network_losses import CROSS_ENTROPY
from lecture_kit.sections.detection import experiments, weights

LOGITS, LABELS = np.array([[-2.0], [0.3], [1.5], [0.0]]), np.array([1, 0, 1, 0])


@pytest.mark.parametrize("weight", [0.25, 1, 8])
def test_the_gradient_of_the_weighted_loss_is_that_of_differences(weight):
    loss = weights.weighted(weight)
    slopes = numerical_gradient(lambda z: loss.value(z, LABELS).sum(), LOGITS)
    assert_allclose(loss.gradient(LOGITS, LABELS), slopes, atol=1e-9)


def test_a_spam_counts_as_often_as_if_it_were_there_w_times():
    many = np.repeat(np.arange(4), np.where(LABELS == 1, 3, 1))
    assert_allclose(weights.weighted(3).value(LOGITS, LABELS).sum(),
                    CROSS_ENTROPY.value(LOGITS[many], LABELS[many]).sum())


def test_both_sides_are_tuned_on_validation_and_pay_on_test():
    share, cost_alarm, cost_miss = 0.3, 1.0, 10.0
    tuned, plain = weights.compare_weights(share, cost_alarm, cost_miss, n_splits=2)
    rate, seen, costs = tuned[8]
    expected = {}
    for candidate in weights.RATES:
        detectors = experiments.fit(experiments.build_detectors(
            range(2), loss=weights.weighted(8)), range(2), candidate)
        cheapest = []
        for detector, seed in zip(detectors.members, range(2), strict=True):
            split = experiments.split_mail(seed)
            scores = {p: detector.logits(split.rows(p))[:, 0] for p in experiments.PARTS[1:]}

            def cost(limits, part, split=split, scores=scores):
                f, r = (np.mean(scores[part][split.labels[part] == k, np.newaxis] >= limits,
                                axis=0) for k in (0, 1))
                return share * cost_miss * (1 - r) + (1 - share) * cost_alarm * f

            limits = np.sort(scores["validation"])[::-1]
            best = limits[[cost(limits, "validation").argmin()]]
            cheapest.append([cost(best, part).item() for part in experiments.PARTS[1:]])
        expected[candidate] = np.transpose(cheapest)
    assert rate == min(expected, key=lambda candidate: expected[candidate][0].mean())
    assert_allclose(seen, expected[rate][0].mean())
    assert_allclose(costs, expected[rate][1])
    assert plain.shape == (2,)
    assert (plain > 0).all()


def test_the_best_weight_says_when_it_sits_at_an_edge():
    costs = np.ones(2)
    tuned = {1: (0.01, 0.3, costs), 8: (0.01, 0.2, costs), 64: (0.01, 0.4, costs)}
    assert weights.best_weight(tuned) == (8, [])
    tuned[64] = (0.003, 0.1, costs)
    assert weights.best_weight(tuned) == (64, ["w = 64", "rate of w = 64"])


def test_the_weighted_loss_answers_as_the_plain_one_does():
    assert_array_equal(weights.weighted(5).predict(LOGITS), CROSS_ENTROPY.predict(LOGITS))
