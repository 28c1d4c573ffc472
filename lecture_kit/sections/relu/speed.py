"""How many updates a network needs with each activation function, and the time of the function."""

import math
import time
from dataclasses import dataclass

import numpy as np

from lecture_kit.maths.checks import as_numbers, as_row, as_seeds, as_whole
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.networks import deep_network
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.training import learn

RATES = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)  # among which every activation finds its own best
MOST_UPDATES, TARGET = 160, 0.5  # how long a race may last, and the training loss that ends it
_MEASURE_EVERY, _SHOW_EVERY = 4, 16  # updates


@dataclass(frozen=True)
class Run:
    """One network in a race: its curve, which grows until the run is over.

    Parameters
    ----------
    learning_rate : float
        η.
    updates, losses : list
        After how many updates its training loss was measured, and the loss: NaN, as the last one,
        if the training diverged.
    """

    learning_rate: float
    updates: list
    losses: list

    @property
    def is_over(self):
        """Whether the loss is below the target, the training diverged, or 160 updates are made."""
        return not self.losses[-1] >= TARGET or self.updates[-1] >= MOST_UPDATES

    @property
    def diverged(self):
        """Whether the training diverged, at the last of its updates."""
        return math.isnan(self.losses[-1])

    @property
    def updates_needed(self):
        """After how many updates the loss was below the target; None if it was not (yet)."""
        return self.updates[-1] if self.losses[-1] < TARGET else None


def race(activation, learning_rates, batch_size, init_scale, rows, seed):
    """Train three hidden layers of 32 at several learning rates side by side.

    Each run ends when its training loss is below 0.5, when it diverges, or after 160 updates, and
    the race ends with the last run.

    Parameters
    ----------
    activation : Activation
        Activation function of the hidden layers.
    learning_rates : sequence of float
        η of each network, at least 0.
    batch_size : int
        Rows per mini batch, at least 1.
    init_scale : float
        g, as in :func:`~lecture_kit.maths.networks.deep_network`.
    rows : tuple of (features, labels)
        Training rows.
    seed : int
        Seed of weights and shuffles, the same for all.

    Returns
    -------
    iterator of list of Run
        One for each rate, every 16 updates. It is always the same list, whose runs grow: their
        losses are measured every 4 updates.

    Raises
    ------
    ValueError
        If a number is out of its range.
    """
    batch_size = as_whole("batch_size", batch_size, "Try batch_size=32.", least=1)
    rates = as_row("learning_rates", learning_rates, "Try [0.1, 0.3].", least=0)
    networks = Ensemble([deep_network(activation, init_scale, 3, seed, 32) for _ in rates])
    epochs = -(-MOST_UPDATES // -(-len(rows[1]) // batch_size))
    updates = learn(networks, GradientDescent(rates[:, np.newaxis]), rows, batch_size=batch_size,
                    epochs=epochs, seed=seed)
    return _race(networks.members, rates.tolist(), updates, networks.check(*rows))


def _race(networks, rates, updates, rows):
    runs = [Run(rate, [0], [_loss(network, rows)])
            for rate, network in zip(rates, networks, strict=True)]
    yield runs
    for update, (_batch, alive) in enumerate(updates, 1):
        measure = update % _MEASURE_EVERY == 0
        for run, network, lives in zip(runs, networks, alive, strict=True):
            if not run.is_over and (measure or not lives):
                run.updates.append(update)
                run.losses.append(_loss(network, rows) if lives else math.nan)
        if update % _SHOW_EVERY == 0:
            yield runs
        if all(run.is_over for run in runs):
            return


def _loss(network, rows):
    loss, _accuracy = network.measure(*rows)
    return loss if math.isfinite(loss) else math.nan


def updates_needed(runs):
    """Read off after how many updates the runs that are over have reached the target.

    Parameters
    ----------
    runs : sequence of Run
        As from :func:`race`.

    Returns
    -------
    dict of float to int or None
        Updates needed, by learning rate; None if the target was not reached.
    """
    return {run.learning_rate: run.updates_needed for run in runs if run.is_over}


def quickest(activation, learning_rates, batch_size, init_scale, rows, seeds):
    """Find for each seed the learning rate that reaches the target first.

    Parameters
    ----------
    activation, learning_rates, batch_size, init_scale, rows
        As in :func:`race`.
    seeds : sequence of int
        One race for each; it ends with the first arrival.

    Returns
    -------
    updates, rates : ndarray of shape (n_seeds,)
        Updates that were needed and the rate, the smallest of equals; NaN if none arrived.

    Raises
    ------
    ValueError
        As in :func:`race`.
    """
    found = []
    for seed in as_seeds(seeds):
        for runs in race(activation, learning_rates, batch_size, init_scale, rows, seed):
            if any(run.updates_needed for run in runs):
                break
        needed = updates_needed(runs)
        rate = best_rate(needed)
        found.append((needed[rate], rate) if rate else (math.nan, math.nan))
    return tuple(np.array(found).T)


def best_rate(needed):
    """Find the learning rate that reached the target first.

    Parameters
    ----------
    needed : dict of float to int or None
        Updates needed, by learning rate.

    Returns
    -------
    float or None
        The best rate, the smallest of equals; None if no rate reached the target.
    """
    reached = {rate: n for rate, n in sorted(needed.items()) if n is not None}
    return min(reached, key=reached.get) if reached else None


def scaled_updates(needed):
    """Expect the updates needed at larger learning rates from the smallest that arrived, n ∝ 1/η.

    Small steps all follow the same way downhill, and a step 3 times as long saves two of three.

    Parameters
    ----------
    needed : dict of float to int or None
        Updates needed, by learning rate.

    Returns
    -------
    rates, updates : ndarray of shape (n_rates,)
        All rates from the smallest that arrived on, and what is expected there; both are empty if
        none arrived.
    """
    arrived = sorted(rate for rate, n in needed.items() if n is not None)
    rates = np.array([rate for rate in sorted(needed) if arrived and rate >= arrived[0]])
    return rates, (needed[arrived[0]] * arrived[0] / rates if arrived else rates)


def seconds_per_value(function, values, n_repeats=20):
    """Measure how long a function takes, the shortest time of several.

    Parameters
    ----------
    function : callable
        Takes an array.
    values : ndarray
        What to call it with.
    n_repeats : int, default 20
        How often to measure.

    Returns
    -------
    float
        Seconds for each entry of ``values`` on this machine.

    Raises
    ------
    ValueError
        If ``values`` are no finite numbers, or ``n_repeats`` is less than 1 or not whole.
    """
    values = np.asarray(as_numbers("values", values))
    n_repeats, seconds = as_whole("n_repeats", n_repeats, "Try n_repeats=20.", least=1), []
    for _ in range(n_repeats):
        start = time.perf_counter()
        function(values)
        seconds.append(time.perf_counter() - start)
    return min(seconds) / np.size(values)
