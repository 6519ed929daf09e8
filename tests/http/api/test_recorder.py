"""The recorder notices every way in which an answer can differ from the document."""

import json

import pytest
import requests

from harness.recorder import Contract, Recorder

ID = "01a226e7-8e4d-7cd4-80f9-3aa1b836ddf6"
ROOM = {"id": ID, "made": "2026-11-20T15:04:05.678Z", "size": 3}
PROBLEM = {"type": "about:blank", "title": "Invalid", "status": 422, "detail": "…", "instance": ID}
DOCUMENT = {
    "paths": {"/api/rooms/{id}": {"get": {"responses": {
        "200": {"headers": {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}},
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Room"}}}},
        "204": {},
        "422": {"$ref": "#/components/responses/Problem"},
        "409": {"content": {"application/problem+json": {"schema": {"allOf": [
            {"$ref": "#/components/schemas/Problem"},
            {"type": "object", "properties": {"current": {"$ref": "#/components/schemas/Room"}}}]}}}},
        "429": {"$ref": "#/components/responses/Limited"}}}}},
    "x-responses": {"404": {"$ref": "#/components/responses/Problem"}, "414": {"$ref": "#/components/responses/Problem"}},
    "components": {
        "headers": {"X-Request-Id": {"required": True, "schema": {"type": "string", "format": "uuid"}},
                    "Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}}},
        "responses": {"Problem": {"content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}},
                      "Limited": {"headers": {"Retry-After": {"$ref": "#/components/headers/Retry-After"}},
                                  "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}},
        "schemas": {
            "Room": {"type": "object", "required": ["id"], "additionalProperties": False, "properties": {
                "id": {"type": "string", "format": "uuid"}, "made": {"type": "string", "format": "date-time"},
                "size": {"type": "integer", "minimum": 1}, "inner": {"anyOf": [{"$ref": "#/components/schemas/Room"}, {"type": "null"}]},
                "tags": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}}}},
            "Problem": {"type": "object", "required": ["status", "instance"], "properties": {"status": {"type": "integer"}}}}},
}


def faults(status, body, media="application/json", path="/api/rooms/x", method="GET", **headers):
    recorder = Recorder()
    recorder.contract = Contract(DOCUMENT)
    answer = requests.Response()
    answer.status_code, answer.url = status, f"http://localhost{path}"
    answer.request = requests.Request(method, answer.url).prepare()
    answer._content = b"" if body is None else json.dumps(body).encode()  # pylint: disable=protected-access
    answer.headers.update({"X-Request-Id": ID, **({"Content-Type": f"{media}; charset=utf-8"} if media else {}),
                           **{name.replace("_", "-"): value for name, value in headers.items()}})
    recorder.record(answer)
    return recorder.take()


@pytest.mark.parametrize("status, body, more", [
    (200, ROOM, {}),
    (200, {**ROOM, "inner": {"id": ID, "inner": None, "tags": ["a"]}}, {}),
    (204, None, {"media": None}),
    (422, PROBLEM, {"media": "application/problem+json"}),
    (429, {**PROBLEM, "status": 429}, {"media": "application/problem+json", "Retry_After": "3"}),
    (409, {**PROBLEM, "status": 409, "current": ROOM}, {"media": "application/problem+json"}),
    (404, {**PROBLEM, "status": 404}, {"media": "application/problem+json", "path": "/api/nowhere"}),
    (414, {**PROBLEM, "status": 414}, {"media": "application/problem+json"}),
    (500, "anything", {"path": "/elsewhere"}),
    (500, "anything", {"method": "OPTIONS"}),
])
def test_an_answer_as_described_is_no_fault(status, body, more):
    assert faults(status, body, **more) == []


@pytest.mark.parametrize("status, body, more, fault", [
    (201, ROOM, {}, "does not describe this status"),
    (200, ROOM, {"method": "POST"}, "does not describe this status"),
    (200, ROOM, {"path": "/api/nowhere"}, "does not describe this status"),
    (404, {**PROBLEM, "status": 404}, {"media": "application/problem+json"}, "does not describe this status"),
    (200, ROOM, {"media": "text/html"}, "not text/html"),
    (200, ROOM, {"X_Request_Id": "7"}, "X-Request-Id is '7', which is no uuid"),
    (200, {}, {}, "answer.id is missing"),
    (200, {**ROOM, "odd": 1}, {}, "answer.odd is not described"),
    (200, {"id": "7"}, {}, "which is no uuid"),
    (200, {**ROOM, "made": "2026-11-20"}, {}, "which is no date-time"),
    (200, {**ROOM, "size": True}, {}, "not integer"),
    (200, {**ROOM, "size": 0}, {}, "less than 1"),
    (200, {**ROOM, "tags": ["a", "c"]}, {}, "answer.tags[1] is 'c', not one of"),
    (200, {**ROOM, "inner": {"id": 7}}, {}, "answer.inner.id is 7, not string"),
    (200, [ROOM], {}, "not object"),
    (204, ROOM, {}, "describes no body"),
    (409, {**PROBLEM, "status": 409, "current": {}}, {"media": "application/problem+json"}, "answer.current.id is missing"),
    (422, {**PROBLEM, "status": 423}, {"media": "application/problem+json"}, "the status 423"),
    (422, {**PROBLEM, "instance": "another"}, {"media": "application/problem+json"}, "another request"),
    (429, {**PROBLEM, "status": 429}, {"media": "application/problem+json"}, "Retry-After is missing"),
    (429, {**PROBLEM, "status": 429}, {"media": "application/problem+json", "Retry_After": "soon"}, "not integer"),
])
def test_an_answer_that_differs_is_a_fault(status, body, more, fault):
    [found] = faults(status, body, **more)
    assert fault in found and str(status) in found


def test_a_keyword_that_the_tests_do_not_know_is_not_passed_over():
    contract = Contract(DOCUMENT)
    with pytest.raises(AssertionError, match="multipleOf"):
        contract.shapes.of({"type": "integer", "multipleOf": 2})


def test_what_was_never_seen_is_listed():
    recorder = Recorder()
    recorder.contract = Contract(DOCUMENT)
    recorder.seen.add(("GET", "/api/rooms/{id}", 200))
    assert recorder.unseen() == [f"GET /api/rooms/{{id}} {status}" for status in (204, 409, 422, 429)]
