"""What the tests of the pool stand on: a PostgreSQL and pools of their own, and looks into both."""

import concurrent.futures

import pytest

from harness.cluster import Cluster
from harness.pool import Pool
from harness.waiting import wait_until


@pytest.fixture(autouse=True)
def no_throttles():
    """Not the fixture of the studio: these tests need none."""


@pytest.fixture(scope="module")
def cluster():
    made = Cluster()
    pool = Pool(made)
    migrated = pool.run("coagentctl", "migrate")
    assert migrated.returncode == 0, migrated.stderr
    pool.stop()
    yield made
    made.remove()


@pytest.fixture
def make_pool(cluster):
    pools = []

    def make(**settings):
        pools.append(Pool(cluster, **settings))
        return pools[-1]

    yield make
    for pool in pools:
        pool.stop()


@pytest.fixture
def pool(make_pool):
    started = make_pool().start()
    wait_until(lambda: is_whole(started), what="a keeper in every slot, and the first answer")
    return started


def is_whole(pool):
    """Each slot has its connection, which goes on after the first of them answers: only then does it get a keeper."""
    return len(pool.keepers()) == pool.slots and pool.get().status == 200


def assert_healthy(pool):
    """Every slot has a child and a connection: several rounds of all slots at once are answered."""
    wait_until(lambda: len(pool.children()) == pool.slots, what="a child in every slot")
    with concurrent.futures.ThreadPoolExecutor(pool.slots) as executor:
        answers = list(executor.map(lambda _: pool.get().status, range(pool.slots * 6)))
    assert answers == [200] * len(answers)


def become_healthy(pool):
    """The same after a fault, from the moment on when nobody notices it any more."""
    wait_until(lambda: is_whole(pool), what="a keeper in every slot, and an answer")
    assert_healthy(pool)


def backends(cluster):
    rows = cluster.sql("select pid from pg_stat_activity where usename = 'coagent_app' and backend_type = 'client backend'")
    return {row[0] for row in rows}


def hold_users(cluster):
    """A lock that every GET /api/status waits for, until rollback."""
    connection = cluster.connect()
    connection.cursor().execute("lock table users in access exclusive mode")
    return connection


def hold_audit_log(cluster):
    """A lock that whoever writes into the audit log waits for, until rollback."""
    connection = cluster.connect()
    connection.cursor().execute("lock table audit_log in exclusive mode")
    return connection


def in_background(function, *arguments):
    return concurrent.futures.ThreadPoolExecutor(1).submit(function, *arguments)


def waiting_for_lock(cluster):
    return cluster.sql("select pid from pg_stat_activity where wait_event_type = 'Lock' and usename = 'coagent_app'")
