import numpy as np
import pytest

from lecture_kit.live.exercise import (
    NOT_ATTEMPTED,
    NOT_YET,
    RIGHT,
    Exercise,
    ExercisePanel,
    Mistake,
)


def mean(values):
    return values.sum() / len(values)


FUNCTION = Exercise(
    "Exercise 1, mean", mean, "def mean(values):\n    return values.mean() < 3 & 4",
    ("Add <all> values.", "Divide by their number."),
    cases=((np.array([1.0, 2.0, 6.0]),), (np.array([4.0]),)),
    mistakes=(Mistake(lambda values: values.sum(), "Divide the sum."),),
)
NUMBER = Exercise("Exercise 2, half", 0.5, "0.5", ("1/2",), mistakes=(Mistake(2.0, "Inverse."),))


@pytest.mark.parametrize("attempt", [lambda values: ..., lambda values: None, None, ...])
def test_a_blank_function_is_not_attempted(attempt):
    assert FUNCTION.check(attempt).status == NOT_ATTEMPTED


@pytest.mark.parametrize("attempt", [None, ...])
def test_a_blank_number_is_not_attempted(attempt):
    assert NUMBER.check(attempt).status == NOT_ATTEMPTED


@pytest.mark.parametrize("attempt", [np.mean, lambda v: v.mean() * (1 + 1e-9)])
def test_a_right_function_is_right(attempt):
    assert FUNCTION.check(attempt).status == RIGHT


def test_a_right_number_is_right():
    assert NUMBER.check(0.5).status == RIGHT
    assert NUMBER.check(np.float64(0.5)).status == RIGHT


def test_a_wrong_function_hears_input_expectation_and_result():
    feedback = FUNCTION.check(lambda values: values.max())
    assert feedback.status == NOT_YET
    assert feedback.text == "For values = [1., 2., 6.]: expected 3, but 6 came."


def test_a_known_mistake_is_called_by_name():
    assert FUNCTION.check(np.sum).text.endswith("expected 3, but 9 came. Divide the sum.")


def test_a_function_that_is_wrong_in_the_last_case_only_is_wrong():
    feedback = FUNCTION.check(lambda values: 3.0)
    assert feedback.text == "For values = [4.]: expected 4, but 3 came."


def test_a_wrong_number_does_not_hear_the_right_one():
    assert NUMBER.check(0.7).text == "0.7 is not it."
    assert NUMBER.check(2).text == "2 is not it. Inverse."


@pytest.mark.parametrize(("attempt", "words"), [
    (lambda values: values[7], "raised IndexError"),
    (lambda: 3, "raised TypeError"),
    (lambda values: "many", "'many' came"),
    (lambda values: values, "came"),
    (lambda values: np.nan, "nan came"),
    (3.0, "without brackets; got 3"),
])
def test_odd_attempts_get_an_answer_instead_of_an_error(attempt, words):
    feedback = FUNCTION.check(attempt)
    assert feedback.status == NOT_YET
    assert words in feedback.text


TABLE = Exercise(
    "Exercise 3, double", lambda rows: 2 * rows, "", (),
    cases=((np.array([[1.0, 2.0, 3.0]]),), (np.zeros((0, 3)),), (np.arange(6.0).reshape(2, 3),)),
    mistakes=(Mistake(lambda rows: 2 * rows.ravel(), "Keep the table."),))


@pytest.mark.parametrize(("exercise", "attempt", "text"), [
    (FUNCTION, lambda values: values.mean(keepdims=True),
     "For values = [1., 2., 6.]: the numbers are right, but their shape is not: expected a single "
     "number, but shape (1,) came."),
    (TABLE, lambda rows: [2 * rows],
     "For rows = [[1., 2., 3.]]: the numbers are right, but their shape is not: expected shape "
     "(1, 3), but shape (1, 1, 3) came."),
    (TABLE, lambda rows: np.squeeze(2 * rows),
     "For rows = [[1., 2., 3.]]: the numbers are right, but their shape is not: expected shape "
     "(1, 3), but shape (3,) came."),
    (TABLE, lambda rows: 2 * rows.ravel(),
     "For rows = [[1., 2., 3.]]: the numbers are right, but their shape is not: expected shape "
     "(1, 3), but shape (3,) came. Keep the table."),
    (TABLE, lambda rows: [2 * row for row in rows],
     "For rows = []: the numbers are right, but their shape is not: expected shape (0, 3), but "
     "shape (0,) came."),
    (NUMBER, [0.5], "the numbers are right, but their shape is not: expected a single number, but "
     "shape (1,) came."),
])
def test_a_right_answer_of_another_shape_hears_that_its_shape_is_the_reason(
        exercise, attempt, text):
    feedback = exercise.check(attempt)
    assert feedback.status == NOT_YET
    assert feedback.text == text


@pytest.mark.parametrize("attempt", [
    lambda rows: 2 * rows.T,  # in another order
    lambda rows: 2 * rows.reshape(-1) + 1e-3,
    lambda rows: np.stack([2 * rows, 2 * rows]),
    lambda rows: 2 * rows.ravel() if len(rows) == 1 else 3 * rows,  # wrong in another case
])
def test_a_wrong_answer_is_not_called_right_but_for_its_shape(attempt):
    feedback = TABLE.check(attempt)
    assert feedback.status == NOT_YET
    assert "shape is not" not in feedback.text


@pytest.mark.parametrize("attempt", [lambda rows: (2 * rows).astype(str).tolist(), "0.5"])
def test_words_are_no_numbers(attempt):
    exercise = TABLE if callable(attempt) else NUMBER
    feedback = exercise.check(attempt)
    assert feedback.status == NOT_YET
    assert "'" in feedback.text


def test_an_attempt_that_sorts_the_lists_it_got_does_not_change_the_question():
    def first_of_sorted(names, wanted):
        names.sort()
        return float(names[0] == wanted)

    exercise = Exercise("First", lambda names, wanted: float(names[0] == wanted), "", (),
                        cases=((["b", "a"], "a"),))
    assert exercise.check(first_of_sorted).status == NOT_YET


def test_an_attempt_that_changes_its_input_spoils_nothing():
    def spoil(values):
        values *= 0
        return 0.0

    FUNCTION.check(spoil)
    assert FUNCTION.check(np.mean).status == RIGHT


def test_warnings_of_an_attempt_do_not_reach_the_reader():
    FUNCTION.check(lambda values: np.log(values - values).sum())


def test_the_panel_shows_verdict_and_text():
    panel = ExercisePanel(FUNCTION, np.sum)
    assert repr(panel).startswith("Exercise 1, mean: ✗ not yet\nFor values")
    data = panel._repr_mimebundle_()
    assert data["text/plain"] == repr(panel)


def test_hints_come_one_by_one_and_the_solution_on_request():
    panel = ExercisePanel(FUNCTION, ...)
    assert panel.help.value == ""
    assert panel.hint_button.description == "Hint 1 of 2"
    panel.hint_button.click()
    assert "Add" in panel.help.value
    assert "Divide" not in panel.help.value
    panel.hint_button.click()
    assert "Divide" in panel.help.value
    assert panel.hint_button.disabled
    assert "def mean" not in panel.help.value
    panel.solution_button.click()
    assert "def mean" in panel.help.value


def test_nothing_becomes_html_without_escaping():
    panel = ExercisePanel(FUNCTION, ...)
    panel.hint_button.click()
    panel.solution_button.click()
    assert "&lt;all&gt;" in panel.help.value
    assert "&lt; 3 &amp; 4" in panel.help.value
