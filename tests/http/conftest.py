"""Fixtures of the HTTP suite. The studio is real and one for the whole session; each test makes its own users and rooms
in it, so that no test depends on another."""

import json
import os
import pathlib
import uuid

import pytest

from harness import contract, studio as harness_studio
from harness.people import People
from harness.recorder import recorder
from harness.waiting import wait_until


@pytest.fixture(scope="session")
def studio():
    running = harness_studio.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def people(studio):
    """Makes users, rooms, members and tokens: people.user("ann"), people.room(ann), people.add(ann, room, bob)."""
    return People(studio)


@pytest.fixture(scope="session")
def admin(people):
    """The administrator's browser."""
    return people.admin


@pytest.fixture(scope="session")
def tun():
    """As Debian's udev makes it; where the tests run it may be closed, or missing."""
    device = pathlib.Path("/dev/net/tun")
    if not device.exists():
        device.parent.mkdir(exist_ok=True)
        os.mknod(device, 0o20666, os.makedev(10, 200))
    if device.stat().st_mode & 0o666 != 0o666:
        device.chmod(0o666)


@pytest.fixture
def anonymous(people):
    return people.anonymous()


@pytest.fixture
def ann(people):
    return people.user("ann")


@pytest.fixture
def bob(people):
    return people.user("bob")


@pytest.fixture
def room(people, ann, bob):
    """Ann's, with Bob in it."""
    room = people.room(ann)
    people.add(ann, room, bob)
    return room


@pytest.fixture(scope="session")
def routes(people):
    """Every route that the program has."""
    answer = people.anonymous().get("/openapi.json")
    assert answer.status_code == 200, answer.text
    return contract.read(answer.json())


@pytest.fixture(autouse=True)
def no_throttles(studio):
    studio.forget_throttles()


@pytest.fixture(autouse=True)
def every_answer_is_documented():
    """Also those of fixtures that were made for this test, and of its threads."""
    yield
    faults = recorder.take()
    assert not faults, "answers that the OpenAPI document does not describe:\n" + "\n".join(faults)


def pytest_addoption(parser):
    parser.addoption("--unseen", action="store_true", help="list the documented answers that no test of this run got")


def pytest_terminal_summary(terminalreporter, config):
    unseen = recorder.unseen()
    terminalreporter.write_line(f"{len(unseen)} documented answers came in no test of this run (--unseen lists them)")
    if config.getoption("--unseen"):
        terminalreporter.write_line("\n".join(unseen))


@pytest.fixture(scope="session")
def runnable(admin):
    """The kinds of scripts that can run here, as the runner has told."""
    def kinds():
        found = admin.get("/scripts/kinds").json()
        return found if found[0]["installed"] is not None else None
    return {kind["kind"] for kind in wait_until(kinds, 60) if kind["installed"]}


@pytest.fixture
def runners(studio):
    """runners({"sh": …}): a runner tells this, until the test ends, beside those that there are; it has the label of the
    answer to itself."""
    host = f"of a test {uuid.uuid4().hex[:8]}"
    def tell(interpreters):
        studio.sql("""insert into runners (host, interpreters, labels) values (%s, %s, array[%s])
                      on conflict (host) do update set interpreters = excluded.interpreters, seen_at = now()""",
                   host, json.dumps(interpreters), host)
        return host
    yield tell
    studio.sql("delete from runners where host = %s", host)
