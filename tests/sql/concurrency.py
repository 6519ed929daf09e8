"""Everybody at once: people post, edit, join, leave and delete rooms, agents are asked, stopped and deleted, executors
claim, speak, end and die, administrators take each other's role away; all with the program's own statements and role.
Nobody may get a deadlock or a fault, and afterwards every rule that spans rows must hold. Writes TAP."""

import collections
import json
import pathlib
import random
import re
import sys
import threading
import time

import psycopg2

from statements import call, statements

SECONDS = 6
SLOW_SECONDS = 60  # more, until every kind of action was done once
USERS, AGENTS, ROOMS = 8, 4, 4
# What may come of an action: it worked, it was refused in words, a claim met another (see run_claim), or the caller was
# deleted between the guard and the action.
EXPECTED = ("CA4", "23505", "23503")


class Actor(threading.Thread):
    """A connection of the program that does one kind of thing again and again until the time is up."""

    def __init__(self, url, top, world, act, over):
        super().__init__(daemon=True)
        self.connection = psycopg2.connect(url)
        self.cursor = self.connection.cursor()
        for name, _, text in statements(top):
            self.cursor.execute(f"prepare {name} as {text}")
        self.connection.commit()
        self.world, self.act, self.over = world, act, over
        self.outcomes, self.done = collections.Counter(), collections.Counter()

    def run(self):
        while not self.over.is_set():
            try:
                self.act(self)
            except psycopg2.Error as error:
                self.connection.rollback()
                self.outcomes[f"{self.act.__name__} {error.pgcode} {str(error).splitlines()[0]}"
                              if not (error.pgcode or "").startswith(EXPECTED) else error.pgcode] += 1

    def unit(self, caller, *steps):
        """One transaction, as one pipeline is; the rows of its last statement."""
        self.cursor.execute("select set_config('coagent.caller', %s, true), set_config('coagent.scopes', 'read,write,admin', true)",
                            (caller or "",))
        for name, *values in steps:
            self.cursor.execute(call(name, values))
        rows = self.cursor.fetchall() if self.cursor.description else []
        self.connection.commit()
        self.outcomes["done"] += 1
        self.done[steps[-1][0]] += 1
        return rows

    def attempt(self, caller, *steps):
        """The same for what may well be refused: the act goes on."""
        try:
            return self.unit(caller, *steps)
        except psycopg2.Error as error:
            self.connection.rollback()
            if not (error.pgcode or "").startswith(EXPECTED):
                raise
            self.outcomes[error.pgcode] += 1
            return []

    def any(self, kind):
        return random.choice(self.world[kind])

    def query(self, text, *values):
        self.cursor.execute(text, values)
        rows = self.cursor.fetchall()
        self.connection.commit()
        return rows


def saying(room, text, script=None):
    """Posts a message, which runs a script if one is named."""
    return "message_post", room, json.dumps({"text": text}), script, 1 if script else None, "{}" if script else None, ",".join(re.findall(r"@(\w+)", text))


def talk(actor):
    """As a request with an Idempotency-Key does it: guard, claim, action."""
    room, number = actor.any("rooms"), random.randrange(AGENTS)
    user = random.choice(actor.world["users"] + actor.world["guests"][-3:])
    text, script = random.choice([("Hello", None), (f"@agent{number} and @user1, what now?", None), ("@passing, do you hear?", None),
                                  ("Fine.", None), *(("/run it", made) for made in actor.world["scripts"][-1:])])
    sessions = actor.query("select id from sessions where user_id = %s", user)
    for (session,) in sessions:
        actor.attempt(user, ("guard_room", user, session, "", "write", user, "192.0.2.1", room, "member", True),
                      ("idempotency_claim", str(random.random()), "print"),
                      saying(room, text, script))


def rewrite(actor):
    room = actor.any("rooms")
    found = actor.query("select seq, principal_id from room_events where room_id = %s and kind = 'message' "
                        "order by random() limit 1", room)
    for seq, author in found:
        if random.random() < 0.7:
            actor.attempt(author, ("message_edit", room, seq, "Better so, @user1.", random.choice(["", "user1"]), True))
        else:
            actor.attempt(actor.any("users"), ("message_delete", room, seq))
        actor.attempt(actor.any("users"), ("room_read", room, seq))


def execute(actor):
    claimed = actor.attempt(None, ("run_claim", "host", 16, 4, "{agent,script}", "{}")) or []
    if not claimed:
        time.sleep(0.005)
    for run, fence, _, _ in claimed:
        carry_out(actor, run, fence)


def carry_out(actor, run, fence):
    actor.attempt(None, ("run_take", run, fence, 1))
    actor.attempt(None, ("run_say", run, fence, 0, "part of "))
    if random.random() < 0.1:
        return  # it died
    actor.attempt(None, ("run_renew", run, fence))
    actor.attempt(None, ("run_finish", run, fence, random.choice(["succeeded", "failed"]), "why", '{"text": "part of it"}',
                      '{"prompt_tokens": 1, "completion_tokens": 2}'))


def reap(actor):
    actor.query("update runs set lease_until = now() - interval '1 second' where id in "
                "(select id from runs where state = 'running' and claimed_at < now() - interval '0.2 seconds' "
                " for update skip locked) returning 1")
    actor.query("update sessions set last_seen_at = now() - interval '1 day' where id in "
                "(select id from sessions order by random() limit 3 for update skip locked) returning 1")
    actor.attempt(None, ("run_requeue_expired",))
    actor.attempt(None, ("run_lose_expired",))
    time.sleep(0.01)


def stop(actor):
    room = actor.any("rooms")
    actor.attempt(actor.any("users"), ("room_stop", room))
    for (run,) in actor.query("select id from runs where state <> 'queued' and room_id is not null order by random() limit 1"):
        actor.attempt(actor.any("users"), ("run_retry", run, random.choice(["again", "resume"]), "api"))
    for (run,) in actor.query("select id from runs where room_id is not null order by id desc limit 1"):
        actor.attempt(actor.any("users"), ("run_cancel", run))


def move(actor):
    room, owner, member = actor.any("rooms"), actor.any("users"), actor.any(random.choice(["users", "agents"]))
    role = random.choice(["owner", "member", "viewer"])
    kind = random.randrange(3)
    if kind == 0:
        actor.attempt(owner, ("member_remove", room, member))
    elif kind == 1:
        actor.attempt(owner, ("member_edit", room, member, f'{{"role": "{role}"}}'))
    actor.attempt(owner, ("member_add", room, f'{{"id": "{member}", "role": "member"}}'))


def rule(actor):
    agent, admin, user = actor.any("agents"), actor.any("users"), random.choice(actor.world["users"][1:])
    actor.attempt(actor.world["users"][0], ("agent_switch", agent, "restart"))
    changes = random.choice(['"role": "user"', '"role": "admin"', '"disabled": true', '"disabled": false'])
    version = actor.query("select coalesce(max(version), 1) from users where id = %s", user)[0][0]
    actor.attempt(admin, ("user_edit", user, f'{{{changes}, "version": {version}}}', None))
    actor.attempt(user, ("profile_edit", f'{{"name": "Renamed", "version": {version + 1}}}', False))


def come_and_go(actor):
    """A user who lives for a moment, in rooms where others are busy, and owns one."""
    admin, name = actor.world["users"][0], f"guest{random.getrandbits(60)}"
    actor.attempt("", ("user_register", f"{name}@example.com", name, "$2b$04$x"))
    ((guest,),) = actor.query("select id from users where email = %s", f"{name}@example.com")
    actor.query("insert into sessions (user_id, family_hash, refresh_hash, expires_at, last_seen_at) "
                "values (%s, %s, 'r', now() + interval '1 day', now() - interval '1 day') returning 1", guest, name)
    actor.world["guests"].append(guest)
    for room in actor.world["rooms"]:
        actor.attempt(admin, ("member_add", room, f'{{"id": "{guest}", "role": "owner"}}'))
    for (answer, _) in actor.attempt(guest, ("room_create", '{"name": "Short", "visibility": "public"}'))[:1]:
        room = json.loads(answer)["id"]
        actor.attempt(admin, ("member_add", room, f'{{"id": "{admin}"}}'))
        actor.attempt(guest, saying(room, "@agent0?"))
        if random.random() < 0.5:
            actor.attempt(guest, ("room_delete", room))
    actor.attempt(admin, ("user_delete", guest))


def pass_through(actor):
    """An agent that lives for a moment in every room, and is asked there."""
    owner = actor.world["users"][0]
    body = json.dumps({"name": "Passing", "handle": "passing", "provider_id": actor.world["providers"][0]})
    for (answer, _) in actor.attempt(owner, ("agent_create", body)):
        agent = json.loads(answer)["id"]
        for room in actor.world["rooms"]:
            actor.attempt(owner, ("member_add", room, f'{{"id": "{agent}"}}'))
            actor.attempt(owner, saying(room, "@passing, quick!"))
        actor.attempt(owner, ("agent_delete", agent))


def script(actor):
    """A script that lives for a moment, and is run in a room by others; what it does is the executor's part."""
    user, name = actor.any("users"), f"script{random.getrandbits(60)}"
    actor.attempt(user, ("script_create", json.dumps({"name": name, "kind": "sh", "code": "true", "parameters": {}})))
    for (made,) in actor.query("select id from scripts where name = %s", name):
        actor.world["scripts"].append(made)
        for room in actor.world["rooms"]:
            actor.attempt(user, saying(room, f"/run {name}", made))
        for (run,) in actor.query("select id from runs where script_id is not null order by random() limit 1"):
            actor.attempt(user, random.choice([("run_retry", run, "again", "api"), ("run_cancel", run)]))
        actor.attempt(user, ("script_delete", made))
        actor.world["scripts"].remove(made)


def make_world(url):
    """Users, agents and rooms in which everybody is an owner at first."""
    world = {"guests": [], "scripts": []}
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        def ids(text, *values):
            cursor.execute(text, values)
            return [row[0] for row in cursor.fetchall()]
        world["users"] = ids("insert into principals (kind, handle, name) select 'user', 'user' || n, 'User' "
                             "from generate_series(1, %s) n returning id", USERS)
        cursor.execute("insert into users (id, email, password_hash, role) select id, handle || '@example.com', 'x', 'admin' "
                       "from principals where kind = 'user'")
        cursor.execute("insert into sessions (user_id, family_hash, refresh_hash, expires_at) "
                       "select id, id, 'r', now() + interval '1 day' from users")
        world["agents"] = ids("insert into principals (kind, handle, name) select 'agent', 'agent' || n, 'Agent' "
                              "from generate_series(0, %s - 1) n returning id", AGENTS)
        world["providers"] = ids("insert into providers (name, kind) values ('p', 'command') returning id")
        cursor.execute("insert into agents (id, owner_id, provider_id) select id, %s, %s from principals "
                       "where kind = 'agent'", (world["users"][0], world["providers"][0]))
        world["rooms"] = ids("insert into rooms (name, created_by, visibility) select 'Room', %s, 'public' "
                             "from generate_series(1, %s) returning id", world["users"][0], ROOMS)
        cursor.execute("insert into room_members (room_id, principal_id, role) select r.id, p.id, "
                       "case kind when 'user' then 'owner' else 'member' end from rooms r, principals p")
    return world


# What must have worked at least once, or the rest proves little.
DONE = ("message_post", "message_edit", "message_delete", "room_read", "run_claim", "run_take", "run_say", "run_renew",
        "run_finish", "run_requeue_expired", "run_lose_expired", "room_stop", "member_add", "member_edit",
        "member_remove", "agent_switch", "agent_delete", "user_edit", "profile_edit", "room_create", "script_create",
        "script_delete", "user_register", "user_delete", "room_delete")

# What must hold afterwards: name -> a query that finds what breaks it.
RULES = {
    "a room's numbers have no gap": "select room_id from room_events group by 1 having max(seq) <> count(*) or min(seq) <> 1",
    "a room knows its newest event": "select id from rooms r where last_seq <> "
        "(select coalesce(max(seq), 0) from room_events where room_id = r.id)",
    "a room knows how many messages it has": "select id from rooms r where last_number <> "
        "(select count(*) from room_events where room_id = r.id and kind in ('message', 'result'))",
    "each event knows how many messages came before": "select * from (select number, count(*) filter (where kind in "
        "('message', 'result')) over (partition by room_id order by seq) as n from room_events) e where number <> n",
    "a room's times go forward": "select * from (select created_at, lag(created_at) over (partition by room_id order by seq) "
        "as before from room_events) e where before > created_at",
    "a run that ended told its room once": "select r.id from runs r join rooms on rooms.id = r.room_id and deleted_at is null "
        "where finished_at is not null and (select count(*) from room_events e where e.run_id = r.id "
        "and e.kind in ('result', 'error')) <> 1",
    "a run that goes on told nothing yet": "select r.id from runs r where finished_at is null and exists "
        "(select from room_events e where e.run_id = r.id and e.kind in ('result', 'error'))",
    "a question that was asked was announced": "select r.id from runs r join rooms on rooms.id = r.room_id and deleted_at is "
        "null where not exists (select from room_events e where e.run_id = r.id and e.kind = 'run')",
    "a room has an owner": "select id from rooms r where deleted_at is null and not exists (select from room_members m "
        "join users u on u.id = m.principal_id where m.room_id = r.id and m.role = 'owner')",
    "read markers are not ahead": "select room_id from room_members m join rooms r on r.id = m.room_id "
        "where read_seq > last_seq or read_number > last_number",
    "an administrator account is enabled who can log in": "select 1 where not exists (select from users where role = 'admin' "
        "and disabled_at is null)",
    "who is deleted is nowhere a member": "select room_id from room_members m join principals p on p.id = m.principal_id "
        "where deleted_at is not null",
    "every message is in the audit log": "select e.room_id from room_events e where kind = 'message' and not exists "
        "(select from audit_log a where object_kind = 'room' and object_id = e.room_id::text and action = 'message.post' "
        "and (detail ->> 'seq')::bigint = e.seq)",
}


def main():
    app_url, owner_url, top = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    world = make_world(owner_url)
    over = threading.Event()
    actors = [Actor(app_url, top, world, act, over)
              for act in (talk, talk, rewrite, execute, execute, reap, stop, move, move, rule, come_and_go, come_and_go, pass_through, script)]
    for actor in actors:
        actor.start()
    time.sleep(SECONDS)
    limit = time.monotonic() + SLOW_SECONDS
    while time.monotonic() < limit and any(not sum(actor.done[name] for actor in actors) for name in DONE):
        time.sleep(0.1)
    over.set()
    for actor in actors:
        actor.join()
    outcomes = sum((actor.outcomes for actor in actors), collections.Counter())
    done = sum((actor.done for actor in actors), collections.Counter())
    faults = [outcome for outcome in outcomes if outcome != "done" and not outcome.startswith(EXPECTED)]
    print(f"# {dict(outcomes)} {dict(done)}")
    print(f"{'not ok' if faults else 'ok'} 1 - nobody gets a deadlock or a fault ({outcomes['done']} actions)")
    for fault in faults:
        print(f"# {outcomes[fault]} x {fault}")
    idle = [name for name in DONE if not done[name]]
    print(f"{'not ok' if idle else 'ok'} 2 - every kind of action was done" + (f"\n# not: {idle}" if idle else ""))
    with psycopg2.connect(owner_url) as connection, connection.cursor() as cursor:
        for number, (name, query) in enumerate(RULES.items(), 3):
            cursor.execute(query)
            found = cursor.fetchall()
            print(f"{'not ok' if found else 'ok'} {number} - {name}" + (f"\n# {len(found)}: {found[:3]}" if found else ""))
    print(f"1..{len(RULES) + 2}")


if __name__ == "__main__":
    main()
