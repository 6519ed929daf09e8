"""Scripts that really run: made and started through the API, executed by the studio's runner in the sandbox."""

from harness import finished
from harness.waiting import wait_until
from harness.words import ENDED


def start(client, code, kind="sh", body=None, **more):
    """A new script of this kind, and the id of a run of it."""
    script = finished.script(client, kind=kind, code=code, **more)
    answer = client.post(f"/scripts/{script['id']}/run", body or {})
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


def look(client, run):
    answer = client.get(f"/runs/{run}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def until(client, run, condition, seconds=60):
    """The run, as soon as the condition holds for it."""
    return wait_until(lambda: look(client, run), seconds, good=condition)


def wait(client, run, seconds=60):
    """The run when it is over."""
    return until(client, run, lambda now: now["state"] in ENDED, seconds)


def output(client, run):
    """All that it wrote, both streams in the order of their arrival."""
    chunks, offset = [], 0
    while True:
        page = client.get(f"/runs/{run}/output", params={"offset": offset}).json()
        chunks += [chunk["text"] for chunk in page["chunks"]]
        if not page["more"]:
            return "".join(chunks)
        offset = page["next"]


def run(client, code, kind="sh", seconds=60, **more):
    """Starts, waits, and answers the run and what it wrote."""
    over = wait(client, start(client, code, kind, **more), seconds)
    return over, output(client, over["id"])


def upload(client, filename, content, media_type="text/plain", **more):
    """The answer to a file that becomes a script."""
    return client.request("POST", "/scripts/upload", params={"filename": filename, **more}, data=content,
                          headers={"Content-Type": media_type} if media_type else {})
