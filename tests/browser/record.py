"""Record the animation of the README: a hand drags the learning rate in a real JupyterLab.

    uv run python tests/browser/record.py
"""

import io
import sys
import tempfile
from pathlib import Path

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
N_FRAMES, SECONDS_PER_FRAME = 30, 0.15


def shoot(panel):
    """Take a picture of the panel."""
    return Image.open(io.BytesIO(panel.screenshot())).convert("RGB")


def drag(page, panel):
    """Drag the first slider from its lower end to its upper end; returns the frames."""
    handle = panel.locator(".noUi-handle").first
    track = panel.locator(".noUi-base").first.bounding_box()
    handle.press("Home")
    page.wait_for_timeout(300)
    knob = handle.bounding_box()
    y = knob["y"] + knob["height"] / 2
    page.mouse.move(knob["x"] + knob["width"] / 2, y)
    page.mouse.down()
    frames = []
    for step in range(N_FRAMES):
        page.mouse.move(track["x"] + (step + 1) / N_FRAMES * track["width"], y)
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
            first, *others = [frame.quantize(64) for frame in drag(page, panel)]
            first.save(ANIMATION, save_all=True, append_images=others, loop=0,
                       duration=int(1000 * SECONDS_PER_FRAME), optimize=True)
        finally:
            browser.close()
            lab.close()


if __name__ == "__main__":
    main()
