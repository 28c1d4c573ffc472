"""Exercises of the section: the right answer, hints, and mistakes that people really make."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from lecture_kit.live.exercise import Exercise, ExercisePanel, Mistake
from lecture_kit.live.language import translate as _
from lecture_kit.maths.normalization import batch_normalize


def _bugs():
    """Say what each bug is."""
    return {
        "mean": _("line 2 takes one mean of the whole table. Each feature has its own."),
        "variance": _("line 4 divides by B − 1. In training the batch is normalized with the mean "
                      "square, divided by B."),
        "epsilon": _("line 5 adds ε to the root. It belongs under the root."),
        "shift": _("line 7 multiplies β by γ, too."),
    }


def _batch_norm(bugs):
    """Make the eight lines of the notebook, with some of its four bugs."""

    def batch_norm(x, scale, shift, epsilon):
        mean = x.mean() if "mean" in bugs else x.mean(axis=0)
        centred = x - mean
        variance = (centred**2).sum(axis=0) / (len(x) - ("variance" in bugs))
        inside, outside = (0, epsilon) if "epsilon" in bugs else (epsilon, 0)
        normalized = centred / (np.sqrt(variance + inside) + outside)
        return scale * (normalized + shift) if "shift" in bugs else scale * normalized + shift

    return batch_norm


def check_batch_normalize(attempt):
    """Exercise 2: four bugs in a forward pass of eight lines.

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
    two, one = np.array([2.0, 0.5]), np.array([0.0, -1.0])
    return ExercisePanel(Exercise(
        _("Exercise 2, four bugs"), _batch_norm(()),
        solution=(
            "def batch_norm(x, scale, shift, epsilon):\n"
            "    mean = x.mean(axis=0)\n"
            "    centred = x - mean\n"
            "    variance = (centred ** 2).sum(axis=0) / len(x)\n"
            "    deviation = np.sqrt(variance + epsilon)\n"
            "    normalized = centred / deviation\n"
            "    output = scale * normalized + shift\n"
            "    return output"),
        hints=(
            _("Hold each line against the four lines of part 1. Which formula does it stand for?"),
            _("Lines 3, 6 and 8 are right. For a table, x.mean(axis=0) goes down the rows."),
            _("Lines 2, 4, 5 and 7 are wrong: whose mean, divided by what, where ε stands, and "
              "what γ multiplies."),
        ),
        cases=(
            (np.random.default_rng(0).normal(3, 2, (4, 2)).round(1), two, one, 1e-5),
            (np.array([[1.0, 5.0], [2.0, 5.0], [6.0, 5.0]]), two, one, 1e-2),
            (np.array([[7.0, -2.0]]), two, one, 1e-3),
        ),
        mistakes=_mistakes_with_the_forward_pass(),
    ), attempt)


def _mistakes_with_the_forward_pass():
    def along(x, scale, shift, epsilon, axis=0):
        centred = x - x.mean(axis=axis, keepdims=True)
        return scale * centred / np.sqrt(x.var(axis=axis, keepdims=True) + epsilon) + shift

    bugs = _bugs()
    return (
        *(Mistake(_batch_norm(left), _("Bugs that are left: {n}. One of them: {bug}").format(
            n=len(left), bug=bugs[left[0]]))
          for n in (1, 2, 3) for left in combinations(bugs, n)),
        Mistake(_batch_norm(tuple(bugs)), _("All four bugs are still there.")),
        Mistake(lambda x, scale, shift, epsilon: along(x, 1, 0, epsilon),
                _("γ and β are missing: scale * … + shift.")),
        Mistake(lambda x, scale, shift, epsilon: along(x, scale, shift, 0),
                _("ε is missing. The constant column of the second batch is divided by 0.")),
        Mistake(lambda x, scale, shift, epsilon: along(x, scale, shift, epsilon, axis=1),
                _("You normalized each row. Batch normalization goes down the rows: axis=0.")),
        Mistake(lambda x, scale, shift, epsilon: along(x, scale, shift, epsilon, axis=None),
                _("You took one mean and one variance of the whole table. Each feature has its "
                  "own: axis=0.")),
        Mistake(lambda x, scale, shift, epsilon:
                scale * (x - x.mean(axis=0)) / (x.var(axis=0) + epsilon) + shift,
                _("You divided by the variance. Divide by its square root.")),
    )


def check_batch_of_one(attempt):
    """Exercise 1: what comes out in training mode for a batch of one row.

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
        _("Exercise 1, a batch of one"), batch_of_one,
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


@dataclass(frozen=True)
class _FirstOfFour:
    """What comes out for a row beside the three batch mates that a function chooses."""

    choose: Callable

    def __call__(self, z, target):
        mates = self.choose(z, target)
        if mates is None or mates is ...:
            return mates
        mates = np.asarray(mates, float)
        if mates.shape != (3,):
            return _("mates of shape {shape}, not (3,)").format(shape=mates.shape)
        if not np.isfinite(mates).all():
            return _("mates that are no numbers")
        return float(batch_normalize(np.append(z, mates)[:, np.newaxis])[0, 0])


def check_batch_mates(attempt):
    """Exercise 3: three batch mates that decide what comes out for a row.

    Many answers are right. Judged is what they do to the row, to three digits.

    Parameters
    ----------
    attempt : callable
        Takes ``z``, the value of the row, and ``target``, from −√3 to √3; returns three values.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    is_ready = isinstance(attempt, _FirstOfFour) or not callable(attempt)
    return ExercisePanel(Exercise(
        _("Exercise 3, three batch mates"), _mates(1, 1),
        solution=(
            "def three_mates(z, target):\n"
            "    middle = z - target - target / 3\n"
            "    return middle + np.sqrt(2 - 2 / 3 * target ** 2) * np.array([-1, 0, 1])"),
        hints=(
            _("Let the batch have the standard deviation 1. Which mean must it have, so that z "
              "comes out as target?"),
            _("Its mean is z − target. The row lies target above it, so the mates lie target / 3 "
              "below it on average."),
            _("The four squared distances from the mean must sum to 4. Take the mates middle − d, "
              "middle and middle + d, and solve for d."),
        ),
        cases=((2.0, 1.0), (2.0, -0.5), (-30.0, 1.7)),
        mistakes=(
            Mistake(_mates(-1, 1), _("The sign: a row above the mean comes out positive.")),
            Mistake(_FirstOfFour(lambda z, target: z - target + np.array([-1, 0, 1]) * 1.5**0.5),
                    _("These mates have the mean z − target and the standard deviation 1. But the "
                      "row itself belongs to the batch, too.")),
            Mistake(_FirstOfFour(lambda z, target: np.full(3, z - target)),
                    _("Three equal mates give √3 or −√3, whatever their value.")),
            Mistake(_mates(1, 0.5), _("The mean is right, but the mates are too close together.")),
            Mistake(_mates(1, 2), _("The mean is right, but the mates are too far apart.")),
        ),
        tolerance=1e-3,
    ), attempt if is_ready else _FirstOfFour(attempt))


def _mates(sign, spread):
    def choose(z, target):
        apart = spread * np.sqrt(2 - 2 / 3 * target**2)
        return z - sign * 4 / 3 * target + apart * np.array([-1, 0, 1])

    return _FirstOfFour(choose)
