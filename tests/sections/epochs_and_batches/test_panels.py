"""What the panels of section 06 say and reach, against trainings and counts made by hand."""

import numpy as np
import pytest
from driving import state, widgets_in
from ipywidgets import Button
from numpy.testing import assert_allclose

from lecture_kit.maths.optimizers import GradientDescent, Momentum
from lecture_kit.maths.training import mini_batches, train
from lecture_kit.sections.epochs_and_batches import experiments, panels
from lecture_kit.sections.epochs_and_batches import race as races
from lecture_kit.sections.epochs_and_batches.own_rates import OWN_RATES
from lecture_kit.sections.epochs_and_batches.wrong_labels import (
    load_few_digits,
    train_on_few_digits,
)

SIZES = (1, 4, 16, 64, 256, 1024)


def data(line):
    return np.column_stack(line.get_data())


def press(panel, name):
    (button,) = [b for b in widgets_in(panel, Button) if b.description == name]
    button.click()


@pytest.fixture(scope="module", params=["bookkeeping", "training", "race", "cloud", "noise",
                                        "overfitting"])
def any_panel(request):
    return getattr(panels, request.param)()


# Bookkeeping


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize(("n_samples", "batch_size", "epochs"), [(1437, 32, 10), (200, 100, 3)])
def test_the_readout_counts_what_the_mini_batches_count(
        bookkeeping, n_samples, batch_size, epochs, drop_last):
    bookkeeping.set_values({"n_samples": n_samples, "batch_size": batch_size, "epochs": epochs,
                            "drop_last": drop_last, "done": 100})
    cut = list(mini_batches(n_samples, batch_size, np.random.default_rng(0), drop_last))
    total = epochs * len(cut)
    assert bookkeeping.readout.value == (
        f"Iterations: {len(cut)} per epoch × {epochs} = {total}. Rows in the last batch: "
        f"{len(cut[-1])}, dropped per epoch: {n_samples - sum(map(len, cut))}. Done: {total}.")
    assert_allclose(data(bookkeeping.picture.point), [[batch_size, total]])


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
    """Records up to the end of the stay, and the one from which on the loss stays."""
    rows, validation = experiments.load_rows("digits")
    records, start = [], None
    for record in train(experiments.build_network("digits", seed), GradientDescent(rate), rows,
                        validation, batch_size=batch_size, epochs=races.MOST_EPOCHS[batch_size],
                        seed=seed, record_every=max(1, 64 // batch_size)):
        records.append(record)
        start = (start or record) if record.validation_loss <= 0.3 else None
        if start and record.update >= 1.25 * start.update:
            return records, start
    return records, None


@pytest.mark.parametrize(("unit", "own"), [
    ("updates", False), pytest.param("epochs", True, marks=pytest.mark.full)])
def test_the_race_draws_each_batch_size_until_it_stays(race, unit, own):
    race.set_values({"unit": unit, "own": own})
    assert f"{unit} (logarithmic)" == race.picture.race.get_xlabel()
    costs = {}
    for rank, size in enumerate(SIZES):
        rate = OWN_RATES["digits"][size] if own else 0.3
        assert float(race.picture.rates[rank].get_text()) == pytest.approx(rate, rel=0.05)
        records, end = race_records(size, rate)
        where = {"updates": "update", "epochs": "epoch"}[unit]
        expected = [(getattr(record, where), record.validation_loss) for record in records[1:]]
        assert_allclose(data(race.picture.curves[rank]), expected)
        points = data(race.picture.costs[rank])
        assert len(points) == (end is not None)
        if end is not None:
            costs[size] = getattr(end, where)
            assert_allclose(points, [[size, costs[size]]])
            assert_allclose(data(race.picture.arrivals[rank]), [[costs[size], 0.3]])
    first = [f"{size:,}" for size in costs if costs[size] == min(costs.values())]
    words = "B = " + " & ".join(first)
    assert race.picture.titles[0].get_text() == f"first in {unit}: {words}"
    assert f"{unit}: {words}" in race.readout.value
    marked = [cell.get_text() for cell in race.picture.cells[unit]]
    assert [words.startswith("★") for words in marked] == [f"{size:,}" in first for size in SIZES]
    assert [words == "—" for words in marked] == [size not in costs for size in SIZES]
    assert (len(costs) == 6) == own


@pytest.mark.full
def test_winners_in_all_units(monkeypatch):
    monkeypatch.setattr(races, "_seconds_per_update",
                        lambda data, size: 25e-6 + 0.5e-6 * size)  # a + bB, as on a real machine
    race = panels.race()
    race.set_values({"unit": "seconds"})
    assert race.readout.value.endswith(
        "First in updates: B = 1,024, epochs: B = 16, seconds: B = 16.")
    cells = {unit: [cell.get_text() for cell in column]
             for unit, column in race.picture.cells.items()}
    records, end = race_records(16, 0.3)
    updates = end.update
    assert cells["seconds"][2] == f"★ {updates * 33e-6:.2g}"
    assert_allclose(data(race.picture.costs[2]), [[16, updates * 33e-6]])
    curve = data(race.picture.curves[2])
    assert curve[-1, 0] == pytest.approx(records[-1].update * 33e-6)
    assert race.picture.step_cost.get_text() == (
        "update: 0.025 ms (B = 1) to 0.54 ms (1,024)\nepoch: 26 ms to 0.54 ms")


def test_the_committed_race_shows_no_seconds(race):
    assert {cell.get_text() for cell in race.picture.cells["seconds"]} == {"·"}
    assert race.picture.step_cost.get_text() == "·  not measured: choose seconds as the axis"
    assert "seconds" not in race.readout.value


@pytest.mark.full
def test_seconds_are_measured_once_per_batch_size(race):
    race.set_values({"unit": "seconds"})
    first = state(race)
    again = panels.race()
    again.set_values({"unit": "seconds"})
    assert state(again) == first


def test_perfect_scaling_starts_at_the_first_that_arrives(race):
    line = data(race.picture.scaling)
    updates = race_records(16, 0.3)[1].update
    assert np.isnan(line[:2, 1]).all()
    assert_allclose(line[2:, 1], updates * 16 / np.array(SIZES[2:]))


@pytest.mark.full
def test_all_that_are_equally_quick_are_marked(race):
    race.set_values({"learning_rate": 0.1})
    ends = [race_records(size, 0.1)[1] for size in SIZES]
    costs = [end.update if end else np.inf for end in ends]
    marked = [cell.get_text().startswith("★") for cell in race.picture.cells["updates"]]
    assert marked == [cost == min(costs) for cost in costs]
    assert sum(marked) == 2
    assert race.picture.titles[0].get_text() == "first in updates: B = 256 & 1,024"


@pytest.mark.full
def test_at_an_absurd_rate_none_arrives(race):
    race.set_values({"learning_rate": 3.0})
    assert race.readout.value == (
        "Target 0.3: 0 of 6 stay there. First in updates: –, epochs: –.")


@pytest.mark.full
@pytest.mark.parametrize(("values", "met"), [
    ({"learning_rate": 1.0}, True), ({"learning_rate": 0.3}, False),
    ({"learning_rate": 1.0, "own": True}, False),
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


@pytest.mark.full
@pytest.mark.parametrize(("values", "met"), [
    ({"epochs": 20, "batch_size": 64}, True), ({"epochs": 20, "batch_size": 32}, False),
    ({"epochs": 20, "batch_size": 128}, False), ({"epochs": 10, "batch_size": 64}, False)])
def test_the_goal_of_the_cloud(cloud, values, met):
    cloud.set_values(values)
    assert cloud.view.goal_met == met


# Noise


def test_a_rule_that_goes_too_far_says_so(noise):
    press(noise, "too far")
    path = 2.5 * (1 - 3.2) ** (2 * np.arange(12))  # with k = 32 the mean diverges like this
    step = int(noise.readout.value.split("step ")[1].rstrip("."))
    assert noise.readout.value.endswith(f"kη ≥ 2: diverged at step {step}.")
    assert noise.picture.titles[2].get_text() == f"walkers diverged at step {step}"
    assert 500_000 / 10 < path[step] < 500_000 * 30
    assert np.isnan(data(noise.picture.losses["after"])[step:, 1]).all()
    assert np.isfinite(data(noise.picture.losses["after"])[:step, 1]).all()


def test_just_beyond_the_critical_rate_there_is_no_floor(noise):
    noise.set_values({"learning_rate": 0.501, "factor": 4, "rule": "k · η"})
    assert noise.readout.value.endswith("no floor, since kη ≥ 2.")
    assert noise.picture.titles[2].get_text() == "kη ≥ 2: no walker stays"
    assert np.isfinite(data(noise.picture.losses["after"])).all()
    assert data(noise.picture.beyond["no walker stays"])[:, 0].tolist() == [4, 8, 16, 32, 64]
    assert data(noise.picture.point).tolist() == data(
        noise.picture.beyond["no walker stays"])[:1].tolist()


def test_all_points_at_once_have_no_noise(noise):
    noise.set_values({"learning_rate": 0.1, "batch_size": 8, "factor": 64, "rule": "keep η"})
    assert data(noise.picture.beyond["noise 0"])[:, 0].tolist() == [64]
    assert data(noise.picture.point).tolist() == data(noise.picture.beyond["noise 0"]).tolist()


@pytest.mark.parametrize(("values", "met"), [
    ({"learning_rate": 0.01, "factor": 16, "rule": "k · η"}, True),
    ({"learning_rate": 0.01, "factor": 8, "rule": "k · η"}, False),
    ({"learning_rate": 0.1, "factor": 16, "rule": "k · η"}, False),
    ({"learning_rate": 0.01, "factor": 16, "rule": "keep η"}, False)])
def test_the_goal_of_the_noise(noise, values, met):
    noise.set_values(values)
    assert noise.view.goal_met == met


# Overfitting


@pytest.mark.full
@pytest.mark.parametrize("patience", [1, 5, 6, 9, 10])
def test_early_stopping_is_drawn_where_patience_ends(overfitting, patience):
    overfitting.set_values({"patience": patience})
    records = list(train(
        experiments.build_network("digits", 3, 100), Momentum(0.1, 0.9),
        *load_few_digits(200, 0.15, 3), batch_size=32, epochs=60, seed=3))
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
    assert overfitting.view.goal_met == (patience in (6, 9))


def test_while_patience_lasts_no_stop_is_drawn(overfitting):
    settings = {"n_rows": 100, "label_noise": 0.5, "seed": 77}
    views = list(overfitting._show(**settings, patience=30))
    assert len(views) == 61
    assert_allclose(views[-1].drawing["losses"]["validation"],
                    [record.validation_loss for record in train_on_few_digits(**settings)])
    assert views[-1].progress == 1
    assert "goes on" in views[20].readout
    overfitting.picture.draw(**views[20].drawing)
    assert not overfitting.picture.stop_name.get_visible()
    assert data(overfitting.picture.stops[0])[0, 0] > 60
    (again,) = overfitting._show(**settings, patience=3)  # patience does not train again
    overfitting.picture.draw(**again.drawing)
    assert overfitting.picture.stop_name.get_visible()


@pytest.mark.full
def test_the_seed_is_the_only_chance(any_panel):
    if "seed" not in any_panel.controls:
        return
    any_panel.reset()
    first = state(any_panel)
    any_panel.set_values({"seed": 17})
    assert state(any_panel) != first
    any_panel.reset()
    assert state(any_panel) == first
