"""Few digits, some with wrong labels, and a network that learns them by heart."""

import numpy as np

from lecture_kit.maths.checks import as_array, as_labels, as_number, as_rng, as_whole, require
from lecture_kit.maths.datasets import load_digits
from lecture_kit.maths.optimizers import Momentum
from lecture_kit.maths.training import train
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
    """Give few digits for training, some with wrong labels, and many right ones for validation.

    Parameters
    ----------
    n_rows : int
        How many digits there are for training, from 1 to 2,000.
    label_noise : float
        Share of wrong labels among them, from 0 to 1.
    seed : int, or sequence of int of shape (n_networks,)
        Seed of the wrong labels. With a sequence, each network of an ensemble gets its own.

    Returns
    -------
    training, validation : tuple of (features, labels)
        The last 1,000 digits of the training file, with right labels, are for validation. With a
        sequence of seeds, those for training have one more axis in front.

    Raises
    ------
    ValueError
        If ``n_rows`` or ``label_noise`` is out of range, or ``seed`` is none.
    """
    n_rows = as_whole("n_rows", n_rows, "Try n_rows=200.", least=1, most=2000)
    digits, _test = load_digits()
    features, right = digits.features / 16, digits.labels
    rows, seeds = features[:n_rows], as_array(seed)
    if seeds.ndim == 1 and seeds.size > 0:
        labels = np.stack([flip_labels(right[:n_rows], label_noise, 10, own) for own in seed])
        rows = np.stack([rows] * len(labels))
    else:
        labels = flip_labels(right[:n_rows], label_noise, 10, seed)
    return (rows, labels), (features[-1000:], right[-1000:])


def train_on_few_digits(n_rows, label_noise, seed, epochs=60):
    """Train a network of 256 hidden nodes on few digits, until it knows wrong labels by heart.

    Parameters
    ----------
    n_rows, label_noise
        As in :func:`load_few_digits`.
    seed : int
        Seed of the wrong labels, the weights and the shuffles.
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
    return train(build_network("digits", seed, 256), Momentum(0.1, 0.9),
                 *load_few_digits(n_rows, label_noise, seed), batch_size=32, epochs=epochs,
                 seed=seed)
