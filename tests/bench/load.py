"""Requests through nginx with wrk: four kinds at several numbers of connections, in alternating rounds."""

import itertools
import json
import pathlib
import subprocess

from cpu import Meter
from peers import callers
from stacks import PASSWORD

HERE = pathlib.Path(__file__).resolve().parent
USERS = 200  # who take turns
LAST = 2**31 - 1  # fastapi-sqlmodel declares its sequence as a plain int, which its own default exceeds
TEXT = "a message of the length that people write, more or less: lorem ipsum dolor sit amet, consectetur"


def raw(method, path, headers=(), body=None):
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *headers]
    payload = b""
    if body is not None:
        payload = json.dumps(body).encode()
        lines += ["Content-Type: application/json", f"Content-Length: {len(payload)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + payload


def get(users, paths):
    return [raw("GET", path, [f"Cookie: {user['cookie']}"]) for user, path in zip(users, itertools.cycle(paths))]


def post(users, paths, body):
    return [raw("POST", path, [f"Cookie: {user['cookie']}", f"X-CSRF-Token: {user['csrf']}"], body)
            for user, path in zip(users, itertools.cycle(paths))]


def log_in(count):
    """Each request another account: attempts on one account in parallel are throttled."""
    return [raw("POST", "/api/auth/login", (), {"email": f"user{n}@example.org", "password": PASSWORD})
            for n in range(1, count + 1)]


def preflight(studio, path):
    """What a browser asks before it calls from another origin: the pool answers it without the database."""
    return raw("OPTIONS", path, [f"Origin: {studio.url}", "Access-Control-Request-Method: GET"])


class Target:
    """A stack, or a part of it, under one kind of request."""

    def __init__(self, name, port, parts, server, requests, folder):
        """The server is the part whose page faults are told."""
        self.name, self.port, self.parts, self.server = name, port, parts, server
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
        if result["refused"] > done / 2:
            raise RuntimeError(f"{self.name} refused {result['refused']} of {done} requests")
        result["cpu"] = {part: round(cpu / done * 1e3, 4) for part, cpu in meter.seconds.items()}
        result["cpu_ms"] = sum(result["cpu"].values())
        result["faults"] = meter.faults[self.server] / done
        return result


def requests_of(kind, studio):
    """(ours, the peers') for one kind; the peers have no log-in but fastapi's."""
    ours, theirs, rooms, numbers = studio.callers(USERS), callers(USERS), studio.rooms(), range(1, 21)
    if kind == "rooms":
        return get(ours, ["/api/rooms"]), get(theirs, ["/api/rooms"])
    if kind == "events":
        return (get(ours, [f"/api/rooms/{room}/events?limit=50" for room in rooms]),
                get(theirs, [f"/api/rooms/{room}/messages?limit=50&before={LAST}" for room in numbers]))
    if kind == "message":
        return (post(ours, [f"/api/rooms/{room}/messages" for room in rooms], {"text": TEXT}),
                post(theirs, [f"/api/rooms/{room}/messages" for room in numbers], {"body": TEXT}))
    return log_in(1000), log_in(1000)


def targets(kind, studio, bare, peers, folder):
    """The stacks side by side. Beside the list of rooms stand the pool's floor, a request that touches no database, the
    bare shape of the pool, and what nginx answers by itself."""
    ours, theirs = requests_of(kind, studio)
    made = [Target("coagent", studio.port, studio.parts, "pool", ours, folder)]
    for peer in peers.frameworks() if peers else []:
        if kind != "login" or peer.name == "fastapi":
            made.append(Target(peer.name, peer.port, peer.parts, peer.name, theirs, folder))
    if kind == "rooms":
        made += [Target("floor", studio.port, studio.parts, "pool", [preflight(studio, "/api/rooms")], folder),
                 Target("bare shape", bare.port, bare.parts, "bare", [preflight(studio, "/bare")], folder),
                 Target("nginx", bare.port, bare.parts, "nginx", [raw("GET", "/constant")], folder)]
    return made
