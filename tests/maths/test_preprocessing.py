"""Scaling of features against scikit-learn."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from oracles import frozen, says
from sklearn.preprocessing import MinMaxScaler as SklearnMinMaxScaler
from sklearn.preprocessing import StandardScaler as SklearnScaler

from lecture_kit.maths.datasets import Dataset, load_spambase
from lecture_kit.maths.encoders import ENCODERS
from lecture_kit.maths.preprocessing import SCALERS as SCALER_NAMES
from lecture_kit.maths.preprocessing import MinMaxScaler, StandardScaler, prepare

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


# Both scalers


SCALERS = [(MinMaxScaler, SklearnMinMaxScaler), (StandardScaler, SklearnScaler)]
RANDOM = {
    "random": RNG.normal([0, 100, -3], [1, 1000, 0.01], (40, 3)),
    "uniform": RNG.uniform(-1e6, 1e6, (17, 5)),
    "constant column": np.column_stack([np.full(9, 4.2), RNG.normal(size=9)]),
    "single row": np.array([[3.0, -7.0]]),
    "two rows": np.array([[3.0, -7.0], [3.0, 1.0]]),
    "integers": RNG.integers(-50, 50, (30, 4)),
    "booleans": RNG.random((20, 2)) < 0.5,
    "rounding noise": np.array([[0.3, 1.0]] * 20 + [[0.1 + 0.2, 2.0]] * 10),
}


@pytest.mark.parametrize(("ours", "theirs"), SCALERS)
@pytest.mark.parametrize("rows", RANDOM.values(), ids=RANDOM)
def test_scalers_equal_scikit_learn(ours, theirs, rows):
    other = RNG.normal(0, 100, (6, rows.shape[1]))
    mine, reference = ours().fit(rows), theirs().fit(rows)
    assert_allclose(mine.transform(rows), reference.transform(rows), rtol=1e-9, atol=1e-9)
    assert_allclose(mine.transform(other), reference.transform(other), rtol=1e-9, atol=1e-9)
    assert_allclose(
        mine.inverse_transform(other), reference.inverse_transform(other), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("ours", "theirs"), SCALERS)
def test_scalers_equal_scikit_learn_for_float32(ours, theirs):
    rows = RANDOM["random"].astype(np.float32)
    mine, reference = ours().fit(rows), theirs().fit(rows)
    for method in ("transform", "inverse_transform"):
        result = getattr(mine, method)(rows)
        assert result.dtype == np.float32
        assert_allclose(result, getattr(reference, method)(rows), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(("ours", "theirs"), SCALERS)
def test_scaled_rows_come_back(ours, theirs):
    rows = RANDOM["uniform"]
    scaler = ours().fit(rows)
    assert_allclose(scaler.inverse_transform(scaler.transform(rows)), rows, rtol=1e-12)


def test_min_max_is_worked_out_by_hand():
    scaler = MinMaxScaler().fit([[1, 10], [3, 10], [5, 40]])
    np.testing.assert_array_equal(scaler.minimum, [1, 10])
    np.testing.assert_array_equal(scaler.scale, [4, 30])
    np.testing.assert_array_equal(scaler.transform([[3, 25], [9, -5]]), [[0.5, 0.5], [2, -0.5]])
    np.testing.assert_array_equal(scaler.inverse_transform([[0.5, 2]]), [[3, 70]])


def test_min_max_reaches_exactly_0_and_1():
    rows = RANDOM["random"]
    scaled = MinMaxScaler().fit(rows).transform(rows)
    np.testing.assert_array_equal(scaled.min(axis=0), 0)
    np.testing.assert_array_equal(scaled.max(axis=0), 1)


@pytest.mark.parametrize("Scaler", [MinMaxScaler, StandardScaler])
@pytest.mark.parametrize("size", [1e-310, 1e-200, 1e-160, 1e160, 1e200, 8e307])
def test_tiny_and_huge_columns_are_scaled_like_all_others(Scaler, size):
    ordinary = np.array([[-1.0, 5], [1, 5], [0.5, 6], [0, 9]])
    expected = Scaler().fit(ordinary).transform(ordinary)
    rows = ordinary * [size, 1]
    scaler = Scaler().fit(rows)
    assert_allclose(scaler.transform(rows), expected, rtol=1e-10, atol=1e-12)
    assert_allclose(scaler.inverse_transform(expected), rows, rtol=1e-10, atol=1e-10 * size)


@pytest.mark.parametrize("Scaler", [MinMaxScaler, StandardScaler])
def test_the_smallest_numbers_of_all_give_finite_results(Scaler):
    rows = np.array([[0.0], [5e-324], [0.0], [5e-324]])
    assert np.isfinite(Scaler().fit(rows).transform(rows)).all()


@pytest.mark.parametrize("Scaler", [MinMaxScaler, StandardScaler])
class TestBothScalers:
    def test_a_column_that_spans_too_much_is_refused(self, Scaler):
        with pytest.raises(ValueError, match=r"each column must span less than 1\.8e308; got .*"):
            Scaler().fit([[-1.7e308], [1.7e308]])

    def test_a_result_that_does_not_fit_is_refused(self, Scaler):
        scaler = Scaler().fit(np.array([[0.0], [1e-30]], np.float32))
        pattern = says("the result must fit into float32", "array([[1.e+30]], dtype=float32)",
                       "too far from the training rows")
        with pytest.raises(ValueError, match=pattern):
            scaler.transform(np.array([[1e30]], np.float32))

    @pytest.mark.parametrize("method", ["transform", "inverse_transform"])
    def test_a_scaler_without_fit_is_refused(self, Scaler, method):
        pattern = f"{method} needs a fitted scaler; got <.*Scaler.*>. Call fit with the train"
        with pytest.raises(ValueError, match=pattern):
            getattr(Scaler(), method)(TRAINING)

    @pytest.mark.parametrize("method", ["transform", "inverse_transform"])
    def test_other_columns_are_refused(self, Scaler, method):
        with pytest.raises(ValueError, match="must have the 3 columns of the training rows"):
            getattr(Scaler().fit(TRAINING), method)(np.zeros((5, 2)))

    @pytest.mark.parametrize("method", ["fit", "transform", "inverse_transform"])
    @pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
    def test_nan_and_infinity_are_refused(self, Scaler, method, bad):
        with pytest.raises(ValueError, match=r"features must be finite; got .*\. Remove NaN"):
            getattr(Scaler().fit(TRAINING), method)([[1.0, bad, 0.0]])

    @pytest.mark.parametrize("method", ["fit", "transform", "inverse_transform"])
    @pytest.mark.parametrize("shape", [(), (3,), (0, 3), (3, 0), (2, 3, 3)])
    def test_what_is_not_a_table_is_refused(self, Scaler, method, shape):
        with pytest.raises(ValueError, match="features must be a table with rows"):
            getattr(Scaler().fit(TRAINING), method)(np.zeros(shape))

    def test_rows_are_left_alone(self, Scaler):
        rows = frozen([[1.0, 2.0], [3.0, 5.0]])
        scaler = Scaler().fit(rows)
        scaler.inverse_transform(scaler.transform(rows))
        np.testing.assert_array_equal(rows, [[1, 2], [3, 5]])


# Numeric and nominal features together


def small(numbers, names):
    numbers = np.array(numbers, dtype=float)
    return Dataset(numbers, np.zeros(len(numbers), int), ("x",), ("one",), np.array(names), ("n",))


FIRST = small([[1], [3], [5]], [["b"], ["a"], ["b"]])
SECOND = small([[9], [2]], [["c"], ["a"]])


@pytest.mark.parametrize(("scaling", "codes", "training", "other"), [
    ("raw", "integer codes", [[1, 1], [3, 0], [5, 1]], [[9, -1], [2, 0]]),
    ("raw", "one-hot", [[1, 0, 1], [3, 1, 0], [5, 0, 1]], [[9, 0, 0], [2, 1, 0]]),
    ("min-max", "integer codes", [[0, 1], [0.5, 0], [1, 1]], [[2, -1], [0.25, 0]]),
    ("min-max", "one-hot", [[0, 0, 1], [0.5, 1, 0], [1, 0, 1]], [[2, 0, 0], [0.25, 1, 0]]),
    ("z-score", "one-hot", [[-(1.5**0.5), 0, 1], [0, 1, 0], [1.5**0.5, 0, 1]],
     [[6 / (8 / 3) ** 0.5, 0, 0], [-1 / (8 / 3) ** 0.5, 1, 0]]),
])
def test_prepared_tables_are_worked_out_by_hand(scaling, codes, training, other):
    rows = prepare(FIRST, SECOND, scaling, codes)
    assert_allclose(rows[0], training, atol=1e-12)
    assert_allclose(rows[1], other, atol=1e-12)


def test_integer_codes_are_scaled_like_numbers():
    rows, _other = prepare(FIRST, SECOND, "z-score", "integer codes")
    assert_allclose(rows.mean(axis=0), 0, atol=1e-12)
    assert_allclose(rows.std(axis=0), 1)


@pytest.mark.parametrize("scaling", list(SCALER_NAMES))
@pytest.mark.parametrize("codes", list(ENCODERS))
def test_prepare_learns_nothing_from_the_other_rows(scaling, codes):
    rows, _other = prepare(FIRST, SECOND, scaling, codes)
    again, _other = prepare(FIRST, small([[1e6], [7]], [["x"], ["y"]]), scaling, codes)
    np.testing.assert_array_equal(rows, again)


@pytest.mark.parametrize(("arguments", "pattern"), [
    (("zscore", "one-hot"), says("scaling must be one of ['raw', 'min-max', 'z-score']",
                                 "'zscore'", "spelling")),
    (("raw", "onehot"), says("codes must be one of ['integer codes', 'one-hot']", "'onehot'",
                             "spelling")),
])
def test_prepare_refuses_unknown_words(arguments, pattern):
    with pytest.raises(ValueError, match=pattern):
        prepare(FIRST, SECOND, *arguments)


def test_prepare_needs_nominal_features():
    mail = load_spambase()
    with pytest.raises(ValueError, match="both data sets must have nominal features"):
        prepare(mail, mail, "raw", "one-hot")
