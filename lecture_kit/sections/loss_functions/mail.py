"""One sigmoid neuron on real e-mail, under both losses from the same start."""

from functools import cache

from lecture_kit.maths.activations import SIGMOID
from lecture_kit.maths.datasets import load_spambase
from lecture_kit.maths.network_losses import CROSS_ENTROPY, SQUARED_ERROR
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.preprocessing import StandardScaler
from lecture_kit.maths.training import train


@cache
def mail_rows():
    """Prepare the e-mail for training, with the z-scores of the training rows.

    Returns
    -------
    training, validation : tuple of (rows, labels)
        3,000 and 1,601 rows of 57 columns; class 1 is spam.
    """
    training, validation = load_spambase().split(3000)
    scaler = StandardScaler().fit(training.features)
    return tuple((scaler.transform(part.features), part.labels) for part in (training, validation))


def train_on_mail(learning_rate, batch_size=64, init_scale=0.01, seed=0, epochs=20):
    """Train a sigmoid neuron to tell spam from mail, once under each loss.

    Parameters
    ----------
    learning_rate : float
        η of gradient descent.
    batch_size, init_scale, seed, epochs
        As in :func:`~lecture_kit.maths.training.train` and
        :func:`~lecture_kit.maths.networks.fully_connected`.

    Returns
    -------
    iterator of dict of str to Record
        After every epoch one record for "squared error" and one for "cross entropy". The iterator
        ends after the last epoch, or when one of them has diverged.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    runs = {loss.name: train(
        fully_connected((57, 1), SIGMOID, loss, init_scale, seed), GradientDescent(learning_rate),
        *mail_rows(), batch_size=batch_size, epochs=epochs, seed=seed)
        for loss in (SQUARED_ERROR, CROSS_ENTROPY)}
    return (dict(zip(runs, records, strict=True)) for records in zip(*runs.values(), strict=False))
