"""A long class: many moves and trainings in one process leave nothing behind.

MOVES=10000 in the environment makes it as long as a real one. A hundredth of them are trainings.
"""

import ctypes
import gc
import inspect
import os
import sys

import numpy as np
import psutil
import pytest
from driving import TOPICS, all_panels, built, places
from ipywidgets.widgets.widget import _instances
from matplotlib.figure import Figure

N_MOVES = int(os.environ.get("MOVES", "40"))
LARGE = 1 << 18
pytestmark = pytest.mark.full


@pytest.fixture(autouse=True)
def large_arrays_go_back_at_once():
    """What numpy has freed shall not lie about in the C library, where it looks like growth."""
    if sys.platform == "linux":
        m_mmap_threshold = -3
        ctypes.CDLL(None).mallopt(m_mmap_threshold, LARGE)


def move(panels, n_moves, rng):
    for n in range(n_moves if panels else 0):
        panel = panels[n % len(panels)]
        control = panel.controls[rng.choice(list(panel.controls))]
        control.value = places(control, rng)[rng.integers(5)]
        if panel.picture.handles:
            number = int(rng.integers(len(panel.picture.handles)))
            panel.screen.touch = [number, *rng.random(2).tolist(), n]
        if rng.random() < 0.05:
            panel.reset()
    for panel in panels:
        panel.reset()


def what_is_there():
    gc.collect()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)
    figures = sum(isinstance(thing, Figure) for thing in gc.get_objects())
    return figures, len(_instances), psutil.Process().memory_info().rss / 1e6


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: f"{topic}.class")
def test_memory_widgets_and_figures_stay_as_they_are(topic):
    rng = np.random.default_rng(0)
    panels = [built(function) for name, function in all_panels() if name.startswith(f"{topic}.")]
    streams = [panel for panel in panels if inspect.isgeneratorfunction(panel._show)]
    draws = [panel for panel in panels if panel not in streams]
    for _ in range(2):  # the first moves fill caches
        before = what_is_there()
        move(draws, N_MOVES, rng)
        move(streams, N_MOVES // 100, rng)
    figures, widgets, megabytes = np.subtract(what_is_there(), before)
    print(f"{N_MOVES} moves and {N_MOVES // 100} trainings: memory {megabytes:+.1f} MB")
    assert figures == widgets == 0
    assert megabytes <= 20
