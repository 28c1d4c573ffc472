"""A real JupyterLab and a real Chromium, and hands for both."""

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
from uuid import uuid4

import pytest

ROOT = Path(__file__).parent.parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def find_browser():
    """Find the path of a browser, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def needed_browser():
    """The path of a browser. Without one the test is skipped; with REQUIRE_BROWSER it fails."""
    path = find_browser()
    if path is None:
        missing = f"no browser found (looked for {', '.join(BROWSERS)})"
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(f"{missing}, but REQUIRE_BROWSER is set")
        pytest.skip(missing)
    return path


def launch(playwright, path):
    """Start the browser."""
    arguments = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
                 "--disable-background-networking", "--disable-component-update"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium refuses to run as root with it
    return playwright.chromium.launch(executable_path=path, args=arguments)


def window(browser, pixel_ratio=1):
    """Open a window of the size of a projector; its pages share what they have loaded."""
    return browser.new_context(viewport={"width": 1280, "height": 800},
                               device_scale_factor=pixel_ratio)


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
        self._set("apputils", "notification", fetchNews="false", checkForUpdates=False)
        # A command to save while JupyterLab saves by itself brings up a question to the reader.
        self._set("docmanager", "plugin", autosave=False)
        config = folder / ".config" / "labconfig"
        config.mkdir(parents=True)
        busy_icon = "@jupyterlab/application-extension:faviconbusy"  # a new one at each message
        (config / "page_config.json").write_text(
            json.dumps({"disabledExtensions": {busy_icon: True}}))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}",
             "--expose-app-in-browser",
             f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={folder}"],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._wait()

    def _set(self, extension, name, **values):
        folder = self.folder / ".settings" / "@jupyterlab" / f"{extension}-extension"
        folder.mkdir(parents=True)
        (folder / f"{name}.jupyterlab-settings").write_text(json.dumps(values))

    def _wait(self):
        for _ in range(6000):
            try:
                with urllib.request.urlopen(f"{self.url}/api/status?token={self.token}"):
                    return
            except urllib.error.URLError:
                time.sleep(0.1)
        raise TimeoutError("JupyterLab did not start within 10 minutes")

    def call(self, method, path):
        """Ask the server's REST interface."""
        request = urllib.request.Request(f"{self.url}/api/{path}", method=method,
                                         headers={"Authorization": f"token {self.token}"})
        with urllib.request.urlopen(request) as answer:
            content = answer.read()
        return json.loads(content) if content else None

    def gets_a_kernel(self, notebook):
        """Wait until the kernel of a notebook has started and has nothing to do.

        It says so only to a page that has asked.
        """
        for _ in range(600):
            states = [session["kernel"]["execution_state"] for session in
                      self.call("GET", "sessions") if session["path"] == notebook]
            if states == ["idle"]:
                return True
            time.sleep(0.1)
        return False

    def shut_down_kernels(self):
        """End all kernels and their sessions."""
        for session in self.call("GET", "sessions"):
            self.call("DELETE", f"sessions/{session['id']}")

    def close(self):
        """End the kernels, then the server: a thread of its own may keep it from ending itself."""
        self.shut_down_kernels()
        self.process.kill()
        self.process.wait()


def watched_page(window):
    """A page that remembers what went wrong in it.

    While a kernel starts, jupyter_server answers 500 to whoever asks for a list of the kernels
    (its ``last_activity`` is still None). JupyterLab asks again: that is no error.
    """
    def remember(message):
        address = message.location["url"].partition("?")[0]
        is_too_early = address.endswith("/api/kernels") and "status of 500" in message.text
        if message.type == "error" and not is_too_early:
            page.errors.append(f"{message.text} {address}")

    page = window.new_page()
    page.set_default_timeout(600_000)
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    page.on("console", remember)
    return page


def open_notebook(page, lab, name):
    """Open a notebook, in the JupyterLab that the page shows if nothing else is open there.

    On a busy machine JupyterLab may forget the notebook's kernel: then load it again.
    """
    for _ in range(10):
        page.errors.clear()
        if page.locator(".jp-LabShell").count() and not page.locator(".jp-Notebook").count():
            command(page, "docmanager:open", path=name)
        else:
            workspace = uuid4().hex  # one that opens nothing else
            page.goto(f"{lab.url}/lab/workspaces/{workspace}/tree/{name}?token={lab.token}")
        page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        if lab.gets_a_kernel(name):
            break
    else:
        raise TimeoutError(f"{name} got no kernel, although the page was loaded 10 times")
    cells = json.loads((lab.folder / name).read_text(encoding="utf-8"))["cells"]
    # JupyterLab draws the cells when it has nothing else to do. Chromium looks for such a moment
    # after a frame, and a wait that asks at each frame makes frames: without them it takes seconds.
    page.wait_for_function(
        "count => document.querySelectorAll('.jp-Cell').length === count", arg=len(cells))


def watch_messages(page):
    """Let a page count the messages that its kernel has not finished with: ``underWay.size``."""
    page.evaluate(
        "() => { window.underWay = new Set();"
        " const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;"
        " kernel.anyMessage.connect((_kernel, { msg, direction }) => {"
        "  if (direction === 'send' && msg.channel === 'shell') underWay.add(msg.header.msg_id);"
        "  if (msg.header.msg_type === 'status' && msg.content.execution_state === 'idle')"
        "   underWay.delete(msg.parent_header.msg_id) }) }")


def command(page, name, **arguments):
    """Give a command and wait until JupyterLab has carried it out."""
    page.evaluate(
        "([name, values]) => Promise.race([jupyterapp.commands.execute(name, values),"
        " new Promise((_, fail) => setTimeout(fail, 600000, Error(`${name} does not end`)))])"
        ".then(() => null)", [name, arguments])


def wait_for_prompts(page, pattern, meanwhile=""):
    """Wait until the prompts of all code cells match a pattern; gives a command each second."""
    page.wait_for_function(
        "([pattern, command]) => { const fits = prompt => RegExp(pattern).test(prompt.textContent);"
        " const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];"
        " if (prompts.length > 0 && prompts.every(fits)) return true;"
        " if (command) window.jupyterapp.commands.execute(command) }",
        arg=[pattern, meanwhile], timeout=1_800_000, polling=1000 if meanwhile else 100)


def run_all(page):
    """Clear the outputs, so that old ones are not taken for new ones, and run all cells.

    A notebook that is not yet the current one lets a command go by: it is given until it works.
    """
    wait_for_prompts(page, r"^\[ \]:$", meanwhile="editmenu:clear-all")
    page.evaluate("() => { jupyterapp.commands.execute('runmenu:run-all') }")
    wait_for_prompts(page, r"^\[\d+\]:$")
