"""Losses as a network uses them: from logits, with labels that are class numbers.

They check nothing; the network has checked its data before. The same losses with checks, and for
any base of the logarithm, are in :mod:`lecture_kit.maths.losses`. All work on the logits of one
network or of many: axes before the last two are networks.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lecture_kit.maths.activations import SIGMOID


@dataclass(frozen=True)
class NetworkLoss:
    """A loss as a network uses it: from logits, with labels that are class numbers.

    Parameters
    ----------
    name : str
        The name that pictures show.
    is_binary : bool
        Whether the network has one output that decides between two classes.
    value : callable
        Logits of shape (..., n_samples, n_outputs) and labels of shape (..., n_samples) to errors
        of shape (..., n_samples).
    gradient : callable
        The same to derivatives of the error of each sample by its logits.
    predict : callable
        Logits to class numbers of shape (..., n_samples).
    """

    name: str
    is_binary: bool
    value: Callable
    gradient: Callable
    predict: Callable


def _above_half(logits):
    return (logits[..., 0] > 0).astype(np.intp)


def _most_likely(logits):
    return logits.argmax(axis=-1)


def _output_minus_target(logits, labels):
    return SIGMOID.function(logits) - labels[..., np.newaxis].astype(logits.dtype)


def _squared_error(logits, labels):
    return _output_minus_target(logits, labels)[..., 0] ** 2 / 2


def _squared_error_gradient(logits, labels):
    return _output_minus_target(logits, labels) * SIGMOID.derivative(logits)


def _cross_entropy(logits, labels):
    wrong_way = np.where(labels == 1, -logits[..., 0], logits[..., 0])
    return np.logaddexp(0, wrong_way)


def _log_softmax(logits):
    shifted = logits - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def _softmax_cross_entropy(logits, labels):
    at_label = np.take_along_axis(_log_softmax(logits), labels[..., np.newaxis], axis=-1)
    return -at_label[..., 0]


def _softmax_cross_entropy_gradient(logits, labels):
    axes = range(logits.ndim)  # numpy adds up 10 long rows faster than 1,000 short ones
    by_class = logits.transpose(axes[-1], *axes[:-1]).copy()
    gradient = np.exp(by_class - by_class.max(axis=0))
    gradient /= gradient.sum(axis=0)
    gradient.reshape(len(gradient), -1)[labels.reshape(-1), np.arange(labels.size)] -= 1
    return gradient.transpose(*axes[1:], 0)


def _softmax(logits):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _minus_one_hot(outputs, labels):
    difference = outputs.copy()
    rows = difference.reshape(-1, outputs.shape[-1])
    rows[np.arange(len(rows)), labels.reshape(-1)] -= 1
    return difference


def softmax_squared_error(logits, labels):
    """Squared error of softmax outputs, e = ½ Σ_k (o_k − y_k)², where y is one-hot.

    Parameters
    ----------
    logits : ndarray of shape (..., n_samples, n_classes)
        Inputs of the softmax.
    labels : ndarray of int, shape (..., n_samples)
        Class of each row.

    Returns
    -------
    ndarray of shape (..., n_samples)
        Errors from 0 to 1.
    """
    difference = _minus_one_hot(_softmax(logits), labels)
    return (difference**2).sum(axis=-1) / 2


def softmax_squared_error_gradient(logits, labels):
    """Gradient of :func:`softmax_squared_error` by the logits, o_j (d_j − Σ_k o_k d_k), d = o − y.

    Like the sigmoid's it carries a factor o: it vanishes where the network is sure, even if it is
    sure of a wrong class.

    Parameters
    ----------
    logits, labels
        As in :func:`softmax_squared_error`.

    Returns
    -------
    ndarray of shape (..., n_samples, n_classes)
        Derivatives.
    """
    outputs = _softmax(logits)
    difference = _minus_one_hot(outputs, labels)
    return outputs * (difference - (outputs * difference).sum(axis=-1, keepdims=True))


SQUARED_ERROR = NetworkLoss(
    "squared error", True, _squared_error, _squared_error_gradient, _above_half)
CROSS_ENTROPY = NetworkLoss(
    "cross entropy", True, _cross_entropy, _output_minus_target, _above_half)
SOFTMAX_CROSS_ENTROPY = NetworkLoss(
    "softmax cross entropy", False, _softmax_cross_entropy, _softmax_cross_entropy_gradient,
    _most_likely)
SOFTMAX_SQUARED_ERROR = NetworkLoss(
    "softmax squared error", False, softmax_squared_error, softmax_squared_error_gradient,
    _most_likely)
