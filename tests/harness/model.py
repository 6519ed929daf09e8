"""A mock model endpoint: npm's aimock with the given fixtures, on a free port, for one test module."""

import json
import pathlib
import socket
import subprocess
import tempfile
import time

import requests

HERE = pathlib.Path(__file__).resolve().parent


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Model:
    """with Model([{"match": {"userMessage": "hello"}, "response": {"content": "Hi."}}]) as model: model.url"""

    def __init__(self, fixtures):
        self.folder = tempfile.TemporaryDirectory(prefix="coagent-model-")
        self.file = pathlib.Path(self.folder.name) / "fixtures.json"
        self.file.write_text(json.dumps({"fixtures": fixtures}))
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}/v1"
        self.process = None

    def __enter__(self):
        self.process = subprocess.Popen(
            [HERE / "aimock", "-p", str(self.port), "--host", "127.0.0.1", "-f", str(self.file), "--log-level", "warn"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 120
        while True:
            try:
                requests.get(self.url + "/models", timeout=2)
                return self
            except requests.ConnectionError:
                assert self.process.poll() is None and time.monotonic() < end, "the mock model does not start"
                time.sleep(0.1)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()

    def asked(self):
        """The bodies of the completions that were asked for so far."""
        entries = requests.get(f"http://127.0.0.1:{self.port}/__aimock/journal", timeout=5).json()
        return [entry["body"] for entry in entries if entry["path"].endswith("/chat/completions")]
