"""Record the animation of the README: a finger drags the point of a run over the map of (η, β).

    uv run python tests/browser/record.py
"""

import io
import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))
from browser.lab import (
    ROOT,
    Lab,
    find_browser,
    launch,
    open_notebook,
    run_all,
    watched_page,
    window,
)

NOTEBOOK, CELL = "04_gradient_descent_and_momentum.ipynb", "panels.valley()"
ANIMATION = ROOT / "notebooks" / "pictures" / "valley.gif"
WAY = ((0.15, 0.95), (0.5, 0.5), (0.6, 0.15), (0.9, 0.15), (0.97, 0.9))  # shares of the map
N_FRAMES, SECONDS_PER_FRAME = 40, 0.15


def shoot(panel):
    """Take a picture of the panel."""
    return Image.open(io.BytesIO(panel.screenshot())).convert("RGB")


def show_the_finger(page):
    """Let a grey disk go with the pointer: a screenshot shows no pointer."""
    page.evaluate("""() => {
      const disk = document.body.appendChild(document.createElement('div'));
      disk.style.cssText = 'position: fixed; width: 26px; height: 26px; margin: -13px; z-index: 99;'
        + 'border-radius: 50%; background: #5558; border: 1px solid white; pointer-events: none;';
      addEventListener('pointermove', ({ clientX, clientY }) => Object.assign(
        disk.style, { left: `${clientX}px`, top: `${clientY}px` }), true);
    }""")


def drag(page, panel):
    """Drag the point along the way; returns the frames."""
    shoot(panel)  # that brings the whole panel into sight
    box = panel.locator(".lecture-area:not([hidden])").first.bounding_box()
    corners = np.array([box["x"], box["y"]]) + np.array(WAY) * (box["width"], box["height"])
    turns = np.linspace(0, len(WAY) - 1, N_FRAMES)
    way = np.column_stack([np.interp(turns, range(len(WAY)), side) for side in corners.T])
    page.mouse.move(*way[0])
    page.mouse.down()
    frames = []
    for place in way:
        page.mouse.move(*place)
        page.wait_for_timeout(150)
        frames.append(shoot(panel))
    page.mouse.up()
    return frames


def main():
    """Record and write."""
    ANIMATION.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        lab, browser = Lab(Path(folder)), launch(playwright, find_browser())
        try:
            page = watched_page(window(browser))
            page.set_viewport_size({"width": 1440, "height": 800})
            open_notebook(page, lab, NOTEBOOK)
            run_all(page)
            cell = page.locator(".jp-CodeCell", has_text=CELL).first
            cell.scroll_into_view_if_needed()
            panel = cell.locator(".widget-vbox").first
            panel.locator(".lecture-screen:has(img + img[src])").wait_for()
            page.wait_for_timeout(500)
            show_the_finger(page)
            first, *others = [frame.quantize(128) for frame in drag(page, panel)]
            first.save(ANIMATION, save_all=True, append_images=others, loop=0,
                       duration=int(1000 * SECONDS_PER_FRAME), optimize=True)
        finally:
            browser.close()
            lab.close()


if __name__ == "__main__":
    main()
