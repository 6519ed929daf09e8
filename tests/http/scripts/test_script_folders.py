"""Runs of scripts with files beside them: the folder of the version is in /work before the code begins."""

import shutil

import pytest

from harness import executions as scripts


@pytest.fixture(scope="module")
def ann(people):
    return people.user("ann")


def file(path, content, **more):
    return {"path": path, "text": content, **more}


def result(client, code, *files, kind="sh", state="succeeded", **more):
    """What a run of such a script wrote."""
    run = scripts.wait(client, scripts.start(client, scripts.script(client, code, kind, files=list(files)), **more), timeout=120)
    written = scripts.read(client, run["id"])
    assert run["state"] == state, written
    return run, written


def test_a_shell_script_finds_its_folder(ann):
    run, written = result(ann, '''set -e
        . lib/common.sh; . "$(dirname "$0")/lib/common.sh"; hello; bin/tool; cat data/*.txt
        test ! -x data/a.txt; stat -c %U data bin/tool; echo more >> data/a.txt; rm -r bin; echo $0; ls
        test -r /coagent/script.sh; test -d out''',
        file("lib/common.sh", "hello() { echo hello; }\n"), file("bin/tool", "#!/bin/sh\necho tool\n", executable=True),
        file("data/a.txt", "a\n"), file("data/ü b.txt", "ü\n"), file("..odd/..a", ""))
    assert written.splitlines() == ["hello", "tool", "a", "ü", "run", "run", "/work/script.sh", "data", "lib", "out", "script.sh"]
    assert run["files"] == []


def test_python_imports_modules_beside_it(ann):
    _, written = result(ann, "import helper, pkg.deep\nprint(helper.WORD, pkg.deep.WORD, open('t.txt').read())\n",
                        file("helper.py", "WORD = 'one'\n"), file("pkg/deep.py", "WORD = 'two'\n"), file("t.txt", "three"), kind="python")
    assert written == "one two three\n"


@pytest.mark.parametrize("code, lib, more", [
    ("console.log(require('./lib.js').word, require('./data.json').n)", ("lib.js", "exports.word = 'one'"), []),
    ("import { word } from './lib.js'\nconsole.log(word, 1)", ("lib.js", "export const word = 'one'"), []),
    ("import { word } from './lib.mjs'\nconsole.log(word, 1)", ("lib.mjs", "export const word = 'one'"), [("package.json", '{"type": "module"}')]),
], ids=["commonjs", "module", "own package"])
def test_node_finds_modules_beside_it(ann, code, lib, more):
    _, written = result(ann, code, file(*lib), file("data.json", '{"n": 1}'), *(file(*one) for one in more), kind="node")
    assert written == "one 1\n"


@pytest.mark.skipif(not shutil.which("ansible-playbook"), reason="ansible is not installed")
def test_a_playbook_finds_roles_and_templates(ann):
    _, written = result(ann, "- hosts: all\n  gather_facts: false\n  roles: [web]\n  tasks:\n"
                             "    - template: {src: page.j2, dest: /work/out/page}\n",
                        file("roles/web/tasks/main.yml", "- debug: {msg: 'role {{ colour }}'}\n"),
                        file("roles/web/defaults/main.yml", "colour: blue\n"), file("templates/page.j2", "{{ inventory_hostname }}\n"),
                        kind="playbook")
    assert "role blue" in written and "changed=1" in written


def test_what_lies_in_the_folder_does_not_count_for_the_disk(ann):
    _, written = result(ann, "head -c 900000 /dev/zero > mine && du -k mine | cut -f1; wc -c < big", file("big", "x" * 2_000_000),
                        limits={"disk_mb": 1})
    assert written.splitlines()[1] == "2000000"


def test_a_run_has_the_files_of_its_version(ann):
    made = scripts.script(ann, "cat word", files=[file("word", "one\n")])
    first = scripts.start(ann, made)
    changed = ann.patch(f"/scripts/{made['id']}", {"version": 1, "files": [file("word", "two\n"), file("other", "")]})
    assert changed.status_code == 200, changed.text
    second = scripts.start(ann, made)
    again = ann.post(f"/runs/{scripts.wait(ann, first)['id']}/retry", {})
    assert again.status_code == 202, again.text
    third = scripts.start(ann, made, version=1)
    seen = [scripts.read(ann, scripts.wait(ann, run)["id"]) for run in (first, second, again.json()["id"], third)]
    assert seen == ["one\n", "two\n", "one\n", "one\n"]


def test_a_run_whose_files_are_gone_says_so(ann, studio):
    made = scripts.script(ann, "true", files=[file("a", "1"), file("b", "2")])
    studio.sql("delete from script_files where script_id = %s and path = 'a'", made["id"])
    run = scripts.wait(ann, scripts.start(ann, made))
    assert (run["state"], run["ended_by"]) == ("failed", "start") and "files beside the script" in run["reason"]


def test_a_dry_run_checks_the_script_of_the_folder(ann):
    run, _ = result(ann, "if", file("a", ""), state="failed", dry_run=True)
    assert "/work/script.sh" in run["reason"] or run["exit_code"] == 2
