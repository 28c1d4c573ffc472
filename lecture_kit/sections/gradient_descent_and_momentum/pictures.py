"""Pictures of section 04, gradient descent and momentum."""

import numpy as np

from lecture_kit.live.handles import Handle
from lecture_kit.live.looks import BLACK, BLUE, GREEN, GREY, LOOKS, VERMILLION
from lecture_kit.live.picture import Picture, write

_HEIGHTS = (-1.85, 4.1)  # both axes of the ball show these heights
_MODES = (("|x| flat", BLUE, "-"), ("|y| steep", VERMILLION, "--"))  # of the valley


class BallPicture(Picture):
    """A ball on a landscape with two wells, the forces on it, its height and its energy.

    Parameters
    ----------
    x, heights : ndarray of shape (n_points,)
        The landscape.
    minima : ndarray of shape (2, 2)
        Place and height of the global minimum, then of the local one.
    hilltop : float
        Height of the hill between them.
    n_steps : int
        How many steps the axis of the steps is long.
    """

    height = 288
    narrowest = 320

    def __init__(self, x, heights, minima, hilltop, n_steps):
        self.landscape, self.minima = (x, heights), minima
        self.hilltop, self.n_steps = hilltop, n_steps
        super().__init__()

    def build(self, figure):
        """Draw the landscape, axes, names and an empty path."""
        grid = figure.add_gridspec(2, 2, height_ratios=(3.1, 1), width_ratios=(1.25, 1))
        grid.update(left=0.055, right=0.882, bottom=0.165, top=0.905, wspace=0.15, hspace=0.07)
        land, height = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[:, 1])
        strip = figure.add_subplot(grid[1, 0], sharex=land)
        land.set(xlim=(-1.9, 1.9), ylim=_HEIGHTS, ylabel="height f(x)", yticks=range(-1, 5))
        land.tick_params(labelbottom=False)
        land.plot(*self.landscape, color=GREY, linewidth=1.5)
        height.set(xlim=(0, self.n_steps), ylim=_HEIGHTS, xlabel="step",
                   ylabel="height f (dashed: energy)", yticks=range(-1, 5),
                   xticks=range(0, self.n_steps + 1, 10))
        self._name_heights(height)
        self._build_strip(strip)
        self.titles = [self.moving(axes.title) for axes in (land, height)]
        self.bounds = [
            self.moving(land.text(max(x, -1), y - 0.32, "", ha="center", va="top"))
            for x, y in self.minima]
        self.path = self.moving(land.plot([], [], marker=".", linewidth=1, alpha=0.6)[0])
        self.energies = self.moving(height.plot([], [], "--", color=BLACK, linewidth=1.2)[0])
        self.heights = self.moving(height.plot([], [], linewidth=1.6)[0])
        balls = {"color": BLUE, "markersize": 11, "markeredgecolor": "white"}
        self.drop = self.moving(strip.axvline(0, color=GREY, linewidth=0.8))
        self.ball = self.moving(land.plot([], [], "o", **balls)[0])
        self.height_ball = self.moving(height.plot([], [], "o", clip_on=False, **balls)[0])
        self.arrows = self.moving(strip.quiver(
            [0, 0, 0], [2, 1, 0], [0, 0, 0], [0, 0, 0], angles="xy", scale_units="xy", scale=1,
            units="inches", width=0.03, headwidth=3, headlength=3.5, headaxislength=3.2,
            minlength=0.5,
            color=[LOOKS["gradient descent"]["color"], LOOKS["momentum"]["color"], BLUE]))
        self.handles += [Handle(land, self.path, "start"),
                         Handle(height, self.height_ball, "step", anywhere=True)]

    def _name_heights(self, axes):
        (_, global_height), (_, local_height) = self.minima
        right = 1.035 * self.n_steps
        for name, y, side in (("global", global_height, "center"), ("local", local_height, "top"),
                              ("hilltop", self.hilltop, "bottom")):
            axes.axhline(y, **{**LOOKS["theory"], "linewidth": 1.2, "color": GREY})
            words = f"{name} {y:.2f}".replace("-", "−")
            axes.text(right, y, words, va=side, color=GREY, clip_on=False)

    def _build_strip(self, axes):
        axes.set(ylim=(-0.6, 2.6), yticks=(2, 1, 0), xlabel="x")
        axes.set_yticklabels(["−η g", "β v", "sum"])
        axes.set_facecolor("#f4f4f4")
        axes.grid(visible=False)
        axes.tick_params(axis="y", length=0)

    def arrange(self, is_narrow):
        """Begin the words of the left minimum at the axis where the page is narrow."""
        self.bounds[0].set(x=-1.85 if is_narrow else -1, ha="left" if is_narrow else "center")

    def draw(self, path, heights, energies, push, carry, bounds, look, titles):
        """Give path, ball and arrows new data.

        Parameters
        ----------
        path, heights, energies : ndarray of shape (n_steps_so_far + 1,)
            Where the ball has been, how high, and height plus motion.
        push, carry : float
            −ηg and βv where it is now.
        bounds : list of (str, bool)
            Words under the global and the local minimum, and whether it can hold the ball.
        look : str
            Name of the rule, "gradient descent" or "momentum".
        titles : tuple of str
            What is seen on the left and on the right.
        """
        self.path.set(data=(path, heights), color=LOOKS[look]["color"])
        self.heights.set(data=(np.arange(len(path)), heights), color=LOOKS[look]["color"])
        seen = slice(-1, None) if heights[-1] <= _HEIGHTS[1] else slice(0, 0)
        self.energies.set_data(np.arange(len(path)), energies)
        self.ball.set_data(path[seen], heights[seen])
        self.height_ball.set_data(np.arange(len(path))[seen], heights[seen])
        place = np.resize(path[seen], 3) if path[seen].size else np.full(3, 2 * path[0] + 9)
        self.drop.set_xdata(place[:2])
        self.arrows.set_offsets(np.column_stack([place, [2, 1, 0]]))
        self.arrows.set_UVC([push, carry, push + carry], np.zeros(3))
        for text, (words, holds) in zip(self.bounds, bounds, strict=True):
            text.set(text=words, color=GREEN if holds else VERMILLION)
        write(self.titles, titles)


class ValleyPicture(Picture):
    """A valley with the path of one run, its two modes, and the map of shrink factors.

    Parameters
    ----------
    x, y : ndarray of shape (n_columns,) and (n_rows,)
        Grid of the valley.
    heights : ndarray of shape (n_rows, n_columns)
        Heights on the grid.
    learning_rates, momenta : ndarray of shape (n_learning_rates,) and (n_momenta,)
        Grid of the map.
    n_steps : int
        How many steps the axis of the steps is long.
    """

    def __init__(self, x, y, heights, learning_rates, momenta, n_steps):
        self.valley, self.map_grid = (x, y, heights), (learning_rates, momenta)
        self.n_steps = n_steps
        super().__init__()

    def build(self, figure):
        """Draw the valley, axes, names and empty curves."""
        grid = figure.add_gridspec(1, 3, width_ratios=(1.45, 1, 1.2))
        grid.update(left=0.05, right=0.935, bottom=0.15, top=0.9, wspace=0.32)
        valley, modes, factors = (figure.add_subplot(cell) for cell in grid)
        x, y, heights = self.valley
        valley.contour(x, y, heights, levels=np.geomspace(0.05, 90, 9), colors="#b8c4cc",
                       linewidths=0.8)
        valley.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]), xlabel="x", ylabel="y", aspect="equal")
        valley.grid(visible=False)
        valley.plot(0, 0, "*", color=BLACK, markersize=10)
        modes.set(xlim=(0, self.n_steps), ylim=(1e-10, 1e4), yscale="log", ylabel="distance",
                  xlabel="step (dotted: theory's slope)")
        modes.set(xticks=range(0, self.n_steps + 1, 15), yticks=np.logspace(-10, 4, 8))
        self._build_map(factors)
        self.titles = [self.moving(axes.title) for axes in (valley, modes, factors)]
        self.path = self.moving(valley.plot([], [], marker=".", linewidth=1.2)[0])
        self.end = self.moving(valley.plot([], [], "o", color=BLUE, markeredgecolor="white")[0])
        self.modes = [self.moving(modes.plot([], [], color=color, linestyle=line, label=name)[0])
                      for name, color, line in _MODES]
        self.theory = [self.moving(modes.plot([], [], **LOOKS["theory"])[0]) for _mode in _MODES]
        modes.legend(loc="upper right", ncols=2, columnspacing=0.8, handlelength=1.4,
                     borderaxespad=0)
        self.point = self.moving(factors.plot(
            [], [], "o", color=BLUE, markersize=7, markeredgecolor="white", clip_on=False)[0])
        self.handles.append(Handle(factors, self.point, "learning_rate", "momentum",
                                   anywhere=True))

    def _build_map(self, axes):
        self.map_axes, self.map_name, self.filled_map = axes, None, None
        axes.set(xlim=(0, self.map_grid[0][-1]), ylim=(0, 1), xlabel="learning rate η",
                 ylabel="momentum β")
        axes.grid(visible=False)
        axes.set_facecolor("#eeeeee")
        self.critical = axes.plot([], [], **LOOKS["theory"])[0]
        self.star = axes.plot([], [], "*", color="white", markeredgecolor=BLACK, markersize=11)[0]
        self.star_name = axes.annotate("best", (0, 0), (12, -4), textcoords="offset points")
        axes.text(0.97, 0.04, "diverges", ha="right", transform=axes.transAxes)
        self.bar_axes = axes.inset_axes((1.04, 0, 0.05, 1))
        self.levels = np.array([0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0])

    def draw(self, path, diverged, theory, look, point, factor_map, titles):
        """Give path, curves and point new data.

        Parameters
        ----------
        path : ndarray of shape (n_points, 2)
            The run, up to where it diverges.
        diverged : bool
            Whether it diverges. Then the path ends with its first point outside the axes.
        theory : ndarray of shape (n_points, 2)
            Distances along and across the valley that fall as theory says.
        look : str
            Name of the rule: "gradient descent", "momentum" or "Nesterov".
        point : tuple of float
            Learning rate and momentum of the run.
        factor_map : dict
            ``name``; ``factors``, ndarray of shape (n_momenta, n_learning_rates); ``critical``,
            ndarray of shape (n_momenta,), the critical learning rate for each momentum; ``best``,
            the pair (learning rate, momentum) with the best factor. A new name redraws the map.
        titles : tuple of str
            What is seen on the left, in the middle and on the right.
        """
        if factor_map["name"] != self.map_name:
            self._draw_map(**factor_map)
        for curve, sizes in zip([*self.modes, *self.theory], [*np.abs(path).T, *theory.T],
                                strict=True):
            curve.set_data(np.arange(len(sizes)), sizes)
        if diverged:
            outside = (np.abs(path) > [self.valley[0][-1], self.valley[1][-1]]).any(axis=1)
            path = path[: outside.argmax() + 1] if outside.any() else path
        self.path.set(data=path.T, color=LOOKS[look]["color"])
        self.end.set_data(*path[-1:].T)
        self.point.set_data([point[0]], [point[1]])
        write(self.titles, titles)

    def _draw_map(self, name, factors, critical, best):
        self.map_name = name
        before, self.filled_map = self.filled_map, self.map_axes.contourf(
            *self.map_grid, factors, levels=self.levels, cmap="viridis_r", zorder=0.5)
        if before is None:  # all maps have the same colours
            self.figure.colorbar(self.filled_map, cax=self.bar_axes, ticks=self.levels[::2])
        else:
            before.remove()
        self.critical.set_data(critical, self.map_grid[1])
        self.star.set_data([best[0]], [best[1]])
        self.star_name.xy = best
        self.background_changed()


class StartsPicture(Picture):
    """Many starts on a landscape, where each run rests, and the share in each minimum.

    Parameters
    ----------
    x, heights : ndarray of shape (n_points,)
        The landscape.
    hilltop : float
        Place of the top between the wells.
    basin_share : float
        Theory's share for tiny steps without momentum.
    """

    fates = ("global", "local", "neither")

    def __init__(self, x, heights, hilltop, basin_share):
        self.landscape, self.hilltop, self.basin_share = (x, heights), hilltop, basin_share
        super().__init__()

    def build(self, figure):
        """Draw the landscape, axes, names and empty curves."""
        grid = figure.add_gridspec(2, 2, height_ratios=(2, 1), width_ratios=(1.2, 1))
        grid.update(left=0.07, right=0.985, bottom=0.15, top=0.9, wspace=0.16, hspace=0.09)
        land, share = figure.add_subplot(grid[0, 0]), figure.add_subplot(grid[:, 1])
        strip = figure.add_subplot(grid[1, 0], sharex=land)
        x, heights = self.landscape
        land.set(xlim=(x[0], x[-1]), ylim=(-1.6, 5), ylabel="height f(x)")
        land.tick_params(labelbottom=False)
        land.plot(x, heights, color=GREY, linewidth=1.2)
        strip.set(ylim=(-0.6, 2.6), yticks=(2, 1, 0), xlabel="start x")
        strip.set_yticklabels(self.fates)
        strip.set_facecolor("#f4f4f4")
        for axes in (land, strip):
            axes.axvline(self.hilltop, **{**LOOKS["theory"], "linewidth": 1.2})
        self.border = land.text(self.hilltop, 3.1, "", ha="right")
        self.arrange(is_narrow=False)
        share.set(xlim=(0, 1), ylim=(-0.03, 1.16), yticks=np.linspace(0, 1, 6),
                  xlabel="momentum β", ylabel="share of starts (lines: even grid)")
        self.marks_prediction("share in the global minimum", share, "y", scale=0.01)
        self.titles = [self.moving(axes.title) for axes in (land, share)]
        looks = {"global": (BLUE, "-", "o"), "local": (VERMILLION, "--", "s"),
                 "neither": (BLACK, "-.", "x")}
        self.starts, self.rugs, self.curves = {}, {}, {}
        for row, name in zip((2, 1, 0), self.fates, strict=True):
            color, line, marker = looks[name]
            self.starts[name] = self.moving(
                land.plot([], [], marker, color=color, markersize=2.5, markeredgewidth=0.5)[0])
            self.rugs[name] = self.moving(strip.plot(
                [], [], "|", color=color, markersize=14, markeredgewidth=0.6)[0])
            strip.get_yticklabels()[2 - row].set_color(color)
            self.curves[name] = self.moving(share.plot(
                [], [], color=color, linestyle=line, label=name)[0])
        self.moving(share.axhline(self.basin_share, label="basin", **LOOKS["theory"]))
        self.cursor = self.moving(share.plot([0, 0], [0, 1], color=GREY, linewidth=1)[0])
        self.point = self.moving(share.plot(
            [], [], "o", color=BLUE, markersize=10, markeredgecolor="white", clip_on=False,
            label="drawn")[0])
        share.legend(loc="upper center", ncols=5, columnspacing=0.9, handlelength=1.5,
                     handletextpad=0.4, borderaxespad=0)
        self.handles.append(Handle(share, self.point, "momentum", anywhere=True))

    def arrange(self, is_narrow):
        """Name the border in three lines, between it and the curve, where the page is narrow."""
        words = "hilltop:", "theory's", "border"
        self.border.set_text("".join(f"{word} \n" for word in words).rstrip("\n") if is_narrow
                             else f"{' '.join(words)} ")

    def draw(self, starts, heights, momenta, shares, point, titles):
        """Give starts and curves new data.

        Parameters
        ----------
        starts, heights : dict of str to ndarray of shape (n_starts_with_this_fate,)
            Places and heights of the starts, by where they rest: "global", "local", "neither".
        momenta : ndarray of shape (n_momenta,)
            The values of β of the curves.
        shares : dict of str to ndarray of shape (n_momenta,)
            Shares by where the runs rest.
        point : tuple of float
            Momentum now, and the share that rests in the global minimum.
        titles : tuple of str
            What is seen on the left and on the right.
        """
        for name in self.fates:
            self.starts[name].set_data(starts[name], heights[name])
            rows = np.full(len(starts[name]), 2 - self.fates.index(name))
            self.rugs[name].set_data(starts[name], rows)
        for name, curve in self.curves.items():
            curve.set_data(momenta, shares[name])
        self.cursor.set_xdata([point[0], point[0]])
        self.point.set_data([point[0]], [point[1]])
        write(self.titles, titles)
