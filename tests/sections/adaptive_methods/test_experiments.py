"""Section 05: races, escapes and rare words against plain loops, theory and the kit's networks."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import frozen, says

from lecture_kit.maths.activations import RELU
from lecture_kit.maths.initializers import he
from lecture_kit.maths.landscapes import beale, canyon, quadratic, rosenbrock, saddle
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.optimizers import Adagrad, Adam, AdamW, GradientDescent, Momentum, RMSprop
from lecture_kit.maths.training import train
from lecture_kit.maths.trajectories import trajectory
from lecture_kit.sections.adaptive_methods import experiments

nan = np.nan


# Races


@pytest.mark.parametrize(("x", "steps"), [
    ([1.0, 0.05, 0.02], 1), ([0.05, 1.0, 0.02], 2), ([0.09, 0.0, -0.09], 0), ([1.0, 0.5, 0.1], nan),
    ([1.0, 0.0, nan], nan), ([1.0, 0.5, 0.099], 2)])
def test_a_run_arrives_when_it_stays_near_a_minimum(x, steps):
    path = np.column_stack([x, np.zeros(3)])
    assert_array_equal(experiments.arrival(canyon(), path), steps)


def test_on_the_saddle_a_run_arrives_when_it_is_off_the_ridge():
    y = np.array([[0.1, 0.1, -0.2], [0.5, -1.0, 0.3], [1.2, nan, 0.999]])
    path = np.stack([np.full_like(y, 9.0), y], axis=-1)
    assert_array_equal(experiments.arrival(saddle(), path), [2, 1, nan])
    assert_array_equal(experiments.arrival(saddle(), path, reach=0.25), [1, 1, 1])


def test_arrival_knows_every_minimum():
    land = quadratic([1.0, 1.0])
    two = type(land)("two", land.value, land.gradient, land.hessian, np.array([[0, 0], [5.0, 5.0]]))
    path = np.array([[[2.0, 2.0], [2.0, 2.0]], [[5.0, 5.05], [0.0, 0.05]]])
    assert_array_equal(experiments.arrival(two, path), [1, 1])
    assert_array_equal(experiments.arrival(land, path), [nan, 1])


@pytest.mark.parametrize("land", [canyon(), beale(), saddle()], ids=lambda land: land.name)
def test_a_race_holds_the_runs_of_all_methods(land):
    rates = dict.fromkeys(experiments.METHODS, 0.02)
    paths = experiments.race(land, rates, (1.0, 0.5), 40)
    many = experiments.race(
        land, dict.fromkeys(experiments.METHODS, np.array([0.5, 0.02])), (1.0, 0.5), 40
    )
    assert list(paths) == list(experiments.METHODS)
    for name, method in experiments.METHODS.items():
        alone = trajectory(land.gradient, method(0.02), [1.0, 0.5], 40, bound=100)
        assert_array_equal(paths[name], alone)
        assert_array_equal(many[name][:, 1], alone)


def test_the_methods_are_the_classes_of_their_names():
    names = [name.replace("gradient descent", "GradientDescent").replace("momentum", "Momentum")
             for name in experiments.METHODS_FOR_NETWORKS]
    assert names == [method.__name__ for method in experiments.METHODS_FOR_NETWORKS.values()]
    assert list(experiments.METHODS_FOR_NETWORKS) == [*experiments.METHODS, "AdamW"]


def steps_by_hand(land, optimizer, start, n_steps):
    """The step from which on a run stays within 0.1 of the minimum, walked in a plain loop."""
    point, state = np.array(start), optimizer.initial_state(np.array(start))
    since = 0 if np.linalg.norm(point - land.minima[0]) < 0.1 else None
    for step in range(1, n_steps + 1):
        point, state = optimizer.step(point, land.gradient(point), state)
        near = np.linalg.norm(point - land.minima[0]) < 0.1
        since = (step if since is None else since) if near else None
    return nan if since is None else since


def test_the_sweep_finds_the_rate_that_arrives_first():
    rates = np.geomspace(1e-2, 3, 12)
    sweeps = experiments.sweep_rates(canyon(), rates, (-3.5, 1.0), 150)
    for name, sweep in sweeps.items():
        with np.errstate(all="ignore"):
            expected = [steps_by_hand(canyon(), experiments.METHODS[name](rate), [-3.5, 1.0], 150)
                        for rate in rates]
        assert_array_equal(sweep.results, expected, err_msg=name)
        if not np.isnan(expected).all():
            assert sweep.best_result == np.nanmin(expected)
            assert sweep.best_rate == rates[int(np.nanargmin(expected))]


def test_without_arrival_the_best_rate_ends_lowest():
    rates = np.geomspace(1e-4, 1, 9)
    sweep = experiments.sweep_rates(rosenbrock(), rates, (-1.2, 1.0), 40)["gradient descent"]
    ends = [trajectory(rosenbrock().gradient, GradientDescent(rate), [-1.2, 1.0], 40, 100)[-1]
            for rate in rates]
    heights = [rosenbrock().value(end) if np.isfinite(end).all() else np.inf for end in ends]
    assert np.isnan(sweep.results).all()
    assert np.isnan(sweep.best_result)
    assert sweep.best_rate == rates[np.argmin(heights)]


def test_make_sweep_takes_the_smallest_result():
    sweep = experiments.make_sweep(np.array([0.1, 0.2, 0.3]), np.array([nan, 2.0, 5.0]))
    assert (sweep.best, sweep.best_rate, sweep.best_result) == (1, 0.2, 2.0)
    assert np.isnan(experiments.make_sweep(np.array([0.1]), np.array([nan])).best_result)


# Off the ridge


@pytest.mark.parametrize("rate", [0.01, 0.1, 0.45, 0.9])
def test_gradient_descent_leaves_the_ridge_as_theory_says(rate):
    distances = np.geomspace(1e-8, 1e-2, 13)
    steps = experiments.escape_steps(experiments.leave_ridge(GradientDescent(rate), distances))
    theory = experiments.escape_steps_of_gradient_descent(distances, rate)
    assert_array_equal(steps, np.ceil(theory))
    assert_allclose(distances * (1 + 2 * rate) ** theory, 1, rtol=1e-9)


def test_theory_of_the_ridge_has_the_known_numbers():
    assert experiments.escape_steps_of_gradient_descent(1e-6, 0.01) == pytest.approx(
        697.67, abs=0.01
    )
    assert experiments.escape_steps_of_gradient_descent(0.1, 0.5, 10) == pytest.approx(
        6.644, abs=1e-3
    )
    assert experiments.escape_steps_of_adagrad(0.01) == pytest.approx(1250)
    assert experiments.escape_steps_of_adagrad(0.01, 2) == pytest.approx(5000)


@pytest.mark.parametrize(("rate", "room"), [(0.01, 0.02), (0.005, 0.005)])
def test_adagrad_leaves_the_ridge_as_theory_says_from_every_distance(rate, room):
    steps = experiments.escape_steps(
        experiments.leave_ridge(Adagrad(rate), [1e-8, 1e-5, 1e-2], 6000)
    )
    assert_allclose(steps, experiments.escape_steps_of_adagrad(rate), rtol=room)
    assert np.ptp(steps) <= 3


def test_adagrad_is_slower_off_the_ridge_than_gradient_descent_and_rmsprop_is_faster():
    distances = np.geomspace(1e-8, 1e-2, 7)
    adagrad, plain, rmsprop, adam = (
        experiments.escape_steps(experiments.leave_ridge(method(0.01), distances, 2000))
        for method in (Adagrad, GradientDescent, RMSprop, Adam))
    assert np.all(adagrad > plain)
    assert np.all(rmsprop < plain / 3)
    assert np.ptp(rmsprop) <= 1 >= np.ptp(adam)


def test_ways_are_the_distances_of_the_trajectory():
    ways = experiments.leave_ridge(Momentum(0.1), [1e-3, 1e-2], 200, reach=2.0)
    for column, distance in enumerate([1e-3, 1e-2]):
        path = trajectory(saddle().gradient, Momentum(0.1), [0.0, -distance], 200, bound=1e100)
        assert_array_equal(ways[:, column], np.abs(path[: len(ways), 1]))
    assert ways[-1].min() >= 2.0 > ways[-2].min()


def test_a_run_that_stays_on_the_ridge_has_no_steps():
    ways = experiments.leave_ridge(GradientDescent(0.01), [0.0, 1e-3], 50)
    assert ways.shape == (51, 2)
    assert_array_equal(experiments.escape_steps(ways), [nan, nan])
    assert_array_equal(
        experiments.escape_steps(ways, reach=2e-3), [nan, 36]
    )  # ln 2 / ln 1.02 = 35.003


def test_growth_on_the_ridge_is_a_power():
    assert_allclose(experiments.growth_on_the_ridge(1e-3, 0.5, 3), [1e-3, 2e-3, 4e-3, 8e-3])
    assert experiments.growth_on_the_ridge(1.0, 0.9, 2000)[-1] == np.inf


@pytest.mark.parametrize(
    ("call", "pattern"),
    [
        (
            lambda: experiments.escape_steps_of_gradient_descent(0.0, 0.1),
            says("distance must be positive", "0.0", "Try 1e-6."),
        ),
        (
            lambda: experiments.escape_steps_of_gradient_descent(0.1, 0.0),
            says("learning_rate must be positive", "0.0", "Try 0.1."),
        ),
        (
            lambda: experiments.escape_steps_of_adagrad(0.0),
            says("learning_rate must be positive", "0.0", "Try 0.01."),
        ),
        (
            lambda: experiments.step_on_a_slope("Adam", 0, 0.9),
            says("step must be at least 1", "0", "Steps are counted from 1."),
        ),
        (
            lambda: experiments.write_words(-1, 0, 0),
            says("exponent must be at least 0", "-1", "Try exponent=1."),
        ),
        (
            lambda: experiments.write_words(1, -0.5, 0),
            says("noise must be at least 0", "-0.5", "Try noise"),
        ),
        (
            lambda: experiments.adagrad_wins_below(0),
            says("n_hits must be at least 1", "0", "Try n_hits=10."),
        ),
    ],
)
def test_what_makes_no_sense_is_refused(call, pattern):
    with pytest.raises(ValueError, match=pattern):
        call()


# Inside


NAMES = ["Adagrad", "RMSprop", "Adam", "Adam, not corrected"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("decay", [0.5, 0.9, 0.999])
@pytest.mark.parametrize("size", [100.0, -0.3])
def test_steps_on_a_slope_are_those_of_a_run(name, decay, size):
    rule = experiments.make_inside(name, 0.2, decay)
    record = experiments.look_inside(rule, lambda point, step: np.array([size]), [0.0], 300)
    theory = experiments.step_on_a_slope(name, np.arange(1, 301), decay)
    assert_allclose(record.moves[:, 0], -0.2 * np.sign(size) * theory, rtol=1e-5)


def test_known_first_steps():
    assert experiments.step_on_a_slope("Adam", 1, 0.999) == 1
    assert experiments.step_on_a_slope("Adam, not corrected", 1, 0.999) == pytest.approx(10**0.5)
    assert experiments.step_on_a_slope("Adam, not corrected", 1, 0.99) == pytest.approx(1)
    assert experiments.step_on_a_slope("Adam, not corrected", 1, 0.99, 0.5) == pytest.approx(5)
    assert experiments.step_on_a_slope("RMSprop", 1, 0.99) == pytest.approx(10)
    assert_allclose(experiments.step_on_a_slope("Adagrad", [1, 4, 100], 0.3), [1, 0.5, 0.1])


def test_look_inside_writes_down_what_the_steps_do():
    rule = RMSprop(0.1, 0.5)
    record = experiments.look_inside(rule, lambda point, step: np.array([step, 2.0]), [1.0, 1.0], 2)
    v = np.array([[0.5, 2.0], [2.25, 3.0]])  # (1, 4)/2, then (0.25, 1) + (4, 4)/2
    assert_allclose(record.gradients, [[1, 2], [2, 2]])
    assert_allclose(record.roots, np.sqrt(v))
    assert_allclose(record.rates, 0.1 / np.sqrt(v), rtol=1e-7)
    assert_allclose(record.moves, -record.rates * record.gradients)


def test_look_inside_gives_the_point_to_the_gradient():
    record = experiments.look_inside(Adagrad(0.5), lambda point, step: 2 * point, [4.0], 3)
    path = trajectory(quadratic([2.0]).gradient, Adagrad(0.5), [4.0], 3)
    assert_allclose(np.diff(path, axis=0), record.moves, rtol=1e-12)


def test_streams_of_gradients():
    rare = [experiments.rare_gradient(None, step) for step in range(1, 31)]
    assert_array_equal(np.nonzero(np.array(rare)[:, 1])[0], [0, 10, 20])
    assert_array_equal(np.array(rare)[:, 0], 1)
    assert_array_equal(experiments.constant_gradient(None, 7), [1, 0.01])


# Rare words


def test_texts_have_the_frequencies_and_targets_that_they_should():
    words = experiments.write_words(1.0, 0.0, 3, n_words=5, n_steps=4000, batch_size=3)
    assert_allclose(words.frequencies, [1 / 2, 1 / 4, 1 / 6, 1 / 8, 1 / 10])
    assert_allclose(words.texts.mean(axis=(0, 1)), words.frequencies, atol=0.02)
    assert set(np.unique(words.texts)) == {0, 1}
    assert set(np.unique(np.abs(words.weights))) == {1}
    assert_allclose(words.targets, (words.texts * words.weights).sum(axis=-1))
    noisy = experiments.write_words(1.0, 2.0, 3, n_words=5, n_steps=4000, batch_size=3)
    assert_array_equal(noisy.texts, words.texts)
    assert np.std(noisy.targets - words.targets) == pytest.approx(2, rel=0.02)
    assert experiments.write_words(2, 0.5, 0).texts.shape == (500, 4, 50)


def test_the_error_is_the_mean_over_many_new_texts():
    words = experiments.write_words(0.5, 0.5, 0, n_words=6)
    guess = words.weights + np.array([0.5, -1, 0.2, 0, 0.3, -0.7])
    texts = np.random.default_rng(9).random((400_000, 6)) < words.frequencies
    measured = np.mean((texts @ (guess - words.weights)) ** 2)
    assert words.error(guess) == pytest.approx(measured, rel=0.01)
    assert words.error(words.weights) == 0
    assert words.error(np.stack([guess, words.weights])).shape == (2,)


@pytest.mark.parametrize("method", [GradientDescent, Adagrad])
def test_learning_words_is_the_same_run_by_run_and_text_by_text(method):
    words, rates = (
        experiments.write_words(1.0, 0.5, 0, n_words=7, n_steps=30),
        np.array([0.05, 0.3]),
    )
    learned = experiments.learn_words(method, words, rates)
    for run, rate in enumerate(rates):
        w, r, total = np.zeros(7), np.zeros(7), 0.0
        for texts, targets in zip(words.texts, words.targets, strict=True):
            off = [text @ w - target for text, target in zip(texts, targets, strict=True)]
            g = sum(o * text for o, text in zip(off, texts, strict=True)) / 4
            total += np.mean(np.square(off))
            r += g * g
            own = np.full(7, rate) if method is GradientDescent else rate / (np.sqrt(r) + 1e-10)
            w -= own * g
        assert_allclose(learned.weights[run], w, rtol=1e-9)
        assert_allclose(learned.rates[run], own, rtol=1e-9)
        assert learned.residual[run] == pytest.approx(total, rel=1e-9)


def test_the_sweep_over_words_drops_what_diverged():
    words, rates = experiments.write_words(0.0, 0.5, 0), np.array([0.001, 0.03, 30.0])
    learned = experiments.learn_words(GradientDescent, words, rates)
    sweep = experiments.sweep_words(words, learned, rates)
    assert np.isnan(sweep.results[2])
    assert_allclose(sweep.results[:2], words.error(learned.weights[:2]))
    assert sweep.best_rate == 0.03


def test_adagrads_rate_falls_with_the_root_of_the_frequency():
    words = experiments.write_words(1.0, 0.5, 0, n_steps=4000)
    learned = experiments.learn_words(Adagrad, words, [0.3])
    theory = experiments.adagrad_rate_by_frequency(words.frequencies, 0.3, learned.residual[0], 4)
    assert_allclose(learned.rates[0], theory, rtol=0.35)
    assert np.median(learned.rates[0] / theory) == pytest.approx(1, abs=0.1)
    slope = np.polyfit(np.log(words.frequencies), np.log(learned.rates[0]), 1)[0]
    assert slope == pytest.approx(-0.5, abs=0.07)
    assert experiments.adagrad_rate_by_frequency(0.01, 2.0, 100.0, 4) == pytest.approx(4)


def test_adagrad_wins_on_rare_words_and_not_on_equal_ones():
    rates = np.geomspace(1e-3, 10, 25)
    for exponent, share in [(0, (0.8, 3)), (1.5, (0, 0.6))]:
        errors = np.zeros(2)
        for seed in range(5):
            words = experiments.write_words(exponent, 0.5, seed)
            errors += [experiments.sweep_words(words, experiments.learn_words(m, words, rates),
                                         rates).best_result for m in (Adagrad, GradientDescent)]
        assert share[0] < errors[0] / errors[1] < share[1]


@pytest.mark.parametrize("n_hits", [1, 2, 9, 400])
def test_below_the_border_adagrad_goes_farther(n_hits):
    border = experiments.adagrad_wins_below(n_hits)
    for g, ahead in [(0.99 * border, True), (1.01 * border, False)]:
        ways = [-trajectory(lambda w, g=g: np.full_like(w, g), rule, [0.0], n_hits)[-1, 0]
                for rule in (Adagrad(0.1), GradientDescent(0.1))]
        assert (ways[0] > ways[1]) == ahead
    assert border == pytest.approx(2 / n_hits**0.5, rel=1.5 / n_hits**0.5)


@pytest.mark.parametrize("decay", [0.0, 0.9, 0.999])
def test_the_first_step_of_rmsprop_has_the_length_asked_for(decay):
    rate = experiments.rate_for_first_step(0.7, decay)
    path = trajectory(saddle().gradient, RMSprop(rate, decay), [0.0, 0.01], 1)
    assert path[1, 1] == pytest.approx(0.71, rel=1e-4)


# Real data


@pytest.mark.parametrize(("name", "shapes", "always"), [
    ("spambase", ((3000, 57), (1200, 57)), 0.41583), ("attack_triage", ((1800, 38), (614, 38)),
                                                      0.60749)])
def test_tasks_are_scaled_by_their_training_rows(name, shapes, always):
    task = experiments.load_task(name)
    features, labels = task.training
    assert (features.shape, task.validation[0].shape) == shapes
    assert len(labels) == shapes[0][0]
    assert_allclose(features.mean(axis=0), 0, atol=1e-9)
    spread = features.std(axis=0)
    assert_allclose(spread[spread > 0], 1, rtol=1e-9)
    assert np.abs(task.validation[0].mean(axis=0)).max() > 1e-3
    assert task.always == pytest.approx(always, abs=1e-4)


@pytest.mark.parametrize(("name", "method", "batch_size"), [
    ("spambase", GradientDescent, 64), ("spambase", Adam, 200), ("attack_triage", AdamW, 50),
    ("attack_triage", Adagrad, 128)])
def test_many_networks_at_once_do_what_one_network_does(name, method, batch_size):
    task, rates = experiments.load_task(name), [0.01, 0.3, 10.0]
    epoch = experiments.train_one_epoch(task, method, rates, batch_size, seed=4, n_records=3)
    for run, rate in enumerate(rates):
        network = fully_connected(task.sizes, RELU, task.loss, he, 4)
        *_, last = train(network, method(rate), task.training, task.validation,
                         batch_size=batch_size, epochs=1, seed=4)
        if last.diverged:
            assert np.isnan(epoch.wrong[run])
            assert epoch.diverged[run] == last.update
            assert np.isnan(epoch.losses[-1, run])
        else:
            assert epoch.wrong[run] == pytest.approx(1 - last.validation_accuracy, abs=2e-3)
            assert epoch.diverged[run] == -1
    assert np.isnan(epoch.wrong[-1]) == (method is GradientDescent)


def test_records_hold_the_mean_loss_of_the_mini_batches():
    task = experiments.load_task("attack_triage")
    epoch = experiments.train_one_epoch(task, GradientDescent, [0.1], 500, seed=1, n_records=2)
    network = fully_connected(task.sizes, RELU, task.loss, he, 1)
    order, losses = np.random.default_rng(1).permutation(1800), []
    for rows in np.split(order, [500, 1000, 1500]):
        batch = task.training[0][rows], task.training[1][rows]
        losses.append(network.evaluate(*batch)[0])
        network.parameters[:] -= 0.1 * network.compute_gradient(*batch)
    assert_allclose(epoch.losses[:, 0], [np.mean(losses[:2]), np.mean(losses[2:])], rtol=1e-9)
    assert_allclose(epoch.epochs, [1000 / 1800, 1])
    assert len(experiments.train_one_epoch(task, Adam, [0.1], 500, 1, n_records=99).epochs) == 4


def test_a_training_changes_no_data():
    task = experiments.load_task("spambase")
    features = frozen(task.training[0])
    again = type(task)((features, task.training[1]), task.validation, task.sizes, task.loss, 0.4)
    first = experiments.train_one_epoch(again, Adam, [0.01], 256, 0)
    assert_array_equal(first.losses, experiments.train_one_epoch(task, Adam, [0.01], 256, 0).losses)
