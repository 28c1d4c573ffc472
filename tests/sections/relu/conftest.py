"""The panels of section 08, built once for all tests of the room and reset before each."""

import pytest
from driving import built

from lecture_kit.sections.relu import panels


@pytest.fixture
def slopes():
    return built(panels.slopes)


@pytest.fixture
def gradients():
    return built(panels.gradients)


@pytest.fixture
def dying():
    return built(panels.dying)


@pytest.fixture
def speed():
    return built(panels.speed)

