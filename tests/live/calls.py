"""Calls that work, for every public function: see test_bad_input.py."""

import numpy as np

from lecture_kit.live import exercise

EXERCISE = exercise.Exercise("Square", np.square, "x**2", ("Multiply.",), ((2.0,),))

GOOD = {
    "exercise": {
        "Exercise.check": (EXERCISE.check, {"attempt": 3.0}),
        "Exercise.check of a number": (exercise.Exercise("Four", 4.0, "4", ()).check,
                                       {"attempt": 3.0}),
    },
    "language": {
        "mean_and_error": {"values": np.array([0.1, 0.3, 0.2])},
        "median_and_range": {"values": np.array([0.1, 0.3, 0.2])},
        "number": {"value": -0.25, "digits": 2},
        "speak": {"language": "en"},
        "translate": {"words": "momentum"},
    },
}
HOLDERS = (
    "exercise.Exercise",
    "exercise.Feedback",
    "exercise.ExercisePanel",
    "exercise.Mistake",
)
