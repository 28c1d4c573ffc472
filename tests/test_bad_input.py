"""Nothing breaks the helpers: every public function gets input that is wrong, odd or extreme.

Each function has one call that works. Hypothesis replaces arguments of it. What comes back must be
finite numbers, or an error that states the rule, the value and the remedy. Never a warning, never
an error of numpy's own, never a changed input. ``EXAMPLES=500`` in the environment digs deeper.
"""

import copy
import dataclasses
import importlib
import inspect
import itertools
import os
import pkgutil
import re
from functools import _lru_cache_wrapper

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lecture_kit
from lecture_kit import (
    activations,
    adaptive_methods,
    batch_normalization,
    capstone,
    checks,
    encoders,
    exercises,
    landscapes,
    networks,
    optimizers,
    pooling,
    preprocessing,
    relu,
    stochastic_pooling,
    training,
    weight_initialization,
)
from lecture_kit.datasets import load_attack_triage, load_digits

EXAMPLES = int(os.environ.get("EXAMPLES", "25"))
SAYS_ALL = re.compile(r"^\S.*; got .+\. \S.*[.?!]$", re.DOTALL)  # what checks.require writes

# What the good calls are made of


def random(*shape):
    return np.random.default_rng(0).standard_normal(shape)


def rng():
    return np.random.default_rng(0)


def network(sizes=(3, 4, 2)):
    return networks.fully_connected(
        sizes, activations.SIGMOID, networks.SOFTMAX_CROSS_ENTROPY, 0.5, 0)


def digit_network():
    return stochastic_pooling.digit_network(pooling.StochasticPooling, 0)


ROWS, LABELS, IMAGES = random(6, 3), np.array([0, 1, 1, 0, 1, 0]), random(3, 1, 8, 8)
DIGITS = load_digits()[0].features[:12] / 16, load_digits()[0].labels[:12]
FOUR_DIGITS = weight_initialization.digit_rows(12, range(4))
DESCENT, ADAM, BOWL = optimizers.GradientDescent(0.1), optimizers.Adam(0.1), landscapes.canyon()
VALLEY, WELLS = landscapes.quadratic([1.0, 3.0]), landscapes.double_well()
RECORDS = list(training.train(network(), DESCENT, (ROWS, LABELS), (ROWS, LABELS), batch_size=3,
                              epochs=3, seed=0))
WORDS = adaptive_methods.write_words(1.0, 0.5, 0, 4, 5, 2)
LEARNED = adaptive_methods.learn_words(optimizers.Adam, WORDS, [0.1, 0.2])
TASK = adaptive_methods.Task((ROWS, LABELS), (ROWS, LABELS), (3, 4, 2),
                             networks.SOFTMAX_CROSS_ENTROPY, 0.5)
TRIAGE = load_attack_triage().split(400)
RESULT = capstone.Result(0.1, np.full(5, 0.5), np.full((5, 2), 0.5))
NAMES = np.array([["a", "x"], ["b", "y"], ["a", "x"]])
PATH = optimizers.trajectory(VALLEY.gradient, DESCENT, [2.0, 1.0], 8)
EXERCISE = exercises.Exercise("Square", np.square, "x**2", ("Multiply.",), ((2.0,),))
SIGMOID, RELU = activations.SIGMOID, activations.RELU
TRAIN = {"batch_size": 3, "epochs": 2, "seed": 0}

Z = {"z": np.array([[-1.0, 0.5, 2.0]])}
OUTPUT = {"output": np.array([0.2, 0.9]), "target": np.array([0.0, 1.0])}
LOGIT = {"logit": np.array([-2.0, 0.9]), "target": np.array([0.0, 1.0])}
SCORES = {"logits": random(2, 3), "label": np.array([0, 2])}
SHARES = {"probabilities": np.array([[0.2, 0.8], [0.5, 0.5]]), "label": np.array([0, 1])}
WINDOWS = np.array([[1.6, 0.0, 0.0, 2.4], [0.0, 0.0, 0.0, 0.0]])
WEIGHTS = random(2, 3, 3)
CONNECTIONS = {"scaling": "z-score", "codes": "one-hot", "learning_rate": 0.1}

GOOD = {
    "activations": {
        **dict.fromkeys((
            "elu", "elu_derivative", "gelu", "gelu_derivative", "normal_cdf", "normal_density",
            "relu", "relu_derivative", "sigmoid", "sigmoid_derivative", "silu", "silu_derivative",
            "softplus", "tanh", "tanh_derivative"), Z),
        "leaky": {"leak": 0.1},
        "leaky_relu": {**Z, "leak": 0.1},
        "leaky_relu_derivative": {**Z, "leak": 0.1},
    },
    "adaptive_methods": {
        "adagrad_rate_by_frequency": {"frequency": np.array([0.1, 0.5]), "learning_rate": 0.1,
                                      "residual": 2.0, "batch_size": 4},
        "adagrad_wins_below": {"n_hits": 3},
        "arrival": {"landscape": BOWL, "path": PATH, "radius": 0.1, "reach": 1.0},
        "arrival on a saddle": {"landscape": landscapes.saddle(), "path": PATH, "radius": 0.1,
                                "reach": 1.0},
        "escape_steps": {"ways": np.array([[0.1, 0.2], [0.5, 2.0]]), "reach": 1.0},
        "escape_steps_of_adagrad": {"learning_rate": np.array([0.1, 0.2]), "reach": 1.0},
        "escape_steps_of_gradient_descent": {"distance": 1e-3, "learning_rate": 0.1, "reach": 1.0},
        "growth_on_the_ridge": {"distance": 0.1, "learning_rate": 0.1, "n_steps": 3},
        "learn_words": {"method": optimizers.Adam, "words": WORDS,
                        "learning_rates": np.array([0.1, 0.2])},
        "leave_ridge": {"optimizer": ADAM, "distances": np.array([0.1, 0.2]), "n_steps": 20,
                        "reach": 1.0},
        "load_task": {"name": "spambase"},
        "look_inside": {"optimizer": ADAM, "gradient": adaptive_methods.rare_gradient,
                        "start": np.zeros(2), "n_steps": 3},
        "make_inside": {"name": "RMSprop", "learning_rate": 0.1, "decay": 0.9},
        "make_sweep": {"learning_rates": np.array([0.1, 0.2]), "results": np.array([3.0, 2.0])},
        "race": (lambda name, rate, start, n_steps, bound: adaptive_methods.race(
            BOWL, {str(name): rate}, start, n_steps, bound), {
                "name": "Adam", "rate": np.array([0.1, 0.2]), "start": np.array([2.0, 1.0]),
                "n_steps": 3, "bound": 100.0}),
        "rate_for_first_step": {"length": 0.1, "decay": 0.9},
        "step_on_a_slope": {"name": "RMSprop", "step": np.array([1, 2]), "decay": 0.9,
                            "beta1": 0.9},
        "sweep_rates": {"landscape": BOWL, "learning_rates": np.array([0.1, 0.2]),
                        "start": np.array([2.0, 1.0]), "n_steps": 3},
        "sweep_words": {"words": WORDS, "learned": LEARNED, "learning_rates": np.array([0.1, 0.2])},
        "train_one_epoch": {"task": TASK, "method": optimizers.Adam,
                            "learning_rates": np.array([0.1, 0.2]), "batch_size": 2, "seed": 0,
                            "n_records": 2},
        "write_words": {"exponent": 1.0, "noise": 0.5, "seed": 0, "n_words": 4, "n_steps": 5,
                        "batch_size": 2},
        "Words.error": (WORDS.error, {"weights": random(2, 4)}),
    },
    "attack_triage": {
        "connections": {"scaling": "z-score", "codes": "one-hot"},
        "recall_per_class": {"labels": LABELS, "predicted": LABELS[::-1], "n_classes": 2},
        "repeat_on_connections": (lambda **arguments: lecture_kit.attack_triage
                                  .repeat_on_connections(**arguments),
                                  {**CONNECTIONS, "n_seeds": 0}),
        "train_on_connections": (lambda **arguments: next(lecture_kit.attack_triage
                                                          .train_on_connections(**arguments)),
                                 {**CONNECTIONS, "batch_size": 16, "init_scale": 0.1, "seed": 0,
                                  "epochs": 1}),
    },
    "batch_normalization": {
        "BatchNormalization": {"n_features": 3, "momentum": 0.1, "epsilon": 1e-5},
        "ShiftingNoise": {"n_features": 3, "seed": 0},
        "activation_inputs": {"network": network(), "rows": ROWS},
        "batch_mean_spread": {"deviation": 2.0, "batch_size": np.array([1, 4])},
        "batch_normalize": {"x": ROWS, "scale": np.ones(3), "shift": np.zeros(3), "epsilon": 1e-5},
        "batch_normalized": {"sizes": (3, 4, 2), "activation": RELU,
                             "loss": networks.SOFTMAX_CROSS_ENTROPY, "init_scale": 0.1, "seed": 0},
        "build_network": {"kind": "noisy BN", "init_scale": 0.1, "sizes": (3, 4, 2),
                          "activation": RELU, "seed": 0},
        "gradient_keeping_scale": {"activation": RELU, "width": 10},
        "mean_drift": {"before": ROWS, "after": ROWS + 1},
        "pooled_deviation": {"scale": np.ones(3), "shift": np.arange(3.0)},
        "random_batches": {"values": np.arange(5.0), "batch_size": 2, "n_batches": 3, "seed": 0},
        "same_effective_rate": {"learning_rate": 0.1, "init_scale": 0.1,
                                "init_scales": np.array([0.1, 1.0])},
        "shares_per_bin": {"values": ROWS, "low": -2.0, "high": 2.0, "n_bins": 4},
        "train_many": {"sizes": (3, 4, 2), "activation": RELU, "normalized": True,
                       "learning_rates": np.array([0.1, 0.2]), "init_scales": np.array([0.1, 1.0]),
                       "training": (ROWS, LABELS), "validation": (ROWS, LABELS), "batch_size": 3,
                       "n_updates": 3, "record_every": 1, "seed": 0},
        "training_logits": {"network": network(), "rows": ROWS},
        "watch_training": (lambda **arguments: batch_normalization.watch_training(
            network(), DESCENT, (ROWS, LABELS), (ROWS, LABELS), **arguments),
            {"probe": ROWS, **TRAIN, "low": -8.0, "high": 8.0, "n_bins": 4}),
    },
    "capstone": {
        "Settings": {"loss": "cross entropy", "scaling": "z-score", "codes": "one-hot",
                     "init_scale": 0.1, "optimizer": "Adam", "batch_size": 32, "batch_norm": True,
                     "activation": "ReLU", "learning_rate": 0.1, "epochs": 2},
        "ablation": {"data": "mail", "start": "all off"},
        "build_network": {"settings": capstone.Settings(), "n_features": 3, "n_classes": 2,
                          "seed": 0},
        "challenge_scores": (lambda epochs, part: capstone.challenge_scores(
            {**capstone.ALL_ON, "epochs": epochs}, part), {"epochs": 0, "part": "test"}),
        "columns_that_differ": {"rows": ROWS, "others": ROWS + 1},
        "confusion_matrix": {"labels": LABELS, "predicted": LABELS[::-1], "n_classes": 2},
        "deal_out": {"labels": np.array([0, 1] * 4)},
        "exact_coverage": {"n_rows": 5, "recall": 0.5, "confidence": 0.9},
        "measure": (lambda data: next(capstone.measure(capstone.Settings(epochs=1), data)),
                    {"data": "nothing"}),
        "measured": (lambda data: capstone.measured(capstone.Settings(epochs=1), data),
                     {"data": "nothing"}),
        "precision_at": {"recall": 0.9, "false_alarm_rate": 0.1, "share": np.array([0.1, 0.5])},
        "prepared": {"data": "connections", "scaling": "z-score", "codes": "one-hot",
                     "part": "test"},
        "repeat": {"settings": capstone.Settings(), "data": "mail", "part": "test", "n_seeds": 0},
        "settings_from": (lambda name, value: capstone.settings_from({str(name): value}),
                          {"name": "loss", "value": "cross entropy"}),
        "start_training": (lambda **arguments: capstone.start_training(
            capstone.Settings(), **arguments)[0],
            {"data": "mail", "seed": 0, "part": "test", "record_every": 1}),
        "technique_names": {"data": "mail"},
        "train_with": (lambda **arguments: next(capstone.train_with(
            capstone.Settings(), **arguments)), {"data": "mail", "seed": 0}),
        "verdict": {"result": RESULT, "start": RESULT},
        "wilson_interval": {"n_found": np.array([1, 3]), "n_rows": np.array([3, 4]),
                            "confidence": 0.9},
        "with_techniques": {"techniques": ("ReLU", "Adam"), "epochs": 3},
    },
    "checks": {
        "as_counts": (lambda values: checks.as_counts("counts", values),
                      {"values": np.array([[1, 2], [3, 0]])}),
        "as_answers": {"labels": LABELS, "predicted": LABELS, "n_classes": 2},
        "as_floats": (lambda values: checks.as_floats("z", values), {"values": ROWS}),
        "as_labels": (lambda values, n_classes: checks.as_labels("label", values, n_classes),
                      {"values": LABELS, "n_classes": 2}),
        "as_measured": (lambda values: checks.as_measured("path", values, "Pass a path.", 1),
                        {"values": ROWS}),
        "as_number": (lambda value: checks.as_number("share", value, "Try 0.5.", least=0, most=1),
                      {"value": 0.5}),
        "as_numbers": (lambda values: checks.as_numbers("rate", values, "Try 0.1.", above=0),
                       {"values": np.array([0.1, 0.2])}),
        "as_rng": {"seed": 0},
        "as_row": (lambda values: checks.as_row("x", values), {"values": np.arange(3.0)}),
        "as_table": (lambda values: checks.as_table("x", values, 3), {"values": ROWS}),
        "as_whole": (lambda value: checks.as_whole("n", value, "Try 3.", least=1, most=10),
                     {"value": 3}),
        "require_choice": (lambda value: checks.require_choice("kind", value, ("a", "b")),
                           {"value": "a"}),
        "require_fit": {"one": ROWS, "other": np.zeros(3)},
    },
    "convolution": {
        "Convolution": {"n_channels": 1, "n_filters": 2, "window": 3},
        "convolutional_network": {"map_size": 8, "n_filters": 2, "pooling": pooling.MaxPooling(),
                                  "n_classes": 2, "init_scale": np.sqrt, "seed": 0},
        "require_window": {"window": 2, "stride": 1},
    },
    "datasets": {
        "load_attack_triage": {}, "load_digits": {}, "load_photograph": {}, "load_spambase": {},
        "Dataset.split": (TRIAGE[0].split, {"n_first": 5}),
    },
    "encoders": {
        **{f"{kind.__name__}{method}": (call, {argument: value})
           for kind in (encoders.OneHotEncoder, encoders.OrdinalEncoder)
           for method, call, argument, value in (
               ("", kind, "handle_unknown", "ignore"),
               (".fit", kind().fit, "values", NAMES),
               (".fit numbers", kind().fit, "values", random(3, 2)),
               (".transform", kind().fit(NAMES).transform, "values", NAMES),
               (".transform numbers", kind("ignore").fit(ROWS).transform, "values", ROWS),
               (".inverse_transform", kind().fit(NAMES).inverse_transform, "values",
                kind().fit(NAMES).transform(NAMES)))},
    },
    "epochs_and_batches": {
        "batch_bytes": {"sizes": (3, 4, 2), "batch_size": 4, "bytes_per_number": 8},
        "batch_means": {"points": random(3, 2), "order": np.array([[0, 1, 2], [2, 1, 0]])},
        "build_network": {"data": "digits", "seed": 0, "n_hidden": 4},
        "cheapest": {"costs": (3.0, None, 2.0)},
        "costs_to_reach": {"trainings": [RECORDS, RECORDS], "target": 0.1,
                           "seconds": np.array([0.1, 0.2])},
        "count_iterations": {"n_samples": 10, "batch_size": np.array([3, 5]), "epochs": 2},
        "draw_order": {"n_samples": 3, "n_batches": 2, "rng": rng()},
        "first_to_reach": {"records": RECORDS, "target": 0.1},
        "flip_labels": {"labels": LABELS, "share": 0.5, "n_classes": 2, "seed": 0},
        "gradient_spread": {"n_samples": 10, "batch_size": np.array([3, 5])},
        "guessing": {"labels": LABELS},
        "iteration_of_place": {"n_samples": 10, "batch_size": 3, "epochs": 2},
        "load_few_digits": {"n_rows": 5, "label_noise": 0.1, "seed": 0},
        "load_rows": {"data": "digits"},
        "mean_height": {"path": random(2, 3, 1, 2)},
        "noise_floor": {"learning_rate": np.array([0.1, 0.2]), "variance": 2.0, "n_samples": 10,
                        "batch_size": 3},
        "noise_plane": {"gradients": random(4, 3)},
        "noise_scale": {"learning_rate": 0.1, "n_samples": 10, "batch_size": 3},
        "noisy_descent": {"learning_rate": np.array([0.1, 0.2]), "means": random(4, 2, 2),
                          "start": np.array([2.0, 1.0]), "n_steps": 3, "rng": rng(),
                          "bound": 1e3},
        "perfect_scaling": {"batch_sizes": (1, 2), "costs": {"updates": [8, 4], "epochs": [1, 1]},
                            "unit": "epochs"},
        "row_gradients": {"network": network(), "features": ROWS, "labels": LABELS},
        "scaled_learning_rate": {"learning_rate": 0.1, "factor": np.array([2.0, 4.0])},
        "seconds_per_update": {"network": network(), "features": ROWS, "labels": LABELS,
                               "batch_size": 3, "n_repeats": 2},
        "spread": {"points": random(4, 2), "centre": np.zeros(2)},
        "step_operations": {"sizes": (3, 4, 2), "batch_size": 4},
        "until_loss": {"records": RECORDS, "target": 0.1},
    },
    "exercises": {
        "Exercise.check": (EXERCISE.check, {"attempt": 3.0}),
        "Exercise.check of a number": (exercises.Exercise("Four", 4.0, "4", ()).check,
                                       {"attempt": 3.0}),
    },
    "gradient_descent_and_momentum": {
        "basin_share": {"landscape": WELLS, "low": -2.0, "high": 2.0},
        "best_learning_rate": {"curvatures": np.array([1.0, 3.0])},
        "best_momentum": {"curvatures": np.array([1.0, 3.0])},
        "best_momentum of Nesterov": {"curvatures": np.array([1.0, 3.0]), "nesterov": True},
        "convergence_rate": {"curvatures": np.array([1.0, 3.0]), "learning_rate": 0.1,
                             "momentum": np.array([0.1, 0.9])},
        "convergence_rate of Nesterov": {"curvatures": np.array([1.0, 3.0]), "learning_rate": 0.1,
                                         "momentum": np.array([0.1, 0.9]), "nesterov": True},
        "critical_learning_rate": {"curvatures": np.array([1.0, 3.0]), "momentum": 0.9},
        "falling_height": {"start": 2.0, "factor": 0.9, "n_steps": 3},
        "forces": {"landscape": VALLEY, "path": PATH, "learning_rate": 0.1, "momentum": 0.9},
        "hilltop": {"landscape": WELLS},
        "last_points": {"gradient": VALLEY.gradient, "optimizer": DESCENT,
                        "start": np.array([2.0, 1.0]), "n_steps": 3, "bound": 10.0, "n_last": 2},
        "measured_rate": {"landscape": VALLEY, "path": PATH, "learning_rate": 0.1},
        "nesterov_step": {"w": np.array([2.0, 1.0]), "v": np.array([0.1, 0.1]),
                          "gradient": lambda w: w, "learning_rate": 0.1, "momentum": 0.9},
        "settled": {"points": PATH, "minimum": np.zeros(2), "radius": 0.1},
        "shares_by_momentum": {"landscape": WELLS, "learning_rate": 0.1,
                               "momentum": np.array([0.1, 0.9]), "starts": random(3, 1),
                               "n_steps": 12, "bound": 100.0},
    },
    "initializers": {
        "glorot": {"fan_in": 3, "fan_out": 4},
        "he": {"fan_in": 3},
        "lecun": {"fan_in": 3},
        "normal": {"shape": (3, 4), "init_scale": 0.1, "rng": rng()},
        "orthogonal": {"width": 3, "rng": rng()},
        "uniform": {"shape": (3, 4), "init_scale": 0.1, "rng": rng()},
        "xavier": {"fan_in": 3},
    },
    "landscapes": {
        "beale": {}, "rosenbrock": {}, "saddle": {},
        "canyon": {"angle": 30.0},
        "double_well": {"tilt": 0.9},
        "quadratic": {"curvatures": np.array([1.0, 3.0])},
        **{f"{landscape.name}: {part}": (getattr(landscape, part), {
            "points": random(3, landscape.minima.shape[1])})
           for landscape in (landscapes.beale(), landscapes.rosenbrock(), landscapes.saddle(),
                             BOWL, VALLEY, WELLS)
           for part in ("value", "gradient", "hessian")},
    },
    "language": {"number": {"value": -0.25, "digits": 2}},
    "loss_functions": {
        "first_step_below": {"values": np.array([3.0, 2.0]), "threshold": 2.5},
        "gradient_by_depth": {"activation": SIGMOID, "weights": WEIGHTS, "seed": 0,
                              "n_samples": 2},
        "gradient_ratio": {"output": np.array([0.2, 0.9])},
        "neuron_gradient": {"loss": "squared error", "x": 1.0, "w": np.array([0.5, 1.0]),
                            "b": 0.1, "target": 1.0},
        "random_rotations": {"n_layers": 2, "seed": 0, "width": 3},
        "sigmoid_gradient_bound": {"n_layers": np.array([1, 2]), "init_scale": 1.0},
        "train_neuron": {"loss": "cross entropy", "x": 1.0, "w": 0.6, "b": 0.9, "target": 0.0,
                         "learning_rate": 0.15, "n_steps": 3},
    },
    "losses": {
        "binary_cross_entropy": {**OUTPUT, "base": 2.0},
        "binary_cross_entropy_from_logits": {**LOGIT, "base": 2.0},
        "binary_cross_entropy_from_logits_gradient": {**LOGIT, "base": 2.0},
        "binary_cross_entropy_gradient": {**OUTPUT, "base": 2.0},
        "log_likelihood": {**SHARES, "base": 2.0},
        "log_likelihood_gradient": {**SHARES, "base": 2.0},
        "softmax": {"logits": random(2, 3), "temperature": 2.0},
        "softmax_cross_entropy": {**SCORES, "base": 2.0},
        "softmax_cross_entropy_gradient": {**SCORES, "base": 2.0},
        "squared_error": OUTPUT,
        "squared_error_from_logits": LOGIT,
        "squared_error_from_logits_gradient": LOGIT,
        "squared_error_gradient": OUTPUT,
    },
    "networks": {
        "Dense": {"fan_in": 3, "fan_out": 2},
        "Network": (lambda n_outputs: networks.Network(
            [networks.Dense(3, n_outputs)], networks.CROSS_ENTROPY), {"n_outputs": 1}),
        "Network.check": (network().check, {"features": ROWS, "labels": LABELS}),
        "Network.compute_gradient": (network().compute_gradient,
                                     {"features": ROWS, "labels": LABELS}),
        "Network.evaluate": (network().evaluate, {"features": ROWS, "labels": LABELS}),
        "Network.logits": (network().logits, {"features": ROWS}),
        "as_sizes": {"sizes": (3, 4, 2)},
        "fully_connected": {"sizes": (3, 4, 2), "activation": RELU,
                            "loss": networks.SOFTMAX_CROSS_ENTROPY, "init_scale": 0.1, "seed": 0},
    },
    "optimizers": {
        "Adadelta": {"learning_rate": 1.0, "decay": 0.9, "epsilon": 1e-6},
        "Adagrad": {"learning_rate": 0.1, "epsilon": 1e-8},
        "Adam": {"learning_rate": 0.1, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
        "AdamW": {"learning_rate": 0.1, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8,
                  "weight_decay": 0.01},
        "GradientDescent": {"learning_rate": np.array([0.1, 0.2])},
        "Momentum": {"learning_rate": 0.1, "momentum": np.array([0.1, 0.2])},
        "Nesterov": {"learning_rate": 0.1, "momentum": 0.9},
        "RMSprop": {"learning_rate": 0.1, "decay": 0.9, "epsilon": 1e-8},
        "diverged_at": {"path": PATH},
        "trajectory": {"gradient": VALLEY.gradient, "optimizer": DESCENT,
                       "start": np.array([2.0, 1.0]), "n_steps": 3, "bound": 10.0},
        **{f"walk by {kind.__name__}": (
            lambda learning_rate, kind=kind, **arguments: list(optimizers.walk(
                landscapes.beale().gradient, kind(learning_rate), **arguments)),
            {"learning_rate": 0.1, "start": np.array([[2.0, 1.0], [1.0, 1.0]]), "n_steps": 3,
             "bound": 10.0}) for kind in adaptive_methods.METHODS_FOR_NETWORKS.values()},
        "walk": {"gradient": VALLEY.gradient, "optimizer": ADAM, "start": np.array([2.0, 1.0]),
                 "n_steps": 3, "bound": 10.0},
    },
    "pooling": {
        **{name: {"window": 2, "stride": 1} for name in (
            "AveragePooling", "ChoosingPooling", "MaxPooling", "Pooling", "WeightedPooling")},
        "StochasticPooling": {"window": 2, "stride": 1, "seed": 0},
        "as_activations": {"activations": WINDOWS},
        "draw": {"activations": WINDOWS, "uniform": np.array([0.1, 0.9])},
        "probabilities": {"activations": WINDOWS},
        "weighted_average": {"activations": WINDOWS},
    },
    "preprocessing": {
        "MinMaxScaler": {}, "StandardScaler": {},
        **{f"{kind.__name__}.{method}": (call, {"features": ROWS})
           for kind in (preprocessing.MinMaxScaler, preprocessing.StandardScaler)
           for method, call in (("fit", kind().fit), ("transform", kind().fit(ROWS).transform),
                                ("inverse_transform", kind().fit(ROWS).inverse_transform))},
        "prepare": {"training": TRIAGE[0], "other": TRIAGE[0], "scaling": "z-score",
                    "codes": "one-hot"},
    },
    "preprocessing_effects": {
        "best_accuracy": {"counts": np.array([[1, 2], [3, 0]])},
        "condition_number": {"curvatures": np.array([1.0, 3.0])},
        "condition_number_after_z_score": {"correlation": np.array([0.1, -0.9])},
        "contour": {"landscape": VALLEY, "height": 1.0, "n_points": 5},
        "count_classes": {"codes": np.array([0, 1, 1]), "labels": np.array([0, 1, 0]),
                          "n_classes": 2},
        "descend": {"landscape": VALLEY, "learning_rate": 0.1, "start": np.array([2.0, 1.0]),
                    "n_steps": 8, "share": 0.01},
        "enough_steps": {"factor": 0.9, "share": 0.01},
        "fair_start": {"landscape": VALLEY, "height": 1.0},
        "falling_loss": {"factor": 0.9, "n_steps": 3, "highest": 1e12},
        "integer_inputs": {"orders": np.array([[0, 1], [1, 0]]),
                           "counts": np.array([[1, 2], [3, 0]])},
        "kept_by_min_max": {"others": np.arange(3.0), "outlier": np.array([10.0, -3.0])},
        "kept_by_z_score": {"others": np.arange(3.0), "outlier": np.array([10.0, -3.0])},
        "largest_z_score": {"n": 5},
        "linear_model": {"features": ROWS, "target": np.arange(6.0)},
        "pairwise_distances": {"rows": ROWS},
        "people": {"n_people": 5, "correlation": 0.6, "seed": 0},
        "softmax_accuracy": {"inputs": random(2, 2, 1), "counts": np.array([[1, 2], [3, 0]]),
                             "n_updates": 3, "learning_rate": 1.0},
    },
    "relu": {
        "activity": {"network": network(), "features": ROWS, "hidden_layer": 1},
        "best_rate": {"needed": {0.1: 5, 0.3: None}},
        "deep_network": {"activation": RELU, "init_scale": 1.0, "n_layers": 2, "width": 3,
                         "seed": 0},
        "digit_rows": {"n_rows": 5, "standardize": True},
        "expected_activity": {"bias": 0.1, "init_scale": 0.5, "features": ROWS},
        "expected_gradient": {"factors": np.array([0.5, 0.6, 0.7])},
        "gradient_by_layer": {"network": network((3, 4, 4, 2)), "features": ROWS,
                              "labels": LABELS},
        "killing_bias": {"features": ROWS, "weights": random(3, 2)},
        "layer_factors": {"activation": SIGMOID, "init_scale": np.array([1.0, 2.0]),
                          "n_layers": 2, "mean_square": 1.0},
        "mean_factor": {"gradients": np.array([0.25, 0.5, 1.0])},
        "mean_slope": {"activation": SIGMOID, "n_inputs": 3, "init_scale": 1.0},
        "measured_slope": {"function": RELU.function, "z": np.array([0.0, 1.0]), "step": 1e-4},
        "needed_by_rate": {"activation": RELU, "batch_size": 0, "init_scale": 1.0, "rows": DIGITS,
                           "seed": 0},
        "one_hidden_layer": {"leak": 0.1, "bias": 0.0, "seed": 0},
        "race_records": (lambda **arguments: list(itertools.islice(relu.race_records(
            **arguments), 3)), {"activation": RELU, "learning_rate": 0.1, "batch_size": 3,
                                "init_scale": 1.0, "rows": DIGITS, "seed": 0}),
        "same_answer_accuracy": {"labels": LABELS},
        "scaled_updates": {"needed": {0.1: 5, 0.3: None}},
        "seconds_per_value": {"function": RELU.function, "values": ROWS, "n_repeats": 2},
        "steps_to_wake": {"z": -1.0, "x": np.array([1.0, 2.0]), "learning_rate": 0.1,
                          "leak": 0.01},
        "train_and_count": (lambda **arguments: list(relu.train_and_count(
            network(), rows=(ROWS, LABELS), **arguments)),
            {"learning_rate": 0.1, "seed": 0, "batch_size": 3, "epochs": 2, "every": 2}),
        "updates_needed": {"records": RECORDS},
    },
    "start_here": {
        "corrections": {}, "requirements": {},
        "descent_step": {"x": np.array([1.0, 2.0]), "slope": 0.5, "learning_rate": 0.1},
        "is_new_enough": {"found": "2.10", "lowest": "2.9"},
        "measured_factor": {"path": np.array([4.0, 2.0, 1.0])},
        "step_factor": {"curvature": np.array([1.0, 2.0]), "learning_rate": 0.1},
    },
    "stochastic_pooling": {
        "binomial_spread": {"error": np.array([0.1, 0.5]), "n_samples": 10},
        "digit_images": {"digits": load_digits()[1]},
        "digit_network": {"kind": pooling.StochasticPooling, "seed": 0, "init_scale": 1.0,
                          "n_filters": 2},
        "drawn_logit_variance": {"network": digit_network(), "images": IMAGES},
        "drawn_logits": {"network": digit_network(), "images": IMAGES, "n_passes": 2},
        "drawn_variance": {"activations": WINDOWS},
        "large_numbers_band": {"activations": WINDOWS[0], "n_draws": np.array([1, 10])},
        "learned_filters": {"training": (IMAGES, np.array([0, 1, 2])), "epochs": 1, "seed": 0},
        "pool_side_by_side": {"pixels": np.abs(random(5, 5)), "window": 2, "stride": 1, "seed": 0},
        "running_means": {"activations": WINDOWS[0], "uniform": np.array([[0.1, 0.9, 0.5]])},
        "share_in_band": {"activations": WINDOWS[0], "means": np.array([2.0, 2.1]),
                          "n_draws": 10},
        "shares_drawn": {"activations": WINDOWS[0], "places": np.array([0, 3, 3])},
        "slopes_along": (lambda **arguments: stochastic_pooling.slopes_along(
            digit_network(), **arguments),
            {"images": IMAGES, "labels": np.array([0, 1, 2]),
             "direction": random(digit_network().parameters.size), "seed": 0, "step": 1e-6}),
        "train_poolings": {"training": (IMAGES, np.array([0, 1, 2])),
                           "test": (IMAGES, np.array([0, 1, 2])), "learning_rate": 0.1,
                           "batch_size": 2, "init_scale": 1.0, "seeds": (0, 1), "epochs": 1,
                           "record_every": 1},
    },
    "training": {
        "best_and_last": {"losses": np.array([3.0, 2.0, 2.5]), "patience": 1},
        "mini_batches": {"n_samples": 10, "batch_size": 3, "rng": rng()},
        "stop_early": {"network": network(), "records": RECORDS, "patience": 2},
        "train": (lambda **arguments: training.train(
            network(), DESCENT, (ROWS, LABELS), (ROWS, LABELS), **arguments),
            {**TRAIN, "record_every": 1}),
        "train at a rate": (lambda learning_rate: training.train(
            network(), optimizers.Adam(learning_rate), (ROWS, LABELS), **TRAIN),
            {"learning_rate": 0.1}),
    },
    "weight_initialization": {
        "backpropagate": {"activation": SIGMOID, "weights": list(WEIGHTS),
                          "logits": list(random(2, 4, 3)), "gradient": random(4, 3)},
        "deep_network": {"activation": RELU, "gain": 1.0, "n_hidden": 2, "seed": 0, "width": 3},
        "difference_growth": {"learning_rate": 0.1, "seed": 0, "n_steps": 2, "rows": FOUR_DIGITS},
        "digit_rows": {"n_rows": 5, "classes": (0, 1)},
        "draw_normals": {"n_layers": 2, "width": 3, "seed": 0, "n_samples": 4},
        "first_step_apart": {"distances": np.array([0.1, 2.0]), "lengths": np.array([1.0, 1.0])},
        "histogram": {"values": ROWS, "low": -2.0, "high": 2.0, "n_bins": 4},
        "inside_band": {"signals": np.array([0.1, 2.0]), "gradients": np.array([1.0, 1.0]),
                        "factor": 10.0},
        "magnitude_histogram": {"values": ROWS, "low": -2.0, "high": 2.0, "n_bins": 4},
        "mean_field": {"activation": SIGMOID, "init_scale": 0.1, "width": 3, "n_layers": 2},
        "predict_survival": {"activation": SIGMOID, "gains": np.array([0.5, 1.0]), "n_hidden": 2},
        "propagate": {"activation": SIGMOID, "weights": list(WEIGHTS), "inputs": random(4, 3)},
        "root_mean_square": {"values": ROWS},
        "saturated_share": {"activation": SIGMOID, "outputs": ROWS},
        "spread": {"values": ROWS},
        "survival": {"network": network((3, 4, 4, 2)), "rows": (ROWS, LABELS)},
        "train_deep": (lambda **arguments: weight_initialization.train_deep(
            network(), rows=(ROWS, LABELS), **arguments), {"learning_rate": 0.1, **TRAIN}),
        "train_pair": {"epsilon": 0.1, "learning_rate": 0.1, "seed": 0, "n_steps": 2,
                       "rows": FOUR_DIGITS},
        "two_units": {"epsilon": 0.1, "seed": 0, "classes": 4},
    },
}

HOLDERS = (  # they hold what somebody else has made or checked, and compute nothing from it
    "activations.Activation", "adaptive_methods.Epoch", "adaptive_methods.Inside",
    "adaptive_methods.Learned", "adaptive_methods.Sweep", "adaptive_methods.Task",
    "adaptive_methods.Words", "batch_normalization.Snapshot", "capstone.Result",
    "datasets.Dataset", "exercises.Exercise", "exercises.Feedback", "exercises.Mistake",
    "landscapes.Landscape", "networks.NetworkLoss", "preprocessing_effects.Descent",
    "start_here.Correction", "start_here.Requirement", "training.Record",
    "weight_initialization.MeanField", "weight_initialization.PairRun",
)
NOTHING_TO_REPLACE = (  # they take no numbers, only functions or objects
    "activations.finite_input", "checks.as_array", "checks.require", "convolution.Flatten",
    "networks.ActivationLayer", "networks.Layer", "optimizers.Optimizer",
)
UNCHECKED_METHODS = {
    networks.Layer: "a layer runs inside the training loop; Network.check has seen the rows",
    optimizers.Optimizer: "a step runs inside the training loop, and its settings were checked",
}
UNCHECKED = {
    "networks.Network.backpropagate": "takes what Network.check has returned",
    "convolution.add_windows": "runs inside the training loop; the layers have checked",
    "convolution.window_entries": "runs inside the training loop; the layers have checked",
    "capstone.softmax_squared_error": "a NetworkLoss, which runs inside the training loop",
    "capstone.softmax_squared_error_gradient": "a NetworkLoss, which runs inside the training loop",
    "adaptive_methods.constant_gradient": "look_inside calls it at every step",
    "adaptive_methods.rare_gradient": "look_inside calls it at every step",
}

TOO_LONG = (  # a call that works trains for seconds: here the table's own call is refused
    "attack_triage.repeat_on_connections", "capstone.challenge_scores", "capstone.measure",
    "capstone.measured", "capstone.repeat", "relu.needed_by_rate",
)
NOT_FINITE = {  # promised by the documentation
    "checks.as_measured": "NaN and infinity may be among measurements",
    "losses.binary_cross_entropy": "infinite where the output is certain and wrong",
    "losses.binary_cross_entropy_gradient": "infinite where the output is certain and wrong",
    "losses.log_likelihood": "infinite where the right class got probability 0",
    "losses.log_likelihood_gradient": "infinite where the right class got probability 0",
    "losses.squared_error": "infinite where the square is too large for a number",
    "losses.squared_error_from_logits": "infinite where the square is too large for a number",
    **{f"{module}.{name}": "NaN from where a run has diverged" for module, name in (
        ("optimizers", "trajectory"), ("optimizers", "walk"), ("adaptive_methods", "race"),
        ("gradient_descent_and_momentum", "last_points"), ("epochs_and_batches", "mean_height"),
        ("epochs_and_batches", "noisy_descent"), ("relu", "race_records"),
        *(("optimizers", name) for name in GOOD["optimizers"] if name.startswith("walk by ")),
        *(("training", name) for name in GOOD["training"] if name.startswith("train")),
        ("relu", "train_and_count"), ("stochastic_pooling", "train_poolings"),
        ("weight_initialization", "train_deep"), ("weight_initialization", "train_pair"),
        ("weight_initialization", "difference_growth"), ("batch_normalization", "train_many"))},
    **{f"adaptive_methods.{name}": "NaN for a run that has not arrived" for name in (
        "arrival", "arrival on a saddle", "escape_steps", "make_sweep", "sweep_rates")},
    "adaptive_methods.Words.error": "infinite or NaN for weights that diverged",
    **{f"landscapes.{name}": "far out a height may be too large for a number"
       for name in GOOD["landscapes"] if ": " in name},
    "gradient_descent_and_momentum.measured_rate": "NaN if the run arrived exactly or went too far",
    "attack_triage.recall_per_class": "NaN for a class without rows",
    "preprocessing_effects.descend": "NaN for a run too short to measure",
    "preprocessing_effects.enough_steps": "infinite for a factor from 1 on",
    "epochs_and_batches.noise_floor": "infinite for rates from 2 on",
}

# How arguments go wrong

NOT_NUMBERS = ("3", None, [], [None], ["a", "b"], [[1.0], [1.0, 2.0]], {})
EXTREME = (np.nan, np.inf, -np.inf, 1e300, -1e300, 1e-310, 0.0, -1.0, 0.5, 1.0, 2.5, 99.0)


def instead_of(value):
    """List what may stand in place of an argument; None if it stays as it is."""
    if isinstance(value, bool):
        return (True, False, None, 0, 1)
    if isinstance(value, str):
        return ("", "nonsense", None, 3, np.nan, [value], np.array([value, value]))
    if isinstance(value, int):
        return (*NOT_NUMBERS, *EXTREME, 0, -1, 1, 2, True, float(value), np.int64(value),
                np.array([value, value]), np.array(value))
    if isinstance(value, float):
        return (*NOT_NUMBERS, *EXTREME, 0, -1, 2, True, 1e200, 1e155, np.float32(value),
                np.array([value, value]), np.full((2, 2), value), np.array(value))
    if isinstance(value, np.ndarray):
        return arrays_instead_of(value)
    if isinstance(value, tuple | list) and all(
            isinstance(entry, int | float | None) for entry in value):
        return (*NOT_NUMBERS, 0, -1.5, (), tuple(value), list(value), *(
            (*value[:-1], bad) for bad in (0, -1, 2.5, np.nan, np.inf, 1e300, "3", None)))
    if isinstance(value, tuple | list) and all(isinstance(entry, str) for entry in value):
        return (None, 3, (), "nonsense", (*value, "nonsense"), (None,), (3,), ([],))
    if isinstance(value, list) and isinstance(value[0], np.ndarray):  # a matrix per layer
        return (*NOT_NUMBERS, 0.5, *([*value[:-1], bad] for bad in arrays_instead_of(value[-1])))
    return None


def arrays_instead_of(array):
    variants = [*NOT_NUMBERS, 2, 1.5, -1, 99, np.array(0.5), array.tolist(), frozen(array),
                array[:0], array[:1], array[1:], array[..., :0], array[..., 1:], array[::-1],
                array[np.newaxis], array[0], np.repeat(array, 2, axis=-1)[..., ::2],
                np.asfortranarray(array), np.concatenate([array, array]),
                np.concatenate([array, array], axis=-1), array.astype(object), array.astype(str)]
    if array.dtype.kind == "U":
        return [*variants, with_one(array.astype(object), None),
                with_one(array.astype(object), 3), with_one(array, "c")]
    variants += [array.astype(kind) for kind in (np.float32, np.float16, np.int64, bool, complex)]
    variants += [with_one(array.astype(float), bad, place)
                 for bad in (*EXTREME, 1e200, 1e155, -2.0) for place in (0, -1)]
    return variants + [np.full(array.shape, bad) for bad in EXTREME]


def with_one(array, bad, place=0):
    array = array.copy()
    array.reshape(-1)[place] = bad
    return array


def frozen(array):
    array = array.copy()
    array.flags.writeable = False
    return array


# What must hold


def cases():
    for module, entries in GOOD.items():
        for name, case in entries.items():
            yield f"{module}.{name}", module, name, case


def call_and_arguments(module, name, case):
    if isinstance(case, tuple):
        return case
    return getattr(importlib.import_module(f"lecture_kit.{module}"), name.split(" ")[0]), case


def outcome(call, arguments):
    """Call and exhaust what comes back; an error that says all counts as an outcome, too."""
    try:
        result = call(**arguments)
        return list(itertools.islice(result, 100)) if inspect.isgenerator(result) else result
    except (ValueError, TypeError) as error:
        if not SAYS_ALL.match(str(error)):
            raise
        return error


def numbers(result):
    """Collect all floating-point arrays of a result."""
    if isinstance(result, networks.Network):
        return numbers(result.parameters)
    if isinstance(result, float | np.ndarray | np.generic):
        return [result] if np.asarray(result).dtype.kind == "f" else []
    if isinstance(result, dict):
        result = result.values()
    elif dataclasses.is_dataclass(result):
        result = vars(result).values()
    elif not isinstance(result, tuple | list):
        return []
    return [array for part in result for array in numbers(part)]


def same(one, other):
    if isinstance(one, np.ndarray) and one.dtype.kind in "fc":
        return one.shape == other.shape and np.array_equal(one, other, equal_nan=True)
    return repr(one) == repr(other)


CASES = [pytest.param(name, *call_and_arguments(module, entry, case), id=name)
         for name, module, entry, case in cases()]


@pytest.mark.parametrize(("name", "call", "arguments"), CASES)
def test_the_good_call_works(name, call, arguments):
    result = outcome(call, arguments)
    assert isinstance(result, ValueError) == (name in TOO_LONG)


@pytest.mark.parametrize(("name", "call", "arguments"), [
    case for case in CASES if any(map(instead_of, case.values[2].values()))])
@settings(max_examples=EXAMPLES, derandomize=True, deadline=None, database=None,
          suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_bad_input_gives_numbers_or_an_error_that_says_all(name, call, arguments, data):
    variants = {key: instead_of(value) for key, value in arguments.items()}
    names = [key for key, values in variants.items() if values]
    chosen = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
    replaced = {key: data.draw(st.sampled_from(variants[key])) for key in chosen}
    before = copy.deepcopy(replaced)
    result = outcome(call, {**arguments, **replaced})
    for key, value in replaced.items():
        assert same(value, before[key]), f"{key} was changed"
    if name not in NOT_FINITE and not isinstance(result, Exception):
        for array in numbers(result):
            assert np.isfinite(array).all(), "a result is not finite"


def public_things():
    for info in pkgutil.iter_modules(lecture_kit.__path__):
        if info.ispkg:
            continue
        module = importlib.import_module(f"lecture_kit.{info.name}")
        for name, thing in vars(module).items():
            is_public = inspect.isroutine(thing) or inspect.isclass(thing)
            if (is_public or isinstance(thing, _lru_cache_wrapper)) and not name.startswith("_") \
                    and thing.__module__ == module.__name__:
                yield f"{info.name}.{name}", thing


def public_methods(name, thing):
    unchecked = {method for kind in UNCHECKED_METHODS if issubclass(thing, kind)
                 for method in dir(kind)}
    if issubclass(thing, networks.Layer):  # and what a kind of layer adds for its own use
        return set()
    return {f"{name}.{method}" for method, function in inspect.getmembers(thing)
            if inspect.isfunction(function) and not method.startswith("_")
            and method not in unchecked}


def test_the_table_names_every_public_function_class_and_method():
    known = set()
    for name, thing in public_things():
        known |= {name} | (public_methods(name, thing) if inspect.isclass(thing) else set())
    table = {name.split(" ")[0] for name, *_ in cases() if ": " not in name}
    assert table | {*HOLDERS, *NOTHING_TO_REPLACE, *UNCHECKED} == known
    assert len(table) + len(HOLDERS) + len(NOTHING_TO_REPLACE) + len(UNCHECKED) == len(known)
