"""A small network that tells attacks apart, under different ways to prepare the data."""

from dataclasses import replace
from functools import lru_cache
from itertools import zip_longest

import numpy as np

from lecture_kit.maths.activations import RELU
from lecture_kit.maths.checks import as_row, as_seeds, as_whole, require_choice
from lecture_kit.maths.comparisons import paired_difference, random_split
from lecture_kit.maths.datasets import load_attack_triage
from lecture_kit.maths.encoders import ENCODERS
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.inference import network_recall
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.preprocessing import SCALERS, prepare
from lecture_kit.maths.training import train

PREPARATIONS = [(scaling, codes) for scaling in SCALERS for codes in ENCODERS]
_N_CLASSES = 8  # kinds of attack


def split(seed=0):
    """Split the network connections at random: one half trains, the other is held out.

    Each class is halved. There are no two equal rows, so no twin of a training row is held out.

    Parameters
    ----------
    seed : int, default 0
        The chance.

    Returns
    -------
    training, held_out : Dataset
        1,206 and 1,208 rows. In about half of all splits the row with the largest number,
        693,375,640 bytes, trains.

    Raises
    ------
    ValueError
        If ``seed`` is not a whole number from 0 on.
    """
    data = load_attack_triage()
    return tuple(replace(data, features=data.features[rows], labels=data.labels[rows],
                         nominal=data.nominal[rows])
                 for rows in random_split(data.labels, 0.5, seed))


def connections(scaling, codes, seed=0):
    """Prepare the two halves of a split.

    Parameters
    ----------
    scaling, codes
        As in :func:`~lecture_kit.maths.preprocessing.prepare`. One-hot has a column for each name
        in the data, so that all splits have the same columns. A name that no training row has gives
        zeros.
    seed : int, default 0
        As in :func:`split`.

    Returns
    -------
    training, validation : tuple of (rows, labels)
        1,206 and 1,208 rows.

    Raises
    ------
    ValueError
        If ``scaling`` or ``codes`` is unknown, or as in :func:`split`.
    """
    require_choice("scaling", scaling, SCALERS)
    require_choice("codes", codes, ENCODERS)
    return _connections(scaling, codes, as_whole("seed", seed, "Try seed=0.", least=0))


@lru_cache(maxsize=12)
def _connections(scaling, codes, seed):
    training, held_out = split(seed)
    tables = prepare(training, held_out, scaling, codes)
    if codes == "one-hot":
        tables = [_with_all_names(table, training) for table in tables]
    return (tables[0], training.labels), (tables[1], held_out.labels)


def _with_all_names(table, training):
    """Put a column of zeros where a name of the data is not among the training rows."""
    known = [np.isin(np.unique(names), own) for names, own in zip(
        load_attack_triage().nominal.T, training.nominal.T, strict=True)]
    n_numeric = training.features.shape[1]
    filled = np.concatenate([np.ones(n_numeric, bool), *known])
    wide = np.zeros((len(table), len(filled)))
    wide[:, filled] = table
    return wide


def train_on_connections(scaling, codes, learning_rate, batch_size=16, init_scale=0.1, seed=0,
                         epochs=10, dtype=np.float64):
    """Train a network with one hidden layer of 32 ReLU nodes to tell the attacks apart.

    Parameters
    ----------
    scaling, codes
        As in :func:`connections`.
    learning_rate : float
        η of gradient descent.
    batch_size, init_scale, epochs, dtype
        As in :func:`~lecture_kit.maths.training.train` and
        :func:`~lecture_kit.maths.networks.fully_connected`.
    seed : int, default 0
        Seed of the split, of the weights and of the mini batches.

    Returns
    -------
    iterator of (Record, ndarray of shape (8,))
        After every epoch the record, and the recall of each class on the validation rows; NaN after
        a divergence, which ends the training.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    training, validation = connections(scaling, codes, seed)
    network = _network(training[0], init_scale, seed, dtype)
    for record in train(network, GradientDescent(learning_rate), training, validation,
                        batch_size=batch_size, epochs=epochs, seed=seed):
        yield record, network_recall(network, record.diverged, *validation)


def _network(rows, init_scale=0.1, seed=0, dtype=np.float64):
    return fully_connected((rows.shape[1], 32, _N_CLASSES), RELU, SOFTMAX_CROSS_ENTROPY,
                           init_scale, seed, dtype)


def train_all(learning_rate, batch_size=16, init_scale=0.1, seed=0, epochs=10, dtype=np.float64):
    """Train as :func:`train_on_connections` does on all six tables of :data:`PREPARATIONS`.

    Parameters
    ----------
    learning_rate, batch_size, init_scale, seed, epochs, dtype
        As in :func:`train_on_connections`.

    Returns
    -------
    iterator of (list of Record, ndarray of shape (6, 10))
        After every epoch the record of each training, and its accuracy on the validation rows, the
        recall of each class and their mean; NaN after a divergence, where that training stays.
        The iterator ends after the last epoch, or when all have diverged.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    runs = [train_on_connections(scaling, codes, learning_rate, batch_size, init_scale, seed,
                                 epochs, dtype) for scaling, codes in PREPARATIONS]
    now = [None] * len(runs)
    for results in zip_longest(*runs):
        now = [new or old for new, old in zip(results, now, strict=True)]
        yield [record for record, _recall in now], np.array(
            [[record.validation_accuracy, *recall, recall.mean()] for record, recall in now])


def repeat_on_connections(scaling, codes, learning_rate, seeds):
    """Train as :func:`train_on_connections` does, with many seeds side by side, and keep the ends.

    Parameters
    ----------
    scaling, codes, learning_rate
        As in :func:`train_on_connections`.
    seeds : sequence of int, shape (n_splits,)
        Seed of each split, and of the training on it.

    Returns
    -------
    accuracies : ndarray of shape (n_splits,)
        Accuracy on the validation rows after the last epoch; NaN for a training that diverged.
    recalls : ndarray of shape (n_splits, 8)
        Recall of each class.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    seeds = as_seeds(seeds)
    parts = [connections(scaling, codes, seed) for seed in seeds]
    training, validation = (tuple(map(np.stack, zip(*tables, strict=True)))
                            for tables in zip(*parts, strict=True))
    ensemble = Ensemble([_network(training[0][0], seed=seed) for seed in seeds])
    *_before, last = train(ensemble, GradientDescent(learning_rate), training, validation,
                           batch_size=16, epochs=10, seed=seeds, record_every=10**9)
    recalls = [network_recall(network, diverged, *own) for network, diverged, own in zip(
        ensemble.members, last.diverged, zip(*validation, strict=True), strict=True)]
    return last.validation_accuracy, np.array(recalls)


def scores_over_rates(scaling, codes, learning_rates, seeds):
    """Repeat the training with several learning rates on the same splits.

    Parameters
    ----------
    scaling, codes, seeds
        As in :func:`repeat_on_connections`.
    learning_rates : sequence of float, shape (n_rates,)
        The rates.

    Returns
    -------
    ndarray of shape (2, n_rates, n_splits)
        Accuracy and mean recall; NaN for a training that diverged.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    rates = as_row("learning_rates", learning_rates, "Try (0.1, 0.3, 1.0).", least=0).tolist()
    found = [repeat_on_connections(scaling, codes, rate, seeds) for rate in rates]
    return np.stack([[accuracies, recalls.mean(axis=1)] for accuracies, recalls in found], axis=1)


def leads(scores):
    """Compare scaled ways to prepare the same splits: codes under each scaling, and scalings.

    Parameters
    ----------
    scores : dict of (str, str) to array_like of shape (n_splits,)
        Scores by scaling and codes, for min-max and z-score, each with both codes.

    Returns
    -------
    dict of str to PairedDifference
        By the words for the pair.

    Raises
    ------
    ValueError
        As in :func:`~lecture_kit.maths.comparisons.paired_difference`.
    """
    def pair(one, other):
        return paired_difference(scores[one], scores[other])

    return {
        **{f"one-hot − integers, {scaling}": pair((scaling, "one-hot"), (scaling, "integer codes"))
           for scaling in ("min-max", "z-score")},
        **{f"z-score − min-max, {codes}": pair(("z-score", codes), ("min-max", codes))
           for codes in ENCODERS}}
