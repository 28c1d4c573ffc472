"""What the pictures of section 08 draw, against numbers worked out independently."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit, ndtr

from lecture_kit.live.looks import LOOKS
from lecture_kit.maths.activations import ACTIVATIONS, ALL_ACTIVATIONS
from lecture_kit.maths.datasets import digit_rows
from lecture_kit.maths.networks import deep_network
from lecture_kit.sections.relu import experiments, panels
from lecture_kit.sections.relu.dying import one_hidden_layer, train_and_count
from lecture_kit.sections.relu.speed import RATES, race


def data(line):
    return np.column_stack(line.get_data())


@pytest.mark.parametrize(("name", "function", "slope"), [
    ("sigmoid", expit, lambda z: expit(z) * expit(-z)), ("tanh", np.tanh, lambda z: np.cosh(z)**-2),
    ("ReLU", lambda z: np.maximum(z, 0), lambda z: z > 0),
    ("GELU", lambda z: z * ndtr(z),
     lambda z: ndtr(z) + z * np.exp(-z**2 / 2) / np.sqrt(2 * np.pi))])
@pytest.mark.parametrize("z", [-0.75, 2.0])
def test_slopes_draw_function_derivative_and_measurement(slopes, name, function, slope, z):
    slopes.set_values({"activation": name, "place": z, "step": 1.0})
    picture = slopes.picture
    curve, derivative = (data(line) for line in picture.curves)
    assert_allclose(curve[:, 1], function(curve[:, 0]), atol=1e-12)
    beside = derivative[:, 0] != 0
    assert_allclose(derivative[beside, 1], slope(derivative[beside, 0]), atol=1e-12)
    assert np.isnan(derivative[~beside, 1]).all()
    assert {line.get_color() for line in picture.curves} == {LOOKS[name]["color"]}
    assert_allclose(data(picture.point), [[z, function(z)]])
    assert_allclose(data(picture.slope), [[z, slope(z)]])
    ends = np.array([z - 1, z + 1])
    assert_allclose(data(picture.secant), np.column_stack([ends, function(ends)]), atol=1e-12)
    assert_allclose(data(picture.measured), [[z, np.diff(function(ends))[0] / 2]], atol=1e-12)
    assert all(set(cursor.get_xdata()) == {z} for cursor in picture.cursors)


@pytest.mark.parametrize(("init_scale", "n_layers", "seed", "also"), [
    (1.0, 22, 0, "GELU"), (1.41, 7, 3, "ELU"), (3.02, 20, 1, "leaky ReLU")])
def test_gradients_draw_measurement_and_theory(gradients, init_scale, n_layers, seed, also):
    gradients.set_values(
        {"init_scale": init_scale, "n_layers": n_layers, "seed": seed, "also": also})
    rows = digit_rows(32)
    picture = gradients.picture
    layers = np.arange(1, n_layers + 1)
    for key in [*ACTIVATIONS, "also"]:
        activation = ALL_ACTIVATIONS[also if key == "also" else key]
        measured = experiments.gradient_by_layer(
            deep_network(activation, init_scale, n_layers, seed, 100), *rows)
        theory = experiments.expected_gradient(experiments.layer_factors(
            activation, init_scale, n_layers, (rows[0] ** 2).mean()))
        assert_allclose(data(picture.curves[key]), np.column_stack([layers, measured]), rtol=1e-6)
        assert_allclose(data(picture.theories[key]), np.column_stack([layers, theory]), rtol=1e-9)
        factor = (measured[0] / measured[-1]) ** (1 / (n_layers - 1))
        assert_allclose(data(picture.points[key]), [[init_scale, factor]])
        curve = data(picture.factor_curves[key])
        expected = theory[0] ** (1 / (n_layers - 1))
        nearest = np.exp(np.interp(np.log(init_scale), *np.log(curve.T)))
        assert nearest == pytest.approx(expected, rel=0.02)
        name = f"{activation.name} "
        assert f"{name}{panels._factor(factor)} ({panels._factor(expected)})" in (
            gradients.readout.value)
    assert set(picture.cursor.get_xdata()) == {init_scale}
    left = data(picture.curves["sigmoid"])[0, 1]
    assert f"sigmoid {left:.1g}, tanh".replace("-", "−") in picture.titles[0].get_text()


def test_the_fourth_curve_has_its_own_look_and_name(gradients):
    picture = gradients.picture
    for room in (352, 960):
        gradients.screen.room = [room, 1]
        (legend,) = picture.figure.legends or [picture.legend]
        assert legend.get_visible()
        for also in ("ELU", "leaky ReLU", "GELU"):
            gradients.set_values({"also": also})
            for artist in (picture.curves["also"], picture.points["also"], legend.get_lines()[0]):
                assert artist.get_color() == LOOKS[also]["color"]
            assert [text.get_text() for text in legend.get_texts()] == [
                also, "sigmoid", "tanh", "ReLU", "theory"]


def test_the_title_of_the_accuracy_stands_above_the_middle_of_its_axes(dying):
    title = dying.picture.titles[2].get_position()[0]
    box = dying.picture.accuracy.axes.get_position()
    assert title == pytest.approx((box.x0 + box.x1) / 2)


def test_the_theory_of_relu_is_a_straight_line_through_he(gradients):
    curve = data(gradients.picture.factor_curves["ReLU"])
    assert_allclose(curve[:, 1], curve[:, 0] / np.sqrt(2))


@pytest.mark.parametrize("change", [
    {}, {"learning_rate": 0.501}, {"bias": -1.0}, {"leak": 0.1}, {"seed": 3}])
def test_dying_trains_and_counts_with_the_values_of_its_controls(dying, change):
    dying.set_values(change)
    values = {"learning_rate": 0.1, "bias": 0.0, "leak": 0.0, "seed": 0, **change}
    rows = digit_rows(1024)
    network = one_hidden_layer(values["leak"], values["bias"], values["seed"])
    seen = list(train_and_count(network, values["learning_rate"], rows, values["seed"]))
    updates = [record.update for record, _activity in seen]
    off = [np.sum(activity == 0) for _record, activity in seen]
    picture = dying.picture
    assert_allclose(data(picture.count), np.column_stack([updates, off]))
    assert picture.count.get_color() == LOOKS["leaky ReLU" if values["leak"] else "ReLU"]["color"]
    assert_allclose(data(picture.accuracy)[:, 1],
                    [record.training_accuracy for record, _activity in seen])
    assert_allclose(data(picture.activity)[:, 1], [activity.mean() for _record, activity in seen])
    last = seen[-1][1]
    assert_allclose(np.asarray(picture.image.get_array()).ravel(), last)
    places = data(picture.crosses)
    np.testing.assert_array_equal(np.sort(10 * places[:, 1] + places[:, 0]),
                                  np.flatnonzero(last == 0))
    lengths = np.linalg.norm(rows[0], axis=1)
    theory = ndtr(values["bias"] / (np.sqrt(2 / 64) * lengths)).mean()
    assert_allclose(data(picture.expected), [[0, theory]], atol=1e-12)
    most = np.bincount(rows[1]).max() / 1024
    assert_allclose(data(picture.constant)[:, 1], most)
    word = "asleep" if values["leak"] else "dead"
    assert dying.readout.value == (
        f"Update 320: {off[-1]} of 100 units {word}, {off[0]} at the start. Accuracy "
        f"{seen[-1][0].training_accuracy:.3f}. Units on at the start {seen[0][1].mean():.3f}, "
        f"theory {theory:.3f}.")
    assert f"{off[-1]} of 100 units {word}" in picture.titles[0].get_text()


@pytest.mark.parametrize("change", [
    {}, {"learning_rate": 0.501, "batch_size": 64, "init_scale": 1.0, "seed": 2}])
def test_speed_races_with_the_values_of_its_controls(speed, change):
    speed.set_values(change)
    values = {"learning_rate": 0.1, "batch_size": 32, "init_scale": 1.41, "seed": 0, **change}
    rows = digit_rows(320, z_score="these rows")
    settings = values["batch_size"], values["init_scale"], rows, values["seed"]
    words, best_words = [], []
    for name, activation in ACTIVATIONS.items():
        *_, (run, *of_seven) = race(
            activation, [values["learning_rate"], *RATES], *settings)
        expected = np.column_stack([run.updates, run.losses])
        assert_allclose(data(speed.picture.losses[name]), expected)
        n = run.updates_needed
        assert_allclose(data(speed.picture.ends[name]),
                        expected[-1:] if n else np.empty((0, 2)))
        words.append(f"{name} {n or '>160'}")
        needed = {run.learning_rate: run.updates_needed for run in of_seven}
        drawn = data(speed.picture.speeds[name])
        assert_allclose(drawn[:, 0], RATES)
        assert_allclose(drawn[:, 1], [n or speed.picture.missed for n in needed.values()])
        fewest = min(n for n in needed.values() if n)
        best_words.append(str(fewest))
        (best,) = data(speed.picture.bests[name])
        assert needed[best[0]] == best[1] == fewest
        guide = data(speed.picture.guides[name])
        first = next(rate for rate, n in needed.items() if n)
        assert_allclose(guide[:, 0] * guide[:, 1], first * needed[first])
        assert guide[0, 0] == first
    assert speed.readout.value == (
        f"Updates to loss 0.5 at rate {values['learning_rate']:.3g}: {', '.join(words)}. "
        f"Own best rate: {', '.join(best_words)}.")
    assert set(speed.picture.cursor.get_xdata()) == {values["learning_rate"]}


def test_speed_draws_nothing_for_one_that_never_arrives(speed):
    speed.set_values({"own": True, "init_scale": 10.0})
    assert "ReLU >160." in speed.readout.value
    for artists in (speed.picture.losses, speed.picture.bests, speed.picture.guides):
        assert len(artists["ReLU"].get_xdata()) == 0
    assert len(speed.picture.losses["sigmoid"].get_xdata()) > 0
