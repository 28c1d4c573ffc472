"""The floors of the kit: an import only ever goes down, and each floor keeps to its own tools."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
KIT = ROOT / "lecture_kit"
FLOORS = {"maths": 0, "figures": 1, "panels": 2}
FORBIDDEN = {
    "maths": ("matplotlib", "ipywidgets", "IPython", "PIL"),
    "figures": ("ipywidgets", "IPython", "matplotlib.pyplot"),
    "panels": ("matplotlib", "PIL"),
}


def floor_of(path):
    folder = path.relative_to(KIT).parts[0]
    return folder if folder in FLOORS else "maths"


def imported_names(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} has a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


MODULES = [path for path in sorted(KIT.rglob("*.py")) if "tools" not in path.parts]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(KIT)))
def test_imports_only_go_down(path):
    floor = floor_of(path)
    for name in imported_names(path):
        parts = name.split(".")
        if parts[0] == "lecture_kit":
            imported = parts[1] if parts[1] in FLOORS else "maths"
            assert FLOORS[imported] <= FLOORS[floor], f"{path.name} imports {name} from above"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(KIT)))
def test_each_floor_keeps_to_its_own_tools(path):
    for name in imported_names(path):
        for forbidden in FORBIDDEN[floor_of(path)]:
            assert not f"{name}.".startswith(f"{forbidden}."), f"{path.name} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(KIT)))
def test_the_maths_and_the_pictures_print_nothing(path):
    calls = [node.func for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
             if isinstance(node, ast.Call)]
    assert "print" not in [call.id for call in calls if isinstance(call, ast.Name)]


@pytest.mark.parametrize("notebook", sorted((ROOT / "notebooks").glob("*.ipynb")),
                         ids=lambda path: path.stem)
def test_a_topic_has_one_name_on_every_floor(notebook):
    number, topic = notebook.stem.split("_", 1)
    assert number.isdigit()
    for folder in (KIT, KIT / "figures", KIT / "panels"):
        assert (folder / f"{topic}.py").is_file(), f"{topic} is missing in {folder.name}"
