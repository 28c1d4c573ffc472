"""All panels and predictions in Korean, in a real JupyterLab: do the words have room?"""

import nbformat
import pytest
from driving import all_panels, all_predictions

from lecture_kit.tools.normalize import normalize

from .lab import open_notebook, run_all, watch_messages, watched_page
from .test_notebooks_in_jupyterlab import (
    PREDICTION,
    TROUBLE,
    DrivenPanel,
    panels,
    resize,
    shown_failures,
)

NAME = "korean.ipynb"
SPEAK = """from importlib import import_module
from lecture_kit.live.language import speak
speak("ko")"""


def call(name, file):
    topic, function = name.split(".")
    return f'import_module("lecture_kit.sections.{topic}.{file}").{function}()'


@pytest.fixture(scope="module")
def page(browser, lab):
    """A notebook that shows everything in Korean."""
    codes = [SPEAK, *(call(name, "panels") for name, _function in all_panels()),
             *(call(name, "predictions") for name, _function in all_predictions())]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in codes])
    nbformat.write(normalize(notebook), lab.folder / NAME)
    page = watched_page(browser)
    open_notebook(page, lab, NAME)
    run_all(page)
    watch_messages(page)
    page.evaluate("jupyterapp.shell.collapseLeft()")
    return page


@pytest.mark.full
@pytest.mark.parametrize("width", [1280, 960, 680, 390])
def test_korean_words_are_not_cut_off_and_do_not_overlap(page, width):
    resize(page, width=width)
    cells = panels(page)
    DrivenPanel(page, cells[-1])  # waits until nothing moves
    cells += page.query_selector_all(f".jp-CodeCell:has({PREDICTION})")
    assert len(cells) == len(all_panels()) + len(all_predictions())
    assert [cell.evaluate(TROUBLE) for cell in cells] == [[]] * len(cells)
    assert not shown_failures(page)
