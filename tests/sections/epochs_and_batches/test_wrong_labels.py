"""Few digits with wrong labels, and networks that learn them by heart."""


import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import frozen, says

from lecture_kit.maths.datasets import load_digits
from lecture_kit.maths.optimizers import Momentum
from lecture_kit.maths.training import stop_early, train
from lecture_kit.sections.epochs_and_batches import experiments, wrong_labels


@pytest.mark.parametrize(("share", "wrong"), [(0, 0), (0.15, 30), (0.5, 100), (1, 200)])
def test_flipped_labels_are_wrong_and_as_many_as_wanted(share, wrong):
    labels = frozen(np.arange(200) % 10, int)
    flipped = wrong_labels.flip_labels(labels, share, 10, 3)
    assert np.sum(flipped != labels) == wrong
    assert set(flipped.tolist()) <= set(range(10))


def test_more_wrong_labels_keep_those_that_are_wrong_already():
    labels = frozen(np.arange(200) % 10, int)
    few, many = (wrong_labels.flip_labels(labels, share, 10, 3) for share in (0.1, 0.4))
    assert_array_equal(many[few != labels], few[few != labels])
    other = wrong_labels.flip_labels(labels, 0.1, 10, 4)
    assert (other != few).any()
    assert len(set(((many - labels) % 10).tolist())) == 10


@pytest.mark.parametrize(("arguments", "pattern"), [
    (([0, 1], 1.1, 2, 0), says("share must lie between 0 and 1", "1.1", "Try share=0.15.")),
    (([0, 1], -0.1, 2, 0), says("share must lie between 0 and 1", "-0.1", "Try share=0.15.")),
    (([0, 0], 0.5, 1, 0), says("n_classes must be at least 2", "1", "Pass 10 for digits.")),
    (([0, 2], 0.5, 2, 0), "labels must hold whole numbers from 0 to 1"),
])
def test_flipping_refuses_bad_input(arguments, pattern):
    with pytest.raises(ValueError, match=pattern):
        wrong_labels.flip_labels(*arguments)


def test_few_digits_have_wrong_labels_in_training_only():
    (rows, labels), (others, right) = wrong_labels.load_few_digits(200, 0.15, 0)
    (same, clean), (same_others, same_right) = wrong_labels.load_few_digits(200, 0, 0)
    assert np.sum(labels != clean) == 30
    for first, second in ((rows, same), (others, same_others), (right, same_right)):
        assert_array_equal(first, second)
    assert (len(rows), len(others)) == (200, 500)
    (more, _labels), _validation = wrong_labels.load_few_digits(2000, 0, 0)
    assert_array_equal(more[:200], rows)
    assert not set(map(bytes, more)) & set(map(bytes, others))
    digits = load_digits()[0]
    known = {bytes(row): label for row, label in zip(digits.features / 16, digits.labels,
                                                     strict=True)}
    assert [known[bytes(row)] for row in rows] == clean.tolist()
    assert [known[bytes(row)] for row in others] == right.tolist()
    assert not np.array_equal(wrong_labels.load_few_digits(200, 0, 1)[0][0], rows)


def test_digits_with_wrong_labels_are_learned_by_heart_and_validation_falls():
    run = wrong_labels.overfits(200, 0.15, 3)
    assert_allclose(run.training_accuracies, 1, atol=0.01)
    assert run.losses.shape == run.accuracies.shape == (61, 3)
    for own in range(3):
        losses, accuracies = run.losses[:, own].tolist(), run.accuracies[:, own]
        best = losses.index(min(losses))
        assert run.best_epochs[own] == best
        assert 4 <= best <= 30
        assert run.rises[own] == pytest.approx(losses[-1] / losses[best] - 1)
        assert run.falls[own] == accuracies[best] - accuracies[-1]
    assert run.falls.mean() == pytest.approx(0.05, abs=0.03)
    assert run.rises.mean() > 0.2


def test_each_draw_is_trained_and_stopped_as_alone():
    run = wrong_labels.overfits(100, 0.3, 2, epochs=8, patience=2)
    digits = load_digits()[1]
    test = digits.features / 16, digits.labels
    for seed in range(2):
        for patience, end in ((99, run.test_accuracies), (2, run.stopped_accuracies)):
            network = experiments.build_network("digits", seed, 100)
            records = train(network, Momentum(0.1, 0.9),
                            *wrong_labels.load_few_digits(100, 0.3, seed), batch_size=32,
                            epochs=8, seed=seed)
            if patience == 2:
                records = stop_early(network, records, patience)
            records = list(records)
            assert network.evaluate(*test)[1] == end[seed]
        losses = [record.validation_loss for record in records]
        assert_array_equal(run.losses[:len(losses), seed], losses)
        assert run.last_epochs[seed] == records[-1].epoch


@pytest.mark.parametrize(("n_rows", "pattern"), [
    (0, "n_rows must lie between 1 and 2000 .*; got 0"),
    (2001, "n_rows must lie between 1 and 2000")])
def test_more_digits_than_there_are_and_none_are_refused(n_rows, pattern):
    with pytest.raises(ValueError, match=pattern):
        wrong_labels.load_few_digits(n_rows, 0, 0)


def test_several_seeds_give_a_table_for_each_network():
    training, validation = wrong_labels.load_few_digits(30, 0.2, range(3))
    for seed in range(3):
        for parts, own in zip((training, validation),
                              wrong_labels.load_few_digits(30, 0.2, seed), strict=True):
            for part, table in zip(parts, own, strict=True):
                assert_array_equal(part[seed], table)


def test_training_on_few_digits_is_as_by_hand():
    records = list(wrong_labels.train_on_few_digits(50, 0.2, 1, 3))
    assert records == list(train(
        experiments.build_network("digits", 1, 100), Momentum(0.1, 0.9),
        *wrong_labels.load_few_digits(50, 0.2, 1), batch_size=32, epochs=3, seed=1))
    assert [record.epoch for record in records] == [0, 1, 2, 3]
