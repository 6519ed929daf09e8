"""Messages to many sockets in one room, from the POST to their arrival."""

import json
import pathlib
import subprocess

from peers import callers

PAUSE_US = 100_000  # between messages when the delay is measured, not the rate


def event(studio):
    """A room event as it travels, with the place for the mark: the other stacks send frames of the same size."""
    body = {"text": "@N@and some words more, as people write them", "mentions": []}
    author = {"id": "0" * 36, "kind": "user", "name": "User 1", "handle": "bench-1"}
    return {"room": studio.rooms()[0], "seq": 1234, "kind": "message", "author": author,
            "at": "2026-01-01T12:00:00.000Z", "body": body, "reply_to": None, "target": None, "run": None}


class Stack:
    """Where the sockets of a stack are, and how a message is posted into their room."""

    def __init__(self, name, port, path, post_path, body, headers=(), post_headers=(), socket_io=None, parts=None):
        self.name, self.port, self.path, self.post_path = name, port, path, post_path
        self.body, self.headers, self.post_headers, self.socket_io = body, list(headers), list(post_headers), socket_io
        self.parts = parts

    def words(self, program, folder, plan):
        words = [program, "--port", self.port, "--path", self.path, "--sockets", plan["sockets"],
                 "--post-port", self.port, "--post-path", self.post_path, "--body", json.dumps(self.body),
                 "--posters", plan["posters"], "--messages", plan["messages"], "--interval-us", plan["interval_us"]]
        if self.headers:
            file = pathlib.Path(folder) / f"{self.name}.headers"
            file.write_text("\n".join(self.headers) + "\n")
            words += ["--headers", file]
        for header in self.post_headers:
            words += ["--post-header", header]
        if self.socket_io:
            words += ["--socket-io", self.socket_io]
        return [str(word) for word in words]

    def run(self, program, folder, plan):
        done = subprocess.run(self.words(program, folder, plan), check=False, stdout=subprocess.PIPE, text=True)
        if not done.stdout.strip():
            raise RuntimeError(f"{program} said nothing about {self.name}")
        result = json.loads(done.stdout)
        result["lost"] = result["expected"] - result["delivered"]
        return result


def stacks(studio, peers):
    """All through nginx, and Socket.IO without it besides."""
    ours = studio.callers(1000)
    owner = ours[0]
    room = studio.rooms()[0]
    text = event(studio)["body"]["text"]
    made = [Stack("coagent", studio.port, "/ws/live", f"/api/rooms/{room}/messages", {"text": text},
                  [f"Cookie: {caller['cookie']}" for caller in ours],
                  [f"Cookie: {owner['cookie']}", f"X-CSRF-Token: {owner['csrf']}"])]
    if peers:
        theirs = callers(1000)
        path = "/ws/?EIO=4&transport=websocket"
        made += [
            Stack("socket.io", peers.port, path, "/publish", event(studio), socket_io="token"),
            Stack("socket.io direct", peers.socket_io_port, path, "/publish", event(studio), socket_io="token"),
            Stack("fastapi", peers.port, "/ws/rooms/1", "/api/rooms/1/messages", {"body": text + " " * 300},
                  [f"Cookie: {caller['cookie']}" for caller in theirs],
                  [f"Cookie: {theirs[0]['cookie']}", f"X-CSRF-Token: {theirs[0]['csrf']}"]),
        ]
    return made


def rate_plan(sockets, messages):
    return {"sockets": sockets, "posters": 4, "messages": messages, "interval_us": 0}


def delay_plan(sockets, messages):
    return {"sockets": sockets, "posters": 1, "messages": messages, "interval_us": PAUSE_US}
