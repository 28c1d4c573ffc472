"""Calls that work, for every public function: see test_bad_input.py."""

import itertools

import numpy as np
from makings import DIGITS, LABELS, RECORDS, RELU, ROWS, SIGMOID, network, random

from lecture_kit.sections.relu import dying, speed

GOOD = {
    "dying": {
        "activity": {"network": network(), "features": ROWS, "hidden_layer": 1},
        "course": {"seen": [(record, np.array([0.0, 0.5])) for record in RECORDS]},
        "died_and_woke": {"hidden_layer": 1, "rows": DIGITS, "seeds": (0, 1)},
        "ends": (lambda **arguments: dying.ends([network(), network()], **arguments),
                 {"learning_rate": 0.1, "rows": (ROWS, LABELS)}),
        "expected_activity": {"bias": 0.1, "init_scale": 0.5, "features": ROWS},
        "killing_bias": {"features": ROWS, "weights": random(3, 2)},
        "one_hidden_layer": {"leak": 0.1, "bias": 0.0, "seed": 0},
        "steps_to_wake": {"z": -1.0, "x": np.array([1.0, 2.0]), "learning_rate": 0.1,
                          "leak": 0.01},
        "train_and_count": (lambda **arguments: list(dying.train_and_count(
            network(), rows=(ROWS, LABELS), **arguments)),
            {"learning_rate": 0.1, "seed": 0, "batch_size": 3, "epochs": 2, "every": 2}),
    },
    "experiments": {
        "curves": {"activation": SIGMOID},
        "expected_gradient": {"factors": np.array([0.5, 0.6, 0.7])},
        "gradient_by_layer": {"network": network((3, 4, 4, 2)), "features": ROWS,
                              "labels": LABELS},
        "layer_factors": {"activation": SIGMOID, "init_scale": np.array([1.0, 2.0]),
                          "n_layers": 2, "mean_square": 1.0},
        "mean_factor": {"gradients": np.array([0.25, 0.5, 1.0])},
        "mean_slope": {"activation": SIGMOID, "n_inputs": 3, "init_scale": 1.0},
        "measured_slope": {"function": RELU.function, "z": np.array([0.0, 1.0]), "step": 1e-4},
        "slope_at": {"activation": SIGMOID, "z": 0.5, "step": 1e-4},
    },
    "speed": {
        "best_rate": {"needed": {0.1: 5, 0.3: None}},
        "quickest": {"activation": RELU, "learning_rates": (0.3, 1.0), "batch_size": 3,
                     "init_scale": 1.0, "rows": DIGITS, "seeds": (0,)},
        "race": (lambda **arguments: list(itertools.islice(speed.race(**arguments), 3)),
                 {"activation": RELU, "learning_rates": (0.1, 0.3), "batch_size": 3,
                  "init_scale": 1.0, "rows": DIGITS, "seed": 0}),
        "scaled_updates": {"needed": {0.1: 5, 0.3: None}},
        "seconds_per_value": {"function": RELU.function, "values": ROWS, "n_repeats": 2},
        "updates_needed": {"runs": [speed.Run(0.1, [0, 4], [2.3, 0.4])]},
    },
}
HOLDERS = (
    "speed.Run",
)
NOT_FINITE = {
    "dying.ends": "NaN where a run has diverged",
    "dying.train_and_count": "NaN from where a run has diverged",
    "experiments.curves": "NaN where a jump parts the slopes",
    "speed.quickest": "NaN where no rate arrived",
    "speed.race": "NaN from where a run has diverged",
}
