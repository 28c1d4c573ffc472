"""Training of networks, as a stream of records."""

import math
from dataclasses import dataclass, replace

import numpy as np

from lecture_kit.maths.checks import as_array, as_measured, as_number, as_rng, as_whole, require

_LONGEST = 1e6  # a training with a longer parameter vector has diverged


@dataclass(frozen=True)
class Record:
    """How a training stands after some updates.

    Where a training has diverged, all losses and accuracies are NaN, which a picture leaves blank.
    Those of an ensemble are arrays of shape (n_networks,), with NaN for those that have diverged.

    Parameters
    ----------
    update : int
        How many updates (iterations) were made; 0 is before the first.
    epoch : float
        How many times all training rows went through.
    training_loss, training_accuracy : float or ndarray
        Measured on all training rows.
    validation_loss, validation_accuracy : float, ndarray or None
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
        """Whether the training has diverged at this update; for an ensemble, which of them."""
        return np.isnan(self.training_loss)


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


def learn(network, optimizer, training, *, batch_size, epochs, seed):
    """Train a network, update by update, and measure nothing.

    Parameters
    ----------
    network, optimizer, training, batch_size, epochs, seed
        As in :func:`train`.

    Returns
    -------
    iterator of (rows, alive)
        After each update the row numbers of its mini batch, and whether the training has not
        diverged, a boolean array of shape () or, for an ensemble, (n_networks,). The iterator ends
        after the last update, or when all have diverged.

    Raises
    ------
    ValueError
        As in :func:`train`.
    """
    alive, training = np.ones(network.parameters.shape[:-1], bool), network.check(*training)
    updates = _updates(network, optimizer, training, batch_size, epochs, seed, alive)
    return ((rows, alive) for rows in updates)


def train(network, optimizer, training, validation=None, *, batch_size, epochs, seed,
          record_every=None):
    """Train a network, or many side by side, and report on the way.

    A training whose parameters grow longer than 10⁶ or whose loss is no longer finite has diverged.
    It ends there with a last record of NaN, and the network keeps its parameters from before. In an
    ensemble the other networks go on.

    Parameters
    ----------
    network : Network or Ensemble
        Its ``parameters`` are changed in place.
    optimizer : Optimizer
        The rule. Settings of shape (n_networks, 1) give each network of an ensemble its own.
    training, validation : tuple of (features, labels), validation may be None
        Features of shape (n_samples, n_features) and labels of shape (n_samples,). With one more
        axis in front, each network of an ensemble has rows of its own.
    batch_size : int
        B, rows per mini batch, at least 1.
    epochs : int
        How many times all training rows go through, at least 0.
    seed : int, or sequence of int of shape (n_networks,)
        Seed of the shuffles. It does not touch the weights. With one seed, all networks of an
        ensemble see the same mini batches.
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
        is not whole, there are no rows, rows and labels do not fit the network, there is not one
        seed or one per network, or settings of the optimizer are neither single numbers nor one
        per parameter or per network.

    References
    ----------
    Slides, section "(5) Epoch".
    """
    if record_every is not None:
        record_every = as_whole("record_every", record_every, "Leave it out.", least=1)
    alive = np.ones(network.parameters.shape[:-1], bool)
    training = network.check(*training)
    updates = _updates(network, optimizer, training, batch_size, epochs, seed, alive)
    validation = validation and network.check(*validation)
    record_every = record_every or -(-training[1].shape[-1] // batch_size)
    return _records(network, updates, training, validation, epochs, record_every, alive)


def _updates(network, optimizer, training, batch_size, epochs, seed, alive):
    """Check all that a training needs, and return the iterator that does it."""
    batch_size = as_whole("batch_size", batch_size, "Try batch_size=32.", least=1)
    epochs = as_whole("epochs", epochs, "Try epochs=10.", least=0)
    shape = network.parameters.shape
    shapes = {np.shape(setting) for setting in vars(optimizer).values()}
    require(all(_is_part_of(part, shape) for part in shapes),
            "settings must be single numbers or have one per parameter", shapes,
            "To try several at once, train an Ensemble.")
    if alive.ndim and as_array(seed).ndim == 1:
        require(as_array(seed).shape == alive.shape, "there must be one seed, or one per network",
                seed, f"There are {len(alive)} networks.")
        rng = [as_rng(one) for one in seed]
    else:
        rng = as_rng(seed)
    return _steps(network, _in_type(optimizer, network.parameters.dtype), training,
                  batch_size, epochs, rng, alive)


def _is_part_of(part, shape):
    """Tell whether a shape broadcasts to another one without changing it."""
    try:
        return np.broadcast_shapes(part, shape) == shape
    except ValueError:
        return False


def _in_type(optimizer, dtype):
    """Give settings that are arrays the type of the parameters: float32 stays float32."""
    arrays = {name: setting.astype(dtype) for name, setting in vars(optimizer).items()
              if isinstance(setting, np.ndarray)}
    return replace(optimizer, **arrays) if arrays else optimizer


def _steps(network, optimizer, training, batch_size, epochs, rng, alive):
    """Yield the row numbers of each mini batch after its update; mark who has diverged."""
    features, labels = map(np.ascontiguousarray, training)
    n_rows, first = labels.shape[-1], 0
    if labels.ndim > 1:  # the tables of all networks, one below the other
        first = n_rows * np.arange(len(labels))[:, np.newaxis]
        features, labels = features.reshape(-1, *features.shape[2:]), labels.ravel()
    state = optimizer.initial_state(network.parameters)
    for _ in range(epochs):
        for rows in _batches(n_rows, batch_size, rng):
            picked = features.take(rows + first, axis=0), labels.take(rows + first)
            state = _take_step(network, optimizer, *picked, state, alive)
            yield rows
            if not alive.any():
                return


def _batches(n_samples, batch_size, rng):
    """Cut one epoch into mini batches; a list of generators gives each network its own."""
    if isinstance(rng, list):
        return map(np.stack, zip(*(_cut(n_samples, batch_size, own) for own in rng), strict=True))
    return _cut(n_samples, batch_size, rng)


def _take_step(network, optimizer, features, labels, state, alive):
    """Change the parameters of the networks that do not diverge, and return the new state."""
    with np.errstate(over="ignore", invalid="ignore"):
        gradient = network.backpropagate(features, labels)
        parameters, state = optimizer.step(network.parameters, gradient, state)
        alive &= np.vecdot(parameters, parameters) <= _LONGEST**2
    if alive.all():
        network.parameters[:] = parameters
    else:
        np.copyto(network.parameters, parameters, where=alive[..., np.newaxis])
    return state


def _records(network, updates, training, validation, epochs, record_every, alive):
    n_samples, n_seen = training[1].shape[-1], 0
    yield _measure(network, training, validation, 0, 0.0, alive)
    if not alive.any():
        return
    for update, rows in enumerate(updates, start=1):
        n_seen += rows.shape[-1]
        last = n_seen == epochs * n_samples or not alive.any()
        if last or update % record_every == 0:
            yield _measure(network, training, validation, update, n_seen / n_samples, alive)
            if not alive.any():
                return


def _measure(network, training, validation, update, epoch, alive):
    """Measure and mark who has diverged: of those, nothing but NaN is reported."""
    measured = network.measure(*training)
    alive &= np.isfinite(measured[0])
    if validation:
        measured += network.measure(*validation)
    if not alive.all():
        measured = [np.where(alive, value, np.nan) if alive.ndim else math.nan
                    for value in measured]
    return Record(update, epoch, *measured, *([] if validation else [None, None]))


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


def first_step_below(values, threshold):
    """Find the first step at which a curve is below a threshold.

    Parameters
    ----------
    values : ndarray of shape (n_steps + 1,)
        The curve.
    threshold : float
        The number to get below.

    Returns
    -------
    int or None
        Number of the step, or None if the curve never gets there.

    Raises
    ------
    ValueError
        If ``values`` are no numbers or ``threshold`` is not a finite one.
    """
    values = as_measured("values", values, "Pass the curve as a list of numbers.", least=0)
    threshold = as_number("threshold", threshold)
    below = np.flatnonzero(values < threshold)
    return int(below[0]) if below.size else None
