"""The panel class itself, on a small picture. The panels of the course are driven elsewhere."""

import asyncio
import base64
from threading import Event, Thread

import pytest
from driving import fingerprint, shown, state, widgets_in
from ipywidgets import Button, FloatProgress, Play
from sketches import make, show_at_once, show_in_steps
from traitlets import TraitError

from lecture_kit.live import panel as panel_module
from lecture_kit.live.controls import choice, seed
from lecture_kit.live.panel import View


def button(panel, label):
    (found,) = [b for b in widgets_in(panel, Button) if b.description == label]
    return found


def paintings(panel):
    """From now on, what each picture shows in words."""
    seen, paint = [], panel.screen.paint

    def watched(description):
        seen.append(description)
        paint(description)

    panel.screen.paint = watched
    return seen


@pytest.fixture
def panel():
    return make(show_at_once)


def test_the_first_picture_is_there_before_anything_is_moved(panel):
    assert panel.screen.frame["png"][:4] == b"\x89PNG"
    assert panel.readout.value == "x·n = 0.25"


def test_a_move_changes_picture_readout_and_alternative_text(panel):
    before = fingerprint(shown(panel.screen))
    panel.controls["x"].value = 0.5
    assert fingerprint(shown(panel.screen)) != before
    assert panel.readout.value == panel.screen.description == "x·n = 0.50"


def test_the_rounding_of_the_pages_slider_is_not_a_move(panel):
    panel.controls["x"].value = 0.87
    painted = paintings(panel)
    panel.controls["x"].value = 0.8699999999999999  # what the slider of the page answers
    assert painted == []
    assert panel.values == {"x": 0.87, "n": 1}
    panel.controls["x"].value = 0.88
    assert painted == ["x·n = 0.88"]


def test_the_goal_says_when_it_is_met(panel):
    assert panel.goal.value == "Goal: more than a half"
    panel.controls["x"].value = 0.51
    assert panel.goal.value == "✓ Goal reached: more than a half"


def test_a_preset_sets_all_its_values_with_one_painting(panel):
    painted = paintings(panel)
    button(panel, "high").click()
    assert panel.values == {"x": 0.9, "n": 2}
    assert panel.readout.value == "x·n = 1.80"
    assert painted == ["x·n = 1.80"]


def test_a_refused_value_leaves_a_panel_that_still_moves(panel):
    with pytest.raises(TraitError):
        panel.set_values({"x": "many"})
    panel.controls["x"].value = 0.75
    assert panel.readout.value == "x·n = 0.75"


def test_reset_brings_the_first_picture_back(panel):
    first = state(panel)
    panel.controls["x"].value, panel.controls["n"].value = 0.7, 3
    assert state(panel) != first
    button(panel, "Reset").click()
    assert panel.values == {"x": 0.25, "n": 1}
    assert state(panel) == first


def test_a_value_from_before_a_press_that_comes_after_it_is_put_back(panel, monkeypatch):
    monkeypatch.setattr(panel_module, "_SECONDS_UNDER_WAY", 60)
    panel.controls["x"].value = 0.7
    button(panel, "Reset").click()
    first, painted = state(panel), paintings(panel)
    panel.controls["x"].value = 0.75
    assert panel.values == {"x": 0.25, "n": 1}
    assert state(panel) == first
    assert painted == []
    panel.set_values({"x": 0.5})
    assert panel.readout.value == "x·n = 0.50"


def test_after_a_press_what_the_button_does_not_set_moves_at_once(monkeypatch):
    monkeypatch.setattr(panel_module, "_SECONDS_UNDER_WAY", 60)
    panel = make(show_at_once, presets={"high": {"x": 0.9}})
    button(panel, "high").click()
    panel.controls["n"].value = 2
    assert panel.readout.value == "x·n = 1.80"


def test_after_the_answer_of_the_page_everything_moves_again(panel, monkeypatch):
    monkeypatch.setattr(panel_module, "_SECONDS_UNDER_WAY", 60)
    button(panel, "Reset").click()
    for answer in (None, "yes", [panel.screen.asked], [panel.screen.asked - 1, 1000]):
        panel.screen.answered = answer
        panel.controls["x"].value = 0.7
        panel.screen.touch = [0, 0.5, 0.5, 1000]
        assert panel.values == {"x": 0.25, "n": 1}
    panel.screen.answered = [panel.screen.asked, 1500]
    panel.controls["x"].value = 0.7  # kept back until its first answer
    assert panel.values == {"x": 0.25, "n": 1}
    panel.screen.answered = [panel.screen.asked, 2000]
    panel.screen.touch = [0, 0.5, 0.5, 1999]  # from before
    assert panel.values == {"x": 0.25, "n": 1}
    panel.controls["x"].value = 0.5
    assert panel.readout.value == "x·n = 0.50"
    panel.screen.touch = [0, 0.9, 0.5, 2001]
    assert panel.values["x"] > 0.9


def test_without_a_page_everything_moves(panel):
    button(panel, "Reset").click()
    panel.controls["x"].value = 0.5
    assert panel.readout.value == "x·n = 0.50"


def test_a_button_stops_play(panel):
    (player,) = widgets_in(panel, Play)
    player.playing = True
    widgets_in(panel, Button)[-1].click()
    assert not player.playing


def test_play_is_linked_to_its_slider_in_the_front_end(panel):
    (player,) = widgets_in(panel, Play)
    assert (player.min, player.max, player.interval) == (1, 3, 50)


def test_the_output_holds_a_still_picture_its_size_and_the_readout(panel):
    data, metadata = panel._repr_mimebundle_()
    assert data["text/plain"] == repr(panel) == "Dot: x·n = 0.25"
    assert base64.b64decode(data["image/png"]) == panel.picture.still()
    still = {"width": 300, "height": 200, "alt": "x·n = 0.25"}
    assert metadata["image/png"] == still
    assert "application/vnd.jupyter.widget-view+json" in data


def test_the_picture_keeps_its_place_while_it_changes(panel):
    before = dict(panel.screen.layout.trait_values())
    panel.controls["x"].value = 1
    assert panel.screen.layout.trait_values() == before


def test_outside_an_event_loop_slow_work_runs_to_the_end():
    panel = make(show_in_steps)
    assert panel.readout.value == "step 5, x = 0.25"
    panel.controls["x"].value = 0.5
    assert panel.readout.value == "step 5, x = 0.50"


def test_slow_work_that_ended_is_not_done_again():
    begun = []

    def show(x, n):
        begun.append(x)
        yield View({"x": x}, "half", progress=0.5)
        yield View({"x": x}, f"x = {x:.2f}")

    panel = make(show)
    first = state(panel)
    panel.controls["x"].value = 0.5
    panel.reset()
    assert begun == [0.25, 0.5]
    assert state(panel) == first
    panel._show = show_in_steps
    panel.controls["x"].value = 0.5
    assert panel.readout.value == "x = 0.50"
    panel.controls["x"].value = 0.75
    assert panel.readout.value == "step 5, x = 0.75"


@pytest.fixture
def every_view_is_a_frame(monkeypatch):
    monkeypatch.setattr(panel_module, "_SECONDS_PER_FRAME", -1)


async def settle(panel):
    while panel.view.progress < 1:
        await asyncio.sleep(0.001)


@pytest.mark.usefixtures("every_view_is_a_frame")
def test_in_an_event_loop_slow_work_streams_with_a_progress_bar():
    panel = make(show_in_steps)
    (bar,) = widgets_in(panel, FloatProgress)
    seen = paintings(panel)

    async def move():
        panel.controls["x"].value = 0.5
        assert bar.layout.display is None
        assert bar.value == pytest.approx(0.2)
        await settle(panel)

    asyncio.run(move())
    assert seen == [f"step {n}, x = 0.50" for n in range(1, 6)]
    assert bar.layout.display == "none"


def test_views_that_come_in_the_time_of_one_frame_are_one_frame(monkeypatch):
    monkeypatch.setattr(panel_module, "_SECONDS_PER_FRAME", 60)
    panel = make(show_in_steps)
    seen = paintings(panel)

    async def move():
        panel.controls["x"].value = 0.5

    asyncio.run(move())
    assert seen == ["step 5, x = 0.50"]


@pytest.mark.usefixtures("every_view_is_a_frame")
def test_the_next_move_cancels_a_stream():
    panel = make(show_in_steps)
    seen = paintings(panel)

    async def move_twice():
        panel.controls["x"].value = 0.5
        panel.controls["x"].value = 0.75
        await settle(panel)
        await asyncio.sleep(0.02)

    asyncio.run(move_twice())
    assert seen[0] == "step 1, x = 0.50"
    assert seen[1:] == [f"step {n}, x = 0.75" for n in range(1, 6)]


@pytest.mark.usefixtures("every_view_is_a_frame")
def test_streaming_ends_with_the_picture_that_a_run_to_the_end_gives():
    streamed, direct = make(show_in_steps), make(show_in_steps)

    async def move():
        streamed.controls["x"].value = 0.5
        await settle(streamed)

    asyncio.run(move())
    direct.controls["x"].value = 0.5
    assert state(streamed) == state(direct)


@pytest.mark.usefixtures("every_view_is_a_frame")
def test_a_move_in_another_thread_ends_a_stream_for_good():
    """JupyterLab hands the first move of a slider to one thread and the next to another."""
    under_way, go_on = Event(), Event()

    def show(x, n):
        if x == 1:
            yield View({"x": x}, "the last move")
        else:
            yield View({"x": x}, "the first move", progress=0.5)
            under_way.set()
            go_on.wait(60)
            yield View({"x": x}, "a stale picture")

    async def move_and_wait():
        panel.controls["x"].value = 0.5
        await settle(panel)
        await panel._task

    go_on.set()
    panel = make(show)
    under_way.clear()
    go_on.clear()
    threads = [Thread(target=asyncio.run, args=[move_and_wait()]),
               Thread(target=panel.set_values, args=[{"x": 1}])]
    threads[0].start()
    assert under_way.wait(60)
    threads[1].start()
    threads[1].join(0.1)
    go_on.set()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert panel.readout.value == panel.screen.description == "the last move"


@pytest.mark.parametrize("control", [choice("c", [("a", 1), ("b", 2)], 2), seed(7)])
def test_other_controls_start_at_their_value(control):
    assert control.value in (2, 7)
