from collections import Counter
from collections.abc import Collection, Iterable, Mapping

import numpy as np

from judging.allocation.flow import seats
from judging.allocation.parts import Allocation, Entry, Judge, Pair, Problem, Rules
from judging.allocation.swaps import bettered, broken_rules


def allocate(
    entries: Iterable[Entry],
    judges: Iterable[Judge],
    *,
    per_entry: int,
    kept: Collection[Pair] = (),
    barred: Collection[Pair] = (),
    match: Mapping[Pair, float] | None = None,
    rules: Rules | None = None,
    exact: bool = False,
    seed: int = 0,
) -> Allocation:
    """Give each entry `per_entry` judges. Kept assignments stand, whatever they are, and count.

    `match` (entry, judge) -> 0 to 1 takes the place of tags; `exact` solves the panel rules as an integer
    programme instead of by swaps. The same input and seed give the same answer, in whatever order rows come.
    """
    rules = rules or Rules()
    problem = Problem(entries, judges, per_entry, kept, barred, match)
    rng = np.random.default_rng(seed)
    if exact:
        return told(problem, rules, seats(problem, rng, rules=rules))
    return told(problem, rules, bettered(problem, rules, seats(problem, rng), rng))


def told(problem: Problem, rules: Rules, new: list[tuple[int, int]]) -> Allocation:
    """What came of it, by the names that were given."""
    named = {(problem.entries[p].key, problem.judges[j].key) for p, j in new}
    pairs = sorted(named | problem.kept, key=lambda pair: (str(pair[0]), str(pair[1])))
    panels = [set(sitting) for sitting in problem.sitting]
    for p, j in new:
        panels[p].add(j)
    filled = Counter(entry for entry, _ in pairs)
    loads = {judge.key: 0 for judge in problem.judges} | dict(Counter(judge for _, judge in pairs))
    together = Counter((one, other) for panel in panels for one in panel for other in panel if one < other)
    sitting = [(p, j) for p, panel in enumerate(panels) for j in panel]
    return Allocation(
        pairs,
        [pair for pair in pairs if pair not in problem.kept],
        loads,
        [
            (entry.key, problem.per_entry - filled[entry.key])
            for entry in problem.entries
            if filled[entry.key] < problem.per_entry
        ],
        sum(problem.match(p, j) for p, j in sitting) / len(sitting) if sitting else 0.0,
        connectivity(panels, len(problem.judges)),
        max(together.values(), default=0),
        [
            (entry.key, words)
            for entry, panel in zip(problem.entries, panels, strict=True)
            for words in broken_rules(problem, rules, panel)
        ],
    )


def connectivity(panels: list[set[int]], judges: int) -> float:
    """The second smallest eigenvalue of diag(n_j) - X' diag(1 / n_p) X; 0 where judges fall into groups."""
    table = np.zeros((len(panels), judges))
    for p, panel in enumerate(panels):
        table[p, list(panel)] = 1
    used = table.sum(axis=0) > 0
    table = table[:, used][table.sum(axis=1) > 0]
    if table.shape[1] < 2:
        return 0.0
    laplacian = np.diag(table.sum(axis=0)) - (table / table.sum(axis=1)[:, None]).T @ table
    return max(float(np.linalg.eigvalsh(laplacian)[1]), 0.0)
