"""Layers of networks: what goes forward, and which derivatives come back.

The same code serves one network and many side by side (:mod:`lecture_kit.maths.ensembles`): then
rows, parameters and derivatives have one more axis in front, with one entry per network.
"""

import numpy as np

from lecture_kit.maths.checks import as_whole, require


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
        shape = (*parameters.shape[:-1], *self.shape)
        self.weights = parameters[..., :n_weights].reshape(shape)
        self.bias = parameters[..., n_weights:]
        self.weights_gradient = gradient[..., :n_weights].reshape(shape)
        self.bias_gradient = gradient[..., n_weights:]

    def infer(self, x):
        """Turn rows of shape (n_samples, fan_in) into rows of shape (n_samples, fan_out)."""
        require(x.ndim == self.weights.ndim and x.shape[-1] == self.shape[0],
                f"rows must have {self.shape[0]} features", x.shape,
                "Build the network with as many inputs as the data have columns.")
        z = x @ self.weights
        z += self.bias[..., np.newaxis, :]
        return z

    def parameter_gradient(self, output_gradient):
        """Write the derivatives of weights and biases."""
        np.matmul(self.x.swapaxes(-1, -2), output_gradient, out=self.weights_gradient)
        np.einsum("...ij->...j", output_gradient, out=self.bias_gradient)

    def input_gradient(self, output_gradient):
        """Return the derivatives of the rows."""
        return output_gradient @ self.weights.swapaxes(-1, -2)


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
