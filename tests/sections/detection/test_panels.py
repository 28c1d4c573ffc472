"""The panels of section 11."""

import numpy as np
import pytest
from driving import built
from scipy.special import expit
from sklearn import metrics

from lecture_kit.live.language import mean_and_error
from lecture_kit.maths.detection import cheapest_log_odds
from lecture_kit.sections.detection import adversary, experiments, panels


def scored(split, part, hidden=(16,)):
    own = experiments.split_mail(split)
    member = experiments.train_detectors(range(10), hidden).members[split]
    return member.logits(own.rows(part))[:, 0], own.labels[part]


@pytest.mark.parametrize(("threshold", "detector", "split"), [
    (0.5, "network", 0), (-2.0, "one neuron", 7), (8.0, "network", 3)])
def test_the_readout_of_the_threshold_counts_mails(threshold, detector, split):
    panel = built(panels.threshold)
    panel.set_values({"threshold": threshold, "detector": detector, "split": split})
    scores, labels = scored(split, "validation", (16,) if detector == "network" else ())
    alarm = scores >= threshold
    false = alarm[labels == 0]
    assert panel.readout.value.startswith(
        f"Alarm from p = {expit(threshold):.4f}: {false.sum()} of {len(false)} harmless mails "
        f"alarm ({100 * false.mean():.2f} %), ")
    assert f"{(~alarm)[labels == 1].sum()} of {(labels == 1).sum()} spam" in panel.readout.value
    assert f"recall {metrics.recall_score(labels, alarm):.3f}" in panel.readout.value
    area = metrics.roc_auc_score(labels, scores)
    assert f"area {area:.3f}" in panel.view.drawing["titles"][1]
    assert metrics.auc(*panel.picture.roc.get_data()) == pytest.approx(area, abs=1e-3)


def test_the_goal_of_the_threshold_can_be_reached():
    panel = built(panels.threshold)
    met = []
    for threshold in np.arange(0, 8, 0.5):
        panel.controls["threshold"].value = threshold
        met.append(panel.view.goal_met)
    assert 0 < sum(met) < len(met)


def test_a_hand_on_the_curve_moves_the_threshold():
    panel = built(panels.threshold)
    handle = panel.picture.handles[1]
    handle_at = handle.axes.transData.transform((0.01, 0.6))
    x, y = handle_at / panel.picture.figure.bbox.size
    panel.screen.touch = [1, x, 1 - y, 0]
    point = panel.view.drawing["point"]
    roc = panel.view.drawing["roc"]
    assert 0.004 < roc.false_alarm_rates[point] < 0.02
    assert panel.values["threshold"] > 2


@pytest.mark.parametrize(("share", "volume", "budget"), [
    (0.01, 10_000, 100.0), (0.4, 1000, 10.0), (0.001, 100_000, 2000.0)])
def test_the_readout_of_the_base_rate_is_that_of_weighted_mails(share, volume, budget):
    panel = built(panels.base_rate)
    panel.set_values({"share": share, "volume": volume, "budget": budget})
    scores, labels = (np.concatenate(parts) for parts in zip(
        scored(0, "validation"), scored(0, "test"), strict=True))
    most = budget / (volume * (1 - share)) * (labels == 0).sum()
    alarm = scores > np.sort(scores[labels == 0])[::-1][int(most)]
    weights = np.where(labels == 1, share / labels.mean(), (1 - share) / (1 - labels.mean()))
    precision = metrics.precision_score(labels, alarm, sample_weight=weights)
    assert f"recall {metrics.recall_score(labels, alarm):.3f}, precision {precision:.3f}" in \
        panel.readout.value


def test_what_these_mails_cannot_show_is_not_shown():
    panel = built(panels.base_rate)
    panel.set_values({"volume": 1_000_000, "budget": 100.0})
    assert "f unknown, up to 0.0029" in panel.readout.value
    assert np.isnan(panel.view.drawing["point"][2])
    assert not panel.view.goal_met


def test_the_goal_of_the_base_rate_can_be_reached():
    panel = built(panels.base_rate)
    panel.set_values({"share": 0.01, "budget": 20.0})
    assert panel.view.goal_met
    panel.set_values({"share": 0.4})
    assert not panel.view.goal_met


def test_the_readout_of_the_costs_is_that_of_the_maths():
    panel = built(panels.costs)
    panel.set_values({"threshold": 1.0, "cost_alarm": 2.0, "cost_miss": 20.0, "share": 0.1})
    scores, labels = (np.concatenate(parts) for parts in zip(
        scored(0, "validation"), scored(0, "test"), strict=True))
    false, missed = np.mean(scores[labels == 0] >= 1), np.mean(scores[labels == 1] < 1)
    assert f": {100 * (0.1 * 20 * missed + 0.9 * 2 * false):.3g} minutes" in panel.readout.value
    theory = cheapest_log_odds(2, 20, 0.1, experiments.SHARE)
    assert f"theory {theory:.3g}".replace("-", "−") in panel.readout.value
    assert "Without detector: 180." in panel.readout.value


def test_the_goal_of_the_costs_needs_a_rare_class():
    panel = built(panels.costs)
    panel.set_values({"cost_miss": 5.01, "share": 0.001})
    assert panel.view.goal_met
    panel.set_values({"share": 0.4})
    assert not panel.view.goal_met


def test_the_readout_of_the_evasion_is_that_of_the_maths():
    panel = built(panels.evasion)
    panel.set_values({"budget": 3, "rate": 0.05, "hardening": 0.05})
    for detectors, word in ((experiments.train_detectors(range(10)), "as trained"),
                            (list(adversary.harden(range(10), 0.05))[-1], "trained again")):
        limits = experiments.thresholds_within(detectors, range(10), 0.05)
        scores = adversary.evade(detectors, range(10), "test", 3).scores
        recall = mean_and_error(adversary.recalls(scores, limits)[-1])
        assert f"{recall} {word}" in panel.readout.value
    assert not panel.view.goal_met


def test_the_goal_of_the_evasion_can_be_reached():
    panel = built(panels.evasion)
    panel.set_values({"budget": 5, "rate": 0.05, "hardening": 0.05})
    assert panel.view.goal_met
    panel.set_values({"budget": 4})
    assert not panel.view.goal_met


@pytest.mark.parametrize(("cost_alarm", "cost_miss", "share"), [
    (0.1, 0.1, 1e-3), (100.0, 0.1, 1e-3), (0.1, 100.0, 0.5), (1.0, 10.0, 0.4)])
def test_the_picture_of_the_costs_shows_its_minimum_theory_and_the_threshold(
        cost_alarm, cost_miss, share):
    panel = built(panels.costs)
    for threshold in (-10.0, 8.0):
        panel.set_values({"threshold": threshold, "cost_alarm": cost_alarm,
                          "cost_miss": cost_miss, "share": share})
        picture = panel.picture
        low, high = picture.best.axes.get_xlim()
        for line in (picture.best, picture.theory, picture.threshold):
            assert low < line.get_xdata()[0] < high


def test_less_than_one_spam_a_day_is_not_rounded_to_none():
    panel = built(panels.base_rate)
    panel.set_values({"share": 1e-4, "volume": 1000, "budget": 1.0})
    assert panel.readout.value.startswith("1,000 mails a day, 0.1 of them spam. False alarms: 1,")
