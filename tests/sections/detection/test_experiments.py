"""Splits, detectors, thresholds and calibration of section 11."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.preprocessing import StandardScaler

from lecture_kit.maths.datasets import load_spambase
from lecture_kit.maths.optimizers import Adam
from lecture_kit.maths.training import learn
from lecture_kit.sections.detection import experiments

SPLITS = range(3)


def test_the_three_parts_hold_all_mail_once_with_the_same_share_of_spam():
    split = experiments.split_mail(4)
    assert [len(split.labels[part]) for part in experiments.PARTS] == [2099, 1050, 1051]
    for part in experiments.PARTS:
        assert split.labels[part].mean() == pytest.approx(experiments.SHARE, abs=1e-3)
    together = np.concatenate([split.mails[part] for part in experiments.PARTS])
    every = load_spambase().features
    assert_array_equal(together[np.lexsort(together.T)], every[np.lexsort(every.T)])
    assert not np.array_equal(split.labels["test"], experiments.split_mail(5).labels["test"])


def test_z_scores_come_from_the_training_mails():
    split = experiments.split_mail(1)
    scaler = StandardScaler().fit(split.mails["training"])
    assert_allclose(split.rows("test"), scaler.transform(split.mails["test"]), atol=1e-9)


def test_detectors_side_by_side_are_what_each_would_be_alone():
    detectors = experiments.train_detectors(SPLITS)
    alone = experiments.build_detectors([2]).members[0]
    split = experiments.split_mail(2)
    for _ in learn(alone, Adam(0.01), (split.rows("training"), split.labels["training"]),
                   batch_size=64, epochs=10, seed=2):
        pass
    assert_array_equal(detectors.members[2].parameters, alone.parameters)


def test_thresholds_keep_their_promise_on_the_mails_that_chose_them():
    detectors = experiments.train_detectors(SPLITS)
    limits = experiments.thresholds_within(detectors, SPLITS, 0.02)
    points = experiments.points_within(detectors, SPLITS, 0.02)
    for seed, limit, point in zip(SPLITS, limits, points, strict=True):
        split = experiments.split_mail(seed)
        for part in experiments.PARTS[1:]:
            alarm = detectors.members[seed].logits(split.rows(part))[:, 0] >= limit
            rates = [alarm[split.labels[part] == label].mean() for label in (0, 1)]
            if part == "validation":
                assert 0.015 < rates[0] <= 0.02
        assert_allclose(point, rates)


def test_calibration_counts_weighted_mails():
    rng = np.random.default_rng(0)
    scores = rng.normal(size=3000)
    labels = (rng.random(3000) < 1 / (1 + np.exp(-scores))).astype(int)
    believed, true = experiments.calibration(scores, labels, 0.2, [-1, 0, 1, 9])
    weights = np.where(labels == 1, 0.2 / labels.mean(), 0.8 / (1 - labels.mean()))
    for low, high, z, counted in zip([-1, 0, 1], [0, 1, 9], believed, true, strict=True):
        inside = (scores >= low) & (scores < high)
        p = np.average(labels[inside], weights=weights[inside])
        assert z == pytest.approx(scores[inside].mean())
        assert counted == pytest.approx(np.log(p / (1 - p)))


def test_a_calibrated_score_is_shifted_by_the_base_rate():
    rng = np.random.default_rng(1)
    scores = rng.normal(0, 2, 60_000)
    labels = (rng.random(60_000) < 1 / (1 + np.exp(-scores))).astype(int)
    believed, true = experiments.calibration(scores, labels, 0.01, np.arange(-3, 3.1, 0.5))
    assert_allclose(true, believed + np.log(0.01 / 0.99), atol=0.25)


def test_a_bin_with_hardly_any_mail_says_nothing():
    labels = np.array([0, 1] * 9)
    believed, true = experiments.calibration(np.zeros(18), labels, 0.5, [-2, -1, 1])
    assert_allclose(believed, [np.nan, 0])
    assert_allclose(true, [np.nan, 0], atol=1e-12)
