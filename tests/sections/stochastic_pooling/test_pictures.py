"""The pictures of section 09 by themselves, with data made up for the purpose."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from lecture_kit.sections.stochastic_pooling.pictures import TrainingPicture

NAMES = ("max", "average", "stochastic")


def drawn(ends, n_records=3):
    """Draw runs whose validation errors end as given."""
    picture = TrainingPicture(4, 0.9)
    errors = {name: np.full((2, n_records, 2), 0.9) for name in NAMES}
    for name, end in zip(NAMES, ends, strict=True):
        errors[name][:, -1] = end
    spreads = dict.fromkeys(NAMES, (0.1, 0.02))
    picture.draw(2 * np.arange(n_records), errors, spreads, ("a", "b", "c"))
    return picture


@pytest.mark.parametrize(("ends", "limits"), [
    ((0.1, 0.12, 0.08), (0.05, 0.2)), ((0.1, 0.21, 0.08), (0, 1)), ((0.1, 0.12, 0.03), (0, 1))])
def test_the_right_axis_shows_all_runs(ends, limits):
    assert drawn(ends).last.get_ylim() == limits


def test_a_first_record_is_enough_for_a_picture():
    picture = drawn((0.9, 0.9, 0.9), n_records=1)
    assert_array_equal(np.column_stack(picture.curves["max"][1].get_data()), [[0, 0.9]])
    assert picture.pixels().std() > 5
