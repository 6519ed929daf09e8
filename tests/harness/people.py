"""Makes users, rooms and members through the API, as an administrator and the users themselves would."""

import itertools
import uuid

from harness.client import Client

PASSWORD = "a long enough password"


class People:
    def __init__(self, studio):
        self.studio = studio
        self.numbers = itertools.count(1)
        self.mark = uuid.uuid4().hex[:6]
        self.admin = Client(studio.url).log_in(studio.admin_email, studio.admin_password)

    def anonymous(self):
        return Client(self.studio.url)

    def create_user(self, name="user", **more):
        """Only the account: {"id", "email", …, "password"}."""
        email = f"{name}-{self.mark}-{next(self.numbers)}@example.org"
        body = {"email": email, "name": name.title(), "password": PASSWORD, **more}
        answer = self.admin.post("/admin/users", body)
        assert answer.status_code == 201, answer.text
        return {**answer.json(), "password": body["password"]}

    def user(self, name="user", **more):
        """A new user, logged in."""
        account = self.create_user(name, **more)
        return Client(self.studio.url).log_in(account["email"], account["password"])

    def room(self, owner, name="A room", **more):
        answer = owner.post("/rooms", {"name": name, **more})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def add(self, owner, room, client, role="member"):
        answer = owner.post(f"/rooms/{room['id']}/members", {"id": client.id, "role": role})
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def api_token(self, client, *scopes, **more):
        """The same user by a new API token with these scopes."""
        answer = client.post("/profile/tokens", {"name": "test", "scopes": list(scopes), **more})
        assert answer.status_code == 201, answer.text
        return client.with_bearer(answer.json()["token"])
