"""A JupyterHub on the loopback, users of the system for a while, and what their processes take."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

SECONDS_TO_START = 120
SOCKETS = Path("/run/lecture-hub")  # deploy/students.py has a folder for each student there


def _end(processes):
    for signal_number in (signal.SIGTERM, signal.SIGKILL):
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal_number)
        _gone, processes = psutil.wait_procs(processes, timeout=10)


def processes_of(accounts):
    """List the processes of some users of the system."""
    numbers = {user.pw_uid for user in pwd.getpwall() if user.pw_name in accounts}
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess):
            if process.uids().real in numbers:
                found.append(process)
    return found


@contextmanager
def no_trace_of(accounts):
    """See to it that some users of the system, whom the hub will make, are gone afterwards.

    Parameters
    ----------
    accounts : set of str
        Their names. Whoever has one of them already keeps it: then nothing is begun.
    """
    taken = [user.pw_name for user in pwd.getpwall() if user.pw_name in accounts]
    if taken:
        sys.exit(f"There are users {', '.join(taken)} already, so nothing was started.")
    try:
        yield
    finally:
        _end(processes_of(accounts))
        for user in pwd.getpwall():
            if user.pw_name in accounts:
                subprocess.run(["userdel", "--remove", user.pw_name], check=True,
                               stderr=subprocess.DEVNULL)  # it misses their mail
                shutil.rmtree(SOCKETS / user.pw_name, ignore_errors=True)


class Hub:
    """A running hub and its proxy.

    Parameters
    ----------
    config : pathlib.Path
        Its configuration. What it keeps is kept elsewhere than the configuration says.
    folder : pathlib.Path
        Where it works.
    ports : list of int
        Three free ports.
    """

    def __init__(self, config, folder, ports):
        outside, inside, proxy = [f"http://127.0.0.1:{port}" for port in ports]
        self.url, self.log = outside, folder / "hub.log"
        with self.log.open("w") as log:
            self.process = psutil.Popen(
                [sys.executable, "-m", "jupyterhub", f"--config={config}",
                 f"--JupyterHub.bind_url={outside}", f"--JupyterHub.hub_bind_url={inside}",
                 f"--JupyterHub.db_url=sqlite:///{folder}/hub.sqlite",
                 f"--JupyterHub.cookie_secret_file={folder}/cookie_secret",
                 "--ConfigurableHTTPProxy.should_start=True",
                 f"--ConfigurableHTTPProxy.api_url={proxy}",
                 f"--ConfigurableHTTPProxy.pid_file={folder}/proxy.pid"],
                cwd=folder, stdout=log, stderr=log,
                start_new_session=True)  # Ctrl-C comes to the benchmark, which ends the hub
        self._wait()

    def _wait(self):
        for _ in range(10 * SECONDS_TO_START):
            try:
                with urllib.request.urlopen(f"{self.url}/hub/health"):
                    return
            except urllib.error.URLError:
                time.sleep(0.1)
            if self.process.poll() is not None:
                break
        self.close()
        raise RuntimeError(f"the hub did not start:\n{self.log.read_text()[-2000:]}")

    def processes(self):
        """List the hub, its proxy and its services, not the students' servers."""
        found = []
        with suppress(psutil.NoSuchProcess):
            for process in [self.process, *self.process.children(recursive=True)]:
                if process.uids().real == os.getuid():
                    found.append(process)
        return found

    def close(self):
        """End the hub and its proxy."""
        _end(self.processes())


def kind_of(process):
    """Tell a student's kernel and a student's server apart."""
    return "kernels" if "ipykernel_launcher" in " ".join(process.cmdline()) else "servers"


def memory(accounts):
    """Measure the memory of some users' servers and kernels, in bytes.

    A page that several processes share counts in parts (PSS).
    """
    taken = Counter()
    for process in processes_of(accounts):
        with suppress(psutil.NoSuchProcess):
            taken[kind_of(process)] += process.memory_full_info().pss
    return taken


def seconds_of_work(hub, accounts):
    """Read how long the processors have worked until now, and for whom."""
    taken = Counter()
    groups = [("hub and proxy", hub.processes()), ("students' browsers", [psutil.Process()])]
    for kind, processes in [*groups, (None, processes_of(accounts))]:
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                taken[kind or kind_of(process)] += times.user + times.system
    return taken
