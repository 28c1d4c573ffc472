"""Calls that work, for every public function: see test_bad_input.py."""

import numpy as np

GOOD = {
    "experiments": {
        "corrections": {},
        "requirements": {},
        "cut_outside": {"path": np.array([4.0, -5.0, 7.0]), "bound": 6.0},
        "descent_step": {"x": np.array([1.0, 2.0]), "slope": 0.5, "learning_rate": 0.1},
        "expected_distances": {"start": 4.0, "curvature": 2.0, "learning_rate": 0.1, "n_steps": 3},
        "is_new_enough": {"found": "2.10", "lowest": "2.9"},
        "measured_factor": {"path": np.array([4.0, 2.0, 1.0])},
        "step_factor": {"curvature": np.array([1.0, 2.0]), "learning_rate": 0.1},
    },
}
HOLDERS = (
    "experiments.Correction",
    "experiments.Requirement",
)
NOT_FINITE = {
    "experiments.expected_distances": "infinite where a distance is too large for a number",
}
