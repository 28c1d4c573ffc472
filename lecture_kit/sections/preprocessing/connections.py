"""A small network that tells attacks apart, under different ways to prepare the data."""

from functools import cache
from itertools import zip_longest

import numpy as np

from lecture_kit.maths.activations import RELU
from lecture_kit.maths.checks import as_whole, require_choice
from lecture_kit.maths.datasets import load_attack_triage
from lecture_kit.maths.encoders import ENCODERS
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.inference import network_recall
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.preprocessing import SCALERS, prepare
from lecture_kit.maths.training import train

PREPARATIONS = [(scaling, codes) for scaling in SCALERS for codes in ENCODERS]
_N_CLASSES = 8  # kinds of attack


def connections(scaling, codes):
    """Prepare the network connections for training.

    The file is cut in two halves. The second half trains, since it holds the row with the largest
    number, 693,375,640 bytes; the first half is held out.

    Parameters
    ----------
    scaling, codes
        As in :func:`~lecture_kit.maths.preprocessing.prepare`.

    Returns
    -------
    training, validation : tuple of (rows, labels)
        1,207 rows each.

    Raises
    ------
    ValueError
        If ``scaling`` or ``codes`` is unknown.
    """
    require_choice("scaling", scaling, SCALERS)
    require_choice("codes", codes, ENCODERS)
    return _connections(scaling, codes)


@cache
def _connections(scaling, codes):
    connections = load_attack_triage()
    held_out, training = connections.split(len(connections) // 2)
    rows = prepare(training, held_out, scaling, codes)
    return (rows[0], training.labels), (rows[1], held_out.labels)


def train_on_connections(scaling, codes, learning_rate, batch_size=16, init_scale=0.1, seed=0,
                         epochs=10, dtype=np.float64):
    """Train a network with one hidden layer of 32 ReLU nodes to tell the attacks apart.

    Parameters
    ----------
    scaling, codes
        As in :func:`connections`.
    learning_rate : float
        η of gradient descent.
    batch_size, init_scale, seed, epochs, dtype
        As in :func:`~lecture_kit.maths.training.train` and
        :func:`~lecture_kit.maths.networks.fully_connected`.

    Returns
    -------
    iterator of (Record, ndarray of shape (8,))
        After every epoch the record, and the recall of each class on the validation rows; NaN after
        a divergence, which ends the training.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    training, validation = connections(scaling, codes)
    network = _network(training[0], init_scale, seed, dtype)
    for record in train(network, GradientDescent(learning_rate), training, validation,
                        batch_size=batch_size, epochs=epochs, seed=seed):
        yield record, network_recall(network, record.diverged, *validation)


def _network(rows, init_scale=0.1, seed=0, dtype=np.float64):
    return fully_connected((rows.shape[1], 32, _N_CLASSES), RELU, SOFTMAX_CROSS_ENTROPY,
                           init_scale, seed, dtype)


def train_all(learning_rate, batch_size=16, init_scale=0.1, seed=0, epochs=10, dtype=np.float64):
    """Train as :func:`train_on_connections` does on all six tables of :data:`PREPARATIONS`.

    Parameters
    ----------
    learning_rate, batch_size, init_scale, seed, epochs, dtype
        As in :func:`train_on_connections`.

    Returns
    -------
    iterator of (list of Record, ndarray of shape (6, 10))
        After every epoch the record of each training, and its accuracy on the validation rows, the
        recall of each class and their mean; NaN after a divergence, where that training stays.
        The iterator ends after the last epoch, or when all have diverged.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    runs = [train_on_connections(scaling, codes, learning_rate, batch_size, init_scale, seed,
                                 epochs, dtype) for scaling, codes in PREPARATIONS]
    now = [None] * len(runs)
    for results in zip_longest(*runs):
        now = [new or old for new, old in zip(results, now, strict=True)]
        yield [record for record, _recall in now], np.array(
            [[record.validation_accuracy, *recall, recall.mean()] for record, recall in now])


def repeat_on_connections(scaling, codes, learning_rate, n_seeds=5):
    """Train as :func:`train_on_connections` does with the seeds 0, 1, …, and keep the ends.

    Parameters
    ----------
    scaling, codes, learning_rate
        As in :func:`train_on_connections`.
    n_seeds : int, default 5
        How many trainings, at least 1.

    Returns
    -------
    accuracies : ndarray of shape (n_seeds,)
        Accuracy on the validation rows after the last epoch; NaN for a training that diverged.
    recalls : ndarray of shape (n_seeds, 8)
        Recall of each class.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    n_seeds = as_whole("n_seeds", n_seeds, "Try n_seeds=5.", least=1)
    training, validation = connections(scaling, codes)
    ensemble = Ensemble([_network(training[0], seed=seed) for seed in range(n_seeds)])
    *_before, last = train(ensemble, GradientDescent(learning_rate), training, validation,
                           batch_size=16, epochs=10, seed=range(n_seeds))
    recalls = [network_recall(network, diverged, *validation)
               for network, diverged in zip(ensemble.members, last.diverged, strict=True)]
    return last.validation_accuracy, np.array(recalls)
