"""The exercises of the capstone."""

import numpy as np
import pytest

from lecture_kit.live.exercise import NOT_YET, RIGHT
from lecture_kit.sections.capstone import exercises, experiments
from lecture_kit.sections.capstone.settings import ALL_ON


def test_the_solution_beats_the_nearest_row_with_room():
    names = {}
    exec(exercises.check_challenge(...).exercise.solution, names)
    scores = experiments.challenge_scores(names["settings"])
    assert scores.min() > experiments.challenge_scores(experiments.NEAREST_ROW)[0] + 0.03


@pytest.fixture
def pretended_scores(monkeypatch):
    scores = {"ours": [0.5] * 5, "parts": []}

    def challenge_scores(choices, part="validation"):
        scores["parts"].append(part)
        if choices == experiments.NEAREST_ROW:
            return np.full(5, 0.5)
        return np.array([0.5, 0.6, 0.7, 0.8, 0.9] if choices is ALL_ON
                        else scores["ours"])

    monkeypatch.setattr(experiments, "challenge_scores", challenge_scores)
    return scores


@pytest.mark.parametrize(("ours", "status", "words"), [
    ([0.51, 0.52, 0.9, 0.9, 0.9], RIGHT, "5 of 5 runs lie above it, 0 below. By the rule of part "
     "5: better."),
    ([0.5, 0.9, 0.9, 0.9, 0.9], NOT_YET, "4 of 5 runs lie above it, 0 below. By the rule of part "
     "5: cannot tell."),
    ([0.4, 0.1, 0.2, 0.3, 0.3], NOT_YET, "0 of 5 runs lie above it, 5 below. By the rule of part "
     "5: worse."),
    ([0.91] * 5, RIGHT, "(Everything on: 0.700 ± 0.141, better.)")])
def test_the_challenge_has_the_rule_of_part_5_on_the_validation_rows_alone(
        pretended_scores, ours, status, words):
    pretended_scores["ours"] = ours
    feedback = exercises.check_challenge({"epochs": 3}).feedback
    assert feedback.status == status
    assert words in feedback.text
    assert set(pretended_scores["parts"]) == {"validation"}


def test_another_way_to_write_the_answers_is_right():
    def recall(confusion):
        return [row[i] / sum(row) for i, row in enumerate(confusion.tolist())]

    def keep(first, second):
        def score(c):
            return np.mean([c[i, i] / c[i].sum() for i in range(len(c))])
        return score(second) > score(first)

    assert exercises.check_recall(recall).feedback.status == RIGHT
    assert exercises.check_send_home(keep).feedback.status == RIGHT
