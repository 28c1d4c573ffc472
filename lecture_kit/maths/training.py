"""Training of networks, as a stream of records."""

import math
from dataclasses import dataclass

import numpy as np

from lecture_kit.checks import as_measured, as_rng, as_whole, require

_LONGEST = 1e6  # a training with a longer parameter vector has diverged


@dataclass(frozen=True)
class Record:
    """How a training stands after some updates.

    Where a training has diverged, all losses and accuracies are NaN, which a picture leaves blank.

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

    @property
    def diverged(self):
        """Whether the training has diverged at this update."""
        return math.isnan(self.training_loss)


def mini_batches(n_samples, batch_size, rng, drop_last=False):
    """Shuffle the row numbers of one epoch and cut them into mini batches.

    Parameters
    ----------
    n_samples : int
        N, how many rows there are, at least 1.
    batch_size : int
        B, rows per mini batch, at least 1. The last batch holds the rest and may be smaller.
    rng : numpy.random.Generator
        Source of the shuffle.
    drop_last : bool, default False
        Whether a last batch that is not full is left out.

    Returns
    -------
    iterator of ndarray of int
        Row numbers of one mini batch. Together the batches hold every row exactly once; with
        ``drop_last`` they leave out fewer than ``batch_size`` rows.

    Raises
    ------
    ValueError
        If ``n_samples`` or ``batch_size`` is less than 1.

    References
    ----------
    Slides, section "(5) Epoch".
    """
    n_samples = as_whole("n_samples", n_samples, "Pass some rows.", least=1)
    batch_size = as_whole("batch_size", batch_size, "Try batch_size=32.", least=1)
    return _cut(n_samples, batch_size, rng, drop_last)


def _cut(n_samples, batch_size, rng, drop_last=False):
    order = rng.permutation(n_samples)
    end = n_samples - n_samples % batch_size if drop_last else n_samples
    return (order[first : first + batch_size] for first in range(0, end, batch_size))


def train(network, optimizer, training, validation=None, *, batch_size, epochs, seed,
          record_every=None):
    """Train a network and report on the way.

    A training whose parameters grow longer than 10⁶ or whose loss is no longer finite has diverged.
    It ends there with a last record of NaN, and the network keeps its parameters from before.

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

    Returns
    -------
    iterator of Record
        The first before any update, the last after the last update. The training goes on only
        when the next record is asked for.

    Raises
    ------
    ValueError
        If ``epochs`` is negative, ``batch_size`` or ``record_every`` is less than 1, one of them
        is not whole, there are no rows, rows and labels do not fit the network, or settings
        of the optimizer are neither single numbers nor one per parameter.

    References
    ----------
    Slides, section "(5) Epoch".
    """
    batch_size = as_whole("batch_size", batch_size, "Try batch_size=32.", least=1)
    epochs = as_whole("epochs", epochs, "Try epochs=10.", least=0)
    if record_every is not None:
        record_every = as_whole("record_every", record_every, "Leave it out.", least=1)
    shapes = {np.shape(setting) for setting in vars(optimizer).values()}
    require(shapes <= {(), (1,), network.parameters.shape},
            "settings must be single numbers or have one per parameter", shapes,
            "Call train once for each learning rate.")
    training = network.check(*training)
    validation = validation and network.check(*validation)
    record_every = record_every or -(-len(training[1]) // batch_size)
    return _records(network, optimizer, training, validation, batch_size, epochs,
                    as_rng(seed), record_every)


def best_and_last(losses, patience):
    """Find the best record of a training, and the one at which early stopping ends it.

    Early stopping ends when ``patience`` records in a row were not better than the best so far.

    Parameters
    ----------
    losses : array_like of shape (n_records,)
        Validation losses. NaN, of a training that diverged, is never the best.
    patience : int
        p, how many records to wait for a better one, at least 1.

    Returns
    -------
    best, last : int
        Number of the best record up to the end, and of the last record. If patience never runs
        out, ``last`` is the last record of all.

    Raises
    ------
    ValueError
        If there are no losses, the first is NaN, or ``patience`` is less than 1.

    References
    ----------
    Prechelt, L. (1998). Early stopping – but when?
    """
    patience = as_whole("patience", patience, "Try patience=5.", least=1)
    remedy = "Pass the validation losses of all records."
    losses = as_measured("losses", losses, remedy, 0, 0)
    require(losses.ndim == 1 and losses.size > 0 and not np.isnan(losses[0]),
            "losses must be a list that begins with a number", losses, remedy)
    best = 0
    for record, loss in enumerate(losses):
        if loss < losses[best]:
            best = record
        elif record - best == patience:
            return best, record
    return best, len(losses) - 1


def stop_early(network, records, patience):
    """Pass on the records of a training until patience runs out, then go back to the best network.

    Parameters
    ----------
    network : Network
        The network in training. At the end it gets the parameters of the best record.
    records : iterator of Record
        What :func:`train` returned, with validation rows.
    patience : int
        How many records to wait for a smaller validation loss, at least 1.

    Returns
    -------
    iterator of Record
        The records up to the last, which :func:`best_and_last` finds, too.

    Raises
    ------
    ValueError
        If ``patience`` is less than 1.

    References
    ----------
    Prechelt, L. (1998). Early stopping – but when?
    """
    patience = as_whole("patience", patience, "Try patience=5.", least=1)
    return _until_patience_ends(network, records, patience)


def _until_patience_ends(network, records, patience):
    smallest, parameters, waited = math.inf, network.parameters.copy(), 0
    for record in records:
        waited += 1
        if record.validation_loss < smallest:
            smallest, parameters, waited = record.validation_loss, network.parameters.copy(), 0
        yield record
        if waited == patience:
            break
    network.parameters[:] = parameters


def _records(network, optimizer, training, validation, batch_size, epochs, rng, record_every):
    features, labels = training
    state = optimizer.initial_state(network.parameters)
    update = n_rows = 0
    record = _measure(network, training, validation, 0, 0.0)
    yield record
    if record.diverged:
        return
    for _ in range(epochs):
        for rows in _cut(len(labels), batch_size, rng):
            state = _take_step(network, optimizer, features[rows], labels[rows], state)
            update += 1
            n_rows += len(rows)
            last = n_rows == epochs * len(labels)
            if state is None or last or update % record_every == 0:
                epoch = n_rows / len(labels)
                record = _measure(network, training, validation, update, epoch, state is None)
                yield record
                if record.diverged:
                    return


def _take_step(network, optimizer, features, labels, state):
    """Change the parameters and return the new state, or None if the training diverges."""
    with np.errstate(over="ignore", invalid="ignore"):
        gradient = network.backpropagate(features, labels)
        parameters, state = optimizer.step(network.parameters, gradient, state)
        if not parameters @ parameters <= _LONGEST**2:
            return None
    network.parameters[:] = parameters
    return state


def _measure(network, training, validation, update, epoch, diverged=False):
    measured = network.evaluate(*training)
    validated = network.evaluate(*validation) if validation else (None, None)
    if diverged or not math.isfinite(measured[0]):
        measured = (math.nan, math.nan)
        validated = measured if validation else (None, None)
    return Record(update, epoch, *measured, *validated)
