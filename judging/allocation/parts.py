from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Key = Any  # whatever names an entry, a judge, a department or a tag
Pair = tuple[Key, Key]  # entry, judge


@dataclass(frozen=True)
class Entry:
    key: Key
    departments: frozenset = frozenset()
    tags: frozenset = frozenset()


@dataclass(frozen=True)
class Judge:
    key: Key
    department: Key = None
    max_load: int | None = None
    tags: frozenset = frozenset()
    is_lead: bool = False
    is_technical: bool = False


@dataclass(frozen=True)
class Rules:
    """What a panel should have. Kept where it can be; conflicts are kept always and are not here."""

    lead: bool = False
    technical: bool = False
    departments_differ: bool = False


@dataclass(frozen=True)
class Allocation:
    assignments: list[Pair]  # the kept ones and the new ones
    new: list[Pair]
    loads: dict
    shortages: list[tuple[Key, int]] = field(default_factory=list)  # entry, seats that stay empty
    match: float = 0.0  # mean over the assignments, 0 to 1
    algebraic_connectivity: float = 0.0
    most_repeated_pair: int = 0  # how often one pair of judges sits together
    broken: list[tuple[Key, str]] = field(default_factory=list)  # entry, the panel rule that it lacks


class Problem:
    """Everything by number: entries and judges in the order of their names, so that rows may come in any."""

    def __init__(  # noqa: PLR0917 (one maker)
        self,
        entries: Iterable[Entry],
        judges: Iterable[Judge],
        per_entry: int,
        kept: Collection[Pair],
        barred: Collection[Pair],
        match: Mapping[Pair, float] | None,
    ) -> None:
        self.entries = sorted(entries, key=lambda entry: str(entry.key))
        self.judges = sorted(judges, key=lambda judge: str(judge.key))
        self.per_entry = per_entry
        self.at_entry = {entry.key: place for place, entry in enumerate(self.entries)}
        self.at_judge = {judge.key: place for place, judge in enumerate(self.judges)}
        # A kept judge who has left, or whose entry has, still holds the seat or the load.
        self.kept = frozenset(kept)
        self.kept_on = [0] * len(self.entries)
        self.kept_load = [0] * len(self.judges)
        self.sitting: list[set[int]] = [set() for _ in self.entries]
        for entry, judge in self.kept:
            p, j = self.at_entry.get(entry), self.at_judge.get(judge)
            if p is not None:
                self.kept_on[p] += 1
            if j is not None:
                self.kept_load[j] += 1
            if p is not None and j is not None:
                self.sitting[p].add(j)
        self.fit: list[list[int]] = []
        shut = frozenset(barred) | self.kept
        for entry in self.entries:
            self.fit.append(
                [
                    place
                    for place, judge in enumerate(self.judges)
                    if (judge.department is None or judge.department not in entry.departments)
                    and (entry.key, judge.key) not in shut
                ]
            )
        self._match = match

    def match(self, entry: int, judge: int) -> float:
        """What the judge knows of the entry's subjects, 0 to 1: as given, or their share of its tags."""
        one, other = self.entries[entry], self.judges[judge]
        if self._match is not None:
            return self._match.get((one.key, other.key), 0.0)
        return len(one.tags & other.tags) / len(one.tags) if one.tags else 0.0

    def room(self, judge: int) -> int | None:
        load = self.judges[judge].max_load
        return None if load is None else max(load - self.kept_load[judge], 0)
