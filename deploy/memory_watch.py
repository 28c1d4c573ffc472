"""For a system without systemd: the memory of all processes of a student together has a limit.

Called as ``python memory_watch.py PREFIX LIMIT`` by the hub, as root. Who is over the limit loses
the largest process, which is a notebook; who still is a second later loses all of them.
"""

import contextlib
import os
import pwd
import re
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

SECONDS = 1
STUDENT = re.compile(r"^Uid:\s+(\d+)", re.M)
RESIDENT = re.compile(r"^Rss(?:Anon|Shmem):\s+(\d+) kB", re.M)
SHARED_OUT = re.compile(r"^Pss_(?:Anon|Shmem):\s+(\d+) kB", re.M)
# Ends every process of the user who calls it, in one call of the system: nothing can fork away.
END_ALL = [sys.executable, "-Ic", "import os; os.kill(-1, 9)"]


def watch(prefix, limit, warned=frozenset()):
    """Look once, and end processes of those who are over the limit.

    Parameters
    ----------
    prefix : str
        What the names of the students' accounts begin with.
    limit : int
        Bytes that all processes of one student may have together.
    warned : set of int
        The students (their numbers in the system) who were over the limit the last time.

    Returns
    -------
    set of int
        The students who are over the limit now.
    """
    over = set()
    for student, processes in processes_of_students(prefix).items():
        if sum(processes.values()) <= limit:
            continue
        # What forks share counts once. That takes longer to find out, so it is asked only now.
        processes = {process: _memory(process, "smaps_rollup", SHARED_OUT) for process in processes}
        if sum(processes.values()) <= limit:
            continue
        over.add(student)
        if student in warned:
            subprocess.run(END_ALL, user=student, group="nogroup", extra_groups=[], cwd="/")
        else:
            with contextlib.suppress(ProcessLookupError):
                os.kill(max(processes, key=processes.get), signal.SIGKILL)
    return over


def processes_of_students(prefix):
    """Return, for each student, the bytes in memory of each process by its number."""
    students = {user.pw_uid for user in pwd.getpwall() if user.pw_name.startswith(prefix)}
    found = defaultdict(dict)
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has just ended
            student = int(STUDENT.search((folder / "status").read_text())[1])
            if student in students:
                found[student][int(folder.name)] = _memory(folder.name, "status", RESIDENT)
    return found


def _memory(process, file, pattern):
    with contextlib.suppress(OSError):
        return 1024 * sum(map(int, pattern.findall(Path(f"/proc/{process}/{file}").read_text())))
    return 0


if __name__ == "__main__":
    over = set()
    while True:
        over = watch(sys.argv[1], int(sys.argv[2]), over)
        time.sleep(SECONDS)
