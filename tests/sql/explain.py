"""Prepares, executes and explains every statement of sql/queries on the large fixture; writes TAP.

Each statement is executed with the example of tests/sql/examples by the program's own role, in a transaction that is
undone, with generic plans, as prepared statements have them. auto_explain tells the plans of the statement and of all
that its functions run. A plan must not read a growing table from end to end: neither by a sequential scan, nor by an
index without a condition, unless a limit stops it, nor many rows for nothing.
"""

import collections
import json
import pathlib
import re
import sys

import psycopg2

from statements import call, session_settings, statements

GROWING = {
    "room_events", "runs", "run_output", "audit_log", "sessions", "api_tokens", "room_members", "room_mentions", "idempotency_keys",
    "login_throttles", "users", "principals",
}
# So many rows of a growing table may a statement read, and so many for nothing, before something is missing.
READ, THROWN_AWAY = 5000, 1000
# A row that is looked for by its id is found by that. Other indexes look cheap to the planner while they have few entries.
BY_ID = re.compile(r"\(id = ['$(]")
# What an example may stand for: a value of the fixture.
NAMES = {
    "user": "fixture_id('user', 0)", "other": "fixture_id('user', 30)", "stranger": "fixture_id('user', 15000)",
    "member": "fixture_id('user', 21)", "room": "fixture_id('room', 1)", "agent": "fixture_id('agent', 1)",
    "busy_agent": "fixture_id('agent', 101)", "provider": "fixture_id('provider', 1)",
    "spare_provider": "fixture_id('provider', 10)", "network": "fixture_id('network', 1)",
    "session": "fixture_id('session', 20000)", "live_session": "fixture_id('session', 40000)", "token": "fixture_id('token', 0)", "failed_run": "fixture_id('run', 63)",
    "queued_run": "fixture_id('run', 3)", "live_run": "fixture_id('live', 101)", "run": "fixture_id('run', 70)",
    "script": "fixture_id('script', 50)", "mapping": "fixture_id('mapping', 5)",
    "cursor": "cursor_of(fixture_id('user', 777))",
}


def examples(top):
    """name -> [(SQL expressions of the parameters, statements of SQL to run before)]."""
    found = {}
    for line in (top / "tests/sql/examples").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            name, rest = line.split(":", 1)
            values, _, before = rest.partition(" after ")
            found.setdefault(name.strip(), []).append((named(values.strip()), named(before.strip())))
    return found


def named(expression):
    return re.sub(r"(?<![:\w]):([a-z_]+)", lambda match: NAMES[match[1]], expression)


def walk(plan, limited=False):
    """Every node of a plan with whether a limit stands above it."""
    yield plan, limited
    for child in plan.get("Plans", []):
        yield from walk(child, limited or plan["Node Type"] == "Limit")


def long_reads(plan):
    for node, limited in walk(plan):
        if node.get("Relation Name") not in GROWING:
            continue
        kind = node["Node Type"]
        # Never executed: a branch that the parameters switch off, judged where it runs. One row: "is there any".
        if node.get("Actual Loops") == 0 or (node.get("Actual Rows", 0) <= 1 and "Filter" not in node):
            continue
        loops = node.get("Actual Loops", 1)
        if BY_ID.search(node.get("Filter", "")):
            yield f'{kind} of {node["Relation Name"]} by {node.get("Index Name", "no index")} for a row that is known by its id'
        removed = node.get("Rows Removed by Filter", 0) * loops
        if node.get("Actual Rows", 0) * loops > READ:
            yield f'{kind} of {node["Relation Name"]} that reads {node["Actual Rows"] * loops} rows'
        elif removed > THROWN_AWAY:
            yield f'{kind} of {node["Relation Name"]} that throws {removed} rows away'
        elif kind == "Seq Scan" or (kind in ("Index Scan", "Index Only Scan") and "Index Cond" not in node and not limited):
            yield f'{kind} of {node["Relation Name"]}' + (f' by {node["Index Name"]}' if "Index Name" in node else "")


def used_indexes(plan):
    """The names of the indexes that a plan read when it was executed; a branch that was switched off reads none."""
    return {node["Index Name"] for node, _ in walk(plan) if "Index Name" in node and node.get("Actual Loops")}


def plans_of(notices):
    for notice in notices:
        start = notice.find("{")
        if "plan:" in notice and start >= 0:
            yield json.JSONDecoder().raw_decode(notice[start:])[0]


def execute(cursor, name, parameters, text, example, used):
    """Runs one example, adds the indexes that it read to used; the complaints, each a line."""
    values, before = example
    cursor.execute("select set_config('coagent.caller', fixture_id('user', 0)::text, true), "
                   "set_config('coagent.scopes', 'read,write,admin', true), "
                   "set_config('coagent.request', gen_random_uuid()::text, true), "
                   "set_config('coagent.address', '192.0.2.7', true)")
    if before:
        cursor.execute(before)
    row = ()
    if values:
        cursor.execute(f"select {values}")
        row = cursor.fetchone()
    if len(row) != parameters:
        return [f"the example has {len(row)} values, the statement {parameters} parameters"]
    cursor.execute("set local auto_explain.log_min_duration = 0")
    cursor.execute("set local role " + ("coagent" if name.startswith(("migration", "functions_")) else "coagent_app"))
    cursor.execute(f"prepare {name} as {text}")
    notices = cursor.connection.notices
    del notices[:]
    cursor.execute(call(name, row))
    complaints = []
    for plan in plans_of(notices):
        used |= used_indexes(plan["Plan"])
        for read in long_reads(plan["Plan"]):
            complaints.append(f'{read} in: {" ".join(plan["Query Text"].split())[:160]}')
    return complaints


def connect(url, top):
    connection = psycopg2.connect(url)
    connection.set_client_encoding("UTF8")
    connection.notices = Notices()
    cursor = connection.cursor()
    cursor.execute("load 'auto_explain'; set auto_explain.log_format = 'json'; set auto_explain.log_nested_statements = on; "
                   "set auto_explain.log_analyze = on; set auto_explain.log_timing = off; "
                   "set auto_explain.log_level = 'notice'; " + session_settings(top))
    connection.commit()
    return connection, cursor


class Notices(collections.UserList):
    """All of them: psycopg2 keeps only fifty in a list, and in what inherits from it."""


def try_examples(connection, cursor, name, parameters, text, tried, used):
    """Each example in a transaction of its own, which is undone; the complaints."""
    complaints = []
    for example in tried or []:
        try:
            complaints += execute(cursor, name, parameters, text, example, used)
        except psycopg2.Error as error:
            complaints.append(f"{error.pgcode} {' '.join(str(error).split())}")
        connection.rollback()
        cursor.execute("deallocate all")
    return complaints if tried else [f"tests/sql/examples has no line for it (it has {parameters} parameters)"]


def unused_indexes(cursor, used):
    """Each insertion of a run pays for every index. Those that keep something unique need no reader."""
    cursor.execute("select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid "
                   "where i.indrelid = 'runs'::regclass and not i.indisunique order by 1")
    return [name for name, in cursor if name not in used]


def main():
    url, top = sys.argv[1], pathlib.Path(sys.argv[2])
    connection, cursor = connect(url, top)
    cursor.execute("grant execute on function fixture_id to public")
    connection.commit()
    known, count, used = examples(top), 0, set()
    for name, parameters, text in statements(top):
        count += 1
        complaints = try_examples(connection, cursor, name, parameters, text, known.pop(name, None), used)
        print(f"{'not ok' if complaints else 'ok'} {count} - {name}")
        for complaint in dict.fromkeys(complaints):
            print(f"# {complaint}")
    for index in unused_indexes(cursor, used):
        count += 1
        print(f"not ok {count} - the index {index} of runs is read by a statement")
    for name in known:
        count += 1
        print(f"not ok {count} - the example {name} has no statement")
    print(f"1..{count}")


if __name__ == "__main__":
    main()
