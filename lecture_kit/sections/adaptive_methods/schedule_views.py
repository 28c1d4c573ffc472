"""What the panel of the learning rate schedules shows."""

from functools import lru_cache

import numpy as np

from lecture_kit.live.language import translate as _
from lecture_kit.live.panel import View
from lecture_kit.maths.schedules import Scheduled
from lecture_kit.sections.adaptive_methods.experiments import METHODS, make_sweep
from lecture_kit.sections.adaptive_methods.falling_rates import (
    SCHEDULES,
    draw_words,
    error_course,
    make_schedule,
    tune_on_words,
)

__all__ = ["N_STEPS", "RATES", "SCHEDULES", "show_schedules"]
N_STEPS, RATES = 500, np.geomspace(1e-3, 10, 25)
"""Length of a training, and the learning rates of the search."""
_N_DRAWS = 10


@lru_cache(maxsize=2)
def _texts(seed):
    return draw_words(0.0, range(_N_DRAWS * seed, _N_DRAWS * (seed + 1)))


@lru_cache(maxsize=32)  # the learning rate does not change the search
def _search(seed, method, schedule, share):
    factors = make_schedule(schedule, N_STEPS, share)
    return tune_on_words(_texts(seed), METHODS[method], RATES, factors).sweep


def show_schedules(schedule, method, learning_rate, share, seed):
    """Train with a schedule and with a constant rate, then search the best rate for both.

    Parameters
    ----------
    schedule, share
        Name and share of :func:`make_schedule`.
    method : str
        A name of :data:`METHODS`.
    learning_rate : float
        η.
    seed : int
        Number of the ten draws of texts.

    Returns
    -------
    iterator of View
        The trainings, which follow the hand, and the search, which waits for it.
    """
    settings = {"schedule": (schedule, share), "constant": ("constant", 1.0)}
    factors = np.array([make_schedule(name, N_STEPS, part)(np.arange(N_STEPS))
                        for name, part in settings.values()])
    rule = Scheduled(METHODS[method](learning_rate), lambda step: factors[:, step, np.newaxis])
    steps, errors = error_course(_texts(seed), rule, len(settings))
    drawing = {"rate": learning_rate, "factors": dict(zip(settings, factors, strict=True)),
               "errors": {kind: (steps, course)
                          for kind, course in zip(settings, errors.T, strict=True)}}
    yield _view(drawing, dict.fromkeys(settings, make_sweep(RATES, np.full(len(RATES), np.nan))))
    yield _view(drawing, {kind: _search(seed, method, *setting)
                          for kind, setting in settings.items()})


def _view(drawing, searches):
    ends = [float(drawing["errors"][kind][1][-1]) for kind in searches]
    bests = [sweep.best_result for sweep in searches.values()]
    searched = not np.isnan(bests).all()
    here = [f"{end:.2g}" if end < 1e3 else "diverged" for end in ends]
    best = [f"{value:.2g}" if searched else "…" for value in bests]
    readout = _("Last error at η = {rate:.3g}: schedule {fall}, constant {stay}; each at its best "
                "η: {best_fall} and {best_stay}.").format(
        rate=drawing["rate"], fall=_(here[0]), stay=_(here[1]),
        best_fall=best[0], best_stay=best[1])
    titles = (f"learning rate, η = {drawing['rate']:.3g}",
              f"last error {here[0]}, constant {here[1]}",
              f"best error {best[0]}, constant {best[1]}")
    goal_met = searched and ends[0] < 0.6 * bests[1]
    return View({**drawing, "searches": searches, "titles": titles}, readout, goal_met,
                1.0 if searched else 0.5, waits=not searched)
