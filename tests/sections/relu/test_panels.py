"""What the readouts of section 08 say and which goals are met, against independent numbers."""

import numpy as np
import pytest

from lecture_kit.maths.activations import ACTIVATIONS
from lecture_kit.maths.datasets import digit_rows
from lecture_kit.sections.relu import panels
from lecture_kit.sections.relu.dying import one_hidden_layer, train_and_count


def data(line):
    return np.column_stack(line.get_data())


def press(panel, label):
    (button,) = [b for b in panel.children[1].children if getattr(b, "description", "") == label]
    button.click()


def test_slopes_read_out_formula_and_measurement(slopes):
    slopes.set_values({"activation": "tanh", "place": 0.0, "step": 1.0})
    assert slopes.readout.value == ("tanh at z = 0: φ = 0. Slope by formula 1, measured 0.762 "
                                    "(h = 1), gap 0.238.")
    assert slopes.picture.titles[1].get_text() == (
        "slope at 0: formula 1, measured 0.762")


def test_the_goal_of_the_slopes_is_a_kink_seen_from_close_by(slopes):
    for name, place, step, met in [
            ("ReLU", 0.0, 0.01, True), ("ReLU", 0.0, 0.0105, False), ("ReLU", 0.01, 0.01, False),
            ("leaky ReLU", 0.0, 0.01, True), ("ELU", 0.0, 0.01, False), ("tanh", 0.0, 0.01, False)]:
        slopes.set_values({"activation": name, "place": place, "step": step})
        assert slopes.view.goal_met == met, (name, place, step)


@pytest.mark.full
def test_the_sliders_say_that_they_set_the_gain(gradients, speed):
    for panel in (gradients, speed):
        assert panel.controls["init_scale"].description == "init scale, gain g"
    assert gradients.picture.cursor.axes.get_xlabel() == "gain g (init scale σ = g/√n)"


def test_the_goal_of_the_gradients_needs_30_layers_of_sigmoid(gradients):
    gradients.set_values({"init_scale": 10.0, "n_layers": 30})
    assert gradients.view.goal_met
    gradients.set_values({"n_layers": 29})
    assert not gradients.view.goal_met
    gradients.set_values({"n_layers": 30, "init_scale": 1.41})
    assert not gradients.view.goal_met
    gradients.set_values({"init_scale": 30.0})
    assert not gradients.view.goal_met


@pytest.mark.full
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
    assert dying.picture.titles[0].get_text() == f"training diverged at update {step}"
    assert data(dying.picture.count)[-1, 0] == step < 320
    assert np.isnan(data(dying.picture.accuracy)[-1, 1])


@pytest.fixture
def course(monkeypatch):
    """Replaces the training by a course with given ends."""

    def set_course(n_dead, accuracy, update=320):
        record = train_and_count(
            one_hidden_layer(0.0, 0.0, 0), 0.1, digit_rows(64), 0, epochs=0)
        first, activity = next(iter(record))
        end = type(first)(update, 10.0, 0.1, accuracy, None, None)
        activity = np.where(np.arange(100) < n_dead, 0.0, 0.5)
        monkeypatch.setattr(panels, "train_and_count", lambda *_: iter([(end, activity)]))

    return set_course


@pytest.mark.parametrize(("n_dead", "accuracy", "values", "met"), [
    (50, 0.9, {}, True), (49, 0.95, {}, False), (60, 0.89, {}, False),
    (60, 0.95, {"bias": -0.1}, False), (60, 0.95, {"leak": 0.01}, False)])
def test_the_goal_of_dying_is_half_dead_and_still_good(course, n_dead, accuracy, values, met):
    course(n_dead, accuracy)
    panel = panels.dying()
    panel.set_values(values)
    assert panel.view.goal_met == met


@pytest.mark.full
def test_the_goal_of_dying_can_be_reached(dying):
    reached = []
    for learning_rate in (1.32, 1.38, 1.45):
        dying.set_values({"learning_rate": learning_rate})
        reached.append(dying.view.goal_met)
    assert any(reached)


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
    assert speed.picture.titles[0].get_text() == "loss, each at its own best rate"


def test_speed_says_who_diverged(speed):
    speed.set_values({"learning_rate": 10.0})
    step = int(data(speed.picture.losses["ReLU"])[-1, 0])
    assert f"ReLU diverged at {step}." in speed.readout.value
    assert speed.picture.titles[0].get_text() == (
        f"loss, η = 10 for all; diverged: ReLU at {step}")


@pytest.mark.full
def test_the_goal_of_speed_is_a_quick_sigmoid(speed):
    for values, met in [({"init_scale": 3.98, "learning_rate": 3.02}, True),
                        ({"init_scale": 3.98, "learning_rate": 0.302}, False)]:
        speed.set_values(values)
        needed = data(speed.picture.losses["sigmoid"])[-1, 0]
        assert (needed < 60) == met == speed.view.goal_met


@pytest.mark.full
def test_speed_shows_on_the_way_who_is_still_running(speed):
    views = list(speed._show(**{**speed.values, "seed": 8}))
    progress = [view.progress for view in views]
    assert progress == sorted(progress)
    assert progress[-1] == 1 > progress[-2]
    assert len(views) > 30
    assert "rate 0.1: sigmoid …, tanh …, ReLU …. Own" in views[0].readout
    assert "…" not in views[-1].readout
    n_known = [sum(map(len, view.drawing["needed"].values())) for view in views]
    assert n_known == sorted(n_known)
    assert n_known[-1] == 21


def test_speed_races_alone_at_a_rate_that_is_none_of_the_seven(speed):
    views = list(speed._show(**{**speed.values, "seed": 8, "learning_rate": 0.2}))
    first = next(view for view in views if "…" not in view.readout)
    assert not any(first.drawing["needed"].values())
    assert first.readout.endswith("Own best rate: >160, >160, >160.")


@pytest.mark.full
def test_a_stream_of_races_that_was_left_alone_leaves_nothing_behind(speed):
    values = {**speed.values, "seed": 9}
    stream = speed._show(**values)
    for _ in range(6):
        next(stream)
    *_, last = speed._show(**values)
    *_, again = speed._show(**values)
    *_, fresh = panels.speed()._show(**values)
    assert last.readout == again.readout == fresh.readout
    assert repr(last.drawing) == repr(again.drawing) == repr(fresh.drawing)
