"""A WebSocket client on /ws/live that records every frame, in a thread of its own."""

import asyncio
import json
import ssl
import threading
import time

import websockets


class Refused(Exception):
    """The handshake was answered with this HTTP status."""

    def __init__(self, status):
        super().__init__(f"the WebSocket handshake was answered with {status}")
        self.status = status


class Listener:
    """with Listener(client) as live: live.wait(lambda frame: frame.get("seq") == 3)

    frames holds everything received, parsed, but pulses, which have a list of their own; closed is set when the server
    ended the connection."""

    def __init__(self, client, path="/ws/live", origin="own", timeout=30):
        self.url = client.url.replace("http", "ws", 1) + path
        self.origin = client.url if origin == "own" else origin
        # over https: what the client trusts
        trusted = client.http.verify if isinstance(client.http.verify, str) else None  # else what the environment trusts
        self.tls = ssl.create_default_context(cafile=trusted) if self.url.startswith("wss:") else None
        self.headers = {}
        if client.bearer:
            self.headers["Authorization"] = f"Bearer {client.bearer}"
        elif client.cookie("auth_token"):
            self.headers["Cookie"] = f"auth_token={client.cookie('auth_token')}"
        self.timeout = timeout
        self.frames, self.pulses = [], []
        self.changed = threading.Condition()
        self.opened = threading.Event()
        self.closed = threading.Event()
        self.failure = None
        self.loop = None
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        if not self.opened.wait(self.timeout):
            raise TimeoutError("the WebSocket did not open")
        if self.failure:
            raise self.failure
        return self

    def __exit__(self, *_):
        if not self.closed.is_set():
            self.loop.call_soon_threadsafe(self.stopping.set)
        self.thread.join(self.timeout)

    def run(self):
        asyncio.run(self.listen())

    async def listen(self):
        self.loop = asyncio.get_running_loop()
        self.stopping = asyncio.Event()
        try:
            async with websockets.connect(self.url, extra_headers=self.headers, origin=self.origin,
                                          ssl=self.tls, open_timeout=self.timeout, close_timeout=1, max_size=None) as connection:
                self.opened.set()
                await self.record(connection)
        except websockets.InvalidStatusCode as answer:
            self.failure = Refused(answer.status_code)
        except Exception as failure:  # pylint: disable=broad-except  # handed to the test's own thread
            self.failure = failure
        finally:
            self.closed.set()
            self.opened.set()
            with self.changed:
                self.changed.notify_all()

    async def record(self, connection):
        stop = asyncio.ensure_future(self.stopping.wait())
        while True:
            frame = asyncio.ensure_future(connection.recv())
            await asyncio.wait([frame, stop], return_when=asyncio.FIRST_COMPLETED)
            if not frame.done():
                frame.cancel()
                return
            if frame.exception():
                stop.cancel()
                return
            with self.changed:
                received = json.loads(frame.result())
                (self.pulses if "pulse" in received else self.frames).append(received)
                self.changed.notify_all()

    def wait(self, wanted, timeout=60):
        """The first frame, received before or from now on, of which wanted is true."""
        end = time.monotonic() + timeout
        with self.changed:
            while True:
                found = next((frame for frame in self.frames if wanted(frame)), None)
                if found is not None:
                    return found
                left = end - time.monotonic()
                if left <= 0 or self.closed.is_set():
                    raise AssertionError(f"no such frame; received: {self.frames[-20:]}")
                self.changed.wait(left)

    def wait_pulses(self, count, timeout=100):
        """So many, all that came. One comes every ten seconds; the next runner may take a minute."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.pulses) >= count or self.closed.is_set(), timeout), "no pulse"
            return list(self.pulses)

    def wait_seq(self, room, seq, timeout=60):
        """The room event with this number."""
        return self.wait(lambda frame: frame.get("room") == room and frame.get("seq") == seq and "kind" in frame, timeout)

    def events(self, room):
        """The events of a room so far, in the order of their arrival."""
        with self.changed:
            return [frame for frame in self.frames if frame.get("room") == room and "kind" in frame]
