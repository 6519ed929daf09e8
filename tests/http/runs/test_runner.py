"""Runs of agents on the real runner: streaming, stopping, retrying, limits of endpoints, and every process that may die."""

import os
import signal
import time
import uuid

import pytest

from harness import finished
from harness.chat import Chat
from harness.listener import Listener
from harness.model import Model
from harness.pool import Pool
from harness.waiting import wait_until

LONG = " ".join(f"word{n}" for n in range(1, 41))

# The mock looks for these words in the newest messages; the first that fits counts.
FIXTURES = [
    {"match": {"userMessage": "was interrupted there"}, "response": {"content": " And so it went on."}},
    {"match": {"userMessage": "limited", "sequenceIndex": 0},
     "response": {"error": {"message": "Slow down", "type": "rate_limit_error"}, "status": 429, "retryAfter": 2}},
    {"match": {"userMessage": "limited"}, "response": {"content": "Now I have time."}},
    {"match": {"userMessage": "faulty", "sequenceIndex": 0},
     "response": {"error": {"message": "Oops", "type": "server_error"}, "status": 500}},
    {"match": {"userMessage": "faulty"}, "response": {"content": "Back again."}},
    {"match": {"userMessage": "unpaid"},
     "response": {"error": {"message": "No money", "type": "insufficient_quota", "code": "insufficient_quota"}, "status": 429}},
    {"match": {"userMessage": "cutoff"}, "response": {"content": LONG}, "latency": 100, "chunkSize": 10, "truncateAfterChunks": 5},
    {"match": {"userMessage": "slowly"}, "response": {"content": LONG}, "latency": 200, "chunkSize": 8},
    {"match": {"userMessage": "greet"}, "response": {"content": "Grüße an alle! 🙂 How are you today?"}, "latency": 30, "chunkSize": 5},
    {"match": {"userMessage": "ponder"}, "response": {"content": "Forty-two.", "reasoning": "Let me think."}},
    {"match": {}, "response": {"content": "As you say."}},
]


@pytest.fixture(scope="module")
def model():
    with Model(FIXTURES) as running:
        yield running


@pytest.fixture(scope="module")
def provider(admin, model):
    answer = admin.post("/providers", {"name": f"Mock {uuid.uuid4().hex[:8]}", "base_url": model.url, "key": "sk-mock",
                                       "default_model": "mock-1", "price_prompt": 1, "price_completion": 10})
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def commands(admin):
    listed = admin.get("/providers", params={"limit": 200}).json()["items"]
    return next(one for one in listed if one["kind"] == "command")


def executor_of(studio, run):
    """The process that works on it."""
    return wait_until(lambda: studio.sql("select pid from runs where id = %s", run)[0][0])


def text_of(frames, run):
    """The text that the deltas of a run make, checking that each begins where the one before it ended."""
    text = ""
    for delta in (frame["delta"] for frame in frames if "delta" in frame):
        if delta["run"] == run:
            assert delta["offset"] == len(text), (delta, text)
            text += delta["text"]
    return text


def test_an_answer_streams_to_everybody_and_is_stored_once(people, provider, model):
    chat = Chat(people, provider, prompt="You are kind.", parameters={"temperature": 0.1})
    bob = people.user("bob")
    people.add(chat.ann, chat.room, bob, "viewer")
    with Listener(chat.ann) as ann_live, Listener(bob) as bob_live:
        run = chat.ask("greet us")
        for live in (ann_live, bob_live):
            result = live.wait(lambda frame: frame.get("kind") == "result" and frame["run"] == run)
            assert result["body"]["text"] == "Grüße an alle! 🙂 How are you today?"
            assert result["body"]["model"] == "mock-1" and result["body"]["stopped"] is False
            assert text_of(live.frames, run) == result["body"]["text"]
            assert sum("delta" in frame for frame in live.frames) >= 3, "it came in pieces"
            live.wait(lambda frame: isinstance(frame.get("run"), dict) and frame["run"]["state"] == "succeeded")
    assert [event["kind"] for event in chat.events()][-3:] == ["message", "run", "result"]
    done = chat.run(run)
    assert done["usage"]["prompt_tokens"] > 0 and done["usage"]["cost"] > 0
    asked = model.asked()[-1]
    assert asked["messages"][0]["content"].startswith("You are kind.")
    assert asked["messages"][-1]["content"].endswith("greet us") and asked["temperature"] == 0.1


def test_a_question_is_answered_within_a_moment(people, commands):
    chat = Chat(people, commands)
    run = chat.wait(chat.ask("/tools"), "succeeded")
    assert run["result"]["text"] == "I have no tools yet."
    started = chat.ann.get(f"/runs/{run['id']}").json()
    assert started["attempt"] == 1 and started["started_at"] >= started["queued_at"]


def test_the_context_carries_what_was_said_before(people, provider, model):
    chat = Chat(people, provider)
    chat.ann.post(f"{chat.path}/messages", {"text": "The colour is green."})
    chat.end(chat.ask("Is it?"))
    chat.end(chat.ask("And now?"))
    messages = model.asked()[-1]["messages"]
    assert [message["role"] for message in messages] == ["system", "user", "assistant", "user"]
    assert "The colour is green." in messages[1]["content"] and messages[2]["content"] == "As you say."


def test_a_thought_is_kept_apart_from_the_answer(people, provider):
    chat = Chat(people, provider, model="deepseek-reasoner")
    result = chat.end(chat.ask("ponder"))
    thought = next(event for event in chat.events() if event["kind"] == "thought")
    assert (thought["body"], thought["run"]) == ({"text": "Let me think."}, result["run"])
    assert thought["seq"] == result["seq"] - 1 and result["body"]["text"] == "Forty-two."


def test_a_full_endpoint_is_asked_again_when_it_says(people, provider):
    chat = Chat(people, provider)
    begun = time.monotonic()
    assert chat.end(chat.ask("limited"))["body"]["text"] == "Now I have time."
    assert time.monotonic() - begun >= 2


def test_a_fault_of_the_endpoint_is_asked_again(people, provider):
    chat = Chat(people, provider)
    assert chat.end(chat.ask("faulty"))["body"]["text"] == "Back again."


def test_an_empty_account_is_told_at_once(people, provider):
    chat = Chat(people, provider)
    event = chat.end(chat.ask("unpaid"))
    assert event["kind"] == "error" and "no quota left" in event["body"]["message"]
    assert event["body"]["retriable"] is False and event["reply_to"] is not None


def test_an_answer_that_breaks_off_keeps_its_text_and_can_be_resumed(people, provider):
    chat = Chat(people, provider)
    event = chat.end(chat.ask("cutoff"))
    assert event["kind"] == "error" and event["body"]["retriable"] is True
    kept = event["body"]["text"]
    assert kept and LONG.startswith(kept)
    answer = chat.ann.post(f"/runs/{event['run']}/retry", {"mode": "resume"})
    assert answer.status_code == 202, answer.text
    assert chat.end(answer.json()["id"])["body"]["text"] == kept + " And so it went on."
    assert chat.ann.post(f"/runs/{answer.json()['id']}/retry").status_code == 409, "what went well is not asked again"


def test_an_unreachable_endpoint_is_told_in_the_room(people, admin):
    nowhere = admin.post("/providers", {"name": f"Nowhere {uuid.uuid4().hex[:8]}", "base_url": "http://127.0.0.1:9/v1",
                                        "default_model": "m"}).json()
    chat = Chat(people, nowhere)
    event = chat.end(chat.ask("hello"))
    assert event["kind"] == "error" and "cannot be reached" in event["body"]["message"]


def test_stop_ends_an_answer_at_once_and_keeps_it(people, provider, studio):
    chat = Chat(people, provider)
    with Listener(chat.ann) as live:
        run = chat.ask("slowly")
        live.wait(lambda frame: "delta" in frame and frame["delta"]["offset"] > 20)
        executor = executor_of(studio, run)
        begun = time.monotonic()
        assert chat.ann.post(f"/runs/{run}/cancel").status_code == 200
        result = live.wait(lambda frame: frame.get("kind") == "result")
        assert time.monotonic() - begun < 4, "long before it would have ended by itself"
    assert result["body"]["stopped"] is True and LONG.startswith(result["body"]["text"]) and len(result["body"]["text"]) > 20
    assert chat.run(run)["state"] == "cancelled"
    wait_until(lambda: not Pool.is_alive(executor), what="the end of the executor")
    assert chat.events()[-1]["kind"] == "result", "nothing comes after it"


def test_the_room_can_be_silenced(people, commands):
    chat = Chat(people, commands)
    first, second = chat.ask("/count 100"), chat.ask("/count 50")
    chat.wait(first, "running")
    assert chat.run(second)["state"] == "queued", "an agent answers one message of a room at a time"
    assert chat.ann.post(f"{chat.path}/stop").status_code == 200
    assert chat.end(first)["body"]["stopped"] is True and chat.end(second)["body"]["stopped"] is True


def test_a_stopped_agent_stops_talking(people, commands):
    chat = Chat(people, commands)
    run = chat.ask("/count 100")
    chat.wait(run, "running")
    assert chat.ann.post(f"/agents/{chat.agent['id']}/stop").status_code == 200
    assert chat.end(run)["body"]["stopped"] is True
    refused = chat.ann.post(f"/runs/{run}/retry")
    assert refused.status_code == 409 and "Start it first" in refused.json()["detail"]


def test_viewers_look_on_and_strangers_see_nothing(people, commands):
    chat = Chat(people, commands)
    viewer, stranger = people.user("vera"), people.user("stan")
    people.add(chat.ann, chat.room, viewer, "viewer")
    run = chat.ask("/count 30")
    assert viewer.get(f"/runs/{run}").status_code == 200
    assert viewer.post(f"/runs/{run}/cancel").status_code == 403
    assert viewer.post(f"/runs/{run}/retry").status_code == 403
    for answer in (stranger.get(f"/runs/{run}"), stranger.post(f"/runs/{run}/cancel"), stranger.post(f"/runs/{run}/retry")):
        assert answer.status_code == 404
    chat.ann.post(f"/runs/{run}/cancel")


def test_a_stopped_answer_can_be_asked_for_again(people, commands):
    chat = Chat(people, commands)
    run = chat.ask("/count 20")
    wait_until(lambda: chat.run(run), good=lambda now: "3" in (now["text"] or ""))
    chat.ann.post(f"/runs/{run}/cancel")
    kept = chat.end(run)["body"]["text"]
    again = chat.ann.post(f"/runs/{run}/retry", {"mode": "resume"}).json()
    assert chat.ann.post(f"/runs/{run}/retry", {"mode": "resume"}).status_code == 409, "it is asked for already"
    whole = chat.end(again["id"])["body"]["text"]
    assert whole.startswith(kept) and whole == " ".join(str(n) for n in range(1, 21))


def test_the_time_limit_ends_an_answer(people, provider):
    chat = Chat(people, provider, run_seconds=5)
    event = chat.end(chat.ask("slowly"))
    assert event["kind"] == "error" and "time limit" in event["body"]["message"] and event["body"]["text"]
    assert chat.run(event["run"])["state"] == "timed_out"


def test_who_joins_in_mid_stream_gets_the_text_so_far(people, provider):
    chat = Chat(people, provider)
    run = chat.ask("slowly")
    live = wait_until(lambda: chat.ann.get(f"{chat.path}/events").json()["live"],
                      good=lambda now: now and now[0]["length"] > 0)
    assert live[0]["run"] == run and LONG.startswith(live[0]["text"]) and live[0]["length"] == len(live[0]["text"])
    chat.ann.post(f"/runs/{run}/cancel")


def test_an_answer_survives_the_death_of_its_executor(people, provider, studio):
    chat = Chat(people, provider)
    run = chat.ask("slowly")
    wait_until(lambda: chat.run(run), good=lambda now: len(now["text"] or "") > 20)
    pid = studio.sql("select pid from runs where id = %s", run)[0][0]
    os.kill(pid, signal.SIGKILL)
    kept = chat.run(run)["text"]
    studio.sql("update runs set lease_until = now() where id = %s", run)  # 20 seconds in life
    event = chat.end(run, timeout=60)
    assert event["kind"] == "result" and event["body"]["text"] == kept + " And so it went on."
    assert chat.run(run)["attempt"] == 2


def test_an_answer_is_given_up_after_three_deaths(people, provider, studio):
    chat = Chat(people, provider)
    run = chat.ask("slowly")
    chat.wait(run, "running")
    executor = executor_of(studio, run)
    studio.sql("update runs set attempt = 3, lease_until = now() where id = %s", run)
    event = chat.end(run)
    assert event["kind"] == "error" and event["body"]["message"] == "The runner crashed while this was in progress."
    wait_until(lambda: not Pool.is_alive(executor), what="the end of the executor")
    assert chat.run(run)["state"] == "lost", "the executor that lost its run changes nothing"
    assert [one["kind"] for one in chat.events()].count("error") == 1


def dispatchers(studio):
    """The coagent-runner processes of this studio that are no executors, the oldest first: it is at work, another waits."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", encoding="utf-8") as settings, open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
                words = stat.read().split()
                if words[1].startswith("(coagent-runner") and str(studio.state) in settings.read():
                    found.append((int(words[21]), int(pid)))
        except OSError:
            continue
    executors = {row[0] for row in studio.sql("select pid from runs where state = 'running' and pid is not null")}
    return [pid for _, pid in sorted(found) if pid not in executors]


def test_answers_go_on_when_the_dispatcher_dies(people, commands, studio):
    chat = Chat(people, commands)
    run = chat.ask("/count 30")
    chat.wait(run, "running")
    os.kill(dispatchers(studio)[0], signal.SIGKILL)
    assert chat.end(run)["body"]["text"].endswith("29 30")
    assert chat.end(chat.ask("/count 2"), timeout=75)["body"]["text"] == "1 2", "the one that waited, or the next minute's"


def test_every_socket_gets_a_pulse_whatever_it_listens_to(studio, people):
    """A client without a room, and one that watches a run, distinguish a quiet connection from a dead one by it."""
    ann = people.user("ann")
    run = finished.run(studio, ann)
    with Listener(ann) as own, Listener(people.api_token(ann, "read")) as of_token, Listener(ann, f"/ws/live?run={run}") as of_run:
        for live in (own, of_token, of_run):
            assert live.wait_pulses(2)[-1] == {"pulse": {"seconds": 10}}
            assert live.frames == []


def test_heartbeats_tell_active_rooms_their_newest_number(people, commands):
    chat = Chat(people, commands)
    newest = chat.ann.post(f"{chat.path}/messages", {"text": "anybody?"}).json()["seq"]
    with Listener(chat.ann) as live:
        live.wait(lambda frame: frame == {"room": chat.room["id"], "seq": newest}, timeout=70)
