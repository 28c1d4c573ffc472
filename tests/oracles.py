"""Helpers that several test files share: numerical derivatives, read-only input, error texts."""

import re

import numpy as np


def slope(function, x, step=1e-3):
    """Differentiate entry by entry with a central difference of fourth order."""
    x = np.asarray(x, dtype=float)
    near = function(x + step) - function(x - step)
    far = function(x + 2 * step) - function(x - 2 * step)
    return (8 * near - far) / (12 * step)


def numerical_gradient(function, point, step=1e-3):
    """Differentiate by every entry of the point. The function's own axes come first."""
    point = np.asarray(point, dtype=float)

    def along(index):
        direction = np.zeros_like(point)
        direction[index] = 1
        return slope(lambda t: np.asarray(function(point + t * direction)), 0.0, step)

    columns = [along(index) for index in np.ndindex(point.shape)]
    return np.stack(columns, axis=-1).reshape(*columns[0].shape, *point.shape)


def frozen(values, dtype=float):
    """Make an array that nobody can change in place."""
    array = np.array(values, dtype=dtype)
    array.flags.writeable = False
    return array


def says(rule, value, remedy):
    """Make the pattern of an error text that states the rule, the value and the remedy."""
    return rf"{re.escape(rule)}.*; got {re.escape(value)}\. .*{re.escape(remedy)}"


def looped_windows(maps, window, stride):
    """Cut the windows one by one."""
    rows = range(0, maps.shape[-2] - window + 1, stride)
    columns = range(0, maps.shape[-1] - window + 1, stride)
    return np.array([[[[image[top : top + window, left : left + window].ravel()
                        for left in columns] for top in rows] for image in sample]
                     for sample in maps])
