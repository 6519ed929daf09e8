"""Nobody's change is lost to somebody else's: every edit names the version that it is based on. Without one it is refused,
with an older one it changes nothing and answers what the object is now."""

import concurrent.futures
import uuid

import pytest

STALE = "urn:coagent:problem:stale"


def create(client, path, **body):
    answer = client.post(path, body)
    assert answer.status_code == 201, answer.text
    return f"{path}/{answer.json()['id']}"


def mark():
    return uuid.uuid4().hex[:8]


# Of each edit: who edits, where the object is read, and two changes, of which the second would undo the first.
EDITS = {
    "PATCH /rooms/{id}": lambda p: (a := p.user("ann"), create(a, "/rooms", name="First"), {"name": "Second"}, {"name": "First"}),
    "PATCH /agents/{id}": lambda p: (a := p.user("ann"), create(a, "/agents", name="First", handle=f"e-{mark()}", prompt="Be kind."),
                                     {"prompt": "Be brief."}, {"prompt": "Be kind."}),
    "PATCH /scripts/{id}": lambda p: (a := p.user("ann"), create(a, "/scripts", name=f"s {mark()}", kind="sh", code="true"),
                                      {"code": "false"}, {"code": "true"}),
    "PATCH /mappings/{id}": lambda p: (
        a := p.user("ann"), create(a, "/mappings", name=f"m {mark()}", entries=[{"key": "K", "value": "hidden-value", "secret": True}]),
        {"description": "new"}, {"entries": []}),
    "PATCH /networks/{id}": lambda p: (p.admin, create(p.admin, "/networks", name=f"n {mark()}", destinations=["192.0.2.0/24 tcp 22"]),
                                       {"destinations": ["192.0.2.0/24 tcp 443"]}, {"destinations": ["192.0.2.0/24 tcp 22"]}),
    "PATCH /providers/{id}": lambda p: (
        p.admin, create(p.admin, "/providers", name=f"p {mark()}", base_url="http://127.0.0.1:9/v1", key="hidden-value"),
        {"default_model": "b"}, {"default_model": "a"}),
    "PATCH /profile": lambda p: (p.user("ann"), "/profile", {"name": "Second"}, {"name": "First"}),
    "PATCH /admin/users/{id}": lambda p: (p.admin, f"/admin/users/{p.user('ann').id}", {"name": "Second"}, {"disabled": True}),
    "PUT /admin/users/{id}/permissions": lambda p: (
        p.admin, f"/admin/users/{p.user('ann').id}", {"permissions": ["rooms.create"]}, {"permissions": ["rooms.create", "audit.read"]}),
    "PATCH /admin/settings": lambda p: (p.admin, "/admin/settings", {"run_retention_days": 91}, {"run_output_retention_days": 31}),
}


@pytest.fixture(params=EDITS)
def edit(request, people):
    """The edit as one value: send(changes) and the answer, read() the object, and the two changes."""
    method, path = request.param.split(" ")
    client, read, first, second = EDITS[request.param](people)
    where = read + ("/permissions" if path.endswith("/permissions") else "")
    before = client.get(read).json()
    yield {"send": lambda changes: client.request(method, where, json=changes), "read": lambda: client.get(read).json(),
           "first": first, "second": second}
    if path == "/admin/settings":
        assert client.edit(read, {key: before[key] for key in {**first, **second}}).status_code == 200


def test_every_edit_takes_a_version_or_says_why_not(routes):
    edits = {str(route): route for route in routes if route.method in ("PATCH", "PUT")}
    versioned = {name for name, route in edits.items() if "version" in (route.body or {}).get("required", [])}
    assert versioned == set(EDITS)
    assert {name for name, route in edits.items() if route.description.get("x-unversioned")} == set(edits) - versioned


def test_an_edit_without_a_version_is_refused(edit):
    before = edit["read"]()
    answer = edit["send"](edit["first"])
    assert answer.status_code == 422 and [error["field"] for error in answer.json()["errors"]] == ["version"]
    assert edit["read"]() == before


def test_a_stale_edit_changes_nothing_and_answers_what_there_is_now(edit):
    seen = edit["read"]()["version"]
    changed = edit["send"]({**edit["first"], "version": seen})
    assert changed.status_code == 200 and changed.json()["version"] > seen, changed.text
    now = edit["read"]()
    answer = edit["send"]({**edit["second"], "version": seen})
    problem = answer.json()
    assert answer.status_code == 409 and answer.headers["Content-Type"] == "application/problem+json"
    assert problem["type"] == STALE and [error["field"] for error in problem["errors"]] == ["version"]
    assert problem["current"] == now and "hidden-value" not in answer.text
    assert edit["read"]() == now
    again = edit["send"]({**edit["second"], "version": problem["current"]["version"]})
    assert again.status_code == 200, again.text


def test_a_version_of_the_future_is_stale_too(edit):
    before = edit["read"]()
    answer = edit["send"]({**edit["first"], "version": before["version"] + 1})
    assert answer.status_code == 409 and answer.json()["current"] == before == edit["read"]()


def test_of_edits_at_the_same_time_one_succeeds(edit):
    seen = edit["read"]()["version"]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda _: edit["send"]({**edit["first"], "version": seen}).status_code, range(4)))
    assert sorted(statuses) == [200, 409, 409, 409]


def test_a_stale_edit_is_not_in_the_audit_log_and_its_409_is_described(people, studio, routes):
    ann = people.user("ann")
    answer = ann.patch("/profile", {"name": "Ann", "version": 7})
    assert answer.status_code == 409
    assert studio.sql("select action from audit_log where request_id = %s", answer.headers["X-Request-Id"]) == []
    for route in routes:
        if str(route) in EDITS:
            described = route.description["responses"]["409"]["content"]["application/problem+json"]["schema"]["allOf"]
            assert described[1]["properties"]["current"] == route.description["responses"]["200"]["content"]["application/json"]["schema"]


def test_no_permission_comes_before_the_version(people):
    ann, bob = people.user("ann"), people.user("bob")
    room = people.room(ann)
    for version in (1, 7):
        assert bob.patch(f"/rooms/{room['id']}", {"name": "x", "version": version}).status_code == 404
        assert bob.patch(f"/admin/users/{ann.id}", {"name": "x", "version": version}).status_code == 403
        assert bob.patch("/admin/settings", {"run_retention_days": 1, "version": version}).status_code == 403


def test_an_upload_adds_a_version_whatever_was_seen(people):
    ann = people.user("ann")
    script = create(ann, "/scripts", name=f"s {mark()}", kind="sh", code="one")
    assert ann.patch(script, {"version": 1, "code": "two"}).status_code == 200
    answer = ann.post("/scripts/upload", params={"filename": "x.sh", "script": script.split("/")[-1]}, data=b"three",
                      headers={"Content-Type": "text/plain"})
    assert answer.status_code == 201 and answer.json()["code"] == "three"
    assert [ann.get(f"{script}/versions/{n}").json()["code"] for n in (1, 2, 3)] == ["one", "two", "three"]
