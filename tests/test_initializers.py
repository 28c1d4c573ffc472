"""Initializers against closed forms and against what they are made for."""

import numpy as np
import pytest
from oracles import says

from lecture_kit.initializers import he, orthogonal, xavier


@pytest.mark.parametrize(("fan_in", "scale"), [(1, 1), (4, 0.5), (100, 0.1), (10_000, 0.01)])
def test_xavier_is_one_over_the_root_of_the_fan_in(fan_in, scale):
    assert xavier(fan_in) == pytest.approx(scale, rel=1e-14)


@pytest.mark.parametrize(("fan_in", "scale"), [(2, 1), (8, 0.5), (50, 0.2), (1, 2**0.5)])
def test_he_is_the_root_of_two_over_the_fan_in(fan_in, scale):
    assert he(fan_in) == pytest.approx(scale, rel=1e-14)


def test_xavier_keeps_the_variance_of_a_linear_layer():
    rng = np.random.default_rng(0)
    z = rng.standard_normal((400, 300)) @ (xavier(300) * rng.standard_normal((300, 500)))
    assert z.var() == pytest.approx(1, rel=0.05)


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


def test_orthogonal_favours_no_direction():
    rng = np.random.default_rng(4)
    mean = np.mean([orthogonal(3, rng) for _ in range(600)], axis=0)
    assert np.abs(mean).max() < 5 / np.sqrt(3 * 600)  # an entry has the variance 1/3


def test_orthogonal_repeats_with_the_seed_only():
    first, again, other = (orthogonal(4, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.1


@pytest.mark.parametrize(("function", "name"), [
    (xavier, "fan_in"), (he, "fan_in"), (lambda n: orthogonal(n, np.random.default_rng(0)), "width")
])
@pytest.mark.parametrize("bad", [0, -3, 0.5, np.nan])
def test_a_layer_without_nodes_is_refused(function, name, bad):
    with pytest.raises(ValueError, match=says(f"{name} must be at least 1", repr(bad), "nodes")):
        function(bad)
