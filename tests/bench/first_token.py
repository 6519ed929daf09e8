"""How long until the first token of an answer: straight from the model endpoint, and through the room (POST, runner,
executor, nchan, WebSocket)."""

import json
import pathlib
import socket
import subprocess
import sys
import time

import requests

from stacks import free_port, wait_for_port

HERE = pathlib.Path(__file__).resolve().parent
DELAY_MS = 20  # until the model says its first word


class Wire:
    """A plain connection to a port, with as little of our own time in it as possible."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.bytes = b""

    def post(self, path, headers, body):
        lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json",
                 f"Content-Length: {len(body)}", *headers]
        self.socket.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def until(self, *wanted):
        """Reads until one of these has come, forgets everything up to it, and says which."""
        while True:
            found = [(self.bytes.find(text), text) for text in wanted if text in self.bytes]
            if found:
                place, text = min(found)
                self.bytes = self.bytes[place + len(text):]
                return text
            piece = self.socket.recv(65536)
            if not piece:
                raise RuntimeError("the connection ended")
            self.bytes += piece

    def upgrade(self, path, headers):
        lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Upgrade: websocket", "Connection: Upgrade",
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13", *headers]
        self.socket.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
        self.until(b"HTTP/1.1 101")
        self.until(b"\r\n\r\n")

    def close(self):
        self.socket.close()


class Model:
    def __init__(self):
        self.port = free_port()
        self.process = subprocess.Popen([sys.executable, HERE / "stream_model.py", str(self.port), str(DELAY_MS)],
                                        stdin=subprocess.DEVNULL)
        wait_for_port(self.port, self.process, "the model endpoint")

    def stop(self):
        self.process.terminate()
        self.process.wait()


def direct(model):
    """Milliseconds on a connection of its own, as the executor has one."""
    body = json.dumps({"model": "stream", "stream": True, "messages": [{"role": "user", "content": "hello"}]}).encode()
    begun = time.perf_counter()
    wire = Wire(model.port)
    wire.post("/v1/chat/completions", [], body)
    wire.until(b'"content"')
    took = time.perf_counter() - begun
    wire.until(b"[DONE]")
    wire.close()
    return took * 1000


class Room:
    """A room with an agent that asks the model, and one socket that listens there."""

    def __init__(self, studio, model):
        self.studio = studio
        self.http = requests.Session()
        answer = self.api("/auth/login", {"email": studio.admin[0], "password": studio.admin[1]})
        self.headers = [f"Cookie: auth_token={self.http.cookies['auth_token']}", f"X-CSRF-Token: {answer['csrf_token']}"]
        self.http.headers["X-CSRF-Token"] = answer["csrf_token"]
        provider = self.api("/providers", {"name": "Bench", "kind": "openai", "default_model": "stream",
                                           "base_url": f"http://127.0.0.1:{model.port}/v1"})
        agent = self.api("/agents", {"name": "Bench", "handle": "bench-agent", "provider_id": provider["id"]})
        self.api(f"/agents/{agent['id']}/start", {}, missing_is_fine=True)
        self.room = self.api("/rooms", {"name": "First token"})["id"]
        self.api(f"/rooms/{self.room}/members", {"id": agent["id"], "role": "member"})
        self.live = Wire(studio.port)
        self.live.upgrade("/ws/live", self.headers[:1])
        self.poster = Wire(studio.port)

    def api(self, path, body, missing_is_fine=False):
        answer = self.http.post(f"{self.studio.url}/api{path}", json=body, timeout=30)
        if answer.status_code >= 300 and not missing_is_fine:
            raise RuntimeError(f"POST {path} was answered with {answer.status_code}: {answer.text}")
        return answer.json() if answer.content else {}

    def ask(self):
        """Milliseconds from the POST to the first token on the socket; returns when the answer has ended."""
        body = json.dumps({"text": "@bench-agent hello"}).encode()
        begun = time.perf_counter()
        self.poster.post(f"/api/rooms/{self.room}/messages", self.headers, body)
        first = self.live.until(b'"delta":', b'"kind":"error"')
        took = time.perf_counter() - begun
        if first != b'"delta":':
            raise RuntimeError(f"the agent told an error: {self.live.bytes[:500]}")
        self.live.until(b'"kind":"result"')
        self.live.until(b'"succeeded"')
        self.poster.bytes = b""
        time.sleep(0.05)
        self.poster.socket.setblocking(False)
        try:
            self.poster.socket.recv(65536)
        except BlockingIOError:
            pass
        self.poster.socket.setblocking(True)
        return took * 1000

    def close(self):
        self.live.close()
        self.poster.close()
