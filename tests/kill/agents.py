"""Agents that stream without a pause: each is asked again when it has answered. What their runs keep is looked at while
they go on, so that it can be told afterwards whether anything of it was lost."""

import dataclasses
import random
import re
import time

import requests

from harness.words import ENDED
from kill.posters import Speaker, Voice

STORY = " ".join(f"word{n}" for n in range(1, 31))
AFTERWARDS = " And so it went on."
FIXTURES = [
    {"match": {"userMessage": "was interrupted there"}, "response": {"content": AFTERWARDS}, "latency": 100, "chunkSize": 6},
    {"match": {}, "response": {"content": STORY}, "latency": 100, "chunkSize": 8},
]


def beginnings(text):
    return "|".join(re.escape(text[:length]) for length in range(len(text), 0, -1))


# The story up to where it was interrupted, then its continuations, each up to where that was.
TOLD = re.compile(f"(?:{beginnings(STORY)})(?:{beginnings(AFTERWARDS)})*")


def is_whole_story(text):
    return TOLD.fullmatch(text) and text.endswith((STORY, AFTERWARDS))


@dataclasses.dataclass
class Answer:
    run: str
    count: int      # how far it should count; 0: it tells the story
    kept: str = ""  # the longest text that the API showed
    final: dict = None

    @property
    def expected(self):
        return " ".join(str(n) for n in range(1, self.count + 1))

    def faults(self, endings):
        """endings: the events that told the room how it ended."""
        about = f"run {self.run}"
        if not self.final:
            return [f"{about} did not end; it kept {self.kept!r}"]
        state, text, attempt = self.final["state"], self.final["text"] or "", self.final["attempt"]
        found = []
        if len(endings) != 1 or endings[0]["kind"] != ("result" if state == "succeeded" else "error"):
            found.append(f"{about} ended as {state} with the events {endings}")
        elif endings[0]["body"]["text"] != text:
            found.append(f"{about} told the room another text than it kept")
        if not text.startswith(self.kept):
            found.append(f"{about} kept {self.kept!r} and ended with {text!r}")
        if state == "succeeded":
            if text != self.expected if self.count else not is_whole_story(text):
                found.append(f"{about} succeeded with {text!r}")
        elif state != "lost" or attempt < 3 or self.count and not self.expected.startswith(text):
            found.append(f"{about} ended as {state} in attempt {attempt}: {self.final['reason']}")
        return found


class Asker(Speaker):
    """Keeps one agent talking."""

    def __init__(self, client, room, agent, gate, counts):
        super().__init__(Voice(client, room), gate)
        self.room, self.handle, self.counts = room["id"], agent["handle"], counts
        self.answers = []

    def speak(self, number):
        count = random.randint(20, 40) if self.counts else 0
        order = f"/count {count}" if count else "tell"
        return self.voice.say(f"@{self.handle} {order} (question {number})"), count

    def rest(self, asked):
        event, count = asked
        self.follow(Answer(self.find_run(event["seq"]), count))

    def get(self, path, **parameters):
        """The document, asked for until the API can say; what it must not say is kept."""
        while True:
            try:
                answer = self.voice.client.get(path, params=parameters, timeout=(3, 20))
                if answer.status_code == 200:
                    return answer.json()
                if answer.status_code != 503:
                    self.voice.wrong.append(f"{path} was answered with {answer.status_code}: {answer.text[:200]}")
            except requests.RequestException:
                pass
            time.sleep(0.3)

    def find_run(self, seq):
        page = self.get(f"/rooms/{self.room}/events", after=seq, limit=200)
        return next(event["run"] for event in page["items"] if event["kind"] == "run" and event["reply_to"] == seq)

    def follow(self, answer):
        self.answers.append(answer)
        while not answer.final:
            run = self.get(f"/runs/{answer.run}")
            text = run["text"] or ""
            if run["state"] in ENDED:
                answer.final = run
            elif not text.startswith(answer.kept):
                self.voice.wrong.append(f"run {answer.run} kept {answer.kept!r}, then {text!r}")
            else:
                answer.kept = text
            time.sleep(0.7)


class Watch:
    """When an answer goes on after its executor was killed: heard by one of the listeners."""

    def __init__(self):
        self.killed = {}   # run -> when
        self.went_on = []  # seconds

    def hear(self, frame):
        run = frame["delta"]["run"] if "delta" in frame else frame.get("run") if "kind" in frame else None
        if run in self.killed and time.monotonic() > self.killed[run] + 0.5:
            self.went_on.append(time.monotonic() - self.killed.pop(run))
