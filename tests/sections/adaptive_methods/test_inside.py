"""Section 05: steps and effective rates against theory and against runs."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import says
from scipy.stats import norm

from lecture_kit.maths.landscapes import quadratic, saddle
from lecture_kit.maths.optimizers import Adagrad, Adam, RMSprop
from lecture_kit.maths.trajectories import trajectory
from lecture_kit.sections.adaptive_methods import inside

NAMES = ["Adagrad", "RMSprop", "Adam", "Adam, not corrected"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("decay", [0.5, 0.9, 0.999])
@pytest.mark.parametrize("size", [100.0, -0.3])
def test_steps_on_a_slope_are_those_of_a_run(name, decay, size):
    rule = inside.make_inside(name, 0.2, decay)
    record = inside.look_inside(rule, lambda point, step: np.array([size]), [0.0], 300)
    theory = inside.step_on_a_slope(name, np.arange(1, 301), decay)
    assert_allclose(record.moves[:, 0], -0.2 * np.sign(size) * theory, rtol=1e-5)


def test_known_first_steps():
    assert inside.step_on_a_slope("Adam", 1, 0.999) == 1
    assert inside.step_on_a_slope("Adam, not corrected", 1, 0.999) == pytest.approx(10**0.5)
    assert inside.step_on_a_slope("Adam, not corrected", 1, 0.99) == pytest.approx(1)
    assert inside.step_on_a_slope("Adam, not corrected", 1, 0.99, 0.5) == pytest.approx(5)
    assert inside.step_on_a_slope("RMSprop", 1, 0.99) == pytest.approx(10)
    assert_allclose(inside.step_on_a_slope("Adagrad", [1, 4, 100], 0.3), [1, 0.5, 0.1])


def test_look_inside_writes_down_what_the_steps_do():
    rule = RMSprop(0.1, 0.5)
    record = inside.look_inside(rule, lambda point, step: np.array([step, 2.0]), [1.0, 1.0], 2)
    v = np.array([[0.5, 2.0], [2.25, 3.0]])  # (1, 4)/2, then (0.25, 1) + (4, 4)/2
    assert_allclose(record.gradients, [[1, 2], [2, 2]])
    assert_allclose(record.roots, np.sqrt(v))
    assert_allclose(record.rates, 0.1 / np.sqrt(v), rtol=1e-7)
    assert_allclose(record.moves, -record.rates * record.gradients)


def test_look_inside_gives_the_point_to_the_gradient():
    record = inside.look_inside(Adagrad(0.5), lambda point, step: 2 * point, [4.0], 3)
    path = trajectory(quadratic([2.0]).gradient, Adagrad(0.5), [4.0], 3)
    assert_allclose(np.diff(path, axis=0), record.moves, rtol=1e-12)


def test_lengths_are_the_sizes_of_the_moves_in_units_of_the_rate():
    record = inside.look_inside(Adagrad(0.5), lambda point, step: 2 * point, [4.0, -1.0], 3)
    assert_allclose(record.lengths(0.5), np.abs(record.moves) * 2)
    assert_allclose(record.lengths(0.5)[0], 1)


@pytest.mark.parametrize(("lengths", "step"), [
    ([1.0, 3.0, 2.0], 2), ([1.0, 1.0 + 1e-8], 1), ([1.0, 1.0 + 1e-4], 2)])
def test_the_longest_step_is_the_first_of_equal_ones(lengths, step):
    assert inside.longest_step(lengths) == step


def test_streams_of_gradients():
    rare = [inside.rare_gradient(None, step) for step in range(1, 31)]
    assert_array_equal(np.nonzero(np.array(rare)[:, 1])[0], [0, 10, 20])
    assert_array_equal(np.array(rare)[:, 0], 1)
    assert_array_equal(inside.constant_gradient(None, 7), [1, 0.01])
    assert_allclose(inside.canyon_gradient(np.array([3.0, -1.0]), 7), [0.3, -2])  # x²/20 + y²
    noisy = np.array([inside.noisy_gradient(None, step) for step in range(1, 1001)])
    assert_allclose(noisy.mean(axis=0), [1, 0], atol=0.1)
    assert_allclose(noisy.std(axis=0), 1, atol=0.1)
    assert list(inside.GRADIENTS) == ["constant", "rare", "canyon", "noisy"]


@pytest.mark.parametrize("beta1", [0.0, 0.5, 0.9])
def test_steps_in_noise_are_means_over_the_normal_distribution(beta1):
    """Against an integral by SciPy, and the two ends that one knows."""
    spread = np.sqrt((1 - beta1) / (1 + beta1))
    for ratio in (0, 0.2, 1, 5):
        mean = norm(ratio, spread).expect(np.abs)
        theory = inside.step_in_noise(ratio, beta1)
        assert theory == pytest.approx(mean / np.hypot(1, ratio), rel=1e-6)
    assert inside.step_in_noise(0, beta1) == pytest.approx(spread * np.sqrt(2 / np.pi))
    assert inside.step_in_noise(1e6, beta1) == pytest.approx(1)


@pytest.mark.parametrize("ratio", [0, 0.3, 2])
def test_adams_late_steps_in_noise_are_those_of_theory(ratio):
    noise = np.random.default_rng(1).standard_normal((300, 3000))
    record = inside.look_inside(Adam(0.1, beta2=0.9999), lambda w, step: ratio + noise[step - 1],
                                np.zeros(3000), 300)
    assert record.lengths(0.1)[-1].mean() == pytest.approx(inside.step_in_noise(ratio), rel=0.06)


@pytest.mark.parametrize("decay", [0.0, 0.9, 0.999])
def test_the_first_step_of_rmsprop_has_the_length_asked_for(decay):
    rate = inside.rate_for_first_step(0.7, decay)
    path = trajectory(saddle().gradient, RMSprop(rate, decay), [0.0, 0.01], 1)
    assert path[1, 1] == pytest.approx(0.71, rel=1e-4)


@pytest.mark.parametrize(("call", "pattern"), [
    (lambda: inside.step_on_a_slope("Adam", 0, 0.9),
     says("step must be at least 1", "0", "Steps are counted from 1.")),
])
def test_what_makes_no_sense_is_refused(call, pattern):
    with pytest.raises(ValueError, match=pattern):
        call()
