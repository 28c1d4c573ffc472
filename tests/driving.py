"""Finding the panels and exercises of all sections, moving and reading the panels."""

import ctypes
import gc
import importlib
import inspect
import io
import platform
import sys
from functools import _lru_cache_wrapper, lru_cache
from pathlib import Path
from zlib import crc32

import numpy as np
from ipywidgets import (
    BoundedIntText,
    Dropdown,
    FloatSlider,
    IntSlider,
    SelectionSlider,
    ToggleButtons,
    Widget,
)
from PIL import Image

from lecture_kit.live.controls import Switches

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
KOREAN = sorted((ROOT / "notebooks" / "ko").glob("*.ipynb"))
IDS = [path.stem for path in NOTEBOOKS]
TOPICS = [path.stem.split("_", 1)[1] for path in NOTEBOOKS]


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def public_functions(topic, file):
    module = importlib.import_module(f"lecture_kit.sections.{topic}.{file}")
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ == module.__name__ and not name.startswith("_"):
            yield f"{topic}.{name}", function


def all_panels():
    return [panel for topic in TOPICS for panel in public_functions(topic, "panels")]


def all_exercises():
    return [check for topic in TOPICS for check in public_functions(topic, "exercises")]


def all_predictions():
    return [predict for topic in TOPICS for predict in public_functions(topic, "predictions")]


def widgets_in(panel, kind):
    found = [panel] if isinstance(panel, kind) else []
    for child in getattr(panel, "children", ()):
        found += widgets_in(child, kind)
    return found


def decode(png):
    return np.asarray(Image.open(io.BytesIO(png)))


def fingerprint(pixels):
    return crc32(np.ascontiguousarray(pixels))


_decode_background = lru_cache(maxsize=2)(decode)


def shown(screen):
    """The pixels of a picture, put together from its two layers as the page does it."""
    picture, piece = _decode_background(screen.background).copy(), decode(screen.frame["png"])
    height, width = picture.shape[:2]
    left, top = round(screen.frame["box"][0] * width), round(screen.frame["box"][1] * height)
    place = picture[top : top + piece.shape[0], left : left + piece.shape[1]]
    drawn = piece[..., 3] > 0
    place[drawn] = piece[drawn]
    return picture


def state(panel):
    return panel.readout.value, fingerprint(shown(panel.screen))


_built = {}


def built(function):
    """Build a panel, or bring the one that was built before back to its first values.

    It keeps what it has computed. A test that puts something in the place of the work builds its
    own panel.
    """
    if function not in _built:
        _built[function] = function()
    panel = _built[function]
    if panel.values != panel._first_values:
        panel.reset()
    return panel


def let_go():
    """Close all panels, and forget what the sections have computed: together up to 100 MB."""
    _built.clear()
    Widget.close_all()
    for name, module in list(sys.modules.items()):
        if name.startswith("lecture_kit.sections."):
            for function in vars(module).values():
                if isinstance(function, _lru_cache_wrapper):
                    function.cache_clear()
    gc.collect()
    if platform.libc_ver()[0] == "glibc":  # it keeps for itself what is free
        ctypes.CDLL(None).malloc_trim(0)


def places(control, rng):
    """Both ends, the middle, then two random places of a control."""
    if isinstance(control, SelectionSlider | ToggleButtons | Dropdown):
        values = [value for _label, value in control.options]
        return [values[0], values[-1], values[len(values) // 2], *rng.choice(values, 2).tolist()]
    if isinstance(control, Switches):
        every = [option for _label, option in control.options]
        some = [frozenset(name for name in every if rng.integers(2)) for _ in range(2)]
        return [frozenset(), frozenset(every), frozenset(every[::2]), *some]
    low, high = control.min, control.max
    if isinstance(control, FloatSlider):
        n_steps = round((high - low) / control.step)
        steps = [0, n_steps, n_steps // 2, *rng.integers(0, n_steps + 1, 2)]
        return [round(low + float(step) * control.step, 10) for step in steps]
    assert isinstance(control, IntSlider | BoundedIntText), type(control)
    return [low, high, (low + high) // 2, *rng.integers(low, high + 1, 2).tolist()]


def is_on_the_grid(control, value):
    """Whether the front end keeps a value; a slider moves one between two steps to a step."""
    if isinstance(control, FloatSlider):
        steps = (value - control.min) / control.step
        return control.min <= value <= control.max and abs(steps - round(steps)) < 1e-6
    return True  # the others refuse a value that they cannot show
