"""Names of scripts: whose is taken, which is told, and which a page of the list goes on with."""

import concurrent.futures

import pytest

from harness.client import fields
from test_scripts import name, script_of

SHARED, OWN = "A shared script with this name already exists.", "A script with this name already exists."


@pytest.fixture(scope="module")
def ann(people):
    return people.user("ann")


@pytest.fixture(scope="module")
def bob(people):
    return people.user("bob")


def taken(answer, sentence):
    assert answer.status_code == 409, answer.text
    assert answer.json()["detail"] == sentence and answer.json()["errors"] == [{"field": "name", "message": sentence}], answer.text


def test_a_name_is_taken_once_in_any_case(ann, bob):
    script = script_of(ann)
    body = {"name": script["name"].upper(), "kind": "sh", "code": "true"}
    taken(bob.post("/scripts", body), SHARED)
    taken(ann.post("/scripts", {**body, "visibility": "private"}), OWN)
    other = script_of(bob)
    taken(bob.patch(f"/scripts/{other['id']}", {"version": 1, "name": body["name"]}), SHARED)


def test_names_of_private_scripts_are_told_to_nobody(ann, bob, admin):
    secret = script_of(ann, visibility="private")
    own = script_of(bob, name=secret["name"], visibility="private")
    other = script_of(admin, name=secret["name"])
    assert bob.patch(f"/scripts/{own['id']}", {"version": 1, "description": "Mine"}).status_code == 200
    taken(ann.patch(f"/scripts/{secret['id']}", {"version": 1, "visibility": "team"}), SHARED)
    taken(admin.patch(f"/scripts/{secret['id']}", {"version": 1, "visibility": "team"}), SHARED)
    assert admin.delete(f"/scripts/{other['id']}").status_code == 204
    assert ann.patch(f"/scripts/{secret['id']}", {"version": 1, "visibility": "team"}).status_code == 200
    taken(bob.patch(f"/scripts/{own['id']}", {"version": 2, "visibility": "team"}), SHARED)
    taken(bob.post("/scripts", {"name": secret["name"], "kind": "sh", "code": "true", "visibility": "private"}), OWN)


def test_scripts_of_one_name_share_one_at_a_time(people):
    wanted = name()
    owners = [people.user("eve") for _ in range(4)]
    mine = [script_of(owner, name=wanted, visibility="private") for owner in owners]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda pair: pair[0].patch(f"/scripts/{pair[1]['id']}", {"version": 1, "visibility": "team"}),
                                zip(owners, mine)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


def test_pages_miss_no_script_of_a_name_that_several_use(people, admin):
    wanted = name()
    ids = {script_of(people.user("eve"), name=wanted, visibility="private")["id"] for _ in range(5)}
    seen, cursor = [], None
    while True:
        page = admin.get("/scripts", params={"query": wanted, "limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert len(seen) == 5 and set(seen) == ids


def test_a_name_has_no_slash_unless_it_had_one_before(ann, studio):
    answer = ann.post("/scripts", {"name": "a/b", "kind": "sh", "code": "true"})
    assert fields(answer) == {"name"} and "OWNER/NAME" in answer.json()["detail"]
    script = script_of(ann)
    old = f"old/{script['name']}"
    studio.sql("update scripts set name = %s where id = %s", old, script["id"])
    kept = ann.patch(f"/scripts/{script['id']}", {"version": 1, "name": old, "description": "Kept"})
    assert kept.status_code == 200 and kept.json()["name"] == old
    assert fields(ann.patch(f"/scripts/{script['id']}", {"version": 2, "name": old + "/c"})) == {"name"}
