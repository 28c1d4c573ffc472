"""Words and numbers as a reader sees them.

Words pass through ``translate`` when they are shown. A translation is a standard gettext catalogue
``locales/<language>/LC_MESSAGES/lecture_kit.mo``. The words are English until a notebook says
``speak("ko")``: a notebook's language does not depend on the computer's.
"""

import gettext
from pathlib import Path

import numpy as np

from lecture_kit.maths.checks import as_array, as_row, as_whole, require, require_choice
from lecture_kit.maths.inference import mean_and_standard_error

LANGUAGES = ("en", "ko")
_LOCALES = Path(__file__).parent.parent / "locales"
_catalogue = gettext.NullTranslations()


def speak(language):
    """Choose the language of panels, predictions, exercises and the scorecard.

    What is shown already keeps its words.

    Parameters
    ----------
    language : {"en", "ko"}
        English or Korean.

    Raises
    ------
    ValueError
        If ``language`` is another one.
    """
    global _catalogue
    require_choice("language", language, LANGUAGES)
    _catalogue = gettext.NullTranslations() if language == "en" else gettext.translation(
        "lecture_kit", _LOCALES, [language])


def translate(words):
    """Say words in the chosen language.

    Parameters
    ----------
    words : str
        English words.

    Returns
    -------
    str
        Their translation; the same words in English, or where the catalogue lacks them.

    Raises
    ------
    ValueError
        If ``words`` is not a text.
    """
    require(isinstance(words, str), "words must be a text", words, "Pass a str.")
    return _catalogue.gettext(words)


def number(value, digits=3):
    """Write a rounded number with a true minus sign, as pictures do, and thousands with commas.

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
    words = f"{rounded:,.0f}" if 1000 <= abs(rounded) < 1e7 else f"{rounded:.3g}"
    return words.replace("-", "−")


def mean_and_error(values):
    """Write the mean of measurements and its standard error.

    The standard error is the standard deviation (with n − 1) through √n.

    Parameters
    ----------
    values : array_like of shape (n,)
        Results of at least 2 seeds or splits, or differences of pairs.

    Returns
    -------
    str
        For example ``"0.049 ± 0.011"``: two digits of the error, and as many places of the mean,
        four at most.

    Raises
    ------
    ValueError
        If there are fewer than 2 values, or one is not finite.
    """
    mean, error = mean_and_standard_error(values)
    places = min(4, max(0, 1 - int(np.floor(np.log10(error))))) if error > 0 else 3
    return f"{mean:.{places}f} ± {error:.{places}f}".replace("-", "−")


def median_and_range(values):
    """Write the median of measurements, and the smallest and the largest of them.

    Parameters
    ----------
    values : array_like of shape (n,)
        Results of many draws, at least 1.

    Returns
    -------
    str
        For example ``"29 (17.9 to 61)"``.

    Raises
    ------
    ValueError
        If ``values`` is not a list of finite numbers.
    """
    values = as_row("values", values, "Pass the results.")
    return translate("{median} ({least} to {most})").format(
        median=number(np.median(values)), least=number(values.min()), most=number(values.max()))
