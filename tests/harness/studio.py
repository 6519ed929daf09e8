"""One real studio for a test session: nginx, nchan, both pools, PostgreSQL and the runner, started by ./studio.

COAGENT_STUDIO=DIR uses the studio that is running with that state folder, and leaves it running."""

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile

import psycopg2

TOP = pathlib.Path(__file__).resolve().parents[2]

# What differs from a real site: patience with models that a test can wait for, caches that a test can fill, cheap password hashes, as many log-ins as the tests want from their address, addresses of this machine that stand for reverse proxies, and an allowed foreign origin for the CORS tests.
SETTINGS = {
    "BCRYPT_COST": "4",
    "MODEL_IDLE_SECONDS": "20",
    "CACHE_MB": "16",
    "LOGIN_EXEMPT": "127.0.0.1",
    "TRUSTED_PROXIES": "127.0.9.0/24",
    "REGISTRATION_OPEN": "true",
    "BACKEND_CORS_ORIGINS": '["https://app.example.org"]',
}


# Reports of the sanitizers, an answer that is our own fault, a crash of nginx or of PostgreSQL.
COMPLAINT = re.compile(r"ERROR: \w+Sanitizer|runtime error:|answered 500|ended by signal 11\b")
SHELL_COMPLAINT = re.compile(r"^/\S+: line \d+: ", re.MULTILINE)
REQUEST_ID = re.compile(r"(?<=\] )[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Studio:
    """Where the studio is, how to log in as its administrator, and its database."""

    def __init__(self, state, started):
        self.state = pathlib.Path(state)
        self.started = started
        self.read()

    def read(self):
        about = json.loads((self.state / "studio.json").read_text())
        self.url = about["url"].rstrip("/")
        self.admin_email = about["admin_email"]
        self.admin_password = about["admin_password"]
        self.database_url = about["database_url"]
        self.pids = about["pids"]
        self.connection = None

    @property
    def port(self):
        return int(self.url.rsplit(":", 1)[1])

    def settings(self):
        """KEY: VALUE of coagent.conf."""
        lines = (self.state / "conf" / "coagent.conf").read_text().splitlines()
        pairs = [line.split("=", 1) for line in lines if "=" in line and not line.startswith("#")]
        return {key.strip(): value.strip().strip("\"'") for key, value in pairs}

    def sql(self, statement, *values):
        """Runs one statement on the studio's database and returns its rows: to bring about what takes long in life
        (an expired session), never instead of the API."""
        if self.connection is None or self.connection.closed:
            self.connection = psycopg2.connect(self.database_url)
            self.connection.autocommit = True
            with self.connection.cursor() as cursor:
                cursor.execute("select set_config('search_path', name || ', public', false) from schema_functions "
                               "order by applied_at desc limit 1")
        with self.connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def forget_throttles(self):
        """All tests log in from one address: what one test spoils must not slow down the next."""
        self.sql("delete from login_throttles")

    def restart(self):
        """Everything down and up again, at the same address."""
        if self.connection is not None:
            self.connection.close()
        command("down", "--state", self.state)
        command("up", "--detach", "--port", self.port, "--state", self.state)
        self.read()

    def complaints(self):
        """Lines of the logs that no test may cause, whatever it sends, with all that was said about the same request."""
        lines = [f"{log.name}: {line}" for log in sorted((self.state / "log").glob("*"))
                 for line in log.read_text(errors="replace").splitlines()]
        found = [line for line in lines if COMPLAINT.search(line)]
        requests = {match.group() for line in found for match in REQUEST_ID.finditer(line)}
        return [line for line in lines if line in found or any(one in line for one in requests)]

    def stop(self):
        if self.connection is not None:
            self.connection.close()
        complaints = self.complaints()
        if self.started:
            command("down", "--state", self.state)
            shutil.rmtree(self.state, ignore_errors=True)
        assert not complaints, "\n".join(complaints[:20])


def command(*words, settings=None):
    """Runs ./studio, as the tests want it or with other settings; what it said is shown only when it failed, or when its
    shell complained. It leaves daemons behind, so its output goes to a file: a pipe would stay open as long as they live."""
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run([TOP / "studio", *map(str, words)], env={**os.environ, **(SETTINGS if settings is None else settings)}, cwd=TOP,
                              stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, timeout=600, check=False)
        said.seek(0)
        output = said.read()
        if done.returncode != 0 or SHELL_COMPLAINT.search(output):
            raise RuntimeError(f"./studio {' '.join(map(str, words))} ended with {done.returncode}:\n{output}")


def start():
    running = os.environ.get("COAGENT_STUDIO")
    if running:
        return Studio(running, started=False)
    state = tempfile.mkdtemp(prefix="coagent-http-")
    os.chmod(state, 0o755)
    try:
        command("up", "--detach", "--port", free_port(), "--state", state)
    except RuntimeError:
        logs = sorted(pathlib.Path(state).glob("log/*"))
        for log in logs:
            print(f"--- {log.name}\n{log.read_text(errors='replace')[-2000:]}")
        raise
    return Studio(state, started=True)
