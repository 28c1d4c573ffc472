"""Exercises of the section: the right answer, hints, and mistakes that people really make."""

import numpy as np

from lecture_kit.live.exercise import Exercise, ExercisePanel, Mistake
from lecture_kit.live.language import translate as _


def _too_many(scores, labels, most):
    """Score of the first harmless row that is too many."""
    harmless = np.sort(scores[labels == 0])[::-1]
    return harmless[most] if most < len(harmless) else -np.inf


def _recall_within(scores, labels, most):
    return np.mean(scores[labels == 1] > _too_many(scores, labels, most))


def check_recall_within(attempt):
    """Exercise 2: the recall within a budget of false alarms, when scores are tied.

    Parameters
    ----------
    attempt : callable
        Takes scores, labels and a number of false alarms, returns the largest recall that a
        threshold reaches with no more of them.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    scores = np.array([0.9, 0.2, 0.7, 0.7, 0.7, 0.4, 0.4, 0.1])
    labels = np.array([1, 0, 0, 1, 0, 1, 0, 1])
    return ExercisePanel(Exercise(
        _("Exercise 2, recall within a budget"), _recall_within,
        solution=("def recall_within(scores, labels, most):\n"
                  "    harmless = np.sort(scores[labels == 0])[::-1]\n"
                  "    too_many = harmless[most] if most < len(harmless) else -np.inf\n"
                  "    return np.mean(scores[labels == 1] > too_many)"),
        hints=(
            _("Sort the scores of the harmless rows, the largest first. Which of them must not "
              "raise an alarm?"),
            _("The one with the number most (counted from 0). The threshold must lie above it, so "
              "above all rows that are tied with it."),
            _("harmless[most] does not exist if most is as large as the number of harmless rows: "
              "then everything may raise an alarm."),
        ),
        cases=((scores, labels, 1), (scores, labels, 0), (scores, labels, 2), (scores, labels, 3),
               (scores, labels, 4),
               (np.array([0.5, 0.5, 0.5]), np.array([1, 0, 1]), 0),
               (np.array([-3.0, -1.0, -2.0, -1.5, -4.0]), np.array([0, 1, 1, 0, 1]), 1),
               (np.array([0.3, 0.8]), np.array([1, 0]), 9)),
        mistakes=_mistakes_with_budgets(),
    ), attempt)


def _row_by_row(scores, labels, most):
    order = np.argsort(-scores, kind="stable")
    false = np.cumsum(labels[order] == 0)
    return np.sum(labels[order][false <= most] == 1) / np.sum(labels == 1)


def _mistakes_with_budgets():
    return (
        Mistake(_row_by_row,
                _("You go through the rows one by one, and part rows that are tied. A threshold "
                  "cannot do that: the same score, the same fate.")),
        Mistake(lambda scores, labels, most: np.mean(
                    scores[labels == 1] >= _too_many(scores, labels, most)),
                _("This threshold raises an alarm for one harmless row too many. Take > in place "
                  "of >=.")),
        Mistake(lambda scores, labels, most: np.mean(scores > _too_many(scores, labels, most)),
                _("You divided by all rows. The recall is a share of the spam alone.")),
        Mistake(lambda scores, labels, most: np.sum(
                    scores[labels == 1] > _too_many(scores, labels, most)),
                _("This counts the spam that is found. Divide by the number of spam.")),
        Mistake(lambda scores, labels, most: _recall_within(scores, labels, max(most - 1, 0)),
                _("You leave one false alarm of the budget unused.")),
        Mistake(_too_many, _("This is a score. The recall was asked for.")),
    )


def _precision_elsewhere(counts, share):
    false_alarm_rate, recall = counts[:, 1] / counts.sum(axis=1)
    return recall * share / (recall * share + false_alarm_rate * (1 - share))


def check_precision_elsewhere(attempt):
    """Exercise 1: the precision at another base rate, from counts of a test.

    Parameters
    ----------
    attempt : callable
        Takes a table of counts and the share of spam, returns the precision.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    return ExercisePanel(Exercise(
        _("Exercise 1, precision elsewhere"), _precision_elsewhere,
        solution=("def precision_elsewhere(counts, share):\n"
                  "    f, r = counts[:, 1] / counts.sum(axis=1)\n"
                  "    return r * share / (r * share + f * (1 - share))"),
        hints=(
            _("Counts depend on the base rate of the test, the two rates do not. Make rates of the "
              "counts first."),
            _("Recall: divide counts[1, 1] by the sum of row 1. False alarm rate: divide "
              "counts[0, 1] by the sum of row 0."),
            _("Of all rows, r · share are found and f · (1 − share) are false alarms."),
        ),
        cases=((np.array([[570, 30], [60, 340]]), 0.01), (np.array([[99, 1], [50, 50]]), 0.5),
               (np.array([[80, 20], [3, 7]]), np.array([0.001, 0.1, 0.9])),
               (np.array([[50, 0], [5, 5]]), 0.2)),
        mistakes=_mistakes_with_precision(),
    ), attempt)


def _rates(counts):
    return counts[:, 1] / counts.sum(axis=1)


def _mistakes_with_precision():
    return (
        Mistake(lambda counts, share: counts[1, 1] / counts[:, 1].sum(),
                _("This is the precision at the base rate of the test. Where is the new one?")),
        Mistake(lambda counts, share: counts[1, 1] * share
                / (counts[1, 1] * share + counts[0, 1] * (1 - share)),
                _("You weighted the counts. They hold the base rate of the test already: take the "
                  "rates.")),
        Mistake(lambda counts, share: _rates(counts)[1] * share / _rates(counts).sum(),
                _("The false alarms come from the others: f · (1 − share), below the line.")),
        Mistake(lambda counts, share: _rates(counts)[1] / _rates(counts).sum() + 0 * share,
                _("The two rates alone: this is the precision at a base rate of one half.")),
        Mistake(lambda counts, share: _precision_elsewhere(counts, 1 - share),
                _("share is that of the spam, not of the harmless mails.")),
        Mistake(lambda counts, share: _precision_elsewhere(counts.T, share),
                _("A row of the table is a true class, a column an answer.")),
    )


def _evaluation(scaler_leaks, twins_leak, threshold_leaks):
    """Make the evaluation of exercise 3 with some of its three leaks."""

    def evaluate(rows, labels, groups, is_test):
        known = ~is_test if twins_leak else ~np.isin(groups, groups[is_test])
        fitted = rows if scaler_leaks else rows[known]
        z = (rows - fitted.mean(axis=0)) / fitted.std(axis=0)
        means = [z[known & (labels == label)].mean(axis=0) for label in (0, 1)]
        scores = z @ (means[1] - means[0])
        judges = is_test if threshold_leaks else known
        threshold = scores[judges & (labels == 0)].max()
        return np.mean(scores[is_test & (labels == 1)] > threshold)

    return evaluate


class _Evaluation(Exercise):
    """An exercise whose input is too long to be shown."""

    def _given(self, case):
        return _("With {n} rows, {n_test} of them for the test: ").format(
            n=len(case[0]), n_test=case[3].sum())


def check_evaluation(attempt):
    """Exercise 3: an evaluation with three leaks, to be repaired.

    Parameters
    ----------
    attempt : callable
        Takes rows, labels, groups of twins and which rows are for the test; returns the recall on
        the test rows at a threshold without false alarms among the rows that were learned from.

    Returns
    -------
    ExercisePanel
        The verdict.
    """
    return ExercisePanel(_Evaluation(
        _("Exercise 3, three leaks"), _evaluation(False, False, False),
        solution=(
            "def evaluate(rows, labels, groups, is_test):\n"
            "    known = ~np.isin(groups, groups[is_test])\n"
            "    z = (rows - rows[known].mean(axis=0)) / rows[known].std(axis=0)\n"
            "    means = [z[known & (labels == k)].mean(axis=0) for k in (0, 1)]\n"
            "    scores = z @ (means[1] - means[0])\n"
            "    threshold = scores[known & (labels == 0)].max()\n"
            "    return np.mean(scores[is_test & (labels == 1)] > threshold)"),
        hints=(
            _("Go through the lines and ask of each number: could I have computed it before the "
              "test rows came?"),
            _("Three of them use test rows: the scaler, the threshold, and the list of known rows "
              "(its twins)."),
            _("known = ~np.isin(groups, groups[is_test]); then take known wherever something is "
              "learned, and is_test only in the last line."),
        ),
        cases=tuple(_leaky_case(seed) for seed in (46, 13, 33, 3)),
        mistakes=_mistakes_with_leaks(),
    ), attempt)


def _leaky_case(seed):
    """Draw rows with twins, of which some are for the test; one of these is far out."""
    rng = np.random.default_rng(seed)
    labels = np.tile([0, 1], 40)
    groups = np.arange(80) // 4 * 2 + labels  # two rows of a class make a pair
    rows = rng.standard_normal((40, 3))[groups] + labels[:, np.newaxis] * [1.5, 1.0, 0.5]
    rows += 0.2 * rng.standard_normal((80, 3))
    is_test = rng.random(80) < 0.3
    rows[np.flatnonzero(is_test & (labels == 1))[0], seed % 2] += 15
    return rows.round(2), labels, groups, is_test


def _mistakes_with_leaks():
    texts = {
        (1, 1, 1): _("All three leaks are still there."),
        (1, 0, 0): _("The scaler still sees the test rows."),
        (0, 1, 0): _("Twins of test rows are still among the known rows."),
        (0, 0, 1): _("The threshold is still chosen on the test rows."),
        (1, 1, 0): _("The threshold is clean. Two leaks are left: scaler and twins."),
        (1, 0, 1): _("The twins are out. Two leaks are left: scaler and threshold."),
        (0, 1, 1): _("The scaler is clean. Two leaks are left: twins and threshold."),
    }
    return tuple(Mistake(_evaluation(*leaks), text) for leaks, text in texts.items())
