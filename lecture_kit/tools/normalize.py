"""Normalize the notebooks: what is committed is the same wherever it was run.

    uv run python -m lecture_kit.tools.normalize             clean the notebooks
    uv run python -m lecture_kit.tools.normalize --execute   run them all first
    uv run python -m lecture_kit.tools.normalize --check     only say which ones are not clean

A clean notebook has outputs with pictures, but no live widgets: without a kernel these would show
as "model not found". Cells are counted 1…n, and nothing tells when or on what machine it ran. Every
cell knows its place in a slide show, and a part whose heading says "Deeper:" is collapsed. A Korean
text keeps the hash of the English one, see :mod:`lecture_kit.tools.twins`.
"""

import argparse
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from lecture_kit.tools.saved import RESULTS
from lecture_kit.tools.twins import HASH

_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_DEEPER = ("Deeper:", "더 깊이:")
_WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"


def normalize(notebook):
    """Take out of a notebook what depends on the machine, the day or a running kernel.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        The notebook; it is changed in place.

    Returns
    -------
    nbformat.NotebookNode
        The same notebook.
    """
    notebook.metadata = nbformat.from_dict(_METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    count = 0
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict(_cell_metadata(cell))
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count
        cell.outputs = _join_streams(cell.outputs)
        for output in cell.outputs:
            output.get("data", {}).pop(_WIDGET_VIEW, None)
            output.get("metadata", {}).pop(RESULTS, None)
            if output.output_type == "execute_result":
                output.execution_count = count
    return notebook


def _cell_metadata(cell):
    """Give a cell its place in a slide show; what is deeper is collapsed at first.

    A heading begins a slide; the other cells follow below it, since two do not fit on one.
    """
    is_heading = cell.cell_type == "markdown" and cell.source.startswith("#")
    metadata = {"slideshow": {"slide_type": "slide" if is_heading else "subslide"}}
    if is_heading and cell.source.lstrip("# ").startswith(_DEEPER):
        metadata["jp-MarkdownHeadingCollapsed"] = True
    if HASH in cell.metadata:
        metadata[HASH] = cell.metadata[HASH]
    return metadata


def _join_streams(outputs):
    """Join what was printed in a row: a slow machine hands it over in more pieces."""
    joined = []
    for output in outputs:
        before = joined[-1] if joined else {}
        if output.output_type == "stream" and output.name == before.get("name"):
            before["text"] += output.text
        else:
            joined.append(output)
    return joined


def execute(notebook, folder):
    """Run all cells in a fresh kernel.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        The notebook; its outputs are replaced.
    folder : Path
        Where the kernel starts.
    """
    client = NotebookClient(
        notebook, timeout=120, kernel_name="python3", record_timing=False,
        store_widget_state=False, resources={"metadata": {"path": str(folder)}})
    client.execute()


def main(arguments=None):
    """Run the command.

    Parameters
    ----------
    arguments : list of str, optional
        Words after the command; those of the shell by default.

    Returns
    -------
    int
        0 if all notebooks are clean now, else 1.
    """
    parser = argparse.ArgumentParser(description="Normalize the notebooks.")
    parser.add_argument("notebooks", nargs="*", type=Path, help="files; all by default")
    parser.add_argument("--execute", action="store_true", help="run the notebooks first")
    parser.add_argument("--check", action="store_true", help="change nothing")
    options = parser.parse_args(arguments)
    paths = options.notebooks or [*sorted(Path("notebooks").glob("*.ipynb")),
                                  *sorted(Path("notebooks/ko").glob("*.ipynb"))]
    unclean = 0
    for path in paths:
        before = path.read_text(encoding="utf-8")
        notebook = nbformat.reads(before, as_version=4)
        if options.execute:
            execute(notebook, path.parent)
        after = nbformat.writes(normalize(notebook)).rstrip("\n") + "\n"
        if after == before:
            continue
        if options.check:
            unclean += 1
            print(f"{path} is not clean: run python -m lecture_kit.tools.normalize")
        else:
            path.write_text(after, encoding="utf-8", newline="\n")
            print(f"{path} normalized")
    return 1 if unclean else 0


if __name__ == "__main__":
    sys.exit(main())
