"""Alternating rounds: what noise the machine makes meets all of them, and only ratios within a round are compared."""

import statistics


def median(values):
    return statistics.median(values) if values else None


def spread(values):
    return [min(values), max(values)] if values else None


def alternate(runs, rounds, begun=lambda round, name: None):
    """runs: {name: function}. {name: [result of each round]}; each round starts with another of them."""
    results = {name: [] for name in runs}
    names = list(runs)
    for number in range(rounds):
        turn = number % len(names)
        for name in names[turn:] + names[:turn]:
            begun(number, name)
            results[name].append(runs[name]())
    return results


def ratios(results, ours, theirs, key):
    """{"median", "spread"} of ours / theirs, round by round."""
    pairs = zip(results[ours], results[theirs])
    values = [mine[key] / other[key] for mine, other in pairs if other[key]]
    return {"median": median(values), "spread": spread(values)}


def summary(results, keys):
    """{name: {key: {"median", "spread"}}}"""
    return {name: {key: {"median": median([one[key] for one in rows]), "spread": spread([one[key] for one in rows])}
                   for key in keys}
            for name, rows in results.items()}
