"""What the pictures of section 06 draw, against numbers worked out independently."""

import numpy as np
import pytest
from driving import fingerprint, state, widgets_in
from ipywidgets import Button
from numpy.testing import assert_allclose, assert_array_equal

from lecture_kit.live.exercise import NOT_YET, RIGHT
from lecture_kit.maths.optimizers import GradientDescent, Momentum
from lecture_kit.maths.training import mini_batches, train
from lecture_kit.sections.epochs_and_batches import exercises, experiments, panels

SIZES = (1, 4, 16, 64, 1024)
BLUE, ORANGE, WHITE, VERMILLION = (0, 114, 178), (230, 159, 0), (255, 255, 255), (213, 94, 0)
SHADE = (51, 145, 199)


def data(line):
    return np.column_stack(line.get_data())


def press(panel, name):
    (button,) = [b for b in widgets_in(panel, Button) if b.description == name]
    button.click()


@pytest.fixture(scope="module", params=["bookkeeping", "training", "race", "cloud", "noise",
                                        "overfitting"])
def any_panel(request):
    return getattr(panels, request.param)()


@pytest.fixture(scope="module")
def bookkeeping():
    return panels.bookkeeping()


@pytest.fixture(scope="module")
def training():
    return panels.training()


@pytest.fixture(scope="module")
def race():
    return panels.race()


@pytest.fixture(scope="module")
def cloud():
    return panels.cloud()


@pytest.fixture(scope="module")
def noise():
    return panels.noise()


@pytest.fixture(scope="module")
def overfitting():
    return panels.overfitting()


@pytest.fixture(autouse=True)
def from_the_beginning(request):
    names = {"bookkeeping", "training", "race", "cloud", "noise", "overfitting"}
    for name in names & set(request.fixturenames):
        request.getfixturevalue(name).reset()


# Bookkeeping


def grid(panel):
    """Colours of the grid in the middle of every epoch's line, one pixel row per epoch."""
    colors = panel.view.drawing["iterations"]
    image = panel.picture.image.get_array().view()
    per_line = image.shape[0] // colors.shape[0]
    return image[per_line // 2 :: per_line, :, :3]


def is_color(pixels, *colors):
    return np.any([(pixels == color).all(axis=-1) for color in colors], axis=0)


@pytest.mark.parametrize(("values", "shares"), [
    # done, now, dropped as shares of each epoch
    ({"n_samples": 100, "batch_size": 40, "epochs": 2, "done": 50}, [(0.8, 0.2, 0), (0, 0, 0)]),
    ({"n_samples": 100, "batch_size": 40, "epochs": 2, "done": 50, "drop_last": True},
     [(0.4, 0.4, 0.2), (0, 0, 0.2)]),
    ({"n_samples": 100, "batch_size": 50, "epochs": 3, "done": 83},
     [(1, 0, 0), (1, 0, 0), (0, 0.5, 0)]),
    ({"n_samples": 100, "batch_size": 512, "epochs": 1, "done": 100}, [(0, 1, 0)]),
    ({"n_samples": 100, "batch_size": 512, "epochs": 1, "done": 100, "drop_last": True},
     [(0, 0, 1)]),
    ({"n_samples": 100, "batch_size": 25, "epochs": 1, "done": 0}, [(0, 0, 0)]),
])
def test_the_grid_fills_up_batch_by_batch(bookkeeping, values, shares):
    bookkeeping.set_values(values)
    for line, (done, now, dropped) in zip(grid(bookkeeping), shares, strict=True):
        assert is_color(line, BLUE, SHADE).mean() == pytest.approx(done, abs=0.002)
        assert is_color(line, ORANGE).mean() == pytest.approx(now, abs=0.002)
        assert is_color(line, WHITE, VERMILLION).mean() == pytest.approx(dropped, abs=0.002)
        assert is_color(line, VERMILLION).mean() == pytest.approx(dropped / 2, abs=0.004)


def test_neighbouring_batches_have_different_shades(bookkeeping):
    bookkeeping.set_values({"n_samples": 100, "batch_size": 25, "epochs": 1, "done": 100})
    (line,) = grid(bookkeeping)
    seen = [tuple(line[int((batch + 0.5) * 270)]) for batch in range(4)]
    assert seen == [BLUE, SHADE, BLUE, ORANGE]


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize(("n_samples", "batch_size", "epochs"), [(1437, 32, 10), (200, 100, 3)])
def test_the_readout_counts_what_the_mini_batches_count(
        bookkeeping, n_samples, batch_size, epochs, drop_last):
    bookkeeping.set_values({"n_samples": n_samples, "batch_size": batch_size, "epochs": epochs,
                            "drop_last": drop_last, "done": 100})
    cut = list(mini_batches(n_samples, batch_size, np.random.default_rng(0), drop_last))
    total = epochs * len(cut)
    assert bookkeeping.readout.value == (
        f"{len(cut)} iterations per epoch × {epochs} = {total}. Rows in the last batch: "
        f"{len(cut[-1])}, dropped per epoch: {n_samples - sum(map(len, cut))}. Done: {total}.")
    assert_allclose(data(bookkeeping.picture.point), [[batch_size, total]])


def test_the_curves_count_iterations_for_every_batch_size(bookkeeping):
    bookkeeping.set_values({"n_samples": 1000, "epochs": 3})
    picture = bookkeeping.picture
    for line, drop_last in ((picture.kept, False), (picture.dropped, True)):
        for size, count in data(line)[::40]:
            cut = list(mini_batches(1000, int(size), np.random.default_rng(0), drop_last))
            assert count == 3 * len(cut) or (np.isnan(count) and not cut)
    assert_allclose(data(picture.theory)[:, 1] * data(picture.theory)[:, 0], 3000)


@pytest.mark.parametrize(("values", "met"), [
    ({"batch_size": 29, "epochs": 20}, True), ({"batch_size": 36, "epochs": 25}, True),
    ({"batch_size": 29, "epochs": 20, "drop_last": True}, False),
    ({"batch_size": 28, "epochs": 20}, False),
    ({"n_samples": 1436, "batch_size": 29, "epochs": 20}, False)])
def test_the_goal_of_the_bookkeeping(bookkeeping, values, met):
    bookkeeping.set_values(values)
    assert bookkeeping.view.goal_met == met


# Training


def history(settings, data="digits"):
    rows, validation = experiments.load_rows(data)
    network = experiments.build_network(data, settings["seed"])
    every = max(1, -(-1024 // settings["batch_size"]) // 4)
    return list(train(network, GradientDescent(settings["learning_rate"]), rows, validation,
                      batch_size=settings["batch_size"], epochs=settings["epochs"],
                      seed=settings["seed"], record_every=every))


@pytest.mark.parametrize("data_name", ["digits", "spambase"])
@pytest.mark.parametrize("settings", [
    {"learning_rate": 0.1, "batch_size": 64, "epochs": 3, "seed": 0},
    {"learning_rate": 1.0, "batch_size": 256, "epochs": 2, "seed": 4}])
def test_the_training_draws_its_records_and_marks_the_best(training, settings, data_name):
    training.set_values({**settings, "data": data_name})
    records = history(settings, data_name)
    epochs = [record.epoch for record in records]
    for place, what in enumerate(("loss", "accuracy")):
        for name in ("training", "validation"):
            values = [getattr(record, f"{name}_{what}") for record in records]
            assert_allclose(data(training.picture.curves[name][place]),
                            np.column_stack([epochs, values]))
    best = min(records, key=lambda record: record.validation_loss)
    assert_allclose(data(training.picture.best[0]), [[best.epoch, best.validation_loss]])
    assert_allclose(data(training.picture.best[1]), [[best.epoch, best.validation_accuracy]])
    last = records[-1]
    assert training.readout.value == (
        f"{last.update} updates. Accuracy: training {last.training_accuracy:.3f}, validation "
        f"{last.validation_accuracy:.3f}. Best: epoch {best.epoch:.3g}, "
        f"loss {best.validation_loss:.3f}.")
    assert training.picture.axes[0].get_xlim() == (0, settings["epochs"])


@pytest.mark.parametrize("data_name", ["digits", "spambase"])
def test_the_dotted_lines_are_those_of_guessing(training, data_name):
    training.set_values({"data": data_name, "epochs": 1})
    shares = np.bincount(experiments.load_rows(data_name)[1][1]) / 512
    levels = [line.get_ydata()[0] for line in training.picture.levels]
    assert_allclose(levels, [-(shares * np.log(shares)).sum(), shares.max()])


def test_a_training_that_diverges_says_where(training):
    training.set_values({"learning_rate": 10.0, "batch_size": 1, "data": "spambase", "epochs": 1})
    assert training.readout.value.startswith("Diverged at update ")
    assert training.picture.titles[0].get_text().startswith("diverged at update ")
    assert training.view.progress == 1


@pytest.mark.parametrize(("values", "met"), [
    ({"batch_size": 256, "learning_rate": 0.501, "epochs": 10}, True),
    ({"batch_size": 256, "learning_rate": 0.501, "epochs": 11}, False),  # 44 updates
    ({"batch_size": 256, "learning_rate": 0.1, "epochs": 10}, False)])
def test_the_goal_of_the_training(training, values, met):
    training.set_values(values)
    assert training.view.goal_met == met


def test_a_training_streams_and_ends(training):
    views = list(training._show(**training.values))
    shares = [view.progress for view in views]
    assert len(views) == 41
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert shares[-1] == 1
    assert max(shares[:-1]) < 1


# Race


def race_records(batch_size, rate, seed=0):
    most = {1: 2, 4: 4, 16: 10, 64: 32, 1024: 300}[batch_size]
    rows, validation = experiments.load_rows("digits")
    records = []
    for record in train(experiments.build_network("digits", seed), GradientDescent(rate), rows,
                        validation, batch_size=batch_size, epochs=most, seed=seed,
                        record_every=max(1, 32 // batch_size)):
        records.append(record)
        if record.validation_loss <= 0.3:
            return records, record
    return records, None


@pytest.mark.parametrize("unit", ["updates", "epochs"])
def test_the_race_draws_each_batch_size_up_to_the_target(race, unit):
    race.set_values({"unit": unit})
    assert f"{unit} (logarithmic)" == race.picture.race.get_xlabel()
    costs = {}
    for rank, size in enumerate(SIZES):
        records, end = race_records(size, 0.3)
        where = {"updates": "update", "epochs": "epoch"}[unit]
        expected = [(getattr(record, where), record.validation_loss) for record in records[1:]]
        assert_allclose(data(race.picture.curves[rank]), expected)
        points = data(race.picture.costs[rank])
        assert len(points) == (end is not None)
        if end is not None:
            costs[size] = getattr(end, where)
            assert_allclose(points, [[size, costs[size]]])
            assert_allclose(data(race.picture.arrivals[rank]), [[costs[size], 0.3]])
    first = min(costs, key=costs.get)
    assert race.picture.titles[0].get_text() == f"first in {unit}: B = {first:,}"
    assert f"{unit}: B = {first:,}" in race.readout.value
    marked = [cell.get_text() for cell in race.picture.cells[unit]]
    assert [words.startswith("★") for words in marked] == [size == first for size in SIZES]
    assert marked[0] == "—"


def test_three_winners(race, monkeypatch):
    monkeypatch.setattr(panels, "_seconds_per_update",
                        lambda data, size: 25e-6 + 0.5e-6 * size)  # a + bB, as on a real machine
    race.set_values({"unit": "seconds"})
    assert race.readout.value.endswith(
        "First in updates: B = 1,024, epochs: B = 4, seconds: B = 16.")
    cells = {unit: [cell.get_text() for cell in column]
             for unit, column in race.picture.cells.items()}
    updates = race_records(16, 0.3)[1].update
    assert cells["seconds"][2] == f"★ {updates * 33e-6:.2g}"
    assert_allclose(data(race.picture.costs[2]), [[16, updates * 33e-6]])
    curve = data(race.picture.curves[2])
    assert curve[-1, 0] == pytest.approx(updates * 33e-6)
    assert race.picture.step_cost.get_text() == (
        "update: 0.025 ms (B = 1) to 0.54 ms (1,024)\nepoch: 26 ms to 0.54 ms")


def test_the_committed_race_shows_no_seconds(race):
    assert {cell.get_text() for cell in race.picture.cells["seconds"]} == {"·"}
    assert race.picture.step_cost.get_text() == ""
    assert "seconds" not in race.readout.value


def test_seconds_are_measured_once_per_batch_size(race):
    race.set_values({"unit": "seconds"})
    first = state(race)
    again = panels.race()
    again.set_values({"unit": "seconds"})
    assert state(again) == first


def test_perfect_scaling_starts_at_the_first_that_arrives(race):
    line = data(race.picture.scaling)
    updates = race_records(4, 0.3)[1].update
    assert np.isnan(line[0, 1])
    assert_allclose(line[1:, 1], updates * 4 / np.array(SIZES[1:]))


def test_all_that_are_equally_quick_are_marked(race):
    race.set_values({"learning_rate": 0.1})
    costs = [race_records(size, 0.1)[1].update for size in SIZES]
    marked = [cell.get_text().startswith("★") for cell in race.picture.cells["updates"]]
    assert marked == [cost == min(costs) for cost in costs]
    assert sum(marked) == 2
    assert race.picture.titles[0].get_text() == "first in updates: B = 64 and 1,024"


def test_the_titles_stand_above_the_middle_of_their_axes():
    for panel in (panels.training(), panels.overfitting()):
        assert {title.get_ha() for title in panel.picture.titles} == {"center"}


def test_at_an_absurd_rate_none_arrives(race):
    race.set_values({"learning_rate": 3.0})
    assert race.readout.value == (
        "Target 0.3: 0 of 5 get there. First in updates: none, epochs: none.")


@pytest.mark.parametrize(("values", "met"), [
    ({"learning_rate": 1.0}, True), ({"learning_rate": 0.3}, False),
    ({"learning_rate": 1.0, "data": "spambase"}, False)])
def test_the_goal_of_the_race(race, values, met):
    race.set_values(values)
    assert race.view.goal_met == met
    if met:
        assert "epochs: B = 64" in race.readout.value


def test_e_mail_has_its_own_target(race):
    race.set_values({"data": "spambase"})
    assert race.readout.value.startswith("Target 0.25: ")
    assert race.picture.target.get_ydata()[0] == 0.25


# Cloud


@pytest.mark.parametrize(("batch_size", "replace"), [(8, False), (64, True), (512, False)])
def test_the_cloud_shows_mini_batch_gradients(cloud, batch_size, replace):
    cloud.set_values({"batch_size": batch_size, "replace": replace, "epochs": 2, "seed": 3})
    rows, labels = (part[:512] for part in experiments.load_rows("digits")[0])
    network = experiments.build_network("digits", 3, 16)
    list(train(network, GradientDescent(0.1), (rows, labels), batch_size=32, epochs=2, seed=3))
    gradients = np.stack([network.compute_gradient(rows[[i]], labels[[i]]).copy()
                          for i in range(512)])
    full = gradients.mean(axis=0)
    length = np.linalg.norm(full)
    order = experiments.draw_order(512, 300, np.random.default_rng(3), replace)
    along = np.array([gradients[batch[:batch_size]].mean(axis=0) @ full for batch in order])
    drawn = np.concatenate([data(cloud.picture.down), data(cloud.picture.up)])
    unit = data(cloud.picture.full)[0, 0] / length
    assert_allclose(np.sort(drawn[:, 0]), np.sort(along / length) * unit, rtol=1e-6, atol=1e-9)
    assert len(data(cloud.picture.up)) == np.sum(along < 0)
    theory = np.sqrt(1 / batch_size if replace else (512 - batch_size) / (batch_size * 511))
    distance = np.sqrt(((drawn - data(cloud.picture.full)) ** 2).sum(axis=1).mean())
    assert distance == pytest.approx(theory, rel=0.15, abs=1e-9)
    assert cloud.readout.value == (
        f"B = {batch_size}: spread {distance:.3f} measured, {theory:.3f} theory; full gradient "
        f"{length * unit:.2g}. Steps uphill: {np.mean(along < 0):.1%}.")
    circle = data(cloud.picture.circle) - data(cloud.picture.full)
    assert_allclose(np.linalg.norm(circle, axis=1), theory, atol=1e-12)


def test_the_lines_of_the_cloud_are_theory_with_and_without_replacement(cloud):
    sizes = np.array([1, 2, 4, 8, 16, 32, 64, 128, 256, 400, 512])
    without = np.append(np.sqrt((512 - sizes[:-1]) / (sizes[:-1] * 511)), np.nan)
    for replace, lines in ((False, (without, 1 / np.sqrt(sizes))),
                           (True, (1 / np.sqrt(sizes), without))):
        cloud.set_values({"replace": replace})
        assert_allclose(data(cloud.picture.theory), np.column_stack([sizes, lines[0]]))
        assert_allclose(data(cloud.picture.other)[:, 1], lines[1])
        measured = data(cloud.picture.measured)[:, 1]
        assert_allclose(measured[:-1], lines[0][:-1], rtol=0.12)
        words = "grey: without replacement" if replace else "grey: with replacement"
        assert cloud.picture.other_name.get_text() == words


@pytest.mark.parametrize(("values", "met"), [
    ({"epochs": 20, "batch_size": 64}, True), ({"epochs": 20, "batch_size": 32}, False),
    ({"epochs": 20, "batch_size": 128}, False), ({"epochs": 10, "batch_size": 64}, False)])
def test_the_goal_of_the_cloud(cloud, values, met):
    cloud.set_values(values)
    assert cloud.view.goal_met == met


# Noise


def floor(rate, batch_size, n=512):
    return rate * (n - batch_size) / (batch_size * (n - 1)) / (2 * (2 - rate))


@pytest.mark.parametrize(("rule", "factor"), [("keep η", 8), ("k · η", 8), ("k · η", 1)])
def test_the_noise_of_both_runs_stays_at_its_floor(noise, rule, factor):
    noise.set_values({"rule": rule, "factor": factor})
    after = 0.1 * factor if rule == "k · η" else 0.1
    picture = noise.picture
    expected = {"before": floor(0.1, 4), "after": floor(after, 4 * factor)}
    for name, value in expected.items():
        assert_allclose(picture.floors[name].get_ydata(), value)
        epochs, losses = data(picture.losses[name]).T
        assert epochs[-1] == 10
        assert losses[0] == 2.5
        assert losses[len(losses) // 2 :].mean() == pytest.approx(value, rel=0.1)
        assert_allclose(np.linalg.norm(data(picture.circles[name]), axis=1), np.sqrt(2 * value))
        places = data(picture.places[name])
        assert places.shape == (100, 2)
        assert (places**2).sum(axis=1).mean() / 2 == pytest.approx(losses[-1])
    assert_allclose(data(picture.point), [[factor, expected["after"] / expected["before"]]])
    scales = 0.1 * 512 / 4, after * 512 / (4 * factor)
    assert f"({after:.3g}, {4 * factor}): ηN/B {scales[0]:.3g} → {scales[1]:.3g};" in (
        noise.readout.value)


def test_the_noise_against_k_follows_theory_for_both_rules(noise):
    factors = np.array([1, 2, 4, 8, 16, 32, 64])
    theory = {"keep η": floor(0.1, 4 * factors), "k · η": np.append(
        floor(0.1 * factors[:5], 4 * factors[:5]), [np.nan, np.nan])}
    for rule, line in theory.items():
        assert_allclose(data(noise.picture.theory[rule])[:, 1], line / floor(0.1, 4))
        assert_allclose(data(noise.picture.measured[rule])[:5, 1], line[:5] / floor(0.1, 4),
                        rtol=0.2)


def test_a_rule_that_goes_too_far_says_so(noise):
    press(noise, "too far")
    path = 2.5 * (1 - 3.2) ** (2 * np.arange(12))  # with k = 32 the mean diverges like this
    step = int(noise.readout.value.split("step ")[1].rstrip("."))
    assert noise.readout.value.endswith(f"kη ≥ 2: diverged at step {step}.")
    assert noise.picture.titles[2].get_text() == f"diverged at step {step}"
    assert 500_000 / 10 < path[step] < 500_000 * 30
    assert np.isnan(data(noise.picture.losses["after"])[step:, 1]).all()
    assert np.isfinite(data(noise.picture.losses["after"])[:step, 1]).all()


@pytest.mark.parametrize(("values", "met"), [
    ({"learning_rate": 0.01, "factor": 16, "rule": "k · η"}, True),
    ({"learning_rate": 0.01, "factor": 8, "rule": "k · η"}, False),
    ({"learning_rate": 0.1, "factor": 16, "rule": "k · η"}, False),
    ({"learning_rate": 0.01, "factor": 16, "rule": "keep η"}, False)])
def test_the_goal_of_the_noise(noise, values, met):
    noise.set_values(values)
    assert noise.view.goal_met == met


# Overfitting


@pytest.mark.parametrize("patience", [1, 2, 9, 10])
def test_early_stopping_is_drawn_where_patience_ends(overfitting, patience):
    overfitting.set_values({"patience": patience})
    records = list(train(
        experiments.build_network("digits", 5, 256), Momentum(0.1, 0.9),
        *experiments.load_few_digits(200, 0.15, 5), batch_size=32, epochs=60, seed=5))
    losses = [record.validation_loss for record in records]
    best = waited = 0
    for epoch in range(1, 61):
        best, waited = (epoch, 0) if losses[epoch] < losses[best] else (best, waited + 1)
        if waited == patience:
            break
    picture = overfitting.picture
    for place, what in enumerate(("loss", "accuracy")):
        assert_allclose(data(picture.stops[place])[:, 0], epoch)
        for name in ("training", "validation"):
            values = [getattr(record, f"{name}_{what}") for record in records]
            assert_allclose(data(picture.curves[name][place]),
                            np.column_stack([np.arange(61), values]))
        assert_allclose(data(picture.best[place]),
                        [[best, getattr(records[best], f"validation_{what}")]])
    assert picture.stop_name.get_visible()
    assert overfitting.readout.value == (
        f"Patience {patience} stops at epoch {epoch}, keeps epoch {best}: validation "
        f"{records[best].validation_accuracy:.3f}. Epoch 60: validation "
        f"{records[-1].validation_accuracy:.3f}, training {records[-1].training_accuracy:.3f}.")
    assert overfitting.view.goal_met == (losses[best] == min(losses) and epoch <= 20)
    assert overfitting.view.goal_met == (patience in (2, 9))


def test_the_dotted_line_is_the_share_of_right_labels(overfitting):
    overfitting.set_values({"label_noise": 0.3})
    assert_allclose(overfitting.picture.levels[1].get_ydata(), 0.7)
    assert_allclose(overfitting.picture.levels[0].get_ydata(), np.log(10))


def test_while_patience_lasts_no_stop_is_drawn(overfitting):
    settings = {"n_rows": 100, "label_noise": 0.5, "seed": 77}
    views = list(overfitting._show(**settings, patience=30))
    assert len(views) == 61
    assert views[-1].progress == 1
    assert "goes on" in views[20].readout
    overfitting.picture.draw(**views[20].drawing)
    assert not overfitting.picture.stop_name.get_visible()
    assert data(overfitting.picture.stops[0])[0, 0] > 60
    (again,) = overfitting._show(**settings, patience=3)  # patience does not train again
    overfitting.picture.draw(**again.drawing)
    assert overfitting.picture.stop_name.get_visible()


def test_the_seed_is_the_only_chance(any_panel):
    if "seed" not in any_panel.controls:
        return
    any_panel.reset()
    first = fingerprint(any_panel.image.value)
    any_panel.set_values({"seed": 17})
    assert fingerprint(any_panel.image.value) != first
    any_panel.reset()
    assert fingerprint(any_panel.image.value) == first


# Exercises in another style


def test_right_answers_in_another_style_are_accepted():
    def count(n_samples, batch_size, epochs, drop_last):
        return epochs * (np.floor if drop_last else np.ceil)(n_samples / batch_size)

    def stop(losses, patience):
        waited, best = 0, 0
        for epoch, loss in enumerate(losses):
            if epoch and loss < min(losses[:epoch]):
                best, waited = epoch, 0
            elif epoch:
                waited += 1
            if waited >= patience:
                break
        return [best, epoch]

    assert exercises.check_count_iterations(count).feedback.status == RIGHT
    assert exercises.check_early_stop(stop).feedback.status == RIGHT
    assert (
        exercises.check_keep_the_noise(lambda eta, b, new: eta / b * new).feedback.status == RIGHT
    )


@pytest.mark.parametrize("answer", [
    lambda n, b, e, d: e * (n // b + (not d)), lambda n, b, e, d: -(-n // b) * e])
def test_rounding_the_wrong_way_is_not_accepted(answer):
    assert exercises.check_count_iterations(answer).feedback.status == NOT_YET


def test_all_arrays_of_the_notebook_are_left_alone():
    training, validation = experiments.load_rows("digits")
    copies = [array.copy() for array in (*training, *validation)]
    list(train(experiments.build_network("digits", 0), GradientDescent(0.1), training, validation,
               batch_size=64, epochs=1, seed=0))
    for array, copy in zip((*training, *validation), copies, strict=True):
        assert_array_equal(array, copy)
