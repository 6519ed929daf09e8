"""Who runs users' code on this machine, seen from outside: in /proc, whatever the database says."""

import os
import pathlib
import threading
import typing

from kill.processes import everybody, read

LOOK = 0.03  # seconds between two looks
MARK = b"COAGENT_RUN_ID="


class Seen(typing.NamedTuple):
    pid: int
    started: int


def run_of(pid):
    """The run whose code this is, by the environment that every process of it has; None for all others."""
    try:
        settings = pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return None
    return next((one[len(MARK):].decode() for one in settings if one.startswith(MARK)), None)


class Witness(threading.Thread):
    """Keeps every process of a run, and those that a sandbox began its code with: more than one of these means that
    the code was begun more than once."""

    def __init__(self):
        super().__init__(daemon=True)
        self.known = set()
        self.processes, self.mains = {}, {}  # run -> set of Seen
        self.lock = threading.Lock()
        self.over = threading.Event()

    def run(self):
        while not self.over.wait(LOOK):
            self.look()

    def look(self):
        with self.lock:
            there = {int(pid) for pid in os.listdir("/proc") if pid.isdigit()}
            self.known &= there
            for pid in there - self.known:
                self.meet(pid)

    def meet(self, pid):
        process = read(pid)
        if not process or os.path.basename(process.program) == "bwrap":
            return  # gone, or still to become somebody
        self.known.add(pid)
        run = run_of(pid)
        if run:
            parent = read(process.parent)
            self.processes.setdefault(run, set()).add(Seen(pid, process.started))
            if parent and os.path.basename(parent.program) == "bwrap":
                self.mains.setdefault(run, set()).add(Seen(pid, process.started))

    def main(self, run):
        """The process of the run's code that is alive, or None."""
        self.look()
        return next((one.pid for one in self.mains.get(run, ()) if is_alive(one)), None)

    def begun(self, run):
        """How often the run's code was begun."""
        return len(self.mains.get(run, ()))

    def left(self, run):
        """Processes of the run that are still there."""
        self.look()
        return [one.pid for one in self.processes.get(run, ()) if is_alive(one)]


def is_alive(seen):
    process = read(seen.pid)
    return bool(process) and process.started == seen.started and process.state != "Z"


def ancestors(pid):
    """The processes above, the nearest first."""
    found = []
    while (process := read(pid)) and process.parent > 1:
        pid = process.parent
        found.append(pid)
    return found


def sandbox_of(main):
    """{"init", "bwrap", "sandbox"} of a run's process, by what stands above it: process 1 that it sees, who made that, and
    the keeper of the whole."""
    roles, above = {}, ancestors(main)
    shells = [pid for pid in above if (process := read(pid)) and os.path.basename(process.program) == "bwrap"]
    if shells:
        roles["init"], roles["bwrap"] = shells[0], shells[-1]
        roles["sandbox"] = above[above.index(shells[-1]) + 1]
    return roles


def keepers(folder):
    """Keepers of sandboxes whose program lies in this folder."""
    found = []
    for process in everybody().values():
        try:
            name = pathlib.Path(f"/proc/{process.pid}/comm").read_text().strip()
        except OSError:
            continue
        if name == "sandbox-keeper" and process.program.startswith(str(folder)):
            found.append(process.pid)
    return found
