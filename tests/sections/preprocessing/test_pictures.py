"""What the pictures of section 02 draw, against numbers worked out independently."""

import numpy as np
import pytest
from driving import built
from numpy.testing import assert_allclose, assert_array_equal

from lecture_kit.live.looks import LOOKS
from lecture_kit.maths.datasets import load_attack_triage
from lecture_kit.sections.preprocessing import experiments, panels
from lecture_kit.sections.preprocessing.connections import split, train_on_connections
from lecture_kit.sections.preprocessing.nominal import (
    count_classes,
    integer_inputs,
    softmax_accuracy,
)


def data(line):
    return np.column_stack(line.get_data())


def rows_of(scaling, correlation, seed):
    features, target = experiments.people(50, correlation, seed)
    if scaling == "min-max":
        features = (features - features.min(axis=0)) / np.ptp(features, axis=0)
    elif scaling == "z-score":
        features = (features - features.mean(axis=0)) / features.std(axis=0)
    return features, target


def eigenvalues(rows):
    return np.linalg.eigvalsh(rows.T @ rows / len(rows))


@pytest.mark.parametrize(("scaling", "learning_rate", "correlation", "seed"), [
    ("raw", 0.0001, 0.6, 0), ("min-max", 3.02, -0.5, 3), ("z-score", 0.501, 0.9, 1)])
def test_the_valley_draws_the_walk_on_the_rows(valley, scaling, learning_rate, correlation, seed):
    valley.set_values({"scaling": scaling, "learning_rate": learning_rate,
                       "correlation": correlation, "seed": seed})
    rows, target = rows_of(scaling, correlation, seed)
    best = np.linalg.lstsq(rows, target, rcond=None)[0]
    picture = valley.picture
    assert_allclose(data(picture.star), [best], rtol=1e-6)
    path = data(picture.path)
    assert_allclose(data(picture.start), path[:1])
    w, losses = path[0], []
    for _ in range(101):
        error = np.mean((rows @ w - target) ** 2) - np.mean((rows @ best - target) ** 2)
        losses.append(error)
        if len(losses) <= len(path):
            assert_allclose(w, path[len(losses) - 1], rtol=1e-6)
        w = w - learning_rate * rows.T @ (rows @ w - target) / 50
    assert len(path) == 101
    drawn = data(picture.loss)
    assert_array_equal(drawn[:, 0], np.arange(101))
    large = np.array(losses) / losses[0] > 1e-9
    assert_allclose(drawn[large, 1], np.array(losses)[large] / losses[0], rtol=1e-5)
    assert losses[0] == pytest.approx(np.mean(target**2), rel=1e-6)
    assert picture.path.get_color() == LOOKS[scaling]["color"]


@pytest.mark.parametrize(("correlation", "seed"), [(0.6, 0), (-0.9, 2)])
def test_the_valley_draws_theory_for_all_three_scalings(valley, correlation, seed):
    valley.set_values({"correlation": correlation, "seed": seed, "scaling": "min-max"})
    for scaling, curve in valley.picture.factors.items():
        low, high = eigenvalues(rows_of(scaling, correlation, seed)[0])
        rates, factors = data(curve).T
        expected = np.maximum(np.abs(1 - rates * low), np.abs(1 - rates * high))
        assert_allclose(factors, expected, rtol=1e-6)
    low, high = eigenvalues(rows_of("min-max", correlation, seed)[0])
    assert_allclose(valley.picture.critical.get_xdata(), 2 / high)
    factor = max(abs(1 - 1e-4 * low), abs(1 - 1e-4 * high))
    assert_allclose(data(valley.picture.theory)[:, 1], factor ** (2 * np.arange(101)))
    assert f"κ = {high / low:.3g}, critical η {2 / high:.3g}" in valley.readout.value
    assert valley.picture.titles[0].get_text() == f"min-max features: κ = {high / low:.3g}"


def test_the_contours_have_the_stated_levels(valley):
    valley.set_values({"scaling": "z-score"})
    rows, target = rows_of("z-score", 0.6, 0)
    model = experiments.linear_model(rows, target)
    first = np.mean(target**2) / 2
    levels = (0.01, 0.0625, 0.25, 0.5, 1, 2, 4)
    for line, level in zip(valley.picture.contours, levels, strict=True):
        assert_allclose(model.value(data(line)) / first, level, rtol=1e-5)


def test_a_run_that_diverges_is_drawn_up_to_its_first_point_outside(valley):
    valley.set_values({"scaling": "z-score", "learning_rate": 1.3})
    path = data(valley.picture.path)
    (low_x, high_x), (low_y, high_y) = valley.picture.limits_of["z-score"]
    inside = ((path >= [low_x, low_y]) & (path <= [high_x, high_y])).all(axis=1)
    assert inside[:-1].all()
    assert not inside[-1]
    assert len(data(valley.picture.loss)) == 66 > len(path)


@pytest.mark.parametrize("correlation", [-0.9, 0.0, 0.9])
def test_every_start_lies_inside_the_axes(valley, correlation):
    for seed in range(8):
        models, height = experiments.valleys(correlation, seed)
        for scaling, limits in valley.picture.limits_of.items():
            starts = experiments.on_contour(models[scaling], height, np.arange(360.0))
            low, high = np.transpose(limits)
            assert (low < starts.min(axis=0)).all()
            assert (starts.max(axis=0) < high).all()


def test_only_another_scaling_draws_the_background_again(valley):
    valley.set_values({"learning_rate": 0.501, "correlation": -0.4, "seed": 9})
    assert valley.picture._background is not None
    background = valley.picture._background
    valley.set_values({"learning_rate": 1.0, "correlation": 0.3})
    assert valley.picture._background is background
    valley.set_values({"scaling": "z-score"})
    assert valley.picture._background is not background


@pytest.mark.parametrize(("value", "n_others", "seed"), [(655, 30, 0), (80, 300, 2)])
def test_the_outlier_is_drawn_on_three_scales(outlier, value, n_others, seed):
    outlier.set_values({"outlier": value, "n_others": n_others, "seed": seed})
    others = np.random.default_rng(seed).normal(65, 11, 1000)[:n_others]
    column = np.append(others, value)
    scales = [column, (column - column.min()) / np.ptp(column),
              (column - column.mean()) / column.std()]
    picture = outlier.picture
    for values, ticks, mark in zip(scales, picture.others, picture.outlier, strict=True):
        assert_allclose(ticks.get_xdata(), values[:-1], atol=1e-12)
        assert_allclose(mark.get_xdata(), values[-1:])
    kept = {"min-max": np.ptp(scales[1][:-1]), "z-score": scales[2][:-1].std()}
    for name, share in kept.items():
        assert_allclose(data(picture.points[name]), [[value, share]])
        assert_allclose(np.interp(value, *picture.curves[name].get_data()), share, rtol=0.01)
    words = (f"min-max {kept['min-max']:.2g} (theory {kept['min-max']:.2g}), z-score "
             f"{kept['z-score']:.2g} (theory {kept['z-score']:.2g}). Outlier at z = "
             f"{scales[2][-1]:.3g}, at most {n_others**0.5:.3g}.")
    assert outlier.readout.value.endswith(words)
    assert picture.titles[2].get_text().startswith(
        f"z-score: std of the others {kept['z-score']:.2g}, ")
    assert picture.scores.get_xlim()[1] >= max(5, n_others**0.5)


@pytest.mark.parametrize("column", [0, 1, 2])
@pytest.mark.parametrize("seed", [0, 12])
def test_the_tables_hold_the_distances_of_the_codes(codes, column, seed):
    codes.set_values({"column": column, "seed": seed})
    names, counts = np.unique(load_attack_triage().nominal[:, column], return_counts=True)
    order = np.random.default_rng(seed).permutation(len(names))
    shown = sorted(range(len(names)), key=lambda i: -counts[i])[:6]
    picture = codes.picture
    assert [text.get_text() for text in picture.codes] == (
        [str(order[i]) for i in shown] + [""] * (6 - len(shown)))
    for table in picture.tables:
        labels = [text.get_text() for text in table.axes.get_yticklabels()]
        assert labels == [names[i] for i in shown] + [""] * (6 - len(shown))
    integer, one_hot = (table.get_array() for table in picture.tables)
    far = max(abs(order[i] - order[j]) for i in shown for j in shown)
    k = 0
    for row in range(6):
        for col in range(row):
            texts = [numbers[k].get_text() for numbers in picture.numbers]
            k += 1
            if row >= len(shown):
                assert texts == ["", ""]
                continue
            distance = abs(order[shown[row]] - order[shown[col]])
            assert texts == [f"{distance}", "1.41"]
            assert integer[row, col] == pytest.approx(distance / far)
            assert one_hot[row, col] == 1
    assert_allclose(np.diag(integer)[: len(shown)], 0)


def test_the_accuracies_are_those_of_the_order_and_of_many(codes):
    codes.set_values({"column": 2, "n_updates": 30, "seed": 5})
    dataset = load_attack_triage()
    names, found = np.unique(dataset.nominal[:, 2], return_inverse=True)
    counts = count_classes(found.ravel(), dataset.labels, 8)
    orders = np.stack([np.random.default_rng(seed).permutation(11) for seed in range(40)])
    accuracies = softmax_accuracy(integer_inputs(orders, counts), counts, 30)
    picture = codes.picture
    assert_allclose(data(picture.orders), np.column_stack([range(1, 41), np.sort(accuracies)]))
    assert_allclose(picture.lines["integer codes"].get_ydata(), accuracies[5])
    one_hot = softmax_accuracy(np.eye(11)[np.newaxis], counts, 30)[0]
    assert_allclose(picture.lines["one-hot"].get_ydata(), one_hot)
    best = sum(counts.max(axis=1)) / 2414
    assert_allclose(picture.ceiling.get_ydata(), best)
    distance = abs(orders[5][names.tolist().index("SF")] - orders[5][names.tolist().index("REJ")])
    assert codes.readout.value == (
        f"Accuracy: integer codes {accuracies[5]:.3f}, one-hot {one_hot:.3f}, best possible "
        f"{best:.3f}. From SF to REJ: {distance}, one-hot 1.41.")


ROWS = [(scaling, codes) for scaling in ("raw", "min-max", "z-score")
        for codes in ("integer codes", "one-hot")]


@pytest.mark.parametrize("change", [
    {}, {"learning_rate": 1.0, "batch_size": 128, "init_scale": 1.0, "seed": 1}])
def test_the_six_trainings_have_the_values_of_the_controls(real, change):
    real.set_values(change)
    values = {"learning_rate": 0.1, "batch_size": 16, "init_scale": 0.1, "seed": 0, **change}
    table = real.picture.table.get_array()
    assert real.picture.titles[0].get_text() == f"errors in split {values['seed']}, epoch 10"
    for i, row in enumerate(ROWS):
        ends = list(train_on_connections(*row, **values, epochs=10, dtype=np.float32))
        record, recall = ends[-1]
        remark = real.picture.remarks[i].get_text()
        if record.diverged:
            assert remark == f"diverged at update {record.update}"
            assert table.mask[i].all()
            assert all(text.get_text() == "" for text in real.picture.numbers[i])
            continue
        assert remark == ""
        expected = [record.validation_accuracy, *recall, recall.mean()]
        assert_allclose(table[i], expected)
        assert [text.get_text() for text in real.picture.numbers[i]] == [
            f"{share:.2f}" for share in expected]
        wrong = [1 - record.validation_accuracy for record, _recall in ends]
        assert_allclose(data(real.picture.curves[i]), np.column_stack([range(11), wrong]))
        assert f"{record.validation_accuracy:.3f}" in real.readout.value


def test_the_table_names_its_rows_and_the_classes_with_their_validation_rows(real):
    labels = [text.get_text().replace("-\n", "").replace("_\n", "_")
              for text in real.picture.table.axes.get_xticklabels()]
    n_rows = np.bincount(split(5)[1].labels)
    assert labels[1:-1] == [
        f"{name}\n{n}" for name, n in zip(load_attack_triage().class_names, n_rows, strict=True)]
    rows = [text.get_text() for text in real.picture.table.axes.get_yticklabels()]
    assert rows == [f"{scaling}, {codes.removesuffix(' codes')}" for scaling, codes in ROWS]
    assert real.picture.curves[0].axes.get_ylabel() == "wrong answers, validation"


def test_a_short_table_of_codes_fills_its_axes():
    panel = built(panels.codes)
    panel.set_values({"column": 0})
    picture = panel.picture
    for table in picture.tables:
        assert table.axes.get_xlim() == (-0.5, 2.5)
        assert table.axes.get_ylim() == (2.5, -0.5)
    assert 2.5 < picture.codes[0].get_position()[1] < 2.7
