"""Replies of model endpoints that are not as they should be, and what the room then shows."""

import uuid

import pytest

from harness.chat import Chat
from harness.endpoint import COMMENTS, DONE, HOLD, RESET, Endpoint, chunk, event, said
from harness.waiting import wait_until

HALF = said("half")


@pytest.fixture(scope="module")
def endpoint():
    with Endpoint() as running:
        yield running


@pytest.fixture(scope="module")
def provider(admin, endpoint):
    answer = admin.post("/providers", {"name": f"Raw {uuid.uuid4().hex[:8]}", "base_url": endpoint.url, "default_model": "m"})
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def ask(people, provider, endpoint):
    """ask(reply, …): the event that ends the answer, with what the test needs to go on."""
    chat = Chat(people, provider)

    def asked(*replies):
        word = f"w{uuid.uuid4().hex}"
        endpoint.replies[word] = list(replies)
        found = chat.end(chat.ask(word), timeout=120)
        return found | {"word": word, "asked": len(endpoint.asked[word]), "chat": chat}
    return asked


@pytest.fixture(scope="module", autouse=True)
def silent(people, provider, endpoint):
    """An answer that never comes, which the tests need not wait for."""
    endpoint.replies["silence"] = [[COMMENTS]]
    chat = Chat(people, provider, run_seconds=600)
    return chat, chat.ask("silence")


# an answer that is whole

@pytest.mark.parametrize("stream", [
    [HALF, DONE, HOLD], [HALF, DONE, RESET], [HALF, b"data: [DONE] \n\n", HOLD], [HALF, b"data:[DONE]\r\n\r\n", HOLD],
    [HALF, said("", "stop"), HOLD], [HALF, said("", "stop"), RESET], [HALF, said("", "stop")],
], ids=["open", "reset", "blank", "crlf", "end, open", "end, reset", "end, closed"])
def test_an_answer_that_said_it_is_finished_is_whole(ask, stream):
    end = ask(stream)
    assert (end["kind"], end["body"]["text"], end["asked"]) == ("result", "half", 1)
    assert "cut_off" not in end["body"]


@pytest.mark.parametrize("stream,text,thought", [
    ([b'data: {"choices":[{"delta":{"content":"a \\ud83d"}}]}\n\n', b'data: {"choices":[{"delta":{"content":"\\ude42 b"}}]}\n\n'],
     "a 🙂 b", None),
    ([b'data: {"choices":[{"delta":{"content":"a \xf0\x9f"}}]}\n\n', b'data: {"choices":[{"delta":{"content":"\x99\x82 b"}}]}\n\n'],
     "a 🙂 b", None),
    ([said("<thi"), said("nk>Let me see.</think>\n\n"), said("Yes.")], "Yes.", "Let me see."),
    ([chunk({"content": [{"type": "text", "text": "in "}, {"type": "text", "text": "parts"}]})], "in parts", None),
    ([chunk({"refusal": "I cannot "}), chunk({"refusal": "do that."})], "I cannot do that.", None),
    ([said("x" * 100_000), said("y" * 100_000)], "x" * 100_000 + "y" * 100_000, None),
], ids=["halves", "bytes", "tags", "parts", "refusal", "large"])
def test_text_arrives_as_it_was_meant(ask, stream, text, thought):
    end = ask([*stream, said("", "stop"), DONE])
    assert end["kind"] == "result" and end["body"]["text"] == text
    thoughts = [one["body"]["text"] for one in end["chat"].events() if one["kind"] == "thought" and one["run"] == end["run"]]
    assert thoughts == ([thought] if thought else [])


def test_a_piece_that_is_too_large_is_kept_as_far_as_it_fits(ask):
    end = ask([said("z" * 300_000), said("", "stop"), DONE])
    assert end["kind"] == "error" and "too long" in end["body"]["message"]
    assert end["body"]["text"] == "z" * 256 * 1024


# an answer that is not

@pytest.mark.parametrize("last,words", [
    (said("", "error"), "ended the answer with an error"),
    (chunk({}, "error", error={"message": "upstream is gone", "code": 502}), "upstream is gone"),
    (b'event: error\ndata: {"message":"worker died"}\n\n', "worker died"),
    (event({"object": "error", "message": "engine is dead", "code": 500}), "engine is dead"),
    (event({"error": {"message": "out of memory"}, "choices": []}), "out of memory"),
], ids=["finish_reason", "choice", "event", "object", "error"])
def test_an_error_after_some_text_is_told_and_the_text_is_kept(ask, last, words):
    end = ask([HALF, last, DONE])
    assert (end["kind"], end["body"]["text"], end["body"]["retriable"]) == ("error", "half", True)
    assert words in end["body"]["message"]


@pytest.mark.parametrize("reply,words", [
    ([event({"error": {"type": "invalid_request_error", "message": "no such parameter"}}), DONE], "no such parameter"),
    ([b'{"error":{"code":400,"message":"bad body"}}'], "bad body"),
    ((400, {}, b'[{"error":{"code":400,"message":"in a list"}}]'), "in a list"),
    ((422, {}, b'{"detail":[{"loc":["body"],"msg":"field required"}]}'), "field required"),
    ((404, {}, b'{"detail":"Not Found"}'), "Not Found"),
    ((400, {}, b"plain words"), "plain words"),
    ((403, {}, b"<html><head><title>Blocked by the firewall</title></head></html>"), "Blocked by the firewall"),
    ([b"<!doctype html><title>Sign in</title>"], "Sign in"),
], ids=["first event", "plain", "list", "details", "detail", "text", "html", "page"])
def test_a_refusal_is_told_in_its_own_words_and_not_asked_again(ask, reply, words):
    end = ask(reply)
    assert (end["kind"], end["asked"], end["body"]["retriable"]) == ("error", 1, False)
    assert words in end["body"]["message"]


def test_a_fraction_of_retry_after_is_waited_for(ask, endpoint):
    end = ask((429, {"Retry-After": "1.5"}, b"{}"), [said("now", "stop"), DONE])
    assert end["body"]["text"] == "now"
    first, second = endpoint.asked[end["word"]]
    assert second - first >= 1.5


def test_a_long_wait_is_told_in_the_room(ask):
    end = ask((429, {"Retry-After": "7200"}, b'{"error":{"message":"Slow down"}}'))
    assert (end["kind"], end["asked"], end["body"]["retriable"]) == ("error", 1, True)
    assert end["body"]["message"] == ("The model endpoint received too many requests (status 429). Its message: Slow down "
                                      "It asks to wait 2 hours before the next try.")


def test_a_limit_with_a_newer_name_is_renamed_also_when_the_stream_tells_it(people, provider, endpoint):
    endpoint.replies["newer name"] = [
        [event({"error": {"type": "invalid_request_error", "message": "Use 'max_completion_tokens' instead."}})],
        [said("yes", "stop"), DONE]]
    chat = Chat(people, provider, parameters={"max_tokens": 7})
    assert chat.end(chat.ask("newer name"))["body"]["text"] == "yes"
    assert [("max_tokens" in body, body.get("max_completion_tokens")) for body in endpoint.bodies["newer name"]] == [(True, None), (False, 7)]


# an answer that was cut off

@pytest.mark.parametrize("reason", ["length", "content_filter"])
def test_an_answer_that_was_cut_off_says_so_and_can_be_continued_once(ask, reason):
    end = ask([HALF, said("", reason), DONE])
    chat = end["chat"]
    assert (end["kind"], end["body"]["text"], end["body"]["cut_off"]) == ("result", "half", reason)
    assert chat.ann.post(f"/runs/{end['run']}/retry", {"mode": "again"}).status_code == 409
    again = chat.ann.post(f"/runs/{end['run']}/retry", {"mode": "resume"})
    assert again.status_code == 202, again.text
    whole = chat.end(again.json()["id"])
    assert whole["body"]["text"].startswith("half") and whole["body"]["cut_off"] == reason
    refused = chat.ann.post(f"/runs/{end['run']}/retry", {"mode": "resume"})
    assert refused.status_code == 409 and "already continued" in refused.json()["detail"]


def test_an_answer_that_was_withheld_says_so(ask):
    end = ask([said("", "content_filter"), DONE])
    assert end["kind"] == "error" and "content filter" in end["body"]["message"]


@pytest.mark.parametrize("tail", ["/chat/completions", "/chat/completions/", "/completions", "/models", "/"])
def test_the_address_of_a_request_is_taken_as_its_base(admin, endpoint, tail):
    made = admin.post("/providers", {"name": f"Raw {uuid.uuid4().hex}", "base_url": endpoint.url + tail})
    assert made.status_code == 201 and made.json()["base_url"] == endpoint.url
    edited = admin.patch(f"/providers/{made.json()['id']}", {"version": 1, "base_url": endpoint.url + "/v2" + tail})
    assert edited.json()["base_url"] == endpoint.url + "/v2"


def test_comments_are_no_sign_of_life(silent, endpoint):
    chat, run = silent
    end = wait_until(lambda: [one for one in chat.events() if one["run"] == run and one["kind"] == "error"], 120)[0]
    assert end["body"]["message"] == "The model endpoint produced nothing for 20 seconds." and end["body"]["retriable"] is True
    assert len(endpoint.asked["silence"]) == 1
