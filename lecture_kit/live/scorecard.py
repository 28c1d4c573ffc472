"""The scorecard: how far off the predictions were, which goals are reached, what is solved."""

from html import escape

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
    """

    def __init__(self):
        super().__init__(layout=Layout(max_width="960px"))
        self.score_changed()
        take_the_place(self, "scorecard")

    def score_changed(self):
        """Count again."""
        shown = everything_shown()
        self.value = "".join(f"<p>{escape(words)}</p>{picture}" for words, picture in _rows(shown))

    def __repr__(self):
        return "\n".join(words for words, _picture in _rows(everything_shown()))


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
        A widget; what it counts is kept in no file.
    """
    return Scorecard()
