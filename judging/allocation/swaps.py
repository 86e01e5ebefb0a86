"""Seeded annealed swaps: panel rules kept, and judges mixed, at the price of a little match."""

from collections import Counter

import numpy as np

from judging.allocation.parts import Problem, Rules

RULE = 5.0
REPEAT = 0.03  # times the square of how often two judges sit together
HOT, COLD = 0.05, 0.001
STEPS = 150  # for each seat: fixed, so that a seed gives the same seats on every machine
MOST = 400_000


def broken_rules(problem: Problem, rules: Rules, panel: set[int] | frozenset[int]) -> list[str]:
    """What this panel lacks, in words."""
    judges = [problem.judges[j] for j in panel]
    found = []
    if rules.lead and judges and not any(judge.is_lead for judge in judges):
        found.append("no lead judge")
    if rules.technical and judges and not any(judge.is_technical for judge in judges):
        found.append("no technical judge")
    if rules.departments_differ:
        departments = Counter(judge.department for judge in judges if judge.department is not None)
        if any(count > 1 for count in departments.values()):
            found.append("two judges of one department")
    return found


class _Room:
    """Who sits where, with what each change would cost."""

    def __init__(self, problem: Problem, rules: Rules, seats: list[tuple[int, int]]) -> None:
        self.problem, self.rules = problem, rules
        self.has_rules = rules != Rules()
        self.allowed = [frozenset(fit) for fit in problem.fit]
        self.panel = [set(sitting) for sitting in problem.sitting]
        self.load = list(problem.kept_load)
        self.together: Counter = Counter()
        self.match = [{j: problem.match(p, j) for j in fit} for p, fit in enumerate(problem.fit)]
        for p, j in seats:
            self.panel[p].add(j)
            self.load[j] += 1
        for panel in self.panel:
            for one in panel:
                for other in panel:
                    if one < other:
                        self.together[one, other] += 1

    def _repeats(self, p: int, leaves: int, comes: int) -> float:
        change = 0
        for other in self.panel[p]:
            if other == leaves:
                continue
            was = self.together[min(leaves, other), max(leaves, other)]
            change += (was - 1) ** 2 - was**2
            if comes != other:
                now = self.together[min(comes, other), max(comes, other)]
                change += (now + 1) ** 2 - now**2
        return REPEAT * change

    def cost(self, p: int, leaves: int, comes: int) -> float:
        """What it costs that one judge leaves an entry and another comes."""
        change = self.match[p][leaves] - self.match[p][comes] + self._repeats(p, leaves, comes)
        if self.has_rules:
            panel = self.panel[p]
            after = (panel - {leaves}) | {comes}
            change += RULE * (
                len(broken_rules(self.problem, self.rules, after))
                - len(broken_rules(self.problem, self.rules, panel))
            )
        return change

    def change(self, p: int, leaves: int, comes: int) -> None:
        for other in self.panel[p]:
            if other != leaves:
                self.together[min(leaves, other), max(leaves, other)] -= 1
                self.together[min(comes, other), max(comes, other)] += 1
        self.panel[p].remove(leaves)
        self.panel[p].add(comes)
        self.load[leaves] -= 1
        self.load[comes] += 1

    def can_come(self, p: int, judge: int) -> bool:
        return judge in self.allowed[p] and judge not in self.panel[p]

    def has_room(self, judge: int) -> bool:
        most = self.problem.judges[judge].max_load
        return most is None or self.load[judge] < most


def bettered(
    problem: Problem, rules: Rules, seats: list[tuple[int, int]], rng: np.random.Generator
) -> list[tuple[int, int]]:
    """Exchange two judges, or hand a seat to one with fewer; loads never become less even."""
    if len(seats) < 2 or len(problem.judges) < 2:
        return seats
    room = _Room(problem, rules, seats)
    seats = list(seats)
    steps = min(STEPS * len(seats), MOST)
    picks = rng.integers(len(seats), size=(steps, 2)).tolist()
    judges = rng.integers(len(problem.judges), size=steps).tolist()
    dice = rng.random((steps, 2)).tolist()
    heat = (HOT * (COLD / HOT) ** (np.arange(steps) / steps)).tolist()
    total = best = 0.0
    kept = list(seats)
    for step in range(steps):
        a, b = picks[step]
        p, one = seats[a]
        q, other = seats[b]
        hand_over = dice[step][0] < 0.2
        if hand_over:
            other = judges[step]
            if room.load[other] >= room.load[one] or not room.has_room(other) or not room.can_come(p, other):
                continue
            change = room.cost(p, one, other)
        else:
            if p == q or one == other or not room.can_come(p, other) or not room.can_come(q, one):
                continue
            change = room.cost(p, one, other) + room.cost(q, other, one)
        if change > 0 and dice[step][1] >= np.exp(-change / heat[step]):
            continue
        before = total
        room.change(p, one, other)
        seats[a] = (p, other)
        if not hand_over:
            room.change(q, other, one)
            seats[b] = (q, one)
        total = before + change
        if total < best - 1e-9:
            best, kept = total, list(seats)
    return kept
