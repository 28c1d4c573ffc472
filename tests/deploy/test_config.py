"""The settings of the hub: every name in them is one that its program knows."""

import asyncio
import contextlib
import importlib
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

pytest.importorskip("systemdspawner", reason="no JupyterHub for Linux: uv sync --group hub")

from jupyterhub.app import JupyterHub
from jupyterhub.auth import Authenticator
from jupyterhub.proxy import ConfigurableHTTPProxy
from nativeauthenticator import NativeAuthenticator
from traitlets.config import PyFileConfigLoader

DEPLOY = Path(__file__).parent.parent.parent / "deploy"
VALUES = yaml.safe_load((DEPLOY / "values.yaml").read_text(encoding="utf-8"))
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd")


@pytest.fixture
def students(monkeypatch):
    """The module beside the settings."""
    monkeypatch.syspath_prepend(DEPLOY)
    module = importlib.import_module("students")
    monkeypatch.setattr(module, "refuse_a_python_that_students_cannot_run", lambda: None)
    yield module
    for name in ("students", "memory_watch"):
        sys.modules.pop(name)


def settings(students, monkeypatch, with_systemd):
    monkeypatch.setattr(students, "systemd_runs", lambda: with_systemd)
    return PyFileConfigLoader("jupyterhub_config.py", path=str(DEPLOY)).load_config()


def known(students):
    classes = [JupyterHub, Authenticator, NativeAuthenticator, ConfigurableHTTPProxy,
               students.LocalStudentSpawner, students.SystemdStudentSpawner]
    return {above.__name__: set(above.class_trait_names(config=True))
            for one in classes for above in one.__mro__ if hasattr(above, "class_trait_names")}


@pytest.mark.parametrize("with_systemd", [True, False])
def test_every_setting_exists(students, monkeypatch, with_systemd):
    found = settings(students, monkeypatch, with_systemd)
    for name, values in found.items():
        assert set(values) <= known(students)[name]
    spawner = found.JupyterHub.spawner_class
    assert {"SystemdSpawner", "LocalProcessSpawner"} & {above.__name__ for above in spawner.__mro__}
    watched = "memory-watch" in [service["name"] for service in found.JupyterHub.services]
    assert watched != with_systemd


def test_the_hub_on_kubernetes_lets_in_the_same(students):
    for name, values in VALUES["hub"]["config"].items():
        assert set(values) <= known(students)[name]
    assert VALUES["hub"]["config"]["Authenticator"]["username_pattern"] == students.NAMES


def test_kubernetes_asks_for_files_that_the_image_has(students):
    command = " ".join(VALUES["singleuser"]["cmd"])
    dockerfile = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert "COPY . /opt/lecture" in dockerfile
    for path in ("deploy/handout.py", "notebooks"):
        assert f"/opt/lecture/{path}" in command
        assert (DEPLOY.parent / path).exists()
    assert VALUES["singleuser"]["defaultUrl"].endswith(students.FOLDER)


@needs_systemd
def test_systemd_knows_the_limits(students, monkeypatch, tmp_path):
    limits = settings(students, monkeypatch, True).SystemdSpawner.unit_extra_properties
    lines = [f"{name}={value}" for name, value in limits.items()]
    (tmp_path / "a.service").write_text("\n".join(["[Service]", "ExecStart=/bin/true", *lines]))
    assert verdict(tmp_path / "a.service") == ""
    (tmp_path / "b.service").write_text("[Service]\nExecStart=/bin/true\nTaskMax=4")
    assert "Unknown key" in verdict(tmp_path / "b.service")


@needs_systemd
@pytest.mark.parametrize("name", ["lecture-hub.service", "lecture-proxy.service"])
def test_systemd_knows_the_services(tmp_path, name):
    for file in DEPLOY.glob("*.service"):
        text = file.read_text(encoding="utf-8")
        text = text.replace("/opt/lecture/.venv/bin/jupyterhub", "/bin/true")
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    assert verdict(tmp_path / name) == ""


def verdict(unit):
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True)
    return done.stdout + done.stderr


@pytest.mark.parametrize("name", ["2026320123", "anna", "kim_b-2"])
def test_ordinary_names_come_in(students, name):
    assert NativeAuthenticator.validate_username(_authenticator(students), name)


@pytest.mark.parametrize("name", ["", "..", "a/b", "x;id", "-rf", "a" * 25, "anna\n", "ä", "a b",
                                  "{USERNAME}", "anna.service"])
def test_names_that_mean_something_to_the_system_stay_out(students, name):
    assert not NativeAuthenticator.validate_username(_authenticator(students), name)


def _authenticator(students):
    return NativeAuthenticator(add_new_table=False, username_pattern=students.NAMES)


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="no list of ports")
def test_a_server_on_a_port_that_somebody_else_took_is_refused(students, monkeypatch):
    class Spawner(students.OwnPort, Taken):
        pass

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert students.owner_of_port(port) is None
        with pytest.raises(RuntimeError, match="has ended"):
            asyncio.run(Spawner(port).start())
        taken.listen()
        for owner, refused in [(os.getuid(), False), (os.getuid() + 1, True)]:
            user = SimpleNamespace(pw_uid=owner)
            monkeypatch.setattr(students, "account", lambda _, user=user: user)
            with pytest.raises(PermissionError) if refused else contextlib.nullcontext():
                assert asyncio.run(Spawner(port).start()) == ("127.0.0.1", port)


class Taken:
    """A spawner whose server never comes up."""

    def __init__(self, port):
        self.port = port

    async def start(self):
        return "127.0.0.1", self.port

    async def poll(self):
        return 1
