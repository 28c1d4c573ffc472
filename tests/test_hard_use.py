"""What happens in a long class: cells run twice, kernels are interrupted, the folder is read-only.

The first notebooks are treated so in every run; EVERY_NOTEBOOK=1 in the environment takes all.
"""

import os
import re
import stat
import time

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel
from test_notebooks import NOTEBOOKS, code_cells

SOME = NOTEBOOKS if os.environ.get("EVERY_NOTEBOOK") else NOTEBOOKS[:2]
NO_NETWORK = """
import socket
def refuse(*arguments):
    raise OSError("a notebook tried to reach the network")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
"""


class Kernel:
    """A kernel of its own in a folder."""

    def __init__(self, folder):
        self.manager, self.client = start_new_kernel(cwd=folder)

    def run(self, code):
        """Run code; returns what it printed and showed as text."""
        shown = []

        def listen(message):
            content = message["content"]
            shown.append(content.get("text", "") + content.get("data", {}).get("text/plain", ""))

        answer = self.client.execute_interactive(code, output_hook=listen, timeout=120)["content"]
        assert answer["status"] == "ok", "\n".join(answer["traceback"])
        return "".join(shown)

    def close(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel(tmp_path):
    kernel = Kernel(tmp_path)
    yield kernel
    kernel.close()


@pytest.fixture
def read_only(tmp_path):
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    yield tmp_path
    tmp_path.chmod(stat.S_IRWXU)


@pytest.mark.parametrize("path", SOME, ids=[path.stem for path in SOME])
def test_run_all_twice_without_network_or_a_place_to_write(path, tmp_path, read_only, kernel):
    cells = [cell.source for cell in code_cells(nbformat.read(path, as_version=4))]
    kernel.run(NO_NETWORK)
    with pytest.raises(AssertionError, match="tried to reach the network"):
        kernel.run("socket.create_connection(('127.0.0.1', 9))")
    first = [kernel.run(source) for source in cells]
    assert [kernel.run(source) for source in cells] == first
    assert list(tmp_path.iterdir()) == []


def test_a_notebook_goes_on_from_its_set_up_cell(kernel):
    set_up, *others = [cell.source for cell in code_cells(nbformat.read(SOME[-1], as_version=4))]
    panels = [source for source in others if re.fullmatch(r"panels\.\w+\(\)", source)]
    kernel.run(set_up)
    assert kernel.run(panels[-1])


def test_after_an_interruption_a_panel_streams_on(kernel):
    kernel.run("from lecture_kit.panels.loss_functions import mail\npanel = mail()")
    for turn in range(1, 6):
        kernel.run("panel.controls['seed'].value += 1")
        time.sleep(0.02 * turn)
        kernel.manager.interrupt_kernel()
        time.sleep(0.1)
    kernel.run("panel.controls['seed'].value = 77")
    end = time.monotonic() + 60
    while kernel.run("print(float(panel.view.progress))") != "1.0\n":
        assert time.monotonic() < end, "the panel no longer streams"
        time.sleep(0.1)
    shown = kernel.run("print(panel.readout.value)")
    kernel.run("panel.reset()\npanel.controls['seed'].value = 77\npanel._stop()")
    kernel.run("panel._run_to_the_end()")
    assert kernel.run("print(panel.readout.value)") == shown


def test_two_kernels_share_a_folder(kernel, tmp_path):
    other = Kernel(tmp_path)
    try:
        cells = [cell.source for cell in code_cells(nbformat.read(SOME[-1], as_version=4))][:6]
        assert [kernel.run(source) for source in cells] == [other.run(source) for source in cells]
    finally:
        other.close()
