"""A cell that is run again leaves nothing of its first run behind."""

import asyncio
import gc
import weakref

import pytest
from ipywidgets import Label
from ipywidgets.widgets import widget as widget_module
from sketches import make, show_at_once, show_in_steps

from lecture_kit.live import rerun
from lecture_kit.sections.loss_functions.exercises import check_one_bit


@pytest.fixture
def run_cell(monkeypatch):
    """Pretend that a cell with a given id is running."""

    class Shell:
        cell = None

        def get_parent(self):
            return {"metadata": {"cellId": self.cell}}

    shell = Shell()
    monkeypatch.setattr(rerun, "get_ipython", lambda: shell)
    monkeypatch.setattr(rerun, "_shown", {})

    def run(cell, build):
        shell.cell = cell
        return build()

    return run


def count():
    return len(widget_module._instances)


@pytest.mark.parametrize("build", [lambda: make(show_at_once), lambda: check_one_bit(...)],
                         ids=["panel", "exercise"])
def test_a_cell_that_is_run_again_leaves_no_widget_behind(run_cell, build):
    first = run_cell("a", build)
    after_one = count()
    for _ in range(3):
        last = run_cell("a", build)
    assert count() == after_one
    assert first.comm is None
    assert last.comm is not None


def test_a_cell_that_is_run_again_sets_its_first_picture_free(run_cell):
    picture = weakref.ref(run_cell("a", lambda: make(show_at_once)).picture)
    run_cell("a", lambda: make(show_at_once))
    gc.collect()
    assert picture() is None


def test_other_cells_keep_their_panels(run_cell):
    first, second = (run_cell(cell, lambda: make(show_at_once)) for cell in "ab")
    assert first.comm is not None
    assert second.comm is not None


def test_a_cell_may_show_several_things(run_cell):
    panel = run_cell("a", lambda: make(show_at_once))
    run_cell("a", lambda: check_one_bit(...))
    assert panel.comm is not None


@pytest.mark.parametrize("shell", [None, object()], ids=["no notebook", "no cell"])
def test_without_a_cell_nothing_is_closed(monkeypatch, shell):
    monkeypatch.setattr(rerun, "get_ipython", lambda: shell)
    first, _second = make(show_at_once), make(show_at_once)
    assert first.comm is not None


def test_slow_work_ends_when_its_cell_is_run_again(run_cell, monkeypatch):
    async def play():
        panel = run_cell("a", lambda: make(show_in_steps))
        monkeypatch.setattr("lecture_kit.live.panel._SECONDS_PER_FRAME", 0)
        panel.controls["x"].value = 0.5
        before = panel.view
        run_cell("a", lambda: make(show_in_steps))
        await panel._task
        assert panel.view is before
        assert before.progress < 1

    asyncio.run(play())


def test_everything_a_widget_is_made_of_is_closed():
    before = count()
    label = Label("x")
    assert count() > before
    rerun.close_all(label)
    assert count() == before
