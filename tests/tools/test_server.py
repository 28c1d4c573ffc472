"""The kit's part of the Jupyter server, on a real socket."""

import asyncio
import socket
import subprocess
import sys
from types import SimpleNamespace

import pytest
from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application
from tornado.websocket import WebSocketHandler, websocket_connect

from lecture_kit.tools.server import _load_jupyter_server_extension


class JupyterConnection:
    """Stands for the server's own class of connections."""

    def __init__(self, websocket_handler):
        self.websocket_handler = websocket_handler

    def connect(self):
        stream = self.websocket_handler.ws_connection.stream
        return str(stream.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0)


class KernelHandler(WebSocketHandler):
    """Connects as Jupyter's handler does, and tells whether small messages go out at once."""

    def open(self):
        connection = self.settings["kernel_websocket_connection_class"](websocket_handler=self)
        self.write_message(connection.connect())


async def ask(application):
    listener, port = bind_unused_port()
    server = HTTPServer(application)
    server.add_socket(listener)
    client = await websocket_connect(f"ws://127.0.0.1:{port}/")
    answer = await client.read_message()
    client.close()
    server.stop()
    return answer


def test_a_small_message_does_not_wait_for_the_one_before():
    application = Application([("/", KernelHandler)],
                              kernel_websocket_connection_class=JupyterConnection)
    assert asyncio.run(ask(application)) == "False"  # why the kit has this part
    _load_jupyter_server_extension(SimpleNamespace(web_app=application))
    assert asyncio.run(ask(application)) == "True"


@pytest.mark.full
def test_the_installed_kit_is_a_part_of_the_server():
    listed = subprocess.run([sys.executable, "-m", "jupyter", "server", "extension", "list"],
                            capture_output=True, text=True, timeout=600, check=True)
    lines = (listed.stdout + listed.stderr).splitlines()
    assert any("lecture_kit.tools.server" in line and "enabled" in line for line in lines)
    assert any("lecture_kit.tools.server" in line and "OK" in line for line in lines)
