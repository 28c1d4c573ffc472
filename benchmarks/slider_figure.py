"""One figure that the benchmark draws in three ways: a valley with a path, and its loss curve.

A small square in the lower left corner shows the state of the slider as a colour, so that the
browser can tell which state a frame shows.
"""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from lecture_kit.live.handles import Handle
from lecture_kit.live.picture import Picture
from lecture_kit.maths.landscapes import quadratic
from lecture_kit.maths.optimizers import Momentum
from lecture_kit.maths.trajectories import trajectory

N_STATES = 62
LANDSCAPE = quadratic([0.1, 2.0])
SIZE = (10, 4)


def path(state):
    """Walk through the valley; the state sets the learning rate."""
    return trajectory(LANDSCAPE.gradient, Momentum(0.05 + 0.015 * state, 0.5), (-7.0, 2.0), 60)


def build(figure):
    """Draw all that stays and return what moves."""
    valley, loss = figure.subplots(1, 2)
    x, y = np.meshgrid(np.linspace(-9, 9, 121), np.linspace(-4, 4, 81))
    heights = LANDSCAPE.value(np.stack([x, y], axis=-1))
    valley.contour(x, y, heights, levels=np.geomspace(0.05, 20, 10), cmap="Blues")
    valley.set(xlabel="x", ylabel="y", xlim=(-9, 9), ylim=(-4, 4))
    loss.set(xlabel="step", ylabel="loss", yscale="log", xlim=(0, 60), ylim=(1e-8, 1e2))
    loss.grid(visible=True)
    square = Rectangle((0, 0), 0.03, 0.06, transform=figure.transFigure, linewidth=0)
    figure.add_artist(square)
    return {"path": valley.plot([], [], "o-", markersize=4)[0], "loss": loss.plot([], [])[0],
            "title": valley.set_title(""), "square": square}


def update(artists, state):
    """Show a state."""
    points = path(state)
    artists["path"].set_data(points[:, 0], points[:, 1])
    artists["loss"].set_data(np.arange(len(points)), LANDSCAPE.value(points))
    artists["title"].set_text(f"state {state}")
    artists["square"].set_facecolor((4 * state / 255, 100 / 255, 1.0))


class SliderPicture(Picture):
    """The same figure as a live picture of the kit; a hand may also drag in its right half."""

    width, height = 100 * SIZE[0], 100 * SIZE[1]

    def build(self, figure):
        """Draw all that stays."""
        self.artists = build(figure)
        for artist in self.artists.values():
            self.moving(artist)
        loss = self.artists["loss"].axes
        self.grip = loss.plot([], [], linestyle="")[0]
        self.handles.append(Handle(loss, self.grip, "state", anywhere=True))

    def draw(self, state):
        """Show a state."""
        update(self.artists, state)
        self.grip.set_data([state], [1])


def ipympl_canvas():
    """Make the same figure on ipympl's canvas."""
    from ipympl.backend_nbagg import Canvas, FigureManager

    canvas = Canvas(Figure(figsize=SIZE, dpi=100))
    FigureManager(canvas, 0)
    canvas.header_visible = canvas.toolbar_visible = canvas.footer_visible = False
    canvas.resizable = False
    return canvas
