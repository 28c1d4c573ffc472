"""Predictions of section 10: what the reader expects before the panels and cells show it."""

import numpy as np

from lecture_kit.live.language import mean_and_error, number
from lecture_kit.live.language import translate as _
from lecture_kit.live.prediction import ChoicePrediction, NumberPrediction, PredictionPanel
from lecture_kit.maths.inference import precision_at, wilson_interval
from lecture_kit.sections.capstone import ablations, experiments, intervals, pairs
from lecture_kit.sections.capstone.panels import FIRST
from lecture_kit.sections.capstone.splits import rows_per_class


def predict_blind_guess():
    """Which mean recall a detector has that always says the same class.

    Returns
    -------
    PredictionPanel
        A percentage.
    """
    n_rows = np.array([*rows_per_class("connections").values()])

    def measured():
        labels = np.repeat(np.arange(len(n_rows)), n_rows)
        return 100 * np.mean([np.mean(labels[labels == k] == 0) for k in range(len(n_rows))])

    return PredictionPanel(NumberPrediction(
        _("Prediction 1, a blind guess"),
        _("A detector does not look at the connections. It always says the most frequent of the "
          "{n} classes, and so it is right for {share:.0f} % of them. How many percent is its mean "
          "recall?").format(n=len(n_rows), share=100 * n_rows[0] / n_rows.sum()),
        measured,
        _("It finds all rows of one class, and none of the {n} others.").format(n=len(n_rows) - 1),
        points=True, unit=" %"))


def predict_mean_recall():
    """Which mean recall hides behind a high accuracy.

    Returns
    -------
    PredictionPanel
        A percentage.
    """
    *_before, (record, recalls) = experiments.train_with(FIRST, "connections", 0)
    return PredictionPanel(NumberPrediction(
        _("Prediction 2, behind the accuracy"),
        _("Three techniques are on: z-score, batches of 32, and the first weights by Xavier. "
          "After {epochs} epochs {share:.0f} % of all answers are right. How many percent is the "
          "mean recall of the eight classes?").format(
              epochs=FIRST.epochs, share=100 * record.validation_accuracy),
        lambda: 100 * recalls.mean(),
        _("It never finds {lost} of the {n} classes. Only {share:.0f} % of the rows are "
          "theirs, so the accuracy hardly notices.").format(
              lost=np.sum(recalls == 0), n=len(recalls),
              share=100 * (1 - record.validation_accuracy)),
        points=True, unit=" %", name="mean recall of 8 classes"))


def predict_spam():
    """Which of the two classes of the mail is harder to find.

    Returns
    -------
    PredictionPanel
        A choice.
    """
    options = _("that of “no spam”"), _("that of “spam”"), _("we cannot tell")

    def measured():
        harmless, spam = ablations.measured(
            ablations.ablation("mail", "all on")["all on"], "mail").recalls.T
        right = {"better": 1, "worse": 0, "cannot tell": 2}[ablations.verdict(harmless, spam)]
        return options[right], _("Recall of “no spam” {harmless}, of “spam” {spam}.").format(
            harmless=mean_and_error(harmless), spam=mean_and_error(spam))

    return PredictionPanel(ChoicePrediction(
        _("Prediction 3, the mail"),
        _("The mail has two classes, which are nearly balanced: 60 % “no spam”, 40 % “spam”. All "
          "techniques are on, and we train on 12 random splits. Which recall is lower?"),
        measured,
        _("About as many spam mails are missed as other mails raise an alarm. But there is less "
          "spam, so that is a larger share of it."),
        options=options))


def predict_without_adam():
    """Whether the score falls without Adam if gradient descent has a rate of its own.

    Returns
    -------
    PredictionPanel
        A choice.
    """
    options = {"better": _("it is better with Adam"), "worse": _("it is worse with Adam"),
               "cannot tell": _("we cannot tell")}

    def measured():
        lines = ablations.ablation("connections", "all on")
        adam, plain = (ablations.measured(lines[name], "connections")
                       for name in ("all on", "− Adam"))
        lead = adam.mean_recalls - plain.mean_recalls
        return options[ablations.verdict(lead, np.zeros(len(lead)))], _(
            "Adam's mean recall minus that of gradient descent, at its rate {rate}: "
            "{lead}.").format(rate=number(plain.learning_rate), lead=mean_and_error(lead))

    return PredictionPanel(ChoicePrediction(
        _("Prediction 4, all on, but no Adam"),
        _("On the connections, everything is on. Then plain gradient descent replaces Adam, at "
          "its own best learning rate. What do the mean recalls on 12 random splits say?"),
        measured,
        _("At its own rate gradient descent keeps up: the 99 % interval of the difference holds 0. "
          "At Adam's rate, which is much smaller, it would have lost."),
        options=tuple(options.values())))


def predict_low_end():
    """Where the interval of a recall begins if two of two rows were found.

    Returns
    -------
    PredictionPanel
        A choice.
    """
    options = _("at 90 % or more"), _("from 50 % to 90 %"), _("below 50 %")

    def measured():
        low = wilson_interval(2, 2)[0]
        return options[2 - np.digitize(low, (0.5, 0.9))], _("It begins at {low:.0f} %.").format(
            low=100 * low)

    return PredictionPanel(ChoicePrediction(
        _("Prediction 5, two of two"),
        _("A test has two rows of a class, and the detector found both. The 95 % interval of the "
          "true recall ends at 100 %. Where does it begin?"),
        measured,
        _("A detector that finds half of such rows finds two of two in one of four tests. That is "
          "not rare, so a true recall of 50 % fits, too."),
        options=options))


def predict_rows():
    """How many rows make the interval narrow.

    Returns
    -------
    PredictionPanel
        A number.
    """
    n_rows, known = np.arange(1, intervals.MOST_ROWS + 1), 100
    most, wide = 0.1, intervals.width_in_theory(known, 0.5, 0.95)
    return PredictionPanel(NumberPrediction(
        _("Prediction 6, rows for a narrow interval"),
        _("Half of the rows of a class are found. With {known} rows the 95 % interval of the "
          "recall is {wide:.1f} wide: from {low:.1f} to {high:.1f}. How many rows make it half as "
          "wide, {most}?").format(known=known, wide=wide, low=0.5 - wide / 2, high=0.5 + wide / 2,
                                  most=most),
        lambda: n_rows[intervals.width_in_theory(n_rows, 0.5, 0.95) <= most][0],
        _("The width falls like 1/√n: half the width needs four times as many rows."),
        unit=_(" rows"), name="rows for a narrow interval"))


def predict_nearest_row():
    """Which mean recall the detector has that learns nothing.

    Returns
    -------
    PredictionPanel
        A percentage.
    """
    splits = pairs.CHALLENGE["validation"]
    return PredictionPanel(NumberPrediction(
        _("Prediction 7, nothing is learned"),
        _("A detector learns nothing: it copies the class of the training row that is nearest. "
          "How many percent is its mean recall on the connections, over {n} random splits?").format(
              n=len(splits)),
        lambda: 100 * pairs.nearest_row(splits)[1].mean(),
        _("Attacks of one class look alike, so the nearest row mostly has the right class. What "
          "is missed are rare classes."),
        points=True, unit=" %"))


def predict_alarms():
    """How many alarms are right when attacks are rare.

    Returns
    -------
    PredictionPanel
        A number, in percent.
    """
    recall, false_alarms, share = 0.91, 0.05, 1e-4
    return PredictionPanel(NumberPrediction(
        _("Prediction 8, alarms"),
        _("A detector finds {recall:.0f} % of the attacks, and raises a false alarm for "
          "{false_alarms:.0f} % of the harmless connections. One connection in {n:,.0f} is an "
          "attack. How many percent of the alarms are right?").format(
              recall=100 * recall, false_alarms=100 * false_alarms, n=1 / share),
        lambda: 100 * float(precision_at(recall, false_alarms, share)),
        _("Of {n:,.0f} connections one is an attack, and {false:,.0f} others raise an "
          "alarm.").format(n=1 / share, false=false_alarms / share),
        unit=" %"))


def predict_avoided_words():
    """How much recall is left when a spammer avoids a few words.

    Returns
    -------
    PredictionPanel
        A percentage.
    """
    n_words = 10
    return PredictionPanel(NumberPrediction(
        _("Prediction 9, a spammer who reads"),
        _("Our detector finds about nine tenths of the spam. Now a spammer avoids the {n} most "
          "telling words, and all the rest of the mail stays. How many percent does the same "
          "detector find?").format(n=n_words),
        lambda: 100 * pairs.avoid_words([n_words], range(12)).mean(),
        _("A detector leans on a few telling features. An opponent can take these away."),
        points=True, unit=" %"))
