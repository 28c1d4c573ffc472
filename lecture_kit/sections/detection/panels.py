"""Panels of section 11, detection."""

from functools import cache

import numpy as np

from lecture_kit.live.controls import choice, log_slider, slider, stop_slider, whole_slider
from lecture_kit.live.language import mean_and_error, number
from lecture_kit.live.language import translate as _
from lecture_kit.live.panel import Panel, View
from lecture_kit.maths.detection import cheapest_log_odds, log_odds, roc_curve
from lecture_kit.maths.inference import exact_interval, mean_and_standard_error, precision_at
from lecture_kit.sections.detection import adversary, pictures
from lecture_kit.sections.detection.experiments import (
    SHARE,
    calibration,
    split_mail,
    thresholds_within,
    train_detectors,
)

_SPLITS = range(10)
_HIDDEN = {"network": (16,), "one neuron": ()}


@cache
def _scores(detector, split, part):
    """Scores and labels of a part by the detector of its split."""
    own, member = split_mail(split), train_detectors(_SPLITS, _HIDDEN[detector]).members[split]
    return member.logits(own.rows(part))[:, 0], own.labels[part]


@cache
def _new_mail():
    """Scores and labels of all 2,101 mails that the network of split 0 did not learn from."""
    parts = zip(*(_scores("network", 0, part) for part in ("validation", "test")), strict=True)
    return tuple(np.concatenate(columns) for columns in parts)


def _shares(scores, edges):
    """Histogram as shares; what lies beyond an end counts there."""
    counts, _edges = np.histogram(np.clip(scores, edges[0], edges[-1]), edges)
    return counts / scores.size


def threshold():
    """A threshold between the scores of both classes, and the ROC curve.

    Returns
    -------
    Panel
        Controls: threshold, detector, split.
    """
    edges = np.linspace(-12, 12, 49)

    @cache
    def measured(detector, split):
        scores, labels = _scores(detector, split, "validation")
        shares = tuple(_shares(scores[labels == label], edges) for label in (0, 1))
        return shares, roc_curve(scores, labels), np.bincount(labels)

    def show(threshold, detector, split):
        shares, roc, (n_harmless, n_spam) = measured(detector, split)
        point = roc.at(threshold)
        f, r = roc.false_alarm_rates[point], roc.recalls[point]
        n_false, n_missed = round(f * n_harmless), round((1 - r) * n_spam)
        readout = _("Alarm from p = {p:.4f}: {n_false} of {n_harmless} harmless mails alarm "
                    "({f:.2f} %), {n_missed} of {n_spam} spam missed, recall {r:.3f}.").format(
            p=1 / (1 + np.exp(-threshold)), n_false=n_false, n_harmless=n_harmless, f=100 * f,
            n_missed=n_missed, n_spam=n_spam, r=r)
        titles = (f"false alarms: {n_false}, spam missed: {n_missed}",
                  f"recall {r:.2f} at {100 * f:.1f} % false alarms; area {roc.area:.3f}")
        drawing = {"shares": shares, "threshold": threshold, "roc": roc, "point": point,
                   "titles": titles}
        return View(drawing, readout, bool(r >= 0.6 and f <= 0.01))

    return Panel(
        _("Threshold"), pictures.ThresholdPicture(edges),
        {
            "threshold": slider(_("threshold"), -8, 8, 0.0, 0.1),
            "detector": choice(_("detector"), [(_("network"), "network"),
                                               (_("one neuron"), "one neuron")], "network"),
            "split": whole_slider(_("split"), 0, 9, 0),
        },
        show,
        goal=_("find 60 % of the spam with at most 1 % false alarms"),
        presets={_("p = 0.5"): {"threshold": 0.0}, _("p = 0.95"): {"threshold": 2.9},
                 _("p = 0.05"): {"threshold": -2.9}},
    )


def base_rate():
    """Precision at any base rate, and a daily budget of false alarms.

    Returns
    -------
    Panel
        Controls: base rate, mails a day, false alarms a day.
    """
    scores, labels = _new_mail()
    roc, n_harmless = roc_curve(scores, labels), int((labels == 0).sum())
    found = (roc.recalls > 0) & (roc.false_alarm_rates > 0)
    rates, recalls = roc.false_alarm_rates[found], roc.recalls[found]
    unseen = exact_interval(0, n_harmless)[1]

    def show(share, volume, budget):
        point = roc.within(rate := min(1.0, budget / (volume * (1 - share))))
        f, r = roc.false_alarm_rates[point], roc.recalls[point]
        precision = float(precision_at(r, f, share)) if f > 0 else np.nan
        readout = (_("{volume:,} mails a day, {n} of them spam. False alarms: {budget}, "
                     "f = {f:.4f}, recall {r:.3f}, precision {p:.3f}.") if f > 0 else
                   _("{volume:,} mails a day, {n} spam. False alarms: {budget}, less than "
                     "1 of our {n_harmless:,}. f unknown, up to {f:.4f}.")).format(
            volume=volume, n=number(share * volume), budget=f"{budget:,.0f}",
            f=f or unseen, r=r, p=precision, n_harmless=n_harmless)
        measured = (f"recall {r:.2f}", f"precision {precision:.3f}") if f > 0 else (
            "not measured", "precision unknown")
        drawing = {"roc": (roc.false_alarm_rates, roc.recalls), "rate": rate,
                   "home": (recalls, precision_at(recalls, rates, SHARE)),
                   "now": (recalls, precision_at(recalls, rates, share)),
                   "point": (f if f > 0 else np.nan, r, precision),
                   "titles": (f"at most {100 * rate:.2g} % false alarms: {measured[0]}",
                              f"base rate {100 * share:.2g} %: {measured[1]}")}
        return View(drawing, readout, bool(share <= 0.01 and precision >= 0.5))

    return Panel(
        _("Base rate"), pictures.BaseRatePicture(1 / n_harmless),
        {
            "share": log_slider(_("base rate of spam s"), 1e-4, 0.5, 0.4),
            "volume": stop_slider(_("mails a day"), [1000, 10_000, 100_000, 1_000_000], 10_000),
            "budget": log_slider(_("false alarms a day"), 1, 10_000, 100.0),
        },
        show,
        goal=_("base rate 1 % or less, and yet a measured precision of 0.5 or more"),
        presets={_("1 in 2"): {"share": 0.5}, _("1 in 100"): {"share": 0.01},
                 _("1 in 10,000"): {"share": 1e-4}},
    )


def costs():
    """What each threshold costs, by counting and by theory, at any base rate.

    Returns
    -------
    Panel
        Controls: threshold, cost of a false alarm, cost of a miss, base rate.
    """
    scores, labels = _new_mail()
    roc, edges = roc_curve(scores, labels), np.arange(-8, 8.1, 1)

    def show(threshold, cost_alarm, cost_miss, share):
        false, missed = roc.costs(share, cost_alarm, 0), roc.costs(share, 0, cost_miss)
        both, easy = false + missed, min(share * cost_miss, (1 - share) * cost_alarm)
        best, here = int(both.argmin()), both[roc.at(threshold)]
        theory = float(cheapest_log_odds(cost_alarm, cost_miss, share, SHARE))
        shift = float(log_odds(share) - log_odds(SHARE))
        readout = _("Threshold {t}: {here} minutes for 100 mails. Cheapest: {least} at {best} "
                    "(theory {theory}). Without detector: {easy}.").format(
            t=number(threshold), here=number(100 * here), least=number(100 * both[best]),
            best=number(roc.thresholds[best]), theory=number(theory), easy=number(100 * easy))
        titles = (f"cheapest threshold {number(roc.thresholds[best])}, theory {number(theory)}",
                  f"base rate {100 * share:.3g} %: log-odds shifted by {number(shift, 2)}")
        drawing = {"thresholds": roc.thresholds, "best": best, "theory": theory,
                   "costs": {name: values / easy for name, values in (
                       ("false alarms", false), ("missed spam", missed), ("both", both))},
                   "threshold": threshold,
                   "calibration": calibration(scores, labels, share, edges),
                   "shift": shift, "titles": titles}
        met = cost_miss >= 5 * cost_alarm and roc.thresholds[best] > 3
        return View(drawing, readout, bool(met))

    return Panel(
        _("Costs"), pictures.CostPicture(),
        {
            "threshold": slider(_("threshold"), -10, 8, 0.0, 0.1),
            "cost_alarm": log_slider(_("false alarm, minutes"), 0.1, 100, 1.0),
            "cost_miss": log_slider(_("missed spam, minutes"), 0.1, 100, 10.0),
            "share": log_slider(_("base rate of spam s"), 1e-3, 0.5, 0.4),
        },
        show,
        goal=_("a miss costs ≥ 5 false alarms, the cheapest threshold is > 3"),
        presets={_("10 times"): {"cost_alarm": 1.0, "cost_miss": 10.0, "share": 0.4},
                 _("1 in 100"): {"share": 0.01}},
    )


def evasion():
    """A spammer adds words, against detectors once trained and trained again, over ten splits.

    Returns
    -------
    Panel
        Controls: words added, false alarm rate, budget of the hardening.
    """
    edges, path, hardened = np.linspace(-12, 12, 49), _paths(), {}

    def show(budget, rate, hardening):
        plain = path(train_detectors(_SPLITS), rate, ("plain", rate))
        if hardening not in hardened:
            paths = {"as trained": plain, "trained again": None}
            yield _evasion_view(budget, rate, paths, edges, 0.0)
            for done, detectors in enumerate(adversary.harden(_SPLITS, hardening), start=1):
                hardened[hardening] = detectors
                yield _evasion_view(budget, rate, paths, edges, done / (adversary.ROUNDS + 2))
        again = path(hardened[hardening], rate, (hardening, rate))
        yield _evasion_view(budget, rate, {"as trained": plain, "trained again": again}, edges, 1.0)

    budgets = [("0 %", 0.0), ("2 %", 0.02), ("5 %", 0.05), ("10 %", 0.1)]
    rates = [("1 %", 0.01), ("2 %", 0.02), ("5 %", 0.05)]
    return Panel(
        _("Evasion"), pictures.AdversaryPicture(adversary.MOST_STEPS, edges),
        {
            "budget": whole_slider(_("words added, %"), 0, adversary.MOST_STEPS, 2),
            "rate": choice(_("false alarms"), rates, 0.01),
            "hardening": choice(_("hardening"), budgets, 0.0),
        },
        show,
        goal=_("5 % of the words added: the hardened detector still has a recall of 0.6"),
    )


def _paths():
    """Make a function that remembers: scores and recalls along the spammer's way."""
    evasions, known = {}, {}

    def path(detectors, rate, key):
        if key not in known:
            if key[0] not in evasions:
                evasions[key[0]] = adversary.evade(detectors, _SPLITS, "test").scores
            thresholds = thresholds_within(detectors, _SPLITS, rate)
            scores = evasions[key[0]]
            known[key] = (adversary.recalls(scores, thresholds),
                          scores - thresholds[:, np.newaxis])
        return known[key]

    return path


def _evasion_view(budget, rate, paths, edges, progress):
    latest = paths["trained again"]
    shown = latest or paths["as trained"]
    curves = {name: None if known is None else tuple(np.transpose(
        [mean_and_standard_error(recalls) for recalls in known[0]]))
        for name, known in paths.items()}
    plain, again = (None if known is None else mean_and_error(known[0][budget])
                    for known in paths.values())
    readout = _("{budget} % of words added, {rate:.0f} % false alarms: recall {plain} as trained, "
                "{again} trained again (10 splits).").format(
        budget=budget, rate=100 * rate, plain=plain, again=again or "…")
    titles = (f"recall of spam with {budget} % of words added",
              "scores of the spam: " + ("trained again" if latest else "as trained"))
    drawing = {"budget": budget, "recalls": curves, "titles": titles,
               "shares": tuple(_shares(shown[1][n], edges) for n in (0, budget))}
    met = latest is not None and budget >= 5 and latest[0][budget].mean()
    return View(drawing, readout, bool(met and met >= 0.6), progress, waits=progress == 0)
