"""Exercises of the section: the right answer, hints, and mistakes that people really make."""

import numpy as np

from lecture_kit.live.exercise import Exercise, ExercisePanel, Mistake
from lecture_kit.live.language import translate as _
from lecture_kit.maths.landscapes import double_well
from lecture_kit.maths.quadratics import critical_learning_rate, mode_factors


def check_critical_rate(attempt):
    """Exercise 1: a critical learning rate from the Hessian of (x² − 1)² + 0.9x.

    Parameters
    ----------
    attempt : callable
        Takes the place x of a minimum and returns the critical learning rate there.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    landscape = double_well()

    def critical_rate(x):
        return float(critical_learning_rate(landscape.hessian([x])[0]))

    return ExercisePanel(Exercise(
        _("Exercise 1, critical learning rate"), critical_rate,
        solution="def critical_rate(x):\n    return 2 / (12 * x**2 - 4)",
        hints=(
            _("The Hessian of a function of one coordinate is its second derivative."),
            _("Differentiate (x² − 1)² + 0.9x once: 4x(x² − 1) + 0.9. Now once more."),
            _("f''(x) = 12x² − 4. The critical rate is 2 / f''(x). In Python a power is **."),
        ),
        cases=((-1.0977,), (0.8591,), (1.2,)),
        mistakes=_mistakes_with_critical_rate(),
    ), attempt)


def _mistakes_with_critical_rate():
    return (
        Mistake(lambda x: 1 / (12 * x**2 - 4),
                _("This is 1 / f'': one step then lands at the bottom. The critical rate is "
                  "twice as large.")),
        Mistake(lambda x: 2 / (12 * x**2),
                _("The −4 is missing: (x² − 1)² = x⁴ − 2x² + 1, and −2x² has the second "
                  "derivative −4.")),
        Mistake(lambda x: 2 / (4 * x * (x**2 - 1) + 0.9),
                _("You divided by the gradient. At a minimum it is 0; the curvature counts.")),
        Mistake(lambda x: 12 * x**2 - 4, _("This is the curvature f'' itself.")),
        Mistake(lambda x: 2 / 12 * x**2 - 4,
                _("Brackets: you need 2 / (…), with all of f'' under the line.")),
        Mistake(lambda x: 2 / (12 * x**2 - 4 + 0.9),
                _("The slope 0.9 is constant, so its derivative is 0.")),
        Mistake(lambda x: 2 / (4 * x**2 - 4), _("The derivative of 4x³ is 12x², not 4x².")),
    )


def check_mode_factor(attempt):
    """Exercise 2: the shrink factor of one mode from the matrix of a step.

    Parameters
    ----------
    attempt : callable
        Takes the curvature λ, the learning rate η and the momentum β, and returns the factor.

    Returns
    -------
    ExercisePanel
        The verdict.
    """

    def mode_factor(curvature, learning_rate, momentum):
        return mode_factors([curvature], learning_rate, momentum)[0]

    return ExercisePanel(Exercise(
        _("Exercise 2, the factor of a mode"), mode_factor,
        solution=(
            "def mode_factor(curvature, learning_rate, momentum):\n"
            "    pull = learning_rate * curvature\n"
            "    step = [[1 - pull, momentum], [-pull, momentum]]\n"
            "    return np.abs(np.linalg.eigvals(step)).max()"),
        hints=(
            _("The gradient is λx. Write the new v as a number times x plus a number times v: "
              "these two numbers are the second row of the matrix."),
            _("The new x is x plus the new v. So the first row is the second row plus (1, 0)."),
            _("The matrix is [[1 − ηλ, β], [−ηλ, β]]. Its eigenvalues may be complex: take np.abs "
              "first, then the largest."),
        ),
        cases=((2.0, 0.1, 0.9), (0.1, 0.5, 0.2), (2.0, 1.35, 0.4), (2.0, 1.5, 0.2),
               (0.1, 0.1, 0.0)),
        mistakes=_mistakes_with_mode_factor(),
    ), attempt)


def _mistakes_with_mode_factor():
    def matrix(curvature, learning_rate, momentum):
        pull = learning_rate * curvature
        return np.array([[1 - pull, momentum], [-pull, momentum]])

    def sizes(step):
        return np.abs(np.linalg.eigvals(step))

    return (
        Mistake(lambda *case: abs(matrix(*case)[0, 0]),
                _("This is |1 − ηλ|, the factor without momentum.")),
        Mistake(lambda _curvature, _rate, beta: np.sqrt(beta),
                _("√β holds only while the eigenvalues are a complex pair.")),
        Mistake(lambda *case: np.linalg.eigvals(matrix(*case)).real.max(),
                _("Take the sizes with np.abs before you look for the largest: eigenvalues may be "
                  "complex or negative.")),
        Mistake(lambda *case: sizes(matrix(*case)).min(),
                _("In the long run the larger of the two eigenvalues wins.")),
        Mistake(lambda *case: np.linalg.norm(matrix(*case), 2),
                _("This is how far one step can stretch (x, v). In the long run the eigenvalues "
                  "count.")),
        Mistake(lambda *case: sizes([[1, 1], matrix(*case)[1]]).max(),
                _("Your x moves by the old v. First the new v, then x + v.")),
        Mistake(lambda curvature, rate, beta: sizes(matrix(-curvature, rate, beta)).max(),
                _("The sign: + ηλx climbs. The step goes against the gradient.")),
        Mistake(lambda *case: sizes(matrix(*case)).max() ** 2,
                _("The height falls by the square. Here the distance is asked.")),
    )
