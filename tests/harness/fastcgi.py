"""A small FastCGI client: one request over the pool's unix socket, without nginx in between."""

import json
import socket
import struct

BEGIN, END, PARAMS, STDIN, STDOUT, STDERR = 1, 3, 4, 5, 6, 7


class Answer:
    """Status, headers (lower-case names) and body of what the pool said; status 0 when it said nothing."""

    def __init__(self, raw):
        head, _, self.body = raw.partition(b"\r\n\r\n")
        self.headers = {}
        for line in head.decode().split("\r\n"):
            name, _, value = line.partition(":")
            self.headers[name.lower()] = value.strip()
        self.status = int(self.headers.get("status", "0").split()[0])

    def json(self):
        return json.loads(self.body)


def record(kind, content):
    return struct.pack(">BBHHBB", 1, kind, 1, len(content), 0, 0) + content


def pair(name, value):
    name, value = name.encode(), value.encode()
    lengths = b"".join(bytes([len(x)]) if len(x) < 128 else struct.pack(">I", len(x) | 1 << 31) for x in (name, value))
    return lengths + name + value


def parameters(method, path, headers, body, query):
    names = {
        "REQUEST_METHOD": method,
        "DOCUMENT_URI": path,
        "REQUEST_URI": path,
        "QUERY_STRING": query,
        "REMOTE_ADDR": "192.0.2.7",
        "CONTENT_TYPE": "application/json" if body else "",
        "CONTENT_LENGTH": str(len(body)) if body else "",
        "HTTP_HOST": "studio.test",
    }
    for name, value in (headers or {}).items():
        upper = name.upper().replace("-", "_")
        names[upper if upper.startswith("CONTENT_") else "HTTP_" + upper] = value
    return b"".join(pair(name, value) for name, value in names.items())


def records(method, path, headers=None, body=b"", query=""):
    """The bytes of a whole request, as a list of records."""
    if isinstance(body, (dict, list)):
        body = json.dumps(body).encode()
    sent = [record(BEGIN, struct.pack(">HB5x", 1, 0))]
    content = parameters(method, path, headers, body, query)
    sent += [record(PARAMS, content[i : i + 65000]) for i in range(0, len(content), 65000)]
    sent.append(record(PARAMS, b""))
    sent += [record(STDIN, body[i : i + 65000]) for i in range(0, len(body), 65000)]
    sent.append(record(STDIN, b""))
    return sent


def connect(path, timeout=30):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(timeout)
    connection.connect(str(path))
    return connection


def receive(connection):
    """Reads records to the end of the request, or of the connection."""
    raw, answer = b"", b""
    while True:
        while len(raw) >= 8:
            _, kind, _, length, padding, _ = struct.unpack(">BBHHBB", raw[:8])
            if len(raw) < 8 + length + padding:
                break
            content, raw = raw[8 : 8 + length], raw[8 + length + padding :]
            if kind == STDOUT:
                answer += content
            if kind == END:
                return Answer(answer)
        try:
            more = connection.recv(65536)
        except ConnectionResetError:
            return Answer(b"")
        if not more:
            return Answer(b"")
        raw += more


def request(socket_path, method, path, headers=None, body=b"", query="", timeout=30):
    """One whole request and its answer."""
    with connect(socket_path, timeout) as connection:
        try:
            connection.sendall(b"".join(records(method, path, headers, body, query)))
        except (BrokenPipeError, ConnectionResetError):
            pass  # the child died, or answered without reading the body: what it said is still there
        return receive(connection)
