"""Where something changes."""


def bisect(is_below, low, high):
    """Find the border between numbers that are too low and those that are not, by halving.

    Parameters
    ----------
    is_below : callable
        Says whether a number is too low.
    low, high : float
        Where to look.

    Returns
    -------
    float
        The border, to the last digits.
    """
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return (low + high) / 2
