"""CPU time of a studio that nobody uses, from the moment when its second runner waits beside the one at work."""

import time

from cpu import Meter

SETTLE_SECONDS = 130  # rooms that were active have heartbeats for two minutes
SECONDS = 120


def measure(studio, say):
    """{part: % of a core}; the supervisor's has the runner's and all else that it starts."""
    say(f"  an idle installation, {SETTLE_SECONDS + SECONDS} seconds")
    time.sleep(SETTLE_SECONDS)
    begun = time.monotonic()
    with Meter({**studio.parts(), "wait": studio.pids["wait"], "all": studio.pids["supervisor"]}) as meter:
        time.sleep(SECONDS)
    used = {part: seconds * 100 / (time.monotonic() - begun) for part, seconds in meter.seconds.items()}
    everything = used.pop("all")
    return {**used, "supervisor and runner": everything - sum(used.values()), "all": everything}
