"""The panels of the capstone."""

import numpy as np
import pytest
from driving import built, widgets_in
from ipywidgets import Button
from numpy.testing import assert_allclose
from scipy import stats

from lecture_kit.live.controls import Switches
from lecture_kit.maths.inference import exact_coverage
from lecture_kit.sections.capstone import ablations, experiments, panels, splits
from lecture_kit.sections.capstone.settings import XAVIER_OR_HE, Settings, with_techniques


@pytest.mark.parametrize("name", ["connections", "mail"])
def test_the_readout_of_a_training_is_that_of_the_maths(name):
    panel = built(getattr(panels, name))
    techniques = {"cross entropy", "z-score", "Adam", "ReLU"}
    panel.set_values({"learning_rate": 0.01, "batch_size": 32, "init_scale": "0.1", "seed": 3,
                      "techniques": frozenset(techniques)})
    settings = with_techniques(techniques, learning_rate=0.01, batch_size=32,
                               init_scale=0.1, epochs=20)
    *_before, (record, recall) = experiments.train_with(settings, name, 3)
    words = panel.readout.value
    assert f"accuracy {record.validation_accuracy:.3f}" in words
    assert f"mean recall {recall.mean():.3f}, lowest {recall.min():.2f}" in words
    assert splits.DATA[name]().class_names[recall.argmin()] in words
    drawing = panel.view.drawing
    assert drawing["losses"]["training"][-1] == record.training_loss
    assert drawing["losses"]["validation"][-1] == record.validation_loss
    assert drawing["accuracies"]["training"][-1] == record.training_accuracy
    assert drawing["accuracies"]["validation"][-1] == record.validation_accuracy
    assert drawing["mean_recalls"][-1] == recall.mean()
    assert panel.view.goal_met == (recall.min() >= {"connections": 0.9, "mail": 0.92}[name])


@pytest.mark.full
def test_the_goals_of_the_trainings_can_be_met():
    panel = built(panels.connections)
    panel.set_values({**panel.values, "learning_rate": 0.1, "batch_size": 32,
                      "init_scale": XAVIER_OR_HE,
                      "techniques": frozenset(panel.controls["techniques"].buttons)})
    assert panel.view.goal_met
    panel = built(panels.mail)
    panel.set_values({**panel.values, "learning_rate": 0.01, "batch_size": 32,
                      "init_scale": XAVIER_OR_HE, "techniques": frozenset(
                          {"cross entropy", "z-score", "Adam", "ReLU"})})
    assert panel.view.goal_met


def test_a_diverged_training_says_so():
    panel = built(panels.connections)
    panel.set_values({"learning_rate": 10.0, "init_scale": "1",
                      "techniques": frozenset({"ReLU", "cross entropy"})})
    assert panel.readout.value.startswith("Diverged at update")
    assert not panel.view.goal_met


@pytest.mark.parametrize("name", ["connections", "mail"])
def test_a_training_panel_opens_with_three_techniques_and_all_off_is_a_button(name):
    panel = built(getattr(panels, name))
    first, off = panel.values, panel_button(panel, "all off")
    assert first["techniques"] == {"z-score"}
    assert (first["batch_size"], first["init_scale"]) == (32, XAVIER_OR_HE)
    mean_recalls = panel.view.drawing["mean_recalls"]
    assert mean_recalls[-1] > mean_recalls[0] + 0.2
    off.click()
    settings = {**panel.values, "batch_size": "all"}
    training_rows = len(splits.prepared(name, "raw", "one-hot")[0][1])
    assert panel.values["batch_size"] == training_rows
    assert with_techniques(settings.pop("techniques"), **{
        key: value for key, value in settings.items() if key != "seed"} | {
        "init_scale": 0.01}) == Settings()


def panel_button(panel, words):
    (button,) = [b for b in widgets_in(panel, Button) if b.description == words]
    return button


def test_the_right_title_counts_the_classes_that_are_never_found():
    panel = built(panels.connections)
    panel_button(panel, "all off").click()
    assert panel.view.drawing["titles"][2] == "7 of 8 classes never found"
    panel_button(panel, "all on").click()
    recalls = panel.view.drawing["recalls"]
    worst = splits.DATA["connections"]().class_names[recalls.argmin()]
    assert recalls.min() > 0
    assert panel.view.drawing["titles"][2] == f"lowest: {worst}, {recalls.min():.2f}"


@pytest.fixture
def pretended_results(monkeypatch):
    levels = {}

    def measure(settings, data):
        level = levels.get((settings.scaling, settings.loss), 0.5)
        if settings.optimizer != "Adam":
            level = levels.get(("Adam", "off"), level)
        yield 0.5, None
        yield 1.0, ablations.Result(0.1, np.full(5, level + 0.2), np.tile(
            level + np.arange(5)[:, np.newaxis] / 1000, (1, 8)))

    monkeypatch.setattr(ablations, "measure", measure)
    return levels


def test_the_table_shows_measures_and_verdicts(pretended_results):
    pretended_results.update({("z-score", "squared error"): 0.7, ("raw", "cross entropy"): 0.3})
    panel = panels.ablation()
    panel.set_values({"start": "all off"})
    assert panel.readout.value == ("mean recall on connections: all off 0.502 ± 0.001. 8 of 8 "
                                   "compared: 1 better, 1 worse, 6 cannot tell.")
    drawing = panel.view.drawing
    assert drawing["labels"][:3] == ["all off", "+ cross entropy", "+ z-score"]
    assert [words[2] for words in drawing["words"][:4]] == [
        "(start)", "worse", "better", "cannot tell"]
    assert_allclose(drawing["values"][2], 0.7 + np.arange(5) / 1000)
    panel.set_values({"measure": "accuracy"})
    assert_allclose(panel.view.drawing["values"][2], np.full(5, 0.9))
    assert "accuracy on connections: all off 0.700 ± 0.000" in panel.readout.value


def test_the_verdict_is_about_the_measure_that_is_shown(monkeypatch):
    def measure(settings, data):
        low = settings.optimizer != "Adam"
        yield 1.0, ablations.Result(0.1, np.linspace(0.5, 0.6, 5) - low / 2, np.tile(
            np.linspace(0.8, 0.9, 5)[:, np.newaxis] - low / 20, (1, 8)))

    monkeypatch.setattr(ablations, "measure", measure)
    panel = panels.ablation()
    place = panel.view.drawing["labels"].index("− Adam")
    verdicts = []
    for name in ("mean recall", "accuracy"):
        panel.set_values({"measure": name})
        verdicts.append(panel.view.drawing["words"][place][2])
    assert verdicts == ["cannot tell", "worse"]


def test_the_table_opens_with_everything_on(pretended_results):
    assert panels.ablation().values == {
        "data": "connections", "start": "all on", "measure": "mean recall"}


@pytest.mark.full
@pytest.mark.parametrize(("in_accuracy", "in_recall", "met"), [
    (2, 3, True), (3, 3, False), (2, 2, False), (1, 3, False)])
def test_the_goal_of_the_table_compares_the_measures(monkeypatch, in_accuracy, in_recall, met):
    off = [("loss", "squared error"), ("scaling", "raw"), ("batch_norm", False)]

    def measure(settings, data):
        place = [getattr(settings, name) == value for name, value in off]
        accuracy, recall = (0.5 - any(place[:n]) / 10 for n in (in_accuracy, in_recall))
        yield 1.0, ablations.Result(0.1, np.full(5, accuracy), np.full((5, 2), recall))

    monkeypatch.setattr(ablations, "measure", measure)
    panel = panels.ablation()
    panel.set_values({"data": "mail"})
    assert not panel.view.goal_met
    panel.set_values({"measure": "accuracy"})
    verdicts = [words[2] for words in panel.view.drawing["words"]]
    assert verdicts.count("worse") == in_accuracy
    assert panel.view.goal_met == met


@pytest.mark.full
def test_the_table_of_the_mail_meets_the_goal():
    results = [ablations.measured(settings, "mail")
               for settings in ablations.ablation("mail", "all on").values()]
    verdicts = [ablations.verdict(result, results[0]) for result in results[1:]]
    assert verdicts.count("worse") == 3
    panel = panels.ablation()
    panel.set_values({"data": "mail", "measure": "accuracy"})
    assert panel.view.goal_met


@pytest.mark.parametrize("values", [
    {"n_rows": 7, "recall": 0.4, "confidence": 0.8, "seed": 5},
    {"n_rows": 242, "recall": 0.95, "confidence": 0.99, "seed": 1}])
def test_the_readout_of_the_intervals_is_that_of_the_maths(values):
    panel = built(panels.few_rows)
    panel.set_values(values)
    n, recall, confidence = values["n_rows"], values["recall"], values["confidence"]
    drawn = np.random.default_rng(values["seed"]).random((40, 1000))[:, :n]
    found = np.count_nonzero(drawn < recall, axis=1)
    ends = [stats.binomtest(int(k), n).proportion_ci(confidence, method="wilson") for k in found]
    hits = sum(ci.low <= recall <= ci.high for ci in ends)
    width = np.mean([ci.high - ci.low for ci in ends])
    exact = exact_coverage(n, recall, confidence)
    assert f"{hits} of 40 intervals contain the true recall {recall:.2f}" in panel.readout.value
    assert f"(exact: {exact:.1%})" in panel.readout.value
    assert f"width {width:.3f} with n = {n}" in panel.readout.value


@pytest.mark.parametrize(("values", "met"), [
    ({"n_rows": 400, "recall": 0.5}, True), ({"n_rows": 300, "recall": 0.5}, False),
    ({"n_rows": 400, "recall": 0.9}, False), ({"n_rows": 400, "recall": 0.1}, False),
    ({"n_rows": 400, "recall": 0.5, "confidence": 0.8}, False)])
def test_the_goal_of_the_intervals(values, met):
    panel = built(panels.few_rows)
    panel.set_values(values)
    assert panel.view.goal_met == met


def test_switches_hold_the_set_of_the_pressed_buttons():
    control = Switches("", [("one", 1), ("two", 2), ("three", 3)], {2})
    seen = []
    control.observe(lambda change: seen.append(change["new"]), "value")
    assert [button.value for button in control.buttons.values()] == [False, True, False]
    control.buttons[3].value = True
    control.buttons[2].value = False
    assert seen == [{2, 3}, {3}]
    control.value = frozenset({1, 2})
    assert [button.value for button in control.buttons.values()] == [True, True, False]
    assert seen == [{2, 3}, {3}, {1, 2}]
