"""Give entries to judges."""

from collections.abc import Mapping

from django.db import transaction

from accounts.models import User
from core import clock
from core.audit import record
from core.permissions import require
from core.refusals import Refused
from events.models import Event, Role, RoleKind
from judging import allocation
from judging.models import (
    Assignment,
    Ballot,
    Judge,
    Round,
    barring_departments,
    conflicts_of,
    entries_in,
    shared_department,
    why_conflict,
)
from submissions.models import Submission


@transaction.atomic
def propose(
    round: Round, *, by: User, seed: int, per_entry: int = 3, max_load: int | None = None
) -> allocation.Allocation:
    """Give every cleared entry its judges. What was assigned stays; doing it twice adds nothing.

    Nothing new goes to judges who declined, are paused or are spare, and nobody gets more than they take.
    """
    event = Event.objects.select_for_update().get(pk=round.event_id)
    require(by, "judging.allocate", round)
    everyone = Judge.objects.all_of(event)
    if not everyone:
        raise Refused("Nobody judges at this event yet. Give someone the role of judge first")
    people = {judge.user.pk: judge.user for judge in everyone}
    teams = dict(entries_in(round).values_list("submission_id", "submission__team_id"))
    if not teams:
        raise Refused("No entry has been cleared yet. A screener clears entries before judges score them")

    def load(judge: Judge) -> int | None:
        loads = [one for one in (max_load, judge.max_load) if one is not None]
        return min(loads, default=None) if judge.is_seated else 0

    found = allocation.allocate(
        entries_of(round, teams),
        [allocation.Judge(judge.user.pk, judge.user.department_id, load(judge)) for judge in everyone],
        per_entry=per_entry,
        kept=pairs(round.assignments.standing()),
        barred=pairs(round.assignments.filter(ended_at__isnull=False)) | conflicts_of(round).keys(),
        seed=seed,
    )
    if found.new:
        Assignment.objects.bulk_create(
            Assignment(
                event=event,
                round=round,
                submission_id=entry,
                judge=people[judge],
                given_by=by,
                given_at=clock.now(),
                released_at=clock.now(),
            )
            for entry, judge in found.new
        )
        record(
            by,
            "judging.allocated",
            round,
            added=len(found.new),
            per_entry=per_entry,
            max_load=max_load,
            seed=seed,
            short=len(found.shortages),
        )
    return found


def entries_of(round: Round, teams: Mapping[int, int]) -> list[allocation.Entry]:
    """What the allocator needs to know of these entries: submission -> team in."""
    departments = barring_departments(round)
    return [
        allocation.Entry(submission, frozenset(departments.get(team, ())))
        for submission, team in teams.items()
    ]


def pairs(assignments) -> set[tuple[int, int]]:
    return set(assignments.values_list("submission_id", "judge_id"))


@transaction.atomic
def assign(round: Round, submission: Submission, judge: User, *, by: User) -> Assignment:
    """Give one entry to one judge by hand."""
    event = Event.objects.select_for_update().get(pk=round.event_id)
    require(by, "judging.allocate", round)
    if not Role.objects.filter(event=event, user=judge, kind=RoleKind.JUDGE).exists():
        raise Refused(f"{judge} is not a judge at this event", field="judge")
    if Judge.objects.resting().filter(role__event=event, role__user=judge).exists():
        raise Refused(f"{judge} has declined or is paused. Choose another judge", field="judge")
    if shared := shared_department(judge, submission.team):
        raise Refused(
            f"{judge} and someone on the team are both from {shared}. Choose another judge", field="judge"
        )
    if why := why_conflict(round, judge, submission.team):
        raise Refused(
            f"{judge} has a conflict of interest. Choose another judge. What {judge} is told: {why}",
            field="judge",
        )
    if not entries_in(round).filter(submission=submission).exists():
        raise Refused("This entry is not cleared, so judges cannot score it yet")
    standing = round.assignments.standing().filter(submission=submission, judge=judge).first()
    if standing is not None:
        return standing

    assignment = Assignment.objects.create(
        event=event,
        round=round,
        submission=submission,
        judge=judge,
        given_by=by,
        given_at=clock.now(),
        released_at=clock.now(),
    )
    record(by, "judging.assigned", assignment, judge=judge.pk, entry=submission.code)
    return assignment


@transaction.atomic
def end_assignment(assignment: Assignment, *, by: User, reason: str) -> Assignment:
    """Take an entry from a judge. Their ballot is kept and no longer counts."""
    assignment = Assignment.objects.select_for_update().get(pk=assignment.pk)
    require(by, "judging.allocate", assignment)
    if assignment.ended_at is not None:
        return assignment
    if not reason.strip():
        raise Refused("Say why this judge is not to score this entry", field="reason")

    assignment.ended_at = clock.now()
    assignment.ended_because = reason.strip()
    assignment.save(update_fields=["ended_at", "ended_because"])
    scored = Ballot.objects.filter(assignment=assignment, handed_in_at__isnull=False).exists()
    record(by, "judging.ended", assignment, reason=assignment.ended_because, handed_in=scored)
    return assignment
