"""From scores on criteria to one number a ballot."""

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from judging.scoring.model import Ballots, Scale

ENOUGH = 0.5  # of the weight: a ballot with less is not counted


@dataclass(frozen=True)
class Line:
    """A criterion: its weight beside the others, and the ends of its scale in points."""

    weight: float
    low: float = 1.0
    high: float = 5.0


@dataclass(frozen=True)
class Given:
    entry: Hashable
    judge: Hashable
    criterion: Hashable
    score: float


def ballots_of(
    given: Iterable[Given],
    lines: Mapping[Any, Line],
    *,
    stretched: bool = True,
    asked: Mapping[Hashable, Collection[Any]] | None = None,
) -> tuple[Ballots, Scale, list[tuple[Hashable, Hashable]]]:
    """Weighted totals, their scale, and the (entry, judge) pairs with too few answers to count.

    A missing criterion is neither a zero nor a free average: the ballot's total starts from the means of all
    criteria and moves by what the judge gave on those that were answered. Criteria on scales of different
    length are brought to 0 to 100 first. `asked` says which criteria an entry is judged by, where challenges
    have criteria of their own: what is not asked of an entry is not missing from its ballots. Rows are put in
    order by name, so that the order they come in changes nothing, not even the last digit.
    """
    ends = {(line.low, line.high) for line in lines.values()}
    low, high = ends.pop() if len(ends) == 1 else (0.0, 100.0)
    rows = sorted(given, key=lambda row: (str(row.entry), str(row.judge), str(row.criterion)))
    scores: dict[tuple[Hashable, Hashable], dict[Hashable, float]] = {}
    of_criterion: dict[Hashable, list[float]] = {key: [] for key in lines}
    for row in rows:
        line = lines[row.criterion]
        points = low + (high - low) * (row.score - line.low) / (line.high - line.low)
        scores.setdefault((row.entry, row.judge), {})[row.criterion] = points
        of_criterion[row.criterion].append(points)
    means = {key: float(np.mean(points)) if points else 0.0 for key, points in of_criterion.items()}
    kept, thin, totals, weights = [], [], [], []
    for pair, answered in scores.items():
        mine = [key for key in lines if asked is None or key in asked[pair[0]]]
        whole = sum(lines[key].weight for key in mine)
        share = {key: lines[key].weight / whole for key in mine}
        omega = sum(share[key] for key in answered)
        if omega < ENOUGH - 1e-12:
            thin.append(pair)
            continue
        if len(answered) == len(mine):
            total = sum(share[key] * points for key, points in answered.items())
        else:
            middle = sum(share[key] * means[key] for key in mine)
            total = middle + sum(share[key] * (answered[key] - means[key]) for key in answered) / omega
        kept.append(pair)
        totals.append(min(max(total, low), high))
        weights.append(min(omega, 1.0))
    return packed(kept, totals, weights, others=thin), Scale(low, high, stretched), thin


def packed(
    pairs: list[tuple[Hashable, Hashable]],
    totals: list[float],
    weights: list[float],
    others: Iterable[tuple[Hashable, Hashable]] = (),
) -> Ballots:
    """As arrays. Entries and judges of `others` are there too, with no ballot."""
    everyone = [*pairs, *others]
    entries = sorted({entry for entry, _ in everyone}, key=str)
    judges = sorted({judge for _, judge in everyone}, key=str)
    at_entry = {entry: place for place, entry in enumerate(entries)}
    at_judge = {judge: place for place, judge in enumerate(judges)}
    return Ballots(
        entries,
        judges,
        np.array([at_entry[entry] for entry, _ in pairs], dtype=np.int64),
        np.array([at_judge[judge] for _, judge in pairs], dtype=np.int64),
        np.array(totals, dtype=float),
        np.array(weights, dtype=float),
    )
