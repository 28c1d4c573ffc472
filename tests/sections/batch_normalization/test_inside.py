"""Section 07: what is seen inside a network, against plain numpy and theory."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import frozen, says

from lecture_kit.maths.activations import SIGMOID
from lecture_kit.maths.datasets import load_digits
from lecture_kit.maths.normalization import batch_normalize
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.training import train
from lecture_kit.sections.batch_normalization import experiments, inside

ROWS = frozen(np.random.default_rng(1).normal([3, -1, 0.2], [2, 0.5, 4], size=(6, 3)))


@pytest.fixture(scope="module")
def digits():
    return [(part.features[:n] / 16, part.labels[:n])
            for part, n in zip(load_digits(), (300, 200), strict=True)]


def test_looking_in_training_mode_changes_nothing():
    network = experiments.build_network("noisy BN", 0.3)
    rows = np.random.default_rng(0).normal(size=(20, 64))
    twin = experiments.build_network("noisy BN", 0.3)
    parameters = network.parameters.copy()
    first = inside.activation_inputs(network, rows)
    inside.training_logits(network, rows)
    assert_array_equal(network.layers[1].running_mean, 0)
    assert_array_equal(network.parameters, parameters)
    for one, other in zip(first, inside.activation_inputs(twin, rows), strict=True):
        assert_array_equal(one, other)
    assert_array_equal(
        inside.training_logits(network, rows), inside.training_logits(twin, rows)
    )


@pytest.mark.parametrize("is_sorted", [False, True])
def test_answers_in_batches_depend_on_the_mates(digits, is_sorted):
    networks = [experiments.build_network("with BN", 0.3, (64, 12, 10), seed=k) for k in (0, 1)]
    features, labels = digits[1]
    found = inside.accuracy_in_batches(networks, digits[1], 30, is_sorted)
    order = sorted(range(200), key=lambda row: labels[row])
    if not is_sorted:
        order = np.random.default_rng(0).permutation(200)
    z = features[order[30:60]] @ networks[1].layers[0].weights
    hidden = SIGMOID.function(batch_normalize(z)) @ networks[1].layers[3].weights
    answers = inside.training_logits(networks[1], features[order[30:60]])
    assert_allclose(answers, hidden)
    right = [inside.training_logits(networks[1], features[order[i:i + 30]]).argmax(axis=1)
             == labels[order[i:i + 30]] for i in range(0, 180, 30)]
    assert found[1] == np.mean(right)
    with pytest.raises(ValueError, match=says("batch_size must lie between 1 and 200", "201", "")):
        inside.accuracy_in_batches(networks, digits[1], 201, is_sorted)


def test_activation_inputs_are_what_goes_into_the_activations():
    network = experiments.build_network("with BN", 0.3, (3, 4, 5, 2))
    first, second = inside.activation_inputs(network, ROWS)
    z = batch_normalize(ROWS @ network.layers[0].weights)
    assert_allclose(first, z, rtol=1e-10)
    assert_allclose(second, batch_normalize(SIGMOID.function(z) @ network.layers[3].weights))
    assert second.shape == (6, 5)


def test_shares_are_counted_and_outliers_lie_in_the_outermost_bins():
    values = np.random.default_rng(0).normal(0, 3, (50, 40))
    clipped = np.clip(values, -7.999, 7.999)
    expected = np.histogram(clipped, bins=64, range=(-8, 8))[0] / values.size
    assert np.any(np.abs(values) > 8)
    assert_allclose(inside.shares_per_bin(values, -8, 8, 64), expected)
    with pytest.raises(ValueError, match=says("n_bins must be at least 1", "0", "Try n_bins=40.")):
        inside.shares_per_bin(values, -8, 8, 0)
    with pytest.raises(ValueError, match=says("high must be larger than low", "(8, 8)", "Try low")):
        inside.shares_per_bin(values, 8, 8, 5)


def test_the_pooled_deviation_follows_from_gamma_and_beta():
    rng = np.random.default_rng(0)
    scale, shift = rng.uniform(0, 2, 50), rng.normal(1, 2, 50)
    output = batch_normalize(rng.normal(3, 7, (200, 50)), scale, shift)
    assert inside.pooled_deviation(scale, shift) == pytest.approx(output.std(), rel=1e-5)


def test_mean_drift_is_measured_in_standard_deviations():
    before = np.array([[0.0, 10], [2, 30]])  # deviations 1 and 10
    after = before + np.array([3.0, -5])
    assert inside.mean_drift(before, after) == pytest.approx((3 + 0.5) / 2)


def test_a_snapshot_holds_what_the_network_shows(digits):
    network = experiments.build_network("with BN", 0.3, (64, 20, 15, 10))
    probe = digits[0][0][:50]
    for n, snapshot in enumerate(inside.watch_training(
            network, GradientDescent(0.5), *digits, probe, batch_size=60, n_updates=10,
            record_every=5, seed=0, low=-5, high=5, n_bins=20)):
        first, second = inside.activation_inputs(network, probe)
        assert snapshot.update == 5 * n
        assert_allclose(snapshot.deviations, [first.std(), second.std()])
        assert_allclose(snapshot.deviations, snapshot.expected, rtol=1e-2)
        assert_allclose(
            snapshot.shares, [inside.shares_per_bin(x, -5, 5, 20) for x in (first, second)]
        )
        assert_allclose(snapshot.percentiles, np.percentile(second[:, 0], [15, 50, 85]))
    assert n == 2
    assert snapshot.accuracy == network.evaluate(*digits[1])[1]
    plain = next(inside.watch_training(
        experiments.build_network("without BN", 0.3), GradientDescent(0.5), *digits, probe,
        batch_size=60, n_updates=0, record_every=1, seed=0))
    assert plain.expected is None


def test_the_inputs_of_a_layer_shift_without_batches_too(digits):
    network = experiments.build_network("without BN", 0.5, (64, 12, 12, 10))
    before = inside.activation_inputs(network, digits[0][0])[1]
    for _record in train(network, GradientDescent(1.0), digits[0], batch_size=300, epochs=10,
                         seed=0):
        pass
    assert inside.mean_drift(before, inside.activation_inputs(network, digits[0][0])[1]) > 0.1
