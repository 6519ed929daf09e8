"""Packages that a script needs: installed once per content by the runner, in a sandbox, and mounted read-only in its runs.
The installers are the real ones, and what they install lies in the folder vendor beside the script."""

import base64
import hashlib
import io
import json
import os
import pathlib
import platform
import re
import secrets
import shutil
import signal
import subprocess
import time
import uuid
import zipfile

import pytest

from harness import chores, executions as scripts
from harness.packages import binary, tarred, text, vendored, wheel
from harness.waiting import wait_until

INSTALLING, INSTALLED = "[Installing the packages of requirements.txt.]", "[Installed in "


@pytest.fixture(scope="module")
def ann(people):
    return people.user("ann")


def fresh():
    """A name that no other test's package has: it would be installed already."""
    return f"p{uuid.uuid4().hex[:10]}"


def python(client, code, requirements, *files, **more):
    return scripts.script(client, code, "python", files=[text("requirements.txt", requirements), *files], **more)


def finish(client, made, state="succeeded", **wish):
    run = scripts.wait(client, scripts.start(client, made, **wish), timeout=300)
    assert run["state"] == state, (run["reason"], scripts.read(client, run["id"]))
    return run


def notes(client, run):
    """The runner's own lines of a run."""
    return scripts.read(client, run["id"], "note")


def store(studio):
    return pathlib.Path(studio.settings()["STATE_DIR"]) / "dependencies"


def test_packages_are_installed_once_and_used_by_every_run(ann):
    name = fresh()
    made = python(ann, f"import {name}, subprocess\nprint({name}.WORD, flush=True)\nsubprocess.run(['{name}-tool'], check=True)\n", name,
                  vendored(wheel(name, "WORD = 'one'\ndef main():\n    print('a tool')\n", programs=[f"{name}-tool"])))
    first, second = finish(ann, made), finish(ann, made)
    assert scripts.read(ann, first["id"], "stdout") == scripts.read(ann, second["id"], "stdout") == "one\na tool\n"
    assert INSTALLING in notes(ann, first) and INSTALLED in notes(ann, first)
    assert f"Successfully installed {name}" in scripts.read(ann, first["id"], "stderr")
    assert scripts.read(ann, second["id"]) == "one\na tool\n"


def test_another_script_with_the_same_files_uses_them_and_a_changed_file_makes_others(ann, people):
    name, bob = fresh(), people.user("bob")
    code, files = f"import {name}; print({name}.WORD)", [vendored(wheel(name, "WORD = 'one'"))]
    finish(ann, python(ann, code, name, *files))
    other = finish(bob, python(bob, code, name, *files))
    assert scripts.read(bob, other["id"]) == "one\n"
    again = finish(ann, python(ann, code, name, vendored(wheel(name, "WORD = 'two'"))))
    assert INSTALLED in notes(ann, again) and scripts.read(ann, again["id"], "stdout") == "two\n"


def test_a_run_cannot_change_them(ann):
    name = fresh()
    made = python(ann, f"import {name}, os\nplace = os.path.dirname({name}.__file__)\n"
                       "for path in (place + '/__init__.py', place + '/new', '/dependencies/new'):\n"
                       "    try:\n        open(path, 'a')\n    except OSError as error:\n        print(error.strerror)\n"
                       f"print({name}.__cached__ and os.path.exists({name}.__cached__))\n",
                  name, vendored(wheel(name, "")))
    run = finish(ann, made)
    assert scripts.read(ann, run["id"], "stdout") == "Read-only file system\n" * 3 + "True\n"


def test_the_installer_sees_nothing_else_of_the_script(ann):
    """Files that could lead pip elsewhere are not part of the key, so that it must not see them."""
    name = fresh()
    good = vendored(wheel(name, "WORD = 'good'"))
    made = python(ann, f"import {name}; print({name}.WORD)", name, good, text("pip.conf", "[global]\nindex-url = broken\n"),
                  text(".config/pip/pip.conf", "broken"), text("setup.cfg", "broken"), text("pip.py", "broken"))
    assert scripts.read(ann, finish(ann, made)["id"], "stdout") == "good\n"
    asking = python(ann, "print()", f"-r other.txt\n{name}\n", text("other.txt", ""), good)
    assert "other.txt" in finish(ann, asking, "failed")["reason"]


def test_the_reason_is_what_the_installer_said_last(ann):
    name = fresh()
    run = finish(ann, python(ann, "print('started')", f"{name}==1.0"), "failed")
    assert run["ended_by"] == "start"
    assert re.match(rf"requirements.txt could not be installed: ERROR: No matching distribution found for {name}==1.0\. "
                    "The script has no network: allow internet access in its settings, or put the packages into the folder vendor",
                    run["reason"]), run["reason"]
    assert "started" not in scripts.read(ann, run["id"], "stdout") and INSTALLING in notes(ann, run) and INSTALLED not in notes(ann, run)


def test_what_failed_is_tried_again(ann):
    made = python(ann, "print()", f"{fresh()}==1.0")
    assert INSTALLING in notes(ann, finish(ann, made, "failed")) and INSTALLING in notes(ann, finish(ann, made, "failed"))


def test_the_file_of_another_kind_asks_for_nothing(ann):
    run = scripts.execute(ann, "echo ok", files=[text("requirements.txt", fresh())])
    assert (run["state"], run["text"]) == ("succeeded", "ok\n")


def test_a_dry_run_of_python_installs_nothing(ann):
    run = finish(ann, python(ann, "import nothing", fresh()), dry_run=True)
    assert scripts.read(ann, run["id"]) == ""


SLOW_SETUP = "import setuptools, time\nprint('at work', flush=True)\ntime.sleep({seconds})\nsetuptools.setup(name='{name}', version='1.0', py_modules=['{name}'])\n"


def slow(name, seconds):
    """Files of a package whose installation takes its time."""
    return [text("vendor/slow/setup.py", SLOW_SETUP.format(name=name, seconds=seconds)), text(f"vendor/slow/{name}.py", "WORD = 'slow'\n")]


def test_an_installation_is_stopped_with_its_run(ann, studio):
    name = fresh()
    made = python(ann, "print()", "./vendor/slow\n", *slow(name, 3600))
    run = scripts.start(ann, made)
    scripts.await_output(ann, run, "Processing ./vendor/slow", timeout=120)
    assert ann.post(f"/runs/{run}/cancel").status_code == 200
    over = scripts.wait(ann, run, timeout=120)
    assert (over["state"], over["ended_by"]) == ("cancelled", "cancelled")


def test_the_crash_of_an_executor_leaves_the_installation_to_the_next_run(ann, studio):
    made = python(ann, "print()", "./vendor/slow\n", *slow(fresh(), 3600))
    first = scripts.start(ann, made)
    scripts.await_output(ann, first, "Processing ./vendor/slow", timeout=120)
    os.kill(studio.sql("select pid from runs where id = %s", first)[0][0], signal.SIGKILL)
    assert scripts.wait(ann, first, timeout=120)["state"] == "lost"
    second = scripts.start(ann, made)
    scripts.await_output(ann, second, "Processing ./vendor/slow", timeout=120)
    assert INSTALLING in scripts.read(ann, second, "note") and "Waiting" not in scripts.read(ann, second, "note")
    assert ann.post(f"/runs/{second}/cancel").status_code == 200
    assert scripts.wait(ann, second, timeout=120)["state"] == "cancelled"


def test_two_runs_at_once_install_once(ann):
    name = fresh()
    made = python(ann, f"import {name}; print({name}.WORD)", "./vendor/slow\n", *slow(name, 3))
    runs = [scripts.wait(ann, run, timeout=300) for run in [scripts.start(ann, made), scripts.start(ann, made)]]
    assert [run["state"] for run in runs] == ["succeeded"] * 2, [scripts.read(ann, run["id"]) for run in runs]
    assert sorted(INSTALLED in notes(ann, run) for run in runs) == [False, True]
    assert [scripts.read(ann, run["id"], "stdout") for run in runs] == ["slow\n"] * 2


def kept(studio):
    """The keys of the store's trees, and the age of each in days is set by os.utime on its lock."""
    return {path.name for path in store(studio).iterdir() if len(path.name) == 64}


def age(studio, key, days):
    past = time.time() - days * 86400
    os.utime(store(studio) / f"{key}.lock", (past, past))


def test_what_no_run_uses_is_removed_and_what_a_run_uses_is_not(ann, studio):
    name, before = fresh(), kept(studio)
    made = python(ann, f"import {name}, os, sys, time\nprint('ready', flush=True)\nwhile not os.path.exists('/work/never'): time.sleep(0.1)\n",
                  name, vendored(wheel(name, "")))
    run = scripts.start(ann, made)
    scripts.await_output(ann, run, "ready", timeout=300)
    (key,) = kept(studio) - before
    age(studio, key, 400)
    chores.do_now(studio, "sweep_dependencies")
    assert key in kept(studio)
    assert ann.post(f"/runs/{run}/cancel").status_code == 200
    scripts.wait(ann, run)
    age(studio, key, 29)
    chores.do_now(studio, "sweep_dependencies")
    assert key in kept(studio)
    age(studio, key, 31)
    wait_until(lambda: chores.do_now(studio, "sweep_dependencies") or key not in kept(studio), 60, "the removal")
    assert not (store(studio) / f"{key}.lock").exists()


def node(client, code, package, lock, *files):
    given = [text("package.json", json.dumps(package))] + ([text("package-lock.json", json.dumps(lock))] if lock else [])
    return scripts.script(client, code, "node", files=[*given, *files])


def locked(name, packed):
    """package.json, its lock and the package in vendor."""
    place = f"file:vendor/{name}-1.0.0.tgz"
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(packed).digest()).decode()
    entry = {"version": "1.0.0", "resolved": place, "integrity": integrity, "bin": {f"{name}-tool": "tool.js"}}
    return ({"dependencies": {name: place}, "scripts": {"prepare": "no-such-program"}},
            {"lockfileVersion": 3, "requires": True,
             "packages": {"": {"dependencies": {name: place}}, f"node_modules/{name}": entry}},
            binary(f"vendor/{name}-1.0.0.tgz", packed))


def npm_package(name):
    return tarred({"package/package.json": json.dumps({"name": name, "version": "1.0.0", "main": "index.js",
                                                       "bin": {f"{name}-tool": "tool.js"}}),
                   "package/index.js": f"exports.word = '{name}'\n",
                   "package/tool.js": "#!/usr/bin/env node\nconsole.log('a tool')\n"}, mode=0o755)


needs_npm = pytest.mark.skipif(not shutil.which("npm"), reason="npm is not installed")


@needs_npm
@pytest.mark.parametrize("code", ["const { word } = require('{name}')", "import { word } from '{name}'"], ids=["commonjs", "module"])
def test_node_finds_its_packages_from_every_file(ann, code):
    name = fresh()
    more = text("deep/lib.cjs", f"console.log('deep', require('{name}').word)\n")
    load = "require('./deep/lib.cjs')" if "require" in code else "await import('./deep/lib.cjs')"
    made = node(ann, f"{code.replace('{name}', name)}\nconsole.log(word)\n{load}\n"
                     f"{'const { execSync } = require' if 'require' in code else 'const { execSync } = await import'}('child_process')\n"
                     f"process.stdout.write(execSync('{name}-tool'))\n", *locked(name, npm_package(name)), more)
    first, second = finish(ann, made), finish(ann, made)
    assert sorted(scripts.read(ann, first["id"], "stdout").split("\n")) == sorted([name, f"deep {name}", "a tool", ""])
    assert "[Installing the packages of package.json.]" in notes(ann, first) and notes(ann, second) == ""


@needs_npm
def test_node_needs_the_lock_and_says_so_when_it_does_not_fit(ann):
    name = fresh()
    package, lock, packed = locked(name, npm_package(name))
    run = finish(ann, node(ann, "1", package, None, packed), "failed")
    assert run["reason"] == "package-lock.json is missing beside package.json: npm install makes it."
    run = finish(ann, node(ann, "1", {"dependencies": {**package["dependencies"], "other": "1.0.0"}}, lock, packed), "failed")
    assert re.match("package.json could not be installed: request to https://registry.npmjs.org/other failed", run["reason"]), run["reason"]
    lock["packages"][f"node_modules/{name}"]["integrity"] = "sha512-" + base64.b64encode(bytes(64)).decode()
    run = finish(ann, node(ann, "1", package, lock, packed), "failed")
    assert "integrity" in run["reason"]
    run = finish(ann, node(ann, "console.log(1)", {"name": "x", "devDependencies": {"jest": "1"}}, None))
    assert scripts.read(ann, run["id"]) == "1\n"


def collection(name):
    """acme.NAME with a role, as Galaxy has it."""
    files = {"README.md": "hi\n", "roles/hi/tasks/main.yml": f"- debug: {{msg: 'of collection {name}'}}\n"}
    listed = [{"name": ".", "ftype": "dir", "chksum_type": None, "chksum_sha256": None, "format": 1}]
    for folder in ("roles", "roles/hi", "roles/hi/tasks"):
        listed.append({"name": folder, "ftype": "dir", "chksum_type": None, "chksum_sha256": None, "format": 1})
    for path, content in files.items():
        listed.append({"name": path, "ftype": "file", "chksum_type": "sha256", "format": 1,
                       "chksum_sha256": hashlib.sha256(content.encode()).hexdigest()})
    listing = json.dumps({"files": listed, "format": 1})
    manifest = {"collection_info": {"namespace": "acme", "name": name, "version": "1.0.0", "authors": ["me"], "readme": "README.md",
                                    "tags": [], "description": None, "license": [], "license_file": None, "dependencies": {},
                                    "repository": None, "documentation": None, "homepage": None, "issues": None},
                "file_manifest_file": {"name": "FILES.json", "ftype": "file", "chksum_type": "sha256", "format": 1,
                                       "chksum_sha256": hashlib.sha256(listing.encode()).hexdigest()}, "format": 1}
    return tarred({"MANIFEST.json": json.dumps(manifest), "FILES.json": listing, **files}, folders=["roles", "roles/hi", "roles/hi/tasks"])


@pytest.mark.skipif(not shutil.which("ansible-galaxy"), reason="ansible is not installed")
def test_a_playbook_finds_its_collections_and_roles(ann):
    name = fresh()
    role = tarred({f"{name}/tasks/main.yml": "- debug: {msg: 'of a role'}\n",
                   f"{name}/meta/main.yml": "galaxy_info: {author: me, description: d, license: MIT, min_ansible_version: '2.9'}\ndependencies: []\n"})
    made = scripts.script(ann, f"- hosts: all\n  gather_facts: false\n  roles: [acme.{name}.hi, {name}]\n", "playbook", files=[
        text("requirements.yml", f"collections:\n  - {{name: vendor/acme-{name}-1.0.0.tar.gz, type: file}}\n"
                                 f"roles:\n  - {{name: {name}, src: vendor/role.tar.gz}}\n"),
        binary(f"vendor/acme-{name}-1.0.0.tar.gz", collection(name)), binary("vendor/role.tar.gz", role)])
    first, second = finish(ann, made, dry_run=True), finish(ann, made)
    assert "[Installing the collections and roles of requirements.yml.]" in notes(ann, first) and notes(ann, second) == ""
    broken = scripts.script(ann, "- hosts: all\n", "playbook", files=[
        text("requirements.yml", f"collections: [{{name: vendor/acme-{name}-1.0.0.tar.gz, type: file}}]"),
        binary(f"vendor/acme-{name}-1.0.0.tar.gz", b"no archive")])
    assert "requirements.yml could not be installed: ERROR! " in finish(ann, broken, "failed")["reason"]
    assert f"of collection {name}" in scripts.read(ann, second["id"]) and "of a role" in scripts.read(ann, second["id"])


TERRAFORM = next((found for found in map(shutil.which, ("tofu", "terraform")) if found), None)


@pytest.mark.skipif(not TERRAFORM, reason="terraform is not installed")
def test_terraform_finds_its_providers_and_checks_them_by_the_lock(ann):
    """The provider is no program that could do anything: that it was found and started is what counts."""
    name = fresh()
    machine = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
    program = zipfile.ZipInfo(f"terraform-provider-{name}_v1.0.0", (2020, 1, 1, 0, 0, 0))
    program.external_attr = 0o755 << 16
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(program, "#!/bin/sh\necho not a provider\n")
    lock = ('provider "example.com/acme/{name}" {{\n  version     = "1.0.0"\n  constraints = "1.0.0"\n  hashes = [\n    "zh:{hash}",\n  ]\n}}\n')
    code = f'terraform {{\n  required_providers {{\n    x = {{ source = "example.com/acme/{name}", version = "1.0.0" }}\n  }}\n}}\nprovider "x" {{}}\n'
    package = binary(f"vendor/example.com/acme/{name}/terraform-provider-{name}_1.0.0_linux_{machine}.zip", packed.getvalue())
    good = lock.format(name=name, hash=hashlib.sha256(packed.getvalue()).hexdigest())
    run = finish(ann, scripts.script(ann, code, "terraform", files=[text(".terraform.lock.hcl", good), package]), "failed")
    written = scripts.read(ann, run["id"])
    assert "[Installing the providers of .terraform.lock.hcl.]" in written and "[Installed in " in written
    assert written.count(f"Installed example.com/acme/{name} v1.0.0") == 2 and "not a provider" in written, written
    run = finish(ann, scripts.script(ann, code, "terraform", files=[text(".terraform.lock.hcl", lock.format(name=name, hash="0" * 64)), package]), "failed")
    assert ".terraform.lock.hcl could not be installed" in run["reason"]


SERVE = """
import functools, http.server, sys
http.server.ThreadingHTTPServer(("0.0.0.0", 8000), functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])).serve_forever()
"""


@pytest.fixture
def index(tmp_path):
    """An index of Python packages on a machine of its own, which only a named network reaches: its folder and its address."""
    mark = uuid.uuid4().hex[:6]
    space, link, peer = f"index-{mark}", f"i{mark}", f"p{mark}"
    place = f"10.214.{secrets.randbelow(250)}"
    server = None
    try:
        for words in (f"netns add {space}", f"link add {link} type veth peer name {peer} netns {space}",
                      f"address add {place}.1/24 dev {link}", f"link set {link} up", f"-n {space} address add {place}.2/24 dev {peer}",
                      f"-n {space} link set {peer} up", f"-n {space} link set lo up"):
            subprocess.run(["ip", *words.split()], check=True)
        server = subprocess.Popen(["ip", "netns", "exec", space, "/usr/bin/python3", "-c", SERVE, tmp_path], stderr=subprocess.DEVNULL)
        yield tmp_path, f"{place}.2"
    finally:
        if server:
            server.kill()
            server.wait()
        subprocess.run(["ip", "netns", "delete", space], check=False)


def test_packages_come_from_the_index_of_the_settings_by_a_network_that_reaches_it(tun, admin, index):
    folder, address = index
    name = fresh()
    file, content = wheel(name, "WORD = 'from the index'")
    (folder / "simple" / name).mkdir(parents=True)
    (folder / "simple" / name / file).write_bytes(content)
    (folder / "simple" / name / "index.html").write_text(f'<a href="{file}">{file}</a>')
    network = admin.post("/networks", {"name": f"index {uuid.uuid4().hex[:8]}", "destinations": [f"{address} tcp 8000"]}).json()
    made = python(admin, f"import {name}; print({name}.WORD)", name, networks=[network["id"]])
    closed = python(admin, f"import {name}; print({name}.WORD)", name)
    try:
        assert admin.edit("/admin/settings", {"python_index_url": f"http://{address}:8000/simple"}).status_code == 200
        assert scripts.read(admin, finish(admin, made)["id"], "stdout") == "from the index\n"
        assert "The script has no network" in finish(admin, closed, "failed")["reason"]
    finally:
        admin.edit("/admin/settings", {"python_index_url": ""})
