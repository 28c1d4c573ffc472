"""What the pictures of section 07 draw, against numbers worked out independently."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.stats import zscore

from lecture_kit.maths.activations import RELU, SIGMOID
from lecture_kit.maths.datasets import load_digits
from lecture_kit.maths.network_losses import CROSS_ENTROPY, SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.normalization import batch_normalized
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.training import train
from lecture_kit.sections.batch_normalization import experiments, inside, panels

DIGITS = [(part.features[:n] / 16, part.labels[:n])
          for part, n in zip(load_digits(), (1200, 600), strict=True)]


def data(line):
    return np.column_stack(line.get_data())


def trained(kind, learning_rate, init_scale, seed, epochs):
    network = experiments.build_network(kind, init_scale, seed=seed, dtype=np.float32)
    accuracies = [record.validation_accuracy for record in train(
        network, GradientDescent(learning_rate), *DIGITS, batch_size=60, epochs=epochs, seed=seed)]
    return network, accuracies


@pytest.mark.parametrize(("values", "kinds"), [
    ({"init_scale": 0.01, "learning_rate": 0.1, "epoch": 4}, ("without BN", "with BN")),
    ({"init_scale": 0.398, "learning_rate": 1.0, "epoch": 2, "seed": 3}, ("without BN", "with BN")),
    ({"init_scale": 0.1, "learning_rate": 0.501, "epoch": 3, "noise": True},
     ("without BN", "noisy BN"))])
def test_the_histograms_show_the_networks_of_the_controls(distributions, values, kinds):
    distributions.set_values(values)
    picture, epoch = distributions.picture, values["epoch"]
    titles = [axes.get_title() for axes in picture.figure.axes]
    n_layers = len(picture.histograms[0])
    assert titles[:n_layers] == [f"layer {n}" for n in range(1, n_layers + 1)]
    assert titles[n_layers] == f"one node of layer {n_layers}"
    for row, kind in enumerate(kinds):
        network, accuracies = trained(
            kind, values["learning_rate"], values["init_scale"], values.get("seed", 0), epoch)
        inputs = inside.activation_inputs(network, DIGITS[0][0][:300])
        for layer, x in enumerate(inputs):
            shares = np.histogram(np.clip(x, -7.999, 7.999), bins=64, range=(-8, 8))[0] / x.size
            drawn, edges, _baseline = picture.histograms[row][layer].get_data()
            assert_allclose(drawn, shares / shares.max(), atol=1e-3)
            assert_allclose(edges, np.linspace(-8, 8, 65))
            note = picture.notes[row][layer].get_text()
            assert note.startswith(f"std {x.std():.2g}")
            if kind == "with BN":
                gamma, beta = (getattr(network.layers[3 * layer + 1], name)
                               for name in ("scale", "shift"))
                theory = np.sqrt(np.mean(gamma**2) + np.var(beta))
                assert note.endswith(f"\ntheory {theory:.2g}")
        band = [data(line) for line in picture.bands[row]["lines"]]
        expected = np.percentile(inputs[-1][:, 0], [15, 50, 85])
        assert_allclose([line[epoch] for line in band],
                        np.column_stack([[20 * epoch] * 3, expected]), atol=1e-6)
        curve = data(picture.curves[kind])
        assert_allclose(curve[: epoch + 1, 1], accuracies)
        assert_allclose(curve[:, 0], 20 * np.arange(16))
        assert f"{kind} {accuracies[-1]:.2f}" in distributions.readout.value
        assert f"{inputs[2].std():.2g}" in distributions.readout.value.split("deviation")[1]
        assert picture.row_names[row].get_text() == kind
    assert set(picture.cursor.get_xdata()) == {20 * epoch}
    hidden = ({"with BN", "noisy BN"} - set(kinds)).pop()
    assert len(data(picture.curves[hidden])) == 0


def test_rows_that_are_looked_at_again_and_again_are_called_validation_rows(
        distributions, rate_and_scale):
    for picture in (distributions.picture, rate_and_scale.picture):
        axes = picture.curves["with BN"].axes
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("update", "validation accuracy")


def node():
    return fully_connected((64, 1), SIGMOID, CROSS_ENTROPY, 0.6, 12).logits(DIGITS[0][0])[:, 0]


@pytest.mark.parametrize(("size", "scale", "shift", "seed"), [
    (60, 1.0, 0.0, 0), (4, 2.5, -3.0, 1), (512, 0.3, 2.0, 2)])
def test_one_layer_draws_batch_normalized_and_output(one_layer, size, scale, shift, seed):
    one_layer.set_values({"batch_size": size, "scale": scale, "shift": shift, "seed": seed})
    population = node()
    batch = np.random.default_rng(seed).choice(population, (400, 512))[0, :size]
    batch[0] = population[0]
    normalized = zscore(batch)
    everything = (population[0] - population.mean()) / population.std()
    expected = {"raw": (batch, population.mean(), population.std(), population[0]),
                "normalized": (normalized, 0, 1, everything),
                "output": (scale * normalized + shift, shift, scale, scale * everything + shift)}
    for name, (values, mean, deviation, inferred) in expected.items():
        part = one_layer.picture.parts[name]
        shares = np.histogram(np.clip(values, -7.999, 7.999), bins=32, range=(-8, 8))[0]
        assert_allclose(part["histogram"].get_data()[0], shares / shares.max(), atol=0.13)
        m, s = values.mean(), values.std()
        assert_allclose(data(part["measured"])[:, 0], [m - s, m, m + s], atol=1e-4)
        assert_allclose(data(part["theory"])[:, 0], [mean - deviation, mean, mean + deviation],
                        atol=1e-9)
        assert_allclose(data(part["image"])[0, 0], values[0], rtol=1e-4, atol=1e-4)
        assert_allclose(part["inferred"].get_xdata(), inferred, rtol=1e-4, atol=1e-4)
    words = one_layer.readout.value.replace("−", "-")
    assert words.startswith(f"Batch mean {batch.mean():.2f} (all rows {population.mean():.2f}).")
    assert f"mean {shift:.2f}, standard deviation {scale:.2f}" in words
    assert words.endswith(f"{scale * normalized[0] + shift:.2f}, at inference "
                          f"{scale * everything + shift:.2f}.")


@pytest.mark.parametrize(("scale", "shift", "marker"), [
    (3.0, 4.0, ">"), (1.0, 0.0, "D"), (1.0, 4.0, "D")])
def test_an_image_beyond_the_histogram_is_an_arrow(one_layer, scale, shift, marker):
    one_layer.set_values({"batch_size": 512, "scale": scale, "shift": shift, "seed": 9999})
    image = one_layer.picture.parts["output"]["image"]
    assert image.get_marker() == marker
    assert (image.get_xdata()[0] == 8) == (marker == ">")


@pytest.mark.parametrize("batch_size", [1, 60, 512])
def test_the_titles_of_one_layer_stay_in_the_picture(one_layer, batch_size):
    one_layer.set_values({"batch_size": batch_size, "scale": 3.0, "shift": -4.0})
    figure = one_layer.picture.figure
    boxes = [title.get_window_extent(figure.canvas.get_renderer())
             for title in one_layer.picture.titles]
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))
    assert boxes[-1].x1 < figure.bbox.x1


def test_the_spread_is_measured_beside_theory(one_layer):
    one_layer.set_values({"batch_size": 16, "seed": 5})
    picture, population = one_layer.picture, node()
    sizes = np.array([1, 2, 4, 8, 16, 32, 60, 128, 256, 512])
    theory = population.std() / np.sqrt(sizes)
    assert_allclose(data(picture.theory), np.column_stack([sizes, theory]))
    rows = np.random.default_rng(5).choice(population, (400, 512))
    measured = [rows[:, :size].mean(axis=1).std() for size in sizes]
    assert_allclose(data(picture.measured), np.column_stack([sizes, measured]))
    assert_allclose(measured, theory, rtol=0.15)
    assert_allclose(data(picture.now), [[16, measured[4]]])
    assert picture.titles[3].get_text() == f"{measured[4]:.2g}, theory {theory[4]:.2g}"


def test_the_batch_size_and_gamma_leave_the_draw_alone(one_layer):
    one_layer.set_values({"batch_size": 4, "seed": 2})
    mean = one_layer.readout.value.split("(")[0]
    one_layer.set_values({"scale": 2.0, "shift": 1.0})
    assert one_layer.readout.value.startswith(mean)
    spread = data(one_layer.picture.measured)
    one_layer.set_values({"batch_size": 8})
    assert_allclose(data(one_layer.picture.measured), spread)


def single(kind, learning_rate, init_scale, activation, seed, dtype=np.float64):
    build = fully_connected if kind == "without BN" else batch_normalized
    network = build((64, 30, 30, 30, 10), activation, SOFTMAX_CROSS_ENTROPY, init_scale, seed,
                    dtype=dtype)
    return np.array([record.validation_accuracy for record in train(
        network, GradientDescent(learning_rate), *DIGITS, batch_size=60, epochs=12, seed=seed)])


def test_the_curves_are_the_runs_at_the_point(rate_and_scale):
    rate_and_scale.set_values({"learning_rate": 1.0, "init_scale": 0.73, "n_seeds": 2})
    picture = rate_and_scale.picture
    for kind in ("without BN", "with BN"):
        runs = np.array([single(kind, 1.0, 0.73, SIGMOID, seed) for seed in (0, 1)])
        curve = data(picture.curves[kind])
        assert_allclose(curve[:, 0], 20 * np.arange(13))
        assert_allclose(curve[:, 1], runs.mean(axis=0))
        thin = data(picture.runs[kind])
        assert_allclose(thin[14:27, 0], 20 * np.arange(13))
        assert_array_equal(thin[:13, 1], runs[0])
        assert_array_equal(thin[14:27, 1], runs[1])
        assert f"{kind} {curve[-1, 1]:.2f}" in rate_and_scale.readout.value
        assert_allclose(data(picture.points[kind]), [[0, np.log10(0.73)]])
    assert rate_and_scale.readout.value.endswith("(seeds: 2).")


def test_the_cells_of_the_map_are_trained_networks(rate_and_scale):
    picture = rate_and_scale.picture
    assert_allclose(picture.learning_rates, 10 ** np.linspace(-1.5, 1, 6), rtol=1e-3)
    assert_allclose(picture.init_scales, 10 ** np.linspace(-2, 0.5, 6), rtol=1e-3)
    for kind, row, column in [("without BN", 4, 2), ("with BN", 1, 1), ("with BN", 3, 0),
                              ("without BN", 0, 1)]:
        rate, scale = picture.learning_rates[column], picture.init_scales[row]
        expected = single(kind, rate, scale, SIGMOID, 0)
        drawn = picture.images[kind].get_array()[row, column]
        assert drawn == expected[-1]
        text = picture.numbers[kind][row][column]
        assert text.get_text() == f"{drawn:.2f}"[1:]
        assert_allclose(text.get_position(), [picture.x[column], picture.y[row]])


def test_the_titles_count_the_bright_cells(rate_and_scale):
    picture = rate_and_scale.picture
    for kind, title in zip(("without BN", "with BN"), picture.titles, strict=False):
        n_bright = (picture.images[kind].get_array() > 0.8).sum()
        assert title.get_text() == f"{kind}: {n_bright} of 36 above 0.8"


def test_the_map_of_several_seeds_is_their_mean(rate_and_scale):
    rate_and_scale.set_values({"n_seeds": 2})
    for kind in ("without BN", "with BN"):
        mean = (panels._maps["sigmoid", 0][kind] + panels._maps["sigmoid", 1][kind]) / 2
        assert_allclose(rate_and_scale.picture.images[kind].get_array(), mean)
        assert not np.allclose(mean, panels._maps["sigmoid", 0][kind])


@pytest.mark.full
def test_relu_diverges_without_normalization_only(rate_and_scale):
    rate_and_scale.set_values({"activation": "ReLU", "learning_rate": 1.0, "init_scale": 1.0})
    assert "without BN diverged, with BN 0." in rate_and_scale.readout.value
    picture = rate_and_scale.picture
    assert picture.numbers["without BN"][5][5].get_text() == "div."
    assert np.ma.is_masked(picture.images["without BN"].get_array()[5, 5])
    assert not np.ma.is_masked(picture.images["with BN"].get_array())
    expected = single("with BN", picture.learning_rates[4], picture.init_scales[2], RELU, 0)[-1]
    # At such a rate the last digit of a sum, which a processor may round its way, moves a few rows.
    assert_allclose(picture.images["with BN"].get_array()[2, 4], expected, atol=0.02)


@pytest.mark.parametrize(("activation", "scale"), [
    ("sigmoid", 4 / 30**0.5), ("ReLU", (2 / 30)**0.5)])
def test_the_dotted_lines_are_theory(rate_and_scale, activation, scale):
    rate_and_scale.set_values(
        {"activation": activation, "learning_rate": 0.1, "init_scale": 0.1})
    picture = rate_and_scale.picture
    lines = [data(line)[~np.isnan(line.get_ydata())] for line in (
        picture.good_scale, picture.same_rate)]
    assert_allclose(lines[0][:, 1], np.log10(scale))
    x, y = lines[1].T
    assert_allclose(10**x / (10**y) ** 2, 0.1 / 0.1**2)
    assert np.ptp(y) > 2
    for kind, line in zip(("without BN", "with BN"), lines, strict=True):
        renderer = picture.figure.canvas.get_renderer()
        for number in (number for row in picture.numbers[kind] for number in row):
            box = number.get_window_extent(renderer)
            assert not box.count_contains(number.axes.transData.transform(line))


@pytest.mark.parametrize(("rate", "scale", "row", "column"), [
    (0.0316, 0.01, 0, 0), (10.0, 3.16, 5, 5), (1.0, 0.316, 3, 3)])
def test_a_cell_and_the_run_at_its_middle_are_the_same_run(
        rate_and_scale, rate, scale, row, column):
    rate_and_scale.set_values({"learning_rate": rate, "init_scale": scale})
    picture = rate_and_scale.picture
    for kind in ("without BN", "with BN"):
        assert picture.images[kind].get_array()[row, column] == data(picture.curves[kind])[-1, 1]


def test_a_new_point_does_not_draw_the_maps_again(rate_and_scale):
    rate_and_scale.set_values({"learning_rate": 0.302})
    shown, background = rate_and_scale.picture.shown, rate_and_scale.picture._background
    rate_and_scale.set_values({"learning_rate": 1.0, "init_scale": 0.1})
    assert rate_and_scale.picture.shown is shown
    assert rate_and_scale.picture._background is background
