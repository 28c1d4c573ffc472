"""The panels of section 07, built once for all tests of the room and reset before each."""

import pytest

from lecture_kit.sections.batch_normalization import panels


@pytest.fixture(scope="package")
def distributions():
    return panels.distributions()


@pytest.fixture(scope="package")
def one_layer():
    return panels.one_layer()


@pytest.fixture(scope="package")
def rate_and_scale():
    return panels.rate_and_scale()


@pytest.fixture(autouse=True)
def from_the_beginning(request):
    for name in {"distributions", "one_layer", "rate_and_scale"} & set(request.fixturenames):
        request.getfixturevalue(name).reset()
