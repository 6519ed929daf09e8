"""What is measured: a studio of its own, filled."""

import json
import os
import pathlib
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
