"""Data sets: what is in the files, against scikit-learn's copy of the digits."""

import numpy as np
import pytest
from oracles import says
from sklearn.datasets import load_digits as sklearn_digits

from lecture_kit.maths.datasets import (
    digit_rows,
    load_attack_triage,
    load_digits,
    load_photograph,
    load_spambase,
)

LOADED = {"spambase": load_spambase(), "digits, training": load_digits()[0],
          "digits, test": load_digits()[1], "attack triage": load_attack_triage()}
every_dataset = pytest.mark.parametrize("dataset", LOADED.values(), ids=LOADED)


@pytest.mark.parametrize(("name", "shape", "n_classes"), [
    ("spambase", (4200, 57), 2), ("digits, training", (3823, 64), 10),
    ("digits, test", (1797, 64), 10), ("attack triage", (2414, 38), 8),
])
def test_dataset_has_the_rows_columns_and_classes_it_promises(name, shape, n_classes):
    dataset = LOADED[name]
    assert dataset.features.shape == shape
    assert dataset.labels.shape == (len(dataset),) == shape[:1]
    assert len(dataset.feature_names) == shape[1]
    assert len(dataset.class_names) == n_classes
    np.testing.assert_array_equal(np.unique(dataset.labels), np.arange(n_classes))


@every_dataset
def test_features_are_finite_floats_and_labels_are_integers(dataset):
    assert dataset.features.dtype == np.float64
    assert np.isfinite(dataset.features).all()
    assert dataset.labels.dtype.kind == "i"


@every_dataset
@pytest.mark.parametrize("name", ["features", "labels"])
def test_arrays_are_read_only(dataset, name):
    array = getattr(dataset, name)
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 0


@every_dataset
def test_a_dataset_cannot_be_changed(dataset):
    with pytest.raises(AttributeError, match="cannot assign"):
        dataset.labels = np.zeros(3)


@every_dataset
def test_feature_names_are_different_texts(dataset):
    assert all(type(name) is str and name for name in dataset.feature_names)
    assert len(set(dataset.feature_names)) == len(dataset.feature_names)


def test_spambase_has_its_names_in_order():
    names = load_spambase().feature_names
    assert names[0] == "word_freq_make"
    assert names[48:] == ("char_freq_;", "char_freq_(", "char_freq_[", "char_freq_!",
                          "char_freq_$", "char_freq_#", "capital_run_length_average",
                          "capital_run_length_longest", "capital_run_length_total")
    assert load_spambase().class_names == ("no spam", "spam")


def test_spambase_holds_39_9_percent_spam():
    assert round(100 * load_spambase().labels.mean(), 1) == 39.9


def test_spambase_features_have_the_known_range():
    features = load_spambase().features
    assert features.min() == 0
    assert features.max() == 15_841
    assert features[:, :54].max() <= 100  # percent


def test_spambase_has_no_row_twice():
    assert len(np.unique(load_spambase().features, axis=0)) == 4200


def test_spambase_is_shuffled():
    first, second = load_spambase().split(2100)
    assert first.labels.mean() == pytest.approx(second.labels.mean(), abs=0.05)


def test_digits_test_rows_equal_those_of_scikit_learn():
    expected = sklearn_digits()
    np.testing.assert_array_equal(load_digits()[1].features, expected.data)
    np.testing.assert_array_equal(load_digits()[1].labels, expected.target)


def test_digits_are_grey_values_from_0_to_16():
    for part in load_digits():
        assert part.features.min() == 0
        assert part.features.max() == 16
        np.testing.assert_array_equal(part.features, part.features.round())


def test_digits_have_their_names_in_row_order():
    names = load_digits()[0].feature_names
    assert names == tuple(f"p{row}{column}" for row in range(8) for column in range(8))
    assert load_digits()[1].feature_names == names
    assert load_digits()[0].class_names == tuple("0123456789")


def test_attack_triage_has_its_classes_the_most_frequent_first():
    attacks = load_attack_triage()
    counts = dict(zip(attacks.class_names, np.bincount(attacks.labels).tolist(), strict=True))
    assert counts == {"back": 968, "satan": 906, "portsweep": 416, "guess_passwd": 53,
                      "buffer_overflow": 30, "land": 19, "imap": 12, "rootkit": 10}


def test_attack_triage_keeps_names_apart_from_numbers():
    attacks = load_attack_triage()
    assert attacks.nominal_names == ("protocol_type", "service", "flag")
    assert attacks.nominal.shape == (2414, 3)
    assert set(attacks.nominal[:, 0]) == {"tcp", "udp", "icmp"}
    assert attacks.nominal[0].tolist() == ["tcp", "http", "SF"]  # the first row of the file
    assert attacks.feature_names[:2] == ("duration", "src_bytes")
    assert attacks.features[0, :3].tolist() == [0, 54540, 8314]
    assert not set(attacks.nominal_names) & set(attacks.feature_names)


def test_attack_triage_spans_nine_orders_of_magnitude_and_has_constant_columns():
    features = load_attack_triage().features
    assert features.max() / features[features > 0].min() > 1e9
    assert (features.min(axis=0) == features.max(axis=0)).sum() > 0


def test_splitting_attack_triage_splits_the_names_too():
    attacks = load_attack_triage()
    first, second = attacks.split(100)
    np.testing.assert_array_equal(np.concatenate([first.nominal, second.nominal]), attacks.nominal)
    assert first.nominal_names == attacks.nominal_names
    assert not attacks.nominal.flags.writeable


def test_the_photograph_holds_grey_values():
    photograph = load_photograph()
    assert photograph.shape == (128, 128)
    assert (photograph.min(), photograph.max()) == (3, 250)
    np.testing.assert_array_equal(photograph, photograph.round())
    assert not photograph.flags.writeable


def test_no_test_digit_is_a_training_digit():
    training, test = ({row.tobytes() for row in part.features} for part in load_digits())
    assert not training & test


@pytest.mark.parametrize("load", [load_spambase, load_digits, load_attack_triage, load_photograph])
def test_files_are_read_only_once(load):
    assert load() is load()


@every_dataset
@pytest.mark.parametrize("n_first", [1, 1000, -1])
def test_split_cuts_the_rows_in_two(dataset, n_first):
    n_first = n_first % len(dataset)
    first, second = dataset.split(n_first)
    assert (len(first), len(second)) == (n_first, len(dataset) - n_first)
    np.testing.assert_array_equal(np.concatenate([first.features, second.features]),
                                  dataset.features)
    np.testing.assert_array_equal(np.concatenate([first.labels, second.labels]), dataset.labels)


@every_dataset
def test_parts_keep_the_names_and_stay_read_only(dataset):
    for part in dataset.split(10):
        assert part.feature_names == dataset.feature_names
        assert part.class_names == dataset.class_names
        assert not part.features.flags.writeable
        assert not part.labels.flags.writeable


@pytest.mark.parametrize("bad", [0, -5, 4200, 5000])
def test_split_refuses_an_empty_part(bad):
    pattern = says("n_first must lie between 1 and 4199", repr(bad), "Leave at least one row")
    with pytest.raises(ValueError, match=pattern):
        load_spambase().split(bad)


def test_data_sets_are_compared_by_identity():
    one, other = load_digits()
    assert one == one
    assert one != other
    assert len({one, other, one}) == 2


def test_digit_rows_are_the_first_of_their_classes_as_z_scores():
    training, _ = load_digits()
    features, labels = digit_rows(60, range(4), z_score="all digits")
    assert features.shape == (60, 64)
    assert set(labels) == {0, 1, 2, 3}
    kept = np.isin(training.labels, [0, 1, 2, 3])
    np.testing.assert_array_equal(labels, training.labels[kept][:60])
    spread = training.features.std(axis=0)
    expected = (training.features - training.features.mean(axis=0)) / np.where(spread, spread, 1)
    np.testing.assert_allclose(features, expected[kept][:60], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("classes", [np.zeros(0, int), [[0, 1]]])
def test_digit_rows_need_a_list_of_classes(classes):
    with pytest.raises(ValueError, match="classes must be a list of digits"):
        digit_rows(60, classes)


def test_digit_rows_are_the_first_training_rows():
    training = load_digits()[0]
    features, labels = digit_rows(200)
    np.testing.assert_allclose(features, training.features[:200] / 16)
    np.testing.assert_array_equal(labels, training.labels[:200])
    z_scores, _labels = digit_rows(200, z_score="these rows")
    varied = training.features[:200].std(axis=0) > 0
    np.testing.assert_allclose(z_scores[:, varied].mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(z_scores[:, varied].std(axis=0), 1)
