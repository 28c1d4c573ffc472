"""Section 10, the capstone: networks that catch attacks, trained with any techniques."""

from functools import cache

import numpy as np

from lecture_kit.maths.checks import as_array, as_row, as_whole, require_choice
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.inference import network_recall, recall_per_class
from lecture_kit.maths.initializers import he, xavier
from lecture_kit.maths.network_losses import (
    CROSS_ENTROPY,
    SOFTMAX_CROSS_ENTROPY,
    SOFTMAX_SQUARED_ERROR,
    SQUARED_ERROR,
)
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.normalization import batch_normalized
from lecture_kit.maths.training import train
from lecture_kit.sections.capstone.settings import (
    ACTIVATIONS,
    OPTIMIZERS,
    XAVIER_OR_HE,
    settings_from,
)
from lecture_kit.sections.capstone.splits import DATA, prepared


def build_network(settings, n_features, n_classes, seed):
    """Build the network of some settings: two hidden layers of 32 nodes.

    Parameters
    ----------
    settings : Settings
        The choices.
    n_features, n_classes : int
        Columns of the rows, and classes. Two classes get one output with a sigmoid, more get a
        softmax.
    seed : int
        Seed of the weights.

    Returns
    -------
    Network
        Ready to train.

    Raises
    ------
    ValueError
        If ``n_features`` is less than 1, ``n_classes`` less than 2, or one of them not
        whole.
    """
    n_classes = as_whole("n_classes", n_classes, "Pass the number of classes.", least=2)
    is_binary = n_classes == 2
    loss = {("squared error", True): SQUARED_ERROR, ("cross entropy", True): CROSS_ENTROPY,
            ("squared error", False): SOFTMAX_SQUARED_ERROR,
            ("cross entropy", False): SOFTMAX_CROSS_ENTROPY}[settings.loss, is_binary]
    init_scale = settings.init_scale
    if init_scale == XAVIER_OR_HE:
        init_scale = he if settings.activation in ("ReLU", "leaky ReLU") else xavier
    build = batch_normalized if settings.batch_norm else fully_connected
    return build((n_features, 32, 32, 1 if is_binary else n_classes),
                 ACTIVATIONS[settings.activation], loss, init_scale, seed)


def start_training(settings, data, seed, part="validation", record_every=None,
                   learning_rates=None):
    """Build a network, or many side by side, and get ready to train.

    Parameters
    ----------
    settings : Settings
        The choices.
    data : {"mail", "connections"}
        Which data set.
    seed : int, or sequence of int of shape (n_networks,)
        Seed of the weights and of the shuffles. A sequence trains one network for each seed.
    part : {"validation", "test"}
        On which part the training is judged.
    record_every : int, optional
        As in :func:`~lecture_kit.maths.training.train`.
    learning_rates : array_like of shape (n_networks,), optional
        η of each of many networks, at least 0, in place of the one of the settings.

    Returns
    -------
    network : Network or Ensemble
        It learns while the records are asked for.
    records : iterator of Record
        As :func:`~lecture_kit.maths.training.train` returns them.
    other : tuple of (rows, labels)
        The part that was asked for.

    Raises
    ------
    ValueError
        If a name is unknown, a number is out of its range, or there are not as many rates as seeds.
    """
    training, other = prepared(data, settings.scaling, settings.codes, part)
    shape = training[0].shape[1], len(DATA[data]().class_names)
    many = as_array(seed).ndim == 1
    networks = [build_network(settings, *shape, own) for own in (seed if many else [seed])]
    network = Ensemble(networks) if many else networks[0]
    rate = settings.learning_rate
    if learning_rates is not None:
        rate = as_row("learning_rates", learning_rates)[:, np.newaxis]
    size = len(training[1]) if settings.batch_size == "all" else settings.batch_size
    records = train(network, OPTIMIZERS[settings.optimizer](rate), training, other,
                    batch_size=size, epochs=settings.epochs, seed=seed, record_every=record_every)
    return network, records, other


def train_with(settings, data, seed, part="validation", record_every=None, learning_rates=None):
    """Train with some settings, and look at the recalls on the way.

    Parameters
    ----------
    settings, data, seed, part, record_every, learning_rates
        As in :func:`start_training`. Without ``record_every`` a record comes after every epoch.

    Returns
    -------
    iterator of (Record, ndarray of shape (n_classes,) or (n_networks, n_classes))
        The record, and the recall of each class on the part; NaN after a divergence. The training
        ends when no network is left.

    Raises
    ------
    ValueError
        As in :func:`start_training`.
    """
    network, records, other = start_training(
        settings, data, seed, part, record_every, learning_rates)
    for record in records:
        if isinstance(network, Ensemble):
            yield record, np.array([network_recall(one, lost, *other) for one, lost in zip(
                network.members, record.diverged, strict=True)])
        else:
            yield record, network_recall(network, record.diverged, *other)


def curves(history):
    """Turn what a training has reported into curves.

    Parameters
    ----------
    history : sequence of (Record, ndarray of shape (n_classes,))
        What :func:`train_with` has yielded for one network.

    Returns
    -------
    dict of str to (dict of str to) ndarray of shape (n_records,)
        "epochs"; "losses" and "accuracies", each for "training" and "validation"; "mean_recalls".
    """
    records, recalls = zip(*history, strict=True)

    def curve(name):
        return np.array([getattr(record, name) for record in records])

    parts = "training", "validation"
    return {"epochs": curve("epoch"),
            "losses": {part: curve(f"{part}_loss") for part in parts},
            "accuracies": {part: curve(f"{part}_accuracy") for part in parts},
            "mean_recalls": np.array([recall.mean() for recall in recalls])}


def repeat(settings, data, part="validation", n_seeds=5, first_seed=0):
    """Train with several seeds side by side, and keep the ends.

    Parameters
    ----------
    settings, data, part
        As in :func:`start_training`.
    n_seeds : int, default 5
        How many trainings, at least 1.
    first_seed : int, default 0
        The first seed; the others follow it.

    Returns
    -------
    accuracies : ndarray of shape (n_seeds,)
        Accuracy of each training; NaN if it diverged.
    recalls : ndarray of shape (n_seeds, n_classes)
        Recall of each class.

    Raises
    ------
    ValueError
        If a name is unknown, ``n_seeds`` is less than 1 or ``first_seed`` less than 0.
    """
    n_seeds = as_whole("n_seeds", n_seeds, "Try n_seeds=5.", least=1)
    first_seed = as_whole("first_seed", first_seed, "Try first_seed=0.", least=0)
    seeds = range(first_seed, first_seed + n_seeds)
    *_before, (record, recalls) = train_with(settings, data, seeds, part, record_every=10**9)
    return record.validation_accuracy, recalls


NEAREST_ROW = "nearest row"
_FIRST_SEED = {"validation": 0, "test": 5}  # a choice is not judged by the seeds that made it


def challenge_scores(choices, part="validation"):
    """Score settings of the challenge: mean recall on the connections, for five seeds.

    Parameters
    ----------
    choices : dict or "nearest row"
        Settings, as in :func:`~lecture_kit.sections.capstone.settings.settings_from`; or the
        baseline without training, which copies the answer of the nearest training row (z-scores,
        one-hot codes, squared distance).
    part : {"validation", "test"}
        "validation" as often as you like, with the seeds 0 to 4; "test" once, at the end, with
        the seeds 5 to 9.

    Returns
    -------
    ndarray of shape (5,)
        Recall averaged over the eight classes, for each seed. A training that diverged gives no
        answers and scores 0. The nearest row needs no seed: its score stands there five times.

    Raises
    ------
    ValueError
        If the settings are not valid, or ``part`` is unknown.
    """
    require_choice("part", part, _FIRST_SEED)
    if isinstance(choices, str) and choices == NEAREST_ROW:
        return np.full(5, _nearest_row_score(part))
    _accuracies, recalls = repeat(settings_from(choices), "connections", part,
                                  first_seed=_FIRST_SEED[part])
    return np.nan_to_num(recalls.mean(axis=1), nan=0.0)


@cache
def _nearest_row_score(part):
    (known, classes), (rows, labels) = prepared("connections", "z-score", "one-hot", part)
    answers = classes[[((known - row) ** 2).sum(axis=1).argmin() for row in rows]]
    return recall_per_class(labels, answers, len(DATA["connections"]().class_names)).mean()
