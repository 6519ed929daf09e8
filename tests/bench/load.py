"""Requests through nginx with wrk: four kinds at several numbers of connections, in alternating rounds."""

import itertools
import json
import pathlib
import subprocess

from cpu import Meter
from stacks import PASSWORD

HERE = pathlib.Path(__file__).resolve().parent
USERS = 200  # who take turns
TEXT = "a message of the length that people write, more or less: lorem ipsum dolor sit amet, consectetur"


def raw(method, path, headers=(), body=None):
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers]
    payload = b""
    if body is not None:
        payload = json.dumps(body).encode()
        lines += ["Content-Type: application/json", f"Content-Length: {len(payload)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + payload


def get(callers, paths):
    return [raw("GET", path, [f"Cookie: {caller['cookie']}"]) for caller, path in zip(callers, itertools.cycle(paths))]


def post(callers, paths, body):
    return [raw("POST", path, [f"Cookie: {caller['cookie']}", f"X-CSRF-Token: {caller['csrf']}"], body)
            for caller, path in zip(callers, itertools.cycle(paths))]


def log_in(count):
    """Each request another account: attempts on one account in parallel are throttled."""
    return [raw("POST", "/api/auth/login", (), {"email": f"user{n}@example.org", "password": PASSWORD})
            for n in range(1, count + 1)]


def preflight(studio):
    """What a browser asks before it calls from another origin: the pool answers it without the database."""
    return raw("OPTIONS", "/api/rooms", [f"Origin: {studio.url}", "Access-Control-Request-Method: GET"])


class Target:
    """A stack, or a part of it, under one kind of request."""

    def __init__(self, name, port, parts, requests, folder):
        self.name, self.port, self.parts = name, port, parts
        self.file = pathlib.Path(folder) / f"{name}.requests"
        self.file.write_bytes(b"".join(b"%d\n%s" % (len(request), request) for request in requests))

    def run(self, connections, seconds):
        threads = min(2, connections)
        words = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "-s",
                 HERE / "requests.lua", f"http://127.0.0.1:{self.port}/", "--", self.file]
        with Meter(self.parts()) as meter:
            said = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout
        result = json.loads(said.strip().splitlines()[-1])
        result["rate"] = result["requests"] / result["seconds"]
        done = max(result["requests"], 1)
        result["cpu"] = {part: round(cpu / done * 1e3, 4) for part, cpu in meter.seconds.items()}
        result["cpu_ms"] = sum(result["cpu"].values())
        return result


def targets(kind, studio, peers, folder):
    """The stacks side by side. Beside the list of rooms stand the pool's floor, a request that touches no database, and
    what nginx answers by itself."""
    ours, rooms = studio.callers(USERS), studio.rooms()
    theirs = peers.callers(USERS) if peers else []
    numbers = range(1, 21)
    if kind == "rooms":
        requests = get(ours, ["/api/rooms"]), get(theirs, ["/api/rooms"])
    elif kind == "events":
        requests = (get(ours, [f"/api/rooms/{room}/events?limit=50" for room in rooms]),
                    get(theirs, [f"/api/rooms/{room}/messages?limit=50" for room in numbers]))
    elif kind == "message":
        requests = (post(ours, [f"/api/rooms/{room}/messages" for room in rooms], {"text": TEXT}),
                    post(theirs, [f"/api/rooms/{room}/messages" for room in numbers], {"body": TEXT}))
    else:
        requests = log_in(1000), log_in(1000)
    made = [Target("coagent", studio.port, studio.parts, requests[0], folder)]
    if peers:
        made.append(Target("fastapi", peers.port, peers.parts, requests[1], folder))
    if kind == "rooms":
        made.append(Target("floor", studio.port, studio.parts, [preflight(studio)], folder))
        if peers:
            made.append(Target("nginx", peers.port, peers.parts, [raw("GET", "/constant")], folder))
    return made
