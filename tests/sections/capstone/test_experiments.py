"""Networks that catch attacks, and the challenge."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import numerical_gradient
from sklearn.metrics import balanced_accuracy_score, recall_score
from sklearn.neighbors import KNeighborsClassifier

from lecture_kit.live.exercise import NOT_YET
from lecture_kit.maths.layers import ActivationLayer, Dense
from lecture_kit.maths.normalization import BatchNormalization
from lecture_kit.maths.optimizers import Momentum
from lecture_kit.maths.training import Record
from lecture_kit.sections.capstone import exercises, experiments
from lecture_kit.sections.capstone.settings import (
    ALL_ON,
    LOSSES,
    OPTIMIZERS,
    TECHNIQUES,
    Settings,
    settings_from,
    with_techniques,
)
from lecture_kit.sections.capstone.splits import DATA, prepared

ON = with_techniques(TECHNIQUES, learning_rate=0.01)
QUICK = replace(ON, epochs=1)


@pytest.mark.parametrize("loss", LOSSES)
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
    plain = experiments.build_network(Settings(), 50, 2, 3)
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


SIDE_BY_SIDE = {
    "all on": ON,
    "all off": Settings(epochs=2),
    "some diverge": replace(ON, optimizer="momentum", batch_norm=False, scaling="raw",
                            init_scale=0.001, learning_rate=0.1, epochs=1),
    "batches that do not fit": replace(ON, batch_size=100, loss="squared error", epochs=1),
}


@pytest.mark.parametrize("name", SIDE_BY_SIDE)
@pytest.mark.parametrize("data", DATA)
def test_seeds_side_by_side_end_as_each_alone(name, data):
    settings = SIDE_BY_SIDE[name]
    accuracies, recalls = experiments.repeat(settings, data, n_seeds=3)
    for seed in range(3):
        *_before, (record, recall) = experiments.train_with(settings, data, seed)
        assert_array_equal(accuracies[seed], record.validation_accuracy)
        assert_array_equal(recalls[seed], recall)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("batch_size", [64, "all"])
def test_learning_rates_side_by_side_end_as_each_alone(optimizer, batch_size):
    rates = 0.001, 0.1, 10.0, 1e6
    settings = replace(ON, optimizer=optimizer, batch_size=batch_size, batch_norm=False, epochs=2)
    history = list(experiments.train_with(settings, "connections", [7] * 4, record_every=10,
                                          learning_rates=rates))
    last, recalls = history[-1]
    for number, rate in enumerate(rates):
        *_before, (record, recall) = experiments.train_with(
            replace(settings, learning_rate=rate), "connections", 7)
        assert record.diverged == last.diverged[number]
        assert_array_equal(last.validation_accuracy[number], record.validation_accuracy)
        assert_array_equal(recalls[number], recall)
    assert last.diverged[-1]
    updates = [record.update for record, _recalls in history]
    assert updates == ([0, 2] if batch_size == "all" else [0, 10, 20, 30, 38])


def test_there_are_as_many_rates_as_seeds():
    with pytest.raises(ValueError, match="one per parameter"):
        experiments.start_training(QUICK, "mail", [0, 1], learning_rates=[0.1, 0.2, 0.3])
    with pytest.raises(ValueError, match="one per parameter"):
        experiments.start_training(QUICK, "mail", 0, learning_rates=[0.1, 0.2])


def test_the_curves_are_the_records():
    history = list(experiments.train_with(QUICK, "mail", 0, record_every=30))
    curves = experiments.curves(history)
    for number, (record, recalls) in enumerate(history):
        assert curves["epochs"][number] == record.epoch
        assert curves["losses"]["training"][number] == record.training_loss
        assert curves["losses"]["validation"][number] == record.validation_loss
        assert curves["accuracies"]["training"][number] == record.training_accuracy
        assert curves["accuracies"]["validation"][number] == record.validation_accuracy
        assert curves["mean_recalls"][number] == pytest.approx((recalls[0] + recalls[1]) / 2)
    assert len(curves["epochs"]) == len(history) > 2


def test_a_training_that_diverges_has_no_recalls():
    lost = replace(Settings(), learning_rate=1e7, scaling="raw", activation="ReLU")
    *_before, (record, recall) = experiments.train_with(lost, "connections", 0)
    assert record.diverged
    assert np.isnan(recall).all()
    assert experiments.challenge_scores({"learning_rate": 1e7, "activation": "ReLU"}).min() == 0


@pytest.mark.parametrize("part", ["validation", "test"])
def test_the_nearest_row_agrees_with_scikit_learn(part):
    (known, classes), (rows, labels) = prepared("connections", "z-score", "one-hot", part)
    answers = KNeighborsClassifier(1, algorithm="brute").fit(known, classes).predict(rows)
    score = balanced_accuracy_score(labels, answers)
    assert_allclose(experiments.challenge_scores(experiments.NEAREST_ROW, part), np.full(5, score))


def test_a_choice_is_tested_on_other_rows_and_with_other_seeds(monkeypatch):
    calls = []

    def pretend(settings, data, seeds, part, record_every):
        calls.append((part, *seeds))
        recalls = np.repeat(np.array(seeds)[:, np.newaxis] / 10, 2, axis=1)
        yield Record(0, 0.0, *np.zeros((4, 5))), recalls

    monkeypatch.setattr(experiments, "train_with", pretend)
    for part, seeds in (("validation", range(5)), ("test", range(5, 10))):
        calls.clear()
        assert_allclose(experiments.challenge_scores({}, part), np.array(seeds) / 10)
        assert calls == [(part, *seeds)]
    with pytest.raises(ValueError, match="part must be one of"):
        experiments.challenge_scores({}, "training")


def test_everything_on_does_not_beat_the_nearest_row():
    assert settings_from(ALL_ON) == ON
    feedback = exercises.check_challenge(ALL_ON).feedback
    assert feedback.status == NOT_YET
    scores = experiments.challenge_scores(ALL_ON)
    (nearest, *_same) = experiments.challenge_scores(experiments.NEAREST_ROW)
    assert scores.mean() > nearest
    assert f"mean recall {scores.mean():.3f} ± {scores.std():.3f}" in feedback.text
    assert f"The nearest row has {nearest:.3f}: {sum(scores > nearest)} of 5" in feedback.text
    assert "rule of part 5: cannot tell" in feedback.text
    assert_allclose(scores, experiments.repeat(ON, "connections")[1].mean(axis=1))
