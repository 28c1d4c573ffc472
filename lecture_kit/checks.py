"""Checks of arguments: a wrong value gets an error that says what to do."""

import numpy as np


def require(condition, rule, value, remedy):
    """Raise an error unless a condition holds everywhere.

    Parameters
    ----------
    condition : bool or ndarray of bool
        What must hold.
    rule : str
        The rule in words, for example ``"learning_rate must be at least 0"``.
    value : object
        The value that was received.
    remedy : str
        What the caller can do, as a sentence.

    Raises
    ------
    ValueError
        If the condition does not hold everywhere. The text is rule, value and remedy.
    """
    holds = condition if isinstance(condition, bool) else np.asarray(condition).all()
    if not holds:
        raise ValueError(f"{rule}; got {value!r}. {remedy}")


def as_floats(name, values):
    """Turn numbers into a floating-point array and refuse NaN and infinity.

    Parameters
    ----------
    name : str
        Name of the argument, for the error text.
    values : array_like of any shape
        Real numbers. ``float32`` stays ``float32``; integers and booleans become ``float64``.

    Returns
    -------
    ndarray of the same shape
        The numbers; the input itself where it already has a floating-point type.

    Raises
    ------
    ValueError
        If the values are not real numbers or if one of them is not finite.
    """
    array = np.asarray(values)
    require(array.dtype.kind in "fiub", f"{name} must hold real numbers", values, "Pass numbers.")
    if array.dtype not in (np.float32, np.float64):
        array = array.astype(np.float64)
    require(np.isfinite(array), f"{name} must be finite", values, "Remove NaN and infinity first.")
    return array


def as_labels(name, values, n_classes):
    """Turn class numbers into an integer array and refuse numbers that name no class.

    Parameters
    ----------
    name : str
        Name of the argument, for the error text.
    values : array_like of int, any shape
        Class numbers from 0 to ``n_classes`` − 1.
    n_classes : int
        How many classes there are.

    Returns
    -------
    ndarray of int, same shape
        The class numbers.

    Raises
    ------
    ValueError
        If a value is not a whole number from 0 to ``n_classes`` − 1.
    """
    array = np.asarray(values)
    rule = f"{name} must hold whole numbers from 0 to {n_classes - 1}"
    remedy = f"There are {n_classes} classes, counted from 0."
    require(array.dtype.kind in "iub", rule, values, remedy)
    array = array.astype(np.intp)
    require((array >= 0) & (array < n_classes), rule, values, remedy)
    return array
