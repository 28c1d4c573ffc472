"""Calls that work, for every public function: see test_bad_input.py."""

import numpy as np
from makings import SIGMOID, random

from lecture_kit.sections.loss_functions import mail

WEIGHTS = random(2, 3, 3)

GOOD = {
    "experiments": {
        "gradient_by_depth": {"activation": SIGMOID, "weights": WEIGHTS, "seed": 0,
                              "n_samples": 2},
        "gradient_ratio": {"output": np.array([0.2, 0.9])},
        "neuron_gradient": {"loss": "squared error", "x": 1.0, "w": np.array([0.5, 1.0]),
                            "b": 0.1, "target": 1.0},
        "random_rotations": {"n_layers": 2, "seed": 0, "width": 3},
        "sigmoid_gradient_bound": {"n_layers": np.array([1, 2]), "init_scale": 1.0},
        "train_neuron": {"loss": "cross entropy", "x": 1.0, "w": 0.6, "b": 0.9, "target": 0.0,
                         "learning_rate": 0.15, "n_steps": 3},
    },
    "mail": {
        "mail_rows": {},
        "train_on_mail": (lambda **arguments: next(mail.train_on_mail(**arguments)),
                          {"squared_error_rate": 0.1, "cross_entropy_rate": 0.1, "batch_size": 64,
                           "init_scale": 0.01, "seed": 0, "epochs": 1}),
        "wrong_by_rate": {"loss": "cross entropy", "learning_rates": np.array([0.1, 1.0]),
                          "init_scales": np.array([0.1]), "n_splits": 1, "epochs": 1},
    },
}
