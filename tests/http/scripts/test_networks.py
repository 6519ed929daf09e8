"""The network of runs: what one without any is told, and what a granted one reaches."""

import uuid

import pytest

from harness import finished, scripts
from harness.waiting import wait_until

NO_NETWORK = "This script has no network"


@pytest.fixture(scope="module")
def ann(people):
    return people.user("ann")


@pytest.mark.parametrize("attempt", ["(exec 3<>/dev/tcp/192.0.2.1/80)", "getent hosts example.org"])
def test_a_script_without_network_is_told_so_at_its_first_attempt(ann, attempt):
    run = scripts.start(ann, f"{attempt}\necho tried; sleep 600")
    said = wait_until(lambda: scripts.output(ann, run), 60, good=lambda text: NO_NETWORK in text and "tried" in text)
    assert said.count(NO_NETWORK) == 1
    assert ann.post(f"/runs/{run}/cancel").status_code == 200
    assert scripts.wait(ann, run)["state"] == "cancelled"


def test_a_script_that_stays_at_home_hears_nothing_of_networks(ann):
    over, said = scripts.run(ann, "import socket\nhere = socket.create_server(('127.0.0.1', 0))\n"
                                  "socket.create_connection(here.getsockname())\n"
                                  "print(socket.gethostbyname('localhost'), socket.gethostname())", "python")
    assert (over["state"], said) == ("succeeded", "127.0.0.1 run\n")


LOOK_UP = """
import os, time, urllib.request
print(os.environ["PIP_RETRIES"], os.environ["npm_config_fetch_retries"])
begun = time.monotonic()
try:
    urllib.request.urlopen("https://pypi.org/simple/")
except OSError:
    print(time.monotonic() - begun < 9)
"""


def test_a_name_is_refused_at_once(ann):
    over, said = scripts.run(ann, LOOK_UP, "python")
    assert over["state"] == "succeeded"
    lines = said.splitlines()  # the note of the runner stands before, between or after those of the script
    assert [line for line in lines if NO_NETWORK not in line][:2] == ["0 0", "True"] and NO_NETWORK in said


# Networks that an administrator names

@pytest.fixture(scope="module")
def admin(people):
    return people.admin


def define(admin, **more):
    body = {"name": f"net {uuid.uuid4().hex[:8]}", "destinations": ["10.1.0.0/16 tcp 22, 443"], **more}
    answer = admin.post("/networks", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def fields(answer):
    return [error["field"] for error in answer.json()["errors"]]


def names(document):
    return [network["name"] for network in document["networks"]]


def test_an_administrator_names_edits_and_deletes_a_network(admin):
    made = define(admin, description="Where the databases are")
    path = f"/networks/{made['id']}"
    assert admin.get(path).json() == made
    assert (made["version"], made["grantable"], made["people"], made["scripts"]) == (1, True, [], 0)
    edited = admin.patch(path, {"version": 1, "destinations": ["192.168.7.20", "10.0.0.0/8 udp 53"]})
    assert edited.json() == {**made, "version": 2, "destinations": ["192.168.7.20", "10.0.0.0/8 udp 53"]}
    stale = admin.patch(path, {"version": 1, "name": "other"})
    assert stale.status_code == 409 and fields(stale) == ["version"]
    assert admin.patch(path, {"version": 2, "description": ""}).json()["description"] == ""
    assert admin.delete(path).status_code == 204
    assert [answer.status_code for answer in (admin.get(path), admin.delete(path), admin.patch(path, {"version": 3}))] == [404] * 3


def test_every_change_of_a_network_is_audited(admin):
    made = define(admin)
    admin.patch(f"/networks/{made['id']}", {"version": 1, "destinations": ["10.2.0.0/16"]})
    admin.delete(f"/networks/{made['id']}")
    entries = admin.get("/audit", params={"object_kind": "network", "object_id": made["id"]}).json()["items"]
    assert [entry["action"] for entry in entries] == ["network.delete", "network.edit", "network.create"]
    assert "10.2.0.0/16" in str(entries[1]["detail"]) and "10.1.0.0/16 tcp 22, 443" in str(entries[1]["detail"])


def test_a_name_is_taken_once(admin):
    made = define(admin)
    taken = admin.post("/networks", {"name": made["name"].upper(), "destinations": ["10.0.0.1"]})
    assert taken.status_code == 409


@pytest.mark.parametrize("destinations, field", [
    ([], "destinations"), (["10.0.0.0/8", "db.example.org"], "destinations.1"), (["10.0.0.0/8 tcp 70000"], "destinations.0"),
    (["127.0.0.1"], "destinations.0"), (["internet"], "destinations.0"), (["10.0.0.0/8"] * 65, "destinations"),
    (["10.0.0.0/8 tcp 22\n0.0.0.0/1"], "destinations")])
def test_a_wrong_destination_is_named(admin, destinations, field):
    refused = admin.post("/networks", {"name": f"net {uuid.uuid4().hex[:8]}", "destinations": destinations})
    assert refused.status_code == 422, refused.text
    assert fields(refused) == [field]


def test_a_person_who_is_not_there_is_named(admin):
    body = {"name": f"net {uuid.uuid4().hex[:8]}", "destinations": ["10.0.0.1"], "people": ["nobody.here"]}
    refused = admin.post("/networks", body)
    assert refused.status_code == 422 and fields(refused) == ["people"]


def test_users_know_the_names_only_and_change_nothing(admin, ann):
    made = define(admin)
    assert set(ann.get(f"/networks/{made['id']}").json()) == {"id", "name", "description", "grantable"}
    assert made["name"] in [one["name"] for one in pages(ann)]
    assert ann.patch(f"/networks/{made['id']}", {"version": 1}).status_code == 403
    assert ann.delete(f"/networks/{made['id']}").status_code == 403
    assert ann.post("/networks", {"name": "mine", "destinations": ["10.0.0.1"]}).status_code == 403


def pages(client):
    """All networks, two a page."""
    found, cursor = [], None
    while True:
        page = client.get("/networks", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        found += page["items"]
        cursor = page["next"]
        if not cursor:
            return found


def test_networks_are_listed_by_name(admin):
    made = [define(admin)["name"] for _ in range(3)]
    found = [one["name"] for one in pages(admin)]
    assert found == sorted(found, key=str.lower) and set(made) <= set(found) and len(found) == len(set(found))


def test_a_network_is_given_to_a_script_by_those_who_may(admin, ann, people):
    bob = people.user("bob")
    free, closed = define(admin, people=["@" + handle(ann)]), define(admin)
    script = finished.script(ann, kind="sh", code="true", networks=[free["id"]])
    assert names(script) == [free["name"]]
    path = f"/scripts/{script['id']}"
    refused = ann.patch(path, {"version": 1, "networks": [free["id"], closed["id"]]})
    assert refused.status_code == 403 and fields(refused) == ["networks"]
    both = admin.patch(path, {"version": 1, "networks": [free["id"], closed["id"]]}).json()
    assert names(both) == sorted([free["name"], closed["name"]])
    # What was given stays given, through edits of who could not give it
    kept = ann.patch(path, {"version": 2, "code": "false", "networks": [free["id"], closed["id"]]}).json()
    assert names(kept) == names(both)
    assert names(ann.patch(path, {"version": 3, "networks": [free["id"]]}).json()) == [free["name"]]
    assert ann.patch(path, {"version": 4, "networks": [closed["id"]]}).status_code == 403
    theirs = {"name": f"s {uuid.uuid4().hex}", "kind": "sh", "code": "true", "networks": [free["id"]]}
    assert bob.post("/scripts", theirs).status_code == 403
    unknown = admin.patch(path, {"version": 4, "networks": [str(uuid.uuid4())]})
    assert unknown.status_code == 422 and fields(unknown) == ["networks"]
    assert admin.get(f"/networks/{free['id']}").json()["scripts"] == 1
    # Who is taken off the list gives no more
    assert admin.patch(f"/networks/{free['id']}", {"version": 1, "people": []}).json()["people"] == []
    assert ann.get(f"/networks/{free['id']}").json()["grantable"] is False


def handle(client):
    return client.get("/profile").json()["handle"]


REACH = """
import socket
try:
    socket.create_connection(("192.0.2.1", 9), 0.2)
except OSError as error:
    print(type(error).__name__)
"""


def test_a_run_has_the_networks_of_its_script_when_it_begins(admin):
    network = define(admin)
    over, _ = scripts.run(admin, REACH, "python", networks=[network["id"]])
    assert over["networks"] == [network["name"]] and over["network"] is False
    script = over["script"]["id"]
    assert admin.patch(f"/scripts/{script}", {"version": 1, "networks": []}).status_code == 200
    again = scripts.wait(admin, admin.post(f"/runs/{over['id']}/retry", {}).json()["id"])
    assert again["networks"] == []
    assert NO_NETWORK in scripts.output(admin, again["id"])


def test_a_script_loses_a_network_that_is_deleted(admin):
    network = define(admin)
    script = finished.script(admin, kind="sh", code="true", networks=[network["id"]])
    assert admin.delete(f"/networks/{network['id']}").status_code == 204
    assert names(admin.get(f"/scripts/{script['id']}").json()) == []
