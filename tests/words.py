"""Bring the Korean words up to date with the kit: uv run python tests/words.py

Words are what stands in ``_("…")``. Translations are kept, what is no longer said goes, and the
words that wait for a translation are printed. The compiled catalogue is written, too.
"""

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

KIT = Path(__file__).parent.parent / "lecture_kit"
CATALOGUE = KIT / "locales/ko/LC_MESSAGES/lecture_kit.po"
HEADER = """# The Korean words of the kit.
msgid ""
msgstr ""
"Language: ko\\n"
"Content-Type: text/plain; charset=utf-8\\n"

"""


def said():
    """The words of the kit, with the files that say them."""
    words = Catalog()
    for file, _line, message, _comments, _context in sorted(extract_from_dir(
            KIT, keywords={"_": None, "translate": None}), key=lambda found: found[:2]):
        words.add(message, locations=[(file.replace("\\", "/"), None)])
    return words


def translated():
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="ko")


def main():
    catalogue = translated()
    catalogue.update(said(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    for message in catalogue:
        message.flags.discard("python-format")  # Babel takes "5 % of" for a placeholder
    written = io.BytesIO()
    write_po(written, catalogue, omit_header=True, include_lineno=False)
    CATALOGUE.write_text(HEADER + written.getvalue().decode(), encoding="utf-8", newline="\n")
    with CATALOGUE.with_suffix(".mo").open("wb") as file:
        write_mo(file, translated())
    missing = [message.id for message in catalogue if message.id and not message.string]
    print(*missing, f"{len(missing)} words wait for a translation", sep="\n")
    return bool(missing)


if __name__ == "__main__":
    sys.exit(main())
