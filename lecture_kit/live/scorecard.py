"""The scorecard: how far off the predictions were, which goals are reached, what is solved."""

from html import escape
from uuid import uuid4

from IPython.display import display
from ipywidgets import HTML, Layout

from lecture_kit.live.exercise import RIGHT, ExercisePanel
from lecture_kit.live.language import translate as _
from lecture_kit.live.number_line import miss_line
from lecture_kit.live.panel import Panel
from lecture_kit.live.prediction import PredictionPanel
from lecture_kit.live.rerun import Worded, everything_shown, take_the_place


class Scorecard(Worded, HTML):
    """What the reader of a notebook has decided, reached and solved so far.

    It counts what the notebook shows now, and changes when something is decided, reached or solved.

    JupyterLab saves widgets only while their kernel lives. So the cell's output, which stays, is
    kept up to date: its words, and in its metadata the results as data, for
    :mod:`lecture_kit.tools.collect`.
    """

    def __init__(self):
        super().__init__(layout=Layout(max_width="960px"))
        self._display_id, self._displayed = uuid4().hex, None
        self.score_changed()
        take_the_place(self, "scorecard")

    def _ipython_display_(self, **_kwargs):
        self._display()

    def _display(self, is_update=False):
        self._displayed = _results()
        display(self._repr_mimebundle_(), metadata={"lecture_kit": self._displayed}, raw=True,
                display_id=self._display_id, update=is_update)

    def score_changed(self):
        """Count again."""
        shown = everything_shown()
        if self._displayed not in (None, _results()):
            self._display(is_update=True)
        self.value = "".join(f"<p>{escape(words)}</p>{picture}" for words, picture in _rows(shown))

    def __repr__(self):
        return "\n".join(words for words, _picture in _rows(everything_shown()))


def _results():
    return [part.result for part in everything_shown() if hasattr(part, "result")]


def _rows(shown):
    """Words and a small picture: for the predictions, the goals and the exercises."""
    verdicts = [part.first for part in shown if isinstance(part, PredictionPanel)]
    decided = [verdict for verdict in verdicts if verdict]
    yield (_("Predictions: {n} of {count} decided, {n_close} of them close.").format(
        n=len(decided), count=len(verdicts), n_close=sum(part.is_close for part in decided)),
        miss_line([verdict.miss for verdict in decided]) if decided else "")
    goals = {part.title: part.goal_reached for part in shown if isinstance(part, Panel)}
    yield (_("Goals: {n} of {count} reached.").format(n=sum(goals.values()), count=len(goals)),
           _list(goals))
    solved = {part.title: part.feedback.status == RIGHT for part in shown
              if isinstance(part, ExercisePanel)}
    yield (_("Exercises: {n} of {count} solved.").format(
        n=sum(solved.values()), count=len(solved)), _list(solved))


def _list(done):
    return "".join(f"<div>{'✓' if is_done else '○'} {escape(title)}</div>"
                   for title, is_done in done.items())


def scorecard():
    """Count the predictions, goals and exercises of the notebook so far.

    Returns
    -------
    Scorecard
        A widget. What it counts is kept in no file but the notebook.
    """
    return Scorecard()
