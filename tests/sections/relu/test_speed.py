"""Section 08: races, against the training of single networks."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from oracles import says

from lecture_kit.maths.activations import ACTIVATIONS, RELU, SIGMOID, TANH
from lecture_kit.maths.datasets import digit_rows
from lecture_kit.maths.networks import deep_network
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.training import train
from lecture_kit.sections.relu import speed
from lecture_kit.sections.relu.speed import Run


@pytest.fixture(scope="module")
def rows():
    return digit_rows(320, z_score="these rows")


def trained_alone(activation, learning_rate, batch_size, init_scale, rows, seed):
    """Updates and losses of one network up to the target, its divergence or the 160th update."""
    network = deep_network(activation, init_scale, 3, seed, 32)
    updates, losses = [], []
    for record in train(network, GradientDescent(learning_rate), rows, batch_size=batch_size,
                        epochs=100, seed=seed, record_every=4):
        updates.append(record.update)
        losses.append(record.training_loss)
        if record.training_loss < 0.5 or record.update == 160:
            break
    return updates, losses


@pytest.mark.parametrize(("activation", "batch_size", "init_scale", "seed"), [
    (TANH, 32, 1.4, 1), (RELU, 32, 1.41, 0), (SIGMOID, 64, 4.0, 2), (RELU, 100, 3.0, 0)],
    ids=lambda value: getattr(value, "name", None))
def test_each_run_of_a_race_is_the_training_of_one_network(
        rows, activation, batch_size, init_scale, seed):
    rates = [0.1, 0.3, 3.0, 10.0]
    *_, runs = speed.race(activation, rates, batch_size, init_scale, rows, seed)
    assert [run.learning_rate for run in runs] == rates
    for run in runs:
        updates, losses = trained_alone(
            activation, run.learning_rate, batch_size, init_scale, rows, seed)
        assert run.updates == updates
        np.testing.assert_array_equal(run.losses, losses)
        assert run.is_over


def test_a_run_ends_at_its_target(rows):
    *_, (run,) = speed.race(TANH, [0.3], 32, 1.4, rows, 1)
    assert run.losses[-1] < 0.5 <= min(run.losses[:-1])
    assert run.updates_needed == run.updates[-1]
    assert not run.diverged
    before = Run(0.3, run.updates[:-1], run.losses[:-1])
    assert before.updates_needed is None
    assert not before.is_over


@pytest.mark.parametrize("batch_size", [8, 32, 100])
def test_a_run_that_does_not_arrive_ends_after_160_updates(rows, batch_size):
    *_, (run,) = speed.race(SIGMOID, [0.01], batch_size, 1.0, rows, 0)
    assert run.updates == list(range(0, 161, 4))
    assert run.is_over
    assert not run.diverged
    assert run.updates_needed is None


def test_a_run_that_diverges_ends_there_and_the_others_go_on(rows):
    *_, (lost, good) = speed.race(RELU, [10.0, 0.1], 32, 1.41, rows, 0)
    assert lost.diverged
    assert lost.is_over
    assert lost.updates_needed is None
    assert lost.updates[-1] < good.updates[-1] == good.updates_needed


def test_the_runs_of_a_race_grow_by_four_losses_until_the_last_is_over(rows):
    lengths, over = [], []
    for runs in speed.race(TANH, [0.03, 0.3], 32, 1.4, rows, 1):
        lengths.append([len(run.losses) for run in runs])
        over.append([run.is_over for run in runs])
    assert not any(map(all, over[:-1]))
    slow, quick = np.transpose(lengths)
    assert set(np.diff(slow)) == {4}
    assert slow[-1] > quick[-1] == quick[-2]


@pytest.mark.parametrize(("arguments", "pattern"), [
    ({"batch_size": 0}, says("batch_size must be at least 1", "0", "Try batch_size=32.")),
    ({"learning_rates": 0.1}, says("learning_rates must be a list", "0.1", "Try [0.1, 0.3].")),
    ({"learning_rates": [-1.0]}, says("learning_rates must be at least 0", "[-1.0]", "Try"))])
def test_a_race_refuses_at_once_what_makes_no_sense(rows, arguments, pattern):
    good = {"activation": RELU, "learning_rates": [0.1], "batch_size": 32, "init_scale": 1.0,
            "rows": rows, "seed": 0}
    with pytest.raises(ValueError, match=pattern):
        speed.race(**{**good, **arguments})


def test_updates_needed_names_the_runs_that_are_over():
    runs = [Run(0.1, [0, 4], [2.3, 0.4]), Run(0.3, [0, 4], [2.3, 0.5]),
            Run(1.0, [0, 3], [2.3, np.nan]), Run(3.0, [0, 160], [2.3, 0.6])]
    assert speed.updates_needed(runs) == {0.1: 4, 1.0: None, 3.0: None}


def test_the_quickest_of_the_rates_is_the_best_of_a_whole_race(rows):
    updates, rates = speed.quickest(TANH, speed.RATES, 32, 1.0, rows, (5, 6))
    for place, seed in enumerate((5, 6)):
        *_, runs = speed.race(TANH, speed.RATES, 32, 1.0, rows, seed)
        needed = speed.updates_needed(runs)
        assert rates[place] == speed.best_rate(needed)
        assert updates[place] == needed[rates[place]]


def test_nobody_is_quickest_where_nobody_arrives(rows):
    found = speed.quickest(SIGMOID, (0.01,), 32, 1.0, rows, (0,))
    assert np.isnan(found).all()


@pytest.mark.parametrize(("needed", "best"), [
    ({0.1: 50, 1.0: 8, 10.0: None}, 1.0), ({0.1: None, 1.0: None}, None), ({1.0: 8, 0.1: 8}, 0.1)])
def test_the_best_rate_needs_the_fewest_updates(needed, best):
    assert speed.best_rate(needed) == best


def test_scaled_updates_start_at_the_smallest_rate_that_arrived():
    rates, updates = speed.scaled_updates({0.01: None, 0.1: 60, 0.3: 25, 1.0: None})
    assert_allclose(rates, [0.1, 0.3, 1.0])
    assert_allclose(updates, [60, 20, 6])
    assert [len(part) for part in speed.scaled_updates({0.1: None})] == [0, 0]


def test_small_steps_need_updates_in_proportion_to_one_over_the_rate(rows):
    for name in ("tanh", "ReLU"):
        *_, (slow, fast) = speed.race(ACTIVATIONS[name], [0.04, 0.12], 32, 2**0.5, rows, 0)
        assert slow.updates_needed / fast.updates_needed == pytest.approx(3, rel=0.15)


def test_seconds_per_value_measures_the_shortest_call(monkeypatch):
    ticks = iter([0, 5, 10, 12, 20, 23])
    monkeypatch.setattr(speed.time, "perf_counter", lambda: next(ticks))
    seen = []
    assert speed.seconds_per_value(seen.append, np.zeros((2, 2)), n_repeats=3) == 2 / 4
    assert len(seen) == 3
