"""The hub of ``deploy/``, really running: on the loopback, with real users of the system."""

import contextlib
import importlib.util
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from .students import Student, until

pwd = pytest.importorskip("pwd", reason="the hub runs on Linux only")

ROOT = Path(__file__).parent.parent.parent
PREFIX = f"t{os.getpid()}-"


def what_is_missing():
    """Say why the hub cannot run here, or return None."""
    if sys.platform != "linux" or os.geteuid():
        return "the hub makes users of the system, on Linux, and only root can"
    if importlib.util.find_spec("jupyterhub") is None:
        return "no JupyterHub: uv sync --group hub"
    if shutil.which("configurable-http-proxy") is None:
        return "no proxy: npm install --global configurable-http-proxy"
    with contextlib.suppress(PermissionError, subprocess.CalledProcessError):
        subprocess.run([sys.executable, "-c", ""], user="nobody", cwd="/", check=True)
        return None
    return "only root can run this Python: uv sync --group hub --python /usr/bin/python3"


class AHub:
    """Proxy and hub with a lecturer; what it starts and makes ends with ``close``."""

    def __init__(self, **settings):
        self.ending = contextlib.ExitStack()
        self.folder = Path(tempfile.mkdtemp(prefix="hub"))
        self.ending.callback(shutil.rmtree, self.folder)
        self.folder.chmod(0o755)
        self.state = self.folder / "state"
        self.state.mkdir(0o700)
        self.course = self.folder / "course"
        self.course.mkdir()
        self.log = (self.state / "log").open("w")
        self.ending.enter_context(self.log)
        self.ports = dict(zip(("proxy", "api", "hub"), three_free_ports(), strict=True))
        self.url = f"http://127.0.0.1:{self.ports['proxy']}"
        self.secret = secrets.token_hex(32)
        self.lecturer = self.student("lecturer")
        shutil.copytree(ROOT / "deploy", self.folder / "deploy")
        self.config = self.folder / "deploy" / "jupyterhub_config.py"
        change(self.config, COURSE=self.course, STATE=self.state, **settings)
        # Accounts of their own: the memory watch looks after all that begin like this.
        change(self.config.with_name("students.py"), PREFIX=PREFIX, SYSTEMD=self.folder / "none")
        with self.config.open("a") as config:
            print(f'c.JupyterHub.bind_url = "{self.url}"', file=config)
            for setting, port in [("JupyterHub.hub_bind_url", "hub"),
                                  ("ConfigurableHTTPProxy.api_url", "api")]:
                print(f'c.{setting} = "http://127.0.0.1:{self.ports[port]}"', file=config)

    def start(self):
        self.start_proxy()
        self.start_hub()
        self.ending.callback(self.stop_hub)
        self.lecturer.sign_up()
        self.lecturer.log_in()

    def start_proxy(self):
        proxy = self.run("configurable-http-proxy", "--ip=127.0.0.1", "--api-ip=127.0.0.1",
                         f"--port={self.ports['proxy']}", f"--api-port={self.ports['api']}")
        self.ending.callback(end, proxy)

    def start_hub(self):
        self.hub = self.run(sys.executable, "-m", "jupyterhub", "-f", str(self.config))
        until(lambda: self.lecturer.browser.get(f"{self.url}/hub/login").ok, "the hub")

    def stop_hub(self):
        end(self.hub)

    def run(self, *command):
        return subprocess.Popen(command, cwd=self.state, stdout=self.log, stderr=self.log,
                                env=os.environ | {"CONFIGPROXY_AUTH_TOKEN": self.secret})

    def student(self, name):
        """Somebody who comes to the hub; connections and account end with the hub."""
        student = Student(self.url, name)
        self.ending.callback(remove, account_name(student))
        self.ending.callback(student.close)
        return student

    def enrol(self, name):
        """Let somebody sign up, in and start a server."""
        student = self.student(name)
        student.sign_up()
        self.lecturer.browser.get(f"{self.url}/hub/authorize/{student.name}")
        student.log_in()
        student.start_server()
        return student

    def close(self):
        self.ending.close()


def change(file, **settings):
    """Give settings another value, as a lecturer does."""
    text = file.read_text()
    for name, value in settings.items():
        value = f'Path("{value}")' if isinstance(value, Path) else repr(value)
        text, times = re.subn(rf"^{name} = .*", f"{name} = {value}", text, flags=re.M)
        assert times == 1, name
    file.write_text(text)


def three_free_ports():
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(3)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def end(process):
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(60)
    finally:
        process.kill()


def account_name(student):
    return PREFIX + student.name


def remove(account):
    """End all that a student runs, and remove the account with its home."""
    with contextlib.suppress(KeyError):
        user = pwd.getpwnam(account)
        subprocess.run([sys.executable, "-Ic", "import os; os.kill(-1, 9)"], user=user.pw_uid,
                       cwd="/")
        until(lambda: not processes_of(user.pw_uid), f"the processes of {account} end")
        subprocess.run(["userdel", "--remove", account], stderr=subprocess.DEVNULL)
        shutil.rmtree(f"/run/lecture-hub/{account}", ignore_errors=True)


def processes_of(number):
    """Return the processes of a user, as far as they are alive."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            status = (folder / "status").read_text()
            if f"\nUid:\t{number}\t" in status and "\nState:\tZ" not in status:
                found.append(int(folder.name))
    return found
