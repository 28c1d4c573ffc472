"""Detectors: a score, a threshold, and what its two errors cost.

An alarm is raised for every row whose score is at least the threshold. Class 1 is what shall be
found, class 0 is harmless.
"""

from dataclasses import dataclass

import numpy as np

from lecture_kit.maths.checks import as_labels, as_number, as_numbers, as_row, require, require_fit


@dataclass(frozen=True, eq=False)
class Roc:
    """What each threshold does, from no alarm at all to an alarm for every row (ROC curve).

    Parameters
    ----------
    thresholds : ndarray of shape (n_points,)
        Falling. The first one is just above the largest score, the others are the scores.
    false_alarm_rates, recalls : ndarray of shape (n_points,)
        Share of the harmless rows, and of the others, that raise an alarm. Both rise from 0 to 1.
    """

    thresholds: np.ndarray
    false_alarm_rates: np.ndarray
    recalls: np.ndarray

    @property
    def area(self):
        """Area under the curve: how often a row of class 1 has a larger score than a harmless one.

        Both are drawn by chance; a tie counts one half.
        """
        return float(np.trapezoid(self.recalls, self.false_alarm_rates))

    def within(self, most):
        """Find the point with the largest recall whose false alarm rate is within a budget.

        Parameters
        ----------
        most : float
            Largest false alarm rate, from 0 to 1.

        Returns
        -------
        int
            Number of the point.

        Raises
        ------
        ValueError
            If ``most`` is no share.
        """
        most = as_number("most", most, "It is a share of the harmless rows.", least=0, most=1)
        return int(np.searchsorted(self.false_alarm_rates, most, side="right")) - 1

    def at(self, threshold):
        """Find the point of a threshold.

        Parameters
        ----------
        threshold : float
            An alarm is raised from here on.

        Returns
        -------
        int
            Number of the point.

        Raises
        ------
        ValueError
            If ``threshold`` is not a finite number.
        """
        threshold = as_number("threshold", threshold)
        return max(0, int(np.searchsorted(-self.thresholds, -threshold, side="right")) - 1)

    def costs(self, share, cost_alarm, cost_miss):
        """Compute what a row costs on average, for each threshold.

        s c_miss (1 − r) + (1 − s) c_fa f, with recall r and false alarm rate f.

        Parameters
        ----------
        share : float
            s, share of class 1 among the rows that come, from 0 to 1.
        cost_alarm, cost_miss : float
            c_fa and c_miss, the costs of a false alarm and of a miss, at least 0.

        Returns
        -------
        ndarray of shape (n_points,)
            Costs, in the unit of the two.

        Raises
        ------
        ValueError
            If a number is out of its range.

        References
        ----------
        Elkan, C. (2001). The foundations of cost-sensitive learning.
        """
        share = as_number("share", share, "It is a share.", least=0, most=1)
        cost_alarm = as_number("cost_alarm", cost_alarm, "Try cost_alarm=1.", least=0)
        cost_miss = as_number("cost_miss", cost_miss, "Try cost_miss=10.", least=0)
        return (share * cost_miss * (1 - self.recalls)
                + (1 - share) * cost_alarm * self.false_alarm_rates)


def roc_curve(scores, labels):
    """Sweep the threshold over all scores. Rows with the same score go together.

    Parameters
    ----------
    scores : array_like of shape (n_samples,)
        The larger, the more suspicious.
    labels : array_like of int, shape (n_samples,)
        1 for what shall be found, 0 for harmless; each at least once.

    Returns
    -------
    Roc
        One point for each different score, and the one without alarms.

    Raises
    ------
    ValueError
        If there is not one score per label, or a class is missing.

    References
    ----------
    Fawcett, T. (2006). An introduction to ROC analysis.
    """
    scores, labels = as_row("scores", scores), as_labels("labels", labels, 2)
    require(labels.shape == scores.shape, "labels must hold one class per score", labels.shape,
            f"There are {len(scores)} scores.")
    require(0 < labels.sum() < len(labels), "labels must hold both classes", labels,
            "Without them there is no rate.")
    values, place = np.unique(scores.astype(np.float64), return_inverse=True)
    counts = [np.bincount(place[labels == label], minlength=len(values)) for label in (0, 1)]
    alarms = [np.concatenate([[0], np.cumsum(count[::-1])]) for count in counts]
    rates = [alarm / alarm[-1] for alarm in alarms]
    return Roc(np.append(np.nextafter(values[-1], np.inf), values[::-1]), *rates)


def log_odds(share):
    """Turn a probability into log-odds, ln(p / (1 − p)). The sigmoid turns it back.

    Parameters
    ----------
    share : array_like
        p, above 0 and below 1.

    Returns
    -------
    ndarray of the same shape
        Log-odds.

    Raises
    ------
    ValueError
        If a number is out of its range.
    """
    share = np.asarray(as_numbers("share", share, "It is a share.", above=0, below=1))
    return np.log(share) - np.log1p(-share)


def cheapest_log_odds(cost_alarm, cost_miss, share, trained_share):
    """Find the threshold that costs least, in theory, for log-odds learned at another base rate.

    An alarm pays if p > c_fa / (c_fa + c_miss), so if the log-odds of p are above ln(c_fa/c_miss).
    A detector that learned from rows with the share π gives log-odds that are too large by
    ln(π / (1 − π)) − ln(s / (1 − s)), by Bayes' rule, where the share is s. So the threshold rises
    by this much.

    Parameters
    ----------
    cost_alarm, cost_miss : array_like
        c_fa and c_miss, the costs of a false alarm and of a miss, positive.
    share : array_like
        s, share of class 1 among the rows that come, above 0 and below 1.
    trained_share : array_like
        π, share of class 1 among the rows that it learned from.

    Returns
    -------
    ndarray of the broadcast shape
        Threshold for the log-odds that the detector gives.

    Raises
    ------
    ValueError
        If a number is out of its range.

    References
    ----------
    Elkan, C. (2001). The foundations of cost-sensitive learning. Saerens, M., Latinne, P., &
    Decaestecker, C. (2002). Adjusting the outputs of a classifier to new a priori probabilities.
    """
    cost_alarm = as_numbers("cost_alarm", cost_alarm, "Try cost_alarm=1.", above=0)
    cost_miss = as_numbers("cost_miss", cost_miss, "Try cost_miss=10.", above=0)
    require_fit(cost_alarm=cost_alarm, cost_miss=cost_miss, share=share,
                trained_share=trained_share)
    return (np.log(cost_alarm) - np.log(cost_miss)
            + log_odds(trained_share) - log_odds(share))
