"""The exercise as the reader sees it: a verdict, hints in steps, a solution on request."""

from html import escape

from ipywidgets import HTML, Button, HBox, Label, Layout, VBox

from lecture_kit.exercises import NOT_ATTEMPTED, NOT_YET, RIGHT
from lecture_kit.language import translate as _
from lecture_kit.panels.rerun import take_the_place


class ExercisePanel(VBox):
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
    hint_button, solution_button, help : ipywidgets.Widget
        The buttons, and the place where hints and solution appear.
    """

    def __init__(self, exercise, attempt):
        self.exercise = exercise
        self.feedback = exercise.check(attempt)
        self._hints_shown, self._solution_shown = 0, False
        self.hint_button = Button(description=_("Hint"), layout=Layout(width="120px"))
        self.solution_button = Button(description=_("Solution"), layout=Layout(width="120px"))
        self.help = HTML()
        self.hint_button.on_click(self._show_hint)
        self.solution_button.on_click(self._show_solution)
        self._name_hint_button()
        super().__init__([
            Label(self._verdict()),
            Label(self.feedback.text),
            HBox([self.hint_button, self.solution_button]),
            self.help,
        ])
        take_the_place(self, exercise.title)

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

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        bundle["text/plain"] = repr(self)
        return bundle
