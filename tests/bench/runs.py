"""Runs of scripts: how soon one starts, how many a second, how fast their output is taken, and whether their history
stays as quick with a million of them; beside a bare loop of bwrap, and beside graphile-worker on the same PostgreSQL."""

import concurrent.futures
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import threading
import time
import urllib.parse

import psycopg2
import requests

import load

HERE = pathlib.Path(__file__).resolve().parent
AT_ONCE = 8  # as many as run for one user
OUTPUT_MB = 100
HISTORY = 1_000, 1_000_000
SANDBOX = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--ro-bind", "/usr", "/usr",
           "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64",
           "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "true"]


class Scripts:
    """An administrator, with scripts that can be run again and again."""

    def __init__(self, studio):
        self.studio = studio
        self.http = requests.Session()
        answer = self.post("/auth/login", {"email": studio.admin[0], "password": studio.admin[1]})
        self.http.headers["X-CSRF-Token"] = answer["csrf_token"]
        self.database = psycopg2.connect(f"host={studio.run_folder} user=postgres dbname=coagent")
        self.database.autocommit = True

    def post(self, path, body):
        answer = self.http.post(f"{self.studio.url}/api{path}", json=body, timeout=60)
        if answer.status_code >= 300:
            raise RuntimeError(f"POST {path} was answered with {answer.status_code}: {answer.text}")
        return answer.json() if answer.content else {}

    def make(self, name, code):
        return self.post("/scripts", {"name": name, "kind": "sh", "code": code})["id"]

    def run(self, script):
        return self.post(f"/scripts/{script}/run", {})["id"]

    def sql(self, statement, values=()):
        with self.database.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else None

    def until_ended(self, run, seconds=300):
        """State, and seconds from the start to the end."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            rows = self.sql("select state, extract(epoch from finished_at - started_at)::float8 from runs"
                            " where id = %s and finished_at is not null", [run])
            if rows:
                return rows[0]
            time.sleep(0.01)
        raise RuntimeError(f"run {run} did not end")


def first_line(scripts, script):
    """Milliseconds from the queue to the claim, and from before the POST to the first output that is stored."""
    begun = time.time()
    run = scripts.run(script)
    state, _ = scripts.until_ended(run)
    rows = scripts.sql("select extract(epoch from started_at - queued_at)::float8,"
                       " extract(epoch from (select min(at) from run_output where run_id = runs.id))::float8"
                       " from runs where id = %s", [run])
    if state != "succeeded" or rows[0][1] is None:
        raise RuntimeError(f"run {run} ended as {state}")
    return rows[0][0] * 1000, (rows[0][1] - begun) * 1000


def drain(scripts, script, jobs):
    """Runs a second, of a queue that appears all at once: copies of a run that has been, queued again."""
    template = scripts.run(script)
    scripts.until_ended(template)
    scripts.sql("""
        with made as (
            insert into runs (kind, asked_by, inputs, script_id, script_version, via, limits, priority, depth)
            select kind, asked_by, inputs, script_id, script_version, 'job', limits, priority, depth
            from runs, generate_series(1, %s) where id = %s returning id)
        select pg_notify('run_queued', max(id::text)) from made""", [jobs, template])
    while scripts.sql("select count(*) from runs where via = 'job' and finished_at is null")[0][0] > 0:
        time.sleep(0.1)
    good, seconds = scripts.sql(
        "select count(*) filter (where state = 'succeeded'),"
        " extract(epoch from max(finished_at) - min(started_at))::float8 from runs where via = 'job'")[0]
    scripts.sql("delete from runs where via = 'job'")
    if good != jobs:
        raise RuntimeError(f"only {good} of {jobs} runs succeeded")
    return jobs / seconds


def bare(jobs):
    """The same sandbox with nothing around it, as many at once."""
    words = SANDBOX
    if os.geteuid() == 0:
        words = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--", *words]
    begun = time.perf_counter()
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as executor:
        ended = list(executor.map(lambda _: subprocess.run(words, check=False, stdin=subprocess.DEVNULL).returncode,
                                  range(jobs)))
    if any(ended):
        raise RuntimeError("bwrap does not work here")
    return jobs / (time.perf_counter() - begun)


def peer_queue(source, folder, studio, jobs):
    """{"latency_p50_ms", "latency_p99_ms", "jobs_per_s"}"""
    copy = folder / "graphile-worker"
    if not copy.exists():
        shutil.copytree(source, copy)
        subprocess.run(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=copy, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        subprocess.run(["psql", "-X", "-q", "-h", studio.run_folder, "-U", "postgres", "-d", "postgres", "-c",
                        "create database queue"], check=True)
    dsn = f"postgresql://postgres@{urllib.parse.quote(studio.run_folder, safe='')}/queue"
    said = subprocess.run(["node", "bench.js", dsn, str(jobs), str(AT_ONCE)], cwd=copy, check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    return json.loads(said.strip().splitlines()[-1])


def watch_memory(scripts, run, over, peaks):
    """The most that the executor of the run had in memory, in MB."""
    while not over.wait(0.02):
        for (pid,) in scripts.sql("select pid from runs where id = %s and pid is not null", [run]):
            try:
                lines = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
            except OSError:
                continue
            peaks += [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")]


def output(studio, scripts, script):
    """MB a second that are taken from a run and stored, and the executor's peak memory."""
    run = scripts.run(script)
    watched, over, peaks = Scripts(studio), threading.Event(), [0]
    watcher = threading.Thread(target=watch_memory, args=(watched, run, over, peaks))
    watcher.start()
    state, seconds = scripts.until_ended(run)
    over.set()
    watcher.join()
    stored = scripts.sql("select output_bytes from runs where id = %s", [run])[0][0]
    if state != "succeeded" or stored < OUTPUT_MB << 20:
        raise RuntimeError(f"run {run} ended as {state} with {stored} bytes of output")
    return {"rate": OUTPUT_MB / seconds, "memory_mb": max(peaks)}


def fill_history(scripts, script, wanted):
    """Runs that have ended, of 20 users, so that a page is full with a thousand of them; the keys fit by themselves."""
    scripts.sql("""
        set session_replication_role = replica;
        insert into runs (kind, state, asked_by, script_id, script_version, ended_by, exit_code,
                          queued_at, started_at, finished_at)
        select 'script', 'succeeded', bench_id('user', 1 + n %% 20), %s, 1, 'exit', 0, at, at, at
        from (select n, now() - n * interval '1 second' as at
              from generate_series((select count(*) from runs) + 1, %s) n) made;
        set session_replication_role = origin""", [script, wanted])
    scripts.sql("vacuum analyze runs")


def history(studio, scripts, script, folder, options):
    """GET /runs of a user, with one connection."""
    target = load.Target("history", studio.port, studio.parts, "pool", load.get(studio.callers(20), ["/api/runs"]), folder)
    found = {}
    for count in HISTORY:
        fill_history(scripts, script, count)
        target.run(1, 1)
        found[str(count)] = [target.run(1, options.seconds) for _ in range(options.rounds)]
    return found


def quantiles(values):
    marks = statistics.quantiles(values, n=100, method="inclusive")
    return {"p50": marks[49], "p99": marks[98]}


def measure(options, studio, folder, say):
    scripts = Scripts(studio)
    line, nothing = scripts.make("bench line", "echo"), scripts.make("bench true", "true")
    much = scripts.make("bench much", f"yes 'as long as lines of a log are, more or less: lorem ipsum' | head -c {OUTPUT_MB << 20}")
    first_line(scripts, line)
    found = {"start": [], "first": [], "rate": [], "bare": [], "peer": [], "output": []}
    for number in range(options.rounds):
        say(f"  runs, round {number + 1}")
        pairs = [first_line(scripts, line) for _ in range(20)]
        found["start"] += [pair[0] for pair in pairs]
        found["first"] += [pair[1] for pair in pairs]
        drain(scripts, nothing, 2 * AT_ONCE)  # the dispatcher may be new, and its connections cold
        found["rate"].append(drain(scripts, nothing, options.jobs))
        found["bare"].append(bare(options.jobs))
        if (options.peers / "graphile-worker").exists():
            found["peer"].append(peer_queue(options.peers / "graphile-worker", folder, studio, options.jobs))
        found["output"].append(output(studio, scripts, much))
    say("  the history")
    found["history"] = history(studio, scripts, nothing, folder, options)
    return {"rounds": found, "start_ms": quantiles(found["start"]), "first_line_ms": quantiles(found["first"]),
            "of_bare": statistics.median(mine / other for mine, other in zip(found["rate"], found["bare"])),
            "rate": statistics.median(found["rate"]), "bare_rate": statistics.median(found["bare"]),
            "peer_rate": statistics.median(one["jobs_per_s"] for one in found["peer"]) if found["peer"] else None,
            "peer_ms": {key: statistics.median(one[f"latency_{key}_ms"] for one in found["peer"])
                        for key in ("p50", "p99")} if found["peer"] else None,
            "output_rate": statistics.median(one["rate"] for one in found["output"]),
            "output_memory_mb": max(one["memory_mb"] for one in found["output"]),
            "history_ms": {count: statistics.median(one["p50_ms"] for one in rows)
                           for count, rows in found["history"].items()}}
