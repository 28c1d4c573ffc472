"""One epoch of a small network on real data, with every method."""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from lecture_kit.maths.activations import RELU
from lecture_kit.maths.checks import as_number, as_row, as_seeds, as_whole, require_choice
from lecture_kit.maths.comparisons import random_split
from lecture_kit.maths.datasets import load_attack_triage, load_spambase
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.initializers import he
from lecture_kit.maths.network_losses import CROSS_ENTROPY, SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.optimizers import AdamW
from lecture_kit.maths.preprocessing import StandardScaler
from lecture_kit.maths.training import learn
from lecture_kit.sections.adaptive_methods.experiments import METHODS, tune
from lecture_kit.sections.adaptive_methods.falling_rates import make_schedule, with_schedule

METHODS_FOR_NETWORKS = {**METHODS, "AdamW": AdamW}
"""The methods of the races and AdamW."""
RULES = (("gradient descent", "constant"), ("gradient descent", "cosine"),
         ("Adam", "constant"), ("Adam", "cosine"))
"""Methods and schedules that the notebook compares."""
RATES = (0.0046, 0.01, 0.022, 0.046, 0.1, 0.22, 0.46, 1.0, 2.2)
"""Learning rates that it tries for each."""


@dataclass(frozen=True)
class Task:
    """A data set made ready for a small network.

    Parameters
    ----------
    training, validation : tuple of (features, labels)
        Z-scored features, with the mean and deviation of the training rows.
    sizes : tuple of int
        Nodes per layer of the network.
    loss : NetworkLoss
        What the network makes small.
    always : float
        Share of wrong answers on the validation rows of the answer that is always the most
        frequent class.
    """

    training: tuple
    validation: tuple
    sizes: tuple
    loss: object
    always: float


def load_task(name, split=None):
    """Load a data set and scale it.

    Parameters
    ----------
    name : {"spambase", "attack_triage"}
        The data set. Of ``attack_triage`` only the numeric features are used.
    split : int, optional
        Seed of a random split into training and validation rows. Left out, the first rows train.

    Returns
    -------
    Task
        3,000 training and 1,200 validation rows of ``spambase``, or 1,800 and 614 of
        ``attack_triage``.

    Raises
    ------
    ValueError
        If ``name`` is unknown, or ``split`` is negative or not whole.
    """
    require_choice("name", name, ("spambase", "attack_triage"))
    if split is not None:
        split = as_whole("split", split, "Leave it out, or pass a seed.", least=0)
    return _load_task(name, split)


@lru_cache(maxsize=24)
def _load_task(name, split):
    load, n_training, loss, n_outputs = {
        "spambase": (load_spambase, 3000, CROSS_ENTROPY, 1),
        "attack_triage": (load_attack_triage, 1800, SOFTMAX_CROSS_ENTROPY, 8)}[name]
    data = load()
    training, validation = data.split(n_training) if split is None else (
        replace(data, features=data.features[rows], labels=data.labels[rows])
        for rows in random_split(data.labels, n_training / len(data), split))
    scaler = StandardScaler().fit(training.features)
    scaled = [(scaler.transform(part.features), part.labels) for part in (training, validation)]
    most = np.bincount(training.labels).argmax()
    sizes = (training.features.shape[1], 32, n_outputs)
    return Task(*scaled, sizes, loss, float(np.mean(validation.labels != most)))


@dataclass(frozen=True)
class Epoch:
    """How networks fare in one epoch, one network per learning rate.

    Parameters
    ----------
    epochs : ndarray of shape (n_records,)
        Share of the epoch at which each record ends.
    losses : ndarray of shape (n_records, n_rates)
        Mean loss of the mini batches since the record before, each measured before its update;
        NaN from where a training has diverged.
    wrong : ndarray of shape (n_rates,)
        Share of wrong answers on the validation rows at the end; NaN for a training that diverged.
    diverged : ndarray of int, shape (n_rates,)
        The update with which a training diverged, or −1.
    """

    epochs: np.ndarray
    losses: np.ndarray
    wrong: np.ndarray
    diverged: np.ndarray


def train_one_epoch(task, method, learning_rates, batch_size, seed, n_records=12):
    """Train the network of a task at many learning rates, side by side, for one epoch.

    The network has one hidden layer of ReLU nodes and He's weights. All trainings share first
    weights and mini batches.

    Parameters
    ----------
    task : Task
        Data and network.
    method : type
        A class of optimizers.
    learning_rates : array_like of shape (n_rates,)
        One training for each.
    batch_size : int
        Rows per mini batch.
    seed : int
        Seed of the weights and of the shuffle.
    n_records : int, default 12
        How many records to take, at most one per update.

    Returns
    -------
    Epoch
        The course of the trainings. They diverge as in :func:`lecture_kit.maths.training.train`.

    Raises
    ------
    ValueError
        If ``learning_rates`` is not a list of numbers, at least 0, ``batch_size`` or ``n_records``
        is less than 1 or not whole, or the rows of the task do not fit its network.
    """
    n_records = as_whole("n_records", n_records, "Try n_records=12.", least=1)
    batch_size = as_whole("batch_size", batch_size, "Try batch_size=32.", least=1)
    rates = as_row("learning_rates", learning_rates)
    network = Ensemble([fully_connected(task.sizes, RELU, task.loss, he, seed) for _ in rates])
    losses, diverged = _learn_once(network, method(rates[:, np.newaxis]), task.training,
                                   batch_size, seed)
    features, labels = task.validation
    wrong = np.mean(task.loss.predict(network.logits(features)) != labels, axis=-1)
    parts = np.array_split(np.arange(len(losses)), min(n_records, len(losses)))
    n_rows = len(task.training[1])
    ends = [min((part[-1] + 1) * batch_size, n_rows) for part in parts]
    means = [np.mean(losses[part], axis=0) for part in parts]
    return Epoch(np.array(ends) / n_rows, np.array(means), np.where(diverged < 0, wrong, np.nan),
                 diverged)


def _learn_once(network, optimizer, training, batch_size, seed):
    """Train for one epoch; loss of each mini batch before its update, and who diverged when."""
    n_networks, n_rows = len(network.members), len(training[1])
    losses = np.full((-(-n_rows // batch_size), n_networks), np.nan)
    diverged = np.full(n_networks, -1)
    updates = learn(network, optimizer, training, batch_size=batch_size, epochs=1, seed=seed)
    for update, (rows, alive) in enumerate(updates):
        labels = np.broadcast_to(training[1][rows], network.batch_logits.shape[:-1])
        with np.errstate(over="ignore", invalid="ignore"):  # trainings that diverge
            loss = network.loss.value(network.batch_logits, labels).mean(axis=-1)
        losses[update, alive] = loss[alive]
        diverged[~alive & (diverged < 0)] = update + 1
    return losses, diverged


def tune_on_splits(data, name, schedule, seeds, learning_rates=RATES, batch_size=32):
    """Find the learning rate with the fewest wrong answers after one epoch, over many splits.

    Parameters
    ----------
    data : {"spambase", "attack_triage"}
        The data set.
    name : str
        A name of :data:`METHODS_FOR_NETWORKS`.
    schedule : {"constant", "step", "cosine", "warm-up"}
        How the rate falls during the epoch.
    seeds : sequence of int
        Each seed gives a split, first weights and a shuffle, the same for all methods.
    learning_rates : array_like of shape (n_rates,), optional
        The rates; :data:`RATES` if left out.
    batch_size : int, default 32
        Rows per mini batch.

    Returns
    -------
    Tuned
        The best rate, and the shares of wrong answers on the validation rows.

    Raises
    ------
    ValueError
        As in :func:`load_task` and :func:`train_one_epoch`, or if a name is unknown.
    """
    require_choice("name", name, METHODS_FOR_NETWORKS)
    batch_size = as_whole("batch_size", batch_size, "Try batch_size=32.", least=1)
    seeds = as_seeds(seeds)
    tasks = {seed: load_task(data, seed) for seed in seeds}
    n_updates = -(-len(tasks[seeds[0]].training[1]) // batch_size)
    rule = with_schedule(METHODS_FOR_NETWORKS[name], make_schedule(schedule, n_updates))
    return tune(learning_rates, [
        train_one_epoch(task, rule, learning_rates, batch_size, seed).wrong
        for seed, task in tasks.items()])


def step_lengths(task, optimizer, batch_size, seeds):
    """Measure how far the weights move in each update of one epoch.

    Parameters
    ----------
    task : Task
        Data and network.
    optimizer : Optimizer
        The rule, with a learning rate above 0.
    batch_size : int
        Rows per mini batch.
    seeds : sequence of int
        Seeds of the weights and of the shuffles, one network for each.

    Returns
    -------
    ndarray of shape (n_updates, n_seeds)
        Mean over all weights of |Δw|/η.

    Raises
    ------
    ValueError
        As in :func:`lecture_kit.maths.training.learn`, or if the rate of the rule is 0.
    """
    rate = as_number("learning_rate", optimizer.learning_rate, "Try 0.01.", above=0)
    seeds = as_seeds(seeds)
    network = Ensemble([fully_connected(task.sizes, RELU, task.loss, he, seed) for seed in seeds])
    before, lengths = network.parameters.copy(), []
    for _ in learn(network, optimizer, task.training, batch_size=batch_size, epochs=1, seed=seeds):
        lengths.append(np.abs(network.parameters - before).mean(axis=-1) / rate)
        before[:] = network.parameters
    return np.array(lengths)
