"""Calls that work, for every public function: see test_bad_input.py."""

import numpy as np
from makings import DESCENT, LABELS, RELU, ROWS, TRAIN, network

from lecture_kit.sections.batch_normalization import experiments

GOOD = {
    "experiments": {
        "activation_inputs": {"network": network(), "rows": ROWS},
        "batch_mean_spread": {"deviation": 2.0, "batch_size": np.array([1, 4])},
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
        "watch_training": (lambda **arguments: experiments.watch_training(
            network(), DESCENT, (ROWS, LABELS), (ROWS, LABELS), **arguments),
            {"probe": ROWS, **TRAIN, "low": -8.0, "high": 8.0, "n_bins": 4}),
    },
}
HOLDERS = (
    "experiments.Snapshot",
)
NOT_FINITE = {
    "experiments.train_many": "NaN from where a run has diverged",
}
