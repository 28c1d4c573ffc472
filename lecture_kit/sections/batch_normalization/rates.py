"""Learning rates: each network at its own best, the largest that learns, and how soon it learns."""

import numpy as np

from lecture_kit.maths.activations import SIGMOID
from lecture_kit.maths.checks import as_measured, as_number, as_row, as_whole, require
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.training import train
from lecture_kit.sections.batch_normalization.experiments import (
    SMALL,
    accuracy_on_the_way,
    at_training_accuracy,
    build_network,
    gradient_keeping_scale,
)


def _as_rates(rates):
    rates = as_row("rates", rates, "Try [0.1, 1.0].", above=0)
    require(np.diff(rates) > 0, "rates must rise", rates, "Sort them.")
    return rates


def train_at_rates(kind, activation, init_scale, rates, training, validation, *, batch_size,
                   epochs, seeds, sizes=SMALL):
    """Train a network for each learning rate and each seed, all side by side, in float32.

    Parameters
    ----------
    kind, activation, init_scale, sizes
        As in :func:`~lecture_kit.sections.batch_normalization.experiments.build_network`.
    rates : array_like of shape (n_rates,)
        Learning rates η, all positive, in rising order.
    training : tuple of (features, labels)
        Rows for all, or one table for each seed, with one more axis in front.
    validation : tuple of (features, labels), or None
        Rows for all.
    batch_size, epochs
        As in :func:`~lecture_kit.maths.training.train`.
    seeds : sequence of int
        Seeds of the weights and of the shuffles.

    Returns
    -------
    losses, accuracies : ndarray of shape (n_rates, n_seeds)
        Training loss and validation accuracy at the end; NaN where a training has diverged.
        Without validation rows there are no accuracies, but None.

    Raises
    ------
    ValueError
        If ``rates`` do not rise or are not positive, or as in
        :func:`~lecture_kit.maths.training.train`.
    """
    rates, seeds = _as_rates(rates), list(seeds)
    if np.ndim(training[1]) == 2:
        training = [np.concatenate([part] * len(rates)) for part in training]
    networks = [build_network(kind, init_scale, sizes, activation, seed, np.float32)
                for _rate in rates for seed in seeds]
    optimizer = GradientDescent(np.repeat(rates, len(seeds))[:, np.newaxis])
    *_, last = train(Ensemble(networks), optimizer, training, validation, batch_size=batch_size,
                     epochs=epochs, seed=seeds * len(rates), record_every=10**9)
    shape = len(rates), len(seeds)
    accuracies = last.validation_accuracy.reshape(shape) if validation else None
    return last.training_loss.reshape(shape), accuracies


def best_rate(rates, scores):
    """Pick the learning rate with the best mean score, and refuse one on the edge.

    Parameters
    ----------
    rates : array_like of shape (n_rates,)
        All positive, in rising order, at least 3.
    scores : array_like of shape (n_rates, n_seeds)
        More is better. A rate with which a training has diverged, NaN or infinite, is never best.

    Returns
    -------
    float
        The best rate.

    Raises
    ------
    ValueError
        If the best rate is the first or the last one, there are not scores for each rate, or no
        rate has finite scores.
    """
    rates = _as_rates(rates)
    means = as_measured("scores", scores, "Pass a row per rate.", 2).mean(axis=1)
    require(len(means) == len(rates), "scores must have a row for each rate", np.shape(scores),
            f"There are {len(rates)} rates.")
    require(np.isfinite(means).any(), "one rate must have scores", scores, "Try smaller rates.")
    best = int(np.argmax(np.where(np.isfinite(means), means, -np.inf)))
    require(0 < best < len(rates) - 1, "the best rate must lie inside", rates[best],
            "Take wider rates.")
    return float(rates[best])


def own_rate(kind, rates, training, epochs, seeds, sizes=SMALL):
    """Find the learning rate with which sigmoid networks get to the smallest training loss.

    The init scale keeps the gradient of small inputs. Batches have 60 rows.

    Parameters
    ----------
    kind, rates, training, epochs, seeds, sizes
        As in :func:`train_at_rates`.

    Returns
    -------
    float
        As from :func:`best_rate`.

    Raises
    ------
    ValueError
        As in :func:`train_at_rates` and :func:`best_rate`.
    """
    scale = gradient_keeping_scale(SIGMOID, sizes[1])
    losses, _none = train_at_rates(kind, SIGMOID, scale, rates, training, None, batch_size=60,
                                   epochs=epochs, seeds=seeds, sizes=sizes)
    return best_rate(rates, -losses)


def largest_rates_that_learn(kind, activation, init_scale, rates, training, validation, *,
                             n_updates, accuracy, seeds, sizes=SMALL):
    """Find for each seed the largest learning rate with which a network learns, by bisection.

    The networks are in float32. Bisection takes for granted that what learns with a rate learns
    with the smaller ones, too.

    Parameters
    ----------
    kind, activation, init_scale, sizes
        As in :func:`~lecture_kit.sections.batch_normalization.experiments.build_network`.
    rates : array_like of shape (n_rates,)
        The rates to choose from, all positive, in rising order.
    training, validation : tuple of (features, labels)
        Rows.
    n_updates : int
        How many updates a network has, at least 1, with batches of 60.
    accuracy : float
        What it must exceed on the validation rows to have learned.
    seeds : sequence of int
        Seeds of the weights and of the shuffles.

    Returns
    -------
    ndarray of shape (n_seeds,)
        The rates; 0 where even the smallest does not learn, infinite where the largest does: then
        ``rates`` are not wide enough.

    Raises
    ------
    ValueError
        If ``rates`` do not rise or are not positive, or as in
        :func:`~lecture_kit.sections.batch_normalization.experiments.accuracy_on_the_way`.
    """
    rates, seeds = _as_rates(rates), list(seeds)
    accuracy = as_number("accuracy", accuracy, "It is a share.")
    n_updates = as_whole("n_updates", n_updates, "Try n_updates=100.", least=1)
    low, high = np.full(len(seeds), -1), np.full(len(seeds), len(rates))
    while (high - low).max() > 1:
        middle = np.clip((low + high) // 2, 0, len(rates) - 1)
        networks = [build_network(kind, init_scale, sizes, activation, seed, np.float32)
                    for seed in seeds]
        *_, (_update, found) = accuracy_on_the_way(
            networks, GradientDescent(rates[middle][:, np.newaxis]), training, validation,
            batch_size=60, n_updates=n_updates, record_every=n_updates, seed=seeds)
        learned = found > accuracy
        low, high = np.where(learned, middle, low), np.where(learned, high, middle)
    return np.concatenate([[0], rates[:-1], [np.inf]])[low + 1]


def updates_to_reach(accuracy, kind, init_scale, rates, training, validation, *, most, seeds,
                     sizes=SMALL):
    """Let sigmoid networks with several learning rates race to an accuracy, in float32.

    They are measured every 50 updates. The race ends when all seeds of one rate are there.

    Parameters
    ----------
    accuracy : float
        What to exceed on the validation rows.
    kind, init_scale, sizes
        As in :func:`~lecture_kit.sections.batch_normalization.experiments.build_network`.
    rates : array_like of shape (n_rates,)
        All positive, in rising order.
    training, validation : tuple of (features, labels)
        Rows. The batches have 60.
    most : int
        After how many updates the race ends at last, at least 0.
    seeds : sequence of int
        Seeds of the weights and of the shuffles.

    Returns
    -------
    ndarray of shape (n_rates, n_seeds)
        Updates; infinite for who was not there when the race ended.

    Raises
    ------
    ValueError
        If ``rates`` do not rise or are not positive, or as in
        :func:`~lecture_kit.sections.batch_normalization.experiments.accuracy_on_the_way`.
    """
    rates, seeds = _as_rates(rates), list(seeds)
    accuracy = as_number("accuracy", accuracy, "It is a share.")
    networks = [build_network(kind, init_scale, sizes, SIGMOID, seed, np.float32)
                for _rate in rates for seed in seeds]
    reached = np.full(len(networks), np.inf)
    for update, found in accuracy_on_the_way(
            networks, GradientDescent(np.repeat(rates, len(seeds))[:, np.newaxis]), training,
            validation, batch_size=60, n_updates=most, record_every=50,
            seed=seeds * len(rates)):
        reached = np.where(found > accuracy, np.minimum(reached, update), reached)
        by_rate = reached.reshape(len(rates), len(seeds))
        if np.isfinite(by_rate).all(axis=1).any():
            break
    return by_rate


def accuracies_at_levels(kind, learning_rate, sets, validation, levels, seeds, *, epochs=48,
                         sizes=SMALL):
    """Train sigmoid networks on small sets, and compare when they know them equally well.

    The init scale keeps the gradient of small inputs. Batches have 60 rows.

    Parameters
    ----------
    kind, sizes
        As in :func:`~lecture_kit.sections.batch_normalization.experiments.build_network`.
    learning_rate : float
        η, above 0.
    sets : tuple of (features, labels)
        A table for each seed, as from
        :func:`~lecture_kit.sections.batch_normalization.experiments.small_sets`.
    validation : tuple of (features, labels)
        Rows for all.
    levels : array_like of shape (n_levels,)
        Training accuracies.
    seeds : sequence of int
        One network for each set.
    epochs : int, default 48
        Passes through a set. Every third one is measured.

    Returns
    -------
    ndarray of shape (n_levels + 1, n_seeds)
        Validation accuracies when the training accuracy first reaches each level, NaN where it
        never does; and those at the end.

    Raises
    ------
    ValueError
        As in :func:`~lecture_kit.maths.training.train`, or if a level is no number.
    """
    levels = as_row("levels", levels, "Try [0.9].")
    rate = as_number("learning_rate", learning_rate, "Try 1.0.", above=0)
    scale, seeds = gradient_keeping_scale(SIGMOID, sizes[1]), list(seeds)
    networks = [build_network(kind, scale, sizes, SIGMOID, seed) for seed in seeds]
    every = 3 * -(-np.shape(sets[1])[-1] // 60)
    records = list(train(Ensemble(networks), GradientDescent(rate), sets, validation,
                         batch_size=60, epochs=epochs, seed=seeds, record_every=every))
    known = [record.training_accuracy for record in records]
    accuracies = [record.validation_accuracy for record in records]
    return np.array([at_training_accuracy(known, accuracies, level) for level in levels]
                    + accuracies[-1:])
