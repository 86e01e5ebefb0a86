"""Who gets which seat, as a flow: a linear programme whose corners are whole numbers (HiGHS)."""

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array

from judging.allocation.parts import Problem, Rules

SEAT = 1000.0  # a filled seat is worth more than any match
NEXT_SEAT = 10.0  # and the first of an entry more than its second, so that shortages are spread
LOAD = 0.05  # the i-th entry of a judge costs i times this
LUCK = 1e-4  # ties are broken by the seed, so that nobody can aim for a given judge
RULE = 5.0
SECONDS = 60.0


def seats(problem: Problem, rng: np.random.Generator, *, rules: Rules | None = None) -> list[tuple[int, int]]:
    """The new seats, as places of entry and judge. With `rules`: exactly, as an integer programme."""
    programme = _Programme(problem, rng)
    if rules is not None:
        programme.keep(rules)
    return programme.solved(whole=rules is not None)


class _Programme:
    """Columns: a seat for each pair without a conflict; each entry's seats; each judge's load, one by one."""

    def __init__(self, problem: Problem, rng: np.random.Generator) -> None:
        self.problem = problem
        self.costs: list[float] = []
        self.upper: list[float] = []
        self.cells: list[tuple[int, int, float]] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.pairs = [(p, j) for p, fit in enumerate(problem.fit) for j in fit]
        luck = rng.random(len(self.pairs)) * LUCK
        self.seat = {
            pair: self._column(luck[place] - problem.match(*pair), 1) for place, pair in enumerate(self.pairs)
        }
        of_judge: list[list[int]] = [[] for _ in problem.judges]
        for p, fit in enumerate(problem.fit):
            row = self._row(0, 0)
            for j in fit:
                self._cell(row, self.seat[p, j], 1)
                of_judge[j].append(self.seat[p, j])
            for seat in range(problem.kept_on[p], problem.per_entry):
                self._cell(row, self._column(-SEAT + NEXT_SEAT * seat, 1), -1)
        wanted = problem.per_entry * len(problem.entries)
        usual = -(-wanted // max(len(problem.judges), 1))
        for j, columns in enumerate(of_judge):
            row = self._row(0, 0)
            for column in columns:
                self._cell(row, column, 1)
            room = problem.room(j)
            room = len(columns) if room is None else min(room, len(columns))
            steps = min(room, 2 * usual + 4)
            for step in range(steps):
                self._cell(row, self._column(LOAD * (problem.kept_load[j] + step + 1), 1), -1)
            if room > steps:
                self._cell(row, self._column(LOAD * room, room - steps), -1)

    def keep(self, rules: Rules) -> None:
        problem = self.problem
        for p, fit in enumerate(problem.fit):
            for wanted, kind in ((rules.lead, "is_lead"), (rules.technical, "is_technical")):
                if wanted and not any(getattr(problem.judges[j], kind) for j in problem.sitting[p]):
                    row = self._row(1, np.inf)
                    self._cell(row, self._column(RULE, 1), 1)
                    for j in fit:
                        if getattr(problem.judges[j], kind):
                            self._cell(row, self.seat[p, j], 1)
            if rules.departments_differ:
                self._differ(p, fit)

    def _differ(self, p: int, fit: list[int]) -> None:
        problem = self.problem
        for department in sorted({str(problem.judges[j].department) for j in fit}):
            same = [j for j in fit if str(problem.judges[j].department) == department]
            there = sum(str(problem.judges[j].department) == department for j in problem.sitting[p])
            if problem.judges[same[0]].department is not None and len(same) + there > 1:
                row = self._row(-np.inf, 1 - there)
                self._cell(row, self._column(RULE, np.inf), -1)
                for j in same:
                    self._cell(row, self.seat[p, j], 1)

    def solved(self, *, whole: bool) -> list[tuple[int, int]]:
        if not self.pairs:
            return []
        rows, columns, values = zip(*self.cells, strict=True)
        matrix = coo_array((values, (rows, columns)), shape=(len(self.low), len(self.costs))).tocsr()
        if whole:
            integral = np.zeros(len(self.costs), dtype=np.int64)
            integral[list(self.seat.values())] = 1
            found = milp(
                np.array(self.costs),
                constraints=LinearConstraint(matrix, self.low, self.high),
                bounds=Bounds(0, self.upper),
                integrality=integral,
                options={"time_limit": SECONDS, "mip_rel_gap": 1e-6},
            )
        else:
            found = linprog(  # type: ignore[call-overload]
                np.array(self.costs),
                A_eq=matrix,
                b_eq=np.array(self.low),
                bounds=[(0.0, upper) for upper in self.upper],
                method="highs-ds",
            )
        if found.x is None:
            raise ValueError(f"no allocation was found in {SECONDS:.0f} seconds")
        return [pair for pair in self.pairs if found.x[self.seat[pair]] > 0.5]

    def _column(self, cost: float, upper: float) -> int:
        self.costs.append(cost)
        self.upper.append(upper)
        return len(self.costs) - 1

    def _row(self, low: float, high: float) -> int:
        self.low.append(low)
        self.high.append(high)
        return len(self.low) - 1

    def _cell(self, row: int, column: int, value: float) -> None:
        self.cells.append((row, column, value))
