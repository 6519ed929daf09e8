"""The stages of a run, and how a test gets hold of each. Triggers that the test adds to its studio's database let the
short ones last, say by application_name which executor is there, and note every change of state."""

import os
import select
import time

import psycopg2

from kill.processes import wait_for

SCHEMA = """
create schema kill;
create table kill.pauses (script_id uuid, stage text, seconds float8);
create table kill.history (number bigserial, run_id uuid, state text);
create function kill.note() returns trigger language plpgsql security definer set search_path to kill, public as $$
declare
    reached text := case when new.state not in ('queued', 'running') then 'finishing'
                         when new.pid is not null and new.pid is distinct from old.pid then 'claimed' end;
    pause float8 := (select seconds from pauses where script_id = new.script_id and stage = reached);
begin
    if pause is not null then
        perform set_config('application_name', concat_ws(' ', reached, new.id, new.pid), true), pg_sleep(pause);
    end if;
    if new.state <> old.state then
        insert into history (run_id, state) values (new.id, new.state);
    end if;
    return new;
end $$;
create trigger kill_note before update on runs for each row when (old.kind = 'script') execute function kill.note();
"""
PAUSE = 0.7  # seconds that a short stage lasts
PATIENCE = 90


class Database:
    """A connection of one thread's own, made again when it was among the dead."""

    def __init__(self, studio):
        self.url = studio.database_url.replace("//coagent@", "//postgres@")
        self.connection = None

    def ask(self, statement, *values):
        end = time.monotonic() + PATIENCE
        while True:
            try:
                if self.connection is None:
                    self.connection = psycopg2.connect(self.url)
                    self.connection.autocommit = True
                with self.connection.cursor() as cursor:
                    cursor.execute(statement, values or None)
                    return cursor.fetchall() if cursor.description else []
            except psycopg2.Error:
                self.connection = None
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def value(self, statement, *values):
        rows = self.ask(statement, *values)
        return rows[0][0] if rows else None


def pause(trial, stage):
    trial.database.ask("insert into kill.pauses values (%s, %s, %s)", trial.script, stage, PAUSE)


def look_for(trial, statement):
    return wait_for(lambda: trial.database.value(statement, trial.run), PATIENCE, 0.003)


def reach_queued(trial):
    return look_for(trial, "select true from runs where id = %s and state = 'queued'")


def reach_paused(trial):
    """A trigger holds the executor's statement; says the executor's process id where it is told."""
    words = wait_for(lambda: trial.database.value(
        "select application_name from pg_stat_activity where application_name like %s", f"{trial.stage} {trial.run}%"), PATIENCE, 0.003)
    trial.executor = int(words.split()[2]) if words and words.split()[2:] else trial.executor
    return bool(words)


def reach_starting(trial):
    """The executor has taken the run and makes the sandbox."""
    return bool(trial.find_executor())


def reach_running(trial):
    return bool(trial.find_executor() and look_for(trial, "select true from runs where id = %s and output_bytes > 0"))


def reach_ending(trial):
    """The code is at its end, its executor not."""
    if not reach_running(trial):
        return False
    main = wait_for(lambda: trial.witness.main(trial.run), PATIENCE, 0.01)
    try:
        end = os.pidfd_open(main)
    except (OSError, TypeError):
        return False
    select.select([end], [], [], PATIENCE)
    os.close(end)
    return True


def reach_storing(trial):
    return bool(trial.find_executor() and look_for(trial, "select true from files where run_id = %s limit 1"))


def reach_cancelling(trial):
    if not reach_running(trial):
        return False
    trial.cancel()
    return True


REACH = {
    "queued": reach_queued, "claimed": reach_paused, "starting": reach_starting, "running": reach_running,
    "ending": reach_ending, "storing": reach_storing, "finishing": reach_paused, "cancelling": reach_cancelling,
}
