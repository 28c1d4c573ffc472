"""Exercises of section 06 in another style."""

import numpy as np
import pytest

from lecture_kit.live.exercise import NOT_YET, RIGHT
from lecture_kit.sections.epochs_and_batches import exercises


def test_right_answers_in_another_style_are_accepted():
    def count(n_samples, batch_size, epochs, drop_last):
        return epochs * (np.floor if drop_last else np.ceil)(n_samples / batch_size)

    def stop(losses, patience):
        waited, best = 0, 0
        for epoch, loss in enumerate(losses):
            if epoch and loss < min(losses[:epoch]):
                best, waited = epoch, 0
            elif epoch:
                waited += 1
            if waited >= patience:
                break
        return [best, epoch]

    assert exercises.check_count_iterations(count).feedback.status == RIGHT
    assert exercises.check_early_stop(stop).feedback.status == RIGHT
    assert (
        exercises.check_keep_the_noise(lambda eta, b, new: eta / b * new).feedback.status == RIGHT
    )


@pytest.mark.parametrize("answer", [
    lambda n, b, e, d: e * (n // b + (not d)), lambda n, b, e, d: -(-n // b) * e])
def test_rounding_the_wrong_way_is_not_accepted(answer):
    assert exercises.check_count_iterations(answer).feedback.status == NOT_YET
