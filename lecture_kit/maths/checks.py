"""Checks of arguments: a wrong value gets an error that says what to do."""

import math
from functools import lru_cache

import numpy as np

LARGEST = 1e100  # squares and products of numbers up to here still fit into 64 bits


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
        if isinstance(value, np.ndarray | np.generic) and value.ndim == 0:
            value = value.item()
        with np.printoptions(threshold=20):
            raise ValueError(f"{rule}; got {value!r}. {remedy}")


def as_array(values):
    """Make an array of anything, without an error.

    Parameters
    ----------
    values : object
        What shall become an array.

    Returns
    -------
    ndarray
        The array. Rows of unequal length become None, which no check lets pass.
    """
    try:
        return np.asarray(values)
    except ValueError:
        return np.asarray(None)


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
    array = as_array(values)
    require(array.dtype.kind in "fiub", f"{name} must hold real numbers", values, "Pass numbers.")
    if array.dtype not in (np.float32, np.float64):
        with np.errstate(over="ignore"):
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
        If a value is not a whole number from 0 to ``n_classes`` − 1, or there are no classes.
    """
    array = as_array(values)
    n_classes = as_whole("n_classes", n_classes, "Pass the number of classes.", least=1)
    rule = f"{name} must hold whole numbers from 0 to {n_classes - 1}"
    remedy = f"There are {n_classes} classes, counted from 0."
    require(array.dtype.kind in "iub", rule, values, remedy)
    array = array.astype(np.intp)
    require((array >= 0) & (array < n_classes), rule, values, remedy)
    return array


@lru_cache(typed=True)  # the words for 0 are not those for 0.0
def _in_words(least, above, most, below, whole):
    """Say between which limits a number must lie."""
    low, high = max(least, above), min(most, below)
    if np.isfinite(low) and np.isfinite(high) and (least > above) == (most < below):
        return f"lie between {low} and {high}" + " and be a whole number" * whole
    words = [f"at least {least}"] * (least > above) + [f"above {above}"] * (above > least)
    words += [f"at most {most}"] * (most < below) + [f"less than {below}"] * (below < most)
    if above == 0 and np.isinf(high):
        words = ["positive"]
    if whole or np.isinf(high):
        words.append("a whole number" if whole else "finite")
    return f"be {' and '.join(words)}"


def _checked(name, values, remedy, single=False, *, least=-np.inf, above=-np.inf, most=np.inf,
             below=np.inf, whole=False):
    array = as_array(values)
    rule = f"{name} must {_in_words(least, above, most, below, whole)}"
    rule += ", a single one" * (single and array.ndim > 0)
    require(array.dtype.kind in ("iu" if whole else "fiub") and not (single and array.ndim), rule,
            values, remedy)
    require(array.size > 0, f"{name} must not be empty", values, remedy)
    low, high = array.min().item(), array.max().item()  # NaN if there is one anywhere
    if least == above == -np.inf:
        require(math.isfinite(low) and math.isfinite(high), rule, values,
                "Remove NaN and infinity first.")
    require(least <= low and above < low and high <= most and high < below, rule, values, remedy)
    require(max(-low, high) <= LARGEST, f"{name} must be finite and at most 1e100 in size", values,
            remedy)
    require(above != 0 or low >= 1 / LARGEST, f"{name} must be at least 1e-100", values, remedy)
    if array.ndim == 0:
        return array.item()
    return array if whole or array.dtype in (np.float32, np.float64) else array.astype(np.float64)


def as_numbers(name, values, remedy="Pass numbers.", **limits):
    """Turn numbers into an array and refuse those that are out of their range.

    Parameters
    ----------
    name : str
        Name of the argument, for the error text.
    values : array_like of any shape
        Real numbers.
    remedy : str, optional
        What the caller can do, as a sentence.
    **limits
        ``least``, ``above``, ``most`` and ``below``: limits, of which ``above`` and ``below`` are
        not included themselves. ``whole=True``: only whole numbers of an integer type will do.

    Returns
    -------
    ndarray of the same shape, or float or int
        The numbers; a single number in Python's own type. There is at least one.

    Raises
    ------
    ValueError
        If the values are not real numbers (or not whole), leave their limits, are not finite or
        larger than 10¹⁰⁰ in size, or, if they must be positive, smaller than 10⁻¹⁰⁰.
    """
    return _checked(name, values, remedy, **limits)


def as_number(name, value, remedy="Pass one number.", **limits):
    """Refuse what is not a single number within its limits.

    Parameters
    ----------
    name, value, remedy, **limits
        As in :func:`as_numbers`.

    Returns
    -------
    float or int
        The number, of Python's own type.

    Raises
    ------
    ValueError
        As in :func:`as_numbers`, or if there is more than one number.
    """
    return _checked(name, value, remedy, single=True, **limits)


def as_whole(name, value, remedy, *, least, most=np.inf):
    """Refuse what is not a single whole number within its limits.

    Parameters
    ----------
    name, value, remedy, least, most
        As in :func:`as_numbers`.

    Returns
    -------
    int
        The number.

    Raises
    ------
    ValueError
        As in :func:`as_number`, or if the number is not whole: 2.0 is no integer type either.
    """
    return int(as_number(name, value, remedy, least=least, most=most, whole=True))


def as_measured(name, values, remedy, ndim=1, least=1):
    """Turn measurements into an array; NaN and infinity, of runs that diverged, may be among them.

    Parameters
    ----------
    name : str
        Name of the argument, for the error text.
    values : array_like of any shape
        Real numbers.
    remedy : str
        What the caller can do, as a sentence.
    ndim : int, default 1
        How many axes there must be at least.
    least : int, default 1
        How many numbers there must be at least.

    Returns
    -------
    ndarray of the same shape
        The numbers.

    Raises
    ------
    ValueError
        If the values are not real numbers, or there are too few of them or too few axes.
    """
    array = as_array(values)
    require(array.dtype.kind in "fiub", f"{name} must hold real numbers", values, remedy)
    require(array.ndim >= ndim and array.size >= least,
            f"{name} must have {ndim} or more axes and {least} or more numbers", array.shape,
            remedy)
    return array if array.dtype in (np.float32, np.float64) else array.astype(np.float64)


def as_row(name, values, remedy="Pass an array of shape (n,).", **limits):
    """Turn a list of numbers into an array with one axis and at least one entry.

    Parameters
    ----------
    name : str
        Name of the argument, for the error text.
    values : array_like of shape (n,)
        Real numbers.
    remedy, **limits
        As in :func:`as_numbers`.

    Returns
    -------
    ndarray of shape (n,)
        The numbers, as floating-point numbers.

    Raises
    ------
    ValueError
        If the values are no such list, or as in :func:`as_numbers`.
    """
    row = as_array(values)
    require(row.ndim == 1 and row.size > 0, f"{name} must be a list of numbers", values, remedy)
    return as_numbers(name, values, remedy, **limits)


def as_table(name, values, n_columns=None):
    """Turn rows of numbers into an array with two axes and at least one entry.

    Parameters
    ----------
    name : str
        Name of the argument, for the error text.
    values : array_like of shape (n_rows, n_columns)
        Real numbers.
    n_columns : int, optional
        How many columns there must be.

    Returns
    -------
    ndarray of the same shape
        The numbers, as floating-point numbers.

    Raises
    ------
    ValueError
        If the values are no such table, or as in :func:`as_numbers`.
    """
    table = as_array(values)
    require(table.ndim == 2 and table.size > 0, f"{name} must be a table with rows", table.shape,
            "Pass an array of shape (n_rows, n_columns).")
    require(n_columns is None or table.shape[1] == n_columns,
            f"{name} must have {n_columns} columns", table.shape, "Pass rows that fit.")
    return as_numbers(name, values)


def as_rng(seed):
    """Make a random generator and refuse what is no seed.

    Parameters
    ----------
    seed : int or sequence of int
        Seed, from 0 on.

    Returns
    -------
    numpy.random.Generator
        Source of random numbers.

    Raises
    ------
    ValueError
        If a number is negative or not whole.
    """
    seeds = as_array(seed)
    require(seeds.dtype.kind in "iu" and seeds.ndim <= 1 and seeds.size > 0 and seeds.min() >= 0,
            "seed must be a whole number from 0 on", seed, "Try seed=0.")
    return np.random.default_rng(seeds.tolist())


def as_seeds(seeds, name="seeds"):
    """Refuse what is not a list of seeds.

    Parameters
    ----------
    seeds : sequence of int, shape (n_seeds,)
        Whole numbers from 0 on.
    name : str, default "seeds"
        Name of the argument, for the error text.

    Returns
    -------
    list of int
        The same.

    Raises
    ------
    ValueError
        If there are none, or one is negative or not whole.
    """
    return as_row(name, seeds, "Try range(10).", least=0, whole=True).tolist()


def as_counts(name, values, ndim=2):
    """Turn how often things were counted into an array and refuse what is no count.

    Parameters
    ----------
    name : str
        Name of the argument, for the error text.
    values : array_like of int
        Counts, not all 0.
    ndim : int, default 2
        How many axes there must be.

    Returns
    -------
    ndarray of int, same shape
        The counts.

    Raises
    ------
    ValueError
        If a count is negative or not whole, all are 0, or the number of axes is another one.
    """
    remedy = "Count something first."
    counts = np.asarray(as_numbers(name, values, remedy, least=0, whole=True)).astype(np.intp)
    require(counts.ndim == ndim and counts.sum() > 0, f"{name} must have {ndim} axes and not be 0",
            values, remedy)
    return counts


def require_choice(name, value, known):
    """Refuse a name that is not among the known ones.

    Parameters
    ----------
    name : str
        Name of the argument, for the error text.
    value : object
        The value that was received.
    known : iterable of str
        The names that will do.

    Raises
    ------
    ValueError
        If the value is none of them.
    """
    require(isinstance(value, str) and value in known, f"{name} must be one of {list(known)}",
            value, "Check the spelling.")


def require_fit(**arrays):
    """Refuse arrays whose shapes do not broadcast.

    Parameters
    ----------
    **arrays
        Arrays by the names of the arguments.

    Raises
    ------
    ValueError
        If they cannot stand in one formula.
    """
    shapes = [as_array(array).shape for array in arrays.values()]
    try:
        np.broadcast_shapes(*shapes)
        fit = True
    except ValueError:
        fit = False
    require(fit, f"the shapes of {', '.join(arrays)} must fit together", shapes,
            "Pass arrays of the same shape, or single numbers.")
