import numpy as np
import pytest
from driving import shown
from sketches import make, show_at_once

from lecture_kit.live import rerun
from lecture_kit.live.prediction import (
    ChoicePrediction,
    NumberPrediction,
    OrderPrediction,
    PredictionPanel,
)

WORDS = "Prediction 1, test", "How much?", "Because."


def ask(kind, measured, **more):
    title, question, why = WORDS
    return PredictionPanel(kind(title, question, measured, why, **more))


def decide(panel, value):
    panel.field.value = value
    panel.button.click()
    return panel


def press(panel, *options):
    for option in options:
        panel.field.buttons[option].click()
    return panel


@pytest.fixture(autouse=True)
def nothing_shown(monkeypatch):
    monkeypatch.setattr(rerun, "_shown", {})


@pytest.mark.parametrize(("typed", "miss", "words"), [
    ("2", 0, "You: 2. Measured: 2. That is it."),
    ("3", 1, "Close: a factor of 1.5 too high."),
    ("0.5", np.log(4) / np.log(1.5), "Too low by a factor of 4."),
    ("2468", np.log(1234) / np.log(1.5), "You: 2,470. Measured: 2. Too high by a factor of 1,230."),
    ("1e99", np.inf, "Too high by a factor of"),
])
def test_a_number_is_judged_by_its_factor(typed, miss, words):
    verdict = decide(ask(NumberPrediction, lambda: 2.0), typed).verdict
    assert min(verdict.miss, 500) == pytest.approx(min(miss, 500)) or verdict.miss > 500
    assert verdict.is_close == (miss <= 1)
    assert words in verdict.text


@pytest.mark.parametrize(("typed", "miss", "words"), [
    ("50%", 0, "You: 50 %. Measured: 50 %. That is it."),
    ("45", 1, "Close: 5 points too low."),
    ("−10", 12, "Too low by 60 points."),
])
def test_a_percentage_is_judged_by_its_points(typed, miss, words):
    verdict = decide(ask(NumberPrediction, lambda: 50, points=True, unit=" %"), typed).verdict
    assert verdict.miss == pytest.approx(miss)
    assert words in verdict.text


def test_a_room_of_predictions_is_judged_by_its_median_and_all_are_drawn():
    panel = decide(ask(NumberPrediction, lambda: 50.0), "3 10; 50, 50 200")
    assert panel.verdict.text.startswith("5 predictions, 2 of them close, median 50. ")
    assert panel.line.value.count("<circle") == 5
    assert "measured 50, predicted 3, 10, 50, 50, 200" in panel.line.value


@pytest.mark.parametrize("typed", ["", " ", "many", "3,5 4", "nan", "inf", "1/2"])
def test_what_is_no_number_is_told_and_stays(typed):
    panel = decide(ask(NumberPrediction, lambda: 1 / 0), typed)
    assert "Type a number" in panel.answer.value
    assert panel.verdict is None
    assert panel.field.value == typed
    assert not panel.field.disabled


@pytest.mark.parametrize("typed", ["0", "-3", "2 0"])
def test_a_factor_needs_numbers_above_0(typed):
    panel = decide(ask(NumberPrediction, lambda: 1 / 0), typed)
    assert "must be above 0" in panel.answer.value
    assert panel.verdict is None


def test_a_choice_is_right_or_wrong_and_hears_the_numbers():
    def choose(option):
        return decide(ask(ChoicePrediction, lambda: ("left", "It is at −1."),
                          options=("left", "right")), option)

    assert choose("left").verdict.text == "Right: left. It is at −1."
    assert choose("left").verdict.is_close
    assert choose("right").verdict.text == "You: right. Measured: left. It is at −1."
    assert not choose("right").verdict.is_close
    assert "Press one" in choose(None).answer.value


def test_an_order_is_judged_by_its_pairs():
    def order():
        return ask(OrderPrediction, lambda: {"a": 1.0, "b": 2.0, "c": 3.0},
                   options=("c", "b", "a"))

    panel = press(order(), "a", "b", "c")
    assert [button.description for button in panel.field.buttons.values()] == [
        "3. c", "2. b", "1. a"]
    panel.button.click()
    assert panel.verdict.is_close
    panel = press(order(), "a", "c", "b", "a", "a")
    assert panel.field.value == ("c", "b", "a")
    panel.button.click()
    assert panel.verdict.text == (
        "0 of 3 pairs are in the right order. Measured: a: 1; b: 2; c: 3.")
    assert not panel.verdict.is_close
    panel = press(order(), "b")
    panel.button.click()
    assert "Press all 3 buttons" in panel.answer.value
    assert panel.verdict is None


def test_equal_numbers_have_no_order():
    panel = press(ask(OrderPrediction, lambda: {"a": 1.0, "b": 1.0}, options=("a", "b")), "b", "a")
    panel.decide()
    assert panel.verdict.is_close


def test_decide_fixes_it_and_try_again_frees_it_but_the_first_one_counts():
    panel = ask(NumberPrediction, lambda: 2.0)
    undecided = repr(panel)
    assert undecided == "Prediction 1, test: ○ not decided\nHow much?"
    decide(panel, "20")
    assert panel.field.disabled
    assert panel.button.description == "Try again"
    assert repr(panel) == ("Prediction 1, test: ✗ You: 20. Measured: 2. Too high by a factor of "
                           "10.\nBecause.")
    panel.button.click()
    assert repr(panel) == undecided
    assert not panel.field.disabled
    assert panel.answer.value == panel.line.value == ""
    decide(panel, "2")
    assert panel.verdict.is_close
    assert not panel.first.is_close


def test_what_is_typed_is_text_and_no_html():
    panel = decide(ask(NumberPrediction, lambda: 2.0), "<b>2</b>")
    assert "<b>" not in panel.answer.value


@pytest.mark.parametrize("panel_first", [True, False])
def test_a_picture_marks_a_prediction_until_it_is_freed(panel_first):
    plain = shown(make(show_at_once).screen)
    panel = make(show_at_once) if panel_first else None
    question = decide(ask(NumberPrediction, lambda: 0.5, name="x"), "0.7 0.4")
    panel = panel or make(show_at_once)
    marked = shown(panel.screen)
    assert (marked != plain).any()
    question.button.click()
    assert (shown(panel.screen) == plain).all()
    decide(question, "0.1")
    assert (shown(panel.screen) != marked).any()


def test_a_prediction_of_something_else_is_not_marked():
    panel = make(show_at_once)
    before = shown(panel.screen)
    decide(ask(NumberPrediction, lambda: 0.5, name="y"), "0.7")
    decide(ask(NumberPrediction, lambda: 0.5), "0.7")
    assert (shown(panel.screen) == before).all()


def test_a_measurement_that_fails_leaves_the_prediction_as_it_was():
    panel = ask(NumberPrediction, lambda: 1 / 0)
    panel.field.value = "3"
    with pytest.raises(ZeroDivisionError):
        panel.decide()
    assert not panel.field.disabled
    assert not panel.button.disabled
    assert panel.button.description == "Decide"
    assert panel.answer.value == ""
