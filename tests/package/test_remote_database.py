"""A machine whose PostgreSQL is elsewhere, here one of the test's own that is reached by TCP, and an upgrade that this
database does not let happen. The tests follow each other."""

import psycopg2
import pytest

from harness.cluster import Cluster
from harness.waiting import wait_until
from machine import PlainMachine
from test_package import POOLS, install, is_served, place

PORT = 6543
CONF = "/etc/coagent/coagent.conf"
IN_THE_WAY = "upgrade_note"  # what the later package's migration makes
PROGRAMS = {"fast": "/usr/libexec/coagent/coagent-fcgi", "wait": "/usr/sbin/coagent-fcgi"}


@pytest.fixture(scope="class")
def cluster(machine):  # pylint: disable=unused-argument  # this process is in the machine's network
    made = Cluster()
    made.stop()
    made.start(f"-c listen_addresses=127.0.0.1 -c port={PORT}")
    yield made
    made.remove()


def sql(cluster, statement):
    connection = psycopg2.connect(host=cluster.folder, port=PORT, user="coagent", dbname="coagent")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


def programs(machine):
    return {pool: machine.run("readlink", f"/proc/{machine.master(pool)}/exe").strip() for pool in POOLS}


@pytest.mark.usefixtures("goes_on")
@pytest.mark.parametrize("machine", [PlainMachine], indirect=True, ids=["plain"])
class TestRemoteDatabase:
    def test_it_installs_without_a_server_of_its_own_and_says_what_is_missing(self, machine, packages, life):
        machine.run("apt-get", "install", "-q", "-y", "postgresql-client-15")
        said = install(machine, place(machine, packages[0], "coagent.deb"))
        assert "PostgreSQL is not installed on this machine" in said and "DATABASE_URL" in said, said[-1500:]
        assert not machine.succeeds("test", "-e", "/usr/lib/postgresql/15/bin/postgres")

    def test_it_serves_from_the_database_that_the_settings_name(self, machine, cluster, life):
        for role, name in (("coagent_app", "DATABASE_URL"), ("coagent", "DATABASE_OWNER_URL")):
            url = f"postgresql://{role}@127.0.0.1:{PORT}/coagent?sslmode=disable"
            machine.run("sed", "-i", f"s|^{name}=.*|{name}={url}|", CONF)
        machine.run("dpkg-reconfigure", "coagent")
        wait_until(is_served, 30, "the site")
        assert "0 pending" in machine.run("coagentctl", "status")

    def test_an_upgrade_whose_migration_fails_is_one_and_the_old_program_serves_on(self, machine, packages, cluster, life):
        sql(cluster, f"create table {IN_THE_WAY} ()")
        masters = {pool: machine.master(pool) for pool in POOLS}
        later = place(machine, packages[1], "later.deb")
        said = machine.run("sh", "-c", f"apt-get install -q -y {later}; echo it ended with $?")
        assert "it ended with 0" not in said and "the previous one keeps running" in said, said[-1500:]
        assert IN_THE_WAY in said, "what is in the way is named"
        assert {pool: machine.master(pool) for pool in POOLS} == masters
        assert all(program.endswith("(deleted)") for program in programs(machine).values()), programs(machine)
        assert is_served()

    def test_the_upgrade_goes_on_when_that_is_mended(self, machine, cluster, life):
        sql(cluster, f"drop table {IN_THE_WAY}")
        machine.run("dpkg", "--configure", "coagent")
        wait_until(lambda: programs(machine) == PROGRAMS, what="the new programs")
        wait_until(is_served, what="the site")
        assert "0 pending" in machine.run("coagentctl", "status")
