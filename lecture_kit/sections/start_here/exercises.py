"""Exercises of the section: the right answer, hints, and mistakes that people really make."""

from lecture_kit.live.exercise import Exercise, ExercisePanel, Mistake
from lecture_kit.live.language import translate as _
from lecture_kit.sections.start_here import experiments


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
        _("Exercise 1, one step downhill"), experiments.descent_step,
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
