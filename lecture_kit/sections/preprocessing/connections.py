"""A small network that tells attacks apart, under different ways to prepare the data."""

from functools import cache

import numpy as np

from lecture_kit.maths.activations import RELU
from lecture_kit.maths.checks import as_whole, require_choice
from lecture_kit.maths.datasets import load_attack_triage
from lecture_kit.maths.encoders import ENCODERS
from lecture_kit.maths.inference import recall_per_class
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.preprocessing import SCALERS, prepare
from lecture_kit.maths.training import train


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
    n_classes = len(load_attack_triage().class_names)
    network = fully_connected((training[0].shape[1], 32, n_classes), RELU, SOFTMAX_CROSS_ENTROPY,
                              init_scale, seed, dtype)
    for record in train(network, GradientDescent(learning_rate), training, validation,
                        batch_size=batch_size, epochs=epochs, seed=seed):
        answers = network.loss.predict(network.logits(validation[0]))
        recall = recall_per_class(validation[1], answers, n_classes)
        yield record, np.full(n_classes, np.nan) if record.diverged else recall


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
    ends = []
    for seed in range(n_seeds):
        *_before, end = train_on_connections(scaling, codes, learning_rate, seed=seed)
        ends.append(end)
    accuracies = np.array([record.validation_accuracy for record, _recall in ends])
    return accuracies, np.array([recall for _record, recall in ends])
