"""One's own account: profile, password, sessions and personal API tokens."""

import pytest

from harness.client import Client
from harness.people import PASSWORD


def fields_of(answer):
    return {error["field"] for error in answer.json().get("errors", [])}


def test_name_handle_and_theme_change_and_stay(people, studio):
    ann = people.user("ann")
    handle = f"ann-{people.mark}-x"
    answer = ann.patch("/profile", {"name": "  Ann B. ", "handle": handle, "theme": "dark", "version": 1})
    assert answer.status_code == 200, answer.text
    assert {k: answer.json()[k] for k in ("name", "handle", "theme", "version")} == {
        "name": "Ann B.", "handle": handle, "theme": "dark", "version": 2}
    assert Client(studio.url).log_in(ann.user["email"], PASSWORD).user["theme"] == "dark"


def test_a_stale_version_is_a_conflict(people):
    ann = people.user("ann")
    assert ann.patch("/profile", {"theme": "dark", "version": 1}).status_code == 200
    assert ann.patch("/profile", {"theme": "light", "version": 1}).status_code == 409
    assert ann.get("/profile").json()["theme"] == "dark"


def test_a_handle_or_address_that_another_has_is_a_conflict(people):
    ann, bob = people.user("ann"), people.user("bob")
    assert ann.edit("/profile", {"handle": bob.user["handle"]}).status_code == 409
    assert ann.edit("/profile", {"email": bob.user["email"].upper(), "current_password": PASSWORD}).status_code == 409
    assert fields_of(ann.edit("/profile", {"handle": "Not OK"})) == {"handle"}
    assert fields_of(ann.edit("/profile", {"handle": "everyone"})) == {"handle"}


def test_another_address_needs_the_password(people, studio):
    ann = people.user("ann")
    email = f"new-{ann.user['email']}"
    assert fields_of(ann.edit("/profile", {"email": email})) == {"current_password"}
    wrong = ann.edit("/profile", {"email": email, "current_password": "not my password"})
    assert wrong.status_code == 422 and fields_of(wrong) == {"current_password"}
    assert ann.edit("/profile", {"email": ann.user["email"]}).status_code == 200  # the same one needs none
    assert ann.edit("/profile", {"email": email, "current_password": PASSWORD}).json()["email"] == email
    Client(studio.url).log_in(email, PASSWORD)
    detail = studio.sql("select detail::text from audit_log where actor_id = %s", ann.id)
    assert PASSWORD not in str(detail)


def test_a_new_password_ends_the_other_sessions(people, studio):
    ann = people.user("ann")
    other = Client(studio.url).log_in(ann.user["email"], PASSWORD)
    answer = ann.post("/profile/password", {"current_password": PASSWORD, "new_password": "another long password"})
    assert answer.status_code == 204, answer.text
    assert ann.get("/profile").status_code == 200 and other.get("/profile").status_code == 401
    assert Client(studio.url).post("/auth/login", {"email": ann.user["email"], "password": PASSWORD}).status_code == 401
    Client(studio.url).log_in(ann.user["email"], "another long password")


def test_a_new_password_revokes_the_api_tokens_unless_the_user_keeps_them(people, studio):
    ann, bob = people.user("ann"), people.user("bob")
    kept, foreign = people.api_token(ann, "read", "write"), people.api_token(bob, "read")
    body = {"current_password": PASSWORD, "new_password": "another long password", "keep_tokens": True}
    assert ann.post("/profile/password", body).status_code == 204
    assert kept.get("/profile").status_code == 200
    assert kept.post("/profile/password", {"current_password": "another long password", "new_password": PASSWORD}
                     ).status_code == 204
    assert kept.get("/profile").status_code == 401 and ann.get("/profile/tokens").status_code == 401
    assert Client(studio.url).log_in(ann.user["email"], PASSWORD).get("/profile/tokens").json()["items"] == []
    assert foreign.get("/profile").status_code == 200
    counts = studio.sql("select detail ->> 'tokens_revoked' from audit_log where actor_id = %s and action = "
                        "'profile.password' order by id", ann.id)
    assert counts == [("0",), ("1",)]


def test_an_administrators_reset_revokes_the_api_tokens(people, admin):
    ann = people.user("ann")
    token = people.api_token(ann, "read")
    assert admin.edit(f"/admin/users/{ann.id}", {"name": "Ann"}).status_code == 200
    assert token.get("/profile").status_code == 200
    assert admin.edit(f"/admin/users/{ann.id}", {"password": "another long password"}).status_code == 200
    assert token.get("/profile").status_code == 401


@pytest.mark.parametrize("current, new, field", [
    ("not my password", "another long password", "current_password"),
    (PASSWORD, "short", "new_password"),
    (PASSWORD, "password123", "new_password"),
])
def test_a_wrong_or_weak_password_is_the_fault_of_its_field(people, current, new, field):
    ann = people.user("ann")
    answer = ann.post("/profile/password", {"current_password": current, "new_password": new})
    assert answer.status_code == 422 and fields_of(answer) == {field}
    assert ann.get("/profile").status_code == 200


def test_guessing_the_current_password_is_throttled(people):
    ann = people.user("ann")
    statuses = [ann.post("/profile/password", {"current_password": f"guess number {n}", "new_password": PASSWORD})
                .status_code for n in range(7)]
    assert statuses == [422] * 6 + [429]


def test_sessions_are_listed_and_revoked(people, studio):
    ann, bob = people.user("ann"), people.user("bob")
    phone = Client(studio.url)
    phone.http.headers["User-Agent"] = "Phone ☎ 1.0".encode()
    phone.log_in(ann.user["email"], PASSWORD)
    items = ann.get("/profile/sessions").json()["items"]
    assert [item["agent"] for item in items][0] == "Phone ☎ 1.0" and len(items) == 2
    assert [item["current"] for item in items] == [False, True]
    assert items[0]["address"] == "127.0.0.1"
    assert bob.delete(f"/profile/sessions/{items[0]['id']}").status_code == 404
    assert ann.delete(f"/profile/sessions/{items[0]['id']}").status_code == 204
    assert phone.get("/profile").status_code == 401 and ann.get("/profile").status_code == 200
    assert ann.delete(f"/profile/sessions/{items[0]['id']}").status_code == 404
    assert len(ann.get("/profile/sessions").json()["items"]) == 1


def test_sessions_are_paged(people, studio):
    ann = people.user("ann")
    for _ in range(4):
        Client(studio.url).log_in(ann.user["email"], PASSWORD)
    seen, cursor = [], None
    while True:
        page = ann.get("/profile/sessions", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 5 and seen == sorted(seen, reverse=True)
    assert fields_of(ann.get("/profile/sessions", params={"cursor": "nonsense"})) == {"cursor"}


def test_an_api_token_is_shown_once_and_stored_hashed(people, studio):
    ann = people.user("ann")
    made = ann.post("/profile/tokens", {"name": "CI", "scopes": ["write", "read", "read"]})
    assert made.status_code == 201 and made.json()["scopes"] == ["read", "write"]
    token = made.json()["token"]
    assert token.startswith(f"coa_{ann.id.replace('-', '')}_") and len(token) == 4 + 32 + 1 + 43
    assert token not in ann.get("/profile/tokens").text
    assert studio.sql("select count(*) from api_tokens t where t::text like %s", f"%{token}%") == [(0,)]
    by_token = ann.with_bearer(token)
    assert by_token.get("/profile").json()["id"] == ann.id
    assert ann.get("/profile/tokens").json()["items"][0]["last_used_at"]


def test_scopes_limit_what_a_token_may(people, admin):
    ann = people.user("ann")
    reader, writer = people.api_token(ann, "read"), people.api_token(ann, "read", "write")
    assert reader.get("/profile").status_code == 200
    assert reader.edit("/profile", {"theme": "dark"}).status_code == 403
    assert writer.edit("/profile", {"theme": "dark"}).status_code == 200
    assert people.api_token(admin, "read").get("/admin/users").status_code == 403
    assert people.api_token(admin, "read", "admin").get("/admin/users").status_code == 200


def test_an_api_token_makes_no_tokens_and_has_no_session_to_end(people):
    ann = people.user("ann")
    token = people.api_token(ann, "read", "write")
    assert token.post("/profile/tokens", {"name": "more", "scopes": ["admin"]}).status_code == 403
    assert token.post("/auth/logout").status_code == 403
    assert [item["current"] for item in token.get("/profile/sessions").json()["items"]] == [False]


def test_a_revoked_expired_or_foreign_token_is_refused(people, studio):
    ann, bob = people.user("ann"), people.user("bob")
    made = ann.post("/profile/tokens", {"name": "x", "scopes": ["read"], "expires_at": "2999-01-01T00:00:00Z"}).json()
    by_token = ann.with_bearer(made["token"])
    assert by_token.get("/profile").status_code == 200
    forged = made["token"].replace(ann.id.replace("-", ""), bob.id.replace("-", ""))
    assert ann.with_bearer(forged).get("/profile").status_code == 401
    assert bob.delete(f"/profile/tokens/{made['id']}").status_code == 404
    studio.sql("update api_tokens set expires_at = now() where id = %s", made["id"])
    assert by_token.get("/profile").status_code == 401
    studio.sql("update api_tokens set expires_at = null where id = %s", made["id"])
    assert ann.delete(f"/profile/tokens/{made['id']}").status_code == 204
    assert by_token.get("/profile").status_code == 401


@pytest.mark.parametrize("more, field", [
    ({"scopes": []}, "scopes"), ({"scopes": ["everything"]}, "scopes"), ({"scopes": "read"}, "scopes"),
    ({"name": ""}, "name"), ({"expires_at": "2001-01-01T00:00:00Z"}, "expires_at"), ({"expires_at": "soon"}, "expires_at"),
])
def test_a_token_that_breaks_a_rule_is_refused_by_field(people, more, field):
    answer = people.user("ann").post("/profile/tokens", {"name": "x", "scopes": ["read"], **more})
    assert answer.status_code == 422 and fields_of(answer) == {field}


def test_the_directory_finds_whom_to_invite_without_addresses(people, admin):
    ann, bob = people.user(f"dir{people.mark}a"), people.user(f"dir{people.mark}b")
    found = ann.get("/people", params={"search": f"DIR{people.mark}"}).json()
    assert [item["id"] for item in found["items"]] == [ann.id, bob.id]
    assert set(found["items"][0]) == {"id", "kind", "name", "handle"}
    admin.edit(f"/admin/users/{bob.id}", {"disabled": True})
    assert [item["id"] for item in ann.get("/people", params={"search": f"dir{people.mark}"}).json()["items"]] == [ann.id]
