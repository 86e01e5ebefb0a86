from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from core.permissions import require_ever
from events.models import Event, Role, RoleKind
from judging.models import Assignment, Invitation, Judge, Round

PAGE = 50


def event_for(request: HttpRequest, event_slug: str, permission: str) -> Event:
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)
    require_ever(request.user, permission, event)
    return event


def round_for(request: HttpRequest, event_slug: str, permission: str, number: int = 0) -> Round:
    """This round of the event, for someone who has this permission; 0 is the round that matters now."""
    event = event_for(request, event_slug, permission)
    found = Round.objects.with_number(event, number)
    if found is None:
        raise Http404("No such round")
    return found


def given_for(request: HttpRequest, event_slug: str, code: str, number: int = 0) -> Assignment:
    """What the caller was given to score, in this round or in the latest one that they were given it in."""
    mine = Assignment.objects.visible_to(request.user).with_people()
    found = mine.to_score(event_slug, code, number).first()
    if found is None:
        raise Http404("Nothing to score")
    return found


def judge_for(request: HttpRequest, event_slug: str, pk: int) -> Judge:
    """The judge whose role this is, for someone who runs the judging."""
    event = event_for(request, event_slug, "judging.watch")
    roles = Role.objects.select_related("user__department", "event").filter(event=event)
    return Judge.objects.by_role(get_object_or_404(roles, kind=RoleKind.JUDGE, pk=pk))


def own_part(request: HttpRequest, event_slug: str) -> Judge:
    """The caller's own part as a judge."""
    event = event_for(request, event_slug, "judging.judge")
    roles = Role.objects.select_related("user__department", "event")
    return Judge.objects.by_role(roles.get(event=event, user=request.user.pk, kind=RoleKind.JUDGE))


def invitation_for(request: HttpRequest, event_slug: str, pk: int) -> Invitation:
    """An invitation that nobody has used, for someone who runs the judging."""
    event = event_for(request, event_slug, "judging.invite")
    return get_object_or_404(Invitation.objects.run_by(request.user).unused(), event=event, pk=pk)
