"""What theory expects of signals and gradients before training, and where networks can learn."""

from dataclasses import dataclass

import numpy as np

from lecture_kit.maths.checks import as_measured, as_number, as_row, as_whole, require


def _normal_places(n_places):
    """Places for an integral over N(0, 1), none at 0, where ReLU has its kink, and weights."""
    t = np.linspace(-6, 6, n_places)  # an even number
    density = np.exp(-(t**2) / 2)
    return t, density / density.sum()


_COMMON, _P_COMMON = _normal_places(60)
_OWN, _P_OWN = _normal_places(240)


@dataclass(frozen=True)
class MeanField:
    """What theory expects in every layer of a wide network before training.

    Parameters
    ----------
    mean, standard_deviation, signal : ndarray of shape (n_layers,)
        Of the activations; the signal as in
        :func:`~lecture_kit.sections.weight_initialization.signals.spread`.
    gradient : ndarray of shape (n_layers,)
        Root mean square of δ when a gradient of size 1 comes in at the output of the last layer.
    """

    mean: np.ndarray
    standard_deviation: np.ndarray
    signal: np.ndarray
    gradient: np.ndarray


def mean_field(activation, init_scale, width, n_layers):
    """Predict the signals of a wide random network, layer by layer.

    A logit is a sum of many products, so it is nearly normally distributed. Its variance is nσ²
    times the mean square of the layer before. With ReLU the mean square changes by nσ²/2 per layer.
    In general it is an integral over N(0, 1). The variance has two parts: what all rows have in
    common, and what is each row's own.

    Parameters
    ----------
    activation : Activation
        Activation function φ of all layers.
    init_scale : float
        Standard deviation σ of the weights, at least 0.
    width : int
        n, nodes per layer, at least 1.
    n_layers : int
        L, how many layers, at least 1.

    Returns
    -------
    MeanField
        For inputs from N(0, 1).

    Raises
    ------
    ValueError
        If ``init_scale`` is negative or ``width`` or ``n_layers`` is less than 1.

    References
    ----------
    Poole, B., Lahiri, S., Raghu, M., Sohl-Dickstein, J., & Ganguli, S. (2016). Exponential
    expressivity in deep neural networks through transient chaos. Schoenholz, S. S., Gilmer, J.,
    Ganguli, S., & Sohl-Dickstein, J. (2017). Deep information propagation.
    """
    init_scale = as_number("init_scale", init_scale, "Try init_scale=0.1.", least=0)
    width = as_whole("width", width, "It counts the nodes of a layer.", least=1)
    n_layers = as_whole("n_layers", n_layers, "Try n_layers=5.", least=1)
    factor = float(width * init_scale**2)
    common, own, layers = 0.0, factor, []
    for _ in range(n_layers):
        z = np.sqrt(common) * _COMMON[:, np.newaxis] + np.sqrt(own) * _OWN
        a = activation.function(z)
        given_common = a @ _P_OWN
        mean, shared = _P_COMMON @ given_common, _P_COMMON @ given_common**2
        signal = _P_COMMON @ ((a - given_common[:, np.newaxis]) ** 2 @ _P_OWN)
        slope = _P_COMMON @ (activation.derivative(z) ** 2 @ _P_OWN)
        if own < 1e-12 * common:  # a − given_common is rounding; φ is straight on so small a scale
            signal = own * slope
        layers.append((mean, signal + _P_COMMON @ (given_common - mean) ** 2, signal, slope))
        common, own = factor * shared, factor * signal
    mean, variance, signal, slope = np.array(layers).T
    backward = np.cumprod(slope[::-1])[::-1] * factor ** np.arange(n_layers - 1, -1, -1)
    return MeanField(mean, np.sqrt(variance), np.sqrt(signal), np.sqrt(backward))


def predict_survival(activation, gains, n_hidden):
    """Predict what survives for many init scales and for 1, 2, … hidden layers.

    Parameters
    ----------
    activation : Activation
        Activation function of the hidden layers.
    gains : sequence of float
        Values of g, see :func:`lecture_kit.maths.networks.deep_network`.
    n_hidden : int
        How many hidden layers at most.

    Returns
    -------
    signals, gradients : ndarray of shape (n_hidden, n_gains)
        What :func:`~lecture_kit.sections.weight_initialization.experiments.survival` measures,
        as theory expects it for inputs from N(0, 1). Row L − 1 belongs to L hidden layers.

    Raises
    ------
    ValueError
        If ``gains`` is not a list of numbers, at least 0, or ``n_hidden`` is less than 1 or
        not whole.
    """
    gains = as_row("gains", gains).tolist()
    fields = [mean_field(activation, gain, 1, n_hidden) for gain in gains]
    gradients = np.array([field.gradient for field in fields]).T
    left = np.divide(gradients[0], gradients, out=np.zeros_like(gradients), where=gradients > 0)
    return np.array([field.signal for field in fields]).T, left


@np.errstate(divide="ignore", invalid="ignore")  # a signal of 0 has not survived
def inside_band(signals, gradients, factor=10):
    """Say where signal and gradient both survive within a factor.

    Parameters
    ----------
    signals, gradients : ndarray of any shape
        As from :func:`predict_survival`.
    factor : float, default 10
        How many times as large or small they may become.

    Returns
    -------
    ndarray of bool
        Where both lie from 1/``factor`` to ``factor``.

    Raises
    ------
    ValueError
        If the arguments are no numbers, the shapes differ, or ``factor`` is less than 1.
    """
    signals = as_measured("signals", signals, "Pass what predict_survival returned.")
    gradients = as_measured("gradients", gradients, "Pass what predict_survival returned.")
    factor = as_number("factor", factor, "Try factor=10.", least=1)
    require(signals.shape == gradients.shape, "signals and gradients must have the same shape",
            (signals.shape, gradients.shape), "Pass what predict_survival returned.")
    both = np.abs(np.log10([signals, gradients]))
    return (both <= np.log10(factor)).all(axis=0)
