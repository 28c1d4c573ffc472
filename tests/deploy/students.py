"""Students as the hub sees them: a browser's cookies, and notebooks that run code."""

import contextlib
import json
import time
import uuid

import requests
import websocket

PASSWORD = "correct horse battery"
PATIENCE = 600  # seconds; only a hang takes as long


def until(condition, what):
    """Wait for a state, and return what the condition gives."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with contextlib.suppress(requests.ConnectionError):
            if found := condition():
                return found
        time.sleep(0.3)
    raise TimeoutError(what)


class Student:
    """Somebody with cookies of their own, at one hub."""

    def __init__(self, url, name):
        self.url, self.name = url, name
        self.browser = requests.Session()
        self.kernels = []

    def close(self):
        self.browser.close()
        for kernel in self.kernels:
            kernel.socket.close()

    @property
    def server(self):
        return f"{self.url}/user/{self.name}"

    def xsrf(self, path):
        return {cookie.path: cookie.value for cookie in self.browser.cookies
                if cookie.name == "_xsrf"}.get(path)

    def post_form(self, page, **fields):
        self.browser.get(f"{self.url}/hub/{page}")
        return self.browser.post(f"{self.url}/hub/{page}",
                                 data=fields | {"_xsrf": self.xsrf("/hub/")})

    def sign_up(self):
        return self.post_form("signup", username=self.name, signup_password=PASSWORD,
                              signup_password_confirmation=PASSWORD)

    def log_in(self):
        """Log in, and stay at the hub: otherwise it starts a server."""
        return self.post_form("login?next=%2Fhub%2Fhome", username=self.name, password=PASSWORD)

    def start_server(self):
        self.browser.get(f"{self.url}/hub/spawn")
        until(self.is_served, f"{self.name}'s server")

    def stop_server(self):
        """Stop the server as the button of the hub does."""
        self.browser.get(f"{self.url}/hub/home")
        answer = self.browser.delete(f"{self.url}/hub/api/users/{self.name}/server",
                                     headers={"X-XSRFToken": self.xsrf("/hub/")})
        answer.raise_for_status()
        until(lambda: not self.is_served(), f"{self.name}'s server stops")

    def is_served(self):
        """Go there by a page: it sends the browser to the hub and back for its cookie."""
        answer = self.browser.get(f"{self.server}/lab")
        return answer.ok and answer.url.startswith(self.server)

    def ask(self, method, path, server=None, **more):
        """Call a Jupyter server, the student's own by default, as JupyterLab does."""
        server = server or self.server
        token = self.xsrf(server.removeprefix(self.url) + "/")
        return self.browser.request(method, f"{server}/{path}", allow_redirects=False,
                                    headers={"X-XSRFToken": token}, **more)

    def open_kernel(self):
        answer = self.ask("POST", "api/kernels", json={"name": "python3"})
        answer.raise_for_status()
        self.kernels.append(Kernel(self, answer.json()["id"]))
        return self.kernels[-1]

    def cookies(self):
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.browser.cookies
                         if self.server.removeprefix(self.url).startswith(cookie.path.rstrip("/")))


class Kernel:
    """One notebook's kernel, reached through proxy and server."""

    def __init__(self, student, number):
        self.student, self.number, self.socket = student, number, None
        self.connect()

    def connect(self):
        if self.socket:
            self.socket.close()
        address = self.student.server.replace("http", "ws", 1)
        self.socket = websocket.create_connection(
            f"{address}/api/kernels/{self.number}/channels", timeout=PATIENCE,
            cookie=self.student.cookies())

    def send(self, code):
        header = {"msg_id": uuid.uuid4().hex, "msg_type": "execute_request", "username": "",
                  "session": uuid.uuid4().hex, "version": "5.3"}
        content = {"code": code, "silent": False, "store_history": False, "user_expressions": {},
                   "allow_stdin": False, "stop_on_error": True}
        self.socket.send(json.dumps({"channel": "shell", "header": header, "content": content,
                                     "parent_header": {}, "metadata": {}}))
        return header["msg_id"]

    def run(self, code):
        """Run a cell, and return what it has printed, its error's name at the end."""
        sent, printed = self.send(code), ""
        while True:
            message = json.loads(self.socket.recv())
            content = message["content"]
            if content.get("execution_state") in ("restarting", "dead"):
                raise ConnectionError(f"{self.student.name}'s kernel has died")
            if message["parent_header"].get("msg_id") != sent:
                continue
            if message["msg_type"] == "stream":
                printed += content["text"]
            if message["msg_type"] == "error":
                printed += content["ename"]
            if message["msg_type"] == "status" and content["execution_state"] == "idle":
                return printed
