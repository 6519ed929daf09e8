"""Writes scripts, runs them and waits for what comes of it, through the API."""

import uuid

from harness.waiting import wait_until
from harness.words import ENDED


def script(client, code, kind="sh", **more):
    answer = client.post("/scripts", {"name": f"script {uuid.uuid4().hex[:10]}", "kind": kind, "code": code, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def mapping(client, **secrets):
    """With these secret values."""
    entries = [{"key": key, "value": value, "secret": True} for key, value in secrets.items()]
    answer = client.post("/mappings", {"name": f"mapping {uuid.uuid4().hex[:10]}", "entries": entries})
    assert answer.status_code == 201, answer.text
    return answer.json()


def start(client, made, **wish):
    """The id of a new run."""
    answer = client.post(f"/scripts/{made['id']}/run", wish)
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


def start_nowhere(client, studio, made, **wish):
    """A run that no runner claims before its release."""
    studio.sql("insert into runners (host, interpreters, labels) values ('nowhere', '{\"sh\": {}}', '{nowhere}') "
               "on conflict (host) do update set seen_at = now()")
    studio.sql("update scripts set label = 'nowhere' where id = %s", made["id"])
    run = start(client, made, **wish)
    studio.sql("delete from runners where host = 'nowhere'")
    return run


def release(studio, run):
    """Any runner may claim it now: whoever wanted to listen from its beginning does."""
    studio.sql("update runs set label = null where id = %s", run)
    studio.sql("select pg_notify('run_queued', %s)", run)


def show(client, run):
    answer = client.get(f"/runs/{run}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def wait(client, run, wanted=lambda run: run["state"] in ENDED, timeout=60):
    """The run as soon as it is what is wanted: over."""
    return wait_until(lambda: show(client, run), timeout, "what was awaited of the run", wanted)


def read(client, run, stream=None):
    """The text of its output so far, of one stream or of both in their order."""
    text, offset = "", 0
    while True:
        answer = client.get(f"/runs/{run}/output", params={"offset": offset})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        text += "".join(chunk["text"] for chunk in page["chunks"] if stream in (None, chunk["stream"]))
        if not page["more"]:
            return text
        offset = page["next"]


def await_output(client, run, wanted, timeout=60):
    """Until this text is in its output."""
    wait(client, run, lambda shown: wanted in read(client, run), timeout)


def execute(client, code, kind="sh", timeout=60, wish=None, **more):
    """A new script's run when it is over, with its output under "text"."""
    run = start(client, script(client, code, kind, **more), **(wish or {}))
    over = wait(client, run, timeout=timeout)
    return {**over, "text": read(client, run)}
