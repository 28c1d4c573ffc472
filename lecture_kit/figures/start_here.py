"""Picture of the start page: gradient descent on a parabola."""

import numpy as np

from lecture_kit.figures.looks import BLACK, BLUE, GREY, LOOKS
from lecture_kit.figures.picture import Picture


class DescentPicture(Picture):
    """A ball that goes down a parabola, and its height step by step.

    Parameters
    ----------
    x, heights : ndarray of shape (n_points,)
        The parabola.
    n_steps : int
        How many steps the axis of the steps is long.
    """

    height = 288

    def __init__(self, x, heights, n_steps):
        self.parabola, self.n_steps = (x, heights), n_steps
        super().__init__()

    def build(self, figure):
        """Draw the parabola, axes, names and an empty path."""
        grid = figure.add_gridspec(1, 2, width_ratios=(1.15, 1))
        grid.update(left=0.06, right=0.975, bottom=0.165, top=0.9, wspace=0.2)
        land, height = (figure.add_subplot(cell) for cell in grid)
        x, heights = self.parabola
        land.plot(x, heights, color=GREY, linewidth=1.5)
        land.plot(0, 0, "*", color=BLACK, markersize=11)
        land.set(xlim=(x[0], x[-1]), ylim=(-2, 38), xlabel="x", ylabel="height f(x) = x²")
        height.set(xlim=(0, self.n_steps), ylim=(1e-12, 1e3), yscale="log",
                   xlabel="step (dots: measured, line: theory)", ylabel="height f",
                   xticks=range(0, self.n_steps + 1, 5), yticks=np.logspace(-12, 3, 6))
        self.titles = [self.moving(axes.title) for axes in (land, height)]
        self.theory = self.moving(height.plot([], [], **LOOKS["theory"])[0])
        dots = {"color": LOOKS["gradient descent"]["color"], "marker": "."}
        self.path = self.moving(land.plot([], [], linewidth=1, alpha=0.6, **dots)[0])
        self.heights = self.moving(height.plot([], [], linestyle="", markersize=9, **dots)[0])
        ball = {"color": BLUE, "markersize": 11, "markeredgecolor": "white", "clip_on": False}
        self.ball = self.moving(land.plot([], [], "o", **ball)[0])
        self.height_ball = self.moving(height.plot([], [], "o", **ball)[0])

    def draw(self, path, heights, theory, gone, titles):
        """Give path, ball and curves new data.

        Parameters
        ----------
        path, heights : ndarray of shape (n_steps_so_far + 1,)
            Where the ball has been, and how high.
        theory : ndarray of shape (n_steps + 1,)
            How high it is at each step in theory.
        gone : bool
            Whether the last point is outside the picture.
        titles : tuple of str
            What is seen on the left and on the right.
        """
        steps = np.arange(len(path))
        self.path.set_data(path, heights)
        self.heights.set_data(steps, heights)
        self.theory.set_data(np.arange(len(theory)), theory)
        now = slice(0, 0) if gone else slice(-1, None)
        self.ball.set_data(path[now], heights[now])
        low = heights[now] >= self.heights.axes.get_ylim()[0]  # a ball below the axis is not drawn
        self.height_ball.set_data(steps[now][low], heights[now][low])
        for title, words in zip(self.titles, titles, strict=True):
            title.set_text(words)
