"""What each technique buys: ablations, the sweep of the learning rate, verdicts."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import says

from lecture_kit.maths.training import Record
from lecture_kit.sections.capstone import ablations
from lecture_kit.sections.capstone.experiments import train_with
from lecture_kit.sections.capstone.settings import (
    TECHNIQUES,
    Settings,
    technique_names,
    with_techniques,
)
from lecture_kit.sections.capstone.splits import DATA


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match=says("data must be one of", "'letters'", "spelling")):
        ablations.ablation("letters", "all on")
    with pytest.raises(ValueError, match="start must be one of"):
        ablations.ablation("mail", "half")
    with pytest.raises(ValueError, match="measure must be one of"):
        result_with([0.1] * 5).scores("precision")


def test_an_ablation_changes_one_technique_at_a_time():
    for data, n in (("mail", 7), ("connections", 8)):
        names = technique_names(data)
        assert len(names) == n
        for start, sign in (("all off", "+"), ("all on", "−")):
            chosen = ablations.ablation(data, start)
            assert list(chosen) == [start, *(f"{sign} {name}" for name in names)]
            base = vars(chosen.pop(start))
            for label, settings in chosen.items():
                (field,) = TECHNIQUES[label[2:]]
                differing = [name for name, value in vars(settings).items() if value != base[name]]
                assert differing == [field]


def test_measuring_sweeps_the_rate_and_keeps_five_seeds(monkeypatch):
    calls = []

    def pretend(settings, data, seeds, part="validation", record_every=None, learning_rates=None):
        rates = np.broadcast_to(
            settings.learning_rate if learning_rates is None else learning_rates, len(seeds))
        calls.extend(zip(rates.tolist(), seeds, [part] * len(seeds), strict=True))
        good = np.array([{0.1: 0.6, 1.0: 0.6, 10.0: np.nan}.get(rate, 0.3) for rate in rates])
        accuracies = good + (rates == 0.1) / 10 + np.array(seeds) / 1000
        for epoch in (0, 2, 8, 10):
            yield Record(0, epoch, *np.zeros((3, len(seeds))), accuracies), np.array([good, good]).T

    monkeypatch.setattr(ablations, "train_with", pretend)
    monkeypatch.setattr(ablations, "_results", {})
    steps = list(ablations.measure(Settings(), "mail"))
    sweep, seeds = 6 / 11 * np.array([0, 0.2, 0.8, 1]), 6 / 11 + 5 / 11 * np.array([0, 0.2, 0.8])
    assert_allclose([share for share, _result in steps], [*sweep, *seeds, 1])
    assert steps[-1][0] == 1
    assert [result for _share, result in steps[:-1]] == [None] * 7
    result = steps[-1][1]
    assert calls == [(rate, 100, "validation") for rate in ablations.RATES] + [
        (0.1, seed, "validation") for seed in range(5)]
    assert result.learning_rate == 0.1
    assert_allclose(result.accuracies, 0.7 + np.arange(5) / 1000)
    assert_allclose(result.mean_recalls, np.full(5, 0.6))
    calls.clear()
    assert ablations.measured(Settings(learning_rate=3.0), "mail") is result
    assert list(ablations.measure(Settings(), "mail")) == [(1.0, result)]
    assert calls == []


def end_of(settings, data, seed):
    *_before, (record, recalls) = train_with(settings, data, seed)
    return record.validation_accuracy, recalls


@pytest.mark.parametrize("settings", [
    with_techniques(TECHNIQUES, epochs=1),
    Settings(epochs=2),
    with_techniques(["ReLU", "cross entropy"], init_scale=1.0, optimizer="momentum", batch_size=64,
                    epochs=1),
    Settings(activation="ReLU", loss="cross entropy", init_scale=1e5, epochs=1)],
    ids=["all on", "all off", "some diverge", "all diverge"])
@pytest.mark.parametrize("data", DATA)
def test_measuring_side_by_side_finds_what_single_trainings_find(monkeypatch, settings, data):
    monkeypatch.setattr(ablations, "_results", {})
    result = ablations.measured(settings, data)
    sweep = [end_of(replace(settings, learning_rate=rate), data, 100) for rate in ablations.RATES]
    scores = [np.nan_to_num((recalls.mean(), accuracy), nan=-1).round(6).tolist()
              for accuracy, recalls in sweep]
    assert result.learning_rate == ablations.RATES[scores.index(max(scores))]
    ends = [end_of(replace(settings, learning_rate=result.learning_rate), data, seed)
            for seed in range(5)]
    assert_array_equal(result.accuracies, [accuracy for accuracy, _recalls in ends])
    assert_array_equal(result.recalls, [recalls for _accuracy, recalls in ends])


def test_the_steps_of_the_work_are_short(monkeypatch):
    updates = []

    def count(*arguments, **more):
        for record, recalls in train_with(*arguments, **more):
            updates.append(record.update)
            yield record, recalls

    monkeypatch.setattr(ablations, "_results", {})
    monkeypatch.setattr(ablations, "train_with", count)
    shares = [share for share, _result in ablations.measure(
        with_techniques(["batches of 32"], epochs=3), "mail")]
    for before, after in itertools.pairwise(updates):
        assert after - before <= 100
    assert shares == sorted(shares)
    assert max(np.diff(shares)) < 0.4
    assert shares[-1] == 1


def test_a_table_grows_line_by_line(monkeypatch):
    def pretend(settings, data):
        yield 0.5, None
        yield 1.0, settings.scaling

    monkeypatch.setattr(ablations, "measure", pretend)
    steps = list(ablations.measure_all("mail", "all off"))
    assert_allclose([share for share, _results in steps], np.arange(1, 17) / 16)
    assert [len(results) for _share, results in steps] == [n // 2 for n in range(1, 17)]
    results = steps[-1][1]
    assert list(results) == list(ablations.ablation("mail", "all off"))
    assert [label for label, value in results.items() if value == "z-score"] == ["+ z-score"]


def result_with(mean_recalls):
    return ablations.Result(0.1, np.zeros(5), np.asarray(mean_recalls, float)[:, np.newaxis])


def test_the_verdict_needs_all_five_runs():
    start = result_with([0.3, 0.31, 0.32, 0.33, 0.34])
    assert ablations.verdict(result_with([0.35, 0.4, 0.5, 0.9, 0.6]), start) == "better"
    assert ablations.verdict(result_with([0.1, 0.2, 0.29, 0.0, 0.1]), start) == "worse"
    assert ablations.verdict(result_with([0.34, 0.4, 0.5, 0.9, 0.6]), start) == "cannot tell"
    assert ablations.verdict(result_with([0.35, np.nan, 0.5, 0.9, 0.6]), start) == "cannot tell"
    found = [ablations.verdict(result_with(np.array(ours)), result_with(
        [rank for rank in range(10) if rank not in ours]))
        for ours in itertools.combinations(range(10), 5)]
    assert len(found) == 252
    assert found.count("better") == found.count("worse") == 1


def test_the_verdict_takes_scores_as_well_as_results():
    start = result_with([0.3, 0.31, 0.32, 0.33, 0.34])
    assert ablations.verdict([0.35, 0.4, 0.5], start) == "better"
    assert ablations.verdict(start, [0.35] * 5) == "worse"
    assert ablations.verdict([0.2, 0.3], [0.3, 0.3]) == "cannot tell"
    with pytest.raises(ValueError, match="scores must hold real numbers"):
        ablations.verdict(["good"], start)


def test_the_verdicts_of_a_table_are_about_one_measure():
    low, high = np.linspace(0.5, 0.6, 5), np.linspace(0.8, 0.9, 5)
    table = {"all off": ablations.Result(0.1, low, high[:, np.newaxis]),
             "+ ReLU": ablations.Result(0.1, high, high[:, np.newaxis]),
             "+ BN": ablations.Result(0.1, low, low[:, np.newaxis])}
    assert ablations.verdicts(table, "accuracy") == ["(start)", "better", "cannot tell"]
    assert ablations.verdicts(table, "mean recall") == ["(start)", "cannot tell", "worse"]
    assert ablations.verdicts({}, "accuracy") == []


def test_mean_and_deviation_in_words():
    assert ablations.mean_and_deviation([0.5, 0.6, 0.7]) == (
        f"0.600 ± {np.sqrt(2 / 3) / 10:.3f}")
    assert ablations.mean_and_deviation([0.5, np.nan, 0.7]) == "diverged: 1 of 3"
    with pytest.raises(ValueError, match="scores must be shares"):
        ablations.mean_and_deviation([0.5, 1.5])
