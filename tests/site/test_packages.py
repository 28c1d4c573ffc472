"""What the live edition takes of a Pyodide distribution, and in what form."""

import importlib.util
import json
import zipfile

import pytest

from .conftest import ROOT

SPEC = importlib.util.spec_from_file_location("packages", ROOT / "site/course_site/packages.py")
packages = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(packages)


@pytest.fixture
def distribution(tmp_path):
    """A folder like Pyodide's, with one tiny file for each package that the course needs."""
    names = {*packages.NEEDED, "six"}
    lock = {"info": {"version": packages.VERSION}, "packages": {
        name: {"file_name": f"{name}.whl", "depends": ["six"] if name == "numpy" else [],
               "sha256": packages.digest_of(name.encode())} for name in names}}
    for name in names:
        (tmp_path / f"{name}.whl").write_bytes(name.encode())
    (tmp_path / "pyodide-lock.json").write_text(json.dumps(lock))
    return tmp_path


def change_lock(distribution, **info):
    lock = json.loads((distribution / "pyodide-lock.json").read_text())
    lock["info"].update(info)
    (distribution / "pyodide-lock.json").write_text(json.dumps(lock))


def test_the_packages_and_what_they_need_are_taken(distribution):
    lock = json.loads((distribution / "pyodide-lock.json").read_text())
    assert {path.stem for path in packages.verified(distribution, lock["packages"])} == {
        *packages.NEEDED, "six"}


@pytest.mark.parametrize(("spoil", "words"), [
    (lambda folder: change_lock(folder, version="0.1"), "holds 0.1"),
    (lambda folder: (folder / "six.whl").unlink(), "must hold six.whl"),
    (lambda folder: (folder / "six.whl").write_bytes(b"other"), "six.whl is not the file")])
def test_another_distribution_is_refused(distribution, tmp_path, spoil, words):
    spoil(distribution)
    with pytest.raises(ValueError, match=words):
        packages.add(distribution, tmp_path / "wheels", tmp_path / "target")
    assert not (tmp_path / "target").exists()


def test_a_missing_node_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ValueError, match=r"needs Node\.js"):
        packages.prepare(tmp_path, tmp_path)


def written(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


def test_what_nobody_needs_is_left_out_and_licences_are_kept(tmp_path):
    kept = ["a/core.py", "a/latest.py", "a-1.dist-info/METADATA"]
    written(tmp_path / "packages", *kept, "a/tests/test_core.py", "a/core.pyi",
            "a-1.data/data/etc/a.json", "a-1.dist-info/RECORD", "a-1.dist-info/licenses/LICENSE")
    packages.thin(tmp_path / "packages", tmp_path / "licences")
    assert sorted(kept) == sorted(path.relative_to(tmp_path / "packages").as_posix()
                                  for path in tmp_path.glob("packages/**/*") if path.is_file())
    assert (tmp_path / "licences/a-1.dist-info/licenses/LICENSE").is_file()


def test_pure_packages_join_the_library_and_others_get_archives(tmp_path):
    written(tmp_path / "library", "os.py", "os.pyc", "this.py")
    written(tmp_path / "packages", "pure/__init__.py", "pure/__init__.pyc", "one.py",
            "fast/__init__.py", "fast/_c.so", "lecture_kit/__init__.py",
            "lecture_kit/__pycache__/__init__.cpython-312.pyc", "pure-1.dist-info/METADATA")
    (tmp_path / "target").mkdir()
    entries = packages.write_archives(tmp_path / "packages", tmp_path / "library",
                                      tmp_path / "target")
    held = {path.name.split("-")[0]: set(zipfile.ZipFile(path).namelist())
            for path in (tmp_path / "target").iterdir()}
    assert held["python_stdlib.zip"] == {"os.pyc", "this.py", "pure/__init__.pyc", "one.py"}
    assert held["fast"] == {"fast/__init__.py", "fast/_c.so"}
    assert held["lecture"] == {"lecture_kit/__init__.py",
                               "lecture_kit/__pycache__/__init__.cpython-312.pyc"}
    assert held["other"] == {"pure-1.dist-info/METADATA"}
    assert set(entries["course"]["depends"]) == {"fast", "lecture-kit", "other"}
    for item in entries.values():
        data = (tmp_path / "target" / item["file_name"]).read_bytes()
        assert packages.digest_of(data) == item["sha256"]
        assert item["sha256"][:8] in item["file_name"]
