"""The processes of a running studio: who they are, whether they are all there, and which one is to die."""

import json
import os
import pathlib
import random
import signal
import time
import typing

PATIENCE = 90  # seconds until everything must be whole; the next runner may come after 60
SOCKETS_OF_AN_IDLE_HANDLER = 2  # the one it listens at, and its slot's connection to PostgreSQL


class Process(typing.NamedTuple):
    pid: int
    parent: int
    state: str
    started: int
    name: str     # its own
    program: str  # the file that it runs
    words: str    # how it calls itself
    folder: str   # where it works


def read(pid):
    """The process, or None when it is gone."""
    try:
        name, _, words = pathlib.Path(f"/proc/{pid}/stat").read_text().partition("(")[2].rpartition(")")
        words = words.split()
        called = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        program = folder = ""
        if words[0] != "Z":
            program, folder = os.readlink(f"/proc/{pid}/exe"), os.readlink(f"/proc/{pid}/cwd")
    except (OSError, IndexError):
        return None
    return Process(int(pid), int(words[1]), words[0], int(words[19]), name, program.removesuffix(" (deleted)"), called.strip(), folder)


def everybody():
    """All processes of the machine, by pid."""
    found = (read(pid) for pid in os.listdir("/proc") if pid.isdigit())
    return {process.pid: process for process in found if process}


def sockets(pid):
    count = 0
    try:
        for name in os.listdir(f"/proc/{pid}/fd"):
            try:
                count += os.readlink(f"/proc/{pid}/fd/{name}").startswith("socket:")
            except OSError:
                pass
    except OSError:
        pass
    return count


def kill(pid, number=signal.SIGKILL):
    """Whether there was anybody to get it."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


class Processes:
    def __init__(self, studio):
        self.state = studio.state
        self.folder = (studio.state / "run").resolve().parent  # where the parts keep their things
        self.supervisor = studio.pids["supervisor"]
        settings = studio.settings()
        self.slots = {"fast": int(settings["POOL_SLOTS"]), "wait": int(settings["POOL_WAIT_SLOTS"])}

    def look(self):
        """Who is there now, by role."""
        all_of_them = everybody()
        children = {}
        for process in all_of_them.values():
            children.setdefault(process.parent, []).append(process)
        services = sorted(children.get(self.supervisor, []), key=lambda one: one.started)

        def service(program, words=""):
            return [one for one in services if os.path.basename(one.program) == program and words in one.words]

        def below(masters):
            return [one for master in masters for one in children.get(master.pid, [])]

        roles = {
            "fast": service("coagent-fcgi", "--pool fast"), "wait": service("coagent-fcgi", "--pool wait"),
            "front": service("nginx", "front.conf"), "nchan": service("nginx", "nchan.conf"),
            "postmaster": service("postgres"), "dispatchers": service("coagent-runner"),
        }
        for master, role in (("fast", "keepers"), ("keepers", "handlers"), ("wait", "wait keepers"),
                             ("wait keepers", "wait handlers"), ("front", "front workers"), ("nchan", "nchan workers"),
                             ("postmaster", "backends")):
            roles[role] = below(roles[master])
        known = {one.pid for group in roles.values() for one in group}
        others = [one for one in all_of_them.values() if one.pid not in known and
                  one.program == str(self.folder / "app/sbin/coagent-runner")]
        roles["chores"] = [one for one in others if one.name == "coagent-chores"]
        roles["executors"] = [one for one in others if one not in roles["chores"]]
        known |= {one.pid for one in others}
        roles["strangers"] = [one for one in all_of_them.values() if one.pid not in known and
                              pathlib.Path(one.folder).is_relative_to(self.folder)]
        return roles

    def faults(self, executors):
        """What is not as it should be; executors are the pids that the runs name."""
        roles = self.look()
        wanted = {"fast": 1, "wait": 1, "front": 1, "nchan": 1, "postmaster": 1, "nchan workers": 1,
                  "keepers": self.slots["fast"], "handlers": self.slots["fast"], "wait keepers": self.slots["wait"],
                  "wait handlers": self.slots["wait"], "front workers": os.cpu_count(),
                  "chores": 1}
        found = [f"{len(roles[role])} {role} instead of {count}" for role, count in wanted.items() if len(roles[role]) != count]
        found += [f"left over: {one.words} ({one.pid}, child of {one.parent})" for one in roles["strangers"]]
        found += [f"executor {one.pid} of no running run" for one in roles["executors"] if one.pid not in executors]
        found += [f"{one.pid} of {role} is dead and not buried" for role, group in roles.items() for one in group if one.state == "Z"]
        return found

    def left(self):
        """Whatever still runs after the studio was stopped."""
        return [one for one in everybody().values()
                if pathlib.Path(one.folder).is_relative_to(self.folder) or one.program.startswith(str(self.folder)) or
                str(self.folder) in one.words and "supervise" in one.words]

    def pid(self, name):
        """As studio.json has it."""
        return json.loads((self.state / "studio.json").read_text())["pids"][name]


def wait_for(look, seconds, pause=0.02):
    """The first true answer; None when there is none in time."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found or time.monotonic() > end:
            return found or None
        time.sleep(pause)


def find_busy_handler(processes):
    """A handler in the midst of a request, stopped so that it stays there."""
    handlers = processes.look()["handlers"]
    random.shuffle(handlers)
    for one in handlers:
        if sockets(one.pid) > SOCKETS_OF_AN_IDLE_HANDLER and kill(one.pid, signal.SIGSTOP):
            if sockets(one.pid) > SOCKETS_OF_AN_IDLE_HANDLER:
                return one
            kill(one.pid, signal.SIGCONT)
    return None


def find_any(*roles, words=""):
    def find(processes):
        there = processes.look()
        return random.choice([one for role in roles for one in there[role] if words in one.words] or [None])
    return find


def find_oldest(role):
    return lambda processes: next(iter(processes.look()[role]), None)


# Who can die, and how one is found.
KINDS = {
    "handler": find_busy_handler,
    "keeper": find_any("keepers"),
    "master": find_any("fast"),
    "wait master": find_any("wait"),
    "executor": find_any("executors"),
    "front worker": find_any("front workers"),
    "front master": find_any("front"),
    "nchan worker": find_any("nchan workers"),
    "nchan master": find_any("nchan"),
    "backend": find_any("backends", words="coagent_app"),
    "postmaster": find_any("postmaster"),
    "chores": find_any("chores"),
    "dispatcher": find_oldest("dispatchers"),  # the one at work; a second one waits beside it
}
