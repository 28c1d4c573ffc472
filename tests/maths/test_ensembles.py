"""Networks side by side: each learns what it would learn alone, to the last bit."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from oracles import frozen, numerical_gradient, says

from lecture_kit.maths import optimizers
from lecture_kit.maths.activations import RELU, SIGMOID, TANH, leaky
from lecture_kit.maths.convolution import convolutional_network
from lecture_kit.maths.datasets import digit_rows
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.initializers import he
from lecture_kit.maths.network_losses import (
    CROSS_ENTROPY,
    SOFTMAX_CROSS_ENTROPY,
    SOFTMAX_SQUARED_ERROR,
    SQUARED_ERROR,
)
from lecture_kit.maths.networks import fully_connected
from lecture_kit.maths.normalization import batch_normalized
from lecture_kit.maths.pooling import AveragePooling, MaxPooling, StochasticPooling
from lecture_kit.maths.training import learn, train

FEATURES, DIGITS = digit_rows(200)
ROWS, VALIDATION = (FEATURES[:150], DIGITS[:150]), (FEATURES[150:], DIGITS[150:])
SEEDS, RATES = (3, 4, 5), (0.01, 0.3, 60.0)
KINDS = [optimizers.GradientDescent, optimizers.Momentum, optimizers.Nesterov, optimizers.Adagrad,
         optimizers.RMSprop, optimizers.Adadelta, optimizers.Adam, optimizers.AdamW]
FIELDS = ("training_loss", "training_accuracy", "validation_loss", "validation_accuracy")


def column(values):
    return np.reshape(values, (-1, 1))


def small(seed, build=fully_connected, activation=RELU, loss=SOFTMAX_CROSS_ENTROPY,
          init_scale=he, **more):
    sizes = 64, 9, 7, 1 if loss.is_binary else 10
    return build(sizes, activation, loss, init_scale, seed, **more)


def rows_for(loss):
    return [(rows, labels > 4 if loss.is_binary else labels) for rows, labels in (ROWS, VALIDATION)]


def assert_equal_to_single_runs(build, kind, rows, seed=SEEDS, rates=RATES, **more):
    """Train each network alone and all side by side, and compare parameters and records."""
    settings = {"batch_size": 32, "epochs": 3, "record_every": 4, **more}
    ensemble = Ensemble([build(number) for number in SEEDS])
    together = {record.update: record for record in train(
        ensemble, kind(column(rates)), *rows, seed=seed, **settings)}
    for place, number in enumerate(SEEDS):
        network = build(number)
        own_seed = seed if np.ndim(seed) == 0 else seed[place]
        alone = {record.update: record for record in train(
            network, kind(rates[place]), *rows, seed=own_seed, **settings)}
        assert_array_equal(ensemble.parameters[place], network.parameters)
        for update, record in together.items():
            if update <= max(alone):
                assert record.epoch == alone[update].epoch
                for field in FIELDS:
                    assert_array_equal(getattr(record, field)[place], getattr(alone[update], field))
            else:  # alone, it has ended with a record between two others
                assert alone[max(alone)].diverged
                assert np.isnan([getattr(record, field)[place] for field in FIELDS]).all()


@pytest.mark.parametrize(("kind", "dtype"), [
    *((kind, np.float64) for kind in KINDS), *((kind, np.float32) for kind in KINDS[:-1])])
@pytest.mark.parametrize("build", [fully_connected, batch_normalized])
def test_under_every_optimizer(kind, build, dtype):
    assert_equal_to_single_runs(
        lambda seed: small(seed, build, dtype=dtype), kind, (ROWS, VALIDATION))


def test_adamw_in_float32_differs_in_the_last_digits_only():
    ensemble = Ensemble([small(number, dtype=np.float32) for number in SEEDS])
    rates, settings = (0.003, 0.001, 0.0001), {"batch_size": 32, "epochs": 1}
    list(train(ensemble, optimizers.AdamW(column(rates)), ROWS, seed=SEEDS, **settings))
    assert ensemble.parameters.dtype == np.float32
    for place, (number, rate) in enumerate(zip(SEEDS, rates, strict=True)):
        network = small(number, dtype=np.float32)
        list(train(network, optimizers.AdamW(rate), ROWS, seed=number, **settings))
        np.testing.assert_allclose(ensemble.parameters[place], network.parameters, atol=1e-5)


@pytest.mark.parametrize("build", [fully_connected, batch_normalized])
@pytest.mark.parametrize("activation", [SIGMOID, TANH, leaky(0.1)])
@pytest.mark.parametrize(
    "loss", [SQUARED_ERROR, CROSS_ENTROPY, SOFTMAX_CROSS_ENTROPY, SOFTMAX_SQUARED_ERROR])
def test_with_every_activation_and_loss(loss, activation, build):
    assert_equal_to_single_runs(lambda seed: small(seed, build, activation, loss),
                                optimizers.Momentum, rows_for(loss))


def test_with_the_same_mini_batches_for_all():
    assert_equal_to_single_runs(small, optimizers.Adam, (ROWS, VALIDATION), seed=7)


def test_over_init_scales():
    scales = dict(zip(SEEDS, (0.01, 0.5, 3.0), strict=True))
    assert_equal_to_single_runs(lambda seed: small(1, init_scale=scales[seed]),
                                optimizers.GradientDescent, (ROWS, VALIDATION))


@pytest.mark.parametrize("pooling", [
    MaxPooling, AveragePooling, lambda: StochasticPooling(seed=5)],
    ids=["max", "average", "stochastic"])
def test_convolutional_networks(pooling):
    images = [(rows.reshape(-1, 1, 8, 8), labels) for rows, labels in (ROWS, VALIDATION)]
    assert_equal_to_single_runs(lambda seed: convolutional_network(8, 3, pooling(), 10, he, seed),
                                optimizers.Momentum, images, rates=(0.01, 0.02, 0.03))


def test_a_layer_that_knows_one_network_only_is_asked_one_by_one():
    assert_equal_to_single_runs(lambda seed: small(seed, batch_normalized, noisy=True),
                                optimizers.GradientDescent, (ROWS, VALIDATION))


def test_a_mini_batch_of_one_row_is_rounded_in_another_order():
    ensemble, rows = Ensemble([small(number) for number in SEEDS]), (FEATURES[:20], DIGITS[:20])
    settings = {"batch_size": 1, "epochs": 1, "seed": 0}
    list(train(ensemble, optimizers.GradientDescent(0.1), rows, **settings))
    for place, number in enumerate(SEEDS):
        network = small(number)
        list(train(network, optimizers.GradientDescent(0.1), rows, **settings))
        np.testing.assert_allclose(
            ensemble.parameters[place], network.parameters, rtol=0, atol=1e-12)


@pytest.mark.parametrize("seed", [7, SEEDS])
def test_each_network_may_have_rows_of_its_own(seed):
    splits = [np.random.default_rng(number).permutation(200) for number in SEEDS]
    tables = [(np.stack([FEATURES[split[part]] for split in splits]),
               np.stack([DIGITS[split[part]] for split in splits]))
              for part in (slice(150), slice(150, None))]
    settings = {"batch_size": 40, "epochs": 2}
    ensemble = Ensemble([small(number) for number in SEEDS])
    *_, together = train(ensemble, optimizers.Adam(0.01), *tables, seed=seed, **settings)
    for place, number in enumerate(SEEDS):
        network, own = small(number), [(rows[place], labels[place]) for rows, labels in tables]
        *_, alone = train(network, optimizers.Adam(0.01), *own, **settings,
                          seed=seed if np.ndim(seed) == 0 else seed[place])
        assert_array_equal(ensemble.parameters[place], network.parameters)
        assert together.validation_loss[place] == alone.validation_loss


def test_one_that_diverges_reports_nan_keeps_its_parameters_and_disturbs_nobody():
    ensemble = Ensemble([small(number) for number in SEEDS])
    rates = column([0.1, 1e9, 0.1])
    records = list(train(ensemble, optimizers.GradientDescent(rates), ROWS, VALIDATION,
                         batch_size=30, epochs=4, seed=0, record_every=1))
    assert len(records) == 21
    for record in records[2:]:
        assert_array_equal(record.diverged, [False, True, False])
        assert_array_equal(np.isnan(record.validation_accuracy), [False, True, False])
    assert np.isfinite(ensemble.parameters).all()
    assert np.linalg.norm(ensemble.parameters[1]) < 1e6


def test_a_training_ends_when_all_have_diverged():
    ensemble = Ensemble([small(number) for number in SEEDS])
    *_, last = train(ensemble, optimizers.GradientDescent(1e9), ROWS, batch_size=30, epochs=4,
                     seed=0, record_every=1)
    assert last.update < 10
    assert last.diverged.all()
    assert last.validation_loss is None


def test_a_loss_that_is_not_finite_ends_one_network_at_its_record():
    networks = [small(number) for number in SEEDS]
    networks[1].parameters[:] = 1e200
    records = list(train(Ensemble(networks), optimizers.GradientDescent(0.1), ROWS, batch_size=50,
                         epochs=2, seed=0))
    for record in records:
        assert_array_equal(record.diverged, [False, True, False])


def test_learn_does_the_same_and_tells_the_rows_of_each_update():
    one, other = (Ensemble([small(number) for number in SEEDS]) for _ in range(2))
    settings = {"batch_size": 40, "epochs": 2, "seed": SEEDS}
    list(train(one, optimizers.Adam(0.01), ROWS, **settings))
    updates = [(rows, alive.copy())
               for rows, alive in learn(other, optimizers.Adam(0.01), ROWS, **settings)]
    assert_array_equal(one.parameters, other.parameters)
    assert [rows.shape for rows, _alive in updates] == 2 * [(3, 40), (3, 40), (3, 40), (3, 30)]
    assert all(alive.all() for _rows, alive in updates)
    epoch = np.concatenate([rows for rows, _alive in updates[:4]], axis=1)
    assert_array_equal(np.sort(epoch), np.tile(np.arange(150), (3, 1)))
    assert other.batch_logits.shape == (3, 30, 10)


@pytest.mark.parametrize("build", [fully_connected, batch_normalized])
def test_the_gradient_agrees_with_differences(build):
    ensemble = Ensemble([small(number, build, TANH) for number in SEEDS])
    some = ROWS[0][:8], ROWS[1][:8]
    start, direction = ensemble.parameters.copy(), np.random.default_rng(0).normal(
        size=ensemble.parameters.shape)

    def losses(step):
        ensemble.parameters[:] = start + step * direction
        ensemble.backpropagate(*ensemble.check(*some))
        labels = np.broadcast_to(some[1], (3, 8))
        return ensemble.loss.value(ensemble.batch_logits, labels).mean(axis=1)

    slopes = numerical_gradient(losses, np.array(0.0), step=1e-4)
    ensemble.parameters[:] = start
    expected = (ensemble.compute_gradient(*some) * direction).sum(axis=1)
    np.testing.assert_allclose(slopes, expected, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("noisy", [False, True])
def test_members_know_what_the_ensemble_has_learned(noisy):
    ensemble = Ensemble([small(number, batch_normalized, noisy=noisy) for number in SEEDS])
    *_, last = train(ensemble, optimizers.Adam(0.01), ROWS, VALIDATION, batch_size=32, epochs=3,
                     seed=0)
    for place, network in enumerate(ensemble.members):
        assert network.evaluate(*VALIDATION) == (
            last.validation_loss[place], last.validation_accuracy[place])
        assert_array_equal(ensemble.logits(VALIDATION[0])[place], network.logits(VALIDATION[0]))
        network.parameters[0] = 7.0
    assert_array_equal(ensemble.parameters[:, 0], 7.0)


def test_an_ensemble_of_one_is_one_network():
    ensemble, network = Ensemble([small(3)]), small(3)
    list(train(ensemble, optimizers.Adam(0.01), ROWS, batch_size=32, epochs=3, seed=1))
    list(train(network, optimizers.Adam(0.01), ROWS, batch_size=32, epochs=3, seed=1))
    assert_array_equal(ensemble.parameters, [network.parameters])


@pytest.mark.parametrize(("networks", "value"), [
    ([], "0"),
    ([small(0), small(0, batch_normalized)], "2"),
    ([small(0), small(0, dtype=np.float32)], "2"),
    ([small(0), small(0, loss=SOFTMAX_SQUARED_ERROR)], "2"),
    ([small(0), fully_connected((64, 9, 8, 10), RELU, SOFTMAX_CROSS_ENTROPY, he, 0)], "2"),
])
def test_networks_of_another_architecture_are_refused(networks, value):
    with pytest.raises(ValueError, match=says("networks must be of one architecture", value,
                                              "Build them all in the same way")):
        Ensemble(networks)


def test_what_does_not_fit_the_number_of_networks_is_refused():
    ensemble = Ensemble([small(number) for number in SEEDS])
    settings = {"batch_size": 32, "epochs": 1}
    with pytest.raises(ValueError, match=says("there must be one seed, or one per network",
                                              "(1, 2)", "There are 3 networks.")):
        train(ensemble, optimizers.Adam(0.01), ROWS, **settings, seed=(1, 2))
    with pytest.raises(ValueError, match="settings must be single numbers or have one per"):
        train(ensemble, optimizers.Adam(column([0.1, 0.2])), ROWS, **settings, seed=0)
    with pytest.raises(ValueError, match="settings must be single numbers or have one per"):
        train(small(0), optimizers.Adam(column([0.1, 0.2])), ROWS, **settings, seed=0)
    with pytest.raises(ValueError, match="there must be one table per network"):
        ensemble.check(np.stack([ROWS[0]] * 2), np.stack([ROWS[1]] * 2))


def test_rows_and_settings_are_not_changed():
    rows, rates = (frozen(ROWS[0]), frozen(ROWS[1], int)), frozen(column(RATES))
    ensemble = Ensemble([small(number) for number in SEEDS])
    list(train(ensemble, optimizers.Momentum(rates), rows, rows, batch_size=32, epochs=1, seed=0))
