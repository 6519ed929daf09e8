"""Runs of scripts on the real runner: what a script sees, what is kept of it, what is hidden, and how it ends."""

import base64
import json
import uuid

import pytest

from harness import executions as scripts
from harness.listener import Listener


@pytest.fixture(scope="module")
def ann(people):
    return people.user("ann")


def properties(**rules):
    return {"parameters": {"type": "object", "properties": rules}}


# what a script sees

def test_a_script_finds_its_parameters_and_a_small_world(ann):
    made = scripts.script(ann, 'pwd; id -un; echo "$HOME $LC_CTYPE $PARAM_WHO $PARAM_COUNT $PARAM_LOUD"\n'
                               'test -z "$PARAM_TAGS"; cat "$COAGENT_INPUT"; echo; echo $COAGENT_RUN_ID\n',
                          **properties(who={"type": "string"}, count={"type": "integer", "default": 3},
                                       loud={"type": "boolean", "default": True}, tags={"type": "array", "default": ["a", "b"]}))
    run = scripts.wait(ann, scripts.start(ann, made, parameters={"who": "you & me"}))
    lines = scripts.read(ann, run["id"]).splitlines()
    assert run["state"] == "succeeded" and (run["ended_by"], run["exit_code"], run["reason"]) == ("exit", 0, None)
    assert lines[:3] == ["/work", "run", "/work C.UTF-8 you & me 3 true"]
    assert json.loads(lines[3]) == {"who": "you & me", "count": 3, "loud": True, "tags": ["a", "b"]}
    assert lines[4] == run["id"]


def test_nothing_of_the_service_is_in_its_environment(ann):
    run = scripts.execute(ann, "env; cat /proc/1/environ 2>&1 | tr '\\0' '\\n'")
    for word in ("SECRET_KEY", "DATABASE_URL", "COAGENT_CONFIG", "postgres"):
        assert word not in run["text"]


@pytest.mark.parametrize("kind,code,said", [
    ("sh", "echo ${BASH_VERSION:+bash}", "bash"),
    ("python", "import sys\nprint('python', sys.version_info.major)", "python 3"),
    ("node", "console.log(typeof require)", "function"),
    ("node", "import os from 'os';\nconsole.log('module', os.hostname());", "module run"),
    ("playbook", "- hosts: all\n  gather_facts: false\n  tasks:\n    - debug: msg='{{ who }}'\n", "anybody"),
    ("aws", "aws --version", "aws-cli"),
])
def test_every_kind_is_executed(ann, runnable, kind, code, said):
    if kind not in runnable:
        pytest.skip(f"nothing executes {kind} here")
    run = scripts.execute(ann, code, kind, **properties(who={"type": "string", "default": "anybody"}))
    assert run["state"] == "succeeded", run
    assert said in run["text"]


def test_a_parameter_is_no_template_to_a_playbook(ann, runnable):
    if "playbook" not in runnable:
        pytest.skip("nothing executes playbooks here")
    code = "- hosts: all\n  gather_facts: false\n  tasks:\n    - debug: msg='{{ who }} {{ names | join(\"+\") }} {{ n + 1 }}'\n"
    rules = properties(who={"type": "string"}, names={"type": "array"}, n={"type": "integer"})
    given = {"who": "{{ 6 * 7 }}", "names": ["{{ 7 * 7 }}", "b"], "n": 2}
    run = scripts.execute(ann, code, "playbook", wish={"parameters": given}, **rules)
    assert "{{ 6 * 7 }} {{ 7 * 7 }}+b 3" in run["text"], run


def test_a_missing_interpreter_is_said_when_it_is_run(ann, studio, runnable):
    missing = {"playbook", "aws"} - runnable
    if not missing:
        pytest.skip("everything is installed here")
    made = scripts.script(ann, "true")
    studio.sql("update scripts set kind = %s where id = %s", missing.pop(), made["id"])
    seen = studio.sql("select host, seen_at from runners")
    studio.sql("update runners set seen_at = now() - interval '1 hour'") # nobody knows, so the run may be asked for
    run = scripts.wait(ann, scripts.start(ann, made))
    for host, at in seen:
        studio.sql("update runners set seen_at = greatest(seen_at, %s) where host = %s", at, host)
    assert (run["state"], run["ended_by"]) == ("failed", "start")
    assert "not installed" in run["reason"] and "apt install" in run["reason"]


def test_a_dry_run_checks_and_executes_nothing(ann):
    made = scripts.script(ann, "echo it ran")
    run = scripts.wait(ann, scripts.start(ann, made, dry_run=True))
    assert (run["state"], run["dry_run"], scripts.read(ann, run["id"])) == ("succeeded", True, "")
    broken = scripts.script(ann, "def f(:\n", "python")
    run = scripts.wait(ann, scripts.start(ann, broken, dry_run=True))
    assert run["state"] == "failed" and "SyntaxError" in scripts.read(ann, run["id"], "stderr")


def test_terraform_keeps_its_state_hidden_from_one_run_to_the_next(ann, studio, runnable):
    if "terraform" not in runnable:
        pytest.skip("nothing executes terraform here")
    made = scripts.script(ann, 'variable "n" {\n  type = number\n}\nresource "terraform_data" "one" { input = var.n }\n'
                               'output "n" { value = terraform_data.one.output }\n'
                               'output "hidden" {\n  value     = "hush-hush"\n  sensitive = true\n}\n', "terraform",
                          **properties(n={"type": "integer"}))
    first, second = [scripts.start(ann, made, parameters={"n": 5}) for _ in range(2)]
    ended = [scripts.wait(ann, run) for run in (first, second)]
    assert [run["state"] for run in ended] == ["succeeded", "succeeded"], scripts.read(ann, second)
    assert ended[0]["finished_at"] <= ended[1]["started_at"], "they run one at a time"
    assert ended[0]["result"]["n"]["value"] == 5
    assert "hush-hush" not in json.dumps([run["result"] for run in ended])
    assert "1 added" in scripts.read(ann, first) and "0 added" in scripts.read(ann, second)
    (sealed,), = studio.sql("select sealed from script_states where script_id = %s", made["id"])
    assert sealed.startswith("s1.")
    plan = scripts.wait(ann, scripts.start(ann, made, parameters={"n": 6}, dry_run=True))
    assert "1 to change" in scripts.read(ann, plan["id"]) and "Apply" not in scripts.read(ann, plan["id"])


# what is kept

def test_both_streams_are_kept_in_their_order(ann):
    run = scripts.execute(ann, "echo one; sleep 0.3; echo two >&2; sleep 0.3; echo three")
    assert run["text"] == "one\ntwo\nthree\n"
    assert scripts.read(ann, run["id"], "stderr") == "two\n"
    assert run["output"] == {"bytes": 14, "truncated": False}


def test_output_is_published_as_it_comes_and_as_it_is_stored(ann, studio):
    made = scripts.script(ann, "for i in 1 2 3 4 5 6; do echo line $i häh; sleep 0.15; done; exit 7")
    run = scripts.start_nowhere(ann, studio, made)
    with Listener(ann, f"/ws/live?run={run}") as live:
        scripts.release(studio, run)
        ended = live.wait(lambda frame: frame.get("run", {}).get("ended_by") is not None)
    assert (ended["run"]["state"], ended["run"]["exit_code"]) == ("failed", 7)
    outputs = [frame["output"] for frame in live.frames if "output" in frame]
    assert len(outputs) > 1, "it came in pieces"
    assert live.frames.index(ended) > max(live.frames.index(frame) for frame in live.frames if "output" in frame)
    offset = 0
    for output in outputs:
        assert (output["offset"], output["run"], output["stream"]) == (offset, run, "stdout")
        offset += output["bytes"]
    assert "".join(output["text"] for output in outputs) == scripts.read(ann, run)


def test_of_much_output_only_the_length_is_published(ann, studio):
    made = scripts.script(ann, "head -c 3000000 /dev/zero | tr '\\0' x")
    run = scripts.start_nowhere(ann, studio, made)
    with Listener(ann, f"/ws/live?run={run}") as live:
        scripts.release(studio, run)
        live.wait(lambda frame: frame.get("run", {}).get("state") == "succeeded")
    outputs = [frame["output"] for frame in live.frames if "output" in frame]
    assert any("bytes_total" in output for output in outputs)
    assert all(len(output.get("text", "")) <= 65536 for output in outputs)
    assert scripts.show(ann, run)["output"] == {"bytes": 3000000, "truncated": False}


def test_beyond_the_limit_nothing_is_kept_and_the_run_goes_on(ann):
    run = scripts.execute(ann, "head -c 3000000 /dev/zero | tr '\\0' x; echo done >&2; echo {} > $COAGENT_OUTPUT",
                          limits={"output_mb": 1})
    assert run["state"] == "succeeded" and run["result"] == {}
    assert run["output"]["truncated"] and 1048576 <= run["output"]["bytes"] < 1049000
    assert "output exceeds the limit" in run["text"] and "done" not in run["text"]


def test_a_flood_of_output_ends_the_run(ann):
    run = scripts.execute(ann, "yes", limits={"output_mb": 1})
    assert (run["state"], run["ended_by"], run["output"]["truncated"]) == ("failed", "output", True)
    assert "ten times" in run["reason"]


def test_its_result_is_what_it_writes_as_json(ann):
    run = scripts.execute(ann, "import json, os\nwith open(os.environ['COAGENT_OUTPUT'], 'w') as out:\n"
                               "    json.dump({'ok': True, 'list': [1, 2.5, None, 'ä']}, out)\n", "python")
    assert run["result"] == {"ok": True, "list": [1, 2.5, None, "ä"]}


def test_a_result_keeps_its_numbers(ann):
    numbers = "[18446744073709551615, -123456789012345678901234567890, 0.1234567890123456789, 9007199254740993]"
    run = scripts.execute(ann, f"echo '{numbers}' > $COAGENT_OUTPUT")
    assert numbers in ann.get(f"/runs/{run['id']}").text.replace(",", ", ").replace(",  ", ", ")


def test_a_number_that_the_database_does_not_take_is_no_result(ann):
    run = scripts.execute(ann, "echo '[1e-20000]' > $COAGENT_OUTPUT")
    assert (run["state"], run["result"]) == ("succeeded", None) and "out of range" in run["reason"]


@pytest.mark.parametrize("code,why", [
    ("echo '{\"a\":' > $COAGENT_OUTPUT", "not valid JSON"),
    ("head -c 1100000 /dev/zero | tr '\\0' 1 > $COAGENT_OUTPUT", "larger than 1 MB"),
    ("ln -s /etc/passwd $COAGENT_OUTPUT", "not a regular file"),
    ("mkfifo $COAGENT_OUTPUT", "not a regular file"),
])
def test_what_is_no_result_is_said_and_fails_nothing(ann, code, why):
    run = scripts.execute(ann, code)
    assert (run["state"], run["exit_code"], run["result"]) == ("succeeded", 0, None)
    assert why in run["reason"]


def test_files_in_out_are_kept(ann):
    run = scripts.execute(ann, "mkdir -p out/a/b; echo hello > out/a/b/greeting.txt; head -c 2500000 /dev/urandom > out/noise.bin\n"
                               "sha256sum out/noise.bin; ln -s /etc/passwd out/link; mkfifo out/fifo; : > out/empty")
    files = {file["path"]: file for file in run["files"]}
    assert set(files) == {"a/b/greeting.txt", "noise.bin", "empty"}
    assert files["a/b/greeting.txt"]["media_type"].startswith("text/plain")
    assert ann.get(f"/files/{files['a/b/greeting.txt']['id']}").content == b"hello\n"
    noise = ann.get(f"/files/{files['noise.bin']['id']}").content
    assert len(noise) == files["noise.bin"]["size"] == 2500000
    assert "2 entries of out/ were not kept" in run["text"]


def test_of_too_many_files_some_are_left_out_and_that_is_said(ann):
    run = scripts.execute(ann, "for i in $(seq 150); do echo $i > out/$i; done")
    assert len(run["files"]) == 100
    assert "50 files of out/ were not kept" in run["text"]


def test_what_it_used_is_told(ann):
    run = scripts.execute(ann, "x = bytearray(60_000_000)\nn = 0\nfor i in range(3_000_000): n += i\nimport time; time.sleep(0.3)", "python")
    assert run["usage"]["cpu_ms"] >= 50 and run["usage"]["wall_ms"] >= 300 and run["usage"]["memory_bytes"] > 50_000_000


# what is hidden

def test_secrets_are_hidden_in_everything_that_is_kept(ann, studio):
    secret = f"s3cret/{uuid.uuid4().hex} end"
    made = scripts.script(ann, 'echo "as it is: $TOKEN"; echo "$TOKEN" >&2; printf %s "$TOKEN" | base64 -w0; echo\n'
                               'for part in "${TOKEN:0:9}" "${TOKEN:9}"; do printf %s "$part"; sleep 0.5; done; echo\n'
                               'echo "{\\"$TOKEN\\": [\\"x $TOKEN\\", 5]}" > $COAGENT_OUTPUT\n'
                               'mkdir "out/${TOKEN%%/*}"; echo "in a file: $TOKEN" > "out/$TOKEN"; echo "$PARAM_PIN"\n',
                          mapping=scripts.mapping(ann, TOKEN=secret)["id"],
                          **properties(pin={"type": "string", "format": "password"}))
    run = scripts.start_nowhere(ann, studio, made, parameters={"pin": "pin-471108"})
    with Listener(ann, f"/ws/live?run={run}") as live:
        scripts.release(studio, run)
        ended = scripts.wait(ann, run)
        live.wait(lambda frame: frame.get("run", {}).get("state") == "succeeded")
    everything = json.dumps([ended, scripts.read(ann, run), live.frames], ensure_ascii=False)
    everything += "".join(ann.get(f"/files/{file['id']}").text for file in ended["files"])
    stored = studio.sql("select string_agg(convert_from(bytes, 'UTF8'), '' order by position) from run_output where run_id = %s", run)
    for hidden in (secret, base64.b64encode(secret.encode()).decode(), secret[:12], secret[-12:], "pin-471108"):
        assert hidden not in everything and hidden not in stored[0][0]
    assert ended["result"] == {"••••": ["x ••••", 5]}
    assert scripts.read(ann, run).count("••••") == 5 and "as it is: ••••" in scripts.read(ann, run)
    assert [file["path"] for file in ended["files"]] == ["••••"]


def test_what_may_become_a_secret_is_not_shown_before_it_is_decided(ann, studio):
    made = scripts.script(ann, "printf 'ask: cor'; sleep 1; printf 'rect'; sleep 0.5; echo ly",
                          mapping=scripts.mapping(ann, TOKEN="correct horse")["id"])
    run = scripts.start_nowhere(ann, studio, made)
    with Listener(ann, f"/ws/live?run={run}") as live:
        scripts.release(studio, run)
        live.wait(lambda frame: frame.get("run", {}).get("state") == "succeeded")
    shown = [frame["output"]["text"] for frame in live.frames if "text" in frame.get("output", {})]
    assert "".join(shown).endswith("correctly\n") and not any(text.endswith(("cor", "correct")) for text in shown)
    assert scripts.read(ann, run) == "ask: correctly\n"


# how it ends



@pytest.mark.parametrize("code,ended_by,exit_code,signal,word", [
    ("exit 3", "exit", 3, None, "Exit code 3"),
    ("kill -SEGV $$", "signal", None, 11, "SIGSEGV"),
    ("exec no-such-program", "exit", 127, None, "Exit code 127"),
])
def test_how_it_failed_is_told(ann, code, ended_by, exit_code, signal, word):
    run = scripts.execute(ann, code)
    assert (run["state"], run["ended_by"], run["exit_code"], run["signal"]) == ("failed", ended_by, exit_code, signal)
    assert word in run["reason"]


@pytest.mark.parametrize("code,kind,reason", [
    ("echo fine; echo 'cannot open the door' >&2; exit 5", "sh", "Exit code 5: cannot open the door"),
    ("import sys\nraise ValueError('no such door')", "python", "Exit code 1: ValueError: no such door"),
    ("throw new Error('no such door')", "node", "Exit code 1: Error: no such door"),
    ("echo only this; exit 5", "sh", "Exit code 5."),
])
def test_the_reason_has_the_last_line_of_stderr(ann, code, kind, reason):
    assert scripts.execute(ann, code, kind)["reason"] == reason


def test_the_reason_has_no_secret(ann, studio):
    made = scripts.script(ann, "echo \"denied: $TOKEN\" >&2; exit 1", mapping=scripts.mapping(ann, TOKEN="correct horse")["id"])
    assert scripts.wait(ann, scripts.start(ann, made))["reason"] == "Exit code 1: denied: ••••"


def test_a_script_with_windows_lines_runs(ann):
    code = b"#!/bin/sh\r\necho one\r\nif true; then\r\n  echo two\r\nfi\r\n"
    def upload(**more):
        return ann.request("POST", "/scripts/upload", params={"filename": f"w{uuid.uuid4().hex[:8]}", **more}, data=code,
                           headers={"Content-Type": "text/plain"})
    made = upload().json()
    assert scripts.wait(ann, scripts.start(ann, made))["state"] == "succeeded"
    again = upload(script=made["id"])
    assert (again.status_code, again.json()["latest"]) == (201, 1), "the same code is no new version"
    edited = ann.patch(f"/scripts/{made['id']}", {"version": again.json()["version"], "code": "echo 1\r\necho 2\r3"}).json()
    assert (edited["latest"], edited["code"]) == (2, "echo 1\necho 2\r3")


def test_closed_streams_end_nothing(ann):
    run = scripts.execute(ann, "exec >&- 2>&-; sleep 1; echo {} > $COAGENT_OUTPUT; exit 4")
    assert (run["exit_code"], run["result"], run["text"]) == (4, {}, "")


def test_processes_left_behind_end_with_it(ann):
    run = scripts.execute(ann, "(trap '' TERM HUP; setsid sleep 300) & echo done")
    assert (run["state"], run["text"]) == ("succeeded", "done\n")
    assert run["usage"]["wall_ms"] < 30000


def test_cancelling_asks_before_it_kills(ann):
    made = scripts.script(ann, "trap 'echo cleaning up; exit 0' TERM; echo ready; while :; do sleep 0.05; done")
    run = scripts.start(ann, made)
    scripts.await_output(ann, run, "ready")
    assert ann.post(f"/runs/{run}/cancel").status_code == 200
    ended = scripts.wait(ann, run)
    assert (ended["state"], ended["ended_by"], ended["cancel_requested"]) == ("cancelled", "cancelled", True)
    assert "cleaning up" in scripts.read(ann, run)


def test_who_does_not_listen_is_killed_after_the_grace(ann):
    made = scripts.script(ann, "trap '' TERM; echo ready; while :; do sleep 0.05; done")
    run = scripts.start(ann, made)
    scripts.await_output(ann, run, "ready")
    ann.post(f"/runs/{run}/cancel")
    ended = scripts.wait(ann, run)
    assert (ended["state"], ended["usage"]["wall_ms"] >= 5000) == ("cancelled", True)


def test_a_run_that_waits_is_cancelled_at_once(ann, studio):
    made = scripts.script(ann, "echo it ran")
    run = scripts.start_nowhere(ann, studio, made)
    ann.post(f"/runs/{run}/cancel")
    ended = scripts.show(ann, run)
    assert (ended["state"], ended["started_at"]) == ("cancelled", None)


def test_the_time_limit_ends_it(ann):
    run = scripts.execute(ann, "echo begun; sleep 300", limits={"wall_seconds": 1})
    assert (run["state"], run["ended_by"], run["text"]) == ("timed_out", "wall_time", "begun\n")
    assert "1 second" in run["reason"]


# who may run it, and how often

def test_one_user_runs_eight_at_once(people, studio):
    eve = people.user("eve")
    made = scripts.script(eve, "sleep 0.7")
    runs = [scripts.start(eve, made) for _ in range(12)]
    for run in runs:
        assert scripts.wait(eve, run)["state"] == "succeeded"
    (most,), = studio.sql("select max(n) from (select (select count(*) from runs b where b.asked_by = a.asked_by "
                          "and b.claimed_at <= a.claimed_at and b.finished_at > a.claimed_at) as n "
                          "from runs a where a.asked_by = %s) as counted", eve.id)
    assert most <= 8


def expire(studio, run, begun):
    """As if its executor had died, before it began or after."""
    studio.sql("update runs set state = 'running', attempt = 1, host = 'gone', pid = %s, claimed_at = now(), "
               "lease_until = now() - interval '1 second', due_at = now() where id = %s", 1 if begun else None, run)


@pytest.mark.parametrize("begun,retriable,state", [(False, False, "succeeded"), (True, False, "lost"), (True, True, "succeeded")])
def test_what_was_begun_is_begun_again_only_when_it_may(ann, studio, begun, retriable, state):
    made = scripts.script(ann, "echo it ran", retriable=retriable)
    run = scripts.start_nowhere(ann, studio, made)
    studio.sql("update runs set label = null, due_at = now() + interval '1 hour' where id = %s", run)
    expire(studio, run, begun)
    ended = scripts.wait(ann, run)
    assert ended["state"] == state
    assert scripts.read(ann, run) == ("it ran\n" if state == "succeeded" else "")


def test_who_lost_the_run_ends_the_sandbox_and_writes_nothing(ann, studio):
    made = scripts.script(ann, "n=0; while :; do n=$((n + 1)); echo $n; sleep 0.1; done")
    run = scripts.start(ann, made)
    scripts.await_output(ann, run, "5\n")
    studio.sql("update runs set attempt = attempt + 1, pid = 1, lease_until = now() + interval '12 seconds' where id = %s", run)
    kept = scripts.read(ann, run)
    ended = scripts.wait(ann, run)
    assert ended["state"] == "lost" and scripts.read(ann, run) == kept
