"""Section 03, weight initialization: what deep networks learn from first weights of many sizes."""

from dataclasses import dataclass

import numpy as np

from lecture_kit.maths.checks import as_row, as_whole
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.networks import deep_network
from lecture_kit.maths.optimizers import Momentum
from lecture_kit.maths.training import learn, train
from lecture_kit.sections.weight_initialization.signals import (
    backpropagate,
    propagate,
    root_mean_square,
    spread,
)

_EPOCHS, _N_REPORTS, _N_MEASURED = 3, 32, 4  # measuring takes as long as several updates


def train_deep(network, learning_rate, batch_size, epochs, rows, seed):
    """Train a network, or many side by side, with momentum 0.9.

    Parameters
    ----------
    network : Network or Ensemble
        Is changed in place.
    learning_rate : float or ndarray of shape (n_networks, 1)
        η, at least 0.
    batch_size, epochs : int
        Rows per mini batch, and passes through all rows.
    rows : tuple of (features, labels)
        Training rows.
    seed : int
        Seed of the shuffles.

    Returns
    -------
    float, or ndarray of shape (n_networks,)
        Training loss at the end; NaN where the training has diverged.

    Raises
    ------
    ValueError
        As in :func:`~lecture_kit.maths.training.train`, or if ``epochs`` is less than 1.
    """
    epochs = as_whole("epochs", epochs, "Try epochs=5.", least=1)
    *_, last = train(network, Momentum(learning_rate, 0.9), rows, batch_size=batch_size,
                     epochs=epochs, seed=seed, record_every=epochs * len(rows[1]))
    return last.training_loss


def survival(network, rows):
    """Measure what the hidden layers leave of signal and gradient before training.

    Parameters
    ----------
    network : Network
        As :func:`lecture_kit.maths.networks.deep_network` builds it.
    rows : tuple of (features, labels)
        Data.

    Returns
    -------
    signal : float
        Signal in the last hidden layer, see
        :func:`~lecture_kit.sections.weight_initialization.signals.spread`.
    gradient : float
        Size of δ in the first hidden layer, divided by that in the last one.
    """
    *hidden, output = network.layers[::2]
    activation, weights = network.layers[1].activation, [layer.weights for layer in hidden]
    features, labels = network.check(*rows)
    logits, outputs = propagate(activation, weights, features)
    back = network.loss.gradient(output.infer(outputs[-1]), labels) @ output.weights.T
    back /= root_mean_square(back) or 1.0  # weights of 0 send nothing back
    deltas = backpropagate(activation, weights, logits, back)
    sizes = [root_mean_square(delta) for delta in (deltas[0], deltas[-1])]
    return spread(outputs[-1])[1], sizes[0] / sizes[1] if sizes[1] else 0.0


@dataclass(frozen=True)
class BandRun:
    """How a training of networks with many gains stands.

    Parameters
    ----------
    losses : ndarray of shape (n_gains,)
        Training loss of each network when it was last measured; NaN for one that has diverged.
    signals, gradients : ndarray of shape (n_gains,)
        What survived of both before the training, see :func:`survival`.
    progress : float
        Share of the training that is done, from 0 to 1.
    """

    losses: np.ndarray
    signals: np.ndarray
    gradients: np.ndarray
    progress: float

    @property
    def lowest_loss(self):
        """The lowest loss, float; infinite if all have diverged."""
        return float(np.min(self.losses, where=np.isfinite(self.losses), initial=np.inf))


def train_gains(activation, gains, n_hidden, learning_rate, batch_size, rows, seed):
    """Train a deep network with every gain, side by side in float32, for three epochs.

    Parameters
    ----------
    activation : Activation
        Activation function of the hidden layers.
    gains : sequence of float
        Values of g from 0 to 100, see :func:`lecture_kit.maths.networks.deep_network`.
    n_hidden : int
        How many hidden layers, at least 1.
    learning_rate, batch_size, rows
        As in :func:`train_deep`. Survival is measured on the first 200 rows.
    seed : int
        Seed of the weights and of the shuffles.

    Returns
    -------
    iterator of BandRun
        Before the training, up to 31 times on the way, and at the end, with a progress of 1. The
        losses are measured at the beginning and after each quarter.

    Raises
    ------
    ValueError
        If ``gains`` is not a list of such numbers, or as in :func:`train_deep`.
    """
    gains = as_row("gains", gains, "Try [1, 2].", least=0, most=100).tolist()
    n_hidden = as_whole("n_hidden", n_hidden, "Try n_hidden=5.", least=1)
    batch_size = as_whole("batch_size", batch_size, "Try batch_size=32.", least=1)
    networks = [deep_network(activation, gain, n_hidden, seed, dtype=np.float32) for gain in gains]
    features, labels = networks[0].check(*rows)
    some_rows = features[:200], labels[:200]
    survived = np.array([survival(network, some_rows) for network in networks]).T
    ensemble, n_updates = Ensemble(networks), _EPOCHS * -(-len(labels) // batch_size)
    updates = learn(ensemble, Momentum(learning_rate, 0.9), (features, labels),
                    batch_size=batch_size, epochs=_EPOCHS, seed=seed)
    return _report(ensemble, updates, n_updates, (features, labels), survived)


def _report(ensemble, updates, n_updates, rows, survived):
    losses = _losses(ensemble, rows, True)
    yield BandRun(losses, *survived, 0.0)
    for update, (_batch, alive) in enumerate(updates, start=1):
        progress = update / n_updates if alive.any() else 1.0
        if progress == 1 or _ends_a_part(update, n_updates, _N_MEASURED):
            losses = _losses(ensemble, rows, alive)
        if progress == 1 or _ends_a_part(update, n_updates, _N_REPORTS):
            yield BandRun(losses, *survived, progress)


def _losses(ensemble, rows, alive):
    losses, _accuracies = ensemble.measure(*rows)
    return np.where(alive & np.isfinite(losses), losses, np.nan)


def _ends_a_part(update, n_updates, n_parts):
    """Tell whether one of so many equal parts of a training ends with this update."""
    return update * n_parts // n_updates > (update - 1) * n_parts // n_updates
