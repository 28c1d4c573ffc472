"""Calls that work, for every public function: see test_bad_input.py."""

import numpy as np
from makings import LABELS, RECORDS, ROWS, network, random, rng

GOOD = {
    "experiments": {
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
}
NOT_FINITE = {
    "experiments.noise_floor": "infinite for rates from 2 on",
    "experiments.mean_height": "NaN from where a run has diverged",
    "experiments.noisy_descent": "NaN from where a run has diverged",
}
