"""Panel and exercise of the start page."""

import numpy as np

from lecture_kit.live.controls import log_slider, slider, whole_slider
from lecture_kit.live.language import number
from lecture_kit.live.language import translate as _
from lecture_kit.live.panel import Panel, View
from lecture_kit.maths.landscapes import quadratic
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.quadratics import falling_height
from lecture_kit.maths.training import first_step_below
from lecture_kit.maths.trajectories import trajectory
from lecture_kit.sections.start_here import experiments, pictures


def descent():
    """Gradient descent on f(x) = x²: the path, and the distance against the step.

    On a parabola a run that goes beyond ±6 diverges: no start is so far out. It is drawn up to its
    first point outside the axes.

    Returns
    -------
    Panel
        Controls: learning rate, start, step.
    """
    curvature, n_steps, bound, near = 2.0, 30, 6, 0.01
    parabola = quadratic([curvature])
    x = np.linspace(-bound, bound, 121)

    def show(learning_rate, start, step):
        path = trajectory(parabola.gradient, GradientDescent(learning_rate), [start], n_steps)
        measured = number(experiments.measured_factor(path[:, 0]))
        end = first_step_below(-np.abs(path[:, 0]), -bound)
        gone = end is not None and end <= step
        path = path[: (end if gone else step) + 1]
        heights = parabola.value(path)
        factor = float(experiments.step_factor(curvature, learning_rate))
        if gone:
            title = f"diverged: out of the picture at step {end}"
            where = _("Diverged: out of the picture at step {n}.").format(n=end)
        else:
            title = f"step {step}: x = {number(path[-1, 0])}"
            where = _("Step {n}: x = {x}, height {f}.").format(
                n=step, x=number(path[-1, 0]), f=number(heights[-1]))
        readout = _("{where} Each step multiplies x by: measured {measured}, theory {theory}."
                    ).format(where=where, measured=measured, theory=number(factor))
        drawing = {
            "path": path[:, 0], "heights": heights, "gone": gone,
            "theory": falling_height(heights[0], abs(factor), len(path) - 1) ** 0.5,  # f = x²
            "titles": (title, f"each step multiplies x by {number(factor)}")}
        return View(drawing, readout, bool(goal_met(learning_rate, start)))

    def goal_met(learning_rate, start):
        path = trajectory(parabola.gradient, GradientDescent(learning_rate), [start], 3)
        return start >= 4 and abs(path[3, 0]) < near

    return Panel(
        _("The first descent"),
        pictures.DescentPicture(x, parabola.value(x[:, np.newaxis]), n_steps, near),
        {
            "learning_rate": log_slider(
                _("learning rate η"), 0.01, 1.2, 0.1, also=(0.5, 0.9, 1.05)),
            "start": slider(_("start x"), 1, 5, 4, 0.1),
            "step": whole_slider(_("step"), 0, n_steps, 3),
        },
        show,
        goal=_("start at 4 or more, and have |x| below 0.01 after 3 steps"),
        presets={
            _("too small"): {"learning_rate": 0.01, "step": n_steps},
            _("back and forth"): {"learning_rate": 0.9, "step": n_steps},
            _("too large"): {"learning_rate": 1.05, "step": n_steps},
        },
        play="step",
    )
