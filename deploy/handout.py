"""Copy the course into a student's folder, never over the student's work.

Called as ``python handout.py COURSE FOLDER``, by the student's own user. A file that is missing
comes; one that is as it was handed out is replaced by its new version; one that was changed stays.
"""

import hashlib
import json
import os
import sys
from pathlib import Path

RECORD = ".handed_out.json"  # file: hash of what was handed out


def hand_out(course, folder):
    """Bring the files of a course into a folder.

    Parameters
    ----------
    course, folder : pathlib.Path
        Where the files are, and where their copies go.
    """
    record = _read_record(folder / RECORD)
    for source in sorted(course.rglob("*")):
        name = source.relative_to(course)
        if source.is_dir() or any(part.startswith(".") for part in name.parts):
            continue
        content = source.read_bytes()
        new, old = _hash(content), _hash_of_file(folder / name)
        if old in (None, record.get(str(name))) and old != new:
            _write(folder / name, content)
            old = new
        if old == new:
            record[str(name)] = new
    _write(folder / RECORD, json.dumps(record, indent=1).encode())


def _read_record(path):
    try:
        return dict(json.loads(path.read_bytes())) if path.is_file() else {}
    except (OSError, ValueError, TypeError):
        return {}


def _hash(content):
    return hashlib.sha256(content).hexdigest()


def _hash_of_file(path):
    """Return None where nothing is, not even a link that leads nowhere."""
    if not os.path.lexists(path):
        return None
    if not path.is_file():
        return "not a file"
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path, content):
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_bytes(content)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


if __name__ == "__main__":
    hand_out(Path(sys.argv[1]), Path(sys.argv[2]))
