"""The pool alone, without nginx: slots, the exit-status contract, PostgreSQL away, and every way for a child to die."""

import array
import concurrent.futures
import contextlib
import fcntl
import json
import os
import pathlib
import re
import signal
import socket
import termios
import threading
import time
import uuid

import pytest

from harness import fastcgi, tokens
from harness.pool import BUILD
from harness.waiting import wait_until
from harness.pool_stage import (  # noqa: F401  (fixtures)
    assert_healthy, backends, become_healthy, cluster, hold_audit_log, hold_users, in_background, is_whole, make_pool,
    no_throttles, pool, waiting_for_lock)


def test_each_child_serves_one_request(pool):
    for _ in range(20):
        assert pool.get().status == 200
    served = re.findall(r"coagent-fcgi\[(\d+)\] [0-9a-f-]{36} GET /status 200", pool.log())
    assert len(served) >= 20 and len(set(served)) == len(served)


def test_children_inherit_the_connections_of_their_slots(pool, cluster):
    assert_healthy(pool)
    before = backends(cluster)
    for _ in range(30):
        assert pool.get().status == 200
    assert backends(cluster) == before and len(before) == pool.slots


def test_every_answer_has_its_own_request_id_and_the_security_headers(pool):
    first, second = pool.get(), pool.get("/api/nowhere")
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    for answer in (first, second):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert second.json()["instance"] == second.headers["x-request-id"]


def send_part(pool, kept_records):
    """A connection on which the first records of a request with a body were sent."""
    now, nobody = int(time.time()), str(uuid.uuid4())
    token = tokens.sign({"sub": nobody, "client_id": nobody, "iat": now, "exp": now + 60}, pool.settings["SECRET_KEY"])
    sent = fastcgi.records("POST", "/api/rooms", {"Authorization": f"Bearer {token}"}, b"{" + b" " * 200000 + b"}")
    connection = fastcgi.connect(pool.socket)
    connection.sendall(b"".join(sent[:kept_records]) + sent[kept_records][:7])
    return connection


def test_the_fast_pool_leaves_to_the_other_one_what_it_cannot_serve(pool):
    assert pool.get("/api/auth/login").status == 405
    body = {"email": "nobody@example.org", "password": "no password"}
    assert fastcgi.request(pool.socket, "POST", "/api/auth/login", body=body).status == 500
    assert "reached the wrong pool" in pool.log()
    assert_healthy(pool)


@pytest.fixture(params=["children", "keepers"])
def victims(request, pool):
    """Looks for the pids of those that a test kills: who serves the requests, or who forks them."""
    return getattr(pool, request.param)


def kill_all(pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def are_taken(connections):
    """Whether what was sent on each was read: the queue of the socket's other side is empty."""
    for connection in connections:
        waiting = array.array("i", [0])
        if connection:
            fcntl.ioctl(connection, termios.TIOCOUTQ, waiting)
        yield waiting[0] == 0


def killed_after(pool, victims, act):
    """Kills every child, or keeper and child, while act's connections are open, then lets them go."""
    connections = [act() for _ in range(pool.slots)]
    wait_until(lambda: len(pool.children()) == pool.slots and all(are_taken(connections)), what="a child for every connection")
    killed = pool.children()
    kill_all(victims())
    wait_until(lambda: not any(pool.is_alive(child) for child in killed), what="the end of the children")
    for connection in connections:
        if connection:
            connection.close()


@pytest.mark.parametrize("records", range(0, 6))
def test_processes_killed_in_mid_request_leave_no_dead_slot(pool, victims, records):
    killed_after(pool, victims, lambda: send_part(pool, records))
    assert_healthy(pool)


def test_processes_killed_while_they_wait_leave_no_dead_slot(pool, victims):
    killed_after(pool, victims, lambda: None)
    assert_healthy(pool)


def test_processes_killed_in_mid_query_leave_no_dead_slot_and_no_lock(pool, victims, cluster):
    lock = hold_users(cluster)
    waiting = [in_background(pool.get) for _ in range(pool.slots)]
    wait_until(lambda: len(waiting_for_lock(cluster)) == pool.slots, what="queries that wait")
    kill_all(victims())
    assert [answer.result(30).status for answer in waiting] == [0] * pool.slots
    lock.rollback()
    assert_healthy(pool)
    wait_until(lambda: len(backends(cluster)) == pool.slots, what="the end of the old connections")


def test_processes_killed_at_random_never_spoil_a_connection(pool, victims):
    """The exit-status contract under fire: what is answered at all is right, and the pool is whole afterwards."""
    over = threading.Event()

    def kill_children():
        while not over.wait(0.02):
            kill_all(victims()[:1])

    killer = threading.Thread(target=kill_children)
    killer.start()
    try:
        with concurrent.futures.ThreadPoolExecutor(pool.slots) as executor:
            answers = list(executor.map(lambda _: pool.get(), range(300)))
    finally:
        over.set()
        killer.join()
    assert {answer.status for answer in answers} <= {0, 200, 503}
    assert all(answer.json()["status"] == "ok" for answer in answers if answer.status == 200)
    assert_healthy(pool)


def test_processes_that_die_at_once_do_not_make_a_storm(pool, victims):
    seen = set()
    end = time.monotonic() + 2
    while time.monotonic() < end:
        killed = victims()
        seen.update(killed)
        kill_all(killed)
    assert len(seen) <= pool.slots * (2 / 0.25 + 3)
    assert_healthy(pool)


def test_a_request_beyond_its_time_ends_and_the_slot_lives(make_pool, cluster):
    pool = make_pool(REQUEST_SECONDS="2").start()
    wait_until(lambda: is_whole(pool))
    began = time.monotonic()
    stuck = [send_part(pool, 2) for _ in range(pool.slots)]
    assert all(fastcgi.receive(connection).status in (0, 408) for connection in stuck)
    assert time.monotonic() - began < 8
    assert_healthy(pool)


def test_the_end_of_an_answer_does_not_wait_for_what_follows_it(pool, cluster):
    """Of what follows, the audit of a refusal can be held up."""
    lock = hold_audit_log(cluster)
    try:
        with fastcgi.connect(pool.socket, timeout=5) as connection:
            connection.sendall(b"".join(fastcgi.records("GET", "/api/rooms", {"Authorization": "Bearer e30.e30.none"})))
            assert fastcgi.receive(connection).status == 401
            wait_until(lambda: waiting_for_lock(cluster), what="the child's audit row")
            assert connection.recv(1) == b"", "the end, while the child is still at work"
            assert waiting_for_lock(cluster)
    finally:
        lock.rollback()
    assert_healthy(pool)


def test_a_query_that_waits_too_long_is_a_503_and_the_slot_lives(make_pool, cluster):
    pool = make_pool(REQUEST_SECONDS="3").start()
    wait_until(lambda: is_whole(pool))
    before = backends(cluster)
    lock = hold_users(cluster)
    try:
        answer = pool.get()
    finally:
        lock.rollback()
    assert answer.status == 503 and answer.headers["retry-after"] == "1"
    assert_healthy(pool)
    assert backends(cluster) == before


NOISE = {
    "http": b"GET / HTTP/1.1\r\n\r\n",
    "zeros": b"\0" * 100,
    "cut": b"\x01\x01\x00\x01\xff\xff\x00\x00",
    "ones": b"\xff" * 9000,
}


@pytest.mark.parametrize("noise", NOISE.values(), ids=NOISE.keys())
def test_noise_on_the_socket_costs_nothing(pool, noise):
    for _ in range(pool.slots * 2):
        with fastcgi.connect(pool.socket) as connection:
            connection.sendall(noise)
    assert_healthy(pool)
    assert "ended with status" not in pool.log()


def test_503_while_postgresql_is_away_and_back_within_a_second(pool, cluster):
    cluster.stop()
    try:
        wait_until(lambda: pool.get().status == 503, what="a 503")
        for _ in range(pool.slots * 4):
            began = time.monotonic()
            answer = pool.get()
            assert answer.status == 503 and answer.headers["retry-after"] == "1"
            assert answer.headers["content-type"] == "application/problem+json"
            assert time.monotonic() - began < 5
        assert pool.get("/api/openapi.json").status == 200
        assert pool.get("/api/health").json()["parts"]["database"] == "away"
    finally:
        cluster.start()
    began = time.monotonic()
    wait_until(lambda: pool.get().status == 200, what="PostgreSQL")
    assert time.monotonic() - began < 5, "it is one second where nothing else runs"
    become_healthy(pool)


def test_a_postgresql_that_is_not_ready_is_asked_four_times_a_second(make_pool, cluster):
    """However many slots there are: asking costs the server a process each time."""
    pool = make_pool(POOL_SLOTS=16).start()
    wait_until(lambda: is_whole(pool))
    cluster.stop()
    path, asked = cluster.folder / ".s.PGSQL.5432", 0
    try:
        with socket.socket(socket.AF_UNIX) as stand_in:
            stand_in.bind(str(path))
            path.chmod(0o777)
            stand_in.listen()
            stand_in.settimeout(30)
            stand_in.accept()[0].close()
            stand_in.settimeout(0.1)
            with contextlib.suppress(TimeoutError):
                while True:  # those who had waited for it
                    stand_in.accept()[0].close()
            end = time.monotonic() + 2
            while time.monotonic() < end:
                with contextlib.suppress(TimeoutError):
                    stand_in.accept()[0].close()
                    asked += 1
    finally:
        path.unlink()
        cluster.start()
    assert 4 <= asked <= 12, "four times a second, and what had waited to be accepted"


def test_a_crash_of_postgresql_in_mid_query_is_a_503(pool, cluster):
    lock = hold_users(cluster)
    waiting = in_background(pool.get)
    wait_until(lambda: waiting_for_lock(cluster))
    cluster.stop("immediate")
    try:
        assert waiting.result(30).status == 503
    finally:
        lock.close()
        cluster.start()
    wait_until(lambda: pool.get().status == 200)
    become_healthy(pool)


def test_a_crash_of_postgresql_before_the_query_is_a_503(pool, cluster):
    """The master, who would have replaced the children, sleeps: each of them finds its connection broken."""
    wait_until(lambda: len(pool.children()) == pool.slots, what="a child in every slot")
    pool.signal(signal.SIGSTOP)
    try:
        connected = backends(cluster)
        os.kill(min(connected), signal.SIGKILL)
        wait_until(lambda: not any(pool.is_alive(backend) for backend in connected), what="the end of the connections")
        answers = [pool.get("/api/status") for _ in range(pool.slots)]
    finally:
        pool.signal(signal.SIGCONT)
    assert [answer.status for answer in answers] == [503] * pool.slots
    assert all(answer.headers["retry-after"] for answer in answers)
    assert "answered 500" not in pool.log()
    wait_until(lambda: pool.get().status == 200, what="the first answer after the crash")
    assert_healthy(pool)


def test_it_starts_while_postgresql_is_away(make_pool, cluster):
    cluster.stop()
    try:
        pool = make_pool().start()
        wait_until(lambda: pool.get().status == 503)
    finally:
        cluster.start()
    wait_until(lambda: pool.get().status == 200)
    become_healthy(pool)


def test_lost_connections_are_replaced_before_anybody_notices(pool, cluster):
    before = backends(cluster)
    cluster.sql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'coagent_app'")
    wait_until(lambda: len(backends(cluster) - before) == pool.slots, what="new connections")
    become_healthy(pool)


def test_the_fast_pool_is_a_static_program_of_few_mappings(pool):
    """Each of them is copied by every fork. Where a static library was missing, the pool has shared ones."""
    if not (BUILD / "fcgi" / "coagent-fcgi").exists():
        pytest.skip("built without the static program")
    child = pathlib.Path(f"/proc/{pool.children()[0]}")
    assert child.joinpath("exe").readlink() == BUILD / "fcgi" / "coagent-fcgi"
    assert len(child.joinpath("maps").read_text().splitlines()) <= 16


def faults_of_children(pool):
    """Minor page faults of all children that have ended (cminflt of proc(5))."""
    stats = [pathlib.Path(f"/proc/{keeper}/stat").read_text().rpartition(")")[2].split() for keeper in pool.keepers()]
    return sum(int(fields[8]) for fields in stats)


def test_a_child_of_the_static_program_touches_few_pages(pool):
    """What it enters is laid together by fcgi/fast/order.ld: scattered, these were 37 page faults, now they are 22."""
    if not (BUILD / "fcgi" / "coagent-fcgi").exists():
        pytest.skip("built without the static program")
    preflight = {"Origin": "http://studio.test", "Access-Control-Request-Method": "GET"}
    before = faults_of_children(pool)
    for _ in range(60):
        assert fastcgi.request(pool.socket, "OPTIONS", "/api/rooms", preflight).status == 204
    assert (faults_of_children(pool) - before) / 60 < 29


def test_the_static_program_is_the_fast_pool_only(make_pool):
    if not (BUILD / "fcgi" / "coagent-fcgi").exists():
        pytest.skip("built without the static program")
    refused = make_pool().run("fcgi/coagent-fcgi", "--pool", "wait")
    assert refused.returncode == 1 and "fast pool" in refused.stderr


@pytest.fixture
def role_with_password(cluster):
    """A role that PostgreSQL asks for its password (SCRAM), and what it may do the program may."""
    rules = cluster.data / "pg_hba.conf"
    before = rules.read_text()
    cluster.sql("create role asked login password 'right' in role coagent_app")
    rules.write_text("local all asked scram-sha-256\n" + before)
    cluster.sql("select pg_reload_conf()")
    yield "asked"
    rules.write_text(before)
    cluster.sql("select pg_reload_conf()")
    cluster.sql("drop role asked")


def test_it_connects_with_a_password(make_pool, cluster, role_with_password):
    pool = make_pool(DATABASE_URL=cluster.url(role_with_password) + " password=right").start()
    wait_until(lambda: is_whole(pool), what="a keeper in every slot, and the first answer")
    assert_healthy(pool)
    pool.stop()


def test_a_wrong_password_is_told(make_pool, cluster, role_with_password):
    pool = make_pool(DATABASE_URL=cluster.url(role_with_password) + " password=wrong").start()
    wait_until(lambda: "password authentication failed" in pool.log(), what="the reason")
    assert pool.get().status == 503


def test_nobody_registers_before_there_is_an_administrator(make_pool, cluster):
    """Not even where registration is open: the first visitor would own the studio."""
    assert cluster.sql("select count(*) from users") == [(0,)]
    waiting = make_pool(REGISTRATION_OPEN="true").start("wait")
    answer = wait_until(lambda: fastcgi.request(
        waiting.socket, "POST", "/api/auth/register", {"Content-Type": "application/json"},
        json.dumps({"email": "first@example.com", "password": "a long enough password"}).encode()),
        good=lambda answer: answer.status != 503)
    assert answer.status == 403 and "coagentctl create-admin" in answer.json()["detail"]
    assert cluster.sql("select count(*) from users") == [(0,)]
