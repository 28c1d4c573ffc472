"""Many networks of one architecture, trained side by side in the time of a few.

They may differ in their first weights, in their rows (splits), and in the settings of their
optimizer. All arrays of an ensemble have one more axis in front, with one entry per network::

    ensemble = Ensemble([fully_connected(sizes, RELU, loss, he, seed) for seed in range(10)])
    *_, last = train(ensemble, Adam(0.01), rows, batch_size=32, epochs=5, seed=range(10))
    last.training_loss  # an array of ten losses

Each network learns what it would learn alone, to the last bit. There are two exceptions, in which
numpy rounds in another order: mini batches of a single row, and AdamW in float32. One that diverges
reports NaN and does not disturb the others. numpy multiplies small matrices one by one here, too;
what is saved is all that Python does around it.
"""

import numpy as np

from lecture_kit.maths.checks import as_array, require
from lecture_kit.maths.convolution import Convolution, Flatten
from lecture_kit.maths.layers import ActivationLayer, Dense, Layer
from lecture_kit.maths.networks import Network
from lecture_kit.maths.normalization import BatchNormalization
from lecture_kit.maths.pooling import Pooling, StochasticPooling


class OneByOne(Layer):
    """The layers of many networks, asked one after the other: for kinds that know one network.

    Parameters
    ----------
    layers : sequence of Layer
        One for each network.
    """

    def __init__(self, layers):
        self.layers = layers
        self.n_parameters = layers[0].n_parameters

    def attach(self, parameters, gradient):
        """Use arrays of shape (n_networks, n_parameters)."""
        for layer, *own in zip(self.layers, parameters, gradient, strict=True):
            layer.attach(*own)

    def infer(self, x):
        """Turn the input of each network into its output."""
        return np.stack([layer.infer(own) for layer, own in zip(self.layers, x, strict=True)])

    def forward(self, x):
        """Do the same in training."""
        return np.stack([layer.forward(own) for layer, own in zip(self.layers, x, strict=True)])

    def parameter_gradient(self, output_gradient):
        """Write the derivatives of the parameters of each network."""
        for layer, own in zip(self.layers, output_gradient, strict=True):
            layer.parameter_gradient(own)

    def input_gradient(self, output_gradient):
        """Return the derivatives of each input."""
        return np.stack([layer.input_gradient(own)
                         for layer, own in zip(self.layers, output_gradient, strict=True)])


class _OwnDraws:
    """Random generators side by side: each network of an ensemble draws for itself."""

    def __init__(self, rngs):
        self.rngs = rngs

    def random(self, shape):
        return np.stack([rng.random(shape[1:]) for rng in self.rngs])


def _side_by_side(layers):
    """Make one layer for the networks of an ensemble out of the layer of each."""
    first = layers[0]
    if type(first) is Dense:
        return Dense(*first.shape)
    if type(first) is ActivationLayer and len({layer.activation for layer in layers}) == 1:
        return ActivationLayer(first.activation)
    if type(first) is BatchNormalization:
        return BatchNormalization(first.n_features, first.momentum, first.epsilon)
    if type(first) is Convolution:
        return Convolution(first.n_channels, first.shape[1], first.window)
    if type(first) is Flatten:
        return Flatten()
    if isinstance(first, Pooling) and len({(own.window, own.stride) for own in layers}) == 1:
        layer = type(first)(first.window, first.stride)
        if isinstance(first, StochasticPooling):
            layer.rng = _OwnDraws([own.rng for own in layers])
        return layer
    return OneByOne(layers)


class Ensemble(Network):
    """Networks of one architecture side by side.

    Parameters
    ----------
    networks : sequence of Network
        The members, at least one, not yet trained. They share their parameters with the ensemble:
        what it learns, they know.

    Raises
    ------
    ValueError
        If there are none, or they differ in their layers, their loss or their type.

    Attributes
    ----------
    members : list of Network
        The networks.
    parameters, gradient : ndarray of shape (n_networks, n_parameters)
        All parameters and all derivatives.
    """

    def __init__(self, networks):
        self.members = list(networks)
        plans = {(network.loss, network.parameters.dtype, *(
            (type(layer), layer.n_parameters) for layer in network.layers))
            for network in self.members}
        require(len(plans) == 1, "networks must be of one architecture", len(plans),
                "Build them all in the same way; there must be at least one.")
        first = self.members[0]
        self.loss, self.n_classes = first.loss, first.n_classes
        every = zip(*(network.layers for network in self.members), strict=True)
        self.layers = [_side_by_side(layers) for layers in every]
        parameters = np.stack([network.parameters for network in self.members])
        shared = parameters.copy(), np.zeros_like(parameters)
        self.attach(*shared)
        for network, *own in zip(self.members, *shared, strict=True):
            network.attach(*own)
        self._share_running_averages()
        self.parameters[:] = parameters

    def _share_running_averages(self):
        for place, layer in enumerate(self.layers):
            if isinstance(layer, BatchNormalization):
                for number, network in enumerate(self.members):
                    own = network.layers[place]
                    own.running_mean = layer.running_mean[number, 0]
                    own.running_variance = layer.running_variance[number, 0]

    def check(self, features, labels):
        """Make rows and labels ready: shared ones as for one network, or one table for each.

        Parameters
        ----------
        features : array_like of shape (n_samples, ...) or (n_networks, n_samples, ...)
            Input rows.
        labels : array_like of int, shape (n_samples,) or (n_networks, n_samples)
            Class of each row.

        Returns
        -------
        features, labels : ndarray of the same shapes
            In the type of the networks.

        Raises
        ------
        ValueError
            As in :meth:`Network.check`, or if there is not one table for each network.
        """
        if as_array(labels).ndim < 2:
            return self.members[0].check(features, labels)
        shapes = [as_array(part).shape[:1] for part in (features, labels)]
        require(set(shapes) == {(len(self.members),)}, "there must be one table per network",
                shapes, f"There are {len(self.members)} networks.")
        tables = [self.members[0].check(*own) for own in zip(features, labels, strict=True)]
        return tuple(np.stack(parts) for parts in zip(*tables, strict=True))

    def logits(self, features):
        """Compute the output of the last layer of each network for the same rows.

        Parameters
        ----------
        features : ndarray of shape (n_samples, ...)
            Input rows.

        Returns
        -------
        ndarray of shape (n_networks, n_samples, n_outputs)
            Logits.

        Raises
        ------
        ValueError
            As in :meth:`Network.logits`.
        """
        return np.stack([network.logits(features) for network in self.members])

    def measure(self, features, labels):
        """Do the same as :meth:`Network.measure`, for all networks.

        They are asked one by one: on many rows nothing is gained by asking all at once.

        Parameters
        ----------
        features, labels
            As :meth:`check` has returned them.

        Returns
        -------
        losses, accuracies : ndarray of shape (n_networks,)
            Mean over the rows.
        """
        own = (features, labels) if labels.ndim > 1 else (
            [part] * len(self.members) for part in (features, labels))
        measured = [network.measure(*rows)
                    for network, *rows in zip(self.members, *own, strict=True)]
        return tuple(np.array(measured).T)

    def backpropagate(self, features, labels):
        """Do the same as :meth:`Network.backpropagate`, for all networks at once.

        Parameters
        ----------
        features : ndarray of shape (batch_size, ...) or (n_networks, batch_size, ...)
            Rows of one mini batch for all, or of one for each.
        labels : ndarray of int, shape (batch_size,) or (n_networks, batch_size)
            Class of each row.

        Returns
        -------
        ndarray of shape (n_networks, n_parameters)
            The attribute ``gradient``.
        """
        if labels.ndim == 1:
            n = len(self.members)
            features = np.broadcast_to(features, (n, *features.shape))
            labels = np.broadcast_to(labels, (n, *labels.shape))
        return super().backpropagate(features, labels)
