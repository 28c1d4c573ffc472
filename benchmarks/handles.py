"""Does the picture follow the hand? Drags every handle of every panel in a real JupyterLab.

    uv run --group benchmark python benchmarks/handles.py [numbers of notebooks ...]

A drag goes across the axes of the handle, from one corner to the other one, in 60 events, each of
which asks for other values; where there are fewer stops it goes back and forth. The page makes the
events itself, one for each frame of the screen, so that the hand waits for nothing. The table tells
how many different stops there are, how many pictures came until the last event, and how many a
second from the first of them to the last; how long one takes is the matter of slider_to_pixels.py.
"""

import sys
import tempfile
from itertools import cycle, islice, pairwise
from pathlib import Path

import numpy as np
import slider_to_pixels as tools
from machine import describe, table
from playwright.sync_api import sync_playwright

DRAG = """([screen, places]) => new Promise(done => {
  const part = [...screen.children].find(one => one.hasPointerCapture(1));
  const image = () => screen.querySelectorAll('img')[1], seen = [];
  const watch = new MutationObserver(changes => changes.forEach(
    change => [...change.addedNodes].includes(image()) && seen.push(performance.now())));
  watch.observe(screen, { childList: true });
  const move = () => {
    if (!places.length) return done(seen);
    const box = screen.getBoundingClientRect(), [x, y] = places.shift();
    part.dispatchEvent(new PointerEvent('pointermove', {
      pointerId: 1, clientX: box.left + x * box.width, clientY: box.top + y * box.height }));
    requestAnimationFrame(move);
  };
  move();
})"""
REST = "bar => getComputedStyle(bar).display === 'none'"


def across(handle, controls):
    """Find the places of a drag; returns also how many of them are different."""
    left, top, right, bottom = handle._corners()
    path = np.linspace((left, top), (right, bottom), 1000).tolist()
    values = [handle.values(place, controls) for place in path]
    new = [0] + [n for n, (before, now) in enumerate(pairwise(values), 1) if now != before]
    few = np.linspace(0, len(new) - 1, min(60, len(new))).astype(int)
    stops = [path[new[n]] for n in few]
    return list(islice(cycle(stops[1:] + stops[-2::-1]), 60)), len(stops)


def drag(page, cell, number, places):
    """Press on a handle and drag it; returns when pictures were seen, in ms."""
    cell.get_by_role("button", name="Reset", exact=True).click()
    page.wait_for_timeout(500)
    page.wait_for_function(REST, arg=cell.locator(".widget-hprogress").element_handle())
    screen, part = cell.locator(".lecture-screen"), cell.locator(".lecture-spot").nth(number)
    screen.scroll_into_view_if_needed()
    if not part.is_visible():
        part = cell.locator(".lecture-area").nth(number)
    box = part.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    seen = page.evaluate(DRAG, [screen.element_handle(), places])
    page.mouse.up()
    return seen


def rows(browser, lab, named):
    """Drag all handles; returns the rows of a table."""
    for notebook in sorted((tools.ROOT / "notebooks").glob("*.ipynb")):
        if named and notebook.name[:2] not in named:
            continue
        page, cells = tools.open_panels(browser, lab, notebook)
        here = [item for item in tools.panels_in_order() if item[0].startswith(notebook.stem[3:])]
        for (name, function), cell in zip(here, cells, strict=True):
            panel = function()
            for number, handle in enumerate(panel.picture.handles):
                places, stops = across(handle, panel.controls)
                seen = drag(page, cell, number, places)
                rate = 1000 * (len(seen) - 1) / (seen[-1] - seen[0]) if len(seen) > 1 else 0
                yield [name, number, stops, len(seen), f"{rate:.0f}"]
        page.close()
        lab.shut_down_kernels()


def main():
    """Measure and print."""
    print(describe("jupyterlab", "ipywidgets", "matplotlib", "numpy"), "\n")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        lab, browser = tools.Lab(Path(folder)), tools.launch(playwright, tools.find_browser())
        try:
            print(table(["panel", "handle", "stops", "pictures", "pictures per second"],
                        rows(browser, lab, sys.argv[1:])))
        finally:
            browser.close()
            lab.close()


if __name__ == "__main__":
    main()
