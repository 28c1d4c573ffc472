"""Calls that work, for every public function: see test_bad_input.py."""

import numpy as np
from makings import ROWS, VALLEY, random

from lecture_kit.sections.preprocessing import connections

CONNECTIONS = {"scaling": "z-score", "codes": "one-hot", "learning_rate": 0.1}

GOOD = {
    "connections": {
        "connections": {"scaling": "z-score", "codes": "one-hot", "seed": 0},
        "leads": {"scores": dict.fromkeys(connections.PREPARATIONS, np.array([0.1, 0.4, 0.2]))},
        "repeat_on_connections": (connections.repeat_on_connections,
                                  {**CONNECTIONS, "seeds": np.array([-1])}),
        "scores_over_rates": (connections.scores_over_rates,
                              {"scaling": "z-score", "codes": "one-hot",
                               "learning_rates": np.array([0.1]), "seeds": np.array([-1])}),
        "split": {"seed": 0},
        "train_on_connections": (lambda **arguments: next(
            connections.train_on_connections(**arguments)),
                                 {**CONNECTIONS, "batch_size": 16, "init_scale": 0.1, "seed": 0,
                                  "epochs": 1}),
        "train_all": (lambda **arguments: next(connections.train_all(**arguments)),
                      {"learning_rate": 0.1, "batch_size": 16, "init_scale": 0.1, "seed": 0,
                       "epochs": 1}),
    },
    "draws": {
        "best_descents": {"scaling": "z-score", "seeds": np.array([0, 1])},
        "condition_numbers": {"scaling": "min-max", "correlation": 0.6,
                              "seeds": np.array([0, 1]), "with_bias": True},
    },
    "nominal": {
        "best_accuracy": {"counts": np.array([[1, 2], [3, 0]])},
        "best_accuracy_on_a_line": {"order": np.array([1, 0]),
                                    "counts": np.array([[1, 2], [3, 0]])},
        "count_attacks": {"column": 2},
        "count_classes": {"codes": np.array([0, 1, 1]), "labels": np.array([0, 1, 0]),
                          "n_classes": 2},
        "integer_inputs": {"orders": np.array([[0, 1], [1, 0]]),
                           "counts": np.array([[1, 2], [3, 0]])},
        "most_frequent": {"counts": np.array([[1, 2], [3, 0]]), "n_shown": 2},
        "pairwise_distances": {"rows": ROWS},
        "random_orders": {"n_categories": 4, "seeds": np.array([0, 1])},
        "softmax_accuracy": {"inputs": random(2, 2, 1), "counts": np.array([[1, 2], [3, 0]]),
                             "n_updates": 3, "learning_rate": 1.0},
    },
    "experiments": {
        "condition_number": {"curvatures": np.array([1.0, 3.0])},
        "condition_number_after_z_score": {"correlation": np.array([0.1, -0.9])},
        "on_contour": {"landscape": VALLEY, "height": 1.0, "angle": 30.0},
        "curvatures_of": {"landscape": VALLEY},
        "descend": {"landscape": VALLEY, "learning_rate": 0.1, "start": np.array([2.0, 1.0]),
                    "n_steps": 8, "share": 0.01},
        "enough_steps": {"factor": 0.9, "share": 0.01},
        "fair_start": {"landscape": VALLEY, "height": 1.0},
        "falling_loss": {"factor": 0.9, "n_steps": 3, "highest": 1e12},
        "linear_model": {"features": ROWS, "target": np.arange(6.0)},
        "scaled": {"features": ROWS, "scaling": "min-max"},
        "people": {"n_people": 5, "correlation": 0.6, "seed": 0},
        "valleys": {"correlation": 0.6, "seed": 0},
    },
    "outliers": {
        "body_weights": {"n_people": 5, "seed": 0},
        "kept_by_min_max": {"others": np.arange(3.0), "outlier": np.array([10.0, -3.0])},
        "kept_by_z_score": {"others": np.arange(3.0), "outlier": np.array([10.0, -3.0])},
        "kept_over_draws": {"n_others": 5, "outlier": 655.0, "seeds": np.array([0, 1])},
        "largest_z_score": {"n": 5},
        "scale_with_outlier": {"others": np.arange(3.0), "outlier": 10.0},
    },
}
HOLDERS = (
    "experiments.Descent",
)
TOO_LONG = (
    "connections.repeat_on_connections",
    "connections.scores_over_rates",
)
NOT_FINITE = {
    "connections.repeat_on_connections": "NaN for a training that diverged",
    "connections.scores_over_rates": "NaN for a training that diverged",
    "draws.best_descents": "NaN for a run too short to measure",
    "experiments.descend": "NaN for a run too short to measure",
    "experiments.enough_steps": "infinite for a factor from 1 on",
}
