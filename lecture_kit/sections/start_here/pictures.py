"""Picture of the start page: gradient descent on a parabola."""

import numpy as np

from lecture_kit.live.handles import Handle
from lecture_kit.live.looks import BLACK, BLUE, GREY, LOOKS
from lecture_kit.live.picture import Picture, write


class DescentPicture(Picture):
    """A ball that goes down a parabola, and its distance from the minimum step by step.

    Parameters
    ----------
    x, heights : ndarray of shape (n_points,)
        The parabola.
    n_steps : int
        How many steps the axis of the steps is long.
    near : float
        A distance to mark.
    """

    height = 288

    def __init__(self, x, heights, n_steps, near):
        self.parabola, self.n_steps, self.near = (x, heights), n_steps, near
        super().__init__()

    def build(self, figure):
        """Draw the parabola, axes, names and an empty path."""
        grid = figure.add_gridspec(1, 2, width_ratios=(1.15, 1))
        grid.update(left=0.06, right=0.975, bottom=0.165, top=0.9, wspace=0.2)
        land, distance = (figure.add_subplot(cell) for cell in grid)
        x, heights = self.parabola
        land.plot(x, heights, color=GREY, linewidth=1.5)
        land.plot(0, 0, "*", color=BLACK, markersize=11)
        land.set(xlim=(x[0], x[-1]), ylim=(-2, 38), xlabel="x", ylabel="height f(x) = x²")
        distance.set(xlim=(0, self.n_steps), ylim=(1e-6, 1e2), yscale="log",
                     xlabel="step (dots: measured, line: theory)", ylabel="distance |x|",
                     xticks=range(0, self.n_steps + 1, 5), yticks=np.logspace(-6, 2, 5))
        distance.axhline(self.near, color=GREY, linewidth=1)
        distance.text(0.4, self.near * 1.15, f"{self.near}", color=GREY)
        self.titles = [self.moving(axes.title) for axes in (land, distance)]
        self.theory = self.moving(distance.plot([], [], **LOOKS["theory"])[0])
        dots = {"color": LOOKS["gradient descent"]["color"], "marker": "."}
        self.path = self.moving(land.plot([], [], linewidth=1, alpha=0.6, **dots)[0])
        self.distances = self.moving(distance.plot([], [], linestyle="", markersize=9, **dots)[0])
        ball = {"color": BLUE, "markersize": 11, "markeredgecolor": "white", "clip_on": False}
        self.ball = self.moving(land.plot([], [], "o", **ball)[0])
        self.distance_ball = self.moving(distance.plot([], [], "o", **ball)[0])
        self.handles += [Handle(land, self.path, "start"),
                         Handle(distance, self.distance_ball, "step", anywhere=True)]

    def draw(self, path, heights, theory, gone, titles):
        """Give path, ball and curves new data.

        Parameters
        ----------
        path, heights : ndarray of shape (n_steps_so_far + 1,)
            Where the ball has been, and how high.
        theory : ndarray of shape (n_steps_so_far + 1,)
            How far from the minimum it is at each step in theory.
        gone : bool
            Whether the last point is outside the picture.
        titles : tuple of str
            What is seen on the left and on the right.
        """
        steps, distances = np.arange(len(path)), np.abs(path)
        self.path.set_data(path, heights)
        self.distances.set_data(steps, distances)
        self.theory.set_data(np.arange(len(theory)), theory)
        now = slice(0, 0) if gone else slice(-1, None)
        self.ball.set_data(path[now], heights[now])
        seen = distances[now] >= self.distances.axes.get_ylim()[0]  # or the ball is below the axis
        self.distance_ball.set_data(steps[now][seen], distances[now][seen])
        write(self.titles, titles)
