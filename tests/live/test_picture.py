import io
from threading import Event, Thread

import matplotlib
import numpy as np
import pytest
from driving import decode, fingerprint
from PIL import Image
from sketches import DotPicture

from lecture_kit.live.picture import encode_png


@pytest.fixture
def picture():
    return DotPicture()


def test_the_encoder_agrees_with_pillow_on_random_pixels():
    pixels = np.random.default_rng(0).integers(0, 256, (13, 7, 4), dtype=np.uint8)
    np.testing.assert_array_equal(decode(encode_png(pixels)), pixels)


def test_the_layers_together_are_the_pixels(picture):
    for x in (0.5, 0.1, 5.0):  # the last one is not in the axes: nothing but the title moves
        picture.draw(x=x, title="here")
        background, piece, (left, top) = picture.layers()
        together = background.copy()
        place = together[top:top + len(piece), left:left + piece.shape[1]]
        np.copyto(place, piece, where=piece[..., 3:] > 0)
        np.testing.assert_array_equal(together, picture.pixels())
        assert piece.size < background.size / 2
        assert (piece[..., 3] == 0).any()


def test_without_anything_that_moves_the_piece_is_a_clear_pixel(picture):
    picture.draw(x=5.0)
    background, piece, corner = picture.layers()
    np.testing.assert_array_equal(background, picture.pixels())
    assert (piece.shape, piece.any(), corner) == ((1, 1, 4), False, (0, 0))


def test_the_background_is_one_object_until_it_changes(picture):
    picture.draw(x=0.5)
    first = picture.layers()[0]
    picture.draw(x=0.6)
    assert picture.layers()[0] is first
    picture.background_changed()
    assert picture.layers()[0] is not first


@pytest.mark.parametrize("ratio", [0.25, 1, 1.5, 2])
def test_a_picture_has_the_pixels_of_its_screen_but_a_still_does_not(picture, ratio):
    picture.draw(x=0.5)
    still = picture.still()
    picture.scale(ratio)
    assert picture.pixels().shape == (200 * ratio, 300 * ratio, 4)
    assert picture.still() == still
    assert picture.pixels().shape == (200 * ratio, 300 * ratio, 4)


def test_no_width_loses_a_pixel(picture):
    for width in range(75, 601):
        picture.scale(width / picture.width)
        assert int(picture.figure.bbox.width) == width


def test_what_moves_leaves_no_trace(picture):
    picture.draw(x=0.3, title="there")
    first = fingerprint(picture.pixels())
    picture.draw(x=0.7, title="elsewhere")
    assert fingerprint(picture.pixels()) != first
    picture.draw(x=0.3, title="there")
    assert fingerprint(picture.pixels()) == first


def test_painting_is_the_same_as_drawing_the_whole_figure(picture):
    picture.draw(x=0.4, title="whole")
    painted = picture.pixels().copy()
    for artist in (picture.title, picture.dot):
        artist.set_animated(False)
    picture.figure.canvas.draw()
    whole = np.asarray(picture.figure.canvas.buffer_rgba())
    np.testing.assert_array_equal(painted, whole)


def test_a_move_does_not_draw_the_background_again(picture):
    for x in np.linspace(0, 1, 5):
        picture.draw(x=x)
        picture.pixels()
    assert picture.backgrounds == 1


def test_new_limits_draw_the_background_again_and_old_ones_do_not(picture):
    picture.draw(x=0.5)
    picture.pixels()
    picture.limits(picture.axes, x=(0, 1), y=(0, 1))
    picture.pixels()
    assert picture.backgrounds == 1
    picture.limits(picture.axes, x=(0, 2))
    picture.pixels()
    assert picture.backgrounds == 2
    picture.limits(picture.axes, y=(-1, 1))
    picture.pixels()
    assert picture.backgrounds == 3


def test_a_still_shows_the_same_in_a_smaller_file(picture):
    picture.draw(x=0.5, title="still")
    still = decode(picture.still())
    assert still.shape[:2] == (400, 600)
    assert len(picture.still()) < len(encode_png(picture.pixels()))
    rgb = np.asarray(Image.open(io.BytesIO(picture.still())).convert("RGB")).astype(int)
    assert np.abs(rgb - picture.pixels()[..., :3]).max() <= 40


def test_the_style_of_the_lecture_does_not_leak(picture):
    import matplotlib as mpl

    picture.draw(x=0.5)
    picture.pixels()
    assert mpl.rcParams["axes.grid"] is False
    assert picture.axes.spines["top"].get_visible() is False


def test_two_threads_that_draw_leave_the_settings_as_they_were():
    """The first one ends while the second one draws, if nothing makes the second one wait."""
    events = {name: Event() for name in ("first", "second", "first has ended")}
    sizes = []

    class SlowPicture(DotPicture):
        def build(self, figure):
            super().build(figure)
            name = "second" if events["first"].is_set() else "first"
            events[name].set()
            events["second" if name == "first" else "first has ended"].wait(0.5)
            sizes.append(matplotlib.rcParams["font.size"])

    def first():
        SlowPicture()
        events["first has ended"].set()

    before = dict(matplotlib.rcParams)
    threads = [Thread(target=first), Thread(target=SlowPicture)]
    threads[0].start()
    assert events["first"].wait(5)
    threads[1].start()
    for thread in threads:
        thread.join(5)
    assert sizes == [9.5, 9.5]
    assert dict(matplotlib.rcParams) == before
