"""The spammer who adds words, and what a second training does."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import slope

from lecture_kit.maths.datasets import load_spambase
from lecture_kit.sections.detection import adversary, experiments

SPLITS = range(2)


@pytest.fixture(scope="module")
def detectors():
    return experiments.train_detectors(SPLITS)


@pytest.fixture(scope="module")
def hardened():
    *_before, last = adversary.harden(SPLITS, 0.1)
    return last


def test_the_gradient_by_the_features_is_that_of_differences(detectors):
    rows = experiments.split_mail(0).rows("test")[:5]
    tables = np.stack([rows, rows + 0.1])
    scores, gradient = adversary.score_and_gradient(detectors, tables)
    for network, own, score, slopes in zip(detectors.members, tables, scores, gradient,
                                           strict=True):
        assert_allclose(score, network.logits(own)[:, 0])
        assert_allclose(adversary.score_and_gradient(network, own)[1], slopes)
    for column, step in enumerate(np.eye(57)):
        by_differences = slope(lambda t, step=step: adversary.score_and_gradient(
            detectors, tables + t * step)[0], 0.0, 1e-5)
        assert_allclose(gradient[..., column], by_differences, atol=1e-6)


def test_frequencies_are_those_of_counted_words():
    """A mail of 200 words, 6 of them number 3 and 2 number 7; it gets 10 more of number 3."""
    mail = np.zeros((1, 57))
    mail[0, [3, 7, 50, 54]] = 100 * 6 / 200, 100 * 2 / 200, 1.2, 3.5
    new = adversary.add_words(mail, np.array([3]), 10 / 200)
    expected = mail.copy()
    expected[0, [3, 7, 50]] = 100 * 16 / 210, 100 * 2 / 210, 1.2 * 200 / 210
    assert_allclose(new, expected)
    other = adversary.add_words(mail, np.array([48]), 10 / 200)
    assert_allclose(other[0, :54], mail[0, :54] * 200 / 210)
    assert_array_equal(other[0, 54:], mail[0, 54:])


def test_each_step_takes_the_word_with_the_steepest_descent(detectors):
    """By differences: a thousandth of a step of each word, for some mails."""
    evasion, tiny = adversary.evade(detectors, SPLITS, "test", 1), 1e-7
    for network, seed in zip(detectors.members, SPLITS, strict=True):
        split = experiments.split_mail(seed)
        spam = split.mails["test"][split.labels["test"] == 1][:6]
        now = network.logits(split.scaler.transform(spam))[:, 0]
        slopes = [(network.logits(split.scaler.transform(adversary.add_words(
            spam, np.full(6, word), tiny)))[:, 0] - now) / tiny for word in range(49)]
        chosen = evasion.words[0, seed, :6]
        assert_array_equal(chosen, np.where(np.min(slopes, axis=0) < 0, np.argmin(slopes, 0), -1))


def test_the_budget_is_kept_and_no_capital_is_touched(detectors):
    evasion = adversary.evade(detectors, SPLITS, "test", 10)
    for mails, seed in zip(evasion.mails, SPLITS, strict=True):
        split = experiments.split_mail(seed)
        spam = split.mails["test"][split.labels["test"] == 1]
        assert (mails[:, :54] >= spam[:, :54] / 1.1 - 1e-9).all()
        added = (mails[:, :48] * 1.1 - spam[:, :48]).sum(axis=1)
        assert (added <= 10 + 0.1 * spam[:, :48].sum(axis=1) + 1e-9).all()
        assert_array_equal(mails[:, 54:], spam[:, 54:])
    assert (np.diff(evasion.scores, axis=0) <= 0).all()


def test_who_tries_every_word_finds_as_low_a_score_at_the_first_step(detectors):
    tried = adversary.evade_by_trying(detectors, SPLITS, "test", 1, every=8)
    by_gradient = adversary.evade(detectors, SPLITS, "test", 1).scores[:, :, ::8]
    assert_array_equal(tried[0], by_gradient[0])
    assert (tried[1] <= by_gradient[1] + 1e-9).all()


def test_recall_is_a_share_of_the_spam_of_each_detector():
    scores = np.array([[[1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 5.0, 5.0]]])
    assert_array_equal(adversary.recalls(scores, [3.0, 0.0]), [[0.5, 1.0]])


def recall_after(detectors, n_words):
    limits = experiments.thresholds_within(detectors, SPLITS, 0.05)
    scores = adversary.evade(detectors, SPLITS, "test", n_words).scores
    return adversary.recalls(scores, limits)[-1]


def test_a_hardened_detector_finds_more_of_what_evades_and_less_of_the_rest(detectors, hardened):
    assert (recall_after(hardened, 5) > recall_after(detectors, 5) + 0.4).all()
    assert recall_after(hardened, 0).mean() < recall_after(detectors, 0).mean()


def test_the_control_sees_its_spam_twice_and_learns_no_more_than_that(detectors):
    before = detectors.parameters.copy()
    first, *_rest = adversary.harden(SPLITS, 0)
    (again,) = adversary.harden(SPLITS, 0.0)
    assert again is first
    assert (recall_after(again, 5) < 0.05).all()
    assert_array_equal(detectors.parameters, before)


def test_the_words_are_those_of_the_columns():
    assert len(adversary.WORDS) == 48
    names = load_spambase().feature_names
    assert [f"word_freq_{word}" for word in adversary.WORDS] == list(names[:48])
    assert all(name.startswith("char_freq") for name in names[48:54])
    assert all(name.startswith("capital") for name in names[54:])


@pytest.mark.full
def test_the_rate_of_the_second_training_is_the_best_of_its_neighbours(monkeypatch):
    """Mean recall on validation spam with 5 % more words; all hardened with 10 %."""
    splits, reached = range(10), {}
    for rate in (0.001, 0.003, 0.01):
        monkeypatch.setattr(adversary, "RATE", rate)
        monkeypatch.setattr(adversary, "_hardened", {})
        *_before, last = adversary.harden(splits, 0.1)
        limits = experiments.thresholds_within(last, splits, 0.05)
        scores = adversary.evade(last, splits, "validation", 5).scores
        reached[rate] = adversary.recalls(scores, limits)[-1].mean()
    assert max(reached, key=reached.get) == 0.003
