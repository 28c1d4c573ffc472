"""Detectors on many random splits. All methods meet the same splits, so they can be paired."""

from collections import deque
from functools import lru_cache

import numpy as np

from lecture_kit.maths.checks import as_row, as_seeds, require, require_choice
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.inference import recall_per_class
from lecture_kit.maths.training import learn
from lecture_kit.sections.capstone.experiments import build_network
from lecture_kit.sections.capstone.settings import (
    OPTIMIZERS,
    settings_from,
    technique_names,
    with_techniques,
)
from lecture_kit.sections.capstone.splits import DATA, resplit

CHALLENGE = {"validation": range(20), "test": range(20, 40)}  # numbers of splits


def start_on_splits(settings, data, numbers, part="validation", learning_rates=None):
    """Build one network for each of many splits, and get ready to train them side by side.

    Parameters
    ----------
    settings : Settings
        The choices.
    data : {"mail", "connections"}
        Which data set.
    numbers : sequence of int of shape (n_splits,)
        Numbers of the splits, as in :func:`~lecture_kit.sections.capstone.splits.resplit`. Each is
        also the seed of the weights and the shuffles.
    part : {"validation", "test"}
        On which part the networks will be judged.
    learning_rates : array_like of shape (n_splits,), optional
        η of each network, at least 0, in place of the one of the settings.

    Returns
    -------
    ensemble : Ensemble
        The networks. They learn while the updates are asked for.
    updates : iterator
        As :func:`~lecture_kit.maths.training.learn` returns it.
    parts : list of (training, other)
        As :func:`~lecture_kit.sections.capstone.splits.resplit` returns them.

    Raises
    ------
    ValueError
        If a name is unknown, a number is out of its range, or there are not as many rates as
        splits.
    """
    numbers = as_seeds(numbers, "numbers")
    parts = [resplit(data, settings.scaling, settings.codes, n, part) for n in numbers]
    rows, labels = map(np.stack, zip(*(training for training, _other in parts), strict=True))
    shape = rows.shape[-1], len(DATA[data]().class_names)
    ensemble = Ensemble([build_network(settings, *shape, n) for n in numbers])
    rate = settings.learning_rate
    if learning_rates is not None:
        rate = as_row("learning_rates", learning_rates, "Pass a rate per split.", least=0)
        require(len(rate) == len(numbers), "there must be one rate per split", len(rate),
                f"There are {len(numbers)} splits.")
        rate = rate[:, np.newaxis]
    updates = learn(ensemble, OPTIMIZERS[settings.optimizer](rate), (rows, labels),
                    batch_size=_batch_size(settings, labels.shape[1]), epochs=settings.epochs,
                    seed=numbers)
    return ensemble, updates, parts


def _batch_size(settings, n_rows):
    return n_rows if settings.batch_size == "all" else settings.batch_size


def train_on_splits(settings, data, numbers, part="validation", learning_rates=None):
    """Train on many splits side by side, and judge the networks at the end.

    Parameters
    ----------
    settings, data, numbers, part, learning_rates
        As in :func:`start_on_splits`.

    Yields
    ------
    share : float
        Share of the updates that are made.
    scores : tuple of (accuracies, recalls) or None
        Comes with the last share, which is 1: arrays of shape (n_splits,) and (n_splits,
        n_classes), on the part of each split. A training that diverged finds nothing and scores 0.

    Raises
    ------
    ValueError
        As in :func:`start_on_splits`.
    """
    ensemble, updates, parts = start_on_splits(settings, data, numbers, part, learning_rates)
    n_rows = len(parts[0][0][1])
    n_updates = settings.epochs * -(-n_rows // _batch_size(settings, n_rows))
    for update, (_rows, alive) in enumerate(updates, start=1):
        if alive.any() and update % max(1, n_updates // 5) == 0:
            yield update / n_updates, None
    scores = np.array([
        _score(network.loss.predict(network.logits(rows)), labels, network.n_classes)
        for network, (_training, (rows, labels)) in zip(ensemble.members, parts, strict=True)])
    scores[~alive] = 0
    yield 1.0, (scores[:, 0], scores[:, 1:])


def _score(answers, labels, n_classes):
    return np.mean(answers == labels), *recall_per_class(labels, answers, n_classes)


def nearest_row(numbers, part="validation", together=0):
    """Judge the detector that learns nothing: it copies the answer of the nearest training row.

    It takes z-scores, one-hot codes and the squared distance. Of equally near rows the first one
    counts.

    Parameters
    ----------
    numbers : sequence of int of shape (n_splits,)
        Numbers of the splits of the connections.
    part : {"validation", "test"}
        On which part it is judged.
    together : int, default 0
        As in :func:`~lecture_kit.sections.capstone.splits.resplit`.

    Returns
    -------
    accuracies : ndarray of shape (n_splits,)
        Share of right answers.
    recalls : ndarray of shape (n_splits, 8)
        Recall of each class; NaN for a class without rows.

    Raises
    ------
    ValueError
        If a number is out of its range, or ``part`` is unknown.
    """
    scores = np.array([_nearest_row(number, part, together)
                       for number in as_seeds(numbers, "numbers")])
    return scores[:, 0], scores[:, 1:]


def _nearest_row(number, part, together):
    (known, classes), (rows, labels) = resplit(
        "connections", "z-score", "one-hot", number, part, together)
    distances = (known**2).sum(axis=1) - 2 * rows @ known.T  # and |row|², the same for all
    least = distances.min(axis=1, keepdims=True)
    answers = classes[(distances <= least + 1e-6).argmax(axis=1)]  # not rounding decides
    return _score(answers, labels, len(DATA["connections"]().class_names))


def challenge_recalls(choices, part="validation"):
    """Train settings of the challenge on 20 splits of the connections, and judge them.

    Parameters
    ----------
    choices : dict
        Settings, as in :func:`~lecture_kit.sections.capstone.settings.settings_from`.
    part : {"validation", "test"}
        "validation" as often as you like, with the splits 0 to 19; "test" once, at the end: the
        training rows of the splits 20 to 39 train, and the test rows judge.

    Returns
    -------
    ndarray of shape (20, 8)
        Recall of each class on each split; 0 for a training that diverged.

    Raises
    ------
    ValueError
        If the settings are not valid, or ``part`` is unknown.
    """
    require_choice("part", part, CHALLENGE)
    return _challenge_recalls(settings_from(choices), part).copy()


@lru_cache(maxsize=8)
def _challenge_recalls(settings, part):
    *_before, (_share, (_accuracies, recalls)) = train_on_splits(
        settings, "connections", CHALLENGE[part], part)
    return recalls


def avoid_words(n_words, numbers):
    """Let a spammer avoid the most telling words, and count which share of the spam is found.

    The detector has everything on, with Adam's rate 0.01 and 2 epochs. A word tells more, the
    larger the mean of its z-score is among the spam of the training rows than among the other mail.
    A word that is avoided gets its smallest value.

    Parameters
    ----------
    n_words : sequence of int of shape (n_numbers,)
        How many words are avoided, at least 0.
    numbers : sequence of int of shape (n_splits,)
        Numbers of the splits of the mail. Each trains one detector.

    Returns
    -------
    ndarray of shape (n_numbers, n_splits)
        Recall of spam on the validation rows.

    Raises
    ------
    ValueError
        If a number is negative or not whole.
    """
    n_words = as_row("n_words", n_words, "Pass [0, 10].", least=0, whole=True).tolist()
    settings = with_techniques(technique_names("mail"), learning_rate=0.01, epochs=2)
    ensemble, updates, parts = start_on_splits(settings, "mail", numbers)
    deque(updates, maxlen=0)
    return np.transpose([_avoid(n_words, *own)
                         for own in zip(ensemble.members, parts, strict=True)])


def _avoid(n_words, network, parts):
    (known, classes), (rows, labels) = parts
    telling = np.argsort(known[classes == 0].mean(axis=0) - known[classes == 1].mean(axis=0))
    found, spam = [], rows[labels == 1]
    for n in n_words:
        hidden = spam.copy()
        hidden[:, telling[:n]] = known.min(axis=0)[telling[:n]]
        found.append(np.mean(network.loss.predict(network.logits(hidden)) == 1))
    return found
