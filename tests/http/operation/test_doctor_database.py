"""coagentctl doctor at a PostgreSQL with which everything goes wrong once: each check fails, and the command that it names
mends it."""

import os
import secrets
import subprocess

import pytest

from harness.cluster import BIN, Cluster
from harness.doctor import Ctl
from harness.studio import free_port

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="an administrator's commands need root")


@pytest.fixture(scope="module")
def cluster():
    running = Cluster()
    yield running
    running.remove()


@pytest.fixture
def ctl(cluster):
    restart = f"runuser -u postgres -- {BIN}/pg_ctl -w -D {cluster.data} -l {cluster.folder}/log -o '-c listen_addresses= " \
              f"-k {cluster.folder} -c fsync=off' restart >/dev/null"
    made = Ctl({"SECRET_KEY": secrets.token_hex(32), "DATABASE_URL": cluster.url(), "DATABASE_OWNER_URL": cluster.url("coagent"),
                "RESTART_COMMAND": restart, "BCRYPT_COST": "4"})
    yield made
    made.remove()


@pytest.fixture
def migrated(ctl):
    assert ctl.run("migrate").returncode == 0
    return ctl


def test_missing_migrations_are_mended_by_migrate(cluster, ctl):
    cluster.sql("create database fresh owner coagent")
    ctl.change(DATABASE_URL=cluster.url(database="fresh"), DATABASE_OWNER_URL=cluster.url("coagent", "fresh"))
    assert ctl.find("grants")["verdict"] in ("ok", "skipped")
    assert "coagentctl migrate" in ctl.is_mended("migrations")["command"]


def test_a_newer_database_asks_for_the_newer_program(cluster, migrated):
    cluster.sql("insert into schema_migrations values (9999, '9999_future', 'x')")
    found = migrated.find("migrations")
    cluster.sql("delete from schema_migrations where number = 9999")
    assert found["verdict"] == "failed" and "newer" in found["message"] and found["command"].startswith("apt-get install")


def test_a_missing_administrator_is_mended_by_create_admin(migrated):
    before = migrated.is_mended("administrator", appended=" --password-stdin", input="a long pass phrase\n", text=True)
    assert "create-admin --email" in before["command"]


def test_a_stopped_postgresql_is_mended_by_its_start(cluster, migrated):
    cluster.stop()
    assert "no connection" in migrated.is_mended("database")["message"]


def test_a_missing_role_is_mended_by_making_it_and_its_rights(cluster, migrated):
    migrated.change(DATABASE_URL=cluster.url("coagent_other"))
    assert "create role" in migrated.is_mended("database")["command"]
    assert "grant" in migrated.is_mended("grants")["command"]


def test_a_missing_database_is_mended_by_making_it(cluster, ctl):
    ctl.change(DATABASE_URL=cluster.url(database="nowhere"), DATABASE_OWNER_URL=cluster.url("coagent", "nowhere"))
    assert "create database" in ctl.is_mended("database")["command"]
    assert ctl.find("migrations")["verdict"] == "ok"


def test_an_encrypted_connection_is_mended_by_not_asking_for_it(cluster, migrated):
    port = free_port()
    made = migrated.run("make-certificate", "--folder", cluster.folder / "tls")
    assert made.returncode == 0, made.stderr
    for name in ("key.pem", "certificate.pem"):
        subprocess.run(["install", "-o", "postgres", "-m", "600", cluster.folder / "tls" / name, cluster.data / name], check=True)
    cluster.stop()
    cluster.start(f"-c ssl=on -c ssl_cert_file=certificate.pem -c ssl_key_file=key.pem -c listen_addresses=127.0.0.1 -c port={port}")
    try:
        for url in (f"postgresql://coagent_app@127.0.0.1:{port}/coagent", f"postgresql://coagent_app@127.0.0.1:{port}/coagent?connect_timeout=5",
                    f"host=127.0.0.1 port={port} user=coagent_app dbname=coagent"):
            migrated.change(DATABASE_URL=url)
            assert "encrypted" in migrated.is_mended("database")["message"]
    finally:
        cluster.stop()
        cluster.start()


def test_an_owner_who_may_not_log_in_is_mended(cluster, migrated):
    cluster.sql("alter role coagent nologin")
    assert "alter role coagent login" in migrated.is_mended("database-owner")["command"]


def test_a_superuser_as_the_programs_role_is_mended(cluster, migrated):
    cluster.sql("alter role coagent_app superuser")
    assert "superuser" in migrated.is_mended("role")["message"]


def test_the_owner_as_the_programs_role_is_for_a_person_to_mend(cluster, migrated):
    migrated.change(DATABASE_URL=cluster.url("coagent"))
    migrated.stand_in("sensible-editor", "sed -i '/^DATABASE_URL=/s/user=coagent /user=coagent_app /' \"$1\"\n")
    assert "owns tables" in migrated.is_mended("role")["message"]


def test_rights_that_were_given_or_taken_are_mended(cluster, migrated):
    cluster.sql("grant update, truncate on audit_log to coagent_app; revoke select, delete on rooms from coagent_app")
    before = migrated.is_mended("grants")
    assert "2 places" in before["message"]
    assert "revoke" in before["command"] and "grant" in before["command"]


def test_too_few_connections_are_mended(cluster, migrated):
    migrated.change(POOL_SLOTS="150")
    assert "max_connections" in migrated.is_mended("connections")["command"]
    cluster.sql("alter system reset max_connections")


@pytest.mark.parametrize("seconds, verdict", [(90, "failed"), (-90, "failed"), (3, "warning")])
def test_a_wrong_clock_is_mended_by_setting_it(migrated, seconds, verdict):
    migrated.shift_clock(seconds)
    before = migrated.is_mended("clock", verdict)
    assert ("ahead" in before["message"]) == (seconds > 0)


def test_without_postgresql_what_needs_it_is_skipped(cluster, migrated):
    migrated.change(DATABASE_URL="host=/nonexistent dbname=coagent user=coagent_app")
    found = migrated.findings("database", "role", "grants", "migrations", "connections", "space", "clock",
                              "administrator", "sealed-keys", "runner")
    assert found.pop("database")["verdict"] == "failed"
    assert {one["verdict"] for one in found.values()} == {"skipped"}
    status, answer = migrated.json("status")
    assert status == 4 and answer["error"]["status"] == 4


def test_status_tells_versions_schema_and_queue(migrated):
    status, report = migrated.json("status")
    assert status == 0
    assert report["migrations"]["pending"] == 0 and report["problem"] is None
    assert report["server"].startswith("15") and report["version"]
    assert report["runs"] == {"queued": 0, "running": 0, "waiting": 0, "oldest_due_seconds": 0}
    assert report["runner"] == {"state": "away", "last_sign_ms": None}
    assert {name: pool["state"] for name, pool in report["pools"].items()} == {"fast": "away", "wait": "away"}
    assert "applied" in migrated.run("status").stdout
