"""Section 08: slopes, deep gradients, dying units and speed, against independent numbers."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from oracles import frozen, numerical_gradient, says
from scipy.integrate import quad
from scipy.stats import norm

from lecture_kit.maths.activations import ACTIVATIONS, ALL_ACTIVATIONS, RELU, SIGMOID, TANH, leaky
from lecture_kit.maths.datasets import digit_rows, load_digits
from lecture_kit.maths.inference import guessing
from lecture_kit.maths.networks import deep_network
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.training import Record, train
from lecture_kit.maths.trajectories import trajectory
from lecture_kit.sections.relu import experiments

every_activation = pytest.mark.parametrize(
    "activation", ALL_ACTIVATIONS.values(), ids=ALL_ACTIVATIONS)


def gaussian_mean(function, deviation):
    """Mean of a function of a number from N(0, deviation²)."""
    parts = [quad(lambda t: function(np.array(deviation * t)) * norm.pdf(t), *ends, limit=200)[0]
             for ends in ((-9, 0), (0, 9))]
    return sum(parts)


# One unit


@every_activation
@pytest.mark.parametrize("z", [-3.0, -0.4, 0.7, 2.5])
def test_measured_slope_comes_close_to_the_derivative(activation, z):
    measured = experiments.measured_slope(activation.function, np.array(z), 1e-5)
    assert measured == pytest.approx(float(activation.derivative(np.array(z))), abs=1e-9)


@pytest.mark.parametrize("step", [1e-6, 0.01, 2.0])
def test_the_slope_measured_at_a_kink_is_the_mean_of_both_sides(step):
    assert experiments.measured_slope(RELU.function, np.array(0.0), step) == pytest.approx(0.5)
    assert experiments.measured_slope(leaky(0.2).function, np.array(0.0), step) == pytest.approx(
        0.6
    )


def test_measured_slope_of_a_parabola_is_exact_and_works_on_arrays():
    assert_allclose(experiments.measured_slope(lambda z: z**2, np.array([-1.0, 3.0]), 0.5), [-2, 6])


@pytest.mark.parametrize("step", [0, -1e-3, 1e-9])
def test_measured_slope_needs_some_distance(step):
    with pytest.raises(ValueError, match=says("step must be at least 1e-08", repr(step), "Try")):
        experiments.measured_slope(np.sin, 0.0, step)


@every_activation
@pytest.mark.parametrize(("n_inputs", "init_scale"), [(1, 1.0), (100, 0.1), (25, 1.0)])
def test_mean_slope_agrees_with_an_integral(activation, n_inputs, init_scale):
    expected = gaussian_mean(activation.derivative, np.sqrt(n_inputs) * init_scale)
    assert experiments.mean_slope(activation, n_inputs, init_scale) == pytest.approx(
        expected, abs=2e-4
    )


def test_mean_slope_of_wide_inputs_shrinks_like_one_over_the_root():
    for activation in (SIGMOID, TANH):
        wide, wider = (experiments.mean_slope(activation, n, 1.0) for n in (200, 800))
        assert wide / wider == pytest.approx(2, rel=0.01)
    assert experiments.mean_slope(RELU, 1000, 1.0) == pytest.approx(0.5, abs=1e-12)


@pytest.mark.parametrize(("n_inputs", "init_scale", "rule"), [
    (0, 1.0, "n_inputs must be at least 1"), (1, -0.1, "init_scale must be at least 0")])
def test_mean_slope_refuses_what_makes_no_sense(n_inputs, init_scale, rule):
    with pytest.raises(ValueError, match=rule):
        experiments.mean_slope(RELU, n_inputs, init_scale)


def test_seconds_per_value_measures_the_shortest_call(monkeypatch):
    ticks = iter([0, 5, 10, 12, 20, 23])
    monkeypatch.setattr(experiments.time, "perf_counter", lambda: next(ticks))
    seen = []
    assert experiments.seconds_per_value(seen.append, np.zeros((2, 2)), n_repeats=3) == 2 / 4
    assert len(seen) == 3


# Many layers


def test_digit_rows_are_the_first_training_rows():
    training = load_digits()[0]
    features, labels = digit_rows(200)
    assert_allclose(features, training.features[:200] / 16)
    np.testing.assert_array_equal(labels, training.labels[:200])
    z_scores, _labels = digit_rows(200, z_score="these rows")
    varied = training.features[:200].std(axis=0) > 0
    assert_allclose(z_scores[:, varied].mean(axis=0), 0, atol=1e-12)
    assert_allclose(z_scores[:, varied].std(axis=0), 1)


def test_deep_network_has_weights_of_the_scale_it_is_told():
    network = deep_network(TANH, 1.5, 3, seed=1, width=400)
    dense = network.layers[::2]
    assert [layer.shape for layer in dense] == [(64, 400), (400, 400), (400, 400), (400, 10)]
    for layer in dense:
        assert layer.weights.std() == pytest.approx(1.5 / np.sqrt(layer.shape[0]), rel=0.03)
        assert not layer.bias.any()
    again, other = (deep_network(TANH, 1.5, 3, seed, 400) for seed in (1, 2))
    np.testing.assert_array_equal(network.parameters, again.parameters)
    assert np.abs(network.parameters - other.parameters).max() > 0.1


@pytest.mark.parametrize("activation", [SIGMOID, TANH, RELU], ids=lambda a: a.name)
def test_gradient_by_layer_agrees_with_finite_differences(activation):
    network = deep_network(activation, 2.0, 3, seed=0, width=12)
    rows = frozen(np.random.default_rng(1).random((3, 64)))
    labels = np.array([2, 0, 7])
    sizes, outputs = [], rows
    for place, layer in enumerate(network.layers[:-1]):
        outputs = layer.infer(outputs)
        if place % 2:
            def loss(values, first=place + 1):
                for later in network.layers[first:]:
                    values = later.infer(values)
                return network.loss.value(values, labels).sum()

            sizes.append(np.linalg.norm(numerical_gradient(loss, outputs, step=1e-4)))
    assert_allclose(
        experiments.gradient_by_layer(network, rows, labels), np.array(sizes) / sizes[-1], rtol=1e-6
    )


@every_activation
@pytest.mark.parametrize("init_scale", [0.5, 1.414, 4.0])
def test_layer_factors_agree_with_integrals(activation, init_scale):
    size, expected = init_scale * np.sqrt(0.3), []
    for _ in range(3):
        expected.append(
            init_scale * np.sqrt(gaussian_mean(lambda z: activation.derivative(z) ** 2, size)))
        size = init_scale * np.sqrt(gaussian_mean(lambda z: activation.function(z) ** 2, size))
    assert_allclose(experiments.layer_factors(activation, init_scale, 3, 0.3), expected, rtol=1e-3)


def test_layer_factors_work_on_many_scales():
    scales = np.array([0.1, 1.0, 30.0])
    both = experiments.layer_factors(TANH, scales, 5)
    assert both.shape == (5, 3)
    for k, scale in enumerate(scales):
        assert_allclose(both[:, k], experiments.layer_factors(TANH, scale, 5))


@pytest.mark.parametrize("init_scale", [0.1, 1.0, 2**0.5, 10.0])
@pytest.mark.parametrize("mean_square", [0.01, 1.0, 50.0])
def test_relu_multiplies_by_g_over_root_2_and_the_others_by_less_than_their_bound(
        init_scale, mean_square):
    factors = {name: experiments.layer_factors(activation, init_scale, 10, mean_square)
               for name, activation in ACTIVATIONS.items()}
    assert_allclose(factors["ReLU"], init_scale / np.sqrt(2), rtol=1e-12)
    rounding = 1 + 1e-12
    assert np.all(factors["sigmoid"] <= rounding * init_scale / 4)
    assert np.all(factors["tanh"] <= rounding * init_scale)


def test_expected_gradient_is_the_product_of_the_later_factors():
    assert_allclose(experiments.expected_gradient(np.array([9.0, 2.0, 5.0, 0.5])), [5, 2.5, 0.5, 1])
    assert_allclose(experiments.expected_gradient(np.array([3.0])), [1])


def test_mean_factor_is_the_geometric_mean():
    assert experiments.mean_factor(
        experiments.expected_gradient(np.array([9.0, 2, 8, 4]))
    ) == pytest.approx(4)


@pytest.mark.parametrize(("activation", "init_scale"), [
    (SIGMOID, 1.0), (SIGMOID, 4.0), (TANH, 1.0), (TANH, 1.4), (RELU, 1.0), (RELU, 2**0.5)])
def test_theory_predicts_a_real_network(activation, init_scale):
    rows = digit_rows(32)
    factors = experiments.layer_factors(activation, init_scale, 16, (rows[0] ** 2).mean())
    expected = experiments.mean_factor(experiments.expected_gradient(factors))
    measured = [
        experiments.mean_factor(
            experiments.gradient_by_layer(
                deep_network(activation, init_scale, 16, seed, 200), *rows
            )
        )
        for seed in range(4)
    ]
    assert np.mean(measured) == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize(("arguments", "rule"), [
    ((RELU, -1.0, 3), "init_scale must be at least 0"),
    ((RELU, 1.0, 0), "n_layers must be at least 1"),
    ((RELU, 1.0, 3, -1.0), "mean_square must be at least 0")])
def test_layer_factors_refuse_what_makes_no_sense(arguments, rule):
    with pytest.raises(ValueError, match=rule):
        experiments.layer_factors(*arguments)


# Units that die


def test_one_hidden_layer_starts_with_one_bias_and_hes_weights():
    network = experiments.one_hidden_layer(0.1, -0.7, seed=3)
    assert [layer.shape for layer in network.layers[::2]] == [(64, 100), (100, 10)]
    np.testing.assert_array_equal(network.layers[0].bias, np.full(100, -0.7))
    np.testing.assert_array_equal(network.layers[2].bias, np.zeros(10))
    assert network.layers[0].weights.std() == pytest.approx(np.sqrt(2 / 64), rel=0.03)
    assert network.layers[1].activation.function(np.array(-1.0)) == -0.1
    other = experiments.one_hidden_layer(0.0, 0.5, seed=3)
    np.testing.assert_array_equal(network.layers[0].weights, other.layers[0].weights)


@pytest.mark.parametrize("activation", [RELU, SIGMOID], ids=lambda a: a.name)
def test_activity_counts_rows_with_z_above_0(activation):
    network = deep_network(activation, 1.0, 2, seed=0, width=3)
    rows = np.random.default_rng(0).standard_normal((50, 64))
    first = rows @ network.layers[0].weights
    second = activation.function(first) @ network.layers[2].weights
    np.testing.assert_array_equal(experiments.activity(network, rows), (first > 0).mean(axis=0))
    np.testing.assert_array_equal(experiments.activity(network, rows, 2), (second > 0).mean(axis=0))


def test_a_unit_with_z_exactly_0_is_off():
    network = experiments.one_hidden_layer(0.0, 0.0, seed=0)
    network.parameters[:] = 0
    assert not experiments.activity(network, digit_rows(10)[0]).any()


@pytest.mark.parametrize("bias", [-1.0, 0.0, 0.3])
def test_expected_activity_agrees_with_many_random_units(bias):
    rows = digit_rows(100)[0]
    weights = 0.2 * np.random.default_rng(0).standard_normal((64, 20_000))
    measured = (rows @ weights + bias > 0).mean()
    assert experiments.expected_activity(bias, 0.2, rows) == pytest.approx(measured, abs=0.005)


@pytest.mark.parametrize(("init_scale", "rows", "rule"), [
    (0.0, [[1.0]], "init_scale must be positive"), (1.0, [[1.0], [0.0]], "no row of features")])
def test_expected_activity_refuses_what_makes_no_sense(init_scale, rows, rule):
    with pytest.raises(ValueError, match=rule):
        experiments.expected_activity(0.5, init_scale, rows)


@pytest.fixture(scope="module")
def rows():
    return digit_rows(256)


def test_train_and_count_is_training_with_a_look_at_the_units(rows):
    network, twin = (experiments.one_hidden_layer(0.0, -0.5, seed=1) for _ in range(2))
    seen = list(
        experiments.train_and_count(network, 0.5, rows, 2, batch_size=64, epochs=3, every=5)
    )
    plain = list(train(twin, GradientDescent(0.5), rows, batch_size=64, epochs=3, seed=2,
                       record_every=5))
    assert [record for record, _activity in seen] == plain
    np.testing.assert_array_equal(seen[-1][1], experiments.activity(twin, rows[0]))
    assert not np.array_equal(seen[0][1], seen[-1][1])


def test_training_and_counting_takes_320_updates_for_1024_rows():
    updates = [record.update for record, _activity in experiments.train_and_count(
        experiments.one_hidden_layer(0.0, 0.0, 0), 0.1, digit_rows(1024), 0)]
    assert updates == list(range(0, 321, 8))


@pytest.mark.parametrize("learning_rate", [0.3, 1.2, 3.0])
def test_a_dead_unit_of_the_first_layer_stays_dead(rows, learning_rate):
    network = experiments.one_hidden_layer(0.0, -1.0, seed=0)
    dead = np.array([activity == 0 for _record, activity in
                     experiments.train_and_count(network, learning_rate, rows, 0)])
    assert dead[0].any()
    assert np.all(dead[1:] >= dead[:-1])


def test_killing_bias_is_the_largest_that_kills(rows):
    weights = experiments.one_hidden_layer(0.0, 0.0, seed=0).layers[0].weights
    bias = experiments.killing_bias(rows[0], weights)
    assert bias.shape == (100,)
    logits = rows[0] @ weights
    assert not (logits + bias - 1e-9 > 0).any()
    assert (logits + bias + 1e-9 > 0).any(axis=0).all()


def test_killed_units_never_change_and_leaky_ones_wake(rows):
    for leak in (0.0, 0.1):
        network = experiments.one_hidden_layer(leak, 0.0, seed=0)
        first = network.layers[0].weights.copy()
        network.layers[0].bias[:] = experiments.killing_bias(rows[0], first) - 1e-6
        *_, (record, activity) = experiments.train_and_count(network, 0.5, rows, 0)
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
    expected = experiments.steps_to_wake(z[0], x, learning_rate, leak)
    assert np.argmax(z > 0) == np.floor(expected) + 1


@pytest.mark.parametrize(("z", "learning_rate", "leak", "rule"), [
    (0.0, 0.1, 0.1, "z must be less than 0"), (-1.0, 0.0, 0.1, "learning_rate must be positive"),
    (-1.0, 0.1, 0.0, "leak must be above 0"), (-1.0, 0.1, 1.5, "leak must be above 0")])
def test_steps_to_wake_refuses_what_makes_no_sense(z, learning_rate, leak, rule):
    with pytest.raises(ValueError, match=rule):
        experiments.steps_to_wake(z, [1.0], learning_rate, leak)


# Training speed


def test_a_race_is_training_that_ends_at_its_target():
    rows = digit_rows(512, z_score="these rows")
    records = list(experiments.race_records(TANH, 0.3, 32, 1.4, rows, 1))
    network = deep_network(TANH, 1.4, 3, 1, 32)
    plain = list(train(network, GradientDescent(0.3), rows, batch_size=32, epochs=15, seed=1,
                       record_every=4))
    assert records == plain[: len(records)]
    assert records[-1].training_loss < 0.5 <= records[-2].training_loss
    assert experiments.updates_needed(records) == records[-1].update
    assert experiments.updates_needed(records[:-1]) is None


@pytest.mark.parametrize("batch_size", [8, 32, 100])
def test_a_race_that_does_not_arrive_ends_after_240_updates(batch_size):
    rows = digit_rows(512, z_score="these rows")
    *_, last = experiments.race_records(SIGMOID, 0.01, batch_size, 1.0, rows, 0)
    assert last.update == 240


def test_a_race_that_diverges_ends_there():
    rows = digit_rows(512, z_score="these rows")
    records = list(experiments.race_records(RELU, 10.0, 32, 1.41, rows, 0))
    assert records[-1].diverged
    assert experiments.updates_needed(records) is None


def test_needed_by_rate_races_at_every_rate(monkeypatch):
    def race(activation, learning_rate, batch_size, init_scale, rows, seed):
        assert (activation, batch_size, init_scale, rows, seed) == (TANH, 32, 1.0, "rows", 5)
        yield Record(int(100 * learning_rate), 1.0, 0.4, 1.0, None, None)

    monkeypatch.setattr(experiments, "race_records", race)
    needed = experiments.needed_by_rate(TANH, 32, 1.0, "rows", 5)
    assert needed == {rate: int(100 * rate) for rate in experiments.RATES}


@pytest.mark.parametrize(("needed", "best"), [
    ({0.1: 50, 1.0: 8, 10.0: None}, 1.0), ({0.1: None, 1.0: None}, None), ({1.0: 8, 0.1: 8}, 0.1)])
def test_the_best_rate_needs_the_fewest_updates(needed, best):
    assert experiments.best_rate(needed) == best


def test_scaled_updates_start_at_the_smallest_rate_that_arrived():
    rates, updates = experiments.scaled_updates({0.01: None, 0.1: 60, 0.3: 25, 1.0: None})
    assert_allclose(rates, [0.1, 0.3, 1.0])
    assert_allclose(updates, [60, 20, 6])
    assert [len(part) for part in experiments.scaled_updates({0.1: None})] == [0, 0]


def test_small_steps_need_updates_in_proportion_to_one_over_the_rate():
    rows = digit_rows(512, z_score="these rows")
    for name in ("tanh", "ReLU"):
        slow, fast = (experiments.updates_needed(list(experiments.race_records(
            ACTIVATIONS[name], rate, 32, 2**0.5, rows, 0))) for rate in (0.03, 0.1))
        assert slow / fast == pytest.approx(10 / 3, rel=0.15)
