"""The panels of section 02, built once for each file and reset before each test."""

import pytest
from driving import built

from lecture_kit.sections.preprocessing import panels


@pytest.fixture
def valley():
    return built(panels.valley)


@pytest.fixture
def outlier():
    return built(panels.outlier)


@pytest.fixture
def codes():
    return built(panels.codes)


@pytest.fixture
def real():
    return built(panels.connections)

