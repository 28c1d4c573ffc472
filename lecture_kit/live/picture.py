"""The live picture: drawn once, then only repainted where something moves.

A full draw of a figure takes some 50 ms, most of it for text and ticks. A slider needs less than
20 ms. So the picture keeps its background, and a frame only paints the artists that move.
"""

import io
import struct
from abc import ABC, abstractmethod
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from zlib import crc32

import matplotlib.style
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from lecture_kit.live.looks import GREY
from lecture_kit.live.narrow import Columns

try:
    from isal.isal_zlib import compress
except ImportError:  # the few systems without isal have the same function, six times as slow
    from zlib import compress
_STYLE = Path(__file__).with_name("lecture.mplstyle")
_STILL_RATIO = 2  # sharp on HiDPI screens and when the browser zooms in
_DPI = 100 * (1 + 1e-9)  # matplotlib cuts 847.999 pixels to 847
NARROW = 600  # on a page of less CSS pixels the axes come under each other
_one_at_a_time = RLock()  # Matplotlib's settings are the same for all threads


@contextmanager
def _lecture_style():
    with _one_at_a_time, matplotlib.style.context(_STYLE):
        yield


class Picture(ABC):
    """A figure with a background that stays and artists that move.

    A section writes a subclass with two methods: :meth:`build` draws what stays and hands every
    artist that moves to :meth:`moving`; :meth:`draw` gives the moving artists their new data.

    Attributes
    ----------
    width, height : int
        Size in CSS pixels on a page that is wide enough.
    column_height : int or None
        Height of each column of axes in CSS pixels on a narrow page, where they come under each
        other. With None the picture stays as it is, and scrolls sideways.
    narrowest : int
        Least width of a narrow picture in CSS pixels; where there is less room it scrolls sideways.
    column_gap : float
        Axes that are nearer to each other, in shares of the width, stay beside each other there.
    legends_below : bool
        Whether legends that have room inside their axes come below them there, away from curves.
    shown_size : tuple of int
        Present width and height in CSS pixels.
    pixel_ratio : float
        Picture pixels per CSS pixel.
    figure : matplotlib.figure.Figure
        The figure.
    handles : list of Handle
        What the reader can drag; :meth:`build` fills it.
    """

    width = 960
    height = 320
    column_height = 270
    column_gap = 0.02
    narrowest = 270
    legends_below = False

    def __init__(self):
        self.shown_size = self.width, self.height
        self._moving, self.handles, self._prediction_marks = [], [], {}
        self._background = self._ground = None
        self.pixel_ratio = _STILL_RATIO
        with _lecture_style():
            self.figure = Figure(np.divide(self.shown_size, 100), dpi=_DPI * self.pixel_ratio)
            self._canvas = FigureCanvasAgg(self.figure)
            self.build(self.figure)
        self._columns = Columns(self.figure, self.shown_size, self.column_height,
                                self.column_gap, self.legends_below)

    @abstractmethod
    def build(self, figure):
        """Draw everything once.

        Parameters
        ----------
        figure : matplotlib.figure.Figure
            An empty figure.
        """

    @abstractmethod
    def draw(self, **numbers):
        """Give the moving artists new data."""

    def moving(self, artist):
        """Say that an artist moves. Moving artists are painted above all others.

        Parameters
        ----------
        artist : matplotlib.artist.Artist
            A line, text, title, patch or collection of the figure.

        Returns
        -------
        matplotlib.artist.Artist
            The same artist.
        """
        artist.set_animated(True)
        self._moving.append(artist)
        return artist

    def marks_prediction(self, name, axes, axis="x", scale=1.0):
        """Say that a prediction of a number is marked in the picture once it is decided.

        Parameters
        ----------
        name : str
            The prediction's name.
        axes : matplotlib.axes.Axes
            Axes that show the number.
        axis : {"x", "y"}
            Along which axis it is measured.
        scale : float, default 1
            What it is multiplied by: 0.01 for a percentage on an axis of shares.
        """
        along = axes.get_xaxis_transform() if axis == "x" else axes.get_yaxis_transform()
        (line,) = axes.plot([], [], "--", color=GREY, linewidth=1.2, transform=along)
        label = axes.text(0, 0, "", color=GREY, transform=along, rotation=90 if axis == "x" else 0,
                          va="top" if axis == "x" else "bottom", ha="right", clip_on=True,
                          bbox={"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 1})
        self._prediction_marks[name] = axis, scale, self.moving(line), self.moving(label)

    def mark_predictions(self, predicted):
        """Mark predictions, each by a dashed line.

        Parameters
        ----------
        predicted : dict of str to list of float
            The numbers by the predictions' names. Names that the picture does not know are left
            out, and what is not there is marked no more.

        Returns
        -------
        bool
            Whether the picture marks any prediction.
        """
        for name, (axis, scale, line, label) in self._prediction_marks.items():
            numbers = scale * np.array(predicted.get(name, []))
            along = np.repeat(numbers, 3)
            across = np.tile([0, 1, np.nan], len(numbers))
            line.set_data(*(along, across) if axis == "x" else (across, along))
            label.set_text(("", "you", "predicted")[min(len(numbers), 2)])
            if len(numbers):
                place = numbers.max()
                label.set_position((place, 0.97) if axis == "x" else (0.99, place))
        return bool(self._prediction_marks)

    def limits(self, axes, *, x=None, y=None):
        """Set the limits of an axis. Only limits that really change cost a new background.

        Parameters
        ----------
        axes : matplotlib.axes.Axes
            Axes of the figure.
        x, y : tuple of float, optional
            Lower and upper limit.
        """
        if x is not None and x != axes.get_xlim():
            axes.set_xlim(x)
            self.background_changed()
        if y is not None and y != axes.get_ylim():
            axes.set_ylim(y)
            self.background_changed()

    def background_changed(self):
        """Say that something that does not move was changed; the next frame draws it."""
        self._background = None

    def fit(self, room):
        """Arrange the picture for a page: what is narrow has the axes under each other.

        Parameters
        ----------
        room : int
            Width of the page in CSS pixels.
        """
        is_narrow = self.column_height and room < min(NARROW, self.width)
        width = max(room, self.narrowest) if is_narrow else self.width
        if width != self.shown_size[0]:
            with _lecture_style():
                self.arrange(is_narrow)
                columns = self._columns
                self.shown_size = columns.stack(width) if is_narrow else columns.spread()
            self.figure.set_size_inches(np.divide(self.shown_size, 100))
            self.background_changed()

    def arrange(self, is_narrow):
        """Change what :meth:`fit` cannot know of: ticks that lie too close, for example.

        Parameters
        ----------
        is_narrow : bool
            Whether the axes come under each other, or beside each other again.
        """
        return  # most pictures have nothing of this kind

    def scale(self, pixel_ratio):
        """Draw for a screen with other pixels.

        Parameters
        ----------
        pixel_ratio : float
            Picture pixels per CSS pixel.
        """
        if pixel_ratio != self.pixel_ratio:
            self.pixel_ratio = pixel_ratio
            self.figure.set_dpi(_DPI * pixel_ratio)
            self.background_changed()

    def pixels(self):
        """Paint one frame.

        Returns
        -------
        ndarray of uint8, shape (height, width, 4)
            Red, green, blue and opacity in picture pixels. The next frame overwrites it.
        """
        if self._background is None:
            with _lecture_style():
                self._canvas.draw()
            self._background = self._canvas.copy_from_bbox(self.figure.bbox)
            self._ground = np.asarray(self._background)  # its pixels, not a copy
        self._canvas.restore_region(self._background)
        for artist in self._moving:
            (artist.axes or self.figure).draw_artist(artist)
        return np.asarray(self._canvas.buffer_rgba())

    def layers(self):
        """Paint one frame in two layers.

        Returns
        -------
        background : ndarray of uint8, shape (height, width, 4)
            What does not move; the same object until the background changes.
        piece : ndarray of uint8, shape (height of the box, width of the box, 4)
            The smallest box of all pixels that differ from it; what does not is transparent.
        corner : tuple of int
            Column and row of the upper left corner of the box.
        """
        now = self.pixels().view(np.uint32)[..., 0]
        moved = now != self._ground.view(np.uint32)[..., 0]
        rows, columns = (np.append(np.flatnonzero(moved.any(axis=axis)), 0) for axis in (1, 0))
        top, left = rows[0], columns[0]
        box = slice(top, rows.max() + 1), slice(left, columns.max() + 1)
        piece = now[box] * moved[box]
        return self._ground, piece.view(np.uint8).reshape(*piece.shape, 4), (int(left), int(top))

    def still(self):
        """Paint one frame for a file, always wide and with the same number of pixels.

        Returns
        -------
        bytes
            A PNG file that is small.
        """
        file, ratio, (width, _height) = io.BytesIO(), self.pixel_ratio, self.shown_size
        self.fit(self.width)
        self.scale(_STILL_RATIO)
        image = Image.fromarray(self.pixels()).convert("RGB")
        image.quantize(256).save(file, "png", optimize=True)
        self.fit(width)
        self.scale(ratio)
        return file.getvalue()


def write(texts, words):
    """Put words into texts of a picture, one for each.

    Parameters
    ----------
    texts : iterable of matplotlib.text.Text
        Titles or notes.
    words : iterable of str
        As many.
    """
    for text, word in zip(texts, words, strict=True):
        text.set_text(word)


def encode_png(pixels):
    """Encode pixels as PNG, many times as quickly as Pillow does.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (height, width, 4)
        Red, green, blue and opacity.

    Returns
    -------
    bytes
        The file: no row filters, fastest compression.
    """
    height, width, channels = pixels.shape
    rows = np.zeros((height, 1 + width * channels), np.uint8)  # each row starts with its filter, 0
    rows[:, 1:] = pixels.reshape(height, -1)

    def chunk(kind, content):
        checksum = crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    signature = b"\x89PNG\r\n\x1a\n"
    header = struct.pack(">2I5B", width, height, 8, 6, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", compress(rows, 1)), (b"IEND", b"")
    return signature + b"".join(chunk(kind, content) for kind, content in chunks)
