"""Pictures of section 04."""

import gc

from matplotlib.colorbar import Colorbar

from lecture_kit.sections.gradient_descent_and_momentum import panels


def test_another_map_leaves_no_colour_bar_behind():
    panel = panels.valley()
    for nesterov in (True, False, True):
        panel.controls["nesterov"].value = nesterov
    gc.collect()
    bars = [thing for thing in gc.get_objects() if isinstance(thing, Colorbar)]
    assert len([bar for bar in bars if bar.ax.figure is panel.picture.figure]) == 1
