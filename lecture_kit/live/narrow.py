"""A picture on a phone: its columns of axes come under each other, with text as large as before."""

import numpy as np

_GAP = 0.02  # columns that are nearer to each other stay beside each other
_RIGHT = 0.015  # what a column takes of the gap on its right; the rest is for the next one's labels
_TITLE = 44  # pixels for a title of two lines


class Columns:
    """The columns of axes of a figure: beside each other as built, or under each other.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure as it was built.
    size : tuple of int
        Its width and height in CSS pixels.
    height : int
        Height of a column when it stands under another one, in CSS pixels.
    """

    def __init__(self, figure, size, height):
        self.figure, self.size, self.height = figure, size, height
        self._axes = [(axes, axes.get_position(original=True)) for axes in figure.axes]
        self._texts = [(text, text.get_position()) for text in figure.texts]
        self._cuts = self._find_cuts()
        self._boxes = [self._box(*ends) for ends in zip(self._cuts, self._cuts[1:])]

    def stack(self, width):
        """Put the columns under each other.

        Parameters
        ----------
        width : int
            Width of the page in CSS pixels.

        Returns
        -------
        tuple of int
            The figure's new size in CSS pixels.
        """
        size = width, self.height * len(self._boxes)
        for axes, box in self._axes:
            corners = [self._place(point, (box.x0 + box.x1) / 2, size) for point in box.get_points()]
            axes.set_position([*corners[0], *(corners[1] - corners[0])])
            axes.title.set_wrap(True)
        for text, place in self._texts:
            text.set_position(self._place(place, place[0], size))
        return size

    def spread(self):
        """Put everything back to where it was built.

        Returns
        -------
        tuple of int
            The figure's size in CSS pixels.
        """
        for axes, box in self._axes:
            axes.set_position(box)
            axes.title.set_wrap(False)
        for text, place in self._texts:
            text.set_position(place)
        return self.size

    def _find_cuts(self):
        (_left, right), *others = sorted((box.x0, box.x1) for _axes, box in self._axes)
        cuts = [0.0]
        for left, next_right in others:
            if left - right > _GAP:
                cuts.append(right + min(_RIGHT, (left - right) / 2))
            right = max(right, next_right)
        return [*cuts, 1.0]

    def _box(self, low, high):
        """Left, bottom, right and top of the axes between two cuts, in pixels."""
        boxes = [box for _axes, box in self._axes if low < (box.x0 + box.x1) / 2 < high]
        corners = np.array([box.get_points() for box in boxes]) * self.size
        return *corners[:, 0].min(axis=0), *corners[:, 1].max(axis=0)

    def _place(self, point, middle, size):
        """Where a point goes: margins keep their pixels, what is between them is stretched."""
        column = np.searchsorted(self._cuts, middle) - 1
        left, bottom, right, top = self._boxes[column]
        low, high = np.multiply(self._cuts[column:column + 2], self.size[0])
        below = size[1] - self.height * (column + 1)
        head = max(self.size[1] - top, _TITLE)
        x, y = np.multiply(point, self.size)
        x = np.interp(x, [low, left, right, high], [0, left - low, size[0] - high + right, size[0]])
        y = np.interp(y, [0, bottom, top, self.size[1]],
                      [0, bottom, self.height - head, self.height])
        return np.array([x, below + y]) / size
