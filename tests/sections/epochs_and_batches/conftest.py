"""The panels of section 06, built once for all tests of the room and reset before each."""

import pytest
from driving import built

from lecture_kit.sections.epochs_and_batches import panels


@pytest.fixture
def bookkeeping():
    return built(panels.bookkeeping)


@pytest.fixture
def training():
    return built(panels.training)


@pytest.fixture
def race():
    return built(panels.race)


@pytest.fixture
def cloud():
    return built(panels.cloud)


@pytest.fixture
def noise():
    return built(panels.noise)


@pytest.fixture
def overfitting():
    return built(panels.overfitting)

