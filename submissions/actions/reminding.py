"""Teams without a complete draft are reminded before submissions close, at the hours that an event chose."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from core import clock
from core.mail import post
from events.models import Event
from submissions.models import Call, Reminder, Submission
from teams.models import Membership, Team

LONGEST = timedelta(hours=168)


def to_remind() -> Iterable[tuple[Event, int]]:
    """The events at which a reminder is due, each with its hours: the nearest to the close that has come."""
    at = clock.now()
    near = Event.objects.open_for("submissions").filter(submissions_close_at__lte=at + LONGEST)
    calls = {call.event_id: call for call in Call.objects.filter(event__in=near)}
    for event in near:
        left = event.submissions_close_at - at
        call = calls.get(event.pk) or Call(event=event)
        come = [hours for hours in call.remind_hours if left <= timedelta(hours=hours)]
        if come:
            yield event, min(come)


@transaction.atomic
def remind(event: Event, hours: int) -> int:
    """Mail every member of a team that has nothing complete; how many mails were written. Once each."""
    event = Event.objects.select_for_update().get(pk=event.pk)
    closes = event.submissions_close_at
    _, is_new = Reminder.objects.get_or_create(event=event, closes_at=closes, hours=hours)
    if not is_new:
        return 0
    drafts = {one.team_id: one for one in Submission.objects.of_event(event).with_people()}
    members: dict[int, list[Membership]] = {}
    for membership in Membership.objects.filter(event=event).select_related("user"):
        members.setdefault(membership.team_id, []).append(membership)
    call, written = Call.of(event), 0
    address = f"{settings.BASE_URL}{reverse('submissions:entry', args=[event.slug])}"
    for team in Team.objects.of_event(event).with_challenge().filter(pk__in=members):
        draft = drafts.get(team.pk)
        if draft is not None:
            if draft.withdrawn_at is not None:
                continue
            draft.team, draft.call = team, call
        missing = draft.unanswered() if draft else []
        if draft and not missing:
            continue
        lacks = (
            "Your draft lacks: " + ", ".join(f"‘{draft.heading(name)}’" for name in missing)
            if draft and not draft.is_blank
            else "Your team has not begun its draft"
        )
        for membership in members[team.pk]:
            post(
                membership.user.email,
                f"{event}: your entry is not complete",
                f"Submissions close at {event.say(closes)}. {lacks}.\n\n{address}",
                key=f"remind:{event.pk}:{closes.isoformat()}:{hours}:{membership.user_id}",
            )
            written += 1
    return written
