"""What is measured: a studio of its own, and beside it the peers on the same PostgreSQL behind the same nginx."""

import json
import os
import pathlib
import resource
import shutil
import socket
import subprocess
import time
import urllib.request

import bcrypt
import jwt
import psycopg2

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
PASSWORD = "correct horse"  # as the peer has it
PEER_SECRET = "peer-secret-of-at-least-32-bytes-0123"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, process, what, seconds=60):
    end = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError as error:
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{what} did not start") from error
            time.sleep(0.1)


class Studio:
    """A studio with the volumes in it, as `up` makes it, but that the load may log in as often as it can: its peers let it, too."""

    def __init__(self, state):
        self.state = pathlib.Path(state)
        self.port = free_port()
        self.processes = {}

    def command(self, *words):
        log = self.state.parent / "studio.log"
        with open(log, "a", encoding="utf-8") as said:
            done = subprocess.run([TOP / "studio", *map(str, words), "--state", self.state], cwd=TOP, check=False,
                                  stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT,
                                  env={**os.environ, "LOGIN_EXEMPT": "127.0.0.1"})
        if done.returncode != 0:
            raise RuntimeError(f"./studio {words[0]} failed:\n{log.read_text()[-3000:]}")

    def start(self):
        self.command("up", "--detach", "--port", self.port)
        about = json.loads((self.state / "studio.json").read_text())
        self.url, self.database_url = about["url"], about["database_url"]
        self.admin = about["admin_email"], about["admin_password"]
        self.run_folder = self.database_url.rsplit("host=", 1)[1]
        settings = dict(line.split("=", 1) for line in (self.state / "conf" / "coagent.conf").read_text().splitlines()
                        if "=" in line)
        self.secret = settings["SECRET_KEY"]
        self.pids = about["pids"]
        self.fill()

    def psql(self, database, file, *options):
        subprocess.run(["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", self.run_folder, "-U", "postgres", "-d", database,
                        "-f", file, *options], check=True, stdout=subprocess.DEVNULL)

    def fill(self):
        cost = int(os.environ.get("BCRYPT_COST", "12"))
        password_hash = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(cost, b"2b")).decode()
        self.psql("coagent", HERE / "volumes.sql", "-v", f"hash={password_hash}")

    def sql(self, statement):
        with psycopg2.connect(f"host={self.run_folder} user=postgres dbname=coagent") as connection:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall()

    def callers(self, count):
        """Users 1 to count: {"cookie", "csrf"}, as their browsers would send them."""
        now = int(time.time())
        return [self.caller(user, session, now)
                for user, session in self.sql(f"select bench_id('user', n)::text, bench_id('session', n)::text"
                                              f" from generate_series(1, {count}) n order by n")]

    def caller(self, user, session, now):
        claims = {"sub": user, "client_id": session, "iat": now, "exp": now + 6 * 3600}
        cookie = "auth_token=" + jwt.encode(claims, self.secret, "HS256")
        request = urllib.request.Request(self.url + "/api/status", headers={"Cookie": cookie})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return {"cookie": cookie, "csrf": json.load(answer)["csrf_token"]}

    def rooms(self):
        """The ids of the 20 rooms that have messages."""
        return [row[0] for row in self.sql("select bench_id('room', n)::text from generate_series(1, 20) n order by n")]

    def parts(self):
        """Which processes are which part, for accounting CPU time."""
        return {"nginx": self.pids["front"], "nchan": self.pids["nchan"], "pool": self.pids["pool"],
                "postgresql": self.pids["postgres"]}

    def stop(self):
        if (self.state / "run").exists():
            self.command("reset")


class Peers:
    """FastAPI and Socket.IO behind an nginx of their own; FastAPI's data is in the studio's PostgreSQL."""

    def __init__(self, source, folder, studio, patient=print):
        self.source, self.folder, self.studio, self.say = pathlib.Path(source), pathlib.Path(folder), studio, patient
        self.port, self.fastapi_port, self.socket_io_port = free_port(), free_port(), free_port()
        self.running = []
        self.fastapi = self.socket_io = self.nginx = None

    def spawn(self, name, words, **more):
        with open(self.folder / f"{name}.log", "ab") as log:
            process = subprocess.Popen([str(word) for word in words], stdin=subprocess.DEVNULL, stdout=log,
                                       stderr=subprocess.STDOUT, start_new_session=True, **more)
        self.running.append(process)
        return process

    def start(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        self.start_nginx()
        self.start_database()
        self.start_fastapi(workers=os.cpu_count())
        self.start_socket_io()

    def start_nginx(self):
        folder = self.folder / "nginx"
        folder.mkdir()
        text = (HERE / "peer.conf.in").read_text()
        for name, value in {"WORKERS": os.cpu_count(), "FOLDER": folder, "FASTAPI": self.fastapi_port,
                            "SOCKETIO": self.socket_io_port, "LISTEN": self.port}.items():
            text = text.replace(f"@{name}@", str(value))
        (folder / "nginx.conf").write_text(text)
        words = ["nginx", "-e", folder / "error.log", "-c", folder / "nginx.conf"]
        if os.geteuid() == 0:
            shutil.chown(folder, "www-data", "www-data")
            words = ["setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups", "--", *words]
        self.nginx = self.spawn("nginx", words)
        wait_for_port(self.port, self.nginx, "the peers' nginx")

    def start_database(self):
        folder = self.studio.run_folder
        subprocess.run(["psql", "-X", "-q", "-h", folder, "-U", "postgres", "-d", "postgres", "-c", "create database peer"],
                       check=True)
        self.studio.psql("peer", self.source / "fastapi" / "schema.sql")

    def start_fastapi(self, workers):
        """With one worker, everybody who listens is in the same process."""
        environment = {**os.environ, "PEER_DSN": f"postgresql://postgres@/peer?host={self.studio.run_folder}",
                       "PEER_SECRET": PEER_SECRET, "PYTHONDONTWRITEBYTECODE": "1",
                       "PEER_BCRYPT_COST": os.environ.get("BCRYPT_COST", "12")}
        self.fastapi = self.spawn("fastapi", ["sh", self.source / "fastapi" / "run.sh", self.fastapi_port, workers],
                                  env=environment)
        wait_for_port(self.fastapi_port, self.fastapi, "the FastAPI peer")
        self.wait_until_it_answers()

    def wait_until_it_answers(self):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/api/rooms",
                                         headers={"Cookie": self.callers(1)[0]["cookie"]})
        for _ in range(100):
            try:
                urllib.request.urlopen(request, timeout=10).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"the FastAPI peer does not answer; see {self.folder}/fastapi.log")

    def restart_fastapi(self, workers):
        self.end(self.fastapi)
        self.start_fastapi(workers)

    def start_socket_io(self):
        folder = self.folder / "socketio"
        shutil.copytree(self.source / "socketio", folder)
        with open(self.folder / "npm.log", "wb") as log:
            subprocess.run(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, check=True,
                           stdout=log, stderr=log)
        self.socket_io = self.spawn("socketio", ["node", "server.js", self.socket_io_port], cwd=folder)
        wait_for_port(self.socket_io_port, self.socket_io, "the Socket.IO peer")

    def callers(self, count):
        now = int(time.time())
        return [{"cookie": "auth_token=" + jwt.encode({"sub": str(n), "sid": n, "iat": now, "exp": now + 6 * 3600},
                                                      PEER_SECRET, "HS256"), "csrf": f"csrf-{n}"}
                for n in range(1, count + 1)]

    def parts(self):
        return {"nginx": self.nginx.pid, "fastapi": self.fastapi.pid, "postgresql": self.studio.pids["postgres"]}

    def end(self, process):
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)
                process.wait()
        self.running.remove(process)

    def stop(self):
        for process in list(self.running):
            self.end(process)
