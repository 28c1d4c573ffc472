"""Which of two methods is better, and how sure that is: pairs, splits, and rows."""

from dataclasses import dataclass
from math import lgamma, log, pi

import numpy as np

from lecture_kit.maths.checks import (
    as_labels,
    as_number,
    as_rng,
    as_row,
    as_whole,
    require,
)
from lecture_kit.maths.inference import binomial_probabilities, mean_and_standard_error
from lecture_kit.maths.normal import normal_cdf
from lecture_kit.maths.roots import bisect


@dataclass(frozen=True)
class PairedDifference:
    """By how much one method leads, on average over pairs.

    Parameters
    ----------
    mean : float
        Mean of the differences.
    error : float
        Its standard error: their standard deviation (with n − 1) through √n.
    low, high : float
        Ends of the confidence interval, mean ± t · error, with Student's t.
    """

    mean: float
    error: float
    low: float
    high: float

    @property
    def is_clear(self):
        """Whether the interval excludes 0."""
        return not self.low <= 0 <= self.high


def paired_difference(scores, others, confidence=0.95):
    """Compare two methods that met the same seeds or splits.

    What a lucky seed or split gives to both drops out of the difference.

    Parameters
    ----------
    scores, others : array_like of shape (n_pairs,)
        One score per pair for each method, at least 2, in the same order.
    confidence : float, default 0.95
        How often the interval shall hold the true mean difference, between 0 and 1. It does so if
        the differences are independent and normally distributed.

    Returns
    -------
    PairedDifference
        Mean of ``scores − others``, its standard error and its interval.

    Raises
    ------
    ValueError
        If there are not as many scores as others, fewer than 2, or one is not finite.

    References
    ----------
    Student (1908). The probable error of a mean.
    """
    scores = as_row("scores", scores, "Pass one score per pair.")
    others = as_row("others", others, "Pass one score per pair.")
    require(len(scores) == len(others), "others must hold one score per pair", len(others),
            f"There are {len(scores)} scores.")
    require(len(scores) >= 2, "a spread needs at least 2 pairs", len(scores), "Take 10 or more.")
    mean, error = mean_and_standard_error(scores - others)
    half = _critical_t(confidence, len(scores) - 1) * error
    return PairedDifference(*map(float, (mean, error, mean - half, mean + half)))


def _critical_t(confidence, dof):
    confidence = as_number("confidence", confidence, "Try 0.95.", above=0, below=1)
    return student_quantile((1 + confidence) / 2, dof)


def student_quantile(probability, dof):
    """Quantile of Student's t distribution, from the closed form of its distribution function.

    P(|T| ≤ √ν tan θ) is a finite sum of powers of cos θ: sin θ (1 + ½ cos² θ + …) for an even
    number ν of degrees of freedom, 2/π (θ + sin θ (cos θ + ⅔ cos³ θ + …)) for an odd one.

    Parameters
    ----------
    probability : float
        At least 0.5 and below 1.
    dof : int
        ν, degrees of freedom, at least 1.

    Returns
    -------
    float
        t with P(T ≤ t) = ``probability``; 2.26 for 0.975 and 9.

    Raises
    ------
    ValueError
        If a number is out of its range.

    References
    ----------
    Abramowitz, M., & Stegun, I. A. (1964). Handbook of mathematical functions, 26.7.3 and 26.7.4.
    """
    probability = as_number("probability", probability, "Try 0.975.", least=0.5, below=1)
    dof = as_whole("dof", dof, "Two pairs have one degree of freedom.", least=1)
    steps = np.arange(1 + dof % 2, dof - 1, 2)
    factors = np.cumprod(np.concatenate([[1.0], steps / (steps + 1)]))
    powers = np.arange(len(factors)) * 2 + dof % 2

    def inside(theta):
        waves = np.sin(theta) * (factors @ np.cos(theta) ** powers)
        if dof % 2 == 0:
            return waves
        return 2 / pi * (theta + (waves if dof > 1 else 0))

    theta = bisect(lambda theta: inside(theta) < 2 * probability - 1, 0, pi / 2)
    return float(np.sqrt(dof) * np.tan(theta))


def power_of_pairs(effect, spread, n_pairs, confidence=0.95):
    """Probability that :func:`paired_difference` is clear when there is an effect.

    Parameters
    ----------
    effect : float
        The true mean difference.
    spread : float
        Standard deviation of the differences, above 0. Take it from a first small run.
    n_pairs : int
        How many pairs there shall be, at least 2.
    confidence : float, default 0.95
        As in :func:`paired_difference`.

    Returns
    -------
    float
        The power; 1 − ``confidence`` without an effect.

    Raises
    ------
    ValueError
        If a number is out of its range.

    References
    ----------
    Cohen, J. (1988). Statistical power analysis for the behavioral sciences.
    """
    effect = as_number("effect", effect, "Pass the difference that matters.")
    spread = as_number("spread", spread, "Differences without a spread need no test.", above=0)
    n_pairs = as_whole("n_pairs", n_pairs, "A spread needs two pairs.", least=2)
    dof, shift = n_pairs - 1, effect / spread * np.sqrt(n_pairs)
    # The measured spread, as a multiple of the true one, has a chi distribution.
    ratio = np.linspace(1e-9, 1 + 9 / np.sqrt(dof), 4001)
    scale = log(2) + dof / 2 * log(dof / 2) - lgamma(dof / 2)
    density = np.exp(scale + (dof - 1) * np.log(ratio) - dof / 2 * ratio**2)
    limit = _critical_t(confidence, dof) * ratio
    clear = normal_cdf(shift - limit) + normal_cdf(-shift - limit)
    return min(1.0, float(np.trapezoid(density * clear, ratio)))


def mcnemar(is_right, other_is_right):
    """Compare two classifiers on the same rows: McNemar's test, exact.

    Rows on which both are right, or both wrong, say nothing. Among the others each classifier wins
    half by chance.

    Parameters
    ----------
    is_right, other_is_right : array_like of bool, shape (n_samples,)
        Which rows each classifier has right.

    Returns
    -------
    only_first, only_other : int
        Rows that only one has right.
    p_value : float
        Probability of so uneven numbers, or more so, by chance.

    Raises
    ------
    ValueError
        If they are not lists of as many yes and no.

    References
    ----------
    McNemar, Q. (1947). Note on the sampling error of the difference between correlated
    proportions or percentages.
    """
    first = as_labels("is_right", is_right, 2)
    other = as_labels("other_is_right", other_is_right, 2)
    require(first.ndim == 1, "is_right must be a list", first.shape, "Pass one answer per row.")
    require(first.shape == other.shape, "other_is_right must hold one answer per row",
            other.shape, f"There are {first.size} rows.")
    only_first, only_other = int((first > other).sum()), int((first < other).sum())
    n, fewer = only_first + only_other, min(only_first, only_other)
    if n == 0:
        return 0, 0, 1.0
    tail = binomial_probabilities(n, 0.5)[:fewer + 1].sum()
    return only_first, only_other, min(1.0, float(2 * tail))


def random_split(labels, share, seed, groups=None):
    """Split rows in two by chance: each class in the same share, each group in one part.

    Twins in both parts make a test too easy: put them into one group.

    Parameters
    ----------
    labels : array_like of int, shape (n_samples,)
        Class of each row.
    share : float
        Which share of each class goes to the first part, between 0 and 1. Groups are not cut, so
        it is met as well as they allow.
    seed : int
        The chance.
    groups : array_like of int, shape (n_samples,), optional
        Group of each row. A group counts to the class of its first row. Without it each row is a
        group.

    Returns
    -------
    first, second : ndarray of int
        Row numbers in rising order. Each row is in exactly one of them.

    Raises
    ------
    ValueError
        If ``labels`` or ``groups`` are not lists of whole numbers of the same length, or ``share``
        is out of its range.
    """
    labels = as_row("labels", labels, "Pass the classes.", least=0, whole=True)
    share = as_number("share", share, "Try 0.5.", above=0, below=1)
    groups = np.arange(len(labels)) if groups is None else as_row(
        "groups", groups, "Pass a number per row.", whole=True)
    require(len(groups) == len(labels), "groups must hold one number per row", len(groups),
            f"There are {len(labels)} rows.")
    _numbers, rows, group_of, sizes = np.unique(
        groups, return_index=True, return_inverse=True, return_counts=True)
    order = as_rng(seed).permutation(len(sizes))
    is_first = np.zeros(len(sizes), bool)
    for label in np.unique(labels[rows]):
        mine = order[labels[rows[order]] == label]
        ends = np.cumsum(sizes[mine])
        is_first[mine] = ends - sizes[mine] / 2 < share * ends[-1]
    return np.flatnonzero(is_first[group_of]), np.flatnonzero(~is_first[group_of])
