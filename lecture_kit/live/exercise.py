"""Exercises that answer at once: not attempted, not yet (and why), or right."""

import inspect
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from html import escape

import numpy as np
from ipywidgets import HTML, Button, HBox, Layout, VBox
from traitlets import Dict

from lecture_kit.live.language import translate as _
from lecture_kit.live.rerun import Worded, take_the_place

NOT_ATTEMPTED, NOT_YET, RIGHT = "not attempted", "not yet", "right"


@dataclass(frozen=True)
class Feedback:
    """What the reader learns about an attempt.

    Parameters
    ----------
    status : {"not attempted", "not yet", "right"}
        The verdict.
    text : str
        The verdict in words; for "not yet" with the input, what was expected and what came.
    """

    status: str
    text: str


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that people really give.

    Parameters
    ----------
    answer : callable or float
        What somebody with this mistake would write.
    text : str
        What to tell them.
    """

    answer: Callable | float
    text: str


@dataclass(frozen=True)
class Exercise:
    """A question whose answer is a function or a number.

    Parameters
    ----------
    title : str
        The task in a few words.
    answer : callable or float
        The right answer.
    solution : str
        Python code that solves it.
    hints : tuple of str
        Hints, from a nudge to nearly the solution.
    cases : tuple of tuple
        For a function: the arguments it is tried with.
    mistakes : tuple of Mistake
        Wrong answers to recognise by name.
    tolerance : float, default 1e-6
        How far off a number may be, relative to the right one.
    """

    title: str
    answer: Callable | float
    solution: str
    hints: tuple
    cases: tuple = ((),)
    mistakes: tuple = field(default=())
    tolerance: float = 1e-6

    def check(self, attempt):
        """Judge an attempt.

        Parameters
        ----------
        attempt : callable or float
            What the reader wrote. ``...`` or None, also as the result of a function, means that
            nothing was written yet.

        Returns
        -------
        Feedback
            The verdict. Nothing that the reader's function does raises an error here.
        """
        if callable(self.answer) and not callable(attempt) and not _is_blank(attempt):
            text = _("Pass the function itself, without brackets; got {value}.")
            return Feedback(NOT_YET, text.format(value=_in_words(attempt)))
        results = []
        for case in self.cases:
            try:
                result = _call(attempt, case)
            except Exception as error:
                text = _("{given}your code raised {kind}: {error}.").format(
                    given=self._given(case), kind=type(error).__name__, error=error)
                return Feedback(NOT_YET, text)
            if _is_blank(result):
                return Feedback(NOT_ATTEMPTED, _("Write your answer in place of the three dots."))
            results.append(result)
        return self._compare(results)

    def _compare(self, results):
        expected = [_call(self.answer, case) for case in self.cases]
        for case, right, result in zip(self.cases, expected, results, strict=True):
            if not self._close(result, right):
                only_shape = all(self._close(*pair, any_shape=True)
                                 for pair in zip(results, expected, strict=True))
                text = self._contrast(case, right, result, only_shape)
                return Feedback(NOT_YET, f"{text} {self._name_mistake(results)}".strip())
        return Feedback(RIGHT, _("Well done."))

    def _contrast(self, case, right, result, only_shape):
        in_words = _in_words
        if only_shape:
            text = _("{given}the numbers are right, but their shape is not: expected {right}, but "
                     "{result} came.")
            in_words = _shape_in_words
        elif callable(self.answer):
            text = _("{given}expected {right}, but {result} came.")
        else:  # the expected number would give the answer away
            text = _("{result} is not it.")
        return text.format(
            given=self._given(case), right=in_words(right), result=in_words(result))

    def _name_mistake(self, results):
        for mistake in self.mistakes:
            wrong = [_call(mistake.answer, case) for case in self.cases]
            if all(map(self._close, results, wrong)):
                return mistake.text
        return ""

    def _close(self, result, right, any_shape=False):
        result, right = _as_numbers(result), _as_numbers(right)
        if result is None or right is None or result.size != right.size:
            return False
        return (any_shape or result.shape == right.shape) and np.allclose(
            result.ravel(), right.ravel(), rtol=self.tolerance, atol=self.tolerance * 1e-3,
            equal_nan=True)

    def _given(self, case):
        if not case:
            return ""
        names = inspect.signature(self.answer).parameters
        pairs = [f"{name} = {_in_words(value)}" for name, value in zip(names, case, strict=True)]
        return _("For {inputs}: ").format(inputs=", ".join(pairs))


def _is_blank(value):
    return value is None or value is ...


def _call(answer, case):
    """Call a function on copies of the inputs, without warnings; pass a number through."""
    if not callable(answer):
        return answer
    with np.errstate(all="ignore"):
        return answer(*deepcopy(case))


def _as_numbers(value):
    """Make an array of real numbers; None of anything else, also of words such as "1"."""
    try:
        array = np.asarray(value)
        return None if array.dtype.kind in "SU" else np.asarray(array, float)
    except (TypeError, ValueError):
        return None


def _shape_in_words(value):
    shape = np.shape(value)
    return _("shape {shape}").format(shape=shape) if shape else _("a single number")


def _in_words(value):
    if callable(value):
        return value.__name__
    numbers = _as_numbers(value)
    if numbers is None:
        return repr(value)
    if numbers.ndim == 0:
        return f"{numbers:.6g}"
    return np.array2string(numbers, precision=6, separator=", ")


class ExercisePanel(Worded, VBox):
    """Verdict on an attempt, with buttons for hints and for the solution.

    Parameters
    ----------
    exercise : Exercise
        The question.
    attempt : callable or float
        What the reader wrote.

    Attributes
    ----------
    feedback : Feedback
        The verdict.
    result : dict
        The verdict in a form that is the same in every language. It is saved with the notebook, for
        :mod:`lecture_kit.tools.collect`.
    hint_button, solution_button, help : ipywidgets.Widget
        The buttons, and the place where hints and solution appear.
    """

    result = Dict().tag(sync=True)

    def __init__(self, exercise, attempt):
        self.exercise, self.title = exercise, exercise.title
        self.feedback = exercise.check(attempt)
        self._hints_shown, self._solution_shown = 0, False
        self.hint_button = Button(description=_("Hint"), layout=Layout(width="120px"))
        self.solution_button = Button(description=_("Solution"), layout=Layout(width="120px"))
        wide = Layout(max_width="960px")  # in HTML, words wrap on a narrow page
        self.help = HTML(layout=wide)
        self.hint_button.on_click(self._show_hint)
        self.solution_button.on_click(self._show_solution)
        self._name_hint_button()
        super().__init__([
            HTML(escape(self._verdict()), layout=wide),
            HTML(escape(self.feedback.text), layout=wide),
            HBox([self.hint_button, self.solution_button]),
            self.help,
        ], result={"kind": "exercise", "title": self.title, "status": self.feedback.status})
        self.add_class("lecture-exercise")
        take_the_place(self, self.title)

    def _verdict(self):
        words = {
            NOT_ATTEMPTED: _("○ not attempted"), NOT_YET: _("✗ not yet"), RIGHT: _("✓ right")}
        return f"{self.exercise.title}: {words[self.feedback.status]}"

    def _show_hint(self, _button):
        self._hints_shown = min(self._hints_shown + 1, len(self.exercise.hints))
        self._name_hint_button()
        self._show_help()

    def _show_solution(self, _button):
        self._solution_shown = True
        self._show_help()

    def _name_hint_button(self):
        count = len(self.exercise.hints)
        self.hint_button.description = _("Hint {n} of {count}").format(
            n=min(self._hints_shown + 1, count), count=count)
        self.hint_button.disabled = self._hints_shown == count

    def _show_help(self):
        parts = [f"<p>{escape(hint)}</p>" for hint in self.exercise.hints[: self._hints_shown]]
        if self._solution_shown:
            parts.append(f"<pre>{escape(self.exercise.solution)}</pre>")
        self.help.value = "".join(parts)

    def __repr__(self):
        return f"{self._verdict()}\n{self.feedback.text}"
