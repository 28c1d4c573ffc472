"""Calls that work, for every public function: see test_bad_input.py."""

import numpy as np
from makings import ADAM, BOWL, LABELS, PATH, ROWS, random

from lecture_kit.maths import landscapes, optimizers
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY
from lecture_kit.sections.adaptive_methods import experiments

WORDS = experiments.write_words(1.0, 0.5, 0, 4, 5, 2)
LEARNED = experiments.learn_words(optimizers.Adam, WORDS, [0.1, 0.2])
TASK = experiments.Task((ROWS, LABELS), (ROWS, LABELS), (3, 4, 2),
                        SOFTMAX_CROSS_ENTROPY, 0.5)

GOOD = {
    "experiments": {
        "adagrad_rate_by_frequency": {"frequency": np.array([0.1, 0.5]), "learning_rate": 0.1,
                                      "residual": 2.0, "batch_size": 4},
        "adagrad_wins_below": {"n_hits": 3},
        "arrival": {"landscape": BOWL, "path": PATH, "radius": 0.1, "reach": 1.0},
        "arrival on a saddle": {"landscape": landscapes.saddle(), "path": PATH, "radius": 0.1,
                                "reach": 1.0},
        "escape_steps": {"ways": np.array([[0.1, 0.2], [0.5, 2.0]]), "reach": 1.0},
        "escape_steps_of_adagrad": {"learning_rate": np.array([0.1, 0.2]), "reach": 1.0},
        "escape_steps_of_gradient_descent": {"distance": 1e-3, "learning_rate": 0.1, "reach": 1.0},
        "growth_on_the_ridge": {"distance": 0.1, "learning_rate": 0.1, "n_steps": 3},
        "learn_words": {"method": optimizers.Adam, "words": WORDS,
                        "learning_rates": np.array([0.1, 0.2])},
        "leave_ridge": {"optimizer": ADAM, "distances": np.array([0.1, 0.2]), "n_steps": 20,
                        "reach": 1.0},
        "load_task": {"name": "spambase"},
        "look_inside": {"optimizer": ADAM, "gradient": experiments.rare_gradient,
                        "start": np.zeros(2), "n_steps": 3},
        "make_inside": {"name": "RMSprop", "learning_rate": 0.1, "decay": 0.9},
        "make_sweep": {"learning_rates": np.array([0.1, 0.2]), "results": np.array([3.0, 2.0])},
        "race": (lambda name, rate, start, n_steps, bound: experiments.race(
            BOWL, {str(name): rate}, start, n_steps, bound), {
                "name": "Adam", "rate": np.array([0.1, 0.2]), "start": np.array([2.0, 1.0]),
                "n_steps": 3, "bound": 100.0}),
        "rate_for_first_step": {"length": 0.1, "decay": 0.9},
        "step_on_a_slope": {"name": "RMSprop", "step": np.array([1, 2]), "decay": 0.9,
                            "beta1": 0.9},
        "sweep_rates": {"landscape": BOWL, "learning_rates": np.array([0.1, 0.2]),
                        "start": np.array([2.0, 1.0]), "n_steps": 3},
        "sweep_words": {"words": WORDS, "learned": LEARNED, "learning_rates": np.array([0.1, 0.2])},
        "train_one_epoch": {"task": TASK, "method": optimizers.Adam,
                            "learning_rates": np.array([0.1, 0.2]), "batch_size": 2, "seed": 0,
                            "n_records": 2},
        "write_words": {"exponent": 1.0, "noise": 0.5, "seed": 0, "n_words": 4, "n_steps": 5,
                        "batch_size": 2},
        "Words.error": (WORDS.error, {"weights": random(2, 4)}),
    },
}
HOLDERS = (
    "experiments.Epoch",
    "experiments.Inside",
    "experiments.Learned",
    "experiments.Sweep",
    "experiments.Task",
    "experiments.Words",
)
UNCHECKED = {
    "experiments.constant_gradient": "look_inside calls it at every step",
    "experiments.rare_gradient": "look_inside calls it at every step",
}
NOT_FINITE = {
    "experiments.Words.error": "infinite or NaN for weights that diverged",
    "experiments.race": "NaN from where a run has diverged",
    "experiments.arrival": "NaN for a run that has not arrived",
    "experiments.arrival on a saddle": "NaN for a run that has not arrived",
    "experiments.escape_steps": "NaN for a run that has not arrived",
    "experiments.make_sweep": "NaN for a run that has not arrived",
    "experiments.sweep_rates": "NaN for a run that has not arrived",
}
