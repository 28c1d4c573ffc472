"""Small fully connected networks, made of layers.

A network turns rows into *logits*; the loss holds the sigmoid or softmax that turns them into
probabilities. All weights and biases of a network lie in one flat array, ``network.parameters``,
and all their derivatives in another, ``network.gradient``. The layers hold views into both, so an
optimizer steps the whole network at once.
"""

from itertools import pairwise

import numpy as np

from lecture_kit.maths.checks import (
    as_array,
    as_floats,
    as_labels,
    as_number,
    as_rng,
    as_whole,
    require,
)
from lecture_kit.maths.initializers import xavier
from lecture_kit.maths.layers import ActivationLayer, Dense
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY


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
    batch_logits : ndarray of shape (batch_size, n_outputs)
        What the network answered to the last mini batch of a training, before the update.
    """

    def __init__(self, layers, loss, dtype=np.float64):
        self.layers, self.loss = layers, loss
        n_outputs = layers[-1].shape[1]
        require(n_outputs == 1 or not loss.is_binary,
                "a binary loss needs a network with one output", n_outputs,
                "Use SOFTMAX_CROSS_ENTROPY for more outputs.")
        self.n_classes = 2 if loss.is_binary else n_outputs
        n_parameters = sum(layer.n_parameters for layer in layers)
        self.attach(np.zeros(n_parameters, dtype), np.zeros(n_parameters, dtype))

    def attach(self, parameters, gradient):
        """Use two arrays of shape (..., n_parameters) as all parameters and all derivatives."""
        self.parameters, self.gradient = parameters, gradient
        first = 0
        for layer in self.layers:
            own = slice(first, first + layer.n_parameters)
            layer.attach(parameters[..., own], gradient[..., own])
            first = own.stop

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
        return self.measure(*self.check(features, labels))

    def measure(self, features, labels):
        """Do the same as :meth:`evaluate` with data that :meth:`check` has returned.

        Parameters
        ----------
        features, labels
            As in :meth:`backpropagate`.

        Returns
        -------
        loss, accuracy : float
            As in :meth:`evaluate`.
        """
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
        self.batch_logits = rows
        back = self.loss.gradient(rows, labels) / rows.shape[-2]
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
        :func:`lecture_kit.maths.initializers.he` that gives it for each layer from its fan-in.
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


def deep_network(activation, gain, n_hidden, seed, width=50, dtype=np.float64):
    """Build a deep network for the digits, with weights from N(0, g²/n).

    Parameters
    ----------
    activation : Activation
        Activation function of the hidden layers.
    gain : float
        g, the init scale in units of Xavier's 1/√n. Xavier is 1, He √2.
    n_hidden : int
        How many hidden layers.
    seed : int
        Seed of the weights.
    width : int, default 50
        Nodes per hidden layer.
    dtype : dtype, default float64
        Type of the parameters.

    Returns
    -------
    Network
        64 inputs, the hidden layers, 10 outputs.

    Raises
    ------
    ValueError
        If ``gain`` or ``n_hidden`` is negative, ``width`` is less than 1, or a number of
        layers or nodes is not whole.
    """
    gain = as_number("gain", gain, "Try gain=1.", least=0)
    n_hidden = as_whole("n_hidden", n_hidden, "Try n_hidden=5.", least=0)
    width = as_whole("width", width, "Try width=50.", least=1)
    return fully_connected((64, *[width] * n_hidden, 10), activation, SOFTMAX_CROSS_ENTROPY,
                           lambda fan_in: gain * xavier(fan_in), seed, dtype)
