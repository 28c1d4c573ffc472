"""What a page of JupyterLab does with its kernel: it runs cells, keeps widgets, drags a slider."""

import asyncio
import json
from collections import namedtuple
from datetime import UTC, datetime
from time import monotonic, time
from uuid import uuid4

from aiohttp import WSMsgType
from jupyter_server.services.kernels.connection.base import (
    deserialize_msg_from_ws_v1,
    serialize_msg_to_ws_v1,
)

ROOM = [960, 1.0]  # CSS pixels of a projector, and pixels of the screen for each of them
MOVES_PER_SECOND = 20
SWEEP = 3 * MOVES_PER_SECOND  # a hand needs three seconds from one end to the other
LAST_MOVES = 10  # seconds that the last moves of a drag may take

Message = namedtuple("Message", "kind parent content n_buffers size")


def _unpack(data):
    _channel, (header, parent, _metadata, content, *buffers) = deserialize_msg_from_ws_v1(data)
    return Message(json.loads(header)["msg_type"], json.loads(parent).get("msg_id"),
                   json.loads(content), len(buffers), len(data))


class Model:
    """A widget as the page keeps it.

    As in ipywidgets one message at a time is under way; what is set meanwhile waits, and only its
    newest value is sent when the kernel is idle again.
    """

    def __init__(self, page, comm, state):
        self.page, self.comm, self.state = page, comm, state
        self.changes, self.under_way, self.hand = {}, False, None

    def set(self, **changes):
        """Change a trait, as a hand does."""
        self.state.update(changes)
        self.changes.update(changes)
        self._send()

    def idle(self):
        """Take note that the kernel has finished with the last message."""
        self.under_way = False
        self._send()

    def _send(self):
        if not self.changes or self.under_way:
            return
        data = {"method": "update", "state": self.changes, "buffer_paths": []}
        message = self.page.send("comm_msg", {"comm_id": self.comm, "data": data},
                                 subshell_id=self.page.subshell)
        self.page.senders[message] = self
        self.changes, self.under_way = {}, True
        if self.hand:
            self.hand.sent(message)

    def children(self):
        """Find the widgets in this one."""
        return [self.page.models[child.removeprefix("IPY_MODEL_")]
                for child in self.state.get("children", ())]

    def stops(self):
        """Name the trait that a hand moves and its values from one end to the other, if any."""
        state = self.state
        if state["_model_name"] == "SelectionSliderModel":
            return "index", list(range(len(state["_options_labels"])))
        if state["_model_name"] in ("IntSliderModel", "FloatSliderModel"):
            n_steps = round((state["max"] - state["min"]) / state["step"])
            return "value", [state["min"] + step * state["step"] for step in range(n_steps + 1)]
        return None


class Hand:
    """A hand on a slider, and an eye on the picture.

    ``waits`` holds, for each move, the seconds until a picture came that shows it or a later move.
    """

    def __init__(self, slider):
        self.slider, slider.hand = slider, self
        self.moved, self.carried = [], {}  # moves that wait in the page, and those of each message
        self.waits, self.frames = [], 0

    async def drag(self, seconds):
        """Drag to and fro."""
        trait, stops = self.slider.stops()
        step, place, way = max(1, round(len(stops) / SWEEP)), 0, 1
        start = monotonic()
        for move in range(round(seconds * MOVES_PER_SECOND)):
            await asyncio.sleep(max(0, start + move / MOVES_PER_SECOND - monotonic()))
            if not 0 <= place + way * step < len(stops):
                way = -way
            place += way * step
            self.moved.append(monotonic())
            self.slider.set(**{trait: stops[place]})

    def sent(self, message):
        """Take note that a message carries the newest move, and with it those before."""
        self.carried[message], self.moved = self.moved, []

    def picture(self, message):
        """See a picture; a training sends several, of which the first shows the move."""
        if message in self.carried:
            self.frames += 1
            self.shown(message)

    def shown(self, message):
        """Count the moves of a message as shown."""
        now = monotonic()
        self.waits += [now - moved for moved in self.carried.pop(message, ())]

    def let_go(self):
        """Count what was never shown with the time it has waited; returns how many that are."""
        self.slider.hand = None
        left = [*self.moved, *(moved for moves in self.carried.values() for moved in moves)]
        self.waits += [monotonic() - moved for moved in left]
        return len(left)


class Page:
    """A notebook's page and its connection to the kernel."""

    def __init__(self, socket):
        self.socket, self.session = socket, uuid4().hex
        self.models, self.senders, self.requests = {}, {}, {}
        self.subshell, self.hand, self.received = None, None, 0
        self._outbox, self._has_asked_for_subshell = asyncio.Queue(), False
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._write())]

    def send(self, kind, content, channel="shell", **more):
        """Send a message to the kernel; returns its id."""
        header = {"msg_id": uuid4().hex, "msg_type": kind, "username": "", "version": "5.2",
                  "session": self.session, "date": datetime.now(UTC).isoformat(), **more}
        parts = [json.dumps(part).encode() for part in (header, {}, {}, content)]
        self._outbox.put_nowait(serialize_msg_to_ws_v1(parts, channel))
        return header["msg_id"]

    async def request(self, kind, content, channel="shell"):
        """Send a request and wait for the reply."""
        message = self.send(kind, content, channel)
        self.requests[message] = reply = asyncio.get_running_loop().create_future()
        return await reply

    async def _write(self):
        while True:
            await self.socket.send_bytes(await self._outbox.get())

    async def _read(self):
        async for data in self.socket:
            if data.type == WSMsgType.BINARY:
                self._take(_unpack(data.data))
        self._give_up("the connection has ended")

    def _give_up(self, reason):
        for reply in self.requests.values():
            if not reply.done():
                reply.set_exception(RuntimeError(reason))
        self.requests = {}

    def _take(self, message):
        self.received += message.size
        match message.kind, message.content:
            case kind, content if kind.endswith("_reply"):
                reply = self.requests.pop(message.parent, None)
                if reply and not reply.done():
                    reply.set_result(content)
            case "status", {"execution_state": "idle"}:
                if self.hand:
                    self.hand.shown(message.parent)
                if message.parent in self.senders:
                    self.senders.pop(message.parent).idle()
            case "status", {"execution_state": "dead" | "restarting" | "autorestarting"}:
                self._give_up("the kernel has died")
            case "comm_open", {"comm_id": comm, "data": {"state": state}}:
                self._open(comm, state)
            case "comm_msg", {"comm_id": comm, "data": {"method": "update"} as data}:
                if comm in self.models:
                    self.models[comm].state.update(data["state"])
                if self.hand and ["frame", "png"] in data["buffer_paths"]:
                    self.hand.picture(message.parent)
            case "comm_close", {"comm_id": comm}:
                self.models.pop(comm, None)

    def _open(self, comm, state):
        """Make a widget. A picture of the kit tells the kernel what it knows, see screen.js."""
        self.models[comm] = model = Model(self, comm, state)
        if not self._has_asked_for_subshell:
            self._has_asked_for_subshell = True
            self._tasks.append(asyncio.create_task(self._ask_for_subshell()))
        if "answered" in state and "room" in state:
            model.set(answered=[state["asked"], round(1000 * time())])
            model.set(room=ROOM)

    async def _ask_for_subshell(self):
        """Have widgets' messages handled beside the cells, as JupyterLab does."""
        if "kernel subshells" in self.info.get("supported_features", ()):
            reply = await self.request("create_subshell_request", {}, "control")
            self.subshell = reply["subshell_id"]

    async def ready(self):
        """Wait for a kernel that answers."""
        self.info = await self.request("kernel_info_request", {})

    async def run(self, cells):
        """Run cells as Run All does, all sent at once; returns what went wrong."""
        replies = await asyncio.gather(*[self.request("execute_request", {
            "code": cell, "silent": False, "store_history": True, "user_expressions": {},
            "allow_stdin": True, "stop_on_error": True}) for cell in cells])
        while self.senders:
            await asyncio.sleep(0.01)
        return [f"{reply['ename']}: {reply['evalue']}" if reply["status"] == "error"
                else f"a cell was {reply['status']}" for reply in replies
                if reply["status"] != "ok"]

    def sliders(self):
        """Find the first slider of each panel, in the notebook's order."""
        panels = [model for model in self.models.values()
                  if "lecture-panel" in model.state.get("_dom_classes", ())]
        sliders = [[control for control in panel.children()[0].children() if control.stops()]
                   for panel in panels]
        return [controls[0] for controls in sliders if controls]

    async def drag(self, slider, seconds):
        """Drag a slider; returns the seconds each move waited, the pictures and the bytes."""
        before, self.hand = self.received, Hand(slider)
        await self.hand.drag(seconds)
        end = monotonic() + LAST_MOVES
        while (self.hand.moved or self.hand.carried) and monotonic() < end:
            await asyncio.sleep(0.01)
        hand, self.hand = self.hand, None
        return hand.waits, hand.frames, self.received - before, hand.let_go()

    async def close(self):
        """End the connection."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.socket.close()
