"""Batch sizes that race to the same validation loss, and what each pays in updates and epochs."""

from functools import cache

import numpy as np

from lecture_kit.maths.checks import (
    as_measured,
    as_number,
    as_row,
    as_whole,
    require,
    require_choice,
)
from lecture_kit.sections.epochs_and_batches.experiments import (
    build_network,
    count_iterations,
    load_rows,
    seconds_per_update,
    train_small_network,
)

BATCH_SIZES = (1, 4, 16, 64, 1024)
TARGETS = {"digits": 0.3, "spambase": 0.25}  # validation losses
_MOST_EPOCHS = {1: 2, 4: 4, 16: 10, 64: 32, 1024: 300}  # then a batch size gives up


def until_loss(records, target):
    """Pass on the records of a training until its validation loss reaches a target.

    Parameters
    ----------
    records : iterator of Record
        A training, with validation rows.
    target : float
        The loss to reach. The first record at or below it is the last.

    Returns
    -------
    iterator of Record
        The records.

    Raises
    ------
    ValueError
        If ``target`` is not one finite number.
    """
    target = as_number("target", target, "Pass a loss.")
    for record in records:
        yield record
        if record.validation_loss <= target:
            return


def first_to_reach(records, target):
    """Find the first record with a validation loss at or below a target.

    Parameters
    ----------
    records : sequence of Record
        A training, with validation rows.
    target : float
        The loss to reach.

    Returns
    -------
    Record or None
        The record, or None if none gets there.

    Raises
    ------
    ValueError
        If ``target`` is not one finite number.
    """
    target = as_number("target", target, "Pass a loss.")
    return next((record for record in records if record.validation_loss <= target), None)


def costs_to_reach(trainings, target, seconds=None):
    """What several trainings cost up to a target: in updates, in epochs and perhaps in seconds.

    Parameters
    ----------
    trainings : sequence of sequence of Record
        The trainings, with validation rows.
    target : float
        The validation loss to reach.
    seconds : sequence of float, optional
        Seconds per update of each training.

    Returns
    -------
    dict of str to list of float or None
        Costs by unit, "updates", "epochs" and, if ``seconds`` are given, "seconds"; None for a
        training that does not get there.

    Raises
    ------
    ValueError
        If ``target`` is not one finite number, or ``seconds`` are not one for each
        training.
    """
    reached = [first_to_reach(records, target) for records in trainings]
    costs = {"updates": [record and record.update for record in reached],
             "epochs": [record and record.epoch for record in reached]}
    if seconds is not None:
        seconds = as_row("seconds", seconds).tolist()
        require(len(seconds) == len(reached), "seconds must hold one number per training", seconds,
                f"There are {len(reached)} trainings.")
        costs["seconds"] = [record and record.update * step
                            for record, step in zip(reached, seconds, strict=True)]
    return costs


def perfect_scaling(batch_sizes, costs, unit):
    """Costs there would be if every row of a batch helped as much as in the smallest batch.

    Twice the batch size then needs half as many updates, U ∝ 1/B, and the same number of epochs.
    The line begins at the smallest batch size that reached the target.

    Parameters
    ----------
    batch_sizes : sequence of int
        B, in rising order.
    costs : dict of str to list of float or None
        What :func:`costs_to_reach` returned.
    unit : {"updates", "epochs", "seconds"}
        Unit of the line. Seconds need a batch size with its own step, so there the line takes the
        seconds per update of those that reached the target.

    Returns
    -------
    ndarray of shape (n_batch_sizes,)
        The costs; NaN before the line begins and where the seconds of a step are not known.

    Raises
    ------
    ValueError
        If ``unit`` is not among the costs, or ``batch_sizes`` are not positive and one for
        each cost.

    References
    ----------
    Shallue, C. J., Lee, J., Antognini, J., Sohl-Dickstein, J., Frostig, R., & Dahl, G. E. (2019).
    Measuring the effects of data parallelism on neural network training.
    """
    sizes = as_row("batch_sizes", batch_sizes, "Try (1, 2, 4).", above=0)
    require_choice("unit", unit, costs)
    require(len(costs["updates"]) == len(sizes), "batch_sizes must fit the costs", batch_sizes,
            f"There are {len(costs['updates'])} costs.")
    updates = np.array(costs["updates"], float)  # None becomes NaN
    first = cheapest([size if count is not None else None
                      for size, count in zip(batch_sizes, costs["updates"], strict=True)])
    if first is None:
        return np.full(len(sizes), np.nan)
    ideal = updates[first] * sizes[first] / sizes
    ideal[:first] = np.nan
    return ideal / updates * np.array(costs[unit], float) if unit != "updates" else ideal


def cheapest(costs):
    """Find the smallest of some costs.

    Parameters
    ----------
    costs : sequence of float or None
        The costs; None stands for "never".

    Returns
    -------
    int or None
        Place of the smallest, the first of equal ones; None if there is none.

    Raises
    ------
    ValueError
        If a cost is no number, or there are none.
    """
    require(isinstance(costs, tuple | list), "costs must be a list", costs, "Pass a list.")
    as_measured("costs", [np.nan if cost is None else cost for cost in costs], "Pass some costs.")
    known = [place for place, cost in enumerate(costs) if cost is not None]
    return min(known, key=lambda place: costs[place], default=None)


def all_cheapest(costs):
    """Find all places of the smallest of some costs.

    Parameters
    ----------
    costs : sequence of float or None
        The costs; None stands for "never".

    Returns
    -------
    list of int
        Their places, more than one if they are equal; empty if there is none.

    Raises
    ------
    ValueError
        If a cost is no number, or there are none.
    """
    first = cheapest(costs)
    return [place for place, cost in enumerate(costs)
            if first is not None and cost == costs[first]]


def run(data, batch_size, learning_rate, seed):
    """Train with one of the batch sizes until the target is reached, or its time is over.

    Parameters
    ----------
    data : {"digits", "spambase"}
        What the network shall learn.
    batch_size : int
        B, one of ``BATCH_SIZES``.
    learning_rate : float
        η, larger than 0.
    seed : int
        Seed of the weights and of the shuffles.

    Returns
    -------
    iterator of Record
        Up to 32 per epoch. The last is the first one at or below the target, if it gets there.

    Raises
    ------
    ValueError
        If ``data`` is unknown, or another value is out of range.
    """
    require_choice("data", data, TARGETS)
    batch_size = as_whole("batch_size", batch_size, "Try batch_size=64.", least=1)
    require(batch_size in BATCH_SIZES, f"batch_size must be one of {BATCH_SIZES}", batch_size,
            "Take one of these.")
    epochs = _MOST_EPOCHS[batch_size]
    return until_loss(train_small_network(data, learning_rate, batch_size, epochs, seed, 32),
                      TARGETS[data])


def curve(records, unit, seconds=1.0):
    """Turn a training into a curve for a logarithmic axis, without the record before any update.

    Parameters
    ----------
    records : sequence of Record
        The training, with validation rows.
    unit : {"updates", "epochs", "seconds"}
        Unit of the axis.
    seconds : float, default 1
        Seconds per update, for the last unit.

    Returns
    -------
    x, losses : ndarray of shape (n_records - 1,)
        Where each record is, and its validation loss.

    Raises
    ------
    ValueError
        If ``unit`` is unknown, or ``seconds`` is negative.
    """
    require_choice("unit", unit, ("updates", "epochs", "seconds"))
    seconds = as_number("seconds", seconds, "Leave it out.", least=0)
    step = seconds if unit == "seconds" else 1.0
    where = [record.epoch if unit == "epochs" else record.update for record in records[1:]]
    losses = [record.validation_loss for record in records[1:]]
    return np.array(where) * step, np.array(losses)


@cache
def _seconds_per_update(data, batch_size):  # once per process: the same values, the same picture
    return seconds_per_update(build_network(data, 0), *load_rows(data)[0], batch_size)


def step_seconds(data):
    """Measure what a step of each of the batch sizes costs on this machine, once per process.

    Parameters
    ----------
    data : {"digits", "spambase"}
        What the network learns.

    Returns
    -------
    updates, epochs : ndarray of shape (n_batch_sizes,)
        Seconds per update and seconds per epoch, for each of ``BATCH_SIZES``.

    Raises
    ------
    ValueError
        If ``data`` is unknown.
    """
    require_choice("data", data, TARGETS)
    updates = np.array([_seconds_per_update(data, size) for size in BATCH_SIZES])
    n_rows = len(load_rows(data)[0][1])
    return updates, updates * count_iterations(n_rows, np.array(BATCH_SIZES), 1)
