"""What a field, a body or a path must not be, derived from the schemas of the OpenAPI document."""

import json
import uuid

from harness import contract


def kind_of(schema):
    kind = schema.get("type")
    return kind[0] if isinstance(kind, list) else kind


def is_nullable(schema):
    return isinstance(schema.get("type"), list) and "null" in schema["type"]


OTHER_KINDS = {
    "string": [7, True, ["x"], {"x": 1}],
    "integer": ["7", 1.5, True, [1], {}, 1e300],
    "number": ["7", True, [1], {}],
    "boolean": ["true", 1, [True], {}],
    "array": ["x", 7, True, {}],
    "object": ["x", 7, True, []],
}


def outside(schema):
    """Values of the right kind beyond the field's limits."""
    kind = kind_of(schema)
    values = []
    if kind == "string":
        if "maxLength" in schema:
            values.append("x" * (schema["maxLength"] + 1))
        if schema.get("minLength", 0) > 1:
            values.append("x" * (schema["minLength"] - 1))
        if "enum" in schema:
            values += ["no such choice", "", schema["enum"][0] + "|"]
        if schema.get("format") == "uuid":
            values += ["x", "0198f3a0", str(uuid.uuid4()) + "0", "{" + str(uuid.uuid4()) + "}"]
        if schema.get("format") == "email":
            values += ["x", "a@", "@b", "a b@example.org", "a@b\nc.org", "x" * 300 + "@example.org"]
        if schema.get("format") == "date-time":
            values += ["x", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "1"]
        if schema.get("format") != "password" and "contentMediaType" not in schema:
            values.append("a\x07b")
    if kind in ("integer", "number"):
        if "maximum" in schema and schema["maximum"] < 2 ** 63 - 1:
            values.append(schema["maximum"] + 1)
        if "minimum" in schema:
            values.append(schema["minimum"] - 1)
    if kind == "array":
        values += [[7], [None], [["x"]], ["x" * 5000]]
        if "maxItems" in schema:
            values.append([contract.example(schema.get("items", {}))] * (schema["maxItems"] + 1))
        if "enum" in schema.get("items", {}):
            values.append(["no such choice"])
    return values


def bad_fields(schema):
    """(field, body) pairs: every other field is right, this one is wrong."""
    properties = schema["properties"]
    right = {name: contract.example(properties[name]) for name in schema.get("required", [])}
    for name in schema.get("required", []):
        yield name, {other: value for other, value in right.items() if other != name}
        if kind_of(properties[name]) == "string":
            yield name, {**right, name: ""}
    for name, field in properties.items():
        wrong = OTHER_KINDS[kind_of(field)] + outside(field)
        if not is_nullable(field):
            wrong = [None, *wrong]
        for value in wrong:
            yield name, {**right, name: value}
    yield "no_such_field", {**right, "no_such_field": 1}
    yield "__proto__", {**right, "__proto__": {"x": 1}}


def bad_bodies(schema):
    """Bytes that are no JSON object at all, or not an unambiguous one: 400 each."""
    properties = schema["properties"]
    right = {name: contract.example(properties[name]) for name in schema.get("required", [])} or {"x": 1}
    text = json.dumps(right)
    name = next(iter(right))
    yield "cut off", text[:-1].encode()
    yield "trailing comma", (text[:-1] + ",}").encode()
    yield "trailing garbage", (text + "x").encode()
    yield "two documents", (text + text).encode()
    yield "single quotes", b"{'a': 1}"
    yield "comment", b"/* c */" + text.encode()
    yield "NaN", b'{"a": NaN}'
    yield "byte order mark", b"\xef\xbb\xbf" + text.encode()
    yield "UTF-16", text.encode("utf-16")
    yield "invalid UTF-8", b'{"' + name.encode() + b'": "\xff\xfe"}'
    yield "overlong UTF-8", b'{"' + name.encode() + b'": "\xc0\xaf"}'
    yield "surrogate in UTF-8", b'{"' + name.encode() + b'": "\xed\xa0\x80"}'
    yield "NUL byte", b'{"' + name.encode() + b'": "a\x00b"}'
    yield "NUL escape", b'{"' + name.encode() + b'": "a\\u0000b"}'
    yield "half a surrogate pair", b'{"' + name.encode() + b'": "\\ud800"}'
    yield "duplicate keys", b'{"a": 1, "a": 2}'
    yield "duplicate keys, escaped", b'{"a": 1, "\\u0061": 2}'
    yield "deep nesting", b'{"a": ' + b"[" * 5000 + b"]" * 5000 + b"}"
    yield "huge number", b'{"a": 1' + b"0" * 400 + b"}"
    yield "a list", b"[1]"
    yield "a string", b'"x"'
    yield "null", b"null"
    yield "white space", b"   "


BAD_IDS = ["x", "0", "-1", "undefined", "null", "%00", "%20", "%ff%fe", "a" * 3000, "'; drop table rooms; --",
           "00000000-0000-0000-0000-00000000000g", "{id}", "%7Bid%7D", str(uuid.uuid4()) + "x", "%0d%0aX-Evil:%201"]
