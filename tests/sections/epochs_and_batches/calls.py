"""Calls that work, for every public function: see test_bad_input.py."""

import numpy as np
from makings import LABELS, RECORDS, ROWS, network, random, rng

GOOD = {
    "experiments": {
        "batch_bytes": {"sizes": (3, 4, 2), "batch_size": 4, "bytes_per_number": 8},
        "build_network": {"data": "digits", "seed": 0, "n_hidden": 4},
        "count_iterations": {"n_samples": 10, "batch_size": np.array([3, 5]), "epochs": 2},
        "iteration_of_place": {"n_samples": 10, "batch_size": 3, "epochs": 2},
        "load_rows": {"data": "digits"},
        "rows_in_last_batch": {"n_samples": 10, "batch_size": 3},
        "seconds_per_update": {"network": network(), "features": ROWS, "labels": LABELS,
                               "batch_size": 3, "n_repeats": 2},
        "step_operations": {"sizes": (3, 4, 2), "batch_size": 4},
        "train_small_network": {"data": "digits", "learning_rate": 0.1, "batch_size": 512,
                                "epochs": 1, "seed": 0, "records_per_epoch": 2},
    },
    "noise": {
        "batch_means": {"points": random(3, 2), "order": np.array([[0, 1, 2], [2, 1, 0]])},
        "draw_order": {"n_samples": 3, "n_batches": 2, "rng": rng()},
        "gradient_spread": {"n_samples": 10, "batch_size": np.array([3, 5])},
        "noise_plane": {"gradients": random(4, 3)},
        "noise_scale": {"learning_rate": 0.1, "n_samples": 10, "batch_size": 3},
        "row_gradients": {"network": network(), "features": ROWS, "labels": LABELS},
        "sample_means": {"points": random(4, 2), "batch_sizes": (1, 3), "n_batches": 5, "seed": 0},
        "scaled_learning_rate": {"learning_rate": 0.1, "factor": np.array([2.0, 4.0])},
        "spread": {"points": random(4, 2), "centre": np.zeros(2)},
        "trained_plane": {"epochs": 1, "seed": 0},
        "uphill_share": {"points": random(4, 2)},
    },
    "race": {
        "all_cheapest": {"costs": (3.0, None, 3.0)},
        "cheapest": {"costs": (3.0, None, 2.0)},
        "costs_to_reach": {"trainings": [RECORDS, RECORDS], "target": 0.1,
                           "seconds": np.array([0.1, 0.2])},
        "curve": {"records": RECORDS, "unit": "seconds", "seconds": 0.1},
        "first_to_reach": {"records": RECORDS, "target": 0.1},
        "perfect_scaling": {"batch_sizes": (1, 2), "costs": {"updates": [8, 4], "epochs": [1, 1]},
                            "unit": "epochs"},
        "run": {"data": "digits", "batch_size": 64, "learning_rate": 0.3, "seed": 0},
        "step_seconds": {"data": "digits"},
        "until_loss": {"records": RECORDS, "target": 0.1},
    },
    "walkers": {
        "descend": {"learning_rate": 0.1, "batch_size": 64, "seed": 0},
        "mean_height": {"path": random(2, 3, 1, 2)},
        "measured_floors": {"learning_rate": 0.1, "batch_size": 4, "seed": 0},
        "noise_floor": {"learning_rate": np.array([0.1, 0.2]), "variance": 2.0, "n_samples": 10,
                        "batch_size": 3},
        "noisy_descent": {"learning_rate": np.array([0.1, 0.2]), "means": random(4, 2, 2),
                          "start": np.array([2.0, 1.0]), "n_steps": 3, "rng": rng(),
                          "bound": 1e3},
        "scaled_setting": {"learning_rate": 0.1, "batch_size": 4, "rule": "k · η",
                           "factor": np.array([2, 4])},
        "theory_floors": {"learning_rate": 0.1, "batch_size": 4},
    },
    "wrong_labels": {
        "flip_labels": {"labels": LABELS, "share": 0.5, "n_classes": 2, "seed": 0},
        "load_few_digits": {"n_rows": 5, "label_noise": 0.1, "seed": 0},
        "train_on_few_digits": {"n_rows": 5, "label_noise": 0.1, "seed": 0, "epochs": 2},
    },
}
HOLDERS = ("walkers.Descent",)
NOT_FINITE = {
    "walkers.descend": "NaN from where a walker has diverged",
    "walkers.mean_height": "NaN from where a run has diverged",
    "walkers.measured_floors": "NaN from where a walker has diverged",
    "walkers.noise_floor": "infinite for rates from 2 on",
    "walkers.noisy_descent": "NaN from where a run has diverged",
    "walkers.theory_floors": "infinite for rates from 2 on",
}
