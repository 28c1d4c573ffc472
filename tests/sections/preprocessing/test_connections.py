"""The small network that tells attacks apart."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import says
from sklearn.metrics import recall_score

from lecture_kit.maths.activations import RELU
from lecture_kit.maths.datasets import load_attack_triage
from lecture_kit.maths.encoders import ENCODERS
from lecture_kit.maths.inference import recall_per_class
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.preprocessing import SCALERS
from lecture_kit.maths.training import train
from lecture_kit.sections.preprocessing.connections import (
    connections,
    repeat_on_connections,
    train_on_connections,
)


def test_recall_agrees_with_scikit_learn():
    rng = np.random.default_rng(0)
    labels, predicted = rng.integers(0, 4, (2, 100))
    expected = recall_score(labels, predicted, average=None)
    assert_allclose(recall_per_class(labels, predicted, 4), expected)


def test_recall_of_a_class_without_rows_is_nan():
    recall = recall_per_class([0, 0, 2], [0, 1, 2], 4)
    assert_array_equal(recall, [0.5, np.nan, 1, np.nan])


@pytest.mark.parametrize(("labels", "predicted", "words"), [
    ([0, 1], [0], "predicted must have one answer per row"),
    ([0, 3], [0, 1], "labels must hold whole numbers from 0 to 2"),
    ([0, 1], [0, -1], "predicted must hold whole numbers from 0 to 2"),
])
def test_recall_refuses_bad_answers(labels, predicted, words):
    with pytest.raises(ValueError, match=words):
        recall_per_class(labels, predicted, 3)


@pytest.mark.parametrize("scaling", list(SCALERS))
@pytest.mark.parametrize("codes", list(ENCODERS))
def test_the_second_half_trains_and_the_first_is_held_out(scaling, codes):
    data = load_attack_triage()
    (rows, labels), (held_out_rows, held_out_labels) = connections(scaling, codes)
    assert_array_equal(labels, data.labels[1207:])
    assert_array_equal(held_out_labels, data.labels[:1207])
    assert len(rows) == len(held_out_rows) == 1207
    assert rows.shape[1] == held_out_rows.shape[1]
    if codes == "integer codes":
        assert rows.shape[1] == 41
    numbers = rows[:, :38]
    if scaling == "raw":
        assert_array_equal(numbers, data.features[1207:])
        assert numbers.max() == 693_375_640
    elif scaling == "min-max":
        assert numbers.min() == 0
        assert numbers.max() == 1
    else:
        assert_allclose(numbers.mean(axis=0), 0, atol=1e-12)


def test_the_training_is_that_of_a_network_built_by_hand():
    training, held_out = connections("z-score", "one-hot")
    network = fully_connected((training[0].shape[1], 32, 8), RELU, SOFTMAX_CROSS_ENTROPY, 0.2, 4)
    records = list(train(network, GradientDescent(0.05), training, held_out, batch_size=50,
                         epochs=3, seed=4))
    found = list(train_on_connections("z-score", "one-hot", 0.05, 50, 0.2, 4, 3))
    assert [record for record, _recall in found] == records
    answers = network.logits(held_out[0]).argmax(axis=1)
    expected = recall_score(held_out[1], answers, average=None)
    assert_allclose(found[-1][1], expected)
    assert len(found) == 4


def test_the_defaults_are_those_of_the_notebook():
    usual = list(train_on_connections("min-max", "one-hot", 0.1))
    named = list(train_on_connections("min-max", "one-hot", 0.1, 16, 0.1, 0, 10, np.float64))
    assert [record for record, _recall in usual] == [record for record, _recall in named]


@pytest.mark.parametrize("codes", list(ENCODERS))
def test_raw_features_diverge_at_an_ordinary_rate(codes):
    accuracies, recalls = repeat_on_connections("raw", codes, 0.1, 2)
    assert np.isnan(accuracies).all()
    assert np.isnan(recalls).all()


def test_repeated_trainings_have_the_seeds_from_0():
    accuracies, recalls = repeat_on_connections("z-score", "one-hot", 0.1, 2)
    assert recalls.shape == (2, 8)
    for seed in (0, 1):
        record, recall = list(train_on_connections("z-score", "one-hot", 0.1, seed=seed))[-1]
        assert accuracies[seed] == record.validation_accuracy > 0.95
        assert_array_equal(recalls[seed], recall)


def test_repeating_needs_a_seed():
    with pytest.raises(ValueError, match=says("n_seeds must be at least 1", "0", "Try n_seeds=5")):
        repeat_on_connections("raw", "one-hot", 0.1, 0)
