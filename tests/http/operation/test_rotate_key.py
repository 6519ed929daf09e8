"""coagentctl rotate-key on a studio of its own, which runs all the while: what was sealed can be read at every step."""

import hashlib
import json
import os
import pathlib
import subprocess
import tempfile

import pytest

from harness import executions as scripts, studio as harness_studio
from harness.client import Client
from harness.waiting import wait_until

TOKEN = "a secret of a mapping"


class Site:
    """A studio whose key may change, its administrator, and a script that tells the digest of a secret."""

    def __init__(self, studio):
        self.studio = studio
        self.file = studio.state / "conf" / "coagent.conf"
        self.session = Client(studio.url).log_in(studio.admin_email, studio.admin_password)
        token = self.session.post("/profile/tokens", {"name": "of no key", "scopes": ["read", "write", "admin"]}).json()["token"]
        self.client = self.session.with_bearer(token)
        made = self.client.post("/providers", {"name": "P", "base_url": "http://127.0.0.1:9/v1", "key": "sk-of-a-provider"})
        assert made.status_code == 201, made.text
        mapping = self.client.post("/mappings", {"name": "M", "entries": [{"key": "TOKEN", "value": TOKEN, "secret": True}]}).json()
        self.script = self.client.post("/scripts", {"name": "S", "kind": "sh", "mapping": mapping["id"],
                                                    "code": 'printf %s "$TOKEN" | sha256sum'}).json()

    def rotate(self, *words, status=0, **environment):
        done = subprocess.run([self.studio.state / "app/sbin/coagentctl", "rotate-key", *words, "--json"], text=True, timeout=120,
                              env={"PATH": os.environ["PATH"], "COAGENT_CONFIG": str(self.file), **environment},
                              capture_output=True, check=False)
        assert done.returncode == status, (done.stdout, done.stderr)
        return json.loads(done.stdout)

    def settings(self):
        return self.studio.settings()

    def change(self, **settings):
        """Lines of the settings as an administrator writes them; None takes one out."""
        kept = [line for line in self.file.read_text().splitlines() if line.split("=")[0] not in settings]
        self.file.write_text("\n".join([*kept, *(f"{key}={value}" for key, value in settings.items() if value)]) + "\n")

    def secret_is_read(self):
        """A run of the script gets the secret."""
        run = self.client.post(f"/scripts/{self.script['id']}/run", {})
        assert run.status_code == 202, run.text
        seen = wait_until(lambda: self.client.get(f"/runs/{run.json()['id']}").json(), good=lambda now: now["finished_at"])
        assert seen["state"] == "succeeded", seen["reason"]
        said = "".join(chunk["text"] for chunk in self.client.get(f"/runs/{seen['id']}/output").json()["chunks"])
        return hashlib.sha256(TOKEN.encode()).hexdigest() in said


def shown_by_processes(secret):
    """The command lines of all processes that have the secret in their arguments or their environment."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes()
            if secret.encode() in words + (process / "environ").read_bytes():
                found.append(words)
        except OSError:
            pass  # ended, or somebody else's
    return found


@pytest.fixture(scope="module")
def site():
    state = tempfile.mkdtemp(prefix="coagent-rotate-")
    os.chmod(state, 0o755)
    harness_studio.command("up", "--detach", "--port", harness_studio.free_port(), "--state", state)
    running = harness_studio.Studio(state, started=True)
    yield Site(running)
    running.stop()


def test_printing_changes_nothing(site):
    before = site.file.read_bytes()
    lines = site.rotate("--print")
    assert lines["SECRET_KEY_PREVIOUS"] == site.settings()["SECRET_KEY"] != lines["SECRET_KEY"] and len(lines["SECRET_KEY"]) >= 32
    assert site.file.read_bytes() == before


def test_what_is_set_in_the_environment_is_not_written_into_a_file(site):
    before = site.file.read_bytes()
    answer = site.rotate(status=1, SECRET_KEY=site.settings()["SECRET_KEY"])
    assert "--print" in answer["error"]["message"] and site.file.read_bytes() == before


def test_the_key_changes_while_the_studio_runs(site):
    assert site.secret_is_read()
    before, about = site.settings(), site.file.stat()
    answer = site.rotate()
    assert answer == {"new_key": True, "previous_removed": False, "pools_told": True, "sealed_anew": 2, "sealed_already": 0, "lost": []}
    after = site.settings()
    assert after["SECRET_KEY_PREVIOUS"] == before["SECRET_KEY"] != after["SECRET_KEY"]
    assert {key: value for key, value in after.items() if "SECRET" not in key} == {key: value for key, value in before.items() if "SECRET" not in key}
    assert [getattr(site.file.stat(), name) for name in ("st_mode", "st_uid", "st_gid")] == [about.st_mode, about.st_uid, about.st_gid]
    assert list(site.file.parent.glob("coagent.conf.*")) == []
    assert site.secret_is_read(), "by a runner that began with the former key"
    assert site.session.get("/profile").status_code == 200
    rows = site.studio.sql("select detail ->> 'sealed_anew' from audit_log where action = 'settings.rotate_key'")
    assert rows == [("2",)]


def test_the_former_key_can_go_then(site):
    site.studio.restart()
    assert site.session.get("/profile").status_code == 200, "a session of the former key goes on"
    made = site.client.post("/mappings", {"name": "Later", "entries": [{"key": "A", "value": "sealed later", "secret": True}]})
    assert made.status_code == 201
    answer = site.rotate("--finish")
    assert answer == {"new_key": False, "previous_removed": True, "pools_told": True, "sealed_anew": 0, "sealed_already": 3, "lost": []}
    assert "SECRET_KEY_PREVIOUS" not in site.settings()
    site.studio.restart()
    assert site.secret_is_read(), "with the new key alone"
    assert shown_by_processes(site.settings()["SECRET_KEY"]) == []
    assert site.rotate("--finish")["previous_removed"] is False


def test_a_rotation_that_was_stopped_is_gone_on_with(site):
    lines = site.rotate("--print")
    site.change(**lines)
    answer = site.rotate()
    assert (answer["new_key"], answer["sealed_anew"], site.settings()["SECRET_KEY"]) == (False, 3, lines["SECRET_KEY"])
    former = lines["SECRET_KEY"]
    assert site.rotate()["new_key"] is True and site.settings()["SECRET_KEY_PREVIOUS"] == former
    assert site.secret_is_read()


def test_a_page_after_the_other_is_sealed(site):
    """More than go into one transaction."""
    entries = [{"key": f"K{n}", "value": f"secret number {n}", "secret": True} for n in range(200)]
    for name in ("Long", "Longer"):
        assert site.client.post("/mappings", {"name": name, "entries": entries}).status_code == 201
    site.rotate("--finish")
    answer = site.rotate()
    assert (answer["sealed_anew"], answer["sealed_already"], answer["lost"]) == (403, 0, [])
    assert site.rotate("--finish")["sealed_already"] == 403


def test_what_neither_key_opens_is_named_and_left(site):
    made = site.client.post("/mappings", {"name": "Broken", "entries": [{"key": "B", "value": "breaks", "secret": True}]}).json()
    site.studio.sql("update mapping_entries set sealed = 's1.AAAA' where mapping_id = %s", made["id"])
    answer = site.rotate(status=1)
    assert answer["lost"] == ["B of the mapping Broken"] and answer["sealed_anew"] == 403
    assert site.studio.sql("select sealed from mapping_entries where mapping_id = %s", made["id"]) == [("s1.AAAA",)]
    assert site.client.delete(f"/mappings/{made['id']}").status_code == 204


def test_runs_that_wait_keep_their_passwords(site):
    word = "the password of a run"
    takes = {"type": "object", "properties": {"word": {"type": "string", "format": "password"}}}
    made = scripts.script(site.client, 'printf %s "$PARAM_WORD" | sha256sum', parameters=takes)
    run = scripts.start_nowhere(site.client, site.studio, made, parameters={"word": word})
    site.rotate("--finish")
    assert site.rotate()["lost"] == []
    site.studio.restart()
    assert site.rotate("--finish")["previous_removed"] is True
    scripts.release(site.studio, run)
    assert scripts.wait(site.client, run)["state"] == "succeeded"
    assert hashlib.sha256(word.encode()).hexdigest() in scripts.read(site.client, run)


def test_two_rotations_at_once_are_one(site):
    site.studio.sql("select pg_advisory_lock(4242, 2)")  # its connection stays
    answer = site.rotate(status=1)
    site.studio.sql("select pg_advisory_unlock(4242, 2)")
    assert answer["error"]["message"] == "the key is already being rotated"
