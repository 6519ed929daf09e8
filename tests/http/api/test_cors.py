"""CORS by an exact allow-list: credentials for the listed origins, nothing for others."""

import pytest

LISTED = "https://app.example.org"
UNLISTED = [
    "https://evil.example", "http://app.example.org", "https://app.example.org:8443", "https://app.example.org.evil.example",
    "https://evil-app.example.org", "https://sub.app.example.org", "null", "https://app.example.orgx", "*",
    "https://APP.example.org@evil.example",
]


def preflight(client, origin, method="POST", path="/rooms"):
    return client.request("OPTIONS", path, origin=origin, headers={
        "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "content-type,x-csrf-token"})


def test_a_listed_origin_passes_the_preflight(anonymous):
    answer = preflight(anonymous, LISTED)
    assert answer.status_code in (200, 204)
    assert answer.headers["Access-Control-Allow-Origin"] == LISTED
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    allowed = answer.headers["Access-Control-Allow-Headers"].lower()
    assert all(name in allowed for name in ("content-type", "x-csrf-token", "authorization", "idempotency-key"))
    assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize("origin", UNLISTED)
def test_another_origin_is_refused(anonymous, origin):
    for answer in (preflight(anonymous, origin), anonymous.get("/status", origin=origin)):
        assert answer.status_code == 403
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "Access-Control-Allow-Credentials" not in answer.headers


def test_answers_to_a_listed_origin_can_be_read(people):
    ann = people.user("ann")
    answer = ann.get("/profile", origin=LISTED)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == LISTED
    assert "X-Request-Id" in answer.headers["Access-Control-Expose-Headers"]


def test_refusals_to_a_listed_origin_can_be_read_too(anonymous):
    for path in ("/profile", "/no/such/path"):
        assert anonymous.get(path, origin=LISTED).headers["Access-Control-Allow-Origin"] == LISTED


def test_a_listed_origin_may_change_with_a_csrf_token(people):
    ann = people.user("ann")
    assert ann.post("/rooms", {"name": "from afar"}, origin=LISTED).status_code == 201
    assert ann.post("/rooms", {"name": "from afar"}, origin=LISTED, csrf=None).status_code == 403


def test_answers_depend_on_the_origin(anonymous):
    for origin in (None, LISTED):
        assert "Origin" in anonymous.get("/status", origin=origin).headers["Vary"]
    assert "Access-Control-Allow-Origin" not in anonymous.get("/status", origin=None).headers


def test_the_own_origin_needs_no_listing(studio, people):
    ann = people.user("ann")
    assert ann.post("/rooms", {"name": "at home"}, origin=studio.url).status_code == 201


def test_the_preflight_of_an_unknown_path_is_404(anonymous):
    assert preflight(anonymous, LISTED, path="/no/such/path").status_code == 404
