"""What the panels of section 05 draw and say, against plain loops and against theory."""

import numpy as np
import pytest
from driving import built, widgets_in
from ipywidgets import Button
from numpy.testing import assert_allclose, assert_array_equal

from lecture_kit.live.looks import LOOKS
from lecture_kit.maths.landscapes import beale, canyon, rosenbrock, saddle
from lecture_kit.maths.optimizers import Adam, GradientDescent, RMSprop
from lecture_kit.maths.schedules import Scheduled
from lecture_kit.sections.adaptive_methods import experiments, falling_rates, one_epoch, panels
from lecture_kit.sections.adaptive_methods.words import learn_words, write_words

nan = np.nan
LANDSCAPES = {land.name: land for land in (canyon(), saddle(), beale(), rosenbrock())}


def data(line):
    return np.column_stack(line.get_data())


def words(board, name):
    return [text.get_text() for text in board.rows[name]]


def walk(land, optimizer, start, n_steps):
    """A run in a plain loop, up to where it leaves ±100."""
    point, state, points = np.array(start, float), optimizer.initial_state(np.zeros(2)), [start]
    with np.errstate(all="ignore"):
        for _ in range(n_steps):
            point, state = optimizer.step(point, land.gradient(point), state)
            if not np.abs(point).max() <= 100:
                break
            points.append(point)
    return np.array(points)


@pytest.fixture
def race():
    return built(panels.race)


@pytest.fixture
def inside():
    return built(panels.inside)


@pytest.fixture
def escape():
    return built(panels.escape)


@pytest.fixture
def rare_words():
    return built(panels.rare_words)


@pytest.fixture
def real_data():
    return built(panels.real_data)



# The race


@pytest.mark.parametrize("step", [0, 17, 300])
@pytest.mark.parametrize(("landscape", "start", "rate"), [
    ("canyon", (-3.5, 1.0), 0.1), ("saddle", (-1.5, 0.01), 0.1),
    ("Rosenbrock", (-1.2, 1.0), 0.001)])
def test_the_race_draws_the_runs_up_to_the_step(race, landscape, start, rate, step):
    race.set_values({"landscape": landscape, "learning_rate": rate, "x": start[0], "y": start[1],
                     "step": step})
    for name, method in experiments.METHODS.items():
        points = walk(LANDSCAPES[landscape], method(rate), start, 300)
        drawn = data(race.picture.paths[name])
        if len(points) == 301:
            assert_allclose(drawn, points[: step + 1], rtol=1e-9)
            assert_allclose(data(race.picture.ends[name]), points[[step]], rtol=1e-9)
        assert race.picture.paths[name].get_color() == LOOKS[name]["color"]
    assert_allclose(data(race.picture.start), [start])


def test_a_run_that_diverges_ends_with_its_first_point_outside_and_is_named(race):
    race.set_values({"learning_rate": 3.02, "step": 300})
    for name in ("gradient descent", "momentum", "Nesterov"):
        points = walk(canyon(), experiments.METHODS[name](3.02), (-3.5, 1.0), 300)
        outside = int(np.argmax((np.abs(points) > [4, 2.5]).any(axis=1)))
        assert_allclose(data(race.picture.paths[name]), points[: outside + 1])
        assert words(race.picture.board, name)[0] == f"out at {len(points)}"
    assert race.readout.value.endswith("Diverged: 3.")
    race.set_values({"learning_rate": 0.692})
    assert race.readout.value.endswith("Diverged: Nesterov.")
    race.set_values({"step": 2})
    assert race.readout.value.endswith("None diverged.")
    assert words(race.picture.board, "Nesterov")[0] == "…"


def test_the_board_counts_the_steps_at_this_rate_and_at_the_best(race):
    race.set_values({"step": 300})
    sweeps = experiments.sweep_rates(canyon(), np.geomspace(3e-4, 10, 73), (-3.5, 1.0), 300)
    arrived = {"momentum": "55", "Nesterov": "54", "RMSprop": "148", "Adam": "74"}
    for name in experiments.METHODS:
        here, best = words(race.picture.board, name)
        assert here == arrived.get(name, "—")
        assert best == f"{sweeps[name].best_result:.0f}"
        assert_allclose(data(race.picture.best[name]),
                        [[sweeps[name].best_rate, sweeps[name].best_result]])
        assert_allclose(data(race.picture.sweeps[name]),
                        np.column_stack([sweeps[name].learning_rates, sweeps[name].results]))
        weight = race.picture.board.rows[name][0].get_weight()
        assert weight == ("bold" if name == "Nesterov" else "normal")
    assert "4 of 7 arrived, first Nesterov at step 54" in race.readout.value
    assert_allclose(data(race.picture.cursor)[:, 0], 0.1)


def test_nobody_has_arrived_before_its_step(race):
    race.set_values({"step": 54})
    assert "1 of 7 arrived, first Nesterov at step 54" in race.readout.value
    race.set_values({"step": 53})
    assert "0 of 7 arrived, first none" in race.readout.value
    assert words(race.picture.board, "Nesterov")[0] == "…"


def test_with_own_rates_each_runs_at_its_best(race):
    race.set_values({"learning_rate": 0.0, "step": 300})
    for name, sweep in experiments.sweep_rates(
            canyon(), np.geomspace(3e-4, 10, 73), (-3.5, 1.0), 300).items():
        points = walk(canyon(), experiments.METHODS[name](sweep.best_rate), (-3.5, 1.0), 300)
        assert_allclose(data(race.picture.paths[name]), points, rtol=1e-9)
        here, best = words(race.picture.board, name)
        assert here == best
    assert len(data(race.picture.cursor)) == 0
    assert "own rates: 7 of 7 arrived, first Adagrad at step 4." in race.readout.value
    assert not race.view.goal_met


def test_on_the_ridge_itself_nobody_arrives(race):
    race.set_values({"landscape": "saddle", "x": -1.5, "y": 0.0, "step": 300})
    assert "0 of 7 arrived" in race.readout.value
    race.set_values({"y": 0.01})
    assert race.readout.value.endswith("7 of 7 arrived, first RMSprop at step 4. None diverged.")


@pytest.mark.parametrize(("rate", "met"), [
    (0.1, False), (0.794, False), (0.912, True), (0.95, True)])
def test_the_goal_of_the_race_is_a_rate_that_lets_gradient_descent_win(race, rate, met):
    race.set_values({"learning_rate": rate})
    plain, adam = (experiments.arrival(canyon(), walk(canyon(), method(rate), (-3.5, 1.0), 300))
                   for method in (GradientDescent, Adam))
    assert (adam - plain >= 20) == met == race.view.goal_met


def test_the_goal_of_the_race_is_in_the_canyon(race):
    race.set_values({"landscape": "saddle", "x": -1.5, "y": 0.5, "learning_rate": 0.00501,
                     "step": 300})
    plain, adam = (int(words(race.picture.board, name)[0]) for name in ("gradient descent", "Adam"))
    assert adam - plain >= 20
    assert not race.view.goal_met


# Inside one method


@pytest.mark.parametrize("method", ["Adagrad", "RMSprop", "Adam", "Adam, not corrected"])
@pytest.mark.parametrize("decay", [0.9, 0.999])
def test_inside_draws_steps_rates_and_roots(inside, method, decay):
    inside.set_values({"method": method, "decay": decay, "learning_rate": 0.501})
    k = np.arange(1, 1001)
    grown = {"Adagrad": k, "RMSprop": 1 - decay**k}.get(method, 1 - decay**k)
    lengths = {"Adagrad": k**-0.5, "RMSprop": (1 - decay**k) ** -0.5, "Adam": k / k,
               "Adam, not corrected": (1 - 0.9**k) / (1 - decay**k) ** 0.5}[method]
    picture = inside.picture
    assert_allclose(data(picture.theory), np.column_stack([k, lengths]))
    for name, size in (("x", 1.0), ("y", 0.01)):
        assert_allclose(data(picture.moves[name]), np.column_stack([k, lengths]), rtol=1e-3)
        assert_allclose(data(picture.roots[name])[:, 1], size * np.sqrt(grown), rtol=1e-9)
        assert_allclose(data(picture.gradients[name])[:, 1], size)
        seen = 1 if method == "Adam" else grown
        assert_allclose(data(picture.rates[name])[:, 1], 0.501 / size / np.sqrt(seen), rtol=1e-3)
    assert_allclose(data(picture.first), [[1, lengths[0]]], rtol=1e-6)
    assert inside.readout.value.startswith(
        f"First step {lengths[0]:.3g} η, theory {lengths[0]:.3g} η; longest {lengths.max():.3g} η")
    assert picture.titles[1].get_text() == "rate of y : rate of x = 100"


def test_rare_gradients_are_drawn_where_they_are(inside):
    inside.set_values({"method": "Adagrad", "gradient": "rare"})
    hits = np.arange(1, 1001, 10)
    assert_array_equal(data(inside.picture.gradients["y"])[:, 0], hits)
    assert_allclose(data(inside.picture.moves["y"]),
                    np.column_stack([hits, np.arange(1, 101) ** -0.5]), rtol=1e-8)
    assert inside.picture.titles[1].get_text() == "rate of y : rate of x = 3.16"


def test_the_run_in_the_canyon_begins_with_the_known_step(inside):
    inside.set_values({"method": "RMSprop", "gradient": "canyon", "decay": 0.9})
    points = walk(canyon(), RMSprop(0.1), (-3.5, 1.0), 1000)
    moves = np.abs(np.diff(points, axis=0)) / 0.1
    assert_allclose(data(inside.picture.moves["x"])[:50, 1], moves[:50, 0], rtol=1e-6)
    assert_allclose(data(inside.picture.gradients["y"])[:50, 1], 2 * np.abs(points[:50, 1]))
    assert "First step 3.16 η, theory 3.16 η" in inside.readout.value


@pytest.mark.parametrize(("method", "decay", "met"), [
    ("Adam", 0.99, False), ("Adam, not corrected", 0.999, False), ("RMSprop", 0.5, False),
    ("Adam, not corrected", 0.99, True), ("Adam, not corrected", 0.995, False),
    ("Adam, not corrected", 0.95, False)])
def test_the_goal_inside_is_the_decay_that_makes_the_slides_adam_start_right(
        inside, method, decay, met):
    inside.set_values({"method": method, "decay": decay})
    assert inside.view.goal_met == met


# Off the ridge


@pytest.mark.parametrize(("rate", "distance", "decay"), [(0.01, 1e-6, 0.9), (0.1, 1e-3, 0.99)])
def test_escape_draws_ways_steps_and_theory(escape, rate, distance, decay):
    escape.set_values({"learning_rate": rate, "distance": distance, "decay": decay})
    picture, distances = escape.picture, np.geomspace(1e-8, 1e-2, 25)
    for name, method in experiments.METHODS.items():
        rule = RMSprop(rate, decay) if name == "RMSprop" else method(rate)
        y = np.abs(walk(saddle(), rule, (0.0, distance), 1000)[:, 1])
        out = np.argmax(y >= 1) if np.any(y >= 1) else None
        assert_allclose(data(picture.ways[name])[:, 1], y[: out + 1] if out else y, rtol=1e-6)
        expected = f"{out}" if out else ">1000"
        assert words(picture.board, name) == [expected]
        drawn = data(picture.steps[name])
        assert_allclose(drawn[:, 0], distances, rtol=5e-3)
        here = np.argmin(np.abs(distances - distance))
        assert_array_equal(drawn[here, 1], nan if out is None else out)
        assert_array_equal(data(picture.points[name])[0, 1], drawn[here, 1])
        assert data(picture.points[name])[0, 0] == distance
    plain, adagrad = (data(line) for line in picture.theory)
    assert_allclose(plain[:, 1], np.log(1 / plain[:, 0]) / np.log(1 + 2 * rate))
    assert_allclose(adagrad[:, 1], 1 / (8 * rate**2))
    growth = data(picture.growth)
    assert_allclose(growth[:, 1], distance * (1 + 2 * rate) ** growth[:, 0])
    assert growth[-1, 1] >= 1 > growth[-2, 1]
    shown = [text.get_text() for text in picture.titles]
    assert shown[0].endswith(", ε = " + f"{distance:.2g}".replace("-", "−"))
    assert shown[2] == "steps until off the ridge"
    assert "off the ridge" in [text.get_text() for text in picture.growth.axes.texts]
    theory = np.log(1 / distance) / np.log(1 + 2 * rate)
    counted = [words(picture.board, name)[0]
               for name in ("gradient descent", "Adagrad", "RMSprop", "Adam")]
    assert escape.readout.value == (
        "From ε = {}: gradient descent {} steps (theory {:.1f}), Adagrad {}, RMSprop {}, Adam {}."
        .format(f"{distance:.2g}".replace("-", "−"), counted[0], theory, *counted[1:]))


@pytest.mark.parametrize(("rate", "decay", "met"), [
    (0.01, 0.9, False), (0.01, 0.99, False), (0.01, 0.999, True), (0.0105, 0.999, False),
    (0.005, 0.999, False)])
def test_the_goal_off_the_ridge(escape, rate, decay, met):
    escape.set_values({"learning_rate": rate, "decay": decay})
    assert escape.view.goal_met == met


# Rare words


@pytest.mark.parametrize(("exponent", "seed"), [(0.0, 0), (1.0, 1)])
def test_rare_words_draws_the_search_and_the_rates(rare_words, exponent, seed):
    rare_words.set_values({"exponent": exponent, "seed": seed})
    picture, tried = rare_words.picture, np.geomspace(1e-3, 10, 25)
    texts, errors = write_words(exponent, 0.5, seed), {}
    for name, method in experiments.METHODS.items():
        learned = learn_words(method, texts, tried)
        results = np.where(texts.error(learned.weights) < 1e3, texts.error(learned.weights), nan)
        best = int(np.nanargmin(results))
        errors[name] = results[best]
        assert_allclose(data(picture.sweeps[name]), np.column_stack([tried, results]))
        assert_allclose(data(picture.best[name]), [[tried[best], results[best]]])
        assert words(picture.board, name) == [f"{results[best]:.2g}", f"{tried[best]:.2g}"]
        if name in picture.shown:
            assert_allclose(data(picture.rates[name]),
                            np.column_stack([texts.frequencies, learned.rates[best]]))
        if name == "Adagrad":
            theory = tried[best] * np.sqrt(4 / (texts.frequencies * learned.residual[best]))
            assert_allclose(data(picture.theory)[:, 1], theory)
    first = min(errors, key=errors.get)
    plain, adagrad = (errors[name] for name in ("gradient descent", "Adagrad"))
    assert rare_words.readout.value == (
        f"s = {exponent:.2g}. Error at its own best rate: gradient descent {plain:.2g}, Adagrad "
        f"{adagrad:.2g}; smallest {first} {errors[first]:.2g}.")
    assert picture.board.rows[first][0].get_weight() == "bold"
    met = first == "Adagrad" and errors["Adagrad"] < errors["gradient descent"] / 2
    assert rare_words.view.goal_met == met == (exponent == 1.0)


# Schedules


@pytest.fixture
def schedules():
    return built(panels.schedules)


@pytest.mark.parametrize(("schedule", "method", "rate", "share", "seed"), [
    ("step", "gradient descent", 0.1, 0.6, 0), ("cosine", "Adam", 0.0501, 1.0, 2),
    ("warm-up", "Adagrad", 1.0, 0.1, 0), ("constant", "RMSprop", 0.01, 0.5, 0)])
def test_schedules_draws_factors_errors_and_the_search(
        schedules, schedule, method, rate, share, seed):
    schedules.set_values({"schedule": schedule, "method": method, "learning_rate": rate,
                          "share": share, "seed": seed})
    picture, rule = schedules.picture, experiments.METHODS[method]
    texts = falling_rates.draw_words(0.0, range(10 * seed, 10 * seed + 10))
    tried, ends, bests = np.geomspace(1e-3, 10, 25), [], []
    for kind, name in (("schedule", schedule), ("constant", "constant")):
        factors = falling_rates.make_schedule(name, 500, share)
        assert_allclose(data(picture.factors[kind]),
                        np.column_stack([np.arange(500), factors(np.arange(500))]))
        steps, errors = falling_rates.error_course(texts, Scheduled(rule(rate), factors))
        assert_allclose(data(picture.errors[kind]), np.column_stack([steps, errors[:, 0]]))
        sweep = falling_rates.tune_on_words(texts, rule, tried, factors).sweep
        assert_allclose(data(picture.searches[kind]), np.column_stack([tried, sweep.results]))
        assert_allclose(data(picture.best[kind]), [[sweep.best_rate, sweep.best_result]])
        ends.append(errors[-1, 0])
        bests.append(sweep.best_result)
    assert_allclose(data(picture.cursor)[:, 0], rate)
    assert schedules.readout.value == (
        f"Last error at η = {rate:.3g}: schedule {ends[0]:.2g}, constant {ends[1]:.2g}; each at "
        f"its best η: {bests[0]:.2g} and {bests[1]:.2g}.")
    assert schedules.view.goal_met == bool(ends[0] < 0.6 * bests[1]) == (
        schedule in ("cosine", "warm-up"))


def test_a_schedule_that_diverges_says_so(schedules):
    schedules.set_values({"learning_rate": 10.0})
    assert "schedule diverged, constant diverged; each at its best η: 0.0" in \
        schedules.readout.value
    assert not schedules.view.goal_met


# Real data


@pytest.mark.parametrize(("dataset", "rate", "batch_size", "seed"), [
    ("spambase", 1.0, 128, 0), ("attack_triage", 0.1, 256, 2), ("spambase", 10.0, 256, 1)])
def test_real_data_draws_losses_and_the_search(real_data, dataset, rate, batch_size, seed):
    real_data.set_values({"data": dataset, "learning_rate": rate, "batch_size": batch_size,
                          "seed": seed})
    task, picture, shares, bests = one_epoch.load_task(dataset), real_data.picture, {}, []
    tried = np.geomspace(1e-3, 10, 13)
    for name, method in one_epoch.METHODS_FOR_NETWORKS.items():
        epoch = one_epoch.train_one_epoch(task, method, [rate], batch_size, seed)
        shares[name] = epoch.wrong[0]
        assert_allclose(data(picture.losses[name]),
                        np.column_stack([epoch.epochs, epoch.losses[:, 0]]))
        wrong = one_epoch.train_one_epoch(task, method, tried, batch_size, seed).wrong
        bests.append(np.nanmin(wrong))
        assert_allclose(data(picture.sweeps[name]), np.column_stack([tried, wrong]))
        assert_allclose(data(picture.best[name]), [[tried[np.nanargmin(wrong)], bests[-1]]])
        here = (f"out at {epoch.diverged[0]}" if np.isnan(shares[name])
                else f"{shares[name]:.3f}")
        assert words(picture.board, name) == [here, f"{bests[-1]:.3f}"]
    values = list(shares.values())
    assert real_data.readout.value == (
        f"Wrong at η = {rate:.3g}: {np.nanmin(values):.3f} to {np.nanmax(values):.3f}, "
        f"{np.isnan(values).sum()} diverged; each at its best η: {min(bests):.3f} to "
        f"{max(bests):.3f}. Same answer always: {task.always:.2g}.")
    assert picture.always.get_ydata()[0] == task.always
    assert_allclose(data(picture.cursor)[:, 0], rate)
    ahead = shares["Adam"] - shares["gradient descent"]
    assert real_data.view.goal_met == bool(ahead > 0.0499) == (rate == 1.0)


@pytest.mark.full
def test_the_presets_show_what_they_are_called(race, inside, escape, real_data):
    def press(panel, label):
        (button,) = [b for b in widgets_in(panel, Button) if b.description == label]
        button.click()

    press(race, "Rosenbrock")
    assert race.values["landscape"] == "Rosenbrock"
    assert race.values["learning_rate"] == 0.1
    press(race, "own rates")
    assert "own rates" in race.readout.value
    press(inside, "slide")
    assert "First step 3.16 η" in inside.readout.value
    press(inside, "rare")
    assert inside.values["gradient"] == "rare"
    press(escape, "η = 0.5")
    assert escape.picture.titles[0].get_text().startswith("way from the ridge, η = 0.501")
    press(real_data, "η = 1")
    assert real_data.picture.titles[0].get_text() == "loss, all at η = 1"
