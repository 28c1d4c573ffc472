"""Section 05: one epoch of a network against single trainings."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import frozen

from lecture_kit.maths.activations import RELU
from lecture_kit.maths.initializers import he
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.optimizers import Adagrad, Adam, AdamW, GradientDescent
from lecture_kit.maths.schedules import Scheduled, cosine_decay_schedule
from lecture_kit.maths.training import learn, train
from lecture_kit.sections.adaptive_methods import experiments, one_epoch


def test_the_methods_are_the_classes_of_their_names():
    names = [name.replace("gradient descent", "GradientDescent").replace("momentum", "Momentum")
             for name in one_epoch.METHODS_FOR_NETWORKS]
    assert names == [method.__name__ for method in one_epoch.METHODS_FOR_NETWORKS.values()]
    assert list(one_epoch.METHODS_FOR_NETWORKS) == [*experiments.METHODS, "AdamW"]


@pytest.mark.parametrize(("name", "shapes", "always"), [
    ("spambase", ((3000, 57), (1200, 57)), 0.41583), ("attack_triage", ((1800, 38), (614, 38)),
                                                      0.60749)])
def test_tasks_are_scaled_by_their_training_rows(name, shapes, always):
    task = one_epoch.load_task(name)
    features, labels = task.training
    assert (features.shape, task.validation[0].shape) == shapes
    assert len(labels) == shapes[0][0]
    assert_allclose(features.mean(axis=0), 0, atol=1e-9)
    spread = features.std(axis=0)
    assert_allclose(spread[spread > 0], 1, rtol=1e-9)
    assert np.abs(task.validation[0].mean(axis=0)).max() > 1e-3
    assert task.always == pytest.approx(always, abs=1e-4)


@pytest.mark.parametrize(("name", "method", "batch_size"), [
    ("spambase", GradientDescent, 64), ("spambase", Adam, 200), ("attack_triage", AdamW, 50),
    ("attack_triage", Adagrad, 128)])
def test_many_networks_at_once_do_what_one_network_does(name, method, batch_size):
    task, rates = one_epoch.load_task(name), [0.01, 0.3, 10.0]
    epoch = one_epoch.train_one_epoch(task, method, rates, batch_size, seed=4, n_records=3)
    for run, rate in enumerate(rates):
        network = fully_connected(task.sizes, RELU, task.loss, he, 4)
        *_, last = train(network, method(rate), task.training, task.validation,
                         batch_size=batch_size, epochs=1, seed=4)
        if last.diverged:
            assert np.isnan(epoch.wrong[run])
            assert epoch.diverged[run] == last.update
            assert np.isnan(epoch.losses[-1, run])
        else:
            assert epoch.wrong[run] == pytest.approx(1 - last.validation_accuracy, abs=1e-12)
            assert epoch.diverged[run] == -1
    assert np.isnan(epoch.wrong[-1]) == (method is GradientDescent)


@pytest.mark.parametrize("method", [GradientDescent, Adam])
def test_a_rate_beside_others_gives_what_it_gives_alone(method):
    task, rates = one_epoch.load_task("spambase"), [0.003, 0.1, 10.0]
    together = one_epoch.train_one_epoch(task, method, rates, 100, seed=2)
    for run, rate in enumerate(rates):
        alone = one_epoch.train_one_epoch(task, method, [rate], 100, seed=2)
        assert_array_equal(together.epochs, alone.epochs)
        assert_array_equal(together.losses[:, run], alone.losses[:, 0])
        assert_array_equal(together.wrong[run], alone.wrong[0])
        assert together.diverged[run] == alone.diverged[0]


def test_when_all_have_diverged_the_other_records_are_blank():
    task = one_epoch.load_task("spambase")
    epoch = one_epoch.train_one_epoch(task, GradientDescent, [1e3, 1e5], 100, seed=0, n_records=6)
    assert_allclose(epoch.epochs, np.arange(1, 7) / 6)
    assert np.all((epoch.diverged >= 1) & (epoch.diverged < 30))
    assert np.isnan(epoch.losses).all()
    assert np.isnan(epoch.wrong).all()


def test_records_hold_the_mean_loss_of_the_mini_batches():
    task = one_epoch.load_task("attack_triage")
    epoch = one_epoch.train_one_epoch(task, GradientDescent, [0.1], 500, seed=1, n_records=2)
    network = fully_connected(task.sizes, RELU, task.loss, he, 1)
    order, losses = np.random.default_rng(1).permutation(1800), []
    for rows in np.split(order, [500, 1000, 1500]):
        batch = task.training[0][rows], task.training[1][rows]
        losses.append(network.evaluate(*batch)[0])
        network.parameters[:] -= 0.1 * network.compute_gradient(*batch)
    assert_allclose(epoch.losses[:, 0], [np.mean(losses[:2]), np.mean(losses[2:])], rtol=1e-9)
    assert_allclose(epoch.epochs, [1000 / 1800, 1])
    assert len(one_epoch.train_one_epoch(task, Adam, [0.1], 500, 1, n_records=99).epochs) == 4


def test_a_training_changes_no_data():
    task = one_epoch.load_task("spambase")
    features = frozen(task.training[0])
    again = type(task)((features, task.training[1]), task.validation, task.sizes, task.loss, 0.4)
    first = one_epoch.train_one_epoch(again, Adam, [0.01], 256, 0)
    assert_array_equal(first.losses, one_epoch.train_one_epoch(task, Adam, [0.01], 256, 0).losses)


def test_a_random_split_has_the_same_rows_in_another_order():
    for name in ("spambase", "attack_triage"):
        task, usual = one_epoch.load_task(name, 3), one_epoch.load_task(name)
        assert task.training[0].shape == usual.training[0].shape
        counts = [np.bincount(np.concatenate([own.training[1], own.validation[1]]))
                  for own in (task, usual)]
        assert_array_equal(*counts)
        assert_allclose(task.training[0].mean(axis=0), 0, atol=1e-9)
        assert not np.array_equal(task.training[1], usual.training[1])


def test_tuning_on_splits_trains_on_each():
    rates = [0.01, 0.1, 1.0]
    tuned = one_epoch.tune_on_splits("attack_triage", "Adam", "cosine", [2, 5], rates, 200)
    cosine = cosine_decay_schedule(9)
    for row, seed in zip(tuned.results, (2, 5), strict=True):
        task = one_epoch.load_task("attack_triage", seed)
        for wrong, rate in zip(row, rates, strict=True):
            network = fully_connected(task.sizes, RELU, task.loss, he, seed)
            *_, last = train(network, Scheduled(Adam(rate), cosine), task.training,
                             task.validation, batch_size=200, epochs=1, seed=seed)
            assert wrong == pytest.approx(1 - last.validation_accuracy, abs=1e-12)


def test_step_lengths_are_those_of_single_networks():
    task = one_epoch.load_task("attack_triage")
    lengths = one_epoch.step_lengths(task, Adam(0.02), 450, [3, 4])
    assert lengths.shape == (4, 2)
    for column, seed in zip(lengths.T, (3, 4), strict=True):
        network = fully_connected(task.sizes, RELU, task.loss, he, seed)
        before = network.parameters.copy()
        updates = learn(network, Adam(0.02), task.training, batch_size=450, epochs=1, seed=seed)
        for length, _ in zip(column, updates, strict=True):
            assert length == pytest.approx(np.abs(network.parameters - before).mean() / 0.02)
            before = network.parameters.copy()
