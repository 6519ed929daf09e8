"""The statements of sql/queries, as compile.awk reads them, for tests that run them without the program."""

import re
import subprocess

import psycopg2
import psycopg2.extensions


def statements(top):
    """Name, number of parameters and text of each statement."""
    script = ["awk", "-v", "mode=list", "-f", str(top / "sql/compile.awk")]
    files = sorted(str(path) for path in (top / "sql/queries").glob("*.sql"))
    listed = subprocess.run(script + files, check=True, capture_output=True, text=True).stdout
    for entry in listed.split("\x1e")[:-1]:
        name, parameters, text = entry.split("\x1f")
        yield name, int(parameters), text


def session_settings(top):
    """The settings of the program's sessions that decide how a statement is planned, as SQL."""
    program = (top / "lib/db/connect.c").read_text()
    found = re.findall(r"set_config\('(jit|plan_cache_mode|enable_\w+)', '(\w+)', false\)", program)
    if len(found) < 3:
        raise RuntimeError("lib/db/connect.c does not set what it did")
    return "; ".join(f"set {name} = {value}" for name, value in found)


def literal(value):
    return "null" if value is None else psycopg2.extensions.adapt(str(value)).getquoted().decode()


def call(name, values):
    """The SQL that executes a prepared statement with these values."""
    return f"execute {name}" + (f" ({', '.join(literal(value) for value in values)})" if values else "")
