"""Secrets in the forms that programs really write, and masking that takes no longer for any secrets."""

import json
import shutil

import pytest

from harness import executions as scripts

SECRET = "pä/s<&>\"'\\ +~!(é€😀)=%$x`:;#?@[k]|"

PYTHON = """
import base64, binascii, html, json, os, pprint, shlex, textwrap, urllib.parse
secret = os.environ["TOKEN"]
print(secret, repr(secret), ascii(secret), secret.encode(), [secret], {secret: 1})
print(json.dumps(secret), json.dumps({"a": [secret]}, ensure_ascii=False), json.dumps(secret).replace("/", "\\\\/"))
print(urllib.parse.quote(secret), urllib.parse.quote_plus(secret), urllib.parse.urlencode({"a": secret}))
print(html.escape(secret), html.escape(secret, quote=False), shlex.quote(secret))
print(secret.encode().hex(), secret.encode().hex().upper(), base64.urlsafe_b64encode(secret.encode()).decode())
for before in range(60):
    long = base64.b64encode(b"x" * before + secret.encode() + b"y" * 100).decode()
    print(textwrap.fill(long, 76), textwrap.fill(long, 64), sep="\\n")
print(base64.encodebytes(secret.encode()).decode())
print("\\n".join(textwrap.wrap(secret.encode().hex(), 60)))
"""

NODE = """
const secret = process.env.TOKEN;
console.log(encodeURIComponent(secret), encodeURI(secret), new URLSearchParams({a: secret}).toString());
console.log(JSON.stringify(secret), [secret], Buffer.from(secret).toString("base64url"), escape === undefined);
"""

BASH = """
set -x
: "$TOKEN"
other="$TOKEN"
set +x
printf '%q\\n' "$TOKEN"
declare -p TOKEN
export -p | grep TOKEN
echo "${TOKEN@Q}"
printf %s "$TOKEN" | base64
"""


@pytest.fixture(scope="module")
def ann(people):
    return people.user("ann")


def fragments():
    """What no output may hold: parts of the secret that no encoding leaves alone, in all that they become."""
    return ["s<&", "(é€", "%C3%A9%E2%82", "%c3%a9%e2%82", "u00e9", "u20ac", "xe2", "&lt;&amp;", "s\\<",
            "2873c3", "28c3a9", "28C3A9", "c3a9e2"]


@pytest.mark.parametrize("kind, code", [("python", PYTHON), ("node", NODE), ("sh", BASH)])
def test_what_programs_make_of_a_secret_is_hidden(ann, kind, code):
    if kind == "node" and not shutil.which("node"):
        pytest.skip("node is not installed")
    made = scripts.script(ann, code, kind, mapping=scripts.mapping(ann, TOKEN=SECRET)["id"])
    run = scripts.wait(ann, scripts.start(ann, made))
    text = scripts.read(ann, run["id"])
    assert run["state"] == "succeeded", (run["reason"], text)
    assert "••••" in text
    for fragment in fragments():
        assert fragment not in text, (fragment, text)


def test_secrets_that_lie_within_each_other_cost_no_lease(ann):
    secrets = {f"S{i}": "a" * (20 + 33 * i) for i in range(60)}
    made = scripts.script(ann, "head -c 8000000 /dev/zero | tr '\\0' a; head -c 4000000 /dev/zero | tr '\\0' a > out/a\n"
                               "printf '{\"a\": \"%s\"}' \"$S59$S59\" > $COAGENT_OUTPUT",
                          mapping=scripts.mapping(ann, **secrets)["id"])
    run = scripts.wait(ann, scripts.start(ann, made))
    assert run["state"] == "succeeded", run["reason"]
    assert scripts.read(ann, run["id"]) == "••••"
    assert run["result"] == {"a": "••••"}
    assert [ann.get(f"/files/{file['id']}").text for file in run["files"]] == ["••••"]


def test_a_run_with_more_secrets_than_can_be_hidden_is_not_started(ann):
    secrets = {f"S{i}": f"{i:02}" + "x" * 15_000 for i in range(20)}
    made = scripts.script(ann, "echo started", mapping=scripts.mapping(ann, **secrets)["id"])
    run = scripts.wait(ann, scripts.start(ann, made))
    assert run["state"] == "failed" and run["ended_by"] == "start" and "256 KB" in run["reason"]
    assert json.dumps(secrets)[10:60] not in scripts.read(ann, run["id"])
