"""Wrong log-ins of others lock nobody out: allowances by address, account, known browser and session."""

import itertools

import pytest

from harness.client import Client, client_at
from harness.people import PASSWORD

NEW_PASSWORD = "another long password"


def attempt(client, email, password="wrong password"):
    return client.post("/auth/login", {"email": email, "password": password})


def guess(studio, email, address="127.0.0.1", times=6):
    """Wrong passwords from a browser without a cookie; the statuses."""
    return [attempt(client_at(studio, address), email).status_code for _ in range(times)]


def lock_everywhere(studio, email):
    """Until nobody without a known browser gets a try any more."""
    for number in itertools.count(2):
        if 429 in guess(studio, email, f"127.0.0.{number}", 1):
            return
        guess(studio, email, f"127.0.0.{number}", 5)
        assert number < 20


def is_known(studio, client):
    """Whether this browser gets in where others do not."""
    lock_everywhere(studio, client.user["email"])
    return attempt(client, client.user["email"], PASSWORD).status_code == 200


def device_of(client):
    return next(cookie.value for cookie in client.http.cookies if cookie.name.startswith("auth_device"))


def test_wrong_log_ins_at_one_address_block_no_other_address(studio, people):
    account = people.create_user("ann")
    assert guess(studio, account["email"], times=8) == [401] * 6 + [429] * 2
    assert attempt(client_at(studio, "127.0.0.2"), account["email"], PASSWORD).status_code == 200


def test_many_addresses_share_twenty_guesses(studio, people):
    ann = people.user("ann")
    statuses = [status for number in range(2, 6) for status in guess(studio, ann.user["email"], f"127.0.0.{number}")]
    assert statuses == [401] * 20 + [429] * 4
    answer = attempt(client_at(studio, "127.0.0.9"), ann.user["email"], PASSWORD)
    assert answer.status_code == 429 and "a browser in which you have logged in" in answer.json()["detail"]


def test_a_known_browser_gets_in_whatever_others_have_tried(studio, people):
    ann = people.user("ann")
    lock_everywhere(studio, ann.user["email"])
    for number in range(31):
        attempt(Client(studio.url), f"nobody-{people.mark}-{number}@example.org")
    assert guess(studio, ann.user["email"], times=1) == [429], "the account and the address are blocked"
    assert attempt(ann, ann.user["email"], PASSWORD).status_code == 200
    assert guess(studio, ann.user["email"], times=1) == [429], "the log-in has given nobody new guesses"


def test_a_known_browser_has_an_allowance_of_its_own(studio, people):
    ann = people.user("ann")
    assert [attempt(ann, ann.user["email"]).status_code for _ in range(6)] == [401] * 6
    answer = attempt(ann, ann.user["email"], PASSWORD)
    assert answer.status_code == 429 and "this browser" in answer.json()["detail"]
    assert 1 <= int(answer.headers["Retry-After"]) <= 5
    assert attempt(Client(studio.url), ann.user["email"], PASSWORD).status_code == 200, "others are not blocked by it"
    studio.sql("update login_throttles set blocked_until = now() - interval '1 second' where subject like 'd:%%'")
    assert attempt(ann, ann.user["email"], PASSWORD).status_code == 200
    assert [attempt(ann, ann.user["email"]).status_code for _ in range(7)] == [401] * 6 + [429], "a right password clears it"


def test_a_browser_is_known_for_those_who_have_logged_in_there(studio, people):
    ann, bob = people.user("ann"), people.user("bob")
    assert not is_known(studio, ann.with_cookie("")) and is_known(studio, bob)
    lock_everywhere(studio, ann.user["email"])
    assert attempt(bob, ann.user["email"], PASSWORD).status_code == 429
    studio.forget_throttles()
    before = device_of(bob)
    assert attempt(bob, ann.user["email"], PASSWORD).status_code == 200
    assert device_of(bob) != before, "a cookie that somebody may have planted is replaced"
    for user in (ann, bob):
        lock_everywhere(studio, user.user["email"])
        assert attempt(bob, user.user["email"], PASSWORD).status_code == 200, "both are known now"


def test_a_planted_cookie_is_worth_nothing_after_the_log_in(studio, people):
    ann, mallory = people.user("ann"), people.user("mallory")
    planted = [cookie for cookie in mallory.http.cookies if cookie.name.startswith("auth_device")]
    victim, copy = Client(studio.url), Client(studio.url)
    for browser in (victim, copy):
        for cookie in planted:
            browser.http.cookies.set_cookie(cookie)
    victim.log_in(ann.user["email"], PASSWORD)
    lock_everywhere(studio, ann.user["email"])
    assert attempt(copy, ann.user["email"], PASSWORD).status_code == 429
    assert attempt(victim, ann.user["email"], PASSWORD).status_code == 200


def test_the_cookie_is_stored_hashed_and_stays_the_same(studio, people):
    ann = people.user("ann")
    first = device_of(ann)
    assert studio.sql("select count(*) from devices where user_id = %s and token_hash <> %s", ann.id, first) == [(1,)]
    answer = attempt(ann, ann.user["email"], PASSWORD)
    lines = [line for line in answer.raw.headers.getlist("Set-Cookie") if line.startswith("auth_device")]
    assert device_of(ann) == first and len(lines) == 2 and all("Max-Age=31536000" in line and "HttpOnly" in line for line in lines)
    assert studio.sql("select count(*) from devices where user_id = %s", ann.id) == [(1,)]


@pytest.mark.parametrize("value", ["", "x", "a" * 43, "'; drop table devices", "a" * 4000])
def test_a_cookie_that_nobody_has_made_is_replaced(studio, people, value):
    ann = people.user("ann")
    name = next(cookie.name for cookie in ann.http.cookies if cookie.name.startswith("auth_device"))
    other = Client(studio.url)
    answer = other.post("/auth/login", {"email": ann.user["email"], "password": PASSWORD}, headers={"Cookie": f"{name}={value}"})
    assert answer.status_code == 200 and len(device_of(other)) == 43 and device_of(other) != value


def test_a_token_request_makes_no_device(studio, people):
    account = people.create_user("ann")
    answer = Client(studio.url).post("/auth/token", {"email": account["email"], "password": PASSWORD})
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    assert studio.sql("select count(*) from devices where user_id = %s", account["id"]) == [(0,)]


def test_an_expired_device_is_not_known(studio, people):
    ann = people.user("ann")
    studio.sql("update devices set expires_at = now() where user_id = %s", ann.id)
    assert not is_known(studio, ann)


def test_a_log_out_keeps_the_device_known(studio, people):
    ann = people.user("ann")
    assert ann.post("/auth/logout").status_code == 204
    assert is_known(studio, ann)


def test_a_new_password_forgets_the_other_devices(studio, people):
    ann, phone = people.user("ann"), Client(studio.url)
    phone.log_in(ann.user["email"], PASSWORD)
    body = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
    assert ann.post("/profile/password", body).status_code == 204
    lock_everywhere(studio, ann.user["email"])
    assert attempt(phone, ann.user["email"], NEW_PASSWORD).status_code == 429
    assert attempt(ann, ann.user["email"], NEW_PASSWORD).status_code == 200


@pytest.mark.parametrize("changes", [{"password": PASSWORD}, {"disabled": True}])
def test_an_administrators_reset_forgets_all_devices(studio, people, admin, changes):
    ann = people.user("ann")
    assert admin.edit(f"/admin/users/{ann.id}", changes).status_code == 200
    assert studio.sql("select count(*) from devices where user_id = %s", ann.id) == [(0,)]


def test_a_session_that_is_ended_from_elsewhere_takes_its_device_along(studio, people):
    ann, phone = people.user("ann"), Client(studio.url)
    phone.log_in(ann.user["email"], PASSWORD)
    newest = ann.get("/profile/sessions").json()["items"][0]
    assert ann.delete(f"/profile/sessions/{newest['id']}").status_code == 204
    assert not is_known(studio, phone) and attempt(ann, ann.user["email"], PASSWORD).status_code == 200


def test_strangers_do_not_keep_a_user_from_changing_the_password(studio, people):
    ann = people.user("ann")
    lock_everywhere(studio, ann.user["email"])
    for number in range(31):
        attempt(Client(studio.url), f"nobody-{people.mark}-{number}@example.org")
    assert ann.post("/profile/password", {"current_password": PASSWORD, "new_password": NEW_PASSWORD}).status_code == 204


def test_each_session_has_its_own_guesses_of_the_current_password(studio, people):
    ann = people.user("ann")
    token, body = people.api_token(ann, "read", "write"), {"current_password": "a guess", "new_password": NEW_PASSWORD}
    assert [token.post("/profile/password", body).status_code for _ in range(7)] == [422] * 6 + [429]
    body["current_password"] = PASSWORD
    assert ann.post("/profile/password", body).status_code == 204, "a stolen token does not keep its owner from it"
