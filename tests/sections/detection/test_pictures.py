"""What the pictures of section 11 show."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from lecture_kit.maths.detection import roc_curve
from lecture_kit.sections.detection.pictures import (
    FEWEST,
    AdversaryPicture,
    BaseRatePicture,
    CostPicture,
    ThresholdPicture,
)


def test_the_two_errors_are_the_areas_beyond_the_threshold():
    picture = ThresholdPicture(np.array([-2.0, -1.0, 0.0, 1.0, 2.0]))
    roc = roc_curve([-1.5, 0.5, 0.5, 1.5], [0, 0, 1, 1])
    harmless, spam = np.array([0.1, 0.05, 0.1, 0.0]), np.array([0.0, 0.1, 0.1, 0.2])
    picture.draw((harmless, spam), 0.5, roc, 1, ("a", "b"))
    for fill, inside in ((picture.fills[0], 0.05), (picture.fills[1], 0.15)):
        x, y = fill.get_paths()[0].vertices[:-1].T
        area = abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2
        assert_allclose(area, inside)
    assert_array_equal(picture.threshold.get_xdata(), [0.5, 0.5])
    assert_array_equal(picture.roc.get_xdata(), np.maximum(roc.false_alarm_rates, FEWEST))
    assert_array_equal(picture.point.get_data(), ([FEWEST], [0.5]))
    assert [title.get_text() for title in picture.titles] == ["a", "b"]


def test_precision_is_drawn_at_both_base_rates():
    picture = BaseRatePicture(0.01)
    home, now = (np.array([0.5, 1.0]), np.array([0.9, 0.4])), (np.array([0.5, 1.0]), np.zeros(2))
    picture.draw((np.array([0, 0.1, 1]), np.array([0, 0.5, 1])), 1e-9, home, now,
                 (0.1, 0.5, 0.2), ("", ""))
    assert_array_equal(picture.home.get_data(), home)
    assert_array_equal(picture.now.get_data(), now)
    assert_array_equal(picture.budget.get_xdata(), [FEWEST, FEWEST])
    assert_array_equal(picture.points[0].get_data(), ([0.1], [0.5]))
    assert_array_equal(picture.points[1].get_data(), ([0.5], [0.2]))


def test_what_costs_too_much_is_not_drawn():
    picture = CostPicture()
    costs = {"false alarms": np.array([0.0, 0.5, 3.0]), "missed spam": np.array([1.0, 0.2, 0.0]),
             "both": np.array([1.0, 0.7, 3.0])}
    picture.draw(np.array([2.0, 0.0, -2.0]), costs, 1, 0.3, -1.0,
                 (np.array([0.0, 1.0]), np.array([-1.0, 0.0])), -1.0, ("", ""))
    assert_array_equal(picture.costs["both"].get_ydata(), [1, 0.7, np.nan])
    assert_array_equal(picture.best.get_data(), ([0], [0.7]))
    assert_array_equal(picture.theory.get_xdata(), [0.3, 0.3])
    assert_array_equal(picture.threshold.get_xdata(), [-1, -1])
    assert_array_equal(picture.shift.get_ydata(), [-9, 7])


def test_a_recall_that_is_not_known_yet_is_not_drawn():
    picture = AdversaryPicture(2, np.array([-1.0, 0.0, 1.0]))
    plain = np.array([0.9, 0.4, 0.1]), np.array([0.01, 0.02, 0.03])
    shares = np.array([0.2, 0.8]), np.array([0.9, 0.1])
    picture.draw(1, {"as trained": plain, "trained again": None}, shares, ("", ""))
    assert_array_equal(picture.curves["as trained"].get_data(), ([0, 1, 2], plain[0]))
    assert_array_equal(picture.points["as trained"].get_data(), ([1], [0.4]))
    assert len(picture.curves["trained again"].get_xdata()) == 0
    band = picture.bands["as trained"].get_paths()[0].vertices
    assert_allclose(band[:3, 1], plain[0] - plain[1])
    assert_array_equal(picture.before.get_data().values, shares[0])
    assert_array_equal(picture.after.get_data().values, shares[1])
    assert picture.first.get_text() == "↑ 0.90"
