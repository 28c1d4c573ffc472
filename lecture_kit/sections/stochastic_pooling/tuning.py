"""Each pooling at its own best learning rate, on many draws of the training digits."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from lecture_kit.maths.checks import (
    as_labels,
    as_number,
    as_rng,
    as_row,
    as_seeds,
    as_whole,
    require,
    require_choice,
)
from lecture_kit.maths.comparisons import paired_difference
from lecture_kit.maths.datasets import load_digits
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.optimizers import Momentum
from lecture_kit.maths.pooling import POOLINGS
from lecture_kit.maths.training import train
from lecture_kit.sections.stochastic_pooling.experiments import digit_images, digit_network

_N_TRAINING, _N_VALIDATION, _BATCH_SIZE = 200, 500, 20


def with_wrong_labels(labels, share, seed):
    """Replace some labels of digits by another digit.

    Parameters
    ----------
    labels : ndarray of int, shape (n_samples,)
        The digits, from 0 to 9.
    share : float
        Which share becomes wrong, from 0 to 1.
    seed : int
        Seed of the choice.

    Returns
    -------
    ndarray of int, shape (n_samples,)
        The labels, of which ``share``, rounded to whole rows, are wrong.

    Raises
    ------
    ValueError
        If a label is no digit, or ``share`` leaves 0 … 1.
    """
    labels = as_row("labels", labels, "Pass digits.", least=0, whole=True)
    labels = as_labels("labels", labels, 10)
    share = as_number("share", share, "Try 0.2.", least=0, most=1)
    rng = as_rng(seed)
    wrong = rng.permutation(labels.size)[: round(share * labels.size)]
    changed = np.array(labels)
    changed[wrong] = (changed[wrong] + rng.integers(1, 10, len(wrong))) % 10
    return changed


def drawn_digits(seed, wrong_labels=0.0):
    """Draw 200 digits for training and 500 others for the choice of a rate, from 30 writers.

    Parameters
    ----------
    seed : int
        Seed of the draw.
    wrong_labels : float, default 0
        Share of wrong training labels, as in :func:`with_wrong_labels`.

    Returns
    -------
    training, validation : tuple of (images, labels)
        Images of shape (n_samples, 1, 8, 8), as from :func:`digit_images`.

    Raises
    ------
    ValueError
        If ``wrong_labels`` leaves 0 … 1 or ``seed`` is no seed.
    """
    seed = as_whole("seed", seed, "Try 0.", least=0)
    images, labels = _written_by_thirty()
    rows = np.random.default_rng(seed).permutation(len(labels))[: _N_TRAINING + _N_VALIDATION]
    training, validation = np.split(rows, [_N_TRAINING])
    answers = with_wrong_labels(labels[training], wrong_labels, seed)
    return (images[training], answers), (images[validation], labels[validation])


@cache
def _written_by_thirty():
    return digit_images(load_digits()[0])


@dataclass(frozen=True)
class Tuned:
    """Errors at several learning rates, one of which is the best on the validation digits.

    Parameters
    ----------
    rates : ndarray of shape (n_rates,)
        η, from the smallest to the largest.
    errors : dict of str to ndarray of shape (n_rates, n_seeds)
        As from :func:`errors_by_rate`.
    """

    rates: np.ndarray
    errors: dict

    @property
    def best(self):
        """Place of the rate with the lowest mean validation error, the first of equals."""
        return int(self.errors["validation"].mean(axis=1).argmin())

    @property
    def on_edge(self):
        """Whether the best rate is the smallest or the largest: better ones may lie beyond."""
        return self.best in (0, len(self.rates) - 1)

    @property
    def test(self):
        """Test errors at the best rate, of shape (n_seeds,)."""
        return self.errors["test"][self.best]


def errors_by_rate(kind, learning_rates, seeds, epochs=16, wrong_labels=0.0, n_filters=8):
    """Train under one pooling at several learning rates, each seed on digits of its own.

    Batches of 20, momentum with β = 0.9. Runs with the same seed have the same digits, first
    weights and mini batches, also under another pooling.

    Parameters
    ----------
    kind : type
        Class of the pooling.
    learning_rates : sequence of float
        η.
    seeds : sequence of int
        One run at every rate for each.
    epochs : int, default 16
        How long to train.
    wrong_labels, n_filters
        As in :func:`drawn_digits` and :func:`digit_network`.

    Returns
    -------
    dict of str to ndarray of shape (n_rates, n_seeds)
        Shares of wrong answers at the end: "training"; "validation" on digits of the same writers,
        to choose the rate; "test" on the 1,797 of other writers. 0.9 (guessing) for a run that has
        diverged.

    Raises
    ------
    ValueError
        If a rate or seed is no number from 0 on, or as in :func:`lecture_kit.maths.training.train`.
    """
    rates = as_row("learning_rates", learning_rates, "Try [0.05, 0.1].", least=0)
    seeds = as_seeds(seeds)
    training, validation = (
        tuple(np.concatenate([np.stack(own)] * len(rates)) for own in zip(*parts, strict=True))
        for parts in zip(*(drawn_digits(seed, wrong_labels) for seed in seeds), strict=True))
    ensemble = Ensemble([digit_network(kind, seed, n_filters=n_filters)
                         for _rate in rates for seed in seeds])
    rule = Momentum(np.repeat(rates, len(seeds))[:, np.newaxis], 0.9)
    *_, last = train(ensemble, rule, training, validation, batch_size=_BATCH_SIZE, epochs=epochs,
                     seed=np.tile(seeds, len(rates)), record_every=10**6)
    test = ensemble.measure(*ensemble.check(*digit_images(load_digits()[1])))[1]
    accuracies = {"training": last.training_accuracy, "validation": last.validation_accuracy,
                  "test": np.where(last.diverged, np.nan, test)}
    return {name: np.nan_to_num(1 - part, nan=0.9).reshape(len(rates), len(seeds))
            for name, part in accuracies.items()}


def tune(learning_rates, seeds, wrong_labels=0.0):
    """Try max, average and stochastic pooling at several learning rates.

    Parameters
    ----------
    learning_rates : sequence of float
        η, from the smallest to the largest, two or more. Only average pooling, whose derivatives
        are smaller, is tried at the last one.
    seeds, wrong_labels
        As in :func:`errors_by_rate`.

    Returns
    -------
    dict of str to Tuned
        By name of the pooling.

    Raises
    ------
    ValueError
        As in :func:`errors_by_rate`, or if there is only one learning rate.
    """
    remedy = "Try [0.05, 0.1, 0.2]."
    rates = as_row("learning_rates", learning_rates, remedy, least=0)
    require(rates.size > 1, "learning_rates must be two or more", learning_rates, remedy)
    tried = {name: rates if name == "average" else rates[:-1] for name in POOLINGS}
    return {name: Tuned(tried[name], errors_by_rate(kind, tried[name], seeds,
                                                    wrong_labels=wrong_labels))
            for name, kind in POOLINGS.items()}


def lead(tuned, name, learning_rate=None):
    """Compare the test errors of one pooling with those of max pooling, in pairs.

    Parameters
    ----------
    tuned : dict of str to Tuned
        As from :func:`tune`.
    name : str
        Which pooling.
    learning_rate : float, optional
        A rate at which all were tried; left out, each is taken at its own best.

    Returns
    -------
    PairedDifference
        In points, hundredths of all test digits; below 0 if ``name`` is wrong less often.

    Raises
    ------
    ValueError
        If there is no such pooling, or it was not tried at this rate.
    """
    require_choice("name", name, tuned)
    ends = []
    for one in (tuned[name], tuned["max"]):
        place = one.best
        if learning_rate is not None:
            learning_rate = as_number("learning_rate", learning_rate, "Leave it out.")
            require(np.any(one.rates == learning_rate), "learning_rate must be one of those tried",
                    learning_rate, f"Try {one.rates[0]}.")
            place = int(np.argmax(one.rates == learning_rate))
        ends.append(100 * one.errors["test"][place])
    return paired_difference(*ends)
