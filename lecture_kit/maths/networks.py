"""Small fully connected networks, made of layers.

A network turns rows into *logits*; the loss holds the sigmoid or softmax that turns them into
probabilities. All weights and biases of a network lie in one flat array, ``network.parameters``,
and all their derivatives in another, ``network.gradient``. The layers hold views into both, so an
optimizer steps the whole network at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from lecture_kit.activations import SIGMOID
from lecture_kit.checks import as_array, as_floats, as_labels, as_number, as_rng, as_whole, require


class Layer:
    """What all layers share; a layer without parameters needs no more than three methods.

    Attributes
    ----------
    n_parameters : int
        How many weights and biases the layer has.
    """

    n_parameters = 0

    def attach(self, parameters, gradient):
        """Use two flat arrays of ``n_parameters`` entries as parameters and as derivatives."""

    def infer(self, x):
        """Turn the layer's input, one row per sample, into its output."""
        raise NotImplementedError

    def forward(self, x):
        """Do the same in training and remember what the two derivatives need."""
        self.x = x
        return self.infer(x)

    def parameter_gradient(self, output_gradient):
        """Write the derivatives of the parameters into the attached array."""

    def input_gradient(self, output_gradient):
        """Return the derivatives of the layer's input."""
        raise NotImplementedError


class Dense(Layer):
    """Fully connected layer, z = xW + b.

    Parameters
    ----------
    fan_in, fan_out : int
        How many inputs and how many nodes the layer has, at least 1.

    Raises
    ------
    ValueError
        If a number is less than 1 or not whole.
    """

    def __init__(self, fan_in, fan_out):
        as_whole("fan_in", fan_in, "It counts inputs.", least=1)
        as_whole("fan_out", fan_out, "It counts nodes.", least=1)
        self.shape = (fan_in, fan_out)
        self.n_parameters = fan_in * fan_out + fan_out

    def attach(self, parameters, gradient):
        """Use two flat arrays of ``n_parameters`` entries as weights, biases and derivatives."""
        n_weights = self.n_parameters - self.shape[1]
        self.weights, self.bias = parameters[:n_weights].reshape(self.shape), parameters[n_weights:]
        self.weights_gradient = gradient[:n_weights].reshape(self.shape)
        self.bias_gradient = gradient[n_weights:]

    def infer(self, x):
        """Turn rows of shape (n_samples, fan_in) into rows of shape (n_samples, fan_out)."""
        require(x.shape[1:] == self.shape[:1], f"rows must have {self.shape[0]} features", x.shape,
                "Build the network with as many inputs as the data have columns.")
        z = x @ self.weights
        z += self.bias
        return z

    def parameter_gradient(self, output_gradient):
        """Write the derivatives of weights and biases."""
        np.matmul(self.x.T, output_gradient, out=self.weights_gradient)
        output_gradient.sum(axis=0, out=self.bias_gradient)

    def input_gradient(self, output_gradient):
        """Return the derivatives of the rows."""
        return output_gradient @ self.weights.T


class ActivationLayer(Layer):
    """Layer that applies an activation function to every node.

    Parameters
    ----------
    activation : Activation
        Function and derivative.
    """

    def __init__(self, activation):
        self.activation = activation

    def infer(self, x):
        """Apply the activation function."""
        return self.activation.function(x)

    def input_gradient(self, output_gradient):
        """Return the derivatives of the input."""
        return output_gradient * self.activation.derivative(self.x)


@dataclass(frozen=True)
class NetworkLoss:
    """A loss as a network uses it: from logits, with labels that are class numbers.

    Its functions check nothing; the network has checked its data before. The same losses with
    checks, and for any base of the logarithm, are in :mod:`lecture_kit.losses`.

    Parameters
    ----------
    name : str
        The name that pictures show.
    is_binary : bool
        Whether the network has one output that decides between two classes.
    value : callable
        Logits of shape (n_samples, n_outputs) and labels to errors of shape (n_samples,).
    gradient : callable
        The same to derivatives of the error of each sample by its logits.
    predict : callable
        Logits to class numbers of shape (n_samples,).
    """

    name: str
    is_binary: bool
    value: Callable
    gradient: Callable
    predict: Callable


def _above_half(logits):
    return (logits[:, 0] > 0).astype(np.intp)


def _output_minus_target(logits, labels):
    return SIGMOID.function(logits) - labels[:, np.newaxis].astype(logits.dtype)


def _squared_error(logits, labels):
    return _output_minus_target(logits, labels)[:, 0] ** 2 / 2


def _squared_error_gradient(logits, labels):
    return _output_minus_target(logits, labels) * SIGMOID.derivative(logits)


def _cross_entropy(logits, labels):
    wrong_way = np.where(labels == 1, -logits[:, 0], logits[:, 0])
    return np.logaddexp(0, wrong_way)


def _log_softmax(logits):
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def _softmax_cross_entropy(logits, labels):
    return -_log_softmax(logits)[np.arange(len(labels)), labels]


def _softmax_cross_entropy_gradient(logits, labels):
    by_class = logits.T.copy()  # numpy adds up 10 long rows faster than 1,000 short ones
    gradient = np.exp(by_class - by_class.max(axis=0))
    gradient /= gradient.sum(axis=0)
    gradient[labels, np.arange(len(labels))] -= 1
    return gradient.T


SQUARED_ERROR = NetworkLoss(
    "squared error", True, _squared_error, _squared_error_gradient, _above_half)
CROSS_ENTROPY = NetworkLoss(
    "cross entropy", True, _cross_entropy, _output_minus_target, _above_half)
SOFTMAX_CROSS_ENTROPY = NetworkLoss(
    "softmax cross entropy", False, _softmax_cross_entropy, _softmax_cross_entropy_gradient,
    lambda logits: logits.argmax(axis=1))


def _as_type(name, values, dtype):
    with np.errstate(over="ignore"):
        array = as_floats(name, values).astype(dtype, copy=False)
    require(np.isfinite(array), f"{name} must fit into {array.dtype}", values, "Scale them first.")
    return array


class Network:
    """A chain of layers with a loss at its end.

    Parameters
    ----------
    layers : list of Layer
        The last one is :class:`Dense`.
    loss : NetworkLoss
        What the network is trained to make small.
    dtype : dtype, default float64
        Type of parameters and of the computation. ``float32`` is faster; its last digits differ
        from machine to machine.

    Raises
    ------
    ValueError
        If a binary loss meets more than one output.

    Attributes
    ----------
    parameters, gradient : ndarray of shape (n_parameters,)
        All parameters and all derivatives; they start at 0.
    """

    def __init__(self, layers, loss, dtype=np.float64):
        self.layers, self.loss = layers, loss
        n_outputs = layers[-1].shape[1]
        require(n_outputs == 1 or not loss.is_binary,
                "a binary loss needs a network with one output", n_outputs,
                "Use SOFTMAX_CROSS_ENTROPY for more outputs.")
        self.n_classes = 2 if loss.is_binary else n_outputs
        sizes = [layer.n_parameters for layer in layers]
        self.parameters = np.zeros(sum(sizes), dtype)
        self.gradient = np.zeros(sum(sizes), dtype)
        ends = np.cumsum(sizes)
        for layer, size, end in zip(layers, sizes, ends, strict=True):
            layer.attach(self.parameters[end - size : end], self.gradient[end - size : end])

    def check(self, features, labels):
        """Make rows and labels ready for this network.

        Parameters
        ----------
        features : array_like of shape (n_samples, ...)
            Input rows.
        labels : array_like of int, shape (n_samples,)
            Class of each row.

        Returns
        -------
        features : ndarray of the same shape
            In the type of the network.
        labels : ndarray of int, shape (n_samples,)
            As they are.

        Raises
        ------
        ValueError
            If there are no rows, ``features`` is not finite, or ``labels`` are not one class
            number per row.
        """
        features = _as_type("features", features, self.parameters.dtype)
        require(features.ndim >= 2 and len(features) >= 1, "features must hold at least 1 row",
                features.shape, "Pass an array of shape (n_samples, n_features).")
        labels = as_labels("labels", labels, self.n_classes)
        require(labels.shape == features.shape[:1], "labels must hold one class number per row",
                labels.shape, f"There are {len(features)} rows.")
        return features, labels

    def logits(self, features):
        """Compute the output of the last layer.

        Parameters
        ----------
        features : ndarray of shape (n_samples, n_features)
            Input rows.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs)
            One row of logits per sample; not finite where it is too large for a number.

        Raises
        ------
        ValueError
            If ``features`` is not finite or has the wrong number of features.
        """
        rows = _as_type("features", features, self.parameters.dtype)
        require(rows.ndim >= 2, "features must hold rows", rows.shape,
                "Pass an array of shape (n_samples, n_features).")
        return self._infer(rows)

    def _infer(self, rows):
        with np.errstate(over="ignore", invalid="ignore"):
            for layer in self.layers:
                rows = layer.infer(rows)
        return rows

    def evaluate(self, features, labels):
        """Measure mean loss and accuracy without changing anything.

        Parameters
        ----------
        features, labels
            As in :meth:`check`.

        Returns
        -------
        loss, accuracy : float
            Mean over the rows; the accuracy is a share from 0 to 1. A network with absurdly large
            weights has an infinite or undefined loss (NaN).

        Raises
        ------
        ValueError
            As in :meth:`check`, or if the rows have the wrong number of features.
        """
        features, labels = self.check(features, labels)
        logits = self._infer(features)
        with np.errstate(over="ignore", invalid="ignore"):
            loss = float(self.loss.value(logits, labels).mean())
        return loss, float(np.mean(self.loss.predict(logits) == labels))

    def compute_gradient(self, features, labels):
        """Backpropagation: fill ``gradient`` with the derivatives of the mean loss.

        Parameters
        ----------
        features, labels
            One mini batch, as in :meth:`check`.

        Returns
        -------
        ndarray of shape (n_parameters,)
            The attribute ``gradient``; the next call overwrites it. It is not finite where a
            derivative is too large for a number.

        Raises
        ------
        ValueError
            As in :meth:`check`, or if the rows have the wrong number of features.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            return self.backpropagate(*self.check(features, labels))

    def backpropagate(self, features, labels):
        """Do the same as :meth:`compute_gradient` with data that :meth:`check` has returned.

        Parameters
        ----------
        features : ndarray of shape (n_samples, ...), in the type of the network
            Input rows of one mini batch.
        labels : ndarray of int, shape (n_samples,)
            Class of each row.

        Returns
        -------
        ndarray of shape (n_parameters,)
            The attribute ``gradient``; the next call overwrites it.
        """
        rows = features
        for layer in self.layers:
            rows = layer.forward(rows)
        back = self.loss.gradient(rows, labels) / len(rows)
        for layer in reversed(self.layers[1:]):
            layer.parameter_gradient(back)
            back = layer.input_gradient(back)
        self.layers[0].parameter_gradient(back)
        return self.gradient


def as_sizes(sizes):
    """Refuse what is not a list of the nodes per layer.

    Parameters
    ----------
    sizes : sequence of int
        Nodes per layer from input to output.

    Returns
    -------
    list of int
        The same numbers.

    Raises
    ------
    ValueError
        If there are fewer than two sizes, or a size is less than 1 or not whole.
    """
    array = as_array(sizes)
    require(array.dtype.kind in "iu" and array.ndim == 1 and len(array) >= 2 and array.min() >= 1,
            "sizes must name at least an input and an output layer of 1 or more nodes", sizes,
            "Use for example (64, 100, 10).")
    return array.tolist()


def fully_connected(sizes, activation, loss, init_scale, seed, dtype=np.float64):
    """Build a fully connected network with normally distributed weights and biases of 0.

    Parameters
    ----------
    sizes : sequence of int
        Nodes per layer from input to output: ``(64, 100, 10)`` has one hidden layer of 100.
        ``(57, 1)`` is a single neuron.
    activation : Activation
        Activation function of the hidden layers.
    loss : NetworkLoss
        What the network is trained to make small.
    init_scale : float or callable
        Standard deviation of all weights, at least 0, or a rule such as
        :func:`lecture_kit.initializers.he` that gives it for each layer from its fan-in.
    seed : int
        Seed of the random weights.
    dtype : dtype, default float64
        Type of the parameters.

    Returns
    -------
    Network
        Ready to train.

    Raises
    ------
    ValueError
        If there are fewer than two sizes, a size is less than 1, or ``init_scale`` is negative.
    """
    sizes = as_sizes(sizes)
    rule = init_scale if callable(init_scale) else lambda fan_in: init_scale
    layers = []
    for fan_in, fan_out in pairwise(sizes):
        layers += [Dense(fan_in, fan_out), ActivationLayer(activation)]
    network = Network(layers[:-1], loss, dtype)
    rng = as_rng(seed)
    for layer in network.layers[::2]:
        scale = rule(layer.shape[0])
        as_number("init_scale", scale, "Try init_scale=he.", least=0)
        layer.weights[:] = scale * rng.standard_normal(layer.shape)
    return network
