"""Calls that work, for every public function: see test_bad_input.py."""

import numpy as np
from makings import LABELS

from lecture_kit.sections.detection import adversary, experiments, weights

ONE = experiments.train_detectors([0])
SPLIT = experiments.split_mail(0)
MAILS = SPLIT.mails["test"][:4]


def with_one(function, **settings):
    """Leave the detector as it is, and vary the rest."""
    def call(**arguments):
        return function(ONE, **settings, **arguments)
    return call


def first_round(seeds, budget):
    return next(adversary.harden(seeds, budget))


GOOD = {
    "adversary": {
        "add_words": {"mails": MAILS, "words": np.array([0, 48, 3, 47]), "shares": 0.1},
        "evade": (with_one(adversary.evade, seeds=[0]), {"part": "test", "n_steps": 2,
                                                         "step": 0.01}),
        "evade_by_trying": (with_one(adversary.evade_by_trying, seeds=[0]), {
            "part": "test", "n_steps": 1, "step": 0.01, "every": 100}),
        "harden": (first_round, {"seeds": [0, 1], "budget": 0.05}),
        "recalls": {"scores": np.zeros((3, 2, 4)), "thresholds": np.array([0.5, -0.5])},
    },
    "experiments": {
        "MailSplit.rows": (SPLIT.rows, {"part": "test"}),
        "build_detectors": {"seeds": [0, 1], "hidden": (4,)},
        "calibration": {"scores": np.linspace(-1, 1, 6), "labels": LABELS, "share": 0.1,
                        "edges": np.array([-2.0, 0.0, 2.0])},
        "curves_of": (with_one(experiments.curves_of), {"seeds": [0], "part": "test"}),
        "points_within": (with_one(experiments.points_within), {"seeds": [0], "most": 0.1}),
        "split_mail": {"seed": 0},
        "thresholds_within": (with_one(experiments.thresholds_within), {"seeds": [0],
                                                                        "most": 0.1}),
        "train_detectors": {"seeds": [0, 1], "hidden": ()},
        "training_tables": {"seeds": [0, 1]},
    },
    "twins": {
        "groups_of_twins": {"rows": np.array([[0.0, 1.0], [0.0, 2.0], [3.0, 4.0]]), "most": 1},
        "nearest_row_test": {"seed": 0, "together": True},
    },
    "weights": {
        "compare_weights": (lambda **arguments: weights.compare_weights(**arguments, n_splits=2),
                            {"share": 0.1, "cost_alarm": 1.0, "cost_miss": 10.0}),
        "weighted": (lambda weight: weights.weighted(weight).value(np.ones((6, 1)), LABELS),
                     {"weight": 3.0}),
    },
}
HOLDERS = (
    "adversary.Evasion",
    "experiments.MailSplit",
)
NOTHING_TO_REPLACE = (
    "adversary.score_and_gradient",
    "twins.groups_of_connections",
    "weights.best_weight",
)
NOT_FINITE = {"experiments.calibration": "NaN for a bin with fewer than 5 mails of a class"}
UNCHECKED = {"experiments.fit": "training.learn checks what it passes on"}
