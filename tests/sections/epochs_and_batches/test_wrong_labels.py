"""Few digits with wrong labels, and networks that learn them by heart."""


import numpy as np
import pytest
from numpy.testing import assert_array_equal
from oracles import frozen, says

from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.optimizers import Momentum
from lecture_kit.maths.training import train
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
    assert (len(rows), len(others)) == (200, 1000)
    assert not set(map(bytes, wrong_labels.load_few_digits(2000, 0, 0)[0][0])) & set(
        map(bytes, others)
    )


def test_200_digits_with_wrong_labels_are_learned_by_heart_and_validation_falls():
    training, validation = wrong_labels.load_few_digits(200, 0.15, 5)
    records = list(train(experiments.build_network("digits", 5, 256), Momentum(0.1, 0.9), training,
                         validation, batch_size=32, epochs=60, seed=5))
    accuracy = np.array([record.validation_accuracy for record in records])
    assert records[-1].training_accuracy == 1
    assert accuracy.max() == pytest.approx(0.87, abs=0.02)
    assert 4 <= accuracy.argmax() <= 14
    assert accuracy[-1] == pytest.approx(0.80, abs=0.02)


@pytest.mark.parametrize(("n_rows", "pattern"), [
    (0, "n_rows must lie between 1 and 2000 .*; got 0"),
    (2001, "n_rows must lie between 1 and 2000")])
def test_more_digits_than_there_are_and_none_are_refused(n_rows, pattern):
    with pytest.raises(ValueError, match=pattern):
        wrong_labels.load_few_digits(n_rows, 0, 0)


def test_several_seeds_give_a_table_for_each_network():
    (rows, labels), validation = wrong_labels.load_few_digits(30, 0.2, range(3))
    assert labels.shape == (3, 30)
    for seed in range(3):
        (own_rows, own_labels), own_validation = wrong_labels.load_few_digits(30, 0.2, seed)
        assert_array_equal(rows[seed], own_rows)
        assert_array_equal(labels[seed], own_labels)
        for one, other in zip(validation, own_validation, strict=True):
            assert_array_equal(one, other)


def test_networks_with_wrong_labels_of_their_own_learn_what_each_learns_alone():
    networks = [experiments.build_network("digits", seed, 256) for seed in range(3)]
    *_, last = train(Ensemble(networks), Momentum(0.1, 0.9),
                     *wrong_labels.load_few_digits(100, 0.3, range(3)), batch_size=32, epochs=4,
                     seed=range(3))
    for seed in range(3):
        *_, alone = wrong_labels.train_on_few_digits(100, 0.3, seed, epochs=4)
        assert last.validation_loss[seed] == alone.validation_loss
        assert last.training_accuracy[seed] == alone.training_accuracy


def test_training_on_few_digits_is_as_by_hand():
    records = list(wrong_labels.train_on_few_digits(50, 0.2, 1, 3))
    assert records == list(train(
        experiments.build_network("digits", 1, 256), Momentum(0.1, 0.9),
        *wrong_labels.load_few_digits(50, 0.2, 1), batch_size=32, epochs=3, seed=1))
    assert [record.epoch for record in records] == [0, 1, 2, 3]
