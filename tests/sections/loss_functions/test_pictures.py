"""What the pictures of section 01 draw, against numbers worked out independently."""

import numpy as np
import pytest
from driving import built
from numpy.testing import assert_allclose
from scipy.special import expit, log_softmax

from lecture_kit.maths.activations import ACTIVATIONS
from lecture_kit.sections.loss_functions import panels
from lecture_kit.sections.loss_functions.experiments import gradient_by_depth, random_rotations


def data(line):
    return np.column_stack(line.get_data())


@pytest.fixture
def neuron():
    return built(panels.one_neuron)


@pytest.mark.parametrize(("w", "b", "target"), [(0.4, 0.5, 0), (-2.0, 1.25, 0), (1.9, 3.0, 1)])
def test_one_neuron_draws_operating_point_losses_and_gradients(neuron, w, b, target):
    neuron.set_values({"w": w, "b": b, "target": target})
    z = 1.5 * w + b
    o = expit(z)
    slope = o * (1 - o)
    picture = neuron.picture
    assert_allclose(data(picture.output_point), [[z, o]])
    tangent = data(picture.tangent)
    assert_allclose(np.diff(tangent[:, 1]) / np.diff(tangent[:, 0]), slope)
    assert_allclose(np.mean(tangent, axis=0), [z, o])
    cross_entropy = -np.log(o if target else 1 - o)
    loss, gradient = picture.points["squared error"]
    assert_allclose(data(loss), [[z, (target - o) ** 2 / 2]])
    assert_allclose(data(gradient), [[z, abs(1.5 * (o - target) * slope)]])
    loss, gradient = picture.points["cross entropy"]
    assert_allclose(data(loss), [[z, cross_entropy]])
    assert_allclose(data(gradient), [[z, abs(1.5 * (o - target))]])


@pytest.mark.parametrize("target", [0, 1])
def test_one_neuron_draws_the_curves_of_the_target(neuron, target):
    neuron.set_values({"target": target})
    z = np.linspace(-9, 9, 181)
    o = expit(z)
    squared, entropy = (neuron.picture.curves[name] for name in ("squared error", "cross entropy"))
    assert_allclose(data(squared[0]), np.column_stack([z, (target - o) ** 2 / 2]))
    assert_allclose(data(squared[1])[:, 1], np.abs(1.5 * (o - target) * o * (1 - o)))
    assert_allclose(data(entropy[0])[:, 1], np.logaddexp(0, -z if target else z))
    assert_allclose(data(entropy[1])[:, 1], np.abs(1.5 * (o - target)))
    assert set(neuron.picture.target.get_ydata()) == {target}


def descend(loss, w, b, learning_rate, n_steps):
    """The race in plain numbers, for target 0."""
    outputs = [expit(1.5 * w + b)]
    for _ in range(n_steps):
        o = outputs[-1]
        delta = o * o * (1 - o) if loss == "squared error" else o
        w, b = w - learning_rate * 1.5 * delta, b - learning_rate * delta
        outputs.append(expit(1.5 * w + b))
    return np.array(outputs)


@pytest.mark.parametrize("loss", ["squared error", "cross entropy"])
@pytest.mark.parametrize(("learning_rate", "w", "b"), [(0.5, 1.9, 3.0), (2.0, 0.4, 0.5)])
def test_the_race_draws_both_runs_and_where_they_arrive(loss, learning_rate, w, b):
    panel = built(panels.race)
    panel.set_values({"learning_rate": learning_rate, "w": w, "b": b})
    outputs = descend(loss, w, b, learning_rate, 400)
    drawn = data(panel.picture.outputs[loss])
    assert_allclose(drawn, np.column_stack([np.arange(401), outputs]), rtol=1e-8)
    arrival = np.argmax(outputs < 0.1)
    assert_allclose(data(panel.picture.arrivals[loss]), [[arrival, outputs[arrival]]], rtol=1e-8)
    losses = outputs**2 / 2 if loss == "squared error" else -np.log1p(-outputs)
    assert_allclose(data(panel.picture.losses[loss])[:, 1], losses, rtol=1e-6)


def test_the_race_says_when_nobody_arrives():
    panel = built(panels.race)
    panel.set_values({"learning_rate": 0.1})
    assert "squared error not within 400 steps, cross entropy from step" in panel.readout.value
    arrival = np.argmax(descend("cross entropy", 1.9, 3.0, 0.1, 400) < 0.1)
    assert panel.picture.titles[0].get_text() == (
        f"correct at step: squared error never, cross entropy {arrival}")
    assert len(panel.picture.arrivals["squared error"].get_xdata()) == 0


@pytest.mark.parametrize(("learning_rate", "w", "b"), [
    (5.01, 1.9, 3.0), (2.0, 1.9, 3.0), (5.01, 0.4, 0.5)])
def test_the_goal_of_the_race_is_a_quick_squared_error_from_the_right_neuron(learning_rate, w, b):
    panel = built(panels.race)
    panel.set_values({"learning_rate": learning_rate, "w": w, "b": b})
    arrival = np.argmax(descend("squared error", w, b, learning_rate, 400) < 0.1)
    assert panel.view.goal_met == (arrival < 50 and (w, b) == (1.9, 3.0))


def test_depth_draws_the_bound_and_stays_below_it():
    panel = built(panels.depth)
    panel.set_values({"init_scale": 2.0, "n_layers": 5})
    bound = data(panel.picture.bound)
    assert_allclose(bound, np.column_stack([np.arange(21), 0.5 ** np.arange(21)]))
    sigmoid = data(panel.picture.curves["sigmoid"])
    assert np.all(sigmoid[:, 1] <= bound[:, 1])
    assert set(panel.picture.cursor.get_xdata()) == {5}
    assert f"sigmoid layers leave (L = 5): {sigmoid[5, 1]:.1g}" in panel.picture.title.get_text()


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "ReLU"])
@pytest.mark.parametrize(("init_scale", "seed"), [(2.0, 0), (1.0, 3)])
def test_depth_draws_the_network_of_its_controls(name, init_scale, seed):
    panel = built(panels.depth)
    panel.set_values({"init_scale": init_scale, "seed": seed})
    weights = init_scale * random_rotations(20, seed)
    expected = gradient_by_depth(ACTIVATIONS[name], weights, seed)
    assert_allclose(data(panel.picture.curves[name])[:, 1], expected)
    assert not np.allclose(expected, gradient_by_depth(ACTIVATIONS[name], weights, seed + 1))


def test_depth_names_do_not_overlap():
    panel = built(panels.depth)
    for scale in (0.2, 1.0, 5.0):
        panel.set_values({"init_scale": scale})
        heights = sorted(np.log10(text.get_position()[1]) for text in panel.picture.names.values())
        assert min(np.diff(heights)) >= 1.0


def test_softmax_draws_probabilities_and_loss():
    panel = built(panels.softmax)
    logits = np.array([1.0, -2.0, 0.5, 3.0])
    panel.set_values({f"s{i}": s for i, s in enumerate(logits)} | {"temperature": 2.0})
    expected = log_softmax(logits / 2)
    assert_allclose([bar.get_height() for bar in panel.picture.bars], np.exp(expected))
    assert_allclose(data(panel.picture.point), [[np.exp(expected[3]), -expected[3]]])
    assert panel.readout.value.startswith(
        f"The correct class gets probability {np.exp(expected[3]):.3g}. Loss: {-expected[3]:.3g} "
        f"in nats, {-expected[3] / np.log(2):.3g} in bits.")
    for i, text in enumerate(panel.picture.gradients):
        step = 1e-6 * np.eye(4)[i]
        slope = (log_softmax((logits - step) / 2) - log_softmax((logits + step) / 2))[3] / 2e-6
        assert float(text.get_text().replace("−", "-")) == pytest.approx(slope, abs=6e-4)


def test_softmax_keeps_the_point_on_the_axes():
    panel = built(panels.softmax)
    panel.set_values({"s3": -8.0, "temperature": 0.1})
    assert data(panel.picture.point)[0, 1] == 8
    assert "above the axis" in panel.picture.titles[1].get_text()
