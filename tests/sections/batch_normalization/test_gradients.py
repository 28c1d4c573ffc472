"""Section 07: lengths and directions of gradients, against theory and finite differences."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from lecture_kit.maths.activations import RELU, SIGMOID
from lecture_kit.maths.datasets import load_digits
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.training import train
from lecture_kit.sections.batch_normalization import experiments, gradients, inside

ROWS = tuple(part[:60] for part in (load_digits()[0].features / 16, load_digits()[0].labels))
SIZES = (64, 12, 11, 10)


def lengths(kind, scale, activation=SIGMOID, depth=3):
    return gradients.first_layer_gradients(kind, activation, scale, depth, ROWS, (0, 1, 2))


@pytest.mark.parametrize("activation", [SIGMOID, RELU], ids=lambda a: a.name)
def test_with_normalization_the_gradient_is_inverse_to_the_init_scale(activation):
    once, ten_times = (lengths("with BN", scale, activation) for scale in (0.1, 1.0))
    assert_allclose(once, 10 * ten_times, rtol=0.02)  # but for epsilon


def test_without_it_relu_gradients_grow_with_the_scale_of_the_other_hidden_layers():
    once, twice = (lengths("without BN", scale, RELU, depth=4) for scale in (1e-4, 2e-4))
    assert_allclose(twice, 2**3 * once, rtol=1e-3)  # the output layer has a scale of its own


def test_the_length_is_that_of_finite_differences():
    network = experiments.build_network("without BN", 0.4, (64, 30, 10), seed=1)
    network.layers[-1].weights *= 30**-0.5 / 0.4
    direction = np.random.default_rng(0).normal(size=(64, 30))
    losses = []
    for step in (1e-5, -1e-5):
        network.layers[0].weights += step * direction
        losses.append(network.evaluate(*ROWS)[0])
        network.layers[0].weights -= step * direction
    network.compute_gradient(*ROWS)
    slope = (losses[0] - losses[1]) / 2e-5
    assert np.sum(network.layers[0].weights_gradient * direction) == pytest.approx(slope, rel=1e-6)
    found = gradients.first_layer_gradients("without BN", SIGMOID, 0.4, 1, ROWS, (1,))
    assert found == pytest.approx(np.linalg.norm(network.layers[0].weights_gradient))


@pytest.mark.parametrize("kind", experiments.KINDS)
def test_a_tiny_step_does_not_turn_the_gradient_whatever_the_noise(kind):
    def build():
        return [experiments.build_network(kind, 0.7, SIZES, seed=seed) for seed in (0, 1)]

    parameters = Ensemble(build()).parameters
    losses, cosines = gradients.look_ahead(build, parameters, [1e-7, 3.0], ROWS)
    assert losses.shape == (2,)
    assert cosines.shape == (2, 2)
    assert_allclose(cosines[0], 1, atol=1e-6)
    assert cosines[1].max() < 0.99
    network = build()[1]
    before = network.compute_gradient(*ROWS).copy()
    network = build()[1]
    network.parameters -= 3.0 * before
    after = network.compute_gradient(*ROWS)
    expected = before @ after / np.linalg.norm(before) / np.linalg.norm(after)
    assert cosines[1, 1] == pytest.approx(expected)


def test_what_is_watched_is_what_single_networks_show():
    data = ROWS[0][:50], ROWS[1][:50]
    watched = gradients.watch_gradients("noisy BN", 0.5, [0.5, 1.0], data, data, (0, 1),
                                        n_updates=2, every=2, sizes=SIZES)
    assert watched.cosines.shape == (2, 2)
    assert np.isnan(watched.cosines).all()  # the loss is still above 1
    scale = experiments.gradient_keeping_scale(SIGMOID, 12)
    network = experiments.build_network("noisy BN", scale, SIZES, seed=1)
    before = inside.activation_inputs(network, data[0])
    *_, last = train(network, GradientDescent(0.5), data, data, batch_size=60, epochs=2, seed=1)
    after = inside.activation_inputs(network, data[0])
    assert_allclose(watched.shift[:, 1], list(map(inside.mean_drift, before, after)))
    assert watched.accuracies[1] == last.validation_accuracy


def test_only_looks_with_a_small_loss_count():
    counts = np.array([[True, False], [False, False], [True, False]])
    values = np.arange(12.0).reshape(3, 2, 2)
    found = gradients._mean_where(counts[:, np.newaxis], values)
    assert_array_equal(found, [[4.0, np.nan], [6.0, np.nan]])
