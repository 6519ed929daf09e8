"""Something that answers at an address, by TCP and by UDP, for tests that must not reach it."""

import socket
import threading


class Reachable:
    """Listens until it is closed; heard says who came."""

    def __init__(self, address="127.0.0.1", family=socket.AF_INET):
        self.heard = []
        self.stream = socket.create_server((address, 0), family=family)
        self.port = self.stream.getsockname()[1]
        self.datagrams = socket.socket(family, socket.SOCK_DGRAM)
        self.datagrams.bind((address, self.port))
        for work in (self._accept, self._answer):
            threading.Thread(target=work, daemon=True).start()

    def _accept(self):
        while True:
            try:
                end, peer = self.stream.accept()
            except OSError:
                return
            self.heard.append(peer)
            end.close()

    def _answer(self):
        while True:
            try:
                _, peer = self.datagrams.recvfrom(1000)
            except OSError:
                return
            if peer is None:  # it was closed
                return
            self.heard.append(peer)
            self.datagrams.sendto(b"here", peer)

    def close(self):
        for end in (self.stream, self.datagrams):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
