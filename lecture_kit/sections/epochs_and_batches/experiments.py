"""Section 06, epochs and batches: what an epoch counts and costs, and the network to train.

Symbols: N rows, B rows per mini batch.
"""

import time
from itertools import pairwise

import numpy as np

from lecture_kit.maths.activations import RELU
from lecture_kit.maths.checks import (
    as_numbers,
    as_row,
    as_seeds,
    as_whole,
    require_choice,
    require_fit,
)
from lecture_kit.maths.datasets import load_digits, load_spambase
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.initializers import he
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import as_sizes, fully_connected
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.preprocessing import StandardScaler
from lecture_kit.maths.training import mini_batches, train


def count_iterations(n_samples, batch_size, epochs, drop_last=False):
    """Count iterations (updates): epochs × ⌈N/B⌉, or epochs × ⌊N/B⌋ without the last batch.

    Parameters
    ----------
    n_samples : int or ndarray of int
        N, how many training rows there are, at least 1.
    batch_size : int or ndarray of int
        B, rows per mini batch, at least 1.
    epochs : int or ndarray of int
        How many times all rows go through, at least 0.
    drop_last : bool, default False
        Whether a last batch that is not full is left out.

    Returns
    -------
    int or ndarray of int
        The number of iterations.

    Raises
    ------
    ValueError
        If ``n_samples`` or ``batch_size`` is less than 1, ``epochs`` is negative, one of them is
        not whole, or the shapes do not fit.

    References
    ----------
    Slides, section "(5) Epoch".
    """
    n_samples = as_numbers("n_samples", n_samples, "Pass some rows.", least=1, whole=True)
    batch_size = as_numbers("batch_size", batch_size, "Try batch_size=32.", least=1, whole=True)
    epochs = as_numbers("epochs", epochs, "Try epochs=10.", least=0, whole=True)
    require_fit(n_samples=n_samples, batch_size=batch_size, epochs=epochs)
    per_epoch = n_samples // batch_size if drop_last else -(-n_samples // batch_size)
    return epochs * per_epoch


def iteration_of_place(n_samples, batch_size, epochs, drop_last=False):
    """Tell in which iteration each place of the shuffled rows is used.

    Parameters
    ----------
    n_samples, batch_size, epochs, drop_last
        As in :func:`count_iterations`, whole numbers.

    Returns
    -------
    ndarray of int, shape (epochs, n_samples)
        Iteration, counted from 0 over all epochs; −1 for a place that is dropped.

    Raises
    ------
    ValueError
        As in :func:`count_iterations`.
    """
    n_samples = as_whole("n_samples", n_samples, "Pass some rows.", least=1)
    batch_size = as_whole("batch_size", batch_size, "Try batch_size=32.", least=1)
    per_epoch = count_iterations(n_samples, batch_size, 1, drop_last)
    epochs = as_whole("epochs", epochs, "Try epochs=10.", least=0)
    batch = np.arange(n_samples) // batch_size
    iterations = np.arange(epochs)[:, np.newaxis] * per_epoch + batch
    return np.where(batch < per_epoch, iterations, -1)


def rows_in_last_batch(n_samples, batch_size, drop_last=False):
    """Count the rows of the last batch of an epoch, and the rows that are dropped.

    Parameters
    ----------
    n_samples, batch_size, drop_last
        As in :func:`count_iterations`, whole numbers.

    Returns
    -------
    last, dropped : int
        ``last`` is 0 if the only batch is dropped.

    Raises
    ------
    ValueError
        As in :func:`count_iterations`.
    """
    n_samples = as_whole("n_samples", n_samples, "Pass some rows.", least=1)
    batch_size = as_whole("batch_size", batch_size, "Try batch_size=32.", least=1)
    left = n_samples % batch_size
    if drop_last:
        return batch_size if batch_size <= n_samples else 0, left
    return left or batch_size, 0


def batch_bytes(sizes, batch_size, bytes_per_number=8):
    """Bytes that a fully connected network keeps of one mini batch for the way back.

    B(n_0 + 2 Σ n_hidden) numbers: the inputs of all layers. A hidden layer counts twice, before
    and after its activation function.

    Parameters
    ----------
    sizes : sequence of int
        Nodes per layer from input n_0 to output.
    batch_size : int
        B, at least 1.
    bytes_per_number : int, default 8
        8 for float64, 4 for float32.

    Returns
    -------
    int
        The bytes. They grow with B; parameters and their gradient do not.

    Raises
    ------
    ValueError
        If a number is less than 1 or not whole, or there are fewer than two sizes.
    """
    sizes, batch_size = as_sizes(sizes), as_whole("batch_size", batch_size, "Try 32.", least=1)
    bytes_per_number = as_whole("bytes_per_number", bytes_per_number, "Try 8.", least=1)
    return batch_size * (sizes[0] + 2 * sum(sizes[1:-1])) * bytes_per_number


def step_operations(sizes, batch_size):
    """Multiplications of one update of a fully connected network, forward and back.

    Each weight takes part in one multiplication per row forward, one for its own derivative, and,
    but in the first layer, one for the derivative of the layer's input.

    Parameters
    ----------
    sizes : sequence of int
        Nodes per layer from input to output.
    batch_size : int
        B, at least 1.

    Returns
    -------
    int
        The number of multiplications in the matrix products. It is proportional to B, so an epoch
        of whole batches needs the same number for every B.

    Raises
    ------
    ValueError
        If a number is less than 1 or not whole, or there are fewer than two sizes.
    """
    sizes, batch_size = as_sizes(sizes), as_whole("batch_size", batch_size, "Try 32.", least=1)
    weights = [fan_in * fan_out for fan_in, fan_out in pairwise(sizes)]
    return batch_size * (3 * sum(weights) - weights[0])


def seconds_per_update(network, features, labels, batch_size, n_repeats=20):
    """Measure how long one update takes on this machine.

    Parameters
    ----------
    network : Network
        Its parameters stay as they are.
    features, labels
        Training rows, as in :meth:`lecture_kit.maths.networks.Network.check`, at least
        ``batch_size``.
    batch_size : int
        B, from 1 to the number of rows.
    n_repeats : int, default 20
        How many updates to time. The quickest counts, since others may have been interrupted.

    Returns
    -------
    float
        Seconds to pick the rows, go forward and back, and take the step.

    Raises
    ------
    ValueError
        If the data do not fit the network or ``batch_size`` is out of range.
    """
    n_repeats = as_whole("n_repeats", n_repeats, "Try n_repeats=20.", least=1)
    features, labels = network.check(features, labels)
    batch_size = as_whole("batch_size", batch_size, "Try batch_size=32.", least=1,
                          most=len(labels))
    rows = next(mini_batches(len(labels), batch_size, np.random.default_rng(0)))
    times = []
    for _ in range(n_repeats):
        start = time.perf_counter()
        network.parameters - 0.1 * network.backpropagate(features[rows], labels[rows])
        times.append(time.perf_counter() - start)
    return min(times)


def _require_data(data):
    require_choice("data", data, ("digits", "spambase"))


def load_rows(data):
    """Give rows on which a small network trains in a moment.

    Parameters
    ----------
    data : {"digits", "spambase"}
        Grey values of digits, divided by their largest value 16, or e-mail, brought to z-scores.

    Returns
    -------
    training, validation : tuple of (features, labels)
        1,024 rows for training, 512 others for validation.

    Raises
    ------
    ValueError
        If ``data`` is unknown.
    """
    _require_data(data)
    training, rest = (load_digits()[0] if data == "digits" else load_spambase()).split(1024)
    parts = training, rest.split(512)[0]
    if data == "digits":
        return tuple((part.features / 16, part.labels) for part in parts)
    scaler = StandardScaler().fit(training.features)
    return tuple((scaler.transform(part.features), part.labels) for part in parts)


def build_network(data, seed, n_hidden=32):
    """Build the small network of this section: one hidden layer of ReLU with He's weights.

    Parameters
    ----------
    data : {"digits", "spambase"}
        What it shall learn: 64 inputs and 10 classes, or 57 inputs and 2 classes.
    seed : int
        Seed of the weights.
    n_hidden : int, default 32
        Width of the hidden layer.

    Returns
    -------
    Network
        Ready to train.

    Raises
    ------
    ValueError
        If ``data`` is unknown, or ``n_hidden`` is less than 1 or not whole.
    """
    n_hidden = as_whole("n_hidden", n_hidden, "Try n_hidden=32.", least=1)
    _require_data(data)
    n_features, n_classes = (64, 10) if data == "digits" else (57, 2)
    return fully_connected((n_features, n_hidden, n_classes), RELU, SOFTMAX_CROSS_ENTROPY, he, seed)


def train_small_network(data, learning_rate, batch_size, epochs, seed, records_per_epoch=4):
    """Train the small network of this section by gradient descent on rows of :func:`load_rows`.

    Parameters
    ----------
    data : {"digits", "spambase"}
        What it shall learn.
    learning_rate : float
        η, larger than 0.
    batch_size : int
        B, at least 1.
    epochs : int
        How many times all 1,024 rows go through, at least 0.
    seed : int
        Seed of the weights and of the shuffles.
    records_per_epoch : int, default 4
        How many records come per epoch, at least 1; never more than one per update.

    Returns
    -------
    iterator of Record
        As from :func:`lecture_kit.maths.training.train`, with validation rows.

    Raises
    ------
    ValueError
        If ``data`` is unknown, or another value is out of range.
    """
    batch_size = as_whole("batch_size", batch_size, "Try batch_size=32.", least=1)
    n_records = as_whole("records_per_epoch", records_per_epoch, "Try 4.", least=1)
    training, validation = load_rows(data)
    per_epoch = count_iterations(len(training[1]), batch_size, 1)
    return train(build_network(data, seed), GradientDescent(learning_rate), training, validation,
                 batch_size=batch_size, epochs=epochs, seed=seed,
                 record_every=max(1, per_epoch // n_records))


def final_losses(learning_rates, batch_size, epochs, seeds):
    """Train the small network on the digits with several rates and seeds, and look at the end.

    Parameters
    ----------
    learning_rates : sequence of float, shape (n_rates,)
        η, each larger than 0.
    batch_size : int
        B, at least 1.
    epochs : int
        How many times all 1,024 rows go through, at least 0.
    seeds : sequence of int, shape (n_seeds,)
        Seeds of the weights and of the shuffles.

    Returns
    -------
    ndarray of shape (n_rates, n_seeds)
        Validation losses at the end; NaN for a training that has diverged.

    Raises
    ------
    ValueError
        If a value is out of range.
    """
    rates = as_row("learning_rates", learning_rates, "Try (0.1,).", above=0)
    seeds = as_seeds(seeds)
    networks = Ensemble([build_network("digits", seed) for _rate in rates for seed in seeds])
    optimizer = GradientDescent(np.repeat(rates, len(seeds))[:, np.newaxis])
    *_records, last = train(networks, optimizer, *load_rows("digits"), batch_size=batch_size,
                            epochs=epochs, seed=seeds * len(rates))
    return last.validation_loss.reshape(len(rates), len(seeds))
