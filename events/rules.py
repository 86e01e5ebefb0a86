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


permit("events.create", can_create_events)
permit("events.organise", is_organiser)
permit("events.apply", is_signed_in, within("applications"))
