"""What was measured, as text, and what was to be reached."""

from rounds import ratios


def number(value):
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def table(head, rows):
    """Columns as wide as they must be; the first to the left, the others to the right."""
    cells = [head, *rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    lines = ["  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                       for i, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in cells]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def spread(figure, unit=""):
    low, high = figure["spread"]
    return f"{number(figure['median'])}{unit} ({number(low)}–{number(high)})"


def load_text(kinds):
    rows = []
    for kind, by_connections in kinds.items():
        for connections, measured in by_connections.items():
            for name, figures in measured["summary"].items():
                ratio = measured["ratios"].get(name)
                rows.append([f"{kind}, {connections}", name, spread(figures["rate"]), number(figures["p50_ms"]["median"]),
                             number(figures["p99_ms"]["median"]), number(figures["cpu_ms"]["median"]),
                             number(figures["faults"]["median"]), spread(ratio) if ratio else "",
                             number(ratios(measured["rounds"], "coagent", name, "cpu_ms")["median"]) if ratio else ""])
    return table(["request, connections", "stack", "requests/s", "p50 ms", "p99 ms", "CPU ms/request", "faults/request",
                  "coagent / stack: rate", "CPU"], rows)


def machine_text(machine):
    rows = [["fork + exit of an empty process, µs of CPU time", number(machine["fork_us"])],
            ["a page fault, µs of CPU time", number(machine["fault_us"])],
            [f"load before, on {machine['cores']} cores", number(machine["load"])]]
    return table(["the machine itself", ""], rows)


def fanout_text(fanout):
    rows = []
    for sockets, measured in fanout.items():
        for name, figures in measured["summary"].items():
            ratio = measured["ratios"].get(name)
            rows.append([f"{sockets} sockets", name, spread(figures["rate"]), number(figures["p50_ms"]["median"]),
                         number(figures["p99_ms"]["median"]), number(figures["lost"]["median"]),
                         spread(ratio) if ratio else ""])
    return table(["fan-out", "stack", "frames/s", "p50 ms", "p99 ms", "lost", "coagent / stack"], rows)


def token_text(token):
    rows = [[name, number(token[name]["p50"]), number(token[name]["p90"]), number(token[name]["p99"])]
            for name in ("direct", "room", "added")]
    return table(["first token, ms", "p50", "p90", "p99"], rows)


def runs_text(runs):
    rows = [["start after queueing, ms", number(runs["start_ms"]["p50"]), number(runs["start_ms"]["p99"])],
            ["first line after POST, ms", number(runs["first_line_ms"]["p50"]), number(runs["first_line_ms"]["p99"])]]
    if runs["peer_ms"]:
        rows.append(["graphile-worker, ms", number(runs["peer_ms"]["p50"]), number(runs["peer_ms"]["p99"])])
    rates = [["coagent", number(runs["rate"])], ["bare bwrap", number(runs["bare_rate"])]]
    if runs["peer_rate"]:
        rates.append(["graphile-worker, no sandbox", number(runs["peer_rate"])])
    more = [["output, MB/s", number(runs["output_rate"])], ["executor's peak, MB", number(runs["output_memory_mb"])],
            *([f"GET /runs with {int(count):,} runs, ms", number(ms)] for count, ms in runs["history_ms"].items())]
    return "\n\n".join([table(["runs", "p50", "p99"], rows), table(["8 at once", "runs/s"], rates), table(["besides", ""], more)])


def idle_text(idle):
    return table(["idle", "% of a core"], [[part, number(percent)] for part, percent in idle.items()])


def target_text(targets):
    rows = [[one["what"], one["sign"] + " " + number(one["wanted"]), number(one["reached"]),
             "reached" if one["good"] else "MISSED"] for one in targets]
    return table(["to reach", "wanted", "measured", ""], rows)


def text(document):
    parts = [machine_text(document["machine"])]
    if document.get("load"):
        parts.append(load_text(document["load"]))
    if document.get("fanout"):
        parts.append(fanout_text(document["fanout"]))
    if document.get("first_token"):
        parts.append(token_text(document["first_token"]))
    if document.get("idle"):
        parts.append(idle_text(document["idle"]))
    if document.get("runs"):
        parts.append(runs_text(document["runs"]))
    if document.get("targets"):
        parts.append(target_text(document["targets"]))
    return "\n\n".join(parts)


def target(what, sign, wanted, reached):
    good = reached >= wanted if sign == "≥" else reached <= wanted
    return {"what": what, "sign": sign, "wanted": wanted, "reached": reached, "good": good}


def rate_targets(kinds):
    """At 16 connections, where each stack is at its best."""
    for kind, stack, least in [("rooms", "fastapi-sqlmodel", 2.5), ("rooms", "fastapi", 0.95),
                               ("message", "fastapi-sqlmodel", 2.5), ("message", "fastapi", 0.95)]:
        measured = kinds.get(kind, {}).get("16") or next(iter(kinds.get(kind, {}).values()), None)
        if measured and measured["ratios"].get(stack):
            yield target(f"{kind}: requests/s beside {stack}", "≥", least, measured["ratios"][stack]["median"])


def latency_targets(kinds):
    for kind, by_connections in kinds.items():
        for connections, quantile, most in (("1", "p50", 1.2), ("16", "p99", 1.0)):
            rounds = by_connections.get(connections, {}).get("rounds", {})
            if "fastapi" in rounds and (kind != "login" or quantile == "p99"):
                reached = ratios(rounds, "coagent", "fastapi", f"{quantile}_ms")["median"]
                yield target(f"{kind}: {quantile} with {connections} at once beside fastapi", "≤", most, reached)


def load_targets(kinds):
    floor = kinds.get("rooms", {}).get("16")
    if floor:
        yield target("floor: CPU time beside the bare shape", "≤", 1.3,
                     ratios(floor["rounds"], "floor", "bare shape", "cpu_ms")["median"])
    yield from rate_targets(kinds)
    yield from latency_targets(kinds)


def run_targets(runs):
    few, many = runs["history_ms"].values()
    return [target("a run: ms from the queue to the start at p50", "≤", 25, runs["start_ms"]["p50"]),
            target("a run: ms from the POST to the first line at p50", "≤", 10, runs["first_line_ms"]["p50"]),
            target("runs/s beside bare bwrap", "≥", 0.7, runs["of_bare"]),
            target("output of a run: MB/s", "≥", 50, runs["output_rate"]),
            target("GET /runs with 1,000,000 runs beside 1,000", "≤", 1.2, many / few)]


def targets(document):
    found = list(load_targets(document.get("load", {})))
    for sockets, measured in document.get("fanout", {}).items():
        for stack, least in (("socket.io", 1.2), ("fastapi", 5.0)):
            if stack in measured["ratios"]:
                found.append(target(f"{sockets} sockets: frames/s beside {stack}", "≥", least,
                                    measured["ratios"][stack]["median"]))
    if document.get("first_token"):
        found.append(target("first token: ms added at p50", "≤", 20, document["first_token"]["added"]["p50"]))
    if document.get("idle"):
        found.append(target("idle: % of a core", "≤", 0.5, document["idle"]["all"]))
    if document.get("runs"):
        found += run_targets(document["runs"])
    return found
