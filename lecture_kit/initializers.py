"""Random first weights: how wide the normal distribution is, and rotations."""

import numpy as np

from lecture_kit.checks import require


def _require_width(name, value):
    require(value >= 1, f"{name} must be at least 1", value, "It counts the nodes of a layer.")


def xavier(fan_in):
    """Xavier's standard deviation in the form of the slides, σ = 1/√n.

    Parameters
    ----------
    fan_in : int
        n, how many inputs a node of the layer has.

    Returns
    -------
    float
        Standard deviation σ of the weights.

    Raises
    ------
    ValueError
        If ``fan_in`` is less than 1.

    Notes
    -----
    Glorot and Bengio use σ = √(2/(n_in + n_out)). It is the same where a layer has as many nodes
    as inputs.

    References
    ----------
    Slides, section "(2) weight initialization". Glorot, X., & Bengio, Y. (2010). Understanding the
    difficulty of training deep feedforward neural networks.
    """
    _require_width("fan_in", fan_in)
    return 1 / np.sqrt(fan_in)


def he(fan_in):
    """He's standard deviation for layers of ReLU, σ = √(2/n).

    Parameters
    ----------
    fan_in : int
        n, how many inputs a node of the layer has.

    Returns
    -------
    float
        Standard deviation σ of the weights.

    Raises
    ------
    ValueError
        If ``fan_in`` is less than 1.

    References
    ----------
    He, K., Zhang, X., Ren, S., & Sun, J. (2015). Delving deep into rectifiers.
    """
    _require_width("fan_in", fan_in)
    return np.sqrt(2 / fan_in)


def orthogonal(width, rng):
    """Random rotation: a square matrix that keeps the length of every vector.

    Parameters
    ----------
    width : int
        How many inputs and nodes the layer has.
    rng : numpy.random.Generator
        Source of the random numbers.

    Returns
    -------
    ndarray of shape (width, width)
        A matrix Q with QᵀQ = I.

    Raises
    ------
    ValueError
        If ``width`` is less than 1.

    References
    ----------
    Saxe, A. M., McClelland, J. L., & Ganguli, S. (2014). Exact solutions to the nonlinear dynamics
    of learning in deep linear neural networks.
    """
    _require_width("width", width)
    q, r = np.linalg.qr(rng.standard_normal((width, width)))
    return q * np.sign(np.diag(r))
