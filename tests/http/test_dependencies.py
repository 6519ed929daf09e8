"""Packages that a script needs: installed once per content by the runner, in a sandbox, and mounted read-only in its runs.
The installers are the real ones, and what they install lies in the folder vendor beside the script."""

import os
import pathlib
import re
import time
import uuid

import pytest

from harness import chores, executions as scripts
from harness.packages import text, vendored, wheel
from harness.waiting import wait_until

INSTALLING, INSTALLED = "[Installing the packages of requirements.txt.]", "[Installed in "


@pytest.fixture(scope="module")
def ann(people):
    return people.user("ann")


def fresh():
    """A name that no other test's package has: it would be installed already."""
    return f"p{uuid.uuid4().hex[:10]}"


def python(client, code, requirements, *files, **more):
    return scripts.script(client, code, "python", files=[text("requirements.txt", requirements), *files], **more)


def finish(client, made, state="succeeded", **wish):
    run = scripts.wait(client, scripts.start(client, made, **wish), timeout=300)
    assert run["state"] == state, (run["reason"], scripts.read(client, run["id"]))
    return run


def notes(client, run):
    """The runner's own lines of a run."""
    return scripts.read(client, run["id"], "note")


def store(studio):
    return pathlib.Path(studio.settings()["STATE_DIR"]) / "dependencies"


def test_packages_are_installed_once_and_used_by_every_run(ann):
    name = fresh()
    made = python(ann, f"import {name}, subprocess\nprint({name}.WORD, flush=True)\nsubprocess.run(['{name}-tool'], check=True)\n", name,
                  vendored(wheel(name, "WORD = 'one'\ndef main():\n    print('a tool')\n", programs=[f"{name}-tool"])))
    first, second = finish(ann, made), finish(ann, made)
    assert scripts.read(ann, first["id"], "stdout") == scripts.read(ann, second["id"], "stdout") == "one\na tool\n"
    assert INSTALLING in notes(ann, first) and INSTALLED in notes(ann, first)
    assert f"Successfully installed {name}" in scripts.read(ann, first["id"], "stderr")
    assert scripts.read(ann, second["id"]) == "one\na tool\n"


def test_another_script_with_the_same_files_uses_them_and_a_changed_file_makes_others(ann, people):
    name, bob = fresh(), people.user("bob")
    code, files = f"import {name}; print({name}.WORD)", [vendored(wheel(name, "WORD = 'one'"))]
    finish(ann, python(ann, code, name, *files))
    other = finish(bob, python(bob, code, name, *files))
    assert scripts.read(bob, other["id"]) == "one\n"
    again = finish(ann, python(ann, code, name, vendored(wheel(name, "WORD = 'two'"))))
    assert INSTALLED in notes(ann, again) and scripts.read(ann, again["id"], "stdout") == "two\n"


def test_a_run_cannot_change_them(ann):
    name = fresh()
    made = python(ann, f"import {name}, os\nplace = os.path.dirname({name}.__file__)\n"
                       "for path in (place + '/__init__.py', place + '/new', '/dependencies/new'):\n"
                       "    try:\n        open(path, 'a')\n    except OSError as error:\n        print(error.strerror)\n"
                       f"print({name}.__cached__ and os.path.exists({name}.__cached__))\n",
                  name, vendored(wheel(name, "")))
    run = finish(ann, made)
    assert scripts.read(ann, run["id"], "stdout") == "Read-only file system\n" * 3 + "True\n"


def test_the_installer_sees_nothing_else_of_the_script(ann):
    """Files that could lead pip elsewhere are not part of the key, so that it must not see them."""
    name = fresh()
    good = vendored(wheel(name, "WORD = 'good'"))
    made = python(ann, f"import {name}; print({name}.WORD)", name, good, text("pip.conf", "[global]\nindex-url = broken\n"),
                  text(".config/pip/pip.conf", "broken"), text("setup.cfg", "broken"), text("pip.py", "broken"))
    assert scripts.read(ann, finish(ann, made)["id"], "stdout") == "good\n"
    asking = python(ann, "print()", f"-r other.txt\n{name}\n", text("other.txt", ""), good)
    assert "other.txt" in finish(ann, asking, "failed")["reason"]


def test_the_reason_is_what_the_installer_said_last(ann):
    name = fresh()
    run = finish(ann, python(ann, "print('started')", f"{name}==1.0"), "failed")
    assert run["ended_by"] == "start"
    assert re.match(rf"requirements.txt could not be installed: ERROR: No matching distribution found for {name}==1.0", run["reason"])
    assert "The script has no network: allow internet access in its settings, or put the packages into the folder vendor" in run["reason"]
    assert "started" not in scripts.read(ann, run["id"], "stdout") and INSTALLING in notes(ann, run) and INSTALLED not in notes(ann, run)


def test_what_failed_is_tried_again(ann):
    made = python(ann, "print()", f"{fresh()}==1.0")
    assert INSTALLING in notes(ann, finish(ann, made, "failed")) and INSTALLING in notes(ann, finish(ann, made, "failed"))


def test_the_file_of_another_kind_asks_for_nothing(ann):
    run = scripts.execute(ann, "echo ok", files=[text("requirements.txt", fresh())])
    assert (run["state"], run["text"]) == ("succeeded", "ok\n")


def test_a_dry_run_of_python_installs_nothing(ann):
    run = finish(ann, python(ann, "import nothing", fresh()), dry_run=True)
    assert scripts.read(ann, run["id"]) == ""


SLOW_SETUP = "import setuptools, time\nprint('at work', flush=True)\ntime.sleep({seconds})\nsetuptools.setup(name='{name}', version='1.0', py_modules=['{name}'])\n"


def slow(name, seconds):
    """Files of a package whose installation takes its time."""
    return [text("vendor/slow/setup.py", SLOW_SETUP.format(name=name, seconds=seconds)), text(f"vendor/slow/{name}.py", "WORD = 'slow'\n")]


def test_an_installation_is_stopped_with_its_run(ann, studio):
    name = fresh()
    made = python(ann, "print()", "./vendor/slow\n", *slow(name, 3600))
    run = scripts.start(ann, made)
    scripts.await_output(ann, run, "Processing ./vendor/slow", timeout=120)
    assert ann.post(f"/runs/{run}/cancel").status_code == 200
    over = scripts.wait(ann, run, timeout=120)
    assert (over["state"], over["ended_by"]) == ("cancelled", "cancelled")


def test_two_runs_at_once_install_once(ann):
    name = fresh()
    made = python(ann, f"import {name}; print({name}.WORD)", "./vendor/slow\n", *slow(name, 3))
    runs = [scripts.wait(ann, run, timeout=300) for run in [scripts.start(ann, made), scripts.start(ann, made)]]
    assert [run["state"] for run in runs] == ["succeeded"] * 2, [scripts.read(ann, run["id"]) for run in runs]
    assert sorted(INSTALLED in notes(ann, run) for run in runs) == [False, True]
    assert [scripts.read(ann, run["id"], "stdout") for run in runs] == ["slow\n"] * 2


def kept(studio):
    """The keys of the store's trees, and the age of each in days is set by os.utime on its lock."""
    return {path.name for path in store(studio).iterdir() if len(path.name) == 64}


def age(studio, key, days):
    past = time.time() - days * 86400
    os.utime(store(studio) / f"{key}.lock", (past, past))


def test_what_no_run_uses_is_removed_and_what_a_run_uses_is_not(ann, studio):
    name, before = fresh(), kept(studio)
    made = python(ann, f"import {name}, os, sys, time\nprint('ready', flush=True)\nwhile not os.path.exists('/work/never'): time.sleep(0.1)\n",
                  name, vendored(wheel(name, "")))
    run = scripts.start(ann, made)
    scripts.await_output(ann, run, "ready", timeout=300)
    (key,) = kept(studio) - before
    age(studio, key, 400)
    chores.do_now(studio, "sweep_dependencies")
    assert key in kept(studio)
    assert ann.post(f"/runs/{run}/cancel").status_code == 200
    scripts.wait(ann, run)
    age(studio, key, 29)
    chores.do_now(studio, "sweep_dependencies")
    assert key in kept(studio)
    age(studio, key, 31)
    wait_until(lambda: chores.do_now(studio, "sweep_dependencies") or key not in kept(studio), 60, "the removal")
    assert not (store(studio) / f"{key}.lock").exists()
