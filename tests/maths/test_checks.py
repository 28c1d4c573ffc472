"""Checks of arguments."""

import re

import numpy as np
import pytest
from oracles import frozen, says

from lecture_kit.maths.checks import (
    as_counts,
    as_floats,
    as_labels,
    as_measured,
    as_number,
    as_numbers,
    as_rng,
    as_row,
    as_seeds,
    as_table,
    as_whole,
    require,
    require_choice,
    require_fit,
)


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


def test_require_shows_a_single_number_as_python_writes_it():
    for value in (np.float64(2.5), np.array(2.5)):
        with pytest.raises(ValueError, match=says("rule", "2.5", "Remedy.")):
            require(False, "rule", value, "Remedy.")


@pytest.mark.parametrize(("limits", "words"), [
    ({}, "be finite"),
    ({"least": 0}, "be at least 0 and finite"),
    ({"above": 0}, "be positive and finite"),
    ({"above": 1}, "be above 1 and finite"),
    ({"least": 0, "most": 1}, "lie between 0 and 1"),
    ({"above": -1, "below": 1}, "lie between -1 and 1"),
    ({"least": 0, "below": 1}, "be at least 0 and less than 1"),
    ({"above": 0, "most": 1}, "be above 0 and at most 1"),
    ({"below": 0}, "be less than 0"),
    ({"least": 1, "whole": True}, "be at least 1 and a whole number"),
    ({"least": 1, "most": 9, "whole": True}, "lie between 1 and 9 and be a whole number"),
])
def test_the_rule_names_the_limits(limits, words):
    with pytest.raises(ValueError, match=f"^share must {words}; got nan"):
        as_number("share", np.nan, **limits)


def test_numbers_keep_their_type_and_a_single_one_is_pythons_own():
    assert as_numbers("x", np.ones(2, np.float32)).dtype == np.float32
    assert as_numbers("x", [True, 2]).dtype == np.float64
    assert as_numbers("n", [1, 2], whole=True).dtype.kind == "i"
    assert type(as_number("x", np.float32(0.5))) is float
    assert type(as_whole("n", np.int64(3), "Try 3.", least=1)) is int


@pytest.mark.parametrize(("value", "limits", "words"), [
    (1e300, {}, "at most 1e100 in size"), (1e-310, {"above": 0}, "at least 1e-100"),
    ([0.5], {}, "a single one"), ([], {}, "a single one"), ("1", {}, "finite"),
    (2.0, {"whole": True}, "a whole number"), (True, {"whole": True}, "a whole number"),
    (0, {"above": 0}, "positive"), (1, {"below": 1}, "less than 1"),
])
def test_numbers_out_of_range_are_refused(value, limits, words):
    with pytest.raises(ValueError, match=f"^x must be .*{words}.*; got .*Pass"):
        as_number("x", value, **limits)


def test_lists_and_tables_have_their_number_of_axes():
    assert as_row("x", (1, 2)).shape == (2,)
    assert as_table("x", [[1, 2]], 2).shape == (1, 2)
    assert as_counts("x", [[1, 0]]).sum() == 1
    assert np.isnan(as_measured("x", [np.nan], "Pass a path.")).all()
    for call, bad, words in ((as_row, [[1.0]], "a list of numbers"), (as_row, [], "a list"),
                             (as_table, [1.0], "a table with rows"), (as_row, 1.0, "a list"),
                             (as_counts, [[0, 0]], "have 2 axes and not be 0"),
                             (as_counts, [[1.5]], "a whole number")):
        with pytest.raises(ValueError, match=f"^x must .*{words}.*; got"):
            call("x", bad)
    with pytest.raises(ValueError, match=r"^x must have 3 columns; got \(1, 2\)"):
        as_table("x", [[1, 2]], 3)
    with pytest.raises(ValueError, match=r"^x must have 2 or more axes and 1 or more numbers"):
        as_measured("x", [1.0], "Pass a path.", ndim=2)


def test_a_seed_gives_numpys_generator():
    assert as_rng(3).random() == np.random.default_rng(3).random()
    assert as_rng([3, 1]).random() == np.random.default_rng([3, 1]).random()
    for bad in (-1, 0.5, None, "3", [], True):
        with pytest.raises(ValueError, match=says("seed must be a whole number", repr(bad), "Try")):
            as_rng(bad)


def test_names_and_shapes():
    assert require_choice("kind", "a", {"a": 1}) is None
    assert require_fit(x=np.ones((2, 1)), y=[1, 2, 3], z=4) is None
    for bad in ("b", None, ["a"]):
        with pytest.raises(ValueError, match=says("kind must be one of ['a']", repr(bad), "Check")):
            require_choice("kind", bad, ["a"])
    with pytest.raises(ValueError, match=r"the shapes of x, y must fit together; got \[\(2,\), "):
        require_fit(x=[1, 2], y=[1, 2, 3])


def test_seeds_are_a_list_of_whole_numbers_from_0_on():
    assert as_seeds(range(3)) == as_seeds(np.arange(3)) == [0, 1, 2]
    for wrong in (3, [], [-1], [0.5]):
        with pytest.raises(ValueError, match="numbers must"):
            as_seeds(wrong, "numbers")
