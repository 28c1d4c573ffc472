"""The panels of the capstone."""

import numpy as np
import pytest
from driving import built, widgets_in
from ipywidgets import Button
from numpy.testing import assert_allclose
from scipy import stats

from lecture_kit.live.controls import Switches
from lecture_kit.live.language import mean_and_error
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
    assert recalls.min() > 0
    assert panel.view.drawing["titles"][2] == f"lowest recall {recalls.min():.2f}"


@pytest.fixture
def pretended_results(monkeypatch):
    """Results in which some choices cost something: in the mean recall, and in the accuracy."""
    costs, luck = {}, np.random.default_rng(0).random(12) / 10
    noise = iter(np.random.default_rng(1).standard_normal((1000, 12)) / 1000)

    def measure(settings, data):
        recall, accuracy = np.sum([cost for (name, value), cost in costs.items()
                                   if getattr(settings, name) == value] + [(0, 0)], axis=0)
        yield 0.5, None
        yield 1.0, ablations.Result(10.0, 0.8 + luck + next(noise) - accuracy, np.tile(
            (0.5 + luck + next(noise) - recall)[:, np.newaxis], (1, 8)))

    monkeypatch.setattr(ablations, "measure", measure)
    return costs


def test_the_table_shows_differences_and_verdicts_of_the_measure(pretended_results):
    pretended_results.update({("scaling", "z-score"): (-0.2, 0), ("batch_norm", True): (0, 0.1),
                              ("loss", "cross entropy"): (0.2, 0)})
    panel = panels.ablation()
    panel.set_values({"start": "all off"})
    drawing = panel.view.drawing
    assert drawing["labels"][:3] == ["all off", "+ cross entropy", "+ z-score"]
    verdicts = [words[3] for words in drawing["words"]]
    assert verdicts == ["(start)", "worse", "better"] + ["cannot tell"] * 6
    assert panel.readout.value.endswith("8 of 8 compared: 1 better, 1 worse, 6 cannot tell.")
    assert_allclose(drawing["differences"][1].mean(), 0.2, atol=0.001)
    low, mean, high = drawing["intervals"][1]
    test = stats.ttest_1samp(drawing["differences"][1], 0).confidence_interval(0.99)
    assert_allclose((low, mean, high), (test.low, drawing["differences"][1].mean(), test.high))
    words = drawing["words"][2]
    assert words[2] == mean_and_error(drawing["differences"][1])
    assert words[0] == "≥ 10"
    panel.set_values({"measure": "accuracy"})
    verdicts = [words[3] for words in panel.view.drawing["words"]]
    assert verdicts == ["(start)"] + ["cannot tell"] * 6 + ["worse", "cannot tell"]
    assert panel.readout.value.startswith("accuracy on connections: all off 0.8")


def test_the_table_opens_with_everything_on(pretended_results):
    assert panels.ablation().values == {
        "data": "connections", "start": "all on", "measure": "mean recall"}


@pytest.mark.parametrize("n_worse", [1, 2, 3])
def test_the_goal_of_the_table_is_two_worse_lines(pretended_results, n_worse):
    off = [("loss", "squared error"), ("scaling", "raw"), ("batch_norm", False),
           ("activation", "sigmoid")]
    pretended_results.update(dict.fromkeys(off[:n_worse], (0.0, 0.1)))
    panel = panels.ablation()
    assert not panel.view.goal_met
    panel.set_values({"measure": "accuracy"})
    assert panel.view.goal_met == (n_worse == 2)


@pytest.mark.full
def test_the_goal_of_the_table_can_be_met():
    panel = built(panels.ablation)
    panel.set_values({"data": "mail"})
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
