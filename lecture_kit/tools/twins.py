"""Keep the Korean notebooks beside the English ones.

    uv run python -m lecture_kit.tools.twins                     show what differs, in both
    uv run python -m lecture_kit.tools.twins --copy              begin what is missing, copy code
    uv run python -m lecture_kit.tools.twins --fresh 03:signal   this text is translated now

A notebook in ``notebooks/ko`` has the cells of the notebook of that name in ``notebooks``: the same
ids in the same order, and the same code, but for the lines that choose the language. A text cell
keeps in its metadata the hash of the English text that it translates. Where the English has changed
since, the cell is stale.
"""

import argparse
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import nbformat

HASH = "translates"
SPEAK = 'from lecture_kit.live.language import speak\n\nspeak("ko")\n\n'


@dataclass(frozen=True)
class Difference:
    """A cell in which a notebook and its twin differ."""

    notebook: str
    """Name of the notebook."""
    cell: str
    """Id of the cell."""
    kind: str
    """"missing", "extra", "moved", "other kind", "other code" or "stale"."""
    english: str
    """Its English text or code."""
    korean: str
    """Its Korean text or code."""


def hash_of(source):
    """Write a text as 12 hexadecimal digits.

    Parameters
    ----------
    source : str
        The text.

    Returns
    -------
    str
        The beginning of its SHA-256.
    """
    return sha256(source.encode()).hexdigest()[:12]


def code_of_twin(cell):
    """Give the code that the twin of a cell holds.

    Parameters
    ----------
    cell : nbformat.NotebookNode
        An English code cell.

    Returns
    -------
    str
        Its code. Before the imports stands the choice of the language.
    """
    return (SPEAK if cell.id == "set-up" else "") + cell.source


def differences(name, english, korean):
    """Compare a notebook with its twin.

    Parameters
    ----------
    name : str
        Name of the notebook.
    english, korean : nbformat.NotebookNode
        The two.

    Returns
    -------
    list of Difference
        Empty if the Korean notebook is fresh.
    """
    twins = {cell.id: cell for cell in korean.cells}
    originals = {cell.id: cell for cell in english.cells}
    found = []
    for cell in english.cells:
        twin = twins.get(cell.id)
        kind = _kind(cell, twin)
        if kind:
            found.append(Difference(name, cell.id, kind, cell.source, twin.source if twin else ""))
    found += [Difference(name, cell.id, "extra", "", cell.source) for cell in korean.cells
              if cell.id not in originals]
    common = [cell.id for cell in english.cells if cell.id in twins]
    order = [cell.id for cell in korean.cells if cell.id in originals]
    return found + [Difference(name, one, "moved", originals[one].source, twins[one].source)
                    for one, other in zip(common, order, strict=True) if one != other]


def _kind(cell, twin):
    if twin is None:
        return "missing"
    if twin.cell_type != cell.cell_type:
        return "other kind"
    if cell.cell_type == "code":
        return "" if twin.source == code_of_twin(cell) else "other code"
    return "" if twin.metadata.get(HASH) == hash_of(cell.source) else "stale"


def copy(english, korean):
    """Put the cells of a twin in order: copy code, and begin what is missing with English text.

    Parameters
    ----------
    english : nbformat.NotebookNode
        The original.
    korean : nbformat.NotebookNode
        The twin; it is changed in place. Cells that the original lacks are dropped.
    """
    twins = {cell.id: cell for cell in korean.cells}
    cells = []
    for cell in english.cells:
        twin = twins.get(cell.id)
        if twin is None or twin.cell_type != cell.cell_type:
            twin = nbformat.from_dict(dict(cell))
        if cell.cell_type == "code":
            twin.source = code_of_twin(cell)
        cells.append(twin)
    korean.cells = cells


def main(arguments=None, folder=Path("notebooks")):
    """Run the command.

    Parameters
    ----------
    arguments : list of str, optional
        Words after the command; those of the shell by default.
    folder : Path, optional
        The folder of the English notebooks.

    Returns
    -------
    int
        0 if the Korean notebooks are fresh, else 1.
    """
    parser = argparse.ArgumentParser(description="Keep the Korean notebooks beside the English.")
    parser.add_argument("--copy", action="store_true",
                        help="begin cells that are missing with the English text; copy all code")
    parser.add_argument("--fresh", nargs="+", default=[], metavar="NN:CELL",
                        help="cells whose translation is right now; NN alone: all of a notebook")
    options = parser.parse_args(arguments)
    found, unknown = [], set(options.fresh)
    for path in sorted(folder.glob("*.ipynb")):
        english, twin_path = nbformat.read(path, as_version=4), folder / "ko" / path.name
        korean = (nbformat.read(twin_path, as_version=4) if twin_path.exists()
                  else nbformat.v4.new_notebook())
        before = nbformat.writes(korean)
        if options.copy:
            copy(english, korean)
        unknown -= _take_over_hashes(path.name[:2], english, korean, options.fresh)
        after = nbformat.writes(korean)
        if after != before:
            twin_path.parent.mkdir(exist_ok=True)
            twin_path.write_text(after.rstrip("\n") + "\n", encoding="utf-8", newline="\n")
        found += differences(path.stem, english, korean)
    texts = "" if options.copy or options.fresh else "\n--- English\n{}\n--- 한국어\n{}\n"
    for one in found:
        print(f"{one.notebook} {one.cell}: {one.kind}" + texts.format(one.english, one.korean))
    for word in sorted(unknown):
        print(f"{word}: there is no such text cell; write 03:signal, or 03 for all of a notebook")
    return 1 if found or unknown else 0


def _take_over_hashes(number, english, korean, fresh):
    """Mark the cells that are named in ``fresh`` as translated; returns the names it knows."""
    originals = {cell.id: cell.source for cell in english.cells}
    known = set()
    for cell in korean.cells:
        named = {number, f"{number}:{cell.id}"} & set(fresh)
        if named and cell.cell_type == "markdown" and cell.id in originals:
            cell.metadata[HASH] = hash_of(originals[cell.id])
            known |= named
    return known


if __name__ == "__main__":
    sys.exit(main())
