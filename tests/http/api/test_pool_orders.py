"""The pool alone: what it does when it is told to reload, to go on as a new program, to drain, and how it starts."""

import concurrent.futures
import os
import signal
import subprocess
import threading
import time

import pytest

from harness import fastcgi
from harness.waiting import wait_until
from harness.pool_stage import (  # noqa: F401  (fixtures)
    assert_healthy, backends, become_healthy, cluster, hold_users, in_background, make_pool, no_throttles, pool, waiting_for_lock)


def test_sighup_brings_the_new_configuration_to_the_next_request(pool):
    assert pool.get(headers=FOREIGN).status == 403
    old = pool.keepers()
    pool.configure(BACKEND_CORS_ORIGINS=FOREIGN["Origin"], POOL_SLOTS="5")
    pool.signal(signal.SIGHUP)
    wait_until(lambda: "was reloaded" in pool.log())
    wait_until(lambda: len(pool.children()) == 5 and not set(old) & set(pool.keepers()))
    for _ in range(10):
        assert pool.get(headers=FOREIGN).headers["access-control-allow-origin"] == "https://other.example"
    pool.configure(POOL_SLOTS="2")
    pool.signal(signal.SIGHUP)
    wait_until(lambda: len(pool.children()) == 2)
    assert_healthy(pool)


def test_sighup_with_a_wrong_configuration_changes_nothing(pool):
    kept = dict(pool.settings)
    pool.configure(SECRET_KEY="short")
    pool.signal(signal.SIGHUP)
    wait_until(lambda: "was not reloaded" in pool.log())
    pool.configure(**kept)
    assert_healthy(pool)


def test_no_request_is_lost_by_reloads(pool):
    over = threading.Event()

    def reload():
        while not over.wait(0.02):
            pool.signal(signal.SIGHUP)

    reloader = threading.Thread(target=reload)
    reloader.start()
    try:
        with concurrent.futures.ThreadPoolExecutor(4) as executor:
            answers = list(executor.map(lambda _: pool.get().status, range(600)))
    finally:
        over.set()
        reloader.join()
    assert answers == [200] * 600


def starts(pool):
    """How often a program has begun to serve: once, and once a renewal."""
    return pool.log().count("serving at")


def test_sigusr2_goes_on_as_the_installed_program_and_loses_no_request(pool):
    over = threading.Event()

    def ask():
        answers = []
        while not over.is_set():
            answers.append(pool.get().status)
        return answers

    clients = [in_background(ask) for _ in range(4)]
    try:
        for renewal in range(3):
            pool.signal(signal.SIGUSR2)
            wait_until(lambda: starts(pool) == renewal + 2, what="another start in the same process")
    finally:
        over.set()
    answers = [answer for client in clients for answer in client.result(60)]
    assert answers == [200] * len(answers)
    assert pool.process.poll() is None
    assert_healthy(pool)


def test_sigusr2_lets_a_request_end_as_it_began(pool, cluster):
    lock = hold_users(cluster)
    waiting = in_background(pool.get)
    wait_until(lambda: len(waiting_for_lock(cluster)) == 1)
    pool.signal(signal.SIGUSR2)
    wait_until(lambda: starts(pool) == 2, what="the new program")
    lock.rollback()
    assert waiting.result(30).status == 200
    assert_healthy(pool)


FOREIGN = {"Origin": "https://other.example"}


def allowed_origin(pool):
    return pool.get(headers=FOREIGN).headers.get("access-control-allow-origin")


def test_sigusr2_replaces_keepers_that_were_all_busy(pool, cluster):
    lock = hold_users(cluster)
    waiting = [in_background(pool.get) for _ in range(pool.slots)]
    wait_until(lambda: len(waiting_for_lock(cluster)) == pool.slots, what="a request in every slot")
    old = pool.keepers()
    pool.configure(BACKEND_CORS_ORIGINS=FOREIGN["Origin"])
    pool.signal(signal.SIGUSR2)
    wait_until(lambda: starts(pool) == 2, what="the new program")
    lock.rollback()
    assert [answer.result(30).status for answer in waiting] == [200] * pool.slots
    wait_until(lambda: not set(old) & set(pool.keepers()), what="the end of the old keepers")
    assert {allowed_origin(pool) for _ in range(40)} == {FOREIGN["Origin"]}
    assert_healthy(pool)


def test_sigusr2_waits_until_the_last_renewal_serves(pool):
    """However fast the orders come, each program answers somebody before the next one takes its place."""
    over = threading.Event()

    def renew():
        while not over.wait(0.001):
            pool.signal(signal.SIGUSR2)

    renewer = in_background(renew)
    try:
        answers = []
        while starts(pool) < 5:
            answers.append(pool.get().status)
    finally:
        over.set()
        renewer.result()
    assert answers == [200] * len(answers)
    assert_healthy(pool)


def test_sigusr2_with_a_wrong_configuration_changes_nothing(pool):
    kept = dict(pool.settings)
    pool.configure(SECRET_KEY="short")
    pool.signal(signal.SIGUSR2)
    wait_until(lambda: "was not renewed" in pool.log())
    pool.configure(**kept)
    assert_healthy(pool)


def test_sigterm_answers_what_has_come_and_ends(pool, cluster):
    lock = hold_users(cluster)
    waiting = [in_background(pool.get) for _ in range(pool.slots)]
    wait_until(lambda: len(waiting_for_lock(cluster)) == pool.slots)
    queued = [fastcgi.connect(pool.socket) for _ in range(4)]  # they are in the queue of the socket as soon as this returns
    for connection in queued:
        connection.sendall(b"".join(fastcgi.records("GET", "/api/status")))
    pool.signal(signal.SIGTERM)
    wait_until(lambda: not pool.socket.exists(), what="the end of the socket")
    assert pool.process.poll() is None
    lock.rollback()
    assert [answer.result(30).status for answer in waiting] == [200] * len(waiting)
    assert [fastcgi.receive(connection).status for connection in queued] == [200] * len(queued)
    assert pool.process.wait(30) == 0
    wait_until(lambda: not backends(cluster), what="the end of the connections")


def test_an_idle_pool_ends_at_once(pool):
    began = time.monotonic()
    pool.signal(signal.SIGTERM)
    assert pool.process.wait(30) == 0
    assert time.monotonic() - began < 5


def test_children_die_with_their_master(pool, cluster):
    lock = hold_users(cluster)
    waiting = in_background(pool.get)
    wait_until(lambda: waiting_for_lock(cluster))
    children = pool.children()
    pool.process.kill()
    pool.process.wait()
    wait_until(lambda: not any(pool.is_alive(child) for child in children), what="the end of the children")
    assert waiting.result(30).status == 0
    lock.rollback()
    pool.start()  # a dead socket in the way is no obstacle
    wait_until(lambda: starts(pool) == 2, what="the second start")
    become_healthy(pool)


def test_a_second_pool_does_not_take_the_socket(pool):
    second = pool.run("coagent-fcgi")
    assert second.returncode == 1 and "another pool serves it" in second.stderr
    assert_healthy(pool)


WEAK_KEYS = {"missing": None, "empty": "", "short": "short", "monotonous": "a" * 40,
             "known": "your-secret-key-change-in-production"}


@pytest.mark.parametrize("key", WEAK_KEYS.values(), ids=WEAK_KEYS.keys())
def test_it_refuses_to_start_without_a_strong_secret_key(make_pool, key):
    refused = make_pool(SECRET_KEY=key).run("coagent-fcgi")
    assert refused.returncode == 1
    assert "SECRET_KEY" in refused.stderr and "openssl rand" in refused.stderr


def test_it_refuses_an_encrypted_connection(make_pool, cluster, tmp_path_factory):
    certificate = cluster.data / "server.crt"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2",
                    "-keyout", cluster.data / "server.key", "-out", certificate], check=True, capture_output=True)
    owner = cluster.data.stat()
    for file in (certificate, cluster.data / "server.key"):
        os.chown(file, owner.st_uid, owner.st_gid)
        file.chmod(0o600)
    with fastcgi.socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    cluster.stop()
    cluster.start(f"-c ssl=on -c listen_addresses=127.0.0.1 -c port={port}")
    try:
        url = f"host=127.0.0.1 port={port} user=coagent_app dbname=coagent sslmode=require"
        refused = make_pool(DATABASE_URL=url).run("coagent-fcgi")
        assert refused.returncode == 1 and "encrypted" in refused.stderr
    finally:
        cluster.stop()
        cluster.start()


def test_the_tables_and_the_configuration_are_sound(make_pool):
    checked = make_pool().run("coagent-fcgi", "--check")
    assert checked.returncode == 0, checked.stderr
