from itertools import pairwise

import numpy as np
import pytest
from driving import decode, shown, state
from sketches import DotPicture, show_at_once

from lecture_kit.live.controls import slider, whole_slider
from lecture_kit.live.handles import Handle
from lecture_kit.live.panel import Panel

NAMES = [f"a name that is long, number {n}" for n in range(4)]


class WidePicture(DotPicture):
    """A column of two axes, one with a legend and a long name, and one with nothing else."""

    width, height = 960, 320

    def build(self, figure):
        grid = figure.add_gridspec(2, 3, hspace=0.6, left=0.06, right=0.98, bottom=0.15, top=0.9)
        upper, lower = (figure.add_subplot(grid[row, 0]) for row in range(2))
        middle, right = (figure.add_subplot(grid[:, column]) for column in (1, 2))
        for name in NAMES:
            middle.plot([0, 1], [0, 1], label=name)
        middle.legend(loc="upper center", ncols=2)
        middle.set_xlabel("what is measured is written here in so many words that they need lines")
        self.axes, self.columns, self.backgrounds = right, [[upper, lower], [middle], [right]], 0
        self.note = figure.text(0.75, 0.02, "a note")
        self.title = self.moving(right.title)
        self.dot = self.moving(right.plot([], [], "o")[0])
        right.set(xlim=(0, 1), ylim=(0, 1))
        self.handles.append(Handle(right, self.dot, "x", anywhere=True))
        figure.canvas.mpl_connect("draw_event", self.count)


@pytest.fixture
def picture():
    picture = WidePicture()
    picture.draw(x=0.5, title="a title of many words that is too long for one line of a phone")
    return picture


@pytest.fixture
def panel():
    controls = {"x": slider("x", 0, 1, 0.25), "n": whole_slider("n", 1, 3, 1)}
    return Panel("Dot", WidePicture(), controls, show_at_once, goal="more than a half")


def boxes(picture):
    """Boxes of all axes with their texts in CSS pixels, column by column."""
    picture.pixels()
    return [[axes.get_tightbbox().frozen().extents / picture.pixel_ratio for axes in column]
            for column in picture.columns]


def test_columns_come_under_each_other_and_inside_the_page(picture):
    picture.fit(352)
    (upper, lower), (middle,), (right,) = boxes(picture)
    for above, below in pairwise((upper, lower, middle, right)):
        assert above[1] > below[3]
    width, height = picture.shown_size
    assert width == 352
    for left, bottom, end, top in (upper, lower, middle, right):
        assert 0 <= left < end <= width
        assert 0 <= bottom < top <= height


def test_axes_use_the_width_and_a_column_of_two_is_higher(picture):
    picture.fit(352)
    first, second, third = ([axes.bbox.extents / 2 for axes in column]
                            for column in picture.columns)
    assert all(end - left > 200 for left, _bottom, end, _top in (*first, *second, *third))
    assert first[0][3] - first[1][1] > third[0][3] - third[0][1] + 50


def test_back_on_a_wide_page_every_pixel_is_as_before(picture):
    before = picture.pixels().copy()
    for room in (352, 500, 599, 280):
        picture.fit(room)
        assert picture.pixels().shape[1] == 2 * room
    picture.fit(600)
    np.testing.assert_array_equal(picture.pixels(), before)


def test_the_same_page_has_the_same_picture_whatever_came_before(picture):
    picture.fit(352)
    before = picture.pixels().copy()
    picture.fit(500)
    picture.fit(352)
    np.testing.assert_array_equal(picture.pixels(), before)


def test_a_page_of_the_same_width_costs_nothing(picture):
    for room in (960, 700, 352, 352):
        picture.fit(room)
        picture.pixels()
    assert picture.backgrounds == 2


def test_a_still_is_wide_and_the_picture_stays_narrow(picture):
    still = picture.still()
    picture.fit(352)
    picture.scale(3)
    before = picture.pixels().copy()
    assert picture.still() == still
    assert decode(still).shape[:2] == (640, 1920)
    np.testing.assert_array_equal(picture.pixels(), before)


def test_a_legend_that_is_too_wide_goes_below_its_axes_in_less_columns(picture):
    picture.fit(352)
    (legend,), ((_upper, _lower), (middle,), (right,)) = picture.figure.legends, boxes(picture)
    box = legend.get_window_extent().extents / 2
    assert [text.get_text() for text in legend.get_texts()] == NAMES
    assert box[0] >= 0
    assert box[2] <= 352
    assert middle[1] >= box[3]
    assert box[1] >= right[3]
    picture.fit(960)
    assert picture.figure.legends == []
    assert picture.columns[1][0].get_legend().get_visible()


@pytest.mark.parametrize("below", [False, True])
def test_a_legend_that_has_room_goes_below_only_where_the_picture_wants_it(below):
    class Legend(WidePicture):
        legends_below = below

        def build(self, figure):
            super().build(figure)
            self.axes.legend([self.dot], ["a dot"], title="what it is")

    picture = Legend()
    picture.fit(352)
    assert picture.axes.get_legend().get_visible() is not below
    titles = [legend.get_title().get_text() for legend in picture.figure.legends]
    assert titles == ["", "what it is"][:1 + below]
    picture.fit(960)
    assert picture.axes.get_legend().get_visible()


def test_a_text_of_the_figure_goes_with_its_column(picture):
    picture.fit(352)
    picture.pixels()
    _x, y, *_ends = picture.note.get_window_extent().extents / 2
    assert y < boxes(picture)[2][0][3]
    picture.fit(960)
    assert picture.note.get_position() == (0.75, 0.02)


def test_a_title_gets_lines_but_stays_larger_than_11_pixels(picture):
    title, wide = picture.title, picture.title.get_fontsize()
    picture.fit(352)
    picture.pixels()
    box = title.get_window_extent().extents / 2
    assert box[3] - box[1] > 25
    assert 11 * 0.72 <= title.get_fontsize() < wide
    picture.fit(960)
    assert title.get_fontsize() == wide


def test_what_needs_the_width_keeps_it():
    class Table(WidePicture):
        column_height = None

    picture = Table()
    picture.fit(352)
    assert picture.shown_size == (960, 320)


def test_a_picture_may_change_more(picture):
    calls = []
    picture.arrange = calls.append
    for room in (352, 400, 960):
        picture.fit(room)
    assert calls == [True, True, False]


def test_the_picture_follows_the_page(panel):
    first = state(panel)
    for room, ratio, pixels in ((352, 3, 704), (352, 1, 352), (500, 1, 500)):
        panel.screen.room = [room, ratio]
        assert panel.screen.width == room
        assert shown(panel.screen).shape[:2] == (panel.screen.height * pixels // room, pixels)
    assert panel.screen.height > 3 * 250
    panel.screen.room = [1200, 1]
    assert (panel.screen.width, panel.screen.height) == (960, 320)
    assert state(panel) == first


def test_where_there_is_hardly_any_room_the_picture_scrolls(panel):
    panel.screen.room = [200, 1]
    assert panel.screen.width == WidePicture.narrowest == 270


def test_the_next_picture_begins_narrow_but_its_still_is_wide(panel):
    panel.screen.room = [352, 1]
    controls = {"x": slider("x", 0, 1, 0.25), "n": whole_slider("n", 1, 3, 1)}
    other = Panel("Dot", WidePicture(), controls, show_at_once, goal="more than a half")
    assert other.screen.width == 352
    assert other._repr_mimebundle_()[1]["image/png"]["width"] == 960
    assert shown(other.screen).shape[1] == 352


def test_a_finger_moves_a_handle_of_a_narrow_picture(panel):
    panel.screen.room = [352, 2]
    left, top, width, height = panel.screen.areas[0]
    assert top > 0.6  # the last column
    panel.screen.touch = [0, left + 0.8 * width, top + 0.5 * height, 1]
    assert panel.values["x"] == 0.8
    np.testing.assert_allclose(panel.screen.spots[0], (left + 0.8 * width, top + 0.5 * height),
                               atol=1e-4)
