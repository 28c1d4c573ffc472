"""Words and numbers as a reader sees them.

Words pass through ``translate``, so that they can be translated. A translation is a standard
gettext catalogue ``locales/<language>/LC_MESSAGES/lecture_kit.mo``. Without one the words stay
English.
"""

import gettext
from pathlib import Path

from lecture_kit.checks import as_array, require

_catalogue = gettext.translation(
    "lecture_kit", localedir=Path(__file__).parent / "locales", fallback=True
)
translate = _catalogue.gettext


def number(value):
    """Write a number with three digits and a true minus sign, as pictures do.

    Parameters
    ----------
    value : float
        The number.

    Returns
    -------
    str
        For example ``"−0.25"``.

    Raises
    ------
    ValueError
        If ``value`` is not one real number. NaN and infinity are written as they are.
    """
    array = as_array(value)
    require(array.ndim == 0 and array.dtype.kind in "fiub", "value must be one real number", value,
            "Pass a number.")
    return f"{value:.3g}".replace("-", "−")
