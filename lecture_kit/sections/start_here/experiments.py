"""Start page: one step of gradient descent, and what the notebooks correct on the slides."""

import re
import sys
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import metadata, requires, version
from importlib.util import find_spec
from pkgutil import iter_modules

import numpy as np

from lecture_kit import sections
from lecture_kit.maths.checks import as_number, as_numbers, as_row, require, require_fit
from lecture_kit.maths.quadratics import falling_height
from lecture_kit.maths.training import first_step_below


def step_factor(curvature, learning_rate):
    """Factor by which a step of gradient descent multiplies x on ½λx², 1 − ηλ.

    Below 0 each step jumps to the other side of the minimum. Beyond ±1 the run diverges.

    Parameters
    ----------
    curvature : float or ndarray
        λ, the second derivative.
    learning_rate : float or ndarray
        η, at least 0.

    Returns
    -------
    float or ndarray of the broadcast shape
        The factor.

    Raises
    ------
    ValueError
        If ``curvature`` is not finite, ``learning_rate`` is negative or not finite, or their
        shapes do not fit together.

    References
    ----------
    Slides, section "(3) Gradient Descent & Momentum".
    """
    curvature = as_numbers("curvature", curvature)
    learning_rate = as_numbers("learning_rate", learning_rate, "Try 0.1.", least=0)
    require_fit(curvature=curvature, learning_rate=learning_rate)
    return 1 - learning_rate * curvature


def measured_factor(path):
    """Measure by which factor each step of a run multiplied x.

    Parameters
    ----------
    path : ndarray of shape (n_steps + 1,)
        The places of a run with at least one step.

    Returns
    -------
    float
        Median over the steps, to compare with :func:`step_factor`. Steps from 0, or from nearer
        than 10⁻¹⁰⁰, do not count.

    Raises
    ------
    ValueError
        If ``path`` is no list of finite numbers or every step begins at 0.
    """
    path = as_row("path", path)
    before, after = path[:-1], path[1:]
    moving = np.abs(before) >= 1e-100
    require(moving.any(), "path must have a step from a place other than 0", path, "Start at 4.")
    return float(np.median(after[moving] / before[moving]))


def descent_step(x, slope, learning_rate):
    """Take one step of gradient descent, x − η f′(x).

    Parameters
    ----------
    x : float or ndarray
        Where the step begins.
    slope : float or ndarray
        f′(x).
    learning_rate : float
        η.

    Returns
    -------
    float or ndarray
        Where it ends.

    Raises
    ------
    ValueError
        If a number is not finite, or the shapes do not fit together.

    References
    ----------
    Slides, section "(3) Gradient Descent & Momentum".
    """
    x, slope = as_numbers("x", x), as_numbers("slope", slope)
    learning_rate = as_numbers("learning_rate", learning_rate, "Try 0.1.")
    require_fit(x=x, slope=slope, learning_rate=learning_rate)
    return x - learning_rate * slope


def cut_outside(path, bound):
    """Cut a run off after its first point outside ±bound.

    Parameters
    ----------
    path : ndarray of shape (n_steps + 1,)
        The places of a run.
    bound : float
        The largest |x| inside, at least 0.

    Returns
    -------
    ndarray of shape (n_seen + 1,)
        The path up to this point, or the whole path.

    Raises
    ------
    ValueError
        If ``path`` is no list of finite numbers or ``bound`` is negative.
    """
    path, bound = as_row("path", path), as_number("bound", bound, least=0)
    end = first_step_below(-np.abs(path), -bound)
    return path if end is None else path[: end + 1]


def expected_distances(start, curvature, learning_rate, n_steps):
    """Tell how far from the minimum of ½λx² a run of gradient descent is at each step in theory.

    Parameters
    ----------
    start : float
        Where the run begins.
    curvature, learning_rate : float
        As in :func:`step_factor`.
    n_steps : int
        How many steps, at least 0.

    Returns
    -------
    ndarray of shape (n_steps + 1,)
        |x|, which each step multiplies by :func:`step_factor` without its sign; infinite where it
        is too large for a number.

    Raises
    ------
    ValueError
        If an argument is no single number, ``learning_rate`` or ``n_steps`` is negative, or
        ``n_steps`` is not whole.
    """
    start = as_number("start", start, "Start at 4.", least=-1e50, most=1e50)  # it is squared
    curvature = as_number("curvature", curvature)
    learning_rate = as_number("learning_rate", learning_rate, "Try 0.1.", least=0)
    factor = abs(step_factor(curvature, learning_rate))
    return np.sqrt(falling_height(start**2, factor, n_steps))


@dataclass(frozen=True)
class Requirement:
    """A package that the course needs.

    Parameters
    ----------
    name : str
        The package, or "Python".
    lowest : str
        The lowest version that will do.
    met : bool
        Whether the installed version is that or newer.
    """

    name: str
    lowest: str
    met: bool


def requirements():
    """Compare what is installed with what the course needs on every system.

    Returns
    -------
    list of Requirement
        Python first, then the packages in the order in which the project names them.
    """
    here = ".".join(map(str, sys.version_info[:3]))
    pairs = [("Python", metadata("lecture-kit")["Requires-Python"], here)]
    for line in requires("lecture-kit"):
        if _is_needed_here(line):
            name = re.match(r"[\w.-]+", line)[0]
            pairs.append((name, line, version(name)))
    lowest = [(name, re.search(r">=([\d.]+)", rule)[1], found) for name, rule, found in pairs]
    return [Requirement(name, low, is_new_enough(found, low)) for name, low, found in lowest]


def _is_needed_here(line):
    """Leave out what only some systems need, and in a browser what only the others need."""
    condition = line.partition(";")[2].replace('"', "'").strip()
    return not condition or (
        condition == "sys_platform != 'emscripten'" and sys.platform != "emscripten")


def is_new_enough(found, lowest):
    """Tell whether one version is another one or newer, number by number.

    Parameters
    ----------
    found, lowest : str
        Versions such as "2.1.3". What follows the numbers, such as "rc1", does not count.

    Returns
    -------
    bool
        True for ("2.10", "2.9").

    Raises
    ------
    ValueError
        If a version is not a text that begins with a number.
    """

    def numbers(name, text):
        begin = re.match(r"\d+(\.\d+)*", text) if isinstance(text, str) else None
        require(begin is not None, f"{name} must begin with a number", text, 'Pass "2.1.3".')
        return [int(part) for part in begin[0].split(".")]

    found, lowest = numbers("found", found), numbers("lowest", lowest)
    return found + [0] * (len(lowest) - len(found)) >= lowest


KINDS = ("wrong", "imprecise", "right", "text")


@dataclass(frozen=True)
class Correction:
    """A place where a notebook says more than a slide, or something else.

    Parameters
    ----------
    kind : {"wrong", "imprecise", "right", "text"}
        The slide is wrong; it says too much or too little; it is right, and there is more to say;
        or the slip may be one of the copy that we have.
    section : str
        Section of the slides.
    quote : str
        The slide's words, in at most 42 characters.
    says : str
        What they say, in at most 42 characters.
    holds : str
        What holds, in at most 56 characters; its numbers are computed.
    notebook : str
        File name of the notebook that shows it.
    cell : str
        Id of the code cell there.
    shown : {"cell", "note"}
        Whether this cell shows it, or only the note **About the slide** nearby says it.
    """

    kind: str
    section: str
    quote: str
    says: str
    holds: str
    notebook: str
    cell: str
    shown: str = "cell"


def corrections():
    """Collect what the notebooks say about the slides: by kind, in the order of the slides.

    Each room of :mod:`lecture_kit.sections` may hold a file ``corrections.py``.

    Returns
    -------
    list of Correction
        With every number computed by the kit.

    References
    ----------
    Slides, all sections.
    """
    names = [f"{sections.__name__}.{room.name}.corrections"
             for room in iter_modules(sections.__path__)]
    rooms = [import_module(name) for name in names if find_spec(name)]
    rooms.sort(key=lambda room: room.NOTEBOOK)
    found = [Correction(kind, room.section(), quote, says, holds, room.NOTEBOOK, cell, *shown)
             for room in rooms for kind, quote, says, holds, cell, *shown in room.corrections()]
    return sorted(found, key=lambda correction: KINDS.index(correction.kind))
