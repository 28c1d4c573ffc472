"""What the pictures of section 03 draw, against numbers worked out independently."""

import numpy as np
import pytest
from driving import built
from numpy.testing import assert_allclose, assert_array_equal

from lecture_kit.live.looks import LOOKS
from lecture_kit.maths.activations import ACTIVATIONS
from lecture_kit.maths.datasets import digit_rows
from lecture_kit.maths.networks import deep_network
from lecture_kit.sections.weight_initialization import panels
from lecture_kit.sections.weight_initialization.experiments import survival, train_deep
from lecture_kit.sections.weight_initialization.pair import (
    difference_growth,
    first_step_apart,
    train_pair,
)
from lecture_kit.sections.weight_initialization.pictures import RANGES
from lecture_kit.sections.weight_initialization.signals import (
    backpropagate,
    draw_normals,
    propagate,
)
from lecture_kit.sections.weight_initialization.theory import mean_field, predict_survival


def data(line):
    return np.column_stack(line.get_data())


# Signals


@pytest.fixture
def signals():
    return built(panels.signals)


def experiment(init_scale, activation, n_layers, width, seed):
    """The panel's network, in double precision and without the panel's shortcuts."""
    inputs, weights, gradient = draw_normals(10, 200, seed)
    n_rows = {200: 500}.get(width, 1000)
    weights = init_scale * weights[:n_layers, :width, :width]
    phi = ACTIVATIONS[activation]
    logits, outputs = propagate(phi, weights, inputs[:n_rows, :width])
    return outputs, backpropagate(phi, weights, logits, gradient[:n_rows, :width])


SETTINGS = [
    {"init_scale": 1.0, "activation": "sigmoid", "n_layers": 5, "width": 100, "seed": 0},
    {"init_scale": 0.1, "activation": "tanh", "n_layers": 3, "width": 50, "seed": 7},
    {"init_scale": 0.1, "activation": "ReLU", "n_layers": 10, "width": 200, "seed": 1},
]


@pytest.mark.parametrize("values", SETTINGS, ids=lambda values: values["activation"])
def test_signals_draws_the_network_of_its_controls(signals, values):
    signals.set_values(values)
    outputs, deltas = experiment(**values)
    picture, layers = signals.picture, np.arange(1, values["n_layers"] + 1)
    expected = {
        "std": [a.std() for a in outputs],
        "signal": [np.sqrt(a.var(axis=0).mean()) for a in outputs],
        "gradient": [np.sqrt(np.mean(d**2)) for d in deltas]}
    for name, sizes in expected.items():
        assert_allclose(data(picture.curves[name]), np.column_stack([layers, sizes]), rtol=1e-3)


@pytest.mark.parametrize("values", SETTINGS, ids=lambda values: values["activation"])
def test_signals_draws_the_slides_histograms(signals, values):
    signals.set_values(values)
    outputs, deltas = experiment(**values)
    low, high = RANGES[values["activation"]]
    drawn = signals.picture.counts.get_data()
    columns = np.append(drawn.values, np.nan).reshape(values["n_layers"], 31)
    assert np.isnan(columns[:, 30]).all()
    edges = drawn.edges.reshape(values["n_layers"], 31)
    assert_allclose(np.diff(edges, axis=1), 0.88 / values["n_layers"] / 30)
    for layer, a in enumerate(outputs):
        shown = a[a > 0] if values["activation"] == "ReLU" else a
        counts = np.histogram(shown, 30, (low, high))[0]
        assert_allclose(columns[layer, :30], counts / counts.max(), atol=4 / counts.max())
        assert edges[layer, 0] == pytest.approx((layer + 0.06) / values["n_layers"])
    drawn = signals.picture.gradient_counts.get_data()
    columns = np.append(drawn.values, np.nan).reshape(values["n_layers"], 31)
    for layer, delta in enumerate(deltas):
        sizes = np.log10(np.abs(delta[delta != 0]))
        counts = np.histogram(sizes, 30, (-10, 2))[0]
        assert_allclose(columns[layer, :30], counts / counts.max(), atol=9 / counts.max())


def test_signals_says_what_is_off_the_scale(signals):
    signals.set_values({"activation": "ReLU", "init_scale": 3, "n_layers": 10, "width": 200})
    means, sizes = ([text.get_text() for text in texts] for texts in signals.picture.beyond)
    assert means == ["> 4"] * 10
    n_large = np.sum(signals.view.drawing["backward"]["sizes"] > 100)
    assert sizes == ["> 10²"] * n_large + [""] * (10 - n_large)
    assert signals.picture.n_beyond.get_text().endswith(" of 30")
    signals.set_values({"activation": "sigmoid", "init_scale": 0.003})
    means, sizes = ([text.get_text() for text in texts] for texts in signals.picture.beyond)
    assert means == [""] * 10
    assert sizes[0] == "< 10⁻¹⁰"
    signals.reset()
    assert not any(text.get_text() for texts in signals.picture.beyond for text in texts)
    assert signals.picture.n_beyond.get_text() == ""


@pytest.mark.parametrize("values", SETTINGS, ids=lambda values: values["activation"])
def test_signals_marks_theory_on_every_histogram(signals, values):
    signals.set_values(values)
    n_layers, (low, high) = values["n_layers"], RANGES[values["activation"]]
    field = mean_field(ACTIVATIONS[values["activation"]], values["init_scale"], values["width"],
                       n_layers)
    outputs, deltas = experiment(**values)
    measured = [a.mean() for a in outputs], [a.std() for a in outputs]
    theory = field.mean, field.standard_deviation
    picture = signals.picture
    for line, (means, stds) in ((picture.spread, measured), (picture.theory_spread, theory)):
        ends = data(line)[:, 0].reshape(n_layers, 4)
        assert np.isnan(ends[:, 3]).all()
        means, stds = np.array(means), np.array(stds)
        for column, value in enumerate((means - stds, means, means + stds)):
            share = (np.clip(value, low, high) - low) / (high - low)
            expected = (np.arange(n_layers) + 0.06 + 0.88 * share) / n_layers
            assert_allclose(ends[:, column], expected, atol=2e-4)
    for line, sizes in ((picture.theory_size, field.gradient),
                        (picture.size, [np.sqrt(np.mean(d**2)) for d in deltas])):
        x = data(line)[:, 0][:: 3 if line is picture.theory_size else 1]
        share = (np.log10(sizes) + 10) / 12
        assert_allclose(x, (np.arange(n_layers) + 0.06 + 0.88 * share) / n_layers, atol=2e-4)
    assert_allclose(data(picture.theory_curves["std"])[:, 1], field.standard_deviation)
    assert_allclose(data(picture.theory_curves["signal"])[:, 1], field.signal)
    assert_allclose(data(picture.theory_curves["gradient"])[:, 1], field.gradient)


def test_signals_writes_std_and_saturated_share_under_every_layer(signals):
    values = SETTINGS[0]
    signals.set_values(values)
    outputs, _ = experiment(**values)
    for layer, a in enumerate(outputs):
        share = np.mean((a <= 0.01) | (a >= 0.99))
        assert signals.picture.table[layer].get_text() == f"{a.std():.3g}\n{share:.0%}"
        assert signals.picture.layer_names[layer].get_text() == str(layer + 1)
    assert [text.get_text() for text in signals.picture.table[5:]] == [""] * 5
    assert signals.picture.rows_name.get_text().endswith("saturated")
    signals.set_values({"activation": "ReLU"})
    assert signals.picture.rows_name.get_text().endswith("at 0")
    assert "ReLU" in signals.picture.range_name.get_text()
    assert_allclose(signals.picture.counts.get_facecolor()[:3],
                    [int(LOOKS["ReLU"]["color"][i : i + 2], 16) / 255 for i in (1, 3, 5)])


def test_signals_reads_out_the_numbers_of_the_last_and_the_first_layer(signals):
    for values in SETTINGS[:2]:
        signals.set_values(values)
        outputs, deltas = experiment(**values)
        last, n_layers = outputs[-1], values["n_layers"]
        field = mean_field(ACTIVATIONS[values["activation"]], values["init_scale"],
                           values["width"], n_layers)
        size = np.sqrt(np.mean(deltas[0] ** 2))
        assert f"Layer {n_layers}: std {last.std():.3g} " in signals.readout.value
        assert f"(theory {field.standard_deviation[-1]:.3g})" in signals.readout.value
        assert f"signal {np.sqrt(last.var(axis=0).mean()):.2g}, " in signals.readout.value
        assert f"layer 1: {size:.2g} (theory {field.gradient[0]:.2g})" in signals.readout.value


def test_signals_does_not_sell_rounding_as_signal(signals):
    signals.set_values({"init_scale": 0.003, "activation": "sigmoid", "n_layers": 10,
                        "width": 100, "seed": 0})
    assert "signal < 1e−6" in signals.readout.value
    assert np.isnan(data(signals.picture.curves["signal"])[5:, 1]).all()
    assert data(signals.picture.theory_curves["signal"])[-1, 1] < 1e-20


def test_the_scale_read_as_a_variance_is_xavier(signals):
    readouts = {}
    for box in signals.children[1].children[:-1]:
        if getattr(box, "description", "") in ("σ² = 0.01", "Xavier", "σ = 0.01"):
            box.click()
            readouts[box.description] = signals.readout.value
    assert readouts["σ² = 0.01"] == readouts["Xavier"] != readouts["σ = 0.01"]
    assert "std 0.108 (theory 0.121)" in readouts["Xavier"]


def test_the_goal_of_signals_needs_all_four_settings(signals):
    met = {"init_scale": 0.1, "activation": "ReLU", "n_layers": 10, "width": 200, "seed": 0}
    signals.set_values(met)
    assert signals.view.goal_met
    for change in ({"init_scale": 0.0955}, {"init_scale": 0.105}, {"activation": "tanh"},
                   {"n_layers": 9}, {"width": 100}):
        signals.set_values({**met, **change})
        assert not signals.view.goal_met, change


def test_only_the_seed_changes_the_draw(signals):
    signals.set_values({**SETTINGS[1], "n_layers": 4})
    deeper = data(signals.picture.curves["std"])
    signals.set_values({"n_layers": 3})
    assert_array_equal(data(signals.picture.curves["std"]), deeper[:3])
    signals.set_values({"seed": 8})
    assert np.all(data(signals.picture.curves["std"])[:, 1] != deeper[:3, 1])


def test_a_mean_beyond_the_axis_is_not_drawn(signals):
    signals.set_values({**SETTINGS[2], "init_scale": 0.302})
    for line in (signals.picture.spread, signals.picture.theory_spread):
        ends = data(line)[:, 0].reshape(10, 4)
        assert np.isfinite(ends[0, :3]).all()
        assert np.isnan(ends[1:]).all()


# Two units


@pytest.fixture
def pair():
    return built(panels.pair)


@pytest.mark.parametrize("values", [
    {"epsilon": 1e-6, "learning_rate": 1.0, "step": 150, "seed": 0},
    {"epsilon": 0.1, "learning_rate": 2.0, "step": 400, "seed": 3},
], ids=["small", "large"])
def test_pair_draws_the_run_of_its_controls(pair, values):
    pair.set_values(values)
    rows = digit_rows(200, range(4), z_score="all digits")
    step, arguments = values["step"], (values["learning_rate"], values["seed"], 400, rows)
    run, (growth, one_unit) = train_pair(values["epsilon"], *arguments), difference_growth(
        *arguments)
    picture, steps = pair.picture, np.arange(401)
    distances = np.linalg.norm(run.weights[:, :, 1] - run.weights[:, :, 0], axis=1)
    assert_allclose(data(picture.distances), np.column_stack([steps, distances]))
    assert_allclose(data(picture.theory)[:, 1], values["epsilon"] * growth)
    half = np.linalg.norm(run.weights, axis=1).mean(axis=1) / 2
    assert_allclose(data(picture.apart_line)[:, 1], half)
    assert_allclose(data(picture.losses)[:, 1], run.losses)
    assert_allclose(data(picture.one_unit)[:, 1], one_unit.losses)
    assert_allclose(data(picture.points[0]), [[step, distances[step]]])
    assert_allclose(data(picture.points[1]), [[step, run.losses[step]]])
    first, second = run.weights[step].T
    largest = np.abs(run.weights[step]).max()
    assert_allclose(picture.images[0].get_array(), first.reshape(8, 8) / largest)
    assert_allclose(picture.images[1].get_array(), second.reshape(8, 8) / largest)
    difference = (second - first).reshape(8, 8)
    assert_allclose(picture.images[2].get_array(), difference / np.abs(difference).max())
    parted = np.argmax(distances > half)
    expected = first_step_apart(values["epsilon"] * growth, one_unit.lengths)
    assert f"Apart from step {parted} (theory: {expected})" in pair.readout.value
    assert f"Step {step}: distance {distances[step]:.2g}".replace("-", "−") in pair.readout.value
    assert f"end {run.losses[-1]:.3g}; one unit alone {one_unit.losses[-1]:.3g}" in (
        pair.readout.value)


def test_the_theory_of_the_pair_waits_until_the_hand_rests(pair):
    pair.reset()
    first, last = pair._show(**{**pair.values, "learning_rate": 2.7})
    assert first.waits
    assert np.isnan(first.drawing["theory"]).all()
    assert "… Loss at the end" in first.readout
    assert not last.waits
    assert np.isfinite(last.drawing["theory"]).all()
    assert_array_equal(first.drawing["losses"], last.drawing["losses"])
    (at_once,) = pair._show(**{**pair.values, "learning_rate": 2.7, "epsilon": 0.01})
    assert not at_once.waits


def test_an_equal_pair_has_no_difference_to_draw(pair):
    pair.reset()
    assert np.isnan(data(pair.picture.distances)[:, 1]).all()
    assert np.all(pair.picture.images[2].get_array() == 0)
    assert pair.picture.titles[2].get_text() == "all weights\nare equal"
    assert "distance 0. Never apart (theory: never)" in pair.readout.value
    assert_allclose(data(pair.picture.losses)[:, 1], data(pair.picture.one_unit)[:, 1], rtol=1e-6)


@pytest.mark.full
def test_the_goal_of_the_pair_is_late_and_still_good(pair):
    pair.set_values({"epsilon": 1e-12, "learning_rate": 1.32, "step": 0, "seed": 0})
    assert pair.view.goal_met
    pair.set_values({"epsilon": 1e-11})
    assert not pair.view.goal_met
    pair.set_values({"epsilon": 1e-12, "learning_rate": 1.0})
    assert not pair.view.goal_met


# The band


@pytest.fixture
def band():
    return built(panels.band)


def test_the_band_trains_the_networks_of_its_controls(band):
    values = {"n_hidden": 3, "activation": "tanh", "learning_rate": 0.1, "batch_size": 64,
              "seed": 5}
    band.set_values(values)
    features, labels = digit_rows(1000, z_score="all digits")
    rows = features.astype(np.float32), labels
    gains = np.geomspace(0.2, 30, 20)
    picture = band.picture
    assert_allclose(data(picture.loss)[:, 0], gains)
    for i in (0, 7, 19):
        network = deep_network(ACTIVATIONS["tanh"], gains[i], 3, 5, dtype=np.float32)
        signal, gradient = survival(network, (rows[0][:200], labels[:200]))
        loss = train_deep(network, 0.1, 64, 3, rows, 5)
        drawn = picture.above.get_xdata() if loss > 3 else data(picture.loss)[:, 0]
        assert gains[i] in drawn
        if loss <= 3:
            assert data(picture.loss)[i, 1] == pytest.approx(loss, rel=1e-6)
        assert data(picture.sizes["signal"])[i, 1] == pytest.approx(signal, rel=1e-5)
        assert data(picture.sizes["gradient"])[i, 1] == pytest.approx(gradient, rel=1e-5)


@pytest.mark.parametrize(("n_hidden", "activation"), [(2, "ReLU"), (10, "tanh")])
def test_the_band_draws_theory(band, n_hidden, activation):
    band.set_values({"n_hidden": n_hidden, "activation": activation})
    edges = np.geomspace(0.2, 30, 76)
    centres = np.sqrt(edges[1:] * edges[:-1])
    signals, gradients = predict_survival(ACTIVATIONS[activation], centres, n_hidden)
    picture = band.picture
    assert_allclose(data(picture.theory["signal"]), np.column_stack([centres, signals[-1]]))
    assert_allclose(data(picture.theory["gradient"])[:, 1], gradients[-1])
    inside = ((signals[-1] >= 0.1) & (signals[-1] <= 10)
              & (gradients[-1] >= 0.1) & (gradients[-1] <= 10))
    drawn = picture.band.get_data()
    assert_array_equal(~np.isnan(drawn.values), inside)
    assert_allclose(drawn.edges, edges)
    low, high = edges[:-1][inside][0], edges[1:][inside][-1]
    assert f"theory's band from {low:.2g} to {high:.2g}" in band.readout.value


def test_the_band_says_which_runs_learned_and_marks_those_that_diverged(band):
    band.reset()
    gains, losses = data(band.picture.loss).T
    learned = gains[losses < 1]
    words = f"below 1 for g from {learned[0]:.2g} to {learned[-1]:.2g}"
    assert words in band.readout.value
    assert f"lowest loss {np.nanmin(losses):.3g}" in band.readout.value
    gone = data(band.picture.diverged)
    assert_allclose(gone[:, 0], gains[np.isnan(losses)])
    assert len(gone) > 3
    assert np.all(gone[:, 1] == 3)
    for title in band.picture.titles:
        assert title.get_position()[0] == 0.5
        assert title.axes.get_xlabel() == "gain g (init scale σ = g/√n)"


@pytest.mark.full
def test_the_goal_of_the_band_is_ten_layers_with_a_low_loss(band):
    met = {"n_hidden": 10, "activation": "tanh", "learning_rate": 0.01, "batch_size": 16,
           "seed": 0}
    band.set_values(met)
    assert band.view.goal_met
    for change in ({"n_hidden": 9}, {"batch_size": 32}):
        band.set_values({**met, **change})
        assert not band.view.goal_met, change


@pytest.mark.full
def test_the_band_streams_all_gains_at_once_and_keeps_what_ran():
    show = panels.band()._show
    settings = {"n_hidden": 10, "activation": "tanh", "learning_rate": 0.01, "batch_size": 16,
                "seed": 0}
    views = list(show(**settings))
    assert views[0].progress == 0
    assert np.all(np.diff([view.progress for view in views]) > 0)
    assert max(np.diff([view.progress for view in views])) < 0.04
    assert all(len(view.drawing["losses"]) == 20 for view in views)
    assert [view.goal_met for view in views] == [False] * (len(views) - 1) + [True]
    (again,) = show(**settings)
    assert (again.readout, again.progress) == (views[-1].readout, 1)
    assert_array_equal(again.drawing["losses"], views[-1].drawing["losses"])
