"""Settings that an administrator changes, and what they do: old runs and their output go, everything else stays."""

import pytest

from harness import chores, finished
from harness.waiting import wait_until

SOURCES = ["python_index_url", "npm_registry_url", "galaxy_server_url", "terraform_mirror_url"]
DEFAULTS = {"run_retention_days": 90, "run_output_retention_days": 30, "user_storage_mb": 2000, **dict.fromkeys(SOURCES, "")}


@pytest.fixture
def ann(people):
    return people.user("ann")


def values(answer):
    """The settings without their version."""
    return {name: value for name, value in answer.json().items() if name != "version"}


@pytest.fixture
def settings(admin, studio):
    """Whatever a test sets, the next one finds the defaults."""
    yield lambda **changes: admin.edit("/admin/settings", changes)
    assert values(admin.edit("/admin/settings", DEFAULTS)) == DEFAULTS


def old_run(studio, client, days, state="succeeded"):
    """A run that was queued, and has ended unless its state says otherwise, so many days ago; with output and a file."""
    run = finished.run(studio, client, state=state, age=f"{days} days")
    aged = studio.sql("update runs set id = overlay(id::text placing left(uuid_floor(now() - %s * interval '1 day')::text, 13) from 1 for 13)::uuid, "
                      "queued_at = now() - %s * interval '1 day' where id = %s returning id::text", days, days, run)[0][0]
    finished.write(studio, aged, ("stdout", b"long ago\n"))
    finished.leave(studio, aged, "report.txt", b"long ago")
    return aged


def test_settings_have_defaults_and_are_changed_one_by_one(admin, settings):
    assert values(admin.get("/admin/settings")) == DEFAULTS
    assert values(settings(run_retention_days=7)) == {**DEFAULTS, "run_retention_days": 7}
    assert values(settings(run_output_retention_days=0)) == {**DEFAULTS, "run_retention_days": 7, "run_output_retention_days": 0}
    assert values(settings()) == {**DEFAULTS, "run_retention_days": 7, "run_output_retention_days": 0}


@pytest.mark.parametrize("changes", [{"run_retention_days": -1}, {"run_retention_days": 36501}, {"run_retention_days": None},
                                     {"run_retention_days": "7"}, {"run_retention_days": 1.5}, {"seeded.studio": 1}])
def test_what_is_no_setting_is_refused(admin, settings, changes):
    assert settings(**changes).status_code == 422
    assert values(admin.get("/admin/settings")) == DEFAULTS


@pytest.mark.parametrize("name", SOURCES)
def test_packages_come_from_an_address_without_a_login(admin, settings, name):
    for good in ("https://packages.example.org/simple/", "http://10.1.2.3:8080/a_b/~c", "https://[2001:db8::1]/", ""):
        assert values(settings(**{name: good}))[name] == good
    for bad in ("packages.example.org", "ftp://example.org/", "https://", "https:///simple", "https://a b/", "https://x/?token=1", 'https://x/"',
                "https://x/$(id)", "https://x/\\", "https://" + "x" * 500, None, 7):
        answer = settings(**{name: bad})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, name), bad
    refused = settings(**{name: "https://ann:secret@packages.example.org/"}).json()["errors"][0]["message"]
    assert "would be visible to every script" in refused and "named network" in refused
    assert values(admin.get("/admin/settings")) == DEFAULTS


def test_a_change_is_in_the_audit_log(admin, settings, studio):
    answer = settings(run_retention_days=8)
    assert studio.sql("select action, detail from audit_log where request_id = %s", answer.headers["X-Request-Id"]) == [
        ("settings.change", {"from": {"run_retention_days": 90}, "to": {"run_retention_days": 8}})]


def test_settings_are_for_who_may(people, admin):
    keeper = people.user("kim", permissions=["settings.manage"])
    assert keeper.get("/admin/settings").status_code == 200
    assert people.user("eve").get("/admin/settings").status_code == 403


def test_old_runs_go_and_others_stay(studio, ann, settings):
    ancient, old, live, fresh = (old_run(studio, ann, 100), old_run(studio, ann, 40), old_run(studio, ann, 100, "waiting"),
                                 old_run(studio, ann, 1))
    before = studio.sql("select coalesce(max(id), 0) from audit_log")[0][0]
    chores.make_due(studio, "sweep_runs")
    assert wait_until(lambda: ann.get(f"/runs/{ancient}").status_code == 404, 20)
    assert wait_until(lambda: ann.get(f"/runs/{old}/output").json()["removed"], 20)
    assert wait_until(lambda: ann.get(f"/runs/{old}").json()["files"] == [], 20)
    for kept in (live, fresh):
        assert ann.get(f"/runs/{kept}/output").json()["chunks"][0]["text"] == "long ago\n"
        assert len(ann.get(f"/runs/{kept}").json()["files"]) == 1
    assert wait_until(lambda: studio.sql("select detail from audit_log where id > %s and action = 'run.remove_old'", before), 20)
    told = studio.sql("select detail, actor_id from audit_log where id > %s and action = 'run.remove_old'", before)
    assert len(told) == 1, "one entry for the whole sweep"
    assert told[0][1] is None and told[0][0]["runs"] >= 1 and told[0][0]["files"] >= 2 and told[0][0]["output_chunks"] >= 2


def test_nothing_goes_when_everything_is_kept_for_ever(studio, ann, settings):
    settings(run_retention_days=0, run_output_retention_days=0)
    ancient = old_run(studio, ann, 4000)
    chores.do_now(studio, "sweep_runs")
    settings(run_retention_days=5000)
    chores.do_now(studio, "sweep_runs")
    assert ann.get(f"/runs/{ancient}/output").json()["chunks"][0]["text"] == "long ago\n"


def test_many_old_runs_go_in_one_sweep(studio, ann, settings):
    script = finished.script(ann)
    studio.sql("insert into runs (id, kind, state, asked_by, script_id, script_version, finished_at) "
               "select (left(uuid_floor(now() - interval '200 days')::text, 14) || '7' || substr(gen_random_uuid()::text, 16))::uuid, "
               "'script', 'succeeded', %s, %s, 1, now() - interval '200 days' from generate_series(1, 3000)", ann.id, script["id"])
    chores.make_due(studio, "sweep_runs")
    assert wait_until(lambda: ann.get("/runs", params={"script": script["id"]}).json()["items"] == [], 240)
