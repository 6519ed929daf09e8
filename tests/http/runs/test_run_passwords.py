"""Parameters of the format "password" are nowhere in the database as they are, from the request to the last copy."""

import hashlib
import json
import uuid

import pytest

from harness import chores, executions as scripts
from harness.finished import run as finished_run

TAKES = {"type": "object", "properties": {"who": {"type": "string"}, "size": {"type": "number"},
                                          "word": {"type": "string", "format": "password"}}}
CODE = ('printf %s "$PARAM_WORD" | sha256sum\n'
        'python3 -c "import hashlib, json, sys; i = json.load(open(\'/coagent/input.json\'));'
        ' print(hashlib.sha256(i[\'word\'].encode()).hexdigest(), i.get(\'who\'), i.get(\'size\'))"\n')


@pytest.fixture(scope="module")
def ann(people):
    return people.user("ann")


@pytest.fixture(scope="module")
def script(ann):
    return scripts.script(ann, CODE, parameters=TAKES)


def places(studio, text):
    """The tables that have a row with this text in it; the whole database is read."""
    found = []
    for table, in studio.sql("select oid::regclass::text from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"):
        raw = "position(convert_to(%s, 'UTF8') in bytes) > 0" if table in ("run_output", "file_chunks") else "%s is null"
        if studio.sql(f"select 1 from {table} where strpos({table}::text, %s) > 0 or {raw} limit 1", text, text):
            found.append(table)
    return found


def says_the_word(client, run, word):
    """A run of the script got the word, by its variable and by its file."""
    ended = scripts.wait(client, run)
    assert ended["state"] == "succeeded", ended["reason"]
    return scripts.read(client, run).count(hashlib.sha256(word.encode()).hexdigest()) == 2


def test_a_password_is_nowhere_in_the_database_and_a_run_again_has_it(ann, script, studio):
    word = f"Pass {uuid.uuid4().hex} wörd"
    answer = ann.post(f"/scripts/{script['id']}/run", {"parameters": {"who": "x", "word": word}}, headers={"Idempotency-Key": uuid.uuid4().hex})
    assert answer.status_code == 202 and answer.json()["parameters"] == {"who": "x", "word": "••••"}
    run = answer.json()["id"]
    assert says_the_word(ann, run, word)
    again = ann.post(f"/runs/{run}/retry", {})
    assert again.status_code == 202 and again.json()["parameters"] == {"who": "x", "word": "••••"}
    assert says_the_word(ann, again.json()["id"], word)
    sealed = studio.sql("select inputs, inputs_sealed, inputs_plain from runs where id in (%s, %s)", run, again.json()["id"])
    assert [(inputs, plain) for inputs, _, plain in sealed] == [({"who": "x", "word": None}, False)] * 2
    assert sealed[0][1].startswith("s1.")
    assert sealed[0][1] not in ann.get(f"/runs/{run}").text
    assert places(studio, word) == places(studio, json.dumps(word)[1:-1]) == []
    assert places(studio, sealed[0][1]) == ["runs"], "the check finds what is there"


def test_a_run_without_a_password_has_nothing_sealed(ann, script, studio):
    run = scripts.start(ann, script, parameters={"who": "x"})
    assert studio.sql("select inputs, inputs_sealed, inputs_plain from runs where id = %s", run) == [({"who": "x"}, None, False)]


def test_a_refused_run_leaves_no_password_behind(ann, script, studio, people):
    word = f"pass-{uuid.uuid4().hex}"
    assert ann.post(f"/scripts/{script['id']}/run", {"parameters": {"size": "x", "word": word}}).status_code == 422
    room = people.room(ann)
    said = ann.post(f"/rooms/{room['id']}/messages", {"text": f"/run \"{script['name']}\" word={word}"})
    assert said.status_code == 422 and word not in said.text
    assert places(studio, word) == []


def test_what_is_sealed_comes_from_the_program_alone(ann, script, studio):
    answer = ann.post(f"/scripts/{script['id']}/run", {"parameters": {"who": "x"}, "sealed": "s1.AAAA", "inputs_sealed": "s1.AAAA"})
    assert answer.status_code in (202, 422)
    assert places(studio, "s1.AAAA") == []


def test_passwords_of_an_older_version_are_sealed_by_the_runner(ann, script, studio):
    word = f"old-{uuid.uuid4().hex}"
    old = finished_run(studio, ann, of=script, inputs={"who": "x", "size": 10 ** 25, "word": word})
    plain = finished_run(studio, ann, of=scripts.script(ann, "true"), inputs={"word": "no password"})
    assert "runs" in places(studio, word)
    early = ann.post(f"/runs/{old}/retry", {}).json()["id"]
    assert says_the_word(ann, early, word), "before that, too"
    chores.do_now(studio, "seal_inputs")
    assert places(studio, word) == []
    assert studio.sql("select inputs::text, inputs_plain from runs where id = %s", old) == [
        ('{"who": "x", "size": 10000000000000000000000000, "word": null}', False)]
    assert studio.sql("select inputs, inputs_sealed, inputs_plain from runs where id = %s", plain) == [({"word": "no password"}, None, False)]
    assert ann.get(f"/runs/{old}").json()["parameters"]["word"] == "••••"
    again = ann.post(f"/runs/{old}/retry", {}).json()["id"]
    assert says_the_word(ann, again, word)
    assert "x 10000000000000000000000000" in scripts.read(ann, again)


def test_a_password_that_no_key_opens_ends_the_run_with_a_sentence(ann, script, studio):
    run = scripts.start_nowhere(ann, studio, script, parameters={"word": "never read"})
    studio.sql("update runs set inputs_sealed = 's1.AAAA' where id = %s", run)
    scripts.release(studio, run)
    ended = scripts.wait(ann, run)
    studio.sql("update scripts set label = null where id = %s", script["id"])
    assert (ended["state"], ended["ended_by"]) == ("failed", "start")
    assert ended["reason"].startswith("The passwords of this run cannot be read")
