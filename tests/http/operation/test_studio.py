"""./studio itself, on a state of its own: what it starts it keeps running, and what it stops is gone."""

import os
import pathlib
import re
import shutil
import signal
import subprocess

import psycopg2
import pytest
import requests

from harness import studio as harness_studio
from harness.waiting import wait_until

STUDIO = harness_studio.TOP / "studio"


def processes(data):
    """Every process that has the data's folder in its command line or its environment."""
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            told = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
            ended = (folder / "stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
        except OSError:
            continue
        if str(data).encode() + b"/" in told and not ended and int(folder.name) != os.getpid():
            found.append(int(folder.name))
    return found


def answers(url):
    try:
        return requests.get(url + "/api/health", timeout=5).status_code == 200
    except requests.RequestException:
        return False


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A studio that the tests here may treat badly."""
    state = tmp_path_factory.mktemp("own") / "state"  # pytest's folders are closed to the users that services run as
    port = harness_studio.free_port()
    harness_studio.command("up", "--detach", "--port", port, "--state", state, settings={})  # as it comes
    yield harness_studio.Studio(state, started=True)
    harness_studio.command("reset", "--state", state)
    assert not state.exists()


def services(own):
    own.read()
    return {name: pid for name, pid in own.pids.items() if name not in ("supervisor", "runner")}


def test_studio_json_says_what_is_needed(own):
    own.read()
    assert set(own.pids) == {"supervisor", "postgres", "nchan", "pool", "wait", "front", "runner"}
    assert (own.state / "studio.json").stat().st_mode & 0o077 == 0
    login = {"email": own.admin_email, "password": own.admin_password}
    assert requests.post(own.url + "/api/auth/login", json=login, timeout=10).status_code == 200


def test_no_service_has_the_powers_of_root(own):
    for name, pid in services(own).items():
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        uid = int(status.split("Uid:")[1].split()[0])
        assert uid != 0 or os.getuid() != 0, name
        assert "NoNewPrivs:\t1" in status, name


def test_the_key_is_for_the_program_only(own):
    mode = (own.state / "conf" / "coagent.conf").stat().st_mode
    assert mode & 0o037 == 0
    assert len(own.settings()["SECRET_KEY"]) >= 32


def test_up_twice_says_that_it_runs(own):
    before = services(own)
    said = subprocess.run([STUDIO, "up", "--detach", "--state", own.state], capture_output=True, text=True, timeout=60,
                          check=True)
    assert "already running" in said.stdout
    assert services(own) == before


@pytest.fixture
def runner(own):
    """Starts runners of the studio beside those that it has, with a lock of their own: runner(words…)."""
    folder, started = (own.state / "tmp").resolve() / "runners", []
    folder.mkdir(mode=0o755)
    settings = folder / "coagent.conf"
    settings.write_text((own.state / "conf" / "coagent.conf").read_text() + f"RUNNER_LOCK={folder}/lock\n")
    identity = []
    if os.getuid() == 0:
        identity = ["setpriv", "--reuid", "coagent", "--regid", "coagent", "--clear-groups", "--"]
        for path in (folder, settings):
            shutil.chown(path, "coagent", "coagent")

    def start(*words):
        started.append(subprocess.Popen([*identity, own.state / "app/sbin/coagent-runner", *words], stdin=subprocess.DEVNULL,
                                        env={"PATH": os.environ["PATH"], "COAGENT_CONFIG": str(settings)}))
        return started[-1]

    start.settings = settings
    yield start
    for one in started:
        one.terminate()
        one.wait(30)
    shutil.rmtree(folder)


def test_one_runner_works_one_waits_a_third_goes_and_new_settings_bring_new_ones(runner):
    def is_needed():
        return runner("--needed").wait(30) == 0

    def holds(process, byte):
        return re.search(rf"POSIX +ADVISORY +WRITE {process.pid} \S+ {byte} {byte}$", pathlib.Path("/proc/locks").read_text(), re.M)

    assert is_needed(), "the first"
    first = runner()
    wait_until(lambda: holds(first, 0), what="the first at work")
    assert is_needed(), "the second"
    second = runner()
    wait_until(lambda: holds(second, 1), what="the second in its place")
    assert not is_needed()
    assert runner().wait(30) == 0 and first.poll() is None and second.poll() is None
    runner.settings.write_text(runner.settings.read_text() + "EXECUTOR_LIMIT=3\n")
    left = wait_until(lambda: [one for one in (first, second) if one.poll() is None], good=lambda left: len(left) == 1,
                      what="one of those with the old settings")
    third = runner()
    assert left[0].wait(30) == 0, "it has served until somebody was there to take over"
    wait_until(lambda: holds(third, 0), what="the third at work")
    assert is_needed(), "its place is free"


def test_every_killed_service_comes_back(own):
    before = services(own)
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: set(services(own).values()).isdisjoint(before.values()) and answers(own.url), 30)


@pytest.fixture
def movable_library(own):
    """PL/pgSQL from a file of our own; called, the file moves to where only a PostgreSQL that is started anew looks for
    it. So does an upgrade of the package: the server that runs cannot load the new files."""
    folders = [(own.state / "tmp").resolve() / name for name in ("old-library", "new-library")]
    functions = {"plpgsql_call_handler()": "language_handler", "plpgsql_inline_handler(internal)": "void",
                 "plpgsql_validator(oid)": "void"}
    packaged = subprocess.run(["pg_config", "--pkglibdir"], capture_output=True, text=True, check=True).stdout.strip()

    def tell(*statements):
        connection = psycopg2.connect(host=own.state / "run", user="postgres", dbname="coagent")
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        connection.close()

    def use(library):
        tell(*(f"create or replace function pg_catalog.{name} returns {result} language c as '{library}'"
               for name, result in functions.items()))

    def move():
        tell(f"alter system set dynamic_library_path = '{folders[1]}'")  # read at the next start, for nothing reloads it
        (folders[0] / "movable.so").rename(folders[1] / "movable.so")
        tell("select pg_terminate_backend(pid) from pg_stat_activity where usename like 'coagent%'")

    for folder in folders:
        folder.mkdir()
    shutil.copy(pathlib.Path(packaged) / "plpgsql.so", folders[0] / "movable.so")
    tell(f"alter system set dynamic_library_path = '{folders[0]}'", "select pg_reload_conf()")
    use("movable")
    yield move
    tell("alter system reset dynamic_library_path", "select pg_reload_conf()")
    use("$libdir/plpgsql")


def test_postgresql_is_restarted_when_it_cannot_load_a_library(own, movable_library):
    before = services(own)
    movable_library()
    login = {"email": own.admin_email, "password": own.admin_password}
    wait_until(lambda: requests.post(own.url + "/api/auth/login", json=login, timeout=10).status_code == 200
          and services(own)["postgres"] != before["postgres"])
    log = (own.state / "log" / "supervisor.log").read_text()
    assert log.count("postgres cannot load a library") == 1
    after = services(own)
    assert {name: after[name] for name in after if name != "postgres"} == {
        name: before[name] for name in before if name != "postgres"}


def test_up_after_the_supervisor_was_killed(own):
    own.read()
    os.kill(own.pids["supervisor"], signal.SIGKILL)
    harness_studio.command("up", "--detach", "--port", own.port, "--state", own.state)
    wait_until(lambda: answers(own.url))


def test_up_after_everything_was_killed_at_once(own):
    login = {"email": own.admin_email, "password": own.admin_password}
    own.read()
    for pid in [own.pids["supervisor"], *own.pids.values(), *processes((own.state / "run").resolve().parent)]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    harness_studio.command("up", "--detach", "--port", own.port, "--state", own.state)
    wait_until(lambda: answers(own.url))
    answer = requests.post(own.url + "/api/auth/login", json=login, timeout=10)
    assert answer.status_code == 200, answer.text


def test_down_leaves_no_process(own):
    data = (own.state / "run").resolve().parent
    assert processes(data)
    harness_studio.command("down", "--state", own.state)
    assert processes(data) == []
    assert not (own.state / "studio.json").exists()
    assert list((data / "run").glob("*.sock")) == []


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_end_of_up_is_the_end_of_all(own, end):
    data = (own.state / "run").resolve().parent
    with subprocess.Popen([STUDIO, "up", "--port", str(own.port), "--state", own.state], stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL) as up:
        wait_until(lambda: (own.state / "studio.json").exists(), 60)
        up.send_signal(end)
    wait_until(lambda: processes(data) == [])


def test_a_taken_port_is_told(own, studio):
    said = subprocess.run([STUDIO, "up", "--detach", "--port", str(studio.port), "--state", own.state],
                          capture_output=True, text=True, timeout=60, check=False)
    assert said.returncode != 0
    assert "--port" in said.stderr


def test_a_clock_that_was_set_back_does_not_keep_the_runner_away():
    minutes = "for EPOCHSECONDS in 7200 7259 7260 3660 3661 3720; do is_another_minute && echo $EPOCHSECONDS; done; true"
    told = subprocess.run(["bash", "-c", f". studio.d/clock.sh; unset EPOCHSECONDS; {minutes}"], cwd=harness_studio.TOP,
                          capture_output=True, text=True, timeout=10, check=True)
    assert told.stdout.split() == ["7200", "7260", "3660", "3720"]


@pytest.mark.parametrize("words", [["up", "--port", "80"], ["up", "--nonsense"], ["down", "--port", "9000"], ["fly"],
                                   ["down", "--state", "/nowhere/at/all"], ["test", "nonsense"]])
def test_wrong_words_are_refused(words):
    said = subprocess.run([STUDIO, *words], capture_output=True, text=True, timeout=60, check=False)
    assert said.returncode != 0
    assert said.stderr


def test_the_bench_tells_its_options_without_the_packages_that_measuring_needs():
    bare_python = ["/usr/bin/python3", "-S", "-I"]  # without the folders of Debian's python3-* packages
    told = subprocess.run([*bare_python, harness_studio.TOP / "tests" / "bench" / "bench", "--help"], check=True,
                          stdout=subprocess.PIPE, text=True)
    assert "--connections" in told.stdout
