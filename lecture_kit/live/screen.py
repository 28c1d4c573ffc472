"""The picture in the page: two layers, and handles that a mouse, a pen or a finger can drag.

The background goes to the browser once. A frame is only the box of pixels that differ from it, as a
transparent PNG that lies above the background. That is a quarter of the bytes of a whole picture.
"""

from pathlib import Path

import anywidget
from traitlets import Any, Bytes, Dict, Int, List, Unicode

from lecture_kit.live.picture import NARROW, encode_png

_HERE = Path(__file__).parent


class Screen(anywidget.AnyWidget):
    """A picture of the kit in the page.

    Parameters
    ----------
    picture : Picture
        The picture. Its ``handles`` can be dragged.

    Attributes
    ----------
    touch
        Number of the handle that is dragged, where to, in shares of the picture, and when. The page
        sends it, at most once per screen frame, and while at most one before it has no answer.
    room
        How many CSS pixels the page has for the width, and how many pixels of the screen each of
        them has; the page sets it, also after a zoom.
    asked : int
        Two more after each press of a button: the page is asked twice for an answer.
    answered
        The number of the last question that the page knows of, and when it heard of it.
    """

    # The texts, not the files: anywidget remembers every widget of a file, also closed ones.
    _esm = "\n".join((_HERE / f"{name}.js").read_text(encoding="utf-8")
                     for name in ("handles", "screen"))
    _css = (_HERE / "screen.css").read_text(encoding="utf-8")
    width = Int().tag(sync=True)
    height = Int().tag(sync=True)
    background = Bytes().tag(sync=True)
    frame = Dict().tag(sync=True)  # the png and its box, in one trait: they are shown together
    spots = List().tag(sync=True)
    areas = List().tag(sync=True)
    description = Unicode().tag(sync=True)
    asked = Int().tag(sync=True)
    answered = Any().tag(sync=True, echo_update=False)
    touch = Any()
    room = Any().tag(sync=True, echo_update=False)

    _last_room = 960, 2.0  # the next picture will probably come to the same page

    def __init__(self, picture):
        self.picture, self._background = picture, None
        self._fit()
        super().__init__()
        self.on_msg(self._told)

    def _told(self, _screen, message, _buffers):
        match message:
            case {"touch": touch}:
                self.touch = touch

    def touched(self, controls):
        """Say what the last touch makes of the controls.

        Parameters
        ----------
        controls : dict of str to ipywidgets.ValueWidget
            The controls of the panel.

        Returns
        -------
        values : dict of str to float or int
            New values of some controls; none if the page has sent nonsense.
        when : int
            The page's time, in milliseconds.
        """
        handles = self.picture.handles
        match self.touch:
            case [int(number), x, y, int(when)] if (
                    0 <= number < len(handles) and _is_number(x) and _is_number(y)):
                return handles[number].values((x, y), controls), when
        return {}, 0

    def paint(self, description):
        """Send what has moved, in one message.

        Parameters
        ----------
        description : str
            The picture in words.
        """
        background, piece, (left, top) = self.picture.layers()
        height, width = background.shape[:2]
        with self.hold_sync():
            self.width, self.height = self.picture.shown_size
            if background is not self._background:
                self._background, self.background = background, encode_png(background)
            box = [left / width, top / height, piece.shape[1] / width, piece.shape[0] / height]
            self.frame = {"png": encode_png(piece), "box": box}
            self.spots = [handle.spot() for handle in self.picture.handles]
            self.areas = [handle.area() for handle in self.picture.handles]
            self.description = description

    def follow_the_page(self):
        """Draw the picture for the room that the page has, and with as many pixels as it shows.

        Returns
        -------
        bool
            Whether that changes anything.
        """
        match self.room:
            case [room, ratio] if _is_number(room) and _is_number(ratio) and room:  # 0: hidden
                Screen._last_room = round(room), ratio
        before = self.picture.shown_size, self.picture.pixel_ratio
        self._fit()
        return before != (self.picture.shown_size, self.picture.pixel_ratio)

    def _fit(self):
        """Give the picture its size, and from a quarter to twice as many pixels."""
        room, ratio = Screen._last_room
        self.picture.fit(room)
        width = self.picture.shown_size[0]
        seen = width if room < NARROW else min(room, width)  # see screen.css
        pixels = min(max(round(seen * ratio), width // 4), 2 * width)
        self.picture.scale(pixels / width)


def _is_number(value):
    return isinstance(value, int | float) and -1e9 < value < 1e9
