"""The quota of what the runs of a user have stored: counted, shown, freed, and kept to at the door and by the runner."""

import pytest

from harness import chores, executions, finished
from harness.listener import Listener
from harness.waiting import wait_until

FULL = "The storage of the user who started this run is full"


def storage(client):
    answer = client.get("/profile/storage")
    assert answer.status_code == 200, answer.text
    return answer.json()


def used(client):
    return storage(client)["used_bytes"]


def account(admin, client):
    return admin.get(f"/admin/users/{client.id}").json()


def grant(admin, client, megabytes):
    """A quota of the user's own."""
    answer = admin.patch(f"/admin/users/{client.id}", {"storage_mb": megabytes, "version": account(admin, client)["version"]})
    assert answer.status_code == 200, answer.text
    return answer.json()


def remove_output(client, run):
    return client.delete(f"/runs/{run}/output")


def ended(studio, client, output=b"", file=b"", **columns):
    """A run that has ended, with what it left, and was counted then."""
    run = finished.run(studio, client, **columns)
    finished.write(studio, run, ("stdout", output))
    if file:
        finished.leave(studio, run, "left", file)
    chores.do_now(studio, "count_storage")
    return run


def write(megabytes):
    """A shell command that writes so many megabytes."""
    return f"head -c {int(megabytes * 1_000_000)} /dev/zero | tr '\\0' x\n"


# the quota

def test_everybody_has_the_quota_of_the_settings_unless_a_user_has_another(ann, admin):
    assert storage(ann) == {"used_bytes": 0, "quota_bytes": 2_000_000_000}
    answer = grant(admin, ann, 5)
    assert answer["storage"] == {"used_bytes": 0, "quota_bytes": 5_000_000} and answer["storage_mb"] == 5
    assert storage(ann) == answer["storage"]
    assert grant(admin, ann, 0)["storage"] == {"used_bytes": 0, "quota_bytes": None} == storage(ann)
    back = grant(admin, ann, None)
    assert back["storage_mb"] is None and back["storage"]["quota_bytes"] == 2_000_000_000
    listed = admin.get("/admin/users", params={"search": ann.user["email"]}).json()["items"]
    assert [(item["storage"], item["storage_mb"]) for item in listed] == [(back["storage"], None)]


@pytest.mark.parametrize("wrong", [-1, 1_000_000_001, "5", 1.5])
def test_what_is_no_quota_is_refused(ann, admin, wrong):
    assert admin.edit(f"/admin/users/{ann.id}", {"storage_mb": wrong}).status_code == 422
    assert account(admin, ann)["storage_mb"] is None


def test_a_change_of_the_quota_is_audited_and_the_user_cannot_make_it(ann, admin, studio):
    assert ann.edit("/profile", {"storage_mb": 0}).status_code == 422
    answer = admin.edit(f"/admin/users/{ann.id}", {"storage_mb": 7})
    detail = studio.sql("select detail from audit_log where request_id = %s", answer.headers["X-Request-Id"])[0][0]
    assert (detail["from"], detail["to"]) == ({"storage_mb": None}, {"storage_mb": 7})


# what counts

def test_output_and_files_of_finished_runs_count_and_are_freed_by_their_user(studio, ann, people):
    run = ended(studio, ann, b"x" * 300, b"y" * 700)
    other = ended(studio, ann, b"z" * 50)
    assert used(ann) == 1050
    assert people.user("eve").delete(f"/runs/{run}/output").status_code == 404
    answer = remove_output(ann, run)
    assert answer.status_code == 200 and answer.json()["files"] == [] and answer.json()["id"] == run
    assert ann.get(f"/runs/{run}/output").json()["removed"] is True
    assert studio.sql("select count(*) from run_output where run_id = %s", run) == [(0,)]
    assert ann.get(f"/runs/{run}").json()["state"] == "succeeded", "the run itself stays"
    assert studio.sql("select actor_id::text, detail from audit_log where request_id = %s and action = 'run.remove_output'",
                      answer.headers["X-Request-Id"]) == [(ann.id, {"bytes": 1000})]
    assert used(ann) == 50
    assert remove_output(ann, run).status_code == 200, "once more does nothing"
    chores.do_now(studio, "count_storage")
    assert used(ann) == 50
    assert ann.get(f"/runs/{other}/output").json()["chunks"][0]["text"] == "z" * 50


def test_the_owner_of_the_script_may_free_the_storage_of_another_user(studio, ann, bob, room):
    run = ended(studio, bob, b"x" * 300, of=finished.script(ann))
    assert (used(ann), used(bob)) == (0, 300)
    assert remove_output(ann, run).status_code == 200
    assert (used(ann), used(bob)) == (0, 0)
    in_room = ended(studio, ann, b"x" * 300, room=room)
    assert remove_output(bob, in_room).status_code == 403, "a member of the room is not enough"
    assert used(ann) == 300


def test_what_is_still_written_counts_and_stays(studio, ann):
    run = finished.run(studio, ann, state="running")
    finished.write(studio, run, ("stdout", b"x" * 300))
    assert used(ann) == 300
    answer = remove_output(ann, run)
    assert answer.status_code == 409 and "not finished" in answer.json()["detail"]
    assert ann.get(f"/runs/{run}/output").json()["chunks"][0]["text"] == "x" * 300


def test_answers_of_agents_are_messages_and_do_not_count(studio, ann, room):
    agent = ann.post("/agents", {"name": "Bot", "handle": f"bot-{room['id'][-12:]}"}).json()
    run = ended(studio, ann, b"x" * 300, room=room, kind="agent", agent_id=agent["id"], script_id=None, script_version=None)
    assert used(ann) == 0
    assert remove_output(ann, run).status_code == 409
    assert studio.sql("select count(*) from run_output where run_id = %s", run) == [(1,)]


def test_an_open_page_of_the_run_is_told(studio, ann):
    run = ended(studio, ann, b"x" * 300, b"y" * 700)
    with Listener(ann, f"/ws/live?run={run}") as live:
        assert remove_output(ann, run).status_code == 200
        live.wait(lambda frame: frame.get("run", {}).get("id") == run)


def test_a_wrong_count_is_mended_by_the_runner(studio, ann):
    ended(studio, ann, b"x" * 300)
    studio.sql("update storage_counts set bytes = 1000000000000, counted_at = now() - interval '2 days' where principal_id = %s", ann.id)
    assert used(ann) > 1_000_000_000
    chores.do_now(studio, "count_storage")
    assert used(ann) == 300


def test_retention_frees_storage(studio, ann):
    run = finished.run(studio, ann, age="40 days")
    aged = studio.sql("update runs set id = overlay(id::text placing left(uuid_floor(now() - interval '40 days')::text, 13) from 1 for 13)::uuid "
                      "where id = %s returning id::text", run)[0][0]
    finished.write(studio, aged, ("stdout", b"x" * 300))
    chores.do_now(studio, "count_storage")
    assert used(ann) == 300
    chores.make_due(studio, "sweep_runs")
    wait_until(lambda: used(ann) == 0, 60)
    assert ann.get(f"/runs/{aged}/output").json()["removed"] is True


def test_the_storage_of_a_deleted_room_is_freed_when_it_is_purged(studio, ann, room):
    ended(studio, ann, b"x" * 300, b"y" * 100, room=room)
    assert used(ann) == 400
    assert ann.delete(f"/rooms/{room['id']}").status_code == 204
    studio.sql("update rooms set deleted_at = now() - interval '1 hour' where id = %s", room["id"])
    chores.make_due(studio, "purge_rooms")
    wait_until(lambda: used(ann) == 0, 60)


# the door and the runner

def test_at_the_quota_output_ends_and_no_run_starts_until_some_is_free(studio, ann, admin, room):
    grant(admin, ann, 1)
    script = executions.script(ann, write(1.5) + "echo result > $COAGENT_OUTPUT\nexit 3")
    run = executions.wait(ann, executions.start(ann, script))
    assert (run["state"], run["exit_code"], run["output"]["truncated"]) == ("failed", 3, True), "the run goes on to its own end"
    text = executions.read(ann, run["id"])
    assert text.count("x") - FULL.count("x") in range(999_000, 1_000_002) and text.count(FULL) == 1, text[-300:]
    assert 1_000_000 <= used(ann) < 1_001_000

    refused = ann.post(f"/scripts/{script['id']}/run", {})
    assert refused.status_code == 409
    assert refused.json()["detail"].startswith("Your storage is full: the output and files of your runs take up 1.0 MB of 1.0 MB.")
    assert ann.post(f"/runs/{run['id']}/retry").status_code == 409
    spoken = ann.post(f"/rooms/{room['id']}/messages", {"text": f'/run "{script["name"]}"'})
    assert spoken.status_code == 409 and "storage is full" in spoken.json()["detail"]

    assert remove_output(ann, run["id"]).status_code == 200 and used(ann) == 0
    again = executions.wait(ann, executions.start(ann, script))
    assert again["exit_code"] == 3


def test_files_are_kept_as_far_as_there_is_room(ann, admin):
    grant(admin, ann, 1)
    run = executions.execute(ann, "head -c 600000 /dev/zero > out/a\nhead -c 600000 /dev/zero > out/b\necho small > out/c")
    assert run["state"] == "succeeded" and [file["path"] for file in run["files"]] == ["a", "c"]
    assert "1 file of out/ could not be kept: the storage of the user who started this run is full." in run["text"]
    assert used(ann) == 600_006 + len(run["text"])


def test_output_and_files_of_one_run_share_the_room(ann, admin):
    grant(admin, ann, 1)
    run = executions.execute(ann, "head -c 600000 /dev/zero > out/a\n" + write(0.7))
    assert run["state"] == "succeeded" and run["files"] == [] and "1 file of out/ could not be kept" in run["text"]
    assert 700_000 < used(ann) < 701_000


def test_two_runs_at_once_are_both_whole_and_counted(studio, ann, admin):
    grant(admin, ann, 1)
    script = executions.script(ann, write(0.8))
    runs = [executions.start_nowhere(ann, studio, script) for _ in range(2)]
    for run in runs:
        executions.release(studio, run)
    over = [executions.wait(ann, run) for run in runs]
    assert [run["state"] for run in over] == ["succeeded", "succeeded"]
    stored = studio.sql("select sum(octet_length(bytes))::bigint from run_output where run_id = any (%s::uuid[])", runs)[0][0]
    assert 800_000 <= stored <= 1_601_000 and used(ann) == stored


def test_a_quota_that_shrinks_reaches_a_run_in_progress(ann, admin):
    grant(admin, ann, 0)
    run = executions.start(ann, executions.script(ann, "while sleep 0.1; do\n" + write(0.1) + "echo\ndone"))
    executions.wait(ann, run, lambda shown: shown["output"]["bytes"] > 0)
    grant(admin, ann, 1)
    executions.wait(ann, run, lambda shown: shown["output"]["truncated"])
    assert ann.post(f"/runs/{run}/cancel").status_code == 200
    over = executions.wait(ann, run)
    assert over["state"] == "cancelled" and used(ann) == over["output"]["bytes"] > 1_000_000
    assert FULL in executions.read(ann, run)


def test_other_users_are_not_concerned(studio, ann, bob, admin):
    grant(admin, ann, 1)
    ended(studio, ann, b"x" * 1_000_000)
    script = executions.script(ann, "echo hello", visibility="team")
    assert ann.post(f"/scripts/{script['id']}/run", {}).status_code == 409
    assert executions.wait(bob, executions.start(bob, script))["state"] == "succeeded"
    assert (used(ann), used(bob)) == (1_000_000, 6)
    grant(admin, ann, 2)
    assert executions.wait(ann, executions.start(ann, script))["state"] == "succeeded"
