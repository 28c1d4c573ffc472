"""Calls that work, for every public function: see test_bad_input.py."""

import numpy as np
from makings import IMAGES, WINDOWS, random

from lecture_kit.maths import datasets, pooling
from lecture_kit.sections.stochastic_pooling import experiments, tuning

ERRORS = np.array([[0.3, 0.2], [0.1, 0.2]])
TUNED = tuning.Tuned(np.array([0.1, 0.2]), {"validation": ERRORS, "test": ERRORS})


def digit_network():
    return experiments.digit_network(pooling.StochasticPooling, 0)


GOOD = {
    "chance": {
        "drawn_variance": {"activations": WINDOWS},
        "large_numbers_band": {"activations": WINDOWS[0], "n_draws": np.array([1, 10])},
        "running_means": {"activations": WINDOWS[0], "uniform": np.array([[0.1, 0.9, 0.5]])},
        "share_in_band": {"activations": WINDOWS[0], "means": np.array([2.0, 2.1]),
                          "n_draws": 10},
        "shares_drawn": {"activations": WINDOWS[0], "places": np.array([0, 3, 3])},
    },
    "experiments": {
        "average_of_passes": (lambda **arguments: experiments.average_of_passes(
            [digit_network()], **arguments),
            {"images": IMAGES, "labels": np.array([0, 1, 2]), "n_passes": 2, "dropout": False}),
        "digit_images": {"digits": datasets.load_digits()[1]},
        "digit_network": {"kind": pooling.StochasticPooling, "seed": 0, "n_filters": 2},
        "drawn_logit_variance": {"network": digit_network(), "images": IMAGES},
        "dropped_logits": {"network": digit_network(), "images": IMAGES, "n_passes": 2, "seed": 0,
                           "keep": 0.5},
        "drawn_logits": {"network": digit_network(), "images": IMAGES, "n_passes": 2},
        "learned_filters": {"training": (IMAGES, np.array([0, 1, 2])), "epochs": 1, "seed": 0},
        "pool_side_by_side": {"pixels": np.abs(random(5, 5)), "window": 2, "stride": 1, "seed": 0},
        "slopes_along": (lambda **arguments: experiments.slopes_along(
            digit_network(), **arguments),
            {"images": IMAGES, "labels": np.array([0, 1, 2]),
             "direction": random(digit_network().parameters.size), "seed": 0, "step": 1e-6}),
        "train_poolings": {"training": (IMAGES, np.array([0, 1, 2])),
                           "test": (IMAGES, np.array([0, 1, 2])), "learning_rate": 0.1,
                           "batch_size": 2, "seeds": (0, 1), "epochs": 1, "record_every": 1},
    },
    "tuning": {
        "drawn_digits": {"seed": 0, "wrong_labels": 0.2},
        "errors_by_rate": {"kind": pooling.MaxPooling, "learning_rates": (0.1, 0.2),
                           "seeds": (0, 1), "epochs": 1, "wrong_labels": 0.2, "n_filters": 2},
        "lead": (lambda **arguments: tuning.lead({"max": TUNED, "average": TUNED}, **arguments),
                 {"name": "average", "learning_rate": 0.1}),
        "tune": {"learning_rates": (0.1, 0.2), "seeds": (0,), "wrong_labels": 0.2},
        "with_wrong_labels": {"labels": np.arange(10), "share": 0.2, "seed": 0},
    },
}
HOLDERS = (
    "tuning.Tuned",
)
NOTHING_TO_REPLACE = {
    "experiments.photograph_and_maps",
}
NOT_FINITE = {
    "experiments.train_poolings": "NaN from where a run has diverged",
}
