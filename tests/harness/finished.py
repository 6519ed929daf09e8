"""Runs as an executor leaves them, put straight into the database: for what is large, or what no script writes on demand."""

import json
import time
import uuid


def script(client, name=None, **more):
    """A script of this user's, through the API."""
    body = {"name": name or f"script-{uuid.uuid4().hex[:8]}", "kind": "sh", "code": "true\n", **more}
    answer = client.post("/scripts", body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def run(studio, client, of=None, room=None, state="succeeded", inputs=None, age="0 seconds", **columns):
    """The id of a run of a script (a new one of the client's if none is given), which ended or is under way. Runs made one
    after the other are in this order in every list: of ids of the same millisecond that is left to chance."""
    of = of or script(client)
    time.sleep(0.0011)
    over = state not in ("queued", "running", "waiting")
    columns = {
        "kind": "script", "state": state, "asked_by": client.id, "script_id": of["id"], "script_version": 1,
        "room_id": room and room["id"], "inputs": json.dumps(inputs or {}), "attempt": 1, **columns}
    names = ", ".join(columns)
    marks = ", ".join(["%s"] * len(columns))
    return studio.sql(
        f"insert into runs ({names}, started_at, finished_at, lease_until, due_at) values ({marks}, now() - %s::interval, "
        "case when %s then now() - %s::interval end, case when %s then now() + interval '1 hour' end, "
        "now() + interval '1 day') returning id::text",
        *columns.values(), age, over, age, state == "running")[0][0]


def write(studio, the_run, *chunks):
    """What it wrote: (stream, bytes) one after the other."""
    position = studio.sql("select output_bytes from runs where id = %s", the_run)[0][0]
    for stream, content in chunks:
        studio.sql("insert into run_output (run_id, position, stream, bytes) values (%s, %s, %s, %s)",
                   the_run, position, stream, content)
        position += len(content)
    studio.sql("update runs set output_bytes = %s where id = %s", position, the_run)


def leave(studio, the_run, path, content, media_type="application/octet-stream", piece=1 << 20):
    """A file that it left; its id."""
    file = studio.sql("insert into files (run_id, path, media_type, size, sha256) values (%s, %s, %s, %s, '') returning id::text",
                      the_run, path, media_type, len(content))[0][0]
    for position in range(0, len(content), piece):
        studio.sql("insert into file_chunks (file_id, position, bytes) values (%s, %s, %s)",
                   file, position, content[position:position + piece])
    return file
