"""Pictures of section 01, loss functions."""

from functools import partial

import numpy as np

from lecture_kit.live.handles import Handle
from lecture_kit.live.looks import BLACK, BLUE, GREY, LOOKS, SKY
from lecture_kit.live.picture import Picture, write

_LOSSES = ("squared error", "cross entropy")


def _both(squared, entropy, between=", "):
    return f"squared error {squared}{between}cross entropy {entropy}".replace("-", "−")


def _logit(share):
    share = np.clip(share, 1e-9, 1 - 1e-9)
    return np.log(share / (1 - share))


class OneNeuronPicture(Picture):
    """The operating point of a sigmoid neuron, two losses there, and their two gradients."""

    narrowest = 320

    def build(self, figure):
        """Draw axes, names and empty curves."""
        output, loss, gradient = figure.subplots(1, 3)
        figure.subplots_adjust(0.055, 0.15, 0.985, 0.865, wspace=0.24)
        for axes in (output, loss, gradient):
            axes.set(xlim=(-9, 9), xlabel="z = wx + b")
            for side in (-1, 1):
                axes.axvspan(4 * side, 9 * side, color="#f4f4f4", zorder=0)
        output.set(ylim=(-0.03, 1.08), ylabel="output o = σ(z)")
        loss.set(ylim=(-0.3, 9.6), ylabel="loss e")
        gradient.set(ylim=(-0.05, 1.75), ylabel="gradient |∂e/∂w|")
        for z in (-6.5, 6.5):
            output.text(z, 0.5, "saturated", ha="center", color=GREY)
        self.titles = [self.moving(axes.title) for axes in (output, loss, gradient)]
        self.sigmoid = output.plot([], [], **LOOKS["sigmoid"])[0]
        self.tangent = self.moving(output.plot([], [], color=BLACK, linewidth=1.2)[0])
        self.target = output.axhline(0, linestyle=":", color=GREY)
        self.target_name = output.text(0, 0, "target", va="bottom", color=GREY)
        self.curves, self.names, self.points = {}, {}, {}
        for name in _LOSSES:
            color = LOOKS[name]["color"]
            pair = (loss, gradient)
            self.curves[name] = [axes.plot([], [], **LOOKS[name])[0] for axes in pair]
            self.names[name] = [axes.text(0, 0, name, ha="center", color=color) for axes in pair]
            self.points[name] = [
                self.moving(axes.plot([], [], "o", color=color)[0]) for axes in pair]
        self.output_point = self.moving(output.plot([], [], "o", color=BLACK)[0])
        self.curves_target = None
        self.handles.append(Handle(output, self.output_point, moves=self._to_logit, anywhere=True))

    def _to_logit(self, z, _output, now):
        return {"b": now["b"] + z - self.output_point.get_xdata()[0]}

    def draw(self, z, outputs, losses, gradients, target, now):
        """Give the curves and points new data.

        Parameters
        ----------
        z, outputs : ndarray of shape (n_points,)
            The sigmoid curve.
        losses, gradients : dict of str to ndarray of shape (n_points,)
            Both losses and the sizes of their gradients along ``z``.
        target : float
            Right answer, 0 or 1.
        now : dict
            The operating point: ``z``, ``output``, ``slope`` and for each loss its name with the
            pair (loss, gradient).
        """
        if target != self.curves_target:
            self._draw_curves(z, outputs, losses, gradients, target)
        self.output_point.set_data([now["z"]], [now["output"]])
        reach = np.array([-2.5, 2.5])
        self.tangent.set_data(now["z"] + reach, now["output"] + now["slope"] * reach)
        for name in _LOSSES:
            for point, height in zip(self.points[name], now[name], strict=True):
                point.set_data([now["z"]], [height])
        squared, entropy = (now[name] for name in _LOSSES)
        self.titles[0].set_text(f"neuron's output {now['output']:.3g}, slope {now['slope']:.2g}")
        self.titles[1].set_text(_both(f"loss {squared[0]:.3g}", f"loss {entropy[0]:.3g}", "\n"))
        self.titles[2].set_text(
            _both(f"gradient {squared[1]:.2g}", f"gradient {entropy[1]:.2g}", "\n"))

    def _draw_curves(self, z, outputs, losses, gradients, target):
        self.curves_target = target
        self.sigmoid.set_data(z, outputs)
        self.target.set_ydata([target, target])
        self.target_name.set_position((-8.7 if target == 0 else 6, target + 0.01))
        wrong_side = 1 if target == 0 else -1
        places = {"squared error": [(5.8, 1.0), (5.8, 0.2)],
                  "cross entropy": [(0.4, 5.6), (5.2, 1.58)]}
        for name in _LOSSES:
            heights = (losses[name], gradients[name])
            for curve, height in zip(self.curves[name], heights, strict=True):
                curve.set_data(z, height)
            for text, (x, y) in zip(self.names[name], places[name], strict=True):
                text.set_position((wrong_side * x, y))
        self.background_changed()


class RacePicture(Picture):
    """Output and loss of one neuron while it learns, under two losses."""

    def build(self, figure):
        """Draw axes, names and empty curves."""
        output, loss = figure.subplots(1, 2)
        figure.subplots_adjust(0.06, 0.15, 0.97, 0.9, wspace=0.16)
        output.set(xlim=(0, 400), ylim=(-0.03, 1.2), xlabel="step", ylabel="output o (target 0)",
                   yticks=np.linspace(0, 1, 6))
        loss.set(xlim=(0, 400), ylim=(-0.15, 6.2), xlabel="step", ylabel="loss e")
        output.axhspan(-0.03, 0.1, color="#e8f5f0", zorder=0)
        self.correct = output.text(396, 0.12, "correct: o < 0.1", ha="right", color=GREY)
        self.titles = [self.moving(axes.title) for axes in (output, loss)]
        self.outputs, self.losses, self.arrivals = {}, {}, {}
        for name in _LOSSES:
            self.outputs[name] = self.moving(output.plot([], [], **LOOKS[name])[0])
            self.losses[name] = self.moving(loss.plot([], [], label=name, **LOOKS[name])[0])
            self.arrivals[name] = self.moving(
                output.plot([], [], "D", color=LOOKS[name]["color"])[0])
        loss.legend(loc="upper right")
        self.marks_prediction("steps of the squared error", output)
        self.handles.append(Handle(output, self.outputs[_LOSSES[0]], moves=self._to_first_output))

    def arrange(self, is_narrow):
        """Name the correct outputs left of where the first curve falls, on a narrow page."""
        self.correct.set_x(212 if is_narrow else 396)

    def _to_first_output(self, _step, output, now):
        first = self.outputs[_LOSSES[0]].get_ydata()[0]
        return {"b": now["b"] + float(_logit(output) - _logit(first))}

    def draw(self, outputs, losses, arrivals):
        """Give the curves new data.

        Parameters
        ----------
        outputs, losses : dict of str to ndarray of shape (n_steps + 1,)
            One curve per loss name.
        arrivals : dict of str to int or None
            The step at which each is correct, if it is.
        """
        for name in _LOSSES:
            steps = np.arange(len(outputs[name]))
            self.outputs[name].set_data(steps, outputs[name])
            self.losses[name].set_data(steps, losses[name])
            step = arrivals[name]
            at = [] if step is None else [step]
            self.arrivals[name].set_data(at, outputs[name][at])
        words = ["never" if arrivals[name] is None else f"{arrivals[name]}" for name in _LOSSES]
        self.titles[0].set_text(f"correct at step: {_both(*words)}")
        last = [losses[name][-1] for name in _LOSSES]
        self.titles[1].set_text(f"last: {_both(*(f'{e:.2g}' for e in last))}")


class DepthPicture(Picture):
    """The gradient that passes back through many layers, beside the bound (g/4)^L."""

    narrowest = 320

    def build(self, figure):
        """Draw axes, names and empty curves."""
        axes = figure.subplots()
        figure.subplots_adjust(0.075, 0.15, 0.86, 0.9)
        self.axes, self.ends, self.way = axes, {}, 1.1
        axes.set(xlim=(0, 20), ylim=(1e-14, 1e4), yscale="log", xticks=range(0, 21, 2),
                 xlabel="layers L that the gradient passes back through",
                 ylabel="share of the gradient left")
        self.title = self.moving(axes.title)
        self.cursor = self.moving(axes.axvline(0, color=GREY, linewidth=1))
        self.bound = self.moving(axes.plot([], [], **LOOKS["theory"])[0])
        self.curves, self.names = {}, {}
        for name, marker in (("sigmoid", "o"), ("tanh", "s"), ("ReLU", "^")):
            look = {**LOOKS[name], "marker": marker, "markersize": 4}
            self.curves[name] = self.moving(axes.plot([], [], **look)[0])
            self.names[name] = self.moving(
                axes.text(20.3, 1, name, va="center", color=look["color"], clip_on=False))
        self.names["bound"] = self.moving(axes.text(20.3, 1, "", va="center", clip_on=False))
        self.handles.append(Handle(axes, self.cursor, "n_layers", anywhere=True))

    def arrange(self, is_narrow):
        """On a narrow page: less numbers, names farther apart, a title that leaves them room."""
        self.way = 1.5 if is_narrow else 1.1
        self._place_names()
        self.axes.set_xticks(range(0, 21, 5 if is_narrow else 2))
        self.title.set_y(1.05 if is_narrow else 1)

    def draw(self, curves, bound, bound_name, n_layers):
        """Give the curves new data.

        Parameters
        ----------
        curves : dict of str to ndarray of shape (n_layers + 1,)
            Share of the gradient per number of layers, by the name of the activation.
        bound : ndarray of shape (n_layers + 1,)
            The theoretical bound for the sigmoid.
        bound_name : str
            Its name, for example ``"0.25^L"``.
        n_layers : int
            Where the cursor stands.
        """
        layers = np.arange(len(bound))
        self.ends = {"bound": bound[-1]}
        self.bound.set_data(layers, bound)
        for name, curve in curves.items():
            self.curves[name].set_data(layers, curve)
            self.ends[name] = curve[-1]
        self.names["bound"].set_text(f"bound {bound_name}")
        self._place_names()
        self.cursor.set_xdata([n_layers, n_layers])
        left = f"{curves['sigmoid'][n_layers]:.1g}".replace("-", "−")
        self.title.set_text(
            f"share of the gradient that sigmoid layers leave (L = {n_layers}): {left}")

    def _place_names(self):
        lowest = -np.inf
        for name in sorted(self.ends, key=self.ends.get):
            lowest = max(np.clip(np.log10(self.ends[name]), -13.5, 3.5), lowest + self.way)
            self.names[name].set_position((20.3, 10.0**lowest))


def _to_probability(own, _place, probability, now):
    """Find the logit that gives its class a probability, while the other logits stay."""
    scores = [now[name] for name in ("s0", "s1", "s2", "s3") if name != own]
    others = np.logaddexp.reduce(np.array(scores) / now["temperature"])
    return {own: float(now["temperature"] * (_logit(probability) + others))}


class SoftmaxPicture(Picture):
    """Probabilities of four classes and the loss of the correct one."""

    narrowest = 320

    def build(self, figure):
        """Draw axes, names, bars and the curve −ln p."""
        bars, loss = figure.subplots(1, 2)
        figure.subplots_adjust(0.06, 0.15, 0.985, 0.9, wspace=0.16)
        self.axes, self.slope_name = bars, bars.text(0, 0, "∂e/∂s", va="center", color=GREY)
        self.arrange(is_narrow=False)
        bars.set(xlim=(-0.6, 3.6), ylim=(0, 1.3), ylabel="probability o",
                 yticks=np.linspace(0, 1, 6))
        bars.axhline(1.1, color=GREY, linewidth=0.8)
        bars.grid(visible=False, axis="x")
        loss.set(xlim=(0, 1), ylim=(0, 8), xlabel="probability of the correct class",
                 ylabel="loss e (nats)")
        probabilities = np.geomspace(1e-4, 1, 300)
        loss.plot(probabilities, -np.log(probabilities), color=BLUE)
        loss.text(0.42, 1.1, "−ln p", color=BLUE)
        self.titles = [self.moving(axes.title) for axes in (bars, loss)]
        colors, hatches = [SKY, SKY, SKY, BLUE], [None, None, None, "//"]
        self.bars = [self.moving(bar) for bar in bars.bar(
            range(4), [0] * 4, 0.6, color=colors, hatch=hatches, edgecolor="white")]
        self.labels = [self.moving(bars.text(i, 0, "", ha="center")) for i in range(4)]
        self.gradients = [self.moving(bars.text(i, 1.165, "", ha="center", va="center"))
                          for i in range(4)]
        self.point = self.moving(loss.plot([], [], "o", color=BLACK, clip_on=False)[0])
        self.tops = [bars.plot([], [], linestyle="")[0] for _bar in self.bars]  # not seen
        self.handles += [Handle(bars, top, moves=partial(_to_probability, f"s{i}"))
                         for i, top in enumerate(self.tops)]

    def arrange(self, is_narrow):
        """Name the correct class in two lines, the slopes beside the axes, on a narrow page."""
        self.slope_name.set(position=(-0.7, 1.165) if is_narrow else (-0.55, 1.235),
                            ha="right" if is_narrow else "left")
        correct = "class 3\n(correct)" if is_narrow else "class 3 (correct)"
        self.axes.set_xticks(range(4), ["class 0", "class 1", "class 2", correct])

    def draw(self, probabilities, loss, gradient):
        """Give bars and point new data.

        Parameters
        ----------
        probabilities : ndarray of shape (4,)
            The softmax; the last entry belongs to the correct class.
        loss : float
            −ln of the last entry.
        gradient : ndarray of shape (4,)
            Derivatives of the loss by the logits.
        """
        write(self.gradients, [f"{slope:+.3f}".replace("-", "−") for slope in gradient])
        for i, (bar, label, p) in enumerate(zip(
                self.bars, self.labels, probabilities, strict=True)):
            bar.set_height(p)
            self.tops[i].set_data([i], [p])
            label.set_text(f"{p:.3g}")
            label.set_y(p + 0.02)
        self.point.set_data([probabilities[-1]], [min(loss, 8)])
        self.titles[0].set_text(f"the correct class has probability {probabilities[-1]:.3g}")
        self.titles[1].set_text(f"loss of the correct class {loss:.3g} nats"
                                + (", above the axis" if loss > 8 else ""))


class MailPicture(Picture):
    """One neuron learns to tell spam from mail under two losses."""

    def build(self, figure):
        """Draw axes, names and empty curves."""
        share, error = figure.subplots(1, 2)
        figure.subplots_adjust(0.065, 0.15, 0.985, 0.83, wspace=0.18)
        share.set(xlim=(0, 20), ylim=(0, 1.25), xlabel="epoch", xticks=range(0, 21, 5),
                  ylabel="training loss ÷ its first value")
        error.set(xlim=(0, 20), ylim=(0, 0.75), xlabel="epoch", xticks=range(0, 21, 5),
                  ylabel="wrong answers, validation")
        self.titles = [self.moving(axes.set_title("", pad=20)) for axes in (share, error)]
        self.never_spam = self.moving(error.plot([], [], **LOOKS["theory"])[0])
        self.never_spam_name = self.moving(
            error.text(18.4, 0, "always answer “no spam”", ha="right", va="bottom"))
        self.losses, self.errors = {}, {}
        for name in _LOSSES:
            self.losses[name] = self.moving(share.plot([], [], label=name, **LOOKS[name])[0])
            self.errors[name] = self.moving(error.plot([], [], **LOOKS[name])[0])
        self.marks_prediction("wrong answers of the squared error", error, "y", scale=0.01)
        # above the axes, where no curve can reach the names
        share.legend(loc="lower right", bbox_to_anchor=(1.02, 0.985), ncols=2, borderaxespad=0)

    def draw(self, epochs, losses, errors, never_spam):
        """Give the curves new data.

        Parameters
        ----------
        epochs : ndarray of shape (n_records,)
            Epoch of each record.
        losses, errors : dict of str to ndarray of shape (n_records,)
            Training loss and share of wrong answers on the validation rows, by name of the loss.
        never_spam : float
            Share of wrong answers of somebody who always answers "no spam".
        """
        self.never_spam.set_data([0, 20], [never_spam, never_spam])
        self.never_spam_name.set_y(never_spam + 0.005)
        for name in _LOSSES:
            relative = losses[name] / losses[name][0]
            self.losses[name].set_data(epochs, relative)
            self.errors[name].set_data(epochs, errors[name])
        last = [errors[name][-1] for name in _LOSSES]
        self.titles[0].set_text(f"training losses at epoch {epochs[-1]:.0f}")
        self.titles[1].set_text(f"{_both(*(f'{e:.1%}' for e in last))} wrong")
