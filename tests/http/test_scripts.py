"""Scripts, their versions, what they take, and asking for a run."""

import uuid

import pytest


@pytest.fixture(scope="module")
def ann(people):
    return people.user("ann")


@pytest.fixture(scope="module")
def bob(people):
    return people.user("bob")


def name():
    return f"script {uuid.uuid4().hex[:10]}"


def script_of(client, **more):
    answer = client.post("/scripts", {"name": name(), "kind": "sh", "code": "true\n", **more})
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"/api/scripts/{answer.json()['id']}"
    return answer.json()


def fields(answer):
    assert answer.status_code == 422, answer.text
    return {error["field"] for error in answer.json()["errors"]}


def properties(**rules):
    return {"properties": rules}


def ask(client, script, expected=202, **body):
    answer = client.post(f"/scripts/{script['id']}/run", body)
    assert answer.status_code == expected, answer.text
    return answer.json()


# the head and its versions

def test_a_script_is_what_was_asked_for(ann):
    wanted = {"name": name(), "kind": "python", "code": "print('häh')\n", "description": "Says something.",
              "visibility": "private", "limits": {"memory_mb": 64}, "label": None, "retriable": True,
              "parameters": properties(who={"type": "string", "default": "you"})}
    script = script_of(ann, **wanted)
    assert {key: script[key] for key in wanted if key != "parameters"} == {key: wanted[key] for key in wanted if key != "parameters"}
    assert script["parameters"] == {"type": "object", "properties": wanted["parameters"]["properties"], "required": [], "order": ["who"]}
    assert (script["latest"], script["version"], script["network"], script["mapping"], script["editable"]) == (1, 1, False, None, True)
    assert script["owner"]["id"] == ann.id and script["last_run"] is None
    assert ann.get(f"/scripts/{script['id']}").json() == script


def test_other_code_makes_a_new_version_and_other_settings_do_not(ann):
    script = script_of(ann)
    path = f"/scripts/{script['id']}"
    renamed = ann.patch(path, {"version": 1, "name": name(), "code": "true\n"}).json()
    assert (renamed["version"], renamed["latest"]) == (2, 1)
    changed = ann.patch(path, {"version": 2, "code": "false\n", "note": "Fails"}).json()
    assert (changed["version"], changed["latest"], changed["code"]) == (3, 2, "false\n")
    taking = ann.patch(path, {"version": 3, "parameters": properties(n={"type": "integer"})}).json()
    assert (taking["latest"], taking["code"]) == (3, "false\n")
    assert ann.patch(path, {"version": 1, "code": "late"}).status_code == 409


def test_a_script_of_the_team_is_everybodys_to_see_and_a_private_one_is_not(ann, bob, admin):
    team, private = script_of(ann), script_of(ann, visibility="private")
    assert bob.get(f"/scripts/{team['id']}").json() == {**team, "editable": False}
    assert bob.patch(f"/scripts/{team['id']}", {"version": 1, "code": "x"}).status_code == 403
    for method, path, body in (("GET", "", None), ("PATCH", "", {"version": 1}), ("POST", "/run", {})):
        hidden = bob.request(method, f"/scripts/{private['id']}{path}", **({"json": body} if body is not None else {}))
        assert hidden.status_code == 404, (method, path)
    assert admin.get(f"/scripts/{private['id']}").json()["editable"] is True


def test_a_name_is_taken_once_in_any_case(ann, bob):
    script = script_of(ann)
    answer = bob.post("/scripts", {"name": script["name"].upper(), "kind": "sh", "code": "true"})
    assert answer.status_code == 409 and answer.json()["detail"] == "There is a script of this name."


# asking for a run

def test_a_run_is_queued_with_the_defaults_of_what_was_not_given(ann, studio):
    script = script_of(ann, parameters=properties(who={"type": "string", "default": "you"}, n={"type": "integer"}))
    run = ask(ann, script, parameters={"n": 3})
    assert (run["kind"], run["id"]) == ("script", ann.get(f"/runs/{run['id']}").json()["id"])
    stored = studio.sql("select inputs, script_version, via, asked_by::text from runs where id = %s", run["id"])
    assert stored == [({"who": "you", "n": 3}, 1, "ui", ann.id)]


def test_every_parameter_that_is_wrong_is_named(ann):
    script = script_of(ann, parameters={"required": ["n"], **properties(
        n={"type": "integer"}, d={"type": "string", "format": "date"}, c={"type": "string", "enum": ["a", "b"]})})
    answer = ann.post(f"/scripts/{script['id']}/run", {"parameters": {"d": "2026-02-30", "c": "z", "q": 1}})
    assert fields(answer) == {"parameters.n", "parameters.d", "parameters.c", "parameters.q"}


def test_an_idempotency_key_queues_one_run(ann, studio):
    script = script_of(ann)
    answers = [ann.post(f"/scripts/{script['id']}/run", {}, headers={"Idempotency-Key": "once"}) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {202} and len({answer.json()["id"] for answer in answers}) == 1
    assert studio.sql("select count(*) from runs where script_id = %s", script["id"]) == [(1,)]
