"""One sigmoid neuron on real e-mail, under both losses from the same start."""

from collections import deque
from functools import cache

import numpy as np

from lecture_kit.maths.activations import SIGMOID
from lecture_kit.maths.checks import as_row, as_whole, require_choice
from lecture_kit.maths.comparisons import random_split
from lecture_kit.maths.datasets import load_spambase
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.network_losses import CROSS_ENTROPY, SQUARED_ERROR
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.preprocessing import StandardScaler
from lecture_kit.maths.training import learn, train

_LOSSES = {loss.name: loss for loss in (SQUARED_ERROR, CROSS_ENTROPY)}


@cache
def mail_rows():
    """Prepare the e-mail for training, with the z-scores of the training rows.

    Returns
    -------
    training, validation : tuple of (rows, labels)
        3,000 and 1,200 rows of 57 columns; class 1 is spam.
    """
    training, validation = load_spambase().split(3000)
    scaler = StandardScaler().fit(training.features)
    return tuple((scaler.transform(part.features), part.labels) for part in (training, validation))


def train_on_mail(squared_error_rate, cross_entropy_rate, batch_size=64, init_scale=0.01, seed=0,
                  epochs=20):
    """Train a sigmoid neuron to tell spam from mail, once under each loss.

    Parameters
    ----------
    squared_error_rate, cross_entropy_rate : float
        η of gradient descent under each loss.
    batch_size, init_scale, seed, epochs
        As in :func:`~lecture_kit.maths.training.train` and
        :func:`~lecture_kit.maths.networks.fully_connected`.

    Returns
    -------
    iterator of dict of str to Record
        After every epoch one record for "squared error" and one for "cross entropy". The iterator
        ends after the last epoch, or when one of them has diverged.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    rates = (squared_error_rate, cross_entropy_rate)
    runs = {name: train(
        fully_connected((57, 1), SIGMOID, loss, init_scale, seed), GradientDescent(rate),
        *mail_rows(), batch_size=batch_size, epochs=epochs, seed=seed)
        for (name, loss), rate in zip(_LOSSES.items(), rates, strict=True)}
    return (dict(zip(runs, records, strict=True)) for records in zip(*runs.values(), strict=False))


def wrong_by_rate(loss, learning_rates, init_scales, n_splits, epochs=20):
    """Train on random splits of the mail with many learning rates, and count the wrong answers.

    Split number s has its own 3,000 training rows, first weights and mini batches, the same for
    every loss and learning rate. Of the other rows one half is for choosing a learning rate, the
    other half for reporting what it does.

    Parameters
    ----------
    loss : {"squared error", "cross entropy"}
        Which loss to descend.
    learning_rates : array_like of shape (n_rates,)
        Values of η.
    init_scales : array_like of shape (n_scales,)
        Standard deviations of the first weights.
    n_splits : int
        How many splits, at least 1.
    epochs : int, default 20
        As in :func:`~lecture_kit.maths.training.train`; the batch size is 64.

    Returns
    -------
    choosing, reporting : ndarray of shape (n_scales, n_rates, n_splits)
        Shares of wrong answers after the last epoch.

    Raises
    ------
    ValueError
        If ``loss`` is unknown or a number is out of range.
    """
    require_choice("loss", loss, _LOSSES)
    rates = as_row("learning_rates", learning_rates, "Try [0.1, 1].", least=0)
    scales = as_row("init_scales", init_scales, "Try [0.01].", least=0)
    n_splits = as_whole("n_splits", n_splits, "Try n_splits=10.", least=1)
    wrong = [_wrong_on_split(_LOSSES[loss], rates, scales, split, epochs)
             for split in range(n_splits)]
    return np.moveaxis(wrong, 0, -1)


def _wrong_on_split(loss, rates, scales, split, epochs):
    training, *held_out = _random_rows(split)
    neurons = Ensemble([fully_connected((57, 1), SIGMOID, loss, scale, split)
                        for scale in scales for _rate in rates])
    descent = GradientDescent(np.tile(rates, len(scales))[:, np.newaxis])
    deque(learn(neurons, descent, training, batch_size=64, epochs=epochs, seed=split), maxlen=0)
    wrong = [1 - neurons.measure(*neurons.check(*rows))[1] for rows in held_out]
    return np.reshape(wrong, (2, len(scales), len(rates)))


def _random_rows(split):
    mail = load_spambase()
    training, others = random_split(mail.labels, 3000 / len(mail), split)
    halves = random_split(mail.labels[others], 0.5, split)
    scaler = StandardScaler().fit(mail.features[training])
    return [(scaler.transform(mail.features[rows]), mail.labels[rows])
            for rows in (training, *(others[half] for half in halves))]
