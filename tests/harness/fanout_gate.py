"""A gate in front of the socket by which our programs reach nchan: it holds back the next request that closes a channel
until it is opened, and lets everything else pass."""

import contextlib
import os
import pathlib
import socket
import threading


class FanoutGate:
    """with FanoutGate(studio) as gate: gate.caught is set when a DELETE waits; gate.opened lets it go; gate.left is set when
    its client did not wait so long."""

    def __init__(self, studio):
        self.path = pathlib.Path(studio.state) / "run" / "nchan-publish.sock"
        self.real = self.path.with_suffix(".real")
        self.caught, self.opened, self.left = threading.Event(), threading.Event(), threading.Event()
        self.lock = threading.Lock()

    def __enter__(self):
        self.listener = socket.socket(socket.AF_UNIX)
        beside = self.path.with_suffix(".gate")
        self.listener.bind(str(beside))
        os.chmod(beside, 0o666)  # the pool may be another user
        self.listener.listen(64)
        os.link(self.path, self.real)
        os.rename(beside, self.path)
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.opened.set()
        os.rename(self.real, self.path)
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def hold_first(self, connection, request):
        with self.lock:
            if self.caught.is_set() or not request.startswith(b"DELETE "):
                return
            self.caught.set()
        self.opened.wait(60)
        connection.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            if connection.recv(1) == b"":
                self.left.set()
        connection.setblocking(True)

    def serve(self, connection):
        """A client sends its request in one piece and closes; nchan closes after its reply."""
        with connection, socket.socket(socket.AF_UNIX) as nchan, contextlib.suppress(OSError):
            request = connection.recv(65536)
            self.hold_first(connection, request)
            nchan.connect(str(self.real))
            nchan.sendall(request)
            while reply := nchan.recv(65536):
                connection.sendall(reply)
