"""Section 03, weight initialization: the slide's network, trained from its three first weights."""

from dataclasses import dataclass

import numpy as np

from lecture_kit.maths.checks import as_row, as_whole
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.initializers import xavier
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.training import train
from lecture_kit.sections.weight_initialization.signals import propagate, spread

SCALES = {"N(0, 1)": 1.0, "σ = 0.01": 0.01, "Xavier": xavier}
N_LAYERS, WIDTH, _BATCH_SIZE = 5, 100, 32


def slide_network(activation, init_scale, seed):
    """Build the slide's five layers of 100 nodes between the 64 pixels and the ten digits.

    Parameters
    ----------
    activation : Activation
        Activation function of the five layers.
    init_scale : float or callable
        Standard deviation σ of all weights, or a rule that makes it from the number of inputs.
    seed : int
        Seed of the weights.

    Returns
    -------
    Network
        In float32.

    Raises
    ------
    ValueError
        As in :func:`lecture_kit.maths.networks.fully_connected`.

    References
    ----------
    Slides, section "(2) weight initialization".
    """
    return fully_connected((64, *[WIDTH] * N_LAYERS, 10), activation, SOFTMAX_CROSS_ENTROPY,
                           init_scale, seed, np.float32)


def last_layer(network, rows):
    """Send rows through the hidden layers of a network that has no biases yet.

    Parameters
    ----------
    network : Network
        As :func:`slide_network` builds it.
    rows : tuple of (features, labels)
        Data.

    Returns
    -------
    outputs : ndarray of shape (n_samples, 100)
        Activations of the last hidden layer.
    standard_deviation, signal : float
        How far they spread, and how far they spread between rows, see
        :func:`~lecture_kit.sections.weight_initialization.signals.spread`.

    Raises
    ------
    ValueError
        If the rows do not fit the network.
    """
    features, _labels = network.check(*rows)
    weights = [layer.weights for layer in network.layers[:-1:2]]
    outputs = propagate(network.layers[1].activation, weights, features)[1][-1]
    return outputs, *spread(outputs)


@dataclass(frozen=True)
class SlideRun:
    """How a training stands.

    Parameters
    ----------
    epochs : ndarray of shape (n_records,)
        When the losses were measured.
    losses : ndarray of shape (n_records, n_networks)
        Training losses; NaN from where a network has diverged.
    progress : float
        Share of the training that is done, from 0 to 1.
    """

    epochs: np.ndarray
    losses: np.ndarray
    progress: float


def train_slide(networks, learning_rates, epochs, rows, seed, record_every=None):
    """Train networks side by side by gradient descent on mini batches of 32.

    Parameters
    ----------
    networks : sequence of Network
        They are changed in place.
    learning_rates : float or sequence of float
        η, at least 0: one for all, or one per network.
    epochs : int
        Passes through all rows, at least 1.
    rows : tuple of (features, labels)
        Training rows.
    seed : int
        Seed of the shuffles.
    record_every : int, optional
        As in :func:`~lecture_kit.maths.training.train`.

    Returns
    -------
    iterator of SlideRun
        With all records so far; the last one with a progress of 1.

    Raises
    ------
    ValueError
        As in :func:`~lecture_kit.maths.training.train`.
    """
    rates = learning_rates if np.ndim(learning_rates) == 0 else np.reshape(learning_rates, (-1, 1))
    records = train(Ensemble(networks), GradientDescent(rates), rows, batch_size=_BATCH_SIZE,
                    epochs=epochs, seed=seed, record_every=record_every)
    return _runs(records, epochs)


def losses_of_draws(activation, init_scale, learning_rates, n_draws, epochs, rows):
    """Train many draws of the slide's network at each of some learning rates.

    Parameters
    ----------
    activation, init_scale
        As in :func:`slide_network`.
    learning_rates : sequence of float
        Values of η, at least 0.
    n_draws : int
        How many networks at each rate; their seeds are 0, 1, …
    epochs, rows
        As in :func:`train_slide`.

    Returns
    -------
    losses : ndarray of shape (n_rates, n_draws)
        Training losses at the end; NaN where a training has diverged.
    signal : float
        In the last hidden layer of the first network before training, see :func:`last_layer`.

    Raises
    ------
    ValueError
        As in :func:`train_slide`, or if ``n_draws`` is less than 1.
    """
    learning_rates = as_row("learning_rates", learning_rates, "Try [0.1, 1].", least=0)
    n_draws = as_whole("n_draws", n_draws, "Try n_draws=10.", least=1)
    networks = [slide_network(activation, init_scale, seed)
                for _rate in learning_rates for seed in range(n_draws)]
    signal = last_layer(networks[0], rows)[2]
    *_, last = train_slide(networks, np.repeat(learning_rates, n_draws), epochs, rows, 0, 10**6)
    return last.losses[-1].reshape(-1, n_draws), signal


def _runs(records, epochs):
    so_far = []
    for record in records:
        so_far.append((record.epoch, record.training_loss))
        times, losses = map(np.array, zip(*so_far, strict=True))
        is_alive = np.isfinite(losses[-1]).any()
        yield SlideRun(times, losses, record.epoch / epochs if is_alive else 1.0)
