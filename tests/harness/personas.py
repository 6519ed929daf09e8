"""Everybody who might knock: the same route is tried as each of them."""

import dataclasses
import time

from harness import objects, tokens

# What a caller may be in the room of the matrix, from least to most.
RANKS = ("viewer", "member", "owner")


@dataclasses.dataclass
class Persona:
    """Who calls, and what is known about them without asking the program."""

    name: str
    client: object
    known: bool = True         # a live session or token of an enabled user
    role: str = ""             # in the private room
    permissions: tuple = ()
    is_admin: bool = False
    scopes: tuple = ("read", "write", "admin")
    csrf_is_right: bool = True
    origin_is_right: bool = True
    options: dict = dataclasses.field(default_factory=dict)  # of Client.request

    @property
    def id(self):
        return self.client.user and self.client.id

    def may(self, permission):
        return self.is_admin or permission in self.permissions

    def manages(self, permission):
        """For what reaches the objects of others, an API token needs the scope "admin"."""
        return self.may(permission) and "admin" in self.scopes


class Stage:
    """The rooms, and the personas with their places in them."""

    def __init__(self, people):
        self.people = people
        self.owner = people.user("owner")
        self.member = people.user("member")
        self.viewer = people.user("viewer")
        self.foreigner = people.user("foreigner")
        self.private = self.make_room("Private")
        self.public = self.make_room("Public", visibility="public")
        self.archived = self.make_room("Archived")
        answer = self.owner.patch(f"/rooms/{self.archived['id']}",
                                  {"archived": True, "version": self.version(self.archived)})
        assert answer.status_code == 200, answer.text
        self.personas = [*self.refused(), *self.members(), *self.managers(), *self.restricted()]
        self.objects = objects.make(people.studio, self.owner, self.member, self.private, self.public)

    def make_room(self, name, **more):
        room = self.people.room(self.owner, name, **more)
        self.people.add(self.owner, room, self.member, "member")
        self.people.add(self.owner, room, self.viewer, "viewer")
        return room

    def version(self, room):
        return self.owner.get(f"/rooms/{room['id']}").json()["version"]

    def refused(self):
        """Those who are nobody, or no longer somebody. All but the first once owned a session."""
        people, studio = self.people, self.people.studio
        key = studio.settings()["SECRET_KEY"]
        revoked, disabled, ended, deleted = (people.user(name) for name in ("revoked", "disabled", "ended", "deleted"))
        studio.sql("update sessions set revoked_at = now(), revoked_reason = 'user' where user_id = %s", revoked.id)
        studio.sql("update users set disabled_at = now() where id = %s", disabled.id)
        studio.sql("update sessions set expires_at = now() - interval '1 second' where user_id = %s", ended.id)
        assert people.admin.delete(f"/admin/users/{deleted.id}").status_code == 204
        access = self.owner.cookie("auth_token")
        claims = tokens.decode_claims(access)
        forged = tokens.sign({**claims, "exp": int(time.time()) + 600}, "f" * 64)
        unsigned = ".".join([tokens.encode(b'{"alg":"none"}'), access.split(".")[1], ""])
        clients = {
            "anonymous": people.anonymous(),
            "expired token": self.owner.with_cookie(tokens.expired(access, key)),
            "expired bearer": self.owner.with_bearer(tokens.expired(access, key)),
            "forged token": self.owner.with_cookie(forged),
            "unsigned token": self.owner.with_bearer(unsigned),
            "nonsense bearer": self.owner.with_bearer("nonsense"),
            "unknown API token": self.owner.with_bearer(f"coa_{self.owner.id.replace('-', '')}_{'A' * 43}"),
            "revoked session": revoked,
            "ended session": ended,
            "disabled user": disabled,
            "deleted user": deleted,
        }
        return [Persona(name, client, known=False) for name, client in clients.items()]

    def members(self):
        ordinary = tuple(self.member.user["permissions"])
        return [
            Persona("foreigner", self.foreigner, permissions=ordinary),
            Persona("viewer", self.viewer, role="viewer", permissions=ordinary),
            Persona("member", self.member, role="member", permissions=ordinary),
            Persona("owner", self.owner, role="owner", permissions=ordinary),
            Persona("owner as bearer", self.owner.with_bearer(self.owner.cookie("auth_token")), role="owner",
                    permissions=ordinary),
            Persona("admin", self.people.admin, is_admin=True),
            Persona("user without permissions", self.people.user("plain", permissions=[])),
        ]

    def managers(self):
        """Those who may do everything with the objects of a noun, and are not in the room."""
        names = ("scripts.manage", "mappings.manage", "agents.manage", "runs.manage", "providers.manage")
        return [Persona(f"user with {name}", self.people.user("manager", permissions=[name]), permissions=(name,))
                for name in names]

    def restricted(self):
        """Those who may much, but come in the wrong way."""
        owner, people = self.owner, self.people
        about = {"role": "owner", "permissions": tuple(owner.user["permissions"])}
        return [
            Persona("read token", people.api_token(owner, "read"), scopes=("read",), **about),
            Persona("write token", people.api_token(owner, "write"), scopes=("write",), **about),
            Persona("read and write token", people.api_token(owner, "read", "write"), scopes=("read", "write"), **about),
            Persona("full token", people.api_token(owner, "read", "write", "admin"), **about),
            Persona("admin's token without admin", people.api_token(people.admin, "read", "write"),
                    scopes=("read", "write"), is_admin=True),
            Persona("no CSRF token", owner, csrf_is_right=False, options={"csrf": None}, **about),
            Persona("wrong CSRF token", owner, csrf_is_right=False, options={"csrf": "A" * 43}, **about),
            Persona("another's CSRF token", owner, csrf_is_right=False, options={"csrf": self.member.csrf}, **about),
            Persona("wrong origin", owner, origin_is_right=False, options={"origin": "https://evil.example"}, **about),
            Persona("null origin", owner, origin_is_right=False, options={"origin": "null"}, **about),
        ]
