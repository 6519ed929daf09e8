"""A chat with an agent through the API, which the real runner answers."""

import uuid

from harness.waiting import wait_until


class Chat:
    """A room of Ann's with one agent in it."""

    def __init__(self, people, provider, **agent):
        self.ann = people.user("ann")
        self.room = people.room(self.ann)
        self.path = f"/rooms/{self.room['id']}"
        body = {"name": "Bot", "handle": f"bot-{uuid.uuid4().hex[:10]}", "provider_id": provider["id"], **agent}
        self.agent = self.ann.post("/agents", body).json()
        answer = self.ann.post(f"{self.path}/members", {"id": self.agent["id"]})
        assert answer.status_code == 201, answer.text

    def ask(self, text):
        """The run that the question made."""
        answer = self.ann.post(f"{self.path}/messages", {"text": f"@{self.agent['handle']} {text}"})
        assert answer.status_code == 201, answer.text
        question = answer.json()
        return next(event["run"] for event in self.events() if event["kind"] == "run" and event["seq"] > question["seq"])

    def events(self):
        answer = self.ann.get(f"{self.path}/events", params={"limit": 200})
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    def run(self, run):
        return self.ann.get(f"/runs/{run}").json()

    def wait(self, run, *states, timeout=60):
        return wait_until(lambda: self.run(run), timeout, good=lambda now: now["state"] in states)

    def end(self, run, timeout=60):
        """The event that ended a run."""
        return wait_until(lambda: [one for one in self.events() if one["run"] == run and one["kind"] in ("result", "error")],
                          timeout)[0]
