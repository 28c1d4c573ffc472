"""Pictures of section 05, adaptive methods."""

import numpy as np

from lecture_kit.live.handles import Handle
from lecture_kit.live.looks import BLACK, BLUE, GREEN, GREY, LOOKS, VERMILLION
from lecture_kit.live.picture import Picture, write

MARKERS = {"gradient descent": "o", "momentum": "s", "Nesterov": "D", "Adagrad": "^",
           "RMSprop": "v", "Adadelta": "P", "Adam": "*", "AdamW": "X"}
_BOLD_THEORY = {**LOOKS["theory"], "linewidth": 2.6}
_PAIR = {"x": {"color": BLUE, "linestyle": "-"}, "y": {"color": VERMILLION, "linestyle": "--"}}


def _dot(name, size=7):
    return {"marker": MARKERS[name], "color": LOOKS[name]["color"], "linestyle": "",
            "markersize": size + 3 * (MARKERS[name] == "*"), "markeredgecolor": "white",
            "markeredgewidth": 0.6}


class _Board:
    """A table with a row per method: its line and marker, its name, and words that move."""

    def __init__(self, picture, axes, names, columns):
        axes.set(xlim=(0, 1), ylim=(len(names) - 0.4, -1.1))
        axes.axis("off")
        for x, words in columns.items():
            axes.text(x, -0.8, words, ha="right", va="center", color=GREY)
        self.rows = {}
        for y, name in enumerate(names):
            axes.plot([-0.05, 0.04], [y, y], **LOOKS[name], clip_on=False)
            axes.plot(-0.005, y, **_dot(name), clip_on=False)
            axes.text(0.06, y, name, va="center", color=LOOKS[name]["color"])
            self.rows[name] = [picture.moving(axes.text(x, y, "", ha="right", va="center"))
                               for x in columns]

    def draw(self, words, first=()):
        """Write the words of each row; the first word of the methods in ``first`` is bold."""
        for name, texts in self.rows.items():
            write(texts, words[name])
            texts[0].set_weight("bold" if name in first else "normal")


def _columns(picture, figure, widths, left, wspace, bottom=0.15):
    """Make three axes side by side; ``picture.titles`` are their titles."""
    grid = figure.add_gridspec(1, 3, width_ratios=widths)
    grid.update(left=left, right=0.985, bottom=bottom, top=0.9, wspace=wspace)
    columns = [figure.add_subplot(cell) for cell in grid]
    picture.titles = [picture.moving(axes.title) for axes in columns]
    return columns


def _lines(picture, axes, names, **more):
    return {name: picture.moving(axes.plot([], [], **LOOKS[name], **more)[0]) for name in names}


def _dots(picture, axes, names, **more):
    return {name: picture.moving(axes.plot([], [], **_dot(name), **more)[0]) for name in names}


def _draw_search(picture, sweeps):
    """Draw the results by learning rate, with a dot at the best one."""
    for name in picture.names:
        sweep = sweeps[name]
        picture.sweeps[name].set_data(sweep.learning_rates, sweep.results)
        picture.best[name].set_data([sweep.best_rate], [sweep.best_result])


class RacePicture(Picture):
    """The runs of all methods on a landscape, a table of the steps, and the steps by rate.

    Parameters
    ----------
    names : sequence of str
        Methods.
    x, y : ndarray of shape (n_columns,) and (n_rows,)
        Grid of the landscape.
    learning_rates : tuple of float
        Ends of the axis of the rates.
    n_steps : int
        Length of a run.
    """

    height = 288

    def __init__(self, names, x, y, learning_rates, n_steps):
        self.names, self.grid = names, (x, y)
        self.learning_rates, self.n_steps = learning_rates, n_steps
        super().__init__()

    def build(self, figure):
        """Draw axes and names."""
        self.land, board, sweep = _columns(
            self, figure, (1.45, 1.15, 0.95), left=0.052, wspace=0.2, bottom=0.19)
        x, y = self.grid
        self.land.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]), aspect="equal", xlabel="x")
        self.land.set_ylabel("y", labelpad=0)
        self.land.grid(visible=False)
        self.landscape, self.parts = None, []
        sweep.set(xscale="log", yscale="log", xlim=self.learning_rates, ylim=(0.8, self.n_steps),
                  xlabel="learning rate η", ylabel="steps to arrive")
        sweep.yaxis.labelpad = 0
        ticks = [tick for tick in (1, 3, 10, 30, 100, 300, 1000) if tick <= self.n_steps]
        sweep.set_yticks(ticks, labels=map(str, ticks))
        sweep.set_yticks([], minor=True)
        self.board = _Board(self, board, self.names, {0.79: "this η", 0.98: "best η"})
        self.marks_prediction("steps of gradient descent at 0.95", sweep, "y")
        self.cursor = self.moving(sweep.plot([], [], color=GREY, linewidth=1)[0])
        self.sweeps = _lines(self, sweep, self.names, linewidth=1.3)
        self.best = _dots(self, sweep, self.names, clip_on=False)
        self.paths = _lines(self, self.land, self.names, linewidth=1.4, alpha=0.85)
        self.start = self.moving(self.land.plot([], [], "+", color=BLACK, markersize=11)[0])
        self.ends = _dots(self, self.land, self.names)
        self.handles += [Handle(self.land, self.start, "x", "y"),
                         Handle(sweep, self.cursor, "learning_rate", anywhere=True)]

    def draw(self, landscape, paths, sweeps, rate, board, first, titles):
        """Give runs, table and curves new data.

        Parameters
        ----------
        landscape : dict
            ``name``; ``heights``, ndarray of shape (n_rows, n_columns); ``minima``, ndarray of
            shape (n_minima, 2). A new name redraws the background.
        paths : dict of str to ndarray of shape (n_points, 2)
            The runs so far. One that diverged ends with its first point outside the axes.
        sweeps : dict of str to Sweep
            The steps to arrive by learning rate.
        rate : float or None
            The one learning rate of all methods, if they share one.
        board : dict of str to (str, str)
            Words of the table.
        first : list of str
            Methods that have arrived first.
        titles : tuple of str
            What is seen on the left, in the middle and on the right.
        """
        if landscape["name"] != self.landscape:
            self._draw_landscape(**landscape)
        for name, path in paths.items():
            self.paths[name].set_data(*path.T)
            self.ends[name].set_data(*path[-1:].T)
        _draw_search(self, sweeps)
        self.start.set_data(*paths[self.names[0]][:1].T)
        self.cursor.set_data([rate, rate] if rate else [], [0.8, self.n_steps] if rate else [])
        self.board.draw(board, first)
        write(self.titles, titles)

    def _draw_landscape(self, name, heights, minima):
        self.landscape = name
        for part in self.parts:
            part.remove()
        levels = np.unique(np.quantile(heights, np.linspace(0.02, 0.98, 11)))
        self.parts = [self.land.contour(*self.grid, heights, levels=levels, colors="#b8c4cc",
                                        linewidths=0.8, linestyles="solid")]
        if len(minima):
            self.parts += self.land.plot(*minima.T, "*", color="white", markeredgecolor=BLACK,
                                         markersize=15)
        else:
            self.parts += [self.land.axhline(y, **{**LOOKS["theory"], "linewidth": 1.2})
                           for y in (-1, 1)]
        self.background_changed()


class InsidePicture(Picture):
    """One method: length of its steps, effective rates, and what it remembers of the gradient.

    Parameters
    ----------
    n_steps : int
        Length of the run.
    """

    def __init__(self, n_steps):
        self.n_steps = n_steps
        super().__init__()

    def build(self, figure):
        """Draw axes, names and empty curves."""
        moves, rates, roots = _columns(self, figure, (1, 1, 1), left=0.07, wspace=0.28)
        for axes, ends, words in ((moves, (1e-3, 1e3), "step length / η"),
                                  (rates, (1e-5, 1e5), "rate"),
                                  (roots, (1e-5, 1e3), "root of squares, |g|")):
            axes.set(xscale="log", yscale="log", xlim=(1, self.n_steps), ylim=ends, xlabel="step k")
            axes.set_ylabel(words, labelpad=2)
        self.theory = self.moving(moves.plot([], [], **LOOKS["theory"])[0])
        self.unit = self.moving(moves.axhline(1, color=GREY, linewidth=0.8))
        self.moves = self._pair(moves)
        self.marks_prediction("first step of the slide's Adam", moves, "y")
        self.first = self.moving(moves.plot(
            [], [], "o", color=GREEN, markeredgecolor="white", clip_on=False)[0])
        self.rates, self.roots = self._pair(rates), self._pair(roots)
        self.gradients = self._pair(roots, linewidth=0.7, alpha=0.5)
        look = {"loc": "upper right", "borderaxespad": 0.2, "labelspacing": 0.2}
        moves.legend([*self.moves.values(), self.theory], ["in x", "in y", "constant g, theory"],
                     **look)
        roots.legend([*self.roots.values(), *self.gradients.values()],
                     ["root x", "root y", "|g| x", "|g| y"], ncols=2, **look)

    def _pair(self, axes, linewidth=1.6, alpha=1.0):
        return {name: self.moving(axes.plot([], [], linewidth=linewidth, alpha=alpha, **look)[0])
                for name, look in _PAIR.items()}

    def draw(self, moves, theory, rates, roots, gradients, titles):
        """Give the curves new data.

        Parameters
        ----------
        moves, rates, roots, gradients : ndarray of shape (n_steps, 2)
            Step length divided by η, effective rate, root of the squares, and size of the
            gradient, in x and in y. A step or gradient of 0 is left out.
        theory : ndarray of shape (n_steps,)
            Step length divided by η while the gradient is constant.
        titles : tuple of str
            What is seen on the left, in the middle and on the right.
        """
        steps = np.arange(1, len(theory) + 1)
        for pair, values in ((self.moves, moves), (self.rates, rates), (self.roots, roots),
                             (self.gradients, gradients)):
            for line, column in zip(pair.values(), values.T, strict=True):
                line.set_data(steps[column > 0], column[column > 0])
        self.theory.set_data(steps, theory)
        self.first.set_data([1], moves[:1, 0])
        write(self.titles, titles)


class EscapePicture(Picture):
    """The way off a ridge, and the steps that it takes from many distances.

    Parameters
    ----------
    names : sequence of str
        Methods.
    distances : tuple of float
        Ends of the axis of the distances.
    n_steps : int
        Length of the longest run.
    """

    def __init__(self, names, distances, n_steps):
        self.names, self.distances, self.n_steps = names, distances, n_steps
        super().__init__()

    def build(self, figure):
        """Draw axes, names and empty curves."""
        way, board, steps = _columns(self, figure, (1, 0.78, 1), left=0.065, wspace=0.18)
        way.set(xscale="log", yscale="log", xlim=(1, self.n_steps), ylim=(1e-9, 10),
                xlabel="step", ylabel="distance |y| from the ridge")
        way.axhline(1, color=GREY, linewidth=1)
        way.text(0.85 * self.n_steps, 1.9, "off the ridge", ha="right", color=GREY)
        steps.set(xscale="log", yscale="log", xlim=self.distances, ylim=(0.8, self.n_steps),
                  xlabel="distance ε at the start (dotted: theory)")
        self.board = _Board(self, board, self.names, {1.0: "steps"})
        self.ways = _lines(self, way, self.names, linewidth=1.5)
        self.growth = self.moving(way.plot([], [], **_BOLD_THEORY)[0])
        self.cursor = self.moving(steps.plot([], [], color=GREY, linewidth=1)[0])
        self.steps = _lines(self, steps, self.names, linewidth=1.5)
        self.theory = [self.moving(steps.plot([], [], **_BOLD_THEORY)[0]) for _ in range(2)]
        self.points = _dots(self, steps, self.names, clip_on=False)
        self.handles.append(Handle(steps, self.cursor, "distance", anywhere=True))

    def draw(self, ways, growth, distances, steps, theory, point, board, first, titles):
        """Give the curves new data.

        Parameters
        ----------
        ways : dict of str to ndarray of shape (n_points,)
            Distance from the ridge after 0, 1, … steps.
        growth : ndarray of shape (n_points,)
            The same for gradient descent by theory.
        distances : ndarray of shape (n_distances,)
            ε.
        steps : dict of str to ndarray of shape (n_distances,)
            Steps to leave; NaN for a run that is still there.
        theory : tuple of ndarray of shape (n_distances,)
            Steps by theory of gradient descent and of Adagrad.
        point : tuple of (float, dict of str to float)
            ε now and the steps from there.
        board : dict of str to (str,)
            Words of the table.
        first : list of str
            Methods that leave first.
        titles : tuple of str
            What is seen on the left, in the middle and on the right.
        """
        for name in self.names:
            self.ways[name].set_data(np.arange(len(ways[name])), ways[name])
            self.steps[name].set_data(distances, steps[name])
            self.points[name].set_data([point[0]], [point[1][name]])
        self.growth.set_data(np.arange(len(growth)), growth)
        for line, numbers in zip(self.theory, theory, strict=True):
            line.set_data(distances, numbers)
        self.cursor.set_data([point[0], point[0]], [0.8, self.n_steps])
        self.board.draw(board, first)
        write(self.titles, titles)


class WordsPicture(Picture):
    """Common and rare words: error by learning rate, a table, and the rate that each word gets.

    Parameters
    ----------
    names : sequence of str
        Methods.
    shown : sequence of str
        Methods whose rates per word are drawn.
    learning_rates : tuple of float
        Ends of the axis of the rates.
    """

    def __init__(self, names, shown, learning_rates):
        self.names, self.shown, self.learning_rates = names, shown, learning_rates
        super().__init__()

    def build(self, figure):
        """Draw axes, names and empty curves."""
        sweep, board, rates = _columns(self, figure, (1, 1.02, 1), left=0.065, wspace=0.26)
        sweep.set(xscale="log", yscale="log", xlim=self.learning_rates, ylim=(1e-4, 100),
                  xlabel="learning rate η", ylabel="error on new texts")
        rates.set(xscale="log", yscale="log", xlim=(1e-4, 1), ylim=(3e-3, 30),
                  xlabel="frequency of the word (dotted: theory)")
        rates.set_ylabel("effective rate", labelpad=0)
        self.board = _Board(self, board, self.names, {0.78: "error", 1.0: "best η"})
        self.sweeps = _lines(self, sweep, self.names, linewidth=1.5)
        self.best = _dots(self, sweep, self.names, clip_on=False)
        self.rates = {name: self.moving(rates.plot(
            [], [], **{**_dot(name, 5), "markeredgewidth": 0.2})[0]) for name in self.shown}
        self.theory = self.moving(rates.plot([], [], **LOOKS["theory"])[0])

    def draw(self, sweeps, board, first, frequencies, rates, theory, titles):
        """Give the curves new data.

        Parameters
        ----------
        sweeps : dict of str to Sweep
            The error by learning rate.
        board : dict of str to (str, str)
            Words of the table.
        first : list of str
            The method with the smallest error.
        frequencies : ndarray of shape (n_words,)
            How common each word is.
        rates : dict of str to ndarray of shape (n_words,)
            Effective rate of each word at the end.
        theory : ndarray of shape (n_words,)
            The same for Adagrad by theory.
        titles : tuple of str
            What is seen on the left, in the middle and on the right.
        """
        _draw_search(self, sweeps)
        for name, line in self.rates.items():
            line.set_data(frequencies, rates[name])
        self.theory.set_data(frequencies, theory)
        self.board.draw(board, first)
        write(self.titles, titles)


class TrainingPicture(Picture):
    """A network under every method: loss over one epoch, a table, and wrong answers by rate.

    Parameters
    ----------
    names : sequence of str
        Methods.
    learning_rates : tuple of float
        Ends of the axis of the rates.
    """

    def __init__(self, names, learning_rates):
        self.names, self.learning_rates = names, learning_rates
        super().__init__()

    def build(self, figure):
        """Draw axes, names and empty curves."""
        loss, board, sweep = _columns(self, figure, (1, 1.1, 1), left=0.06, wspace=0.2)
        loss.set(xlim=(0, 1), yscale="log", ylim=(0.02, 10), xlabel="epoch",
                 ylabel="loss of the mini batches")
        loss.set_yticks([0.03, 0.1, 0.3, 1, 3, 10], labels=["0.03", "0.1", "0.3", "1", "3", "10"])
        sweep.set(xscale="log", yscale="log", xlim=self.learning_rates, ylim=(0.005, 1.1),
                  xlabel="η (dashed: constant answer)", ylabel="share of wrong answers")
        sweep.yaxis.labelpad = 0
        sweep.set_yticks([0.01, 0.03, 0.1, 0.3, 1], labels=["0.01", "0.03", "0.1", "0.3", "1"])
        self.board = _Board(self, board, self.names, {0.79: "this η", 0.98: "best η"})
        self.losses = _lines(self, loss, self.names, linewidth=1.5)
        self.always = self.moving(sweep.axhline(1, color=GREY, linewidth=1, linestyle="--"))
        self.cursor = self.moving(sweep.plot([], [], color=GREY, linewidth=1)[0])
        self.sweeps = _lines(self, sweep, self.names, linewidth=1.3)
        self.best = _dots(self, sweep, self.names, clip_on=False)
        self.handles.append(Handle(sweep, self.cursor, "learning_rate", anywhere=True))

    def draw(self, losses, rate, sweeps, always, board, first, titles):
        """Give the curves new data.

        Parameters
        ----------
        losses : dict of str to (ndarray, ndarray)
            Epochs and losses of the mini batches at the shared rate; NaN after a divergence.
        rate : float
            The shared learning rate.
        sweeps : dict of str to Sweep
            The share of wrong answers by learning rate.
        always : float
            Share of wrong answers of the answer that is always the same.
        board : dict of str to (str, str)
            Words of the table.
        first : list of str
            The method with the smallest share at the shared rate.
        titles : tuple of str
            What is seen on the left, in the middle and on the right.
        """
        for name in self.names:
            self.losses[name].set_data(*losses[name])
        _draw_search(self, sweeps)
        self.cursor.set_data([rate, rate], [0.005, 1.1])
        self.always.set_ydata([always, always])
        self.board.draw(board, first)
        write(self.titles, titles)
