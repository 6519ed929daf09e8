"""A disk of PostgreSQL that is full: told in the answer, in health, in the log and by doctor; gone when there is room again."""

import json
import os
import pathlib
import secrets
import subprocess
import tempfile

import psycopg2
import pytest

from harness.waiting import wait_until

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="making a small disk needs root")

ROOM_MB = 16


class Disk:
    """A small disk, on which the rooms' logs and PostgreSQL's temporary files are while the test runs."""

    def __init__(self, studio):
        self.studio = studio
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="coagent-disk-"))
        self.database = psycopg2.connect(host=str(studio.state / "run"), user="postgres", dbname="coagent")
        self.database.autocommit = True
        owner = (studio.state / "postgres").stat().st_uid
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM_MB}m,mode=700,uid={owner}", "small", self.folder], check=True)
        self.do(f"create tablespace small location '{self.folder}'")
        self.do("grant create on tablespace small to public")
        self.do("alter system set temp_tablespaces = small")
        self.do("select pg_reload_conf()")
        self.do("alter table room_events set tablespace small")
        # the first transaction of a session after a reload still has its temporary files in the old place
        ended = self.do("select pid, pg_terminate_backend(pid) from pg_stat_activity where usename = 'coagent_app'")
        self.former = {pid for pid, _ in ended}
        wait_until(self.is_connected, 60, "the new sessions of the pools")

    def do(self, statement):
        with self.database.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def is_connected(self):
        slots = sum(int(self.studio.settings()[name]) for name in ("POOL_SLOTS", "POOL_WAIT_SLOTS"))
        sessions = self.do("select pid from pg_stat_activity where usename = 'coagent_app'")
        return len({pid for pid, in sessions} - self.former) >= slots

    def fill(self):
        with open(self.folder / "filler", "wb") as file:
            try:
                while True:
                    file.write(bytes(1 << 16))
                    file.flush()
            except OSError:
                pass

    def clear(self):
        (self.folder / "filler").unlink(missing_ok=True)

    def remove(self):
        self.clear()
        self.do("alter system reset temp_tablespaces")
        self.do("select pg_reload_conf()")
        self.do("alter table room_events set tablespace pg_default")
        wait_until(lambda: self.is_dropped(), what="the end of the small disk")
        subprocess.run(["umount", self.folder], check=True)
        self.folder.rmdir()
        self.database.close()

    def is_dropped(self):
        """Sessions may still have temporary files there."""
        try:
            self.do("drop tablespace small")
        except psycopg2.Error:
            return False
        return True


@pytest.fixture
def disk(studio, anonymous):
    made = Disk(studio)
    wait_until(lambda: anonymous.get("/health").status_code == 200, 60, "health")
    yield made
    made.remove()


def parts(client):
    return client.get("/health").json()["parts"]


def space(studio):
    done = subprocess.run([studio.state / "app/sbin/coagentctl", "doctor", "--json"], text=True, capture_output=True, check=False,
                          env={"PATH": os.environ["PATH"], "COAGENT_CONFIG": str(studio.state / "conf/coagent.conf")})
    return next(check for check in json.loads(done.stdout)["checks"] if check["check"] == "space")


def test_a_full_disk_is_told_everywhere_and_nothing_is_lost(studio, people, anonymous, disk):
    ann = people.user("ann")
    room = ann.post("/rooms", {"name": "Full"}).json()
    say = lambda: ann.post(f"/rooms/{room['id']}/messages", {"text": secrets.token_hex(700)})
    assert space(studio)["verdict"] == "ok"
    disk.fill()
    stored = 0
    while (answer := say()).status_code == 201:
        stored += 1
        assert stored < 100, "pages that were there already have only so much room"
    problem = answer.json()
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) >= 1
    assert problem["type"] == "urn:coagent:problem:storage-full" and "disk" in problem["detail"]
    health = anonymous.get("/health")
    assert health.status_code == 503 and health.json()["parts"] == {"database": "full", "nchan": "ok"}
    assert ann.get(f"/rooms/{room['id']}/events").status_code == 200, "reading goes on"
    log = (studio.state / "log/pool.log").read_text()
    assert any(" error " in line and "53100" in line and problem["instance"] in line for line in log.splitlines())
    found = space(studio)
    assert found["verdict"] == "failed" and found["command"] == "df -h"
    disk.clear()
    assert say().status_code == 201
    wait_until(lambda: parts(anonymous) == {"database": "ok", "nchan": "ok"}, 30, "health")
    assert space(studio)["verdict"] == "ok"
    events = ann.get(f"/rooms/{room['id']}/events", params={"after": 0, "limit": 200}).json()["items"]
    assert len([event for event in events if event["kind"] == "message"]) == stored + 1
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1)), "without a gap"
