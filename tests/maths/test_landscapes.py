"""Landscapes against hand-made numbers, finite differences and scipy.optimize."""

import numpy as np
import pytest
from oracles import frozen, numerical_gradient, says
from scipy.optimize import minimize, minimize_scalar, rosen, rosen_der, rosen_hess

from lecture_kit.maths.landscapes import beale, canyon, double_well, quadratic, rosenbrock, saddle

LANDSCAPES = [quadratic([0.1, 2]), quadratic([3.0]), quadratic([1, 2, 5]), double_well(),
              double_well(1.2), canyon(), canyon(30), saddle(), beale(), rosenbrock()]
NAMES = ["plane", "line", "space", "double well", "tilted double well", "canyon", "turned canyon",
         "saddle", "Beale", "Rosenbrock"]
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
    np.testing.assert_allclose(landscape.gradient(point), expected, rtol=1e-8)


@every_landscape
def test_hessian_agrees_with_finite_differences_of_the_gradient(landscape):
    point = some_points(landscape)
    expected = numerical_gradient(landscape.gradient, point)
    np.testing.assert_allclose(landscape.hessian(point), expected, rtol=1e-8, atol=1e-9)


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


WITH_MINIMA = [land for land in LANDSCAPES if len(land.minima)]
every_landscape_with_minima = pytest.mark.parametrize(
    "landscape", WITH_MINIMA, ids=[name for name in NAMES if name != "saddle"])


@every_landscape_with_minima
def test_minima_are_flat_and_curved_upwards(landscape):
    assert np.abs(landscape.gradient(landscape.minima)).max() < 1e-13
    assert np.linalg.eigvalsh(landscape.hessian(landscape.minima)).min() > 0


@every_landscape_with_minima
def test_global_minimum_comes_first(landscape):
    assert landscape.value(landscape.minima).argmin() == 0


@pytest.mark.parametrize(("landscape", "point", "height"), [
    (canyon(), [-7, 2], 6.45),  # 49/20 + 4
    (canyon(90), [2, -7], 6.45),
    (canyon(45), [1, 1], 0.1),  # √2 along the floor
    (canyon(45), [1, -1], 2),  # √2 across
    (saddle(), [3, 2], 5),
    (beale(), [0, 0], 14.203125),  # 1.5² + 2.25² + 2.625²
    (beale(), [1, 1], 14.203125),
    (beale(), [2, -1], 13.203125),  # (−2.5)² + 2.25² + (−1.375)²
    (rosenbrock(), [0, 0], 1),
    (rosenbrock(), [-1, 2], 104),
])
def test_heights_worked_out_by_hand(landscape, point, height):
    assert landscape.value(point) == pytest.approx(height, rel=1e-13)


def test_the_floor_of_a_turned_canyon_is_flat_along_the_angle():
    along = np.array([np.cos(np.deg2rad(30)), np.sin(np.deg2rad(30))])
    matrix = canyon(30).hessian([1, 2])
    np.testing.assert_allclose(matrix @ along, 0.1 * along, atol=1e-14)
    np.testing.assert_allclose(np.linalg.eigvalsh(matrix), [0.1, 2], rtol=1e-13)


def test_canyon_of_angle_0_is_the_valley_of_the_zigzag_example():
    points = some_points(canyon(), 20)
    valley = quadratic([0.1, 2])
    np.testing.assert_allclose(canyon().value(points), valley.value(points), rtol=1e-14)
    np.testing.assert_allclose(canyon().gradient(points), valley.gradient(points), rtol=1e-14)


def test_rosenbrock_agrees_with_scipy():
    for point in some_points(rosenbrock(), 10):
        assert rosenbrock().value(point) == pytest.approx(rosen(point), rel=1e-13)
        np.testing.assert_allclose(rosenbrock().gradient(point), rosen_der(point), rtol=1e-12)
        np.testing.assert_allclose(rosenbrock().hessian(point), rosen_hess(point), rtol=1e-12)


def test_scipy_finds_the_minimum_of_beale():
    found = minimize(beale().value, [1, 0], jac=beale().gradient, tol=1e-12)
    np.testing.assert_allclose(found.x, beale().minima[0], atol=1e-6)
    assert beale().value([3, 0.5]) == 0


@pytest.mark.parametrize(("landscape", "place"), [(saddle(), [0, 0]), (beale(), [0, 1])])
def test_saddles_are_flat_and_curved_both_ways(landscape, place):
    np.testing.assert_array_equal(landscape.gradient(place), [0, 0])
    low, high = np.linalg.eigvalsh(landscape.hessian(place))
    assert low < 0 < high


def test_the_saddle_has_no_minimum():
    assert saddle().minima.shape == (0, 2)


def test_an_angle_must_be_finite():
    with pytest.raises(ValueError, match=says("angle must be finite", "nan", "Remove NaN")):
        canyon(np.nan)


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
    pattern = says("curvatures must be", repr(bad),
                   "Pass one curvature per axis.")
    with pytest.raises(ValueError, match=pattern):
        quadratic(bad)


@pytest.mark.parametrize("bad", [[1.0, np.nan], [np.inf]])
def test_quadratic_refuses_curvatures_that_are_not_finite(bad):
    pattern = says("curvatures must be positive and finite", repr(bad), "")
    with pytest.raises(ValueError, match=pattern):
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
