"""What a student does in a real JupyterLab and saves is what the table of the class tells."""

import shutil

import pytest

from lecture_kit.tools import collect, jail

from .lab import command, open_notebook, run_all, watch_messages, watched_page
from .test_notebooks_in_jupyterlab import PREDICTION, show_all_cells

NAME = "00_start_here.ipynb"
CHECK = "exercises.check_descent_step(step)"
ANSWER = f"def step(x, slope, learning_rate):\n    return x - learning_rate * slope\n\n\n{CHECK}"


def decide(page, number):
    cell = page.locator(".jp-CodeCell", has=page.locator(f"{PREDICTION} input")).first
    cell.scroll_into_view_if_needed()
    cell.locator("input").fill(number)
    cell.get_by_role("button", name="Decide").click()
    cell.get_by_role("button", name="Try again").wait_for()


def reach(page):
    """Move the learning rate with the keyboard, up to where the goal is reached."""
    handle = page.locator(".jp-CodeCell:has(.lecture-screen) .noUi-handle").first
    handle.scroll_into_view_if_needed()
    goal = page.locator(".widget-label", has_text="✓ Goal reached")
    while not goal.count():
        handle.press("ArrowRight")
        page.wait_for_function("underWay.size === 0")


def solve(page):
    """Type an answer in place of the cell's code, and run the cell with Shift + Enter."""
    editor = page.locator(".jp-CodeCell", has_text=CHECK).locator(".cm-content")
    editor.scroll_into_view_if_needed()
    editor.click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(ANSWER)
    page.keyboard.press("Shift+Enter")
    page.locator(".lecture-exercise", has_text="✓ right").wait_for()


@pytest.fixture(scope="module")
def rows(browser, lab):
    """Rows of the saved notebook: before the work, after it, and saved again without its kernel."""
    page, found = watched_page(browser), {}
    open_notebook(page, lab, NAME)
    run_all(page)
    watch_messages(page)
    show_all_cells(page)
    found["begun"] = saved_row(page, lab, "begun")
    decide(page, "40")
    reach(page)
    solve(page)
    found["done"] = saved_row(page, lab, "done", is_run=not jail.obstacle())
    page.close()
    lab.shut_down_kernels()
    page = watched_page(browser)
    open_notebook(page, lab, NAME)
    found["again"] = saved_row(page, lab, "again")
    page.close()
    return found


def saved_row(page, lab, student, is_run=False):
    command(page, "docmanager:save")
    folder = lab.folder / "class" / student
    folder.mkdir(parents=True)
    shutil.copy(lab.folder / NAME, folder)
    (found,) = [found for found in collect.find(lab.folder / "class") if found.student == student]
    return collect.row_of(found, is_run)


def work_in(row):
    return [row[column] for column in ("right", "attempted", "exercises", "decided", "close",
                                       "predictions", "reached", "goals", "remark")]


@pytest.mark.full
def test_what_was_done_is_counted(rows):
    assert work_in(rows["begun"]) == [0, 0, 1, 0, 0, 2, 0, 1, ""]
    assert work_in(rows["done"]) == [1, 1, 1, 1, 1, 2, 1, 1, ""]
    assert 0.9 < rows["done"]["how far off"] < 1  # 40 steps for 27: a factor of 1.48, 1.5 is close


@pytest.mark.full
def test_it_is_still_counted_when_it_was_saved_again_without_its_kernel(rows):
    assert work_in(rows["again"]) == work_in(rows["done"])
    assert rows["again"]["how far off"] == rows["done"]["how far off"]


@pytest.mark.full
def test_a_run_in_the_jail_finds_the_same_right_answers(rows):
    if collect.RUN not in rows["done"]:
        pytest.skip(jail.obstacle())
    assert rows["done"][collect.RUN] == 1
