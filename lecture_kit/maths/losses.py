"""Loss functions with their gradients.

Each loss comes in two forms. One takes the *output* o, as on the slides. The other takes the
*logit* z, the number that goes into the sigmoid or the softmax; it stays exact where o would be
rounded to 0 or 1. Every function returns one number per output or per sample; take the mean for
the loss of a batch. The formulas are those of the slides, section "Loss function".
"""

import math

import numpy as np

from lecture_kit.maths.activations import sigmoid, sigmoid_derivative
from lecture_kit.maths.checks import as_floats, as_labels, as_number, require, require_fit


def _as_shares(name, values, remedy):
    array = as_floats(name, values)
    require((array >= 0) & (array <= 1), f"{name} must lie between 0 and 1", values, remedy)
    return array


def _as_probabilities(name, values):
    return _as_shares(name, values,
                      "Use the function that ends in _from_logits if you have logits.")


def _as_target(target):
    return _as_shares("target", target, "The right answer is 0 or 1, or a share in between.")


def _outputs_and_target(output, target):
    output, target = as_floats("output", output), as_floats("target", target)
    require_fit(output=output, target=target)
    return output, target


def _probabilities_and_target(output, target):
    output, target = _as_probabilities("output", output), _as_target(target)
    require_fit(output=output, target=target)
    return output, target


def _logits_and_target(logit, target):
    logit, target = as_floats("logit", logit), _as_target(target)
    require_fit(logit=logit, target=target)
    return logit, target


def _nats_per_unit(base):
    base = as_number("base", base, "Use base=2 for bits or leave it out for nats.", above=1)
    return math.log(base)


def _minus_log(probability):
    with np.errstate(divide="ignore"):
        return 0.0 - np.log(probability)  # not −0.0 where the probability is 1


def squared_error(output, target):
    """Squared error with the slide's half, e = ½(y − o)².

    Parameters
    ----------
    output : array_like
        Output o of the neuron, any shape.
    target : array_like
        Right answer y, of a shape that broadcasts with ``output``.

    Returns
    -------
    ndarray of the broadcast shape
        One error per output, infinite where it is too large for a number. For a vector of outputs
        the slide's ½‖y − o‖² is their sum.

    Raises
    ------
    ValueError
        If an argument holds NaN or infinity, or the shapes do not fit.
    """
    output, target = _outputs_and_target(output, target)
    with np.errstate(over="ignore"):
        return (output - target) ** 2 / 2


def squared_error_gradient(output, target):
    """Gradient of the squared error with respect to the output, ∂e/∂o = o − y.

    Parameters
    ----------
    output, target : array_like
        As in :func:`squared_error`.

    Returns
    -------
    ndarray of the broadcast shape
        One derivative per output, infinite where it is too large for a number.

    Raises
    ------
    ValueError
        As in :func:`squared_error`.
    """
    output, target = _outputs_and_target(output, target)
    with np.errstate(over="ignore"):
        return output - target


def squared_error_from_logits(logit, target):
    """Squared error of a sigmoid neuron, e = ½(y − σ(z))².

    Parameters
    ----------
    logit : array_like
        Input z of the sigmoid, any shape.
    target : array_like
        Right answer y, of a shape that broadcasts with ``logit``.

    Returns
    -------
    ndarray of the broadcast shape
        One error per output.

    Raises
    ------
    ValueError
        If an argument holds NaN or infinity, or the shapes do not fit.
    """
    return squared_error(sigmoid(logit), target)


def squared_error_from_logits_gradient(logit, target):
    """Gradient of the squared error with respect to the logit, ∂e/∂z = (o − y)σ′(z).

    Parameters
    ----------
    logit, target : array_like
        As in :func:`squared_error_from_logits`.

    Returns
    -------
    ndarray of the broadcast shape
        One derivative per output.

    Raises
    ------
    ValueError
        As in :func:`squared_error_from_logits`.
    """
    return squared_error_gradient(sigmoid(logit), target) * sigmoid_derivative(logit)


def binary_cross_entropy(output, target, base=np.e):
    """Binary cross entropy, e = −(y log o + (1 − y) log(1 − o)).

    Parameters
    ----------
    output : array_like
        Output o, a probability from 0 to 1, any shape.
    target : array_like
        Right answer y from 0 to 1, of a shape that broadcasts with ``output``.
    base : float, default e
        Base of the logarithm, larger than 1: e gives nats, 2 gives bits.

    Returns
    -------
    ndarray of the broadcast shape
        One error per output. It is infinite where the output is certain and wrong.

    Raises
    ------
    ValueError
        If ``output`` or ``target`` leaves 0 to 1, the shapes do not fit, or ``base`` is not larger
        than 1.

    References
    ----------
    Slides, section "Loss function". The slides take base 2.
    """
    output, target = _probabilities_and_target(output, target)
    with np.errstate(invalid="ignore"):  # 0 · ∞ where a term does not count
        if_one = np.where(target > 0, target * _minus_log(output), 0)
        if_zero = np.where(target < 1, (1 - target) * _minus_log(1 - output), 0)
    return (if_one + if_zero) / _nats_per_unit(base)


def binary_cross_entropy_gradient(output, target, base=np.e):
    """Gradient of the binary cross entropy with respect to the output, −y/o + (1 − y)/(1 − o).

    Parameters
    ----------
    output, target, base
        As in :func:`binary_cross_entropy`.

    Returns
    -------
    ndarray of the broadcast shape
        One derivative per output. It is infinite where the output is certain and wrong.

    Raises
    ------
    ValueError
        As in :func:`binary_cross_entropy`.

    References
    ----------
    Slides, section "Loss function". With base 2 the factor 1/ln 2 belongs to the gradient; the
    slides drop it.
    """
    output, target = _probabilities_and_target(output, target)
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        pull_up = np.where(target > 0, target / output, 0)
        pull_down = np.where(target < 1, (1 - target) / (1 - output), 0)
    return (pull_down - pull_up) / _nats_per_unit(base)


def binary_cross_entropy_from_logits(logit, target, base=np.e):
    """Binary cross entropy of a sigmoid neuron, from its logit.

    Parameters
    ----------
    logit : array_like
        Input z of the sigmoid, any shape; ±1000 is safe.
    target : array_like
        Right answer y from 0 to 1, of a shape that broadcasts with ``logit``.
    base : float, default e
        Base of the logarithm, larger than 1.

    Returns
    -------
    ndarray of the broadcast shape
        One error per output, always finite.

    Raises
    ------
    ValueError
        If ``logit`` is not finite, ``target`` leaves 0 to 1, the shapes do not fit, or ``base`` is
        not larger than 1.

    Notes
    -----
    −log σ(z) = log(1 + e⁻ᶻ), which ``logaddexp`` computes without overflow.
    """
    logit, target = _logits_and_target(logit, target)
    error = target * np.logaddexp(0, -logit) + (1 - target) * np.logaddexp(0, logit)
    return error / _nats_per_unit(base)


def binary_cross_entropy_from_logits_gradient(logit, target, base=np.e):
    """Gradient of the binary cross entropy with respect to the logit, ∂e/∂z = o − y.

    Parameters
    ----------
    logit, target, base
        As in :func:`binary_cross_entropy_from_logits`.

    Returns
    -------
    ndarray of the broadcast shape
        One derivative per output; (o − y)/ln ``base`` in another base than e.

    Raises
    ------
    ValueError
        As in :func:`binary_cross_entropy_from_logits`.
    """
    logit, target = _logits_and_target(logit, target)
    return (sigmoid(logit) - target) / _nats_per_unit(base)


def _as_rows(name, values):
    values = as_floats(name, values)
    require(values.ndim >= 1 and values.shape[-1] >= 1,
            f"{name} must have one entry per class on its last axis", values,
            "Pass an array of shape (n_classes,) or (n_samples, n_classes).")
    return values


def _labels_for(label, rows):
    labels = as_labels("label", label, rows.shape[-1])
    require(labels.shape == rows.shape[:-1], "label must hold one class number per row", label,
            f"The rows have the shape {rows.shape}, so label needs the shape {rows.shape[:-1]}.")
    return labels[..., np.newaxis]


def softmax(logits, temperature=1.0):
    r"""Softmax, o_j = e^(s_j / T) / Σ_i e^(s_i / T).

    Parameters
    ----------
    logits : array_like of shape (..., n_classes)
        Inputs s of the output layer; ±1000 is safe.
    temperature : float, default 1
        T, larger than 0. A small T moves all probability to the largest logit, a large T spreads
        it evenly.

    Returns
    -------
    ndarray of shape (..., n_classes)
        Probabilities; the last axis sums to 1.

    Raises
    ------
    ValueError
        If ``logits`` is not finite or has no classes, or ``temperature`` is not positive.
    """
    return np.exp(_log_softmax(logits, temperature))


def _log_softmax(logits, temperature=1.0):
    logits = _as_rows("logits", logits)
    temperature = as_number("temperature", temperature, "Use temperature=1.", above=0)
    with np.errstate(over="ignore"):  # a tiny temperature may give −∞, the logarithm of 0
        shifted = (logits - logits.max(axis=-1, keepdims=True)) / temperature
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def softmax_cross_entropy(logits, label, base=np.e):
    """Log likelihood loss after a softmax, e = −log o_y, from the logits.

    Parameters
    ----------
    logits : array_like of shape (..., n_classes)
        Inputs s of the softmax; ±1000 is safe.
    label : array_like of int, shape (...)
        Number y of the right class, from 0.
    base : float, default e
        Base of the logarithm, larger than 1.

    Returns
    -------
    ndarray of shape (...)
        One error per sample, always finite.

    Raises
    ------
    ValueError
        If ``logits`` is not finite, ``label`` names no class or has another shape than the rows,
        or ``base`` is not larger than 1.
    """
    log_probabilities = _log_softmax(logits)
    label = _labels_for(label, log_probabilities)
    at_label = np.take_along_axis(log_probabilities, label, axis=-1)[..., 0]
    return (0.0 - at_label) / _nats_per_unit(base)


def softmax_cross_entropy_gradient(logits, label, base=np.e):
    """Gradient of :func:`softmax_cross_entropy` with respect to the logits, o − onehot(y).

    Parameters
    ----------
    logits, label, base
        As in :func:`softmax_cross_entropy`.

    Returns
    -------
    ndarray of shape (..., n_classes)
        One derivative per logit; divided by ln ``base`` in another base than e.

    Raises
    ------
    ValueError
        As in :func:`softmax_cross_entropy`.
    """
    gradient = softmax(logits)
    label = _labels_for(label, gradient)
    at_label = np.take_along_axis(gradient, label, axis=-1)
    np.put_along_axis(gradient, label, at_label - 1, axis=-1)
    return gradient / _nats_per_unit(base)


def log_likelihood(probabilities, label, base=np.e):
    """Log likelihood loss of the slides, e = −log o_y, from probabilities.

    Parameters
    ----------
    probabilities : array_like of shape (..., n_classes)
        Outputs o, each from 0 to 1.
    label : array_like of int, shape (...)
        Number y of the right class, from 0.
    base : float, default e
        Base of the logarithm, larger than 1.

    Returns
    -------
    ndarray of shape (...)
        One error per sample; infinite where the right class got probability 0.

    Raises
    ------
    ValueError
        If a probability leaves 0 to 1, ``label`` names no class or has another shape than the
        rows, or ``base`` is not larger than 1.

    References
    ----------
    Slides, section "Loss function". Other texts call it negative log likelihood.
    """
    probabilities = _as_probabilities("probabilities", _as_rows("probabilities", probabilities))
    label = _labels_for(label, probabilities)
    at_label = np.take_along_axis(probabilities, label, axis=-1)[..., 0]
    return _minus_log(at_label) / _nats_per_unit(base)


def log_likelihood_gradient(probabilities, label, base=np.e):
    """Gradient of :func:`log_likelihood` with respect to the probabilities.

    It is −1/o_y at the right class and 0 at all others: only the right node is looked at.

    Parameters
    ----------
    probabilities, label, base
        As in :func:`log_likelihood`.

    Returns
    -------
    ndarray of shape (..., n_classes)
        One derivative per output; −inf where the right class got probability 0.

    Raises
    ------
    ValueError
        As in :func:`log_likelihood`.
    """
    probabilities = _as_probabilities("probabilities", _as_rows("probabilities", probabilities))
    label = _labels_for(label, probabilities)
    gradient = np.zeros_like(probabilities)
    with np.errstate(divide="ignore", over="ignore"):
        at_label = -1 / np.take_along_axis(probabilities, label, axis=-1)
    np.put_along_axis(gradient, label, at_label, axis=-1)
    return gradient / _nats_per_unit(base)
