"""A picture on a phone: its columns of axes come under each other, with text as large as before."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

_EDGE = 20  # pixels at the right edge of the page
_MORE = 10  # pixels at the left of axes: lower axes may have longer tick labels
_TITLE = 42  # pixels for a title of two lines
_TITLE_SIZE = 9.5  # points: a title has less room than on a wide page
_LINE = 17  # pixels of a line of text
_ROW = 65  # pixels for one more row of axes in a column
_NO_WRAP = {"wrap": False, "rotation_mode": "default"}  # wrapping has changed the second one


@dataclass
class _Column:
    """A column of axes, all in CSS pixels of the wide figure.

    ``low`` and ``high`` are its borders; left, bottom, right and top those of its axes. ``margin``
    is what a narrow figure has at its left, ``height`` how high it is there, ``foot`` what of it
    lies below the margin of the wide figure.
    """

    axes: list
    low: float
    high: float
    left: float
    bottom: float
    right: float
    top: float
    margin: float
    height: float
    foot: float = 0.0


class Columns:
    """The columns of axes of a figure: beside each other as built, or under each other.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        The figure as it was built.
    size : tuple of int
        Its width and height in CSS pixels.
    height : int
        Height of a column with one row of axes when it stands under another one, in CSS pixels.
    gap : float
        Axes that are nearer to each other, in shares of the width, stay beside each other.
    legends_below : bool
        Whether legends that have room inside their axes come below them, too.
    """

    def __init__(self, figure, size, height, gap, legends_below):
        self.figure, self.size, self.height = figure, size, height
        self.legends_below = legends_below
        self._axes = [(axes, axes.get_position(original=True)) for axes in figure.axes]
        self._titles = [(text, text.get_fontsize()) for text in
                        (*(axes.title for axes in figure.axes), *figure.texts)]
        self._texts = [(text, text.get_position()) for text in figure.texts]
        self._cuts = self._find_cuts(gap)
        self._legends = []

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
        self.spread()
        columns = self._columns()
        for title, title_size in self._titles:
            title.set(wrap=True, fontsize=min(title_size, _TITLE_SIZE))
        below = [self._words_below(column, width) for column in columns]
        size = width, round(sum(column.height for column in columns))
        ground = size[1]
        for column, legend in zip(columns, below, strict=True):
            ground -= column.height
            self._place(column, ground, size)
            if legend:
                legend.set_bbox_to_anchor((0.5, ground / size[1]), self.figure.transFigure)
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
            axes.xaxis.label.set(**_NO_WRAP)
        for title, title_size in self._titles:
            title.set(fontsize=title_size, **_NO_WRAP)
        for text, place in self._texts:
            text.set_position(place)
        for wide, narrow in self._legends:
            wide.set_visible(True)
            narrow.remove()
        self._legends = []
        return self.size

    def _find_cuts(self, gap):
        """Where the columns end on their right, in pixels; the first cut is the left edge."""
        (_left, right), *others = sorted((box.x0, box.x1) for _axes, box in self._axes)
        cuts = [0.0]
        for left, next_right in others:
            if left - right > gap:
                cuts.append(right * self.size[0] + 1)
            right = max(right, next_right)
        return [*cuts, self.size[0]]

    def _columns(self):
        return [self._column(*borders) for borders in pairwise(self._cuts)]

    def _column(self, low, high):
        inside = [(axes, box.get_points() * self.size) for axes, box in self._axes
                  if low <= box.x0 * self.size[0] < high]
        corners = np.array([corners for _axes, corners in inside])
        (left, bottom), (right, top) = corners[:, 0].min(axis=0), corners[:, 1].max(axis=0)
        first = min(box.x0 for _axes, box in self._axes) * self.size[0]
        has_labels = any(axes.axison for axes, _corners in inside)
        rows = len(np.unique(corners[:, 0, 1].round()))
        return _Column([axes for axes, _corners in inside], low, high, left, bottom, right, top,
                       max(left - low, first) + _MORE if has_labels else 2 * _EDGE,
                       self.height + _ROW * (rows - 1))

    def _words_below(self, column, width):
        """Make room for names of axes in several lines, and for a legend that is too wide.

        Returns the legend, or None.
        """
        right = width - self._edge(column)
        room = width - abs(column.margin + right - width)  # of a text in the middle of the axes
        longest = max(self._width(axes.xaxis.label) for axes in column.axes) / room
        column.foot = _LINE * np.floor(1.15 * longest) if longest > 1 else 0.0
        column.height += column.foot
        for axes in column.axes:
            legend, room = axes.get_legend(), right - column.margin + _EDGE / 2
            if legend and (self.legends_below or self._width(legend) > room):
                return self._legend_below(legend, column, width)
        return None

    def _legend_below(self, legend, column, width):
        words = [text.get_text() for text in legend.get_texts()]
        def with_columns(n_columns):
            below = self.figure.legend(legend.legend_handles, words, loc="lower center",
                                       ncols=n_columns, borderaxespad=0.2, columnspacing=1.2,
                                       title=legend.get_title().get_text())
            if n_columns == 1 or self._width(below) <= width:
                return below
            below.remove()
            return with_columns(n_columns - 1)

        below = with_columns(3)
        legend.set_visible(False)
        self._legends.append((legend, below))
        height = below.get_window_extent().height / self.figure.dpi * 100
        column.foot, column.height = column.foot + height, column.height + height
        return below

    def _width(self, artist):
        return artist.get_window_extent().width / self.figure.dpi * 100

    @staticmethod
    def _edge(column):
        return max(column.high - column.right, _EDGE)

    def _place(self, column, ground, size):
        """Put axes and texts of a column above a ground, in pixels from below."""
        def placed(x, y):
            """Margins keep their pixels, what is between them is stretched."""
            across = np.interp(x, [column.low, column.left, column.right, column.high],
                               [0, column.margin, size[0] - self._edge(column), size[0]])
            head = max(self.size[1] - column.top, _TITLE)
            up = np.interp(y, [0, column.bottom, column.top, self.size[1]],
                           [column.foot, column.foot + column.bottom, column.height - head,
                            column.height])
            return np.array([across, ground + up]) / size

        for axes, box in self._axes:
            if axes in column.axes:
                corner, other = (placed(*point * self.size) for point in box.get_points())
                axes.set_position([*corner, *(other - corner)])
                axes.xaxis.label.set_wrap(True)
        for text, place in self._texts:
            if column.low <= place[0] * self.size[0] < column.high:
                text.set_position(placed(*np.multiply(place, self.size)))
