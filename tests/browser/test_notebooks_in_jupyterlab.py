"""Every notebook in a real JupyterLab: run, drag, press keys, click, save, open again."""

import pytest

from .conftest import ROOT

NOTEBOOKS = [path.name for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
FAILURES = ("Error displaying widget", "model not found", "Click to show javascript error",
            "Loading widget", "Traceback (most recent call last)")


def open_notebook(page, lab, name):
    page.goto(f"{lab.url}/lab/workspaces/w{id(page)}/tree/{name}?token={lab.token}")
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.wait_for_function(
        "() => document.querySelector('.jp-Notebook-ExecutionIndicator')"
        "?.dataset.status === 'idle'")


def choose(page, menu, entry):
    page.get_by_text(menu, exact=True).first.click()
    page.get_by_text(entry, exact=True).first.click()


def run_all(page):
    choose(page, "Edit", "Clear Outputs of All Cells")
    choose(page, "Run", "Run All Cells")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.jp-CodeCell')].every(cell => "
        "/\\[\\d+\\]/.test(cell.querySelector('.jp-InputPrompt').textContent))", timeout=120_000)


def show_all_cells(page):
    """JupyterLab draws a cell when it comes into sight; bring every cell into sight once."""
    for cell in page.locator(".jp-Cell").all():
        cell.scroll_into_view_if_needed()


def panels(page):
    show_all_cells(page)
    return page.locator(".jp-CodeCell", has=page.locator("img.widget-image")).all()


class DrivenPanel:
    """A panel in the page: what it shows, and hands that move it."""

    def __init__(self, page, cell):
        self.page, self.cell = page, cell
        self.picture = cell.locator("img.widget-image")
        self.picture.scroll_into_view_if_needed()

    def readout(self):
        return self.picture.get_attribute("title")

    def source(self):
        return self.picture.get_attribute("src")

    def height(self):
        return self.cell.locator(".jp-OutputArea").first.bounding_box()["height"]

    def wait_until(self, condition, *arguments):
        self.page.wait_for_function(f"([picture, ...rest]) => ({condition})(picture, ...rest)",
                                    arg=[self.picture.element_handle(), *arguments], timeout=15_000)

    def wait_for_change(self, source):
        self.wait_until("(picture, before) => picture.src !== before", source)

    def wait_for_readout(self, readout):
        self.wait_until("(picture, wanted) => picture.title === wanted", readout)

    def reset(self, readout):
        self.cell.get_by_role("button", name="Reset", exact=True).click()
        self.wait_for_readout(readout)

    def drag(self, handle, share):
        """Drag with the mouse to a place on the track, from 0 to 1."""
        handle.scroll_into_view_if_needed()
        knob, track = handle.bounding_box(), handle.locator("xpath=../..").bounding_box()
        self.page.mouse.move(knob["x"] + knob["width"] / 2, knob["y"] + knob["height"] / 2)
        self.page.mouse.down()
        self.page.mouse.move(track["x"] + share * track["width"], knob["y"] + knob["height"] / 2,
                             steps=6)
        self.page.mouse.up()


def assert_healthy(page):
    text = page.locator(".jp-Notebook").inner_text()
    for failure in FAILURES:
        assert failure not in text
    assert page.errors == []


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_control_of_every_panel_moves_the_picture(page, lab, name):
    open_notebook(page, lab, name)
    run_all(page)
    driven = [DrivenPanel(page, cell) for cell in panels(page)]
    assert driven
    for panel in driven:
        panel.picture.scroll_into_view_if_needed()
        first, height = panel.readout(), panel.height()
        assert height <= 450
        heights = set()
        for handle in panel.cell.locator(".noUi-handle").all():
            for share in (0.0, 1.0):
                before = panel.source()
                panel.drag(handle, share)
                panel.wait_for_change(before)
                heights.add(panel.height())
            before = panel.source()
            handle.press("ArrowLeft")
            handle.press("ArrowLeft")
            panel.wait_for_change(before)
            panel.reset(first)
        for button in panel.cell.locator("button.jupyter-button").all():
            if not button.get_attribute("class").endswith("mod-active"):
                before = panel.source()
                button.click()
                panel.wait_for_change(before)
                heights.add(panel.height())
        panel.reset(first)
        play = panel.cell.locator(".widget-play button").first
        if play.count():
            play.click()
            panel.wait_until("(picture, before) => picture.title !== before", first)
            play.click()
            panel.reset(first)
        assert heights == {height}, "the layout jumps"
    assert_healthy(page)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_committed_notebook_shows_still_pictures_without_a_run(page, lab, name):
    open_notebook(page, lab, name)
    show_all_cells(page)
    stills = page.locator(".jp-RenderedImage img")
    source = (ROOT / "notebooks" / name).read_text(encoding="utf-8")
    assert stills.count() == source.count('"image/png": "') > 0
    assert page.locator("img.widget-image").count() == 0
    assert_healthy(page)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_saved_notebook_shows_pictures_when_it_is_opened_again(browser, page, lab, name):
    open_notebook(page, lab, name)
    run_all(page)
    count = len(panels(page))
    page.keyboard.press("Control+s")
    page.wait_for_function(
        "() => !document.querySelector('.jp-mod-current .jp-DirtyIndicator, .jp-mod-dirty')")
    lab.shut_down_kernels()
    again = browser.new_page(viewport={"width": 1280, "height": 800})
    open_notebook(again, lab, name)
    show_all_cells(again)
    pictures = again.locator(".jp-RenderedImage img, img.widget-image")
    assert pictures.count() == count
    text = again.locator(".jp-Notebook").inner_text()
    assert not [failure for failure in FAILURES if failure in text]
    again.close()


@pytest.mark.parametrize("name", NOTEBOOKS[:1])
def test_the_tab_key_reaches_every_control(page, lab, name):
    open_notebook(page, lab, name)
    run_all(page)
    panel = DrivenPanel(page, panels(page)[0])
    panel.cell.locator(".noUi-handle").first.focus()
    reached = set()
    for _ in range(12):
        reached.add(page.evaluate(
            "() => document.activeElement.innerText || document.activeElement.className"))
        page.keyboard.press("Tab")
    for button in ("left neuron", "right neuron", "Reset"):
        assert button in reached
    assert any("noUi-handle" in element for element in reached)
