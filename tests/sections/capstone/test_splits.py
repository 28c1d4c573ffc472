"""Three sets of rows: stratified, prepared with the training rows alone."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import frozen, says
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from lecture_kit.maths.comparisons import random_split
from lecture_kit.sections.capstone import splits


def test_each_class_is_dealt_out_two_to_one_to_one():
    labels = np.random.default_rng(0).permutation(np.repeat([0, 1, 2], [101, 40, 4]))
    parts = splits.deal_out(frozen(labels, int))
    assert_array_equal(np.sort(np.concatenate(parts)), np.arange(145))
    counts = np.array([np.bincount(labels[rows], minlength=3) for rows in parts])
    assert_array_equal(counts, [[51, 20, 2], [25, 10, 1], [25, 10, 1]])
    with pytest.raises(ValueError, match=says("each class needs at least 4 rows", "3", "")):
        splits.deal_out([0] * 8 + [1] * 3)


@pytest.mark.parametrize("data", splits.DATA)
def test_the_parts_are_prepared_with_the_training_rows_alone(data):
    dataset = splits.DATA[data]()
    training, validation, test = splits.deal_out(dataset.labels)
    scaler = StandardScaler().fit(dataset.features[training])
    for part, rows in (("validation", validation), ("test", test)):
        known, other = splits.prepared(data, "z-score", "one-hot", part)
        assert_array_equal(known[1], dataset.labels[training])
        assert_array_equal(other[1], dataset.labels[rows])
        for (table, _labels), numbers in ((known, training), (other, rows)):
            expected = scaler.transform(dataset.features[numbers])
            if dataset.nominal is not None:
                encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
                encoder.fit(dataset.nominal[training])
                expected = np.hstack([expected, encoder.transform(dataset.nominal[numbers])])
            assert_allclose(table, expected, atol=1e-9)
    raw = splits.prepared(data, "raw", "integer codes")[0][0]
    assert_array_equal(raw[:, : dataset.features.shape[1]], dataset.features[training])


def test_the_columns_that_differ():
    known = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    rows = np.array([[4.0, 5.0, 6.0], [1.0, 2.0, 9.0], [7.0, 8.0, 6.0]])
    assert_array_equal(splits.columns_that_differ(rows, known), [0, 1, 2])


def test_unknown_names_of_data_and_parts_are_refused():
    for call in (lambda: splits.prepared("letters", "raw", "one-hot"),
                 lambda: splits.rows_per_class("letters")):
        with pytest.raises(ValueError, match=says("data must be one of", "'letters'", "spelling")):
            call()
    with pytest.raises(ValueError, match="part must be one of"):
        splits.prepared("mail", "raw", "one-hot", "training")
    with pytest.raises(ValueError, match="part must be one of"):
        splits.rows_per_class("mail", "half")


@pytest.mark.parametrize("data", splits.DATA)
def test_the_rows_of_each_class_are_counted_by_name(data):
    dataset = splits.DATA[data]()
    for part, rows in zip(splits.PARTS, splits.deal_out(dataset.labels), strict=True):
        names = [dataset.class_names[label] for label in dataset.labels[rows]]
        assert splits.rows_per_class(data, part) == {
            name: names.count(name) for name in dataset.class_names}
    assert splits.rows_per_class("connections")["rootkit"] == 2


@pytest.mark.parametrize("data", splits.DATA)
def test_a_new_split_is_stratified_and_prepared_with_its_training_rows_alone(data):
    dataset = splits.DATA[data]()
    training, validation, test = splits.deal_out(dataset.labels)
    known = np.sort(np.concatenate([training, validation]))
    first, second = (known[rows] for rows in random_split(dataset.labels[known], 2 / 3, 3))
    counts = np.array([np.bincount(dataset.labels[rows]) for rows in (first, second)])
    assert (abs(counts[0] - 2 / 3 * counts.sum(axis=0)) <= 0.5).all()
    scaler = StandardScaler().fit(dataset.features[first])
    for part, rows in (("validation", second), ("test", test)):
        tables = splits.resplit(data, "z-score", "one-hot", 3, part)
        for (table, labels), numbers in zip(tables, (first, rows), strict=True):
            assert_array_equal(labels, dataset.labels[numbers])
            expected = scaler.transform(dataset.features[numbers])
            assert_allclose(table[:, : expected.shape[1]], expected, atol=1e-9)
    assert len(splits.resplit(data, "raw", "integer codes", 4)[0][1]) == len(first)


def test_a_name_that_training_lacks_is_not_told_to_the_network():
    dataset = splits.DATA["connections"]()
    training, validation, test = splits.deal_out(dataset.labels)
    known = np.sort(np.concatenate([training, validation]))
    first, second = (known[rows] for rows in random_split(dataset.labels[known], 2 / 3, 3))
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    encoder.fit(dataset.nominal[first])
    n_lost = 0
    for part, rows in (("validation", second), ("test", test)):
        tables = splits.resplit("connections", "raw", "one-hot", 3, part)
        for (table, _labels), numbers in zip(tables, (first, rows), strict=True):
            codes = table[:, dataset.features.shape[1]:]
            seen = tables[0][0][:, dataset.features.shape[1]:].any(axis=0)
            assert_array_equal(codes[:, seen], encoder.transform(dataset.nominal[numbers]))
            assert not codes[:, ~seen].any()
            n_lost += (~seen).sum()
    assert n_lost > 0, "take another split: this one has no such name"
    codes = splits.resplit("connections", "raw", "integer codes", 3)[1][0][:, -3:]
    assert (codes == -1).any()


def test_no_two_rows_are_identical_and_twins_stay_in_one_part():
    for data, load in splits.DATA.items():
        rows = [tuple(row) for row in load().features]
        if load().nominal is not None:
            rows = list(zip(rows, map(tuple, load().nominal), strict=True))
        assert len(set(rows)) == len(rows), data
    groups = splits.twin_groups("connections", 2)
    assert_array_equal(splits.twin_groups("connections", 0), np.arange(len(groups)))
    (known, _classes), (rows, _labels) = splits.resplit(
        "connections", "raw", "integer codes", 1, together=2)
    assert splits.columns_that_differ(rows[::9], known).min() > 2
    assert len(known) + len(rows) == len(groups)
    for number, group in enumerate(groups[:50]):
        assert group <= number
        assert groups[group] == group
    with pytest.raises(ValueError, match="n_columns must lie between 0 and 3"):
        splits.twin_groups("connections", 4)
