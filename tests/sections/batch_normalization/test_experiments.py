"""Section 07: networks with and without batch normalization, against single runs and theory."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from oracles import says
from scipy.stats import zscore

from lecture_kit.maths.activations import RELU, SIGMOID, TANH
from lecture_kit.maths.datasets import load_digits
from lecture_kit.maths.initializers import he
from lecture_kit.maths.layers import Dense
from lecture_kit.maths.optimizers import GradientDescent
from lecture_kit.maths.training import train
from lecture_kit.sections.batch_normalization import experiments, inside


@pytest.fixture(scope="module")
def digits():
    return [(part.features[:n] / 16, part.labels[:n])
            for part, n in zip(load_digits(), (300, 200), strict=True)]


def test_a_bias_before_a_normalization_has_no_gradient_and_no_effect(digits):
    network = experiments.build_network("with BN", 0.1)
    network.compute_gradient(*digits[0])
    dense = [layer for layer in network.layers if isinstance(layer, Dense)]
    before = inside.training_logits(network, digits[0][0])
    for layer in dense[:-1]:
        assert np.abs(layer.bias_gradient).max() < 1e-12
        assert np.abs(layer.weights_gradient).max() > 1e-3
        layer.bias[:] = 17
    assert np.abs(dense[-1].bias_gradient).max() > 1e-3
    assert_allclose(inside.training_logits(network, digits[0][0]), before, rtol=1e-6)


def test_kinds_are_what_they_are_called():
    kinds = {kind: {type(layer).__name__ for layer in experiments.build_network(kind, 1.0).layers}
             for kind in experiments.KINDS}
    assert kinds["without BN"] == {"Dense", "ActivationLayer"}
    assert kinds["with BN"] == kinds["without BN"] | {"BatchNormalization"}
    assert kinds["noisy BN"] == kinds["with BN"] | {"ShiftingNoise"}
    with pytest.raises(ValueError, match=says("kind must be one of ['without BN', 'with BN', "
                                              "'noisy BN']", "'BN'", "Check the spelling.")):
        experiments.build_network("BN", 1.0)


@pytest.mark.parametrize("batch_size", [1, 4, 60])
def test_the_mean_of_a_batch_spreads_as_theory_says(batch_size):
    values = np.random.default_rng(0).gamma(2, 3, 500)
    batches = experiments.random_batches(values, batch_size, 5000, seed=1)
    assert batches.shape == (5000, batch_size)
    assert set(batches.ravel()) <= set(values)
    expected = experiments.batch_mean_spread(values.std(), batch_size)
    assert expected == pytest.approx(values.std() * batch_size**-0.5)
    assert batches.mean(axis=1).std() == pytest.approx(expected, rel=0.05)


def test_theory_refuses_wrong_numbers():
    pattern = says("batch_size must be at least 1", "0", "Try batch_size=60.")
    with pytest.raises(ValueError, match=pattern):
        experiments.batch_mean_spread(1.0, 0)
    with pytest.raises(ValueError, match=says("deviation must be at least 0", "-1", "Pass a")):
        experiments.batch_mean_spread(-1, 5)
    with pytest.raises(ValueError, match=says("activation must be SIGMOID or RELU", "'tanh'", "")):
        experiments.gradient_keeping_scale(TANH, 100)
    with pytest.raises(ValueError, match=says("width must be at least 1", "0", "It counts nodes")):
        experiments.gradient_keeping_scale(RELU, 0)
    with pytest.raises(ValueError, match="init_scales must be positive and finite; got"):
        experiments.same_effective_rate(0.1, 0.1, [0.0, 1.0])


@pytest.mark.parametrize("activation", [SIGMOID, RELU])
def test_the_gradient_keeping_scale_keeps_the_gradient(activation):
    width = 300
    scale = experiments.gradient_keeping_scale(activation, width)
    assert scale == pytest.approx(4 / np.sqrt(width) if activation is SIGMOID else he(width))
    rng = np.random.default_rng(0)
    z = 0.01 * rng.normal(size=(100, width))  # near 0, where the slope of the sigmoid is 1/4
    back = rng.normal(size=(100, width))
    weights = scale * rng.standard_normal((width, width))
    passed = (back * activation.derivative(z)) @ weights
    assert np.linalg.norm(passed) / np.linalg.norm(back) == pytest.approx(1, rel=0.05)


@pytest.mark.parametrize(("factor", "kept"), [(1.0, 0.63), (2.5, 0.94)])  # 4/√n and 10/√n
def test_in_a_network_that_scale_keeps_0_6_of_the_gradient_per_sigmoid_layer(digits, factor, kept):
    scale, sizes = factor * experiments.gradient_keeping_scale(SIGMOID, 100), []
    for depth in (10, 20):
        network = experiments.build_network("without BN", scale, (64, *[100] * depth, 10))
        sizes.append(np.linalg.norm(network.compute_gradient(*digits[0])[:6400]))
    assert (sizes[1] / sizes[0]) ** 0.1 == pytest.approx(kept, abs=0.05)


def test_weights_with_the_same_effective_rate_learn_the_same(digits):
    logits = []
    for factor in (1, 5):
        rates, scales = experiments.same_effective_rate(0.05, 0.3, [0.3 * factor])
        assert_allclose(scales, 0.3 * factor)
        network = experiments.build_network("with BN", 0.3, (64, 20, 10))
        network.parameters[:1300] *= factor
        rule = GradientDescent(np.repeat([rates[0], 0.05], [1300, network.parameters.size - 1300]))
        *_, last = train(network, rule, digits[0], batch_size=30, epochs=9, seed=0)
        logits.append(inside.training_logits(network, digits[0][0]))
    assert_allclose(logits[0], logits[1], atol=0.01)
    assert last.training_loss < 1.9


# One node


def test_the_spread_is_measured_on_the_first_rows_of_each_batch():
    batches = np.random.default_rng(0).normal(2, 3, (50, 8))
    found = experiments.batch_mean_spreads(batches, [1, 3, 8])
    expected = [np.std([batch[:size].sum() / size for batch in batches]) for size in (1, 3, 8)]
    assert_allclose(found, expected, rtol=1e-12)
    with pytest.raises(ValueError, match="batch_sizes must lie between 1 and 8"):
        experiments.batch_mean_spreads(batches, [9])


def test_the_stages_of_a_normalization_are_z_scores():
    batch = np.random.default_rng(0).normal(3, 2, (7, 1))
    stages = experiments.stages_of_normalization(batch, 2.5, 1.5, 3.0, -1.0)
    z = zscore(batch)
    at_inference = (batch[0, 0] - 2.5) / 1.5
    expected = {"raw": (batch, (2.5, 1.5), batch[0, 0]), "normalized": (z, (0, 1), at_inference),
                "output": (3 * z - 1, (-1.0, 3.0), 3 * at_inference - 1)}
    assert list(stages) == list(expected)
    for name, (values, theory, inferred) in expected.items():
        assert_allclose(stages[name].values, values, rtol=1e-4)
        assert stages[name].theory == theory
        assert stages[name].inferred == pytest.approx(inferred, rel=1e-4)
        assert_allclose(stages[name].measured, (values.mean(), values.std()), rtol=1e-4, atol=1e-9)


# Many networks at once


def report(networks, rates, rows, **settings):
    optimizer = GradientDescent(np.reshape(rates, (-1, 1)))
    return list(experiments.accuracy_on_the_way(networks, optimizer, *rows, **settings))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("activation", [SIGMOID, RELU], ids=lambda a: a.name)
@pytest.mark.parametrize("kind", experiments.KINDS)
def test_many_networks_learn_what_single_ones_learn(digits, activation, kind, dtype):
    rates, scales, seeds = [0.3, 1.0, 0.5], [0.5, 1.0, 0.8], [4, 4, 5]

    def build(scale, seed):
        return experiments.build_network(kind, scale, (64, 12, 11, 10), activation, seed, dtype)

    networks = list(map(build, scales, seeds))
    reports = report(networks, rates, digits, batch_size=70, n_updates=24, record_every=10,
                     seed=seeds)
    assert [update for update, _accuracies in reports] == list(range(25))
    for k in range(3):
        alone = build(scales[k], seeds[k])
        single = [record.validation_accuracy for record in train(
            alone, GradientDescent(rates[k]), *digits, batch_size=70, epochs=5, seed=seeds[k],
            record_every=1)]
        found = [accuracies[k] for _update, accuracies in reports]
        measured = [10 * (update // 10) for update in range(24)] + [24]
        assert_array_equal(found, [single[update] for update in measured])
        assert len(set(found)) > 1
    assert reports[-1][1].shape == (3,)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("kind", experiments.KINDS)
def test_the_parameters_are_those_of_single_runs_to_the_last_bit(digits, kind, dtype):
    scales, rates = [0.01, 0.3, 1.0], [10.0, 1.0, 3.0]

    def build(scale):
        return experiments.build_network(kind, scale, (64, 12, 11, 10), SIGMOID, 2, dtype)

    networks = list(map(build, scales))
    report(networks, rates, digits, batch_size=60, n_updates=15, record_every=15, seed=2)
    for scale, rate, network in zip(scales, rates, networks, strict=True):
        alone = build(scale)
        *_, _last = train(alone, GradientDescent(rate), digits[0], batch_size=60, epochs=3, seed=2)
        assert network.parameters.dtype == dtype
        assert_array_equal(network.parameters, alone.parameters)
        assert_array_equal(network.logits(digits[1][0]), alone.logits(digits[1][0]))


def plain(scales):
    return [experiments.build_network("without BN", scale, (64, 12, 10), RELU) for scale in scales]


def test_a_run_that_diverges_leaves_the_others_alone(digits):
    def last(rates, scales):
        return report(plain(scales), rates, digits, batch_size=60, n_updates=40, record_every=20,
                      seed=0)[-1][1]

    both = last([0.3, 1e4], [0.2, 3.0])
    assert np.isnan(both[1])
    assert both[0] == last([0.3], [0.2])[0] > 0.5


def test_reports_go_on_when_all_have_diverged(digits):
    reports = report(plain([3.0, 3.0]), [1e4, 1e4], digits, batch_size=60, n_updates=8,
                     record_every=2, seed=0)
    assert [update for update, _accuracies in reports] == list(range(9))
    assert np.isfinite(reports[0][1]).all()
    assert np.isnan(reports[-1][1]).all()


def test_what_does_not_fit_the_networks_is_refused(digits):
    def start(rates, n_updates=2, record_every=1):
        report(plain([0.1]), rates, digits, batch_size=60, n_updates=n_updates,
               record_every=record_every, seed=0)

    with pytest.raises(ValueError, match=says(
            "settings must be single numbers or have one per parameter", "{(2, 1)}", "To try")):
        start([0.1, 0.2])
    pattern = says("record_every must be at least 1", "0", "Try record_every=10.")
    with pytest.raises(ValueError, match=pattern):
        start([0.1], record_every=0)
    pattern = says("n_updates must be at least 0", "-1", "Try n_updates=100.")
    with pytest.raises(ValueError, match=pattern):
        start([0.1], n_updates=-1)


# What the section claims


def test_small_weights_learn_with_normalization_only(digits):
    rows = [(part.features / 16, part.labels) for part in load_digits()]
    ends = {}
    for kind in experiments.KINDS:
        *_, last = train(
            experiments.build_network(kind, 0.01),
            GradientDescent(0.1),
            *rows,
            batch_size=60,
            epochs=2,
            seed=0,
        )
        ends[kind] = last.validation_accuracy
    assert ends["without BN"] < 0.2
    assert ends["with BN"] > 0.85
    assert ends["noisy BN"] > 0.85
