"""What becomes of a run when a process that it hangs on dies: one case each. The kill tests try all of them at random."""

import contextlib
import os
import pathlib
import signal
import time

import psycopg2
import pytest

from harness import executions as scripts, finished
from harness.waiting import wait_until

COUNT = "import time\nfor n in range(1, {most}):\n    print(n, flush=True)\n    time.sleep(0.02)\n"


@pytest.fixture(scope="module")
def ann(people):
    return people.user("ann")


def executor(studio, run):
    return studio.sql("select pid from runs where id = %s", run)[0][0]


def kill(studio, run):
    """The executor; the lease ends at once, which takes 20 seconds in life."""
    pid = executor(studio, run)
    os.kill(pid, signal.SIGKILL)
    studio.sql("update runs set lease_until = now() where id = %s", run)
    return pid


def processes_of(run):
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if f"COAGENT_RUN_ID={run}".encode() in (folder / "environ").read_bytes():
                found.append(folder.name)
        except OSError:
            continue
    return found


def test_a_run_whose_executor_dies_is_lost_with_all_that_it_wrote_and_nothing_of_it_goes_on(ann, studio):
    run = scripts.start(ann, scripts.script(ann, COUNT.format(most=100000), "python"))
    scripts.await_output(ann, run, "20\n")
    assert processes_of(run)
    before = scripts.read(ann, run)
    kill(studio, run)
    ended = scripts.wait(ann, run)
    assert (ended["state"], ended["ended_by"], ended["attempt"]) == ("lost", "lost", 1)
    assert ended["reason"] == "The runner crashed while this was in progress."
    numbers = scripts.read(ann, run).split()
    assert numbers == [str(n) for n in range(1, len(numbers) + 1)] and scripts.read(ann, run).startswith(before)
    wait_until(lambda: not processes_of(run))


def test_an_executor_that_meets_a_lock_asks_again_and_its_run_goes_on(ann, studio):
    """The statement that takes a run gives up after ten seconds; the lease lasts twenty."""
    script = scripts.script(ann, "echo through")
    holder = psycopg2.connect(studio.database_url)
    try:
        holder.cursor().execute("lock table script_states in access exclusive mode")
        run = scripts.start(ann, script)
        log = studio.state / "log" / "runner.log"
        wait_until(lambda: f"{run} a statement failed: busy" in log.read_text(), what="an executor that gave a statement up")
    finally:
        holder.close()
    ended = scripts.wait(ann, run)
    assert (ended["state"], ended["attempt"]) == ("succeeded", 1)
    assert scripts.read(ann, run) == "through\n"


def test_what_terraform_has_made_is_not_forgotten_when_the_executor_dies(ann, studio, runnable):
    if "terraform" not in runnable:
        pytest.skip("nothing executes terraform here")
    made = scripts.script(ann, 'resource "terraform_data" "quick" {}\n'
                               'resource "terraform_data" "slow" {\n  depends_on = [terraform_data.quick]\n'
                               '  provisioner "local-exec" { command = "sleep 300" }\n}\n', "terraform")
    run = scripts.start(ann, made)
    wait_until(lambda: studio.sql("select 1 from script_states where script_id = %s", made["id"]), 60)
    assert "terraform_data.quick: Creation complete" in scripts.read(ann, run)
    kill(studio, run)
    assert scripts.wait(ann, run)["state"] == "lost"
    plan = scripts.wait(ann, scripts.start(ann, made, dry_run=True))
    said = scripts.read(ann, plan["id"])
    assert "terraform_data.quick: Refreshing state" in said and "will be created" in said


def test_a_run_that_may_be_repeated_goes_on_behind_what_it_wrote(ann, studio):
    run = scripts.start(ann, scripts.script(ann, COUNT.format(most=80), "python", retriable=True))
    scripts.await_output(ann, run, "20\n")
    kill(studio, run)
    ended = scripts.wait(ann, run)
    assert (ended["state"], ended["attempt"]) == ("succeeded", 2)
    first, note, second = scripts.read(ann, run).partition("[The runner crashed. The run starts again from here.]\n")
    assert note and second.split() == [str(n) for n in range(1, 80)]
    assert first.split() == [str(n) for n in range(1, len(first.split()) + 1)] and len(first.split()) >= 20
    assert ended["output"]["bytes"] == len(first + note + second)


def test_a_run_is_given_up_after_three_deaths(ann, studio):
    run = scripts.start(ann, scripts.script(ann, "echo begun; sleep 300", retriable=True))
    for attempt in (1, 2, 3):
        scripts.wait(ann, run, lambda shown, wanted=attempt: shown["attempt"] == wanted and executor(studio, run) is not None)
        scripts.wait(ann, run, lambda shown, wanted=attempt: scripts.read(ann, run).count("begun") == wanted)
        kill(studio, run)
    ended = scripts.wait(ann, run)
    assert (ended["state"], ended["attempt"], scripts.read(ann, run).count("begun")) == ("lost", 3, 3)


def test_a_file_that_was_not_stored_whole_is_not_shown(ann, studio):
    run = finished.run(studio, ann, state="running")
    finished.leave(studio, run, "whole", b"12345")
    finished.leave(studio, run, "empty", b"")
    part = finished.leave(studio, run, "part", b"12345")
    studio.sql("update files set size = 9 where id = %s", part)
    studio.sql("update runs set pid = 1, lease_until = now() where id = %s", run)
    ended = scripts.wait(ann, run)
    assert ended["state"] == "lost" and [file["path"] for file in ended["files"]] == ["empty", "whole"]
    assert ann.get(f"/files/{part}").status_code == 404


def test_a_stop_that_was_asked_for_is_the_end_also_of_a_run_whose_executor_died(ann, studio):
    run = scripts.start(ann, scripts.script(ann, "trap '' TERM; echo ready; while :; do sleep 0.1; done", retriable=True))
    scripts.await_output(ann, run, "ready")
    assert ann.post(f"/runs/{run}/cancel").status_code == 200
    kill(studio, run)
    ended = scripts.wait(ann, run)
    assert (ended["state"], ended["ended_by"], ended["attempt"]) == ("cancelled", "cancelled", 1)


def test_a_run_goes_on_while_the_server_restarts_and_loses_nothing(ann, studio):
    """Its connection ends; the numbers come without a gap, and the file is there whole."""
    code = COUNT.format(most=150) + "open('out/a', 'wb').write(b'a' * 3000000)\n"
    run = scripts.start(ann, scripts.script(ann, code, "python"))
    scripts.await_output(ann, run, "20\n")

    def written():
        return studio.sql("select output_bytes from runs where id = %s", run)[0][0]

    with contextlib.closing(psycopg2.connect(studio.database_url.replace("//coagent@", "//postgres@"))) as superuser:
        superuser.autocommit = True
        for _ in range(3):
            before = written()
            superuser.cursor().execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'coagent_app'")
            wait_until(lambda before=before: written() > before, what="more output")
    ended = scripts.wait(ann, run)
    assert (ended["state"], ended["attempt"]) == ("succeeded", 1)
    assert scripts.read(ann, run).split() == [str(n) for n in range(1, 150)]
    (file,) = ended["files"]
    assert ann.get(f"/files/{file['id']}").content == b"a" * 3000000
