"""Mappings: named sets of variables, whose secrets nobody reads again."""

import json
import uuid

import pytest

SECRET = "hunter2-and-more"


@pytest.fixture(scope="module")
def ann(people):
    return people.user("ann")


@pytest.fixture(scope="module")
def bob(people):
    return people.user("bob")


def name():
    return f"mapping {uuid.uuid4().hex[:10]}"


def plain(key, value):
    return {"key": key, "value": value}


def secret(key, value=SECRET):
    return {"key": key, "value": value, "secret": True}


def mapping_of(client, *entries, **more):
    answer = client.post("/mappings", {"name": name(), "entries": list(entries), **more})
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"/api/mappings/{answer.json()['id']}"
    return answer.json()


def change(client, mapping, expected=200, **body):
    answer = client.patch(f"/mappings/{mapping['id']}", {"version": mapping["version"], **body})
    assert answer.status_code == expected, answer.text
    return answer.json()


def script_of(client, **more):
    answer = client.post("/scripts", {"name": f"script {uuid.uuid4().hex[:10]}", "kind": "sh", "code": "true", **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def fields(problem):
    return {error["field"] for error in problem["errors"]}


def stored(studio, mapping):
    return {key: (value, sealed) for key, value, sealed in studio.sql(
        "select key, value, sealed from mapping_entries where mapping_id = %s", mapping["id"])}


def test_a_mapping_is_what_was_asked_for_without_the_values_of_secrets(ann, studio):
    made = mapping_of(ann, plain("REGION", "eu\nwest"), secret("TOKEN"), plain("EMPTY", ""), description="For tests.")
    assert made["entries"] == [{"key": "EMPTY", "secret": False, "value": ""}, {"key": "REGION", "secret": False, "value": "eu\nwest"},
                               {"key": "TOKEN", "secret": True, "value": None}]
    assert (made["owner"]["id"], made["visibility"], made["version"], made["editable"], made["used_by"]) == (ann.id, "private", 1, True, [])
    assert ann.get(f"/mappings/{made['id']}").json() == made
    value, sealed = stored(studio, made)["TOKEN"]
    assert value is None and sealed.startswith("s1.") and SECRET not in sealed


def test_no_route_and_no_log_tells_a_secret(ann, admin, studio):
    made = mapping_of(ann, secret("TOKEN"), visibility="team")
    script = script_of(ann, mapping=made["id"])
    change(ann, made, entries=[secret("TOKEN", SECRET + "!"), secret("OTHER")])
    run = ann.post(f"/scripts/{script['id']}/run", {}).json()
    for client in (ann, admin):
        for path in (f"/mappings/{made['id']}", "/mappings", f"/scripts/{script['id']}", "/scripts", f"/runs/{run['id']}",
                     f"/mappings?query={made['name']}"):
            assert SECRET not in client.get(path).text, path
    assert studio.sql("select count(*) from audit_log where detail::text like %s", f"%{SECRET}%") == [(0,)]
    assert studio.sql("select count(*) from audit_log where object_id = %s and detail::text like %s", made["id"], "%s1.%") == [(0,)]
    assert studio.sql("select count(*) from runs where id = %s and runs::text like %s", run["id"], f"%{SECRET}%") == [(0,)]


def test_the_keys_of_the_team_are_everybodys_and_those_of_others_are_not(ann, bob, admin):
    team, private = mapping_of(ann, plain("A", "1"), visibility="team"), mapping_of(ann, plain("A", "1"))
    assert bob.get(f"/mappings/{team['id']}").json() == {**team, "editable": False}
    assert bob.patch(f"/mappings/{team['id']}", {"version": 1}).status_code == 403
    assert bob.delete(f"/mappings/{team['id']}").status_code == 403
    assert [bob.request(method, f"/mappings/{private['id']}", **({"json": {"version": 1}} if method == "PATCH" else {})).status_code
            for method in ("GET", "PATCH", "DELETE")] == [404] * 3
    assert admin.get(f"/mappings/{private['id']}").json()["editable"] is True
    listed = {one["id"]: one for one in bob.get("/mappings", params={"query": "mapping", "limit": 200}).json()["items"]}
    assert team["id"] in listed and private["id"] not in listed
    assert listed[team["id"]]["entries"] == [{"key": "A", "secret": False}]


def test_entries_replace_all_and_a_secret_without_a_value_stays(ann, studio):
    made = mapping_of(ann, plain("A", "1"), plain("B", "2"), secret("TOKEN"), secret("GONE"))
    before = stored(studio, made)["TOKEN"]
    edited = change(ann, made, entries=[plain("A", "3"), {"key": "TOKEN", "secret": True, "value": None}, secret("B", "hidden")])
    assert edited["entries"] == [{"key": "A", "secret": False, "value": "3"}, {"key": "B", "secret": True, "value": None},
                                 {"key": "TOKEN", "secret": True, "value": None}]
    assert stored(studio, made)["TOKEN"] == before and set(stored(studio, made)) == {"A", "B", "TOKEN"}
    assert change(ann, edited, description="Else.")["entries"] == edited["entries"]
    assert ann.patch(f"/mappings/{made['id']}", {"version": 1, "entries": []}).status_code == 409


def test_a_secret_becomes_readable_only_by_a_new_value(ann):
    made = mapping_of(ann, secret("TOKEN"))
    assert fields(change(ann, made, 422, entries=[{"key": "TOKEN", "secret": False}])) == {"entries.0.value"}
    assert fields(change(ann, made, 422, entries=[plain("TOKEN", "now plain")])) == {"entries.0.secret"}
    assert fields(change(ann, made, 422, entries=[{"key": "NEW", "secret": True}])) == {"entries.0.value"}
    shown = change(ann, made, entries=[{"key": "TOKEN", "secret": False, "value": "new"}])
    assert shown["entries"] == [{"key": "TOKEN", "secret": False, "value": "new"}]


@pytest.mark.parametrize("key", ["1A", "A-B", "", "A" * 65, "PATH", "LD_PRELOAD", "COAGENT_OUTPUT", "BASH_ENV", "PYTHONSTARTUP",
                                 "PYTHONWARNINGS", "TF_CLI_ARGS_apply", "NODE_OPTIONS", "PARAM_X", "IFS", "ä"])
def test_names_that_a_variable_cannot_have(ann, key):
    answer = ann.post("/mappings", {"name": name(), "entries": [plain("GOOD", "1"), plain(key, "x")]})
    assert answer.status_code == 422 and fields(answer.json()) == {"entries.1.key"}, answer.text


def test_every_entry_that_is_wrong_is_named(ann):
    answer = ann.post("/mappings", {"name": name(), "entries": [plain("A", "1"), plain("A", "2"), secret("S", "abc"), {"key": "B"}, plain("IFS", "")]})
    assert answer.status_code == 422
    assert fields(answer.json()) == {"entries.1.key", "entries.2.value", "entries.3.value", "entries.4.key"}
    unknown = ann.post("/mappings", {"name": name(), "entries": [{"key": "A", "value": "1", "sealed": "s1.x"}, {"value": "1"}]})
    assert unknown.status_code == 422 and fields(unknown.json()) == {"entries.0.sealed", "entries.1.key"}


def test_as_many_errors_as_there_is_room_for_are_told(ann):
    answer = ann.post("/mappings", {"name": name(), "entries": [plain("IFS", "") for _ in range(200)]})
    assert answer.status_code == 422 and 10 < len(answer.json()["errors"]) <= 50


@pytest.mark.parametrize("entries, field", [
    ([plain("A", "x" * 16001)], "entries.0.value"), ([plain("A", "\x01")], "entries.0.value"), ([plain("A", 7)], "entries.0.value"),
    ([plain(f"K{n}", "") for n in range(201)], "entries"), ({}, "entries"), ([[]], "entries"), (["A=1"], "entries"),
])
def test_entries_that_cannot_be_read(ann, entries, field):
    answer = ann.post("/mappings", {"name": name(), "entries": entries})
    assert answer.status_code == 422 and field in fields(answer.json()), answer.text


def test_a_mapping_in_use_stays(ann, bob):
    made = mapping_of(ann, plain("A", "1"), visibility="team")
    seen, hidden = script_of(ann, mapping=made["id"]), script_of(bob, mapping=made["id"], visibility="private")
    used = ann.get(f"/mappings/{made['id']}").json()["used_by"]
    assert used == [{"id": seen["id"], "name": seen["name"]}]
    detail = ann.delete(f"/mappings/{made['id']}").json()["detail"]
    assert detail == f"This mapping is used by {seen['name']} and private scripts of others. Assign another one to them first."
    assert hidden["name"] not in detail
    assert ann.patch(f"/scripts/{seen['id']}", {"version": 1, "mapping": None}).json()["mapping"] is None
    assert bob.patch(f"/scripts/{hidden['id']}", {"version": 1, "mapping": None}).status_code == 200
    assert ann.delete(f"/mappings/{made['id']}").status_code == 204
    assert ann.get(f"/mappings/{made['id']}").status_code == 404


def test_a_deleted_mapping_leaves_its_name_and_no_value(ann, studio):
    made = mapping_of(ann, secret("TOKEN"))
    assert ann.delete(f"/mappings/{made['id']}").status_code == 204
    assert stored(studio, made) == {}
    assert ann.delete(f"/mappings/{made['id']}").status_code == 404
    again = ann.post("/mappings", {"name": made["name"], "entries": []})
    assert again.status_code == 201
    taken = ann.post("/mappings", {"name": made["name"].upper()})
    assert taken.status_code == 409 and taken.json()["detail"] == "A mapping with this name already exists."
    assert [error["field"] for error in taken.json()["errors"]] == ["name"]


def test_names_of_private_mappings_are_told_to_nobody(ann, bob, admin):
    secret = mapping_of(ann)
    assert bob.post("/mappings", {"name": secret["name"]}).status_code == 201, "ann's is private"
    shared = admin.post("/mappings", {"name": secret["name"], "visibility": "team"})
    assert shared.status_code == 201
    refused = ann.patch(f"/mappings/{secret['id']}", {"version": 1, "visibility": "team"})
    assert refused.status_code == 409 and refused.json()["errors"] == [
        {"field": "name", "message": "A shared mapping with this name already exists."}]
    listed, cursor = [], None
    while True:
        page = admin.get("/mappings", params={"query": secret["name"], "limit": 1, **({"cursor": cursor} if cursor else {})}).json()
        listed += page["items"]
        cursor = page["next"]
        if not cursor:
            break
    assert {item["owner"]["id"] for item in listed} == {ann.id, bob.id, admin.id} and len(listed) == 3


def test_a_script_attaches_only_a_mapping_that_its_writer_sees(ann, bob):
    private = mapping_of(ann, plain("A", "1"))
    answer = bob.post("/scripts", {"name": name(), "kind": "sh", "code": "true", "mapping": private["id"]})
    assert answer.status_code == 422 and fields(answer.json()) == {"mapping"}
    script = script_of(ann, mapping=private["id"])
    run = bob.post(f"/scripts/{script['id']}/run", {})
    assert run.status_code == 202 and run.json()["mapping"]["id"] == private["id"], "it runs with its own mapping for everybody"
    other = script_of(bob)
    refused = bob.post(f"/scripts/{other['id']}/run", {"mapping": private["id"]})
    assert refused.status_code == 422 and fields(refused.json()) == {"mapping"}
    assert bob.post(f"/scripts/{script['id']}/run", {"mapping": None}).json()["mapping"] is None


def test_a_mapping_that_becomes_private_is_lost_to_the_scripts_of_others(ann, bob, people):
    mapping = mapping_of(ann, secret("TOKEN"), visibility="team")
    own, others = (script_of(client, mapping=mapping["id"]) for client in (ann, bob))
    change(ann, mapping, visibility="private", entries=[secret("TOKEN", "entered afterwards")])
    refused = bob.post(f"/scripts/{others['id']}/run", {})
    assert refused.status_code == 422 and fields(refused.json()) == {"mapping"}, refused.text
    assert bob.post(f"/scripts/{others['id']}/run", {"mapping": None}).status_code == 202
    assert bob.post(f"/scripts/{own['id']}/run", {}).status_code == 202, "the owner of the script sees it still"
    assert people.admin.post(f"/scripts/{others['id']}/run", {}).status_code == 202, "and so does who may manage mappings"


def test_changes_are_audited_by_key(ann, studio):
    made = mapping_of(ann, secret("TOKEN"), plain("A", "1"))
    change(ann, made, entries=[plain("A", "2")])
    assert ann.delete(f"/mappings/{made['id']}").status_code == 204
    rows = studio.sql("select action, detail from audit_log where object_kind = 'mapping' and object_id = %s order by id", made["id"])
    assert [action for action, _ in rows] == ["mapping.create", "mapping.edit", "mapping.delete"]
    assert rows[0][1]["entries"] == [{"key": "A", "secret": False}, {"key": "TOKEN", "secret": True}]
    assert rows[1][1] == {"from": {"entries": rows[0][1]["entries"]}, "to": {"entries": [{"key": "A", "secret": False}]},
                          "name": made["name"], "values": ["A"]}


def test_the_list_goes_on_by_name(ann):
    made = sorted(mapping_of(ann, description="counted")["name"] for _ in range(5))
    seen, cursor = [], None
    while True:
        page = ann.get("/mappings", params={"limit": 2, "query": "COUNTED", **({"cursor": cursor} if cursor else {})}).json()
        seen += [one["name"] for one in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert seen == made


def test_the_older_paths_answer_alike(ann, studio):
    """GET /workflow/get-all-mappings, POST /workflow/create-mapping, DELETE /workflow/delete-mapping?id="""
    def older(method, path, **more):
        headers = {"X-CSRF-Token": ann.get("/status").json()["csrf_token"]}
        return ann.http.request(method, studio.url + path, headers=headers, timeout=30, **more)
    made = older("POST", "/workflow/create-mapping", json={"name": name(), "entries": [plain("A", "1")]})
    assert made.status_code == 201, made.text
    listed = older("GET", "/workflow/get-all-mappings", params={"query": made.json()["name"]})
    assert [one["id"] for one in listed.json()["items"]] == [made.json()["id"]]
    assert older("DELETE", f"/workflow/delete-mapping?id={made.json()['id']}").status_code == 204
    assert ann.get(f"/mappings/{made.json()['id']}").status_code == 404
