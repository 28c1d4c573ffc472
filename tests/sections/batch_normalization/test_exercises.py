"""The exercises of section 07: other right answers, and mistakes that are recognised."""

import numpy as np

from lecture_kit.live.exercise import NOT_YET, RIGHT
from lecture_kit.maths.normalization import BatchNormalization
from lecture_kit.sections.batch_normalization import exercises


def test_exercise_1_accepts_other_ways_and_recognises_a_sample_variance():
    def another(x, scale, shift, epsilon):
        rows = []
        for column, gamma, beta in zip(x.T, scale, shift, strict=True):
            m = sum(column) / len(column)
            v = sum((column - m) ** 2) / len(column)
            rows.append(gamma * (column - m) / (v + epsilon) ** 0.5 + beta)
        return np.transpose(rows)

    assert exercises.check_batch_normalize(another).feedback.status == RIGHT
    feedback = exercises.check_batch_normalize(
        lambda x, scale, shift, epsilon:
        scale * (x - x.mean(0)) / np.sqrt(x.var(0, ddof=1) + epsilon) + shift).feedback
    assert feedback.status == NOT_YET
    assert "divided by n − 1" in feedback.text


def test_exercise_2_accepts_a_computed_answer():
    def computed(x, scale, shift):
        return scale * (x - x) / np.sqrt(1e-5) + shift

    assert exercises.check_batch_of_one(computed).feedback.status == RIGHT


def test_exercise_3_asks_for_the_gradient_of_the_layer():
    layer = BatchNormalization(2)
    layer.attach(np.zeros(4), np.zeros(4))

    def by_the_layer(output_gradient, normalized, scale, deviation):
        layer.normalized, layer.inverse, layer.scale[:] = normalized, 1 / deviation, scale
        return layer.input_gradient(output_gradient)

    assert exercises.check_input_gradient(by_the_layer).feedback.status == RIGHT
    feedback = exercises.check_input_gradient(lambda g, n, scale, deviation: scale / deviation * g)
    assert "the columns do not sum to 0" in feedback.feedback.text
