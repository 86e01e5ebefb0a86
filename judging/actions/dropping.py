"""How entries are taken from judges who may not, or cannot, score them. Inside an action of its caller."""

from accounts.models import User
from core import clock
from core.audit import record
from events.models import Event
from judging.models import Assignment, Ballot, Round, conflicts_of


def drop(assignments, *, by: User, because: str, voids: bool) -> list[Assignment]:
    """End these assignments; with `voids`, their ballots count no more, and say why."""
    locked = assignments.select_for_update(of=("self",)).select_related(
        "event", "round", "judge", "submission__team"
    )
    found = list(locked.order_by("pk"))
    for assignment in found:
        assignment.ended_at = clock.now()
        assignment.ended_because = because[:500]
        assignment.save(update_fields=["ended_at", "ended_because"])
        ballots = Ballot.objects.filter(assignment=assignment, voided_at=None)
        voided = voids and bool(
            ballots.update(voided_at=clock.now(), voided_by=by, voided_because=because[:500])
        )
        record(by, "judging.ended", assignment, reason=assignment.ended_because, voided=voided)
    return found


def drop_conflicts(event: Event, *, by: User, judge: User | None = None) -> list[Assignment]:
    """End what this judge, or any, was given and may not score, in every round."""
    found = []
    for round in Round.objects.of_event(event):
        conflicts = conflicts_of(round)
        rows = round.assignments.standing()
        rows = rows.filter(judge=judge) if judge else rows
        barred = [
            pk
            for pk, *pair in rows.values_list("pk", "submission_id", "judge_id")
            if tuple(pair) in conflicts
        ]
        mine = Assignment.objects.standing().filter(pk__in=barred)
        found += drop(mine, by=by, because="A conflict of interest", voids=True)
    return found
