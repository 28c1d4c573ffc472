"""A real JupyterLab and a real Chromium for the browser tests."""

import pytest
from playwright.sync_api import sync_playwright

from .lab import Lab, launch, needed_browser, window


@pytest.fixture(scope="module")
def browser():
    """A window of Chromium. Without it the tests are skipped; with REQUIRE_BROWSER they fail.

    It ends with its module: while it lives, asyncio.run fails in the tests that follow.
    """
    path = needed_browser()
    with sync_playwright() as playwright:
        yield window(launch(playwright, path))


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory):
    server = Lab(tmp_path_factory.mktemp("lab"))
    yield server
    server.close()
