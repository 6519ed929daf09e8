"""What the studio is measured beside: other stacks on the same PostgreSQL, and a pool with nothing in it, all behind one
nginx, which is set like the studio's front."""

import json
import os
import pathlib
import resource
import shutil
import subprocess
import time
import urllib.request

import jwt

from stacks import free_port, wait_for_port

HERE = pathlib.Path(__file__).resolve().parent
PEER_SECRET = "peer-secret-of-at-least-32-bytes-0123"
SLOTS = 8  # of the empty pool; POOL_SLOTS of a studio where nobody has set it


def machine_costs(programs):
    """{"fork_us", "fault_us"}: what the machine itself takes, so that figures of different machines can be compared."""
    return json.loads(subprocess.run([programs / "bare" / "bare", "--costs"], check=True, stdout=subprocess.PIPE).stdout)


class Process:
    """A program that runs until stop(), with what it says in a log beside it."""

    def __init__(self, folder, name, words, **more):
        with open(folder / f"{name}.log", "ab") as log:
            self.process = subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=subprocess.STDOUT, start_new_session=True, **more)
        self.pid = self.process.pid

    def poll(self):
        return self.process.poll()

    def stop(self):
        if self.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.pid, 9)
                self.process.wait()


class Front:
    """The nginx before everything that is not the studio."""

    def __init__(self, folder):
        self.folder = folder
        self.port, self.sqlmodel_port = free_port(), free_port()
        self.upstreams = {"FASTAPI": free_port(), "SQLMODEL": free_port(), "SOCKETIO": free_port()}
        self.bare_socket = folder / "bare.sock"
        self.process = None

    def start(self):
        self.folder.mkdir()
        text = (HERE / "peer.conf.in").read_text()
        for name, value in {"WORKERS": os.cpu_count(), "FOLDER": self.folder, "LISTEN": self.port,
                            "LISTEN_SQLMODEL": self.sqlmodel_port, "BARE": self.bare_socket, **self.upstreams}.items():
            text = text.replace(f"@{name}@", str(value))
        (self.folder / "nginx.conf").write_text(text)
        words = ["nginx", "-e", self.folder / "error.log", "-c", self.folder / "nginx.conf"]
        if os.geteuid() == 0:
            shutil.chown(self.folder, "www-data", "www-data")
            words = ["setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups", "--", *words]
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        self.process = Process(self.folder, "nginx", words)
        wait_for_port(self.port, self.process, "the peers' nginx")

    def stop(self):
        if self.process:
            self.process.stop()


class Bare:
    """The least that one process a request costs: it forks, accepts, answers a constant and exits."""

    def __init__(self, programs, front):
        self.program, self.front = programs / "bare" / "bare", front
        self.port = front.port
        self.process = None

    def start(self):
        self.process = Process(self.front.folder, "bare", [self.program, self.front.bare_socket, SLOTS])
        for _ in range(100):
            if self.front.bare_socket.exists():
                return
            time.sleep(0.1)
        raise RuntimeError(f"the empty pool did not start; see {self.front.folder}/bare.log")

    def parts(self):
        return {"nginx": self.front.process.pid, "bare": self.process.pid}

    def stop(self):
        if self.process:
            self.process.stop()


class FastAPI:
    """One of the FastAPI programs, which answer the same requests from the same tables."""

    def __init__(self, name, source, folder, studio, port, upstream_port, front):
        self.name, self.source, self.folder, self.studio = name, source, folder, studio
        self.port, self.upstream_port, self.front = port, upstream_port, front
        self.process = None

    def start(self, workers):
        """With one worker, everybody who listens is in the same process."""
        environment = {**os.environ, "PEER_DSN": f"postgresql://postgres@/peer?host={self.studio.run_folder}",
                       "PEER_SECRET": PEER_SECRET, "PYTHONDONTWRITEBYTECODE": "1",
                       "PEER_BCRYPT_COST": os.environ.get("BCRYPT_COST", "12")}
        self.process = Process(self.folder, self.name, ["sh", self.source / "run.sh", self.upstream_port, workers],
                               env=environment)
        wait_for_port(self.upstream_port, self.process, f"the peer {self.name}")
        self.wait_until_it_answers()

    def wait_until_it_answers(self):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/rooms",
                                         headers={"Cookie": callers(1)[0]["cookie"]})
        for _ in range(100):
            try:
                urllib.request.urlopen(request, timeout=10).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"the peer {self.name} does not answer; see {self.folder}/{self.name}.log")

    def restart(self, workers):
        self.stop()
        self.start(workers)

    def parts(self):
        return {"nginx": self.front.process.pid, self.name: self.process.pid,
                "postgresql": self.studio.pids["postgres"]}

    def stop(self):
        if self.process:
            self.process.stop()


class Peers:
    """FastAPI as fast as it can be, FastAPI as its users write it, and Socket.IO."""

    def __init__(self, source, folder, studio, front):
        self.source, self.folder, self.studio, self.front = pathlib.Path(source), pathlib.Path(folder), studio, front
        self.port, self.socket_io_port = front.port, front.upstreams["SOCKETIO"]
        self.fastapi = FastAPI("fastapi", self.source / "fastapi", self.folder, studio, front.port,
                               front.upstreams["FASTAPI"], front)
        self.sqlmodel = FastAPI("fastapi-sqlmodel", self.source / "fastapi-sqlmodel", self.folder, studio,
                                front.sqlmodel_port, front.upstreams["SQLMODEL"], front)
        self.socket_io = None

    def start(self, with_socket_io):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.start_database()
        for one in self.frameworks():
            one.start(workers=os.cpu_count())
        if with_socket_io:
            self.start_socket_io()

    def frameworks(self):
        """Those whose programs are there."""
        return [one for one in (self.fastapi, self.sqlmodel) if (one.source / "app.py").exists()]

    def start_database(self):
        folder = self.studio.run_folder
        subprocess.run(["psql", "-X", "-q", "-h", folder, "-U", "postgres", "-d", "postgres", "-c", "create database peer"],
                       check=True)
        self.studio.psql("peer", self.source / "fastapi" / "schema.sql")

    def start_socket_io(self):
        folder = self.folder / "socketio"
        shutil.copytree(self.source / "socketio", folder)
        with open(self.folder / "npm.log", "wb") as log:
            subprocess.run(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True,
                           stdout=log, stderr=log)
        self.socket_io = Process(self.folder, "socketio", ["node", "server.js", self.socket_io_port], cwd=folder)
        wait_for_port(self.socket_io_port, self.socket_io, "the Socket.IO peer")

    def stop(self):
        for one in (self.fastapi, self.sqlmodel, self.socket_io):
            if one:
                one.stop()


def callers(count):
    """Users 1 to count of the peers, as their browsers would send them."""
    now = int(time.time())
    return [{"cookie": "auth_token=" + jwt.encode({"sub": str(n), "sid": n, "iat": now, "exp": now + 6 * 3600},
                                                  PEER_SECRET, "HS256"), "csrf": f"csrf-{n}"}
            for n in range(1, count + 1)]
