"""Calls that work, for every public function: see test_bad_input.py."""

import numpy as np
from makings import LABELS, ROWS, SIGMOID, TRAIN, network, random

from lecture_kit.maths.datasets import digit_rows
from lecture_kit.sections.weight_initialization import experiments

WEIGHTS = random(2, 3, 3)
FOUR_DIGITS = digit_rows(12, range(4), z_score="all digits")

GOOD = {
    "experiments": {
        "backpropagate": {"activation": SIGMOID, "weights": list(WEIGHTS),
                          "logits": list(random(2, 4, 3)), "gradient": random(4, 3)},
        "difference_growth": {"learning_rate": 0.1, "seed": 0, "n_steps": 2, "rows": FOUR_DIGITS},
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
        "train_deep": (lambda **arguments: experiments.train_deep(
            network(), rows=(ROWS, LABELS), **arguments), {"learning_rate": 0.1, **TRAIN}),
        "train_pair": {"epsilon": 0.1, "learning_rate": 0.1, "seed": 0, "n_steps": 2,
                       "rows": FOUR_DIGITS},
        "two_units": {"epsilon": 0.1, "seed": 0, "classes": 4},
    },
}
HOLDERS = (
    "experiments.MeanField",
    "experiments.PairRun",
)
NOT_FINITE = {
    "experiments.train_deep": "NaN from where a run has diverged",
    "experiments.train_pair": "NaN from where a run has diverged",
    "experiments.difference_growth": "NaN from where a run has diverged",
}
