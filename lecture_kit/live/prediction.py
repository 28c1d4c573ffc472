"""Predictions: say first what you expect, then see what is measured and how far off you were."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from itertools import combinations

import numpy as np
from ipywidgets import HTML, Button, HBox, Label, Layout, Text, ToggleButtons, VBox
from traitlets import Dict, Tuple

from lecture_kit.live.language import number
from lecture_kit.live.language import translate as _
from lecture_kit.live.number_line import number_line
from lecture_kit.live.rerun import Worded, take_the_place, tell

POINTS, FACTOR = 5, 1.5  # so far off is still close


@dataclass(frozen=True)
class Verdict:
    """How a prediction compares with what was measured.

    Parameters
    ----------
    miss : float
        How far off: 0 is exact, up to 1 is close.
    text : str
        What was predicted, what was measured and how far off it is.
    line : str, default ""
        The same on a number line, as SVG.
    """

    miss: float
    text: str
    line: str = ""

    @property
    def is_close(self):
        """Whether it is close enough."""
        return self.miss <= 1


@dataclass(frozen=True)
class Prediction(ABC):
    """A question about what the next panel or cell will show.

    Parameters
    ----------
    title : str
        ``"Prediction 1, "`` and a name in a few words.
    question : str
        The question, in plain text.
    measured : callable
        Computes the answer when somebody has decided, without arguments. The kinds below say what
        it returns.
    why : str
        One sentence that tells why the answer is what it is.
    """

    title: str
    question: str
    measured: Callable
    why: str
    name = ""  # of what a picture marks; only a number has a place there

    @abstractmethod
    def field(self):
        """Make the widget that takes the prediction as its ``value``."""

    @abstractmethod
    def read(self, value):
        """Read the widget's value.

        Raises
        ------
        ValueError
            If it is no prediction; its words are shown to the reader.
        """

    @abstractmethod
    def judge(self, predicted):
        """Measure, and compare what :meth:`read` has returned with it; returns a `Verdict`."""


@dataclass(frozen=True)
class NumberPrediction(Prediction):
    """A number. ``measured`` returns it.

    A lecturer may type the predictions of a whole room, with spaces between them.

    Parameters
    ----------
    points : bool, default False
        Whether the number is a percentage and judged by the points it is off (5 are close), and
        not by the factor (1.5 is close).
    unit : str, default ""
        What stands behind the number, with a space before it if it needs one.
    name : str, optional
        The name under which a picture marks the prediction; see
        :meth:`lecture_kit.live.picture.Picture.marks_prediction`.
    """

    points: bool = False
    unit: str = ""
    name: str = ""

    def field(self):
        """Make a field for a number; see :meth:`Prediction.field`."""
        return Text(placeholder=_("a number"), description=_("I predict"),
                    continuous_update=False,  # else Decide may come before the last key
                    layout=Layout(width="240px"))

    def read(self, value):
        """Read numbers; see :meth:`Prediction.read`."""
        words = [word for word in re.split(r"[\s;]+|,\s+", value.replace("−", "-")) if word]
        try:
            numbers = [float(word.removesuffix("%")) for word in words]
        except ValueError:
            numbers = []
        if not numbers or not np.isfinite(numbers).all():
            raise ValueError(_("Type a number such as 0.5, or several with spaces between them; "
                               "got “{value}”.").format(value=value))
        if not self.points and min(numbers) <= 0:
            raise ValueError(_("This prediction is judged by a factor, so it must be above 0; got "
                               "{value}.").format(value=number(min(numbers))))
        return numbers

    def judge(self, predicted):
        """Tell the factor or the points; see :meth:`Prediction.judge`."""
        measured = float(self.measured())
        middle = float(np.median(predicted))
        misses = [self._miss(guess, measured) for guess in predicted]
        miss = self._miss(middle, measured)
        if len(predicted) == 1:
            text = _("You: {yours}. Measured: {measured}. {off}")
        else:
            text = _("{count} predictions, {n_close} of them close, median {yours}. "
                     "Measured: {measured}. Median: {off}")
        text = text.format(
            yours=self._write(middle), measured=self._write(measured), count=len(predicted),
            n_close=sum(miss <= 1 for miss in misses), off=self._off(middle, measured, miss))
        line = number_line(predicted, measured, self.unit, log=not self.points)
        return Verdict(miss, text, line)

    def _miss(self, guess, measured):
        if self.points:
            return abs(guess - measured) / POINTS
        return abs(np.log(guess / measured)) / np.log(FACTOR)

    def _write(self, value):
        return number(value) + self.unit

    def _off(self, guess, measured, miss):
        if miss < 0.05:
            return _("That is it.")
        if self.points:
            off = _("{n} points").format(n=number(abs(guess - measured), 2))
        else:
            off = _("a factor of {n}").format(n=number(np.exp(miss * np.log(FACTOR))))
        words = _("Close: {off} too high.") if miss <= 1 else _("Too high by {off}.")
        if guess < measured:
            words = _("Close: {off} too low.") if miss <= 1 else _("Too low by {off}.")
        return words.format(off=off)


@dataclass(frozen=True)
class ChoicePrediction(Prediction):
    """One of a few options. ``measured`` returns the right option and the numbers that show it.

    Parameters
    ----------
    options : tuple of str
        Words on the buttons.
    """

    options: tuple = ()

    def field(self):
        """Make a row of buttons, none of them pressed; see :meth:`Prediction.field`."""
        return ToggleButtons(options=self.options, value=None, description=_("I predict"),
                             style={"button_width": "auto", "description_width": "initial"})

    def read(self, value):
        """Read which button is pressed; see :meth:`Prediction.read`."""
        if value is None:
            raise ValueError(_("Press one of the buttons first."))
        return value

    def judge(self, predicted):
        """Tell the right option; see :meth:`Prediction.judge`."""
        right, numbers = self.measured()
        is_right = predicted == right
        words = _("Right: {right}.") if is_right else _("You: {yours}. Measured: {right}.")
        text = words.format(yours=predicted, right=right)
        return Verdict(0.0 if is_right else np.inf, f"{text} {numbers}".strip())


class Order(HBox):
    """Buttons that are pressed in an order; the value is the tuple of their words.

    A second press takes a button out of the order.

    Parameters
    ----------
    options : tuple of str
        Words on the buttons.
    """

    value = Tuple()

    def __init__(self, options):
        self.buttons = {option: Button(description=option, layout=Layout(width="auto"))
                        for option in options}
        for option, button in self.buttons.items():
            button.on_click(lambda _button, option=option: self._press(option))
        super().__init__([Label(_("I predict")), *self.buttons.values()],
                         layout=Layout(flex_flow="row wrap"))

    def _press(self, option):
        others = tuple(other for other in self.value if other != option)
        self.value = others if option in self.value else (*self.value, option)
        for option, button in self.buttons.items():
            place = f"{self.value.index(option) + 1}. " if option in self.value else ""
            button.description = place + option

    @property
    def disabled(self):
        """Whether the buttons cannot be pressed."""
        return any(button.disabled for button in self.buttons.values())

    @disabled.setter
    def disabled(self, disabled):
        for button in self.buttons.values():
            button.disabled = disabled


@dataclass(frozen=True)
class OrderPrediction(Prediction):
    """An order of a few things. ``measured`` returns a number for each; the smallest is first.

    Parameters
    ----------
    options : tuple of str
        The things, in an order that gives nothing away.
    unit : str, default ""
        What stands behind each number.
    """

    options: tuple = ()
    unit: str = ""

    def field(self):
        """Make buttons to press in an order; see :meth:`Prediction.field`."""
        return Order(self.options)

    def read(self, value):
        """Read the order; see :meth:`Prediction.read`."""
        if len(value) < len(self.options):
            raise ValueError(_("Press all {count} buttons in your order; {n} are pressed.").format(
                count=len(self.options), n=len(value)))
        return value

    def judge(self, predicted):
        """Count the pairs in the right order; see :meth:`Prediction.judge`."""
        measured = self.measured()
        pairs = [measured[first] <= measured[later] for first, later in combinations(predicted, 2)]
        order = sorted(measured, key=measured.get)
        text = _("{n} of {count} pairs are in the right order. Measured: {order}.").format(
            n=sum(pairs), count=len(pairs), order="; ".join(
                f"{option}: {number(measured[option])}{self.unit}" for option in order))
        return Verdict(0.0 if all(pairs) else 1 + pairs.count(False), text)


class PredictionPanel(Worded, VBox):
    """A question, a field for the prediction, and after *Decide* what is measured.

    Parameters
    ----------
    prediction : Prediction
        The question.

    Attributes
    ----------
    verdict : Verdict or None
        How far off the prediction is; None as long as nothing is decided.
    first : Verdict or None
        The verdict on the first prediction, which the scorecard counts.
    marks : dict of str to list of float
        What a picture marks, by the prediction's name.
    result : dict
        Whether something is decided, and how far off the first prediction is (None: infinitely). It
        is saved with the notebook, for :mod:`lecture_kit.tools.collect`.
    field, button, answer, line : ipywidgets.Widget
        The parts.
    """

    result = Dict().tag(sync=True)

    def __init__(self, prediction):
        self.prediction, self.verdict, self.first, self.marks = prediction, None, None, {}
        self.title = prediction.title
        self.field = prediction.field()
        self.button = Button(description=_("Decide"), layout=Layout(width="120px"))
        self.button.on_click(self._press)
        self.answer, self.line = HTML(), HTML(layout=Layout(max_width="960px"))
        question = HTML(f"<b>{escape(self.title)}</b><br>{escape(prediction.question)}",
                        layout=Layout(max_width="960px"))
        row = Layout(flex_flow="row wrap", align_items="flex-end")
        super().__init__(
            [question, HBox([self.field, self.button], layout=row), self.answer, self.line],
            result=self._as_data())
        self.add_class("lecture-prediction")
        take_the_place(self, self.title)

    def _press(self, _button):
        if self.verdict:
            self._free()
        else:
            self.decide()

    def decide(self):
        """Fix the prediction, measure, and show how far off it is."""
        try:
            predicted = self.prediction.read(self.field.value)
        except ValueError as error:
            self.answer.value = escape(str(error))
            return
        self.field.disabled = self.button.disabled = True
        self.answer.value = _("Measuring …")
        try:
            self.verdict = self.prediction.judge(predicted)
        except Exception:
            self._free()
            raise
        self.first = self.first or self.verdict
        self.result = self._as_data()
        self.marks = {self.prediction.name: predicted} if self.prediction.name else {}
        self._show(_("Try again"), f"<p>{escape(self._result())}</p>"
                                   f"<p>{escape(self.prediction.why)}</p>", self.verdict.line)

    def _free(self):
        self.verdict, self.marks = None, {}
        self.field.disabled = False
        self._show(_("Decide"), "", "")

    def _show(self, description, answer, line):
        self.button.description, self.answer.value, self.line.value = description, answer, line
        self.button.disabled = False
        tell("prediction_changed")
        tell("score_changed")

    def _as_data(self):
        miss = float(self.first.miss) if self.first else np.inf
        return {"kind": "prediction", "title": self.title, "decided": self.first is not None,
                "miss": miss if np.isfinite(miss) else None}

    def _result(self):
        return f"{'✓' if self.verdict.is_close else '✗'} {self.verdict.text}"

    def __repr__(self):
        if self.verdict:
            return f"{self.title}: {self._result()}\n{self.prediction.why}"
        undecided = _("○ not decided")
        return f"{self.title}: {undecided}\n{self.prediction.question}"
