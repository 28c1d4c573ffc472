"""Predictions of section 06: what the reader expects before the panels and cells show it."""

import numpy as np

from lecture_kit.live.language import number
from lecture_kit.live.language import translate as _
from lecture_kit.live.prediction import NumberPrediction, OrderPrediction, PredictionPanel
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.training import train
from lecture_kit.sections.epochs_and_batches import experiments, noise, race, walkers
from lecture_kit.sections.epochs_and_batches.own_rates import OWN_RATES
from lecture_kit.sections.epochs_and_batches.wrong_labels import overfits

_SEEDS, _FEW_SEEDS = range(10), range(5)


def predict_iterations():
    """How many iterations some epochs are.

    Returns
    -------
    PredictionPanel
        A number.
    """
    rows, size, epochs = 1437, 32, 10
    return PredictionPanel(NumberPrediction(
        _("Prediction 1, counting"),
        _("{rows:,} images, batch size B = {size}, {epochs} epochs. The last batch of an epoch is "
          "smaller, and it is kept. How many iterations are made?").format(
              rows=rows, size=size, epochs=epochs),
        lambda: experiments.count_iterations(rows, size, epochs),
        _("{rows:,} / {size} = {ratio:.1f}, rounded up to {n} iterations in each epoch.").format(
            rows=rows, size=size, ratio=rows / size,
            n=experiments.count_iterations(rows, size, 1)),
        name="iterations"))


def predict_all_rows_at_once():
    """How good a network is after ten epochs with all rows in one batch.

    Returns
    -------
    PredictionPanel
        A percentage.
    """
    epochs = 10

    def last(batch_size):
        return list(experiments.train_small_network("digits", 0.1, batch_size, epochs, 0))[-1]

    small = last(64)
    return PredictionPanel(NumberPrediction(
        _("Prediction 2, all rows at once"),
        _("A network learns ten digits from 1,024 images, {epochs} epochs with η = 0.1. With "
          "batches of 64 it then reads {percent:.0f} percent of new images right. How many "
          "percent if all 1,024 images are one batch?").format(
              epochs=epochs, percent=100 * small.validation_accuracy),
        lambda: 100 * last(1024).validation_accuracy,
        _("All rows at once make one update per epoch, so {epochs} in all, in place of {updates}. "
          "With batches of 64, {epochs} updates are not even one epoch, and bring about as "
          "much.").format(epochs=epochs, updates=small.update),
        points=True, unit=" %", name="all rows at once"))


def predict_wasted_rows():
    """By which factor the updates fall if a large batch becomes four times as large.

    Returns
    -------
    PredictionPanel
        A number.
    """
    def updates(batch_size):
        rate = OWN_RATES["digits"][batch_size]
        return race.updates_to_arrive("digits", batch_size, (rate,), _FEW_SEEDS).mean()

    return PredictionPanel(NumberPrediction(
        _("Prediction 3, four times the batch"),
        _("Each batch size takes its own best learning rate. Going from B = 256 to B = 1,024, by "
          "which factor does the number of updates to the same loss fall? (1 means that they stay "
          "as many; mean of five seeds.)"),
        lambda: updates(256) / updates(1024),
        _("The gradient of 256 rows is already good enough here, so the other rows are almost "
          "wasted.")))


def predict_uphill():
    """How many steps go uphill late in training.

    Returns
    -------
    PredictionPanel
        A percentage.
    """
    return PredictionPanel(NumberPrediction(
        _("Prediction 4, uphill"),
        _("A mini batch has 8 of 512 images. A small step against its gradient goes uphill if the "
          "loss of all 512 grows. Before training few steps do. After 20 epochs, how many percent "
          "go uphill? (Mean of five networks.)"),
        lambda: 100 * np.mean([noise.signal_and_uphill(20, 8, seed)[1] for seed in _FEW_SEEDS]),
        _("The full gradient shrinks while the network learns, the noise of single rows much "
          "less: late in training most of a small batch is noise."),
        points=True, unit=" %"))


def predict_calm():
    """Which pair of batch size and learning rate makes the calmest training.

    Returns
    -------
    PredictionPanel
        An order.
    """
    pairs = {"B = 1, η = 0.1": (1, 0.1), "B = 64, η = 2": (64, 2.0), "B = 1, η = 0.01": (1, 0.01)}

    def largest_jump(batch_size, rate):
        networks = Ensemble([experiments.build_network("digits", seed) for seed in _SEEDS])
        records = train(networks, GradientDescent(rate), *experiments.load_rows("digits"),
                        batch_size=batch_size, epochs=1, seed=_SEEDS,
                        record_every=256 // batch_size)
        jumps = np.diff([record.validation_loss for record in records], axis=0).max(axis=0)
        return float(np.maximum(jumps, 0).mean())

    return PredictionPanel(OrderPrediction(
        _("Prediction 5, calm or wild"),
        _("Three ways to learn the digits, for one epoch. In which does the validation loss jump "
          "upwards least, in which most? Press the calmest first. (Mean of ten seeds.)"),
        lambda: {name: largest_jump(*pair) for name, pair in pairs.items()},
        _("With B = 1 the noise scale tells calm from wild. But η = 2 is too large for this "
          "network by itself, even with the calmer gradient of 64 rows."),
        options=tuple(pairs)))


def predict_scaled_noise():
    """What the linear scaling rule does to the noise at k = 16.

    Returns
    -------
    PredictionPanel
        A number.
    """
    rate, size, factor = 0.1, 4, 16
    place = int(np.flatnonzero(factor == walkers.FACTORS)[0])
    return PredictionPanel(NumberPrediction(
        _("Prediction 6, the scaling rule"),
        _("100 walkers in a bowl of curvature 1, with η = {rate} and B = {size} of 512 points. "
          "Now both become {factor} times as large. How many times as high as before do the "
          "walkers stay above the minimum?").format(rate=rate, size=size, factor=factor),
        lambda: walkers.measured_floors(rate, size, 0)["k · η"][place],
        _("The rule would keep the height. But kη = {scaled} is near the critical rate 2, where a "
          "descent hardly comes to rest.").format(scaled=number(rate * factor)),
        name="scaled noise"))


def predict_by_heart():
    """How many labels a network learns, if some of them are wrong.

    Returns
    -------
    PredictionPanel
        A percentage.
    """
    rows, wrong = 200, 0.15
    return PredictionPanel(NumberPrediction(
        _("Prediction 7, wrong labels"),
        _("{rows} images of digits, and {wrong:.0f} percent of their labels are wrong. A network "
          "of 100 hidden nodes learns them for 60 epochs. For how many percent of these images "
          "does it then give the label that it was taught?").format(rows=rows, wrong=100 * wrong),
        lambda: 100 * overfits(rows, wrong).training_accuracies.mean(),
        _("Only {right:.0f} percent can be learned by looking at the digit. What is above that is "
          "learned by heart.").format(right=100 * (1 - wrong)),
        points=True, unit=" %", name="training accuracy"))
