"""Calls that work, for every public function: see test_bad_input.py."""

import numpy as np
from makings import DESCENT, PATH, VALLEY, WELLS, random

GOOD = {
    "energy": {
        "caught_on_side": {"landscape": WELLS, "path": random(5, 2, 1), "learning_rate": 0.1},
        "crossings": {"landscape": WELLS, "learning_rate": 0.05,
                      "momentum": np.array([0.1, 0.9]), "start": 1.5, "n_steps": 5},
    },
    "experiments": {
        "at_rest": {"landscape": WELLS, "optimizer": DESCENT, "starts": random(3, 1),
                    "n_steps": 12, "bound": 100.0},
        "basin_share": {"landscape": WELLS, "low": -2.0, "high": 2.0},
        "energies": {"landscape": VALLEY, "path": PATH, "learning_rate": 0.1},
        "falling_modes": {"start": np.array([2.0, 1.0]), "factors": np.array([0.9, 1.1]),
                          "n_steps": 3},
        "forces": {"landscape": VALLEY, "path": PATH, "learning_rate": 0.1, "momentum": 0.9},
        "hilltop": {"landscape": WELLS},
        "last_points": {"gradient": VALLEY.gradient, "optimizer": DESCENT,
                        "start": np.array([2.0, 1.0]), "n_steps": 3, "bound": 10.0, "n_last": 2},
        "roll": {"landscape": WELLS, "learning_rate": 0.05, "momentum": 0.5, "start": 1.5,
                 "n_steps": 3},
        "settled": {"points": PATH, "minimum": np.zeros(2), "radius": 0.1},
        "shares_by_momentum": {"landscape": WELLS, "learning_rate": 0.1,
                               "momentum": np.array([0.1, 0.9]), "starts": random(3, 1),
                               "n_steps": 12, "bound": 100.0},
        "until_divergence": {"path": PATH},
    },
}
NOTHING_TO_REPLACE = (
    "experiments.Roll",
)
NOT_FINITE = {
    "experiments.energies": "NaN from where a run has diverged",
    "experiments.last_points": "NaN from where a run has diverged",
}
