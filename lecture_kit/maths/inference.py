"""How good answers are, class by class, and how sure a share is that was counted."""

from functools import lru_cache
from math import lgamma
from statistics import NormalDist

import numpy as np

from lecture_kit.maths.checks import (
    as_labels,
    as_number,
    as_numbers,
    as_row,
    as_whole,
    require,
    require_choice,
    require_fit,
)
from lecture_kit.maths.roots import bisect


def _as_answers(labels, predicted, n_classes):
    labels = as_labels("labels", labels, n_classes)
    require(labels.ndim == 1, "labels must be a list", labels.shape, "Pass one class per row.")
    predicted = as_labels("predicted", predicted, n_classes)
    require(labels.shape == predicted.shape, "predicted must have one answer per row",
            predicted.shape, f"There are {labels.size} rows.")
    return labels, predicted


def confusion_matrix(labels, predicted, n_classes):
    """Count how often rows of each class got each answer.

    Parameters
    ----------
    labels : array_like of int, shape (n_samples,)
        Class of each row.
    predicted : array_like of int, shape (n_samples,)
        The answers.
    n_classes : int
        How many classes there are.

    Returns
    -------
    ndarray of int, shape (n_classes, n_classes)
        Row: the true class. Column: the answer. The right answers are on the diagonal.

    Raises
    ------
    ValueError
        If a number names no class, or there are not as many answers as rows.
    """
    labels, predicted = _as_answers(labels, predicted, n_classes)
    pairs = np.bincount(n_classes * labels + predicted, minlength=n_classes**2)
    return pairs.reshape(n_classes, n_classes)


def recall_per_class(labels, predicted, n_classes):
    """Recall of each class: which share of its rows is found.

    Parameters
    ----------
    labels, predicted, n_classes
        As in :func:`confusion_matrix`.

    Returns
    -------
    ndarray of shape (n_classes,)
        Shares from 0 to 1; NaN for a class without rows.

    Raises
    ------
    ValueError
        As in :func:`confusion_matrix`.
    """
    labels, predicted = _as_answers(labels, predicted, n_classes)
    n_rows = np.bincount(labels, minlength=n_classes)
    n_found = np.bincount(labels[labels == predicted], minlength=n_classes)
    return np.divide(n_found, n_rows, out=np.full(n_classes, np.nan), where=n_rows > 0)


def network_recall(network, diverged, rows, labels):
    """Recall of each class by what a network answers.

    Parameters
    ----------
    network : Network
        The network.
    diverged : bool
        Whether its training has diverged: then it gives no answers.
    rows, labels
        As in :meth:`~lecture_kit.maths.networks.Network.check`.

    Returns
    -------
    ndarray of shape (n_classes,)
        Shares from 0 to 1; NaN for a class without rows, and after a divergence.

    Raises
    ------
    ValueError
        As in :meth:`~lecture_kit.maths.networks.Network.logits` and :func:`recall_per_class`.
    """
    if diverged:
        return np.full(network.n_classes, np.nan)
    return recall_per_class(labels, network.loss.predict(network.logits(rows)), network.n_classes)


def precision_at(recall, false_alarm_rate, share):
    """Precision by Bayes' rule: which part of the alarms are attacks.

    r s / (r s + f (1 − s)).

    Parameters
    ----------
    recall : array_like
        r, which part of the attacks raises an alarm, above 0 and at most 1.
    false_alarm_rate : array_like
        f, which part of the harmless rows raises an alarm, from 0 to 1.
    share : array_like
        s, which part of all rows is an attack, above 0 and at most 1.

    Returns
    -------
    ndarray of the broadcast shape
        The precision.

    Raises
    ------
    ValueError
        If a number is out of its range, or the shapes do not fit.

    References
    ----------
    Axelsson, S. (2000). The base-rate fallacy and the difficulty of intrusion detection.
    """
    recall = as_numbers("recall", recall, "It is a share.", above=0, most=1)
    false_alarm_rate = as_numbers("false_alarm_rate", false_alarm_rate, "It is a share.",
                                  least=0, most=1)
    share = as_numbers("share", share, "It is a share.", above=0, most=1)
    require_fit(recall=recall, false_alarm_rate=false_alarm_rate, share=share)
    return recall * share / (recall * share + false_alarm_rate * (1 - share))


def guessing(labels):
    """Cross entropy and accuracy of the best answer that does not look at the rows.

    It is the shares p_c of the classes. It costs their entropy, −Σ p_c ln p_c, and is as often
    right as the most frequent class comes.

    Parameters
    ----------
    labels : array_like of int, shape (n_samples,)
        Class of each row, at least one.

    Returns
    -------
    loss, accuracy : float
        In nats, and a share.

    Raises
    ------
    ValueError
        If ``labels`` is not a list of class numbers.
    """
    labels = as_row("labels", labels, "Pass the classes.", least=0, whole=True)
    shares = np.bincount(labels) / len(labels)
    seen = shares[shares > 0]
    return float(-seen @ np.log(seen)), float(shares.max())


def binomial_spread(error, n_samples):
    """Standard deviation of a share of wrong answers among n independent ones, √(e(1 − e)/n).

    Parameters
    ----------
    error : float or array_like
        e, the true share of wrong answers.
    n_samples : int
        n, how many answers there are, at least 1.

    Returns
    -------
    float or ndarray
        How far a measured share typically lies off.

    Raises
    ------
    ValueError
        If ``error`` leaves 0 … 1, or ``n_samples`` is less than 1 or not whole.
    """
    n_samples = as_whole("n_samples", n_samples, "Pass some samples.", least=1)
    error = as_numbers("error", error, "It is a share.", least=0, most=1)
    return np.sqrt(error * (1 - error) / n_samples)


def wilson_interval(n_found, n_rows, confidence=0.95):
    """Wilson's confidence interval of a share that was counted.

    (p + z²/2n ± z√(p(1 − p)/n + z²/4n²)) / (1 + z²/n), with p = k/n and the normal quantile z,
    1.96 for 95 %. It holds all shares p₀ with |p − p₀| ≤ z√(p₀(1 − p₀)/n).

    Parameters
    ----------
    n_found : array_like of int
        k, how many were found, from 0 to n.
    n_rows : array_like of int
        n, how many there are, at least 1.
    confidence : float, default 0.95
        How often the interval shall hold the true share, between 0 and 1.

    Returns
    -------
    low, high : ndarray of the broadcast shape
        Ends of the interval, from 0 to 1.

    Raises
    ------
    ValueError
        If a number is out of its range.

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    """
    n = np.asarray(as_numbers("n_rows", n_rows, "Without rows there is no share.", least=1,
                              whole=True))
    k = np.asarray(as_numbers("n_found", n_found, "Count the rows that were found.", least=0))
    require_fit(n_found=k, n_rows=n)
    require(k <= n, "n_found must lie between 0 and n_rows", n_found,
            "Count the rows that were found.")
    confidence = as_number("confidence", confidence, "Try 0.95.", above=0, below=1)
    z, p = NormalDist().inv_cdf((1 + confidence) / 2), k / n
    middle, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    low, high = (middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)
    return np.where(k == 0, 0.0, low), np.where(k == n, 1.0, high)


def mean_and_standard_error(values):
    """Mean of measurements, and how far it typically lies off.

    Parameters
    ----------
    values : array_like of shape (n,)
        Results of at least 2 seeds or splits, or differences of pairs.

    Returns
    -------
    mean, error : float
        The error is the standard deviation (with n − 1) through √n.

    Raises
    ------
    ValueError
        If there are fewer than 2 values, or one is not finite.
    """
    values = as_row("values", values, "Pass the results.")
    require(len(values) >= 2, "a spread needs at least 2 values", len(values), "Take 10 or more.")
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))


def binomial_probabilities(n_rows, share):
    """Probabilities of 0, 1, … n hits, C(n, k) pᵏ (1 − p)ⁿ⁻ᵏ.

    Parameters
    ----------
    n_rows : int
        n, how many rows there are, at least 1.
    share : float
        p, the probability that a row is hit, from 0 to 1.

    Returns
    -------
    ndarray of shape (n_rows + 1,)
        They sum to 1.

    Raises
    ------
    ValueError
        If a number is out of its range.
    """
    share = as_number("share", share, "It is a share.", least=0, most=1)
    n_rows = as_whole("n_rows", n_rows, "Without rows there is no share.", least=1)
    found = np.arange(n_rows + 1)
    choose = [lgamma(n_rows + 1) - lgamma(k + 1) - lgamma(n_rows - k + 1) for k in found]
    with np.errstate(divide="ignore", invalid="ignore"):
        powers = (np.where(found > 0, found * np.log(share), 0)
                  + np.where(found < n_rows, (n_rows - found) * np.log1p(-share), 0))
    return np.exp(choose + powers)


def exact_interval(n_found, n_rows, confidence=0.95):
    """Clopper and Pearson's confidence interval of a share that was counted.

    It holds all shares p for which neither "k or more" nor "k or fewer" of n would be rarer than
    half of 1 − confidence. So it holds the true share at least as often as it promises.

    Parameters
    ----------
    n_found : int
        k, how many were found, from 0 to n.
    n_rows : int
        n, how many there are, at least 1.
    confidence : float, default 0.95
        How often the interval shall hold the true share, between 0 and 1.

    Returns
    -------
    low, high : float
        Ends of the interval, from 0 to 1.

    Raises
    ------
    ValueError
        If a number is out of its range.

    References
    ----------
    Clopper, C. J., & Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated
    in the case of the binomial.
    """
    n_rows = as_whole("n_rows", n_rows, "Without rows there is no share.", least=1)
    n_found = as_whole("n_found", n_found, "Count the rows that were found.", least=0, most=n_rows)
    confidence = as_number("confidence", confidence, "Try 0.95.", above=0, below=1)
    rare = (1 - confidence) / 2

    def at_least(k, share):
        return binomial_probabilities(n_rows, share)[k:].sum()

    low = 0.0 if n_found == 0 else bisect(lambda p: at_least(n_found, p) < rare, 0, 1)
    high = 1.0 if n_found == n_rows else bisect(
        lambda p: 1 - at_least(n_found + 1, p) > rare, 0, 1)
    return low, high


@lru_cache
def _all_intervals(kind, n_rows, confidence):
    """Lower and upper ends for 0, 1, … n found rows."""
    if kind == "Wilson":
        return wilson_interval(np.arange(n_rows + 1), n_rows, confidence)
    return np.transpose([exact_interval(k, n_rows, confidence) for k in range(n_rows + 1)])


def exact_coverage(n_rows, recall, confidence=0.95, interval="Wilson"):
    """Probability that an interval holds the true recall, Σ_k P(k) [low_k ≤ p ≤ high_k].

    P(k) is the binomial probability of finding k of n rows when each is found with probability p.

    Parameters
    ----------
    n_rows : int
        n, rows of the class, at least 1.
    recall : float
        p, the true recall, from 0 to 1.
    confidence : float, default 0.95
        As in :func:`wilson_interval`.
    interval : {"Wilson", "exact"}
        :func:`wilson_interval` or :func:`exact_interval`.

    Returns
    -------
    float
        A probability. It jumps up and down with n and p. Wilson's is near ``confidence``, that of
        the exact interval never below it.

    Raises
    ------
    ValueError
        If a number is out of its range.

    References
    ----------
    Brown, L. D., Cai, T. T., & DasGupta, A. (2001). Interval estimation for a binomial proportion.
    """
    recall = as_number("recall", recall, "It is a share.", least=0, most=1)
    require_choice("interval", interval, ("Wilson", "exact"))
    probabilities = binomial_probabilities(n_rows, recall)
    confidence = as_number("confidence", confidence, "Try 0.95.", above=0, below=1)
    low, high = _all_intervals(interval, int(n_rows), float(confidence))
    return float(probabilities[(low <= recall) & (recall <= high)].sum())
