"""A throw-away PostgreSQL cluster on a unix socket, for tests that stop and start it."""

import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

import psycopg2

BIN = pathlib.Path("/usr/lib/postgresql/15/bin")


def unprivileged(*command):
    """PostgreSQL refuses to run as root."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*prefix, *map(str, command)], check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)


class Cluster:
    """Runs from start() to remove(); can be stopped and started in between."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="coagent-pg-"))
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self.folder.chmod(0o755)
        unprivileged(BIN / "initdb", "-D", self.data, "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8")
        self.start()
        self.sql("create role coagent login", user="postgres", database="postgres")
        self.sql("create role coagent_app login", user="postgres", database="postgres")
        self.sql("create database coagent owner coagent", user="postgres", database="postgres")

    @property
    def data(self):
        return self.folder / "data"

    def start(self, options=""):
        settings = f"-c listen_addresses= -k {self.folder} -c fsync=off {options}"
        unprivileged(BIN / "pg_ctl", "-w", "-D", self.data, "-l", self.folder / "log", "-o", settings, "start")

    def stop(self, mode="fast"):
        unprivileged(BIN / "pg_ctl", "-w", "-D", self.data, "-m", mode, "stop")

    def url(self, user="coagent_app", database="coagent"):
        return f"host={self.folder} user={user} dbname={database}"

    def connect(self, user="postgres", database="coagent"):
        return psycopg2.connect(self.url(user, database))

    def sql(self, statement, *values, user="postgres", database="coagent"):
        """Runs one statement outside a transaction and returns its rows, if it has any."""
        connection = self.connect(user, database)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement, values or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def remove(self):
        try:
            self.stop("immediate")
        except subprocess.CalledProcessError:
            pass  # it was stopped already
        shutil.rmtree(self.folder, ignore_errors=True)
