"""How the checks are shared out between processes."""

import os
import re

import pytest
from xdist.scheduler import LoadScopeScheduling

# Small matrix products in several processes: more threads only stand in each other's way.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


class ByTopic(LoadScopeScheduling):
    """Keep a file together, but deal out panels and browser tests topic by topic."""

    def _split_scope(self, nodeid):
        file, _colons, test = nodeid.partition("::")
        topic = re.search(r"\[(?:\d\d_)?([a-z_]+)\.", test)
        return f"{file} {topic[1]}" if topic else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return ByTopic(config, log)


@pytest.fixture(autouse=True)
def nothing_is_under_way(monkeypatch):
    """A test that presses a button and then moves a control means it, however fast it is."""
    monkeypatch.setattr("lecture_kit.live.panel._SECONDS_UNDER_WAY", 0)
