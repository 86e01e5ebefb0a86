"""What organisers and judges say of a judge: what they know, how much they take, whether they come."""

from collections.abc import Iterable
from datetime import UTC, datetime

from django.db import transaction

from accounts.models import User
from core import clock, mail
from core.audit import record
from core.permissions import require
from core.refusals import Refused
from events.models import Event, Role, RoleKind
from judging.actions.dropping import drop, drop_conflicts
from judging.models import Assignment, Ballot, Judge, runs

MOST_TAGS = 20


def tidy(tags: str) -> str:
    """Each tag once, in the order given."""
    found = dict.fromkeys(filter(None, (" ".join(tag.split()) for tag in tags.split(";"))))
    if len(found) > MOST_TAGS:
        raise Refused(f"Name {MOST_TAGS} kinds of expertise at most", field="tags")
    return "; ".join(found)


def kept(slots: Iterable[datetime]) -> list[str]:
    return [slot.isoformat() for slot in sorted({slot.astimezone(UTC) for slot in slots})]


def locked(judge: Judge) -> Judge:
    """The judge as they are kept, made if need be. The event is locked first, as in every action here."""
    Event.objects.select_for_update(no_key=True).get(pk=judge.role.event_id)
    role = Role.objects.filter(pk=judge.role_id, kind=RoleKind.JUDGE).first()
    if role is None:
        raise Refused("This person is no judge at this event any more")
    Judge.objects.get_or_create(role=role)
    return Judge.objects.by_role(role)


def change(judge: Judge, **values) -> dict:
    """Write what differs; what it was and is, for the log."""
    changed = {name: value for name, value in values.items() if getattr(judge, name) != value}
    was = {name: getattr(judge, name) for name in changed}
    for name, value in changed.items():
        setattr(judge, name, value)
    if not changed:
        return {}
    judge.save(update_fields=list(changed))
    said = {"was": was, "now": changed}
    return {key: {name: plain(value) for name, value in row.items()} for key, row in said.items()}


def plain(value):
    return value if isinstance(value, (bool, int, str, list, type(None))) else str(value)


@transaction.atomic
def set_judge(judge: Judge, *, by: User, slots: Iterable[datetime] = (), tags: str = "", **values) -> Judge:
    """What the people who run the judging know of a judge. A department can bring conflicts: they hold."""
    judge = locked(judge)
    require(by, "judging.set_judge", judge)
    said = change(judge, tags=tidy(tags), slots=kept(slots), **values)
    if not said:
        return judge
    record(by, "judging.judge_set", judge, **said)
    if "department" in said["now"]:
        drop_conflicts(judge.event, by=by, judge=judge.user)
    return judge


@transaction.atomic
def pause(judge: Judge, *, by: User) -> Judge:
    """Give this judge nothing new for now. What they began stays theirs to finish."""
    judge = locked(judge)
    require(by, "judging.set_judge", judge)
    if change(judge, paused_at=judge.paused_at or clock.now()):
        record(by, "judging.judge_paused", judge)
    return judge


@transaction.atomic
def resume(judge: Judge, *, by: User) -> Judge:
    judge = locked(judge)
    require(by, "judging.set_judge", judge)
    if change(judge, paused_at=None):
        record(by, "judging.judge_resumed", judge)
    return judge


@transaction.atomic
def confirm(
    judge: Judge, *, by: User, tags: str = "", max_load: int | None = None, slots: Iterable[datetime] = ()
) -> Judge:
    """The judge will come, and says what they know and how much they take."""
    judge = locked(judge)
    require(by, "judging.answer", judge)
    is_answered = judge.answer == Judge.Answer.CONFIRMED
    said = change(
        judge,
        tags=tidy(tags),
        max_load=max_load,
        slots=kept(slots),
        answer=Judge.Answer.CONFIRMED,
        answered_at=judge.answered_at if is_answered else clock.now(),
        declined_because="",
    )
    if said:
        record(by, "judging.judge_confirmed", judge, **said)
    return judge


@transaction.atomic
def decline(judge: Judge, *, by: User, reason: str) -> Judge:
    """The judge cannot come. What they handed in counts; what they did not is free for another judge."""
    judge = locked(judge)
    require(by, "judging.answer", judge)
    if not reason.strip():
        raise Refused("Say why you cannot judge", field="reason")
    if judge.answer == Judge.Answer.DECLINED:
        return judge

    change(
        judge,
        answer=Judge.Answer.DECLINED,
        answered_at=clock.now(),
        declined_because=reason.strip(),
    )
    handed_in = Ballot.objects.filter(handed_in_at__isnull=False).values("assignment")
    mine = Assignment.objects.standing().filter(event=judge.event, judge=judge.user)
    freed = drop(mine.exclude(pk__in=handed_in), by=by, because="The judge declined", voids=False)
    told = [
        (address, f"judging.declined:{judge.pk}:{clock.now().isoformat()}:{person}")
        for person, address in runs(judge.event)
        if person != by.pk
    ]
    teams = "".join(f"\n- the entry of {one.submission.team}" for one in freed)
    lack = f"These entries have one judge fewer now:{teams}" if freed else "They had no entry left to score."
    mail.post_all(
        told,
        f"{judge} cannot judge at {judge.event}",
        f"{judge} has said that they cannot judge at {judge.event}.\n\nWhy: {reason.strip()}\n\n{lack}",
    )
    record(by, "judging.judge_declined", judge, reason=reason.strip(), freed=len(freed))
    return judge
