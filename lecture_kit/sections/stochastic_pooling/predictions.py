"""Predictions of section 09: what the reader expects before the panels and cells show it."""

import numpy as np

from lecture_kit.live.language import number
from lecture_kit.live.language import translate as _
from lecture_kit.live.prediction import (
    ChoicePrediction,
    NumberPrediction,
    OrderPrediction,
    PredictionPanel,
)
from lecture_kit.maths import pooling
from lecture_kit.maths.comparisons import paired_difference
from lecture_kit.maths.datasets import load_digits
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.optimizers import Momentum
from lecture_kit.maths.training import train
from lecture_kit.sections.stochastic_pooling import chance, experiments, tuning


def predict_draws():
    """How many draws it takes until their mean is close to the expected value.

    Returns
    -------
    PredictionPanel
        A number.
    """
    near, expected = 0.1, pooling.weighted_average(chance.EXAMPLE)
    sigma = np.sqrt(chance.drawn_variance(chance.EXAMPLE))
    return PredictionPanel(NumberPrediction(
        _("Prediction 1, how many draws"),
        _("Stochastic pooling draws n activations from the window ({window}). Their mean tends to "
          "{expected}. One draw is typically off by {sigma}. How large must n be, so that about "
          "95 of 100 such means lie within {near}?").format(
              window=", ".join(map(number, chance.EXAMPLE)), expected=number(expected), near=near,
              sigma=number(sigma)),
        lambda: (chance.large_numbers_band(chance.EXAMPLE, 1) / near) ** 2,
        _("One draw is typically off by σ = {sigma}, the mean of n draws by σ/√n, and 95 % lie "
          "within 2σ/√n.").format(sigma=number(sigma)),
        unit=_(" draws"), name="draws"))


def predict_uncertain():
    """In which window one draw is most uncertain.

    Returns
    -------
    PredictionPanel
        An order.
    """
    windows = {f"({', '.join(map(number, window))})": window
               for window in ((3, 1, 0, 0), (4, 1, 1, 1), (4, 0, 0, 0))}
    return PredictionPanel(OrderPrediction(
        _("Prediction 2, an uncertain window"),
        _("In which window is the result of one draw most uncertain? Press the one with the "
          "smallest standard deviation σ first."),
        lambda: {name: float(np.sqrt(chance.drawn_variance(window)))
                 for name, window in windows.items()},
        _("A zero is never drawn, so (4, 0, 0, 0) always gives 4. Most uncertain is one large "
          "activation with small ones that come now and then."),
        options=tuple(windows)))


def predict_zeros():
    """Which share of the windows of a feature map is all zero.

    Returns
    -------
    PredictionPanel
        A percentage.
    """
    window = 4

    def measured():
        map_b = experiments.photograph_and_maps()["map B"]
        return 100 * experiments.pool_side_by_side(map_b, window, window, 0)["zero"]

    return PredictionPanel(NumberPrediction(
        _("Prediction 3, windows of zeros"),
        _("A filter that finds edges slides over a photograph; then comes a ReLU. How many percent "
          "of the {n} × {n} windows of this feature map (B) are all zero?").format(n=window),
        measured,
        _("Neighbours in a photograph are alike: where one place has no edge, the places beside "
          "it have none."),
        points=True, unit=" %"))


def predict_passes():
    """By how much a drawn answer is worse than the weighted average.

    Returns
    -------
    PredictionPanel
        A number.
    """
    def measured():
        training, (images, labels) = map(experiments.digit_images, load_digits())
        networks = [experiments.digit_network(pooling.StochasticPooling, seed)
                    for seed in range(10)]
        for _record in train(Ensemble(networks), Momentum(0.05, 0.9),
                             tuple(part[:400] for part in training), batch_size=20, epochs=10,
                             seed=range(10), record_every=200):
            pass
        more, *_distances = experiments.average_of_passes(networks, images[:600], labels[:600], 1)
        return 100 * more.mean()

    return PredictionPanel(NumberPrediction(
        _("Prediction 4, a drawn answer"),
        _("Ten networks with stochastic pooling have learned to read digits. At inference they "
          "take the weighted average. How many more answers in 100 are wrong if they draw once "
          "instead?"),
        measured,
        _("A drawn answer is that of one network. The weighted average stands for all that can be "
          "drawn."),
        unit=_(" in 100")))


def predict_wrong_labels():
    """How wrong max pooling is on new digits after it has learned many wrong labels.

    Returns
    -------
    PredictionPanel
        A percentage.
    """
    share, rate = 0.4, 0.05

    def measured():
        errors = tuning.errors_by_rate(pooling.MaxPooling, (rate,), range(10), wrong_labels=share)
        return 100 * errors["validation"].mean()

    return PredictionPanel(NumberPrediction(
        _("Prediction 5, wrong labels"),
        _("A network with max pooling learns 200 digits, {share:.0f} % of them with a false "
          "label, with η = {rate}. How many percent of new digits does it get wrong after 16 "
          "epochs?").format(share=100 * share, rate=rate),
        measured,
        _("The right labels agree with each other, the false ones do not. But some of the false "
          "ones have been learned by heart."),
        points=True, unit=" %", name="wrong with max pooling"))


def predict_lead():
    """Whether max or average pooling is better, each at its own best learning rate.

    Returns
    -------
    PredictionPanel
        A choice.
    """
    rates = {"average": 0.2, "max": 0.06}
    options = _("average pooling"), _("max pooling"), _("no clear difference")

    def measured():
        lead = paired_difference(*(
            100 * tuning.errors_by_rate(pooling.POOLINGS[name], (rate,), range(10))["test"][0]
            for name, rate in rates.items()))
        option = options[int(lead.mean > 0)] if lead.is_clear else options[2]
        return option, _("Average minus max: {mean:+.2f} ± {error:.2f} points.").format(
            mean=lead.mean, error=lead.error).replace("-", "−")

    return PredictionPanel(ChoicePrediction(
        _("Prediction 6, each at its best"),
        _("Max and average pooling learn 200 digits, each ten times and at its own best learning "
          "rate ({max} and {average}). Which one is clearly less often wrong on test digits?"
          ).format(**rates),
        measured,
        _("Average pooling spreads its derivatives over four entries, so it needs a larger rate. "
          "With that it nearly catches up."),
        options=options))
