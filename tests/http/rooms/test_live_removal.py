"""Who may hear less hears nothing of what is said afterwards: sockets end before the change is committed, and those that
come back wait for the commit."""

import threading

import psycopg2
import pytest

from harness.fanout_gate import FanoutGate
from harness.listener import Listener
from harness.waiting import wait_until

ATTEMPTS = 5


def waits_for_a_lock(studio):
    return studio.sql("select pid from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()")


def remove_with_a_late_close(studio, ann, bob, room):
    """Ann removes Bob, and says something after the removal's requests have begun, while nchan takes its time to close Bob's
    socket. The message, and what Bob has heard; None: the removal did not wait so long, because the machine is slow."""
    said = []
    say = threading.Thread(target=lambda: said.append(ann.twin().post(f"/rooms/{room['id']}/messages", {"text": "late"})))
    remove = threading.Thread(target=ann.twin().delete, args=(f"/rooms/{room['id']}/members/{bob.id}",))
    with Listener(bob) as live, FanoutGate(studio) as gate:
        remove.start()
        assert gate.caught.wait(60), "the removal closes no channel"
        say.start()
        wait_until(lambda: said or waits_for_a_lock(studio), what="the message, or that it waits for the removal")
        gate.opened.set()
        remove.join(60)
        say.join(60)
        assert live.closed.wait(60), "the socket is still open"
    return None if gate.left.is_set() else (said[0].json(), live.events(room["id"]))


def test_who_is_removed_hears_nothing_of_what_is_said_afterwards(studio, people, ann, bob, room):
    for _ in range(ATTEMPTS):
        race = remove_with_a_late_close(studio, ann, bob, room)
        if race:
            break
        people.add(ann, room, bob)
    assert race, "no removal waited for nchan"
    message, heard = race
    [(removal,)] = studio.sql("select max(seq) from room_events where room_id = %s and kind = 'member' and body ->> 'action' = 'removed'",
                              room["id"])
    assert message["seq"] > removal
    assert [event for event in heard if event["seq"] > removal] == []


def test_a_socket_that_comes_back_during_a_removal_waits_for_it(studio, ann, bob, room):
    """The removal is played: its lock, its change, and a commit that is late."""
    def authorize():
        answers.append(bob.get("/ws/authorize", timeout=120))
    answers = []
    thread = threading.Thread(target=authorize, daemon=True)
    with psycopg2.connect(studio.database_url) as removal, removal.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('live:' || %s, 0)), pg_backend_pid()", (bob.id,))
        holder = cursor.fetchone()[1]
        cursor.execute("delete from room_members where room_id = %s and principal_id = %s", (room["id"], bob.id))
        thread.start()
        wait_until(lambda: studio.sql("select pid from pg_stat_activity where %s = any (pg_blocking_pids(pid))", holder), 60)
        assert answers == []
    removal.close()
    thread.join(120)
    assert answers[0].status_code == 204 and room["id"] not in answers[0].headers["X-Channels"]


@pytest.mark.parametrize("part", ["user", "session"])
def test_a_socket_that_comes_back_during_the_end_of_an_account_is_refused(studio, people, part):
    client = people.user("late")
    answers = []
    thread = threading.Thread(target=lambda: answers.append(client.get("/ws/authorize", timeout=120)), daemon=True)
    with psycopg2.connect(studio.database_url) as ending, ending.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended('live:' || %s, 0)), pg_backend_pid()", (client.id,))
        holder = cursor.fetchone()[1]
        if part == "user":
            cursor.execute("update users set disabled_at = now() where id = %s", (client.id,))
        else:
            cursor.execute("update sessions set revoked_at = now(), revoked_reason = 'user' where user_id = %s", (client.id,))
        thread.start()
        wait_until(lambda: studio.sql("select pid from pg_stat_activity where %s = any (pg_blocking_pids(pid))", holder), 60)
        assert answers == []
    ending.close()
    thread.join(120)
    assert answers[0].status_code == 401
