"""Section 04, gradient descent and momentum: what theory says about a quadratic valley."""

from collections import deque

import numpy as np

from lecture_kit.checks import (
    as_measured,
    as_number,
    as_numbers,
    as_row,
    as_table,
    as_whole,
    require,
    require_fit,
)
from lecture_kit.optimizers import Momentum, walk


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


def convergence_rate(curvatures, learning_rate, momentum=0.0, nesterov=False):
    """Shrink factor ρ: each step multiplies the distance to the minimum by it in the long run.

    Along an axis with curvature λ one step of momentum is linear, with the eigenvalues
    z² − (1 + β − ηλ)z + β = 0; for Nesterov's z² − (1 + β)(1 − ηλ)z + β(1 − ηλ) = 0. The factor ρ
    is the largest |z| over all axes.

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
        ρ. Smaller is faster; less than 1 converges, more than 1 diverges. It is infinite where it
        is too large for a number.

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
    return np.where(discriminant >= 0, real, complex_pair).max(axis=-1)


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


@np.errstate(over="ignore", invalid="ignore")  # runs that diverged
def settled(points, minimum, radius=0.05):
    """Tell which of many runs rest at a minimum: all their last points are near it.

    One point would not do: a run that swings across a minimum for ever also comes near it.

    Parameters
    ----------
    points : ndarray of shape (n_last, ..., d)
        The last points of each run, as :func:`last_points` gives them.
    minimum : ndarray of shape (d,)
        The minimum.
    radius : float, default 0.05
        How near is near.

    Returns
    -------
    ndarray of bool, shape (...)
        True for a run with all points nearer than ``radius``; False for one that diverged.

    Raises
    ------
    ValueError
        If the shapes do not fit, or ``radius`` is negative or not finite.
    """
    points = as_measured("points", points, "Pass what last_points has returned.", ndim=2)
    minimum, radius = as_numbers("minimum", minimum), as_number("radius", radius, least=0)
    require_fit(points=points, minimum=minimum)
    return (np.linalg.norm(points - minimum, axis=-1) < radius).all(axis=0)


def forces(landscape, path, learning_rate, momentum=0.0):
    """Take the movement of a run with momentum apart: negative gradient plus momentum.

    The next movement is v = −ηg + βv_before, where v_before is the movement before.

    Parameters
    ----------
    landscape : Landscape
        Where the run walks.
    path : ndarray of shape (n_steps + 1, d)
        A run of :class:`~lecture_kit.optimizers.Momentum` without NaN.
    learning_rate : float
        η of the run, at least 0.
    momentum : float, default 0
        β of the run, from 0 to 1 (not included).

    Returns
    -------
    push, carry : ndarray of shape (n_steps + 1, d)
        −ηg and βv_before at each point. Their sum leads to the next point.

    Raises
    ------
    ValueError
        If ``path`` is not a table of finite numbers, ``learning_rate`` is negative or
        ``momentum`` leaves [0, 1).

    References
    ----------
    Slides, section "(3) Gradient Descent & Momentum": movement = negative gradient + momentum.
    """
    path = as_table("path", path)
    learning_rate = as_number("learning_rate", learning_rate, "Try 0.1.", least=0)
    momentum = as_number("momentum", momentum, "Try momentum=0.9.", least=0, below=1)
    before = np.diff(path, axis=0, prepend=path[:1])
    return -learning_rate * landscape.gradient(path), momentum * before


def last_points(gradient, optimizer, start, n_steps, bound=1e6, n_last=10):
    """Walk like :func:`~lecture_kit.optimizers.trajectory`, but keep the last points only.

    Parameters
    ----------
    gradient, optimizer, start, n_steps, bound
        As in :func:`~lecture_kit.optimizers.walk`.
    n_last : int, default 10
        How many points to keep.

    Returns
    -------
    ndarray of shape (n_last, ..., d)
        How the runs end, the last point last; NaN for a run that diverged. A walk of fewer points
        gives all it has.

    Raises
    ------
    ValueError
        As in :func:`~lecture_kit.optimizers.walk`, or if ``n_last`` is less than 1 or not
        whole.
    """
    n_last = as_whole("n_last", n_last, "Try n_last=10.", least=1)
    return np.stack(deque(walk(gradient, optimizer, start, n_steps, bound), maxlen=n_last))


def shares_by_momentum(landscape, learning_rate, momentum, starts, n_steps, bound=1e6):
    """Count for many momenta at once which share of the starts comes to rest.

    Parameters
    ----------
    landscape : Landscape
        Where the runs walk.
    learning_rate : float
        η, at least 0.
    momentum : ndarray of shape (n_momenta,)
        Values of β, each from 0 to 1 (not included).
    starts : ndarray of shape (n_starts, d)
        Where the runs begin, the same for every β.
    n_steps : int
        How many steps to take.
    bound : float, default 1e6
        A run with a coordinate outside ±``bound`` has diverged.

    Returns
    -------
    ndarray of shape (n_minima, n_momenta)
        Shares that rest at each minimum (see :func:`settled`). What is missing to 1 still moves
        or has diverged.

    Raises
    ------
    ValueError
        If ``learning_rate``, ``momentum`` or ``starts`` is out of range.
    """
    momentum, starts = as_row("momentum", momentum)[:, np.newaxis, np.newaxis], as_table(
        "starts", starts, landscape.minima.shape[1])
    learning_rate = as_number("learning_rate", learning_rate, "Try 0.1.", least=0)
    start = np.broadcast_to(starts, (len(momentum), *starts.shape))
    last = last_points(
        landscape.gradient, Momentum(learning_rate, momentum), start, n_steps, bound)
    return np.stack([settled(last, minimum).mean(axis=-1) for minimum in landscape.minima])


def hilltop(landscape):
    """Find the top between two wells: it divides the starts that roll left from the others.

    Parameters
    ----------
    landscape : Landscape
        A function of one coordinate with two minima.

    Returns
    -------
    float
        The place between the minima where the gradient is 0, by bisection.

    Raises
    ------
    ValueError
        If the landscape does not have one coordinate and two minima.
    """
    require(landscape.minima.shape == (2, 1), "landscape must have one coordinate and two minima",
            landscape.name, "Use double_well().")
    left, right = np.sort(landscape.minima[:, 0])
    for _ in range(60):
        middle = (left + right) / 2
        if landscape.gradient(np.array([middle]))[0] > 0:  # uphill to the right: the top is there
            left = middle
        else:
            right = middle
    return float((left + right) / 2)


def basin_share(landscape, low, high):
    """Share of the global minimum's basin in all starts between two ends.

    A ball that moves in tiny steps without momentum rolls into the well on its side of the top.

    Parameters
    ----------
    landscape : Landscape
        A function of one coordinate with two minima, the global one on the left.
    low, high : float
        The ends. The hilltop lies between them.

    Returns
    -------
    float
        The share, from 0 to 1.

    Raises
    ------
    ValueError
        If the hilltop does not lie between ``low`` and ``high``, or the landscape does not have
        two wells.
    """
    low, high = as_number("low", low), as_number("high", high)
    top = hilltop(landscape)
    require(low < top < high, f"the hilltop {top:.3g} must lie between low and high", (low, high),
            "Use low=-2, high=2.")
    return (top - low) / (high - low)


def nesterov_step(w, v, gradient, learning_rate, momentum):
    """Take one step of Nesterov's momentum in its textbook form, v ← βv − ηg(w + βv), w ← w + v.

    Parameters
    ----------
    w, v : float or ndarray
        The point and the velocity.
    gradient : callable
        Points to gradients g of the same shape.
    learning_rate : float
        η.
    momentum : float
        β.

    Returns
    -------
    w, v : float or ndarray
        The new point and the new velocity.

    Raises
    ------
    ValueError
        If a number is not finite, the shapes do not fit, ``learning_rate`` is negative or
        ``momentum`` leaves [0, 1).

    References
    ----------
    Sutskever, I., Martens, J., Dahl, G., & Hinton, G. (2013). On the importance of initialization
    and momentum in deep learning.
    """
    w, v = as_numbers("w", w), as_numbers("v", v)
    require_fit(w=w, v=v)
    learning_rate = as_number("learning_rate", learning_rate, "Try 0.1.", least=0)
    momentum = as_number("momentum", momentum, "Try momentum=0.9.", least=0, below=1)
    v = momentum * v - learning_rate * gradient(w + momentum * v)
    return w + v, v
