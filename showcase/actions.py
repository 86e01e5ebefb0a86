"""What organisers do with the showcase: publish it, bring it up to date, take an entry down."""

from django.db import transaction

from accounts.models import User
from core import clock
from core.audit import record
from core.permissions import require
from core.refusals import Refused
from events.models import Event
from showcase import shelf
from showcase.models import Exhibit, plan_of
from submissions.models import Submission


@transaction.atomic
def publish(event: Event, *, by: User) -> Event:
    """Open the showcase to everyone, with the entries that are cleared and use public data alone."""
    event = Event.objects.select_for_update().get(pk=event.pk)
    require(by, "showcase.publish", event)
    if event.published_at is not None:
        raise Refused(
            f"This event was published at {event.say(event.published_at)}. "
            "Bring it up to date to add entries that were cleared since"
        )
    # Whoever is clearing or holding an entry at this moment finishes first, or finds the event published.
    list(Submission.objects.select_for_update().filter(team__event=event).order_by("pk").values_list("pk"))
    plan = plan_of(event)
    if not plan.shown:
        raise Refused(
            "There is no entry to show. An entry is shown when it is cleared and uses public data only"
        )

    plan.carry_out(by=by, at=clock.now())
    event.published_at = clock.now()
    event.save(update_fields=["published_at"])
    transaction.on_commit(shelf.clear)
    record(by, "showcase.published", event, shown=len(plan.shown), left_out=len(plan.left_out))
    return event


@transaction.atomic
def refresh(event: Event, *, by: User) -> int:
    """Add what was cleared since, and take down what is cleared no more. Doing it twice changes nothing."""
    event = Event.objects.select_for_update().get(pk=event.pk)
    require(by, "showcase.refresh", event)
    plan = plan_of(event)

    if plan.changes:
        plan.carry_out(by=by, at=clock.now())
        transaction.on_commit(shelf.clear)
        record(
            by,
            "showcase.refreshed",
            event,
            added=[revision.submission.code for revision in plan.added],
            replaced=[exhibit.code for exhibit, _ in plan.replaced],
            taken_down=[exhibit.code for exhibit in plan.taken_down],
        )
    return plan.changes


@transaction.atomic
def hide(exhibit: Exhibit, *, by: User, reason: str) -> Exhibit:
    """Take one entry off the public pages."""
    exhibit = Exhibit.objects.select_for_update().get(pk=exhibit.pk)
    require(by, "showcase.hide", exhibit)
    if exhibit.hidden_at is not None:
        return exhibit
    if not reason.strip():
        raise Refused("Say why this entry is to be hidden", field="reason")

    exhibit.hidden_at, exhibit.hidden_by, exhibit.hidden_because = clock.now(), by, reason.strip()
    exhibit.save(update_fields=["hidden_at", "hidden_by", "hidden_because"])
    transaction.on_commit(shelf.clear)
    record(by, "showcase.hidden", exhibit, reason=exhibit.hidden_because)
    return exhibit


@transaction.atomic
def show(exhibit: Exhibit, *, by: User) -> Exhibit:
    """Put a hidden entry back, if it may be seen at all."""
    exhibit = Exhibit.objects.select_for_update().get(pk=exhibit.pk)
    require(by, "showcase.hide", exhibit)
    if exhibit.hidden_at is None:
        return exhibit
    if why := exhibit.why_not_public():
        raise Refused(why)

    was = exhibit.hidden_because
    exhibit.hidden_at, exhibit.hidden_by, exhibit.hidden_because = None, None, ""
    exhibit.save(update_fields=["hidden_at", "hidden_by", "hidden_because"])
    transaction.on_commit(shelf.clear)
    record(by, "showcase.shown", exhibit, had_been_hidden_because=was)
    return exhibit
