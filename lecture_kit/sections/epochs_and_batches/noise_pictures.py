"""Pictures of the noise that mini batches bring."""

import numpy as np

from lecture_kit.live.handles import Handle
from lecture_kit.live.looks import BLACK, BLUE, GREEN, GREY, LOOKS, ORANGE, SKY, VERMILLION
from lecture_kit.live.picture import Picture, write

_RUNS = {"before": {"color": BLUE, "marker": "o", "linestyle": "-"},
         "after": {"color": VERMILLION, "marker": "x", "linestyle": "--"}}
_RULES = {"keep η": {"color": SKY, "marker": "s"}, "k · η": {"color": GREEN, "marker": "D"}}
_BOTTOM, _TOP = 0.0042, 100  # where no noise is drawn, and noise without a floor


class CloudPicture(Picture):
    """Gradients of many mini batches in a plane, and their spread against the batch size.

    Parameters
    ----------
    batch_sizes : ndarray of int, shape (n_batch_sizes,)
        The batch sizes, from 1 to N.
    """

    narrowest = 320

    def __init__(self, batch_sizes):
        self.batch_sizes = batch_sizes
        super().__init__()

    def build(self, figure):
        """Draw axes, the uphill side and an empty cloud."""
        cloud, spread = figure.subplots(1, 2, width_ratios=(1.35, 1))
        figure.subplots_adjust(0.075, 0.15, 0.985, 0.9, wspace=0.17)
        cloud.set(xlim=(-2.2, 3.2), ylim=(-1.6, 1.6), ylabel="where they differ most",
                  xlabel="along the full gradient")
        cloud.axvspan(-2.2, 0, color="#fdeee4", zorder=0)
        cloud.text(-2.12, 1.52, "these steps go uphill", va="top", color=VERMILLION)
        spread.set(xscale="log", yscale="log", xlim=(0.8, 1.25 * self.batch_sizes[-1]),
                   ylim=(0.02, 1.6), xlabel="batch size B",
                   ylabel="spread (of one row = 1)")
        self.key = cloud.text(3.12, -1.52, "", ha="right")
        self.arrange(is_narrow=False)
        self.titles = [self.moving(axes.title) for axes in (cloud, spread)]
        self.down = self.moving(
            cloud.plot([], [], "o", color=BLUE, markersize=4, alpha=0.6, markeredgewidth=0)[0])
        self.up = self.moving(cloud.plot([], [], "x", color=VERMILLION, markersize=5)[0])
        self.circle = self.moving(cloud.plot([], [], **LOOKS["theory"])[0])
        self.full = self.moving(cloud.plot(
            [], [], "*", color=ORANGE, markersize=16, markeredgecolor=BLACK)[0])
        self.theory = self.moving(spread.plot([], [], label="theory", **LOOKS["theory"])[0])
        self.other = self.moving(spread.plot([], [], color=GREY, linewidth=1.2)[0])
        self.measured = self.moving(spread.plot(
            [], [], "o", color=BLUE, markersize=6, label="measured")[0])
        self.point = self.moving(spread.plot(
            [], [], "o", color=ORANGE, markersize=11, markeredgecolor=BLACK, clip_on=False)[0])
        self.other_name = self.moving(spread.text(
            0.03, 0.04, "", color=GREY, transform=spread.transAxes))
        spread.legend(loc="upper right", borderaxespad=0)
        self.handles.append(Handle(spread, self.point, "batch_size", anywhere=True))

    def arrange(self, is_narrow):
        """Write what is seen in two lines where the page is narrow."""
        between = "\n" if is_narrow else " "
        self.key.set_text(f"★ full gradient,{between}dotted: spread in theory")

    def draw(self, points, full, radius, theory, other, other_name, measured, point, titles):
        """Give cloud and curves new data.

        Parameters
        ----------
        points : ndarray of shape (n_batches, 2)
            Gradients of the mini batches, in units of the spread of single rows.
        full : float
            Length of the full gradient, in the same unit.
        radius : float
            Theory's spread for this batch size.
        theory, other : ndarray of shape (n_batch_sizes,)
            Theory's spread for this kind of draw, and for the other one.
        other_name : str
            Name of the other one.
        measured : ndarray of shape (n_batch_sizes,)
            Measured spreads.
        point : tuple of float
            Batch size now, and its measured spread.
        titles : tuple of str
            What is seen on the left and on the right.
        """
        uphill = points[:, 0] < 0
        self.down.set_data(*points[~uphill].T)
        self.up.set_data(*points[uphill].T)
        angle = np.linspace(0, 2 * np.pi, 121)
        self.circle.set_data(full + radius * np.cos(angle), radius * np.sin(angle))
        self.full.set_data([full], [0])
        for line, values in ((self.theory, theory), (self.other, other), (self.measured, measured)):
            line.set_data(self.batch_sizes, np.where(values > 1e-9, values, np.nan))
        self.other_name.set_text(other_name)
        self.point.set_data([point[0]], [max(point[1], 0.02)])
        write(self.titles, titles)


class NoisePicture(Picture):
    """Two noisy descents in a bowl: where they end, their loss, and the noise against k.

    Parameters
    ----------
    factors : ndarray of int, shape (n_factors,)
        The factors k.
    n_epochs : int
        How long the axis of the epochs is.
    """

    def __init__(self, factors, n_epochs):
        self.factors, self.n_epochs = factors, n_epochs
        super().__init__()

    def build(self, figure):
        """Draw axes, names and empty clouds."""
        grid = figure.add_gridspec(1, 3, width_ratios=(0.8, 1, 1))
        grid.update(left=0.075, right=0.985, bottom=0.15, top=0.9, wspace=0.27)
        place, loss, floor = (figure.add_subplot(cell) for cell in grid)
        place.set(xlim=(-0.65, 0.65), ylim=(-0.72, 0.72), xlabel="w₁ at the end",
                  ylabel="w₂ at the end")
        loss.set(yscale="log", xlim=(0, self.n_epochs), ylim=(2e-5, 20), xlabel="epoch",
                 ylabel="mean loss above the minimum")
        floor.set(xscale="log", yscale="log", xlim=(0.85, 1.2 * self.factors[-1]),
                  ylim=(0.003, 4e5), xlabel="factor k: batch size k · B",
                  ylabel="noise ÷ noise of (η, B)")
        floor.set_xticks(self.factors, [f"{k}" for k in self.factors])
        floor.minorticks_off()
        self.titles = [self.moving(axes.title) for axes in (place, loss, floor)]
        self.places, self.circles, self.losses, self.floors = {}, {}, {}, {}
        for name, look in _RUNS.items():
            line = {"color": look["color"], "linestyle": look["linestyle"]}
            self.losses[name] = self.moving(
                loss.plot([], [], linewidth=1.5, label=name, **line)[0])
            self.floors[name] = self.moving(loss.plot([], [], **LOOKS["theory"])[0])
            self.places[name] = self.moving(place.plot(
                [], [], look["marker"], color=look["color"], markersize=4, alpha=0.75)[0])
            self.circles[name] = self.moving(
                place.plot([], [], **{**LOOKS["theory"], "color": look["color"]})[0])
        loss.legend(loc="upper right", borderaxespad=0)
        self.marks_prediction("scaled noise", floor, "y")
        self.theory, self.measured = {}, {}
        for name, look in _RULES.items():
            self.theory[name] = self.moving(floor.plot(
                [], [], **{**LOOKS["theory"], "color": look["color"]})[0])
            self.measured[name] = self.moving(floor.plot(
                [], [], look["marker"], color=look["color"], markersize=6, label=name)[0])
        self.beyond = {name: self.moving(floor.plot(
            [], [], marker, color=BLACK, markersize=6, label=name)[0])
            for name, marker in (("no walker stays", "x"), ("noise 0", "v"))}
        self.point = self.moving(floor.plot(
            [], [], "o", color="none", markersize=15, markeredgecolor=BLACK)[0])
        self.handles.append(Handle(floor, self.point, "factor", anywhere=True))
        floor.legend(loc="upper left", borderaxespad=0, title="new rate (dotted: theory)",
                     ncols=2, columnspacing=1)

    def draw(self, places, epochs, losses, floors, theory, measured, point, titles):
        """Give clouds and curves new data.

        Parameters
        ----------
        places : dict of str to ndarray of shape (n_walkers, 2)
            Last places by run, "before" and "after"; NaN for walkers that diverged.
        epochs, losses : dict of str to ndarray of shape (n_steps + 1,)
            Epochs and mean losses by run.
        floors : dict of str to float
            Theory's noise floor by run; infinite if there is none.
        theory, measured : dict of str to ndarray of shape (n_factors,)
            Noise against k by rule, "keep η" and "k · η", relative to that of the run before.
        point : tuple of float
            The factor now and its noise by theory.
        titles : tuple of str
            What is seen on the left, in the middle and on the right.
        """
        angle = np.linspace(0, 2 * np.pi, 121)
        for name in _RUNS:
            self.places[name].set_data(*places[name].T)
            self.losses[name].set_data(epochs[name], losses[name])
            floor = floors[name] if np.isfinite(floors[name]) else np.nan
            self.floors[name].set_data([0, self.n_epochs], [floor, floor])
            radius = np.sqrt(2 * floor)
            self.circles[name].set_data(radius * np.cos(angle), radius * np.sin(angle))
        for name in _RULES:
            has_floor = np.isfinite(theory[name])
            for line, values in ((self.theory, theory), (self.measured, measured)):
                line[name].set_data(self.factors, np.where(has_floor, values[name], np.nan))
        expected = np.array([*theory.values()])
        for line, height, is_there in zip(self.beyond.values(), (_TOP, _BOTTOM), (
                ~np.isfinite(expected), expected == 0), strict=True):
            factors = self.factors[is_there.any(axis=0)]
            line.set_data(factors, np.full(len(factors), height))
        height = max(point[1], _BOTTOM) if np.isfinite(point[1]) else _TOP
        self.point.set_data([point[0]], [height])
        write(self.titles, titles)
