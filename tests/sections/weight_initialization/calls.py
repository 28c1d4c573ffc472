"""Calls that work, for every public function: see test_bad_input.py."""

import numpy as np
from makings import DIGITS, LABELS, ROWS, SIGMOID, TRAIN, network, random

from lecture_kit.maths.datasets import digit_rows
from lecture_kit.sections.weight_initialization import experiments, signals, slide_network

WEIGHTS = random(2, 3, 3)
NORMALS = signals.draw_normals(2, 3, 0, n_samples=4)
FOUR_DIGITS = digit_rows(12, range(4), z_score="all digits")
PAIR = {"learning_rate": 0.1, "seed": 0, "n_steps": 2, "rows": FOUR_DIGITS}

GOOD = {
    "experiments": {
        "survival": {"network": network((3, 4, 4, 2)), "rows": (ROWS, LABELS)},
        "train_deep": (lambda **arguments: experiments.train_deep(
            network(), rows=(ROWS, LABELS), **arguments), {"learning_rate": 0.1, **TRAIN}),
        "train_gains": {"activation": SIGMOID, "gains": np.array([0.5, 1.0]), "n_hidden": 2,
                        "learning_rate": 0.1, "batch_size": 3, "rows": DIGITS, "seed": 0},
    },
    "pair": {
        "difference_growth": PAIR,
        "first_step_apart": {"distances": np.array([0.1, 2.0]), "lengths": np.array([1.0, 1.0])},
        "train_pair": {"epsilon": 0.1, **PAIR},
        "train_pairs": {"epsilons": np.array([0.1, 0.2]), **PAIR},
        "two_units": {"epsilon": 0.1, "seed": 0, "classes": 4},
    },
    "signals": {
        "backpropagate": {"activation": SIGMOID, "weights": list(WEIGHTS),
                          "logits": list(random(2, 4, 3)), "gradient": random(4, 3)},
        "cut_normals": {"normals": NORMALS, "n_layers": 1, "width": 2, "n_numbers": 6},
        "draw_normals": {"n_layers": 2, "width": 3, "seed": 0, "n_samples": 4},
        "histogram": {"values": ROWS, "low": -2.0, "high": 2.0, "n_bins": 4},
        "magnitude_histogram": {"values": ROWS, "low": -2.0, "high": 2.0, "n_bins": 4},
        "measure_activations": {"activation": SIGMOID, "outputs": list(random(2, 4, 3)),
                                "low": -2.0, "high": 2.0},
        "measure_gradients": {"deltas": list(random(2, 4, 3)), "low": -10.0, "high": 2.0},
        "propagate": {"activation": SIGMOID, "weights": list(WEIGHTS), "inputs": random(4, 3)},
        "root_mean_square": {"values": ROWS},
        "saturated_share": {"activation": SIGMOID, "outputs": ROWS},
        "spread": {"values": ROWS},
    },
    "slide_network": {
        "last_layer": {"network": network((3, 4, 4, 2)), "rows": (ROWS, LABELS)},
        "losses_of_draws": {"activation": SIGMOID, "init_scale": 0.1,
                            "learning_rates": np.array([0.1, 0.2]), "n_draws": 1, "epochs": 1,
                            "rows": (DIGITS[0][:8], DIGITS[1][:8])},
        "slide_network": {"activation": SIGMOID, "init_scale": 0.1, "seed": 0},
        "train_slide": (lambda **arguments: list(slide_network.train_slide(
            [network()], rows=(ROWS, LABELS), **arguments)),
            {"learning_rates": 0.1, "epochs": 1, "seed": 0, "record_every": 1}),
    },
    "theory": {
        "inside_band": {"signals": np.array([0.1, 2.0]), "gradients": np.array([1.0, 1.0]),
                        "factor": 10.0},
        "mean_field": {"activation": SIGMOID, "init_scale": 0.1, "width": 3, "n_layers": 2},
        "predict_survival": {"activation": SIGMOID, "gains": np.array([0.5, 1.0]), "n_hidden": 2},
    },
}
HOLDERS = (
    "experiments.BandRun",
    "pair.PairRun",
    "slide_network.SlideRun",
    "theory.MeanField",
)
NOT_FINITE = {
    "experiments.train_deep": "NaN from where a run has diverged",
    "experiments.train_gains": "NaN from where a run has diverged",
    "pair.train_pair": "NaN from where a run has diverged",
    "pair.train_pairs": "NaN from where a run has diverged",
    "pair.difference_growth": "NaN from where a run has diverged",
    "slide_network.losses_of_draws": "NaN from where a run has diverged",
    "slide_network.last_layer": "NaN for a signal below the rounding of float32",
    "slide_network.train_slide": "NaN from where a run has diverged",
    "signals.measure_activations": "NaN for a signal below the rounding of float32",
}
