"""Who may do what at an event, and when. Later stages build their permissions from these."""

from collections.abc import Callable

import rules

from core.permissions import permit
from events.models import Phase, Role, RoleKind


def has_role(*kinds: RoleKind) -> rules.predicates.Predicate:
    """Holds one of these roles at the event that the object belongs to."""

    @rules.predicate("has_role:" + ",".join(kinds))
    def holds(user, obj) -> bool:
        return obj is not None and Role.objects.filter(event=obj.event, user=user, kind__in=kinds).exists()

    return holds


is_participant = has_role(RoleKind.PARTICIPANT)
is_facilitator = has_role(RoleKind.FACILITATOR)
is_screener = has_role(RoleKind.SCREENER)
is_judge = has_role(RoleKind.JUDGE)
is_chair = has_role(RoleKind.CHAIR)
is_organiser = has_role(RoleKind.ORGANISER)
is_insider = has_role(*RoleKind)


@rules.predicate
def is_signed_in(user, obj) -> bool:
    return user.is_authenticated


@rules.predicate
def can_create_events(user, obj) -> bool:
    return user.can_create_events


def within(window: str) -> Callable[[object], str]:
    """Open only during this window of the object's event."""

    def why_not(obj) -> str:
        return obj.event.why_shut(window)

    return why_not


def in_phases(*phases: Phase, otherwise: str) -> Callable[[object], str]:
    def why_not(obj) -> str:
        return "" if obj.event.phase in phases else otherwise

    return why_not


def while_a_draft(event) -> str:
    return "" if event.phase is Phase.DRAFT else f"{event} was announced at {event.say(event.announced_at)}"


def while_under_way(event) -> str:
    """Moments of a draft are edited freely; those of a published event are history."""
    if event.phase is Phase.DRAFT:
        return "This event has not been announced. Change its moments under ‘Details and moments’"
    if event.phase is Phase.SHOWCASE:
        return "The results are published, so the moments of this event no longer move"
    return ""


permit("events.create", can_create_events)
permit("events.organise", is_organiser)
permit("events.edit", is_organiser)
permit("events.open", is_organiser, while_a_draft)
permit("events.move", is_organiser, while_under_way)
permit("events.apply", is_signed_in, within("applications"))
permit(
    "events.decide",
    is_organiser,
    in_phases(
        Phase.FORMING,
        Phase.BUILDING,
        otherwise="Applications can be decided from the time they open until submissions close",
    ),
)
permit("events.appoint", is_organiser)
permit("events.audit", is_organiser)
