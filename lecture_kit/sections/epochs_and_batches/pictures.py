"""Pictures of section 06, epochs and batches."""

import numpy as np
from matplotlib.colors import to_rgba

from lecture_kit.live.handles import Handle
from lecture_kit.live.looks import BLACK, BLUE, GREEN, GREY, LOOKS, ORANGE, PURPLE, VERMILLION
from lecture_kit.live.picture import Picture, write

_GRID_COLORS = (255 * np.array([to_rgba(color) for color in (
    "#e6e6e6", "#d4d4d4", BLUE, "#3391c7", ORANGE, ORANGE, "white", VERMILLION)])).astype(np.uint8)
_TODO, _DONE, _NOW, _GAP, _DROPPED = 0, 2, 4, 6, 7  # the first three have two shades
_RANKS = {  # the looks of batch sizes, the smallest first
    "color": (VERMILLION, ORANGE, GREEN, BLUE, BLACK, PURPLE),
    "linestyle": ("-", "--", "-.", (0, (1, 1)), "-", "--"),
    "marker": ("o", "s", "^", "D", "*", "v"),
}
_LIMITS = {"updates": (1, 4000), "epochs": (0.01, 400), "seconds": (2e-5, 5)}


def _look(rank):
    return {key: values[rank] for key, values in _RANKS.items()}


class BookkeepingPicture(Picture):
    """All epochs as a grid that fills up with iterations, and the number of iterations against B.

    Parameters
    ----------
    batch_sizes : ndarray of int, shape (n_batch_sizes,)
        Batch sizes of the curves on the right, from 1.
    """

    legends_below = True

    n_columns = 1080  # about as many as the grid has picture pixels

    narrowest = 320

    def __init__(self, batch_sizes):
        self.batch_sizes = batch_sizes
        super().__init__()

    def build(self, figure):
        """Draw axes and an empty grid."""
        grid = figure.add_gridspec(1, 2, width_ratios=(1.7, 1))
        grid.update(left=0.065, right=0.985, bottom=0.165, top=0.9, wspace=0.16)
        rows, count = (figure.add_subplot(cell) for cell in grid)
        rows.set(xticks=[], yticks=[], ylabel="epoch")
        rows.grid(visible=False)
        rows.set_xlabel("rows, shuffled anew in every epoch (orange: now, striped: dropped)",
                        labelpad=20)
        count.set(xscale="log", yscale="log", xlim=(1, self.batch_sizes[-1]), ylim=(0.7, 2e5),
                  xlabel="batch size B", ylabel="iterations")
        self.titles = [self.moving(axes.title) for axes in (rows, count)]
        unequal = [0, 0.3, 1]  # with unequal cells this image is several times as quick to paint
        self.image = self.moving(rows.pcolorfast(
            unequal, unequal, np.zeros((2, 2, 4), np.uint8)))
        rows.set(xlim=(0, 1), ylim=(1, 0))
        self.first, self.last = (
            self.moving(rows.text(-0.012, y, "", ha="right", va=va, clip_on=False))
            for y, va in ((0, "top"), (1, "bottom")))
        self.ends = [self.moving(rows.text(x, 1.02, "", ha=ha, va="top", clip_on=False))
                     for x, ha in ((0, "left"), (1, "right"))]
        self.marks_prediction("iterations", count, "y")
        self.theory = self.moving(count.plot([], [], label="epochs · N/B", **LOOKS["theory"])[0])
        self.kept = self.moving(count.plot([], [], color=BLUE, label="last batch kept")[0])
        self.dropped = self.moving(
            count.plot([], [], "--", color=VERMILLION, label="dropped")[0])
        self.point = self.moving(count.plot(
            [], [], "o", color=ORANGE, markersize=10, markeredgecolor=BLACK, clip_on=False)[0])
        count.legend(loc="upper right", borderaxespad=0)
        self.handles.append(Handle(count, self.point, "batch_size", anywhere=True))

    def draw(self, iterations, n_done, kept, dropped, ratio, point, titles):
        """Fill the grid.

        Parameters
        ----------
        iterations : ndarray of int, shape (epochs, n_samples)
            Iteration that uses each place of the shuffled rows; −1 for dropped ones.
        n_done : int
            How many iterations are done; the last of them is shown as "now".
        kept, dropped, ratio : ndarray of shape (n_batch_sizes,)
            Iterations with and without the last batch, and epochs · N/B.
        point : tuple of float
            Batch size now, and iterations counted.
        titles : tuple of str
            What is seen on the left and on the right.
        """
        n_epochs, n_samples = iterations.shape
        states = self._states(iterations, n_done)
        edges = (np.linspace(0, 1, size + 1) for size in states.shape[::-1])
        self.image.set_data(*edges, _GRID_COLORS[states])
        self.first.set_text("1")
        self.last.set_text(f"{n_epochs}" if n_epochs > 1 else "")
        for text, row in zip(self.ends, (1, n_samples), strict=True):
            text.set_text(f"row {row:,}")
        for line, values in ((self.kept, kept), (self.dropped, dropped), (self.theory, ratio)):
            line.set_data(self.batch_sizes, np.where(values > 0, values, np.nan))
        self.point.set_data([point[0]], [max(point[1], 0.7)])
        write(self.titles, titles)

    def _states(self, iterations, n_done):
        n_epochs, n_samples = iterations.shape
        edges = np.arange(self.n_columns) * n_samples // self.n_columns
        seen = iterations[:, edges]
        states = np.select([seen == n_done - 1, seen < n_done], [_NOW, _DONE], _TODO) + seen % 2
        stripes = np.where(np.arange(self.n_columns) // 4 % 2, _GAP, _DROPPED)
        states = np.where(seen < 0, stripes, states)
        per_line = max(2, 240 // n_epochs)
        lines = states.repeat(per_line, axis=0)
        if n_epochs > 1:
            lines[per_line - 1 :: per_line] = _GAP  # a white line below each epoch
        return lines


class HistoryPicture(Picture):
    """Loss and accuracy of one training on training and validation rows, epoch by epoch.

    Parameters
    ----------
    level : str
        What the dotted line in the accuracies means. In the losses it means guessing.
    prediction : str
        Name of the prediction, in percent, that is marked in the accuracies.
    """

    def __init__(self, level, prediction):
        self.level, self.prediction = level, prediction
        super().__init__()

    def build(self, figure):
        """Draw axes, names and empty curves."""
        axes = loss, accuracy = figure.subplots(1, 2)
        figure.subplots_adjust(0.06, 0.15, 0.985, 0.9, wspace=0.16)
        loss.set(ylim=(0, 3), xlabel="epoch", ylabel="loss (nats)")
        accuracy.set(ylim=(0, 1.3), xlabel="epoch", ylabel="accuracy",
                     yticks=np.linspace(0, 1, 6))
        self.axes = axes
        self.titles = [self.moving(one.title) for one in axes]
        self.marks_prediction(self.prediction, accuracy, "y", scale=0.01)
        self.stops = [self.moving(one.plot([], [], color=GREEN, linewidth=1.4)[0]) for one in axes]
        self.stop_name = self.moving(loss.text(0, 2.75, " early stop", color=GREEN))
        self.levels = [self.moving(one.plot([], [], label=self.level, **LOOKS["theory"])[0])
                       for one in axes]
        self.curves = {name: [self.moving(one.plot([], [], label=name, **LOOKS[name])[0])
                              for one in axes] for name in ("training", "validation")}
        self.guessing = self.moving(loss.text(0, 0, "guessing", ha="right", va="bottom", bbox={
            "facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.5}))
        self.best = [self.moving(one.plot([], [], "*", color=GREEN, markersize=15, clip_on=False,
                                          markeredgecolor=BLACK, linestyle="none",
                                          label="best")[0]) for one in axes]
        handles = [self.curves[name][1] for name in self.curves] + [self.best[1], self.levels[1]]
        accuracy.legend(handles=handles, loc="upper left", ncols=2, columnspacing=1.5,
                        borderaxespad=0.1, labelspacing=0.3)

    def draw(self, epochs, losses, accuracies, best, last, n_epochs, levels, titles):
        """Give the curves new data.

        Parameters
        ----------
        epochs : ndarray of shape (n_records,)
            Epoch of each record.
        losses, accuracies : dict of str to ndarray of shape (n_records,)
            Curves by name, "training" and "validation"; NaN where the training has diverged.
        best : int
            Number of the best record.
        last : int or None
            Number of the record at which early stopping ends, if it does.
        n_epochs : int
            How long the axis is.
        levels : tuple of float
            Heights of the dotted lines on the left and on the right.
        titles : tuple of str
            What is seen on the left and on the right.
        """
        for i, (axes, history) in enumerate(zip(self.axes, (losses, accuracies), strict=True)):
            self.limits(axes, x=(0, n_epochs))
            for name, curves in self.curves.items():
                curves[i].set_data(epochs, history[name])
            self.best[i].set_data([epochs[best]], [history["validation"][best]])
            self.levels[i].set_data([0, n_epochs], [levels[i], levels[i]])
            stop = 2 * n_epochs if last is None else epochs[last]
            self.stops[i].set_data([stop, stop], [0, (3, 1.02)[i]])
            self.titles[i].set_text(titles[i])
        self.guessing.set_position((0.995 * n_epochs, levels[0] + 0.02))
        right = stop > 0.8 * n_epochs
        self.stop_name.set(x=stop, visible=last is not None, ha="right" if right else "left",
                           text="early stop " if right else " early stop")


class RacePicture(Picture):
    """Validation loss of several batch sizes, the cost of reaching a target, and which is first.

    Parameters
    ----------
    batch_sizes : tuple of int
        The batch sizes, the smallest first.
    """

    units = ("updates", "epochs", "seconds")

    narrowest = 320

    def __init__(self, batch_sizes):
        self.batch_sizes = batch_sizes
        super().__init__()

    def build(self, figure):
        """Draw axes, the table's frame and empty curves."""
        grid = figure.add_gridspec(1, 3, width_ratios=(1.3, 1, 1.4))
        grid.update(left=0.055, right=0.995, bottom=0.15, top=0.9, wspace=0.25)
        race, cost, table = (figure.add_subplot(cell) for cell in grid)
        race.set(xscale="log", ylim=(0, 2.6), ylabel="validation loss (nats)")
        cost.set(xscale="log", yscale="log", xlim=(0.6, 1.7 * self.batch_sizes[-1]),
                 xlabel="batch size B", ylabel="to the target")
        self.race, self.cost, self.unit = race, cost, None
        self.titles = [self.moving(axes.title) for axes in (race, cost, table)]
        self.target = self.moving(race.axhline(0, **LOOKS["theory"]))
        self.target_name = self.moving(race.text(
            0.008, 0, "target", va="top", transform=race.get_yaxis_transform()))
        self.scaling = self.moving(
            cost.plot([], [], label="perfect scaling", **LOOKS["theory"])[0])
        self.curves, self.arrivals, self.costs = [], [], []
        for rank, batch_size in enumerate(self.batch_sizes):
            look = _look(rank)
            point = {"color": look["color"], "marker": look["marker"], "linestyle": "none"}
            line = {key: look[key] for key in ("color", "linestyle")}
            self.curves.append(self.moving(race.plot([], [], label=f"B = {batch_size:,}", **line,
                                                     linewidth=1.5)[0]))
            self.arrivals.append(self.moving(
                race.plot([], [], markeredgecolor="white", markersize=10, **point)[0]))
            self.costs.append(self.moving(cost.plot([], [], markersize=9, **point)[0]))
        cost.legend(loc="lower left", borderaxespad=0.2)
        self._build_table(table)

    def _build_table(self, axes):
        axes.set(xlim=(0, 1), ylim=(len(self.batch_sizes) + 1.9, -0.6))
        axes.axis("off")
        self.columns = (0.54, 0.74, 1.0)
        heads = ("B", "η", *self.units)
        for x, head in zip((0.13, 0.3, *self.columns), heads, strict=True):
            axes.text(x, 0, head, ha="right", weight="bold")
        self.cells, self.rates = {unit: [] for unit in self.units}, []
        for rank, batch_size in enumerate(self.batch_sizes):
            look, row = _look(rank), rank + 1
            axes.plot(-0.06, row - 0.12, look["marker"], color=look["color"], clip_on=False)
            axes.text(0.13, row, f"{batch_size:,}", ha="right", color=look["color"])
            self.rates.append(self.moving(axes.text(0.3, row, "", ha="right", color=GREY)))
            for x, unit in zip(self.columns, self.units, strict=True):
                self.cells[unit].append(self.moving(axes.text(x, row, "", ha="right")))
        self.step_cost = self.moving(axes.text(
            1.0, len(self.batch_sizes) + 1.75, "", ha="right", color=GREY))

    def draw(self, unit, curves, target, rates, costs, winners, scaling, step_cost, titles):
        """Give the curves and the table new data.

        Parameters
        ----------
        unit : str
            Unit of the axes: "updates", "epochs" or "seconds".
        curves : list of tuple of ndarray
            For each batch size where it is, in that unit, and its validation loss.
        target : float
            The loss to reach.
        rates : list of float
            Learning rate of each batch size.
        costs : dict of str to list of float or None
            For each unit that is known the costs to reach the target, per batch size; None for one
            that does not get there.
        winners : dict of str to int or None
            For each unit that is known the place of the cheapest in the list.
        scaling : ndarray of shape (n_batch_sizes,)
            Costs under perfect scaling, in that unit.
        step_cost : str
            What an update costs, or why that is not known.
        titles : tuple of str
            What is seen on the left, in the middle and on the right.
        """
        if unit != self.unit:
            self._change_unit(unit)
        self.target.set_ydata([target, target])
        self.target_name.set_y(target)
        self.scaling.set_data(self.batch_sizes, scaling)
        for rank, (x, losses) in enumerate(curves):
            cost = costs[unit][rank]
            self.curves[rank].set_data(x, losses)
            self.arrivals[rank].set_data(([], []) if cost is None else ([cost], [target]))
            size = self.batch_sizes[rank]
            self.costs[rank].set_data(([], []) if cost is None else ([size], [cost]))
        for name, cells in self.cells.items():
            for rank, cell in enumerate(cells):
                known = name in costs
                first = known and costs[name][rank] is not None and (
                    costs[name][rank] == costs[name][winners[name]])
                words = _short(costs[name][rank]) if known else "·"
                cell.set(text=f"★ {words}" if first else words, color=GREEN if first else BLACK,
                         weight="bold" if first else "normal")
        self.step_cost.set_text(step_cost)
        write(self.rates, [f"{rate:.2g}" for rate in rates])
        write(self.titles, titles)

    def _change_unit(self, unit):
        self.unit = unit
        self.race.set(xlim=_LIMITS[unit], xlabel=f"{unit} (logarithmic)")
        self.cost.set(ylim=_LIMITS[unit], ylabel=f"{unit} to the target")
        self.background_changed()


def _short(cost):
    if cost is None:
        return "—"
    return f"{cost:,.0f}" if cost >= 100 else f"{cost:.2g}"
