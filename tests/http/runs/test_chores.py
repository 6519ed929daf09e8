"""Chores: none delays a run or another chore, however long it takes; their process comes back; one runner does them for all;
and everybody who should can see how they went."""

import os
import pathlib
import re
import signal
import time

import psycopg2
import pytest

from harness import chores, executions, finished
from harness.doctor import Ctl
from harness.waiting import wait_until

NAMES = {"reap_leases", "send_heartbeats", "send_pulse", "expire_log_ins", "remove_expired", "purge_rooms", "seal_inputs",
         "sweep_runs", "sweep_script_files", "sweep_dependencies", "sweep_caches", "count_storage",
         "mend_times", "drop_functions"}
EACH_SECOND = {"reap_leases", "send_heartbeats", "send_pulse"}  # recorded each minute
MANY = 30000


def metrics(admin):
    """(metric, chore): number"""
    found = re.findall(r'^(coagent_chore_\w+)\{chore="(\w+)"\} (\S+)$', admin.get("/metrics").text, re.MULTILINE)
    return {(metric, chore): float(number) for metric, chore, number in found}


def fill_and_delete(studio, client, room, count):
    """A room that had so many runs, and was deleted an hour ago."""
    script = finished.script(client)
    studio.sql("insert into runs (kind, state, asked_by, script_id, script_version, room_id, finished_at) "
               "select 'script', 'succeeded', %s, %s, 1, %s, now() from generate_series(1, %s)", client.id, script["id"], room["id"], count)
    assert client.delete(f"/rooms/{room['id']}").status_code == 204
    studio.sql("update rooms set deleted_at = now() - interval '1 hour' where id = %s", room["id"])


def count_runs(studio, room):
    return studio.sql("select count(*) from runs where room_id = %s", room["id"])[0][0]


def expire_lease(studio, client):
    """A run whose executor is gone."""
    run = finished.run(studio, client, state="running", pid=1)
    studio.sql("update runs set lease_until = now() - interval '1 second' where id = %s", run)
    return run


def test_a_room_with_many_runs_is_purged_while_runs_start_at_once_and_leases_are_reaped(studio, people, ann):
    room = people.room(ann)
    fill_and_delete(studio, ann, room, MANY)
    script = executions.script(ann, "true")
    executions.wait(ann, executions.start(ann, script))
    chores.make_due(studio, "purge_rooms")
    wait_until(lambda: count_runs(studio, room) < MANY, 20, "the beginning of the purge")
    waits, reaped = [], []
    while count_runs(studio, room) > 0:
        run = executions.wait(ann, executions.start(ann, script))
        waits.append(studio.sql("select extract(epoch from started_at - queued_at) from runs where id = %s", run["id"])[0][0])
        lost, begun = expire_lease(studio, ann), time.monotonic()
        wait_until(lambda run=lost: executions.show(ann, run)["state"] == "lost", 20)
        reaped.append(time.monotonic() - begun)
    assert len(waits) > 3, "it was purged in several slices"
    assert max(waits) < 1 and sorted(waits)[len(waits) // 2] < 0.2, waits
    assert max(reaped) < 4, reaped
    chores.await_end(studio, "purge_rooms")
    assert studio.sql("select count(*) from rooms where id = %s", room["id"]) == [(0,)]


@pytest.fixture
def other(studio):
    """Another connection, for what must be held while the test looks."""
    connection = psycopg2.connect(studio.database_url)
    yield connection
    connection.close()


def examine(studio):
    """What doctor finds of the chores."""
    ctl = Ctl({}, studio.state / "app/sbin/coagentctl")
    try:
        ctl.file = studio.state / "conf/coagent.conf"
        return ctl.find("chores")
    finally:
        ctl.remove()


def test_a_chore_that_waits_for_a_lock_gives_up_and_fails_for_all_to_see_and_the_others_go_on(studio, ann, admin, other):
    failures = ("coagent_chore_failures_total", "remove_expired")
    wait_until(lambda: failures in metrics(admin))
    before = metrics(admin)[failures]
    other.cursor().execute("lock table idempotency_keys in access exclusive mode")
    chores.make_due(studio, "remove_expired")
    chores.await_end(studio, "remove_expired", "failed")
    run = expire_lease(studio, ann)
    wait_until(lambda: executions.show(ann, run)["state"] == "lost", 10)
    assert metrics(admin)[failures] == before + 1
    found = examine(studio)
    assert found["verdict"] == "failed" and "remove_expired" in found["message"] and "lock timeout" in found["message"]
    other.rollback()
    chores.do_now(studio, "remove_expired")
    assert examine(studio)["verdict"] == "ok"


def test_a_chore_that_was_not_done_for_long_is_told_by_doctor(studio):
    studio.sql("insert into runners (host, interpreters, labels) values ('elsewhere', '{}', '{}')")
    studio.sql("insert into chores (name, host, period_seconds, state, begun_at) "
               "values ('sweep_runs', 'elsewhere', 3600, 'done', now() - interval '4 hours')")
    found = examine(studio)
    assert found["verdict"] == "failed" and "sweep_runs started 14" in found["message"] and found["command"]
    studio.sql("update runners set seen_at = now() - interval '1 hour' where host = 'elsewhere'")
    assert examine(studio)["verdict"] == "ok"  # a host that is gone does none
    studio.sql("delete from chores where host = 'elsewhere'")
    studio.sql("delete from runners where host = 'elsewhere'")


def test_metrics_tell_when_each_chore_was_done_how_long_it_took_and_how_often_it_failed(admin):
    found = wait_until(lambda: metrics(admin), good=lambda found: len(found) == 3 * len(NAMES))
    assert set(found) == {(f"coagent_chore_{what}", name) for name in NAMES
                          for what in ("last_run_seconds", "duration_seconds", "failures_total")}
    assert all(number >= 0 for number in found.values())


def test_their_process_comes_back_when_it_was_killed(studio):
    before = wait_until(lambda: chores.processes(studio))
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: [pid for pid in chores.processes(studio) if pid not in before], 20)
    chores.do_now(studio, "remove_expired")


def test_it_goes_with_its_dispatcher_and_the_next_one_has_another(studio):
    before = wait_until(lambda: chores.processes(studio))
    parents = {int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]) for pid in before}
    for pid in parents:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not set(before) & set(chores.processes(studio)), 20)
    wait_until(lambda: chores.processes(studio), 75, "the next dispatcher's")
    chores.do_now(studio, "remove_expired")


def test_what_was_begun_and_not_ended_is_done_at_once(studio):
    studio.sql("update chores set state = 'running', begun_at = now() where name = 'sweep_runs'")
    chores.await_end(studio, "sweep_runs", seconds=20)


@pytest.mark.parametrize("jump, names", [("10 years", NAMES), ("-10 years", NAMES - EACH_SECOND)])
def test_a_jump_of_the_clock_stops_no_chore(studio, jump, names):
    """Its last time lies in the future after a jump back, and far in the past after one forward."""
    wait_until(lambda: {name for name, in studio.sql("select name from chores")} >= names, 90, "each has been done once")
    studio.sql("update chores set begun_at = now() + %s::interval where name = any (%s)", jump, list(names))
    late = "abs(extract(epoch from now() - begun_at)) > 3600 or state <> 'done'"
    wait_until(lambda: not studio.sql(f"select name, begun_at, state from chores where name = any (%s) and ({late})", list(names)),
               120, "the next time of each")


def test_what_was_stored_while_the_clock_was_ahead_comes_back(studio, people, ann):
    room, script = people.room(ann), executions.script(ann, "true")
    studio.sql("update rooms set last_event_at = now() + interval '10 years' where id = %s", room["id"])
    lost = finished.run(studio, ann, state="running", pid=1, host="elsewhere")
    studio.sql("update runs set lease_until = now() + interval '10 years' where id = %s", lost)
    waiting = finished.run(studio, ann, of=script, state="queued")
    studio.sql("update runs set queued_at = now() + interval '10 years', due_at = now() + interval '10 years' where id = %s", waiting)
    chores.make_due(studio, "mend_times")
    wait_until(lambda: executions.show(ann, lost)["state"] == "lost", 60)
    wait_until(lambda: executions.show(ann, waiting)["finished_at"], 60)
    assert studio.sql("select last_event_at <= now() from rooms where id = %s", room["id"]) == [(True,)]


def test_functions_that_no_session_names_are_dropped_and_others_are_not(studio, other):
    def there():
        return {name[3] for name, in studio.sql("select nspname from pg_namespace where nspname ~ '^fn_([abc])\\1{15}$'")}

    for letter, days in (("a", 50), ("b", 40), ("c", 30)):
        studio.sql(f"create schema fn_{letter * 16}")
        studio.sql(f"create function fn_{letter * 16}.f() returns int language sql as 'select 1'")
        studio.sql("insert into schema_functions (name, version, applied_at) values (%s, '0.0.1', now() - %s * interval '1 day')",
                   f"fn_{letter * 16}", days)
    other.cursor().execute(f"set application_name = 'coagent fn_{'a' * 16}'")
    other.commit()
    chores.do_now(studio, "drop_functions")
    assert there() == {"a", "c"}, "one is in use, and one belongs to the version before"
    other.close()
    wait_until(lambda: studio.sql("select count(*) from pg_stat_activity where application_name like 'coagent fn_aaaa%%'") == [(0,)])
    chores.do_now(studio, "drop_functions")
    assert there() == {"c"}
    studio.sql(f"drop schema fn_{'c' * 16} cascade")
    studio.sql("delete from schema_functions where version = '0.0.1'")
