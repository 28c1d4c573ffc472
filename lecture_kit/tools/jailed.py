"""Run code cells inside the jail of :mod:`lecture_kit.tools.jail`.

    python -m lecture_kit.tools.jailed SECONDS BYTES THREADS < cells > notebook

The cells come as a JSON list of texts. What goes out is a notebook with its outputs and the state
of its widgets. A cell that fails, or takes too long, does not keep the others from running.
"""

import json
import os
import resource
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError


def main():
    """Run the command."""
    seconds, memory, n_threads = map(int, sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_NPROC, (n_threads, n_threads))
    Path("/proc/self/oom_score_adj").write_text("1000")  # where memory ends, the jail goes first
    answer = os.dup(sys.stdout.fileno())  # what a kernel prints beside its messages goes elsewhere
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in json.load(sys.stdin)])
    client = NotebookClient(notebook, timeout=seconds, interrupt_on_timeout=True, allow_errors=True,
                            kernel_name="python3", record_timing=False)
    try:
        client.execute()
    except DeadKernelError:
        client.set_widgets_metadata()
    with os.fdopen(answer, "w", encoding="utf-8", errors="replace") as file:
        nbformat.write(notebook, file)


if __name__ == "__main__":
    main()
