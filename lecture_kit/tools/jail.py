"""Run a student's code where it can harm nobody: in a jail that bubblewrap builds (Linux).

The jail has its own processes, its own network with nobody in it, and its own ``/tmp``. Of the
system's files it sees only those that run Python, and cannot change them. Where bubblewrap is
missing or does not work, nothing is run.
"""

import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import lecture_kit
from lecture_kit.tools import saved

SECONDS, SECONDS_PER_CELL = 900, 120
MEMORY = 3 * 2**30  # bytes of the whole jail, and of addresses of each process
MOST_THREADS = 400
_SYSTEM = ("/usr", "/bin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache")
_NOBODY = "65534"
_OF_A_USER = ("--unshare-user", "--disable-userns", "--uid", _NOBODY, "--gid", _NOBODY,
              "--cap-drop", "ALL")
# Root owns the system's files, in every name space: it may write below /proc/sys, for example. So
# root builds the walls, and becomes nobody before the student's code comes.
_OF_ROOT = ("--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID",
            "--cap-add", "CAP_SETPCAP")
_BECOME_NOBODY = ("setpriv", "--reuid", _NOBODY, "--regid", _NOBODY, "--clear-groups",
                  "--inh-caps=-all", "--bounding-set=-all")


class StoppedError(Exception):
    """A run came to no end of its own; the words tell why."""


def obstacle():
    """Try the jail.

    Returns
    -------
    str
        What is in the way, in words; empty if the jail works.
    """
    if shutil.which("bwrap") is None:
        return ("there is no bwrap on the PATH. Install bubblewrap (apt install bubblewrap); it "
                "works on Linux only.")
    tried = subprocess.run([*_jail(), sys.executable, "-c", "import nbclient, lecture_kit"],
                           stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS)
    if tried.returncode == 0:
        return ""
    words = tried.stderr.decode(errors="replace").strip().splitlines()
    return f"bwrap does not work here: {words[-1] if words else tried.returncode}"


def _jail():
    """Write the command that runs the words after it in the jail."""
    python = Path(sys.executable)
    needed = {*_SYSTEM, sys.prefix, sys.base_prefix, str(python.parent),
              str(python.resolve().parent.parent), str(Path(lecture_kit.__file__).parent)}
    folders = {str(folder) for path in needed for folder in Path(path).parents}
    environment = {"PATH": f"{python.parent}:/usr/bin:/bin", "HOME": "/tmp", "USER": "student",
                   "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    walls, person = (_OF_ROOT, _BECOME_NOBODY) if os.geteuid() == 0 else (_OF_A_USER, ())
    return [
        "bwrap", *walls, "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts",
        "--unshare-cgroup-try", "--die-with-parent", "--new-session", "--proc", "/proc",
        "--dev", "/dev", *_small("/dev/shm"), "--remount-ro", "/dev", *_small("/tmp"),
        *(word for folder in sorted(folders) for word in ("--dir", folder)),
        *(word for path in sorted(needed) for word in ("--ro-bind-try", path, path)),
        "--remount-ro", "/", "--chdir", "/tmp", "--clearenv",
        *(word for name, value in environment.items() for word in ("--setenv", name, value)),
        *person]


def _small(path):
    """Put a small file system into memory."""
    return ["--perms", "1777", "--size", str(2**28), "--tmpfs", path]


def run(sources, seconds=SECONDS, seconds_per_cell=SECONDS_PER_CELL, memory=MEMORY):
    """Run code cells in a fresh kernel in the jail.

    Parameters
    ----------
    sources : list of str
        The cells.
    seconds, seconds_per_cell : int
        How long all of it may take, and one cell.
    memory : int
        How many bytes all processes may have together.

    Returns
    -------
    dict
        The notebook with its outputs, as :func:`lecture_kit.tools.saved.read` returns one. It comes
        out of the jail: nothing is sure about it.

    Raises
    ------
    StoppedError
        If it takes too long or too much memory, or if its outputs are too large.
    lecture_kit.tools.saved.UnreadableError
        If what comes out is no notebook: the run broke off.
    """
    command = [*_jail(), sys.executable, "-m", "lecture_kit.tools.jailed",
               str(seconds_per_cell), str(memory), str(MOST_THREADS)]
    with tempfile.TemporaryFile() as file:
        file.write(json.dumps(sources).encode())
        file.seek(0)
        with subprocess.Popen(command, stdin=file, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL) as process:
            try:
                content = _watch(process, time.monotonic() + seconds, memory)
            finally:
                process.kill()  # and with it, all that is in the jail
    return saved.parse(content)


def _watch(process, end, memory):
    """Read what comes out of the jail until it is over, and stop it where it takes too much."""
    content, shared_before, pipe = bytearray(), _shared_memory(), process.stdout.fileno()
    while True:
        if select.select([pipe], [], [], 0.1)[0]:
            piece = os.read(pipe, 2**20)
            if not piece:
                return bytes(content)
            content += piece
        if len(content) > saved.MOST_BYTES:
            raise StoppedError("its outputs are too large")
        if time.monotonic() > end:
            raise StoppedError("it takes too long")
        if _held_by(process.pid) + max(0, _shared_memory() - shared_before) > memory:
            raise StoppedError("it takes too much memory")


def _held_by(pid):
    """Count the bytes of memory that a process and all below it hold."""
    about = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:  # the name, in brackets, may hold anything
            fields = path.read_bytes().rpartition(b") ")[2].split()
        except OSError:
            continue  # it has ended
        about[int(path.parent.name)] = int(fields[1]), int(fields[21])
    family, n_before = {pid}, 0
    while len(family) > n_before:
        n_before = len(family)
        family |= {one for one, (parent, _pages) in about.items() if parent in family}
    return sum(about[one][1] for one in family if one in about) * os.sysconf("SC_PAGE_SIZE")


def _shared_memory():
    """Tell how many bytes the system holds in memory that belongs to no one process."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith("Shmem:")]
    return int(line.split()[1]) * 1024
