"""Panel and exercise of the start page."""

import numpy as np

from lecture_kit import start_here as maths
from lecture_kit.exercises import Exercise, Mistake
from lecture_kit.figures import start_here as figures
from lecture_kit.gradient_descent_and_momentum import falling_height
from lecture_kit.landscapes import quadratic
from lecture_kit.language import number
from lecture_kit.language import translate as _
from lecture_kit.loss_functions import first_step_below
from lecture_kit.optimizers import GradientDescent, trajectory
from lecture_kit.panels.controls import log_slider, slider, whole_slider
from lecture_kit.panels.exercise import ExercisePanel
from lecture_kit.panels.panel import Panel, View


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
        measured = number(maths.measured_factor(path[:, 0]))
        end = first_step_below(-np.abs(path[:, 0]), -bound)
        gone = end is not None and end <= step
        path = path[: (end if gone else step) + 1]
        heights = parabola.value(path)
        factor = float(maths.step_factor(curvature, learning_rate))
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
        figures.DescentPicture(x, parabola.value(x[:, np.newaxis]), n_steps, near),
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


def check_descent_step(attempt):
    """Exercise 1: one step of gradient descent.

    Parameters
    ----------
    attempt : callable
        Takes ``x, slope, learning_rate`` and returns where the step ends.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    return ExercisePanel(Exercise(
        _("Exercise 1, one step downhill"), maths.descent_step,
        solution="def step(x, slope, learning_rate):\n    return x - learning_rate * slope",
        hints=(
            _("A positive slope means that the hill rises to the right. Which way is down?"),
            _("The step is the learning rate times the slope. In Python that is "
              "learning_rate * slope."),
            _("Downhill is against the slope: x minus the step."),
        ),
        cases=((4.0, 8.0, 0.1), (-3.0, -6.0, 0.25), (1.0, 0.0, 0.5)),
        mistakes=(
            Mistake(lambda x, slope, learning_rate: x + learning_rate * slope,
                    _("The sign: this step goes uphill.")),
            Mistake(lambda x, slope, learning_rate: x - slope,
                    _("The learning rate is missing: this is a step with η = 1.")),
            Mistake(lambda x, slope, learning_rate: -learning_rate * slope,
                    _("This is the step itself. Where does it lead? Begin at x.")),
            Mistake(lambda x, slope, learning_rate: learning_rate * slope,
                    _("This is the length of the step. Subtract it from x.")),
            Mistake(lambda x, slope, learning_rate: x - learning_rate * x,
                    _("You took x for the slope. The slope is given; use it.")),
            Mistake(lambda x, slope, learning_rate: (x - learning_rate) * slope,
                    _("Brackets: only the learning rate is multiplied by the slope.")),
        ),
    ), attempt)
