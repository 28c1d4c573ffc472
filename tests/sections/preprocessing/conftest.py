"""The panels of section 02, built once for each file and reset before each test."""

import pytest

from lecture_kit.live.panel import Panel
from lecture_kit.sections.preprocessing import panels


@pytest.fixture(scope="module")
def valley():
    return panels.valley()


@pytest.fixture(scope="module")
def outlier():
    return panels.outlier()


@pytest.fixture(scope="module")
def codes():
    return panels.codes()


@pytest.fixture(scope="module")
def real():
    return panels.connections()


@pytest.fixture(autouse=True)
def from_the_beginning(request):
    for name in {"valley", "outlier", "codes", "real"} & set(request.fixturenames):
        panel = request.getfixturevalue(name)
        if isinstance(panel, Panel):  # not a parameter of the same name
            panel.reset()
