"""JSON Schema, as much of it as the API's description uses, compiled once: a schema becomes a function that yields what is
wrong with a value. A keyword that is not known here is an error, so that none is passed over in silence."""

import json
import re

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
FORMATS = {"uuid": ID, "date-time": TIME}
TYPES = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict, "array": list,
         "null": type(None)}
SILENT = {"description", "contentMediaType"}
KNOWN = {"type", "format", "enum", "anyOf", "allOf", "$ref", "properties", "required", "additionalProperties", "items", "minimum",
         "maximum", "minLength", "maxLength", "pattern"} | SILENT


class Shapes:
    """shapes.of(schema) is the function for a schema; schemas: those that references name, by their last word."""

    def __init__(self, schemas):
        self.schemas = schemas
        self.made = {}

    def of(self, schema):
        key = json.dumps(schema, sort_keys=True)
        if key not in self.made:
            self.made[key] = lambda value, at: self.made[key](value, at)  # of itself, while it is being made
            self.made[key] = self.compile(schema)
        return self.made[key]

    def errors(self, value, schema, at="answer"):
        return list(self.of(schema)(value, at))

    def compile(self, schema):
        unknown = schema.keys() - KNOWN
        assert not unknown, f"the tests do not know these keywords of JSON Schema: {unknown}"
        if "$ref" in schema:
            return self.of(self.schemas[schema["$ref"].rpartition("/")[2]])
        if "anyOf" in schema:
            return one_of([self.of(each) for each in schema["anyOf"]])
        if "allOf" in schema:
            return all_of([self.of(each) for each in schema["allOf"]])
        checks = []
        if "properties" in schema or "additionalProperties" in schema:
            checks.append(self.of_members(schema))
        if "items" in schema:
            checks.append(of_items(self.of(schema["items"])))
        checks += [make(schema[word]) for word, make in LIMITS.items() if word in schema]
        return typed(schema["type"], checks) if "type" in schema else all_of(checks)

    def of_members(self, schema):
        known = {name: self.of(member) for name, member in schema.get("properties", {}).items()}
        required = schema.get("required", [])
        others = schema.get("additionalProperties", True)
        other = self.of(others) if isinstance(others, dict) else None

        def check(value, at):
            for name in required:
                if name not in value:
                    yield f"{at}.{name} is missing"
            for name, member in value.items():
                if name in known or other:
                    yield from known.get(name, other)(member, f"{at}.{name}")
                elif others is False:
                    yield f"{at}.{name} is not described"
        return check


def typed(names, checks):
    names = [names] if isinstance(names, str) else names
    kinds = [TYPES[name] for name in names]

    def check(value, at):
        if not any(isinstance(value, kind) and (kind is bool or not isinstance(value, bool)) for kind in kinds):
            yield f"{at} is {value!r:.200}, not {' or '.join(names)}"
            return
        if value is not None:
            for one in checks:
                yield from one(value, at)
    return check


def all_of(checks):
    return lambda value, at: (error for check in checks for error in check(value, at))


def one_of(checks):
    def check(value, at):
        first = None
        for one in checks:
            errors = list(one(value, at))
            if not errors:
                return
            first = first or errors
        yield from first
    return check


def of_items(item):
    return lambda value, at: (error for number, one in enumerate(value) for error in item(one, f"{at}[{number}]"))


def limit(holds, says):
    """A keyword: whether a value keeps to it, and what is wrong otherwise."""
    def make(bound):
        def check(value, at):
            if not holds(value, bound):
                yield f"{at} is {value!r:.200}, {says} {bound}"
        return check
    return make


LIMITS = {
    "enum": limit(lambda value, values: value in values, "not one of"),
    "format": limit(lambda value, name: name not in FORMATS or FORMATS[name].fullmatch(value), "which is no"),
    "pattern": limit(lambda value, pattern: re.search(pattern, value), "which does not match"),
    "minimum": limit(lambda value, least: value >= least, "less than"),
    "maximum": limit(lambda value, most: value <= most, "more than"),
    "minLength": limit(lambda value, least: len(value) >= least, "shorter than"),
    "maxLength": limit(lambda value, most: len(value) <= most, "longer than"),
}
