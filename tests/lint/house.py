"""House rules that no tool of others knows, each a check of tests/run-lint. Writes a line for each file or folder:
the check, the name, and what is wrong with it or nothing, with tabs between.

    house.py size|width|folders|words <NAMES

The names are paths below the current folder. tests/lint/exceptions lists what may exceed a limit, and how far.
"""

import collections
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
SOURCE = re.compile(r"\.(c|h|js|mjs|css|sh|py|sql|awk)$")
LINES, WIDTH, FILES = 500, 140, 13


def read_exceptions():
    """(check, name) -> the limit that holds there instead."""
    found = {}
    for line in (HERE / "exceptions").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            check, name, limit, _ = line.split(maxsplit=3)
            found[check, name] = int(limit)
    return found


def lines_of(name):
    return pathlib.Path(name).read_text().splitlines()


def check_size(names, limits):
    """Files of at most 500 lines; clang-tidy and eslint look at the functions."""
    for name in filter(SOURCE.search, names):
        count, most = len(lines_of(name)), limits.pop(("size", name), LINES)
        yield name, count > most and f"{count} lines, more than {most}"


def check_width(names, limits):
    """Lines of SQL and JavaScript of at most 140 characters; clang-format looks at C."""
    for name in names:
        if re.search(r"\.(sql|js|mjs)$", name):
            wide = [number for number, line in enumerate(lines_of(name), 1) if len(line) > WIDTH]
            most = limits.pop(("width", name), 0)
            yield name, len(wide) > most and f"{len(wide)} lines are wider than {WIDTH}, {most} may be: {wide}"


def check_folders(names, limits):
    """Folders of a dozen or so source files: a header does not count beside its source, nor a test that mirrors one."""
    holds = collections.defaultdict(set)
    for path in map(pathlib.PurePath, filter(SOURCE.search, names)):
        if path.parts[0] != "tests":
            holds[str(path.parent)].add(path.stem)
    for folder, files in sorted(holds.items()):
        most = limits.pop(("folders", folder), FILES)
        yield folder, len(files) > most and f"{len(files)} source files, more than {most}: divide it by what they are about"


def read_words():
    """(pattern, phrase, what to write instead) of each line of tests/lint/words."""
    for line in (HERE / "words").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            phrase, _, better = line.partition(" -> ")
            yield re.compile(r"\b" + r"\s+".join(map(re.escape, phrase.split())) + r"\b", re.IGNORECASE), phrase, better


def flowing(text):
    """The text without line ends and the marks that begin the lines of a comment: a phrase may be broken anywhere."""
    return re.sub(r"\n[ \t]*(\*|//|--|#)?[ \t]*", " ", text)


def check_words(names, _):
    """Texts, documentation and comments without the phrases that are listed in tests/lint/words."""
    words = list(read_words())
    for name in names:
        if (SOURCE.search(name) or re.search(r"\.(md|html|am|in|[1-8])$", name)) and not name.startswith("tests/lint/"):
            text = flowing(pathlib.Path(name).read_text())
            found = [f'"{phrase}": {better}' for pattern, phrase, better in words if pattern.search(text)]
            yield name, "; ".join(found)


def main():
    check, limits = sys.argv[1], read_exceptions()
    names = [name for name in sys.stdin.read().split("\n") if name]
    for name, complaint in globals()[f"check_{check}"](names, limits):
        print(check, name, complaint or "", sep="\t")
    for other, name in limits:
        if other == check:
            print(check, name, "is listed in tests/lint/exceptions, but is not there", sep="\t")


main()
