"""/run in a room: a message that runs a script, for everybody to see; its end comes as an event with the end of its output."""

import uuid

import pytest

from harness import finished
from harness.listener import Listener

TAKES = {"type": "object", "order": ["who", "times", "loud", "tags"], "required": ["who"],
         "properties": {"who": {"type": "string", "maxLength": 20}, "times": {"type": "integer", "default": 1, "maximum": 9},
                        "loud": {"type": "boolean"}, "tags": {"type": "array"}, "word": {"type": "string", "format": "password"}}}


def say(client, room, text):
    return client.post(f"/rooms/{room['id']}/messages", {"text": text})


def events(client, room):
    return client.get(f"/rooms/{room['id']}/events").json()["items"]


def last_run(client, room):
    return client.get("/runs", params={"room": room["id"]}).json()["items"][0]


def test_a_command_is_a_message_a_run_and_a_result(ann, bob, room):
    script = finished.script(ann, code='echo "hello $PARAM_WHO"\nseq 1 30\n', parameters=TAKES)
    with Listener(bob) as live:
        answer = say(bob, room, f'/run {script["name"]} "the world"')
        assert answer.status_code == 201, answer.text
        said = answer.json()["seq"]
        told = live.wait(lambda frame: frame.get("kind") == "run" and frame["room"] == room["id"])
        ended = live.wait(lambda frame: frame.get("kind") == "result" and frame["room"] == room["id"], timeout=30)
    assert told["body"] == {"state": "queued", "script": {"id": script["id"], "name": script["name"], "version": 1}}
    assert (told["seq"], told["reply_to"], told["author"]["id"]) == (said + 1, said, bob.id)
    assert (ended["author"]["id"], ended["reply_to"], ended["run"]) == (bob.id, said, told["run"])
    body = ended["body"]
    assert (body["state"], body["ended_by"], body["exit_code"], body["files"]) == ("succeeded", "exit", 0, 0)
    assert body["text"] == "\n".join(str(n) for n in range(11, 31))
    run = ann.get(f"/runs/{told['run']}").json()
    assert (run["via"], run["room"], run["trigger_seq"], run["role"]) == ("room", room["id"], said, "owner")
    assert run["parameters"] == {"who": "the world", "times": 1}
    assert bob.get(f"/runs/{told['run']}").json()["asked_by"]["id"] == bob.id


def test_a_failure_tells_how_it_ended(ann, room):
    script = finished.script(ann, code="printf 'a\\xff\\0\\033[31mred\\033[0m\\n'\nexit 3\n")
    with Listener(ann) as live:
        assert say(ann, room, f"/run {script['name']}").status_code == 201
        body = live.wait(lambda frame: frame.get("kind") == "error" and frame["room"] == room["id"], timeout=30)["body"]
    assert (body["state"], body["ended_by"], body["exit_code"], body["retriable"]) == ("failed", "exit", 3, True)
    assert body["text"] == "a\ufffd\u2400red"
    assert body["message"]


@pytest.mark.parametrize("words, given", [
    ("ann", {"who": "ann", "times": 1}),
    ("ann 3 yes a,b", {"who": "ann", "times": 3, "loud": True, "tags": ["a", "b"]}),
    ("times=2 ann", {"who": "ann", "times": 2}),
    ('who="a b" loud=false', {"who": "a b", "times": 1, "loud": False}),
    ('"times=2"', {"who": "times=2", "times": 1}),
    (r'"say \"x\" \\"', {"who": 'say "x" \\', "times": 1}),
    ("“a b”", {"who": "a b", "times": 1}),
    ('""x', {"who": "x", "times": 1}),
    ("'a \\ \"b\"' 2", {"who": 'a \\ "b"', "times": 2}),
    ("it\\'s", {"who": "it's", "times": 1}),
    ("--who='a b' --loud --times=2", {"who": "a b", "times": 2, "loud": True}),
    ("ann tags='[\"a,b\"]'", {"who": "ann", "times": 1, "tags": ["a,b"]}),
    ("-- --who=x", {"who": "--who=x", "times": 1}),
    ("who==", {"who": "=", "times": 1}),
    ("'; drop table runs", None),
    ("$(reboot)", {"who": "$(reboot)", "times": 1}),
    ("a\nb", None),
    ('"a\nb"', {"who": "a\nb", "times": 1}),
])
def test_words_are_parameters(ann, room, words, given):
    script = finished.script(ann, parameters=TAKES)
    answer = say(ann, room, f"/run {script['name']} {words}")
    if given is None:
        assert answer.status_code == 422
    else:
        assert answer.status_code == 201, answer.text
        assert ann.get(f"/runs/{last_run(ann, room)['id']}").json()["parameters"] == given


@pytest.mark.parametrize("words, sentence", [
    ("", "who: Is required."),
    ("ann twelve", "times: Must be a whole number."),
    ("ann 12", "times: Must be at most 9."),
    ("ann nothing=1", 'There is no parameter "nothing".'),
    ("--target=prod", 'There is no parameter "target".'),
    ("ann --times", "times needs a value"),
    ("it's", "A quotation mark is not closed."),
    ("ann who=bob", "who must not be given twice."),
    ("ann 1 no a b c", "word is a password"),
    ("ann word=x", "word is a password"),
    ('ann "x', "A quotation mark is not closed."),
])
def test_what_cannot_run_is_not_posted(ann, room, words, sentence):
    script = finished.script(ann, parameters=TAKES)
    before = len(events(ann, room))
    answer = say(ann, room, f"/run {script['name']} {words}")
    assert answer.status_code == 422
    errors = answer.json()["errors"]
    assert [error["field"] for error in errors] == ["text"] and sentence in errors[0]["message"], errors
    assert len(events(ann, room)) == before


def test_unknown_private_and_deleted_scripts_look_alike(ann, bob, room):
    private = finished.script(ann, visibility="private")
    deleted = finished.script(ann)
    assert ann.delete(f"/scripts/{deleted['id']}").status_code == 204
    for name in (private["name"], deleted["name"], uuid.uuid4().hex):
        errors = say(bob, room, f"/run {name}").json()["errors"]
        assert errors == [{"field": "text", "message": f'There is no script "{name}".'}]
    assert say(ann, room, f"/run {private['name']}").status_code == 201
    assert "in quotation marks" in say(bob, room, "/run of several words").json()["errors"][0]["message"]
    assert say(ann, room, "/run").json()["errors"][0]["message"].startswith("Specify a script")


def test_a_name_means_ones_own_script_then_the_shared_one(people, ann, bob, room, admin):
    people.add(ann, room, admin, "member")
    shared = finished.script(ann)
    own = finished.script(bob, name=shared["name"], visibility="private")
    handle = {client.id: client.get("/profile").json()["handle"] for client in (ann, bob)}
    for client, text, script in ((bob, "{}", own), (ann, "{}", shared), (admin, "{}", shared), (bob, handle[ann.id] + "/{}", shared),
                                 (bob, handle[bob.id].upper() + "/{}", own), (admin, handle[bob.id] + "/{}", own)):
        assert say(client, room, "/run " + text.format(shared["name"])).status_code == 201
        assert last_run(ann, room)["script"]["id"] == script["id"], text
    full_name = f"{handle[bob.id]}/{own['name']}"
    errors = say(ann, room, f"/run {full_name}").json()["errors"]
    assert errors == [{"field": "text", "message": f'There is no script "{full_name}".'}]
    # Managers see the private scripts of others, but run none that they took for another.
    private = finished.script(bob, visibility="private")
    errors = say(admin, room, f"/run {private['name']}").json()["errors"]
    assert errors == [{"field": "text", "message": f"Specify whose script you mean: {handle[bob.id]}/{private['name']}."}]


def test_only_commands_run(ann, room):
    script = finished.script(ann)
    for text in (f"/runner {script['name']}", f" /run {script['name']}", f"say /run {script['name']}", f"`/run {script['name']}`"):
        assert say(ann, room, text).status_code == 201
    assert ann.get("/runs", params={"room": room["id"]}).json()["items"] == []


def test_a_name_with_spaces_stands_in_quotation_marks(ann, room):
    script = finished.script(ann, name=f"Tidy up {uuid.uuid4().hex[:6]}")
    assert say(ann, room, f'/run "{script["name"].upper()}"').status_code == 201
    assert last_run(ann, room)["script"]["id"] == script["id"]


def test_members_stop_what_runs_and_run_it_again(people, ann, bob, room):
    viewer = people.user("vic")
    people.add(ann, room, viewer, "viewer")
    script = finished.script(ann, code="echo begun\nsleep 600\n")
    with Listener(ann) as live:
        assert say(bob, room, f"/run {script['name']}").status_code == 201
        run = last_run(ann, room)["id"]
        live.wait(lambda frame: isinstance(frame.get("run"), dict) and frame["run"]["id"] == run
                  and frame["run"]["state"] == "running", timeout=30)
        assert viewer.post(f"/runs/{run}/cancel").status_code == 403
        assert say(viewer, room, f"/run {script['name']}").status_code == 403
        stopped = ann.post(f"/rooms/{room['id']}/stop").json()
        assert stopped == {"stopped": 1}
        ended = live.wait(lambda frame: frame.get("kind") == "error" and frame["run"] == run, timeout=30)
    assert (ended["body"]["state"], ended["body"]["ended_by"]) == ("cancelled", "cancelled")
    assert viewer.get(f"/runs/{run}").json()["role"] == "viewer"
    assert viewer.post(f"/runs/{run}/retry", {}).status_code == 403
    again = ann.post(f"/runs/{run}/retry", {})
    assert again.status_code == 202, again.text
    again = again.json()
    assert (again["retry_of"], again["room"], again["asked_by"]["id"], again["state"]) == (run, room["id"], ann.id, "queued")
    assert bob.post(f"/runs/{again['id']}/cancel").status_code == 200
