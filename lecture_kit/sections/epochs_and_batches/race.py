"""Batch sizes that race to the same validation loss, and what each pays in updates and epochs."""

from functools import cache

import numpy as np

from lecture_kit.maths.checks import (
    as_measured,
    as_number,
    as_row,
    as_seeds,
    as_whole,
    require,
    require_choice,
)
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.training import learn
from lecture_kit.sections.epochs_and_batches.experiments import (
    build_network,
    count_iterations,
    load_rows,
    seconds_per_update,
    train_small_network,
)

BATCH_SIZES = (1, 4, 16, 64, 256, 1024)
TARGETS = {"digits": 0.3, "spambase": 0.25}  # validation losses
MOST_EPOCHS = {1: 3, 4: 3, 16: 8, 64: 20, 256: 80, 1024: 300}  # then a batch size gives up


class _Watch:
    """Tell since which update the losses of one or many trainings stay at or below a target.

    A training has arrived at update U if from there on no loss lies above the target, up to the
    first one that is measured at 1.25 U or later.
    """

    def __init__(self, target, shape=()):
        self.target = as_number("target", target, "Pass a loss.")
        self.since, self.stays = np.full(shape, np.nan), np.zeros(shape, bool)

    def see(self, update, losses):
        below = np.asarray(losses) <= self.target
        since = np.where(below, np.fmin(self.since, update), np.nan)
        self.since = np.where(self.stays, self.since, since)
        self.stays |= update >= 1.25 * self.since


def until_it_stays(records, target):
    """Pass on the records of a training until its validation loss has come to stay.

    It stays when it has been at or below the target from some update U to 1.25 U: to touch the
    target and to jump up again does not count.

    Parameters
    ----------
    records : iterator of Record
        A training, with validation rows.
    target : float
        The loss to reach.

    Returns
    -------
    iterator of Record
        The records, up to the first that completes a stay.

    Raises
    ------
    ValueError
        If ``target`` is not one finite number.
    """
    watch = _Watch(target)
    return _until(watch, records)


def _until(watch, records):
    for record in records:
        yield record
        watch.see(record.update, record.validation_loss)
        if watch.stays:
            return


def arrival(records, target):
    """Find the record from which on the validation loss stays at or below a target.

    Parameters
    ----------
    records : sequence of Record
        A training, with validation rows, as from :func:`until_it_stays`.
    target : float
        The loss to reach.

    Returns
    -------
    Record or None
        The record, or None if the training does not come to stay.

    Raises
    ------
    ValueError
        If ``target`` is not one finite number.
    """
    watch = _Watch(target)
    records = list(_until(watch, records))
    return next((record for record in records if watch.stays and record.update == watch.since),
                None)


def updates_to_arrive(data, batch_size, learning_rates, seeds):
    """Count the updates after which the loss stays at the target, for many trainings at once.

    Parameters
    ----------
    data : {"digits", "spambase"}
        What the network shall learn.
    batch_size : int
        B, one of ``BATCH_SIZES``.
    learning_rates : sequence of float, shape (n_rates,)
        η, each larger than 0.
    seeds : sequence of int, shape (n_seeds,)
        Seeds of the weights and of the shuffles.

    Returns
    -------
    ndarray of shape (n_rates, n_seeds)
        The updates; NaN for a training that had not arrived when all seeds of one of the rates
        had, or within the epochs that its batch size gets.

    Raises
    ------
    ValueError
        If ``data`` is unknown, or another value is out of range.
    """
    require_choice("data", data, TARGETS)
    batch_size = as_batch_size(batch_size)
    rates = as_row("learning_rates", learning_rates, "Try (0.1,).", above=0)
    seeds = as_seeds(seeds)
    training, validation = load_rows(data)
    networks = Ensemble([build_network(data, seed) for _rate in rates for seed in seeds])
    optimizer = GradientDescent(np.repeat(rates, len(seeds))[:, np.newaxis])
    updates = learn(networks, optimizer, training, batch_size=batch_size,
                    epochs=MOST_EPOCHS[batch_size], seed=seeds * len(rates))
    watch, shape = _Watch(TARGETS[data], len(networks.members)), (len(rates), len(seeds))
    for update, (_rows, alive) in enumerate(updates, start=1):
        if update % _updates_per_record(batch_size) == 0:
            losses, _accuracies = networks.measure(*validation)
            watch.see(update, np.where(alive, losses, np.nan))
            if watch.stays.reshape(shape).all(axis=1).any():
                break
    return np.where(watch.stays, watch.since, np.nan).reshape(shape)


def as_batch_size(batch_size):
    """Check that a number is one of the racing batch sizes.

    Parameters
    ----------
    batch_size : int
        B.

    Returns
    -------
    int
        The same.

    Raises
    ------
    ValueError
        If it is none of ``BATCH_SIZES``.
    """
    batch_size = as_whole("batch_size", batch_size, "Try batch_size=64.", least=1)
    require(batch_size in BATCH_SIZES, f"batch_size must be one of {BATCH_SIZES}", batch_size,
            "Take one of these.")
    return batch_size


def _updates_per_record(batch_size):
    return max(1, 64 // batch_size)


def costs_to_reach(trainings, target, seconds=None):
    """What several trainings cost up to a target: in updates, in epochs and perhaps in seconds.

    Parameters
    ----------
    trainings : sequence of sequence of Record
        The trainings, with validation rows.
    target : float
        The validation loss at or below which they shall stay.
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
    reached = [arrival(records, target) for records in trainings]
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
    """Train with one of the batch sizes until the loss stays at the target, or time is over.

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
        Up to 16 per epoch, at most until the loss has come to stay, see :func:`until_it_stays`.

    Raises
    ------
    ValueError
        If ``data`` is unknown, or another value is out of range.
    """
    require_choice("data", data, TARGETS)
    batch_size = as_batch_size(batch_size)
    records = train_small_network(data, learning_rate, batch_size, MOST_EPOCHS[batch_size], seed,
                                  16)
    return until_it_stays(records, TARGETS[data])


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
