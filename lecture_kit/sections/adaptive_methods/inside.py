"""Inside a method: how long its steps are, and what it remembers of the gradients."""

from dataclasses import dataclass

import numpy as np

from lecture_kit.maths.checks import (
    as_number,
    as_numbers,
    as_row,
    as_whole,
    require,
    require_choice,
)
from lecture_kit.maths.landscapes import canyon
from lecture_kit.maths.normal import normal_cdf, normal_density
from lecture_kit.maths.optimizers import Adagrad, Adam, RMSprop


def make_inside(name, learning_rate, decay):
    """Build the optimizer that a look inside is about.

    Parameters
    ----------
    name : {"Adagrad", "RMSprop", "Adam", "Adam, not corrected"}
        The method.
    learning_rate : float
        η, at least 0.
    decay : float
        How fast squared gradients are forgotten: ρ of RMSprop, β₂ of Adam. Adagrad never forgets.

    Returns
    -------
    Optimizer
        The rule.

    Raises
    ------
    ValueError
        If ``name`` is unknown or a setting is out of its range.
    """
    builders = {
        "Adagrad": lambda: Adagrad(learning_rate),
        "RMSprop": lambda: RMSprop(learning_rate, decay),
        "Adam": lambda: Adam(learning_rate, beta2=decay),
        "Adam, not corrected": lambda: Adam(learning_rate, beta2=decay, bias_correction=False)}
    require_choice("name", name, builders)
    return builders[name]()


def step_on_a_slope(name, step, decay, beta1=0.9):
    """Length of a step in units of η while the gradient is constant, whatever its size.

    Adagrad 1/√k, RMSprop 1/√(1 − ρᵏ), Adam 1, and Adam without bias correction
    (1 − β₁ᵏ)/√(1 − β₂ᵏ). With k = 1 this is the first step on every function.

    Parameters
    ----------
    name : {"Adagrad", "RMSprop", "Adam", "Adam, not corrected"}
        The method.
    step : int or ndarray
        k, counted from 1.
    decay : float
        ρ of RMSprop, β₂ of Adam, from 0 to 1 (not included).
    beta1 : float, default 0.9
        β₁ of Adam.

    Returns
    -------
    ndarray of the shape of ``step``
        Step length divided by η. The small ε of the methods is left out.

    Raises
    ------
    ValueError
        If ``name`` is unknown, a step is less than 1 or not whole, or ``decay`` or
        ``beta1`` leaves [0, 1).

    References
    ----------
    Kingma, D. P., & Ba, J. (2015). Adam: a method for stochastic optimization, section 3.
    """
    step = np.asarray(as_numbers("step", step, "Steps are counted from 1.", least=1, whole=True),
                      float)
    decay = as_number("decay", decay, "Try decay=0.9.", least=0, below=1)
    beta1 = as_number("beta1", beta1, "Try beta1=0.9.", least=0, below=1)
    formulas = {
        "Adagrad": lambda: 1 / np.sqrt(step),
        "RMSprop": lambda: 1 / np.sqrt(1 - decay**step),
        "Adam": lambda: np.ones_like(step),
        "Adam, not corrected": lambda: (1 - beta1**step) / np.sqrt(1 - decay**step)}
    require_choice("name", name, formulas)
    return formulas[name]()


def step_in_noise(ratio, beta1=0.9):
    """Mean length of Adam's late steps in units of η, for a gradient with noise.

    For g ~ N(μ, σ²) and many steps, m ~ N(μ, s²σ²) with s² = (1 − β₁)/(1 + β₁), and v ≈ μ² + σ².
    The mean of |m|/√v is (2sφ(r/s) + r(2Φ(r/s) − 1))/√(1 + r²) with the signal-to-noise ratio
    r = |μ|/σ. Without a signal that is s√(2/π), or 0.18 for β₁ = 0.9.

    Parameters
    ----------
    ratio : float or ndarray
        r, at least 0.
    beta1 : float, default 0.9
        β₁, from 0 to 1 (not included).

    Returns
    -------
    ndarray of the shape of ``ratio``
        Step length divided by η, for β₂ near 1.

    Raises
    ------
    ValueError
        If ``ratio`` is negative, or ``beta1`` leaves [0, 1).

    References
    ----------
    Kingma, D. P., & Ba, J. (2015). Adam: a method for stochastic optimization, section 2.1, where
    m̂/√v̂ is called the signal-to-noise ratio.
    """
    ratio = np.asarray(as_numbers("ratio", ratio, "Try ratio=0.5.", least=0), float)
    beta1 = as_number("beta1", beta1, "Try beta1=0.9.", least=0, below=1)
    spread = np.sqrt((1 - beta1) / (1 + beta1))
    z = ratio / spread
    mean = 2 * spread * normal_density(z) + ratio * (2 * normal_cdf(z) - 1)
    return mean / np.hypot(1, ratio)


def rate_for_first_step(length, decay):
    """Learning rate with which RMSprop's first step has a given length, η = r√(1 − ρ).

    Parameters
    ----------
    length : float
        r, not negative.
    decay : float
        ρ, from 0 to 1 (not included).

    Returns
    -------
    float
        η.

    Raises
    ------
    ValueError
        If ``length`` is negative or ``decay`` leaves [0, 1).
    """
    length = as_number("length", length, "Try length=0.1.", least=0)
    decay = as_number("decay", decay, "Try decay=0.9.", least=0, below=1)
    return length * np.sqrt(1 - decay)


@dataclass(frozen=True)
class Inside:
    """What happens inside a method, step by step and coordinate by coordinate.

    Parameters
    ----------
    gradients, moves, rates, roots : ndarray of shape (n_steps, d)
        The gradient, the movement, the effective rate of the step (which multiplies the gradient
        or its moving mean), and the root of the remembered squares, not corrected.
    """

    gradients: np.ndarray
    moves: np.ndarray
    rates: np.ndarray
    roots: np.ndarray

    def lengths(self, learning_rate):
        """Length of each step in units of η.

        Parameters
        ----------
        learning_rate : float
            η of the method, positive.

        Returns
        -------
        ndarray of shape (n_steps, d)
            The lengths.

        Raises
        ------
        ValueError
            If ``learning_rate`` is not positive.
        """
        learning_rate = as_number("learning_rate", learning_rate, "Try 0.1.", above=0)
        return np.abs(self.moves) / learning_rate


def look_inside(optimizer, gradient, start, n_steps):
    """Run a method and write down what it remembers.

    Parameters
    ----------
    optimizer : Optimizer
        A rule with a mean or sum of squares: Adagrad, RMSprop, Adadelta, Adam or AdamW.
    gradient : callable
        Takes the point, of shape (d,), and the number of the step from 1, returns the gradient.
    start : array_like of shape (d,)
        Where the run begins.
    n_steps : int
        How many steps to take.

    Returns
    -------
    Inside
        The record.

    Raises
    ------
    ValueError
        If ``start`` is not a list of finite numbers, or ``n_steps`` is less than 1 or not
        whole.
    """
    point = as_row("start", start)
    n_steps = as_whole("n_steps", n_steps, "Try n_steps=100.", least=1)
    state, rows = optimizer.initial_state(point), []
    for step in range(1, n_steps + 1):
        slope = np.asarray(gradient(point, step), float)
        require(slope.shape == point.shape, "gradient must have the shape of start", slope.shape,
                f"The point has the shape {point.shape}.")
        moved, state = optimizer.step(point, slope, state)
        rows.append((slope, moved - point, optimizer.effective_rate(state),
                     np.sqrt(state["square"])))
        point = moved
    return Inside(*np.swapaxes(np.array(rows), 0, 1))


def longest_step(lengths):
    """Find the longest step; of steps that are equal to six digits after the point, the first.

    Parameters
    ----------
    lengths : ndarray of shape (n_steps,)
        Step lengths.

    Returns
    -------
    int
        Number of the step, counted from 1.

    Raises
    ------
    ValueError
        If ``lengths`` is not a list of numbers.
    """
    return int(as_row("lengths", lengths).round(6).argmax()) + 1


def constant_gradient(point, step):
    """Slope of 1 in x and of 0.01 in y, everywhere; for :func:`look_inside`."""
    return np.array([1.0, 0.01])


def rare_gradient(point, step):
    """Slope of 1 in x at every step, and in y at every 10th only; for :func:`look_inside`."""
    return np.array([1.0, 1.0 if step % 10 == 1 else 0.0])


def canyon_gradient(point, step):
    """Slope of the canyon at the point; for :func:`look_inside`."""
    return _CANYON.gradient(point)


def noisy_gradient(point, step):
    """Mean 1 in x and 0 in y, both with noise of deviation 1; for :func:`look_inside`."""
    return np.array([1.0, 0.0]) + _NOISE[step % len(_NOISE)]


_CANYON, _NOISE = canyon(), np.random.default_rng(0).standard_normal((1000, 2))
GRADIENTS = {"constant": constant_gradient, "rare": rare_gradient, "canyon": canyon_gradient,
             "noisy": noisy_gradient}
"""What :func:`look_inside` can feed a method with."""
