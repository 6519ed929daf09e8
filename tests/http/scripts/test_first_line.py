"""The interpreter that the first line of a script names."""

import uuid

import pytest

from harness import finished
from harness.scripts import upload


def name():
    return f"script {uuid.uuid4().hex[:10]}"


def told(answer):
    assert answer.status_code == 422, answer.text
    return [(error["field"], error["message"]) for error in answer.json()["errors"]]


@pytest.mark.parametrize("code, kind", [
    ("#!/usr/bin/env python3\npass", "python"), ("#!/bin/bash -eu\ntrue", "sh"), ("#!/usr/bin/node\n1", "node"),
    ("#!/usr/bin/env -S ansible-playbook -v\n[]", "playbook"),
])
def test_the_first_line_chooses_the_kind(ann, runners, code, kind):
    runners({kind: {}})
    answer = ann.post("/scripts", {"name": name(), "code": code})
    assert answer.status_code == 201 and answer.json()["kind"] == kind, answer.text


def test_a_first_line_that_contradicts_the_kind_is_told(ann, runners):
    sentence = ("The first line names python3, but this is a script of the kind Shell. Change the line, or create a script of the "
                "kind Python.")
    code = "#!/usr/bin/env python3\nprint(1)\n"
    assert told(ann.post("/scripts", {"name": name(), "kind": "sh", "code": code})) == [("code", sentence)]
    assert told(upload(ann, name() + ".sh", code.encode())) == [("code", sentence)]
    script = finished.script(ann)
    path = f"/scripts/{script['id']}"
    assert told(ann.patch(path, {"version": 1, "code": code})) == [("code", sentence)]
    assert told(upload(ann, "job", code.encode(), script=script["id"])) == [("code", sentence)]
    assert ann.get(path).json()["version"] == script["version"]
    runners({"aws": {}})
    assert finished.script(ann, kind="aws", code="#!/bin/bash\naws s3 ls")["kind"] == "aws"


@pytest.mark.parametrize("ask_with", [{"kind": "sh"}, {}])
def test_an_unknown_interpreter_is_told_with_those_that_are_known(ann, ask_with):
    told_sentence = ('The first line names "perl", which is not available. Use one of ansible-playbook, ash, bash, dash, node, nodejs, '
                     "python, python3, sh, terraform, tofu, or remove the line.")
    code = "#!/usr/bin/perl -w\nprint 1;\n"
    assert told(ann.post("/scripts", {"name": name(), "code": code, **ask_with})) == [("code", told_sentence)]
    assert told(upload(ann, name(), code.encode())) == [("code", told_sentence)]


def test_a_script_without_kind_and_first_line_is_told(ann):
    sentence = "Choose a kind, or name the interpreter in the first line of the code, such as #!/bin/bash."
    for code in ("echo 1", "#!\necho 1", ""):
        answer = ann.post("/scripts", {"name": name(), "code": code})
        assert told(answer) == [("kind", sentence)] if code else "code" in dict(told(answer))


def test_a_script_that_had_another_first_line_stays_editable(ann, studio):
    script = finished.script(ann)
    studio.sql("update script_versions set code = %s where script_id = %s", "#!/usr/bin/perl\n", script["id"])
    saved = ann.patch(f"/scripts/{script['id']}", {"version": 1, "code": "#!/usr/bin/perl\n", "parameters": {"properties": {"n": {"type": "integer"}}}})
    assert (saved.status_code, saved.json()["latest"]) == (200, 2), saved.text
