"""The capstone: settings, splits, losses, ablations, intervals."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from driving import widgets_in
from ipywidgets import Button
from numpy.testing import assert_allclose, assert_array_equal
from oracles import frozen, numerical_gradient, says
from scipy import stats
from sklearn.metrics import balanced_accuracy_score, recall_score
from sklearn.metrics import confusion_matrix as confusion_matrix_by_scikit_learn
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from lecture_kit.live.controls import Switches
from lecture_kit.live.exercise import NOT_YET, RIGHT
from lecture_kit.maths.inference import (
    confusion_matrix,
    exact_coverage,
    precision_at,
    wilson_interval,
)
from lecture_kit.maths.layers import ActivationLayer, Dense
from lecture_kit.maths.network_losses import softmax_squared_error, softmax_squared_error_gradient
from lecture_kit.maths.normalization import BatchNormalization
from lecture_kit.maths.optimizers import Momentum
from lecture_kit.sections.capstone import exercises, experiments, panels

ON = experiments.with_techniques(experiments.TECHNIQUES, learning_rate=0.01)
QUICK = replace(ON, epochs=1)


@pytest.mark.parametrize(("choices", "rule", "value", "remedy"), [
    ({"scaling": "zscore"}, "scaling must be one of ['raw', 'min-max', 'z-score']", "'zscore'",
     "Check the spelling."),
    ({"loss": 1}, "loss must be one of", "1", "Check the spelling."),
    ({"batch_norm": "yes"}, "batch_norm must be True or False", "'yes'", "without quotation marks"),
    ({"init_scale": "He"}, "init_scale must be 'Xavier or He' or a number, at least 0", "'He'",
     "Try init_scale=0.1."),
    ({"init_scale": -0.1}, "init_scale must be", "-0.1", "Try init_scale=0.1."),
    ({"batch_size": 0}, 'batch_size must be "all" or a whole number, at least 1', "0",
     "Try batch_size=32."),
    ({"batch_size": 2.5}, "batch_size must be", "2.5", "Try batch_size=32."),
    ({"batch_size": True}, "batch_size must be", "True", "Try batch_size=32."),
    ({"learning_rate": 0}, "learning_rate must be a number above 0", "0", "Try learning_rate=0.1."),
    ({"learning_rate": np.inf}, "learning_rate must be", "inf", "Try learning_rate=0.1."),
    ({"epochs": 401}, "epochs must be a whole number from 1 to 400", "401", "Try epochs=10."),
    ({"epochs": 0}, "epochs must be", "0", "Try epochs=10."),
    ({"optimiser": "Adam"}, "name must be one of ['loss',", "'optimiser'",
     "Check the spelling."),
    ([1], "the settings must be a dictionary", "[1]", "Write for example"),
])
def test_bad_settings_get_rule_value_and_remedy(choices, rule, value, remedy):
    with pytest.raises(ValueError, match=says(rule, value, remedy)):
        experiments.settings_from(choices)
    feedback = exercises.check_challenge(choices).feedback
    assert feedback.status == NOT_YET
    assert rule in feedback.text


def test_what_is_left_out_is_off_and_every_technique_changes_one_thing():
    off = experiments.settings_from({})
    assert off == experiments.with_techniques([])
    for name, (choice,) in zip(experiments.TECHNIQUES,
                               (t.items() for t in experiments.TECHNIQUES.values()), strict=True):
        field, value = choice
        on = experiments.with_techniques([name])
        assert getattr(on, field) == value != getattr(off, field)
        assert replace(on, **{field: getattr(off, field)}) == off
    with pytest.raises(ValueError, match="techniques must be from"):
        experiments.with_techniques(["magic"])


def test_each_class_is_dealt_out_two_to_one_to_one():
    labels = np.random.default_rng(0).permutation(np.repeat([0, 1, 2], [101, 40, 4]))
    parts = experiments.deal_out(frozen(labels, int))
    assert_array_equal(np.sort(np.concatenate(parts)), np.arange(145))
    counts = np.array([np.bincount(labels[rows], minlength=3) for rows in parts])
    assert_array_equal(counts, [[51, 20, 2], [25, 10, 1], [25, 10, 1]])
    with pytest.raises(ValueError, match=says("each class needs at least 4 rows", "3", "")):
        experiments.deal_out([0] * 8 + [1] * 3)


@pytest.mark.parametrize("data", experiments.DATA)
def test_the_parts_are_prepared_with_the_training_rows_alone(data):
    dataset = experiments.DATA[data]()
    training, validation, test = experiments.deal_out(dataset.labels)
    scaler = StandardScaler().fit(dataset.features[training])
    for part, rows in (("validation", validation), ("test", test)):
        known, other = experiments.prepared(data, "z-score", "one-hot", part)
        assert_array_equal(known[1], dataset.labels[training])
        assert_array_equal(other[1], dataset.labels[rows])
        for (table, _labels), numbers in ((known, training), (other, rows)):
            expected = scaler.transform(dataset.features[numbers])
            if dataset.nominal is not None:
                encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
                encoder.fit(dataset.nominal[training])
                expected = np.hstack([expected, encoder.transform(dataset.nominal[numbers])])
            assert_allclose(table, expected, atol=1e-9)
    raw = experiments.prepared(data, "raw", "integer codes")[0][0]
    assert_array_equal(raw[:, : dataset.features.shape[1]], dataset.features[training])


def test_unknown_names_of_data_and_parts_are_refused():
    for call in (lambda: experiments.prepared("letters", "raw", "one-hot"),
                 lambda: experiments.technique_names("letters"),
                 lambda: experiments.ablation("letters", "all on")):
        with pytest.raises(ValueError, match=says("data must be one of", "'letters'", "spelling")):
            call()
    with pytest.raises(ValueError, match="part must be one of"):
        experiments.prepared("mail", "raw", "one-hot", "training")
    with pytest.raises(ValueError, match="start must be one of"):
        experiments.ablation("mail", "half")


def test_the_squared_error_of_a_softmax_and_its_gradient():
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(0, 2, (6, 4)), rng.integers(0, 4, 6)
    outputs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    expected = ((outputs - np.eye(4)[labels]) ** 2).sum(axis=1) / 2
    assert_allclose(softmax_squared_error(frozen(logits), labels), expected)
    slopes = numerical_gradient(
        lambda z: softmax_squared_error(z, labels).sum(), logits)
    assert_allclose(softmax_squared_error_gradient(frozen(logits), labels), slopes,
                    atol=1e-9)


def test_the_squared_error_of_a_softmax_survives_large_logits():
    logits = np.array([[1000.0, 0.0, -1000.0]])
    assert_allclose(softmax_squared_error(logits, [1]), [1])
    assert_allclose(softmax_squared_error_gradient(logits, [1]), [[0, 0, 0]])


@pytest.mark.parametrize("loss", experiments.LOSSES)
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("batch_norm", [False, True])
def test_the_gradient_of_every_network(loss, n_classes, batch_norm):
    rng = np.random.default_rng(1)
    rows, labels = rng.standard_normal((7, 3)), rng.integers(0, n_classes, 7)
    settings = replace(QUICK, loss=loss, batch_norm=batch_norm, activation="tanh")
    network = experiments.build_network(settings, 3, n_classes, 0)
    found = network.backpropagate(rows, labels).copy()
    start, some = network.parameters.copy(), rng.choice(len(found), 12, replace=False)

    def loss_at(values):
        network.parameters[:] = start
        network.parameters[some] = values
        table = rows
        for layer in network.layers:
            table = layer.forward(table)
        return network.loss.value(table, labels).mean()

    assert_allclose(found[some], numerical_gradient(loss_at, start[some]), atol=1e-8)


def test_a_network_is_what_the_settings_say():
    network = experiments.build_network(QUICK, 50, 8, 3)
    kinds = [type(layer) for layer in network.layers]
    assert kinds == [Dense, BatchNormalization, ActivationLayer] * 2 + [Dense]
    assert [layer.shape for layer in network.layers[::3]] == [(50, 32), (32, 32), (32, 8)]
    assert {layer.activation.name for layer in network.layers[2::3]} == {"ReLU"}
    assert network.loss.name == "softmax cross entropy"
    plain = experiments.build_network(experiments.Settings(), 50, 2, 3)
    assert [type(layer) for layer in plain.layers] == [Dense, ActivationLayer] * 2 + [Dense]
    assert plain.loss.name == "squared error"
    assert plain.layers[-1].shape == (32, 1)


@pytest.mark.parametrize(("activation", "variance"), [
    ("ReLU", 2), ("leaky ReLU", 2), ("sigmoid", 1), ("tanh", 1)])
def test_the_rule_of_the_first_weights_follows_the_activation(activation, variance):
    network = experiments.build_network(replace(QUICK, activation=activation), 4000, 8, 0)
    assert network.layers[0].weights.std() == pytest.approx(np.sqrt(variance / 4000), rel=0.01)
    small = experiments.build_network(replace(QUICK, init_scale=0.01), 4000, 8, 0)
    assert small.layers[0].weights.std() == pytest.approx(0.01, rel=0.01)


def test_a_training_uses_optimizer_batches_and_epochs_of_the_settings(monkeypatch):
    seen = {}

    def spy(network, optimizer, training, other, **more):
        seen.update(more, optimizer=optimizer, n=len(training[1]), n_other=len(other[1]))
        return iter(())

    monkeypatch.setattr(experiments, "train", spy)
    settings = replace(ON, optimizer="momentum", batch_size="all", epochs=7, learning_rate=0.3)
    experiments.start_training(settings, "connections", 4)
    assert isinstance(seen["optimizer"], Momentum)
    assert seen["optimizer"].learning_rate == 0.3
    assert (seen["batch_size"], seen["epochs"], seen["seed"]) == (1211, 7, 4)
    assert (seen["n"], seen["n_other"]) == (1211, 602)
    experiments.start_training(replace(settings, batch_size=64), "connections", 4, "test")
    assert (seen["batch_size"], seen["n_other"]) == (64, 601)


def test_recalls_agree_with_scikit_learn_and_the_test_rows_are_another_part():
    for part in ("validation", "test"):
        network, records, (rows, labels) = experiments.start_training(QUICK, "connections", 0, part)
        *_before, last = records
        answers = network.logits(rows).argmax(axis=1)
        accuracies, recalls = experiments.repeat(QUICK, "connections", part, n_seeds=1)
        assert_allclose(recalls[0], recall_score(labels, answers, average=None))
        assert accuracies[0] == last.validation_accuracy == (answers == labels).mean()
        score = balanced_accuracy_score(labels, answers)
        assert recalls[0].mean() == pytest.approx(score)
    *_before, (record, recall) = experiments.train_with(QUICK, "connections", 0)
    assert_allclose(recall, experiments.repeat(QUICK, "connections", n_seeds=1)[1][0])
    assert record.epoch == 1
    with pytest.raises(ValueError, match="n_seeds must be at least 1"):
        experiments.repeat(QUICK, "connections", n_seeds=0)


def test_the_seeds_follow_the_first_one():
    _accuracies, recalls = experiments.repeat(QUICK, "connections", n_seeds=2, first_seed=5)
    for seed, recall in zip((5, 6), recalls, strict=True):
        *_before, (_record, expected) = experiments.train_with(QUICK, "connections", seed)
        assert_array_equal(recall, expected)
    with pytest.raises(ValueError, match="first_seed must be at least 0"):
        experiments.repeat(QUICK, "connections", first_seed=-1)


def test_a_training_that_diverges_has_no_recalls():
    lost = replace(experiments.Settings(), learning_rate=1e7, scaling="raw", activation="ReLU")
    *_before, (record, recall) = experiments.train_with(lost, "connections", 0)
    assert record.diverged
    assert np.isnan(recall).all()
    assert experiments.challenge_scores({"learning_rate": 1e7, "activation": "ReLU"}).min() == 0


def test_an_ablation_changes_one_technique_at_a_time():
    for data, n in (("mail", 7), ("connections", 8)):
        names = experiments.technique_names(data)
        assert len(names) == n
        for start, sign in (("all off", "+"), ("all on", "−")):
            chosen = experiments.ablation(data, start)
            assert list(chosen) == [start, *(f"{sign} {name}" for name in names)]
            base = vars(chosen.pop(start))
            for label, settings in chosen.items():
                (field,) = experiments.TECHNIQUES[label[2:]]
                differing = [name for name, value in vars(settings).items() if value != base[name]]
                assert differing == [field]


def test_measuring_sweeps_the_rate_and_keeps_five_seeds(monkeypatch):
    calls = []

    def outcome(settings, data, seed, part="validation"):
        calls.append((settings.learning_rate, seed, part))
        good = {0.1: 0.6, 1.0: 0.6, 10.0: np.nan}.get(settings.learning_rate, 0.3)
        accuracy = np.nan if np.isnan(good) else good + (settings.learning_rate == 0.1) / 10
        return accuracy + seed / 1000, np.array([good, good])

    monkeypatch.setattr(experiments, "_outcome", outcome)
    monkeypatch.setattr(experiments, "_results", {})
    steps = list(experiments.measure(experiments.Settings(), "mail"))
    assert_allclose([share for share, _result in steps], np.arange(1, 12) / 11)
    assert [result for _share, result in steps[:-1]] == [None] * 10
    result = steps[-1][1]
    assert calls == [(rate, 100, "validation") for rate in experiments.RATES] + [
        (0.1, seed, "validation") for seed in range(5)]
    assert result.learning_rate == 0.1
    assert_allclose(result.accuracies, 0.7 + np.arange(5) / 1000)
    assert_allclose(result.mean_recalls, np.full(5, 0.6))
    calls.clear()
    assert experiments.measured(experiments.Settings(learning_rate=3.0), "mail") is result
    assert list(experiments.measure(experiments.Settings(), "mail")) == [(1.0, result)]
    assert calls == []


def result_with(mean_recalls):
    return experiments.Result(0.1, np.zeros(5), np.asarray(mean_recalls, float)[:, np.newaxis])


def test_the_verdict_needs_all_five_runs():
    start = result_with([0.3, 0.31, 0.32, 0.33, 0.34])
    assert experiments.verdict(result_with([0.35, 0.4, 0.5, 0.9, 0.6]), start) == "better"
    assert experiments.verdict(result_with([0.1, 0.2, 0.29, 0.0, 0.1]), start) == "worse"
    assert experiments.verdict(result_with([0.34, 0.4, 0.5, 0.9, 0.6]), start) == "cannot tell"
    assert experiments.verdict(result_with([0.35, np.nan, 0.5, 0.9, 0.6]), start) == "cannot tell"
    found = [experiments.verdict(result_with(np.array(ours)), result_with(
        [rank for rank in range(10) if rank not in ours]))
        for ours in itertools.combinations(range(10), 5)]
    assert len(found) == 252
    assert found.count("better") == found.count("worse") == 1


def test_the_verdict_takes_scores_as_well_as_results():
    start = result_with([0.3, 0.31, 0.32, 0.33, 0.34])
    assert experiments.verdict([0.35, 0.4, 0.5], start) == "better"
    assert experiments.verdict(start, [0.35] * 5) == "worse"
    assert experiments.verdict([0.2, 0.3], [0.3, 0.3]) == "cannot tell"
    with pytest.raises(ValueError, match="scores must hold real numbers"):
        experiments.verdict(["good"], start)


def test_the_confusion_matrix_agrees_with_scikit_learn():
    labels, predicted = np.random.default_rng(0).integers(0, 4, (2, 60))
    expected = confusion_matrix_by_scikit_learn(labels, predicted)
    assert_array_equal(confusion_matrix(labels, predicted, 4), expected)
    with pytest.raises(ValueError, match="predicted must have one answer per row"):
        confusion_matrix([0, 1], [0], 2)
    with pytest.raises(ValueError, match="predicted must hold whole numbers"):
        confusion_matrix([0, 1], [0, 2], 2)


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
    (lambda: precision_at(0, 0.1, 0.5), "recall must be above 0"),
    (lambda: precision_at(0.9, -0.1, 0.5), "false_alarm_rate must lie between"),
    (lambda: precision_at(0.9, 0.1, 0), "share must be above 0"),
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


def test_the_precision_is_the_one_that_is_counted():
    rng = np.random.default_rng(0)
    labels = rng.random(200_000) < 0.2
    alarm = np.where(labels, rng.random(200_000) < 0.9, rng.random(200_000) < 0.05)
    measured = labels[alarm].mean()
    exact = precision_at(alarm[labels].mean(), alarm[~labels].mean(), labels.mean())
    assert exact == pytest.approx(measured)
    assert_allclose(precision_at(0.9, 0.05, [0.2, 1.0]), [0.18 / 0.22, 1])


def test_the_columns_that_differ():
    known = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    rows = np.array([[4.0, 5.0, 6.0], [1.0, 2.0, 9.0], [7.0, 8.0, 6.0]])
    assert_array_equal(experiments.columns_that_differ(rows, known), [0, 1, 2])


@pytest.mark.parametrize("part", ["validation", "test"])
def test_the_nearest_row_agrees_with_scikit_learn(part):
    (known, classes), (rows, labels) = experiments.prepared(
        "connections", "z-score", "one-hot", part
    )
    answers = KNeighborsClassifier(1, algorithm="brute").fit(known, classes).predict(rows)
    score = balanced_accuracy_score(labels, answers)
    assert_allclose(experiments.challenge_scores(experiments.NEAREST_ROW, part), np.full(5, score))


def test_a_choice_is_tested_on_other_rows_and_with_other_seeds(monkeypatch):
    calls = []

    def outcome(settings, data, seed, part):
        calls.append((part, seed))
        return 0.5, np.array([seed / 10, seed / 10])

    monkeypatch.setattr(experiments, "_outcome", outcome)
    for part, seeds in (("validation", range(5)), ("test", range(5, 10))):
        calls.clear()
        assert_allclose(experiments.challenge_scores({}, part), np.array(seeds) / 10)
        assert calls == [(part, seed) for seed in seeds]
    with pytest.raises(ValueError, match="part must be one of"):
        experiments.challenge_scores({}, "training")


def test_everything_on_does_not_beat_the_nearest_row():
    assert experiments.settings_from(experiments.ALL_ON) == ON
    feedback = exercises.check_challenge(experiments.ALL_ON).feedback
    assert feedback.status == NOT_YET
    scores = experiments.challenge_scores(experiments.ALL_ON)
    (nearest, *_same) = experiments.challenge_scores(experiments.NEAREST_ROW)
    assert scores.mean() > nearest
    assert f"mean recall {scores.mean():.3f} ± {scores.std():.3f}" in feedback.text
    assert f"The nearest row has {nearest:.3f}: {sum(scores > nearest)} of 5" in feedback.text
    assert "rule of part 5: cannot tell" in feedback.text
    assert_allclose(scores, experiments.repeat(ON, "connections")[1].mean(axis=1))


def test_the_solution_beats_the_nearest_row_with_room():
    names = {}
    exec(exercises.check_challenge(...).exercise.solution, names)
    scores = experiments.challenge_scores(names["settings"])
    assert scores.min() > experiments.challenge_scores(experiments.NEAREST_ROW)[0] + 0.03


@pytest.fixture
def pretended_scores(monkeypatch):
    scores = {"ours": [0.5] * 5, "parts": []}

    def challenge_scores(choices, part="validation"):
        scores["parts"].append(part)
        if choices == experiments.NEAREST_ROW:
            return np.full(5, 0.5)
        return np.array([0.5, 0.6, 0.7, 0.8, 0.9] if choices is experiments.ALL_ON
                        else scores["ours"])

    monkeypatch.setattr(experiments, "challenge_scores", challenge_scores)
    return scores


@pytest.mark.parametrize(("ours", "status", "words"), [
    ([0.51, 0.52, 0.9, 0.9, 0.9], RIGHT, "5 of 5 runs lie above it, 0 below. By the rule of part "
     "5: better."),
    ([0.5, 0.9, 0.9, 0.9, 0.9], NOT_YET, "4 of 5 runs lie above it, 0 below. By the rule of part "
     "5: cannot tell."),
    ([0.4, 0.1, 0.2, 0.3, 0.3], NOT_YET, "0 of 5 runs lie above it, 5 below. By the rule of part "
     "5: worse."),
    ([0.91] * 5, RIGHT, "(Everything on: 0.700 ± 0.141, better.)")])
def test_the_challenge_has_the_rule_of_part_5_on_the_validation_rows_alone(
        pretended_scores, ours, status, words):
    pretended_scores["ours"] = ours
    feedback = exercises.check_challenge({"epochs": 3}).feedback
    assert feedback.status == status
    assert words in feedback.text
    assert set(pretended_scores["parts"]) == {"validation"}


def test_another_way_to_write_the_answers_is_right():
    def recall(confusion):
        return [row[i] / sum(row) for i, row in enumerate(confusion.tolist())]

    def keep(first, second):
        def score(c):
            return np.mean([c[i, i] / c[i].sum() for i in range(len(c))])
        return score(second) > score(first)

    assert exercises.check_recall(recall).feedback.status == RIGHT
    assert exercises.check_send_home(keep).feedback.status == RIGHT


@pytest.mark.parametrize("name", ["connections", "mail"])
def test_the_readout_of_a_training_is_that_of_the_maths(name):
    panel = getattr(panels, name)()
    techniques = {"cross entropy", "z-score", "Adam", "ReLU"}
    panel.set_values({"learning_rate": 0.01, "batch_size": 32, "init_scale": "0.1", "seed": 3,
                      "techniques": frozenset(techniques)})
    settings = experiments.with_techniques(techniques, learning_rate=0.01, batch_size=32,
                                        init_scale=0.1, epochs=20)
    *_before, (record, recall) = experiments.train_with(settings, name, 3)
    words = panel.readout.value
    assert f"accuracy {record.validation_accuracy:.3f}" in words
    assert f"mean recall {recall.mean():.3f}, lowest {recall.min():.2f}" in words
    assert experiments.DATA[name]().class_names[recall.argmin()] in words
    drawing = panel.view.drawing
    assert drawing["losses"]["training"][-1] == record.training_loss
    assert drawing["losses"]["validation"][-1] == record.validation_loss
    assert drawing["accuracies"]["training"][-1] == record.training_accuracy
    assert drawing["accuracies"]["validation"][-1] == record.validation_accuracy
    assert drawing["mean_recalls"][-1] == recall.mean()
    assert panel.view.goal_met == (recall.min() >= {"connections": 0.9, "mail": 0.92}[name])


def test_the_goals_of_the_trainings_can_be_met():
    panel = panels.connections()
    panel.set_values({**panel.values, "learning_rate": 0.1, "batch_size": 32,
                      "init_scale": experiments.XAVIER_OR_HE,
                      "techniques": frozenset(panel.controls["techniques"].buttons)})
    assert panel.view.goal_met
    panel = panels.mail()
    panel.set_values({**panel.values, "learning_rate": 0.01, "batch_size": 32,
                      "init_scale": experiments.XAVIER_OR_HE, "techniques": frozenset(
                          {"cross entropy", "z-score", "Adam", "ReLU"})})
    assert panel.view.goal_met


def test_a_diverged_training_says_so():
    panel = panels.connections()
    panel.set_values({"learning_rate": 10.0, "init_scale": "1",
                      "techniques": frozenset({"ReLU", "cross entropy"})})
    assert panel.readout.value.startswith("Diverged at update")
    assert not panel.view.goal_met


@pytest.mark.parametrize("name", ["connections", "mail"])
def test_a_training_panel_opens_with_three_techniques_and_all_off_is_a_button(name):
    panel = getattr(panels, name)()
    first, off = panel.values, panel_button(panel, "all off")
    assert first["techniques"] == {"z-score"}
    assert (first["batch_size"], first["init_scale"]) == (32, experiments.XAVIER_OR_HE)
    mean_recalls = panel.view.drawing["mean_recalls"]
    assert mean_recalls[-1] > mean_recalls[0] + 0.2
    off.click()
    settings = {**panel.values, "batch_size": "all"}
    training_rows = len(experiments.prepared(name, "raw", "one-hot")[0][1])
    assert panel.values["batch_size"] == training_rows
    assert experiments.with_techniques(settings.pop("techniques"), **{
        key: value for key, value in settings.items() if key != "seed"} | {
        "init_scale": 0.01}) == experiments.Settings()


def panel_button(panel, words):
    (button,) = [b for b in widgets_in(panel, Button) if b.description == words]
    return button


def test_the_right_title_counts_the_classes_that_are_never_found():
    panel = panels.connections()
    panel_button(panel, "all off").click()
    assert panel.view.drawing["titles"][2] == "7 of 8 classes never found"
    panel_button(panel, "all on").click()
    recalls = panel.view.drawing["recalls"]
    worst = experiments.DATA["connections"]().class_names[recalls.argmin()]
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
        yield 1.0, experiments.Result(0.1, np.full(5, level + 0.2), np.tile(
            level + np.arange(5)[:, np.newaxis] / 1000, (1, 8)))

    monkeypatch.setattr(experiments, "measure", measure)
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
        yield 1.0, experiments.Result(0.1, np.linspace(0.5, 0.6, 5) - low, np.tile(
            np.linspace(0.8, 0.9, 5)[:, np.newaxis] - low / 20, (1, 8)))

    monkeypatch.setattr(experiments, "measure", measure)
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


@pytest.mark.parametrize(("in_accuracy", "in_recall", "met"), [
    (2, 3, True), (3, 3, False), (2, 2, False), (1, 3, False)])
def test_the_goal_of_the_table_compares_the_measures(monkeypatch, in_accuracy, in_recall, met):
    off = [("loss", "squared error"), ("scaling", "raw"), ("batch_norm", False)]

    def measure(settings, data):
        place = [getattr(settings, name) == value for name, value in off]
        accuracy, recall = (0.5 - any(place[:n]) / 10 for n in (in_accuracy, in_recall))
        yield 1.0, experiments.Result(0.1, np.full(5, accuracy), np.full((5, 2), recall))

    monkeypatch.setattr(experiments, "measure", measure)
    panel = panels.ablation()
    panel.set_values({"data": "mail"})
    assert not panel.view.goal_met
    panel.set_values({"measure": "accuracy"})
    verdicts = [words[2] for words in panel.view.drawing["words"]]
    assert verdicts.count("worse") == in_accuracy
    assert panel.view.goal_met == met


def test_the_table_of_the_mail_meets_the_goal():
    results = [experiments.measured(settings, "mail")
               for settings in experiments.ablation("mail", "all on").values()]
    verdicts = [experiments.verdict(result, results[0]) for result in results[1:]]
    assert verdicts.count("worse") == 3
    panel = panels.ablation()
    panel.set_values({"data": "mail", "measure": "accuracy"})
    assert panel.view.goal_met


@pytest.mark.parametrize("values", [
    {"n_rows": 7, "recall": 0.4, "confidence": 0.8, "seed": 5},
    {"n_rows": 242, "recall": 0.95, "confidence": 0.99, "seed": 1}])
def test_the_readout_of_the_intervals_is_that_of_the_maths(values):
    panel = panels.few_rows()
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
    panel = panels.few_rows()
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
