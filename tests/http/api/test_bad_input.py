"""Bad input everywhere: always a 4xx problem document that says what is wrong, never a 5xx, never a dead slot.

Generated from the OpenAPI document, so a new route or field is covered as soon as it is in its table."""

import itertools
import json
import re
import socket
import time

import pytest

from harness import malform, objects

REQUEST_ID = re.compile(r"^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32})$")
# Changing their own account would end the session of the caller.
NEVER_AS_ADMIN = {"/auth/logout"}


@pytest.fixture(scope="module")
def room(people):
    """A room of the administrator's, who may therefore use every route."""
    return people.room(people.admin, "Bad input")


@pytest.fixture(scope="module")
def places(studio, people, room):
    """An object of each noun that routes are guarded by, of the administrator's too."""
    return objects.places(studio, people.admin, room)


@pytest.fixture(scope="module")
def caller(people):
    return people.admin


@pytest.fixture
def with_body(routes):
    return [route for route in routes if route.body]


def problem_of(answer, status):
    """What is wrong with the answer to bad input, or None."""
    if answer.status_code != status:
        return f"{answer.status_code} instead of {status}: {answer.text[:150]}"
    if not answer.headers.get("Content-Type", "").startswith("application/problem+json"):
        return f"Content-Type {answer.headers.get('Content-Type')}"
    document = answer.json()
    missing = {"type", "title", "status", "instance"} - set(document)
    if missing:
        return f"without {missing}"
    if document["status"] != status:
        return f"the document says {document['status']}"
    own = answer.headers.get("X-Request-Id", "")  # a UUID of the pool's, or 32 digits of nginx's
    if own not in document["instance"] or not REQUEST_ID.search(own):
        return f"instance {document['instance']} is not X-Request-Id {own}"
    if re.search(r"\b(select|insert|update|pq|libpq|sqlstate|/home|/usr|/tmp)\b", answer.text.lower()):
        return f"shows what is inside: {answer.text[:150]}"
    return None


def check(wrong, what, answer, status, field=None):
    problem = problem_of(answer, status)
    if problem is None and field is not None:
        named = [error.get("field") for error in answer.json().get("errors", [])]
        if field not in named:
            problem = f"errors name {named} instead of {field}"
        elif not all(error.get("message") for error in answer.json()["errors"]):
            problem = "an error has no message"
    if problem:
        wrong.append(f"{what}: {problem}")


def report(wrong):
    return f"{len(wrong)} differences:\n" + "\n".join(wrong[:40])


def test_every_wrong_field_is_named(with_body, caller, places):
    wrong = []
    for route in with_body:
        for field, body in malform.bad_fields(route.body):
            answer = caller.request(route.method, route.at(places), json=body)
            check(wrong, f"{route} {field} {json.dumps(body)[:100]}", answer, 422, field)
    assert not wrong, report(wrong)


def test_all_wrong_fields_are_named_at_once(caller):
    answer = caller.post("/rooms", {"topic": 7, "visibility": "secret", "nonsense": 1})
    assert answer.status_code == 422
    assert {error["field"] for error in answer.json()["errors"]} == {"name", "topic", "visibility", "nonsense"}


def test_what_is_no_json_object_is_400(with_body, caller, places):
    wrong = []
    for route in with_body:
        for name, body in malform.bad_bodies(route.body):
            answer = caller.request(route.method, route.at(places), data=body,
                                    headers={"Content-Type": "application/json"})
            check(wrong, f"{route} {name}", answer, 400)
    assert not wrong, report(wrong)


def test_other_media_types_are_415(with_body, caller, places):
    wrong = []
    types = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonx",
             "application/xml"]
    for route, media_type in itertools.product(with_body, types):
        if media_type in route.description["requestBody"]["content"]:
            continue
        answer = caller.request(route.method, route.at(places), data=b'{"x": 1}', headers={"Content-Type": media_type})
        check(wrong, f"{route} {media_type}", answer, 415)
    assert not wrong, report(wrong)


def test_json_with_a_charset_parameter_is_json(people, caller):
    answer = caller.request("POST", "/rooms", data=json.dumps({"name": "charset"}).encode(),
                            headers={"Content-Type": "application/json; charset=utf-8"})
    assert answer.status_code == 201


def test_bodies_where_none_is_taken_are_refused(routes, caller, places):
    wrong = []
    for route in routes:
        if "requestBody" in route.description or not route.is_unsafe or route.path in NEVER_AS_ADMIN:
            continue
        answer = caller.request(route.method, route.at(places), json={"x": 1})
        check(wrong, str(route), answer, 400)
    assert not wrong, report(wrong)


def test_a_huge_body_is_413_everywhere(with_body, caller, places):
    wrong = []
    body = b'{"x": "' + b"y" * 5_000_000 + b'"}'
    for route in with_body:
        answer = caller.request(route.method, route.at(places), data=body, headers={"Content-Type": "application/json"})
        check(wrong, str(route), answer, 413)
    assert not wrong, report(wrong)


def test_what_is_refused_before_its_body_was_read_is_answered_whole(anonymous, caller):
    """Nobody may lose the answer because the program did not listen to the end."""
    body = b'{"x": "' + b"y" * 900_000 + b'"}'
    for client, path, status in ((anonymous, "/rooms", 401), (caller, "/no/such/path", 404), (caller, "/scripts/upload?filename=a.sh", 413)):
        answer = client.request("POST", path, data=body, headers={"Content-Type": "text/plain"}, timeout=10)
        assert problem_of(answer, status) is None, problem_of(answer, status)


def test_ids_that_are_none_look_absent(routes, caller, places):
    wrong = []
    for route in routes:
        if not route.values or route.path in NEVER_AS_ADMIN:
            continue
        for name, bad in itertools.product(route.values, malform.BAD_IDS):
            if name == "seq" and bad == "0":
                continue
            path = route.fill(**{name: bad}) if name == "id" else route.at(places, **{name: bad})
            answer = caller.request(route.method, path, json={} if route.body else None)
            # nginx itself answers what is no path at all
            if answer.status_code not in (400, 404, 405, 414):
                wrong.append(f"{route} {name}={bad[:40]}: {answer.status_code} {answer.text[:100]}")
            elif "problem+json" not in answer.headers.get("Content-Type", ""):
                wrong.append(f"{route} {name}={bad[:40]}: {answer.headers.get('Content-Type')} {answer.text[:100]}")
            elif "X-Evil" in answer.headers:
                wrong.append(f"{route} {name}={bad[:40]}: a header was injected")
    assert not wrong, report(wrong)


def test_absent_objects_are_404(routes, caller, places):
    """With a body that keeps to the schema where one is needed, so that the object itself is looked for."""
    wrong = []
    for route in routes:
        if not route.values or route.guard == "public":
            continue
        path = route.fill() if route.values == ["id"] else route.at(places)
        body = None
        if route.body:
            body = {name: malform.contract.example(route.body["properties"][name]) for name in route.body.get("required", [])}
        answer = caller.request(route.method, path, json=body)
        # an edit without any field may be refused before the object is looked for
        if answer.status_code not in (404, 422):
            wrong.append(f"{route}: {answer.status_code} {answer.text[:100]}")
    assert not wrong, report(wrong)


def test_bad_query_parameters_are_named(routes, caller, places):
    wrong = []
    values = {
        "integer": ["x", "", "-1", "1.5", "999999999999999999999999", "0x10", " 1"],
        "string": ["x" * 100_000],
    }
    for route in routes:
        for name, schema in route.query.items():
            bad = list(values.get(malform.kind_of(schema), []))
            if "maximum" in schema and schema["maximum"] < 2 ** 62:
                bad.append(str(schema["maximum"] + 1))
            if "enum" in schema:
                bad = ["no such choice"]
            if schema.get("format") in ("uuid", "date-time"):
                bad = ["x"]
            for value in bad:
                if len(value) > 5000:
                    continue  # nginx's own limit, tested below
                answer = caller.request(route.method, route.at(places), params={name: value})
                check(wrong, f"{route} ?{name}={value}", answer, 422, name)
        answer = caller.request(route.method, route.at(places), params={"no_such": "1"}, json={} if route.body else None)
        check(wrong, f"{route} ?no_such=1", answer, 422, "no_such")
    assert not wrong, report(wrong)


def test_bad_cursors_are_refused(routes, caller, places):
    wrong = []
    cursors = ["x", "!!!", "AAAA", "eyJ4IjoxfQ", "a" * 400, "%00", "' or 1=1 --", "-1", "999999999999999999999999"]
    for route, cursor in itertools.product(routes, cursors):
        if "cursor" not in route.query:
            continue
        answer = caller.request(route.method, route.at(places), params={"cursor": cursor})
        if answer.status_code not in (404, 422):
            wrong.append(f"{route} {cursor[:20]}: {answer.status_code} {answer.text[:100]}")
    assert not wrong, report(wrong)


def test_many_errors_do_not_come_back_larger_than_what_was_sent(anonymous):
    answer = anonymous.post("/auth/login", {f"f{n}": 1 for n in range(50000)})
    assert answer.status_code == 422 and len(answer.json()["errors"]) == 50


def test_a_parameter_that_is_given_twice_is_refused(caller):
    answer = caller.get("/rooms?limit=1&limit=2")
    assert problem_of(answer, 422) is None, problem_of(answer, 422)


@pytest.mark.parametrize("query", ["%", "%zz", "limit=%ff", "%00=1", "limit=1%00", "&&&=&=x", "=1", "a" * 7000])
def test_broken_query_strings_are_4xx(caller, query):
    answer = caller.get("/rooms?" + query)
    assert 400 <= answer.status_code < 500, answer.text


def test_unknown_paths_and_methods(caller):
    assert problem_of(caller.get("/no/such/path"), 404) is None
    assert problem_of(caller.get("/"), 404) is None
    assert problem_of(caller.get("/rooms/"), 404) is None
    answer = caller.delete("/status")
    assert problem_of(answer, 405) is None, problem_of(answer, 405)
    assert "GET" in answer.headers["Allow"]
    for method in ("BREW", "TRACE", "CONNECT"):
        assert caller.request(method, "/rooms").status_code in (400, 403, 405), method


def test_headers_too_large_or_broken_are_4xx(caller):
    for headers in ({"X-Long": "x" * 40_000}, {"Cookie": "auth_token=" + "x" * 7000}, {"Authorization": "Bearer " + "x" * 7000},
                    {"Authorization": "Basic YTpi"}, {"X-CSRF-Token": "\xff"}):
        answer = caller.request("GET", "/profile", headers=headers)
        assert 400 <= answer.status_code < 500 or (headers == {"X-CSRF-Token": "\xff"} and answer.ok), headers


# Slow and rude clients, on a socket of our own.

def connect(studio):
    return socket.create_connection(("127.0.0.1", studio.port), timeout=40)


def is_prompt(client):
    began = time.monotonic()
    answer = client.get("/health", timeout=10)
    return answer.status_code == 200 and time.monotonic() - began < 8


def test_slow_clients_do_not_keep_others_waiting(studio, anonymous):
    """More of them than the pool has slots, each dripping a byte now and then."""
    head = b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
    dripping = [connect(studio) for _ in range(40)]
    try:
        for one in dripping[:20]:
            one.sendall(head + b'{"email":')
        for one in dripping[20:]:
            one.sendall(head[:40])
        for _ in range(5):
            for one in dripping:
                one.sendall(b" ")
            assert is_prompt(anonymous)
    finally:
        for one in dripping:
            one.close()
    assert is_prompt(anonymous)


def test_clients_that_hang_up_do_no_harm(studio, anonymous, caller):
    cookie = caller.cookie("auth_token")
    for cut in (20, 60, 150, 400):
        request = (f"POST /api/rooms HTTP/1.1\r\nHost: 127.0.0.1:{studio.port}\r\nCookie: auth_token={cookie}\r\n"
                   f"X-CSRF-Token: {caller.csrf}\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n"
                   '{"name": "cut"}').encode()
        for _ in range(10):
            with connect(studio) as one:
                one.sendall(request[:cut])
    for _ in range(20):
        with connect(studio) as one:  # the whole request, and away before the answer
            one.sendall(f"GET /api/rooms HTTP/1.1\r\nHost: x\r\nCookie: auth_token={cookie}\r\n\r\n".encode())
    assert all(is_prompt(anonymous) for _ in range(10))


@pytest.mark.parametrize("request_bytes", [
    b"GET /api/status HTTP/1.1\r\n\r\n",
    b"GET /api/status HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"GET /api/../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /api/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /api/status\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET " + b"/" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
])
def test_broken_http_is_4xx_or_a_closed_connection(studio, anonymous, request_bytes):
    with connect(studio) as one:
        one.sendall(request_bytes)
        one.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := one.recv(65536):
            answer += chunk
    assert b" 5" not in answer[:13], answer[:200]
    assert b"root:" not in answer
    assert is_prompt(anonymous)


def test_a_chunked_body_is_read_like_any_other(caller):
    def chunks():
        yield b'{"name":'
        yield b' "in chunks"}'
    answer = caller.request("POST", "/rooms", data=chunks(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 201, answer.text
    assert answer.json()["name"] == "in chunks"


def test_hostile_text_is_kept_as_it_is(caller, room):
    """What is valid Unicode is stored and given back unchanged, whatever it looks like."""
    for text in ["'; drop table rooms; --", "<script>alert(1)</script>", "${jndi:x}", "\u202e right to left", "e\u0301",
                 "\U0001f469\u200d\U0001f680", "\\u0000", '"quoted"', "a\tb\nc", "a\u2028b", "%s%n%x", "\uffff"]:
        answer = caller.post(f"/rooms/{room['id']}/messages", {"text": text})
        assert answer.status_code == 201, (text, answer.text)
        assert answer.json()["body"]["text"] == text
