"""What the panels of section 02 say and which goals they set."""

import numpy as np
import pytest
from driving import widgets_in
from ipywidgets import Button
from numpy.testing import assert_allclose

from lecture_kit.maths.training import Record
from lecture_kit.sections.preprocessing import panels


def data(line):
    return np.column_stack(line.get_data())


def press(panel, label):
    (button,) = [b for b in widgets_in(panel, Button) if b.description == label]
    button.click()


@pytest.mark.full
def test_the_valley_measures_what_theory_says(valley):
    for preset, words in [
        ("raw, best η", "κ = 74,674, critical η 0.00046. 1 % loss: not in 100 steps, theory "
                        "85,972. Factor 0.99997, theory 0.99997."),
        ("min-max, best η", "1 % loss at step 21, theory at most 21. Factor 0.894, "),
        ("z-score, best η", "κ = 4, critical η 1.25. 1 % loss at step 5, theory at most 5. "
                            "Factor 0.6, theory 0.6."),
        ("too large", "Diverged at step 65. Factor 1.08, theory 1.08.")]:
        press(valley, preset)
        assert words in valley.readout.value
        assert not valley.view.goal_met
    assert_allclose(data(valley.picture.point), [[1.3, 1.08]], rtol=1e-4)
    valley.set_values({"learning_rate": 1.26})  # just beyond 1.25
    assert "The run does not converge. Factor" in valley.readout.value
    valley.set_values({"learning_rate": 10.0, "scaling": "raw"})
    assert "Diverged at step 1. Factor —" in valley.readout.value
    assert_allclose(data(valley.picture.point), [[10, 1.3]])  # at the edge, under the hand
    valley.set_values({"learning_rate": 1.0, "scaling": "z-score", "correlation": 0.0})
    assert valley.readout.value.endswith("theory at most 1. Factor —, theory 0.")
    assert_allclose(data(valley.picture.point), [[1, 0]], atol=1e-12)


def test_the_goal_of_the_valley_needs_uncorrelated_features(valley):
    valley.set_values({"scaling": "z-score", "learning_rate": 1.0, "correlation": 0.35})
    assert "1 % loss at step 3" in valley.readout.value
    assert valley.view.goal_met
    valley.set_values({"correlation": 0.5})
    assert "1 % loss at step 3" not in valley.readout.value
    assert not valley.view.goal_met
    valley.set_values({"correlation": 0.35, "learning_rate": 0.501})
    assert not valley.view.goal_met


@pytest.mark.full
def test_more_others_keep_those_that_were_there(outlier):
    outlier.set_values({"n_others": 10})
    few = outlier.picture.others[0].get_xdata()
    outlier.set_values({"n_others": 300})
    assert_allclose(outlier.picture.others[0].get_xdata()[:10], few)


def test_the_goal_of_the_outlier_needs_many_others(outlier):
    for n_others, value, met in [(30, 655, False), (1000, 1000, True), (1000, 80, False),
                                 (1000, 10_000, False)]:
        outlier.set_values({"n_others": n_others, "outlier": value})
        assert outlier.view.goal_met == met


def test_no_order_moves_one_hot(codes):
    seen = set()
    for seed in range(6):
        codes.set_values({"seed": seed})
        seen.add(round(codes.picture.lines["one-hot"].get_ydata()[0], 12))
    assert len(seen) == 1


def test_the_goal_of_the_codes_needs_few_updates_and_a_good_order(codes):
    press(codes, "a good order")
    assert not codes.view.goal_met
    codes.set_values({"n_updates": 3})
    assert codes.view.goal_met
    press(codes, "a bad order")
    assert not codes.view.goal_met


def test_the_readout_names_pairs_and_the_best_mean_recall(real):
    table = real.picture.table.get_array()
    assert real.readout.value == (
        f"Accuracy, integer/one-hot: raw lost/lost, min-max {table[2, 0]:.3f}/{table[3, 0]:.3f}, "
        f"z-score {table[4, 0]:.3f}/{table[5, 0]:.3f}. "
        f"Best mean recall {table[2:, -1].max():.2f}.")


def test_a_panel_in_which_all_diverge_says_so(real):
    press(real, "too large")
    assert real.readout.value.count("lost") >= 2
    assert not real.view.goal_met


def test_the_work_of_the_connections_is_done_when_all_have_diverged(real, monkeypatch):
    lost = Record(5, 0.1, np.nan, np.nan, np.nan, np.nan)
    ends = [([lost] * 6, np.full((6, 10), np.nan))]
    monkeypatch.setattr(panels.attacks, "train_all", lambda **settings: iter(ends))
    (view,) = real._show(learning_rate=10.0, batch_size=16, init_scale=0.1, seed=0)
    assert view.readout.endswith("z-score lost/lost. All have diverged.")
    assert view.drawing["remarks"] == ["diverged at update 5"] * 6
    assert view.progress == 1
    assert not view.goal_met


@pytest.mark.full
def test_the_goal_of_the_connections_is_a_mean_recall(real):
    assert real.picture.table.get_array()[:, -1].max() < 0.9
    assert not real.view.goal_met
    real.set_values({"learning_rate": 1.0})
    assert real.picture.table.get_array()[:, -1].max() > 0.9
    assert real.view.goal_met


def test_the_connections_stream_from_a_first_view_to_progress_1(real):
    views = list(real._show(learning_rate=0.1, batch_size=128, init_scale=0.1, seed=0))
    assert [view.progress for view in views] == pytest.approx(np.arange(11) / 10)
    assert not any(view.goal_met for view in views[:-1])
    for view in views:
        assert len(view.drawing["epochs"]) == view.drawing["wrong"].shape[1]
