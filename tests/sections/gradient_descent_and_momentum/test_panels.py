"""What the pictures of section 04 draw, against numbers worked out independently."""

import numpy as np
import pytest
from driving import built
from numpy.testing import assert_allclose

from lecture_kit.maths.landscapes import quadratic
from lecture_kit.maths.optimizers import Momentum, Nesterov
from lecture_kit.maths.quadratics import (
    convergence_rate,
)
from lecture_kit.maths.trajectories import trajectory
from lecture_kit.sections.gradient_descent_and_momentum import panels

GLOBAL, HILLTOP, LOCAL = np.sort(np.roots([4, 0, -4, 0.9]).real)


def data(line):
    return np.column_stack(line.get_data())


def height(x):
    return (x**2 - 1) ** 2 + 0.9 * x


def slope(x):
    return 4 * x * (x**2 - 1) + 0.9


def roll(x, learning_rate, momentum, n_steps):
    """A ball in plain numbers: its places and its movements."""
    places, moves = [x], [0 * x]
    for _ in range(n_steps):
        moves.append(momentum * moves[-1] - learning_rate * slope(places[-1]))
        places.append(places[-1] + moves[-1])
    return np.array(places), np.array(moves)


def rests(places, minimum):
    return np.all(np.abs(places[-10:] - minimum) < 0.05, axis=0)


def slide(curvatures, start, learning_rate, momentum, n_steps, nesterov=False):
    """A run in a valley in plain numbers; with ``nesterov`` the look-ahead points."""
    w, v, curvatures = np.array(start), np.zeros(2), np.array(curvatures)
    points = []
    for _ in range(n_steps + 1):
        ahead = w + momentum * v if nesterov else w
        points.append(ahead)
        v = momentum * v - learning_rate * curvatures * ahead
        w = w + v
    return np.array(points)


def spectral_radius(curvature, learning_rate, momentum, nesterov=False):
    pull = learning_rate * curvature
    roots = (np.roots([1, -(1 + momentum) * (1 - pull), momentum * (1 - pull)]) if nesterov
             else np.roots([1, -(1 + momentum - pull), momentum]))
    return np.abs(roots).max()


@pytest.fixture
def ball():
    return built(panels.ball)


@pytest.fixture
def valley():
    return built(panels.valley)


@pytest.fixture
def starts():
    return built(panels.starts)



@pytest.mark.parametrize(("learning_rate", "momentum", "start", "step"), [
    (0.05, 0.0, 1.5, 0), (0.05, 0.9, 1.5, 4), (0.002, 0.0, -1.6, 60), (0.1, 0.9, 1.2, 33)])
def test_the_ball_and_its_path_are_where_the_run_is(ball, learning_rate, momentum, start, step):
    values = {"learning_rate": learning_rate, "momentum": momentum, "start": start, "step": step}
    ball.set_values(values)
    places, moves = roll(start, learning_rate, momentum, 60)
    picture = ball.picture
    so_far = places[: step + 1]
    assert_allclose(data(picture.path), np.column_stack([so_far, height(so_far)]), rtol=1e-9)
    assert_allclose(data(picture.ball), [[places[step], height(places[step])]], rtol=1e-9)
    assert_allclose(data(picture.heights)[:, 0], np.arange(step + 1))
    assert_allclose(data(picture.heights)[:, 1], height(so_far), rtol=1e-9)
    assert_allclose(data(picture.height_ball), [[step, height(places[step])]], rtol=1e-9)
    mean = (moves[:step] + moves[1 : step + 1])[1:] / 2  # of the movement before and the next one
    energy = height(so_far[1:step]) + mean**2 / (2 * learning_rate)
    assert_allclose(data(picture.energies)[1:step, 1], energy, rtol=1e-9)


@pytest.mark.parametrize("step", [0, 1, 3, 7])
def test_the_arrows_are_the_forces_and_the_sum_leads_to_the_next_point(ball, step):
    ball.set_values({"learning_rate": 0.05, "momentum": 0.8, "step": step})
    places, moves = roll(1.5, 0.05, 0.8, 60)
    arrows = ball.picture.arrows
    push, carry = -0.05 * slope(places[step]), 0.8 * moves[step]
    assert_allclose(arrows.U, [push, carry, places[step + 1] - places[step]], atol=1e-12)
    assert_allclose(arrows.V, 0)
    assert_allclose(arrows.get_offsets(), [[places[step], row] for row in (2, 1, 0)])
    assert set(ball.picture.drop.get_xdata()) == {places[step]}


def test_each_minimum_says_up_to_which_rate_it_holds_the_ball(ball):
    for momentum in (0.0, 0.5):
        limits = [(2 + 2 * momentum) / (12 * x**2 - 4) for x in (GLOBAL, LOCAL)]
        for learning_rate in (0.1, 0.302, 0.6):
            ball.set_values({"learning_rate": learning_rate, "momentum": momentum})
            for text, limit in zip(ball.picture.bounds, limits, strict=True):
                sign = "can rest here: η <" if learning_rate < limit else "cannot rest here: η ≥"
                assert text.get_text() == f"{sign} {limit:.3g}"
            assert f"Critical rates: global {limits[0]:.3g}, local" in ball.readout.value


def test_a_ball_that_diverges_leaves_the_picture_and_says_when(ball):
    ball.set_values({"learning_rate": 0.45, "step": 60})
    places, _moves = roll(1.5, 0.45, 0.0, 3)
    first_beyond = np.argmax(np.abs(places) > 10)
    assert ball.readout.value.startswith(f"Diverged at step {first_beyond}.")
    assert ball.picture.titles[0].get_text() == f"diverged at step {first_beyond}"
    assert_allclose(data(ball.picture.path)[:, 0], places[:first_beyond])
    assert len(data(ball.picture.ball)) == len(data(ball.picture.height_ball)) == 0
    assert not np.any(np.abs(ball.picture.arrows.get_offsets()[:, 0]) < 1.9)
    ball.set_values({"step": 0})
    assert ball.readout.value.startswith("Step 0: x = 1.5")
    assert len(data(ball.picture.ball)) == 1


@pytest.mark.parametrize(("preset", "end"), [
    ("too small", "x = 1.07, height 0.981, moving"),
    ("trapped", "x = 0.859, height 0.842, at rest in the local minimum"),
    ("escapes", "at rest in the global minimum"), ("jumps across", "at rest in the local minimum"),
    ("diverges", "Diverged")])
def test_the_presets_of_the_ball_show_what_they_are_called(ball, preset, end):
    (button,) = [b for b in ball.children[1].children
                 if getattr(b, "description", "") == preset]
    button.click()
    assert end in ball.readout.value


def test_where_the_ball_stops_resting_is_where_exercise_1_says(ball):
    limit = 2 / (12 * LOCAL**2 - 4)
    for rate in (0.4, 0.407, 0.417, 0.427):
        ball.set_values({"learning_rate": 0.05, "start": 0.9, "step": 60})
        stops = [value for _label, value in ball.controls["learning_rate"].options]
        near = min(stops, key=lambda stop: abs(stop - rate))
        ball.set_values({"learning_rate": near})
        assert ("at rest in the local minimum" in ball.readout.value) == (near < limit)
        assert ball.picture.bounds[1].get_text().startswith(
            "can rest here" if near < limit else "cannot rest here")


@pytest.mark.parametrize("step", range(50, 61))
def test_a_ball_that_swings_never_rests_and_never_reaches_the_goal(ball, step):
    ball.set_values({"learning_rate": 0.2, "momentum": 0.0, "start": -1.5, "step": step})
    assert "moving" in ball.readout.value
    ball.set_values({"start": 1.2, "momentum": 0.9})
    assert ball.view.goal_met == ("at rest in the global" in ball.readout.value and step == 60)


def test_large_steps_leave_most_balls_moving(starts):
    starts.set_values({"learning_rate": 0.2})
    assert starts.readout.value.startswith("Of 1,000 starts 0 rest in the global minimum")


def test_the_goal_of_the_ball_can_be_reached_from_1_2_only(ball):
    for start in (1.2, 1.5):
        ball.set_values({"learning_rate": 0.132, "momentum": 0.85, "start": start, "step": 60})
        places, _moves = roll(start, 0.132, 0.85, 60)
        assert height(places[-1]) < -0.94
        assert ball.view.goal_met == (start == 1.2)


@pytest.mark.parametrize("nesterov", [False, True])
@pytest.mark.parametrize(("learning_rate", "momentum"), [(0.1, 0.0), (0.1, 0.9), (0.501, 0.6)])
def test_the_valley_draws_path_modes_and_the_point_in_the_map(
        valley, learning_rate, momentum, nesterov):
    valley.set_values(
        {"learning_rate": learning_rate, "momentum": momentum, "nesterov": nesterov})
    points = slide([0.1, 2], [-7.0, 2.0], learning_rate, momentum, 60, nesterov)
    picture = valley.picture
    assert_allclose(data(picture.path), points, atol=1e-12)
    assert_allclose(data(picture.end), points[-1:], atol=1e-12)
    assert_allclose(data(picture.point), [[learning_rate, momentum]])
    rates = [spectral_radius(c, learning_rate, momentum, nesterov) for c in (0.1, 2)]
    for axis, start in enumerate((7, 2)):
        mode, theory = data(picture.modes[axis]), data(picture.theory[axis])
        assert_allclose(mode, np.column_stack([np.arange(61), np.abs(points[:, axis])]), atol=1e-12)
        assert_allclose(theory[:, 1], start * rates[axis] ** np.arange(61), rtol=1e-7)
    assert picture.titles[1].get_text() == "theory: flat {:.3g}, steep {:.3g}".format(*rates)
    assert f"theory {max(rates):.3g}, best possible" in valley.readout.value


@pytest.mark.parametrize("nesterov", [False, True])
def test_the_map_shows_rates_critical_line_and_star(valley, nesterov):
    valley.set_values({"nesterov": nesterov})
    picture = valley.picture
    rates, momenta = picture.map_grid
    drawn = valley.view.drawing["factor_map"]["factors"]
    assert drawn.shape == (len(momenta), len(rates))
    for row, column in [(0, 50), (120, 133), (180, 10), (199, 220), (80, 60)]:
        expected = max(spectral_radius(c, rates[column], momenta[row], nesterov) for c in (0.1, 2))
        assert drawn[row, column] == pytest.approx(expected, rel=1e-6)
    critical = 1 + momenta
    if nesterov:
        critical = critical / (1 + 2 * momenta)
    assert_allclose(data(picture.critical), np.column_stack([critical, momenta]))
    row, column = np.unravel_index(drawn.argmin(), drawn.shape)
    assert_allclose(data(picture.star), [[rates[column], momenta[row]]], atol=0.012)
    assert picture.map_name == ("Nesterov" if nesterov else "momentum")


def test_a_run_that_diverges_is_drawn_up_to_its_first_point_outside(valley):
    valley.set_values({"learning_rate": 1.05})
    points = slide([0.1, 2], [-7.0, 2.0], 1.05, 0.0, 28)
    first = np.argmax(np.abs(points[:, 1]) > 7.6)
    assert_allclose(data(valley.picture.path), points[: first + 1])
    assert len(data(valley.picture.modes[0])) == 29 > first + 1


def test_only_a_new_method_draws_the_map_again(valley):
    before = valley.picture.filled_map
    valley.set_values({"learning_rate": 1.0, "momentum": 0.5})
    assert valley.picture.filled_map is before
    assert valley.picture._background is not None
    valley.set_values({"nesterov": True})
    assert valley.picture.filled_map is not before
    n_collections = len(valley.picture.map_axes.collections)
    valley.set_values({"nesterov": False})
    assert len(valley.picture.map_axes.collections) == n_collections


def test_the_valley_measures_what_theory_says(valley):
    for values, readout in [
        ({"learning_rate": 0.952}, "measured ≈ 0.904, theory 0.905, best possible 0.635"),
        ({"learning_rate": 0.1, "momentum": 0.9}, "measured ≈ 0.95, theory 0.949"),
        ({"learning_rate": 1.336, "momentum": 0.403},
         "f = 2.1e−20. Shrink factor ρ: measured ≈ 0.638, theory 0.635"),
        ({"learning_rate": 1.05, "momentum": 0.0}, "Beyond ±30 at step 29. Shrink factor ρ: "
         "measured ≈ 1.1, theory 1.1")]:
        valley.set_values(values)
        assert readout in valley.readout.value
        assert valley.view.goal_met == (values["learning_rate"] == 1.336)


def test_a_run_that_converges_is_never_called_diverged():
    landscape = quadratic([0.1, 2.0])
    for rule, nesterov in [(Momentum, False), (Nesterov, True)]:
        rates, momenta = np.meshgrid(np.geomspace(0.01, 2.2, 40), np.linspace(0, 0.99, 40))
        converges = convergence_rate([0.1, 2.0], rates, momenta, nesterov) < 1
        optimizer = rule(rates[converges][:, np.newaxis], momenta[converges][:, np.newaxis])
        start = np.tile([-7.0, 2.0], (converges.sum(), 1))
        path = trajectory(landscape.gradient, optimizer, start, 60)
        assert np.abs(path).max() < 30


def test_with_tiny_steps_the_hilltop_divides_the_starts(starts):
    starts.set_values({"learning_rate": 0.01, "momentum": 0.0, "seed": 3})
    points = np.random.default_rng(3).uniform(-2, 2, 1000)
    picture = starts.picture
    assert sum(len(data(dots)) for dots in picture.starts.values()) == 1000
    in_global, in_local = (data(picture.starts[name]) for name in ("global", "local"))
    unsure = np.abs(points - HILLTOP) < 0.01
    assert abs(len(in_global) - np.sum(points < HILLTOP)) <= unsure.sum()
    assert in_global[:, 0].max() < HILLTOP < in_local[:, 0].min()
    assert_allclose(in_global[:, 1], height(in_global[:, 0]))
    for row, name in enumerate(["neither", "local", "global"]):
        rug = data(picture.rugs[name])
        assert_allclose(rug[:, 0], data(picture.starts[name])[:, 0])
        assert np.all(rug[:, 1] == row)


@pytest.mark.parametrize(("learning_rate", "momentum"), [(0.05, 0.9), (0.2, 0.5)])
def test_the_share_is_counted_and_the_curve_too(starts, learning_rate, momentum):
    starts.set_values({"learning_rate": learning_rate, "momentum": momentum, "seed": 0})
    picture = starts.picture
    with np.errstate(all="ignore"):
        points = np.random.default_rng(0).uniform(-2, 2, 1000)
        share = np.mean(rests(roll(points, learning_rate, momentum, 200)[0], GLOBAL))
        assert_allclose(data(picture.point), [[momentum, share]])
        assert f"share at rest in the global minimum: {share:.3g}" == picture.titles[1].get_text()
        curve = data(picture.curves["global"])
        even = np.linspace(-2, 2, 101)
        for k in (0, 15, 28):
            places = roll(even, learning_rate, curve[k, 0], 200)[0]
            first, second = (np.mean(rests(places, minimum)) for minimum in (GLOBAL, LOCAL))
            assert curve[k, 1] == pytest.approx(first)
            assert data(picture.curves["local"])[k, 1] == pytest.approx(second)
            assert data(picture.curves["neither"])[k, 1] == pytest.approx(1 - first - second)


def test_momentum_and_seed_leave_the_curves_alone_and_the_rate_leaves_the_draw_alone(starts):
    curve = data(starts.picture.curves["global"])
    starts.set_values({"momentum": 0.7, "seed": 5})
    assert_allclose(data(starts.picture.curves["global"]), curve)

    def draw():
        return np.sort(np.concatenate(
            [data(dots)[:, 0] for dots in starts.picture.starts.values()]))

    before = draw()
    starts.set_values({"learning_rate": 0.2, "momentum": 0.3})
    assert_allclose(draw(), before)


def test_the_goal_of_the_starts_can_be_reached(starts):
    starts.set_values({"learning_rate": 0.05, "momentum": 0.95})
    assert starts.view.goal_met
    starts.set_values({"learning_rate": 0.35})
    assert not starts.view.goal_met
