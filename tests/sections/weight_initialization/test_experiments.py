"""Deep networks with first weights of many sizes: what they learn, and what survives in them."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from lecture_kit.maths.activations import RELU, SIGMOID, TANH
from lecture_kit.maths.datasets import digit_rows
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.networks import deep_network
from lecture_kit.sections.weight_initialization import experiments
from lecture_kit.sections.weight_initialization.theory import predict_survival

every_activation = pytest.mark.parametrize("activation", [SIGMOID, TANH, RELU],
                                           ids=lambda activation: activation.name)


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
    signals, gradients = predict_survival(activation, [gain], 4)
    measured = np.mean([experiments.survival(deep_network(activation, gain, 4, seed, width=200),
                                       digits) for seed in range(4)], axis=0)
    assert_allclose(measured, [signals[3, 0], gradients[3, 0]], rtol=0.3)


def test_nothing_survives_weights_of_0():
    digits = digit_rows(40, z_score="all digits")
    assert experiments.survival(deep_network(TANH, 0.0, 3, seed=0), digits) == (0, 0)


def test_train_deep_gives_every_network_of_an_ensemble_its_own_rate():
    rows, rates = digit_rows(100, z_score="all digits"), [0.01, 0.05, 1e9]
    networks = Ensemble([deep_network(TANH, 1.0, 2, seed) for seed in range(3)])
    losses = experiments.train_deep(networks, np.reshape(rates, (3, 1)), 32, 2, rows, seed=0)
    alone = [experiments.train_deep(deep_network(TANH, 1.0, 2, seed), rate, 32, 2, rows, seed=0)
             for seed, rate in enumerate(rates)]
    assert_array_equal(losses, alone)
    assert np.isnan(losses).tolist() == [False, False, True]


GAINS = (0.3, 1.4, 40.0)


@pytest.fixture(scope="module")
def digits():
    return digit_rows(230, z_score="all digits")


@pytest.mark.parametrize("batch_size", [32, 230])
def test_train_gains_ends_with_what_each_network_learns_alone(digits, batch_size):
    *_, last = experiments.train_gains(RELU, GAINS, 4, 0.02, batch_size, digits, seed=3)
    rows = digits[0].astype(np.float32), digits[1]
    for gain, loss, *survived in zip(GAINS, last.losses, last.signals, last.gradients, strict=True):
        network = deep_network(RELU, gain, 4, seed=3, dtype=np.float32)
        assert tuple(survived) == experiments.survival(network, (rows[0][:200], rows[1][:200]))
        alone = experiments.train_deep(network, 0.02, batch_size, 3, rows, seed=3)
        assert_array_equal(loss, alone)
    assert np.isnan(last.losses).tolist() == [False, False, True]


def test_train_gains_tells_its_progress_and_measures_after_each_quarter(digits):
    runs = list(experiments.train_gains(TANH, GAINS, 2, 0.02, 2, digits, seed=0))
    assert_allclose([run.progress for run in runs], np.arange(33) / 32, atol=1 / 345)
    first = deep_network(TANH, 0.3, 2, seed=0, dtype=np.float32).evaluate(*digits)[0]
    assert runs[0].losses[0] == first
    losses = [run.losses[0] for run in runs]
    changes = np.flatnonzero(np.diff(losses)) + 1
    assert_array_equal(changes, [8, 16, 24, 32])


def test_train_gains_ends_early_when_all_have_diverged(digits):
    *before, last = experiments.train_gains(RELU, (50.0, 60.0), 10, 1.0, 16, digits, seed=0)
    assert len(before) < 8
    assert (last.progress, last.lowest_loss) == (1, np.inf)
    assert np.isnan(last.losses).all()


def test_the_lowest_loss_is_that_of_a_network_that_did_not_diverge():
    losses = np.array([np.nan, 0.5, 0.25])
    assert experiments.BandRun(losses, losses, losses, 1.0).lowest_loss == 0.25
