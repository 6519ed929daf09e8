"""CPU time and page faults of the parts of a stack: what a request costs, however noisy the machine is."""

import os

TICK = os.sysconf("SC_CLK_TCK")


def stat_fields(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rsplit(")", 1)[1].split()
    except OSError:
        return None


def children():
    """parent: [pid, …] of all processes."""
    found = {}
    for name in os.listdir("/proc"):
        fields = stat_fields(name) if name.isdigit() else None
        if fields:
            found.setdefault(int(fields[1]), []).append(int(name))
    return found


def used(root, tree):
    """(CPU seconds, minor faults) of a process, its descendants, and of those that it has seen end."""
    ticks, faults, waiting = 0, 0, [root]
    while waiting:
        pid = waiting.pop()
        fields = stat_fields(pid)
        if fields:
            ticks += sum(map(int, fields[11:15]))
            faults += int(fields[7]) + int(fields[8])
        waiting += tree.get(pid, [])
    return ticks / TICK, faults


class Meter:
    """with Meter(stack.parts()) as meter: … ; meter.seconds and meter.faults are {part: number}"""

    def __init__(self, parts):
        self.parts = parts

    def read(self):
        tree = children()
        return {part: used(pid, tree) for part, pid in self.parts.items()}

    def __enter__(self):
        self.before = self.read()
        return self

    def __exit__(self, *_):
        after = self.read()
        self.seconds, self.faults = ({part: after[part][which] - self.before[part][which] for part in self.parts}
                                     for which in (0, 1))
