"""The kill tests: python3 -m kill [ROUNDS], in tests/.

A real studio in which 20 clients post and listen and three agents stream. In each round one of its processes gets
SIGKILL; afterwards every acknowledged message must be in the log exactly once, every listener must have the complete
log in order, every slot must serve and no process be left over; in the end every agent's answer must have come to a
true end with what was kept of it. Without ROUNDS: one of each kind, and short outages."""

import argparse
import os
import random
import shutil
import sys
import time

from harness import studio as harness
from harness.model import Model
from kill import outages
from kill.agents import FIXTURES
from kill.processes import KINDS, Processes, kill, wait_for
from kill.report import Report
from kill.town import Town

# Sessions outlast the whole test.
os.environ.setdefault("ACCESS_TOKEN_EXPIRE_MINUTES", "1000")


def find_victim(town, kind):
    """Somebody of this kind; executors come and go, and handlers are in the midst of a request for a moment only."""
    return wait_for(lambda: KINDS[kind](town.processes), 45 if kind == "executor" else 10, 0.001 if kind == "handler" else 0.1)


def play_round(town, report, kind):
    town.resume()
    time.sleep(random.uniform(0.3, 1.2))
    runs = dict(town.sql("select pid, id from runs where state = 'running' and pid is not null")) if kind == "executor" else {}
    victim = find_victim(town, kind)
    if not victim:
        report.note(kind, "nobody to kill")
        return
    kill(victim.pid)
    probe = town.probe()
    if victim.pid in runs:
        town.watch.killed[runs[victim.pid]] = probe.begun
    probe.join(130)
    found = []
    if len(probe.good) < 5:
        found.append("posting did not work again in 120 s")
    else:
        report.time(kind, probe, town.heard_after(probe))
    if not town.pause():
        found.append("not every message was acknowledged")
    found += town.judge_log() + town.judge_machinery()
    report.round(kind, found)


def play(town, report, rounds):
    kinds = random.choices(list(KINDS), k=rounds) if rounds and KINDS else list(KINDS)
    for number, kind in enumerate(kinds, 1):
        print(f"round {number} of {len(kinds)}: {kind}", flush=True)
        play_round(town, report, kind)


def main():
    options = argparse.ArgumentParser(prog="run-kill")
    options.add_argument("rounds", nargs="?", type=int, default=0, help="none: one of each kind, and short outages")
    options.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options.add_argument("--kind", choices=[*KINDS, "none"], help="only this kind")
    chosen = options.parse_args()
    random.seed(chosen.seed)
    print(f"seed {chosen.seed}")
    report = Report()
    studio = harness.start()
    processes = Processes(studio)
    try:
        with Model(FIXTURES) as model:
            town = Town(studio, processes, model)
            town.open()
            if chosen.kind:
                for kind in [kind for kind in KINDS if kind != chosen.kind]:
                    del KINDS[kind]
            play(town, report, chosen.rounds)
            report.begin_outages()
            for outage in outages.ALL:
                outage(town, report, seconds=30 if chosen.rounds else 5)
            report.check("every answer ended truly and kept its text", town.judge_answers())
            report.answers(town)
            report.check("no log has what nothing may cause", studio.complaints())
            town.close()
    finally:
        if studio.started:
            harness.command("down", "--state", studio.state)
            outages.clean_up(processes)
            report.check("nobody is left after ./studio down", [str(one) for one in processes.left()])
            if report.failed or sys.exc_info()[0]:
                print(f"the logs are in {studio.state}/log")
            else:
                shutil.rmtree(processes.folder, ignore_errors=True)
                shutil.rmtree(studio.state, ignore_errors=True)
    report.print()
    return report.failed > 0


if __name__ == "__main__":
    sys.exit(main())
