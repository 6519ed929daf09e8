"""The packages under test: this version by ./studio package, and a later one with a migration more."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile

TOP = pathlib.Path(__file__).resolve().parents[2]
LATER = "99.0"


def call(*words, **options):
    done = subprocess.run([str(word) for word in words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False, **options)
    assert done.returncode == 0, f"{' '.join(map(str, words))} ended with {done.returncode}:\n{done.stdout[-4000:]}"
    return done.stdout


def age_on(tree):
    """Turns the tree of the distribution into that of a later version."""
    changelog = tree / "debian" / "changelog"
    entry = changelog.read_text()
    changelog.write_text(re.sub(r"\(.*?\)", f"({LATER})", entry, count=1) + "\n" + entry)
    fragment = tree / "sql" / "sources.am"
    text = fragment.read_text()
    last, number = re.findall(r"(sql/migrations/(\d+)_\w+\.sql)$", text, re.M)[-1]
    migration = f"sql/migrations/{int(number) + 1:04}_note_upgrade.sql"
    (tree / migration).write_text("create table upgrade_note (id int primary key);\n")
    fragment.write_text(text.replace(f"{last}\n", f"{last} \\\n\t{migration}\n", 1))


def build_later(folder):
    with tempfile.TemporaryDirectory(prefix="coagent-later-") as work:
        tree = pathlib.Path(work) / "tree"
        tree.mkdir()
        tarball = max((TOP / "build").glob("coagent-*.tar.xz"), key=lambda file: file.stat().st_mtime)
        call("tar", "-xJf", tarball, "-C", tree, "--strip-components=1", "--no-same-owner")
        age_on(tree)
        call("autoreconf", "-fi", tree)
        environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
        environment["DEB_BUILD_OPTIONS"] = f"parallel={os.cpu_count()} nocheck"
        call("dpkg-buildpackage", "-b", "-us", "-uc", "-ui", cwd=tree, env=environment)
        shutil.copy(next(pathlib.Path(work).glob(f"coagent_{LATER}_*.deb")), folder)


def packages(folder):
    """(this version, the later one) in the folder, built when they are not there yet."""
    def find(pattern):
        return next((file for file in sorted(folder.glob(pattern)) if LATER not in file.name or LATER in pattern), None)
    folder.mkdir(parents=True, exist_ok=True)
    if not find("coagent_*.deb"):
        call(TOP / "studio", "package", folder)
    if not find(f"coagent_{LATER}_*.deb"):
        build_later(folder)
    return find("coagent_*.deb"), find(f"coagent_{LATER}_*.deb")
