"""Calls that work, for every public function: see test_bad_input.py."""

import numpy as np
from makings import (
    ADAM,
    BOWL,
    DESCENT,
    LABELS,
    PATH,
    RECORDS,
    RELU,
    ROWS,
    TRAIN,
    VALLEY,
    WELLS,
    WINDOWS,
    network,
    random,
    rng,
)

from lecture_kit.maths import (
    checks,
    datasets,
    encoders,
    landscapes,
    networks,
    optimizers,
    pooling,
    preprocessing,
    schedules,
    training,
)
from lecture_kit.maths.detection import roc_curve
from lecture_kit.maths.ensembles import Ensemble
from lecture_kit.maths.layers import Dense
from lecture_kit.maths.network_losses import CROSS_ENTROPY, SOFTMAX_CROSS_ENTROPY
from lecture_kit.maths.trajectories import walk

ROC = roc_curve([0.1, 0.4, 0.4, -2.0, 1.0, 0.3], LABELS)
OPTIMIZERS = (optimizers.Adadelta, optimizers.Adagrad, optimizers.Adam, optimizers.AdamW,
              optimizers.GradientDescent, optimizers.Momentum, optimizers.Nesterov,
              optimizers.RMSprop)
NAMES = np.array([["a", "x"], ["b", "y"], ["a", "x"]])
Z = {"z": np.array([[-1.0, 0.5, 2.0]])}
OUTPUT = {"output": np.array([0.2, 0.9]), "target": np.array([0.0, 1.0])}
LOGIT = {"logit": np.array([-2.0, 0.9]), "target": np.array([0.0, 1.0])}
SCORES = {"logits": random(2, 3), "label": np.array([0, 2])}
SHARES = {"probabilities": np.array([[0.2, 0.8], [0.5, 0.5]]), "label": np.array([0, 1])}
TRIAGE = datasets.load_attack_triage().split(400)

ENSEMBLE = Ensemble([network(), network()])

GOOD = {
    "activations": {
        **dict.fromkeys((
            "elu", "elu_derivative", "gelu", "gelu_derivative", "relu", "relu_derivative",
            "sigmoid", "sigmoid_derivative", "silu", "silu_derivative", "softplus", "tanh",
            "tanh_derivative"), Z),
        "leaky": {"leak": 0.1},
        "leaky_relu": {**Z, "leak": 0.1},
        "leaky_relu_derivative": {**Z, "leak": 0.1},
    },
    "normal": dict.fromkeys(("normal_cdf", "normal_density"), Z),
    "inference": {
        "network_recall": {"network": network(), "diverged": False, "rows": ROWS,
                           "labels": LABELS},
        "recall_per_class": {"labels": LABELS, "predicted": LABELS[::-1], "n_classes": 2},
        "confusion_matrix": {"labels": LABELS, "predicted": LABELS[::-1], "n_classes": 2},
        "mean_and_standard_error": {"values": np.array([0.1, 0.3, 0.2])},
        "binomial_probabilities": {"n_rows": 5, "share": 0.5},
        "exact_coverage": {"n_rows": 5, "recall": 0.5, "confidence": 0.9, "interval": "exact"},
        "exact_interval": {"n_found": 3, "n_rows": 5, "confidence": 0.9},
        "precision_at": {"recall": np.array([0.9, 0.8]), "false_alarm_rate": 0.1,
                         "share": np.array([0.1, 0.5])},
        "wilson_interval": {"n_found": np.array([1, 3]), "n_rows": np.array([3, 4]),
                            "confidence": 0.9},
        "guessing": {"labels": LABELS},
        "binomial_spread": {"error": np.array([0.1, 0.5]), "n_samples": 10},
    },
    "detection": {
        "Roc.at": (ROC.at, {"threshold": 0.5}),
        "Roc.costs": (ROC.costs, {"share": 0.1, "cost_alarm": 1.0, "cost_miss": 20.0}),
        "Roc.within": (ROC.within, {"most": 0.1}),
        "cheapest_log_odds": {"cost_alarm": 1.0, "cost_miss": np.array([1.0, 9.0]), "share": 0.1,
                              "trained_share": 0.4},
        "log_odds": {"share": np.array([0.1, 0.5])},
        "roc_curve": {"scores": np.array([0.1, 0.4, 0.4, -2.0, 1.0, 0.3]), "labels": LABELS},
    },
    "comparisons": {
        "mcnemar": {"is_right": LABELS, "other_is_right": LABELS[::-1]},
        "paired_difference": {"scores": np.array([0.9, 0.8, 0.7]),
                              "others": np.array([0.8, 0.8, 0.5]), "confidence": 0.9},
        "power_of_pairs": {"effect": 0.1, "spread": 0.2, "n_pairs": 10, "confidence": 0.9},
        "random_split": {"labels": LABELS, "share": 0.5, "seed": 0, "groups": LABELS},
        "student_quantile": {"probability": 0.975, "dof": 9},
    },
    "normalization": {
        "BatchNormalization": {"n_features": 3, "momentum": 0.1, "epsilon": 1e-5},
        "ShiftingNoise": {"n_features": 3, "seed": 0},
        "batch_normalize": {"x": ROWS, "scale": np.ones(3), "shift": np.zeros(3), "epsilon": 1e-5},
        "batch_normalized": {"sizes": (3, 4, 2), "activation": RELU,
                             "loss": SOFTMAX_CROSS_ENTROPY, "init_scale": 0.1, "seed": 0},
    },
    "checks": {
        "as_counts": (lambda values: checks.as_counts("counts", values),
                      {"values": np.array([[1, 2], [3, 0]])}),
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
        "as_seeds": (checks.as_seeds, {"seeds": [3, 0]}),
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
        "load_attack_triage": {},
        "load_digits": {},
        "load_photograph": {},
        "load_spambase": {},
        "Dataset.split": (TRIAGE[0].split, {"n_first": 5}),
        "digit_rows": {"n_rows": 5, "classes": (0, 1)},
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
    "quadratics": {
        "best_learning_rate": {"curvatures": np.array([1.0, 3.0])},
        "best_momentum": {"curvatures": np.array([1.0, 3.0])},
        "best_momentum of Nesterov": {"curvatures": np.array([1.0, 3.0]), "nesterov": True},
        "convergence_rate": {"curvatures": np.array([1.0, 3.0]), "learning_rate": 0.1,
                             "momentum": np.array([0.1, 0.9])},
        "convergence_rate of Nesterov": {"curvatures": np.array([1.0, 3.0]), "learning_rate": 0.1,
                                         "momentum": np.array([0.1, 0.9]), "nesterov": True},
        "critical_learning_rate": {"curvatures": np.array([1.0, 3.0]), "momentum": 0.9},
        "falling_height": {"start": 2.0, "factor": 0.9, "n_steps": 3},
        "mode_factors": {"curvatures": np.array([1.0, 3.0]), "learning_rate": 0.1,
                         "momentum": np.array([0.1, 0.9])},
        "measured_rate": {"landscape": VALLEY, "path": PATH, "learning_rate": 0.1},
    },
    "ensembles": {
        "Ensemble.check": (ENSEMBLE.check, {"features": ROWS, "labels": LABELS}),
        "Ensemble.check of own rows": (ENSEMBLE.check, {
            "features": np.stack([ROWS, ROWS]), "labels": np.stack([LABELS, LABELS])}),
        "Ensemble.logits": (ENSEMBLE.logits, {"features": ROWS}),
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
        "beale": {},
        "rosenbrock": {},
        "saddle": {},
        "canyon": {"angle": 30.0},
        "double_well": {"tilt": 0.9},
        "quadratic": {"curvatures": np.array([1.0, 3.0])},
        **{f"{landscape.name}: {part}": (getattr(landscape, part), {
            "points": random(3, landscape.minima.shape[1])})
           for landscape in (landscapes.beale(), landscapes.rosenbrock(), landscapes.saddle(),
                             BOWL, VALLEY, WELLS)
           for part in ("value", "gradient", "hessian")},
    },
    "training": {
        "learn": (lambda **arguments: training.learn(network(), DESCENT, (ROWS, LABELS),
                                                     **arguments), TRAIN),
        "train at many rates": (lambda learning_rate, seed: training.train(
            Ensemble([network(), network()]), optimizers.Adam(learning_rate), (ROWS, LABELS),
            **{**TRAIN, "seed": seed}),
            {"learning_rate": np.array([[0.1], [0.2]]), "seed": (0, 1)}),
        "first_step_below": {"values": np.array([3.0, 2.0]), "threshold": 2.5},
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
    "layers": {
        "Dense": {"fan_in": 3, "fan_out": 2},
    },
    "networks": {
        "Network": (lambda n_outputs: networks.Network(
            [Dense(3, n_outputs)], CROSS_ENTROPY), {"n_outputs": 1}),
        "Network.check": (network().check, {"features": ROWS, "labels": LABELS}),
        "Network.compute_gradient": (network().compute_gradient,
                                     {"features": ROWS, "labels": LABELS}),
        "Network.evaluate": (network().evaluate, {"features": ROWS, "labels": LABELS}),
        "Network.logits": (network().logits, {"features": ROWS}),
        "as_sizes": {"sizes": (3, 4, 2)},
        "fully_connected": {"sizes": (3, 4, 2), "activation": RELU,
                            "loss": SOFTMAX_CROSS_ENTROPY, "init_scale": 0.1, "seed": 0},
        "deep_network": {"activation": RELU, "gain": 1.0, "n_hidden": 2, "seed": 0, "width": 3},
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
    },
    "schedules": {
        "constant_schedule": (lambda value: schedules.constant_schedule(value)(np.arange(4)),
                              {"value": 0.5}),
        "cosine_decay_schedule": (
            lambda decay_steps, alpha: schedules.cosine_decay_schedule(decay_steps, alpha)(
                np.arange(4)), {"decay_steps": 3, "alpha": 0.1}),
        "step_schedule": (
            lambda step_size, gamma: schedules.step_schedule(step_size, gamma)(np.arange(4)),
            {"step_size": 3, "gamma": 0.1}),
        "warmup_cosine_decay_schedule": (
            lambda warmup_steps, decay_steps, alpha: schedules.warmup_cosine_decay_schedule(
                warmup_steps, decay_steps, alpha)(np.arange(4)),
            {"warmup_steps": 2, "decay_steps": 3, "alpha": 0.1}),
    },
    "trajectories": {
        **{f"walk by {kind.__name__}": (
            lambda learning_rate, kind=kind, **arguments: list(walk(
                landscapes.beale().gradient, kind(learning_rate), **arguments)),
            {"learning_rate": 0.1, "start": np.array([[2.0, 1.0], [1.0, 1.0]]), "n_steps": 3,
             "bound": 10.0}) for kind in OPTIMIZERS},
        "diverged_at": {"path": PATH},
        "trajectory": {"gradient": VALLEY.gradient, "optimizer": DESCENT,
                       "start": np.array([2.0, 1.0]), "n_steps": 3, "bound": 10.0},
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
        "MinMaxScaler": {},
        "StandardScaler": {},
        **{f"{kind.__name__}.{method}": (call, {"features": ROWS})
           for kind in (preprocessing.MinMaxScaler, preprocessing.StandardScaler)
           for method, call in (("fit", kind().fit), ("transform", kind().fit(ROWS).transform),
                                ("inverse_transform", kind().fit(ROWS).inverse_transform))},
        "prepare": {"training": TRIAGE[0], "other": TRIAGE[0], "scaling": "z-score",
                    "codes": "one-hot"},
    },
}
HOLDERS = (
    "activations.Activation",
    "comparisons.PairedDifference",
    "datasets.Dataset",
    "detection.Roc",
    "landscapes.Landscape",
    "network_losses.NetworkLoss",
    "schedules.Scheduled",
    "training.Record",
)
NOTHING_TO_REPLACE = (
    "ensembles.Ensemble", "ensembles.OneByOne",
    "normal.finite_input",
    "checks.as_array",
    "checks.require",
    "convolution.Flatten",
    "layers.ActivationLayer",
    "layers.Layer",
    "optimizers.Optimizer",
)
UNCHECKED = {
    "ensembles.Ensemble.backpropagate": "takes what Ensemble.check has returned",
    "ensembles.Ensemble.measure": "takes what Ensemble.check has returned",
    "networks.Network.attach": "takes arrays that the network or its ensemble has made",
    "networks.Network.backpropagate": "takes what Network.check has returned",
    "networks.Network.measure": "takes what Network.check has returned",
    "convolution.add_windows": "runs inside the training loop; the layers have checked",
    "convolution.window_entries": "runs inside the training loop; the layers have checked",
    "schedules.Scheduled.effective_rate": "runs inside the training loop",
    "schedules.Scheduled.initial_state": "runs inside the training loop",
    "schedules.Scheduled.step": "runs inside the training loop",
    "roots.bisect": "runs inside functions that have checked their numbers",
    "network_losses.softmax_squared_error": "runs inside the training loop",
    "network_losses.softmax_squared_error_gradient": "runs inside the training loop",
}
NOT_FINITE = {
    "checks.as_measured": "NaN and infinity may be among measurements",
    "losses.binary_cross_entropy": "infinite where the output is certain and wrong",
    "losses.binary_cross_entropy_gradient": "infinite where the output is certain and wrong",
    "losses.log_likelihood": "infinite where the right class got probability 0",
    "losses.log_likelihood_gradient": "infinite where the right class got probability 0",
    "losses.squared_error": "infinite where the square is too large for a number",
    "losses.squared_error_from_logits": "infinite where the square is too large for a number",
    "quadratics.measured_rate": "NaN if the run arrived exactly or went too far",
    "inference.recall_per_class": "NaN for a class without rows",
    "inference.network_recall": "NaN for a class without rows, and after a divergence",
    "trajectories.trajectory": "NaN from where a run has diverged",
    "trajectories.walk": "NaN from where a run has diverged",
    "training.train": "NaN from where a run has diverged",
    "training.train at many rates": "NaN from where a run has diverged",
    "training.train at a rate": "NaN from where a run has diverged",
    **{f"trajectories.{name}": "NaN from where a run has diverged"
       for name in GOOD["trajectories"] if name.startswith("walk by ")},
    **{f"landscapes.{name}": "far out a height may be too large for a number"
       for name in GOOD["landscapes"] if ": " in name},
}
