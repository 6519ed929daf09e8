"""The files beside a script: their versions, and the folder as a zip archive."""

import base64
import hashlib
import io
import stat
import struct
import unicodedata
import uuid
import zipfile

import pytest

from harness import chores
from harness.client import fields

LIMIT = 2 * 1024 * 1024


@pytest.fixture(scope="module")
def ann(people):
    return people.user("ann")


@pytest.fixture(scope="module")
def bob(people):
    return people.user("bob")


def name():
    return f"folder {uuid.uuid4().hex[:10]}"


def text(path, content, **more):
    return {"path": path, "text": content, **more}


def script_of(client, *files, **more):
    answer = client.post("/scripts", {"name": name(), "kind": "sh", "code": "true\n", "files": list(files), **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def edit(client, script, *files, expected=200, **more):
    answer = client.patch(f"/scripts/{script['id']}", {"version": script["version"], "files": list(files), **more})
    assert answer.status_code == expected, answer.text
    return answer.json()


def paths(script):
    return [file["path"] for file in script["files"]]


def read(client, script, path, expected=200, **more):
    answer = client.get(f"/scripts/{script['id']}/files", params={"path": path, **more})
    assert answer.status_code == expected, answer.text
    return answer.content


# files and versions

def test_a_script_has_files_beside_it(ann, bob):
    script = script_of(ann, text("lib/common.sh", "say() { echo hi; }\n", executable=True),
                       {"path": "logo.png", "base64": base64.b64encode(bytes(range(256))).decode()}, text("empty", ""))
    assert script["files"] == [
        {"path": "empty", "size": 0, "executable": False, "sha256": hashlib.sha256(b"").hexdigest()},
        {"path": "lib/common.sh", "size": 19, "executable": True, "sha256": hashlib.sha256(b"say() { echo hi; }\n").hexdigest()},
        {"path": "logo.png", "size": 256, "executable": False, "sha256": hashlib.sha256(bytes(range(256))).hexdigest()},
    ]
    assert ann.get(f"/scripts/{script['id']}").json()["files"] == script["files"]
    assert read(ann, script, "logo.png") == bytes(range(256)) and read(bob, script, "empty") == b""
    answer = ann.get(f"/scripts/{script['id']}/files", params={"path": "lib/common.sh"})
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="common.sh"')
    read(ann, script, "lib", 404)


def test_each_version_keeps_its_files(ann):
    script = script_of(ann, text("a", "one"), text("b", "two"), text("c", "three"))
    script = edit(ann, script, text("a", "ONE"), {"path": "b", "remove": True}, {"path": "d/e", "from": "c"})
    assert (script["latest"], paths(script)) == (2, ["a", "c", "d/e"])
    script = edit(ann, script, code="echo\n")
    assert (script["latest"], paths(script)) == (3, ["a", "c", "d/e"])
    script = edit(ann, script, text("b", "again"))
    assert read(ann, script, "a", number=1) == b"one" and read(ann, script, "a") == b"ONE" == read(ann, script, "a", number=3)
    assert read(ann, script, "b", number=1) == b"two" and read(ann, script, "b") == b"again" and read(ann, script, "d/e") == b"three"
    read(ann, script, "b", 404, number=2)
    read(ann, script, "d/e", 404, number=1)
    versions = [ann.get(f"/scripts/{script['id']}/versions/{n}").json() for n in (1, 2, 3, 4)]
    assert [paths(version) for version in versions] == [["a", "b", "c"], ["a", "c", "d/e"], ["a", "c", "d/e"], ["a", "b", "c", "d/e"]]
    items = ann.get(f"/scripts/{script['id']}/versions").json()["items"]
    assert [(item["file_count"], item["file_bytes"]) for item in items] == [(4, 18), (3, 13), (3, 13), (3, 11)]


def test_a_change_that_changes_nothing_is_no_version(ann):
    script = script_of(ann, text("a", "one", executable=True))
    assert edit(ann, script, text("a", "one"))["latest"] == 1
    script = edit(ann, ann.get(f"/scripts/{script['id']}").json(), {"path": "a", "executable": False})
    assert (script["latest"], script["files"][0]["executable"]) == (2, False)
    edit(ann, {**script, "version": 1}, text("a", "two"), expected=409)


def test_the_files_of_an_earlier_version_come_back(ann):
    script = script_of(ann, text("a", "one"), text("b", "two"))
    script = edit(ann, script, text("c", "three"), replace_files=True)
    assert paths(script) == ["c"]
    script = edit(ann, script, text("b", "TWO"), files_of=1)
    assert (paths(script), read(ann, script, "a"), read(ann, script, "b")) == (["a", "b"], b"one", b"TWO")
    answer = ann.patch(f"/scripts/{script['id']}", {"version": script["version"], "files_of": 9})
    assert fields(answer) == {"files_of"}


def test_equal_files_are_stored_once(ann, studio):
    content = f"once {uuid.uuid4()}"
    digest = hashlib.sha256(content.encode()).digest()
    script = script_of(ann, text("a", content), text("b", content))
    other = script_of(ann, text("c", content))
    script = edit(ann, script, {"path": "x", "from": "a"}, {"path": "a", "remove": True})
    def count():
        return studio.sql("select count(*) from script_blobs where digest = %s", digest)[0][0]
    assert count() == 1
    assert ann.delete(f"/scripts/{script['id']}").status_code == 204
    chores.do_now(studio, "sweep_script_files")
    assert count() == 1 and read(ann, other, "c") == content.encode()
    assert ann.delete(f"/scripts/{other['id']}").status_code == 204
    chores.do_now(studio, "sweep_script_files")
    assert count() == 0


def test_one_file_at_a_time(ann, bob):
    script = script_of(ann)
    path = f"/scripts/{script['id']}/files"
    def put(client, params, content, media_type="application/octet-stream"):
        return client.request("PUT", path, params=params, data=content, headers={"Content-Type": media_type})
    answer = put(ann, {"path": "bin/tool", "executable": "true"}, b"\x7fELF\0")
    assert answer.status_code == 200 and answer.json()["files"][0]["executable"] and answer.json()["latest"] == 2
    assert put(ann, {"path": "bin/tool", "version": 2}, b"two").json()["files"][0]["executable"]
    assert put(ann, {"path": "bin/tool", "version": 2}, b"three").status_code == 409
    assert put(bob, {"path": "bin/tool"}, b"bob").status_code == 403
    assert put(ann, {"path": "big"}, b"x" * (LIMIT + 1)).status_code == 413
    assert put(ann, {"path": "../up"}, b"x").status_code == 422
    assert put(ann, {"path": "a.json"}, b"{}", "application/json").status_code == 415
    assert bob.delete(path, params={"path": "bin/tool"}).status_code == 403
    assert ann.delete(path, params={"path": "bin/tool"}).json()["files"] == []
    assert fields(ann.delete(path, params={"path": "bin/tool"})) == {"files.0.path"}
    assert read(ann, script, "bin/tool", number=2) == b"\x7fELF\0"


def test_files_of_a_private_script_are_private(ann, bob):
    script = script_of(ann, text("a", "secret"), visibility="private")
    read(bob, script, "a", 404)
    assert bob.get(f"/scripts/{script['id']}/export").status_code == 404
    assert read(ann, script, "a") == b"secret"


@pytest.mark.parametrize("path", [
    "/etc/passwd", "../a", "a/../b", "a/..", "./a", "a//b", "a/", "..", ".", "a\\b", "out", "out/a", "output.json", "script.sh",
    "a\u200bb", "a\u202eb", "é" * 128, "/".join("abcdefghijklmnopqr"), "a\nb",
])
def test_paths_that_no_file_can_have(ann, path):
    answer = ann.post("/scripts", {"name": name(), "kind": "sh", "code": "true", "files": [text(path, "x")]})
    assert fields(answer) == {"files.0.path"}


def test_names_that_look_alike_are_one(ann):
    script = script_of(ann, text(unicodedata.normalize("NFD", "é/ü.txt"), "x"))
    assert paths(script) == ["é/ü.txt"] and read(ann, script, unicodedata.normalize("NFD", "é/ü.txt")) == b"x"
    assert paths(script_of(ann, text("script.py", "x"), text("outer", "x"), text("..a/...", "x"))) == ["..a/...", "outer", "script.py"]


@pytest.mark.parametrize("files, field", [
    ([text("a", "x"), text("a/b", "y")], "files"), ([text("a", "x"), text("a", "y")], "files"), ([{"path": "a"}], "files.0.path"),
    ([{"path": "a", "from": "b"}], "files.0.from"), ([text("a", "x", base64="eA==")], "files.0.path"),
    ([{"path": "a", "base64": "x?"}], "files.0.base64"), ([{"path": "a", "remove": True}], "files.0.path"), ([{"text": "a"}], "files.0.path"),
    ([text("a", "x" * LIMIT), text("b", "x")], "files"), ([text(f"f{n}", "") for n in range(501)], "files"),
], ids=range(10))
def test_folders_that_cannot_be(ann, files, field):
    answer = ann.post("/scripts", {"name": name(), "kind": "sh", "code": "true", "files": files})
    assert fields(answer) == {field}


def test_as_much_as_a_folder_can_have(ann):
    files = [text(f"d{n % 9}/f{n}", f"{n} ".ljust(LIMIT // 500, "x")) for n in range(500)]
    script = script_of(ann, *files)
    assert len(script["files"]) == 500 and script["latest"] == 1
    assert fields(ann.patch(f"/scripts/{script['id']}", {"version": 1, "files": [text("more", "")]})) == {"files"}


# archives

def archive(entries, **more):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as writer:
        for entry, content in entries:
            writer.writestr(entry, content, **more)
    return made.getvalue()


def entry(path, mode=stat.S_IFREG | 0o644, **more):
    made = zipfile.ZipInfo(path)
    made.compress_type, made.create_system, made.external_attr = zipfile.ZIP_DEFLATED, 3, mode << 16
    for key, value in more.items():
        setattr(made, key, value)
    return made


def upload(client, content, filename=None, **more):
    return client.request("POST", "/scripts/upload", params={"filename": filename or f"{name()}.zip", **more}, data=content,
                          headers={"Content-Type": "application/zip"})


def export(client, script, **more):
    answer = client.get(f"/scripts/{script['id']}/export", params=more)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/zip", answer.text
    return zipfile.ZipFile(io.BytesIO(answer.content))


def test_an_archive_goes_out_and_comes_in_again(ann):
    binary = bytes(range(256)) * 40
    script = script_of(ann, text("ünder/a.txt", "hello\n" * 1000), text("run.sh", "true", executable=True),
                       {"path": "b.bin", "base64": base64.b64encode(binary).decode()}, code="echo main\n")
    got = export(ann, script)
    assert got.testzip() is None and got.namelist() == ["script.sh", "b.bin", "run.sh", "ünder/a.txt"]
    assert got.read("script.sh") == b"echo main\n" and got.read("b.bin") == binary and got.read("ünder/a.txt") == b"hello\n" * 1000
    assert [oct(info.external_attr >> 16) for info in got.infolist()] == ["0o100644", "0o100644", "0o100755", "0o100644"]
    answer = upload(ann, ann.get(f"/scripts/{script['id']}/export").content)
    assert answer.status_code == 201, answer.text
    again = answer.json()
    assert (again["code"], again["kind"], again["files"]) == ("echo main\n", "sh", script["files"])
    script = edit(ann, script, text("run.sh", "false"))
    assert export(ann, script, number=1).read("run.sh") == b"true" and export(ann, script).read("run.sh") == b"false"
    assert ann.get(f"/scripts/{script['id']}/export", params={"number": 9}).status_code == 404


def test_an_archive_replaces_the_folder_of_a_script(ann, bob):
    script = script_of(ann, text("old", "x"), text("kept", "same"))
    content = archive([(entry("main.sh"), "echo new\n"), (entry("kept"), "same"), (entry("lib/new.sh", stat.S_IFREG | 0o755), "1")])
    assert upload(bob, content, script=script["id"]).status_code == 403
    answer = upload(ann, content, "new.zip", script=script["id"])
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["id"], made["latest"], made["code"], paths(made)) == (script["id"], 2, "echo new\n", ["kept", "lib/new.sh"])
    assert [file["executable"] for file in made["files"]] == [False, True]
    assert ann.get(f"/scripts/{script['id']}/versions/2").json()["note"] == "From new.zip"


def test_the_script_of_an_archive_is_found(ann):
    def code(*names, **more):
        answer = upload(ann, archive([(path, f"# {path}\n") for path in names]), **more)
        return answer.json()["code"] if answer.status_code == 201 else fields(answer)
    assert code("helper.sh", "script.py", "lib/main.sh") == "# script.py\n"
    assert code("helper.sh", "main.py", "util.py") == "# main.py\n"
    assert code("only.sh", "notes.txt", "roles/main.yml") == "# only.sh\n"
    assert code("a.sh", "b.sh") == code("lib/a.sh", "notes.txt") == code("main.sh", "main.py", "a.sh") == {"main"}
    assert code("a.sh", "b.sh", main="b.sh") == "# b.sh\n" and code("lib/a.sh", "notes.txt", main="lib/a.sh") == "# lib/a.sh\n"
    assert code("a.sh", main="b.sh") == {"main"}
    assert code("repo-1/script.sh", "repo-1/lib/a.sh", "repo-1/.DS_Store", "__MACOSX/repo-1/._script.sh") == "# repo-1/script.sh\n"


def patched(content, offset, value, signature=b"PK\1\2", which=0):
    """With other bytes at this place behind the signature (of the directory, of a file)."""
    at = -1
    for _ in range(which + 1):
        at = content.index(signature, at + 1)
    return content[:at + offset] + value + content[at + offset + len(value):]


MAIN = (entry("script.sh"), "true")
GOOD = archive([MAIN, (entry("a"), "hello hello hello hello")])


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("content, words", [
    (lambda: archive([MAIN, (entry("../a"), "x")]), "relative"), (lambda: archive([MAIN, (entry("/a"), "x")]), "relative"),
    (lambda: archive([MAIN, (entry("a/../../b"), "x")]), "relative"), (lambda: archive([MAIN, (entry("b//a"), "x")]), "relative"),
    (lambda: archive([MAIN, (entry("b/./a"), "x")]), "relative"), (lambda: archive([MAIN, (entry("C:\\a"), "x")]), "folders"),
    (lambda: archive([MAIN, (entry("link", stat.S_IFLNK | 0o777), "/etc/passwd")]), "Links"),
    (lambda: archive([MAIN, (entry("pipe", stat.S_IFIFO | 0o644), "")]), "regular"),
    (lambda: archive([MAIN, (entry("a"), "x"), (entry("a"), "y")]), "twice"), (lambda: archive([MAIN, (entry("a"), "x"), (entry("a/b"), "y")]), "folder"),
    (lambda: archive([MAIN, (entry("out/a"), "x")]), "results"), (lambda: archive([MAIN, (entry("big"), "\0" * (LIMIT + 524289))]), "large"),
    (lambda: archive([MAIN, (entry("big"), "\0" * (LIMIT + 1))]), "2 MB"),
    (lambda: archive([MAIN] + [(entry(f"{n}"), b"") for n in range(501)]), "too many"), (lambda: archive([]), "no files"),
    (lambda: patched(GOOD, 8, b"\1\0"), "encrypted"), (lambda: patched(GOOD, 10, b"\x0c\0"), "compression"),
    (lambda: patched(patched(GOOD, 46, b"\xff\xfe"), 30, b"\xff\xfe", b"PK\3\4"), "UTF-8"), (lambda: patched(GOOD, 46, b"\0"), "UTF-8"),
    (lambda: patched(GOOD, 46, b"S"), "damaged"), (lambda: patched(GOOD, 16, b"\0\0\0\0"), "damaged"),
    (lambda: patched(GOOD, 24, struct.pack("<I", 9), which=1), "damaged"), (lambda: patched(GOOD, 24, struct.pack("<I", 99), which=1), "damaged"),
    (lambda: patched(GOOD, 24, b"\xff" * 4, which=1), "large"), (lambda: patched(GOOD, 20, b"\xff" * 4, which=1), "damaged"),
    (lambda: patched(GOOD, 42, b"\xff" * 4, which=1), "damaged"), (lambda: patched(GOOD, 10, b"\xff\xff", b"PK\5\6"), "damaged"),
    (lambda: patched(GOOD, 16, b"\xff" * 4, b"PK\5\6"), "damaged"), (lambda: GOOD[:-1], "damaged"), (lambda: GOOD + b"x", "damaged"),
    (lambda: b"PK\3\4", "damaged"), (lambda: b"", "damaged"), (lambda: GOOD[GOOD.index(b"PK\1\2"):], "damaged"),
], ids=range(33))
def test_archives_that_are_refused(ann, content, words):
    filename = f"{name()}.zip"
    answer = upload(ann, content(), filename)
    assert fields(answer) and words in answer.text
    assert ann.get("/scripts", params={"query": filename[:-4]}).json()["items"] == []


def test_an_archive_with_a_comment_and_of_other_tools(ann):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as writer:
        writer.comment = b"PK\5\6 is not the end" * 5
        writer.mkdir("lib") if hasattr(writer, "mkdir") else writer.writestr("lib/", "")
        writer.writestr("script.sh", "true")
        with writer.open("lib/streamed", "w") as stream:
            stream.write(b"bytes")
    answer = upload(ann, made.getvalue())
    assert answer.status_code == 201 and paths(answer.json()) == ["lib/streamed"], answer.text
    assert read(ann, answer.json(), "lib/streamed") == b"bytes"


def test_an_archive_without_the_right_to_create_scripts(people):
    guest = people.user("guest", permissions=[])
    assert upload(guest, GOOD).status_code == 403
