"""Scripts that behave badly, and bad orders for good ones: what is kept is true, and nothing of it harms anybody else."""

import concurrent.futures
import hashlib
import json
import pathlib
import time
import uuid

import pytest

from harness import executions as scripts
from harness.words import ENDED

REPLACED = "\N{REPLACEMENT CHARACTER}"


@pytest.fixture(scope="module")
def ann(people):
    return people.user("ann")


@pytest.fixture(scope="module")
def counter(ann):
    """Takes one parameter of each type."""
    return scripts.script(ann, "echo fine", parameters={"type": "object", "required": ["text"], "properties": {
        "text": {"type": "string", "maxLength": 5, "pattern": "^[a-z]*$"}, "whole": {"type": "integer", "minimum": 1, "maximum": 9},
        "number": {"type": "number"}, "flag": {"type": "boolean"}, "list": {"type": "array"},
        "choice": {"type": "string", "enum": ["red", "green"]}}})


def raw(client, run):
    answer = client.get(f"/runs/{run}/output", params={"format": "text"})
    assert answer.status_code == 200, answer.text[:300]
    return answer.content


def is_prompt(client):
    began = time.monotonic()
    return client.get("/status").status_code == 200 and time.monotonic() - began < 8


# what it writes

def test_every_byte_that_is_written_is_kept_and_shown_as_text(ann):
    run = scripts.execute(ann, "import sys\nfor turn in range(40):\n    sys.stdout.buffer.write(bytes(range(256)))\n", "python")
    written = bytes(range(256)) * 40
    assert run["state"] == "succeeded" and run["output"]["bytes"] == len(written)
    assert raw(ann, run["id"]) == written
    shown = run["text"]
    assert "\0" not in shown and shown.count(REPLACED) == 40 * 128 and shown.count("A") == 40
    json.dumps(shown).encode()


def test_a_character_that_comes_in_pieces_stays_one(ann):
    run = scripts.execute(ann, "for part in '\\342' '\\202' '\\254' '\\360\\237' '\\231\\202'; do printf \"$part\"; sleep 0.4; done")
    assert run["text"] == "€🙂"
    assert raw(ann, run["id"]) == "€🙂".encode()


def test_a_character_that_never_ends_is_kept_as_it_is(ann):
    run = scripts.execute(ann, "printf 'end \\342\\202'")
    assert raw(ann, run["id"]) == b"end \xe2\x82"
    assert run["text"].startswith("end " + REPLACED)


def executor_peak(studio, run):
    """Bytes that the executor of a run has held at most, or 0 when it is gone."""
    for pid, in studio.sql("select pid from runs where id = %s and pid is not null", run):
        try:
            lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
        except OSError:
            continue
        return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)
    return 0


def test_a_line_of_100_mb_is_kept_as_far_as_output_is_kept_in_little_memory(ann, studio):
    run = scripts.start(ann, scripts.script(ann, "head -c 100000000 /dev/zero | tr '\\0' x; sleep 0.5"))
    peak = 0

    def is_over(shown):
        nonlocal peak
        peak = max(peak, executor_peak(studio, run))
        return shown["state"] in ENDED

    ended = scripts.wait(ann, run, is_over, timeout=180)
    kept = int(studio.settings().get("RUN_OUTPUT_MB", 64)) << 20
    assert ended["state"] == "succeeded", ended
    assert ended["output"]["truncated"] is (100000000 > kept)
    assert min(kept, 100000000) <= ended["output"]["bytes"] <= min(kept, 100000000) + 200
    assert 0 < peak < 120 << 20
    digest, length = hashlib.sha256(), 0
    with ann.http.get(f"{ann.url}/api/runs/{run}/output", params={"format": "text"}, stream=True, timeout=120) as answer:
        for piece in answer.iter_content(1 << 20):
            digest.update(piece)
            length += len(piece)
    assert length == ended["output"]["bytes"]
    page = ann.get(f"/runs/{run}/output", params={"tail": 200}).json()
    assert page["next"] == length and not page["more"]
    assert is_prompt(ann)


def test_silence_is_no_death(ann, studio):
    """Longer than a lease: it is renewed though nothing is written."""
    run = scripts.execute(ann, "sleep 24; echo still here", timeout=120)
    assert (run["state"], run["text"], run["attempt"]) == ("succeeded", "still here\n", 1)


def test_streams_that_are_closed_and_a_child_that_holds_them_end_nothing_too_early_or_late(ann):
    run = scripts.execute(ann, "(sleep 300; echo never) & disown; echo parent; exec >&-; sleep 0.3; echo gone >&2; exit 5")
    assert (run["exit_code"], run["ended_by"]) == (5, "exit")
    assert "parent\n" in run["text"] and "never" not in run["text"]
    assert run["usage"]["wall_ms"] < 60000


def test_a_command_that_stops_itself_goes_on_to_its_limit(ann):
    run = scripts.execute(ann, "echo before; kill -STOP $$; echo after", limits={"wall_seconds": 2})
    assert (run["state"], run["ended_by"], run["text"]) == ("timed_out", "wall_time", "before\n")


def test_two_streams_at_once_lose_nothing(ann):
    run = scripts.execute(ann, "(for i in $(seq 3000); do echo o $i; done) & (for i in $(seq 3000); do echo e $i >&2; done); wait")
    for stream, letter in (("stdout", "o"), ("stderr", "e")):
        text = scripts.read(ann, run["id"], stream)
        assert [line for line in text.splitlines() if line] == [f"{letter} {n}" for n in range(1, 3001)], stream


# what it leaves

def test_of_10000_files_some_are_kept_and_the_others_counted(ann):
    run = scripts.execute(ann, "import os\nfor n in range(10000):\n    open(f'out/{n}', 'w').close()\n", "python", timeout=180)
    assert run["state"] == "succeeded"
    assert len(run["files"]) == 100 and "9900 files of out/ were not kept" in run["text"]


def test_only_plain_files_of_its_own_are_kept(ann):
    run = scripts.execute(ann, """
import os, socket
os.symlink("/etc/passwd", "out/link")
os.symlink("../../coagent", "out/folder")
os.symlink(".", "out/circle")
os.mkfifo("out/fifo")
socket.socket(socket.AF_UNIX).bind("out/socket")
try:
    os.mknod("out/device", 0o20600, os.makedev(1, 5))
except OSError as refused:
    print("no device:", refused.errno)
os.makedirs("out/" + "/".join(["deep"] * 60))
open("out/good", "w").write("good")
open(b"out/\\xff\\xfe", "w").write("no text")
open("out/new\\nline", "w").write("odd name")
os.link("out/good", "out/same")
open("out/closed", "w").write("closed")
os.chmod("out/closed", 0)
""", "python")
    assert run["state"] == "succeeded", run
    assert "no device: 1" in run["text"]
    kept = {file["path"]: ann.get(f"/files/{file['id']}") for file in run["files"]}
    assert {path: answer.content for path, answer in kept.items()} == {
        "good": b"good", "same": b"good", "closed": b"closed"}
    assert "entries of out/ were not kept" in run["text"]


def test_out_itself_may_be_gone_or_something_else(ann):
    for code in ("rmdir out", "rmdir out; ln -s / out", "rmdir out; echo x > out", "rmdir out; mkfifo out", "chmod 0 out"):
        run = scripts.execute(ann, code)
        assert (run["state"], run["files"]) == ("succeeded", []), code


def test_files_that_grow_without_end_stay_within_the_disk(ann):
    run = scripts.execute(ann, "head -c 200M /dev/zero > out/huge; echo $?; while :; do head -c 10M /dev/zero >> /tmp/more; done 2>&-",
                          limits={"disk_mb": 64, "wall_seconds": 3}, timeout=120)
    assert (run["state"], run["ended_by"]) == ("timed_out", "wall_time") and "1\n" in run["text"], run
    assert sum(file["size"] for file in run["files"]) <= 64 << 20, run


def test_a_run_that_fails_on_a_full_disk_says_so(ann):
    run = scripts.execute(ann, "head -c 200M /dev/zero > out/huge; exit $?", limits={"disk_mb": 64}, timeout=120)
    assert (run["state"], run["ended_by"]) == ("failed", "disk") and "64 MB" in run["reason"], run


@pytest.mark.parametrize("code", [
    "mkdir $COAGENT_OUTPUT", "ln -s /dev/zero $COAGENT_OUTPUT", "ln -s $COAGENT_OUTPUT $COAGENT_OUTPUT", "printf '\\377' > $COAGENT_OUTPUT",
    "printf '{\"a\":\"\\\\u0000\"}' > $COAGENT_OUTPUT", "head -c 3000 /dev/zero | tr '\\0' '[' > $COAGENT_OUTPUT",
    "echo '{\"a\":1,\"a\":2}' > $COAGENT_OUTPUT", "echo NaN > $COAGENT_OUTPUT", "chmod 0 . ; echo 5 > $COAGENT_OUTPUT",
    "head -c 200M /dev/zero > $COAGENT_OUTPUT"])
def test_a_result_that_is_none_harms_nothing(ann, code):
    run = scripts.execute(ann, code)
    assert run["ended_by"] == "exit" and run["result"] is None, run


def test_a_deep_or_odd_result_comes_as_it_is(ann):
    for written in ('"text"', "5", "null", "[]", '{"": {"ü": [1e15, -0.5, true]}}'):
        run = scripts.execute(ann, f"echo '{written}' > $COAGENT_OUTPUT")
        assert run["state"] == "succeeded" and run["result"] == json.loads(written), written


# what is asked for

@pytest.mark.parametrize("name, value", [
    ("text", 5), ("text", None), ("text", True), ("text", ["a"]), ("text", {}), ("text", "abcdef"), ("text", "A"),
    ("whole", "5"), ("whole", 1.5), ("whole", 0), ("whole", 10), ("whole", True), ("whole", []),
    ("number", "1"), ("number", False), ("number", {}), ("flag", "true"), ("flag", 1),
    ("list", "a"), ("list", [1]), ("list", {"0": "a"}), ("list", [["a"]]), ("choice", "blue"), ("choice", 1),
    ("unknown", "x"), ("text\n", "x"), ("", "x"), ("x" * 300, 1)])
def test_a_parameter_of_a_wrong_kind_is_named(ann, counter, name, value):
    answer = ann.post(f"/scripts/{counter['id']}/run", {"parameters": {"text": "a", name: value}})
    assert answer.status_code == 422, answer.text
    assert any(error["field"].startswith("parameters") for error in answer.json()["errors"]), answer.text


@pytest.mark.parametrize("body", [
    {"parameters": []}, {"parameters": "x"}, {"parameters": None}, {"version": 0}, {"version": 99}, {"version": "1"}, {"mapping": "x"},
    {"mapping": str(uuid.uuid4())}, {"dry_run": "yes"}, {"limits": {"memory_mb": -1}}, {"limits": {"x": 1}}, {"limits": []},
    {"room": str(uuid.uuid4())}, {"room": "x"}, {"other": 1}, [], "x", 5, None])
def test_a_bad_order_is_refused(ann, counter, body):
    order = {"parameters": {"text": "a"}, **body} if isinstance(body, dict) else body
    answer = ann.post(f"/scripts/{counter['id']}/run", order)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_script_of_10_mb_is_too_large(ann):
    for size in (600_000, 10_000_000):
        answer = ann.post("/scripts", {"name": f"large {uuid.uuid4().hex[:8]}", "kind": "sh", "code": "x" * size})
        assert answer.status_code in (413, 422) and answer.headers["Content-Type"] == "application/problem+json", size
    assert is_prompt(ann)


def test_code_that_is_no_text_is_refused(ann):
    for code in (b'"a\\u0000b"', b'"\xff"', b'"\\ud800"'):
        body = b'{"name": "odd", "kind": "sh", "code": ' + code + b"}"
        answer = ann.request("POST", "/scripts", data=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 422), code


def test_code_of_the_largest_size_runs(ann):
    run = scripts.execute(ann, "echo begun\n" + "# " + "x" * 524_000 + "\necho done\n")
    assert (run["state"], run["text"]) == ("succeeded", "begun\ndone\n")


def test_the_folder_in_the_first_line_does_not_count(ann):
    run = scripts.execute(ann, "#!/no/such/folder/dash --with\necho done")
    assert run["text"] == "done\n"


# who is in a hurry

def test_a_stop_can_be_asked_for_twice_and_at_once(ann):
    run = scripts.start(ann, scripts.script(ann, "echo ready; sleep 300"))
    scripts.await_output(ann, run, "ready")
    with concurrent.futures.ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: ann.twin().post(f"/runs/{run}/cancel").status_code, range(4)))
    assert answers == [200] * 4
    assert scripts.wait(ann, run)["state"] == "cancelled"
    assert ann.post(f"/runs/{run}/cancel").json()["state"] == "cancelled"


MOMENTS = {
    "at once": lambda client, run: None,
    "when it is claimed": lambda client, run: scripts.wait(client, run, lambda now: now["state"] != "queued"),
    "when its process lives": lambda client, run: scripts.wait(client, run, lambda now: now["started_at"]),
    "when it has begun": lambda client, run: scripts.await_output(client, run, "begun"),
    "when it ends": lambda client, run: scripts.await_output(client, run, "end"),
    "when it is over": scripts.wait,
}


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS.keys())
def test_a_stop_at_any_moment_is_an_end(ann, moment):
    made = scripts.script(ann, "trap '' TERM; echo begun; sleep 0.1; echo a > out/a; echo end")
    run = scripts.start(ann, made)
    moment(ann, run)
    assert ann.post(f"/runs/{run}/cancel").status_code == 200
    ended = scripts.wait(ann, run)
    assert (ended["state"], ended["ended_by"]) in {("cancelled", "cancelled"), ("succeeded", "exit")}
    text = scripts.read(ann, run)
    assert text.count("begun") <= 1 and (ended["state"] != "succeeded" or text == "begun\nend\n")


def test_what_is_asked_for_again_twice_runs_twice_and_with_one_key_once(ann):
    run = scripts.execute(ann, "echo once")["id"]
    key = {"Idempotency-Key": str(uuid.uuid4())}
    with concurrent.futures.ThreadPoolExecutor(6) as threads:
        same = list(threads.map(lambda _: ann.twin().post(f"/runs/{run}/retry", headers=key), range(3)))
        others = list(threads.map(lambda _: ann.twin().post(f"/runs/{run}/retry"), range(3)))
    made = {answer.json()["id"] for answer in same if answer.status_code == 202}
    assert len(made) == 1 and {answer.status_code for answer in same} <= {202, 409}
    assert [answer.status_code for answer in others] == [202] * 3
    made |= {answer.json()["id"] for answer in others}
    assert len(made) == 4
    for one in made:
        ended = scripts.wait(ann, one)
        assert (ended["state"], ended["retry_of"]) == ("succeeded", run)


def test_what_is_not_over_is_not_asked_for_again(ann):
    run = scripts.start(ann, scripts.script(ann, "sleep 300"))
    assert ann.post(f"/runs/{run}/retry").status_code == 409
    ann.post(f"/runs/{run}/cancel")
    scripts.wait(ann, run)


def test_orders_with_the_same_key_at_once_make_one_run(ann, counter):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    with concurrent.futures.ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda _: ann.twin().post(
            f"/scripts/{counter['id']}/run", {"parameters": {"text": "a"}}, headers=key), range(6)))
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert len({answer.json()["id"] for answer in answers if answer.status_code == 202}) == 1


def test_a_script_that_is_edited_while_it_runs_ends_as_it_began(ann):
    made = scripts.script(ann, "echo one; sleep 1; echo one again")
    run = scripts.start(ann, made)
    assert ann.patch(f"/scripts/{made['id']}", {"version": made["version"], "code": "echo two"}).status_code == 200
    later = scripts.start(ann, made)
    ended = scripts.wait(ann, run)
    assert (ended["script"]["version"], scripts.read(ann, run)) == (1, "one\none again\n")
    assert scripts.wait(ann, later)["script"]["version"] == 2 and scripts.read(ann, later) == "two\n"
