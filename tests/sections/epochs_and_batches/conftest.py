"""The panels of section 06, each made once per file and at its first values."""

import pytest

from lecture_kit.sections.epochs_and_batches import panels


@pytest.fixture(scope="module")
def bookkeeping():
    return panels.bookkeeping()


@pytest.fixture(scope="module")
def training():
    return panels.training()


@pytest.fixture(scope="module")
def race():
    return panels.race()


@pytest.fixture(scope="module")
def cloud():
    return panels.cloud()


@pytest.fixture(scope="module")
def noise():
    return panels.noise()


@pytest.fixture(scope="module")
def overfitting():
    return panels.overfitting()


@pytest.fixture(autouse=True)
def from_the_beginning(request):
    names = {"bookkeeping", "training", "race", "cloud", "noise", "overfitting"}
    for name in names & set(request.fixturenames):
        request.getfixturevalue(name).reset()
