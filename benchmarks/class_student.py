"""A student's browser without its pictures: the hub's forms, Jupyter's REST, and a page."""

import asyncio
import json
import re
import sys
from pathlib import Path
from time import monotonic
from urllib.parse import quote
from uuid import uuid4

import aiohttp
import nbformat
from class_page import Page

LAB = ("api/me", "api/kernelspecs", "api/kernels", "api/sessions", "api/terminals", "lsp/status",
       "lab/api/settings", "lab/api/translations", "lab/api/workspaces", "api/contents")
# A browser loads 86 of JupyterLab's 264 scripts before it shows a notebook.
SCRIPTS = sorted(Path(sys.prefix, "share/jupyter/lab/static").glob("*.js"))[::3]
CONNECTIONS = 6  # that a browser opens to one server
SPAWN_SECONDS = 600


class Student:
    """One student, from the log-in form to the hand on a slider.

    Parameters
    ----------
    hub : str
        The hub's address.
    name, password : str
        What the student writes into the form.
    number : int
        Counts the students from 0; it tells which notebook and which panel are opened.
    """

    def __init__(self, hub, name, password, number):
        self.hub, self.name, self.password, self.number = hub, name, password, number
        self.address = f"{hub}/user/{name}/"
        self.seconds, self.errors, self.page, self.drag_of = {}, [], None, None
        # Cookies of an address without a name, and without quotes, as a browser sends them.
        jar = aiohttp.CookieJar(unsafe=True, quote_cookie=False)
        self.http = aiohttp.ClientSession(
            cookie_jar=jar, raise_for_status=True, headers={"Origin": hub},
            connector=aiohttp.TCPConnector(limit=CONNECTIONS),
            timeout=aiohttp.ClientTimeout(total=SPAWN_SECONDS))

    async def fill_in(self, form, **fields):
        """Open one of the hub's forms, fill it in and send it; returns the page that comes."""
        async with self.http.get(f"{self.hub}/hub/{form}") as answer:
            hidden = re.search(r'name="_xsrf" value="([^"]+)"', await answer.text())
        async with self.http.post(f"{self.hub}/hub/{form}", allow_redirects=False,
                                  data={"_xsrf": hidden[1], **fields}) as answer:
            return answer.status, await answer.text()

    async def sign_up(self):
        """Make an account."""
        await self.fill_in("signup", username=self.name, signup_password=self.password,
                           signup_password_confirmation=self.password)

    async def let_in(self, name):
        """Let somebody in who has signed up; only an admin may."""
        async with self.http.get(f"{self.hub}/hub/authorize/{name}"):
            pass

    async def log_in(self):
        """Log in with name and password."""
        status, _text = await self.fill_in("login", username=self.name, password=self.password)
        if status != 302:
            raise RuntimeError("the form did not let the student in")

    async def spawn(self):
        """Start the server as the page does, and come to JupyterLab in it."""
        while True:
            async with self.http.get(f"{self.hub}/hub/spawn", raise_for_status=False) as answer:
                if answer.status != 429:  # too many start at once
                    answer.raise_for_status()
                    break
            await asyncio.sleep(int(answer.headers.get("Retry-After", 5)))
        await self._progress()
        async with self.http.get(f"{self.address}lab"):
            pass

    async def _progress(self):
        """Read the hub's stream of events until the server is there."""
        token = self._token(f"{self.hub}/hub/")
        url = f"{self.hub}/hub/api/users/{self.name}/server/progress?_xsrf={quote(token)}"
        async with self.http.get(url, headers={"Accept": "text/event-stream"}) as events:
            async for line in events.content:
                if not line.startswith(b"data:"):
                    continue
                event = json.loads(line.removeprefix(b"data:"))
                if event.get("failed"):
                    raise RuntimeError(f"spawn: {event['message']}")
                if event.get("ready"):
                    return

    def _token(self, url):
        return self.http.cookie_jar.filter_cookies(url)["_xsrf"].value

    async def ask(self, method, url, **content):
        """Ask the student's server, as JupyterLab does."""
        headers = {"X-XSRFToken": self._token(self.address)}
        async with self.http.request(method, f"{self.address}{url}", headers=headers,
                                     json=content or None) as answer:
            return await answer.json()

    async def load_lab(self):
        """Load what JupyterLab loads before it shows a notebook: its scripts and settings."""
        await asyncio.gather(*[self._load(f"static/lab/{script.name}") for script in SCRIPTS],
                             *[self.ask("GET", path) for path in LAB])

    async def _load(self, path):
        async with self.http.get(self.address + path) as answer:
            await answer.read()

    async def open_notebook(self, folder):
        """Open one of the course's notebooks and its kernel."""
        listing = await self.ask("GET", f"api/contents/{folder}?content=1")
        notebooks = sorted(entry["path"] for entry in listing["content"]
                           if entry["type"] == "notebook")
        turn, place = divmod(self.number, len(notebooks))
        self.turn, self.notebook = turn, notebooks[place]
        path = quote(self.notebook)
        model = await self.ask("GET", f"api/contents/{path}?content=1&type=notebook")
        self.cells = [cell.source for cell in nbformat.from_dict(model["content"]).cells
                      if cell.cell_type == "code"]
        session = await self.ask("POST", "api/sessions", path=self.notebook, type="notebook",
                                 name=self.notebook, kernel={"name": "python3"})
        self.kernel = session["kernel"]["id"]
        socket = await self.http.ws_connect(
            f"{self.address}api/kernels/{self.kernel}/channels?session_id={uuid4()}",
            protocols=["v1.kernel.websocket.jupyter.org"], max_msg_size=0)
        self.page = Page(socket)
        await self.page.ready()

    async def run_all(self):
        """Run all cells of the notebook, as Run All does."""
        self.errors += await self.page.run(self.cells)

    async def drag(self, seconds):
        """Drag a slider, of another panel where two students have the same notebook."""
        sliders = self.page.sliders()
        self.drag_of = await self.page.drag(sliders[self.turn % len(sliders)], seconds)

    async def misbehave(self, code):
        """Run a cell that is not meant to end well; returns how it ended."""
        try:
            reply = await self.page.request("execute_request", {"code": code})
            return reply.get("ename", reply["status"])
        except RuntimeError as error:
            return str(error)

    async def timed(self, step, *arguments, limit=SPAWN_SECONDS):
        """Take a step and note its seconds, or what went wrong."""
        start = monotonic()
        try:
            async with asyncio.timeout(limit):
                await getattr(self, step)(*arguments)
            self.seconds[step] = monotonic() - start
        except Exception as error:  # whatever it is, the class goes on
            self.errors.append(f"{self.name}, {step}: {type(error).__name__} {error}")

    async def close(self):
        """Close the page."""
        if self.page is not None:
            await self.page.close()
        await self.http.close()
