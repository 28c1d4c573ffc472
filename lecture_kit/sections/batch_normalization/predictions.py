"""Predictions of section 07: what the reader expects before the panels and cells show it."""

import numpy as np

from lecture_kit.live.language import mean_and_error, number
from lecture_kit.live.language import translate as _
from lecture_kit.live.prediction import ChoicePrediction, NumberPrediction, PredictionPanel
from lecture_kit.maths.activations import SIGMOID
from lecture_kit.maths.comparisons import paired_difference
from lecture_kit.maths.datasets import load_digits
from lecture_kit.maths.network_losses import CROSS_ENTROPY
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.sections.batch_normalization import experiments, inside, rates

_SEEDS = range(10)


def _accuracies(networks, learning_rate, n_updates, seed):
    """Train networks in place on the rows of the panels, and measure how good they become."""
    *_before, (_update, accuracies) = experiments.accuracy_on_the_way(
        networks, GradientDescent(learning_rate), *experiments.load_rows(), batch_size=60,
        n_updates=n_updates, record_every=n_updates, seed=seed)
    return accuracies


def predict_spread():
    """How much the mean of a batch spreads.

    Returns
    -------
    PredictionPanel
        A number.
    """
    (features, _labels), _validation = experiments.load_rows()
    z = fully_connected((64, 1), SIGMOID, CROSS_ENTROPY, 0.6, 12).logits(features)[:, 0]
    size = 60

    def measured():
        batches = experiments.random_batches(z, size, 400, 0)
        return experiments.batch_mean_spreads(batches, [size])[0]

    return PredictionPanel(NumberPrediction(
        _("Prediction 1, the mean of a batch"),
        _("Over all images, the input z of a node has the mean {mean} and the standard deviation "
          "{deviation}. We draw many random batches of {size} images. What is the standard "
          "deviation of their means?").format(
              mean=number(z.mean()), deviation=number(z.std()), size=size),
        measured,
        _("It is that of single images, divided by √{size} = {root}.").format(
            size=size, root=number(np.sqrt(size))),
        name="spread of the batch mean"))


def predict_sorted():
    """How often networks in training mode are right if the images come sorted.

    Returns
    -------
    PredictionPanel
        A percentage.
    """
    def measured():
        networks = [experiments.build_network("with BN", 0.3, experiments.SMALL, seed=seed)
                    for seed in _SEEDS]
        _accuracies(networks, 1.0, 120, list(_SEEDS))
        _training, validation = experiments.load_rows()
        return 100 * inside.accuracy_in_batches(networks, validation, 60, True).mean()

    return PredictionPanel(NumberPrediction(
        _("Prediction 2, sorted images"),
        _("Trained networks normalize each batch of 60 images with its own mean and variance. In "
          "mixed batches they read more than 90 percent of the digits right. Now each batch holds "
          "60 images of the same digit. How many percent are right?"),
        measured,
        _("The normalization subtracts what the batch has in common. Here that is the digit."),
        points=True, unit=" %"))


def predict_small_weights():
    """How good a network without batch normalization becomes if its weights start small.

    Returns
    -------
    PredictionPanel
        A percentage.
    """
    rate, scale, n_updates = 0.1, 0.01, 300

    def measured():
        network = experiments.build_network("without BN", scale, seed=0, dtype=np.float32)
        return 100 * _accuracies([network], rate, n_updates, 0)[0]

    return PredictionPanel(NumberPrediction(
        _("Prediction 3, small weights"),
        _("Three sigmoid layers, first weights with a standard deviation of {scale}, η = {rate}. "
          "With batch normalization, {n} updates are enough to read most of the ten digits right. "
          "How many percent are right without it?").format(scale=scale, rate=rate, n=n_updates),
        measured,
        _("Nearly the same number arrives in layer 3 for every image. So the network still "
          "guesses."),
        points=True, unit=" %", name="accuracy without BN"))


def predict_random_labels():
    """Whether batch normalization helps against random labels.

    Returns
    -------
    PredictionPanel
        A choice.
    """
    options = _("with BN"), _("without BN"), _("no clear difference")
    share, grid = 0.15, (0.5, 2, 8, 32)

    def measured():
        every, (_training, validation) = load_digits()[0], experiments.load_rows()
        few, sets = (experiments.small_sets((every.features / 16, every.labels), 300, wrong, own)
                     for wrong, own in ((0, (10,)), (share, _SEEDS)))
        scale = experiments.gradient_keeping_scale(SIGMOID, experiments.SMALL[1])
        (plain,), (ours,) = (rates.train_at_rates(
            kind, SIGMOID, scale, [rates.own_rate(kind, grid, few, 30, (10,))], sets, validation,
            batch_size=60, epochs=48, seeds=_SEEDS)[1] for kind in experiments.KINDS[:2])
        lead = paired_difference(ours, plain)
        option = options[2] if not lead.is_clear else options[int(lead.mean < 0)]
        return option, _("Lead of BN in accuracy: {lead} ({n} seeds).").format(
            lead=mean_and_error(ours - plain), n=len(_SEEDS))

    return PredictionPanel(ChoicePrediction(
        _("Prediction 4, random labels"),
        _("Networks learn from 300 images, and {share:.0f} percent of the labels are random. Each "
          "network has its own best learning rate. Which one is clearly better on new images at "
          "the end?").format(share=100 * share),
        measured,
        _("Probably the network with batch normalization learns the mistakes faster, too."),
        options=options))


def predict_longer_weights():
    """How long the gradient is if the weights before a normalization are longer.

    Returns
    -------
    PredictionPanel
        A number.
    """
    factor, n_weights = 10, 1920

    def length(times):
        network = experiments.build_network("with BN", 0.3, (64, 30, 10))
        network.parameters[:n_weights] *= times
        return np.linalg.norm(network.compute_gradient(*experiments.load_rows()[0])[:n_weights])

    return PredictionPanel(NumberPrediction(
        _("Prediction 5, longer weights"),
        _("All weights of a layer are multiplied by {factor}. Batch normalization follows. How "
          "many times as long as before is the gradient of these weights?").format(factor=factor),
        lambda: length(factor) / length(1),
        _("The output stays the same. To change it as much, long weights need longer steps.")))


def predict_bright_cells():
    """In how many cells of the map a network without batch normalization learns.

    Returns
    -------
    PredictionPanel
        A number.
    """
    learning_rates, scales = map(np.ravel, np.meshgrid(
        experiments.MAP_RATES, experiments.MAP_SCALES))

    def measured():
        networks = [experiments.build_network("without BN", scale, experiments.SMALL)
                    for scale in scales]
        accuracies = _accuracies(networks, learning_rates[:, np.newaxis], 240, 0)
        return int(np.sum(accuracies > 0.8))

    return PredictionPanel(NumberPrediction(
        _("Prediction 6, the map"),
        _("A map has {n} pairs of learning rate and init scale: η from 0.03 to 10, σ from 0.01 to "
          "3. With batch normalization, most pairs bring a sigmoid network above an accuracy of "
          "0.8. How many of the {n} do without it?").format(n=len(scales)),
        measured,
        _("Without it both must be right: there is one bright patch in the map.")))
