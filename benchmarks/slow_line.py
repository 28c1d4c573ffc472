"""A line on the loopback that is as slow as that of a phone or of a full lecture hall."""

import asyncio
from contextlib import contextmanager, suppress
from threading import Thread
from time import monotonic


async def _send(arrivals, writer):
    while True:
        when, chunk = await arrivals.get()
        await asyncio.sleep(max(0, when - monotonic()))
        writer.write(chunk)
        if not chunk:
            writer.close()
            return


async def _pass_on(reader, writer, bytes_per_second, delay):
    """Pass bytes on, each chunk after those before it, and as late as the line makes it."""
    arrivals, free = asyncio.Queue(), 0.0
    sending = asyncio.create_task(_send(arrivals, writer))
    chunk = True
    while chunk:
        try:
            chunk = await reader.read(4096)
        except ConnectionError:
            chunk = b""
        free = max(free, monotonic()) + len(chunk) / bytes_per_second
        arrivals.put_nowait((free + delay, chunk))
    await sending


async def _end(server):
    server.close()
    connections = asyncio.all_tasks() - {asyncio.current_task()}
    for connection in connections:
        connection.cancel()
    await asyncio.gather(*connections, return_exceptions=True)


@contextmanager
def slow_line(port, megabits_per_second, delay):
    """Open a slow way to a port of this machine.

    Parameters
    ----------
    port : int
        Where the server listens.
    megabits_per_second : float
        How much each connection carries in each direction.
    delay : float
        Seconds that every byte takes on its way, in each direction.

    Yields
    ------
    int
        The port of the slow way.
    """
    async def connect(reader, writer):
        there, back = await asyncio.open_connection("127.0.0.1", port)
        speed = megabits_per_second * 1e6 / 8
        with suppress(asyncio.CancelledError):  # asyncio would print it
            await asyncio.gather(_pass_on(reader, back, speed, delay),
                                 _pass_on(there, writer, speed, delay), return_exceptions=True)

    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, daemon=True)  # Playwright has this thread's loop
    thread.start()
    server = asyncio.run_coroutine_threadsafe(
        asyncio.start_server(connect, "127.0.0.1", 0), loop).result()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(_end(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
