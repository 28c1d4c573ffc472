"""Every notebook in a real JupyterLab: run, drag, press keys, click, save, open again."""

import re

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from .lab import ROOT, command, open_notebook, run_all, watch_messages, watched_page

NOTEBOOKS = [path.name for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
FAILURES = ("Error displaying widget", "model not found", "Click to show javascript error",
            "Loading widget", "Traceback (most recent call last)")
PICTURE = ".lecture-screen:has(img + img[src])"  # both layers are there
PREDICTION = ".lecture-prediction"
RESET = "button:text-is('Reset'), button:text-is('처음으로')"


def what_is_missing(page, selector, count, rounds=1200):
    """Bring every cell into sight until all pictures are there; tell what is there instead."""
    for _ in range(rounds):
        show_all_cells(page)
        if page.locator(selector).count() == count:
            return ""
        page.wait_for_timeout(500)
    outputs = page.locator(".jp-OutputArea-output").all_text_contents()
    return f"{page.locator(selector).count()} of {count} pictures; {outputs}; {page.errors}"


def show_all_cells(page):
    """JupyterLab draws a cell when it comes into sight; bring every code cell into sight once."""
    page.evaluate(
        "async () => { const frame = () => new Promise(requestAnimationFrame);"
        " for (const cell of document.querySelectorAll('.jp-CodeCell')) {"
        "  await frame(); cell.scrollIntoViewIfNeeded() }"
        " await frame() }")


def resize(page, **size):
    """Change the window; a picture hears of it when its cell comes into sight."""
    page.set_viewport_size({**page.viewport_size, **size})
    show_all_cells(page)


def panels(page):
    return page.locator(".jp-CodeCell", has=page.locator(PICTURE)).element_handles()


class DrivenPanel:
    """A panel in the page: what it shows, and hands that move it.

    It holds elements: a locator searches the page at each use, which takes ten times as much work.
    """

    def __init__(self, page, cell):
        self.page, self.cell = page, cell
        self.picture = cell.query_selector(PICTURE)
        self.output = cell.query_selector(".jp-OutputArea")
        self.cut_off = set()
        self.picture.scroll_into_view_if_needed()
        self.settle()
        self.first = self.readout()

    def readout(self):
        return self.picture.get_attribute("aria-label")

    def seen(self):
        """Picture and readout: a step may be too small for a pixel."""
        return self.picture.evaluate("picture => picture.children[1].src + picture.ariaLabel")

    def height(self):
        return self.output.bounding_box()["height"]

    def wait_until(self, condition, *arguments):
        self.page.wait_for_function(f"([picture, ...rest]) => ({condition})(picture, ...rest)",
                                    arg=[self.picture, *arguments], polling=30)

    def wait_for_change(self, seen):
        """Wait for another picture or readout, and then until no more come."""
        self.wait_until(
            "(picture, before) => picture.children[1].src + picture.ariaLabel !== before", seen)
        self.settle()

    def settle(self):
        """Wait until the kernel has answered and no work is under way; look for cut-off words."""
        self.picture.evaluate("picture => { picture.frames = 0 }")
        self.wait_until(
            "picture => { const cell = picture.closest('.jp-CodeCell');"
            " const bar = cell.querySelector('.widget-hprogress');"
            " const rests = underWay.size === 0 && getComputedStyle(bar).display === 'none';"
            " const isShown = picture.ariaBusy === 'false';"
            " picture.frames = rests && isShown ? picture.frames + 1 : 0;"
            " return picture.frames > 2 }")  # an answer may call forth a message that waited for it
        self.cut_off.update(self.cell.eval_on_selector_all(
            ".widget-label, .widget-readout",
            "labels => labels.filter(label => label.scrollWidth > label.clientWidth)"
            ".map(label => label.textContent)"))

    def reset(self):
        self.cell.query_selector(RESET).click()
        self.settle()
        self.wait_until("(picture, first) => picture.ariaLabel === first", self.first)

    def drag(self, handle, share):
        """Drag with the mouse to a place on the track, from 0 to 1."""
        handle.hover()  # waits until it stands still: what is above it may still grow
        self.page.mouse.down()
        knob, track = handle.bounding_box(), handle.query_selector("xpath=../..").bounding_box()
        self.page.mouse.move(track["x"] + share * track["width"], knob["y"] + knob["height"] / 2,
                             steps=3)
        self.page.mouse.up()


def shown_failures(page):
    text = page.locator(".jp-Notebook").text_content()
    return [failure for failure in FAILURES if failure in text]


@pytest.fixture(scope="module", params=[
    NOTEBOOKS[0], *(pytest.param(name, marks=pytest.mark.full) for name in NOTEBOOKS[1:])])
def name(request):
    return request.param


@pytest.fixture(scope="module")
def jupyterlab(browser):
    """The page in which one notebook after the other is opened."""
    return watched_page(browser)


@pytest.fixture(scope="module")
def fresh(jupyterlab, lab, name):
    """A page that has opened a notebook and its deeper parts; its tests share it in this order."""
    open_notebook(jupyterlab, lab, name)
    jupyterlab.closed_cells = jupyterlab.locator(".jp-Cell:not(:visible)").count()
    command(jupyterlab, "notebook:expand-all-headings")
    return jupyterlab


@pytest.fixture(scope="module")
def page(fresh):
    """The same page after Run All."""
    run_all(fresh)
    watch_messages(fresh)
    show_all_cells(fresh)
    return fresh


@pytest.mark.full
def test_the_committed_notebook_shows_still_pictures_without_a_run(fresh, name):
    source = (ROOT / "notebooks" / name).read_text(encoding="utf-8")
    assert not what_is_missing(fresh, ".jp-RenderedImage img", source.count('"image/png": "'))
    assert fresh.locator(PICTURE).count() == 0
    assert shown_failures(fresh) == []
    assert fresh.errors == []


def test_the_deeper_parts_were_closed(page):
    assert page.closed_cells > 0


def test_a_prediction_is_decided_with_the_keyboard_and_the_card_counts_it(page):
    cell = page.locator(".jp-CodeCell", has=page.locator(f"{PREDICTION} input")).first
    cell.scroll_into_view_if_needed()
    cell.locator("input").focus()
    page.keyboard.type("3 10 50")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    cell.get_by_role("button", name="Try again").wait_for()
    assert "predicted 3, 10, 50" in cell.locator(f"{PREDICTION} svg").get_attribute("aria-label")
    page.get_by_text(re.compile(r"Predictions: 1 of \d+ decided")).first.wait_for()


def test_every_control_of_every_panel_moves_the_picture(page):
    driven = [DrivenPanel(page, cell) for cell in panels(page)]
    assert driven
    for panel in driven:
        panel.picture.scroll_into_view_if_needed()
        height = panel.height()
        assert height <= 450
        heights = {*drive_sliders(panel), *press_choices(panel), *press_presets(panel)}
        assert heights == {height}, f"{panel.first}: the layout jumps"
        assert panel.cut_off == set()
    assert shown_failures(page) == []
    assert page.errors == []


def drive_sliders(panel):
    for handle in panel.cell.query_selector_all(".noUi-handle"):
        at_the_top = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
        for share in (0.0, 1.0) if at_the_top else (1.0, 0.0):
            before = panel.seen()
            panel.drag(handle, share)
            panel.wait_for_change(before)
            yield panel.height()
        before = panel.seen()
        for _ in range(3):
            handle.press("ArrowLeft" if at_the_top else "ArrowRight")
        panel.wait_for_change(before)
        panel.reset()


def press_choices(panel):
    for group in panel.cell.query_selector_all(".widget-toggle-buttons"):
        for button in group.query_selector_all("button"):
            before, pressed = panel.seen(), "mod-active" in button.get_attribute("class")
            button.click()
            if pressed:
                panel.settle()
            else:
                panel.wait_for_change(before)
            yield panel.height()
        panel.reset()


def press_presets(panel):
    buttons = panel.cell.query_selector_all("button.jupyter-button:not(.widget-toggle-buttons *)")
    *presets, _reset = [button for button in buttons if re.search(r"\w", button.text_content())]
    for number, button in enumerate(presets):
        before = panel.seen()
        button.click()
        if number:
            panel.wait_for_change(before)
        else:  # the first preset may be what the panel starts with
            panel.settle()
        yield panel.height()
    slider = panel.cell.query_selector(".noUi-handle")
    panel.reset()
    if slider:
        panel.drag(slider, 0.9)
        panel.reset()  # at once, while the kernel still works on the drag


def middle(locator):
    box = locator.bounding_box()
    return np.array([box["x"] + box["width"] / 2, box["y"] + box["height"] / 2])


def drag_with_the_mouse(page, start, end):
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=5)
    page.mouse.up()


def drag_with_a_finger(page, start, end):
    client = page.context.new_cdp_session(page)
    for kind, shares in [("touchStart", [0]), *[("touchMove", [n / 5]) for n in range(1, 6)],
                         ("touchEnd", [])]:
        points = [dict(zip("xy", start + share * (end - start), strict=True)) for share in shares]
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    client.detach()


@pytest.mark.parametrize("drag", [drag_with_the_mouse, drag_with_a_finger])
def test_a_handle_goes_with_the_hand_and_the_page_stays(page, drag):
    spot = page.locator(".lecture-spot:not([hidden])").first
    panel = DrivenPanel(page, page.locator(".jp-CodeCell", has=spot).first.element_handle())
    picture, start, before = middle(panel.picture), middle(spot), panel.seen()
    drag(page, start, start + 60 * np.sign(picture - start))
    panel.wait_for_change(before)
    assert np.hypot(*(middle(spot) - start)) > 10
    assert_array_equal(middle(panel.picture), picture)
    assert min(spot.bounding_box()[side] for side in ("width", "height")) >= 40
    panel.reset()


@pytest.mark.full
def test_play_moves_the_picture_until_reset(page):
    for cell in panels(page):
        panel = DrivenPanel(page, cell)
        play = panel.cell.query_selector(".widget-play button")
        if play:
            play.click()
            panel.wait_until("(picture, before) => picture.ariaLabel !== before", panel.first)
            panel.reset()  # at once, while the kernel still works on the last step
            assert panel.cell.query_selector(".widget-play .fa-play"), "it still plays"


@pytest.mark.full
def test_the_tab_key_reaches_every_control(page):
    for cell in panels(page):
        cell.evaluate(
            "cell => { window.controls = [...cell.querySelectorAll("
            " '.jupyter-widgets :is(.noUi-handle, button, select, input:not([readonly]))')]"
            ".filter(control => control.offsetParent) }")
        count = page.evaluate("controls[0].focus(), controls.length")
        for _ in range(2 * count):
            page.evaluate("document.activeElement.reached = true")
            if page.evaluate("controls.every(control => control.reached)"):
                break
            page.keyboard.press("Tab")
        missed = page.evaluate(
            "controls.filter(control => !control.reached).map(control => control.outerHTML)")
        assert missed == []


@pytest.mark.full
def test_what_is_typed_beside_a_slider_of_stops_does_not_stay(page):
    readout = page.locator(".lecture-stops .widget-readout").first
    readout.scroll_into_view_if_needed()
    before = readout.text_content()
    page.mouse.click(*middle(readout))
    page.keyboard.type("7")
    readout.focus()
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    assert readout.text_content() == before


TROUBLE = """cell => {
    const shown = ":is(.lecture-panel, .lecture-prediction, .lecture-exercise)";
    const parts = [...cell.querySelectorAll(`${shown}, ${shown} :is(.widget-label, button, select,`
        + " .widget-readout, .noUi-target, input, .lecture-screen, .widget-html-content)")]
        .filter(part => part.offsetParent);
    const shows = part => ["visible", "clip"].includes(getComputedStyle(part).overflowX);
    const isCut = part => !shows(part) && part.scrollWidth > part.clientWidth + 1;
    const boxes = new Map(parts.map(part => [part, part.getBoundingClientRect()]));
    const shared = (a, b, low, high) => Math.min(a[high], b[high]) - Math.max(a[low], b[low]) > 2;
    const isAbove = (one, other) => one !== other && !one.contains(other) && !other.contains(one)
        && shared(boxes.get(one), boxes.get(other), "left", "right")
        && shared(boxes.get(one), boxes.get(other), "top", "bottom");
    return parts.filter(part => isCut(part) || parts.some(other => isAbove(part, other)))
        .map(part => part.textContent || part.className) }"""


@pytest.fixture
def without_side_bar(page):
    wide = page.viewport_size
    page.evaluate("jupyterapp.shell.collapseLeft()")
    yield page
    page.set_viewport_size(wide)
    page.evaluate("jupyterapp.shell.expandLeft()")


@pytest.mark.full
@pytest.mark.parametrize("width", [390, 680, 960])
def test_in_a_narrow_window_nothing_is_cut_off_or_overlaps(without_side_bar, width):
    page = without_side_bar
    resize(page, width=width)
    cells = panels(page)
    DrivenPanel(page, cells[-1])  # waits until nothing moves
    tracks = page.eval_on_selector_all(".noUi-target", "all => all.map(one => one.clientWidth)")
    assert min(tracks) >= 160
    cells += page.query_selector_all(f".jp-CodeCell:has({PREDICTION})")
    assert [cell.evaluate(TROUBLE) for cell in cells] == [[]] * len(cells)


@pytest.mark.full
def test_on_a_phone_pictures_are_narrow_and_a_finger_drags_in_them(without_side_bar):
    page = without_side_bar
    resize(page, width=390, height=844)
    for cell in panels(page):
        DrivenPanel(page, cell)
        width, room = cell.eval_on_selector(
            ".lecture-screen", "one => [one.clientWidth, one.parentElement.clientWidth]")
        assert width in (960, 320, room)  # the first two scroll sideways
    sideways = "all => all.filter(one => one.scrollWidth > one.clientWidth).length"
    assert page.eval_on_selector_all("body, .jp-WindowedPanel-outer, .jp-OutputArea", sideways) == 0
    spot = page.locator(".lecture-spot:not([hidden])").first
    panel = DrivenPanel(page, page.locator(".jp-CodeCell", has=spot).first.element_handle())
    spot.scroll_into_view_if_needed()
    start, before = middle(spot), panel.seen()
    drag_with_a_finger(page, start, start + 40 * np.sign(middle(panel.picture) - start))
    panel.wait_for_change(before)
    assert np.hypot(*(middle(spot) - start)) > 10
    panel.reset()


def test_a_saved_notebook_shows_pictures_when_it_is_opened_again(browser, page, lab, name):
    source = (ROOT / "notebooks" / name).read_text(encoding="utf-8")
    count = source.count('"image/png": "')
    n_predictions = source.count('"predictions.predict_')
    command(page, "docmanager:save")
    command(page, "application:close-all")
    saved = (lab.folder / name).read_text(encoding="utf-8")
    assert saved.count('"model_module": "anywidget"') == count
    for turn in range(10):  # where a kernel starts slowly, JupyterLab loses panels until a reload
        lab.shut_down_kernels()
        again = watched_page(browser)
        open_notebook(again, lab, name)
        rounds = 20 * (turn + 1)  # on a busy machine even what is not lost takes long to come
        shown = f".jp-RenderedImage img, {PICTURE}, {PREDICTION}"
        missing = (what_is_missing(again, shown, count + n_predictions, rounds)
                   or shown_failures(again))
        again.close()
        if not missing:
            return
    pytest.fail(missing)
