"""Declare a conflict of interest, or take a mistaken one back. One that stands is never overridden."""

from django.db import transaction

from accounts.models import User
from core import clock, mail
from core.audit import record
from core.permissions import require
from core.refusals import Refused
from events.models import Event, Role, RoleKind
from judging.actions.dropping import drop, drop_conflicts
from judging.models import Assignment, Conflict, Judge, runs
from teams.models import Team


@transaction.atomic
def declare(team: Team, judge: User, *, by: User, kind: str, reason: str) -> Conflict:
    """This judge may not score this team's entry: by the judge, or by who runs the judging.

    What the judge was given ends in the same transaction, and a ballot counts no more.
    """
    event = Event.objects.select_for_update().get(pk=team.event_id)
    role = Role.objects.filter(event=event, user=judge, kind=RoleKind.JUDGE).first()
    if by == judge and role is not None:
        require(by, "judging.declare", Judge.objects.by_role(role))
    else:
        require(by, "judging.declare_for", event)
    if role is None:
        raise Refused(f"{judge} is not a judge at this event", field="judge")
    if kind not in Conflict.Kind.values:
        raise Refused("Choose what kind of conflict it is", field="kind")
    if not reason.strip():
        raise Refused("Say what the conflict is", field="reason")
    standing = Conflict.objects.standing().filter(judge=judge, team=team, kind=kind).first()
    if standing is not None:
        return standing

    conflict = Conflict.objects.create(
        event=event,
        judge=judge,
        team=team,
        kind=kind,
        reason=reason.strip(),
        declared_by=by,
        declared_at=clock.now(),
    )
    because = f"A conflict of interest was declared ({conflict.get_kind_display().lower()})"
    given = Assignment.objects.standing().filter(event=event, judge=judge, submission__team=team)
    lost = drop(given, by=by, because=because, voids=True)
    tell(conflict, lost, by=by)
    record(
        by, "judging.conflict_declared", conflict, judge=judge.pk, team=team.code, kind=kind, ended=len(lost)
    )
    return conflict


def tell(conflict: Conflict, lost: list[Assignment], *, by: User) -> None:
    """Who runs the judging is told which entry lacks a judge now."""
    if not lost:
        return
    mail.post_all(
        [
            (address, f"judging.conflict:{conflict.pk}:{person}")
            for person, address in runs(conflict.event)
            if person != by.pk
        ],
        f"An entry at {conflict.event} has one judge fewer",
        f"{conflict.judge} has a conflict of interest with {conflict.team}, so they do not score its entry "
        "any more. If they had scored it, their ballot does not count.\n\n"
        f"Give the entry of {conflict.team} to another judge, under ‘Judges and entries’.",
    )


@transaction.atomic
def end_conflict(conflict: Conflict, *, by: User, reason: str) -> Conflict:
    """It was declared by mistake. Never by the judge or by who declared it; what was ended stays ended."""
    Event.objects.select_for_update().get(pk=conflict.event_id)
    conflict = Conflict.objects.select_related("event").get(pk=conflict.pk)
    require(by, "judging.end_conflict", conflict)
    if not reason.strip():
        raise Refused("Say why this is no conflict", field="reason")
    if conflict.ended_at is not None:
        return conflict

    conflict.ended_at = clock.now()
    conflict.ended_by = by
    conflict.ended_because = reason.strip()
    conflict.save(update_fields=["ended_at", "ended_by", "ended_because"])
    record(by, "judging.conflict_ended", conflict, reason=conflict.ended_because)
    return conflict


@transaction.atomic
def end_in_conflict(event: Event, *, by: User) -> list[Assignment]:
    """Take from judges what they may not score any more, since somebody moved or joined a team.

    Until then nobody can score it either; but a ballot from before would still count.
    """
    event = Event.objects.select_for_update().get(pk=event.pk)
    require(by, "judging.declare_for", event)
    found = drop_conflicts(event, by=by)
    if found:
        record(by, "judging.conflicts_settled", event, ended=len(found))
    return found
