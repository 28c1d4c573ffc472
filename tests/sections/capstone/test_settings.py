"""The settings of a training, and the techniques of the lecture as settings."""

from dataclasses import replace

import numpy as np
import pytest
from oracles import says

from lecture_kit.live.exercise import NOT_YET
from lecture_kit.sections.capstone import exercises, settings


@pytest.mark.parametrize(("choices", "rule", "value", "remedy"), [
    ({"scaling": "zscore"}, "scaling must be one of ['raw', 'min-max', 'z-score']", "'zscore'",
     "Check the spelling."),
    ({"loss": 1}, "loss must be one of", "1", "Check the spelling."),
    ({"batch_norm": "yes"}, "batch_norm must be True or False", "'yes'", "without quotation marks"),
    ({"init_scale": "He"}, "init_scale must be 'Xavier or He' or a number, at least 0", "'He'",
     "Try init_scale=0.1."),
    ({"init_scale": -0.1}, "init_scale must be", "-0.1", "Try init_scale=0.1."),
    ({"batch_size": 0}, 'batch_size must be "all" or a whole number, at least 1', "0",
     "Try batch_size=32."),
    ({"batch_size": 2.5}, "batch_size must be", "2.5", "Try batch_size=32."),
    ({"batch_size": True}, "batch_size must be", "True", "Try batch_size=32."),
    ({"learning_rate": 0}, "learning_rate must be a number above 0", "0", "Try learning_rate=0.1."),
    ({"learning_rate": np.inf}, "learning_rate must be", "inf", "Try learning_rate=0.1."),
    ({"epochs": 401}, "epochs must be a whole number from 1 to 400", "401", "Try epochs=10."),
    ({"epochs": 0}, "epochs must be", "0", "Try epochs=10."),
    ({"optimiser": "Adam"}, "name must be one of ['loss',", "'optimiser'",
     "Check the spelling."),
    ([1], "the settings must be a dictionary", "[1]", "Write for example"),
])
def test_bad_settings_get_rule_value_and_remedy(choices, rule, value, remedy):
    with pytest.raises(ValueError, match=says(rule, value, remedy)):
        settings.settings_from(choices)
    feedback = exercises.check_challenge(choices).feedback
    assert feedback.status == NOT_YET
    assert rule in feedback.text


def test_what_is_left_out_is_off_and_every_technique_changes_one_thing():
    off = settings.settings_from({})
    assert off == settings.with_techniques([])
    for name, (choice,) in zip(settings.TECHNIQUES,
                               (t.items() for t in settings.TECHNIQUES.values()), strict=True):
        field, value = choice
        on = settings.with_techniques([name])
        assert getattr(on, field) == value != getattr(off, field)
        assert replace(on, **{field: getattr(off, field)}) == off
    with pytest.raises(ValueError, match="techniques must be from"):
        settings.with_techniques(["magic"])


def test_mail_has_no_use_for_one_hot():
    assert settings.technique_names("connections") == list(settings.TECHNIQUES)
    assert set(settings.TECHNIQUES) - set(settings.technique_names("mail")) == {"one-hot"}
    with pytest.raises(ValueError, match=says("data must be one of", "'letters'", "spelling")):
        settings.technique_names("letters")
