"""Calls that work, for every public function: see test_bad_input.py."""

import numpy as np
from makings import DESCENT, LABELS, RELU, ROWS, network

from lecture_kit.sections.batch_normalization import experiments, inside

GOOD = {
    "experiments": {
        "accuracy_on_the_way": (lambda **arguments: experiments.accuracy_on_the_way(
            [network(), network()], DESCENT, validation=(ROWS, LABELS), **arguments),
            {"training": (ROWS, LABELS), "batch_size": 3, "n_updates": 3, "record_every": 1,
             "seed": 0}),
        "batch_mean_spread": {"deviation": 2.0, "batch_size": np.array([1, 4])},
        "batch_mean_spreads": {"batches": ROWS, "batch_sizes": np.array([1, 3])},
        "build_network": {"kind": "noisy BN", "init_scale": 0.1, "sizes": (3, 4, 2),
                          "activation": RELU, "seed": 0},
        "gradient_keeping_scale": {"activation": RELU, "width": 10},
        "random_batches": {"values": np.arange(5.0), "batch_size": 2, "n_batches": 3, "seed": 0},
        "same_effective_rate": {"learning_rate": 0.1, "init_scale": 0.1,
                                "init_scales": np.array([0.1, 1.0])},
        "stages_of_normalization": {"batch": ROWS[:, :1], "mean": 0.5, "deviation": 1.5,
                                    "scale": 2.0, "shift": 1.0},
    },
    "inside": {
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
}
HOLDERS = (
    "experiments.Stage",
    "inside.Snapshot",
)
NOT_FINITE = {
    "experiments.accuracy_on_the_way": "NaN from where a run has diverged",
}
