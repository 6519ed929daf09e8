"""The objects that routes are guarded by, and what each persona may do with them: a second statement of the rules that
sql/functions/guards.sql proves, in the words of the documentation."""

import dataclasses
import uuid

from harness import finished


@dataclasses.dataclass(frozen=True)
class Thing:
    """One object of a noun. owner is the id of who made it or asked for it; permissions are those that allow everything
    with it; room is the role that a persona has by it: none, the one in the private room, or at least viewer."""

    name: str
    noun: str
    id: str
    owners: tuple
    permissions: tuple
    shown_to_all: bool = False
    room: str = ""  # "", "private" or "public"

    def aims(self, persona):
        """What the persona may, once it is known to be somebody: the arguments of the guard."""
        everything = {"see", "edit", "run", "act", "own"}
        if persona.id in self.owners or any(persona.manages(permission) for permission in self.permissions):
            return everything
        role = (persona.role or ("viewer" if self.room == "public" else "")) if self.room else ""
        if role in ("member", "owner"):
            return everything if role == "owner" else everything - {"own"}
        return {"see", "run"} if self.shown_to_all or role else set()


def script(client, name, visibility):
    made = finished.script(client, visibility=visibility)
    return made, Thing(name, "script", made["id"], (client.id,), ("scripts.manage",), visibility == "team")


def mapping(client, name, visibility):
    answer = client.post("/mappings", {"name": f"mapping-{uuid.uuid4().hex[:8]}", "visibility": visibility})
    assert answer.status_code == 201, answer.text
    return Thing(name, "mapping", answer.json()["id"], (client.id,), ("mappings.manage",), visibility == "team")


def agent(client, name):
    answer = client.post("/agents", {"name": "Guarded", "handle": f"guarded-{uuid.uuid4().hex[:8]}"})
    assert answer.status_code == 201, answer.text
    return Thing(name, "agent", answer.json()["id"], (client.id,), ("agents.manage",), True)


def run_and_file(studio, name, the_run, *about):
    """A run that is over, and a file that it left."""
    file = finished.leave(studio, the_run, "left.txt", b"left")
    return Thing(name, "run", the_run, *about), Thing("file of the " + name, "file", file, *about)


def script_run(studio, client, name, of):
    """Who asked for it and who owns its script may everything with it."""
    return run_and_file(studio, name, finished.run(studio, client, of=of), (client.id, of["owner"]["id"]),
                        ("runs.manage", "scripts.manage"))


def answer(studio, client, name, of, room, kind):
    """An agent's: the room's alone, whoever asked for it."""
    the_run = finished.run(studio, client, of={"id": None}, room=room, kind="agent", agent_id=of.id, script_version=None)
    return run_and_file(studio, name, the_run, (), ("runs.manage",), False, kind)


def make(studio, owner, member, private, public):
    """All of them: noun -> things. member is no owner of anything but a run; the rooms are those of the personas."""
    team_script, team = script(owner, "script of the team", "team")
    private_script, hidden = script(owner, "private script", "private")
    bot = agent(owner, "agent")
    things = [
        team, hidden, mapping(owner, "mapping of the team", "team"), mapping(owner, "private mapping", "private"), bot,
        *script_run(studio, owner, "run of a private script", private_script),
        *script_run(studio, member, "member's run of a script of the team", team_script),
        *answer(studio, owner, "answer in the private room", bot, private, "private"),
        *answer(studio, owner, "answer in the public room", bot, public, "public"),
    ]
    found = {}
    for thing in things:
        found.setdefault(thing.noun, []).append(thing)
    return found


def places(studio, client, room):
    """noun -> the id of one that this client may do everything with: what fills the paths of guarded routes."""
    found = make(studio, client, client, room, room)
    return {"room": room["id"], **{noun: things[0].id for noun, things in found.items()}}
