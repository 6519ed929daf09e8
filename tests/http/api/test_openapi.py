"""The description at /api/openapi.json is complete: each route that reads is tried, and the recorder (harness/recorder.py)
compares the answers, as it does for all tests."""

import pytest


@pytest.fixture(scope="module")
def document(people):
    return people.anonymous().get("/openapi.json").json()


@pytest.fixture(scope="module")
def things(people):
    """One of each noun: by the first segment of its path."""
    admin = people.admin
    room = people.room(admin, "Described")
    people.add(admin, room, people.user("ann"), "viewer")
    said = admin.post(f"/rooms/{room['id']}/messages", {"text": "hello"}).json()
    agents = admin.get("/agents").json()["items"]
    providers = admin.get("/providers").json()["items"]
    people.api_token(admin, "read")
    mapping = admin.post("/mappings", {"name": "Described", "entries": [{"key": "A", "value": "1"}]}).json()
    script = admin.post("/scripts", {"name": "Described", "kind": "sh", "code": "true", "mapping": mapping["id"]}).json()
    network = admin.post("/networks", {"name": "Described", "destinations": ["10.0.0.0/8"]}).json()
    return {"networks": network["id"], "rooms": room["id"], "seq": said["seq"], "agents": agents[0]["id"], "providers": providers[0]["id"],
            "mappings": mapping["id"], "scripts": script["id"], "admin": admin.id}


def test_the_document_is_served_as_json_to_anybody(people):
    answer = people.anonymous().get("/openapi.json")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["openapi"] == "3.1.0"


def test_every_route_that_reads_answers_as_described(routes, people, things):
    refused = {}
    for route in routes:
        thing = things.get(route.path.split("/")[1])
        asks = any(one["required"] for one in route.description["parameters"] if one["in"] == "query")
        if route.is_unsafe or asks or (route.values and not thing):
            continue
        answer = people.admin.get(route.fill(id=thing, seq=1 if "versions" in route.path else things["seq"]))
        if str(answer.status_code) not in route.description["responses"] or answer.status_code >= 300:
            refused[str(route)] = answer.text
    assert refused == {}


def test_a_success_has_one_status_and_says_what_comes_with_it(routes):
    for route in routes:
        successes = [status for status in route.description["responses"] if status.startswith("2")]
        assert successes and set(successes) <= {"200", "201", "202", "204"}, str(route)
        for status in successes:
            response = route.description["responses"][status]
            assert ("content" in response) == (status != "204"), str(route)
            assert ("Location" in response["headers"]) == (status == "201"), str(route)


def test_every_schema_of_ours_is_closed(document):
    for name, schema in document["components"]["schemas"].items():
        assert schema["additionalProperties"] is False and set(schema["required"]) <= set(schema["properties"]), name


def test_the_page_over_it_is_there(studio, people):
    page = people.anonymous().http.get(studio.url + "/docs")
    assert page.status_code == 200 and "swagger-ui-bundle.js" in page.text
    for file in ("/vendor/swagger-ui/swagger-ui-bundle.js", "/vendor/swagger-ui/swagger-ui.css", "/js/docs.js"):
        assert people.anonymous().http.get(studio.url + file).status_code == 200
