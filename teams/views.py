from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from challenges.models import Challenge
from core.doors import SIGNED_IN, door
from core.permissions import allowed_ever, may, require, require_ever
from core.refusals import refusals_on
from events.models import Event
from teams import actions
from teams.forms import ConfirmForm, FoundForm, MoveForm, NamingForm
from teams.models import Team

PAGE = 50


def an_event(request: HttpRequest, event_slug: str) -> Event:
    return get_object_or_404(Event.objects.visible_to(request.user), slug=event_slug)


def a_team(request: HttpRequest, event_slug: str, code: str) -> Team:
    visible = Team.objects.visible_to(request.user).with_challenge().with_size()
    return get_object_or_404(visible, event__slug=event_slug, code=code)


def own_team(request: HttpRequest, event: Event) -> Team | None:
    return Team.objects.of(request.user).of_event(event).first()


@door("teams.see")
def teams(request: HttpRequest, event_slug: str) -> HttpResponse:
    """The teams of an event, for those with a part in it; all, or those on one challenge."""
    event = an_event(request, event_slug)
    require(request.user, "teams.see", event)
    found = Team.objects.visible_to(request.user).of_event(event).peopled().with_challenge()
    challenge = (
        Challenge.objects.approved().of_event(event).filter(code=request.GET.get("challenge", "")).first()
    )
    if challenge:
        found = found.filter(challenge=challenge)
    own = own_team(request, event)
    context = {
        "event": event,
        "challenge": challenge,
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "query": f"challenge={challenge.code}&" if challenge else "",
        "own": own,
        "can_found": own is None and may(request.user, "teams.found", event),
        "takes_part": allowed_ever(request.user, "teams.found", event),
        "shut": event.why_shut("team_changes"),
    }
    return render(request, "teams/list.html", context)


@door(SIGNED_IN)
def page(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    team = a_team(request, event_slug, code)
    event = team.event
    members = team.memberships.select_related("user__department")
    membership = next((member for member in members if member.user_id == request.user.pk), None)
    free = membership is None and own_team(request, event) is None
    context = {
        "event": event,
        "team": team,
        "members": [{"name": member.user, "detail": member.user.department} for member in members],
        "membership": membership,
        "can_join": free and team.open_seats > 0 and may(request.user, "teams.join", team),
        "can_leave": membership is not None and may(request.user, "teams.leave", team),
        "shut": event.why_shut("team_changes"),
    }
    return render(request, "teams/page.html", context)


@door("teams.found")
def found(request: HttpRequest, event_slug: str) -> HttpResponse:
    event = an_event(request, event_slug)
    require_ever(request.user, "teams.found", event)
    if request.method == "POST":
        form = FoundForm(request.POST, event=event)
    else:
        form = FoundForm(initial={"challenge": request.GET.get("challenge")}, event=event)
    if form.is_valid():
        with refusals_on(form):
            team = actions.found(event, by=request.user, **form.cleaned_data)
            messages.success(request, f"You have founded {team.name}. Others can join it now.")
            return redirect("teams:page", event_slug, team.code)
    context = {
        "event": event,
        "form": form,
        "own": own_team(request, event),
        "has_challenges": Challenge.objects.of_event(event).approved().exists(),
        "shut": event.why_shut("team_changes"),
    }
    return render(request, "teams/found.html", context)


@door("teams.join")
def join(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    team = a_team(request, event_slug, code)
    require_ever(request.user, "teams.join", team)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            actions.join(team, by=request.user)
            messages.success(request, f"You are on {team.name}.")
            return redirect("teams:page", event_slug, code)
    context = {"event": team.event, "team": team, "form": form, "shut": team.event.why_shut("team_changes")}
    return render(request, "teams/join.html", context)


@door("teams.leave")
def leave(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    team = a_team(request, event_slug, code)
    require_ever(request.user, "teams.leave", team)
    form = ConfirmForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            actions.leave(team, by=request.user)
            messages.success(request, f"You have left {team.name}.")
            return redirect("teams:list", event_slug)
    context = {"event": team.event, "team": team, "form": form, "shut": team.event.why_shut("team_changes")}
    return render(request, "teams/leave.html", context)


@door("teams.move")
def move(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    team = a_team(request, event_slug, code)
    require_ever(request.user, "teams.move", team)
    if request.method == "POST":
        form = MoveForm(request.POST, event=team.event)
    else:
        form = MoveForm(initial={"challenge": team.challenge.code}, event=team.event)
    if form.is_valid():
        with refusals_on(form):
            moved = actions.move(team, by=request.user, challenge=form.cleaned_data["challenge"])
            messages.success(request, f"Your team takes on ‘{moved.challenge}’.")
            return redirect("teams:page", event_slug, code)
    context = {"event": team.event, "team": team, "form": form, "shut": team.event.why_shut("team_changes")}
    return render(request, "teams/move.html", context)


@door("teams.name_me")
def naming(request: HttpRequest, event_slug: str, code: str) -> HttpResponse:
    """A member's own answer, and nobody else's."""
    team = a_team(request, event_slug, code)
    membership = team.membership_of(request.user)
    require(request.user, "teams.name_me", membership)
    if request.method == "POST":
        form = NamingForm(request.POST)
    else:
        form = NamingForm(initial={"agrees": "yes" if membership.named_in_showcase else "no"})
    if form.is_valid():
        with refusals_on(form):
            named = actions.name_me(membership, by=request.user, agrees=form.cleaned_data["agrees"])
            words = "names you" if named.named_in_showcase else "leaves your name out"
            messages.success(request, f"Saved: the showcase {words}.")
            return redirect("teams:page", event_slug, code)
    return render(request, "teams/naming.html", {"event": team.event, "team": team, "form": form})
