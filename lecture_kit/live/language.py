"""Words and numbers as a reader sees them.

Words pass through ``translate``, so that they can be translated. A translation is a standard
gettext catalogue ``locales/<language>/LC_MESSAGES/lecture_kit.mo``. Without one the words stay
English.
"""

import gettext
from pathlib import Path

from lecture_kit.maths.checks import as_array, as_whole, require

_catalogue = gettext.translation(
    "lecture_kit", localedir=Path(__file__).parent.parent / "locales", fallback=True
)
translate = _catalogue.gettext


def number(value, digits=3):
    """Write a rounded number with a true minus sign, as pictures do.

    Parameters
    ----------
    value : float
        The number.
    digits : {1, 2, 3}, default 3
        How many digits it is rounded to.

    Returns
    -------
    str
        For example ``"−0.25"``.

    Raises
    ------
    ValueError
        If ``value`` is not one real number, or ``digits`` is another number. NaN and infinity are
        written as they are.
    """
    array = as_array(value)
    require(array.ndim == 0 and array.dtype.kind in "fiub", "value must be one real number", value,
            "Pass a number.")
    digits = as_whole("digits", digits, "Leave it out for 3.", least=1, most=3)
    rounded = float(f"{value:.{digits}g}")  # 25 with one digit is 30, not 3e+01
    return f"{rounded:.3g}".replace("-", "−")
