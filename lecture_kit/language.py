"""The words that a reader sees pass through :func:`translate`, so that they can be translated.

A translation is a standard gettext catalogue ``locales/<language>/LC_MESSAGES/lecture_kit.mo``.
Without one the words stay English.
"""

import gettext
from pathlib import Path

_catalogue = gettext.translation(
    "lecture_kit", localedir=Path(__file__).parent / "locales", fallback=True
)
translate = _catalogue.gettext
