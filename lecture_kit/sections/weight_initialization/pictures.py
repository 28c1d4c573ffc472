"""Pictures of section 03, weight initialization."""

import numpy as np

from lecture_kit.live.handles import Handle
from lecture_kit.live.looks import BLACK, BLUE, GREEN, GREY, LOOKS, VERMILLION
from lecture_kit.live.picture import Picture, write

RANGES = {"sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0), "ReLU": (0.0, 4.0)}
EXPONENTS = (-10.0, 2.0)  # the histograms of the gradients show these powers of ten
_MARGIN = 0.06  # blank share of a column on either side of its histogram
_THEORY = LOOKS["theory"]


def place(values, low, high, n_layers):
    """Turn one value per layer into places on an axis that holds the layers side by side.

    Parameters
    ----------
    values : ndarray of shape (n_layers, ...)
        Values; those outside their histogram get NaN, which is not drawn.
    low, high : float
        Ends of each histogram.
    n_layers : int
        How many columns there are.

    Returns
    -------
    ndarray of the same shape
        From 0 to 1.
    """
    share = (np.asarray(values, float) - low) / (high - low)
    share = np.where((share >= 0) & (share <= 1), share, np.nan)
    column = np.arange(n_layers).reshape(-1, *[1] * (share.ndim - 1))
    return (column + _MARGIN + (1 - 2 * _MARGIN) * share) / n_layers


def _columns(counts):
    """Heights and edges of all histograms for one ``stairs``, with gaps between them."""
    n_layers, n_bins = counts.shape
    heights = counts / np.maximum(counts.max(axis=1, keepdims=True), 1)
    heights = np.column_stack([heights, np.full(n_layers, np.nan)]).ravel()[:-1]
    ends = np.tile(np.linspace(0, 1, n_bins + 1), (n_layers, 1))
    return heights, place(ends, 0, 1, n_layers).ravel()


def _short(value):
    return f"{value:.3g}" if 1e-2 <= value < 1e4 else f"{value:.0e}".replace("-", "−")


class SignalsPicture(Picture):
    """Histograms of activations and gradients in every layer, and their sizes beside theory."""

    column_height = None  # up to ten histograms beside each other need the width

    def build(self, figure):
        """Draw axes, names and empty histograms."""
        self.forward = figure.add_axes((0.095, 0.605, 0.575, 0.315))
        self.backward = figure.add_axes((0.095, 0.098, 0.575, 0.255))
        sizes = figure.add_axes((0.725, 0.14, 0.262, 0.5))
        for axes, top in ((self.forward, 1.5), (self.backward, 1.2)):
            axes.set(xlim=(0, 1), ylim=(0, top), xticks=(), yticks=())
            axes.spines["left"].set_visible(False)
        self.rows_name = self._below("", -0.008, 0, ha="right")
        self.range_name = self.forward.text(-0.008, 0.3, "", ha="right", va="center")
        self.forward.text(-0.008, 1.15, "mean ± std", ha="right", va="center", color=BLUE)
        self.forward.text(-0.008, 1.35, "theory", ha="right", va="center")
        self.backward.text(-0.008, 0.5, "log₁₀|δ|\nfrom −10\nto 2", ha="right", va="center")
        self.backward.text(0.0, -0.08, "│ grey: |δ| = 1      ▼ size measured      dotted: theory",
                           va="top", color=GREY)
        sizes.set(xlim=(0.5, 10.5), ylim=(1e-8, 1e2), yscale="log", xticks=range(1, 11),
                  xlabel="layer", yticks=np.logspace(-8, 2, 6))
        self.titles = [self.moving(axes.set_title("", pad=4))
                       for axes in (self.forward, self.backward)]
        self.title = self.moving(figure.text(0.725, 0.75, "", weight="bold", size=10))
        self._build_histograms()
        self._build_sizes(sizes)
        self._build_scale(figure.add_axes((0.725, 0.93, 0.262, 0.04)))

    def _build_histograms(self):
        self.counts = self.moving(self.forward.stairs([0], [0, 1], fill=True, alpha=0.65))
        self.gradient_counts = self.moving(
            self.backward.stairs([0], [0, 1], fill=True, color=VERMILLION, alpha=0.65))
        bar = {"marker": "|", "markersize": 8, "linewidth": 1.6}
        self.spread = self.moving(self.forward.plot([], [], color=BLUE, **bar)[0])
        self.theory_spread = self.moving(self.forward.plot([], [], **{**_THEORY, **bar})[0])
        self.ones = self.moving(self.backward.plot([], [], color=GREY, linewidth=0.8)[0])
        self.beyond = [[self.moving(axes.text(0, height, "", ha="center", va="center", size=8.5,
                                              color=color)) for _ in range(10)]
                       for axes, height, color in ((self.forward, 1.25, BLUE),
                                                   (self.backward, 1.08, VERMILLION))]
        self.theory_size = self.moving(self.backward.plot([], [], **_THEORY)[0])
        self.size = self.moving(self.backward.plot([], [], "v", color=VERMILLION)[0])
        self.layer_names = [self._below("", 0, 0) for _ in range(10)]
        self.table = [self.moving(self._below("", 0, 1)) for _ in range(10)]
        self.names_stand_for = None

    def _below(self, words, x, row, ha="center"):
        return self.forward.text(x, -0.04 - 0.165 * row, words, ha=ha, va="top", linespacing=1.2,
                                 transform=self.forward.transAxes)

    def _build_sizes(self, axes):
        looks = {"std": (BLUE, "o"), "signal": (GREEN, "s"), "gradient": (VERMILLION, "v")}
        self.curves, self.theory_curves = {}, {}
        for name, (color, marker) in looks.items():
            self.curves[name] = self.moving(axes.plot(
                [], [], marker, color=color, markersize=5, label=name)[0])
            self.theory_curves[name] = self.moving(axes.plot([], [], **_THEORY)[0])
        self.n_beyond = self.moving(axes.text(
            10.4, 1.5e-8, "", ha="right", color=GREY,
            bbox={"facecolor": "white", "linewidth": 0, "pad": 1}))
        axes.legend(loc="lower right", bbox_to_anchor=(1.03, 0.99), ncols=3, borderaxespad=0,
                    handlelength=0.8, handletextpad=0.3, columnspacing=0.9)

    def _build_scale(self, axes):
        axes.set(xscale="log", xlim=(0.003, 3), ylim=(0, 1), yticks=(), xticks=(0.01, 0.1, 1),
                 xticklabels=("σ = 0.01", "0.1", "1"))
        axes.minorticks_off()
        axes.grid(visible=False)
        axes.spines["left"].set_visible(False)
        self.scale_point = self.moving(axes.plot(
            [], [], "o", color=BLACK, markersize=9, markeredgecolor="white", clip_on=False)[0])
        self.handles.append(Handle(axes, self.scale_point, "init_scale", anywhere=True))

    def draw(self, init_scale, activation, forward, backward, theory, titles):
        """Give histograms, markers and curves new data.

        Parameters
        ----------
        init_scale : float
            σ.
        activation : {"sigmoid", "tanh", "ReLU"}
            Name of the activation function; it fixes the range of the histograms.
        forward : dict of str to ndarray
            ``counts`` of shape (n_layers, n_bins); ``means``, ``deviations``, ``signals`` and
            ``saturated``, each of shape (n_layers,).
        backward : dict of str to ndarray
            ``counts`` of shape (n_layers, n_bins) and ``sizes`` of shape (n_layers,).
        theory : MeanField
            The same numbers as theory expects them.
        titles : tuple of str
            What is seen above, below and on the right.
        """
        n_layers, (low, high) = len(forward["counts"]), RANGES[activation]
        self.scale_point.set_data([init_scale], [0])
        self.counts.set_data(*_columns(forward["counts"]))
        self.counts.set_facecolor(LOOKS[activation]["color"])
        self.gradient_counts.set_data(*_columns(backward["counts"]))
        for line, height, means, deviations in (
                (self.spread, 1.15, forward["means"], forward["deviations"]),
                (self.theory_spread, 1.35, theory.mean, theory.standard_deviation)):
            ends = np.column_stack([means - deviations, means, means + deviations])
            ends = np.where((means > high)[:, np.newaxis], np.nan, np.clip(ends, low, high))
            x = np.column_stack([place(ends, low, high, n_layers), np.full(n_layers, np.nan)])
            line.set_data(x.ravel(), np.full(x.size, height))
        self._draw_sizes_of_gradients(backward["sizes"], theory.gradient)
        self._draw_table(forward["deviations"], forward["saturated"])
        self._say_what_is_beyond(forward["means"], high, backward["sizes"])
        if (activation, n_layers) != self.names_stand_for:
            self._draw_names(activation, n_layers)
        measured = (forward["deviations"], forward["signals"], backward["sizes"])
        expected = (theory.standard_deviation, theory.signal, theory.gradient)
        for name, values, values_expected in zip(self.curves, measured, expected, strict=True):
            self.curves[name].set_data(np.arange(1, n_layers + 1), values)
            self.theory_curves[name].set_data(np.arange(1, n_layers + 1), values_expected)
        n_beyond = np.sum((np.array(measured) < 1e-8) | (np.array(measured) > 1e2))
        self.n_beyond.set_text(f"off the scale: {n_beyond} of {3 * n_layers}" if n_beyond else "")
        write([*self.titles, self.title], titles)

    def _say_what_is_beyond(self, means, high, sizes):
        low_size, high_size = 10.0 ** np.array(EXPONENTS)
        words = [[f"> {high:g}" if mean > high else "" for mean in means],
                 ["> 10²" if size > high_size else "< 10⁻¹⁰" if size < low_size else ""
                  for size in sizes]]
        for texts, row in zip(self.beyond, words, strict=True):
            for layer, text in enumerate(texts):
                text.set(text=row[layer] if layer < len(row) else "", x=(layer + 0.5) / len(row))

    def _draw_sizes_of_gradients(self, sizes, expected):
        n_layers = len(sizes)
        with np.errstate(divide="ignore"):
            measured, theory = np.log10(sizes), np.log10(expected)
        self.size.set_data(place(measured, *EXPONENTS, n_layers), np.full(n_layers, 1.07))
        for line, exponents in ((self.theory_size, theory), (self.ones, np.zeros(n_layers))):
            x = place(exponents, *EXPONENTS, n_layers)
            line.set_data(np.repeat(x, 3), np.tile([0, 1, np.nan], n_layers))

    def _draw_names(self, activation, n_layers):
        self.names_stand_for = activation, n_layers
        low, high = RANGES[activation]
        self.rows_name.set_text("layer\nstd\n" + ("at 0" if activation == "ReLU" else "saturated"))
        start = "above 0" if activation == "ReLU" else f"{low:g}".replace("-", "−")
        self.range_name.set_text(f"{activation}\n{start} to {high:g}")
        for layer, text in enumerate(self.layer_names):
            text.set(text=str(layer + 1) if layer < n_layers else "", x=(layer + 0.5) / n_layers)
        self.background_changed()

    def _draw_table(self, deviations, saturated):
        n_layers = len(deviations)
        for layer, text in enumerate(self.table):
            words = ""
            if layer < n_layers:
                words = f"{_short(deviations[layer])}\n{saturated[layer]:.0%}"
            text.set(text=words, x=(layer + 0.5) / n_layers)


class PairPicture(Picture):
    """The weights into two units, their distance, and the loss, step by step.

    Parameters
    ----------
    n_steps : int
        How many steps the axes of the steps are long.
    """

    narrowest = 320

    def __init__(self, n_steps):
        self.n_steps = n_steps
        super().__init__()

    def build(self, figure):
        """Draw axes, names, blank images and empty curves."""
        self.images, self.titles = [], []
        for left, name in ((0.01, "unit 1"), (0.148, "unit 2"), (0.286, "unit 2 − unit 1")):
            axes = figure.add_axes((left, 0.34, 0.13, 0.39))
            axes.set(xticks=(), yticks=(), xlabel=name)
            axes.grid(visible=False)
            self.images.append(self.moving(axes.imshow(
                np.zeros((8, 8)), cmap="PuOr", vmin=-1, vmax=1, interpolation="nearest")))
            self.titles.append(self.moving(axes.title))
        figure.text(0.01, 0.1, "weights from the 8 × 8 pixels\norange: −   white: 0   purple: +")
        distance = figure.add_axes((0.487, 0.15, 0.24, 0.75))
        loss = figure.add_axes((0.79, 0.15, 0.19, 0.75))
        distance.set(xlim=(0, self.n_steps), ylim=(1e-13, 1e2), yscale="log", xlabel="step",
                     ylabel="distance of the weights", yticks=np.logspace(-12, 2, 8))
        loss.set(xlim=(0, self.n_steps), ylim=(0, 1.6), xlabel="step", ylabel="training loss")
        self.titles += [self.moving(axes.title) for axes in (distance, loss)]
        self.apart_line = self.moving(distance.plot(
            [], [], color=GREY, linestyle="--", linewidth=1.2, label="½ length")[0])
        self.distances = self.moving(distance.plot([], [], color=BLUE, label="measured")[0])
        self.theory = self.moving(distance.plot([], [], label="theory", **_THEORY)[0])
        distance.legend(loc="lower right", borderaxespad=0.2)
        self.marks_prediction("steps until the units part", distance)
        self.one_unit = self.moving(loss.plot([], [], label="one unit", **_THEORY)[0])
        self.losses = self.moving(loss.plot([], [], color=BLUE, label="two units")[0])
        loss.legend(loc="upper right")
        self.points = [self.moving(axes.plot([], [], "o", color=BLUE, markeredgecolor="white",
                                             clip_on=False)[0]) for axes in (distance, loss)]
        self.handles += [Handle(point.axes, point, "step", anywhere=True) for point in self.points]

    def arrange(self, is_narrow):
        """Take lighter titles above the images where the page is narrow."""
        for title in self.titles[:3]:
            title.set_fontweight("normal" if is_narrow else "bold")

    def draw(self, step, weights, distances, lengths, theory, losses, one_unit, titles):
        """Give images and curves new data.

        Parameters
        ----------
        step : int
            The step whose weights are shown.
        weights : ndarray of shape (64, 2)
            Weights into both units at this step.
        distances, lengths, theory : ndarray of shape (n_steps + 1,)
            Distance of the two weight vectors, their mean length, and the distance that theory
            expects while it is small.
        losses, one_unit : ndarray of shape (n_steps + 1,)
            Training loss, and that of the equal pair.
        titles : tuple of str
            Above the difference, above the distance and above the loss.
        """
        steps = np.arange(self.n_steps + 1)
        difference = weights[:, 1] - weights[:, 0]
        largest = np.abs(weights).max()
        for image, values, scale in zip(
                self.images, (*weights.T, difference), (largest, largest, None), strict=True):
            scale = scale or np.abs(difference).max() or 1
            image.set_data(values.reshape(8, 8) / scale)
        words = f"largest weight\n{_short(largest)}"
        write(self.titles, (words, words, *titles))
        self.distances.set_data(steps, np.where(distances > 0, distances, np.nan))
        self.theory.set_data(steps, np.where(theory > 0, theory, np.nan))
        self.apart_line.set_data(steps, lengths / 2)
        self.losses.set_data(steps, losses)
        self.one_unit.set_data(steps, one_unit)
        self.points[0].set_data([step], [max(distances[step], 1e-13)])
        self.points[1].set_data([step], [min(losses[step], 1.6)])


class BandPicture(Picture):
    """Final loss against the gain, and what signal and gradient of the first weights are worth.

    Parameters
    ----------
    chance : float
        Loss of somebody who gives all classes the same probability.
    edges : ndarray of shape (n_cells + 1,)
        Gains between which theory says whether they are inside the band.
    """

    highest = 3.0  # of the axis of the loss

    narrowest = 320

    def __init__(self, chance, edges):
        self.chance, self.edges = chance, edges
        super().__init__()

    def build(self, figure):
        """Draw axes, names and empty curves."""
        loss, size = figure.subplots(1, 2, width_ratios=(1.35, 1))
        figure.subplots_adjust(0.062, 0.15, 0.982, 0.83, wspace=0.18)
        for axes in (loss, size):
            axes.set(xscale="log", xlim=(self.edges[0], self.edges[-1]),
                     xlabel="gain g (init scale σ = g/√n)",
                     xticks=(0.2, 0.5, 1, 2, 5, 10, 20))
            axes.set_xticklabels(["0.2", "0.5", "1", "2", "5", "10", "20"])
            axes.minorticks_off()
            for gain in (1, 2**0.5):
                axes.axvline(gain, color=GREY, linewidth=0.9)
        loss.set(ylim=(0, self.highest + 0.1), ylabel="training loss at the end")
        for gain, name, side in ((1, "Xavier ", "right"), (2**0.5, " He", "left")):
            loss.text(gain, 2.6, name, ha=side, color=GREY)
            size.text(gain, 1e4, name, ha=side, color=GREY)
        loss.axhline(self.chance, color=BLACK, linewidth=0.9, linestyle=(0, (6, 3)))
        loss.set_yticks([0, 0.5, 1, 1.5, self.chance, 3],
                        ["0", "0.5", "1", "1.5", f"{self.chance:.2f}", "3"])
        size.set(yscale="log", ylim=(1e-5, 1e5), ylabel="left after all layers")
        for factor in (0.1, 10):
            size.axhline(factor, color=GREY, linewidth=0.9, linestyle="--")
        self.titles = [self.moving(axes.set_title("", pad=20)) for axes in (loss, size)]
        self.band = self.moving(loss.stairs(
            np.zeros(len(self.edges) - 1), self.edges, fill=True, color=GREEN, alpha=0.18,
            label="theory: within a factor of 10"))
        self.loss = self.moving(loss.plot([], [], "o-", color=BLUE, markersize=5,
                                          label="measured", clip_on=False)[0])
        self.above = self.moving(loss.plot([], [], "^", color=BLUE, label=f"> {self.highest:g}",
                                           clip_on=False)[0])
        self.diverged = self.moving(loss.plot([], [], "x", color=VERMILLION, markeredgewidth=2,
                                              label="diverged", clip_on=False)[0])
        self.sizes, self.theory = {}, {}
        for name, color, marker in (("signal", GREEN, "s"), ("gradient", VERMILLION, "v")):
            self.sizes[name] = self.moving(size.plot(
                [], [], marker, color=color, markersize=5, label=name)[0])
            self.theory[name] = self.moving(size.plot([], [], **_THEORY)[0])
        self.theory["signal"].set_label("theory")
        for axes, n_names in ((loss, 4), (size, 3)):
            axes.legend(loc="lower left", bbox_to_anchor=(-0.015, 0.985), ncols=n_names,
                        borderaxespad=0, handlelength=1.6, columnspacing=1.1)

    def draw(self, gains, losses, sizes, inside, theory_gains, theory, titles):
        """Give the curves new data.

        Parameters
        ----------
        gains : ndarray of shape (n_runs,)
            Gains of the runs so far.
        losses : ndarray of shape (n_runs,)
            Final training losses; NaN for a run that has diverged.
        sizes : dict of str to ndarray of shape (n_runs,)
            Measured ``signal`` and ``gradient`` before training.
        inside : ndarray of bool, shape (n_cells,)
            Whether theory puts a cell between two edges into the band.
        theory_gains : ndarray of shape (n_cells,)
            Gains of the theory's curves.
        theory : dict of str to ndarray of shape (n_cells,)
            Expected ``signal`` and ``gradient``.
        titles : tuple of str
            What is seen on the left and on the right.
        """
        self.band.set_data(np.where(inside, self.highest + 0.1, np.nan))
        is_high = losses > self.highest
        self.loss.set_data(gains, np.where(is_high, np.nan, losses))
        self.above.set_data(gains[is_high], np.full(is_high.sum(), self.highest))
        gone = gains[np.isnan(losses)]
        self.diverged.set_data(gone, np.full(len(gone), self.highest))
        for name in self.sizes:
            self.sizes[name].set_data(gains, sizes[name])
            self.theory[name].set_data(theory_gains, theory[name])
        write(self.titles, titles)
