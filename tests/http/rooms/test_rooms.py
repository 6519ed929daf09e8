"""Rooms and members: what each role may, what everybody sees, and what the log tells of it."""

import uuid

import pytest


@pytest.fixture
def room(people, ann):
    """Of Ann's alone."""
    return people.room(ann)


def events(client, room, **parameters):
    answer = client.get(f"/rooms/{room['id']}/events", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def members(client, room):
    answer = client.get(f"/rooms/{room['id']}/members")
    assert answer.status_code == 200, answer.text
    return {member["id"]: member for member in answer.json()["items"]}


def my_rooms(client):
    return {room["id"]: room for room in client.get("/rooms", params={"limit": 200}).json()["items"]}


# rooms

def test_a_new_room_belongs_to_who_made_it(ann):
    answer = ann.post("/rooms", {"name": "  Plans ", "topic": "what comes"})
    assert answer.status_code == 201
    room = answer.json()
    assert answer.headers["Location"] == f"/api/rooms/{room['id']}"
    assert (room["name"], room["topic"], room["visibility"]) == ("Plans", "what comes", "private")
    assert (room["role"], room["member"], room["archived"], room["unread"]) == ("owner", True, False, 0)
    assert ann.get(f"/rooms/{room['id']}").json() == room
    assert my_rooms(ann)[room["id"]] == room
    assert events(ann, room)[0]["body"] == {"action": "created", "name": "Plans"}


@pytest.mark.parametrize("body, field", [
    ({}, "name"), ({"name": ""}, "name"), ({"name": "   "}, "name"), ({"name": "x" * 81}, "name"), ({"name": 5}, "name"),
    ({"name": "a\nb"}, "name"), ({"name": "x", "topic": "y" * 501}, "topic"), ({"name": "x", "visibility": "secret"}, "visibility"),
    ({"name": "x", "owner": "me"}, "owner")])
def test_a_room_that_breaks_a_rule_is_not_made(ann, body, field):
    answer = ann.post("/rooms", body)
    assert answer.status_code == 422
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert my_rooms(ann) == {}


def test_the_same_idempotency_key_makes_one_room(ann):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first = ann.post("/rooms", {"name": "Once"}, headers=key)
    again = ann.post("/rooms", {"name": "Once"}, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert len(my_rooms(ann)) == 1


def test_making_rooms_is_a_permission(people, ann, admin):
    answer = admin.edit(f"/admin/users/{ann.id}/permissions", {"permissions": []}, "PUT")
    assert answer.status_code in (200, 204), answer.text
    assert ann.post("/rooms", {"name": "x"}).status_code == 403


def test_a_private_room_is_absent_for_others(ann, bob, room):
    absent = uuid.uuid4()
    for method, path, body in [("GET", "", None), ("PATCH", "", {"version": 1, "name": "x"}), ("DELETE", "", None),
                               ("GET", "/members", None), ("GET", "/events", None), ("POST", "/messages", {"text": "x"}),
                               ("POST", "/read", {"seq": 1}), ("POST", "/stop", None),
                               ("POST", "/members", {"id": str(bob.id)}), ("DELETE", f"/members/{ann.id}", None)]:
        seen = bob.request(method, f"/rooms/{room['id']}{path}", json=body)
        unknown = bob.request(method, f"/rooms/{absent}{path}", json=body)
        assert seen.status_code == unknown.status_code == 404, (method, path, seen.text)
        assert {**seen.json(), "instance": ""} == {**unknown.json(), "instance": ""}
    assert room["id"] not in my_rooms(bob)


def test_an_owner_edits_a_room_and_the_log_tells_what_changed(ann, room):
    answer = ann.patch(f"/rooms/{room['id']}", {"version": 1, "name": "New", "topic": "t", "visibility": "public"})
    assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["version"]) == ("New", 2)
    told = [event["body"] for event in events(ann, room) if event["kind"] == "room"][1:]
    assert told == [{"action": "renamed", "name": "New", "before": "A room"}, {"action": "topic", "topic": "t"},
                    {"action": "visibility", "visibility": "public"}]


def test_a_stale_edit_is_a_conflict(ann, room):
    assert ann.patch(f"/rooms/{room['id']}", {"version": 1, "name": "One"}).status_code == 200
    assert ann.patch(f"/rooms/{room['id']}", {"version": 1, "name": "Two"}).status_code == 409
    assert ann.get(f"/rooms/{room['id']}").json()["name"] == "One"


def test_an_archived_room_is_read_only_until_it_is_unarchived(people, ann, bob, room):
    people.add(ann, room, bob)
    assert ann.patch(f"/rooms/{room['id']}", {"version": 1, "archived": True}).json()["archived"] is True
    assert ann.post(f"/rooms/{room['id']}/messages", {"text": "x"}).status_code == 409
    assert ann.post(f"/rooms/{room['id']}/members", {"handle": "nobody"}).status_code == 409
    assert bob.get(f"/rooms/{room['id']}/events").status_code == 200
    assert ann.patch(f"/rooms/{room['id']}", {"version": 2, "archived": False}).json()["archived"] is False
    assert bob.post(f"/rooms/{room['id']}/messages", {"text": "x"}).status_code == 201


def test_a_deleted_room_is_gone_for_everybody_at_once(people, ann, bob, room):
    people.add(ann, room, bob)
    assert bob.delete(f"/rooms/{room['id']}").status_code == 403
    assert ann.delete(f"/rooms/{room['id']}").status_code == 204
    for client in ann, bob:
        assert client.get(f"/rooms/{room['id']}").status_code == 404
        assert client.get(f"/rooms/{room['id']}/events").status_code == 404
        assert room["id"] not in my_rooms(client)
    assert ann.delete(f"/rooms/{room['id']}").status_code == 404


def test_the_list_goes_on_where_the_page_ended(people, ann):
    made = [people.room(ann, f"Room {number}")["id"] for number in range(7)]
    seen, cursor, pages = [], None, 0
    while True:
        page = ann.get("/rooms", params={"limit": 3, **({"cursor": cursor} if cursor else {})}).json()
        seen += [room["id"] for room in page["items"]]
        pages += 1
        cursor = page["next"]
        if cursor is None:
            break
    assert (seen, pages) == (sorted(made), 3)
    assert ann.get("/rooms", params={"cursor": "nonsense"}).status_code == 422


def test_public_rooms_are_found_joined_and_left(people, ann, bob):
    room = people.room(ann, "Open", visibility="public")
    listed = lambda: [one["id"] for one in bob.get("/rooms", params={"scope": "public", "limit": 200}).json()["items"]]
    assert room["id"] in listed()
    seen = bob.get(f"/rooms/{room['id']}").json()
    assert (seen["role"], seen["member"], seen["unread"]) == ("viewer", False, 0)
    assert bob.get(f"/rooms/{room['id']}/events").status_code == 200
    assert bob.post(f"/rooms/{room['id']}/messages", {"text": "x"}).status_code == 403
    assert bob.post(f"/rooms/{room['id']}/read", {"seq": 1}).json()["read_seq"] is None

    assert bob.post(f"/rooms/{room['id']}/members", {"id": bob.id, "role": "owner"}).status_code == 403
    answer = bob.post(f"/rooms/{room['id']}/members", {"id": bob.id})
    assert (answer.status_code, answer.json()["role"]) == (201, "member")
    assert room["id"] not in listed()
    assert bob.post(f"/rooms/{room['id']}/messages", {"text": "x"}).status_code == 201

    assert bob.delete(f"/rooms/{room['id']}/members/{bob.id}").status_code == 204
    assert room["id"] in listed()
    assert bob.post(f"/rooms/{room['id']}/messages", {"text": "x"}).status_code == 403


# members

@pytest.mark.parametrize("way", ["handle", "@handle", "email", "id"])
def test_an_owner_adds_people_by_handle_email_or_id(ann, bob, room, way):
    value = "@" + bob.user["handle"] if way == "@handle" else bob.user[way]
    answer = ann.post(f"/rooms/{room['id']}/members", {way.lstrip("@"): value})
    assert answer.status_code == 201, answer.text
    assert (answer.json()["id"], answer.json()["role"], answer.json()["kind"]) == (bob.id, "member", "user")
    assert my_rooms(bob)[room["id"]]["role"] == "member"
    told = events(bob, room)[-1]
    assert (told["kind"], told["author"]["id"], told["body"]["action"], told["body"]["member"]["id"]) == \
        ("member", ann.id, "added", bob.id)


def test_an_agent_is_a_member_too(ann, room):
    agent = ann.post("/agents", {"name": "Helper", "handle": f"helper-{uuid.uuid4().hex[:8]}"}).json()
    answer = ann.post(f"/rooms/{room['id']}/members", {"handle": agent["handle"]})
    assert (answer.status_code, answer.json()["kind"]) == (201, "agent")
    assert ann.post(f"/rooms/{room['id']}/members", {"handle": agent["handle"]}).status_code == 409
    assert ann.patch(f"/rooms/{room['id']}/members/{agent['id']}", {"role": "owner"}).status_code == 422


@pytest.mark.parametrize("body", [{}, {"handle": "nobody-here"}, {"email": "nobody@example.org"}, {"id": str(uuid.uuid4())},
                                  {"handle": "a", "email": "a@example.org"}, {"handle": "a", "role": "king"}])
def test_who_is_not_there_cannot_be_added(ann, room, body):
    assert ann.post(f"/rooms/{room['id']}/members", body).status_code == 422
    assert len(members(ann, room)) == 1


def test_a_disabled_user_cannot_be_added(people, admin, ann, room):
    account = people.create_user("gone")
    answer = admin.patch(f"/admin/users/{account['id']}", {"version": account["version"], "disabled": True})
    assert answer.status_code == 200, answer.text
    assert ann.post(f"/rooms/{room['id']}/members", {"id": account["id"]}).status_code == 422


@pytest.mark.parametrize("role", ["member", "viewer"])
def test_only_owners_change_the_room_and_its_members(people, ann, bob, room, role):
    eve = people.user("eve")
    people.add(ann, room, bob, role)
    path = f"/rooms/{room['id']}"
    assert bob.patch(path, {"version": 1, "name": "Mine"}).status_code == 403
    assert bob.delete(path).status_code == 403
    assert bob.post(f"{path}/members", {"id": eve.id}).status_code == 403
    assert bob.patch(f"{path}/members/{bob.id}", {"role": "owner"}).status_code == 403
    assert bob.delete(f"{path}/members/{ann.id}").status_code == 403
    assert {one["role"] for one in members(ann, room).values()} == {"owner", role}


def test_a_viewer_reads_and_nothing_else(people, ann, bob, room):
    people.add(ann, room, bob, "viewer")
    path = f"/rooms/{room['id']}"
    assert bob.get(path).json()["role"] == "viewer"
    assert bob.get(f"{path}/events").status_code == 200
    assert bob.post(f"{path}/messages", {"text": "x"}).status_code == 403
    assert bob.post(f"{path}/stop").status_code == 403
    assert bob.post(f"{path}/read", {"seq": 1}).status_code == 200


def test_a_room_never_loses_its_last_owner(people, ann, bob, room):
    people.add(ann, room, bob)
    path = f"/rooms/{room['id']}/members"
    assert ann.delete(f"{path}/{ann.id}").status_code == 409
    assert ann.patch(f"{path}/{ann.id}", {"role": "member"}).status_code == 409
    assert ann.patch(f"{path}/{bob.id}", {"role": "owner"}).json()["role"] == "owner"
    assert ann.delete(f"{path}/{ann.id}").status_code == 204
    assert list(members(bob, room)) == [bob.id]
    assert [event["body"]["action"] for event in events(bob, room) if event["kind"] == "member"] == ["added", "role", "removed"]


def test_who_was_removed_sees_nothing_any_more(people, ann, bob, room):
    people.add(ann, room, bob)
    assert ann.delete(f"/rooms/{room['id']}/members/{bob.id}").status_code == 204
    assert bob.get(f"/rooms/{room['id']}").status_code == 404
    assert ann.delete(f"/rooms/{room['id']}/members/{bob.id}").status_code == 404


def test_notifications_are_ones_own(people, ann, bob, room):
    people.add(ann, room, bob)
    path = f"/rooms/{room['id']}/members/{bob.id}"
    assert bob.patch(path, {"notify": "all"}).json()["notify"] == "all"
    assert ann.patch(path, {"notify": "none"}).status_code == 403


def test_every_change_is_audited_with_its_request(studio, people, ann, bob, room):
    answer = ann.post(f"/rooms/{room['id']}/members", {"id": bob.id})
    rows = studio.sql("select actor_id::text, action, request_id::text, address is not null from audit_log "
                      "where object_id = %s order by id", room["id"])
    assert [row[1] for row in rows] == ["room.create", "member.add"]
    assert rows[1][0] == ann.id
    assert rows[1][2] == answer.headers["X-Request-Id"]
    assert rows[1][3] is True
