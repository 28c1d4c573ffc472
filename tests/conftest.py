"""How the checks are shared out between processes, and which of them are for ``--full`` only."""

import gc
import importlib
import os
import re

import pytest
from xdist.scheduler import LoadScopeScheduling

# Small matrix products in several processes: more threads only stand in each other's way.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

MORE = ("SETTINGS_PER_PANEL", "EVERY_NOTEBOOK", "MOVES")


def pytest_addoption(parser):
    parser.addoption(
        "--full", action="store_true", default=any(name in os.environ for name in MORE),
        help="also move the panels at random and from two threads, treat the notebooks as a long "
             "class does, and drive every notebook in the browser, not only the first")


def pytest_collection_modifyitems(config, items):
    """Leave out what is for --full; begin with what takes longest, so that no process waits."""
    if not config.option.full:
        left_out = {item for item in items if item.get_closest_marker("full")
                    or item.nodeid.startswith("notebooks/ko/")}
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]
    longest_first = ("tests/browser/", "tests/test_long", "notebooks/", "tests/sections/",
                     "tests/test_bad_input")
    items.sort(key=lambda item: [item.nodeid.startswith(name) for name in longest_first],
               reverse=True)


def pytest_collection_finish():
    """Spare the garbage collector the thousands of tests that stay to the end."""
    gc.collect()
    gc.freeze()


class ByTopic(LoadScopeScheduling):
    """Keep together what belongs to a section: there a network is trained once for many tests.

    In the browser each notebook is for itself, and so is each file that is about no section.
    """

    def _split_scope(self, nodeid):
        return topic_of(nodeid)


def topic_of(nodeid):
    file = nodeid.partition("::")[0]
    in_browser = "browser" in file
    topic = re.search(r"sections[/.](\w+)|\[(?:\d\d_)?([a-z_]+)\.", nodeid)
    return f"{file if in_browser else ''} {topic[1] or topic[2]}" if topic else file


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item, nextitem):
    """When the tests of a section are over, let go what it keeps."""
    topic = topic_of(item.nodeid)
    if topic.startswith(" ") and nextitem and topic_of(nextitem.nodeid) != topic:
        importlib.import_module("driving").let_go()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config):
    """Tests in the browser mostly wait, so there is room for one more process."""
    return os.cpu_count() + 1 if config.option.full else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return ByTopic(config, log)


@pytest.fixture(autouse=True, scope="session")
def nothing_is_under_way():
    """A test that presses a button and then moves a control means it, however fast it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lecture_kit.live.panel._SECONDS_UNDER_WAY", 0)
        yield


@pytest.fixture(scope="module")
def browser():
    """A window of Chromium. Without it the tests are skipped; with REQUIRE_BROWSER they fail.

    It ends with its module: while it lives, asyncio.run fails in the tests that follow.
    """
    from browser.lab import launch, needed_browser, window
    from playwright.sync_api import sync_playwright

    path = needed_browser()
    with sync_playwright() as playwright:
        yield window(launch(playwright, path))


@pytest.fixture
def korean():
    """What is shown in the test speaks Korean."""
    from lecture_kit.live.language import speak

    speak("ko")
    yield
    speak("en")


@pytest.fixture(autouse=True)
def ordinary_screen():
    from lecture_kit.live.screen import Screen  # the process that shares out needs no panels

    Screen._last_room = 960, 1
