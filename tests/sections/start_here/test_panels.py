"""What the picture of the start page draws, against numbers worked out in the head."""

import re

import numpy as np
import pytest
from driving import built, widgets_in
from ipywidgets import Button, Play
from numpy.testing import assert_allclose

from lecture_kit.sections.start_here import panels


def data(line):
    return np.column_stack(line.get_data())


@pytest.fixture
def descent():
    return built(panels.descent)


@pytest.mark.parametrize(("learning_rate", "start", "step"), [
    (0.1, 4.0, 30), (0.1, 2.5, 7), (0.9, 4.0, 12), (0.01, 5.0, 0)])
def test_ball_path_and_distances_are_those_of_the_run(descent, learning_rate, start, step):
    descent.set_values({"learning_rate": learning_rate, "start": start, "step": step})
    factor = 1 - 2 * learning_rate
    places = start * factor ** np.arange(step + 1)
    picture = descent.picture
    assert_allclose(data(picture.path), np.column_stack([places, places**2]), atol=1e-12)
    assert_allclose(data(picture.ball), [[places[-1], places[-1] ** 2]], atol=1e-12)
    steps = np.arange(step + 1)
    assert_allclose(
        data(picture.distances), np.column_stack([steps, np.abs(places)]), atol=1e-12)
    assert_allclose(data(picture.distance_ball), [[step, abs(places[-1])]], atol=1e-12)
    theory = data(picture.theory)
    assert_allclose(theory[:, 0], steps)
    assert_allclose(theory[:, 1], start * abs(factor) ** steps, rtol=1e-9)


def test_the_picture_begins_before_the_answers(descent):
    assert descent.values["step"] == 3
    assert len(data(descent.picture.theory)) == 4
    assert data(descent.picture.distances)[:, 1].min() > 1
    axes = descent.picture.theory.axes
    assert [0.01, 0.01] in [list(line.get_ydata()) for line in axes.lines]
    assert [text.get_text() for text in axes.texts] == ["0.01"]
    assert axes.get_ylabel() == "distance |x|"


@pytest.mark.parametrize(("values", "readout"), [
    ({"step": 30}, "Step 30: x = 0.00495, height 2.45e−05. Each step multiplies x by: measured "
                   "0.8, theory 0.8."),
    ({"learning_rate": 0.9, "start": 2.0, "step": 1},
     "Step 1: x = −1.6, height 2.56. Each step multiplies x by: measured −0.8, theory −0.8."),
    ({"learning_rate": 1.0, "step": 30},
     "Step 30: x = 4, height 16. Each step multiplies x by: measured −1, theory −1."),
    ({"learning_rate": 0.5, "step": 1}, "Step 1: x = 0, height 0. Each step multiplies x by: "
     "measured 0, theory 0.")])
def test_the_readout_says_place_height_and_factor(descent, values, readout):
    descent.set_values(values)
    assert descent.readout.value == readout
    step, place, factor = re.search(r"Step (\d+): x = (\S+), .* theory (\S+)\.$", readout).groups()
    assert [title.get_text() for title in descent.picture.titles] == [
        f"step {step}: x = {place}", f"each step multiplies x by {factor}"]


def test_theory_and_measurement_are_two_numbers(descent, monkeypatch):
    monkeypatch.setattr(panels.experiments, "step_factor", lambda curvature, learning_rate: 0.25)
    descent.set_values({"learning_rate": 0.2})
    assert descent.readout.value.endswith("measured 0.6, theory 0.25.")


@pytest.mark.parametrize(("learning_rate", "start", "end"), [(1.05, 4.0, 5), (1.2, 5.0, 1)])
def test_a_run_that_diverges_is_drawn_up_to_its_first_point_outside(
        descent, learning_rate, start, end):
    descent.set_values({"learning_rate": learning_rate, "start": start, "step": end})
    places = start * (1 - 2 * learning_rate) ** np.arange(end + 1)
    assert abs(places[-2]) <= 6 < abs(places[-1])
    for step in (end, 30):
        descent.set_values({"step": step})
        assert_allclose(data(descent.picture.path)[:, 0], places)
        assert len(data(descent.picture.ball)) == len(data(descent.picture.distance_ball)) == 0
        assert descent.readout.value.startswith(f"Diverged: out of the picture at step {end}.")
        assert descent.picture.titles[0].get_text().endswith(f"at step {end}")
    descent.set_values({"step": end - 1})
    assert descent.readout.value.startswith(f"Step {end - 1}: x = ")
    assert len(data(descent.picture.ball)) == 1


def test_a_ball_below_the_axis_of_distances_is_not_drawn_there(descent):
    descent.set_values({"learning_rate": 0.5})
    assert len(data(descent.picture.distance_ball)) == 0
    assert_allclose(data(descent.picture.ball), [[0, 0]])


@pytest.mark.parametrize(("learning_rate", "start", "met"), [
    (0.437, 4.0, True), (0.417, 4.0, False), (0.55, 4.0, True), (0.575, 4.0, False),
    (0.437, 3.9, False), (0.437, 4.1, True), (0.437, 5.0, False), (0.5, 5.0, True)])
def test_the_goal_is_three_steps_from_4_or_farther(descent, learning_rate, start, met):
    descent.set_values({"learning_rate": learning_rate, "start": start, "step": 0})
    assert descent.view.goal_met == met == (
        start >= 4 and start * abs(1 - 2 * learning_rate) ** 3 < 0.01)


def test_play_moves_the_step(descent):
    (play,) = widgets_in(descent, Play)
    step = descent.controls["step"]
    assert (play.min, play.max) == (step.min, step.max) == (0, 30)


@pytest.mark.parametrize(("preset", "factor"), [
    ("too small", "0.98"), ("back and forth", "−0.8"), ("too large", "−1.1")])
def test_the_presets_show_what_they_are_called(descent, preset, factor):
    (button,) = [b for b in widgets_in(descent, Button) if b.description == preset]
    button.click()
    assert descent.readout.value.endswith(f"theory {factor}.")
    assert descent.readout.value.startswith("Diverged") == (preset == "too large")
