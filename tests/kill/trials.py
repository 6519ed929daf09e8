"""One run of a script, somebody killed at one of its stages, and the judgement over what became of it."""

import json
import random
import time
import uuid

import requests

from harness.words import ENDED
from kill.processes import KINDS, kill, wait_for
from kill.stages import PATIENCE, REACH, Database, pause
from kill.witness import sandbox_of

CODE = """
import json, os, signal, sys, time
asked = json.load(open(os.environ["COAGENT_INPUT"]))
if asked["stubborn"]:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
def tell(word):
    sys.stdout.write(f"{word} {time.time()}\\n")  # one write, so that no line is stored in pieces
    sys.stdout.flush()
tell("begin")
for number in range(1, asked["count"] + 1):
    tell(number)
    time.sleep(0.02)
for number in range(asked["files"]):
    with open(f"out/{number}", "wb") as file:
        file.write(bytes([number]) * (1 << 20))
print("end", flush=True)
"""
PARAMETERS = {"type": "object", "required": ["count", "files", "stubborn"], "properties": {
    "count": {"type": "integer"}, "files": {"type": "integer"}, "stubborn": {"type": "boolean"}}}
KEPT = 1.0  # seconds before its end up to which the output of a run must be there

SUCCEEDED, LOST, CANCELLED = ("succeeded", "exit"), ("lost", "lost"), ("cancelled", "cancelled")
OUTSIDE, KILLED, UNSTARTED = ("failed", "lost"), ("failed", "signal"), ("failed", "start")
# How a run may end whose executor or sandbox is killed at a stage; whoever else dies must not be noticed. Who is killed
# while a run is to be stopped may be dead before the word of it has come.
ENDINGS = {
    ("executor", "claimed"): {SUCCEEDED}, ("executor", "starting"): {LOST}, ("executor", "running"): {LOST},
    ("executor", "ending"): {LOST, SUCCEEDED}, ("executor", "storing"): {LOST, SUCCEEDED},
    ("executor", "finishing"): {LOST, SUCCEEDED}, ("executor", "cancelling"): {CANCELLED},
    ("sandbox", "running"): {OUTSIDE}, ("bwrap", "running"): {OUTSIDE, KILLED}, ("init", "running"): {OUTSIDE, KILLED},
    ("sandbox", "cancelling"): {CANCELLED, OUTSIDE}, ("bwrap", "cancelling"): {CANCELLED, OUTSIDE, KILLED},
    ("init", "cancelling"): {CANCELLED, OUTSIDE, KILLED},
    ("code", "running"): {KILLED}, ("code", "cancelling"): {CANCELLED, KILLED},
}
# At one run only; the others are everybody's.
LOCAL = [(victim, stage, False) for victim, stage in ENDINGS] + [("executor", stage, True) for stage in ("starting", "running", "storing")]
GLOBAL = [("dispatcher", stage, False) for stage in ("queued", "claimed", "running", "storing", "cancelling")] + [
    (victim, stage, False) for victim in ("backend", "postmaster") for stage in REACH if stage != "starting"]


class Trial:
    """victim None: nobody dies of it, but of others at the same time."""

    def __init__(self, town, number, client, room, victim, stage, retriable):
        self.town, self.number, self.client, self.room = town, number, client, room
        self.victim, self.stage, self.retriable = victim, stage, retriable
        self.witness, self.processes, self.database = town.witness, town.processes, Database(town.studio)
        self.count, self.files = random.randint(60, 110), random.randint(4, 12) if stage == "storing" else 1
        self.executor = self.script = self.run = self.killed_at = self.final = None
        self.cancelled = self.late = False  # late: it was over before anybody could be killed
        self.wrong = []

    def __str__(self):
        return f"{self.victim or 'nobody'} at {self.stage}{', retriable' if self.retriable else ''}"

    def ask(self, method, path, body=None):
        """The answer's document or bytes, however often it takes; with the same key, so that nothing is done twice."""
        headers, end = {"Idempotency-Key": str(uuid.uuid4())}, time.monotonic() + PATIENCE
        while True:
            try:
                answer = self.client.request(method, path, json=body, headers=headers, timeout=(3, 30))
                if answer.status_code != 503:
                    assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
                    return answer
            except requests.RequestException:
                pass
            assert time.monotonic() < end, f"{method} {path} was not answered"
            time.sleep(0.1)

    def begin(self):
        self.script = self.ask("POST", "/scripts", {
            "name": f"Trial {self.number} {uuid.uuid4().hex[:6]}", "kind": "python", "code": CODE,
            "parameters": PARAMETERS, "retriable": self.retriable}).json()["id"]
        if self.stage in ("claimed", "finishing"):
            pause(self, self.stage)
        self.run = self.ask("POST", f"/scripts/{self.script}/run", {
            "parameters": {"count": self.count, "files": self.files, "stubborn": self.stage == "cancelling"},
            "room": self.room["id"]}).json()["id"]

    def find_executor(self):
        self.executor = wait_for(lambda: self.database.value("select pid from runs where id = %s and pid is not null", self.run),
                                 PATIENCE, 0.003)
        return self.executor

    def cancel(self):
        self.ask("POST", f"/runs/{self.run}/cancel")
        self.cancelled = True

    def find_victim(self):
        if self.victim == "executor":
            return self.executor
        if self.victim in KINDS:
            found = KINDS[self.victim](self.processes)
            return found and found.pid
        main = wait_for(lambda: self.witness.main(self.run), 20, 0.01)
        return main if self.victim == "code" else main and sandbox_of(main).get(self.victim)

    def strike(self):
        """At the stage; a moment later where it lasts."""
        if not REACH[self.stage](self):
            self.wrong.append(f"it never came to {self.stage}")
            return
        victim = self.find_victim()
        if self.stage in ("running", "cancelling"):
            time.sleep(random.uniform(0, 0.6))
        self.killed_at = time.time()
        if not victim or not kill(victim):
            self.late = self.ended() is not None
            self.wrong += [] if self.late else ["nobody to kill"]
        if (self.victim, self.stage) == ("executor", "claimed"):
            # what it had asked for would be done all the same
            self.database.ask("select pg_terminate_backend(pid) from pg_stat_activity where application_name like %s", f"claimed {self.run}%")

    def follow(self):
        """Until its end; then everything that there is about it."""
        self.final = wait_for(self.ended, PATIENCE, 0.3)
        self.left = wait_for(lambda: not self.witness.left(self.run), 10, 0.1) is None

    def ended(self):
        document = self.ask("GET", f"/runs/{self.run}").json()
        return document if document["state"] in ENDED else None

    def endings(self):
        if self.late:
            return {CANCELLED, SUCCEEDED}
        if self.victim in KINDS and self.victim != "executor" or not self.victim:
            return {CANCELLED} if self.cancelled else {SUCCEEDED}
        if self.retriable:
            return {SUCCEEDED}
        return ENDINGS[self.victim, self.stage]

    def judge(self):
        if not self.final:
            return [*self.wrong, f"run {self.run} did not end: {self.ask('GET', f'/runs/{self.run}').text[:300]}"]
        found = self.wrong + self.judge_end() + self.judge_output() + self.judge_files() + self.judge_count()
        return [f"run {self.run} ({self}): {one}" for one in found]

    def judge_end(self):
        state, ended_by = self.final["state"], self.final["ended_by"]
        found = [] if (state, ended_by) in self.endings() else [f"it ended as {state} by {ended_by}: {self.final['reason']}"]
        history = [state for state, in self.database.ask("select state from kill.history where run_id = %s order by number", self.run)]
        if [one for one in history if one in ENDED] != [state] or history[-1] != state:
            found.append(f"its states were {history}")
        begun = self.witness.begun(self.run)
        if begun > (self.final["attempt"] if self.retriable else 1) or begun < (state == "succeeded"):
            found.append(f"its code was begun {begun} times in {self.final['attempt']} attempts")
        told = [event["kind"] for event in self.ask("GET", f"/rooms/{self.room['id']}/events?limit=200").json()["items"]
                if event["run"] == self.run and event["kind"] in ("result", "error")]
        if told != ["result" if state == "succeeded" else "error"]:
            found.append(f"its room was told {told}")
        if self.left:
            found.append(f"processes of it are left: {self.witness.left(self.run)}")
        return found

    def judge_output(self):
        """Every number up to the last, that of the last second among them; of a repeated run, those of its last attempt."""
        text = self.ask("GET", f"/runs/{self.run}/output?format=text").content.decode(errors="replace")
        begins = text.count("begin ")
        lines = text[text.rfind("begin "):].splitlines() if begins else []
        numbers = [line.split() for line in lines[1:] if line[:1].isdigit() and line.count(" ") == 1]
        found = [] if [int(one) for one, _ in numbers] == list(range(1, len(numbers) + 1)) else [f"its output has gaps: {text[:2000]!r}"]
        if begins > (self.final["attempt"] if self.retriable else 1):
            found.append(f"{begins} beginnings are in its output")
        if self.final["state"] == "succeeded" and (len(numbers) != self.count or lines[-1] != "end"):
            found.append(f"it succeeded with {len(numbers)} of {self.count} numbers, and {lines[-3:]}")
        elif self.final["state"] != "succeeded" and self.stage in ("running", "cancelling") and len(numbers) < self.count:
            last = float((numbers or [lines[0].split()])[-1][1]) if lines else 0
            if last < self.killed_at - KEPT:
                found.append(f"what it wrote in the last {self.killed_at - last:.2f} s is not kept")
        if self.final["output"]["bytes"] != len(text.encode()):
            found.append(f"{self.final['output']['bytes']} bytes are told, {len(text.encode())} are there")
        return found

    def judge_files(self):
        found = []
        for file in self.final["files"]:
            content = self.ask("GET", f"/files/{file['id']}").content
            if content != bytes([int(file["path"])]) * (1 << 20) or file["size"] != len(content):
                found.append(f"file {file['path']} of {file['size']} bytes has {len(content)}")
        if self.final["state"] == "succeeded" and len(self.final["files"]) != self.files:
            found.append(f"it left {self.files} files, {len(self.final['files'])} are kept")
        return found

    def judge_count(self):
        """What counts against the quota of its user is what is there."""
        there = self.final["output"]["bytes"] + sum(file["size"] for file in self.final["files"])
        counted = self.database.ask("select stored_bytes from runs where id = %s", self.run)[0][0]
        return [] if counted == there else [f"{counted} bytes are counted, {there} are there"]

    def __repr__(self):
        return json.dumps({"trial": str(self), "run": self.run})
