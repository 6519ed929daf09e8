"""How tests wait: for what they want to see, with a limit that only a broken machine reaches."""

import time


def wait_until(look, seconds=60, what="it", good=bool):
    """The first answer of look that is good; fails when there is none in time, with what it saw last."""
    end = time.monotonic() + seconds
    while not good(seen := look()):
        assert time.monotonic() < end, f"{what} did not come within {seconds} s: {seen!r}"
        time.sleep(0.02)
    return seen
