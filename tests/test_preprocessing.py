"""Scaling of features against scikit-learn."""

import numpy as np
import pytest
from oracles import frozen, says
from sklearn.preprocessing import StandardScaler as SklearnScaler

from lecture_kit.preprocessing import StandardScaler

RNG = np.random.default_rng(8)
TRAINING = frozen(RNG.normal([0, 100, -3], [1, 1000, 0.01], (40, 3)))
TEST = frozen(RNG.normal([0, 100, -3], [1, 1000, 0.01], (7, 3)))


def test_scaled_rows_agree_with_scikit_learn():
    expected = SklearnScaler().fit(TRAINING).transform(TEST)
    np.testing.assert_allclose(StandardScaler().fit(TRAINING).transform(TEST), expected, rtol=1e-11)


def test_mean_and_scale_are_worked_out_by_hand():
    scaler = StandardScaler().fit([[1, 10], [3, 10], [5, 40]])
    np.testing.assert_allclose(scaler.mean, [3, 20], rtol=1e-15)
    np.testing.assert_allclose(scaler.scale, [np.sqrt(8 / 3), np.sqrt(200)], rtol=1e-14)


def test_training_rows_get_mean_0_and_deviation_1():
    scaled = StandardScaler().fit(TRAINING).transform(TRAINING)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(scaled.std(axis=0), 1, rtol=1e-12)


def test_other_rows_are_scaled_with_the_training_rows():
    scaler = StandardScaler().fit([[0.0], [2.0]])
    np.testing.assert_array_equal(scaler.transform([[5.0]]), [[4.0]])


@pytest.mark.parametrize("constant", [0.0, 7.0, 0.1, 1e8 + 0.1])
def test_a_constant_column_is_only_shifted(constant):
    training = np.column_stack([np.full(30, constant), np.arange(30)])
    scaler = StandardScaler().fit(training)
    assert scaler.scale[0] == 1
    np.testing.assert_allclose(scaler.transform(training)[:, 0], 0, atol=1e-7)
    np.testing.assert_allclose(scaler.transform([[constant + 3, 0]])[0, 0], 3, rtol=1e-7)


def test_a_single_row_is_only_shifted():
    np.testing.assert_array_equal(StandardScaler().fit([[4, 5]]).transform([[5, 3]]), [[1, -2]])


def test_float32_stays_float32_and_close_to_float64():
    scaler = StandardScaler().fit(TRAINING.astype(np.float32))
    scaled = scaler.transform(TEST.astype(np.float32))
    assert scaled.dtype == np.float32
    expected = StandardScaler().fit(TRAINING).transform(TEST)
    np.testing.assert_allclose(scaled, expected, rtol=1e-3, atol=1e-3)


def test_the_mean_of_many_float32_rows_is_not_lost_in_rounding():
    rows = np.random.default_rng(0).normal(1000, 1, (50_000, 3)).astype(np.float32)
    scaler = StandardScaler().fit(rows)
    np.testing.assert_allclose(scaler.mean, rows.mean(axis=0, dtype=float), rtol=2e-7)
    np.testing.assert_allclose(scaler.scale, rows.std(axis=0, dtype=float), rtol=2e-6)


def test_fit_returns_the_scaler_and_a_new_fit_replaces_the_old():
    scaler = StandardScaler()
    assert scaler.fit(TRAINING) is scaler
    scaler.fit([[0.0], [2.0]])
    np.testing.assert_array_equal(scaler.transform([[5.0]]), [[4.0]])


def test_rows_are_not_changed_in_place():
    rows = TRAINING.copy()
    StandardScaler().fit(rows).transform(rows)
    np.testing.assert_array_equal(rows, TRAINING)


def test_transform_before_fit_is_refused():
    pattern = r"transform needs a fitted scaler; got <.*StandardScaler.*>\. Call fit with the train"
    with pytest.raises(ValueError, match=pattern):
        StandardScaler().transform(TRAINING)


def test_other_columns_than_in_training_are_refused():
    pattern = says("features must have the 3 columns of the training rows", "(5, 2)",
                   "Pass the same columns")
    with pytest.raises(ValueError, match=pattern):
        StandardScaler().fit(TRAINING).transform(np.zeros((5, 2)))


@pytest.mark.parametrize("use", [StandardScaler().fit, StandardScaler().fit(TRAINING).transform],
                         ids=["fit", "transform"])
class TestTables:
    @pytest.mark.parametrize("shape", [(), (3,), (0, 3), (3, 0), (2, 3, 3)])
    def test_features_must_be_a_table_with_rows(self, use, shape):
        pattern = says("features must be a table with rows", repr(shape), "Pass an array of shape")
        with pytest.raises(ValueError, match=pattern):
            use(np.zeros(shape))

    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_features_must_be_finite(self, use, bad):
        pattern = says("features must be finite", repr([[1.0, bad, 0.0]]), "Remove NaN")
        with pytest.raises(ValueError, match=pattern):
            use([[1.0, bad, 0.0]])
