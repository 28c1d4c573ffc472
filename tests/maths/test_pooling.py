"""Poolings against plain loops, finite differences and the frequencies of many draws."""

import numpy as np
import pytest
from oracles import frozen, looped_windows, numerical_gradient, says
from scipy.stats import chisquare

from lecture_kit.maths.pooling import (
    POOLINGS,
    AveragePooling,
    MaxPooling,
    Pooling,
    StochasticPooling,
    WeightedPooling,
    draw,
    probabilities,
    weighted_average,
)

EXAMPLE = frozen([1.6, 0, 0, 2.4])
MAPS = frozen(np.maximum(np.random.default_rng(1).normal(size=(2, 3, 7, 6)), 0))
POSITIVE = frozen(np.random.default_rng(2).uniform(0.5, 2, size=(2, 2, 5, 6)))
shapes = pytest.mark.parametrize(("window", "stride"), [
    (2, 2), (3, 3), (2, 1), (3, 2), (3, 1), (2, 3), (1, 1), (5, 1)])
KINDS = {**POOLINGS, "weighted": WeightedPooling}
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


def one_map(entries):
    return np.reshape(np.asarray(entries, float), (1, 1, 2, 2))


# One window


def test_the_example_worked_out_by_hand():
    np.testing.assert_allclose(probabilities(EXAMPLE), [0.4, 0, 0, 0.6], rtol=1e-15)
    assert weighted_average(EXAMPLE) == pytest.approx(2.08, rel=1e-14)
    assert AveragePooling().infer(one_map(EXAMPLE)).item() == 1.0
    assert MaxPooling().infer(one_map(EXAMPLE)).item() == 2.4
    assert StochasticPooling().infer(one_map(EXAMPLE)).item() == pytest.approx(2.08, rel=1e-14)


def test_probabilities_are_shares_of_the_sum():
    windows = np.random.default_rng(3).uniform(0, 5, size=(4, 3, 6))
    expected = windows / windows.sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(probabilities(windows), expected, rtol=1e-14)


def test_a_window_of_zeros_has_no_chances_and_gives_0():
    windows = np.array([[0.0, 0, 0, 0], [1, 1, 0, 2]])
    np.testing.assert_array_equal(probabilities(windows), [[0, 0, 0, 0], [0.25, 0.25, 0, 0.5]])
    np.testing.assert_array_equal(weighted_average(windows), [0, 1.5])


@pytest.mark.parametrize("scale", [1e-320, 1e308])
def test_probabilities_survive_the_smallest_and_the_largest_numbers(scale):
    np.testing.assert_allclose(probabilities([scale, scale, 0, scale]), [1 / 3, 1 / 3, 0, 1 / 3])
    assert draw([0, 0, scale, 0], 0.9999999999999999) == 2


@pytest.mark.parametrize("function", [probabilities, weighted_average, lambda a: draw(a, 0.5)])
@pytest.mark.parametrize(("bad", "pattern"), [
    ([1, -0.25], says("activations must be at least 0", "-0.25", "Put a ReLU before")),
    ([1, np.nan], r"activations must be finite; got .*nan.*Remove"),
    (2.0, r"activations must have the entries of a window on their last axis; got .*2\..* Pass"),
    ([], r"activations must have the entries of a window on their last axis; got .* Pass"),
])
def test_activations_that_are_none_are_refused(function, bad, pattern):
    with pytest.raises(ValueError, match=pattern):
        function(bad)


def test_draw_takes_the_first_entry_beyond_the_random_number():
    uniform = [0, 0.124, 0.125, 0.249, 0.25, 0.499, 0.5, 0.999]  # ends that have no rounding
    np.testing.assert_array_equal(draw([1.0, 1, 2, 4], uniform), [0, 0, 1, 1, 2, 2, 3, 3])


def test_draw_never_takes_a_zero():
    uniform = np.random.default_rng(0).random(10_000)
    assert set(draw([0, 1.6, 0, 2.4, 0], np.append(uniform, [0, 1 - 2**-53]))) == {1, 3}


def test_draw_takes_a_random_number_for_each_window():
    windows = [[1.0, 3], [3, 1], [0, 0]]
    np.testing.assert_array_equal(draw(windows, [0.5, 0.5, 0.5]), [1, 0, 1])


@pytest.mark.parametrize("bad", [-0.1, 1.0])
def test_draw_refuses_a_number_that_is_no_share(bad):
    pattern = rf"uniform must be at least 0 and less than 1; got .*{bad:.3g}.*Use rng\.random"
    with pytest.raises(ValueError, match=pattern):
        draw(EXAMPLE, bad)


def test_draws_come_as_often_as_their_probabilities_say():
    a = np.array([0.5, 1.0, 0.0, 2.5, 6.0])
    counts = np.bincount(draw(a, np.random.default_rng(4).random(20_000)), minlength=5)
    alive = a > 0
    assert chisquare(counts[alive], 20_000 * a[alive] / a.sum()).pvalue > 0.01
    assert counts[2] == 0


# Layers, forward


@shapes
@pytest.mark.parametrize(("kind", "oracle"), [
    (MaxPooling, max), (AveragePooling, lambda a: sum(a) / len(a)),
    (WeightedPooling, lambda a: sum(x * x for x in a) / (sum(a) or 1)),
    (StochasticPooling, lambda a: sum(x * x for x in a) / (sum(a) or 1)),
])
def test_poolings_at_test_time_agree_with_a_plain_loop(kind, oracle, window, stride):
    windows = looped_windows(MAPS, window, stride)
    expected = np.array([oracle(list(w)) for w in windows.reshape(-1, window**2)])
    result = kind(window, stride).infer(MAPS)
    np.testing.assert_allclose(result, expected.reshape(windows.shape[:-1]), rtol=1e-13, atol=0)


@every_kind
def test_training_and_test_time_differ_for_stochastic_pooling_only(kind):
    layer = kind(2)
    same = np.array_equal(layer.forward(MAPS), layer.infer(MAPS))
    assert same == (kind is not StochasticPooling)


@every_kind
def test_the_stride_is_the_window_if_it_is_left_out(kind):
    np.testing.assert_array_equal(kind(3).infer(MAPS), kind(3, 3).infer(MAPS))
    assert kind(3).infer(MAPS).shape == (2, 3, 2, 2)


@every_kind
def test_poolings_stay_in_float32(kind):
    maps = MAPS.astype(np.float32)
    layer = kind(2)
    out = layer.forward(maps)
    assert out.dtype == layer.infer(maps).dtype == np.float32
    assert layer.input_gradient(out).dtype == np.float32


@shapes
def test_what_is_drawn_lies_in_its_window(window, stride):
    layer = StochasticPooling(window, stride, seed=5)
    drawn = layer.forward(MAPS)
    windows = looped_windows(MAPS, window, stride)
    assert np.all((windows == drawn[..., np.newaxis]).any(axis=-1))
    np.testing.assert_array_equal(drawn > 0, windows.any(axis=-1))


def test_the_mean_of_many_drawn_maps_is_the_map_at_test_time():
    layer = StochasticPooling(3, 2, seed=0)
    drawn = np.mean([layer.forward(MAPS) for _ in range(4000)], axis=0)
    np.testing.assert_allclose(drawn, layer.infer(MAPS), atol=0.05)


def test_draws_repeat_with_the_seed_and_go_on():
    first, again, other = (StochasticPooling(2, seed=seed) for seed in (1, 1, 2))
    drawn = first.forward(POSITIVE)
    np.testing.assert_array_equal(drawn, again.forward(POSITIVE))
    assert np.any(drawn != other.forward(POSITIVE))
    assert np.any(drawn != first.forward(POSITIVE))


def test_test_time_draws_nothing():
    layer, other = StochasticPooling(2, seed=1), StochasticPooling(2, seed=1)
    layer.infer(POSITIVE)
    np.testing.assert_array_equal(layer.forward(POSITIVE), other.forward(POSITIVE))


@pytest.mark.parametrize("kind", [WeightedPooling, StochasticPooling])
@pytest.mark.parametrize("method", ["infer", "forward"])
def test_negative_maps_are_refused_where_they_make_no_sense(kind, method):
    maps = MAPS.copy()
    maps[1, 2, 3, 4] = -0.5
    pattern = says("activations must be at least 0", "-0.5", "Put a ReLU before the pooling.")
    with pytest.raises(ValueError, match=pattern):
        getattr(kind(2), method)(maps)


def test_max_and_average_take_negative_maps():
    maps = -one_map([1, 2, 3, 4])
    assert MaxPooling().infer(maps).item() == MaxPooling().forward(maps).item() == -1
    assert AveragePooling().infer(maps).item() == -2.5


@every_kind
def test_a_window_that_does_not_fit_is_refused(kind):
    with pytest.raises(ValueError, match="maps must be at least as large as the window, 8 × 8"):
        kind(8).infer(MAPS)


@every_kind
@pytest.mark.parametrize(("arguments", "pattern"), [
    ((0,), says("window must be at least 1", "0", "Try 2.")),
    ((2.0,), says("window must be at least 1", "2.0", "Try 2.")),
    ((2, 0), says("stride must be at least 1", "0", "Try 2.")),
])
def test_windows_and_strides_are_whole_numbers(kind, arguments, pattern):
    with pytest.raises(ValueError, match=pattern):
        kind(*arguments)


@pytest.mark.parametrize("method", ["pool", "pool_in_training", "entries_gradient"])
def test_a_pooling_of_your_own_has_three_methods_to_write(method):
    with pytest.raises(NotImplementedError):
        getattr(Pooling(2), method)(None)


# Layers, backward


@shapes
@pytest.mark.parametrize("kind", [MaxPooling, AveragePooling, WeightedPooling])
def test_derivatives_agree_with_finite_differences(kind, window, stride):
    layer = kind(window, stride)
    back = np.random.default_rng(6).normal(size=layer.forward(POSITIVE).shape)
    result = layer.input_gradient(back)
    expected = numerical_gradient(
        lambda maps: (back * layer.infer(maps)).sum(), POSITIVE, step=1e-5)
    np.testing.assert_allclose(result, expected, rtol=1e-7, atol=1e-8)


@shapes
def test_derivatives_of_fixed_draws_agree_with_finite_differences(window, stride):
    layer = StochasticPooling(window, stride, seed=7)
    drawn = layer.forward(POSITIVE)
    places = layer.chosen.copy()

    def with_the_same_draws(maps):
        windows = looped_windows(maps, window, stride)
        return np.take_along_axis(windows, places[..., np.newaxis], axis=-1)[..., 0]

    np.testing.assert_array_equal(with_the_same_draws(POSITIVE), drawn)
    back = np.random.default_rng(6).normal(size=drawn.shape)
    expected = numerical_gradient(lambda maps: (back * with_the_same_draws(maps)).sum(), POSITIVE)
    np.testing.assert_allclose(layer.input_gradient(back), expected, rtol=1e-9, atol=1e-10)


def test_the_first_of_several_maxima_gets_the_derivative():
    layer = MaxPooling()
    layer.forward(one_map([1, 3, 3, 3]))
    np.testing.assert_array_equal(layer.input_gradient(one_map([5] * 4)[:, :, :1, :1]).ravel(),
                                  [0, 5, 0, 0])


@pytest.mark.parametrize("kind", [StochasticPooling, WeightedPooling])
def test_no_derivative_goes_back_through_a_window_of_zeros(kind):
    layer = kind(2)
    maps = np.zeros((1, 1, 2, 4))
    maps[..., 2:] = 1.0
    np.testing.assert_array_equal(layer.forward(maps), [[[[0, 1]]]])
    gradient = layer.input_gradient(np.ones((1, 1, 1, 2)))
    np.testing.assert_array_equal(gradient[..., :2], 0)
    assert gradient[..., 2:].sum() == 1


@every_kind
def test_pixels_outside_all_windows_get_no_derivative(kind):
    layer = kind(2, 2)
    out = layer.forward(frozen(np.ones((1, 1, 5, 5))))
    gradient = layer.input_gradient(np.ones_like(out))
    assert not gradient[..., 4, :].any()
    assert not gradient[..., :, 4].any()
    assert gradient.sum() == pytest.approx(4)


@every_kind
def test_infer_does_not_disturb_what_the_derivatives_need(kind):
    layer = kind(2)
    back = np.ones_like(layer.forward(POSITIVE))
    before = layer.input_gradient(back)
    layer.infer(POSITIVE[:1, :, ::-1])
    np.testing.assert_array_equal(layer.input_gradient(back), before)


@every_kind
def test_maps_that_are_not_finite_pass_so_that_training_can_end(kind):
    maps = np.full((1, 1, 2, 2), np.nan)
    layer = kind(2)
    layer.forward(maps)
    assert np.isnan(layer.infer(maps)).all()
