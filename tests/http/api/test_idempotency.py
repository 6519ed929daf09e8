"""Idempotency-Key: a request that is sent again is not done again, its first answer comes back."""

import concurrent.futures
import uuid

import pytest


@pytest.fixture
def room(people, ann):
    return people.room(ann, "Once")


def post(client, room, text, key):
    return client.post(f"/rooms/{room['id']}/messages", {"text": text}, headers={"Idempotency-Key": key})


def messages(client, room):
    items = client.get(f"/rooms/{room['id']}/events").json()["items"]
    return [event["body"]["text"] for event in items if event["kind"] == "message"]


def test_the_routes_that_people_retry_honour_it(routes):
    idempotent = {str(route) for route in routes if route.description.get("x-idempotent")}
    assert "POST /rooms/{id}/messages" in idempotent


def test_the_same_request_again_gets_the_first_answer(ann, room):
    key = str(uuid.uuid4())
    first, second = post(ann, room, "once", key), post(ann, room, "once", key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert first.headers.get("Location") == second.headers.get("Location")
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]
    assert messages(ann, room) == ["once"]


def test_another_request_with_the_same_key_is_refused(people, ann, room):
    key = str(uuid.uuid4())
    assert post(ann, room, "first", key).status_code == 201
    assert post(ann, room, "second", key).status_code in (409, 422)
    assert post(ann, people.room(ann, "Another"), "first", key).status_code in (409, 422)
    assert messages(ann, room) == ["first"]


def test_other_keys_and_no_key_are_other_requests(ann, room):
    assert post(ann, room, "same", str(uuid.uuid4())).status_code == 201
    assert post(ann, room, "same", str(uuid.uuid4())).status_code == 201
    assert ann.post(f"/rooms/{room['id']}/messages", {"text": "same"}).status_code == 201
    assert messages(ann, room) == ["same"] * 3


def test_a_key_belongs_to_its_user(people, ann, room):
    bob = people.user("bob")
    people.add(ann, room, bob)
    key = str(uuid.uuid4())
    assert post(ann, room, "hello", key).json()["author"]["id"] == ann.id
    assert post(bob, room, "hello", key).json()["author"]["id"] == bob.id


def test_failures_are_not_kept(people, ann, room):
    bob = people.user("bob")
    key = str(uuid.uuid4())
    assert post(bob, room, "let me in", key).status_code == 404
    people.add(ann, room, bob)
    assert post(bob, room, "let me in", key).status_code == 201


def test_an_answer_is_not_replayed_to_who_may_no_longer(people, ann, room):
    bob = people.user("bob")
    people.add(ann, room, bob)
    key = str(uuid.uuid4())
    assert post(bob, room, "hello", key).status_code == 201
    assert ann.delete(f"/rooms/{room['id']}/members/{bob.id}").status_code == 204
    assert post(bob, room, "hello", key).status_code == 404


def test_twenty_at_once_are_one(people, ann, room):
    key = str(uuid.uuid4())
    clients = [ann.with_bearer(ann.cookie("auth_token")) for _ in range(20)]
    with concurrent.futures.ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(lambda client: post(client, room, "crowd", key), clients))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len([answer for answer in answers if "Idempotency-Replayed" not in answer.headers]) == 1
    assert messages(ann, room) == ["crowd"]


def test_a_key_is_forgotten_after_a_day(studio, ann, room):
    key = str(uuid.uuid4())
    assert post(ann, room, "today", key).status_code == 201
    studio.sql("update idempotency_keys set expires_at = now() - interval '1 second' where key = %s", key)
    assert post(ann, room, "today", key).status_code == 201
    assert messages(ann, room) == ["today"] * 2


@pytest.mark.parametrize("key", ["x" * 201, "with space", "ünïcode".encode().decode("latin-1")])
def test_keys_have_a_form(ann, room, key):
    answer = post(ann, room, "x", key)
    assert answer.status_code in (400, 422)
    assert messages(ann, room) == []
