from itertools import pairwise

import pytest

from lecture_kit.live.controls import log_slider, stop_slider


def stops(control):
    return [value for _label, value in control.options]


def test_a_log_slider_has_50_stops_per_factor_of_10_and_both_ends():
    values = stops(log_slider("η", 0.01, 10, 0.1))
    assert values[0] == 0.01
    assert values[-1] == 10
    assert len(values) == 151
    ratios = [b / a for a, b in pairwise(values)]
    assert max(ratios) == pytest.approx(10 ** (1 / 50), rel=0.01)


def test_a_log_slider_also_stops_where_the_presets_need_it():
    control = log_slider("η", 0.01, 10, 0.952, also=(1.336,))
    assert control.value == 0.952
    control.value = 1.336
    assert stops(control) == sorted(stops(control))


def test_the_labels_of_the_stops_are_short():
    control = stop_slider("B", [1e-6, 1, 64, 1207, 3000, 10_000.0], 64)
    assert [label for label, _value in control.options] == [
        "1e−06", "1", "64", "1,207", "3,000", "10,000"]
