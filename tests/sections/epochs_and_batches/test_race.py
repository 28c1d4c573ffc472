"""The race of batch sizes: trainings by hand, costs by looking."""


import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import frozen

from lecture_kit.maths.activations import TANH
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.training import Record, train
from lecture_kit.sections.epochs_and_batches import experiments, race

ROWS = frozen(np.random.default_rng(1).normal(size=(12, 3)))
LABELS = frozen([0, 2, 1, 1, 3, 0, 2, 3, 1, 0, 2, 2], int)


def small_network(seed=0):
    return fully_connected((3, 5, 4), TANH, SOFTMAX_CROSS_ENTROPY, 1.0, seed)


def records_with(losses, per_epoch=4):
    return [Record(2 * i, 2 * i / per_epoch, 9.0, 0.0, loss, 0.0) for i, loss in enumerate(losses)]


def test_a_training_can_end_at_a_target():
    records = records_with([3, 2, 1, 0.5, 2])
    assert list(race.until_loss(records, 1.0)) == records[:3]
    assert list(race.until_loss(records, 0.1)) == records
    assert race.first_to_reach(records, 1.0) is records[2]
    assert race.first_to_reach(records, 0.1) is None
    assert race.first_to_reach(records_with([np.nan]), 0.1) is None


def test_until_loss_trains_no_further_than_it_must():
    network = small_network()
    records = train(network, GradientDescent(0.5), (ROWS, LABELS), (ROWS, LABELS), batch_size=4,
                    epochs=50, seed=0)
    *_, last = race.until_loss(records, 0.8)
    assert last.validation_loss <= 0.8
    assert network.evaluate(ROWS, LABELS)[0] == last.validation_loss


def test_costs_by_unit_and_the_cheapest():
    trainings = [records_with([3, 3, 3]), records_with([3, 3, 1], 8), records_with([3, 1], 1)]
    costs = race.costs_to_reach(trainings, 1.0)
    assert costs == {"updates": [None, 4, 2], "epochs": [None, 0.5, 2.0]}
    costs = race.costs_to_reach(trainings, 1.0, [1.0, 0.5, 3.0])
    assert costs["seconds"] == [None, 2.0, 6.0]
    assert [race.cheapest(values) for values in costs.values()] == [2, 1, 1]
    assert race.cheapest([None, None]) is None
    assert race.cheapest([None, 3, 3]) == 1


@pytest.mark.parametrize(("unit", "expected"), [
    ("updates", [np.nan, 80, 20, 5]), ("epochs", [np.nan, 0.4, 0.4, np.nan]),
    ("seconds", [np.nan, 80, 40, np.nan])])
def test_perfect_scaling_halves_the_updates_when_the_batch_doubles(unit, expected):
    costs = {"updates": [None, 80, 30, None], "epochs": [None, 0.4, 0.6, None],
             "seconds": [None, 80.0, 60.0, None]}
    assert_allclose(race.perfect_scaling([1, 4, 16, 64], costs, unit), expected)


def test_perfect_scaling_of_nobody_is_nothing():
    costs = {"updates": [None, None], "epochs": [None, None]}
    assert np.isnan(race.perfect_scaling([1, 4], costs, "epochs")).all()


def test_all_that_are_equally_cheap():
    assert race.all_cheapest([None, 3, 4, 3]) == [1, 3]
    assert race.all_cheapest([2.0]) == [0]
    assert race.all_cheapest([None, None]) == []


def test_a_run_trains_as_by_hand_up_to_the_target():
    expected = []
    for record in train(experiments.build_network("spambase", 2), GradientDescent(0.3),
                        *experiments.load_rows("spambase"), batch_size=16, epochs=10, seed=2,
                        record_every=2):
        expected.append(record)
        if record.validation_loss <= 0.25:
            break
    assert list(race.run("spambase", 16, 0.3, 2)) == expected
    assert 0.5 < expected[-1].epoch < 10


def test_a_batch_size_that_does_not_arrive_gives_up():
    *_, last = race.run("digits", 1, 0.3, 0)
    assert last.validation_loss > race.TARGETS["digits"]
    assert last.update == 2048
    with pytest.raises(ValueError, match=r"batch_size must be one of .*; got 2\."):
        race.run("digits", 2, 0.3, 0)


@pytest.mark.parametrize(("unit", "x"), [
    ("updates", [2, 4]), ("epochs", [0.5, 1.0]), ("seconds", [0.2, 0.4])])
def test_a_curve_leaves_out_what_a_logarithmic_axis_has_no_place_for(unit, x):
    where, losses = race.curve(records_with([3, 2, 1]), unit, 0.1)
    assert_allclose(where, x)
    assert_array_equal(losses, [2, 1])


def test_seconds_of_a_step_are_measured_once():
    updates, epochs = race.step_seconds("digits")
    assert (updates > 0).all()
    assert_allclose(epochs, updates * [1024, 256, 64, 16, 1])
    assert_array_equal(race.step_seconds("digits")[0], updates)
