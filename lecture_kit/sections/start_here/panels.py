"""Panel of the start page."""

import numpy as np

from lecture_kit.live.controls import log_slider, slider, whole_slider
from lecture_kit.live.language import number
from lecture_kit.live.language import translate as _
from lecture_kit.live.panel import Panel, View
from lecture_kit.maths.landscapes import quadratic
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.trajectories import trajectory
from lecture_kit.sections.start_here import experiments, pictures

_CURVATURE, _N_STEPS, _BOUND, _NEAR = 2.0, 30, 6, 0.01
_PARABOLA = quadratic([_CURVATURE])


def descent():
    """Gradient descent on f(x) = x²: the path, and the distance against the step.

    On a parabola a run that goes beyond ±6 diverges: no start is so far out. It is drawn up to its
    first point outside the axes.

    Returns
    -------
    Panel
        Controls: learning rate, start, step.
    """
    x = np.linspace(-_BOUND, _BOUND, 121)

    def show(learning_rate, start, step):
        path = trajectory(_PARABOLA.gradient, GradientDescent(learning_rate), [start], _N_STEPS)
        seen = experiments.cut_outside(path[: step + 1, 0], _BOUND)
        heights, gone = _PARABOLA.value(seen[:, np.newaxis]), bool(abs(seen[-1]) > _BOUND)
        readout, titles = _about_descent(
            seen, heights, gone, experiments.measured_factor(path[:, 0]),
            experiments.step_factor(_CURVATURE, learning_rate))
        theory = experiments.expected_distances(start, _CURVATURE, learning_rate, len(seen) - 1)
        drawing = {"path": seen, "heights": heights, "gone": gone, "theory": theory,
                   "titles": titles}
        return View(drawing, readout, bool(start >= 4 and abs(path[3, 0]) < _NEAR))

    return Panel(
        _("The first descent"),
        pictures.DescentPicture(x, _PARABOLA.value(x[:, np.newaxis]), _N_STEPS, _NEAR),
        {
            "learning_rate": log_slider(
                _("learning rate η"), 0.01, 1.2, 0.1, also=(0.5, 0.9, 1.05)),
            "start": slider(_("start x"), 1, 5, 4, 0.1),
            "step": whole_slider(_("step"), 0, _N_STEPS, 3),
        },
        show,
        goal=_("start at 4 or more, and have |x| below 0.01 after 3 steps"),
        presets={
            _("too small"): {"learning_rate": 0.01, "step": _N_STEPS},
            _("back and forth"): {"learning_rate": 0.9, "step": _N_STEPS},
            _("too large"): {"learning_rate": 1.05, "step": _N_STEPS},
        },
        play="step",
    )


def _about_descent(path, heights, gone, measured, factor):
    """Words for the readout, and the titles."""
    step, place, height = len(path) - 1, number(path[-1]), number(heights[-1])
    if gone:
        where = _("Diverged: out of the picture at step {n}.").format(n=step)
        title = f"diverged: out of the picture at step {step}"
    else:
        where = _("Step {n}: x = {x}, height {f}.").format(n=step, x=place, f=height)
        title = f"step {step}: x = {place}"
    readout = _("{where} Each step multiplies x by: measured {measured}, theory {theory}."
                ).format(where=where, measured=number(measured), theory=number(factor))
    return readout, (title, f"each step multiplies x by {number(factor)}")
