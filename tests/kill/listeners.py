"""Clients that listen, as the contract of the WebSockets tells them to: frames by sequence, and the log of the API after
each gap, heartbeat and reconnect."""

import asyncio
import concurrent.futures
import json
import random
import threading
import time

import requests
import websockets

FIRST_WAIT, LONGEST_WAIT = 0.25, 2.0
REORDER = 0.12  # two handlers may publish in another order than they committed


def digest(event):
    """Two events have the same one when every member of them is the same."""
    return hash(json.dumps(event, sort_keys=True))


class Listener:
    """Holds an unbroken stretch of the room's log: of event number first + 1 + i digest i, and when it came."""

    def __init__(self, client, room, first, hear):
        self.room = room["id"]
        self.first = self.newest = first
        self.digests, self.times, self.held = [], [], {}
        self.hear = hear  # what is done with the frames that are no events
        self.url = client.url.replace("http", "ws", 1) + "/ws/live"
        self.headers = {"Cookie": f"auth_token={client.cookie('auth_token')}"}
        self.reader = client.twin()
        self.origin = client.url
        self.timer = self.catching = None
        self.connected = False
        self.reconnects = -1
        self.wrong = []

    async def listen(self, stop):
        wait = FIRST_WAIT
        while not stop.is_set():
            try:
                async with websockets.connect(self.url, extra_headers=self.headers, origin=self.origin, open_timeout=10,
                                              close_timeout=1, max_size=None) as socket:
                    self.connected, wait = True, FIRST_WAIT
                    self.reconnects += 1
                    self.later(0)
                    async for frame in socket:
                        self.take(json.loads(frame))
            except websockets.InvalidStatusCode as answer:
                if answer.status_code != 503:
                    self.wrong.append(f"a WebSocket was refused with {answer.status_code}")
            except (OSError, websockets.WebSocketException, asyncio.TimeoutError, asyncio.IncompleteReadError):
                pass
            self.connected = False
            await asyncio.sleep(wait * random.uniform(0.5, 1))
            wait = min(wait * 2, LONGEST_WAIT)

    def take(self, frame):
        if frame.get("room") != self.room:
            self.hear(frame)
        elif "kind" in frame:
            self.take_event(frame)
            self.hear(frame)
        elif frame["seq"] > self.newest:
            self.later(REORDER)

    def take_event(self, event):
        seq, mark = event["seq"], digest(event)
        if seq <= self.newest:
            if seq > self.first and self.digests[seq - self.first - 1] != mark:
                self.wrong.append(f"event {seq} came twice, and not the same")
            return
        self.held[seq] = mark
        while self.newest + 1 in self.held:
            self.digests.append(self.held.pop(self.newest + 1))
            self.times.append(time.monotonic())
            self.newest += 1
        if self.held:
            self.later(REORDER)

    def later(self, seconds):
        if not self.timer:
            self.timer = asyncio.get_running_loop().call_later(seconds, self.catch_up)

    def catch_up(self):
        self.timer = None
        if not self.catching:
            self.catching = asyncio.ensure_future(self.fetch())

    async def fetch(self):
        loop, failed, more = asyncio.get_running_loop(), False, True
        while more and not failed:
            page = await loop.run_in_executor(None, self.page)
            failed = page is None
            for event in page["items"] if page else []:
                self.take_event(event)
            more = page and page["more"]
        self.catching = None
        if failed or self.held:
            self.later(REORDER)

    def page(self):
        """What comes after the newest, or None when the API cannot say now."""
        try:
            answer = self.reader.get(f"/rooms/{self.room}/events", params={"after": self.newest, "limit": 200}, timeout=(3, 20))
        except requests.RequestException:
            return None
        if answer.status_code == 200:
            return answer.json()
        if answer.status_code != 503:
            self.wrong.append(f"the log was answered with {answer.status_code}: {answer.text[:200]}")
        return None


class Audience(threading.Thread):
    """All listeners, in one thread."""

    def __init__(self, listeners):
        super().__init__(daemon=True)
        self.listeners = listeners
        self.loop = self.stop = None
        self.started = threading.Event()

    def run(self):
        asyncio.run(self.listen())

    async def listen(self):
        self.loop, self.stop = asyncio.get_running_loop(), asyncio.Event()
        self.loop.set_default_executor(concurrent.futures.ThreadPoolExecutor(20))
        self.started.set()
        tasks = [asyncio.ensure_future(one.listen(self.stop)) for one in self.listeners]
        ended = asyncio.ensure_future(self.stop.wait())
        await asyncio.wait([*tasks, ended], return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task.done():
                self.listeners[0].wrong.append(f"a listener broke: {task.exception()!r}")
            task.cancel()

    def end(self):
        self.loop.call_soon_threadsafe(self.stop.set)
        self.join(20)

    def newest(self):
        return min(one.newest for one in self.listeners)

    def had(self, seq):
        """When the last of them had it."""
        return max(one.times[seq - one.first - 1] for one in self.listeners)

    def is_whole(self):
        return all(one.connected for one in self.listeners)
