"""Read what a saved notebook tells about its reader, without running or trusting anything in it.

Exercises, predictions and panels have a trait ``result``, which is data and the same in every
language. JupyterLab saves it with the state of the widgets, as long as their kernel lives. It also
stands in the output of the scorecard, which stays.
"""

import json
import os
import re
import stat
from dataclasses import dataclass
from statistics import median

MOST_BYTES = 16 * 2**20  # with all its pictures, the largest notebook of the course has 2.3 MB
RESULTS = "lecture_kit"  # in the metadata of the scorecard's output
_VIEW = "application/vnd.jupyter.widget-view+json"
_STATE = "application/vnd.jupyter.widget-state+json"
_CALLS = {"exercise": re.compile(r"\bexercises\.(check_\w+)\("),
          "prediction": re.compile(r"\bpredictions\.(predict_\w+)\("),
          "goal": re.compile(r"\bpanels\.(\w+)\(")}
_STATUSES = ("not attempted", "not yet", "right")


class UnreadableError(Exception):
    """A file is no notebook that can be read; the words tell why."""


@dataclass(frozen=True)
class Score:
    """What one notebook shows. Each task counts once, however often it is shown.

    Parameters
    ----------
    right, attempted, exercises : int
        How many exercises are right, how many are attempted, and how many there are.
    decided, close, predictions : int
        How many predictions are decided, how many of these are close, and how many there are.
    misses : tuple of float
        How far off the decided ones are, as on the scorecard: 0 is exact, up to 1 is close.
    reached, goals : int
        How many goals are reached, and how many there are.
    missing : int
        How many of all these have left no result.
    """

    right: int
    attempted: int
    exercises: int
    decided: int
    close: int
    predictions: int
    misses: tuple
    reached: int
    goals: int
    missing: int

    @property
    def typical_miss(self):
        """The median of the misses; None if nothing is decided."""
        return median(self.misses) if self.misses else None


def read(path):
    """Read a notebook file of somebody who is not trusted.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    dict
        The notebook. It is JSON of nbformat 4; nothing else is sure about it.

    Raises
    ------
    UnreadableError
        If it is another kind of file, too large, or no such notebook.
    """
    try:
        content = _bytes_of(path)
    except OSError as error:
        raise UnreadableError(f"cannot be read: {error.strerror}") from error
    return parse(content)


def parse(content):
    """Read the bytes of a notebook.

    Parameters
    ----------
    content : bytes
        What a file holds.

    Returns
    -------
    dict
        See :func:`read`.

    Raises
    ------
    UnreadableError
        If it is no notebook of nbformat 4.
    """
    try:
        notebook = json.loads(content)
    except RecursionError as error:
        raise UnreadableError("no notebook: nested too deeply") from error
    except ValueError as error:
        raise UnreadableError("no notebook: not JSON") from error
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells", []), list):
        raise UnreadableError("no notebook: JSON of another kind")
    if notebook.get("nbformat") != 4:
        raise UnreadableError("not of nbformat 4: open it in JupyterLab and save it")
    return notebook


def _bytes_of(path):
    """Read a regular file. Another kind is not read: a pipe, for example, would never end."""
    if path.is_symlink():
        raise UnreadableError("a symbolic link, not followed")
    if path.is_dir():
        raise UnreadableError("a folder, not a notebook")
    careful = [getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")]
    with os.fdopen(os.open(path, os.O_RDONLY | sum(careful)), "rb") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode):
            raise UnreadableError("not a regular file")
        content = b"" if about.st_size > MOST_BYTES else file.read(MOST_BYTES + 1)
    if max(about.st_size, len(content)) > MOST_BYTES:
        raise UnreadableError(f"larger than {MOST_BYTES // 2**20} MB")
    return content


def sources(notebook):
    """List the sources of the code cells.

    Parameters
    ----------
    notebook : dict
        What :func:`read` has returned.

    Returns
    -------
    list of str
        Empty texts for what is malformed.
    """
    return [_text(_at(cell, "source", kind=object)) for cell in _code_cells(notebook)]


def score(notebook):
    """Count what a notebook shows.

    Parameters
    ----------
    notebook : dict
        What :func:`read` has returned.

    Returns
    -------
    Score
        What is malformed counts as not there.
    """
    shown = {kind: {} for kind in _CALLS}
    for result in _shown_results(notebook):
        tasks, title = shown[result["kind"]], result["title"]
        if title not in tasks or _rank(result) > _rank(tasks[title]):
            tasks[title] = result
    text = "\n".join(sources(notebook))
    asked = {kind: max(len(set(call.findall(text))), len(shown[kind]))
             for kind, call in _CALLS.items()}
    statuses = [result["status"] for result in shown["exercise"].values()]
    misses = tuple(float("inf") if result["miss"] is None else float(result["miss"])
                   for result in shown["prediction"].values() if result["decided"])
    return Score(
        right=statuses.count("right"), exercises=asked["exercise"],
        attempted=len(statuses) - statuses.count("not attempted"),
        decided=len(misses), close=sum(miss <= 1 for miss in misses),
        predictions=asked["prediction"], misses=misses,
        reached=sum(result["reached"] for result in shown["goal"].values()), goals=asked["goal"],
        missing=sum(asked[kind] - len(shown[kind]) for kind in _CALLS))


def _shown_results(notebook):
    """Yield the results of the widgets that the cells show, and those of the scorecard.

    The saved state also holds widgets of kernels before, which no cell shows any more.
    """
    state = _at(notebook, "metadata", "widgets", _STATE, "state")
    for cell in _code_cells(notebook):
        for output in _at(cell, "outputs", kind=list):
            model = _at(output, "data", _VIEW, "model_id", kind=str)
            results = [_at(state, model, "state", "result"),
                       *_at(output, "metadata", RESULTS, kind=list)]
            yield from filter(_is_well_formed, results)


def _is_well_formed(result):
    if not isinstance(result, dict) or not isinstance(result.get("title"), str):
        return False
    match result.get("kind"):
        case "exercise":
            return result.get("status") in _STATUSES
        case "prediction":
            miss = result.get("miss", "")
            is_miss = miss is None or (type(miss) in (int, float) and 0 <= miss < 1e9)
            return is_miss and type(result.get("decided")) is bool
        case "goal":
            return type(result.get("reached")) is bool
    return False


def _rank(result):
    """Order the results of a task that is shown twice: what is done counts."""
    match result["kind"]:
        case "exercise":
            return _STATUSES.index(result["status"])
        case "prediction":
            return result["decided"]
    return result["reached"]


def _code_cells(notebook):
    cells = _at(notebook, "cells", kind=list)
    return [cell for cell in cells if _at(cell, "cell_type", kind=str) == "code"]


def _at(thing, *keys, kind=dict):
    """Follow keys into dictionaries; an empty ``kind`` where the way or its end is another one."""
    for key in keys:
        thing = thing.get(key) if isinstance(thing, dict) else None
    return thing if isinstance(thing, kind) else kind()


def _text(source):
    """Join a source, which a file holds as a text or as a list of lines."""
    lines = source if isinstance(source, list) else [source]
    return "".join(line for line in lines if isinstance(line, str))
