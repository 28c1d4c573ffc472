"""The small network that tells attacks apart."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import says
from scipy.stats import ttest_rel
from sklearn.metrics import recall_score
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    StandardScaler,
)

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
    leads,
    repeat_on_connections,
    scores_over_rates,
    split,
    train_all,
    train_on_connections,
)


def test_a_split_halves_each_class_and_there_are_no_twins():
    data = load_attack_triage()
    rows = np.column_stack([data.features, np.unique(data.nominal, return_inverse=True)[1].reshape(
        data.nominal.shape)])
    assert len(np.unique(rows, axis=0)) == len(rows) == 2414
    for seed in (0, 1):
        training, held_out = split(seed)
        n_rows = np.bincount(held_out.labels)
        assert_array_equal(n_rows + np.bincount(training.labels), np.bincount(data.labels))
        assert_array_equal(n_rows, [484, 453, 208, 27, 15, 10, 6, 5])
        both = np.concatenate([training.features, held_out.features])
        assert_array_equal(np.sort(both, axis=0), np.sort(data.features, axis=0))
    assert (split(0)[0].labels != training.labels).any()


def test_the_largest_row_trains_in_about_half_of_all_splits():
    trains = [split(seed)[0].features.max() == 693_375_640 for seed in range(40)]
    assert 12 <= sum(trains) <= 28


@pytest.mark.parametrize("scaling", list(SCALERS))
@pytest.mark.parametrize("codes", list(ENCODERS))
def test_columns_of_names_that_do_not_train_are_zeros_and_the_others_those_of_scikit_learn(
        scaling, codes):
    data, (training, held_out) = load_attack_triage(), split(3)
    (rows, labels), (held_out_rows, held_out_labels) = connections(scaling, codes, 3)
    assert_array_equal(labels, training.labels)
    assert_array_equal(held_out_labels, held_out.labels)
    encoder = (OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
               if codes == "integer codes" else
               OneHotEncoder(handle_unknown="ignore", sparse_output=False)).fit(training.nominal)
    width = 41 if codes == "integer codes" else 38 + sum(
        len(set(names)) for names in data.nominal.T)
    assert rows.shape == (1206, width)
    assert held_out_rows.shape == (1208, width)
    n_scaled = 41 if codes == "integer codes" else 38
    scaler = {"raw": FunctionTransformer(), "min-max": MinMaxScaler(),
              "z-score": StandardScaler()}[scaling]
    for table, part in ((rows, training), (held_out_rows, held_out)):
        names = encoder.transform(part.nominal)
        numbers = np.hstack([part.features, names])[:, :n_scaled]
        numbers = scaler.fit(numbers).transform(numbers) if part is training else (
            scaler.transform(numbers))
        assert_allclose(table[:, :n_scaled], numbers, atol=1e-9)
        if codes == "one-hot":
            trained = rows[:, 38:].any(axis=0)
            assert_array_equal(table[:, 38:][:, trained], names)
            assert not table[:, 38:][:, ~trained].any()
            assert 0 < np.sum(~trained) < 20


def test_the_training_is_that_of_a_network_built_by_hand():
    training, held_out = connections("z-score", "one-hot", 4)
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


@pytest.mark.parametrize(("scaling", "codes", "learning_rate"), [
    ("raw", "integer codes", 1e-4), ("min-max", "one-hot", 1.0)])
def test_side_by_side_each_learns_what_it_learns_alone_on_its_split(scaling, codes, learning_rate):
    """To the last bit, also beside networks that diverge."""
    seeds = [3, 0, 7, 5]
    accuracies, recalls = repeat_on_connections(scaling, codes, learning_rate, seeds)
    ends = [list(train_on_connections(scaling, codes, learning_rate, seed=seed))[-1]
            for seed in seeds]
    assert_array_equal(accuracies, [record.validation_accuracy for record, _recall in ends])
    assert_array_equal(recalls, [recall for _record, recall in ends])
    assert np.isnan(accuracies).any() == (scaling == "raw")


def test_the_scores_over_rates_are_those_of_each_rate():
    found = scores_over_rates("z-score", "integer codes", (0.3, 3.0), [1, 2])
    assert found.shape == (2, 2, 2)
    accuracies, recalls = repeat_on_connections("z-score", "integer codes", 0.3, [1, 2])
    assert_array_equal(found[:, 0], [accuracies, recalls.mean(axis=1)])
    assert np.isnan(found[:, 1]).all()


def test_leads_are_paired_by_split():
    rng = np.random.default_rng(3)
    scores = {way: rng.normal(size=12) for way in PREPARATIONS[2:]}
    found = leads(scores)
    assert list(found) == ["one-hot − integers, min-max", "one-hot − integers, z-score",
                           "z-score − min-max, integer codes", "z-score − min-max, one-hot"]
    for lead, (one, other) in zip(found.values(), [(3, 2), (5, 4), (4, 2), (5, 3)], strict=True):
        test = ttest_rel(scores[PREPARATIONS[one]], scores[PREPARATIONS[other]])
        assert (lead.low, lead.high) == pytest.approx(tuple(test.confidence_interval()))


def test_repeating_needs_seeds():
    with pytest.raises(ValueError, match=says("seeds must be a list", "[]", "Try range(10)")):
        repeat_on_connections("raw", "one-hot", 0.1, [])


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
