"""Section 01: one sigmoid neuron and the vanishing gradient, against SciPy and theory."""

import numpy as np
import pytest
from oracles import frozen, numerical_gradient, says
from scipy.special import expit, log_expit

from lecture_kit.maths.activations import RELU, SIGMOID, TANH, Activation
from lecture_kit.maths.training import first_step_below
from lecture_kit.sections.loss_functions.experiments import (
    gradient_by_depth,
    gradient_ratio,
    neuron_gradient,
    random_rotations,
    sigmoid_gradient_bound,
    train_neuron,
)

# The losses of one neuron as functions of its logit, worked out with SciPy.
LOSSES = {
    "squared error": lambda z, y: (y - expit(z)) ** 2 / 2,
    "cross entropy": lambda z, y: -y * log_expit(z) - (1 - y) * log_expit(-z),
}
every_loss = pytest.mark.parametrize("loss", LOSSES)
LINEAR = Activation("linear", lambda z: z, np.ones_like)


# One neuron


@every_loss
@pytest.mark.parametrize(("x", "w", "b", "target"), [
    (1.5, 0.4, 0.5, 0), (1.5, 1.9, 3.0, 0), (1.5, 1.9, 3.0, 1), (-2, 0.7, -0.3, 1),
    (0.5, -3.0, 1.0, 0.2), (0, 1.0, 0.5, 1),
])
def test_neuron_gradient_agrees_with_finite_differences(loss, x, w, b, target):
    expected = numerical_gradient(lambda p: LOSSES[loss](p[0] * x + p[1], target), [w, b])
    result = neuron_gradient(loss, x, w, b, target)
    np.testing.assert_allclose(result, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("loss", "w", "b", "by_w", "by_b"), [
    ("squared error", 0.4, 0.5, 0.21086, 0.14058), ("squared error", 1.9, 3.0, 0.00428, 0.00286),
    ("cross entropy", 0.4, 0.5, 1.12539, 0.75026), ("cross entropy", 1.9, 3.0, 1.49569, 0.99713),
])
def test_neuron_gradient_of_the_slides_neuron(loss, w, b, by_w, by_b):
    result = neuron_gradient(loss, 1.5, w, b, 0)
    np.testing.assert_array_equal(result.round(5), [by_w, by_b])


@every_loss
@pytest.mark.parametrize(("shapes", "result"), [
    (((), (), (), ()), ()), (((3,), (), (), ()), (3,)), (((), (3,), (3,), ()), (3,)),
    (((), (2, 1), (3,), ()), (2, 3)), (((), (), (), (4,)), (4,)), (((2, 1), (), (), (5,)), (2, 5)),
])
def test_neuron_gradient_broadcasts(loss, shapes, result):
    rng = np.random.default_rng(0)
    arrays = [frozen(rng.uniform(0.1, 0.9, shape)) for shape in shapes]
    gradient = neuron_gradient(loss, *arrays)
    assert gradient.shape == (*result, 2)
    full = np.broadcast_arrays(*arrays)
    for index in np.ndindex(result):
        single = neuron_gradient(loss, *(array[index] for array in full))
        np.testing.assert_allclose(gradient[index], single, rtol=1e-13)


def test_an_unknown_loss_is_refused():
    pattern = says("loss must be one of ['squared error', 'cross entropy']", "'hinge'",
                   "Check the spelling.")
    with pytest.raises(ValueError, match=pattern):
        neuron_gradient("hinge", 1, 1, 1, 1)
    with pytest.raises(ValueError, match=pattern):
        train_neuron("hinge", 1, 1, 1, 1, 0.1, 5)


@every_loss
@pytest.mark.parametrize("name", ["x", "w", "b", "target"])
def test_numbers_of_a_neuron_must_be_finite(loss, name):
    numbers = {"x": 1, "w": 1, "b": 1, "target": 1, name: np.nan}
    with pytest.raises(ValueError, match=says(f"{name} must be finite", "nan", "Remove NaN")):
        neuron_gradient(loss, **numbers)


@pytest.mark.parametrize(("loss", "slope"), [
    ("squared error", lambda z, y: (expit(z) - y) * expit(z) * expit(-z)),
    ("cross entropy", lambda z, y: expit(z) - y),
])
@pytest.mark.parametrize(("x", "w", "b", "target"), [(1.5, 1.9, 3.0, 0), (-2.0, 0.7, -0.3, 1)])
def test_trained_neuron_equals_a_loop_written_by_hand(loss, slope, x, w, b, target):
    start, expected = (w, b), [w * x + b]
    for _ in range(50):
        step = 0.3 * slope(w * x + b, target)
        w, b = w - x * step, b - step
        expected.append(w * x + b)
    np.testing.assert_allclose(train_neuron(loss, x, *start, target, 0.3, 50), expected, rtol=1e-10)


@every_loss
def test_no_steps_leave_the_logit_at_the_start(loss):
    np.testing.assert_allclose(train_neuron(loss, 1.5, 0.4, 0.5, 0, 0.1, 0), [1.1], rtol=1e-15)


@pytest.mark.parametrize(("loss", "settings", "pattern"), [
    ("squared error", (1.5, 0.4, 0.5, 0, -0.1, 5),
     says("learning_rate must be at least 0", "-0.1", "Try")),
    ("squared error", (1.5, 0.4, 0.5, 0, 0.1, -1), says("n_steps must be at least 0", "-1", "Try")),
    ("cross entropy", (np.nan, 0.4, 0.5, 0, 0.1, 5), says("x must be finite", "nan", "Remove")),
    ("cross entropy", (1.5, np.inf, 0.5, 0, 0.1, 5), "must be finite; got .*inf.*Remove"),
    ("cross entropy", (1.5, 0.4, 0.5, np.nan, 0.1, 5),
     says("target must be finite", "nan", "Remove")),
])
def test_bad_settings_of_a_neuron_are_refused(loss, settings, pattern):
    with pytest.raises(ValueError, match=pattern):
        train_neuron(loss, *settings)


def test_a_wrong_saturated_neuron_learns_faster_with_cross_entropy():
    slow, fast = (train_neuron(loss, 1.5, 1.9, 3.0, 0, 0.5, 60) for loss in LOSSES)
    assert first_step_below(expit(fast), 0.1) < 20
    assert first_step_below(expit(slow), 0.9) is None


def test_gradient_ratio_is_the_quotient_of_both_gradients():
    z = np.linspace(-8, 8, 17)
    quotient = neuron_gradient("cross entropy", 1.5, z / 1.5, 0, 1) / neuron_gradient(
        "squared error", 1.5, z / 1.5, 0, 1)
    ratio = gradient_ratio(expit(z))
    np.testing.assert_allclose(np.stack([ratio, ratio], axis=-1), quotient, rtol=1e-9)


@pytest.mark.parametrize(("output", "ratio"), [(0.5, 4), (0.1, 100 / 9), (0.99, 10_000 / 99)])
def test_gradient_ratio_has_the_numbers_worked_out_by_hand(output, ratio):
    assert gradient_ratio(output) == pytest.approx(ratio, rel=1e-13)


@pytest.mark.parametrize("bad", [0.0, 1.0, -0.1, 1.1])
def test_gradient_ratio_refuses_saturated_outputs(bad):
    pattern = says("output must lie between 0 and 1", repr([0.5, bad]), "no gradient")
    with pytest.raises(ValueError, match=pattern):
        gradient_ratio([0.5, bad])


# Many layers


@pytest.mark.parametrize(("n_layers", "init_scale", "bound"), [
    (0, 1, 1), (1, 1, 0.25), (2, 1, 0.0625), (10, 1, 2.0**-20), (3, 2, 0.125), (5, 4, 1),
    (2, 0, 0), (0, 0, 1), (2, 8, 4),
])
def test_sigmoid_bound_has_the_numbers_worked_out_by_hand(n_layers, init_scale, bound):
    assert sigmoid_gradient_bound(n_layers, init_scale) == pytest.approx(bound, rel=1e-14)


def test_sigmoid_bound_of_the_slides_is_a_power_of_one_quarter():
    bounds = sigmoid_gradient_bound(np.arange(4))
    np.testing.assert_allclose(bounds, [1, 0.25, 0.0625, 0.015625], rtol=1e-15)


@pytest.mark.parametrize(("arguments", "pattern"), [
    ((-1,), r"n_layers must be at least 0 and a whole number; got .*-1.*\. It counts layers\."),
    ((np.array([2, -1]),), says("n_layers must be at least 0", "array([ 2, -1])", "It counts")),
    ((2, -0.5), says("init_scale must be at least 0", "-0.5", "Try init_scale=1.")),
])
def test_sigmoid_bound_refuses_negative_numbers(arguments, pattern):
    with pytest.raises(ValueError, match=pattern):
        sigmoid_gradient_bound(*arguments)


def test_random_rotations_are_one_per_layer_and_all_different():
    weights = random_rotations(4, seed=0)
    assert weights.shape == (4, 50, 50)
    products = weights @ weights.transpose(0, 2, 1)
    np.testing.assert_allclose(products, np.broadcast_to(np.eye(50), (4, 50, 50)), atol=1e-13)
    assert np.abs(weights[0] - weights[1]).max() > 0.1


def test_random_rotations_repeat_with_the_seed_only():
    first, again, other = (random_rotations(3, seed, 4) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.1


def test_a_single_rotation_is_enough():
    assert random_rotations(1, 0, 1).shape == (1, 1, 1)


@pytest.mark.parametrize(("arguments", "pattern"), [
    ((0, 1), says("n_layers must be at least 1", "0", "Try n_layers=10.")),
    ((3, 1, 0), says("width must be at least 1", "0", "nodes")),
])
def test_random_rotations_need_layers_and_nodes(arguments, pattern):
    with pytest.raises(ValueError, match=pattern):
        random_rotations(*arguments)


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0, 4.0])
@pytest.mark.parametrize("seed", range(25))
def test_sigmoid_layers_never_pass_more_than_the_bound(scale, seed):
    weights = scale * random_rotations(12, seed, width=8)
    shares = gradient_by_depth(SIGMOID, weights, seed)
    bounds = sigmoid_gradient_bound(np.arange(13), scale)
    assert shares.shape == (13,)
    assert np.all(shares <= bounds * (1 + 1e-12))


def test_sigmoid_layers_with_tiny_weights_reach_the_bound():
    shares = gradient_by_depth(SIGMOID, 1e-5 * random_rotations(6, 0), 0)
    np.testing.assert_allclose(shares, sigmoid_gradient_bound(np.arange(7), 1e-5), rtol=1e-4)


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_linear_layers_of_rotations_pass_everything_but_the_scale(scale):
    shares = gradient_by_depth(LINEAR, scale * random_rotations(8, 1), 2)
    np.testing.assert_allclose(shares, scale ** np.arange(9), rtol=1e-12)


@pytest.mark.parametrize("activation", [SIGMOID, TANH, RELU], ids=lambda a: a.name)
@pytest.mark.parametrize("n_layers", [1, 2, 3])
def test_gradient_by_depth_agrees_with_finite_differences(activation, n_layers):
    weights = np.random.default_rng(7).normal(size=(3, 4, 4))
    inputs, back = np.random.default_rng(3).standard_normal((2, 5, 4))  # as the function draws

    def weighted_output(rows):
        for matrix in weights[:n_layers]:
            rows = activation.function(rows @ matrix)
        return (back * rows).sum()

    by_input = numerical_gradient(weighted_output, inputs, step=1e-4)
    expected = np.linalg.norm(by_input) / np.linalg.norm(back)
    shares = gradient_by_depth(activation, weights, 3, n_samples=5)
    assert shares[0] == 1
    assert shares[n_layers] == pytest.approx(expected, rel=1e-8)


def test_relu_layers_of_rotations_pass_much_more_than_sigmoid_layers():
    weights = random_rotations(10, 0)
    assert gradient_by_depth(RELU, weights, 0)[10] > 1000 * gradient_by_depth(SIGMOID, weights,
                                                                              0)[10]


def test_gradient_by_depth_repeats_with_the_seed_only():
    weights = random_rotations(3, 0)
    first, again, other = (gradient_by_depth(SIGMOID, weights, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.all(first[1:] != other[1:])


def test_gradient_by_depth_takes_20_rows_of_input_by_default():
    seen = []
    spy = Activation("spy", lambda z: seen.append(z.shape) or z, np.ones_like)
    gradient_by_depth(spy, random_rotations(1, 0, width=3), 0)
    assert seen == [(20, 3)]


def test_gradient_by_depth_leaves_the_weights_alone():
    weights = frozen(random_rotations(3, 0))
    gradient_by_depth(SIGMOID, weights, 1)
