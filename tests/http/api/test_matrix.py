"""The authorisation matrix: every route that the program declares, tried as everybody, answers as its guard says.

The probe is a request that is refused as invalid (422) after the guard has let it pass: it has a query parameter that no
route knows. So 422 means "you may", and nothing is ever changed. For who may not, the same request without that
parameter is sent as well: a valid request must be refused alike."""

import itertools
import uuid

import pytest

from harness.listener import Listener, Refused
from harness.objects import Thing
from harness.personas import RANKS, Stage
from harness.pool import wait_until

PASSED = 422
GUARDS = {"public", "user", "permission", "room", "room_open"}
# What a path with an id may name without a guard of that object: what everybody may see, and what is the caller's own.
WITHOUT_OBJECT_GUARD = {"GET /providers/{id}", "GET /networks/{id}", "DELETE /profile/sessions/{id}", "DELETE /profile/tokens/{id}"}


@pytest.fixture(scope="module")
def stage(people):
    return Stage(people)


def expected(route, persona, place):
    """The status that the guard's declaration means for this persona: the order is the router's. place is the room or the
    object that the path names, or None."""
    if not persona.origin_is_right:
        return 403
    if route.guard == "public":
        return PASSED
    if not persona.known:
        return 401
    if route.is_unsafe and not persona.csrf_is_right:
        return 403
    if ("write" if route.is_unsafe else "read") not in persona.scopes:
        return 403
    if route.guard == "permission":
        scope = "write" if route.argument.endswith(".create") else "admin"
        return PASSED if scope in persona.scopes and persona.may(route.argument) else 403
    if route.noun == "room":
        return expected_in_room(route, persona, place)
    if route.noun:
        return expected_of_object(route, place.aims(persona))
    return PASSED


def expected_of_object(route, aims):
    if not aims:
        return 404
    return PASSED if route.argument in aims else 403


def expected_in_room(route, persona, room):
    role = persona.role or ("viewer" if room["visibility"] == "public" else "")
    if not role:
        return 404
    if RANKS.index(role) < RANKS.index(route.argument):
        return 403
    return 409 if route.guard == "room_open" and room["archived"] else PASSED


def send(persona, route, path, **more):
    if route.body and "data" not in more:
        more.setdefault("json", {})
    return persona.client.request(route.method, path, **{**persona.options, **more})


def places_of(route, stage, room):
    """What the path may name: (id, what expected wants to know of it)."""
    if route.noun == "room":
        return [(room["id"], room)]
    if route.noun:
        return [(thing.id, thing) for thing in stage.objects[route.noun]]
    return [(None, None)]


def try_everybody(routes, stage, room):
    """Every difference between what is declared and what is answered."""
    wrong = []
    for route, persona in itertools.product(routes, stage.personas):
        for place_id, place in places_of(route, stage, room):
            path = route.fill(id=place_id) if place_id else route.fill()
            about = f"{route} as {persona.name}" + (f" ({place.name})" if isinstance(place, Thing) else "")
            want = expected(route, persona, place)
            got = send(persona, route, path, params={"no-such-parameter": "1"})
            if got.status_code != want:
                wrong.append(f"{about}: {got.status_code} instead of {want}: {got.text[:120]}")
            if want != PASSED and route.guard != "public":
                valid = send(persona, route, path)
                if valid.status_code != want:
                    wrong.append(f"{about}, valid: {valid.status_code} instead of {want}")
    return wrong


def differences(wrong):
    return f"{len(wrong)} differences:\n" + "\n".join(wrong[:30])


def test_every_route_declares_a_guard(routes, stage):
    """A new kind of guard needs objects on the stage: see harness/objects.py."""
    assert routes
    assert [str(route) for route in routes if route.guard not in GUARDS | set(stage.objects)] == []
    assert [str(route) for route in routes if route.guard == "permission" and not route.argument] == []
    assert [str(route) for route in routes if route.guard.startswith("room") and route.argument not in RANKS] == []


def test_a_path_to_an_object_has_a_guard_of_that_object(routes):
    """Every noun brings its guard: a user alone is not enough where the path names something."""
    open_ones = {str(route) for route in routes if "id" in route.values and route.guard in ("public", "user")}
    assert open_ones == WITHOUT_OBJECT_GUARD
    assert [str(route) for route in routes if route.noun and not route.path.startswith(f"/{route.noun}s/{{id}}")] == []
    assert [str(route) for route in routes if route.is_unsafe and route.argument == "see"] == []


def test_every_aim_of_a_guard_is_tried_by_who_may_and_who_may_not(routes, stage):
    """The stage is rich enough: for each route and each refusal that its guard knows there is somebody."""
    for route in routes:
        if not route.noun or route.noun == "room":
            continue
        seen = {expected_of_object(route, thing.aims(persona))
                for thing in stage.objects[route.noun] for persona in stage.personas if persona.known}
        wanted = {PASSED} if route.noun == "agent" else {PASSED, 404}
        assert seen >= wanted | ({403} if route.argument in ("edit", "act", "own") else set()), str(route)


def test_public_routes_are_the_ones_that_are_meant_to_be(routes):
    """A new public route has to be added here as well, on purpose."""
    public = {str(route) for route in routes if route.guard == "public"}
    assert public <= {
        "GET /status", "GET /health", "GET /metrics", "GET /openapi.json",
        "POST /auth/register", "POST /auth/login", "POST /auth/refresh", "POST /auth/token", "POST /auth/logout",
        "GET /auth/verify-token",
    }


def test_every_route_answers_everybody_as_its_guard_says(routes, stage):
    wrong = try_everybody(routes, stage, {**stage.private, "archived": False})
    assert not wrong, differences(wrong)


@pytest.mark.parametrize("name", ["public", "archived"])
def test_room_routes_answer_everybody_in_other_rooms(routes, stage, name):
    room = {**getattr(stage, name), "archived": name == "archived"}
    wrong = try_everybody([route for route in routes if route.noun == "room"], stage, room)
    assert not wrong, differences(wrong)


def what_shows(answer):
    """All of an answer that differs for no good reason only if something leaks."""
    own = answer.headers.get("X-Request-Id", "")
    headers = {name.lower(): value for name, value in answer.headers.items()}
    for name in ("x-request-id", "date"):
        headers.pop(name, None)
    return answer.status_code, headers, answer.text.replace(own, "REQUEST-ID")


INPUTS = [{}, {"params": {"no-such-parameter": "1"}}, {"json": {"no-such-field": 1}}, {"data": b"{broken"}]


def leaks(persona, route, there, absent):
    """Where the answers for what is invisible and for what does not exist differ, with valid, invalid and broken input."""
    for more in INPUTS:
        seen, missing = (what_shows(send(persona, route, path, **more)) for path in (there, absent))
        if seen != missing or seen[0] != 404:
            yield f"{route} as {persona.name} with {more}: {seen} instead of {missing}"


def test_a_private_room_looks_absent_to_those_outside(routes, stage):
    """Byte for byte the same answer as for a room that does not exist."""
    outsiders = [persona for persona in stage.personas if persona.name in ("foreigner", "admin")]
    member = str(uuid.uuid4())
    wrong = [leak for route, persona in itertools.product(routes, outsiders) if route.noun == "room"
             for leak in leaks(persona, route, route.fill(id=stage.private["id"], member=member), route.fill(member=member))]
    assert not wrong, differences(wrong)


def test_what_is_invisible_looks_absent(routes, stage):
    """The same for scripts, mappings, runs and files."""
    foreigner = next(persona for persona in stage.personas if persona.name == "foreigner")
    tried = [(route, thing) for route in routes for thing in stage.objects.get(route.noun, []) if not thing.aims(foreigner)]
    assert {thing.noun for _, thing in tried} == set(stage.objects) - {"agent"}
    wrong = [leak for route, thing in tried for leak in leaks(foreigner, route, route.fill(id=thing.id), route.fill())]
    assert not wrong, differences(wrong)


def test_a_message_in_a_private_room_looks_absent_too(stage):
    posted = stage.owner.post(f"/rooms/{stage.private['id']}/messages", {"text": "secret"}).json()
    there = stage.foreigner.patch(f"/rooms/{stage.private['id']}/messages/{posted['seq']}", {"text": "x"})
    absent = stage.foreigner.patch(f"/rooms/{uuid.uuid4()}/messages/{posted['seq']}", {"text": "x"})
    assert what_shows(there) == what_shows(absent)


def test_refusals_are_in_the_audit_log(studio, stage):
    """The row is written after the answer: who has the answer may have to wait for it."""
    def rows(answer):
        return studio.sql("select actor_id::text, outcome from audit_log where request_id = %s",
                          answer.headers["X-Request-Id"])

    def actor_and_outcome(answer):
        return wait_until(lambda: rows(answer), what="the row after the answer")
    path = f"/rooms/{stage.private['id']}"
    without_token = stage.people.anonymous().get(path)
    assert actor_and_outcome(stage.viewer.delete(path)) == [(stage.viewer.id, "refused")]
    assert actor_and_outcome(stage.foreigner.get(path)) == [(stage.foreigner.id, "refused")]
    assert actor_and_outcome(stage.owner.delete(path, csrf=None)) == [(stage.owner.id, "refused")]
    revoked = next(persona for persona in stage.personas if persona.name == "revoked session")
    assert actor_and_outcome(revoked.client.get(path)) == [(None, "refused")]
    assert rows(without_token) == []


def channels(client):
    answer = client.get("/ws/authorize")
    assert answer.status_code == 204, answer.text
    return answer.headers["X-User-Id"], set(answer.headers["X-Channels"].split(","))


def test_channels_are_the_callers_own_and_those_of_their_rooms(stage):
    rooms = {f"r_{room['id']}" for room in (stage.private, stage.public, stage.archived)}
    for client in (stage.owner, stage.member, stage.viewer):
        user, names = channels(client)
        assert user == client.id
        assert f"u_{client.id}" in names
        assert {name for name in names if name.startswith("r_")} == rooms
        assert len([name for name in names if name.startswith("s_")]) == 1
        assert {name[:2] for name in names} <= {"u_", "s_", "r_", "al"}


def test_nobody_outside_gets_the_channel_of_a_room(stage):
    for client in (stage.foreigner, stage.people.admin):
        _, names = channels(client)
        assert f"u_{client.id}" in names
        assert not names & {f"r_{room['id']}" for room in (stage.private, stage.public, stage.archived)}


def test_two_sessions_of_one_user_have_their_own_session_channels(people):
    account = people.create_user("twice")
    first, second = (people.anonymous().log_in(account["email"], account["password"]) for _ in range(2))
    assert {name for name in channels(first)[1] & channels(second)[1] if name.startswith("s_")} == set()


def test_websockets_open_only_for_the_known(stage):
    for persona in stage.personas:
        if persona.known or not persona.origin_is_right:
            continue
        with pytest.raises(Refused) as refused, Listener(persona.client):
            pass
        assert refused.value.status == 401, persona.name
    for client in (stage.foreigner, stage.viewer, stage.owner):
        with Listener(client) as live:
            assert not live.closed.is_set()


def test_websockets_open_only_for_permitted_origins(stage):
    for origin in ("https://evil.example", "null", "http://127.0.0.1.evil.example"):
        with pytest.raises(Refused) as refused, Listener(stage.owner, origin=origin):
            pass
        assert refused.value.status == 403
    with Listener(stage.owner, origin="https://app.example.org"):
        pass


def test_live_events_reach_members_and_nobody_else(people, stage):
    room = stage.make_room("Overheard")
    with Listener(stage.viewer) as viewer, Listener(stage.foreigner) as foreigner, Listener(people.admin) as admin:
        posted = stage.owner.post(f"/rooms/{room['id']}/messages", {"text": "for members"}).json()
        assert viewer.wait_seq(room["id"], posted["seq"])["body"]["text"] == "for members"
        assert foreigner.events(room["id"]) == []
        assert admin.events(room["id"]) == []


def test_removal_from_a_room_cuts_the_live_connection(people, stage):
    room = stage.make_room("Cut")
    with Listener(stage.member) as live:
        stage.owner.delete(f"/rooms/{room['id']}/members/{stage.member.id}")
        assert live.closed.wait(5)
    with Listener(stage.member) as live, Listener(stage.viewer) as viewer:
        posted = stage.owner.post(f"/rooms/{room['id']}/messages", {"text": "without you"}).json()
        viewer.wait_seq(room["id"], posted["seq"])
        assert live.events(room["id"]) == []


@pytest.mark.parametrize("end", ["revoke", "disable"])
def test_the_end_of_a_session_cuts_its_live_connection(people, end):
    client = people.user("cut-off")
    with Listener(client) as live:
        if end == "revoke":
            other = people.anonymous().log_in(client.user["email"], "a long enough password")
            sessions = other.get("/profile/sessions").json()["items"]
            mine = next(session for session in sessions if not session["current"])
            assert other.delete(f"/profile/sessions/{mine['id']}").status_code == 204
        else:
            version = people.admin.get(f"/admin/users/{client.id}").json()["version"]
            answer = people.admin.patch(f"/admin/users/{client.id}", {"disabled": True, "version": version})
            assert answer.status_code == 200, answer.text
        assert live.closed.wait(5)
    with pytest.raises(Refused), Listener(client):
        pass
