"""A model endpoint that says what the test wrote, byte for byte: for replies that no mock server would give."""

import json
import socket
import struct
import threading
import time

HOLD = object()  # the connection stays open, and nothing more comes
RESET = object()  # the connection is reset
COMMENTS = object()  # comment lines for ever


def event(document):
    return f"data: {json.dumps(document)}\n\n".encode()


def chunk(delta, finish_reason=None, **more):
    return event({"model": "raw-1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason, **more}]})


def said(text, finish_reason=None):
    return chunk({"content": text}, finish_reason)


DONE = b"data: [DONE]\n\n"


class Endpoint:
    """with Endpoint() as endpoint: endpoint.replies["a word of the question"] = [reply, …]; a reply is a list of bytes
    and of the words above, or (status, headers, body). The last reply is repeated."""

    def __init__(self):
        self.replies = {}
        self.asked = {}  # word -> when each question came
        self.bodies = {}  # word -> the questions
        self.closing = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/v1"

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.closing.set()
        self.listener.close()

    def accept(self):
        while not self.closing.is_set():
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with client:
            try:
                path, body = self.read(client)
                self.answer(client, path, body)
            except OSError:
                pass  # the runner had enough

    @staticmethod
    def read(client):
        request = b""
        while b"\r\n\r\n" not in request:
            request += client.recv(65536)
        head, _, body = request.partition(b"\r\n\r\n")
        length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
        while len(body) < length:
            body += client.recv(65536)
        return head.split()[1].decode(), body.decode()

    def answer(self, client, path, body):
        room = "\n".join(message["content"] for message in json.loads(body)["messages"])
        word = max(self.replies, key=room.rfind)  # the newest question
        self.bodies.setdefault(word, []).append(json.loads(body))
        times = self.asked.setdefault(word, [])
        times.append(time.monotonic())
        reply = self.replies[word][min(len(times), len(self.replies[word])) - 1]
        if path != "/v1/chat/completions":
            reply = (404, {}, path.encode())
        if isinstance(reply, tuple):
            status, headers, text = reply
            lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            client.sendall(f"HTTP/1.1 {status} X\r\n{lines}Content-Length: {len(text)}\r\n\r\n".encode() + text)
            return
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        for piece in reply:
            self.say(client, piece)

    def say(self, client, piece):
        if piece is HOLD:
            self.closing.wait()
        elif piece is RESET:
            time.sleep(0.2)  # what was said before arrives first
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif piece is COMMENTS:
            while not self.closing.wait(0.5):
                client.sendall(b": keep-alive\n\n")
        else:
            client.sendall(piece)
