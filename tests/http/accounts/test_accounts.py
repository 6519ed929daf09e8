"""Registration, log-in, tokens and what they refuse: mission rows 1 to 5."""

import concurrent.futures
import re
import time
import uuid

import pytest

from harness.client import Client
from harness.people import PASSWORD
from harness.pool import wait_until


def new_email(name="ann"):
    return f"{name}-{uuid.uuid4().hex[:10]}@example.org"


def register(studio, email=None, **more):
    client = Client(studio.url)
    email = email or new_email()
    answer = client.post("/auth/register", {"email": email, "password": PASSWORD, **more})
    assert answer.status_code == 201, answer.text
    client.user, client.csrf = answer.json()["user"], answer.json()["csrf_token"]
    return client


def fields_of(answer):
    return {error["field"] for error in answer.json().get("errors", [])}


def audited(studio, action, object_id):
    return studio.sql("select outcome, host(address), request_id::text, detail, actor_id::text from audit_log"
                      " where action = %s and object_id = %s order by id", action, object_id)


def test_registration_makes_an_ordinary_user_and_logs_in(studio):
    email = new_email("Ada.Love+x")
    client = register(studio, email, name="Ada")
    assert client.user["email"] == email and client.user["name"] == "Ada"
    assert client.user["role"] == "user" and client.user["handle"].startswith("ada.love-x")
    assert client.get("/profile").json() == client.user


def test_handles_are_unique_when_local_parts_are_not(studio):
    local = uuid.uuid4().hex[:10]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda n: register(studio, f"{local}@h{n}.example"), range(4)))
    handles = {client.user["handle"] for client in made}
    assert handles == {local, f"{local}-2", f"{local}-3", f"{local}-4"}


def test_an_address_registers_once_whatever_its_case(studio):
    email = new_email()
    register(studio, email)
    answer = Client(studio.url).post("/auth/register", {"email": email.upper(), "password": PASSWORD})
    assert answer.status_code == 409 and "already" in answer.json()["detail"] and fields_of(answer) == {"email"}


def test_registrations_that_race_make_one_account(studio):
    email = new_email()
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(lambda _: Client(studio.url).post(
            "/auth/register", {"email": email, "password": PASSWORD}).status_code, range(6)))
    assert sorted(statuses) == [201] + [409] * 5


def test_an_address_creates_five_accounts_at_once_and_then_one_in_ten_minutes(studio, admin):
    def status():
        answer = Client(studio.url).post("/auth/register", {"email": new_email(), "password": PASSWORD})
        return answer.status_code, answer.headers.get("Retry-After")
    assert [status()[0] for _ in range(5)] == [201] * 5
    assert status() == (429, "600")
    assert admin.post("/admin/users", {"email": new_email(), "password": PASSWORD}).status_code == 201, "an administrator may"
    studio.sql("update login_throttles set last_failure_at = now() - interval '11 minutes' where subject like 'n:%%'")
    assert [status()[0] for _ in range(2)] == [201, 429]


@pytest.mark.parametrize("password", ["short", "password123", "aaaaaaaaaaaa", "x" * 73])
def test_weak_passwords_are_refused_by_field(studio, password):
    answer = Client(studio.url).post("/auth/register", {"email": new_email(), "password": password})
    assert answer.status_code == 422 and fields_of(answer) == {"password"}


def test_log_in_answers_the_user_a_csrf_token_and_two_cookies(studio):
    email = register(studio).user["email"]
    client = Client(studio.url)
    answer = client.post("/auth/login", {"email": email, "password": PASSWORD})
    assert answer.status_code == 200
    assert set(answer.json()) == {"user", "csrf_token", "expires_in"}
    cookies = [line for line in answer.raw.headers.getlist("Set-Cookie")]
    names = sorted(line.split("=")[0] for line in cookies)
    own = names[0].removeprefix("auth_device")
    assert re.fullmatch("_[0-9a-f]{8}", own)
    assert names == [f"auth_device{own}"] * 2 + ["auth_token", f"auth_token{own}"] + ["refresh_token"] * 2 + [f"refresh_token{own}"] * 2
    assert all("HttpOnly" in line and "SameSite=Lax" in line for line in cookies)
    assert {line.split("Path=")[1].split(";")[0] for line in cookies} == {"/", "/api/auth", "/auth"}


def test_wrong_and_unknown_look_the_same_and_are_audited(studio):
    client = register(studio)
    wrong = Client(studio.url).post("/auth/login", {"email": client.user["email"], "password": "not the password"})
    unknown = Client(studio.url).post("/auth/login", {"email": new_email(), "password": "not the password"})
    strip = lambda answer: {k: v for k, v in answer.json().items() if k != "instance"}
    assert wrong.status_code == unknown.status_code == 401 and strip(wrong) == strip(unknown)
    outcome, address, request_id, detail, actor = audited(studio, "auth.login", client.id)[-1]
    assert (outcome, address, actor) == ("refused", "127.0.0.1", None)
    assert request_id == wrong.headers["X-Request-Id"]
    assert detail == {"email": client.user["email"], "reason": "password"}


def test_log_in_is_audited_with_request_and_address(studio):
    client = register(studio)
    answer = client.post("/auth/login", {"email": client.user["email"], "password": PASSWORD})
    session = Client(studio.url).with_bearer(client.cookie("auth_token")).get("/auth/verify-token").json()["session_id"]
    assert audited(studio, "auth.login", session)[0][:3] == ("done", "127.0.0.1", answer.headers["X-Request-Id"])


def test_an_account_is_throttled_and_says_for_how_long(studio):
    client = register(studio)
    statuses = []
    for _ in range(8):
        answer = Client(studio.url).post("/auth/login", {"email": client.user["email"], "password": "wrong password"})
        statuses.append(answer.status_code)
    assert statuses == [401] * 6 + [429] * 2
    assert 1 <= int(answer.headers["Retry-After"]) <= 5
    right = Client(studio.url).post("/auth/login", {"email": client.user["email"], "password": PASSWORD})
    assert right.status_code == 429
    assert audited(studio, "auth.login", client.id)[-1][0] == "refused"
    studio.sql("update login_throttles set blocked_until = now() - interval '1 second'")
    assert Client(studio.url).post("/auth/login", {"email": client.user["email"], "password": "wrong"}).status_code == 401
    assert int(Client(studio.url).post("/auth/login", {"email": client.user["email"], "password": "wrong"})
               .headers["Retry-After"]) > 5


def test_a_right_password_clears_the_count(studio):
    client = register(studio)
    for _ in range(3):
        for _ in range(4):
            Client(studio.url).post("/auth/login", {"email": client.user["email"], "password": "wrong password"})
        Client(studio.url).log_in(client.user["email"], PASSWORD)


def test_an_address_is_throttled_over_all_accounts(studio):
    statuses = [Client(studio.url).post("/auth/login", {"email": new_email(), "password": "wrong password"}).status_code
                for _ in range(31)]
    assert statuses == [401] * 30 + [429]


def refusals(studio):
    return studio.sql("select count(*) from audit_log where outcome = 'refused'")[0][0]


def test_nobody_fills_the_audit_log_with_made_up_tokens(studio):
    before = refusals(studio)
    session = Client(studio.url).with_bearer("no token at all")
    assert {session.get("/profile").status_code for _ in range(100)} == {401}
    wait_until(lambda: refusals(studio) - before >= 60, what="the last row, which is written after its answer")
    assert refusals(studio) - before <= 75  # one more in six seconds


def test_nobody_fills_the_audit_log_while_throttled(studio):
    before, email = refusals(studio), new_email()
    for _ in range(100):
        Client(studio.url).post("/auth/login", {"email": email, "password": "wrong password"})
    assert 60 <= refusals(studio) - before <= 85


def test_asking_which_addresses_have_accounts_is_throttled(studio):
    email = register(studio).user["email"]
    statuses = [Client(studio.url).post("/auth/register", {"email": email, "password": PASSWORD}).status_code for _ in range(31)]
    assert statuses == [409] * 30 + [429]


def test_attempts_in_parallel_gain_nothing(studio):
    email = register(studio).user["email"]
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(lambda _: Client(studio.url).post(
            "/auth/login", {"email": email, "password": "wrong password"}).status_code, range(24)))
    assert statuses.count(401) == 6 and statuses.count(429) == 18


def test_an_unknown_account_takes_as_long_as_a_known_one(studio):
    email = register(studio).user["email"]
    times = {email: [], new_email(): []}
    for _ in range(5):
        for address, seconds in times.items():
            started = time.monotonic()
            Client(studio.url).post("/auth/login", {"email": address, "password": "wrong password"})
            seconds.append(time.monotonic() - started)
    known, unknown = (min(seconds) for seconds in times.values())
    assert 0.4 < known / unknown < 2.5


def test_an_outdated_hash_is_renewed_at_log_in(studio):
    client = register(studio)
    cheap = "$2a$04$abcdefghijklmnopqrstuuv4UQqg0Mbs9qAvD51ZZetPbMVGfSHdO"  # PASSWORD, and an older kind of bcrypt
    studio.sql("update users set password_hash = %s where id = %s", cheap, client.id)
    Client(studio.url).log_in(client.user["email"], PASSWORD)
    after = studio.sql("select password_hash from users where id = %s", client.id)[0][0]
    assert after.startswith("$2b$") and after != cheap
    Client(studio.url).log_in(client.user["email"], PASSWORD)
    assert studio.sql("select password_hash from users where id = %s", client.id)[0][0] == after


def test_a_disabled_account_is_told_so_only_with_its_password(studio, admin):
    client = register(studio)
    assert admin.edit(f"/admin/users/{client.id}", {"disabled": True}).status_code == 200
    right = Client(studio.url).post("/auth/login", {"email": client.user["email"], "password": PASSWORD})
    wrong = Client(studio.url).post("/auth/login", {"email": client.user["email"], "password": "wrong password"})
    assert right.status_code == wrong.status_code == 401
    assert "disabled" in right.json()["detail"] and "disabled" not in wrong.json()["detail"]


def test_log_out_ends_the_session_for_every_token_of_it(studio):
    client = register(studio)
    access, refresh = client.cookie("auth_token"), client.cookie("refresh_token")
    assert client.post("/auth/logout").status_code == 204
    assert {cookie.name[:-9] for cookie in client.http.cookies} == {"auth_device"}, "the browser stays known"
    assert Client(studio.url).with_bearer(access).get("/profile").status_code == 401
    assert Client(studio.url).post("/auth/refresh", {"refresh_token": refresh}).status_code == 401


def other_studios_log_in(client):
    """What is in the browser after a log-in to another studio on the same host, whose cookies know no port."""
    for cookie in list(client.http.cookies):
        if cookie.name in ("auth_token", "refresh_token"):
            client.http.cookies.set(cookie.name, "of.another.studio", domain=cookie.domain, path=cookie.path)


def test_two_studios_on_one_host_do_not_log_each_other_out(studio):
    client = register(studio)
    other_studios_log_in(client)
    assert client.get("/profile").status_code == 200
    assert client.post("/auth/refresh").status_code == 200
    other_studios_log_in(client)
    assert client.post("/auth/logout").status_code == 204
    assert {(cookie.name, cookie.value) for cookie in client.http.cookies if not cookie.name.startswith("auth_device")} == {
        ("auth_token", "of.another.studio"), ("refresh_token", "of.another.studio")}


def test_a_token_that_is_not_known_removes_no_cookie_of_another_studio(studio):
    client = register(studio)
    for name in [cookie.name for cookie in client.http.cookies if cookie.name not in ("auth_token", "refresh_token")]:
        for cookie in [one for one in client.http.cookies if one.name == name]:
            client.http.cookies.clear(cookie.domain, cookie.path, cookie.name)
    other_studios_log_in(client)
    before = {(cookie.name, cookie.path, cookie.value) for cookie in client.http.cookies}
    assert client.post("/auth/refresh").status_code == 401 and client.get("/profile").status_code == 401
    assert client.get("/status").json()["authenticated"] is False
    assert {(cookie.name, cookie.path, cookie.value) for cookie in client.http.cookies} == before


def test_a_plain_cookie_counts_where_the_own_one_is_missing(studio):
    client = register(studio)
    assert client.with_cookie(client.cookie("auth_token")).get("/profile").status_code == 200


def test_verify_token_says_for_whom_and_how_long(studio):
    client = register(studio)
    answer = client.get("/auth/verify-token").json()
    assert answer["valid"] is True and answer["user"]["id"] == client.id
    assert answer["expires_at"].endswith("Z") and uuid.UUID(answer["session_id"])
    assert Client(studio.url).get("/auth/verify-token").status_code == 401


def test_the_older_paths_answer_as_well(studio):
    email = register(studio).user["email"]
    http = Client(studio.url).http
    headers = {"Origin": studio.url}
    answer = http.post(f"{studio.url}/auth/login", json={"email": email, "password": PASSWORD}, headers=headers)
    assert answer.status_code == 200
    assert http.post(f"{studio.url}/auth/refresh", headers=headers).status_code == 200
    assert http.get(f"{studio.url}/auth/verify-token").json()["valid"] is True
    headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    assert http.post(f"{studio.url}/auth/logout", headers=headers).status_code == 204


def test_token_gives_a_bearer_as_json_and_as_an_oauth_form(studio):
    email = register(studio).user["email"]
    by_json = Client(studio.url).post("/auth/token", {"email": email, "password": PASSWORD})
    by_form = Client(studio.url).request("POST", "/auth/token", data={
        "grant_type": "password", "username": email, "password": PASSWORD})
    for answer in (by_json, by_form):
        assert answer.status_code == 200, answer.text
        assert answer.json()["token_type"] == "Bearer" and answer.json()["expires_in"] > 0
        assert "Set-Cookie" not in answer.headers
        bearer = Client(studio.url).with_bearer(answer.json()["access_token"])
        assert bearer.edit("/profile", {"theme": "dark"}).status_code == 200  # no CSRF token without cookies
    again = Client(studio.url).post("/auth/token", {"refresh_token": by_json.json()["refresh_token"],
                                                    "grant_type": "refresh_token"})
    assert again.status_code == 200 and again.json()["refresh_token"] != by_json.json()["refresh_token"]


def test_token_names_the_field_that_is_missing(studio):
    assert fields_of(Client(studio.url).post("/auth/token", {})) == {"email"}
    assert fields_of(Client(studio.url).post("/auth/token", {"email": "a@b.c"})) == {"password"}
