"""Calls that work, for every public function: see test_bad_input.py."""

import numpy as np
from makings import ADAM, BOWL, LABELS, PATH, ROWS, random

from lecture_kit.maths import landscapes, optimizers
from lecture_kit.maths.network_losses import SOFTMAX_CROSS_ENTROPY
from lecture_kit.sections.adaptive_methods import (
    experiments,
    falling_rates,
    inside,
    knobs,
    one_epoch,
    words,
)

WORDS = words.write_words(1.0, 0.5, 0, 4, 5, 2)
STACKED = words.stack_words([WORDS, WORDS])
LEARNED = words.learn_words(optimizers.Adam, WORDS, [0.1, 0.2])
TASK = one_epoch.Task((ROWS, LABELS), (ROWS, LABELS), (3, 4, 2), SOFTMAX_CROSS_ENTROPY, 0.5)
OUTCOME = experiments.Outcome({"Adam": PATH}, {"Adam": 3.0}, {"Adam": -1})
RECORD = inside.look_inside(ADAM, inside.constant_gradient, [0.0, 0.0], 3)

GOOD = {
    "experiments": {
        "arrival": {"landscape": BOWL, "path": PATH, "radius": 0.1, "reach": 1.0},
        "arrival on a saddle": {"landscape": landscapes.saddle(), "path": PATH, "radius": 0.1,
                                "reach": 1.0},
        "first_names": {"results": {"Adam": 3.0, "momentum": 2.0}},
        "hold_race": (lambda rate, start, n_steps: experiments.hold_race(
            BOWL, {"Adam": rate}, start, n_steps), {
                "rate": 0.1, "start": np.array([2.0, 1.0]), "n_steps": 3}),
        "lead": {"results": np.array([0.1, 0.4]), "others": np.array([0.3, 0.2])},
        "tune": {"learning_rates": np.array([0.1, 0.2]), "results": random(3, 2)},
        "make_sweep": {"learning_rates": np.array([0.1, 0.2]), "results": np.array([3.0, 2.0])},
        "race": (lambda name, rate, start, n_steps, bound: experiments.race(
            BOWL, {str(name): rate}, start, n_steps, bound), {
                "name": "Adam", "rate": np.array([0.1, 0.2]), "start": np.array([2.0, 1.0]),
                "n_steps": 3, "bound": 100.0}),
        "sweep_rates": {"landscape": BOWL, "learning_rates": np.array([0.1, 0.2]),
                        "start": np.array([2.0, 1.0]), "n_steps": 3},
        "Outcome.arrived_by": (OUTCOME.arrived_by, {"step": 2}),
        "Outcome.lost_by": (OUTCOME.lost_by, {"step": 2}),
        "Outcome.seen_by": (OUTCOME.seen_by, {"step": 2, "corner": np.array([4.0, 2.5])}),
    },
    "falling_rates": {
        "draw_words": {"exponent": 1.0, "seeds": [0, 1], "noise": 0.5},
        "error_course": {"words": STACKED, "optimizer": ADAM, "every": 2},
        "make_schedule": {"name": "step", "n_steps": 10, "share": 0.5},
        "tune_on_words": {"words": STACKED, "method": optimizers.Adam,
                          "learning_rates": np.array([0.1, 0.2]),
                          "schedule": falling_rates.make_schedule("cosine", 5)},
        "tune_share": {"words": STACKED, "method": optimizers.Adam,
                       "learning_rates": np.array([0.1, 0.2]), "name": "step"},
    },
    "knobs": {
        "arrivals": {"landscape": BOWL, "optimizer": ADAM, "starts": np.array([[2.0, 1.0]]),
                     "n_steps": 3, "radius": 0.1},
        "draw_starts": {"n_starts": 3, "seed": 0, "angle": 45.0},
        "tune_knobs": (lambda tried, starts, n_steps: knobs.tune_knobs(
            BOWL, optimizers.GradientDescent, {"learning_rate": tried}, starts, n_steps), {
                "tried": np.array([0.1, 0.2]), "starts": np.array([[2.0, 1.0]]), "n_steps": 3}),
    },
    "inside": {
        "longest_step": {"lengths": np.array([1.0, 3.0, 2.0])},
        "look_inside": {"optimizer": ADAM, "gradient": inside.rare_gradient,
                        "start": np.zeros(2), "n_steps": 3},
        "make_inside": {"name": "RMSprop", "learning_rate": 0.1, "decay": 0.9},
        "rate_for_first_step": {"length": 0.1, "decay": 0.9},
        "step_in_noise": {"ratio": np.array([0.0, 0.5]), "beta1": 0.9},
        "step_on_a_slope": {"name": "RMSprop", "step": np.array([1, 2]), "decay": 0.9,
                            "beta1": 0.9},
        "Inside.lengths": (RECORD.lengths, {"learning_rate": 0.1}),
    },
    "one_epoch": {
        "load_task": {"name": "spambase", "split": 3},
        "step_lengths": {"task": TASK, "optimizer": ADAM, "batch_size": 3, "seeds": [0, 1]},
        "tune_on_splits": {"data": "attack_triage", "name": "Adam", "schedule": "step",
                           "seeds": [0, 1], "learning_rates": np.array([0.1]),
                           "batch_size": 900},
        "train_one_epoch": {"task": TASK, "method": optimizers.Adam,
                            "learning_rates": np.array([0.1, 0.2]), "batch_size": 2, "seed": 0,
                            "n_records": 2},
    },
    "ridge": {
        "escape_steps": {"ways": np.array([[0.1, 0.2], [0.5, 2.0]]), "reach": 1.0},
        "escape_steps_of_adagrad": {"learning_rate": np.array([0.1, 0.2]), "reach": 1.0},
        "escape_steps_of_gradient_descent": {"distance": 1e-3, "learning_rate": 0.1, "reach": 1.0},
        "growth_on_the_ridge": {"distance": 0.1, "learning_rate": 0.1, "n_steps": 3},
        "leave_ridge": {"optimizer": ADAM, "distances": np.array([0.1, 0.2]), "n_steps": 20,
                        "reach": 1.0},
        "until_off": {"way": np.array([0.1, 0.5, 2.0]), "reach": 1.0},
    },
    "words": {
        "adagrad_rate_by_frequency": {"frequency": np.array([0.1, 0.5]), "learning_rate": 0.1,
                                      "residual": 2.0, "batch_size": 4},
        "adagrad_wins_below": {"n_hits": 3},
        "learn_words": {"method": optimizers.Adam, "words": WORDS,
                        "learning_rates": np.array([0.1, 0.2])},
        "sweep_words": {"words": WORDS, "learned": LEARNED, "learning_rates": np.array([0.1, 0.2])},
        "write_words": {"exponent": 1.0, "noise": 0.5, "seed": 0, "n_words": 4, "n_steps": 5,
                        "batch_size": 2},
        "Words.error": (WORDS.error, {"weights": random(2, 4)}),
    },
}
HOLDERS = (
    "experiments.Outcome",
    "experiments.Sweep",
    "experiments.Tuned",
    "inside.Inside",
    "knobs.Settings",
    "one_epoch.Epoch",
    "one_epoch.Task",
    "words.Learned",
    "words.Words",
)
NOTHING_TO_REPLACE = ("falling_rates.with_schedule", "words.stack_words")
UNCHECKED = {
    "inside.noisy_gradient": "look_inside calls it at every step",
    "schedule_views.show_schedules": "the controls of the panel give it what it takes",
    "words.word_steps": "runs inside functions that have checked their numbers",
    "inside.canyon_gradient": "look_inside calls it at every step",
    "inside.constant_gradient": "look_inside calls it at every step",
    "inside.rare_gradient": "look_inside calls it at every step",
}
NOT_FINITE = {
    "experiments.tune": "NaN for a run without a result",
    "falling_rates.error_course": "infinite or NaN where a run diverged",
    "falling_rates.tune_on_words": "NaN for a run that diverged",
    "falling_rates.tune_share": "NaN for a run that diverged",
    "knobs.arrivals": "infinite for a run that has not arrived",
    "knobs.tune_knobs": "infinite for a run that has not arrived",
    "one_epoch.tune_on_splits": "NaN for a training that diverged",
    "words.Words.error": "infinite or NaN for weights that diverged",
    "experiments.race": "NaN from where a run has diverged",
    "experiments.arrival": "NaN for a run that has not arrived",
    "experiments.arrival on a saddle": "NaN for a run that has not arrived",
    "ridge.escape_steps": "NaN for a run that has not arrived",
    "ridge.until_off": "a part of the way, which is NaN from where a run has diverged",
    "experiments.make_sweep": "NaN for a run that has not arrived",
    "experiments.sweep_rates": "NaN for a run that has not arrived",
    "experiments.hold_race": "NaN from where a run has diverged, or for one that has not arrived",
    "experiments.Outcome.arrived_by": "NaN for a run that has not arrived",
}
