"""Runs: who sees which, the history with every filter against a naive reading of the database, cancelling, running again."""

import itertools
import random
import uuid

import pytest

from harness import finished
from harness.listener import Listener
from harness.words import STATES

TAKES = {"type": "object", "properties": {"who": {"type": "string"}, "word": {"type": "string", "format": "password"}}}


@pytest.fixture
def ann(people):
    return people.user("ann")


@pytest.fixture
def bob(people):
    return people.user("bob")


def everything(client, **filters):
    """All pages."""
    items, cursor = [], None
    while True:
        answer = client.get("/runs", params={**filters, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["items"]) <= filters.get("limit", 50)
        items += page["items"]
        cursor = page["next"]
        if cursor is None:
            return items


def ids(items):
    return [item["id"] for item in items]


def test_a_run_tells_all_about_itself_but_passwords(studio, people, ann):
    room = people.room(ann)
    script = finished.script(ann, parameters=TAKES)
    run = finished.run(studio, ann, of=script, room=room, state="failed", inputs={"who": "x", "word": "hunter22"},
                       exit_code=3, ended_by="exit", reason="It ended with the exit code 3.", via="room", trigger_seq=7,
                       limits='{"memory_mb": 64}', usage='{"cpu_ms": 12}', result='[1, "two"]', host="there")
    finished.write(studio, run, ("stdout", b"12345"))
    told = ann.get(f"/runs/{run}").json()
    assert told["script"] == {"id": script["id"], "name": script["name"], "kind": "sh", "version": 1}
    assert told["parameters"] == {"who": "x", "word": "••••"}
    assert {key: told[key] for key in ("kind", "state", "name", "room", "room_name", "via", "trigger_seq", "exit_code", "signal",
                                       "ended_by", "limits", "usage", "result", "output", "host", "role", "agent", "mapping",
                                       "dry_run", "network", "networks", "api", "cancel_requested", "retry_of", "parent", "files")} == {
        "kind": "script", "state": "failed", "name": script["name"], "room": room["id"], "room_name": "A room", "via": "room",
        "trigger_seq": 7, "exit_code": 3, "signal": None, "ended_by": "exit", "limits": {"memory_mb": 64},
        "usage": {"cpu_ms": 12}, "result": [1, "two"], "output": {"bytes": 5, "truncated": False}, "host": "there",
        "role": "owner", "agent": None, "mapping": None, "dry_run": False, "network": False, "networks": [], "api": "none", "cancel_requested": False,
        "retry_of": None, "parent": None, "files": []}
    assert told["asked_by"]["id"] == ann.id
    item = everything(ann, room=room["id"])[0]
    assert item == {key: value for key, value in told.items() if key not in ("parameters", "limits", "files", "text", "result")}
    assert "hunter22" not in str(item)


@pytest.fixture(scope="module")
def world(studio, people):
    """Four people, two rooms, scripts and 240 runs of all kinds."""
    rng = random.Random(7)
    ann, bob, cid, eve = (people.user(name) for name in ("ann", "bob", "cid", "eve"))
    keeper = people.user("kim", permissions=["runs.manage"])
    scripter = people.user("sam", permissions=["scripts.manage"])
    room, public = people.room(ann), people.room(bob, visibility="public")
    people.add(ann, room, bob, "viewer")
    scripts = [finished.script(ann), finished.script(bob), finished.script(bob, visibility="private")]
    agent = ann.post("/agents", {"name": "Bot", "handle": f"bot-{uuid.uuid4().hex[:8]}"}).json()
    runs = []
    for _ in range(240):
        kind = rng.choice(["script", "script", "script", "agent", "housekeeping"])
        runs.append(finished.run(
            studio, rng.choice([ann, bob, cid]), of=rng.choice(scripts), state=rng.choice(STATES[3 if kind == "agent" else 2:]), kind=kind,
            room=rng.choice([room, public]) if kind == "agent" else rng.choice([None, None, room, public]) if kind == "script" else None,
            **({} if kind == "script" else {"script_id": None, "script_version": None}),
            **({"agent_id": agent["id"]} if kind == "agent" else {})))
    return {"people": {"ann": ann, "bob": bob, "cid": cid, "eve": eve, "keeper": keeper, "scripter": scripter}, "room": room,
            "public": public, "scripts": scripts, "agent": agent, "runs": runs}


def visible(studio, world, client):
    """The naive list: every run of this world that the caller may see, the newest first."""
    may = set(client.user["permissions"])
    rooms = {room for room, in studio.sql("select room_id::text from room_members where principal_id = %s", client.id)}
    own = {script for script, in studio.sql("select id::text from scripts where owner_id = %s", client.id)}
    rows = studio.sql("select id::text, kind, state, asked_by::text, room_id::text, script_id::text, agent_id::text from runs "
                      "where id = any(%s::uuid[]) order by id desc", world["runs"])
    return [row for row in rows if "runs.manage" in may or row[4] in rooms or row[5] in own
            or (row[1] == "script" and "scripts.manage" in may) or (row[3] == client.id and (row[1] == "script" or not row[4]))]


@pytest.mark.parametrize("name", ["ann", "bob", "cid", "eve", "keeper", "scripter"])
def test_every_filter_gives_what_a_naive_reading_gives(studio, world, name):
    client = world["people"][name]
    seen = visible(studio, world, client)
    ours = set(world["runs"])
    askers = [None, "me", world["people"]["ann"].id]
    combinations = itertools.product([None, "failed", "failed,waiting"], [None, "script", "agent", "housekeeping"],
                                     [None, world["scripts"][1]["id"]], [None, world["room"]["id"]],
                                     [None, world["agent"]["id"]], askers)
    for number, (states, kind, script, room, agent, asker) in enumerate(itertools.islice(combinations, 0, None, 5)):
        filters = {key: value for key, value in (("state", states), ("kind", kind), ("script", script), ("room", room),
                                                 ("agent", agent), ("asked_by", asker)) if value}
        person = client.id if asker == "me" else asker
        sees_room = name in ("ann", "bob", "keeper")
        wanted = [row[0] for row in seen
                  if (not states or row[2] in states.split(",")) and (not kind or row[1] == kind) and (not script or row[5] == script)
                  and (not room or row[4] == room and sees_room) and (not agent or row[6] == agent) and (not person or row[3] == person)]
        got = [run for run in ids(everything(client, limit=[7, 50, 200][number % 3], **filters)) if run in ours]
        assert got == wanted, filters


def test_a_public_room_shows_its_runs_to_everybody_who_asks_for_it(studio, world):
    eve = world["people"]["eve"]
    listed = everything(eve, room=world["public"]["id"])
    assert ids(listed) == [run for run, in studio.sql("select id::text from runs where room_id = %s order by id desc",
                                                      world["public"]["id"])]
    assert {item["role"] for item in listed} == {"viewer"}
    assert everything(eve) == [] and everything(eve, room=world["room"]["id"]) == []


@pytest.mark.parametrize("name", ["ann", "bob", "cid", "eve", "keeper", "scripter"])
def test_the_list_and_the_run_agree_on_the_role(studio, world, name):
    client = world["people"][name]
    roles = {item["id"]: item["role"] for item in everything(client, limit=200) if item["id"] in world["runs"]}
    public = {run for run, in studio.sql("select id::text from runs where room_id = %s", world["public"]["id"])}
    for run in world["runs"][::5]:
        answer = client.get(f"/runs/{run}")
        if run in roles:
            assert answer.json()["role"] == roles[run]
        else:
            assert answer.status_code == (200 if run in public else 404)


def test_since_and_until_part_the_history(studio, ann):
    script = finished.script(ann)
    runs = [finished.run(studio, ann, of=script) for _ in range(3)]
    studio.sql("select pg_sleep(0.005)")  # an id may tell a millisecond less than the time that is shown
    between = studio.sql("select api_time(clock_timestamp())")[0][0]
    studio.sql("select pg_sleep(0.005)")
    runs += [finished.run(studio, ann, of=script) for _ in range(3)]
    assert ids(everything(ann, script=script["id"], until=between)) == runs[2::-1]
    assert ids(everything(ann, script=script["id"], since=between)) == runs[:2:-1]
    assert everything(ann, script=script["id"], since=between, until=between) == []


@pytest.mark.parametrize("query", [{"state": "done"}, {"state": "failed,done"}, {"kind": "job"}, {"asked_by": "somebody"},
                                   {"asked_by": "' or true --"}, {"script": "x"}, {"room": 1}, {"cursor": "x"}, {"limit": 0},
                                   {"limit": 201}, {"since": "yesterday"}, {"other": 1}])
def test_what_is_no_filter_is_refused(ann, query):
    answer = ann.get("/runs", params=query)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == next(iter(query))


def test_who_asked_who_owns_the_script_and_who_may_cancel(studio, people, ann, bob):
    keeper, scripter, eve = (people.user(name, permissions=may) for name, may in
                             (("kim", ["runs.manage"]), ("sam", ["scripts.manage"]), ("eve", [])))
    script = finished.script(ann)
    for client, status in ((bob, 200), (ann, 200), (keeper, 200), (scripter, 200), (eve, 404)):
        run = finished.run(studio, bob, of=script, state="waiting")
        assert client.post(f"/runs/{run}/cancel").status_code == status
        ended = bob.get(f"/runs/{run}").json()
        assert (ended["state"], ended["ended_by"]) == (("cancelled", "cancelled") if status == 200 else ("waiting", None))


@pytest.mark.parametrize("kind", ["script", "workflow", "worker", "housekeeping"])
def test_a_run_of_every_kind_can_be_stopped_before_it_begins(studio, people, ann, kind):
    more = {} if kind == "script" else {"script_id": None, "script_version": None}
    run = finished.run(studio, ann, kind=kind, state="queued", **more)
    with Listener(ann, path=f"/ws/live?run={run}") as live:
        answer = ann.post(f"/runs/{run}/cancel")
        assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
        live.wait(lambda frame: frame.get("run", {}).get("state") == "cancelled" and frame["run"]["ended_by"] == "cancelled")
    again = ann.post(f"/runs/{run}/cancel")
    assert (again.status_code, again.json()["state"]) == (200, "cancelled"), "what is over stays as it is"


def test_a_script_runs_again_as_it_was(studio, ann, bob):
    mapping = ann.post("/mappings", {"name": f"map-{uuid.uuid4().hex[:8]}", "entries": [{"key": "A", "value": "b"}]}).json()
    script = finished.script(ann, parameters=TAKES)
    run = finished.run(studio, ann, of=script, state="succeeded", inputs={"who": "x"}, dry_run=True, mapping_id=mapping["id"],
                       limits='{"wall_seconds": 5}')
    assert ann.patch(f"/scripts/{script['id']}", {"version": 1, "code": "echo newer\n"}).status_code == 200
    answer = ann.post(f"/runs/{run}/retry", {})
    assert answer.status_code == 202, answer.text
    again = ann.get(f"/runs/{answer.json()['id']}").json()
    assert (again["retry_of"], again["script"]["version"], again["parameters"], again["dry_run"], again["via"],
            again["mapping"]["id"], again["limits"]["wall_seconds"]) == (run, 1, {"who": "x"}, True, "ui", mapping["id"], 5)
    assert bob.post(f"/runs/{run}/retry", {}).status_code == 404


def test_what_cannot_run_again_says_why(studio, people, ann, bob):
    keeper = people.user("kim", permissions=["runs.manage"])
    script = finished.script(ann)
    live = finished.run(studio, bob, of=script, state="waiting")
    assert "has not finished" in bob.post(f"/runs/{live}/retry", {}).json()["detail"]
    over = finished.run(studio, bob, of=script)
    assert ann.patch(f"/scripts/{script['id']}", {"version": 1, "visibility": "private"}).status_code == 200
    assert bob.post(f"/runs/{over}/retry", {}).status_code == 404, "the script is not bob's to run any more"
    assert ann.delete(f"/scripts/{script['id']}").status_code == 204
    refused = bob.post(f"/runs/{over}/retry", {})
    assert (refused.status_code, refused.json()["detail"]) == (409, "The script was deleted.")
    check = finished.run(studio, ann, kind="housekeeping", script_id=None, script_version=None)
    assert keeper.post(f"/runs/{check}/retry", {}).status_code == 409


@pytest.mark.parametrize("end", ["disable", "delete"])
def test_the_runs_of_a_user_end_with_the_account(studio, people, ann, bob, end):
    script = finished.script(ann)
    waiting = finished.run(studio, bob, of=script, state="queued")
    running = finished.run(studio, bob, of=script, state="running")
    others = finished.run(studio, ann, of=script, state="queued")
    path = f"/admin/users/{bob.id}"
    answer = people.admin.edit(path, {"disabled": True}) if end == "disable" else people.admin.delete(path)
    assert answer.status_code in (200, 204), answer.text
    shown = ann.get(f"/runs/{waiting}").json()
    assert (shown["state"], shown["reason"]) == ("cancelled", f"The user who started this was {end}d.")
    assert ann.get(f"/runs/{running}").json()["cancel_requested"] is True
    assert ann.get(f"/runs/{others}").json()["state"] == "queued"


def test_the_queue_of_a_user_has_an_end(studio, people, ann, bob):
    script = finished.script(ann)
    room = people.room(ann)
    run = finished.run(studio, ann, of=script, state="queued", label="nowhere")
    studio.sql("insert into runs (kind, state, asked_by, script_id, script_version, label) "
               "select kind, state, asked_by, script_id, script_version, label from runs, generate_series(1, 9999) where id = %s", run)
    refused = ann.post(f"/scripts/{script['id']}/run", {})
    assert refused.status_code == 429 and int(refused.headers["Retry-After"]) > 0, refused.text
    assert ann.post(f"/rooms/{room['id']}/messages", {"text": f"/run {script['name']}"}).status_code == 429
    assert bob.post(f"/scripts/{script['id']}/run", {}).status_code == 202
    studio.sql("delete from runs where label = 'nowhere'")
    assert ann.post(f"/scripts/{script['id']}/run", {}).status_code == 202


def test_a_mapping_is_not_lent_by_running_again(studio, people, ann, bob):
    """Bob may run Ann's script again, but not with a mapping of hers that he does not see."""
    room = people.room(ann)
    people.add(ann, room, bob)
    mapping = ann.post("/mappings", {"name": f"map-{uuid.uuid4().hex[:8]}", "entries": [{"key": "A", "value": "b"}]}).json()
    run = finished.run(studio, ann, room=room, state="failed", mapping_id=mapping["id"])
    refused = bob.post(f"/runs/{run}/retry", {})
    assert refused.status_code == 422 and refused.json()["errors"][0]["field"] == "mapping", refused.text
    assert ann.post(f"/runs/{run}/retry", {}).status_code == 202


def test_the_network_is_not_given_back_by_running_again(studio, people, ann):
    script = finished.script(people.admin, network=True)
    run = finished.run(studio, ann, of=script, network=True)
    assert people.admin.patch(f"/scripts/{script['id']}", {"version": 1, "network": False}).status_code == 200
    assert ann.post(f"/runs/{run}/retry", {}).json()["network"] is False


def test_running_again_is_idempotent_when_asked(studio, ann):
    run = finished.run(studio, ann)
    key = {"Idempotency-Key": uuid.uuid4().hex}
    first, second = (ann.post(f"/runs/{run}/retry", {}, headers=key) for _ in range(2))
    assert first.status_code == second.status_code == 202
    assert first.json()["id"] == second.json()["id"]


def test_cancelling_and_running_again_are_audited(studio, ann):
    run = finished.run(studio, ann, state="waiting")
    for path, action in (("cancel", "run.cancel"), ("retry", "run.retry")):
        answer = ann.post(f"/runs/{run}/{path}", {} if path == "retry" else None)
        assert (action, run) in studio.sql("select action, object_id from audit_log where request_id = %s",
                                           answer.headers["X-Request-Id"])
