"""The kill tests of runs: python3 -m kill.scripts [ROUNDS], in tests/.

In each round somebody gets SIGKILL while a script runs: its executor, a process of its sandbox, its own process, the
dispatcher, a PostgreSQL backend, the postmaster; at every stage from the queue to the last word. Each run must end once,
in a state that is true, its code have been begun at most once unless it may be repeated, its output be kept up to the
last second, its files be whole, and nothing of it be left. Without ROUNDS: a few of each kind."""

import argparse
import concurrent.futures
import os
import pathlib
import pwd
import random
import shutil
import sys
import time

from harness import studio as harness
from harness.people import People
from kill import stages
from kill.outages import clean_up
from kill.processes import PATIENCE, Processes, kill, wait_for
from kill.trials import GLOBAL, LOCAL, Trial
from kill.witness import Witness, keepers

os.environ.setdefault("ACCESS_TOKEN_EXPIRE_MINUTES", "1000")
LANES = 8
BYSTANDERS = 2
SHORT_LOCAL, SHORT_GLOBAL = 12, 4


def is_of_runs(entry):
    """Whether the user that runs are executed as made it."""
    try:
        return pwd.getpwuid(entry.stat(follow_symlinks=False).st_uid).pw_name == "coagent"
    except (OSError, KeyError):
        return False


class Town:
    """Clients with a room each, one for each lane."""

    def __init__(self, studio, processes):
        self.studio, self.processes, self.witness = studio, processes, Witness()
        people = People(studio)
        self.admin = people.admin
        self.places = []
        for lane in range(LANES):
            client = people.user(f"lane{lane}")
            self.places.append((client, people.room(client, f"Lane {lane}")))
        self.numbers = 0
        self.trials = []
        self.folders = self.look_for_folders()

    def trial(self, lane, victim, stage, retriable=False):
        self.numbers += 1
        client, room = self.places[lane]
        trial = Trial(self, self.numbers, client, room, victim, stage, retriable)
        self.trials.append(trial)
        return trial

    def look_for_folders(self):
        """Where something of a run could be left: the state, the temporary folders, the control groups."""
        state, found = self.processes.folder, set()
        for folder, below, names in os.walk(state):
            below[:] = [one for one in below if folder != str(state) or one not in ("postgres", "log")]
            found |= {os.path.join(folder, one) for one in [*below, *names]}
        for folder in ("/tmp", "/var/tmp", "/dev/shm"):
            found |= {one.path for one in os.scandir(folder) if is_of_runs(one)}
        return found | set(self.control_groups())

    def control_groups(self):
        """Below the one that this studio is in: a machine beside it may have its own."""
        lines = pathlib.Path(f"/proc/{self.processes.supervisor}/cgroup").read_text().splitlines()
        own = next((line[3:] for line in lines if line.startswith("0::")), "/")
        if own != "/":
            for folder, below, _ in os.walk(f"/sys/fs/cgroup{own}"):
                yield from (os.path.join(folder, one) for one in below)

    def judge_machine(self):
        """What must hold when all runs are over."""
        def executors():
            database = stages.Database(self.studio)
            return {pid for pid, in database.ask("select pid from runs where state = 'running' and pid is not null")}

        last = []

        def is_sound():
            last[:] = self.processes.faults(executors()) + [f"keeper {pid} of a sandbox" for pid in keepers(self.processes.folder)]
            return not last

        found = [] if wait_for(is_sound, PATIENCE, 0.3) else last
        return found + [f"left on disk: {one}" for one in sorted(self.look_for_folders() - self.folders)][:10]

    def judge_audit(self):
        """The audit log knows as many runs and stops as there were."""
        database, found = stages.Database(self.studio), []
        runs, ended = database.ask("select count(*), count(*) filter (where finished_at is not null) from runs where kind = 'script'")[0]
        stopped = sum(trial.cancelled for trial in self.trials)
        for action, count in (("script.run", runs), ("run.cancel", stopped)):
            audited = database.value("select count(*) from audit_log where action = %s and outcome = 'done'", action)
            if audited != count:
                found.append(f"{count} of {action}, {audited} in the audit log")
        if runs != ended or runs != len(self.trials):
            found.append(f"{len(self.trials)} runs were asked for, {runs} are there, {ended} have ended")
        return found


class Report:
    def __init__(self):
        self.passed = self.failed = 0
        self.kinds = {}

    def check(self, name, found):
        self.passed += not found
        self.failed += bool(found)
        if found:
            print(f"FAILED: {name}", *[f"    {one}" for one in found[:12]], sep="\n", flush=True)

    def trial(self, trial):
        self.check(str(trial), trial.judge())
        if trial.victim and trial.final and not trial.late:
            line = self.kinds.setdefault((trial.victim, trial.stage, trial.retriable), {})
            how = f"{trial.final['state']}" + (f" ({trial.final['ended_by']})" if trial.final["state"] == "failed" else "")
            line[how] = line.get(how, 0) + 1

    def print(self):
        print(f"\n{'killed':<12}{'at':<12}{'rounds':>7}   ended as")
        for (victim, stage, retriable), ends in sorted(self.kinds.items()):
            told = ", ".join(f"{count} {how}" for how, count in sorted(ends.items()))
            print(f"{victim:<12}{stage:<12}{sum(ends.values()):>7}   {told}{'; may be repeated' if retriable else ''}")


def play_local(town, report, chosen):
    """Those that only the run itself can notice: side by side."""
    def play(lane):
        for one in chosen[lane::LANES]:
            trial = town.trial(lane, *one)
            trial.begin()
            trial.strike()
            trial.follow()
            yield trial

    with concurrent.futures.ThreadPoolExecutor(LANES) as threads:
        for trials in threads.map(lambda lane: list(play(lane)), range(LANES)):
            for trial in trials:
                report.trial(trial)
    report.check("nothing is left of those rounds", town.judge_machine())


def begin(town, trial):
    """For a stage before its execution nobody may claim it."""
    if trial.victim == "dispatcher":  # two may have been killed since the last minute, and cron starts the next
        wait_for(lambda: town.processes.look()["dispatchers"], 90)
    if trial.stage != "queued":
        trial.begin()
        return lambda: None
    dispatchers = [one.pid for one in town.processes.look()["dispatchers"]]
    for pid in dispatchers:
        kill(pid, 19)
    trial.begin()
    return lambda: [kill(pid, 18) for pid in dispatchers]


def play_global(town, report, one):
    bystanders = [town.trial(lane, None, "running") for lane in range(1, 1 + BYSTANDERS)]
    for bystander in bystanders:
        bystander.begin()
    time.sleep(random.uniform(0, 1))
    trial = town.trial(0, *one)
    go_on = begin(town, trial)
    trial.strike()
    go_on()
    for each in [trial, *bystanders]:
        each.follow()
        report.trial(each)
    report.check(f"nothing is left after {trial}", town.judge_machine())


def choose(rounds, kinds, share, short):
    """Every kind as often as every other."""
    wanted = round(rounds * share) if rounds else short
    every = random.sample(kinds, len(kinds))
    return [every[n % len(every)] for n in range(wanted)] if every else []


def main():
    options = argparse.ArgumentParser(prog="run-kill --scripts")
    options.add_argument("rounds", nargs="?", type=int, default=0, help="none: a few of each kind")
    options.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options.add_argument("--victim", help="only this one")
    options.add_argument("--stage", help="only at this stage")
    chosen = options.parse_args()
    random.seed(chosen.seed)
    print(f"seed {chosen.seed}")
    local, everybody = ([one for one in kinds if chosen.victim in (None, one[0]) and chosen.stage in (None, one[1])]
                        for kinds in (LOCAL, GLOBAL))
    share = 0.7 if local and everybody else float(bool(local))
    report, studio = Report(), harness.start()
    processes = Processes(studio)
    try:
        stages.Database(studio).ask(stages.SCHEMA)
        town = Town(studio, processes)
        town.witness.start()
        play_local(town, report, choose(chosen.rounds, local, share, SHORT_LOCAL if local else 0))
        for number, one in enumerate(choose(chosen.rounds, everybody, 1 - share, SHORT_GLOBAL if everybody else 0), 1):
            print(f"round {number} of those that everybody may notice: {one[0]} at {one[1]}", flush=True)
            play_global(town, report, one)
        report.check("the audit log and the runs agree", town.judge_audit())
        report.check("no log has what nothing may cause", studio.complaints())
        town.witness.over.set()
    finally:
        if studio.started:
            harness.command("down", "--state", studio.state)
            clean_up(processes)
            report.check("nobody is left after ./studio down", [str(one) for one in processes.left()])
            if report.failed or sys.exc_info()[0]:
                print(f"the logs are in {studio.state}/log")
            else:
                shutil.rmtree(studio.state, ignore_errors=True)
    report.print()
    print(f"{report.passed} passed, {report.failed} failed")
    return report.failed > 0


if __name__ == "__main__":
    sys.exit(main())
