"""What happens in a long class: cells run twice, kernels are interrupted, the folder is read-only.

The first notebooks are treated so in every run; EVERY_NOTEBOOK=1 in the environment takes all.
"""

import os
import re
import time

import nbformat
import pytest
from driving import NOTEBOOKS, code_cells
from jupyter_client.manager import start_new_kernel

pytestmark = pytest.mark.full
SOME = NOTEBOOKS if os.environ.get("EVERY_NOTEBOOK") else NOTEBOOKS[:2]
NO_NETWORK = """
import socket
def refuse(*arguments):
    raise OSError("a notebook tried to reach the network")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
"""
READ_ONLY = """
import os, sys
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_TRUNC
CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.link", "os.symlink", "os.truncate"}
written = []
def refuse_to_write(event, arguments):
    opens = event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITES
    if (opens or event in CHANGES) and arguments[0] != os.devnull:
        written.append(str(arguments[0]))
        raise PermissionError(f"read-only: {arguments[0]}")
sys.addaudithook(refuse_to_write)
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

        answer = self.client.execute_interactive(code, output_hook=listen, timeout=600)["content"]
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


@pytest.mark.parametrize("path", SOME, ids=[path.stem for path in SOME])
def test_run_all_twice_without_network_or_a_place_to_write(path, tmp_path, kernel):
    cells = [cell.source for cell in code_cells(nbformat.read(path, as_version=4))]
    kernel.run("import matplotlib.font_manager")  # keeps a list of the fonts in a cache of its own
    kernel.run(NO_NETWORK + READ_ONLY)
    with pytest.raises(AssertionError, match="tried to reach the network"):
        kernel.run("socket.create_connection(('127.0.0.1', 9))")
    with pytest.raises(AssertionError, match="read-only: notes"):
        kernel.run("open('notes', 'w')")
    first = [kernel.run(source) for source in cells]
    assert [kernel.run(source) for source in cells] == first
    tried = kernel.run("print([name for name in written if '__pycache__' not in name])")
    assert tried == "['notes']\n"
    assert list(tmp_path.iterdir()) == []


def test_a_notebook_goes_on_from_its_set_up_cell(kernel):
    set_up, *others = [cell.source for cell in code_cells(nbformat.read(SOME[-1], as_version=4))]
    panels = [source for source in others if re.fullmatch(r"panels\.\w+\(\)", source)]
    kernel.run(set_up)
    assert kernel.run(panels[-1])


def test_after_an_interruption_a_panel_streams_on(kernel):
    kernel.run("from lecture_kit.sections.loss_functions.panels import mail\npanel = mail()")
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
    kernel.run("panel.reset()")
    kernel.run("from threading import Thread\n"  # with no event loop it runs to the end at once
               "afresh = Thread(target=panel.set_values, args=[{'seed': 77}])\n"
               "afresh.start()\nafresh.join()")
    assert kernel.run("print(panel.readout.value)") == shown


def test_two_kernels_share_a_folder(kernel, tmp_path):
    other = Kernel(tmp_path)
    try:
        cells = [cell.source for cell in code_cells(nbformat.read(SOME[-1], as_version=4))][:6]
        assert [kernel.run(source) for source in cells] == [other.run(source) for source in cells]
    finally:
        other.close()
