"""The runner's places are shared: who has few runs comes first, and no queue of others keeps anybody from one."""

import concurrent.futures
import contextlib
import uuid

import psycopg2
import pytest

from harness import finished, scripts
from harness.studio import TOP
from harness.waiting import wait_until
from sql.statements import statements

KINDS = "{agent,housekeeping,script}"
PLACES, RESERVE = 16, 4
LONG = 1000  # of each: how long the queues are makes no difference to a claim, but to the time that filling them takes


class Queue:
    """Claims for a host of its own, in a transaction that nobody else sees."""

    def __init__(self, studio, script):
        self.studio, self.script = studio, script
        claim = next(text for name, _, text in statements(TOP) if name == "run_claim")
        studio.sql(f"prepare claim as {claim}")

    def add(self, user, count=1, via="room"):
        self.studio.sql("insert into runs (kind, asked_by, script_id, script_version, via, due_at) "
                        "select 'script', %s, %s, 1, %s, now() - interval '1 hour' from generate_series(1, %s)",
                        user.id, self.script["id"], via, count)

    def ask(self, user, agent, room):
        self.studio.sql("insert into runs (kind, asked_by, agent_id, room_id, trigger_seq) values ('agent', %s, %s, %s, 1)",
                        user.id, agent, room["id"])

    def claim(self, places=PLACES):
        """Who has one more now, and by which way it was asked for."""
        claimed = self.studio.sql(f"execute claim ('nowhere', {places}, {places // 4}, '{KINDS}', '{{}}')")
        return self.studio.sql("select asked_by::text, via, kind from runs where id = any (%s::uuid[])",
                               [run[0] for run in claimed])

    def claim_all(self):
        """As the dispatcher does it: until there is no more."""
        found = []
        while claimed := self.claim():
            found += claimed
        return found

    def end(self, user):
        """One of this user's runs ends."""
        self.studio.sql("update runs set state = 'cancelled', finished_at = now() where id = "
                        "(select id from runs where host = 'nowhere' and state = 'running' and asked_by = %s limit 1)", user.id)


@pytest.fixture
def queue(studio, admin):
    script = finished.script(admin)
    studio.sql("begin")
    try:
        studio.sql("update runs set due_at = now() + interval '1 hour' where state = 'queued'")
        yield Queue(studio, script)
    finally:
        studio.sql("rollback")
        studio.sql("deallocate all")


def places_of(claimed, user):
    return sum(asked_by == user.id for asked_by, _, _ in claimed)


def test_a_place_that_is_free_is_for_who_has_the_fewest_runs(queue, ann, bob):
    """Ann's older runs wait in a long queue; Bob asks last."""
    queue.add(ann, 6)
    queue.studio.sql("update runs set due_at = due_at - interval '1 minute' where asked_by = %s and state = 'queued'", ann.id)
    queue.add(bob)
    claimed = queue.claim(5)
    assert (places_of(claimed, ann), places_of(claimed, bob)) == (2, 1)


def test_a_share_shrinks_while_others_wait(queue, ann, bob):
    queue.add(ann, 100)
    assert places_of(queue.claim_all(), ann) == 6, "alone half of what is not in reserve"
    queue.add(bob, 100)
    assert places_of(queue.claim_all(), bob) == 3, "half of what is left of it"
    for _ in range(4):
        queue.end(ann)
        assert places_of(queue.claim_all(), ann) == 0 or places_of(queue.claim_all(), bob) == 0
    mine, yours = (queue.studio.sql("select count(*) from runs where host = 'nowhere' and state = 'running' and asked_by = %s",
                                    user.id)[0][0] for user in (ann, bob))
    assert abs(mine - yours) <= 1, (mine, yours)


def test_five_long_queues_leave_a_place_for_a_sixth_person(queue, people, ann):
    mass = [people.user("mass") for _ in range(5)]
    for user in mass:
        queue.add(user, LONG)
    held = queue.claim_all()
    assert {places_of(held, user) for user in mass} == {2}
    queue.add(ann)
    assert queue.claim() == [(ann.id, "room", "script")], "before all the others, though it was asked for last"


def test_long_runs_of_those_who_came_first_leave_the_reserve(queue, people, ann):
    """Each takes as many as there may be before the next one comes; none of the runs ends."""
    for _ in range(4):
        queue.add(people.user("mass"), 100)
        held = queue.claim_all()
    assert len(held) == 1 and queue.claim_all() == []
    for user in (ann, *(people.user("next") for _ in range(RESERVE - 1))):
        queue.add(user)
        assert places_of(queue.claim_all(), user) == 1


def test_programs_leave_places_to_people(queue, people, ann):
    for _ in range(PLACES):
        queue.add(people.user("job"), 10, via="api")
    assert len(queue.claim_all()) == PLACES - RESERVE
    queue.add(ann, via="ui")
    assert queue.claim_all() == [(ann.id, "ui", "script")]


def test_what_one_waits_for_comes_before_ones_own_programs(queue, ann):
    queue.add(ann, LONG, via="api")
    assert places_of(queue.claim(4), ann) == 2
    queue.end(ann)
    queue.add(ann)
    assert queue.claim(4) == [(ann.id, "room", "script")]


def test_answers_have_places_of_their_own(queue, people, ann, admin):
    listed = admin.get("/agents", params={"limit": 200}).json()["items"]
    agent = next(one["id"] for one in listed if one["handle"] == "studio")
    for _ in range(PLACES):
        queue.add(people.user("mass"), 10)
    assert len(queue.claim_all()) == PLACES
    queue.ask(ann, agent, people.room(ann))
    assert queue.claim_all() == [(ann.id, "api", "agent")]


@contextlib.contextmanager
def nothing_to_read(studio):
    """Output cannot be read meanwhile: requests for it stay in progress."""
    with psycopg2.connect(studio.database_url) as other, other.cursor() as cursor:
        cursor.execute("lock table run_output in access exclusive mode")
        yield
        other.rollback()


def reading(studio):
    """How many requests wait for the output."""
    return studio.sql("select count(*) from pg_locks where relation = 'run_output'::regclass and not granted")[0][0]


def test_requests_that_take_long_leave_slots_to_others_and_to_log_ins(studio, people, ann, bob):
    most = int(studio.settings()["POOL_WAIT_SLOTS"]) - 2  # two are for those who log in
    each = most // 2
    of = {user.id: finished.run(studio, user) for user in (ann, bob)}
    for user in (ann, bob):
        finished.write(studio, of[user.id], ("stdout", b"a needle in it\n"))
    path = {user.id: f"/runs/{of[user.id]}/output/search?text=needle" for user in (ann, bob)}
    with concurrent.futures.ThreadPoolExecutor(most) as readers:
        with nothing_to_read(studio):
            answers = [readers.submit(ann.get, path[ann.id]) for _ in range(each)]
            wait_until(lambda: reading(studio), good=lambda count: count == each)
            refused = ann.get(path[ann.id])
            assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0, refused.text
            assert refused.headers["Content-Type"] == "application/problem+json"
            answers += [readers.submit(bob.get, path[bob.id]) for _ in range(most - each)]
            wait_until(lambda: reading(studio), good=lambda count: count == most)
            busy = people.api_token(bob, "read").get(path[bob.id])
            assert busy.status_code == 503 and int(busy.headers["Retry-After"]) > 0, busy.text
            assert people.user("late").get("/profile").status_code == 200, "logs in all the same"
        assert [answer.result().json()["offset"] for answer in answers] == [2] * most
    assert ann.get(path[ann.id]).status_code == 200, "its turns have ended"


def test_only_what_may_wait_reaches_the_pool_for_that(studio, ann):
    """The same path by another method does not."""
    def served_by(answer):
        request = answer.headers["X-Request-Id"]
        return wait_until(lambda: [pool for pool in ("pool", "wait") if request in (studio.state / f"log/{pool}.log").read_text()])
    assert served_by(ann.get("/profile")) == ["pool"]
    assert served_by(ann.edit("/profile", {"name": "Ann"})) == ["wait"]


@contextlib.contextmanager
def long_queues(studio, people, users=5):
    """So many runs of each, which sleep, in the real queue of the real runner."""
    owners = [people.user("mass") for _ in range(users)]
    try:
        for owner in owners:
            script = finished.script(owner, code="sleep 600\n")
            studio.sql("insert into runs (kind, asked_by, script_id, script_version, via) "
                       "select 'script', %s, %s, 1, 'room' from generate_series(1, %s)", owner.id, script["id"], LONG)
        studio.sql("select pg_notify('run_queued', 'many')")
        yield owners
    finally:
        mine = [owner.id for owner in owners]
        studio.sql("delete from runs where state = 'queued' and asked_by = any (%s::uuid[])", mine)
        for (run,) in studio.sql("select id::text from runs where state = 'running' and asked_by = any (%s::uuid[])", mine):
            people.admin.post(f"/runs/{run}/cancel")
        wait_until(lambda: not studio.sql("select 1 from runs where state = 'running' and asked_by = any (%s::uuid[])", mine), 120)


def test_commands_and_answers_start_while_five_people_have_queued_a_thousand_runs_each(studio, people, ann):
    """On a quiet machine both begin within some milliseconds; here only that they begin, while none of the others ends."""
    name = f"quick-{uuid.uuid4().hex[:8]}"
    finished.script(ann, name, code="echo here\n")
    room = people.room(ann)
    agent = next(one["id"] for one in people.admin.get("/agents", params={"limit": 200}).json()["items"]
                 if one["handle"] == "studio")
    assert ann.post(f"/rooms/{room['id']}/members", {"id": agent}).status_code == 201
    with long_queues(studio, people) as owners:
        mass = [owner.id for owner in owners]
        wait_until(lambda: studio.sql("select count(distinct asked_by) from runs where state = 'running' "
                                      "and asked_by = any (%s::uuid[])", mass)[0][0], 60, good=lambda count: count == len(mass))
        for text in (f"/run {name}", "@studio /tools"):
            assert ann.post(f"/rooms/{room['id']}/messages", {"text": text}).status_code == 201
            run = ann.get("/runs", params={"room": room["id"], "limit": 1}).json()["items"][0]
            assert scripts.wait(ann, run["id"], 60)["state"] == "succeeded"
        assert not studio.sql("select 1 from runs where finished_at is not null and asked_by = any (%s::uuid[])", mass)
        assert studio.sql("select 1 from runs where state = 'queued' and asked_by = any (%s::uuid[])", mass), "they still wait"


def test_a_caller_who_waits_for_each_answer_always_gets_one(ann):
    """The end of an answer is sent before the refusal is audited and the handler ends: its turn must be over by then."""
    assert {ann.get(f"/files/{uuid.uuid4()}").status_code for _ in range(100)} == {404}
