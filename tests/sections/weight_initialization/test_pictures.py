"""Places on the axes, worked out in the head. What the pictures draw: see test_panels.py."""

import numpy as np
from numpy.testing import assert_allclose

from lecture_kit.sections.weight_initialization.pictures import place


def test_place_puts_layers_side_by_side_and_leaves_out_what_is_outside():
    x = place(np.array([[0.0, 4.0], [2.0, 5.0]]), 0, 4, 2)
    assert_allclose(x, [[0.03, 0.47], [0.75, np.nan]])
