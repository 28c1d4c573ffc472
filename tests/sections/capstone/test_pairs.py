"""Detectors on many random splits: side by side as each alone, and the nearest row."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import says
from sklearn.metrics import recall_score
from sklearn.neighbors import KNeighborsClassifier

from lecture_kit.maths.training import train
from lecture_kit.sections.capstone import pairs, splits
from lecture_kit.sections.capstone.experiments import build_network
from lecture_kit.sections.capstone.settings import (
    ALL_ON,
    OPTIMIZERS,
    TECHNIQUES,
    Settings,
    settings_from,
    technique_names,
    with_techniques,
)

ON = with_techniques(TECHNIQUES, learning_rate=0.01, epochs=1)
SIDE_BY_SIDE = {
    "all on": ON,
    "all off": Settings(epochs=2),
    "raw names, some diverge": replace(
        ON, optimizer="momentum", batch_norm=False, scaling="raw", codes="integer codes",
        init_scale=0.001, learning_rate=0.1),
    "batches that do not fit": replace(ON, batch_size=100, loss="squared error"),
}


def ends(settings, data, numbers, part="validation", learning_rates=None):
    *before, (share, scores) = pairs.train_on_splits(settings, data, numbers, part, learning_rates)
    assert share == 1
    assert all(scores is None for _share, scores in before)
    shares = [share for share, _scores in before]
    assert shares == sorted(set(shares))
    return scores


def alone(settings, data, number, part="validation"):
    """Train one network on one split with the other training loop."""
    training, (rows, labels) = splits.resplit(data, settings.scaling, settings.codes, number, part)
    n_classes = len(splits.DATA[data]().class_names)
    network = build_network(settings, training[0].shape[1], n_classes, number)
    size = len(training[1]) if settings.batch_size == "all" else settings.batch_size
    *_before, last = train(
        network, OPTIMIZERS[settings.optimizer](settings.learning_rate), training, batch_size=size,
        epochs=settings.epochs, seed=number, record_every=10**9)
    answers = network.loss.predict(network.logits(rows))
    recalls = recall_score(labels, answers, average=None, labels=range(n_classes))
    return (0, 0 * recalls) if last.diverged else (np.mean(answers == labels), recalls)


@pytest.mark.parametrize("name", SIDE_BY_SIDE)
@pytest.mark.parametrize("data", splits.DATA)
def test_splits_side_by_side_end_as_each_alone(name, data):
    settings, numbers = SIDE_BY_SIDE[name], (3, 4)
    accuracies, recalls = ends(settings, data, numbers)
    for place, number in enumerate(numbers):
        accuracy, expected = alone(settings, data, number)
        assert_allclose(accuracies[place], accuracy)
        assert_allclose(recalls[place], expected)


def test_learning_rates_side_by_side_end_as_each_alone():
    rates = 0.001, 0.1, 1e6
    settings = replace(ON, optimizer="gradient descent", batch_norm=False, batch_size=64)
    accuracies, recalls = ends(settings, "connections", [7] * 3, "test", rates)
    for place, rate in enumerate(rates):
        accuracy, expected = alone(replace(settings, learning_rate=rate), "connections", 7, "test")
        assert_allclose(accuracies[place], accuracy)
        assert_allclose(recalls[place], expected)
    assert recalls[2].max() == 0
    with pytest.raises(ValueError, match=says("there must be one rate per split", "3", "2 splits")):
        pairs.start_on_splits(settings, "mail", [0, 1], learning_rates=rates)
    with pytest.raises(ValueError, match="numbers must be at least 0"):
        pairs.start_on_splits(settings, "mail", [-1])


@pytest.mark.parametrize(("part", "together"), [("validation", 0), ("test", 0), ("validation", 2)])
def test_the_nearest_row_agrees_with_scikit_learn(part, together):
    accuracies, recalls = pairs.nearest_row([5, 6], part, together)
    for place, number in enumerate((5, 6)):
        (known, classes), (rows, labels) = splits.resplit(
            "connections", "z-score", "one-hot", number, part, together)
        answers = KNeighborsClassifier(1, algorithm="brute").fit(known, classes).predict(rows)
        assert_allclose(recalls[place], recall_score(labels, answers, average=None))
        assert accuracies[place] == np.mean(answers == labels)


def test_the_nearest_row_is_a_draw_and_twins_are_not_the_reason():
    scores, bound = (pairs.nearest_row(range(20), together=columns)[1] for columns in (0, 2))
    assert 0.3 < np.mean(scores[:, 7] == 0) < 0.7
    assert scores[:, 7].max() > 0.5
    assert bound.mean() > scores.mean() - 0.02


def test_a_choice_is_tested_on_other_rows_and_with_other_splits(monkeypatch):
    calls = []

    def pretend(settings, data, numbers, part):
        calls.append((data, *numbers, part))
        yield 1.0, (np.zeros(20), np.full((20, 8), 0.5))

    monkeypatch.setattr(pairs, "train_on_splits", pretend)
    pairs._challenge_recalls.cache_clear()
    for part, first in (("validation", 0), ("test", 20)):
        for _again in range(2):
            assert_array_equal(pairs.challenge_recalls(ALL_ON, part), np.full((20, 8), 0.5))
        assert calls.pop() == ("connections", *range(first, first + 20), part)
        assert calls == []
    pairs._challenge_recalls.cache_clear()
    with pytest.raises(ValueError, match="part must be one of"):
        pairs.challenge_recalls({}, "training")
    assert settings_from(ALL_ON) == replace(ON, epochs=10)


def test_a_spammer_who_avoids_all_words_is_hardly_found():
    found = pairs.avoid_words([57, 0, 5], [3, 4])
    settings = with_techniques(technique_names("mail"), learning_rate=0.01, epochs=2)
    assert_array_equal(found[1], ends(settings, "mail", [3, 4])[1][:, 1])
    assert found.shape == (3, 2)
    assert (found[0] < found[2]).all()
    assert (found[2] < found[1]).all()
    assert set(found[0]) <= {0, 1}  # without any word all mails are one
