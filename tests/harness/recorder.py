"""Every answer that a test gets from /api is compared with the OpenAPI document that the studio itself serves: method and
path, status, type, headers and body. The client records; conftest.py fails the test that asked."""

import json
import re
from urllib.parse import urlsplit

import requests

from harness.shape import Shapes

# What only an unknown path or method can get of the responses that all paths have in common.
UNKNOWN_ONLY = {"403", "404", "405"}


class Operation:
    """A method of a path: what it may answer, by status."""

    def __init__(self, path, method, responses):
        self.path, self.method, self.responses = path, method, responses


class Contract:
    """The document, compiled."""

    def __init__(self, document):
        self.document = document
        self.shapes = Shapes(document["components"]["schemas"])
        self.paths = {path: {method.upper(): Operation(path, method.upper(), about["responses"])
                             for method, about in operations.items()} for path, operations in document["paths"].items()}
        plain_first = sorted(self.paths, key=lambda path: path.count("{"))
        self.patterns = [(re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))), path) for path in plain_first]
        self.found = {}

    def path_of(self, path):
        """The template that the path of an address belongs to, or None."""
        if path not in self.found:
            self.found[path] = next((name for pattern, name in self.patterns if pattern.fullmatch(path)), None)
        return self.found[path]

    def resolve(self, node):
        return self.document["components"]["responses"][node["$ref"].rpartition("/")[2]] if "$ref" in node else node

    def response_of(self, template, method, status):
        """What the document says about this answer, or None."""
        operation = self.paths.get(template, {}).get("GET" if method == "HEAD" else method)
        found = operation.responses.get(str(status)) if operation else None
        if found is None and not (operation and str(status) in UNKNOWN_ONLY):
            found = self.document["x-responses"].get(str(status))
        return None if found is None else self.resolve(found)


def compare_problem(response, problem):
    """A problem says again what stands around it."""
    if problem.get("status") != response.status_code:
        yield f"the problem has the status {problem.get('status')}"
    if problem.get("instance") != response.headers.get("X-Request-Id"):
        yield f"the problem is of another request, {problem.get('instance')}"


class Recorder:
    """listen to a session of requests; take the faults after each test. OPTIONS, which the document does not describe, and
    what lies outside of /api (pages, /ws, the older paths) is not recorded; raw sockets pass it by."""

    def __init__(self):
        self.contract = None
        self.faults = []
        self.seen = set()

    def listen(self, session):
        session.hooks["response"].append(self.record)

    def record(self, response, stream=False, **_):
        address = urlsplit(response.url)
        if not address.path.startswith("/api/") or response.request.method == "OPTIONS":
            return
        if self.contract is None:
            self.contract = Contract(requests.get(f"{address.scheme}://{address.netloc}/api/openapi.json", timeout=60,
                                                  verify=False).json())
        method, status, template = response.request.method, response.status_code, self.contract.path_of(address.path)
        self.seen.add((method, template, status))
        self.faults += [f"{method} {address.path} {status}: {fault}"
                        for fault in self.compare(response, method, template, None if stream else response.content)]

    def compare(self, response, method, template, body):
        described = self.contract.response_of(template, method, response.status_code)
        if described is None:
            yield f"the document does not describe this status; the answer is {(body or b'')[:300]!r}"
            return
        for name, header in described.get("headers", {}).items():
            header = self.contract.document["components"]["headers"][header["$ref"].rpartition("/")[2]]
            if name in response.headers:
                text = response.headers[name]
                value = int(text) if header["schema"]["type"] == "integer" and text.isdigit() else text
                yield from self.contract.shapes.of(header["schema"])(value, name)
            elif header.get("required"):
                yield f"the header {name} is missing"
        if body is not None and method != "HEAD":
            yield from self.compare_body(described.get("content", {}), response, body)

    def compare_body(self, content, response, body):
        media = response.headers.get("Content-Type", "").partition(";")[0]
        if not content:
            if body or media:
                yield f"the document describes no body; the answer is {media} {body[:300]!r}"
        elif media not in content and "*/*" not in content:
            yield f"the document describes {list(content)}, not {media or 'nothing'}: {body[:300]!r}"
        elif media in content and media.endswith("json"):
            value = json.loads(body)
            yield from self.contract.shapes.of(content[media].get("schema", {}))(value, "answer")
            if media == "application/problem+json":
                yield from compare_problem(response, value)

    def take(self):
        """The faults since the last time."""
        faults, self.faults = self.faults, []
        return faults

    def unseen(self):
        """Documented answers that no test has provoked."""
        if self.contract is None:
            return []
        return sorted(f"{operation.method} {path} {status}" for path, operations in self.contract.paths.items()
                      for operation in operations.values() for status in operation.responses
                      if (operation.method, path, int(status)) not in self.seen)


recorder = Recorder()
