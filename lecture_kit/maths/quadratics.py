"""Quadratic valleys: what theory says about gradient descent and momentum there."""

import numpy as np

from lecture_kit.maths.checks import (
    as_measured,
    as_number,
    as_numbers,
    as_row,
    as_whole,
    require,
    require_fit,
)


def _as_curvatures(curvatures):
    return as_row("curvatures", curvatures, "Pass the eigenvalues of the Hessian at a minimum.",
                  above=0)


def critical_learning_rate(curvatures, momentum=0.0, nesterov=False):
    """Learning rate from which on the valley throws you out, η = (2 + 2β)/λ_max.

    For Nesterov's momentum it is η = (2 + 2β)/((1 + 2β)λ_max).

    Parameters
    ----------
    curvatures : array_like of shape (d,)
        Eigenvalues λ of the Hessian, all positive.
    momentum : float or ndarray, default 0
        β, from 0 to 1 (not included).
    nesterov : bool, default False
        Whether the gradient is taken at the look-ahead point.

    Returns
    -------
    float or ndarray
        Below it every start converges; beyond it almost every start diverges.

    Raises
    ------
    ValueError
        If a curvature is not positive or ``momentum`` leaves [0, 1).

    References
    ----------
    Polyak, B. T. (1964). Some methods of speeding up the convergence of iteration methods.
    """
    momentum = as_numbers("momentum", momentum, "Try momentum=0.9.", least=0, below=1)
    critical = (2 + 2 * momentum) / _as_curvatures(curvatures).max()
    return critical / (1 + 2 * momentum) if nesterov else critical


def best_learning_rate(curvatures):
    """Learning rate with which plain gradient descent is fastest, η = 2/(λ_min + λ_max).

    Parameters
    ----------
    curvatures : array_like of shape (d,)
        Eigenvalues λ of the Hessian, all positive.

    Returns
    -------
    float
        η. Each step then shrinks the distance by (κ − 1)/(κ + 1), κ = λ_max/λ_min.

    Raises
    ------
    ValueError
        If a curvature is not positive.

    References
    ----------
    Goh, G. (2017). Why momentum really works. Distill. doi:10.23915/distill.00006
    """
    curvatures = _as_curvatures(curvatures)
    return 2 / (curvatures.min() + curvatures.max())


def best_momentum(curvatures, nesterov=False):
    """Learning rate and momentum with which the valley is crossed fastest.

    η = (2/(√λ_min + √λ_max))² and β = ((√λ_max − √λ_min)/(√λ_max + √λ_min))². For Nesterov's
    momentum η = 4/(λ_min + 3λ_max) and β = (r − 2)/(r + 2) with r = √(3κ + 1), κ = λ_max/λ_min.

    Parameters
    ----------
    curvatures : array_like of shape (d,)
        Eigenvalues λ of the Hessian, all positive.
    nesterov : bool, default False
        Whether the gradient is taken at the look-ahead point.

    Returns
    -------
    learning_rate, momentum : float
        The pair. Each step then shrinks the distance by √β; for Nesterov's by 1 − 2/r.

    Raises
    ------
    ValueError
        If a curvature is not positive.

    References
    ----------
    Polyak, B. T. (1964). Some methods of speeding up the convergence of iteration methods.
    Lessard, L., Recht, B., & Packard, A. (2016). Analysis and design of optimization algorithms
    via integral quadratic constraints. (For Nesterov's.)
    """
    if nesterov:
        curvatures = _as_curvatures(curvatures)
        low, high = curvatures.min(), curvatures.max()
        r = np.sqrt(3 * high / low + 1)
        return 4 / (low + 3 * high), (r - 2) / (r + 2)
    roots = np.sqrt(_as_curvatures(curvatures))
    low, high = roots.min(), roots.max()
    return (2 / (low + high)) ** 2, ((high - low) / (high + low)) ** 2


def mode_factors(curvatures, learning_rate, momentum=0.0, nesterov=False):
    """Shrink factor of each mode: each step multiplies its distance by it in the long run.

    A mode is the part of a run along one axis of the valley. With curvature λ one step of momentum
    multiplies the place and the velocity of a mode by the matrix [[1 − ηλ, β], [−ηλ, β]]. Its
    eigenvalues solve z² − (1 + β − ηλ)z + β = 0, and the factor is the larger |z|. For Nesterov's
    momentum they solve z² − (1 + β)(1 − ηλ)z + β(1 − ηλ) = 0.

    Parameters
    ----------
    curvatures : array_like of shape (d,)
        Eigenvalues λ of the Hessian, all positive.
    learning_rate, momentum : float or ndarray
        η, at least 0, and β, from 0 to 1 (not included). Arrays must broadcast.
    nesterov : bool, default False
        Whether the gradient is taken at the look-ahead point.

    Returns
    -------
    ndarray of the broadcast shape with one more axis, (..., d)
        Smaller is faster; less than 1 converges, more than 1 diverges. It is infinite where it is
        too large for a number.

    Raises
    ------
    ValueError
        If a curvature is not positive, ``learning_rate`` is negative or ``momentum`` leaves
        [0, 1).

    References
    ----------
    Goh, G. (2017). Why momentum really works. Distill. doi:10.23915/distill.00006
    """
    rate = as_numbers("learning_rate", learning_rate, "Try 0.1.", least=0)
    beta = as_numbers("momentum", momentum, "Try momentum=0.9.", least=0, below=1)
    require_fit(learning_rate=rate, momentum=beta)
    rate, beta = np.asarray(rate)[..., np.newaxis], np.asarray(beta)[..., np.newaxis]
    pull = rate * _as_curvatures(curvatures)
    trace, determinant = 1 + beta - pull, beta
    if nesterov:
        trace, determinant = (1 + beta) * (1 - pull), beta * (1 - pull)
    with np.errstate(over="ignore"):
        discriminant = trace**2 - 4 * determinant
    real = (np.abs(trace) + np.sqrt(np.maximum(discriminant, 0))) / 2
    complex_pair = np.sqrt(np.maximum(determinant, 0))
    return np.where(discriminant >= 0, real, complex_pair)


def convergence_rate(curvatures, learning_rate, momentum=0.0, nesterov=False):
    """Shrink factor ρ of the whole run: that of its slowest mode.

    Parameters
    ----------
    curvatures, learning_rate, momentum, nesterov
        As in :func:`mode_factors`.

    Returns
    -------
    float or ndarray of the broadcast shape
        ρ, the largest factor over all modes.

    Raises
    ------
    ValueError
        As in :func:`mode_factors`.

    References
    ----------
    Goh, G. (2017). Why momentum really works. Distill. doi:10.23915/distill.00006
    """
    return mode_factors(curvatures, learning_rate, momentum, nesterov).max(axis=-1)


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def measured_rate(landscape, path, learning_rate):
    """Measure the shrink factor ρ of a run, with which its distance to a minimum at 0 falls.

    The energy f(x) + |Δx|²/(2η), height plus motion, falls smoothly even where the height alone
    swings up and down. The factor is the square root of the energy's fall per step, over the
    second half of the run. For a run that swings it may lie a little beside theory.

    Parameters
    ----------
    landscape : Landscape
        A valley whose minimum has the height 0.
    path : ndarray of shape (n_steps + 1, d)
        A run with at least 4 steps; rows of NaN after a divergence are left out.
    learning_rate : float
        η of the run, larger than 0.

    Returns
    -------
    float
        The factor, to compare with :func:`convergence_rate`. NaN if the run diverged within three
        steps, arrived exactly, or went too far for a number.

    Raises
    ------
    ValueError
        If the run is too short or ``learning_rate`` is not positive.
    """
    path = as_measured("path", path, "Pass what trajectory has returned.", ndim=2)
    require(len(path) >= 5, "path must have at least 4 steps", len(path) - 1, "Take more steps.")
    learning_rate = as_number("learning_rate", learning_rate, "Try 0.1.", above=0)
    path = path[np.isfinite(path).all(axis=-1)]
    motion = (np.diff(path, axis=0) ** 2).sum(axis=-1) / (2 * learning_rate)
    energy = landscape.value(path[1:]) + motion
    middle = len(energy) // 2
    n_steps = len(energy) - 1 - middle
    if n_steps < 1 or energy[-1] == 0:
        return float("nan")
    return float((energy[-1] / energy[middle]) ** (0.5 / n_steps))


def falling_height(start, factor, n_steps):
    """Heights that fall as theory says, f_k = f_0 ρ^(2k), where the distance shrinks by ρ.

    Parameters
    ----------
    start : float
        f_0, the height at the start.
    factor : float
        ρ, what :func:`convergence_rate` gives.
    n_steps : int
        Number of steps.

    Returns
    -------
    ndarray of shape (n_steps + 1,)
        The heights f_0 … f_n, infinite where they are too large for a number.

    Raises
    ------
    ValueError
        If a number is not finite, ``factor`` is negative, or ``n_steps`` is negative or not
        whole.
    """
    start, factor = as_number("start", start), as_number("factor", factor, least=0)
    n_steps = as_whole("n_steps", n_steps, "Try n_steps=100.", least=0)
    with np.errstate(over="ignore"):
        powers = float(factor) ** (2 * np.arange(n_steps + 1))
        return start * powers if start else np.zeros(n_steps + 1)
