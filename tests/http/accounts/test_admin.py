"""What administrators do with accounts, and the audit log that shows it: mission rows 7 and 37."""

import concurrent.futures
import uuid

import pytest

from harness.client import Client
from harness.people import PASSWORD
from harness.pool import wait_until


def fields_of(answer):
    return {error["field"] for error in answer.json().get("errors", [])}


def change(admin, user_id, **changes):
    return admin.edit(f"/admin/users/{user_id}", changes)


def audit_of(admin, **filters):
    answer = admin.get("/audit", params=filters)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def test_only_who_may_manage_users_sees_them(people, admin):
    ann = people.user("ann")
    for request in (lambda c: c.get("/admin/users"), lambda c: c.get(f"/admin/users/{ann.id}"),
                    lambda c: c.post("/admin/users", {"email": "x@example.org", "password": "short"}),
                    lambda c: change(c, ann.id, role="admin"), lambda c: c.delete(f"/admin/users/{ann.id}")):
        assert request(ann).status_code == 403
    assert admin.get(f"/admin/users/{ann.id}").json()["email"] == ann.user["email"]


def test_users_are_listed_searched_filtered_and_paged(people, admin):
    mark = f"list{uuid.uuid4().hex[:6]}"
    made = [people.create_user(f"{mark}-{n}") for n in range(5)]
    change(admin, made[0]["id"], disabled=True)
    seen, cursor = [], None
    while True:
        page = admin.get("/admin/users", params={"search": mark.upper(), "limit": 2,
                                                 **({"cursor": cursor} if cursor else {})}).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert seen == [account["id"] for account in made]
    disabled = admin.get("/admin/users", params={"search": mark, "state": "disabled"}).json()["items"]
    assert [item["id"] for item in disabled] == [made[0]["id"]]
    assert admin.get("/admin/users", params={"search": mark, "role": "admin"}).json()["items"] == []
    assert admin.get("/admin/users", params={"search": "%_\\"}).json()["items"] == []


def test_an_account_made_by_an_administrator_logs_in(people, studio):
    account = people.create_user("made", role="admin", permissions=["audit.read"])
    assert account["role"] == "admin" and account["permissions"] == ["audit.read"]
    assert Client(studio.url).log_in(account["email"], account["password"]).get("/admin/users").status_code == 200


@pytest.mark.parametrize("more, field", [
    ({"password": "short"}, "password"), ({"email": "nobody"}, "email"), ({"permissions": ["fly"]}, "permissions"),
    ({"role": "owner"}, "role"), ({"handle": "Ä"}, "handle"), ({"surprise": 1}, "surprise"),
])
def test_an_account_that_breaks_a_rule_is_refused_by_field(admin, more, field):
    answer = admin.post("/admin/users", {"email": f"{uuid.uuid4().hex}@example.org", "password": PASSWORD, **more})
    assert answer.status_code == 422 and fields_of(answer) == {field}


def test_disabling_ends_sessions_and_api_tokens_at_once(people, admin, studio):
    ann = people.user("ann")
    token = people.api_token(ann, "read")
    assert change(admin, ann.id, disabled=True).json()["disabled"] is True
    assert ann.get("/profile").status_code == 401 and token.get("/profile").status_code == 401
    assert ann.post("/auth/refresh").status_code == 401
    assert change(admin, ann.id, disabled=False).json()["disabled"] is False
    assert ann.get("/profile").status_code == 401
    Client(studio.url).log_in(ann.user["email"], PASSWORD)


@pytest.mark.parametrize("changes", [{"role": "admin"}, {"password": "another long password"}])
def test_another_role_or_password_ends_the_sessions(people, admin, changes):
    ann = people.user("ann")
    assert change(admin, ann.id, **changes).status_code == 200
    assert ann.get("/profile").status_code == 401


def test_a_new_password_frees_a_throttled_account(people, admin, studio):
    ann = people.user("ann")
    for _ in range(7):
        answer = Client(studio.url).post("/auth/login", {"email": ann.user["email"], "password": "forgotten password"})
    assert answer.status_code == 429
    assert change(admin, ann.id, password="another long password").status_code == 200
    Client(studio.url).log_in(ann.user["email"], "another long password")


def test_a_name_or_permission_does_not_end_the_sessions(people, admin):
    ann = people.user("ann")
    assert ann.get("/audit").status_code == 403
    answer = admin.edit(f"/admin/users/{ann.id}/permissions", {"permissions": ["audit.read"]}, "PUT")
    assert answer.status_code == 200 and answer.json()["permissions"] == ["audit.read"]
    assert change(admin, ann.id, name="Anna").json()["name"] == "Anna"
    assert ann.get("/audit").status_code == 200
    assert ann.post("/rooms", {"name": "no longer"}).status_code == 403


def test_a_stale_version_is_a_conflict(people, admin):
    account = people.create_user("ann")
    assert change(admin, account["id"], name="One", version=1).status_code == 200
    assert change(admin, account["id"], name="Two", version=1).status_code == 409


def test_who_manages_users_cannot_climb(people, admin):
    boss = people.user("boss", permissions=["users.manage", "rooms.create"])
    ann = people.create_user("ann")
    assert change(boss, ann["id"], name="Fine").status_code == 200
    assert change(boss, ann["id"], role="admin").status_code == 403
    assert change(boss, boss.id, role="admin").status_code == 403
    assert change(boss, boss.id, permissions=["users.manage", "settings.manage"]).status_code == 403
    assert change(boss, ann["id"], permissions=["rooms.create", "users.manage"]).status_code == 200
    assert change(boss, admin.id, password="another long password").status_code == 403
    assert boss.delete(f"/admin/users/{admin.id}").status_code == 403
    made = {"email": f"{uuid.uuid4().hex}@example.org", "password": PASSWORD}
    assert boss.post("/admin/users", {**made, "role": "admin"}).status_code == 403
    assert boss.post("/admin/users", {**made, "permissions": ["audit.read"]}).status_code == 403


def test_who_manages_users_sets_no_password_of_somebody_who_may_more(people, admin):
    boss = people.user("boss", permissions=["users.manage", "audit.read"])
    ann, auditor = people.create_user("ann"), people.create_user("auditor", permissions=["audit.read"])
    keeper = people.user("keeper", permissions=["providers.manage"])
    for account in (ann, auditor):
        assert change(boss, account["id"], password="another long password").status_code == 200
    answer = change(boss, keeper.id, password="another long password")
    assert answer.status_code == 403 and keeper.get("/profile").status_code == 200
    assert change(boss, keeper.id, name="Keeper").status_code == 200


def test_an_api_token_that_writes_makes_what_its_user_may_make(people, admin):
    ann = people.user("ann")
    writer, reader = people.api_token(ann, "read", "write"), people.api_token(ann, "read")
    script = {"name": f"by-token-{uuid.uuid4().hex[:8]}", "kind": "sh", "code": "true"}
    made = writer.post("/scripts", script)
    assert made.status_code == 201
    assert writer.patch(f"/scripts/{made.json()['id']}", {"version": 1, "description": "Mine"}).status_code == 200
    assert writer.post(f"/scripts/{made.json()['id']}/run", {}).status_code == 202
    assert writer.post("/rooms", {"name": "by token"}).status_code == 201
    assert writer.post("/mappings", {"name": f"by-token-{uuid.uuid4().hex[:8]}"}).status_code == 201
    assert writer.delete(f"/scripts/{made.json()['id']}").status_code == 204
    assert "write" in reader.post("/scripts", script).json()["detail"]
    other = people.user("other", permissions=["rooms.create"])
    assert people.api_token(other, "read", "write").post("/scripts", script).status_code == 403, "nor more than its user"


def test_an_api_token_reaches_what_is_others_only_with_the_scope_admin(people, admin):
    handle = f"bot-{uuid.uuid4().hex[:8]}"
    ann = people.user("ann")
    agent = ann.post("/agents", {"name": "Bot", "handle": handle}).json()
    writer = people.api_token(admin, "read", "write")
    assert writer.patch(f"/agents/{agent['id']}", {"version": 1, "name": "Mine"}).status_code == 403
    assert "base_url" not in writer.get("/providers").json()["items"][0]
    whole = people.api_token(admin, "read", "write", "admin")
    assert whole.patch(f"/agents/{agent['id']}", {"version": 1, "name": "Mine"}).status_code == 200
    assert "base_url" in whole.get("/providers").json()["items"][0]


def test_the_last_administrator_who_can_log_in_stays(people, admin, studio):
    others = [item["id"] for item in admin.get("/admin/users", params={"role": "admin", "state": "enabled"}).json()["items"]
              if item["id"] != admin.id]
    for other in others:
        assert change(admin, other, role="user").status_code == 200
    for answer in (change(admin, admin.id, role="user"), change(admin, admin.id, disabled=True),
                   admin.delete(f"/admin/users/{admin.id}")):
        assert answer.status_code == 409 and "last administrator" in answer.json()["detail"]
    second = people.user("second", role="admin")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda pair: change(pair[0], pair[1], disabled=True),
                                [(admin, second.id), (second, second.id)]))
    assert 200 in {answer.status_code for answer in answers}
    assert studio.sql("select count(*) > 0 from users where role = 'admin' and disabled_at is null") == [(True,)]


def test_two_administrators_cannot_remove_each_other_at_once(people, admin, studio):
    pair = [people.user(f"rival{n}", role="admin") for n in range(2)]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda n: change(pair[n], pair[1 - n].id, role="user"), range(2)))
    roles = studio.sql("select role from users where id = any (%s::uuid[]) order by 1", [c.id for c in pair])
    assert roles[0][0] == "admin" or roles == [("user",), ("user",)]  # another administrator is there


def test_a_deleted_user_leaves_a_tombstone_and_its_rooms_pass_on(people, admin, studio):
    ann, bob, eve = people.user("ann"), people.user("bob"), people.user("eve")
    room = people.room(ann, "Shared")
    people.add(ann, room, eve, "viewer")
    people.add(ann, room, bob, "member")
    alone = people.room(ann, "Alone")
    assert ann.post(f"/rooms/{room['id']}/messages", {"text": "I was here"}).status_code == 201
    assert admin.delete(f"/admin/users/{ann.id}").status_code == 204
    assert ann.get("/profile").status_code == 401 and admin.get(f"/admin/users/{ann.id}").status_code == 404
    assert admin.delete(f"/admin/users/{ann.id}").status_code == 404
    members = {m["id"]: m["role"] for m in bob.get(f"/rooms/{room['id']}/members").json()["items"]}
    assert members == {bob.id: "owner", eve.id: "viewer"}
    events = bob.get(f"/rooms/{room['id']}/events").json()["items"]
    said = next(event for event in events if event["kind"] == "message")
    assert said["body"]["text"] == "I was here" and said["author"]["name"] == "Deleted user"
    assert [event["body"]["action"] for event in events if event["kind"] == "member"][-2:] == ["removed", "role"]
    assert studio.sql("select deleted_at is not null from rooms where id = %s", alone["id"]) == [(True,)]
    again = people.create_user("again", handle=ann.user["handle"])
    assert again["handle"] == ann.user["handle"]


def test_the_audit_log_shows_who_did_what_and_filters(people, admin):
    ann = people.user("ann")
    answer = change(admin, ann.id, name="Audited")
    items = audit_of(admin, object_kind="user", object_id=ann.id, action="user.change")
    assert len(items) == 1
    item = items[0]
    assert item["actor"]["id"] == admin.id and item["outcome"] == "done" and item["address"] == "127.0.0.1"
    assert item["request_id"] == answer.headers["X-Request-Id"]
    assert (item["detail"]["from"], item["detail"]["to"]) == ({"name": "Ann"}, {"name": "Audited"})
    assert [row["id"] for row in audit_of(admin, request=item["request_id"])] == [item["id"]]
    assert item["id"] in [row["id"] for row in audit_of(admin, actor=admin.id)]
    assert audit_of(admin, since="2999-01-01T00:00:00Z") == audit_of(admin, until="2001-01-01T00:00:00Z") == []


def test_a_refusal_is_in_the_audit_log(people, admin):
    ann = people.user("ann")
    refused = ann.get("/admin/users")
    items = wait_until(lambda: audit_of(admin, request=refused.headers["X-Request-Id"]), what="the row after the answer")
    assert [(row["outcome"], row["actor"]["id"]) for row in items] == [("refused", ann.id)]


@pytest.mark.parametrize("origin", ["https://evil.example.org", 'https://"\\x' + "y" * 300])
def test_a_refused_origin_is_in_the_audit_log(people, admin, origin):
    refused = people.user("ann").get("/profile", origin=origin)
    assert refused.status_code == 403
    rows = wait_until(lambda: audit_of(admin, request=refused.headers["X-Request-Id"]), what="the row after the answer")
    assert [(row["action"], row["outcome"], row["actor"]) for row in rows] == [("origin.refuse", "refused", None)]
    assert rows[0]["detail"]["path"] == "/profile"
    assert rows[0]["detail"]["origin"] == origin[:200].replace('"', "?").replace("\\", "?")


def test_the_audit_of_an_agents_edit_says_what_changed(people, admin):
    provider = admin.get("/providers").json()["items"][0]["id"]
    agent = admin.post("/agents", {"name": "Edited", "handle": f"edited-{people.mark}", "provider_id": provider,
                                   "prompt": "Be brief."})
    assert agent.status_code == 201, agent.text
    answer = admin.patch(f"/agents/{agent.json()['id']}", {"prompt": "Be kind.", "name": "Edited", "version": 1})
    assert answer.status_code == 200, answer.text
    rows = audit_of(admin, request=answer.headers["X-Request-Id"])
    assert rows[0]["detail"] == {"from": {"prompt": "Be brief."}, "to": {"prompt": "Be kind."}}


def test_taking_permissions_away_is_no_way_around_the_guard_of_passwords(people, admin):
    keeper, target = people.user("keeper", permissions=["users.manage"]), people.user("target", permissions=["audit.read"])
    path = f"/admin/users/{target.id}"
    assert keeper.edit(path, {"password": "another long password"}).status_code == 403
    assert keeper.edit(f"{path}/permissions", {"permissions": []}, "PUT").status_code == 403
    assert keeper.edit(path, {"permissions": []}).status_code == 403
    assert keeper.edit(path, {"permissions": ["audit.read"], "name": "Renamed"}).status_code == 200
    assert target.get("/profile").status_code == 200
    assert admin.edit(f"{path}/permissions", {"permissions": []}, "PUT").status_code == 200
    assert keeper.edit(path, {"password": "another long password"}).status_code == 200


def test_the_audit_log_is_paged_without_gaps(people, admin):
    ann = people.user("ann")
    for n in range(5):
        ann.edit("/profile", {"name": f"Ann {n}"})
    whole = [row["id"] for row in audit_of(admin, actor=ann.id)]
    seen, cursor = [], None
    while True:
        page = admin.get("/audit", params={"actor": ann.id, "limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        seen += [row["id"] for row in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert seen == whole == sorted(whole, reverse=True)
    assert fields_of(admin.get("/audit", params={"cursor": "x"})) == {"cursor"}
    assert fields_of(admin.get("/audit", params={"object_id": "x"})) == {"object_kind"}


def test_no_password_or_token_reaches_the_audit_log(people, admin, studio):
    ann = people.user("ann")
    token = people.api_token(ann, "read").bearer
    change(admin, ann.id, password="a very secret password")
    text = studio.sql("select string_agg(detail::text, ' ') from audit_log")[0][0]
    assert "secret password" not in text and PASSWORD not in text and token not in text


def test_a_token_sets_passwords_with_the_scopes_that_it_has(people, admin):
    """A password is hashed between two transactions: the second knows the caller's scopes as well as the first."""
    full, narrow = people.api_token(admin, "read", "write", "admin"), people.api_token(admin, "read", "write")
    body = {"email": f"by-token-{uuid.uuid4().hex[:8]}@example.org", "password": "a long enough password"}
    assert narrow.post("/admin/users", body).status_code == 403
    made = full.post("/admin/users", body)
    assert made.status_code == 201, made.text
    assert made.headers["Location"] == f"/api/admin/users/{made.json()['id']}"
    path = f"/admin/users/{made.json()['id']}"
    assert narrow.edit(path, {"password": "another long password"}).status_code == 403
    assert full.edit(path, {"password": "another long password"}).status_code == 200
    people.anonymous().log_in(body["email"], "another long password")


def test_the_audit_of_a_providers_edit_says_what_changed_and_no_key(people, admin):
    made = admin.post("/providers", {"name": f"Edited {people.mark}", "base_url": "http://127.0.0.1:9/v1", "key": "first-secret"}).json()
    answer = admin.patch(f"/providers/{made['id']}", {"default_model": "small", "kind": "openai", "version": 1})
    assert audit_of(admin, request=answer.headers["X-Request-Id"])[0]["detail"] == {
        "from": {"default_model": ""}, "to": {"default_model": "small"}, "name": made["name"], "key": False}
    answer = admin.patch(f"/providers/{made['id']}", {"key": "second-secret", "version": 2})
    assert audit_of(admin, request=answer.headers["X-Request-Id"])[0]["detail"] == {
        "from": {}, "to": {}, "name": made["name"], "key": True}


def test_the_audit_of_a_profiles_edit_says_what_changed(people, admin):
    ann = people.user("ann")
    answer = ann.edit("/profile", {"name": "Anna", "theme": ann.get("/profile").json()["theme"]})
    assert audit_of(admin, request=answer.headers["X-Request-Id"])[0]["detail"] == {"from": {"name": "Ann"}, "to": {"name": "Anna"}}
