"""Networks against scikit-learn, layer by layer by hand, and finite differences."""

import re

import numpy as np
import pytest
from oracles import frozen, numerical_gradient, says
from scipy.special import expit, log_expit, log_softmax, softmax
from scipy.stats import kstest, norm
from sklearn.neural_network import MLPClassifier

from lecture_kit.maths.activations import ACTIVATIONS, RELU, SIGMOID, TANH
from lecture_kit.maths.initializers import he, xavier
from lecture_kit.maths.layers import ActivationLayer, Dense
from lecture_kit.maths.network_losses import CROSS_ENTROPY, SOFTMAX_CROSS_ENTROPY, SQUARED_ERROR
from lecture_kit.maths.networks import Network, deep_network, fully_connected

ROWS = frozen(np.random.default_rng(1).normal(size=(6, 3)))
BINARY_LABELS = frozen([0, 1, 1, 0, 1, 0], int)
CLASS_LABELS = frozen([0, 2, 1, 1, 3, 0], int)
CASES = {"squared error": (SQUARED_ERROR, 1, BINARY_LABELS),
         "cross entropy": (CROSS_ENTROPY, 1, BINARY_LABELS),
         "softmax cross entropy": (SOFTMAX_CROSS_ENTROPY, 4, CLASS_LABELS)}
every_loss = pytest.mark.parametrize(("loss", "n_outputs", "labels"), CASES.values(), ids=CASES)
every_activation = pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=ACTIVATIONS)


def random_network(sizes, activation, loss, dtype=np.float64):
    """Build a network whose biases are random too."""
    network = fully_connected(sizes, activation, loss, 1.0, 0, dtype)
    network.parameters[:] = np.random.default_rng(2).normal(scale=0.8, size=network.parameters.size)
    return network


# Losses of networks


@every_loss
def test_loss_gives_one_error_per_row(loss, n_outputs, labels):
    logits = np.random.default_rng(4).normal(size=(6, n_outputs))
    z, y = logits[:, 0], labels
    expected = {"squared error": (y - expit(z)) ** 2 / 2,
                "cross entropy": np.where(y == 1, -log_expit(z), -log_expit(-z)),
                "softmax cross entropy": -log_softmax(logits, axis=1)[range(6), y % n_outputs]}
    np.testing.assert_allclose(loss.value(logits, labels), expected[loss.name], rtol=1e-12)


@every_loss
def test_loss_gradient_has_one_row_per_sample(loss, n_outputs, labels):
    logits = np.random.default_rng(4).normal(size=(6, n_outputs))
    expected = numerical_gradient(lambda z: loss.value(z, labels).sum(), logits)
    np.testing.assert_allclose(loss.gradient(logits, labels), expected, rtol=1e-8, atol=1e-11)


@every_loss
def test_loss_stays_in_float32(loss, n_outputs, labels):
    logits = np.zeros((6, n_outputs), np.float32)
    assert loss.value(logits, labels).dtype == np.float32
    assert loss.gradient(logits, labels).dtype == np.float32


@pytest.mark.parametrize("loss", [SQUARED_ERROR, CROSS_ENTROPY], ids=lambda loss: loss.name)
def test_one_output_predicts_class_1_above_one_half(loss):
    logits = np.array([[-3.0], [-1e-9], [0.0], [1e-9], [3.0]])
    np.testing.assert_array_equal(loss.predict(logits), [0, 0, 0, 1, 1])


def test_softmax_predicts_the_largest_logit():
    logits = np.array([[1.0, 3, 2], [5, -1, 0], [-3, -2, -1]])
    np.testing.assert_array_equal(SOFTMAX_CROSS_ENTROPY.predict(logits), [1, 0, 2])


@pytest.mark.parametrize("loss", [SQUARED_ERROR, CROSS_ENTROPY], ids=lambda loss: loss.name)
def test_a_loss_of_one_output_refuses_a_network_with_two(loss):
    def measure():
        network = fully_connected((3, 4, 2), RELU, loss, 1.0, 0)
        network.compute_gradient(ROWS, BINARY_LABELS)

    pattern = says("a binary loss needs a network with one output", "2", "SOFTMAX_CROSS_ENTROPY")
    with pytest.raises(ValueError, match=pattern):
        measure()


@every_loss
@pytest.mark.parametrize("bad", [[0, 4], [-1, 0], [0.0, 1.0]])
def test_labels_that_name_no_class_are_refused(loss, n_outputs, labels, bad):
    network = random_network((3, 4, n_outputs), RELU, loss)
    highest = 1 if n_outputs == 1 else 3
    pattern = (rf"labels must hold whole numbers from 0 to {highest}; got {re.escape(repr(bad))}\. "
               rf"There are {highest + 1}")
    for ask in (network.check, network.compute_gradient, network.evaluate):
        with pytest.raises(ValueError, match=pattern):
            ask(ROWS[:2], bad)


@every_loss
@pytest.mark.parametrize(("bad", "pattern"), [
    (np.zeros((0, 3)), "features must hold at least 1 row"),
    (np.zeros(3), "features must hold at least 1 row"),
    ([[0.0, np.nan, 0.0]], "features must be finite"),
    ([[0.0, np.inf, 0.0]], "features must be finite"),
    ([["a", "b", "c"]], "features must hold real numbers"),
])
def test_rows_that_are_no_numbers_are_refused(loss, n_outputs, labels, bad, pattern):
    network = random_network((3, 4, n_outputs), RELU, loss)
    for ask in (network.check, network.compute_gradient, network.evaluate):
        with pytest.raises(ValueError, match=pattern):
            ask(bad, labels[: len(bad)])


@every_loss
def test_fewer_labels_than_rows_are_refused(loss, n_outputs, labels):
    network = random_network((3, 4, n_outputs), RELU, loss)
    for ask in (network.check, network.compute_gradient, network.evaluate):
        with pytest.raises(ValueError, match=r"one class number per row; got \(1,\)\. There are 6"):
            ask(ROWS, labels[:1])


@pytest.mark.parametrize(("loss", "n_outputs", "labels"), [
    CASES["cross entropy"], CASES["softmax cross entropy"]], ids=["cross entropy", "softmax"])
def test_weights_that_are_too_large_give_a_loss_that_is_not_finite(loss, n_outputs, labels):
    network = random_network((3, 4, n_outputs), RELU, loss, np.float32)
    network.parameters *= 1e30
    assert not np.isfinite(network.evaluate(ROWS, labels)[0])


@every_loss
def test_a_loss_cannot_be_changed(loss, n_outputs, labels):
    with pytest.raises(AttributeError, match="cannot assign"):
        loss.name = "hinge"


# Whole networks


@pytest.mark.parametrize(("activation", "name"), [(SIGMOID, "logistic"), (TANH, "tanh"),
                                                  (RELU, "relu")])
@pytest.mark.parametrize(("n_outputs", "labels"), [(1, BINARY_LABELS), (4, CLASS_LABELS)])
def test_probabilities_agree_with_scikit_learn(activation, name, n_outputs, labels):
    loss = CROSS_ENTROPY if n_outputs == 1 else SOFTMAX_CROSS_ENTROPY
    network = random_network((3, 5, 4, n_outputs), activation, loss)
    model = MLPClassifier((5, 4), activation=name)
    model.partial_fit(ROWS, labels, classes=np.unique(labels))  # only to give it its shape
    model.coefs_ = [layer.weights for layer in network.layers[::2]]
    model.intercepts_ = [layer.bias for layer in network.layers[::2]]
    logits = network.logits(ROWS)
    ours = np.hstack([expit(-logits), expit(logits)]) if n_outputs == 1 else softmax(logits, axis=1)
    np.testing.assert_allclose(ours, model.predict_proba(ROWS), rtol=1e-12)
    np.testing.assert_array_equal(loss.predict(logits), model.predict(ROWS))


@every_activation
@every_loss
@pytest.mark.parametrize("hidden", [(), (4,), (5, 4)], ids=["neuron", "1 hidden", "2 hidden"])
def test_backpropagation_agrees_with_finite_differences(activation, loss, n_outputs, labels,
                                                        hidden):
    network = random_network((3, *hidden, n_outputs), activation, loss)
    gradient = network.compute_gradient(ROWS, labels).copy()

    def mean_loss(parameters):
        network.parameters[:] = parameters
        return network.evaluate(ROWS, labels)[0]

    expected = numerical_gradient(mean_loss, network.parameters.copy(), step=1e-4)
    np.testing.assert_allclose(gradient, expected, rtol=1e-7, atol=1e-10)


@every_loss
def test_gradient_is_the_mean_over_the_batch(loss, n_outputs, labels):
    network = random_network((3, 4, n_outputs), TANH, loss)
    single = [network.compute_gradient(ROWS[[i]], labels[[i]]).copy() for i in range(6)]
    whole = network.compute_gradient(ROWS, labels)
    np.testing.assert_allclose(whole, np.mean(single, axis=0), rtol=1e-12, atol=1e-15)


@every_loss
def test_gradient_is_replaced_not_added_up(loss, n_outputs, labels):
    network = random_network((3, 4, n_outputs), RELU, loss)
    first = network.compute_gradient(ROWS, labels).copy()
    second = network.compute_gradient(ROWS, labels)
    np.testing.assert_array_equal(first, second)
    assert second is network.gradient


@every_loss
def test_evaluate_gives_mean_loss_and_accuracy(loss, n_outputs, labels):
    network = random_network((3, 4, n_outputs), RELU, loss)
    measured, accuracy = network.evaluate(ROWS, labels)
    logits = network.logits(ROWS)
    right = [loss.predict(logits[[i]])[0] == labels[i] for i in range(6)]
    single = [loss.value(logits[[i]], labels[[i]])[0] for i in range(6)]
    assert measured == pytest.approx(np.mean(single), rel=1e-12)
    assert accuracy == pytest.approx(sum(right) / 6, rel=1e-12)
    assert type(measured) is type(accuracy) is float


def test_accuracy_is_a_share():
    network = Network([Dense(1, 1)], CROSS_ENTROPY)
    network.parameters[:] = [1, 0]  # z = x
    rows = np.array([[-2.0], [-1.0], [1.0], [2.0]])
    assert network.evaluate(rows, np.array([0, 1, 1, 1]))[1] == 0.75


def test_evaluate_changes_nothing():
    network = random_network((3, 4, 1), RELU, CROSS_ENTROPY)
    network.compute_gradient(ROWS, BINARY_LABELS)
    before = network.parameters.copy(), network.gradient.copy()
    remembered = [layer.x for layer in network.layers]
    network.evaluate(ROWS[:2] + 1, BINARY_LABELS[:2])
    np.testing.assert_array_equal(network.parameters, before[0])
    np.testing.assert_array_equal(network.gradient, before[1])
    assert all(layer.x is x for layer, x in zip(network.layers, remembered, strict=True))


def test_layers_hold_views_of_the_flat_arrays():
    network = random_network((3, 4, 2), RELU, SOFTMAX_CROSS_ENTROPY)
    first, last = network.layers[0], network.layers[2]
    flat = [first.weights.ravel(), first.bias, last.weights.ravel(), last.bias]
    np.testing.assert_array_equal(np.concatenate(flat), network.parameters)
    for part in (first.weights, first.bias, last.weights, last.bias):
        assert np.shares_memory(part, network.parameters)
    for part in (first.weights_gradient, last.bias_gradient):
        assert np.shares_memory(part, network.gradient)


def test_parameters_and_gradient_start_at_0():
    network = Network([Dense(2, 3), ActivationLayer(RELU), Dense(3, 1)], CROSS_ENTROPY)
    np.testing.assert_array_equal(network.parameters, np.zeros(13))
    np.testing.assert_array_equal(network.gradient, np.zeros(13))


@every_loss
def test_float32_network_computes_in_float32(loss, n_outputs, labels):
    network = random_network((3, 4, n_outputs), TANH, loss, np.float32)
    double = random_network((3, 4, n_outputs), TANH, loss)
    assert network.logits(ROWS).dtype == network.compute_gradient(ROWS, labels).dtype == np.float32
    np.testing.assert_allclose(network.logits(ROWS), double.logits(ROWS), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(network.compute_gradient(ROWS, labels),
                               double.compute_gradient(ROWS, labels), rtol=1e-4, atol=1e-6)


def test_integer_features_are_enough():
    network = random_network((3, 4, 1), RELU, CROSS_ENTROPY)
    rows = np.arange(6).reshape(2, 3)
    np.testing.assert_array_equal(network.logits(rows), network.logits(rows.astype(float)))


# Building


def test_fully_connected_puts_an_activation_between_dense_layers():
    network = fully_connected((64, 100, 20, 10), TANH, SOFTMAX_CROSS_ENTROPY, he, 0)
    kinds = [Dense, ActivationLayer, Dense, ActivationLayer, Dense]
    assert [type(layer) for layer in network.layers] == kinds
    assert [layer.shape for layer in network.layers[::2]] == [(64, 100), (100, 20), (20, 10)]
    assert all(layer.activation is TANH for layer in network.layers[1::2])
    assert network.loss is SOFTMAX_CROSS_ENTROPY
    assert network.parameters.shape == (64 * 100 + 100 + 100 * 20 + 20 + 20 * 10 + 10,)


def test_a_single_neuron_has_no_hidden_layer():
    assert len(fully_connected((57, 1), RELU, CROSS_ENTROPY, 0.1, 0).layers) == 1


def test_weights_are_normal_with_the_given_scale_and_biases_0():
    layer = fully_connected((500, 500), RELU, SOFTMAX_CROSS_ENTROPY, 0.3, 0).layers[0]
    assert layer.weights.std() == pytest.approx(0.3, rel=0.005)
    assert kstest(layer.weights.ravel(), norm(0, 0.3).cdf).pvalue > 0.01
    np.testing.assert_array_equal(layer.bias, 0)


@pytest.mark.parametrize("rule", [he, xavier])
def test_a_rule_gives_the_scale_of_every_layer_from_its_fan_in(rule):
    ruled = fully_connected((8, 50, 2), RELU, SOFTMAX_CROSS_ENTROPY, rule, 0)
    plain = fully_connected((8, 50, 2), RELU, SOFTMAX_CROSS_ENTROPY, 1, 0)
    for layer, unit, fan_in in zip(ruled.layers[::2], plain.layers[::2], (8, 50), strict=True):
        np.testing.assert_allclose(layer.weights, rule(fan_in) * unit.weights, rtol=1e-14)


def test_scale_0_gives_weights_0():
    assert not fully_connected((3, 4, 1), RELU, CROSS_ENTROPY, 0, 0).parameters.any()


def test_layers_draw_different_weights():
    first, _, second = fully_connected((4, 4, 4), RELU, SOFTMAX_CROSS_ENTROPY, 1, 0).layers
    assert np.abs(first.weights - second.weights).max() > 0.1


def test_same_seed_same_weights_other_seed_other_weights():
    first, again, other = (
        fully_connected((3, 4, 1), RELU, CROSS_ENTROPY, he, seed).parameters for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.1


def test_float32_weights_are_those_of_float64_rounded():
    network = fully_connected((3, 4, 1), RELU, CROSS_ENTROPY, he, 1, np.float32)
    double = fully_connected((3, 4, 1), RELU, CROSS_ENTROPY, he, 1)
    np.testing.assert_array_equal(network.parameters, double.parameters.astype(np.float32))


@pytest.mark.parametrize("bad", [(), (3,), (3, 0, 1), (0, 1), (3, -1)])
def test_sizes_without_nodes_are_refused(bad):
    pattern = says("sizes must name at least an input and an output layer", repr(bad),
                   "Use for example (64, 100, 10).")
    with pytest.raises(ValueError, match=pattern):
        fully_connected(bad, RELU, CROSS_ENTROPY, he, 0)


@pytest.mark.parametrize("bad", [-0.1, np.nan])
@pytest.mark.parametrize("as_rule", [False, True])
def test_a_negative_scale_is_refused(bad, as_rule):
    scale = (lambda fan_in: bad) if as_rule else bad
    pattern = says("init_scale must be at least 0", repr(bad), "Try init_scale=he.")
    with pytest.raises(ValueError, match=pattern):
        fully_connected((3, 1), RELU, CROSS_ENTROPY, scale, 0)


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
    np.testing.assert_allclose(second.parameters, 3 * first.parameters, rtol=1e-12)


def test_deep_network_refuses_a_negative_scale():
    with pytest.raises(ValueError, match=says("gain must be at least 0", "-1", "Try gain=1.")):
        deep_network(RELU, -1, 2, 0)


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
