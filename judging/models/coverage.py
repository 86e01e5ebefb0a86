from dataclasses import dataclass, field

from django.db import models

from judging.models.assignments import Assignment
from judging.models.conflicts import departments_of
from judging.models.entries import entries_in
from judging.models.judges import judges_of
from judging.models.rounds import Round


@dataclass
class EntryCoverage:
    """One entry, and how far its judges are. No score is here."""

    submission: int
    code: str
    title: str
    team: str
    is_cleared: bool
    departments: set[int]
    assignments: list[Assignment] = field(default_factory=list)

    @property
    def handed_in(self) -> int:
        return sum(assignment.is_handed_in for assignment in self.assignments)


@dataclass
class JudgeCoverage:
    judge: models.Model
    assigned: int = 0
    handed_in: int = 0


def coverage_of(round: Round) -> tuple[list[EntryCoverage], list[JudgeCoverage]]:
    """Every entry that is cleared or has judges, and every judge, in four queries."""
    departments = departments_of(round.event)
    entries = {
        revision.submission_id: EntryCoverage(
            revision.submission_id,
            revision.submission.code,
            revision.title,
            revision.submission.team.name,
            True,
            departments.get(revision.submission.team_id, set()),
        )
        for revision in entries_in(round).select_related("submission__team").order_by("title", "pk")
    }
    judges = {judge.pk: JudgeCoverage(judge) for judge in judges_of(round.event)}
    standing = Assignment.objects.standing().filter(round=round).with_progress()
    for assignment in standing.select_related("judge", "submission__team").order_by("judge__name", "pk"):
        team = assignment.submission.team
        # An entry that is held now: its draft's title is not for the people who look here.
        entries.setdefault(
            assignment.submission_id,
            EntryCoverage(
                assignment.submission_id,
                assignment.submission.code,
                f"Entry of {team.name}",
                team.name,
                False,
                departments.get(team.pk, set()),
            ),
        ).assignments.append(assignment)
        row = judges.setdefault(assignment.judge_id, JudgeCoverage(assignment.judge))
        row.assigned += 1
        row.handed_in += assignment.is_handed_in
    return list(entries.values()), list(judges.values())
