"""The routes as the program itself describes them at /api/openapi.json: what the generated tests go through."""

import dataclasses
import re
import uuid

METHODS = ("get", "post", "put", "patch", "delete")


@dataclasses.dataclass(frozen=True)
class Route:
    method: str
    path: str  # below /api: "/rooms/{id}"
    guard: str
    argument: str
    pool: str
    description: dict = dataclasses.field(compare=False, hash=False, repr=False)

    def __str__(self):
        return f"{self.method} {self.path}"

    @property
    def is_unsafe(self):
        return self.method != "GET"

    @property
    def noun(self):
        """What the guard is about, if it is about an object: "room" of "room_open"."""
        return self.guard.removesuffix("_open") if self.guard not in ("public", "user", "permission") else None

    @property
    def body(self):
        """The schema of the JSON body, or None."""
        content = self.description.get("requestBody", {}).get("content", {})
        return content.get("application/json", {}).get("schema")

    @property
    def query(self):
        """The query parameters: name -> schema."""
        return {one["name"]: one["schema"] for one in self.description.get("parameters", []) if one["in"] == "query"}

    @property
    def values(self):
        """The names in braces, in order."""
        return re.findall(r"{(\w+)}", self.path)

    def fill(self, **values):
        """The path with these values; the others get what is valid but names nothing."""
        def value(match):
            name = match.group(1)
            return str(values.get(name, 999999 if name == "seq" else uuid.uuid4()))
        return re.sub(r"{(\w+)}", value, self.path)

    def at(self, places, **values):
        """The path to an object of the guard's noun; places: noun -> id."""
        return self.fill(**({"id": places[self.noun]} if self.noun else {}), **values)


def read(document):
    """Every route of the OpenAPI document, in its order."""
    routes = []
    for path, operations in document["paths"].items():
        for method in METHODS:
            if method in operations:
                about = operations[method]
                routes.append(Route(method.upper(), path.removeprefix("/api"), about["x-guard"],
                                    about.get("x-guard-argument") or "", about.get("x-pool", "fast"), about))
    return routes


def example(schema):
    """A value that keeps to the schema of a field."""
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "integer" or kind == "number":
        return max(schema.get("minimum", 1), 1)
    if kind == "boolean":
        return True
    if kind == "array":
        return [example(schema.get("items", {"type": "string"}))]
    if kind == "object":
        return {name: example(schema["properties"][name]) for name in schema.get("required", [])}
    formats = {"uuid": str(uuid.uuid4()), "email": "nobody@example.org", "date-time": "2026-11-20T15:04:05.678Z"}
    return formats.get(schema.get("format"), "x" * max(schema.get("minLength", 1), 12))
