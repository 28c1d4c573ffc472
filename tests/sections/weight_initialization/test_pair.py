"""Two hidden units that start equal, step by step and against the theory of small differences."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from lecture_kit.maths.activations import SIGMOID
from lecture_kit.maths.datasets import digit_rows
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.sections.weight_initialization import pair


@pytest.fixture(scope="module")
def rows():
    return digit_rows(60, range(4), z_score="all digits")


def test_two_units_differ_in_one_weight_only():
    network = pair.two_units(0.25, seed=3)
    hidden, output = network.layers[0], network.layers[2]
    difference = hidden.weights[:, 1] - hidden.weights[:, 0]
    assert np.flatnonzero(difference).tolist() == [28]
    assert difference[28] == pytest.approx(0.25)
    assert_array_equal(output.weights[0], output.weights[1])
    assert np.all(hidden.bias == 0)
    fresh = fully_connected((64, 2, 4), SIGMOID, SOFTMAX_CROSS_ENTROPY, 0.125, 3)
    assert_array_equal(hidden.weights[:, 0], fresh.layers[0].weights[:, 0])


@pytest.mark.parametrize("seed", [0, 1])
def test_equal_units_stay_equal_to_the_last_bit(rows, seed):
    run = pair.train_pair(0.0, 1.0, seed, 80, rows)
    assert_array_equal(run.weights[..., 0], run.weights[..., 1])
    assert run.losses[-1] < 0.9 * run.losses[0]
    assert np.all(run.distances == 0)


def test_train_pair_is_gradient_descent_on_all_rows(rows):
    run = pair.train_pair(0.1, 0.5, 1, 5, rows)
    network = pair.two_units(0.1, 1)
    descent = GradientDescent(0.5)
    for step in range(6):
        assert_allclose(run.weights[step], network.layers[0].weights, rtol=1e-9, atol=1e-12)
        assert run.losses[step] == pytest.approx(network.evaluate(*rows)[0], rel=1e-9)
        gradient = network.compute_gradient(*rows)
        network.parameters[:], _ = descent.step(network.parameters, gradient, {})


def test_distances_and_lengths_of_a_run():
    weights = np.zeros((2, 64, 2))
    weights[0, :2, 0], weights[1, 0] = [3, 4], [1, 4]
    run = pair.PairRun(weights, np.zeros(2))
    assert_allclose(run.distances, [5, 3])
    assert_allclose(run.lengths, [2.5, 2.5])


@pytest.mark.parametrize("epsilon", [1e-5, 1e-8])
def test_a_small_difference_grows_as_theory_says(rows, epsilon):
    growth, one_unit = pair.difference_growth(1.0, 0, 60, rows)
    run = pair.train_pair(epsilon, 1.0, 0, 60, rows)
    assert growth[0] == pytest.approx(1, rel=1e-6)
    assert growth[-1] > 5
    assert_allclose(run.distances, epsilon * growth, rtol=5e-3)
    alone = pair.train_pair(0.0, 1.0, 0, 60, rows)
    assert_allclose(one_unit.losses, alone.losses, rtol=1e-6)
    assert_allclose(one_unit.lengths, alone.lengths, rtol=1e-5)


def test_growth_goes_on_where_a_real_pair_has_parted(rows):
    growth, _ = pair.difference_growth(3.0, 0, 200, rows)
    assert growth[-1] > 1e8
    assert np.isfinite(growth).all()


def test_swapping_the_units_twice_gives_the_network_back():
    network = pair.two_units(0.5, 0)
    before = network.parameters.copy()
    order = pair._swap_units(network)
    assert_array_equal(network.parameters, before)
    assert_array_equal(order[order], np.arange(before.size))
    network.parameters[:] = before[order]
    swapped = network.layers[0].weights
    assert swapped[28, 0] - swapped[28, 1] == pytest.approx(0.5)


@pytest.mark.parametrize(("distances", "step"), [
    ([0, 0.4, 0.6, 3], 2), ([0, 0.1, 0.2, 0.3], None), ([0.51, 0, 0, 0], 0), ([0, 0.5, 0, 0], None),
])
def test_units_have_parted_when_their_distance_is_half_their_length(distances, step):
    assert pair.first_step_apart(np.array(distances, float), np.ones(4)) == step


def test_pairs_side_by_side_learn_what_each_learns_alone(rows):
    epsilons = (0.0, 1e-6, 0.3)
    runs = pair.train_pairs(epsilons, 1.0, 0, 40, rows)
    assert len(runs) == 3
    for epsilon, run in zip(epsilons, runs, strict=True):
        alone = pair.train_pair(epsilon, 1.0, 0, 40, rows)
        assert_array_equal(run.weights, alone.weights)
        assert_array_equal(run.losses, alone.losses)


def test_a_pair_that_diverges_does_not_disturb_the_others(rows):
    gone, kept = pair.train_pairs((1e7, 0.1), 1.0, 0, 5, rows)
    assert np.isnan(gone.losses[-1])
    assert_array_equal(kept.losses, pair.train_pair(0.1, 1.0, 0, 5, rows).losses)
