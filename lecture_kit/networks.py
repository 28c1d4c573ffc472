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

from lecture_kit import losses
from lecture_kit.checks import as_labels, require


class Dense:
    """Fully connected layer, z = xW + b.

    Parameters
    ----------
    fan_in, fan_out : int
        How many inputs and how many nodes the layer has.
    """

    def __init__(self, fan_in, fan_out):
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
        return x @ self.weights + self.bias

    def forward(self, x):
        """Do the same as :meth:`infer` and remember what :meth:`backward` needs."""
        self.x = x
        return self.infer(x)

    def backward(self, output_gradient):
        """Write the derivatives of the parameters, return those of the input."""
        np.matmul(self.x.T, output_gradient, out=self.weights_gradient)
        output_gradient.sum(axis=0, out=self.bias_gradient)
        return output_gradient @ self.weights.T


class ActivationLayer:
    """Layer that applies an activation function to every node.

    Parameters
    ----------
    activation : Activation
        Function and derivative.
    """

    n_parameters = 0

    def __init__(self, activation):
        self.activation = activation

    def attach(self, parameters, gradient):
        """Do nothing: the layer has no parameters."""

    def infer(self, x):
        """Apply the activation function."""
        return self.activation.function(x)

    def forward(self, x):
        """Do the same as :meth:`infer` and remember what :meth:`backward` needs."""
        self.x = x
        return self.infer(x)

    def backward(self, output_gradient):
        """Return the derivatives of the input."""
        return output_gradient * self.activation.derivative(self.x)


@dataclass(frozen=True)
class NetworkLoss:
    """A loss as a network uses it: from logits, with labels that are class numbers.

    Parameters
    ----------
    name : str
        The name that pictures show.
    value : callable
        Logits of shape (n_samples, n_outputs) and labels to errors of shape (n_samples,).
    gradient : callable
        The same to derivatives of the error of each sample by its logits.
    predict : callable
        Logits to class numbers of shape (n_samples,).
    """

    name: str
    value: Callable
    gradient: Callable
    predict: Callable


def _binary(loss):
    """Let a loss of outputs and targets take the only column of the logits and class numbers."""

    def of_network(logits, labels):
        require(logits.shape[1] == 1, "a binary loss needs a network with one output",
                logits.shape[1], "Use SOFTMAX_CROSS_ENTROPY for more outputs.")
        labels = as_labels("labels", labels, 2)
        require(labels.shape == logits.shape[:1], "labels must hold one class number per row",
                labels.shape, f"There are {len(logits)} rows.")
        return loss(logits, labels[:, np.newaxis].astype(logits.dtype))

    return of_network


def _binary_value(loss):
    of_network = _binary(loss)
    return lambda logits, labels: of_network(logits, labels)[:, 0]


def _above_half(logits):
    return (logits[:, 0] > 0).astype(np.intp)


SQUARED_ERROR = NetworkLoss(
    "squared error",
    _binary_value(losses.squared_error_from_logits),
    _binary(losses.squared_error_from_logits_gradient),
    _above_half,
)
CROSS_ENTROPY = NetworkLoss(
    "cross entropy",
    _binary_value(losses.binary_cross_entropy_from_logits),
    _binary(losses.binary_cross_entropy_from_logits_gradient),
    _above_half,
)
SOFTMAX_CROSS_ENTROPY = NetworkLoss(
    "softmax cross entropy",
    losses.softmax_cross_entropy,
    losses.softmax_cross_entropy_gradient,
    lambda logits: logits.argmax(axis=1),
)


class Network:
    """A chain of layers with a loss at its end.

    Parameters
    ----------
    layers : list
        Layers such as :class:`Dense`, each with ``n_parameters``, ``attach``, ``infer``,
        ``forward`` and ``backward``.
    loss : NetworkLoss
        What the network is trained to make small.
    dtype : dtype, default float64
        Type of parameters and of the computation. ``float32`` is faster; its last digits differ
        from machine to machine.

    Attributes
    ----------
    parameters, gradient : ndarray of shape (n_parameters,)
        All parameters and all derivatives; they start at 0.
    """

    def __init__(self, layers, loss, dtype=np.float64):
        self.layers, self.loss = layers, loss
        sizes = [layer.n_parameters for layer in layers]
        self.parameters = np.zeros(sum(sizes), dtype)
        self.gradient = np.zeros(sum(sizes), dtype)
        ends = np.cumsum(sizes)
        for layer, size, end in zip(layers, sizes, ends, strict=True):
            layer.attach(self.parameters[end - size : end], self.gradient[end - size : end])

    def logits(self, features):
        """Compute the output of the last layer.

        Parameters
        ----------
        features : ndarray of shape (n_samples, n_features)
            Input rows.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs)
            One row of logits per sample.
        """
        rows = features.astype(self.parameters.dtype, copy=False)
        for layer in self.layers:
            rows = layer.infer(rows)
        return rows

    def evaluate(self, features, labels):
        """Measure mean loss and accuracy without changing anything.

        Parameters
        ----------
        features : ndarray of shape (n_samples, n_features)
            Input rows.
        labels : ndarray of int, shape (n_samples,)
            Class of each row.

        Returns
        -------
        loss, accuracy : float
            Mean over the rows; the accuracy is a share from 0 to 1.
        """
        logits = self.logits(features)
        accuracy = np.mean(self.loss.predict(logits) == labels)
        return float(self.loss.value(logits, labels).mean()), float(accuracy)

    def compute_gradient(self, features, labels):
        """Backpropagation: fill ``gradient`` with the derivatives of the mean loss.

        Parameters
        ----------
        features : ndarray of shape (n_samples, n_features)
            Input rows of one mini batch.
        labels : ndarray of int, shape (n_samples,)
            Class of each row.

        Returns
        -------
        ndarray of shape (n_parameters,)
            The attribute ``gradient``; the next call overwrites it.
        """
        rows = features.astype(self.parameters.dtype, copy=False)
        for layer in self.layers:
            rows = layer.forward(rows)
        back = self.loss.gradient(rows, labels) / len(rows)
        for layer in reversed(self.layers):
            back = layer.backward(back)
        return self.gradient


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
    require(len(sizes) >= 2 and min(sizes) >= 1,
            "sizes must name at least an input and an output layer of 1 or more nodes", sizes,
            "Use for example (64, 100, 10).")
    rule = init_scale if callable(init_scale) else lambda fan_in: init_scale
    layers = []
    for fan_in, fan_out in pairwise(sizes):
        layers += [Dense(fan_in, fan_out), ActivationLayer(activation)]
    network = Network(layers[:-1], loss, dtype)
    rng = np.random.default_rng(seed)
    for layer in network.layers[::2]:
        scale = rule(layer.shape[0])
        require(scale >= 0, "init_scale must be at least 0", scale, "Try init_scale=he.")
        layer.weights[:] = scale * rng.standard_normal(layer.shape)
    return network


