"""The house: a room for each notebook, imports that only go down, and files one likes to read."""

import ast
import importlib
import re
from functools import cache

import pytest
from driving import NOTEBOOKS, ROOT

KIT = ROOT / "lecture_kit"
FLOORS = ("maths", "live", "sections")
FORBIDDEN = {
    "maths": ("matplotlib", "ipywidgets", "IPython", "PIL"),
    "live": ("matplotlib.pyplot",),
    "sections": ("matplotlib", "ipywidgets", "IPython", "PIL"),
    "pictures": ("ipywidgets", "IPython", "matplotlib.pyplot", "PIL"),
}
MOST_LINES, MOST_LINES_OF_A_FUNCTION = 440, 40
MODULES = sorted(path for floor in FLOORS for path in (KIT / floor).rglob("*.py"))
every_module = pytest.mark.parametrize(
    "path", MODULES, ids=lambda path: str(path.relative_to(KIT)))


@cache
def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def room_of(parts):
    """Floor and, among the sections, room of a module's name or path below the kit."""
    return parts[0], parts[1] if parts[0] == "sections" and len(parts) > 1 else None


def imported_names(path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} has a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@every_module
def test_imports_only_go_down_and_never_into_another_room(path):
    floor, room = room_of(path.relative_to(KIT).parts)
    for name in imported_names(path):
        kit, *parts = name.split(".")
        if kit == "lecture_kit":
            imported_floor, imported_room = room_of(parts)
            assert FLOORS.index(imported_floor) <= FLOORS.index(floor), f"{name} is from above"
            assert imported_room in (None, room), f"{name} belongs to another section"


@every_module
def test_each_floor_keeps_to_its_own_tools(path):
    floor = path.relative_to(KIT).parts[0]
    tools = FORBIDDEN["pictures" if path.stem.endswith("pictures") else floor]
    for name in imported_names(path):
        for forbidden in tools:
            assert not f"{name}.".startswith(f"{forbidden}."), f"{path.name} imports {name}"


@every_module
def test_the_kit_prints_nothing(path):
    calls = [node.func for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)]
    assert "print" not in [call.id for call in calls if isinstance(call, ast.Name)]


@every_module
def test_a_file_is_not_too_long(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@every_module
def test_a_function_is_not_too_long(path):
    """Without its docstring, which tells shapes, units and errors."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef):
            first = node.body[0]
            is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            n_lines = node.end_lineno - node.lineno + 1
            n_lines -= first.end_lineno - first.lineno + 1 if is_text else 0
            assert n_lines <= MOST_LINES_OF_A_FUNCTION, f"{node.name}: {n_lines} lines"


@every_module
def test_what_a_docstring_refers_to_is_there(path):
    text = path.read_text(encoding="utf-8")
    for name in re.findall(r":\w+:`~?(lecture_kit[\w.]+)`", text):
        parts = name.split(".")
        depth = max(n for n in range(1, len(parts) + 1) if is_module(parts[:n]))
        thing = importlib.import_module(".".join(parts[:depth]))
        for part in parts[depth:]:
            thing = getattr(thing, part)


def is_module(parts):
    path = ROOT.joinpath(*parts)
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_has_a_room_and_tests_of_the_same_name(notebook):
    number, topic = notebook.stem.split("_", 1)
    assert number.isdigit()
    room, tests = KIT / "sections" / topic, ROOT / "tests" / "sections" / topic
    names = "__init__", "experiments", "pictures", "panels", "predictions", "exercises"
    for file in (*(room / f"{name}.py" for name in names), tests / "calls.py"):
        assert file.is_file(), f"write {file.relative_to(ROOT)}, see CONTRIBUTING.md"


def test_every_room_has_a_notebook():
    topics = {notebook.stem.split("_", 1)[1] for notebook in NOTEBOOKS}
    assert {path.parent.name for path in (KIT / "sections").glob("*/panels.py")} == topics


def test_code_lies_in_these_folders_only():
    folders = {path.relative_to(KIT).parts[0] for path in KIT.rglob("*.py")}
    assert folders == {*FLOORS, "tools", "__init__.py"}
