"""Calls that work, for every public function: see test_bad_input.py."""

import numpy as np

GOOD = {
    "experiments": {
        "corrections": {},
        "requirements": {},
        "descent_step": {"x": np.array([1.0, 2.0]), "slope": 0.5, "learning_rate": 0.1},
        "is_new_enough": {"found": "2.10", "lowest": "2.9"},
        "measured_factor": {"path": np.array([4.0, 2.0, 1.0])},
        "step_factor": {"curvature": np.array([1.0, 2.0]), "learning_rate": 0.1},
    },
}
HOLDERS = (
    "experiments.Correction",
    "experiments.Requirement",
)
