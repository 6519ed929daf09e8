"""Parts that are down for a while, on purpose: the supervisor leaves down what run/NAME.hold names."""

import contextlib
import os
import shutil
import signal
import subprocess
import time

import psycopg2
import requests

from kill.processes import kill, wait_for

ROOM = 64 << 20  # bytes that the small disk has beyond the data, at first and when it is enlarged again


def stop(processes, name, number):
    """The part ends and stays down; False when it does not end."""
    (processes.folder / "run" / f"{name}.hold").touch()
    pid = processes.pid(name)
    kill(pid, number)
    return wait_for(lambda: not os.path.exists(f"/proc/{pid}"), 30, 0.05)


def start(processes, name):
    (processes.folder / "run" / f"{name}.hold").unlink()


def come_back(town, report, name, found):
    """From now on: when it serves again, and whether everything is whole."""
    probe = town.probe()
    probe.join(130)
    if len(probe.good) < 5:
        found.append("posting did not work again in 120 s")
    elif not town.pause():
        found.append("not every message was acknowledged")
    found += town.judge_log() + town.judge_machinery()
    if len(probe.good) >= 5:
        report.time(name, probe, town.heard_after(probe))
    report.outage(name, found)


def masters(town):
    roles = town.processes.look()
    return {role: [one.pid for one in roles[role]] for role in ("fast", "wait", "front", "nchan")}


def answers_between(town, begin, end):
    """The statuses of the attempts that lie wholly within this time."""
    return [one.status for one in town.attempts_since(begin) if one.ended <= end]


def refusal(town):
    """What the API says of itself while a part is away: whether it is a 503 with Retry-After."""
    try:
        answer = town.people.anonymous().get("/health", timeout=(3, 20))
    except requests.RequestException as failure:
        return [f"/api/health cannot be reached: {failure}"]
    return [] if answer.status_code == 503 and "Retry-After" in answer.headers else [f"/api/health says {answer.status_code}"]


def database_away(town, report, seconds):
    """Everybody gets a 503 with Retry-After, at once; then all goes on without a restart of ours."""
    name = f"PostgreSQL {seconds} s"
    before, found = masters(town), []
    town.resume()
    time.sleep(1)
    if not stop(town.processes, "postgres", signal.SIGINT):
        found.append("PostgreSQL did not stop")
    begin = time.monotonic()
    time.sleep(seconds)
    found += refusal(town)
    statuses = answers_between(town, begin, time.monotonic())
    if not statuses or set(statuses) != {503}:
        found.append(f"without PostgreSQL the answers were {sorted(set(statuses))}")
    start(town.processes, "postgres")
    come_back(town, report, name, found + ([] if masters(town) == before else ["a part of ours was restarted"]))


def nchan_away(town, report, seconds):
    """Posting goes on as if nothing were; who listens catches up."""
    found = []
    town.resume()
    time.sleep(1)
    if not stop(town.processes, "nchan", signal.SIGTERM):
        found.append("nchan did not stop")
    begin = time.monotonic()
    time.sleep(seconds)
    found += refusal(town)
    statuses = answers_between(town, begin, time.monotonic())
    if not statuses or set(statuses) != {201}:
        found.append(f"without nchan the answers were {sorted(set(statuses))}")
    start(town.processes, "nchan")
    come_back(town, report, f"nchan {seconds} s", found)


def mount(*words):
    return subprocess.run(["mount", *map(str, words)], capture_output=True, check=False).returncode == 0


class SmallDisk:
    """PostgreSQL's data on a file system of its own, whose size can be changed at any time."""

    def __init__(self, processes):
        self.data = processes.folder / "postgres"
        self.folder = processes.folder / "small-disk"
        self.folder.mkdir()

    def mount(self):
        """Whether that is permitted here."""
        return mount("-t", "tmpfs", "-o", "size=8g,mode=755", "tmpfs", self.folder)

    def take_data(self):
        """While PostgreSQL is down."""
        subprocess.run(["cp", "-a", f"{self.data}/.", self.folder], check=True)
        shutil.copystat(self.data, self.folder)
        owner = self.data.stat()
        os.chown(self.folder, owner.st_uid, owner.st_gid)
        assert mount("--bind", self.folder, self.data)

    def leave(self, room):
        """So many bytes beyond what is used; what is written meanwhile may be in the way, so it is tried again."""
        def resize():
            now = os.statvfs(self.folder)
            used = (now.f_blocks - now.f_bfree) * now.f_frsize
            return mount("-o", f"remount,size={used + room}", self.folder)
        assert wait_for(resize, 20), "the small disk does not take its new size"


def use_up_wal(town):
    """Makes PostgreSQL want one segment of its journal after the other, until it cannot have the next."""
    with contextlib.suppress(psycopg2.Error):
        connection = psycopg2.connect(town.studio.database_url.replace("//coagent@", "//postgres@"))
        connection.autocommit = True
        for _ in range(2000):
            connection.cursor().execute("select pg_switch_wal(), pg_logical_emit_message(false, 'kill', 'x')")
            time.sleep(0.01)
        return ["the journal did not fill the disk"]
    return []


def disk_full(town, report, seconds):
    """First tables cannot grow, then the journal, and PostgreSQL itself gives up: 503 while it lasts, and nothing that
    was acknowledged is lost. With room on the disk it comes back by itself."""
    name, found = f"disk full {seconds} s", []
    if not town.studio.started:
        report.note(name, "not tried: this studio is somebody's")
        return
    disk = SmallDisk(town.processes)
    if not disk.mount():
        report.note(name, "not tried: mounting is not permitted here")
        return
    stop(town.processes, "postgres", signal.SIGINT)
    disk.take_data()
    start(town.processes, "postgres")
    probe = town.probe()
    probe.join(130)
    town.resume()
    disk.leave(0)
    begin = time.monotonic()
    if not wait_for(lambda: 503 in answers_between(town, begin, time.monotonic()), 60, 0.1):
        found.append("a full disk was not noticed")
    time.sleep(seconds)
    found += use_up_wal(town)
    begin = time.monotonic()
    time.sleep(seconds)
    statuses = answers_between(town, begin, time.monotonic())
    if not statuses or set(statuses) != {503}:
        found.append(f"with a full disk the answers were {sorted(set(statuses))}")
    disk.leave(ROOM)
    come_back(town, report, name, found)


def clean_up(processes):
    """After the studio was stopped."""
    for folder in ("postgres", "small-disk"):
        subprocess.run(["umount", processes.folder / folder], capture_output=True, check=False)


ALL = [database_away, nchan_away, disk_full]
