"""Pictures of section 09, stochastic pooling."""

from functools import partial

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.ticker import PercentFormatter

from lecture_kit.live.handles import Handle
from lecture_kit.live.looks import BLACK, GREY, LOOKS
from lecture_kit.live.picture import Picture, write

_POOLINGS = {"max": "o", "average": "s", "stochastic": "^"}  # and their markers
_NEAR, _FAR = (0.05, 0.2), (0.0, 1.0)  # validation errors that the right axis shows


class WindowPicture(Picture):
    """One window with its last draw, probabilities beside shares, and the mean of the draws.

    Parameters
    ----------
    n_draws : int
        How many draws the right axis is long.
    highest : float
        Largest activation that fits.
    """

    height = 300

    def __init__(self, n_draws, highest):
        self.n_draws, self.highest = n_draws, highest
        super().__init__()

    def build(self, figure):
        """Draw axes, names and empty curves."""
        grid = figure.add_gridspec(1, 3, width_ratios=(0.85, 1.05, 2))
        grid.update(left=0.012, right=0.895, bottom=0.165, top=0.9, wspace=0.235)
        window, shares, means = (figure.add_subplot(cell) for cell in grid)
        window.set(xlim=(0, 2), ylim=(2, 0), xticks=(), yticks=(), aspect="equal", anchor="C")
        for side in window.spines.values():
            side.set_visible(False)
        window.grid(visible=False)
        shares.set(xlim=(-0.55, 3.55), ylim=(0, 1.12), ylabel="share", xticks=range(4))
        shares.set_xticklabels(["a₁", "a₂", "a₃", "a₄"])
        shares.grid(visible=False, axis="x")
        means.set(xscale="log", xlim=(0.9, 1.1 * self.n_draws), xlabel="draws n",
                  ylim=(-0.1, 1.05 * self.highest), ylabel="mean of the first n draws",
                  xticks=(1, 10, 100, 1000))
        means.set_xticklabels(["1", "10", "100", "1,000"])
        shares.set_title("probability and share drawn")
        self.titles = [self.moving(axes.title) for axes in (window, means)]
        self._build_window(window)
        self._build_shares(shares)
        self._build_means(means)

    def _build_window(self, axes):
        places = [(column, row) for row in range(2) for column in range(2)]
        self.cells = [self.moving(axes.add_patch(_cell(x, y))) for x, y in places]
        self.frame_of_draw = self.moving(axes.add_patch(_cell(0, 0)))
        self.frame_of_draw.set(fill=False, linewidth=4, edgecolor=LOOKS["stochastic"]["color"])
        self.values = [
            self.moving(axes.text(x + 0.5, y + 0.5, "", ha="center", va="center", linespacing=1.7))
            for x, y in places]
        self.levers = [axes.plot([], [], linestyle="")[0] for _place in places]  # not seen
        self.handles += [
            Handle(axes, lever, moves=partial(self._to_activation, f"a{i}", bottom=y + 0.95))
            for i, (lever, (_x, y)) in enumerate(zip(self.levers, places, strict=True), 1)]

    def _to_activation(self, name, _x, y, _now, bottom):
        return {name: (bottom - y) / 0.9 * self.highest}

    def _build_shares(self, axes):
        color = LOOKS["stochastic"]["color"]
        self.bars = [self.moving(bar) for bar in axes.bar(
            range(4), [0] * 4, 0.6, color=color, alpha=0.55, label="drawn")]
        self.probabilities = self.moving(axes.plot(
            range(4), [0] * 4, "_", color=BLACK, markersize=26, markeredgewidth=2, label="p")[0])
        axes.legend(loc="upper center", ncols=2, handlelength=1.2, borderaxespad=0,
                    handletextpad=0.5, columnspacing=1.2, markerscale=0.5)

    def _build_means(self, axes):
        self.levels = {name: self.moving(axes.plot([], [], **{**LOOKS[name], "linewidth": 1.4})[0])
                       for name in ("max", "average")}
        self.levels["Σ p a"] = self.moving(axes.plot([], [], **LOOKS["theory"])[0])
        thin = {**LOOKS["theory"], "linewidth": 1.2}
        self.band = [self.moving(axes.plot([], [], **thin)[0]) for _ in range(2)]
        color = LOOKS["stochastic"]["color"]
        self.means = self.moving(axes.plot([], [], color=color)[0])
        self.last_mean = self.moving(axes.plot([], [], "o", color=color)[0])
        self.handles.append(Handle(axes, self.last_mean, "draws", anywhere=True))
        self.marks_prediction("draws", axes)
        colors = {name: LOOKS[name]["color"] for name in ("max", "average")}
        self.names = {
            name: self.moving(axes.text(1.16 * self.n_draws, 0, "", va="center", clip_on=False,
                                        color=colors.get(name, BLACK)))
            for name in self.levels}

    def draw(self, activations, probabilities, shares, last, means, levels, band, titles):
        """Give window, bars and curves new data.

        Parameters
        ----------
        activations, probabilities, shares : ndarray of shape (4,)
            The window in row order, p of each entry, and the share of the draws that took it.
        last : int or None
            Which entry was drawn last; None in a window of zeros.
        means : ndarray of shape (n_draws_so_far,)
            Mean of the first 1, 2, … draws.
        levels : dict of str to float
            Heights of the lines "max", "average" and "Σ p a".
        band : ndarray of shape (n_draws,)
            Half the width of the band after 1, 2, … draws.
        titles : tuple of str
            What is seen on the left and on the right.
        """
        for cell, value, a, p in zip(self.cells, self.values, activations, probabilities,
                                     strict=True):
            darkness = a / self.highest
            cell.set_facecolor(str(1 - 0.45 * darkness))
            value.set_text(f"a = {a:.3g}\np = {p:.2f}")
        for i, lever in enumerate(self.levers):
            lever.set_data([i % 2 + 0.5], [i // 2 + 0.95 - 0.9 * activations[i] / self.highest])
        outside = (-9, -9)
        self.frame_of_draw.set_xy(
            outside if last is None else (last % 2 + 0.05, last // 2 + 0.05))
        for bar, share in zip(self.bars, shares, strict=True):
            bar.set_height(share)
        self.probabilities.set_ydata(probabilities)
        n = np.arange(1, len(means) + 1)
        self.means.set_data(n, means)
        self.last_mean.set_data(n[-1:], means[-1:])
        for name, level in levels.items():
            self.levels[name].set_data([0.9, 1.1 * self.n_draws], [level, level])
        for line, side in zip(self.band, (-1, 1), strict=True):
            line.set_data(np.arange(1, len(band) + 1), levels["Σ p a"] + side * band)
        self._place_names(levels)
        write(self.titles, titles)

    def _place_names(self, levels):
        step = 0.085 * self.highest
        order = sorted(("average", "Σ p a", "max"), key=levels.get)
        heights = [levels[name] for name in order]
        for i in (1, 2):
            heights[i] = max(heights[i], heights[i - 1] + step)
        for i, name in enumerate(order):  # and none above the axis
            height = min(heights[i], 1.03 * self.highest - (2 - i) * step)
            self.names[name].set(y=height, text=f"{name} {levels[name]:.3g}")


def _cell(x, y):
    return Rectangle((x + 0.05, y + 0.05), 0.9, 0.9, edgecolor=GREY, linewidth=1)


class MapsPicture(Picture):
    """A map, and the same map under three poolings, all with one scale of grey."""

    height = 290
    column_gap = 0.005

    def build(self, figure):
        """Draw four empty frames. The input does not move: it changes with the choice only."""
        figure.subplots_adjust(0.008, 0.015, 0.992, 0.9, wspace=0.03)
        self.images, self.titles = [], []
        for axes in figure.subplots(1, 4):
            axes.set(xticks=(), yticks=(), xlim=(0, 1), ylim=(1, 0))
            axes.grid(visible=False)
            for side in axes.spines.values():
                side.set_visible(False)
            image = axes.imshow([[0.0]], cmap="gray", vmin=0, vmax=1, extent=(0, 1, 1, 0),
                                interpolation="nearest")
            self.images.append(image)
            self.titles.append(axes.title)
        for artist in (*self.images[1:], *self.titles[1:]):
            self.moving(artist)

    def draw(self, maps, brightest, titles):
        """Show other maps.

        Parameters
        ----------
        maps : list of ndarray of shape (height, width)
            The input, then the map after max, average and stochastic pooling.
        brightest : float
            Which value is white; 0 is black.
        titles : tuple of str
            What is seen in each.
        """
        if self.titles[0].get_text() != titles[0]:
            self.background_changed()
        for image, title, pixels, words in zip(self.images, self.titles, maps, titles,
                                               strict=True):
            image.set_data(pixels)
            image.set_clim(0, brightest)
            title.set_text(words)


class TrainingPicture(Picture):
    """Errors under three poolings, of training and validation, and the last ones in a row.

    Parameters
    ----------
    epochs : int
        How many epochs the axes are long.
    guessing : float
        The error of somebody who guesses.
    """

    height = 300
    narrowest = 320

    def __init__(self, epochs, guessing):
        self.epochs, self.guessing = epochs, guessing
        super().__init__()

    def build(self, figure):
        """Draw axes, names and empty curves."""
        grid = figure.add_gridspec(1, 3, width_ratios=(1, 1, 0.8))
        grid.update(left=0.062, right=0.995, bottom=0.165, top=0.9, wspace=0.22)
        training, validation, last = (figure.add_subplot(cell) for cell in grid)
        ticks = (0, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.9)
        for axes, name in ((training, "training error"), (validation, "validation error")):
            axes.set_yscale("function", functions=(_signed_root, _signed_square))
            axes.set(ylim=(0, 1.12), yticks=ticks, ylabel=name)
            axes.set_yticklabels([f"{tick:.0%}" for tick in ticks])
            axes.axhline(self.guessing, **{**LOOKS["theory"], "linewidth": 1.2, "color": GREY})
            axes.set(xlim=(0, self.epochs), xlabel="epoch", xticks=range(0, self.epochs + 1, 4))
        training.text(0.99 * self.epochs, 0.93, "guessing", ha="right", va="bottom", color=GREY)
        self.last = last
        last.set(xlim=(-0.6, 2.6), ylim=_NEAR, xticks=range(3), xlabel="last validation error")
        last.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
        last.set_xticklabels(list(_POOLINGS))
        last.grid(visible=False, axis="x")
        self.titles = [self.moving(axes.title) for axes in (training, validation, last)]
        for title in self.titles[:2]:
            title.set_fontsize(9.5)
        self.bands, self.curves = {}, {}
        for name in _POOLINGS:
            color = LOOKS[name]["color"]
            self.bands[name] = [
                self.moving(axes.fill_between([0, 1], 0, 0, color=color, alpha=0.16, linewidth=0))
                for axes in (training, validation)]
        for name in _POOLINGS:
            self.curves[name] = [self.moving(axes.plot([], [], label=name, **LOOKS[name])[0])
                                 for axes in (training, validation)]
        validation.legend(loc="lower center", ncols=3, handlelength=2.2, handletextpad=0.4,
                    columnspacing=0.9, borderaxespad=0.1)  # no network is that good
        self.marks_prediction("wrong with max pooling", validation, "y", scale=0.01)
        self._build_last(last)

    def _build_last(self, axes):
        self.runs, self.spreads = {}, {}
        for place, (name, marker) in enumerate(_POOLINGS.items()):
            color = LOOKS[name]["color"]
            self.spreads[name] = self.moving(axes.plot(
                [place + 0.22] * 3, [0] * 3, color=BLACK, linewidth=1.4, marker="_",
                markersize=11)[0])
            self.runs[name] = self.moving(axes.plot(
                [], [], marker, color=color, markersize=6, alpha=0.8)[0])

    def draw(self, epochs, errors, spreads, titles):
        """Give the curves new data.

        Parameters
        ----------
        epochs : ndarray of shape (n_records,)
            Epoch of each record.
        errors : dict of str to ndarray of shape (n_seeds, n_records, 2)
            Training and validation errors by pooling; NaN where a run has diverged.
        spreads : dict of str to (float, float)
            Mean of the last validation errors, and how far theory expects one to lie off.
        titles : tuple of str
            What is seen on the left, in the middle and on the right.
        """
        ends = np.concatenate([runs[:, -1, 1] for runs in errors.values()])
        near = np.all((ends >= _NEAR[0]) & (ends <= _NEAR[1]))
        self.limits(self.last, y=_NEAR if near else _FAR)
        for place, name in enumerate(_POOLINGS):
            for which in range(2):
                runs = errors[name][:, :, which]
                self.curves[name][which].set_data(epochs, runs.mean(axis=0))
                edges = np.concatenate([runs.min(axis=0), runs.max(axis=0)[::-1]])
                outline = np.column_stack([np.concatenate([epochs, epochs[::-1]]), edges])
                self.bands[name][which].set_verts([outline[np.isfinite(edges)]])
            last = errors[name][:, -1, 1]
            self.runs[name].set_data(np.full(len(last), place - 0.12), last)
            mean, off = spreads[name]
            self.spreads[name].set_ydata([max(mean - off, 0), mean, mean + off])
        write(self.titles, titles)


def _signed_root(error):
    return np.sign(error) * np.sqrt(np.abs(error))


def _signed_square(root):
    return np.sign(root) * root**2
