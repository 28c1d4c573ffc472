"""Random first weights: how widely they spread, and from which distribution they come."""

import numpy as np

from lecture_kit.maths.checks import as_number, as_numbers, as_whole


def _require_width(name, value):
    as_whole(name, value, "It counts the nodes of a layer.", least=1)


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
        If ``fan_in`` is less than 1 or not whole.

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


def lecun(fan_in):
    """LeCun's standard deviation, σ = 1/√n. The slides call it Xavier's.

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
        If ``fan_in`` is less than 1 or not whole.

    References
    ----------
    LeCun, Y., Bottou, L., Orr, G. B., & Müller, K.-R. (1998). Efficient BackProp.
    """
    return xavier(fan_in)


def glorot(fan_in, fan_out):
    """Glorot and Bengio's standard deviation, σ = √(2/(n_in + n_out)).

    It lies between 1/√n_in, which keeps the signal, and 1/√n_out, which keeps the gradient.

    Parameters
    ----------
    fan_in, fan_out : int
        n_in and n_out, how many inputs a node has and how many nodes the layer has.

    Returns
    -------
    float
        Standard deviation σ of the weights.

    Raises
    ------
    ValueError
        If ``fan_in`` or ``fan_out`` is less than 1 or not whole.

    References
    ----------
    Glorot, X., & Bengio, Y. (2010). Understanding the difficulty of training deep feedforward
    neural networks.
    """
    _require_width("fan_in", fan_in)
    _require_width("fan_out", fan_out)
    return np.sqrt(2 / (fan_in + fan_out))


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
        If ``fan_in`` is less than 1 or not whole.

    References
    ----------
    He, K., Zhang, X., Ren, S., & Sun, J. (2015). Delving deep into rectifiers.
    """
    _require_width("fan_in", fan_in)
    return np.sqrt(2 / fan_in)


def _require_weights(shape, init_scale):
    as_numbers("shape", shape, "Use for example (64, 10).", least=0, whole=True)
    as_number("init_scale", init_scale, "Try init_scale=0.1.", least=0)


def normal(shape, init_scale, rng):
    """Normally distributed weights, N(0, σ²).

    Parameters
    ----------
    shape : tuple of int
        Shape of the array.
    init_scale : float
        Standard deviation σ, at least 0. In N(0, σ²) the second number is the variance.
    rng : numpy.random.Generator
        Source of the random numbers.

    Returns
    -------
    ndarray of the given shape
        The weights.

    Raises
    ------
    ValueError
        If ``init_scale`` is negative, or ``shape`` does not hold whole numbers.

    References
    ----------
    Slides, section "(2) weight initialization".
    """
    _require_weights(shape, init_scale)
    return init_scale * rng.standard_normal(shape)


def uniform(shape, init_scale, rng):
    """Uniformly distributed weights from −√3 σ to √3 σ, whose standard deviation is σ.

    Parameters
    ----------
    shape : tuple of int
        Shape of the array.
    init_scale : float
        Standard deviation σ, at least 0.
    rng : numpy.random.Generator
        Source of the random numbers.

    Returns
    -------
    ndarray of the given shape
        The weights.

    Raises
    ------
    ValueError
        If ``init_scale`` is negative, or ``shape`` does not hold whole numbers.

    References
    ----------
    Glorot, X., & Bengio, Y. (2010). Understanding the difficulty of training deep feedforward
    neural networks: with σ = √(2/(n_in + n_out)) the border is their √(6/(n_in + n_out)).
    """
    _require_weights(shape, init_scale)
    border = np.sqrt(3) * init_scale
    return rng.uniform(-border, border, shape)


def orthogonal(width, rng):
    """Random rotation or reflection: a square matrix that keeps the length of every vector.

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
        If ``width`` is less than 1 or not whole.

    References
    ----------
    Saxe, A. M., McClelland, J. L., & Ganguli, S. (2014). Exact solutions to the nonlinear dynamics
    of learning in deep linear neural networks.
    """
    _require_width("width", width)
    q, r = np.linalg.qr(rng.standard_normal((width, width)))
    return q * np.sign(np.diag(r))
