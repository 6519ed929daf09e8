"""Scripts, their versions, what they take, and asking for a run."""

import concurrent.futures
import itertools
import json
import time
import uuid

import pytest

from harness.client import fields
from harness.scripts import upload
from harness.waiting import wait_until
from harness.words import WORDS


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


def properties(**rules):
    return {"properties": rules}


def own(script):
    """Without what the runners say, of which a new studio's may have told something since."""
    return {key: value for key, value in script.items() if key != "runner_limits"}


def wait_for_end(client, run):
    return wait_until(lambda: client.get(f"/runs/{run['id']}").json(), good=lambda seen: seen["finished_at"])


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
    assert own(ann.get(f"/scripts/{script['id']}").json()) == own(script)


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
    assert own(bob.get(f"/scripts/{team['id']}").json()) == own({**team, "editable": False})
    assert bob.patch(f"/scripts/{team['id']}", {"version": 1, "code": "x"}).status_code == 403
    for method, path, body in (("GET", "", None), ("PATCH", "", {"version": 1}), ("POST", "/run", {})):
        hidden = bob.request(method, f"/scripts/{private['id']}{path}", **({"json": body} if body is not None else {}))
        assert hidden.status_code == 404, (method, path)
    assert admin.get(f"/scripts/{private['id']}").json()["editable"] is True


def test_versions_are_kept_as_they_were(ann, bob):
    script = script_of(ann, code="one", parameters=properties(n={"type": "integer"}), note="First")
    path = f"/scripts/{script['id']}"
    for number, code in ((1, "two"), (2, "three\n")):
        ann.patch(path, {"version": number, "code": code, "note": f"Now {code.strip()}"})
    page = bob.get(f"{path}/versions", params={"limit": 2}).json()
    assert [(one["number"], one["note"], one["size"], one["author"]["id"]) for one in page["items"]] == [
        (3, "Now three", 6, ann.id), (2, "Now two", 3, ann.id)]
    rest = bob.get(f"{path}/versions", params={"limit": 2, "cursor": page["next"]}).json()
    assert [one["number"] for one in rest["items"]] == [1] and rest["next"] is None
    first = bob.get(f"{path}/versions/1").json()
    assert (first["code"], first["note"], first["parameters"]["order"]) == ("one", "First", ["n"])
    assert bob.get(f"{path}/versions/4").status_code == bob.get(f"{path}/versions/999999999999").status_code == 404
    assert bob.get(f"/scripts/{uuid.uuid4()}/versions").status_code == 404


def test_versions_of_a_private_script_are_private(ann, bob):
    path = f"/scripts/{script_of(ann, visibility='private')['id']}/versions"
    assert [bob.get(one).status_code for one in (path, f"{path}/1")] == [404, 404]


def test_edits_at_the_same_time_make_one_version(ann):
    script = script_of(ann)
    def edit(number):
        return ann.patch(f"/scripts/{script['id']}", {"version": 1, "code": f"echo {number}"}).status_code
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(edit, range(8)))
    assert sorted(statuses) == [200] + [409] * 7
    assert ann.get(f"/scripts/{script['id']}").json()["latest"] == 2


def test_a_deleted_script_is_gone_its_runs_stop_and_stay_and_its_name_is_free(ann, bob):
    script = script_of(ann, code="sleep 60")
    run = ask(bob, script)
    assert bob.delete(f"/scripts/{script['id']}").status_code == 403
    assert ann.delete(f"/scripts/{script['id']}").status_code == 204
    assert [ann.get(f"/scripts/{script['id']}").status_code, ann.delete(f"/scripts/{script['id']}").status_code,
            bob.post(f"/scripts/{script['id']}/run", {}).status_code] == [404] * 3
    ended = wait_for_end(bob, run)
    assert (ended["state"], ended["reason"]) == ("cancelled", "The script was deleted.")
    assert ended["script"]["name"] == script["name"]
    assert script_of(ann, name=script["name"].upper())["latest"] == 1


def test_the_list_narrows_and_goes_on_by_name(ann, bob):
    mark = uuid.uuid4().hex[:8]
    made = sorted((script_of(ann, name=f"{mark} {n}", kind=kind)["name"] for n, kind in enumerate(["sh", "sh", "python", "sh"])))
    script_of(bob, description=f"about {mark.upper()}")
    hidden = script_of(bob, name=f"{mark} private", visibility="private")
    def listed(client, **narrowed):
        seen, cursor = [], None
        while True:
            page = client.get("/scripts", params={"limit": 2, "query": mark, **narrowed, **({"cursor": cursor} if cursor else {})}).json()
            seen += page["items"]
            cursor = page["next"]
            if not cursor:
                return seen
    assert [one["name"] for one in listed(ann, mine="true")] == made
    assert [one["name"] for one in listed(ann, kind="python")] == [f"{mark} 2"]
    assert len(listed(ann)) == 5 and len(listed(bob)) == 6
    assert hidden["id"] not in {one["id"] for one in listed(ann)}
    assert all("code" not in one and "parameters" not in one for one in listed(ann))


def test_the_network_is_granted_by_who_may_and_stays(ann, admin, people):
    refused = ann.post("/scripts", {"name": name(), "kind": "sh", "code": "true", "network": True})
    assert refused.status_code == 403 and [error["field"] for error in refused.json()["errors"]] == ["network"]
    script = script_of(ann)
    path = f"/scripts/{script['id']}"
    assert ann.patch(path, {"version": 1, "network": True}).status_code == 403
    assert admin.patch(path, {"version": 1, "network": True}).json()["network"] is True
    kept = ann.patch(path, {"version": 2, "network": True, "code": "curl x"}).json()
    assert (kept["network"], kept["latest"]) == (True, 2)
    assert ask(ann, script)["network"] is True
    assert ann.patch(path, {"version": 3, "network": False}).json()["network"] is False
    assert ann.patch(path, {"version": 4, "network": True}).status_code == 403


def test_a_kind_stays(ann):
    script = script_of(ann)
    assert fields(ann.patch(f"/scripts/{script['id']}", {"version": 1, "kind": "node"})) == {"kind"}
    assert ann.patch(f"/scripts/{script['id']}", {"version": 1, "kind": "sh"}).status_code == 200


@pytest.mark.parametrize("field, value", [
    ("kind", "perl"), ("code", ""), ("code", " \n\t"), ("name", ""), ("name", "x" * 81),
    ("limits", {"memory_gb": 1}), ("limits", {"memory_mb": 0}), ("limits", {"memory_mb": "64"}), ("limits", {"cpu_seconds": 1.5}),
    ("mapping", str(uuid.uuid4())), ("label", ""), ("visibility", "public"), ("note", "a\nb"),
])
def test_bad_fields_are_named(ann, field, value):
    answer = ann.post("/scripts", {"name": name(), "kind": "sh", "code": "true", field: value})
    assert field in fields(answer)


def test_code_has_at_most_512_kib(ann):
    def made(code):
        body = json.dumps({"name": name(), "kind": "sh", "code": code}, ensure_ascii=False).encode()
        return ann.request("POST", "/scripts", data=body, headers={"Content-Type": "application/json"})
    assert made("ä" * 262144).status_code == 201
    for code in ("ä" * 262144 + "a", "x" * 524289):
        assert fields(made(code)) == {"code"}


def test_code_may_be_any_text(ann):
    code = "".join(chr(n) for n in range(1, 0x250)) + "\u2028\ufeff😀" * 10
    assert script_of(ann, code=code)["code"] == code
    assert ann.post("/scripts", {"name": name(), "kind": "sh", "code": "a\0b"}).status_code == 400


# what it takes

@pytest.mark.parametrize("schema", [
    {"foo": 1}, {"type": "array"}, {"properties": []}, {"properties": {"a b": {"type": "string"}}}, {"properties": {"a": {}}},
    {"properties": {"a": "string"}}, {"properties": {"a": {"type": ["string"]}}}, {"properties": {"a": {"type": "object"}}},
    {"properties": {"a": {"type": "string", "properties": {"b": {"type": "string"}}}}}, {"properties": {"a": {"$ref": "#"}}},
    {"properties": {"a": {"type": "string"}, "A": {"type": "string"}}}, {"properties": {"x" * 41: {"type": "string"}}},
    {"properties": {f"p{n}": {"type": "string"} for n in range(51)}}, {"properties": {"a": {"type": "string"}}, "required": ["b"]},
    {"properties": {"a": {"type": "string"}}, "required": ["a", "a"]}, {"properties": {"a": {"type": "string"}}, "order": [1]},
    {"properties": {"a": {"type": "string"}}, "required": {}}, {"properties": {"a": {"type": "string", "format": "ipv9"}}},
    {"properties": {"a": {"type": "string", "minLength": -1}}}, {"properties": {"a": {"type": "string", "maxLength": 1e9}}},
    {"properties": {"a": {"type": "string", "minLength": 3, "maxLength": 2}}}, {"properties": {"a": {"type": "string", "enum": []}}},
    {"properties": {"a": {"type": "string", "enum": [1]}}}, {"properties": {"a": {"type": "integer", "enum": [1.5]}}},
    {"properties": {"a": {"type": "integer", "default": "1"}}}, {"properties": {"a": {"type": "integer", "minimum": 2, "default": 1}}},
    {"properties": {"a": {"type": "boolean", "enum": [True]}}}, {"properties": {"a": {"type": "string", "format": "password", "default": "x"}}},
    {"properties": {"a": {"type": "string", "title": "x" * 81}}}, {"properties": {"a": {"type": "string", "title": 7}}},
    *({"properties": {"a": {"type": "string", "pattern": pattern}}} for pattern in
      ("(", "[", "", 7, "x" * 201, r"(a*)*\1", "((x{1,255}){1,255}){1,255}", r"((\w?\d?[a-z]?){0,15}){0,15}!",
       "(a?[(]b?){0,250}", "(?x)(a?b?c?d?e?) {0,250}", "***:(?x)a", "(?=a)", "(?<!b)a")),
], ids=itertools.count())
def test_what_a_script_cannot_take_is_refused(ann, schema):
    answer = ann.post("/scripts", {"name": name(), "kind": "sh", "code": "true", "parameters": schema})
    assert fields(answer) == {"parameters"}


def test_a_schema_that_is_nested_too_deep_is_refused(ann):
    deep = {"type": "string"}
    for _ in range(40):
        deep = {"type": "string", "properties": {"a": deep}}
    assert ann.post("/scripts", {"name": name(), "kind": "sh", "code": "true", "parameters": {"properties": {"a": deep}}}).status_code == 400


def test_parameters_keep_the_order_that_they_were_written_in(ann):
    names = ["zeta", "alpha", "a_much_longer_name", "b"]
    rules = {one: {"type": "string"} for one in names}
    assert script_of(ann, parameters={"properties": rules})["parameters"]["order"] == names
    assert script_of(ann, parameters={"properties": rules, "order": ["b"]})["parameters"]["order"] == ["b", *names[:3]]


@pytest.mark.parametrize("pattern", ["(a*)*b", "^(a|aa)+$", "(.*)(.*)(.*)(.*)(.*)x", "(a+)+$", "((((((a+)+)+)+)+)+)+$", ".?" * 100, ".*" * 99 + "x",
                                     r"(\w?\d?[a-z]?){0,20}!", "(.{0,99}.{0,99})*x", r"(\w|a)?" * 22])
def test_no_pattern_takes_long(ann, pattern):
    script = script_of(ann, parameters=properties(a={"type": "string", "pattern": pattern}))
    began = time.monotonic()
    assert ann.post(f"/scripts/{script['id']}/run", {"parameters": {"a": "a" * 15000 + "!"}}).status_code in (202, 422)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("pattern", [r"^(\d{1,3}\.){3}\d{1,3}$", "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", "^.{0,255}$", "(?i)^yes$",
                                     r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$"])
def test_patterns_as_people_write_them_are_taken(ann, pattern):
    script_of(ann, parameters=properties(a={"type": "string", "pattern": pattern}))


@pytest.mark.parametrize("rule, good, bad", [
    ({"type": "string", "minLength": 2, "maxLength": 3}, ["ab", "äöü"], ["a", "abcd", 7, ["ab"], True]),
    ({"type": "string", "pattern": "^[a-z]+$"}, ["abc"], ["", "a1", "ABC"]),
    ({"type": "string", "format": "date"}, ["2026-11-20", "2024-02-29"], ["2026-02-29", "20.11.2026", "2026-13-01", "0000-01-01"]),
    ({"type": "string", "format": "email"}, ["a@b.c"], ["a", "a@", "a b@c"]),
    ({"type": "string", "format": "uri"}, ["https://x.y/z", "mailto:a@b"], ["x", "://", "http: //x"]),
    ({"type": "string", "format": "multiline"}, ["a\nb"], [1]),
    ({"type": "string", "enum": ["a", "b"]}, ["a"], ["c", "A", ""]),
    ({"type": "string"}, ["", "x" * 16000], ["x" * 16001]),
    ({"type": "integer", "minimum": 1, "maximum": 9}, [1, 9, 5.0], [0, 10, 1.5, "5", True, 1e300]),
    ({"type": "integer"}, [-9007199254740991], [9007199254740993]),
    ({"type": "number", "minimum": 0.5}, [0.5, 7], [0.4, "1"]),
    ({"type": "boolean"}, [True, False], ["true", 1]),
    ({"type": "array", "enum": ["x", "y"]}, [[], ["x"], ["x", "y", "x"]], [["z"], "x", [1], [["x"]], {}]),
    ({"type": "array"}, [["anything"]], [["x"] * 201, [None]]),
], ids=itertools.count())
def test_values_are_checked_by_their_rule(ann, rule, good, bad):
    script = script_of(ann, parameters=properties(a=rule))
    for value in good:
        ask(ann, script, parameters={"a": value})
    for value in bad:
        answer = ann.post(f"/scripts/{script['id']}/run", {"parameters": {"a": value}})
        assert fields(answer) == {"parameters.a"}, value


def test_null_and_an_empty_required_text_count_as_not_given(ann, studio):
    script = script_of(ann, parameters={"required": ["r"], **properties(r={"type": "string"}, d={"type": "integer", "default": 4})})
    assert fields(ann.post(f"/scripts/{script['id']}/run", {"parameters": {"r": ""}})) == {"parameters.r"}
    assert fields(ann.post(f"/scripts/{script['id']}/run", {"parameters": {"r": None}})) == {"parameters.r"}
    run = ask(ann, script, parameters={"r": "x", "d": None})
    assert studio.sql("select inputs from runs where id = %s", run["id"]) == [({"r": "x", "d": 4},)]


def test_a_password_is_shown_to_nobody(ann):
    script = script_of(ann, parameters=properties(p={"type": "string", "format": "password"}))
    run = ask(ann, script, parameters={"p": "correct horse"})
    assert "correct horse" not in ann.get(f"/runs/{run['id']}").text and run["parameters"] == {"p": "••••"}


# files

@pytest.mark.parametrize("ending, content, kind", [
    (".sh", b"true", "sh"), (".PY", b"pass", "python"), (".js", b"1", "node"), (".mjs", b"1", "node"), (".yaml", b"[]", "playbook"),
    (".yml", b"[]", "playbook"), (".tf", b"#", "terraform"), (".aws", b"aws s3 ls", "aws"), ("", b"#!/bin/sh\ntrue", "sh"),
    ("", b"#!/usr/bin/env python3\npass", "python"), ("", b"#!/usr/bin/env node\n", "node"), (".txt", b"#!/usr/bin/ansible-playbook\n", "playbook"),
])
def test_a_file_becomes_a_script_of_its_kind(ann, runners, ending, content, kind):
    runners({kind: {}})
    stem = name()
    answer = upload(ann, stem + ending, content, "application/octet-stream")
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["name"], made["kind"], made["code"]) == (stem, kind, content.decode())
    assert answer.headers["Location"] == f"/api/scripts/{made['id']}"


def test_a_file_becomes_a_new_version(ann, bob):
    script = script_of(ann)
    answer = upload(ann, "dir/new.sh", b"echo new\n", None, script=script["id"])
    assert answer.status_code == 201, answer.text
    assert (answer.json()["name"], answer.json()["latest"], answer.json()["code"]) == (script["name"], 2, "echo new\n")
    assert ann.get(f"/scripts/{script['id']}/versions/2").json()["note"] == "From dir/new.sh"
    assert upload(bob, "new.sh", b"true", script=script["id"]).status_code == 403
    assert upload(ann, "new.sh", b"true", script=str(uuid.uuid4())).status_code == 404
    assert fields(upload(ann, "new.py", b"pass", script=script["id"])) == {"kind"}


@pytest.mark.parametrize("filename, content, media_type, status, field", [
    ("a.sh", b"\xff\xfe", "text/plain", 422, "code"), ("a.sh", b"a\0b", "text/plain", 422, "code"), ("a.sh", b"", "text/plain", 422, "code"),
    ("what", b"true", "text/plain", 422, "filename"), ("a.exe", b"MZ", "text/plain", 422, "filename"),
    ("a.sh", b"{}", "application/json", 415, None), ("a.sh", b"a=b", "application/x-www-form-urlencoded", 415, None),
    ("a.sh", b"--x", "multipart/form-data; boundary=x", 415, None), ("a.sh", b"x" * 524289, "text/plain", 413, None),
    ("a.sh", b"x" * 10_000_000, "text/plain", 413, None), ("x" * 81, b"#!/bin/sh", "text/plain", 422, "filename"),
], ids=itertools.count())
def test_files_that_are_no_scripts(ann, filename, content, media_type, status, field):
    answer = upload(ann, filename, content, media_type)
    assert answer.status_code == status, answer.text
    assert field is None or fields(answer) == {field}


def test_a_script_of_ten_megabytes_is_too_large(ann):
    assert ann.post("/scripts", {"name": name(), "kind": "sh", "code": "x" * 10_000_000}).status_code == 413


# what can run here

def test_kinds_tell_what_is_installed(ann, runners):
    runners({"aws": {"path": "/usr/bin/aws", "version": "of the newest"}})
    kinds = {one["kind"]: one for one in ann.get("/scripts/kinds").json()}
    assert list(kinds) == list(WORDS["script_kind"])
    assert (kinds["aws"]["installed"], kinds["aws"]["version"]) == (True, "of the newest")
    assert (kinds["node"]["name"], kinds["node"]["interpreter"], kinds["node"]["install"]) == ("Node.js", "node", "apt install nodejs")


def test_a_script_tells_what_the_runners_allow_it(ann, studio, runners):
    known = set(WORDS["limit"])
    script = script_of(ann)
    # as the studio's own runner tells them, once it has looked around
    wait_until(lambda: set(ann.get(f"/scripts/{script['id']}").json()["runner_limits"]) == known)
    label = runners({"sh": {}})
    studio.sql("update runners set sandbox = %s where host = %s", json.dumps({"ok": True, "limits": {"memory_mb": 7}}), label)
    assert script_of(ann, label=label)["runner_limits"] == {"memory_mb": 7}
    assert script_of(ann)["runner_limits"]["memory_mb"] == 7  # where it may get to as well


def test_what_is_not_installed_is_told_when_saving_and_when_running(ann, runners):
    label = runners({"sh": {}, "node": {}})
    script = script_of(ann, kind="node", label=label)
    runners({"sh": {}})
    refused = ann.post("/scripts", {"name": name(), "kind": "node", "code": "1", "label": label})
    assert fields(refused) == {"kind"} and "apt install nodejs" in refused.json()["detail"]
    assert fields(ann.patch(f"/scripts/{script['id']}", {"version": 1, "code": "2"})) == {"kind"}
    assert ann.patch(f"/scripts/{script['id']}", {"version": 1, "description": "Still editable"}).status_code == 200
    assert fields(ann.post(f"/scripts/{script['id']}/run", {})) == {"kind"}


def test_a_label_that_no_runner_has_is_told(ann, runners):
    label = runners({"sh": {}})
    script = script_of(ann, label=label)
    ask(ann, script)
    assert fields(ann.patch(f"/scripts/{script['id']}", {"version": 1, "label": "nobody's"})) == {"label"}
    assert ann.patch(f"/scripts/{script['id']}", {"version": 1, "label": None}).json()["label"] is None


# asking for a run

def test_a_run_is_queued_with_the_defaults_of_what_was_not_given(ann, studio):
    script = script_of(ann, parameters=properties(who={"type": "string", "default": "you"}, n={"type": "integer"}))
    run = ask(ann, script, parameters={"n": 3})
    assert (run["kind"], run["id"]) == ("script", ann.get(f"/runs/{run['id']}").json()["id"])
    stored = studio.sql("select inputs, script_version, via, asked_by::text from runs where id = %s", run["id"])
    assert stored == [({"who": "you", "n": 3}, 1, "ui", ann.id)]


def test_a_run_is_of_the_version_that_its_parameters_were_checked_against(ann, studio):
    script = script_of(ann, parameters={"required": ["v1"], **properties(v1={"type": "string", "default": "x"})})
    def edit():
        for number in range(1, 25):
            takes = {"required": [f"v{number + 1}"], **properties(**{f"v{number + 1}": {"type": "string", "default": "x"}})}
            assert ann.patch(f"/scripts/{script['id']}", {"version": number, "parameters": takes}).status_code == 200
    runner = ann.twin()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        editing = pool.submit(edit)
        while not editing.done():
            ask(runner, script)
        editing.result()
    rows = studio.sql("select script_version, inputs from runs where script_id = %s", script["id"])
    assert rows and all(inputs == {f"v{version}": "x"} for version, inputs in rows)
    assert len({version for version, _ in rows}) > 1


def test_every_parameter_that_is_wrong_is_named(ann):
    script = script_of(ann, parameters={"required": ["n"], **properties(
        n={"type": "integer"}, d={"type": "string", "format": "date"}, c={"type": "string", "enum": ["a", "b"]})})
    answer = ann.post(f"/scripts/{script['id']}/run", {"parameters": {"d": "2026-02-30", "c": "z", "q": 1}})
    assert fields(answer) == {"parameters.n", "parameters.d", "parameters.c", "parameters.q"}


def test_a_run_takes_the_version_and_the_narrower_limits(ann, studio):
    script = script_of(ann, code="one", limits={"memory_mb": 64, "cpu_seconds": 10})
    ann.patch(f"/scripts/{script['id']}", {"version": 1, "code": "two"})
    run = ask(ann, script, version=1, dry_run=True, limits={"memory_mb": 32, "cpu_seconds": 99, "disk_mb": 5})
    assert (run["script"]["version"], run["dry_run"], run["limits"]) == (1, True, {"memory_mb": 32, "cpu_seconds": 10, "disk_mb": 5})
    assert fields(ann.post(f"/scripts/{script['id']}/run", {"version": 3})) == {"version"}
    assert fields(ann.post(f"/scripts/{script['id']}/run", {"limits": {"x": 1}})) == {"limits"}


def test_a_token_asks_as_the_api_and_needs_the_scope_to_write(ann, people, studio):
    script = script_of(ann)
    run = ask(people.api_token(ann, "read", "write"), script)
    assert studio.sql("select via from runs where id = %s", run["id"]) == [("api",)]
    assert people.api_token(ann, "read").post(f"/scripts/{script['id']}/run", {}).status_code == 403


def test_a_run_speaks_in_a_room_only_for_its_members(ann, bob, people, admin):
    room = people.room(ann, "Runs")
    people.add(ann, room, bob, "viewer")
    script = script_of(ann)
    run = ask(ann, script, room=room["id"])
    event = next(one for one in ann.get(f"/rooms/{room['id']}/events").json()["items"] if one["kind"] == "run")
    assert (event["run"], event["author"]["id"], event["body"]["script"]["id"]) == (run["id"], ann.id, script["id"])
    ask(bob, script, 403, room=room["id"])
    ask(admin, script, 404, room=room["id"])
    assert ann.patch(f"/rooms/{room['id']}", {"version": room["version"], "archived": True}).status_code == 200
    ask(ann, script, 409, room=room["id"])


def test_the_last_run_is_one_that_the_caller_may_see(ann, bob, people):
    script = script_of(ann)
    mine, others = ask(ann, script), ask(bob, script)
    def last(client):
        return client.get(f"/scripts/{script['id']}").json()["last_run"]
    assert last(ann)["id"] == others["id"] and last(bob)["id"] == others["id"]
    again = ask(ann, script)
    assert last(ann)["id"] == again["id"] and last(bob)["id"] == others["id"] and mine["id"] != again["id"]
    assert last(people.user("carl")) is None


def test_changes_and_runs_are_audited(ann, studio):
    script = script_of(ann, code="secret = 1")
    renamed = name()
    ann.patch(f"/scripts/{script['id']}", {"version": 1, "code": "secret = 2", "name": renamed, "visibility": script["visibility"]})
    edit = studio.sql("select detail from audit_log where action = 'script.edit' and object_id = %s", script["id"])
    assert edit == [({"from": {"name": script["name"], "latest": 1}, "to": {"name": renamed, "latest": 2}, "name": renamed},)]
    ask(ann, script)
    ann.delete(f"/scripts/{script['id']}")
    rows = studio.sql("select action, detail::text from audit_log where object_kind = 'script' and object_id = %s order by id", script["id"])
    assert [action for action, _ in rows] == ["script.create", "script.edit", "script.run", "script.delete"]
    assert not any("secret =" in detail for _, detail in rows)
    assert all('"name": ' in detail for _, detail in rows)  # a reader of the log is told which one


def test_an_idempotency_key_queues_one_run(ann, studio):
    script = script_of(ann)
    answers = [ann.post(f"/scripts/{script['id']}/run", {}, headers={"Idempotency-Key": "once"}) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {202} and len({answer.json()["id"] for answer in answers}) == 1
    assert studio.sql("select count(*) from runs where script_id = %s", script["id"]) == [(1,)]
