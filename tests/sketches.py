"""A small picture and a small panel, for tests of what all pictures and panels share."""

from lecture_kit.live.controls import slider, whole_slider
from lecture_kit.live.handles import Handle
from lecture_kit.live.panel import Panel, View
from lecture_kit.live.picture import Picture


class DotPicture(Picture):
    """One axes, one moving dot."""

    width, height = 300, 200

    def build(self, figure):
        self.backgrounds = 0
        self.axes = figure.subplots()
        self.axes.set(xlim=(0, 1), ylim=(0, 1))
        self.title = self.moving(self.axes.title)
        self.dot = self.moving(self.axes.plot([], [], "o")[0])
        self.handles.append(Handle(self.axes, self.dot, "x"))
        self.marks_prediction("x", self.axes)
        figure.canvas.mpl_connect("draw_event", self.count)

    def count(self, _event):
        self.backgrounds += 1

    def draw(self, x, title=""):
        self.dot.set_data([x], [0.5])
        self.title.set_text(title)


def show_at_once(x, n):
    return View({"x": x * n}, f"x·n = {x * n:.2f}", goal_met=x * n > 0.5)


def show_in_steps(x, n):
    for step in range(1, 6):
        yield View({"x": x * step / 5}, f"step {step}, x = {x:.2f}", progress=step / 5)


HIGH = {"high": {"x": 0.9, "n": 2}}


def make(show, presets=HIGH):
    controls = {"x": slider("x", 0, 1, 0.25), "n": whole_slider("n", 1, 3, 1)}
    return Panel("Dot", DotPicture(), controls, show, goal="more than a half",
                 presets=presets, play="n")
