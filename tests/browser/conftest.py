"""A real JupyterLab and a real Chromium for the browser tests."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def find_browser():
    return next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="session")
def browser():
    """Chromium; without one the tests are skipped, or fail where REQUIRE_BROWSER is set."""
    path = find_browser()
    if path is None:
        missing = f"no browser found (looked for {', '.join(BROWSERS)})"
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(f"{missing}, but REQUIRE_BROWSER is set")
        pytest.skip(missing)
    with sync_playwright() as playwright:
        arguments = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
                     "--disable-background-networking", "--disable-component-update"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            arguments.append("--no-sandbox")  # Chromium refuses to run as root with it
        yield playwright.chromium.launch(executable_path=path, args=arguments)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Lab:
    """A running JupyterLab on a folder of its own with copies of the notebooks."""

    def __init__(self, folder):
        self.folder = folder
        for notebook in (ROOT / "notebooks").glob("*.ipynb"):
            shutil.copy(notebook, folder)
        self.token, port = "browser-test", free_port()
        self.url = f"http://127.0.0.1:{port}"
        environment = {**os.environ, "JUPYTER_CONFIG_DIR": str(folder / ".config"),
                       "JUPYTER_DATA_DIR": str(folder / ".data"),
                       "JUPYTERLAB_SETTINGS_DIR": str(folder / ".settings"),
                       "JUPYTERLAB_WORKSPACES_DIR": str(folder / ".workspaces")}
        settings = folder / ".settings" / "@jupyterlab" / "apputils-extension"
        settings.mkdir(parents=True)
        news = {"fetchNews": "false", "checkForUpdates": False}
        (settings / "notification.jupyterlab-settings").write_text(json.dumps(news))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}",
             "--expose-app-in-browser",
             f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={folder}"],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait()

    def _wait(self):
        for _ in range(300):
            try:
                with urllib.request.urlopen(f"{self.url}/api/status?token={self.token}"):
                    return
            except urllib.error.URLError:
                time.sleep(0.1)
        pytest.fail("JupyterLab did not start within 30 seconds")

    def call(self, method, path):
        """Ask the server's REST interface."""
        request = urllib.request.Request(f"{self.url}/api/{path}", method=method,
                                         headers={"Authorization": f"token {self.token}"})
        with urllib.request.urlopen(request) as answer:
            content = answer.read()
        return json.loads(content) if content else None

    def wait_for_kernel(self, notebook):
        """Wait until the kernel of a notebook has started and has nothing to do."""
        for _ in range(600):
            states = [session["kernel"]["execution_state"] for session in
                      self.call("GET", "sessions") if session["path"] == notebook]
            if states == ["idle"]:
                return
            time.sleep(0.1)
        pytest.fail(f"the kernel of {notebook} did not start within 60 seconds")

    def shut_down_kernels(self):
        """End all kernels and their sessions."""
        for session in self.call("GET", "sessions"):
            self.call("DELETE", f"sessions/{session['id']}")

    def close(self):
        """Stop the server."""
        self.process.terminate()
        self.process.wait(timeout=20)


@pytest.fixture(scope="session")
def lab(browser, tmp_path_factory):
    server = Lab(tmp_path_factory.mktemp("lab"))
    yield server
    server.close()


def watched_page(browser):
    """A page of the size of a projector that remembers what went wrong in it."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(30_000)
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", lambda message: page.errors.append(message.text)
            if message.type == "error" else None)
    return page
