"""Section 10, the capstone: networks that catch attacks, trained with any of the techniques."""

import numpy as np

from lecture_kit.maths.checks import as_whole
from lecture_kit.maths.inference import network_recall
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
from lecture_kit.sections.capstone.settings import ACTIVATIONS, OPTIMIZERS, XAVIER_OR_HE
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


def start_training(settings, data, seed, record_every=None):
    """Build a network, and get ready to train it on the split of the file.

    Parameters
    ----------
    settings : Settings
        The choices.
    data : {"mail", "connections"}
        Which data set.
    seed : int
        Seed of the weights and of the shuffles.
    record_every : int, optional
        As in :func:`~lecture_kit.maths.training.train`.

    Returns
    -------
    network : Network
        It learns while the records are asked for.
    records : iterator of Record
        As :func:`~lecture_kit.maths.training.train` returns them.
    validation : tuple of (rows, labels)
        The rows that judge.

    Raises
    ------
    ValueError
        If a name is unknown or a number is out of its range.
    """
    training, validation = prepared(data, settings.scaling, settings.codes)
    shape = training[0].shape[1], len(DATA[data]().class_names)
    network = build_network(settings, *shape, seed)
    size = len(training[1]) if settings.batch_size == "all" else settings.batch_size
    records = train(network, OPTIMIZERS[settings.optimizer](settings.learning_rate), training,
                    validation, batch_size=size, epochs=settings.epochs, seed=seed,
                    record_every=record_every)
    return network, records, validation


def train_with(settings, data, seed, record_every=None):
    """Train with some settings, and look at the recalls on the way.

    Parameters
    ----------
    settings, data, seed, record_every
        As in :func:`start_training`. Without ``record_every`` a record comes after every epoch.

    Returns
    -------
    iterator of (Record, ndarray of shape (n_classes,))
        The record, and the recall of each class on the validation rows; NaN after a divergence.

    Raises
    ------
    ValueError
        As in :func:`start_training`.
    """
    network, records, validation = start_training(settings, data, seed, record_every)
    for record in records:
        yield record, network_recall(network, record.diverged, *validation)


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
