"""The life of an installation, on a machine without systemd and on one with it. The tests follow each other: each finds
what the one before has left."""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import threading
import time

import pytest
import requests

from build import LATER
from harness import scripts
from harness.client import Client
from harness.listener import Listener
from harness.people import People
from harness.waiting import wait_until
from machine import note

URL = "https://127.0.0.1"
EMAIL = "admin@example.com"
SECRET = "correct horse battery staple"
POOLS = ("fast", "wait")
OURS = ("coagent-fcgi", "coagent-runner")
PATHS = ("/etc/coagent", "/var/lib/coagent", "/var/log/coagent", "/var/cache/coagent", "/run/coagent",
         "/etc/nginx/sites-enabled/coagent", "/etc/nginx/sites-available/coagent", "/etc/cron.d/coagent",
         "/etc/logrotate.d/coagent", "/etc/init.d/coagent-fcgi", "/usr/share/coagent", "/usr/lib/coagent")


class Site:
    """What harness.people needs of a studio."""

    url, admin_email, admin_password = URL, EMAIL, SECRET


def install(machine, *packages):
    """What apt said, and how long it took."""
    began = time.monotonic()
    said = machine.run("apt-get", "install", "-q", "-y", *packages)
    # what checks certificates here trusts the one that was made for this machine
    os.environ["REQUESTS_CA_BUNDLE"] = os.environ["SSL_CERT_FILE"] = str(machine.root / "etc/coagent/tls/certificate.pem")
    note(f"{machine.kind}: installing {' '.join(packages)} took {time.monotonic() - began:.1f} s")
    return said


def install_watched(machine, package):
    """What strace saw: each program that was started, with its arguments and its environment."""
    with tempfile.NamedTemporaryFile() as seen:
        done = machine.root / "root/install.status"
        command = machine.inside("sh", "-c", f"apt-get install -q -y {package} >/root/install.log 2>&1; echo $? >/root/install.status")
        # -I 2: with a command of its own and -o, strace would not listen to a signal
        tracer = subprocess.Popen(["strace", "-I", "2", "-f", "-qq", "-v", "-s", "100000", "-e", "trace=execve", "-e", "signal=none",
                                   "-o", seen.name, *command], stdin=subprocess.DEVNULL)
        try:
            wait_until(lambda: done.exists() and done.read_text().strip(), 600, "the end of the installation")
        finally:
            tracer.terminate()  # the services that it started go on without
            tracer.wait()
        assert done.read_text().strip() == "0", (machine.root / "root/install.log").read_text()[-3000:]
        return pathlib.Path(seen.name).read_text(errors="replace")


def place(machine, package, name):
    subprocess.run(["cp", package, machine.root / "root" / name], check=True)
    return f"/root/{name}"


def status():
    """The answer of /api/status, or None while there is none."""
    try:
        answer = requests.get(f"{URL}/api/status", timeout=5)
    except requests.ConnectionError:
        return None
    return answer.json() if answer.status_code == 200 else None


def is_served():
    return status() is not None


def create_admin(machine):
    return machine.run("coagentctl", "create-admin", "--email", EMAIL, "--password-stdin", given=SECRET + "\n")


def say(client, room, text):
    answer = client.post(f"/rooms/{room['id']}/messages", {"text": text})
    assert answer.status_code == 201, answer.text
    return answer.json()


def history(client, room):
    return client.get(f"/rooms/{room['id']}/events", params={"after": 0, "limit": 200}).json()["items"]


def ask_agent(life, text, timeout):
    """Asks @studio before two listeners; both see it stream and end."""
    with Listener(life.ann) as first, Listener(life.bob) as second:
        asked = say(life.ann, life.room, f"@studio {text}")
        for live in (first, second):
            result = live.wait(lambda frame: frame.get("kind") == "result" and frame["reply_to"] == asked["seq"], timeout)
            assert any("delta" in frame for frame in live.frames), "it was not streamed"
    return result["body"]["text"]


@pytest.mark.usefixtures("goes_on")
class TestLife:
    def test_it_installs_on_a_fresh_machine(self, machine, packages):
        said = install(machine, place(machine, packages[0], "coagent.deb"))
        assert "https://" in said and "create-admin" in said, said[-1500:]
        assert "not ready" not in said and "nginx rejects" not in said, said[-1500:]
        wait_until(is_served, what="the site")

    def test_the_site_answers_over_https(self, machine):
        page = requests.get(URL + "/", timeout=5)
        assert page.status_code == 200 and "script-src 'self'" in page.headers["Content-Security-Policy"]
        assert page.headers["Strict-Transport-Security"].startswith("max-age=")
        for path in ("/js/app.js", "/vendor/preact.js", "/docs", "/api/openapi.json", "/rooms"):
            assert requests.get(URL + path, timeout=5).status_code == 200, path
        assert requests.get(URL + "/api/health", timeout=5).json()["parts"] == {"database": "ok", "nchan": "ok"}
        assert status()["setup_needed"]

    def test_only_who_must_can_read_the_key_and_own_the_schema(self, machine):
        assert machine.run("stat", "-c", "%a %U:%G", "/etc/coagent/coagent.conf").strip() == "640 root:coagent"
        assert not machine.succeeds("setpriv", "--reuid", "www-data", "--regid", "www-data", "--clear-groups", "cat",
                                    "/etc/coagent/coagent.conf")
        as_coagent = ("setpriv", "--reuid", "coagent", "--regid", "coagent", "--clear-groups", "psql", "-XqAt", "-h",
                      "/run/postgresql", "-d", "coagent", "-c", "select current_user", "-U")
        assert machine.run(*as_coagent, "coagent_app").strip() == "coagent_app"
        assert not machine.succeeds(*as_coagent, "coagent")
        for folder in ("/run/coagent", "/var/lib/coagent"):
            assert not machine.succeeds("setpriv", "--reuid", "nobody", "--clear-groups", "ls", folder), folder

    def test_the_services_run_without_privileges(self, machine):
        lines = machine.run("ps", "-eo", "user:20=,ppid=,args=").splitlines()
        for user, text in (("coagent", "coagent-fcgi --pool fast"), ("coagent", "coagent-fcgi --pool wait"),
                           ("www-data", "nginx -e /var/log/coagent")):
            found = [line.split()[0] for line in lines if text in line]
            assert found and set(found) == {user}, (text, found)

    def test_the_administrator_made_by_coagentctl_logs_in(self, machine, life):
        assert "is now an administrator" in create_admin(machine)
        assert [status()["setup_needed"] for _ in range(20)] == [False] * 20
        life.people = People(Site)
        assert life.people.admin.user["role"] == "admin"
        assert "0 pending" in machine.run("coagentctl", "status")

    def test_cron_starts_the_runner(self, machine):
        wait_until(lambda: machine.processes("coagent-runner"), 75, "the runner")

    def test_two_people_and_an_agent_talk_in_a_room(self, life):
        life.ann, life.bob = life.people.user("ann"), life.people.user("bob")
        life.room = life.people.room(life.ann)
        life.people.add(life.ann, life.room, life.bob)
        life.ann.post(f"/rooms/{life.room['id']}/members", {"handle": "studio", "role": "member"})
        with Listener(life.ann) as first, Listener(life.bob) as second:
            for author, text in ((life.ann, "Hello Bob"), (life.bob, "Hello Ann")):
                said = say(author, life.room, text)
                for live in (first, second):
                    assert live.wait_seq(life.room["id"], said["seq"])["body"]["text"] == text
        assert ask_agent(life, "/count 5", 75)

    def test_a_script_runs_in_its_sandbox(self, life):
        code = "id -un; cat /etc/coagent/coagent.conf; ls /var/lib; echo made > out/made.txt"
        over, said = scripts.run(life.ann, code, seconds=75)
        assert over["state"] == "succeeded" and [file["path"] for file in over["files"]] == ["made.txt"], over
        assert said.startswith("run\n") and said.count("No such file or directory") == 2, said
        over, said = scripts.run(life.ann, "while :; do :; done", limits={"cpu_seconds": 1}, seconds=75)
        assert over["ended_by"] == "cpu_time", over

    def group_of_runner(self, machine):
        """Its folder; the runner itself steps aside into one below when it has divided it."""
        if machine.kind != "systemd":
            pytest.skip("no systemd here")
        pid = next(iter(machine.processes("coagent-runner")))
        unit = next(line for line in machine.run("cat", f"/proc/{pid}/cgroup").splitlines() if line.startswith("0::"))
        group = unit.split("::")[1].removesuffix("/runner")
        roots = ("/sys/fs/cgroup", "/sys/fs/cgroup/unified")
        return group, [root + group for root in roots if machine.run("stat", root + group, check=False).strip()]

    def test_the_runner_has_a_cgroup_that_it_may_divide(self, machine):
        group, folders = self.group_of_runner(machine)
        assert group.startswith("/coagent.slice/coagent-runner.slice/") and group.endswith(".scope"), group
        owners = [machine.run("stat", "-c", "%U", folder, check=False).strip() for folder in folders]
        assert "coagent" in owners, owners

    def test_each_run_has_a_cgroup_with_its_limits(self, machine, life):
        _, folders = self.group_of_runner(machine)
        has = {name for folder in folders for name in machine.run("cat", f"{folder}/cgroup.controllers", check=False).split()}
        if not {"memory", "pids"} <= has:
            pytest.skip("the host of this machine hands no controllers on")
        run = scripts.start(life.ann, "echo ready; sleep 60", limits={"memory_mb": 64, "disk_mb": 32})
        scripts.until(life.ann, run, lambda now: now["output"]["bytes"] > 0, 75)
        limits = machine.run("sh", "-c", f"cat {folders[0]}/run-*/memory.max").split()
        life.ann.post(f"/runs/{run}/cancel")
        assert str((64 + 32 + 64) << 20) in limits, limits

    def test_the_doctor_finds_nothing_to_mend(self, machine):
        found = json.loads(machine.run("coagentctl", "doctor", "--json", check=False))
        assert [check for check in found["checks"] if check["verdict"] == "failed"] == []

    def test_what_is_killed_comes_back(self, machine):
        for pool in POOLS:
            machine.run("kill", "-KILL", machine.master(pool))
        machine.run("sh", "-c", "kill -KILL $(cat /run/coagent/nchan.pid)")
        wait_until(lambda: all(machine.master(pool) for pool in POOLS) and is_served(), 75, "the pool")
        wait_until(lambda: requests.get(URL + "/api/health", timeout=5).json()["parts"]["nchan"] == "ok", 75, "nchan")

    def test_the_journal_knows_how_grave_a_line_is(self, machine):
        if machine.kind != "systemd":
            pytest.skip("has no journal")
        said = machine.run("journalctl", "-o", "json", "-t", "coagent-fcgi", "-t", "coagent-runner")
        entries = [json.loads(line) for line in said.splitlines()]
        priorities = {"debug": "7", "info": "6", "warn": "4", "error": "3"}
        ours = [(match.group(1), entry["PRIORITY"], match.group(2)) for entry in entries
                if (match := re.match(r"\S+Z (\w+) (coagent-[a-z-]+)\[", str(entry["MESSAGE"])))]
        assert {program for _, _, program in ours} == {"coagent-fcgi", "coagent-fcgi-wait", "coagent-runner"}
        assert [line for line in ours if priorities[line[0]] != line[1]] == []
        assert {"warn", "error"} & {level for level, _, _ in ours}, "what was killed was told"

    def test_everything_is_there_after_a_power_failure(self, machine, life):
        said = say(life.ann, life.room, "before the power failure")
        machine.stop()
        machine.boot()
        wait_until(is_served, 30, "the site")
        assert history(life.bob, life.room)[-1]["seq"] == said["seq"]
        assert ask_agent(life, "/count 3", 75)

    def test_an_upgrade_is_not_noticed_by_who_talks(self, machine, life, packages):
        masters = {pool: machine.master(pool) for pool in POOLS}
        over, answers = threading.Event(), []

        def talk():
            while not over.wait(0.05):
                began = time.monotonic()
                answer = life.ann.post(f"/rooms/{life.room['id']}/messages", {"text": "during the upgrade"})
                answers.append((answer.status_code, answer.json().get("seq"), time.monotonic() - began))

        talker = threading.Thread(target=talk)
        with Listener(life.bob) as live:
            talker.start()
            try:
                install(machine, place(machine, packages[1], "later.deb"))
            finally:
                over.set()
                talker.join()
            assert [answer[0] for answer in answers if answer[0] != 201] == []
            live.wait_seq(life.room["id"], answers[-1][1])
            assert [event["seq"] for event in live.events(life.room["id"])] == [answer[1] for answer in answers]
            assert not live.closed.is_set()
        note(f"{machine.kind}: {len(answers)} messages during the upgrade, the slowest took "
             f"{max(answer[2] for answer in answers) * 1000:.0f} ms")
        assert {pool: machine.master(pool) for pool in POOLS} == masters
        for pid in masters.values():
            assert "deleted" not in machine.run("readlink", f"/proc/{pid}/exe")
        assert machine.sql("select to_regclass('upgrade_note') is not null") == "t"
        assert "0 pending" in machine.run("coagentctl", "status")
        assert LATER in machine.run("dpkg-query", "-W", "-f", "${Version}", "coagent")
        assert ask_agent(life, "/count 3", 75)

    def test_the_logs_are_rotated(self, machine):
        log = machine.root / "var/log/coagent/access.log"
        assert is_served() and "/api/status" in log.read_text()
        machine.run("logrotate", "--force", "/etc/logrotate.d/coagent")
        wait_until(lambda: is_served() and log.stat().st_size > 0, what="a line in the new log")
        assert (log.parent / "access.log.1").exists()
        assert requests.get(URL + "/api/health", timeout=5).json()["parts"]["nchan"] == "ok"

    def test_removing_it_keeps_the_data_and_lets_nginx_be(self, machine):
        machine.run("apt-get", "remove", "-q", "-y", "coagent")
        assert not machine.processes(*OURS)
        with pytest.raises(requests.ConnectionError):
            requests.get(URL, timeout=5)
        assert requests.get("http://127.0.0.1/", timeout=5).status_code == 200
        machine.run("nginx", "-t")
        assert (machine.root / "etc/coagent/coagent.conf").exists()
        assert int(machine.sql("select count(*) from room_events")) > 5
        time.sleep(61 - time.time() % 60)  # cron finds nothing to do, and says nothing
        assert not machine.processes(*OURS)

    def test_installed_again_it_goes_on(self, machine, life):
        before = (machine.root / "etc/coagent/coagent.conf").read_text()
        install(machine, "/root/later.deb")
        wait_until(is_served, what="the site")
        assert (machine.root / "etc/coagent/coagent.conf").read_text() == before
        assert Client(URL).log_in(EMAIL, SECRET).user["role"] == "admin"
        assert history(life.bob, life.room)[0]["seq"] == 1  # the session of before is still one
        assert ask_agent(life, "/count 3", 75)

    def test_purging_it_leaves_nothing(self, machine):
        machine.run("apt-get", "purge", "-q", "-y", "coagent")
        assert [path for path in PATHS if machine.succeeds("test", "-e", path)] == []
        assert not machine.processes(*OURS)
        assert not machine.succeeds("getent", "passwd", "coagent")
        as_postgres = ("runuser", "-u", "postgres", "--", "psql", "-XqAt", "-d", "postgres", "-c")
        assert machine.run(*as_postgres, "select count(*) from pg_database where datname = 'coagent'").strip() == "0"
        assert machine.run(*as_postgres, "select count(*) from pg_roles where rolname ~ '^coagent'").strip() == "0"
        for name in ("pg_hba.conf", "pg_ident.conf"):
            file = machine.root / "etc/postgresql/15/main" / name
            assert "coagent" not in file.read_text()
            assert machine.run("stat", "-c", "%a %U", f"/etc/postgresql/15/main/{name}").strip() == "640 postgres"
        assert requests.get("http://127.0.0.1/", timeout=5).status_code == 200

    def test_after_a_purge_it_installs_afresh(self, machine):
        started = install_watched(machine, "/root/coagent.deb")
        settings = (machine.root / "etc/coagent/coagent.conf").read_text()
        key = re.search(r"^SECRET_KEY=([0-9a-f]{64})$", settings, re.MULTILINE).group(1)
        assert "/usr/lib/coagent/set-up" in started and "/usr/share/coagent/coagent.conf" in started
        assert key not in started, "everybody on a machine can read the arguments of a process"
        wait_until(is_served, what="the site")
        assert status()["setup_needed"]
        create_admin(machine)
        assert Client(URL).log_in(EMAIL, SECRET).user["role"] == "admin"
