"""Clients that post, as the API's description tells them to: each message with an Idempotency-Key, and again with the
same key until it is acknowledged."""

import random
import threading
import time
import typing
import uuid

import requests

PATIENCE = (3, 20)  # seconds: to connect, for an answer
AGAIN = 0.1         # seconds until the next attempt; Retry-After says 1, but here the moment itself is measured


class Attempt(typing.NamedTuple):
    begun: float
    ended: float
    status: int  # 0: the connection was lost


class Voice:
    """Posts for one client, and keeps what was acknowledged and every attempt."""

    def __init__(self, client, room):
        self.client = client
        self.path = f"/rooms/{room['id']}/messages"
        self.acknowledged = {}  # text -> event
        self.attempts = []
        self.replays = 0
        self.wrong = []

    def try_once(self, text, key):
        begun, status, answer = time.monotonic(), 0, None
        try:
            answer = self.client.post(self.path, {"text": text}, headers={"Idempotency-Key": key}, timeout=PATIENCE)
            status = answer.status_code
        except requests.RequestException:
            pass
        self.attempts.append(Attempt(begun, time.monotonic(), status))
        if status == 201:
            self.replays += "Idempotency-Replayed" in answer.headers
            return answer.json()
        if status and (status != 503 or "Retry-After" not in answer.headers or
                       answer.headers["Content-Type"] != "application/problem+json"):
            self.wrong.append(f"a message was answered with {status}: {answer.text[:200]}")
        return None

    def say(self, text, patience=180):
        """The event, once it is acknowledged."""
        key, end = str(uuid.uuid4()), time.monotonic() + patience
        while not (event := self.try_once(text, key)):
            if time.monotonic() > end:
                raise TimeoutError(f"{text!r} was not acknowledged in {patience} s")
            time.sleep(AGAIN)
        self.acknowledged[text] = event
        return event


class Speaker(threading.Thread):
    """Takes its turn again and again while the gate is open; idle tells that nothing of it is under way."""

    def __init__(self, voice, gate):
        super().__init__(daemon=True)
        self.voice, self.gate = voice, gate
        self.idle = threading.Event()
        self.ending = False

    def run(self):
        number = 0
        while not self.ending:
            self.idle.set()
            self.gate.wait()
            if self.ending:
                break
            self.idle.clear()
            number += 1
            try:
                said = self.speak(number)
            except TimeoutError as late:
                self.voice.wrong.append(str(late))
                continue
            self.idle.set()
            self.rest(said)


class Poster(Speaker):
    """Talks."""

    def __init__(self, client, room, name, gate):
        super().__init__(Voice(client, room), gate)
        self.called = name

    def speak(self, number):
        return self.voice.say(f"{self.called} says {number}")

    def rest(self, _):
        time.sleep(random.uniform(0.2, 0.6))


class Probe(threading.Thread):
    """One message after the other on connections of their own, from a kill on: when is everything served again?"""

    def __init__(self, voice, begun, number):
        super().__init__(daemon=True)
        self.voice, self.begun, self.number = voice, begun, number
        self.good = []      # (when, event) since the last failure
        self.failures = 0
        self.gave_up = False

    def run(self):
        count = 0
        while not self.gave_up and (len(self.good) < 5 or time.monotonic() < self.begun + 1.5):
            count += 1
            text, key = f"probe {self.number}.{count}", str(uuid.uuid4())
            while not (event := self.voice.try_once(text, key)):
                self.failures += 1
                self.good.clear()
                self.gave_up = time.monotonic() > self.begun + 120
                if self.gave_up:
                    return
                time.sleep(0.02)
            self.voice.acknowledged[text] = event
            self.good.append((time.monotonic(), event))
            self.voice.client.http.close()
            time.sleep(0.02)

    @property
    def served_after(self):
        return self.good[0][0] - self.begun
