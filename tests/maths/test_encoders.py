"""Codes for names against scikit-learn."""

import numpy as np
import pytest
import sklearn.preprocessing
from numpy.testing import assert_array_equal
from oracles import says

from lecture_kit.maths.encoders import OneHotEncoder, OrdinalEncoder

RNG = np.random.default_rng(4)
NAMES = RNG.choice(["tcp", "udp", "icmp", "a rather long name"], (50, 3))
TABLES = {
    "names": NAMES,
    "objects": NAMES.astype(object),
    "integers": RNG.integers(-3, 4, (40, 2)),
    "floats": RNG.choice([0.5, -1.25, 7.0], (40, 2)),
    "float32": RNG.choice([0.5, -1.25, 7.0], (40, 2)).astype(np.float32),
    "booleans": RNG.random((20, 2)) < 0.5,
    "one category": np.full((5, 1), "tcp"),
    "single row": np.array([["a", "b"]]),
}
BOTH = [OrdinalEncoder, OneHotEncoder]


def reference(ours, unknown):
    if ours is OneHotEncoder:
        return sklearn.preprocessing.OneHotEncoder(sparse_output=False, handle_unknown=unknown)
    if unknown == "error":
        return sklearn.preprocessing.OrdinalEncoder()
    return sklearn.preprocessing.OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=-1)


@pytest.mark.parametrize("ours", BOTH)
@pytest.mark.parametrize("unknown", ["error", "ignore"])
@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_codes_equal_scikit_learn(ours, unknown, table):
    mine, theirs = ours(unknown).fit(table), reference(ours, unknown).fit(table)
    for known, expected in zip(mine.categories, theirs.categories_, strict=True):
        assert_array_equal(known, expected)
    encoded = mine.transform(table)
    assert encoded.dtype == np.float64
    assert_array_equal(encoded, theirs.transform(table))
    assert_array_equal(mine.inverse_transform(encoded), table)


@pytest.mark.parametrize("ours", BOTH)
@pytest.mark.parametrize(("training", "other"), [
    ([["a", "x"], ["b", "y"], ["c", "x"]], [["b", "z"], ["aa", "x"], ["zz", "0"], ["c", "y"]]),
    ([[1, 5], [3, 7]], [[2, 5], [0, 9], [3, 7]]),
])
def test_unseen_categories_equal_scikit_learn(ours, training, other):
    training, other = np.array(training), np.array(other)
    mine, theirs = ours("ignore").fit(training), reference(ours, "ignore").fit(training)
    encoded = mine.transform(other)
    assert_array_equal(encoded, theirs.transform(other))
    assert_array_equal(mine.inverse_transform(encoded), theirs.inverse_transform(encoded))


@pytest.mark.parametrize("ours", BOTH)
def test_unseen_categories_are_refused_unless_ignored(ours):
    encoder = ours().fit([["tcp"], ["udp"]])
    pattern = says("values must be categories of the training rows", "['sctp', 'gre']",
                   "Use handle_unknown='ignore'")
    with pytest.raises(ValueError, match=pattern):
        encoder.transform([["sctp"], ["tcp"], ["gre"]])


def test_the_slides_person():
    encoder = OneHotEncoder().fit([[1, 1], [2, 2], [1, 3], [2, 4]])
    assert_array_equal(encoder.transform([[1, 3]]), [[1, 0, 0, 0, 1, 0]])
    assert_array_equal(encoder.inverse_transform([[1, 0, 0, 0, 1, 0]]), [[1, 3]])


def test_integer_codes_are_places_in_the_alphabet():
    encoder = OrdinalEncoder("ignore").fit([["udp", "b"], ["icmp", "a"], ["tcp", "b"]])
    assert_array_equal(encoder.transform([["tcp", "b"], ["gre", "a"]]), [[1, 1], [-1, 0]])
    assert encoder.inverse_transform([[2, -1]]).tolist() == [["udp", None]]


@pytest.mark.parametrize("ours", BOTH)
class TestBothEncoders:
    def test_fit_returns_the_encoder_and_a_new_fit_replaces_the_old(self, ours):
        encoder = ours()
        assert encoder.fit([["a"]]) is encoder
        encoder.fit([["b"], ["c"]])
        assert encoder.categories[0].tolist() == ["b", "c"]

    @pytest.mark.parametrize("method", ["transform", "inverse_transform"])
    def test_an_encoder_without_fit_is_refused(self, ours, method):
        with pytest.raises(ValueError, match=f"{method} needs a fitted encoder; got <.*Call fit"):
            getattr(ours(), method)([[1.0]])

    @pytest.mark.parametrize("word", ["Ignore", "infrequent_if_exist", None])
    def test_other_rules_for_unseen_categories_are_refused(self, ours, word):
        pattern = says("handle_unknown must be one of ['error', 'ignore']", repr(word), "spelling")
        with pytest.raises(ValueError, match=pattern):
            ours(word)

    @pytest.mark.parametrize("method", ["fit", "transform"])
    @pytest.mark.parametrize(("values", "words"), [
        ([[np.nan], [1.0]], "categories must be finite"),
        ([[np.inf], [1.0]], "categories must be finite"),
        ([["a"], [np.nan]], "categories must be all names or all numbers"),
        ([["a"], [None]], "categories must be all names or all numbers"),
        ([["a"], [1]], "categories must be all names or all numbers"),
        (np.array([["a"], [np.nan]], dtype=object), "categories must be all names or all numbers"),
        (np.array([[np.nan], [2.0]], dtype=object), "categories must be finite"),
        ([[None]], "categories must be names or numbers"),
        ([[1j]], "categories must be names or numbers"),
        ([], "categories must be a table with rows"),
        ([[]], "categories must be a table with rows"),
        (["a", "b"], "categories must be a table with rows"),
        (np.zeros((0, 2)), "categories must be a table with rows"),
    ])
    def test_what_is_no_table_of_categories_is_refused(self, ours, method, values, words):
        with pytest.raises(ValueError, match=words):
            getattr(ours("ignore").fit([["a"]]), method)(values)

    def test_other_columns_are_refused(self, ours):
        pattern = says("values must have the 1 columns of the training rows", "(1, 2)", "same col")
        with pytest.raises(ValueError, match=pattern):
            ours().fit([["a"], ["b"]]).transform([["a", "b"]])

    def test_numbers_in_place_of_names_are_refused(self, ours):
        pattern = says("values must be names or numbers as in the training rows", "[[1]]", "type")
        with pytest.raises(ValueError, match=pattern):
            ours("ignore").fit([["1"], ["2"]]).transform([[1]])

    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_encoded_rows_must_be_finite(self, ours, bad):
        with pytest.raises(ValueError, match="values must be finite"):
            ours().fit([["a"]]).inverse_transform([[bad]])

    @pytest.mark.parametrize("shape", [(3,), (0, 2), (2, 3), (1, 2, 2)])
    def test_encoded_rows_must_have_the_right_shape(self, ours, shape):
        training = [["a", "b"]]
        pattern = says("values must be a table of 2 columns with rows", repr(shape), "transform")
        with pytest.raises(ValueError, match=pattern):
            ours().fit(training).inverse_transform(np.zeros(shape))


@pytest.mark.parametrize("bad", [[2, 0], [0.5, 0], [-2, 0], [0, 3]])
def test_codes_that_name_no_category_are_refused(bad):
    encoder = OrdinalEncoder("ignore").fit(np.array(
        [["a", "x"], ["b", "y"], ["b", "z"]]))
    with pytest.raises(ValueError, match="codes must be whole numbers that fit the categories"):
        encoder.inverse_transform([bad])


@pytest.mark.parametrize("bad", [[1, 1, 0], [0.5, 0, 1], [2, 0, 1], [-1, 1, 1]])
def test_rows_that_are_not_one_hot_are_refused(bad):
    encoder = OneHotEncoder("ignore").fit([["a", "x"], ["b", "x"]])
    with pytest.raises(ValueError, match="one-hot rows must hold 0, and at most one 1 per column"):
        encoder.inverse_transform([bad])


@pytest.mark.parametrize(("ours", "row"), [(OrdinalEncoder, [-1]), (OneHotEncoder, [0, 0])])
def test_rows_without_a_category_come_back_only_if_unseen_ones_are_ignored(ours, row):
    training = [["a"], ["b"]]
    assert ours("ignore").fit(training).inverse_transform([row]).tolist() == [[None]]
    with pytest.raises(ValueError, match="each row must name one category per column"):
        ours().fit(training).inverse_transform([row])
