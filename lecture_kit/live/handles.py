"""Places in a picture that one can take hold of: they move the controls of the panel."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from ipywidgets import FloatSlider
from matplotlib.axes import Axes
from matplotlib.lines import Line2D


@dataclass(frozen=True, eq=False)
class Handle:
    """A place in a picture that moves controls when it is dragged.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where it is dragged; each axis may be linear or logarithmic.
    at : matplotlib.lines.Line2D
        A line whose first point is the handle. ``draw`` moves it, so the handle goes with it; where
        the line is empty there is no handle.
    x, y : str, optional
        Names of the panel's controls that take the two coordinates.
    moves : callable, optional
        In place of ``x`` and ``y``, where a control is not a coordinate: takes both coordinates and
        the present values of all controls by name, and returns numbers for some of them by name.
    anywhere : bool, default False
        Whether a press anywhere in the axes moves the handle there.
    """

    axes: Axes
    at: Line2D
    x: str | None = None
    y: str | None = None
    moves: Callable | None = None
    anywhere: bool = False

    def spot(self):
        """Say where it is: shares of the picture's width and height, from the upper left corner.

        Returns
        -------
        list of float
            Two numbers; none if the line is empty or begins outside the picture.
        """
        for pixels in self.at.get_transform().transform(self.at.get_xydata()[:1]):
            place = self._shares(*pixels)
            if all(0 <= share <= 1 for share in place):
                return place
        return []

    def area(self):
        """Say where a press counts.

        Returns
        -------
        list of float
            Left, top, width and height as shares of the picture; none if only the spot counts.
        """
        left, top, right, bottom = self._corners()
        return [left, top, right - left, bottom - top] if self.anywhere else []

    def _corners(self):
        box = self.axes.bbox
        return [*self._shares(box.x0, box.y1), *self._shares(box.x1, box.y0)]

    def _shares(self, x, y):
        width, height = self.axes.figure.bbox.size
        return [round(float(x / width), 5), round(float(1 - y / height), 5)]

    def values(self, place, controls):
        """Say what the controls become when the handle is dragged to a place.

        Parameters
        ----------
        place : tuple of float
            Shares of the picture's width and height, finite. Outside the axes their edge counts.
        controls : dict of str to ipywidgets.ValueWidget
            The controls of the panel.

        Returns
        -------
        dict of str to float or int
            The nearest value of each control that the handle moves.
        """
        left, top, right, bottom = self._corners()
        x, y = np.clip(place, (left, top), (right, bottom))
        pixels = self.axes.figure.bbox.size * (x, 1 - y)
        point = map(float, self.axes.transData.inverted().transform(pixels))
        if self.moves:
            present = {name: control.value for name, control in controls.items()}
            numbers = self.moves(*point, present)
        else:
            numbers = dict(zip((self.x, self.y), point, strict=True))
            numbers.pop(None, None)
        return {name: nearest(controls[name], number) for name, number in numbers.items()}


def nearest(control, number):
    """Find the value of a control that is nearest to a number.

    Parameters
    ----------
    control : ipywidgets.ValueWidget
        A slider with ``min``, ``max`` and ``step``, or a control with ``options``. Positive options
        are compared by ratio.
    number : float
        The number; infinite is the end of the slider.

    Returns
    -------
    float or int
        The value.
    """
    if not hasattr(control, "options"):
        number, width = min(max(number, control.min), control.max), control.max - control.min
        step = 100 * getattr(control, "step", 1) / width  # percent: the page's slider reckons so,
        share = round(100 * (number - control.min) / width / step) * step  # to the last digit
        value = min(share * width / 100 + control.min, control.max)
        return value if isinstance(control, FloatSlider) else round(value)
    values = [value for _label, value in control.options]
    if number > 0 and any(value > 0 for value in values):
        return min((value for value in values if value > 0),
                   key=lambda value: max(value / number, number / value))
    return min(values, key=lambda value: abs(value - number))
