"""Functions to walk down on, with gradients and Hessians.

A point is the last axis of an array, so ``(2,)`` is one point of the plane and ``(1000, 2)`` are a
thousand. All points are treated at once.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lecture_kit.maths.checks import as_floats, as_number, as_row, require


@dataclass(frozen=True)
class Landscape:
    """A differentiable function f of one or two coordinates.

    Parameters
    ----------
    name : str
        The name that pictures show.
    value : callable
        Points of shape (..., d) to heights f of shape (...).
    gradient : callable
        Points of shape (..., d) to gradients of the same shape.
    hessian : callable
        Points of shape (..., d) to Hessian matrices of shape (..., d, d).
    minima : ndarray of shape (n_minima, d)
        All local minima, the global one first.

    Notes
    -----
    Far out a height or a slope may be too large for a number. It is then infinite or NaN.
    """

    name: str
    value: Callable
    gradient: Callable
    hessian: Callable
    minima: np.ndarray


def _landscape(name, value, gradient, hessian, minima):
    silent = np.errstate(over="ignore", invalid="ignore")
    return Landscape(name, silent(value), silent(gradient), silent(hessian), minima)


def _as_points(points, dimension):
    points = as_floats("points", points)
    require(points.ndim >= 1 and points.shape[-1] == dimension,
            f"points must have {dimension} coordinates on the last axis", points.shape,
            f"Reshape to (..., {dimension}).")
    return points


def quadratic(curvatures):
    """Bowl or valley with its minimum at the origin, f(x) = ½ Σ λ_i x_i².

    Parameters
    ----------
    curvatures : array_like of shape (d,)
        Curvatures λ_i along the axes, all positive. They are the eigenvalues of the Hessian.

    Returns
    -------
    Landscape
        The function with its gradient λ_i x_i and its constant Hessian diag(λ).

    Raises
    ------
    ValueError
        If a curvature is not positive and finite.

    References
    ----------
    Slides, section "(3) Gradient Descent & Momentum".
    """
    curvatures = as_row("curvatures", curvatures, "Pass one curvature per axis.", above=0).copy()
    d = len(curvatures)

    def value(points):
        return (curvatures * _as_points(points, d) ** 2).sum(axis=-1) / 2

    def gradient(points):
        return curvatures * _as_points(points, d)

    def hessian(points):
        shape = _as_points(points, d).shape
        return np.broadcast_to(np.diag(curvatures), (*shape, d))

    return _landscape("valley", value, gradient, hessian, np.zeros((1, d)))


def double_well(tilt=0.9):
    """One coordinate, two minima: f(x) = (x² − 1)² + tilt · x.

    The left minimum is the global one.

    Parameters
    ----------
    tilt : float, default 0.9
        How much deeper the left well lies, from 0 (not included) to 1.5 (not included). From 1.54
        on there is only one well.

    Returns
    -------
    Landscape
        The function with gradient 4x(x² − 1) + tilt and Hessian 12x² − 4.

    Raises
    ------
    ValueError
        If ``tilt`` is not between 0 and 1.5.

    References
    ----------
    Slides, section "(3) Gradient Descent & Momentum": local and global minimum.
    """
    tilt = as_number("tilt", tilt, "Use tilt=0.9.", above=0, below=1.5)

    def value(points):
        x = _as_points(points, 1)[..., 0]
        return (x**2 - 1) ** 2 + tilt * x

    def gradient(points):
        x = _as_points(points, 1)
        return 4 * x * (x**2 - 1) + tilt

    def hessian(points):
        return (12 * _as_points(points, 1) ** 2 - 4)[..., np.newaxis]

    left, _, right = np.sort(np.roots([4, 0, -4, tilt]).real)
    return _landscape("double well", value, gradient, hessian, np.array([[left], [right]]))


def canyon(angle=0.0):
    """Valley between steep walls, f = x²/20 + y², turned around the origin.

    It has the curvatures 0.1 along its floor and 2 across.

    Parameters
    ----------
    angle : float, default 0
        Angle φ in degrees by which the floor is turned from the x-axis. At 0 every direction of
        the valley is one coordinate; at 45 both are mixed.

    Returns
    -------
    Landscape
        The function ½pᵀHp of the point p with gradient Hp and Hessian H = R diag(0.1, 2) Rᵀ, R the
        rotation by φ.

    Raises
    ------
    ValueError
        If ``angle`` is not one finite number.

    References
    ----------
    Slides, section "(4) Adaptive Methods", picture (a).
    """
    turn = np.deg2rad(as_number("angle", angle, "Try angle=30."))
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = rotation @ np.diag([0.1, 2.0]) @ rotation.T
    (a, c), (_, b) = matrix

    def value(points):
        points = _as_points(points, 2)
        x, y = points[..., 0], points[..., 1]
        return (a * x * x + b * y * y) / 2 + c * x * y

    def gradient(points):
        points = _as_points(points, 2)
        return [a, b] * points + c * points[..., ::-1]

    def hessian(points):
        return np.broadcast_to(matrix, (*_as_points(points, 2).shape, 2))

    return _landscape("canyon", value, gradient, hessian, np.zeros((1, 2)))


def saddle():
    """Saddle without a minimum, f = x² − y². The ridge is the line y = 0.

    Returns
    -------
    Landscape
        The function with gradient (2x, −2y) and Hessian diag(2, −2). It falls without end, so
        ``minima`` has no rows.

    References
    ----------
    Slides, section "(4) Adaptive Methods", picture (b).
    """
    curvatures = np.array([2.0, -2.0])

    def value(points):
        return (curvatures * _as_points(points, 2) ** 2).sum(axis=-1) / 2

    def gradient(points):
        return curvatures * _as_points(points, 2)

    def hessian(points):
        return np.broadcast_to(np.diag(curvatures), (*_as_points(points, 2).shape, 2))

    return _landscape("saddle", value, gradient, hessian, np.zeros((0, 2)))


def beale():
    """Beale's function: a flat bent floor between walls that rise to 100,000.

    f = (1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)², with its minimum 0 at (3, 0.5)
    and a saddle at (0, 1).

    Returns
    -------
    Landscape
        The function with its gradient and Hessian.

    References
    ----------
    Beale, E. M. L. (1958). On an iterative method for finding a local minimum of a function of
    more than one variable.
    """
    targets, powers = np.array([1.5, 2.25, 2.625]), np.arange(1, 4)

    def parts(points):
        points = _as_points(points, 2)
        x, y = points[..., :1], points[..., 1:]
        below = y ** (powers - 1)
        return x, y, below, targets - x + x * y * below  # below = yⁿ⁻¹, then the three brackets

    def value(points):
        return (parts(points)[-1] ** 2).sum(axis=-1)

    def gradient(points):
        x, y, below, bracket = parts(points)
        along_x, along_y = y * below - 1, x * powers * below
        return 2 * np.stack([(bracket * along_x).sum(axis=-1),
                             (bracket * along_y).sum(axis=-1)], axis=-1)

    def hessian(points):
        x, y, below, bracket = parts(points)
        along_x, along_y = y * below - 1, x * powers * below
        along_xy = powers * below
        along_yy = x * powers * np.array([0, 1, 2]) * y ** np.array([0, 0, 1])
        xx = (along_x**2).sum(axis=-1)
        xy = (along_x * along_y + bracket * along_xy).sum(axis=-1)
        yy = (along_y**2 + bracket * along_yy).sum(axis=-1)
        return 2 * np.stack([np.stack([xx, xy], axis=-1), np.stack([xy, yy], axis=-1)], axis=-2)

    return _landscape("Beale", value, gradient, hessian, np.array([[3.0, 0.5]]))


def rosenbrock():
    """Rosenbrock's bent valley, f = (1 − x)² + 100(y − x²)², with its minimum 0 at (1, 1).

    Returns
    -------
    Landscape
        The function with gradient (−2(1 − x) − 400x(y − x²), 200(y − x²)) and its Hessian.

    References
    ----------
    Rosenbrock, H. H. (1960). An automatic method for finding the greatest or least value of a
    function.
    """

    def split(points):
        points = _as_points(points, 2)
        return points[..., 0], points[..., 1]

    def value(points):
        x, y = split(points)
        return (1 - x) ** 2 + 100 * (y - x * x) ** 2

    def gradient(points):
        x, y = split(points)
        off = y - x * x
        return np.stack([2 * (x - 1) - 400 * x * off, 200 * off], axis=-1)

    def hessian(points):
        x, y = split(points)
        xx, xy = 2 - 400 * (y - 3 * x * x), -400 * x
        yy = np.full_like(x, 200)
        return np.stack([np.stack([xx, xy], axis=-1), np.stack([xy, yy], axis=-1)], axis=-2)

    return _landscape("Rosenbrock", value, gradient, hessian, np.array([[1.0, 1.0]]))
