"""Section 03: signals, equal units and what learns, against SciPy, experiments and closed forms."""

import numpy as np
import pytest
from numpy.polynomial.hermite_e import hermegauss
from numpy.testing import assert_allclose, assert_array_equal
from oracles import frozen, numerical_gradient, says
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import norm

from lecture_kit.maths.activations import RELU, SIGMOID, TANH
from lecture_kit.maths.datasets import digit_rows, load_digits
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import deep_network, fully_connected
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.sections.weight_initialization import experiments

every_activation = pytest.mark.parametrize("activation", [SIGMOID, TANH, RELU],
                                           ids=lambda activation: activation.name)
FUNCTIONS = {"sigmoid": expit, "tanh": np.tanh, "ReLU": lambda z: np.maximum(z, 0)}
SLOPES = {"sigmoid": lambda z: expit(z) * expit(-z), "tanh": lambda z: np.cosh(z) ** -2.0,
          "ReLU": lambda z: (np.asarray(z) > 0).astype(float)}


# Signals


def test_normals_have_the_slides_shapes_and_come_from_the_standard_normal():
    inputs, weights, gradient = experiments.draw_normals(5, 100, 0)
    assert inputs.shape == gradient.shape == (1000, 100)
    assert weights.shape == (5, 100, 100)
    for array in (inputs, weights, gradient):
        assert abs(array.mean()) < 0.02
        assert array.std() == pytest.approx(1, abs=0.02)
    assert abs(np.corrcoef(inputs.ravel(), gradient.ravel())[0, 1]) < 0.02


def test_normals_repeat_with_the_seed_only():
    first, again, other = (experiments.draw_normals(2, 5, seed, n_samples=3) for seed in (1, 1, 2))
    for one, two, three in zip(first, again, other, strict=True):
        assert_array_equal(one, two)
        assert np.abs(one - three).max() > 0.1


@every_activation
def test_propagate_is_the_slides_loop(activation):
    x, normals, _ = experiments.draw_normals(3, 6, 0, n_samples=4)
    logits, outputs = experiments.propagate(activation, frozen(0.7 * normals), frozen(x))
    a = x
    for layer in range(3):
        z = np.array([[sum(row[i] * 0.7 * normals[layer, i, j] for i in range(6))
                       for j in range(6)] for row in a])
        a = FUNCTIONS[activation.name](z)
        assert_allclose(logits[layer], z, rtol=1e-12)
        assert_allclose(outputs[layer], a, rtol=1e-12)
    assert len(logits) == len(outputs) == 3


@every_activation
def test_backpropagate_agrees_with_finite_differences(activation):
    rng = np.random.default_rng(3)
    weights = [rng.normal(0.5, 1, shape) for shape in ((4, 3), (3, 5), (5, 2))]
    x, back = np.abs(rng.normal(size=(6, 4))), rng.normal(size=(6, 2))
    logits, _ = experiments.propagate(activation, weights, x)
    deltas = experiments.backpropagate(activation, weights, logits, frozen(back))

    for layer in range(3):
        def weighted_output(z, layer=layer):
            a = activation.function(z)
            for matrix in weights[layer + 1:]:
                a = activation.function(a @ matrix)
            return (a * back).sum()

        expected = numerical_gradient(weighted_output, logits[layer], step=1e-4)
        assert_allclose(deltas[layer], expected, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("shift", [0.0, 0.5, 1e6])
def test_spread_splits_the_variance_into_rows_and_nodes(shift):
    rng = np.random.default_rng(0)
    values = shift + rng.normal(size=(50, 7)) + 3 * rng.normal(size=7)
    standard_deviation, signal = experiments.spread(values)
    assert standard_deviation == pytest.approx(values.std(), rel=1e-8)
    assert signal == pytest.approx(np.sqrt(values.var(axis=0).mean()), rel=1e-8)


def test_spread_of_nodes_that_are_constant_is_no_signal():
    standard_deviation, signal = experiments.spread(np.tile([0.25, 0.75], (10, 1)))
    assert (standard_deviation, signal) == (0.25, 0)


def test_spread_finds_a_signal_far_smaller_than_the_mean_in_single_precision():
    rows = np.float32(1e-4) * np.random.default_rng(0).standard_normal((1000, 100))
    values = (0.5 + rows).astype(np.float32)
    assert experiments.spread(values)[1] == pytest.approx(1e-4, rel=0.01)


@pytest.mark.parametrize("size", [1e-30, 1.0, 1e30])
def test_root_mean_square_bears_squares_that_its_type_does_not(size):
    values = (size * np.array([[3.0, -4.0], [0.0, 12.0]])).astype(np.float32)
    assert experiments.root_mean_square(values) == pytest.approx(6.5 * size, rel=1e-6)


def test_root_mean_square_of_zeros_is_zero():
    assert experiments.root_mean_square(np.zeros((2, 3))) == 0


@pytest.mark.parametrize(("activation", "values", "share"), [
    (SIGMOID, [0.005, 0.01, 0.02, 0.5, 0.98, 0.99, 1.0, 0.0], 5 / 8),
    (TANH, [-1, -0.98, -0.97, 0, 0.97, 0.98, 1, 0.5], 0.5),
    (RELU, [0, 0, 0, 1e-9, 5, 100], 0.5),
])
def test_saturated_share_counts_the_flat_parts(activation, values, share):
    assert experiments.saturated_share(activation, np.array(values, float)) == share


def test_the_borders_of_saturation_are_where_4_percent_of_the_slope_are_left():
    for activation, largest in ((SIGMOID, 0.25), (TANH, 1.0)):
        borders = np.array(experiments.SATURATED[activation.name])
        z = np.log(borders / (1 - borders)) if activation is SIGMOID else np.arctanh(borders)
        assert_allclose(activation.derivative(z) / largest, 4 * 0.01 * 0.99, rtol=1e-10)


@pytest.mark.parametrize(("low", "high", "n_bins"), [(0, 1, 30), (-1, 1, 30), (0, 4, 7)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_histogram_counts_as_numpy_does(low, high, n_bins, dtype):
    rng = np.random.default_rng(0)
    edges = np.linspace(low, high, n_bins + 1)
    inner = rng.uniform(low - 0.5, high + 0.5, (90, 40)).astype(dtype)
    inner = inner[np.abs(inner[..., np.newaxis] - edges).min(axis=-1) > 1e-5]
    assert_array_equal(experiments.histogram(inner, low, high, n_bins),
                       np.histogram(inner, n_bins, (low, high))[0])


def test_histogram_counts_both_ends_and_nothing_beyond():
    values = np.array([[-1e30, -0.001, 0.0, 0.0], [1.0, 1.0, 1.001, 1e30]], np.float32)
    counts = experiments.histogram(values, 0, 1)
    assert counts.shape == (30,)
    assert (counts[0], counts[-1], counts.sum()) == (2, 2, 4)


def test_magnitude_histogram_counts_powers_of_ten():
    values = np.array([0.0, 2e-10, -3e-10, 0.5, -50.0, 1e5, 1e-20])
    counts = experiments.magnitude_histogram(values, -10, 2, 12)
    assert_array_equal(counts, [2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1])
    assert_array_equal(
        experiments.magnitude_histogram(values.astype(np.float32), -10, 2, 12), counts
    )


# Theory


def expectation(function, deviation):
    return quad(lambda t: function(deviation * t) * norm.pdf(t), -12, 12, points=[0], limit=400)[0]


@every_activation
@pytest.mark.parametrize(("init_scale", "width"), [(0.01, 100), (0.1, 100), (0.3, 25), (1.0, 100)])
def test_mean_field_is_the_integral_over_the_normal_distribution(activation, init_scale, width):
    phi, slope = FUNCTIONS[activation.name], SLOPES[activation.name]
    field = experiments.mean_field(activation, init_scale, width, 4)
    square, slopes = 1.0, []
    for layer in range(4):
        deviation = np.sqrt(width * init_scale**2 * square)
        mean = expectation(phi, deviation)
        square = expectation(lambda z: phi(z) ** 2, deviation)
        slopes.append(expectation(lambda z: slope(z) ** 2, deviation))
        assert field.mean[layer] == pytest.approx(mean, rel=2e-3, abs=1e-12)
        assert field.standard_deviation[layer] == pytest.approx(np.sqrt(square - mean**2), rel=2e-3)
    for layer in range(4):
        passed = np.prod(slopes[layer:]) * (width * init_scale**2) ** (3 - layer)
        assert field.gradient[layer] == pytest.approx(np.sqrt(passed), rel=5e-3)


@pytest.mark.parametrize("init_scale", [0.1, 0.4])
def test_the_signal_is_what_two_rows_do_not_share(init_scale):
    """Two layers of sigmoid: the covariance of two rows as a double integral."""
    factor = 100 * init_scale**2
    field = experiments.mean_field(SIGMOID, init_scale, 100, 2)
    variance = factor * expectation(lambda z: expit(z) ** 2, np.sqrt(factor))
    covariance = factor * 0.25  # rows share nothing but the mean 1/2 of the first layer
    t, p = hermegauss(80)
    p = p / p.sum()
    first = np.sqrt(variance) * t[:, np.newaxis]
    other = covariance / np.sqrt(variance) * t[:, np.newaxis]
    other = other + np.sqrt(variance - covariance**2 / variance) * t
    together = p @ (expit(first) * expit(other)) @ p
    square = expectation(lambda z: expit(z) ** 2, np.sqrt(variance))
    assert field.signal[1] == pytest.approx(np.sqrt(square - together), rel=1e-4)
    assert field.signal[0] == pytest.approx(field.standard_deviation[0], rel=1e-12)


def test_relu_multiplies_the_mean_square_by_half_the_fan_times_the_variance():
    field = experiments.mean_field(RELU, 0.3, 50, 6)
    square = field.standard_deviation**2 + field.mean**2
    assert_allclose(square, (50 * 0.3**2 / 2) ** np.arange(1, 7), rtol=1e-6)
    assert_allclose(field.gradient[0] ** 2, (50 * 0.3**2) ** 5 / 2**6, rtol=1e-6)


def test_small_sigmoid_logits_lose_all_but_a_quarter_per_layer():
    field = experiments.mean_field(SIGMOID, 1e-4, 100, 8)
    assert_allclose(field.signal, (1e-3 / 4) ** np.arange(1, 9), rtol=1e-5)
    assert_allclose(field.mean, 0.5, rtol=1e-12)


def test_small_tanh_logits_change_by_the_root_of_the_fan_times_the_scale():
    field = experiments.mean_field(TANH, 1e-4, 400, 5)
    for sizes in (field.standard_deviation, field.signal):
        assert_allclose(sizes, 0.002 ** np.arange(1, 6), rtol=1e-5)
    assert_allclose(field.gradient, 0.002 ** np.arange(4, -1, -1), rtol=1e-5)


@every_activation
@pytest.mark.parametrize("init_scale", [0.03, 0.1])
def test_mean_field_agrees_with_wide_networks(activation, init_scale):
    field = experiments.mean_field(activation, init_scale, 400, 4)
    runs = []
    for seed in range(4):
        x, normals, back = experiments.draw_normals(4, 400, seed, n_samples=60)
        weights = init_scale * normals
        logits, outputs = experiments.propagate(activation, weights, x)
        deltas = experiments.backpropagate(activation, weights, logits, back)
        runs.append([[*experiments.spread(a), experiments.root_mean_square(d)]
                     for a, d in zip(outputs, deltas, strict=True)])
    measured = np.mean(runs, axis=0).T
    expected = [field.standard_deviation, field.signal, field.gradient]
    assert_allclose(measured, expected, rtol=0.1)


@pytest.mark.parametrize(("sigma", "deviation", "saturated"), [
    (1.0, 0.438, 0.5), (0.01, 0.0128, 0.0), (0.1, 0.124, 0.0)])
def test_the_slides_three_variants(sigma, deviation, saturated):
    lasts = []
    for seed in range(12):
        x, normals, _ = experiments.draw_normals(5, 100, seed)
        lasts.append(experiments.propagate(SIGMOID, sigma * normals, x)[1][-1])
    assert np.mean([a.std() for a in lasts]) == pytest.approx(deviation, rel=0.06)
    shares = [experiments.saturated_share(SIGMOID, a) for a in lasts]
    assert np.mean(shares) == pytest.approx(saturated, abs=0.03)


@pytest.mark.parametrize(("arguments", "pattern"), [
    ((-0.1, 10, 3), says("init_scale must be at least 0", "-0.1", "Try init_scale=0.1.")),
    ((0.1, 0, 3), says("width must be at least 1", "0", "nodes of a layer")),
    ((0.1, 10, 0), says("n_layers must be at least 1", "0", "Try n_layers=5.")),
])
def test_mean_field_refuses_impossible_networks(arguments, pattern):
    with pytest.raises(ValueError, match=pattern):
        experiments.mean_field(TANH, *arguments)


def test_mean_field_takes_whole_numbers_without_overflow():
    field = experiments.mean_field(RELU, 3, 200, 10)
    assert np.isfinite(field.gradient).all()
    assert field.gradient[0] > 1e12


# Two equal units


@pytest.fixture(scope="module")
def rows():
    return digit_rows(60, range(4), z_score="all digits")


def test_digit_rows_are_the_first_of_their_classes_as_z_scores(rows):
    training, _ = load_digits()
    features, labels = rows
    assert features.shape == (60, 64)
    assert set(labels) == {0, 1, 2, 3}
    kept = np.isin(training.labels, [0, 1, 2, 3])
    assert_array_equal(labels, training.labels[kept][:60])
    spread = training.features.std(axis=0)
    expected = (training.features - training.features.mean(axis=0)) / np.where(spread, spread, 1)
    assert_allclose(features, expected[kept][:60], rtol=1e-10, atol=1e-12)


def test_two_units_differ_in_one_weight_only():
    network = experiments.two_units(0.25, seed=3)
    hidden, output = network.layers[0], network.layers[2]
    difference = hidden.weights[:, 1] - hidden.weights[:, 0]
    assert np.flatnonzero(difference).tolist() == [28]
    assert difference[28] == pytest.approx(0.25)
    assert_array_equal(output.weights[0], output.weights[1])
    assert np.all(hidden.bias == 0)
    fresh = fully_connected((64, 2, 4), SIGMOID, SOFTMAX_CROSS_ENTROPY, 0.125, 3)
    assert_array_equal(hidden.weights[:, 0], fresh.layers[0].weights[:, 0])


@pytest.mark.parametrize("seed", [0, 1])
def test_equal_units_stay_equal_to_the_last_bit(rows, seed):
    run = experiments.train_pair(0.0, 1.0, seed, 80, rows)
    assert_array_equal(run.weights[..., 0], run.weights[..., 1])
    assert run.losses[-1] < 0.9 * run.losses[0]
    assert np.all(run.distances == 0)


def test_train_pair_is_gradient_descent_on_all_rows(rows):
    run = experiments.train_pair(0.1, 0.5, 1, 5, rows)
    network = experiments.two_units(0.1, 1)
    descent = GradientDescent(0.5)
    for step in range(6):
        assert_allclose(run.weights[step], network.layers[0].weights, rtol=1e-9, atol=1e-12)
        assert run.losses[step] == pytest.approx(network.evaluate(*rows)[0], rel=1e-9)
        gradient = network.compute_gradient(*rows)
        network.parameters[:], _ = descent.step(network.parameters, gradient, {})


def test_distances_and_lengths_of_a_run():
    weights = np.zeros((2, 64, 2))
    weights[0, :2, 0], weights[1, 0] = [3, 4], [1, 4]
    run = experiments.PairRun(weights, np.zeros(2))
    assert_allclose(run.distances, [5, 3])
    assert_allclose(run.lengths, [2.5, 2.5])


@pytest.mark.parametrize("epsilon", [1e-5, 1e-8])
def test_a_small_difference_grows_as_theory_says(rows, epsilon):
    growth, one_unit = experiments.difference_growth(1.0, 0, 60, rows)
    run = experiments.train_pair(epsilon, 1.0, 0, 60, rows)
    assert growth[0] == pytest.approx(1, rel=1e-6)
    assert growth[-1] > 5
    assert_allclose(run.distances, epsilon * growth, rtol=5e-3)
    alone = experiments.train_pair(0.0, 1.0, 0, 60, rows)
    assert_allclose(one_unit.losses, alone.losses, rtol=1e-6)
    assert_allclose(one_unit.lengths, alone.lengths, rtol=1e-5)


def test_growth_goes_on_where_a_real_pair_has_parted(rows):
    growth, _ = experiments.difference_growth(3.0, 0, 200, rows)
    assert growth[-1] > 1e8
    assert np.isfinite(growth).all()


def test_swapping_the_units_twice_gives_the_network_back():
    network = experiments.two_units(0.5, 0)
    before = network.parameters.copy()
    order = experiments._swap_units(network)
    assert_array_equal(network.parameters, before)
    assert_array_equal(order[order], np.arange(before.size))
    network.parameters[:] = before[order]
    swapped = network.layers[0].weights
    assert swapped[28, 0] - swapped[28, 1] == pytest.approx(0.5)


@pytest.mark.parametrize(("distances", "step"), [
    ([0, 0.4, 0.6, 3], 2), ([0, 0.1, 0.2, 0.3], None), ([0.51, 0, 0, 0], 0), ([0, 0.5, 0, 0], None),
])
def test_units_have_parted_when_their_distance_is_half_their_length(distances, step):
    assert experiments.first_step_apart(np.array(distances, float), np.ones(4)) == step


# What learns


def test_deep_network_scales_every_layer_by_its_own_fan_in():
    network = deep_network(TANH, 1.5, 3, seed=0, width=200)
    shapes = [layer.shape for layer in network.layers[::2]]
    assert shapes == [(64, 200), (200, 200), (200, 200), (200, 10)]
    for layer in network.layers[::2]:
        assert layer.weights.std() == pytest.approx(1.5 / np.sqrt(layer.shape[0]), rel=0.05)
    assert network.layers[1].activation is TANH
    assert deep_network(TANH, 1, 2, 0).layers[2].shape == (50, 50)


def test_deep_network_with_another_scale_has_the_same_draw():
    first, second = (deep_network(RELU, gain, 2, seed=4) for gain in (1.0, 3.0))
    assert_allclose(second.parameters, 3 * first.parameters, rtol=1e-12)


def test_deep_network_refuses_a_negative_scale():
    with pytest.raises(ValueError, match=says("gain must be at least 0", "-1", "Try gain=1.")):
        deep_network(RELU, -1, 2, 0)


def test_train_deep_returns_the_loss_that_the_network_then_has():
    digits = digit_rows(200, z_score="all digits")
    network = deep_network(TANH, 1.0, 2, seed=0)
    before = network.evaluate(*digits)[0]
    loss = experiments.train_deep(network, 0.05, 32, 2, digits, seed=0)
    assert loss == pytest.approx(network.evaluate(*digits)[0], rel=1e-12)
    assert loss < before / 2
    slower = deep_network(TANH, 1.0, 2, seed=0)
    assert experiments.train_deep(slower, 0.0005, 32, 2, digits, seed=0) > 2 * loss


def test_train_deep_says_nan_when_it_diverges():
    network = deep_network(RELU, 9.0, 10, seed=0)
    rows = digit_rows(100, z_score="all digits")
    assert np.isnan(experiments.train_deep(network, 0.02, 32, 1, rows, seed=0))


@every_activation
def test_survival_measures_the_real_gradient(activation):
    digits = digit_rows(40, z_score="all digits")
    network = deep_network(activation, 1.3, 3, seed=2)
    signal, gradient = experiments.survival(network, digits)
    rows = [digits[0]]
    for layer in network.layers:
        rows.append(layer.forward(rows[-1]))
    assert signal == pytest.approx(np.sqrt(rows[6].var(axis=0).mean()), rel=1e-10)
    back, deltas = network.loss.gradient(rows[-1], digits[1]), []
    for layer in reversed(network.layers[1:]):
        back = layer.input_gradient(back)
        deltas.append(back)
    first, last = (np.sqrt(np.mean(deltas[i] ** 2)) for i in (-1, 1))
    assert gradient == pytest.approx(first / last, rel=1e-10)


@every_activation
@pytest.mark.parametrize("gain", [1.0, 1.4142, 3.0])
def test_survival_comes_out_as_predicted(activation, gain):
    digits = digit_rows(300, z_score="all digits")
    signals, gradients = experiments.predict_survival(activation, [gain], 4)
    measured = np.mean([experiments.survival(deep_network(activation, gain, 4, seed, width=200),
                                       digits) for seed in range(4)], axis=0)
    assert_allclose(measured, [signals[3, 0], gradients[3, 0]], rtol=0.3)


@every_activation
def test_every_row_of_a_prediction_belongs_to_its_own_depth(activation):
    signals, gradients = experiments.predict_survival(activation, [0.7, 2.0], 5)
    assert signals.shape == gradients.shape == (5, 2)
    for n_hidden in range(1, 6):
        shorter = experiments.predict_survival(activation, [0.7, 2.0], n_hidden)
        assert_allclose(signals[n_hidden - 1], shorter[0][-1], rtol=1e-12)
        assert_allclose(gradients[n_hidden - 1], shorter[1][-1], rtol=1e-12)
    field = experiments.mean_field(activation, 2.0 / 10, 100, 5)
    assert gradients[4, 1] == pytest.approx(field.gradient[0] / field.gradient[4], rel=1e-9)
    assert signals[4, 1] == pytest.approx(field.signal[4], rel=1e-9)


def test_the_band_holds_what_survives_both_ways():
    signals = np.array([1, 0.2, 0.05, 5, 50, 1, 1])
    gradients = np.array([1, 5, 1, 0.2, 1, 0.05, 30])
    expected = [True, True, False, True, False, False, False]
    assert_array_equal(experiments.inside_band(signals, gradients), expected)
    assert experiments.inside_band(signals, gradients, factor=100).all()


def test_the_band_of_relu_shrinks_around_he():
    gains = np.geomspace(0.2, 10, 300)
    widths = []
    for row in zip(*experiments.predict_survival(RELU, gains, 10), strict=True):
        inside = gains[experiments.inside_band(*row)]
        assert inside[0] < 2**0.5 < inside[-1]
        widths.append(inside[-1] / inside[0])
    assert np.all(np.diff(widths[1:]) < 0)
    assert widths[9] < 1.6 < 4 < widths[1]
