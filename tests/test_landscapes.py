"""Landscapes against hand-made numbers, finite differences and scipy.optimize."""

import numpy as np
import pytest
from oracles import frozen, numerical_gradient, says
from scipy.optimize import minimize_scalar

from lecture_kit.landscapes import double_well, quadratic

LANDSCAPES = [quadratic([0.1, 2]), quadratic([3.0]), quadratic([1, 2, 5]), double_well(),
              double_well(1.2)]
NAMES = ["plane", "line", "space", "double well", "tilted double well"]
every_landscape = pytest.mark.parametrize("landscape", LANDSCAPES, ids=NAMES)


def some_points(landscape, *shape):
    return np.random.default_rng(5).normal(size=(*shape, landscape.minima.shape[1]))


@pytest.mark.parametrize(("curvatures", "point", "height"), [
    ([0.1, 2], [-7, 2], 6.45), ([4], [3], 18), ([1, 2, 5], [2, 1, -1], 5.5),
])
def test_quadratic_has_half_the_curvature_times_the_square(curvatures, point, height):
    assert quadratic(curvatures).value(point) == pytest.approx(height, rel=1e-14)


@pytest.mark.parametrize(("tilt", "x", "height"), [
    (0.3, 0, 1), (0.3, 1, 0.3), (0.3, -1, -0.3), (0.3, 2, 9.6), (1.0, -2, 7),
])
def test_double_well_has_the_heights_worked_out_by_hand(tilt, x, height):
    assert double_well(tilt).value([x]) == pytest.approx(height, rel=1e-14)


def test_default_tilt_is_0_9():
    assert double_well().value([1]) == pytest.approx(0.9, rel=1e-14)


@every_landscape
def test_gradient_agrees_with_finite_differences(landscape):
    point = some_points(landscape)
    expected = numerical_gradient(landscape.value, point)
    np.testing.assert_allclose(landscape.gradient(point), expected, rtol=1e-9)


@every_landscape
def test_hessian_agrees_with_finite_differences_of_the_gradient(landscape):
    point = some_points(landscape)
    expected = numerical_gradient(landscape.gradient, point)
    np.testing.assert_allclose(landscape.hessian(point), expected, rtol=1e-9, atol=1e-12)


def test_curvatures_are_the_eigenvalues_of_the_hessian():
    hessian = quadratic([5, 0.1, 2]).hessian([1, 2, 3])
    np.testing.assert_allclose(np.linalg.eigvalsh(hessian), [0.1, 2, 5], rtol=1e-13)


@every_landscape
@pytest.mark.parametrize("shape", [(), (4,), (2, 3), (0,)])
def test_many_points_are_treated_at_once(landscape, shape):
    points = frozen(some_points(landscape, *shape))
    d = landscape.minima.shape[1]
    assert landscape.value(points).shape == shape
    assert landscape.gradient(points).shape == (*shape, d)
    assert landscape.hessian(points).shape == (*shape, d, d)
    for index in np.ndindex(shape):
        assert landscape.value(points)[index] == landscape.value(points[index])
        np.testing.assert_array_equal(landscape.gradient(points)[index],
                                      landscape.gradient(points[index]))
        np.testing.assert_array_equal(landscape.hessian(points)[index],
                                      landscape.hessian(points[index]))


@every_landscape
def test_minima_are_flat_and_curved_upwards(landscape):
    assert np.abs(landscape.gradient(landscape.minima)).max() < 1e-13
    assert np.linalg.eigvalsh(landscape.hessian(landscape.minima)).min() > 0


@every_landscape
def test_global_minimum_comes_first(landscape):
    assert landscape.value(landscape.minima).argmin() == 0


def test_quadratic_has_one_minimum_at_the_origin():
    np.testing.assert_array_equal(quadratic([0.1, 2]).minima, [[0, 0]])


@pytest.mark.parametrize("tilt", [0.01, 0.3, 1.0, 1.49])
@pytest.mark.parametrize(("well", "bounds"), [(0, (-2, -0.6)), (1, (0.577, 2))])
def test_minima_of_the_double_well_agree_with_scipy(tilt, well, bounds):
    landscape = double_well(tilt)
    found = minimize_scalar(lambda x: float(landscape.value([x])), bounds=bounds,
                            method="bounded", options={"xatol": 1e-10})
    assert landscape.minima.shape == (2, 1)
    assert landscape.minima[well, 0] == pytest.approx(found.x, abs=1e-6)


@pytest.mark.parametrize("bad", [[1.0, 0.0], [-1.0], [], [[1.0, 2.0]], 2.0])
def test_quadratic_refuses_curvatures_that_are_not_positive(bad):
    pattern = says("curvatures must be a list of positive numbers", repr(np.array(bad)),
                   "Pass one curvature per axis.")
    with pytest.raises(ValueError, match=pattern):
        quadratic(bad)


@pytest.mark.parametrize("bad", [[1.0, np.nan], [np.inf]])
def test_quadratic_refuses_curvatures_that_are_not_finite(bad):
    with pytest.raises(ValueError, match=says("curvatures must be finite", repr(bad), "Remove")):
        quadratic(bad)


def test_quadratic_keeps_the_curvatures_it_was_made_with():
    curvatures = np.array([1.0, 2.0])
    landscape = quadratic(curvatures)
    curvatures[:] = 100
    np.testing.assert_array_equal(landscape.gradient([1, 1]), [1, 2])


@every_landscape
def test_a_landscape_cannot_be_changed(landscape):
    with pytest.raises(AttributeError, match="cannot assign"):
        landscape.name = "hill"


@pytest.mark.parametrize("bad", [0, -0.3, 1.5, 2.0, np.nan])
def test_double_well_refuses_a_tilt_without_two_wells(bad):
    pattern = says("tilt must lie between 0 and 1.5", repr(bad), "Use tilt=")
    with pytest.raises(ValueError, match=pattern):
        double_well(bad)


@every_landscape
@pytest.mark.parametrize("part", ["value", "gradient", "hessian"])
def test_points_of_another_dimension_are_refused(landscape, part):
    d = landscape.minima.shape[1]
    pattern = says(f"points must have {d} coordinates on the last axis", f"(4, {d + 1})",
                   f"Reshape to (..., {d}).")
    with pytest.raises(ValueError, match=pattern):
        getattr(landscape, part)(np.zeros((4, d + 1)))


@every_landscape
@pytest.mark.parametrize("part", ["value", "gradient", "hessian"])
def test_a_number_without_an_axis_is_no_point(landscape, part):
    with pytest.raises(ValueError, match="coordinates on the last axis"):
        getattr(landscape, part)(1.0)
