"""Exercises of the section: the right answer, hints, and mistakes that people really make."""

import numpy as np

from lecture_kit.live.exercise import Exercise, ExercisePanel, Mistake
from lecture_kit.live.language import translate as _
from lecture_kit.maths import normalization
from lecture_kit.maths.normalization import batch_normalize


def check_batch_normalize(attempt):
    """Exercise 1: the forward pass in training mode.

    Parameters
    ----------
    attempt : callable
        Takes ``x`` of shape (batch_size, n_features), ``scale``, ``shift`` and ``epsilon`` and
        returns the output of the same shape.

    Returns
    -------
    ExercisePanel
        The verdict.
    """

    def batch_normalize(x, scale, shift, epsilon):
        return normalization.batch_normalize(x, scale, shift, epsilon)

    rng = np.random.default_rng(0)
    two, one = np.array([2.0, 0.5]), np.array([0.0, -1.0])
    return ExercisePanel(Exercise(
        _("Exercise 1, the forward pass"), batch_normalize,
        solution=(
            "def batch_norm(x, scale, shift, epsilon):\n"
            "    mean, variance = x.mean(axis=0), x.var(axis=0)\n"
            "    return scale * (x - mean) / np.sqrt(variance + epsilon) + shift"),
        hints=(
            _("Each column of x is one feature. np.mean with axis=0 goes down the rows."),
            _("x.var(axis=0) divides by the number of rows, as the slide does."),
            _("Subtract the mean, divide by np.sqrt(variance + epsilon), then scale and shift."),
        ),
        cases=(
            (rng.normal(3, 2, (4, 2)).round(1), two, one, 1e-5),
            (np.array([[1.0, 5.0], [2.0, 5.0], [6.0, 5.0]]), two, one, 1e-2),
        ),
        mistakes=_mistakes_with_the_forward_pass(),
    ), attempt)


def _mistakes_with_the_forward_pass():
    def normalized(x, epsilon, axis=0, ddof=0):
        centred = x - x.mean(axis=axis, keepdims=True)
        return centred / np.sqrt(x.var(axis=axis, ddof=ddof, keepdims=True) + epsilon)

    return (
        Mistake(lambda x, scale, shift, epsilon: normalized(x, epsilon),
                _("γ and β are missing: scale * … + shift.")),
        Mistake(lambda x, scale, shift, epsilon: scale * normalized(x, 0) + shift,
                _("ε is missing. The constant column of the second batch is divided by 0.")),
        Mistake(lambda x, scale, shift, epsilon:
                scale * (x - x.mean(axis=0)) / (x.std(axis=0) + epsilon) + shift,
                _("ε belongs under the root: np.sqrt(variance + epsilon).")),
        Mistake(lambda x, scale, shift, epsilon:
                scale * (x - x.mean(axis=0)) / (x.var(axis=0) + epsilon) + shift,
                _("You divided by the variance. Divide by its square root.")),
        Mistake(lambda x, scale, shift, epsilon: scale * normalized(x, epsilon, ddof=1) + shift,
                _("This variance is divided by n − 1. In training the batch is normalized with "
                  "the variance divided by n.")),
        Mistake(lambda x, scale, shift, epsilon: scale * normalized(x, epsilon, None) + shift,
                _("You took one mean and one variance of the whole table. Each feature has its "
                  "own: axis=0.")),
        Mistake(lambda x, scale, shift, epsilon: scale * normalized(x, epsilon, 1) + shift,
                _("You normalized each row. Batch normalization goes down the rows: axis=0.")),
        Mistake(lambda x, scale, shift, epsilon: scale * (normalized(x, epsilon) + shift),
                _("First multiply by γ, then add β. You multiplied β, too.")),
    )


def check_batch_of_one(attempt):
    """Exercise 2: what comes out in training mode for a batch of one row.

    Parameters
    ----------
    attempt : callable
        Takes the row ``x``, ``scale`` and ``shift``, all of shape (n_features,), and returns the
        output row.

    Returns
    -------
    ExercisePanel
        The verdict.
    """

    def batch_of_one(x, scale, shift):
        return batch_normalize(x[np.newaxis], scale, shift)[0]

    return ExercisePanel(Exercise(
        _("Exercise 2, a batch of one"), batch_of_one,
        solution="def batch_of_one(x, scale, shift):\n    return shift",
        hints=(
            _("What is the mean of one number? What is left when you subtract it?"),
            _("0 divided by √ε is 0. Then γ times 0, plus β."),
        ),
        cases=((np.array([7.0, -2.0, 0.5]), np.array([2.0, 1.0, 3.0]), np.array([3.0, -1.0, 0.25])),
               (np.array([-100.0, 4.0]), np.array([1.5, 2.5]), np.array([0.5, 6.0]))),
        mistakes=(
            Mistake(lambda x, scale, shift: x,
                    _("The row does not pass unchanged: its own mean is subtracted.")),
            Mistake(lambda x, scale, shift: scale * x + shift,
                    _("That is γx + β. The normalization comes first: x minus its mean is 0.")),
            Mistake(lambda x, scale, shift: scale + shift,
                    _("The normalized value is 0, not 1.")),
            Mistake(lambda x, scale, shift: np.zeros_like(x),
                    _("The normalized value is 0, but β is still added.")),
            Mistake(lambda x, scale, shift: np.full_like(x, np.nan),
                    _("0/0 would be undefined. But ε stands in the denominator, so it is not 0.")),
        ),
    ), attempt)


def check_input_gradient(attempt):
    """Exercise 3: the gradient in front of a batch normalization, whose columns sum to 0.

    Parameters
    ----------
    attempt : callable
        Takes ``output_gradient`` and ``normalized``, both of shape (batch_size, n_features),
        ``scale`` and ``deviation`` of shape (n_features,), and returns the gradient of the input.

    Returns
    -------
    ExercisePanel
        The verdict.
    """

    def input_gradient(output_gradient, normalized, scale, deviation):
        by_mean = output_gradient.mean(axis=0)
        by_variance = normalized * (output_gradient * normalized).mean(axis=0)
        return scale / deviation * (output_gradient - by_mean - by_variance)

    def case(seed, n_rows):
        rng = np.random.default_rng(seed)
        x = rng.normal(1, 2, (n_rows, 2))
        deviation = np.sqrt(x.var(axis=0) + 1e-5)
        return (rng.normal(0.5, 1, (n_rows, 2)).round(2), (x - x.mean(axis=0)) / deviation,
                np.array([2.0, 0.5]), deviation)

    return ExercisePanel(Exercise(
        _("Exercise 3, the gradient before the normalization"), input_gradient,
        solution=(
            "def input_gradient(output_gradient, normalized, scale, deviation):\n"
            "    by_mean = output_gradient.mean(axis=0)\n"
            "    by_variance = normalized * (output_gradient * normalized).mean(axis=0)\n"
            "    return scale / deviation * (output_gradient - by_mean - by_variance)"),
        hints=(
            _("There are three terms. The direct way gives scale / deviation * output_gradient."),
            _("The way through the batch mean takes the mean of output_gradient over the rows "
              "away, the same number from each row of a column."),
            _("The way through the variance takes normalized * (output_gradient * "
              "normalized).mean(axis=0) away."),
        ),
        cases=(case(0, 3), case(1, 5)),
        mistakes=_mistakes_with_the_gradient(),
    ), attempt)


def _mistakes_with_the_gradient():
    return (
        Mistake(lambda g, xhat, scale, deviation: scale / deviation * g,
                _("This is the direct way only. Mean and variance depend on x, too. With it "
                  "the columns do not sum to 0.")),
        Mistake(lambda g, xhat, scale, deviation: scale / deviation * (g - g.mean(axis=0)),
                _("The way through the variance is missing.")),
        Mistake(lambda g, xhat, scale, deviation: scale / deviation * (
                    g - xhat * (g * xhat).mean(axis=0)),
                _("The way through the mean is missing. With it the columns sum to 0.")),
        Mistake(lambda g, xhat, scale, deviation: (
                    g - g.mean(axis=0) - xhat * (g * xhat).mean(axis=0)) / deviation,
                _("γ is missing: the gradient also passes through scale.")),
        Mistake(lambda g, xhat, scale, deviation: scale * (
                    g - g.mean(axis=0) - xhat * (g * xhat).mean(axis=0)),
                _("Divide by the deviation: a wider batch gives a smaller gradient.")),
        Mistake(lambda g, xhat, scale, deviation: scale / deviation * (
                    g - g.sum(axis=0) - xhat * (g * xhat).sum(axis=0)),
                _("You took sums. Each row gets its share: take means over the rows.")),
        Mistake(lambda g, xhat, scale, deviation: scale / deviation * (
                    g + g.mean(axis=0) + xhat * (g * xhat).mean(axis=0)),
                _("Both corrections are subtracted.")),
    )
