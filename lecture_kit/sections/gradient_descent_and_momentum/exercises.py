"""Exercises of the section: the right answer, hints, and mistakes that people really make."""

from lecture_kit.live.exercise import Exercise, ExercisePanel, Mistake
from lecture_kit.live.language import translate as _
from lecture_kit.maths.landscapes import double_well
from lecture_kit.maths.quadratics import best_momentum, critical_learning_rate
from lecture_kit.sections.gradient_descent_and_momentum import experiments


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


def check_best_pair(attempt):
    """Exercise 2: tune momentum by theory.

    Parameters
    ----------
    attempt : callable
        Takes the smallest and the largest curvature and returns the pair (η, β).

    Returns
    -------
    ExercisePanel
        The verdict.
    """

    def best_pair(low, high):
        return best_momentum([low, high])

    return ExercisePanel(Exercise(
        _("Exercise 2, momentum by theory"), best_pair,
        solution=(
            "def best_pair(low, high):\n"
            "    low, high = np.sqrt(low), np.sqrt(high)\n"
            "    return (2 / (low + high)) ** 2, ((high - low) / (high + low)) ** 2"),
        hints=(
            _("Take the square roots of both curvatures first, with np.sqrt."),
            _("η = (2 / (√low + √high))². The same sum stands under the line in β."),
            _("β = ((√high − √low) / (√high + √low))²."),
        ),
        cases=((0.1, 2.0), (1.0, 100.0), (0.5, 0.5)),
        mistakes=_mistakes_with_best_pair(),
    ), attempt)


def _mistakes_with_best_pair():
    return (
        Mistake(lambda low, high: (2 / (low**0.5 + high**0.5),
                                   (high**0.5 - low**0.5) / (high**0.5 + low**0.5)),
                _("Both squares are missing. What you call β is the factor √β.")),
        Mistake(lambda low, high: ((2 / (low**0.5 + high**0.5)) ** 2,
                                   (high**0.5 - low**0.5) / (high**0.5 + low**0.5)),
                _("The square of β is missing. What you call β is the factor √β.")),
        Mistake(lambda low, high: (2 / (low**0.5 + high**0.5),
                                   ((high**0.5 - low**0.5) / (high**0.5 + low**0.5)) ** 2),
                _("The square of η is missing.")),
        Mistake(lambda low, high: ((2 / (low + high)) ** 2,
                                   ((high - low) / (high + low)) ** 2),
                _("The roots are missing: √low and √high belong into the formulas.")),
        Mistake(lambda low, high: (2 / (low + high), ((high - low) / (high + low)) ** 2),
                _("The roots are missing: this η is the best one without momentum.")),
        Mistake(lambda low, high: (2 / (low + high), 0),
                _("This is the best pair without momentum. With momentum you can do better.")),
        Mistake(lambda low, high: best_momentum([low, high])[::-1],
                _("Right numbers, wrong order: return η first, then β.")),
    )


def check_nesterov_step(attempt):
    """Exercise 3: one step of Nesterov's momentum in its textbook form.

    Parameters
    ----------
    attempt : callable
        Takes ``w, v, gradient, learning_rate, momentum`` and returns the new pair (w, v).

    Returns
    -------
    ExercisePanel
        The verdict.
    """

    def gradient_of_w_squared(w):
        return 2 * w

    def gradient_of_double_well(w):
        return 4 * w * (w**2 - 1)

    return ExercisePanel(Exercise(
        _("Exercise 3, one step of Nesterov's momentum"), experiments.nesterov_step,
        solution=(
            "def nesterov_step(w, v, gradient, learning_rate, momentum):\n"
            "    v = momentum * v - learning_rate * gradient(w + momentum * v)\n"
            "    return w + v, v"),
        hints=(
            _("Start from momentum: v ← βv − ηg(w), then w ← w + v. One thing changes."),
            _("The gradient is taken where the velocity alone would lead: at w + βv. It is a "
              "function, so call it: gradient(…)."),
            _("v = momentum * v - learning_rate * gradient(w + momentum * v)"),
        ),
        cases=((1.0, 0.5, gradient_of_w_squared, 0.1, 0.9),
               (0.5, -0.2, gradient_of_double_well, 0.05, 0.8)),
        mistakes=_mistakes_with_nesterov(),
    ), attempt)


def _mistakes_with_nesterov():
    right = experiments.nesterov_step

    def moved(v, w):
        return w + v, v

    return (
        Mistake(lambda w, v, gradient, eta, beta: moved(beta * v - eta * gradient(w), w),
                _("This is plain momentum: you took the gradient at w. Look ahead first.")),
        Mistake(lambda w, v, gradient, eta, beta: moved(
                    beta * v - eta * gradient(w - beta * v), w),
                _("You looked back: the gradient belongs at w + βv, not at w − βv.")),
        Mistake(lambda w, v, gradient, eta, beta: moved(
                    beta * v + eta * gradient(w + beta * v), w),
                _("The sign: + η g climbs. The step goes against the gradient.")),
        Mistake(lambda w, v, gradient, eta, beta: moved(
                    beta * v - eta * gradient(w + v), w),
                _("You looked a whole v ahead. The look-ahead is βv.")),
        Mistake(lambda w, v, gradient, eta, beta: right(
                    w, v, gradient, eta, beta)[::-1],
                _("Right numbers, wrong order: return w first, then v.")),
        Mistake(lambda w, v, gradient, eta, beta: (
                    w + v, right(w, v, gradient, eta, beta)[1]),
                _("You moved w by the old v. First the new v, then w + v.")),
        Mistake(lambda w, v, gradient, eta, beta: (
                    w - right(w, v, gradient, eta, beta)[1],
                    right(w, v, gradient, eta, beta)[1]),
                _("The sign: v already points downhill, so w moves to w + v.")),
    )
