"""A real JupyterLab for the browser tests."""

import pytest

from .lab import Lab


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory):
    server = Lab(tmp_path_factory.mktemp("lab"))
    yield server
    server.close()
