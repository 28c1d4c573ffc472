"""What each technique buys: ablations, the sweep of the learning rate, verdicts."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from oracles import says
from scipy import stats

from lecture_kit.sections.capstone import ablations
from lecture_kit.sections.capstone.settings import TECHNIQUES, Settings, technique_names


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


def test_measuring_sweeps_the_rate_on_other_splits_and_keeps_what_it_found(monkeypatch):
    calls = []

    def pretend(settings, data, numbers, part="validation", learning_rates=None):
        rates = np.broadcast_to(
            settings.learning_rate if learning_rates is None else learning_rates, len(numbers))
        calls.extend(zip(rates.tolist(), np.asarray(numbers).tolist(), strict=True))
        good = np.array([{0.1: 0.6, 1.0: 0.6, 10.0: 0.0}.get(rate, 0.3) for rate in rates])
        good += (rates == 0.001) * (np.array(numbers) == 100) * 0.4  # lucky on one split
        yield 0.5, None
        yield 1.0, (good + (rates == 0.1) / 10 + np.array(numbers) / 1000, np.array([good] * 2).T)

    monkeypatch.setattr(ablations, "train_on_splits", pretend)
    monkeypatch.setattr(ablations, "_results", {})
    steps = list(ablations.measure(Settings(), "mail"))
    assert_allclose([share for share, _result in steps], [0.25, 0.5, 0.75, 1])
    assert [result for _share, result in steps[:-1]] == [None] * 3
    result = steps[-1][1]
    assert calls == [(rate, number) for number in (100, 101) for rate in ablations.RATES] + [
        (0.1, number) for number in range(12)]
    assert result.learning_rate == 0.1
    assert not result.is_at_the_edge
    assert ablations.Result(10.0, np.zeros(2), np.zeros((2, 2))).is_at_the_edge
    assert_allclose(result.accuracies, 0.7 + np.arange(12) / 1000)
    assert_allclose(result.mean_recalls, np.full(12, 0.6))
    calls.clear()
    assert ablations.measured(Settings(learning_rate=3.0), "mail") is result
    assert list(ablations.measure(Settings(), "mail")) == [(1.0, result)]
    assert calls == []


@pytest.mark.full
@pytest.mark.parametrize("start", ["all off", "all on"])
def test_hardly_any_best_rate_on_the_connections_lies_at_the_edge(start):
    """With batches of 32 the rates 1 and 10 are nearly as good: either may come first."""
    at_the_edge = [name for name, settings in ablations.ablation("connections", start).items()
                   if ablations.measured(settings, "connections").is_at_the_edge]
    known = {"all off": {"+ BN", "+ batches of 32"}, "all on": set()}[start]
    assert set(at_the_edge) <= known


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
    return ablations.Result(
        0.1, np.zeros(len(mean_recalls)), np.asarray(mean_recalls, float)[:, np.newaxis])


@pytest.mark.parametrize("shift", [-0.02, 0.0, 0.005, 0.02])
def test_the_verdict_is_that_of_a_paired_t_test(shift):
    rng = np.random.default_rng(1)
    start = rng.random(12)
    scores = start + shift + 0.01 * rng.standard_normal(12)
    p_value = stats.ttest_rel(scores, start).pvalue
    expected = "cannot tell" if p_value > 0.01 else "better" if shift > 0 else "worse"
    assert ablations.verdict(scores, start) == expected
    assert ablations.verdict(rng.permutation(scores), start) == "cannot tell"


def test_without_a_difference_a_verdict_is_rare():
    rng = np.random.default_rng(0)
    found = [ablations.verdict(*rng.standard_normal((2, 12))) for _ in range(300)]
    assert 290 < found.count("cannot tell") < 300


def test_the_verdicts_of_a_table_are_about_one_measure():
    low, high = np.linspace(0.5, 0.6, 5), np.linspace(0.8, 0.91, 5)
    table = {"all off": ablations.Result(0.1, low, high[:, np.newaxis]),
             "+ ReLU": ablations.Result(0.1, high, high[:, np.newaxis]),
             "+ BN": ablations.Result(0.1, low, low[:, np.newaxis])}
    assert ablations.verdicts(table, "accuracy") == ["(start)", "better", "cannot tell"]
    assert ablations.verdicts(table, "mean recall") == ["(start)", "cannot tell", "worse"]
    assert ablations.verdicts({}, "accuracy") == []
