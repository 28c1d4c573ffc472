"""What the pictures and readouts of section 08 show, against numbers worked out independently."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit, ndtr

from lecture_kit.live.exercise import NOT_YET, RIGHT
from lecture_kit.live.looks import LOOKS
from lecture_kit.maths.activations import ACTIVATIONS, ALL_ACTIVATIONS
from lecture_kit.maths.datasets import digit_rows
from lecture_kit.maths.networks import deep_network
from lecture_kit.sections.relu import exercises, experiments, panels


def data(line):
    return np.column_stack(line.get_data())


def press(panel, label):
    (button,) = [b for b in panel.children[1].children if getattr(b, "description", "") == label]
    button.click()


@pytest.fixture(scope="module")
def slopes():
    return panels.slopes()


@pytest.fixture(scope="module")
def gradients():
    return panels.gradients()


@pytest.fixture(scope="module")
def dying():
    return panels.dying()


@pytest.fixture(scope="module")
def speed():
    return panels.speed()


@pytest.fixture(autouse=True)
def at_its_first_values(request):
    for name in {"slopes", "gradients", "dying", "speed"} & set(request.fixturenames):
        request.getfixturevalue(name).reset()


# Slopes


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


def test_slopes_read_out_formula_and_measurement(slopes):
    slopes.set_values({"activation": "tanh", "place": 0.0, "step": 1.0})
    assert slopes.readout.value == ("tanh at z = 0: φ = 0. Slope by formula 1, measured 0.762 "
                                    "(h = 1), gap 0.238.")
    assert slopes.picture.titles[1].get_text() == "slope: formula 1, measured 0.762"


def test_the_goal_of_the_slopes_is_a_kink_seen_from_close_by(slopes):
    for name, place, step, met in [
            ("ReLU", 0.0, 0.01, True), ("ReLU", 0.0, 0.0105, False), ("ReLU", 0.01, 0.01, False),
            ("leaky ReLU", 0.0, 0.01, True), ("ELU", 0.0, 0.01, False), ("tanh", 0.0, 0.01, False)]:
        slopes.set_values({"activation": name, "place": place, "step": step})
        assert slopes.view.goal_met == met, (name, place, step)


# Deep gradients


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
    for also in ("ELU", "leaky ReLU", "GELU"):
        gradients.set_values({"also": also})
        picture = gradients.picture
        for artist in (picture.curves["also"], picture.points["also"],
                       picture.legend.get_lines()[0]):
            assert artist.get_color() == LOOKS[also]["color"]
        assert [text.get_text() for text in picture.legend.get_texts()] == [
            also, "sigmoid", "tanh", "ReLU", "theory"]


def test_the_sliders_say_that_they_set_the_gain(gradients, speed):
    for panel in (gradients, speed):
        assert panel.controls["init_scale"].description == "init scale, gain g"
    assert gradients.picture.cursor.axes.get_xlabel() == "gain g (init scale σ = g/√n)"


def test_the_title_of_the_accuracy_stands_above_the_middle_of_its_axes(dying):
    title = dying.picture.titles[2].get_position()[0]
    box = dying.picture.accuracy.axes.get_position()
    assert title == pytest.approx((box.x0 + box.x1) / 2)


def test_the_theory_of_relu_is_a_straight_line_through_he(gradients):
    curve = data(gradients.picture.factor_curves["ReLU"])
    assert_allclose(curve[:, 1], curve[:, 0] / np.sqrt(2))


def test_the_goal_of_the_gradients_needs_30_layers_of_sigmoid(gradients):
    gradients.set_values({"init_scale": 10.0, "n_layers": 30})
    assert gradients.view.goal_met
    gradients.set_values({"n_layers": 29})
    assert not gradients.view.goal_met
    gradients.set_values({"n_layers": 30, "init_scale": 1.41})
    assert not gradients.view.goal_met
    gradients.set_values({"init_scale": 30.0})
    assert not gradients.view.goal_met


# Dying units


@pytest.mark.parametrize("change", [
    {}, {"learning_rate": 0.501}, {"bias": -1.0}, {"leak": 0.1}, {"seed": 3}])
def test_dying_trains_and_counts_with_the_values_of_its_controls(dying, change):
    dying.set_values(change)
    values = {"learning_rate": 0.1, "bias": 0.0, "leak": 0.0, "seed": 0, **change}
    rows = digit_rows(1024)
    network = experiments.one_hidden_layer(values["leak"], values["bias"], values["seed"])
    seen = list(experiments.train_and_count(network, values["learning_rate"], rows, values["seed"]))
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
    assert f"{off[-1]} of 100 {word}" in picture.titles[0].get_text()


def test_the_presets_of_dying_show_what_they_are_called(dying):
    press(dying, "η too large")
    assert data(dying.picture.count)[-1, 1] > 90
    assert data(dying.picture.accuracy)[-1, 1] < 0.25
    press(dying, "b too low")
    start = data(dying.picture.count)[0, 1]
    assert start > 80
    assert data(dying.picture.count)[-1, 1] >= start
    press(dying, "same, leaky")
    assert data(dying.picture.count)[0, 1] == start
    assert data(dying.picture.count)[-1, 1] < start - 20
    assert data(dying.picture.accuracy)[-1, 1] > 0.9


def test_dying_says_when_a_run_diverges(dying):
    dying.set_values({"learning_rate": 10.0, "leak": 0.1})
    assert dying.readout.value.startswith("Diverged at update ")
    step = int(dying.readout.value.split()[3].rstrip(","))
    assert dying.picture.titles[0].get_text() == f"diverged at update {step}"
    assert data(dying.picture.count)[-1, 0] == step < 320
    assert np.isnan(data(dying.picture.accuracy)[-1, 1])


@pytest.fixture
def course(monkeypatch):
    """Replaces the training by a course with given ends."""

    def set_course(n_dead, accuracy, update=320):
        record = experiments.train_and_count(
            experiments.one_hidden_layer(0.0, 0.0, 0), 0.1, digit_rows(64), 0, epochs=0)
        first, activity = next(iter(record))
        end = type(first)(update, 10.0, 0.1, accuracy, None, None)
        activity = np.where(np.arange(100) < n_dead, 0.0, 0.5)
        monkeypatch.setattr(experiments, "train_and_count", lambda *_: iter([(end, activity)]))

    return set_course


@pytest.mark.parametrize(("n_dead", "accuracy", "values", "met"), [
    (50, 0.9, {}, True), (49, 0.95, {}, False), (60, 0.89, {}, False),
    (60, 0.95, {"bias": -0.1}, False), (60, 0.95, {"leak": 0.01}, False)])
def test_the_goal_of_dying_is_half_dead_and_still_good(course, n_dead, accuracy, values, met):
    course(n_dead, accuracy)
    panel = panels.dying()
    panel.set_values(values)
    assert panel.view.goal_met == met


def test_the_goal_of_dying_can_be_reached(dying):
    reached = []
    for learning_rate in (1.32, 1.38, 1.45):
        dying.set_values({"learning_rate": learning_rate})
        reached.append(dying.view.goal_met)
    assert any(reached)


# Training speed


@pytest.mark.parametrize("change", [
    {}, {"learning_rate": 0.501}, {"batch_size": 64}, {"init_scale": 1.0}, {"seed": 2}])
def test_speed_races_with_the_values_of_its_controls(speed, change):
    speed.set_values(change)
    values = {"learning_rate": 0.1, "batch_size": 32, "init_scale": 1.41, "seed": 0, **change}
    rows = digit_rows(512, z_score="these rows")
    settings = values["batch_size"], values["init_scale"], rows, values["seed"]
    words, best_words = [], []
    for name, activation in ACTIVATIONS.items():
        records = list(experiments.race_records(activation, values["learning_rate"], *settings))
        expected = [[record.update, record.training_loss] for record in records]
        assert_allclose(data(speed.picture.losses[name]), expected)
        n = experiments.updates_needed(records)
        assert_allclose(data(speed.picture.ends[name]),
                        [expected[-1]] if n else np.empty((0, 2)))
        words.append(f"{name} {n or '>240'}")
        needed = {
            rate: experiments.updates_needed(
                list(experiments.race_records(activation, rate, *settings))
            )
            for rate in experiments.RATES
        }
        drawn = data(speed.picture.speeds[name])
        assert_allclose(drawn[:, 0], experiments.RATES)
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


def test_speed_shows_each_at_its_own_best_rate(speed):
    speed.set_values({"own": True})
    words = []
    for name in ACTIVATIONS:
        (best,) = data(speed.picture.bests[name])
        assert data(speed.picture.losses[name])[-1, 0] == best[1]
        words.append(f"{name} {best[1]:.0f} (η = {best[0]:.3g})")
    assert speed.readout.value == (
        f"Updates to loss 0.5, each at its own best rate: {', '.join(words)}.")
    assert len(speed.picture.cursor.get_xdata()) == 0
    assert speed.picture.titles[0].get_text() == "each at its own best rate"


def test_speed_draws_nothing_for_one_that_never_arrives(speed):
    speed.set_values({"own": True, "init_scale": 10.0})
    assert "ReLU >240." in speed.readout.value
    for artists in (speed.picture.losses, speed.picture.bests, speed.picture.guides):
        assert len(artists["ReLU"].get_xdata()) == 0
    assert len(speed.picture.losses["sigmoid"].get_xdata()) > 0


def test_speed_says_who_diverged(speed):
    speed.set_values({"learning_rate": 10.0})
    step = int(data(speed.picture.losses["ReLU"])[-1, 0])
    assert f"ReLU diverged at {step}." in speed.readout.value
    assert speed.picture.titles[0].get_text() == f"η = 10 for all, ReLU diverged at {step}"


def test_the_goal_of_speed_is_a_quick_sigmoid(speed):
    for values, met in [({"init_scale": 3.98, "learning_rate": 3.02}, True),
                        ({"init_scale": 3.98, "learning_rate": 0.302}, False)]:
        speed.set_values(values)
        needed = data(speed.picture.losses["sigmoid"])[-1, 0]
        assert (needed < 60) == met == speed.view.goal_met


# Exercises


def read(code):
    """What a reader's cell defines."""
    names = {"np": np}
    exec(code, names)
    return next(value for name, value in names.items() if name not in ("np", "__builtins__"))


SLOPE = "def f(z, leak): return "
BIAS = "def f(features, weights): return "
STEPS = "def f(z, x, learning_rate, leak): return "


@pytest.mark.parametrize(("check", "code"), [
    (exercises.check_leaky_slope, SLOPE + "leak + (1 - leak) * (z > 0)"),
    (exercises.check_leaky_slope, SLOPE + "[1 if value > 0 else leak for value in z]"),
    (exercises.check_killing_bias, BIAS + "(-features @ weights).min(axis=0)"),
    (exercises.check_killing_bias, BIAS + "[-max(features @ column) for column in weights.T]"),
    (exercises.check_steps_to_wake, STEPS + "abs(z) / learning_rate / leak / (1 + x @ x)"),
])
def test_a_right_answer_in_another_style_is_right(check, code):
    assert check(read(code)).feedback.status == RIGHT


@pytest.mark.parametrize(("check", "code", "words"), [
    (exercises.check_leaky_slope, SLOPE + "(z > 0) * 1.0", "This is ReLU"),
    (exercises.check_leaky_slope, SLOPE + "np.where(z < 0, leak, 1)", "Right but for z = 0"),
    (exercises.check_leaky_slope, SLOPE + "np.where(z < 0, leak * z, z)", "the function itself"),
    (exercises.check_leaky_slope, SLOPE + "np.where(z > 0, z, leak)", "so its slope is 1"),
    (exercises.check_killing_bias, BIAS + "np.max(features @ weights, axis=0)", "The sign"),
    (exercises.check_killing_bias, BIAS + "-np.max(features @ weights)", "one bias per unit"),
    (exercises.check_killing_bias, BIAS + "-np.min(features @ weights, axis=0)", "one row only"),
    (exercises.check_killing_bias, BIAS + "-np.max(features @ weights, axis=1)", "axis=0"),
    (exercises.check_killing_bias, BIAS + "-np.mean(features @ weights, axis=0)", "With the mean"),
    (exercises.check_steps_to_wake, STEPS + "-z / (learning_rate * leak * np.sum(x**2))",
     "the bias learns, too"),
    (exercises.check_steps_to_wake, STEPS + "-z / (learning_rate * (np.sum(x**2) + 1))",
     "only the leak"),
    (exercises.check_steps_to_wake, STEPS + "z / (learning_rate * leak * (np.sum(x**2) + 1))",
     "The sign"),
    (exercises.check_steps_to_wake, STEPS + "-z / learning_rate * leak * (np.sum(x**2) + 1)",
     "Brackets"),
])
def test_a_wrong_answer_is_recognised(check, code, words):
    feedback = check(read(code)).feedback
    assert feedback.status == NOT_YET
    assert words in feedback.text
