"""The hub of ``deploy/``, really running: on the loopback, with real users of the system."""

import contextlib
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from .students import Student, until

ROOT = Path(__file__).parent.parent.parent


def what_is_missing():
    """Say why the hub cannot run here, or return None."""
    if not hasattr(os, "geteuid") or os.geteuid():
        return "the hub makes users of the system, and only root can"
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
        self.prefix = f"t{os.getpid()}-"  # of the students' names
        self.ports = dict(zip(("proxy", "api", "hub"), three_free_ports(), strict=True))
        self.url = f"http://127.0.0.1:{self.ports['proxy']}"
        self.secret = secrets.token_hex(32)
        self.lecturer = Student(self.url, self.prefix + "lecturer")
        self.configure(ADMINS={self.lecturer.name}, COURSE=self.course, STATE=self.state,
                       **settings)

    def configure(self, **settings):
        """Copy ``deploy/``, and change settings as a lecturer does; then only the ports."""
        shutil.copytree(ROOT / "deploy", self.folder / "deploy")
        self.config = self.folder / "deploy" / "jupyterhub_config.py"
        text = self.config.read_text()
        for name, value in settings.items():
            value = f'Path("{value}")' if isinstance(value, Path) else repr(value)
            text, times = re.subn(rf"^{name} = .*", f"{name} = {value}", text, flags=re.M)
            assert times == 1, name
        self.config.write_text(f"""{text}
c.JupyterHub.bind_url = "{self.url}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{self.ports["hub"]}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{self.ports["api"]}"
""")

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
        until(lambda: Student(self.url, "").browser.get(f"{self.url}/hub/login").ok, "the hub")

    def stop_hub(self):
        end(self.hub)

    def run(self, *command):
        return subprocess.Popen(command, cwd=self.state, stdout=self.log, stderr=self.log,
                                env=os.environ | {"CONFIGPROXY_AUTH_TOKEN": self.secret})

    def enrol(self, name):
        """Let somebody sign up, in and start a server."""
        student = Student(self.url, self.prefix + name)
        self.ending.callback(remove, account_name(student))
        student.sign_up()
        self.lecturer.browser.get(f"{self.url}/hub/authorize/{student.name}")
        student.log_in()
        student.start_server()
        return student

    def close(self):
        self.ending.close()


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
    return f"hub-{student.name}"


def remove(account):
    """End all that a student runs, and remove the account with its home."""
    with contextlib.suppress(KeyError):
        user = pwd.getpwnam(account)
        subprocess.run([sys.executable, "-Ic", "import os; os.kill(-1, 9)"], user=user.pw_uid,
                       cwd="/")
        until(lambda: not processes_of(user.pw_uid), f"the processes of {account} end")
        subprocess.run(["userdel", "--remove", account], stderr=subprocess.DEVNULL)


def processes_of(number):
    """Return the processes of a user, as far as they are alive."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            status = (folder / "status").read_text()
            if f"\nUid:\t{number}\t" in status and "\nState:\tZ" not in status:
                found.append(int(folder.name))
    return found
