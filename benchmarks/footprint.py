"""What the lecture costs in time and memory, apart from its sliders.

    uv run python benchmarks/footprint.py

Import time, start of a kernel, memory of a kernel that has run a notebook, sizes of the files,
time of the strict nbval run, and growth of memory over many moves of sliders and trainings.
"""

import argparse
import gc
import inspect
import statistics
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import numpy as np
import psutil
from jupyter_client.manager import start_new_kernel
from machine import describe, table

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
sys.path.insert(0, str(ROOT / "tests"))
from driving import all_panels, places  # noqa: E402

IMPORTS = {"nothing": "", "numpy": "import numpy", "matplotlib": "import matplotlib.figure",
           "ipywidgets": "import ipywidgets", "all three": "import ipywidgets, matplotlib.figure",
           "a section of the kit": "import lecture_kit.sections.loss_functions.panels"}


def import_times(rounds=5):
    """Time a fresh Python that imports something, in turn; returns rows of a table."""
    taken = {name: [] for name in IMPORTS}
    for _round in range(rounds):
        for name, code in IMPORTS.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            taken[name].append(time.perf_counter() - start)
    return [[name, f"{1000 * statistics.median(times):.0f}"] for name, times in taken.items()]


def code_cells(path):
    """Read the code cells of a notebook."""
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def run_notebook(path):
    """Run a notebook in a kernel of its own; returns a row of a table."""
    start = time.perf_counter()
    manager, client = start_new_kernel(cwd=path.parent)
    first_panel = None
    for cell in code_cells(path):
        reply = client.execute_interactive(cell.source, output_hook=lambda message: None)
        assert reply["content"]["status"] == "ok", reply["content"]
        if first_panel is None and cell.source.splitlines()[-1].startswith("panels."):
            first_panel = time.perf_counter() - start
    total = time.perf_counter() - start
    memory = psutil.Process(manager.provisioner.process.pid).memory_info().rss
    client.stop_channels()
    manager.shutdown_kernel(now=True)
    return [path.stem, f"{path.stat().st_size / 1e6:.2f}", f"{first_panel:.1f}", f"{total:.1f}",
            f"{memory / 1e6:.0f}"]


def nbval_time():
    """Time the strict comparison of all notebooks, one after the other."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "pytest", "-q", "-n", "0", *map(str, NOTEBOOKS)],
                   cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def resident():
    """Measure this process in bytes."""
    gc.collect()
    return psutil.Process().memory_info().rss


def memory_growth(most):
    """Move the controls of every panel, trained networks less often; returns rows of a table."""
    rng = np.random.default_rng(0)
    for name, function in all_panels():
        panel = function()
        controls = list(panel.controls.values())
        n_moves = most // 20 if inspect.isgeneratorfunction(panel._show) else most
        before = None
        for move in range(n_moves + n_moves // 10):
            if move == n_moves // 10:  # the first tenth fills caches
                before = resident()
            control = controls[move % len(controls)]
            control.value = places(control, rng)[-1]
        yield [name, n_moves, f"{(resident() - before) / 1e6:+.1f}"]


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moves", type=int, default=2000, help="moves of a panel that only draws")
    options = parser.parse_args()
    print(describe("numpy", "matplotlib", "ipywidgets", "jupyterlab", "nbval"), "\n")
    print(table(["fresh Python that imports", "ms"], import_times()), "\n")
    head = ["notebook", "MB in the file", "kernel start to first panel, s", "run, s",
            "kernel's memory, MB"]
    print(table(head, map(run_notebook, NOTEBOOKS)), "\n")
    print(f"Strict nbval of all notebooks, one after the other: {nbval_time():.0f} s\n")
    print(table(["panel", "moves", "growth, MB"], memory_growth(options.moves)))


if __name__ == "__main__":
    main()
