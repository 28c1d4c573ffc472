"""What the project installs: environment.yml cannot drift away from pyproject.toml."""

import tomllib
from importlib.metadata import requires
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_environment_yml_leaves_everything_to_pyproject():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert environment["channels"] == ["conda-forge"]
    assert environment["dependencies"] == ["python=3.12", "pip", {"pip": ["-e ."]}]


def test_the_python_of_environment_yml_is_supported():
    lowest = PROJECT["project"]["requires-python"].removeprefix(">=")
    assert tuple(map(int, lowest.split("."))) <= (3, 12)


def test_the_packages_that_were_asked_for_are_there():
    needed = " ".join(PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["test"])
    for package in ("numpy", "matplotlib", "jupyterlab", "ipywidgets", "nbval", "pytest"):
        assert package in needed


def test_the_installed_kit_asks_for_what_pyproject_says():
    installed = {name for name in requires("lecture-kit") if "extra" not in name}
    assert installed == set(PROJECT["project"]["dependencies"])


def test_a_day_is_pinned_and_no_lock_file_is_kept():
    assert PROJECT["tool"]["uv"]["exclude-newer"]
    assert "uv.lock" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
