"""The live edition: notebooks that run in the browser alone, as from any static server."""

import gzip
import json
import os
from urllib.parse import urlsplit

import numpy as np
import pytest
from browser.lab import command, run_all, watch_messages, watched_page
from browser.test_notebooks_in_jupyterlab import (
    PREDICTION,
    TROUBLE,
    DrivenPanel,
    drag_with_a_finger,
    drive_sliders,
    middle,
    panels,
    press_choices,
    press_presets,
    shown_failures,
)

from .conftest import ROOT

PLACES = {"01": "01_loss_functions", "04": "04_gradient_descent_and_momentum",
          "05": "05_adaptive_methods", "ko/02": "ko/02_preprocessing"}
COMPRESSED = {".css", ".html", ".ipynb", ".js", ".json", ".svg", ".wasm"}
IS_READY = ("() => window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel"
            "?.status === 'idle' && document.querySelector('.jp-CodeCell')")

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif("PYODIDE" not in os.environ,
                       reason="PYODIDE does not name a folder with a Pyodide distribution")]


def open_live(page, address, place):
    page.goto(f"{address}/live/notebooks/index.html?path={place}.ipynb")
    page.wait_for_function(IS_READY, polling=100)
    command(page, "notebook:expand-all-headings")


def source(page):
    """What the notebook's first cell says."""
    return page.evaluate("jupyterapp.shell.currentWidget.content.widgets[0]"
                         ".model.sharedModel.source")


def texts(notebook):
    """What the code cells print or show as words, by their ids."""
    def words(output):
        return "".join(output.get("text") or output.get("data", {}).get("text/plain", ""))
    return {cell["id"]: "".join(map(words, cell["outputs"])) for cell in notebook["cells"]
            if cell["cell_type"] == "code"}


@pytest.fixture(scope="module")
def page(browser):
    """A page that counts what it asks of other servers."""
    page = watched_page(browser)
    page.asked = []
    page.on("request", lambda request: page.asked.append(request.url))
    return page


@pytest.fixture(scope="module", params=PLACES)
def place(request):
    return PLACES[request.param]


@pytest.fixture(scope="module")
def live(page, address, place):
    """A notebook after Run All; its tests share it."""
    open_live(page, address, place)
    run_all(page)
    watch_messages(page)
    return page


def test_all_texts_are_those_of_the_committed_notebook(live, place):
    committed = json.loads((ROOT / "notebooks" / f"{place}.ipynb").read_text(encoding="utf-8"))
    assert texts(live.evaluate("jupyterapp.shell.currentWidget.content.model.toJSON()")
                 ) == texts(committed)


def test_every_control_of_every_panel_moves_the_picture(live):
    for cell in panels(live):
        panel = DrivenPanel(live, cell)
        for drive in (drive_sliders, press_choices, press_presets):
            assert len({panel.height(), *drive(panel)}) == 1
        assert panel.cut_off == set()
    assert shown_failures(live) == []
    assert live.errors == []


NOT_COMPILED = """
import os, sys
print([name for name, module in sorted(sys.modules.items())
       if (getattr(module, "__file__", None) or "").endswith(".py")
       and module.__spec__.origin != "frozen" and not os.path.exists(module.__cached__ or "")])
"""
PRODUCTS = """
import ctypes
import itertools
import numpy as np
from numpy import _distributor_init_local as quick

def layouts(x):
    return [x, np.ascontiguousarray(x.swapaxes(1, 2)).swapaxes(1, 2), x[:, ::-1], x[..., ::-1]]

rng, found = np.random.default_rng(0), []
for kind, (m, k, p) in itertools.product(
        ["float32", "float64"], [(1, 1, 1), (3, 7, 21), (5, 16, 4), (2, 9, 3), (4, 0, 2)]):
    for a in layouts(rng.normal(size=(2, m, k)).astype(kind)):
        for b in layouts(rng.normal(size=(2, k, p)).astype(kind)):
            out = np.full((2, p, m), np.nan, kind).swapaxes(1, 2)
            expected = np.sum(a[..., np.newaxis] * b[:, np.newaxis], axis=2)
            found += [np.allclose(c, expected, atol=1e-5, rtol=1e-5)
                      for c in (a @ b, np.matmul(a, b, out=out))]
library = ctypes.CDLL(str(quick.__file__).replace("_distributor_init_local.pyc", "product.so"))
loops = {ctypes.cast(library[name], ctypes.c_void_p).value for name in quick.LOOPS.values()}
functions = quick.Ufunc.from_address(id(np.matmul)).functions
print(len(found), all(found), loops <= set(functions[:np.matmul.ntypes]))
"""


def printed(page, code):
    """What the notebook's kernel prints when it runs some code."""
    return page.evaluate("""async code => {
        const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
        const request = kernel.requestExecute({code}), printed = [];
        request.onIOPub = message => printed.push(message.content.text ?? "");
        await request.done;
        return printed.join("").trim(); }""", code)


def test_no_module_is_compiled_at_the_start(live):
    """All that the notebook has imported was compiled when the site was built."""
    assert printed(live, NOT_COMPILED) == "[]"


def test_products_of_all_layouts_are_right(live):
    """The quick loops of matmul are used, and agree with sums of products of single numbers."""
    assert printed(live, PRODUCTS) == "320 True True"


def test_a_first_visit_takes_25_megabytes_at_most(live, address, built_site):
    """As a server sends it that compresses what can be compressed."""
    files = {built_site / urlsplit(url).path.lstrip("/") for url in live.asked
             if url.startswith(address)}
    sizes = [len(gzip.compress(file.read_bytes())) if file.suffix in COMPRESSED
             else file.stat().st_size for file in files if file.is_file()]
    assert 20e6 < sum(sizes) < 25e6


def test_no_archive_is_too_large_for_a_browser_to_keep(built_site):
    archives = list((built_site / "live/static/pyodide").glob("*.zip"))
    assert archives
    assert max(file.stat().st_size for file in archives) < 6e6


def test_nothing_is_asked_of_another_server(live, address):
    assert live.asked
    assert not [url for url in live.asked if not url.startswith((address, "data:", "blob:"))]


CARDS = {  # a wrong and a right answer to exercise 1, and a panel: where its sliders reach the goal
    "00_start_here": ("x + learning_rate * slope", "x - learning_rate * slope", 0, [0.82]),
    "ko/04_gradient_descent_and_momentum":
        ("1 / (12 * x**2 - 4)", "2 / (12 * x**2 - 4)", 2, [0.5, 0.97]),
}


def answer(page, words):
    """Write an answer to exercise 1 in place of the dots, and run its cell."""
    page.evaluate(
        "words => { const notebook = jupyterapp.shell.currentWidget.content;"
        " const cells = notebook.widgets.map(cell => cell.model.sharedModel);"
        " const index = cells.findIndex(cell => cell.id === 'exercise-1-answer');"
        " cells[index].setSource(cells[index].getSource().replace(/return .*/, `return ${words}`));"
        " notebook.activeCellIndex = index }", words)
    command(page, "notebook:run-cell")


@pytest.mark.parametrize("place", CARDS)
def test_the_card_shows_what_is_decided_reached_and_solved(page, address, place):
    wrong, right, number, shares = CARDS[place]
    open_live(page, address, place)
    run_all(page)
    watch_messages(page)
    card = page.locator(".jp-CodeCell").last.locator(".widget-html-content")
    exercise, done = page.locator(".lecture-exercise").first, card.get_by_text("✓")
    prediction = page.locator(PREDICTION, has=page.locator("input")).first
    prediction.locator("input").fill("5")
    assert not card.locator("svg").count()
    prediction.get_by_role("button").click()
    for place_of_line in (prediction, card):
        place_of_line.locator("svg").wait_for()
    panel = DrivenPanel(page, panels(page)[number])
    assert not done.count()
    for handle, share in zip(panel.cell.query_selector_all(".noUi-handle"), shares, strict=False):
        panel.drag(handle, share)
        panel.settle()
    done.wait_for()
    answer(page, wrong)
    exercise.get_by_text("✗").wait_for()
    assert done.count() == 1
    answer(page, right)
    exercise.get_by_text("✓").wait_for()
    done.nth(1).wait_for()


def test_a_move_ends_what_still_streams(page, address):
    open_live(page, address, PLACES["05"])
    run_all(page)
    watch_messages(page)
    for cell in panels(page):
        panel = DrivenPanel(page, cell)
        first = panel.cell.query_selector(".noUi-handle")
        panel.drag(first, 0.9)
        panel.drag(first, 0.5)
        panel.reset()  # shows what it showed at first, and nothing comes after it


def test_a_change_stays_and_can_be_taken_back(page, address):
    open_live(page, address, PLACES["04"])
    first = source(page)
    page.evaluate("jupyterapp.shell.currentWidget.content.widgets[0]"
                  ".model.sharedModel.setSource('my own words')")
    command(page, "docmanager:save")
    open_live(page, address, PLACES["04"])
    assert source(page) == "my own words"
    page.goto(f"{address}/live/reset.html?path={PLACES['04']}.ipynb")
    page.get_by_role("button").click()
    page.get_by_text("as it was at first").wait_for()
    page.get_by_role("link").click()
    page.wait_for_function(IS_READY, polling=100)
    assert source(page) == first


def test_on_a_phone_everything_has_room_and_a_finger_moves_the_picture(phone, address):
    page = watched_page(phone)
    open_live(page, address, PLACES["04"])
    run_all(page)
    watch_messages(page)
    for cell in panels(page):
        assert DrivenPanel(page, cell).cut_off == set()
    parts = ".lecture-panel, .lecture-prediction, .lecture-exercise"
    cells = page.query_selector_all(f".jp-CodeCell:has({parts})")
    assert [cell.evaluate(TROUBLE) for cell in cells] == [[]] * len(cells)
    screens, heights = (page.eval_on_selector_all(selector, f"all => all.map(one => one.{size})")
                        for selector, size in ((".lecture-screen", "clientWidth"),
                                               (f":is({parts}) button", "offsetHeight")))
    assert max(screens) < 390
    assert min(heights) >= 40
    spot = page.locator(".lecture-spot:not([hidden])").first
    panel = DrivenPanel(page, page.locator(".jp-CodeCell", has=spot).first.element_handle())
    before, start = panel.seen(), middle(spot)
    drag_with_a_finger(page, start, start + 40 * np.sign(middle(panel.picture) - start))
    panel.wait_for_change(before)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.errors == []
