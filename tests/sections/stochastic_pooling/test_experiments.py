"""Section 09: three poolings of one map and of one network, against theory and plain loops."""

import numpy as np
import pytest
from oracles import frozen, looped_windows, numerical_gradient

from lecture_kit.maths.datasets import load_digits, load_photograph
from lecture_kit.maths.initializers import he
from lecture_kit.maths.optimizers import Momentum
from lecture_kit.maths.pooling import POOLINGS, AveragePooling, StochasticPooling, WeightedPooling
from lecture_kit.maths.training import train
from lecture_kit.sections.stochastic_pooling.experiments import (
    average_of_passes,
    digit_images,
    digit_network,
    drawn_logit_variance,
    drawn_logits,
    dropped_logits,
    learned_filters,
    photograph_and_maps,
    pool_side_by_side,
    slopes_along,
    train_poolings,
)

KINDS = {**POOLINGS, "weighted": WeightedPooling}
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
IMAGES = frozen(np.random.default_rng(8).random((6, 1, 8, 8)))
LABELS = frozen([0, 3, 9, 1, 5, 5], int)


# A map


@pytest.mark.parametrize(("window", "stride"), [(4, 4), (4, 2), (5, 2)])
def test_three_poolings_of_a_map_agree_with_a_plain_loop(window, stride):
    pixels = np.maximum(np.random.default_rng(4).normal(-0.7, 1, size=(20, 22)), 0)
    pixels[:8, :8] = 0
    seen = pool_side_by_side(pixels, window, stride, seed=5)
    windows = looped_windows(pixels[np.newaxis, np.newaxis], window, stride)[0, 0]
    np.testing.assert_allclose(seen["max"], windows.max(axis=-1))
    np.testing.assert_allclose(seen["average"], windows.mean(axis=-1))
    total = np.where(windows.any(axis=-1), windows.sum(axis=-1), 1)
    expected = (windows**2).sum(axis=-1) / total
    variance = (windows**3).sum(axis=-1) / total - expected**2
    np.testing.assert_allclose(seen["expected"], expected)
    assert seen["noise"] == pytest.approx(np.sqrt(variance.mean()), rel=1e-12)
    assert seen["zero"] == np.mean(~windows.any(axis=-1)) > 0
    assert (windows == seen["stochastic"][..., np.newaxis]).any(axis=-1).all()
    assert seen["measured noise"] == pytest.approx(
        np.sqrt(np.mean((seen["stochastic"] - expected) ** 2)), rel=1e-12)


def test_the_noise_of_a_draw_is_what_theory_says():
    pixels = load_photograph() / 255
    seen = [pool_side_by_side(pixels, 4, 4, seed) for seed in range(20)]
    measured = np.sqrt(np.mean([s["measured noise"] ** 2 for s in seen]))
    assert measured == pytest.approx(seen[0]["noise"], rel=0.03)
    assert np.any(seen[0]["stochastic"] != seen[1]["stochastic"])
    np.testing.assert_array_equal(seen[0]["max"], seen[1]["max"])


def test_average_expected_and_max_keep_their_order():
    pixels = load_photograph() / 255
    seen = pool_side_by_side(pixels, 8, 3, 0)
    assert np.all(seen["average"] <= seen["expected"] + 1e-12)
    assert np.all(seen["expected"] <= seen["max"] + 1e-12)


# Digits


def test_digit_images_are_the_rows_as_pictures():
    digits = load_digits()[1]
    images, labels = digit_images(digits)
    assert images.shape == (1797, 1, 8, 8)
    assert (images.min(), images.max()) == (0, 1)
    np.testing.assert_array_equal(images[5, 0, 2], digits.features[5, 16:24] / 16)
    np.testing.assert_array_equal(labels, digits.labels)


def test_every_pooling_starts_from_the_same_weights():
    first, *others = (digit_network(kind, seed=3).parameters for kind in KINDS.values())
    assert first.size == 8 * 9 + 8 + 72 * 10 + 10
    for parameters in others:
        np.testing.assert_array_equal(parameters, first)
    assert np.abs(first - digit_network(AveragePooling, seed=4).parameters).max() > 0.1


def test_the_first_weights_have_hes_scale():
    wide = digit_network(AveragePooling, 0, n_filters=500)
    assert wide.layers[0].weights.std() == pytest.approx(he(9), rel=0.03)


def test_the_seed_of_a_network_is_the_seed_of_its_draws():
    maps = np.random.default_rng(0).random((2, 8, 6, 6))
    network, same = digit_network(StochasticPooling, 7), StochasticPooling(2, seed=7)
    np.testing.assert_array_equal(network.layers[2].forward(maps), same.forward(maps))


def moved(kind):
    """Build a network without a ReLU at its kink, in which some nodes fire and some do not."""
    network = digit_network(kind, 0, n_filters=3)
    network.parameters += np.random.default_rng(9).normal(
        scale=0.2, size=network.parameters.size)
    fires = network.layers[0].infer(IMAGES) > 0
    assert np.all((fires.mean(axis=(0, 2, 3)) > 0.1) & (fires.mean(axis=(0, 2, 3)) < 0.99))
    return network


@every_kind
def test_backpropagation_agrees_with_finite_differences(kind):
    network = moved(kind)
    start = network.parameters.copy()

    def loss(parameters):
        network.parameters[:] = parameters
        network.layers[2].rng = np.random.default_rng(0)
        logits = drawn_logits(network, IMAGES, 1)[0]
        return network.loss.value(logits, LABELS).mean()

    expected = numerical_gradient(loss, start, step=1e-5)
    network.parameters[:] = start
    network.layers[2].rng = np.random.default_rng(0)
    result = network.compute_gradient(IMAGES, LABELS)
    assert np.all(expected[:30] != 0), "a filter learns nothing"
    np.testing.assert_allclose(result, expected, rtol=1e-6, atol=1e-9)


@every_kind
def test_slopes_along_agree_and_leave_the_parameters_alone(kind):
    network = moved(kind)
    before = network.parameters.copy()
    way = np.random.default_rng(6).normal(size=before.size)
    measured, by_backpropagation = slopes_along(network, IMAGES, LABELS, way, seed=2)
    assert measured == pytest.approx(by_backpropagation, rel=1e-6)
    np.testing.assert_array_equal(network.parameters, before)
    network.layers[2].rng = np.random.default_rng(2)
    expected = network.compute_gradient(IMAGES, LABELS) @ way
    assert by_backpropagation == pytest.approx(expected, rel=1e-12)


def test_drawn_logits_are_fresh_passes_through_the_network():
    network = moved(StochasticPooling)
    passes = drawn_logits(network, IMAGES, 3)
    assert passes.shape == (3, 6, 10)
    assert np.any(passes[0] != passes[1])
    convolution, activation, pooling, flatten, dense = network.layers
    pooling.rng = np.random.default_rng(0)
    maps = pooling.forward(activation.infer(convolution.infer(IMAGES)))
    np.testing.assert_array_equal(passes[0], dense.infer(flatten.infer(maps)))


def test_mean_and_variance_of_drawn_logits_are_what_theory_says():
    network = moved(StochasticPooling)
    passes = drawn_logits(network, IMAGES, 4000)
    variance = drawn_logit_variance(network, IMAGES)
    off = (passes.mean(axis=0) - network.logits(IMAGES)) / np.sqrt(variance / 4000)
    assert np.abs(off).max() < 4.5
    assert off.std() == pytest.approx(1, abs=0.3)
    np.testing.assert_allclose(passes.var(axis=0), variance, rtol=0.15)


def test_mean_and_variance_of_logits_with_dropout_are_what_theory_says():
    network = moved(StochasticPooling)
    passes, variance = dropped_logits(network, IMAGES, 4000, seed=1, keep=0.7)
    off = (passes.mean(axis=0) - network.logits(IMAGES)) / np.sqrt(variance / 4000)
    assert np.abs(off).max() < 4.5
    np.testing.assert_allclose(passes.var(axis=0), variance, rtol=0.15)


def test_dropout_that_keeps_all_changes_nothing():
    network = moved(AveragePooling)
    passes, variance = dropped_logits(network, IMAGES, 2, seed=0, keep=1.0)
    np.testing.assert_allclose(passes, [network.logits(IMAGES)] * 2, rtol=1e-13)
    assert not variance.any()


@pytest.mark.parametrize("dropout", [False, True])
def test_the_average_of_passes_is_that_of_each_network(dropout):
    networks, twins = ([moved(StochasticPooling) for _ in range(2)] for _ in range(2))
    more, distance, expected = average_of_passes(networks, IMAGES, LABELS, 3, dropout)
    squares, variances = [], []
    for seed, network in enumerate(twins):
        variance = drawn_logit_variance(network, IMAGES)
        if dropout:
            passes, variance = dropped_logits(network, IMAGES, 3, seed)
        else:
            passes = drawn_logits(network, IMAGES, 3)
        mean, usual = sum(passes) / 3, network.logits(IMAGES)
        wrong = [sum(np.argmax(logits, axis=1) != LABELS) / 6 for logits in (mean, usual)]
        assert more[seed] == pytest.approx(wrong[0] - wrong[1], abs=1e-12)
        squares.append(((mean - usual) ** 2).mean())
        variances.append(variance.mean() / 3)
    assert distance == pytest.approx(np.sqrt(np.mean(squares)))
    assert expected == pytest.approx(np.sqrt(np.mean(variances)))


# Training side by side


@pytest.fixture(scope="module")
def digits():
    training, test = (digit_images(part) for part in load_digits())
    return tuple(part[:60] for part in training), tuple(part[:40] for part in test)


@pytest.mark.parametrize("name", POOLINGS)
def test_runs_side_by_side_are_single_trainings(digits, name):
    training, test = digits
    *_, last = train_poolings(training, test, 0.05, 16, (4, 9), 4, 2)
    assert list(last) == list(POOLINGS)
    for row, seed in zip(last[name], (4, 9), strict=True):
        network = digit_network(POOLINGS[name], seed)
        records = list(train(network, Momentum(0.05, 0.9), training, test, batch_size=16,
                             epochs=4, seed=seed, record_every=8))
        expected = [(1 - r.training_accuracy, 1 - r.validation_accuracy) for r in records]
        assert [r.epoch for r in records] == [0, 2, 4]
        np.testing.assert_array_equal(row, expected)


def test_runs_side_by_side_come_record_by_record(digits):
    shapes = [errors["max"].shape for errors in train_poolings(*digits, 0.05, 16, (0, 1), 6, 2)]
    assert shapes == [(2, 1, 2), (2, 2, 2), (2, 3, 2), (2, 4, 2)]


def test_runs_that_diverge_are_nan_and_the_others_go_on(digits):
    *_, last = train_poolings(*digits, 1e9, 16, (0,), 4, 1)
    for runs in last.values():
        assert np.isfinite(runs[0, 0]).all()
        assert np.isnan(runs[0, -1]).all()


def test_learned_filters_are_those_of_a_trained_network(digits):
    filters = learned_filters(digits[0], epochs=2, seed=3)
    network = digit_network(StochasticPooling, 3)
    list(train(network, Momentum(0.05, 0.9), digits[0], batch_size=16, epochs=2, seed=3))
    np.testing.assert_array_equal(filters.weights, network.layers[0].weights)
    assert np.abs(filters.weights - digit_network(StochasticPooling, 3).layers[0].weights).max() > 0


def test_maps_a_and_b_are_two_of_the_photograph():
    images, labels = digit_images(load_digits()[0])
    filters = learned_filters((images[:1000], labels[:1000]))
    photograph = load_photograph() / 255
    maps = filters.infer(photograph[np.newaxis, np.newaxis, 3:125, 3:125])[0]
    seen = photograph_and_maps()
    assert list(seen) == ["photograph", "map A", "map B"]
    np.testing.assert_array_equal(seen["photograph"], photograph[4:124, 4:124])
    np.testing.assert_array_equal(seen["map A"], np.maximum(maps[0], 0))
    np.testing.assert_array_equal(seen["map B"], np.maximum(maps[5], 0))
    assert photograph_and_maps() is seen  # the network learns once
