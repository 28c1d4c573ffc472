"""Detectors, against scikit-learn, brute force and Bayes' rule on counted rows."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import frozen, says
from sklearn import metrics

from lecture_kit.maths.activations import SIGMOID
from lecture_kit.maths.detection import Roc, cheapest_log_odds, log_odds, roc_curve
from lecture_kit.maths.inference import precision_at


def drawn(n_rows, seed, ties):
    """Scores that know something about the labels."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n_rows) % 3 // 2
    scores = labels + rng.standard_normal(n_rows)
    return frozen(scores.round(ties)), frozen(labels, np.intp)


many = pytest.mark.parametrize(("n_rows", "ties"), [(3, 3), (50, 0), (301, 1), (400, 9)])


@many
def test_curve_and_area_are_those_of_scikit_learn(n_rows, ties):
    scores, labels = drawn(n_rows, n_rows, ties)
    roc = roc_curve(scores, labels)
    rates, recalls, thresholds = metrics.roc_curve(labels, scores, drop_intermediate=False)
    assert_allclose(roc.false_alarm_rates, rates)
    assert_allclose(roc.recalls, recalls)
    assert_array_equal(roc.thresholds[1:], thresholds[1:])
    assert roc.thresholds[0] > scores.max()
    assert_allclose(roc.area, metrics.roc_auc_score(labels, scores))


@many
def test_the_area_is_the_share_of_pairs_in_the_right_order(n_rows, ties):
    scores, labels = drawn(n_rows, 1, ties)
    gaps = scores[labels == 1][:, np.newaxis] - scores[labels == 0]
    assert_allclose(roc_curve(scores, labels).area, np.mean((gaps > 0) + 0.5 * (gaps == 0)))


@many
def test_precision_and_recall_are_those_of_scikit_learn(n_rows, ties):
    scores, labels = drawn(n_rows, 2, ties)
    roc = roc_curve(scores, labels)
    precision, recalls, _thresholds = metrics.precision_recall_curve(labels, scores)
    found = roc.recalls > 0
    mine = precision_at(roc.recalls[found], roc.false_alarm_rates[found], labels.mean())
    # scikit-learn begins with the lowest threshold, and ends with a point of its own
    both = {(round(r, 12), round(p, 12)) for r, p in zip(recalls[:-1], precision[:-1], strict=True)
            if r > 0}
    assert {(round(r, 12), round(p, 12))
            for r, p in zip(roc.recalls[found], mine, strict=True)} == both


@many
@pytest.mark.parametrize("most", [0, 0.01, 0.1, 1 / 3, 1])
def test_within_a_budget_is_the_best_of_all_thresholds(n_rows, ties, most):
    scores, labels = drawn(n_rows, 3, ties)
    roc = roc_curve(scores, labels)
    point = roc.within(most)
    assert roc.false_alarm_rates[point] <= most
    thresholds = [*scores, scores.max() + 1]
    allowed = [np.mean(scores[labels == 1] >= t) for t in thresholds
               if np.mean(scores[labels == 0] >= t) <= most]
    assert roc.recalls[point] == max(allowed)


@pytest.mark.parametrize("threshold", [-9, -1, 0, 0.3, 0.5, 1, 9])
def test_at_a_threshold_the_rates_are_counted(threshold):
    scores, labels = drawn(301, 4, 1)
    roc = roc_curve(scores, labels)
    point = roc.at(threshold)
    for label, rates in enumerate((roc.false_alarm_rates, roc.recalls)):
        assert rates[point] == np.mean(scores[labels == label] >= threshold)


def test_costs_are_counted_row_by_row_at_the_share_of_the_rows():
    scores, labels = drawn(60, 5, 1)
    roc = roc_curve(scores, labels)
    by_hand = [np.mean(np.where(labels == 1, 7.0 * (scores < t), 2.0 * (scores >= t)))
               for t in roc.thresholds]
    assert_allclose(roc.costs(labels.mean(), 2.0, 7.0), by_hand)


@pytest.mark.parametrize(("cost_alarm", "cost_miss", "share"), [
    (1.0, 1.0, 0.4), (1.0, 20.0, 0.4), (3.0, 1.0, 0.4), (1.0, 100.0, 0.01)])
def test_the_cheapest_threshold_is_found_by_brute_force(cost_alarm, cost_miss, share):
    """Scores that are log-odds: two normal distributions of variance 4 at −2 and 2."""
    trained = 0.4
    grid = np.linspace(-12, 12, 240001)
    densities = [np.exp(-((grid - mean) ** 2) / 8) for mean in (-2, 2)]
    scores = np.log(densities[1] / densities[0]) + np.log(trained / (1 - trained))
    above = [1 - np.cumsum(density) / density.sum() for density in densities]
    costs = share * cost_miss * (1 - above[1]) + (1 - share) * cost_alarm * above[0]
    best = scores[costs.argmin()]
    assert best == pytest.approx(cheapest_log_odds(cost_alarm, cost_miss, share, trained), abs=1e-3)


def test_without_a_shift_the_rule_is_that_of_probabilities():
    threshold = cheapest_log_odds(1.0, np.array([1.0, 3.0, 99.0]), 0.3, 0.3)
    assert_allclose(SIGMOID.function(threshold), [1 / 2, 1 / 4, 1 / 100])


def test_the_shift_is_bayes_rule_on_counted_rows():
    """30 of 40 spam and 20 of 60 others have a word. Then spam gets ten times as rare."""
    before, after = 30 / (30 + 20), 3 / (3 + 20)
    shift = cheapest_log_odds(1, 1, 4 / 64, 40 / 100)
    assert_allclose(log_odds(before) - shift, log_odds(after))


def test_log_odds_are_turned_back_by_the_sigmoid():
    shares = np.array([1e-9, 0.2, 0.5, 0.99])
    assert_allclose(SIGMOID.function(log_odds(shares)), shares)


@pytest.mark.parametrize(("call", "words"), [
    (lambda: roc_curve([1.0, 2.0], [0]), says("labels must hold one class per score", "(1,)",
                                               "There are 2 scores.")),
    (lambda: roc_curve([1.0, 2.0], [1, 1]), "labels must hold both classes"),
    (lambda: roc_curve([], []), "scores must be a list of numbers"),
    (lambda: roc_curve([1.0, 2.0], [0, 1]).within(2), "most must lie between 0 and 1"),
    (lambda: roc_curve([1.0, 2.0], [0, 1]).at(np.nan), "threshold must be finite"),
    (lambda: roc_curve([1.0, 2.0], [0, 1]).costs(0.5, -1, 1), "cost_alarm must be at least 0"),
    (lambda: log_odds(1), "share must lie between 0 and 1"),
    (lambda: cheapest_log_odds(0, 1, 0.5, 0.5), "cost_alarm must be positive"),
    (lambda: cheapest_log_odds([1, 2], [1, 2, 3], 0.5, 0.5), "must fit together"),
])
def test_wrong_input_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_curve_holds_arrays():
    assert isinstance(roc_curve([0.1, 0.1], [0, 1]), Roc)
    assert roc_curve([0.1, 0.1], [0, 1]).area == 0.5
