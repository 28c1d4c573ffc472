"""Few digits, some with wrong labels, and a network that learns them by heart."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lecture_kit.maths.checks import as_array, as_labels, as_number, as_rng, as_whole, require
from lecture_kit.maths.datasets import load_digits
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.optimizers import Momentum
from lecture_kit.maths.training import best_and_last, learn, train
from lecture_kit.sections.epochs_and_batches.experiments import build_network


def flip_labels(labels, share, n_classes, seed):
    """Make some labels wrong.

    The seed decides in which order labels turn wrong and what they turn into. So a larger share
    adds wrong labels to those of a smaller one.

    Parameters
    ----------
    labels : ndarray of int, shape (n_samples,)
        Right labels, from 0 to ``n_classes`` − 1. They are not changed in place.
    share : float
        Which share to make wrong, from 0 to 1.
    n_classes : int
        How many classes there are, at least 2.
    seed : int
        Seed of the chance.

    Returns
    -------
    ndarray of int, shape (n_samples,)
        Labels of which round(share · n_samples) are wrong.

    Raises
    ------
    ValueError
        If ``share`` leaves 0 … 1, there are fewer than two classes, or a label names no class.
    """
    share = as_number("share", share, "Try share=0.15.", least=0, most=1)
    n_classes = as_whole("n_classes", n_classes, "Pass 10 for digits.", least=2)
    labels = as_labels("labels", labels, n_classes)
    require(labels.ndim == 1, "labels must be a list", labels.shape, "Pass one class per row.")
    rng = as_rng(seed)
    wrong = rng.permutation(len(labels))[: round(share * len(labels))]
    shifts = rng.integers(1, n_classes, len(labels))
    flipped = labels.copy()
    flipped[wrong] = (labels[wrong] + shifts[wrong]) % n_classes
    return flipped


def load_few_digits(n_rows, label_noise, seed):
    """Draw few digits for training, some with wrong labels, and 500 right ones for validation.

    Parameters
    ----------
    n_rows : int
        How many digits there are for training, from 1 to 2,000. The fewer are among the more.
    label_noise : float
        Share of wrong labels among them, from 0 to 1.
    seed : int, or sequence of int of shape (n_networks,)
        Seed of the rows and of the wrong labels. With a sequence, each network of an ensemble gets
        its own.

    Returns
    -------
    training, validation : tuple of (features, labels)
        Rows of the training file. With a sequence of seeds all have one more axis in front.

    Raises
    ------
    ValueError
        If ``n_rows`` or ``label_noise`` is out of range, or ``seed`` is none.
    """
    n_rows = as_whole("n_rows", n_rows, "Try n_rows=200.", least=1, most=2000)
    seeds = as_array(seed)
    if seeds.ndim == 1 and seeds.size > 0:
        draws = [load_few_digits(n_rows, label_noise, own) for own in seed]
        return tuple(tuple(map(np.stack, zip(*parts, strict=True)))
                     for parts in zip(*draws, strict=True))
    digits, _test = load_digits()
    order = as_rng(seed).permutation(len(digits.labels))
    features, right = digits.features[order] / 16, digits.labels[order]
    labels = flip_labels(right[:n_rows], label_noise, 10, seed)
    return (features[:n_rows], labels), (features[-500:], right[-500:])


def train_on_few_digits(n_rows, label_noise, seed, epochs=60):
    """Train a network of 100 hidden nodes on few digits, until it knows wrong labels by heart.

    Parameters
    ----------
    n_rows, label_noise
        As in :func:`load_few_digits`.
    seed : int
        Seed of the rows, the wrong labels, the weights and the shuffles.
    epochs : int, default 60
        How many times all rows go through, at least 0.

    Returns
    -------
    iterator of Record
        One before the first epoch and one after each, with validation rows.

    Raises
    ------
    ValueError
        As in :func:`load_few_digits`, or if ``epochs`` is negative or not whole.
    """
    return train(build_network("digits", seed, 100), Momentum(0.1, 0.9),
                 *load_few_digits(n_rows, label_noise, seed), batch_size=32, epochs=epochs,
                 seed=seed)


@dataclass(frozen=True)
class Overfits:
    """What trainings on few digits come to, each with rows and weights of its own.

    Parameters
    ----------
    losses, accuracies : ndarray of shape (n_epochs + 1, n_draws)
        On the validation rows, before the first epoch and after each.
    training_accuracies, test_accuracies : ndarray of shape (n_draws,)
        At the end.
    last_epochs, stopped_accuracies : ndarray of shape (n_draws,)
        Where early stopping ends each, and the accuracy on the test file of what it keeps.
    """

    losses: np.ndarray
    accuracies: np.ndarray
    training_accuracies: np.ndarray
    test_accuracies: np.ndarray
    last_epochs: np.ndarray
    stopped_accuracies: np.ndarray

    @property
    def best_epochs(self):
        """Epoch of the smallest validation loss of each."""
        return self.losses.argmin(axis=0)

    @property
    def rises(self):
        """By which share the validation loss rises from there to the end."""
        return self.losses[-1] / self.losses.min(axis=0) - 1

    @property
    def falls(self):
        """By how much the validation accuracy falls from there to the end."""
        best = np.take_along_axis(self.accuracies, self.best_epochs[np.newaxis], axis=0)[0]
        return best - self.accuracies[-1]


def overfits(n_rows, label_noise, n_draws=10, epochs=60, patience=8):
    """Train networks of 100 hidden nodes on few digits, each on a draw of its own.

    Parameters
    ----------
    n_rows, label_noise
        As in :func:`load_few_digits`.
    n_draws : int, default 10
        How many networks there are, with the seeds 0, 1, …
    epochs : int, default 60
        How many times all rows go through, at least 1.
    patience : int, default 8
        That of early stopping, in epochs.

    Returns
    -------
    Overfits
        Losses and accuracies.

    Raises
    ------
    ValueError
        As in :func:`load_few_digits`, or if another number is less than 1 or not whole.
    """
    n_rows = as_whole("n_rows", n_rows, "Try n_rows=200.", least=1, most=2000)
    label_noise = as_number("label_noise", label_noise, "Try 0.15.", least=0, most=1)
    n_draws = as_whole("n_draws", n_draws, "Try n_draws=10.", least=1)
    epochs = as_whole("epochs", epochs, "Try epochs=60.", least=1)
    patience = as_whole("patience", patience, "Try patience=8.", least=1)
    return _overfits(n_rows, label_noise, n_draws, epochs, patience)


@lru_cache(maxsize=8)
def _overfits(n_rows, label_noise, n_draws, epochs, patience):
    training, validation = load_few_digits(n_rows, label_noise, range(n_draws))
    networks = Ensemble([build_network("digits", seed, 100) for seed in range(n_draws)])
    updates = learn(networks, Momentum(0.1, 0.9), training, batch_size=32, epochs=epochs,
                    seed=range(n_draws))
    per_epoch = -(-n_rows // 32)
    measured, kept = [networks.measure(*validation)], networks.parameters.copy()
    for update, _rows in enumerate(updates, start=1):
        if update % per_epoch == 0:
            measured.append(networks.measure(*validation))
            losses = np.array([loss for loss, _accuracy in measured])
            stops = np.transpose([best_and_last(own, patience) for own in losses.T])
            is_best = stops[0] == len(losses) - 1
            kept[is_best] = networks.parameters[is_best]
    losses, accuracies = map(np.array, zip(*measured, strict=True))
    test = load_digits()[1]
    test = networks.check(test.features / 16, test.labels)
    at_the_end, known = (networks.measure(*rows)[1] for rows in (test, training))
    networks.parameters[:] = kept
    stopped = networks.measure(*test)[1]
    return Overfits(losses, accuracies, known, at_the_end, stops[1], stopped)
