"""Pictures of section 10, the capstone."""

import numpy as np

from lecture_kit.live.handles import Handle
from lecture_kit.live.looks import BLACK, BLUE, GREEN, GREY, LOOKS, VERMILLION
from lecture_kit.live.picture import Picture, write


class TrainingPicture(Picture):
    """Losses, accuracies and mean recall epoch by epoch, and the recall of each class now.

    Parameters
    ----------
    class_names : sequence of str
        The classes, from top to bottom.
    n_rows : sequence of int
        How many validation rows each class has.
    n_epochs : int
        How many epochs the axes are long.
    loss_limits : tuple of float
        Ends of the axis of the loss; it grows where a loss is higher.
    """

    height = 310

    def __init__(self, class_names, n_rows, n_epochs, loss_limits):
        self.class_names, self.n_rows, self.n_epochs = class_names, n_rows, n_epochs
        self.loss_limits = loss_limits
        super().__init__()

    def build(self, figure):
        """Draw axes, names and empty curves and bars."""
        grid = figure.add_gridspec(1, 5, width_ratios=(1, 0.24, 1, 0.7, 0.8))
        grid.update(left=0.07, right=0.955, bottom=0.15, top=0.9, wspace=0)
        loss, share, recall = (figure.add_subplot(grid[0, column]) for column in (0, 2, 4))
        n_classes, ends = len(self.class_names), (-0.02 * self.n_epochs, 1.02 * self.n_epochs)
        loss.set(xlim=ends, ylim=self.loss_limits, yscale="log", xlabel="epoch", ylabel="loss")
        share.set(xlim=ends, ylim=(0, 1.42), xlabel="epoch", ylabel="share",
                  yticks=np.arange(6) / 5)
        share.axhline(1 / n_classes, color=GREY, linewidth=1)
        share.text(self.n_epochs, 1 / n_classes - 0.02, f"blind guess: mean recall 1/{n_classes}",
                   ha="right", va="top", color=GREY)
        recall.set(xlim=(0, 1), ylim=(n_classes - 0.5, -0.5), yticks=range(n_classes),
                   xlabel="recall, validation")
        recall.set_yticklabels([f"{name} ({n})" for name, n in
                                zip(self.class_names, self.n_rows, strict=True)])
        recall.tick_params(axis="y", length=0)
        recall.grid(visible=False, axis="y")
        self.marks_prediction(f"mean recall of {n_classes} classes", share, "y", scale=0.01)
        self.titles = [self.moving(axes.title) for axes in (loss, share, recall)]
        self.curves = {
            (axes, part): self.moving(axes.plot([], [], label=label, **LOOKS[part])[0])
            for axes, part, label in ((loss, "training", "training"),
                                      (loss, "validation", "validation"),
                                      (share, "training", "training accuracy"),
                                      (share, "validation", "validation accuracy"))}
        self.mean_recall = self.moving(share.plot(
            [], [], color=GREEN, linestyle="-.", marker=".", label="validation mean recall")[0])
        loss.legend(loc="lower left")
        share.legend(loc="upper left", borderaxespad=0, labelspacing=0.3)
        self.loss, self.share = loss, share
        self.bars = [self.moving(bar) for bar in recall.barh(
            range(n_classes), np.zeros(n_classes), color=VERMILLION, alpha=0.75, height=0.62)]
        self.numbers = [self.moving(recall.text(1.03, i, "", va="center"))
                        for i in range(n_classes)]

    def draw(self, epochs, losses, accuracies, mean_recalls, recalls, titles):
        """Give curves and bars new data.

        Parameters
        ----------
        epochs : ndarray of shape (n_records,)
            Epoch of each record.
        losses, accuracies : dict of str to ndarray of shape (n_records,)
            For "training" and "validation"; NaN after a divergence.
        mean_recalls : ndarray of shape (n_records,)
            Mean recall on the validation rows.
        recalls : ndarray of shape (n_classes,)
            Recall of each class now; NaN draws no bar.
        titles : tuple of str
            What is seen on the left, in the middle and on the right.
        """
        low, high = self.loss_limits
        highest = max(values[np.isfinite(values)].max(initial=high) for values in losses.values())
        while high < highest:
            high *= 10
        self.limits(self.loss, y=(low, high))
        for axes, values in ((self.loss, losses), (self.share, accuracies)):
            for part, curve in values.items():
                self.curves[axes, part].set_data(epochs, curve)
        self.mean_recall.set_data(epochs, mean_recalls)
        for bar, text, value in zip(self.bars, self.numbers, recalls, strict=True):
            bar.set_width(0 if np.isnan(value) else value)
            text.set_text("–" if np.isnan(value) else f"{value:.2f}")
        write(self.titles, titles)


class AblationPicture(Picture):
    """Differences to the start of a table, split by split, with intervals and words beside them.

    Parameters
    ----------
    n_rows : int
        How many settings there are at most.
    headings : sequence of str
        What the columns of words hold.
    """

    _COLUMNS = (1.04, 1.21, 1.41, 1.78)
    column_height = None  # the words beside the axes need the width

    def __init__(self, n_rows, headings):
        self.n_rows, self.headings = n_rows, headings
        super().__init__()

    def build(self, figure):
        """Draw axes and empty rows."""
        self.axes = figure.add_subplot()
        self.axes.set_position((0.135, 0.15, 0.44, 0.73))
        self.axes.tick_params(axis="y", length=0)
        self.axes.axvline(0, color=GREY, linewidth=1.2)
        self.labels = None
        self.title = self.moving(self.axes.set_title("", loc="left"))
        self.dots = self.moving(self.axes.plot(
            [], [], "o", color=BLUE, markersize=5, alpha=0.4, markeredgewidth=0)[0])
        self.intervals = self.moving(self.axes.plot(
            [], [], color=BLACK, linewidth=2.4, marker="|", markersize=9, markeredgewidth=2.4)[0])
        self.means = self.moving(self.axes.plot(
            [], [], "D", color="white", markeredgecolor=BLACK, markersize=5)[0])
        beside = self.axes.get_yaxis_transform()
        for x, heading in zip(self._COLUMNS, self.headings, strict=True):
            self.axes.text(x, 1.035, heading, transform=self.axes.transAxes, weight="bold")
        self.words = [[self.moving(self.axes.text(x, i, "", transform=beside, va="center"))
                       for x in self._COLUMNS] for i in range(self.n_rows)]

    def _show_rows(self, labels, name, limits):
        self.labels = labels, name
        self.axes.set(xlim=limits, ylim=(len(labels) - 0.5, -0.5), yticks=range(len(labels)),
                      xlabel=f"{name}: difference to {labels[0]!r} on the same split")
        self.axes.set_yticklabels(labels)
        self.background_changed()

    def draw(self, labels, name, limits, differences, intervals, words, title):
        """Give rows and words new data.

        Parameters
        ----------
        labels : list of str
            Names of the settings; the first one is the start.
        name : str
            What is measured.
        limits : tuple of float
            Ends of the axis.
        differences : list of ndarray of shape (n_splits,)
            To the start on each split, for the lines after the start that are done.
        intervals : list of tuple of float
            Of the mean difference of each of them: low, mean, high.
        words : list of tuple of str
            Words beside the settings that are done, the start included.
        title : str
            What is seen.
        """
        if (labels, name) != self.labels or limits != self.axes.get_xlim():
            self._show_rows(labels, name, limits)
        rows = np.arange(1, len(differences) + 1)
        self.dots.set_data(np.concatenate([[], *differences]),
                           np.repeat(rows, [len(own) for own in differences]))
        low, mean, high = np.reshape(intervals, (-1, 3)).T
        self.intervals.set_data(np.column_stack([low, high, np.full(len(low), np.nan)]).ravel(),
                                np.repeat(rows, 3))
        self.means.set_data(mean, rows)
        for i, texts in enumerate(self.words):
            write(texts, words[i] if i < len(words) else ("",) * len(self._COLUMNS))
        self.title.set_text(title)


class FewRowsPicture(Picture):
    """Many confidence intervals of one recall, and their width against the number of rows.

    Parameters
    ----------
    n_intervals : int
        How many intervals are shown.
    classes : dict of str to int
        Names and numbers of rows, which the width is marked for.
    n_rows : ndarray of shape (n_numbers,)
        Numbers of rows, the grid of the curve.
    """

    column_height = 300  # leaves the names room below the curve
    legends_below = True

    def __init__(self, n_intervals, classes, n_rows):
        self.n_intervals, self.classes, self.n_rows = n_intervals, classes, n_rows
        super().__init__()

    def build(self, figure):
        """Draw axes, names and empty curves."""
        left, right = figure.subplots(1, 2)
        figure.subplots_adjust(left=0.06, right=0.97, bottom=0.15, top=0.9, wspace=0.2)
        left.set(xlim=(-0.02, 1.02), ylim=(-1, self.n_intervals + 5), xlabel="recall",
                 ylabel="repetition")
        right.set(xscale="log", yscale="log", xlim=(self.n_rows[0], self.n_rows[-1]),
                  ylim=(0.001, 2), xlabel="rows of the class",
                  ylabel="mean width of the interval", xticks=(1, 10, 100, 1000),
                  yticks=(0.001, 0.01, 0.1, 1))
        right.set_xticklabels(["1", "10", "100", "1,000"])
        right.set_yticklabels(["0.001", "0.01", "0.1", "1"])
        self.names = {}
        for name, n in self.classes.items():
            right.axvline(n, color=GREY, linewidth=0.8)
            self.names[n] = right.text(n, 0.00115, f"{name} {n}", rotation=90, va="bottom",
                                       color="#444444", fontsize=8.5)
        self.arrange(is_narrow=False)
        self.titles = [self.moving(axes.title) for axes in (left, right)]
        looks = {True: {"color": BLUE}, False: {"color": VERMILLION, "linewidth": 3}}
        ends = {"solid_capstyle": "butt", "marker": "|", "markersize": 6, "markeredgewidth": 1.5}
        self.intervals = {hit: self.moving(left.plot([], [], **ends, **look)[0])
                          for hit, look in looks.items()}
        self.found = self.moving(left.plot([], [], "o", color=BLACK, markersize=3)[0])
        self.truth = self.moving(left.axvline(0, **LOOKS["theory"] | {"linewidth": 1.2}))
        self.theory = self.moving(right.plot([], [], label="theory, for k = n · recall",
                                             **LOOKS["theory"])[0])
        self.measured = self.moving(right.plot([], [], "o", color=BLUE, markersize=9,
                                               markeredgecolor=BLACK, label="measured")[0])
        right.legend(loc="upper right", borderaxespad=0, frameon=True, facecolor="white",
                     edgecolor="none", framealpha=1)
        self.marks_prediction("rows for a narrow interval", right)
        self.handles += [Handle(left, self.truth, "recall", anywhere=True),
                         Handle(right, self.measured, "n_rows", anywhere=True)]

    def arrange(self, is_narrow):
        """Write the names of the classes left of their lines, or right where there is no room.

        On a narrow page each name needs more of the axis, and may push the next one to the right.
        """
        room, push = (0.7, 0.5) if is_narrow else (0.85, 0.85)
        before, is_right = 0, False
        for n in sorted(self.names):
            is_right = before > (push if is_right else room) * n
            self.names[n].set(x=n * (1.03 if is_right else 0.985),
                              ha="left" if is_right else "right")
            before = n

    def draw(self, found, low, high, recall, widths, point, titles):
        """Give intervals and curve new data.

        Parameters
        ----------
        found, low, high : ndarray of shape (n_intervals,)
            Share that was found, and the ends of the interval, in each repetition.
        recall : float
            The true recall.
        widths : ndarray of shape (n_numbers,)
            Mean width by theory.
        point : tuple of float
            Number of rows and mean width, measured.
        titles : tuple of str
            What is seen on the left and on the right.
        """
        number = np.arange(len(found))
        hits = (low <= recall) & (recall <= high)
        for hit, line in self.intervals.items():
            chosen = hits == hit
            gap = np.full(chosen.sum(), np.nan)
            line.set_data(np.column_stack([low[chosen], high[chosen], gap]).ravel(),
                          np.repeat(number[chosen], 3))
        self.found.set_data(found, number)
        self.truth.set_xdata([recall, recall])
        self.theory.set_data(self.n_rows, widths)
        self.measured.set_data([point[0]], [point[1]])
        write(self.titles, titles)
