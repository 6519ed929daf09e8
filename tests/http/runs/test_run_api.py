"""Runs that use the API: the token of a run, what it may do, and when it ends."""

import os
import pathlib
import re
import signal
import uuid

import pytest

from harness import finished, scripts
from harness.listener import Listener
from harness.waiting import wait_until

CURL = 'curl -sS -H "Authorization: Bearer $COAGENT_TOKEN" '
STATUS = CURL + "-o /dev/null -w '%{http_code}\\n' "
# Tells its token in a form that the mask of its output does not know.
REVEAL = "echo \"token=$(printf %s \"$COAGENT_TOKEN\" | sed 's/./&-/g')\"; "


@pytest.fixture(scope="module")
def ann(people):
    return people.user("ann")


@pytest.fixture(scope="module")
def bob(people):
    return people.user("bob")


def revealed(text):
    return re.search(r"token=(\S+)", text)[1][:-1].replace("--", "\0").replace("-", "").replace("\0", "-")


def hold(client, script_code="", **more):
    """A run that has told its token and goes on, and the token."""
    run = scripts.start(client, REVEAL.replace("s/./&-/g", "s/./&~/g") + script_code + " sleep 300", **{"api": "read", **more})
    text = wait_until(lambda: scripts.output(client, run), good=lambda said: re.search(r"token=\S+\n", said))
    return run, re.search(r"token=(\S+)", text)[1].replace("~", "")


def use(people, token, path="/rooms", method="GET", **more):
    return people.anonymous().request(method, path, headers={"Authorization": f"Bearer {token}"}, **more)


def ended(people, token):
    return wait_until(lambda: use(people, token).status_code, good=lambda status: status == 401)


def messages(client, room):
    return [event for event in client.get(f"/rooms/{room['id']}/events").json()["items"] if event["kind"] == "message"]


SH = CURL + """-H 'Content-Type: application/json' -d '{"text": "from sh"}' "$COAGENT_URL/api/rooms/$PARAM_ROOM/messages" >out/answer.json"""
PYTHON = """
import json, os, urllib.request
request = urllib.request.Request(f"{os.environ['COAGENT_URL']}/api/rooms/{os.environ['PARAM_ROOM']}/messages",
    json.dumps({"text": "from python"}).encode(),
    {"Authorization": f"Bearer {os.environ['COAGENT_TOKEN']}", "Content-Type": "application/json"})
with urllib.request.urlopen(request) as answer:
    assert answer.status == 201
"""
NODE = """
const { COAGENT_URL, COAGENT_TOKEN, PARAM_ROOM } = process.env;
const http = require("http");
const request = http.request(`${COAGENT_URL}/api/rooms/${PARAM_ROOM}/messages`, { method: "POST",
    headers: { Authorization: `Bearer ${COAGENT_TOKEN}`, "Content-Type": "application/json" } }, (answer) => {
    process.exitCode = answer.statusCode === 201 ? 0 : 1;
    answer.resume();
});
request.end(JSON.stringify({ text: "from node" }));
"""
ROOM = {"properties": {"room": {"type": "string"}}}


@pytest.mark.parametrize("kind, code", [("sh", SH), ("python", PYTHON), ("node", NODE)])
def test_a_script_posts_into_a_room(people, ann, studio, kind, code):
    room = people.room(ann)
    run, text = scripts.run(ann, code, kind, parameters=ROOM, api="write", body={"parameters": {"room": room["id"]}})
    assert (run["state"], run["api"]) == ("succeeded", "write"), (run["reason"], text)
    posted = messages(ann, room)
    assert [(event["body"]["text"], event["author"]["id"]) for event in posted] == [(f"from {kind}", ann.id)]


def examples():
    """Those of the manual, by kind."""
    manual = (pathlib.Path(__file__).parents[3] / "docs/scripts.md").read_text()
    section = manual.split("## The API")[1].split("\n## ")[0]
    kinds = {"sh": "sh", "python": "python", "js": "node"}
    return {kinds[language]: code for language, code in re.findall(r"```(\w+)\n(.*?)```", section, re.S)}


@pytest.mark.parametrize("kind", ["sh", "python", "node"])
def test_the_examples_of_the_manual_work(people, ann, kind):
    room = people.room(ann)
    run, text = scripts.run(ann, examples()[kind], kind, parameters=ROOM, api="write", body={"parameters": {"room": room["id"]}})
    assert run["state"] == "succeeded", text
    assert {"sh": '"Backup done"', "python": "A room", "node": run["id"]}[kind] in text


def test_what_a_run_does_is_audited_as_its_doing(people, ann, admin):
    room = people.room(ann)
    code = CURL + "-X DELETE $COAGENT_URL/api/rooms/$PARAM_ROOM; " + CURL + """-H 'Content-Type: application/json' -d '{"name": "Made by a run"}' $COAGENT_URL/api/rooms"""
    run, text = scripts.run(ann, code, parameters=ROOM, api="write", body={"parameters": {"room": room["id"]}})
    assert "The token of a run cannot be used for this." in text and ann.get(f"/rooms/{room['id']}").status_code == 200
    entries = admin.get("/audit", params={"actor": ann.id, "limit": 20}).json()["items"]
    made = next(entry for entry in entries if entry["action"] == "room.create" and entry["run"] == run["id"])
    assert made["actor"]["id"] == ann.id
    refused = next(entry for entry in entries if entry["outcome"] == "refused")
    assert (refused["action"], refused["detail"]["run"], refused["detail"]["status"]) == ("rooms.delete", run["id"], 403)


def test_what_a_run_posts_is_marked_as_its_doing(people, ann, bob):
    room = people.room(ann)
    people.add(ann, room, bob)
    body = "-H 'Content-Type: application/json' -d"
    mine = ann.post(f"/rooms/{room['id']}/messages", {"text": "mine", "by_run": {"id": ann.id}})
    assert mine.status_code == 422, "the mark is the server's"
    mine = ann.post(f"/rooms/{room['id']}/messages", {"text": "mine"}).json()
    at = f"$COAGENT_URL/api/rooms/{room['id']}/messages"
    with Listener(bob) as live:
        ended, _ = scripts.run(ann, f"""{CURL} {body} '{{"text": "@{bob.user['handle']} done"}}' {at} >out/a
{CURL} -X PATCH {body} '{{"text": "mine, told"}}' {at}/{mine['seq']} >out/b""", api="write")
        told = live.wait(lambda frame: frame.get("kind") == "message" and frame["room"] == room["id"])
    mark = {"id": ended["id"], "room": None, "script": {**{key: ended["script"][key] for key in ("id", "name")}, "owner": ann.id}}
    assert told["body"]["by_run"] == mark and told["author"]["id"] == ann.id
    first, second = messages(bob, room)
    assert (first["body"]["text"], first["body"]["by_run"], second["body"]["by_run"]) == ("mine, told", mark, mark)
    seen = bob.get(f"/rooms/{room['id']}").json()
    assert seen["mentioned"] and seen["unread"] == 2
    own = ann.patch(f"/rooms/{room['id']}/messages/{second['seq']}", {"text": "by hand"}).json()
    assert "by_run" not in own["body"]
    edited = messages(bob, room)[1]
    assert (edited["body"]["text"], edited["body"]["by_run"]) == ("by hand", mark), "the run has posted it all the same"


def test_a_run_sees_what_its_asker_sees(people, ann, bob):
    hidden, shared = people.room(ann), people.room(bob)
    code = f"{STATUS} $COAGENT_URL/api/rooms/{hidden['id']}; {STATUS} $COAGENT_URL/api/rooms/{shared['id']}; {CURL} $COAGENT_URL/api/profile"
    script = finished.script(ann, code=code, api="read")
    run = bob.post(f"/scripts/{script['id']}/run", {}).json()["id"]
    assert scripts.wait(bob, run)["state"] == "succeeded"
    lines = scripts.output(bob, run).splitlines()
    assert lines[:2] == ["404", "200"] and bob.id in lines[2]


def test_reading_does_not_permit_writing_and_a_dry_run_reads(people, ann):
    room = people.room(ann)
    post = f"""{STATUS} -H 'Content-Type: application/json' -d '{{"text": "no"}}' $COAGENT_URL/api/rooms/{room['id']}/messages; """
    run, text = scripts.run(ann, f"{STATUS} $COAGENT_URL/api/rooms; {post}", api="read")
    assert text.splitlines() == ["200", "403"] and messages(ann, room) == []


def test_a_script_that_does_not_ask_gets_nothing(ann):
    run, text = scripts.run(ann, "env | grep COAGENT_; curl -sS --max-time 5 http://127.0.0.1/api/status || true")
    assert "COAGENT_TOKEN" not in text and "COAGENT_URL" not in text and "refused" in text.lower() or "connect" in text
    assert run["api"] == "none"


def test_the_token_is_masked(ann):
    run, text = scripts.run(ann, "echo $COAGENT_TOKEN; printf %s $COAGENT_TOKEN | base64", api="read")
    assert "coar_" not in text and "••••" in text


FORBIDDEN = [
    ("POST", "/profile/tokens", {"name": "mine", "scopes": ["read"]}), ("GET", "/profile/tokens", None),
    ("POST", "/profile/password", {"current_password": "x" * 12, "new_password": "y" * 12}), ("PATCH", "/profile", {"name": "Eve"}),
    ("GET", "/profile/sessions", None), ("POST", "/auth/logout", None), ("GET", "/ws/authorize", None), ("GET", "/mappings", None),
    ("POST", "/mappings", {"name": "x"}), ("POST", "/scripts", {"name": "x", "kind": "sh", "code": "true"}), ("GET", "/providers", None),
    ("POST", "/agents", {"name": "x"}), ("GET", "/admin/users", None), ("GET", "/audit", None), ("PATCH", "/admin/settings", {}),
    ("GET", "/metrics", None), ("GET", "/networks", None),
]


def test_a_run_of_an_administrator_is_refused_what_is_not_for_runs(people, admin):
    run, token = hold(admin, api="write")
    for method, path, body in FORBIDDEN:
        answer = use(people, token, path, method, **({} if body is None else {"json": body}))
        assert (answer.status_code, answer.json()["detail"]) == (403, "The token of a run cannot be used for this."), path
    admin.post(f"/runs/{run}/cancel")


def test_only_listed_routes_take_the_token_of_a_run(people, routes, ann):
    """By default a route is not for runs: a new one has to say so."""
    run, token = hold(ann, api="write")
    open_to_runs = set()
    for route in routes:
        if route.guard == "public":
            continue
        path = re.sub(r"\{[^}]*\}", lambda part: "1" if part[0] == "{seq}" else str(uuid.uuid4()), route.path)
        answer = use(people, token, path, route.method)
        if answer.status_code != 403 or "token of a run" not in answer.text:
            open_to_runs.add(f"{route.method} {route.path}")
    ann.post(f"/runs/{run}/cancel")
    assert open_to_runs == {
        "GET /people", "GET /profile", "GET /rooms", "POST /rooms", "GET /rooms/{id}", "GET /rooms/{id}/members",
        "POST /rooms/{id}/members", "POST /rooms/{id}/messages", "PATCH /rooms/{id}/messages/{seq}",
        "DELETE /rooms/{id}/messages/{seq}", "GET /rooms/{id}/events", "GET /agents", "GET /agents/{id}", "GET /scripts",
        "GET /scripts/{id}", "GET /scripts/{id}/versions", "GET /scripts/{id}/versions/{seq}", "GET /scripts/kinds",
        "POST /scripts/{id}/run", "GET /runs", "GET /runs/{id}", "GET /runs/{id}/output", "GET /runs/{id}/output/search",
        "POST /runs/{id}/cancel", "POST /runs/{id}/retry", "GET /files/{id}"}


# other runs

def test_a_run_starts_another_for_its_asker_but_not_with_another_mapping(ann, bob, studio):
    child = finished.script(ann, code="true")
    secrets = ann.post("/mappings", {"name": f"m{uuid.uuid4().hex[:8]}", "visibility": "private"}).json()
    code = f"""run() {{ {CURL} -H 'Content-Type: application/json' -d "$1" $COAGENT_URL/api/scripts/{child['id']}/run; echo; }}
run '{{}}'; run '{{"mapping": "{secrets["id"]}"}}'"""
    run, text = scripts.run(ann, code, api="write")
    assert "A run cannot choose the mapping of another run." in text
    assert studio.sql("select asked_by::text, via from runs where parent_id = %s", run["id"]) == [(ann.id, "api")]


def test_runs_start_each_other_only_so_deep(ann, studio):
    script = finished.script(ann, code="true", api="write")
    code = CURL + f"-H 'Content-Type: application/json' -d '{{}}' $COAGENT_URL/api/scripts/{script['id']}/run; echo"
    assert ann.patch(f"/scripts/{script['id']}", {"version": 1, "code": code}).status_code == 200
    first = ann.post(f"/scripts/{script['id']}/run", {}).json()["id"]
    def line():
        return studio.sql("""with recursive line as (select id, state from runs where id = %s union all
                             select r.id, r.state from line join runs r on r.parent_id = line.id) select id::text, state from line""", first)
    seen = wait_until(line, 120, good=lambda runs: len(runs) >= 8 and all(state == "succeeded" for _, state in runs))
    assert len(seen) == 8
    assert "at most 8 levels deep" in scripts.output(ann, seen[-1][0])


# how long it lives

def test_the_token_ends_with_the_run(people, ann):
    run, token = hold(ann)
    assert use(people, token).status_code == 200
    assert use(people, token, "/status").json()["user"]["id"] == ann.id
    ann.post(f"/runs/{run}/cancel")
    assert use(people, token).status_code == 401, "from the moment when somebody stops the run"
    scripts.wait(ann, run)
    assert use(people, token).status_code == 401
    assert use(people, token, "/status").json()["authenticated"] is False


def test_the_token_is_gone_from_the_database_at_the_end(ann, studio):
    run, _ = scripts.run(ann, "true", api="read")
    assert studio.sql("select count(*) from run_tokens where run_id = %s", run["id"]) == [(0,)]


def test_the_token_ends_when_the_executor_is_killed(people, ann, studio):
    run, token = hold(ann)
    [(pid,)] = studio.sql("select pid from runs where id = %s", run)
    os.kill(pid, signal.SIGKILL)
    ended(people, token)
    assert scripts.wait(ann, run)["state"] == "lost"


def test_the_token_ends_with_the_account_and_with_a_new_password(people, admin, ann, studio):
    eve = people.user("eve")
    run, token = hold(eve)
    account = admin.get(f"/admin/users/{eve.id}").json()
    assert admin.patch(f"/admin/users/{eve.id}", {"version": account["version"], "password": "a new password"}).status_code == 200
    assert use(people, token).status_code == 401
    admin.post(f"/runs/{run}/cancel")


# the door

def test_the_door_takes_the_token_of_its_own_run_only(people, ann):
    run, token = hold(ann)
    personal = ann.post("/profile/tokens", {"name": "mine", "scopes": ["read", "write", "admin"]}).json()["token"]
    def status(bearer, path, more=""):
        return f"curl -sS -o /dev/null -w '%{{http_code}}\\n' {more} -H 'Authorization: Bearer {bearer}' $COAGENT_URL{path}; "
    code = (status(token, "/api/rooms") + status(personal, "/api/rooms") + status("$COAGENT_TOKEN", "/api/rooms").replace("'Auth", '"Auth').replace("TOKEN'", 'TOKEN"')
            + "curl -sS -o /dev/null -w '%{http_code}\\n' $COAGENT_URL/api/status; "
            + """curl -sS -o /dev/null -w '%{http_code}\\n' -H 'Content-Type: application/json' -d '{"email": "a@b.c", "password": "x"}' $COAGENT_URL/api/auth/login; """)
    other, text = scripts.run(ann, code, api="read")
    assert text.splitlines() == ["401", "401", "200", "200", "401"]
    ann.post(f"/runs/{run}/cancel")


def test_the_door_leads_to_the_api_only(ann):
    paths = ["/", "/index.html", "/ws/live", "/publish?channels=x", "/channel?id=x", "/subscribe", "/docs", "/api/../publish?channels=x"]
    code = "".join(f"{STATUS} --path-as-is \"$COAGENT_URL{path}\"; " for path in paths)
    code += "ls -A /run /coagent; for port in 443 5432 8080; do (echo >/dev/tcp/127.0.0.1/$port) 2>/dev/null && echo open $port; done; true"
    _, text = scripts.run(ann, code, api="write")
    lines = text.splitlines()
    assert lines[:len(paths)] == ["404"] * len(paths)
    assert "open" not in text and "sock" not in text


def test_limits_and_problem_documents_hold_behind_the_door(ann):
    code = f"""head -c 3000000 /dev/zero >big; {CURL} -w '%{{http_code}}\\n' --data-binary @big "$COAGENT_URL/api/rooms"; printf 'NONSENSE\\r\\n\\r\\n' >/dev/tcp/127.0.0.1/80
{CURL} "$COAGENT_URL/api/nowhere" """
    _, text = scripts.run(ann, code, api="write")
    assert '"status":413' in text and '"status":404' in text


def test_many_connections_at_once_are_all_served(ann):
    code = """
import concurrent.futures, os, urllib.request
def ask(number):
    request = urllib.request.Request(os.environ["COAGENT_URL"] + "/api/rooms", headers={"Authorization": "Bearer " + os.environ["COAGENT_TOKEN"]})
    with urllib.request.urlopen(request) as answer:
        return answer.status
with concurrent.futures.ThreadPoolExecutor(40) as threads:
    print(set(threads.map(ask, range(120))))
"""
    run, text = scripts.run(ann, code, "python", api="read")
    assert text == "{200}\n", run["reason"]


def test_large_answers_arrive_whole(ann):
    run = finished.script(ann, code="#" + "x" * 400_000)
    code = CURL + f"$COAGENT_URL/api/scripts/{run['id']} | wc -c; " + CURL + "-H 'Content-Type: application/json' --data-binary '{}' -o /dev/null $COAGENT_URL/api/rooms"
    _, text = scripts.run(ann, code, api="write")
    assert int(text.split()[0]) > 400_000


def test_other_settings_of_api_are_refused(ann):
    answer = ann.post("/scripts", {"name": f"s{uuid.uuid4().hex[:8]}", "kind": "sh", "code": "true", "api": "admin"})
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "api"
