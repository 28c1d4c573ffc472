"""The jail: what runs in it can neither see nor change nor hold up anything outside."""

import json
import os
import socket
import stat
import sys
import time
from pathlib import Path

import pytest
from driving import ROOT

from lecture_kit.tools import collect, jail, saved

needs_the_jail = pytest.mark.usefixtures("working_jail")

README = ROOT / "README.md"
SOLVE = """from lecture_kit.live.exercise import Exercise, ExercisePanel
class exercises:
    def check_1(attempt):
        return ExercisePanel(Exercise("Exercise 1", 0.5, "", ()), attempt)
    def check_2(attempt):
        return ExercisePanel(Exercise("Exercise 2", 0.5, "", ()), attempt)"""


@pytest.fixture(scope="module")
def working_jail():
    obstacle = jail.obstacle()
    if obstacle:
        pytest.skip(obstacle)


WRITE_TO_ALL = """import os
for number in os.listdir(f"/proc/{os.getppid()}/fd"):
    try: os.write(os.open(f"/proc/{os.getppid()}/fd/{number}", os.O_WRONLY), b"{")
    except OSError: pass"""


def printed(notebook, n):
    return "".join("".join(output.get("text", output.get("ename", "")))
                   for output in notebook["cells"][n]["outputs"])


def hand_in(folder, sources, **more):
    cells = [{"cell_type": "code", "source": source, "metadata": {}, "outputs": [], **more}
             for source in sources]
    (folder / "kim").mkdir()
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    (folder / "kim" / "01.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    return notebook


def the_row(folder):
    (found,) = collect.find(folder)
    return collect.row_of(found, is_run=True)


@needs_the_jail
def test_a_run_counts_what_is_right_also_after_a_cell_that_fails(tmp_path):
    hand_in(tmp_path, [SOLVE, "exercises.check_1(0.5)", "1 / 0", "exercises.check_2(0.5)",
                       "exercises.check_2(1)"])
    row = the_row(tmp_path)
    assert (row["right"], row[collect.RUN]) == (0, 2)


@needs_the_jail
def test_outputs_that_were_typed_in_do_not_count_in_a_run(tmp_path):
    """Also where a tag says that the cell is not to be run, or where it has nothing to run."""
    notebook = hand_in(tmp_path, ["", "exercises.check_1(x)"])
    result = {"kind": "exercise", "title": "Exercise 1", "status": "right"}
    view, state = ("application/vnd.jupyter.widget-view+json",
                   "application/vnd.jupyter.widget-state+json")
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-execution"]
        cell["outputs"] = [{"output_type": "display_data", "metadata": {},
                            "data": {view: {"model_id": "m"}}}]
    model = {"model_name": "VBoxModel", "state": {"result": result}}
    notebook["metadata"]["widgets"] = {state: {"state": {"m": model}}}
    (tmp_path / "kim" / "01.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    row = the_row(tmp_path)
    assert (row["right"], row[collect.RUN]) == (1, 0)
    assert row["remark"] == "run: 1 without a result"


@needs_the_jail
def test_the_jail_sees_no_files_of_others_no_secrets_and_no_network(tmp_path, monkeypatch):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    monkeypatch.setenv("TOKEN", "secret")
    with socket.create_server(("127.0.0.1", 0)) as server:
        notebook = jail.run([
            f"open({str(secret)!r}).read()",
            f"open({str(tmp_path / 'new')!r}, 'w')",
            f"import socket; socket.create_connection({server.getsockname()}, 5)",
            "import os; print(os.environ.get('TOKEN'))",
            f"print(os.path.exists('/proc/{os.getpid()}/cmdline'), len(os.listdir('/proc')) > 5)",
            f"print([*map(os.path.exists, ('/run', '/var', '/etc/passwd', {str(README)!r}))])",
            "try: os.setuid(0)\nexcept OSError: print('still nobody')",
            "import subprocess; print(subprocess.run(['unshare', '-Ur', 'true'], "
            "capture_output=True).returncode)"])
    assert [printed(notebook, n).strip() for n in range(8)] == [
        "FileNotFoundError", "FileNotFoundError", "ConnectionRefusedError", "None", "False True",
        "[False, False, False, False]", "still nobody", "0" if os.geteuid() == 0 else "1"]


@needs_the_jail
def test_the_jail_cannot_change_the_kit_nor_python_nor_fill_a_disk(tmp_path):
    kit, python = Path(collect.__file__).parent, Path(sys.prefix)
    places = [kit, python, Path("/usr"), Path("/"), Path("/dev")]
    notebook = jail.run([*(f"open('{place}/new', 'w')" for place in places),
                         *(f"file = open('{place}/new', 'wb')\nwhile True: file.write(bytes(2**24))"
                           for place in ("/tmp", "/dev/shm"))])
    assert [printed(notebook, n) for n in range(7)] == ["OSError"] * 7
    assert not [place for place in places if (place / "new").exists()]


@pytest.mark.full
@needs_the_jail
@pytest.mark.parametrize(("source", "limits", "words"), [
    ("while True: pass", {"seconds": 5}, "it takes too long"),
    ("import time\nwhile True:\n  try: time.sleep(1)\n  except KeyboardInterrupt: pass",
     {"seconds": 5, "seconds_per_cell": 1}, "it takes too long"),
    ("import os\nwhile True: os.write(1, b'x' * 2**20)", {}, "too"),  # large, or much memory
    ("import os\nfor n in range(3): os.fork()\nx = bytearray(2**28)\nos.wait()", {"memory": 2**30},
     "it takes too much memory"),
    ("import os\nfor n in range(40): os.write(os.memfd_create('f'), bytes(2**26))",
     {"memory": 2**30}, "it takes too much memory"),
    ("import os\nwhile True:\n  try: os.fork()\n  except OSError: pass", {}, "it takes too much"),
])
def test_what_takes_too_much_is_stopped(source, limits, words):
    with pytest.raises(jail.StoppedError, match=words):
        jail.run([source], **limits)


@pytest.mark.full
@needs_the_jail
def test_an_endless_cell_is_interrupted_and_the_next_one_runs():
    notebook = jail.run(["while True: pass", "print('next')"], seconds_per_cell=1)
    assert printed(notebook, 1) == "next\n"


@needs_the_jail
def test_what_was_solved_before_the_kernel_died_counts(tmp_path):
    hand_in(tmp_path, [SOLVE, "exercises.check_1(0.5)", "import os; os._exit(1)",
                       "exercises.check_2(0.5)"])
    row = the_row(tmp_path)
    assert (row[collect.RUN], row["remark"]) == (1, "run: 1 without a result")


@pytest.mark.full
@needs_the_jail
@pytest.mark.parametrize("source", [
    "import os; os.kill(os.getppid(), 9)",
    WRITE_TO_ALL,
    "print('\\ud800')",
])
def test_who_disturbs_the_run_gets_a_row(tmp_path, source):
    hand_in(tmp_path, [SOLVE, source, "exercises.check_1(0.5)"])
    row = the_row(tmp_path)
    assert row[collect.RUN] == 1 if collect.RUN in row else row["remark"] == "run: it broke off"


@needs_the_jail
def test_what_goes_into_the_background_ends_with_the_run():
    token = f"background-{os.getpid()}-{time.monotonic_ns()}"
    notebook = jail.run([f"import subprocess\nprint(subprocess.Popen([{token!r}, '1000'], "
                         "executable='/bin/sleep', start_new_session=True).poll())"])
    assert printed(notebook, 0) == "None\n"
    while any(token.encode() in command for command in commands()):
        time.sleep(0.1)


def commands():
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes()
        except OSError:
            continue


FAKE = "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n"


@pytest.mark.skipif(sys.platform == "win32", reason="bubblewrap is for Linux")
@pytest.mark.parametrize(("fake", "words"), [
    (None, "there is no bwrap"), (FAKE, "bwrap: No permissions to create new namespace")])
def test_without_a_jail_nothing_is_run(tmp_path, monkeypatch, capsys, fake, words):
    programs = tmp_path / "bin"
    programs.mkdir()
    if fake:
        (programs / "bwrap").write_text(fake)
        (programs / "bwrap").chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", str(programs))
    (tmp_path / "class").mkdir()
    hand_in(tmp_path / "class", ["1 + 1"])
    monkeypatch.setattr(jail, "run", lambda sources: pytest.fail("it was run"))
    assert collect.main([str(tmp_path / "class"), "--execute"]) == 1
    told = capsys.readouterr()
    assert words in told.err
    assert told.out == ""


def test_nothing_is_run_unless_it_is_asked_for(tmp_path, monkeypatch, capsys):
    hand_in(tmp_path, ["1 + 1"])
    monkeypatch.setattr(jail, "run", lambda sources: pytest.fail("it was run"))
    monkeypatch.setattr(jail, "obstacle", lambda: pytest.fail("it was tried"))
    assert collect.main([str(tmp_path)]) == 0
    assert "01.ipynb" in capsys.readouterr().out


@pytest.mark.full
@needs_the_jail
def test_the_largest_file_that_is_read_is_the_largest_answer(tmp_path, capsys):
    hand_in(tmp_path, [SOLVE, f"print('x' * {saved.MOST_BYTES})"])
    assert collect.main([str(tmp_path), "--execute"]) == 0
    assert "run: its outputs are too large" in capsys.readouterr().out
