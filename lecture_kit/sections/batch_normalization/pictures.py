"""Pictures of section 07, batch normalization."""

import numpy as np
from matplotlib.patheffects import withStroke

from lecture_kit.live.handles import Handle
from lecture_kit.live.looks import BLACK, BLUE, GREY, LOOKS, ORANGE
from lecture_kit.live.picture import Picture, write

_SATURATED = "#f4f4f4"


def _one_digit(value):
    return f"{float(f'{value:.1g}'):g}"


class DistributionsPicture(Picture):
    """What goes into the sigmoids of two networks, one node over time, and both accuracies.

    Parameters
    ----------
    edges : ndarray of shape (n_bins + 1,)
        Edges of the bins.
    updates : ndarray of shape (n_epochs + 1,)
        Number of updates after each epoch.
    n_layers : int
        How many hidden layers.
    """

    height = 306

    def __init__(self, edges, updates, n_layers):
        self.edges, self.updates, self.n_layers = edges, updates, n_layers
        super().__init__()

    def build(self, figure):
        """Draw axes, names and empty histograms."""
        n = self.n_layers
        shape = {"bottom": 0.15, "top": 0.9, "hspace": 0.12}
        grid = figure.add_gridspec(2, n, left=0.045, right=0.455, wspace=0.14, **shape)
        last = figure.add_gridspec(2, 1, left=0.495, right=0.675, **shape)
        axes = [[*(figure.add_subplot(grid[row, k]) for k in range(n)),
                 figure.add_subplot(last[row])] for row in range(2)]
        accuracy = figure.add_axes((0.742, 0.15, 0.236, 0.75))
        self.histograms, self.notes, self.bands, self.row_names = [], [], [], []
        for row in axes:
            self.histograms.append([self._build_histogram(one) for one in row[:n]])
            self.notes.append([self.moving(one.text(
                0.03, 0.97, "", va="top", fontsize=8.5, transform=one.transAxes))
                for one in row[:n]])
            self.row_names.append(self.moving(row[0].text(
                -0.1, 0.5, "", rotation=90, va="center", ha="center", fontweight="bold",
                transform=row[0].transAxes)))
            self.bands.append(self._build_band(row[n]))
        for layer, one in enumerate(axes[0][:n]):
            one.set_title(f"layer {layer + 1}")
        axes[0][n].set_title(f"one node of layer {n}")
        for one in axes[0]:
            one.tick_params(labelbottom=False)
        axes[1][n // 2].set_xlabel("input of the sigmoid")
        axes[1][n].set_xlabel("update")
        self._build_accuracy(accuracy)

    def _build_histogram(self, axes):
        axes.set(xlim=(self.edges[0], self.edges[-1]), ylim=(0, 1.75), xticks=(-4, 0, 4), yticks=())
        axes.grid(visible=False)
        self._shade(axes.axvspan)
        shares = np.zeros(len(self.edges) - 1)
        return self.moving(axes.stairs(shares, self.edges, fill=True))

    def _shade(self, span):
        for side in (-1, 1):
            span(4 * side, 8 * side, color=_SATURATED, zorder=0)

    def _build_band(self, axes):
        axes.set(xlim=(0, self.updates[-1]), ylim=(-8, 8), yticks=(-4, 0, 4))
        self._shade(axes.axhspan)
        lines = [self.moving(axes.plot([], [], linestyle=style, linewidth=1.5)[0])
                 for style in ("--", "-", "--")]
        return {"lines": lines, "cursor": self.moving(axes.axvline(0, color=GREY, linewidth=1))}

    def _build_accuracy(self, axes):
        axes.set(xlim=(0, self.updates[-1]), ylim=(0, 1.55), yticks=np.linspace(0, 1, 6),
                 xlabel="update", ylabel="validation accuracy")
        axes.axhline(0.1, **{**LOOKS["theory"], "linewidth": 1.2})
        axes.text(self.updates[-1], 0.085, "chance", ha="right", va="top", color=GREY)
        self.title = self.moving(axes.title)
        self.marks_prediction("accuracy without BN", axes, "y", scale=0.01)
        self.cursor = self.moving(axes.axvline(0, color=GREY, linewidth=1))
        self.curves = {name: self.moving(axes.plot([], [], label=name, **LOOKS[name])[0])
                       for name in ("without BN", "with BN", "noisy BN")}
        self.legend = self.moving(axes.legend(loc="upper right", borderaxespad=0))
        self.handles.append(Handle(axes, self.cursor, moves=self._to_epoch, anywhere=True))

    def _to_epoch(self, update, _accuracy, _now):
        return {"epoch": float(np.interp(update, self.updates, range(len(self.updates))))}

    def draw(self, epoch, rows, curves, title):
        """Give histograms and curves new data.

        Parameters
        ----------
        epoch : int
            Epoch of the histograms.
        rows : dict of str to dict
            For each of the two networks by name: ``shares``, ndarray of shape (n_layers, n_bins);
            ``notes``, list of str, one per layer; ``percentiles``, ndarray of shape (n_records, 3).
        curves : dict of str to ndarray of shape (n_records,)
            Validation accuracy by name.
        title : str
            What is seen on the right.
        """
        update = self.updates[epoch]
        for number, (name, row) in enumerate(rows.items()):
            color = LOOKS[name]["color"]
            self.row_names[number].set(text=name, color=color)
            parts = zip(self.histograms[number], self.notes[number], row["shares"], row["notes"],
                        strict=True)
            for histogram, note, shares, words in parts:
                histogram.set_data(shares / shares.max())
                histogram.set(facecolor=color, edgecolor=color)
                note.set_text(words)
            band = self.bands[number]
            for line, values in zip(band["lines"], row["percentiles"].T, strict=True):
                line.set(data=(self.updates[: len(values)], values), color=color)
            band["cursor"].set_xdata([update, update])
        for name, curve in self.curves.items():
            values = curves.get(name, np.empty(0))
            curve.set_data(self.updates[: len(values)], values)
        for parts in (self.legend.legend_handles, self.legend.get_texts()):
            for name, part in zip(self.curves, parts, strict=True):
                part.set_visible(name in curves)
        self.cursor.set_xdata([update, update])
        self.title.set_text(title)


class OneLayerPicture(Picture):
    """A batch before and after normalization and after γ and β, and how noisy its mean is.

    Parameters
    ----------
    edges : ndarray of shape (n_bins + 1,)
        Edges of the bins of all three histograms.
    batch_sizes : list of int
        Batch sizes whose spread was measured.
    """

    stages = ("raw", "normalized", "output")

    def __init__(self, edges, batch_sizes):
        self.edges, self.batch_sizes = edges, batch_sizes
        super().__init__()

    def build(self, figure):
        """Draw axes, names and empty histograms."""
        grid = figure.add_gridspec(1, 4, width_ratios=(1, 1, 1, 1.15))
        grid.update(left=0.085, right=0.985, bottom=0.15, top=0.9, wspace=0.36)
        *figure_axes, spread = [figure.add_subplot(cell) for cell in grid]
        labels = ("input z of one node", "normalized z", "output y (ends: and beyond)")
        self.parts = {}
        for name, axes, label in zip(self.stages, figure_axes, labels, strict=True):
            axes.set(xlim=(self.edges[0], self.edges[-1]), ylim=(0, 1.6), xlabel=label)
            reference = "all rows" if name == "raw" else "theory"
            axes.set_yticks((1.12, 1.27, 1.42), ("batch", reference, "one image"))
            axes.tick_params(axis="y", length=0)
            axes.grid(visible=False, axis="y")
            self.parts[name] = self._build_stage(axes)
        self._build_spread(spread)
        output = figure_axes[-1]
        self.middle, self.end = (output.plot([], [], linestyle="")[0] for _ in range(2))  # not seen
        self.handles += [
            Handle(output, self.middle, "shift"),
            Handle(output, self.end, moves=lambda x, _y, now: {"scale": x - now["shift"]})]
        self.titles = [self.moving(axes.title) for axes in (*figure_axes, spread)]

    def _build_stage(self, axes):
        shares = np.zeros(len(self.edges) - 1)
        look = {"color": BLUE, "linewidth": 3, "solid_capstyle": "butt"}
        return {
            "histogram": self.moving(axes.stairs(
                shares, self.edges, fill=True, facecolor="#a9cce3", edgecolor=BLUE)),
            "measured": self.moving(axes.plot([], [], marker="o", **look)[0]),
            "theory": self.moving(axes.plot(
                [], [], marker="|", markersize=12, **LOOKS["theory"])[0]),
            "inferred": self.moving(axes.plot([], [], color=ORANGE, linewidth=1.5)[0]),
            "image": self.moving(axes.plot(
                [], [], "D", color=ORANGE, markeredgecolor=BLACK, clip_on=False)[0]),
        }

    def _build_spread(self, axes):
        axes.set(xscale="log", yscale="log", xlim=(0.8, 1.25 * self.batch_sizes[-1]),
                 ylim=(0.03, 4), xlabel="batch size B", ylabel="spread of the batch mean")
        axes.set_yticks([0.1, 1], ["0.1", "1"])
        axes.set_xticks([1, 10, 100], ["1", "10", "100"])
        axes.minorticks_off()
        self.marks_prediction("spread of the batch mean", axes, "y")
        self.theory = self.moving(axes.plot([], [], label="theory σ/√B", **LOOKS["theory"])[0])
        self.measured = self.moving(axes.plot(
            [], [], "o", color=BLUE, markersize=5, label="measured")[0])
        self.now = self.moving(axes.plot(
            [], [], "o", color="none", markeredgecolor=BLACK, markersize=12)[0])
        axes.legend(loc="upper right", borderaxespad=0)
        self.handles.append(Handle(axes, self.now, "batch_size", anywhere=True))

    def draw(self, stages, spread, theory, batch_size, titles):
        """Give histograms, marks and points new data.

        Parameters
        ----------
        stages : dict of str to dict
            For "raw", "normalized" and "output": ``shares``, ndarray of shape (n_bins,);
            ``measured`` and ``theory``, pairs (mean, standard deviation) of this batch;
            ``image`` and ``inferred``, the value of the marked image in this batch and at
            inference. A value outside the histogram is an arrow at its edge.
        spread, theory : ndarray of shape (n_batch_sizes,)
            Measured and theoretical spread of the batch mean.
        batch_size : int
            The batch size now.
        titles : tuple of str
            What is seen, from left to right.
        """
        for name, part in self.parts.items():
            stage = stages[name]
            part["histogram"].set_data(stage["shares"] / stage["shares"].max())
            for kind, height in (("measured", 1.12), ("theory", 1.27)):
                mean, deviation = stage[kind]
                part[kind].set_data([mean - deviation, mean, mean + deviation], [height] * 3)
            image, inferred = np.clip(
                (stage["image"], stage["inferred"]), self.edges[0], self.edges[-1])
            part["inferred"].set_data([inferred] * 2, [0, 1.5])
            part["image"].set_data([image], [1.42])
            part["image"].set_marker("D" if image == stage["image"] else "<>"[int(image > 0)])
        mean, deviation = stages["output"]["measured"]
        self.middle.set_data([mean], [1.12])
        self.end.set_data([mean + deviation], [1.12])
        self.measured.set_data(self.batch_sizes, spread)
        self.theory.set_data(self.batch_sizes, theory)
        self.now.set_data([batch_size], [spread[self.batch_sizes.index(batch_size)]])
        write(self.titles, titles)


def _from_logarithms(x, y, _now):
    return {"learning_rate": 10**x, "init_scale": 10**y}


class MapPicture(Picture):
    """Accuracy over learning rate and init scale, without and with batch normalization.

    Parameters
    ----------
    learning_rates, init_scales : ndarray of shape (n_columns,) and (n_rows,)
        The cells of the maps, evenly spaced on logarithmic axes.
    n_updates : int
        How many updates the axis of the updates is long.
    """

    kinds = ("without BN", "with BN")
    column_gap = 0.01

    def __init__(self, learning_rates, init_scales, n_updates):
        self.learning_rates, self.init_scales = learning_rates, init_scales
        self.n_updates = n_updates
        super().__init__()

    def build(self, figure):
        """Draw axes, names and empty maps."""
        left, right = figure.add_axes((0.065, 0.15, 0.295, 0.75)), figure.add_axes(
            (0.375, 0.15, 0.295, 0.75))
        curves = figure.add_axes((0.735, 0.15, 0.25, 0.75))
        self.x, self.y = np.log10(self.learning_rates), np.log10(self.init_scales)
        self.images, self.numbers, self.points = {}, {}, {}
        for kind, axes in zip(self.kinds, (left, right), strict=True):
            self._build_map(kind, axes)
        left.set_ylabel("init scale σ")
        right.tick_params(labelleft=False)
        self.good_scale = left.plot([], [], **LOOKS["theory"])[0]
        self.same_rate = self.moving(right.plot([], [], **LOOKS["theory"])[0])
        curves.set(xlim=(0, self.n_updates), ylim=(0, 1.22), yticks=np.linspace(0, 1, 6),
                   xlabel="update", ylabel="validation accuracy")
        curves.axhline(0.1, **{**LOOKS["theory"], "linewidth": 1.2})
        curves.text(self.n_updates, 0.085, "chance", ha="right", va="top", color=GREY)
        self.curves, self.runs = {}, {}
        for kind in self.kinds:
            look = LOOKS[kind]
            self.runs[kind] = self.moving(curves.plot(
                [], [], color=look["color"], linewidth=0.8, alpha=0.6)[0])
            self.curves[kind] = self.moving(curves.plot([], [], label=kind, **look)[0])
        curves.legend(loc="upper center", ncols=2, columnspacing=1.2, borderaxespad=0)
        self.titles = [self.moving(axes.title) for axes in (left, right, curves)]
        self.shown = None

    def _build_map(self, kind, axes):
        half = (self.x[1] - self.x[0]) / 2, (self.y[1] - self.y[0]) / 2
        ends = (self.x[0] - half[0], self.x[-1] + half[0], self.y[0] - half[1],
                self.y[-1] + half[1])
        self.images[kind] = axes.imshow(
            np.zeros((len(self.y), len(self.x))), extent=ends, origin="lower", aspect="auto",
            cmap="viridis", vmin=0.1, vmax=1)
        axes.set_xticks(self.x, [_one_digit(rate) for rate in self.learning_rates])
        axes.set_yticks(self.y, [_one_digit(scale) for scale in self.init_scales])
        axes.grid(visible=False)
        axes.set_facecolor("#dddddd")
        axes.set_xlabel("learning rate η")
        self.numbers[kind] = [[axes.text(x, y, "", ha="center", va="center") for x in self.x]
                              for y in self.y]
        self.points[kind] = self.moving(axes.plot(
            [], [], "o", color="none", markeredgecolor="white", markeredgewidth=2, markersize=25,
            path_effects=[withStroke(linewidth=4, foreground=BLACK)])[0])
        self.handles.append(Handle(axes, self.points[kind], moves=_from_logarithms, anywhere=True))

    def draw(self, maps, good_scale, point, same_rate, updates, runs, titles):
        """Give maps, point and curves new data.

        Parameters
        ----------
        maps : dict of str to ndarray of shape (n_rows, n_columns)
            Accuracies "without BN" and "with BN"; NaN where a run diverged. Another dictionary
            than before redraws the maps.
        good_scale : float
            Theory's init scale without batch normalization.
        point : tuple of float
            Learning rate and init scale now.
        same_rate : tuple of ndarray
            Learning rates and init scales with the same effective learning rate.
        updates : ndarray of shape (n_records,)
            Updates of the curves.
        runs : dict of str to ndarray of shape (n_seeds, n_records)
            Accuracies of the runs at the point.
        titles : tuple of str
            What is seen, from left to right.
        """
        if maps is not self.shown:
            self.shown = maps
            self._draw_maps(maps, good_scale)
        for kind in self.kinds:
            self.points[kind].set_data(*np.log10(point)[:, np.newaxis])
            begun = runs[kind][~np.isnan(runs[kind][:, 0])]
            self.curves[kind].set_data(updates, begun.mean(axis=0))
            gap = np.full((len(begun), 1), np.nan)
            self.runs[kind].set_data(
                np.tile(np.append(updates, np.nan), len(gap)), np.hstack([begun, gap]).ravel())
        self.same_rate.set_data(self._beside_numbers(np.log10(same_rate)))
        write(self.titles, titles)

    def _draw_maps(self, maps, good_scale):
        for kind in self.kinds:
            self.images[kind].set_data(np.ma.masked_invalid(maps[kind]))
            for texts, values in zip(self.numbers[kind], maps[kind], strict=True):
                for text, value in zip(texts, values, strict=True):
                    words = "div." if np.isnan(value) else f"{value:.2f}".lstrip("0")
                    text.set(text=words, color="white" if value < 0.65 else BLACK)
        height = np.log10(good_scale)
        ends = np.array([[self.x[0] - 1, self.x[-1] + 1], [height, height]])
        self.good_scale.set_data(self._beside_numbers(ends))
        self.background_changed()

    def _beside_numbers(self, ends):
        """Draw a straight line from end to end, but not over the number in a cell's middle."""
        x, y = np.linspace(*ends.T, 600, axis=1)
        columns, rows = (x - self.x[0]) / np.diff(self.x[:2]), (y - self.y[0]) / np.diff(self.y[:2])
        is_over = (abs(columns - columns.round()) < 0.3) & (abs(rows - rows.round()) < 0.22)
        return x, np.where(is_over, np.nan, y)
