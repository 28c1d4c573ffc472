"""The panels of section 07, built once for all tests of the room and reset before each."""

import pytest
from driving import built

from lecture_kit.sections.batch_normalization import panels


@pytest.fixture
def distributions():
    return built(panels.distributions)


@pytest.fixture
def one_layer():
    return built(panels.one_layer)


@pytest.fixture
def rate_and_scale():
    return built(panels.rate_and_scale)

