"""Calls that work, for every public function: see test_bad_input.py."""

import numpy as np
from makings import DESCENT, DIGITS, LABELS, RELU, ROWS, SIGMOID, network

from lecture_kit.sections.batch_normalization import experiments, gradients, inside, rates

SETS = np.array([ROWS, -ROWS]), np.array([LABELS, LABELS])
RATES = {"rates": np.array([0.1, 1.0, 3.0])}


def look_ahead(steps):
    return gradients.look_ahead(
        lambda: [network(), network()], np.stack([network().parameters] * 2), steps,
        (ROWS, LABELS))


GOOD = {
    "experiments": {
        "accuracy_on_the_way": (lambda **arguments: experiments.accuracy_on_the_way(
            [network(), network()], DESCENT, validation=(ROWS, LABELS), **arguments),
            {"training": (ROWS, LABELS), "batch_size": 3, "n_updates": 3, "record_every": 1,
             "seed": 0}),
        "at_training_accuracy": {"training": np.array([[0.1, 0.5], [0.9, 1.0]]),
                                 "validation": np.array([[0.1, 0.4], [0.8, 0.9]]), "level": 0.4},
        "batch_mean_spread": {"deviation": 2.0, "batch_size": np.array([1, 4])},
        "batch_mean_spreads": {"batches": ROWS, "batch_sizes": np.array([1, 3])},
        "build_network": {"kind": "noisy BN", "init_scale": 0.1, "sizes": (3, 4, 2),
                          "activation": RELU, "seed": 0},
        "load_rows": {},
        "gradient_keeping_scale": {"activation": RELU, "width": 10},
        "random_batches": {"values": np.arange(5.0), "batch_size": 2, "n_batches": 3, "seed": 0},
        "same_effective_rate": {"learning_rate": 0.1, "init_scale": 0.1,
                                "init_scales": np.array([0.1, 1.0])},
        "small_sets": (lambda **arguments: experiments.small_sets(
            (ROWS, LABELS), seeds=(0, 1), **arguments), {"n_rows": 4, "share_wrong": 0.5}),
        "stages_of_normalization": {"batch": ROWS[:, :1], "mean": 0.5, "deviation": 1.5,
                                    "scale": 2.0, "shift": 1.0},
    },
    "gradients": {
        "first_layer_gradients": (lambda **arguments: gradients.first_layer_gradients(
            "with BN", SIGMOID, rows=DIGITS, seeds=(0, 1), **arguments),
            {"init_scale": 0.5, "depth": 2, "width": 4}),
        "look_ahead": (look_ahead, {"steps": np.array([0.1, 1.0])}),
        "watch_gradients": (lambda **arguments: gradients.watch_gradients(
            training=(ROWS, LABELS), validation=(ROWS, LABELS), seeds=(0, 1), sizes=(3, 4, 2),
            **arguments),
            {"kind": "with BN", "learning_rate": 0.5, "steps": np.array([0.1, 1.0]),
             "n_updates": 4, "every": 2}),
    },
    "inside": {
        "accuracy_in_batches": (lambda **arguments: inside.accuracy_in_batches(
            [network()], (ROWS, LABELS), **arguments), {"batch_size": 3, "is_sorted": True}),
        "activation_inputs": {"network": network(), "rows": ROWS},
        "mean_drift": {"before": ROWS, "after": ROWS + 1},
        "pooled_deviation": {"scale": np.ones(3), "shift": np.arange(3.0)},
        "shares_per_bin": {"values": ROWS, "low": -2.0, "high": 2.0, "n_bins": 4},
        "training_logits": {"network": network(), "rows": ROWS},
        "watch_training": (lambda **arguments: inside.watch_training(
            network(), DESCENT, (ROWS, LABELS), (ROWS, LABELS), **arguments),
            {"probe": ROWS, "batch_size": 3, "n_updates": 4, "record_every": 2, "seed": 0,
             "low": -8.0, "high": 8.0, "n_bins": 4}),
    },
    "rates": {
        "accuracies_at_levels": (lambda **arguments: rates.accuracies_at_levels(
            sets=SETS, validation=(ROWS, LABELS), seeds=(0, 1), sizes=(3, 4, 2), **arguments),
            {"kind": "with BN", "learning_rate": 0.5, "levels": (0.1, 0.2), "epochs": 2}),
        "best_rate": {**RATES, "scores": np.array([[0.1, 0.2], [0.5, 0.6], [0.3, 0.3]])},
        "largest_rates_that_learn": (lambda **arguments: rates.largest_rates_that_learn(
            "with BN", SIGMOID, training=(ROWS, LABELS), validation=(ROWS, LABELS), seeds=(0, 1),
            sizes=(3, 4, 2), **arguments),
            {**RATES, "init_scale": 0.5, "n_updates": 3, "accuracy": 0.5}),
        "own_rate": (lambda **arguments: rates.own_rate(
            "with BN", training=(ROWS, LABELS), seeds=(0, 1), sizes=(3, 4, 2), **arguments),
            {"rates": np.array([1e-3, 1.0, 1e3]), "epochs": 2}),
        "train_at_rates": (lambda **arguments: rates.train_at_rates(
            "with BN", SIGMOID, training=(ROWS, LABELS), validation=(ROWS, LABELS), seeds=(0, 1),
            sizes=(3, 4, 2), **arguments),
            {**RATES, "init_scale": 0.5, "batch_size": 3, "epochs": 2}),
        "updates_to_reach": (lambda **arguments: rates.updates_to_reach(
            training=(ROWS, LABELS), validation=(ROWS, LABELS), seeds=(0, 1), sizes=(3, 4, 2),
            **arguments),
            {"accuracy": 0.5, "kind": "with BN", "init_scale": 0.5, **RATES, "most": 3}),
    },
}
HOLDERS = (
    "experiments.Stage",
    "gradients.Watched",
    "inside.Snapshot",
)
NOT_FINITE = {
    "experiments.at_training_accuracy": "NaN for a network that never gets to the level",
    "gradients.watch_gradients": "NaN for a network whose loss is never below 1",
    "rates.accuracies_at_levels": "NaN for a network that never gets to a level",
    "rates.largest_rates_that_learn": "infinite where the largest rate learns",
    "rates.train_at_rates": "NaN where a training has diverged",
    "rates.updates_to_reach": "infinite for who does not get there",
    "experiments.accuracy_on_the_way": "NaN from where a run has diverged",
}
