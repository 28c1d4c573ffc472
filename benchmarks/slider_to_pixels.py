"""From a key press or a touch to the frame that shows it, in a real JupyterLab and Chromium.

    uv run --group benchmark python benchmarks/slider_to_pixels.py

The same figure is drawn by ``ipywidgets.interact`` with inline pyplot, by ipympl with
``draw_idle``, and by the kit, there moved by a slider and by a handle in the picture. They take
turns, press by press, in one notebook: over the loopback at both pixel ratios, and over two slow
lines. Afterwards every panel of every notebook is measured: the kernel's time for one update of
each control, and the round trip of a key press on its first slider.
"""

import argparse
import asyncio
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import numpy as np
from machine import describe, table
from playwright.sync_api import sync_playwright
from slow_line import slow_line

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))
from browser.lab import (  # noqa: E402
    Lab,
    command,
    find_browser,
    launch,
    open_notebook,
    run_all,
    watched_page,
    window,
)
from driving import all_panels, places  # noqa: E402

RNG = np.random.default_rng(0)
PATHS = ("interact, inline pyplot", "ipympl, draw_idle", "the kit, slider", "the kit, handle")
LINES = ((20, 0.03), (5, 0.08))  # megabits per second, and seconds on the way
CELLS = (
    """\
%config InlineBackend.figure_formats = ["FORMAT"]
%config InlineBackend.print_figure_kwargs = {"bbox_inches": None}
import matplotlib.pyplot as plt
from ipywidgets import IntSlider, VBox, interact
from slider_figure import *

def slider():
    return IntSlider(0, 0, N_STATES - 1, description="state")""",
    """\
def show(state):
    update(build(plt.figure(figsize=SIZE, dpi=100)), state)
    plt.show()
interact(show, state=slider());""",
    """\
canvas, control = ipympl_canvas(), slider()
artists = build(canvas.figure)
update(artists, 0)
def repaint(change):
    update(artists, change.new)
    canvas.draw_idle()
control.observe(repaint, "value")
VBox([control, canvas])""",
    """\
from lecture_kit.live.panel import Panel, View
def panel(name):
    return Panel(name, SliderPicture(), {"state": slider()},
                 lambda state: View({"state": state}, f"state {state}"), "none")
panel("slider")""",
    """\
panel("handle")""",
)


def write_notebook(folder, ratio):
    """Write the notebook with the figures."""
    cells = [cell.replace("FORMAT", ("png", "retina")[ratio - 1]) for cell in CELLS]
    notebook = nbformat.v4.new_notebook(cells=[
        nbformat.v4.new_code_cell(cell, execution_count=n) for n, cell in enumerate(cells, 1)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, folder / f"in_turns_{ratio}.ipynb")
    shutil.copy(Path(__file__).with_name("slider_figure.py"), folder)


class Hand:
    """A hand on the slider of one cell, and an eye on its picture."""

    def __init__(self, page, cell):
        self.page, self.cell = page, cell
        self.handle = cell.locator(".noUi-handle").first

    def rest(self):
        """Bring the cell into sight, watch it and wait until all is quiet."""
        self.handle.scroll_into_view_if_needed()
        self.cell.evaluate("cell => probe.watch(cell)")
        self.handle.focus()
        time.sleep(0.25 + RNG.uniform(0, 1 / 60))  # a hand is not in step with the screen

    def value(self):
        """Read the slider."""
        return round(float(self.handle.get_attribute("aria-valuenow")))

    def wait_for(self, state):
        """Wait for a state; returns the time at which it was painted."""
        return self.page.wait_for_function(
            "state => probe.seen.find(entry => entry.state === state && entry.time)?.time",
            arg=state, timeout=60_000).json_value()

    def press(self, key):
        """Press an arrow key; returns the milliseconds until the new state is painted."""
        wanted = self.value() + (1 if key == "ArrowRight" else -1)
        self.rest()
        self.page.keyboard.press(key)
        shown = self.wait_for(wanted)
        return shown - self.page.evaluate("probe.pressed")

    def track(self):
        """Find the box over which the hand drags, and where it begins."""
        knob, track = self.handle.bounding_box(), self.handle.locator("xpath=../..").bounding_box()
        return track, knob["x"] + knob["width"] / 2, knob["y"] + knob["height"] / 2

    def drag(self):
        """Drag over the whole track in one second; returns states shown and lag of the last."""
        self.rest()
        if self.value():
            self.handle.press("Home")
            self.wait_for(0)
        self.rest()
        track, x, y = self.track()
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        start = time.monotonic()
        for event in range(1, 61):
            time.sleep(max(0, start + event / 60 - time.monotonic()))
            self.page.mouse.move(track["x"] + event / 60 * track["width"], y)
        moved = self.page.evaluate("probe.moved")
        shown = self.wait_for(self.last())
        states = self.page.evaluate("probe.seen.length")
        self.page.mouse.up()
        return states, shown - moved

    def last(self):
        """Tell the state at the end of a drag."""
        return self.value()


class HandInPicture(Hand):
    """A hand on the handle of the picture."""

    def track(self):
        """Find the axes."""
        track = self.cell.locator(".lecture-area").bounding_box()
        return track, track["x"], track["y"] + track["height"] / 2

    def press(self, key):
        """Press where the next state is; returns the milliseconds until it is painted."""
        wanted = self.value() + (1 if key == "ArrowRight" else -1)
        self.rest()
        track, x, y = self.track()
        self.page.mouse.move(x + wanted / 60 * track["width"], y)
        self.page.mouse.down()
        shown = self.wait_for(wanted)
        self.page.mouse.up()
        return shown - self.page.evaluate("probe.pressed")

    def last(self):
        """Tell the state at the end of a drag."""
        return 60


def compare(browser, lab, ratio, presses, line=""):
    """Measure the figures at one pixel ratio; returns the rows of a table."""
    page = watched_page(window(browser, ratio))
    page.add_init_script(path=Path(__file__).with_name("frame_probe.js"))
    received = []
    page.on("websocket", lambda socket: socket.on(
        "framereceived", lambda payload: received.append(len(payload))))
    open_notebook(page, lab, f"in_turns_{ratio}.ipynb")
    run_all(page)
    cells = page.locator(".jp-CodeCell").all()[1:]
    hands = {name: (HandInPicture if "handle" in name else Hand)(page, cell)
             for name, cell in zip(PATHS, cells, strict=True)}
    times, sizes, drags = ({name: [] for name in PATHS} for _ in range(3))
    for _press in range(presses + 3):  # the first three warm up and are not counted
        for name in RNG.permutation(PATHS):  # what came before still keeps the machine busy
            before = _all_of(received, page)
            times[name].append(hands[name].press("ArrowRight"))
            sizes[name].append(_all_of(received, page) - before)
    for _ in range(5):
        for name in RNG.permutation(PATHS):
            drags[name].append(hands[name].drag())
    page.close()
    taken = {name: times[name][3:] for name in PATHS}
    kit = statistics.median(taken["the kit, slider"])
    for name in PATHS:
        median, p95 = statistics.median(taken[name]), np.percentile(taken[name], 95)
        states, lag = np.median(drags[name], axis=0)
        yield [f"{name}, {ratio}×{line}", f"{median:.0f}", f"{p95:.0f}", f"{median / kit:.1f}",
               f"{statistics.median(sizes[name][3:]) / 1000:.0f}", f"{states:.0f}", f"{lag:.0f}"]


def _all_of(received, page):
    """Wait until nothing comes any more; returns the sum of what came."""
    so_far = -1
    while sum(received) > so_far:
        so_far = sum(received)
        page.wait_for_timeout(300)
    return so_far


def over_a_slow_line(browser, lab, megabits, delay, presses):
    """Measure the figures over a slow line; returns the rows of a table."""
    direct = lab.url
    with slow_line(int(direct.rpartition(":")[2]), megabits, delay) as port:
        lab.url = f"http://127.0.0.1:{port}"
        line = f", {megabits} Mbit/s, {delay * 1000:.0f} ms"
        rows = list(compare(browser, lab, 1, presses, line))
        lab.url = direct
    return rows


def kernel_times(panel, rounds=3):
    """Time every control's handler as a kernel runs it; returns milliseconds by control."""
    async def move():
        rng, taken = np.random.default_rng(0), {}
        for name, control in panel.controls.items():
            times = []
            for value in places(control, rng) * rounds:
                if value == control.value:
                    continue
                start = time.perf_counter()
                control.value = value
                times.append(time.perf_counter() - start)
                if panel._task is not None:
                    panel._task.cancel()
            panel.reset()
            taken[name] = 1000 * statistics.median(times)
        return taken

    return asyncio.run(move())


def open_panels(browser, lab, notebook):
    """Run a notebook and bring all of it into sight; returns the page and the panels' cells."""
    page = watched_page(window(browser))
    open_notebook(page, lab, notebook.name)
    command(page, "notebook:expand-all-headings")
    run_all(page)
    for cell in page.locator(".jp-Cell").all():
        cell.scroll_into_view_if_needed()
    return page, page.locator(".jp-CodeCell", has=page.locator(".lecture-screen")).all()


def round_trips(browser, lab, presses=9):
    """Press keys on the first slider of every panel; returns medians in ms, in order."""
    medians = []
    for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
        page, cells = open_panels(browser, lab, notebook)
        for cell in cells:
            if cell.locator(".noUi-handle").count():
                trips = [_round_trip(page, cell) for _ in range(presses)]
                medians.append(f"{np.nanmedian(trips):.0f}")
            else:
                medians.append("no slider")
        page.close()
        lab.shut_down_kernels()
    return medians


def _round_trip(page, cell):
    handle = cell.locator(".noUi-handle").first
    picture = cell.locator(".lecture-screen")
    handle.scroll_into_view_if_needed()
    handle.focus()
    page.wait_for_function(  # no training is under way any more
        "bar => getComputedStyle(bar).display === 'none'",
        arg=cell.locator(".widget-hprogress").element_handle())
    picture.evaluate(
        "picture => { window.answer = new Promise(done => {"
        " const image = () => picture.querySelectorAll('img')[1].src, before = image();"
        " document.addEventListener('keydown', event => { const start = event.timeStamp;"
        "  const look = () => { const taken = performance.now() - start;"
        "   if (image() !== before) done(taken); else if (taken > 5000) done(NaN);"
        "   else requestAnimationFrame(look) }; look() },"
        "  { capture: true, once: true }) }) }")
    at_the_top = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
    page.keyboard.press("ArrowLeft" if at_the_top else "ArrowRight")
    taken = page.evaluate("window.answer")
    time.sleep(0.3)
    return taken  # NaN: the step was too small for a pixel


def panel_rows(trips):
    """Put the kernel's times beside the round trips of all panels; returns the rows of a table."""
    panels = {name: function() for name, function in panels_in_order()}
    for (name, panel), trip in zip(panels.items(), trips, strict=True):
        taken = kernel_times(panel)
        slowest = max(taken, key=taken.get)
        median = statistics.median(taken.values())
        yield [name, f"{median:.0f}", f"{taken[slowest]:.0f} ({slowest})", trip]


def panels_in_order():
    """Name the panels in the order in which the notebooks show them."""
    panels = dict(all_panels())
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        topic = path.stem.split("_", 1)[1]
        for cell in nbformat.read(path, as_version=4).cells:
            last = cell.source.splitlines()[-1] if cell.source else ""
            name = f"{topic}.{last.removeprefix('panels.').removesuffix('()')}"
            if cell.cell_type == "code" and name in panels:
                yield name, panels[name]


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--presses", type=int, default=30, help="key presses per figure")
    parser.add_argument("--no-panels", action="store_true", help="leave the kit's panels out")
    options = parser.parse_args()
    print(describe("jupyterlab", "ipywidgets", "ipympl", "matplotlib", "numpy"), "\n")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        for ratio in (1, 2):
            write_notebook(Path(folder), ratio)
        lab, browser = Lab(Path(folder)), launch(playwright, find_browser())
        try:
            print(f"{browser.browser_type.name} {browser.version}\n")
            heads = ["figure, pixel ratio", "median ms", "p95 ms", "÷ kit", "kB per update",
                     "states in a 1 s drag", "lag of the last, ms"]
            for ratio in (1, 2):
                print(table(heads, compare(browser, lab, ratio, options.presses)), "\n", flush=True)
            for line in LINES:
                rows = over_a_slow_line(browser, lab, *line, options.presses)
                print(table(heads, rows), "\n", flush=True)
            trips = [] if options.no_panels else round_trips(browser, lab)
        finally:
            browser.close()
            lab.close()
    if trips:  # Playwright's loop has ended here; the panels need one of their own
        print(table(["panel", "kernel, median ms", "slowest control", "round trip, median ms"],
                    panel_rows(trips)))


if __name__ == "__main__":
    main()
