"""What the panels of section 01 say, and what they train."""

import numpy as np
import pytest
from driving import built
from numpy.testing import assert_allclose

from lecture_kit.maths.activations import SIGMOID
from lecture_kit.maths.datasets import load_spambase
from lecture_kit.maths.network_losses import CROSS_ENTROPY, SQUARED_ERROR
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.preprocessing import StandardScaler
from lecture_kit.maths.training import train
from lecture_kit.sections.loss_functions import panels


def data(line):
    return np.column_stack(line.get_data())


def test_one_neuron_reads_out_the_slides_numbers():
    neuron = built(panels.one_neuron)
    neuron.set_values({"w": 0.4, "b": 0.5, "target": 0})
    neuron.set_values({"w": -2.0, "b": -3.0})
    assert "Squared error 3.06e−06, gradient 9.1e−06." in neuron.readout.value
    neuron.reset()
    assert "o = 0.750. Squared error 0.281, gradient 0.21" in neuron.readout.value
    assert "Ratio 5.34, theory 5.34" in neuron.readout.value
    neuron.set_values({"w": 1.9, "b": 3.0, "target": 0})
    assert "o = 0.997. Squared error 0.497, gradient 0.0043" in neuron.readout.value
    assert "Cross entropy 5.85, gradient 1.5. Ratio 349, theory 349" in neuron.readout.value
    assert neuron.view.goal_met
    titles = [title.get_text() for title in neuron.picture.titles[1:]]
    assert titles == ["squared error loss 0.497\ncross entropy loss 5.85",
                      "squared error gradient 0.0043\ncross entropy gradient 1.5"]


def test_depth_writes_powers_of_ten_with_a_true_minus_and_names_its_scale():
    panel = built(panels.depth)
    size = f"{data(panel.picture.curves['sigmoid'])[8, 1]:.1g}".replace("e-", "e−")
    assert panel.picture.title.get_text().endswith(f"sigmoid layers leave (L = 8): {size}")
    assert f"sigmoid {size} (bound 2e−05), tanh 0.3, ReLU 0.06 of" in panel.readout.value
    assert panel.controls["init_scale"].description == "init scale, gain g"


def test_mail_learns_and_its_readout_agrees_with_the_curves():
    panel = built(panels.mail)
    for name in ("squared error", "cross entropy"):
        errors = data(panel.picture.errors[name])
        assert errors[-1, 0] == 20
        assert errors[-1, 1] < 0.12
        assert f"{name} {errors[-1, 1]:.2g}" in panel.readout.value
        assert f"{name} {errors[-1, 1]:.1%}" in panel.picture.titles[1].get_text()
        assert data(panel.picture.losses[name])[0, 1] == 1
    assert "Wrong on validation rows:" in panel.readout.value
    assert [title.get_position()[0] for title in panel.picture.titles] == [0.5, 0.5]
    assert set(panel.picture.never_spam.get_ydata()) == {panel.view.drawing["never_spam"]}


@pytest.mark.parametrize("loss", [SQUARED_ERROR, CROSS_ENTROPY], ids=lambda loss: loss.name)
@pytest.mark.parametrize("change", [
    {"squared_error_rate": 1.0, "cross_entropy_rate": 0.501}, {"batch_size": 256},
    {"init_scale": 1.0, "seed": 1}])
def test_mail_trains_with_the_values_of_its_controls(change, loss):
    panel = built(panels.mail)
    panel.set_values(change)
    values = panel.values
    training, validation = load_spambase().split(3000)
    scaler = StandardScaler().fit(training.features)
    rows = [(scaler.transform(part.features), part.labels) for part in (training, validation)]
    neuron = fully_connected((57, 1), SIGMOID, loss, values["init_scale"], values["seed"])
    rate = values[f"{loss.name.replace(' ', '_')}_rate"]
    records = list(train(neuron, GradientDescent(rate), *rows, epochs=20,
                         batch_size=values["batch_size"], seed=values["seed"]))
    expected = [1 - record.validation_accuracy for record in records]
    assert_allclose(data(panel.picture.errors[loss.name])[:, 1], expected)


@pytest.mark.full
def test_the_goal_of_the_mail_needs_a_rate_of_its_own_for_each_loss():
    panel = built(panels.mail)
    for first, second, met in [(100.0, 1.0, True), (1.0, 1.0, False), (100.0, 100.0, False)]:
        panel.set_values({"squared_error_rate": first, "cross_entropy_rate": second,
                          "init_scale": 3.02})
        assert panel.view.goal_met == met
