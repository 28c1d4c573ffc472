"""The live edition: JupyterLite with the course's notebooks, its kit and Pyodide."""

import json
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from course_site import packages

MISSING = (f"The panels will not move: name a folder with Pyodide {packages.VERSION} with "
           "--pyodide or in the variable PYODIDE")
WHEELS = ["anywidget", "comm", "ipywidgets", "psygnal", "typing-extensions"]
OWN = {"piplite", "widgetsnbextension"}  # JupyterLite's, not needed
KERNEL = "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension/static/pypi"


def build(root, output, pyodide):
    """Build the live edition.

    Parameters
    ----------
    root : pathlib.Path
        Folder of the project.
    output : pathlib.Path
        Where the live edition goes; what is there is lost.
    pyodide : pathlib.Path
        A Pyodide distribution: its own files and packages.

    Raises
    ------
    ValueError
        If the distribution has another version, if a file of it is missing or is not what its
        lock file says, or if Node.js is missing.
    """
    shutil.rmtree(output, ignore_errors=True)
    with TemporaryDirectory() as folder:
        work = Path(folder)
        collect_wheels(root, work / "wheels")
        copy_notebooks(root / "notebooks", work / "contents")
        write_settings(root, work)
        run("jupyter", "lite", "build", "--contents", "contents", "--output-dir",
            output.resolve(), "--no-sourcemaps", "--no-unused-shared-packages",
            "--apps", "notebooks", cwd=work)
        shutil.copy(Path(__file__).with_name("reset.html"), output)
        page = output / "notebooks" / "index.html"  # else the browser asks the server's root
        page.write_text(page.read_text().replace(
            "<head>", '<head>\n    <link rel="icon" href="favicon.ico" />', 1))
        packages.add(pyodide, work / "wheels", output / "static" / "pyodide")


def run(module, *arguments, cwd):
    """Run a Python module as a program; what it prints is shown if it fails."""
    done = subprocess.run([sys.executable, "-m", module, *map(str, arguments)], cwd=cwd,
                          capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"python -m {module} {arguments[0]} failed:\n"
                           f"{done.stdout[-3000:]}{done.stderr[-3000:]}")


def collect_wheels(root, folder):
    """Put into a folder the kit's wheel and those that Pyodide does not have."""
    folder.mkdir()
    run("hatchling", "build", "-t", "wheel", "-d", folder.resolve(), cwd=root)
    exact = [f"{name}=={version(name)}" for name in WHEELS]
    run("pip", "download", "-q", "--no-deps", "--only-binary=:all:", "--platform=any",
        "--implementation=py", "--abi=none", "-d", ".", *exact, cwd=folder)
    for wheel in Path(sys.prefix, KERNEL).glob("*.whl"):
        if wheel.name.split("-")[0] not in OWN:
            shutil.copy(wheel, folder)


def copy_notebooks(notebooks, contents):
    """Copy the notebooks of both languages."""
    for notebook in notebooks.rglob("*.ipynb"):
        place = contents / notebook.relative_to(notebooks)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(notebook, place)


def write_settings(root, work):
    """Write the settings of JupyterLite, of its kernel and of its pages."""
    kernel = {"disablePyPIFallback": True, "pyodideUrl": "./static/pyodide/pyodide.js",
              "loadPyodideOptions": {"packages": packages.ASKED_FOR}}
    settings = {"jupyter-lite-schema-version": 0, "jupyter-config-data": {
        "appName": "Deep learning optimization, live", "exposeAppInBrowser": True,
        "litePluginSettings": {"@jupyterlite/pyodide-kernel-extension:kernel": kernel}}}
    (work / "jupyter-lite.json").write_text(json.dumps(settings))
    overrides = {
        "@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": 10},  # seconds
        "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
        # JupyterLite 0.6 gives these keys to its shortcuts before a slider that has the focus
        "@jupyterlab/shortcuts-extension:shortcuts": {"shortcuts": [
            {"command": f"notebook:move-cursor-heading-{command}", "keys": [key], "disabled": True,
             "selector": ".jp-Notebook.jp-mod-commandMode:not(.jp-mod-readWrite) :focus"}
            for command, key in (("above-or-collapse", "ArrowLeft"),
                                 ("below-or-expand", "ArrowRight"))]},
        **json.loads((root / "lecture_kit" / "tools" / "jupyterlab.json").read_text())}
    (work / "overrides.json").write_text(json.dumps(overrides))
