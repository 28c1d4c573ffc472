"""Recalls, precision, and intervals of shares that were counted."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import frozen, says
from scipy import stats
from sklearn.metrics import confusion_matrix as confusion_matrix_by_scikit_learn
from sklearn.metrics import recall_score

from lecture_kit.maths.activations import RELU
from lecture_kit.maths.inference import (
    binomial_probabilities,
    binomial_spread,
    confusion_matrix,
    exact_coverage,
    exact_interval,
    guessing,
    network_recall,
    precision_at,
    recall_per_class,
    wilson_interval,
)
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import fully_connected


def test_the_confusion_matrix_agrees_with_scikit_learn():
    labels, predicted = np.random.default_rng(0).integers(0, 4, (2, 60))
    expected = confusion_matrix_by_scikit_learn(labels, predicted)
    assert_array_equal(confusion_matrix(labels, predicted, 4), expected)
    with pytest.raises(ValueError, match="predicted must have one answer per row"):
        confusion_matrix([0, 1], [0], 2)
    with pytest.raises(ValueError, match="predicted must hold whole numbers"):
        confusion_matrix([0, 1], [0, 2], 2)


def test_recall_agrees_with_scikit_learn():
    rng = np.random.default_rng(0)
    labels, predicted = rng.integers(0, 4, (2, 100))
    expected = recall_score(labels, predicted, average=None)
    assert_allclose(recall_per_class(labels, predicted, 4), expected)


def test_the_recall_of_a_network_is_that_of_its_answers():
    rows, labels = np.eye(4), np.array([0, 1, 1, 2])
    sure = fully_connected((4, 3), RELU, SOFTMAX_CROSS_ENTROPY, 0.0, 0)
    sure.layers[0].weights[:] = [[9, 0, 0], [0, 9, 0], [9, 0, 0], [0, 0, 9]]
    assert_allclose(network_recall(sure, False, rows, labels), [1, 0.5, 1])
    assert np.isnan(network_recall(sure, True, rows, labels)).all()


def test_recall_of_a_class_without_rows_is_nan():
    recall = recall_per_class([0, 0, 2], [0, 1, 2], 4)
    assert_array_equal(recall, [0.5, np.nan, 1, np.nan])


@pytest.mark.parametrize(("labels", "predicted", "words"), [
    ([0, 1], [0], "predicted must have one answer per row"),
    ([0, 3], [0, 1], "labels must hold whole numbers from 0 to 2"),
    ([0, 1], [0, -1], "predicted must hold whole numbers from 0 to 2"),
])
def test_recall_refuses_bad_answers(labels, predicted, words):
    with pytest.raises(ValueError, match=words):
        recall_per_class(labels, predicted, 3)


def test_guessing_costs_the_entropy_of_the_classes():
    loss, accuracy = guessing(frozen([0, 0, 0, 2, 2, 5], int))
    assert loss == pytest.approx(stats.entropy([3, 2, 1]))
    assert accuracy == 0.5
    assert guessing(np.arange(10))[0] == pytest.approx(np.log(10))
    with pytest.raises(ValueError, match="labels must be a list"):
        guessing(np.array([], int))


def test_binomial_spread_is_scipys():
    expected = stats.binom(500, 0.1).std() / 500
    assert binomial_spread(0.1, 500) == pytest.approx(expected, rel=1e-13)
    assert_array_equal(binomial_spread(np.array([0.0, 1.0]), 500), [0, 0])


def test_binomial_spread_needs_samples():
    with pytest.raises(ValueError, match=says("n_samples must be at least 1", "0", "Pass some")):
        binomial_spread(0.1, 0)


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
def test_wilson_agrees_with_scipy(confidence):
    for n in (1, 2, 3, 7, 50):
        found = np.arange(n + 1)
        low, high = wilson_interval(found, n, confidence)
        expected = [stats.binomtest(int(k), n).proportion_ci(confidence, method="wilson")
                    for k in found]
        assert_allclose(low, [ci.low for ci in expected], atol=1e-12)
        assert_allclose(high, [ci.high for ci in expected], atol=1e-12)
        assert low[0] == 0
        assert high[-1] == 1


@pytest.mark.parametrize(("call", "words"), [
    (lambda: wilson_interval(1, 0), "n_rows must be at least 1"),
    (lambda: wilson_interval(4, 3), "n_found must lie between 0 and n_rows"),
    (lambda: wilson_interval(1, 3, 1.0), "confidence must lie between 0 and 1"),
    (lambda: exact_coverage(3, 1.2), "recall must lie between 0 and 1"),
    (lambda: exact_coverage(3, 0.2, 0.9, "mine"), "interval must be"),
    (lambda: exact_interval(4, 3), "n_found must"),
    (lambda: precision_at(0, 0.1, 0.5), "recall must be above 0"),
    (lambda: precision_at(0.9, -0.1, 0.5), "false_alarm_rate must lie between"),
    (lambda: precision_at(0.9, 0.1, 0), "share must be above 0"),
    (lambda: precision_at(0.9, 0.1, 1.5), "share must be above 0 and at most 1"),
])
def test_intervals_and_precision_refuse_bad_numbers(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize("recall", [0.0, 0.3, 0.9, 1.0])
def test_the_exact_coverage_agrees_with_scipy(recall):
    for n in (1, 2, 13, 242):
        found = np.arange(n + 1)
        low, high = wilson_interval(found, n)
        holds = (low <= recall) & (recall <= high)
        expected = stats.binom.pmf(found, n, recall)[holds].sum()
        assert exact_coverage(n, recall) == pytest.approx(expected, abs=1e-10)


def test_binomial_probabilities_agree_with_scipy():
    for n, share in [(1, 0.0), (7, 0.3), (300, 0.9), (5, 1.0)]:
        expected = stats.binom.pmf(np.arange(n + 1), n, share)
        assert_allclose(binomial_probabilities(n, share), expected, atol=1e-12)


@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_the_exact_interval_agrees_with_scipy(confidence):
    for n in (1, 2, 7, 50):
        for k in range(n + 1):
            expected = stats.binomtest(k, n).proportion_ci(confidence, method="exact")
            assert_allclose(exact_interval(k, n, confidence), expected, atol=1e-12)


def test_the_exact_interval_keeps_its_promise_everywhere_and_wilsons_on_average():
    shares = np.linspace(0.005, 0.995, 100)
    for n in (2, 13):
        exact, wilson = ([exact_coverage(n, share, 0.95, kind) for share in shares]
                         for kind in ("exact", "Wilson"))
        assert min(exact) >= 0.95
        assert min(wilson) < 0.95
        assert np.mean(wilson) == pytest.approx(0.95, abs=0.02)


def test_the_precision_is_the_one_that_is_counted():
    rng = np.random.default_rng(0)
    labels = rng.random(200_000) < 0.2
    alarm = np.where(labels, rng.random(200_000) < 0.9, rng.random(200_000) < 0.05)
    measured = labels[alarm].mean()
    exact = precision_at(alarm[labels].mean(), alarm[~labels].mean(), labels.mean())
    assert exact == pytest.approx(measured)
    assert_allclose(precision_at(0.9, 0.05, [0.2, 1.0]), [0.18 / 0.22, 1])


def test_wilson_holds_the_shares_less_than_z_deviations_away():
    n, z = 25, stats.norm.ppf(0.975)
    for k in range(1, n):
        for end in wilson_interval(k, n):
            assert abs(k / n - end) == pytest.approx(z * binomial_spread(end, n))
