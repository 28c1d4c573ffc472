import math

import numpy as np
import pytest
from driving import shown, state
from matplotlib.figure import Figure
from sketches import make, show_at_once

from lecture_kit.live.controls import log_slider, seed, slider, stop_slider, whole_slider
from lecture_kit.live.handles import Handle, nearest


@pytest.fixture
def axes():
    """Axes that fill the right half of a figure."""
    return Figure(figsize=(4, 2), dpi=100).add_axes((0.5, 0, 0.5, 1))


@pytest.fixture
def panel():
    return make(show_at_once)


@pytest.mark.parametrize(("control", "number", "value"), [
    (slider("s", -1, 1, 0, 0.05), 0.324, 0.30000000000000004),
    (slider("s", -1, 1, 0, 0.05), -7.0, -1.0),
    (slider("s", -1, 1, 0, 0.05), math.inf, 1.0), (whole_slider("n", 1, 9, 1), 3.6, 4),
    (seed(), 12.4, 12), (stop_slider("B", [1, 10, 100], 10), 31, 10),
    (stop_slider("B", [1, 10, 100], 10), 32, 100), (stop_slider("B", [1, 10, 100], 10), -4, 1),
    (stop_slider("η", [0, 0.1, 1], 0), 0.001, 0.1), (stop_slider("η", [0, 0.1, 1], 0), 0, 0),
    (log_slider("η", 0.01, 1, 0.1), 0.1234, 0.126), (log_slider("η", 0.01, 1.0, 0.1), 1e9, 1.0)])
def test_the_nearest_value(control, number, value):
    found = nearest(control, number)
    assert found == value
    assert type(found) is type(value)
    control.value = found
    assert control.value == found


def test_the_nearest_value_is_what_the_slider_of_the_page_makes_of_it():
    assert nearest(slider("s", -8, 8, 0), 4.8712) == 4.869999999999999  # else it would answer


def test_a_handle_is_where_its_line_begins(axes):
    line = axes.plot([0.25, 0.9], [0.5, 0.1])[0]
    axes.set(xlim=(0, 1), ylim=(0, 1))
    handle = Handle(axes, line, "x")
    assert handle.spot() == [0.625, 0.5]
    assert handle.area() == []
    assert Handle(axes, line, "x", anywhere=True).area() == [0.5, 0, 0.5, 1]


@pytest.mark.parametrize("points", [([], []), ([np.nan], [0.5]), ([7], [0.5]), ([-9], [0.5])])
def test_a_line_that_is_not_seen_has_no_handle(axes, points):
    line = axes.plot(*points)[0]
    axes.set(xlim=(0, 1), ylim=(0, 1))
    assert Handle(axes, line, "x").spot() == []


def test_a_point_at_zero_on_a_logarithmic_axis_has_no_handle(axes):
    line = axes.plot([0], [1])[0]
    axes.set(xlim=(0.1, 1), ylim=(0.1, 10), xscale="log", yscale="log")
    assert Handle(axes, line, "x").spot() == []


def test_places_become_values_on_both_kinds_of_axes(axes):
    axes.set(xlim=(0.01, 1), ylim=(0, 8), xscale="log")
    controls = {"rate": log_slider("η", 0.01, 1, 0.1), "n": whole_slider("n", 0, 8, 1)}
    handle = Handle(axes, axes.plot([0.1], [1])[0], "rate", "n")
    assert handle.values((0.75, 0.25), controls) == {"rate": 0.1, "n": 6}
    assert handle.values((0.0, 9.0), controls) == {"rate": 0.01, "n": 0}
    assert Handle(axes, handle.at, y="n").values((0.75, 0.25), controls) == {"n": 6}


def test_a_handle_may_move_what_is_no_coordinate(axes):
    axes.set(xlim=(0, 1), ylim=(0, 1))
    controls = {"b": slider("b", -5, 5, 0), "w": slider("w", -5, 5, 2)}
    handle = Handle(axes, axes.plot([0.1], [1])[0],
                    moves=lambda x, _y, now: {"b": x - now["w"]})
    assert handle.values((0.75, 0.5), controls) == {"b": -1.5}


def told(panel, message):
    """What comes from the page."""
    panel.screen._handle_custom_msg(message, [])


@pytest.mark.parametrize("message", [None, [], "touch", {}, {"touched": [0, 0.5, 0.5, 1]}])
def test_a_message_that_is_no_touch_changes_nothing(panel, message):
    before = state(panel)
    told(panel, message)
    assert state(panel) == before


def test_a_touch_moves_the_control_and_the_handle_follows(panel):
    left, top, right, bottom = panel.picture.handles[0]._corners()
    place = [left + 0.8 * (right - left), (top + bottom) / 2]
    told(panel, {"touch": [0, *place, 1]})
    assert panel.values == {"x": 0.8, "n": 1}
    assert panel.readout.value == panel.screen.description == "x·n = 0.80"
    assert panel.screen.spots[0] == pytest.approx(place, abs=1e-4)
    panel.reset()
    panel.screen.touch = [0, *place, 2]
    assert panel.values == {"x": 0.8, "n": 1}


@pytest.mark.parametrize("touch", [
    None, [], [0], [0, 0.5], [0, 0.5, 0.5], [1, 0.5, 0.5, 0], [-1, 0.5, 0.5, 0],
    [0, math.nan, 0.5, 0], [0, 0.5, -math.inf, 0], [0, "0.5", 0.5, 0], ["0", 0.5, 0.5, 0],
    [0, None, 0.5, 0], [0.0, 0.5, 0.5, 0], {"0": 1}, "nonsense", [0, 0.5, 0.5, 0, 0],
    [[0], [0.5], [0.5], 0]])
def test_a_touch_that_makes_no_sense_changes_nothing(panel, touch):
    before = state(panel)
    told(panel, {"touch": touch})
    assert state(panel) == before
    assert panel.values == {"x": 0.25, "n": 1}


@pytest.mark.parametrize("touch", [
    [0, 1e8, 0.5, 0], [0, 1e300, 0.5, 0], [0, 10**400, 0.5, 0], [True, 0.5, 0.5, 0]])
def test_a_touch_far_away_is_at_the_edge_or_nothing(panel, touch):
    panel.screen.touch = touch
    assert panel.values["x"] in (0.25, 1.0)


@pytest.mark.parametrize(("room", "pixels"), [
    ([300, 1], 300), ([300, 1.5], 450), ([300, 2], 600), ([300, 20], 600), ([960, 1.111], 333),
    ([9600, 1.5], 450), ([300, -5], 75), ([1, 1.5], 405)])
def test_the_picture_has_the_pixels_that_the_page_shows(panel, room, pixels):
    panel.screen.room = room
    assert shown(panel.screen).shape[1] == pixels
    assert panel.screen.frame["box"][2] < 1
    assert make(show_at_once).picture.pixels().shape[1] == pixels  # the next one begins like this


@pytest.mark.parametrize("room", [
    None, 600, "600", {}, [600], [math.nan, 1], [math.inf, 1], [600, "1"], [10**400, 1], [0, 2]])
def test_a_room_that_makes_no_sense_changes_nothing(panel, room):
    before = state(panel)
    panel.screen.room = room
    assert state(panel) == before


def test_the_background_travels_once(panel):
    sent = []
    panel.screen.observe(sent.append, "background")
    for x in np.linspace(0, 1, 5):
        panel.controls["x"].value = x
    assert sent == []
    panel.screen.room = [300, 1.5]
    assert len(sent) == 1
