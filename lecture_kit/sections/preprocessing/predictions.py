"""Predictions of section 02: what the reader expects before the panels and cells show it."""

import numpy as np

from lecture_kit.live.language import translate as _
from lecture_kit.live.prediction import ChoicePrediction, NumberPrediction, PredictionPanel
from lecture_kit.maths.quadratics import critical_learning_rate
from lecture_kit.sections.preprocessing import connections, draws, experiments, nominal, outliers


def predict_slowdown():
    """How many times as fast the weight of the kilograms learns as that of the metres.

    Returns
    -------
    PredictionPanel
        A number.
    """
    metres, kilograms = 1.885 - 1.525, 65.5 - 45.0

    def measured():
        rows = np.array([[i * metres / 2, j * kilograms / 2] for i in (-1, 1) for j in (-1, 1)])
        model = experiments.linear_model(rows, rows @ [2 / metres, 2 / kilograms])
        share = model.gradient(np.zeros(2)) / model.minima[0]
        return share[1] / share[0]

    return PredictionPanel(NumberPrediction(
        _("Prediction 1, metres and kilograms"),
        _("People differ by {metres:.2f} m and by {kilograms:.1f} kg, and both count the same for "
          "the answer. In one step of gradient descent w₁ (metres) and w₂ (kilograms) each go a "
          "share of their way to the best value. How many times as large is the share of "
          "w₂?").format(metres=metres, kilograms=kilograms),
        measured,
        _("The gradient of w₂ is {ratio:.0f} times as large, and its way to go is {ratio:.0f} "
          "times shorter.").format(ratio=kilograms / metres),
        unit=_(" times")))


def predict_z_score_steps():
    """How many steps gradient descent needs after the z-score.

    Returns
    -------
    PredictionPanel
        A number.
    """
    correlation = 0.6  # that of best_descents
    kappa = experiments.condition_number_after_z_score(correlation)

    def median_steps(scaling, n_draws):
        _rates, runs = draws.best_descents(scaling, range(n_draws))
        return np.median([experiments.enough_steps(run.factor) for run in runs])

    return PredictionPanel(NumberPrediction(
        _("Prediction 2, what scaling saves"),
        _("A linear model learns from height and weight of 50 people (their correlation is r = "
          "{r}). On metres and kilograms it needs about {steps:,.0f} steps at its best learning "
          "rate until 1 % of the first loss is left. The z-score brings κ down from {raw:,.0f} to "
          "{kappa:g}. How many steps then, at the best rate there?").format(
              r=correlation, steps=round(median_steps("raw", 1), -3), kappa=kappa,
              raw=draws.condition_numbers("raw", correlation, range(1))[0]),
        lambda: median_steps("z-score", 10),
        _("With κ = {kappa:g} each step multiplies the distance by {factor:.2g}, and the loss by "
          "the square of it.").format(kappa=kappa, factor=(kappa - 1) / (kappa + 1)),
        unit=_(" steps"), name="steps after the z-score"))


def predict_critical_rate():
    """From which learning rate on gradient descent diverges if kilograms become grams.

    Returns
    -------
    PredictionPanel
        A number.
    """
    features, target = experiments.people()
    weights = features[:, 1]

    def critical(unit):
        model = experiments.linear_model(features * [1, unit], target)
        return critical_learning_rate(experiments.curvatures_of(model))

    return PredictionPanel(NumberPrediction(
        _("Prediction 3, from kilograms to grams"),
        _("A linear model learns from height in metres and weight in kilograms. The people weigh "
          "{mean:.0f} ± {std:.0f} kg, and the loss is half the mean squared error. Beyond η = "
          "{rate:.2g} gradient descent diverges. Now somebody writes all weights down in grams. "
          "Beyond which η does it diverge then?").format(
              mean=weights.mean(), std=weights.std(), rate=critical(1)),
        lambda: critical(1000),
        _("The largest curvature is nearly the mean of the squared weights. In grams it is 1,000² "
          "times as large, and the critical rate is 2 divided by it.")))


def predict_condition_number():
    """What the z-score leaves of a valley of two features that go together.

    Returns
    -------
    PredictionPanel
        A number.
    """
    correlation = 0.9
    return PredictionPanel(NumberPrediction(
        _("Prediction 4, two features that go together"),
        _("Two features have the correlation r = {r}. Both are z-scored. What is the condition "
          "number κ = λ_max/λ_min of the loss of a linear model?").format(r=correlation),
        lambda: draws.condition_numbers("z-score", correlation, range(5)).mean(),
        _("Along the diagonal, where both features agree, the curvature is 1 + r; across it is "
          "1 − r.")))


def predict_outlier():
    """What one outlier leaves of the min-max scale.

    Returns
    -------
    PredictionPanel
        A percentage.
    """
    n_others, outlier = 30, 655

    def measured():
        kept, _theory = outliers.kept_over_draws(n_others, outlier, range(30))
        return 100 * kept[0].mean()

    return PredictionPanel(NumberPrediction(
        _("Prediction 5, one lost point"),
        _("{n} people weigh 65 ± 11 kg, and after min-max they use the whole scale from 0 to 1. "
          "Now one more value comes in, 65.5 kg without its decimal point: {outlier} kg. How many "
          "percent of the scale are left to the {n}?").format(n=n_others, outlier=outlier),
        measured,
        _("The outlier is the new maximum: all others are squeezed together near 0."),
        points=True, unit=" %", name="left by min-max"))


def predict_worst_order():
    """What an unlucky order of integer codes does to the accuracy.

    Returns
    -------
    PredictionPanel
        A percentage.
    """
    n_orders, n_updates = 40, 100
    names, counts = nominal.count_attacks(2)

    def accuracies(inputs):
        return nominal.softmax_accuracy(inputs, counts, n_updates)

    def measured():
        orders = nominal.random_orders(len(names), range(n_orders))
        return 100 * accuracies(nominal.integer_inputs(orders, counts)).min()

    one_hot = float(accuracies(np.eye(len(names))[np.newaxis])[0])
    return PredictionPanel(NumberPrediction(
        _("Prediction 6, names as integers"),
        _("A linear softmax model sees only one feature of an attack: how the connection ended, "
          "one of {n} names. With one-hot it is right in {one_hot:.0%} of the rows, in whatever "
          "order the names come. With integer codes the order counts. We try {orders} orders at "
          "random: in how many percent of the rows is it right with the worst one? (Who always "
          "names the largest class is right in {always:.0%}.)").format(
              n=len(names), one_hot=one_hot, orders=n_orders,
              always=counts.sum(axis=0).max() / counts.sum()),
        measured,
        _("Neighbours on the line of integers have nothing in common, but a linear model treats "
          "them alike. With one-hot each name has weights of its own."),
        points=True, unit=" %", name="accuracy of the worst order"))


def predict_rare_class():
    """Whether an accurate network finds a rare class.

    Returns
    -------
    PredictionPanel
        A choice.
    """
    splits, learning_rate = range(4), 0.1
    held_out = connections.split()[1]
    rare = held_out.class_names.index("imap")
    options = (_("nearly all, more than 90 %"), _("some, 10 to 90 %"),
               _("nearly none, less than 10 %"))

    def measured():
        found = {}
        for scaling in ("min-max", "z-score"):
            accuracy, recalls = connections.repeat_on_connections(
                scaling, "integer codes", learning_rate, splits)
            found[scaling] = accuracy.mean(), recalls[:, rare].mean()
        accuracy, recall = found["min-max"]
        return options[::-1][int(np.searchsorted([0.1, 0.9], recall))], _(
            "It finds {recall:.0%}, with an accuracy of {accuracy:.3f}. After the z-score the same "
            "network finds {z:.0%}.").format(
                recall=recall, accuracy=accuracy, z=found["z-score"][1])

    return PredictionPanel(ChoicePrediction(
        _("Prediction 7, a rare class"),
        _("A network learns to tell eight attacks apart, after min-max, with integer codes and η = "
          "{rate}. Of {n:,} validation rows {n_rare} are of the class imap. How many of these does "
          "it find, as a mean of {splits} splits?").format(
              rate=learning_rate, n=len(held_out.labels), n_rare=np.sum(held_out.labels == rare),
              splits=len(splits)),
        measured,
        _("The loss is a mean over all rows: a rare class hardly counts, and 10 epochs of small "
          "steps are too few for it."),
        options=options))
