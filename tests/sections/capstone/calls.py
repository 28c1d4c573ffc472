"""Calls that work, for every public function: see test_bad_input.py."""

import numpy as np
from makings import ROWS

from lecture_kit.sections.capstone import ablations, experiments, pairs, settings
from lecture_kit.sections.capstone.settings import Settings

RESULT = ablations.Result(0.1, np.full(5, 0.5), np.full((5, 2), 0.5))
OFF = Settings(epochs=1)

GOOD = {
    "ablations": {
        "Result.scores": (RESULT.scores, {"measure": "accuracy"}),
        "ablation": {"data": "mail", "start": "all off"},
        "measure": (lambda data: next(ablations.measure(OFF, data)), {"data": "nothing"}),
        "measure_all": (lambda **arguments: next(ablations.measure_all(**arguments)),
                        {"data": "nothing", "start": "all off"}),
        "measured": (lambda data: ablations.measured(OFF, data), {"data": "nothing"}),
        "verdict": {"scores": np.array([0.5, 0.6, 0.7]), "others": np.array([0.1, 0.3, 0.2])},
        "verdicts": {"results": {"all off": RESULT, "+ ReLU": RESULT}, "measure": "accuracy"},
    },
    "experiments": {
        "build_network": {"settings": OFF, "n_features": 3, "n_classes": 2, "seed": 0},
        "start_training": (lambda **arguments: experiments.start_training(OFF, **arguments)[0],
                           {"data": "mail", "seed": 0, "record_every": 1}),
        "train_with": (lambda **arguments: next(experiments.train_with(OFF, **arguments)),
                       {"data": "mail", "seed": 0}),
    },
    "intervals": {
        "count_again": {"n_rows": 5, "recall": 0.5, "confidence": 0.9, "n_repetitions": 3,
                        "seed": 0},
        "width_in_theory": {"n_rows": np.array([1, 3]), "recall": 0.5, "confidence": 0.9},
    },
    "pairs": {
        "avoid_words": {"n_words": np.array([0, -1]), "numbers": np.array([0, 1])},
        "challenge_recalls": (lambda epochs, part: pairs.challenge_recalls(
            {**settings.ALL_ON, "epochs": epochs}, part), {"epochs": 0, "part": "test"}),
        "nearest_row": {"numbers": np.array([0, 1]), "part": "test", "together": 0},
        "start_on_splits": (lambda **arguments: pairs.start_on_splits(OFF, **arguments)[0],
                            {"data": "mail", "numbers": np.array([0, 1]), "part": "test",
                             "learning_rates": np.array([0.1, 1.0])}),
        "train_on_splits": (lambda **arguments: next(pairs.train_on_splits(OFF, **arguments))[0],
                            {"data": "mail", "numbers": np.array([0, 1]), "part": "test",
                             "learning_rates": np.array([0.1, 1.0])}),
    },
    "settings": {
        "Settings": {"loss": "cross entropy", "scaling": "z-score", "codes": "one-hot",
                     "init_scale": 0.1, "optimizer": "Adam", "batch_size": 32, "batch_norm": True,
                     "activation": "ReLU", "learning_rate": 0.1, "epochs": 2},
        "settings_from": (lambda name, value: settings.settings_from({str(name): value}),
                          {"name": "loss", "value": "cross entropy"}),
        "technique_names": {"data": "mail"},
        "with_techniques": {"techniques": ("ReLU", "Adam"), "epochs": 3},
    },
    "splits": {
        "columns_that_differ": {"rows": ROWS, "others": ROWS + 1},
        "deal_out": {"labels": np.array([0, 1] * 4)},
        "prepared": {"data": "connections", "scaling": "z-score", "codes": "one-hot",
                     "part": "test"},
        "resplit": {"data": "connections", "scaling": "z-score", "codes": "one-hot", "number": 3,
                    "part": "test", "together": 1},
        "rows_per_class": {"data": "connections", "part": "test"},
        "twin_groups": {"data": "connections", "n_columns": 1},
    },
}
HOLDERS = (
    "ablations.Result",
    "intervals.Counts",
)
NOTHING_TO_REPLACE = (
    "experiments.curves",
)
TOO_LONG = (
    "ablations.measure",
    "ablations.measure_all",
    "ablations.measured",
    "pairs.avoid_words",
    "pairs.challenge_recalls",
)
