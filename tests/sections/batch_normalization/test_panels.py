"""What the panels of section 07 say, when their goals are met, and how they stream."""

import numpy as np
import pytest

from lecture_kit.sections.batch_normalization import inside, panels


@pytest.mark.full
def test_scrubbing_trains_nothing(distributions, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("trained again")

    monkeypatch.setattr(inside, "watch_training", refuse)
    distributions.set_values({"epoch": 0})
    assert distributions.readout.value.startswith("Update 0. Accuracy: without BN 0.1")
    with pytest.raises(AssertionError, match="trained again"):
        distributions.set_values({"seed": 77})


@pytest.mark.full
def test_the_goal_of_the_distributions_counts_the_network_without(distributions):
    assert not distributions.view.goal_met  # with normalization it is above 0.90
    assert "with BN 0.9" in distributions.readout.value
    distributions.set_values({"learning_rate": 1.0, "init_scale": 0.4})
    assert distributions.view.goal_met
    distributions.set_values({"epoch": 14})
    assert not distributions.view.goal_met


@pytest.mark.full
def test_the_training_of_the_distributions_streams(distributions):
    views = list(distributions._show(learning_rate=0.3, init_scale=0.2, noise=True, epoch=15,
                                     seed=9))
    progress = [view.progress for view in views]
    assert len(progress) == 16
    assert progress == sorted(progress)
    assert progress[0] == 0
    assert progress[-1] == 1
    assert [len(view.drawing["curves"]["noisy BN"]) for view in views] == list(range(1, 17))
    assert views[3].readout.startswith("Update 60.")


def test_a_batch_of_one_has_lost_the_image(one_layer):
    one_layer.set_values({"batch_size": 1, "scale": 2.0, "shift": -1.0})
    before = one_layer.readout.value
    assert "Output: mean −1.00, standard deviation 0.00. One image: −1.00" in before
    one_layer.set_values({"seed": 8})
    assert one_layer.readout.value == before


def test_the_goal_of_one_layer_is_to_undo_it(one_layer):
    one_layer.set_values({"scale": 1.19, "shift": 2.19})
    assert one_layer.view.goal_met
    for other in ({"shift": 2.25}, {"shift": 2.19, "scale": 1.25},
                  {"scale": 1.19, "batch_size": 32}):
        one_layer.set_values(other)
        assert not one_layer.view.goal_met


def map_of(accuracy):
    return {kind: np.full((6, 6), accuracy) for kind in ("without BN", "with BN")}


@pytest.mark.full
def test_the_goal_of_the_map_can_be_reached(rate_and_scale):
    rate_and_scale.set_values({"learning_rate": 2.0, "init_scale": 0.603, "n_seeds": 3})
    assert rate_and_scale.view.goal_met


@pytest.mark.full
@pytest.mark.parametrize(("plain", "normalized", "n_seeds", "met"), [
    (0.91, 0.925, 3, True), (0.91, 0.935, 3, False), (0.91, 0.925, 2, False),
    (0.89, 0.89, 3, False), (np.nan, 0.95, 3, False)])
def test_the_goal_of_the_map_is_what_its_sentence_says(
        rate_and_scale, monkeypatch, plain, normalized, n_seeds, met):
    def constant(_activation, rates, _scales, _seeds, record_every):
        for update in range(0, 241, record_every):
            pair = (plain, normalized) if update else (0.1, 0.1)
            yield update, {kind: np.full(len(rates), accuracy) for kind, accuracy in zip(
                ("without BN", "with BN"), pair, strict=True)}

    monkeypatch.setattr(panels, "_train_both", constant)
    monkeypatch.setattr(panels, "_maps", {("sigmoid", seed): map_of(0.5) for seed in range(3)})
    panels._mean_map.cache_clear()
    *_, last = rate_and_scale._show(
        learning_rate=0.1, init_scale=0.1, activation="sigmoid", n_seeds=n_seeds)
    panels._mean_map.cache_clear()
    assert last.goal_met == met
    assert ("without BN diverged" in last.readout) == np.isnan(plain)


@pytest.mark.full
def test_the_map_streams_with_progress(monkeypatch, rate_and_scale):
    monkeypatch.setattr(panels, "_maps", {})
    panels._mean_map.cache_clear()
    monkeypatch.setattr(panels, "_N_UPDATES", 40)
    views = list(rate_and_scale._show(
        learning_rate=0.1, init_scale=0.1, activation="sigmoid", n_seeds=2))
    panels._mean_map.cache_clear()
    progress = [view.progress for view in views]
    assert progress == sorted(progress)
    assert progress[-1] == 1
    assert progress[-2] < 1
    assert len(views) > 8
    assert "after 20 updates" in views[1].readout
    assert "after 40 updates" in views[-1].readout
    assert not any(view.goal_met for view in views[:-1])
