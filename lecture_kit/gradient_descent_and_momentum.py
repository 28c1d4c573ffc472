"""Section 04, gradient descent and momentum: what theory says about a quadratic valley."""

import numpy as np

from lecture_kit.checks import as_floats, require


def _as_curvatures(curvatures):
    curvatures = as_floats("curvatures", curvatures)
    require(curvatures.ndim == 1 and curvatures.size > 0 and np.all(curvatures > 0),
            "curvatures must be a list of positive numbers", curvatures,
            "Pass the eigenvalues of the Hessian at a minimum.")
    return curvatures


def critical_learning_rate(curvatures, momentum=0.0):
    """Learning rate from which on the valley throws you out, η = (2 + 2β)/λ_max.

    Parameters
    ----------
    curvatures : array_like of shape (d,)
        Eigenvalues λ of the Hessian, all positive.
    momentum : float or ndarray, default 0
        β, from 0 to 1 (not included).

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
    momentum = np.asarray(momentum)
    require((momentum >= 0) & (momentum < 1), "momentum must be at least 0 and less than 1",
            momentum, "Try momentum=0.9.")
    return (2 + 2 * momentum) / _as_curvatures(curvatures).max()


def best_learning_rate(curvatures):
    """Learning rate with which plain gradient descent is fastest, η = 2/(λ_min + λ_max).

    Parameters
    ----------
    curvatures : array_like of shape (d,)
        Eigenvalues λ of the Hessian, all positive.

    Returns
    -------
    float
        The rate. Each step then shrinks the distance by (κ − 1)/(κ + 1), κ = λ_max/λ_min.

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


def best_momentum(curvatures):
    """Learning rate and momentum with which the valley is crossed fastest.

    η = (2/(√λ_min + √λ_max))² and β = ((√λ_max − √λ_min)/(√λ_max + √λ_min))².

    Parameters
    ----------
    curvatures : array_like of shape (d,)
        Eigenvalues λ of the Hessian, all positive.

    Returns
    -------
    learning_rate, momentum : float
        The pair. Each step then shrinks the distance by √β.

    Raises
    ------
    ValueError
        If a curvature is not positive.

    References
    ----------
    Polyak, B. T. (1964). Some methods of speeding up the convergence of iteration methods.
    """
    roots = np.sqrt(_as_curvatures(curvatures))
    low, high = roots.min(), roots.max()
    return (2 / (low + high)) ** 2, ((high - low) / (high + low)) ** 2


def convergence_rate(curvatures, learning_rate, momentum=0.0, nesterov=False):
    """Factor by which each step shrinks the distance to the minimum in the long run.

    Along an axis with curvature λ one step of momentum is linear, with the eigenvalues
    z² − (1 + β − ηλ)z + β = 0; for Nesterov's z² − (1 + β)(1 − ηλ)z + β(1 − ηλ) = 0. The rate is
    the largest |z| over all axes.

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
    float or ndarray of the broadcast shape
        The rate. Less than 1 converges, more than 1 diverges.

    Raises
    ------
    ValueError
        If a curvature is not positive, ``learning_rate`` is negative or ``momentum`` leaves
        [0, 1).

    References
    ----------
    Goh, G. (2017). Why momentum really works. Distill. doi:10.23915/distill.00006
    """
    learning_rate = as_floats("learning_rate", learning_rate)[..., np.newaxis]
    beta = as_floats("momentum", momentum)[..., np.newaxis]
    require(learning_rate >= 0, "learning_rate must be at least 0", learning_rate, "Try 0.1.")
    require((beta >= 0) & (beta < 1), "momentum must be at least 0 and less than 1", momentum,
            "Try momentum=0.9.")
    pull = learning_rate * _as_curvatures(curvatures)
    trace, determinant = 1 + beta - pull, beta
    if nesterov:
        trace, determinant = (1 + beta) * (1 - pull), beta * (1 - pull)
    discriminant = trace**2 - 4 * determinant
    real = (np.abs(trace) + np.sqrt(np.maximum(discriminant, 0))) / 2
    complex_pair = np.sqrt(np.maximum(determinant, 0))
    return np.where(discriminant >= 0, real, complex_pair).max(axis=-1)


def measured_rate(landscape, path, learning_rate):
    """Measure by which factor each step of a run shrinks the distance to a minimum at 0.

    The energy f(x) + |Δx|²/(2η), height plus motion, falls smoothly even where the height alone
    swings up and down. The factor is the square root of the energy's fall per step, over the
    second half of the run.

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
        steps or arrived exactly.

    Raises
    ------
    ValueError
        If the run is too short or ``learning_rate`` is not positive.
    """
    require(len(path) >= 5, "path must have at least 4 steps", len(path) - 1, "Take more steps.")
    require(learning_rate > 0, "learning_rate must be positive", learning_rate, "Try 0.1.")
    path = path[np.isfinite(path).all(axis=-1)]
    motion = (np.diff(path, axis=0) ** 2).sum(axis=-1) / (2 * learning_rate)
    energy = landscape.value(path[1:]) + motion
    middle = len(energy) // 2
    n_steps = len(energy) - 1 - middle
    if n_steps < 1 or energy[-1] == 0:
        return float("nan")
    return float((energy[-1] / energy[middle]) ** (0.5 / n_steps))


def share_settled(points, minimum, radius=0.2):
    """Count which share of many runs has settled near a minimum.

    Parameters
    ----------
    points : ndarray of shape (..., n_runs, d)
        Where the runs are; NaN for a run that diverged.
    minimum : ndarray of shape (d,)
        The minimum.
    radius : float, default 0.2
        How near is near.

    Returns
    -------
    ndarray of shape (...)
        Shares from 0 to 1.
    """
    distance = np.linalg.norm(points - minimum, axis=-1)
    return (distance < radius).mean(axis=-1)
