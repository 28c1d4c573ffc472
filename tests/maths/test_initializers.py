"""Initializers against closed forms and against what they are made for."""

import numpy as np
import pytest
from oracles import says
from scipy import stats

from lecture_kit.maths.initializers import glorot, he, lecun, normal, orthogonal, uniform, xavier


@pytest.mark.parametrize(("fan_in", "scale"), [(1, 1), (4, 0.5), (100, 0.1), (10_000, 0.01)])
def test_xavier_is_one_over_the_root_of_the_fan_in(fan_in, scale):
    assert xavier(fan_in) == pytest.approx(scale, rel=1e-14)


@pytest.mark.parametrize(("fan_in", "scale"), [(1, 1), (4, 0.5), (64, 0.125)])
def test_lecun_is_one_over_the_root_of_the_fan_in(fan_in, scale):
    assert lecun(fan_in) == pytest.approx(scale, rel=1e-14)


@pytest.mark.parametrize(("fan_in", "fan_out", "scale"), [
    (1, 1, 1), (100, 100, 0.1), (2, 6, 0.5), (6, 2, 0.5), (20, 180, 0.1)])
def test_glorot_is_the_root_of_two_over_both_fans(fan_in, fan_out, scale):
    assert glorot(fan_in, fan_out) == pytest.approx(scale, rel=1e-14)


def test_glorot_is_a_compromise_between_signal_and_gradient():
    assert lecun(256) < glorot(64, 256) < lecun(64)


@pytest.mark.parametrize(("fan_in", "scale"), [(2, 1), (8, 0.5), (50, 0.2), (1, 2**0.5)])
def test_he_is_the_root_of_two_over_the_fan_in(fan_in, scale):
    assert he(fan_in) == pytest.approx(scale, rel=1e-14)


def test_xavier_keeps_the_variance_of_a_linear_layer():
    rng = np.random.default_rng(0)
    z = rng.standard_normal((400, 300)) @ (xavier(300) * rng.standard_normal((300, 500)))
    assert z.var() == pytest.approx(1, rel=0.05)


@pytest.mark.parametrize(("draw", "law"), [
    (normal, lambda s: stats.norm(scale=s)),
    (uniform, lambda s: stats.uniform(-(3**0.5) * s, 2 * 3**0.5 * s)),
])
@pytest.mark.parametrize("scale", [0.1, 2.0])
def test_weights_follow_their_distribution(draw, law, scale):
    weights = draw((40, 500), scale, np.random.default_rng(0))
    assert weights.shape == (40, 500)
    assert weights.std() == pytest.approx(scale, rel=0.02)
    assert stats.kstest(weights.ravel(), law(scale).cdf).pvalue > 0.01


@pytest.mark.parametrize("draw", [normal, uniform])
def test_the_seed_and_the_scale_of_weights_are_independent(draw):
    first, other = (draw((3, 4), 0.1, np.random.default_rng(seed)) for seed in (1, 2))
    wide = draw((3, 4), 0.3, np.random.default_rng(1))
    np.testing.assert_allclose(wide, 3 * first, rtol=1e-12)
    assert np.abs(first - other).max() > 0.01
    assert np.all(draw((2, 2), 0.0, np.random.default_rng(1)) == 0)


@pytest.mark.parametrize("draw", [normal, uniform])
@pytest.mark.parametrize("bad", [-0.1, np.nan])
def test_a_negative_scale_is_refused(draw, bad):
    with pytest.raises(ValueError, match=says("init_scale must be at least 0", repr(bad), "Try")):
        draw((2, 2), bad, np.random.default_rng(0))


def test_he_keeps_the_mean_square_of_a_relu_layer():
    rng = np.random.default_rng(0)
    x = np.maximum(rng.standard_normal((400, 300)), 0)
    z = x @ (he(300) * rng.standard_normal((300, 500)))
    assert np.square(np.maximum(z, 0)).mean() == pytest.approx(np.square(x).mean(), rel=0.1)


@pytest.mark.parametrize("width", [1, 2, 50])
def test_orthogonal_is_inverted_by_its_transpose(width):
    q = orthogonal(width, np.random.default_rng(3))
    assert q.shape == (width, width)
    np.testing.assert_allclose(q.T @ q, np.eye(width), atol=1e-13)


def test_orthogonal_keeps_the_length_of_every_vector():
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(20, 30))
    turned = vectors @ orthogonal(30, rng)
    np.testing.assert_allclose(np.linalg.norm(turned, axis=1), np.linalg.norm(vectors, axis=1),
                               rtol=1e-13)


def test_orthogonal_may_rotate_or_reflect():
    rng = np.random.default_rng(0)
    signs = {round(np.linalg.det(orthogonal(4, rng))) for _ in range(30)}
    assert signs == {-1, 1}


def test_orthogonal_favours_no_direction():
    rng = np.random.default_rng(4)
    mean = np.mean([orthogonal(3, rng) for _ in range(600)], axis=0)
    assert np.abs(mean).max() < 5 / np.sqrt(3 * 600)  # an entry has the variance 1/3


def test_orthogonal_repeats_with_the_seed_only():
    first, again, other = (orthogonal(4, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.1


@pytest.mark.parametrize(("function", "name"), [
    (xavier, "fan_in"), (lecun, "fan_in"), (he, "fan_in"), (lambda n: glorot(n, 5), "fan_in"),
    (lambda n: glorot(5, n), "fan_out"),
    (lambda n: orthogonal(n, np.random.default_rng(0)), "width"),
])
@pytest.mark.parametrize("bad", [0, -3, 0.5, np.nan])
def test_a_layer_without_nodes_is_refused(function, name, bad):
    with pytest.raises(ValueError, match=says(f"{name} must be at least 1", repr(bad), "nodes")):
        function(bad)
