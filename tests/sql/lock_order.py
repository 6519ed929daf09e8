"""Whoever takes many rooms takes them in the order of their ids, and none before a room that comes earlier: a deletion that
waits for its first room must not hold a later one. Writes TAP."""

import pathlib
import sys
import threading
import time

import psycopg2

from concurrency import Actor, make_world, saying

WAIT_SECONDS = 30


def waits_for_a_lock(cursor, pid):
    limit = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < limit:
        cursor.execute("select exists (select from pg_locks where pid = %s and not granted)", (pid,))
        if cursor.fetchone()[0]:
            return True
        time.sleep(0.01)
    return False


def is_free(owner_url, room):
    with psycopg2.connect(owner_url) as connection, connection.cursor() as cursor:
        try:
            cursor.execute("select from rooms where id = %s for no key update nowait", (room,))
            return True
        except psycopg2.errors.LockNotAvailable:
            return False


def holds_nothing_while_it_waits(actor, owner_url, first, last, step):
    """Whether the last room is free while the step, of another thread, waits for the first one; and the step ends."""
    admin = actor.world["users"][0]
    with psycopg2.connect(owner_url) as holder, holder.cursor() as cursor:
        cursor.execute("select from rooms where id = %s for no key update", (first,))
        thread = threading.Thread(target=actor.unit, args=(admin, step), daemon=True)
        thread.start()
        free = waits_for_a_lock(cursor, actor.connection.info.backend_pid) and is_free(owner_url, last)
    thread.join(WAIT_SECONDS)
    return free and not thread.is_alive() and actor.done[step[0]] == 1


def main():
    app_url, owner_url, top = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    world = make_world(owner_url)
    actor = Actor(app_url, top, world, None, None)
    first, *_, last = sorted(world["rooms"])
    asker, agent = world["users"][1], world["agents"][0]
    for number, (name, step) in enumerate((("user", ("user_delete", asker)), ("agent", ("agent_delete", agent))), 1):
        actor.unit(asker if name == "user" else world["users"][2], saying(last, "@agent0, are you there?"))
        well = holds_nothing_while_it_waits(actor, owner_url, first, last, step)
        print(f"{'ok' if well else 'not ok'} {number} - deleting the {name} takes no room out of order")
    print("1..2")


if __name__ == "__main__":
    main()
