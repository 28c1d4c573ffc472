"""Losses and gradients against SciPy, scikit-learn, hand-made numbers and finite differences."""

import numpy as np
import pytest
from oracles import frozen, numerical_gradient, says, slope
from scipy.special import expit, log_expit, log_softmax, xlog1py, xlogy
from scipy.special import softmax as scipy_softmax
from sklearn.metrics import log_loss

from lecture_kit.maths.losses import (
    binary_cross_entropy,
    binary_cross_entropy_from_logits,
    binary_cross_entropy_from_logits_gradient,
    binary_cross_entropy_gradient,
    log_likelihood,
    log_likelihood_gradient,
    softmax,
    softmax_cross_entropy,
    softmax_cross_entropy_gradient,
    squared_error,
    squared_error_from_logits,
    squared_error_from_logits_gradient,
    squared_error_gradient,
)

ON_OUTPUTS = [squared_error, squared_error_gradient, binary_cross_entropy,
              binary_cross_entropy_gradient]
ON_LOGITS = [squared_error_from_logits, squared_error_from_logits_gradient,
             binary_cross_entropy_from_logits, binary_cross_entropy_from_logits_gradient]
BINARY = ON_OUTPUTS + ON_LOGITS
ON_ROWS = [softmax_cross_entropy, softmax_cross_entropy_gradient, log_likelihood,
           log_likelihood_gradient]
WITH_BASE = [*BINARY[2:4], *BINARY[6:8], *ON_ROWS]
PROBABILITIES = [binary_cross_entropy, binary_cross_entropy_gradient]

OUTPUT = frozen([0.01, 0.2, 0.5, 0.7503, 0.98])
LOGIT = frozen([-6.0, -1.3, 0.0, 0.4, 2.2, 7.5])
TARGETS = [0.0, 0.3, 1.0]
ROWS = frozen([[0.2, -1.0, 3.1], [5.0, 4.9, -7.0], [0.0, 0.0, 0.0], [-2.0, 1.0, 1.5]])
SHARES = frozen([[0.2, 0.7, 0.1], [0.05, 0.05, 0.9], [1 / 3, 1 / 3, 1 / 3], [0.6, 0.15, 0.25]])
LABELS = frozen([2, 0, 1, 1], int)


# Squared error


@pytest.mark.parametrize(("output", "target", "error", "gradient"), [
    (0.75, 0.0, 0.28125, 0.75), (0.75, 1.0, 0.03125, -0.25), (3, -1, 8, 4), (2, 2, 0, 0),
])
def test_squared_error_has_the_half_of_the_slide(output, target, error, gradient):
    assert squared_error(output, target) == error
    assert squared_error_gradient(output, target) == gradient


@pytest.mark.parametrize(("w", "b", "error"), [(0.4, 0.5, 0.28145), (1.9, 3.0, 0.49713)])
def test_squared_error_of_the_slides_neuron(w, b, error):
    assert round(float(squared_error_from_logits(w * 1.5 + b, 0)), 5) == error


@pytest.mark.parametrize("target", TARGETS)
def test_squared_error_from_logits_is_that_of_the_sigmoid(target):
    expected = 0.5 * np.square(target - expit(LOGIT))
    np.testing.assert_allclose(squared_error_from_logits(LOGIT, target), expected, rtol=1e-12)


def test_squared_error_saturates_at_one_half():
    np.testing.assert_array_equal(squared_error_from_logits([1000, -1000], [0, 1]), [0.5, 0.5])


def test_squared_error_has_no_gradient_left_where_the_sigmoid_saturates():
    gradient = squared_error_from_logits_gradient([1000, -1000], [0, 1])
    np.testing.assert_array_equal(gradient, [0, 0])


# Gradients of the losses of one output


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("loss", "gradient", "at"), [
    (squared_error, squared_error_gradient, OUTPUT),
    (squared_error_from_logits, squared_error_from_logits_gradient, LOGIT),
    (binary_cross_entropy, binary_cross_entropy_gradient, OUTPUT),
    (binary_cross_entropy_from_logits, binary_cross_entropy_from_logits_gradient, LOGIT),
], ids=["squared", "squared, logits", "cross entropy", "cross entropy, logits"])
def test_gradient_agrees_with_finite_differences(loss, gradient, at, target):
    expected = slope(lambda x: loss(x, target), at, step=1e-4)
    np.testing.assert_allclose(gradient(at, target), expected, rtol=1e-7, atol=1e-11)


@pytest.mark.parametrize("base", [2, 10])
@pytest.mark.parametrize(("loss", "gradient", "at"), [
    (binary_cross_entropy, binary_cross_entropy_gradient, OUTPUT),
    (binary_cross_entropy_from_logits, binary_cross_entropy_from_logits_gradient, LOGIT),
], ids=["outputs", "logits"])
def test_gradient_in_another_base_agrees_with_finite_differences(loss, gradient, at, base):
    expected = slope(lambda x: loss(x, 1, base), at, step=1e-4)
    np.testing.assert_allclose(gradient(at, 1, base), expected, rtol=1e-7, atol=1e-11)


# Binary cross entropy


@pytest.mark.parametrize("target", TARGETS)
def test_binary_cross_entropy_agrees_with_scipy(target):
    expected = -xlogy(target, OUTPUT) - xlog1py(1 - target, -OUTPUT)
    np.testing.assert_allclose(binary_cross_entropy(OUTPUT, target), expected, rtol=1e-13)


@pytest.mark.parametrize("target", TARGETS)
def test_binary_cross_entropy_from_logits_agrees_with_scipy(target):
    expected = -target * log_expit(LOGIT) - (1 - target) * log_expit(-LOGIT)
    result = binary_cross_entropy_from_logits(LOGIT, target)
    np.testing.assert_allclose(result, expected, rtol=1e-13)


def test_mean_binary_cross_entropy_agrees_with_scikit_learn():
    labels = [0, 1, 1, 0, 1]
    expected = log_loss(labels, OUTPUT)
    np.testing.assert_allclose(binary_cross_entropy(OUTPUT, labels).mean(), expected, rtol=1e-12)


@pytest.mark.parametrize(("output", "bits"), [(0.98, 0.02915), (0.0001, 13.28771)])
def test_binary_cross_entropy_has_the_numbers_of_the_slide(output, bits):
    assert round(float(binary_cross_entropy(output, 1, base=2)), 5) == bits


@pytest.mark.parametrize(("output", "target", "error", "gradient"), [
    (0, 0, 0, 1), (1, 1, 0, -1), (1, 0, np.inf, np.inf), (0, 1, np.inf, -np.inf),
    (0, 0.5, np.inf, -np.inf), (1, 0.5, np.inf, np.inf),
])
def test_binary_cross_entropy_of_a_certain_output(output, target, error, gradient):
    assert binary_cross_entropy(output, target) == error
    assert binary_cross_entropy_gradient(output, target) == gradient


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_binary_cross_entropy_gradient_is_infinite_where_the_quotient_is_too_large(dtype):
    almost_zero = np.finfo(dtype).smallest_subnormal
    assert binary_cross_entropy_gradient(almost_zero, dtype(1)) == -np.inf


@pytest.mark.parametrize(("target", "errors", "gradients"), [
    (0, [0, 1000], [0, 1]), (1, [1000, 0], [-1, 0]), (0.25, [250, 750], [-0.25, 0.75]),
])
def test_binary_cross_entropy_from_logits_is_exact_at_the_far_ends(target, errors, gradients):
    logits = [-1000, 1000]
    np.testing.assert_array_equal(binary_cross_entropy_from_logits(logits, target), errors)
    gradient = binary_cross_entropy_from_logits_gradient(logits, target)
    np.testing.assert_array_equal(gradient, gradients)


def test_binary_cross_entropy_from_logits_keeps_tiny_errors():
    expected = [np.exp(-40), np.exp(-700)]
    result = binary_cross_entropy_from_logits([40, -700], [1, 0])
    np.testing.assert_allclose(result, expected, rtol=1e-13)


# Softmax


def test_softmax_agrees_with_scipy():
    np.testing.assert_allclose(softmax(ROWS), scipy_softmax(ROWS, axis=-1), rtol=1e-13)


@pytest.mark.parametrize("temperature", [0.1, 0.5, 3, 100.0])
def test_softmax_divides_the_logits_by_the_temperature(temperature):
    expected = scipy_softmax(ROWS / temperature, axis=-1)
    np.testing.assert_allclose(softmax(ROWS, temperature), expected, rtol=1e-12)


@pytest.mark.parametrize("shape", [(1,), (4,), (2, 3), (2, 3, 5), (0, 3)])
def test_softmax_rows_sum_to_1_in_any_shape(shape):
    logits = np.random.default_rng(0).normal(scale=9, size=shape)
    result = softmax(logits)
    assert result.shape == shape
    np.testing.assert_allclose(result.sum(axis=-1), np.ones(shape[:-1]), rtol=1e-14)


def test_softmax_is_exact_at_the_far_ends():
    np.testing.assert_array_equal(softmax([[1000, -1000, 0], [-1000, -1000, -2000]]),
                                  [[1, 0, 0], [0.5, 0.5, 0]])


@pytest.mark.parametrize("bad", [0, -1.0, np.inf, np.nan, [1.0, 2.0]])
def test_softmax_refuses_a_temperature_that_is_not_positive(bad):
    pattern = says("temperature must be positive", repr(bad), "Use temperature=1.")
    with pytest.raises(ValueError, match=pattern):
        softmax([0.0, 1.0], bad)


@pytest.mark.parametrize("bad", [1.0, np.zeros((2, 0))])
def test_softmax_refuses_logits_without_classes(bad):
    pattern = says("logits must have one entry per class", repr(bad), "Pass an array")
    with pytest.raises(ValueError, match=pattern):
        softmax(bad)


# Softmax with cross entropy, log likelihood


def test_softmax_cross_entropy_agrees_with_scipy():
    expected = -log_softmax(ROWS, axis=-1)[range(4), LABELS]
    np.testing.assert_allclose(softmax_cross_entropy(ROWS, LABELS), expected, rtol=1e-13)


def test_mean_softmax_cross_entropy_agrees_with_scikit_learn():
    expected = log_loss(LABELS, scipy_softmax(ROWS, axis=-1), labels=[0, 1, 2])
    np.testing.assert_allclose(softmax_cross_entropy(ROWS, LABELS).mean(), expected, rtol=1e-12)


def test_log_likelihood_agrees_with_scikit_learn():
    expected = log_loss(LABELS, SHARES, labels=[0, 1, 2])
    np.testing.assert_allclose(log_likelihood(SHARES, LABELS).mean(), expected, rtol=1e-12)


@pytest.mark.parametrize(("base", "error"), [(np.e, 2.32279), (2, 3.35107)])
def test_log_likelihood_has_the_numbers_of_the_slide(base, error):
    outputs = [0.001, 0.9, 0.001, 0.098]
    assert round(float(log_likelihood(outputs, 3, base)), 5) == error


@pytest.mark.parametrize("base", [np.e, 2])
@pytest.mark.parametrize("row", range(4))
@pytest.mark.parametrize(("loss", "gradient", "rows"), [
    (softmax_cross_entropy, softmax_cross_entropy_gradient, ROWS),
    (log_likelihood, log_likelihood_gradient, SHARES),
], ids=["logits", "probabilities"])
def test_gradient_of_a_row_agrees_with_finite_differences(loss, gradient, rows, row, base):
    point, label = rows[row], LABELS[row]
    expected = numerical_gradient(lambda x: loss(x, label, base), point, step=1e-4)
    np.testing.assert_allclose(gradient(point, label, base), expected, rtol=1e-7, atol=1e-10)


def test_softmax_cross_entropy_is_exact_at_the_far_ends():
    logits = [[1000, -1000], [1000, -1000], [-1000, -1000]]
    errors = softmax_cross_entropy(logits, [0, 1, 1])
    np.testing.assert_allclose(errors, [0, 2000, np.log(2)], rtol=1e-15)
    gradient = softmax_cross_entropy_gradient(logits, [0, 1, 1])
    np.testing.assert_array_equal(gradient, [[0, 0], [1, -1], [0.5, -0.5]])


def test_log_likelihood_of_a_certain_output():
    np.testing.assert_array_equal(log_likelihood([[0, 1], [0, 1]], [1, 0]), [0, np.inf])
    gradient = log_likelihood_gradient([[0, 1], [0, 1]], [1, 0])
    np.testing.assert_array_equal(gradient, [[0, -1], [-np.inf, 0]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_log_likelihood_gradient_is_infinite_where_the_quotient_is_too_large(dtype):
    probabilities = np.array([np.finfo(dtype).smallest_subnormal, 1], dtype)
    np.testing.assert_array_equal(log_likelihood_gradient(probabilities, 0), [-np.inf, 0])


@pytest.mark.parametrize(("loss", "certain"), [
    (softmax_cross_entropy, [0.0, -1000.0]), (log_likelihood, [1.0, 0.0]),
])
def test_an_error_of_0_is_not_shown_as_minus_0(loss, certain):
    assert not np.signbit(loss(certain, 0))


@pytest.mark.parametrize(("bad", "function"), [
    (bad, function) for bad in ([3], [-1], [0.0]) for function in ON_ROWS
])
def test_labels_that_name_no_class_are_refused(function, bad):
    pattern = says("label must hold whole numbers from 0 to 2", repr(bad), "There are 3 classes")
    with pytest.raises(ValueError, match=pattern):
        function([[0.2, 0.3, 0.5]], bad)


@pytest.mark.parametrize("function", ON_ROWS)
@pytest.mark.parametrize("bad", [0, [0], [0, 1, 1], [[0, 1]]])
def test_labels_of_another_shape_than_the_rows_are_refused(function, bad):
    pattern = says("label must hold one class number per row", repr(bad),
                   "label needs the shape (2,)")
    with pytest.raises(ValueError, match=pattern):
        function([[0.2, 0.8], [0.5, 0.5]], bad)


@pytest.mark.parametrize("function", ON_ROWS)
def test_a_refused_label_is_told_the_shape_of_all_but_the_last_axis(function):
    with pytest.raises(ValueError, match=r"shape \(2, 1, 3\), so label needs the shape \(2, 1\)"):
        function(np.full((2, 1, 3), 0.5), [0, 1])


# What all losses share


@pytest.mark.parametrize("function", WITH_BASE)
@pytest.mark.parametrize(("base", "nats"), [(2, np.log(2)), (10, np.log(10)), (1.5, np.log(1.5))])
def test_another_base_only_changes_the_unit(function, base, nats):
    first, second = (SHARES, LABELS) if function in ON_ROWS else (OUTPUT, 1)
    result = function(first, second, base)
    np.testing.assert_allclose(result * nats, function(first, second), rtol=1e-13)


@pytest.mark.parametrize("function", WITH_BASE)
@pytest.mark.parametrize("bad", [1, 0.5, 0, -2, np.inf, np.nan, [2.0], None])
def test_base_must_be_larger_than_1(function, bad):
    first, second = (SHARES, LABELS) if function in ON_ROWS else (OUTPUT, 1)
    pattern = says("base must be above 1", repr(bad), "Use base=2 for bits")
    with pytest.raises(ValueError, match=pattern):
        function(first, second, bad)


@pytest.mark.parametrize("function", PROBABILITIES)
@pytest.mark.parametrize("bad", [-0.1, 1.1])
def test_binary_cross_entropy_refuses_outputs_that_are_no_probabilities(function, bad):
    pattern = says("output must lie between 0 and 1", f"{bad}", "_from_logits")
    with pytest.raises(ValueError, match=pattern):
        function(bad, 1)


@pytest.mark.parametrize("function", [*PROBABILITIES, *ON_LOGITS[2:]])
@pytest.mark.parametrize("bad", [-0.1, 1.1])
def test_binary_cross_entropy_refuses_targets_outside_0_to_1(function, bad):
    with pytest.raises(ValueError, match=says("target must lie between 0 and 1", f"{bad}",
                                              "")):
        function(0.5, bad)


@pytest.mark.parametrize("function", ON_ROWS[2:])
@pytest.mark.parametrize("bad", [-0.1, 1.1])
def test_log_likelihood_refuses_what_is_no_probability(function, bad):
    pattern = says("probabilities must lie between 0 and 1", repr(np.array([0.5, bad])),
                   "_from_logits")
    with pytest.raises(ValueError, match=pattern):
        function([0.5, bad], 0)


@pytest.mark.parametrize("function", ON_ROWS[2:])
@pytest.mark.parametrize("bad", [1.0, np.zeros((2, 0))])
def test_log_likelihood_refuses_probabilities_without_classes(function, bad):
    with pytest.raises(ValueError, match="probabilities must have one entry per class"):
        function(bad, 0)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("function", BINARY)
def test_a_first_argument_that_is_not_finite_is_refused(function, bad):
    pattern = says("must be finite", repr(bad), "Remove NaN and infinity first.")
    with pytest.raises(ValueError, match=pattern):
        function(bad, 1)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("function", BINARY)
def test_a_target_that_is_not_finite_is_refused(function, bad):
    pattern = says("target must be finite", repr(bad), "Remove NaN and infinity first.")
    with pytest.raises(ValueError, match=pattern):
        function(0.5, bad)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
@pytest.mark.parametrize("function", [*ON_ROWS, lambda rows, label: softmax(rows)])
def test_a_row_that_is_not_finite_is_refused(function, bad):
    with pytest.raises(ValueError, match=says("must be finite", repr([0.0, bad]), "Remove NaN")):
        function([0.0, bad], 0)


@pytest.mark.parametrize("function", BINARY)
@pytest.mark.parametrize(("first", "second", "result"), [
    ((), (), ()), ((3,), (), (3,)), ((4, 1), (3,), (4, 3)), ((2, 1, 3), (5, 1), (2, 5, 3)),
    ((0,), (), (0,)),
])
def test_losses_of_one_output_broadcast(function, first, second, result):
    rng = np.random.default_rng(0)
    outputs, targets = rng.uniform(0.1, 0.9, first), rng.uniform(0.1, 0.9, second)
    errors = function(outputs, targets)
    assert errors.shape == result
    pairs = zip(*(x.ravel() for x in np.broadcast_arrays(outputs, targets)), strict=True)
    single = [function(output, target) for output, target in pairs]
    np.testing.assert_allclose(np.ravel(errors), single, rtol=1e-14)


@pytest.mark.parametrize("function", ON_ROWS)
@pytest.mark.parametrize("batch", [(), (3,), (2, 3), (2, 1, 2), (0,)])
def test_losses_of_rows_take_any_batch_shape(function, batch):
    rng = np.random.default_rng(0)
    rows, labels = rng.dirichlet(np.ones(4), batch), np.asarray(rng.integers(0, 4, batch))
    results = function(rows, labels)
    assert results.shape[: len(batch)] == batch
    for index in np.ndindex(batch):
        np.testing.assert_allclose(results[index], function(rows[index], labels[index]), rtol=1e-13)


@pytest.mark.parametrize("function", BINARY)
def test_float32_outputs_and_targets_stay_float32(function):
    output, target = frozen([0.3, 0.8], np.float32), frozen([0, 1], np.float32)
    result = function(output, target)
    assert result.dtype == np.float32
    expected = function(output.astype(float), target.astype(float))
    np.testing.assert_allclose(result, expected, rtol=1e-6)


@pytest.mark.parametrize("function", [*ON_ROWS, lambda rows, label: softmax(rows)])
def test_float32_rows_stay_float32(function):
    rows = frozen([[0.2, 0.8], [0.5, 0.5]], np.float32)
    result = function(rows, frozen([0, 1], int))
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, function(rows.astype(float), [0, 1]), rtol=1e-6)


@pytest.mark.parametrize("function", BINARY)
def test_read_only_outputs_are_enough(function):
    function(OUTPUT, frozen([0, 1, 1, 0, 1]))


@pytest.mark.parametrize("function", ON_ROWS)
def test_read_only_rows_are_enough(function):
    function(SHARES, LABELS)


@pytest.mark.parametrize("function", ON_ROWS)
def test_rows_are_not_changed_in_place(function):
    rows, labels = SHARES.copy(), LABELS.copy()
    function(rows, labels)
    np.testing.assert_array_equal(rows, SHARES)
    np.testing.assert_array_equal(labels, LABELS)
