"""Programs of two versions on one database: each calls the functions of its own version, and neither notices the other.

The other version is made of this one's programs: the name of the functions' schema has the same length in every version,
and in its functions times end in X instead of Z, so that an answer tells which version gave it."""

import concurrent.futures
import re
import shutil
import tempfile
import time
import uuid
from pathlib import Path

import pytest

from harness import tokens
from harness.cluster import Cluster
from harness.pool import BUILD, Pool
from harness.pool_stage import hold_users, in_background, no_throttles, waiting_for_lock  # noqa: F401  (fixtures)
from harness.waiting import wait_until

OWN = (BUILD / "sql" / "functions.name").read_text().strip()
OTHER = "fn_" + OWN[3:][::-1]
MISSING = "lacks the functions of this version"


@pytest.fixture(scope="module")
def other_programs():
    folder = Path(tempfile.mkdtemp(prefix="coagent-other-"))
    for name in ("coagent-fcgi", "fcgi/coagent-fcgi", "coagentctl", "coagent-runner"):
        if not (BUILD / name).exists():
            continue  # there is no static pool where it could not be linked
        code = (BUILD / name).read_bytes()
        assert OWN.encode() in code, name
        code = code.replace(OWN.encode(), OTHER.encode()).replace(b'.MS\"Z\"', b'.MS\"X\"')
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(code)
        (folder / name).chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def cluster():
    made = Cluster()
    yield made
    made.remove()


@pytest.fixture
def make(cluster):
    made = []

    def make_pool(programs=BUILD):
        key = made[0].settings["SECRET_KEY"] if made else None
        made.append(Pool(cluster, programs, **({"SECRET_KEY": key} if key else {})))
        return made[-1]

    yield make_pool
    for pool in made:
        pool.stop()


def migrate(pool):
    done = pool.run("coagentctl", "migrate")
    assert done.returncode == 0, done.stderr
    return done.stdout


def make_session(cluster, pool):
    """An access token of a user who is logged in."""
    user, session = str(uuid.uuid4()), str(uuid.uuid4())
    cluster.sql("insert into principals (id, kind, handle, name) values (%s, 'user', %s, 'Ann')", user, f"ann-{user[:8]}")
    cluster.sql("insert into users (id, email, password_hash) values (%s, %s, 'x')", user, f"{user}@example.org")
    cluster.sql("insert into sessions (id, user_id, family_hash, refresh_hash, expires_at) "
                "values (%s, %s, %s, %s, now() + interval '1 day')", session, user, user, user)
    now = int(time.time())
    token = tokens.sign({"sub": user, "client_id": session, "iat": now, "exp": now + 600}, pool.settings["SECRET_KEY"])
    return {"headers": {"Authorization": f"Bearer {token}"}}


def version_of(answer):
    assert answer.status == 200, answer.body
    return re.search(r'"created_at" ?: ?"[0-9T:.-]+(.)"', answer.body.decode()).group(1)


def test_two_versions_serve_side_by_side_under_load(cluster, make, other_programs):
    own, other = make(), make(other_programs)
    migrate(own)
    migrate(other)
    session = make_session(cluster, own)
    own.start()
    other.start()
    with concurrent.futures.ThreadPoolExecutor(8) as executor:
        answers = [(pool, executor.submit(pool.get, "/api/profile", **session)) for _ in range(100) for pool in (own, other)]
        versions = {(pool is own, version_of(answer.result())) for pool, answer in answers}
    assert versions == {(True, "Z"), (False, "X")}


def test_an_upgrade_leaves_a_request_that_is_at_work_its_functions(cluster, make, other_programs):
    own, other = make(), make(other_programs)
    migrate(own)
    session = make_session(cluster, own)
    own.start()
    assert version_of(own.get("/api/profile", **session)) == "Z"
    lock = hold_users(cluster)
    waiting = in_background(lambda: own.get("/api/profile", **session))
    wait_until(lambda: waiting_for_lock(cluster), what="a request in the middle")
    migrate(other)
    lock.rollback()
    assert version_of(waiting.result()) == "Z"
    assert version_of(own.get("/api/profile", **session)) == "Z", "and so do those that come after it"
    other.start()
    assert version_of(other.get("/api/profile", **session)) == "X"


def test_a_downgrade_finds_its_own_functions(cluster, make, other_programs):
    own, other = make(), make(other_programs)
    migrate(own)
    session = make_session(cluster, own)
    migrate(other)
    assert "up to date" in migrate(own)
    assert cluster.sql("select name from schema_functions order by applied_at desc")[0][0] == OWN
    own.start()
    assert version_of(own.get("/api/profile", **session)) == "Z"


def test_a_program_without_its_functions_says_so_everywhere_and_does_not_start(cluster, make, other_programs):
    own, other = make(), make(other_programs)
    migrate(own)
    for arguments in (["coagent-fcgi"], ["coagent-fcgi", "--check"], ["coagent-runner", "--once"]):
        done = other.run(*arguments)
        assert done.returncode != 0 and MISSING in done.stderr and "coagentctl migrate" in done.stderr, (arguments, done)
    done = other.run("coagentctl", "status")
    assert done.returncode != 0 and "coagentctl migrate" in done.stdout + done.stderr
    migrate(other)
    assert other.run("coagent-fcgi", "--check").returncode == 0


def test_a_pool_whose_functions_are_gone_says_what_to_do(cluster, make):
    own = make()
    migrate(own)
    session = make_session(cluster, own)
    own.start()
    assert version_of(own.get("/api/profile", **session)) == "Z"
    cluster.sql(f"drop schema {OWN} cascade")
    cluster.sql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'coagent_app'")
    health = wait_until(lambda: own.get("/api/health"), what="the health", good=lambda answer: b"outdated" in answer.body)
    assert health.status == 503 and health.json()["parts"]["database"] == "outdated"
    answer = own.get("/api/profile", **session)
    assert answer.status == 503 and MISSING in answer.json()["detail"] and "coagentctl migrate" in answer.json()["detail"]
    migrate(own)
    wait_until(lambda: own.get("/api/profile", **session).status == 200, what="the pool after the migration")
