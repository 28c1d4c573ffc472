"""Losses from logits, for one network and for many."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import frozen, numerical_gradient

from lecture_kit.maths.network_losses import (
    CROSS_ENTROPY,
    SOFTMAX_CROSS_ENTROPY,
    SOFTMAX_SQUARED_ERROR,
    SQUARED_ERROR,
    softmax_squared_error,
    softmax_squared_error_gradient,
)


def test_the_squared_error_of_a_softmax_and_its_gradient():
    rng = np.random.default_rng(0)
    logits, labels = rng.normal(0, 2, (6, 4)), rng.integers(0, 4, 6)
    outputs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    expected = ((outputs - np.eye(4)[labels]) ** 2).sum(axis=1) / 2
    assert_allclose(softmax_squared_error(frozen(logits), labels), expected)
    slopes = numerical_gradient(
        lambda z: softmax_squared_error(z, labels).sum(), logits)
    assert_allclose(softmax_squared_error_gradient(frozen(logits), labels), slopes,
                    atol=1e-9)


def test_the_squared_error_of_a_softmax_survives_large_logits():
    logits, label = np.array([[1000.0, 0.0, -1000.0]]), np.array([1])
    assert_allclose(softmax_squared_error(logits, label), [1])
    assert_allclose(softmax_squared_error_gradient(logits, label), [[0, 0, 0]])


LOSSES = (SQUARED_ERROR, CROSS_ENTROPY, SOFTMAX_SQUARED_ERROR, SOFTMAX_CROSS_ENTROPY)
every_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)


def rows_for(loss, *shape):
    rng, n_outputs = np.random.default_rng(2), 1 if loss.is_binary else 3
    return rng.normal(0, 2, (*shape, n_outputs)), rng.integers(0, 2 if loss.is_binary else 3, shape)


@every_loss
def test_the_gradient_is_the_slope_of_the_value(loss):
    logits, labels = rows_for(loss, 6)
    slopes = numerical_gradient(lambda z: loss.value(z, labels).sum(), logits)
    assert_allclose(loss.gradient(frozen(logits), labels), slopes, atol=1e-9)


@every_loss
def test_many_networks_at_once_get_what_each_gets_alone(loss):
    logits, labels = rows_for(loss, 4, 6)
    for part, arguments in ((loss.value, (logits, labels)), (loss.gradient, (logits, labels)),
                            (loss.predict, (logits,))):
        together = part(*arguments)
        for number, alone in enumerate(zip(*arguments, strict=True)):
            assert_array_equal(together[number], part(*alone))
