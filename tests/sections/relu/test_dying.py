"""Section 08: units that die, and how to wake them, against independent numbers."""

import numpy as np
import pytest

from lecture_kit.maths.activations import RELU, SIGMOID, leaky
from lecture_kit.maths.datasets import digit_rows
from lecture_kit.maths.inference import guessing
from lecture_kit.maths.networks import deep_network
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.training import train
from lecture_kit.maths.trajectories import trajectory
from lecture_kit.sections.relu import dying


def test_one_hidden_layer_starts_with_one_bias_and_hes_weights():
    network = dying.one_hidden_layer(0.1, -0.7, seed=3)
    assert [layer.shape for layer in network.layers[::2]] == [(64, 100), (100, 10)]
    np.testing.assert_array_equal(network.layers[0].bias, np.full(100, -0.7))
    np.testing.assert_array_equal(network.layers[2].bias, np.zeros(10))
    assert network.layers[0].weights.std() == pytest.approx(np.sqrt(2 / 64), rel=0.03)
    assert network.layers[1].activation.function(np.array(-1.0)) == -0.1
    other = dying.one_hidden_layer(0.0, 0.5, seed=3)
    np.testing.assert_array_equal(network.layers[0].weights, other.layers[0].weights)


@pytest.mark.parametrize("activation", [RELU, SIGMOID], ids=lambda a: a.name)
def test_activity_counts_rows_with_z_above_0(activation):
    network = deep_network(activation, 1.0, 2, seed=0, width=3)
    rows = np.random.default_rng(0).standard_normal((50, 64))
    first = rows @ network.layers[0].weights
    second = activation.function(first) @ network.layers[2].weights
    np.testing.assert_array_equal(dying.activity(network, rows), (first > 0).mean(axis=0))
    np.testing.assert_array_equal(dying.activity(network, rows, 2), (second > 0).mean(axis=0))


def test_a_unit_with_z_exactly_0_is_off():
    network = dying.one_hidden_layer(0.0, 0.0, seed=0)
    network.parameters[:] = 0
    assert not dying.activity(network, digit_rows(10)[0]).any()


@pytest.mark.parametrize("bias", [-1.0, 0.0, 0.3])
def test_expected_activity_agrees_with_many_random_units(bias):
    rows = digit_rows(100)[0]
    weights = 0.2 * np.random.default_rng(0).standard_normal((64, 20_000))
    measured = (rows @ weights + bias > 0).mean()
    assert dying.expected_activity(bias, 0.2, rows) == pytest.approx(measured, abs=0.005)


@pytest.mark.parametrize(("init_scale", "rows", "rule"), [
    (0.0, [[1.0]], "init_scale must be positive"), (1.0, [[1.0], [0.0]], "no row of features")])
def test_expected_activity_refuses_what_makes_no_sense(init_scale, rows, rule):
    with pytest.raises(ValueError, match=rule):
        dying.expected_activity(0.5, init_scale, rows)


@pytest.fixture(scope="module")
def rows():
    return digit_rows(256)


def test_train_and_count_is_training_with_a_look_at_the_units(rows):
    network, twin = (dying.one_hidden_layer(0.0, -0.5, seed=1) for _ in range(2))
    seen = list(
        dying.train_and_count(network, 0.5, rows, 2, batch_size=64, epochs=3, every=5)
    )
    plain = list(train(twin, GradientDescent(0.5), rows, batch_size=64, epochs=3, seed=2,
                       record_every=5))
    assert [record for record, _activity in seen] == plain
    np.testing.assert_array_equal(seen[-1][1], dying.activity(twin, rows[0]))
    assert not np.array_equal(seen[0][1], seen[-1][1])


def test_training_and_counting_takes_320_updates_for_1024_rows():
    updates = [record.update for record, _activity in dying.train_and_count(
        dying.one_hidden_layer(0.0, 0.0, 0), 0.1, digit_rows(1024), 0)]
    assert updates == list(range(0, 321, 8))


def test_the_ends_of_many_networks_are_those_of_each_alone(rows):
    def build():
        return [dying.one_hidden_layer(0.01, -1.0, seed=seed) for seed in range(3)]

    off, accuracies = dying.ends(build(), 1.0, rows)
    for seed, network in enumerate(build()):
        *_, (record, activity) = dying.train_and_count(network, 1.0, rows, seed)
        assert off[seed] == np.sum(activity == 0)
        assert accuracies[seed] == record.training_accuracy


def test_an_end_that_has_diverged_is_nan(rows):
    _off, accuracies = dying.ends([dying.one_hidden_layer(0.1, 0.0, seed=0)], 50.0, rows)
    assert np.isnan(accuracies).all()


def test_died_and_woke_counts_units_of_the_last_layer(rows):
    died, woke = dying.died_and_woke(2, rows, (3, 4))
    for place, seed in enumerate((3, 4)):
        network = deep_network(RELU, 2**0.5, 2, seed, 60)
        network.layers[2].bias[:] = -0.5
        seen = []
        for _record in train(network, GradientDescent(0.1), rows, batch_size=32, epochs=10,
                             seed=seed):
            first = np.maximum(network.layers[0].infer(rows[0]), 0)
            seen.append((network.layers[2].infer(first) <= 0).all(axis=0))
        assert died[place] == sum(map(any, zip(*seen, strict=True)))
        assert woke[place] == sum(any(unit) and not unit[-1] for unit in zip(*seen, strict=True))
    assert woke.any()


def test_nobody_wakes_in_the_first_layer(rows):
    died, woke = dying.died_and_woke(1, rows, (0, 1))
    assert died.all()
    assert not woke.any()


def test_a_course_lines_up_what_was_seen(rows):
    network = dying.one_hidden_layer(0.0, -0.5, seed=1)
    seen = list(dying.train_and_count(network, 0.5, rows, 2, epochs=2))
    course = dying.course(seen)
    assert set(course) == {"updates", "off", "accuracies", "shares_on"}
    for place, (record, activity) in enumerate(seen):
        assert course["updates"][place] == record.update == 8 * place
        assert course["off"][place] == len([unit for unit in activity if not unit])
        assert course["accuracies"][place] == record.training_accuracy
        assert course["shares_on"][place] == pytest.approx(sum(activity) / 100)


@pytest.mark.parametrize("learning_rate", [0.3, 1.2, 3.0])
def test_a_dead_unit_of_the_first_layer_stays_dead(rows, learning_rate):
    network = dying.one_hidden_layer(0.0, -1.0, seed=0)
    dead = np.array([activity == 0 for _record, activity in
                     dying.train_and_count(network, learning_rate, rows, 0)])
    assert dead[0].any()
    assert np.all(dead[1:] >= dead[:-1])


def test_killing_bias_is_the_largest_that_kills(rows):
    weights = dying.one_hidden_layer(0.0, 0.0, seed=0).layers[0].weights
    bias = dying.killing_bias(rows[0], weights)
    assert bias.shape == (100,)
    logits = rows[0] @ weights
    assert not (logits + bias - 1e-9 > 0).any()
    assert (logits + bias + 1e-9 > 0).any(axis=0).all()


def test_killed_units_never_change_and_leaky_ones_wake(rows):
    for leak in (0.0, 0.1):
        network = dying.one_hidden_layer(leak, 0.0, seed=0)
        first = network.layers[0].weights.copy()
        network.layers[0].bias[:] = dying.killing_bias(rows[0], first) - 1e-6
        *_, (record, activity) = dying.train_and_count(network, 0.5, rows, 0)
        if leak:
            assert np.sum(activity == 0) < 80
            assert record.training_accuracy > 0.7
        else:
            np.testing.assert_array_equal(network.layers[0].weights, first)
            assert not activity.any()
            assert record.training_accuracy <= guessing(rows[1])[1]


def test_the_best_constant_answer_is_the_most_frequent_class():
    assert guessing(np.array([3, 1, 3, 0, 3, 1]))[1] == 0.5


@pytest.mark.parametrize("leak", [0.02, 0.5, 1.0])
def test_steps_to_wake_agrees_with_gradient_descent(leak):
    x, learning_rate = np.array([0.5, -1.0, 2.0]), 0.05
    row = np.array([*x, 1.0])

    def gradient(point):
        return -leaky(leak).derivative(point @ row) * row

    z = trajectory(gradient, GradientDescent(learning_rate), [-1.0, 0, 0, -0.3], 400) @ row
    expected = dying.steps_to_wake(z[0], x, learning_rate, leak)
    assert np.argmax(z > 0) == np.floor(expected) + 1


@pytest.mark.parametrize(("z", "learning_rate", "leak", "rule"), [
    (0.0, 0.1, 0.1, "z must be less than 0"), (-1.0, 0.0, 0.1, "learning_rate must be positive"),
    (-1.0, 0.1, 0.0, "leak must be above 0"), (-1.0, 0.1, 1.5, "leak must be above 0")])
def test_steps_to_wake_refuses_what_makes_no_sense(z, learning_rate, leak, rule):
    with pytest.raises(ValueError, match=rule):
        dying.steps_to_wake(z, [1.0], learning_rate, leak)
