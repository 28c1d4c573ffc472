"""A sigmoid neuron on real e-mail, against a neuron built by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import says
from scipy.special import expit
from sklearn.preprocessing import StandardScaler

from lecture_kit.maths.activations import SIGMOID
from lecture_kit.maths.comparisons import random_split
from lecture_kit.maths.datasets import load_spambase
from lecture_kit.maths.network_losses import CROSS_ENTROPY, SQUARED_ERROR
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.training import train
from lecture_kit.sections.loss_functions.mail import mail_rows, train_on_mail, wrong_by_rate

# The derivative of each loss by the logit, worked out by hand.
SLOPES = {"squared error": lambda o, y: (o - y) * o * (1 - o), "cross entropy": lambda o, y: o - y}


def test_the_rows_have_the_z_scores_of_the_training_rows():
    data = load_spambase()
    scaler = StandardScaler().fit(data.features[:3000])
    (training, labels), (validation, held_out_labels) = mail_rows()
    assert_allclose(training, scaler.transform(data.features[:3000]), atol=1e-12)
    assert_allclose(validation, scaler.transform(data.features[3000:]), atol=1e-12)
    assert_array_equal(np.append(labels, held_out_labels), data.labels)


@pytest.mark.parametrize("name", SLOPES)
def test_the_neuron_learns_like_one_written_by_hand(name):
    """With all rows in one batch, so that no shuffle matters, and a rate of its own."""
    rates = (2.0, 0.5)
    rate = rates[list(SLOPES).index(name)]
    (rows, labels), (held_out, held_out_labels) = mail_rows()
    weights, bias = 0.5 * np.random.default_rng(3).standard_normal(57), 0.0
    for records in train_on_mail(*rates, 3000, 0.5, 3, 4):
        z = rows @ weights + bias
        o, entropy = expit(z), np.logaddexp(0, np.where(labels == 1, -z, z))
        loss = entropy if name == "cross entropy" else (o - labels) ** 2 / 2
        right = (expit(held_out @ weights + bias) > 0.5) == held_out_labels
        assert records[name].training_loss == pytest.approx(loss.mean(), rel=1e-8)
        assert records[name].validation_accuracy == pytest.approx(right.mean(), abs=1e-12)
        slope = SLOPES[name](o, labels)
        weights, bias = weights - rate * rows.T @ slope / 3000, bias - rate * slope.mean()
    assert records[name].epoch == 4


def test_both_losses_start_from_the_same_neuron_and_the_seed_chooses_it():
    first = [next(train_on_mail(0.1, 0.1, seed=seed)) for seed in (0, 0, 1)]
    accuracies = [[record.training_accuracy for record in records.values()] for records in first]
    assert accuracies[0][0] == accuracies[0][1]
    assert accuracies[0] == accuracies[1] != accuracies[2]
    assert list(first[0]) == list(SLOPES)


def test_both_end_when_one_has_diverged():
    *_before, last = train_on_mail(0.1, 1e9, epochs=2)
    assert any(record.diverged for record in last.values())


@pytest.mark.parametrize("rates", [(-1, 0.1), (0.1, -1)])
def test_the_training_on_mail_needs_two_rates(rates):
    pattern = says("learning_rate must be at least 0", "-1", "Try")
    with pytest.raises(ValueError, match=pattern):
        train_on_mail(*rates)


@pytest.mark.parametrize("loss", [SQUARED_ERROR, CROSS_ENTROPY], ids=lambda loss: loss.name)
def test_wrong_answers_are_those_of_neurons_trained_one_by_one(loss):
    data, rates, scales = load_spambase(), (0.3, 3.0), (0.01, 2.0, 0.5)
    counted = wrong_by_rate(loss.name, rates, scales, n_splits=2, epochs=1)
    assert counted.shape == (2, 3, 2, 2)
    for split in (0, 1):
        training, others = random_split(data.labels, 3000 / 4200, split)
        assert (len(training), len(others)) == (3000, 1200)
        scaler = StandardScaler().fit(data.features[training])
        halves = [others[half] for half in random_split(data.labels[others], 0.5, split)]
        for index in [(0, 0), (1, 1), (2, 0)]:
            neuron = fully_connected((57, 1), SIGMOID, loss, scales[index[0]], split)
            list(train(neuron, GradientDescent(rates[index[1]]), batch_size=64, epochs=1,
                       training=(scaler.transform(data.features[training]),
                                 data.labels[training]), seed=split))
            for part, rows in enumerate(halves):
                z = neuron.logits(scaler.transform(data.features[rows]))[:, 0]
                wrong = np.mean((z > 0) != (data.labels[rows] == 1))
                assert counted[part, *index, split] == pytest.approx(wrong, abs=1e-12)


def test_the_count_of_wrong_answers_refuses_an_unknown_loss():
    with pytest.raises(ValueError, match=says("loss must be one of", "'hinge'", "spelling")):
        wrong_by_rate("hinge", [0.1], [0.1], 1)
