"""What ./studio bench measures, part by part. It needs packages (packages_bench in studio.d) that only measuring brings."""

import os
import platform
import statistics
import sys

import fanout
import first_token
import idle
import load
import runs
from peers import Bare, Front, Peers, machine_costs
from rounds import alternate, ratios, summary
from stacks import Studio

KINDS = ["rooms", "events", "message", "login"]


def say(text):
    print(text, file=sys.stderr, flush=True)


def note_round(what):
    def begun(number, name):
        say(f"  {what}, round {number + 1}: {name}")
    return begun


def measure_load(options, studio, bare, peers, folder):
    measured = {}
    for kind in [kind for kind in KINDS if kind in options.only]:
        targets = load.targets(kind, studio, bare, peers, folder)
        seconds = options.seconds if kind != "login" else max(options.seconds, 10)
        measured[kind] = {}
        for connections in options.connections:
            runs = {target.name: lambda target=target, n=connections: target.run(n, seconds) for target in targets}
            results = alternate(runs, options.rounds, note_round(f"{kind}, {connections} connections"))
            measured[kind][str(connections)] = {
                "summary": summary(results, ["rate", "p50_ms", "p99_ms", "cpu_ms", "faults", "refused", "broken"]),
                "ratios": {name: ratios(results, "coagent", name, "rate") for name in results if name != "coagent"},
                "rounds": results,
            }
    return measured


def measure_fanout(options, studio, peers, folder):
    measured = {}
    if peers:
        peers.fastapi.restart(workers=1)
    for sockets in options.sockets:
        plans = {"rate": fanout.rate_plan(sockets, options.messages), "delay": fanout.delay_plan(sockets, 50)}
        runs = {}
        for stack in fanout.stacks(studio, peers):
            def run(stack=stack):
                rate, delay = (stack.run(options.programs / "fanout" / "fanout", folder, plans[kind]) for kind in ("rate", "delay"))
                return {"rate": rate["rate"], "lost": rate["lost"] + delay["lost"], "p50_ms": delay["p50_ms"],
                        "p99_ms": delay["p99_ms"], "burst": rate, "steady": delay}
            runs[stack.name] = run
        results = alternate(runs, options.rounds, note_round(f"{sockets} sockets"))
        measured[str(sockets)] = {
            "summary": summary(results, ["rate", "p50_ms", "p99_ms", "lost"]),
            "ratios": {name: ratios(results, "coagent", name, "rate") for name in results if name != "coagent"},
            "rounds": results,
        }
    return measured


def quantiles(values):
    marks = statistics.quantiles(values, n=100, method="inclusive")
    return {"p50": marks[49], "p90": marks[89], "p99": marks[98], "all": values}


def measure_token(options, studio):
    model = first_token.Model()
    try:
        room = first_token.Room(studio, model)
        room.ask()
        pairs = []
        for number in range(options.rounds * 10):
            if number % 10 == 0:
                say(f"  first token, round {number // 10 + 1}")
            pairs.append((first_token.direct(model), room.ask()))
        room.close()
    finally:
        model.stop()
    return {"direct": quantiles([pair[0] for pair in pairs]), "room": quantiles([pair[1] for pair in pairs]),
            "added": quantiles([pair[1] - pair[0] for pair in pairs])}


def machine(options):
    """With the load before anything is measured: rates mean little on a machine that is busy already."""
    return {"cores": os.cpu_count(), "kernel": platform.release(), "load": os.getloadavg()[0],
            **machine_costs(options.programs)}


def measure(options, folder, document):
    """Fills the document with the figures of a whole bench, part by part, so that a part that fails leaves the others; the
    logs are in the folder."""
    os.environ.setdefault("RUN_OUTPUT_MB", str(2 * runs.OUTPUT_MB))
    studio = Studio(folder / "state")
    front = Front(folder / "front")
    bare = Bare(options.programs, front)
    peers = None
    document.update(machine=machine(options), rounds=options.rounds, seconds=options.seconds)
    try:
        say("Starting a studio and filling it")
        studio.start()
        front.start()
        bare.start()
        if (options.peers / "fastapi" / "app.py").exists():
            say("Starting the peers")
            peers = Peers(options.peers, folder / "peers", studio, front)
            peers.start("fanout" in options.only)
        else:
            say(f"There are no peer programs in {options.peers}: only CoAgent itself is measured.")
        document["load"] = measure_load(options, studio, bare, peers, folder)
        if "fanout" in options.only:
            document["fanout"] = measure_fanout(options, studio, peers, folder)
        if "token" in options.only:
            document["first_token"] = measure_token(options, studio)
        if "idle" in options.only:
            document["idle"] = idle.measure(studio, say)
        if "run" in options.only:
            document["runs"] = runs.measure(options, studio, folder, say)
    finally:
        for one in (peers, bare, front):
            if one:
                one.stop()
        studio.stop()
