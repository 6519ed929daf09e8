"""The description at /api/openapi.json tells the truth: what the API answers has the shape that it promises."""

import re

import pytest

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict, "array": list,
         "null": type(None)}


class Shape:
    """As much of JSON Schema as the description uses."""

    def __init__(self, document):
        self.schemas = document["components"]["schemas"]

    def errors(self, value, schema, at="answer"):
        if "$ref" in schema:
            return self.errors(value, self.schemas[schema["$ref"].rpartition("/")[2]], at)
        if not schema: # any JSON
            return []
        if "anyOf" in schema:
            tried = [self.errors(value, one, at) for one in schema["anyOf"]]
            return [] if [] in tried else tried[0]
        kind = TYPES[schema["type"]]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            return [f"{at} is {value!r}, not {schema['type']}"]
        return [*self.of_members(value, schema, at), *self.of_text(value, schema, at)]

    def of_members(self, value, schema, at):
        if isinstance(value, list):
            return [e for i, one in enumerate(value) for e in self.errors(one, schema["items"], f"{at}[{i}]")]
        if not isinstance(value, dict) or "properties" not in schema:
            return []
        known = schema["properties"]
        missing = [f"{at}.{name} is missing" for name in schema.get("required", []) if name not in value]
        unknown = [f"{at}.{name} is not described" for name in value if name not in known]
        inside = [e for name in known if name in value for e in self.errors(value[name], known[name], f"{at}.{name}")]
        return missing + unknown + inside

    @staticmethod
    def of_text(value, schema, at):
        if "enum" in schema and value not in schema["enum"]:
            return [f"{at} is {value!r}, not one of {schema['enum']}"]
        wanted = {"uuid": ID, "date-time": TIME}.get(schema.get("format"))
        return [f"{at} is {value!r}, no {schema['format']}"] if wanted and not wanted.fullmatch(value) else []


@pytest.fixture(scope="module")
def document(people):
    return people.anonymous().get("/openapi.json").json()


@pytest.fixture(scope="module")
def described(document):
    """described(method, path, answer) fails unless the answer is a success of the promised shape."""
    shape = Shape(document)

    def check(method, path, answer):
        assert 200 <= answer.status_code < 300, answer.text
        content = document["paths"]["/api" + path][method]["responses"]["2XX"].get("content")
        assert content, f"{method} {path} promises no answer"
        assert shape.errors(answer.json(), content["application/json"]["schema"]) == []
        return answer.json()

    return check


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


def test_every_route_that_reads_answers_as_described(routes, people, things, described):
    wrong = {}
    for route in routes:
        described_answer = route.description["responses"]["2XX"].get("content")
        thing = things.get(route.path.split("/")[1])
        if route.is_unsafe or not described_answer or (route.values and not thing) or route.path == "/runs/{id}":
            continue
        answer = people.admin.get(route.fill(id=thing, seq=1 if "versions" in route.path else things["seq"]))
        try:
            described("get", route.path, answer)
        except AssertionError as error:
            wrong[str(route)] = str(error)
    assert wrong == {}


def test_what_changes_something_answers_as_described(people, described):
    ann = people.user("ann")
    bob = people.user("bob")
    room = described("post", "/rooms", ann.post("/rooms", {"name": "Made", "topic": "x"}))
    base = f"/rooms/{room['id']}"
    described("patch", "/rooms/{id}", ann.patch(base, {"name": "Renamed", "version": room["version"]}))
    described("post", "/rooms/{id}/members", ann.post(base + "/members", {"id": bob.id, "role": "member"}))
    said = described("post", "/rooms/{id}/messages", ann.post(base + "/messages", {"text": "hi"}))
    described("post", "/rooms/{id}/read", bob.post(base + "/read", {"seq": said["seq"]}))
    described("patch", "/rooms/{id}/messages/{seq}", ann.patch(f"{base}/messages/{said['seq']}", {"text": "ho"}))
    described("post", "/profile/tokens", ann.post("/profile/tokens", {"name": "t", "scopes": ["read"]}))
    script = described("post", "/scripts", ann.post("/scripts", {"name": "Described too", "kind": "sh", "code": "true"}))
    described("patch", "/scripts/{id}", ann.patch(f"/scripts/{script['id']}", {"version": 1, "code": "false"}))
    mapping = described("post", "/mappings", ann.post("/mappings", {"name": "Described too", "entries": [{"key": "A", "value": ""}]}))
    described("patch", "/mappings/{id}", ann.patch(f"/mappings/{mapping['id']}", {"version": 1, "entries": []}))
    described("patch", "/profile", ann.patch("/profile", {"theme": "dark", "version": ann.get("/profile").json()["version"]}))


def test_problems_are_as_described(people, document):
    shape = Shape(document)
    answers = [people.anonymous().get("/rooms"), people.admin.get("/rooms/x"), people.admin.post("/rooms", {"odd": 1})]
    for answer, status in zip(answers, (401, 404, 422)):
        assert answer.status_code == status and answer.headers["Content-Type"] == "application/problem+json"
        assert shape.errors(answer.json(), document["components"]["schemas"]["Problem"]) == []
        assert answer.json()["instance"] == answer.headers["X-Request-Id"]


def test_the_page_over_it_is_there(studio, people):
    page = people.anonymous().http.get(studio.url + "/docs")
    assert page.status_code == 200 and "swagger-ui-bundle.js" in page.text
    for file in ("/vendor/swagger-ui/swagger-ui-bundle.js", "/vendor/swagger-ui/swagger-ui.css", "/js/docs.js"):
        assert people.anonymous().http.get(studio.url + file).status_code == 200
