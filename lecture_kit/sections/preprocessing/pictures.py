"""Pictures of section 02, preprocessing."""

from itertools import zip_longest

import numpy as np

from lecture_kit.live.handles import Handle
from lecture_kit.live.looks import BLACK, BLUE, GREY, LOOKS, VERMILLION
from lecture_kit.live.picture import Picture, write

_SCALINGS = ("raw", "min-max", "z-score")
_MARKERS = {"raw": "x", "min-max": "s", "z-score": "o"}
ANGLES = 3.0 * np.arange(121)  # of the points of the contour through the start, in degrees
_LEVELS = (0.01, 0.0625, 0.25, 0.5, 1, 2, 4)  # contours, as shares of the first loss
_LEFT_OUT = {"color": GREY, "va": "center", "ha": "center"}


class ValleyPicture(Picture):
    """The loss over two weights with the path of a run, its loss, and shrink factors by theory.

    Parameters
    ----------
    limits : dict of str to (tuple, tuple)
        For each scaling the limits of both weights.
    learning_rates : ndarray of shape (n_learning_rates,)
        Grid of the shrink factors.
    n_steps : int
        How many steps the axis of the steps is long.
    """

    def __init__(self, limits, learning_rates, n_steps):
        self.limits_of, self.learning_rates, self.n_steps = limits, learning_rates, n_steps
        super().__init__()

    def build(self, figure):
        """Draw axes, names and empty curves."""
        grid = figure.add_gridspec(1, 3, width_ratios=(1.25, 1, 1.25))
        grid.update(left=0.074, right=0.985, bottom=0.15, top=0.9, wspace=0.36)
        self.valley, loss, factors = (figure.add_subplot(cell) for cell in grid)
        self.valley.set(xlabel="w₁, for the height", ylabel="w₂, for the body weight")
        self.valley.grid(visible=False)
        loss.set(xlim=(0, self.n_steps), ylim=(1e-6, 1e4), yscale="log",
                 xlabel="step (dotted: theory, at most)", ylabel="loss above the best ÷ first")
        loss.axhline(0.01, color=GREY, linewidth=0.8)
        loss.text(self.n_steps, 0.013, "1 %", ha="right", color=GREY)
        factors.set(xscale="log", xlim=(self.learning_rates[0], self.learning_rates[-1]),
                    ylim=(0, 1.3), xlabel="learning rate η", ylabel="shrink factor per step")
        factors.axhspan(1, 1.3, color="#eeeeee", zorder=0)
        factors.text(1.4e-5, 1.19, "diverges", va="center")
        self.titles = [self.moving(axes.title) for axes in (self.valley, loss, factors)]
        self.contours = [self.moving(self.valley.plot([], [], color="#b8c4cc", linewidth=0.9)[0])
                         for _level in _LEVELS]
        self.star = self.moving(self.valley.plot([], [], "*", color=BLACK, markersize=10)[0])
        self.path = self.moving(self.valley.plot([], [], marker=".", linewidth=1.2)[0])
        self.start = self.moving(self.valley.plot(
            [], [], "D", color=VERMILLION, markeredgecolor="white")[0])
        self.loss = self.moving(loss.plot([], [])[0])
        self.theory = self.moving(loss.plot([], [], **LOOKS["theory"])[0])
        self.critical = self.moving(factors.plot([1, 1], [0.55, 1.3], color=BLACK, linewidth=1)[0])
        self.factors = {
            name: self.moving(factors.plot([], [], label=name, **LOOKS[name])[0])
            for name in _SCALINGS}
        factors.legend(loc="lower left")
        self.marks_prediction("steps after the z-score", loss)
        self.point = self.moving(factors.plot(
            [], [], "o", color=BLACK, markersize=9, markeredgecolor="white", clip_on=False)[0])
        self.handles += [Handle(factors, self.point, "learning_rate", anywhere=True),
                         Handle(self.valley, self.start, moves=self._to_angle)]

    def _to_angle(self, x, y, _now):
        spots = self.valley.transData.transform(self.ellipse[:-1])
        hand = self.valley.transData.transform((x, y))
        return {"start": ANGLES[np.hypot(*(spots - hand).T).argmin()]}

    def draw(self, scaling, minimum, ellipse, path, losses, theory, factors, critical, point,
             titles):
        """Give contours, path and curves new data.

        Parameters
        ----------
        scaling : {"raw", "min-max", "z-score"}
            Which features the valley belongs to. Another scaling has other limits.
        minimum : ndarray of shape (2,)
            The best weights.
        ellipse : ndarray of shape (n_points, 2)
            The contour through the start, at the angles :data:`ANGLES`.
        path : ndarray of shape (n_steps_so_far + 1, 2)
            The run; what lies outside the axes is cut after its first point.
        losses, theory : ndarray of shape (n_steps_so_far + 1,) and (n_steps + 1,)
            Loss of the run and theory's upper limit, as shares of the first loss.
        factors : dict of str to ndarray of shape (n_learning_rates,)
            Shrink factors by theory, by scaling.
        critical : float
            The critical learning rate.
        point : tuple of float
            Learning rate and factor of the run; above the axes it is drawn at their edge.
        titles : tuple of str
            What is seen on the left, in the middle and on the right.
        """
        x, y = self.limits_of[scaling]
        self.limits(self.valley, x=x, y=y)
        self.ellipse = ellipse
        for line, level in zip(self.contours, _LEVELS, strict=True):
            line.set_data(*(minimum + np.sqrt(level) * (ellipse - minimum)).T)
        low, high = np.transpose([x, y])
        outside = ((path < low) | (path > high)).any(axis=1)
        path = path[: outside.argmax() + 1] if outside.any() else path
        self.star.set_data(*minimum[:, np.newaxis])
        self.path.set(data=path.T, color=LOOKS[scaling]["color"])
        self.start.set_data(*path[:1].T)
        self.loss.set(data=(np.arange(len(losses)), losses), **LOOKS[scaling])
        self.theory.set_data(np.arange(len(theory)), theory)
        self.critical.set_xdata([critical, critical])
        for name, curve in self.factors.items():
            curve.set(data=(self.learning_rates, factors[name]),
                      linewidth=2.6 if name == scaling else 1.1)
        self.point.set_data([point[0]], [min(point[1], 1.3)])
        write(self.titles, titles)


class OutlierPicture(Picture):
    """One feature with an outlier on three scales, and how much of each scale the others keep.

    Parameters
    ----------
    outliers : ndarray of shape (n_outliers,)
        Grid of the curves.
    """

    legends_below = True

    def __init__(self, outliers):
        self.outliers = outliers
        super().__init__()

    def build(self, figure):
        """Draw axes, names and empty curves."""
        grid = figure.add_gridspec(3, 2, width_ratios=(1.3, 1))
        grid.update(left=0.075, right=0.965, bottom=0.15, top=0.9, wspace=0.25, hspace=1.1)
        strips = [figure.add_subplot(grid[row, 0]) for row in range(3)]
        kept = figure.add_subplot(grid[:, 1])
        limits = ((15, 1.1 * self.outliers[-1]), (-0.02, 1.02), (-4.5, 6))
        self.scores = strips[2]
        for axes, name, x in zip(strips, ("kg", "min-max", "z-score"), limits, strict=True):
            axes.set(xlim=x, ylim=(-1, 1), yticks=[], facecolor="#f4f4f4")
            axes.set_ylabel(name, rotation=0, ha="right", va="center")
        self.kilograms = strips[0]
        self.kilograms.set_xscale("log")
        self.arrange(is_narrow=False)
        self.kilograms.minorticks_off()
        kept.set(xscale="log", yscale="log", xlim=(self.outliers[0], self.outliers[-1]),
                 ylim=(0.004, 1.6), xlabel="outlier (kg)",
                 ylabel="spread that the others keep")
        kept.set(xticks=(100, 1000, 10000), yticks=(0.01, 0.1, 1))
        kept.set_xticklabels(["100", "1,000", "10,000"])
        kept.set_yticklabels(["1 %", "10 %", "100 %"])
        self.titles = [self.moving(axes.set_title("", loc=side)) for axes, side in (
            (strips[0], "center"), (strips[1], "center"), (strips[2], "center"),
            (kept, "center"))]
        self.others = [self.moving(axes.plot([], [], "|", color=BLUE, markersize=15, alpha=0.6,
                                             markeredgewidth=1)[0]) for axes in strips]
        self.outlier = [self.moving(axes.plot([], [], "D", color=VERMILLION, clip_on=False)[0])
                        for axes in strips]
        self.curves, self.points = {}, {}
        for name in _SCALINGS[1:]:
            self.curves[name] = self.moving(
                kept.plot([], [], label=f"{name}, theory", **LOOKS[name])[0])
            self.points[name] = self.moving(kept.plot(
                [], [], _MARKERS[name], color=LOOKS[name]["color"], markersize=9,
                markeredgecolor=BLACK, clip_on=False, label=f"{name}, measured")[0])
        kept.legend(loc="lower left")
        self.marks_prediction("left by min-max", kept, "y", scale=0.01)
        self.handles += [Handle(strips[0], self.outlier[0], "outlier", anywhere=True),
                         Handle(kept, self.points["z-score"], "outlier", anywhere=True)]

    def arrange(self, is_narrow):
        """Number only the powers of ten where the page is narrow."""
        ticks = (100, 1000, 10000) if is_narrow else (
            20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)
        self.kilograms.set_xticks(ticks, [f"{tick:,}" for tick in ticks])

    def draw(self, columns, largest_z, curves, points, titles):
        """Give strips and curves new data.

        Parameters
        ----------
        columns : list of ndarray of shape (n,)
            The feature in kg, after min-max and after z-score. The outlier is the last value.
        largest_z : float
            The largest z-score that any of the values can have.
        curves : dict of str to ndarray of shape (n_outliers,)
            Shares that the others keep by theory, for "min-max" and "z-score".
        points : dict of str to tuple of float
            The outlier and the share that was measured.
        titles : tuple of str
            What is seen on the three scales and on the right.
        """
        self.limits(self.scores, x=(-4.5, max(5.0, 1.05 * largest_z)))
        for column, others, outlier in zip(columns, self.others, self.outlier, strict=True):
            others.set_data(column[:-1], np.zeros(len(column) - 1))
            outlier.set_data(column[-1:], [0])
        for name, curve in self.curves.items():
            curve.set_data(self.outliers, curves[name])
            self.points[name].set_data([points[name][0]], [points[name][1]])
        write(self.titles, titles)


class CodesPicture(Picture):
    """Distances under integer codes and under one-hot, and the accuracy that each allows.

    Parameters
    ----------
    n_shown : int
        How many categories the tables of distances show.
    n_orders : int
        How many orders of the codes the accuracies stand for.
    """

    narrowest = 320

    def __init__(self, n_shown, n_orders):
        self.n_shown, self.n_orders = n_shown, n_orders
        super().__init__()

    def build(self, figure):
        """Draw axes, names and empty tables."""
        grid = figure.add_gridspec(1, 3, width_ratios=(1, 1, 1.35))
        grid.update(left=0.095, right=0.97, bottom=0.15, top=0.9, wspace=0.36)
        integer, one_hot, accuracy = (figure.add_subplot(cell) for cell in grid)
        self.shown = None
        self.tables, self.numbers, self.names = [], [], []
        for axes in (integer, one_hot):
            self._build_table(axes)
        self.moving(self.tables[0])
        for text in self.numbers[0]:
            self.moving(text)
        self.codes = [self.moving(integer.text(j, 0, "", ha="center", va="top"))
                      for j in range(self.n_shown)]
        integer.set_xlabel("code", labelpad=20)
        one_hot.set_xlabel("one column of 0 and 1 for each", labelpad=20)
        accuracy.set(xlim=(0, self.n_orders + 1), ylim=(0.3, 1.22), ylabel="accuracy",
                     yticks=np.arange(3, 10) / 10,
                     xlabel=f"{self.n_orders} orders of the codes, from bad to good")
        self.titles = [self.moving(axes.title) for axes in (integer, one_hot, accuracy)]
        self.orders = self.moving(accuracy.plot(
            [], [], ".", color=LOOKS["integer codes"]["color"], markersize=6)[0])
        self.ceiling = self.moving(accuracy.plot(
            [], [], label="theory: best possible", **LOOKS["theory"])[0])
        self.lines = {name: self.moving(accuracy.plot([], [], label=name, **LOOKS[name])[0])
                      for name in ("one-hot", "integer codes")}
        self.lines["integer codes"].set_label("integer codes, order of the seed")
        accuracy.legend(loc="upper left", borderaxespad=0)
        self.marks_prediction("accuracy of the worst order", accuracy, "y", scale=0.01)

    def _build_table(self, axes):
        n = self.n_shown
        axes.set(xlim=(-0.5, n - 0.5), ylim=(n - 0.5, -0.5), xticks=[], yticks=range(n))
        axes.tick_params(length=0)
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
        self.tables.append(axes.imshow(
            np.zeros((n, n)), cmap="Blues", vmin=0, vmax=1.6, aspect="auto"))
        self.numbers.append([axes.text(j, i, "", ha="center", va="center")
                             for i, j in zip(*np.tril_indices(n, -1), strict=True)])

    def _fill_table(self, which, distances):
        n = self.n_shown
        whole = np.full((n, n), np.nan)
        whole[: len(distances), : len(distances)] = distances
        self.tables[which].set_data(np.ma.masked_invalid(whole / np.nanmax(whole)))
        for text, value in zip(self.numbers[which], whole[np.tril_indices(n, -1)], strict=True):
            text.set_text("" if np.isnan(value) else f"{value:.3g}")

    def _show_names(self, names, distances):
        """Write names and one-hot distances, which no order of the codes changes."""
        self.shown, n = names, len(names)
        self._fill_table(1, distances)
        for table in self.tables:
            table.axes.set_yticklabels(names + [""] * (self.n_shown - n))
            table.axes.set(xlim=(-0.5, n - 0.5), ylim=(n - 0.5, -0.5))
        for text in self.codes:
            text.set_y(1.025 * n - 0.5)
        self.background_changed()

    def draw(self, names, codes, distances, accuracies, orders, ceiling, titles):
        """Give tables and curves new data.

        Parameters
        ----------
        names : list of str
            The categories that are shown, at most ``n_shown``.
        codes : list of int
            Their integer codes.
        distances : tuple of ndarray of shape (n_names, n_names)
            Pairwise distances under integer codes and under one-hot.
        accuracies : dict of str to float
            Accuracy under "integer codes" and under "one-hot".
        orders : ndarray of shape (n_orders,)
            Accuracies under many orders of the codes.
        ceiling : float
            The best accuracy that is possible.
        titles : tuple of str
            What is seen on the left, in the middle and on the right.
        """
        if names != self.shown:
            self._show_names(names, distances[1])
        self._fill_table(0, distances[0])
        for text, code in zip_longest(self.codes, codes, fillvalue=""):
            text.set_text(f"{code}")
        self.orders.set_data(np.arange(1, self.n_orders + 1), np.sort(orders))
        ends = [0, self.n_orders + 1]
        self.ceiling.set_data(ends, [ceiling, ceiling])
        for name, line in self.lines.items():
            line.set_data(ends, [accuracies[name], accuracies[name]])
        write(self.titles, titles)


class ConnectionsPicture(Picture):
    """Wrong answers of six trainings epoch by epoch, and what each finds of every class.

    Parameters
    ----------
    rows : list of (str, str)
        Scaling and codes of each training.
    columns : list of str
        Names of the columns of the table: the classes, between accuracy and mean recall.
    n_epochs : int
        How many epochs the axis is long.
    """

    height = 328
    column_height = None  # the table needs the width

    def __init__(self, rows, columns, n_epochs):
        self.rows, self.columns, self.n_epochs = rows, columns, n_epochs
        super().__init__()

    def build(self, figure):
        """Draw axes, names and an empty table."""
        grid = figure.add_gridspec(1, 2, width_ratios=(1, 2.3))
        grid.update(left=0.078, right=0.995, bottom=0.155, top=0.9, wspace=0.56)
        wrong, table = (figure.add_subplot(cell) for cell in grid)
        wrong.set(xlim=(0, self.n_epochs), ylim=(0.003, 1.1), yscale="log", xlabel="epoch",
                  ylabel="wrong answers, validation", yticks=(0.01, 0.1, 1))
        wrong.set_yticklabels(["1 %", "10 %", "100 %"])
        n_columns = len(self.columns)
        table.set(xlim=(-0.5, n_columns - 0.5), ylim=(len(self.rows) - 0.5, -0.5),
                  xticks=range(n_columns), yticks=range(len(self.rows)))
        table.set_xticklabels(self.columns, fontsize=8)
        table.set_yticklabels([f"{scaling}, {codes.split()[0]}" for scaling, codes in self.rows])
        table.tick_params(length=0)
        table.grid(visible=False)
        table.spines[:].set_visible(False)
        table.set_facecolor("#eeeeee")
        self.titles = [self.moving(axes.title) for axes in (wrong, table)]
        self.curves = []
        for i, (scaling, codes) in enumerate(self.rows):
            look = {"color": LOOKS[scaling]["color"], "linestyle": LOOKS[codes]["linestyle"],
                    "marker": _MARKERS[scaling], "markersize": 4, "linewidth": 1.4}
            self.curves.append(self.moving(wrong.plot([], [], **look)[0]))
            table.plot([-3.95, -3.65, -3.35], [i, i, i], clip_on=False, **look)
        self.table = self.moving(table.imshow(
            np.zeros((len(self.rows), n_columns)), cmap="Blues", vmin=0, vmax=1.6, aspect="auto"))
        self.numbers = [[self.moving(table.text(j, i, "", ha="center", va="center"))
                         for j in range(n_columns)] for i in range(len(self.rows))]
        self.remarks = [self.moving(table.text(n_columns / 2 - 0.5, i, "", **_LEFT_OUT))
                        for i in range(len(self.rows))]
        for edge in (0.5, n_columns - 1.5):
            self.moving(table.axvline(edge, color="white", linewidth=4))

    def draw(self, epochs, wrong, shares, remarks, titles):
        """Give curves and table new data.

        Parameters
        ----------
        epochs : ndarray of shape (n_records,)
            Epoch of each record.
        wrong : ndarray of shape (n_rows, n_records)
            Share of wrong answers of each training; NaN after a divergence.
        shares : ndarray of shape (n_rows, n_columns)
            Accuracy now, recall of each class and mean recall; NaN after a divergence.
        remarks : list of str
            Words in place of the numbers of each row, or nothing.
        titles : tuple of str
            What is seen on the left and on the right.
        """
        for curve, share in zip(self.curves, wrong, strict=True):
            curve.set_data(epochs, share)
        self.table.set_data(np.ma.masked_invalid(shares))
        for i, line in enumerate(shares):
            self.remarks[i].set_text(remarks[i])
            for text, value in zip(self.numbers[i], line, strict=True):
                text.set_text("" if np.isnan(value) else f"{value:.2f}")
        write(self.titles, titles)
