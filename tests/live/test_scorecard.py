import pytest
from sketches import make, show_at_once

from lecture_kit.live import rerun
from lecture_kit.live.exercise import Exercise, ExercisePanel
from lecture_kit.live.prediction import NumberPrediction, PredictionPanel
from lecture_kit.live.scorecard import scorecard


@pytest.fixture(autouse=True)
def nothing_shown(monkeypatch):
    monkeypatch.setattr(rerun, "_shown", {})


def ask(name):
    return PredictionPanel(NumberPrediction(f"Prediction {name}", "?", lambda: 2.0, "Because."))


def solve(attempt):
    return ExercisePanel(Exercise("Exercise <1>", 0.5, "0.5", ()), attempt)


def decide(panel, value):
    panel.field.value = value
    panel.decide()


def test_an_empty_notebook_has_an_empty_card():
    assert repr(scorecard()) == ("Predictions: 0 of 0 decided, 0 of them close.\n"
                                 "Goals: 0 of 0 reached.\nExercises: 0 of 0 solved.")


def test_it_counts_what_is_decided_reached_and_solved_as_it_comes():
    first, second, panel = ask("1"), ask("2"), make(show_at_once)
    solve(...)
    card = scorecard()
    unanswered = card.value
    assert repr(card) == ("Predictions: 0 of 2 decided, 0 of them close.\n"
                          "Goals: 0 of 1 reached.\nExercises: 0 of 1 solved.")
    decide(first, "2")
    decide(second, "20")
    panel.set_values({"x": 0.9, "n": 3})
    panel.reset()
    solve(0.5)
    assert repr(card) == ("Predictions: 2 of 2 decided, 1 of them close.\n"
                          "Goals: 1 of 1 reached.\nExercises: 1 of 1 solved.")
    assert card.value != unanswered
    assert "1 of 2 predictions are close." in card.value
    assert "✓ Dot" in card.value
    assert "✓ Exercise &lt;1&gt;" in card.value


def test_the_first_prediction_counts():
    panel, card = ask("1"), scorecard()
    for value in ("20", "2"):
        decide(panel, value)
        panel.button.click()
    assert "1 of 1 decided, 0 of them close" in repr(card)


def test_a_cell_that_is_run_again_starts_again():
    decide(ask("1"), "20")
    ask("1")
    assert "0 of 1 decided" in repr(scorecard())


def test_the_output_of_its_cell_holds_the_results_and_is_kept_up_to_date(monkeypatch):
    outputs = []
    monkeypatch.setattr("lecture_kit.live.scorecard.display",
                        lambda data, **more: outputs.append((data["text/plain"], more)))
    panel, card = ask("1"), scorecard()
    solve(0.5)
    assert outputs == []  # no cell shows the card yet
    card._ipython_display_()
    card.score_changed()
    decide(panel, "2")
    (_before, first), (words, second) = outputs  # nothing had changed at the second count
    assert words == repr(card)
    assert (first["update"], second["update"]) == (False, True)
    assert first["display_id"] == second["display_id"]
    exercise = {"kind": "exercise", "title": "Exercise <1>", "status": "right"}
    prediction = {"kind": "prediction", "title": "Prediction 1", "decided": True, "miss": 0.0}
    assert second["metadata"] == {"lecture_kit": [prediction, exercise]}


def test_a_wrong_answer_solves_nothing():
    solve(0.7)
    assert "0 of 1 solved" in repr(scorecard())
