"""What the pictures of section 06 draw, against numbers worked out independently."""

import numpy as np
import pytest
from driving import built
from numpy.testing import assert_allclose, assert_array_equal

from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.training import mini_batches, train
from lecture_kit.sections.epochs_and_batches import experiments, panels
from lecture_kit.sections.epochs_and_batches.noise import draw_order

BLUE, ORANGE, WHITE, VERMILLION = (0, 114, 178), (230, 159, 0), (255, 255, 255), (213, 94, 0)
SHADE = (51, 145, 199)


def data(line):
    return np.column_stack(line.get_data())


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


def test_the_curves_count_iterations_for_every_batch_size(bookkeeping):
    bookkeeping.set_values({"n_samples": 1000, "epochs": 3})
    picture = bookkeeping.picture
    for line, drop_last in ((picture.kept, False), (picture.dropped, True)):
        for size, count in data(line)[::40]:
            cut = list(mini_batches(1000, int(size), np.random.default_rng(0), drop_last))
            assert count == 3 * len(cut) or (np.isnan(count) and not cut)
    assert_allclose(data(picture.theory)[:, 1] * data(picture.theory)[:, 0], 3000)


# Training


@pytest.mark.parametrize("data_name", ["digits", "spambase"])
def test_the_dotted_lines_are_those_of_guessing(training, data_name):
    training.set_values({"data": data_name, "epochs": 1})
    shares = np.bincount(experiments.load_rows(data_name)[1][1]) / 512
    levels = [line.get_ydata()[0] for line in training.picture.levels]
    assert_allclose(levels, [-(shares * np.log(shares)).sum(), shares.max()])


# Race


def test_the_titles_stand_above_the_middle_of_their_axes():
    for panel in map(built, (panels.training, panels.overfitting)):
        assert {title.get_ha() for title in panel.picture.titles} == {"center"}


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
    order = draw_order(512, 300, np.random.default_rng(3), replace)
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
        assert_allclose(data(noise.picture.theory[rule]),
                        np.column_stack([factors, line / floor(0.1, 4)]))
        assert_array_equal(noise.picture.measured[rule].get_xdata(), factors)
        assert_allclose(data(noise.picture.measured[rule])[:5, 1], line[:5] / floor(0.1, 4),
                        rtol=0.2)


# Overfitting


def test_the_dotted_line_is_the_share_of_right_labels(overfitting):
    overfitting.set_values({"label_noise": 0.3})
    assert_allclose(overfitting.picture.levels[1].get_ydata(), 0.7)
    assert_allclose(overfitting.picture.levels[0].get_ydata(), np.log(10))
