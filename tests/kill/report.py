"""What was seen: figures by kind of kill, and what was wrong."""

import datetime
import statistics


class Report:
    def __init__(self):
        self.passed = self.failed = 0
        self.served, self.heard, self.failures, self.rounds = {}, {}, {}, {}
        self.lines = []
        self.outages_from = None  # what waits for a part that is away on purpose is no figure of the kills

    def check(self, name, found):
        """One test: passed when nothing was found wrong."""
        if found:
            self.failed += 1
            print(f"FAILED: {name}")
            for one in found[:20]:
                print(f"    {one}")
            if len(found) > 20:
                print(f"    and {len(found) - 20} more")
        else:
            self.passed += 1
        return not found

    def round(self, kind, found):
        self.rounds[kind] = self.rounds.get(kind, 0) + 1
        self.check(f"after a kill: {kind}", found)

    def outage(self, name, found):
        self.rounds[name] = self.rounds.get(name, 0) + 1
        self.check(name, found)

    def begin_outages(self):
        self.outages_from = datetime.datetime.now(datetime.timezone.utc)

    def time(self, kind, probe, heard):
        self.served.setdefault(kind, []).append(probe.served_after)
        self.failures[kind] = self.failures.get(kind, 0) + probe.failures
        if heard is not None:
            self.heard.setdefault(kind, []).append(heard)

    def note(self, kind, what):
        self.lines.append(f"{kind}: {what}")

    def answers(self, town):
        answers = [answer for asker in town.askers for answer in asker.answers]
        states = {}
        for answer in answers:
            state = answer.final["state"] if answer.final else "unknown"
            states[state] = states.get(state, 0) + 1
        again = sum(bool(answer.final) and answer.final["attempt"] > 1 for answer in answers)
        attempts = [attempt for voice in town.voices for attempt in voice.attempts]
        acknowledged = sum(attempt.status == 201 for attempt in attempts)
        self.lines.append(f"{acknowledged} messages acknowledged, {sum(voice.replays for voice in town.voices)} of them at a repetition of "
                          f"what was stored; {sum(attempt.status == 503 for attempt in attempts)} answers 503, "
                          f"{sum(attempt.status == 0 for attempt in attempts)} connections lost")
        self.lines.append(f"{town.judged - town.first} events heard by {len(town.listeners)} listeners, "
                          f"{sum(one.reconnects for one in town.listeners)} reconnects")
        self.lines.append(f"{len(answers)} answers of agents: {', '.join(f'{count} {state}' for state, count in sorted(states.items()))}; "
                          f"{again} taken over by another executor")
        waits = [(moment(answer.final["started_at"]) - moment(answer.final["queued_at"])).total_seconds() for answer in answers
                 if answer.final and answer.final["started_at"] and moment(answer.final["queued_at"]) < self.outages_from]
        self.lines.append(f"a question waited for its executor: {spread(waits)} s")
        if town.watch.went_on:
            self.lines.append(f"an answer went on after the death of its executor: {spread(town.watch.went_on)} s")

    def print(self):
        print()
        print(f"{'killed, or away':<20}{'times':>6}   posting served again (s)   heard by all again (s)   failed attempts of the probe")
        for kind, count in self.rounds.items():
            print(f"{kind:<20}{count:>6}   {spread(self.served.get(kind)):<27}{spread(self.heard.get(kind)):<25}{self.failures.get(kind, 0)}")
        for line in self.lines:
            print(line)
        print(f"{self.passed} passed, {self.failed} failed")


def moment(text):
    """A time as the API writes it."""
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def spread(values):
    return f"median {statistics.median(values):.2f}, max {max(values):.2f}" if values else "-"
