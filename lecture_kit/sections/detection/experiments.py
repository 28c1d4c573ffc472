"""Section 11, detection: mail that gets a score, on many random splits side by side."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from lecture_kit.maths.activations import RELU
from lecture_kit.maths.checks import (
    as_array,
    as_number,
    as_row,
    as_seeds,
    as_whole,
    require,
    require_choice,
)
from lecture_kit.maths.comparisons import random_split
from lecture_kit.maths.datasets import load_spambase
from lecture_kit.maths.detection import log_odds, roc_curve
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.initializers import he
from lecture_kit.maths.network_losses import CROSS_ENTROPY
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.optimizers import Adam
from lecture_kit.maths.preprocessing import StandardScaler
from lecture_kit.maths.training import learn

PARTS = ("training", "validation", "test")
SHARE = float(load_spambase().labels.mean())  # of spam, in every part
BATCH_SIZE, EPOCHS, LEARNING_RATE = 64, 10, 0.01


@dataclass(frozen=True, eq=False)
class MailSplit:
    """The mail in three parts, 2 : 1 : 1, by chance, with the same share of spam in each.

    Parameters
    ----------
    scaler : StandardScaler
        Fitted on the training part.
    mails : dict of str to ndarray of shape (n_mails, 57)
        By part: the features as in the file.
    labels : dict of str to ndarray of int, shape (n_mails,)
        By part: 1 is spam.
    """

    scaler: StandardScaler
    mails: dict
    labels: dict

    def rows(self, part):
        """Give the z-scores of a part.

        Parameters
        ----------
        part : {"training", "validation", "test"}
            Which part.

        Returns
        -------
        ndarray of shape (n_mails, 57)
            Rows for a network.

        Raises
        ------
        ValueError
            If ``part`` is unknown.
        """
        require_choice("part", part, PARTS)
        return self.scaler.transform(self.mails[part])


@cache
def _split(seed):
    mail = load_spambase()
    training, others = random_split(mail.labels, 0.5, seed)
    rows = [training, *(others[half] for half in random_split(mail.labels[others], 0.5, seed))]
    mails, labels = (dict(zip(PARTS, [table[part] for part in rows], strict=True))
                     for table in (mail.features, mail.labels))
    return MailSplit(StandardScaler().fit(mails["training"]), mails, labels)


def split_mail(seed):
    """Split the mail by chance.

    Parameters
    ----------
    seed : int
        Number of the split, from 0 on.

    Returns
    -------
    MailSplit
        2,099, 1,050 and 1,051 mails.

    Raises
    ------
    ValueError
        If ``seed`` is no whole number from 0 on.
    """
    return _split(as_whole("seed", seed, "Try seed=0.", least=0))


def training_tables(seeds):
    """Give the training part of many splits, as an ensemble takes it.

    Parameters
    ----------
    seeds : sequence of int
        Numbers of the splits.

    Returns
    -------
    rows : ndarray of shape (n_splits, 2099, 57)
        Z-scores.
    labels : ndarray of int, shape (n_splits, 2099)
        1 is spam.

    Raises
    ------
    ValueError
        If ``seeds`` is no list of whole numbers from 0 on.
    """
    splits = [split_mail(seed) for seed in as_seeds(seeds)]
    return (np.stack([split.rows("training") for split in splits]),
            np.stack([split.labels["training"] for split in splits]))


def build_detectors(seeds, hidden=(16,), loss=CROSS_ENTROPY):
    """Build a small network for each split: 57 features, 16 ReLU nodes, one score.

    Parameters
    ----------
    seeds : sequence of int
        Seeds of the weights.
    hidden : tuple of int, default (16,)
        Nodes of the hidden layers; without any it is a single neuron (logistic regression).
    loss : NetworkLoss, default CROSS_ENTROPY
        What is made small.

    Returns
    -------
    Ensemble
        Ready to train. The logit is the score: the log-odds of spam, as the detector sees them.

    Raises
    ------
    ValueError
        If ``seeds`` is no list of whole numbers from 0 on, or ``hidden`` none of sizes.
    """
    hidden = as_array(hidden)
    require(hidden.ndim == 1, "hidden must be a list of sizes", hidden, "Try hidden=(16,).")
    return Ensemble([fully_connected((57, *hidden.tolist(), 1), RELU, loss, he, seed)
                     for seed in as_seeds(seeds)])


def train_detectors(seeds, hidden=(16,)):
    """Train a detector on each split, side by side: Adam, batches of 64, 10 epochs.

    Parameters
    ----------
    seeds : sequence of int
        Numbers of the splits; also the seeds of weights and shuffles.
    hidden : tuple of int, default (16,)
        As in :func:`build_detectors`.

    Returns
    -------
    Ensemble
        The detectors. They are kept for the next call: do not train them further.

    Raises
    ------
    ValueError
        As in :func:`build_detectors`.
    """
    seeds = as_seeds(seeds)
    build_detectors(seeds[:1], hidden)
    return _trained(tuple(seeds), tuple(np.asarray(hidden).tolist()))


@cache
def _trained(seeds, hidden):
    return fit(build_detectors(seeds, hidden), seeds)


def fit(detectors, seeds, learning_rate=LEARNING_RATE):
    """Train new detectors, each on the training mails of its split.

    Parameters
    ----------
    detectors : Ensemble
        As from :func:`build_detectors`.
    seeds : sequence of int
        Numbers of the splits, one for each detector.
    learning_rate : float, default 0.01
        η of Adam, at least 0.

    Returns
    -------
    Ensemble
        The same detectors.

    Raises
    ------
    ValueError
        If a number is out of its range, or there is not one detector per split.
    """
    for _ in learn(detectors, Adam(learning_rate), training_tables(seeds), batch_size=BATCH_SIZE,
                   epochs=EPOCHS, seed=as_seeds(seeds)):
        pass
    return detectors


def curves_of(detectors, seeds, part):
    """Sweep the threshold of each detector over a part of its own split.

    Parameters
    ----------
    detectors : Ensemble
        One detector per split.
    seeds : sequence of int
        Numbers of the splits.
    part : {"training", "validation", "test"}
        Which rows.

    Returns
    -------
    list of Roc
        One for each split.

    Raises
    ------
    ValueError
        If ``part`` is unknown, or there is not one detector per split.
    """
    seeds = as_seeds(seeds)
    require(len(seeds) == len(detectors.members), "there must be one detector per split",
            len(seeds), f"There are {len(detectors.members)} detectors.")
    return [roc_curve(detector.logits(split_mail(seed).rows(part))[:, 0],
                      split_mail(seed).labels[part])
            for detector, seed in zip(detectors.members, seeds, strict=True)]


def thresholds_within(detectors, seeds, most):
    """Choose the threshold of each detector on its validation mails.

    Parameters
    ----------
    detectors : Ensemble
        One detector per split.
    seeds : sequence of int
        Numbers of the splits.
    most : float
        Largest false alarm rate, from 0 to 1.

    Returns
    -------
    ndarray of shape (n_networks,)
        Thresholds.

    Raises
    ------
    ValueError
        If ``most`` is no share, or there is not one detector per split.
    """
    most = as_number("most", most, "It is a share.", least=0, most=1)
    curves = curves_of(detectors, seeds, "validation")
    return np.array([curve.thresholds[curve.within(most)] for curve in curves])


def points_within(detectors, seeds, most):
    """Measure both rates on test mails, at thresholds that were chosen on validation mails.

    Parameters
    ----------
    detectors, seeds, most
        As in :func:`thresholds_within`.

    Returns
    -------
    ndarray of shape (n_networks, 2)
        False alarm rate and recall of each detector.

    Raises
    ------
    ValueError
        As in :func:`thresholds_within`.
    """
    limits, curves = thresholds_within(detectors, seeds, most), curves_of(detectors, seeds, "test")
    points = [curve.at(limit) for curve, limit in zip(curves, limits, strict=True)]
    return np.array([(curve.false_alarm_rates[point], curve.recalls[point])
                     for curve, point in zip(curves, points, strict=True)])


def calibration(scores, labels, share, edges):
    """Compare what a detector believes with what is true, at another share of spam.

    Parameters
    ----------
    scores : array_like of shape (n_mails,)
        Log-odds that the detector gives.
    labels : array_like of int, shape (n_mails,)
        1 is spam.
    share : float
        s, share of spam among the mails that come, above 0 and below 1.
    edges : array_like of shape (n_bins + 1,)
        Rising. The scores between two edges make a bin.

    Returns
    -------
    believed, true : ndarray of shape (n_bins,)
        Mean score of each bin, and the true log-odds of spam in it if the share were s: each spam
        counts s/n₁, each other mail (1 − s)/n₀. NaN for a bin with fewer than 5 mails of a class.

    Raises
    ------
    ValueError
        If there is not one score per label, a class is missing, ``share`` is no share, or there are
        fewer than 2 edges.
    """
    roc_curve(scores, labels)
    scores, labels = np.asarray(scores, float), np.asarray(labels).astype(np.intp)
    edges = as_row("edges", edges, "Pass the ends of the bins.")
    require(len(edges) >= 2 and (np.diff(edges) > 0).all(), "edges must be 2 or more and rise",
            edges, "Sort them.")
    bins = np.searchsorted(edges, scores, side="right")
    counts, sums = (np.array([np.bincount(bins[labels == label], weights, len(edges) + 1)[1:-1]
                              for label, weights in zip((0, 1), each, strict=True)])
                    for each in ((None, None), (scores[labels == 0], scores[labels == 1])))
    few = (counts < 5).any(axis=0)
    believed = sums.sum(axis=0) / np.where(few, 1, counts.sum(axis=0))
    n = np.where(few, 1, counts) / np.bincount(labels)[:, np.newaxis]
    true = np.log(n[1]) - np.log(n[0]) + log_odds(share)
    return np.where(few, np.nan, believed), np.where(few, np.nan, true)
