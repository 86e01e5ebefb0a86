"""From ballots to raw averages and ranks: plain data in, plain data out.

A ballot counts as one number, its weighted rubric total, because the criteria of one ballot are not
independent of each other. Sums are exact fractions: the order in which ballots arrive changes
nothing, and entries that are equal are equal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

Key = Any  # whatever names an entry, a judge or a criterion
MINIMUM = 2  # entries with fewer ballots are listed, not ranked


@dataclass(frozen=True)
class Ballot:
    entry: Key
    judge: Key
    scores: Mapping[Key, int]  # criterion -> score


@dataclass(frozen=True)
class Standing:
    """Where one entry stands. No numbers but the count when it has too few ballots."""

    entry: Key
    ballots: int
    raw_mean: float | None = None
    lowest: float | None = None
    highest: float | None = None
    rank: int | None = None


def total(scores: Mapping[Key, int], weights: Mapping[Key, int]) -> Fraction:
    """The weighted mean of a complete ballot, on the scale of its scores."""
    if set(scores) != set(weights):
        raise ValueError("a ballot counts when it has one score for each criterion")
    return Fraction(sum(weights[key] * scores[key] for key in weights), sum(weights.values()))


def standings(
    entries: Iterable[Key],
    ballots: Iterable[Ballot],
    weights: Mapping[Key, int],
    *,
    minimum: int = MINIMUM,
) -> list[Standing]:
    """Every entry once: the ranked ones first, best first; equal means share a rank (1, 2, 2, 4)."""
    totals: dict[Key, list[Fraction]] = {entry: [] for entry in entries}
    for ballot in ballots:
        if ballot.entry in totals:
            totals[ballot.entry].append(total(ballot.scores, weights))
    enough = {entry: given for entry, given in totals.items() if len(given) >= max(minimum, 1)}
    means = {entry: sum(given, Fraction(0)) / len(given) for entry, given in enough.items()}
    ranks: dict[Fraction, int] = {}
    for place, mean in enumerate(sorted(means.values(), reverse=True), start=1):
        ranks.setdefault(mean, place)
    found = []
    for entry, given in totals.items():
        if entry in means:
            mean = means[entry]
            numbers = (float(mean), float(min(given)), float(max(given)), ranks[mean])
            found.append(Standing(entry, len(given), *numbers))
        else:
            found.append(Standing(entry, len(given)))
    return sorted(found, key=lambda one: (one.rank is None, one.rank or 0, str(one.entry)))
