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


@pytest.mark.parametrize(("losses", "arrives", "ends"), [
    ([3, 1, 1, 1, 1, 1], 1, 2),  # at update 2; 1.25 · 2 = 2.5 lies before update 4
    ([3, 2, 1, 2, 1, 1, 1, 1], 4, 5),  # it touched the target at update 4 and left it
    ([3, 3, 3, 3, 3, 3, 3, 3, 1, 1, 1, 2], 8, 10),  # from 16 to 20
    ([3, 3, 3, 3, 3, 3, 3, 3, 1, 1, 2, 2], None, 11),
    ([3, 3, 3, 3, 3, 1, np.nan, 3], None, 7),
    ([3, 1, 1, 1, 5, 5], 1, 2),  # what comes after the stay does not count
    ([3, 2, 2], None, 2),
    ([1, 2], 0, 0),
])
def test_a_training_arrives_where_its_loss_comes_to_stay(losses, arrives, ends):
    records = records_with(losses)
    assert race.arrival(records, 1.0) == (None if arrives is None else records[arrives])
    assert list(race.until_it_stays(iter(records), 1.0)) == records[:ends + 1]


def test_a_long_run_says_the_same_as_the_definition():
    rng = np.random.default_rng(0)
    for _ in range(200):
        losses = rng.choice([0.5, 1.5], size=rng.integers(1, 40), p=[0.7, 0.3])
        updates = np.arange(1, len(losses) + 1) * 3
        stays = [start for start, update in enumerate(updates)
                 if 1.25 * update <= updates[-1]  # up to the first of every third update from there
                 and (losses[start:][updates[start:] < 1.25 * update + 3] <= 1).all()]
        records = [Record(u, u / 9, 9.0, 0.0, loss, 0.0)
                   for u, loss in zip(updates, losses, strict=True)]
        found = race.arrival(records, 1.0)
        assert found == (records[stays[0]] if stays else None)


def test_until_it_stays_trains_no_further_than_it_must():
    network = small_network()
    records = train(network, GradientDescent(0.5), (ROWS, LABELS), (ROWS, LABELS), batch_size=4,
                    epochs=50, seed=0)
    *_, before, last = race.until_it_stays(records, 0.8)
    assert before.validation_loss <= 0.8
    assert network.evaluate(ROWS, LABELS)[0] == last.validation_loss


def test_many_trainings_arrive_where_each_arrives_alone():
    updates = race.updates_to_arrive("spambase", 64, (0.25, 0.5), (3, 8))
    for row, rate in zip(updates, (0.25, 0.5), strict=True):
        for update, seed in zip(row, (3, 8), strict=True):
            records = list(race.run("spambase", 64, rate, seed))
            assert np.isnan(update) or race.arrival(records, 0.25).update == update
    assert np.isfinite(updates).all(axis=1).any()


def test_costs_by_unit_and_the_cheapest():
    trainings = [records_with([3, 3, 3]), records_with([3, 3, 1, 1], 8), records_with([3, 1, 1], 1)]
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


def test_a_run_trains_as_by_hand_until_it_stays():
    every = list(train(experiments.build_network("spambase", 2), GradientDescent(0.25),
                       *experiments.load_rows("spambase"), batch_size=16, epochs=4, seed=2,
                       record_every=4))
    run = list(race.run("spambase", 16, 0.25, 2))
    assert run == every[:len(run)]
    end = race.arrival(every, 0.25)
    assert all(record.validation_loss <= 0.25 for record in run[run.index(end):])
    assert run[-1].update >= 1.25 * end.update > run[-2].update
    assert run[run.index(end) - 1].validation_loss > 0.25


def test_a_batch_size_that_does_not_arrive_gives_up():
    *_, last = race.run("digits", 4, 1.0, 0)
    assert last.validation_loss > race.TARGETS["digits"]
    assert last.epoch == race.MOST_EPOCHS[4]
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
    assert_allclose(epochs, updates * [1024, 256, 64, 16, 4, 1])
    assert_array_equal(race.step_seconds("digits")[0], updates)
