"""What codes for names do to learning, against SciPy, scikit-learn and plain loops."""

import itertools
from collections import Counter

import numpy as np
import pytest
import scipy.stats
from numpy.testing import assert_allclose, assert_array_equal
from oracles import says
from scipy.spatial.distance import cdist
from sklearn.linear_model import LogisticRegression

from lecture_kit.maths.datasets import load_attack_triage
from lecture_kit.sections.preprocessing.nominal import (
    _softmax_regression,
    best_accuracy,
    best_accuracy_on_a_line,
    count_attacks,
    count_classes,
    integer_inputs,
    most_frequent,
    pairwise_distances,
    random_orders,
    softmax_accuracy,
)

RNG = np.random.default_rng(12)


def test_distances_agree_with_scipy():
    rows = RNG.normal(size=(6, 3))
    assert_allclose(pairwise_distances(rows), cdist(rows, rows), atol=1e-12)


def test_one_hot_rows_are_all_the_same_distance_apart():
    distances = pairwise_distances(np.eye(5))
    assert_allclose(distances, np.sqrt(2) * (1 - np.eye(5)))


CODES = RNG.integers(0, 6, 300)
LABELS = np.clip(CODES // 2 + RNG.integers(0, 2, 300), 0, 2)
COUNTS = count_classes(CODES, LABELS, 3)


def test_classes_are_counted_category_by_category():
    counts = count_classes([0.0, 2.0, 2.0, 0.0], [1, 0, 0, 1], 3)
    np.testing.assert_array_equal(counts, [[0, 2, 0], [0, 0, 0], [2, 0, 0]])
    assert COUNTS.sum() == 300
    with pytest.raises(ValueError, match="labels must hold whole numbers from 0 to 1"):
        count_classes([0, 1], [0, 2], 2)


@pytest.mark.parametrize("column", [0, 1, 2])
def test_the_attacks_are_counted_row_by_row(column):
    data = load_attack_triage()
    names, counts = count_attacks(column)
    expected = Counter(zip(data.nominal[:, column].tolist(), data.labels.tolist(), strict=True))
    assert names.tolist() == sorted(set(data.nominal[:, column].tolist()))
    assert counts.shape == (len(names), 8)
    for (name, label), count in expected.items():
        assert counts[names.tolist().index(name), label] == count
    assert counts.sum() == 2414


@pytest.mark.parametrize("column", [-1, 3])
def test_there_are_three_nominal_features(column):
    pattern = says("column must lie between 0 and 2", str(column), "Try column=2, the flag.")
    with pytest.raises(ValueError, match=pattern):
        count_attacks(column)


def test_the_most_frequent_come_first_and_equal_ones_in_their_order():
    counts = np.array([[1, 2], [0, 9], [3, 0], [0, 0], [4, 5]])
    assert most_frequent(counts, 4).tolist() == [1, 4, 0, 2]
    assert most_frequent(counts, 99).tolist() == [1, 4, 0, 2, 3]
    with pytest.raises(ValueError, match=says("n_shown must be at least 1", "0", "Try n_shown=6.")):
        most_frequent(counts, 0)


def test_each_seed_draws_its_own_order():
    orders = random_orders(11, [4, 0, 4])
    assert_array_equal(orders[0], np.random.default_rng(4).permutation(11))
    assert_array_equal(orders[1], random_orders(11, range(3))[0])
    assert_array_equal(orders[2], orders[0])
    assert (np.sort(orders) == np.arange(11)).all()
    with pytest.raises(ValueError, match=says("n_categories must be at least 1", "0", "Try")):
        random_orders(0, [1])
    with pytest.raises(ValueError, match="seeds must be a list of numbers"):
        random_orders(3, 1)


def test_the_best_accuracy_names_the_most_frequent_class():
    right = sum(np.bincount(LABELS[code == CODES]).max() for code in range(6))
    assert best_accuracy(COUNTS) == pytest.approx(right / 300)


def test_integer_inputs_are_the_z_score_of_all_samples():
    orders = np.array([[0, 1, 2, 3, 4, 5], [3, 5, 0, 1, 4, 2]])
    inputs = integer_inputs(orders, COUNTS)
    assert inputs.shape == (2, 6, 1)
    for order, column in zip(orders, inputs[..., 0], strict=True):
        assert_allclose(column[CODES], scipy.stats.zscore(order[CODES]))


def test_rows_are_repeated_by_counts_of_the_size_of_an_index(monkeypatch):
    """In a browser an index has 32 bits, and numpy refuses counts of 64."""
    expected = integer_inputs(np.array([[0, 1, 2, 3, 4, 5]]), COUNTS)
    seen, repeat = [], np.repeat
    monkeypatch.setattr(np, "intp", np.int32)
    monkeypatch.setattr(np, "repeat", lambda a, n: seen.append(n.dtype) or repeat(a, n))
    assert_array_equal(integer_inputs(np.array([[0, 1, 2, 3, 4, 5]]), COUNTS), expected)
    assert seen == [np.int32]


def one_by_one(table, n_updates, learning_rate):
    """Softmax regression on all samples, written out."""
    weights, bias = np.zeros((table.shape[1], 3)), np.zeros(3)
    truth = np.eye(3)[LABELS]
    for _ in range(n_updates):
        odds = np.exp(table @ weights + bias)
        difference = odds / odds.sum(axis=1, keepdims=True) - truth
        weights -= learning_rate * table.T @ difference / 300
        bias -= learning_rate * difference.mean(axis=0)
    return weights, bias, np.mean((table @ weights + bias).argmax(axis=1) == LABELS)


@pytest.mark.parametrize(("n_updates", "learning_rate"), [(1, 1.0), (7, 0.5), (40, 1.0)])
def test_softmax_regression_agrees_with_one_that_sees_every_sample(n_updates, learning_rate):
    orders = np.stack([RNG.permutation(6) for _ in range(4)])
    inputs = integer_inputs(orders, COUNTS)
    weights, bias = _softmax_regression(inputs, COUNTS / 300, n_updates, learning_rate)
    found = softmax_accuracy(inputs, COUNTS, n_updates, learning_rate)
    for place, rows in enumerate(inputs):
        expected = one_by_one(rows[CODES], n_updates, learning_rate)
        assert_allclose(weights[place], expected[0], rtol=1e-9, atol=1e-12)
        assert_allclose(bias[place, 0], expected[1], rtol=1e-9, atol=1e-12)
        assert_allclose(found[place], expected[2])
    one_hot = softmax_accuracy(np.eye(6)[orders], COUNTS, n_updates, learning_rate)
    assert_allclose(one_hot, one_by_one(np.eye(6)[CODES], n_updates, learning_rate)[2])


def test_long_softmax_regression_agrees_with_scikit_learn():
    order = np.array([3, 5, 0, 1, 4, 2])
    inputs = integer_inputs(order[np.newaxis], COUNTS)
    reference = LogisticRegression(C=1e8, tol=1e-8, max_iter=10_000).fit(inputs[0][CODES], LABELS)
    found = softmax_accuracy(inputs, COUNTS, 20_000)[0]
    assert found == pytest.approx(reference.score(inputs[0][CODES], LABELS), abs=0.02)


def test_the_best_cuts_are_those_of_all_ways_to_cut():
    rng = np.random.default_rng(0)
    for _ in range(30):
        n_names, n_classes = rng.integers(2, 6), rng.integers(2, 4)
        counts, order = rng.integers(1, 9, (n_names, n_classes)), rng.permutation(n_names)
        on_the_line = counts[np.argsort(order)]
        right = []
        for answers in itertools.product(range(n_classes), repeat=n_names):
            pieces = [answer for answer, _piece in itertools.groupby(answers)]
            if len(set(pieces)) == len(pieces):
                right.append(on_the_line[np.arange(n_names), answers].sum())
        found = best_accuracy_on_a_line(order, counts)
        assert found == pytest.approx(max(right) / counts.sum())


def test_no_training_on_integers_beats_the_best_cuts():
    orders = random_orders(len(COUNTS), range(20))
    trained = softmax_accuracy(integer_inputs(orders, COUNTS), COUNTS, 300)
    cuts = [best_accuracy_on_a_line(order, COUNTS) for order in orders]
    assert np.all(trained <= np.array(cuts) + 1e-12)


def test_one_hot_reaches_the_best_accuracy_and_does_not_care_for_the_order():
    orders = np.stack([RNG.permutation(6) for _ in range(10)])
    found = softmax_accuracy(np.eye(6)[orders], COUNTS, 500)
    assert_allclose(found, best_accuracy(COUNTS))
    integer = softmax_accuracy(integer_inputs(orders, COUNTS), COUNTS, 500)
    assert np.ptp(integer) > 0.05
    assert integer.max() <= best_accuracy(COUNTS) + 1e-12


def test_huge_steps_of_softmax_regression_do_not_overflow():
    assert np.isfinite(softmax_accuracy(np.eye(6)[np.newaxis], COUNTS, 50, 1e6)).all()


def test_softmax_regression_refuses_negative_updates():
    with pytest.raises(ValueError, match=says("n_updates must be at least 0", "-1", "Try")):
        softmax_accuracy(np.eye(6)[np.newaxis], COUNTS, -1)
