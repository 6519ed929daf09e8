"""A room of a real studio in which 20 clients post and listen and three agents stream, and the judgement over it."""

import concurrent.futures
import random
import threading
import time

import psycopg2
import requests

from harness.people import People
from kill.agents import Asker, Watch
from kill.listeners import Audience, Listener, digest
from kill.posters import Poster, Probe, Voice
from kill.processes import PATIENCE, wait_for

CLIENTS = 20
LATE = 0.2  # seconds after its acknowledgement, a message was waited for


class Town:
    def __init__(self, studio, processes, model):
        self.studio, self.processes, self.people = studio, processes, People(studio)
        self.gate = threading.Event()
        self.owner = self.people.user("owner")
        self.room = self.people.room(self.owner, "Town hall")
        self.path = f"/rooms/{self.room['id']}"
        with concurrent.futures.ThreadPoolExecutor(4) as threads:
            clients = list(threads.map(self.people.user, [f"client{n}" for n in range(CLIENTS)]))
        for client in [*clients, self.people.admin]:
            self.people.add(self.owner, self.room, client)
        agents = self.make_agents(model)
        self.first = self.judged = self.owner.get(self.path + "/events").json()["last_seq"]
        self.watch = Watch()
        self.listeners = [Listener(client, self.room, self.first, self.watch.hear if n == 0 else lambda frame: None)
                          for n, client in enumerate(clients)]
        self.audience = Audience(self.listeners)
        self.posters = [Poster(client, self.room, f"client {n}", self.gate) for n, client in enumerate(clients)]
        self.askers = [Asker(self.owner.twin(), self.room, agent, self.gate, counts)
                       for agent, counts in agents]
        self.prober = Voice(self.people.admin.twin(), self.room)
        self.judge = Voice(self.owner, self.room)
        self.texts, self.endings, self.runs_told = set(), {}, 0
        self.probes = 0

    def make_agents(self, model):
        """Two that count and one that is streamed by a mock model: (agent, whether it counts)."""
        admin = self.people.admin
        listed = admin.get("/providers", params={"limit": 200}).json()["items"]
        commands = next(one for one in listed if one["kind"] == "command")
        answer = admin.post("/providers", {"name": "Story teller", "base_url": model.url, "key": "sk-mock", "default_model": "mock"})
        assert answer.status_code == 201, answer.text
        made = []
        for handle, provider in (("counter-a", commands), ("counter-b", commands), ("teller", answer.json())):
            agent = admin.post("/agents", {"name": handle, "handle": handle, "provider_id": provider["id"]})
            assert agent.status_code == 201, agent.text
            answer = admin.post(f"{self.path}/members", {"id": agent.json()["id"]})
            if answer.status_code != 201:
                answer = self.owner.post(f"{self.path}/members", {"id": agent.json()["id"]})
            assert answer.status_code == 201, answer.text
            made.append((agent.json(), provider is commands))
        return made

    def open(self):
        self.audience.start()
        assert wait_for(self.audience.is_whole, 30), "not every listener came in"
        for thread in [*self.posters, *self.askers]:
            thread.start()
        self.resume()

    def resume(self):
        self.gate.set()

    def pause(self):
        """Nobody posts any more, and what was posted is acknowledged; False when it was not in time."""
        self.gate.clear()
        return wait_for(lambda: all(one.idle.is_set() for one in [*self.posters, *self.askers]), 200)

    def probe(self):
        """Posts from now on, to see when that works again."""
        self.probes += 1
        probe = Probe(self.prober, time.monotonic(), self.probes)
        probe.start()
        return probe

    def heard_after(self, probe):
        """Seconds from the probe's begin until every listener had its first message, or the last that somebody had to
        wait for; None when that never came."""
        if not wait_for(lambda: self.audience.newest() >= probe.good[-1][1]["seq"], PATIENCE):
            return None
        heard = [(self.audience.had(event["seq"]), acknowledged) for acknowledged, event in probe.good]
        late = [when for when, acknowledged in heard if when > acknowledged + LATE]
        return max([heard[0][0], *late]) - probe.begun

    @property
    def voices(self):
        return [one.voice for one in [*self.posters, *self.askers]] + [self.prober, self.judge]

    def attempts_since(self, begun):
        """All of them but the probes'."""
        return [attempt for voice in self.voices if voice is not self.prober
                for attempt in voice.attempts if attempt.begun >= begun]

    def sql(self, statement, *values):
        """Once more when the connection was one of those that died."""
        try:
            return self.studio.sql(statement, *values)
        except psycopg2.Error:
            self.studio.connection = None
            return self.studio.sql(statement, *values)

    def running_executors(self):
        return {pid for pid, in self.sql("select pid from runs where state = 'running' and pid is not null")}

    def fetch(self):
        """The log from where it was judged on."""
        after, events, more = self.judged, [], True
        while more:
            page = self.owner.get(self.path + "/events", params={"after": after, "limit": 200}).json()
            events += page["items"]
            after, more = events[-1]["seq"] if events else after, page["more"]
        return events

    def judge_log(self):
        """To be called while nobody posts. What is wrong with the log and with what the listeners have of it."""
        self.judge.say(f"that was all up to {self.judged}")
        events = self.fetch()
        found = [] if [one["seq"] for one in events] == list(range(self.judged + 1, self.judged + 1 + len(events))) else ["the log has gaps"]
        said = [one["body"]["text"] for one in events if one["kind"] == "message"]
        acknowledged = {text: event for voice in self.voices for text, event in voice.acknowledged.items()}
        found += [f"lost: {text!r}" for text in acknowledged.keys() - set(said)]
        found += [f"not acknowledged, or doubled: {text!r}" for text in said if text not in acknowledged or said.count(text) > 1]
        found += [f"acknowledged otherwise than logged: {one}" for one in events
                  if one["kind"] == "message" and acknowledged.get(one["body"]["text"], one) != one]
        for one in events:
            if one["kind"] in ("result", "error"):
                self.endings.setdefault(one["run"], []).append(one)
        found += self.judge_listeners(events)
        for voice in self.voices:
            found += voice.wrong
            voice.wrong.clear()
            voice.acknowledged.clear()
        self.judged = events[-1]["seq"]
        return found

    def judge_listeners(self, events):
        newest, begin = events[-1]["seq"], events[0]["seq"] - self.first - 1
        truth = [digest(one) for one in events]
        found = []
        if not wait_for(lambda: self.audience.newest() >= newest, PATIENCE):
            found.append(f"listeners are at {sorted(one.newest for one in self.listeners)} of {newest}")
        for number, one in enumerate(self.listeners):
            if one.newest >= newest and one.digests[begin:begin + len(truth)] != truth:
                found.append(f"listener {number} has another log")
            found += one.wrong
            one.wrong.clear()
        if not wait_for(self.audience.is_whole, 30):
            found.append(f"{sum(not one.connected for one in self.listeners)} listeners have no WebSocket")
        return found

    def judge_machinery(self):
        """Whether every slot serves and nobody is left over; what is on its way gets a moment."""
        last = []

        def is_sound():
            last[:] = self.processes.faults(self.running_executors()) + self.broken_slots()
            return not last

        return [] if wait_for(is_sound, PATIENCE, 0.2) else last

    def broken_slots(self):
        try:
            answer = self.people.admin.get("/metrics", timeout=(3, 20))
        except requests.RequestException as failure:
            return [f"the pool does not answer: {failure}"]
        numbers = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if " " in line)
        slots, connected = numbers.get('coagent_pool_slots{pool="fast"}'), numbers.get('coagent_pool_slots_connected{pool="fast"}')
        return [] if slots and slots == connected else [f"{connected} of {slots} slots are connected"]

    def judge_answers(self):
        """The end: every run that was ever asked for, after all of them have ended."""
        for one in self.askers:
            one.ending = True
        self.gate.set()
        for one in self.posters:
            one.ending = True
        for one in self.askers:
            one.join(120)
        found = self.judge_log()
        for asker in self.askers:
            for answer in asker.answers:
                found += answer.faults(self.endings.get(answer.run, []))
        messages = self.sql("select count(*) from room_events where room_id = %s and kind = 'message' and seq > %s", self.room["id"], self.first)
        audited = self.sql("select count(*) from audit_log where object_id = %s and action = 'message.post' and (detail ->> 'seq')::bigint > %s",
                           self.room["id"], self.first)
        if messages != audited:
            found.append(f"{messages} messages, {audited} of them in the audit log")
        return found

    def close(self):
        self.audience.end()
