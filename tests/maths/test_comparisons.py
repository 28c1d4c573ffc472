"""Paired comparisons, power, McNemar's test and splits."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import stats
from sklearn.model_selection import train_test_split

from lecture_kit.maths.comparisons import (
    mcnemar,
    paired_difference,
    power_of_pairs,
    random_split,
    student_quantile,
)


@pytest.mark.parametrize("dof", [1, 2, 3, 4, 9, 10, 49, 199, 1000])
def test_students_quantile_agrees_with_scipy(dof):
    for probability in (0.5, 0.6, 0.95, 0.975, 0.9995):
        expected = stats.t.ppf(probability, dof)
        assert student_quantile(probability, dof) == pytest.approx(expected, rel=1e-8, abs=1e-8)


def test_the_paired_difference_agrees_with_scipy():
    scores, others = np.random.default_rng(0).normal((0.3, 0.0), 1, (12, 2)).T
    lead = paired_difference(scores, others, 0.9)
    expected = stats.ttest_rel(scores, others).confidence_interval(0.9)
    assert_allclose((lead.low, lead.high), expected)
    assert lead.mean == pytest.approx(np.mean(scores) - np.mean(others))
    assert lead.error == pytest.approx(stats.sem(scores - others))


def test_a_difference_is_clear_if_the_interval_excludes_0():
    assert paired_difference([3, 4, 5], [1, 2.1, 3.1]).is_clear
    assert paired_difference([1, 2.1, 3.1], [3, 4, 5]).is_clear
    assert not paired_difference([3, 4, 5], [1, 2, 9]).is_clear
    assert not paired_difference([1, 2], [1, 2]).is_clear


def test_pairs_share_their_luck():
    rng = np.random.default_rng(0)
    luck, noise = rng.normal(0, 1, 20), rng.normal(0, 0.01, 20)
    assert paired_difference(luck + 0.1, luck + noise).is_clear
    assert not paired_difference(luck + 0.1, rng.permutation(luck) + noise).is_clear


@pytest.mark.parametrize("n_pairs", [2, 3, 10, 24, 100])
@pytest.mark.parametrize("effect", [0, 0.3, -0.8])
def test_the_power_agrees_with_the_noncentral_t_distribution(effect, n_pairs):
    limit, shift = stats.t.ppf(0.975, n_pairs - 1), effect / 2 * np.sqrt(n_pairs)
    far = stats.nct(n_pairs - 1, shift)
    expected = far.sf(limit) + far.cdf(-limit)
    assert power_of_pairs(effect, 2, n_pairs) == pytest.approx(expected, abs=1e-5)


def test_the_power_is_how_often_an_effect_is_clear():
    rng = np.random.default_rng(0)
    clear = [paired_difference(scores, np.zeros(10)).is_clear
             for scores in rng.normal(1, 1.2, (1000, 10))]
    assert power_of_pairs(1, 1.2, 10) == pytest.approx(np.mean(clear), abs=0.05)


def test_mcnemar_agrees_with_the_binomial_test():
    rng = np.random.default_rng(0)
    for n in (1, 5, 40, 300):
        first, other = rng.random((2, n)) < ([0.8], [0.6])
        only_first, only_other, p_value = mcnemar(first, other)
        assert only_first == np.sum(first & ~other)
        assert only_other == np.sum(other & ~first)
        if only_first + only_other:
            expected = stats.binomtest(only_first, only_first + only_other).pvalue
            assert p_value == pytest.approx(expected)
    assert mcnemar([1, 0], [1, 0]) == (0, 0, 1.0)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.7])
def test_a_split_keeps_the_share_of_each_class_as_scikit_learn_does(share):
    labels = np.repeat([0, 1, 2], [100, 40, 10])
    first, second = random_split(labels, share, 0)
    assert_array_equal(np.sort(np.concatenate([first, second])), np.arange(150))
    expected, _others = train_test_split(labels, train_size=share, stratify=labels)
    assert_array_equal(np.bincount(labels[first]), np.bincount(expected))
    assert not np.array_equal(first, random_split(labels, share, 1)[0])
    assert_array_equal(first, random_split(labels, share, 0)[0])


def test_a_group_is_never_cut():
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 30, 400)
    labels = groups % 3
    for seed in range(20):
        first, second = random_split(labels, 0.5, seed, groups)
        assert not set(groups[first]) & set(groups[second])
        shares = np.bincount(labels[first]) / np.bincount(labels)
        assert_allclose(shares, 0.5, atol=0.1)


def test_every_row_comes_first_as_often_as_the_share_says():
    labels = np.repeat([0, 1], [12, 4])
    counts = np.zeros(16)
    for seed in range(500):
        counts[random_split(labels, 0.25, seed)[0]] += 1
    assert_allclose(counts / 500, 0.25, atol=0.08)


@pytest.mark.parametrize(("call", "words"), [
    (lambda: paired_difference([1, 2], [1]), "others must hold one score per pair; got 1. There"),
    (lambda: paired_difference([1], [1]), "a spread needs at least 2 pairs; got 1"),
    (lambda: paired_difference([1, np.nan], [1, 2]), "scores must be finite"),
    (lambda: power_of_pairs(1, 0, 10), "spread must be positive"),
    (lambda: mcnemar([True], [True, False]), "other_is_right must hold one answer per row"),
    (lambda: random_split([0, 1], 0.5, 0, [1]), "groups must hold one number per row"),
    (lambda: random_split([0, 1], 1.0, 0), "share must lie between 0 and 1"),
    (lambda: student_quantile(0.3, 5), "probability must be"),
])
def test_comparisons_refuse_bad_input(call, words):
    with pytest.raises(ValueError, match=words):
        call()
