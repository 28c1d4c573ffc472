"""Pictures of section 11, detection."""

import numpy as np

from lecture_kit.live.handles import Handle
from lecture_kit.live.looks import BLACK, BLUE, GREEN, GREY, LOOKS, VERMILLION
from lecture_kit.live.picture import Picture, write

HARMLESS, SPAM = {"color": BLUE, "linestyle": "-"}, {"color": VERMILLION, "linestyle": "--"}
FEWEST = 5e-4  # left end of the axes of false alarm rates; 0 is drawn here
_DEAREST = 1.5  # dearer than this is not drawn
_TOP = 0.25  # of the axes of histograms
_RATES = (1e-3, 1e-2, 1e-1, 1)
_RATE_NAMES = ("0.1 %", "1 %", "10 %", "100 %")


def _rate_axis(axes, words):
    axes.set(xlim=(FEWEST * 0.9, 1.1), xscale="log", xlabel=words, xticks=_RATES)
    axes.set_xticks((), minor=True)
    axes.set_xticklabels(_RATE_NAMES)


def _clip(rates):
    return np.maximum(rates, FEWEST)


class ThresholdPicture(Picture):
    """Scores of both classes with the threshold between them, and the ROC curve.

    Parameters
    ----------
    edges : ndarray of shape (n_bins + 1,)
        Ends of the bins of the scores.
    """

    legends_below = True

    def __init__(self, edges):
        self.edges = edges
        super().__init__()

    def build(self, figure):
        """Draw axes, names and empty curves."""
        scores, roc = figure.subplots(1, 2, width_ratios=(1.3, 1))
        figure.subplots_adjust(0.065, 0.15, 0.965, 0.9, wspace=0.18)
        scores.set(xlim=(self.edges[0], self.edges[-1]), ylim=(0, _TOP),
                   xlabel="score (log-odds of spam; the ends hold what lies beyond)",
                   ylabel="share of the class")
        _rate_axis(roc, "false alarm rate f (left end: none)")
        roc.set(ylim=(0, 1.03), ylabel="recall r")
        grid = np.geomspace(FEWEST, 1, 100)
        roc.plot(grid, grid, **LOOKS["theory"])
        roc.text(0.12, 0.18, "by chance", ha="right", color=GREY)
        self.marks_prediction("recall with few false alarms", roc, "y", scale=0.01)
        self.titles = [self.moving(axes.title) for axes in (scores, roc)]
        self.fills = [self.moving(scores.fill_between(
            self.edges[:2], [0, 0], color=look["color"], alpha=0.35, linewidth=0, label=label))
            for look, label in ((HARMLESS, "false alarms"), (SPAM, "missed spam"))]
        self.curves = [self.moving(scores.stairs(
            np.zeros(len(self.edges) - 1), self.edges, linewidth=1.8, label=label, **look))
            for look, label in ((HARMLESS, "no spam"), (SPAM, "spam"))]
        self.threshold = self.moving(scores.axvline(0, ymax=0.78, color=BLACK, linewidth=1.4))
        self.roc = self.moving(roc.plot([], [], color=BLACK, linewidth=1.6)[0])
        self.point = self.moving(roc.plot(
            [], [], "o", color=GREEN, markersize=10, markeredgecolor=BLACK)[0])
        scores.legend(loc="upper center", ncols=2, columnspacing=1.2, borderaxespad=0.1)
        self.handles += [Handle(scores, self.threshold, "threshold", anywhere=True),
                         Handle(roc, self.point, moves=self._threshold_of, anywhere=True)]

    def _threshold_of(self, rate, recall, controls):
        """Find the threshold of the nearest point of the curve that is drawn."""
        away = np.hypot(np.log10(self.roc.get_xdata() / rate), self.roc.get_ydata() - recall)
        is_there = away[self.now] <= away.min() + 1e-3
        return {"threshold": controls["threshold"] if is_there
                else float(self.thresholds[away.argmin()])}

    def draw(self, shares, threshold, roc, point, titles):
        """Give histograms and curve new data.

        Parameters
        ----------
        shares : tuple of two ndarray of shape (n_bins,)
            Share of harmless mail, and of spam, in each bin.
        threshold : float
            Where alarms begin.
        roc : Roc
            The curve.
        point : int
            Number of its point that belongs to the threshold.
        titles : tuple of str
            What is seen on the left and on the right.
        """
        for curve, share in zip(self.curves, shares, strict=True):
            curve.set_data(share)
        self.threshold.set_xdata([threshold, threshold])
        for fill, share, is_alarm in zip(self.fills, shares, (True, False), strict=True):
            fill.set_verts([self._beyond(share, threshold, is_alarm)])
        self.thresholds, self.now = roc.thresholds, point
        self.roc.set_data(_clip(roc.false_alarm_rates), roc.recalls)
        self.point.set_data([_clip(roc.false_alarm_rates[point])], [roc.recalls[point]])
        write(self.titles, titles)

    def _beyond(self, share, threshold, is_alarm):
        """Cut the outline of a histogram at the threshold."""
        x, y = np.repeat(self.edges, 2), np.concatenate([[0], np.repeat(share, 2), [0]])
        inside = np.clip(x, threshold, None) if is_alarm else np.clip(x, None, threshold)
        closed = np.column_stack([inside, y])
        return np.vstack([closed, [[inside[-1], 0], [inside[0], 0]]])


class BaseRatePicture(Picture):
    """The ROC curve with a budget of false alarms, and precision against recall.

    Parameters
    ----------
    fewest : float
        Smallest false alarm rate that the mails can show: one false alarm.
    """

    def __init__(self, fewest):
        self.fewest = fewest
        super().__init__()

    def build(self, figure):
        """Draw axes, names and empty curves."""
        roc, precision = figure.subplots(1, 2)
        figure.subplots_adjust(0.06, 0.15, 0.985, 0.9, wspace=0.2)
        _rate_axis(roc, "false alarm rate f")
        roc.set(ylim=(0, 1.03), ylabel="recall r")
        precision.set(xlim=(0, 1.02), ylim=(0, 1.22), xlabel="recall r", ylabel="precision",
                      yticks=np.arange(6) / 5)
        self.marks_prediction("precision at 1 in 100", precision, "y", scale=0.01)
        self.titles = [self.moving(axes.title) for axes in (roc, precision)]
        roc.axvspan(FEWEST * 0.9, self.fewest, color="#dddddd")
        roc.text(FEWEST, 0.97, "none of these\nmails: unknown", va="top", size=9)
        self.budget = self.moving(roc.axvline(1, color=GREY, linewidth=1.4))
        self.roc = self.moving(roc.plot([], [], color=BLACK, linewidth=1.6)[0])
        self.home = self.moving(precision.plot([], [], label="base rate 40 %, as in the file",
                                               **LOOKS["theory"])[0])
        self.now = self.moving(precision.plot([], [], color=VERMILLION, linewidth=1.8,
                                              label="the slider's")[0])
        points = {"marker": "o", "color": GREEN, "markersize": 10, "markeredgecolor": BLACK}
        self.points = [self.moving(axes.plot([], [], linestyle="", **points)[0])
                       for axes in (roc, precision)]
        precision.legend(loc="upper center", ncols=2, borderaxespad=0.1)
        self.handles.append(Handle(roc, self.budget, moves=self._budget_of, anywhere=True))

    @staticmethod
    def _budget_of(rate, _recall, controls):
        return {"budget": rate * controls["volume"] * (1 - controls["share"])}

    def draw(self, roc, rate, home, now, point, titles):
        """Give the curves new data.

        Parameters
        ----------
        roc : tuple of two ndarray of shape (n_points,)
            False alarm rates and recalls.
        rate : float
            Largest false alarm rate within the budget.
        home, now : tuple of two ndarray of shape (n_points,)
            Recalls and precisions, at the base rate of the file and of the slider.
        point : tuple of float
            False alarm rate, recall and precision within the budget; NaN is not drawn.
        titles : tuple of str
            What is seen on the left and on the right.
        """
        self.roc.set_data(_clip(roc[0]), roc[1])
        self.budget.set_xdata(np.clip([rate, rate], FEWEST, 1))
        self.home.set_data(*home)
        self.now.set_data(*now)
        self.points[0].set_data([_clip(point[0])], [point[1]])
        self.points[1].set_data([point[1]], [point[2]])
        write(self.titles, titles)


class CostPicture(Picture):
    """What each threshold costs, and whether the detector's probabilities are true."""

    legends_below = True

    def build(self, figure):
        """Draw axes, names and empty curves."""
        cost, truth = figure.subplots(1, 2, width_ratios=(1.3, 1))
        figure.subplots_adjust(0.065, 0.15, 0.985, 0.9, wspace=0.2)
        cost.set(xlim=(-11, 14), ylim=(0, 2), xlabel="threshold (log-odds that the detector gives)",
                 ylabel="cost ÷ cost without detector", yticks=(0, 0.5, 1, 1.5))
        truth.set(xlim=(-8, 8), ylim=(-12, 8), xlabel="log-odds that the detector gives",
                  ylabel="true log-odds at this base rate")
        truth.plot([-8, 8], [-8, 8], color="#bbbbbb", linewidth=2, label="what it gives")
        self.titles = [self.moving(axes.title) for axes in (cost, truth)]
        looks = {"false alarms": HARMLESS, "missed spam": SPAM,
                 "both": {"color": BLACK, "linestyle": "-"}}
        self.costs = {name: self.moving(cost.plot([], [], label=name, **look)[0])
                      for name, look in looks.items()}
        self.theory = self.moving(cost.axvline(0, ymax=0.77, label="theory", **LOOKS["theory"]))
        self.threshold = self.moving(cost.axvline(
            0, ymax=0.77, color=GREEN, linewidth=1.6, label="your threshold"))
        self.best = self.moving(cost.plot([], [], "*", color=VERMILLION, markersize=13,
                                          markeredgecolor=BLACK, label="cheapest")[0])
        self.shift = self.moving(truth.plot([], [], **LOOKS["theory"],
                                            label="theory: plus the shift")[0])
        self.true = self.moving(truth.plot([], [], "o-", color=BLACK, markersize=5,
                                           label="counted")[0])
        cost.legend(loc="upper center", ncols=3, columnspacing=1.2, borderaxespad=0.1)
        truth.legend(loc="upper left", borderaxespad=0.1)
        self.handles.append(Handle(cost, self.threshold, "threshold", anywhere=True))

    def draw(self, thresholds, costs, best, theory, threshold, calibration, shift, titles):
        """Give the curves new data.

        Parameters
        ----------
        thresholds : ndarray of shape (n_points,)
            Thresholds.
        costs : dict of str to ndarray of shape (n_points,)
            "false alarms", "missed spam" and "both".
        best : int
            Number of the cheapest point.
        theory, threshold : float
            The threshold by theory, and of the slider.
        calibration : tuple of two ndarray of shape (n_bins,)
            Log-odds that the detector gives, and the true ones.
        shift : float
            What the base rate adds to the log-odds.
        titles : tuple of str
            What is seen on the left and on the right.
        """
        for name, curve in self.costs.items():
            curve.set_data(thresholds, np.where(costs[name] > _DEAREST, np.nan, costs[name]))
        self.best.set_data([thresholds[best]], [costs["both"][best]])
        self.theory.set_xdata([theory, theory])
        self.threshold.set_xdata([threshold, threshold])
        self.true.set_data(*calibration)
        self.shift.set_data([-8, 8], [-8 + shift, 8 + shift])
        write(self.titles, titles)


class AdversaryPicture(Picture):
    """Recall against the words that a spammer adds, and the scores of spam before and after.

    Parameters
    ----------
    most : int
        How many percent of words are added at most.
    edges : ndarray of shape (n_bins + 1,)
        Ends of the bins of the scores.
    """

    legends_below = True

    def __init__(self, most, edges):
        self.most, self.edges = most, edges
        super().__init__()

    def build(self, figure):
        """Draw axes, names and empty curves."""
        recall, scores = figure.subplots(1, 2, width_ratios=(1.2, 1))
        figure.subplots_adjust(0.06, 0.15, 0.985, 0.9, wspace=0.18)
        recall.set(xlim=(-0.3, self.most + 0.3), ylim=(0, 1.22), ylabel="recall",
                   xlabel="words added, % of the words of the mail",
                   xticks=range(0, self.most + 1, 5), yticks=np.arange(6) / 5)
        scores.set(xlim=(self.edges[0], self.edges[-1]), ylim=(0, _TOP),
                   xlabel="score of spam − threshold (the ends hold what lies beyond)",
                   ylabel="share of the spam")
        scores.axvline(0, color=BLACK, linewidth=1.2)
        scores.text(-0.3, 0.246, "passes", ha="right", va="top")
        scores.text(0.3, 0.246, "alarm", ha="left", va="top")
        self.first = self.moving(scores.text(self.edges[2], 0.215, "", color=GREEN))
        self.marks_prediction("recall after two words", recall, "y", scale=0.01)
        self.titles = [self.moving(axes.title) for axes in (recall, scores)]
        self.budget = self.moving(recall.axvline(0, color=GREY, linewidth=1.4))
        looks = {"as trained": SPAM, "trained again": {"color": GREEN, "linestyle": "-"}}
        self.curves, self.bands, self.points = {}, {}, {}
        for (name, look), marker in zip(looks.items(), "so", strict=True):
            self.bands[name] = self.moving(recall.fill_between(
                [0, 1], [0, 0], color=look["color"], alpha=0.25, linewidth=0))
            self.curves[name] = self.moving(recall.plot([], [], label=name, **look)[0])
            self.points[name] = self.moving(recall.plot(
                [], [], marker, color=look["color"], markersize=9, markeredgecolor=BLACK)[0])
        self.before, self.after = (self.moving(scores.stairs(
            np.zeros(len(self.edges) - 1), self.edges, linewidth=1.8, label=label, **look))
            for label, look in (("spam as it was", {"color": GREY, "linestyle": ":"}),
                                ("with the words", {"color": GREEN, "linestyle": "-"})))
        recall.legend(loc="upper right", ncols=2, borderaxespad=0.1)
        scores.legend(loc="upper right", bbox_to_anchor=(1, 0.92))
        self.handles.append(Handle(recall, self.budget, "budget", anywhere=True))

    def draw(self, budget, recalls, shares, titles):
        """Give curves and histograms new data.

        Parameters
        ----------
        budget : int
            Percent of words.
        recalls : dict of str to (ndarray, ndarray)
            For "as trained" and "trained again": mean recall after each percent, and its standard
            error. None where it is not known yet.
        shares : tuple of two ndarray of shape (n_bins,)
            Share of the spam in each bin, before and after.
        titles : tuple of str
            What is seen on the left and on the right.
        """
        self.budget.set_xdata([budget, budget])
        for name, known in recalls.items():
            mean, error = known or (np.zeros(0), np.zeros(0))
            percent = np.arange(len(mean))
            self.curves[name].set_data(percent, mean)
            self.points[name].set_data(percent[budget : budget + 1], mean[budget : budget + 1])
            ends = np.concatenate([mean - error, (mean + error)[::-1]])
            self.bands[name].set_verts(
                [np.column_stack([np.concatenate([percent, percent[::-1]]), ends])])
        self.before.set_data(shares[0])
        self.after.set_data(shares[1])
        height = shares[1][0]
        self.first.set_text(f"↑ {height:.2f}" if height > _TOP else "")
        write(self.titles, titles)
