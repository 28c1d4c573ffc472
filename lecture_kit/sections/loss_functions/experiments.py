"""Section 01, loss functions: one sigmoid neuron, and the gradient that many layers leave."""

import numpy as np

from lecture_kit.maths.activations import sigmoid, sigmoid_derivative
from lecture_kit.maths.checks import (
    as_number,
    as_numbers,
    as_rng,
    as_whole,
    require,
    require_choice,
    require_fit,
)
from lecture_kit.maths.initializers import orthogonal
from lecture_kit.maths.losses import (
    binary_cross_entropy_from_logits_gradient,
    squared_error_from_logits_gradient,
)
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.trajectories import trajectory

_LOGIT_GRADIENTS = {
    "squared error": squared_error_from_logits_gradient,
    "cross entropy": binary_cross_entropy_from_logits_gradient,
}
_BARE_GRADIENTS = {
    "squared error": lambda z, y: (sigmoid.__wrapped__(z) - y) * sigmoid_derivative.__wrapped__(z),
    "cross entropy": lambda z, y: sigmoid.__wrapped__(z) - y,
}


def neuron_gradient(loss, x, w, b, target):
    """Gradient of the loss of one sigmoid neuron, o = σ(wx + b).

    ∂e/∂w = x ∂e/∂z and ∂e/∂b = ∂e/∂z, with ∂e/∂z = (o − y)σ′(z) for the squared error and o − y
    for the cross entropy.

    Parameters
    ----------
    loss : {"squared error", "cross entropy"}
        Which loss; the cross entropy is in nats.
    x, w, b, target : float or ndarray
        Input, weight, bias and right answer y. Arrays must broadcast.

    Returns
    -------
    ndarray of shape (..., 2)
        Derivatives by w and by b.

    Raises
    ------
    ValueError
        If ``loss`` is unknown, a number is not finite, or the shapes do not fit.

    References
    ----------
    Slides, section "Loss function".
    """
    require_choice("loss", loss, _LOGIT_GRADIENTS)
    x, w, b = as_numbers("x", x), as_numbers("w", w), as_numbers("b", b)
    require_fit(x=x, w=w, b=b, target=target)
    parameters, inputs = (np.stack(np.broadcast_arrays(*pair), axis=-1)
                          for pair in ((w, b), (x, 1.0)))
    return _gradient(_LOGIT_GRADIENTS[loss], parameters, inputs, target)


def _gradient(by_logit, parameters, inputs, target):
    """Gradient by (w, b), where the inputs are (x, 1)."""
    return by_logit(np.vecdot(parameters, inputs), target)[..., np.newaxis] * inputs


def train_neuron(loss, x, w, b, target, learning_rate, n_steps):
    """Train one sigmoid neuron on one sample by gradient descent.

    Parameters
    ----------
    loss : {"squared error", "cross entropy"}
        Which loss to descend.
    x, target : float
        The sample: input and right answer y.
    w, b : float
        Weight and bias at the start.
    learning_rate : float
        η, at least 0.
    n_steps : int
        How many steps to take.

    Returns
    -------
    ndarray of shape (n_steps + 1,)
        The logit z = wx + b before the first and after every step.

    Raises
    ------
    ValueError
        If ``loss`` is unknown, a number is not finite, or ``learning_rate`` or ``n_steps`` is
        negative.

    References
    ----------
    Slides, section "Loss function".
    """
    learning_rate = as_number("learning_rate", learning_rate, "Try 0.1.", least=0)
    x, w, b, target = (as_number(name, value) for name, value in
                       (("x", x), ("w", w), ("b", b), ("target", target)))
    neuron_gradient(loss, x, w, b, target)  # refuses what is wrong: no step looks again
    inputs, by_logit = np.array([x, 1.0]), _BARE_GRADIENTS[loss]
    path = trajectory(lambda parameters: _gradient(by_logit, parameters, inputs, target),
                      GradientDescent(learning_rate), [w, b], n_steps)
    return path @ inputs


def gradient_ratio(output):
    """Ratio of the gradients of cross entropy and squared error, 1/(o(1 − o)).

    Parameters
    ----------
    output : array_like of any shape
        Output o of the neuron, between 0 and 1 (neither included).

    Returns
    -------
    ndarray of the same shape
        At least 4; it grows without limit as the output saturates. It is the same for every
        target and for w and b.

    Raises
    ------
    ValueError
        If an output is not between 0 and 1.

    References
    ----------
    Follows from the two gradients of the slides, section "Loss function".
    """
    output = as_numbers("output", output, "At 0 and 1 the squared error has no gradient left.",
                        above=0, below=1)
    return 1 / (output * (1 - output))


def sigmoid_gradient_bound(n_layers, init_scale=1.0):
    """Largest share of a gradient that sigmoid layers can let through, (g/4)^L.

    Parameters
    ----------
    n_layers : int or ndarray of int
        L, how many layers.
    init_scale : float, default 1
        g, by which factor the weights of one layer can stretch a vector.

    Returns
    -------
    float or ndarray
        The bound, infinite where it is too large for a number. With g = 1 it is the 0.25^L of the
        slides.

    Raises
    ------
    ValueError
        If a number is negative.

    References
    ----------
    Slides, section "Loss function" (with 0.25 in place of 0.3).
    """
    n_layers = as_numbers("n_layers", n_layers, "It counts layers.", least=0, whole=True)
    init_scale = as_number("init_scale", init_scale, "Try init_scale=1.", least=0)
    with np.errstate(over="ignore"):
        return np.power(init_scale / 4, n_layers)


def random_rotations(n_layers, seed, width=50):
    """Draw the weights of a deep network whose layers neither stretch nor shrink a vector.

    Parameters
    ----------
    n_layers : int
        L, how many layers, at least 1.
    seed : int
        Seed of the random numbers.
    width : int, default 50
        Nodes per layer.

    Returns
    -------
    ndarray of shape (n_layers, width, width)
        One rotation per layer.

    Raises
    ------
    ValueError
        If ``n_layers`` or ``width`` is less than 1.

    References
    ----------
    See :func:`lecture_kit.maths.initializers.orthogonal`.
    """
    n_layers = as_whole("n_layers", n_layers, "Try n_layers=10.", least=1)
    rng = as_rng(seed)
    return np.stack([orthogonal(width, rng) for _ in range(n_layers)])


@np.errstate(over="ignore", invalid="ignore")
def gradient_by_depth(activation, weights, seed, n_samples=20):
    """Measure how much of the gradient passes back through 1, 2, … layers of a network.

    Parameters
    ----------
    activation : Activation
        Activation function of all layers.
    weights : ndarray of shape (n_layers, width, width)
        Weights of each layer. With :func:`random_rotations` they do nothing to the size of the
        gradient, and all that is lost is lost in the activation function.
    seed : int
        Seed of the inputs and of the gradients at the output, both from N(0, 1).
    n_samples : int, default 20
        Rows of input.

    Returns
    -------
    ndarray of shape (n_layers + 1,)
        Entry L is |∂e/∂x| / |∂e/∂o| for the network of the first L layers with input x and
        output o. Entry 0 is 1. It is not finite where it is too large for a number.

    Raises
    ------
    ValueError
        If ``weights`` is not a stack of square matrices of finite numbers, or ``n_samples``
        is less than 1 or not whole.

    References
    ----------
    Slides, section "Loss function": why many sigmoid layers make the gradient vanish.
    """
    n_samples = as_whole("n_samples", n_samples, "Try n_samples=20.", least=1)
    weights = np.asarray(as_numbers("weights", weights))
    require(weights.ndim == 3 and weights.shape[1] == weights.shape[2] > 0,
            "weights must have the shape (n_layers, width, width)", weights.shape,
            "Use random_rotations.")
    rng = as_rng(seed)
    rows, back = rng.standard_normal((2, n_samples, weights.shape[1]))
    slopes = []
    for matrix in weights:
        logits = rows @ matrix
        slopes.append(activation.derivative(logits))
        rows = activation.function(logits)
    # Networks of 1, 2, … layers go back together: each joins the stack at its own last layer.
    stack = np.empty((0, *back.shape))
    for matrix, slope in zip(reversed(weights), reversed(slopes), strict=True):
        stack = np.concatenate([back[np.newaxis], stack])
        stack = (stack * slope) @ matrix.T
    shares = np.sqrt((stack**2).sum(axis=(1, 2)) / (back**2).sum())
    return np.concatenate([[1.0], shares])
