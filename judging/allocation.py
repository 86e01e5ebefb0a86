"""Which judge scores which entry: plain data in, assignments and shortages out.

Never an assignment in conflict, never a judge above their load, and never a shortage that moving
other seats could have avoided: each seat goes along the shortest chain of moves to the least loaded
judge that can be reached, which keeps the loads as even as they can be. Among equals, the judge who
has shared the fewest entries with the others on this one is taken, so that judges mix; then chance
decides, so that nobody can aim for a given judge.
"""

import random
from collections import Counter, deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

Key = Any  # whatever names an entry, a judge or a department
Pair = tuple[Key, Key]  # entry, judge


@dataclass(frozen=True)
class Entry:
    key: Key
    departments: frozenset = frozenset()


@dataclass(frozen=True)
class Judge:
    key: Key
    department: Key = None
    max_load: int | None = None


@dataclass(frozen=True)
class Allocation:
    assignments: list[Pair]  # the kept ones and the new ones
    new: list[Pair]
    loads: dict
    shortages: list[tuple[Key, int]] = field(default_factory=list)  # entry, seats that stay empty


def allocate(
    entries: Iterable[Entry],
    judges: Iterable[Judge],
    *,
    per_entry: int,
    kept: Collection[Pair] = (),
    barred: Collection[Pair] = (),
    seed: int = 0,
) -> Allocation:
    """Give each entry `per_entry` judges. Kept assignments stand, whatever they are, and count."""
    entries = sorted(entries, key=lambda entry: str(entry.key))
    judges = sorted(judges, key=lambda judge: str(judge.key))
    random.Random(seed).shuffle(entries)  # noqa: S311 (fairness, not secrecy)
    panel = _Panel(entries, judges, kept, barred, seed)
    # Round by round, so that when judges are short no entry has three while another has none.
    for seats in range(1, per_entry + 1):
        for entry in entries:
            if len(panel.on[entry.key]) < seats:
                panel.seat(entry.key)
    shortages = [
        (entry.key, per_entry - len(panel.on[entry.key]))
        for entry in sorted(entries, key=lambda entry: str(entry.key))
        if len(panel.on[entry.key]) < per_entry
    ]
    pairs = sorted(
        ((entry, judge) for entry, sitting in panel.on.items() for judge in sitting),
        key=lambda pair: (str(pair[0]), str(pair[1])),
    )
    return Allocation(pairs, [pair for pair in pairs if pair not in panel.kept], dict(panel.load), shortages)


class _Panel:
    """Who sits on what so far."""

    def __init__(self, entries, judges, kept, barred, seed) -> None:
        self.judges = judges
        self.room = {judge.key: judge.max_load for judge in judges}
        self.kept = frozenset(kept)
        barred = frozenset(barred)
        self.fit = {
            entry.key: [
                judge.key
                for judge in judges
                if (judge.department is None or judge.department not in entry.departments)
                and (entry.key, judge.key) not in barred
            ]
            for entry in entries
        }
        self.on: dict = {entry.key: set() for entry in entries}
        self.of: dict = {judge.key: set() for judge in judges}
        self.load: Counter = Counter({judge.key: 0 for judge in judges})
        self.together: Counter = Counter()
        generator = random.Random(seed + 1)  # noqa: S311
        self.luck = {judge.key: generator.random() for judge in judges}
        for entry, judge in sorted(self.kept, key=str):
            # A kept judge who has left, or whose entry has, still holds the seat or the load.
            self.on.setdefault(entry, set())
            self.of.setdefault(judge, set())
            self.put(entry, judge)

    def put(self, entry, judge) -> None:
        for other in self.on[entry]:
            self.together[frozenset((judge, other))] += 1
        self.on[entry].add(judge)
        self.of[judge].add(entry)
        self.load[judge] += 1

    def take(self, entry, judge) -> None:
        self.on[entry].remove(judge)
        self.of[judge].remove(entry)
        self.load[judge] -= 1
        for other in self.on[entry]:
            self.together[frozenset((judge, other))] -= 1

    def has_room(self, judge) -> bool:
        return self.room[judge] is None or self.load[judge] < self.room[judge]

    def seat(self, entry) -> bool:
        """One more judge for this entry, moving others' seats along where that helps."""
        # judge -> the entry they would gain, and the judge who would give it up (None at the start)
        came_from = {judge: (entry, None) for judge in self.fit[entry] if judge not in self.on[entry]}
        least = min((self.load[one.key] for one in self.judges if self.has_room(one.key)), default=None)
        best = self.pick(entry, came_from)
        if best is None or self.load[best] != least:
            self.reach(came_from)
            best = self.pick(entry, came_from)
        if best is None:
            return False
        while best is not None:
            gained, giver = came_from[best]
            if giver is not None:
                self.take(gained, giver)
            self.put(gained, best)
            best = giver
        return True

    def reach(self, came_from: dict) -> None:
        """Everyone who could be given a seat if each in a chain hands one on."""
        waiting = deque(came_from)
        while waiting:
            giver = waiting.popleft()
            # In a fixed order: a set's own would differ from one process to the next.
            for given in sorted(self.of[giver], key=str):
                if (given, giver) in self.kept or given not in self.fit:
                    continue
                for judge in self.fit[given]:
                    if judge not in came_from and judge not in self.on[given]:
                        came_from[judge] = (given, giver)
                        waiting.append(judge)

    def pick(self, entry, reachable: dict):
        """The least loaded with room; among equals who mixes judges best; then by luck."""
        return min(
            (judge for judge in reachable if self.has_room(judge)),
            key=lambda judge: (
                self.load[judge],
                reachable[judge][1] is not None,
                sum(self.together[frozenset((judge, other))] ** 2 for other in self.on[entry]),
                self.luck[judge],
            ),
            default=None,
        )
