"""What anybody may ask: status, health, metrics, the API document, and what every answer carries."""

import re
import time

UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def test_status_for_nobody(anonymous):
    status = anonymous.get("/status").json()
    assert status["status"] == "ok"
    assert status["authenticated"] is False
    assert status["csrf_token"] is None
    assert status["user"] is None
    assert status["registration_open"] is True
    assert status["setup_needed"] is False


def test_status_for_somebody(people):
    ann = people.user("ann")
    status = ann.get("/status").json()
    assert status["authenticated"] is True
    assert status["csrf_token"] == ann.csrf
    assert status["user"]["id"] == ann.id
    assert "password_hash" not in status["user"]


def test_status_never_refuses_an_ended_session(studio, people):
    ann = people.user("ann")
    studio.sql("update sessions set revoked_at = now(), revoked_reason = 'user' where user_id = %s", ann.id)
    status = ann.get("/status")
    assert status.status_code == 200
    assert status.json()["authenticated"] is False


def test_csrf_tokens_belong_to_one_session(people):
    account = people.create_user("ann")
    first, second = (people.anonymous().log_in(account["email"], account["password"]) for _ in range(2))
    assert first.csrf != second.csrf
    assert first.post("/rooms", {"name": "x"}, csrf=second.csrf).status_code == 403
    assert first.post("/rooms", {"name": "x"}).status_code == 201


def test_health_names_its_parts(anonymous):
    answer = anonymous.get("/health")
    assert answer.status_code == 200
    parts = answer.json()
    assert parts["status"] == "ok"
    assert "database" in str(parts) and "nchan" in str(parts)


def test_metrics_are_prometheus_text_for_who_may_monitor(anonymous, admin):
    assert anonymous.get("/metrics").status_code == 401
    answer = admin.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    for line in answer.text.splitlines():
        assert line.startswith("#") or re.fullmatch(r"[a-z_:][a-z0-9_:]*(\{[^}]*\})? [-+0-9.eE]+", line), line


def test_every_answer_has_a_request_id_of_its_own(anonymous):
    ids = [anonymous.get(path).headers["X-Request-Id"] for path in ("/status", "/status", "/no/such", "/profile")]
    assert len(set(ids)) == len(ids)
    assert all(UUID7.fullmatch(one) for one in ids)


def test_a_request_id_of_the_client_is_not_taken_over(anonymous):
    own = "00000000-0000-7000-8000-000000000000"
    assert anonymous.get("/status", headers={"X-Request-Id": own}).headers["X-Request-Id"] != own


def test_api_answers_carry_security_headers_and_are_not_stored(anonymous, people):
    for answer in (anonymous.get("/status"), anonymous.get("/no/such"), people.user("ann").get("/profile")):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.headers["Referrer-Policy"]
        assert "Server" not in answer.headers or not re.search(r"\d", answer.headers["Server"])


def test_head_is_get_without_a_body(anonymous):
    answer = anonymous.request("HEAD", "/status")
    assert answer.status_code == 200
    assert answer.content == b""
    assert answer.headers["Content-Type"].startswith("application/json")


def test_session_cookies_are_out_of_reach_of_scripts(people):
    account = people.create_user("ann")
    answer = people.anonymous().post("/auth/login", {"email": account["email"], "password": account["password"]})
    cookies = answer.raw.headers.getlist("Set-Cookie")
    assert {re.sub("_[0-9a-f]{8}=.*|=.*", "", one) for one in cookies} == {"auth_device", "auth_token", "refresh_token"}
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert re.search(r"SameSite=(Lax|Strict)", cookie)
        assert not cookie.startswith("refresh_token") or "Path=/api/auth" in cookie or "Path=/auth" in cookie


def test_the_api_document_describes_itself(anonymous, routes):
    document = anonymous.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert len(routes) > 40
    identifiers = [route.description["operationId"] for route in routes]
    assert len(set(identifiers)) == len(identifiers)
    references = set(re.findall(r'"\$ref": ?"#/components/([^"]+)"', anonymous.get("/openapi.json").text))
    for reference in references:
        kind, name = reference.split("/")
        assert name in document["components"][kind], reference


def test_the_documentation_page_is_there(studio, anonymous):
    answer = anonymous.http.get(studio.url + "/docs")
    assert answer.status_code == 200
    assert "text/html" in answer.headers["Content-Type"]


def test_floor_routes_answer_at_once(anonymous):
    began = time.monotonic()
    for _ in range(50):
        assert anonymous.get("/status").status_code == 200
    assert time.monotonic() - began < 20
