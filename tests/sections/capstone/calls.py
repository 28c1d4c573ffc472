"""Calls that work, for every public function: see test_bad_input.py."""

import numpy as np
from makings import ROWS

from lecture_kit.sections.capstone import experiments

RESULT = experiments.Result(0.1, np.full(5, 0.5), np.full((5, 2), 0.5))

GOOD = {
    "experiments": {
        "Settings": {"loss": "cross entropy", "scaling": "z-score", "codes": "one-hot",
                     "init_scale": 0.1, "optimizer": "Adam", "batch_size": 32, "batch_norm": True,
                     "activation": "ReLU", "learning_rate": 0.1, "epochs": 2},
        "ablation": {"data": "mail", "start": "all off"},
        "build_network": {"settings": experiments.Settings(), "n_features": 3, "n_classes": 2,
                          "seed": 0},
        "challenge_scores": (lambda epochs, part: experiments.challenge_scores(
            {**experiments.ALL_ON, "epochs": epochs}, part), {"epochs": 0, "part": "test"}),
        "columns_that_differ": {"rows": ROWS, "others": ROWS + 1},
        "deal_out": {"labels": np.array([0, 1] * 4)},
        "measure": (lambda data: next(experiments.measure(experiments.Settings(epochs=1), data)),
                    {"data": "nothing"}),
        "measured": (lambda data: experiments.measured(experiments.Settings(epochs=1), data),
                     {"data": "nothing"}),
        "prepared": {"data": "connections", "scaling": "z-score", "codes": "one-hot",
                     "part": "test"},
        "repeat": {"settings": experiments.Settings(), "data": "mail", "part": "test",
                   "n_seeds": 0},
        "settings_from": (lambda name, value: experiments.settings_from({str(name): value}),
                          {"name": "loss", "value": "cross entropy"}),
        "start_training": (lambda **arguments: experiments.start_training(
            experiments.Settings(), **arguments)[0],
            {"data": "mail", "seed": 0, "part": "test", "record_every": 1}),
        "technique_names": {"data": "mail"},
        "train_with": (lambda **arguments: next(experiments.train_with(
            experiments.Settings(), **arguments)), {"data": "mail", "seed": 0}),
        "verdict": {"result": RESULT, "start": RESULT},
        "with_techniques": {"techniques": ("ReLU", "Adam"), "epochs": 3},
    },
}
HOLDERS = (
    "experiments.Result",
)
TOO_LONG = (
    "experiments.challenge_scores",
    "experiments.measure",
    "experiments.measured",
    "experiments.repeat",
)
