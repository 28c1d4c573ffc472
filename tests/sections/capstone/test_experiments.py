"""Networks that catch attacks, and the challenge."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose
from oracles import numerical_gradient
from sklearn.metrics import balanced_accuracy_score, recall_score

from lecture_kit.maths.layers import ActivationLayer, Dense
from lecture_kit.maths.normalization import BatchNormalization
from lecture_kit.maths.optimizers import Momentum
from lecture_kit.sections.capstone import experiments
from lecture_kit.sections.capstone.settings import (
    LOSSES,
    TECHNIQUES,
    Settings,
    with_techniques,
)

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
    experiments.start_training(replace(settings, batch_size=64), "connections", 4)
    assert seen["batch_size"] == 64


def test_recalls_agree_with_scikit_learn():
    network, records, (rows, labels) = experiments.start_training(QUICK, "connections", 0)
    *_before, last = records
    answers = network.logits(rows).argmax(axis=1)
    *_before, (record, recalls) = experiments.train_with(QUICK, "connections", 0)
    assert_allclose(recalls, recall_score(labels, answers, average=None))
    assert record.validation_accuracy == last.validation_accuracy == (answers == labels).mean()
    assert recalls.mean() == pytest.approx(balanced_accuracy_score(labels, answers))
    assert record.epoch == 1


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
