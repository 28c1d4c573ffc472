"""The panel: controls above, a live picture, a line that says in words what is seen."""

import asyncio
import base64
import inspect
import time
from dataclasses import dataclass
from threading import RLock

from ipywidgets import (
    Button,
    FloatProgress,
    FloatSlider,
    HBox,
    Label,
    Layout,
    Play,
    VBox,
    jslink,
)
from traitlets import Dict

from lecture_kit.live.kept import Kept
from lecture_kit.live.language import translate as _
from lecture_kit.live.rerun import Worded, everything_shown, take_the_place, tell
from lecture_kit.live.screen import Screen

_SECONDS_PER_FRAME = 0.05  # how long slow work goes on before the picture shows how far it is
_SECONDS_AT_REST = 0.15  # after so long without a new event the hand rests
_SECONDS_UNDER_WAY = 60  # how long after a press of a button an older event may still come


@dataclass(frozen=True)
class View:
    """What a panel shows at one moment.

    Parameters
    ----------
    drawing : dict
        Keyword arguments for the picture's ``draw``.
    readout : str
        The numbers that matter, in words. It is also the picture's alternative text.
    goal_met : bool, default False
        Whether the reader has reached the goal of the panel.
    progress : float, default 1
        Share of the work that is done, for a view that comes before the last one.
    waits : bool, default False
        Whether the work that follows waits until the hand rests. What is quick then follows the
        hand, and what is slow does not hold it up.
    """

    drawing: dict
    readout: str
    goal_met: bool = False
    progress: float = 1.0
    waits: bool = False


class Panel(Worded, VBox):
    """Controls, a live picture and a readout.

    Parameters
    ----------
    title : str
        A name in two or three words.
    picture : Picture
        The picture.
    controls : dict of str to ipywidgets.ValueWidget
        The controls by the names under which ``show`` takes their values.
    show : callable
        Takes the values of all controls as keyword arguments and returns a :class:`View`. For slow
        work it is a generator of views: the panel then paints each as it comes, and the next
        change of a control ends it. Its last view is kept, so that settings that were seen before
        appear at once.
    goal : str
        What the reader shall try to reach, in one sentence.
    presets : dict of str to dict, optional
        Words on a button and the values it sets.
    play : str, optional
        Name of a whole-number slider that a Play button moves.

    Attributes
    ----------
    controls, picture, screen, readout, goal, progress
        The parts.
    view : View
        What is shown now.
    goal_reached : bool
        Whether the goal was reached once.
    result : dict
        The same, saved with the notebook for :mod:`lecture_kit.tools.collect`.
    """

    result = Dict().tag(sync=True)

    def __init__(self, title, picture, controls, show, goal, presets=None, play=None):
        self.title, self.picture, self.controls, self._show = title, picture, controls, show
        self._goal_text, self._first_values = goal, self.values
        self._waiting, self._player, self._link = False, None, None
        self._pressed, self._pressed_until, self._answered_at = {}, 0.0, 0.0
        self._lock = RLock()  # JupyterLab's events come in a thread of their own, most of the time
        self._work = self._task = None
        self._ends, self.goal_reached = Kept(16), False
        self.goal = Label(layout=Layout(flex="1 1 460px", min_width="0", margin="0 8px"))
        self.readout = Label(layout=Layout(flex="1 1 auto", min_width="0", margin="0 4px"))
        self.progress = FloatProgress(
            min=0, max=1, layout=Layout(flex="0 0 80px", width="80px", height="16px"))
        self.screen = Screen(picture)
        picture.mark_predictions(_marks())
        self._paint_last(self._views())
        self.screen.observe(self._touched, "touch")
        self.screen.observe(self._resized, "room")
        self.screen.observe(self._answered, "answered")
        for control in controls.values():
            control.observe(self._changed, "value")
        row = Layout(flex_flow="row wrap", align_items="center", max_width=f"{picture.width}px")
        super().__init__([
            HBox(list(controls.values()), layout=row),
            HBox([*self._buttons(presets or {}, play), self.goal], layout=row),
            self.screen,
            HBox([self.readout, self.progress], layout=Layout(max_width=f"{picture.width}px")),
        ], result=self._as_data())
        self.add_class("lecture-panel")
        take_the_place(self, title)

    @property
    def values(self):
        """The present values of all controls, by name.

        The page's slider rounds in its own way: it answers 4.87 with 4.869999999999999.
        """
        return {name: _rounded(control) for name, control in self.controls.items()}

    def set_values(self, values):
        """Set several controls and paint once.

        Parameters
        ----------
        values : dict of str to object
            New values by name; the other controls stay as they are.
        """
        with self._lock:
            self._waiting = True
            try:
                for name, value in values.items():
                    self.controls[name].value = value
            finally:
                self._waiting = False
            self._changed(None)

    def reset(self):
        """Give every control its first value."""
        self.set_values(self._first_values)

    def _buttons(self, presets, play):
        buttons = [self._button(label, values) for label, values in presets.items()]
        buttons.append(self._button(_("Reset"), self._first_values))
        if play:
            target = self.controls[play]
            self._player = Play(min=target.min, max=target.max, value=target.value, interval=50)
            self._link = jslink((self._player, "value"), (target, "value"))
            buttons.append(self._player)
        return buttons

    def _button(self, label, values):
        button = Button(description=label, layout=Layout(width="auto", height="28px"))
        button.on_click(lambda _button: self._press(values))
        return button

    def _press(self, values):
        with self._lock:
            self.set_values(values)
            self._pressed = {self.controls[name]: value for name, value in values.items()}
            self._pressed_until = time.monotonic() + _SECONDS_UNDER_WAY
            if self._player:
                self._player.playing = False
            self.screen.asked += 1 + self.screen.asked % 2

    def _answered(self, change):
        """The page knows of a press: from now on its events are new ones.

        It is asked twice. Before its first answer it may have sent a value and kept back the next
        one, which it sends before the second answer.
        """
        with self._lock:
            match change.new:
                case [self.screen.asked, int(when)] if self.screen.asked % 2 == 0:
                    self._pressed, self._answered_at = {}, when
                case [self.screen.asked, int()]:
                    self.screen.asked += 1

    def _touched(self, _change):
        with self._lock:
            values, when = self.screen.touched(self.controls)
            is_new = when >= self._answered_at and not self._waits_for_the_page()
            if is_new and any(self.controls[name].value != values[name] for name in values):
                self.set_values(values)

    def _waits_for_the_page(self):
        return self._pressed and time.monotonic() < self._pressed_until

    def _resized(self, _change):
        with self._lock:
            if self.screen.follow_the_page():
                self.screen.paint(self.view.readout)

    def _put_back(self, change):
        """Undo an event from before the press of a button.

        The browser keeps a control's newest value back while the kernel works on the one before,
        but sends a press at once. So the value of a drag or of Play can come after the press, but
        not after the page's answer to it.
        """
        if change and change.owner in self._pressed and self._waits_for_the_page():
            change.owner.value = self._pressed[change.owner]

    def _changed(self, change):
        with self._lock:
            if self._waiting:
                return
            self._put_back(change)
            if change and self.values == self._drawn_values:
                return
            self._work = views = self._views()  # ends the stream of the work before
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                self._paint_last(views)
                return
            self._paint_next(views)
            if self.view.progress < 1:
                self._task = loop.create_task(self._stream(views))

    def prediction_changed(self):
        """Mark in the picture what was predicted."""
        with self._lock:
            if self.picture.mark_predictions(_marks()):
                self.screen.paint(self.view.readout)

    def close(self):
        """End all work and take the panel out of the notebook."""
        with self._lock:
            self._work = None
        if self._link is not None:
            self._link.close()
        super().close()

    def _views(self):
        self._drawn_values = self.values
        settings = tuple(self._drawn_values.values())
        if settings in self._ends:
            return iter([self._ends[settings]])
        shown = self._show(**self._drawn_values)
        return self._kept(settings, shown) if inspect.isgenerator(shown) else iter([shown])

    def _kept(self, settings, views):
        """Pass on the views of slow work, and keep the last one."""
        for view in views:
            if view.progress >= 1:
                self._ends[settings] = view
            yield view

    async def _stream(self, views):
        while self.view.progress < 1:
            await asyncio.sleep(_SECONDS_AT_REST if self.view.waits else 0.001)  # lets events in
            with self._lock:
                if self._work is not views:
                    return
                self._paint_next(views)

    def _paint_next(self, views):
        end = time.monotonic() + _SECONDS_PER_FRAME
        for view in views:
            if view.progress >= 1 or view.waits or time.monotonic() > end:
                break
        self._paint(view)

    def _paint_last(self, views):
        *_before, last = views
        self._paint(last)

    def _paint(self, view):
        self.view = view
        self.picture.draw(**view.drawing)
        self.screen.paint(view.readout)
        self.readout.value = view.readout
        mark = _("✓ Goal reached") if view.goal_met else _("Goal")
        self.goal.value = f"{mark}: {self._goal_text}"
        self.progress.value = view.progress
        self.progress.layout.display = "none" if view.progress >= 1 else None
        if view.goal_met and not self.goal_reached:
            self.goal_reached = True
            self.result = self._as_data()
            tell("score_changed")

    def _as_data(self):
        return {"kind": "goal", "title": self.title, "reached": self.goal_reached}

    def __repr__(self):
        return f"{self.title}: {self.view.readout}"

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        bundle["image/png"] = base64.b64encode(self.picture.still()).decode()
        still = {"width": self.picture.width, "height": self.picture.height,
                 "alt": self.view.readout}
        return bundle, {"image/png": still}


def _rounded(control):
    return round(control.value, 9) if isinstance(control, FloatSlider) else control.value


def _marks():
    """What has been predicted, by name."""
    return {name: numbers for part in everything_shown()
            for name, numbers in getattr(part, "marks", {}).items()}
