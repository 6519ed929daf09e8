"""What the runner does now and then: made due, and waited for."""

import os
import pathlib

from harness.waiting import wait_until


def make_due(studio, name):
    """Its period is over, as far as it knows."""
    studio.sql("update chores set begun_at = now() - interval '1 day' where name = %s", name)


def await_end(studio, name, state="done", seconds=60):
    """Until it has been done after it was made due."""
    wait_until(lambda: studio.sql("select state = %s and begun_at > now() - interval '1 hour' from chores where name = %s",
                                  state, name)[0][0], seconds, f"the end of {name}")


def do_now(studio, name):
    make_due(studio, name)
    await_end(studio, name)


def processes(studio):
    """Those of the studio's chores, by their own name: the file that they run is the runner's."""
    found, folder = [], str((studio.state / "app").resolve())
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if (process / "comm").read_text() == "coagent-chores\n" and os.readlink(process / "exe").startswith(folder):
                found.append(int(process.name))
        except OSError:
            pass
    return found
