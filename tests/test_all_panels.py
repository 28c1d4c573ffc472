"""Every control of every panel is driven, every exercise is solved.

SETTINGS_PER_PANEL=300 in the environment tries that many random settings instead of 8.
"""

import asyncio
import os
import re
from dataclasses import replace
from itertools import combinations, pairwise
from threading import Thread

import numpy as np
import pytest
from driving import (
    all_exercises,
    all_panels,
    all_predictions,
    built,
    fingerprint,
    is_on_the_grid,
    places,
    shown,
    state,
    widgets_in,
)
from ipywidgets import Button
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from lecture_kit.live.exercise import NOT_ATTEMPTED, NOT_YET, RIGHT, ExercisePanel
from lecture_kit.live.panel import Panel
from lecture_kit.live.picture import _lecture_style
from lecture_kit.live.prediction import (
    ChoicePrediction,
    NumberPrediction,
    OrderPrediction,
    PredictionPanel,
)

N_SETTINGS = int(os.environ.get("SETTINGS_PER_PANEL", "8"))


HANDLES = {
    "start_here.descent": ["start", "step"],
    "loss_functions.depth": ["n_layers"],
    "loss_functions.one_neuron": ["b"],
    "loss_functions.race": ["b"],
    "loss_functions.softmax": ["s0", "s1", "s2", "s3"],
    "preprocessing.outlier": ["outlier", "outlier"],
    "preprocessing.valley": ["learning_rate", "start"],
    "weight_initialization.pair": ["step", "step"],
    "weight_initialization.signals": ["init_scale"],
    "weight_initialization.training": ["init_scale"],
    "gradient_descent_and_momentum.ball": ["start", "step"],
    "gradient_descent_and_momentum.starts": ["momentum"],
    "gradient_descent_and_momentum.valley": ["learning_rate momentum"],
    "adaptive_methods.escape": ["distance"],
    "adaptive_methods.race": ["x y", "learning_rate"],
    "adaptive_methods.real_data": ["learning_rate"],
    "adaptive_methods.schedules": ["learning_rate"],
    "epochs_and_batches.bookkeeping": ["batch_size"],
    "epochs_and_batches.cloud": ["batch_size"],
    "epochs_and_batches.noise": ["factor"],
    "batch_normalization.distributions": ["epoch"],
    "batch_normalization.one_layer": ["batch_size", "shift", "scale"],
    "batch_normalization.rate_and_scale": 2 * ["init_scale learning_rate"],
    "relu.gradients": ["n_layers", "init_scale"],
    "relu.slopes": ["place", "place"],
    "relu.speed": ["learning_rate"],
    "stochastic_pooling.one_window": ["a1", "a2", "a3", "a4", "draws"],
    "capstone.few_rows": ["recall", "n_rows"],
    "detection.base_rate": ["budget"],
    "detection.costs": ["threshold"],
    "detection.evasion": ["budget"],
    "detection.threshold": ["threshold", "threshold"],
}
"""What each handle of a panel moves."""


def ids(named):
    return [name for name, _function in named]


@pytest.fixture(scope="module", params=all_panels(), ids=ids(all_panels()))
def function(request):
    return request.param[1]


@pytest.fixture
def panel(function):
    return built(function)


def assert_it_shows_something(panel):
    """Look at a panel; returns its state."""
    picture = shown(panel.screen)
    assert picture.shape == (panel.screen.height, panel.screen.width, 4)
    assert picture[::4, ::4].std() > 5, "the picture is blank"
    assert panel.screen.description == panel.readout.value
    assert panel.progress.value == 1
    words = panel.readout.value.lower()
    assert "nan" not in words.replace("finance", "")
    assert len(words) <= 115, "the readout does not fit on its line"
    return panel.readout.value, fingerprint(picture)


def test_it_is_a_panel_of_the_right_size(panel):
    assert isinstance(panel, Panel)
    assert 900 <= panel.picture.width <= 1000
    assert panel.picture.height <= 330
    assert len(panel.controls) <= 5
    assert_it_shows_something(panel)
    assert not panel.view.goal_met, "the goal is given away at the start"


def test_every_control_goes_to_its_ends_and_between_and_changes_what_is_seen(panel):
    first = state(panel)
    for name, control in panel.controls.items():
        seen, values = set(), places(control, np.random.default_rng(0))[:3]
        for value in values:
            control.value = value
            assert panel.values[name] == value
            seen.add(assert_it_shows_something(panel))
        assert len(seen) == len(set(values)), f"{name} changes nothing"
        panel.reset()
        assert state(panel) == first, f"{name} leaves something behind"


def test_what_a_hand_can_move(panel, request):
    moved = [" ".join(sorted(handle.values((0.5, 0.5), panel.controls)))
             for handle in panel.picture.handles]
    assert moved == HANDLES.get(request.node.callspec.id, [])


def test_every_handle_goes_with_the_hand(panel):
    first = state(panel)
    for number, handle in enumerate(panel.picture.handles):
        left, top, right, bottom = handle._corners()
        seen = set()
        for x, y in [(-1, 2), (1, 0), (0.3, 0.6)]:
            across, down = left + x * (right - left), top + y * (bottom - top)
            panel.screen.touch = [number, across, down, 0]
            seen.add(assert_it_shows_something(panel))
            spot = handle.spot()
            if spot:  # a hand that takes hold of it and does not move does not move it
                panel.screen.touch = [number, *spot, 1]
                np.testing.assert_allclose(handle.spot(), spot, atol=0.005)
        assert len(seen) > 1, f"handle {number} moves nothing"
        panel.reset()
        assert state(panel) == first, f"handle {number} leaves something behind"


@pytest.fixture
def on_a_phone(panel):
    """The panel on a small phone; gets more room later."""
    first = state(panel)
    panel.screen.room = [274, 1]
    yield panel
    panel.reset()
    panel.screen.room = [960, 1]
    assert state(panel) == first, "the phone leaves something behind"


def boxes_in(picture):
    """Boxes of all axes with their texts and legends, and of the figure's texts and legends."""
    def box(artist):
        return np.round(artist.get_window_extent().extents).astype(int)

    for axes in picture.figure.axes:
        legend = axes.get_legend()
        texts = [text for text in axes.texts if text.get_text() and not text.get_clip_on()]
        parts = [axes.get_tightbbox(bbox_extra_artists=[]), *(
            artist.get_window_extent() for artist in (*texts, legend)
            if artist and artist.get_visible())]
        yield np.round(Bbox.union(parts).extents).astype(int)
    yield from map(box, picture.figure.legends)
    yield from (box(text) for text in picture.figure.texts if text.get_text())


def assert_it_fits_on_a_phone(panel):
    picture = panel.picture
    texts = [text for text in picture.figure.findobj(Text) if text.get_text().strip()]
    assert min(text.get_fontsize() for text in texts) * 100 / 72 >= 11
    if picture.column_height is None:  # it scrolls sideways
        assert panel.screen.width == picture.width
        return
    width, height = panel.screen.width, panel.screen.height
    assert width == max(panel.screen.room[0], picture.narrowest)
    assert picture.narrowest <= 330
    with _lecture_style():
        boxes = list(boxes_in(picture))
    for left, bottom, right, top in boxes:
        assert 0 <= left < right <= width
        assert 0 <= bottom < top <= height
    for one, other in combinations(boxes, 2):
        across, up = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
        assert min(across, up) <= 1, f"{one} overlaps {other}"


@pytest.mark.full
def test_on_a_phone_axes_are_below_each_other_and_nothing_is_cut_off(on_a_phone):
    assert_it_fits_on_a_phone(on_a_phone)


@pytest.mark.full
def test_on_a_phone_nothing_is_cut_off_at_the_ends_of_all_controls(on_a_phone):
    on_a_phone.screen.room = [360, 1]
    for place in range(3):
        on_a_phone.set_values({name: places(control, np.random.default_rng(0))[place]
                               for name, control in on_a_phone.controls.items()})
        assert_it_shows_something(on_a_phone)
        assert_it_fits_on_a_phone(on_a_phone)


def numbers_of(axis):
    """The words at the ticks that are seen."""
    low, high = sorted(axis.get_view_interval())
    return [tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]


def inner_boxes(texts):
    return [(text.get_text(), text.get_window_extent().padded(-2)) for text in texts
            if text.get_text().strip() and text.get_visible()]


def crossings(picture):
    """Pairs of a word or a legend of axes and what lies on it: a curve, a number, another word."""
    for axes in picture.figure.axes:
        words, legend = inner_boxes(axes.texts), axes.get_legend()
        if legend and legend.get_visible():
            words.append(("legend", legend.get_window_extent().padded(-2)))
        for line in axes.lines:
            path = line.get_transform().transform_path(line.get_path()).cleaned(remove_nans=True)
            yield from ((word, line) for word, box in words if line.get_linestyle() != "None"
                        and path.intersects_bbox(box, filled=False))
        if axes.axison:
            words += inner_boxes([*numbers_of(axes.xaxis), *numbers_of(axes.yaxis)])
        yield from ((word, other) for (word, box), (other, other_box) in combinations(words, 2)
                    if box.overlaps(other_box))


@pytest.mark.full
def test_on_a_phone_nothing_lies_on_a_word_that_is_free_on_a_wide_page(panel):
    found = {}
    for room in (352, 960):
        panel.picture.fit(room)
        with _lecture_style():
            panel.picture.figure.draw_without_rendering()  # moves the ticks
            found[room] = set(crossings(panel.picture))
    assert not found[352] - found[960]


def test_reset_and_presets_do_what_they_say(panel):
    first, first_values = state(panel), panel.values
    buttons = widgets_in(panel, Button)
    assert buttons[-1].description == "Reset"
    assert len({b.description for b in buttons}) == len(buttons)
    seen = []
    for button in buttons:
        button.click()
        seen.append(assert_it_shows_something(panel))
        promise = re.search(r"[^p²] = ([\d.]+)$", button.description)  # no control is p or a σ²
        assert not promise or pytest.approx(float(promise[1]), rel=0.01) in panel.values.values()
        for name, control in panel.controls.items():  # else the front end moves it to a stop
            assert is_on_the_grid(control, control.value), f"{button.description}: {name}"
    assert all(one != other for one, other in pairwise(seen[:-1])), "a preset changes nothing"
    assert state(panel) == first
    assert panel.values == first_values


def random_settings(panel, count):
    rng = np.random.default_rng(2)
    for _ in range(count):
        yield {name: rng.choice(np.array(places(control, rng), dtype=object))
               for name, control in panel.controls.items()}


@pytest.mark.full
def test_random_settings_in_a_row(panel):
    for values in random_settings(panel, N_SETTINGS):
        panel.set_values(values)
        assert_it_shows_something(panel)


@pytest.mark.full
def test_the_picture_depends_on_the_values_only(panel):
    for values in random_settings(panel, 3):
        panel.set_values(values)
        first = state(panel)
        panel.reset()
        panel._ends.clear()
        panel.set_values(values)
        assert state(panel) == first


@pytest.mark.full
def test_every_control_goes_to_random_places(panel):
    rng = np.random.default_rng(0)
    for control in panel.controls.values():
        for value in places(control, rng)[3:]:
            control.value = value
            assert_it_shows_something(panel)
        panel.reset()


@pytest.fixture(scope="module")
def other_loop():
    """An event loop in a second thread: JupyterLab has a control moved now here, now there."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.mark.full
def test_after_rapid_moves_in_two_threads_the_last_values_are_shown(panel, other_loop):
    rng = np.random.default_rng(4)

    async def move():
        name = rng.choice(list(panel.controls))
        panel.controls[name].value = places(panel.controls[name], rng)[rng.integers(5)]

    async def move_in_two_threads():
        for _ in range(N_SETTINGS):
            if rng.random() < 0.5:
                await move()
            else:
                await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(move(), other_loop))
            await asyncio.sleep(rng.choice([0, 0.003, 0.03]))
            if rng.random() < 0.1:
                panel.reset()
        while panel.view.progress < 1:
            await asyncio.sleep(0.003)

    asyncio.run(move_in_two_threads())
    with panel._lock:  # the other thread has painted the last view
        pass
    shown, values = assert_it_shows_something(panel), panel.values
    panel.reset()
    panel._ends.clear()
    panel.set_values(values)
    assert state(panel) == shown


@pytest.fixture(params=all_exercises(), ids=ids(all_exercises()))
def check(request):
    return request.param[1]


def solve(exercise):
    names = {"np": np}
    exec(exercise.solution, names)
    (answer,) = [value for name, value in names.items() if name not in ("np", "__builtins__")]
    return answer


def test_an_exercise_starts_not_attempted_and_its_solution_is_right(check):
    panel = check(...)
    assert isinstance(panel, ExercisePanel)
    assert panel.feedback.status == NOT_ATTEMPTED
    assert check(solve(panel.exercise)).feedback.status == RIGHT


def test_an_answer_that_is_one_percent_off_is_not_right(check):
    answer = solve(check(...).exercise)
    if isinstance(answer, dict):
        return  # settings, of which many are right
    wrong = (lambda *case: 1.01 * np.asarray(answer(*case))) if callable(answer) else 1.01 * answer
    assert check(wrong).feedback.status == NOT_YET


def test_an_exercise_has_hints_and_knows_mistakes(check):
    exercise = check(...).exercise
    assert len(exercise.hints) >= 2
    assert len(exercise.mistakes) >= 2
    for mistake in exercise.mistakes:
        feedback = check(mistake.answer).feedback
        assert feedback.status == NOT_YET
        assert feedback.text.endswith(mistake.text)


@pytest.fixture(params=all_predictions(), ids=ids(all_predictions()))
def predict(request):
    return request.param[1]


def decided(prediction, guess):
    panel = PredictionPanel(prediction)
    if isinstance(prediction, OrderPrediction):
        for option in guess:
            panel.field.buttons[option].click()
    else:
        panel.field.value = guess
    panel.button.click()
    return panel


def guesses(prediction, measured):
    """Answers, and whether they are close; None for what is no answer."""
    match prediction:
        case NumberPrediction():
            assert np.isfinite(measured)
            far = measured * 3 + 30
            return {f"{measured}": True, f"{far}": False, "nonsense": None,
                    f"{measured} {far} {measured}": True}
        case ChoicePrediction():
            right, _numbers = measured
            assert right in prediction.options
            return {**dict.fromkeys(prediction.options, False), right: True, None: None}
    assert set(measured) == set(prediction.options)
    assert len(set(measured.values())) == len(measured), "a tie has no order"
    order = tuple(sorted(measured, key=measured.get))
    assert prediction.options != order, "the question gives the answer away"
    return {order: True, order[::-1]: False, order[1:]: None}


def test_a_prediction_is_right_far_off_or_nonsense(predict):
    panel = predict()
    assert isinstance(panel, PredictionPanel)
    assert "not decided" in repr(panel)
    measured = panel.prediction.measured()
    known = replace(panel.prediction, measured=lambda: measured)
    for guess, is_close in guesses(known, measured).items():
        verdict = decided(known, guess).verdict
        assert verdict is None if is_close is None else verdict.is_close == is_close
