"""Pictures of section 08, ReLU."""

import numpy as np

from lecture_kit.live.handles import Handle
from lecture_kit.live.language import number
from lecture_kit.live.looks import BLACK, GREY, LOOKS
from lecture_kit.live.picture import Picture, write

_MARKERS = {"sigmoid": "o", "tanh": "s", "ReLU": "^"}



class ActivationPicture(Picture):
    """One activation function and its derivative, with a cursor and a measured slope."""

    legends_below = True

    def build(self, figure):
        """Draw axes, names and empty curves."""
        function, derivative = figure.subplots(1, 2)
        figure.subplots_adjust(0.055, 0.15, 0.985, 0.9, wspace=0.14)
        function.set(xlim=(-5.25, 5.25), ylim=(-1.4, 5.2), xlabel="z", ylabel="φ(z)")
        derivative.set(xlim=(-5.25, 5.25), ylim=(-0.3, 1.25), xlabel="z", ylabel="φ′(z)")
        for axes, heights in ((function, (0, 0, 5)), (derivative, (0, 0, 0, 1, 1))):
            places = (-5, 0, 5) if axes is function else (-5, 0, np.nan, 0, 5)
            axes.plot(places, heights, color="#bbbbbb", linewidth=1)
        function.text(4.3, 4.6, "ReLU", ha="right", color=GREY)
        self.titles = [self.moving(axes.title) for axes in (function, derivative)]
        self.cursors = [self.moving(axes.axvline(0, color=GREY, linewidth=0.8))
                        for axes in (function, derivative)]
        self.curves = [self.moving(axes.plot([], [])[0]) for axes in (function, derivative)]
        self.secant = self.moving(function.plot(
            [], [], color=BLACK, linewidth=1.2, marker="s", markersize=6, markerfacecolor="white",
            label="measured")[0])
        self.measured = self.moving(derivative.plot(
            [], [], "s", color=BLACK, markersize=9, markerfacecolor="white", label="measured")[0])
        self.point = self.moving(function.plot([], [], "o", color=BLACK)[0])
        self.slope = self.moving(derivative.plot(
            [], [], "o", color=BLACK, markersize=5, label="formula")[0])
        derivative.legend(loc="upper left", ncols=2, handlelength=1, borderaxespad=0.1)
        self.handles += [Handle(function, self.point, "place", anywhere=True),
                         Handle(derivative, self.slope, "place", anywhere=True)]

    def draw(self, name, z, values, slopes, now, secant):
        """Give the curves and points new data.

        Parameters
        ----------
        name : str
            Which activation function.
        z, values, slopes : ndarray of shape (n_points,)
            The function and its derivative. NaN parts the derivative at a jump.
        now : dict of str to float
            The cursor: ``z``, ``value``, ``slope`` and ``measured`` slope.
        secant : tuple of two pairs
            Places and values of the two points between which the slope is measured.
        """
        for curve, heights in zip(self.curves, (values, slopes), strict=True):
            curve.set_data(z, heights)
            curve.set(**LOOKS[name])
        for cursor in self.cursors:
            cursor.set_xdata([now["z"], now["z"]])
        self.secant.set_data(*secant)
        self.point.set_data([now["z"]], [now["value"]])
        self.measured.set_data([now["z"]], [now["measured"]])
        self.slope.set_data([now["z"]], [now["slope"]])
        write(self.titles, (
            f"{name}: φ({number(now['z'])}) = {number(now['value'])}",
            f"slope at {number(now['z'])}: formula {number(now['slope'])}, "
            f"measured {number(now['measured'])}"))


class GradientPicture(Picture):
    """The gradient at every layer of a deep network, and the factor per layer, beside theory."""

    narrowest = 320
    legends_below = True

    def build(self, figure):
        """Draw axes, names and empty curves."""
        gradient, factor = figure.subplots(1, 2, width_ratios=(1.25, 1))
        figure.subplots_adjust(0.075, 0.15, 0.985, 0.9, wspace=0.25)
        gradient.set(xlim=(0.3, 40.7), ylim=(1e-14, 1e6), yscale="log", xticks=(1, 10, 20, 30, 40),
                     yticks=np.logspace(-14, 6, 6), xlabel="hidden layer (1 is next to the input)",
                     ylabel="gradient ÷ that of the last layer")
        factor.set(xlim=(0.085, 35), ylim=(0.02, 40), xscale="log", yscale="log",
                   xlabel="gain g (init scale σ = g/√n)", ylabel="factor per layer")
        factor.axhline(1, color=GREY, linewidth=1)
        self.no_change = factor.text(0.11, 1.08, "", va="bottom", color=GREY)
        ends = np.array([0.1, 30])
        for height in (1, 1 / 4):
            factor.plot(ends, ends * height, color="#bbbbbb", linewidth=1)
        factor.text(20, 22.4, "g", ha="right", va="bottom", color=GREY)
        self.quarter = factor.text(20, 5.6, "g/4", color=GREY)
        self.arrange(is_narrow=False)
        self.titles = [self.moving(axes.title) for axes in (gradient, factor)]
        self.cursor = self.moving(factor.axvline(1, color=GREY, linewidth=0.8))
        self.names = ["also", *_MARKERS]
        self.curves, self.theories, self.factor_curves, self.points = {}, {}, {}, {}
        for name, marker in zip(self.names, ["D", *_MARKERS.values()], strict=True):
            look = {**LOOKS.get(name, {}), "marker": marker, "markersize": 5}
            theory = {**LOOKS["theory"], "color": look.get("color")}
            self.factor_curves[name] = self.moving(factor.plot([], [], **theory)[0])
            self.points[name] = self.moving(factor.plot(
                [], [], label=name, **{**look, "markersize": 8})[0])
            self.curves[name] = self.moving(gradient.plot([], [], **look)[0])
        for name in self.names:
            self.theories[name] = self.moving(gradient.plot([], [], **LOOKS["theory"])[0])
        self.theories["also"].set_label("theory")
        lines = [*(self.points[name] for name in self.names), self.theories["also"]]
        self.legend = factor.legend(handles=lines, loc="lower right", borderaxespad=0.1)
        self.also = None
        self.deepest = gradient.plot([], [], linestyle="")[0]  # not seen
        self.handles += [Handle(gradient, self.deepest, "n_layers", anywhere=True),
                         Handle(factor, self.cursor, "init_scale", anywhere=True)]
        self.marks_prediction("gradient in layer 1", gradient, "y")

    def arrange(self, is_narrow):
        """Put the names of the grey lines where no curve crosses them, on a narrow page."""
        place = {"position": (0.5, 0.1), "ha": "left", "va": "top"} if is_narrow else {
            "position": (20, 5.6), "ha": "right", "va": "bottom"}
        self.quarter.set(**place)
        self.no_change.set_text("keeps\nits size" if is_narrow else "keeps its size")

    def draw(self, also, gradients, theories, factors, scales, factor_curves, init_scale, titles):
        """Give the curves new data.

        Parameters
        ----------
        also : str
            Name of the fourth activation function.
        gradients, theories : dict of str to ndarray of shape (n_layers,)
            Size of the gradient at each layer, measured and expected. The keys are the names of
            the lecture's three activation functions and ``"also"``.
        factors : dict of str to float
            Measured factor per layer.
        scales : ndarray of shape (n_scales,)
            Gains of the theoretical curves.
        factor_curves : dict of str to ndarray of shape (n_scales,)
            Expected factor per layer.
        init_scale : float
            Where the cursor stands.
        titles : tuple of str
            What is seen on the left and on the right.
        """
        if also != self.also:
            self._name_the_fourth(also)
        layers = np.arange(1, 1 + len(gradients["ReLU"]))
        for name in self.names:
            self.curves[name].set_data(layers, gradients[name])
            self.theories[name].set_data(layers, theories[name])
            self.factor_curves[name].set_data(scales, factor_curves[name])
            self.points[name].set_data([init_scale], [factors[name]])
        self.deepest.set_data(layers[-1:], [1])
        self.cursor.set_xdata([init_scale, init_scale])
        write(self.titles, titles)

    def _name_the_fourth(self, also):
        self.also = also
        legends = self.legend, *self.figure.legends  # on a narrow page a copy stands below
        for artist in (self.curves["also"], self.points["also"],
                       *(legend.get_lines()[0] for legend in legends)):
            artist.set(**LOOKS[also])
        self.factor_curves["also"].set_color(LOOKS[also]["color"])
        for legend in legends:
            legend.get_texts()[0].set_text(also)
        self.background_changed()


class DyingPicture(Picture):
    """Units that die while a network learns: how many, which, and what it costs."""

    def build(self, figure):
        """Draw axes, names and empty curves."""
        count = figure.add_axes((0.06, 0.15, 0.335, 0.75))
        self.units = figure.add_axes((0.42, 0.15, 0.25, 0.75))
        share = figure.add_axes((0.715, 0.15, 0.27, 0.68))
        count.set(xlim=(0, 320), ylim=(-2, 103), xlabel="update", xticks=range(0, 321, 80),
                  ylabel="units off for every row")
        share.set(xlim=(0, 320), ylim=(0, 1.04), xlabel="update", xticks=range(0, 321, 80))
        self.units.set(xticks=(), yticks=(), aspect="equal")
        self.units.set_xlabel("darker = on for more rows, × = for none", labelpad=17)
        self.units.grid(visible=False)
        self.image = self.moving(self.units.imshow(
            np.zeros((10, 10)), cmap="Blues", vmin=0, vmax=1.3, interpolation="nearest"))
        self.crosses = self.moving(self.units.plot([], [], "x", color=BLACK, markersize=9)[0])
        self.count = self.moving(count.plot([], [])[0])
        self.constant = self.moving(share.plot([], [], **LOOKS["theory"])[0])
        self.constant_name = self.moving(share.text(
            316, 0, "always the same answer", ha="right", va="bottom"))
        self.accuracy = self.moving(share.plot([], [], label="accuracy", **LOOKS["training"])[0])
        self.activity = self.moving(
            share.plot([], [], color=GREY, linestyle="--", label="units on")[0])
        self.expected = self.moving(share.plot(
            [], [], "D", color=BLACK, markerfacecolor="white", clip_on=False, label="theory")[0])
        share.legend(loc="lower right", bbox_to_anchor=(1.04, 0.985), ncols=3, borderaxespad=0,
                     handlelength=1.6, columnspacing=0.9, handletextpad=0.4)
        self.titles = [self.moving(axes.title) for axes in (count, self.units)]
        self.titles.append(self.moving(figure.text(0.85, 0.926, "", ha="center", weight="bold",
                                                   size=10.5)))

    def draw(self, look, updates, off, activity, accuracies, shares_on, expected, constant, titles):
        """Give curves and units new data.

        Parameters
        ----------
        look : str
            ``"ReLU"`` or ``"leaky ReLU"``.
        updates, off, accuracies, shares_on : ndarray of shape (n_records,)
            Updates; how many units no row switches on; training accuracy; share of all pairs of
            unit and row that are on.
        activity : ndarray of shape (100,)
            Share of the rows that switch each unit on, now.
        expected : float
            What theory expects for ``shares_on`` at the start.
        constant : float
            Accuracy of a network that always gives the same answer.
        titles : tuple of str
            What is seen.
        """
        self.count.set_data(updates, off)
        self.count.set(**LOOKS[look])
        self.image.set_data(activity.reshape(10, 10))
        rows, columns = np.nonzero(activity.reshape(10, 10) == 0)
        self.crosses.set_data(columns, rows)
        self.accuracy.set_data(updates, accuracies)
        self.activity.set_data(updates, shares_on)
        self.expected.set_data([0], [expected])
        self.constant.set_data([0, 320], [constant, constant])
        self.constant_name.set_y(constant + 0.01)
        write(self.titles, titles)


class SpeedPicture(Picture):
    """The same network under three activation functions, and how fast each can be."""

    legends_below = True

    def __init__(self, target, most_updates):
        self.target, self.most_updates = target, most_updates
        super().__init__()

    def build(self, figure):
        """Draw axes, names and empty curves."""
        loss, needed = figure.subplots(1, 2)
        figure.subplots_adjust(0.06, 0.15, 0.97, 0.9, wspace=0.2)
        most = self.most_updates
        loss.set(xlim=(0, most), ylim=(0.2, 20), yscale="log", xlabel="update",
                 ylabel="training loss", yticks=(0.2, 0.5, 1, 2, 5, 10, 20))
        loss.set_yticks((), minor=True)
        loss.set_yticklabels(("0.2", "0.5", "1", "2", "5", "10", "20"))
        loss.axhline(self.target, color=GREY, linewidth=1)
        loss.text(most - 2, self.target * 0.94, "target", ha="right", va="top", color=GREY)
        self.missed = 1.75 * most
        needed.set(xlim=(0.008, 12.5), ylim=(3, 2.4 * most), xscale="log", yscale="log",
                   xlabel="learning rate η", ylabel="updates to the target",
                   xticks=(0.01, 0.1, 1, 10), yticks=(4, 10, 40, 100, most, self.missed))
        needed.set_yticks((), minor=True)
        needed.set_xticklabels(("0.01", "0.1", "1", "10"))
        needed.set_yticklabels(("4", "10", "40", "100", str(most), "never"))
        needed.axhspan(1.25 * most, 2.4 * most, color="#f4f4f4", zorder=0)
        self.titles = [self.moving(axes.title) for axes in (loss, needed)]
        self.cursor = self.moving(needed.axvline(1, color=GREY, linewidth=0.8))
        self.losses, self.ends, self.speeds, self.guides, self.bests = {}, {}, {}, {}, {}
        for name, marker in _MARKERS.items():
            color = LOOKS[name]["color"]
            self.losses[name] = self.moving(loss.plot([], [], **LOOKS[name])[0])
            self.ends[name] = self.moving(
                loss.plot([], [], marker, color=color, clip_on=False)[0])
            self.guides[name] = self.moving(needed.plot([], [], **LOOKS["theory"])[0])
            self.speeds[name] = self.moving(
                needed.plot([], [], marker=marker, label=name, **LOOKS[name])[0])
            self.bests[name] = self.moving(needed.plot(
                [], [], "o", markersize=14, markerfacecolor="none", color=color)[0])
        self.guides["ReLU"].set_label("theory ∝ 1/η")
        needed.legend(handles=[*self.speeds.values(), self.guides["ReLU"]], loc="lower left",
                      borderaxespad=0.1)
        self.handles.append(Handle(needed, self.cursor, "learning_rate", anywhere=True))

    def draw(self, curves, needed, best, guides, learning_rate, titles):
        """Give the curves new data.

        Parameters
        ----------
        curves : dict of str to (sequence, sequence)
            Updates and training losses, by name of the activation function.
        needed : dict of str to dict of float to (int or None)
            Updates to the target by learning rate, None if it was not reached.
        best : dict of str to (float or None)
            The best rate of each.
        guides : dict of str to (ndarray, ndarray)
            Learning rates, and what theory expects there.
        learning_rate : float or None
            The rate of the slider, if it counts for all.
        titles : tuple of str
            What is seen on the left and on the right.
        """
        self.cursor.set_xdata([] if learning_rate is None else [learning_rate] * 2)
        self.cursor.set_ydata([] if learning_rate is None else [0, 1])
        for name in _MARKERS:
            updates, losses = curves.get(name, ((), ()))
            self.losses[name].set_data(updates, losses)
            arrived = len(losses) > 0 and losses[-1] < self.target
            self.ends[name].set_data(*((updates[-1:], losses[-1:]) if arrived else ((), ())))
            rates = sorted(needed[name])
            heights = [needed[name][rate] or self.missed for rate in rates]
            self.speeds[name].set_data(rates, heights)
            self.guides[name].set_data(*guides[name])
            rate = best[name]
            self.bests[name].set_data(*(((), ()) if rate is None else
                                        ([rate], [needed[name][rate]])))
        write(self.titles, titles)
