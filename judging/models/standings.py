from dataclasses import dataclass

from judging.models.assignments import Ballot, Score
from judging.models.entries import entries_in
from judging.models.rounds import Round
from judging.scoring import raw as scoring


@dataclass
class Result:
    """One entry's place, with its names."""

    code: str
    title: str
    team: str
    standing: scoring.Standing


def results_of(round: Round) -> list[Result]:
    """Raw averages of the ballots that were handed in, for entries that are cleared."""
    weights = dict(round.criteria.scored().values_list("pk", "weight"))
    given: dict[tuple[int, int], dict[int, int]] = {}
    rows = Score.objects.filter(
        ballot__in=Ballot.objects.counted().filter(assignment__round=round), criterion__in=weights
    )
    for entry, judge, criterion, value in rows.values_list(
        "ballot__assignment__submission_id", "ballot__assignment__judge_id", "criterion_id", "value"
    ):
        given.setdefault((entry, judge), {})[criterion] = value
    entries = {
        revision.submission_id: revision for revision in entries_in(round).select_related("submission__team")
    }
    ballots = [scoring.Ballot(entry, judge, scores) for (entry, judge), scores in given.items()]
    found = [
        Result(
            entries[standing.entry].submission.code,
            entries[standing.entry].title,
            entries[standing.entry].submission.team.name,
            standing,
        )
        for standing in scoring.standings(entries, ballots, weights)
    ]
    return sorted(found, key=lambda one: (one.standing.rank or len(found) + 1, one.title, one.code))
