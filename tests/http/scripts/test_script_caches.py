"""The cache folder of a script: what one run leaves in /cache, the next one finds there."""

import os
import pathlib
import time

import pytest

from harness import chores, finished, scripts
from harness.waiting import wait_until

MEBIBYTE = 1024 * 1024
LIST = "cd /cache && find . -mindepth 1 | LC_ALL=C sort | while read -r f; do printf '%s ' \"$f\"; done; echo"


@pytest.fixture(scope="module")
def ann(people):
    return people.user("ann")


@pytest.fixture(scope="module")
def bob(people):
    return people.user("bob")


def script_of(client, code, kind="sh", **more):
    return finished.script(client, kind=kind, code=code, cache=True, **more)


def change(client, script, code, **more):
    """The script with other code."""
    version = client.get(f"/scripts/{script['id']}").json()["version"]
    answer = client.patch(f"/scripts/{script['id']}", {"version": version, "code": code, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def begin(client, script, **body):
    answer = client.post(f"/scripts/{script['id']}/run", body)
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


def run(client, script, code=None, expected="succeeded", **body):
    """What a run of it wrote, of other code if that is given."""
    if code is not None:
        change(client, script, code)
    over = scripts.wait(client, begin(client, script, **body))
    written = scripts.output(client, over["id"])
    assert over["state"] == expected, (over["reason"], written)
    return written


def clear(client, script):
    answer = client.request("DELETE", f"/scripts/{script['id']}/cache")
    assert answer.status_code == 204, answer.text


def look(client, script):
    return client.get(f"/scripts/{script['id']}").json()


def folder_of(studio, script):
    """Where the runner keeps it."""
    return pathlib.Path(studio.settings()["STATE_DIR"]) / "caches" / script["id"]


def test_a_run_finds_what_the_one_before_has_left(ann):
    script = script_of(ann, 'echo "$COAGENT_CACHE"; cat /cache/n 2>/dev/null || echo none; n=$(cat /cache/n 2>/dev/null || echo 0)\n'
                            'echo $((n + 1)) >/cache/n; mkdir -p /cache/d; printf "#!" >/cache/d/run; chmod 750 /cache/d/run\n')
    assert (script["cache"], script["cache_bytes"], script["cache_kept_at"]) == (True, None, None)
    assert [run(ann, script) for _ in range(3)] == ["/cache\nnone\n", "/cache\n1\n", "/cache\n2\n"]
    assert run(ann, script, "stat -c '%n %a' /cache /cache/n /cache/d /cache/d/run") \
        == "/cache 755\n/cache/n 644\n/cache/d 755\n/cache/d/run 755\n"
    kept = look(ann, script)
    assert kept["cache_bytes"] == 4 and kept["cache_kept_at"] is not None


def test_a_script_that_asks_for_none_has_none(ann):
    over, written = scripts.run(ann, 'test -e /cache || echo "${COAGENT_CACHE-unset}"')
    assert (over["state"], written) == ("succeeded", "unset\n")


def test_only_a_run_that_succeeds_leaves_something(ann):
    script = script_of(ann, "echo good >/cache/a")
    run(ann, script)
    run(ann, script, "rm /cache/a; echo bad >/cache/b; exit 3", expected="failed")
    the_run = begin(ann, change(ann, script, "rm /cache/a; echo bad >/cache/b; echo ready; sleep 300"))
    wait_until(lambda: "ready" in scripts.output(ann, the_run), 60)
    assert ann.post(f"/runs/{the_run}/cancel", {}).status_code in (200, 202, 204)
    assert scripts.wait(ann, the_run)["state"] == "cancelled"
    assert run(ann, script, LIST) == "./a \n"


def test_a_dry_run_leaves_nothing(ann):
    script = script_of(ann, "echo good >/cache/a")
    run(ann, script)
    before = look(ann, script)["cache_kept_at"]
    run(ann, script, dry_run=True)
    assert look(ann, script)["cache_kept_at"] == before


def test_what_a_hostile_run_leaves_is_harmless(ann, studio):
    script = script_of(ann, "cd /cache; ln -s /etc/shadow a; ln -s ../../../.. up; ln -s / root; ln -s loop loop; mkfifo pipe\n"
                            "mkdir -p closed/deep; echo x >closed/deep/f; chmod 0 closed/deep/f closed/deep closed\n"
                            "printf x >\"$(printf 'a\\nb\\377')\"; chmod 0 /cache")
    assert "1 entry of /cache was not kept" in run(ann, script)
    files = folder_of(studio, script) / "files"
    assert os.readlink(files / "a") == "/etc/shadow" and os.readlink(files / "up") == "../../../.."
    assert not (files / "pipe").exists() and oct(files.stat().st_mode)[-3:] == "700"
    written = run(ann, script, "cd /cache; cat closed/deep/f; readlink a up root loop; ls /cache/root/ | grep -c '^coagent$'; ls | wc -l")
    assert written == "x\n/etc/shadow\n../../../..\n/\nloop\n1\n7\n"


def test_one_that_is_too_large_is_not_kept(ann, studio):
    most = int(studio.settings()["CACHE_MB"])
    script = script_of(ann, "echo small >/cache/a")
    run(ann, script)
    written = run(ann, script, f"head -c {most * MEBIBYTE + 1} /dev/zero >/cache/large")
    assert f"The cache folder was not kept, because it is too large: it can have {most} MB" in written
    assert run(ann, script, LIST) == "./a \n"
    assert run(ann, script, f"rm /cache/a; head -c {most * MEBIBYTE} /dev/zero >/cache/just") == ""
    assert run(ann, script, LIST) == "./just \n"


def test_what_it_begins_with_does_not_count_for_the_disk(ann):
    script = script_of(ann, "head -c 3000000 /dev/zero >/cache/a", limits={"disk_mb": 4})
    run(ann, script)
    run(ann, script, "head -c 3000000 /dev/zero >/work/b")
    assert "No space left" in run(ann, script, "head -c 5000000 /dev/zero >/work/b", expected="failed")
    assert run(ann, script, LIST) == "./a \n"


def test_clearing_it_needs_the_right_to_edit(ann, bob, studio):
    script = script_of(ann, "echo x >/cache/a", visibility="team")
    run(ann, script)
    assert bob.request("DELETE", f"/scripts/{script['id']}/cache").status_code == 403
    assert run(bob, script) == ""
    clear(ann, script)
    cleared = look(ann, script)
    assert (cleared["cache"], cleared["cache_bytes"], cleared["cache_kept_at"]) == (True, None, None)
    assert run(ann, script, LIST) == "\n"
    assert studio.sql("select detail ->> 'name' from audit_log where action = 'script.clear_cache' and object_id = %s",
                      script["id"]) == [(script["name"],)]


def test_a_run_that_began_before_it_was_cleared_leaves_nothing(ann):
    script = script_of(ann, "echo old >/cache/a; echo ready; while ! curl -fsS -o /dev/null -H \"Authorization: Bearer $COAGENT_TOKEN\" "
                            "\"$COAGENT_URL/api/scripts/$PARAM_OTHER\"; do sleep 0.1; done", api="read",
                       parameters={"type": "object", "properties": {"other": {"type": "string"}}})
    other = finished.script(ann)
    the_run = begin(ann, script, parameters={"other": other["id"]})
    wait_until(lambda: "ready" in scripts.output(ann, the_run), 60)
    clear(ann, script)
    assert scripts.wait(ann, the_run)["state"] == "succeeded"
    assert run(ann, script, LIST) == "\n"


def test_of_two_at_once_one_wins_whole(ann):
    script = script_of(ann, "sleep 1; rm -rf /cache/*; for i in $(seq 300); do echo \"$COAGENT_RUN_ID\" >/cache/$i; done")
    both = [begin(ann, script) for _ in range(2)]
    assert {scripts.wait(ann, the_run)["state"] for the_run in both} == {"succeeded"}
    written = run(ann, script, "cat /cache/* | sort | uniq -c").split()
    assert written[0] == "300" and written[1] in both and len(written) == 2


def test_the_runner_removes_what_no_script_asks_for(ann, studio):
    gone, off, cleared, old, stays = (script_of(ann, "echo x >/cache/a") for _ in range(5))
    for script in (gone, off, cleared, old, stays):
        run(ann, script)
        assert folder_of(studio, script).is_dir()
    assert ann.request("DELETE", f"/scripts/{gone['id']}").status_code == 204
    change(ann, off, "true", cache=False)
    clear(ann, cleared)
    long_ago = time.time() - (int(studio.settings().get("CACHE_DAYS", 30)) + 1) * 86400
    os.utime(folder_of(studio, old) / "about", (long_ago, long_ago))
    chores.do_now(studio, "sweep_caches")
    assert [folder_of(studio, script).exists() for script in (gone, off, cleared, old, stays)] == [False] * 4 + [True]


def test_a_script_that_asks_again_begins_anew(ann):
    script = script_of(ann, "echo x >/cache/a")
    run(ann, script)
    change(ann, script, "true", cache=False)
    assert look(ann, script)["cache_bytes"] is None
    change(ann, script, LIST, cache=True)
    assert run(ann, script) == "\n"
