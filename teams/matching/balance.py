"""Stage 2: the people of one challenge into teams, greedily, then by annealed swaps."""

from collections import Counter

import numpy as np

from teams.matching.people import Party, Person, Unit

MISSING_SKILL = 10.0
BEYOND_TWO = 6.0  # each person beyond two of one department
FEW_DEPARTMENTS = 3.0  # fewer than three departments
STRENGTH = 0.5  # times the square of how far a team's experience is from the middle
APART = 50.0
OUT_OF_BOUNDS = 200.0  # each person too many or too few
STEPS = 400  # for each person: fixed, so that a seed gives the same teams on every machine
HOT, COLD = 4.0, 0.02


class Table:
    """What a set of people costs as a team, on one challenge."""

    def __init__(self, party: Party, needed: frozenset, minimum: int, maximum: int) -> None:
        self.minimum, self.maximum = minimum, maximum
        self.needed = needed
        everyone = list(party.people.values())
        self.middle = sum(person.experience for person in everyone) / max(len(everyone), 1)
        departments = {person.department for person in everyone if person.department is not None}
        self.mixed = min(3, len(departments))
        self.apart: dict = {}
        for pair in party.apart:
            one, other = pair
            self.apart.setdefault(one, set()).add(other)
            self.apart.setdefault(other, set()).add(one)

    def cost(self, units: list[Unit]) -> float:
        members = [person for unit in units for person in unit.members]
        if not members:
            return OUT_OF_BOUNDS * self.minimum
        size = len(members)
        total = OUT_OF_BOUNDS * (max(self.minimum - size, 0) + max(size - self.maximum, 0))
        if self.needed:
            held = frozenset().union(*(person.skills for person in members))
            total += MISSING_SKILL * len(self.needed - held)
        departments = Counter(person.department for person in members if person.department is not None)
        total += BEYOND_TWO * sum(count - 2 for count in departments.values() if count > 2)
        if len(departments) < min(self.mixed, size):
            total += FEW_DEPARTMENTS
        strength = sum(person.experience - self.middle for person in members)
        total += STRENGTH * strength * strength
        return total + APART * self._broken(members)

    def fits(self, units: list[Unit]) -> bool:
        return self.minimum <= sum(unit.size for unit in units) <= self.maximum

    def _broken(self, members: list[Person]) -> int:
        if not self.apart:
            return 0
        keys = {person.key for person in members}
        return sum(len(self.apart[key] & keys) for key in keys if key in self.apart) // 2


def into_teams(table: Table, units: list[Unit], number: int, rng: np.random.Generator) -> list[list[Unit]]:
    """`number` teams of these units, each within the bounds where that is possible."""
    if number == 0:
        return []
    teams = annealed(table, _greedy(table, units, number), rng)
    if all(table.fits(team) for team in teams):
        return teams
    # Friends who do not fit: they are parted, because a size is a bound and a wish is not.
    singles = [unit for unit in units if unit.home is not None]
    singles += [
        Unit((person,), None, unit.order) for unit in units if unit.home is None for person in unit.members
    ]
    return evened(table, annealed(table, _greedy(table, singles, number), rng))


def evened(table: Table, teams: list[list[Unit]]) -> list[list[Unit]]:
    """One person at a time from the largest team to the smallest, until each is within the bounds."""
    sizes = [sum(unit.size for unit in team) for team in teams]
    while not all(table.fits(team) for team in teams):
        giving = [at for at, team in enumerate(teams) if any(unit.home is None for unit in team)]
        large = max(giving, key=lambda at: sizes[at], default=None)
        small = min(range(len(teams)), key=lambda at: sizes[at])
        if large is None or sizes[large] <= sizes[small] + 1:
            break
        moved = next(unit for unit in reversed(teams[large]) if unit.home is None)
        teams[large].remove(moved)
        teams[small].append(moved)
        sizes[large] -= 1
        sizes[small] += 1
    return teams


def _greedy(table: Table, units: list[Unit], number: int) -> list[list[Unit]]:
    """Locked teams first, then large units, then whoever has the rarest of the needed skills."""
    people = sum(unit.size for unit in units)
    rarity = Counter(skill for unit in units for person in unit.members for skill in person.skills)

    def first(unit: Unit) -> tuple:
        rare = min(
            (rarity[skill] for person in unit.members for skill in person.skills & table.needed),
            default=people,
        )
        return (unit.home is None, -unit.size, rare, unit.order)

    teams: list[list[Unit]] = [[] for _ in range(number)]
    sizes = [0] * number
    even = -(-people // number)
    for unit in sorted(units, key=first):
        if unit.home is not None:
            place = next(at for at, team in enumerate(teams) if not team)
        else:
            place = min(
                range(number),
                key=lambda at: (
                    max(sizes[at] + unit.size - even, 0),
                    table.cost([*teams[at], unit]) - table.cost(teams[at]),
                    sizes[at],
                ),
            )
        teams[place].append(unit)
        sizes[place] += unit.size
    return teams


def annealed(table: Table, teams: list[list[Unit]], rng: np.random.Generator) -> list[list[Unit]]:
    """Exchange two units, or hand one over, while it is hot anything goes; the best that was met is given."""
    movable = [(at, unit) for at, team in enumerate(teams) for unit in team if unit.home is None]
    if len(teams) < 2 or not movable:
        return teams
    costs = [table.cost(team) for team in teams]
    where = [at for at, _ in movable]
    units = [unit for _, unit in movable]
    total = best = sum(costs)
    kept = [list(team) for team in teams]
    steps = STEPS * len(units)
    picks = rng.integers(len(units), size=(steps, 2))
    dice = rng.random((steps, 2))
    heat = HOT * (COLD / HOT) ** (np.arange(steps) / steps)
    for step in range(steps):
        a, b = picks[step]
        one, here = units[a], where[a]
        hand_over = dice[step, 0] < 0.15
        there = int(picks[step, 1] % len(teams)) if hand_over else where[b]
        if here == there:
            continue
        left = [unit for unit in teams[here] if unit is not one]
        if hand_over:
            right = [*teams[there], one]
        else:
            other = units[b]
            left.append(other)
            right = [unit for unit in teams[there] if unit is not other]
            right.append(one)
        after = table.cost(left), table.cost(right)
        change = sum(after) - costs[here] - costs[there]
        if change > 0 and dice[step, 1] >= np.exp(-change / heat[step]):
            continue
        teams[here], teams[there] = left, right
        costs[here], costs[there] = after
        where[a] = there
        if not hand_over:
            where[b] = here
        total += change
        if total < best - 1e-9:
            best = total
            kept = [list(team) for team in teams]
    return kept
