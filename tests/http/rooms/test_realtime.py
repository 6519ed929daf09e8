"""What reaches the sockets: every event to every member at once, nothing to anybody else, and what was missed by seq."""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import signal
import threading
import time
import uuid

import pytest
import requests
import websockets

from harness.listener import Listener, Refused
from harness.waiting import wait_until


def say(client, room, text):
    answer = client.post(f"/rooms/{room['id']}/messages", {"text": text})
    assert answer.status_code == 201, answer.text
    return answer.json()


def catch_up(client, room, after):
    events = []
    while True:
        page = client.get(f"/rooms/{room['id']}/events", params={"after": after, "limit": 200}).json()
        events += page["items"]
        if not page["more"]:
            return events
        after = events[-1]["seq"]


def channels(client):
    answer = client.get("/ws/authorize")
    assert answer.status_code == 204, answer.text
    assert answer.headers["X-User-Id"] == client.id
    return answer.headers["X-Channels"].split(",")


def test_the_handler_names_ones_own_channels_and_rooms(people, ann, bob, room):
    foreign = people.room(bob)
    public = people.room(bob, visibility="public")
    mine = channels(ann)
    assert mine[0] == f"u_{ann.id}" and mine[1].startswith("s_")
    assert mine[2:] == ["all", f"r_{room['id']}"]
    assert f"r_{foreign['id']}" not in mine and f"r_{public['id']}" not in mine
    token = people.api_token(ann, "read")
    assert channels(token) == [f"u_{ann.id}", "all", f"r_{room['id']}"]


def test_only_the_240_most_recently_active_rooms_are_listened_to(studio, people, ann, room):
    studio.sql("""with made as (insert into rooms (name, created_by, last_event_at)
                      select 'Old ' || n, %s, now() - interval '1 day' - n * interval '1 minute' from generate_series(1, 250) n
                      returning id)
                  insert into room_members (room_id, principal_id, role) select id, %s, 'owner' from made""", ann.id, ann.id)
    mine = channels(ann)
    assert len(mine) == 243 and mine[3] == f"r_{room['id']}"
    with Listener(ann) as live:
        live.wait_seq(room["id"], say(ann, room, "still here")["seq"])


def test_nobody_listens_without_a_session(people, anonymous, ann, room):
    with pytest.raises(Refused) as refused:
        with Listener(anonymous):
            pass
    assert refused.value.status == 401


def test_a_foreign_origin_is_refused(ann, room):
    with pytest.raises(Refused) as refused:
        with Listener(ann, origin="https://evil.example.org"):
            pass
    assert refused.value.status == 403


@pytest.mark.parametrize("path", ["/ws/live?anything=1", "/ws/live?run=" + "x" * 4001, "/ws/live?run=1&run=2"])
def test_what_is_wrong_with_the_address_for_good_is_not_tried_again(ann, path):
    answer = requests.get(ann.url + path, headers={"Cookie": f"auth_token={ann.cookie('auth_token')}"}, timeout=30)
    assert answer.status_code == 422 and "Retry-After" not in answer.headers
    assert answer.headers["Content-Type"] == "application/problem+json" and answer.json()["status"] == 422


def test_the_frame_is_the_event_and_reaches_everybody_in_the_room_only(people, ann, bob, room):
    eve = people.user("eve")
    own = people.room(eve)
    with Listener(ann) as first, Listener(bob) as second, Listener(eve) as other:
        event = say(ann, room, "Hello")
        assert first.wait_seq(room["id"], event["seq"]) == event
        assert second.wait_seq(room["id"], event["seq"]) == event
        other.wait_seq(own["id"], say(eve, own, "what was sent before has come")["seq"])
        assert other.events(room["id"]) == []


def test_edits_and_deletions_are_frames_too(ann, bob, room):
    with Listener(bob) as live:
        event = say(ann, room, "one")
        path = f"/rooms/{room['id']}/messages/{event['seq']}"
        edit = ann.patch(path, {"text": "two"}).json()
        assert live.wait_seq(room["id"], edit["seq"]) == edit
        assert ann.delete(path).status_code == 204
        assert live.wait_seq(room["id"], edit["seq"] + 1)["kind"] == "delete"


def test_a_large_message_travels_as_its_number(ann, bob, room):
    with Listener(bob) as live:
        event = say(ann, room, "ü" * 16000)
        frame = live.wait(lambda frame: frame.get("seq") == event["seq"] and frame.get("room") == room["id"])
        assert frame == {"room": room["id"], "seq": event["seq"]}
        assert catch_up(bob, room, event["seq"] - 1) == [event]


def test_a_read_marker_reaches_ones_other_windows(ann, bob, room):
    event = say(ann, room, "Hello")
    with Listener(bob) as live, Listener(ann) as other:
        bob.post(f"/rooms/{room['id']}/read", {"seq": event["seq"]})
        frame = live.wait(lambda frame: frame.get("personal", {}).get("type") == "read")
        assert frame["personal"] == {"type": "read", "room": room["id"], "read_seq": event["seq"], "unread": 0, "mentioned": False}
        assert not [frame for frame in other.frames if "personal" in frame]


def test_removal_cuts_the_socket_and_what_follows_is_not_heard(people, ann, bob, room):
    own = people.room(bob)
    with Listener(bob) as live:
        live.wait_seq(room["id"], say(ann, room, "before")["seq"])
        assert ann.delete(f"/rooms/{room['id']}/members/{bob.id}").status_code == 204
        assert live.closed.wait(30), "the socket is still open"
    with Listener(bob) as again:
        after = say(ann, room, "after")
        again.wait_seq(own["id"], say(bob, own, "what was sent before has come")["seq"])
        assert again.events(room["id"]) == []
        assert all(event["seq"] < after["seq"] for event in live.events(room["id"]))


def test_who_is_added_hears_the_room_after_the_reconnect(people, ann, bob):
    room = people.room(ann)
    with Listener(bob) as live:
        people.add(ann, room, bob)
        assert live.closed.wait(30)
        assert {"personal": {"type": "rooms_changed"}} in live.frames
    with Listener(bob) as again:
        event = say(ann, room, "welcome")
        assert again.wait_seq(room["id"], event["seq"]) == event


def test_log_out_cuts_the_socket(people, room, ann):
    with Listener(ann) as live:
        assert ann.post("/auth/logout").status_code in (200, 204)
        assert live.closed.wait(30), "the socket is still open"


def test_a_user_has_twenty_sockets_at_most(people, ann, bob):
    with contextlib.ExitStack() as stack:
        first, *_ = [stack.enter_context(Listener(ann)) for _ in range(20)]
        for client in (ann, people.api_token(ann, "read")):
            with pytest.raises(Refused) as refusal, Listener(client):
                pass
            assert refusal.value.status == 429
        told = ann.http.get(f"{ann.url}/ws/live")
        assert told.status_code == 429 and int(told.headers["Retry-After"]) > 0 and "live connections" in told.json()["detail"]
        with Listener(bob) as other:
            assert not other.closed.is_set()
        first.__exit__()
        wait_until(lambda: can_listen(ann))


def can_listen(client):
    try:
        with Listener(client):
            return True
    except Refused:
        return False


def test_a_deleted_room_tells_its_end(ann, bob, room):
    with Listener(bob) as live:
        assert ann.delete(f"/rooms/{room['id']}").status_code == 204
        frame = live.wait(lambda frame: frame.get("kind") == "room" and frame.get("room") == room["id"])
        assert frame["body"] == {"action": "deleted"}


def test_the_heartbeat_tells_the_newest_number(ann, bob, room):
    with Listener(bob) as live:
        event = say(ann, room, "Hello")
        live.wait(lambda frame: frame == {"room": room["id"], "seq": event["seq"]})


def test_20_posters_arrive_complete_and_in_order_with_the_catch_up(people, ann, bob, room):
    """Frames may come out of order or be missed while a socket is cut; the log by seq makes them whole."""
    everybody = [people.user("poster") for _ in range(20)]
    for one in everybody:
        people.add(ann, room, one)
    first = ann.get(f"/rooms/{room['id']}/events").json()["last_seq"]

    def talk(client):
        return [say(client, room, f"{number}")["seq"] for number in range(5)]

    heard = {}
    with concurrent.futures.ThreadPoolExecutor(20) as threads:
        with Listener(bob) as live:
            work = [threads.submit(talk, client) for client in everybody[:10]]
            assert all(one.result() for one in work)
            wait_until(lambda: len(live.events(room["id"])) >= 50)
            heard.update({event["seq"]: event for event in live.events(room["id"])})
            assert len(heard) == 50, "a socket that stays open misses nothing"
        work = [threads.submit(talk, client) for client in everybody[10:]]  # bob is away
        assert all(one.result() for one in work)
    for event in catch_up(bob, room, first):
        assert heard.setdefault(event["seq"], event) == event
    assert sorted(heard) == list(range(first + 1, first + 101))


def test_who_joins_in_mid_stream_gets_the_text_so_far_and_stop_keeps_it(people, admin, ann, bob, room):
    """The deltas that follow go on exactly where the text of the API ends."""
    agent = next(one for one in admin.get("/agents", params={"limit": 200}).json()["items"] if one["handle"] == "studio")
    assert ann.post(f"/rooms/{room['id']}/members", {"id": agent["id"]}).status_code == 201
    asked = say(bob, room, "@studio /count 100")
    path = f"/rooms/{room['id']}/events"
    live_text = lambda: [run for run in bob.get(path).json()["live"] if "5" in run["text"]]
    assert wait_until(live_text), "no text of the answer is kept"
    with Listener(bob) as live:
        delta = live.wait(lambda frame: "delta" in frame)["delta"]
        assert wait_until(lambda: any(run["length"] >= delta["offset"] for run in bob.get(path).json()["live"]))
        run = bob.get(path).json()["live"][0]
        assert (run["agent"]["handle"], run["trigger_seq"], run["length"]) == ("studio", asked["seq"], len(run["text"]))
        text = run["text"]
        for frame in [frame["delta"] for frame in list(live.frames) if "delta" in frame]:
            assert frame["run"] == run["run"]
            if frame["offset"] <= len(text) <= frame["offset"] + len(frame["text"]):
                text = text[:frame["offset"]] + frame["text"]
        assert bob.post(f"/rooms/{room['id']}/stop").json() == {"stopped": 1}
        result = live.wait(lambda frame: frame.get("kind") == "result")
    assert result["body"]["stopped"] is True and result["reply_to"] == asked["seq"] and result["run"] == run["run"]
    assert result["body"]["text"].startswith(text)
    assert bob.get(path).json()["live"] == []


class Poster(threading.Thread):
    """Says its numbers one after the other, each until it is acknowledged, as our UI does: with the same key again."""

    def __init__(self, client, room, name, stop):
        super().__init__(daemon=True)
        self.client, self.room, self.name, self.stop = client, room, name, stop
        self.acknowledged = {}

    def run(self):
        number = 0
        while not self.stop.is_set():
            text, key = f"{self.name} {number}", {"Idempotency-Key": str(uuid.uuid4())}
            while text not in self.acknowledged:
                try:
                    answer = self.client.post(f"/rooms/{self.room['id']}/messages", {"text": text}, headers=key, timeout=20)
                except requests.RequestException:
                    self.stop.wait(0.1)
                    continue
                if answer.status_code == 201:
                    self.acknowledged[text] = answer.json()
                else:
                    assert answer.status_code >= 500, answer.text
                    self.stop.wait(0.1)
            number += 1


class Reader(threading.Thread):
    """Keeps a room as the contract with clients says: frames by seq, and the log after each gap or reconnect."""

    def __init__(self, client, room, first, stop):
        super().__init__(daemon=True)
        self.client, self.room, self.first, self.stop = client, room, first, stop
        self.events, self.sockets = {}, 0

    def take(self, events):
        for event in events:
            assert self.events.setdefault(event["seq"], event) == event

    def run(self):
        while not self.stop.is_set():
            try:
                with Listener(self.client, timeout=3) as live:
                    self.sockets += 1
                    self.take(catch_up(self.client, self.room, self.first))
                    while not live.closed.wait(0.1) and not self.stop.is_set():
                        pass
                    self.take(live.events(self.room["id"]))
            except (OSError, EOFError, ValueError, KeyError, Refused, TimeoutError, requests.RequestException,
                    websockets.WebSocketException):
                self.stop.wait(0.1)


@pytest.mark.parametrize("part", ["nchan", "pool", "front", "postgres"])
def test_nothing_acknowledged_is_lost_or_doubled_when_a_part_is_killed(studio, people, ann, bob, room, part):
    first = ann.get(f"/rooms/{room['id']}/events").json()["last_seq"]
    stop, end = threading.Event(), threading.Event()
    posters = [Poster(client, room, f"poster {number}", stop) for number, client in enumerate([ann, bob, ann, bob])]
    reader = Reader(bob, room, first, end)
    for thread in [*posters, reader]:
        thread.start()
    wait_until(lambda: all(len(poster.acknowledged) >= 5 for poster in posters), what="a message of everybody")
    studio.read()
    victim = studio.pids[part]
    os.kill(victim, signal.SIGKILL)
    wait_until(lambda: studio.read() or studio.pids[part] != victim, what=f"another {part}")
    before = [len(poster.acknowledged) for poster in posters]
    wait_until(lambda: all(len(poster.acknowledged) > count + 4 for poster, count in zip(posters, before)),
               what=f"a message of everybody after {part} was killed")
    stop.set()
    for poster in posters:
        poster.join(30)
        assert not poster.is_alive()
    end.set()
    reader.join(60)
    assert not reader.is_alive()
    studio.read()
    acknowledged = {text: event for poster in posters for text, event in poster.acknowledged.items()}
    log = catch_up(ann, room, first)
    assert [event["seq"] for event in log] == list(range(first + 1, first + 1 + len(log)))
    assert sorted(event["body"]["text"] for event in log) == sorted(acknowledged), "lost or doubled"
    assert {event["body"]["text"]: event for event in log} == acknowledged
    reader.take(catch_up(bob, room, first))
    assert sorted(reader.events) == [event["seq"] for event in log]
    assert reader.sockets >= (2 if part in ("nchan", "front") else 1)


def children_of(pid):
    return [int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_a_stopped_nchan_keeps_nobody_waiting(studio, ann, room):
    """Stopped, not dead: it takes connections and never answers. Each message used to wait for two seconds."""
    master = studio.pids["nchan"]
    stopped = [master, *children_of(master)]
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    begun = time.monotonic()
    try:
        said = [say(ann, room, f"into the void {number}") for number in range(10)]
        assert ann.get("/rooms").status_code == 200
        took = time.monotonic() - begun
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    assert took < 10, f"ten messages took {took:.1f} s"
    with Listener(ann) as live:
        def heard():
            """A message itself, and not a heartbeat: the pool publishes again, for the tests that follow, too."""
            seq = say(ann, room, "it is back")["seq"]
            live.wait(lambda frame: frame.get("room") == room["id"] and frame.get("seq", 0) >= seq)
            return any(frame.get("seq") == seq and "kind" in frame for frame in live.frames)
        wait_until(heard, what="a message that is heard at once")
    events = catch_up(ann, room, said[0]["seq"] - 1)
    assert [event["seq"] for event in events if event["body"].get("text", "").startswith("into the void")] == [
        event["seq"] for event in said]
