"""Plans of a new studio, whose tables were empty when PostgreSQL counted them last. Writes TAP.

The statements of executors are prepared and executed with nothing there, and must serve as they are for as long as the
connection lives. Those of the dispatcher, which makes its plans anew when a claim is slow, are planned when thousands of
runs wait and have ended of which nobody has told the planner. Each may read only as many of them as it needs.
"""

import pathlib
import sys

from explain import connect, plans_of, walk
from statements import call, statements

NOBODY = "00000000-0000-0000-0000-000000000000"
WAITING, ENDED = 3000, 3000
MOST = 100  # rows that one node may read, with those that it throws away
OF_EXECUTORS = {
    "run_take": (NOBODY, 0, 0),
    "run_take_agent": (NOBODY, 0, 0),
    "run_take_script": (NOBODY, 0, 0),
    "run_renew": (NOBODY, 0),
    "run_output_add": (NOBODY, 0, 0, "stdout", "x", "f"),
    "run_finish": (NOBODY, 0, "failed", "why", "{}", "{}"),
    "run_finish_script": (NOBODY, 0, "failed", "why", None, "{}", "{}"),
}
OF_DISPATCHER = {
    "run_claim": ("host", 16, 0, "{agent,housekeeping,script}", "{}"),
    "run_next_due": (),
    "run_requeue_expired": (),
    "run_lose_expired": (),
}
CALLS = OF_EXECUTORS | OF_DISPATCHER
FILL = f"""
insert into runs (kind) select 'housekeeping' from generate_series(1, {WAITING});
insert into runs (kind, state, finished_at) select 'housekeeping', 'succeeded', now() from generate_series(1, {ENDED})
"""


def read_by(plan):
    """Each node that reads runs, and how many of them."""
    for node, _ in walk(plan):
        loops = node.get("Actual Loops", 0)
        if node.get("Relation Name") == "runs" and "Plans" not in node or node.get("Index Name", "").startswith("runs"):
            rows = node.get("Actual Rows", 0) + node.get("Rows Removed by Filter", 0)
            yield f'{node["Node Type"]} by {node.get("Index Name", "no index")}', rows * loops


def main():
    url, top = sys.argv[1], pathlib.Path(sys.argv[2])
    connection, cursor = connect(url, top)
    connection.autocommit = True
    cursor.execute("vacuum analyze runs")
    texts = {name: text for name, _, text in statements(top) if name in CALLS}
    for name, text in texts.items():
        cursor.execute(f"prepare {name} as {text}")
        if name in OF_EXECUTORS:
            cursor.execute(call(name, CALLS[name]))
    cursor.execute(FILL)
    cursor.execute("set auto_explain.log_min_duration = 0")
    for number, name in enumerate(CALLS, 1):
        del connection.notices[:]
        cursor.execute(call(name, CALLS[name]))
        plans = list(plans_of(connection.notices))
        far = [f"{what} reads {rows} rows" for plan in plans for what, rows in read_by(plan["Plan"]) if rows > MOST]
        print(f"{'ok' if plans and not far else 'not ok'} {number} - {name} reads no more runs than it needs")
        for line in far:
            print(f"# {line}")
    cursor.execute("select count(*) from runs where state = 'running'")
    claimed = cursor.fetchone()[0]
    print(f"{'ok' if claimed == 8 else 'not ok'} {len(CALLS) + 1} - and the claim has claimed: {claimed}")
    print(f"1..{len(CALLS) + 1}")


main()
