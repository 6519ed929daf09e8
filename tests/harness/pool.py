"""A pool of its own for a test: coagent-fcgi on a unix socket, spoken to in FastCGI."""

import os
import pathlib
import secrets
import shutil
import signal
import subprocess
import tempfile

from . import fastcgi
from .waiting import wait_until

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = TOP / os.environ.get("COAGENT_BUILD", "build")


class Pool:
    def __init__(self, cluster, programs=BUILD, **settings):
        self.programs = programs
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="coagent-pool-"))
        self.socket = self.folder / "pool.sock"
        self.settings = {
            "SECRET_KEY": secrets.token_hex(32),
            "DATABASE_URL": cluster.url(),
            "DATABASE_OWNER_URL": cluster.url("coagent"),
            "POOL_SOCKET": str(self.socket),
            "POOL_WAIT_SOCKET": str(self.folder / "wait.sock"),
            "NCHAN_SOCKET": str(self.folder / "nchan.sock"),
            "POOL_SLOTS": "3",
            "BCRYPT_COST": "4",
        }
        self.configure(**settings)
        self.process = None

    def configure(self, **settings):
        self.settings.update(settings)
        lines = [f"{key}={value}\n" for key, value in self.settings.items() if value is not None]
        (self.folder / "coagent.conf").write_text("".join(lines))

    def environment(self):
        return {"PATH": os.environ["PATH"], "COAGENT_CONFIG": str(self.folder / "coagent.conf")}

    def run(self, program, *arguments, **options):
        return subprocess.run([self.programs / program, *arguments], env=self.environment(), capture_output=True, text=True,
                              check=False, timeout=30, **options)

    def start(self, kind="fast"):
        self.socket = pathlib.Path(self.settings["POOL_SOCKET" if kind == "fast" else "POOL_WAIT_SOCKET"])
        log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen([self.programs / "coagent-fcgi", "--pool", kind], env=self.environment(), stderr=log,
                                        stdin=subprocess.DEVNULL)
        log.close()
        wait_until(self.socket.exists, what="the socket")
        return self

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def slots(self):
        return int(self.settings["POOL_SLOTS"])

    def log(self):
        return (self.folder / "log").read_text()

    def keepers(self):
        """The processes below the master: one a slot."""
        return self.below(self.process.pid)

    def children(self):
        """The processes below the keepers: those that serve a request each."""
        return [child for keeper in self.keepers() for child in self.below(keeper)]

    def below(self, parent):
        try:
            listed = pathlib.Path(f"/proc/{parent}/task/{parent}/children").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return []
        return [int(child) for child in listed.split() if self.is_alive(int(child))]

    @staticmethod
    def is_alive(pid):
        try:
            return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except (FileNotFoundError, ProcessLookupError):
            return False

    def get(self, path="/api/status", **options):
        return fastcgi.request(self.socket, "GET", path, **options)

    def signal(self, number):
        self.process.send_signal(number)
