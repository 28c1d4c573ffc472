"""The theory of the first weights, against SciPy's integrals, closed forms and wide networks."""

import numpy as np
import pytest
from numpy.polynomial.hermite_e import hermegauss
from numpy.testing import assert_allclose, assert_array_equal
from oracles import says
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import norm

from lecture_kit.maths.activations import RELU, SIGMOID, TANH
from lecture_kit.sections.weight_initialization import signals, theory

every_activation = pytest.mark.parametrize("activation", [SIGMOID, TANH, RELU],
                                           ids=lambda activation: activation.name)
FUNCTIONS = {"sigmoid": expit, "tanh": np.tanh, "ReLU": lambda z: np.maximum(z, 0)}
SLOPES = {"sigmoid": lambda z: expit(z) * expit(-z), "tanh": lambda z: np.cosh(z) ** -2.0,
          "ReLU": lambda z: (np.asarray(z) > 0).astype(float)}


def expectation(function, deviation):
    return quad(lambda t: function(deviation * t) * norm.pdf(t), -12, 12, points=[0], limit=400)[0]


@every_activation
@pytest.mark.parametrize(("init_scale", "width"), [(0.01, 100), (0.1, 100), (0.3, 25), (1.0, 100)])
def test_mean_field_is_the_integral_over_the_normal_distribution(activation, init_scale, width):
    phi, slope = FUNCTIONS[activation.name], SLOPES[activation.name]
    field = theory.mean_field(activation, init_scale, width, 4)
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
    field = theory.mean_field(SIGMOID, init_scale, 100, 2)
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
    field = theory.mean_field(RELU, 0.3, 50, 6)
    square = field.standard_deviation**2 + field.mean**2
    assert_allclose(square, (50 * 0.3**2 / 2) ** np.arange(1, 7), rtol=1e-6)
    assert_allclose(field.gradient[0] ** 2, (50 * 0.3**2) ** 5 / 2**6, rtol=1e-6)


def test_small_sigmoid_logits_lose_all_but_a_quarter_per_layer():
    field = theory.mean_field(SIGMOID, 1e-4, 100, 8)
    assert_allclose(field.signal, (1e-3 / 4) ** np.arange(1, 9), rtol=1e-5)
    assert_allclose(field.mean, 0.5, rtol=1e-12)


def test_small_tanh_logits_change_by_the_root_of_the_fan_times_the_scale():
    field = theory.mean_field(TANH, 1e-4, 400, 5)
    for sizes in (field.standard_deviation, field.signal):
        assert_allclose(sizes, 0.002 ** np.arange(1, 6), rtol=1e-5)
    assert_allclose(field.gradient, 0.002 ** np.arange(4, -1, -1), rtol=1e-5)


@every_activation
@pytest.mark.parametrize("init_scale", [0.03, 0.1])
def test_mean_field_agrees_with_wide_networks(activation, init_scale):
    field = theory.mean_field(activation, init_scale, 400, 4)
    runs = []
    for seed in range(4):
        x, normals, back = signals.draw_normals(4, 400, seed, n_samples=60)
        weights = init_scale * normals
        logits, outputs = signals.propagate(activation, weights, x)
        deltas = signals.backpropagate(activation, weights, logits, back)
        runs.append([[*signals.spread(a), signals.root_mean_square(d)]
                     for a, d in zip(outputs, deltas, strict=True)])
    measured = np.mean(runs, axis=0).T
    expected = [field.standard_deviation, field.signal, field.gradient]
    assert_allclose(measured, expected, rtol=0.1)


@pytest.mark.parametrize(("arguments", "pattern"), [
    ((-0.1, 10, 3), says("init_scale must be at least 0", "-0.1", "Try init_scale=0.1.")),
    ((0.1, 0, 3), says("width must be at least 1", "0", "nodes of a layer")),
    ((0.1, 10, 0), says("n_layers must be at least 1", "0", "Try n_layers=5.")),
])
def test_mean_field_refuses_impossible_networks(arguments, pattern):
    with pytest.raises(ValueError, match=pattern):
        theory.mean_field(TANH, *arguments)


def test_mean_field_takes_whole_numbers_without_overflow():
    field = theory.mean_field(RELU, 3, 200, 10)
    assert np.isfinite(field.gradient).all()
    assert field.gradient[0] > 1e12


@every_activation
def test_every_row_of_a_prediction_belongs_to_its_own_depth(activation):
    signals, gradients = theory.predict_survival(activation, [0.7, 2.0], 5)
    assert signals.shape == gradients.shape == (5, 2)
    for n_hidden in range(1, 6):
        shorter = theory.predict_survival(activation, [0.7, 2.0], n_hidden)
        assert_allclose(signals[n_hidden - 1], shorter[0][-1], rtol=1e-12)
        assert_allclose(gradients[n_hidden - 1], shorter[1][-1], rtol=1e-12)
    field = theory.mean_field(activation, 2.0 / 10, 100, 5)
    assert gradients[4, 1] == pytest.approx(field.gradient[0] / field.gradient[4], rel=1e-9)
    assert signals[4, 1] == pytest.approx(field.signal[4], rel=1e-9)


def test_the_band_holds_what_survives_both_ways():
    signals = np.array([1, 0.2, 0.05, 5, 50, 1, 1])
    gradients = np.array([1, 5, 1, 0.2, 1, 0.05, 30])
    expected = [True, True, False, True, False, False, False]
    assert_array_equal(theory.inside_band(signals, gradients), expected)
    assert theory.inside_band(signals, gradients, factor=100).all()


def test_the_band_of_relu_shrinks_around_he():
    gains = np.geomspace(0.2, 10, 300)
    widths = []
    for row in zip(*theory.predict_survival(RELU, gains, 10), strict=True):
        inside = gains[theory.inside_band(*row)]
        assert inside[0] < 2**0.5 < inside[-1]
        widths.append(inside[-1] / inside[0])
    assert np.all(np.diff(widths[1:]) < 0)
    assert widths[9] < 1.6 < 4 < widths[1]
