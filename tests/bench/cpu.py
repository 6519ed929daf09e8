"""CPU time of the parts of a stack: what a request costs, however noisy the machine is."""

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


def seconds(root, tree):
    """Of a process, its descendants, and of those that it has seen end."""
    total, waiting = 0, [root]
    while waiting:
        pid = waiting.pop()
        fields = stat_fields(pid)
        if fields:
            total += sum(map(int, fields[11:15]))
        waiting += tree.get(pid, [])
    return total / TICK


class Meter:
    """with Meter(stack.parts()) as meter: … ; meter.seconds is {part: CPU seconds}"""

    def __init__(self, parts):
        self.parts = parts

    def read(self):
        tree = children()
        return {part: seconds(pid, tree) for part, pid in self.parts.items()}

    def __enter__(self):
        self.before = self.read()
        return self

    def __exit__(self, *_):
        after = self.read()
        self.seconds = {part: after[part] - self.before[part] for part in self.parts}
