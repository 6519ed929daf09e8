"""Refresh tokens: rotation, the grace for tabs and lost answers, and the end of a session whose token was copied."""

import concurrent.futures

from harness.client import Client
from harness.people import PASSWORD


def tokens_of(studio, people):
    account = people.create_user("refresher")
    answer = Client(studio.url).post("/auth/token", {"email": account["email"], "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return account, answer.json()


def refresh(studio, token):
    return Client(studio.url).post("/auth/refresh", {"refresh_token": token})


def age_rotation(studio, account, seconds):
    studio.sql("update sessions set rotated_at = rotated_at - make_interval(secs => %s) where user_id = %s",
               seconds, account["id"])


def works(studio, access_token):
    return Client(studio.url).with_bearer(access_token).get("/profile").status_code == 200


def test_the_browser_refreshes_by_cookie_without_csrf_token(studio, people):
    client = people.user("browser")
    before = client.cookie("refresh_token")
    answer = client.post("/auth/refresh", csrf=None)
    assert answer.status_code == 200 and answer.json()["csrf_token"] == client.csrf
    assert client.cookie("refresh_token") != before
    assert client.get("/profile").status_code == 200


def test_each_use_gives_another_token(studio, people):
    _, tokens = tokens_of(studio, people)
    seen = [tokens["refresh_token"]]
    for _ in range(4):
        answer = refresh(studio, seen[-1])
        assert answer.status_code == 200, answer.text
        seen.append(answer.json()["refresh_token"])
    assert len(set(seen)) == 5


def test_two_tabs_at_once_stay_logged_in(studio, people):
    _, tokens = tokens_of(studio, people)
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: refresh(studio, tokens["refresh_token"]), range(6)))
    assert {answer.status_code for answer in answers} == {200}
    successors = {answer.json()["refresh_token"] for answer in answers}
    assert len(successors) == 1
    assert refresh(studio, successors.pop()).status_code == 200


def test_the_previous_token_after_the_grace_ends_the_session(studio, people):
    account, tokens = tokens_of(studio, people)
    newer = refresh(studio, tokens["refresh_token"]).json()
    age_rotation(studio, account, 11)
    assert refresh(studio, tokens["refresh_token"]).status_code == 401
    assert refresh(studio, newer["refresh_token"]).status_code == 401
    assert not works(studio, newer["access_token"])
    assert studio.sql("select revoked_reason from sessions where user_id = %s", account["id"]) == [("reuse",)]
    assert studio.sql("select outcome, detail->>'token' from audit_log where action = 'auth.refresh' and actor_id = %s"
                      " order by id", account["id"])[:2] == [("done", "rotated"), ("refused", "reused")]


def test_a_much_older_token_ends_the_session_too(studio, people):
    _, tokens = tokens_of(studio, people)
    newest = tokens["refresh_token"]
    for _ in range(3):
        newest = refresh(studio, newest).json()["refresh_token"]
    assert refresh(studio, tokens["refresh_token"]).status_code == 401
    assert refresh(studio, newest).status_code == 401


def test_a_stolen_token_does_not_touch_other_sessions(studio, people):
    account, tokens = tokens_of(studio, people)
    other = Client(studio.url).log_in(account["email"], PASSWORD)
    refresh(studio, tokens["refresh_token"])
    age_rotation(studio, account, 11)
    assert refresh(studio, tokens["refresh_token"]).status_code == 401
    assert other.get("/profile").status_code == 200


def test_expired_unknown_and_malformed_tokens_are_refused(studio, people):
    account, tokens = tokens_of(studio, people)
    for token in ("x", "." * 66, "a" * 22 + "." + "b" * 43, tokens["refresh_token"][:-1], tokens["access_token"][:150]):
        assert refresh(studio, token).status_code == 401, token
    assert Client(studio.url).post("/auth/refresh").status_code == 401
    account, tokens = tokens_of(studio, people)
    studio.sql("update sessions set expires_at = now() where user_id = %s", account["id"])
    assert refresh(studio, tokens["refresh_token"]).status_code == 401


def test_a_refused_browser_loses_its_cookies(studio, people):
    client = people.user("browser")
    studio.sql("update sessions set revoked_at = now(), revoked_reason = 'admin' where user_id = %s", client.id)
    assert client.post("/auth/refresh").status_code == 401
    assert {cookie.name[:-9] for cookie in client.http.cookies} == {"auth_device"}
