"""The words that C, SQL and the browser share, from their source (lib/words/words.txt)."""

from harness.studio import TOP


def read():
    """By set: word, then its columns by name; flags are True or False."""
    sets = {}
    for line in (TOP / "lib/words/words.txt").read_text().splitlines():
        if line.startswith("["):
            head, _, names = line.partition(":")
            columns = [name.strip() for name in names.split(",") if name.strip()]
            words = sets.setdefault(head[1:head.index("]")], {})
        elif line and not line.startswith("#"):
            word, *cells = [cell.strip() for cell in line.split("|")]
            words[word] = {name.rstrip("?"): cell == "yes" if name.endswith("?") else cell
                           for name, cell in zip(columns, cells, strict=True)}
    return sets


WORDS = read()
STATES = list(WORDS["run_state"])
ENDED = tuple(state for state, row in WORDS["run_state"].items() if row["over"])
