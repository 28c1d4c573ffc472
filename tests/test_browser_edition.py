"""What the kit does for its edition that runs in a browser, in Pyodide and JupyterLite.

Pyodide is a 32-bit system without JupyterLab's server. Its own edition of the course is tested
elsewhere; this keeps the kit ready for it.
"""

import ast
import logging
import subprocess
import sys
import tomllib
from types import SimpleNamespace

import pytest
from driving import ROOT
from packaging.requirements import Requirement

from lecture_kit.live import rerun

MODULES = sorted((ROOT / "lecture_kit").rglob("*.py"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_wheel_asks_for_nothing_that_a_browser_cannot_have():
    needed = {line.name for line in map(Requirement, PROJECT["dependencies"])
              if not line.marker or line.marker.evaluate({"sys_platform": "emscripten"})}
    assert needed == {"numpy", "matplotlib", "ipywidgets", "anywidget", "threadpoolctl"}


def test_elsewhere_jupyterlab_is_needed():
    lines = {line.name: line for line in map(Requirement, PROJECT["dependencies"])}
    assert lines["jupyterlab"].marker.evaluate({"sys_platform": "linux"})


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_index_array_is_forced_to_64_bit(path):
    """On 32 bit numpy refuses 64-bit counts and indices; np.intp is right on every system."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        name = getattr(node, "attr", getattr(node, "value", None))
        assert name not in ("int64", "uint64", "longlong", "i8", "<i8"), f"line {node.lineno}"


@pytest.mark.parametrize("shell", [
    SimpleNamespace(get_parent=lambda: {"metadata": {"cellId": "a"}}),
    SimpleNamespace(kernel=SimpleNamespace(get_parent=lambda: {"metadata": {"cellId": "a"}})),
], ids=["JupyterLab", "JupyterLite"])
def test_the_running_cell_is_known(shell, monkeypatch):
    monkeypatch.setattr(rerun, "get_ipython", lambda: shell)
    assert rerun._running_cell() == "a"


@pytest.mark.parametrize("shell", [None, SimpleNamespace(),
                                   SimpleNamespace(get_parent=lambda: {"metadata": {}})])
def test_without_a_front_end_no_cell_is_known(shell, monkeypatch):
    monkeypatch.setattr(rerun, "get_ipython", lambda: shell)
    assert rerun._running_cell() is None


@pytest.mark.parametrize(("platform", "level"), [
    ("emscripten", logging.ERROR), (sys.platform, logging.NOTSET)])
def test_matplotlib_is_silent_about_its_list_of_fonts_in_a_browser_only(platform, level):
    code = (f"import sys, logging; sys.platform = {platform!r}; import lecture_kit.live; "
            "print(logging.getLogger('matplotlib.font_manager').level)")
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert int(told.stdout) == level
