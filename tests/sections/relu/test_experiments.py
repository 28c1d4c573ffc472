"""Section 08: slopes and deep gradients, against independent numbers."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from oracles import frozen, numerical_gradient, says
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import norm

from lecture_kit.maths.activations import ACTIVATIONS, ALL_ACTIVATIONS, RELU, SIGMOID, TANH, leaky
from lecture_kit.maths.datasets import digit_rows
from lecture_kit.maths.networks import deep_network
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


def test_slope_at_compares_formula_and_measurement():
    seen = experiments.slope_at(SIGMOID, 0.7, 0.5)
    value = expit(0.7)
    assert seen == pytest.approx({"z": 0.7, "value": value, "slope": value * (1 - value),
                                  "measured": expit(1.2) - expit(0.2)}, rel=1e-12)


def test_slope_at_needs_one_place():
    with pytest.raises(ValueError, match="z must be finite, a single one"):
        experiments.slope_at(TANH, np.array([1.0, 2.0]), 0.1)


@every_activation
def test_curves_part_the_slopes_at_0_and_show_both_sides(activation):
    curves = experiments.curves(activation)
    z, slopes = curves["z"], curves["slopes"]
    assert (z[0], z[-1]) == (-5, 5)
    assert np.all(np.diff(z) > 0)
    assert_allclose(curves["values"], activation.function(z))
    np.testing.assert_array_equal(np.isnan(slopes), z == 0)
    middle = np.flatnonzero(z == 0)[0]
    for beside in (middle - 1, middle + 1):
        assert abs(z[beside]) <= 1e-8
        assert slopes[beside] == activation.derivative(z[beside : beside + 1])[0]


# Many layers


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
