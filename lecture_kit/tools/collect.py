"""Collect what a class has solved, predicted and reached, from its saved notebooks.

    uv run python -m lecture_kit.tools.collect FOLDER                     print a table
    uv run python -m lecture_kit.tools.collect FOLDER --csv results.csv   write it, too
    uv run python -m lecture_kit.tools.collect FOLDER --execute           run each notebook, too

``FOLDER`` holds one folder for each student. The folders of nbgrader do as well: ``submitted`` has
that form, and in an exchange's ``inbound`` the student is what stands before the first ``+``.

Without ``--execute`` nothing runs: the results are those that JupyterLab has saved. Whoever can
edit a file can type them in by hand, so they prove nothing. They tell how far a class is.

With ``--execute`` the code of each notebook runs in a fresh kernel, in a jail without network (see
:mod:`lecture_kit.tools.jail`), and one more column says how many exercises come out right. That
proves that this code gives these results with the kit that is installed here. It does not prove who
wrote the code, nor that it solves the task: each exercise has a button that shows its solution, and
code may replace the function that checks it. Predictions and goals need a hand; there is nothing to
run.
"""

import argparse
import csv
import math
import os
import re
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from lecture_kit.tools import jail, saved

MOST_LEVELS, MOST_NOTEBOOKS = 8, 100  # below the folder of a student
COLUMNS = ("student", "notebook", "right", "attempted", "exercises", "decided", "close",
           "predictions", "how far off", "reached", "goals", "remark")
RUN = "right when run"
_INBOUND = re.compile(r"([^+]+)\+(.+\+\d{4}-\d\d-\d\d .*)")  # student+assignment+time, maybe more
_FORMULA = tuple("=+-@＝＋－＠")
_WIDEST = 48


@dataclass(frozen=True)
class Found:
    """A notebook of a student, or what was found in its place.

    Parameters
    ----------
    student, name : str
        Whose it is, and its path below the student's folder, both as in the file system.
    path : Path or None
        The file; None if there is none.
    remark : str, default ""
        What is wrong.
    """

    student: str
    name: str
    path: Path | None
    remark: str = ""


def find(folder):
    """Find the notebooks of all students.

    Parameters
    ----------
    folder : Path
        The folder of the class.

    Yields
    ------
    Found
        Students by name, and a line for each who has no notebook. Symbolic links are not followed.
        A notebook that lies in no student's folder has the student "".
    """
    for entry in _entries(folder):
        if _is_notebook(entry):
            yield Found("", entry.name, Path(entry))
        elif entry.is_symlink():
            yield Found(entry.name, "", None, "a symbolic link, not followed")
        elif entry.is_dir() and not entry.name.startswith("."):
            match = _INBOUND.fullmatch(entry.name)
            student, submission = match.groups() if match else (entry.name, "")
            for name, path, remark in _notebooks_below(Path(entry)):
                yield Found(student, "/".join(filter(None, (submission, name))), path, remark)


def _entries(folder):
    with os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)


def _is_notebook(entry):
    return entry.name.casefold().endswith(".ipynb")


def _notebooks_below(folder):
    """Yield name, path and remark of the notebooks of a student, and of what hides some."""
    waiting, n_notebooks = [(folder, 1)], 0
    while waiting:
        place, level = waiting.pop()
        name = "" if place == folder else place.relative_to(folder).as_posix()
        try:
            entries = _entries(place)
        except OSError as error:
            yield name, None, f"cannot be read: {error.strerror}"
            continue
        below = [Path(entry) for entry in entries if not _is_notebook(entry)
                 and not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False)]
        if below and level == MOST_LEVELS:
            yield name, None, "folders below this one were left out: too many levels"
        else:
            waiting += [(path, level + 1) for path in reversed(below)]
        for entry in filter(_is_notebook, entries):
            n_notebooks += 1
            if n_notebooks > MOST_NOTEBOOKS:
                yield "", None, f"more than {MOST_NOTEBOOKS} notebooks; the others were left out"
                return
            yield Path(entry).relative_to(folder).as_posix(), Path(entry), ""
    if n_notebooks == 0:
        yield "", None, "no notebook"


def row_of(found, is_run=False):
    """Make a row of the table.

    Parameters
    ----------
    found : Found
        A notebook.
    is_run : bool, default False
        Whether the notebook is also run. Then the jail must work.

    Returns
    -------
    dict of str to object
        Numbers and words by column; None where nothing is known.
    """
    row = {"student": visible(found.student), "notebook": visible(found.name),
           "remark": found.remark}
    if found.path is None:
        return row
    try:
        notebook = saved.read(found.path)
    except saved.UnreadableError as error:
        return row | {"remark": str(error)}
    row |= _numbers(saved.score(notebook))
    if is_run:
        try:
            score = saved.score(jail.run(saved.sources(notebook)))
            row |= {RUN: score.right, "remark": _remark("run: ", score) or row["remark"]}
        except jail.StoppedError as error:
            row["remark"] = f"run: {error}"
        except saved.UnreadableError:
            row["remark"] = "run: it broke off"
    return row


def _numbers(score):
    return {"right": score.right, "attempted": score.attempted, "exercises": score.exercises,
            "decided": score.decided, "close": score.close, "predictions": score.predictions,
            "how far off": score.typical_miss, "reached": score.reached, "goals": score.goals,
            "remark": _remark("", score)}


def _remark(word, score):
    return f"{word}{score.missing} without a result" if score.missing else ""


def visible(name):
    """Write what is not seen in a name, or would change the terminal, as an escape.

    Parameters
    ----------
    name : str
        A name from the file system.

    Returns
    -------
    str
        Letters, marks, digits, signs and spaces only. Korean that macOS takes apart is whole again.
    """
    return "".join(
        letter.encode("unicode_escape").decode()
        if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") else letter
        for letter in unicodedata.normalize("NFC", name))


def write_csv(rows, columns, path):
    """Write the rows for a spreadsheet.

    Parameters
    ----------
    rows : list of dict
        The rows.
    columns : list of str
        Names of the columns, in order.
    path : Path
        The file. It begins with the mark by which Excel knows UTF-8.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow(columns)
        writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)


def _cell(value):
    """Make a cell. A spreadsheet must not take a name such as ``=cmd`` for a formula."""
    if isinstance(value, float):
        return round(value, 2) if math.isfinite(value) else "inf"
    if isinstance(value, int):
        return value
    text = value or ""
    return f"'{text}" if text.lstrip().startswith(_FORMULA) else text


def table(rows, columns):
    """Write the rows as text.

    Parameters
    ----------
    rows : list of dict
        The rows.
    columns : list of str
        Names of the columns, in order.

    Returns
    -------
    str
        Lines of equal columns; long words are cut.
    """
    lines = [list(columns), *([_short(row.get(column)) for column in columns] for row in rows)]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(word + " " * (width - _width(word))
                  for word, width in zip(line, widths, strict=True)).rstrip() for line in lines)


def _short(value):
    if value is None:
        return ""
    text = f"{value:.2f}" if isinstance(value, float) else str(value)
    return text if len(text) <= _WIDEST else text[:_WIDEST - 1] + "…"


def _width(text):
    """Count columns of a terminal: a Korean letter takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else
               unicodedata.combining(letter) == 0 for letter in text)


def main(arguments=None):
    """Run the command.

    Parameters
    ----------
    arguments : list of str, optional
        Words after the command; those of the shell by default.

    Returns
    -------
    int
        0, or 1 if --execute is refused.
    """
    parser = argparse.ArgumentParser(description="Collect results from saved notebooks.")
    parser.add_argument("folder", type=Path, help="holds one folder for each student")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the table there, too")
    parser.add_argument("--execute", action="store_true",
                        help="run the notebooks in a jail (bubblewrap, Linux), and count again")
    options = parser.parse_args(arguments)
    if not options.folder.is_dir():
        parser.error(f"{options.folder} is no folder")
    obstacle = jail.obstacle() if options.execute else ""
    if obstacle:
        print(f"--execute is refused, nothing was run: {obstacle}", file=sys.stderr)
        return 1
    columns = list(COLUMNS)
    if options.execute:
        columns.insert(columns.index("right") + 1, RUN)
    rows = []
    for found in find(options.folder):
        rows.append(row_of(found, options.execute))
        if options.execute:
            print(f"run: {rows[-1]['student']}/{rows[-1]['notebook']}".encode(
                "ascii", "backslashreplace").decode(), file=sys.stderr)
    encoding = sys.stdout.encoding or "utf-8"
    print(table(rows, columns).encode(encoding, "backslashreplace").decode(encoding))
    if options.csv:
        write_csv(rows, columns, options.csv)
    return 0


if __name__ == "__main__":
    sys.exit(main())
