"""Checks of arguments."""

import re

import numpy as np
import pytest
from oracles import frozen, says

from lecture_kit.checks import as_floats, as_labels, require


@pytest.mark.parametrize("condition", [True, np.True_, np.array([True, True]), np.ones((0, 2))])
def test_require_is_silent_while_the_condition_holds(condition):
    assert require(condition, "rule", 1, "Remedy.") is None


@pytest.mark.parametrize(
    "condition", [False, np.False_, np.array([True, False]), np.array([[True], [False]])]
)
def test_require_fails_if_the_condition_does_not_hold_everywhere(condition):
    with pytest.raises(ValueError, match=r"^rule; got 7\. Remedy\.$"):
        require(condition, "rule", 7, "Remedy.")


def test_require_shows_a_text_with_its_quotes():
    with pytest.raises(ValueError, match="got 'sgd'"):
        require(False, "rule", "sgd", "Remedy.")


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_as_floats_hands_floats_back_without_a_copy(dtype):
    values = frozen([1.5, -2], dtype)
    assert as_floats("z", values) is values


@pytest.mark.parametrize("values", [[1, 0], (True, False), np.array([1, 0], np.uint8),
                                    np.array([1, 0], np.float16), np.array([1, 0], np.longdouble)])
def test_as_floats_turns_other_numbers_into_float64(values):
    array = as_floats("z", values)
    assert array.dtype == np.float64
    np.testing.assert_array_equal(array, [1.0, 0.0])


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0), (2, 3, 4)])
def test_as_floats_keeps_the_shape(shape):
    assert as_floats("z", np.zeros(shape, int)).shape == shape


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_as_floats_refuses_what_is_not_finite(bad):
    with pytest.raises(ValueError, match=says("z must be finite", repr([1.0, bad]), "Remove NaN")):
        as_floats("z", [1.0, bad])


@pytest.mark.parametrize("bad", ["1", None, 1j, [object()]])
def test_as_floats_refuses_what_is_no_real_number(bad):
    with pytest.raises(ValueError, match=says("z must hold real", repr(bad), "Pass numbers.")):
        as_floats("z", bad)


@pytest.mark.parametrize("labels", [2, [0, 2, 1], [[0], [2]], np.array([2, 0], np.uint8)])
def test_as_labels_gives_the_same_class_numbers_as_indices(labels):
    array = as_labels("label", labels, 3)
    assert array.dtype == np.intp
    np.testing.assert_array_equal(array, labels)


def test_as_labels_takes_truth_values_as_two_classes():
    np.testing.assert_array_equal(as_labels("label", [True, False], 2), [1, 0])


@pytest.mark.parametrize("bad", [[3], [-1], [0, 99], [1.0], ["1"], [None]])
def test_as_labels_refuses_what_names_no_class(bad):
    rule = "label must hold whole numbers from 0 to 2"
    pattern = rf"^{rule}; got {re.escape(repr(bad))}\. There are 3 classes, counted from 0\.$"
    with pytest.raises(ValueError, match=pattern):
        as_labels("label", bad, 3)
