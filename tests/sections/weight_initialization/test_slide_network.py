"""The slide's network in training, against networks that are trained one by one."""

import numpy as np
import pytest
from driving import built
from numpy.testing import assert_allclose, assert_array_equal

from lecture_kit.maths.activations import SIGMOID, TANH
from lecture_kit.maths.datasets import digit_rows
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.training import train
from lecture_kit.sections.weight_initialization import panels
from lecture_kit.sections.weight_initialization.slide_network import (
    SCALES,
    last_layer,
    losses_of_draws,
    slide_network,
    train_slide,
)


@pytest.fixture(scope="module")
def rows():
    return digit_rows(64, z_score="all digits")


@pytest.mark.parametrize(("name", "scales"), [
    ("N(0, 1)", [1, 1]), ("σ = 0.01", [0.01, 0.01]), ("Xavier", [1 / 8, 1 / 10])])
def test_the_networks_have_the_slides_weights(name, scales):
    network = slide_network(SIGMOID, SCALES[name], seed=0)
    first, *others = [layer.weights for layer in network.layers[::2]]
    assert [weights.shape for weights in (first, *others)] == [
        (64, 100), *[(100, 100)] * 4, (100, 10)]
    assert first.std() == pytest.approx(scales[0], rel=0.03)
    for weights in others:
        assert weights.std() == pytest.approx(scales[1], rel=0.06)


def test_the_last_layer_is_that_of_the_network(rows):
    network = slide_network(TANH, 0.2, seed=1)
    outputs, deviation, signal = last_layer(network, rows)
    x = rows[0].astype(np.float32)
    for layer in network.layers[:-1]:
        x = layer.infer(x)
    assert_allclose(outputs, x, rtol=1e-5)
    assert deviation == pytest.approx(x.std(), rel=1e-5)
    assert signal == pytest.approx(np.sqrt(x.var(axis=0).mean()), rel=1e-5)


def test_networks_side_by_side_learn_what_each_learns_alone(rows):
    networks = [slide_network(SIGMOID, 1.0, 0), slide_network(SIGMOID, 0.5, 1)]
    *_, run = train_slide(networks, (0.1, 0.3), 2, rows, seed=5)
    for n, (scale, rate) in enumerate([(1.0, 0.1), (0.5, 0.3)]):
        records = list(train(slide_network(SIGMOID, scale, n), GradientDescent(rate), rows,
                             batch_size=32, epochs=2, seed=5))
        assert_array_equal(run.losses[:, n], [record.training_loss for record in records])
        assert_array_equal(run.epochs, [0, 1, 2])
    assert run.progress == 1


def test_a_run_ends_when_all_networks_have_diverged(rows):
    *_, run = train_slide([slide_network(TANH, 3.0, 0)], 1e60, 9, rows, seed=0)
    assert run.progress == 1
    assert np.isnan(run.losses[-1]).all()


def test_many_draws_at_many_rates_are_trainings_of_one(rows):
    losses, signal = losses_of_draws(TANH, 0.1, (0.1, 0.5), 2, 1, rows)
    assert losses.shape == (2, 2)
    assert signal == last_layer(slide_network(TANH, 0.1, 0), rows)[2]
    *_, run = train_slide([slide_network(TANH, 0.1, 1)], 0.5, 1, rows, seed=0)
    assert losses[1, 1] == run.losses[-1, 0]


# The panel


@pytest.fixture
def panel():
    return built(panels.training)


def test_the_panel_draws_the_losses_of_the_slides_three_and_of_the_readers(panel):
    values = {"activation": "tanh", "learning_rate": 0.2, "init_scale": 0.2, "seed": 3}
    panel.set_values(values)
    networks = [slide_network(TANH, scale, 3) for scale in (*SCALES.values(), 0.2)]
    *_, run = train_slide(networks, 0.2, 10, digit_rows(320, z_score="all digits"), 3)
    for curve, losses in zip(panel.picture.losses, run.losses.T, strict=True):
        assert_array_equal(curve.get_xdata(), run.epochs)
        assert_array_equal(curve.get_ydata(), np.clip(losses, 3e-3, 30))


def test_the_dots_lie_on_theorys_curve_of_the_signal(panel):
    panel.reset()
    curve = panel.picture.theory["signal"]
    for dot in panel.picture.signals[2:]:  # the others lie at the ends of the floating point
        expected = np.exp(np.interp(np.log(dot.get_xdata()[0]), np.log(curve.get_xdata()),
                                    np.log(curve.get_ydata())))
        assert dot.get_ydata()[0] == pytest.approx(expected, rel=0.35)


def test_histograms_and_dots_show_all_outputs_of_the_last_layer(panel):
    panel.reset()
    rows = digit_rows(320, z_score="all digits")
    for histogram, dot, scale in zip(panel.picture.histograms, panel.picture.signals,
                                     (*SCALES.values(), 0.3), strict=True):
        outputs, _deviation, signal = last_layer(slide_network(SIGMOID, scale, 0), rows)
        size = scale(100) if callable(scale) else scale
        assert_allclose([dot.get_xdata(), dot.get_ydata()], [[size], [np.clip(signal, 1e-9, 20)]])
        counts, edges = np.histogram(outputs, 30, (0, 1))
        drawn = histogram.get_data()
        assert_allclose(drawn.edges, edges)
        assert_allclose(drawn.values, counts / counts.max(), atol=3 / counts.max())


def test_the_last_bin_of_relu_holds_what_lies_beyond(panel):
    panel.set_values({"activation": "ReLU", "init_scale": 3})
    drawn = panel.picture.histograms[-1].get_data().values
    assert drawn[-1] > 0.5
    assert not drawn[5:-1].any()
    axes = panel.picture.histograms[-1].axes
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0", "≥ 4"]
    panel.reset()
    assert axes.get_xticklabels()[-1].get_text() == "1"


def test_xavier_learns_nothing_and_a_larger_scale_reaches_the_goal(panel):
    panel.reset()
    assert panel.picture.losses[2].get_ydata()[-1] > 2.2 > panel.picture.losses[0].get_ydata()[-1]
    assert not panel.view.goal_met
    panel.set_values({"init_scale": 1.51})
    assert panel.view.goal_met
    panel.set_values({"activation": "tanh", "init_scale": 0.1})
    assert not panel.view.goal_met


def test_what_diverges_is_said(panel):
    panel.set_values({"activation": "ReLU", "learning_rate": 10.0, "init_scale": 3.0})
    assert "yours diverged" in panel.readout.value
