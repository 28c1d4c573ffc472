"""Pictures of section 05: looks and backgrounds."""

import numpy as np
import pytest
from driving import built
from numpy.testing import assert_allclose

from lecture_kit.live.looks import LOOKS
from lecture_kit.sections.adaptive_methods import experiments, one_epoch, panels
from lecture_kit.sections.adaptive_methods.pictures import MARKERS


def data(line):
    return np.column_stack(line.get_data())


@pytest.fixture
def race():
    return built(panels.race)


def test_every_method_has_a_look_and_a_marker_of_its_own():
    names = list(one_epoch.METHODS_FOR_NETWORKS)
    looks = [(LOOKS[name]["color"], LOOKS[name]["linestyle"]) for name in names]
    assert len(set(looks)) == len(names)
    assert len({MARKERS[name] for name in names}) == len(names)


def test_the_board_shows_each_method_with_its_look(race):
    lines = race.picture.board.rows["Adam"][0].axes.lines
    assert len(lines) == 2 * len(experiments.METHODS)
    for k, name in enumerate(experiments.METHODS):
        assert lines[2 * k].get_color() == LOOKS[name]["color"]
        assert lines[2 * k].get_linestyle() == LOOKS[name]["linestyle"]
        assert lines[2 * k + 1].get_marker() == MARKERS[name]
    texts = [text.get_text() for text in race.picture.board.rows["Adam"][0].axes.texts]
    assert [text for text in texts if text in experiments.METHODS] == list(experiments.METHODS)


def test_only_another_landscape_draws_the_background_again(race):
    parts = race.picture.parts
    race.set_values({"x": 1.0, "y": -1.0, "learning_rate": 0.01, "step": 10})
    assert race.picture.parts is parts
    assert race.picture._background is not None
    race.set_values({"landscape": "saddle"})
    assert race.picture.landscape == "saddle"
    assert len(race.picture.land.collections) == 1
    dotted = [line for line in race.picture.parts[1:] if line.get_linestyle() == ":"]
    assert [line.get_ydata()[0] for line in dotted] == [-1, 1]
    race.set_values({"landscape": "Beale"})
    assert_allclose(data(race.picture.parts[1]), [[3, 0.5]])


def test_the_contours_are_heights_of_the_landscape(race):
    drawing = race.view.drawing["landscape"]
    x, y = race.picture.grid
    assert drawing["heights"][3, 7] == pytest.approx(x[7] ** 2 / 20 + y[3] ** 2)
    assert np.all(np.isin(race.picture.parts[0].levels,
                          np.quantile(drawing["heights"], np.linspace(0.02, 0.98, 11))))
