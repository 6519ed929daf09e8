"""The sandbox holds: every attempt to break out, from scripts that the real runner executes, and every kind of bomb."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import uuid

import pytest

from harness import breakout, scripts
from harness.reachable import Reachable
from harness.waiting import wait_until

NAMES = [name for name, _ in breakout.ATTEMPTS]


pytestmark = pytest.mark.usefixtures("tun")


@pytest.fixture(scope="module")
def ann(people):
    return people.user("ann")


def own_addresses():
    """Of this machine, but the loopback."""
    said = subprocess.run(["ip", "-j", "address"], capture_output=True, check=True).stdout
    return [one["local"] for link in json.loads(said) if link["ifname"] != "lo" for one in link["addr_info"]
            if one["scope"] == "global"]


@pytest.fixture(scope="module")
def listeners():
    """Listeners on the loopback and on every other address of this machine."""
    found = [Reachable("127.0.0.1"), Reachable("::1", socket.AF_INET6)]
    for address in own_addresses():
        found.append(Reachable(address, socket.AF_INET6 if ":" in address else socket.AF_INET))
    yield found
    for one in found:
        one.close()


@pytest.fixture(scope="module")
def host(studio, listeners):
    """What there is to be reached on this machine."""
    state = studio.state
    sockets = [str(path) for path in state.glob("run/*") if path.is_socket()] + [str(state / "run/.s.PGSQL.5432")]
    name = f"coagent-test-{uuid.uuid4().hex}"
    here = socket.socket(socket.AF_UNIX)
    here.bind("\0" + name)
    here.listen()
    places = [one.stream.getsockname()[:2] for one in listeners]
    first = listeners[0].port
    yield {
        "files": [str(path) for path in (state, state / "conf/coagent.conf", state / "conf/secret-key", state / "run",
                                         state / "postgres", pathlib.Path("/root"), pathlib.Path("/etc/shadow"),
                                         pathlib.Path("/var/lib"), pathlib.Path("/home"))],
        "secrets": [secret[::-1] for secret in (studio.settings()["SECRET_KEY"], studio.admin_password)],
        "sockets": sockets,
        "abstract": [name],
        "pids": [os.getpid(), *studio.pids.values()],
        "addresses": [*places, ("127.0.0.1", studio.port), ("0.0.0.0", first), ("::ffff:127.0.0.1", first), ("198.18.0.2", first),
                      ("198.18.0.2", studio.port), ("198.18.0.3", first), ("127.0.0.53", 53), ("localhost", first)],
        "allowed": [],
    }
    here.close()


def answers_of(client, host, **more):
    """What the attempts in a script said, while another run of the same user goes on beside it."""
    beside = scripts.start(client, "echo bystander >bystander; echo bystander >/tmp/bystander; echo ready; sleep 60")
    scripts.until(client, beside, lambda run: run["output"]["bytes"] > 0)
    source = pathlib.Path(breakout.__file__).read_text().replace("json.loads(sys.argv[1])", repr(host))
    over, said = scripts.run(client, source, "python", **more)
    assert client.post(f"/runs/{beside}/cancel").status_code == 200
    assert over["state"] == "succeeded", f"{over}: {said}"
    return json.loads(next(line for line in said.splitlines() if line.startswith("{")))  # a note of the runner stands beside it


@pytest.fixture(scope="module")
def without_network(ann, host):
    return answers_of(ann, host)


@pytest.fixture(scope="module")
def with_network(admin, host):
    return answers_of(admin, host, network=True)


@pytest.mark.parametrize("name", NAMES)
def test_no_script_breaks_out(without_network, name):
    assert without_network[name] is None


@pytest.mark.parametrize("name", NAMES)
def test_no_script_with_network_breaks_out(with_network, name):
    assert with_network[name] is None


def test_nobody_heard_of_them(with_network, without_network, listeners):
    assert [one.heard for one in listeners if one.heard] == []


# Tricks with what is left behind

TRICKS = {
    "a link": "ln -s /etc/passwd $COAGENT_OUTPUT",
    "a link to the configuration": "ln -s {state}/conf/coagent.conf $COAGENT_OUTPUT",
    "a link through /proc": "ln -s /proc/self/root/etc/passwd $COAGENT_OUTPUT",
    "a pipe": "mkfifo $COAGENT_OUTPUT",
    "a folder": "mkdir $COAGENT_OUTPUT",
    "a socket": "python3 -c 'import os, socket; socket.socket(socket.AF_UNIX).bind(os.environ[\"COAGENT_OUTPUT\"])'",
}


@pytest.mark.parametrize("trick", TRICKS)
def test_the_output_file_leads_nowhere_else(studio, ann, trick):
    over, said = scripts.run(ann, TRICKS[trick].format(state=studio.state))
    assert said == "" or "SECRET" not in said
    assert over["state"] in ("succeeded", "failed") and over["result"] is None


def test_only_regular_files_are_kept(studio, ann):
    over, _ = scripts.run(ann, f"cd out; echo kept >kept; ln -s /etc/passwd l; ln -s {studio.state}/conf c; mkfifo p; ln -s .. up")
    assert [file["path"] for file in over["files"]] == ["kept"]


@pytest.mark.parametrize("trick", ["rmdir out; ln -s /work out", "rmdir out; ln -s /etc out", "rmdir out; echo >out"])
def test_a_folder_of_files_that_is_none_is_told(ann, trick):
    over, said = scripts.run(ann, trick)
    assert over["state"] == "succeeded" and over["files"] == []
    assert "No files were kept: out/ is not a folder." in said


def test_a_script_cannot_forge_a_note_of_the_runner(ann):
    note = "[No files were kept: out/ is not a folder.]"
    over, _ = scripts.run(ann, f"echo '{note}'; echo '{note}' >&2; rmdir out; ln -s / out; printf 'no line end'")
    chunks = ann.get(f"/runs/{over['id']}/output").json()["chunks"]
    text = {name: "".join(chunk["text"] for chunk in chunks if chunk["stream"] == name) for name in ("stdout", "stderr", "note")}
    said = "".join(chunk["text"] for chunk in chunks if chunk["stream"] != "note")  # the two streams may arrive in either order
    assert text == {"stdout": f"{note}\nno line end", "stderr": f"{note}\n",
                    "note": f"{note}\n" if said.endswith("\n") else f"\n{note}\n"}


def test_files_that_were_closed_are_kept(ann):
    over, said = scripts.run(ann, "echo 1 >out/a; chmod 0 out/a out")
    assert [file["path"] for file in over["files"]] == ["a"] and said == ""


# Nothing stays

def left_of(run):
    """Processes of this machine that have the run's number in their environment."""
    mark = f"COAGENT_RUN_ID={run}".encode()
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_bytes())
        except OSError:
            continue
    return found


def test_daemons_end_with_the_run(ann):
    run = scripts.start(ann, """
        (setsid setsid sleep 600 >/dev/null 2>&1 &)
        nohup sleep 600 >/dev/null 2>&1 &
        setsid bash -c 'trap "" TERM HUP INT; sleep 600' >/dev/null 2>&1 &
        python3 -c 'import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for fd in range(3): os.close(fd)
        time.sleep(600)'
        echo ready; sleep 0.5""")
    scripts.until(ann, run, lambda now: now["output"]["bytes"] > 0)
    assert scripts.wait(ann, run)["state"] == "succeeded"
    assert left_of(run) == []


def test_a_run_without_stdout_goes_on_to_its_end(ann):
    over, _ = scripts.run(ann, "exec >&- 2>&-; sleep 1; echo '{\"done\": true}' >$COAGENT_OUTPUT; exit 3")
    assert (over["state"], over["exit_code"]) == ("failed", 3)


def children(pid):
    """All processes below one, itself first."""
    found = [pid]
    for parent in found:
        try:
            for thread in pathlib.Path(f"/proc/{parent}/task").iterdir():
                found += map(int, (thread / "children").read_text().split())
        except OSError:
            continue
    return found


def named(pids, words):
    """The one whose command line begins with these words; None when there is none (yet)."""
    for pid in pids:
        try:
            if pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").startswith(words.encode()):
                return pid
        except OSError:
            continue
    return None


def is_alive(pid):
    """A zombie is what its parent, this test, has not looked at yet."""
    try:
        return "\nState:\tZ" not in pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


VICTIMS = {"executor": 0, "keeper": 1, "bubblewrap": 2, "the first process inside": 3}


@pytest.mark.parametrize("victim", VICTIMS)
def test_whoever_is_killed_nobody_stays(driver, victim):
    """The four stand below each other; slirp4netns is a child of the keeper."""
    executor = subprocess.Popen(["setpriv", "--reuid", "coagent", "--regid", "coagent", "--init-groups", driver / "sandbox-run",
                                 "--network", "internet", driver / "breakout.py", "sh", "-c", "(setsid sleep 600 &); sleep 601"],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_until(lambda: all(named(children(executor.pid), words) for words in ("/usr/bin/slirp4netns", "sleep 600", "sleep 601")))
    everybody = children(executor.pid)
    chain = [executor.pid, children(executor.pid)[1]]
    chain.append(named(everybody, "bwrap"))
    chain.append(children(chain[2])[1])
    os.kill(chain[VICTIMS[victim]], signal.SIGKILL)
    wait_until(lambda: not any(map(is_alive, everybody)))
    executor.wait()


# Bombs. Each runs while another run goes on, which must not feel it.

BOMBS = {
    "processes": ("sh", ":() { : | : & }; :; sleep 600", {"processes": 40}),
    "memory": ("python", "a = []\nwhile True: a.append(bytearray(b'x' * 1000000))", {"memory_mb": 100}),
    "disk": ("sh", "i=0; while dd if=/dev/zero of=/tmp/$((i++)) bs=1M count=1 2>/dev/null; do :; done; exit 1", {"disk_mb": 20}),
    "output": ("sh", "yes 'a bomb of output'", {"output_mb": 1}),
    "cpu_time": ("sh", "for i in 1 2 3; do (while :; do :; done) & done; wait", {"cpu_seconds": 2}),
    "wall_time": ("sh", "setsid sleep 600 & sleep 600", {"wall_seconds": 1}),
}


def bystander(client):
    """A run that says the time ten times a second."""
    run = scripts.start(client, "for i in $(seq 50); do echo $EPOCHREALTIME; sleep 0.1; done; echo end >out/end")
    scripts.until(client, run, lambda now: now["output"]["bytes"] > 0)
    return run


@pytest.mark.parametrize("reason", BOMBS)
def test_a_bomb_ends_for_its_reason_and_others_go_on(ann, reason):
    kind, code, limits = BOMBS[reason]
    beside = bystander(ann)
    over, _ = scripts.run(ann, code, kind, limits=limits)
    assert over["ended_by"] == reason, over
    assert over["state"] == ("timed_out" if reason == "wall_time" else "failed")
    assert over["reason"]
    assert left_of(over["id"]) == []
    calm = scripts.wait(ann, beside)
    times = [float(line) for line in scripts.output(ann, beside).split()]
    assert calm["state"] == "succeeded" and len(times) == 50 and len(calm["files"]) == 1
    assert max(later - earlier for earlier, later in zip(times, times[1:])) < 5


def test_a_run_that_kills_all_it_can_ends_itself_only(ann):
    beside = bystander(ann)
    over, _ = scripts.run(ann, "kill -STOP 1; kill -9 -1; kill -9 $$; sleep 600", limits={"wall_seconds": 20})
    assert over["state"] == "failed" and over["ended_by"] in ("signal", "exit")
    assert scripts.wait(ann, beside)["state"] == "succeeded"


# Granted network, where there is something to reach

ALLOWED = "1.2.3.4"
PRIVATE = ["10.9.9.9", "172.16.5.5", "192.168.7.7", "169.254.169.254", "100.64.1.1", "198.18.0.9", "192.0.2.77", "203.0.113.9"]
OWN = ["1.2.3.1", "5.6.7.8"]

LISTEN = """
import sys
sys.path.insert(0, sys.argv[1])
from harness.reachable import Reachable
one = Reachable("0.0.0.0")
print(one.port, flush=True)
sys.stdin.read()
print(sorted({peer[0] for peer in one.heard}), flush=True)
"""


class Surroundings:
    """Two network namespaces joined by a cable: in one the runner, in the other the internet and private networks."""

    def __init__(self):
        mark = uuid.uuid4().hex[:6]
        self.here, self.there = f"here-{mark}", f"there-{mark}"
        self.listeners = []

    def ip(self, *words):
        subprocess.run(["ip", *words], check=True)

    def open(self):
        for name in (self.here, self.there):
            self.ip("netns", "add", name)
            self.ip("-n", name, "link", "set", "lo", "up")
        self.ip("link", "add", "cable", "netns", self.here, "type", "veth", "peer", "name", "cable", "netns", self.there)
        for name, addresses in ((self.here, OWN), (self.there, [ALLOWED, *PRIVATE])):
            self.ip("-n", name, "link", "set", "cable", "up")
            for address in addresses:
                self.ip("-n", name, "address", "add", f"{address}/{24 if address.startswith('1.2.3') else 32}", "dev", "cable")
        self.ip("-n", self.here, "route", "add", "default", "via", ALLOWED)
        self.ip("-n", self.there, "route", "add", "default", "via", OWN[0])

    def listen(self, name):
        harness = str(pathlib.Path(__file__).parents[2])
        listener = subprocess.Popen(["ip", "netns", "exec", name, "/usr/bin/python3", "-c", LISTEN, harness],
                                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.listeners.append(listener)
        return int(listener.stdout.readline())

    def close(self):
        for listener in self.listeners:
            listener.kill()
            listener.wait()
        for name in (self.here, self.there):
            subprocess.run(["ip", "netns", "delete", name], check=False)


@pytest.fixture(scope="module")
def surroundings():
    made = Surroundings()
    try:
        made.open()
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def driver(tmp_path_factory):
    """The sandbox without a runner around it, where the services' user can start it."""
    build = pathlib.Path(__file__).parents[3] / os.environ.get("COAGENT_BUILD", "build")
    subprocess.run(["make", "-s", "tests/harness/sandbox-run"], cwd=build, check=True)
    folder = pathlib.Path(f"/tmp/coagent-sandbox-{uuid.uuid4().hex[:8]}")
    folder.mkdir(mode=0o755)
    for path in (build / "tests/harness/sandbox-run", pathlib.Path(breakout.__file__)):
        (folder / path.name).write_bytes(path.read_bytes())
        (folder / path.name).chmod(0o755)
    yield folder
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


def as_runner(surroundings, *words):
    """Run by the services' user in the namespace where the runner is."""
    said = subprocess.run(["ip", "netns", "exec", surroundings.here, "setpriv", "--reuid", "coagent", "--regid", "coagent",
                           "--init-groups", "--no-new-privs", *map(str, words)], capture_output=True, text=True, timeout=120)
    return said.stdout, said.stderr


def test_the_granted_network_reaches_the_internet_and_nothing_else(surroundings, driver):
    there, here = surroundings.listen(surroundings.there), surroundings.listen(surroundings.here)
    places = [(address, there) for address in PRIVATE] + [(address, here) for address in [*OWN, "127.0.0.1", "198.18.0.2"]]
    host = {"files": [], "secrets": [], "sockets": [], "abstract": [], "pids": [], "addresses": places, "allowed": [(ALLOWED, there)]}
    said, how = as_runner(surroundings, driver / "sandbox-run", "--network", "internet", driver / "breakout.py", "python3",
                          "/coagent/breakout.py", json.dumps(host))
    assert how.endswith("exit 0 0\n"), how
    assert {name: answer for name, answer in json.loads(said).items() if answer} == {}
    closed, how = as_runner(surroundings, driver / "sandbox-run", driver / "breakout.py", "python3", "/coagent/breakout.py",
                            json.dumps(host))
    assert {name: answer for name, answer in json.loads(closed).items() if answer} == {"cannot reach what it may": [[ALLOWED, there]]}
    for listener, heard in zip(surroundings.listeners, (f"['{OWN[0]}']\n", "[]\n")):
        listener.stdin.close()
        assert listener.stdout.readline() == heard


CONNECT = """
import json, socket, sys
reached = []
for address, port in json.loads(sys.argv[1]):
    try:
        socket.create_connection((address, port), 3).close()
        reached.append([address, port])
    except OSError:
        pass
print(json.dumps(reached))
"""


def test_a_named_network_reaches_its_destinations_and_nothing_else(surroundings, driver):
    """Neither another port of the same address, nor the internet, nor what no network may name: link-local, the host."""
    port, other, here = (surroundings.listen(name) for name in (surroundings.there, surroundings.there, surroundings.here))
    places = [(address, some) for address in [ALLOWED, *PRIVATE] for some in (port, other)] + [(address, here) for address in OWN]

    def reached(reach):
        said, how = as_runner(surroundings, driver / "sandbox-run", "--network", reach, driver / "breakout.py", "python3", "-c",
                              CONNECT, json.dumps(places))
        assert how.endswith("exit 0 0\n"), how
        return [tuple(place) for place in json.loads(said)]

    assert reached(f"10.9.0.0/16 tcp {port}\n192.168.7.7 udp {port}\n169.0.0.0/8") == [("10.9.9.9", port)]
    assert reached("internet\n10.9.9.9\n172.16.0.0/12 tcp 1-65535\n5.6.7.8") == [
        (address, some) for address in (ALLOWED, "10.9.9.9", "172.16.5.5") for some in (port, other)]


def test_a_run_whose_destinations_cannot_be_read_is_not_started(surroundings, driver):
    said, how = as_runner(surroundings, driver / "sandbox-run", "--network", "10.0.0.0/8 accept", driver / "breakout.py", "id")
    assert said == "" and "not started: " in how and "not a protocol" in how


LATER = "1.2.9.9"
TRY_LATER = """
import signal, socket, sys, time
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
print("ready", flush=True)
signal.sigwait([signal.SIGUSR1])
for attempt in range(150):
    try:
        socket.create_connection((sys.argv[1], int(sys.argv[2])), 2).close()
        said = "connected"
    except OSError as error:
        said = type(error).__name__
        break
    time.sleep(0.1)
print(said, flush=True)
"""


def test_an_address_that_the_host_gets_later_is_refused_too(surroundings, driver):
    port = surroundings.listen(surroundings.here)
    run = subprocess.Popen(["ip", "netns", "exec", surroundings.here, "setpriv", "--reuid", "coagent", "--regid", "coagent",
                            "--init-groups", "--no-new-privs", driver / "sandbox-run", "--network", "internet", driver / "breakout.py",
                            "python3", "-c", TRY_LATER, LATER, str(port)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert run.stdout.readline() == "ready\n"
    surroundings.ip("-n", surroundings.here, "address", "add", f"{LATER}/32", "dev", "cable")
    try:
        _, wrong = as_runner(surroundings, "/usr/bin/python3", "-c", "import socket, sys\n"
                             "socket.create_connection((sys.argv[1], int(sys.argv[2])), 5)", LATER, port)
        assert wrong == "", "or else the test would prove nothing"
        os.kill(named(children(run.pid), "python3 -c"), signal.SIGUSR1)
        said, how = run.communicate(timeout=120)
        assert how.endswith("exit 0 0\n"), how
        assert said not in ("", "connected\n")
    finally:
        surroundings.ip("-n", surroundings.here, "address", "del", f"{LATER}/32", "dev", "cable")


def test_what_is_refused_is_there(surroundings):
    """Or else the test above would prove nothing."""
    there = surroundings.listen(surroundings.there)
    reach = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 5)"
    for address in [ALLOWED, *PRIVATE]:
        _, wrong = as_runner(surroundings, "/usr/bin/python3", "-c", reach, address, there)
        assert wrong == "", address


def test_a_run_that_cannot_have_its_network_is_not_started(surroundings, driver):
    """The device is closed to this one process only, by a file system over it."""
    said = subprocess.run(["unshare", "-m", "sh", "-c", f"mount -t tmpfs none /dev/net && exec setpriv --reuid coagent --regid coagent "
                           f"--init-groups {driver}/sandbox-run --network internet {driver}/breakout.py id"], capture_output=True, text=True,
                          check=True)
    assert said.stdout == ""
    assert "not started: " in said.stderr and "/dev/net/tun" in said.stderr and "doctor" in said.stderr


def test_a_run_whose_filters_cannot_be_set_is_not_started(driver):
    said = subprocess.run(["unshare", "-m", "sh", "-c", f"mount --bind /bin/false /usr/sbin/nft && exec setpriv --reuid coagent "
                           f"--regid coagent --init-groups {driver}/sandbox-run --network internet {driver}/breakout.py id"],
                          capture_output=True, text=True, check=True)
    assert said.stdout == ""
    assert "not started: " in said.stderr and "filters" in said.stderr
