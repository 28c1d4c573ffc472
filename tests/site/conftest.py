"""The built site, and a server of its own for it."""

import os
import shutil
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="session")
def built_site(tmp_path_factory):
    """Build the site in its own environment, as the command line does."""
    if shutil.which("uv") is None or not (ROOT / "site" / ".venv").exists():
        pytest.skip("the site's project is not installed (uv sync --project site)")
    output = tmp_path_factory.mktemp("site")
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    subprocess.run(["uv", "run", "--no-sync", "--project", ROOT / "site", "build",
                    "--output", output], env=environment, check=True)
    return output


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def address(built_site):
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=built_site)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def phone(browser):
    """A window as large as a phone, that is touched."""
    return browser.browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True,
                                       is_mobile=True)
