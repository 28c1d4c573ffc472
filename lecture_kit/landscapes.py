"""Functions to walk down on, with gradients and Hessians.

A point is the last axis of an array, so ``(2,)`` is one point of the plane and ``(1000, 2)`` are a
thousand. All points are treated at once.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lecture_kit.checks import as_floats, require


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
    """

    name: str
    value: Callable
    gradient: Callable
    hessian: Callable
    minima: np.ndarray


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
    curvatures = as_floats("curvatures", curvatures)
    require(curvatures.ndim == 1 and curvatures.size > 0 and np.all(curvatures > 0),
            "curvatures must be a list of positive numbers", curvatures,
            "Pass one curvature per axis.")
    curvatures = curvatures.copy()
    d = len(curvatures)

    def value(points):
        return (curvatures * _as_points(points, d) ** 2).sum(axis=-1) / 2

    def gradient(points):
        return curvatures * _as_points(points, d)

    def hessian(points):
        shape = _as_points(points, d).shape
        return np.broadcast_to(np.diag(curvatures), (*shape, d))

    return Landscape("valley", value, gradient, hessian, np.zeros((1, d)))


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
    require(0 < tilt < 1.5, "tilt must lie between 0 and 1.5", tilt, "Use tilt=0.9.")

    def value(points):
        x = _as_points(points, 1)[..., 0]
        return (x**2 - 1) ** 2 + tilt * x

    def gradient(points):
        x = _as_points(points, 1)
        return 4 * x * (x**2 - 1) + tilt

    def hessian(points):
        return (12 * _as_points(points, 1) ** 2 - 4)[..., np.newaxis]

    left, _, right = np.sort(np.roots([4, 0, -4, tilt]).real)
    return Landscape("double well", value, gradient, hessian, np.array([[left], [right]]))
