"""The picture of the slide's network in training, in section 03, weight initialization."""

import numpy as np

from lecture_kit.live.handles import Handle
from lecture_kit.live.looks import BLACK, BLUE, GREEN, GREY, LOOKS, ORANGE, VERMILLION
from lecture_kit.live.picture import Picture, write
from lecture_kit.sections.weight_initialization.pictures import RANGES

_STYLES = ({"color": VERMILLION, "linestyle": "-"}, {"color": ORANGE, "linestyle": "-."},
           {"color": BLUE, "linestyle": "--"}, {"color": BLACK, "linestyle": "-"})
_MARKERS = "s^Do"
LOSSES = (3e-3, 30.0)  # ends of the axis


class SlidePicture(Picture):
    """Histograms of the last layer before training, the losses, and theory's signal by scale.

    Parameters
    ----------
    names : sequence of str
        Names of the four networks; the last one belongs to the reader.
    n_epochs : int
        How long the training is.
    chance : float
        Loss of somebody who gives all classes the same probability.
    """

    height = 300
    legends_below = True

    def __init__(self, names, n_epochs, chance):
        self.names, self.n_epochs, self.chance = names, n_epochs, chance
        super().__init__()

    def build(self, figure):
        """Draw axes, names and empty curves."""
        self.histograms, self.titles, self.words = [], [], []
        for n, (name, style) in enumerate(zip(self.names, _STYLES, strict=True)):
            axes = figure.add_axes((0.065 + 0.235 * n, 0.685, 0.21, 0.215))
            axes.set(ylim=(0, 1.95), yticks=(), title=name)
            axes.spines["left"].set_visible(False)
            axes.title.set_color(style["color"])
            self.histograms.append(self.moving(axes.stairs([0], [0, 1], fill=True, alpha=0.65)))
            self.words.append(self.moving(axes.text(
                0.5, 0.99, "", ha="center", va="top", transform=axes.transAxes)))
        self.activation = None
        self._build_losses(figure.add_axes((0.065, 0.145, 0.445, 0.36)))
        self._build_scales(figure.add_axes((0.6, 0.145, 0.385, 0.36)))

    def _build_losses(self, axes):
        axes.set(xlim=(0, self.n_epochs), yscale="log", ylim=LOSSES, xlabel="epoch",
                 ylabel="training loss", yticks=(0.01, 0.1, 1, 10),
                 yticklabels=("0.01", "0.1", "1", "10"))
        axes.axhline(self.chance, color=GREY, linewidth=1, linestyle=":")
        axes.text(self.n_epochs, self.chance * 1.5, "guessing", color=GREY, ha="right")
        self.losses = [self.moving(axes.plot([], [], **style)[0]) for style in _STYLES]
        self.titles.append(self.moving(axes.title))

    def _build_scales(self, axes):
        axes.set(xscale="log", yscale="log", xlim=(0.003, 3), ylim=(1e-9, 20),
                 xlabel="init scale σ", ylabel="size in layer 5", xticks=(0.01, 0.1, 1),
                 xticklabels=("0.01", "0.1", "1"), yticks=(1e-8, 1e-6, 1e-4, 1e-2, 1))
        axes.minorticks_off()
        self.theory = {
            "std": self.moving(axes.plot([], [], color=GREY, label="std, theory")[0]),
            "signal": self.moving(axes.plot([], [], label="signal, theory", **{
                **LOOKS["theory"], "color": GREEN})[0])}
        self.signals = [self.moving(axes.plot(
            [], [], marker, color=style["color"], markersize=8, markeredgecolor="white",
            clip_on=False)[0]) for marker, style in zip(_MARKERS, _STYLES, strict=True)]
        axes.legend(loc="lower right", borderaxespad=0.2)
        self.handles.append(Handle(axes, self.signals[-1], "init_scale", anywhere=True))
        self.titles.append(self.moving(axes.title))

    def draw(self, activation, counts, words, epochs, losses, scales, signals, theory, titles):
        """Give histograms and curves new data.

        Parameters
        ----------
        activation : {"sigmoid", "tanh", "ReLU"}
            Name of the activation function; it fixes the range of the histograms.
        counts : ndarray of shape (4, n_bins)
            Histograms of the last layer before training; the last bin holds what lies beyond.
        words : sequence of str
            What stands in each histogram.
        epochs : ndarray of shape (n_records,)
            When the losses were measured.
        losses : ndarray of shape (n_records, 4)
            Training losses; NaN from where a network has diverged.
        scales, signals : sequence of float
            Init scale of each network in its layers of 100 inputs, and its signal in layer 5.
        theory : tuple of ndarray of shape (n_scales,)
            Init scales, and the standard deviation and the signal that theory expects.
        titles : tuple of str
            Above the losses and above the signals.
        """
        if activation != self.activation:
            self._draw_ends(activation)
        heights = counts / np.maximum(counts.max(axis=1, keepdims=True), 1)
        edges = np.linspace(*RANGES[activation], counts.shape[1] + 1)
        for n, curve in enumerate(self.losses):
            self.histograms[n].set_data(heights[n], edges)
            curve.set_data(epochs, np.clip(losses[:, n], *LOSSES))
            self.signals[n].set_data([scales[n]], [np.clip(signals[n], 1e-9, 20)])
        for line, sizes in zip(self.theory.values(), theory[1:], strict=True):
            line.set_data(theory[0], sizes)
        write(self.words, words)
        write(self.titles, titles)

    def _draw_ends(self, activation):
        self.activation, (low, high) = activation, RANGES[activation]
        beyond = "≥ " if activation == "ReLU" else ""  # the others have no larger activations
        names = f"{low:g}".replace("-", "−"), f"{beyond}{high:g}"
        for histogram in self.histograms:
            histogram.set_facecolor(LOOKS[activation]["color"])
            histogram.axes.set(xlim=(low, high), xticks=(low, high), xticklabels=names)
        self.background_changed()
