"""Nothing runs but the kit and the reader's own code."""

import ast
import re
from pathlib import Path

import nbformat
import pytest
from driving import IDS, NOTEBOOKS
from ipywidgets import HTML

from lecture_kit.live.exercise import Exercise, ExercisePanel

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "lecture_kit").rglob("*.py"))
RUNS_CODE = {"exec", "eval", "compile", "__import__"}
OPENS_DOORS = {"pickle", "marshal", "shelve", "socket", "urllib", "http", "requests", "subprocess",
               "ctypes", "joblib"}
STARTS_PROCESSES = "jail.py"  # it starts bubblewrap
ALLOWS_PICKLE = {"allow_pickle"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_kit_runs_no_text_loads_no_pickle_and_opens_no_connection(path):
    doors = OPENS_DOORS - ({"subprocess"} if path.name == STARTS_PROCESSES else set())
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Name):
            assert node.id not in RUNS_CODE
        if isinstance(node, ast.keyword):
            assert node.arg not in ALLOWS_PICKLE
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
            assert not doors & {name.split(".")[0] for name in names}


def test_the_data_are_text_and_pictures_only():
    kinds = {"".join(path.suffixes) for path in (ROOT / "lecture_kit" / "data").iterdir()}
    assert kinds <= {".csv.gz", ".md"}


def test_words_of_an_exercise_cannot_become_html():
    nasty = "<script>alert(1)</script>"
    exercise = Exercise(nasty, 1.0, nasty, hints=(nasty, nasty))
    panel = ExercisePanel(exercise, 0.5)
    for _ in range(2):
        panel.hint_button.click()
    panel.solution_button.click()
    assert "script" in panel.help.value
    shown = [child.value for child in panel.children if isinstance(child, HTML)]
    assert panel.help.value in shown
    assert "<script" not in "".join(shown)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=IDS)
def test_no_cell_brings_a_script(path):
    for cell in nbformat.read(path, as_version=4).cells:
        assert not re.search(r"<\s*(script|iframe|object|embed)|javascript:", cell.source, re.I)
        assert not cell.source.startswith(("%%", "!"))


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "notebooks/00_start_here.ipynb"])
def test_the_token_of_jupyterlab_stays_on(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    for line in text.splitlines():
        if "jupyter lab" in line or "jupyterlab" in line:
            assert not re.search(r"token|password|xsrf|allow_origin|--ip", line, re.I)
