"""The panels of section 08, built once for all tests of the room and reset before each."""

import pytest

from lecture_kit.sections.relu import panels


@pytest.fixture(scope="package")
def slopes():
    return panels.slopes()


@pytest.fixture(scope="package")
def gradients():
    return panels.gradients()


@pytest.fixture(scope="package")
def dying():
    return panels.dying()


@pytest.fixture(scope="package")
def speed():
    return panels.speed()


@pytest.fixture(autouse=True)
def at_its_first_values(request):
    for name in {"slopes", "gradients", "dying", "speed"} & set(request.fixturenames):
        request.getfixturevalue(name).reset()
