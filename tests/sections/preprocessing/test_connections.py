"""The small network that tells attacks apart."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import says
from sklearn.metrics import recall_score

from lecture_kit.maths.activations import RELU
from lecture_kit.maths.datasets import load_attack_triage
from lecture_kit.maths.encoders import ENCODERS
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.preprocessing import SCALERS
from lecture_kit.maths.training import train
from lecture_kit.sections.preprocessing.connections import (
    PREPARATIONS,
    connections,
    repeat_on_connections,
    train_all,
    train_on_connections,
)


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


@pytest.mark.parametrize(("scaling", "codes", "learning_rate", "n_lost"), [
    ("raw", "integer codes", 1e-4, 3), ("raw", "one-hot", 0.01, 4), ("min-max", "one-hot", 1.0, 0),
])
def test_side_by_side_each_learns_what_it_learns_alone(scaling, codes, learning_rate, n_lost):
    """To the last bit, also beside networks that diverge."""
    accuracies, recalls = repeat_on_connections(scaling, codes, learning_rate)
    ends = [list(train_on_connections(scaling, codes, learning_rate, seed=seed))[-1]
            for seed in range(5)]
    assert_array_equal(accuracies, [record.validation_accuracy for record, _recall in ends])
    assert_array_equal(recalls, [recall for _record, recall in ends])
    assert np.isnan(accuracies).sum() == n_lost


def test_repeating_needs_a_seed():
    with pytest.raises(ValueError, match=says("n_seeds must be at least 1", "0", "Try n_seeds=5")):
        repeat_on_connections("raw", "one-hot", 0.1, 0)


def test_all_six_trainings_go_on_together_and_one_that_diverged_stays():
    settings = (0.1, 128, 0.2, 3, 4)
    found = list(train_all(*settings))
    assert len(found) == 5
    for number, (scaling, codes) in enumerate(PREPARATIONS):
        alone = list(train_on_connections(scaling, codes, *settings))
        assert (scaling == "raw") == alone[-1][0].diverged
        for epoch, (records, shares) in enumerate(found):
            record, recall = alone[min(epoch, len(alone) - 1)]
            accuracy = record.validation_accuracy
            assert_array_equal(shares[number], [accuracy, *recall, recall.mean()])
            assert records[number].update == record.update
    assert PREPARATIONS[1] == ("raw", "one-hot")
    assert len(set(PREPARATIONS)) == 6
