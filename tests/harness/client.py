"""The API as one caller uses it: a browser with cookies and CSRF token, a bearer, an API token, or nobody."""

import requests
from requests.adapters import HTTPAdapter

from harness.recorder import recorder

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


class Client:
    """get, post, … take the path below /api. Nothing raises on an error status: tests look at it.

    As a browser does, a client with cookies sends its Origin and the session's X-CSRF-Token with unsafe requests;
    csrf=None leaves the token out, csrf="…" sends another; origin= likewise."""

    def __init__(self, url, user=None):
        self.url = url
        self.http = requests.Session()
        recorder.listen(self.http)
        self.user = user
        self.csrf = None
        self.bearer = None

    @property
    def id(self):
        return self.user["id"]

    def request(self, method, path, *, csrf="own", origin="own", headers=None, timeout=30, **more):
        headers = dict(headers or {})
        if self.bearer:
            headers.setdefault("Authorization", f"Bearer {self.bearer}")
        elif self.http.cookies and method in UNSAFE:
            if csrf == "own":
                csrf = self.csrf
            if csrf is not None:
                headers.setdefault("X-CSRF-Token", csrf)
        if origin == "own":
            origin = self.url if method in UNSAFE and not self.bearer else None
        if origin is not None:
            headers.setdefault("Origin", origin)
        return self.http.request(method, self.url + "/api" + path, headers=headers, timeout=timeout,
                                 allow_redirects=False, **more)

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.request("POST", path, json=body, **more)

    def put(self, path, body=None, **more):
        return self.request("PUT", path, json=body, **more)

    def patch(self, path, body=None, **more):
        return self.request("PATCH", path, json=body, **more)

    def edit(self, path, changes, method="PATCH", **more):
        """Edits what it reads first: with the version that it has then. What the caller cannot read has version 1."""
        seen = self.get(path.removesuffix("/permissions"))
        version = seen.json()["version"] if seen.status_code == 200 else 1
        return self.request(method, path, json={"version": version, **changes}, **more)

    def delete(self, path, body=None, **more):
        return self.request("DELETE", path, json=body, **more)

    def log_in(self, email, password):
        answer = self.post("/auth/login", {"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        self.user = answer.json()["user"]
        self.csrf = answer.json()["csrf_token"]
        return self

    def cookie(self, name):
        """The value of a cookie that the server set, whatever its path."""
        return next((cookie.value for cookie in self.http.cookies if cookie.name == name), None)

    def twin(self):
        """The same browser session on connections of its own, for another thread."""
        return self.with_cookie(self.cookie("auth_token"), self.csrf)

    def with_bearer(self, token):
        """Another caller, who shows this token in the Authorization header."""
        other = Client(self.url, self.user)
        other.bearer = token
        return other

    def with_cookie(self, token, csrf=None):
        """Another browser, whose auth_token cookie is this."""
        other = Client(self.url, self.user)
        other.http.cookies.set("auth_token", token)
        other.csrf = csrf if csrf is not None else self.csrf
        return other


class From(HTTPAdapter):
    """Connects from another address of this machine."""

    def __init__(self, address):
        self.address = address
        super().__init__()

    def init_poolmanager(self, *values, **more):
        super().init_poolmanager(*values, source_address=(self.address, 0), **more)


def client_at(studio, address):
    client = Client(studio.url)
    client.http.mount("http://", From(address))
    return client


def fields(answer):
    """The fields that are wrong, as a 422 names them."""
    assert answer.status_code == 422, answer.text
    return {error["field"] for error in answer.json()["errors"]}
