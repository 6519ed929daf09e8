"""One machine of each kind; its tests follow each other, as its life goes on."""

import os
import pathlib
import shutil
import tempfile

import pytest

import build
import machine as machines


@pytest.fixture(scope="session")
def packages():
    """The two versions of the package."""
    kept = os.environ.get("COAGENT_PACKAGES")
    folder = pathlib.Path(kept or tempfile.mkdtemp(prefix="coagent-deb-")).resolve()
    yield build.packages(folder)
    if not kept:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def base(packages):
    made = machines.Base(packages[0])
    yield made
    made.remove()


class Life:
    """What one test tells the next."""

    broken = None


@pytest.fixture(scope="class")
def life(machine):  # pylint: disable=unused-argument  # one a machine
    return Life()


@pytest.fixture(scope="class", params=[machines.PlainMachine, machines.SystemdMachine], ids=["plain", "systemd"])
def machine(request, base):
    made = request.param(base)
    made.start()
    made.run("apt-get", "install", "-q", "-y", "procps")
    yield made
    made.stop()
    shutil.rmtree(made.root, ignore_errors=True)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """What follows a failure on the same machine would only fail for the same reason."""
    outcome = yield
    if outcome.get_result().failed and call.when != "teardown" and "life" in item.funcargs:
        item.funcargs["life"].broken = item.name


@pytest.fixture
def goes_on(life):
    if life.broken:
        pytest.fail(f"not tried after {life.broken}", pytrace=False)


def pytest_terminal_summary(terminalreporter):
    for text in machines.NOTES:
        terminalreporter.write_line(text)
