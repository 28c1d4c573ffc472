"""Predictions of section 11: what the reader expects before the panels and cells show it."""

import numpy as np

from lecture_kit.live.language import number
from lecture_kit.live.language import translate as _
from lecture_kit.live.prediction import ChoicePrediction, NumberPrediction, PredictionPanel
from lecture_kit.maths.detection import cheapest_log_odds, roc_curve
from lecture_kit.maths.inference import precision_at
from lecture_kit.sections.detection import adversary, twins
from lecture_kit.sections.detection.experiments import (
    PARTS,
    SHARE,
    curves_of,
    points_within,
    split_mail,
    thresholds_within,
    train_detectors,
)

_SPLITS, _FEW, _SOME = range(10), 0.01, 0.05


def predict_higher_threshold():
    """How much spam is found with few false alarms.

    Returns
    -------
    PredictionPanel
        A percentage.
    """
    roc = curves_of(train_detectors(_SPLITS), _SPLITS, "validation")[0]
    half = roc.at(0)
    return PredictionPanel(NumberPrediction(
        _("Prediction 1, fewer false alarms"),
        _("With the threshold at p = 0.5, {f:.0f} % of the harmless mails raise an alarm, and "
          "{r:.0f} % of the spam is found (split 0). A higher threshold leaves at most {few:.0f} % "
          "false alarms. How many percent of the spam does the network then find?").format(
              f=100 * roc.false_alarm_rates[half], r=100 * roc.recalls[half], few=100 * _FEW),
        lambda: 100 * roc.recalls[roc.within(_FEW)],
        _("The harmless mails that still raise an alarm have high scores. A threshold above most "
          "of them lies above much of the spam, too."),
        points=True, unit=" %", name="recall with few false alarms"))


def predict_one_neuron():
    """How much spam a single neuron finds where the network finds two thirds.

    Returns
    -------
    PredictionPanel
        A percentage.
    """
    both = [train_detectors(_SPLITS, hidden) for hidden in ((), (16,))]
    areas = [np.mean([roc.area for roc in curves_of(detectors, _SPLITS, "test")])
             for detectors in both]
    neuron, network = (100 * points_within(detectors, _SPLITS, _FEW)[:, 1].mean()
                       for detectors in both)
    return PredictionPanel(NumberPrediction(
        _("Prediction 2, one neuron"),
        _("A single neuron (logistic regression) has nearly the same area under its ROC curve: "
          "{areas[0]:.2f}, where the network has {areas[1]:.2f}. With {few:.0f} % false alarms the "
          "network finds {network:.0f} % of the spam. How many percent does the neuron "
          "find?").format(areas=areas, few=100 * _FEW, network=network),
        lambda: neuron,
        _("The area is a mean over all false alarm rates. The small rates, which one can afford, "
          "hardly count in it."),
        points=True, unit=" %"))


def predict_right_alarms():
    """How many alarms are right when one mail in 100 is spam.

    Returns
    -------
    PredictionPanel
        A percentage.
    """
    volume, budget, share = 10_000, 100, 0.01

    def measured():
        rows = [split_mail(0).rows(part) for part in PARTS[1:]]
        scores = train_detectors(_SPLITS).members[0].logits(np.concatenate(rows))[:, 0]
        labels = np.concatenate([split_mail(0).labels[part] for part in PARTS[1:]])
        roc = roc_curve(scores, labels)
        point = roc.within(budget / (volume * (1 - share)))
        return 100 * float(precision_at(
            roc.recalls[point], roc.false_alarm_rates[point], share))

    return PredictionPanel(NumberPrediction(
        _("Prediction 3, how many alarms are right"),
        _("{volume:,} mails come a day, one in {n:.0f} is spam. The team sets the threshold so "
          "that there are at most {budget} false alarms a day. How many percent of the alarms are "
          "right?").format(volume=volume, n=1 / share, budget=budget),
        measured,
        _("There are only {n:.0f} spam mails a day, and the network does not find all of them: "
          "fewer than the false alarms.").format(n=share * volume),
        points=True, unit=" %", name="precision at 1 in 100"))


def predict_cheapest_threshold():
    """Where the cheapest threshold lies if spam is rare and a miss is dear.

    Returns
    -------
    PredictionPanel
        A choice.
    """
    ratio, share = 10, 0.01
    options = _("below p = 0.5"), _("about at p = 0.5"), _("above p = 0.5")

    def measured():
        curves = curves_of(train_detectors(_SPLITS), _SPLITS, "test")
        best = np.median([roc.thresholds[roc.costs(share, 1, ratio).argmin()] for roc in curves])
        return options[np.digitize(best, (-0.5, 0.5))], _(
            "Cheapest log-odds: median {best} over ten splits, theory {theory}; p = 0.5 is "
            "0.").format(best=number(best),
                         theory=number(float(cheapest_log_odds(1, ratio, share, SHARE))))

    return PredictionPanel(ChoicePrediction(
        _("Prediction 4, the cheapest threshold"),
        _("A detector learned where 40 % of the mail is spam. Now one mail in 100 is spam, and a "
          "miss costs as much as {ratio} false alarms. Which threshold is cheapest: where this "
          "detector says p = 0.5, below or above?").format(ratio=ratio),
        measured,
        _("Dear misses pull the threshold down. But spam that is so much rarer than in the "
          "training pulls it up, and here this pulls more."),
        options=options))


def predict_twins():
    """How many errors of the nearest row fall on rows with a known twin.

    Returns
    -------
    PredictionPanel
        A percentage.
    """
    def measured():
        tests = [twins.nearest_row_test(seed, together=False) for seed in range(30)]
        is_wrong, has_twin = (np.concatenate(columns) for columns in list(zip(
            *tests, strict=True))[1:])
        return 100 * has_twin[is_wrong].mean()

    return PredictionPanel(NumberPrediction(
        _("Prediction 5, errors and twins"),
        _("On a random split most of the tested connections have a twin in the known half. The "
          "detector copies the class of the nearest known row, and is sometimes wrong. How many "
          "percent of its errors fall on rows that have a known twin?"),
        measured,
        _("A row with a known twin always gets the right class here. Such rows test nothing."),
        points=True, unit=" %"))


def _found(detectors, n_words):
    """Which percentage of the spam the detectors find after so many words in a hundred."""
    scores = adversary.evade(detectors, _SPLITS, "test", n_words).scores
    limits = thresholds_within(detectors, _SPLITS, _SOME)
    return 100 * adversary.recalls(scores, limits)[n_words].mean()


def predict_added_words():
    """How much spam is found after a spammer has added two words in a hundred.

    Returns
    -------
    PredictionPanel
        A percentage.
    """
    n_words = 2

    before = 100 * points_within(train_detectors(_SPLITS), _SPLITS, _SOME)[:, 1].mean()
    return PredictionPanel(NumberPrediction(
        _("Prediction 6, two words in a hundred"),
        _("With {some:.0f} % false alarms the ten detectors find {before:.0f} % of the spam. A "
          "spammer who knows them adds {n} words to every hundred. How many percent of his mail "
          "is found?").format(some=100 * _SOME, before=before, n=n_words),
        lambda: _found(train_detectors(_SPLITS), n_words),
        _("He adds the words that lower the score most, and a few are enough."),
        points=True, unit=" %", name="recall after two words"))


def predict_hardened():
    """How much spam the hardened detectors find.

    Returns
    -------
    PredictionPanel
        A percentage.
    """
    n_words, budget = 5, 0.1

    return PredictionPanel(NumberPrediction(
        _("Prediction 7, hardened"),
        _("The detectors learn again, also from spam with up to {budget:.0f} % more words. The "
          "spammer knows the new detectors, too, and adds {n} words to every hundred. How many "
          "percent of his mail do they find, at {some:.0f} % false alarms?").format(
              n=n_words, budget=100 * budget, some=100 * _SOME),
        lambda: _found([*adversary.harden(_SPLITS, budget)][-1], n_words),
        _("They have learned from such mail, and lean less on the words that he adds. The price: "
          "they find less of the unchanged spam."),
        points=True, unit=" %"))
