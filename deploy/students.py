"""The students as users of the system: their accounts, their copy of the course, their limits."""

import asyncio
import os
import pwd
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import memory_watch
from jupyterhub.spawner import LocalProcessSpawner
from systemdspawner import SystemdSpawner
from traitlets import Integer

PREFIX = "hub-"  # so that nobody who signs up as "root" or "backup" becomes that user
NAMES = r"[a-z0-9][a-z0-9_-]{0,23}\Z"
FOLDER = "lecture"
SYSTEMD = Path("/run/systemd/system")  # is there where systemd runs


def systemd_runs():
    """Tell whether systemd manages this system."""
    return SYSTEMD.is_dir()


def account(spawner):
    """Return the entry of the student's account in the system's list of users."""
    return pwd.getpwnam(PREFIX + spawner.user.name)


def runtime_folder(spawner):
    """Return where the student's kernels have their sockets: not in the home, which may be full."""
    return f"/run/lecture-hub/{account(spawner).pw_name}"


def refuse_a_python_that_students_cannot_run():
    """Stop at once where only root can run this Python, as with one that uv keeps for root."""
    try:
        subprocess.run([sys.executable, "-c", "import jupyterhub"], check=True, cwd="/",
                       user="nobody", group="nogroup", extra_groups=[])
    except (PermissionError, subprocess.CalledProcessError):
        sys.exit(f"Students cannot run {Path(sys.executable).resolve()}. Make the environment with "
                 "the system's Python: uv sync --group hub --python /usr/bin/python3")


def prepare(course):
    """Return the hook that readies an account and its copy of the course before a server starts.

    Parameters
    ----------
    course : pathlib.Path
        The folder of notebooks that is handed out.
    """

    async def hook(spawner):
        _open_account(PREFIX + spawner.user.name)
        _open_runtime_folder(Path(runtime_folder(spawner)), account(spawner))
        home = account(spawner).pw_dir
        # As the student: a link in the home cannot lead root to the files of others. With limits:
        # what lies there may be huge.
        handing_out = await asyncio.create_subprocess_exec(
            "prlimit", "--data=500000000", "--cpu=30", sys.executable, "-I",
            str(Path(__file__).with_name("handout.py")), str(course), f"{home}/{FOLDER}",
            cwd="/", env={"PATH": os.defpath}, **_as_student(spawner))
        if await handing_out.wait():  # a full disk, say: the notebooks of before are still there
            spawner.log.warning("The course could not be copied for %s", spawner.user.name)

    return hook


def _open_account(name):
    """Make the user of the system if there is none, and close the home to all others."""
    try:
        user = pwd.getpwnam(name)
    except KeyError:
        # Not async: two at once would wait for the lock of /etc/passwd, and fail.
        # No shell: who leaves a key in ~/.ssh comes in past all limits otherwise.
        subprocess.run(["useradd", "--create-home", "--shell", "/usr/sbin/nologin", name],
                       check=True)
        user = pwd.getpwnam(name)
    if os.stat(user.pw_dir).st_uid != user.pw_uid:
        raise PermissionError(f"{user.pw_dir} belongs to somebody else. Move it away first.")
    os.chmod(user.pw_dir, 0o700)


def _open_runtime_folder(folder, user):
    folder.parent.mkdir(exist_ok=True)
    if folder.exists() and folder.stat().st_uid != user.pw_uid:
        shutil.rmtree(folder)  # of somebody of that name who is gone
    folder.mkdir(mode=0o700, exist_ok=True)
    os.chown(folder, user.pw_uid, user.pw_gid)


def _as_student(spawner):
    user = account(spawner)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": [], "umask": 0o077}


def owner_of_port(port):
    """Return the number of the user who listens on a port of the loopback, None if nobody does."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        columns = line.split()
        listens = columns[3] == "0A"
        if listens and int(columns[1].partition(":")[2], 16) == port:
            return int(columns[7])
    return None


class OwnPort:
    """For a spawner: nobody else may have taken the port on which the student's server is awaited.

    Else the hub would send the student, with all cookies, to the process of somebody else.
    """

    async def start(self):
        """Start the server, and look who answers."""
        where = await super().start()
        while (owner := owner_of_port(self.port)) is None:  # until JupyterHub's start_timeout
            if await self.poll() is not None:
                raise RuntimeError("The student's server has ended; the log says why")
            await asyncio.sleep(0.5)
        if owner != account(self).pw_uid:
            raise PermissionError(f"Port {self.port} was taken by user {owner}")
        return where


class SystemdStudentSpawner(OwnPort, SystemdSpawner):
    """Where systemd runs: it holds the limits."""


class LocalStudentSpawner(OwnPort, LocalProcessSpawner):
    """For a system without systemd: the kernel's limits for processes, and the memory watch.

    One process cannot have more memory than the student's limit, and ``memory_watch.py`` sees to
    the sum. Processes are counted for each user. There is no limit for processor time.
    """

    processes = Integer(400, help="Processes and threads of one student.").tag(config=True)

    def make_preexec_fn(self, name):
        """Return what the new process does first: take its limits, then become the student."""
        become_student = super().make_preexec_fn(PREFIX + name)

        def preexec():
            resource.setrlimit(resource.RLIMIT_DATA, (self.mem_limit, self.mem_limit))
            resource.setrlimit(resource.RLIMIT_NPROC, (self.processes, self.processes))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            os.nice(5)  # hub and proxy go first
            Path("/proc/self/oom_score_adj").write_text("500")  # and stay, when memory is short
            os.umask(0o077)
            become_student()

        return preexec

    def user_env(self, env):
        """Add what a login would set."""
        user = account(self)
        return env | {"USER": user.pw_name, "HOME": user.pw_dir, "SHELL": "/bin/bash"}

    async def start(self):
        """Start the server, after all that a former one may have left."""
        await self._end_all()
        return await super().start()

    async def stop(self, now=False):
        """Stop the server, then what the student's notebooks have left behind."""
        await super().stop(now)
        await self._end_all()

    async def _end_all(self):
        """End every process of the student in one call of the system: nothing can fork away."""
        killing = await asyncio.create_subprocess_exec(
            *memory_watch.END_ALL, cwd="/", **_as_student(self))
        await killing.wait()
