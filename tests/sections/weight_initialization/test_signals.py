"""Signals that go forward and back: against the slide's loop, numpy and finite differences."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import frozen, numerical_gradient, says
from scipy.special import expit

from lecture_kit.maths.activations import RELU, SIGMOID, TANH
from lecture_kit.sections.weight_initialization import signals

every_activation = pytest.mark.parametrize("activation", [SIGMOID, TANH, RELU],
                                           ids=lambda activation: activation.name)
FUNCTIONS = {"sigmoid": expit, "tanh": np.tanh, "ReLU": lambda z: np.maximum(z, 0)}


def test_normals_have_the_slides_shapes_and_come_from_the_standard_normal():
    inputs, weights, gradient = signals.draw_normals(5, 100, 0)
    assert inputs.shape == gradient.shape == (1000, 100)
    assert weights.shape == (5, 100, 100)
    for array in (inputs, weights, gradient):
        assert abs(array.mean()) < 0.02
        assert array.std() == pytest.approx(1, abs=0.02)
    assert abs(np.corrcoef(inputs.ravel(), gradient.ravel())[0, 1]) < 0.02


def test_normals_repeat_with_the_seed_only():
    first, again, other = (signals.draw_normals(2, 5, seed, n_samples=3) for seed in (1, 1, 2))
    for one, two, three in zip(first, again, other, strict=True):
        assert_array_equal(one, two)
        assert np.abs(one - three).max() > 0.1


@every_activation
def test_propagate_is_the_slides_loop(activation):
    x, normals, _ = signals.draw_normals(3, 6, 0, n_samples=4)
    logits, outputs = signals.propagate(activation, frozen(0.7 * normals), frozen(x))
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
    logits, _ = signals.propagate(activation, weights, x)
    deltas = signals.backpropagate(activation, weights, logits, frozen(back))

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
    standard_deviation, signal = signals.spread(values)
    assert standard_deviation == pytest.approx(values.std(), rel=1e-8)
    assert signal == pytest.approx(np.sqrt(values.var(axis=0).mean()), rel=1e-8)


def test_spread_of_nodes_that_are_constant_is_no_signal():
    standard_deviation, signal = signals.spread(np.tile([0.25, 0.75], (10, 1)))
    assert (standard_deviation, signal) == (0.25, 0)


def test_spread_finds_a_signal_far_smaller_than_the_mean_in_single_precision():
    rows = np.float32(1e-4) * np.random.default_rng(0).standard_normal((1000, 100))
    values = (0.5 + rows).astype(np.float32)
    assert signals.spread(values)[1] == pytest.approx(1e-4, rel=0.01)


@pytest.mark.parametrize("size", [1e-30, 1.0, 1e30])
def test_root_mean_square_bears_squares_that_its_type_does_not(size):
    values = (size * np.array([[3.0, -4.0], [0.0, 12.0]])).astype(np.float32)
    assert signals.root_mean_square(values) == pytest.approx(6.5 * size, rel=1e-6)


def test_root_mean_square_of_zeros_is_zero():
    assert signals.root_mean_square(np.zeros((2, 3))) == 0


@pytest.mark.parametrize(("activation", "values", "share"), [
    (SIGMOID, [0.005, 0.01, 0.02, 0.5, 0.98, 0.99, 1.0, 0.0], 5 / 8),
    (TANH, [-1, -0.98, -0.97, 0, 0.97, 0.98, 1, 0.5], 0.5),
    (RELU, [0, 0, 0, 1e-9, 5, 100], 0.5),
])
def test_saturated_share_counts_the_flat_parts(activation, values, share):
    assert signals.saturated_share(activation, np.array(values, float)) == share


def test_the_borders_of_saturation_are_where_4_percent_of_the_slope_are_left():
    for activation, largest in ((SIGMOID, 0.25), (TANH, 1.0)):
        borders = np.array(signals.SATURATED[activation.name])
        z = np.log(borders / (1 - borders)) if activation is SIGMOID else np.arctanh(borders)
        assert_allclose(activation.derivative(z) / largest, 4 * 0.01 * 0.99, rtol=1e-10)


@pytest.mark.parametrize(("low", "high", "n_bins"), [(0, 1, 30), (-1, 1, 30), (0, 4, 7)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_histogram_counts_as_numpy_does(low, high, n_bins, dtype):
    rng = np.random.default_rng(0)
    edges = np.linspace(low, high, n_bins + 1)
    inner = rng.uniform(low - 0.5, high + 0.5, (90, 40)).astype(dtype)
    inner = inner[np.abs(inner[..., np.newaxis] - edges).min(axis=-1) > 1e-5]
    assert_array_equal(signals.histogram(inner, low, high, n_bins),
                       np.histogram(inner, n_bins, (low, high))[0])


def test_histogram_counts_both_ends_and_nothing_beyond():
    values = np.array([[-1e30, -0.001, 0.0, 0.0], [1.0, 1.0, 1.001, 1e30]], np.float32)
    counts = signals.histogram(values, 0, 1)
    assert counts.shape == (30,)
    assert (counts[0], counts[-1], counts.sum()) == (2, 2, 4)


def test_magnitude_histogram_counts_powers_of_ten():
    values = np.array([0.0, 2e-10, -3e-10, 0.5, -50.0, 1e5, 1e-20])
    counts = signals.magnitude_histogram(values, -10, 2, 12)
    assert_array_equal(counts, [2, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1])
    assert_array_equal(
        signals.magnitude_histogram(values.astype(np.float32), -10, 2, 12), counts
    )


@pytest.mark.parametrize(("sigma", "deviation", "saturated"), [
    (1.0, 0.438, 0.5), (0.01, 0.0128, 0.0), (0.1, 0.124, 0.0)])
def test_the_slides_three_variants(sigma, deviation, saturated):
    lasts = []
    for seed in range(12):
        x, normals, _ = signals.draw_normals(5, 100, seed)
        lasts.append(signals.propagate(SIGMOID, sigma * normals, x)[1][-1])
    assert np.mean([a.std() for a in lasts]) == pytest.approx(deviation, rel=0.06)
    shares = [signals.saturated_share(SIGMOID, a) for a in lasts]
    assert np.mean(shares) == pytest.approx(saturated, abs=0.03)


# What the panel looks at


def test_a_corner_of_a_draw_holds_the_first_layers_nodes_and_rows():
    normals = signals.draw_normals(3, 20, 0, n_samples=12)
    inputs, weights, gradient = signals.cut_normals(normals, 2, 5, n_numbers=40)
    assert_array_equal(inputs, normals[0][:8, :5])
    assert_array_equal(weights, normals[1][:2, :5, :5])
    assert_array_equal(gradient, normals[2][:8, :5])
    assert signals.cut_normals(normals, 1, 20)[0].shape == (12, 20)


@pytest.mark.parametrize(("arguments", "pattern"), [
    ((4, 5), says("n_layers must lie between 1 and 3", "4", "Draw more layers.")),
    ((3, 21), says("width must lie between 1 and 20", "21", "Draw more nodes.")),
    ((3, 20, 19), says("n_numbers must be at least 20", "19", "Leave it out.")),
])
def test_a_corner_is_not_larger_than_the_draw(arguments, pattern):
    normals = signals.draw_normals(3, 20, 0, n_samples=12)
    with pytest.raises(ValueError, match=pattern):
        signals.cut_normals(normals, *arguments)


@every_activation
def test_activations_are_measured_layer_by_layer(activation):
    x, normals, _ = signals.draw_normals(3, 30, 1, n_samples=50)
    outputs = signals.propagate(activation, 0.3 * normals, x)[1]
    measured = signals.measure_activations(activation, outputs, -1.0, 4.0)
    flat = {"sigmoid": lambda a: (a <= 0.01) | (a >= 0.99), "tanh": lambda a: np.abs(a) >= 0.98,
            "ReLU": lambda a: a == 0}[activation.name]
    for layer, a in enumerate(outputs):
        shown = a[a > 0] if activation is RELU else a
        counts = np.histogram(shown, 30, (-1, 4))[0]
        assert_array_equal(measured["counts"][layer], counts)
        assert measured["means"][layer] == pytest.approx(a.mean())
        assert measured["deviations"][layer] == pytest.approx(a.std())
        assert measured["signals"][layer] == pytest.approx(np.sqrt(a.var(axis=0).mean()))
        assert measured["saturated"][layer] == pytest.approx(flat(a).mean())


def test_a_signal_below_the_rounding_of_the_mean_is_not_told():
    tiny = 0.5 + 1e-8 * np.random.default_rng(0).standard_normal((20, 3))
    assert np.isnan(signals.measure_activations(SIGMOID, [tiny], 0.0, 1.0)["signals"]).all()


def test_gradients_are_measured_layer_by_layer():
    deltas = np.random.default_rng(0).standard_normal((2, 40, 5)) * np.array([[[1.0]], [[1e-4]]])
    measured = signals.measure_gradients(list(deltas), -10.0, 2.0)
    for layer, delta in enumerate(deltas):
        counts = np.histogram(np.log10(np.abs(delta)), 30, (-10, 2))[0]
        assert_array_equal(measured["counts"][layer], counts)
        assert measured["sizes"][layer] == pytest.approx(np.sqrt(np.mean(delta**2)))
