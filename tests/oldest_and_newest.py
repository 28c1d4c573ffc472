"""Run the notebooks with the oldest and the newest versions that the project admits.

    uv run python tests/oldest_and_newest.py [notebooks ...]

uv builds an environment for each, in a copy of the project: the lowest versions that pyproject.toml
names on the oldest Python, and the highest on the newest. The outputs are compared strictly.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
CASES = {"oldest": ("3.11", "lowest-direct"), "newest": ("3.13", "highest")}


def run(folder, python, resolution):
    """Compare the notebooks of a copy."""
    command = ["uv", "run", "--python", python, "--resolution", resolution, "pytest", "-q",
               *(sys.argv[1:] or ["notebooks"])]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def main():
    """Run both and say how it went."""
    failures = 0
    for name, (python, resolution) in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            copy = shutil.copytree(ROOT, Path(folder) / "copy", ignore=shutil.ignore_patterns(
                ".*", "uv.lock", "__pycache__"))
            result = run(copy, python, resolution)
        failures += result.returncode != 0
        print(f"{name}, Python {python}: {(result.stdout.strip() or '?').splitlines()[-1]}")
        if result.returncode:
            print(result.stdout, result.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
