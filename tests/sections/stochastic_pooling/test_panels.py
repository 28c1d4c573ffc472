"""What the panels of section 09 draw and say, against numbers worked out independently."""

import numpy as np
import pytest
from driving import built, state
from numpy.testing import assert_allclose, assert_array_equal
from oracles import looped_windows

from lecture_kit.maths.datasets import load_digits, load_photograph
from lecture_kit.sections.stochastic_pooling import panels
from lecture_kit.sections.stochastic_pooling.experiments import (
    digit_images,
    learned_filters,
    train_poolings,
)
from lecture_kit.sections.stochastic_pooling.tuning import with_wrong_labels

NAMES = ("max", "average", "stochastic")


def data(line):
    return np.column_stack(line.get_data())


# One window


@pytest.fixture
def window():
    return built(panels.one_window)


@pytest.mark.parametrize(("activations", "draws"), [
    ((1.6, 0.0, 0.0, 2.4), 1), ((1.6, 0.0, 0.0, 2.4), 1000), ((4.0, 0.6, 0.7, 0.5), 37),
    ((2.0, 2.0, 2.0, 2.0), 100)])
def test_one_window_draws_the_draws_and_their_theory(window, activations, draws):
    window.set_values({f"a{i}": a for i, a in enumerate(activations, 1)} | {"draws": draws})
    picture, a = window.picture, np.array(activations)
    p = a / a.sum()
    uniform = np.random.default_rng(0).random((100, 1000))[0, :draws]  # as the panel draws
    places = np.searchsorted(p.cumsum()[:-1], uniform, side="right")
    assert_allclose(data(picture.probabilities), np.column_stack([range(4), p]))
    shares = [np.mean(places == i) for i in range(4)]
    assert_allclose([bar.get_height() for bar in picture.bars], shares)
    means = a[places].cumsum() / np.arange(1, draws + 1)
    assert_allclose(data(picture.means), np.column_stack([np.arange(1, draws + 1), means]))
    assert_allclose(data(picture.last_mean), [[draws, means[-1]]])
    expected = (p * a).sum()
    off = 2 * np.sqrt(((p * a**2).sum() - expected**2).clip(0) / np.arange(1, 1001))
    for line, side in zip(picture.band, (-1, 1), strict=True):
        assert_allclose(data(line)[:, 1], expected + side * off, atol=1e-7)
    for name, level in (("max", a.max()), ("average", a.mean()), ("Σ p a", expected)):
        assert_allclose(picture.levels[name].get_ydata(), [level, level])
        assert picture.names[name].get_text() == f"{name} {level:.3g}"
    x, y = picture.frame_of_draw.get_xy()
    assert int(y) * 2 + int(x) == places[-1]
    assert picture.titles[0].get_text() == f"draw {draws:,} gives {a[places[-1]]:.3g}"
    assert [text.get_text() for text in picture.values] == [
        f"a = {value:.3g}\np = {chance:.2f}" for value, chance in zip(a, p, strict=True)]


def test_cells_lie_in_row_order_and_are_darker_where_more_is(window):
    window.set_values({"a1": 0.0, "a2": 1.0, "a3": 2.0, "a4": 4.0})
    cells = window.picture.cells
    assert [tuple(int(z) for z in cell.get_xy()) for cell in cells] == [
        (0, 0), (1, 0), (0, 1), (1, 1)]
    brightness = [cell.get_facecolor()[0] for cell in cells]
    assert brightness == sorted(brightness, reverse=True)
    assert len(set(brightness)) == 4


@pytest.mark.parametrize(("name", "corner"), [
    ("a1", (0, 0)), ("a2", (1, 0)), ("a3", (0, 1)), ("a4", (1, 1))])
def test_the_frame_is_round_the_entry_that_was_drawn(window, name, corner):
    window.set_values(dict.fromkeys(("a1", "a2", "a3", "a4"), 0.0) | {name: 4.0, "draws": 9})
    assert tuple(int(z) for z in window.picture.frame_of_draw.get_xy()) == corner


def test_nothing_is_drawn_from_a_window_of_zeros(window):
    window.set_values({"a1": 0.0, "a2": 0.0, "a3": 0.0, "a4": 0.0, "draws": 500})
    picture = window.picture
    assert picture.frame_of_draw.get_xy() == (-9, -9)
    assert picture.titles[0].get_text() == "all zero: no draw"
    assert not any(bar.get_height() for bar in picture.bars)
    assert not picture.means.get_ydata().any()


def test_one_more_draw_leaves_the_earlier_ones(window):
    window.reset()
    window.set_values({"draws": 40})
    before = data(window.picture.means)
    window.set_values({"draws": 41})
    assert_array_equal(data(window.picture.means)[:40], before)


@pytest.mark.parametrize("activations", [
    (4.0, 4.0, 4.0, 4.0), (0.0, 0.0, 0.0, 0.0), (3.9, 4.0, 4.0, 3.8), (2.0, 2.0, 2.1, 2.0)])
def test_names_of_the_levels_do_not_overlap_nor_leave_the_axes(window, activations):
    window.set_values({f"a{i}": a for i, a in enumerate(activations, 1)})
    heights = sorted(text.get_position()[1] for text in window.picture.names.values())
    assert min(np.diff(heights)) >= 0.33
    assert heights[-1] <= 4.2
    assert heights[0] >= 0


def test_one_window_reads_out_the_example(window):
    window.reset()
    assert "expected 2.08 ± 0.78" in window.readout.value
    assert "σ = 0.392" in window.readout.value
    window.set_values({"draws": 1000})
    means = data(window.picture.means)[:, 1]
    assert f"Mean of n = 1,000: {means[-1]:.3g}; expected 2.08 ± 0.025" in window.readout.value
    uniform = np.random.default_rng(0).random((100, 1000))
    ends = np.where(uniform < 0.4, 1.6, 2.4).mean(axis=1)
    inside = np.mean(np.abs(ends - 2.08) <= 2 * np.sqrt(0.1536 / 1000))
    assert f"holds for {inside:.0%} of 100 runs" in window.readout.value


@pytest.mark.parametrize(("activations", "met"), [
    ((4.0, 0.5, 0.5, 0.5), True), ((4.0, 0.6, 0.6, 0.6), True), ((4.0, 0.3, 0.3, 0.3), False),
    ((4.0, 1.0, 1.0, 1.0), False), ((4.0, 0.0, 0.0, 0.0), False)])
def test_the_goal_of_one_window_is_an_uncertain_draw(window, activations, met):
    a = np.array(activations)
    p = a / a.sum()
    assert ((p * a**2).sum() - (p * a).sum() ** 2 > 1.5**2) == met
    window.set_values({f"a{i}": value for i, value in enumerate(activations, 1)})
    assert window.view.goal_met == met


# Pictures


@pytest.fixture
def pictures():
    return built(panels.pictures)


@pytest.fixture(scope="module")
def inputs():
    images, labels = digit_images(load_digits()[0])
    filters = learned_filters((images[:1000], labels[:1000]))
    photograph = load_photograph() / 255
    maps = filters.infer(photograph[np.newaxis, np.newaxis, 3:125, 3:125])[0]
    return {"photograph": photograph[4:124, 4:124], "map A": np.maximum(maps[0], 0),
            "map B": np.maximum(maps[5], 0)}


@pytest.mark.parametrize(("name", "window", "overlap", "stride"), [
    ("photograph", 4, 1, 4), ("map A", 8, 2, 4), ("map B", 15, 1, 15), ("map B", 3, 2, 1)])
def test_pictures_draw_the_input_under_three_poolings(pictures, inputs, name, window, overlap,
                                                      stride):
    pictures.set_values({"picture": name, "window": window, "overlap": overlap, "seed": 2})
    pixels, brightest = inputs[name], inputs[name].max()
    windows = looped_windows(pixels[np.newaxis, np.newaxis], window, stride)[0, 0]
    shown = [np.asarray(image.get_array()) for image in pictures.picture.images]
    assert_allclose(shown[0], pixels)
    assert_allclose(shown[1], windows.max(axis=-1))
    assert_allclose(shown[2], windows.mean(axis=-1))
    assert (windows == shown[3][..., np.newaxis]).any(axis=-1).all()
    for image in pictures.picture.images:
        assert image.get_clim() == (0, brightest)
    for title, map_, what in zip(pictures.picture.titles, shown, (name, *NAMES), strict=True):
        assert title.get_text() == (
            f"{what}: {round(map_.mean(), 2):g} ± {round(map_.std(), 2):g}")
    total = np.where(windows.any(axis=-1), windows.sum(axis=-1), 1)
    expected = (windows**2).sum(axis=-1) / total
    noise = np.sqrt(((windows**3).sum(axis=-1) / total - expected**2).mean())
    off = np.sqrt(np.mean((shown[3] - expected) ** 2))
    words = pictures.readout.value
    assert words.startswith(f"{len(windows)} × {len(windows)} windows, "
                            f"{np.mean(~windows.any(axis=-1)):.1%} all zero.")
    assert f"off by {off:.3g}, theory {noise:.3g}." in words
    assert f"Mean drawn {shown[3].mean():.3g}, expected {expected.mean():.3g}." in words


def test_the_seed_changes_the_drawn_map_only(pictures):
    pictures.reset()
    before = [np.array(image.get_array()) for image in pictures.picture.images]
    pictures.set_values({"seed": 5})
    same = [np.array_equal(image.get_array(), old)
            for image, old in zip(pictures.picture.images, before, strict=True)]
    assert same == [True, True, True, False]


@pytest.mark.parametrize(("values", "met"), [
    ({"picture": "map B", "window": 15}, True), ({"picture": "map B", "window": 12}, False),
    ({"picture": "map A", "window": 15}, False)])
def test_the_goal_of_the_pictures_is_few_windows_of_zeros_in_map_b(pictures, values, met):
    pictures.reset()
    pictures.set_values(values)
    assert pictures.view.goal_met == met


# Training


@pytest.fixture
def training():
    return built(panels.training)


def expected_errors(learning_rate=0.05, batch_size=20, wrong_labels=0.0, seeds=(0, 1, 2)):
    (images, labels), (test_images, test_labels) = map(digit_images, load_digits())
    *_, errors = train_poolings(
        (images[:200], with_wrong_labels(labels[:200], wrong_labels, 0)),
        (test_images[:500], test_labels[:500]), learning_rate, batch_size, seeds, 16, 2)
    return errors


@pytest.mark.parametrize(("values", "settings"), [
    ({}, {}),
    ({"learning_rate": 0.2, "batch_size": 100, "wrong_labels": 0.4, "seed": 3},
     {"learning_rate": 0.2, "batch_size": 100, "wrong_labels": 0.4, "seeds": (9, 10, 11)})])
def test_training_draws_the_runs_of_its_controls(training, values, settings):
    training.reset()
    training.set_values(values)
    errors = expected_errors(**settings)
    picture, epochs = training.picture, np.arange(0, 17, 2)
    for place, name in enumerate(NAMES):
        for which in range(2):
            runs = errors[name][:, :, which]
            curve, band = picture.curves[name][which], picture.bands[name][which]
            assert_allclose(data(curve), np.column_stack([epochs, runs.mean(axis=0)]))
            corners = band.get_paths()[0].vertices
            assert_allclose(corners[:9], np.column_stack([epochs, runs.min(axis=0)]))
            assert_allclose(corners[9:18][::-1], np.column_stack([epochs, runs.max(axis=0)]))
        last = errors[name][:, -1, 1]
        assert_allclose(data(picture.runs[name]), [[place - 0.12, end] for end in last])
        off = np.sqrt(last.mean() * (1 - last.mean()) / 500)
        assert_allclose(picture.spreads[name].get_ydata(),
                        [last.mean() - off, last.mean(), last.mean() + off])
        assert f"{name} {last.mean():.1%}" in training.readout.value
    ends = [[errors[name][:, -1, which].mean() for name in NAMES] for which in range(2)]
    for title, means in zip(picture.titles, ends, strict=False):
        assert title.get_text() == ", ".join(
            f"{name} {mean:.0%}" for name, mean in zip(NAMES, means, strict=True))
    means = dict(zip(NAMES, ends[1], strict=True))
    overfits = means["average"] < 0.25 and means["max"] - means["average"] > 0.08
    assert training.view.goal_met == (overfits and settings.get("wrong_labels") == 0.4)


def test_rows_that_are_looked_at_again_and_again_are_called_validation_rows(training):
    training.reset()
    assert "Wrong on validation digits" in training.readout.value
    assert training.picture.curves["max"][1].axes.get_ylabel() == "validation error"
    assert training.picture.last.get_xlabel() == "last validation error"


@pytest.mark.full
def test_the_goal_of_the_training_can_be_met(training):
    training.reset()
    assert not training.view.goal_met
    training.set_values({"wrong_labels": 0.4})
    assert training.view.goal_met
    training.set_values({"learning_rate": 0.2})  # average leads, but badly
    assert not training.view.goal_met


@pytest.mark.full
def test_settings_seen_before_are_not_trained_again(training, monkeypatch):
    training.reset()
    training.set_values({"batch_size": 100})
    first = state(training)
    training.reset()
    monkeypatch.setattr(panels.experiments, "train_poolings", None)
    training.set_values({"batch_size": 100})
    assert state(training) == first
    assert training.view.progress == 1
