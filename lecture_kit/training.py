"""Training of networks, as a stream of records."""

from dataclasses import dataclass

import numpy as np

from lecture_kit.checks import require


@dataclass(frozen=True)
class Record:
    """How a training stands after some updates.

    Parameters
    ----------
    update : int
        How many updates (iterations) were made; 0 is before the first.
    epoch : float
        How many times all training rows went through.
    training_loss, training_accuracy : float
        Measured on all training rows.
    validation_loss, validation_accuracy : float or None
        Measured on the validation rows; None without such rows.
    """

    update: int
    epoch: float
    training_loss: float
    training_accuracy: float
    validation_loss: float | None
    validation_accuracy: float | None


def mini_batches(n_samples, batch_size, rng):
    """Shuffle the row numbers of one epoch and cut them into mini batches.

    Parameters
    ----------
    n_samples : int
        N, how many rows there are, at least 1.
    batch_size : int
        B, rows per mini batch, at least 1. The last batch holds the rest and may be smaller.
    rng : numpy.random.Generator
        Source of the shuffle.

    Yields
    ------
    ndarray of int
        Row numbers of one mini batch. Together the batches hold every row exactly once.

    Raises
    ------
    ValueError
        If ``n_samples`` or ``batch_size`` is less than 1.

    References
    ----------
    Slides, section "(5) Epoch".
    """
    require(n_samples >= 1, "n_samples must be at least 1", n_samples, "Pass some rows.")
    require(batch_size >= 1, "batch_size must be at least 1", batch_size, "Try batch_size=32.")
    order = rng.permutation(n_samples)
    for first in range(0, n_samples, batch_size):
        yield order[first : first + batch_size]


def train(network, optimizer, training, validation=None, *, batch_size, epochs, seed,
          record_every=None):
    """Train a network and report on the way.

    Parameters
    ----------
    network : Network
        Its ``parameters`` are changed in place.
    optimizer : Optimizer
        The rule.
    training, validation : tuple of (features, labels), validation may be None
        Features of shape (n_samples, n_features) and labels of shape (n_samples,).
    batch_size : int
        B, rows per mini batch, at least 1.
    epochs : int
        How many times all training rows go through, at least 0.
    seed : int
        Seed of the shuffles. It does not touch the weights.
    record_every : int, optional
        Updates from one record to the next. Left out, a record comes after every epoch.

    Yields
    ------
    Record
        The first before any update, the last after the last update.

    Raises
    ------
    ValueError
        If ``epochs`` is negative, ``batch_size`` or ``record_every`` is less than 1, or there are
        no rows.

    References
    ----------
    Slides, section "(5) Epoch".
    """
    require(batch_size >= 1, "batch_size must be at least 1", batch_size, "Try batch_size=32.")
    require(epochs >= 0, "epochs must be at least 0", epochs, "Try epochs=10.")
    features, labels = training
    require(len(features) >= 1, "training must hold at least 1 row", len(features),
            "Pass some rows.")
    features = features.astype(network.parameters.dtype, copy=False)
    updates_per_epoch = -(-len(features) // batch_size)
    record_every = updates_per_epoch if record_every is None else record_every
    require(record_every >= 1, "record_every must be at least 1", record_every, "Leave it out.")

    def record():
        validated = network.evaluate(*validation) if validation else (None, None)
        measured = network.evaluate(features, labels)
        return Record(update, n_rows / len(features), *measured, *validated)

    rng = np.random.default_rng(seed)
    state = optimizer.initial_state(network.parameters)
    update = n_rows = 0
    yield record()
    for _ in range(epochs):
        for rows in mini_batches(len(features), batch_size, rng):
            gradient = network.compute_gradient(features[rows], labels[rows])
            network.parameters[:], state = optimizer.step(network.parameters, gradient, state)
            update += 1
            n_rows += len(rows)
            if update % record_every == 0:
                yield record()
    if update % record_every:
        yield record()
