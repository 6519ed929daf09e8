"""Messages and the room log: order, completeness, edits, mentions, read markers."""

import concurrent.futures
import uuid

import pytest

from harness.waiting import wait_until


def post(client, room, text, **more):
    return client.post(f"/rooms/{room['id']}/messages", {"text": text, **more})


def say(client, room, text, **more):
    answer = post(client, room, text, **more)
    assert answer.status_code == 201, answer.text
    return answer.json()


def log(client, room, **parameters):
    answer = client.get(f"/rooms/{room['id']}/events", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def agent_in(owner, room, **state):
    provider = {"provider_id": state["provider_id"]} if "provider_id" in state else {}
    agent = owner.post("/agents", {"name": "Helper", "handle": f"helper-{uuid.uuid4().hex[:8]}", **provider}).json()
    if state.get("stopped"):
        assert owner.post(f"/agents/{agent['id']}/stop").status_code == 200
    assert owner.post(f"/rooms/{room['id']}/members", {"id": agent["id"]}).status_code == 201
    return agent


def test_a_message_is_an_event_of_the_log(ann, bob, room):
    event = say(ann, room, "Hello *there* ü 🙂")
    assert event["room"] == room["id"] and event["kind"] == "message"
    assert event["author"] == {"id": ann.id, "kind": "user", "name": ann.user["name"], "handle": ann.user["handle"]}
    assert event["body"] == {"text": "Hello *there* ü 🙂", "mentions": []}
    assert (event["reply_to"], event["target"], event["run"]) == (None, None, None)
    assert log(bob, room)["items"][-1] == event
    assert log(bob, room)["last_seq"] == event["seq"]


def test_the_answer_and_the_history_are_the_same_bytes(ann, room):
    answer = post(ann, room, "bytes")
    assert answer.text in ann.get(f"/rooms/{room['id']}/events").text


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "a\u0007b", "esc \u001b[31m", "x" * 16001, None, 5],
                         ids=["empty", "blank", "lines", "bell", "escape", "long", "null", "number"])
def test_a_text_that_is_none_is_refused(ann, room, text):
    assert post(ann, room, text).status_code == 422
    assert log(ann, room)["last_seq"] == 2


def test_the_longest_text_is_kept_whole(ann, room):
    text = "🙂" * 16000
    event = say(ann, room, text)
    assert log(ann, room)["items"][-1]["body"]["text"] == text == event["body"]["text"]


def test_a_message_that_is_retried_is_there_once(ann, room):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    body = {"text": "once"}
    path = f"/rooms/{room['id']}/messages"
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: ann.post(path, body, headers=key), range(4)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert [event["body"].get("text") for event in log(ann, room)["items"]].count("once") == 1
    assert ann.post(path, {"text": "other"}, headers=key).status_code in (409, 422)


def test_20_people_at_once_get_one_order_without_gaps(people, ann, room):
    everybody = [people.user("poster") for _ in range(20)]
    for one in everybody:
        people.add(ann, room, one)
    first = log(ann, room)["last_seq"]

    def talk(client):
        return [say(client, room, f"{client.id} {number}")["seq"] for number in range(10)]

    with concurrent.futures.ThreadPoolExecutor(20) as threads:
        numbers = list(threads.map(talk, everybody))
    for own in numbers:
        assert own == sorted(own)
    assert sorted(seq for own in numbers for seq in own) == list(range(first + 1, first + 201))
    items = log(ann, room, after=first, limit=200)["items"]
    assert [event["seq"] for event in items] == list(range(first + 1, first + 201))
    assert [event["at"] for event in items] == sorted(event["at"] for event in items)


# reading

def test_history_is_read_in_pages_both_ways(ann, room):
    for number in range(25):
        say(ann, room, f"message {number}")
    last = log(ann, room)["last_seq"]
    upwards, before = [], None
    while True:
        page = log(ann, room, limit=10, **({"before": before} if before else {}))
        assert [event["seq"] for event in page["items"]] == sorted(event["seq"] for event in page["items"])
        upwards = page["items"] + upwards
        before = upwards[0]["seq"]
        if not page["more"]:
            break
    downwards, after = [], 0
    while True:
        page = log(ann, room, limit=10, after=after)
        downwards += page["items"]
        after = downwards[-1]["seq"]
        if not page["more"]:
            break
    assert upwards == downwards
    assert [event["seq"] for event in upwards] == list(range(1, last + 1))
    assert log(ann, room, after=last) == {"items": [], "last_seq": last, "more": False, "live": []}


@pytest.mark.parametrize("parameters", [{"after": -1}, {"before": 0}, {"after": 1, "before": 5}, {"limit": 0}, {"limit": 201},
                                        {"after": "x"}, {"after": "99999999999999999999"}, {"offset": 1}])
def test_a_range_that_is_none_is_refused(ann, room, parameters):
    assert ann.get(f"/rooms/{room['id']}/events", params=parameters).status_code == 422


def test_unread_counts_messages_until_they_are_read(ann, bob, room):
    state = lambda client: (lambda room: (room["unread"], room["mentioned"]))(client.get(f"/rooms/{room['id']}").json())
    assert state(bob) == (0, False)
    for number in range(3):
        event = say(ann, room, f"message {number}")
    assert (state(bob), state(ann)) == ((3, False), (0, False))
    path = f"/rooms/{room['id']}/read"
    assert bob.post(path, {"seq": event["seq"] - 1}).json() == \
        {"room": room["id"], "read_seq": event["seq"] - 1, "unread": 1, "mentioned": False}
    assert bob.post(path, {"seq": 1}).json()["read_seq"] == event["seq"] - 1, "a marker never goes back"
    assert bob.post(path, {"seq": 10 ** 9}).json()["read_seq"] == event["seq"], "nor beyond the newest"
    assert state(bob) == (0, False)
    say(ann, room, f"@{bob.user['handle']} look")
    assert state(bob) == (1, True)
    say(bob, room, "I saw it")
    assert state(bob) == (0, False)


# replies, edits, deletions

def test_a_reply_names_what_it_answers(ann, bob, room):
    question = say(ann, room, "why?")
    assert say(bob, room, "because", reply_to=question["seq"])["reply_to"] == question["seq"]
    assert post(bob, room, "x", reply_to=10 ** 6).status_code == 422
    assert post(bob, room, "x", reply_to=1).status_code == 422, "the creation of the room is no message"


def test_an_edit_shows_in_the_message_and_stays_in_the_log(ann, bob, room):
    event = say(ann, room, "frist")
    path = f"/rooms/{room['id']}/messages/{event['seq']}"
    assert bob.patch(path, {"text": "mine"}).status_code == 403
    assert ann.patch(path, {"text": ""}).status_code == 422
    assert ann.patch(path, {"text": "second"}).status_code == 200
    edit = ann.patch(path, {"text": "first"}).json()
    assert (edit["kind"], edit["target"], edit["body"]["text"]) == ("edit", event["seq"], "first")
    items = {one["seq"]: one for one in log(bob, room)["items"]}
    assert items[event["seq"]] == {**event, "body": {"text": "first", "mentions": [], "edited": True}}
    assert items[edit["seq"]] == edit


def test_a_deleted_message_has_no_text_anywhere(ann, bob, room):
    event = say(bob, room, "the secret word")
    path = f"/rooms/{room['id']}/messages/{event['seq']}"
    bob.patch(path, {"text": "the secret wörd"})
    assert bob.delete(path).status_code == 204
    assert bob.delete(path).status_code == 404
    assert bob.patch(path, {"text": "again"}).status_code == 404
    assert post(ann, room, "x", reply_to=event["seq"]).status_code == 422
    page = ann.get(f"/rooms/{room['id']}/events")
    assert "secret" not in page.text
    items = {one["seq"]: one for one in page.json()["items"]}
    assert items[event["seq"]]["body"] == {"deleted": True}
    assert (items[event["seq"] + 2]["kind"], items[event["seq"] + 2]["target"]) == ("delete", event["seq"])


def test_owners_delete_what_others_wrote_but_do_not_edit_it(ann, bob, room):
    event = say(bob, room, "rude")
    path = f"/rooms/{room['id']}/messages/{event['seq']}"
    assert ann.patch(path, {"text": "polite"}).status_code == 403
    assert ann.delete(path).status_code == 204
    own = say(ann, room, "mine")
    assert bob.delete(f"/rooms/{room['id']}/messages/{own['seq']}").status_code == 403
    assert ann.delete(f"/rooms/{room['id']}/messages/1").status_code == 404, "the creation of the room is no message"


# mentions and agents

def test_members_are_mentioned_and_nobody_else(people, ann, bob, room):
    eve = people.user("eve")
    text = f"@{bob.user['handle']}. @{eve.user['handle']} `@{ann.user['handle']}` me@{bob.user['handle']}"
    assert say(ann, room, text)["body"] == {"text": text, "mentions": [bob.id]}
    assert say(ann, room, f"only `@{bob.user['handle']}`")["body"]["mentions"] == []


def test_a_stopped_agent_says_so_when_it_is_mentioned(ann, bob, room):
    agent = agent_in(ann, room, stopped=True)
    event = say(bob, room, f"@{agent['handle']} are you there?")
    answer = log(bob, room, after=event["seq"])["items"][0]
    assert (answer["kind"], answer["author"]["id"], answer["reply_to"]) == ("error", agent["id"], event["seq"])
    assert "is stopped" in answer["body"]["message"] and answer["body"]["retriable"] is False


def test_a_mentioned_agent_gets_a_run_in_the_same_transaction(ann, bob, room, studio):
    agent = agent_in(ann, room)
    event = say(bob, room, f"@{agent['handle']} hello")
    asked = log(bob, room, after=event["seq"])["items"][0]
    assert (asked["kind"], asked["reply_to"], asked["body"]["agent"]["id"]) == ("run", event["seq"], agent["id"])
    rows = studio.sql("select kind, agent_id::text, room_id::text, trigger_seq, asked_by::text, retriable from runs where id = %s",
                      asked["run"])
    assert rows == [("agent", agent["id"], room["id"], event["seq"], bob.id, True)]
    assert bob.get(f"/runs/{asked['run']}").json()["trigger_seq"] == event["seq"]


def edit(client, room, event, text):
    answer = client.patch(f"/rooms/{room['id']}/messages/{event['seq']}", {"text": text})
    assert answer.status_code == 200, answer.text
    return answer.json()


def asked_by_message(client, room, event):
    """The agents that were asked to answer it, in order."""
    return [one["body"]["agent"]["id"] for one in log(client, room, after=event["seq"])["items"]
            if one["kind"] == "run" and one["reply_to"] == event["seq"]]


def test_an_edit_asks_the_agents_that_it_mentions_anew_once(ann, bob, room):
    first, second = agent_in(ann, room), agent_in(ann, room)
    event = say(bob, room, "hello")
    edited = edit(bob, room, event, f"hello @{first['handle']}")
    asked = log(bob, room, after=edited["seq"])["items"][0]
    assert (asked["kind"], asked["reply_to"], asked["author"]["id"]) == ("run", event["seq"], bob.id)
    assert bob.get(f"/runs/{asked['run']}").json()["asked_by"]["id"] == bob.id
    edit(bob, room, event, f"good morning @{first['handle']}")
    assert asked_by_message(bob, room, event) == [first["id"]], "the mention was there"
    edit(bob, room, event, f"@{second['handle']} and @{first['handle']}")
    edit(bob, room, event, "nobody")
    edit(bob, room, event, f"@{second['handle']} and @{first['handle']} again")
    assert asked_by_message(bob, room, event) == [first["id"], second["id"]], "each once"
    mentioned = say(bob, room, f"@{first['handle']} at once")
    edit(bob, room, mentioned, f"@{first['handle']} at once, please")
    assert asked_by_message(bob, room, mentioned) == [first["id"]]


def test_an_edit_asks_an_agent_that_could_not_answer_before(ann, bob, room):
    agent = agent_in(ann, room, stopped=True)
    event = say(bob, room, f"@{agent['handle']} are you there?")
    assert ann.post(f"/agents/{agent['id']}/start").status_code == 200
    edit(bob, room, event, "are you there?")
    edit(bob, room, event, f"@{agent['handle']} are you there?")
    assert asked_by_message(bob, room, event) == [agent["id"]]


def test_edits_at_once_ask_an_agent_once(ann, bob, room):
    agent = agent_in(ann, room)
    event = say(bob, room, "hello")
    with concurrent.futures.ThreadPoolExecutor() as threads:
        answers = list(threads.map(lambda n: bob.twin().patch(f"/rooms/{room['id']}/messages/{event['seq']}",
                                                              {"text": f"{n} @{agent['handle']}"}).status_code, range(6)))
    assert answers == [200] * 6
    assert asked_by_message(bob, room, event) == [agent["id"]]


def test_an_edit_asks_no_agent_that_has_left(ann, bob, room):
    agent = agent_in(ann, room)
    event = say(bob, room, "hello")
    assert ann.delete(f"/rooms/{room['id']}/members/{agent['id']}").status_code == 204
    assert edit(bob, room, event, f"@{agent['handle']}")["body"]["mentions"] == []
    assert asked_by_message(bob, room, event) == []
    back = ann.post(f"/rooms/{room['id']}/members", {"handle": agent["handle"]})
    assert back.status_code in (200, 201), back.text
    edit(bob, room, event, f"@{agent['handle']} welcome back")
    assert asked_by_message(bob, room, event) == [agent["id"]], "that text was no mention"


def test_an_edit_that_is_a_command_asks_and_runs_nothing(ann, bob, room):
    agent = agent_in(ann, room)
    script = ann.post("/scripts", {"name": f"say-{uuid.uuid4().hex[:8]}", "kind": "sh", "code": "true"}).json()
    event = say(bob, room, "hello")
    for text in (f"/run {script['name']} @{agent['handle']}", f"/run {script['name']} 'open @{agent['handle']}"):
        edited = edit(bob, room, event, text)
        assert edited["body"]["mentions"] == [agent["id"]]
        edit(bob, room, event, "hello")
    assert {one["kind"] for one in log(bob, room, after=event["seq"])["items"]} == {"edit"}


def test_stop_ends_what_waits(ann, bob, room, admin):
    """An agent answers one message of a room at a time: the second one waits as long as the first is answered."""
    commands = next(one for one in admin.get("/providers", params={"limit": 200}).json()["items"] if one["kind"] == "command")
    agent = agent_in(ann, room, provider_id=commands["id"])
    asked = [say(bob, room, f"@{agent['handle']} /count 100") for _ in range(2)]
    runs = [next(event["run"] for event in log(bob, room, after=one["seq"])["items"] if event["reply_to"] == one["seq"])
            for one in asked]
    wait_until(lambda: bob.get(f"/runs/{runs[0]}").json()["state"], good=lambda state: state == "running")
    answer = bob.post(f"/rooms/{room['id']}/stop")
    assert answer.status_code == 200 and answer.json()["stopped"] == 2
    ended = [wait_until(lambda run=run: bob.get(f"/runs/{run}").json(), 10, good=lambda now: now["finished_at"]) for run in runs]
    assert [run["state"] for run in ended] == ["cancelled"] * 2
    assert ended[1]["started_at"] is None, "it was never begun"
    assert not log(bob, room)["live"]
