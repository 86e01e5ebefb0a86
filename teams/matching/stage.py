"""Stage 1: people to challenges, by an integer programme (HiGHS)."""

from collections import defaultdict

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from teams.matching.people import Key, Party, Unit, cost_of_wish

UNPLACED = 40.0  # dearer than any wish, so that nobody is left out who could be placed
SLACK = 6.0  # for a skill or a mix of departments that a challenge's people do not reach
APART = 20.0  # two who are to be kept apart, on a challenge with one team
SPARE = 1.1  # people with a needed skill, for each team
SAME_DEPARTMENT = 2  # people of one department on a team
GAP = 1e-3
SECONDS = 30.0  # far above what 1,000 people take; the best found by then is used


def number_of_teams(people: int, minimum: int, maximum: int) -> int:
    """As near to teams of middling size as the bounds allow; as few as leave nobody needlessly out."""
    most = people // minimum
    least = min(-(-people // maximum), most)
    return min(max(round(people / ((minimum + maximum) / 2)), least), most)


def to_challenges(
    party: Party, minimum: int, maximum: int, rng: np.random.Generator
) -> tuple[dict[Key, list[Unit]], dict[Key, int]]:
    """Each challenge's units, and how many teams they make. Units that are in none are not placed."""
    total = number_of_teams(sum(unit.size for unit in party.units), minimum, maximum)
    homes = sum(unit.home is not None for unit in party.units)
    for exactly in (True, False):
        found = _Programme(party, minimum, maximum, rng).solved(max(total, homes), exactly=exactly)
        if found is not None:
            return found
    return {}, {}


class _Programme:
    """Columns: unit u on challenge c; teams of c; a unit left out; slacks. Rows are added one at a time."""

    def __init__(self, party: Party, minimum: int, maximum: int, rng: np.random.Generator) -> None:
        self.party, self.minimum, self.maximum = party, minimum, maximum
        self.units, self.challenges = party.units, party.challenges
        self.costs: list[float] = []
        self.upper: list[float] = []
        self.lower: list[float] = []
        self.whole: list[int] = []
        self.rows: list[tuple[dict[int, float], float, float]] = []
        luck = rng.random((len(self.units), len(self.challenges))) * 1e-3  # nobody can aim for a given place
        self.on = [
            [
                self._column(self._cost(unit, challenge) + luck[u, c])
                for c, challenge in enumerate(self.challenges)
            ]
            for u, unit in enumerate(self.units)
        ]
        self.out = [self._column(UNPLACED * unit.size) for unit in self.units]
        count = sum(unit.size for unit in self.units) // minimum
        self.teams = [
            self._column(0, count if one.capacity is None else min(one.capacity, count))
            for one in self.challenges
        ]

    def _cost(self, unit: Unit, challenge) -> float:
        return sum(cost_of_wish(person, challenge.key) for person in unit.members)

    def _column(self, cost: float, upper: float = 1, *, whole: int = 1) -> int:
        self.costs.append(cost)
        self.lower.append(0)
        self.upper.append(upper)
        self.whole.append(whole)
        return len(self.costs) - 1

    def _row(self, terms: dict[int, float], low: float, high: float = np.inf) -> None:
        self.rows.append((terms, low, high))

    def solved(self, total: int, *, exactly: bool) -> tuple[dict[Key, list[Unit]], dict[Key, int]] | None:
        self._row(dict.fromkeys(self.teams, 1.0), total if exactly else 0, total)
        for u, unit in enumerate(self.units):
            self._row({**dict.fromkeys(self.on[u], 1.0), self.out[u]: 1.0}, 1, 1)
            if unit.home is not None:
                self._keep_home(u, unit)
        for c, challenge in enumerate(self.challenges):
            self._sizes(c)
            self._skills(c, challenge)
            self._departments(c)
        self._apart()
        answer = self._answer()
        if answer is None:
            return None
        placed: dict[Key, list[Unit]] = defaultdict(list)
        for u, unit in enumerate(self.units):
            for c, challenge in enumerate(self.challenges):
                if answer[self.on[u][c]] > 0.5:
                    placed[challenge.key].append(unit)
        return dict(placed), {
            challenge.key: round(answer[self.teams[c]]) for c, challenge in enumerate(self.challenges)
        }

    def _keep_home(self, u: int, unit: Unit) -> None:
        for c, challenge in enumerate(self.challenges):
            if unit.home is not None and challenge.key == unit.home.challenge:
                self.lower[self.on[u][c]] = 1

    def _sizes(self, c: int) -> None:
        people = {self.on[u][c]: float(unit.size) for u, unit in enumerate(self.units)}
        self._row({**people, self.teams[c]: -float(self.minimum)}, 0)
        self._row({**people, self.teams[c]: -float(self.maximum)}, -np.inf, 0)
        homes = [u for u, unit in enumerate(self.units) if unit.home is not None]
        if homes:
            self._row({self.teams[c]: 1.0, **{self.on[u][c]: -1.0 for u in homes}}, 0)

    def _skills(self, c: int, challenge) -> None:
        for skill in sorted(challenge.skills, key=str):
            have = {
                self.on[u][c]: float(sum(skill in person.skills for person in unit.members))
                for u, unit in enumerate(self.units)
            }
            terms = {column: number for column, number in have.items() if number}
            missing = self._column(SLACK, np.inf, whole=0)
            self._row({**terms, missing: 1.0, self.teams[c]: -SPARE}, 0)

    def _departments(self, c: int) -> None:
        of: dict[Key, dict[int, float]] = defaultdict(lambda: defaultdict(float))
        for u, unit in enumerate(self.units):
            for person in unit.members:
                if person.department is not None:
                    of[person.department][self.on[u][c]] += 1
        for _, terms in sorted(of.items(), key=lambda row: str(row[0])):
            if sum(terms.values()) > SAME_DEPARTMENT:
                beyond = self._column(SLACK, np.inf, whole=0)
                self._row({**terms, beyond: -1.0, self.teams[c]: -float(SAME_DEPARTMENT)}, -np.inf, 0)

    def _apart(self) -> None:
        """Two who are kept apart are on one challenge only where it has two teams."""
        unit_of = {person.key: u for u, unit in enumerate(self.units) for person in unit.members}
        for pair in sorted(self.party.apart, key=lambda pair: sorted(map(str, pair))):
            one, other = (unit_of[key] for key in sorted(pair, key=str))
            if one != other:
                for c in range(len(self.challenges)):
                    both = self._column(APART, np.inf, whole=0)
                    terms = {self.on[one][c]: 1.0, self.on[other][c]: 1.0, self.teams[c]: -1.0, both: -1.0}
                    self._row(terms, -np.inf, 0)

    def _answer(self) -> np.ndarray | None:
        rows, columns, values = [], [], []
        for number, (terms, _, _) in enumerate(self.rows):
            rows += [number] * len(terms)
            columns += list(terms)
            values += list(terms.values())
        matrix = coo_array((values, (rows, columns)), shape=(len(self.rows), len(self.costs))).tocsr()
        found = milp(
            np.array(self.costs),
            constraints=LinearConstraint(
                matrix, [row[1] for row in self.rows], [row[2] for row in self.rows]
            ),
            bounds=Bounds(self.lower, self.upper),
            integrality=np.array(self.whole),
            options={"mip_rel_gap": GAP, "time_limit": SECONDS},
        )
        return found.x
